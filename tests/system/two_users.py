"""A pipeline whose programs run as two users (run_as). Needs root, to be both."""
import os
import pwd

from pipeline import Pipeline

STAGES_USER, KEYS_USER = "daemon", "games"           # of every Debian; their group here: daemon
GROUP = pwd.getpwnam(STAGES_USER).pw_gid
SENDERS = ("uploader", "invoicer")


def as_user(name):
    return {"user": pwd.getpwnam(name).pw_uid, "group": GROUP, "extra_groups": []}


class TwoUsers(Pipeline):
    """bilag.yaml names both, the folders are their group's, the keys are the senders'."""

    def __init__(self, *args, **more):
        more["settings"] = {"run_as": {"stages": STAGES_USER, "keys": KEYS_USER}, **(more.get("settings") or {})}
        super().__init__(*args, **more)

    def start(self):
        self.folder.chmod(0o755)
        for path in (self.state, self.run, self.spool):
            path.mkdir(exist_ok=True)                # state: perhaps a disk of its own
            os.chown(path, as_user(STAGES_USER)["user"], GROUP)
            path.chmod(0o770)
        super().start()

    def own_key(self, path):
        for mine in (path.parent, path):
            os.chown(mine, as_user(KEYS_USER)["user"], GROUP)
        path.parent.chmod(0o700)

    def popen_as(self, stage):
        return as_user(KEYS_USER if stage in SENDERS else STAGES_USER)

    def command(self, *args, user=STAGES_USER, **more):
        return super().command(*args, **as_user(user), **more)

    def with_keys(self, *args, **more):
        return self.command(*args, user=KEYS_USER, **more)
