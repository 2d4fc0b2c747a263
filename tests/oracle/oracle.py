"""The accounting rules a second time: plain, slow, and written from docs/rules.md sections 1 to 4, not from the C code.

    books = Oracle(venues).feed(events).books()   # {venue: {business day: Day}}

venues are the settings as in the venues' YAML files, every scalar a text ("25", "false"). Events are native events.
Nothing here is optimised, and no float is used: receipts are gone through one by one, every time.

Parts: seal(venue, day) says that everything fed so far of that day is being sent. What the day has afterwards is
its next part: the sums of now minus what was sealed.
"""
import collections
import copy
import datetime
import decimal
import functools
import uuid
import zoneinfo

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "bilag")
LARGEST = 2 ** 53 - 1                            # docs/design.md section 8: no amount is larger; what is holds the day


# -- dates and settings that may be dated, sections 3 and 7 --

def versions(entry):
    return entry if isinstance(entry, list) else [entry]


@functools.lru_cache(None)
def date_of(text):
    return datetime.date.fromisoformat(text)


def valid(entry, day):
    """The version that holds on a day: the latest that began; undated ones held always."""
    best = None
    for row in versions(entry):
        start = row.get("valid_from") if isinstance(row, dict) else None
        if start is None or date_of(start) <= day:
            if best is None or (start or "") >= best[0]:
                best = (start or "", row)
    return best[1] if best else None


def dated_value(entry, day, preset):
    row = valid(entry, day) if entry is not None else None
    if row is None:
        return preset
    return row["value"] if isinstance(row, dict) else row


def is_true(text):
    return str(text).lower() == "true"


@functools.lru_cache(None)
def rate_of(number):
    """25, 11.11 or "15.00" as hundredths of a percent."""
    return int(decimal.Decimal(str(number)) * 100)


class Venue:
    """A venue's settings, asked by day."""

    def __init__(self, settings):
        self.id = settings["venue"]
        self.settings = settings
        self.zone = zoneinfo.ZoneInfo(settings.get("timezone", "Europe/Oslo"))
        self.company = settings["company"]
        self.starts = {}

    def vat_class(self, rate, day):
        """(name, code) of the class that has this rate on this day."""
        for name, entry in self.settings.get("vat", {}).items():
            row = valid(entry, day)
            if row and rate_of(row["rate"]) == rate:
                return name, row["code"]
        return None, None

    def product(self, kind, day):
        return self.entry("product_types", kind, day)

    def payment(self, kind, day):
        return self.entry("payment_types", kind, day)

    def entry(self, section, name, day):
        entries = self.settings.get(section, {})
        return valid(entries[name], day) if name in entries else None

    def sold_account(self, kind, rate, day):
        row = self.product(kind, day) or {}
        reduced = self.vat_class(rate, day)[0] == "reduced"
        account = row.get("reduced_account" if reduced else "account")
        return int(account) if account else None

    def transfers(self, kind, day):
        """An unmapped type is transferred: it has no account, and that holds the day."""
        row = self.payment(kind, day)
        return True if row is None else is_true(row.get("transfer", "true"))

    def switch(self, name, day):
        return is_true(dated_value(self.settings.get(name), day, "false"))

    def department(self, day):
        return dated_value(self.settings.get("department"), day, None)

    def beside(self, name, row, day):
        """The project or location of a line: its entry's own word, which may be none, else the venue's."""
        own = (row or {}).get(name)
        return (dated_value(self.settings.get(name), day, None) if own is None else own) or ""

    def start_of(self, day):
        """The first moment of a business day: its cut-off on the wall clock; one that the clocks skip is the
        first moment after, one that comes twice the first of the two."""
        if day not in self.starts:
            hour, minute = str(dated_value(self.settings.get("business_day_start"), day, "05:00")).split(":")
            if self.vat_changes(day):            # section 7: by law at midnight
                hour = minute = "0"
            seconds = int(hour) * 3600 + int(minute) * 60
            self.starts[day] = self.utc(day, seconds)
        return self.starts[day]

    def vat_changes(self, day):
        """A class is another one than on the day before, or begins."""
        def as_of(entry, date):
            row = valid(entry, date)
            return row and (rate_of(row["rate"]), row["code"])

        dated = {row["valid_from"] for entry in self.settings.get("vat", {}).values() for row in versions(entry)
                 if row.get("valid_from")}
        return day.isoformat() in dated and any(
            as_of(entry, day) != as_of(entry, day - datetime.timedelta(days=1))
            for entry in self.settings.get("vat", {}).values())

    def utc(self, day, seconds):
        wall = datetime.datetime.combine(day, datetime.time()) + datetime.timedelta(seconds=seconds)
        first = wall.replace(tzinfo=self.zone, fold=0)
        back = first.astimezone(datetime.timezone.utc).astimezone(self.zone).replace(tzinfo=None)
        if back == wall:
            return first.timestamp()
        low = wall.replace(tzinfo=self.zone, fold=1).timestamp()     # skipped: find where the gap ends
        high = first.timestamp()
        low, high = int(min(low, high)), int(max(low, high))
        offset = self.offset(low)
        while high - low > 1:
            middle = (low + high) // 2
            if self.offset(middle) == offset:
                low = middle
            else:
                high = middle
        return float(high)

    def offset(self, moment):
        return datetime.datetime.fromtimestamp(moment, self.zone).utcoffset()

    def business_day(self, time_text):
        moment = datetime.datetime.fromisoformat(time_text).timestamp()
        day = datetime.datetime.fromtimestamp(moment, self.zone).date() + datetime.timedelta(days=1)
        while self.start_of(day) > moment:
            day -= datetime.timedelta(days=1)
        return day


# -- section 2 --

def cut(numerator, denominator):
    """Toward zero."""
    quotient = abs(numerator) // abs(denominator)
    return quotient if (numerator < 0) == (denominator < 0) else -quotient


def share(parts, amount):
    """amount over parts, in proportion, whole øre; None: undefined."""
    total = sum(parts)
    if total == 0:
        return None if amount else [0] * len(parts)
    shares = [cut(part * amount, total) for part in parts]
    missing = amount - sum(shares)
    remainders = [abs(abs(part * amount) - abs(shares[i] * total)) for i, part in enumerate(parts)]
    order = sorted(range(len(parts)), key=lambda i: (-remainders[i], i))
    for i in order[:abs(missing)]:
        shares[i] += 1 if missing > 0 else -1
    return shares


class Division:
    """One receipt: what is transferred, and what the switches take out of it."""

    def __init__(self, venue, day, receipt, credit_out=None):
        self.lines = [line["gross"] for line in receipt.get("lines", [])]
        self.payments = [payment["amount"] for payment in receipt.get("payments", [])]
        self.out = {}                            # payment type -> shares of the lines
        self.gift_cards = 0                      # sold, and left out
        self.undefined = self.absurd = False
        kinds = [payment["type"] for payment in receipt.get("payments", [])]

        def transfers(kind):
            if kind == "credit" and credit_out is not None:
                return not credit_out
            return venue.transfers(kind, day)

        for kind in dict.fromkeys(kinds):
            if transfers(kind):
                continue
            amount = sum(a for a, k in zip(self.payments, kinds) if k == kind)
            shares = share(self.lines, amount)
            if shares is None:
                self.undefined = True
                return
            self.payments = [0 if k == kind else a for a, k in zip(self.payments, kinds)]
            self.lines = [g - s for g, s in zip(self.lines, shares)]
            if amount:
                self.out[kind] = shares
            self.absurd |= any(abs(part) > LARGEST for part in shares + self.lines)
        if not transfers("gift_card"):
            self.take_gift_cards(receipt)

    def take_gift_cards(self, receipt):
        is_card = [line["product_type"] == "gift_card" for line in receipt.get("lines", [])]
        sold = sum(g for g, card in zip(self.lines, is_card) if card)
        self.lines = [0 if card else g for g, card in zip(self.lines, is_card)]
        shares = share(self.payments, sold)
        if shares is None:
            self.undefined = True
            return
        self.payments = [a - s for a, s in zip(self.payments, shares)]
        self.absurd |= any(abs(payment) > LARGEST for payment in self.payments)
        self.gift_cards = sold


# -- a day --

class Day:
    """What one business day comes to. Amounts in øre, debit positive."""

    def __init__(self):
        self.sold = collections.Counter()        # (type, rate) -> øre sold
        self.paid = collections.Counter()        # type -> øre paid
        self.manual = 0
        self.left_out = collections.Counter()    # payment type, or "gift_card" for those sold -> øre
        self.orders = {}                         # (register, seq) -> order
        self.lines_total = 0
        self.moves = []
        self.unknown = []                        # what voids name that take nothing back
        self.problems = set()
        self.contested = False                   # a void names a number of several contents

    def minus(self, other):
        """The next part: sums of now minus what was sealed."""
        rest = copy.deepcopy(self)
        rest.sold.subtract(other.sold)
        rest.paid.subtract(other.paid)
        rest.left_out.subtract(other.left_out)
        rest.manual -= other.manual
        rest.lines_total -= other.lines_total
        rest.moves = list(self.moves)
        for move in other.moves:
            rest.moves.remove(move)
        rest.orders = {key: order for key, order in self.orders.items() if key not in other.orders}
        return rest

    def orders_total(self):
        return sum(order["total"] for order in self.orders.values())

    def voucher_total(self):
        return sum(self.sold.values())

    def lines(self, venue, day):
        """Section 3: in order, without zeros. An account or VAT code that is missing is None, and such lines
        stay apart by type."""
        def beside(row):
            return venue.beside("project", row, day), venue.beside("location", row, day)

        sums = collections.Counter()
        for kind, amount in self.paid.items():
            row = venue.payment(kind, day) or {}
            account = int(row["account"]) if row.get("account") else None
            sums[0, account, "0", *beside(row), None if account else kind] += amount
        for (kind, rate), amount in self.sold.items():
            account, code = venue.sold_account(kind, rate, day), venue.vat_class(rate, day)[1]
            sums[1, account, code, *beside(venue.product(kind, day)), None if account else kind] -= amount
        department = venue.department(day)
        return [{"account": account, "vat_code": code, "department": department, "amount": amount,
                 **({"project": project} if project else {}), **({"location": location} if location else {})}
                for (_, account, code, project, location, _), amount in
                sorted(sums.items(), key=lambda item: tuple("" if part is None else part for part in (
                    item[0][0], item[0][1] or 0, *item[0][2:])))
                if amount != 0]

    def mapping_problems(self, venue, day):
        found = set()
        for kind, amount in self.paid.items():
            if amount and not (venue.payment(kind, day) or {}).get("account"):
                found.add("payment-type-unmapped")
        for (kind, rate), amount in self.sold.items():
            if not amount:
                continue
            name = venue.vat_class(rate, day)[0]
            if name is None:
                found.add("vat-unmapped")
            if venue.sold_account(kind, rate, day) is None:
                found.add("product-type-unmapped")
            product = venue.product(kind, day) or {}
            if is_true(venue.settings.get("vat_registered", "true")):
                if name != "normal" and is_true(product.get("alcohol", "false")):
                    found.add("alcohol-rate")
                if rate == 0 and kind not in ("tip", "rounding", "gift_card") and \
                        not is_true(product.get("vat_free", "false")):
                    found.add("vat-zero")
        return found


# -- section 8: the same for the books --

def for_books(event):
    """All that must be the same, in a form that can be compared."""
    return (event["kind"], datetime.datetime.fromisoformat(event["time"]).timestamp(),
            [(line["product_type"], rate_of(line["vat"]), line["gross"]) for line in event.get("lines", [])],
            [(payment["type"], payment["amount"]) for payment in event.get("payments", [])],
            event.get("voids"), event.get("amount"), event.get("z"))


def said(event):
    """What may be said by one of two only."""
    return [event.get("order") or None, event.get("customer") or None,
            *(line.get("vat_amount") for line in event.get("lines", []))]


def same_for_books(first, second):
    return for_books(first) == for_books(second) and \
        all(a is None or b is None or a == b for a, b in zip(said(first), said(second)))


def both_said(first, later):
    """The later one, and what only the first said."""
    both = {**later, **({"place": first["place"]} if "place" in first else {}), **{key: first[key] for key in ("order", "customer") if first.get(key) and not later.get(key)}}
    both["lines"] = [{**({"vat_amount": a["vat_amount"]} if "vat_amount" in a else {}), **b}
                     for a, b in zip(first.get("lines", []), later.get("lines", []))]
    return both


def gross(event):
    return sum(line["gross"] for line in event.get("lines", []))


class Oracle:
    def __init__(self, venues):
        self.venues = {name: Venue(settings) for name, settings in venues.items()}
        self.events = {name: {} for name in venues}          # (register, seq) -> event, the first that came
        self.others = collections.defaultdict(list)          # venue -> [event]: other contents of known identities
        self.told = collections.defaultdict(lambda: collections.defaultdict(list))   # venue -> (register with run, seq) ->
                                                             # [contents], as the till told them
        self.out = collections.defaultdict(set)              # venue -> receipts that a person left out
        self.not_booked = collections.defaultdict(list)      # venue -> [event]: another content was chosen
        self.fixed = collections.defaultdict(dict)           # venue -> receipt -> void that something sent relies on
        self.sealed = collections.defaultdict(list)          # (venue, day) -> [Day], one per part
        self.sent = collections.defaultdict(dict)            # (venue, day) -> orders that were released

    def feed(self, events):
        for event in events:
            key = (event["register"], event["seq"])
            known = self.events[event["venue"]].setdefault(key, event)
            if known is event:
                continue
            if same_for_books(known, event):
                self.events[event["venue"]][key] = both_said(known, event)
            elif not any(same_for_books(other, event) for other in self.others[event["venue"]]
                         if (other["register"], other["seq"]) == key):
                self.others[event["venue"]].append(event)
        return self

    def feed_log(self, log, starts, begin=0):
        """Events in the order of the log, from index `begin` on. starts: {(venue, register): [index in the log where a run
        begins]}. An old number that comes again is of the run that told it, or has something else at the same moment."""
        def run_of(venue, register, at):
            return 1 + sum(start <= at for start in starts.get((venue, register), []))

        def named(register, run):
            return register if run == 1 else f"{register}~{run}"

        for at, event in enumerate(log[begin:], begin):
            venue, register = event["venue"], event["register"]
            run = run_of(venue, register, at)
            told = [self.told[venue][named(register, n), event["seq"]] for n in range(1, run + 1)]
            same = [n for n, contents in enumerate(told, 1) if any(same_for_books(known, event) for known in contents)]
            other = [n for n, contents in enumerate(told, 1) if contents and for_books(contents[0])[:2] == for_books(event)[:2]]
            if same:
                run = same[0]
            elif other and at not in starts.get((venue, register), []):
                run = other[0]
            name = named(register, run)
            if not same:
                self.told[venue][name, event["seq"]].append(event)
            voids = event.get("voids")
            if voids:
                voids = {**voids, "register": name if voids["register"] == register
                         else named(voids["register"], run_of(venue, voids["register"], at))}
            self.feed([{**event, "register": name, **({"voids": voids} if voids else {}), "place": at + 1}])
        return self

    def choose(self, venue, key, place):
        """The content that came at this place is booked, the others of its number are not."""
        contents = [self.events[venue][key]] + [e for e in self.others[venue] if (e["register"], e["seq"]) == key]
        self.others[venue] = [e for e in self.others[venue] if (e["register"], e["seq"]) != key]
        for content in contents:
            if content["place"] == place:
                self.events[venue][key] = content
            else:
                self.not_booked[venue].append(content)

    def leave_out(self, venue, key):
        """A void that took a receipt back stays the one that does."""
        self.fixed[venue].update({receipt: void for receipt, void in self.voids(venue).items() if void == key})
        self.out[venue].add(key)

    def as_before(self, before):
        """What was decided since is taken back; what is on its way stays that."""
        back = before.copy()
        for kept, now in ((back.sent, self.sent), (back.fixed, self.fixed)):
            for name, entry in now.items():
                kept[name].update(entry)
        return back

    def decided_any(self):
        """Something is on its way, or was decided about a receipt."""
        return any(any(kept.values()) for kept in (self.sent, self.out, self.not_booked))

    def copy(self):
        """As it is now: what is decided afterwards leaves it alone. Events are never changed, so they are shared."""
        other = copy.copy(self)
        for name in ("events", "not_booked", "others", "out", "fixed", "sealed", "sent", "told"):
            value = getattr(self, name)
            new = type(value)(value.default_factory) if isinstance(value, collections.defaultdict) else {}
            new.update({key: copy.copy(entry) for key, entry in value.items()})
            setattr(other, name, new)
        return other

    def day_of(self, venue, event):
        if event["kind"] == "z_report":
            return date_of(event["z"]["business_day"])
        return venue.business_day(event["time"])

    def is_booked(self, event):
        return event["kind"] == "receipt" and \
            sum(line["gross"] for line in event.get("lines", [])) == sum(p["amount"] for p in event.get("payments", []))

    def voids(self, name):
        """receipt -> the void that takes it back: the earliest by the till's time, unless one was sealed."""
        events, chosen = self.events[name], dict(self.fixed[name])
        claims = collections.defaultdict(list)
        for key, event in events.items():
            if event["kind"] == "void":
                target = (event["voids"]["register"], event["voids"]["seq"])
                if key in self.out[name] or target in self.out[name]:
                    continue                     # left out: it takes nothing back, and nothing takes it back
                if target in events and self.is_booked(events[target]):
                    moment = datetime.datetime.fromisoformat(event["time"]).timestamp()
                    claims[target].append((moment, key))
        for target, found in claims.items():
            chosen.setdefault(target, min(found)[1])
        return chosen

    def z_sums(self, name, register, first, last):
        """What the register's receipts and voids with these numbers come to: ({rate: øre}, {payment type: øre})."""
        events, vat, paid = self.events[name], collections.Counter(), collections.Counter()
        taken_back = {void: receipt for receipt, void in self.voids(name).items()}
        for key, event in events.items():
            if key[0] != register or not first <= key[1] <= last:
                continue
            sign, receipt = 1, event
            if event["kind"] == "void" and key in taken_back:
                sign, receipt = -1, events[taken_back[key]]
            elif event["kind"] != "receipt":
                continue
            for line in receipt.get("lines", []):
                vat[rate_of(line["vat"])] += sign * line["gross"]
            for payment in receipt.get("payments", []):
                paid[payment["type"]] += sign * payment["amount"]
        return vat, paid

    def books(self):
        return {name: self.venue_books(name) for name in self.venues}

    def venue_books(self, name):
        """{day: Day}, all parts together, with what was voided on its own day as no order."""
        venue, events, days = self.venues[name], self.events[name], collections.defaultdict(Day)
        voids = self.voids(name)
        taken_back = {void: receipt for receipt, void in voids.items()}
        for key, event in sorted(events.items()):
            day = self.day_of(venue, event)
            kind = event["kind"]
            if key in self.out[name]:            # under manual, with what its lines come to, or those of what it took back
                amount = -gross(events[taken_back[key]]) if key in taken_back else gross(event)
                days[day].lines_total += amount
                days[day].manual += amount
            elif kind == "receipt" and not self.is_booked(event):
                days[day].problems.add("receipt-unbalanced")
            elif kind == "receipt":
                self.book(venue, days[day], day, event, key, 1)
            elif kind == "void" and key in taken_back:
                self.book(venue, days[day], day, events[taken_back[key]], key, -1)
            elif kind == "void":
                days[day].problems.add("void-unknown")
                days[day].unknown.append(event["voids"])
            elif kind == "cash_movement":
                days[day].moves.append((event["amount"], event.get("reason", "")))
        for receipt, void in voids.items():
            day = self.day_of(venue, events[receipt])
            if self.day_of(venue, events[void]) == day and receipt not in self.sent[name, day] and void not in self.out[name]:
                days[day].orders.pop(receipt, None)
                days[day].orders.pop(void, None)
        for other in self.not_booked[name]:
            amount = gross(other) if other["kind"] == "receipt" else other.get("amount", 0)
            days[self.day_of(venue, other)].moves.append((amount, "receipt-conflict"))
        for other in self.others[name]:
            days[self.day_of(venue, other)].problems.add("receipt-conflict")
        contested = {(other["register"], other["seq"]) for other in self.others[name]}
        for event in events.values():            # which of them a void takes back is decided with them, unless it is sent
            if event["kind"] == "void" and (event["voids"]["register"], event["voids"]["seq"]) in contested:
                days[self.day_of(venue, event)].contested = True
        return dict(days)

    def book(self, venue, day, date, receipt, key, sign):
        division = Division(venue, date, receipt)
        if division.undefined:
            day.problems.add("share-undefined")
            return
        if division.absurd:
            day.problems.add("amount-range")
            return
        for line, left in zip(receipt.get("lines", []), division.lines):
            day.lines_total += sign * line["gross"]
            day.sold[line["product_type"], rate_of(line["vat"])] += sign * left
            if line["gross"] and abs(line.get("vat_amount", 0) * left) // abs(line["gross"]) > LARGEST:
                day.problems.add("amount-range")
        for payment, left in zip(receipt.get("payments", []), division.payments):
            day.paid[payment["type"]] += sign * left
            if payment["type"] == "credit" and venue.transfers("credit", date) and venue.switch("auto_invoice", date):
                day.problems.add("double-entry")
        for kind, shares in division.out.items():
            if kind == "credit" and venue.switch("auto_invoice", date):
                self.order(day, receipt, key, [sign * s for s in shares], sign)
                continue
            day.manual += sign * sum(shares)
            day.left_out[kind] += sign * sum(shares)
        day.manual += sign * division.gift_cards
        day.left_out["gift_card"] += sign * division.gift_cards

    @staticmethod
    def order(day, receipt, key, shares, sign):
        day.orders[key] = {
            "register": key[0], "seq": key[1], "total": sum(shares), "customer": receipt.get("customer", ""),
            "order": receipt.get("order") or f"{receipt['register']}-{receipt['seq']}", "shares": shares,
            "sign": sign, "lines": receipt.get("lines", [])}

    def seal(self, name, date):
        """Everything of that day so far is on its way: the next part is what comes on top."""
        day = self.venue_books(name).get(date, Day())
        self.sealed[name, date].append(self.part_of(name, date, day))
        self.fix_voids(name, date)

    def release(self, name, date, orders):
        """These orders of a closed day are on their way: nothing makes them unhappen."""
        self.sent[name, date].update(orders)
        for receipt, void in self.voids(name).items():
            if void in orders:
                self.fixed[name][receipt] = void

    def sent_orders(self, name, date):
        return self.sent[name, date]

    def fix_voids(self, name, date):
        for receipt, void in self.voids(name).items():
            if self.day_of(self.venues[name], self.events[name][void]) == date:
                self.fixed[name][receipt] = void

    def part_of(self, name, date, day):
        for part in self.sealed[name, date]:
            day = day.minus(part)
        return day

    def open_part(self, name, date):
        """(number, Day) of the part that is not sealed yet."""
        day = self.venue_books(name).get(date, Day())
        return len(self.sealed[name, date]) + 1, self.part_of(name, date, day)

    def voucher_reference(self, name, date, part=1):
        venue = self.venues[name]
        return str(uuid.uuid5(NAMESPACE, f"{venue.company}/{name}/{date.isoformat()}/voucher/{part}"))

    def order_reference(self, name, register, seq):
        return str(uuid.uuid5(NAMESPACE, f"{self.venues[name].company}/{name}/order/{register}/{seq}"))


# -- the worked cases' form --

def as_case(oracle):
    """{venue: {day: {lines, orders, manual, moves, reference}}}, as in a case's expected.json."""
    result = {}
    for name, days in oracle.books().items():
        venue = oracle.venues[name]
        for date, day in sorted(days.items()):
            lines = day.lines(venue, date)
            entry = {"lines": lines, "manual": day.manual, "moves": [list(move) for move in day.moves],
                     "orders": [{key: order[key] for key in ("register", "seq", "total", "customer", "order", "shares",
                                                             "lines")}
                                for order in day.orders.values()],
                     "reference": oracle.voucher_reference(name, date)}
            result.setdefault(name, {})[date.isoformat()] = entry
    return result
