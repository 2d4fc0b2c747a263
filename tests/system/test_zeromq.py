"""ZeroMQ over TCP: who proves a key comes in, for its venues and no others; the programs of docs/ingest.md do what they say."""
import pathlib
import socket
import subprocess
import sys
import time

import msgpack
import pytest
import zmq
from zmq.utils.monitor import parse_monitor_message

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from ingest_rig import DEADLINE_S, Ingest, ndjson, receipt, until        # noqa: E402
from pipeline import free_port                                           # noqa: E402

EXAMPLES = HERE.parents[1] / "docs" / "examples"


class Tcp(Ingest):
    def __init__(self, folder, settings="", **more):
        self.zeromq_port = free_port()
        super().__init__(folder, venues=("bar", "grill"), settings=settings, door=f", zeromq: '127.0.0.1:{self.zeromq_port}'", **more)
        self.at = f"tcp://127.0.0.1:{self.zeromq_port}"

    def key(self, *args):
        """bilag tokens add ... --zeromq KEY: {"server", "public", "secret"} and the token's number."""
        text = self.add_token(*args)
        number = [line.split()[0] for line in self.command("tokens", "list")[0].splitlines() if line[:5].strip().isdigit()][-1]
        return dict(line.split() for line in text.splitlines()), number

    def socket(self, keys):
        s = self.context.socket(zmq.DEALER)
        s.linger = 0
        if keys:
            s.curve_serverkey, s.curve_publickey = keys["server"].encode(), keys["public"].encode()
            s.curve_secretkey = keys["secret"].encode()
        return s

    def ask(self, s, events, form=b"map"):
        s.send_multipart([b"id", form, msgpack.packb(events)])
        assert s.poll(DEADLINE_S * 1000)
        answer = s.recv_multipart()
        assert answer[0] == b"id"
        return msgpack.unpackb(answer[1])

    def batch_as(self, keys, events, **more):
        with self.socket(keys) as s:
            s.connect(self.at)
            return self.ask(s, events, **more)

    def shut_out(self, keys):
        """Sends as these keys until the door has said no; gives what the client is told."""
        before = self.counter("peers_refused")
        with self.socket(keys) as s:
            monitor = s.get_monitor_socket()
            s.connect(self.at)
            s.send_multipart([b"id", b"map", msgpack.packb([receipt(99, venue="bar")])])
            until("it is counted", lambda: self.counter("peers_refused") > before)
            told = set()

            def heard():
                while monitor.poll(0):
                    told.add(parse_monitor_message(monitor.recv_multipart())["event"].name)
                return any("HANDSHAKE_FAILED" in name or name == "DISCONNECTED" for name in told)
            until("the client is told", heard)
            assert not s.poll(0)
            s.disable_monitor()
        return told


@pytest.fixture(scope="module", name="ingest")
def one_ingest(tmp_path_factory):
    ingest = Tcp(tmp_path_factory.mktemp("zeromq") / "i")
    ingest.start()
    yield ingest
    ingest.close()


# Goal: a key opens its venues; another's line is named, kept nowhere, and the good ones around it are taken.
def test_a_key_opens_its_venues(ingest):
    keys, _ = ingest.key("--venue", "bar", "--zeromq", "new", "--about", "the bar's till")
    answer = ingest.batch_as(keys, [receipt(1, venue="bar"), receipt(2, venue="grill"), receipt(3, venue="bar")])
    assert answer["accepted"] == 2
    assert [(row["line"], row["status"]) for row in answer["rejected"]] == [(2, 403)]
    assert "may not write grill" in answer["rejected"][0]["reason"]
    assert ingest.batch_as(keys, [receipt(1, venue="bar")])["duplicates"] == 1
    assert ("grill", "K1", 2) not in ingest.receipts() and ("bar", "K1", 3) in ingest.receipts()
    assert keys["secret"] not in ingest.log() and "(ZeroMQ)" in ingest.command("tokens", "list")[0]


# Goal: a till may make its own pair and say only the public half; it is taken up without a restart.
def test_a_key_of_the_tills_own(ingest):
    public, secret = (key.decode() for key in zmq.curve_keypair())
    keys = {"public": public, "secret": secret, "server": ingest.key("--venue", "grill", "--zeromq", "new")[0]["server"]}
    ingest.shut_out(keys)
    said, _ = ingest.key("--venue", "grill", "--zeromq", public)
    assert said == {"server": keys["server"], "public": public}
    assert ingest.batch_as(keys, [receipt(10, venue="grill")])["accepted"] == 1
    text, code = ingest.command("tokens", "add", "--venue", "bar", "--zeromq", public)
    assert code == 1 and "known already" in text
    for wrong in ("short", public[:-1], public[:-1] + "~", public + "a"):
        assert ingest.command("tokens", "add", "--venue", "bar", "--zeromq", wrong)[1] == 2


# Goal: no key, a stranger's, a wrong server key, a revoked one: nothing is taken, and it is counted and said once.
def test_nobody_else_comes_in(ingest):
    keys, number = ingest.key("--venue", "bar", "--zeromq", "new")
    public, secret = (key.decode() for key in zmq.curve_keypair())
    before = ingest.receipts()
    assert ingest.shut_out(None)
    assert "HANDSHAKE_FAILED_AUTH" in ingest.shut_out({**keys, "public": public, "secret": secret})
    assert ingest.shut_out({**keys, "server": public})
    ingest.command("tokens", "revoke", number, "--reason", "the till was stolen")
    assert "HANDSHAKE_FAILED_AUTH" in ingest.shut_out(keys)
    assert ingest.receipts() == before
    assert ingest.log().count("a peer was refused") == 1 and keys["public"] not in ingest.log()


# Goal: strangers who only hold places have no more of them than there are: the oldest makes room, and a till comes in beside them
# as ever.
def test_strangers_take_no_more_places_than_there_are(ingest):
    keys, _ = ingest.key("--venue", "bar", "--zeromq", "new")
    before = ingest.counter("peers_refused")
    silent = []
    try:
        for _ in range(600):
            silent.append(socket.create_connection(("127.0.0.1", ingest.zeromq_port), timeout=10))
        until("the oldest were sent away", lambda: ingest.counter("peers_refused") >= before + 300)
        began = time.monotonic()
        assert ingest.batch_as(keys, [receipt(7070, venue="bar")])["accepted"] == 1
        assert time.monotonic() - began < 4          # not only when their five seconds were over
        assert ingest.log().count("a peer was refused") <= 2
    finally:
        for s in silent:
            s.close()


# Goal: a key is no bearer token, nor the other way round: a public key is public.
def test_a_public_key_opens_nothing_over_http(ingest):
    keys, _ = ingest.key("--venue", "bar", "--zeromq", "new")
    for text in (keys["public"], keys["secret"], f"curve {keys['public']}", f"curve\0{keys['public']}"):
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {text}"}
        try:
            assert ingest.post(ndjson(receipt(50, venue="bar")), headers=headers)[0] in (400, 401)
        except ValueError:
            pass                                 # the client itself refuses such a header
    assert ("bar", "K1", 50) not in ingest.receipts()


# Goal: a key that is revoked while its connection stands opens nothing from the next batch on.
def test_revoked_while_connected(ingest):
    keys, number = ingest.key("--venue", "bar", "--zeromq", "new")
    with ingest.socket(keys) as s:
        s.connect(ingest.at)
        assert ingest.ask(s, [receipt(60, venue="bar")])["accepted"] == 1
        ingest.command("tokens", "revoke", number, "--reason", "the till was sold")
        answer = ingest.ask(s, [receipt(61, venue="bar")])
    assert answer == {"error": "this key is not known here, or it was revoked: nothing of this batch was taken", "retry": False}
    assert ("bar", "K1", 61) not in ingest.receipts() and ingest.counter("unauthorized") >= 1


# Goal: what `bilag import` may say on a socket of this machine, nobody says from outside: no venue's list of refusals is filled.
def test_lines_stay_inside(ingest):
    keys, _ = ingest.key("--venue", "bar", "--zeromq", "new")
    with ingest.socket(keys) as s:
        s.connect(ingest.at)
        s.send_multipart([b"id", b"lines", b"evening.ndjson", msgpack.packb([[1, b"forged", "a reason"]])])
        assert s.poll(DEADLINE_S * 1000)
        assert msgpack.unpackb(s.recv_multipart()[1])["retry"] is False
    assert "evening.ndjson" not in ingest.command("refused", "list")[0]


# Goal: a key has a rate of its own, and is told when to come again; another's goes on.
def test_rate(tmp_path):
    ingest = Tcp(tmp_path / "i", settings="ingest_limits: {token_events_per_second: 10}\n")
    ingest.start()
    try:
        loud, calm = (ingest.key("--venue", "bar", "--zeromq", "new")[0] for _ in range(2))
        assert ingest.batch_as(loud, [receipt(n, venue="bar") for n in range(1, 300)])["accepted"] == 299
        answer = ingest.batch_as(loud, [receipt(300, venue="bar")])
        assert answer["retry"] is True and 1 <= answer["retry_after_s"] <= 30 and "token_events_per_second" in answer["error"]
        assert ingest.batch_as(calm, [receipt(301, venue="bar")])["accepted"] == 1
        assert ("bar", "K1", 300) not in ingest.receipts() and ingest.counter("too_many_requests") == 1
    finally:
        ingest.close()


# Goal: further instances take the next ports; an address that is none, or is taken, is refused with a sentence.
def test_addresses(tmp_path):
    ingest = Tcp(tmp_path / "i", instances=2)
    try:
        for instance in range(2):
            ingest.start(instance)
        keys, _ = ingest.key("--venue", "bar", "--zeromq", "new")
        ingest.at = f"tcp://127.0.0.1:{ingest.zeromq_port + 1}"
        assert ingest.batch_as(keys, [receipt(1, venue="bar")])["accepted"] == 1
        ingest.stop(1)
        for address, code, said in ((f"127.0.0.1:{ingest.zeromq_port - 1}", 111, "in use"),
                                    ("192.0.2.1:7421", 100, "cannot listen on tcp://192.0.2.1:7422"), ("127.0.0.1:65535", 100, "65536")):
            ingest.more = f", zeromq: '{address}'"
            ingest.write_settings()
            process, _ = ingest.start(1, wait=False)
            assert process.wait(DEADLINE_S) == code and said in ingest.log(1).splitlines()[-1], (address, ingest.log(1))
    finally:
        ingest.close()


# Goal: the programs that docs/ingest.md shows do what it says.
def test_the_examples(ingest, tmp_path):
    keys, _ = ingest.key("--venue", "bar", "--zeromq", "new")
    path = tmp_path / "keys"
    path.write_text("".join(f"{name} {key}\n" for name, key in keys.items()))
    send = [sys.executable, EXAMPLES / "send_zeromq.py", ingest.at, path]
    done = subprocess.run(send, input=ndjson(receipt(70, venue="bar"), receipt(71, venue="bar")), capture_output=True,
                          timeout=DEADLINE_S)
    assert done.returncode == 0 and done.stdout == b"accepted 2, known 0, rejected 0\n", done
    done = subprocess.run(send, input=ndjson(receipt(72, venue="grill")), capture_output=True, timeout=DEADLINE_S)
    assert done.returncode == 1 and b"may not write grill" in done.stderr
    program = tmp_path / "send_zeromq"
    subprocess.run(["cc", "-Wall", "-Wextra", "-Werror", "-o", program, EXAMPLES / "send_zeromq.c", "-lzmq", "-lmsgpackc"], check=True)
    done = subprocess.run([program, ingest.at, keys["server"], keys["public"], keys["secret"], "bar", "K1", "80",
                           "2026-11-20T23:41:07+01:00", "12500"], capture_output=True, timeout=DEADLINE_S)
    assert done.returncode == 0 and b'"accepted"=>1' in done.stdout.replace(b" ", b""), done
    assert {("bar", "K1", n) for n in (70, 71, 80)} <= set(ingest.receipts())
