#!/usr/bin/python3
"""10,000 venues close at once: how the quota is used, what a voucher costs, and what an open day holds in memory.

usage: bench/closing.py [--venues 10000] [--books 5000] [--rate 200] [--latency 20] [--bin DIR] [--folder DIR] [--json]

Venues share books, as neighbours, two by two with the presets. A first day is sent fast, so that PowerOffice's reference data are
there. Then each venue sells on a second day: memory of all five processes (RssAnon) before and after says what an open day
holds. The clock goes on by an hour, so that no token is good any more, --rate requests a second are allowed, and all Z
reports come at once. From there on until the last voucher stands in the books:

    to the least    the time to that in which so many requests may be sent; from the first Z on, and from the first request on
    quota used      of what was allowed, over 60 seconds (or as long as there is work) in the middle, and the most in a second
    CPU a voucher   mapper and uploader together, from the kernel
"""
import argparse
import datetime
import json
import os
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "system")]
if "--bin" in sys.argv:
    os.environ["BILAG_BIN"] = sys.argv[sys.argv.index("--bin") + 1]

import pipeline                                                                                # noqa: E402
from fleet import FIRST, cpu_s, day_events, venue                                              # noqa: E402

FAST, SPAN_S, BATCH = 100000, 60, 500
PRESETS = {"sender": {"retry_first_ms": 1000, "retry_max_ms": 300000, "lookup_wait_ms": 2000, "answer_wait_ms": 60000},
           "mapper": {"preview_ms": 2000, "resend_ms": 10000}}


class Closing:
    def __init__(self, args):
        self.args = args
        venues = {entry["venue"]: entry for entry in map(self.venue, range(args.venues))}
        self.pipe = pipeline.Pipeline(venues, parent=args.folder, bindir=args.bin, name="closing", settings=self.settings(1000),
                                      sandbox={"rate_limit": FAST})
        self.pipe.secrets = []               # not looked for in 10,000 keys here
        evening = datetime.datetime.combine(FIRST + datetime.timedelta(days=1), datetime.time(21),
                                            datetime.timezone(datetime.timedelta(hours=1)))
        self.clock = int(evening.timestamp() - time.time())
        self.pipe.set_clock(self.clock)

    def venue(self, number):
        books = number * self.args.books // self.args.venues        # neighbours, which differ in their departments
        return {**venue(number), "company": f"9{books:08d}", "client_key": {"file": f"keys/k{books}"}}

    @staticmethod
    def settings(rate):
        return {**PRESETS, "poweroffice": {"requests_per_second": rate}}

    def sell(self, day, part):
        """part: which of the day's events, as a slice."""
        names = list(self.pipe.venues)
        for at in range(0, len(names), BATCH):
            self.pipe.batch([event for name in names[at:at + BATCH] for event in day_events(name, day)[part]])

    def sent(self):
        """Asked of PowerOffice: the uploader's status counts all that waits, which here would be most of what it does."""
        return self.pipe.stats()["vouchers"]

    def until_sent(self, count, patience_s):
        end = time.monotonic() + patience_s
        while self.sent() < count:
            assert time.monotonic() < end, f"{self.sent()} of {count} are sent"
            time.sleep(0.05)

    def memory_kb(self):
        return {stage: self.pipe.rss_kb(stage, field="RssAnon") for stage in pipeline.STAGES}

    def at_rest(self, events):
        """All that was sold is mapped, shown and judged: nothing moves any more."""
        self.pipe.until("all is mapped", lambda: self.pipe.counter("mapper", "events") >= events, 300)
        before = None
        while True:
            now = [self.pipe.counter("mapper", "drafts"), self.pipe.counter("validator", "verdicts")]
            if now == before:
                return
            before = now
            time.sleep(3)                    # longer than previews are apart

    def cpu_s(self):
        return {stage: cpu_s(self.pipe.of(stage).process.pid) for stage in ("mapper", "uploader")}

    def open_days(self):
        """The second day is today: it stays open without its Z report."""
        venues, pipe = self.args.venues, self.pipe
        self.sell(0, slice(0, 3))
        self.until_sent(venues, 120 + venues / 20)
        self.at_rest(3 * venues)
        before = self.memory_kb()
        self.sell(1, slice(0, 2))
        self.at_rest(5 * venues)
        return before, self.memory_kb()

    def close(self):
        venues, pipe, args = self.args.venues, self.pipe, self.args
        pipe.settings = self.settings(args.rate)
        pipe.write_config()
        pipe.reload()
        pipe.until("the setting is taken",
                   lambda: all("configuration taken" in pipe.log(f"{stage}-0") for stage in pipeline.STAGES), 60)
        pipe.set_clock(self.clock + 3600)
        time.sleep(1.1)                      # the fast second is over: a 429 now would be of our making
        pipe.sandbox_set(rate_limit=args.rate, latency_ms=args.latency)
        pipe.sandbox("reset-stats", {})
        cpu, began = self.cpu_s(), time.monotonic()
        self.sell(1, slice(2, 3))
        posted = time.monotonic()
        pipe.until("the first request", lambda: pipe.stats()["requests"]["total"] > 0, 60)
        first = time.monotonic()
        time.sleep(5)
        middle, then = pipe.stats()["requests"]["total"], time.monotonic()
        while time.monotonic() < then + SPAN_S and self.sent() < venues - args.rate:
            time.sleep(0.05)
        stats, span = pipe.stats(), time.monotonic() - then
        used = (stats["requests"]["total"] - middle) / (span * args.rate)
        self.until_sent(venues, 600)
        ended, after, stats = time.monotonic(), self.cpu_s(), pipe.stats()
        least = stats["requests"]["total"] / args.rate
        return {"vouchers": venues, "requests": stats["requests"]["total"], "least s": least, "posting s": posted - began,
                "first request after s": first - began,
                "from the first Z: s, to the least": (ended - began, (ended - began) / least),
                "from the first request: s, to the least": (ended - first, (ended - first) / least),
                "quota used, span s": (used, span), "most in a second": stats["max_in_a_second"],
                "refused with 429": stats.get("throttled"),
                "CPU µs a voucher": {stage: 1e6 * (after[stage] - cpu[stage]) / venues for stage in after}}

    def run(self):
        venues = self.args.venues
        with self.pipe:
            before, opened = self.open_days()
            figures = self.close()
        figures["own memory KB a venue, all processes, days open"] = sum(opened.values()) / venues
        figures["... what open days added"] = (sum(opened.values()) - sum(before.values())) / venues
        figures["... own memory KB by process"] = opened
        figures["CPU µs a voucher, both"] = sum(figures["CPU µs a voucher"].values())
        return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venues", type=int, default=10000)
    parser.add_argument("--books", type=int, default=5000)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--latency", type=int, default=20)
    parser.add_argument("--bin", type=pathlib.Path, default=pipeline.BIN)
    parser.add_argument("--folder")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    load = os.getloadavg()[0]
    figures = Closing(args).run()
    figures["load before, after"] = load, os.getloadavg()[0]
    if args.json:
        print(json.dumps(figures, indent=1))
        return
    for name, value in figures.items():
        print(f"{name:52} {value if not isinstance(value, float) else round(value, 3)}")


if __name__ == "__main__":
    main()
