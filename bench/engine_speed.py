#!/usr/bin/python3
"""What a receipt costs with its stores in PostgreSQL, beside LMDB: so many a second, in batches of 64, for a while.

usage: bench/engine_speed.py [--seconds 600] [--rate 1000] [--venues 300] [--only lmdb|postgresql] [--folder /tmp] [--bin DIR]

lmdb: one machine with its stores in folders. postgresql: two machines that share one server, whose commits wait for a standby's
disk (both on this one); half of the receipts go to each. A batch is sent when it is due, whatever is still under way. Each
venue's total in `bilag status --json` must be what was dealt. Both run ingest and mapper as bench/bench.py does.
"""
import argparse
import contextlib
import os
import pathlib
import statistics
import sys
import threading
import time

import bench
import shapes

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import engine as servers                                                                       # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")


class Feeder(threading.Thread):
    """The tills of one machine."""

    def __init__(self, here, packed, per_second):
        super().__init__(daemon=True)
        self.dealer, self.packed, self.every_s = here.dealer(), packed, bench.BATCH / per_second
        self.waits, self.sent = [], 0
        self.start()

    def run(self):
        began, due = time.monotonic(), {}
        while len(self.waits) < len(self.packed):
            if self.sent < len(self.packed) and time.monotonic() >= began + self.sent * self.every_s:
                due[self.sent] = began + self.sent * self.every_s
                self.dealer.send_multipart([b"%d" % self.sent, b"map", self.packed[self.sent]])
                self.sent += 1
            left = began + self.sent * self.every_s - time.monotonic() if self.sent < len(self.packed) else 1
            if self.dealer.poll(max(1, int(1000 * left))):
                frames = self.dealer.recv_multipart()
                answer = bench.msgpack.unpackb(frames[-1])
                if answer.get("rejected") or answer.get("accepted") != bench.BATCH:
                    os._exit(print(f"ingest: {answer}", flush=True) or 1)
                self.waits.append(1000 * (time.monotonic() - due.pop(int(frames[0]))))


def dealt(args, machines):
    """Batches for each machine, and every venue's total."""
    packed, totals, batch = [[] for _ in range(machines)], {}, []
    count = args.rate * args.seconds // (bench.BATCH * machines) * bench.BATCH * machines
    for event in shapes.receipts(count, args.venues, 15):
        totals[event["venue"]] = totals.get(event["venue"], 0) + event["payments"][0]["amount"]
        batch.append(event)
        if len(batch) == bench.BATCH:
            packed[sum(map(len, packed)) % machines] += shapes.batches(batch, bench.BATCH)
            batch = []
    return packed, totals, count


def server_cpu_s(engine):
    """Of all servers, with their children, those that have ended as well."""
    total = 0
    for name, process in engine.servers.items():
        for pid in [process.pid, *engine.children(name)]:
            with contextlib.suppress(OSError):
                fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
                total += sum(int(f) for f in fields[11:15 if pid == process.pid else 13])
    return total / TICKS


def behind(machines, feeders):
    return sum(len(f.waits) for f in feeders) * bench.BATCH - sum(m.folded() for m in machines)


def measured(args, machines, engine):
    packed, totals, count = dealt(args, len(machines))
    before, server, began = [m.costs() for m in machines], server_cpu_s(engine) if engine else 0, time.monotonic()
    feeders, lags = [Feeder(m, p, args.rate / len(machines)) for m, p in zip(machines, packed)], []
    while any(f.is_alive() for f in feeders):
        feeders[0].join(1)
        lags.append(behind(machines, feeders))
    acknowledged = time.monotonic() - began
    bench.until(lambda: sum(m.folded() for m in machines) >= count, "all are settled")
    settled, after = time.monotonic() - began, [m.costs() for m in machines]
    server = server_cpu_s(engine) - server if engine else 0
    waits = sorted(wait for f in feeders for wait in f.waits)
    machines[0].verify_totals(totals)
    row = {"receipts": count, "acknowledged a second": count / acknowledged, "settled a second": count / settled,
           "a batch acknowledged after ms, median": statistics.median(waits), "... 99 %": waits[len(waits) * 99 // 100], "... most": waits[-1],
           "acknowledged and not settled, median": statistics.median(lags), "... most (receipts)": max(lags)}
    for stage in bench.STAGES:
        row[f"{stage}: CPU µs a receipt"] = sum(a[stage, "cpu_ns"] - b[stage, "cpu_ns"] for a, b in zip(after, before)) / 1000 / count
    row["both servers: CPU µs a receipt"] = 1000000 * server / count
    return row


class Machine(bench.Installation):
    def verify_totals(self, wanted):
        def right():
            venues = bench.json.loads(self.command("status", "--json"))["venues"]
            return {v["venue"]: sum(d["total"] for d in v["documents"]) for v in venues if v["documents"]} == wanted
        bench.until(right, "every venue's total is what was dealt")


def on_folders(args):
    here = Machine(args)
    try:
        return measured(args, [here], None)
    finally:
        here.stop()


def on_postgresql(args):
    os.environ.setdefault("BILAG_TMP", args.folder)
    engine, machines = servers.Engine({"shared_buffers": "256MB", "max_wal_size": "2GB"}).primary(), []
    try:
        engine.standby("two")
        engine.set(synchronous_standby_names="two")
        engine.in_step("two")
        for _ in range(2):
            machines.append(Machine(args, more={"state": {"postgresql": engine.conninfo()}}))
        return measured(args, machines, engine)
    finally:
        for machine in machines:
            machine.stop()
        engine.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--rate", type=int, default=1000)
    parser.add_argument("--venues", type=int, default=300)
    parser.add_argument("--only", choices=("lmdb", "postgresql"))
    parser.add_argument("--folder", default="/tmp")
    parser.add_argument("--flush", default="", help="as bench/bench.py has it")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "bin")
    parser.add_argument("--flushes", type=pathlib.Path, default=ROOT / "build/gcc/bench/flushes.so")
    args = parser.parse_args()
    args.bin, args.flushes = args.bin.resolve(), args.flushes.resolve()
    for name, work in (("lmdb", on_folders), ("postgresql", on_postgresql)):
        if args.only in (None, name):
            load = os.getloadavg()[0]
            row = work(args)
            print(f"\n{name}: {args.rate} a second for {args.seconds} s, load {load:.1f} to {os.getloadavg()[0]:.1f}")
            for what, value in row.items():
                print(f"  {what:42}{bench.number_text(value):>12}", flush=True)


if __name__ == "__main__":
    main()
