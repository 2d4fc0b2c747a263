"""The console dies in the middle of what a person presses: before it is written down, behind that, and before it is answered. It comes
back, tells what is, and ends with one effect: pressed again where nothing was done, refused with who did it where it was."""
import http.client
import time

import pytest

from api_rig import Program
from console_rig import PASSWORD, Person, add_user, settings
from orders_rig import documents, sale, start, venue
from pipeline import BIN, client_key
from test_api import act, receipt
from test_console_ways import refused
from test_elsewhere import DAY_S
from test_elsewhere import Person as Somebody

KILLS = (BIN / "bilag-console").exists() and b"BILAG_KILLPOINT" in (BIN / "bilag-console").read_bytes()
# One after the other, wherever tests are dealt to several workers: what an act undoes, the one before it did.
pytestmark = [pytest.mark.skipif(not KILLS, reason="not a build with KILLPOINTS=1"), pytest.mark.xdist_group("acts")]
POINTS = ("act.before-trail", "act.after-trail", "act.before-answer")
DAYS = ("2026-11-16", "2026-11-17", "2026-11-18")
MINE = "912345678"
NEW = "et helt annet langt passord"


def cash(name, seq, day):
    return {"v": 1, "venue": name, "register": "K1", "seq": seq, "kind": "cash_movement", "amount": -200000, "time": f"{day}T20:00:00+01:00",
            "reason": "bank"}


@pytest.fixture(scope="module")
def rig():
    port, more = settings()
    names = ("bar", "hand", "gap", "cash", "twice", "odd", "back")
    with start([venue(name, auto_transfer="false", department=str(n)) for n, name in enumerate(names, 1)], [{"no": 10001, "name": "Hansen"}],
               settings=more) as pipeline:
        for name in ("all", *(f"user{n}" for n in range(3)), *(f"gone{n}" for n in range(3))):
            add_user(pipeline, name, *(("--all-companies", "--role", "decides,sets-up,operates") if name == "all" else ("--company", MINE)))
        token = pipeline.command("users", "token", "all", "--about", "tests").stdout.strip()
        pipeline.own = {n: pipeline.command("users", "token", f"user{n}", "--about", "tests").stdout.strip() for n in range(3)}
        pipeline.add("console", 0)
        pipeline.wait_ready()
        pipeline.console_port, pipeline.asker = port, Program(port, token)
        for n, day in enumerate(DAYS):
            pipeline.post([receipt("bar", n + 1, day=day), receipt("hand", n + 1, day=day), receipt("gap", 3 * n + 1, day=day),
                           receipt("gap", 3 * n + 3, day=day), cash("cash", n + 1, day), sale("odd", 10 + n, f"kunde {n}"),
                           receipt("odd", n + 1, day=day, payments=[{"type": "card", "amount": 100}]), receipt("back", n + 1, day=day)])
            pipeline.post([{**receipt("twice", 1, day=day, gross=gross), "register": f"{kind}{n}"}     # two contents of one number
                           for kind in ("chosen", "anew") for day, gross in ((DAYS[0], 12500), (DAYS[1], 7000))])
        refused(pipeline, *(receipt("bar", 50 + n, day="2026-11-22") for n in range(3)))
        wanted = {**{f"{v}/{day}/1": "waiting" for v in ("bar", "hand", "back") for day in DAYS}, **{f"{v}/{day}/1": "held" for v in ("gap", "odd") for day in DAYS}}
        pipeline.until("the days are closed", lambda: wanted.items() <= {d: s for d, (s, _) in documents(pipeline, "voucher").items()}.items())
        for day in DAYS:
            pipeline.command("by-hand", f"back/{day}/1", "--reason", "entered")
        pipeline.until("they are by hand", lambda: {documents(pipeline, "voucher")[f"back/{day}/1"][0] for day in DAYS} == {"by_hand"})
        pipeline.until("PowerOffice's customers are known", lambda: pipeline.asker.get("/api/v1/venues/odd/customers").json["poweroffice"])
        pipeline.process = pipeline.of("console")
        yield pipeline


# What is decided of documents that PowerOffice had: three days of each venue. It refuses the days of "anew" without telling of it, has
# locked those of "moved", and somebody has reversed those of "back" there.
SENT = ("anew", "wrong", "back", "moved")
ADD_ONS = tuple(f"addon{n}" for n in range(len(DAYS)))
READ = ("anew", "wrong", "moved")


def states(pipeline, name):
    return [documents(pipeline, "voucher").get(f"{name}/{day}/1", ("", {})) for day in DAYS]


def reversed_by_somebody(pipeline, name):
    """A day later, at the hour when what was sent is looked for, it is known."""
    Somebody(pipeline).reverse_all(name)
    noon = (12 - time.gmtime().tm_hour) % 24 * 3600
    for day in (1, 2, 3):
        pipeline.ahead_s = day * DAY_S + noon
        pipeline.set_clock(pipeline.ahead_s)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            if all("reversed-elsewhere" in problems for _, problems in states(pipeline, name)):
                return
            time.sleep(0.05)
    raise AssertionError(states(pipeline, name))


@pytest.fixture(scope="module")
def sent():
    port, more = settings()
    more |= {"poweroffice": {"application_keys": {name: {"file": "keys/quickorder"} for name in ("quickorder", "add-on-2")}}}
    own = {name: {"company": f"91234570{n}", "client_key": {"file": f"keys/{name}"}, "department": "1"}
           for n, name in enumerate((*SENT, *ADD_ONS))}
    venues = [venue(name, auto_invoice="false", **own[name]) for name in SENT]
    venues += [venue(name, auto_invoice="false", auto_transfer="false", extension="add-on-2", **own[name]) for name in ADD_ONS]
    with start(venues, settings=more) as pipeline:
        pipeline.secrets.remove(pipeline.application_key)    # here it is an add-on's too, which people type
        pipeline.sandbox("clients", {"client_key": client_key("anew"), "closed_until": DAYS[-1]})
        pipeline.sandbox("clients", {"client_key": client_key("moved"), "lock_date": DAYS[-1]})
        add_user(pipeline, "all", "--all-companies", "--role", "decides,sets-up,operates")
        token = pipeline.command("users", "token", "all", "--about", "tests").stdout.strip()
        pipeline.add("console", 0)
        pipeline.wait_ready()
        pipeline.console_port, pipeline.asker = port, Program(port, token)
        for name in ADD_ONS:
            pipeline.command("venues", "connect", name, input=client_key(name))
        pipeline.post([receipt(name, n + 1, day=day) for name in SENT for n, day in enumerate(DAYS)])
        for name, state in (("anew", "failed"), ("moved", "held"), ("wrong", "sent"), ("back", "sent")):
            pipeline.until(f"{name} is {state}", lambda name=name, state=state: {s for s, _ in states(pipeline, name)} == {state})
        pipeline.sandbox("clients", {"client_key": client_key("anew"), "closed_until": None})
        reversed_by_somebody(pipeline, "back")
        pipeline.process = pipeline.of("console")
        yield pipeline


# --- what is pressed: (venue or None, body), and how what is can be told from what the console shows ---

def document(rig, name, day):
    return next(d for d in rig.asker.get(f"/api/v1/venues/{name}/days/{day}").json["documents"] if d["kind"] == "voucher")


def trail(rig, verb, subject):
    """Decisions of that kind about it, as the page of the trail has them."""
    return [d for d in rig.asker.get("/api/v1/audit", limit=200).json["decisions"] if d["act"] == verb and d["subject"].endswith(subject)]


def deed(name, verb, **more):
    def body(rig, n):
        return name, {"act": verb, "documents": [document(rig, name, DAYS[n])["seen"]], **more}
    return body, lambda rig, n: bool(trail(rig, verb, f"{name}/{DAYS[n]}/1"))


def tick(rig, n):
    item = next(i for i in rig.asker.get("/api/v1/venues/cash/manual", **{"from": DAYS[n], "to": DAYS[n]}).json["items"])
    return "cash", {"act": "tick", "item": item["item"], "from": DAYS[n], "to": DAYS[n], "reason": "voucher 12"}


def is_ticked(rig, n):
    return any(i.get("done_by") for i in rig.asker.get("/api/v1/venues/cash/manual", **{"from": DAYS[n], "to": DAYS[n]}).json["items"])


def dismiss(rig, n):
    line = next(line for line in rig.asker.get("/api/v1/refused").json["refused"] if line["line"] == n + 1)
    return None, {"act": "dismiss", "what": "line", "subject": line["subject"], "so_far": line["so_far"], "reason": "x",
                  "seen": rig.asker.get("/api/v1/refused").json["seen"]}


def is_dismissed(rig, n):
    return next(line for line in rig.asker.get("/api/v1/refused").json["refused"] if line["line"] == n + 1)["settled"]


def leave_out(rig, n):
    seen = rig.asker.get("/api/v1/venues/odd/receipt", name=f"K1/{n + 1}").json["seen"]
    return "odd", {"act": "leave-out", "receipts": [f"odd/K1/{n + 1}"], "reason": "x", "seen": seen}


def contested(rig, name):
    return rig.asker.get("/api/v1/venues/twice/receipt", name=f"{name}/1").json


def choose(rig, n):
    shown = contested(rig, f"chosen{n}")
    return "twice", {"act": "choose", "receipt": f"twice/chosen{n}/1", "which": 2, "place": shown["contents"][1]["place"], "reason": "x",
                     "seen": shown["seen"]}


def restarted(rig, n):
    shown = contested(rig, f"anew{n}")
    return "twice", {"act": "restarted", "receipt": f"twice/anew{n}/1", "place": shown["restarted"]["place"], "reason": "x", "seen": shown["seen"]}


def undo(rig, n):
    return None, {"act": "undo", "decision": trail(rig, "by-hand", f"back/{DAYS[n]}/1")[0]["decision"], "reason": "x"}


def connect(rig, n):
    return "odd", {"act": "connect", "till_customer": f"kunde {n}", "number": 10001, "was": 0}


def imported(rig, n):
    look = rig.asker.post("/api/v1/venues/odd/customers/look", {"connections": [{"till_customer": f"ny {n}", "number": 10001}]})
    return "odd", {"act": "import", "connections": [{"till_customer": f"{word} {n}", "number": 10001} for word in ("ny", "nok en")],
                   "reason": "x", "seen": look.json["seen"]}


def stands(word, count=1):
    def is_connected(rig, n):
        rows = rig.asker.post("/api/v1/venues/odd/customers/look",
                              {"connections": [{"till_customer": f"{w} {n}", "number": 10001} for w in word.split(",")]}).json["rows"]
        found = [row["stands"] for row in rows].count("connected")
        assert found in (0, count) or word != "kunde", rows
        return found == count
    return is_connected


def disconnect(rig, n):
    return "odd", {"act": "disconnect", "till_customer": f"kunde {n}", "number": 10001, "reason": "x"}


def new_venue(rig, n):
    return None, {"act": "new-venue", "id": f"ny{n}", "name": "Ny", "company": f"97476067{n}"}


def user_add(rig, n):
    return None, {"act": "user-add", "name": f"ny{n}", "password": PASSWORD, "language": "nb", "companies": [MINE]}


def users(rig):
    return {u["name"]: u for u in rig.asker.get("/api/v1/users").json["users"]}


def user_remove(rig, n):
    return None, {"act": "user-remove", "name": f"gone{n}", "made": users(rig)[f"gone{n}"]["made"], "reason": "x"}


def tokens(rig, n):
    return [t for t in rig.asker.get("/api/v1/tokens").json["tokens"] if t["about"] == f"till {n}"]


def token_add(rig, n):
    return None, {"act": "token-add", "venues": ["bar"], "about": f"till {n}", "seen": rig.asker.get("/api/v1/tokens").json["seen"]}


def token_revoke(rig, n):
    return None, {"act": "token-revoke", "number": tokens(rig, n)[0]["number"], "reason": "x"}


def set_up(rig, n):
    stamp = rig.asker.get("/api/v1/venues/bar/setup").json["stamp"]
    return "PATCH", {"stamp": stamp, "values": [{"section": "", "entry": "", "key": "name", "value": f"Baren {n}"}]}


def is_saved(rig, n):
    return f"Baren {n}" in [v["value"] for v in rig.asker.get("/api/v1/venues/bar/setup").json["values"] if v["key"] == "name"]


def password(rig, n):
    return f"user{n}", {"act": "password", "password": PASSWORD, "new": NEW, "again": NEW}


def is_changed(rig, n):
    return Person(rig.console_port).sign_in(f"user{n}", NEW).status == 303


def post_on(rig, n):
    return "moved", {"act": "post-on", "documents": [document(rig, "moved", DAYS[n])["seen"]], "day": f"2026-11-{20 + n}", "reason": "the term is reported"}


def connection(rig, name):
    return rig.asker.get(f"/api/v1/venues/{name}/connection").json


def confirm(rig, n):
    return ADD_ONS[n], {"act": "confirm-add-on"}


def is_confirmed(rig, n):
    return not connection(rig, ADD_ONS[n])["add_on_awaited"]


def read_books(rig, n):
    return READ[n], {"act": "read-books"}


# Whether it is done at each of the points; and what pressing it once more is answered where it is.
# What an act does stands behind its decision in the trail, so a decision may have done nothing: what is listed is what is.
TRAIL_ONLY, TRAIL_FIRST = (False, True, True), (False, False, True)
ACTS = {
    "transfer": (*deed("bar", "transfer"), TRAIL_ONLY, {409}),
    "by-hand": (*deed("hand", "by-hand", reason="entered"), TRAIL_ONLY, {409}),
    "accept": (*deed("gap", "accept", reason="the till was new", code="sequence-gap"), TRAIL_ONLY, {409}),
    "tick": (tick, is_ticked, TRAIL_ONLY, {409}),
    "dismiss": (dismiss, is_dismissed, TRAIL_ONLY, {404, 409}),
    "leave-out": (leave_out, lambda rig, n: bool(trail(rig, "leave-out", f"odd/K1/{n + 1}")), TRAIL_ONLY, {409}),
    "choose": (choose, lambda rig, n: bool(trail(rig, "choose", f"twice/chosen{n}/1")), TRAIL_ONLY, {409}),
    "restarted": (restarted, lambda rig, n: bool(trail(rig, "restarted", f"twice/anew{n}/1")), TRAIL_ONLY, {409}),
    "undo": (undo, lambda rig, n: bool(trail(rig, "undo-by-hand", f"back/{DAYS[n]}/1")), TRAIL_ONLY, {409}),
    "connect": (connect, stands("kunde"), TRAIL_FIRST, {200}),              # it was so already: nothing is written
    "disconnect": (disconnect, lambda rig, n: not stands("kunde")(rig, n), TRAIL_FIRST, {409}),
    "import": (imported, stands("ny,nok en", 2), TRAIL_FIRST, {200, 409}),
    "new-venue": (new_venue, lambda rig, n: (rig.config / "venues" / f"ny{n}.yaml").exists(), TRAIL_FIRST, {409}),
    "user-add": (user_add, lambda rig, n: f"ny{n}" in users(rig), TRAIL_FIRST, {409}),
    "user-remove": (user_remove, lambda rig, n: f"gone{n}" not in users(rig), TRAIL_FIRST, {404}),
    "token-add": (token_add, tokens, TRAIL_FIRST, {409}),
    "token-revoke": (token_revoke, lambda rig, n: bool(tokens(rig, n)[0].get("revoked_at")), TRAIL_FIRST, {409}),
    "set-up": (set_up, is_saved, TRAIL_FIRST, {409}),
    "password": (password, is_changed, TRAIL_FIRST, {403}),
}
SENT_ACTS = {
    "resend": (*deed("anew", "resend", reason="PowerOffice is mended"), TRAIL_ONLY, {409}),
    "reverse": (*deed("wrong", "reverse", reason="a wrong account"), TRAIL_ONLY, {409}),
    "leave-reversed": (*deed("back", "leave-reversed", reason="it is entered"), TRAIL_ONLY, {409}),
    "post-on": (post_on, lambda rig, n: bool(trail(rig, "post-on", f"moved/{DAYS[n]}/1")), TRAIL_ONLY, {409}),
    "confirm-add-on": (confirm, is_confirmed, TRAIL_ONLY, {409}),
    "read-books": (read_books, lambda rig, n: bool(trail(rig, "read-books", READ[n])), TRAIL_ONLY, {200}),     # they are read once more
}


def press(rig, to, body):
    if to == "PATCH":
        return rig.asker.ask("PATCH", "/api/v1/venues/bar/setup", body)
    if to and to.startswith("user"):
        return act(Program(rig.console_port, rig.own[int(to[-1])]), None, **body)
    return act(rig.asker, to, **body)


def dies_at(rig, point):
    """The console is started anew so that it dies there, once."""
    rig.stop("console")
    rig.process.env = {"BILAG_KILLPOINT": f"{point}:1"}
    rig.restart("console")
    rig.process.env = {}


def dies_pressed(rig, to, pressed):
    """... and is back."""
    starts = rig.process.starts
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        press(rig, to, pressed)
    rig.until("it is back", lambda: rig.process.starts == starts + 1 and rig.process.ready())


def killed(rig, name, row):
    body, is_done, expected, told = row
    for n, point in enumerate(POINTS):
        assert not is_done(rig, n), (name, point)
        to, pressed = body(rig, n)
        dies_at(rig, point)
        dies_pressed(rig, to, pressed)
        assert bool(is_done(rig, n)) == expected[n], (name, point)
        if not expected[n]:
            to, pressed = body(rig, n)       # as it is seen now
        again = press(rig, to, pressed)
        assert again.status in (told if expected[n] else {200}), (name, point, again.status, again.bytes)
        assert is_done(rig, n), (name, point)


@pytest.mark.parametrize("name", ACTS)
def test_killed(rig, name):
    killed(rig, name, ACTS[name])


# Goal: a token that somebody makes for himself is in the trail before it is in the list; pressed again there is one more, with its text.
def test_killed_making_ones_own_token(rig):
    for n, point in enumerate(POINTS):
        somebody = Person(rig.console_port)
        assert somebody.sign_in("all").status == 303
        form = somebody.get("/me").form("/me/tokens")
        dies_at(rig, point)
        starts = rig.process.starts
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            somebody.post(form, about=f"mine {n}", password=PASSWORD)
        rig.until("it is back", lambda starts=starts: rig.process.starts == starts + 1 and rig.process.ready())
        page = somebody.get("/me")
        assert (f"mine {n}" in page.words, len(mine(rig, n))) == ((False, 0), (False, 1), (True, 1))[n], point
        assert somebody.post(form, about=f"mine {n}", password=PASSWORD).status == (200 if n == 0 else 409)
        if point == "act.after-trail":
            assert "bilag_user_" in somebody.post(page.form("/me/tokens"), about=f"mine {n}", password=PASSWORD).words
        assert somebody.get("/me").words.count(f"mine {n}") == 1 and len(mine(rig, n)) == (2 if n == 1 else 1), point


def mine(rig, n):
    return [d for d in trail(rig, "user-token-add", "all") if d["reason"] == f"mine {n}"]


# Acts of the command that do something besides their decision: (the verb, arguments, standard input, what tells that it is done).
def listed(words, *command):
    return lambda rig: words in rig.command(*command, check=False).stdout


def gone(words, *command):
    return lambda rig: words not in rig.command(*command, check=False).stdout


def is_shut(rig):
    rows = rig.command("tokens", "list").stdout.splitlines()
    return any("by command" in row and "REVOKED" in behind for row, behind in zip(rows, rows[1:]))


def number_of(rig, words, *command):
    return next(row.split()[0] for row in rig.command(*command).stdout.splitlines() if words in row)


BAR = ("customers", "--venue", "bar")
COMMANDS = [
    ("token-add", ("tokens", "add", "--venue", "bar", "--about", "by command"), "", listed("by command", "tokens", "list")),
    ("token-revoke", ("tokens", "revoke", "by command", "--reason", "x"), "", is_shut),
    ("user-add", ("users", "add", "late", "--company", MINE), PASSWORD, listed("late ", "users", "list")),
    ("user-token-add", ("users", "token", "late", "--about", "command's"), "", listed("command's", "users", "tokens")),
    ("user-token-revoke", ("users", "revoke", "command's"), "", gone("command's", "users", "tokens")),
    ("user-remove", ("users", "remove", "late"), "", gone("late ", "users", "list")),
    ("connect", (*BAR, "connect", "ved kommando", "10001"), "", listed("ved kommando", *BAR, "list")),
    ("customer-reference", (*BAR, "connect", "ved kommando", "10001", "--reference", "Bord 4"), "", listed("Bord 4", *BAR, "list")),
    ("disconnect", (*BAR, "disconnect", "ved kommando", "--reason", "x"), "", gone("ved kommando", *BAR, "list")),
]


# Goal: the command dies around its decision: nothing is done that the trail does not have, and the same command does it then.
@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row[0])
def test_command_killed(rig, row):
    verb, args, text, is_done = row
    if args[:2] in (("tokens", "revoke"), ("users", "revoke")):
        listing = ("tokens", "list") if args[0] == "tokens" else ("users", "tokens")
        args = (*args[:2], number_of(rig, args[2], *listing), *args[3:])

    def said():
        return [line for line in rig.command("audit").stdout.splitlines() if f"  {verb} " in line and " (" not in line.split(verb)[0]]
    before = len(said())
    for point, decided in (("act.before-trail", 0), ("act.after-trail", 1)):
        rig.env["BILAG_KILLPOINT"] = f"{point}:1"
        try:
            assert rig.command(*args, input=text + "\n", check=False).returncode == -9, point
        finally:
            del rig.env["BILAG_KILLPOINT"]
        assert not is_done(rig) and len(said()) == before + decided, point
    done = rig.command(*args, input=text + "\n")
    assert is_done(rig) and len(said()) == before + 2
    if verb in ("token-add", "user-token-add"):
        assert done.stdout.startswith("bilag_")
    else:
        rig.command(*args, input=text + "\n", check=False)      # it is so already
        assert len(said()) == before + 2


# Goal: what was pressed so reached the books once: a voucher for each day, and a decision for each press that counted.
def test_killed_and_booked(rig):
    rig.until("all are sent", lambda: all(document(rig, "bar", day)["state"] == "sent" for day in DAYS))
    references = [v["reference"] for v in rig.vouchers()]
    assert len(references) == len(set(references)) == len(DAYS)
    for name, verb in (("bar", "transfer"), ("hand", "by-hand"), ("gap", "accept"), ("back", "undo-by-hand")):
        assert [len(trail(rig, verb, f"{name}/{day}/1")) for day in DAYS] == [1, 1, 1], verb
    rig.until("none is by hand", lambda: {documents(rig, "voucher")[f"back/{day}/1"][0] for day in DAYS} == {"waiting"})
    for n in range(len(DAYS)):
        assert len(trail(rig, "choose", f"twice/chosen{n}/1")) == len(trail(rig, "restarted", f"twice/anew{n}/1")) == 1
        assert [c["booked"] for c in contested(rig, f"chosen{n}")["contents"]] == [False, True]
        assert rig.asker.get("/api/v1/venues/twice/receipt", name=f"anew{n}~2/1").json["booked"]
    assert not any(t.get("used_at") for n in range(3) for t in tokens(rig, n))
    for token in rig.asker.get("/api/v1/tokens").json["tokens"]:
        assert len(trail(rig, "token-add", f"token {token['number']}")) == 1, token
    assert rig.command("fsck", check=False).returncode == 0


@pytest.mark.parametrize("name", SENT_ACTS)
def test_killed_of_what_was_sent(sent, name):
    killed(sent, name, SENT_ACTS[name])


def of_venue(rig, name):
    return [v for v in rig.sandbox("vouchers") if v["client_key"] == client_key(name)]


# Goal: each press had one effect in PowerOffice's books, stands once in the trail, and once on the page of its day with its reason.
def test_killed_and_settled(sent):
    for name, state in (("anew", "sent"), ("wrong", "sent"), ("back", "reversed"), ("moved", "sent")):
        sent.until(f"{name} is {state}", lambda name=name, state=state: states(sent, name) == [(state, {})] * len(DAYS))
    sent.until("those reversed are sent anew", lambda: len(of_venue(sent, "wrong")) == 3 * len(DAYS))
    assert {name: sum(not v["reversed"] and not v["reverses"] for v in of_venue(sent, name)) for name in SENT} == \
        {"anew": 3, "wrong": 3, "back": 0, "moved": 3}
    assert sorted(v["lines"][0]["posting_date"] for v in of_venue(sent, "moved")) == [f"2026-11-{20 + n}" for n in range(len(DAYS))]
    somebody = Person(sent.console_port)
    assert somebody.sign_in("all").status == 303
    for name, verb, reason in (("anew", "resend", "PowerOffice is mended"), ("wrong", "reverse", "a wrong account"),
                               ("back", "leave-reversed", "it is entered"), ("moved", "post-on", "the term is reported")):
        for day in DAYS:
            assert len(trail(sent, verb, f"{name}/{day}/1")) == 1, (verb, day)
            assert somebody.get(f"/venues/{name}/days/{day}").words.count(reason) == 1, (verb, day)
    assert [len(trail(sent, "add-on-there", name)) for name in ADD_ONS] == [1] * len(ADD_ONS)
    assert sent.command("fsck", check=False).returncode == 0


def read_at(rig, name):
    """As the page tells it, to the second; what is read from now on is later."""
    told = connection(rig, name)["read_at"]
    rig.ahead_s += 60
    rig.set_clock(rig.ahead_s)
    return told


# Goal: the console dies while PowerOffice is asked: before the uploader is, before it is answered, when PowerOffice has. The page says of
# when what is known is, and asked again it is of later.
@pytest.mark.parametrize("point", ["ask.begun", "act.before-answer", "ask.answered"])
def test_killed_while_asking(sent, point):
    before = read_at(sent, "anew")
    pressed = "anew", {"act": "ask"}
    dies_at(sent, point)
    starts = sent.process.starts
    if point == "ask.answered":
        assert press(sent, *pressed).status == 200
        sent.until("it is back", lambda: sent.process.starts == starts + 1 and sent.process.ready())
        assert read_at(sent, "anew") > before
    else:
        dies_pressed(sent, *pressed)
    assert "asked" not in connection(sent, "anew")
    before = read_at(sent, "anew")
    assert press(sent, *pressed).status == 200
    sent.until("it is answered", lambda: connection(sent, "anew")["asked"]["over"])
    assert read_at(sent, "anew") > before and "why" not in connection(sent, "anew")["asked"]
