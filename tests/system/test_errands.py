"""Goal: who has no key of PowerOffice has it asked by the uploader: all that reads goes its way, nothing that writes does, nobody but
an asker is heard, sales go first, and an uploader that ends in the middle is named."""
import json
import os
import subprocess
import threading

import pytest
import zmq

import stage_keys
from orders_rig import documents, sale, venue
from pipeline import DEADLINE_S, SANITIZED, Pipeline, client_key, key_name
from test_console import receipt
from memory import found_in_memory
from test_users import DAY, GROUP, KEYS_USER, STAGES_USER, TwoUsers, as_user

VENUES = [venue("oslo", auto_transfer="true")]
SOCKET = "errands-0"
needs_root = pytest.mark.skipif(os.geteuid() != 0 or SANITIZED, reason="only root can run processes of two users")


def asker(pipeline, own="asker", user_id=None):
    socket = pipeline.context.socket(zmq.DEALER)
    socket.linger, socket.rcvtimeo, socket.immediate = 0, DEADLINE_S * 1000, 1
    if user_id:
        socket.routing_id = user_id
    stage_keys.connect(socket, pipeline.run, pipeline.state, "uploader-0", own)
    socket.disconnect(stage_keys.endpoint(pipeline.run, "uploader-0"))
    socket.connect(stage_keys.endpoint(pipeline.run, SOCKET))
    return socket


def ask(socket, errand):
    socket.send(errand if isinstance(errand, bytes) else json.dumps(errand).encode())
    head, body = socket.recv_multipart()
    return json.loads(head), body


def mark(pipeline, name="shared"):
    return next(line.split()[0] for line in (pipeline.state / "key-marks").read_text().splitlines() if line.endswith(f"/keys/{name}"))


# Goal: what reads works as the user that may not read the keys; what writes says whose it is; so does an uploader that is down.
@needs_root
def test_two_users():
    with TwoUsers({v["venue"]: v for v in VENUES}, customers=[(10001, "Hansen")]) as pipeline:
        pipeline.post([receipt("oslo", 1), sale("oslo", 2, "kunde")])
        pipeline.until("the day is sent", lambda: documents(pipeline, "voucher").get(f"oslo/{DAY}/1", ("",))[0] == "sent")
        assert "online Venue oslo" in pipeline.command("check", "--online").stdout
        pipeline.command("customers", "--venue", "oslo", "connect", "kunde", "10001")
        assert "MAT" in pipeline.command("products", "--venue", "oslo", "check").stdout
        done = pipeline.command("export", "--venue", "oslo", "--from", DAY, "--to", DAY, "--compare", check=False)
        assert not done.stderr and done.returncode in (0, 1)
        assert pipeline.counter("uploader", "errands") >= 10
        done = pipeline.command("products", "--venue", "oslo", "create", "--yes", check=False)
        assert f"sudo -u {KEYS_USER}" in done.stderr and done.returncode == 100
        done = subprocess.run(["sh", "-c", "exec 3<>/dev/null; test -w \"$0\"", str(pipeline.run / f"{SOCKET}.curve.ipc")], check=False,
                              user=65534, group=65534, extra_groups=[])
        assert done.returncode == 1, "a stranger could write to the socket"
        assert (pipeline.state / "keys/stage-asker.secret").stat().st_mode & 0o777 == 0o600
        pipeline.stop("uploader")
        for language, words in (("en", "the uploader does not run"), ("nb", "uploader kjører ikke")):
            pipeline.settings["language"] = language
            pipeline.write_config()
            done = pipeline.command("check", "--online", check=False)
            assert words in done.stderr and done.returncode == 1, done
        assert pipeline.command("check", "--online", user=KEYS_USER).returncode == 0


# Goal: with one user as well the command holds no key while it asks; and it says so when the uploader ends before the answer.
def test_the_command_has_no_key_and_an_uploader_may_end():
    with Pipeline({v["venue"]: v for v in VENUES}) as pipeline:
        pipeline.wait_ready()
        before = pipeline.counter("uploader", "errands")
        pipeline.sandbox_set(latency_ms=600000)
        command = subprocess.Popen([str(pipeline.bin / "bilag"), "check", "--config", str(pipeline.config), "--online"], text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **pipeline.env})
        try:
            pipeline.until("it is asked", lambda: pipeline.counter("uploader", "errands") > before)
            if not SANITIZED:
                assert found_in_memory(command.pid, {"client": client_key(key_name(VENUES[0])), "mark": mark(pipeline)}).keys() == {"mark"}
            pipeline.kill("uploader")
            said, complaints = command.communicate(timeout=DEADLINE_S)
        finally:
            command.kill()
        assert "the uploader ended before PowerOffice had answered" in said and command.returncode == 1, (said, complaints)
        pipeline.sandbox_set(latency_ms=0)
        pipeline.until("it was started again", lambda: pipeline.of("uploader").starts == 2 and pipeline.of("uploader").ready())


ROWS = [
    ("not JSON", b"{", "malformed"),
    ("no errand", {"errand": "dance", "number": 1}, "malformed"),
    ("a write by its name", {"errand": "post", "number": 1, "venue": "oslo", "client": "MARK", "path": "/Products"}, "malformed"),
    ("a path that is not read", {"errand": "get", "number": 1, "venue": "oslo", "client": "MARK", "path": "/Onboarding/Initiate"}, "no-read"),
    ("a path behind a path", {"errand": "get", "number": 1, "venue": "oslo", "client": "MARK", "path": "/Products/../Vouchers"}, "no-read"),
    ("a line of its own", {"errand": "get", "number": 1, "venue": "oslo", "client": "MARK", "path": "/Products?x=1\r\nX: y"}, "no-read"),
    ("a path that is too long", {"errand": "get", "number": 1, "venue": "oslo", "client": "MARK", "path": "/Products?" + "x" * 2000}, "malformed"),
    ("no such venue", {"errand": "get", "number": 1, "venue": "nowhere", "client": "MARK", "path": "/Products"}, "no-venue"),
    ("another key", {"errand": "get", "number": 1, "venue": "oslo", "client": "0123456789abcdef", "path": "/Products"}, "other-key"),
    ("books of no venue", {"errand": "read", "number": 1, "venue": "nowhere", "client": "MARK"}, "no-venue"),
    ("books by another key", {"errand": "read", "number": 1, "venue": "oslo", "client": "0123456789abcdef"}, "other-key"),
    ("what is read", {"errand": "get", "number": 1, "venue": "oslo", "client": "MARK", "path": "/VatCodes"}, "taken"),
]


# Goal: an asker is heard, and asks for what is read alone; another stage, a stranger and who shows no key are not heard at all.
def test_who_and_what_is_refused():
    with Pipeline({v["venue"]: v for v in VENUES}) as pipeline:
        pipeline.wait_ready()
        own = mark(pipeline)
        writes = pipeline.stats()["by_path"] if "by_path" in pipeline.stats() else None
        with asker(pipeline) as socket:
            for why, errand, taken in ROWS:
                if isinstance(errand, dict):
                    errand = {name: own if value == "MARK" else value for name, value in errand.items()}
                head, body = ask(socket, errand)
                assert head["taken"] == taken, (why, head)
                assert bool(body) == (taken == "taken"), (why, body)
        assert pipeline.counter("uploader", "errands_refused") == len(ROWS) - 1 and pipeline.counter("uploader", "errands") == 1
        assert pipeline.log("uploader-0").count("PowerOffice is not asked for somebody") == 1
        assert writes is None or writes == pipeline.stats()["by_path"]
        stranger = zmq.curve_keypair()
        for why, keys in (("another stage", None), ("a stranger", stranger), ("no key", ())):
            before = pipeline.counter("uploader", "peers_refused")
            with pipeline.context.socket(zmq.DEALER) as socket:
                socket.linger, socket.immediate = 0, 1
                if keys != ():
                    socket.curve_serverkey = stage_keys.of(pipeline.state, "uploader", "public")
                    socket.curve_publickey, socket.curve_secretkey = keys or (stage_keys.of(pipeline.state, "mapper", "public"),
                                                                              stage_keys.of(pipeline.state, "mapper", "secret"))
                socket.connect(stage_keys.endpoint(pipeline.run, SOCKET))
                pipeline.until(f"{why} is refused", lambda before=before: pipeline.counter("uploader", "peers_refused") > before)
                with pytest.raises(zmq.Again):
                    socket.send(b'{"errand":"hello","number":0}', zmq.NOBLOCK)


# Goal: a venue's books are read again for who asks, once for each, and only then is it answered; the key of another venue reads nothing.
def test_books_are_read():
    with Pipeline({v["venue"]: v for v in VENUES}) as pipeline:
        pipeline.wait_ready()
        with asker(pipeline) as socket:
            head, body = ask(socket, {"errand": "read", "number": 5, "venue": "oslo", "client": mark(pipeline)})
            assert (head["taken"], head["outcome"], head["number"], body) == ("taken", "done", 5, b"")
            assert pipeline.log("uploader-0").count("reference data read") == 1
            pipeline.sandbox_set(fault_5xx_before=1000)
            head, _ = ask(socket, {"errand": "read", "number": 6, "venue": "oslo", "client": mark(pipeline)})
            assert (head["taken"], head["outcome"]) == ("taken", "passing"), head


# Goal: what one asker, and all together, have under way is bounded; who is told to wait loses nothing.
def test_askers_are_bounded():
    with Pipeline({v["venue"]: v for v in VENUES}) as pipeline:
        pipeline.wait_ready()
        errand = {"errand": "get", "venue": "oslo", "client": mark(pipeline), "path": "/VatCodes"}
        pipeline.sandbox_set(latency_ms=3000, rate_limit=1000)
        sockets = [asker(pipeline) for _ in range(5)]
        try:
            for socket in sockets:
                for number in range(1, 10):
                    socket.send(json.dumps({**errand, "number": number}).encode())
            by_asker = [[json.loads(socket.recv_multipart()[0])["taken"] for _ in range(9)] for socket in sockets]
        finally:
            for socket in sockets:
                socket.close()
        assert all(1 <= answers.count("busy") for answers in by_asker), by_asker
        assert sum(answers.count("taken") for answers in by_asker) == 32 and sum(answers.count("busy") for answers in by_asker) == 13, by_asker
        said = []
        commands = [threading.Thread(target=lambda: said.append(pipeline.command("check", "--online", check=False))) for _ in range(3)]
        pipeline.sandbox_set(latency_ms=50)
        for thread in commands:
            thread.start()
        for thread in commands:
            thread.join()
        assert all("online Venue oslo" in done.stdout for done in said) and len(said) == 3, said
