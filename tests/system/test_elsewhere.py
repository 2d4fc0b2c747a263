"""Goal: what a person does in PowerOffice to what Bilag sent is seen within a day, and each of the three ways on ends it: sent
anew, entered by hand, or left as it is."""
import base64
import datetime
import http.client
import json
import pathlib
import sys
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from orders_rig import documents, sale    # noqa: E402
from orders_rig import venue as credit_venue    # noqa: E402
from pipeline import APPLICATION_KEY, SUBSCRIPTION_KEY, Pipeline, client_key, clients_of    # noqa: E402
from test_mend import venue    # noqa: E402
from test_right_books import sold    # noqa: E402

DAY_S = 86400
NAMES = ("anew", "hand", "left", "well")


class Person:
    """Somebody with PowerOffice open."""

    def __init__(self, pipeline):
        self.pipeline, self.port = pipeline, pipeline.sandbox_port

    def reverse(self, name):
        [voucher] = self.reverse_all(name)
        return voucher

    def reverse_all(self, name):
        vouchers = [v for v in self.pipeline.vouchers() if v["client_key"] == client_key(name)]
        for voucher in vouchers:
            self.reverse_one(name, voucher["id"])
        return vouchers

    def reverse_one(self, name, voucher_id):
        pair = base64.b64encode(f"{APPLICATION_KEY}:{client_key(name)}".encode()).decode()
        keys = {"Ocp-Apim-Subscription-Key": SUBSCRIPTION_KEY}

        def call(path, headers, body):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            connection.request("POST", path, body, {**keys, **headers})
            answer = connection.getresponse()
            return answer.status, answer.read()
        status, body = call("/OAuth/Token", {"Authorization": f"Basic {pair}",
                                             "Content-Type": "application/x-www-form-urlencoded"}, "grant_type=client_credentials")
        assert status == 200, body
        bearer = {"Authorization": f"Bearer {json.loads(body)['access_token']}"}
        status, body = call(f"/v2/Vouchers/Reverse/{voucher_id}", bearer, "")
        assert status in (200, 202), body


def document(pipeline, name):
    return documents(pipeline, "voucher")[f"{name}/2026-11-10/1"]


def is_red(pipeline, name):
    state, problems = document(pipeline, name)
    return state == "sent" and problems.get("reversed-elsewhere")


def standing(pipeline, name):
    return sum(v["client_key"] == client_key(name) for v in pipeline.vouchers())


def posted(pipeline):
    pipeline.post([sold(name, 10) for name in NAMES])
    pipeline.until("all are posted", lambda: len(pipeline.vouchers()) == len(NAMES))
    pipeline.until("and said to be", lambda: all(document(pipeline, name)[0] == "sent" for name in NAMES))


def look_of_the_day(pipeline, stage, days=(1, 2, 3)):
    """Noon of the next day, or of the one after it: the first look is a day after a client is first seen."""
    def looks():
        return pipeline.log(f"{stage}-0").count("looked for what was done")
    noon, wanted = (12 - time.gmtime().tm_hour) % 24 * 3600, looks() + len(pipeline.venues)
    for day in days:
        pipeline.set_clock(day * DAY_S + noon)
        end = time.monotonic() + 10
        while time.monotonic() < end and looks() < wanted:
            time.sleep(0.05)
        if looks() >= wanted:
            return
    raise AssertionError(pipeline.log(f"{stage}-0")[-3000:])


def follow(pipeline, name, verb, state):
    pipeline.command(verb, f"{name}/2026-11-10/1", "--reason", "the bookkeeper says so")
    pipeline.until(f"{name} is {state}", lambda: document(pipeline, name) == (state, {}))


# Wherever a document that is left reversed is told, it is in no books from here.
def told_reversed_everywhere(pipeline, name):
    status = pipeline.command("status", "--venue", name, check=False).stdout
    assert f"reversed {name}/2026-11-10/1" in status
    assert "sales 125,00 = voucher 0,00 + orders 0,00 + manual 125,00" in status
    days = ("--venue", name, "--from", "2026-11-10", "--to", "2026-11-10")
    transfer = pipeline.command("export", *days, "--transfer", check=False).stderr
    assert "reversed in PowerOffice and left so: bilag resend" in transfer and "on its way" not in transfer
    number = next(row.split()[0] for row in pipeline.command("audit").stdout.splitlines()
                  if "leave-reversed" in row and f"{name}/2026-11-10/1" in row)
    undone = pipeline.command("undo", number, "--reason", "x", check=False)
    assert undone.returncode == 1 and "bilag resend" in undone.stderr


# Whether the old rows count as changed, or only the reversal's own do; with a posting date long ago, as a reversal has it.
@pytest.mark.parametrize("changes", ["on", "off"])
def test_reversed_by_a_person_is_red_within_a_day(changes):
    venues = {name: venue(name, i) for i, name in enumerate(NAMES)}
    with Pipeline(venues, sandbox={"reversal_changes": changes}, stages={"invoicer": 0}) as pipeline:
        posted(pipeline)
        before = pipeline.stats()["requests"]["total"]
        vouchers = {name: Person(pipeline).reverse(name) for name in NAMES[:3]}
        look_of_the_day(pipeline, "uploader")
        for name in NAMES[:3]:
            text = pipeline.until(f"{name} is red", lambda name=name: is_red(pipeline, name))
            reversal = next(v for v in pipeline.sandbox("vouchers") if v["reverses"] == vouchers[name]["id"])
            assert str(vouchers[name]["voucher_no"]) in text and reversal["id"][:30] in text
        assert document(pipeline, "well") == ("sent", {})
        assert " 3 red" in pipeline.command("status", check=False).stdout
        print("requests:", pipeline.stats()["requests"]["total"] - before)
        follow(pipeline, "anew", "resend", "sent")
        assert standing(pipeline, "anew") == 1
        follow(pipeline, "hand", "by-hand", "by_hand")
        follow(pipeline, "left", "leave-reversed", "reversed")
        assert " 0 red" in pipeline.command("status", check=False).stdout
        assert standing(pipeline, "hand") == standing(pipeline, "left") == 0
        manual = pipeline.command("manual", "--venue", "left", "--from", "2026-11-01", "--to", "2026-11-30").stdout
        assert "left reversed" in manual and "in cash movements" not in manual
        assert "beside    125,00 in documents left reversed" in manual
        told_reversed_everywhere(pipeline, "left")
        refused = pipeline.command("leave-reversed", "well/2026-11-10/1", "--reason", "x", check=False)
        assert refused.returncode == 1 and "not taken back" in refused.stderr
        follow(pipeline, "left", "resend", "sent")                       # ... is taken back
        assert standing(pipeline, "left") == 1 and len(pipeline.vouchers()) == 3


def red_of(pipeline, name):
    return sum("reversed-elsewhere" in problems for doc, (_, problems) in documents(pipeline, "voucher").items()
               if doc.startswith(f"{name}/"))


# However many were taken back, none is forgotten; a list whose pages are cut short is read to its end.
def test_as_many_as_were_reversed_are_red():
    many = 70
    with Pipeline({"many": venue("many", 1)}, sandbox={"page_cut": 100}, stages={"invoicer": 0}) as pipeline:
        first = datetime.date(2026, 8, 1)
        pipeline.post([{**sold("many", 1), "seq": i + 1, "time": f"{first + datetime.timedelta(i)}T18:00:00+02:00"}
                       for i in range(many)])
        pipeline.until("all are posted", lambda: len(pipeline.vouchers()) == many)
        pipeline.until("and said to be", lambda: all(d[0] == "sent" for d in documents(pipeline, "voucher").values()))
        assert len(Person(pipeline).reverse_all("many")) == many
        look_of_the_day(pipeline, "uploader")
        pipeline.until("all are red", lambda: red_of(pipeline, "many") == many)


# A clock that was ahead for a while has looked "until" a day that has not come: what was done before it is seen all the same.
def test_a_clock_that_was_ahead_hides_nothing():
    with Pipeline({"ahead": venue("ahead", 1)}, stages={"invoicer": 0}) as pipeline:
        pipeline.post([sold("ahead", 10)])
        pipeline.until("it is posted", lambda: len(pipeline.vouchers()) == 1)
        pipeline.until("and said to be", lambda: document(pipeline, "ahead")[0] == "sent")
        look_of_the_day(pipeline, "uploader", (10, 11, 12))
        Person(pipeline).reverse("ahead")
        pipeline.set_clock(2 * DAY_S + (12 - time.gmtime().tm_hour) % 24 * 3600)
        pipeline.until("it is red", lambda: is_red(pipeline, "ahead"))


# A person looks here at once: check names it, and it is red without waiting for the day's look.
def test_check_online_sees_it_at_once():
    venues = {name: venue(name, i) for i, name in enumerate(NAMES)}
    with Pipeline(venues, stages={"invoicer": 0}) as pipeline:
        posted(pipeline)
        assert pipeline.command("check", "--online").returncode == 0
        Person(pipeline).reverse("anew")
        checked = pipeline.command("check", "--online", check=False)
        assert checked.returncode == 1 and "anew/2026-11-10/1" in checked.stdout
        assert checked.stdout.count("[reversed-elsewhere]") == 1
        pipeline.until("it is red", lambda: is_red(pipeline, "anew"))
        follow(pipeline, "anew", "resend", "sent")
        assert pipeline.command("check", "--online").returncode == 0 and len(pipeline.vouchers()) == 4


def an_order(pipeline, venue_name):
    return next(o for o in pipeline.orders() if o["client_key"] == client_key(venue_name))


def order_state(pipeline, doc):
    return documents(pipeline)[doc]


# An order is deleted there, the invoices of two are credited, one of which a person had sent, so that it is none of this
# integration's; those that stand, invoiced or not, and by whomever, stay green.
@pytest.mark.parametrize("marks", ["invoice", "note"])
def test_orders_deleted_and_invoices_credited(marks):
    names = ("deleted", "credited", "open", "invoiced", "theirs", "given")
    venues = {name: {**credit_venue(name, company=str(912345600 + i)), "client_key": {"file": f"keys/{name}"},
                     "send_invoice": "true" if name in ("credited", "invoiced") else "false"} for i, name in enumerate(names)}
    clients = clients_of(venues, customers=[(10001, "Kunde AS")])
    with Pipeline(venues, clients=clients, sandbox={"send_ms": 50, "credit_marks": marks}) as pipeline:
        for name in names:
            pipeline.command("customers", "--venue", name, "connect", "kunde-77", "10001")
        pipeline.post([sale(name, 1, "kunde-77") for name in names])
        docs = {name: f"{name}/order/K1/1" for name in names}
        pipeline.until("all are sent", lambda: len(pipeline.orders()) == 6 and all(
            order_state(pipeline, doc) == ("sent", {}) for doc in docs.values()))
        pipeline.until("two are invoiced", lambda: sum(o["sent"] for o in pipeline.orders()) == 2)
        pipeline.sandbox("hand", {"id": an_order(pipeline, "deleted")["id"], "deleted": True})
        pipeline.sandbox("hand", {"id": an_order(pipeline, "credited")["id"], "credited": True})
        for name in ("theirs", "given"):
            pipeline.sandbox("hand", {"id": an_order(pipeline, name)["id"], "sent": True})
        pipeline.sandbox("hand", {"id": an_order(pipeline, "given")["id"], "credited": True})
        look_of_the_day(pipeline, "invoicer")
        for name in ("deleted", "credited", "given"):
            pipeline.until(f"{name} is red", lambda name=name: "reversed-elsewhere" in order_state(pipeline, docs[name])[1])
        by = "(invoice 5" if marks == "invoice" else "(credit note 5"
        assert by in order_state(pipeline, docs["credited"])[1]["reversed-elsewhere"]
        assert order_state(pipeline, docs["theirs"]) == ("sent", {})
        assert order_state(pipeline, docs["open"]) == order_state(pipeline, docs["invoiced"]) == ("sent", {})
        pipeline.command("resend", docs["deleted"], "--reason", "deleted by mistake")
        pipeline.until("it is sent anew", lambda: order_state(pipeline, docs["deleted"]) == ("sent", {}))
        pipeline.command("leave-reversed", docs["credited"], "--reason", "the guest paid by card")
        pipeline.until("it is left", lambda: order_state(pipeline, docs["credited"]) == ("reversed", {}))
        assert "orders 0,00 + manual" in pipeline.command("status", "--venue", "credited", check=False).stdout
        assert sum(not o["deleted"] and not o["credited"] for o in pipeline.orders()) == 4
        pipeline.sandbox("hand", {"id": an_order(pipeline, "open")["id"], "deleted": True})
        checked = pipeline.command("check", "--online", "--venue", "open", check=False)
        assert checked.stdout.count("[reversed-elsewhere]") == 1 and docs["open"] in checked.stdout
        pipeline.until("it is red", lambda: "reversed-elsewhere" in order_state(pipeline, docs["open"])[1])


def told(pipeline, doc, what):
    """What the status says of it."""
    status = json.loads(pipeline.command("status", "--json", check=False).stdout)
    return next(d[what] for v in status["venues"] for d in v["documents"] if d["id"] == doc)


def doc_state(pipeline, doc):
    return {**documents(pipeline), **documents(pipeline, "voucher")}[doc]


# A PowerOffice that checks no references, and one whose check is of a replica: a request whose answer was lost is not seen by anybody
# who looks, goes out again, and stands there twice. That is red within a day, with both ids, until one of them is taken back.
@pytest.mark.parametrize("check", [{"duplicate_reference": "accept"}, {"duplicate_check": "replica"}])
def test_what_stands_there_twice_is_red_with_both_ids(check):
    names = ("twice", "once")
    venues = {name: {**credit_venue(name, company=str(912345600 + i)), "client_key": {"file": f"keys/{name}"},
                     "send_invoice": "false"} for i, name in enumerate(names)}
    clients = clients_of(venues, customers=[(10001, "Kunde AS")])
    with Pipeline(venues, clients=clients, sandbox={**check, "read_lag_ms": 600000}) as pipeline:
        for name in names:
            pipeline.command("customers", "--venue", name, "connect", "kunde-77", "10001")
        pipeline.post([sold("once", 10), {**sale("once", 11, "kunde-77")}])
        pipeline.until("the one is sent", lambda: len(pipeline.vouchers()) == 1 and len(pipeline.orders()) == 1)
        pipeline.sandbox("settings", {"fault_drop_after": 1000, "fault_paths": "CashJournals,SalesOrders/Complete"})
        pipeline.post([sold("twice", 10), {**sale("twice", 11, "kunde-77")}])
        pipeline.until("the answers are lost", lambda: len(pipeline.vouchers()) > 1 and len(pipeline.orders()) > 1)
        pipeline.sandbox("settings", {"fault_drop_after": 0})
        docs = ("twice/2026-11-10/1", "twice/order/K1/11")
        pipeline.until("both are green", lambda: all(doc_state(pipeline, doc) == ("sent", {}) for doc in docs), deadline_s=30)
        pipeline.sandbox("settings", {"read_lag_ms": 0})
        look_of_the_day(pipeline, "uploader")
        known = told(pipeline, docs[0], "voucher_no"), told(pipeline, docs[1], "order_no")
        there = ([v for v in pipeline.vouchers() if v["client_key"] == client_key("twice")],
                 [o for o in pipeline.orders() if o["client_key"] == client_key("twice")])
        ids = ([f"{v['voucher_no']} {v['id']}" for v in there[0]], [str(o["order_no"]) for o in there[1]])
        for doc, both in zip(docs, ids):
            text = pipeline.until(f"{doc} is red", lambda doc=doc: doc_state(pipeline, doc)[1].get("posted-twice"), deadline_s=30)
            assert len(both) > 1 and sum(one in text for one in both) == 2, (both, text)
        assert " 2 red" in pipeline.command("status", check=False).stdout
        checked = pipeline.command("check", "--online", "--venue", "twice", check=False)
        assert checked.returncode == 1 and checked.stdout.count("[posted-twice]") == 2
        assert doc_state(pipeline, "once/2026-11-10/1") == ("sent", {})
        for voucher in there[0]:
            if voucher["voucher_no"] != known[0]:
                Person(pipeline).reverse_one("twice", voucher["id"])
        for order in there[1]:
            if order["order_no"] != known[1]:
                pipeline.sandbox("hand", {"id": order["id"], "deleted": True})
        assert pipeline.command("check", "--online", check=False).stdout.count("[posted-twice]") == 0
        pipeline.until("each stands once", lambda: all(doc_state(pipeline, doc) == ("sent", {}) for doc in docs))
        assert pipeline.command("check", "--online").returncode == 0 and len(pipeline.vouchers()) == 2
