#!/usr/bin/python3
"""The public receipts of tests/data/pos-data as native events, with what must come out of them.

usage: posdata.py --out DIR [--venues N] [--days N] [--copies N] [--companies N]

Writes into DIR
    events.ndjson      receipts and Z reports in time order, one native event a line
    venues/*.yaml      one per venue, and keys/* (made-up, mode 0600) that they name
    companies.json     the same keys as clients for bilag-sandbox --companies
    expected.json      {venue: {business day: {"sold": {"food/15": øre}, "paid": {"card": øre}, ...}}},
                       added up from the file's own lines, not from the events

--venues and --days keep only the first so many venues, and business days of each; --copies makes every
venue N times ("store-31862.2"), for load; --companies shares the venues out among N PowerOffice clients
(preset: one each). Times are local times of Oslo; a business day begins at 05:00.
"""
import argparse
import collections
import csv
import datetime
import decimal
import gzip
import hashlib
import heapq
import json
import os
import pathlib
import uuid
import zoneinfo

SOURCE = pathlib.Path(__file__).resolve().parents[1] / "tests" / "data" / "pos-data" / "combined-lines.csv.gz"
OSLO = zoneinfo.ZoneInfo("Europe/Oslo")
CUTOFF = datetime.time(5)
PRODUCT_TYPES = {"04003": "goods", "04006": "food"}
PAYMENT_TYPES = {"12001": "cash", "12002": "card", "12011": "vipps"}
SUBSCRIPTION_KEY = "posdata-subscription-key"
APPLICATION_KEY = "posdata-application-key"

VENUE = """\
venue: {id}
name: {name}
timezone: Europe/Oslo
business_day_start: "05:00"
currency: NOK
company: "{company}"
extension: quickorder
client_key: {{file: keys/{key}}}
auto_transfer: true
auto_invoice: false
close: z_report
vat:
  normal:  {{rate: 25, code: "3"}}
  reduced: {{rate: 15, code: "31"}}
  none:    {{rate: 0, code: "0"}}
product_types:
  food:  {{account: 3000, reduced_account: 3001, product: MAT, reduced_product: MAT-TA}}
  goods: {{account: 3010, reduced_account: 3011, product: VARE, reduced_product: VARE-R}}
payment_types:
  cash:  {{account: 1900}}
  card:  {{account: 1570}}
  vipps: {{account: 1575}}
"""


def ore(text):
    amount = decimal.Decimal(text) * 100
    if amount != amount.to_integral_value():
        raise SystemExit(f"{text}: more than two decimals")
    return int(amount)


def number(text):
    value = decimal.Decimal(text)
    return int(value) if value == value.to_integral_value() else float(value)


def local(text):
    """A wall clock's time. One that does not exist, or exists twice, is taken as before the change."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=OSLO)


def business_day(moment):
    wall = moment.astimezone(datetime.timezone.utc).astimezone(OSLO)
    return wall.date() - datetime.timedelta(days=wall.time() < CUTOFF)


def moment_text(moment):
    return moment.isoformat(timespec="seconds")


class Register:
    """Numbers receipts without gaps and closes its days with Z reports."""

    def __init__(self, venue, name):
        self.venue, self.name = venue, name
        self.seq = self.z_number = self.grand_total = 0
        self.day = None

    def event(self, kind, moment, **more):
        self.seq += 1
        return {"v": 1, "venue": self.venue, "register": self.name, "seq": self.seq, "kind": kind,
                "time": moment_text(moment), **more}

    def open_day(self, day):
        self.day, self.first = day, self.seq + 1
        self.by_vat, self.paid = collections.Counter(), collections.Counter()

    def receipt(self, lines, payment, moment, order):
        if self.day is None:
            self.open_day(business_day(moment))
        total = sum(line["gross"] for line in lines)
        for line in lines:
            self.by_vat[str(line["vat"])] += line["gross"]
        self.paid[payment] += total
        self.grand_total += total
        self.last_moment = moment
        return self.event("receipt", moment, order=order, lines=lines,
                          payments=[{"type": payment, "amount": total}])

    def close_day(self):
        """Two minutes after the last receipt, but a second before the business day ends."""
        day, last = self.day, self.seq
        end = datetime.datetime.combine(day + datetime.timedelta(days=1), CUTOFF, OSLO)
        moment = min(self.last_moment.timestamp() + 120, end.timestamp() - 1)
        self.z_number += 1
        self.day = None
        return self.event("z_report", datetime.datetime.fromtimestamp(moment, OSLO), z={
            "number": self.z_number, "business_day": day.isoformat(), "first_seq": self.first, "last_seq": last,
            "sales_by_vat": dict(self.by_vat), "payments": dict(self.paid), "grand_total": self.grand_total})


def receipts(rows):
    """Lines of one receipt stand together in the file."""
    batch = []
    for row in rows:
        if batch and (row["venue"], row["register"], row["receipt"]) != \
                (batch[0]["venue"], batch[0]["register"], batch[0]["receipt"]):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def line_of(row):
    return {"product_type": PRODUCT_TYPES[row["saft_group"]], "vat": number(row["vat_percent"]),
            "gross": ore(row["gross_nok"]), "qty": number(row["quantity"]), "text": row["article"]}


class Chosen:
    """Which venues and business days are wanted."""

    def __init__(self, venues, days):
        self.venues, self.days = venues, days
        self.seen = {}

    def wants(self, venue, day):
        if venue not in self.seen:
            if self.venues and len(self.seen) == self.venues:
                return False
            self.seen[venue] = set()
        days = self.seen[venue]
        if day not in days and self.days and len(days) == self.days:
            return False
        days.add(day)
        return True


def copies_of(venue, count):
    name = venue.lower()
    return [name] + [f"{name}.{n}" for n in range(2, count + 1)]


def last_of_day(rows):
    """The last receipt of each register's business day."""
    last = {}
    for row in rows:
        last[row["venue"], row["register"], business_day(local(row["timestamp"]))] = row["receipt"]
    return last


class Output:
    """Z reports wait for their time among the receipts, which come in order of time."""

    def __init__(self, file):
        self.file, self.count, self.waiting = file, 0, []

    def write(self, event):
        self.file.write(json.dumps(event, separators=(",", ":"), ensure_ascii=False) + "\n")
        self.count += 1

    def later(self, event):
        due = datetime.datetime.fromisoformat(event["time"])
        heapq.heappush(self.waiting, (due, event["venue"], event["register"], event["seq"], event))

    def until(self, moment):
        while self.waiting and (moment is None or self.waiting[0][0] <= moment):
            self.write(heapq.heappop(self.waiting)[-1])


def write_events(rows, chosen, copies, file):
    """Gives the venues in the order in which they first sold."""
    registers, last, out = {}, last_of_day(rows), Output(file)
    for lines in receipts(rows):
        first, moment = lines[0], local(lines[0]["timestamp"])
        day = business_day(moment)
        if not chosen.wants(first["venue"], day):
            continue
        out.until(moment)
        for venue in copies_of(first["venue"], copies):
            key = (venue, first["register"])
            register = registers.setdefault(key, Register(*key))
            out.write(register.receipt([line_of(row) for row in lines], PAYMENT_TYPES[first["saft_payment"]],
                                       moment, first["receipt"]))
            if last[first["venue"], first["register"], day] == first["receipt"]:
                out.later(register.close_day())
    out.until(None)
    return list(dict.fromkeys(venue for venue, _ in registers)), out.count


def expect(rows, chosen, copies):
    """Straight from the lines of the file: sums by (product type, rate) and by payment type."""
    expected = {}
    for row in rows:
        wall = datetime.datetime.fromisoformat(row["timestamp"])
        day = (wall - datetime.timedelta(hours=5)).date()
        if not chosen.wants(row["venue"], day):
            continue
        amount = int(decimal.Decimal(row["gross_nok"]).scaleb(2))
        for venue in copies_of(row["venue"], copies):
            sums = expected.setdefault(venue, {}).setdefault(
                day.isoformat(), {"sold": collections.Counter(), "paid": collections.Counter(),
                                  "receipts": collections.Counter()})
            sums["sold"][PRODUCT_TYPES[row["saft_group"]] + "/" + row["vat_percent"]] += amount
            sums["paid"][PAYMENT_TYPES[row["saft_payment"]]] += amount
            sums["receipts"][row["register"], row["receipt"]] = 1
    for days in expected.values():
        for sums in days.values():
            sums["receipts"] = len(sums["receipts"])
    return expected


def write_key(folder, name, text):
    path = folder / "keys" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text + "\n")


def write_setup(venues, companies, out):
    """Venue files, keys, and the sandbox's clients."""
    (out / "venues").mkdir(parents=True, exist_ok=True)
    write_key(out, "subscription", SUBSCRIPTION_KEY)
    write_key(out, "quickorder", APPLICATION_KEY)
    clients = {}
    for index, venue in enumerate(venues):
        which = index % companies if companies else index
        company, key = f"{910000000 + which}", f"client-{which:04}"
        if key not in clients:
            clients[key] = str(uuid.UUID(hashlib.sha256(key.encode()).hexdigest()[:32]))
            write_key(out, key, clients[key])
        (out / "venues" / f"{venue}.yaml").write_text(
            VENUE.format(id=venue, name=venue.replace("-", " ").title(), company=company, key=key))
    (out / "companies.json").write_text(json.dumps({
        "subscription_keys": [SUBSCRIPTION_KEY], "application_keys": [APPLICATION_KEY],
        "clients": [{"key": text} for text in clients.values()]}, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--source", type=pathlib.Path, default=SOURCE)
    parser.add_argument("--venues", type=int, default=0, help="the first N venues (preset: all)")
    parser.add_argument("--days", type=int, default=0, help="the first N business days of each (preset: all)")
    parser.add_argument("--copies", type=int, default=1, help="every venue N times")
    parser.add_argument("--companies", type=int, default=0, help="PowerOffice clients (preset: one a venue)")
    args = parser.parse_args()
    with gzip.open(args.source, "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    args.out.mkdir(parents=True, exist_ok=True)
    with open(args.out / "events.ndjson", "w", encoding="utf-8") as out:
        venues, count = write_events(rows, Chosen(args.venues, args.days), args.copies, out)
    expected = expect(rows, Chosen(args.venues, args.days), args.copies)
    (args.out / "expected.json").write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n")
    write_setup(venues, args.companies, args.out)
    days = sum(len(d) for d in expected.values())
    print(f"{count} events of {len(venues)} venues, {days} business days, in {args.out}")


if __name__ == "__main__":
    main()
