"""Goal: what Bilag says that a person took back in PowerOffice was taken back there, by PowerOffice's own word, and nothing
that was taken back is forgotten, whatever the answers are.

Uploader and invoicer are the real ones, so is the sandbox; between them a proxy loses and rewrites answers (answer_proxy).
"""
import pytest

from sandbox_api import APP, wait_for
from sender_rig import DAY_ZERO, doc_of, rigs, voucher_draft

LINES = [("MAT", 3000, "3", 2500, "Burger", 1000000, 39800, 39800)]
GATEWAY = {"statusCode": 404, "message": "Resource not found"}


@pytest.fixture
def rig(tmp_path):
    with rigs(tmp_path, 3, proxied=True) as make:
        yield make


def red(rig, doc):
    return "reversed-elsewhere" in [p["code"] for p in rig.shown()[doc]["problems"]]


# A voucher that stands is looked at, and PowerOffice does not say how it stands: no red, for its way on would post it twice.
@pytest.mark.parametrize("status", [500, 503, 403, 404, 400, 200])
def test_what_is_not_said_makes_nothing_red(rig, status):
    rig = rig(1)
    venue = rig.venues[0]
    rig.offer([voucher_draft(venue, DAY_ZERO)])
    rig.settled(sent=1)
    rig.proxy.spoil("GET", "/Vouchers/CashJournals/", "error", count=100000, status=status, body={"nothing": "of it"})
    rig.decide("look", doc_of(venue), "77 somebody")
    wait_for(lambda: rig.log().count("work=check") >= 6, 30)
    assert not red(rig, doc_of(venue))
    with rig.proxy.lock:
        rig.proxy.rules.clear()
    rig.decide("look", doc_of(venue))                        # a person looks again: at once, and it is said that it stands
    wait_for(lambda: rig.log().count("work=check") >= 12, 30)
    assert not red(rig, doc_of(venue))
    rig.decide("reverse", doc_of(venue))
    rig.settled(reversed=1)
