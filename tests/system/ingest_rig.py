"""A bilag-ingest of its own in a folder of its own, and the few clients that its tests need."""
import http.client
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import time

import msgpack
import zmq

from door import Door

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("BILAG_BIN", ROOT / "bin"))
DEADLINE_S = 20

VENUE = """venue: {venue}
name: {venue}
timezone: Europe/Oslo
company: '912345678'
client_key: {{file: keys/client}}
vat:
  normal: {{rate: 25, code: '3'}}
  reduced: {{rate: 15, code: '31'}}
  none: {{rate: 0, code: '0'}}
product_types:
  food: {{account: 3000, reduced_account: 3001}}
payment_types:
  card: {{account: 1570}}
"""


def until(what, condition, deadline_s=DEADLINE_S):
    """Waits for a condition, never for a time."""
    end = time.monotonic() + deadline_s
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.01)
    raise AssertionError(f"not within {deadline_s} s: {what}")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def receipt(seq, venue="oslo-grill", gross=39800, **more):
    event = {"v": 1, "venue": venue, "register": "K1", "seq": seq, "kind": "receipt",
             "time": "2026-11-20T23:41:07+01:00",
             "lines": [{"product_type": "food", "vat": 25, "gross": gross, "qty": 2, "text": "Burger"}],
             "payments": [{"type": "card", "amount": gross}]}
    event.update(more)
    return event


def canonical(event):
    """event_encode() of a plain receipt, by hand."""
    lines = [[x["product_type"], x["vat"] * 100, x["gross"], None, x["qty"] * 1000000, x["text"], ""]
             for x in event["lines"]]
    payments = [[p["type"], p["amount"]] for p in event["payments"]]
    return [1, event["venue"], event["register"], 0, event["seq"], 0, 1795214467, 60, "", "", "", lines, payments,
            None, ""]


def ndjson(*events):
    return "".join(json.dumps(e) + "\n" for e in events).encode()


class Ingest:
    def __init__(self, folder, venues=("oslo-grill",), instances=1, settings="", address="127.0.0.1", door="", bindir=BIN):
        self.folder = pathlib.Path(folder)
        self.bindir = bindir
        self.port = free_port()
        self.instances = instances
        self.processes = {}
        self.context = zmq.Context()
        self.door = Door(self.add_token, venues)
        self.config = self.folder / "config"
        self.spool = self.folder / "spool"
        self.run = self.folder / "run"
        self.state = self.folder / "state"
        (self.config / "venues").mkdir(parents=True)
        (self.config / "keys").mkdir()
        key = self.config / "keys" / "client"
        key.write_text("not-a-real-key\n")
        key.chmod(0o600)
        self.settings, self.address, self.more = settings, address, door     # door: further keys of ingest:
        self.write_settings()
        for venue in venues:
            self.add_venue(venue)

    def write_settings(self):
        (self.config / "bilag.yaml").write_text(
            f"state_dir: {self.state}\nrun_dir: {self.run}\n"
            "poweroffice:\n  subscription_key: {file: keys/client}\n"
            "  application_keys:\n    quickorder: {file: keys/client}\n"
            f"ingest: {{http: '{self.address}:{self.port}', spool: {self.spool}{self.more}}}\n"
            f"stages: {{ingest: {self.instances}}}\n{self.settings}")

    def add_venue(self, venue):
        (self.config / "venues" / f"{venue}.yaml").write_text(VENUE.format(venue=venue))

    def start(self, instance=0, env=None, wait=True, limit_fsize=None):
        log = open(self.folder / f"log-{instance}", "ab")

        def limits():
            if limit_fsize:
                import resource
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit_fsize, resource.RLIM_INFINITY))

        process = subprocess.Popen([self.bindir / "bilag-ingest", "--config", self.config, "--instance",
                                    str(instance)], stderr=log, env={**os.environ, **(env or {})},
                                   preexec_fn=limits if limit_fsize else None)
        log.close()
        self.processes[instance] = process
        before = self.log(instance).count("what=ready")
        if wait:
            until("ready", lambda: process.poll() is not None or
                  self.log(instance).count(f"what=ready pid={process.pid}"))
            assert process.poll() is None, self.log(instance)
        return process, before

    def log(self, instance=0):
        path = self.folder / f"log-{instance}"
        return path.read_text(errors="replace") if path.exists() else ""

    def command(self, *args):
        """bilag ARGS: what it printed, and its exit code."""
        done = subprocess.run([self.bindir / "bilag", args[0], "--config", self.config, *args[1:]],
                              capture_output=True, text=True, timeout=DEADLINE_S)
        return done.stdout + done.stderr, done.returncode

    def add_token(self, *args):
        done = subprocess.run([BIN / "bilag", "tokens", "--config", self.config, "add", *args], text=True,
                              capture_output=True, timeout=DEADLINE_S, check=True)
        return done.stdout

    def stop(self, instance=0):
        process = self.processes.pop(instance)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        return process.wait(5)

    def kill(self, instance=0):
        process = self.processes.pop(instance)
        process.kill()
        process.wait(5)

    def close(self):
        for process in self.processes.values():
            process.kill()
            process.wait(5)
        self.context.destroy(linger=0)

    def post(self, body, path="/v1/events", method="POST", headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)
        try:
            connection.request(method, path, body, self.door.headers(body) if headers is None else headers)
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text), response
        finally:
            connection.close()

    def dealer(self, name):
        s = self.context.socket(zmq.DEALER)
        s.linger = 0
        s.rcvtimeo = DEADLINE_S * 1000
        s.connect(f"ipc://{self.run}/{name}.ipc")
        return s

    def batch(self, *frames, instance=0):
        with self.dealer(f"ingest-{instance}") as s:
            s.send_multipart(frames)
            answer = s.recv_multipart()
        assert answer[0] == (frames[0] if len(frames) > 1 else b"") or len(frames) == 1
        return msgpack.unpackb(answer[-1])

    def status(self, instance=0):
        with self.dealer(f"status-ingest-{instance}") as s:
            s.send(b"?")
            return json.loads(s.recv())

    def counter(self, name, instance=0):
        return self.status(instance)["counters"].get(name, 0)

    def events(self, instance=0, partitions=16):
        """Everything in the log, by (partition, offset)."""
        found = {}
        with self.dealer(f"log-{instance}") as s:
            for partition in range(partitions):
                at = 0
                s.send(msgpack.packb([partition, at, 4096]))
                while True:
                    header, record = s.recv_multipart()
                    got, first, count, end, last = msgpack.unpackb(header)
                    if got != partition:             # news for an ask that still waits there
                        continue
                    assert first == at
                    batch = msgpack.unpackb(record, strict_map_key=False)
                    assert len(batch) == count
                    for event in batch:
                        found[partition, at] = event
                        at += 1
                    if count == 0 and at >= end:
                        break
                    if last or at >= end:
                        if at >= end:
                            break
                        s.send(msgpack.packb([partition, at, 4096]))
            return found

    def receipts(self, instance=0):
        """(venue, register, seq) of everything in the log, in order of place."""
        return [(e[1], e[2], e[4]) for _, e in sorted(self.events(instance).items())]

    def sanitized(self):
        """The sanitizers' own memory is not the program's."""
        return b"__asan_init" in (self.bindir / "bilag-ingest").read_bytes()

    def rss_kb(self, instance=0, field="VmRSS"):
        text = pathlib.Path(f"/proc/{self.processes[instance].pid}/status").read_text()
        return int(text.split(field + ":")[1].split()[0])

    def write_spool(self, name, data, mode="ab"):
        with open(self.spool / name, mode) as f:
            f.write(data)

    def raw_http(self, data):
        with socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE_S) as s:
            s.sendall(data)
            got = b""
            while chunk := s.recv(65536):
                got += chunk
            return got


def batches_of(items, size):
    return [items[i:i + size] for i in range(0, len(items), size)]


def u32(value):
    return struct.pack(">I", value)
