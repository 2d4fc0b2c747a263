#!/usr/bin/python3
"""The books are right: random seeds through the real fold and the oracle.

usage: property.py [--seeds N] [--first N] [--jobs N] [--venues N]

For every seed: a few venues sell over a few days. Then, for every day,
  - the lines, totals, orders, problems and references of the real drafts are those of the oracle;
  - lines total = voucher + orders + manual; the voucher balances; no line is zero;
  - they are the same in another order of arrival, with repeated events, also in other words, in other batches, with
    another number of partitions, after restarts, with looks at open days in between, and with a set-up that is changed afterwards;
  - whatever is decided, in any order, with parts sealed in between (contents chosen, registers that count anew, receipts left
    out, documents ended by hand, switches turned, and all of it taken back): the money of every receipt is in exactly one of
    voucher, order, manual, or it is the cause of a red document of its own day; a day before the venue's begin is never closed;
  - a Z report over some of a register's numbers is red exactly for the sums that the oracle adds up otherwise;
  - numbers that come again with other contents are red on their own days, until registers are said to count anew or one
    content is chosen: then each is booked once, or listed as not booked;
  - when parts of it were sealed on the way, the parts add up to it, and each is what came since the one before.
A failure prints its seed and the command that repeats it; the first one ends the run with exit 1.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]

import everywhere                                # noqa: E402
import foldrun                                   # noqa: E402
import generate                                  # noqa: E402
import oracle                                    # noqa: E402
import zreports                                  # noqa: E402

# What completeness says of gaps is another test's matter: the generator's registers have them; Z reports: zreports.py.
ELSEWHERE = {"sequence-gap", "z-missing", "z-differs", "grand-total-broken", "z-gap", "z-overlap",
             "clock-jump"}


class Wrong(Exception):
    pass


def check(condition, *what):
    if not condition:
        raise Wrong(" ".join(map(str, what)))


# -- one set of drafts against the oracle --

def lines_of(draft):
    return [(line["account"] or None, line["vat_code"] or None, line["department"] or None, line["project"] or None,
             line["location"] or None, line["amount"]) for line in draft["lines"]]


def expected_lines(day, venue, date):
    return [(line["account"], line["vat_code"], line["department"], line.get("project"), line.get("location"), line["amount"])
            for line in day.lines(venue, date)]


def check_sound(draft):
    """What holds for any voucher, whatever the oracle thinks."""
    check(sum(line["amount"] for line in draft["lines"]) == 0, draft["id"], "does not balance", draft["lines"])
    check(all(line["amount"] for line in draft["lines"]), draft["id"], "has a zero line")
    check(draft["lines_total"] == draft["voucher_total"] + draft["orders_total"] + draft["manual_total"], draft["id"],
          "lines total is not voucher + orders + manual")


def check_voucher(draft, day, venue, date, part, with_problems=True):
    name = f"{venue.id}/{date}/{part}"
    expected = expected_lines(day, venue, date)
    if draft is None:
        check(not expected and not (with_problems and day.problems), name, "has no draft, but should have", expected,
              day.problems)
        check(not day.moves and not day.manual, name, "has no draft, but moves or manual sums")
        return
    check_sound(draft)
    if "amount-range" in day.problems:           # sums that cannot be trusted: no line, and the reason
        check(not draft["lines"] and any(problem["code"] == "amount-range" for problem in draft["problems"]), name,
              "is not held for amounts that are too large")
        return
    check(lines_of(draft) == expected, name, "lines", lines_of(draft), "expected", expected)
    check(draft["manual_total"] == day.manual, name, "manual", draft["manual_total"], "expected", day.manual)
    check(draft["orders_total"] == day.orders_total(), name, "orders", draft["orders_total"], "expected",
          day.orders_total())
    check(draft["lines_total"] == day.lines_total, name, "lines total", draft["lines_total"], day.lines_total)
    moves = sorted((item["amount"], item["what"]) for item in draft["manual"] if item["movement"])
    check(moves == sorted(day.moves), name, "moves", moves, day.moves)
    left_out = {}
    for item in draft["manual"]:
        if not item["movement"]:
            left_out[item["what"]] = left_out.get(item["what"], 0) + item["amount"]
    check({k: v for k, v in left_out.items() if v} == {k: v for k, v in day.left_out.items() if v}, name, "left out",
          left_out, dict(day.left_out))
    if with_problems:
        codes = {problem["code"] for problem in draft["problems"]} - ELSEWHERE
        should = day.problems | day.mapping_problems(venue, date)
        if day.contested and "receipt-conflict" not in should:
            codes.discard("receipt-conflict")
        check(codes == should, name, "problems", sorted(codes), "expected", sorted(should))


def check_orders(drafts, expected, books, name, date):
    """Exactly these orders, and what was withdrawn is empty."""
    found = {(draft["register"], draft["seq"]): draft for draft in drafts
             if draft["kind"] == "order" and draft["venue"] == name and draft["day"] == str(date)}
    for key, draft in found.items():
        if key not in expected:
            check(not draft["order_lines"] and not draft["total"], draft["id"], "is an order, but should be none")
    for key, order in expected.items():
        draft = found.get(key)
        check(draft is not None, name, date, key, "has no order")
        check(draft["total"] == order["total"], draft["id"], "total", draft["total"], order["total"])
        check([line["share"] for line in draft["order_lines"]] == [s for s in order["shares"] if s], draft["id"],
              "shares", draft["order_lines"], order["shares"])
        check(draft["order"] == order["order"] and draft["customer"] == order["customer"], draft["id"], "texts")
        check(draft["reference"] == books.order_reference(name, *key), draft["id"], "reference")


def check_all(drafts, books):
    """Every day of every venue, none of it sealed. What was left over, and what is there, must both fit."""
    days = books.books()
    for name, venue in books.venues.items():
        for date, day in days[name].items():
            draft = drafts.get(f"{name}/{date}/1")
            check_voucher(draft, day, venue, date, 1)
            if draft is not None:
                check(draft["reference"] == books.voucher_reference(name, date), draft["id"], "reference")
                check(draft["batch"] == f"{name}:{date:%Y%m%d}:1", draft["id"], "batch", draft["batch"])
            check_orders(drafts.values(), day.orders, books, name, date)
    for draft in drafts.values():
        if draft["kind"] == "voucher" and draft["lines"]:
            check(oracle.date_of(draft["day"]) in days[draft["venue"]], draft["id"], "is no day of that venue")


def fingerprint(drafts):
    """What must not depend on how the events came: all but revisions."""
    kept = {}
    for name, draft in drafts.items():
        if draft["kind"] == "order" and not draft["order_lines"]:
            continue                             # withdrawn: whether it was ever offered depends on the looks
        kept[name] = {key: value for key, value in draft.items() if key not in ("revision", "part")}
    return kept


# -- one seed --

def scrambled(rng, events):
    """Another order, with repetitions."""
    lines = [line for line in events for _ in range(rng.choice([1, 1, 1, 2, 3]))]
    rng.shuffle(lines)
    return lines


def with_commands(rng, lines, looks=True):
    """Batches, restarts and looks at open days, anywhere."""
    out, many = [], rng.choice([0.02, 0.2, 0.9])
    if looks:
        out.append("#behind 1")
    for line in lines:
        out.append(line)
        if rng.random() < many:
            out.append(rng.choice(["#batch", "#batch", "#batch", "#restart", "#look"] if looks else
                                  ["#batch", "#batch", "#restart"]))
    if looks:
        out.append("#behind 0")
    return out


class Seed:
    def __init__(self, seed, pools, run):
        self.number, self.rng = seed, random.Random(f"seed {seed}")
        self.venues, self.others = pools
        self.run = run
        names = self.rng.sample(sorted(self.venues), self.rng.choice([1, 1, 2]))
        self.settings = {name: self.venues[name] for name in names}
        self.tills = [generate.Till(self.rng, self.settings[name]) for name in names]
        self.events = [event for till in self.tills for event in till.history(self.rng.randint(3, 22))]
        again = [generate.told_again(self.rng, event) for event in self.events if self.rng.random() < 0.2]
        self.lines = [json.dumps(event) for event in self.events + again]

    def test(self):
        books = oracle.Oracle(self.settings).feed(self.events)
        drafts = self.run.run(self.lines, 16)
        check_all(drafts, books)
        partitions = self.rng.choice([1, 2, 7, 16, 64])
        again = self.run.run(with_commands(self.rng, scrambled(self.rng, self.lines)), partitions)
        first, second = fingerprint(drafts), fingerprint(again)
        for name in set(first) | set(second):
            check(first.get(name) == second.get(name), name, "depends on how the events came:\n", first.get(name), "\n",
                  second.get(name))
        self.test_changed_setup()
        self.test_parts()
        self.test_decisions()
        everywhere.Everywhere(self).test()
        zreports.ZReports(self, self.number).test()

    @staticmethod
    def may_be_ordered(log, event):
        """A receipt with credit, or anything that may take one back."""
        seq = event.get("voids", event)["seq"]
        return any(payment["type"] == "credit" for other in log if other["venue"] == event["venue"] and other["seq"] == seq
                   for payment in other.get("payments", []))

    @staticmethod
    def is_done(books, name, key):
        """The receipt, or the void that takes it back, is on a day without lines: its part ended by itself."""
        venue, days, void = books.venues[name], books.books()[name], books.voids(name).get(key)
        dates = {books.day_of(venue, books.events[name][k]) for k in (key, void) if k}
        return any(date in days and not days[date].problems and not days[date].lines(venue, date) for date in dates)

    def test_decisions(self):
        """Numbers come again with other contents; registers turn out to count anew, or one of two to be right. At every
        step each content is booked once, or listed as not booked, or the cause of a red day."""
        if self.rng.random() < 0.5:
            return
        rng, log = self.rng, self.events[:]
        rng.shuffle(log)
        for till in self.tills:
            for event in rng.sample(till.receipts, min(len(till.receipts), rng.choice([1, 2, 4]))):
                for _ in range(rng.choice([1, 1, 2])):
                    other = {**till.receipt(), "register": event["register"], "seq": event["seq"]}
                    log.insert(rng.randint(len(log) // 2, len(log)), other)
        self.run.send(["#new 1", *with_commands(rng, [json.dumps(event) for event in log], looks=False)])
        starts = {}
        books = oracle.Oracle(self.settings).feed_log(log, starts)
        check_all(self.run.drafts(), books)
        for name, register in sorted({(e["venue"], e["register"]) for e in log}):
            open_ones = sorted(e["place"] for e in books.others[name] if e["register"] == register)
            if not open_ones or rng.random() < 0.5:
                continue
            place = rng.choice(open_ones)
            if any(self.may_be_ordered(log, e) for e in log[place - 1:] if e["venue"] == name and register in (
                    e["register"], e.get("voids", {}).get("register"))):
                continue                         # what may be on its way keeps its name
            if any(self.is_done(books, name, k) for k in books.events[name] if k[0] == register):
                continue                         # a part that ended by itself is not told again (docs/rules.md section 8)
            seq = next(e["seq"] for e in books.others[name] if e["place"] == place)
            self.run.send([f"#decide restarted {name}/{register}/{seq} {place}"])
            starts[name, register] = [place - 1]
            books = oracle.Oracle(self.settings).feed_log(log, starts)
            check_all(self.run.drafts(), books)
        for name in sorted(self.settings):
            for key in sorted({(e["register"], e["seq"]) for e in books.others[name]}):
                if rng.random() < 0.3:
                    continue
                place = rng.choice([books.events[name][key]["place"]] + [
                    e["place"] for e in books.others[name] if (e["register"], e["seq"]) == key])
                known = books.events[name][key]
                if place != known["place"] and (self.may_be_ordered(log, known) or self.is_done(books, name, key)):
                    continue                     # refused: an order is taken back first; a day without lines is done
                self.run.send([f"#decide choose {name}/{key[0]}/{key[1]} {place}"])
                books.choose(name, key, place)
                check_all(self.run.drafts(), books)

    def test_changed_setup(self):
        """Folded with one set-up, built with another: nothing is read again, and it is as if it had always been."""
        if self.rng.random() < 0.5:
            return
        settings = {name: self.others[name] for name in self.settings}
        drafts = self.run.run(["#config 0", "#behind 1", *self.lines, "#look", "#config 1",
                               "#behind 0"])
        check_all(drafts, oracle.Oracle(settings).feed(self.events))

    def test_parts(self):
        """Everything there is gets sealed now and then; what comes later is the next part."""
        if self.rng.random() < 0.4:
            return
        events = self.events[:]
        self.rng.shuffle(events)
        cuts = sorted(self.rng.sample(range(len(events) + 1), min(len(events), self.rng.choice([1, 2]))))
        books = oracle.Oracle(self.settings)
        self.run.send(["#new 4"])
        sealed = set()
        for start, end in zip([0, *cuts], [*cuts, len(events)]):
            batch = events[start:end]
            self.run.send(with_commands(self.rng, [json.dumps(event) for event in batch], looks=False))
            drafts = self.run.drafts()
            books.feed(batch)
            sealed |= self.seal(drafts, books, sealed)

    def seal(self, drafts, books, sealed):
        """Checks the open parts and seals a choice of the days; orders of a closed day are always on their way."""
        new = set()
        days = books.books()
        for name, venue in books.venues.items():
            for date in days[name]:
                part, day = books.open_part(name, date)
                check_voucher(drafts.get(f"{name}/{date}/{part}"), day, venue, date, part, with_problems=part == 1)
                check_orders(drafts.values(), {**day.orders, **books.sent_orders(name, date)}, books, name, date)
                books.release(name, date, day.orders)
                if self.rng.random() < 0.3 or "amount-range" in day.problems:    # such a day is never sent
                    continue
                for key in day.orders:
                    self.run.send([f"#seal {name}/order/{key[0]}/{key[1]}"])
                draft = drafts.get(f"{name}/{date}/{part}")
                if draft is not None and draft["revision"] and (draft["lines"] or draft["problems"]):
                    self.run.send([f"#seal {draft['id']}"])
                    new.add(draft["id"])
                    books.seal(name, date)
        return new


# -- many seeds --

def work(first, step, count, pools, configs):
    """One process: every step-th seed. Gives (seeds done, seed that failed, how, what was decided)."""
    run = foldrun.FoldRun(*configs)
    done, seed = 0, None
    try:
        for seed in range(first, first + count, step):
            Seed(seed, pools, run).test()
            done += 1
        run.close()
        return done, None, None, everywhere.COUNTS
    except Exception:                            # pylint: disable=broad-except
        run.process.kill()
        shutil.rmtree(run.folder, ignore_errors=True)
        return done, seed, traceback.format_exc(), everywhere.COUNTS


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10000)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--venues", type=int, default=300)
    args = parser.parse_args()
    began = time.monotonic()
    pools = generate.pool(args.venues)
    begin = [{name: {**venue, "begins": str(everywhere.BEGINS)} for name, venue in pools[0].items()}]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="property-"))
    configs = [foldrun.write_config(folder / str(n), venues) for n, venues in enumerate([*pools, *begin])]
    try:
        jobs = max(1, min(args.jobs, args.seeds))
        with concurrent.futures.ProcessPoolExecutor(jobs) as executor:
            results = list(executor.map(work, [args.first + n for n in range(jobs)], [jobs] * jobs,
                                        [args.seeds - n for n in range(jobs)], [pools] * jobs, [configs] * jobs))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    failed = [(seed, how) for _, seed, how, _ in results if how]
    for seed, how in failed:
        print(f"seed {seed}: {how}\nrepeat with: {pathlib.Path(__file__).relative_to(HERE.parents[1])} "
              f"--first {seed} --seeds 1 --venues {args.venues}")
    done = sum(count for count, *_ in results)
    for what in sorted({what for *_, counts in results for what in counts}):
        drawn, effects = (sum(counts.get(what, [0, 0])[n] for *_, counts in results) for n in (0, 1))
        print(f"{what}: {drawn}, of which {effects} had an effect")
    print(f"{done} seeds, {len(failed)} failed, {time.monotonic() - began:.0f} s, {jobs} processes")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
