#!/usr/bin/python3
"""One venue's trouble is nobody else's: what a good venue's voucher waits, with and without poisoned neighbours.

    tests/chaos/poison.py [--seconds 20] [--rate 50] [--bin DIR]

Poisoned are a venue that floods HTTP with garbage, one whose key is revoked, one that posts to a closed account, and one
that backfills five years. Asked is how many vouchers of the one that backfills go out while a good venue's waits for its turn:
turns are counted, for milliseconds are the machine's as much as ours. Measured beside it is the time from the acknowledged Z
report of a good venue to its voucher in PowerOffice's books; its fair share: while w venues have something to send, one of
them may have to wait for w - 1 others.
"""
import argparse
import datetime
import json
import os
import pathlib
import re
import statistics
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]
if "--bin" in sys.argv:
    os.environ["BILAG_BIN"] = sys.argv[sys.argv.index("--bin") + 1]

import pipeline                                                                                # noqa: E402
import chaos                                                                                   # noqa: E402
from outage import venue                                                                       # noqa: E402

FIRST = datetime.date(2021, 11, 22)
BACKFILL_DAYS = 5 * 365
GOOD = 12
GARBAGE, REVOKED, CLOSED, BACKFILL = range(GOOD, GOOD + 4)
CLOSED_ACCOUNT = "1579"
TURNS_MAX = 3                                    # one under way, one in each round: a good venue may come just behind it


def a_day(name, number, register="K1"):
    """One receipt and its Z report, on day `number` of five years."""
    date, seq = FIRST + datetime.timedelta(days=number), number * 2
    base = {"v": 1, "venue": name, "register": register}
    return [{**base, "seq": seq + 1, "kind": "receipt", "time": f"{date}T12:00:00+01:00",
             "lines": [{"product_type": "food", "vat": 25, "gross": 1000 + number, "qty": 1, "text": "x"}],
             "payments": [{"type": "card", "amount": 1000 + number}]},
            {**base, "seq": seq + 2, "kind": "z_report", "time": f"{date}T22:00:00+01:00",
             "z": {"number": number + 1, "business_day": date.isoformat(), "first_seq": seq + 1, "last_seq": seq + 1,
                   "sales_by_vat": {"25": 1000 + number}, "payments": {"card": 1000 + number}}}]


class Poison:
    def __init__(self, seconds, rate):
        self.seconds, self.rate = seconds, rate
        self.venues = {entry["venue"]: entry for entry in map(venue, range(GOOD + 4))}
        self.names = list(self.venues)
        self.venues[self.names[CLOSED]]["payment_types"]["card"]["account"] = CLOSED_ACCOUNT
        settings = {"sender": {"retry_first_ms": 50, "retry_max_ms": 2000, "lookup_wait_ms": 50, "answer_wait_ms": 3000},
                    "mapper": {"preview_ms": 200, "resend_ms": 1000}, "poweroffice": {"requests_per_second": rate}}
        self.pipe = pipeline.Pipeline(self.venues, settings=settings, stages={"invoicer": 0},
                                      sandbox={"rate_limit": rate * 2, "latency_ms": 30})
        self.days, self.over = dict.fromkeys(self.names, 0), threading.Event()

    def measure(self):
        """A good venue reports every tenth of a second, in turn; the waits of all, in ms."""
        pipe, reported, end = self.pipe, {}, time.monotonic() + self.seconds
        turn = 0
        while time.monotonic() < end:
            name, turn = self.names[turn % GOOD], turn + 1
            number = self.days[name] = self.days[name] + 1
            pipe.post(a_day(name, number))
            reported[name, (FIRST + datetime.timedelta(days=number)).strftime("%Y%m%d")] = time.time() * 1000
            time.sleep(0.1)

        def all_there():
            return {tuple(v["saft_batch_id"].split(":")[:2]): v["created_ms"] for v in pipe.sandbox("vouchers")}
        pipe.until("every good venue is sent", lambda: set(reported) <= set(all_there()), 60)
        there = all_there()
        return [there[key] - when for key, when in reported.items()]

    def poison(self):
        pipe = self.pipe
        key = pipeline.client_key
        pipe.sandbox("clients", {"client_key": key(f"k{REVOKED}"), "revoked": True})
        pipe.sandbox("clients", {"client_key": key(f"k{CLOSED}"),
                                 "accounts_changed": [{"no": int(CLOSED_ACCOUNT), "active": False}]})
        for number in range(20):
            pipe.post(a_day(self.names[REVOKED], number) + a_day(self.names[CLOSED], number))
        pipe.spool_file("backfill.ndjson", [event for number in range(BACKFILL_DAYS)
                                            for event in a_day(self.names[BACKFILL], number)])
        threading.Thread(target=self.garbage, daemon=True).start()

    def garbage(self):
        """Lines that are none, half a megabyte at a time, and receipts that do not add up."""
        broken = json.dumps({**a_day(self.names[GARBAGE], 0)[0], "payments": [{"type": "card", "amount": 1}]}) + "\n"
        body = ("{\"v\":1,\"venue\":\"" + self.names[GARBAGE] + "\",\"kind\":\"\xff nonsense\n").encode("latin-1") * 8000
        while not self.over.is_set():
            self.pipe.post_bytes(body + broken.encode())
            time.sleep(0.05)

    def turns_waited(self, log):
        """Of each good venue's voucher: how many of the backfilling venue's went out between its being queued and its own."""
        queued, gone, waits = {}, 0, []
        for venue_id, day, rest in re.findall(r"^doc=([^/ ]+)/(\S+) stage=\S+ (.*)$", log, re.M):
            if "what=queued" in rest:
                queued.setdefault((venue_id, day), gone)
            elif "api=POST path=/Vouchers/CashJournals" in rest and venue_id == self.names[BACKFILL]:
                gone += 1
            elif "api=POST path=/Vouchers/CashJournals" in rest and venue_id in self.names[:GOOD]:
                waits.append(gone - queued[venue_id, day])
        return waits

    def run(self):
        with self.pipe as pipe:
            for name in self.names[:GOOD]:       # PowerOffice's books are read, keys are logged in
                pipe.post(a_day(name, 0))
            pipe.until("all are warm", lambda: len(pipe.vouchers()) == GOOD, 120)
            alone = self.measure()
            self.poison()
            with_poison = self.measure()
            backfilled = sum(v["saft_batch_id"].startswith(self.names[BACKFILL]) for v in pipe.vouchers())
            self.over.set()
            held = pipe.status("uploader")["documents"]
            waits = self.turns_waited(pipe.log("uploader-0"))
        share = (GOOD + 4) * 1000 / self.rate
        figures = {"vouchers": [len(alone), len(with_poison)], "median_ms": [round(statistics.median(alone)),
                   round(statistics.median(with_poison))], "worst_ms": [round(max(alone)), round(max(with_poison))],
                   "fair_share_ms": share, "backfilled_meanwhile": backfilled, "turns_waited": max(waits), "documents": held}
        assert len(waits) >= len(with_poison) and max(waits) <= TURNS_MAX, figures
        assert backfilled > 0, figures
        return figures


def main():
    parser = argparse.ArgumentParser(description="One venue's trouble is nobody else's.")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--bin")
    args = parser.parse_args()
    print(json.dumps(Poison(args.seconds, args.rate).run()))


if __name__ == "__main__":
    main()
