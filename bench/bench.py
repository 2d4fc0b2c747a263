#!/usr/bin/python3
"""What the real ingest and mapper do with receipts of real shapes: rates, processor, flushes, bytes, memory, lag.

usage: bench/bench.py [--runs 5] [--receipts 60000] [--venues 300] [--seconds 10] [--shapes full,singles,...] [--json FILE]
                      [--folder /tmp] [--flush 5ms|none] [--bin DIR]

A run is a new installation on a real disk (--folder): bilag-ingest and bilag-mapper with their presets; this program is the
tills, and stands where the validators are. Settled: folded by the mapper, with its offset, in its store. After each run every
venue's total in `bilag status --json` is compared with what was dealt. Shapes, each with receipts of its own (seeds):

    full       batches of 64 over ZeroMQ, 4,096 receipts under way: receipts a second until all are settled
    http       the same as NDJSON, 64 lines a request, 16 connections
    singles    one receipt a message, 256 under way: a second until all are settled
    alone      one receipt after the other's answer: milliseconds until it is acknowledged
    sixteens   4,000 a second in batches of 16 for --seconds: how far the mapper is behind

and, where --shapes names them:

    durability full, and again with flushes that do nothing, in turn: what durability costs
    instances  full with each flush 5 ms slower, by one ingest and one mapper, and by two of each; also with 256 receipts under
               way at each ingest, where flushes and not the processors are what is waited for
    long       --long receipts, one after the other to the same days: memory when all are settled

A row is the median of the runs with the least and the most. Counts (flushes, bytes) come from a preloaded library
(bench/flushes.c), processor time from the kernel, also in BLAKE2b hashes measured before and behind the run
(bench/hash_speed.c); instructions are bench/check.py's.
"""
import argparse
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

import msgpack
import zmq

import shapes

ROOT = pathlib.Path(__file__).resolve().parents[1]
STAGES = ("ingest", "mapper")
BATCH, UNDER_WAY, SIXTEEN, PACE = 64, 4096, 16, 4000
DEADLINE_S = 300


class Installation:
    """Both stages in a folder of their own; drafts that they send are taken and thrown away."""

    def __init__(self, args, flush=None, instances=1, more=None):
        self.args, self.instances = args, instances
        self.flush = args.flush if flush is None else flush
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="bl-bench-", dir=args.folder))
        self.context = zmq.Context()
        self.port = free_port()
        shapes.write_setup(self.top / "config", args.venues, {
            "state_dir": str(self.top / "state"), "run_dir": str(self.top / "r"),
            "stages": {stage: instances for stage in STAGES},
            "ingest": {"http": f"127.0.0.1:{self.port}"}, "ingest_limits": {"token_events_per_second": 1000000}, **(more or {})})
        (self.top / "r").mkdir(mode=0o700)
        self.sink = self.context.socket(zmq.PULL)
        self.sink.bind(f"ipc://{self.top}/r/validator-0.ipc")
        self.closing = threading.Event()
        self.thread = threading.Thread(target=self.take_drafts)
        self.thread.start()
        self.processes = {(stage, n): self.start(stage, n) for stage in STAGES for n in range(instances)}

    def take_drafts(self):
        while not self.closing.is_set():
            if self.sink.poll(100):
                self.sink.recv()
        self.sink.close()

    def start(self, stage, number):
        name = f"{stage}-{number}"
        env = {**os.environ, "LD_PRELOAD": str(self.args.flushes), "BILAG_FLUSHES": str(self.top / f"{name}.flushes"),
               "BILAG_FLUSH": self.flush}
        with open(self.top / f"{name}.log", "wb") as log:
            process = subprocess.Popen([str(self.args.bin / f"bilag-{stage}"), "--config", str(self.top / "config"),
                                        "--instance", str(number)], stdout=log, stderr=log, env=env)
        until(lambda: "what=ready" in (self.top / f"{name}.log").read_text(), f"{name} is ready")
        return process

    def command(self, *args):
        return subprocess.run([str(self.args.bin / "bilag"), args[0], "--config", str(self.top / "config"), *args[1:]],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout

    def counters(self, stage, number=0):
        with self.context.socket(zmq.DEALER) as s:
            s.linger = 0
            s.connect(f"ipc://{self.top}/r/status-{stage}-{number}.ipc")
            s.send(b"?")
            return json.loads(s.recv())["counters"] if s.poll(10000) else {}

    def folded(self):
        return sum(self.counters("mapper", number).get("events", 0) for number in range(self.instances))

    def dealer(self, number=0):
        s = self.context.socket(zmq.DEALER)
        s.linger, s.sndhwm = 0, 100000
        s.connect(f"ipc://{self.top}/r/ingest-{number}.ipc")
        return s

    def settled(self, count):
        until(lambda: self.folded() >= count, f"{count} receipts are settled")

    def costs(self):
        """{(stage, what): so far}"""
        found = {}
        for (stage, number), process in self.processes.items():
            tasks = pathlib.Path(f"/proc/{process.pid}/task")
            flushes, _, written = struct.unpack("=3Q", (self.top / f"{stage}-{number}.flushes").read_bytes())
            for what, value in (("flushes", flushes), ("bytes", written),
                                ("cpu_ns", sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()))):
                found[stage, what] = found.get((stage, what), 0) + value
        return found

    def memory_mb(self, stage, field):
        text = pathlib.Path(f"/proc/{self.processes[stage, 0].pid}/status").read_text()
        return int(text.split(field + ":")[1].split()[0]) / 1024

    def verify(self, events):
        wanted = {}
        for event in events:
            wanted[event["venue"]] = wanted.get(event["venue"], 0) + event["payments"][0]["amount"]
        self.verify_totals(wanted)

    def verify_totals(self, wanted):
        def right():
            venues = json.loads(self.command("status", "--json"))["venues"]
            return {v["venue"]: sum(d["total"] for d in v["documents"]) for v in venues if v["documents"]} == wanted
        until(right, "every venue's total is what was dealt")

    def stop(self):
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            process.wait()
        self.closing.set()
        self.thread.join()
        self.context.destroy(linger=0)
        shutil.rmtree(self.top, ignore_errors=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(condition, what):
    end = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"not within {DEADLINE_S} s: {what}")
        time.sleep(0.005)


def take_answer(dealer):
    answer = msgpack.unpackb(dealer.recv_multipart()[-1])
    if answer.get("rejected") or "accepted" not in answer or answer["duplicates"]:
        sys.exit(f"ingest: {answer}")


def push(dealer, packed, under_way):
    """All batches, so many of them without an answer at a time; every answer must take all in."""
    unanswered = 0
    for batch in packed:
        if unanswered == under_way:
            if not dealer.poll(DEADLINE_S * 1000):
                sys.exit("ingest does not answer")
            take_answer(dealer)
            unanswered -= 1
        dealer.send_multipart([b"b", b"map", batch])
        unanswered += 1
    for _ in range(unanswered):
        if not dealer.poll(DEADLINE_S * 1000):
            sys.exit("ingest does not answer")
        take_answer(dealer)


def push_to_all(dealers, packed, under_way):
    """The same to several, each with so many under way, each of the batches to whoever has room."""
    poller, open_at, sent = zmq.Poller(), {dealer: 0 for dealer in dealers}, 0
    for dealer in dealers:
        poller.register(dealer, zmq.POLLIN)
    while sent < len(packed) or any(open_at.values()):
        for dealer in dealers:
            while sent < len(packed) and open_at[dealer] < under_way:
                dealer.send_multipart([b"b", b"map", packed[sent]])
                open_at[dealer] += 1
                sent += 1
        ready = poller.poll(DEADLINE_S * 1000)
        if not ready:
            sys.exit("ingest does not answer")
        for dealer, _ in ready:
            take_answer(dealer)
            open_at[dealer] -= 1


def hash_us(args):
    return float(subprocess.run([str(args.flushes.with_name("hash_speed"))], stdout=subprocess.PIPE, check=True, text=True).stdout)


def rated(here, events, send):
    """Receipts a second until settled, with what they cost."""
    hash_then, before, began = hash_us(here.args), here.costs(), time.monotonic()
    send()
    acknowledged = time.monotonic() - began
    here.settled(len(events))
    seconds, after = time.monotonic() - began, here.costs()
    hash_now = (hash_then + hash_us(here.args)) / 2
    both_us = sum(after[stage, "cpu_ns"] - before[stage, "cpu_ns"] for stage in STAGES) / 1000 / len(events)
    row = {"receipts a second, settled": len(events) / seconds, "receipts a second, acknowledged": len(events) / acknowledged,
           "BLAKE2b of 305 bytes, CPU µs": hash_now, "CPU a receipt, both, in such hashes": both_us / hash_now}
    for stage in STAGES:
        row[f"{stage}: CPU µs a receipt"] = (after[stage, "cpu_ns"] - before[stage, "cpu_ns"]) / 1000 / len(events)
        row[f"{stage}: flushes a thousand"] = 1000 * (after[stage, "flushes"] - before[stage, "flushes"]) / len(events)
        row[f"{stage}: bytes written a receipt"] = (after[stage, "bytes"] - before[stage, "bytes"]) / len(events)
        row[f"{stage}: own memory, MB"] = here.memory_mb(stage, "RssAnon")
        row[f"{stage}: resident, MB"] = here.memory_mb(stage, "VmRSS")
    return row


def full(here, events):
    packed, dealer = shapes.batches(events, BATCH), here.dealer()
    return rated(here, events, lambda: push(dealer, packed, UNDER_WAY // BATCH))


def singles(here, events):
    packed, dealer = shapes.batches(events, 1), here.dealer()
    return rated(here, events, lambda: push(dealer, packed, 256))


def over_http(here, events):
    token = here.command("tokens", "add", "--venue", *sorted({e["venue"] for e in events}), "--about", "bench").strip()
    bodies = [b"".join(map(shapes.ndjson, events[at:at + BATCH])) for at in range(0, len(events), BATCH)]
    headers = {"Content-Type": "application/x-ndjson", "Authorization": f"Bearer {token}"}

    def post(mine):
        connection = http.client.HTTPConnection("127.0.0.1", here.port, timeout=DEADLINE_S)
        for body in mine:
            connection.request("POST", "/v1/events", body, headers)
            response = connection.getresponse()
            if response.status != 200 or json.loads(response.read())["accepted"] != body.count(b"\n"):
                os._exit(1)
        connection.close()

    def send():
        threads = [threading.Thread(target=post, args=(bodies[n::16],)) for n in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return rated(here, events, send)


def alone(here, events):
    dealer, waits = here.dealer(), []
    for batch in shapes.batches(events, 1):
        began = time.monotonic()
        push(dealer, [batch], 1)
        waits.append(1000 * (time.monotonic() - began))
    here.settled(len(events))
    return {"acknowledged after ms, median": statistics.median(waits), "acknowledged after ms, 99 %":
            statistics.quantiles(waits, n=100)[98]}


def sixteens(here, events):
    """A batch when it is due, whatever is still under way; the lag is what was sent and is not settled."""
    packed, dealer, lags, heard = shapes.batches(events, SIXTEEN), here.dealer(), [], 0
    before, began = here.costs(), time.monotonic()
    for number, batch in enumerate(packed):
        due = began + number * SIXTEEN / PACE
        while True:
            left = due - time.monotonic()
            if dealer.poll(max(0, int(1000 * left))):
                dealer.recv_multipart()
                heard += 1
            elif left <= 0.001:
                break
        dealer.send_multipart([b"%d" % number, b"map", batch])
        if number % 50 == 49:
            lags.append((number + 1) * SIXTEEN - here.counters("mapper").get("events", 0))
    while heard < len(packed):
        dealer.recv_multipart()
        heard += 1
    here.settled(len(events))
    after, half = here.costs(), len(lags) // 2
    row = {"events behind, median": statistics.median(lags), "events behind, most": max(lags),
           "events behind, second half to first": statistics.mean(lags[half:]) / max(1, statistics.mean(lags[:half]))}
    row["flushes a thousand"] = 1000 * sum(after[s, "flushes"] - before[s, "flushes"] for s in STAGES) / len(events)
    for stage in STAGES:
        row[f"{stage}: CPU µs a receipt"] = (after[stage, "cpu_ns"] - before[stage, "cpu_ns"]) / 1000 / len(events)
        row[f"{stage}: flushes a thousand"] = 1000 * (after[stage, "flushes"] - before[stage, "flushes"]) / len(events)
    return row


def rate_of(args, events, flush, instances, under_way):
    """An installation of its own: receipts a second until settled."""
    here = Installation(args, flush, instances)
    try:
        packed, dealers = shapes.batches(events, BATCH), [here.dealer(n) for n in range(instances)]
        row = rated(here, events, lambda: push_to_all(dealers, packed, under_way // BATCH))
        here.verify(events)
    finally:
        here.stop()
    return row


def in_turn(number, first, second):
    """Both, now one first and then the other: what else runs hits both alike."""
    if number % 2:
        late, early = second(), first()
        return early, late
    return first(), second()


def durability(args, events, number):
    what = "receipts a second, settled"
    durable, not_at_all = in_turn(number, lambda: rate_of(args, events, "", 1, UNDER_WAY),
                                  lambda: rate_of(args, events, "none", 1, UNDER_WAY))
    return {what: durable[what], f"{what}, without flushes": not_at_all[what],
            "durable to not durable": durable[what] / not_at_all[what]}


def instances(args, events, number):
    row, what = {}, "receipts a second, settled"
    for under_way in (UNDER_WAY, 256):
        one, two = in_turn(number, lambda u=under_way: rate_of(args, events, "5ms", 1, u),
                           lambda u=under_way: rate_of(args, events, "5ms", 2, u))
        name = f"{under_way} under way at each:"
        row.update({f"{name} one of each": one[what], f"{name} two of each": two[what],
                    f"{name} two to one": two[what] / one[what]})
    return row


def long(args, number):
    """Receipts as they are dealt: three million in a list would be the sender's memory, and not what is asked."""
    here, totals = Installation(args), {}

    def dealt():
        batch = []
        for event in shapes.receipts(args.long, args.venues, args.seed + number):
            totals[event["venue"]] = totals.get(event["venue"], 0) + event["payments"][0]["amount"]
            batch.append(event)
            if len(batch) == BATCH:
                yield msgpack.packb(batch)
                batch = []
        if batch:
            yield msgpack.packb(batch)
    try:
        push(here.dealer(), dealt(), UNDER_WAY // BATCH)
        here.settled(args.long)
        row = {f"{stage}: {words}, MB": here.memory_mb(stage, field) for stage in STAGES
               for words, field in (("own memory", "RssAnon"), ("resident", "VmRSS"), ("resident, most", "VmHWM"))}
        here.verify_totals(totals)
    finally:
        here.stop()
    return row


SHAPES = {"full": (full, 1), "http": (over_http, 1 / 2), "singles": (singles, 1 / 6), "alone": (alone, 1 / 60), "sixteens": (sixteens, 0)}
PAIRS = {"durability": durability, "instances": instances}


def run(args, shape, number):
    if shape == "long":
        return long(args, number)
    if shape in PAIRS:
        return PAIRS[shape](args, list(shapes.receipts(args.receipts, args.venues, args.seed + number)), number)
    work, share = SHAPES[shape]
    count = int(args.receipts * share) if share else PACE * args.seconds
    events = list(shapes.receipts(count, args.venues, args.seed + number))
    here = Installation(args)
    try:
        row = work(here, events)
        here.verify(events)
    finally:
        here.stop()
    return row


def number_text(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def tell(shape, rows):
    print(f"\n{shape:42}{'median':>12}{'least':>12}{'most':>12}")
    for name in rows[0]:
        values = [row[name] for row in rows]
        print(f"{name:42}" + "".join(f"{number_text(v):>12}" for v in (statistics.median(values), min(values), max(values))),
              flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--receipts", type=int, default=60000)
    parser.add_argument("--venues", type=int, default=300)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=15)
    parser.add_argument("--shapes", default=",".join(SHAPES))
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--folder", default="/tmp")
    parser.add_argument("--long", type=int, default=3000000)
    parser.add_argument("--flush", default="", help="5ms: each that much slower; none: they do nothing")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "bin")
    parser.add_argument("--flushes", type=pathlib.Path, default=ROOT / "build/gcc/bench/flushes.so")
    args = parser.parse_args()
    args.bin, args.flushes = args.bin.resolve(), args.flushes.resolve()
    load, found = os.getloadavg(), {}
    for shape in args.shapes.split(","):
        found[shape] = [run(args, shape, number) for number in range(args.runs)]
        tell(shape, found[shape])
    print(f"\nload before {load[0]:.1f}, after {os.getloadavg()[0]:.1f}; {os.cpu_count()} processors: what else ran changes rates, "
          "hardly flushes and bytes, and instructions (make bench-check) not at all")
    if args.json:
        args.json.write_text(json.dumps({"runs": args.runs, "receipts": args.receipts, "venues": args.venues,
                                         "load": [load[0], os.getloadavg()[0]], "shapes": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
