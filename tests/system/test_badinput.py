"""Bad input into the whole pipeline: each with one clear line, and nothing that was good is lost.

What one ingest does with garbage on its sockets, absurd amounts, long lines, a full disk and a port in use stands in
test_ingest.py; SAF-T files that are refused in test_saft.py.
"""
import contextlib
import http.client
import json
import os
import pathlib
import resource
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

import stage_keys                                                    # noqa: E402
from pipeline import DEADLINE_S, Pipeline, load_events, load_venues      # noqa: E402

CASE = HERE.parent / "data" / "cases" / "restaurant-evening"
EVENTS = load_events(CASE / "events.ndjson")
VENUES = {name: {**venue, "quiet_seconds": "1"} for name, venue in load_venues(CASE / "venues").items()}
EXPECTED = json.loads((CASE / "expected.json").read_text())["oslo-grill"]["2026-11-20"]


def check_good_one(pipeline):
    """What was good is in the books, once and to the øre."""
    pipeline.until("the good day's voucher", pipeline.vouchers)
    (voucher,) = pipeline.vouchers()
    assert voucher["reference"] == EXPECTED["reference"]
    assert [{key: line[key] for key in ("account", "vat_code", "department", "amount")} for line in voucher["lines"]] \
        == EXPECTED["lines"]


def with_change(**change):
    return {**EVENTS[0], "seq": 900, **change}


# One line of NDJSON, and what the answer must name. Each is sent between good lines.
BAD_LINES = [
    ("kind that nobody knows", json.dumps(with_change(kind="gift")), "kind"),
    ("text where a number belongs", json.dumps(with_change(lines=[{"product_type": "food", "vat": 25, "gross": "1"}])),
     "gross"),
    ("half an øre", json.dumps(with_change(payments=[{"type": "card", "amount": 10.5}])), "amount"),
    ("more than a double holds", json.dumps(with_change(payments=[{"type": "card", "amount": 2 ** 53 + 2}])), "amount"),
    ("edge of int64", json.dumps(with_change(payments=[{"type": "card", "amount": 2 ** 63 - 1}])), "amount"),
    ("beyond int64", json.dumps(with_change(payments=[{"type": "card", "amount": -2 ** 64}])), "amount"),
    ("infinite", '{"v":1,"venue":"oslo-grill","register":"K1","seq":1e999,"kind":"receipt"}', "seq"),
    ("a list of lines that is none", json.dumps(with_change(lines={"a": 1})), "lines"),
    ("no time", json.dumps({key: value for key, value in with_change().items() if key != "time"}), "time"),
    ("a day that does not exist", json.dumps(with_change(time="2026-02-30T12:00:00+01:00")), "time"),
    ("negative number", json.dumps(with_change(seq=-1)), "seq"),
    ("a path as a register", json.dumps(with_change(register="../../etc/passwd")), "register"),
    ("not JSON", "{" * 1000, ""),
    ("nothing but a word", "hello", ""),
    ("a key twice", json.dumps(with_change()).replace('"seq": 900', '"seq": 900, "seq": 901'), "seq"),
    ("broken UTF-8", b'{"v":1,"venue":"\xff\xfe"}', ""),
    ("a NUL inside", json.dumps(with_change(customer="a\0b")), "u0000"),
    ("10 MB", json.dumps(with_change(customer="x" * 10_000_000)), ""),
]


# Goal: every bad line is answered with its number, one line of reason and the field; the good lines around them are
# taken, and the day is posted. What was refused is kept and listed.
def test_lines_among_good_ones():
    with Pipeline(VENUES) as pipeline:
        body, wrong = b"", {}
        for number, (why, line, word) in enumerate(BAD_LINES):
            good = json.dumps(EVENTS[number % len(EVENTS)]).encode()
            body += good + b"\n" + (line if isinstance(line, bytes) else line.encode()) + b"\n"
            wrong[2 * number + 2] = (why, word)
        body += json.dumps(with_change(venue="nowhere")).encode() + b"\n"        # no garbage: kept until it is set up
        answer = pipeline.until("an answer", lambda: pipeline.post_bytes(body))
        assert answer["accepted"] == len(EVENTS) + 1 and answer["parked"] == 1, answer
        reasons = {entry["line"]: entry["reason"] for entry in answer["rejected"]}
        assert set(reasons) == set(wrong), (set(wrong) ^ set(reasons))
        for line, (why, word) in wrong.items():
            assert word in reasons[line] and "\n" not in reasons[line] and len(reasons[line]) < 500, (why, reasons[line])
        check_good_one(pipeline)
        if (pipeline.bin / "bilag").exists():
            listed = pipeline.command("refused", check=False).stdout
            assert "parked  nowhere: 1 events" in listed and "gross" in listed


# Goal: the same lines in a spool file hold up nothing, and each is said once.
def test_lines_in_a_spool_file():
    with Pipeline(VENUES) as pipeline:
        bad = [line if isinstance(line, bytes) else line.encode() for _, line, _ in BAD_LINES]
        pipeline.spool_bytes("till.ndjson", b"\n".join(bad) + b"\n" + b"".join(
            json.dumps(event).encode() + b"\n" for event in EVENTS))
        check_good_one(pipeline)
        assert pipeline.counter("ingest", "rejected") == len(BAD_LINES)


# Goal: a venue file with a wrong key is said with file, line and mend; that venue waits, the others go on; mended
# and reloaded, what waited is posted. Nothing of it is lost.
def test_wrong_key_in_a_venue_file():
    other = {**VENUES["oslo-grill"], "venue": "bergen", "company": "987654321", "client_key": {"file": "keys/bergen"}}
    with Pipeline({**VENUES, "bergen": other}) as pipeline:
        path = pipeline.config / "venues" / "bergen.yaml"
        right = path.read_text()
        path.write_text(right.replace('"account"', '"acount"', 1))
        pipeline.reload()
        pipeline.until("the fault is said", lambda: "did you mean account" in pipeline.log("mapper-0"))
        said = [line for line in pipeline.log("mapper-0").splitlines() if "did you mean account" in line]
        assert len(said) == 1 and "venues/bergen.yaml" in said[0]
        pipeline.post(EVENTS)
        check_good_one(pipeline)
        path.write_text(right)
        pipeline.reload()
        pipeline.post([{**event, "venue": "bergen"} for event in EVENTS])
        pipeline.until("the mended venue's voucher", lambda: len(pipeline.vouchers()) == 2)


# Goal: a bilag.yaml that is wrong changes nothing in what runs, and a process that starts with it ends with 100 and
# one line that says file, line and mend.
def test_wrong_main_file():
    with Pipeline(VENUES) as pipeline:
        path = pipeline.config / "bilag.yaml"
        right = path.read_text()
        path.write_text(right.replace('"run_dir"', '"rundir"'))
        pipeline.reload()
        pipeline.until("it is said", lambda: "rundir" in pipeline.log("uploader-0"))
        done = subprocess.run([pipeline.bin / "bilag-mapper", "--config", pipeline.config], capture_output=True, text=True,
                              timeout=DEADLINE_S, check=False)
        assert done.returncode == 100
        lines = [line for line in done.stderr.splitlines() if "rundir" in line]
        assert len(lines) == 1 and "bilag.yaml:1" in lines[0]
        path.write_text(right)
        pipeline.post(EVENTS)
        check_good_one(pipeline)


# Goal: a key that others could read is refused by every program, naming the file and the mode, never the key.
@pytest.mark.parametrize("name", ["subscription", "quickorder", "oslo-grill"])
def test_key_that_others_can_read(name):
    with Pipeline(VENUES) as pipeline:
        path = pipeline.config / "keys" / name
        path.chmod(0o644)
        done = subprocess.run([pipeline.bin / "bilag-validator", "--config", pipeline.config, "--instance", "1"],
                              capture_output=True, text=True, timeout=2, check=False) if name != "oslo-grill" else None
        if done:
            assert done.returncode == 100
            said = done.stderr
        else:                                    # one venue's key: that venue is left out, the others run
            pipeline.reload()
            pipeline.until("it is said", lambda: f"keys/{name}" in pipeline.log("mapper-0"))
            said = pipeline.log("mapper-0")
        assert f"keys/{name}" in said and "chmod 600" in said and path.read_text().strip() not in said
        path.chmod(0o600)
        pipeline.reload()
        pipeline.post(EVENTS)
        check_good_one(pipeline)


# Goal: an XML bomb is refused at once, in one line, with little memory.
def test_entity_bomb(tmp_path):
    bomb = tmp_path / "bomb.xml"
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 30))
    bomb.write_text(f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "ha">{entities}]><auditfile>&a29;</auditfile>')
    with Pipeline(VENUES) as pipeline:
        done = pipeline.import_file(bomb, "--format", "saft", "--venue", "oslo-grill", check=False, timeout=10)
        assert done.returncode != 0 and "DOCTYPE" in done.stdout + done.stderr
        assert pipeline.counter("ingest", "accepted") == 0
        pipeline.post(EVENTS)
        check_good_one(pipeline)


# Goal: garbage on the inner sockets harms nobody: it is counted, and the day is posted.
def test_garbage_between_the_stages():
    with Pipeline(VENUES) as pipeline:
        import zmq
        for name, sender in (("validator-0", "mapper"), ("uploader-0", "validator"), ("mapper-0", "uploader")):
            with pipeline.context.socket(zmq.PUSH) as s:
                s.linger = 1000
                stage_keys.connect(s, pipeline.run, pipeline.state, name, sender)
                for garbage in (b"", b"\xc1", b"\xdd\xff\xff\xff\xff", os.urandom(5000), b"\x93" * 20000):
                    s.send(garbage)
        pipeline.post(EVENTS)
        check_good_one(pipeline)
        for stage in ("validator", "uploader", "mapper"):
            pipeline.until("it is counted", lambda stage=stage: pipeline.counter(stage, "messages_malformed") >= 4)
            assert pipeline.of(stage).starts == 1


# Goal: half a request, and one that never ends, keep nobody else from being answered.
def test_slow_and_broken_senders():
    with Pipeline(VENUES) as pipeline:
        connections = []
        for _ in range(50):
            connection = http.client.HTTPConnection("127.0.0.1", pipeline.port, timeout=DEADLINE_S)
            connection.putrequest("POST", "/v1/events")
            connection.putheader("Content-Length", "1000000")
            for name, value in pipeline.door.headers(b"").items():
                connection.putheader(name, value)
            connection.endheaders()
            connection.send(b'{"v":1,"venue":"oslo-grill"')
            connections.append(connection)
        pipeline.post(EVENTS)
        check_good_one(pipeline)
        for connection in connections:
            connection.close()
        assert pipeline.counter("ingest", "accepted") == len(EVENTS)


# Goal: a stage that can write no more says so in one line at a time, and goes on by itself when there is room again;
# the books are right.
@pytest.mark.parametrize("stage", ["ingest", "mapper", "uploader"])
def test_no_room_under_a_stage(stage):
    sales = [event for event in EVENTS if event["kind"] == "receipt"]
    many = [{**event, "time": event["time"].replace("2026-11-2", f"2026-0{month}-2"), "order": "x" * 300}
            for month in range(1, 10) for _ in range(60) for event in sales]
    many = [{**event, "seq": number} for number, event in enumerate(many, 1)]
    total = sum(line["gross"] for event in many for line in event["lines"])
    venues = {name: {**venue, "close": "clock", "quiet_seconds": "1"} for name, venue in VENUES.items()}
    with Pipeline(venues) as pipeline:
        entry = pipeline.of(stage)
        size = (pipeline.state / stage / "data.mdb").stat().st_size
        resource.prlimit(entry.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        if stage == "ingest":
            body = "".join(json.dumps(event) + "\n" for event in many).encode()
            assert pipeline.post_bytes(body) is None          # not acknowledged
            resource.prlimit(entry.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            pipeline.post(many)
        else:
            pipeline.post(many)
            pipeline.until("it is said", lambda: "full" in pipeline.log(entry.name) or entry.starts > 1)
            if entry.process:
                resource.prlimit(entry.process.pid, resource.RLIMIT_FSIZE,
                                 (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        pipeline.until("every day's sum", lambda: sum(
            -line["amount"] for voucher in pipeline.vouchers() for line in voucher["lines"]
            if line["account"] >= 3000) == total)
        assert pipeline.log(entry.name).count("full") < 200
