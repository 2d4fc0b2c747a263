#!/usr/bin/python3
"""`make format-check`: lines as .editorconfig says them. Prints what is not, a line each."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINE_MAX = 128
ROW = ("{", "X(", "\"", "#", "*", "/*")       # rows of tables, texts and comments may be longer
CODE = (".c", ".h", ".py")
WIDE = ".py"                                    # a test's input is easier to read whole


def faults(path):
    text = (ROOT / path).read_text(encoding="utf-8")
    if text and not text.endswith("\n"):
        yield 0, "the last line has no end"
    if text.endswith("\n\n"):
        yield 0, "ends with an empty line"
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip():
            yield number, "blanks at the end"
        if "\t" in line and path.endswith(CODE):
            yield number, "a tab"
        if len(line) > LINE_MAX and path.endswith(CODE) and not path.endswith(WIDE) and not line.lstrip().startswith(ROW):
            yield number, f"{len(line)} letters, at most {LINE_MAX}"


def main():
    listed = subprocess.check_output(["git", "ls-files", "*.c", "*.h", "*.py", "*.md", "*.yaml", "Makefile"], cwd=ROOT, text=True)
    files = [path for path in listed.split() if not path.startswith("tests/data/") and (ROOT / path).exists()]
    found = [f"{path}:{number}: {why}" for path in files for number, why in faults(path)]
    print("\n".join(found) if found else f"format: {len(files)} files")
    return 1 if found else 0


sys.exit(main())
