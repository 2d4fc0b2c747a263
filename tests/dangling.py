#!/usr/bin/python3
"""`make dangling`: no interface that nobody needs. Whatever an object offers is needed by another one, or by a test or a bench
that names it; what only its own file uses is static, and what nobody uses is not there.
usage: tests/dangling.py BUILD-FOLDER
"""
import pathlib
import re
import subprocess
import sys

from symbols import symbols

ROOT = pathlib.Path(__file__).resolve().parent.parent
OWN = ("tests", "bench")                        # their objects are read as text: those of tests are not kept


def main():
    build = pathlib.Path(sys.argv[1])
    sources = subprocess.check_output(["git", "ls-files", "*.c"], cwd=ROOT, text=True).split()
    paths = {(build / source).with_suffix(".o"): source for source in sources if not source.startswith(OWN)}
    objects = {paths[path]: found for path, found in symbols([path for path in paths if path.exists()], "TDRB").items()}
    words = set()
    for folder in OWN:
        for path in (ROOT / folder).rglob("*.[ch]"):
            words |= set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
    needed = {(source.startswith("sandbox"), name) for source, (_, names) in objects.items() for name in names}
    found = [f"{source}: {name}() is used by its own file at most" for source, (names, _) in sorted(objects.items())
             for name in sorted(names) if name != "main" and name not in words and
             (source.startswith("sandbox"), name) not in needed]
    if not objects:
        found.append(f"no objects under {build}: build first")
    print("\n".join(found) if found else f"dangling: {len(objects)} objects, nothing that nobody needs")
    return 1 if found else 0


sys.exit(main())
