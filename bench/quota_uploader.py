#!/usr/bin/python3
"""The quota, counted by the sandbox, through the whole pipeline and two real uploaders, while work waits.

usage: bench/quota_uploader.py [--rate 10] [--latencies 20,300,2000] [--seconds 30] [--bin DIR] [--awake]
A row per latency: how much of the allowed requests were used, the most in any second, requests per voucher with warm
tokens; then requests per voucher with cold ones. Exits 1 below 99 %, above the limit, above 1.05 or 2.05.
--awake keeps the processors from sleeping: a virtual one that sleeps is woken 10 to 25 ms late now and then, which here
hits Bilag and PowerOffice in one, and PowerOffice then counts a request that much later than it left.
"""
import argparse
import contextlib
import datetime
import multiprocessing
import os
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "system"), str(ROOT / "tests" / "chaos")]
if "--bin" in sys.argv:
    os.environ["BILAG_BIN"] = sys.argv[sys.argv.index("--bin") + 1]

import pipeline                                                                                # noqa: E402
from outage import day_events, venue                                                           # noqa: E402

VENUES = 60                                      # enough that a latency of two seconds can be filled, one document each
FAST = 100000


class Quota:
    def __init__(self, rate, latency, seconds):
        self.rate, self.latency, self.seconds = rate, latency, seconds
        self.venues = {entry["venue"]: entry for entry in map(venue, range(VENUES))}
        self.pipe = pipeline.Pipeline(self.venues, settings=self.settings(1000), stages={"uploader": 2, "invoicer": 0},
                                      sandbox={"rate_limit": FAST})

    @staticmethod
    def settings(rate):
        return {"poweroffice": {"requests_per_second": rate}, "sender": {"answer_wait_ms": 15000},
                "mapper": {"preview_ms": 500, "resend_ms": 5000}}

    def sell(self, first, count):
        for name in self.venues:
            self.pipe.post([event for number in range(first, first + count) for event in day_events(name, number, 1000)])

    def sent(self):
        return len(self.pipe.sandbox("vouchers"))

    def run(self):
        pipe, days = self.pipe, 3 + self.rate * (self.seconds + 15) // VENUES
        first_day = datetime.datetime(2026, 11, 16, 23, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))
        pipe.set_clock(int(first_day.timestamp() + days * 86400 - time.time()))
        with pipe:
            self.sell(0, 1)
            pipe.until("all are warm", lambda: self.sent() == VENUES, 60)
            cold = self.cold()
            pipe.settings = self.settings(self.rate)
            pipe.write_config()
            pipe.reload()
            time.sleep(1.1)                                  # the fast second is over: a 429 now would be of our making
            pipe.sandbox_set(rate_limit=self.rate, latency_ms=self.latency)
            self.sell(2, days - 2)
            time.sleep(3 + 2 * self.latency / 1000)          # until all is steady: a span is measured, not a condition
            pipe.sandbox("reset-stats", {})                  # a count: a list of all vouchers would hold requests up
            began = time.monotonic()
            time.sleep(self.seconds)
            stats, span = pipe.stats(), time.monotonic() - began
            waits = sum(pipe.status("uploader", 0)["documents"][state] for state in ("queued", "sending"))
            assert waits > self.rate, "there was not enough work to fill the quota"
            used = stats["requests"]["total"] / (span * self.rate)
            return used, stats["max_in_a_second"], stats["requests"]["total"] / max(1, stats["vouchers"]), cold

    def cold(self):
        """An hour later every token has expired, which is known without a refusal."""
        pipe = self.pipe
        pipe.set_clock(int(pipe.clock.read_text()) + 3600)
        pipe.sandbox("reset-stats", {})
        self.sell(1, 1)
        pipe.until("all are sent with new tokens", lambda: self.sent() == 2 * VENUES, 60)
        return pipe.stats()["requests"]["total"] / VENUES


def spin(processor):
    os.sched_setaffinity(0, {processor})
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))       # gives way to everything
    while True:
        pass


@contextlib.contextmanager
def awake():
    spinners = [multiprocessing.Process(target=spin, args=(processor,), daemon=True)
                for processor in os.sched_getaffinity(0)]
    for spinner in spinners:
        spinner.start()
    try:
        yield
    finally:
        for spinner in spinners:
            spinner.kill()


def main():
    parser = argparse.ArgumentParser(description="The quota through the real uploader.")
    parser.add_argument("--rate", type=int, default=10)
    parser.add_argument("--latencies", default="20,300,2000")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--bin")
    parser.add_argument("--awake", action="store_true")
    args = parser.parse_args()
    wrong = False
    print("rate  latency  used     most in a second  requests per voucher  with cold tokens")
    with awake() if args.awake else contextlib.nullcontext():
        for latency in map(int, args.latencies.split(",")):
            used, most, warm, cold = Quota(args.rate, latency, args.seconds).run()
            bad = used < 0.99 or most > args.rate or warm > 1.05 or cold > 2.05
            wrong |= bad
            print(f"{args.rate:4}  {latency:7}  {used:6.2%}  {most:16}  {warm:20.3f}  {cold:16.3f}"
                  f"{'   WRONG' if bad else ''}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
