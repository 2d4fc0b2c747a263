"""Goal: a venue is connected without a pasted key: the person says yes in PowerOffice's page and the key comes by itself, to
the right venue only; whatever else comes back says what to do, and nothing is shown or stored that must not be.
"""
import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import pytest

from pipeline import Pipeline, client_key
from test_cli import venue


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def location(address):
    """Where PowerOffice's page sends the browser after the person said yes."""
    try:
        return urllib.request.build_opener(NoRedirect).open(address, timeout=10).geturl()
    except urllib.error.HTTPError as answer:
        return answer.headers["Location"]


def get(address):
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as answer:
        return answer.code


class Connecting:
    """bilag venues connect --browser, as a person sees it."""

    def __init__(self, pipeline, name="oslo-grill", stdin=None):
        self.process = subprocess.Popen([str(pipeline.bin / "bilag"), "venues", "--config", str(pipeline.config), "connect", name,
                                         "--browser"], stdin=stdin or subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.said = ""
        while "/_sandbox/onboarding?ticket=" not in self.said:
            line = self.process.stdout.readline()
            if not line:
                break
            self.said += line
        found = re.search(r"http://\S+", self.said)
        assert found, (self.said, self.process.stderr.read())
        self.address = found.group(0)

    def end(self, text=None):
        out, err = self.process.communicate(text, timeout=30)
        return self.process.returncode, self.said + out, err


@pytest.fixture
def alone(tmp_path):
    """Only the sandbox runs; the venue has no key yet."""
    with Pipeline({"oslo-grill": venue()}, parent=tmp_path, application_key="5c3f7fd1-75a1-4f1e-9e62-00000000abcd", stages={s: 0 for s in
                  ("ingest", "mapper", "validator", "uploader", "invoicer")}) as pipeline:
        path = pipeline.config / "keys" / "oslo-grill"
        path.unlink()
        yield pipeline, path


@pytest.mark.parametrize("parameter", ["token", "onboarding_token"])
def test_connected_by_the_browser(alone, parameter):
    pipeline, path = alone
    pipeline.sandbox_set(onboarding_parameter=parameter)
    connecting = Connecting(pipeline)
    back = location(connecting.address)
    assert urllib.parse.urlparse(back).hostname == "localhost" and parameter in back
    forged = re.sub(r"state=[0-9a-f]+", "state=" + "0" * 32, back)
    assert get(forged) == 400 and get(back.split("?")[0]) == 400          # somebody else's page: it goes on waiting
    assert get(back) == 200
    code, out, err = connecting.end()
    key = client_key("oslo-grill")
    assert code == 0 and "connected" in out, (out, err)
    assert path.read_text().strip() == key and path.stat().st_mode & 0o077 == 0
    assert key not in out + err and pipeline.application_key not in out


def test_the_address_is_pasted(alone):
    """The browser runs elsewhere; a wrong address is named, the right one is taken."""
    pipeline, path = alone
    connecting = Connecting(pipeline, stdin=subprocess.PIPE)
    back = location(connecting.address)
    code, out, err = connecting.end(f"http://localhost/connected?state=abc&token=x\n\n{back}\n")
    assert code == 0 and "not of this connection" in out and path.exists(), (out, err)


def test_another_place_to_return_to(alone):
    pipeline, path = alone
    pipeline.settings["poweroffice"] = {"onboarding_return": "https://pos.example.no/back?from=bilag"}
    pipeline.write_config()
    path.unlink(missing_ok=True)
    connecting = Connecting(pipeline, stdin=subprocess.PIPE)
    back = location(connecting.address)
    assert back.startswith("https://pos.example.no/back?from=bilag&state=")
    code, out, err = connecting.end(back + "\n")
    assert code == 0 and path.exists(), (out, err)


@pytest.mark.parametrize("answer, words", [
    ("Canceled", "broken off"), ("ClientNotFound", "organisation number"), ("NoClientAccess", "administrator"),
    ("IntegrationBlocked", "blocked")])
def test_a_no_is_said(alone, answer, words):
    pipeline, path = alone
    pipeline.sandbox_set(onboarding_answer=answer)
    connecting = Connecting(pipeline)
    assert get(location(connecting.address)) == 200
    code, _, err = connecting.end()
    assert code == 1 and words in err and not path.exists()


def test_another_companys_client_is_not_taken(alone):
    """The registry offers only the organisation that was asked for: here there is none."""
    pipeline, path = alone
    pipeline.venues["oslo-grill"]["company"] = "999999999"
    pipeline.write_venue(pipeline.venues["oslo-grill"])
    path.unlink()
    connecting = Connecting(pipeline)
    assert get(location(connecting.address)) == 200
    code, _, err = connecting.end()
    assert code == 1 and "organisation number" in err and not path.exists()


def test_a_token_works_once(alone):
    """PowerOffice refuses it the second time: said in its words, once, and nothing is stored."""
    pipeline, path = alone
    connecting = Connecting(pipeline)
    back = location(connecting.address)
    token = urllib.parse.parse_qs(urllib.parse.urlparse(back).query)["token"][0]
    assert client_key("oslo-grill") in finalize(pipeline, token)
    assert get(back) == 200
    code, _, err = connecting.end()
    assert code == 1 and err.count("too old") == 1 and token not in err and not path.exists()


def finalize(pipeline, token):
    request = urllib.request.Request(f"http://127.0.0.1:{pipeline.sandbox_port}/v2/Onboarding/Finalize",
                                     f'{{"OnboardingToken":"{token}"}}'.encode(), {
        "Content-Type": "application/json", "Ocp-Apim-Subscription-Key": (pipeline.config / "keys" / "subscription").read_text().strip()})
    try:
        return urllib.request.urlopen(request, timeout=10).read().decode()
    except urllib.error.HTTPError as answer:
        return answer.read().decode()


def test_an_add_on_waits_for_quickorder(tmp_path):
    """Connecting prints what to send; status shows that it waits until a person says that it is there."""
    by_clock = {"close": "clock", "quiet_seconds": "1", "auto_transfer": "true"}
    place = {**venue(extension="add-on-3"), **by_clock}
    with Pipeline({"oslo-grill": place, "main": {**venue("main"), **by_clock}}, parent=tmp_path, settings={"poweroffice": {
            "application_keys": {"quickorder": {"file": "keys/quickorder"}, "add-on-3": {"file": "keys/quickorder"}}}}) as pipeline:
        pipeline.secrets.remove(pipeline.application_key)    # an add-on's is no secret: people type it
        def connect(name):
            key = (pipeline.config / "keys" / name).read_text()
            return pipeline.command("venues", "connect", name, input=key, check=False)

        def shown(*args):
            return pipeline.command("status", *args, check=False).stdout

        assert "confirm" not in connect("main").stdout + shown()
        done = connect("oslo-grill")
        assert "Send this to QuickOrder" in done.stdout and pipeline.application_key in done.stdout, done
        assert "The oslo-grill" in done.stdout and "912345678" in done.stdout
        assert "bilag venues confirm oslo-grill" in shown() and '"awaits_add_on":true' in shown("--json")
        page = tmp_path / "page.html"
        pipeline.command("status", "--html", page, check=False)
        assert "bilag venues confirm oslo-grill" in page.read_text()
        pipeline.reload()
        day = {"payments": [{"type": "card", "amount": 12500}], "lines": [{"product_type": "food", "vat": 25, "gross": 12500}],
               "v": 1, "register": "K1", "seq": 1, "kind": "receipt", "time": "2026-11-20T18:00:00+01:00"}
        pipeline.post([{**day, "venue": name} for name in ("main", "oslo-grill")])
        pipeline.post([{**day, "venue": "oslo-grill", "seq": 2, "time": "2026-11-21T18:00:00+01:00"}])
        pipeline.until("the other one is posted", lambda: len(pipeline.vouchers()) == 1)
        held = pipeline.until("it is held", lambda: "[add-on-awaited]" in shown() and shown("--json"))
        assert '"state":"held"' in held and "bilag by-hand oslo-grill/2026-11-20/1" in held
        pipeline.until("so is the next day", lambda: shown().count("[add-on-awaited]") == 2)
        pipeline.command("by-hand", "oslo-grill/2026-11-21/1", "--reason", "entered there")      # the way on for who cannot wait
        pipeline.until("that is done", lambda: '"by_hand":1' in shown("--json"))
        assert len(pipeline.vouchers()) == 1
        assert pipeline.command("venues", "confirm", "main", check=False).returncode == 1
        assert "has its add-on" in pipeline.command("venues", "confirm", "oslo-grill").stdout
        pipeline.until("what was held goes", lambda: len(pipeline.vouchers()) == 2)
        assert "confirm" not in shown() and "awaits_add_on" not in shown("--json")
        again = connect("oslo-grill").stdout                 # another key of the same add-on: QuickOrder has it already
        assert "Send this to QuickOrder" not in again and "confirm" not in shown()
        assert pipeline.command("venues", "confirm", "oslo-grill", check=False).returncode == 1
        trail = pipeline.command("audit", "oslo-grill").stdout
        assert "add-on-asked" in trail and "add-on-there" in trail
