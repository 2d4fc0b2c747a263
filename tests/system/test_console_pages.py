"""Goal: a venue is connected in the browser without a key: the person says yes on PowerOffice's own page and comes back; what comes back counts
for the session and the venue that it was begun for, once; the console does not learn the client's key; whatever else
comes, or is lost on the way, changes nothing and says what to do."""
import os
import re
import urllib.parse

import pytest

from browser_rig import browser_at
from console_rig import Person
from pipeline import BIN, SANITIZED, client_key
from memory import found_in_memory
from test_console_connect import BAR, OTHER, RIGHTS, Connecting, paste, told
from test_onboarding import location

KILLS = (BIN / "bilag-uploader").exists() and b"BILAG_KILLPOINT" in (BIN / "bilag-uploader").read_bytes()
HERE = "http://127.0.0.1:{port}"
PAGE = "/venues/{}/connect"
pytestmark = pytest.mark.skipif(os.geteuid() != 0 or SANITIZED, reason="only root can run processes of two users")


def begin(pipeline, person, name="bar"):
    """The link to PowerOffice's page, once it is there."""
    path = PAGE.format(name)
    assert person.post(person.get(path).form(path + "/pages")).location == path

    def link():
        return [a for a in person.get(path).links if "/_sandbox/onboarding?ticket=" in a]
    (address,) = pipeline.until("PowerOffice's page is there", link)
    return address


def way_back(pipeline, person, name="bar"):
    """The path, with its query, that PowerOffice sends the browser back to."""
    back = urllib.parse.urlsplit(location(begin(pipeline, person, name)))
    assert back.netloc == f"127.0.0.1:{pipeline.console_port}" and back.path == "/connected"
    return f"{back.path}?{back.query}"


def come_back(person, back):
    page = person.get(back)
    assert page.status == 200, page.words
    return person.post(page.form("/connected"))


def token_in(back):
    return urllib.parse.parse_qs(urllib.parse.urlsplit(back).query)["token"][0]


# Goal: yes: the browser comes back without its cookie (another site sent it), asks once more, and the key is judged, kept and told as a
# pasted one; the key is not in the console, the token in no file, the person and the page in the trail.
@pytest.mark.parametrize("parameter", ["token", "onboarding_token"])
def test_yes(parameter):
    with Connecting(address=HERE) as pipeline:
        pipeline.sandbox_set(onboarding_parameter=parameter)
        kari = pipeline.sign_in("kari")
        back = way_back(pipeline, kari)
        assert re.search(parameter + r"=[0-9a-f-]{36}&status=Success", back)
        first = kari.ask("GET", back, cookies=False)          # SameSite=Strict
        again = first.headers["Refresh"].removeprefix("0; url=")
        assert first.status == 200 and again in first.links and again.startswith("/connected?here=1&state="), first.headers
        assert not first.forms and "Connect" not in first.words
        page = kari.get(again)
        assert "PowerOffice has said yes. Connect Venue bar, of the company with organisation number 987654321" in page.words
        assert pipeline.key("bar") is None, "a GET changes nothing"
        done = kari.post(page.form("/connected"))
        assert done.location == PAGE.format("bar"), done.words
        page = told(pipeline, kari, "bar", "Connected to the books of Venue bar")
        assert pipeline.key("bar") == BAR and not list((pipeline.state / "drop").iterdir())
        assert "not in use" not in page.words and "Koblet til regnskapet" in pipeline.sign_in("per").get(PAGE.format("bar")).words
        trail = pipeline.command("audit", "bar").stdout
        assert trail.count("venue-key") == 2 and "PowerOffice's own page" in trail and "kari (console)" in trail, trail
        assert not found_in_memory(pipeline.of("console").process.pid, {"key": BAR})
        (token,) = re.findall(parameter + r"=([0-9a-f-]{36})", back)
        for path in (p for folder in (pipeline.state, pipeline.run) for p in folder.rglob("*") if p.is_file()):
            assert token.encode() not in path.read_bytes() and BAR.encode() not in path.read_bytes(), path
        for stage in ("uploader-0", "console-0"):
            assert token not in pipeline.log(stage)
        late = kari.get(again)                                 # twice
        assert "handed on already" in late.words and not [f for f in late.forms if f["action"] == "/connected"]


# Goal: every no is said, and what to do; nothing is connected.
@pytest.mark.parametrize("answer, words", [("Canceled", "broken off"), ("ClientNotFound", "organisation number"),
                                           ("NoClientAccess", "an administrator of the client"), ("IntegrationBlocked", "is blocked")])
def test_a_no(answer, words):
    with Connecting(address=HERE) as pipeline:
        pipeline.sandbox_set(onboarding_answer=answer)
        kari = pipeline.sign_in("kari")
        page = kari.get(way_back(pipeline, kari))
        assert page.status == 200 and "Nothing was connected" in page.words and words in page.words, page.words
        assert PAGE.format("bar") in page.links and not [f for f in page.forms if f["action"] == "/connected"]
        assert pipeline.key("bar") is None and "venue-key" not in pipeline.command("audit", "bar").stdout


# Goal: a way back is of the session and the venue that it was begun for, and goes once; whoever has no right to set up, or not in this
# company, has none; a begun one ends the one before it.
def test_whose_way_it_is():
    with Connecting(address=HERE) as pipeline:
        kari, per, leser, other = (pipeline.sign_in(name) for name in ("kari", "per", "leser", "other"))
        back = way_back(pipeline, kari)
        state = re.search(r"state=([^&]+)", back)[1]
        for person, words in ((per, "hører ikke til innloggingen"), (other, "does not belong to this sign-in"),
                              (leser, "does not belong to this sign-in")):
            page = person.get(back)
            assert page.status == 409 and words in page.words, page.words
        stranger = Person(pipeline.console_port)
        page = stranger.get(back + "&here=1")
        assert page.status == 403 and "signed out" in page.words
        mine = dict(per.get("/").form("/sign-out")["fields"])["token"]
        fields = [("token", mine), ("state", state), ("given", token_in(back)), ("seen", "9999")]
        assert per.ask("POST", "/connected", fields).status == 409     # a stranger's state in one's own session
        assert leser.ask("POST", "/connected", [("token", dict(leser.get("/").form("/sign-out")["fields"])["token"]), *fields[1:]]).status == 403
        assert stranger.ask("POST", "/connected", fields).status == 403
        for wrong in (state[:-1] + ("A" if state[-1] != "A" else "B"), "", state + "A", "x"):
            assert kari.get(back.replace(state, wrong)).status == 409, wrong
        form = kari.get(back).form("/connected")
        assert kari.ask("POST", "/connected", form["fields"], headers={"Origin": "https://x.no"}).status == 403
        bare = [(k, v) for k, v in form["fields"] if k != "token"]
        assert kari.ask("POST", "/connected", bare).status == 403
        second = way_back(pipeline, kari)                       # from now on the first one leads nowhere
        assert kari.get(back).status == 409 and kari.post(form).status == 409
        assert pipeline.key("bar") is None and "venue-key" not in pipeline.command("audit", "bar").stdout
        again = Person(pipeline.console_port)                   # the same person, signed in elsewhere
        again.sign_in("kari")
        assert again.get(second).status == 409
        form = kari.get(second).form("/connected")
        assert kari.post(form).status == 303
        answer = kari.post(form)
        assert answer.status == 409 and ("handed on already" in answer.words or "kari (console)" in answer.words), answer.words
        told(pipeline, kari, "bar", "Connected to the books of Venue bar")
        for name, path, status in (("leser", "bar", 403), ("other", "oslo", 404)):
            person = pipeline.sign_in(name)
            mine = dict(person.get("/").form("/sign-out")["fields"])["token"]
            assert person.ask("POST", PAGE.format(path) + "/pages", [("token", mine)]).status == status


# Goal: another company's books: PowerOffice offers none, or the person chose others, or the token is of another company's way; and books that
# are kept for another company.
def test_another_companys_books():
    with Connecting(address=HERE) as pipeline:
        kari = pipeline.sign_in("kari")
        (path,) = [p for p in (pipeline.config / "venues").iterdir() if p.name == "bar.yaml"]
        text = path.read_text()
        path.write_text(text.replace(OTHER, "999999999"))
        assert "ClientNotFound" in way_back(pipeline, kari)
        path.write_text(text)
        theirs = token_in(way_back(pipeline, kari, "oslo"))     # a yes, but of oslo's company
        back = way_back(pipeline, kari)
        swapped = back.replace(token_in(back), theirs)
        assert come_back(kari, swapped).status == 303
        page = told(pipeline, kari, "bar", "You came back from PowerOffice .* not connected by that: none of the clients chosen in PowerOffice "
                                           "has the company's organisation number; begin once more")
        assert pipeline.key("bar") is None and "Not connected to PowerOffice" in page.words
        assert "venue-key-refused" in pipeline.command("audit", "bar").stdout
        assert kari.post(kari.get(PAGE.format("oslo")).form(PAGE.format("oslo") + "/ask")).status == 303
        told(pipeline, kari, "oslo", "and has answered")
        pipeline.sandbox("clients", {"client_key": BAR, "client_id": "1234567"})     # PowerOffice says so: oslo's books under bar's number
        assert come_back(kari, way_back(pipeline, kari)).status == 303
        told(pipeline, kari, "bar", "opens other books than those of the company: Venue")
        assert pipeline.key("bar") is None
        assert come_back(kari, way_back(pipeline, kari, "oslo")).status == 303      # the company's own, by the same way
        told(pipeline, kari, "oslo", "Connected to the books of Venue oslo.* has answered")
        assert pipeline.key("oslo") == client_key("oslo")


# Goal: rights that lack are named, and an add-on waits for QuickOrder, as with a pasted key.
def test_judged_as_a_pasted_one():
    with Connecting(address=HERE) as pipeline:
        kari = pipeline.sign_in("kari")
        pipeline.sandbox("clients", {"client_key": BAR, "privileges": RIGHTS})
        assert come_back(kari, way_back(pipeline, kari)).status == 303
        told(pipeline, kari, "bar", "Connected to the books of Venue bar. Rights are missing: VoucherDocumentation_Full")
        assert come_back(kari, way_back(pipeline, kari, "moss")).status == 303
        told(pipeline, kari, "moss", "Connected to the books of .* and waits for QuickOrder")
        assert "add-on-asked" in pipeline.command("audit", "moss").stdout


# Goal: a token that PowerOffice refuses, one whose answer is lost, PowerOffice away, the uploader away: each is said with what to do, and
# beginning anew connects.
def test_what_is_lost():
    quick = {"fault_paths": "Onboarding/Finalize", "fault_count": 100}
    with Connecting(address=HERE) as pipeline:
        kari, per = pipeline.sign_in("kari"), pipeline.sign_in("per")
        back = way_back(pipeline, kari)
        assert come_back(kari, back.replace(token_in(back), "0" * 36)).status == 303
        told(pipeline, kari, "bar", "not connected by that: PowerOffice says no: .*too old")
        assert "PowerOffice sier nei" in per.get(PAGE.format("bar")).words
        pipeline.sandbox_set(fault_drop_after=1000, **quick)
        assert come_back(kari, way_back(pipeline, kari)).status == 303
        told(pipeline, kari, "bar", "PowerOffice's answer was lost, and the key with it; begin with PowerOffice's page once more")
        assert "gikk tapt" in per.get(PAGE.format("bar")).words and pipeline.key("bar") is None
        assert not list((pipeline.state / "drop").iterdir())
        pipeline.sandbox_set(fault_drop_after=0, fault_5xx_before=1000, fault_paths="Onboarding/Initiate", fault_count=100)
        path = PAGE.format("bar")
        assert kari.post(kari.get(path).form(path + "/pages")).status == 303
        told(pipeline, kari, "bar", "PowerOffice was asked for its page .* in vain: PowerOffice could not be asked for its page; try again")
        pipeline.sandbox_set(fault_5xx_before=0)
        back = way_back(pipeline, kari)
        pipeline.stop("uploader")
        assert come_back(kari, back).status == 303
        told(pipeline, kari, "bar", "not connected by that: the process that asks PowerOffice does not run")
        assert kari.post(kari.get(path).form(path + "/pages")).status == 303
        told(pipeline, kari, "bar", "asked for its page .* in vain: the process that asks PowerOffice does not run")
        pipeline.restart("uploader")
        pipeline.wait_ready()
        assert come_back(kari, way_back(pipeline, kari)).status == 303
        told(pipeline, kari, "bar", "Connected to the books of Venue bar")
        assert pipeline.key("bar") == BAR


# Goal: where nobody said where the console is, the page says so and offers pasting; a forged form begins nothing.
def test_not_set_up():
    with Connecting() as pipeline:
        kari = pipeline.sign_in("kari")
        page = kari.get(PAGE.format("bar"))
        assert "ask whoever runs Bilag" in page.words and not [f for f in page.forms if f["action"].endswith("/pages")]
        mine = dict(page.form(PAGE.format("bar"))["fields"])["token"]
        answer = kari.ask("POST", PAGE.format("bar") + "/pages", [("token", mine)])
        assert answer.status == 409 and "not set up here" in answer.words
        assert paste(kari, "bar", BAR).status == 303
        told(pipeline, kari, "bar", "Connected to the books of Venue bar")


# Goal: the same in a real browser, in which PowerOffice is another site: its return comes without the session's cookie and is asked for once
# more by the page itself; the policy lets the link out and the forms stay.
@pytest.mark.skipif(not os.environ.get("BILAG_BROWSER"), reason="BILAG_BROWSER is not set: make guide (chromium, selenium)")
def test_in_a_browser():
    with Connecting(address="http://localhost:{port}") as pipeline, browser_at(pipeline.console_port, pipeline.until) as browser:
        browser.base = f"http://localhost:{pipeline.console_port}"
        browser.sign_in("kari")
        browser.go(PAGE.format("bar"))
        browser.press(f"form[action='{PAGE.format('bar')}/pages'] button")
        browser.comes_to_say(PAGE.format("bar"), "Go to PowerOffice")
        back = location(browser.driver.find_element("css selector", "a.button").get_attribute("href"))
        browser.driver.get(f"http://127.0.0.1:{pipeline.sandbox_port}/_sandbox/settings")      # a page of another site, which sends us back
        browser.driver.execute_script("location.href = arguments[0]", back)
        pipeline.until("it is asked for once more", lambda: "here=1" in browser.driver.current_url)
        browser.says("PowerOffice has said yes. Connect Venue bar")
        browser.press("form[action='/connected'] button")
        browser.comes_to_say(PAGE.format("bar"), "Connected to the books of Venue bar")
        assert pipeline.key("bar") == BAR
        browser.go(PAGE.format("oslo"))                         # and by the link itself
        browser.press(f"form[action='{PAGE.format('oslo')}/pages'] button")
        browser.comes_to_say(PAGE.format("oslo"), "Go to PowerOffice")
        browser.press("a.button")
        browser.says("PowerOffice has said yes. Connect Venue oslo")
        browser.press("form[action='/connected'] button")
        browser.comes_to_say(PAGE.format("oslo"), "Connected to the books of Venue oslo")


# Goal: the uploader dies between PowerOffice's answer and the key's place: begun anew it connects, or it is there after all; never a half.
@pytest.mark.skipif(not KILLS, reason="not a build with KILLPOINTS=1")
@pytest.mark.parametrize("point, there", [("key.before-seal", False), ("key.after-seal", True), ("key.before-place", True),
                                          ("key.after-place", True), ("key.after-removal", True)])
def test_killed_at_each_step(point, there):
    with Connecting(address=HERE) as pipeline:
        process = pipeline.of("uploader")
        kari = pipeline.sign_in("kari")
        pipeline.stop("uploader")
        process.env = {"BILAG_KILLPOINT": f"{point}:1"}
        pipeline.restart("uploader")
        pipeline.wait_ready()
        process.env = {}
        assert come_back(kari, way_back(pipeline, kari)).status == 303
        told(pipeline, kari, "bar", "not connected by that: .*ended before PowerOffice had answered; try again|Connected to the books")
        pipeline.until("it is back", lambda: process.starts == 3 and process.ready())
        pipeline.until("nothing is left", lambda: not list((pipeline.state / "drop").iterdir()))
        assert pipeline.key("bar") == (BAR if there else None)
        if not there:
            assert come_back(kari, way_back(pipeline, kari)).status == 303
        told(pipeline, kari, "bar", "Connected to the books of Venue bar|The key is in use, and PowerOffice was not asked with it yet")
        assert kari.post(kari.get(PAGE.format("bar")).form(PAGE.format("bar") + "/ask")).status == 303
        told(pipeline, kari, "bar", "Connected to the books of Venue bar.* has answered")
        assert pipeline.key("bar") == BAR
