#!/usr/bin/python3
"""`make references`: what the code and the documents refer to is there: files by their path, sections of the documents by
number, `bilag` commands by name, in docs/receipt.md functions in the files beside them. Prints what dangles, a line each."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROOMS = ("common saft door pdf console watch ingest mapper validator poweroffice sender uploader invoicer bilag sandbox "
         "deploy tests bench docs man")
PATH = re.compile(rf"(?<![\w/.-])((?:{'|'.join(ROOMS.split())})/[\w./-]*\w\.(?:[ch158]|md|py|yaml|service|target|json))(?![\w*])")
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
SECTION = re.compile(r"\b(design|rules|poweroffice-api|saft-format)\.md[,:]? (?:section|sections|§) ?(\d+)")
FUNCTION = re.compile(r"`(\w+)\(\)`")
COMMAND = re.compile(r"`bilag ([a-z][a-z-]+)")
GENERATED = ("docs/pictures/",)


def listed():
    names = subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).split("\n")
    return [name for name in names if name and not name.startswith(("tests/data/", "CHANGELOG")) and (ROOT / name).is_file()]


def sections(name):
    text = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    return set(re.findall(r"^#+ (\d+)", text, re.M))


def commands():
    found = set()
    for path in (ROOT / "bilag" / "cmd").glob("*.c"):
        found |= set(re.findall(r"cmd_\w+ = \{\s*(?:\.name = )?\"([a-z-]+)\"", path.read_text(encoding="utf-8")))
    return found


def strays(line):
    """Functions of a line that none of the files beside them has."""
    texts = [(ROOT / path).read_text(encoding="utf-8") for path in PATH.findall(line) if path.endswith(".c")]
    for function in FUNCTION.findall(line) if texts else ():
        if not any(re.search(rf"^[\w ]*[ *]{function}\(", text, re.M) for text in texts):
            yield function


def faults(name, there, numbers, words):
    text = (ROOT / name).read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.split("\n"), 1):
        for path in PATH.findall(line):
            if path not in there and not path.startswith(GENERATED) and "#include" not in line:
                yield number, f"there is no {path}"
        for function in strays(line) if name == "docs/receipt.md" else ():
            yield number, f"none of the files beside it has {function}()"
        for path in LINK.findall(line) if name.endswith(".md") else ():
            if not (ROOT / name).parent.joinpath(path).resolve().exists():
                yield number, f"the link to {path} leads nowhere"
        for document, section in SECTION.findall(line):
            if section not in numbers[document]:
                yield number, f"docs/{document}.md has no section {section}"
        for word in COMMAND.findall(line) if name.endswith(".md") else ():
            if words and word not in words and word not in ("help",):
                yield number, f"there is no command bilag {word}"


def main():
    there = set(listed())
    numbers = {name: sections(name) for name in ("design", "rules", "poweroffice-api", "saft-format")}
    words = commands()
    goal = ("docs/design.md", "docs/rules.md", "docs/style.md")         # what is meant to be, too
    found = [f"{name}:{number}: {why}" for name in sorted(there) if name.endswith((".c", ".h", ".md", ".py", ".1", ".5", ".8"))
             and name not in goal for number, why in faults(name, there, numbers, words)]
    print("\n".join(found) if found else f"references: {len(there)} files, {len(words)} commands")
    return 1 if found else 0


sys.exit(main())
