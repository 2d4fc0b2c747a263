"""The console's interface for programs, through the real processes: every operation of docs/api.yaml is asked for and its answers
judged by it; who may, and whose books, is the same table as the pages'."""
import json
import pathlib
import re
import signal
import subprocess

import pytest

from api_rig import DESCRIPTION, Program, operations, resolved
from console_rig import PASSWORD, Person, add_user, settings
from orders_rig import documents, sale, start, venue
from test_console_ways import refused
from test_languages import NO_PAGE

DAY = "2026-11-19"
LONG_AGO = "2026-08-03"
OTHER = "987654321"
MINE = "912345678"
RIGHTS = {"look": {"reads", "decides", "sets-up", "operates"}, "decide": {"decides"}, "transfer": {"decides"},
          "connect": {"sets-up"}, "set-up": {"sets-up"}, "operate": {"operates"}, "undo": {"decides", "operates"}}
USERS = {"reads": ("--company", MINE), "decides": ("--company", MINE), "sets-up": ("--company", MINE), "operates": ("--company", MINE),
         "all": ("--all-companies",), "foreign": ("--company", OTHER)}


def receipt(name, seq, day=DAY, gross=12500, **more):
    return {"v": 1, "venue": name, "register": "K1", "seq": seq, "kind": "receipt", "time": f"{day}T19:00:00+01:00",
            "lines": [{"product_type": "food", "vat": 25, "gross": gross, "qty": 1, "text": "Lunch"}],
            "payments": [{"type": "card", "amount": gross}], **more}


@pytest.fixture(scope="module")
def rig():
    port, more = settings()
    venues = [venue(name, auto_transfer="false") for name in ("oslo", "gap", "cash", "odd", "again", "sent")]
    venues.append(venue("other", company=OTHER, client_key={"file": "keys/other"}, auto_transfer="false"))
    with start(venues, [{"no": 10001, "name": "Hansen"}, {"no": 10002, "name": "Olsen"}], settings=more) as pipeline:
        pipeline.tokens = {}
        for name, args in USERS.items():
            roles = "decides,sets-up,operates" if name in ("all", "foreign") else name
            add_user(pipeline, name, *args, "--role", roles, "--language", "nb")
            pipeline.tokens[name] = pipeline.command("users", "token", name, "--about", "tests").stdout.strip()
        pipeline.add("console", 0)
        pipeline.wait_ready()
        pipeline.console_port = port
        pipeline.post([receipt("oslo", 1), receipt("oslo", 2, gross=9900), sale("oslo", 3, "kunde 77"),
                       receipt("gap", 1), receipt("gap", 3), receipt("again", 1), receipt("again", 2, day="2026-11-18"),
                       receipt("other", 1), receipt("cash", 1), receipt("odd", 1), receipt("sent", 1),
                       receipt("odd", 2, payments=[{"type": "card", "amount": 100}]), receipt("unknown", 1),
                       receipt("odd", 1, LONG_AGO, register="K2", payments=[{"type": "card", "amount": 100}]),
                       {"v": 1, "venue": "cash", "register": "K1", "seq": 2, "kind": "cash_movement", "amount": -200000,
                        "time": f"{DAY}T20:00:00+01:00", "reason": "bank"}])
        ready = {f"oslo/{DAY}/1": "waiting", f"gap/{DAY}/1": "held", f"again/{DAY}/1": "waiting", f"other/{DAY}/1": "waiting",
                 f"cash/{DAY}/1": "waiting", f"odd/{DAY}/1": "held", f"sent/{DAY}/1": "waiting", f"odd/{LONG_AGO}/1": "held"}
        pipeline.until("the days are closed", lambda: {d: s for d, (s, _) in documents(pipeline, "voucher").items() if d in ready}
                       == ready)
        pipeline.until("the order is held", lambda: documents(pipeline).get("oslo/order/K1/3", ("",))[0] == "held")
        everybody = program(pipeline, "all")         # until they are read, any number may be connected
        pipeline.until("PowerOffice's customers are known",
                       lambda: everybody.get("/api/v1/venues/sent/customers").json["poweroffice"])
        yield pipeline


def program(rig, name, **more):
    return Program(rig.console_port, rig.tokens[name], **more)


@pytest.fixture
def everything(rig):
    return program(rig, "all")


# What is asked for of each operation that only looks, of a venue; and of which document or receipt, where that is needed.
ASKED = {"/api/v1/venues/{venue}/document": "?id={venue}/%s/1" % DAY, "/api/v1/venues/{venue}/requests": "?document={venue}/%s/1" % DAY,
         "/api/v1/venues/{venue}/receipt": "?name=K1/1", "/api/v1/venues/{venue}/vouchers.csv": f"?from={DAY}&to={DAY}",
         "/api/v1/venues/{venue}/documents": f"?from={DAY}&to={DAY}", "/api/v1/venues/{venue}/manual": f"?from={DAY}&to={DAY}",
         "/api/v1/venues/{venue}/month": "?month=2026-11", "/api/v1/venues/{venue}/setup": "?choices=true"}


def path_of(pattern, name):
    return (pattern + ASKED.get(pattern, "")).format(venue=name, day=DAY, part=1, line=1)


# Goal: the description has every operation that the program has, and no other; each says whose right it is.
def test_described(everything):
    there = {(row["method"], row["path"]) for row in everything.get("/api/v1").json["operations"]}
    described = {(method, re.sub(r"\{[a-z]+\}", "{}", path)) for method, path, _ in operations()}
    assert described == there
    assert all(operation["x-right"] in RIGHTS and operation["summary"] for _, _, operation in operations())
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(ids)) == len(ids)


# Goal: without a token that opens nothing is answered, not even whether there is such a thing; and no cookie is believed.
def test_strangers(rig, everything):
    person = Person(rig.console_port)
    rig.command("users", "add", "cookie", "--all-companies", input="en god og lang setning\n")
    assert person.sign_in("cookie").status == 303
    cookie = "; ".join(f"{k}={v}" for k, v in person.cookies.items())
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer bilag_user_" + "x" * 43}, {"Cookie": cookie},
                    {"Authorization": "Bearer " + "x" * 4000}, {"Authorization": f"Basic {rig.tokens['all']}"}):
        for method, path, _ in operations():
            answer = Program(rig.console_port).ask(method, path_of(path, "oslo"), headers=headers)
            assert (answer.status, answer.json["error"]) == (401, "unauthorized"), (path, headers)
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert Program(rig.console_port).ask("GET", "/api/v1/nowhere", headers=headers).status == 401
    assert person.get("/venues/oslo").status == 200
    answer = person.ask("GET", "/", headers={"Authorization": f"Bearer {rig.tokens['all']}"}, cookies=False)
    assert answer.status == 303, "a token opens no page"


# Goal: who may is one table: each operation with each role, of one's own company and of another's.
def test_rights(rig):
    for method, path, operation in operations():
        if method != "GET":
            continue
        for role in RIGHTS["look"]:
            may = role in RIGHTS[operation["x-right"]]
            own = program(rig, role).get(path_of(path, "sent"))
            assert own.status == (200 if may else 403), (path, role, own.status, own.bytes[:200])
            if "{venue}" in path:
                other, nowhere = (program(rig, role).get(path_of(path, name)) for name in ("other", "nowhere"))
                assert other.status == 403 and other.bytes == nowhere.bytes, (path, role, other.bytes, nowhere.bytes)
    listed = {row["path"]: row["open"] for row in program(rig, "reads").get("/api/v1").json["operations"] if row["method"] == "GET"}
    assert listed["/api/v1/venues"] and not listed["/api/v1/users"] and not listed["/api/v1/venues/{}/setup"]


# Goal: nothing of another company stands anywhere in what a user is told.
def test_other_companies_are_not_there(rig):
    for method, path, _ in operations():
        if method == "GET":
            answer = program(rig, "foreign").get(path_of(path, "other"))
            assert answer.status == 200, (path, answer.bytes[:200])
            assert path == "/api/v1" or not re.search(rb"oslo|again|912345678|kunde 77|unknown", answer.bytes), path
    assert [v["venue"] for v in program(rig, "foreign").get("/api/v1/venues").json["venues"]] == ["other"]
    assert program(rig, "foreign").get(f"/api/v1/venues/other/document", id=f"oslo/{DAY}/1").status == 403


# Goal: what is told is what the stores have: amounts whole, blanks null, problems with their ways on.
def test_reading(rig, everything):
    venues = everything.get("/api/v1/venues").json
    assert venues["venue_count"] == 7 and venues["red"] >= 2 and venues["venues"][0]["colour"] == "red"
    assert [v["venue"] for v in everything.get("/api/v1/venues", q="oslo").json["venues"]] == ["oslo"]
    assert {v["venue"] for v in everything.get("/api/v1/venues", red="true").json["venues"]} >= {"gap", "odd", "oslo"}
    month = everything.get("/api/v1/venues/oslo/month", month="2026-11").json
    day = next(d for d in month["days"] if d["business_day"] == DAY)
    assert (day["colour"], day["lines_total"]) == ("red", 12500 + 9900 + 12500)
    assert month["sold"] == [{"type": "food", "amount": 22400}] and month["auto_transfer"] is False and month["company"] == MINE
    one = everything.get("/api/v1/venues/oslo/receipt", name="K1/1").json
    assert one["documents"] == [{"id": f"oslo/{DAY}/1", "state": "waiting", "left_out": [], "lines": [
        {"account": 1570, "vat_code": "0", "amount": 12500}, {"account": 3000, "vat_code": "3", "amount": -12500}]}]
    assert {s["stage"]: s["up"] for s in everything.get("/api/v1/stages").json["stages"]}["uploader"] is True
    told = everything.get(f"/api/v1/venues/oslo/days/{DAY}").json
    voucher = next(d for d in told["documents"] if d["kind"] == "voucher")
    order = next(d for d in told["documents"] if d["kind"] == "order")
    rows = [(r["account"], r["counter_account"], r["vat_code"], r["debit"], r["credit"]) for r in voucher["rows"]]
    assert rows == [("1570", "3000", "0", 22400, 0), ("3000", "1570", "3", 0, 22400)]
    assert {a["act"] for a in voucher["acts"]} == {"transfer", "by-hand"}
    assert order["state"] == "held" and order["problems"][0]["code"] == "customer-unconnected"
    assert (told["proof"]["lines_total"], told["proof"]["voucher_total"], told["proof"]["orders_total"]) == (34900, 22400, 12500)
    line = everything.get(f"/api/v1/venues/oslo/days/{DAY}/1/lines/1").json
    assert line["sum"] == line["amount"] and {r["receipt"] for r in line["receipts"]} == {"K1/1", "K1/2"}
    for name in ("oslo", "gap", "odd", "again"):         # what a person is told to do is on the pages, or an act: no command, no file
        for doc in everything.get(f"/api/v1/venues/{name}/documents", red="true").json["documents"]:
            said = [p["text"] for p in doc["problems"]] + [w["text"] for w in doc["ways"]]
            assert doc["ways"] and said and not any(NO_PAGE.search(text) for text in said), said
    held = everything.get("/api/v1/venues/gap/documents", **{"from": DAY, "to": DAY}, red="true").json["documents"][0]
    assert held["state"] == "held" and {"act": "accept", "code": "sequence-gap"} in held["acts"], held["acts"]
    assert everything.get("/api/v1/venues/gap/documents", **{"from": DAY, "to": DAY}, problem="sequence-gap").json["total"] == 1
    red = everything.get("/api/v1/venues/odd/documents", red="true").json
    assert ([d["business_day"] for d in red["documents"]], red["from"]) == ([LONG_AGO, DAY], LONG_AGO), "red is red however old"
    red = everything.get("/api/v1/venues/odd/documents", red="true", to=LONG_AGO).json
    assert ([d["business_day"] for d in red["documents"]], red["to"]) == ([LONG_AGO], LONG_AGO)
    for asked in ({"red": "true", "from": DAY}, {}):
        assert [d["business_day"] for d in everything.get("/api/v1/venues/odd/documents", **asked).json["documents"]] == [DAY]
    assert everything.get("/api/v1/venues/oslo/customers").json["customers"][0]["stands"] == "not-connected"
    assert everything.get("/api/v1/venues/cash/manual", **{"from": DAY, "to": DAY}).json["items"][0]["amount"] == -200000
    assert everything.get("/api/v1/refused").json["parked"][0]["venue"] == "unknown"
    setup = everything.get("/api/v1/venues/oslo/setup", choices="true").json
    assert {"section": "product_types", "entry": "food", "key": "account", "value": "3000", "dated": False} in setup["values"]
    assert any(f["key"] == "name" and (f["min"], f["max"]) == (1, 100) and f["meaning"] for f in setup["fields"])
    assert setup["poweroffice"]["accounts"]
    assert {s["stage"] for s in everything.get("/api/v1/status").json["stages"]} >= {"ingest", "mapper", "uploader"}
    assert any(u["name"] == "reads" and u["roles"] == ["reads"] for u in everything.get("/api/v1/users").json["users"])
    assert {d["act"] for d in everything.get("/api/v1/audit", limit=200).json["decisions"]} >= {"user-add", "user-token-add"}


# Goal: lists come in pages with bounds; what is no number, day or switch is refused with its name.
def test_pages_and_bounds(rig, everything):
    names = [everything.get("/api/v1/venues", page=page, limit=3).json["venues"] for page in (1, 2, 3, 4)]
    assert [len(n) for n in names] == [3, 3, 1, 0] and len({v["venue"] for n in names for v in n}) == 7
    trail = everything.get("/api/v1/audit", limit=200).json
    pieces, piece = [], {"before": 10 ** 6}
    while "before" in piece:
        piece = everything.get("/api/v1/audit", limit=4, before=piece["before"]).json
        pieces += piece["decisions"]
    assert pieces == trail["decisions"] and len(pieces) > 8 and "before" not in trail
    for path in ("/api/v1/venues?limit=201", "/api/v1/venues?limit=0", "/api/v1/venues?page=x", "/api/v1/venues?page=-1",
                 "/api/v1/venues?red=perhaps", "/api/v1/venues/oslo/month?month=2026-13", "/api/v1/venues/oslo/documents?from=today",
                 "/api/v1/venues/oslo/documents?from=2024-01-01&to=2026-01-01", "/api/v1/venues/oslo/documents?kind=both",
                 "/api/v1/venues/oslo/documents?problem=none", "/api/v1/venues/oslo/receipt?name=x"):
        answer = everything.ask("GET", path)
        assert (answer.status, answer.json["error"]) == (400, "bad_request"), (path, answer.bytes)
    for path in ("/api/v1/nowhere", "/api", f"/api/v1/venues/oslo/days/{DAY}/9/lines/1", "/api/v1/venues/oslo/days/monday",
                 f"/api/v1/venues/oslo/document?id=oslo/{DAY}/9", f"/api/v1/venues/oslo/document?id=gap/{DAY}/1",
                 "/api/v1/venues/nowhere/month", "/api/v1/venues/oslo/receipt?name=K1/99"):
        assert everything.ask("GET", path).status == 404, path
    assert everything.ask("DELETE", "/api/v1/venues").status == 405
    assert program(rig, "all", language="nb").get("/api/v1/nowhere").json["message"] == "Denne operasjonen finnes ikke."
    assert program(rig, "all", language=None).get("/api/v1/nowhere").json["message"] == "Denne operasjonen finnes ikke."
    assert program(rig, "all").get("/api/v1/nowhere").json["message"] == "There is no such operation."


# Goal: a token is taken up and revoked without a restart, its use is shown, and it goes with its user.
def test_tokens(rig, everything):
    add_user(rig, "short", "--company", MINE)
    token = rig.command("users", "token", "short", "--about", "for a while").stdout.strip()
    short = Program(rig.console_port, token)
    mine = short.get("/api/v1/me").json
    assert mine["user"]["name"] == "short" and mine["tokens"][0]["about"] == "for a while" and mine["tokens"][0]["used_at"]
    number = mine["tokens"][0]["number"]
    assert re.search(rf"{number} +short .*last used 20.*for a while", rig.command("users", "tokens").stdout)
    assert token.encode() not in (rig.state / "users" / "data.mdb").read_bytes()
    rig.command("users", "revoke", str(number), "--reason", "over")
    assert short.get("/api/v1/me").status == 401
    again = Program(rig.console_port, rig.command("users", "token", "short").stdout.strip())
    assert again.get("/api/v1/me").status == 200
    rig.command("users", "remove", "short", "--reason", "left")
    assert again.get("/api/v1/me").status == 401
    add_user(rig, "short", "--company", OTHER)
    assert again.get("/api/v1/me").status == 401, "the name is another's now"


# --- having things done ---

def day_of(asker, name, kind="voucher", day=DAY):
    return next(d for d in asker.get(f"/api/v1/venues/{name}/days/{day}").json["documents"] if d["kind"] == kind)


def act(asker, name, /, **body):
    return asker.post(f"/api/v1/venues/{name}/acts" if name else "/api/v1/acts", body)


def last(rig):
    return program(rig, "all").get("/api/v1/audit", limit=1).json["decisions"][0]


# Goal: the description has every act that the program has, with the members that it takes and the right that opens it.
def test_acts_described(rig, everything):
    there = {(row["path"], row["act"]): set(row["takes"].split()) for row in everything.get("/api/v1").json["acts"]}
    described, rights = {}, {}
    for path in ("/api/v1/venues/{venue}/acts", "/api/v1/acts"):
        operation = DESCRIPTION["paths"][path]["post"]
        rights |= operation["x-acts"]
        for part in operation["requestBody"]["content"]["application/json"]["schema"]["oneOf"]:
            schema = resolved(part)
            name = schema["properties"]["act"]["enum"][0]
            described[path.replace("{venue}", "{}"), name] = \
                {m if m in schema["required"] else m + "?" for m in schema["properties"] if m != "act"}
            assert name in operation["x-acts"], name
    assert described == there
    for role in RIGHTS["look"]:
        for row in program(rig, role).get("/api/v1").json["acts"]:
            assert row["open"] == (role in RIGHTS[rights[row["act"]]]), (role, row)


# A body that is whole and does nothing: what it is about is not there.
NOTHING = {"documents": ["{venue}/2001-01-01/1@1.1"], "receipts": ["{venue}/K9/999"], "receipt": "{venue}/K9/999", "reason": "no", "code": "z-gap",
           "day": "2026-11-30", "seen": 1000000, "which": 1, "place": 7, "item": "nothing!", "from": DAY, "to": DAY,
           "till_customer": "nobody", "number": 77777, "was": 0, "connections": [{"till_customer": "nobody", "number": 77777}],
           "key": "x", "decision": 999999, "what": "line", "subject": "nothing", "so_far": "1", "id": "a/b", "name": "a/b", "password": "en god og lang setning",
           "language": "nb", "made": 1, "about": "x", "new": "x", "again": "y"}


def whole_body(name, takes, venue_name):
    body = {"act": name} | {m: NOTHING[m] for m in takes.split() if not m.endswith("?")}
    return json.loads(json.dumps(body).replace("{venue}", venue_name))


# Goal: each act with each role, of one's own company and of another's: refused with nothing done, and nothing told of the other's.
def test_acts_rights(rig, everything):
    before = last(rig)["decision"]
    for role in RIGHTS["look"]:
        asker = program(rig, role)
        for row in asker.get("/api/v1").json["acts"]:
            of_venue = "{}" in row["path"]
            if row["act"] in ("ask", "read-books", "token-add") and row["open"]:
                continue                     # would be done
            answer = asker.post(row["path"].replace("{}", "sent"), whole_body(row["act"], row["takes"], "sent"))
            assert (answer.status == 403) == (not row["open"]) and answer.status in (400, 403, 404, 409), (role, row["act"], answer.bytes)
            if of_venue:
                other, nowhere = (asker.post(row["path"].replace("{}", v), whole_body(row["act"], row["takes"], v)) for v in ("other", "nowhere"))
                assert other.status == 403 and other.bytes == nowhere.bytes, (role, row["act"], other.bytes)
    foreign = program(rig, "foreign")
    for body in ({"act": "accept", "documents": [f"gap/{DAY}/1@1.1"], "code": "sequence-gap", "reason": "x"},
                 {"act": "leave-out", "receipts": ["gap/K1/1"], "reason": "x", "seen": 1000000}):
        answer = act(foreign, "other", **body)
        assert answer.status == 400 and b"not of this venue" in answer.bytes, answer.bytes
    assert act(foreign, None, act="undo", decision=before, reason="x").status == 404
    stamp = everything.get("/api/v1/venues/sent/setup").json["stamp"]
    assert foreign.patch("/api/v1/venues/sent/setup", {"stamp": stamp, "values": []}).status == 403
    assert program(rig, "decides").patch("/api/v1/venues/sent/setup", {"stamp": stamp, "values": []}).status == 403
    assert last(rig)["decision"] == before


# Goal: what is asked for is done as the pages do it, once, with the user's name; what was seen otherwise is refused with what it is now.
def test_acts(rig, everything):
    decides = program(rig, "decides")
    seen = day_of(decides, "sent")["seen"]
    answer = act(decides, "sent", act="transfer", documents=[seen])
    assert answer.status == 200 and last(rig)["decision"] == answer.json["decision"]
    assert (last(rig)["by"], last(rig)["act"], last(rig)["subject"]) == ("decides (api)", "transfer", f"sent/{DAY}/1")
    rig.until("it is sent", lambda: day_of(decides, "sent")["state"] == "sent")
    assert act(decides, "sent", act="transfer", documents=[seen]).status == 409, "it is sent: nothing to transfer"
    again = act(decides, "sent", act="transfer", documents=[f"sent/{DAY}/1@9.9"])
    assert again.status == 409 and again.json["now"] == day_of(decides, "sent")["seen"], again.bytes
    assert decides.get("/api/v1/venues/sent/requests", document=f"sent/{DAY}/1").json["total"] >= 1
    whole = decides.get("/api/v1/venues/sent/document", id=f"sent/{DAY}/1").json
    assert any(d["act"] == "transfer" and d["by"] == "decides (api)" for d in whole["decisions"]) and whole["history"]
    gap = day_of(decides, "gap")
    assert act(decides, "gap", act="accept", documents=[gap["seen"]], code="sequence-gap", reason=" ").status == 400
    assert act(decides, "gap", act="accept", documents=[gap["seen"]], code="sequence-gap", reason="the till was restarted").status == 200
    rig.until("it is accepted", lambda: day_of(decides, "gap")["state"] == "waiting")
    odd = decides.get("/api/v1/venues/odd/receipt", name="K1/2").json
    left = act(decides, "odd", act="leave-out", receipts=["odd/K1/2"], reason="entered by hand", seen=odd["seen"], amount=10000)
    assert left.status in (200, 409), left.bytes
    left = act(decides, "odd", act="leave-out", receipts=["odd/K1/2"], reason="entered by hand", seen=odd["seen"]) if left.status == 409 else left
    assert left.status == 200, left.bytes
    again = act(decides, "odd", act="leave-out", receipts=["odd/K1/2"], reason="entered by hand", seen=odd["seen"])
    assert again.status == 409 and b"decides (api)" in again.bytes, again.bytes
    assert any(d["act"] == "leave-out" for d in decides.get("/api/v1/venues/odd/receipt", name="K1/2").json["decisions"])
    rig.until("it is left out", lambda: decides.get("/api/v1/venues/odd/receipt", name="K1/2").json.get("left_out_by"))
    back = act(decides, None, act="undo", decision=left.json["decision"], reason="it was right")
    assert back.status == 200, back.bytes
    items = decides.get("/api/v1/venues/cash/manual", **{"from": DAY, "to": DAY}).json["items"]
    tick = {"act": "tick", "item": items[0]["item"], "from": DAY, "to": DAY, "reason": "voucher 12"}
    assert act(decides, "cash", **tick).status == 200 and act(decides, "cash", **tick).status == 409
    assert decides.get("/api/v1/venues/cash/manual", **{"from": DAY, "to": DAY}).json["items"][0]["done_by"] == "decides (api)"


# Goal: customers are connected, changed and taken away; many at once or none.
def test_customers(rig, everything):
    sets_up = program(rig, "sets-up")
    assert act(sets_up, "oslo", act="connect", till_customer="kunde 77", number=10001, was=0).status == 200
    assert act(sets_up, "oslo", act="connect", till_customer="kunde 77", number=10001, was=0).json.get("decision") is None, "it was so already"
    assert sets_up.get("/api/v1/venues/oslo/customers").json["customers"][0]["stands"] == "connected"
    assert act(sets_up, "oslo", act="disconnect", till_customer="kunde 77", number=10002, reason="wrong").status == 409
    assert act(sets_up, "oslo", act="disconnect", till_customer="kunde 77", number=10001, reason="wrong").status == 200
    rows = [{"till_customer": "kunde 77", "number": 10001}, {"till_customer": "kunde; 78", "number": 10001}]
    trail = last(rig)["decision"]
    look = sets_up.post("/api/v1/venues/oslo/customers/look", {"connections": [*rows, {"till_customer": "x", "number": 10009}]})
    assert look.status == 200 and [r["stands"] for r in look.json["rows"]] == ["new", "new", "refused"], look.json
    assert look.json["rows"][0]["name"] == "Hansen" and "10009" in look.json["rows"][2]["why"] and last(rig)["decision"] == trail
    assert [r["known_at_the_till"] for r in look.json["rows"]] == [True, False, False]
    assert sets_up.post("/api/v1/venues/oslo/customers/look", {"connections": []}).status == 400
    many = [{"till_customer": f"many {n}", "number": 10001} for n in range(301)]
    assert len(sets_up.post("/api/v1/venues/oslo/customers/look", {"connections": many[1:]}).json["rows"]) == 300
    assert sets_up.post("/api/v1/venues/oslo/customers/look", {"connections": many}).status == 400
    assert program(rig, "decides").post("/api/v1/venues/oslo/customers/look", {"connections": rows}).status == 403
    assert sets_up.post("/api/v1/venues/other/customers/look", {"connections": rows}).status == 403
    seen = look.json["seen"]
    assert act(sets_up, "oslo", act="import", connections=rows, reason="all of them", seen=seen).status == 200
    assert act(sets_up, "oslo", act="import", connections=rows, reason="all of them", seen=seen).status == 409
    look = sets_up.post("/api/v1/venues/oslo/customers/look", {"connections": rows})
    assert [r["stands"] for r in look.json["rows"]] == ["connected", "connected"]
    assert not any("connected_with" in r for r in look.json["rows"])
    look = sets_up.post("/api/v1/venues/oslo/customers/look", {"connections": [rows[0] | {"number": 10002}, rows[1]]})
    assert [(r["stands"], r.get("connected_with")) for r in look.json["rows"]] == [("changes", 10001), ("connected", None)]
    assert sets_up.post("/api/v1/venues/oslo/customers/look", {"connections": [{"till_customer": "", "number": 10001}]}).status == 400
    rig.until("the order is ready", lambda: day_of(sets_up, "oslo", "order")["state"] not in ("held", "open"))


# Goal: of two people who saw the same, the second one is told who has connected or disconnected a customer, in the page as for programs;
# who saw it connected changes it.
def test_customer_of_two(rig, everything):
    def form():
        return person.get("/venues/again/customers").form("/venues/again/customers", till_customer="kunde 99")

    sets_up, person = program(rig, "sets-up"), Person(rig.console_port)
    assert person.sign_in("sets-up").status == 303
    rig.post([sale("again", 99, "kunde 99")])
    rig.until("it is seen", lambda: any(f["action"].endswith("/customers") and ("till_customer", "kunde 99") in f["fields"]
                                        for f in person.get("/venues/again/customers").forms))
    connect, stale = {"act": "connect", "till_customer": "kunde 99"}, form()
    first = act(everything, "again", **connect, number=10001, was=0)
    assert first.status == 200
    answers = person.post(stale, number="10002"), act(sets_up, "again", **connect, number=10002, was=0)
    for late, said in ((answers[0], answers[0].words), (answers[1], answers[1].json.get("message"))):
        assert late.status == 409 and re.search(rf"kunde 99 (ble koblet til|was connected with) 10001 (av|by) all \(api\) "
                                                rf"\((beslutning|decision) {first.json['decision']}\)", said), said
    assert last(rig)["decision"] == first.json["decision"]
    assert person.post(stale, number="10001").status == 303, "it was so already"
    stale = form()
    assert act(everything, "again", act="disconnect", till_customer="kunde 99", number=10001, reason="wrong").status == 200
    late = person.post(stale, number="10002")
    assert late.status == 409 and "kunde 99 ble koblet fra av all (api)" in late.words, late.words
    assert person.post(form(), number="10001").status == 303 and person.post(form(), number="10002").status == 303
    assert act(sets_up, "again", act="disconnect", till_customer="kunde 99", number=10001, reason="x").status == 409
    assert act(sets_up, "again", **connect, number=10001, was=10002).status == 200


# Goal: a value of the set-up is changed by its place; a fault refuses all of it with its field; two persons do not overwrite each other.
def test_setup(rig, everything):
    sets_up = program(rig, "foreign")
    path = "/api/v1/venues/other/setup"
    stamp = sets_up.get(path).json["stamp"]
    account = {"section": "product_types", "entry": "food", "key": "account", "value": "3010"}
    looked = sets_up.patch(path, {"stamp": stamp, "values": [account], "only_judged": True})
    assert looked.status == 200 and not looked.json["saved"] and looked.json["effect"]["rebuilt"], looked.bytes
    assert [(c["key"], c["was"], c["becomes"]) for c in looked.json["changes"]] == [("account", "3000", "3010")]
    assert looked.json["effect"]["moves"][0] | {"amount": 0} == {"type": "food", "from": 3000, "to": 3010, "from_vat_code": "3", "to_vat_code": "3",
                                                                               "amount": 0}
    dated = sets_up.patch(path, {"stamp": stamp, "values": [account], "from": "2031-01-01", "only_judged": True})
    assert dated.status == 200 and dated.json["from"] == "2031-01-01" and not dated.json["effect"]["moves"], dated.bytes
    soon = sets_up.patch(path, {"stamp": stamp, "values": [account], "from": "soon"})
    assert soon.status == 400 and [f["key"] for f in soon.json["faults"]] == ["from"], soon.bytes
    for value in (account | {"value": "30x0"}, {"section": "", "entry": "", "key": "begins", "value": "soon"}):
        wrong = sets_up.patch(path, {"stamp": stamp, "values": [value]})
        assert wrong.status == 400 and [f for f in wrong.json["faults"] if all(f[k] == value[k] for k in ("section", "entry", "key"))], wrong.bytes
    assert sets_up.get(path).json["stamp"] == stamp
    assert sets_up.patch(path, {"stamp": stamp, "values": [account | {"key": "acount"}]}).status == 400
    saved = sets_up.patch(path, {"stamp": stamp, "values": [account], "reason": "the auditor said so"})
    assert saved.status == 200 and saved.json["saved"], saved.bytes
    assert (last(rig)["by"], last(rig)["act"], last(rig)["reason"]) == ("foreign (api)", "venue-setup", "the auditor said so")
    assert sets_up.patch(path, {"stamp": stamp, "values": [account | {"value": "3020"}]}).status == 409
    rig.until("the voucher is built anew", lambda: any(r["account"] == "3010" for r in day_of(sets_up, "other")["rows"]))
    new = [{"section": "payment_types", "entry": "+0", "key": k, "value": v} for k, v in (("type", "vipps"), ("account", "1571"), ("transfer", "1"))]
    assert sets_up.patch(path, {"stamp": sets_up.get(path).json["stamp"], "values": new}).json["saved"]
    assert any(v["entry"] == "vipps" for v in sets_up.get(path).json["values"])


# Goal: of a venue whose file has a value that is none, that is told with its fault, and changed as any other.
def test_setup_of_a_wrong_value(rig, everything):
    (rig.config / "venues" / "wrong.yaml").write_text(json.dumps(venue("wrong", auto_transfer="false", department="60")).replace('"3000"', '"30x0"'))
    path = "/api/v1/venues/wrong/setup"
    shown = everything.get(path).json
    wrong = [v for v in shown["values"] if "fault" in v]
    assert [(v["key"], v["value"], "is no account" in v["fault"]) for v in wrong] == [("account", "30x0", True)] and not shown["in_use"]
    change = {"stamp": shown["stamp"], "values": [{"section": "", "entry": "", "key": "name", "value": "Wrong"}]}
    refused_ = everything.patch(path, change)
    assert refused_.status == 400 and [f["key"] for f in refused_.json["faults"]] == ["account"], refused_.bytes
    change["values"].append({"section": "product_types", "entry": "food", "key": "account", "value": "3000"})
    assert everything.patch(path, change).json["saved"]
    assert not [v for v in everything.get(path).json["values"] if "fault" in v]
    (rig.config / "venues" / "wrong.yaml").unlink()
    rig.reload()


# Goal: users, tokens, refused and parked sales, a new venue: as the pages, within one's bounds.
def test_whole_acts(rig, everything):
    operates = program(rig, "operates")
    body = {"act": "user-add", "name": "ny", "password": "en god og lang setning", "language": "nb", "roles": ["operates"], "companies": [MINE]}
    assert act(operates, None, **body).status == 200 and act(operates, None, **body).status == 409
    assert act(operates, None, **(body | {"name": "x", "companies": [OTHER]})).status == 403
    assert act(operates, None, **(body | {"name": "x", "password": "short"})).status == 400
    assert act(operates, None, **(body | {"name": "x", "roles": ["rules"]})).status == 400
    listed = next(u for u in operates.get("/api/v1/users").json["users"] if u["name"] == "ny")
    assert (listed["roles"], listed["companies"]) == (["reads", "operates"], [MINE])
    assert act(operates, None, act="user-remove", name="ny", made=listed["made"] + 1, reason="x").status == 409
    assert act(operates, None, act="user-remove", name="ny", made=listed["made"], reason="x").status == 200
    seen = everything.get("/api/v1/tokens").json["seen"]
    made = act(operates, None, act="token-add", venues=["oslo", "gap"], about="two tills", seen=seen)
    assert made.status == 200 and made.json["token"].startswith("bilag_")
    assert act(operates, None, act="token-add", venues=["oslo", "gap"], about="two tills", seen=seen).status == 409, "one, not two"
    assert act(operates, None, act="token-add", venues=["other"], about="x", seen=10 ** 6).status == 403
    assert act(operates, None, act="token-revoke", number=made.json["number"], reason="lost").status == 200
    assert act(operates, None, act="token-revoke", number=made.json["number"], reason="lost").status == 409
    refused = everything.get("/api/v1/refused").json
    parked = next(p for p in refused["parked"] if p["venue"] == "unknown")
    dismiss = {"act": "dismiss", "what": "parked", "subject": "unknown", "so_far": parked["so_far"], "reason": "a test", "seen": refused["seen"]}
    assert act(operates, None, **dismiss).status == 404, "not this company's to see"
    done = act(everything, None, **dismiss)
    assert done.status == 200 and act(everything, None, **dismiss).status == 409
    assert act(operates, None, act="undo", decision=done.json["decision"], reason="x").status == 404, "nor is the decision"
    made = act(everything, None, act="new-venue", id="brand-new", name="Brand new", company="974760673")
    assert made.status == 200 and made.json["decision"], made.bytes
    rig.until("it is there, and not in use", lambda: [v["venue"] for v in everything.get("/api/v1/not-in-use").json["venues"]] == ["brand-new"])
    assert everything.get("/api/v1/not-in-use").json["venues"][0]["fault"], "who operates is told of the file"
    assert not program(rig, "sets-up").get("/api/v1/not-in-use").json["venues"]
    left_out = "/api/v1/venues/brand-new"
    assert everything.get(f"{left_out}/connection").json["stands"] == "no-key"
    assert program(rig, "sets-up").get(f"{left_out}/connection").status == 403
    assert act(everything, "brand-new", act="give-key", key="short", seen=1000000).status == 400
    assert act(everything, "brand-new", act="ask").status == 409, "it has no key to ask with"
    assert act(everything, "brand-new", act="read-books").status == 404, "of what is not in use only the connection is seen to"
    assert act(everything, None, act="new-venue", id="brand-new", company="974760673").status == 409
    assert act(program(rig, "sets-up"), None, act="new-venue", id="mine", company="974760673").status == 403
    assert act(program(rig, "sets-up"), None, act="new-venue", id="mine", like="other").status == 403
    changed = act(program(rig, "reads"), None, act="password", password="en god og lang setning", new="en annen lang setning", again="en annen lang setning")
    assert changed.status == 200 and changed.json["decision"]
    assert act(program(rig, "reads"), None, act="password", password="wrong", new="en annen lang setning", again="en annen lang setning").status == 403
    assert program(rig, "reads").get("/api/v1/me").status == 200, "a token is not a sign-in"


# Goal: a refused line is taken in again by who operates, once; while the process that takes sales in is away that is said, and nothing is lost.
def test_retry(rig, everything):
    refused(rig, receipt("gap", 51, day="2026-11-22"))
    shown = everything.get("/api/v1/refused").json
    line = next(line for line in shown["refused"] if "kept.ndjson" in line["subject"])
    retry = {"act": "retry", "what": "line", "subject": line["subject"], "so_far": line["so_far"], "reason": "mended", "seen": shown["seen"]}
    assert act(program(rig, "sets-up"), None, **retry).status == 403
    rig.stop("ingest")
    away = act(everything, None, **retry)
    rig.restart("ingest")
    assert away.status == 503 and b"nothing is taken in twice" in away.bytes, away.bytes
    assert act(everything, None, **retry).status == 409, "decided already, by oneself: look again"
    retry["seen"] = everything.get("/api/v1/refused").json["seen"]
    assert act(everything, None, **retry).status == 200 and act(everything, None, **retry).status == 404
    rig.until("it is booked", lambda: everything.get("/api/v1/venues/gap/days/2026-11-22").json["documents"])


# Goal: the uploader alone asks PowerOffice, and not of what it has not read; what it refuses is told on the page, and eight are asked of at
# once. Two who ask of one venue are told one answer.
def test_asking_is_refused(rig, everything):
    names = [f"unread{n}" for n in range(9)]
    for n, name in enumerate(names):
        rig.write_venue(venue(name, auto_transfer="false", department=str(50 + n)))      # and nobody reads them again
    rig.kill("uploader", sig=signal.SIGSTOP)
    try:
        assert [act(everything, name, act="ask").status for name in names] == [200] * 8 + [409]
        assert act(everything, names[0], act="ask").status == 200, "it is asked of already"
        assert b"too many at once" in act(everything, names[8], act="ask").bytes
    finally:
        rig.kill("uploader", sig=signal.SIGCONT)

    def asked(name):
        told = everything.get(f"/api/v1/venues/{name}/connection").json.get("asked", {"over": False})
        return told if told["over"] else None
    for name in names[:8]:
        assert "does not know this venue yet" in rig.until(f"{name} is refused", lambda name=name: asked(name))["why"]
    assert act(everything, names[8], act="ask").status == 200, "there is room again"
    rig.until("it is refused, too", lambda: asked(names[8]))
    rig.reload()
    rig.until("it is known", lambda: act(everything, names[8], act="ask").status == 200 and "why" not in rig.until("it ends", lambda: asked(names[8])))
    for name in names:
        (rig.config / "venues" / f"{name}.yaml").unlink()
        del rig.venues[name]
    rig.reload()


# Goal: a body is exact, or nothing is done.
def test_bodies(rig, everything):
    before = last(rig)["decision"]
    for body, status in (("", 400), ("[]", 400), ("{}", 400), ('{"act":"nothing"}', 400), ('{"act":"read-books","act":"read-books"}', 400),
                         ('{"act":"read-books","reason":"x"}', 400), ('{"act":"read-books","other":1}', 400), ('{"act":"transfer"}', 400),
                         ('{"act":"transfer","documents":[]}', 400), ('{"act":"transfer","documents":"x"}', 400), (b'{"act":"\xff"}', 400),
                         ('{"act":"read-books"', 400), ('{"act":"read-books"}x', 400), (" " * 300000, 413)):
        answer = everything.ask("POST", "/api/v1/venues/oslo/acts", body)
        assert answer.status == status, (body[:50], answer.bytes)
    for kind in ("application/x-www-form-urlencoded", "text/plain", "application/jsonx", None):
        assert everything.ask("POST", "/api/v1/venues/oslo/acts", '{"act":"read-books"}', headers={"Content-Type": kind}).status == 415
    assert Program(rig.console_port).ask("POST", "/api/v1/venues/oslo/acts", '{"act":"read-books"}').status == 401
    assert last(rig)["decision"] == before
    assert everything.ask("POST", "/api/v1/venues/oslo/acts", '{"act":"read-books"}', headers={"Content-Type": "application/json; charset=utf-8"}).status == 200


# Goal: one's own tokens are made in the browser with the password, shown once, used at once and revoked there.
def test_own_tokens_in_the_browser(rig):
    person = Person(rig.console_port)
    person.sign_in("decides")
    form = person.get("/me").form("/me/tokens")
    assert person.post(form, about="my tool", password="wrong").status == 403
    assert person.post(form, about="", password=PASSWORD).status == 400
    page = person.post(form, about="my tool", password=PASSWORD)
    token = re.search(r"bilag_user_[\w-]{43}", page.text)[0]
    asker = Program(rig.console_port, token)
    mine = asker.get("/api/v1/me").json
    assert mine["user"]["name"] == "decides" and "my tool" in {t["about"] for t in mine["tokens"]}
    assert person.post(form, about="my tool", password=PASSWORD).status == 409, "pressed twice"
    page = person.get("/me")
    assert "my tool" in page.text and token not in page.text
    number = str(next(t["number"] for t in mine["tokens"] if t["about"] == "my tool"))
    assert person.post(page.form("/me/tokens/revoke", number=number)).status == 303
    assert asker.get("/api/v1/me").status == 401
    foreign = Person(rig.console_port)
    foreign.sign_in("foreign")
    others = foreign.get("/me")
    assert "my tool" not in others.text


# Goal: what the document shows can be typed as it stands; what it has done is done.
def test_the_documents_examples(rig, everything):
    text = (pathlib.Path(__file__).parents[2] / "docs/api.md").read_text()
    lines = [line.strip() for line in text.splitlines() if line.startswith("    curl ")]
    seen, stamp = day_of(everything, "oslo")["seen"], everything.get("/api/v1/venues/other/setup").json["stamp"]
    done = 0
    for line in lines:
        typed = line.replace("oslo-grill/setup", "other/setup").replace("oslo-grill", "oslo").replace("2026-11-20", DAY) \
            .replace(f"oslo/{DAY}/1@5.5.16", seen).replace('"stamp":"..."', f'"stamp":"{stamp}"').replace(":17,", f":{last(rig)['decision']},")
        ran = subprocess.run(["sh", "-c", typed.replace("curl ", "curl -sS -w ' %{http_code}' ", 1)], capture_output=True, text=True, timeout=30,
                             env={"PATH": "/usr/bin:/bin", "TOKEN": rig.tokens["all"], "BILAG": f"http://127.0.0.1:{rig.console_port}"})
        assert ran.returncode == 0 and ran.stdout.endswith((" 200", " 409")), (typed, ran.stdout, ran.stderr)
        done += ran.stdout.endswith(" 200")
    assert len(lines) == 9 and done >= 8, (lines, done)
