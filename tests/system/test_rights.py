"""Who may do what, all of it: every address of the console and every act of its JSON interface, as the program's own tables have them,
with each role, of one's own company and of another's. A row that is added there and has no row here fails."""
import json
import pathlib
import re

import pytest

from api_rig import Program
from console_rig import PASSWORD, Person, add_user, settings
from orders_rig import documents, sale, start, venue
import test_console_axe
from test_api import receipt
from test_console_ways import refused

HERE = pathlib.Path(__file__).parents[2] / "console"
DAY, MINE, OTHER = "2026-11-19", "912345678", "987654321"
ROLES = ("reads", "decides", "sets-up", "operates")
ALL, DECIDES, SETS_UP, OPERATES = "reads decides sets-up operates", "decides", "sets-up", "operates"
DOCUMENT, RECEIPT = f"sent/{DAY}/1", "sent/K1/1"
REASON = ("reason", "x")


def refused_line(number):
    return [("what", "line"), ("subject", f"import/kept.ndjson line {number}"), ("so_far", "{so_far}"), ("seen", "9999")]



# Each address: who may, what is asked for or sent beside the form's token, what who may is answered, and another company's person,
# with all roles. A POST is one that is refused for what it says, or does no harm, or is done once: by the role that may.
PAGES = {
    ("GET", "/"): (ALL, "", 200, 200),
    ("GET", "/venues/{}"): (ALL, "", 200, 404),
    ("GET", "/venues/{}/days/{}"): (ALL, "", 200, 404),
    ("GET", "/venues/{}/period"): (ALL, "", 200, 404),
    ("GET", "/venues/{}/vouchers.csv"): (ALL, f"?from={DAY}&to={DAY}", 200, 404),
    ("GET", "/venues/{}/days/{}/{}/settlement.pdf"): (ALL, "", 200, 404),
    ("GET", "/venues/{}/days/{}/{}/lines/{}"): (ALL, "", 200, 404),
    ("GET", "/venues/{}/receipt"): (ALL, "?name=K1/1", 200, 404),
    ("GET", "/venues/{}/many"): (DECIDES, "?deed=accept&problem=sequence-gap", 200, 404),
    ("GET", "/venues/{}/requests"): (ALL, f"?document={DOCUMENT}", 200, 404),
    ("GET", "/venues/{}/orders"): (ALL, "", 200, 404),
    ("GET", "/venues/{}/customers"): (ALL, "", 200, 404),
    ("POST", "/venues/{}/customers"): (SETS_UP, [("till_customer", "kunde 77"), ("number", "x")], 400, 404),
    ("POST", "/venues/{}/customers/disconnect"): (SETS_UP, [("till_customer", "nobody"), ("number", "1"), REASON], 409, 404),
    ("GET", "/venues/{}/customers/import"): (SETS_UP, "", 200, 404),
    ("POST", "/venues/{}/customers/import"): (SETS_UP, [("step", "save"), ("row", "x"), REASON], 400, 404),
    ("GET", "/venues/{}/manual"): (ALL, "", 200, 404),
    ("POST", "/venues/{}/manual"): (DECIDES, [("item", "none"), ("from", DAY), ("to", DAY), REASON], 409, 404),
    ("GET", "/venues/{}/setup"): (SETS_UP, "", 200, 404),
    ("POST", "/venues/{}/setup"): (SETS_UP, [("stamp", "x"), ("step", "save")], 409, 404),
    ("POST", "/venues/{}/setup/read"): (SETS_UP, [], 303, 404),
    ("POST", "/venues/{}/setup/confirm"): (SETS_UP, [], 409, 404),
    ("GET", "/venues/{}/connect"): (SETS_UP, "", 200, 404),
    ("POST", "/venues/{}/connect"): (SETS_UP, [("key", "short"), ("seen", "9999")], 400, 404),
    ("POST", "/venues/{}/connect/ask"): (SETS_UP, [], 303, 404),
    ("POST", "/venues/{}/connect/pages"): (SETS_UP, [], 409, 404),
    ("POST", "/connected"): (SETS_UP, [("state", "x"), ("given", "x")], 409, 409),
    ("GET", "/refused"): (OPERATES, "", 200, 200),
    ("POST", "/refused"): (OPERATES, [*refused_line(1), REASON], 303, 404),
    ("POST", "/refused/retry"): (OPERATES, [*refused_line(2), REASON], 303, 404),
    ("GET", "/new-venue"): (SETS_UP, "", 200, 200),
    ("POST", "/new-venue"): (SETS_UP, [("id", "ny"), ("like", "sent")], 400, 404),
    ("GET", "/operate"): (OPERATES, "", 200, 200),
    ("GET", "/users"): (OPERATES, "", 200, 200),
    ("POST", "/users"): (OPERATES, [("name", "spion"), ("password", "kort"), ("companies", MINE), ("language", "nb")], 400, 403),
    ("POST", "/users/remove"): (OPERATES, [("name", "reads"), ("made", "1"), REASON], 409, 404),
    ("GET", "/tokens"): (OPERATES, "", 200, 200),
    ("POST", "/tokens"): (OPERATES, [("about", "x"), ("venues", "sent"), ("seen", "9999")], 200, 404),
    ("POST", "/tokens/revoke"): (OPERATES, [("number", "{token}"), REASON], 303, 404),
    ("GET", "/me"): (ALL, "", 200, 200),
    ("POST", "/me"): (ALL, [("password", PASSWORD), ("new", "kort"), ("again", "kort")], 400, 400),
    ("POST", "/me/tokens"): (ALL, [("password", PASSWORD), ("about", ""), ("seen", "9999")], 400, 400),
    ("POST", "/me/tokens/revoke"): (ALL, [("number", "99")], 404, 404),
    ("GET", "/audit"): (ALL, "", 200, 200),
    ("POST", "/decide"): (DECIDES, [("deed", "by-hand"), ("document", DOCUMENT + "@{seen}"), ("reason", "")], 400, 404),
    ("POST", "/choose"): (DECIDES, [("receipt", RECEIPT), ("which", "1"), ("seen", "9999"), REASON], 409, 404),
    ("POST", "/restarted"): (DECIDES, [("receipt", RECEIPT), ("seen", "9999"), REASON], 409, 404),
    ("POST", "/leave-out"): (DECIDES, [("receipt", "sent/K1/99"), ("seen", "9999"), REASON], 409, 404),
    ("POST", "/undo"): (DECIDES, [("number", "{decision}"), ("reason", "")], 400, 404),
    ("POST", "/venues/{}/transfer"): (DECIDES, [("document", DOCUMENT + "@0.0")], 409, 404),
}
# Open to all, tried elsewhere (tests/system/test_console.py, test_console_pages.py), or asked for with a token (tests/system/test_metrics.py).
ELSEWHERE = {("GET", "/style.css"), ("GET", "/favicon.ico"), ("GET", "/sign-in"), ("POST", "/sign-in"), ("POST", "/sign-out"),
             ("GET", "/metrics"), ("GET", "/connected")}

# Each act of a program: who may, its members, what who may is answered, and another company's.
VENUE_ACTS = {
    "transfer": (DECIDES, {"documents": [DOCUMENT + "@0.0"]}, 409),
    **{deed: (DECIDES, {"documents": [DOCUMENT + "@0.0"], "reason": "x"}, 409) for deed in ("resend", "reverse", "leave-reversed", "by-hand")},
    "accept": (DECIDES, {"documents": [DOCUMENT + "@0.0"], "reason": "x", "code": "sequence-gap"}, 409),
    "post-on": (DECIDES, {"documents": [DOCUMENT + "@0.0"], "reason": "x", "day": DAY}, 409),
    "leave-out": (DECIDES, {"receipts": ["sent/K1/99"], "reason": "x", "seen": 9999}, 409),
    "choose": (DECIDES, {"receipt": RECEIPT, "which": 1, "place": 1, "reason": "x", "seen": 9999}, 409),
    "restarted": (DECIDES, {"receipt": RECEIPT, "place": 1, "reason": "x", "seen": 9999}, 409),
    "tick": (DECIDES, {"item": "none", "from": DAY, "to": DAY, "reason": "x"}, 409),
    "connect": (SETS_UP, {"till_customer": "kunde 77", "number": 0, "was": 0}, 400),
    "disconnect": (SETS_UP, {"till_customer": "nobody", "number": 1, "reason": "x"}, 409),
    "import": (SETS_UP, {"connections": [], "reason": "x", "seen": 1}, 400),
    "give-key": (SETS_UP, {"key": "short", "seen": 9999}, 400),
    "ask": (SETS_UP, {}, 200),
    "read-books": (SETS_UP, {}, 200),
    "confirm-add-on": (SETS_UP, {}, 409),
}
WHOLE_ACTS = {
    "undo": (DECIDES, {"decision": "{decision}", "reason": ""}, 400, 404),     # another's decision: who operates is told 403 as well
    "dismiss": (OPERATES, {**dict(refused_line(3)), "seen": 9999, "reason": "x"}, 200, 404),
    "retry": (OPERATES, {**dict(refused_line(4)), "seen": 9999, "reason": "x"}, 200, 404),
    "new-venue": (SETS_UP, {"id": "ny", "like": "sent"}, 400, 403),
    "user-add": (OPERATES, {"name": "spion", "password": "kort", "language": "nb", "companies": [MINE]}, 400, 403),
    "user-remove": (OPERATES, {"name": "reads", "made": 1, "reason": "x"}, 409, 404),
    "token-add": (OPERATES, {"about": "x", "venues": ["sent"], "seen": 9999}, 200, 403),
    "token-revoke": (OPERATES, {"number": "{other_token}", "reason": "x"}, 200, 404),
    "password": (ALL, {"password": PASSWORD, "new": "kort", "again": "kort"}, 400, 400),
}

# Each operation of a program: who may, the body, what who may is answered. That of acts is open to all, each act says whose it is.
OPERATIONS = {
    **{("GET", path): (ALL, query, 200) for path, query in (
        ("", ""), ("/me", ""), ("/venues", ""), ("/venues/{}/month", "?month=2026-11"), ("/venues/{}/days/{}", ""),
        ("/venues/{}/days/{}/{}/settlement.pdf", ""), ("/venues/{}/days/{}/{}/lines/{}", ""),
        ("/venues/{}/vouchers.csv", f"?from={DAY}&to={DAY}"), ("/venues/{}/documents", f"?from={DAY}&to={DAY}"),
        ("/venues/{}/document", f"?id={DOCUMENT}"), ("/venues/{}/requests", f"?document={DOCUMENT}"),
        ("/venues/{}/receipt", "?name=K1/1"), ("/venues/{}/customers", ""), ("/venues/{}/manual", f"?from={DAY}&to={DAY}"),
        ("/stages", ""), ("/audit", ""))},
    **{("GET", path): (SETS_UP, "", 200) for path in ("/venues/{}/connection", "/venues/{}/setup", "/not-in-use")},
    **{("GET", path): (OPERATES, "", 200) for path in ("/refused", "/status", "/users", "/tokens")},
    ("POST", "/venues/{}/customers/look"): (SETS_UP, {"connections": [{"till_customer": "kunde 77", "number": 10001}]}, 200),
    ("PATCH", "/venues/{}/setup"): (SETS_UP, {"stamp": "x", "reason": "x"}, 409),
    ("POST", "/venues/{}/acts"): (ALL, {"act": "none"}, 400),
    ("POST", "/acts"): (ALL, {"act": "none"}, 400),
}


def routes():
    """The console's own table of its pages."""
    text = (HERE / "routes.c").read_text()
    table = text[text.index("static const struct route routes[]"):]
    return set(re.findall(r'^    \{ "([A-Z]+)", +"(/[^"]*)",', table[:table.index("\n};")], re.M))


@pytest.fixture(scope="module")
def rig():
    port, more = settings()
    venues = [venue(name, auto_transfer="false") for name in ("sent", "gap")]
    venues.append(venue("other", company=OTHER, client_key={"file": "keys/other"}, auto_transfer="false"))
    with start(venues, [{"no": 10001, "name": "Hansen"}], settings=more) as pipeline:
        pipeline.api = {}
        for name in ROLES + ("foreign",):
            add_user(pipeline, name, "--company", OTHER if name == "foreign" else MINE, "--role",
                     "decides,sets-up,operates" if name == "foreign" else name, "--language", "en")
            pipeline.api[name] = pipeline.command("users", "token", name, "--about", "tests").stdout.strip()
        pipeline.add("console", 0)
        pipeline.wait_ready()
        pipeline.console_port = port
        pipeline.post([receipt("sent", 1), sale("sent", 2, "kunde 77"), receipt("gap", 1), receipt("gap", 3), receipt("other", 1)])
        refused(pipeline, *(receipt("sent", seq, day="2026-11-22") for seq in (51, 52, 53, 54)))
        pipeline.until("the days are closed", lambda: {documents(pipeline, "voucher").get(f"{name}/{DAY}/1", ("",))[0]
                                                       for name in ("sent", "gap", "other")} == {"waiting", "held"})
        # What another company's person would have to name: a refused line, a till's token, a decision, what stands.
        pipeline.command("by-hand", f"gap/{DAY}/1", "--reason", "entered")
        everybody = pipeline.command("users", "add", "all", "--all-companies", "--role", "decides,sets-up,operates",
                                     input=PASSWORD + "\n")
        assert everybody.returncode == 0
        pipeline.api["all"] = pipeline.command("users", "token", "all", "--about", "tests").stdout.strip()
        asker = Program(port, pipeline.api["all"])
        pipeline.until("PowerOffice's customers are known", lambda: asker.get("/api/v1/venues/sent/customers").json["poweroffice"])
        line = asker.get("/api/v1/refused").json["refused"][0]
        trail = asker.get("/api/v1/audit", limit=50).json["decisions"]
        for _ in range(2):
            pipeline.command("tokens", "add", "--venue", "sent", "--about", "till")
        tokens = dict(zip(("{token}", "{other_token}"), [t["number"] for t in asker.get("/api/v1/tokens").json["tokens"] if t["about"] == "till"]))
        document = next(d for d in asker.get(f"/api/v1/venues/sent/days/{DAY}").json["documents"] if d["kind"] == "voucher")
        pipeline.known = {"{so_far}": line["so_far"], **tokens,
                          "{decision}": next(d["decision"] for d in trail if d["act"] == "by-hand"), "{seen}": document["seen"].split("@")[-1]}
        yield pipeline


def filled(rig, value):
    """With what stands in the stores."""
    if value in rig.known:
        return rig.known[value]
    for name, known in rig.known.items():
        value = value.replace(name, str(known)) if isinstance(value, str) else value
    return value


def asked(rig, person, method, path, row, name="sent"):
    """One page, or one act with the token of the person's own forms."""
    for piece in (name, DAY, "1", "1"):
        path = path.replace("{}", piece, 1)
    if method == "GET":
        return person.get(path + row[1].replace("sent/", f"{name}/"))
    fields = [("token", person.mine), *((k, str(filled(rig, v)).replace("sent", name)) for k, v in row[1])]
    return person.ask("POST", path, fields)


def operation(asker, method, path, row, name="sent"):
    for piece in (name, DAY, "1", "1"):
        path = path.replace("{}", piece, 1)
    if method == "GET":
        return asker.ask("GET", "/api/v1" + path + row[1].replace("sent/", f"{name}/"))
    return asker.ask(method, "/api/v1" + path, row[1])


def signed_in(rig, name):
    person = Person(rig.console_port)
    assert person.sign_in(name).status == 303
    person.mine = dict(person.get("/").form("/sign-out")["fields"])["token"]
    return person


def trail(rig):
    return [line for line in rig.command("audit").stdout.splitlines() if " (console) " in line]


# Goal: the table above has every address and act that the program has, and no other.
def test_the_table_is_whole(rig):
    assert routes() == set(PAGES) | ELSEWHERE
    everything = Program(rig.console_port, rig.api["reads"]).get("/api/v1").json
    told = everything["acts"]
    assert {(row["method"], row["path"].removeprefix("/api/v1")) for row in everything["operations"]} == set(OPERATIONS)
    assert {row["act"] for row in told if "{}" in row["path"]} == set(VENUE_ACTS)
    assert {row["act"] for row in told if "{}" not in row["path"]} == set(WHOLE_ACTS)
    pages = {("POST", page) for page in re.findall(r'^    \{ "[a-z-]+", +"(/[^"]*)"', (HERE / "api_acts.c").read_text(), re.M)}
    only_in_pages = {page for method, page in PAGES if method == "POST"} - {page for _, page in pages}
    assert pages <= set(PAGES) and only_in_pages == {"/venues/{}/setup", "/venues/{}/connect/pages", "/connected", "/me/tokens",
                                                           "/me/tokens/revoke"}, only_in_pages


# Goal: the walk through all pages with axe-core (test_console_axe.py) has every page that there is.
def test_every_page_is_walked():
    walked = [path.split("?")[0] for path in test_console_axe.PAGES.values()]
    pages = {path for method, path in routes() if method == "GET"} - {"/style.css", "/favicon.ico", "/metrics"}
    lacking = {path for path in pages if "." not in path and not any(re.fullmatch(path.replace("{}", "[^/]+"), one) for one in walked)}
    assert len(pages) > 20 and not lacking, lacking


# Goal: another company's person, with every role, is told the same as of what is not there; and nothing of this company stands on a page.
def test_pages_of_another_company(rig):
    foreign, before = signed_in(rig, "foreign"), trail(rig)
    for (method, path), row in PAGES.items():
        answer = asked(rig, foreign, method, path, row)
        assert answer.status == row[3], (method, path, answer.status, answer.words)
        if "{}" in path:
            nowhere = asked(rig, foreign, method, path, row, "nowhere")
            assert nowhere.status == answer.status and nowhere.words.replace("nowhere", "sent") == answer.words, (path, nowhere.words, answer.words)
        assert not re.search(r"912345678|kunde 77|Venue sent|Venue gap|/venues/sent|entered|reads", answer.text.replace('value="reads"', "")) or \
            (method, path) == ("POST", "/users"), (path, answer.text)     # which shows what was written
    assert trail(rig) == before
    assert re.search(r"^console +\d+ records, fine", rig.command("fsck", check=False).stdout, re.M)
    state = documents(rig, "voucher")
    assert state[f"sent/{DAY}/1"][0] == "waiting" and state[f"gap/{DAY}/1"][0] == "by_hand"


# Goal: the same for programs.
def test_acts_of_another_company(rig):
    asker, before = Program(rig.console_port, rig.api["foreign"]), trail(rig)
    for (method, path), row in OPERATIONS.items():
        answer = operation(asker, method, path, row)
        if "{}" in path:
            assert answer.status in (403, 404) and answer.bytes == operation(asker, method, path, row, "nowhere").bytes, (path, answer.bytes)
        else:
            assert answer.status == row[2] and not re.search(rb"912345678|kunde 77|Venue (sent|gap)|sent/|gap/|\"venue\":\"(sent|gap)|entered", answer.bytes) or not path, (path, answer.bytes)
    for name, row in VENUE_ACTS.items():
        answers = [asker.ask("POST", f"/api/v1/venues/{at}/acts", {"act": name, **json.loads(json.dumps(row[1]).replace("sent/", f"{at}/"))})
                   for at in ("sent", "nowhere")]
        assert answers[0].status in (403, 404) and (answers[0].status, answers[0].bytes) == (answers[1].status, answers[1].bytes), (name, answers[0].bytes)
        through_its_own = asker.ask("POST", "/api/v1/venues/other/acts", {"act": name, **row[1]})
        if "documents" in row[1] or "receipts" in row[1] or "receipt" in row[1]:
            assert through_its_own.status == 400, (name, through_its_own.bytes)
    for name, row in WHOLE_ACTS.items():
        answer = asker.ask("POST", "/api/v1/acts", {"act": name, **{k: filled(rig, v) if isinstance(v, str) else v for k, v in row[1].items()}})
        assert answer.status == row[3], (name, answer.status, answer.bytes)
    assert [line for line in trail(rig) if line not in before and " other" not in line] == []


# Goal: each page and each press with each role: what its row says; a stranger is sent to sign in, or refused; a form without its token,
# or from elsewhere, does nothing; what was not allowed stands nowhere in the trail.
@pytest.mark.parametrize("role", ROLES)
def test_pages_by_role(rig, role):
    person, stranger, wrong = signed_in(rig, role), Person(rig.console_port), []
    before = trail(rig)
    for (method, path), row in PAGES.items():
        wanted = row[2] if role in row[0].split() else 403
        status = asked(rig, person, method, path, row).status
        if status != wanted:
            wrong.append((method, path, role, status, wanted))
        address = path.replace("{}", "sent", 1).replace("{}", DAY, 1).replace("{}", "1")
        if method == "GET":
            assert stranger.get(address).location == "/sign-in", path
            continue
        fields = [(k, str(filled(rig, v))) for k, v in row[1]]
        assert stranger.ask("POST", address, fields).status == 403, path
        assert person.ask("POST", address, fields).status == 403, ("no token", path)
        assert person.ask("POST", address, [("token", person.mine), *fields], headers={"Origin": "https://x.no"}).status == 403, path
    assert not wrong, wrong
    done = [line for line in trail(rig) if line not in before]
    assert len(done) == {"sets-up": len(done), "operates": 4}.get(role, 0), done


# Goal: the same for programs.
@pytest.mark.parametrize("role", ROLES)
def test_acts_by_role(rig, role):
    asker, wrong = Program(rig.console_port, rig.api[role]), []
    for (method, path), row in OPERATIONS.items():
        wanted = row[2] if role in row[0].split() else 403
        answer = operation(asker, method, path, row)
        if answer.status != wanted:
            wrong.append((method, path, role, answer.status, wanted, answer.bytes[:200]))
        assert operation(Program(rig.console_port), method, path, row).status == 401
    open_acts = {row["act"] for row in asker.get("/api/v1").json["acts"] if row["open"]}
    for path, acts in (("/api/v1/venues/sent/acts", VENUE_ACTS), ("/api/v1/acts", WHOLE_ACTS)):
        for name, row in acts.items():
            may = role in row[0].split()
            body = {"act": name, **{k: filled(rig, v) if isinstance(v, str) else v for k, v in row[1].items()}}
            answer = asker.ask("POST", path, body)
            if answer.status != (row[2] if may else 403) or (name in open_acts) != (may or (name, role) == ("undo", OPERATES)):
                wrong.append((name, role, answer.status, row[2] if may else 403, answer.bytes[:200]))
            assert Program(rig.console_port).ask("POST", path, body).status == 401
    assert not wrong, wrong
