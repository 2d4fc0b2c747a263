"""The console's interface for programs, through the real processes: every operation of docs/api.yaml is asked for and its answers
judged by it; who may, and whose books, is the same table as the pages'."""
import pathlib
import re
import subprocess

import pytest

from api_rig import Program, operations
from console_rig import add_user, settings
from orders_rig import documents, sale, start, venue

DAY = "2026-11-19"
OTHER = "987654321"
MINE = "912345678"
RIGHTS = {"look": {"reads", "decides", "sets-up", "operates"}, "decide": {"decides"}, "transfer": {"decides"},
          "connect": {"sets-up"}, "set-up": {"sets-up"}, "operate": {"operates"}}
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
    with start(venues, [{"no": 10001, "name": "Hansen"}], settings=more) as pipeline:
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
                       {"v": 1, "venue": "cash", "register": "K1", "seq": 2, "kind": "cash_movement", "amount": -200000,
                        "time": f"{DAY}T20:00:00+01:00", "reason": "bank"}])
        ready = {f"oslo/{DAY}/1": "waiting", f"gap/{DAY}/1": "held", f"again/{DAY}/1": "waiting", f"other/{DAY}/1": "waiting",
                 f"cash/{DAY}/1": "waiting", f"odd/{DAY}/1": "held", f"sent/{DAY}/1": "waiting"}
        pipeline.until("the days are closed", lambda: {d: s for d, (s, _) in documents(pipeline, "voucher").items() if d in ready}
                       == ready)
        pipeline.until("the order is held", lambda: documents(pipeline).get("oslo/order/K1/3", ("",))[0] == "held")
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
    from console_rig import Person
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
            assert not re.search(rb"oslo|again|912345678|kunde 77|unknown", answer.bytes), path
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
    held = everything.get("/api/v1/venues/gap/documents", **{"from": DAY, "to": DAY}, red="true").json["documents"][0]
    assert held["state"] == "held" and {"act": "accept", "code": "sequence-gap"} in held["acts"], held["acts"]
    assert everything.get("/api/v1/venues/gap/documents", **{"from": DAY, "to": DAY}, problem="sequence-gap").json["total"] == 1
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
    pieces = [everything.get("/api/v1/audit", limit=4, page=p).json["decisions"] for p in range(1, trail["total"] // 4 + 2)]
    assert [d["decision"] for piece in pieces for d in piece] == [d["decision"] for d in trail["decisions"]]
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


# Goal: what the document shows can be typed as it stands.
def test_the_documents_examples(rig):
    text = (pathlib.Path(__file__).parents[2] / "docs/api.md").read_text()
    lines = [line.strip() for line in text.splitlines() if line.startswith("    curl ")]
    assert len(lines) >= 5
    for line in lines:
        done = subprocess.run(["sh", "-c", line.replace("oslo-grill", "oslo").replace("2026-11-20", DAY).replace("curl ", "curl -sSf ", 1)],
                              env={"PATH": "/usr/bin:/bin", "TOKEN": rig.tokens["all"], "BILAG": f"http://127.0.0.1:{rig.console_port}"},
                              capture_output=True, text=True, timeout=30)
        assert done.returncode == 0 and done.stdout, (line, done.stdout, done.stderr)
