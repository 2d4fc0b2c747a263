#!/usr/bin/python3
"""PowerOffice is gone for three days, then it is back: nothing lost, each venue's order kept, memory flat, full quota.

    tests/chaos/outage.py [--venues 1000] [--rate 100] [--bin DIR]

The clock is moved (BILAG_CLOCK), a day at a time; every venue sells every day and reports with its Z. Printed: memory of
each process day by day, what `bilag status` says meanwhile, and how the quota was used while catching up.
"""
import argparse
import collections
import datetime
import json
import os
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]
if "--bin" in sys.argv:
    os.environ["BILAG_BIN"] = sys.argv[sys.argv.index("--bin") + 1]

import pipeline                                                                                # noqa: E402
import chaos                                                                                   # noqa: E402

FIRST = datetime.date(2026, 11, 16)
DAYS = 4                                         # the first is sent before the outage
WATCHED = ("ingest", "mapper", "validator", "uploader")


def venue(number):
    return {"venue": f"v{number:04d}", "name": f"Venue {number}", "timezone": "Europe/Oslo", "company": f"9{number:08d}",
            "client_key": {"file": f"keys/k{number}"}, "auto_transfer": "true", "close": "z_report", "quiet_seconds": "0",
            "vat": {"normal": {"rate": "25", "code": "3"}, "reduced": {"rate": "15", "code": "31"},
                    "none": {"rate": "0", "code": "0"}},
            "product_types": {"food": {"account": "3000"}}, "payment_types": {"card": {"account": "1570"}}}


def day_events(name, number, gross):
    """Two receipts and the Z report of a day; number: 0, 1, ..."""
    date, seq = FIRST + datetime.timedelta(days=number), number * 3
    base = {"v": 1, "venue": name, "register": "K1"}
    sale = {"kind": "receipt", "lines": [{"product_type": "food", "vat": 25, "gross": gross, "qty": 1, "text": "x"}],
            "payments": [{"type": "card", "amount": gross}]}
    return [{**base, **sale, "seq": seq + 1, "time": f"{date}T12:00:00+01:00"},
            {**base, **sale, "seq": seq + 2, "time": f"{date}T13:00:00+01:00"},
            {**base, "seq": seq + 3, "kind": "z_report", "time": f"{date}T22:00:00+01:00",
             "z": {"number": number + 1, "business_day": date.isoformat(), "first_seq": seq + 1, "last_seq": seq + 2,
                   "sales_by_vat": {"25": 2 * gross}, "payments": {"card": 2 * gross}}}]


class Outage:
    def __init__(self, venues, rate):
        self.count, self.rate = venues, rate
        self.venues = {entry["venue"]: entry for entry in map(venue, range(venues))}
        self.in_flight = min(64, max(4, venues // 5))            # fewer than venues: they must take turns
        settings = {"sender": {"retry_first_ms": 50, "retry_max_ms": 1000, "lookup_wait_ms": 50, "answer_wait_ms": 3000,
                               "in_flight_max": self.in_flight},
                    "mapper": {"preview_ms": 500, "resend_ms": 2000}, "poweroffice": {"requests_per_second": rate}}
        self.pipe = pipeline.Pipeline(self.venues, settings=settings, stages={"invoicer": 0},
                                      sandbox={"rate_limit": rate + rate // 10})
        self.memory = []

    def at_noon_of(self, number):
        day = datetime.datetime.combine(FIRST + datetime.timedelta(days=number), datetime.time(23, 30),
                                        datetime.timezone(datetime.timedelta(hours=1)))
        self.pipe.set_clock(int(day.timestamp() - time.time()))

    def sell(self, number):
        for at in range(0, self.count, 200):
            events = []
            for i, name in enumerate(list(self.venues)[at:at + 200]):
                events += day_events(name, number, 1000 + at + i)
            self.pipe.post(events)

    def remember(self, what):
        self.memory.append((what, {stage: self.pipe.rss_kb(stage) for stage in WATCHED}))

    def backlog(self):
        return (self.pipe.status("uploader") or {}).get("backlog", 0)

    def run(self):
        pipe, patience = self.pipe, 120 + 12 * self.count / self.rate
        self.at_noon_of(0)
        with pipe:
            self.sell(0)
            pipe.until("the first day is sent", lambda: pipe.counter("uploader", "sent") >= self.count, patience)
            self.remember("before")
            pipe.sandbox_set(down="close")
            for number in range(1, DAYS):
                self.at_noon_of(number)
                self.sell(number)
                pipe.until(f"{number} days wait", lambda n=number: self.backlog() >= n * self.count, patience)
                self.remember(f"day {number}")
            said = self.said()
            figures = self.catch_up(patience)
            self.remember("after")
        return {"venues": self.count, "said": said, "memory_kb": self.memory, **figures}

    def said(self):
        """What people are told while it lasts."""
        status = self.pipe.until("the outage is said", lambda: [s for s in [self.pipe.status("uploader")] if s and s["outage"]])[0]
        assert status["oldest"].split("/")[1] == (FIRST + datetime.timedelta(days=1)).isoformat(), status
        text = self.pipe.command("status", check=False).stdout
        assert "PowerOffice does not answer" in text and "minutes after it answers" in text, text
        return {"backlog": status["backlog"], "oldest": status["oldest"], "oldest_since": status["oldest_since"],
                "through_at": status["through_at"], "status": text.splitlines()[-6:]}

    def catch_up(self, patience):
        pipe = self.pipe
        pipe.sandbox("reset-stats", {})
        pipe.sandbox_set(down="off")
        began = time.monotonic()
        pipe.until("all is sent", lambda: pipe.counter("uploader", "sent") >= DAYS * self.count, patience)
        seconds = time.monotonic() - began
        stats, vouchers = pipe.stats(), sorted(pipe.sandbox("vouchers"), key=lambda v: v["created_ms"])
        self.judge(vouchers)
        late = [v for v in vouchers if v["voucher_date"] != FIRST.isoformat()]
        posting = (late[-1]["created_ms"] - late[0]["created_ms"]) / 1000
        first_round = collections.Counter(v["client_key"] for v in late[:self.count])
        assert max(first_round.values()) <= 2 and len(first_round) >= self.count - self.in_flight, \
            f"venues did not take turns: {len(first_round)} in the first round, {max(first_round.values())} of one"
        assert stats["over_limit"] == 0, stats   # a tenth of room is for this machine's own unevenness
        return {"catch_up_s": round(seconds, 1), "requests": stats["requests"]["total"],
                "requests_per_voucher": round(stats["requests"]["total"] / len(late), 3),
                "vouchers_per_second": round((len(late) - 1) / posting, 1),
                "quota_used": round(stats["requests"]["total"] / (seconds * self.rate), 3), "max_in_a_second": stats["max_in_a_second"],
                "venues_in_the_first_round": len(first_round)}

    def judge(self, vouchers):
        assert len({v["reference"] for v in vouchers}) == len(vouchers) == DAYS * self.count
        days = collections.defaultdict(list)
        for voucher in vouchers:
            name, day, _ = voucher["saft_batch_id"].split(":")
            days[name].append(day)
            gross = sum(line["amount"] for line in voucher["lines"] if line["amount"] > 0)
            assert gross == 2 * (1000 + int(name[1:])), voucher
        wrong = [name for name, found in days.items() if found != sorted(found)]
        assert not wrong, f"not in the order of their days: {wrong[:5]}"


def main():
    parser = argparse.ArgumentParser(description="PowerOffice is gone for three days.")
    parser.add_argument("--venues", type=int, default=1000)
    parser.add_argument("--rate", type=int, default=100)
    parser.add_argument("--bin")
    args = parser.parse_args()
    print(json.dumps(Outage(args.venues, args.rate).run(), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
