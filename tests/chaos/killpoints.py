#!/usr/bin/python3
"""Every kill point, alone and in pairs, through one small scenario of the whole pipeline; the books must be right.

    make KILLPOINTS=1 BUILD=build/kill BIN=build/kill/bin
    BILAG_BIN_KILL=build/kill/bin tests/chaos/killpoints.py [--pairs all|N] [--seed 1] [--jobs 2] [--only A,B]

The scenario passes every durable step: receipts, voids and Z reports through HTTP, a spool file and ZeroMQ; vouchers
and orders; a part that comes late; decisions; a reversal. A plan says in which life of which process which point is
its end: a pair in one process ends its first and its second life.
"""
import argparse
import concurrent.futures
import itertools
import os
import pathlib
import random
import re
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]
BIN_KILL = os.environ.get("BILAG_BIN_KILL", "")

import pipeline                                                                                # noqa: E402
import chaos                                                                                   # noqa: E402
from judge import Judge                                                                        # noqa: E402
from world import CUSTOMERS, World                                                             # noqa: E402

SEED = 4                                         # of the scenario's world: vouchers and orders, voids, several parts
DEADLINE_S = 40


class Planned(pipeline.Supervised):
    """Each life ends at the point that the plan has for it, until the plan is used up."""

    def start(self):
        plan = self.pipeline.plan.get(self.name, [])
        self.env = {"BILAG_KILLPOINT": f"{plan[self.starts]}"} if self.starts < len(plan) else {}
        super().start()


class KillPipeline(pipeline.Pipeline):
    def __init__(self, plan, *args, **more):
        super().__init__(*args, **more)
        self.plan = plan

    def add(self, stage, instance, env=None):
        process = Planned(self, stage, instance, env)
        with self.lock:
            self.processes[process.name] = process
            process.start()
        return process


def names():
    """Every kill point in the sources: {"mapper.before-commit": "mapper", ...}; the senders' are for both. Those of the watch, which
    touches no book, have tests/system/test_bilag_watch.py; those of a key that is given and dropped, test_key_drop.py and
    test_console_pages.py; those of a line taken in again, test_console_ways.py; those of what a person presses or asks,
    test_acts_killed.py; those of a person
    who is forgotten while nothing runs, test_forget.py."""
    found = set()
    for path in pipeline.ROOT.rglob("*.c"):
        if path.relative_to(pipeline.ROOT).parts[0] not in ("tests", "bench", "build"):
            found |= set(re.findall(r'\bKILLPOINT\("([^"]+)"\)', path.read_text(encoding="utf-8")))
    points = re.findall(r'X\(POINT_\w+, "([^"]+)"\)', (pipeline.ROOT / "sender" / "sender_inside.h").read_text("utf-8"))
    found |= {f"{stage}.{point}" for stage in ("uploader", "invoicer") for point in points}
    return sorted(point for point in found if not point.startswith(("watch.", "key.", "give.", "retry.", "act.", "ask.", "forget.", "compact.")))


def stages_of(point):
    """Whose processes it ends. PowerOffice's books are read by whichever sender needs them first."""
    stage = point.split(".")[0]
    return ("uploader", "invoicer") if stage == "poweroffice" else (stage,)


def plan_of(points):
    """point:n each; a take-over needs somebody who died with a request under way."""
    plan = {}
    for point in points:
        for stage in stages_of(point):
            name = f"{stage}-0"
            if "takeover" in point and not any("after-send" in p for p in plan.get(name, [])):
                plan.setdefault(name, []).append(f"{stage}.after-send:1")
            plan.setdefault(name, []).append(f"{point}:1")
    return plan


class Scenario:
    def __init__(self, plan, env=None, bindir=BIN_KILL):
        self.bindir = bindir
        self.world = World(SEED, venues=2, days=2, receipts=6)
        for name, fate in zip(self.world.venues, ("orders", "voucher")):
            chaos.turn_credit(self.world.venues[name], fate)
            self.world.fates[name] = fate
            self.world.venues[name]["close"], self.world.venues[name]["quiet_seconds"] = "z_report", "0"
        self.judge = Judge(self.world)
        self.plan, self.env = plan, env

    def run(self):
        pipe = KillPipeline(self.plan, self.world.venues, settings=chaos.SETTINGS, customers=CUSTOMERS,
                            sandbox=chaos.CALM, env=self.env, bindir=pathlib.Path(self.bindir).resolve())
        pipe.wait_ready = lambda: None           # a process may be about to end before it says so
        with pipe:
            tool = chaos.Tool(pipe.state)
            for company in self.world.companies():
                for number, (no, _) in enumerate(CUSTOMERS):
                    tool.send("connect", company, f"kunde-{number + 1}", no)
            self.feed(pipe)
            self.right(pipe, "the books are right")
            self.reverse(pipe, tool)
            self.right(pipe, "the books are right again", reversed_count=1)
            tool.close()
            wrong = [code for entry in pipe.processes.values() for code in entry.exits if code not in chaos.ALLOWED_EXITS]
            assert not wrong, f"exits {wrong}"
            hit = {name: sum(code == -9 for code in pipe.of(*name.split("-")).exits) for name in self.plan}
            passed = {point for name, points in self.plan.items() for point in points[:hit[name]]}
            return [point for points in self.plan.values() for point in points if point not in passed]

    def feed(self, pipe):
        events, sources = self.world.events, itertools.cycle(("http", "spool", "zmq"))
        for number, at in enumerate(range(0, len(events), 7)):
            batch = events[at:at + 7]
            source = next(sources)
            if source == "http":
                pipe.post(batch)
            elif source == "spool":
                pipe.spool_file(f"s{number}.ndjson", batch)
            else:
                self.zmq(pipe, batch)

    @staticmethod
    def zmq(pipe, batch):
        def once():
            with pipe.dealer("ingest-0") as s:
                s.rcvtimeo = 300
                s.send_multipart([b"b", b"map", pipeline.msgpack.packb(batch)])
                try:
                    answer = pipeline.msgpack.unpackb(s.recv_multipart()[-1])
                except pipeline.zmq.Again:
                    return None
            return not answer.get("retry")
        pipe.until("a batch is acknowledged", once, DEADLINE_S)

    def right(self, pipe, what, reversed_count=0):
        found = ["nothing judged"]

        def books():
            nonlocal found
            vouchers = pipe.sandbox("vouchers")
            if sum(v["reversed"] for v in vouchers) != reversed_count:
                return False
            found = self.judge.differences([v for v in vouchers if not v["reversed"] and not v["reverses"]], pipe.orders())
            return not found and not self.busy(pipe)
        try:
            pipe.until(what, books, DEADLINE_S)
        except AssertionError as error:
            busy = self.busy(pipe)
            hung = chaos.stacks(pipe) if "does not answer" in busy else ""
            lines = [f"{error}: {busy} in {pipe.folder}", *found[:5], *self.unsent(pipe), *self.counters(pipe), hung]
            raise AssertionError("\n".join(line for line in lines if line)) from None

    @staticmethod
    def as_run(pipe):
        run = chaos.Run.__new__(chaos.Run)
        run.pipeline = pipe
        return run

    def busy(self, pipe):
        return self.as_run(pipe).busy()

    @staticmethod
    def counters(pipe):
        return [f"{name}: {(pipe.status(*name.rsplit('-', 1)) or {}).get('counters')}" for name in pipe.processes]

    def unsent(self, pipe):
        run = self.as_run(pipe)
        run.tool = chaos.Tool(pipe.state)
        found = run.unsent()
        run.tool.close()
        return found

    def reverse(self, pipe, tool):
        """A person reverses a voucher, and asks for something that is not possible; the mapper builds it again."""
        doc = next(row[0] for row in tool.docs("uploader") if row[1] == "sent")
        order = next(row[0] for row in tool.docs("invoicer") if row[1] == "sent")
        tool.send("decide", "resend", order, "", "a person thought so")
        tool.send("decide", "reverse", doc, "", "a person thought so")


def one(points):
    """For a process of its own: (points, what went wrong or "", points that were never passed, seconds)."""
    began = time.monotonic()
    stdout, sys.stdout = sys.stdout, open(os.devnull, "w", encoding="utf-8")
    try:
        unused = Scenario(plan_of(points)).run()
        return points, "", unused, time.monotonic() - began
    except BaseException as error:               # told by the caller
        return points, str(error) or repr(error), [], time.monotonic() - began
    finally:
        sys.stdout.close()
        sys.stdout = stdout


def pairs_of(points):
    """Both orders within a process, which has several lives; one order for two processes."""
    return [(a, b) for a, b in itertools.product(points, points)
            if set(stages_of(a)) & set(stages_of(b)) or a < b]


def run(combinations, jobs=2):
    """Prints what fails; (failures, points never passed, combinations)."""
    failures, unused, began = [], set(), time.monotonic()
    with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
        for points, wrong, left, _ in pool.map(one, combinations):
            if wrong:
                failures.append((points, wrong))
                print(f"{' then '.join(points)} FAILED: {wrong}\n  again: tests/chaos/killpoints.py --only {','.join(points)}",
                      flush=True)
            if left:
                unused.add((points, tuple(left)))
    print(f"{len(combinations)} combinations of kill points, {len(failures)} failed, {len(unused)} not passed in full, "
          f"{time.monotonic() - began:.0f} s", flush=True)
    return failures, unused


def main():
    parser = argparse.ArgumentParser(description="Every kill point, alone and in pairs.")
    parser.add_argument("--pairs", default="0", help="all, or how many drawn")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", help="these points, comma between")
    args = parser.parse_args()
    assert BIN_KILL, "BILAG_BIN_KILL names the folder of a build with KILLPOINTS=1"
    if args.only:
        failures, unused = run([tuple(args.only.split(","))], 1)
        print(unused or "")
        return 1 if failures else 0
    points = names()
    print(f"{len(points)} kill points")
    failures, unused = run([(point,) for point in points], args.jobs)
    for point, left in sorted(unused):
        print(f"never passed: {' then '.join(point)}: {left}")
    pairs = pairs_of(points)
    if args.pairs != "all":
        pairs = random.Random(args.seed).sample(pairs, int(args.pairs))
    more, _ = run(pairs, args.jobs) if pairs else ([], set())
    return 1 if failures or more or unused else 0


if __name__ == "__main__":
    sys.exit(main())
