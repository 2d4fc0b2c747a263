"""Goal: whatever is red, a person has a way on, shown before it is done, kept with its reason, and taken back by name
until what follows from it was sent; and no way books a sale twice, or nowhere."""
import datetime
import json
import re

from orders_rig import documents, sale
from orders_rig import venue as credit_venue
from pipeline import Pipeline, clients_of
from test_cli import DAY, day_of, document, receipt, status, until_state, venue, z_report

WHY = ("--reason", "entered in PowerOffice")


def decided(done):
    """The numbers of the decisions that a command wrote down."""
    return [int(n) for n in re.findall(r"^decision (\d+):", done.stdout, re.M)]


def proof(pipeline, name, day):
    """(lines, voucher, orders, manual) of a day."""
    days = next(v for v in status(pipeline)["venues"] if v["venue"] == name)["days"]
    return next((d["lines_total"], d["voucher_total"], d["orders_total"], d["manual_total"])
                for d in days if d["business_day"] == day)


def refused(pipeline, *args, words, code=1):
    done = pipeline.command(*args, check=False)
    assert done.returncode == code and words in done.stderr, (args, done.returncode, done.stderr)


def held_day_ends_by_hand(pipeline):
    """Held: it becomes grey, its sums stay in the proof, what comes later is part 2, and only that is sent."""
    name = f"held/{DAY}/1"
    until_state(pipeline, name, "held")
    done = pipeline.command("by-hand", name, *WHY)
    assert "payment-type-unmapped" in done.stdout and "100,00" in done.stdout
    doc = until_state(pipeline, name, "by_hand")
    assert proof(pipeline, "held", DAY) == (10000, 10000, 0, 0)
    refused(pipeline, "by-hand", name, *WHY, words="by hand already")
    refused(pipeline, "resend", name, *WHY, words="nothing to send again")
    pipeline.post([receipt(2, gross=2500, name="held")])
    until_state(pipeline, f"held/{DAY}/2", "sent")
    assert document(pipeline, name)["revision"] == doc["revision"]
    assert proof(pipeline, "held", DAY) == (12500, 12500, 0, 0)
    return decided(done)[0]


def by_hand_is_taken_back(pipeline, number):
    """Undone: it is what it was before, and goes by itself when its problem is mended; part 2 stands as it was sent."""
    pipeline.command("undo", number, "--reason", "it was another day")
    until_state(pipeline, f"held/{DAY}/1", "held")
    refused(pipeline, "undo", number, "--reason", "again", words="was taken back by")
    pipeline.write_venue(venue("held", close="clock", company="912345601", payment_types={**venue()["payment_types"], "odd": {"account": "1579"}}))
    pipeline.reload()
    until_state(pipeline, f"held/{DAY}/1", "sent")
    assert proof(pipeline, "held", DAY) == (12500, 12500, 0, 0)


def many_at_once(pipeline):
    """All of a period: shown with their sum, asked for, and only then done."""
    chosen = ("by-hand", "--venue", "many", "--from", DAY, "--to", "2026-11-22", *WHY)
    for day in (20, 21, 22):
        until_state(pipeline, f"many/2026-11-{day}/1", "waiting")
    done = pipeline.command(*chosen, check=False)
    assert done.returncode == 2 and "--yes" in done.stderr and re.search(r"total +3 +300,00", done.stdout)
    assert not decided(done) and "by-hand" not in pipeline.command("audit", "many").stdout
    assert len(decided(pipeline.command(*chosen[:6], "2026-11-21", *WHY, "--yes"))) == 2
    for day, state in ((20, "by_hand"), (21, "by_hand"), (22, "waiting")):
        until_state(pipeline, f"many/2026-11-{day}/1", state)
    refused(pipeline, *chosen[:6], "2026-11-21", *WHY, words="no document of these days")
    refused(pipeline, *chosen[:6], "2026-11-22", "--problem", "nonsense", *WHY, words="no problem called", code=2)
    pipeline.command("export", "--venue", "many", "--from", DAY, "--to", "2026-11-22", "--transfer", check=False)
    until_state(pipeline, "many/2026-11-22/1", "sent")


def open_day_ends_by_hand(pipeline):
    """Open: what was seen is kept as by_hand, and the rest of the day is part 2; credit may still become orders."""
    now = datetime.datetime.now(datetime.timezone.utc)
    at = {"time": now.isoformat(timespec="seconds")}
    pipeline.post([{**receipt(1, name="now"), **at}])
    day = pipeline.until("the day is there", lambda: next(
        (d for v in status(pipeline)["venues"] if v["venue"] == "now" for d in v["documents"]), None))["business_day"]
    until_state(pipeline, f"now/{day}/1", "open")
    pipeline.command("by-hand", f"now/{day}/1", *WHY)
    until_state(pipeline, f"now/{day}/1", "by_hand")
    pipeline.post([{**receipt(2, gross=700, name="now", paid="credit"), **at}, {**receipt(3, gross=300, name="now"), **at}])
    until_state(pipeline, f"now/{day}/2", "open")
    refused(pipeline, "by-hand", f"now/{day}/2", *WHY, words="may still become orders")
    assert proof(pipeline, "now", day) == (11000, 10300, 0, 700)


def failed_ends_by_hand(pipeline):
    """Refused by PowerOffice: red until a person has entered it."""
    key = (pipeline.config / "keys" / "fails").read_text().strip()
    pipeline.post(day_of(1, name="fails"))
    until_state(pipeline, f"fails/{DAY}/1", "sent")
    pipeline.sandbox("clients", {"client_key": key, "accounts_changed": [{"no": 3020, "active": False}]})
    pipeline.post(day_of(2, first=3, z=2, day="2026-11-21", kind="tobacco", name="fails"))
    until_state(pipeline, "fails/2026-11-21/1", "failed")
    refused(pipeline, "by-hand", f"fails/{DAY}/1", *WHY, words="reverse it first")
    pipeline.command("by-hand", "fails/2026-11-21/1", *WHY)
    until_state(pipeline, "fails/2026-11-21/1", "by_hand")
    assert proof(pipeline, "fails", "2026-11-21") == (20000, 20000, 0, 0)


def test_by_hand():
    odd = {**venue()["payment_types"], "credit": {"transfer": "false"}}
    venues = [venue("held", close="clock", company="912345601"), venue("fails", company="912345603"),
              venue("many", close="clock", auto_transfer="false", company="912345602"),
              venue("now", close="clock", payment_types=odd, company="912345604")]
    with Pipeline({v["venue"]: v for v in venues}, stages={"invoicer": 0}) as pipeline:
        pipeline.post([receipt(1, name="held", paid="odd")] +
                      [receipt(day, name="many", day=f"2026-11-{day}") for day in (20, 21, 22)])
        number = held_day_ends_by_hand(pipeline)
        by_hand_is_taken_back(pipeline, number)
        many_at_once(pipeline)
        failed_ends_by_hand(pipeline)
        open_day_ends_by_hand(pipeline)
        assert status(pipeline)["red"] == 0
        assert "by_hand" in pipeline.command("status", "--prometheus", check=False).stdout
        pipeline.command("status", "--html", pipeline.folder / "page.html", check=False)
        assert ">by_hand</span>" in (pipeline.folder / "page.html").read_text(encoding="utf-8")
        assert len(pipeline.vouchers()) == 4          # both parts of held, the last day of many, the first of fails


def test_order_by_hand():
    """Goal: an order that a person invoiced ends as by_hand in the order history, and is never sent, whatever is mended."""
    venues = {"oslo": credit_venue("oslo")}
    clients = clients_of(venues)
    clients[0]["customers"] = [{"no": 10001, "name": "Hansen AS"}]
    with Pipeline(venues, clients=clients) as pipeline:
        pipeline.post([sale("oslo", 1, "kunde-77"), sale("oslo", 2, "kunde-77", gross=5000)])
        for order in ("oslo/order/K1/1", "oslo/order/K1/2"):
            pipeline.until(f"{order} is held", lambda order=order: documents(pipeline).get(order, ("",))[0] == "held")
        refused(pipeline, "leave-out", "oslo/K1/1", *WHY, words="is an order")
        done = pipeline.command("by-hand", "oslo/order/K1/1", *WHY)
        pipeline.until("by hand", lambda: documents(pipeline)["oslo/order/K1/1"][0] == "by_hand")
        told = pipeline.command("orders", "--venue", "oslo", check=False)
        assert told.returncode == 1 and re.search(r"^by_hand .*125,00 .*oslo/order/K1/1$", told.stdout, re.M)
        pipeline.command("customers", "--venue", "oslo", "connect", "kunde-77", "10001")
        pipeline.until("the other order is sent", lambda: documents(pipeline)["oslo/order/K1/2"][0] == "sent")
        assert len(pipeline.orders()) == 1 and pipeline.command("orders", "--venue", "oslo").returncode == 0
        pipeline.command("undo", decided(done)[0], "--reason", "it was not invoiced")
        pipeline.until("it goes as well", lambda: len(pipeline.orders()) == 2)
        assert proof(pipeline, "oslo", "2026-11-19") == (17500, 0, 17500, 0)


# -- leave-out --

def manual(pipeline, name):
    """(receipt, amount; None: not known) of what persons left out."""
    items = next(v for v in status(pipeline)["venues"] if v["venue"] == name)["manual"]
    return sorted((i["receipt"], None if i.get("unknown") else i["amount"]) for i in items if i["kind"] == "receipt_left_out")


def void(seq, target, name, day=DAY):
    return {"v": 1, "venue": name, "register": "K1", "seq": seq, "kind": "void", "time": f"{day}T20:00:{seq % 60:02}+01:00",
            "voids": {"register": "K1", "seq": target}}


def torn(seq, name, gross=3000, paid=2900):
    return {**receipt(seq, gross=gross, name=name), "payments": [{"type": "card", "amount": paid}]}


def unbalanced_goes_on(pipeline):
    """The rest of the day goes, the Z counts what is left out, and the receipt stands under manual with its reason."""
    name = f"torn/{DAY}/1"
    until_state(pipeline, name, "held")
    pipeline.until("the books are read, and only the receipts hold it", lambda: [
        p["code"] for p in document(pipeline, name)["problems"]] == ["receipt-unbalanced"] * 2)
    chosen = ("leave-out", "--venue", "torn", "--from", DAY, "--to", DAY, "--problem", "receipt-unbalanced", "--reason",
              "the till's supplier corrects it")
    refused(pipeline, *chosen, words="--yes", code=2)
    refused(pipeline, "leave-out", "torn/K1/2", "--amount", "5", *WHY, words="says itself")
    assert len(decided(pipeline.command(*chosen, "--yes"))) == 2
    until_state(pipeline, name, "sent")
    assert manual(pipeline, "torn") == [("K1/2", 3000), ("K1/3", 700)]
    assert proof(pipeline, "torn", DAY) == (13700, 10000, 0, 3700)
    told = pipeline.command("manual", "--venue", "torn").stdout
    assert "the till's supplier corrects it" in told and "receipt K1/2" in told and "30,00" in told
    assert "= sales 137,00" in re.sub(r"Z ([\d,]+) = sales", "= sales", pipeline.command("status", check=False).stdout)
    assert "left out by decision" in pipeline.command("explain", "torn/K1/2").stdout
    refused(pipeline, "leave-out", "torn/K1/2", *WHY, words="left out already")
    refused(pipeline, "leave-out", "torn/K1/4", *WHY, words="no money in a voucher")


def unknown_is_no_zero(pipeline, name):
    days = ("export", "--venue", "void", "--from", DAY, "--to", DAY)
    [voucher] = json.loads(pipeline.command(*days, "--json").stdout)
    assert [(i["receipt"], None if i.get("unknown") else i["amount"]) for i in voucher["manual"]] == manual(pipeline, "void")
    for text in (pipeline.command(*days).stdout, pipeline.command("explain", name).stdout):
        [row] = [row for row in text.splitlines() if "K1/3" in row and ("by hand" in row or "manual" in row)]
        assert "not known" in row and "0,00" not in row


def unknown_void_goes_on(pipeline):
    """Its amount is said, or stands as unknown; the receipt that it names is booked when it comes, and not taken back."""
    name = f"void/{DAY}/1"
    until_state(pipeline, name, "held")
    pipeline.command("leave-out", "void/K1/2", "--amount", "50,00", *WHY)
    pipeline.command("leave-out", "void/K1/3", *WHY)
    until_state(pipeline, name, "sent")
    assert manual(pipeline, "void") == [("K1/2", -5000), ("K1/3", None)]
    assert proof(pipeline, "void", DAY) == (5000, 10000, 0, -5000)
    unknown_is_no_zero(pipeline, name)
    pipeline.post([{**receipt(9, gross=5000, name="void"), "register": "K2"}])
    until_state(pipeline, f"void/{DAY}/2", "sent")
    assert proof(pipeline, "void", DAY) == (10000, 15000, 0, -5000)


def sealed_goes_into_the_next_part(pipeline):
    """Nothing of what was sent changes: part 2 takes the receipt back, and what is sent cannot be undone."""
    until_state(pipeline, f"sealed/{DAY}/1", "sent")
    done = pipeline.command("leave-out", "sealed/K1/2", *WHY)
    assert "goes into the next part" in done.stdout
    part = until_state(pipeline, f"sealed/{DAY}/2", "sent")
    assert {line["account"]: line["amount"] for line in part["lines"]} == {1570: -10000, 3000: 10000}
    assert manual(pipeline, "sealed") == [("K1/2", 10000)]
    assert proof(pipeline, "sealed", DAY) == (20000, 10000, 0, 10000)
    refused(pipeline, "undo", decided(done)[0], "--reason", "no", words="sent since")
    receipts = pipeline.command("explain", f"sealed/{DAY}/2").stdout
    assert "K1/2" in receipts and "K1/1" not in receipts


def put_back_before_it_is_sent(pipeline):
    """Left out and put back, of a void and of a receipt: the day is what it was, to the øre and to its lines."""
    name = f"back/{DAY}/1"
    before = until_state(pipeline, name, "waiting")
    refused(pipeline, "leave-out", "back/K1/1", *WHY, words="leave that out first")
    numbers = [decided(pipeline.command("leave-out", f"back/K1/{seq}", *WHY))[0] for seq in (3, 2)]
    pipeline.until("both are out", lambda: manual(pipeline, "back") == [("K1/2", 2000), ("K1/3", -1000)])
    assert proof(pipeline, "back", DAY) == (2500, 1500, 0, 1000)
    pipeline.command("undo", numbers[0], "--reason", "no")
    pipeline.until("the void is back", lambda: manual(pipeline, "back") == [("K1/2", 2000)])
    pipeline.command("undo", numbers[1], "--reason", "no")
    pipeline.until("all is back", lambda: not manual(pipeline, "back"))
    after = until_state(pipeline, name, "waiting")
    assert (after["lines"], after["total"]) == (before["lines"], before["total"])


def voids_are_put_back_in_order(pipeline):
    """A second void comes back as often as it is left out; a void comes back after its receipt, else it is refused."""
    name = f"twice/{DAY}/1"
    until_state(pipeline, name, "held")
    for _ in range(2):
        number = decided(pipeline.command("leave-out", "twice/K1/4", *WHY))[0]
        before = until_state(pipeline, name, "waiting")
        pipeline.command("undo", number, "--reason", "no")
        until_state(pipeline, name, "held")
    pipeline.command("leave-out", "twice/K1/4", *WHY)
    pipeline.until("the second void is out", lambda: manual(pipeline, "twice") == [("K1/4", None)])
    numbers = []
    for seq in (3, 1):
        numbers += decided(pipeline.command("leave-out", f"twice/K1/{seq}", *WHY))
        pipeline.until("it is out", lambda: len(manual(pipeline, "twice")) == len(numbers) + 1)
    refused(pipeline, "undo", numbers[0], "--reason", "no", words="is left out as well: take that back first")
    for number in reversed(numbers):
        there = len(manual(pipeline, "twice"))
        pipeline.command("undo", number, "--reason", "no")
        pipeline.until("it is back", lambda: len(manual(pipeline, "twice")) == there - 1)
    after = until_state(pipeline, name, "waiting")
    assert (after["lines"], after["total"]) == (before["lines"], before["total"])


def undefined_share_goes_on(pipeline):
    until_state(pipeline, f"share/{DAY}/1", "held")
    pipeline.command("leave-out", "share/K1/2", *WHY)
    until_state(pipeline, f"share/{DAY}/1", "sent")
    assert manual(pipeline, "share") == [("K1/2", 0)] and proof(pipeline, "share", DAY) == (10000, 10000, 0, 0)


def test_leave_out():
    gift = {**venue()["payment_types"], "gift_card": {"account": "2901", "transfer": "false"}}
    venues = [venue("torn", company="912345601"), venue("void", close="clock", company="912345602"),
              venue("sealed", close="clock", company="912345603"),
              venue("back", close="clock", auto_transfer="false", company="912345604"),
              venue("share", close="clock", payment_types=gift, company="912345605"),
              venue("twice", close="clock", auto_transfer="false", company="912345606")]
    receipts = [receipt(1, name="torn"), torn(2, "torn"), torn(3, "torn", gross=700, paid=800)]
    z = z_report(4, receipts, name="torn")
    zero = {**receipt(2, name="share"), "payments": [{"type": "gift_card", "amount": 5000}, {"type": "card", "amount": -5000}],
            "lines": [{"product_type": "food", "vat": 25, "gross": 5000}, {"product_type": "food", "vat": 25, "gross": -5000}]}
    with Pipeline({v["venue"]: v for v in venues}, stages={"invoicer": 0}) as pipeline:
        pipeline.post([*receipts, z, receipt(1, name="void"), {**void(2, 9, "void"), "voids": {"register": "K2", "seq": 9}},
                       void(3, 8, "void") | {"voids": {"register": "K2", "seq": 8}},
                       receipt(1, name="sealed"), receipt(2, name="sealed"), receipt(1, gross=1000, name="back"),
                       receipt(2, gross=2000, name="back"), void(3, 1, "back"), receipt(4, gross=500, name="back"),
                       receipt(1, name="share"), zero, receipt(1, name="twice"), receipt(2, gross=7000, name="twice"),
                       void(3, 1, "twice"), void(4, 1, "twice")])
        unbalanced_goes_on(pipeline)
        unknown_void_goes_on(pipeline)
        sealed_goes_into_the_next_part(pipeline)
        put_back_before_it_is_sent(pipeline)
        voids_are_put_back_in_order(pipeline)
        undefined_share_goes_on(pipeline)
        assert status(pipeline)["red"] == 0


def test_mapper_made_again_knows_what_was_left_out():
    """Goal: a mapper whose store is lost finds the same parts, decisions included: nothing is sent again or otherwise."""
    with Pipeline({"sealed": venue("sealed", close="clock")}, stages={"invoicer": 0}) as pipeline:
        pipeline.post([receipt(1, name="sealed"), receipt(2, name="sealed"), torn(3, "sealed")])
        until_state(pipeline, f"sealed/{DAY}/1", "held")
        pipeline.command("leave-out", "sealed/K1/3", *WHY)
        until_state(pipeline, f"sealed/{DAY}/1", "sent")
        pipeline.command("leave-out", "sealed/K1/2", *WHY)
        until_state(pipeline, f"sealed/{DAY}/2", "sent")
        before = proof(pipeline, "sealed", DAY)
        pipeline.stop("mapper")
        for path in (pipeline.state / "mapper").iterdir():
            path.unlink()
        pipeline.restart("mapper")
        pipeline.post([receipt(4, gross=500, name="sealed")])
        until_state(pipeline, f"sealed/{DAY}/3", "sent")
        assert document(pipeline, f"sealed/{DAY}/3")["total"] == 500 and len(pipeline.vouchers()) == 3
        assert before == (23000, 10000, 0, 13000) and proof(pipeline, "sealed", DAY) == (23500, 10500, 0, 13000)
