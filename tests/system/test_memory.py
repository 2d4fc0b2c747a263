"""Memory: each process stays small with hundreds of venues, and receipts that come and come make none grow.

BILAG_RECEIPTS is their number (preset 400,000; 1,000,000 takes a minute and a half).
"""
import datetime
import os
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from pipeline import DEADLINE_S, SANITIZED, Pipeline     # noqa: E402

RECEIPTS = int(os.environ.get("BILAG_RECEIPTS", "400000"))
VENUES = 300
LIMIT_KB = 64 * 1024
SETTLED = 0.7                                    # from here on, when every venue was sent, nothing may grow
GROWTH_KB = 4 * 1024

VENUE = {
    "timezone": "Europe/Oslo", "auto_transfer": "true", "close": "clock", "quiet_seconds": "1",
    "settlement_pdf": "false",                   # its fonts stay in memory once, 9 MB, which is no growth
    "vat": {"normal": {"rate": "25", "code": "3"}, "reduced": {"rate": "15", "code": "31"},
            "none": {"rate": "0", "code": "0"}},
    "product_types": {"food": {"account": "3000", "reduced_account": "3001"}, "beer": {"account": "3010"}},
    "payment_types": {"card": {"account": "1570"}, "cash": {"account": "1900"}},
}


def venues():
    return {f"venue-{n:03}": {**VENUE, "venue": f"venue-{n:03}", "company": str(910000000 + n)} for n in range(VENUES)}


def body(first, count, day):
    """Receipts with rising numbers, shared out over all venues, of the whole day."""
    out = []
    for n in range(first, first + count):
        venue, seq = n % VENUES, n // VENUES + 1
        second = seq * 7 % 50000
        time = f"{day}T{6 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}+01:00"
        out.append(f'{{"v":1,"venue":"venue-{venue:03}","register":"K1","seq":{seq},"kind":"receipt","time":"{time}",'
                   f'"lines":[{{"product_type":"food","vat":25,"gross":{100 + n % 900},"qty":1,"text":"Burger"}},'
                   f'{{"product_type":"beer","vat":25,"gross":9900,"qty":2,"text":"Pils"}}],'
                   f'"payments":[{{"type":"card","amount":{10000 + n % 900}}}]}}\n')
    return "".join(out).encode()


def resident(pipeline):
    """What the process holds itself, and all that is resident of it, file pages included."""
    return {name: (pipeline.rss_kb(process.stage, process.instance, "RssAnon"),
                   pipeline.rss_kb(process.stage, process.instance)) for name, process in pipeline.processes.items()}


# Goal: 300 venues, all stages: every process below 64 MB resident at all times, and none grows with receipts.
@pytest.mark.skipif(SANITIZED, reason="the sanitizers' own memory is what would be measured")
def test_receipts_make_nobody_grow():
    day = datetime.date(2026, 3, 1)              # long over: days close and are sent as receipts still come
    with Pipeline(venues()) as pipeline:
        settled, step = None, 6000
        pipeline.post_bytes(body(0, VENUES, day))                # every venue's books are read before anything is judged
        pipeline.until("every venue is known", lambda: pipeline.stats()["vouchers"] >= VENUES, 2 * DEADLINE_S)
        for first in range(VENUES, RECEIPTS, step):
            data = body(first, min(step, RECEIPTS - first), day + datetime.timedelta(days=1 + first * 8 // RECEIPTS))
            answer = pipeline.until("ingest answers", lambda data=data: pipeline.post_bytes(data))
            assert answer["rejected"] == []
            pipeline.until("the mapper has kept up", lambda done=first + step: pipeline.counter("mapper", "events") >=
                           min(done, RECEIPTS), 2 * DEADLINE_S)
            now = resident(pipeline)
            for name, (own, whole) in now.items():
                assert whole < LIMIT_KB, f"{name} holds {whole} KB after {first} receipts ({own} KB its own)"
            if os.environ.get("BILAG_SHOW"):
                print(first, pipeline.stats()["vouchers"], now)
            if settled is None and first >= SETTLED * RECEIPTS:
                settled = now
        for name, (own, _) in resident(pipeline).items():
            assert own < settled[name][0] + GROWTH_KB, (name, settled[name], own)
        print({name: rss for name, rss in resident(pipeline).items()})
