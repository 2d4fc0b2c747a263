"""Goal: stopped dead at any of its kill points, at the first or a later pass, alone or two in a row, a sender that is
started again ends in the same books: every document once.

Needs a build with KILLPOINTS=1 (make KILLPOINTS=1 BIN=...); elsewhere there is nothing to do.
"""
import subprocess
import time

import pytest

from sandbox_api import wait_for
from sender_rig import BIN, DAY_ZERO, Rig, Venue, link_customer, order_draft, voucher_draft
from test_sending import LINES, exactly_once, iso

POINTS = ["before-verdict-commit", "after-verdict-commit", "before-seal", "after-seal", "before-seal-told", "before-send",
          "after-send", "before-answer-commit", "after-answer-commit", "before-decision-commit", "after-decision-commit",
          "before-takeover-commit", "after-takeover-commit"]
PROGRAM = BIN / "bilag-uploader"
BUILT = PROGRAM.exists() and b"BILAG_KILLPOINT" in PROGRAM.read_bytes()
pytestmark = pytest.mark.skipif(not BUILT, reason="not a build with KILLPOINTS=1")


def run_until_dead_or_settled(rig, point, sent):
    """One life with the point armed; it may never be passed in this life."""
    rig.start(env={"BILAG_KILLPOINT": point})
    end = time.monotonic() + 3
    while time.monotonic() < end and rig.processes[0].poll() is None:
        for draft in sent:
            rig.verdict(draft)
        time.sleep(0.1)
        try:
            if rig.processes[0].poll() is None and rig.states() == {"sent": len(sent)}:
                break
        except AssertionError:
            pass
    rig.kill()


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("stage", ["uploader", "invoicer"])
def test_every_point(tmp_path, stage, point):
    rig = Rig(tmp_path, [Venue(i) for i in range(2)], stage=stage)
    try:
        rig.start()
        link_customer(rig.state / "poweroffice", "912345678", "kunde-77", 10001)
        rig.kill()
        if stage == "uploader":
            sent = [voucher_draft(v, DAY_ZERO + d) for v in rig.venues for d in range(3)]
        else:
            sent = [order_draft(v, "K1", seq, LINES) for v in rig.venues for seq in range(3)]
        rig.decide("accept", "nobody/2026-11-20/1", "total-differs")
        for first, second in [(1, None), (3, 1), (1, 2)]:
            run_until_dead_or_settled(rig, f"{stage}.{point}:{first}", sent)
            if second:
                run_until_dead_or_settled(rig, f"{stage}.after-send:{second}", sent)
        rig.start()
        rig.offer(sent)
        rig.settled(sent=len(sent))
        if stage == "uploader":
            exactly_once(rig, sent)
        else:
            assert sorted(o["reference"] for o in rig.box.inspect("orders")) == sorted(d[6] for d in sent)
    finally:
        rig.close()


def test_reversal_at_every_point(tmp_path):
    for number, point in enumerate(["before-send", "after-send", "before-answer-commit", "after-answer-commit",
                                    "before-seal-told", "before-decision-commit", "after-decision-commit"]):
        folder = tmp_path / str(number)
        folder.mkdir()
        rig = Rig(folder, [Venue(0)])
        try:
            venue = rig.venues[0]
            rig.start()
            rig.offer([voucher_draft(venue, DAY_ZERO)])
            rig.settled(sent=1)
            rig.kill()
            rig.decide("reverse", f"{venue.id}/{iso(DAY_ZERO)}/1")
            process = rig.start(env={"BILAG_KILLPOINT": f"uploader.{point}:1"})
            wait_for(lambda: process.poll() is not None, 10)
            rig.kill()
            rig.start()
            rig.settled(reversed=1)
            again = voucher_draft(venue, DAY_ZERO, gross=7700, revision=2)
            rig.verdict(again)
            rig.settled(sent=1)
            exactly_once(rig, [again])
            assert len(rig.vouchers()) == 3, point
        finally:
            rig.close()


# The voucher is the first that is sent and answered in a life, its PDF the second.
PDF_POINTS = ["after-answer-commit:1", "before-send:2", "after-send:2", "before-answer-commit:2", "after-answer-commit:2"]


def pdf_trail(rig, venue):
    done = subprocess.run([BIN / "bilag", "explain", "--config", rig.config, f"{venue.id}/{iso(DAY_ZERO)}/1"],
                          capture_output=True, text=True, timeout=30, check=False)
    return done.stdout.count("pdf-attached") + done.stdout.count("attached to it")


@pytest.mark.parametrize("point", PDF_POINTS)
def test_pdf_at_every_point(tmp_path, point):
    """Dead before or after any step of it, twice in a row: one voucher, the same bytes each time, attached in the end; and where
    the day is taken back meanwhile, what is built anew has its own."""
    rig = Rig(tmp_path, [Venue(0)], proxied=True)
    try:
        venue = rig.venues[0]
        process = rig.start(env={"BILAG_KILLPOINT": f"uploader.{point}"})
        rig.verdict(voucher_draft(venue, DAY_ZERO))
        wait_for(lambda: process.poll() is not None, 20)
        assert process.returncode == -9, process.returncode
        rig.kill()
        if not point.startswith("after-answer-commit"):      # then there is another pass in this life
            again = rig.start(env={"BILAG_KILLPOINT": f"uploader.{point.split(':')[0]}:1"})
            wait_for(lambda: again.poll() is not None, 20)
            rig.kill()
        rig.start()
        wait_for(lambda: [v for v in rig.vouchers() if v["pdf_bytes"]], 30)
        rig.settled(sent=1)
        wait_for(lambda: pdf_trail(rig, venue), 30)
        assert len(rig.vouchers()) == 1 and len(set(rig.proxy.put)) == 1, len(rig.proxy.put)
        rig.decide("reverse", f"{venue.id}/{iso(DAY_ZERO)}/1")
        rig.settled(reversed=1)
        rig.verdict(voucher_draft(venue, DAY_ZERO, gross=7700, revision=2))
        wait_for(lambda: len([v for v in rig.vouchers() if v["pdf_bytes"]]) == 2, 30)
        assert len(rig.vouchers()) == 3
    finally:
        rig.close()


def test_pdf_dead_before_its_reversal(tmp_path):
    """Attached or not, nobody knows; the reversal that is decided then goes first, and only what is built anew is documented."""
    rig = Rig(tmp_path, [Venue(0)], proxied=True)
    try:
        venue = rig.venues[0]
        process = rig.start(env={"BILAG_KILLPOINT": "uploader.before-send:2"})
        rig.verdict(voucher_draft(venue, DAY_ZERO))
        wait_for(lambda: process.poll() is not None, 20)
        rig.kill()
        rig.decide("reverse", f"{venue.id}/{iso(DAY_ZERO)}/1")
        again = rig.start(env={"BILAG_KILLPOINT": "uploader.after-send:1"})
        wait_for(lambda: again.poll() is not None, 20)
        rig.kill()
        rig.start()
        rig.settled(reversed=1)
        rig.verdict(voucher_draft(venue, DAY_ZERO, gross=7700, revision=2))
        wait_for(lambda: [v for v in rig.vouchers() if v["pdf_bytes"]], 30)
        rig.settled(sent=1)
        standing = [v for v in rig.vouchers() if not v["reversed"] and not v["reverses"]]
        assert [v["id"] for v in rig.vouchers() if v["pdf_bytes"]] == [v["id"] for v in standing]
        assert len(rig.vouchers()) == 3
    finally:
        rig.close()
