"""The programs as they were built: what makes a fault in memory no more than a crash is in them, no folder is, and the list of
what they are made of is true."""
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess

import pytest

from pipeline import BIN, ROOT, SANITIZED, STAGES

PROGRAMS = sorted([f"bilag-{stage}" for stage in STAGES] + ["bilag", "bilag-console", "bilag-watch", "bilag-sandbox"])
FLAT = ["common", "pdf", "validator", "poweroffice"]


def said(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, check=True, **more).stdout


pytestmark = pytest.mark.skipif(SANITIZED, reason="what sanitizers bring is not what is installed")


@pytest.mark.parametrize("program", PROGRAMS)
def test_hardened(program):
    path = BIN / program
    dynamic, segments = said("readelf", "-dW", path), said("readelf", "-lW", path)
    assert re.search(r"Type:\s+DYN", said("readelf", "-hW", path)) and re.search(r"FLAGS_1.*\bPIE\b", dynamic)
    assert re.search(r"FLAGS_1.*\bNOW\b", dynamic) and "GNU_RELRO" in segments
    assert re.search(r"GNU_STACK.* RW ", segments) and not re.search(r"LOAD.* RWE ", segments)
    assert "RPATH" not in dynamic and "RUNPATH" not in dynamic and "TEXTREL" not in dynamic
    imports = said("nm", "-D", path)
    assert "__stack_chk_fail" in imports and re.search(r"__(snprintf|vsnprintf|memcpy)_chk", imports), "no _FORTIFY_SOURCE"


@pytest.mark.skipif(platform.machine() != "x86_64", reason="of this processor only")
def test_control_flow_and_stack():
    code = said("objdump", "-d", "--no-show-raw-insn", BIN / "bilag")
    functions = re.findall(r"^[0-9a-f]+ <([a-z][a-z_]+)>:\n.*?\t(\w+)", code, re.MULTILINE)
    marked = {name for name, first in functions if first == "endbr64"}
    assert {"main"} <= marked and len(marked) > 30
    assert re.search(r"(orq?|movq?) +\$0x0,(0x[0-9a-f]+)?\(%rsp\)", code), "no stack clash protection"


# Goal: fortified at level 3, and everything else that is asked for: a flag that is lost shows.
def test_flags():
    line = said("make", "-n", "-C", ROOT, "BUILD=build/nowhere", "build/nowhere/common/base/str.o", "V=1", env={
        **{name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "SAN", "FUZZ", "COVERAGE", "MAKELEVEL")}})
    for flag in ("-D_FORTIFY_SOURCE=3", "-fstack-clash-protection", "-fPIE", "-fstack-protector-strong"):
        assert flag in line, flag
    if platform.machine() == "x86_64":
        assert "-fcf-protection=full" in line


def copied(folder):
    folder.mkdir()
    for name in FLAT:
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "Makefile", folder)
    return folder


# Goal: the same bytes from any folder, at any time, whatever else lies there.
def test_same_bytes_from_any_folder(tmp_path):
    env = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "SAN", "FUZZ", "COVERAGE", "MAKELEVEL", "BIN")}
    made = []
    for name in ("a", "another-name-that-is-longer"):
        folder = copied(tmp_path / name)
        subprocess.run(["make", "-s", "-j2", "bin/bilag-validator"], cwd=folder, check=True, capture_output=True, timeout=300,
                       env={**env, "CCACHE_DISABLE": "1", "PWD": str(folder)})
        made.append((folder / "bin" / "bilag-validator").read_bytes())
    assert made[0] == made[1]
    assert str(tmp_path).encode() not in made[0]


def linked():
    """Packages of the libraries that the programs name."""
    listed = re.findall(r"^\s+(\S+) \(.*=> (\S+)$", said("/sbin/ldconfig", "-p"), re.MULTILINE)
    where = dict(reversed(listed))               # of several, the first is this machine's own
    names = {library for program in PROGRAMS
             for library in re.findall(r"NEEDED.*\[(.*?)\]", said("readelf", "-dW", BIN / program))}
    files = [str(pathlib.Path(where[name]).resolve()) for name in sorted(names) if not name.startswith("ld-linux")]
    done = subprocess.run(["dpkg", "-S", *files, *(path.removeprefix("/usr") for path in files)], capture_output=True, text=True,
                          check=False)
    owned = {line.split(": ")[1].removeprefix("/usr"): line.split(":")[0] for line in done.stdout.splitlines()}
    assert {path.removeprefix("/usr") for path in files} == set(owned), done.stderr
    return set(owned.values())


def test_list_of_parts():
    text = said(ROOT / "deploy" / "sbom", BIN, "1.2.3")
    assert text == said(ROOT / "deploy" / "sbom", BIN, "1.2.3")
    parts = json.loads(text)
    assert parts["spdxVersion"] == "SPDX-2.3" and parts["documentNamespace"].startswith("urn:uuid:")
    ids = [entry["SPDXID"] for entry in parts["packages"] + parts["files"]]
    assert len(ids) == len(set(ids)) and {entry["relatedSpdxElement"] for entry in parts["relationships"]} == set(ids)
    assert set(PROGRAMS) <= {entry["fileName"][2:] for entry in parts["files"]}
    links = {entry["relatedSpdxElement"].removeprefix("SPDXRef-") for entry in parts["relationships"]
             if entry["relationshipType"] == "DYNAMIC_LINK"}
    assert links == linked()
    install = (ROOT / "deploy" / "install-deps").read_text(encoding="utf-8")
    run, build, apart = (re.search(words, install, re.DOTALL)[1].split()
                         for words in (r'run="(.*?)"', r'build="(.*?)"', r'wanted="\$wanted (.*?)"'))
    named = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    libraries = re.findall(r"^\| ([\w.+-]+) \|", named, re.MULTILINE)
    only_there = {package for package in apart if package in libraries}          # where stores lie in PostgreSQL
    assert {entry["name"] for entry in parts["packages"]} == {*run, *only_there, "libc6", "bilag"} and only_there == {"libpq5"}
    beside = set(re.findall(r"[\w.+-]+", named[named.index("## For building and testing"):named.index("## How the programs are built")]))
    for package in build:                        # by its own name, or, what is built against, by that of its library
        base = re.escape(re.sub(r"\d*(-openssl)?-dev$", "", package))
        assert package in beside or any(re.fullmatch(rf"(lib)?{base}c?[-.\d]*", library) for library in libraries), package
