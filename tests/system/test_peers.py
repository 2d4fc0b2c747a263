"""Whose messages count between stages: forged drafts, verdicts and seals against the real processes; keys as files.

Each forged message is one that would be believed: with the right key the same bytes do what they say.
"""
import json
import os
import pathlib
import socket
import subprocess
import sys

import msgpack
import pytest
import zmq

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

import stage_keys                                                        # noqa: E402
from pipeline import DEADLINE_S, Pipeline, client_key, load_events, load_venues      # noqa: E402
from sender_rig import DAY_ZERO, doc_id, voucher_draft                   # noqa: E402

CASE = HERE.parent / "data" / "cases" / "restaurant-evening"
EVENTS = load_events(CASE / "events.ndjson")
VENUES = {"oslo-grill": {**load_venues(CASE / "venues")["oslo-grill"], "auto_transfer": "true", "department": []}}


class Grill:
    """As sender_rig's drafts name a venue."""
    id, company, key = "oslo-grill", VENUES["oslo-grill"]["company"], client_key("oslo-grill")


def draft(day):
    return voucher_draft(Grill, DAY_ZERO - 10 + day)


def verdict(day):
    return msgpack.packb([msgpack.packb(draft(day), use_bin_type=True), []], use_bin_type=True)


def seal(day):
    """[document, revision, undone, upto, ...]: common/domain/draft.c, `seal_rows`."""
    return msgpack.packb([draft(day)[1], 1, False, 1, False], use_bin_type=True)


DOORS = {                                        # socket: the stage that may send, one that may not, what, its counters
    "validator-0": ("mapper", "validator", lambda day: msgpack.packb(draft(day), use_bin_type=True), ("ready", "held")),
    "uploader-0": ("validator", "mapper", verdict, ()),
    "mapper-0": ("uploader", "validator", seal, ("seals",)),
}


def knock(pipeline, name, message, key):
    """Offers a message until the stage has refused once more; whether it took the peer in."""
    stage = name.rsplit("-", 1)[0]
    before = pipeline.counter(stage, "peers_refused")
    with pipeline.context.socket(zmq.PUSH) as s:
        s.linger = 0
        s.immediate = 1                              # nothing is queued for a peer that has not let us in
        key(s)
        sent = []

        def answered():
            if s.poll(0, zmq.POLLOUT):
                s.send(message)
                sent.append(1)
            return sent or pipeline.counter(stage, "peers_refused") > before
        pipeline.until(f"{name} answers", answered)
    return bool(sent)


def without_key(pipeline, name):
    return lambda s: s.connect(stage_keys.endpoint(pipeline.run, name))


def with_key_of(pipeline, name, own):
    return lambda s: stage_keys.connect(s, pipeline.run, pipeline.state, name, own)


def stranger(pipeline, name):
    """A key of its own; it has read the stage's public one."""
    def key(s):
        s.curve_serverkey = stage_keys.of(pipeline.state, name.rsplit("-", 1)[0], "public")
        s.curve_publickey, s.curve_secretkey = zmq.curve_keypair()
        s.connect(stage_keys.endpoint(pipeline.run, name))
    return key


def raw(pipeline, name, hello, message):
    """Speaks an old ZeroMQ that knows of no keys, or none at all; what the stage answers until it hangs up."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(DEADLINE_S)
        s.connect(str(pipeline.run / f"{name}.curve.ipc"))
        s.sendall(hello + bytes([0, len(message)] if len(message) < 256 else [2, *len(message).to_bytes(8, "big")]) + message)
        heard = b""
        try:
            while more := s.recv(4096):
                heard += more
        except ConnectionResetError:
            pass
    return heard


OLD = (b"\x01\x00",                                                      # ZMTP 1.0: no identity
       b"\xff\0\0\0\0\0\0\0\x01\x7f\x01\x08\x00\x00",                    # ZMTP 2.0, PUSH
       b"\xff\0\0\0\0\0\0\0\x01\x7f\x03\x00NULL" + bytes(48) + b"\x04\x19\x05READY\x0bSocket-Type\0\0\0\x04PUSH")


# Goal: nobody but the stage that may send is heard, and with its key the same bytes are: so it was the key that kept them out.
def test_forged_messages():
    with Pipeline(VENUES) as pipeline:
        pipeline.until("the books are read", lambda: pipeline.status("uploader"))
        for at, (name, (may, may_not, make, counters)) in enumerate(DOORS.items()):
            stage = name.rsplit("-", 1)[0]
            before = [pipeline.counter(stage, counter) for counter in counters]
            for key in (without_key(pipeline, name), stranger(pipeline, name), with_key_of(pipeline, name, may_not),
                        with_key_of(pipeline, name, "ingest")):
                assert not knock(pipeline, name, make(at), key), name
            for hello in OLD:
                raw(pipeline, name, hello, make(at))
            assert [pipeline.counter(stage, counter) for counter in counters] == before
            log = pipeline.log(name)
            assert 1 <= log.count("a peer was refused") <= 2 and "nothing of it read" in log, log
        assert pipeline.stats().get("vouchers", 0) == 0 and not pipeline.vouchers()
        assert doc_id(draft(0)) not in pipeline.log("uploader-0") and doc_id(draft(2)) not in pipeline.log("mapper-0")

        for at, name in enumerate(("validator-0", "uploader-0")):        # the same, with the right key
            assert knock(pipeline, name, DOORS[name][2](at), with_key_of(pipeline, name, DOORS[name][0]))
        assert knock(pipeline, "mapper-0", seal(2), with_key_of(pipeline, "mapper-0", "uploader"))
        pipeline.until("the voucher of a verdict that is believed", lambda: len(pipeline.vouchers()) == 2)
        pipeline.until("a seal that is believed", lambda: pipeline.counter("mapper", "seals") >= 1)
        find_what_no_till_sent(pipeline)


def problems_of(pipeline):
    """{document: codes of its problems}, as status shows them, and its exit code."""
    done = pipeline.command("status", "--json", check=False)
    (venue,) = json.loads(done.stdout)["venues"]
    return {doc["id"]: [p["code"] for p in doc["problems"]] for doc in venue["documents"]}, done.returncode


def find_what_no_till_sent(pipeline):
    """Both vouchers are named, one is taken back by the command that is advised, a real day's is not named."""
    forged = [doc_id(draft(day)) for day in range(2)]
    pipeline.post(EVENTS)
    pipeline.until("a real day's voucher", lambda: len(pipeline.vouchers()) == 3)
    pipeline.until("it is known as sent", lambda: "oslo-grill/2026-11-20/1" in str(problems_of(pipeline)[0]))
    assert problems_of(pipeline) == ({**dict.fromkeys(forged, ["no-receipts"]), "oslo-grill/2026-11-20/1": []}, 1)
    text = pipeline.command("status", check=False).stdout
    assert text.count("[no-receipts]") == 2 and f"bilag reverse {forged[0]} --reason" in text
    assert "[no-receipts]" in pipeline.command("explain", forged[0], check=False).stdout
    done = pipeline.command("fsck", check=False)
    assert done.returncode == 1 and all(f"red  {doc}: it was sent, and no store has an event" in done.stdout for doc in forged), done.stdout
    assert "2 to look at" in done.stdout and done.stdout.count("bilag reverse takes it back") == 2
    for doc in forged:
        pipeline.command("reverse", doc, "--reason", "no till has sent this")
    pipeline.until("they are taken back", lambda: len(pipeline.vouchers()) == 1)
    pipeline.until("nothing is red", lambda: problems_of(pipeline)[1] == 0)


# Goal: a stage whose key is refused for a moment (all are made anew, one stage is late) comes in by itself later.
def test_a_refused_stage_comes_again():
    with Pipeline(VENUES) as pipeline:
        name = "uploader-0"
        with pipeline.context.socket(zmq.PUSH) as s:
            s.linger, s.immediate = 0, 1
            with_key_of(pipeline, name, "mapper")(s)
            pipeline.until("it is refused twice", lambda: pipeline.counter("uploader", "peers_refused") >= 2)


def start(pipeline, stage="validator"):
    done = subprocess.run([pipeline.bin / f"bilag-{stage}", "--config", pipeline.config], capture_output=True, text=True,
                          timeout=DEADLINE_S, env={**os.environ, **pipeline.env})
    return done.returncode, done.stderr


WRONG = [
    ("keys", lambda p: (p.state / "keys").chmod(0o750), "mode 0750", "chmod 700"),
    ("secret key", lambda p: (p.state / "keys/stage-validator.secret").chmod(0o640), "mode 0640", "chmod 600"),
    ("public key", lambda p: (p.state / "keys/stage-mapper.public").chmod(0o666), "mode (0666)", "keys are made anew"),
    ("another public key", lambda p: (p.state / "keys/stage-validator.public").write_bytes(zmq.curve_keypair()[0]), "no pair",
     "keys are made anew"),
    ("half a key", lambda p: (p.state / "keys/stage-validator.secret").write_text("half"), "holds no key", "keys are made anew"),
    ("state_dir", lambda p: p.state.chmod(0o777), "state_dir", "chmod 700"),
    ("run_dir", lambda p: p.run.chmod(0o777), "run_dir", "chmod 700"),
]
if os.geteuid() == 0:
    WRONG += [(name, lambda p, at=at: os.chown(p.folder / at, 65534, 65534), "another user", "") if "public" not in at else
              (name, lambda p, at=at: os.chown(p.folder / at, 65534, 65534), "another owner", "keys are made anew")
              for name, at in (("keys of another", "state/keys"), ("a secret key of another", "state/keys/stage-validator.secret"),
                               ("a public key of another", "state/keys/stage-uploader.public"), ("run_dir of another", "r"),
                               ("state_dir of another", "state"))]


# Goal: folders and keys that somebody else could have changed are refused with a sentence that mends.
@pytest.mark.parametrize("row", WRONG, ids=[row[0].replace(" ", "-") for row in WRONG])
def test_owner_and_mode(row):
    _, spoil, said, mend = row
    pipeline = Pipeline(VENUES, stages={"ingest": 0, "mapper": 0, "uploader": 0, "invoicer": 0})
    with pipeline:
        pipeline.stop("validator")
        spoil(pipeline)
        code, text = start(pipeline)
        assert code == 100 and said in text and mend in text, (code, text)


# Goal: the other stages' secret keys may be hidden from a stage (as the units do), and a public one that is gone is made again.
def test_only_the_own_secret_key_is_read():
    with Pipeline(VENUES) as pipeline:
        names = [p.name for p in (pipeline.state / "keys").iterdir()]
        assert sorted(names) == sorted(f"stage-{s}.{half}" for s in stage_keys.STAGES for half in ("public", "secret"))
        pipeline.stop("mapper")
        public = pipeline.state / "keys/stage-mapper.public"
        before = public.read_bytes()
        public.unlink()
        for stage in ("ingest", "validator", "uploader", "invoicer"):
            (pipeline.state / f"keys/stage-{stage}.secret").write_text("hidden")
        pipeline.restart("mapper")
        assert public.read_bytes() == before
        assert json.dumps(pipeline.status("mapper"))
