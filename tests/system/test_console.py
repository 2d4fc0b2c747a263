"""The console, through the real processes and plain HTTP: who may look and press, what it writes down, and what of it reaches the
books. Pages are asked for as a browser without scripts does."""
import http.client
import json
import re
import signal
import socket
import subprocess

import pytest

from console_rig import PASSWORD, Person, add_user, settings
from orders_rig import documents, sale, start, venue
from pipeline import BIN, SANITIZED, Pipeline, clients_of, free_port
from test_tls import certificate, context

DAY = "2026-11-19"
OTHER = "987654321"
EVIL = "<script>alert(1)</script>\"' onmouseover=\"x"
USERS = {
    "kari": ("--company", "912345678", "--role", "decides,sets-up", "--title", "Kari Nordmann", "--language", "en"),
    "ola": ("--company", "912345678", "--role", "reads", "--language", "nb"),
    "drift": ("--all-companies", "--role", "operates", "--language", "en"),
    "evil": ("--company", OTHER, "--role", "decides,sets-up,operates", "--language", "en"),
}


def receipt(name, seq, day=DAY, gross=12500, **more):
    return {"v": 1, "venue": name, "register": "K1", "seq": seq, "kind": "receipt", "time": f"{day}T19:00:00+01:00",
            "lines": [{"product_type": "food", "vat": 25, "gross": gross, "qty": 1, "text": "Lunch"}],
            "payments": [{"type": "card", "amount": gross}], **more}


@pytest.fixture(scope="module")
def rig():
    port, more = settings()
    venues = [{**venue("oslo", auto_transfer="false"), "name": f"Oslo {EVIL}"},
              venue("gap", auto_transfer="false"), venue("cash", auto_transfer="false"),
              venue("odd", auto_transfer="false"), venue("again", auto_transfer="false"),
              venue("other", company=OTHER, client_key={"file": "keys/other"}, auto_transfer="false")]
    customers = [{"no": 10001, "name": f"Hansen {EVIL}"}]
    with start(venues, customers, settings=more) as pipeline:
        for name, args in USERS.items():
            add_user(pipeline, name, *args)
        pipeline.add("console", 0)
        pipeline.wait_ready()
        pipeline.console_port = port
        pipeline.post([receipt("oslo", 1), receipt("oslo", 2, gross=9900), sale("oslo", 3, f"kunde {EVIL}"),
                       receipt("gap", 1), receipt("gap", 3), receipt("again", 1), receipt("again", 2, day="2026-11-18"),
                       receipt("other", 1), receipt("cash", 1), receipt("odd", 1),
                       receipt("odd", 2, payments=[{"type": "card", "amount": 100}]),
                       {"v": 1, "venue": "cash", "register": "K1", "seq": 2, "kind": "cash_movement", "amount": -200000,
                        "time": f"{DAY}T20:00:00+01:00", "reason": "bank"}])
        ready = {f"oslo/{DAY}/1": "waiting", f"gap/{DAY}/1": "held", f"again/{DAY}/1": "waiting", f"other/{DAY}/1": "waiting",
                 f"cash/{DAY}/1": "waiting", f"odd/{DAY}/1": "held"}
        pipeline.until("the days are closed", lambda: {d: s for d, (s, _) in documents(pipeline, "voucher").items() if d in ready}
                       == ready)
        pipeline.until("the order is held", lambda: documents(pipeline).get("oslo/order/K1/3", ("",))[0] == "held")
        yield pipeline


@pytest.fixture
def kari(rig):
    return signed_in(rig, "kari")


def signed_in(rig, name):
    person = Person(rig.console_port)
    answer = person.sign_in(name)
    assert answer.status == 303 and answer.location == "/", answer.words
    return person


PAGES = ["/", "/venues/oslo", f"/venues/oslo/days/{DAY}", "/venues/oslo/period?from=2026-11-01&to=2026-11-30", "/venues/oslo/orders",
         "/venues/oslo/customers", "/venues/oslo/manual?from=2026-11-01&to=2026-11-30", "/audit",
         f"/venues/oslo/vouchers.csv?from={DAY}&to={DAY}", f"/venues/oslo/days/{DAY}/1/settlement.pdf",
         f"/venues/oslo/days/{DAY}/1/lines/1"]


# Goal: nobody sees or does anything without signing in, and a page says so without saying what there is.
def test_strangers_see_nothing(rig):
    stranger = Person(rig.console_port)
    for path in [*PAGES, "/refused", "/venues/nothing"]:
        answer = stranger.get(path)
        assert (answer.status, answer.location) == (303, "/sign-in") or answer.status == 404, (path, answer.status)
        assert "oslo" not in answer.text.lower(), path
    for path in ("/decide", "/venues/oslo/transfer", "/venues/oslo/customers", "/sign-out"):
        assert stranger.ask("POST", path, [("document", f"oslo/{DAY}/1")]).status == 403
    assert stranger.get("/nowhere").status == 404
    assert stranger.ask("PUT", "/sign-in").status == 405
    assert stranger.get("/style.css").status == 200


# Goal: a wrong password and a name that nobody has are told in the same words; guesses are stopped, for a name that there is
# and one that there is not alike, and the right password does not help then.
def test_signing_in(rig):
    answers = [Person(rig.console_port).sign_in(name, password)
               for name, password in (("kari", "wrong password!"), ("nobody", "wrong password!"), ("kari", ""), ("../x", "x" * 300))]
    assert {(a.status, a.words) for a in answers} == {(403, answers[0].words)}
    assert all("Set-Cookie" not in a.headers for a in answers)
    for name in ("ola", "nobody-at-all"):
        tries = [Person(rig.console_port).sign_in(name, "wrong password!") for _ in range(6)]
        assert [t.status for t in tries] == [403] * 5 + [429], name
        assert int(tries[-1].headers["Retry-After"]) > 60
    assert Person(rig.console_port).sign_in("ola").status == 429


# Goal: the cookie cannot be read by a page nor sent from another; a sign-in gives a new one and ends the former; signing out ends
# it; what rests in the store opens nothing.
def test_sessions(rig, kari):
    person = Person(rig.console_port)
    answer = person.sign_in("drift")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/" in cookie and "Domain" not in cookie
    first = dict(person.cookies)
    assert person.get("/").status == 200
    answer = person.ask("POST", "/sign-in", [("name", "drift"), ("password", PASSWORD)])
    assert answer.status == 303 and person.cookies != first
    old = Person(rig.console_port)
    old.cookies = first
    assert old.get("/").status == 303
    old.cookies = {"bilag": "x" * 43}                   # fixed by somebody else: worth nothing, also after the sign-in
    old.sign_in("drift")
    assert old.cookies["bilag"] != "x" * 43
    token = person.cookies["bilag"]
    assert token.encode() not in (rig.state / "console" / "data.mdb").read_bytes()
    assert PASSWORD.encode() not in (rig.state / "users" / "data.mdb").read_bytes()
    left = dict(person.cookies)
    assert person.post(person.get("/").form("/sign-out")).location == "/sign-in"
    person.cookies = left
    assert person.get("/").status == 303
    assert kari.get("/").status == 200


# Goal: every answer says what a browser may do with it: nothing but show it.
def test_headers(rig, kari):
    for path in [*PAGES, "/sign-in", "/style.css", "/nowhere"]:
        headers = kari.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "form-action 'self'" in policy and "frame-ancestors 'none'" in policy
        assert "script" not in policy and "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == ("private, max-age=300" if path == "/style.css" else "no-store")
    assert kari.ask("GET", "/", headers={"Host": "evil.example"}).status == 421
    assert kari.ask("POST", "/decide", [("a", "b" * 400000)]).status == 413
    assert kari.ask("POST", "/decide", [("a", "b" * 10000)]).status == 403
    assert kari.ask("POST", "/decide", [("a", "b")] * 5000).status == 403           # as many as a large set-up has
    assert kari.ask("POST", "/decide", [("a", "b")] * 9000).status == 400
    assert Person(rig.console_port).ask("POST", "/sign-in", [("name", "b" * 10000)]).status == 413      # of a stranger, less


# Goal: a reload in the middle of a request harms nobody, and a new venue is there after it.
def test_reload(rig, kari):
    body = b"token=x&reason=" + b"y" * 2000
    with socket.create_connection(("127.0.0.1", rig.console_port), timeout=20) as line:
        line.sendall(b"POST /decide HTTP/1.1\r\nHost: localhost\r\nCookie: bilag=" + kari.cookies["bilag"].encode() +
                     f"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body[:100])
        rig.write_venue(venue("later", auto_transfer="false"))
        rig.reload()
        rig.until("the console has taken it", lambda: "configuration taken" in rig.log("console-0"))
        line.sendall(body[100:])
        assert line.recv(100).startswith(b"HTTP/1.1 403")
    assert "Venue later" in kari.get("/").words and kari.get("/venues/later").status == 200


# Goal: a form of another page, of another sign-in, or of none changes nothing.
def test_forged_forms(rig, kari):
    page = kari.get(f"/venues/again/days/{DAY}")
    form = page.form("/venues/again/transfer")
    others = signed_in(rig, "evil").get("/").form("/sign-out")
    theirs = dict(others["fields"])["token"]
    for token in (None, "", "x" * 43, theirs):
        fields = [(k, v) for k, v in form["fields"] if k != "token"] + ([("token", token)] if token is not None else [])
        assert kari.ask("POST", form["action"], fields).status == 403, token
    assert kari.ask("POST", form["action"], form["fields"], headers={"Origin": "https://evil.example"}).status == 403
    assert kari.ask("POST", form["action"], form["fields"], headers={"Origin": "null"}).status == 403
    assert kari.ask("POST", form["action"], form["fields"], cookies=False).status == 403
    assert kari.ask("GET", form["action"]).status == 405
    assert documents(rig, "voucher")[f"again/{DAY}/1"][0] == "waiting"


# Goal: each role does what its row says and nothing else, whether its page shows the form or not.
def test_roles(rig):
    people = {name: signed_in(rig, name) for name in ("kari", "drift", "evil")}
    add_user(rig, "leser", "--company", "912345678", "--language", "en")
    people["leser"] = signed_in(rig, "leser")
    document = dict(people["kari"].get(f"/venues/again/days/{DAY}").form("/venues/again/transfer")["fields"])["document"]
    acts = {
        "look": lambda p, t: p.get("/venues/again").status,
        "transfer": lambda p, t: p.ask("POST", "/venues/again/transfer", [("token", t), ("document", document + "0")]).status,
        "decide": lambda p, t: p.ask("POST", "/decide", [("token", t), ("deed", "resend"), ("reason", "x"),
                                                         ("document", document)]).status,
        "connect": lambda p, t: p.ask("POST", "/venues/again/customers", [("token", t), ("number", "x")]).status,
        "operate": lambda p, t: p.get("/refused").status,
    }
    rights = {      # 409, 400: let in, and then judged
        "kari":  {"look": 200, "transfer": 409, "decide": 409, "connect": 400, "operate": 403},
        "leser": {"look": 200, "transfer": 403, "decide": 403, "connect": 403, "operate": 403},
        "drift": {"look": 200, "transfer": 403, "decide": 403, "connect": 403, "operate": 200},
        "evil":  {"look": 404, "transfer": 404, "decide": 404, "connect": 404, "operate": 200},
    }
    for name, row in rights.items():
        token = dict(people[name].get("/").form("/sign-out")["fields"])["token"]
        assert {act: ask(people[name], token) for act, ask in acts.items()} == row, name
    page = people["leser"].get(f"/venues/again/days/{DAY}")
    assert [f["action"] for f in page.forms] == ["/sign-out"]
    rig.command("users", "remove", "leser", "--reason", "left")
    assert people["leser"].get("/").status == 303       # at once


# Goal: another company's books are as if they were not there, on every page and in every form.
def test_other_companies(rig, kari):
    evil = signed_in(rig, "evil")
    for path in PAGES:
        answer = evil.get(path)
        if "/venues/" in path:
            assert answer.status == 404, path
            assert answer.words == evil.get(path.replace("oslo", "nothing")).words
        assert "oslo" not in answer.text.lower() and "kunde" not in answer.text, path
    token = dict(evil.get("/").form("/sign-out")["fields"])["token"]
    document = dict(kari.get(f"/venues/again/days/{DAY}").form("/venues/again/transfer")["fields"])["document"]
    for venue_name in ("again", "other"):               # also by way of one's own venue
        answer = evil.ask("POST", f"/venues/{venue_name}/transfer", [("token", token), ("document", document)])
        assert answer.status == 404
    assert documents(rig, "voucher")[f"again/{DAY}/1"][0] == "waiting"
    own = evil.get(f"/venues/other/days/{DAY}")
    assert own.status == 200 and own.form("/venues/other/transfer")


# Goal: what is pressed reaches the ledger, to the øre, and the trail names the person; twice is once.
def test_transfer(rig, kari):
    page = kari.get(f"/venues/oslo/days/{DAY}")
    assert "Account" in page.words and "3000" in page.words and "1570" in page.words and "224,00" in page.words
    form = page.form("/venues/oslo/transfer")
    answer = kari.post(form)
    assert answer.status == 303 and answer.location.startswith(f"/venues/oslo/days/{DAY}?said="), answer.words
    told = kari.get(answer.location)
    assert "is written down: transfer" in told.words and "Look again" in told.words and "Refresh" not in told.headers
    rig.until("the voucher is sent", lambda: documents(rig, "voucher")[f"oslo/{DAY}/1"][0] == "sent")
    book = rig.books()["oslo", DAY]
    assert sorted(amount for amount in book["lines"].values()) == [-22400, 22400] and book["parts"] == [1]
    again = kari.post(form)
    assert again.status == 409, again.words
    page = kari.get(f"/venues/oslo/days/{DAY}")
    number = next(v["voucher_no"] for v in rig.vouchers() if v["saft_batch_id"].startswith("oslo:"))
    assert f"voucher {number} in PowerOffice" in page.words
    assert re.search(r"kari \(console\) +transfer oslo/2026-11-19/1", rig.command("audit", "oslo").stdout)
    assert "kari (console)" in kari.get("/audit").words
    line = kari.get(f"/venues/oslo/days/{DAY}/1/lines/2")
    assert "K1/1" in line.words and "K1/2" in line.words and "Together 224,00 kr, the line is 224,00 kr." in line.words
    assert kari.get(f"/venues/oslo/days/{DAY}/1/lines/9").status == 404
    csv = kari.get(f"/venues/oslo/vouchers.csv?from={DAY}&to={DAY}")
    assert csv.body == rig.command("export", "--venue", "oslo", "--from", DAY, "--to", DAY, "--csv").stdout.encode()
    assert kari.get(f"/venues/oslo/days/{DAY}/1/settlement.pdf").body.startswith(b"%PDF")


# Goal: a period's vouchers are shown, what is ready is ticked, and only what is ticked goes.
def test_period(rig, kari):
    page = kari.get("/venues/again/period?from=2026-11-01&to=2026-11-30")
    form = page.form("/venues/again/transfer")
    chosen = [v for k, v in form["fields"] if k == "document"]
    assert [c.split("@")[0] for c in chosen] == ["again/2026-11-18/1", f"again/{DAY}/1"]
    form["fields"] = [(k, v) for k, v in form["fields"] if v != chosen[1]]
    assert kari.post(form).status == 303
    rig.until("the first is sent", lambda: documents(rig, "voucher")["again/2026-11-18/1"][0] == "sent")
    assert documents(rig, "voucher")[f"again/{DAY}/1"][0] == "waiting"
    assert kari.get("/venues/again/period?from=2026-11-30&to=2026-11-01").status == 400
    nothing = kari.post({"action": form["action"], "fields": [(k, v) for k, v in form["fields"] if k != "document"]})
    assert nothing.status == 400


# Goal: a red day says what is wrong, and the way on is a form that asks why; two people who decide about the same document have
# one effect, and the second is told.
def test_decision(rig, kari):
    add_user(rig, "per", "--company", "912345678", "--role", "decides", "--language", "nb")
    per = signed_in(rig, "per")
    path = f"/venues/gap/days/{DAY}"
    page, his = kari.get(path), per.get(path)
    assert "K1/2" in page.words or "2" in page.words
    form = page.form("/decide", deed="accept", code="sequence-gap")
    theirs = his.form("/decide", deed="accept", code="sequence-gap")
    assert kari.post(form, reason=" ").status == 400
    assert kari.post(form, reason=EVIL).status == 303
    rig.until("it is accepted", lambda: documents(rig, "voucher")[f"gap/{DAY}/1"][0] == "waiting")
    answer = per.post(theirs, reason="jeg også")
    assert answer.status == 409 and ("endret" in answer.words or "problemet" in answer.words)
    kinds = [line for line in rig.command("audit", "gap").stdout.splitlines() if " accept " in line]
    assert len(kinds) == 1 and "kari (console)" in kinds[0]
    assert "Avstemming av dagen" in per.get(path).words
    for bad in ({"deed": "transfer"}, {"deed": "nothing"}, {"document": "gap/x/1@1.1"}, {"document": "../etc@1"}):
        fields = {**dict(form["fields"]), "reason": "x", **bad}
        assert kari.ask("POST", "/decide", list(fields.items())).status in (400, 404), bad


# Goal: what PowerOffice refused for its period is posted on another day from the page, as the command does it.
def test_a_refused_voucher_goes_on_another_day():
    port, more = settings()
    venues = {"oslo": venue("oslo", client_key={"file": "keys/oslo"})}
    clients = [{**clients_of(venues)[0], "closed_until": DAY}]
    with Pipeline(venues, clients=clients, settings=more) as pipeline:
        add_user(pipeline, "kari", *USERS["kari"])
        pipeline.add("console", 0)
        pipeline.wait_ready()
        pipeline.console_port = port
        pipeline.post([receipt("oslo", 1)])
        pipeline.until("it is refused", lambda: documents(pipeline, "voucher").get(f"oslo/{DAY}/1", ("",))[0] == "failed")
        person = signed_in(pipeline, "kari")
        form = person.get(f"/venues/oslo/days/{DAY}").form("/decide", deed="post-on")
        assert person.post(form, day=DAY, reason="the term is reported").status == 409
        assert person.post(form, day="2026-11-20", reason="the term is reported").status == 303
        pipeline.until("it is posted", lambda: [v["lines"][0]["posting_date"] for v in pipeline.vouchers()] == ["2026-11-20"])


# Goal: a customer is connected from PowerOffice's list, and the order that waited for it goes.
def test_customer_and_order(rig, kari):
    page = kari.get("/venues/oslo/customers")
    assert "not connected" in page.words
    form = page.form("/venues/oslo/customers", till_customer=f"kunde {EVIL}")
    assert kari.post(form, number="99999").status == 409
    assert kari.post(form, number="10001").status == 303
    rig.until("the order goes on", lambda: documents(rig)["oslo/order/K1/3"][0] != "held")
    assert "not connected" not in kari.get("/venues/oslo/customers").words
    orders = kari.get("/venues/oslo/orders")
    if any(f["action"] == "/venues/oslo/transfer" for f in orders.forms):
        assert kari.post(orders.form("/venues/oslo/transfer")).status == 303
    rig.until("the order is sent", lambda: len(rig.orders()) == 1)
    number = rig.orders()[0]["order_no"]
    rig.until("its number is shown", lambda: f"order {number} in PowerOffice" in kari.get("/venues/oslo/orders").words)


# Goal: a receipt that holds its day is left out of it with a reason, and the rest goes on.
def test_leave_out(rig, kari):
    path = f"/venues/odd/days/{DAY}"
    form = kari.get(path).form("/leave-out", receipt="odd/K1/2")
    assert kari.post(form, reason="").status == 400
    assert kari.post(form, receipt="other/K1/1", reason="x").status == 404
    assert kari.post(form, receipt="odd/K1/77", reason="x").status == 409
    assert kari.post(form, reason="paid twice").status == 303
    rig.until("the rest goes on", lambda: documents(rig, "voucher")[f"odd/{DAY}/1"][0] == "waiting")
    assert kari.post(form, reason="again").status == 409
    assert "paid twice" in kari.get(f"/venues/odd/manual?from={DAY}&to={DAY}").words


# Goal: a decision is taken back with a reason while it can be; another company's is not there; what cannot be says why.
def test_undo(rig, kari):
    assert kari.post(kari.get(f"/venues/odd/days/{DAY}").form("/decide", deed="by-hand"), reason="entered it").status == 303
    rig.until("it is by hand", lambda: documents(rig, "voucher")[f"odd/{DAY}/1"][0] == "by_hand")
    assert 'class="state grey">by hand' in kari.get(f"/venues/odd/days/{DAY}").text, "green is what was sent"
    number = rig.command("audit", "odd").stdout.splitlines()[-1].split()[0]
    form = kari.get("/audit?q=odd").form("/undo", number=number)
    assert kari.post(form, reason=" ").status == 400
    evil = signed_in(rig, "evil")
    token = dict(evil.get("/").form("/sign-out")["fields"])["token"]
    for which in (number, "99999", "x", ""):
        assert evil.ask("POST", "/undo", [("token", token), ("number", which), ("reason", "x")]).status == 404
    assert kari.post(form, reason="it was another day").status == 303
    rig.until("it waits again", lambda: documents(rig, "voucher")[f"odd/{DAY}/1"][0] == "waiting")
    assert kari.post(form, reason="again").status == 409
    sent = next(line.split()[0] for line in rig.command("audit", "oslo").stdout.splitlines() if " transfer " in line)
    answer = kari.post(form, number=sent, reason="x")
    assert answer.status == 409 and "reverse the voucher" in answer.words


# Goal: what is done by hand is ticked off with a name, once, by the command and in the console alike, and can be taken back.
def test_by_hand(rig, kari):
    page = kari.get(f"/venues/cash/manual?from={DAY}&to={DAY}")
    assert "bank" in page.words and "-2 000,00" in page.words
    form = page.form("/venues/cash/manual")
    assert kari.post(form, reason="").status == 400
    assert kari.post(form, reason="bilag 77").status == 303
    page = kari.get(f"/venues/cash/manual?from={DAY}&to={DAY}")
    assert "done kari (console), bilag 77" in page.words
    assert all(f["action"] != "/venues/cash/manual" or f["method"] == "get" for f in page.forms)
    assert kari.post(form, reason="again").status == 409
    item, = json.loads(rig.command("manual", "--venue", "cash", "--json").stdout)["items"]
    assert item["done_by"] == "kari (console)"
    again = rig.command("manual", "--venue", "cash", "--done", item["item"], "--reason", "x", check=False)
    assert again.returncode == 1 and "already" in again.stderr
    number = rig.command("audit", "cash").stdout.split()[0]
    rig.command("undo", number, "--reason", "not yet")
    assert kari.get(f"/venues/cash/manual?from={DAY}&to={DAY}").form("/venues/cash/manual", item=item["item"])
    told = rig.command("manual", "--venue", "cash", "--done", "#" + item["item"], "--reason", "bilag 78").stdout
    assert "is done, because bilag 78" in told and "DONE by" in rig.command("manual", "--venue", "cash").stdout
    assert "nobody" not in rig.command("manual", "--venue", "cash", "--csv").stdout.splitlines()[1]


# Goal: what tills, files and people write is text on every page, and nothing of it becomes markup.
def test_stored_scripts(rig, kari):
    seen = 0
    for person in (kari, signed_in(rig, "drift")):
        for path in [*PAGES, "/venues/gap", f"/venues/gap/days/{DAY}", "/audit?q=" + "%3Cscript%3E", "/?q=%22%3E%3Cscript%3E"]:
            page = person.get(path)
            if page.headers["Content-Type"].startswith("text/html"):
                assert "<script" not in page.text and 'onmouseover="' not in page.text, path
                assert page.text.split("<body")[0].count("<title>") == 1, path
                seen += "&#60;script&#62;" in page.text
    assert seen >= 6


class Alone:
    """A console without stages, stores and venues: its door is what is looked at."""

    def __init__(self, folder, **console):
        self.folder, self.port = folder, free_port()
        folder.mkdir()
        self.console = {"http": f"127.0.0.1:{self.port}", **console}
        self.configure(self.console)
        self.process = None

    def configure(self, console):
        main = {"state_dir": str(self.folder / "s"), "run_dir": str(self.folder / "r")}
        (self.folder / "bilag.yaml").write_text(json.dumps(main if console is None else {**main, "console": console}))

    def command(self, *args, **more):
        return subprocess.run([BIN / "bilag", args[0], "--config", self.folder, *args[1:]], capture_output=True, text=True, **more)

    def __enter__(self):
        self.process = subprocess.Popen([BIN / "bilag-console", "--config", self.folder], stderr=subprocess.PIPE, text=True)
        while "what=ready" not in (line := self.process.stderr.readline()):
            assert line, "it ended"
        return self

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait(10) == 0 or self.process.returncode == 100


# Goal: the console is not there unless it is asked for, and says why; its address is not given to others without TLS; and when its
# section is taken away it ends.
def test_closed_by_default(tmp_path):
    for name, console, words in (("none", None, "no section console"), ("open", {"http": "0.0.0.0:7430"}, "console.certificate")):
        alone = Alone(tmp_path / name)
        alone.configure(console)
        done = subprocess.run([BIN / "bilag-console", "--config", alone.folder], capture_output=True, text=True, timeout=20,
                              check=False)
        assert done.returncode == 100 and words in done.stderr, done.stderr
    with Alone(tmp_path / "taken") as alone:
        alone.configure(None)
        alone.process.send_signal(signal.SIGHUP)
        assert alone.process.wait(10) == 100


# Goal: under TLS the cookie never travels in the open, and a browser is told to come by TLS from now on.
def test_tls(tmp_path):
    chain, key = certificate(tmp_path / "tls")
    with Alone(tmp_path / "c", certificate=str(chain), certificate_key=str(key)) as alone:
        assert add_user(alone, "kari", "--all-companies").returncode == 0
        person = Person(alone.port, tls=context(chain))
        answer = person.sign_in("kari")
        cookie = answer.headers["Set-Cookie"]
        assert answer.status == 303 and cookie.startswith("__Host-bilag=") and cookie.endswith("; Secure")
        assert "max-age" in answer.headers["Strict-Transport-Security"]
        assert person.get("/").status == 200
        with pytest.raises((OSError, http.client.HTTPException)):
            Person(alone.port).get("/sign-in")


# Goal: behind a proxy guesses are counted by who asks the proxy, and what a stranger writes before that counts for nothing.
def test_behind_a_proxy(tmp_path):
    with Alone(tmp_path / "c", behind_proxy=True, names=["bilag.example.no"]) as alone:
        add_user(alone, "kari", "--all-companies")

        def tried(forwarded, password):
            body = [("name", "kari"), ("password", password)]
            return Person(alone.port).ask("POST", "/sign-in", body, headers={
                "X-Forwarded-For": forwarded, "Host": "bilag.example.no", "Origin": "https://bilag.example.no"})
        for i in range(5):
            assert tried(f"9.9.9.{i}, 10.0.0.1", "wrong password!").status == 403
        assert tried("1.2.3.4, 10.0.0.1", PASSWORD).status == 429
        answer = tried("10.0.0.1, 10.0.0.2", PASSWORD)
        assert answer.status == 303 and answer.headers["Set-Cookie"].endswith("; Secure")
        other = Person(alone.port).ask("GET", "/sign-in", headers={"Host": "other.example.no"})
        assert other.status == 421


# Goal: `bilag users` takes what makes a user and nothing else, and keeps who did it.
def test_users(tmp_path):
    alone = Alone(tmp_path / "c")
    (alone.folder / "password").write_text(PASSWORD + "\n")
    for args, words in ((("kari",), "--company"), (("kari", "--company", "1", "--all-companies"), "--company"),
                        (("k/i", "--all-companies"), "name"), (("kari", "--all-companies", "--role", "root"), "no role root"),
                        (("kari", "--all-companies", "--language", "de"), "en or nb")):
        done = alone.command("users", "add", *args, input=PASSWORD + "\n")
        assert done.returncode == 2 and words in done.stderr, (args, done.stderr)
    assert alone.command("users", "add", "kari", "--all-companies", input="short\n").returncode == 2
    assert "There is no user" in alone.command("users", "list").stdout
    done = alone.command("users", "add", "kari", "--company", "912345678,987654321", "--role", "decides,sets-up", "--title", "Kari",
                         "--password-file", alone.folder / "password")
    assert done.returncode == 0, done.stderr
    again = alone.command("users", "add", "kari", "--all-companies", input=PASSWORD + "\n")
    assert again.returncode == 1 and "already" in again.stderr
    text = alone.command("users", "list").stdout
    assert "kari" in text and "reads, decides, sets-up; 912345678, 987654321; Kari" in text
    assert alone.command("users", "remove", "kari", "--reason", "left").returncode == 0
    assert alone.command("users", "remove", "kari").returncode == 2
    trail = alone.command("audit").stdout
    assert "user-add kari reads, decides, sets-up; 912345678, 987654321: Kari" in trail and "user-remove kari: left" in trail
    assert PASSWORD not in trail


def test_it_is_told_with_the_others(rig):
    assert "console 0 up" in rig.command("status", check=False).stdout.replace("  ", " ")
    assert rig.status("console")["counters"]["requests"] > 10
    if not SANITIZED:
        assert rig.rss_kb("console") < 64 * 1024
