"""What is installed beside the programs: units that systemd finds no fault in, a supervisor's file, manual pages."""
import configparser
import os
import pathlib
import pwd
import shutil
import subprocess

from pipeline import BIN, ROOT, STAGES

DEPLOY = ROOT / "deploy"


def test_units_are_without_fault(tmp_path):
    """As instances, with programs that exist."""
    for unit in (DEPLOY / "systemd").glob("*.service"):
        text = unit.read_text().replace("/usr/local/bin/", f"{BIN}/")
        (tmp_path / unit.name.replace("@", "@0")).write_text(text)
        for line in ("Type=notify", "Restart=on-failure", "RestartPreventExitStatus=100", "NoNewPrivileges=yes"):
            assert line in text.splitlines(), (unit.name, line)
    shutil.copy(DEPLOY / "systemd" / "bilag.target", tmp_path)
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *tmp_path.iterdir()], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"bilag.target", *(f"bilag-{s}@0.service" for s in (*STAGES, "console"))}


def test_supervisor_starts_as_many_as_the_configuration_says(tmp_path):
    (tmp_path / "bilag.yaml").write_text(f"state_dir: {tmp_path}/state\nrun_dir: {tmp_path}/run\nstages: {{mapper: 3}}\n")
    user = pwd.getpwuid(os.geteuid()).pw_name
    text = subprocess.run([DEPLOY / "supervisor" / "make-conf", tmp_path, BIN, "--user", user], capture_output=True, text=True,
                          check=True).stdout
    conf = configparser.RawConfigParser()
    conf.read_string(text)
    wanted = [(stage, n) for stage in STAGES for n in range(3 if stage == "mapper" else 1)]
    assert [name for name in conf if name.startswith("program:")] == [f"program:{stage}-{n}" for stage, n in wanted]
    for stage, n in wanted:
        program = conf[f"program:{stage}-{n}"]
        assert program["exitcodes"] == "0,100" and program["autorestart"] == "unexpected"
        assert program["command"] == f"{BIN / f'bilag-{stage}'} --config {tmp_path} --instance {n}"
    with open(tmp_path / "bilag.yaml", "a", encoding="utf-8") as config:
        config.write("console: {}\n")
    text = subprocess.run([DEPLOY / "supervisor" / "make-conf", tmp_path, BIN, "--user", user], capture_output=True, text=True,
                          check=True).stdout
    conf.read_string(text)
    assert conf["program:console-0"]["command"] == f"{BIN / 'bilag-console'} --config {tmp_path} --instance 0"
    done = subprocess.run([DEPLOY / "supervisor" / "make-conf", tmp_path / "nowhere", BIN, "--user", user], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 1 and "bilag.yaml" in done.stderr


def test_manual_pages_are_without_fault():
    pages = sorted((ROOT / "man").iterdir())
    assert len(pages) == len(STAGES) + 5
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "style", *pages], capture_output=True, text=True, check=False)
    faults = [line for line in (done.stdout + done.stderr).splitlines() if "referenced manual not found" not in line]
    assert not faults, faults


def test_install_puts_everything_in_its_place(tmp_path):
    subprocess.run(["make", "-s", "-C", ROOT, "install", f"DESTDIR={tmp_path}", "PREFIX=/usr", f"BIN={BIN}", "-o", "all"],
                   check=True, capture_output=True)
    there = {str(path.relative_to(tmp_path / "usr")) for path in pathlib.Path(tmp_path).rglob("*") if path.is_file()}
    for name in (*(f"bin/bilag-{s}" for s in STAGES), "bin/bilag", "bin/bilag-console", "bin/bilag-sandbox", "share/man/man1/bilag.1",
                 "lib/systemd/system/bilag-ingest@.service", "lib/sysusers.d/bilag.conf",
                 "share/doc/bilag/config-example/bilag.yaml"):
        assert name in there, name
    assert "ExecStart=/usr/bin/bilag-ingest " in \
        (tmp_path / "usr/lib/systemd/system/bilag-ingest@.service").read_text()


def test_dependencies_are_there_and_asking_is_quick():
    subprocess.run([DEPLOY / "install-deps"], check=True, timeout=10)
