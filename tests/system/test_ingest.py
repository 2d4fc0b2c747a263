"""bilag-ingest as a process: every source, every refusal, every way to lose power."""
import concurrent.futures
import json
import os
import pathlib
import re
import signal
import socket
import subprocess

import msgpack
import pytest

from ingest_rig import BIN, ROOT, Ingest, canonical, ndjson, receipt, until


@pytest.fixture
def make(tmp_path):
    made = []

    def build(**more):
        ingest = Ingest(tmp_path / str(len(made)), **more)
        made.append(ingest)
        return ingest

    yield build
    for ingest in made:
        ingest.close()


@pytest.fixture
def ingest(make):
    one = make()
    one.start()
    return one


# Goal: every line of a body is accepted, known or refused by name, and the log holds what was accepted.
def test_http_counts_and_names(ingest):
    body = (ndjson(receipt(1), receipt(2), receipt(1)) + b"\r\n  \n"
            + ndjson(receipt(3, venue="nowhere"), receipt(4, gross=12.5)) + b'{"half' + b"\n"
            + ndjson(receipt(5))[:-1])
    status, answer, _ = ingest.post(body)
    assert status == 200
    assert (answer["accepted"], answer["duplicates"], answer["parked"]) == (4, 1, 1)
    assert [r["line"] for r in answer["rejected"]] == [7, 8]
    reasons = [r["reason"] for r in answer["rejected"]]
    assert reasons[0] == "lines[0].gross: must be a whole number of øre, not 12.5"
    assert reasons[1].startswith("not JSON")
    assert sorted(ingest.receipts()) == [("nowhere", "K1", 3)] + [("oslo-grill", "K1", n) for n in (1, 2, 5)]
    answer = ingest.post(body)[1]
    assert answer["duplicates"] == 5 and "parked" not in answer


# Goal: the same identity with other content is kept beside the first, for the mapper to report.
def test_conflict_is_stored_too(ingest):
    assert ingest.post(ndjson(receipt(1)))[1]["accepted"] == 1
    assert ingest.post(ndjson(receipt(1, gross=100), receipt(1, gross=100)))[1] == {
        "accepted": 1, "duplicates": 1, "rejected": []}
    assert [e[11][0][2] for _, e in sorted(ingest.events().items())] == [39800, 100]
    assert ingest.counter("conflicts") == 1


# Goal: a venue becomes known by reload, without a restart; until then its sales are kept, and the sender is told.
def test_reload_makes_venue_known(ingest):
    assert ingest.post(ndjson(receipt(1, venue="new")))[1] == {"accepted": 1, "duplicates": 0, "parked": 1, "rejected": []}
    assert ingest.counter("parked") == 1 and "what=parked count=1 venue=new" in ingest.log()
    ingest.add_venue("new")
    ingest.processes[0].send_signal(signal.SIGHUP)
    until("reloaded", lambda: "configuration taken" in ingest.log())
    assert ingest.post(ndjson(receipt(2, venue="new")))[1] == {"accepted": 1, "duplicates": 0, "rejected": []}


# Goal: a line that nobody needs any longer is dismissed by a person, with a reason: still listed, no longer counted. What
# comes later counts again.
def test_refused_is_dismissed(ingest):
    ingest.post(b"{\n{\n" + ndjson(receipt(1, venue="other", gross=1.5)))
    assert ingest.command("refused")[1] == 1
    for wrong in (("2",), ("2", "--reason", ""), ("9", "--reason", "seen to"), ("x", "--reason", "seen to")):
        assert ingest.command("refused", "dismiss", *wrong)[1] == 2
    text, code = ingest.command("refused", "dismiss", "2", "--reason", "a test of the till's")
    assert code == 0 and "1 dismissed" in text
    text, code = ingest.command("refused", "list")
    assert code == 1 and text.count("dismissed; was:") == 1 and "line 2  token 1: dismissed; was: not JSON" in text
    assert "1 dismissed" in ingest.command("refused", "dismiss", "all", "--venue", "other", "--reason", "closed")[0]
    assert "1 dismissed" in ingest.command("refused", "dismiss", "all", "--reason", "seen to")[0]
    assert ingest.command("refused")[1] == 0
    assert "refused" not in ingest.command("status")[0]
    assert "a test of the till's" in ingest.command("audit")[0]
    ingest.post(b"{\n")
    text, code = ingest.command("refused")
    assert code == 1 and text.count("dismissed; was:") == 3 and "refused" in ingest.command("status")[0]


# Goal: what a former version refused, as it did with sales of venues that were not set up, is taken in from what was
# kept, whatever way it came, and then the list and the exit say that nothing is left to do.
def test_refused_is_taken_in(ingest):
    late = [receipt(n, venue="new") for n in range(6)]
    kept = [json.dumps(late[0]), json.dumps(late[1]), msgpack.packb(late[2]), msgpack.packb(canonical(late[3]))]
    ingest.batch(b"b", b"lines", b"b.ndjson", msgpack.packb(
        [[n + 1, x if isinstance(x, bytes) else x.encode(), "new is not set up here"] for n, x in enumerate(kept)]))
    ingest.post(ndjson(receipt(7, venue="new", gross=1.5), receipt(8, venue="new", gross=1.5, text="x" * 20000)))
    until("refused", lambda: ingest.counter("rejected") == 6)
    text, code = ingest.command("refused")
    assert code == 1 and text.count("new is not set up here") == 4 and "must be a whole number" in text
    assert "4 of these can be taken in now: bilag refused retry" in text
    assert ingest.post(ndjson({**late[1], "staff": "9"}))[1]["accepted"] == 1        # put right by the till since
    text, code = ingest.command("refused", "retry")
    assert code == 1 and "3 taken in, 0 known already, 0 refused again" in text
    assert "3 of them are parked" in text and "1 not kept whole" in text and "1 no events" in text
    assert sorted(ingest.receipts()) == [("new", "K1", n) for n in range(4)]
    assert [e[10] for e in ingest.events().values() if e[4] == 1] == ["9"]
    text, code = ingest.command("refused", "list")
    assert code == 1 and text.count("taken in since; was") == 3 and text.count("with other content; was") == 1
    text, code = ingest.command("refused", "show", "1")
    assert code == 0 and '"seq": 0' in text
    text, code = ingest.command("refused", "retry", "--venue", "new", "--since", "2099-01-01")
    assert code == 0 and "0 taken in" in text
    assert ingest.command("refused", "show", "0")[1] == 2 and ingest.command("refused", "show", "x")[1] == 2
    assert ingest.command("refused", "again")[1] == 2


# Goal: garbage gets one clear answer and harms nothing.
def test_http_garbage(ingest):
    bad_length = b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: many\r\n\r\n"
    assert ingest.raw_http(bad_length).startswith(b"HTTP/1.1 400")
    with socket.create_connection(("127.0.0.1", ingest.port)) as s:
        s.sendall(b"\x00\xff\x13garbage\r\n\r\n")
    status, answer, _ = ingest.post(bytes(range(256)) * 8)
    assert status == 200 and answer["accepted"] == 0 and len(answer["rejected"]) >= 8
    assert ingest.post(b"x", path="/v2/other")[0] == 404
    status, _, response = ingest.post(None, method="GET")
    assert status == 405 and "POST" in response.headers["Allow"]
    assert ingest.post(None, path="/v1/health", method="GET")[1]["ok"] is True
    assert ingest.post(ndjson(receipt(1)))[1]["accepted"] == 1
    assert "what=refused" in ingest.log()


# Goal: amounts at the edge of int64 are refused by name; the largest that is legal is taken.
def test_absurd_amounts(ingest):
    amounts = [2**63 - 1, -2**63, 2**63, 2**53, 10**300]
    answer = ingest.post(ndjson(*[receipt(i, gross=a) for i, a in enumerate(amounts)]))[1]
    assert answer["accepted"] == 0 and len(answer["rejected"]) == len(amounts)
    assert all("lines[0].gross" in r["reason"] for r in answer["rejected"])
    assert ingest.post(ndjson(receipt(9, gross=2**53 - 1)))[1]["accepted"] == 1


# Goal: a line of 10 MB, whole or cut into packets, is refused without being held, and what follows is taken.
def test_long_line(ingest):
    ingest.post(ndjson(receipt(1)))
    before = ingest.rss_kb()
    answer = ingest.post(b'{"x":"' + b"a" * (10 << 20) + b'"}\n' + ndjson(receipt(2)))[1]
    assert answer["accepted"] == 1 and [r["line"] for r in answer["rejected"]] == [1]
    assert "longer than line_bytes_max" in answer["rejected"][0]["reason"]
    assert ingest.sanitized() or ingest.rss_kb() - before < 4096


# Goal: a body without end is taken line by line, in bounded memory; requests that wait share commits.
def test_many_senders_share_commits(make):
    ingest = make(settings="ingest_limits: {linger_ms: 20}\n")
    ingest.start()
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda n: ingest.post(ndjson(receipt(n)))[1], range(200)))
    assert all(a == {"accepted": 1, "duplicates": 0, "rejected": []} for a in answers)
    assert sorted(r[2] for r in ingest.receipts()) == list(range(200))
    assert ingest.counter("commits") < 100


# Goal: native maps and lines of a file over ZeroMQ are the same events as over HTTP; what its sender found to be no event
# is kept with its line.
def test_zmq_batches(ingest):
    events = [receipt(1), receipt(2), receipt(3, venue="nowhere"), {"v": 1}]
    answer = ingest.batch(b"b1", b"map", msgpack.packb(events))
    assert (answer["accepted"], answer["duplicates"], answer["parked"]) == (3, 0, 1)
    assert [r["line"] for r in answer["rejected"]] == [4]
    assert ingest.batch(b"b1", msgpack.packb(events))["duplicates"] == 3
    lines = [[10, canonical(receipt(1))], [11, canonical(receipt(4))], [12, [1, 2, 3]], [14, b"{x", "no JSON"], [15], 7]
    answer = ingest.batch(b"b2", b"lines", b"a.ndjson", msgpack.packb(lines))
    assert (answer["accepted"], answer["duplicates"]) == (1, 1)
    assert [r["line"] for r in answer["rejected"]] == [12, 14, 5, 6] and answer["rejected"][1]["reason"] == "no JSON"
    assert "import/a.ndjson line 14: no JSON" in ingest.command("refused")[0]
    assert ingest.post(ndjson(receipt(4), receipt(2)))[1]["duplicates"] == 2


# Goal: binary garbage gets one clear answer each time, and the next batch is taken.
def test_zmq_garbage(ingest):
    for frames in ([b"id", b"map", b"\xc1\xff\x00"], [b"id", b"map", b"\xdd\xff\xff\xff\xff"],
                   [b"id", b"other", b"\x90"], [b"id", b"lines", b"\xff", b"\x90"], [b"id", b"lines", b"f", b"\x01"], [b"x" * 256, b"map", b"\x90"], [b"a", b"b", b"c", b"d"]):
        answer = ingest.batch(*frames) if len(frames[0]) < 256 else None
        if answer is None:
            with ingest.dealer("ingest-0") as s:
                s.send_multipart(frames)
                answer = msgpack.unpackb(s.recv_multipart()[-1])
        assert answer["error"] and answer["retry"] is False
    cut = msgpack.packb([receipt(1), receipt(2)])[:-3]
    answer = ingest.batch(b"cut", b"map", cut)
    assert answer["accepted"] == 1 and answer["rejected"][0]["line"] == 2
    assert ingest.batch(b"fine", b"map", msgpack.packb([receipt(5)]))["accepted"] == 1


# Goal: a spool file is followed from where it was read to, over restarts; half a last line waits.
def test_spool_is_followed(ingest):
    lines = ndjson(receipt(1), receipt(2), receipt(3))
    ingest.write_spool("evening.ndjson", lines[:-40])
    ingest.write_spool(".aside.ndjson", ndjson(receipt(77)))
    ingest.write_spool("notes.txt", ndjson(receipt(78)))
    until("two receipts", lambda: len(ingest.receipts()) == 2)
    assert ingest.stop() == 0
    ingest.write_spool("evening.ndjson", lines[-40:])
    ingest.start()
    until("the third", lambda: len(ingest.receipts()) == 3)
    ingest.write_spool("evening.ndjson", b"not json\n" + ndjson(receipt(4)))
    until("the fourth", lambda: len(ingest.receipts()) == 4)
    assert ingest.counter("duplicates") == 0 and ingest.counter("rejected") == 1
    assert "source=spool/evening.ndjson line=4" in ingest.log()


# Goal: a file that is not the one that was read is noticed, said, and read from its beginning.
@pytest.mark.parametrize("how, says", [("truncate", "became shorter"), ("replace", "another file has this name"),
                                       ("rewrite", "written anew in its place")])
def test_spool_file_changes(ingest, how, says):
    path = ingest.spool / "a.ndjson"
    first, second = ndjson(*map(receipt, range(1, 40))), ndjson(*[receipt(n, gross=n) for n in range(50, 90)])
    ingest.write_spool("a.ndjson", first)
    until("read", lambda: ingest.counter("accepted") == 39)
    if how == "truncate":
        path.write_bytes(second[:2000])
    elif how == "replace":
        (ingest.spool / "aside").write_bytes(second)
        os.rename(ingest.spool / "aside", path)
    else:
        with open(path, "r+b") as f:
            f.write(second * 2)
    until("noticed", lambda: says in ingest.log())
    expected = {50, 51} if how == "truncate" else set(range(50, 90))
    until("read again", lambda: expected <= {r[2] for r in ingest.receipts()})


# Goal: a removed file is forgotten, and one that comes under its name later is read whole.
def test_spool_file_goes(ingest):
    ingest.write_spool("a.ndjson", ndjson(receipt(1)))
    until("read", lambda: ingest.counter("accepted") == 1)
    (ingest.spool / "a.ndjson").unlink()
    until("forgotten", lambda: ingest.status()["spool"]["files"] == 0)
    ingest.write_spool("a.ndjson", ndjson(receipt(2)))
    until("read", lambda: ingest.counter("accepted") == 2)
    assert ingest.counter("rejected") == 0


# Goal: a line without end in a file is refused once it ends, in bounded memory, and the next is taken.
def test_spool_long_line(ingest):
    ingest.write_spool("a.ndjson", b"a" * (6 << 20))
    ingest.write_spool("b.ndjson", ndjson(receipt(1)))
    until("the other file", lambda: ingest.counter("accepted") == 1)
    ingest.write_spool("a.ndjson", b"b" * (5 << 20) + b"\n" + ndjson(receipt(2)))
    until("what follows", lambda: ingest.counter("accepted") == 2)
    assert ingest.counter("rejected") == 1
    assert ingest.sanitized() or ingest.rss_kb(field="VmHWM") < 64 * 1024


# Goal: a reader gets what it asks for, no more than its credit, and what comes later without asking again.
def test_log_is_served(ingest):
    ingest.post(ndjson(*map(receipt, range(10))))
    partition = next(iter(ingest.events()))[0]
    with ingest.dealer("log-0") as s:
        s.send(msgpack.packb([partition, 3, 4]))
        header, record = s.recv_multipart()
        assert msgpack.unpackb(header) == [partition, 3, 4, 10, True]
        assert [e[4] for e in msgpack.unpackb(record)] == [3, 4, 5, 6]
        s.send(msgpack.packb([partition, 10, 100]))
        header, _ = s.recv_multipart()
        assert msgpack.unpackb(header) == [partition, 10, 0, 10, False]
        ingest.post(ndjson(receipt(10)))
        header, record = s.recv_multipart()
        assert msgpack.unpackb(header) == [partition, 10, 1, 11, False]
        s.send(b"\xc1")
        s.send(msgpack.packb([99999, 0, 1]))
        until("dropped", lambda: ingest.counter("messages_malformed") == 2)


# Goal: what was refused goes refused_days later, and that is said.
def test_refused_lines_expire(make, tmp_path):
    ingest = make(settings="refused_days: 7\n")
    clock = tmp_path / "clock"
    clock.write_text("0")
    ingest.start(env={"BILAG_CLOCK": str(clock)})
    assert len(ingest.post(ndjson(receipt(1, gross=12.5)))[1]["rejected"]) == 1
    ingest.stop()
    clock.write_text(str(8 * 86400))
    ingest.start(env={"BILAG_CLOCK": str(clock)})
    assert len(ingest.post(ndjson(receipt(2, gross=13.5)))[1]["rejected"]) == 1
    ingest.processes[0].send_signal(signal.SIGHUP)
    until("told", lambda: "what=refused_expired lines=1 refused_days=7" in ingest.log())
    ingest.processes[0].send_signal(signal.SIGHUP)
    until("reloaded", lambda: ingest.log().count("configuration taken") == 2)
    assert ingest.log().count("what=refused_expired") == 1


# Goal: a day's events go retention_days later, below what is asked for and needed, where somebody reads who says so; who
# asks for them is told so, one sent again is taken in under a new offset, and no offset is given twice.
def test_retention(make, tmp_path):
    venues = ["oslo-grill", *(f"v{n}" for n in range(8))]
    ingest = make(settings="retention_days: 30\n", venues=venues)
    clock = tmp_path / "clock"
    clock.write_text("0")
    ingest.start(env={"BILAG_CLOCK": str(clock)})
    for first in (0, 5):
        ingest.post(ndjson(*[receipt(n, venue=v) for v in venues for n in range(first, first + 5)]))
    before = {}
    for (partition, _), event in sorted(ingest.events().items()):
        before.setdefault(partition, []).append(event)
    ours = next(p for p, events in before.items() if events[0][1] == "oslo-grill")
    count = len(before[ours])
    assert count % 10 == 0 and len(before) > 1
    ingest.stop()                                    # so that the reader above is forgotten
    clock.write_text(str(31 * 86400))
    ingest.start(env={"BILAG_CLOCK": str(clock)})
    with ingest.dealer("log-0") as s:
        assert ingest.post(ndjson(receipt(99)))[1]["accepted"] == 1
        others = sorted(before.keys() - {ours})
        for needed in ([], [0], [4]):                # not said; all of it; a record is whole or not there
            s.send(msgpack.packb([ours, count // 2, 1, *needed]))
            assert msgpack.unpackb(s.recv_multipart()[0]) == [ours, count // 2, 1, count + 1, True]
            other = others.pop(0)                    # this one goes: so the round is over
            s.send(msgpack.packb([other, len(before[other]), 1, len(before[other])]))
            assert msgpack.unpackb(s.recv_multipart()[0])[2] == 0
            rounds = ingest.log().count("what=trimmed")
            ingest.processes[0].send_signal(signal.SIGHUP)
            until("a round", lambda: ingest.log().count("what=trimmed") > rounds)
            s.send(msgpack.packb([ours, 0, 1, *needed]))
            assert msgpack.unpackb(s.recv_multipart()[0]) == [ours, 0, 1, count + 1, True]
        gone = ingest.counter("events_trimmed")
        s.send(msgpack.packb([ours, count // 2, 1, count]))
        assert msgpack.unpackb(s.recv_multipart()[0]) == [ours, count // 2, 1, count + 1, True]
        ingest.processes[0].send_signal(signal.SIGHUP)
        until("trimmed", lambda: ingest.counter("events_trimmed") == gone + count // 2)
        until("told", lambda: ingest.log().count("what=trimmed") > rounds + 1)
        s.send(msgpack.packb([ours, 0, 4096]))
        header, record = s.recv_multipart()
        assert msgpack.unpackb(header) == [ours, 0, 0, count + 1, False, count // 2] and msgpack.unpackb(record) == []
        s.send(msgpack.packb([ours, count // 2, 4096]))
        header, record = s.recv_multipart()
        assert msgpack.unpackb(header) == [ours, count // 2, count // 2 + 1, count + 1, False]
        assert msgpack.unpackb(record) == before[ours][count // 2:] + [canonical(receipt(99))]
        assert ingest.post(ndjson(receipt(0), receipt(9)))[1] == {"accepted": 1, "duplicates": 1, "rejected": []}
        assert msgpack.unpackb(s.recv_multipart()[0])[:3] == [ours, count + 1, 1]
    for partition in others:
        with ingest.dealer("log-0") as s:
            s.send(msgpack.packb([partition, 0, 1]))
            assert msgpack.unpackb(s.recv_multipart()[0])[2] == 1
    with ingest.dealer("log-0") as s:                # now all of it
        clock.write_text(str(70 * 86400))
        s.send(msgpack.packb([ours, count + 2, 1]))
        assert msgpack.unpackb(s.recv_multipart()[0])[2:4] == [0, count + 2]
        ingest.stop()
        ingest.start(env={"BILAG_CLOCK": str(clock)})
        s.send(msgpack.packb([ours, count + 2, 1, count + 2]))
        assert msgpack.unpackb(s.recv_multipart()[0])[2:4] == [0, count + 2]
        ingest.processes[0].send_signal(signal.SIGHUP)
        until("trimmed", lambda: "what=trimmed events=%d " % (count // 2 + 2) in ingest.log())
        s.send(msgpack.packb([ours, 0, 1]))
        assert msgpack.unpackb(s.recv_multipart()[0])[2:] == [0, count + 2, False, count + 2]
    text, code = ingest.command("fsck")
    assert code == 0, text


# Goal: two processes share port, log and spool folder; each reader sees what either took in.
def test_two_instances(make):
    ingest = make(instances=2)
    ingest.start(0)
    ingest.start(1)
    for n in range(40):
        ingest.post(ndjson(receipt(n)))
    for n in range(20):
        ingest.write_spool(f"f{n}.ndjson", ndjson(receipt(1000 + n)))
    until("all of it", lambda: ingest.counter("accepted", 0) + ingest.counter("accepted", 1) == 60)
    assert all(ingest.counter("accepted", i) > 0 for i in (0, 1))
    assert ingest.receipts(0) == ingest.receipts(1) and len(ingest.receipts(0)) == 60
    partition = next(iter(ingest.events()))[0]
    with ingest.dealer("log-0") as s:
        s.send(msgpack.packb([partition, 60, 10]))
        assert msgpack.unpackb(s.recv_multipart()[0])[2] == 0
        ingest.batch(b"x", b"map", msgpack.packb([receipt(5000)]), instance=1)
        assert msgpack.unpackb(s.recv_multipart()[0])[:3] == [partition, 60, 1]


@pytest.fixture(scope="session")
def kill_bin():
    where = os.environ.get("BILAG_KILL_BIN")
    if where:
        return pathlib.Path(where)
    build = ROOT / "build" / "killpoints"
    subprocess.run(["make", "-s", "-j2", "KILLPOINTS=1", f"BUILD={build}", f"BIN={build}/bin",
                    f"{build}/bin/bilag-ingest"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return build / "bin"


# Goal: what was acknowledged is there after kill -9; what was not is either there or not, and sending it
# again makes it there once.
@pytest.mark.parametrize("source, point, stored", [
    *[(source, "ingest.before-commit", False) for source in ("http", "zmq", "spool")],
    *[(source, "ingest.after-commit", True) for source in ("http", "zmq", "spool")],
    *[(source, "ingest.before-ack", True) for source in ("http", "zmq")]])   # a spool file gets no answer
def test_killed_between_append_and_answer(make, kill_bin, source, point, stored):
    ingest = make(bindir=kill_bin)

    def send(*events):
        if source == "http":
            try:
                return ingest.post(ndjson(*events))[1]
            except (OSError, __import__("http.client").client.HTTPException):
                return None
        if source == "spool":
            ingest.write_spool("a.ndjson", ndjson(*events))
            return None
        with ingest.dealer("ingest-0") as s:
            s.send_multipart([b"id", b"map", msgpack.packb(list(events))])
            until("answer or death", lambda: s.poll(10) or ingest.processes[0].poll() is not None)
            return msgpack.unpackb(s.recv_multipart()[-1]) if s.poll(0) else None

    ingest.spool.mkdir()
    process, _ = ingest.start(env={"BILAG_KILLPOINT": f"{point}:2"})
    first = send(receipt(1), receipt(2))
    if source == "spool":
        until("first pair read", lambda: ingest.counter("accepted") == 2)
    else:
        assert first["accepted"] == 2
    assert send(receipt(3), receipt(4)) is None
    until("killed", lambda: process.poll() == -signal.SIGKILL)
    ingest.start()
    if source == "spool":
        until("read", lambda: len(ingest.receipts()) == 4)
        assert ingest.counter("duplicates") == 0
    else:
        assert len(ingest.receipts()) == (4 if stored else 2)
        again = send(receipt(3), receipt(4))
        assert (again["accepted"], again["duplicates"]) == ((0, 2) if stored else (2, 0))
    assert sorted(r[2] for r in ingest.receipts()) == [1, 2, 3, 4]


# Goal: what stands in the way of a start is one clear line, and the right exit.
def test_port_in_use(make):
    ingest = make()
    with socket.socket() as other:
        other.bind(("127.0.0.1", ingest.port))
        other.listen()
        process, _ = ingest.start(wait=False)
        assert process.wait(10) == 100
    lines = [x for x in ingest.log().splitlines() if "cannot start" in x]
    assert len(lines) == 1 and "another program listens on" in lines[0] and str(ingest.port) in lines[0]


# Goal: one address, one log: another installation is refused, whatever instance of ours it meets; our own instances share the
# address, and one of them may come back while others listen.
def test_one_address_one_log(make):
    ours, theirs = make(instances=2), make()
    ours.start(0)
    ours.start(1)
    theirs.port = ours.port
    theirs.write_settings()
    for left in (0, 1):
        process, _ = theirs.start(wait=False)
        assert process.wait(10) == 100 and "another program listens on" in theirs.log()
        assert ours.stop(left) == 0
        process, _ = theirs.start(wait=False)
        assert process.wait(10) == 100
        ours.start(left)
    for n in range(40):
        assert ours.post(ndjson(receipt(n)))[1]["accepted"] == 1
    assert len(ours.receipts()) == 40
    assert ours.counter("accepted", 0) and ours.counter("accepted", 1)


def test_partitions_are_fixed(make):
    ingest = make()
    ingest.start()
    ingest.stop()
    ingest.settings = "partitions: 8\n"
    ingest.write_settings()
    process, _ = ingest.start(wait=False)
    assert process.wait(10) == 100
    assert "set partitions back to 16" in ingest.log()


def test_started_twice(ingest):
    second = subprocess.run([BIN / "bilag-ingest", "--config", ingest.config], stderr=subprocess.PIPE, timeout=10)
    assert second.returncode == 111 and b"running already" in second.stderr


def post_until_full(ingest):
    """Posts until the disk is full; gives how many receipts were acknowledged."""
    acknowledged = 0
    for n in range(2000):
        status, answer, response = ingest.post(ndjson(*[receipt(n * 50 + i, text="x" * 300) for i in range(50)]))
        if status == 503:
            assert int(response.headers["Retry-After"]) > 0 and "send all of this again" in answer["error"]
            return acknowledged
        assert status == 200 and answer["accepted"] == 50
        acknowledged += 50
    raise AssertionError("the disk was never full")


# Goal: a full disk is told to the senders, nothing acknowledged is lost, and with room it goes on.
def test_full_disk(make, tmp_path):
    ingest = make()
    ingest.state.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m,mode=700", "tmpfs", ingest.state],
                             stderr=subprocess.DEVNULL).returncode == 0
    try:
        ingest.start(limit_fsize=None if mounted else 2 << 20)
        acknowledged = post_until_full(ingest)
        assert acknowledged > 0 and len(ingest.receipts()) == acknowledged
        too_much = [receipt((1 << 40) + i, text="z" * 390) for i in range(4000)]
        assert ingest.batch(b"x", b"map", msgpack.packb(too_much))["retry"] is True
        acknowledged = len(ingest.receipts())        # that batch's first groups may be there: none was acknowledged
        ingest.write_spool("a.ndjson", ndjson(*[receipt((1 << 41) + i, text="y" * 300) for i in range(500)]))
        assert len(ingest.receipts()) == acknowledged
        assert ingest.log().count("nothing can be stored") <= 3
        if mounted:
            subprocess.run(["mount", "-o", "remount,size=64m", ingest.state], check=True)
        else:
            ingest.stop()
            ingest.start()
        until("spool file read", lambda: {(1 << 41) + i for i in range(500)} <= {r[2] for r in ingest.receipts()})
        assert ingest.post(ndjson(receipt(1 << 42)))[0] == 200
        assert len(ingest.receipts()) == acknowledged + 501
    finally:
        ingest.close()
        if mounted:
            subprocess.run(["umount", "-l", ingest.state], check=False)


# Goal: large batches that one sender pushes without waiting lie with the sender, not in memory here; one too large
# is refused with what to do.
def test_pushed_batches(ingest):
    with ingest.dealer("ingest-0") as s:
        s.sndhwm = 0
        s.rcvtimeo = 120000
        for n in range(10):
            s.send_multipart([b"%d" % n, b"map", msgpack.packb(
                [receipt(n * 40000 + i) for i in range(40000)])])
        answers = [s.recv_multipart() for _ in range(10)]
        assert [a[0] for a in answers] == [b"%d" % n for n in range(10)]
        assert all(msgpack.unpackb(a[1])["accepted"] == 40000 for a in answers)
    assert ingest.sanitized() or ingest.rss_kb(field="VmHWM") < 64 * 1024
    answer = ingest.batch(b"x", b"map", msgpack.packb([receipt(1 << 30, text="x" * (9 << 20))]))
    assert "8 MB" in answer["error"] and answer["retry"] is False


# Goal: many receipts do not make it grow, by any source.
def test_memory_stays(ingest):
    line = json.dumps(receipt(1))
    for part in range(10):
        ingest.post("\n".join(line.replace('"seq": 1', f'"seq": {part * 5000 + i}') for i in range(5000)))
    half = ingest.rss_kb(field="VmHWM")
    body = "\n".join(line.replace('"seq": 1', f'"seq": {100000 + i}') for i in range(50000)).encode()
    assert ingest.post(body)[1]["accepted"] == 50000
    ingest.write_spool("big.ndjson", body.replace(b'"K1"', b'"K2"') + b"\n")
    until("spool read", lambda: ingest.counter("accepted") == 150000, 60)
    assert len(ingest.events()) == 150000
    assert ingest.sanitized() or ingest.rss_kb(field="VmHWM") < 64 * 1024
    assert ingest.sanitized() or ingest.rss_kb(field="VmHWM") - half < 24 * 1024
