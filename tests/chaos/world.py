"""A seeded world: venues with their days, and how their events reach Bilag.

Every register numbers its receipts without gaps and ends each of its days with a Z report that adds up, so every
day can be posted, once a person has decided about what went wrong on purpose (troubles.py); what the harness does to the
processes must not change what is posted.
"""
import datetime
import random
import threading
import zoneinfo

import saft
from troubles import Troubles, of_run

OSLO = zoneinfo.ZoneInfo("Europe/Oslo")
FIRST_DAY = datetime.date(2026, 11, 16)
CUSTOMERS = [(10001, "Kunde En AS"), (10002, "Kunde To AS"), (10003, "Kunde Tre AS")]
PRODUCTS = {
    "food": {"account": "3000", "reduced_account": "3001", "product": "MAT", "reduced_product": "MAT-TA"},
    "beer": {"account": "3010", "alcohol": "true", "product": "OL"},
    "wine": {"account": "3010", "alcohol": "true", "product": "VIN"},
    "gift_card": {"account": "2901", "product": "GAVE"},
    "tip": {"account": "2910", "product": "TIPS"},
    "rounding": {"account": "7740", "product": "ORE"},
}
OTHER_ACCOUNT = {"1900": "1901"}                 # what a turned mapping posts to instead: the same for the judge
FATES = ("orders", "voucher", "manual", "turned")


def venue_settings(name, company, key, department, rng):
    """fate: where credit goes. "turned" venues are turned between orders and voucher while the chaos lasts."""
    fate = rng.choice(FATES)
    by_clock = rng.random() < 0.25
    settings = {
        "venue": name, "name": f"Venue {name}", "timezone": "Europe/Oslo", "company": company,
        "client_key": {"file": f"keys/{key}"}, "auto_transfer": "true",
        "close": "clock" if by_clock else "z_report", "quiet_seconds": "0" if rng.random() < 0.7 else "1",
        "vat": {"normal": {"rate": "25", "code": "3"}, "reduced": {"rate": "15", "code": "31"},
                "none": {"rate": "0", "code": "0"}},
        "product_types": {kind: dict(entry) for kind, entry in PRODUCTS.items()},
        "payment_types": {"card": {"account": "1570"}, "cash": {"account": "1900"}, "vipps": {"account": "1572"},
                          "gift_card": {"account": "2901", "transfer": rng.choice(["true", "true", "false"])}},
    }
    if department:
        settings["department"] = department
    turn_credit(settings, {"turned": "orders"}.get(fate, fate))
    return settings, fate


def turn_credit(settings, fate):
    settings["payment_types"]["credit"] = {"account": "1571", "transfer": "true" if fate == "voucher" else "false"}
    settings["auto_invoice"] = "true" if fate == "orders" else "false"


def turn_account(settings):
    """Cash goes to the other account, or back."""
    entry = settings["payment_types"]["cash"]
    entry["account"] = "1900" if entry["account"] != "1900" else OTHER_ACCOUNT["1900"]


class Register:
    honest = False

    def __init__(self, world, venue, name):
        self.world, self.venue, self.name, self.rng = world, venue, name, world.rng
        self.first = self.seq = self.rng.choice([0, 1000, 99990])
        self.run, self.is_reset = 1, False       # is_reset: it is, or will be
        self.z_number, self.grand_total = 0, 0
        self.sold = []                           # receipts that may be taken back

    def event(self, kind, moment, **fields):
        self.seq += 1
        event = {"v": 1, "venue": self.venue, "register": self.name, "seq": self.seq, "kind": kind,
                 "time": moment.isoformat(), **fields}
        return event

    def line(self, for_credit):
        kinds = ["food", "food", "food", "beer", "wine"]
        if not for_credit:
            kinds += ["tip", "gift_card", "rounding"]
        kind = self.rng.choice(kinds)
        vat = {"food": self.rng.choice([25, 15]), "beer": 25, "wine": 25}.get(kind, 0)
        gross = self.rng.randint(1, 90000) if kind != "rounding" else self.rng.choice([-49, -1, 1, 50])
        line = {"product_type": kind, "vat": vat, "gross": gross, "qty": self.rng.choice([1, 1, 1, 2, 3]),
                "text": kind.capitalize()}
        return line

    def receipt(self, moment):
        rng = self.rng
        credit = rng.random() < 0.2
        lines = [self.line(credit) for _ in range(rng.randint(1, 4))]
        refund = rng.random() < 0.08
        if refund:
            for line in lines:
                line["gross"] = -line["gross"]
        total = sum(line["gross"] for line in lines)
        if total == 0:
            lines[0]["gross"] += 100
            total = sum(line["gross"] for line in lines)
        payments = self.payments(total, credit)
        fields = {"order": f"A-{rng.randint(1, 9999)}"} if rng.random() < 0.5 else {}
        if credit:
            fields["customer"] = f"kunde-{rng.randint(1, 3)}"
        event = self.event("receipt", moment, lines=lines, payments=payments, **fields)
        if not self.honest and not self.is_reset and self.world.troubles.unbalance(event):
            return event
        self.sold.append(event)
        return event

    def reset(self):
        """It has lost its memory, and counts anew."""
        self.seq, self.run, self.z_number, self.grand_total, self.sold = self.first, 2, 0, 0, []
        self.world.troubles.resets[f"{self.venue}/{self.name}"] = f"{self.venue}/{self.name}/{self.first + 1}"

    def payments(self, total, credit):
        rng = self.rng
        kinds = ["card", "cash", "vipps"]
        if credit:
            if rng.random() < 0.7:
                return [{"type": "credit", "amount": total}]
            part = total * rng.randint(1, 9) // 10
            return [row for row in ({"type": "credit", "amount": part},
                                    {"type": rng.choice(kinds), "amount": total - part}) if row["amount"]]
        if rng.random() < 0.75:
            return [{"type": rng.choice(kinds), "amount": total}]
        part = total * rng.randint(1, 9) // 10
        return [{"type": "gift_card" if rng.random() < 0.3 else "card", "amount": part},
                {"type": "cash", "amount": total - part}]

    def gap(self):
        """Now and then a number was given to nothing: the day is held until a person accepts it."""
        if not self.world.plain and self.rng.random() < 0.01:
            self.seq += 1
            self.world.gaps.add(self.venue)

    def day(self, date):
        """A register's day, its Z report last."""
        rng = self.rng
        moment = datetime.datetime.combine(date, datetime.time(9), OSLO)
        events = []
        for _ in range(rng.randint(1, self.world.receipts)):
            moment += datetime.timedelta(seconds=rng.randint(1, 2500))
            if self.sold and rng.random() < 0.07:
                target = self.sold.pop(rng.randrange(len(self.sold)))
                events.append(self.event("void", moment, voids={"register": self.name, "seq": target["seq"]}))
                events[-1]["_target"] = target
            elif rng.random() < 0.04:
                events.append(self.event("cash_movement", moment, amount=-rng.randint(1, 500000), reason="bank"))
            elif rng.random() < 0.04:
                events.append(self.event("training", moment))
            else:
                events.append(self.receipt(moment))
                self.gap()
        events.append(self.z_report(date, moment, events))
        self.world.troubles.wrong_clock(self, events, date)
        return events

    def z_report(self, date, moment, events):
        vat, paid = {}, {}
        for event in events:
            target = event.pop("_target", event)
            sign = {"receipt": 1, "void": -1}.get(event["kind"], 0)
            if not sign:
                continue
            for line in target["lines"]:
                vat[str(line["vat"])] = vat.get(str(line["vat"]), 0) + sign * line["gross"]
            for payment in target["payments"]:
                paid[payment["type"]] = paid.get(payment["type"], 0) + sign * payment["amount"]
        self.z_number += 1
        self.grand_total += sum(vat.values())
        first, last = events[0]["seq"], events[-1]["seq"]
        return self.event("z_report", moment + datetime.timedelta(minutes=1), z={
            "number": self.z_number, "business_day": date.isoformat(), "first_seq": first, "last_seq": last,
            "sales_by_vat": vat, "payments": paid, "grand_total": self.grand_total})


class SaftRegister(Register):
    """A till whose sales come in files: voids are no events of their own there, and Z reports have their own series."""

    honest = True

    def line(self, for_credit):
        return {**super().line(True), "text": ""}

    def payments(self, total, credit):
        return [{"type": "credit" if credit else self.rng.choice(["card", "cash", "vipps"]), "amount": total}]

    def day(self, date):
        moment, events = datetime.datetime.combine(date, datetime.time(9), OSLO), []
        for _ in range(self.rng.randint(1, self.world.receipts)):
            moment += datetime.timedelta(seconds=self.rng.randint(1, 2500))
            events.append(self.event("training", moment) if self.rng.random() < 0.06 else self.receipt(moment))
            self.gap()
        z = self.z_report(date, moment, events)
        self.seq -= 1
        return [*events, z]


class Delivery:
    """One batch of events by one source, at a moment of the run (0 to 1); a file of a venue is one, too."""

    def __init__(self, source, at, events, venue=None, file=None):
        self.source, self.at, self.events, self.venue, self.file = source, at, events, venue, file
        self.needs, self.done = [], threading.Event()        # deliveries that must have been acknowledged before


class World:
    """plain: neither files nor gaps, for those who feed by themselves and have nobody to accept anything."""

    def __init__(self, seed, venues=0, days=0, receipts=0, plain=True):
        self.rng = rng = random.Random(seed)
        self.plain = plain
        self.receipts = receipts or 8
        self.days = [FIRST_DAY + datetime.timedelta(days=n) for n in range(days or rng.randint(1, 3))]
        self.troubles = Troubles(seed, FIRST_DAY, plain)
        self.venues, self.fates, self.events, self.deliveries, self.gaps = {}, {}, [], [], set()
        for number in range(venues or rng.randint(4, 9)):
            owner = number // 3 * 3 if number % 3 < 2 else number        # the first two of three share a company
            department = str(10 + number % 3) if number % 3 < 2 or rng.random() < 0.5 else None
            self.venues[f"v{number}"], self.fates[f"v{number}"] = venue_settings(
                f"v{number}", f"9{owner:08d}", f"k{owner}", department, rng)
        for name in self.venues:
            self.venue_days(name)
        lines = self.troubles.garbage_lines(list(self.venues))
        for at in range(0, len(lines), 5):
            self.deliveries.append(Delivery("garbage", rng.random(), lines[at:at + 5]))
        rng.shuffle(self.deliveries)
        self.deliveries.sort(key=lambda delivery: delivery.at)

    def companies(self):
        return sorted({venue["company"] for venue in self.venues.values()})

    def venue_days(self, name):
        rng = self.rng
        if not self.plain and rng.random() < 0.2:
            return self.saft_days(name)
        if self.troubles.likely(0.12):
            self.troubles.late.add(name)
        registers = [Register(self, name, f"K{n + 1}") for n in range(rng.randint(1, 3))]
        for register in registers:
            late = rng.random() < 0.2            # a till that was off line sends everything at the end
            register.is_reset = self.troubles.likely(0.15)
            before = []                          # deliveries of a till that is reset
            for number, date in enumerate(self.days):
                if rng.random() < 0.15 and len(registers) > 1:
                    continue                     # did not sell
                base = 0.85 if late else number / len(self.days) * 0.8
                if register.is_reset and register.run == 1 and before:
                    register.reset()
                before += self.deliver(register.day(date), base, register, before)

    def saft_days(self, name):
        """Files as tills export them: of a day, or of all days so far; some are given twice."""
        rng = self.rng
        registers = {f"K{n + 1}": SaftRegister(self, name, f"K{n + 1}") for n in range(rng.randint(1, 2))}
        sold = {register: [till.day(date) for date in self.days] for register, till in registers.items()}
        self.events += [event for days in sold.values() for day in days for event in day[:-1]]
        for number in range(len(self.days)):
            first = rng.choice([0, number])
            file = saft.write(self.venues[name]["company"], {register: days[first:number + 1] for register, days in sold.items()})
            when = (number + rng.random()) / len(self.days) * 0.9
            count = sum(len(day) for days in sold.values() for day in days[first:number + 1])
            for again in range(rng.choice([1, 1, 1, 2])):
                self.deliveries.append(Delivery("saft", min(1.0, when + again * rng.random() * 0.3), [None] * count, name, file))

    def deliver(self, events, base, register, before):
        """A till that is reset sends each batch after the one before: what counts anew comes behind all else."""
        rng, at, made, ordered = self.rng, 0, list(before), register.is_reset
        self.events += [of_run(event, register.run) for event in events]
        while at < len(events):
            count = rng.randint(1, 6)
            batch, at = events[at:at + count], at + count
            when = base + rng.random() * (1 - base) * 0.4
            source = rng.choice(["http", "http", "spool", "zmq", "zmq"] if self.plain else
                                ["http", "http", "spool", "zmq", "zmq", "http", "spool", "zmq", "zmq", "import"])
            if ordered:
                source = rng.choice(["http", "zmq", "import"])
                when = max([when] + [delivery.at + 1e-6 for delivery in made])
            made.append(Delivery(source, when, batch))
            made[-1].needs = made[-2:-1] if ordered else []
            self.deliveries.append(made[-1])
            self.deliver_otherwise(made[-1], register)
            if rng.random() < 0.1:               # the till has lost the acknowledgement and sends it again
                again = rng.choice(["http", "spool", "zmq"])
                self.deliveries.append(Delivery(again, max(when, min(1.0, when + rng.random() * 0.3)) + 1e-6, batch))
                self.deliveries[-1].needs = made[-1:] if ordered else []
        return made[len(before):]

    def deliver_otherwise(self, first, register):
        """Another content under a number comes behind the right one; of a till that sends in order, and is not reset."""
        if register.is_reset or first.source == "spool":
            return
        others = self.troubles.comes_again_otherwise(first.events)
        if others:
            self.deliveries.append(Delivery("http", first.at + 1e-6, others))
            self.deliveries[-1].needs = [first]
