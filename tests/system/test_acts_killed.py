"""The console dies in the middle of what a person presses: before it is written down, behind that, and before it is answered. It comes
back, tells what is, and ends with one effect: pressed again where nothing was done, refused with who did it where it was."""
import http.client

import pytest

from api_rig import Program
from console_rig import PASSWORD, Person, add_user, settings
from orders_rig import documents, sale, start, venue
from pipeline import BIN
from test_api import act, receipt
from test_console_ways import refused

KILLS = (BIN / "bilag-console").exists() and b"BILAG_KILLPOINT" in (BIN / "bilag-console").read_bytes()
pytestmark = pytest.mark.skipif(not KILLS, reason="not a build with KILLPOINTS=1")
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
    names = ("bar", "hand", "gap", "cash", "twice", "odd")
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
                           receipt("odd", n + 1, day=day, payments=[{"type": "card", "amount": 100}])])
        refused(pipeline, *(receipt("bar", 50 + n, day="2026-11-22") for n in range(3)))
        wanted = {**{f"{v}/{day}/1": "waiting" for v in ("bar", "hand") for day in DAYS}, **{f"{v}/{day}/1": "held" for v in ("gap", "odd") for day in DAYS}}
        pipeline.until("the days are closed", lambda: wanted.items() <= {d: s for d, (s, _) in documents(pipeline, "voucher").items()}.items())
        pipeline.until("PowerOffice's customers are known", lambda: pipeline.asker.get("/api/v1/venues/odd/customers").json["poweroffice"])
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


def connect(rig, n):
    return "odd", {"act": "connect", "till_customer": f"kunde {n}", "number": 10001}


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


# Whether it is done at each of the points; and what pressing it once more is answered where it is.
# A token's text is shown once, behind its trail: one that died before it is listed, and opens nothing, for nobody ever had it.
TRAIL_ONLY, TRAIL_FIRST = (False, True, True), (False, False, True)
ACTS = {
    "transfer": (*deed("bar", "transfer"), TRAIL_ONLY, {409}),
    "by-hand": (*deed("hand", "by-hand", reason="entered"), TRAIL_ONLY, {409}),
    "accept": (*deed("gap", "accept", reason="the till was new", code="sequence-gap"), TRAIL_ONLY, {409}),
    "tick": (tick, is_ticked, TRAIL_ONLY, {409}),
    "dismiss": (dismiss, is_dismissed, TRAIL_ONLY, {404, 409}),
    "leave-out": (leave_out, lambda rig, n: bool(trail(rig, "leave-out", f"odd/K1/{n + 1}")), TRAIL_ONLY, {409}),
    "connect": (connect, stands("kunde"), TRAIL_FIRST, {200}),              # it was so already: nothing is written
    "disconnect": (disconnect, lambda rig, n: not stands("kunde")(rig, n), TRAIL_FIRST, {409}),
    "import": (imported, stands("ny,nok en", 2), TRAIL_FIRST, {200, 409}),
    "new-venue": (new_venue, lambda rig, n: (rig.config / "venues" / f"ny{n}.yaml").exists(), TRAIL_FIRST, {409}),
    "user-add": (user_add, lambda rig, n: f"ny{n}" in users(rig), TRAIL_FIRST, {409}),
    "user-remove": (user_remove, lambda rig, n: f"gone{n}" not in users(rig), TRAIL_FIRST, {404}),
    "token-add": (token_add, lambda rig, n: any(trail(rig, "token-add", f"token {t['number']}") for t in tokens(rig, n)), TRAIL_ONLY, {409}),
    "token-revoke": (token_revoke, lambda rig, n: bool(tokens(rig, n)[0].get("revoked_at")), TRAIL_FIRST, {409}),
    "set-up": (set_up, is_saved, TRAIL_FIRST, {409}),
    "password": (password, is_changed, TRAIL_FIRST, {403}),
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


@pytest.mark.parametrize("name", ACTS)
def test_killed(rig, name):
    body, is_done, expected, told = ACTS[name]
    for n, point in enumerate(POINTS):
        assert not is_done(rig, n), (name, point)
        to, pressed = body(rig, n)
        dies_at(rig, point)
        starts = rig.process.starts
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            press(rig, to, pressed)
        rig.until("it is back", lambda: rig.process.starts == starts + 1 and rig.process.ready())
        assert is_done(rig, n) == expected[n], (name, point)
        if not expected[n]:
            to, pressed = body(rig, n)       # as it is seen now
        again = press(rig, to, pressed)
        assert again.status in (told if expected[n] else {200}), (name, point, again.status, again.bytes)
        assert is_done(rig, n), (name, point)


# Goal: what was pressed so reached the books once: a voucher for each day, and a decision for each press that counted.
def test_killed_and_booked(rig):
    rig.until("all are sent", lambda: all(document(rig, "bar", day)["state"] == "sent" for day in DAYS))
    references = [v["reference"] for v in rig.vouchers()]
    assert len(references) == len(set(references)) == len(DAYS)
    for name, verb in (("bar", "transfer"), ("hand", "by-hand"), ("gap", "accept")):
        assert [len(trail(rig, verb, f"{name}/{day}/1")) for day in DAYS] == [1, 1, 1], verb
    assert not any(t.get("used_at") for n in range(3) for t in tokens(rig, n))
    assert rig.command("fsck", check=False).returncode == 0
