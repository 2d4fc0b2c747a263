"""Every sale in exactly one place, whatever is decided (docs/rules.md section 8): one seed's part of property.py.

Events come in batches; in between parts are sealed, and a person decides at random. After every step the sums of all parts
of every day, sealed or not, are those of the oracle, which knows no parts: no decision moves money out of the books or into
them twice. The clock may be behind: what has not come is never closed without saying so. A decision may be refused (something sent relies on what it would change): then nothing has changed at all.
"""
import datetime
import json
import re

import oracle

RED = {"day-not-come", "receipt-conflict", "receipt-unbalanced", "void-unknown", "share-undefined", "amount-range", "day-too-large"}
BEGINS = datetime.date(2026, 11, 20)
COUNTS = {}                                      # what was drawn, and what of it had an effect


class Wrong(Exception):
    pass


def check(condition, *what):
    if not condition:
        raise Wrong(" ".join(map(str, what)))


def count(what, effect):
    drawn = COUNTS.setdefault(what, [0, 0])
    drawn[0] += 1
    drawn[1] += effect


def sums(lines):
    found = {}
    for *key, amount in lines:
        key = tuple(part or None for part in key)
        found[key] = found.get(key, 0) + amount
    return {key: amount for key, amount in found.items() if amount}


def codes(draft):
    return {problem["code"] for problem in draft["problems"]}


def compare_day(name, parts, day, venue, date, exact):
    """The parts of a day together, against the day of the oracle."""
    for draft in parts:
        check(draft["lines_total"] == draft["voucher_total"] + draft["orders_total"] + draft["manual_total"], draft["id"],
              "lines total is not voucher + orders + manual")
        check(sum(line["amount"] for line in draft["lines"]) == 0, draft["id"], "does not balance")
    total = sum(draft["lines_total"] for draft in parts)
    check(total == day.lines_total, name, date, "lines total", total, "expected", day.lines_total)
    moves = sorted((item["amount"], item["what"]) for draft in parts for item in draft["manual"] if item["movement"])
    check(moves == sorted(day.moves), name, date, "moves", moves, "expected", sorted(day.moves))
    if not exact:
        return
    found = sums((line["account"], line["vat_code"], line["department"], line["project"], line["location"], line["amount"])
                 for draft in parts for line in draft["lines"])
    wanted = sums((line["account"], line["vat_code"], line["department"], line.get("project"), line.get("location"),
                   line["amount"]) for line in day.lines(venue, date))
    check(found == wanted, name, date, "lines", found, "expected", wanted)
    manual = sum(draft["manual_total"] for draft in parts)
    check(manual == day.manual, name, date, "manual", manual, "expected", day.manual)
    orders = sum(draft["orders_total"] for draft in parts)
    check(orders == day.orders_total(), name, date, "orders", orders, "expected", day.orders_total())


class Everywhere:
    def __init__(self, seed):
        self.seed, self.rng, self.run = seed, seed.rng, seed.run
        self.config = self.rng.choice([0, 0, 2])
        self.settings = seed.settings
        self.begins = BEGINS if self.config == 2 else None
        self.exact = True                        # until switches are turned: then accounts and orders differ part by part
        self.books = oracle.Oracle(self.settings)
        self.now = None                          # seconds; None: far ahead, everything has come
        self.starts, self.sealed, self.log, self.decided, self.drafts = {}, set(), [], 0, {}

    # -- what is there --

    def compare(self, drafts, books):
        parts = {}
        for draft in drafts.values():
            if draft["kind"] == "voucher":
                parts.setdefault((draft["venue"], oracle.date_of(draft["day"])), []).append(draft)
        days = books.books()
        for name, venue in books.venues.items():
            for date in set(days[name]) | {day for other, day in parts if other == name}:
                day, here = days[name].get(date, oracle.Day()), parts.get((name, date), [])
                untold = {"amount-range"} if self.exact else {"amount-range", "share-undefined"}
                if untold & day.problems.union(*(codes(draft) for draft in here)):
                    continue                     # no sums that could be compared, or none under these switches: red
                compare_day(name, here, day, venue, date, self.exact)
                self.compare_red(name, date, [draft for draft in here if draft["id"] not in self.sealed], day, books)
                for draft in here:
                    if "day-not-come" in codes(draft):
                        count("not come", draft["phase"] == "closed")
                    check(self.now is None or venue.start_of(date) <= self.now or draft["phase"] == "open" or
                          not draft["lines"] or draft["id"] in self.sealed or "day-not-come" in codes(draft), draft["id"],
                          "has not come, and is closed")
                    check(not self.begins or date >= self.begins or draft["phase"] == "open", draft["id"],
                          "is before the venue's begin, and closed")

    @staticmethod
    def compare_red(name, date, unsealed, day, books):
        """What is in no sum is the cause of a red document of its own day."""
        red = set().union(*(codes(draft) for draft in unsealed))
        for code in RED - {"amount-range", "day-too-large", "day-not-come"}:
            check(code not in day.problems or code in red, name, date, "should be red for", code)
            check(code in day.problems or code not in red or (code == "receipt-conflict" and day.contested), name, date,
                  "is red for", code)
        texts = " ".join(problem["text"] for draft in unsealed for problem in draft["problems"])
        named = set(re.findall(r"takes back receipt ([^ ,]+),", texts))
        unknown = {f"{target['register']}/{target['seq']}" for target in day.unknown}
        check(named == unknown, name, date, "names as taken back", sorted(named), "expected", sorted(unknown))
        for other in books.others[name]:
            if books.day_of(books.venues[name], other) == date:
                check(f"Receipt {other['register']}/{other['seq']} " in texts, name, date, "does not name",
                      other["register"], other["seq"])

    def open_part(self, name, date, days):
        return len(self.books.sealed[name, date]) + 1, self.books.part_of(name, date, days[name].get(date, oracle.Day()))

    def look(self, drafts):
        """Every day is closed, unless it may not; what is closed has its orders on their way."""
        days = self.books.books()
        for name in self.books.venues:
            for date in days[name]:
                number, day = self.open_part(name, date, days)
                draft = drafts.get(f"{name}/{date}/{number}")
                if not self.behind and draft is not None and draft["phase"] == "closed" and \
                        not codes(draft) & {"receipt-conflict", "day-not-come"}:
                    self.books.release(name, date, day.orders)
        self.drafts = drafts

    def settle(self, variants, what):
        """The drafts must be those of one of the variants: the decision had its effect, or none."""
        drafts, wrong = self.run.drafts(), []
        for effect, books in variants:
            try:
                self.compare(drafts, books)
            except Wrong as error:
                wrong.append(f"{'had an effect' if effect else 'had none'}: {error}")
                continue
            self.books = books
            count(what, effect)
            self.look(drafts)
            return effect
        raise Wrong(f"after {what}: " + "; ".join(wrong))

    def decide(self, verb, subject, detail=""):
        self.run.send([f"#decide {verb} {subject} {detail}".rstrip()])
        self.decided += 1
        return self.decided

    # -- what happens --

    def test(self):
        rng = self.rng
        if rng.random() < 0.4:
            return
        events = self.seed.events[:]
        rng.shuffle(events)
        for till in self.seed.tills:
            for event in rng.sample(till.receipts, min(len(till.receipts), rng.choice([1, 2, 3]))):
                events.insert(rng.randint(len(events) // 2, len(events)),
                              {**till.receipt(), "register": event["register"], "seq": event["seq"]})
            events.insert(rng.randint(0, len(events)), self.z_report(till))
        self.behind = rng.random() < 0.3
        self.run.send(["#new 1", f"#config {self.config}", f"#behind {int(self.behind)}"])
        cuts = sorted(rng.sample(range(len(events) + 1), min(len(events), rng.choice([1, 2, 3]))))
        if rng.random() < 0.3:
            self.set_clock(rng.randint(-2, 5))
        for first, last in zip([0, *cuts], [*cuts, len(events)]):
            if not self.exact:
                break                            # the oracle has no other switches: what is on its way then, it cannot know
            self.feed(events[first:last])
            for _ in range(rng.choice([1, 2, 3])):
                rng.choice([self.choose, self.choose, self.restart, self.leave_out, self.leave_out, self.leave_out_both,
                            self.seal, self.seal, self.turn_switches])()
        self.compare(self.run.drafts(), self.books)

    def set_clock(self, days):
        """Noon, some days after the first till's first: folded by then, and looked at a day later."""
        noon = datetime.datetime.combine(self.seed.tills[0].first, datetime.time(12), datetime.timezone.utc)
        self.now = int(noon.timestamp()) + days * 86400
        self.run.send([f"#clock {self.now * 1000}"])

    def z_report(self, till):
        event = till.event("z_report")
        sold = till.amount()
        event["z"] = {"number": self.rng.randint(1, 99), "business_day": str(till.first), "sales_by_vat": {"25": sold},
                      "payments": {"card": sold}}
        return event

    def feed(self, batch):
        self.run.send([json.dumps(event) for event in batch])
        if self.now is not None:                 # quiet time is over at the next look
            self.now += 43200
            self.run.send([f"#clock {self.now * 1000}"])
        begin = len(self.log)
        self.log += batch
        self.books.feed_log(self.log, self.starts, begin)
        self.observe()

    def observe(self):
        drafts = self.run.drafts()
        self.compare(drafts, self.books)
        self.look(drafts)

    def seal(self):
        """Sent, or ended by hand: to the mapper both are the same."""
        if not self.exact:
            return
        days = self.books.books()
        for name in self.books.venues:
            for date in days[name]:
                number, day = self.open_part(name, date, days)
                draft = self.drafts.get(f"{name}/{date}/{number}")
                if draft is None or draft["phase"] != "closed" or codes(draft) & RED or not draft["lines"] or \
                        self.rng.random() < 0.4:
                    continue
                for key in day.orders:
                    self.run.send([f"#seal {name}/order/{key[0]}/{key[1]}"])
                self.run.send([f"#seal {draft['id']}"])
                self.sealed.add(draft["id"])
                self.books.seal(name, date)
                count("sealed", True)
        self.observe()

    def choose(self):
        contested = [(name, (e["register"], e["seq"])) for name in self.books.venues for e in self.books.others[name]]
        if not contested or not self.exact:
            return
        name, key = self.rng.choice(contested)
        places = [self.books.events[name][key]["place"]] + [
            e["place"] for e in self.books.others[name] if (e["register"], e["seq"]) == key]
        place, before, after = self.rng.choice(places), self.books, self.books.copy()
        after.choose(name, key, place)
        subject = f"{name}/{key[0]}/{key[1]}"
        number = self.decide("choose", subject, place)
        if self.settle([(True, after), (False, before)], "choose") and self.rng.random() < 0.4:
            self.decide("undo-choose", subject, f"{number} {place}")
            self.settle(self.taken_back(before, name, *key), "undo-choose")

    def restart(self):
        """Only before anything is sealed: what stays then is another matter (tests/mapper/test_review_model.c)."""
        opened = [(name, e) for name in self.books.venues for e in self.books.others[name] if "~" not in e["register"]]
        if self.sealed or self.books.decided_any() or not opened or not self.exact:
            return
        name, event = self.rng.choice(opened)
        place, starts = event["place"], {**self.starts, (name, event["register"]): [event["place"] - 1]}
        before, subject = self.books, f"{name}/{event['register']}/{event['seq']}"
        after = oracle.Oracle(self.settings).feed_log(self.log, starts)
        number = self.decide("restarted", subject, place)
        if not self.settle([(True, after), (False, before)], "restarted"):
            return
        if self.rng.random() < 0.4:
            self.decide("undo-restarted", subject, f"{number} {place}")
            before, run = oracle.Oracle(self.settings).feed_log(self.log, self.starts), f"{event['register']}~2"
            if self.settle(self.taken_back(before, name, run), "undo-restarted"):
                return
        self.starts = starts

    def taken_back(self, before, name, register, seq=None):
        """It must be, unless something relies on that number, or on any of that run: an order of it is on its way, or a day of
        it has no lines, so its part ended by itself."""
        books, venue, back = self.books, self.books.venues[name], (True, self.books.as_before(before))
        events = [e for e in [*books.events[name].values(), *books.others[name], *books.not_booked[name]]
                  if any(of["register"] == register and seq in (None, of["seq"]) for of in (e, e.get("voids") or e))]
        dates, days = {books.day_of(venue, e) for e in events}, books.books()
        ordered = any((e["register"], e["seq"]) in books.sent[name, date] for e in events for date in dates)
        ended = not self.behind and any(not self.open_part(name, date, days)[1].lines(venue, date) for date in dates)
        return [back, (False, books)] if ordered or ended else [back]

    def leave_out(self):
        choices = [(name, key) for name in self.books.venues for key, event in self.books.events[name].items()
                   if event["kind"] in ("receipt", "void") and key not in self.books.out[name]]
        if not choices or not self.exact:
            return
        name, key = self.rng.choice(sorted(choices))
        if key in self.books.voids(name).values() or self.is_odd(name, key):
            return
        number = self.leave_out_one(name, key, self.books.voids(name).get(key))
        if number and self.rng.random() < 0.4:
            self.put_back(name, key, number)

    def leave_out_both(self):
        """A void and its receipt; the void comes back after its receipt, and not before."""
        pairs = sorted((name, void, receipt) for name in self.books.venues for receipt, void in self.books.voids(name).items()
                       if not {void, receipt} & self.books.out[name] and not self.is_odd(name, receipt))
        if not pairs or not self.exact:
            return
        name, void, receipt = self.rng.choice(pairs)
        fixed, of_void = receipt in self.books.fixed[name], self.leave_out_one(name, void)
        of_receipt = of_void and self.leave_out_one(name, receipt)
        if of_receipt and self.rng.random() < 0.5:
            self.decide("undo-leave-out", f"{name}/{void[0]}/{void[1]}", of_void)
            self.settle([(False, self.books)], "undo-leave-out of a void before its receipt")
        if of_receipt and self.rng.random() < 0.8:
            self.put_back(name, receipt, of_receipt)
        if of_void and receipt not in self.books.out[name]:
            self.put_back(name, void, of_void, None if fixed else receipt)

    def leave_out_one(self, name, key, void=None):
        """The decision's number, if it had an effect."""
        before, after = self.books, self.books.copy()
        after.leave_out(name, key)
        number = self.decide("leave-out", f"{name}/{key[0]}/{key[1]}")
        voided = void and void not in before.out[name]
        return number if self.settle([(False, before)] if voided else [(True, after), (False, before)], "leave-out") else 0

    def put_back(self, name, key, number, unfixed=None):
        back = self.books.copy()
        back.out[name].remove(key)
        back.fixed[name].pop(unfixed, None)
        self.decide("undo-leave-out", f"{name}/{key[0]}/{key[1]}", number)
        self.settle([(True, back)], "undo-leave-out")

    def is_odd(self, name, key):
        """Its shares are undefined or beyond all bounds: red before, and not in the sums."""
        event, venue = self.books.events[name][key], self.books.venues[name]
        division = oracle.Division(venue, self.books.day_of(venue, event), event)
        return division.undefined or division.absurd

    def turn_switches(self):
        if self.config == 2 or self.rng.random() < 0.8:
            return
        self.exact = False
        count("switches turned", True)
        self.run.send([f"#config {self.rng.choice([0, 1])}"])
        self.observe()
