"""Drives tool_foldrun: the real fold and drafts in a throw-away store. BILAG_FOLDRUN is the program."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def program():
    """The newest one that was built, unless the environment names it."""
    if os.environ.get("BILAG_FOLDRUN"):
        return pathlib.Path(os.environ["BILAG_FOLDRUN"])
    built = sorted(ROOT.glob("build/*/tests/mapper/tool_foldrun"), key=lambda path: path.stat().st_mtime)
    assert built, "build it first: make build/gcc/tests/mapper/tool_foldrun"
    return built[-1]


def write_config(folder, venues, settings=None):
    """A configuration folder; a venue's settings as JSON, which is YAML."""
    folder = pathlib.Path(folder)
    (folder / "venues").mkdir(parents=True, exist_ok=True)
    (folder / "keys").mkdir(exist_ok=True)
    key = folder / "keys" / "any"
    key.touch(0o600)
    key.write_text("not-a-secret\n")
    (folder / "bilag.yaml").write_text(json.dumps({
        "state_dir": "state", "run_dir": "run",
        "poweroffice": {"subscription_key": {"file": "keys/any"}, "application_keys": {"quickorder": {"file": "keys/any"}}},
        **(settings or {})}))
    for venue in venues.values():
        (folder / "venues" / f"{venue['venue']}.yaml").write_text(
            json.dumps({**venue, "client_key": {"file": "keys/any"}}, ensure_ascii=False))
    return folder


class FoldRun:
    """One program for many runs; configurations are numbered in their order."""

    def __init__(self, *configs):
        base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="foldrun-", dir=base))
        self.process = subprocess.Popen([program(), self.folder / "store", *configs], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.counters = (0, 0, 0)

    def close(self):
        self.process.stdin.close()
        code = self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)
        assert code == 0, f"tool_foldrun ended with {code}"

    def send(self, lines):
        """Commands and events, as texts; nothing is answered."""
        self.process.stdin.write(("\n".join(lines) + "\n").encode())

    def drafts(self):
        """Looks at every day and gives every draft: {document id: draft}."""
        self.process.stdin.write(b"#print\n")
        self.process.stdin.flush()
        found = {}
        for line in self.process.stdout:
            if line.startswith(b"#done"):
                self.counters = tuple(map(int, line.split()[1:]))
                return found
            draft = json.loads(line)
            found[draft["id"]] = draft
        raise AssertionError(f"tool_foldrun ended with {self.process.wait(5)}")

    def run(self, lines, partitions=16):
        self.send([f"#new {partitions}", *lines])
        return self.drafts()
