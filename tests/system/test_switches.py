"""A sale is in the voucher, in an order or under manual - in exactly one of them, øre by øre - when switches are
turned in the middle of a day, a customer is connected late, and orders are voided before and after they were sent."""
import json
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from pipeline import Pipeline    # noqa: E402

CUSTOMERS = [(10001, "Ola Nordmann"), (10002, "Kari Nordmann")]


def venue(auto_invoice, credit_transfer=False):
    return {
        "venue": "grill", "name": "Grill", "company": "912345678", "extension": "quickorder",
        "client_key": {"file": "keys/grill"}, "department": "10", "auto_transfer": "true",
        "auto_invoice": "true" if auto_invoice else "false", "close": "z_report", "quiet_seconds": "1",
        "vat": {"normal": {"rate": "25", "code": "3"}, "reduced": {"rate": "15", "code": "31"},
                "none": {"rate": "0", "code": "0"}},
        "product_types": {"food": {"account": "3000", "reduced_account": "3001", "product": "MAT",
                                   "reduced_product": "MAT-TA"}},
        "payment_types": {"card": {"account": "1570"},
                          "credit": {"account": "1580", "transfer": "true"} if credit_transfer
                          else {"transfer": "false"}},
    }


class Till:
    """Receipts of one register, numbered without gaps, and what they come to."""

    def __init__(self):
        self.seq, self.z, self.first, self.grand = 0, 0, 1, 0
        self.sold, self.paid, self.receipts = 0, {}, {}

    def event(self, day, **more):
        self.seq += 1
        return {"v": 1, "venue": "grill", "register": "K1", "seq": self.seq, "time": f"{day}T18:00:00+01:00", **more}

    def add(self, amount, payments, sign=1):
        self.sold += sign * amount
        for kind, part in payments.items():
            self.paid[kind] = self.paid.get(kind, 0) + sign * part

    def sale(self, day, amount, **payments):
        self.add(amount, payments)
        event = self.event(day, kind="receipt", customer="ola", lines=[{"product_type": "food", "vat": 25, "gross": amount}],
                           payments=[{"type": kind, "amount": part} for kind, part in payments.items()])
        self.receipts[event["seq"]] = amount, payments
        return event

    def void(self, day, seq):
        self.add(*self.receipts[seq], sign=-1)
        return self.event(day, kind="void", voids={"register": "K1", "seq": seq})

    def close(self, day):
        self.z += 1
        self.grand += self.sold
        event = self.event(day, kind="z_report", z={
            "number": self.z, "business_day": day, "first_seq": self.first, "last_seq": self.seq,
            "sales_by_vat": {"25": self.sold}, "payments": self.paid, "grand_total": self.grand})
        self.first, self.sold, self.paid = self.seq + 1, 0, {}
        return event


def books(pipeline):
    """(vouchers, orders, manual) in øre, as they stand."""
    vouchers = sum(-line["amount"] for voucher in pipeline.vouchers() if not voucher["reversed"]
                   for line in voucher["lines"] if 3000 <= line["account"] < 4000)
    orders = sum(order["total"] for order in pipeline.orders())
    status = json.loads(pipeline.command("status", "--json", check=False).stdout)
    manual = sum(item["amount"] for entry in status["venues"] for item in entry["manual"] if not item.get("movement"))
    return vouchers, orders, manual


def settled(pipeline, wanted):
    """Waits until the books are as wanted, and that nothing is on its way any more."""
    pipeline.until(f"the books are {wanted}, not {books(pipeline)}", lambda: books(pipeline) == wanted, 30)
    for stage in ("uploader", "invoicer"):
        states = pipeline.status(stage)["documents"]
        assert states["queued"] == states["sending"] == states["failed"] == 0


@pytest.fixture
def till():
    return Till()


def connect(pipeline):
    pipeline.until("the customer is connected",
                   lambda: pipeline.command("customers", "--venue", "grill", "connect", "ola", 10001,
                                            check=False).returncode == 0)


def running(settings):
    return Pipeline({"grill": settings}, customers=CUSTOMERS)


def states(pipeline):
    status = json.loads(pipeline.command("status", "--json", check=False).stdout)
    return [d["state"] for v in status["venues"] for d in v["documents"]]


def turn(pipeline, settings):
    pipeline.venues["grill"] = settings
    pipeline.write_venue(settings)
    pipeline.reload()


# Goal: a switch turned in the middle of a day decides for the whole day, once. While the set-up has a fault neither the
# voucher nor an order goes; both do when it is mended.
def test_invoicing_turned_on_in_the_middle_of_a_day(till):
    with running(venue(auto_invoice=False)) as pipeline:
        connect(pipeline)
        pipeline.post([till.sale("2026-03-02", 10000, credit=10000), till.sale("2026-03-02", 5000, card=5000)])
        pipeline.until("seen as manual", lambda: books(pipeline)[2] == 10000)
        faulty = venue(auto_invoice=True)
        del faulty["vat"]["none"]
        turn(pipeline, faulty)
        pipeline.post([till.sale("2026-03-02", 7000, credit=3000, card=4000), till.close("2026-03-02")])
        pipeline.until("all wait", lambda: states(pipeline) == ["waiting"] * 3)
        assert "no voucher and no order goes by itself" in pipeline.command("status", check=False).stdout
        assert "transfer refused: bilag check, invoicing refused: bilag check" in pipeline.command("venues").stdout
        assert not pipeline.vouchers() and not pipeline.orders()
        turn(pipeline, venue(auto_invoice=True))
        settled(pipeline, (9000, 13000, 0))


# Goal: what stands in a posted voucher never becomes an order, and what is under manual stays there.
def test_invoicing_turned_on_after_the_day_was_posted(till):
    with running(venue(auto_invoice=False)) as pipeline:
        connect(pipeline)
        pipeline.post([till.sale("2026-03-02", 10000, credit=10000), till.sale("2026-03-02", 5000, card=5000),
                       till.close("2026-03-02")])
        settled(pipeline, (5000, 0, 10000))
        turn(pipeline, venue(auto_invoice=True))
        pipeline.post([till.sale("2026-03-03", 2000, credit=2000), till.sale("2026-03-03", 100, card=100),
                       till.close("2026-03-03")])
        settled(pipeline, (5100, 2000, 10000))
        pipeline.command("invoicing", "--venue", "grill", "--from", "2026-03-01", "--reason", "agreed with the owner")
        settled(pipeline, (5100, 12000, 0))


# Goal: credit that was transferred to an account is not invoiced as well.
def test_credit_moved_from_the_voucher_to_orders(till):
    with running(venue(auto_invoice=False, credit_transfer=True)) as pipeline:
        connect(pipeline)
        pipeline.post([till.sale("2026-03-02", 10000, credit=10000), till.close("2026-03-02")])
        settled(pipeline, (10000, 0, 0))
        turn(pipeline, venue(auto_invoice=True))
        pipeline.post([till.sale("2026-03-03", 2000, credit=2000), till.close("2026-03-03")])
        settled(pipeline, (10000, 2000, 0))
        late = till.sale("2026-03-02", 500, credit=500)
        pipeline.post([late, till.close("2026-03-02")])
        settled(pipeline, (10000, 2500, 0))


# Goal: an order voided on the day it was sold is never sent; one voided later is credited, once.
def test_voids_before_and_after_sending(till):
    with running(venue(auto_invoice=True)) as pipeline:
        connect(pipeline)
        first, second = till.sale("2026-03-02", 10000, credit=10000), till.sale("2026-03-02", 4000, credit=4000)
        pipeline.post([first, second, till.sale("2026-03-02", 100, card=100), till.void("2026-03-02", first["seq"]),
                       till.close("2026-03-02")])
        settled(pipeline, (100, 4000, 0))
        pipeline.post([till.void("2026-03-03", second["seq"]), till.close("2026-03-03")])
        settled(pipeline, (100, 0, 0))
        assert sorted(order["total"] for order in pipeline.orders()) == [-4000, 4000]


# Goal: a customer connected late delays the order, never the voucher, and nothing is done twice.
def test_customer_connected_late(till):
    with running(venue(auto_invoice=True)) as pipeline:
        pipeline.post([till.sale("2026-03-02", 10000, credit=4000, card=6000), till.close("2026-03-02")])
        settled(pipeline, (6000, 0, 0))
        connect(pipeline)
        settled(pipeline, (6000, 4000, 0))
