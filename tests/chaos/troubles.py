"""What tills and people do wrong in a seeded world, and what a person decides about it (persons.py).

A till that is reset counts anew; a receipt comes again with another content, or does not add up; a clock is ahead or behind;
a venue is set up only later; garbage comes in between. Each is red until it is decided, and then the books are known.
"""
import copy
import datetime
import random

BEHIND = datetime.timedelta(days=75)             # before the world's days
AHEAD = datetime.timedelta(days=60)              # from today


class Troubles:
    """plain worlds have none."""

    def __init__(self, seed, first_day, plain):
        self.rng, self.plain, self.first_day = random.Random(seed * 15485863 + 4), plain, first_day
        self.late = set()                        # venues that are set up only while the storm is on
        self.resets = {}                         # "v1/K1" -> the first number that counts anew, as a receipt's name
        self.twice = {}                          # "v1/K1/7" of which another content came
        self.unbalanced = {}                     # "v1/K1/7"
        self.clocks = {}                         # (venue, day on which it landed) -> Clock
        self.garbage = []                        # lines

    def likely(self, chance):
        return not self.plain and self.rng.random() < chance

    # -- events of one register and day, before they are delivered --

    def unbalance(self, event):
        """A receipt whose payments are not its lines; nobody may take it back."""
        if not self.likely(0.01):
            return False
        event["payments"][0]["amount"] += 100
        self.unbalanced[name_of(event)] = event["venue"]
        return True

    def wrong_clock(self, register, events, date):
        """One receipt of the day, that nobody takes back, with another day. Not of a till that is reset as well."""
        if not self.likely(0.12) or register.is_reset:
            return
        ahead = self.rng.random() < 0.5
        free = [event for at, event in enumerate(events) if event in register.sold and not event.get("customer") and
                (ahead or any(is_sale(before) for before in events[:at]))]
        if not free:
            return
        event = self.rng.choice(free)
        register.sold.remove(event)
        landed = (datetime.date.today() + AHEAD if ahead else self.first_day - BEHIND) + datetime.timedelta(
            days=sum(venue == event["venue"] for venue, _ in self.clocks))
        event["time"] = landed.isoformat() + event["time"][10:19] + ("+01:00" if landed.month in (1, 2, 11, 12) else "+00:00")
        ways = ("post-on", "leave-out", "by-hand") if ahead else ("accept", "leave-out", "by-hand")
        self.clocks[event["venue"], landed] = Clock(event, date, ahead, self.rng.choice(ways))

    # -- deliveries --

    def comes_again_otherwise(self, events):
        """Copies of some of them, with another content."""
        found = []
        for event in events:
            if event["kind"] != "receipt" or name_of(event) in self.unbalanced or not self.likely(0.01):
                continue
            other = copy.deepcopy(event)
            other["lines"][0]["gross"] += 100
            other["payments"][0]["amount"] += 100
            self.twice[name_of(event)] = event["venue"]
            found.append(other)
        return found

    def garbage_lines(self, venues):
        lines = []
        while self.likely(0.9) and len(lines) < 30:
            venue = self.rng.choice(venues)
            lines.append(self.rng.choice([
                "garbage", "{", "[]", '{"v":1}', f'{{"v":1,"venue":"{venue}","register":"K1","seq":1}}',
                f'{{"v":1,"venue":"{venue}","register":"K1","seq":-1,"kind":"receipt"}}',
                f'{{"v":1,"venue":"{venue}","register":"K1","seq":1,"kind":"receipt","time":"yesterday"}}']))
        return lines


class Clock:
    """A receipt that landed on a day of its own."""

    def __init__(self, event, true_day, ahead, way):
        self.name, self.venue, self.true_day, self.ahead, self.way = name_of(event), event["venue"], true_day, ahead, way


def is_sale(event):
    return event["kind"] in ("receipt", "void")


def name_of(event):
    return f"{event['venue']}/{event['register']}/{event['seq']}"


def of_run(event, run):
    """As the books name it."""
    if run == 1:
        return event
    named = {**event, "register": f"{event['register']}~{run}"}
    if "voids" in event:
        named["voids"] = {**event["voids"], "register": named["register"]}
    return named
