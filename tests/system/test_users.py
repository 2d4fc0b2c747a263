"""Two users run the programs: one may read the keys of PowerOffice and sends, the other does all the rest. Needs root, to be both."""
import json
import os
import pwd
import shutil
import signal
import subprocess

import pytest

from orders_rig import documents, sale, venue
from pipeline import BIN, ROOT, SANITIZED, Pipeline, client_key
from test_console import receipt
from two_users import GROUP, KEYS_USER, SENDERS, STAGES_USER, TwoUsers, as_user

pytestmark = pytest.mark.skipif(os.geteuid() != 0 or SANITIZED, reason="only root can run processes of two users")

DAY = "2026-11-19"
VENUES = [venue("oslo", auto_transfer="true")]


# Goal: everything goes its way, and who runs without keys cannot read one: not in its file, not another stage's secret.
def test_two_users():
    with TwoUsers({v["venue"]: v for v in VENUES}, customers=[(10001, "Hansen")]) as pipeline:
        pipeline.post([receipt("oslo", 1), sale("oslo", 2, "kunde")])
        pipeline.command("customers", "--venue", "oslo", "connect", "kunde", "10001")
        pipeline.until("the day is sent", lambda: documents(pipeline, "voucher").get(f"oslo/{DAY}/1", ("",))[0] == "sent")
        pipeline.until("the order is sent", lambda: documents(pipeline).get("oslo/order/K1/2", ("",))[0] == "sent")
        secrets = [*(pipeline.config / "keys").iterdir(), *((pipeline.state / "keys") / f"stage-{s}.secret" for s in SENDERS)]
        for path in secrets:
            done = subprocess.run(["cat", path], capture_output=True, check=False, **as_user(STAGES_USER))
            assert done.returncode == 1 and b"Permission denied" in done.stderr, path
        for path in (p for folder in (pipeline.state, pipeline.run) for p in folder.rglob("*")):
            assert path.stat().st_gid == GROUP and not path.stat().st_mode & 0o007 or path.suffix == ".public", path
        for user in (STAGES_USER, KEYS_USER):
            done = pipeline.command("check", "--online", user=user, check=False)
            assert "online Venue oslo" in done.stdout and not done.stderr, (user, done)
        out = pipeline.folder / "out"
        out.mkdir()
        os.chown(out, as_user(STAGES_USER)["user"], GROUP)
        pipeline.command("backup", str(out / "backup"))
        pipeline.command("fsck")


# Goal: a key that is exchanged is learnt of by those that may not read it, without a word to them.
def test_a_key_is_exchanged():
    with TwoUsers({v["venue"]: v for v in VENUES}) as pipeline:
        pipeline.write_key("shared", client_key("another"))
        pipeline.of("uploader").process.send_signal(signal.SIGHUP)
        for stage in ("mapper", "validator"):
            pipeline.until(f"{stage} has heard", lambda stage=stage: "configuration taken" in pipeline.log(f"{stage}-0"))


def cannot_start(pipeline, stage, **user):
    done = subprocess.run(pipeline.of(stage).command(), capture_output=True, text=True, timeout=30, check=False,
                          env={**os.environ, **pipeline.env}, **(user or pipeline.popen_as(stage)))
    return done.returncode, done.stderr


ROWS = [
    ("a stage with keys as the user without", "uploader", lambda p: None, as_user(STAGES_USER), "let it belong to the user"),
    ("a stage without keys as the user with", "mapper", lambda p: None, as_user(KEYS_USER), f"wants the user {STAGES_USER}"),
    ("a stranger", "mapper", lambda p: None, {"user": 65534, "group": 65534, "extra_groups": []}, "cannot be read"),
    ("a stranger of the group", "mapper", lambda p: None, {"user": 65534, "group": GROUP, "extra_groups": []}, f"wants the user {STAGES_USER}"),
    ("state_dir of the owner alone", "uploader", lambda p: p.state.chmod(0o700), None, "run_as|state_dir"),
    ("run_dir of the owner alone", "mapper", lambda p: p.run.chmod(0o700), None, "chmod 770"),
    ("state_dir for all", "mapper", lambda p: p.state.chmod(0o777), None, "chmod 770"),
    ("state_dir of another group", "mapper", lambda p: os.chown(p.state, as_user(STAGES_USER)["user"], 0), None, "chgrp"),
    ("state_dir of a stranger", "mapper", lambda p: os.chown(p.state, 65534, GROUP), None, "another user"),
    ("a key of the other user", "uploader", lambda p: os.chown(p.config / "keys/subscription", as_user(STAGES_USER)["user"], GROUP), None,
     "subscription"),
    ("the own public key by the other", "uploader", lambda p: os.chown(p.state / "keys/stage-uploader.public", as_user(STAGES_USER)["user"], GROUP),
     None, "another owner"),
    ("the other's public key by oneself", "validator", lambda p: os.chown(p.state / "keys/stage-uploader.public", as_user(STAGES_USER)["user"], GROUP),
     None, "another owner"),
    ("the own secret key by the other", "uploader", lambda p: os.chown(p.state / "keys/stage-uploader.secret", as_user(STAGES_USER)["user"], GROUP),
     None, "stage-uploader.secret"),
]


# Goal: what would let the one have what is the other's is refused at the start, with its mend.
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].replace(" ", "-"))
def test_refused(row):
    _, stage, spoil, user, said = row
    with TwoUsers({v["venue"]: v for v in VENUES}, run_sandbox=False) as pipeline:
        pipeline.stop(stage)
        spoil(pipeline)
        code, text = cannot_start(pipeline, stage, **(user or {}))
        assert code == 100 and any(word in text for word in said.split("|")), (code, text)
        for name in list(pipeline.processes):
            pipeline.stop(name.split("-")[0])


class OneUser(Pipeline):
    """One user runs everything and owns it; then, both: two of them do."""

    both = False
    users = "sync", "_apt"                               # of every Debian, of one group, and no other test runs anything as them

    def as_user(self, number):
        user = pwd.getpwnam(self.users[number])
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def start(self):
        self.folder.chmod(0o755)
        for path in (self.state, self.run, self.spool):
            path.mkdir(mode=0o700)
            self.own_key(path)
        super().start()

    def own_key(self, path):
        os.chown(path, self.as_user(0)["user"], self.as_user(0)["group"])

    def popen_as(self, stage):
        return self.as_user(self.both and stage in SENDERS)

    def command(self, *args, **more):
        return super().command(*args, **self.as_user(0), **more)

    def change(self):
        return subprocess.run([ROOT / "deploy/two-users", "--config", self.config, "--state", self.state, "--run", self.run, "--stages",
                               self.users[0], "--keys", self.users[1]], capture_output=True, text=True, check=False, timeout=60,
                              env={**os.environ, "BILAG": str(BIN / "bilag")})


# Goal: an installation of one user goes on as two with what it has, its key for tills over ZeroMQ too; not while anything runs, nor
# where a key lies that it does not know about. Twice is once.
def test_from_one_user_to_two():
    with OneUser({v["venue"]: v for v in VENUES}, customers=[(10001, "Hansen")]) as pipeline:
        pipeline.own_key(pipeline.config / "keys")
        pipeline.post([receipt("oslo", 1)])
        pipeline.until("the day is sent", lambda: documents(pipeline, "voucher").get(f"oslo/{DAY}/1", ("",))[0] == "sent")
        server = (pipeline.state / "keys/stage-ingest.public").read_text()
        yaml = pipeline.config / "bilag.yaml"            # in one bracket, as this rig writes it
        block = "".join(f"{name}: {json.dumps(value)}\n" for name, value in json.loads(yaml.read_text()).items())
        for text, said in ((yaml.read_text(), "in one bracket"), (block.replace("keys/subscription", "k/subscription"), "lie elsewhere"),
                           (block, "processes of sync run")):
            yaml.write_text(text)
            done = pipeline.change()
            assert done.returncode == 1 and said in done.stderr and "nothing was changed" in done.stderr, done
        for stage in pipeline.stages:
            pipeline.stop(stage)
        done = pipeline.change()
        assert done.returncode == 0 and "run_as: {stages: sync, keys: _apt}" in yaml.read_text(), done
        assert pipeline.change().stdout.startswith("two-users:")
        pipeline.both = True
        for stage in pipeline.stages:
            pipeline.restart(stage)
        assert (pipeline.state / "keys/stage-ingest.public").read_text() == server
        pipeline.post([{**receipt("oslo", 2), "time": "2026-11-20T12:00:00+01:00"}])
        pipeline.until("the next is sent", lambda: documents(pipeline, "voucher").get("oslo/2026-11-20/1", ("",))[0] == "sent")
        done = subprocess.run(["cat", pipeline.config / "keys/subscription"], capture_output=True, check=False, **pipeline.as_user(0))
        assert b"Permission denied" in done.stderr
        pipeline.command("fsck")


# Goal: users that are not there, or the same twice, are a mistake of the set-up.
@pytest.mark.parametrize("run_as,said", [({"stages": "daemon", "keys": "no-such-user"}, "no user no-such-user"),
                                         ({"stages": "daemon", "keys": "daemon"}, "the same user"), ({"stages": "daemon"}, "belong together")],
                         ids=["nobody", "twice", "half"])
def test_users_that_are_none(run_as, said, tmp_path):
    (tmp_path / "bilag.yaml").write_text(f"state_dir: {tmp_path}/s\nrun_dir: {tmp_path}/r\nrun_as: {run_as}\n".replace("'", ""))
    done = subprocess.run([BIN / "bilag-mapper", "--config", tmp_path], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 100 and said in done.stderr, done.stderr


# Goal: the user with keys starts first: he waits for the other's stages, and then goes on by himself.
def test_who_comes_first_waits():
    with TwoUsers({v["venue"]: v for v in VENUES}, run_sandbox=False) as pipeline:
        for name in list(pipeline.processes):
            pipeline.stop(name.split("-")[0])
        shutil.rmtree(pipeline.state / "keys")
        done = subprocess.run(pipeline.of("uploader").command(), capture_output=True, text=True, timeout=30, check=False,
                              env={**os.environ, **pipeline.env}, **pipeline.popen_as("uploader"))
        assert done.returncode == 111 and "not there yet" in done.stderr, done.stderr
        for stage in pipeline.stages:
            pipeline.restart(stage)
