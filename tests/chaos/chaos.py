#!/usr/bin/python3
"""Chaos: real processes, a seeded world, and everything that can happen to them; then the books must be right.

    tests/chaos/chaos.py --seeds 100 [--first 1] [--jobs 2] [--bin DIR] [--report FILE]
    tests/chaos/chaos.py --seeds 1 --first 4711 --keep      one seed again, its folder kept
    tests/chaos/chaos.py --seeds 200 --engine               two machines with their stores in PostgreSQL, whose primaries are lost

Each seed makes a world (world.py) and a PowerOffice (unknowns.py), starts every stage in some instances, feeds the world
through HTTP, spool files, ZeroMQ, imported files and SAF-T files at once while faults (faults.py) are drawn and persons
decide, lets everything settle and judges PowerOffice's books (judge.py). A seed fixes the world and the order of faults; the
machine decides how they meet.
"""
import argparse
import base64
import collections
import concurrent.futures
import contextlib
import http.client
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]
if "--bin" in sys.argv:
    os.environ["BILAG_BIN"] = sys.argv[sys.argv.index("--bin") + 1]

import pipeline                                                                                # noqa: E402
import two_users                                                                               # noqa: E402
import doors                                                                                   # noqa: E402
import goods                                                                                   # noqa: E402
import faults                                                                                  # noqa: E402
import unknowns                                                                                # noqa: E402
import persons                                                                                 # noqa: E402
from judge import Judge                                                                        # noqa: E402
from world import CUSTOMERS, World, turn_credit                                                # noqa: E402

SETTINGS = {
    "sender": {"retry_first_ms": 20, "retry_max_ms": 200, "lookup_wait_ms": 20, "answer_wait_ms": 700,
               "connect_wait_ms": 500},
    "mapper": {"preview_ms": 100, "resend_ms": 200},
}
CALM = {"fault_429": 0, "fault_5xx_before": 0, "fault_5xx_after": 0, "fault_drop_before": 0, "fault_drop_after": 0,
        "fault_reset": 0, "fault_slow_permille": 0, "fault_slow_ms": 1000, "latency_ms": 0, "read_lag_ms": 0,
        "down": "off", "rate_limit": 1000000, "token_lifetime_s": 1200, "subscription_quota": "there", "refused_key": ""}
TWO_KEYS = {"poweroffice": {"subscription_key_secondary": {"file": "keys/second"}}}
SOURCES = ("http", "spool", "zmq", "import", "saft", "garbage")
LOOK_S = 8
SETTLE_S = float(os.environ.get("CHAOS_SETTLE_S", "30"))
ALLOWED_EXITS = {0, 111, -9, -15, -1}            # -15 and -1: the signal came before its handler was there


def tool_path(name="tool_stores"):
    if os.environ.get("BILAG_TOOLS"):
        return pathlib.Path(os.environ["BILAG_TOOLS"]) / name
    built = sorted(pipeline.ROOT.glob(f"build/*/tests/chaos/{name}"), key=lambda path: path.stat().st_mtime)
    assert built, f"build it first: make build/gcc/tests/chaos/{name}"
    return built[-1]


class Tool:
    """tool_stores, one process for many commands. both: as the user without keys of two that share the stores."""

    def __init__(self, state, both=False):
        shared = [str(two_users.as_user(two_users.KEYS_USER)["user"])] if both else []
        self.process = subprocess.Popen([tool_path(), state, *shared], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        **(two_users.as_user(two_users.STAGES_USER) if both else {}))

    def send(self, *words):
        self.process.stdin.write("\t".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def docs(self, stage):
        self.send("docs", stage)
        rows = []
        for line in self.process.stdout:
            if line.strip() == ".":
                return rows
            rows.append(line.split())
        raise AssertionError(f"tool_stores ended with {self.process.wait(5)}")

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(10) == 0, "tool_stores failed"


class Run:
    """One seed."""

    PLAIN = False                                # of the world
    SMALL_DISKS = True
    KIND = pipeline.Pipeline

    def __init__(self, seed, size):
        self.seed, self.rng = seed, random.Random(seed * 7919 + 1)
        self.world = World(seed, **size, plain=self.PLAIN)
        self.goods = None if self.PLAIN else goods.Drawn(seed, self.world.venues)
        self.judge = Judge(self.world, self.goods.send if self.goods else set())
        self.counts = collections.Counter()
        self.length_s = 1.6 + 0.02 * len(self.world.venues) * len(self.world.days)
        self.pipeline, self.tool, self.mounted = None, None, None
        self.unconnected, self.told, self.accepted = [], [], set()
        self.feeding_errors, self.calm = [], dict(CALM, expire_tokens="no")
        self.two_keys = random.Random(seed * 86028121 + 5).random() < 0.5
        self.unknowns = unknowns.draw(random.Random(seed * 104729 + 2))
        self.persons = random.Random(seed * 1299709 + 3)
        self.deciding = persons.Persons(self)
        self.doors = None if self.PLAIN else doors.Doors(self, doors.Drawn(seed, self.world.venues))
        self.requests = self.documents = 0

    # -- feeding: as tills do, again until it is acknowledged --

    def feed(self, source):
        begin = self.begin
        try:
            for number, delivery in enumerate(d for d in self.world.deliveries if d.source == source):
                time.sleep(max(0.0, begin + delivery.at * self.length_s - time.monotonic()))
                for before in delivery.needs:
                    assert before.done.wait(2 * (SETTLE_S + self.length_s)), "what must come before never came"
                getattr(self, f"by_{source}")(delivery, number)
                delivery.done.set()
                self.counts[f"source {source}"] += len(delivery.events)
        except BaseException as error:            # the main thread tells
            self.feeding_errors.append(f"{source}: {error!r}")

    def by_http(self, delivery, _):
        body = "".join(json.dumps(event) + "\n" for event in delivery.events).encode()
        answer = self.again(lambda: self.post(delivery.events[0]["venue"], body), "HTTP is acknowledged")
        if answer["rejected"]:
            self.feeding_errors.append(f"http: rejected {answer['rejected']}")

    def post(self, venue, body):
        return self.doors.post(venue, body) if self.doors else self.pipeline.post_bytes(body)

    def by_spool(self, delivery, number):
        lines = [json.dumps(event) + "\n" for event in delivery.events]
        cut = len(lines) // 2
        self.pipeline.spool_bytes(f"f{number}.ndjson", "".join(lines[:cut]).encode())
        if cut < len(lines):                      # a till that goes on writing, in the middle of a line, too
            with open(self.pipeline.spool / f"f{number}.ndjson", "ab", buffering=0) as file:
                rest = "".join(lines[cut:]).encode()
                file.write(rest[:len(rest) // 3])
                file.write(rest[len(rest) // 3:])

    def by_zmq(self, delivery, number):
        def once():
            instance = number % max(1, self.pipeline.stages["ingest"])
            with self.pipeline.dealer(f"ingest-{instance}") as s:
                s.rcvtimeo = 700
                s.send_multipart([b"b", b"map", pipeline.msgpack.packb(delivery.events)])
                try:
                    answer = pipeline.msgpack.unpackb(s.recv_multipart()[-1])
                except pipeline.zmq.Again:
                    return None
            return None if answer.get("retry") else answer
        def over_tcp():
            return self.doors.batch(delivery.events[0]["venue"], number % max(1, self.pipeline.stages["ingest"]), delivery.events)
        outside = self.doors and self.doors.drawn.tcp and number % 2
        answer = self.again(over_tcp if outside else once, "a batch is acknowledged")
        if answer.get("rejected"):
            self.feeding_errors.append(f"zmq: rejected {answer['rejected']}")

    def by_import(self, delivery, number):
        lines = "".join(json.dumps(event) + "\n" for event in delivery.events)
        self.import_file(f"i{number}.ndjson", lines.encode())

    def by_garbage(self, delivery, number):
        """Nothing of it is taken, and nothing else is refused because of it."""
        body = "".join(line + "\n" for line in delivery.events).encode()
        if number % 2:
            self.pipeline.spool_bytes(f"g{number}.ndjson", body)
            return
        venue = sorted(self.world.venues)[number % len(self.world.venues)]
        answer = self.again(lambda: self.post(venue, body), "garbage is answered")
        if answer["accepted"] or len(answer["rejected"]) != len(delivery.events):
            self.feeding_errors.append(f"garbage: {answer}")

    def by_saft(self, delivery, number):
        self.import_file(f"s{number}.xml", delivery.file, "--venue", delivery.venue)

    def import_file(self, name, content, *args):
        """The same command again until it has all of it: ingest may have been killed in the middle."""
        path = self.pipeline.folder / name
        path.write_bytes(content)
        done = self.again(lambda: self.imported(path, *args), f"{name} is imported")
        if " 0 refused" not in done.stdout:
            self.feeding_errors.append(f"{name}: {done.stdout}{done.stderr}")

    def imported(self, path, *args):
        done = self.pipeline.import_file(path, "--wait", "1", *args, check=False)
        return done if done.returncode == 0 or " refused" in done.stdout else None

    def again(self, once, what):
        end = time.monotonic() + SETTLE_S + self.length_s
        while time.monotonic() < end:
            answer = once()
            if answer:
                return answer
            time.sleep(0.02)
        raise AssertionError(f"never: {what}")

    # -- the run --

    def run(self):
        stages = {"ingest": self.rng.randint(1, 2), "mapper": self.rng.randint(1, 3), "validator": self.rng.randint(1, 2),
                  "uploader": self.rng.randint(1, 3), "invoicer": self.rng.randint(1, 2)}
        settings = {**SETTINGS, **(TWO_KEYS if self.two_keys else {})}
        if len(self.world.venues) > 100:         # a fleet shares two cores with PowerOffice, which answers later then
            settings = {**settings, "sender": {**SETTINGS["sender"], "answer_wait_ms": 4000}}
        # a seed in four keeps its stores on a small disk of its own, which can be filled
        there = {name: venue for name, venue in self.world.venues.items() if name not in self.world.troubles.late}
        kind = two_users.TwoUsers if self.doors.drawn.two_users else self.KIND
        settings |= self.more_settings()
        clients = self.goods.clients(pipeline.clients_of(self.world.venues, CUSTOMERS))
        self.pipeline = p = kind(there, stages=stages, settings=settings, clients=clients,
                                 sandbox={**CALM, **self.unknowns}, name=f"chaos-{self.seed}")
        p.settings |= self.doors.settings()
        self.doors.make_certificates(p.popen_as("ingest").get("user"))
        if self.rng.random() < 0.25 and os.geteuid() == 0 and self.SMALL_DISKS:
            p.state.mkdir()
            size = "48m" if len(self.world.venues) <= 100 else "400m"
            if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", p.state], check=False).returncode == 0:
                self.mounted = p.state
        began = time.monotonic()
        try:
            with p, self.beside():
                self.tool = self.new_tool()
                self.doors.open()                # before the disk can be full
                for company in self.world.companies():
                    for number, (no, _) in enumerate(CUSTOMERS):
                        self.connect(company, f"kunde-{number + 1}", no)
                if self.seed % 8:                # PowerOffice's books are known; the others begin cold
                    p.with_keys("check", "--online", check=False, timeout=300)
                self.storm()
                self.settle()
                if self.seed % 3 == 0:
                    self.aftermath()
                self.counts["taken back in PowerOffice"] = self.taken_back()
                self.take_requests()
                self.all_is_green()
                self.nobody_came_in()
                self.tool.close()
                self.check_exits()
        finally:
            if self.mounted:
                subprocess.run(["umount", "-l", self.mounted], check=False)
                if not p.keep:
                    pipeline.shutil.rmtree(p.folder, ignore_errors=True)
        self.counts["seconds"] = time.monotonic() - began

    # -- what a run with more than one machine says otherwise (engines.py) --

    def more_settings(self):
        return {}

    def beside(self):
        return contextlib.nullcontext()

    def machines(self):
        return [self.pipeline]

    def plan(self, faulty, seconds):
        """What happens at a moment that is drawn before."""

    def failures(self):
        return [text for machine in self.machines() for text in machine.failures]

    def new_tool(self):
        return Tool(self.pipeline.state, self.doors.drawn.two_users)

    def connect(self, *connection):
        """At once, or late: until then its orders are held."""
        if self.rng.random() < 0.3:
            self.unconnected.append(connection)
        else:
            self.tell(connection)

    def tell(self, connection):
        self.told.append(connection)
        self.tool.send("connect", *connection)

    def disk_is_full(self):
        return (self.pipeline.state / faults.FILLER).exists()

    def connect_late(self, everything=False):
        while self.unconnected and (everything or (self.rng.random() < 0.05 and not self.disk_is_full())):
            self.tell(self.unconnected.pop())
            self.counts["connected late"] += 1

    def reverse(self, likely):
        """A person takes a voucher back: its day is mapped again and sent anew."""
        if self.persons.random() >= likely or self.disk_is_full():
            return None
        sent = [doc for doc, state, *_ in self.tool.docs("uploader") if state == "sent"]
        if not sent:
            return None
        doc = self.persons.choice(sent)
        self.decide_to_reverse(doc)
        return doc

    def decide_to_reverse(self, doc):
        self.judge.decided_to_reverse(doc)
        self.tool.send("decide", "reverse", doc, "", "a wrong account")
        self.counts["reversed by a person"] += 1

    def reverse_again(self, wanted):
        """Of one that was asked for in the storm already, an answer of then may come now: red, and its person decides again."""
        for doc, _, work, _, _, codes in self.tool.docs("uploader"):
            if doc == wanted and work == "none" and "reversal-refused" in codes:
                self.decide_to_reverse(doc)
        return False

    def reverse_there(self, likely):
        """A person takes a voucher back in PowerOffice itself, and tells nobody here. Whether it was done is not known where
        the answer is lost; where it was, Bilag has to find out (settle() looks, and a person has it sent anew)."""
        if self.persons.random() >= likely or self.disk_is_full():
            return
        try:
            standing = [v for v in self.pipeline.sandbox("vouchers") if not v["reversed"] and not v["reverses"]]
            if standing:
                voucher = self.persons.choice(sorted(standing, key=lambda v: v["id"]))
                self.judge.may_reverse[voucher["reference"]] += 1
                reverse_in_poweroffice(self.pipeline.sandbox_port, voucher)
                self.counts["reversed there by a person"] += 1
        except (OSError, http.client.HTTPException, ValueError, AssertionError):
            self.counts["reversed there in vain"] += 1       # PowerOffice was down, or refused it

    def by_persons(self, likely):
        """A tool whose disk was full has ended; the rest of the storm is without persons."""
        if self.tool.process.poll() is not None:
            assert self.mounted, "tool_stores ended"
            return
        try:
            self.connect_late()
            self.reverse(likely)
            self.reverse_there(likely / 5)
            if self.persons.random() < 0.02 and not self.disk_is_full():
                self.deciding.look()
        except (AssertionError, BrokenPipeError):
            assert self.mounted, "tool_stores ended"

    def connect_the_rest(self):
        """A tool whose disk was full has ended, and nobody knows with which: all of them once more."""
        if self.tool.process.poll() is not None:
            assert self.mounted, "tool_stores ended"
            self.tool = self.new_tool()
            self.unconnected += self.told
            self.told = []
        self.connect_late(everything=True)

    def storm(self):
        self.begin = time.monotonic()
        threads = [threading.Thread(target=self.feed, args=(source,), daemon=True) for source in SOURCES]
        for thread in threads:
            thread.start()
        self.doors.begin()
        self.rage(self.length_s * 1.1, 0.05)
        self.doors.end()
        for thread in threads:                   # by_...() give up by themselves
            thread.join()
        if self.feeding_errors or self.doors.wrong:
            raise AssertionError("; ".join(self.feeding_errors + self.doors.wrong))
        assert not self.failures(), self.failures()

    def rage(self, seconds, reverse_likely):
        """What can happen does, about every 25 ms; then all of it is given back."""
        faulty, end = faults.Faults(self), time.monotonic() + seconds
        self.plan(faulty, seconds)
        while time.monotonic() < end:
            faulty.one()
            faulty.due()
            self.by_persons(reverse_likely)
            time.sleep(self.rng.random() * 0.05)
        faulty.calm()
        self.connect_the_rest()

    def aftermath(self):
        """All is sent; then vouchers are taken back while everything happens that can, the first of them in peace."""
        before, doc = self.taken_back(), self.reverse(1)
        self.pipeline.until("the first is taken back", lambda: self.taken_back() > before or self.reverse_again(doc))
        self.rage(1 + 0.01 * len(self.world.venues), 0.2)
        assert not self.failures(), self.failures()
        self.settle()

    def taken_back(self):
        return sum(v["reversed"] for v in self.pipeline.sandbox("vouchers"))

    def take_requests(self):
        """The sandbox's figures, before they are lost with its process."""
        stats = self.pipeline.stats()
        self.requests += stats["requests"]["total"]

    def settle(self):
        """Until the books are right and nothing is under way; then they must still be right."""
        # an invoice that may have been asked for is left alone for a minute
        patience_s = SETTLE_S * (3 if self.seed % 8 == 0 or (self.goods and self.goods.send) else 1)
        p, end = self.pipeline, time.monotonic() + max(patience_s, 0.5 * len(self.world.venues))
        found, busy, resend_at, look_at = ["nothing judged"], "", 0, time.monotonic() + LOOK_S
        while time.monotonic() < end:
            assert not self.failures(), self.failures()
            if time.monotonic() >= resend_at:
                self.resend_failed()
                self.accept_gaps()
                self.deciding.look()
                resend_at = time.monotonic() + 0.5
            if time.monotonic() >= look_at:      # what was mended in PowerOffice is seen within the hour, or when one looks
                p.with_keys("check", "--online", check=False, timeout=120)
                look_at = time.monotonic() + LOOK_S
            busy = self.busy() or self.deciding.waiting()
            if not busy:
                found = self.judge.differences(p.sandbox("vouchers"), p.orders())
                if not found and not self.busy():
                    self.documents = len(p.vouchers()) + len(p.orders())
                    self.counts["invoices"] = sum(order["sent"] for order in p.orders())
                    return
            time.sleep(0.03)
        found = self.judge.differences(p.sandbox("vouchers"), p.orders())
        if "does not answer" in busy:
            found.append(stacks(p))
        raise AssertionError(f"not settled; under way: {busy or 'nothing'}; " + "\n".join([*found[:20], *self.unsent()]))

    def all_is_green(self):
        """What is whole is green: the only red left is that garbage was refused."""
        end = time.monotonic() + LOOK_S          # what a person has just decided may be under way
        while True:
            red, parked, apart = self.not_green()
            if not (red or parked or apart) or time.monotonic() > end:
                break
        assert not red and not parked, f"red at the end: {red[:10]} {parked}"
        assert not apart, f"green, though the Z reports differ: {apart[:5]}"

    def nobody_came_in(self):
        """What was sent with a token or key after it was revoked is not in the log, whatever was answered."""
        done = subprocess.run([tool_path("tool_log"), self.pipeline.state], capture_output=True, text=True, check=True)
        found = self.judge.intruders(self.doors.tried, done.stdout)
        assert not found, "; ".join(found)
        for name in ("tls", "tcp", "two_users"):
            self.counts[f"with {name}"] += getattr(self.doors.drawn, name)

    def not_green(self):
        status = json.loads(self.pipeline.command("status", "--json", check=False).stdout)
        red = [(d["id"], d["state"], [p["code"] for p in d["problems"]]) for venue in status["venues"]
               for d in venue["documents"] if d["state"] not in ("sent", "open", "by_hand") or
               (d["state"] != "by_hand" and {p["code"] for p in d["problems"]} - {"reversal-refused"})]
        apart = [(venue["venue"], day) for venue in status["venues"] for day in venue["days"] if "z_total" in day and
                 day["z_total"] - day.get("z_elsewhere", 0) != day["lines_total"]]
        return red, status["parked"], apart

    def unsent(self):
        """Every document that is not sent, or has something to do yet, as it stands."""
        return [f"{stage}: {' '.join(row)}" for stage in ("uploader", "invoicer") for row in self.tool.docs(stage)
                if row[1:3] != ["sent", "none"]]

    def resend_failed(self):
        """What PowerOffice refused, or a person took back there, stays red until a person acts."""
        for stage in ("uploader", "invoicer"):
            for doc, state, *_, codes in self.tool.docs(stage):
                if state == "sent" and "reversed-elsewhere" in codes.split(","):
                    self.tool.send("decide", "resend", doc, "", "taken back by mistake")
                    self.counts["sent anew by a person"] += 1
                if state == "sent" and "invoice-not-sent" in codes.split(","):
                    self.tool.send("decide", "resend", doc, "", "it may be sent now")
                    self.counts["invoice sent again by a person"] += 1
                if state == "failed":
                    self.tool.send("decide", "resend", doc, "", "the accounts are mended")
                    self.counts["resent by a person"] += 1

    def accept_gaps(self):
        """Numbers that were given to nothing: a person says so."""
        for doc, state, *_, codes in self.tool.docs("uploader"):
            if (state == "held" and doc.split("/")[0] in self.world.gaps and doc not in self.accepted and
                    {"sequence-gap"} <= set(codes.split(",")) <= {"sequence-gap", "day-not-come", "clock-jump"}):
                self.accepted.add(doc)
                self.tool.send("decide", "accept", doc, "sequence-gap", "the till gave the number to nothing")
                self.counts["accepted by a person"] += 1

    def busy(self):
        """What is still under way, in a word; empty: nothing."""
        return next((word for machine in self.machines() for stage, count in machine.stages.items() for instance in range(count)
                     if (word := busy_with(machine, stage, instance))), "")

    def check_exits(self):
        for entry in [entry for machine in self.machines() for entry in machine.processes.values()]:
            wrong = [code for code in entry.exits if code not in ALLOWED_EXITS]
            assert not wrong, f"{entry.name} ended with {wrong}"


def busy_with(machine, stage, instance):
    status = machine.status(stage, instance)
    if not status:
        return f"{stage}-{instance} does not answer"
    counters = status.get("counters", {})
    for name in ("days_due", "lag"):
        if stage == "mapper" and counters.get(name):
            return f"mapper-{instance} {name}={counters[name]}"
    if stage == "ingest" and status.get("spool", {}).get("bytes_behind"):
        return f"ingest-{instance} spool {status['spool']}"
    if stage in ("uploader", "invoicer"):
        if "documents" not in status:            # a store that could not be read at that moment
            return f"{stage}-{instance} cannot read its documents"
        late = {state: n for state, n in status["documents"].items() if n and state not in ("sent", "open", "by_hand")}
        if status["backlog"] or late:
            return f"{stage}-{instance} backlog={status['backlog']} {late}"
    return ""


def reverse_in_poweroffice(port, voucher):
    """As somebody there does, with the client's own right."""
    pair = base64.b64encode(f"{pipeline.APPLICATION_KEY}:{voucher['client_key']}".encode()).decode()
    keys = {"Ocp-Apim-Subscription-Key": pipeline.SUBSCRIPTION_KEY, "Authorization": f"Basic {pair}",
            "Content-Type": "application/x-www-form-urlencoded"}

    def call(path, body):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("POST", path, body, keys)
            answer = connection.getresponse()
            assert answer.status < 300, answer.status
            return answer.read()
        finally:
            connection.close()
    keys["Authorization"] = f"Bearer {json.loads(call('/OAuth/Token', 'grant_type=client_credentials'))['access_token']}"
    call(f"/v2/Vouchers/Reverse/{voucher['id']}", "")


def stacks(pipe):
    """Where the processes are, if a debugger is at hand: for what hangs."""
    found = []
    for entry in pipe.wanted():
        if entry.process and pipeline.shutil.which("gdb"):
            out = subprocess.run(["gdb", "-p", str(entry.process.pid), "-batch", "-ex", "thread apply all bt 12"],
                                 capture_output=True, text=True, timeout=60, check=False).stdout
            found.append(entry.name + "\n" + "\n".join(l for l in out.splitlines() if l.startswith(("#", "Thread"))))
    return "\n".join(found)


def one_seed(seed, size, kind=Run):
    """For a process of its own: {"seed", "ok", "text", "counts", ...}."""
    run = kind(seed, size)
    result = {"seed": seed, "ok": True, "text": ""}
    with tempfile.TemporaryFile("w+") as out:
        stdout, sys.stdout = sys.stdout, out
        try:
            run.run()
        except BaseException as error:
            result["ok"] = False
            folder = run.pipeline.folder if run.pipeline else ""
            result["text"] = f"{error}\n{folder}"
            if not isinstance(error, AssertionError):
                result["text"] += "\n" + traceback.format_exc()
        finally:
            sys.stdout = stdout
    result.update(counts=dict(run.counts), documents=run.documents, requests=run.requests,
                  events=len(run.world.events), venues=len(run.world.venues))
    return result


def size_of(seed, args):
    """One seed in a hundred has a few hundred venues over several days, one in fifty forty; the others are fast."""
    if args.venues:
        return {"venues": args.venues, "days": args.days, "receipts": args.receipts}
    if seed % 100 == 0:
        return {"venues": 300, "days": 3, "receipts": 4}
    return {"venues": 40, "days": 2, "receipts": 5} if seed % 50 == 0 else {}


def say(text):
    print(text, flush=True)


def main():
    parser = argparse.ArgumentParser(description="Chaos, seed by seed.")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--bin", help="the folder of the programs")
    parser.add_argument("--venues", type=int, default=0, help="as many in every seed")
    parser.add_argument("--days", type=int, default=0)
    parser.add_argument("--receipts", type=int, default=0, help="at most, a register and day")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--engine", action="store_true", help="stores in PostgreSQL, two machines, primaries that are lost (engines.py)")
    parser.add_argument("--report", help="the figures as JSON, too")
    args = parser.parse_args()
    if args.keep:
        os.environ["BILAG_KEEP"] = "1"
    kind = Run
    if args.engine:
        global SETTLE_S                          # a lease runs out, and another has been kept for as long, before anybody takes over
        import engines
        kind, SETTLE_S = engines.EngineRun, max(SETTLE_S, 90)
    began, total, failed, seeds_done = time.monotonic(), collections.Counter(), [], 0
    with concurrent.futures.ProcessPoolExecutor(args.jobs) as pool:
        runs = [pool.submit(one_seed, seed, size_of(seed, args), kind) for seed in range(args.first, args.first + args.seeds)]
        for done in concurrent.futures.as_completed(runs):
            result = done.result()
            total.update(result["counts"])
            for name in ("documents", "requests", "events", "venues"):
                total[name] += result[name]
            if not result["ok"]:
                failed.append(result["seed"])
                say(f"seed {result['seed']} FAILED: {result['text']}\n  again: tests/chaos/chaos.py --seeds 1 "
                      f"--first {result['seed']} --keep")
            seeds_done += 1
            if seeds_done % 100 == 0 and seeds_done < args.seeds:
                say(faults.figures(total, seeds_done, failed, time.monotonic() - began) + "\n")
    say(faults.figures(total, args.seeds, failed, time.monotonic() - began))
    if args.report:
        pathlib.Path(args.report).write_text(json.dumps({"total": total, "failed": failed, "seeds": args.seeds,
                                                         "wall_s": time.monotonic() - began}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
