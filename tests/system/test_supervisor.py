"""The supervisor's file under a real supervisord, as root and not: paths relative to the configuration, the stages' own user,
a reload and other numbers of processes that stop nothing."""
import json
import os
import pathlib
import pwd
import signal
import subprocess

import pytest

from pipeline import BIN, ROOT, STAGES, Pipeline
from test_tips import VENUE, receipt

MAKE_CONF = ROOT / "deploy" / "supervisor" / "make-conf"
NOBODY = pwd.getpwnam("nobody")
AS_NOBODY = ["setpriv", f"--reuid={NOBODY.pw_uid}", f"--regid={NOBODY.pw_gid}", "--clear-groups"]

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user, which only root can")


class Watched:
    """A configuration of its own under supervisord."""

    def __init__(self, pipeline, start_as):
        self.pipeline, self.start_as = pipeline, start_as
        self.conf = pipeline.folder / "supervisord.conf"

    def command(self, *args, codes=(0,)):
        done = subprocess.run([*self.start_as, *map(str, args)], capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode in codes and "ERROR" not in done.stdout, (args, done.returncode, done.stdout, done.stderr)
        return done.stdout

    def make(self, *options):
        self.conf.write_text(self.command(MAKE_CONF, self.pipeline.config, BIN, *options), encoding="utf-8")

    def control(self, *args, codes=(0,)):
        return self.command("supervisorctl", "-c", self.conf, *args, codes=codes)

    def pids(self):
        """Of all that run, by name."""
        rows = [line.split() for line in self.control("status", codes=(0, 3)).splitlines()]      # 3: not all of them run
        return {row[0]: int(row[3].rstrip(",")) for row in rows if row[1] == "RUNNING"}

    def ready(self, stage, instance):
        log = self.pipeline.config / "state" / "log" / f"{stage}-{instance}.log"
        return log.exists() and "what=ready" in log.read_text(encoding="utf-8")

    def taken(self, name):
        return (self.pipeline.config / "state" / "log" / f"{name}.log").read_text(encoding="utf-8").count('"configuration taken"')


def owners(folder):
    return {path.lstat().st_uid for path in [folder, *folder.rglob("*")]}


# Goal: what supervisord runs takes in sales and posts them; no process that is wanted before and after is ever stopped.
@pytest.mark.parametrize("how", ["as root", "as nobody"])
def test_reload_and_scaling_stop_nothing(how):
    settings = {"state_dir": "state", "run_dir": "r"}
    pipeline = Pipeline({"bar": {**VENUE, "product_types": {"food": {"account": "3000"}, "tip": {"account": "2910"}}, "auto_invoice":
                                 "false", "vat": {**VENUE["vat"], "reduced": {"rate": "15", "code": "31"}},
                                 "payment_types": {"cash": {"account": "1900"}, "card": {"account": "1570"}}}}, settings=settings)
    supervisor, failed = None, True
    try:
        pipeline.start_sandbox()
        pipeline.write_config()
        token = pipeline.command("tokens", "add", "--venue", "bar").stdout.split()[0]
        for path in [pipeline.folder, *pipeline.folder.rglob("*")]:
            os.chown(path, NOBODY.pw_uid, NOBODY.pw_gid)
        watched = Watched(pipeline, [] if how == "as root" else AS_NOBODY)
        options = ["--user", "nobody"] if how == "as root" else []
        watched.make(*options)
        supervisor = subprocess.Popen([*watched.start_as, "supervisord", "-c", watched.conf], stdout=subprocess.DEVNULL)
        pipeline.until("all are ready", lambda: all(watched.ready(stage, 0) for stage in STAGES))
        first = watched.pids()
        assert set(first) == {f"{stage}-0" for stage in STAGES}
        assert {pathlib.Path(f"/proc/{pid}").stat().st_uid for pid in first.values()} == {NOBODY.pw_uid}
        watched.control("signal", "HUP", "all")
        pipeline.until("the configuration is taken", lambda: all(watched.taken(name) == 1 for name in first))
        assert watched.pids() == first

        pipeline.stages.update(mapper=3, uploader=2)
        pipeline.write_config()
        for path in pipeline.config.rglob("*"):
            os.chown(path, NOBODY.pw_uid, NOBODY.pw_gid)
        watched.make(*options)
        watched.control("update")
        watched.control("signal", "HUP", "all")
        pipeline.until("the new ones are ready", lambda: watched.ready("mapper", 2) and watched.ready("uploader", 1))
        more = watched.pids()
        assert {name: more[name] for name in first} == first and set(more) == set(first) | {"mapper-1", "mapper-2", "uploader-1"}

        body = json.dumps(receipt(1, "2026-11-20", "Kari", 10000, 500, [("card", 10500)])).encode()
        answer = pipeline.until("ingest answers", lambda: subprocess.run(
            ["curl", "-sS", "--fail", "-H", f"Authorization: Bearer {token}", "-H", "Content-Type: application/x-ndjson",
             "--data-binary", "@-", f"http://127.0.0.1:{pipeline.port}/v1/events"], input=body, capture_output=True, check=False).stdout)
        assert json.loads(answer)["accepted"] == 1
        pipeline.until("the day is posted", lambda: len(pipeline.vouchers()) == 1)

        pipeline.stages.update(mapper=1, uploader=1)
        pipeline.write_config()
        for path in pipeline.config.rglob("*"):
            os.chown(path, NOBODY.pw_uid, NOBODY.pw_gid)
        watched.control("signal", "HUP", "all")
        pipeline.until("fewer are asked for", lambda: all(watched.taken(name) == 3 for name in first))
        watched.make(*options)
        watched.control("update")
        assert watched.pids() == first
        assert owners(pipeline.config / "state") == owners(pipeline.config / "r") == {NOBODY.pw_uid}
        failed = False
    finally:
        if supervisor:
            supervisor.send_signal(signal.SIGTERM)
            supervisor.wait(30)
        if failed:
            for log in sorted((pipeline.config / "state" / "log").glob("*.log")):
                print(f"-- {log.name}\n" + "\n".join(log.read_text(encoding="utf-8").splitlines()[-8:]))
        pipeline.close(failed=failed)


# Goal: root is told to say whose processes they are, and a user that is none is named.
def test_whose_processes(tmp_path):
    (tmp_path / "bilag.yaml").write_text("state_dir: state\nrun_dir: r\n")
    for options, words in (([], "say which user"), (["--user", "nobody-at-all"], "there is no user nobody-at-all")):
        done = subprocess.run([MAKE_CONF, tmp_path, BIN, *options], capture_output=True, text=True, check=False)
        assert done.returncode == 1 and words in done.stderr and not done.stdout
    assert not (tmp_path / "state").exists()
