#!/usr/bin/python3
"""Calls that may fail do: memory, disk, network, descriptors, in each process, at every place in turn.

    tests/chaos/fallible.py [--stage S] [--class C] [--runs N] [--seed 1] [--jobs 2] [--bin DIR] [--wrapped]

A run is the small scenario of killpoints.py; in one process every EVERY-th call of one class fails (failing.c), from
an offset that runs through all of them with the runs. Each run must end in right books, with no exit but 0 and 111,
and stores that `bilag fsck` finds whole. --wrapped: programs linked with failing.c itself, so that the sanitizers
watch (memory only; make SAN=1 FAILING=1).
"""
import argparse
import concurrent.futures
import os
import pathlib
import random
import struct
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]
for name in ("--bin", "--wrapped"):
    if name in sys.argv:
        os.environ["BILAG_BIN"] = sys.argv[sys.argv.index(name) + 1]

import pipeline                                                                                # noqa: E402
import chaos                                                                                   # noqa: E402
import killpoints                                                                              # noqa: E402

# How far apart failures are: a process must come as far as its work between two of them, at least now and then.
EVERY = {"memory": 1801, "disk": 31, "net": 47, "open": 37}
EVERY_WRAPPED = {"memory": 89}                  # our own calls only: the libraries' are not wrapped
MOST = 12
ALLOWED = {0, 111, -9, -15, -1}


def library():
    built = sorted(pipeline.ROOT.glob("build/*/tests/chaos/failing.so"), key=lambda path: path.stat().st_mtime)
    return os.environ.get("BILAG_FAILING") or str(built[-1])


class Failing(killpoints.KillPipeline):
    """One process and its successors live with failing calls."""

    def __init__(self, who, spec, wrapped, *args, **more):
        super().__init__({}, *args, **more)
        self.who, self.spec, self.wrapped = who, spec, wrapped
        self.counts = self.folder / "failures"
        self.counts.write_bytes(bytes(16))

    def add(self, stage, instance, env=None):
        process = pipeline.Supervised(self, stage, instance)
        if process.name == self.who:
            process.env = {"BILAG_FAIL": self.spec, "BILAG_FAIL_COUNT": str(self.counts)}
            if not self.wrapped:
                process.env["LD_PRELOAD"] = library()
        with self.lock:
            self.processes[process.name] = process
            process.start()
        return process


class Scenario(killpoints.Scenario):
    def __init__(self, stage, class_, offset, wrapped):
        super().__init__({}, bindir=pipeline.BIN)
        every = (EVERY_WRAPPED if wrapped else EVERY)[class_]
        self.stage, self.spec, self.wrapped = stage, f"{class_}:{every}:{offset}:{MOST}", wrapped

    def run(self):
        pipe = Failing(f"{self.stage}-0", self.spec, self.wrapped, self.world.venues, settings=chaos.SETTINGS,
                       customers=killpoints.CUSTOMERS, sandbox=chaos.CALM, bindir=self.bindir)
        pipe.wait_ready = lambda: None
        with pipe:
            tool = chaos.Tool(pipe.state)
            for company in self.world.companies():
                for number, (no, _) in enumerate(killpoints.CUSTOMERS):
                    tool.send("connect", company, f"kunde-{number + 1}", no)
            self.feed(pipe)
            self.right(pipe, "the books are right")
            self.reverse(pipe, tool)
            self.right(pipe, "the books are right again", reversed_count=1)
            tool.close()
            exits = pipe.of(self.stage).exits
            wrong = [code for entry in pipe.processes.values() for code in entry.exits if code not in ALLOWED]
            assert not wrong, f"exits {wrong}"
            calls, failures = struct.unpack("QQ", pipe.counts.read_bytes())
            for stage in list(pipe.stages):
                pipe.stop(stage)
            pipe.command("fsck")
        return calls, failures, len(exits)


def one(work):
    stdout, sys.stdout = sys.stdout, open(os.devnull, "w", encoding="utf-8")
    try:
        return work, "", Scenario(*work).run()
    except BaseException as error:
        return work, str(error) or repr(error), (0, 0, 0)
    finally:
        sys.stdout.close()
        sys.stdout = stdout


def main():
    parser = argparse.ArgumentParser(description="Calls that may fail do.")
    parser.add_argument("--stage", choices=pipeline.STAGES)
    parser.add_argument("--class", dest="class_", choices=sorted(EVERY))
    parser.add_argument("--runs", type=int, default=2, help="for each stage and class")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--offset", type=int, default=-1, help="this one only")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--bin")
    parser.add_argument("--wrapped")
    args = parser.parse_args()
    rng, works, began = random.Random(args.seed), [], time.monotonic()
    for stage in [args.stage] if args.stage else pipeline.STAGES:
        for class_ in [args.class_] if args.class_ else ["memory"] if args.wrapped else sorted(EVERY):
            every = (EVERY_WRAPPED if args.wrapped else EVERY)[class_]
            offsets = [args.offset] if args.offset >= 0 else \
                rng.sample(range(every), min(args.runs, every))
            works += [(stage, class_, offset, bool(args.wrapped)) for offset in offsets]
    failed, totals = 0, {}
    with concurrent.futures.ProcessPoolExecutor(args.jobs) as pool:
        for work, wrong, (calls, failures, ends) in pool.map(one, works):
            total = totals.setdefault(work[:2], [0, 0, 0, 0])
            for i, more in enumerate((1, calls, failures, ends)):
                total[i] += more
            if wrong:
                failed += 1
                print(f"{work[:3]} FAILED: {wrong[:1500]}\n  again: tests/chaos/fallible.py --stage {work[0]} --class "
                      f"{work[1]} --offset {work[2]}", flush=True)
    for (stage, class_), (runs, calls, failures, ends) in sorted(totals.items()):
        print(f"{stage:10} {class_:7} {runs:4} runs, {calls:9} calls, {failures:6} failed, {ends:5} processes ended")
    print(f"{len(works)} runs, {failed} failed, {sum(t[2] for t in totals.values())} calls failed, "
          f"{time.monotonic() - began:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
