"""The door of HTTP: who may write whose sales. A client for each way in that must be shut, and what the honest one sees."""
import json
import pathlib
import socket
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from door import TYPE                            # noqa: E402
from ingest_rig import Ingest, ndjson, receipt, until    # noqa: E402

VENUES = ("bar", "grill")


@pytest.fixture(scope="module", name="ingest")
def one_ingest(tmp_path_factory):
    ingest = Ingest(tmp_path_factory.mktemp("doors") / "i", venues=VENUES)
    ingest.start()
    yield ingest
    ingest.close()


def bearer(token, **more):
    return {**TYPE, "Authorization": f"Bearer {token}", **more}


def last_number(ingest):
    text, _ = ingest.command("tokens", "list")
    return [line.split()[0] for line in text.splitlines() if line[:5].strip().isdigit()][-1]


# Goal: no token, no entry; a wrong one, a revoked one and one of another kind are answered alike, with 401.
def test_nobody_comes_in_without(ingest):
    body = ndjson(receipt(1, venue="bar"))
    token = ingest.add_token("--venue", "bar").strip()
    number = last_number(ingest)
    assert ingest.post(body, headers=bearer(token))[0] == 200
    ingest.command("tokens", "revoke", number, "--reason", "the till was stolen")
    before = len(ingest.receipts())
    for headers in (TYPE, bearer(""), bearer("bilag_x"), bearer(token[:-1]), bearer(token + "A"), bearer(token),
                    {**TYPE, "Authorization": f"Basic {token}"}, {**TYPE, "Authorization": token}):
        status, answer, response = ingest.post(ndjson(receipt(2, venue="bar")), headers=headers)
        assert status == 401 and "token" in answer["error"], headers
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert len(ingest.receipts()) == before
    assert ingest.counter("unauthorized") >= 8
    assert ingest.log().count("without a valid token") == 1          # once a minute, and never with what was tried
    assert token not in ingest.log() and "bilag_x" not in ingest.log()


# Goal: a venue's token opens that venue alone; another's line is named and kept nowhere, the good ones around it are taken.
def test_anothers_venue_stays_shut(ingest):
    token = ingest.add_token("--venue", "bar").strip()
    refused, _ = ingest.command("refused", "list")
    status, answer, _ = ingest.post(ndjson(receipt(10, venue="bar"), receipt(11, venue="grill"), receipt(12, venue="bar")),
                                    headers=bearer(token))
    assert status == 200 and answer["accepted"] == 2
    assert [(row["line"], row["status"]) for row in answer["rejected"]] == [(2, 403)]
    assert "may not write grill" in answer["rejected"][0]["reason"]
    status, answer, _ = ingest.post(ndjson(receipt(11, venue="grill")), headers=bearer(token))
    assert status == 403 and answer["accepted"] == 0
    assert ("grill", "K1", 11) not in ingest.receipts() and ("bar", "K1", 12) in ingest.receipts()
    assert ingest.command("refused", "list")[0] == refused


# Goal: a company's token opens its venues, also one that is set up later, and no other company's.
def test_company(ingest):
    token = ingest.add_token("--company", "912345678", "--about", "the back office").strip()
    other = ingest.add_token("--company", "999999999").strip()
    assert ingest.post(ndjson(receipt(20, venue="bar"), receipt(20, venue="grill")), headers=bearer(token))[1]["accepted"] == 2
    assert ingest.post(ndjson(receipt(21, venue="bar")), headers=bearer(other))[0] == 403
    ingest.add_venue("later")
    ingest.processes[0].send_signal(1)
    until("it is taken up", lambda: ingest.post(ndjson(receipt(1, venue="later")), headers=bearer(token))[1]["accepted"] == 1
          or ingest.post(ndjson(receipt(1, venue="later")), headers=bearer(token))[1]["duplicates"] == 1)


# Goal: heads that could be meant otherwise are refused before the body is looked at.
def test_heads(ingest):
    token = ingest.add_token("--venue", "bar").strip()
    body = ndjson(receipt(30, venue="bar"))
    for headers, status in (({"Authorization": f"Bearer {token}"}, 415),
                            (bearer(token, **{"Content-Type": "text/plain"}), 415),
                            (bearer(token, **{"Content-Type": "application/x-www-form-urlencoded"}), 415),
                            (bearer(token, Origin="https://evil.example"), 403),
                            (bearer(token, **{"Content-Type": "application/json; charset=utf-8"}), 200)):
        assert ingest.post(body, headers=headers)[0] == status, headers
    head = (f"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/x-ndjson\r\n")
    both = f"{head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode()
    twice = f"{head}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef".encode()
    for raw in (both, twice):
        with socket.create_connection(("127.0.0.1", ingest.port), timeout=10) as s:
            s.sendall(raw)
            assert s.recv(65536).startswith(b"HTTP/1.1 400"), raw
    assert len([r for r in ingest.receipts() if r == ("bar", "K1", 30)]) == 1
    assert ingest.post(None, path="/v1/health", method="GET", headers={})[:2] == (200, {"ok": True})


# Goal: no way in beside the one that is guarded: bodies of other requests are read and never looked at.
def test_no_way_round(ingest):
    before = ingest.receipts()
    for path, method in (("/v1/health", "GET"), ("/v1/health", "POST"), ("/v1/events", "GET"), ("/v1/events", "PUT"),
                         ("/v1/events/", "POST"), ("//v1/events", "POST"), ("/v1/health?x=/v1/events", "GET")):
        ingest.post(ndjson(receipt(77, venue="bar")), path=path, method=method, headers=TYPE)
    ingest.post(ndjson(receipt(78, venue="bar")))            # a commit, with whatever else waits for one
    until("it is there", lambda: ("bar", "K1", 78) in ingest.receipts())
    assert sorted(ingest.receipts()) == sorted(before + [("bar", "K1", 78)])


# Goal: a company's token and a venue that is not set up: the line is kept, for it may be the company's.
def test_company_and_unknown_venue(ingest):
    token = ingest.add_token("--company", "912345678").strip()
    status, answer, _ = ingest.post(ndjson(receipt(1, venue="nowhere")), headers=bearer(token))
    assert status == 200 and answer["accepted"] == 0 and "not set up" in answer["rejected"][0]["reason"]
    assert "nowhere" in ingest.command("refused", "list", "--venue", "nowhere")[0]


# Goal: a token that is revoked in the middle of a body opens nothing of its rest.
def test_revoked_in_the_middle(ingest):
    token = ingest.add_token("--venue", "bar").strip()
    number = last_number(ingest)
    first, second = ndjson(receipt(40, venue="bar")), ndjson(receipt(41, venue="bar"))
    with socket.create_connection(("127.0.0.1", ingest.port), timeout=10) as s:
        s.sendall((f"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
                   f"Content-Length: {len(first + second)}\r\nConnection: close\r\n\r\n").encode() + first)
        until("the first is taken", lambda: ("bar", "K1", 40) in ingest.receipts())
        ingest.command("tokens", "revoke", number, "--reason", "test")
        s.sendall(second)
        answer = b""
        while chunk := s.recv(65536):
            answer += chunk
    assert json.loads(answer.split(b"\r\n\r\n", 1)[1])["rejected"][0]["status"] == 403
    assert ("bar", "K1", 41) not in ingest.receipts()


# Goal: the trail says who made and revoked which, and never what a token is; the list says when it was last used.
def test_trail_and_list(ingest):
    token = ingest.add_token("--venue", "bar", "grill", "--about", "QuickOrder's server").strip()
    ingest.post(ndjson(receipt(50, venue="grill")), headers=bearer(token))
    number = last_number(ingest)
    trail, _ = ingest.command("audit")
    listed, _ = ingest.command("tokens", "list")
    assert f"token-add token {number} bar, grill: QuickOrder's server" in trail
    assert token not in trail + listed
    assert token.encode() not in b"".join(path.read_bytes() for path in ingest.state.rglob("data.mdb"))
    assert ingest.command("tokens", "add")[1] == 2 and ingest.command("tokens", "add", "--venue", "../x")[1] == 2
    assert ingest.command("tokens", "revoke", "999", "--reason", "x")[1] == 1
    assert ingest.command("fsck")[1] == 0


# Goal: heads and bodies that never end are shut when their time is over, however their bytes are dealt out.
def test_slow_heads_and_bodies(tmp_path):
    ingest = Ingest(tmp_path / "slow", venues=VENUES, settings="ingest_limits: {head_wait_ms: 300, body_wait_ms: 600}\n")
    ingest.start()
    token = ingest.add_token("--venue", "bar").strip()
    head = (f"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n").encode()
    try:
        for begin in (b"POST /v1/ev", head):
            with socket.create_connection(("127.0.0.1", ingest.port), timeout=10) as s:
                s.sendall(begin)

                def is_shut():
                    try:
                        s.sendall(b"x")                                   # a byte now and then
                        s.settimeout(0.05)
                        return s.recv(1000) == b""
                    except TimeoutError:
                        return False
                    except OSError:
                        return True
                until("it is shut", is_shut)
        assert ingest.counter("connections_too_slow") == 2
        assert ingest.post(ndjson(receipt(1, venue="bar")), headers=bearer(token))[1]["accepted"] == 1
    finally:
        ingest.close()


# Goal: 1,500 connections that say nothing keep no till out, and its answers stay quick.
def test_crowd_of_strangers(tmp_path):
    ingest = Ingest(tmp_path / "crowd", venues=VENUES)
    ingest.start()
    token = ingest.add_token("--venue", "bar").strip()
    crowd = []
    try:
        for n in range(1500):
            s = socket.create_connection(("127.0.0.1", ingest.port), timeout=10)
            s.sendall(b"POST /v1/events HTTP/1.1\r\nX-Slow: ")
            crowd.append(s)
            if n % 100 == 99:
                assert ingest.post(ndjson(receipt(n, venue="bar")), headers=bearer(token))[1]["accepted"] == 1
        assert ingest.processes[0].poll() is None
    finally:
        for s in crowd:
            s.close()
        ingest.close()


# Goal: what other machines could reach is refused at the start, with what to do.
def test_open_address_is_refused(tmp_path):
    ingest = Ingest(tmp_path / "open", venues=VENUES)
    ingest.write_settings()
    path = ingest.config / "bilag.yaml"
    path.write_text(path.read_text().replace("127.0.0.1", "0.0.0.0"))
    process, _ = ingest.start(wait=False)
    assert process.wait(20) == 100
    assert "proxy with TLS" in ingest.log()
    ingest.close()
