"""Credit orders through the real processes: a venue that invoices, its sales, and how its orders stand."""
import json
import os
import time

from pipeline import SANITIZED, Pipeline, client_key, clients_of

def venue(name, company="912345678", **more):
    return {
        "venue": name, "name": f"Venue {name}", "company": company, "client_key": {"file": "keys/shared"},
        "close": "clock", "quiet_seconds": "1", "auto_transfer": "true", "auto_invoice": "true",
        "vat": {"normal": {"rate": "25", "code": "3"}, "reduced": {"rate": "15", "code": "31"},
                "none": {"rate": "0", "code": "0"}},
        "product_types": {"food": {"account": "3000", "product": "MAT"}},
        "payment_types": {"card": {"account": "1570"}, "credit": {"transfer": "false"}},
        **more}


def sale(venue_name, seq, customer, gross=12500, day="2026-11-19"):
    return {"v": 1, "venue": venue_name, "register": "K1", "seq": seq, "kind": "receipt", "time": f"{day}T19:00:00+01:00",
            "customer": customer,
            "lines": [{"product_type": "food", "vat": 25, "gross": gross, "qty": 1, "text": "Lunch"}],
            "payments": [{"type": "credit", "amount": gross}]}


def documents(pipeline, kind="order"):
    """{document: (state, {problem code: text})}"""
    status = json.loads(pipeline.command("status", "--json", check=False).stdout)
    return {d["id"]: (d["state"], {p["code"]: p["text"] for p in d["problems"]})
            for v in status["venues"] for d in v["documents"] if d["kind"] == kind}


def until_held(pipeline, doc, code):
    """The text of the problem, once the document is held with it."""
    def text():
        state, problems = documents(pipeline).get(doc, (None, {}))
        return problems.get(code) if state == "held" else None
    return pipeline.until(f"{doc} is held with {code}", text)


def patience_s():
    """A second; more where the machine is busy with other things, or sanitizers slow it down."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)) * (4 if SANITIZED else 1)


def until_sent(pipeline, count, since):
    pipeline.until(f"{count} orders", lambda: len(pipeline.orders()) == count, deadline_s=20)
    took = time.monotonic() - since
    print(f"{count} orders, {took:.2f} s after the mend")
    assert took < patience_s(), f"on its way only after {took:.2f} s"


def start(venues, customers=(), products=None, **more):
    """All venues share the client "shared"; customers and products are the sandbox's, or those that the venues need."""
    venues = {v["venue"]: v for v in venues}
    clients = clients_of(venues)
    clients[0]["customers"] = list(customers)
    if products is not None:
        clients[0]["products"] = list(products)
    return Pipeline(venues, clients=clients, **more)


def in_powers_books(pipeline, **changes):
    """Somebody changes something in PowerOffice itself, and looks here whether that was it."""
    pipeline.sandbox("clients", {"client_key": client_key("shared"), **changes})
    pipeline.command("check", "--online", check=False)
