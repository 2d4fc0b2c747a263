#!/usr/bin/python3
"""`make statements`: how much there is, by part: statements of C outside tests and bench, which are semicolons without those of
`for`, and `if`, `for`, `while`, `switch`; the table of docs/architecture.md. usage: tests/statements.py [COMMIT]
"""
import collections
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
NO_CODE = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'", re.S)
BRANCH = re.compile(r"\b(?:if|for|while|switch)\b")
HEAD_OF_FOR = re.compile(r"\bfor\s*\(")


def statements(text):
    text = NO_CODE.sub("", text)
    return text.count(";") - 2 * len(HEAD_OF_FOR.findall(text)) + len(BRANCH.findall(text))


def main():
    commit = sys.argv[1] if len(sys.argv) > 1 else None
    listed = ["git", "ls-tree", "-r", "--name-only", commit] if commit else ["git", "ls-files"]
    found = collections.Counter()
    for path in subprocess.check_output(listed, cwd=ROOT, text=True).split("\n"):
        if not path.endswith(".c") or path.startswith(("tests/", "bench/")):
            continue
        text = subprocess.check_output(["git", "show", f"{commit}:{path}"], cwd=ROOT, text=True) if commit else \
            (ROOT / path).read_text(encoding="utf-8")
        found[path.split("/")[0]] += statements(text)
    for part, count in sorted(found.items()):
        print(f"{part:<12}{count:>7,}")
    print(f"{'all':<12}{sum(found.values()):>7,}")


main()
