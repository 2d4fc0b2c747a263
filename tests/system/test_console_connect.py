"""Goal: a company with a venue comes from nothing to connected in the browser, while the stages run as two users and neither the console
nor who presses has a key: what is pasted goes one way, its answer is told, what PowerOffice says of the set-up is told when it is asked,
and nothing can be switched on against it."""
import os
import re
import subprocess

import pytest

from api_rig import Program
from console_rig import PASSWORD, Person, settings
from orders_rig import venue
from pipeline import BIN, SANITIZED, client_key, clients_of
from test_console_setup import press
from test_languages import NO_PAGE
from memory import found_in_memory
from test_users import STAGES_USER, TwoUsers, as_user

KILLS = (BIN / "bilag-console").exists() and b"BILAG_KILLPOINT" in (BIN / "bilag-console").read_bytes()
ADD_ON_2 = "da8860a2-dfe0-444d-905d-85762bcbc4db"          # of the guide's list; here it is QuickOrder's own as well
COMPANY, OTHER = "912345678", "987654321"
NEW, OSLO, BAR = client_key("new"), client_key("oslo"), client_key("bar")
RIGHTS = ["GeneralLedgerAccount", "CommonServices", "Department", "CashVoucher_Full", "AccountTransaction", "SalesOrders_Full",
          "OutgoingInvoice", "Customer", "Product", "ReverseVoucher_Full"]
WHO = {"kari": ("--all-companies", "--role", "decides,sets-up", "--language", "en"),
       "per": ("--all-companies", "--role", "decides,sets-up", "--language", "nb"),
       "leser": ("--all-companies", "--role", "reads,decides,operates", "--language", "en"),
       "other": ("--company", OTHER, "--role", "sets-up", "--language", "en")}
pytestmark = pytest.mark.skipif(os.geteuid() != 0 or SANITIZED, reason="only root can run processes of two users")


class Connecting(TwoUsers):
    """oslo has a key; moss (an add-on) and bar (another company's) wait for theirs; a fourth company's books have no venue yet."""

    def __init__(self, address=None):
        port, more = settings()
        if address:
            more["console"]["address"] = address.format(port=port)
        venues = {v["venue"]: v for v in (
            venue("oslo", client_key={"file": "keys/oslo"}, department="10", auto_transfer="false", auto_invoice="false"),
            venue("moss", client_key={"file": "keys/moss"}, department="20", extension="add-on-2", auto_transfer="false",
                  auto_invoice="false"),
            venue("bar", client_key={"file": "keys/bar"}, company=OTHER, auto_transfer="false", auto_invoice="false"))}
        clients = clients_of(venues)
        clients[1]["client_id"] = clients[0]["client_id"] = "1234567"
        clients.append({"client_key": NEW, "name": "Nytt AS", "org_no": "999888777", "privileges": RIGHTS})
        super().__init__(venues, clients=clients, settings=more, application_key=ADD_ON_2)
        self.console_port = port

    def write_config(self):
        super().write_config()
        for name in ("moss", "bar"):
            (self.config / "keys" / name).unlink()
        for path in (self.config / "venues", *(self.config / "venues").iterdir()):
            os.chown(path, as_user(STAGES_USER)["user"], -1)

    def start(self):
        super().start()
        self.wait_ready()
        for name, args in WHO.items():
            self.command("users", "add", name, *args, input=PASSWORD + "\n")
        self.secrets.remove(self.application_key)            # people type an add-on's
        self.add("console", 0)
        self.wait_ready()

    def sign_in(self, name):
        person = Person(self.console_port)
        assert person.sign_in(name).location == "/"
        return person

    def key(self, name):
        path = self.config / "keys" / name
        return path.read_text().strip() if path.exists() else None


def paste(person, name, key):
    path = f"/venues/{name}/connect"
    return person.post(person.get(path).form(path), key=key)


def told(pipeline, person, name, words):
    """The page, once it says so."""
    page = pipeline.until(f"{name}: {words}", lambda: (lambda p: p if re.search(words, p.words) else None)(person.get(f"/venues/{name}/connect")))
    wrong = NO_PAGE.search(page.words)
    assert page.status == 200 and not wrong, (wrong, page.words)
    return page


# Goal: a key that is pasted is asked about and taken, or refused with its reason; the page says each, in both languages, and never the key.
def test_a_key_is_pasted():
    with Connecting() as pipeline:
        kari, per = pipeline.sign_in("kari"), pipeline.sign_in("per")
        page = kari.get("/venues/bar/connect")
        assert "Not connected to PowerOffice" in page.words and "ask whoever runs Bilag" in page.words and 'autocomplete="off"' in page.text
        assert paste(kari, "bar", "two words").status == 400
        assert paste(kari, "bar", client_key("nobody's")).status == 303
        page = told(pipeline, kari, "bar", "The key that was given .* is not in use: PowerOffice refuses the key")
        assert "Refresh" not in page.headers and pipeline.key("bar") is None
        assert "PowerOffice avviser nøkkelen" in per.get("/venues/bar/connect").words
        assert kari.post(kari.get("/venues/oslo/connect").form("/venues/oslo/connect/ask")).status == 303
        told(pipeline, kari, "oslo", "and has answered")         # from now on it is known whose these books are
        assert paste(kari, "bar", OSLO).status == 303
        told(pipeline, kari, "bar", "opens other books than those of the company: Venue oslo")
        pipeline.sandbox_set(latency_ms=3000)
        assert paste(per, "bar", BAR).location == "/venues/bar/connect"
        pipeline.until("it is sealed", lambda: any(f.stat().st_size > 100 for f in (pipeline.state / "drop").iterdir()))
        pipeline.until("it is wiped where it was given", lambda: not found_in_memory(pipeline.of("console").process.pid, {"key": BAR}))
        assert "PowerOffice spørres om hvem den tilhører" in per.get("/venues/bar/connect").words
        pipeline.sandbox_set(latency_ms=0)
        page = told(pipeline, per, "bar", "Koblet til regnskapet til Venue bar")
        assert pipeline.key("bar") == BAR and "Hva PowerOffice sier om oppsettet" in page.words
        for shown in (page, kari.get("/venues/bar/setup"), kari.get("/audit"), kari.get("/")):
            assert BAR not in shown.text and NEW not in shown.text
        trail = pipeline.command("audit", "bar").stdout
        assert trail.count("venue-key-refused") == 2 and "per (console)" in trail and "other books" in trail
        pipeline.stop("uploader")
        assert paste(kari, "bar", NEW).status == 303
        told(pipeline, kari, "bar", "is not in use: the process that asks PowerOffice does not run")
        told(pipeline, per, "bar", "er ikke i bruk: prosessen som spør PowerOffice, kjører ikke")
        assert not found_in_memory(pipeline.of("console").process.pid, {"key": BAR, "refused": client_key("nobody's"), "new": NEW})
        pipeline.command("venues", "list", check=False)


# Goal: from nothing: a new venue of a new company, its key, what PowerOffice suggests, rights that lack by name, and green; only then do days
# go by themselves.
def test_a_company_from_nothing():
    with Connecting() as pipeline:
        kari = pipeline.sign_in("kari")
        assert kari.post(kari.get("/new-venue").form("/new-venue"), id="nytt", name="Nytt sted", like="", company="999888777",
                         department="").status == 303
        assert "/venues/nytt/connect" in kari.get("/venues/nytt/setup").links
        assert paste(kari, "nytt", NEW).status == 303
        page = told(pipeline, kari, "nytt", "Connected to the books of Nytt AS. Rights are missing: VoucherDocumentation_Full")
        assert "Which business day is posted first?" in page.words and "fault" in page.words
        form = kari.get("/venues/nytt/setup").form("/venues/nytt/setup")
        named = dict(form["fields"])
        assert [v for k, v in named.items() if re.fullmatch(r"s/product_types/\+\d+/account", k) and v], "nothing is suggested"
        answer = press(kari, form, "look", auto_transfer="1", begins="2026-11-01", **{"product_types.+0.type": "food",
                       "product_types.+0.account": "3999", "payment_types.+0.type": "card", "payment_types.+0.account": "1570"})
        assert answer.status == 400 and "VoucherDocumentation_Full" in answer.words and "3999" in answer.words, answer.words
        sandbox = {"client_key": NEW, "name": "Nytt AS", "org_no": "999888777", "privileges": RIGHTS + ["VoucherDocumentation_Full"],
                   "accounts_changed": [{"no": 3999}, {"no": 1570}]}
        pipeline.sandbox("clients", sandbox)
        pipeline.sandbox_set(expire_tokens="now")
        page = kari.get("/venues/nytt/connect")
        assert kari.post(page.form("/venues/nytt/connect/ask")).location == "/venues/nytt/connect?asked=1"
        told(pipeline, kari, "nytt", "Connected to the books of Nytt AS. PowerOffice was asked")
        form = kari.get("/venues/nytt/setup").form("/venues/nytt/setup")
        fields = {k[2:].replace("/", "."): v for k, v in form["fields"] if k.startswith("s/") and "/+" in k}
        page = press(kari, form, "look", begins="2026-11-01", **fields)
        assert page.status == 200, page.words
        assert press(kari, page.form("/venues/nytt/setup"), "save").status == 303
        page = told(pipeline, kari, "nytt", "Nothing is wrong")
        page = press(kari, kari.get("/venues/nytt/setup").form("/venues/nytt/setup"), "look", auto_transfer="1")
        assert page.status == 200, page.words
        assert press(kari, page.form("/venues/nytt/setup"), "save").status == 303
        assert "auto_transfer: true" in (pipeline.config / "venues" / "nytt.yaml").read_text()


# Goal: a list that was never read is no green, whatever right the key lacks that has nothing to do with it.
def test_a_list_that_was_not_read():
    with Connecting() as pipeline:
        kari = pipeline.sign_in("kari")
        pipeline.sandbox("clients", {"client_key": BAR, "privileges": RIGHTS + ["VoucherDocumentation_Full"]})      # no projects
        pipeline.sandbox_set(fault_paths="VatCodes", fault_5xx_before=1000, fault_count=100000)
        assert paste(kari, "bar", BAR).status == 303
        told(pipeline, kari, "bar", "Connected to the books of Venue bar")
        answer = press(kari, kari.get("/venues/bar/setup").form("/venues/bar/setup"), "look", auto_transfer="1")
        assert answer.status == 400 and "PowerOffice was asked within the hour" in answer.words, answer.words
        pipeline.sandbox_set(fault_count=0)
        pipeline.until("now it is", lambda: press(kari, kari.get("/venues/bar/setup").form("/venues/bar/setup"), "look",
                                                  auto_transfer="1").status == 200)


# Goal: a venue on an add-on waits for QuickOrder with what to send them, until somebody says that they have it.
def test_an_add_on_waits():
    with Connecting() as pipeline:
        kari = pipeline.sign_in("kari")
        assert "add-on-2" in kari.get("/venues/moss/connect").words
        assert paste(kari, "moss", client_key("moss")).status == 303
        page = told(pipeline, kari, "moss", "Connected to the books of .* and waits for QuickOrder")
        assert f'The venue "Venue moss" (organisation number {COMPANY}) uses add-on-2 in PowerOffice Go, application key {ADD_ON_2}' in page.words
        assert kari.post(page.form("/venues/moss/setup/confirm")).location.startswith("/venues/moss/connect?said=")
        told(pipeline, kari, "moss", "Connected to the books of Venue")
        assert "waits for QuickOrder" not in kari.get("/venues/moss/connect").words
        assert "add-on-there" in pipeline.command("audit", "moss").stdout


# Goal: PowerOffice away, or the uploader: the answer is told, nothing is switched on with what is too old; the form that was filled in stays.
def test_nobody_answers():
    with Connecting() as pipeline:
        kari = pipeline.sign_in("kari")
        told(pipeline, kari, "oslo", "not asked with it yet|Connected")
        assert kari.post(kari.get("/venues/oslo/connect").form("/venues/oslo/connect/ask")).status == 303
        told(pipeline, kari, "oslo", "and has answered")
        kari.post(kari.get("/venues/oslo/setup").form("/venues/oslo/connect/ask"), back="/venues/oslo/setup")
        pipeline.until("the set-up page tells it", lambda: "and has answered" in kari.get("/venues/oslo/setup").words)
        pipeline.sandbox_set(latency_ms=1000)
        forms = [kari.get("/venues/oslo/connect").form("/venues/oslo/connect/ask") for _ in range(2)]
        assert [kari.post(form).status for form in forms] == [303, 303], "who asks meanwhile is told the same answer"
        pipeline.sandbox_set(latency_ms=0)
        told(pipeline, kari, "oslo", "and has answered")
        pipeline.sandbox_set(fault_5xx_before=1000)
        assert kari.post(kari.get("/venues/oslo/connect").form("/venues/oslo/connect/ask")).status == 303
        told(pipeline, kari, "oslo", "PowerOffice was asked .* in vain: PowerOffice did not answer")
        pipeline.sandbox_set(fault_5xx_before=0)
        pipeline.stop("uploader")
        assert kari.post(kari.get("/venues/oslo/connect").form("/venues/oslo/connect/ask")).status == 303
        told(pipeline, kari, "oslo", "in vain: the process that asks PowerOffice does not run")
        pipeline.set_clock(2 * 3600)
        kari = pipeline.sign_in("kari")
        page = press(kari, kari.get("/venues/oslo/setup").form("/venues/oslo/setup"), "look", auto_transfer="1", name="Kept as it was typed")
        assert page.status == 400 and "asked within the hour" in page.words and "Kept as it was typed" in page.text, page.words


# Goal: two people at once: what one pasted is not written over unseen by the other; roles and companies are kept; no form of another page.
def test_who_may():
    with Connecting() as pipeline:
        kari, per = pipeline.sign_in("kari"), pipeline.sign_in("per")
        first, second = (p.get("/venues/bar/connect").form("/venues/bar/connect") for p in (kari, per))
        assert kari.post(first, key=BAR).status == 303
        pipeline.until("it is in the trail", lambda: "venue-key" in pipeline.command("audit", "bar").stdout)
        answer = per.post(second, key=NEW)
        assert answer.status == 409 and "kari (console)" in answer.words, answer.words
        told(pipeline, kari, "bar", "Connected to the books of Venue bar")
        token = dict(first["fields"])["token"]
        for name, path, status in (("leser", "/venues/bar/connect", 403), ("other", "/venues/oslo/connect", 404), ("other", "/venues/bar/connect", 200)):
            person = pipeline.sign_in(name)
            mine = dict(person.get("/").form("/sign-out")["fields"])["token"]
            assert person.get(path).status == status, name
            assert person.ask("POST", path, [("token", token), ("key", NEW)]).status == 403
            for post in (path, path + "/ask"):
                answer = person.ask("POST", post, [("token", mine), ("key", NEW), ("seen", "0")])
                assert answer.status == {403: 403, 404: 404, 200: 303 if post.endswith("ask") else 409}[status], (name, post, answer.words)
            assert person.ask("POST", path, [("token", mine), ("key", NEW)], headers={"Origin": "https://x.no"}).status == 403
        assert pipeline.key("bar") == BAR and Person(pipeline.console_port).get("/venues/bar/connect").location == "/sign-in"
        assert pipeline.sign_in("other").get("/venues/nothing/connect").status == 404
        done = subprocess.run(["grep", "-rl", BAR, str(pipeline.state), str(pipeline.run)], capture_output=True, check=False)
        assert not done.stdout, done.stdout


# Goal: a program connects a venue that is left out for want of its key as the page does: the key goes one way, is answered for, and is
# told to nobody; the rights are the page's, and another company's venue is as if it were not there.
def test_a_program_connects():
    with Connecting() as pipeline:
        tokens = {name: pipeline.command("users", "token", name, "--about", "tests").stdout.strip() for name in WHO}
        kari, leser, other = (Program(pipeline.console_port, tokens[name]) for name in ("kari", "leser", "other"))
        path, acts = "/api/v1/venues/bar/connection", "/api/v1/venues/bar/acts"

        def stands(wanted):
            return pipeline.until(wanted, lambda: (lambda a: a.json if a.json["stands"] == wanted and a.json.get("asked", {}).get("over", True)
                                                   else None)(kari.get(path)))
        before = kari.get(path).json
        assert before["stands"] == "no-key" and "application_key" not in before, before
        assert kari.get("/api/v1/venues/moss/connection").json["application_key"] == ADD_ON_2
        assert leser.get(path).status == 403 and leser.post(acts, {"act": "give-key", "key": BAR, "seen": before["seen"]}).status == 403
        foreign, nowhere = (other.ask("POST", f"/api/v1/venues/{name}/acts", '{"act":"give-key","key":"x","seen":1}') for name in ("moss", "none"))
        assert foreign.status == 403 and foreign.bytes == nowhere.bytes
        assert other.get("/api/v1/venues/moss/connection").status == 403
        assert kari.post(acts, {"act": "give-key", "key": "short", "seen": before["seen"]}).status == 400
        assert kari.post(acts, {"act": "give-key", "key": NEW[::-1], "seen": before["seen"]}).status == 200
        refused = pipeline.until("it is refused", lambda: (lambda a: a if a.get("asked", {}).get("over") else None)(kari.get(path).json))
        assert refused["asked"]["why"] and refused["stands"] == "no-key" and pipeline.key("bar") is None, refused
        assert kari.post(acts, {"act": "give-key", "key": BAR, "seen": refused["seen"]}).status == 200
        there = stands("connected")
        assert there["client_name"] == "Venue bar" and there["key_given"] == {**there["key_given"], "stands": "in-use", "by": "kari (api)"}, there
        assert pipeline.key("bar") == BAR
        late = kari.post(acts, {"act": "give-key", "key": NEW, "seen": before["seen"]})
        assert late.status == 409 and pipeline.key("bar") == BAR
        assert kari.post(acts, {"act": "ask"}).status == 200
        asked = pipeline.until("it has answered", lambda: (lambda a: a if a["asked"]["over"] and a["asked"]["for"] == "books" else None)(
            kari.get(path).json))
        assert "why" not in asked["asked"] and asked["read_at"] >= there["read_at"], asked
        assert BAR.encode() not in kari.get(path).bytes
        done = subprocess.run(["grep", "-rl", BAR, str(pipeline.state), str(pipeline.run)], capture_output=True, check=False)
        assert not done.stdout and not found_in_memory(pipeline.of("console").process.pid, {"key": BAR, "wrong": NEW[::-1]})


# Goal: the console dies at each step of giving a key: there is the old one or the new one, the page says that one was given and what to do,
# and pasting it again connects.
@pytest.mark.skipif(not KILLS, reason="not a build with KILLPOINTS=1")
@pytest.mark.parametrize("point", ["give.after-trail", "give.after-seal"])
def test_killed_at_each_step(point):
    with Connecting() as pipeline:
        process = pipeline.of("console")
        pipeline.stop("console")
        process.env = {"BILAG_KILLPOINT": f"{point}:1"}
        pipeline.restart("console")
        pipeline.wait_ready()
        process.env = {}
        assert paste(pipeline.sign_in("kari"), "bar", BAR).status == 303
        pipeline.until("it is back", lambda: process.starts == 3 and process.ready())
        kari = pipeline.sign_in("kari")
        told(pipeline, kari, "bar", "The key that kari .* gave .* was received and is not in use yet.* paste it once more")
        assert pipeline.key("bar") in (None, BAR)
        assert paste(kari, "bar", BAR).status == 303
        told(pipeline, kari, "bar", "Connected to the books of Venue bar")
        assert pipeline.key("bar") == BAR
