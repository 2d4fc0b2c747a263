#!/usr/bin/python3
"""Every process is told to end and started again, one after the other, while tills send: nothing lost, nothing twice.

    tests/chaos/rolling.py [--rounds 3] [--venues 40] [--bin DIR]

Measured is how long each takes from SIGTERM to its end (five seconds are allowed, whatever is under way) and from its
start to being ready. A process that says that it is ready takes work at once.
"""
import argparse
import json
import os
import pathlib
import signal
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]
if "--bin" in sys.argv:
    os.environ["BILAG_BIN"] = sys.argv[sys.argv.index("--bin") + 1]

import pipeline                                                                                # noqa: E402
import chaos                                                                                   # noqa: E402
from world import CUSTOMERS                                                                    # noqa: E402

STAGES = {"ingest": 2, "mapper": 2, "validator": 2, "uploader": 2, "invoicer": 2}


class Rolling(chaos.Run):
    PLAIN = True                                 # three ways in, and nobody to accept a gap

    def __init__(self, rounds, venues):
        super().__init__(7, {"venues": venues, "days": 3, "receipts": 10})
        self.rounds, self.ends, self.starts = rounds, {}, {}
        self.length_s = rounds * sum(STAGES.values()) * 0.4

    def run(self):
        self.pipeline = pipe = pipeline.Pipeline(
            self.world.venues, stages=STAGES, settings=chaos.SETTINGS, customers=CUSTOMERS,
            sandbox={**chaos.CALM, "latency_ms": 200})
        with pipe:
            self.tool = chaos.Tool(pipe.state)
            for company in self.world.companies():
                for number, (no, _) in enumerate(CUSTOMERS):
                    self.tool.send("connect", company, f"kunde-{number + 1}", no)
            self.begin = time.monotonic()
            tills = [threading.Thread(target=self.feed, args=(source,)) for source in ("http", "spool", "zmq")]
            for till in tills:
                till.start()
            for _ in range(self.rounds):
                for stage, count in STAGES.items():
                    for instance in range(count):
                        self.roll(stage, instance)
            for till in tills:
                till.join(120)
            assert not self.feeding_errors, self.feeding_errors
            self.settle()
            self.tool.close()
            exits = {entry.name: entry.exits for entry in pipe.processes.values()}
            assert all(set(codes) == {0} for codes in exits.values()), exits
        return {"documents": self.documents, "events": len(self.world.events),
                "longest_end_ms": self.ends, "longest_start_ms": self.starts}

    def roll(self, stage, instance):
        entry = self.pipeline.of(stage, instance)
        starts, process, began = entry.starts, entry.process, time.monotonic()
        process.send_signal(signal.SIGTERM)
        self.pipeline.until(f"{entry.name} has ended", lambda: process.poll() is not None or entry.process is not process, 6)
        ended = time.monotonic()
        self.pipeline.until(f"{entry.name} is ready", lambda: entry.starts > starts and entry.ready())
        ready = time.monotonic()
        assert self.pipeline.status(stage, instance), f"{entry.name} said that it is ready, and does not answer"
        self.ends[stage] = max(self.ends.get(stage, 0), round((ended - began) * 1000))
        self.starts[stage] = max(self.starts.get(stage, 0), round((ready - ended) * 1000))
        assert ended - began < 5, f"{entry.name} took {ended - began:.1f} s to end"


def main():
    parser = argparse.ArgumentParser(description="Rolling restarts under load.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--venues", type=int, default=40)
    parser.add_argument("--bin")
    args = parser.parse_args()
    print(json.dumps(Rolling(args.rounds, args.venues).run()))


if __name__ == "__main__":
    main()
