"""Z reports are judged by what the oracle adds up: one seed's part of property.py.

Each register gets some Z reports over a range of its numbers, right ones and wrong ones: an øre too many, a sum that is left out,
one of which no receipt tells. A day names exactly the sums that differ, with both amounts, in whatever order all of it came; a
venue that closes by the clock names none.
"""
import json
import random
import re

import everywhere
import oracle

PROBLEMS_MAX = 64                                # of a document: what is beyond is not listed
DIFFERS = re.compile(r"Register (\S+), Z report (\d+), (.+?): .*\(Z report / receipts: (.+?) / (.+?) kr\)", re.S)


class Wrong(Exception):
    pass


def rate_text(rate):
    return str(rate // 100) if rate % 100 == 0 else f"{rate // 100}.{rate % 100:02}"


def ore(text):
    return int(re.sub(r"[^0-9-]", "", text.replace("\u2212", "-")))


def spoiled(rng, sums, extra):
    """The same, or with something wrong in it."""
    sums, way = dict(sums), rng.choice(["right", "right", "right", "one more", "left out", "made up", "nothing"])
    if way in ("one more", "left out") and sums:
        key = rng.choice(sorted(sums))
        if way == "one more":
            sums[key] += rng.choice([-1, 1])
        else:
            del sums[key]
    elif way == "made up":
        sums[extra] = sums.get(extra, 0) + rng.randint(1, 999)
    elif way == "nothing":
        sums[extra] = sums.get(extra, 0)
    return sums


def differing(register, number, said, summed, label):
    return {(register, number, label(key), said.get(key, 0), summed.get(key, 0)) for key in {*said, *summed}
            if said.get(key, 0) != summed.get(key, 0)}


class ZReports:
    def __init__(self, seed, number):
        self.seed, self.rng = seed, random.Random(f"Z of seed {number}")
        self.books = oracle.Oracle(seed.settings).feed(seed.events)
        self.events, self.expected, self.number = [], {}, 0

    def draw(self, till, register, seqs):
        """One Z report of a register, over some of its numbers, and what its day must say."""
        rng, name = self.rng, till.venue
        first, last = sorted((rng.choice(seqs), rng.choice(seqs)))
        vat, paid = self.books.z_sums(name, register, first, last)
        said_vat, said_paid = spoiled(rng, vat, rng.choice([0, 1500, 2500])), spoiled(rng, paid, rng.choice(["card", "other"]))
        day = self.books.day_of(self.books.venues[name], self.books.events[name][register, rng.choice(seqs)])
        self.number += 1
        self.events.append({
            "v": 1, "venue": name, "register": register, "seq": 10 ** 6 + self.number, "kind": "z_report", "time": till.moment(),
            "z": {"number": self.number, "business_day": str(day), "first_seq": first, "last_seq": last,
                  "sales_by_vat": {rate_text(rate): amount for rate, amount in said_vat.items()}, "payments": said_paid}})
        wrong = differing(register, self.number, said_vat, vat, lambda rate: f"{rate_text(rate)} %") | \
            differing(register, self.number, said_paid, paid, str)
        if self.seed.settings[name]["close"] == "z_report":
            self.expected.setdefault((name, str(day)), set()).update(wrong)
            everywhere.count("Z report of which a sum is wrong", bool(wrong))

    def judge(self, drafts):
        for draft in drafts.values():
            if draft["kind"] != "voucher" or len(draft["problems"]) >= PROBLEMS_MAX:
                continue
            named = set()
            for problem in draft["problems"]:
                if problem["code"] == "z-differs":
                    register, number, what, said, summed = DIFFERS.match(problem["text"]).groups()
                    named.add((register, int(number), what, ore(said), ore(summed)))
            expected = self.expected.get((draft["venue"], draft["day"]), set())
            if named != expected:
                raise Wrong(f"{draft['id']}: Z reports differ by {sorted(named)}, expected {sorted(expected)}")
        for (name, day), expected in self.expected.items():
            if expected and f"{name}/{day}/1" not in drafts:
                raise Wrong(f"{name}/{day}: a Z report is wrong, and nothing is said")

    def test(self):
        for till in self.seed.tills:
            numbers = {}
            for event in self.seed.events:
                if event["venue"] == till.venue:
                    numbers.setdefault(event["register"], []).append(event["seq"])
            for register, seqs in sorted(numbers.items()):
                for _ in range(self.rng.choice([0, 1, 1, 2])):
                    self.draw(till, register, seqs)
        lines = [json.dumps(event) for event in self.seed.events + self.events]
        self.judge(self.seed.run.run(lines, 16))
        self.rng.shuffle(lines)
        self.judge(self.seed.run.run(lines, 7))
