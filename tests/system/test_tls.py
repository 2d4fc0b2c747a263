"""The HTTP door with TLS, by itself and behind a real nginx; names, rates, connections, and msgpack as a body."""
import http.client
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys

import msgpack
import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from door import TYPE, certificate                               # noqa: E402
from ingest_rig import DEADLINE_S, Ingest, free_port, ndjson, receipt, until   # noqa: E402

VENUES = ("bar", "grill")
PACKED = {"Content-Type": "application/msgpack"}


def context(*chains):
    trusted = ssl.create_default_context()
    for chain in chains:
        trusted.load_verify_locations(chain)
    return trusted


def post(ingest, trusted, body, token, port=None, **headers):
    connection = http.client.HTTPSConnection("localhost", port or ingest.port, timeout=DEADLINE_S, context=trusted)
    connection.request("POST", "/v1/events", body, {**TYPE, "Authorization": f"Bearer {token}", **headers})
    response = connection.getresponse()
    return response.status, json.loads(response.read())


@pytest.fixture(name="rig")
def one_rig(tmp_path):
    made = []

    def make(**how):
        ingest = Ingest(tmp_path / f"i{len(made)}", venues=VENUES, **how)
        made.append(ingest)
        return ingest
    yield make
    for ingest in made:
        ingest.close()


def with_tls(chain, key, more=""):
    return f", certificate: {chain}, certificate_key: {key}{more}"


# Goal: sales come in by TLS, on an address that others can reach; who speaks plain HTTP or old TLS there says nothing.
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_tls(rig, tmp_path):
    chain, key = certificate(tmp_path / "c")
    ingest = rig(address="0.0.0.0", door=with_tls(chain, key))
    ingest.start()
    token = ingest.add_token("--venue", "bar").strip()
    assert post(ingest, context(chain), ndjson(receipt(1, venue="bar")), token) == \
        (200, {"accepted": 1, "duplicates": 0, "rejected": []})
    big = ndjson(*(receipt(n, venue="bar") for n in range(2, 5000)))
    assert post(ingest, context(chain), big, token)[1]["accepted"] == 4998
    assert post(ingest, context(chain), ndjson(receipt(1, venue="bar")), "bilag_x")[0] == 401
    assert b"HTTP/1.1 200" not in ingest.raw_http(b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    old = context(chain)
    old.set_ciphers("DEFAULT:@SECLEVEL=0")
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, OSError)):
        post(ingest, old, ndjson(receipt(9000, venue="bar")), token)
    assert ("bar", "K1", 9000) not in ingest.receipts()
    assert ingest.status()["certificate"]["newer_is_wrong"] is False


# Goal: a handshake that never ends is shut like any slow head, and keeps nobody out.
def test_slow_handshakes(rig, tmp_path):
    chain, key = certificate(tmp_path / "c")
    ingest = rig(settings="ingest_limits: {head_wait_ms: 300}\n", door=with_tls(chain, key))
    ingest.start()
    token = ingest.add_token("--venue", "bar").strip()
    crowd = [socket.create_connection(("127.0.0.1", ingest.port), timeout=DEADLINE_S) for _ in range(300)]
    for s in crowd:
        s.sendall(b"\x16\x03\x01")
    assert post(ingest, context(chain), ndjson(receipt(1, venue="bar")), token)[1]["accepted"] == 1
    until("they are shut", lambda: ingest.counter("connections_too_slow") >= 300)
    for s in crowd:
        s.close()


# Goal: a certificate that has ended is a fault of the set-up from its first second, one that ends soon a note with the days left,
# in both languages; one that lasts is no word worth.
@pytest.mark.parametrize("left_s, word, nb", [
    (15 * 86400, None, None), (13 * 86400 + 3600, "note   ingest.certificate: the certificate ends in 13 days", "om 13 dager"),
    (3600, "note   ingest.certificate: the certificate ends within a day", "innen et døgn"),
    (-3, "FAULT  ingest.certificate: the certificate has ended", "er utløpt"),
    (-90 * 86400, "FAULT  ingest.certificate: the certificate has ended", "er utløpt")])
def test_a_certificate_that_ends(rig, tmp_path, monkeypatch, left_s, word, nb):
    chain, key = certificate(tmp_path / "c")                     # of 30 days
    ingest = rig(door=with_tls(chain, key))
    (tmp_path / "clock").write_text(str(30 * 86400 - left_s))
    monkeypatch.setenv("BILAG_CLOCK", str(tmp_path / "clock"))
    said, told = ingest.command("check")                         # its venues are not set up whole
    assert told == 1 and (word in said if word else "ingest.certificate" not in said), said
    file = ingest.config / "bilag.yaml"
    file.write_text(file.read_text() + "\nlanguage: nb\n")
    said = ingest.command("check")[0]
    assert nb in said if nb else "sertifikat" not in said, said


# Goal: a new certificate is shown from the next handshake on, and open connections stay; a wrong one changes nothing and is told.
def test_renewal(rig, tmp_path):
    first, second = certificate(tmp_path / "c", "a"), certificate(tmp_path / "c", "b")
    live = tmp_path / "live.pem", tmp_path / "live.key"
    for source, target in zip(first, live):
        shutil.copy(source, target)
        target.chmod(0o600)
    ingest = rig(door=with_tls(*live))
    process, _ = ingest.start()
    token = ingest.add_token("--venue", "bar").strip()
    headers = {**TYPE, "Authorization": f"Bearer {token}"}
    open_one = http.client.HTTPSConnection("localhost", ingest.port, timeout=DEADLINE_S, context=context(first[0]))
    open_one.request("POST", "/v1/events", ndjson(receipt(1, venue="bar")), headers)
    assert open_one.getresponse().read()

    shutil.copy(second[0], live[0])                              # without its key: they do not belong together
    process.send_signal(1)
    until("it is told", lambda: ingest.status()["certificate"]["newer_is_wrong"])
    assert "the former certificate stays" in ingest.log() and "no PEM certificate and its key" in ingest.log()
    assert post(ingest, context(first[0]), ndjson(receipt(2, venue="bar")), token)[1]["accepted"] == 1
    said, code = ingest.command("check")
    assert "FAULT  ingest.certificate" in said and "no PEM certificate and its key" in said and code == 1
    shutil.copy(second[1], live[1])
    process.send_signal(1)
    until("it is taken up", lambda: not ingest.status()["certificate"]["newer_is_wrong"])
    assert "ingest.certificate" not in ingest.command("check")[0]
    assert post(ingest, context(second[0]), ndjson(receipt(3, venue="bar")), token)[1]["accepted"] == 1
    with pytest.raises(ssl.SSLError):
        post(ingest, context(first[0]), ndjson(receipt(4, venue="bar")), token)
    open_one.request("POST", "/v1/events", ndjson(receipt(5, venue="bar")), headers)
    assert json.loads(open_one.getresponse().read())["accepted"] == 1
    assert live[1].read_text().split("\n")[1] not in ingest.log()


# Goal: what the files lack is said at the start, with what to do; nothing listens meanwhile.
def test_wrong_files(rig, tmp_path):
    chain, key = certificate(tmp_path / "c", "a")
    other, other_key = certificate(tmp_path / "c", "b")
    other_key.chmod(0o644)
    empty = tmp_path / "empty"
    empty.write_text("")
    for files, sentence in (((chain, tmp_path / "none"), "cannot be read"), ((chain, other_key), "chmod 640"),
                            ((other, key), "no PEM certificate and its key"), ((empty, key), "is empty"),
                            ((tmp_path, key), "is no plain file")):
        ingest = rig(door=with_tls(*files))
        process, _ = ingest.start(wait=False)
        assert process.wait(DEADLINE_S) == 100, files
        assert sentence in ingest.log(), files
    ingest = rig(door=f", certificate: {chain}")
    process, _ = ingest.start(wait=False)
    assert process.wait(DEADLINE_S) == 100 and "belong together" in ingest.log()


# Goal: a page that a foreign name leads here is refused; addresses and the names of the configuration are ours.
def test_names(rig):
    ingest = rig(door=", names: [sales.example.no]")
    ingest.start()
    token = ingest.add_token("--venue", "bar").strip()
    for n, (name, status) in enumerate((("evil.example", 421), ("sales.example.no", 200), ("SALES.example.no:7420", 200),
                                        ("localhost", 200), ("[::1]:80", 200), ("10.0.0.7", 200), ("", 421),
                                        ("sales.example.no.evil.example", 421), ("127.0.0.1.evil.example", 421))):
        headers = {**TYPE, "Authorization": f"Bearer {token}", "Host": name}
        assert ingest.post(ndjson(receipt(n, venue="bar")), headers=headers)[0] == status, name


# Goal: a token that brings too much is told when to come again; others notice nothing; nothing of it is lost.
def test_rates(rig):
    ingest = rig(settings="ingest_limits: {token_events_per_second: 10}\n")
    ingest.start()
    flood, calm = ingest.add_token("--venue", "bar").strip(), ingest.add_token("--venue", "grill").strip()
    first = ndjson(*(receipt(n, venue="bar") for n in range(120)))
    assert ingest.post(first, headers={**TYPE, "Authorization": f"Bearer {flood}"})[1]["accepted"] == 120
    status, answer, response = ingest.post(ndjson(receipt(500, venue="bar")), headers={**TYPE, "Authorization": f"Bearer {flood}"})
    assert status == 429 and "later" in answer["error"] and 1 <= int(response.headers["Retry-After"]) <= 3
    assert ingest.post(ndjson(receipt(1, venue="grill")), headers={**TYPE, "Authorization": f"Bearer {calm}"})[0] == 200
    assert ingest.counter("too_many_requests") == 1
    until("its debt is paid", lambda: ingest.post(ndjson(receipt(500, venue="bar")),
                                                  headers={**TYPE, "Authorization": f"Bearer {flood}"})[0] == 200)


# Goal: of an address that others can reach, one of them has its share of the connections and no more.
def test_connections_of_one_address(rig, tmp_path):
    chain, key = certificate(tmp_path / "c")
    ingest = rig(address="0.0.0.0", settings="ingest_limits: {address_connections: 5}\n", door=with_tls(chain, key))
    ingest.start()
    token = ingest.add_token("--venue", "bar").strip()
    crowd = [socket.create_connection(("127.0.0.1", ingest.port), timeout=DEADLINE_S) for _ in range(40)]

    def shut(s):
        s.settimeout(0.01)
        try:
            return s.recv(10) == b""
        except TimeoutError:
            return False
        except OSError:
            return True
    until("all but five are shut", lambda: sum(shut(s) for s in crowd) == 35)
    for s in crowd:
        s.close()
    assert post(ingest, context(chain), ndjson(receipt(1, venue="bar")), token)[1]["accepted"] == 1


# Goal: an array of events as msgpack is as good as lines; the same bounds, the same words, and nobody else's venue.
def test_msgpack(rig):
    ingest = rig()
    ingest.start()
    token = ingest.add_token("--venue", "bar").strip()
    headers = {**PACKED, "Authorization": f"Bearer {token}"}

    def send(body):
        return ingest.post(body, headers=headers)[:2]
    assert send(msgpack.packb([receipt(1, venue="bar"), {"v": 2}, receipt(2, venue="grill"), receipt(3, venue="bar")]))[1] == \
        {**send(msgpack.packb([]))[1], "accepted": 2,
         "rejected": [{"line": 2, "reason": ANY}, {"line": 3, "reason": ANY, "status": 403}]}
    assert send(msgpack.packb([receipt(1, venue="bar")]))[1]["duplicates"] == 1
    assert ingest.post(ndjson(receipt(3, venue="bar")), headers={**TYPE, "Authorization": f"Bearer {token}"})[1]["duplicates"] == 1
    for body in (b"", b"\xc1", msgpack.packb(receipt(9, venue="bar")), b"\xdd\xff\xff\xff\xff"):
        assert send(body)[0] == 400, body
    assert send(msgpack.packb([receipt(10, venue="bar")]) + b"\x00")[1]["accepted"] == 1      # the rest is named
    assert send(msgpack.packb(["x" * (9 << 20)]))[0] == 413
    body = msgpack.packb([receipt(n, venue="bar") for n in range(100, 20100)])
    assert send(body)[1]["accepted"] == 20000
    assert {n for _, _, n in ingest.receipts()} >= {1, 3, 10, *range(100, 20100)}


class Any:
    def __eq__(self, other):
        return True


ANY = Any()


# Goal: the proxy that docs/operator.md shows works: TLS outside, the same answers, and slow strangers wait there.
def test_nginx(rig, tmp_path):
    chain, key = certificate(tmp_path / "c")
    ingest = rig(door=", names: [sales.example.no]")
    ingest.start()
    shown = (HERE.parents[1] / "docs" / "operator.md").read_text().split("server {", 1)[1].split("\n    }\n", 1)[0]
    port = free_port()
    server = ("server {" + shown + "\n}").replace("listen 443", f"listen 127.0.0.1:{port}").replace("127.0.0.1:7420",
                                                                                                  f"127.0.0.1:{ingest.port}")
    live = "/etc/letsencrypt/live/sales.example.no/"
    server = server.replace(live + "fullchain.pem", str(chain)).replace(live + "privkey.pem", str(key))
    folder = tmp_path / "nginx"
    folder.mkdir()
    temps = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "conf").write_text(f"daemon off; pid {folder}/pid; error_log {folder}/log;"
                                 f"{'user root;' if os.geteuid() == 0 else ''} events {{}} http {{ access_log off; {temps} {server} }}")
    proxy = subprocess.Popen(["nginx", "-c", folder / "conf", "-p", folder], stderr=subprocess.DEVNULL)
    try:
        def answers():
            with socket.socket() as s:
                return s.connect_ex(("127.0.0.1", port)) == 0
        until("nginx listens", answers)
        token = ingest.add_token("--venue", "bar").strip()
        assert post(ingest, context(chain), ndjson(receipt(1, venue="bar")), token, port, Host="sales.example.no")[1]["accepted"] == 1
        assert post(ingest, context(chain), ndjson(receipt(2, venue="bar")), "x", port, Host="sales.example.no")[0] == 401
        assert post(ingest, context(chain), ndjson(receipt(1, venue="grill")), token, port, Host="sales.example.no")[0] == 403
    finally:
        proxy.terminate()
        proxy.wait(10)
