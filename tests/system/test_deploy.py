"""What is installed beside the programs: units that systemd finds no fault in, a supervisor's file, manual pages."""
import configparser
import contextlib
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess

import pytest
import yaml

from pipeline import BIN, ROOT, SANITIZED, STAGES, Pipeline

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
    assert {path.name for path in tmp_path.iterdir()} == {"bilag.target", *(f"bilag-{s}@0.service" for s in (*STAGES, "console", "watch"))}


WITH_KEYS = ("uploader", "invoicer")


# Goal: the users and folders that the units and the example's configuration name are those that are made.
def test_users_and_folders(tmp_path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (tmp_path / "etc/group").write_text("root:x:0:\n")
    subprocess.run(["systemd-sysusers", f"--root={tmp_path}", "-"], input=(DEPLOY / "systemd/bilag.sysusers").read_bytes(), check=True,
                   capture_output=True)
    users = {line.split(":")[0]: line.split(":")[2:4] for line in (tmp_path / "etc/passwd").read_text().splitlines()}
    assert users["bilag"][1] == users["bilag-keys"][1] != "0" and users["bilag"][0] != users["bilag-keys"][0]
    assert yaml.safe_load((DEPLOY / "config-example/bilag.yaml").read_text())["run_as"] == {"stages": "bilag", "keys": "bilag-keys"}
    made = [line.split() for line in (DEPLOY / "systemd/bilag.tmpfiles").read_text().splitlines() if line.startswith("d ")]
    assert made == [["d", "/var/lib/bilag", "0770", "bilag", "bilag"], ["d", "/run/bilag", "0770", "bilag", "bilag"]]


# How much a process could do that was taken over, by systemd's own table (0 to 10), without asking this machine.
@pytest.mark.parametrize("stage,most", [("mapper", 0.8), ("validator", 0.8), ("ingest", 1.2), ("uploader", 1.2), ("invoicer", 1.2),
                                        ("console", 1.2), ("watch", 1.2)])
def test_exposure(stage, most):
    unit = DEPLOY / "systemd" / f"bilag-{stage}@.service"
    text = subprocess.run(["systemd-analyze", "security", "--offline=true", unit], capture_output=True, text=True, check=False).stdout
    (level,) = re.findall(r"Overall exposure level for .*: ([0-9.]+) ", text)
    assert float(level) <= most, text
    lines = unit.read_text().splitlines()
    for line in ("WatchdogSec=60", "MemoryMax=2G", "TasksMax=64", "LimitCORE=0", "Group=bilag", "ReadWritePaths=%S/bilag %t/bilag",
                 f"User={'bilag-keys' if stage in WITH_KEYS else 'bilag'}"):
        assert line in lines
    assert any("LoadCredential" in line for line in lines) == (stage in (*WITH_KEYS, "watch"))    # its mail password
    (hidden,) = [line for line in lines if line.startswith("InaccessiblePaths=")]
    assert sorted(re.findall(r"-%S/bilag/keys/stage-(\w+)\.secret", hidden)) == sorted([s for s in STAGES if s != stage] +
                                                                                   ["asker"] * (stage != "console") + ["drop"] * (stage != "uploader"))
    assert ("PrivateNetwork=yes" in lines) == (stage in ("mapper", "validator"))


# Goal: also without systemd each stage, with all its threads, has given up what it never needs (tests/common/stage/test_confine.c).
@pytest.mark.skipif(SANITIZED, reason="sanitizers look from outside")
def test_stages_are_confined():
    with Pipeline({}) as pipeline:
        for stage in STAGES:
            tasks = list(pathlib.Path(f"/proc/{pipeline.of(stage).process.pid}/task").iterdir())
            assert len(tasks) > 1
            for task in tasks:
                said = dict(line.split(":\t") for line in (task / "status").read_text().splitlines() if ":\t" in line)
                assert said["Seccomp"].strip() == "2" and said["NoNewPrivs"].strip() == "1", (stage, task)
            assert "not restricted" not in pipeline.log(f"{stage}-0")


# Goal: systemd hears from the loop itself, three times in the time that it gives; from one that hangs it hears nothing.
@pytest.mark.parametrize("stage", STAGES)
def test_watchdog(stage, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(str(tmp_path / "notify"))
        s.settimeout(30)
        env = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "300000"}
        with Pipeline({}, stages={other: 0 for other in STAGES if other != stage}, env=env) as pipeline:
            heard = []
            while heard.count(b"WATCHDOG=1") < 4:
                heard.append(s.recv(256))
            assert heard[0] == b"READY=1"
            process = pipeline.of(stage).process
            process.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
            s.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while s.recv(256):
                    pass
            with pytest.raises(BlockingIOError):
                s.recv(256)
            process.send_signal(signal.SIGCONT)
            s.settimeout(30)
            assert s.recv(256) == b"WATCHDOG=1"


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
        config.write("console: {}\nwatch: {}\n")
    text = subprocess.run([DEPLOY / "supervisor" / "make-conf", tmp_path, BIN, "--user", user], capture_output=True, text=True,
                          check=True).stdout
    conf.read_string(text)
    for name in ("console", "watch"):
        assert conf[f"program:{name}-0"]["command"] == f"{BIN / f'bilag-{name}'} --config {tmp_path} --instance 0"
    done = subprocess.run([DEPLOY / "supervisor" / "make-conf", tmp_path / "nowhere", BIN, "--user", user], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 1 and "bilag.yaml" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start the processes of two users")
def test_supervisor_with_two_users(tmp_path):
    settings = f"state_dir: {tmp_path}/state\nrun_dir: {tmp_path}/run\nrun_as: {{stages: daemon, keys: %s}}\n"
    (tmp_path / "bilag.yaml").write_text(settings % "bin")
    done = subprocess.run([DEPLOY / "supervisor" / "make-conf", tmp_path, BIN], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "different groups" in done.stderr
    (tmp_path / "bilag.yaml").write_text(settings % "daemon")
    text = subprocess.run([DEPLOY / "supervisor" / "make-conf", tmp_path, BIN], capture_output=True, text=True, check=True).stdout
    conf = configparser.RawConfigParser()
    conf.read_string(text)
    assert conf["supervisord"]["user"] == "root" and {conf[f"program:{s}-0"]["user"] for s in STAGES} == {"daemon"}
    for folder in (tmp_path / "state", tmp_path / "run"):
        assert folder.stat().st_mode & 0o7777 == 0o770 and folder.stat().st_uid == pwd.getpwnam("daemon").pw_uid


def test_manual_pages_are_without_fault():
    pages = sorted((ROOT / "man").iterdir())
    assert len(pages) == len(STAGES) + 6
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "style", *pages], capture_output=True, text=True, check=False)
    faults = [line for line in (done.stdout + done.stderr).splitlines() if "referenced manual not found" not in line]
    assert not faults, faults


def install(what, folder):
    subprocess.run(["make", "-s", "-C", ROOT, what, f"DESTDIR={folder}", "PREFIX=/usr", f"BIN={BIN}", "-o", "all"],
                   check=True, capture_output=True)
    return {str(path.relative_to(folder / "usr")) for path in folder.rglob("*") if path.is_file()}


def test_install_puts_everything_in_its_place_and_uninstall_takes_it_all_away(tmp_path):
    there = install("install", tmp_path)
    for name in (*(f"bin/bilag-{s}" for s in (*STAGES, "console", "watch")), "bin/bilag", "bin/bilag-sandbox", "share/man/man1/bilag.1",
                 "lib/systemd/system/bilag-ingest@.service", "lib/sysusers.d/bilag.conf", "lib/tmpfiles.d/bilag.conf",
                 "share/doc/bilag/config-example/bilag.yaml", "share/bash-completion/completions/bilag",
                 "share/zsh/site-functions/_bilag", "share/bilag/prometheus/bilag.rules.yml", "share/bilag/two-users",
                 "share/bilag/fleet/patroni.yml", "share/doc/bilag/fleet.md"):
        assert name in there, name
    assert "ExecStart=/usr/bin/bilag-ingest " in \
        (tmp_path / "usr/lib/systemd/system/bilag-ingest@.service").read_text()
    (tmp_path / "usr/bin/other").write_text("somebody else's\n")
    assert install("uninstall", tmp_path) == {"bin/other"}


def test_completion_knows_commands_options_and_venues(tmp_path):
    """What bash would offer: from the help, so it cannot fall behind; venues from the folder that --config names."""
    (tmp_path / "venues").mkdir()
    for venue in ("oslo-grill", "oslo-bar", "bergen"):
        (tmp_path / "venues" / f"{venue}.yaml").touch()
    for typed, offered in ((["stat"], ["status"]), (["re"], ["refused", "resend", "reverse", "restarted", "restore"]),
                           (["help", "set"], ["settings", "settlement"]), (["status", "--js"], ["--json"]),
                           (["status", "--config", str(tmp_path), "--venue", "oslo"], ["oslo-bar", "oslo-grill"])):
        words = " ".join(["bilag", *typed])
        script = f'''. {DEPLOY}/completion/bilag.bash; COMP_WORDS=({words}); COMP_CWORD={len(typed)}; _bilag_words
                     printf "%s\\n" "${{COMPREPLY[@]}}"'''
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True,
                              env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"})
        assert done.stdout.split() == offered, typed


def test_dependencies_are_there_and_asking_is_quick():
    subprocess.run([DEPLOY / "install-deps"], check=True, timeout=10)
