"""Goal: nobody is left with a red document that cannot be ended (docs/rules.md section 8). Each problem code is raised through
the real processes, and not in the healthy neighbour; each way on that status prints is followed as it is printed, from a
document of its own, and at the end nothing is red and every sale stands in one place.

One pipeline for all, a venue a way: a row says what is wrong, and for each way what a person does beside typing the command.
"""
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from pipeline import ROOT, Pipeline, client_key, clients_of, key_name       # noqa: E402

DAY, NEXT, OPEN, AHEAD = "2026-11-20", "2026-11-21", "2026-11-22", "2026-12-20"
NOON = 1795863600                                # 2026-11-28 12:00 in Oslo
FEW = ["CommonServices", "GeneralLedgerAccount", "Department", "AccountTransaction"]
CUSTOMER = {"no": 10001, "name": "Hansen AS", "invoice_fee": False}
GIANT = 900719925474099                          # a receipt of that cannot be added up

# Nothing raises them any more: they keep their places for drafts of older programs (common/domain/problem.h).
RETIRED = {"alcohol-reduced", "venue-unknown"}


class Elsewhere:
    """Raised by a test of its own: which raises it, which shows where it is not, and which walks each way on."""

    def __init__(self, raised, ways, not_raised=None):
        self.raised, self.ways, self.not_raised = raised, ways, not_raised or raised


AWAY_TEST, TRIMMED_TEST = "test_problems.test_while_poweroffice_is_away", "test_problems.test_trimmed_while_it_is_reversed"
QUOTA, ADD_ON = "test_subscription.test_a_subscription_that_takes_nothing_is_no_right", "test_onboarding.test_an_add_on_waits_for_quickorder"
REFUSED = "test_subscription.test_both_refused_is_a_login_and_one_accepted_ends_it"
FORGED, DAILY = "test_peers.test_forged_messages", "test_elsewhere.test_reversed_by_a_person_is_red_within_a_day"
TWICE = "test_elsewhere.test_what_stands_there_twice_is_red_with_both_ids"
ELSEWHERE = {
    "reference-data": Elsewhere(AWAY_TEST, dict.fromkeys(("wait", "poweroffice", "by-hand"), AWAY_TEST)),
    "waiting-answer": Elsewhere(AWAY_TEST, {"wait": AWAY_TEST}),
    "other-company": Elsewhere(AWAY_TEST, dict.fromkeys(("settings", "by-hand"), AWAY_TEST)),
    "receipts-trimmed": Elsewhere(TRIMMED_TEST, {"by-hand": TRIMMED_TEST}),
    "subscription": Elsewhere(QUOTA, dict.fromkeys(("wait", "by-hand"), QUOTA), "test_subscription.test_a_right_that_lacks_is_one"),
    "subscription-key": Elsewhere(REFUSED, dict.fromkeys(("settings", "by-hand"), REFUSED), QUOTA),
    "add-on-awaited": Elsewhere(ADD_ON, dict.fromkeys(("confirm", "by-hand"), ADD_ON)),
    "no-receipts": Elsewhere(FORGED, {"reverse": FORGED}),
    "posted-twice": Elsewhere(TWICE, {"poweroffice": TWICE}),
    "day-open": Elsewhere("test_mapper_again.test_a_day_that_nobody_closes", {"wait": "test_mapper_again.test_a_day_that_nobody_closes"}),
    "reversed-elsewhere": Elsewhere(DAILY, dict.fromkeys(("resend", "leave-reversed", "by-hand"), DAILY)),
}
# Ways of a row's code that need a clock, or a document, of their own.
BESIDE = {("day-not-come", "wait"): "test_problems.test_a_day_ahead_goes_by_itself"}


def base(**more):
    return {"timezone": "Europe/Oslo", "auto_transfer": "true", "close": "clock", "quiet_seconds": "1", "settlement_pdf": "false",
            "vat": {"normal": {"rate": "25", "code": "3"}, "reduced": {"rate": "15", "code": "31"},
                    "none": {"rate": "0", "code": "0"}},
            "product_types": {"food": {"account": "3000", "reduced_account": "3001", "product": "MAT", "reduced_product": "MATR"},
                              "beer": {"account": "3010", "alcohol": "true"}},
            "payment_types": {"card": {"account": "1570"}, "gift_card": {"account": "2901", "transfer": "false"}}, **more}


def by_z(**more):
    return base(close="z_report", **more)


def invoiced(**more):
    venue = base(auto_invoice="true", **more)
    return {**venue, "payment_types": {**venue["payment_types"], "credit": {"transfer": "false"}}}


def paid(venue, **types):
    return {**venue, "payment_types": {**venue["payment_types"], **types}}


def sold(venue, **types):
    return {**venue, "product_types": {**venue["product_types"], **types}}


def at(seq, day, minute=0):
    return f"{day}T12:{minute:02d}:{seq % 60:02d}+01:00"


def sale(seq, gross=10000, day=DAY, kind="food", pay="card", vat=25, reg="K1", paid_with=None, **more):
    return {"v": 1, "register": reg, "seq": seq, "kind": "receipt", "time": at(seq, day),
            "lines": [{"product_type": kind, "vat": vat, "gross": gross, "qty": 1, "text": "Lunch"}],
            "payments": [{"type": pay, "amount": gross if paid_with is None else paid_with}], **more}


def credit(seq=1, **more):
    return sale(seq, pay="credit", **{"customer": "kunde-77", **more})


def z_of(seq, number, first, last, gross, day=DAY, reg="K1", **more):
    return {"v": 1, "register": reg, "seq": seq, "kind": "z_report", "time": f"{day}T23:00:00+01:00",
            "z": {"number": number, "business_day": day, "first_seq": first, "last_seq": last,
                  "sales_by_vat": {"25": gross}, "payments": {"card": gross}, **more}}


def hundred():
    """At a price a piece that PowerOffice keeps as a whole krone (price_decimals)."""
    event = credit(gross=12345)
    event["lines"][0]["qty"] = 100
    return event


def crowd():
    """A sale at each of more registers than a venue can have."""
    return [sale(1, 100, reg=f"K{n}") for n in range(201)]


class Row:
    """What is wrong with a venue that is otherwise right, and for each way on what a person does beside its command.

    venue, events; books: what is otherwise in PowerOffice; doc: the document that becomes red, in `state`
    then: what comes when the events' documents are sent; events, books, command (of which {v} is the venue)
    ways: {way, or way.variant: what to do first: {venue, books, events}, or the word(s) in place of capitals}
    also: other codes that come with it"""

    def __init__(self, venue, events, ways, books=None, doc="{v}/" + DAY + "/1", state="held", then=None, also=()):
        self.venue, self.events, self.ways, self.books = venue, events, ways, books or {}
        self.doc, self.state, self.then, self.also = doc, state, then or {}, set(also)


HAND = {"by-hand": {}}
ORDER = "{v}/order/K1/1"
ON = {"post-on": {"words": {"DATE": OPEN}}}


def account(**change):
    return {"accounts_changed": [{"no": 3000, **change}]}


ROWS = {
    "product-type-unmapped": Row(base(), [sale(1, kind="odd")],
                                 {"settings": {"venue": sold(base(), odd={"account": "3030"})}, **HAND}),
    "payment-type-unmapped": Row(base(), [sale(1, pay="odd")],
                                 {"settings": {"venue": paid(base(), odd={"account": "1571"})}, **HAND}),
    "vat-unmapped": Row(base(), [sale(1), sale(2, vat=12)],
                        {"settings": {"venue": base(vat={**base()["vat"], "low": {"rate": "12", "code": "33"}})},
                         "till": {"events": [sale(3, -10000, vat=12), sale(4)]}, "leave-out": {}, **HAND}, also=["product-type-unmapped"]),
    "account-unknown": Row(sold(base(), food={"account": "4711"}), [sale(1)],
                           {"settings": {"venue": base()},
                            "poweroffice": {"books": {"accounts_changed": [{"no": 4711, "vat_code": "3"}]}}, **HAND},
                           books={"accounts_changed": []}),
    "account-inactive": Row(base(), [sale(1)], {"settings": {"venue": sold(base(), food={"account": "3020"})},
                                                "poweroffice": {"books": account(active=True)}, **HAND},
                            books=account(active=False)),
    "account-vat-locked": Row(base(), [sale(1)], {"settings": {"venue": sold(base(), food={"account": "3020"})},
                                                  "poweroffice": {"books": account(vat_code="3", vat_locked=True)}, **HAND},
                              books=account(vat_code="5", vat_locked=True)),
    "department-required": Row(base(), [sale(1)], {"settings": {"venue": base(department="10")},
                                                   "poweroffice": {"books": account(department_required=False)}, **HAND},
                               books={**account(department_required=True), "departments": [{"code": "10", "name": "Bar"}]}),
    "project-required": Row(base(), [sale(1)], {"settings": {"venue": base(project="P1")},
                                                "poweroffice": {"books": account(project_required=False)}, **HAND},
                            books={**account(project_required=True), "projects": [{"code": "P1", "name": "Julebord"}]}),
    "project-unknown": Row(base(project="P2"), [sale(1)],
                           {"settings": {"venue": base(project="P1")},
                            "poweroffice": {"books": {"projects": [{"code": "P2", "name": "Nyttår"}]}}, **HAND},
                           books={"projects": [{"code": "P1", "name": "Julebord"}]}),
    "location-unknown": Row(base(location="MOSS"), [sale(1)],
                            {"settings": {"venue": base(location="OSLO")},
                             "poweroffice": {"books": {"locations": [{"code": "MOSS", "name": "Moss"}]}}, **HAND},
                            books={"locations": [{"code": "OSLO", "name": "Oslo"}]}),
    "department-unknown": Row(base(department="77"), [sale(1)],
                              {"settings": {"venue": base(department="10")},
                               "poweroffice": {"books": {"departments": [{"code": "77", "name": "Bar"}]}}, **HAND},
                              books={"departments": [{"code": "10", "name": "Kjøkken"}]}),
    "vat-code-unknown": Row(base(vat={**base()["vat"], "normal": {"rate": "25", "code": "99"}}), [sale(1)],
                            {"settings": {"venue": base()}, **HAND,
                             "poweroffice": {"books": {"vat_codes": [{"code": "99", "name": "Ny", "rate": 25},
                                                                     {"code": "0", "name": "Ingen", "rate": 0}]}}}),
    "vat-rate-differs": Row(base(vat={**base()["vat"], "normal": {"rate": "25", "code": "31"}}), [sale(1)],
                            {"settings": {"venue": base()}, **HAND,
                             "poweroffice": {"books": {"vat_codes": [{"code": "31", "name": "Ny", "rate": 25},
                                                                     {"code": "0", "name": "Ingen", "rate": 0}]}}}),
    "bank-account": Row(paid(base(), card={"account": "1920"}), [sale(1)], {"settings": {"venue": base()}, **HAND}),
    "double-entry": Row(paid(invoiced(), credit={"account": "1500"}), [credit()],
                        {"settings": {"venue": invoiced(), "customer": True}, **HAND}, also=["account-unknown"]),
    "receipt-unbalanced": Row(base(), [sale(1), sale(2, paid_with=9900)], {"leave-out": {}, **HAND}),
    "share-undefined": Row(base(), [sale(1), {
        **sale(2), "payments": [{"type": "gift_card", "amount": 5000}, {"type": "card", "amount": -5000}],
        "lines": [{"product_type": "food", "vat": 25, "gross": g} for g in (5000, -5000)]}],
        {"leave-out": {}, "settings": {"venue": paid(base(), gift_card={"account": "2901"})}, **HAND}),
    "void-unknown": Row(base(), [sale(1), {"v": 1, "register": "K1", "seq": 2, "kind": "void", "time": at(2, DAY),
                                           "voids": {"register": "K2", "seq": 2}}],
                        {"till": {"events": [sale(2, reg="K2")]}, "leave-out": {}, **HAND}),
    "receipt-conflict": Row(base(), [sale(1), sale(1, 7000, NEXT)], {
        "choose.first": {"words": {"first|second": "first"}}, "choose.second": {
            "words": {"first|second": "second"}, "command": "reverse {v}/" + DAY + "/1 --reason wrong", "held": DAY},
        "restarted": {}}, doc="{v}/" + NEXT + "/1"),
    "sequence-gap": Row(by_z(), [sale(1), sale(3), z_of(4, 1, 1, 3, 20000)],
                        {"till": {"events": [sale(2, 0)]}, "accept": {}, **HAND}),
    "z-differs": Row(by_z(), [sale(1), sale(3), z_of(4, 1, 1, 3, 30000)],
                     {"till": {"events": [sale(2)]}, "accept": {}, **HAND}, also=["sequence-gap"]),
    "z-missing": Row(by_z(), [sale(1), sale(1, reg="K2"), z_of(2, 1, 1, 1, 10000)],
                     {"till": {"events": [z_of(2, 1, 1, 1, 10000, reg="K2")]}, "accept": {}, **HAND}),
    "grand-total-broken": Row(by_z(), [sale(1), z_of(2, 1, 1, 1, 10000, grand_total=10000), sale(5, day=NEXT),
                                       z_of(6, 3, 5, 5, 10000, day=NEXT, grand_total=30000)],
                              {"till": {"events": [sale(3, day=NEXT), z_of(4, 2, 3, 3, 10000, day=NEXT, grand_total=20000)]},
                               "accept": {}, **HAND}, doc="{v}/" + NEXT + "/1", also=["sequence-gap"]),
    "z-gap": Row(by_z(), [sale(1), z_of(2, 1, 1, 1, 10000), sale(3), sale(4), z_of(5, 2, 4, 4, 10000)],
                 {"till": {"events": [z_of(6, 3, 3, 3, 10000)]}, "accept": {}, **HAND}),
    "z-overlap": Row(by_z(), [sale(1), sale(2), z_of(3, 1, 1, 2, 20000), sale(4), z_of(5, 2, 2, 4, 20000)],
                     {"accept": {}, **HAND}),
    "period-locked": Row(base(), [sale(1)], {"poweroffice": {"books": {"lock_date": "2026-11-19"}}, **ON, **HAND},
                         books={"lock_date": DAY}),
    "customer-missing": Row(invoiced(), [credit(customer=None)], {"till": {"events": [credit()], "customer": True}, **HAND},
                            doc=ORDER),
    "customer-unconnected": Row(invoiced(), [credit()], {"connect": {"words": {"NUMBER": "10001"}}, **HAND}, doc=ORDER),
    "customer-unknown": Row(invoiced(), [credit()], {
        "connect": {"words": {"NUMBER": "10002"}}, "poweroffice": {"books": {"customers": [{**CUSTOMER, "archived": False}]}},
        **HAND}, doc=ORDER, then={"customer": True, "books": {"customers": [{**CUSTOMER, "archived": True}]}, "look": True}),
    "product-unmapped": Row(sold(invoiced(), food={"account": "3000"}), [credit()],
                            {"settings": {"venue": invoiced()}, **HAND}, doc=ORDER, then={"customer": True},
                            books={"products": [{"code": "MAT", "name": "Mat", "account": 3000}]}),
    "product-unknown": Row(sold(invoiced(), food={"account": "3000", "product": "NY"}), [credit()], {
        "products": {}, "settings": {"venue": invoiced()},
        "poweroffice": {"books": {"products": [{"code": "NY", "name": "Ny", "account": 3000}]}}, **HAND},
        books={"products": [{"code": "MAT", "name": "Mat", "account": 3000}]}, doc=ORDER, then={"customer": True}),
    "product-account": Row(invoiced(), [credit()], {
        "settings": {"venue": sold(invoiced(), food={"account": "3050", "product": "MAT"})},
        "poweroffice": {"books": {"products": [{"code": "MAT", "name": "Mat", "account": 3000}]}}, **HAND},
        books={"products": [{"code": "MAT", "name": "Mat", "account": 3050}]}, doc=ORDER, then={"customer": True}),
    "total-differs": Row(invoiced(), [hundred()], {"accept": {}}, doc=ORDER, state="sent", then={"customer": True}),
    "login": Row(base(), [sale(1)], {"poweroffice": {"books": {"revoked": False}}, "key": {"key": True}, **HAND},
                 books={"revoked": True}),
    "other-client": Row(base(), [sale(1)], {"key": {"key": True}, **HAND}, doc="{v}/" + NEXT + "/1",
                        then={"wrong_key": True, "events": [sale(2, day=NEXT)]}),
    "privilege-missing": Row(base(), [sale(1)], {"poweroffice": {"books": {"privileges": [*FEW, "CashVoucher_Full"]}}, **HAND},
                             books={"privileges": FEW}),
    "amount-range": Row(base(), [sale(1), sale(2, GIANT)], {"leave-out": {}, **HAND}),
    "refused": Row(paid(base(), card={"account": "1500"}), [sale(1)],
                   {"resend": {"venue": base()}, "post-on": {"venue": base(), "words": {"DATE": OPEN}}, **HAND}, state="failed"),
    "invoice-not-sent": Row(invoiced(send_invoice="true"), [credit()], {"resend": {}}, doc=ORDER, state="sent",
                            then={"customer": True}),
    "day-too-large": Row(base(), crowd(), {"leave-out": {}, **HAND}),
    "sending-off": Row(invoiced(send_invoice="true"), [credit()], {
        "poweroffice": {"books": {"allow_send_invoice": True}}, "settings": {"venue": invoiced()}, **HAND},
        books={"allow_send_invoice": False}, doc=ORDER, then={"customer": True}),
    "reversal-refused": Row(base(), [sale(1)], {"reverse": {"books": {"lock_date": "2026-11-19"}}}, state="sent",
                            then={"books": {"lock_date": DAY}, "command": "reverse {v}/" + DAY + "/1 --reason wrong"}),
    "alcohol-rate": Row(sold(base(), beer={"account": "3010", "reduced_account": "3011", "alcohol": "true"}),
                        [sale(1), sale(2, kind="beer", vat=15)], {
        "settings": {"venue": sold(base(), beer={"account": "3010", "reduced_account": "3011"})},
        "till": {"events": [sale(3, -10000, kind="beer", vat=15), sale(4, kind="beer")]}, "leave-out": {}, **HAND}),
    "vat-zero": Row(base(), [sale(1), sale(2, vat=0)], {
        "settings": {"venue": sold(base(), food={**base()["product_types"]["food"], "vat_free": "true"})}, "accept": {},
        "till": {"events": [sale(3, -10000, vat=0), sale(4)]}, "leave-out": {}, **HAND}),
    "clock-jump": Row(base(), [sale(1, day=OPEN), sale(2)], {
        "accept": {}, "post-on": {"words": {"DATE": NEXT}, "after": "accept {v}/" + DAY + "/1 clock-jump --reason right"},
        "leave-out": {}, **HAND}),
    "day-not-come": Row(base(), [sale(1, day=AHEAD)], {**ON, "leave-out": {}, **HAND}, doc="{v}/" + AHEAD + "/1"),
}
SILENT = {"till", "wait"}                        # what the problem's own sentence says, without a command
HEALTHY = {"clock": (base(), [sale(1)]), "z": (by_z(), [sale(1), sale(2), z_of(3, 1, 1, 2, 20000)]),
           "order": (invoiced(), [credit()])}


def ways_of_the_table():
    """{code: its ways on}, as problem.h has them."""
    text = (ROOT / "common/domain/problem.h").read_text(encoding="utf-8")
    names = dict(re.findall(r'X\((WAY_\w+), +"([a-z-]+)"\)', text))
    rows = re.findall(r'X\(PROBLEM_\w+, +"([a-z-]+)", +([A-Z_ |]+)\)', text)
    return {code: {names[way] for way in ways.split(" | ")} for code, ways in rows}


class Case:
    """A way on of a code, in a venue of its own."""

    def __init__(self, number, code, way):
        self.row, self.code, self.way = ROWS[code], code, way.split(".")[0]
        self.step = self.row.ways[way]
        self.name = f"v{number:03d}-{code}-{way.replace('.', '-')}"
        self.doc = self.row.doc.format(v=self.name)
        self.venue = self.named(self.row.venue)

    def named(self, venue):
        return {**venue, "venue": self.name, "name": self.name, "company": str(810000000 + int(self.name[1:4])),
                "client_key": {"file": f"keys/{self.name}"}}

    def events(self, events):
        return [{**{k: v for k, v in e.items() if v is not None}, "venue": self.name} for e in events]


def cases():
    ways = [(code, way) for code, row in ROWS.items() for way in row.ways]
    return [Case(n, code, way) for n, (code, way) in enumerate(ways)]


def shown(pipeline):
    """{document: (its row, the venue's row)}"""
    status = json.loads(pipeline.command("status", "--json", check=False).stdout)
    return {d["id"]: d for v in status["venues"] for d in v["documents"]}, {v["venue"]: v for v in status["venues"]}


def books_of(case, clients):
    client = next(c for c in clients if c["client_key"] == client_key(key_name(case.venue)))
    client["customers"] = [CUSTOMER, {**CUSTOMER, "no": 10002}]
    client.update(case.row.books)


def change_books(pipeline, case, books):
    pipeline.sandbox("clients", {"client_key": client_key(key_name(case.venue)), **books})


def do(pipeline, case, step):
    """What is done beside the printed command."""
    if step.get("customer"):
        pipeline.command("customers", "--venue", case.name, "connect", "kunde-77", "10001")
    if step.get("books"):
        change_books(pipeline, case, step["books"])
    if step.get("venue"):
        pipeline.write_venue(case.named(step["venue"]))
    if step.get("wrong_key"):
        pipeline.sandbox("clients", {"client_key": client_key(case.name + "-wrong"), "name": "Other AS", "org_no": "999999999"})
        pipeline.write_key(key_name(case.venue), client_key(case.name + "-wrong"))
        pipeline.reload()
    if step.get("events"):
        pipeline.post(case.events(step["events"]))
    if step.get("command"):
        pipeline.command(*shlex.split(step["command"].format(v=case.name)))
    if step.get("held"):
        pipeline.until("what was reversed waits for the decision",
                       lambda: shown(pipeline)[0][f"{case.name}/{step['held']}/1"]["state"] == "held")
    if step.get("look"):
        pipeline.command("check", "--online", "--venue", case.name, check=False)


def is_raised(case, docs):
    doc = docs.get(case.doc)
    return doc and doc["state"] == case.row.state and case.code in {p["code"] for p in doc["problems"]}


def raise_all(pipeline, all_cases):
    pipeline.post([e for case in all_cases for e in case.events(case.row.events)] +
                  [{**e, "venue": name} for name, (_, events) in HEALTHY.items() for e in events])
    later = [case for case in all_cases if case.row.then]

    def there(case, docs):
        first = next((d for name, d in docs.items() if name.startswith(case.name + "/")), None)
        return first and (first["state"] == "sent" if case.row.doc != ORDER else docs.get(case.doc))
    while later:
        docs, _ = pipeline.until("documents that something then befalls", lambda: (seen := shown(pipeline)) and any(
            there(case, seen[0]) for case in later) and seen)
        for case in [case for case in later if there(case, docs)]:
            do(pipeline, case, case.row.then)
            later.remove(case)
    end = time.monotonic() + 60
    while (missing := [c for c in all_cases if not is_raised(c, (seen := shown(pipeline))[0])]) and time.monotonic() < end:
        time.sleep(0.1)
    assert not missing, {c.name: (seen[0].get(c.doc) or {}).get("state", "none") + " " + ",".join(
        p["code"] for p in (seen[0].get(c.doc) or {"problems": []})["problems"]) for c in missing}
    return seen


def mistold(case, doc):
    """The problem and no other; and of its ways on those that this test knows. None: all is as it should be."""
    codes = {p["code"] for p in doc["problems"]}
    printed = {w["way"] for w in doc["ways"] if w.get("problem") == case.code}
    known = {way.split(".")[0] for way in case.row.ways} - SILENT
    alone = codes == {case.code}
    if codes - {case.code} <= case.row.also and (printed == known or not alone) and (
            case.way in SILENT or case.way in {w["way"] for w in doc["ways"]}):
        return None
    return f"{case.name}: {codes}, told {printed}, known {known}"


def follow(pipeline, case, doc):
    """The command as it is printed; where it is one of several problems, for each of them that has it."""
    do(pipeline, case, {k: v for k, v in case.step.items() if k not in ("words", "key", "after")})
    if case.step.get("venue"):
        pipeline.reload()
    for advice in doc["ways"]:
        if advice["way"] != case.way:
            continue
        command = advice["command"].replace('"..."', '"a reason"')
        for capitals, word in case.step.get("words", {}).items():
            command = command.replace(capitals, word)
        words = shlex.split(command)
        assert words[0] == "bilag" and not re.search(r"\b[A-Z]{4,}\b", command), command
        more = {"input": case.new_key + "\n"} if case.step.get("key") else {}
        words += ["--yes"] if words[1] in ("choose", "restarted", "products") or "--problem" in words else []
        done = pipeline.command(*words[1:], check=False, **more)
        if done.returncode and case.way not in ("settings", "poweroffice"):
            return f"{case.name}: {command}: {done.stdout}{done.stderr}"
    if case.step.get("after"):
        pipeline.command(*shlex.split(case.step["after"].format(v=case.name)))
    return None


def check_log(pipeline, all_cases):
    """One search follows a document through all stages: each fact once, with its codes and its milliseconds."""
    for case in all_cases:
        if case.row.state != "held":
            continue
        lines = [line for stage in ("mapper", "validator", "uploader", "invoicer")
                 for line in pipeline.log(f"{stage}-0").splitlines() if line.startswith(f"doc={case.doc} ")]
        for what in (" what=draft ", " what=verdict ", " what=held "):
            facts = [line for line in lines if what in line]
            assert facts and all(re.search(r" ms=\d+ at=", line) for line in facts), (case.doc, what, lines)
            assert what == " what=draft " or len(facts) == len({re.sub(r" ms=.*", "", line) for line in facts}), facts
        assert any(" what=held " in line and case.code in line for line in lines), lines


def prepare_key(pipeline, case):
    """Another key to the same books; or the right one again."""
    case.new_key = client_key(key_name(case.venue))
    if case.row.then.get("wrong_key"):
        return
    case.new_key = client_key(case.name + "-new")
    pipeline.secrets.append(case.new_key)
    pipeline.sandbox("clients", {"client_key": case.new_key, "name": case.name, "org_no": case.venue["company"],
                                 "books": case.name})


def is_red(doc):
    return doc["state"] in ("held", "failed") or (doc["state"] == "sent" and doc["problems"])


def check_proofs(venues):
    for name, venue in venues.items():
        for proof in venue["days"]:
            assert not proof["difference"], (name, proof)


def test_every_way_on_of_every_problem():
    all_cases = cases()
    venues = {case.name: case.venue for case in all_cases}
    healthy = {name: {**venue, "venue": name, "name": name, "company": str(820000000 + n)}
               for n, (name, (venue, _)) in enumerate(HEALTHY.items())}
    clients = clients_of({**venues, **healthy}, [(10001, "Hansen AS")])
    for case in all_cases:
        books_of(case, clients)
        if case.step.get("key"):
            next(c for c in clients if c["client_key"] == client_key(key_name(case.venue)))["books"] = case.name
    pipeline = Pipeline({**venues, **healthy}, clients=clients, sandbox={"send_result": "failed", "send_ms": 0,
                                                                              "price_decimals": 0})
    pipeline.set_clock(NOON - int(time.time()))
    with pipeline:
        pipeline.command("customers", "--venue", "order", "connect", "kunde-77", "10001")
        docs, _ = raise_all(pipeline, all_cases)
        for name in HEALTHY:
            assert all(not d["problems"] for d in docs.values() if d["id"].startswith(name + "/")), name
        assert not (wrong := [text for case in all_cases if (text := mistold(case, docs[case.doc]))]), "\n".join(wrong)
        check_log(pipeline, all_cases)
        pipeline.sandbox_set(send_result="sent")
        for case in all_cases:
            if case.step.get("key"):
                prepare_key(pipeline, case)
            wrong += filter(None, [follow(pipeline, case, docs[case.doc])])
        assert not wrong, "\n".join(wrong)
        end = time.monotonic() + 60
        while True:
            docs, seen = shown(pipeline)
            red = {name: (d["state"], [p["code"] for p in d["problems"]]) for name, d in docs.items() if is_red(d)}
            moving = [name for name, d in docs.items() if d["state"] in ("queued", "sending") or d.get("newer_revision")]
            if not red and not moving or time.monotonic() > end:
                break
            time.sleep(0.1)
        assert not red and not moving, (red, moving)
        check_proofs(seen)


def has_test(name):
    """Its function's text, of this file or of one beside it."""
    file, function = name.split(".")
    text = (HERE / f"{file}.py").read_text(encoding="utf-8")
    found = re.search(rf"^def {function}\(.*?(?=^\S|\Z)", text, re.M | re.S)
    return found and found.group(0)


def sentences_of_the_table():
    """The codes whose English and Norwegian sentence a unit test reads."""
    text = (ROOT / "tests/common/domain/test_problem_texts.c").read_text(encoding="utf-8")
    return {name for name in re.findall(r'\{ PROBLEM_(\w+), \d, "[^"]+", "[^"]+" \}', text)}


def lacking(code, ways):
    """What is not shown of a code: raised, not raised, its sentence in both languages, each way on tried to the end."""
    row, elsewhere = ROWS.get(code), ELSEWHERE.get(code)
    walked = {way.split(".")[0] for way in row.ways} if row else set(elsewhere.ways)
    walked |= {way for of, way in BESIDE if of == code}
    said = [f"{code}: {way} is walked by no test" for way in ways - walked] + [f"{code} has no way {way}" for way in walked - ways]
    tests = [BESIDE[key] for key in BESIDE if key[0] == code]
    tests += [elsewhere.raised, elsewhere.not_raised, *elsewhere.ways.values()] if elsewhere else []
    said += [f"{code}: there is no {name}" for name in tests if not has_test(name)]
    if elsewhere and f'"{code}"' not in (of := (HERE / f"{elsewhere.raised.split('.')[0]}.py").read_text(encoding="utf-8")) and \
            f"[{code}]" not in of:
        said.append(f"{code} is not in {elsewhere.raised}")
    if code.upper().replace("-", "_") not in sentences_of_the_table():
        said.append(f"{code}: its sentences are not read")
    return said


def raisers(code):
    """The files that put it into a document."""
    name = re.compile(rf"\bPROBLEM_{code.upper().replace('-', '_')}\b")
    files = [path for room in ("mapper", "validator", "sender", "uploader", "invoicer", "poweroffice", "bilag", "common", "console")
             for path in (ROOT / room).rglob("*.c") if path.name != "problem_texts.c"]
    return [str(path.relative_to(ROOT)) for path in files if name.search(path.read_text(encoding="utf-8"))]


def test_every_code_is_raised_said_and_ended():
    """Each code of problem.h: which test raises it, which does not (the healthy neighbours, for all of ROWS), both sentences, and
    each way on walked to its end. What nothing raises any more is raised by no source."""
    table = ways_of_the_table()
    assert len(table) > 50 and set(ROWS) | set(ELSEWHERE) | RETIRED == set(table), (set(ROWS) | set(ELSEWHERE) | RETIRED) ^ set(table)
    assert not set(ROWS) & set(ELSEWHERE) and not (set(ROWS) | set(ELSEWHERE)) & RETIRED
    said = [text for code, ways in table.items() if code not in RETIRED for text in lacking(code, ways)]
    said += [f"{code} is retired, and raised in {raisers(code)}" for code in RETIRED if raisers(code)]
    said += [f"{code} is raised by no source" for code in table if code not in RETIRED and not raisers(code)]
    assert not said, "\n".join(said)


# -- while PowerOffice is away: what only then comes, and ends --

AWAY = {"wait": {}, "poweroffice": {}, "by-hand": {}}


def away_case(number, code, way):
    kept = ROWS.get(code)
    ROWS[code] = Row(base(), [sale(1)], {way: {}})
    case = Case(number, code, way)
    del ROWS[code]
    if kept:
        ROWS[code] = kept
    return case


def until_state(pipeline, case, state, code):
    return pipeline.until(f"{case.doc} is {state} with {code}", lambda: (doc := shown(pipeline)[0].get(case.doc)) and
                          doc["state"] == state and code in {p["code"] for p in doc["problems"]} and doc)


def unread(pipeline, all_cases):
    """reference-data: nothing was ever read. It goes on by itself, or when somebody looks, or is entered by hand."""
    pipeline.post([e for case in all_cases for e in case.events([sale(1)])])
    docs = {case: until_state(pipeline, case, "held", "reference-data") for case in all_cases}
    for case in all_cases:
        assert {w["way"] for w in docs[case]["ways"]} == set(AWAY) - SILENT
        if case.way == "by-hand":
            assert not follow(pipeline, case, docs[case])
    pipeline.sandbox_set(down="off")
    for case in all_cases:
        if case.way == "poweroffice":
            assert not follow(pipeline, case, docs[case])


def until_at_rest(pipeline):
    def rest():
        docs, venues = shown(pipeline)
        return all(d["state"] in ("sent", "by_hand") and (d["state"] == "by_hand" or not d["problems"])
                   for d in docs.values()) and venues
    check_proofs(pipeline.until("nothing is red and nothing under way", rest))


def test_while_poweroffice_is_away():
    all_cases = [away_case(n, "reference-data", way) for n, way in enumerate(AWAY)]
    lost = away_case(4, "waiting-answer", "wait")
    moved = [away_case(5 + n, "other-company", way) for n, way in enumerate(("settings", "by-hand"))]
    venues = {case.name: case.venue for case in [*all_cases, lost, *moved]}
    pipeline = Pipeline(venues, clients=clients_of(venues), stages={"invoicer": 0}, sandbox={"down": "close"})
    pipeline.set_clock(NOON - int(time.time()))
    with pipeline:
        unread(pipeline, all_cases)
        pipeline.post([e for case in [lost, *moved] for e in case.events([sale(1)])])
        until_at_rest(pipeline)
        # The answer is lost, and nothing can be looked up.
        pipeline.sandbox_set(fault_5xx_after=1000, fault_paths="CashJournals,AccountTransactions")
        pipeline.post(lost.events([sale(2, day=NEXT)]))
        lost.doc = f"{lost.name}/{NEXT}/1"
        doc = until_state(pipeline, lost, "sending", "waiting-answer")
        assert not doc["ways"]
        # Sealed for one company, and the venue is given to another before it is sent.
        pipeline.sandbox_set(fault_5xx_after=0, fault_paths="", down="close")
        pipeline.post([e for case in moved for e in case.events([sale(2, day=NEXT)])])
        for case in moved:
            case.doc = f"{case.name}/{NEXT}/1"
            pipeline.until("it is sealed", lambda case=case: f"doc={case.doc} stage=uploader.0 what=sealed" in
                           pipeline.log("uploader-0"))
            pipeline.write_venue({**case.venue, "company": "987654321"})
        pipeline.reload()
        for case in moved:
            doc = until_state(pipeline, case, "held", "other-company")
            assert {w["way"] for w in doc["ways"]} == {"settings", "by-hand"}
            if case.way == "settings":
                pipeline.write_venue(case.venue)
                pipeline.reload()
            assert not follow(pipeline, case, doc)
        pipeline.sandbox_set(down="off")
        until_at_rest(pipeline)
        assert {name for name in shown(pipeline)[0] if name.startswith(lost.name)} == {f"{lost.name}/{d}/1" for d in (DAY, NEXT)}
        assert len([v for v in pipeline.vouchers() if lost.name[:12] in v["saft_batch_id"]]) in (0, 2)


# -- what needs a clock of its own --

def test_a_day_ahead_goes_by_itself():
    """Up to a day ahead of the clock nobody has to do anything: it is held, and goes when it is over."""
    case = away_case(1, "day-not-come", "wait")
    case.doc, case.venue = f"{case.name}/2026-11-29/1", case.named(by_z())
    pipeline = Pipeline({case.name: case.venue}, clients=clients_of({case.name: case.venue}), stages={"invoicer": 0})
    pipeline.set_clock(NOON - int(time.time()))
    with pipeline:
        pipeline.post(case.events([sale(1, day="2026-11-29"), z_of(2, 1, 1, 1, 10000, day="2026-11-29")]))
        until_state(pipeline, case, "held", "day-not-come")
        pipeline.set_clock(NOON + 2 * 86400 - int(time.time()))
        pipeline.until("it goes", lambda: shown(pipeline)[0][case.doc]["state"] == "sent")
        until_at_rest(pipeline)


def test_trimmed_while_it_is_reversed():
    """What could not be built again is not reversed, so it takes receipts that grow old while PowerOffice is away."""
    case = away_case(1, "receipts-trimmed", "by-hand")
    tool = pathlib.Path(os.environ.get("BILAG_TOOLS") or ROOT / "build/gcc/tests/chaos") / "tool_stores"
    pipeline = Pipeline({case.name: case.venue}, clients=clients_of({case.name: case.venue}), stages={"invoicer": 0})
    pipeline.set_clock(NOON - int(time.time()))
    with pipeline:
        pipeline.post(case.events([sale(1), sale(2, day=NEXT)]))
        pipeline.until("both are sent", lambda: [d["state"] for d in shown(pipeline)[0].values()] == ["sent"] * 2)
        pipeline.sandbox_set(down="close")
        pipeline.command("reverse", case.doc, "--reason", "wrong")
        pipeline.stop("mapper")
        subprocess.run([tool, pipeline.state], input=f"trim\t{case.name}\t{DAY}\n", text=True, check=True)
        pipeline.restart("mapper")
        pipeline.sandbox_set(down="off")
        doc = until_state(pipeline, case, "held", "receipts-trimmed")
        assert {w["way"] for w in doc["ways"]} == {"by-hand"} and not shown(pipeline)[0][f"{case.name}/{NEXT}/1"]["problems"]
        assert not follow(pipeline, case, doc)
        until_at_rest(pipeline)
        assert shown(pipeline)[0][case.doc]["state"] == "by_hand"
