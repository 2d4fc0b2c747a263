"""Seeded random venues and tills, for the property tests: everything that docs/rules.md speaks of, often at its edges."""
import datetime
import random
import zoneinfo

ZONES = ["Europe/Oslo"] * 6 + ["America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC",
                               "America/St_Johns"]
# Around here business days have 23, 24 or 25 hours, and calendars turn.
DATES = [datetime.date(2026, 3, 27), datetime.date(2026, 10, 23), datetime.date(2028, 2, 27),
         datetime.date(2026, 12, 30), datetime.date(2026, 11, 19), datetime.date(2026, 4, 4),
         datetime.date(2026, 10, 2), datetime.date(2026, 3, 7)]
TURN = "2026-11-20"                              # where dated entries begin
RATES = [25, 25, 25, 15, 15, 0, 0, 11.11, 12]
KINDS = ["food", "food", "beer", "soda", "merch", "tip", "rounding", "gift_card"]
PAYMENTS = ["cash", "card", "card", "vipps", "gift_card", "credit", "lunch"]


def dated(rng, first, second, chance=0.2):
    """Undated, or one value that another follows."""
    if rng.random() >= chance:
        return first
    return [{"value": first}, {"valid_from": rng.choice([TURN, "2026-03-29", "2028-02-29"]), "value": second}]


def dated_entry(rng, first, second, chance=0.15):
    if rng.random() >= chance:
        return first
    return [first, {"valid_from": rng.choice([TURN, "2026-10-25", "2027-01-01"]), **second}]


def text(value):
    return "true" if value else "false"


def venue(rng, name):
    vat = {"normal": {"rate": "25", "code": "3"},
           "reduced": dated_entry(rng, {"rate": "15", "code": "31"}, {"rate": "12", "code": "33"}),
           "none": {"rate": "0", "code": "0"}}
    if rng.random() < 0.9:
        vat["fish"] = {"rate": "11.11", "code": "32"}
    product_types = {
        "food": {"account": "3000", "reduced_account": "3001", "product": "MAT", "reduced_product": "MAT-TA"},
        "beer": {"account": rng.choice(["3010", "3000"]), "product": "OL", "alcohol": text(rng.random() < 0.3)},
        "soda": dated_entry(rng, {"account": "3020", "reduced_account": "3021"},
                            {"account": "3025", "reduced_account": "3021"}),
        "gift_card": {"account": "2901"}, "tip": {"account": rng.choice(["2910", "2901"])},
        "rounding": {"account": "7740", "reduced_account": "7740"}}
    if rng.random() < 0.9:
        product_types["merch"] = {"account": "3030", "reduced_account": "3031", "vat_free": text(rng.random() < 0.3)}
    payment_types = {
        "cash": {"account": "1901"}, "card": dated_entry(rng, {"account": "1570"}, {"account": "1571"}),
        "gift_card": {"account": rng.choice(["2901", "1909"]), "transfer": text(rng.random() < 0.6)},
        "credit": dated_entry(rng, {"account": "1530", "transfer": text(rng.random() < 0.1)},
                              {"account": "1530", "transfer": text(rng.random() < 0.3)}),
        "vipps": {"account": rng.choice(["1571", "1570"]), "transfer": text(rng.random() < 0.8)}}
    if rng.random() < 0.9:
        payment_types["lunch"] = {"account": "1575", "transfer": text(rng.random() < 0.5)}
    settings = {
        "venue": name, "name": f"Sted {name}", "timezone": rng.choice(ZONES), "company": str(910000000 + rng.randrange(9999)),
        "business_day_start": dated(rng, rng.choice(["05:00", "05:00", "05:00", "02:30", "00:00", "03:00"]),
                                    rng.choice(["04:00", "06:30"]), 0.1),
        "auto_transfer": "true", "auto_invoice": dated(rng, text(rng.random() < 0.7), text(rng.random() < 0.5)),
        "close": rng.choice(["clock", "z_report"]), "vat": vat, "product_types": product_types,
        "payment_types": payment_types}
    if rng.random() < 0.1:
        settings["vat_registered"] = "false"
    if rng.random() < 0.7:
        settings["department"] = dated(rng, "10", "11")
    dimensions(random.Random(f"dimensions {name} {settings['company']}"), settings)
    return settings


def dimensions(rng, settings):
    """Projects and locations of some venues, and of some of their entries; now and then none, said so. From a source of its own,
    so that everything else a seed draws stays what it was."""
    for name, codes in (("project", ["P1", "P1.2"]), ("location", ["OSLO", "MOSS"])):
        if rng.random() < 0.6:
            continue
        if rng.random() < 0.7:
            settings[name] = dated(rng, *codes)
        for entries in (settings["product_types"], settings["payment_types"]):
            for entry in entries.values():
                for row in entry if isinstance(entry, list) else [entry]:
                    if rng.random() < 0.4:
                        row[name] = rng.choice(codes + [""])


def remapped(rng, settings):
    """The same venue with other accounts and switches, but days that begin as before."""
    other = venue(rng, settings["venue"])
    for key in ("timezone", "company", "business_day_start", "name", "close"):
        other[key] = settings[key]
    other["vat"] = settings["vat"]               # a class that changes begins its day at midnight
    return other


class Till:
    """What one venue's registers sent over a few days."""

    def __init__(self, rng, settings):
        self.rng, self.venue = rng, settings["venue"]
        self.zone = zoneinfo.ZoneInfo(settings["timezone"])
        start = settings["business_day_start"]
        self.cutoffs = [start] if isinstance(start, str) else [row["value"] for row in start]
        self.first = rng.choice(DATES)
        self.days = rng.randint(1, 3)
        self.next = {f"K{n}": rng.choice([1, 1, 500]) for n in range(1, rng.randint(1, 3) + 1)}
        self.receipts = []

    def moment(self):
        rng = self.rng
        date = self.first + datetime.timedelta(days=rng.randrange(self.days))
        if rng.random() < 0.25:                  # just at, before or after the cut-off
            hour, minute = map(int, rng.choice(self.cutoffs).split(":"))
            wall = datetime.datetime.combine(date, datetime.time(hour, minute)) + \
                datetime.timedelta(seconds=rng.choice([-1, 0, 0, 1]))
        else:
            wall = datetime.datetime.combine(date, datetime.time(12)) + \
                datetime.timedelta(seconds=rng.randrange(18 * 3600))
        local = wall.replace(tzinfo=self.zone, fold=rng.randrange(2))
        offset = datetime.timedelta(minutes=int(local.utcoffset().total_seconds() // 60))
        moment = local.astimezone(datetime.timezone.utc)
        if rng.random() < 0.2:
            return moment.isoformat().replace("+00:00", "Z")
        return moment.astimezone(datetime.timezone(offset)).isoformat()

    def event(self, kind, **more):
        register = self.rng.choice(list(self.next))
        seq = self.next[register]
        self.next[register] += 1 if self.rng.random() < 0.95 else 2
        return {"v": 1, "venue": self.venue, "register": register, "seq": seq, "kind": kind, "time": self.moment(),
                **more}

    def amount(self):
        rng = self.rng
        return rng.choice([rng.randint(1, 9), rng.randint(100, 99999), rng.randint(100, 99999),
                           rng.randint(1, 99999) * 100, 10 ** rng.randint(5, 12)]) * (-1 if rng.random() < 0.15 else 1)

    def line(self):
        rng = self.rng
        line = {"product_type": rng.choice(KINDS) if rng.random() < 0.98 else "unheard-of", "vat": rng.choice(RATES),
                "gross": 0 if rng.random() < 0.04 else self.amount(), "qty": rng.choice([1, 1, 2, 3, 0.5])}
        if rng.random() < 0.3:
            line["vat_amount"] = line["gross"] // 5
        if line["product_type"] in ("tip", "rounding", "gift_card") and rng.random() < 0.95:
            line["vat"] = 0
        return line

    def split(self, total):
        """One to three payments that add up to total, now and then one that goes the other way."""
        rng = self.rng
        count = rng.choice([1, 1, 1, 2, 2, 3])
        payments, left = [], total
        for _ in range(count - 1):
            part = rng.randint(min(0, left), max(0, left)) if rng.random() < 0.9 else self.amount()
            payments.append(part)
            left -= part
        payments.append(left)
        rng.shuffle(payments)
        return [{"type": rng.choice(PAYMENTS) if rng.random() < 0.99 else "unheard-of", "amount": amount}
                for amount in payments]

    def receipt(self):
        rng = self.rng
        if self.receipts and rng.random() < 0.08:            # a refund of an earlier one
            old = rng.choice(self.receipts)
            lines = [{**line, "gross": -line["gross"]} for line in old["lines"]]
            for line in lines:
                line.pop("vat_amount", None)
            payments = [{**payment, "amount": -payment["amount"]} for payment in old["payments"]]
        else:
            lines = [self.line() for _ in range(rng.choice([1, 1, 2, 2, 3, 4, 6]))]
            if rng.random() < 0.05:                          # comes to nothing
                lines.append({"product_type": "food", "vat": 25, "gross": -sum(line["gross"] for line in lines)})
            payments = self.split(sum(line["gross"] for line in lines))
        if rng.random() < 0.01:
            payments[0]["amount"] += rng.choice([-1, 1, 100])
        event = self.event("receipt", lines=lines, payments=payments)
        if rng.random() < 0.5:
            event["customer"] = f"kunde-{rng.randint(1, 5)}"
        if rng.random() < 0.5:
            event["order"] = f"A-{rng.randint(1, 99999)}"
        self.receipts.append(event)
        return event

    def void(self, known):
        """Of an earlier or later receipt, of one that is not there, of something that is none."""
        rng = self.rng
        if known and rng.random() < 0.92:
            target = rng.choice(known)
            voids = {"register": target["register"], "seq": target["seq"]}
        else:
            voids = {"register": rng.choice(list(self.next)), "seq": rng.choice([7, 10 ** 9])}
        return self.event("void", voids=voids)

    def history(self, count):
        rng, events = self.rng, []
        for _ in range(count):
            chance = rng.random()
            if chance < 0.78:
                events.append(self.receipt())
            elif chance < 0.90:
                events.append(self.void(events))
            elif chance < 0.94:
                events.append(self.event("cash_movement", amount=self.amount(), reason=rng.choice(["float", "bank"])))
            else:
                events.append(self.event(rng.choice(["training", "copy"]), lines=[self.line()]))
        if rng.random() < 0.3:                               # a void that is known before its receipt
            events.insert(0, self.void(events))
        return events


def told_again(rng, event):
    """The same for the books in other words: what one does not say, the other may."""
    again = {**event, "staff": str(rng.randrange(9)), "retry": rng.randrange(9)}
    for key in ("customer", "order"):
        if rng.random() < 0.5:
            again.pop(key, None)
    again["lines"] = [dict(line) for line in event.get("lines", [])]
    for line in again["lines"]:
        if rng.random() < 0.5:
            line.pop("vat_amount", None)
    if event["time"].endswith("Z"):
        again["time"] = event["time"][:-1] + "+00:00"
    return again


def pool(count, seed=1):
    """Venues, and the same venues mapped in another way."""
    rng = random.Random(f"venues {seed}")
    venues = {f"p{n:03}": venue(rng, f"p{n:03}") for n in range(count)}
    return venues, {name: remapped(rng, settings) for name, settings in venues.items()}
