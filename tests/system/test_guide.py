"""The vendor's guide walked in a browser (docs/guide.md): a company with two venues from nothing to automatic transfer, on the real
processes and the sandbox. A broken mapping is found and mended, gift cards and credit switched, a customer connected, an order red
and sent again, a period transferred, a locked day posted on another date, a day entered by hand; at the end the ledger is what was
sold, to the øre. Nothing is typed at the server but the first user. BILAG_PICTURES keeps a picture of each step, in both widths and
languages."""
import collections
import http.client
import json
import os

import pytest

from browser_rig import browser_at
from console_rig import add_user, settings
from orders_rig import documents
from pipeline import Pipeline, client_key

pytestmark = pytest.mark.skipif(not os.environ.get("BILAG_BROWSER"), reason="BILAG_BROWSER is not set: make guide (chromium, selenium)")

COMPANY = "912345678"
FIRST, SECOND, LOCKED, OPEN, HAND, LAST = "2026-11-16", "2026-11-17", "2026-11-18", "2026-11-24", "2026-11-19", "2026-11-20"
FOOD = {"type": "food", "account": "3000", "reduced_account": "3001", "product": "MAT", "reduced_product": "MAT-TA"}
ACCOUNTS = {1570: "Kortterminal", 1576: "Klarna", 1900: "Kasse", 3000: "Salg, høy sats", 3001: "Salg, middels sats"}


def books():
    """One company in PowerOffice: two keys to the same books, as its two extensions have."""
    accounts = [{"no": no, "name": name} for no, name in ACCOUNTS.items()]
    return [{"client_key": client_key("grill"), "name": "Nordre Mat AS", "org_no": COMPANY, "client_id": "7654321", "accounts_changed": accounts,
             "departments": [{"code": "10", "name": "Grill"}, {"code": "20", "name": "Bar"}],
             "products": [{"code": "MAT", "name": "Mat", "account": 3000}, {"code": "MAT-TA", "name": "Mat, ta med", "account": 3001}],
             "customers": [{"no": 10001, "name": "Hansen Catering AS", "org_no": "923456789", "invoice_fee": False}]},
            {"client_key": client_key("bar"), "books": client_key("grill"), "name": "Nordre Mat AS", "org_no": COMPANY,
             "client_id": "7654321"}]


# What the sales of the walk are in PowerOffice's books, gross; the day that is entered by hand is not there.
LEDGER = {
    (3000, "3", "10"): -(12500 + 9900 + 12500 + 7700 + 11100), (3001, "31", "10"): -4600, (2900, "0", "10"): -50000 + 5000,
    (1570, "0", "10"): 12500 + 50000 + 7500 + 7700 + 11100, (1900, "0", "10"): 4600, (1576, "0", "10"): 9900,
    (3000, "3", "20"): -(8000 + 4000 + 11100), (3001, "31", "20"): -2300, (1570, "0", "20"): 8000 + 6300 + 11100,
}


class Till:
    """A register that ends its days with a Z report, and the books that its sales must become."""

    def __init__(self, venue, department):
        self.venue, self.department = venue, department
        self.seq = self.number = self.grand = 0
        self.first, self.sold, self.paid = 1, collections.Counter(), collections.Counter()

    def event(self, day, **more):
        self.seq += 1
        return {"v": 1, "venue": self.venue, "register": "K1", "seq": self.seq, "time": f"{day}T18:00:00+01:00", **more}

    def sale(self, day, lines, pays, **more):
        """lines: [(product type, VAT, øre)]; pays: {payment type: øre}."""
        for _, vat, gross in lines:
            self.sold[str(vat)] += gross
        self.paid.update(pays)
        return self.event(day, kind="receipt", lines=[{"product_type": kind, "vat": vat, "gross": gross, "qty": 1, "text": kind}
                                                       for kind, vat, gross in lines],
                          payments=[{"type": kind, "amount": amount} for kind, amount in pays.items()], **more)

    def close(self, day):
        self.number += 1
        self.grand += sum(self.sold.values())
        event = self.event(day, kind="z_report", z={
            "number": self.number, "business_day": day, "first_seq": self.first, "last_seq": self.seq,
            "sales_by_vat": dict(self.sold), "payments": dict(self.paid), "grand_total": self.grand})
        self.first, self.sold, self.paid = self.seq + 1, collections.Counter(), collections.Counter()
        return event


def state(rig, doc, kind="voucher"):
    return documents(rig, kind).get(doc, ("", {}))


class Walk:
    """The steps, in the guide's order. `web` is the window, `shot` names a picture."""

    def __init__(self, rig, web, language):
        self.rig, self.web, self.language = rig, web, language
        self.grill, self.bar = Till("grill", "10"), Till("bar", "20")
        self.token = None

    def post(self, *events):
        """As a till sends, with the token that the console showed."""
        connection = http.client.HTTPConnection("127.0.0.1", self.rig.port, timeout=30)
        connection.request("POST", "/v1/events", "".join(json.dumps(event) + "\n" for event in events),
                           {"Content-Type": "application/x-ndjson", "Authorization": f"Bearer {self.token}"})
        answer = connection.getresponse()
        told = json.loads(answer.read())
        connection.close()
        assert answer.status == 200 and told["accepted"] == len(events) and not told["rejected"], told

    def shot(self, name):
        self.web.picture(f"{self.language}-{name}")

    def until_state(self, doc, wanted, kind="voucher"):
        self.rig.until(f"{doc} is {wanted}, not {state(self.rig, doc, kind)}", lambda: state(self.rig, doc, kind)[0] == wanted)

    def new_venue(self, **said):
        self.web.go("/new-venue")
        self.web.fill(form_of("/new-venue"), **said)
        self.shot(f"new-venue-{said['id']}")
        self.web.press(form_of("/new-venue") + " button")

    def connect(self, venue):
        self.web.go(f"/venues/{venue}/connect")
        self.web.fill(form_of(f"/venues/{venue}/connect"), key=client_key(venue))
        self.shot(f"connect-{venue}")
        self.web.press(form_of(f"/venues/{venue}/connect") + " button")
        self.web.comes_to_say(f"/venues/{venue}/connect", "Nordre Mat AS")
        self.shot(f"connected-{venue}")

    def set_up(self, venue, values, look=None):
        """Writes into the form, is shown what changes, and saves it."""
        form = form_of(f"/venues/{venue}/setup")
        self.web.go(f"/venues/{venue}/setup")
        self.web.fill_in(values, form)
        if look:
            self.shot(f"{look}-form")
        self.web.press(form + ' button[value="look"]')
        if look:
            self.shot(f"{look}-changes")
        self.web.press(form + ' button[value="save"]')


def form_of(action):
    return f'form[action="{action}"]'


def a_company_is_there(walk):
    """Steps 1 to 6 of the guide: key, connection, department, hours, accounts and codes; nothing goes by itself yet."""
    walk.new_venue(id="grill", name="Nordre Grill", company=COMPANY, department="10")
    walk.connect("grill")
    walk.set_up("grill", {"s///begins": FIRST, **{f"s/product_types/+0/{field}": value for field, value in FOOD.items()},
                           "s/payment_types/+0/type": "card", "s/payment_types/+0/account": "1570",
                           "s/payment_types/+1/type": "cash", "s/payment_types/+1/account": "1900"}, look="setup")
    walk.web.go("/venues/grill/connect")
    walk.shot("green")
    assert "notice red" not in walk.web.driver.page_source and "state red" not in walk.web.driver.page_source, walk.web.words()


def another_venue(walk):
    """A second department of the same company: an add-on, which QuickOrder must know first."""
    web = walk.web
    walk.new_venue(id="bar", name="Nordre Bar", like="grill", department="20")
    walk.connect("bar")
    web.go("/venues/bar/connect")
    web.says("add-on-1")
    walk.shot("add-on")
    web.decide("/venues/bar/setup/confirm", {})
    web.go("/venues/bar/connect")
    assert not web.driver.find_elements("css selector", form_of("/venues/bar/setup/confirm"))


def a_token(walk):
    web = walk.web
    web.go("/tokens")
    web.fill(form_of("/tokens"), company=COMPANY, about="tills of Nordre Mat")
    web.press(form_of("/tokens") + " button")
    walk.token = web.driver.find_element("css selector", "code.secret, .secret code, code").text
    walk.shot("token")


def a_broken_mapping(walk):
    """A payment type that nobody gave an account: blank and red; mended, the day is built again, and transferred."""
    rig, web, till = walk.rig, walk.web, walk.grill
    walk.post(till.sale(FIRST, [("food", 25, 12500)], {"card": 12500}), till.sale(FIRST, [("food", 15, 4600)], {"cash": 4600}),
              till.sale(FIRST, [("gift_card", 0, 50000)], {"card": 50000}), till.sale(FIRST, [("food", 25, 9900)], {"klarna": 9900}), till.close(FIRST))
    walk.until_state(f"grill/{FIRST}/1", "held")
    web.go(f"/venues/grill/days/{FIRST}")
    walk.shot("broken")
    web.press("main a[href='/venues/grill/setup']")
    walk.set_up("grill", {"s/payment_types/+0/type": "klarna", "s/payment_types/+0/account": "1576"}, look="mend")
    walk.until_state(f"grill/{FIRST}/1", "waiting")
    web.go(f"/venues/grill/days/{FIRST}")
    walk.shot("mended")
    web.press(form_of("/venues/grill/transfer") + " button")
    walk.until_state(f"grill/{FIRST}/1", "sent")
    web.comes_to_say(f"/venues/grill/days/{FIRST}", str(rig.vouchers()[0]["voucher_no"]))
    walk.shot("sent")


def gift_cards_and_credit(walk):
    """Both switches: gift cards are posted; credit is an order of a customer that is connected from PowerOffice's list."""
    rig, web, till = walk.rig, walk.web, walk.grill
    walk.set_up("grill", {"s///auto_invoice": True}, look="credit")
    walk.post(till.sale(SECOND, [("food", 25, 12500)], {"gift_card": 5000, "card": 7500}),
              till.sale(SECOND, [("food", 25, 62500)], {"credit": 62500}, customer="Hansen", order="A-17"), till.close(SECOND))
    walk.until_state("grill/order/K1/7", "held", "order")
    web.go("/venues/grill/orders")
    walk.shot("order-red")
    web.go("/venues/grill/customers")
    walk.shot("customers")
    web.decide("/venues/grill/customers", {"till_customer": "Hansen"}, number="10001")
    walk.until_state("grill/order/K1/7", "sent", "order")
    web.comes_to_say("/venues/grill/orders", str(rig.orders()[0]["order_no"]))
    walk.shot("order-green")


def an_order_refused(walk):
    """PowerOffice refuses an order: what Bilag can explain waits for its mend there, anything else until a person sends it again."""
    rig, web, till = walk.rig, walk.web, walk.bar
    walk.set_up("bar", {"s///auto_invoice": True})
    rig.sandbox("clients", {"client_key": client_key("grill"), "customers": [{"no": 10001, "archived": True}]})
    walk.post(till.sale(FIRST, [("food", 25, 8000)], {"card": 8000}),
              till.sale(FIRST, [("food", 25, 30000)], {"credit": 30000}, customer="Hansen"))
    walk.until_state("bar/order/K1/2", "held", "order")
    web.go("/venues/bar/orders")
    walk.shot("order-explained")
    rig.sandbox("clients", {"client_key": client_key("grill"), "customers": [{"no": 10001, "archived": False}]})
    web.go("/venues/bar/connect")
    web.press(form_of("/venues/bar/connect/ask") + " button")
    walk.until_state("bar/order/K1/2", "sent", "order")
    rig.sandbox_set(reference_chars_max=10)
    walk.post(till.sale(FIRST, [("food", 25, 20000)], {"credit": 20000}, customer="Hansen"), till.close(FIRST))
    walk.until_state("bar/order/K1/3", "failed", "order")
    rig.sandbox_set(reference_chars_max=50)
    web.go("/venues/bar/orders")
    walk.shot("order-refused")
    web.decide("/decide", {"deed": "resend"}, reason="PowerOffice er rettet")
    walk.until_state("bar/order/K1/3", "sent", "order")


def a_period(walk):
    """The guide's Finance, Export: from and to, every voucher, and what is ready goes."""
    web, till = walk.web, walk.bar
    walk.post(till.sale(SECOND, [("food", 25, 4000), ("food", 15, 2300)], {"card": 6300}), till.close(SECOND))
    for venue in ("grill", "bar"):
        walk.until_state(f"{venue}/{SECOND}/1", "waiting")
        web.go(f"/venues/{venue}/period?from={FIRST}&to={SECOND}")
        walk.shot(f"period-{venue}")
        web.press(form_of(f"/venues/{venue}/transfer") + " button")
        for day in (FIRST, SECOND):
            walk.until_state(f"{venue}/{day}/1", "sent")


def a_locked_day(walk):
    """PowerOffice has shut the day: it is posted on another date."""
    rig, web, till = walk.rig, walk.web, walk.grill
    walk.post(till.sale(LOCKED, [("food", 25, 7700)], {"card": 7700}), till.close(LOCKED))
    walk.until_state(f"grill/{LOCKED}/1", "waiting")
    rig.sandbox("clients", {"client_key": client_key("grill"), "closed_until": LOCKED})
    web.go(f"/venues/grill/days/{LOCKED}")
    web.press(form_of("/venues/grill/transfer") + " button")
    walk.until_state(f"grill/{LOCKED}/1", "failed")
    web.go(f"/venues/grill/days/{LOCKED}")
    walk.shot("locked")
    web.decide("/decide", {"deed": "post-on"}, day=OPEN, reason="terminen er levert")
    walk.until_state(f"grill/{LOCKED}/1", "sent")
    assert {line["posting_date"] for v in rig.vouchers() for line in v["lines"] if v["saft_batch_id"].startswith(f"grill:{LOCKED.replace('-', '')}")} == {OPEN}


def a_day_by_hand(walk):
    web, till = walk.web, walk.grill
    walk.post(till.sale(HAND, [("food", 25, 5500)], {"card": 5500}), till.close(HAND))
    walk.until_state(f"grill/{HAND}/1", "waiting")
    web.go(f"/venues/grill/days/{HAND}")
    web.decide("/decide", {"deed": "by-hand"}, reason="ført som bilag 80012")
    walk.until_state(f"grill/{HAND}/1", "by_hand")
    web.go(f"/venues/grill/days/{HAND}")
    walk.shot("by-hand")


def by_itself(walk):
    """Up to date and nothing wrong: automatic transfer is switched on, and the next day goes alone."""
    web = walk.web
    for till in (walk.grill, walk.bar):
        walk.set_up(till.venue, {"s///auto_transfer": True}, look=f"automatic-{till.venue}")
        walk.post(till.sale(LAST, [("food", 25, 11100)], {"card": 11100}), till.close(LAST))
        walk.until_state(f"{till.venue}/{LAST}/1", "sent")
    for name, path in {"overview": "/", "month": "/venues/grill?month=2026-11", "audit": "/audit"}.items():
        web.go(path)
        walk.shot(name)


STEPS = (a_company_is_there, another_venue, a_token, a_broken_mapping, gift_cards_and_credit, an_order_refused, a_period, a_locked_day,
         a_day_by_hand, by_itself)


def ledger(rig):
    """(account, VAT code, department): øre, over all vouchers; and the orders' totals."""
    books = collections.Counter()
    for voucher in rig.vouchers():
        for line in voucher["lines"]:
            books[line["account"], line["vat_code"], line["department"]] += line["amount"]
    return {key: amount for key, amount in books.items() if amount}, sorted(order["total"] for order in rig.orders())


@pytest.mark.parametrize("language", ["nb", "en"])
def test_the_guide(language):
    port, more = settings()
    keys = {"poweroffice": {"application_keys": {name: {"file": "keys/quickorder"} for name in ("quickorder", "add-on-1")}}}
    with Pipeline({}, clients=books(), settings={**more, **keys}) as rig:
        rig.secrets.remove(rig.application_key)              # here it is an add-on's too, which the page shows
        add_user(rig, "kari", "--all-companies", "--role", "decides,sets-up,operates", "--title", "Kari Nordmann", "--language", language)
        rig.add("console", 0)
        rig.wait_ready()
        with browser_at(port, rig.until) as web:
            walk = Walk(rig, web, language)
            web.sign_in("kari")
            for step in STEPS:
                step(walk)
                assert not web.errors(), (step.__name__, web.errors())
            assert not web.elsewhere()
        assert ledger(rig) == (LEDGER, [20000, 30000, 62500])
        assert not rig.secret_leaks()
