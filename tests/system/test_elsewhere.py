"""Goal: what a person does in PowerOffice to what Bilag sent is seen within a day, and each of the three ways on ends it: sent
anew, entered by hand, or left as it is."""
import json
import pathlib
import sys
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from orders_rig import documents    # noqa: E402
from pipeline import APPLICATION_KEY, SUBSCRIPTION_KEY, Pipeline, client_key    # noqa: E402
from test_mend import venue    # noqa: E402
from test_right_books import sold    # noqa: E402

DAY_S = 86400
NAMES = ("anew", "hand", "left", "well")


class Person:
    """Somebody with PowerOffice open."""

    def __init__(self, pipeline):
        self.pipeline, self.port = pipeline, pipeline.sandbox_port

    def reverse(self, name):
        import base64
        import http.client
        pair = base64.b64encode(f"{APPLICATION_KEY}:{client_key(name)}".encode()).decode()
        keys = {"Ocp-Apim-Subscription-Key": SUBSCRIPTION_KEY}

        def call(path, headers, body):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            connection.request("POST", path, body, {**keys, **headers})
            answer = connection.getresponse()
            return answer.status, answer.read()
        status, body = call("/OAuth/Token", {"Authorization": f"Basic {pair}",
                                             "Content-Type": "application/x-www-form-urlencoded"}, "grant_type=client_credentials")
        assert status == 200, body
        [voucher] = [v for v in self.pipeline.vouchers() if v["client_key"] == client_key(name)]
        status, body = call(f"/v2/Vouchers/Reverse/{voucher['id']}", {"Authorization": f"Bearer {json.loads(body)['access_token']}"},
                            "")
        assert status in (200, 202), body
        return voucher


def document(pipeline, name):
    return documents(pipeline, "voucher")[f"{name}/2026-11-10/1"]


def is_red(pipeline, name):
    state, problems = document(pipeline, name)
    return state == "sent" and problems.get("reversed-elsewhere")


def standing(pipeline, name):
    return sum(v["client_key"] == client_key(name) for v in pipeline.vouchers())


def posted(pipeline):
    pipeline.post([sold(name, 10) for name in NAMES])
    pipeline.until("all are posted", lambda: len(pipeline.vouchers()) == len(NAMES))
    pipeline.until("and said to be", lambda: all(document(pipeline, name)[0] == "sent" for name in NAMES))


def follow(pipeline, name, verb, state):
    pipeline.command(verb, f"{name}/2026-11-10/1", "--reason", "the bookkeeper says so")
    pipeline.until(f"{name} is {state}", lambda: document(pipeline, name) == (state, {}))


# Whether the old rows count as changed, or only the reversal's own do; with a posting date long ago, as a reversal has it.
@pytest.mark.parametrize("changes", ["on", "off"])
def test_reversed_by_a_person_is_red_within_a_day(changes):
    venues = {name: venue(name, i) for i, name in enumerate(NAMES)}
    with Pipeline(venues, sandbox={"reversal_changes": changes}, stages={"invoicer": 0}) as pipeline:
        posted(pipeline)
        before = pipeline.stats()["requests"]["total"]
        vouchers = {name: Person(pipeline).reverse(name) for name in NAMES[:3]}
        pipeline.set_clock(DAY_S + (12 - time.gmtime().tm_hour) % 24 * 3600)     # not in the rush of the morning
        for name in NAMES[:3]:
            text = pipeline.until(f"{name} is red", lambda name=name: is_red(pipeline, name))
            reversal = next(v for v in pipeline.sandbox("vouchers") if v["reverses"] == vouchers[name]["id"])
            assert str(vouchers[name]["voucher_no"]) in text and reversal["id"][:30] in text
        assert document(pipeline, "well") == ("sent", {})
        assert " 3 red" in pipeline.command("status", check=False).stdout
        print("requests:", pipeline.stats()["requests"]["total"] - before)
        follow(pipeline, "anew", "resend", "sent")
        assert standing(pipeline, "anew") == 1
        follow(pipeline, "hand", "by-hand", "by_hand")
        follow(pipeline, "left", "leave-reversed", "reversed")
        assert " 0 red" in pipeline.command("status", check=False).stdout
        assert standing(pipeline, "hand") == standing(pipeline, "left") == 0
        manual = pipeline.command("manual", "--venue", "left", "--from", "2026-11-01", "--to", "2026-11-30").stdout
        assert "left reversed" in manual and "125,00" in manual
        refused = pipeline.command("leave-reversed", "well/2026-11-10/1", "--reason", "x", check=False)
        assert refused.returncode == 1 and "not taken back" in refused.stderr
        follow(pipeline, "left", "resend", "sent")                       # ... is taken back
        assert standing(pipeline, "left") == 1 and len(pipeline.vouchers()) == 3


# A person looks here at once: check names it, and it is red without waiting for the day's look.
def test_check_online_sees_it_at_once():
    venues = {name: venue(name, i) for i, name in enumerate(NAMES)}
    with Pipeline(venues, stages={"invoicer": 0}) as pipeline:
        posted(pipeline)
        assert pipeline.command("check", "--online").returncode == 0
        Person(pipeline).reverse("anew")
        checked = pipeline.command("check", "--online", check=False)
        assert checked.returncode == 1 and "anew/2026-11-10/1" in checked.stdout
        assert checked.stdout.count("[reversed-elsewhere]") == 1
        pipeline.until("it is red", lambda: is_red(pipeline, "anew"))
        follow(pipeline, "anew", "resend", "sent")
        assert pipeline.command("check", "--online").returncode == 0 and len(pipeline.vouchers()) == 4
