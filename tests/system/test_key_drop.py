"""Goal: a client key goes one way: whoever gives it needs no key and no user that may read one; it is kept when PowerOffice says that
it opens the company's books, durable before it is said, and refused with the reason else; a crash leaves the old key or the new."""
import os
import subprocess

import pytest

from orders_rig import venue
from pipeline import BIN, DEADLINE_S, SANITIZED, client_key, clients_of
from test_errands import ask, asker
from memory import found_in_memory
from test_users import GROUP, KEYS_USER, STAGES_USER, TwoUsers, as_user

KILLS = (BIN / "bilag-uploader").exists() and b"BILAG_KILLPOINT" in (BIN / "bilag-uploader").read_bytes()
NEW, BAR = client_key("new"), client_key("bar")
pytestmark = pytest.mark.skipif(os.geteuid() != 0 or SANITIZED, reason="only root can run processes of two users")


class Dropping(TwoUsers):
    """oslo has a key of its own, and a second one in PowerOffice for the same client; bar is another company's, without a key yet."""

    def __init__(self, **more):
        venues = {v["venue"]: v for v in (venue("oslo", client_key={"file": "keys/oslo"}, auto_transfer="true"),
                                          venue("bar", client_key={"file": "keys/bar"}, company="987654321"))}
        clients = clients_of(venues)
        clients.append({**clients[0], "client_key": NEW, "client_id": "1234567"})
        clients[0]["client_id"] = "1234567"
        super().__init__(venues, clients=clients, **more)

    def start(self):
        super().start()
        self.wait_ready()

    def write_config(self):
        super().write_config()
        (self.config / "keys" / "bar").unlink()

    def connect(self, name, key, **more):
        done = self.command("venues", "connect", name, input=key + "\n", check=False, **more)
        assert key not in done.stdout + done.stderr
        return done

    def key(self, name):
        path = self.config / "keys" / name
        return path.read_text().strip() if path.exists() else None

    def dropped(self):
        return list((self.state / "drop").iterdir())

    def owned(self, name):
        stat = (self.config / "keys" / name).stat()
        return stat.st_uid == as_user(KEYS_USER)["user"] and stat.st_mode & 0o777 == 0o600


# Goal: as the user without keys: taken, refused, other books, PowerOffice away; nothing of it stays where it does not belong.
def test_a_key_goes_one_way():
    with Dropping() as pipeline:
        done = pipeline.connect("bar", BAR)
        assert done.returncode == 0 and "connected  bar" in done.stdout and "books of Venue bar" in done.stdout, done
        assert pipeline.key("bar") == BAR and pipeline.owned("bar") and not pipeline.dropped()
        assert "online Venue bar" in pipeline.command("check", "--online", "--venue", "bar", check=False).stdout
        done = pipeline.connect("oslo", client_key("nobody's"))
        assert done.returncode == 1 and "PowerOffice refuses the key" in done.stderr, done
        done = pipeline.connect("oslo", BAR)
        assert done.returncode == 1 and "other books" in done.stderr and "Venue bar" in done.stderr, done
        pipeline.sandbox_set(fault_5xx_before=1000)
        done = pipeline.connect("oslo", NEW)
        assert done.returncode == 1 and "could not be asked whose the key is" in done.stderr, done
        pipeline.sandbox_set(fault_5xx_before=0)
        assert pipeline.key("oslo") == client_key("oslo") and not pipeline.dropped()
        done = pipeline.connect("oslo", NEW)                  # also after it was tried elsewhere, and while PowerOffice was away
        assert done.returncode == 0 and pipeline.key("oslo") == NEW and pipeline.owned("oslo"), done
        assert pipeline.connect("oslo", "two words").returncode == 2
        trail = pipeline.command("audit", "oslo").stdout
        assert trail.count("venue-key-refused") == 2 and "other books" in trail
        for secret in (NEW, BAR):
            for path in (p for folder in (pipeline.state, pipeline.run) for p in folder.rglob("*") if p.is_file()):
                assert secret.encode() not in path.read_bytes(), path
        for args in (("--new-client", "--reason", "moved"), ("--browser",)):
            done = pipeline.command("venues", "connect", "oslo", *args, check=False, input=NEW + "\n")
            assert done.returncode == 100 and f"sudo -u {KEYS_USER}" in done.stderr, done
        pipeline.stop("uploader")
        done = pipeline.connect("oslo", NEW)
        assert done.returncode == 1 and "the uploader does not run" in done.stderr and not pipeline.dropped()


# Goal: a company's first venue is set up by who has no keys: its key goes the same way, its file suggests accounts from the books that the
# uploader reads; a key that is refused leaves nothing.
def test_a_first_venue():
    with Dropping() as pipeline:
        os.chown(pipeline.config / "venues", as_user(STAGES_USER)["user"], GROUP)
        path = pipeline.config / "venues" / "forste.yaml"

        def setup(key):
            done = pipeline.command("venues", "setup", "forste", "--company", "987654321", "--name", "Forste", input=key + "\n", check=False)
            assert key not in done.stdout + done.stderr
            return done
        done = setup(client_key("nobody's"))
        assert done.returncode == 1 and "PowerOffice refuses the key" in done.stderr and "nothing is written" in done.stderr, done
        assert not path.exists() and not pipeline.key("forste") and not pipeline.dropped()
        done = setup(BAR)
        assert done.returncode == 0 and "to the books of Venue bar" in done.stdout and "with accounts suggested" in done.stdout, done
        assert pipeline.key("forste") == BAR and pipeline.owned("forste") and "account: 3000" in path.read_text()
        assert "there already" in setup(BAR).stderr
        done = pipeline.command("products", "--venue", "oslo", "create", "--yes", check=False)
        assert done.returncode == 100 and f"sudo -u {KEYS_USER}" in done.stderr
        pipeline.stop("uploader")
        path.unlink()
        done = setup(BAR)
        assert done.returncode == 1 and "the uploader does not run" in done.stderr and not path.exists(), done


# Goal: who gave the key does not have it while it is judged, and a sealed one is opened by nobody else; the folder shows nothing.
def test_who_gives_it_keeps_nothing():
    quick = {"sender": {"answer_wait_ms": 3000, "connect_wait_ms": 500}}     # so long does a killed one keep the others from asking for a token
    with Dropping(settings=quick) as pipeline:
        pipeline.sandbox_set(latency_ms=600000)
        command = subprocess.Popen([str(pipeline.bin / "bilag"), "venues", "--config", str(pipeline.config), "connect", "oslo"], text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **pipeline.env},
                                   **as_user(STAGES_USER))
        try:
            command.stdin.write(NEW + "\n")
            command.stdin.flush()
            pipeline.until("it is dropped", pipeline.dropped)
            (path,) = pipeline.dropped()
            pipeline.until("it is whole", lambda: path.stat().st_size > 100)
            pipeline.until("it is wiped where it was given", lambda: not found_in_memory(command.pid, {"new": NEW}))
            assert NEW.encode() not in path.read_bytes()
            for done in (subprocess.run(["ls", path.parent], capture_output=True, check=False, **as_user(STAGES_USER)),
                         subprocess.run(["rm", "-f", path], capture_output=True, check=False, user=65534, group=GROUP, extra_groups=[])):
                assert done.returncode != 0, done
            pipeline.sandbox_set(latency_ms=0)               # what is on its way is late all the same
            pipeline.kill("uploader")
            _, complaints = command.communicate(timeout=DEADLINE_S)
            assert "the uploader ended before PowerOffice had answered" in complaints and command.returncode == 1
        finally:
            command.kill()
        pipeline.until("what was left is taken", lambda: pipeline.key("oslo") == NEW)
        pipeline.until("and removed", lambda: not pipeline.dropped())


# Goal: a first venue whose key the uploader died over keeps its file, for the key is taken after all; what it says to do then works.
def test_a_first_venue_without_an_answer():
    quick = {"sender": {"answer_wait_ms": 3000, "connect_wait_ms": 500}}
    with Dropping(settings=quick) as pipeline:
        os.chown(pipeline.config / "venues", as_user(STAGES_USER)["user"], GROUP)
        path = pipeline.config / "venues" / "forste.yaml"
        pipeline.sandbox_set(latency_ms=600000)
        command = subprocess.Popen([str(pipeline.bin / "bilag"), "venues", "--config", str(pipeline.config), "setup", "forste", "--company",
                                    "987654321"], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env={**os.environ, **pipeline.env}, **as_user(STAGES_USER))
        try:
            command.stdin.write(BAR + "\n")
            command.stdin.flush()
            pipeline.until("it is dropped", lambda: [p for p in pipeline.dropped() if p.stat().st_size > 100])
            pipeline.sandbox_set(latency_ms=0)
            pipeline.kill("uploader")
            _, complaints = command.communicate(timeout=DEADLINE_S)
        finally:
            command.kill()
        assert command.returncode == 1 and "the uploader ended" in complaints and "bilag venues connect forste" in complaints, complaints
        assert path.exists()
        pipeline.until("what was left is taken", lambda: pipeline.key("forste") == BAR and not pipeline.dropped())
        assert pipeline.connect("forste", BAR).returncode == 0


ROWS = [
    ("the installation's own", "keys/subscription", "another company's"),
    ("another company's", "keys/oslo", "another company's"),
    ("a file of another name", "keys/spare", "another company's"),
    ("outside of the folder", "elsewhere/bar", "keeps keys in"),
]


# Goal: the uploader writes over no file but the venue's own; what is no key, or is torn, harms nothing.
def test_where_it_may_go():
    with Dropping() as pipeline:
        (pipeline.config / "keys" / "spare").write_text("a key of another kind\n")
        before = {path.name: path.read_text() for path in (pipeline.config / "keys").iterdir()}
        path = pipeline.config / "venues" / "bar.yaml"
        text = path.read_text()
        for why, file, words in ROWS:
            path.write_text(text.replace("keys/bar", file))
            done = pipeline.connect("bar", BAR)
            assert done.returncode == 1 and words in done.stderr, (why, done)
            assert {path.name: path.read_text() for path in (pipeline.config / "keys").iterdir()} == before, why
        torn = pipeline.state / "drop" / ("0" * 32)
        torn.write_bytes(os.urandom(300))
        os.chown(torn, as_user(STAGES_USER)["user"], GROUP)
        torn.chmod(0o640)
        with asker(pipeline) as socket:
            for name, taken in (("0" * 32, "no-drop"), ("f" * 32, "no-drop"), ("../stage-drop.secret", "no-drop")):
                assert ask(socket, {"errand": "drop", "number": 7, "name": name})[0]["taken"] == taken
        assert not pipeline.dropped()
        pipeline.stop("uploader")                             # what lies there when it starts: torn, old
        old = torn.with_name("1" * 32)
        for path in (torn, old):
            path.write_bytes(os.urandom(300))
            os.chown(path, as_user(STAGES_USER)["user"], GROUP)
            path.chmod(0o640)
        os.utime(old, (1, 1))
        pipeline.restart("uploader")
        pipeline.until("both are thrown away", lambda: not pipeline.dropped())
        assert "thrown away\" why=old" in pipeline.log("uploader-0") and "thrown away\" why=torn" in pipeline.log("uploader-0")


# Goal: the process that takes it dies at each step: there is the old key or the new one, whole, and at last the new.
@pytest.mark.skipif(not KILLS, reason="not a build with KILLPOINTS=1")
@pytest.mark.parametrize("point", ["key.before-place", "key.after-place", "key.after-removal"])
def test_killed_at_each_step(point):
    with Dropping() as pipeline:
        process = pipeline.of("uploader")
        pipeline.stop("uploader")
        process.env = {"BILAG_KILLPOINT": f"{point}:1"}
        pipeline.restart("uploader")
        pipeline.wait_ready()
        process.env = {}                                      # of its next life
        done = pipeline.connect("oslo", NEW)
        assert done.returncode == 1 and "the uploader ended" in done.stderr, done
        assert pipeline.key("oslo") in (client_key("oslo"), NEW)
        pipeline.until("the new one is there", lambda: pipeline.key("oslo") == NEW and not pipeline.dropped())
        pipeline.until("it works", lambda: "online Venue oslo" in pipeline.command("check", "--online", "--venue", "oslo", check=False).stdout)
