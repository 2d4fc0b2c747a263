"""Receipts of real shapes: lines, articles and payments of tests/data/pos-data, dealt to venues by a seed.

    write_setup(config, 300)             a configuration folder of so many venues, with bilag.yaml's `more`
    receipts(10000, 300, seed=1)         so many native events, mixed over the venues, in order of time, of one business day
"""
import csv
import datetime
import gzip
import json
import random

import msgpack

import posdata

DAY, FIRST_HOUR, HOURS = datetime.date(2026, 3, 2), 11, 11
VENUE = {"timezone": "Europe/Oslo", "currency": "NOK", "extension": "quickorder", "auto_transfer": True, "close": "z_report",
         "settlement_pdf": False,
         "vat": {"normal": {"rate": 25, "code": "3"}, "reduced": {"rate": 15, "code": "31"}, "none": {"rate": 0, "code": "0"}},
         "product_types": {"food": {"account": 3000, "reduced_account": 3001}, "goods": {"account": 3010, "reduced_account": 3011}},
         "payment_types": {"cash": {"account": 1900}, "card": {"account": 1570}, "vipps": {"account": 1575}}}


def name(number):
    return f"v{number:05d}"


def write_setup(folder, venues, more):
    """`more`: what bilag.yaml says, as a dict."""
    (folder / "venues").mkdir(parents=True)
    for key, text in (("subscription", posdata.SUBSCRIPTION_KEY), ("quickorder", posdata.APPLICATION_KEY)):
        posdata.write_key(folder, key, text)
    for number in range(venues):
        posdata.write_key(folder, name(number), f"bench-client-key-{number:05d}")
        entry = {"venue": name(number), "name": f"Venue {number}", "company": f"9{number:08d}",
                 "client_key": {"file": f"keys/{name(number)}"}, **VENUE}
        (folder / "venues" / f"{name(number)}.yaml").write_text(json.dumps(entry))
    (folder / "bilag.yaml").write_text(json.dumps({
        "poweroffice": {"token_url": "http://127.0.0.1:9/OAuth/Token", "api_url": "http://127.0.0.1:9/v2",
                        "subscription_key": {"file": "keys/subscription"},
                        "application_keys": {"quickorder": {"file": "keys/quickorder"}}}, **more}))


def contents():
    """(lines, payment type) of every receipt in the file."""
    with gzip.open(posdata.SOURCE, "rt", newline="") as file:
        return [([posdata.line_of(row) for row in lines], posdata.PAYMENT_TYPES[lines[0]["saft_payment"]])
                for lines in posdata.receipts(csv.DictReader(file))]


def receipts(count, venues, seed, first_seq=1):
    dealt, shapes = random.Random(seed), contents()
    seqs = [first_seq - 1] * venues
    for at in range(count):
        venue, (lines, payment) = dealt.randrange(venues), dealt.choice(shapes)
        seqs[venue] += 1
        moment = datetime.datetime.combine(DAY, datetime.time(FIRST_HOUR), posdata.OSLO) + \
            datetime.timedelta(seconds=at * HOURS * 3600 // count)
        yield {"v": 1, "venue": name(venue), "register": f"K{venue % 3 + 1}", "seq": seqs[venue], "kind": "receipt",
               "time": moment.isoformat(timespec="seconds"), "order": f"{DAY:%Y}-{at:06d}", "lines": lines,
               "payments": [{"type": payment, "amount": sum(line["gross"] for line in lines)}]}


def batches(events, size):
    """msgpack arrays of so many events, as ZeroMQ takes them."""
    return [msgpack.packb(events[at:at + size]) for at in range(0, len(events), size)]


def ndjson(event):
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
