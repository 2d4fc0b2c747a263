"""Users, tokens and processes in the browser, for who operates: nobody gives more than he has, a token is shown once, a password is
one's own; and all of it stands in the audit trail."""
import json
import re

import pytest

from api_rig import Program
from console_rig import PASSWORD, Person, add_user, settings
from orders_rig import start, venue
from test_console import EVIL, OTHER, receipt, signed_in
from test_console_ways import refused

NEW = "et helt annet langt passord"


@pytest.fixture(scope="module")
def rig():
    port, more = settings()
    with start([venue("oslo", auto_transfer="false", department="10"), venue("other", company=OTHER, client_key={"file": "keys/other"})],
               settings=more) as pipeline:
        add_user(pipeline, "drift", "--all-companies", "--role", "operates", "--language", "en")
        add_user(pipeline, "local", "--company", "912345678", "--role", "decides,operates", "--language", "nb")
        add_user(pipeline, "foreign", "--company", OTHER, "--role", "decides,sets-up,operates", "--language", "en")
        add_user(pipeline, "kari", "--company", "912345678", "--role", "decides,sets-up", "--language", "nb")
        pipeline.add("console", 0)
        pipeline.wait_ready()
        pipeline.console_port = port
        yield pipeline


def add(person, name, roles=(), password=PASSWORD, **fields):
    form = person.get("/users").form("/users")
    fields = {"name": name, "title": "", "language": "nb", "password": password, **fields}
    kept = [(k, v) for k, v in form["fields"] if k in ("token", "back")]
    return person.ask("POST", "/users", kept + list(fields.items()) + [("role", r) for r in roles])


# Goal: who operates all companies makes users of any; who operates some gives only companies and roles that are his; what is wrong is
# said above the form, which keeps what was written, but no password.
def test_users(rig):
    drift, local = signed_in(rig, "drift"), signed_in(rig, "local")
    answer = add(drift, "per", ["decides"], title=f"Per {EVIL[:30]}", companies="912345678")
    assert answer.status == 303, answer.words
    assert Person(rig.console_port).sign_in("per").status == 303
    assert re.search(r"drift \(console\) +user-add per reads, decides; 912345678", rig.command("audit", "per").stdout)
    for wrong, status, words in (({"name": "p/r"}, 400, "name"), ({"name": "x", "companies": ""}, 400, "whose books"),
                                 ({"name": "x", "password": "short"}, 400, "characters"), ({"name": "per"}, 409, "already"),
                                 ({"name": "x", "language": "de"}, 400, "en or nb"), ({"name": "x", "companies": EVIL}, 400, "number")):
        answer = add(drift, **{"companies": "912345678", **wrong})
        assert answer.status == status and words in answer.words and "<script" not in answer.text, (wrong, answer.status, answer.words)
        assert PASSWORD not in answer.text
    for wrong in ({"companies": OTHER}, {"companies": f"912345678,{OTHER}"}, {"all": "1", "companies": ""}):
        assert add(local, "spion", **wrong).status == 403, wrong
    assert add(local, "spion", ["sets-up"], companies="912345678").status == 403
    assert add(local, "hjelp", ["decides"], companies="912345678").status == 303
    names = [re.findall("<b>([a-z]+)</b>", person.get("/users").text) for person in (local, drift)]
    assert names == [["hjelp", "kari", "local", "per"], ["drift", "foreign", "hjelp", "kari", "local", "per"]]
    assert all(PASSWORD not in page for page in (drift.get("/users").text, rig.command("audit").stdout))


# Goal: a user is removed as it was seen, by who sees all of its books, and is out at once; nobody removes himself.
def test_remove(rig):
    drift, local, kari = (signed_in(rig, name) for name in ("drift", "local", "kari"))
    add(drift, "kort", companies="912345678")
    kort = signed_in(rig, "kort")
    form, his = drift.get("/users").form("/users/remove", name="kort"), local.get("/users").form("/users/remove", name="kort")
    assert drift.post(form, reason=" ").status == 400
    for name, status in (("drift", 404), ("foreign", 404), ("nobody", 404), ("local", 409), ("kari", 409)):
        assert local.post(his, name=name, reason="x").status == status, name
    assert kari.ask("POST", "/users/remove", [("token", dict(kari.get("/me").form("/me")["fields"])["token"]), ("name", "kort")]).status == 403
    assert drift.post(form, reason=EVIL).status == 303
    assert kort.get("/").status == 303
    assert local.post(his, reason="x").status == 404
    add(drift, "kort", companies="912345678")                 # another of that name, made since
    assert local.post(his, reason="x").status == 409
    local.post(local.get("/users").form("/users/remove", name="kort"), reason="ferdig")


# Goal: one's own password is changed with the one that one has, ends all sign-ins, and guesses at it are counted as at the door.
def test_password(rig):
    add(signed_in(rig, "drift"), "ny", companies="912345678")
    person, elsewhere = signed_in(rig, "ny"), signed_in(rig, "ny")
    form = person.get("/me").form("/me")
    assert person.post(form, password=PASSWORD, new=NEW, again=NEW + "x").status == 400
    assert person.post(form, password=PASSWORD, new="kort", again="kort").status == 400
    assert person.post(form, password="feil passord!", new=NEW, again=NEW).status == 403
    answer = person.post(form, password=PASSWORD, new=NEW, again=NEW)
    assert answer.status == 303 and answer.location == "/sign-in"
    assert person.get("/").status == 303 and elsewhere.get("/").status == 303
    assert Person(rig.console_port).sign_in("ny").status == 403
    person = Person(rig.console_port)
    assert person.sign_in("ny", NEW).status == 303
    assert "ny (console)  user-password ny" in rig.command("audit", "ny").stdout and NEW not in rig.command("audit").stdout
    form = person.get("/me").form("/me")
    tries = [person.post(form, password="feil passord!", new=NEW, again=NEW).status for _ in range(6)]
    assert tries[-1] == 429 and set(tries) == {403, 429}


# Goal: a token is shown once, opens what was said and nothing else, is made once however often the form is sent, and opens nothing
# once it is revoked; one of another company is not there.
def test_tokens(rig):
    drift, local, foreign = (signed_in(rig, name) for name in ("drift", "local", "foreign"))
    form = local.get("/tokens").form("/tokens")
    assert local.post(form, venues="", company="", about="x").status == 400
    assert local.post(form, venues="../x", about="x").status == 400
    for wrong in ({"venues": "other"}, {"venues": "oslo,other"}, {"company": OTHER}, {"venues": "nowhere"}):
        assert local.post(form, about="x", **wrong).status == 404, wrong
    made = local.post(form, venues=" oslo ", about=EVIL)
    assert made.status == 200 and "<script" not in made.text
    token = re.search(r"bilag_[\w-]{43}", made.text).group()
    assert local.post(form, venues="oslo", about="x").status == 409
    page = local.get("/tokens")
    assert token not in page.text and EVIL in page.words and token not in rig.command("audit").stdout
    number = re.search(r"Token (\d+)", made.words).group(1)

    def sends(name, seq):
        rig.door.venues |= {"oslo", "other"}
        mine, rig.door.token = rig.door.token, token
        try:
            return rig.post_bytes((json.dumps(receipt(name, seq)) + "\n").encode())
        finally:
            rig.door.token = mine
    assert sends("oslo", 1)["accepted"] == 1 and sends("other", 1) is None
    assert not any(dict(f["fields"]).get("number") == number for f in foreign.get("/tokens").forms)
    revoke = local.get("/tokens").form("/tokens/revoke", number=number)
    theirs = foreign.ask("POST", "/tokens/revoke", [("token", dict(foreign.get("/tokens").form("/tokens")["fields"])["token"]),
                                                    ("number", number), ("reason", "x")])
    assert theirs.status == 404
    assert local.post(revoke, reason="").status == 400 and local.post(revoke, number="77", reason="x").status == 404
    assert drift.post(drift.get("/tokens").form("/tokens/revoke", number=number), reason="byttet").status == 303
    assert local.post(revoke, reason="x").status == 409
    rig.until("it opens nothing", lambda: sends("oslo", 2) is None)
    assert drift.post(drift.get("/tokens").form("/tokens"), venues="nowhere", about="kommer").status == 200


# Goal: how the processes stand is on one page, with what waits and the quota.
def test_operate(rig):
    drift = signed_in(rig, "drift")
    page = rig.until("all have answered", lambda: (page := drift.get("/operate")) and " down " not in page.words and page)
    assert "bilag-mapper 0 up" in page.words and "requests a second" in page.words and "Nothing waits" in page.words
    assert "forespørsler i sekundet" in signed_in(rig, "local").get("/operate").words


# Goal: the overview counts what stands in red on the page of refused and parked for this person: no other company's, nothing dismissed.
def test_not_taken(rig):
    drift, local = signed_in(rig, "drift"), signed_in(rig, "local")
    refused(rig, receipt("oslo", 71), receipt("other", 72), receipt("other", 73))
    rig.post([receipt("typo", 1)])
    rig.until("parked", lambda: "Venues with parked sales: 1." in drift.get("/").words)
    assert "Lines refused: 3." in drift.get("/").words
    assert "Avviste linjer: 1. Salgssteder med parkerte salg: 0." in local.get("/").words
    rig.command("refused", "dismiss", "parked", "--venue", "typo", "--reason", "x")
    assert "Lines refused: 3. Venues with parked sales: 0." in drift.get("/").words
    rig.command("refused", "dismiss", "all", "--venue", "oslo", "--reason", "x")
    assert "Avviste linjer" not in local.get("/").words and "Lines refused: 2." in drift.get("/").words
    rig.command("refused", "dismiss", "all", "--reason", "x")
    assert "Lines refused" not in drift.get("/").words


# Goal: why a process keeps its former set-up, and which file hinders a new venue, may name another company's: only who sees all is told.
def test_names_of_others(rig):
    drift, local, kari = (signed_in(rig, name) for name in ("drift", "local", "kari"))
    programs = [Program(rig.console_port, rig.command("users", "token", name, "--about", "tests").stdout.strip()) for name in ("drift", "local")]
    add_user(rig, "sjef", "--all-companies", "--role", "sets-up", "--language", "nb")
    sjef = signed_in(rig, "sjef")
    root, broken = rig.config / "bilag.yaml", rig.config / "venues" / "broken.yaml"
    text = root.read_text()
    root.write_text(text.rstrip()[:-1] + ', "hemmelig": 1}')
    try:
        rig.reload()
        rig.until("it is told", lambda: "keeps its former configuration: " in drift.get("/operate").words)
        assert "hemmelig" in drift.get("/operate").words and "hemmelig" in sjef.get("/venues/oslo/setup").words
        for page, words in ((local.get("/operate"), "beholder det forrige oppsettet; den"),
                            (kari.get("/venues/oslo/setup"), "kjører fortsatt med det forrige oppsettet; den")):
            assert words in page.words and "hemmelig" not in page.words
        told = ["configuration_refused" in json.dumps(program.ask("GET", "/api/v1/status").json) for program in programs]
        assert told == [True, False]
    finally:
        root.write_text(text)
    broken.write_text("venue: broken\nhemmelig: 1\n")
    try:
        rig.reload()
        rig.until("all have it again", lambda: "former" not in drift.get("/operate").words)
        wanted = {"id": "likt", "like": "oslo", "company": "", "department": "78"}
        answers = [person.post(person.get("/new-venue").form("/new-venue"), **wanted) for person in (sjef, kari)]
        assert [answer.status for answer in answers] == [409, 409] and "broken.yaml" in answers[0].words
        assert "den som drifter Bilag" in answers[1].words and "broken" not in answers[1].words and "hemmelig" not in answers[1].words
    finally:
        broken.unlink()
        rig.reload()


# Goal: none of these pages and acts is for who does not operate, for strangers, or for a form of another page.
def test_rights(rig):
    kari, stranger = signed_in(rig, "kari"), Person(rig.console_port)
    token = dict(kari.get("/me").form("/me")["fields"])["token"]
    assert signed_in(rig, "drift").get("/new-venue").status == 403
    for path in ("/operate", "/users", "/tokens"):
        assert kari.get(path).status == 403 and stranger.get(path).location == "/sign-in"
    for path in ("/users", "/users/remove", "/tokens", "/tokens/revoke"):
        assert kari.ask("POST", path, [("token", token), ("name", "x"), ("reason", "x")]).status == 403
    local = signed_in(rig, "local")
    for path in ("/users", "/users/remove", "/tokens", "/tokens/revoke", "/me", "/new-venue"):
        assert local.ask("POST", path, [("name", "x"), ("reason", "x")]).status == 403
        assert stranger.ask("POST", path, [("name", "x")]).status == 403
        own = dict(local.get("/me").form("/me")["fields"])["token"]
        assert local.ask("POST", path, [("token", own)], headers={"Origin": "https://x.no"}).status == 403


# Goal: who sets up makes a venue in the browser, like one of his own or the first of a company; its file is whole, nothing is on, and its
# set-up opens; of two people the second is told, and nobody makes one in another company or like another's.
def test_new_venue(rig):
    kari, foreign = signed_in(rig, "kari"), signed_in(rig, "foreign")
    form, theirs = kari.get("/new-venue").form("/new-venue"), foreign.get("/new-venue").form("/new-venue")
    for wrong, status in (({"id": "p/r"}, 400), ({"id": "oslo"}, 409), ({"department": ""}, 400), ({"like": "other"}, 404),
                          ({"company": OTHER}, 403), ({"like": "", "company": ""}, 400), ({"like": "", "company": "912345678"}, 400)):
        answer = kari.post(form, **{"id": "ny", "name": f"Ny {EVIL[:20]}", "like": "oslo", "company": "", "department": "77", **wrong})
        assert answer.status == status and "<script" not in answer.text, (wrong, answer.status, answer.words)
    assert foreign.post(theirs, id="ny", like="oslo", department="8").status == 404
    rig.command("users", "remove", "foreign", "--reason", "two companies")
    add_user(rig, "foreign", "--company", f"{OTHER},999888777", "--role", "decides,sets-up,operates", "--language", "nb")
    before = (rig.config / "venues" / "oslo.yaml").read_text()
    wanted = {"id": "ny", "name": f"Ny {EVIL[:20]}", "like": "oslo", "company": "", "department": "77"}
    answers = [kari.post(form, **wanted) for _ in range(2)]
    assert [a.status for a in answers] == [303, 409], answers[0].words
    text = (rig.config / "venues" / "ny.yaml").read_text()
    assert '"77"' in text and re.search('auto_transfer"?: false', text) and (rig.config / "venues" / "oslo.yaml").read_text() == before
    assert re.search(r"kari \(console\) +venue-new ny company 912345678, like oslo", rig.command("audit", "ny").stdout)
    setup = rig.until("its set-up opens", lambda: (page := kari.get("/venues/ny/setup")).status == 200 and page)
    assert "ikke koblet til PowerOffice" in setup.words and EVIL[:20] in setup.words
    rig.until("it is among those that wait", lambda: "/venues/ny/setup" in kari.get("/new-venue").links)
    assert "/venues/ny/setup" not in foreign.get("/new-venue").links and foreign.get("/venues/ny/setup").status in (303, 404)
    foreign = signed_in(rig, "foreign")
    form = foreign.get("/new-venue").form("/new-venue")
    assert foreign.post(form, id="forste", name="Første", like="", company="999888777", department="").status == 303
    assert "999888777" in (rig.config / "venues" / "forste.yaml").read_text()
    rig.until("it is known", lambda: "/venues/forste/setup" in foreign.get("/new-venue").links)
    assert foreign.post(form, id="andre", like="", company="999888777", department="").status == 400
