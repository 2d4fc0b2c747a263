"""Compares the sandbox's books with the independent oracle: every settlement once, every order once, every øre."""
import collections
import datetime
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle"))
import oracle                                                                                  # noqa: E402

from world import CUSTOMERS, OTHER_ACCOUNT                                                     # noqa: E402

SAME = {other: account for account, other in OTHER_ACCOUNT.items()}
CUSTOMER_NO = {f"kunde-{n + 1}": no for n, (no, _) in enumerate(CUSTOMERS)}


class Books(oracle.Oracle):
    """The oracle, told which credit became orders: that credit left the vouchers, all other credit did not."""

    def __init__(self, world, ordered):
        super().__init__(world.venues)
        self.fates, self.ordered = world.fates, ordered
        self.credit = collections.defaultdict(dict)          # venue -> (register, seq) -> its credit, as an order
        self.feed(world.events)

    def book(self, venue, day, date, receipt, key, sign):
        fate = self.fates[venue.id]
        out = fate in ("orders", "manual") or (fate == "turned" and (venue.id, *key) in self.ordered)
        division = oracle.Division(venue, date, receipt, credit_out=out)
        assert not division.undefined, (venue.id, key)
        for line, left in zip(receipt["lines"], division.lines):
            day.sold[line["product_type"], oracle.rate_of(line["vat"])] += sign * left
        for payment, left in zip(receipt["payments"], division.payments):
            day.paid[payment["type"]] += sign * left
        credit = oracle.Division(venue, date, receipt, credit_out=True).out.get("credit")
        if credit:
            shares = [sign * share for share in credit]
            self.credit[venue.id][key] = {"total": sum(shares), "shares": shares, "customer": receipt["customer"]}


def add_line(lines, account, code, department, amount):
    key = (int(SAME.get(str(account), account)), code, department)
    lines[key] += amount
    if not lines[key]:
        del lines[key]


class Judge:
    def __init__(self, world, invoicing=()):
        self.world, self.invoicing = world, set(invoicing)   # venues whose orders become invoices by themselves
        self.plain = Books(world, set())
        self.not_there = set()                   # (venue, day): left out, or entered by hand
        self.may_reverse = collections.Counter() # reference -> how often a person has decided so
        self.order_keys = {}                     # reference -> (venue, register, seq)
        self.voucher_keys = {}                   # reference -> (venue, day)
        for name, days in self.plain.books().items():
            for date in days:
                for part in range(1, 60):
                    self.voucher_keys[self.plain.voucher_reference(name, date, part)] = (name, date)
        for event in world.events:
            key = (event["venue"], event["register"], event["seq"])
            self.order_keys[self.plain.order_reference(*key)] = key
            # of a till that was reset: what was sent before that was said keeps its name
            self.order_keys.setdefault(self.plain.order_reference(key[0], key[1].split("~")[0], key[2]), key)

    def decided_to_reverse(self, doc):
        """A person has: "v1/2026-11-16/2" may be taken back once more."""
        name, day, part = doc.split("/")
        self.may_reverse[self.plain.voucher_reference(name, datetime.date.fromisoformat(day), int(part))] += 1

    @staticmethod
    def intruders(tried, log):
        """tried: (venue, register, number) of what was sent with what opens nothing any more. log: tool_log's lines."""
        there = {tuple(line.split()) for line in log.splitlines()}
        return [f"{'/'.join(name)} is in the log, and its token or key was revoked before it was sent" for name in sorted(tried & there)]

    def differences(self, vouchers, orders):
        """Sentences; none: the books are right."""
        posted = [v for v in vouchers if not v["reverses"]]
        found = [f"unknown voucher {v['reference']}" for v in posted if v["reference"] not in self.voucher_keys]
        found += self.reversals(vouchers)
        vouchers = [v for v in posted if not v["reversed"]]
        found += self.once(vouchers, "voucher") + self.once(orders, "order")
        found += [f"unknown order {o['reference']}" for o in orders if o["reference"] not in self.order_keys]
        if found:
            return found
        found += self.once([{"reference": self.order_keys[order["reference"]]} for order in orders], "the order of")
        by_key = {self.order_keys[order["reference"]]: order for order in orders}
        books = Books(self.world, set(by_key))
        return (found + self.batch_ids(posted) + self.days(books.books(), vouchers) + self.orders(books, by_key) +
                self.settlements(posted))

    def reversals(self, vouchers):
        """What a person had reversed is taken back once, to the øre, and nothing else is."""
        taken_back = collections.Counter(v["reverses"] for v in vouchers if v["reverses"])
        by_id = {v["id"]: v for v in vouchers}
        found = [f"voucher {v['reference']} is reversed {taken_back[v['id']]} times" for v in vouchers
                 if taken_back[v["id"]] != (1 if v["reversed"] else 0)]
        found += [f"a reversal of nothing: {reversed_id}" for reversed_id in taken_back if reversed_id not in by_id]
        counts = collections.Counter(v["reference"] for v in vouchers if v["reversed"])
        found += [f"voucher {reference} is reversed {count} times, decided {self.may_reverse[reference]} times"
                  for reference, count in counts.items() if count > self.may_reverse[reference]]
        for reversal in vouchers:
            lines = collections.Counter()
            for voucher in (reversal, by_id.get(reversal["reverses"])) if reversal["reverses"] else ():
                for line in voucher["lines"] if voucher else ():
                    add_line(lines, line["account"], line["vat_code"], line["department"], line["amount"])
            if lines:
                found.append(f"{reversal['reverses']} and its reversal leave {dict(lines)}")
        return found

    @staticmethod
    def settlements(posted):
        """What stands has its settlement as a PDF, and no voucher ever had another in its place."""
        return ([f"voucher {v['reference']} has no PDF" for v in posted if not v["reversed"] and not v["pdf_bytes"]] +
                [f"voucher {v['reference']} got {v['pdf_others'] + 1} different PDFs" for v in posted if v["pdf_others"]])

    @staticmethod
    def once(documents, what):
        counts = collections.Counter(d["reference"] for d in documents)
        return [f"{what} {reference} stands {count} times" for reference, count in counts.items() if count > 1]

    def batch_ids(self, posted):
        found = []
        for voucher in posted:
            name, day = self.voucher_keys[voucher["reference"]]
            if voucher["saft_batch_id"].rsplit(":", 1)[0] != f"{name}:{day:%Y%m%d}":
                found.append(f"{name} {day}: batch id {voucher['saft_batch_id']}")
        return found

    def days(self, books, vouchers):
        there = collections.defaultdict(collections.Counter)
        found = []
        for voucher in vouchers:
            key = self.voucher_keys[voucher["reference"]]
            for line in voucher["lines"]:
                add_line(there[key], line["account"], line["vat_code"], line["department"], line["amount"])
        for name, days in books.items():
            venue = self.plain.venues[name]
            for date, day in days.items():
                wanted = collections.Counter()
                for line in day.lines(venue, date) if (name, date) not in self.not_there else ():
                    add_line(wanted, line["account"], line["vat_code"], line["department"], line["amount"])
                if wanted != there[name, date]:
                    parts = sorted(v["saft_batch_id"] for v in vouchers
                                   if self.voucher_keys[v["reference"]] == (name, date))
                    found.append(f"{name} {date}: wanted {dict(wanted)}, there {dict(there[name, date])} in {parts}")
        return found

    def orders(self, books, by_key):
        found = []
        for name, fate in self.world.fates.items():
            wanted, pairs = books.credit[name], self.same_day_pairs(name)
            for key, order in wanted.items():
                there = by_key.get((name, *key))
                if fate in ("voucher", "manual") and there:
                    found.append(f"{name} {key}: an order, though the venue has none")
                if fate == "orders" and not there and key not in pairs:
                    found.append(f"{name} {key}: its order is missing")
                if fate == "orders" and key in pairs and bool(there) != ((name, *pairs[key]) in by_key):
                    found.append(f"{name} {key}: only one of receipt and void has an order")
                if there:
                    found += self.order(name, key, order, there) + self.invoice(name, key, there)
            found += [f"{key}: an order without credit" for key in by_key if key[0] == name and key[1:] not in wanted]
        return found

    def same_day_pairs(self, name):
        """Receipts that were taken back on their own day: no order, or one and its credit note."""
        venue, events, pairs = self.plain.venues[name], self.plain.events[name], {}
        for receipt, void in self.plain.voids(name).items():
            if self.plain.day_of(venue, events[receipt]) == self.plain.day_of(venue, events[void]):
                pairs[receipt], pairs[void] = void, receipt
        return pairs

    def invoice(self, name, key, there):
        """Where the venue has them sent, and nowhere else."""
        due = name in self.invoicing
        return [] if there["sent"] == due else [f"{name} {key}: its invoice is {'not ' if due else ''}sent"]

    @staticmethod
    def order(name, key, wanted, there):
        found = []
        shares = [share for share in wanted["shares"] if share]
        if abs(there["total"] - wanted["total"]) > len(shares) or len(there["lines"]) != len(shares):
            found.append(f"{name} {key}: order of {wanted['total']}, there {there['total']}")
        if there["customer_no"] != CUSTOMER_NO[wanted["customer"]]:
            found.append(f"{name} {key}: customer {there['customer_no']}, wanted {wanted['customer']}")
        return found
