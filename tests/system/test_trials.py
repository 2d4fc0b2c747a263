"""Days that were tried (tests/data/trials), each a venue of its own, all through one set of real processes.

expected.json says what must come out, or at least what must not (README.md beside the data). What it does not say,
docs/rules.md does; docs/design.md section 2 holds for all: no process ends, and what stands in no voucher, order or
manual item is open and red.
"""
import collections
import json
import pathlib
import sys
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from pipeline import Pipeline, clients_of       # noqa: E402

DATA = HERE.parent / "data" / "trials"
TRIALS = sorted(path.parent.name for path in DATA.glob("*/expected.json"))
NOON = 1795863600                                # 2026-11-28 12:00 in Oslo: the days are judged as on that day
CUSTOMER = 10001


def venue_of(name):
    """n01-mixed-… is the venue n01, of a company of its own."""
    number = TRIALS.index(name)
    venue = json.loads((DATA / name / "venue.yaml").read_text(encoding="utf-8"))
    return {**venue, "venue": name.split("-")[0], "company": str(810000000 + number)}


class Trials:
    """All of them fed once; each test then looks at its own venue."""

    def __init__(self):
        self.names = {name.split("-")[0]: name for name in TRIALS}
        self.venues = {name.split("-")[0]: venue_of(name) for name in TRIALS}
        self.expected = {venue: json.loads((DATA / name / "expected.json").read_text(encoding="utf-8"))
                         for venue, name in self.names.items()}
        self.imports, self.answers = {}, {}
        customers = sorted({c for e in self.expected.values() for c in e.get("customers", [])})
        self.pipeline = Pipeline(self.venues, clients=clients_of(self.venues, [(CUSTOMER + n, c) for n, c in
                                                                               enumerate(customers)]))
        self.pipeline.set_clock(NOON - int(time.time()))
        self.pipeline.__enter__()
        for venue, expected in self.expected.items():
            for n, customer in enumerate(customers):
                if customer in expected.get("customers", []):
                    self.pipeline.command("customers", "--venue", venue, "connect", customer, CUSTOMER + n,
                                          "--reason", "test", check=False)
        for venue, name in self.names.items():
            self.feed(venue, DATA / name)
        self.settle()

    def feed(self, venue, folder):
        if (folder / "file.xml").exists():
            text = (folder / "file.xml").read_text(encoding="utf-8")
            path = self.pipeline.folder / f"{venue}.xml"
            path.write_text(text.replace("999999999", self.venues[venue]["company"]), encoding="utf-8")
            self.imports[venue] = self.pipeline.import_file(path, "--format", "saft", "--venue", venue, check=False)
            return
        body = (folder / "events.ndjson").read_bytes().replace(b"@VENUE@", venue.encode())
        self.answers[venue] = self.pipeline.until("ingest answers", lambda: self.pipeline.post_bytes(body))

    def status(self):
        return json.loads(self.pipeline.command("status", "--json", check=False).stdout)

    def settle(self):
        """Until nothing is on its way any more and three looks, a second apart, see the same."""
        seen, same, end = None, 0, time.monotonic() + 120
        while same < 3 and time.monotonic() < end:
            status = self.status()
            now = [(d["id"], d["state"], d.get("voucher_no"), d.get("order_no"), [p["code"] for p in d["problems"]])
                   for venue in status["venues"] for d in venue["documents"]]
            moving = [d for d in now if d[1] in ("queued", "sending")]
            same = same + 1 if now and now == seen and not moving else 0
            seen = now
            time.sleep(1)                        # what is waited for is that nothing happens
        self.found = {venue["venue"]: venue for venue in status["venues"]}
        self.status_exit = self.pipeline.command("status", check=False).returncode
        self.ledger = collections.defaultdict(dict)
        for (venue, day), entry in self.pipeline.books().items():
            self.ledger[venue][day] = sorted([account, code, amount] for (account, code, _), amount in
                                             entry["lines"].items() if amount)
        self.orders = collections.defaultdict(dict)
        totals = {order["reference"]: order["total"] for order in self.pipeline.orders()}
        for venue, entry in self.found.items():
            for d in entry["documents"]:
                if d["kind"] == "order" and d["reference"] in totals:
                    self.orders[venue].setdefault(d.get("order"), []).append(totals[d["reference"]])


@pytest.fixture(scope="module", name="trials")
def the_trials():
    trials = Trials()
    failed = True
    try:
        yield trials
        failed = False
    finally:
        trials.pipeline.close(failed=failed)


def problems_of(entry, day=None):
    """Codes of the documents of a day that are red: not sent, or sent and with something known against them."""
    return {p["code"] for d in entry["documents"] if day in (None, d["business_day"]) for p in d["problems"]}


def manual_text(entry):
    return json.dumps(entry["manual"], ensure_ascii=False)


def check_money(expected, ledger, orders):
    if "vouchers" in expected:
        wanted = {day: sorted([account, code, amount] for account, code, amount in lines)
                  for day, lines in expected["vouchers"].items() if lines}
        assert ledger == wanted
    for order, total in expected.get("orders", {}).items():
        assert orders.get(order) == [total], order
    if "orders" in expected:
        assert set(orders) == set(expected["orders"])


def check_told(expected, entry):
    for day, codes in expected.get("held", {}).items():
        assert set(codes) <= problems_of(entry, day), day
        assert any(d["state"] not in ("sent", "reversed", "by_hand") or d["problems"] for d in entry["documents"]
                   if d["business_day"] == day), day
    for day in expected.get("said", []):
        assert problems_of(entry, day), day
    for order, codes in expected.get("problems", {}).items():
        assert [{p["code"] for p in d["problems"]} for d in entry["documents"] if d.get("order") == order] == [set(codes)]
    if expected.get("no_problems"):
        assert problems_of(entry) == set()
    for word in expected.get("manual_has", []):
        assert word in manual_text(entry), word


@pytest.mark.parametrize("name", TRIALS)
def test_trial(trials, name):
    venue = name.split("-")[0]
    expected, entry = trials.expected[venue], trials.found[venue]
    if "import" in expected:
        done = trials.imports[venue]
        assert (done.returncode == 0) == (expected["import"] == "ok"), done.stdout + done.stderr
    if "refused" in expected:
        assert len(trials.answers[venue]["rejected"]) == expected["refused"], trials.answers[venue]
    check_money(expected, trials.ledger.get(venue, {}), trials.orders.get(venue, {}))
    check_told(expected, entry)
    for proof in entry["days"]:                  # no difference is shown without somebody being told
        if proof["difference"]:
            assert problems_of(entry, proof["business_day"]), proof


# Goal: whatever comes, every process lives, and what is red makes the status red.
def test_all_stand(trials):
    assert all(len(process.exits) == 0 for process in trials.pipeline.processes.values())
    assert trials.status_exit == 1


def red_days(entry):
    return {d["business_day"] for d in entry["documents"] if d["state"] in ("held", "failed") or
            (d["problems"] and d["state"] != "by_hand")}


def test_proof_that_differs_is_red(trials):
    """In status, page and export alike: where Z reports and sales are not the same, the day is red."""
    unlike = 0
    for venue, entry in trials.found.items():
        for day in entry["days"]:
            if "z_total" in day and day["z_total"] - day.get("z_elsewhere", 0) != day["lines_total"]:
                assert day["business_day"] in red_days(entry), (venue, day)
                unlike += 1
        shown = trials.pipeline.command("status", "--venue", venue, check=False).stdout.splitlines()
        exported = trials.pipeline.command("export", "--venue", venue, "--from", "2005-01-01", "--to", "2027-12-31",
                                           check=False).stdout
        proofs = [line for line in shown if line.strip().startswith("proof") and "<>" in line]
        assert {line.split()[1] for line in proofs} <= red_days(entry), (venue, proofs)
        assert exported.count("<>") <= len(red_days(entry)), (venue, exported)
    assert unlike
