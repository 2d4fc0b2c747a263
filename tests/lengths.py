#!/usr/bin/python3
"""`make lengths`: functions fit a screen. Counts every function of the programs from its first line to its last brace, prints
those that are longer than a screen, and fails where there is one or where half of all are longer than the median may be."""
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LONGEST, MEDIAN = 48, 12
NONE = ("}", "#", " *", "/*", "*/")             # what may stand before a function's first line without being part of it


def functions(path):
    """(lines, first line, number) of each function: braces of functions stand at the beginning of a line, no others do."""
    lines = (ROOT / path).read_text(encoding="utf-8").split("\n")
    opened = None
    for number, line in enumerate(lines):
        if line == "{":
            opened = number
        elif line == "}" and opened is not None:
            first = opened
            while first and lines[first - 1] and not lines[first - 1].startswith(NONE):
                first -= 1
            yield number - first + 1, lines[first], first + 1
            opened = None


def main():
    files = subprocess.check_output(["git", "ls-files", "*.c"], cwd=ROOT, text=True).split()
    found = [(lines, f"{path}:{number}: {lines} lines, at most {LONGEST}: {first}")
             for path in files if not path.startswith(("tests/", "bench/")) for lines, first, number in functions(path)]
    median = statistics.median(lines for lines, _ in found)
    long = [words for lines, words in found if lines > LONGEST]
    if median > MEDIAN:
        long.append(f"half of all functions have more than {median:g} lines, at most {MEDIAN}")
    print("\n".join(long) if long else f"lengths: {len(found)} functions, median {median:g}, "
          f"longest {max(lines for lines, _ in found)}")
    return 1 if long else 0


sys.exit(main())
