"""Uploader (or invoicer) instances against the real sandbox; the rig plays mapper and validator by hand.

It makes drafts, says verdicts over them, hears seals, and judges again what it is sent again: by default as
the validator would that finds nothing wrong.
"""
import contextlib
import ctypes
import hashlib
import json
import os
import pathlib
import signal
import subprocess
import threading
import uuid

import msgpack
import zmq

from answer_proxy import Proxy
import stage_keys
from sandbox_api import APP, SUBSCRIPTION, Sandbox, wait_for

BIN = pathlib.Path(os.environ.get("BILAG_BIN", pathlib.Path(__file__).resolve().parents[2] / "bin"))
DAY_ZERO = 20776                                             # 2026-11-19
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "bilag")

VENUE = """venue: {id}
name: {id}
timezone: Europe/Oslo
company: '{company}'
client_key: {{file: keys/{key}}}
auto_transfer: true
vat:
  normal: {{rate: 25, code: '3'}}
  reduced: {{rate: 15, code: '31'}}
  none: {{rate: 0, code: '0'}}
product_types:
  food: {{account: 3000, reduced_account: 3001, product: MAT, reduced_product: MAT-TA}}
payment_types:
  card: {{account: 1570}}
{more}"""


def client_id(key):
    return hashlib.blake2b(key.encode(), digest_size=32).hexdigest()[:16]


class Venue:
    def __init__(self, number, company="912345678", more=""):
        self.id, self.company, self.more = f"venue-{number:04d}", company, more
        self.key = str(uuid.UUID(int=0x1000 + number, version=4))


def reference(venue, doc):
    return str(uuid.uuid5(NAMESPACE, f"{venue.company}/{venue.id}/{doc}"))


def iso(day):
    import datetime
    return (datetime.date(1970, 1, 1) + datetime.timedelta(days=day)).isoformat()


def voucher_draft(venue, day, part=1, revision=1, gross=12500, closed=True, automatic=True, account=3000, upto=1,
                  department=""):
    doc = [0, venue.id, day, part, "", 0]
    lines = [[False, 1570, "0", 0, department, gross, "card"], [True, account, "3", 2500, department, -gross, "food"]]
    return [1, doc, int(closed), revision, venue.company, client_id(venue.key),
            reference(venue, f"{iso(day)}/voucher/{part}"), f"{venue.id}:{iso(day).replace('-', '')}:{part}", "NOK",
            f"{venue.id} {iso(day)}", day, automatic, False, "en", "0" * 16, 0, upto, False, lines, [], "", "", [],
            [], 1, gross, gross, 0, 0, False, 0, 0, gross, [], "", None, None]


def order_draft(venue, register, seq, lines, customer="kunde-77", day=DAY_ZERO, revision=1, order="", automatic=True,
                send_invoice=False, department="", closed=True):
    """lines: (product, account, vat_code, rate, text, qty in millionths, gross, share)"""
    doc = [1, venue.id, day, 0, register, seq]
    total = sum(line[7] for line in lines)
    rows = [[p, a, v, r, "food", t, q, g, s] for p, a, v, r, t, q, g, s in lines]
    return [1, doc, int(closed), revision, venue.company, client_id(venue.key),
            reference(venue, f"order/{register}/{seq}"), "", "NOK", "", day, automatic, send_invoice, "en", "0" * 16,
            0, 1, True, [], [], customer, order or f"{register}-{seq}", rows, [], 1, total, 0, total, 0, False, 0, 0,
            total, [], department, None, None]


def doc_id(draft):
    kind, venue, day, part, register, seq = draft[1]
    return f"{venue}/order/{register}/{seq}" if kind else f"{venue}/{iso(day)}/{part}"


class Lmdb:
    """Just enough of LMDB to write where other programs of Bilag would: one transaction."""
    LAST = 6

    class Value(ctypes.Structure):
        _fields_ = [("size", ctypes.c_size_t), ("data", ctypes.c_void_p)]

    def __init__(self, folder, table):
        self.lib = ctypes.CDLL("liblmdb.so.0")
        self.env, self.txn, self.table = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_uint()
        self.must("env_create", ctypes.byref(self.env))
        self.must("env_set_maxdbs", self.env, 25)
        self.must("env_set_mapsize", self.env, ctypes.c_size_t(0))
        self.must("env_open", self.env, str(folder).encode(), 0, 0o600)
        self.must("txn_begin", self.env, None, 0, ctypes.byref(self.txn))
        self.must("dbi_open", self.txn, table.encode(), 0, ctypes.byref(self.table))

    def must(self, name, *arguments):
        code = getattr(self.lib, "mdb_" + name)(*arguments)
        assert code == 0, (name, code)

    @staticmethod
    def sum(key, value):
        """What store_sum.c puts behind a record."""
        sodium, out = ctypes.CDLL("libsodium.so.23"), ctypes.create_string_buffer(8)
        fixed = b"bilag record sum"
        sodium.crypto_shorthash(out, key, ctypes.c_ulonglong(len(key)), fixed)
        with_key = out.raw + fixed[8:]
        sodium.crypto_shorthash(out, value, ctypes.c_ulonglong(len(value)), with_key)
        return out.raw[:4]

    def last_key(self):
        cursor, key, value = ctypes.c_void_p(), self.Value(), self.Value()
        self.must("cursor_open", self.txn, self.table, ctypes.byref(cursor))
        found = self.lib.mdb_cursor_get(cursor, ctypes.byref(key), ctypes.byref(value), self.LAST) == 0
        self.lib.mdb_cursor_close(cursor)
        return ctypes.string_at(key.data, key.size) if found else None

    def put(self, key, value, table=None):
        held = [ctypes.create_string_buffer(b, len(b)) for b in (key, value + self.sum(key, value))]
        pair = [self.Value(len(b), ctypes.cast(b, ctypes.c_void_p)) for b in held]
        self.must("put", self.txn, self.table, ctypes.byref(pair[0]), ctypes.byref(pair[1]), 0)

    def commit(self):
        self.must("txn_commit", self.txn)
        self.lib.mdb_env_close(self.env)


def audit_append(folder, decision):
    """One row of common/domain/audit.c."""
    db = Lmdb(folder, "decisions")
    last = db.last_key()
    number = 1 + (int.from_bytes(last, "big") if last else 0)
    db.put(number.to_bytes(8, "big"), msgpack.packb(decision))
    db.commit()
    return number


def link_customer(folder, company, till_customer, number):
    """What `bilag customers connect` does: the link, and the version that says so."""
    import time
    db = Lmdb(folder, "links")
    db.put(company.encode() + b"\0" + till_customer.encode() + b"\0", number.to_bytes(8, "little"))
    db.commit()
    db = Lmdb(folder, "versions")
    db.put(b"links", time.time_ns().to_bytes(8, "little"))
    db.commit()


class Rig:
    def __init__(self, folder, venues, stage="uploader", instances=1, settings="", companies=None, proxied=False,
                 **switches):
        self.folder, self.stage, self.instances = pathlib.Path(folder), stage, instances
        self.venues = venues
        self.config = self.folder / "config"
        self.run, self.state = self.folder / "run", self.folder / "state"
        (self.config / "venues").mkdir(parents=True)
        (self.config / "keys").mkdir()
        self.run.mkdir(mode=0o700)
        stage_keys.make(self.state)
        self.box = Sandbox(self.folder, companies or self.companies(), ledger=self.folder / "ledger",
                           rate_limit=1000000, **{"read_lag_ms": 100, **switches})
        self.proxy = Proxy(self.box.port) if proxied else None
        self.settings = settings
        self.write_config()
        self.processes = {}
        self.seals, self.drafts = [], {}
        self.judge = lambda draft: []                        # problems of a draft judged again
        self.context = zmq.Context()
        self.push = self.context.socket(zmq.PUSH)
        self.push.setsockopt(zmq.IMMEDIATE, 1)
        self.push.setsockopt(zmq.LINGER, 0)
        for i in range(instances):
            stage_keys.connect(self.push, self.run, self.state, f"{stage}-{i}", "validator")
        self.over = False
        self.lock, self.sending = threading.Lock(), threading.Lock()
        self.thread = threading.Thread(target=self.play, daemon=True)
        self.thread.start()

    def companies(self):
        return {"subscription_keys": [SUBSCRIPTION], "application_keys": [APP],
                "clients": [{"client_key": v.key, "name": v.id, "org_no": v.company,
                             "customers": [{"no": 10001, "name": "Plain AS", "invoice_fee": False},
                                           {"no": 10002, "name": "Discount AS", "allowance": 10, "vat_free": True,
                                            "department": "11", "invoice_fee": True}],
                             "products": [{"code": "MAT", "name": "Mat", "account": 3000, "optional_account": 3001},
                                          {"code": "MAT-TA", "name": "Mat med", "account": 3001},
                                          {"code": "TIPS", "name": "Tips", "account": 2910}]} for v in self.venues]}

    def secret(self, name, text):
        path = self.config / "keys" / name
        path.write_text(text + "\n")
        path.chmod(0o600)

    def write_config(self):
        base = f"http://127.0.0.1:{self.proxy.port if self.proxy else self.box.port}"
        self.secret("subscription", SUBSCRIPTION)
        self.secret("quickorder", APP)
        (self.config / "bilag.yaml").write_text(
            f"state_dir: {self.state}\nrun_dir: {self.run}\n"
            f"poweroffice:\n  token_url: {base}/OAuth/Token\n  api_url: {base}/v2\n"
            "  subscription_key: {file: keys/subscription}\n  requests_per_second: 1000\n"
            "  application_keys:\n    quickorder: {file: keys/quickorder}\n"
            f"stages: {{{self.stage}: {self.instances}}}\n"
            f"sender: {{retry_first_ms: 50, retry_max_ms: 400, lookup_wait_ms: 120, answer_wait_ms: 3000}}\n"
            f"{self.settings}")
        for venue in self.venues:
            self.secret(venue.id, venue.key)
            (self.config / "venues" / f"{venue.id}.yaml").write_text(
                VENUE.format(id=venue.id, company=venue.company, key=venue.id, more=venue.more))

    def play(self):
        """The mapper's ears and the validator."""
        seals, drafts = self.context.socket(zmq.PULL), self.context.socket(zmq.PULL)
        stage_keys.listen(seals, self.run, self.state, "mapper-0")
        stage_keys.listen(drafts, self.run, self.state, "validator-0")
        poller = zmq.Poller()
        poller.register(seals, zmq.POLLIN)
        poller.register(drafts, zmq.POLLIN)
        while not self.over:
            for socket, _ in poller.poll(50):
                message = socket.recv()
                if socket is seals:
                    doc, revision, undone, upto, *_ = msgpack.unpackb(message)
                    with self.lock:
                        self.seals.append((doc_id([0, doc]), revision, undone, upto))
                else:
                    draft = msgpack.unpackb(message)
                    self.verdict(draft, self.judge(draft))
        seals.close(0)
        drafts.close(0)

    def start(self, instance=0, env=None, program=None):
        log = open(self.folder / f"log-{instance}", "ab")
        path = self.folder / f"log-{instance}"
        before = path.read_text(errors="replace").count("what=ready")
        process = subprocess.Popen([program or BIN / f"bilag-{self.stage}", "--config", self.config, "--instance",
                                    str(instance)], stderr=log, env={**os.environ, **(env or {})})
        log.close()
        self.processes[instance] = process
        ready = lambda: path.read_text(errors="replace").count("what=ready") > before
        wait_for(lambda: ready() or process.poll() is not None, 20)
        assert ready(), self.log(instance)[-3000:]
        return process

    def log(self, instance=0):
        return (self.folder / f"log-{instance}").read_text(errors="replace")

    def kill(self, instance=0, how=signal.SIGKILL):
        process = self.processes.pop(instance)
        if process.poll() is None:
            process.send_signal(how)
        return process.wait(10)

    def verdict(self, draft, problems=()):
        """problems: (code, first, count, args...)"""
        message = msgpack.packb([msgpack.packb(draft, use_bin_type=True), [list(p) for p in problems]],
                                use_bin_type=True)
        self.drafts[doc_id(draft)] = draft
        with self.sending:
            if self.push.poll(1000 if self.processes else 0, zmq.POLLOUT):
                self.push.send(message, zmq.NOBLOCK)         # nobody up: as from the real one, it comes again

    def offer(self, drafts, problems=()):
        """As the mapper does: again and again, until each is sealed."""
        ids = {doc_id(d): d for d in drafts}
        rounds = [0]

        def sealed():
            with self.lock:
                done = {doc for doc, _, _, _ in self.seals}
            left = [d for i, d in ids.items() if i not in done]
            rounds[0] += 1
            if rounds[0] % 20 == 1:
                for draft in left:
                    self.verdict(draft, problems)
            return not left
        wait_for(sealed, 60)

    def decide(self, verb, subject, detail="", reason="test"):
        """As `bilag` does: straight into the audit trail."""
        number = audit_append(self.state / "audit", [1, "tester", verb, subject, detail, reason])
        return number

    def status(self, instance=0):
        socket = self.context.socket(zmq.DEALER)
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(f"ipc://{self.run}/status-{self.stage}-{instance}.ipc")
        socket.send(b"")
        try:
            assert socket.poll(5000), "no status within 5 s"
            return json.loads(socket.recv())
        finally:
            socket.close(0)

    def states(self):
        return {k: v for k, v in self.status(min(self.processes))["documents"].items() if v}

    def settled(self, seconds=60, **states):
        """Waits until exactly so many documents are in these states, and none in any other."""
        try:
            wait_for(lambda: self.states() == states, seconds)
        except AssertionError:
            raise AssertionError(f"{self.states()} instead of {states}\n{self.log(min(self.processes))[-3000:]}")

    def shown(self):
        """What `bilag status` shows: {document: its row}."""
        told = subprocess.run([BIN / "bilag", "status", "--config", self.config, "--json"], capture_output=True, text=True)
        assert told.stdout, told.stderr
        return {d["id"]: d for venue in json.loads(told.stdout)["venues"] for d in venue["documents"]}

    def vouchers(self):
        return self.box.inspect("vouchers")

    def close(self):
        for instance in list(self.processes):
            self.kill(instance)
        self.over = True
        self.thread.join(5)
        self.push.close(0)
        self.context.destroy(0)
        if self.proxy:
            self.proxy.stop()
        self.box.stop()


def doc_of(venue, day=0):
    return f"{venue.id}/{iso(DAY_ZERO + day)}/1"


@contextlib.contextmanager
def rigs(tmp_path, count, more="", start=True, **preset):
    """What makes a test's rig, and ends it: make(count, more, settings of Rig)."""
    made = []

    def make(count=count, more=more, **settings):
        made.append(Rig(tmp_path, [Venue(i, more=more) for i in range(count)], **{**preset, **settings}))
        if start:
            made[0].start()
        return made[0]
    try:
        yield make
    finally:
        for one in made:
            one.close()
