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


def install(what, folder):
    subprocess.run(["make", "-s", "-C", ROOT, what, f"DESTDIR={folder}", "PREFIX=/usr", f"BIN={BIN}", "-o", "all"],
                   check=True, capture_output=True)
    return {str(path.relative_to(folder / "usr")) for path in folder.rglob("*") if path.is_file()}


def test_install_puts_everything_in_its_place_and_uninstall_takes_it_all_away(tmp_path):
    there = install("install", tmp_path)
    for name in (*(f"bin/bilag-{s}" for s in (*STAGES, "console")), "bin/bilag", "bin/bilag-sandbox", "share/man/man1/bilag.1",
                 "lib/systemd/system/bilag-ingest@.service", "lib/sysusers.d/bilag.conf",
                 "share/doc/bilag/config-example/bilag.yaml", "share/bash-completion/completions/bilag",
                 "share/zsh/site-functions/_bilag", "share/bilag/prometheus/bilag.rules.yml"):
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
    for typed, offered in ((["stat"], ["status"]), (["re"], ["resend", "reverse", "refused", "restarted", "restore"]),
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
