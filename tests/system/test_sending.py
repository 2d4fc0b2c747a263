"""Goal: every document has its effect in PowerOffice exactly once, in the order of its venue's days, whatever is
lost, throttled, refused or killed on the way; what cannot go says why, and goes on when the reason is gone.

The uploader and the invoicer are the real ones, so is the sandbox; mapper and validator are played by sender_rig.
"""
import json
import os
import random
import signal
import subprocess
import time
import uuid
from collections import Counter

import pytest

from sandbox_api import BIN, wait_for
from sender_rig import DAY_ZERO, doc_id, iso, link_customer, order_draft, reference, rigs, voucher_draft

LINES = [("MAT", 3000, "3", 2500, "Burger", 2000000, 39800, 39800),
         ("MAT-TA", 3001, "31", 1500, "Wrap", 1000000, 19900, 19900)]


@pytest.fixture
def rig(tmp_path):
    with rigs(tmp_path, 3, start=False) as make:
        yield make


def drafts(rig, days, **more):
    return [voucher_draft(v, DAY_ZERO + d, gross=10000 + 100 * d, **more) for v in rig.venues for d in days]


def exactly_once(rig, sent):
    """Each of the drafts stands in the books once, with its amounts, and nothing else does."""
    books = Counter(v["reference"] for v in rig.vouchers() if not v["reversed"] and v["kind"] == "CashJournal")
    assert books == Counter(d[6] for d in sent)
    totals = {v["reference"]: sum(line["amount"] for line in v["lines"] if line["amount"] > 0) for v in rig.vouchers()}
    for draft in sent:
        assert totals[draft[6]] == sum(line[5] for line in draft[18] if line[5] > 0)


def test_request_is_said_in_full_and_days_keep_their_order(rig):
    rig = rig(3)
    rig.start()
    sent = drafts(rig, range(4))
    rig.offer(sent[::-1])
    rig.settled(sent=12)
    exactly_once(rig, sent)
    for venue in rig.venues:
        days = [v["voucher_date"] for v in rig.vouchers() if v["client_key"] == venue.key]
        assert sorted(days) == days or days[0] == iso(DAY_ZERO + 3), days     # the first to come may be any
    bodies = [json.loads(b) if isinstance(b, str) else b for b in
              (row.get("body", row) for row in rig.box.inspect("bodies"))]
    one = next(b for b in bodies if b["ExternalImportReference"] == sent[0][6])
    assert list(one) == ["VoucherDate", "CurrencyCode", "ExternalImportReference", "SaftBatchId", "SaftSourceId",
                         "Description", "VoucherLines"]
    assert one["SaftSourceId"] == "QuickOrder" and one["VoucherDate"] == iso(DAY_ZERO)
    assert [line["CurrencyAmount"] for line in one["VoucherLines"]] == [100, -100]
    assert rig.seals[0][2] is False and len(rig.seals) >= 12


@pytest.mark.parametrize("stage", ["uploader", "invoicer"])
@pytest.mark.parametrize("switches", [
    {"fault_drop_after": 300}, {"fault_drop_before": 300}, {"fault_5xx_after": 300}, {"fault_5xx_before": 300},
    {"fault_reset": 300}, {"fault_429": 300}, {"fault_drop_after": 300, "duplicate_reference": "409"},
    {"fault_drop_after": 300, "duplicate_reference": "accept"},      # only looking up prevents a second one
    {"fault_5xx_after": 300, "problem_names": "pascal", "empty_list": "200", "voucher_no_in_201": "zero"},
], ids=lambda s: "-".join(f"{k}={v}" for k, v in s.items()))
def test_exactly_once_under_faults(rig, stage, switches):
    rig = rig(3, stage=stage, **{"fault_paths": "CashJournals,SalesOrders,AccountTransactions", **switches})
    rig.start()
    if stage == "uploader":
        sent = drafts(rig, range(4))
        rig.offer(sent)
        rig.settled(sent=len(sent))
        exactly_once(rig, sent)
    else:
        link_customer(rig.state / "poweroffice", "912345678", "kunde-77", 10001)
        sent = [order_draft(v, "K1", seq, LINES) for v in rig.venues for seq in range(4)]
        rig.offer(sent)
        rig.settled(sent=len(sent))
        assert Counter(o["reference"] for o in rig.box.inspect("orders")) == Counter(d[6] for d in sent)


def test_number_that_is_not_in_the_answer_is_read_later(rig):
    rig = rig(1, voucher_no_in_201="zero")
    rig.start()
    rig.offer(drafts(rig, [0]))
    wait_for(lambda: "work=number outcome=done status=200" in rig.log() and "no=1 " in rig.log(), 10)


def test_refused_stays_red_until_a_person_acts(rig):
    rig = rig(2)
    rig.start()
    bad, good = rig.venues
    rig.box.client(client_key=bad.key, lock_date=iso(DAY_ZERO + 2))
    sent = drafts(rig, [1, 5])
    rig.offer(sent)
    rig.settled(sent=3, failed=1)                            # the venue's next day does not wait for the red one
    doc = f"{bad.id}/{iso(DAY_ZERO + 1)}/1"
    assert "locked period" in rig.log()
    before = len(rig.box.inspect("bodies"))
    rig.box.client(client_key=bad.key, lock_date=None)
    rig.decide("transfer", doc)                              # not what it takes
    wait_for(lambda: "applied=no" in rig.log())
    rig.settled(sent=3, failed=1)
    assert len(rig.box.inspect("bodies")) == before
    rig.decide("resend", doc)
    wait_for(lambda: (doc, 1, True, 1) in rig.seals)         # told that it may be built again
    rig.verdict(voucher_draft(bad, DAY_ZERO + 1, gross=10100, revision=1))        # the sealed one: not taken
    rig.verdict(voucher_draft(bad, DAY_ZERO + 1, gross=20000, revision=2))
    rig.settled(sent=4)
    exactly_once(rig, [voucher_draft(bad, DAY_ZERO + 1, gross=20000)] + [d for d in sent if doc_id(d) != doc])


def test_reversed_and_sent_again(rig):
    rig = rig(1)
    rig.start()
    venue = rig.venues[0]
    rig.offer(drafts(rig, [0, 1]))
    rig.settled(sent=2)
    doc = f"{venue.id}/{iso(DAY_ZERO)}/1"
    rig.box.set(fault_drop_after=1000, fault_paths="Reverse", fault_count=1)      # the second try: "already reversed"
    rig.decide("reverse", doc)
    wait_for(lambda: (doc, 1, True, 1) in rig.seals, 20)
    rig.settled(sent=1, reversed=1)
    rig.kill()
    rig.start()
    wait_for(lambda: rig.seals.count((doc, 1, True, 1)) >= 2, 20)                 # repeated until it is heard
    again = voucher_draft(venue, DAY_ZERO, gross=7700, revision=4)
    rig.verdict(again)
    rig.settled(sent=2)
    exactly_once(rig, [again, voucher_draft(venue, DAY_ZERO + 1, gross=10100)])
    assert len(rig.vouchers()) == 4                          # two days, one reversal, one again


def test_refused_key_holds_its_venues_and_no_other(rig):
    rig = rig(3)
    rig.start()
    rig.offer(drafts(rig, [0]))
    rig.settled(sent=3)
    rig.box.client(client_key=rig.venues[0].key, revoked=True)
    rig.box.set(expire_tokens="now")
    rest = drafts(rig, [1, 2])
    for draft in rest:
        rig.verdict(draft)
    wait_for(lambda: rig.states().get("sent") == 7 and rig.states().get("held", 0) == 1, 20)
    rig.box.client(client_key=rig.venues[0].key, revoked=False)
    rig.settled(sent=9)
    exactly_once(rig, drafts(rig, [0]) + rest)


# Goal: a venue that was given to another company: what the former's books are owed is posted to nobody, shown red with
# what to do, and holds up no later day; it goes when the former company is put back.
def test_venue_of_another_company_goes_on(rig):
    rig = rig(1)
    venue, former = rig.venues[0], rig.venues[0].company
    rig.start()
    sent = drafts(rig, [0])
    rig.offer(sent)
    rig.settled(sent=1)
    rig.box.set(down="close")
    owed = drafts(rig, [1])
    rig.verdict(owed[0])
    wait_for(lambda: rig.log().count("what=sealed") == 2, 20)

    own = venue.key

    def belongs_to(company):
        venue.company = company
        venue.key = own if company == former else str(uuid.UUID(int=0x2000, version=4))
        rig.write_config()
        rig.processes[0].send_signal(signal.SIGHUP)

    rig.box.client(**{**rig.companies()["clients"][0], "client_key": str(uuid.UUID(int=0x2000, version=4)), "org_no": "987654321"})
    belongs_to("987654321")
    wait_for(lambda: "configuration taken" in rig.log(), 20)
    rig.box.set(down="off")
    later = drafts(rig, [2, 3])
    rig.offer(later)
    wait_for(lambda: rig.states().get("sent") == 3, 20)
    exactly_once(rig, sent + later)
    shown = subprocess.run([BIN / "bilag", "status", "--config", rig.config, "--json"], capture_output=True,
                           text=True)
    assert shown.stdout, shown.stderr
    document = next(d for d in json.loads(shown.stdout)["venues"][0]["documents"] if d["state"] != "sent")
    assert document["state"] == "held" and document["problems"][0]["code"] == "other-company", document
    assert former in document["problems"][0]["text"] and "987654321" in document["problems"][0]["text"]
    belongs_to(former)
    rig.settled(sent=4)
    exactly_once(rig, sent + owed + later)


def test_preview_held_waiting_and_what_releases_them(rig):
    rig = rig(1)
    rig.start()
    venue = rig.venues[0]
    rig.verdict(voucher_draft(venue, DAY_ZERO, closed=False), [("product-type-unmapped", "K1/1", 1, "beer")])
    rig.settled(open=1)
    held = voucher_draft(venue, DAY_ZERO, revision=2)
    problem = [("account-unknown", "", 1, "3000")]
    rig.judge = lambda draft: problem
    rig.verdict(held, problem)
    rig.settled(held=1)
    manual = voucher_draft(venue, DAY_ZERO + 1, automatic=False)
    rig.verdict(manual)
    rig.settled(held=1, waiting=1)
    rig.judge = lambda draft: []
    start = time.monotonic()
    link_customer(rig.state / "poweroffice", venue.company, "anybody", 10001)     # a change of the reference data
    rig.settled(sent=1, waiting=1)
    assert time.monotonic() - start < 2
    rig.decide("transfer", doc_id(manual))
    rig.settled(sent=2)
    exactly_once(rig, [held, manual])


def test_outage_then_all_go_on(rig):
    rig = rig(6)
    rig.start()
    rig.offer(drafts(rig, [0]))
    rig.settled(sent=6)
    rig.box.set(down="close")
    for draft in drafts(rig, range(1, 6)):
        rig.verdict(draft)
    wait_for(lambda: "cannot be reached" in rig.log(), 20)
    time.sleep(1)                                            # the outage's length, not a wait for something
    status = rig.status()
    assert status["outage"] and status["backlog"] == 30 and status["through_at"] is None and status["oldest"]
    rig.box.set(down="off")
    rig.settled(sent=36)
    exactly_once(rig, drafts(rig, range(6)))


def test_one_effect_though_processes_are_killed(rig):
    seed = int(os.environ.get("SEED", random.randrange(1 << 30)))
    print("seed", seed)
    chance = random.Random(seed)
    rig = rig(8, instances=2, fault_drop_after=60, fault_5xx_after=60, fault_reset=60, fault_429=60,
              duplicate_reference="accept", fault_paths="CashJournals,AccountTransactions")
    for instance in range(2):
        rig.start(instance)
    sent = drafts(rig, range(6))
    end = time.monotonic() + 12
    kills = 0
    while time.monotonic() < end:
        for draft in chance.sample(sent, 12):
            rig.verdict(draft)
        instance = chance.randrange(2)
        time.sleep(chance.random() * 0.3)                    # the moment of the kill
        rig.kill(instance)
        kills += 1
        rig.start(instance)
    rig.offer(sent)
    rig.settled(120, sent=len(sent))
    print(kills, "kills")
    exactly_once(rig, sent)


def test_orders_say_what_customers_would_change(rig):
    rig = rig(1, stage="invoicer")
    rig.start()
    venue = rig.venues[0]
    link_customer(rig.state / "poweroffice", venue.company, "kunde-77", 10002)    # discount, VAT-free, department 11
    plain = order_draft(venue, "K1", 1, LINES, order="4711")
    share = order_draft(venue, "K1", 2, [("MAT", 3000, "3", 2500, "Burger", 1000000, 33300, 8540)], order="A-2",
                        department="10")
    credit = order_draft(venue, "K1", 3, [("MAT", 3000, "3", 2500, "Burger", 1000000, -19900, -19900)])
    beside = order_draft(venue, "K1", 4, [("MAT", 3000, "3", 2500, "Mint", 1000000, 7, 7)])
    rig.offer([plain, share, credit, beside])
    rig.settled(sent=4)
    orders = {o["reference"]: o for o in rig.box.inspect("orders")}
    assert [orders[d[6]]["total"] for d in (plain, share, credit, beside)] == [59700, 8540, -19900, 8]
    assert orders[plain[6]]["imported_order_no"] == 4711 and orders[plain[6]]["department"] is None
    assert orders[share[6]]["department"] == "10"
    line = orders[share[6]]["lines"][0]
    assert line["description"] == "Burger (85,40 of 333,00)" and line["quantity"] == "1"
    assert all(l["allowance"] == "0" and l["standard"] for o in orders.values() for l in o["lines"])
    assert orders[credit[6]]["lines"][0]["quantity"] == "-1"


def test_order_waits_for_its_customer_and_goes_within_a_second(rig):
    rig = rig(1, stage="invoicer")
    rig.judge = lambda draft: [("customer-unconnected", "", 1, "kunde-77")]
    rig.start()
    venue = rig.venues[0]
    order = order_draft(venue, "K1", 1, LINES)
    rig.verdict(order, rig.judge(order))
    rig.settled(held=1)
    wait_for(lambda: "reference data read" in rig.log(), 10)
    rig.judge = lambda draft: []
    link_customer(rig.state / "poweroffice", venue.company, "kunde-77", 10001)
    start = time.monotonic()
    rig.settled(sent=1)
    assert time.monotonic() - start < 1


def test_invoice_is_sent_only_where_it_may_be(rig):
    rig = rig(2, stage="invoicer", send_ms=200)
    may, may_not = rig.venues
    rig.box.client(client_key=may_not.key, allow_send_invoice=False)
    rig.start()
    link_customer(rig.state / "poweroffice", may.company, "kunde-77", 10001)
    rig.box.set(fault_drop_after=1000, fault_paths="createAndSend", fault_count=1)
    rig.offer([order_draft(v, "K1", 1, LINES, send_invoice=True) for v in rig.venues])
    rig.settled(sent=2)
    wait_for(lambda: rig.log().count("work=invoiced outcome=") >= 1 and
             any(o["sent"] for o in rig.box.inspect("orders")), 20)
    orders = {o["client_key"]: o for o in rig.box.inspect("orders")}
    assert orders[may.key]["sent"] and not orders[may_not.key]["sent"]
    wait_for(lambda: "privilege" in rig.log().lower(), 10)
    rig.box.client(client_key=may_not.key, allow_send_invoice=True)                # the mend: then a person says so
    rig.decide("resend", f"{may_not.id}/order/K1/1")
    wait_for(lambda: {o["client_key"]: o["sent"] for o in rig.box.inspect("orders")}[may_not.key], 20)
    rig.settled(sent=2)


def test_a_stop_is_quick_and_loses_nothing(rig):
    rig = rig(6, latency_ms=300)
    rig.start()
    sent = drafts(rig, range(3))
    for draft in sent:
        rig.verdict(draft)
    wait_for(lambda: "what=sealed" in rig.log(), 20)
    start = time.monotonic()
    assert rig.kill(how=15) == 0
    assert time.monotonic() - start < 5
    rig.box.set(latency_ms=0)
    rig.start()
    rig.offer(sent)
    rig.settled(sent=len(sent))
    exactly_once(rig, sent)
    assert "work=lookup" not in rig.log()                    # what was under way got its answer before the end


def test_a_stop_does_not_wait_for_an_answer_that_does_not_come(rig):
    rig = rig(2)
    rig.start()
    first, second = drafts(rig, [0]), drafts(rig, [1])
    rig.offer(first)
    rig.settled(sent=len(first))
    rig.box.set(latency_ms=20000)
    seals = rig.log().count("what=sealed")
    for draft in second:
        rig.verdict(draft)
    wait_for(lambda: rig.log().count("what=sealed") > seals, 20)
    start = time.monotonic()
    assert rig.kill(how=15) == 0
    assert time.monotonic() - start < 5
    rig.box.set(latency_ms=0)
    rig.start()
    rig.offer(second)
    rig.settled(sent=len(first + second))
    exactly_once(rig, first + second)


def test_what_came_to_nothing_is_sealed_and_stays_so(rig):
    """A closed draft without lines is answered with a seal. A voucher's part ends with it: nothing that was built
    later is sent under its name, nor an older draft that comes late."""
    rig = rig(1)
    rig.start()
    venue = rig.venues[0]
    full, empty, later = (voucher_draft(venue, DAY_ZERO, revision=r, upto=u, closed=c)
                          for r, u, c in ((1, 5, False), (2, 6, True), (3, 7, True)))
    empty[18], empty[19] = [], []
    rig.verdict(full)
    rig.settled(open=1)
    rig.verdict(empty)
    heard = lambda seal: wait_for(lambda: rig.seals and rig.seals[-1] == seal, 10)
    heard((doc_id(full), 2, False, 6))
    for draft in later, voucher_draft(venue, DAY_ZERO, upto=5):
        rig.seals.clear()
        rig.verdict(draft)
        heard((doc_id(full), 2, False, 6))
    assert not rig.vouchers()


def test_order_taken_back_may_become_one_again(rig):
    rig = rig(1, stage="invoicer")
    rig.start()
    venue = rig.venues[0]
    order = [order_draft(venue, "K1", 1, LINES, revision=r, closed=c) for r, c in ((1, False), (2, True), (3, True))]
    order[1][22] = []
    rig.verdict(order[0])
    rig.verdict(order[1])
    wait_for(lambda: rig.seals and rig.seals[-1] == (doc_id(order[0]), 2, False, 1), 10)
    stale = order_draft(venue, "K1", 1, LINES, revision=1)
    rig.seals.clear()
    rig.verdict(stale)                                       # built before it was taken back: never sent
    wait_for(lambda: rig.seals and rig.seals[-1] == (doc_id(stale), 2, None, 0), 10)
    rig.verdict(order[2])
    wait_for(lambda: rig.states().get("open", 0) == 0, 10)
