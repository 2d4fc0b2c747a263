"""Who may send whose sales, while that changes: tokens and keys are revoked and replaced, certificates renewed, as sales come.

A seed draws who its senders are (some back offices, each with a token and perhaps a CURVE key for its venues), whether they come by
TLS and by ZeroMQ over TCP, and whether two users run the programs: from a stream of its own, so that its world is what it was.
An operator (a thread) goes round: a credential is revoked, or its successor made first and then it is revoked; somebody who has the
old one tries to get a sale in with it; then the sender is told the new one. Until then the sender is refused and sends again.
"""
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import ssl
import threading
import time

import msgpack
import zmq

import pipeline
from door import TYPE, certificate

THIEF = "STOLEN"                                 # the register of sales that come with a revoked token or key
TRY_S, ANSWER_MS = 8, 700


class Drawn:
    """What a seed has."""

    def __init__(self, seed, venues):
        self.rng = rng = random.Random(seed * 32452843 + 6)
        self.tls, self.tcp, self.two_users = rng.random() < 0.5, rng.random() < 0.5, rng.random() < 0.35 and os.geteuid() == 0
        names = sorted(venues)
        rng.shuffle(names)
        count = rng.randint(1, min(3, len(names)))
        self.offices = [sorted(names[at::count]) for at in range(count)]


class Credential:
    """A token, or a pair of keys with the one of ingest; and its number."""

    def __init__(self, number, text):
        self.number, self.text = number, text.strip()
        self.keys = dict(line.split() for line in text.splitlines()) if text.startswith("server ") else None


class Office:
    """One sender: what it was told last is what it shows."""

    def __init__(self, number, venues):
        self.number, self.venues, self.shows = number, venues, {}

    def kinds(self):
        return sorted(self.shows)


class Line:
    """How one thread reaches ingest over HTTP: its connection stays open as long as it is answered."""

    def __init__(self, doors):
        self.doors, self.connection, self.epoch = doors, None, 0

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def ask(self, token, body):
        """(status, answer), or None: nobody answered."""
        try:
            if not self.connection:
                self.connection, self.epoch = self.doors.connect(), self.doors.renewals
            self.connection.request("POST", "/v1/events", body, {**TYPE, "Authorization": f"Bearer {token}"})
            response = self.connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return None
        if self.epoch != self.doors.renewals:
            self.doors.counts["door on a connection older than the certificate"] += 1
        if response.will_close:
            self.close()
        return response.status, json.loads(text)


class Wire:
    """The same over ZeroMQ, to one instance; a new socket where the former one was refused or not answered."""

    def __init__(self, doors, instance):
        self.doors, self.instance, self.socket, self.keys = doors, instance, None, None

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None

    def ask(self, keys, events):
        """The answer, or None."""
        if self.keys is not keys:
            self.close()
        if not self.socket:
            self.socket, self.keys = self.doors.dealer(keys, self.instance), keys
        try:
            self.socket.send_multipart([b"b", b"map", msgpack.packb(events)])
            return msgpack.unpackb(self.socket.recv_multipart()[-1])
        except zmq.Again:
            self.close()
            return None


class Doors:
    """tried: what came with a revoked credential, as (venue, register, number). wrong: sentences; none: as it should be."""

    def __init__(self, run, drawn):
        self.run, self.drawn, self.rng, self.counts = run, drawn, drawn.rng, run.counts
        self.offices = [Office(n, venues) for n, venues in enumerate(drawn.offices)]
        self.of_venue = {name: office for office in self.offices for name in office.venues}
        self.local, self.over = threading.local(), threading.Event()
        self.tried, self.wrong, self.renewals = set(), [], 0
        self.pairs, self.trusted, self.thread = [], None, None
        self.zeromq_port = ports_in_a_row()

    # -- before and around the run --

    def settings(self):
        ingest = {}
        if self.drawn.tcp:
            ingest["zeromq"] = f"127.0.0.1:{self.zeromq_port}"
        if self.drawn.tls:
            ingest |= {"certificate": str(self.folder() / "live/chain.pem"), "certificate_key": str(self.folder() / "live/key.pem")}
        return {"ingest": ingest}

    def folder(self):
        return self.run.pipeline.folder / "tls"

    def make_certificates(self, owner):
        """Two of them, each in a folder of its own; the live one is a link, so that both files change at once."""
        if not self.drawn.tls:
            return
        self.trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        for name in ("a", "b"):
            chain, key = certificate(self.folder() / name, "chain")
            shutil.move(key, key.with_name("key.pem"))
            if owner is not None:
                os.chown(key.with_name("key.pem"), owner, -1)
            self.trusted.load_verify_locations(chain)
            self.pairs.append((name, ssl.PEM_cert_to_DER_cert(chain.read_text())))
        (self.folder() / "live").symlink_to("a")

    def open(self):
        """Every office has what it shows before anything can go wrong."""
        for office in self.offices:
            office.shows["token"] = self.add(office, "token")
            if self.drawn.tcp:
                office.shows["key"] = self.add(office, "key")

    def begin(self):
        self.thread = threading.Thread(target=self.operate, daemon=True)
        self.thread.start()

    def end(self):
        self.over.set()
        self.thread.join()

    # -- the senders' side --

    def connect(self):
        port, wait = self.run.pipeline.port, pipeline.DEADLINE_S
        return http.client.HTTPSConnection("127.0.0.1", port, timeout=wait, context=self.trusted) if self.drawn.tls \
            else http.client.HTTPConnection("127.0.0.1", port, timeout=wait)

    def dealer(self, keys, instance):
        s = self.run.pipeline.context.socket(zmq.DEALER)
        s.linger, s.rcvtimeo, s.sndtimeo = 0, ANSWER_MS, ANSWER_MS
        s.curve_serverkey, s.curve_publickey, s.curve_secretkey = (keys[name].encode() for name in ("server", "public", "secret"))
        s.connect(f"tcp://127.0.0.1:{self.zeromq_port + instance}")
        return s

    def mine(self, what, make):
        """This thread's own line or wire."""
        there = self.local.__dict__
        if what not in there:
            there[what] = make()
        return there[what]

    def post(self, venue, body):
        """The answer with counts; None: send all of it again."""
        office = self.of_venue[venue]
        answer = self.mine("http", lambda: Line(self)).ask(office.shows["token"].text, body)
        if not answer or answer[0] != 200:
            self.refused("token", answer and answer[0] in (401, 403))
            return None
        if any(row.get("status") == 403 for row in answer[1]["rejected"]):       # revoked in the middle of it
            self.refused("token", True)
            return None
        return answer[1]

    def batch(self, venue, instance, events):
        office = self.of_venue[venue]
        answer = self.mine(instance, lambda: Wire(self, instance)).ask(office.shows["key"].keys, events)
        if not answer or answer.get("retry"):
            return None
        if "error" in answer or any(row.get("status") == 403 for row in answer["rejected"]):
            self.refused("key", True)
            return None
        return answer

    def refused(self, kind, is_so):
        if is_so:
            self.counts[f"door a sender's {kind} was refused"] += 1

    # -- the operator's --

    def bilag(self, *words):
        """A command that is given again until it is done: the disk may be full."""
        end = time.monotonic() + 2 * TRY_S
        while time.monotonic() < end:
            done = self.run.pipeline.command("tokens", *words, check=False)
            if done.returncode == 0:
                return done
            time.sleep(0.05)
        raise AssertionError(f"bilag tokens {words[0]}: {done.stdout}{done.stderr}")

    def add(self, office, kind):
        done = self.bilag("add", "--venue", *office.venues, "--about", f"office {office.number}",
                          *(["--zeromq", "new"] if kind == "key" else []))
        return Credential(re.search(r"Token (\d+)", done.stderr).group(1), done.stdout)

    def operate(self):
        try:
            rest = 1 if len(self.of_venue) <= 100 else 10        # a fleet's senders would be waiting for commands, mostly
            while not self.over.wait(rest * self.rng.uniform(0.05, 0.4)):
                if self.drawn.tls and self.rng.random() < 0.4:
                    self.change_certificate()
                else:
                    office = self.rng.choice(self.offices)
                    self.renew(office, self.rng.choice(office.kinds()))
        except BaseException as error:            # the main thread tells
            self.wrong.append(f"the operator: {error!r}")

    def renew(self, office, kind):
        """From the moment in which revoking is acknowledged the old one opens nothing; the office is told later."""
        former, first = office.shows[kind], self.rng.random() < 0.5
        new = self.add(office, kind) if first else None
        thief = Thief(self, office, kind, former)
        self.bilag("revoke", former.number, "--reason", "a new one")
        thief.tries()
        new = new or self.add(office, kind)
        self.over.wait(self.rng.uniform(0, 0.2))
        office.shows[kind] = new
        self.counts[f"door {kind} renewed"] += 1

    def change_certificate(self):
        """A renewed one, and SIGHUP, as certbot's hook does; until every new handshake shows it."""
        self.renewals += 1
        name, wanted = self.pairs[self.renewals % 2]
        new = self.folder() / "new"
        new.symlink_to(name)
        new.rename(self.folder() / "live")
        self.counts["door certificate changed"] += 1
        end, shown = time.monotonic() + TRY_S, 0
        while shown < 3 and time.monotonic() < end:
            seen = self.handshake()
            shown = shown + 1 if seen == wanted else 0
            if seen and seen != wanted:          # a process that had read the former one and was not ready to hear of this one
                self.reload_ingest()
        if shown < 3:
            self.wrong.append("a new certificate is not shown")

    def reload_ingest(self):
        with self.run.pipeline.lock:
            for entry in self.run.pipeline.processes.values():
                if entry.stage == "ingest" and entry.process and entry.ready():
                    entry.process.send_signal(signal.SIGHUP)

    def handshake(self):
        """The certificate that is shown; None: nobody is there."""
        try:
            with socket.create_connection(("127.0.0.1", self.run.pipeline.port), timeout=1) as raw, \
                    self.trusted.wrap_socket(raw, server_hostname="127.0.0.1") as s:
                return s.getpeercert(binary_form=True)
        except OSError:
            time.sleep(0.02)
            return None


class Thief:
    """Has a credential that is being revoked, and a connection that was let in with it."""

    def __init__(self, doors, office, kind, former):
        self.doors, self.office, self.kind, self.former = doors, office, kind, former
        instances = max(1, doors.run.pipeline.stages["ingest"])
        self.way = Line(doors) if kind == "token" else Wire(doors, doors.rng.randrange(instances))
        self.ask([])

    def ask(self, events):
        """(whether there was an answer, how many were taken)"""
        if self.kind == "token":
            answer = self.way.ask(self.former.text, "".join(json.dumps(event) + "\n" for event in events).encode())
            return bool(answer) and answer[0] != 503, taken(answer[1]) if answer and answer[0] == 200 else 0
        answer = self.way.ask(self.former.keys, events)
        return bool(answer) and not answer.get("retry"), taken(answer) if answer else 0

    def tries(self):
        """A sale of a venue that is the office's, which would be in its books."""
        doors, venue = self.doors, self.office.venues[0]
        number = len(doors.tried) + 1
        doors.tried.add((venue, THIEF, str(number)))
        event = {"v": 1, "venue": venue, "register": THIEF, "seq": number, "kind": "receipt",
                 "time": f"{doors.run.world.days[0].isoformat()}T13:00:00+01:00",
                 "lines": [{"product_type": "food", "vat": 25, "gross": 186500, "qty": 1, "text": "x"}],
                 "payments": [{"type": "cash", "amount": 186500}]}
        end, tries = time.monotonic() + TRY_S, 3 if self.kind == "key" else 1000      # a key without an answer was not let in
        answered, count = False, 0
        while not answered and tries and time.monotonic() < end:
            answered, count = self.ask([event])
            tries -= 1
        self.way.close()
        if count:
            doors.wrong.append(f"{self.kind} {self.former.number} got a sale of {venue} in after it was revoked")
        doors.counts[f"door revoked {self.kind} {'got in' if count else 'refused' if answered else 'not answered'}"] += 1


def taken(answer):
    return answer.get("accepted", 0) + answer.get("duplicates", 0)


def ports_in_a_row():
    """For two instances."""
    while True:
        port = pipeline.free_port()
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
        return port
