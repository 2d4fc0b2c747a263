"""The manual pages: sound, and their tables of settings are those of the programs.

    python3 tests/system/test_manual.py        writes the tables anew, from `bilag help settings`
"""
import os
import pathlib
import re
import subprocess
import sys
import textwrap

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("BILAG_BIN", ROOT / "bin")).resolve()
PAGES = {"bilag.yaml.5": "DIR/bilag.yaml", "bilag-venue.5": "DIR/venues/VENUE.yaml"}
BEGIN, END = '.\\" settings: written by tests/system/test_manual.py\n', '.\\" end of settings\n'


def settings(heading):
    """[(name, meaning)] under a heading of `bilag help settings`."""
    text = subprocess.run([BIN / "bilag", "help", "settings"], capture_output=True, text=True, check=True).stdout
    part = text.split(heading + "\n", 1)[1].split("\n\n", 1)[0]
    return [tuple(line.strip().split(None, 1)) for line in part.splitlines() if line.strip()]


def escaped(text):
    return text.replace("\\", "\\e").replace('"', "\\(dq")


def table(heading):
    lines = [".Bl -tag -width Ds"]
    for name, meaning in settings(heading):
        preset = re.search(r" \[preset: (.*)\]$", meaning)
        must = meaning.endswith(" [must be said]")
        words = re.sub(r" \[(preset: .*|must be said)\]$", "", meaning)
        lines.append(f".It Cm {name}")
        lines += textwrap.wrap(escaped(words[0].upper() + words[1:]) + ".", 78, break_on_hyphens=False)
        if preset:
            lines.append(f"Preset: {escaped(preset[1])}.")
        if must:
            lines.append("Must be said.")
    return "\n".join(lines + [".El"]) + "\n"


def wanted(page):
    text = (ROOT / "man" / page).read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    return text, before + BEGIN + table(PAGES[page]) + END + rest.split(END)[1]


# Goal: what the manual says of a setting, its preset and its bounds is what the program does.
@pytest.mark.parametrize("page", PAGES)
def test_settings(page):
    text, right = wanted(page)
    assert text == right, f"run: python3 {pathlib.Path(__file__).relative_to(ROOT)}"


# Goal: every command and every program has its place in the manual.
def test_commands():
    page = (ROOT / "man" / "bilag.1").read_text(encoding="utf-8")
    shown = subprocess.run([BIN / "bilag", "--help"], capture_output=True, text=True, check=True).stdout
    commands = re.findall(r"^  ([a-z]+) {2,}", shown, re.M)
    assert len(commands) > 15
    for command in commands:
        assert re.search(rf"^\.It Cm {command}\b", page, re.M), command
    for program in BIN.glob("bilag-*"):
        assert (ROOT / "man" / f"{program.name}.8").exists(), program.name


if __name__ == "__main__":
    for each in PAGES:
        (ROOT / "man" / each).write_text(wanted(each)[1], encoding="utf-8")
    sys.exit(0)
