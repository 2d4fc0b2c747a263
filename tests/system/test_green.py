"""Goal: a document that is shown green stands in PowerOffice, once and unreversed, whatever became of the answers and
whatever they said; what is not green is red with a mend that works when it is followed.

The uploader is the real one, so is the sandbox; between them a proxy loses, delays and rewrites answers (answer_proxy).
"""
from collections import Counter

import pytest

from answer_proxy import WORDS
from sandbox_api import APP, wait_for
from sender_rig import DAY_ZERO, doc_of, iso, link_customer, order_draft, rigs, voucher_draft


@pytest.fixture
def rig(tmp_path):
    with rigs(tmp_path, 3, proxied=True) as make:
        yield make


def of_venue(rig, venue):
    """(standing, reversed, reversals) in its books."""
    mine = [v for v in rig.vouchers() if v["client_key"] == venue.key]
    back = sum(bool(v["reverses"]) for v in mine)
    return sum(not v["reversed"] and not v["reverses"] for v in mine), sum(v["reversed"] for v in mine), back


def agree(rig):
    """What is said to be sent stands once; what is said to be reversed stands not at all, and was reversed once."""
    shown, books = rig.shown(), Counter(v["reference"] for v in rig.vouchers() if not v["reversed"] and not v["reverses"])
    for name, row in shown.items():
        wanted = {"sent": 1, "reversed": 0, "failed": 0, "held": 0}[row["state"]]
        assert books[row["reference"]] == wanted, (name, row["state"], row["problems"], books)
    back = Counter(v["reverses"] for v in rig.vouchers() if v["reverses"])
    assert all(count == 1 for count in back.values()), back


def problems(rig, doc):
    return [p["code"] for p in rig.shown()[doc]["problems"]]


def told(rig, venue, day=0):
    return (doc_of(venue, day), 1, True, 1) in rig.seals


# What became of the request to reverse, and of its answer; whoever says what in which language.
LOST = [("lost after", {}), ("lost before", {}), ("other", {"status": 400}), ("other", {"status": 409}),
        ("other", {"status": 404}), ("other", {"status": 500}),
        ("other", {"status": 400, "body": {"Title": "Reverse voucher validation error(s)", "Detail": "already reversed"}})]


@pytest.mark.parametrize("words", ["norwegian", "none"])
def test_reversal_is_believed_from_the_voucher(rig, words):
    rig = rig(len(LOST), words=words)
    rig.offer([voucher_draft(v, DAY_ZERO) for v in rig.venues])
    rig.settled(sent=len(LOST))
    for venue, (how, more) in zip(rig.venues, LOST):
        voucher = next(v["id"] for v in rig.vouchers() if v["client_key"] == venue.key)
        rig.proxy.spoil("POST", f"/Vouchers/Reverse/{voucher}", how, **more)
        rig.decide("reverse", doc_of(venue))
    wait_for(lambda: all(told(rig, venue) for venue in rig.venues), 40)
    rig.settled(reversed=len(LOST))
    for venue, case in zip(rig.venues, LOST):
        assert of_venue(rig, venue) == (0, 1, 1), case
    agree(rig)
    for venue in rig.venues:                                 # ... and goes out anew
        rig.verdict(voucher_draft(venue, DAY_ZERO, gross=7700, revision=2))
    rig.settled(sent=len(LOST))
    agree(rig)


@pytest.mark.parametrize("words", ["english", "norwegian"])
def test_words_of_a_reversal_that_was_not_done_are_not_believed(rig, words):
    """Refused for the period, and it says "already reversed": the voucher stands, is red, and its mend works."""
    rig = rig(3, words=words)
    locked, denied, late = rig.venues
    rig.offer([voucher_draft(v, DAY_ZERO) for v in rig.venues])
    rig.settled(sent=3)
    rig.box.client(client_key=locked.key, lock_date=iso(DAY_ZERO))
    for body in (WORDS, {"title": "Reverse voucher validation error(s)", "detail": "The voucher is already reversed."}):
        rig.proxy.spoil("POST", "/Vouchers/Reverse", "other", status=400, body=body)
        rig.decide("reverse", doc_of(locked))
        wait_for(lambda: [body["detail"] in p["text"] for p in rig.shown()[doc_of(locked)]["problems"]
                          if p["code"] == "reversal-refused"] == [True], 20)     # shown, not judged
        assert rig.shown()[doc_of(locked)]["state"] == "sent" and not told(rig, locked)
        assert of_venue(rig, locked) == (1, 0, 0)
    assert "bilag reverse" in rig.shown()[doc_of(locked)]["problems"][0]["text"]
    rights = [r for r in ("CashVoucher_Full", "AccountTransaction", "GeneralLedgerAccount", "CommonServices", "Department")]
    rig.box.client(client_key=denied.key, privileges=rights)
    rig.box.set(expire_tokens="now")
    rig.decide("reverse", doc_of(denied))
    wait_for(lambda: problems(rig, doc_of(denied)) == ["reversal-refused"], 20)
    rig.verdict(voucher_draft(denied, DAY_ZERO + 1))         # everything else of that client goes on
    rig.settled(sent=4)
    rig.box.set(reversal_ms=1500, reversal_frees="done")     # answered before it is done
    rig.decide("reverse", doc_of(late))
    wait_for(lambda: told(rig, late), 20)
    rig.verdict(voucher_draft(late, DAY_ZERO, gross=900, revision=2))
    wait_for(lambda: of_venue(rig, late) == (1, 1, 1), 30)
    rig.box.set(reversal_ms=0)
    agree(rig)
    # The mends, followed.
    rig.box.client(client_key=locked.key, lock_date=None)
    rig.box.client(client_key=denied.key, privileges=rights + ["ReverseVoucher_Full"])
    rig.box.set(expire_tokens="now")
    rig.decide("reverse", doc_of(locked))
    rig.decide("reverse", doc_of(denied))
    wait_for(lambda: told(rig, locked) and told(rig, denied), 20)
    rig.settled(sent=2, reversed=2)
    agree(rig)


@pytest.mark.parametrize("words", ["norwegian", "none"])
def test_refused_for_its_reference_in_any_words(rig, words):
    """An answer is lost, the next says no in words that nobody knows: it is looked up, and stands once."""
    rig = rig(4, words=words, read_lag_ms=400)
    kinds = [("lost after", {}), ("lost before", {}), ("other", {"status": 400}), ("other", {"status": 500})]
    for venue, (how, more) in zip(rig.venues, kinds):
        rig.proxy.spoil("POST", "/Vouchers/CashJournals", how, **more)
    sent = [voucher_draft(v, DAY_ZERO) for v in rig.venues]
    rig.offer(sent)
    rig.settled(sent=4)
    agree(rig)


def test_reversed_by_hand_while_it_was_asked_for(rig):
    """A person was faster: PowerOffice refuses to do it twice, in its own words, and the day is built again."""
    rig = rig(1, words="norwegian")
    venue = rig.venues[0]
    rig.offer([voucher_draft(venue, DAY_ZERO)])
    rig.settled(sent=1)
    voucher = rig.vouchers()[0]["id"]
    assert rig.box.api(key=venue.key, app=APP).post(f"/Vouchers/Reverse/{voucher}").status == 202
    rig.decide("reverse", doc_of(venue))
    wait_for(lambda: told(rig, venue), 20)
    rig.settled(reversed=1)
    assert of_venue(rig, venue) == (0, 1, 1)
    agree(rig)


def test_reversal_that_is_never_answered_is_not_asked_for_for_ever(rig):
    """Always an error of the server: asked again with a growing wait, then red; other days go on; the mend works."""
    rig = rig(1)
    venue = rig.venues[0]
    rig.offer([voucher_draft(venue, DAY_ZERO)])
    rig.settled(sent=1)
    rig.proxy.spoil("POST", "/Vouchers/Reverse", "lost before", count=2)
    rig.proxy.spoil("POST", "/Vouchers/Reverse", "error", count=1000, status=503)
    rig.decide("reverse", doc_of(venue))
    wait_for(lambda: rig.proxy.count("POST", "/Vouchers/Reverse") >= 4, 20)
    rig.verdict(voucher_draft(venue, DAY_ZERO + 1))
    rig.settled(sent=2)
    wait_for(lambda: problems(rig, doc_of(venue)) == ["reversal-refused"], 40)
    asked = rig.proxy.count("POST", "/Vouchers/Reverse")
    assert asked == 8 and of_venue(rig, venue) == (2, 0, 0)
    with rig.proxy.lock:
        rig.proxy.rules.clear()
    rig.decide("reverse", doc_of(venue))                     # the mend, followed
    wait_for(lambda: told(rig, venue), 20)
    rig.settled(sent=1, reversed=1)
    assert rig.proxy.count("POST", "/Vouchers/Reverse") == asked + 1 and of_venue(rig, venue) == (1, 1, 1)
    agree(rig)


LINES = [("MAT", 3000, "3", 2500, "Burger", 1000000, 39800, 39800)]
SPOILT = [("lost after", {}), ("lost before", {}), ("late", {"seconds": 3.5}), ("other", {"status": 400}),
          ("other", {"status": 409}), ("other", {"status": 404}), ("other", {"status": 500}), ("error", {"status": 503}),
          ("other", {"status": 400, "body": {"Title": "Sales order validation error(s)", "Detail": "all is well"}})]


def agree_on_orders(rig):
    """What is said to be sent stands once; an invoice is said to be sent where it was, and nowhere else."""
    books = Counter(o["reference"] for o in rig.box.inspect("orders"))
    orders = {o["reference"]: o for o in rig.box.inspect("orders")}
    for name, row in rig.shown().items():
        assert row["state"] == "sent" and not row["problems"], (name, row["state"], row["problems"])
        assert books[row["reference"]] == 1, (name, books)
        assert bool(row.get("invoice_no")) == bool(orders[row["reference"]]["invoice_no"]), (name, row)


@pytest.mark.parametrize("words", ["norwegian", "none"])
def test_orders_and_invoices_whatever_became_of_the_answers(rig, words):
    """The request for an order, or that to have its invoice sent, is lost before or after, comes late, or is answered otherwise:
    each stands once, its invoice is sent once, and what is not green says so until its mend is followed."""
    rig = rig(2 * len(SPOILT), stage="invoicer", words=words, send_ms=100)
    link_customer(rig.state / "poweroffice", rig.venues[0].company, "kunde-77", 10001)
    kinds = list(zip(rig.venues, [("POST", "/SalesOrders/Complete", *s) for s in SPOILT] +
                     [("POST", "createAndSendInvoice", *s) for s in SPOILT]))
    for venue, (method, path, how, more) in kinds:
        rig.proxy.spoil(method, path, how, **more)
        rig.offer([order_draft(venue, "K1", 1, LINES, send_invoice=path.startswith("create"))])
        wait_for(lambda venue=venue: rig.shown()[f"{venue.id}/order/K1/1"]["state"] in ("sent", "failed"), 40)
        left = lambda: sum(rule["left"] for rule in rig.proxy.rules)
        wait_for(lambda: not left(), 40)

    def followed():
        """The mend that the sentence names, where one is red."""
        red = [name for name, row in rig.shown().items() if row["state"] != "sent" or row["problems"]]
        for name in red:
            if rig.shown()[name]["state"] == "failed" or rig.shown()[name]["problems"]:
                rig.decide("resend", name)
        return not red
    wait_for(followed, 60)
    wait_for(lambda: sum(bool(o["invoice_no"]) for o in rig.box.inspect("orders")) == len(SPOILT), 30)
    # an answer that never came is looked for when it could not come any more, a minute later
    wait_for(lambda: sum(bool(row.get("invoice_no")) for row in rig.shown().values()) == len(SPOILT), 120)
    agree_on_orders(rig)
