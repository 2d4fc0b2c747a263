"""Every worked case through the real processes, into the books of the sandbox."""
import json
import pathlib
import random
import sys
import uuid

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from pipeline import BIN, Pipeline, load_events, load_venues    # noqa: E402

CASES = sorted(path.parent for path in (HERE.parent / "data" / "cases").glob("*/expected.json"))
QUIET = {"quiet_seconds": "1"}


def fed(case, how):
    """Batches of events, as the tills' network would bring them."""
    events = load_events(case / "events.ndjson")
    if how == "in order":
        return [events]
    rng = random.Random(f"{case.name} {how}")
    if how == "three times":
        events = events * 3
    rng.shuffle(events)
    size = max(1, len(events) // 7)
    return [events[i:i + size] for i in range(0, len(events), size)]


def expected_vouchers(expected):
    return {entry["reference"]: (venue, day, entry) for venue, days in expected.items() for day, entry in days.items()
            if entry["lines"]}


def check_voucher(voucher, venue, day, entry, settings):
    lines = [{key: line[key] for key in ("account", "vat_code", "department", "amount")} for line in voucher["lines"]]
    assert lines == entry["lines"], (venue, day)
    assert voucher["voucher_date"] == day and {line["posting_date"] for line in voucher["lines"]} == {day}
    assert voucher["description"] == f"{settings[venue]['name']} {day}"
    assert voucher["saft_source_id"] == "QuickOrder"
    assert voucher["saft_batch_id"] == f"{venue}:{day.replace('-', '')}:1"
    assert voucher["company"] == settings[venue]["company"]


# Goal: lines, references and dates of every voucher as the case says, exactly one a day, whatever the order in
# which events arrive and however often.
@pytest.mark.parametrize("how", ["in order", "shuffled", "three times"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case, how):
    settings = {name: {**venue, **QUIET} for name, venue in load_venues(case / "venues").items()}
    expected = json.loads((case / "expected.json").read_text())
    wanted = expected_vouchers(expected)
    numbers = customer_numbers(expected)
    with Pipeline(settings, customers=[(number, name) for name, number in numbers.items()]) as pipeline:
        for batch in fed(case, how):
            answer = pipeline.post(batch)
            assert answer["rejected"] == []
        pipeline.until("every voucher", lambda: len(pipeline.vouchers()) >= len(wanted))
        vouchers = {voucher["reference"]: voucher for voucher in pipeline.vouchers()}
        assert len(pipeline.vouchers()) == len(vouchers) and set(vouchers) == set(wanted)
        for reference, (venue, day, entry) in wanted.items():
            check_voucher(vouchers[reference], venue, day, entry, settings)
        if (BIN / "bilag").exists():
            check_status(pipeline, expected)
            check_orders(pipeline, settings, expected, numbers)


def customer_numbers(expected):
    names = sorted({order["customer"] for days in expected.values() for day in days.values()
                    for order in day["orders"]})
    return {name: 10001 + n for n, name in enumerate(names)}


def order_reference(venue, order):
    namespace = uuid.uuid5(uuid.NAMESPACE_DNS, "bilag")
    return str(uuid.uuid5(namespace, f"{venue['company']}/{venue['venue']}/order/{order['register']}/{order['seq']}"))


def check_orders(pipeline, settings, expected, numbers):
    """Customers connected, every order stands in the sandbox once, for its customer. Not every gross is a net plus
    its VAT in whole øre: where PowerOffice's total cannot be the till's, the order says so."""
    wanted = {order_reference(settings[venue], order): order for venue, days in expected.items()
              for day in days.values() for order in day["orders"]}
    for venue, days in expected.items():
        for name in sorted({order["customer"] for day in days.values() for order in day["orders"]}):
            pipeline.command("customers", "--venue", venue, "connect", name, numbers[name], "--reason", "test",
                             check=False)
    pipeline.until("every order", lambda: len(pipeline.orders()) >= len(wanted))
    orders = {order["reference"]: order for order in pipeline.orders()}
    assert len(orders) == len(pipeline.orders()) and set(orders) == set(wanted)
    for reference, order in wanted.items():
        found = orders[reference]
        assert found["customer_no"] == numbers[order["customer"]]
        assert abs(found["total"] - order["total"]) <= 1, (order["order"], found["total"])
        assert len(found["lines"]) == sum(1 for share in order["shares"] if share)

    def told():
        if not wanted:
            return True
        status = json.loads(pipeline.command("status", "--json", check=False).stdout)
        documents = {d["reference"]: d for venue in status["venues"] for d in venue["documents"] if d["kind"] == "order"}
        return documents if all(d["state"] == "sent" for d in documents.values()) else None
    documents = pipeline.until("every order is said to be sent", told)
    for reference, order in wanted.items():
        codes = {problem["code"] for problem in documents[reference]["problems"]}
        off = abs(orders[reference]["total"] - order["total"])
        assert codes == ({"total-differs"} if off > len(order["lines"]) else set())


def check_status(pipeline, expected):
    """manual and the state of every document, as people see them."""
    def venues():
        status = json.loads(pipeline.command("status", "--json", check=False).stdout)
        found = {entry["venue"]: entry for entry in status["venues"]}
        vouchers = [document for entry in found.values() for document in entry["documents"]
                    if document["kind"] == "voucher" and document["lines"]]
        return found if vouchers and all(document["state"] == "sent" for document in vouchers) else None
    found = pipeline.until("every voucher is said to be sent", venues)
    for venue, days in expected.items():
        documents = {(d["kind"], d["business_day"]): d for d in found[venue]["documents"] if d["kind"] == "voucher"}
        for day, entry in days.items():
            document = documents["voucher", day]
            assert document["reference"] == entry["reference"]
            assert document["voucher_no"] > 0 and document["problems"] == []
            manual = [item for item in found[venue]["manual"] if item.get("business_day") == day]
            left_out = sum(item["amount"] for item in manual if item["kind"] != "cash_movement")
            assert left_out == entry["manual"], (venue, day, manual)
            assert sorted([item["amount"], item["reason"]] for item in manual if item["kind"] == "cash_movement") == \
                sorted(list(move) for move in entry["moves"])
        for proof in found[venue]["days"]:
            entry = days[proof["business_day"]]
            assert proof["difference"] == 0 and proof["manual_total"] == entry["manual"]
            assert proof["orders_total"] == sum(order["total"] for order in entry["orders"])
        orders = {d["id"]: d for d in found[venue]["documents"] if d["kind"] == "order"}
        wanted = {f"{venue}/order/{o['register']}/{o['seq']}": o for day in days.values() for o in day["orders"]}
        assert set(orders) == set(wanted)
        for name, order in wanted.items():
            assert orders[name]["total"] == order["total"], name
