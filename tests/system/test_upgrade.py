"""A state folder that the programs of a former day made is opened by today's, and goes on without a difference.

BILAG_FORMER is the folder of the former programs (make upgrade-check FORMER=commit builds and names it); without it
there is nothing to be tried. The sandbox and the command are today's throughout; the five stages change."""
import json
import os
import pathlib
import random
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from pipeline import BIN, STAGES, Pipeline, load_events, load_venues    # noqa: E402
from test_cli import DAY, day_of, receipt, until_state, venue, z_report    # noqa: E402
from test_cases import (CASES, QUIET, check_orders, check_status, check_voucher, customer_numbers,    # noqa: E402
                        expected_vouchers)

FORMER = os.environ.get("BILAG_FORMER")
pytestmark = pytest.mark.skipif(not FORMER, reason="BILAG_FORMER names no former programs: make upgrade-check")


def former_programs(folder):
    """The former stages beside today's sandbox and command."""
    mixed = folder / "former"
    mixed.mkdir()
    for program in BIN.iterdir():
        there = pathlib.Path(FORMER) / program.name
        former = program.name.removeprefix("bilag-") in STAGES and there.exists()
        (mixed / program.name).symlink_to(there.resolve() if former else program)
    return mixed


def change_programs(pipeline):
    """All stages end, as `supervisorctl stop all` does, and today's are started on the same state."""
    for stage in STAGES:
        assert pipeline.stop(stage) == 0
    pipeline.bin = BIN
    for stage in STAGES:
        pipeline.restart(stage)


# Goal: whatever part of a case the former programs had taken in, today's end with the case's own vouchers and orders.
@pytest.mark.parametrize("cut", ["nothing", "some", "most", "all"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_goes_on(case, cut, tmp_path):
    settings = {name: {**venue, **QUIET} for name, venue in load_venues(case / "venues").items()}
    expected = json.loads((case / "expected.json").read_text())
    wanted = expected_vouchers(expected)
    numbers = customer_numbers(expected)
    events = load_events(case / "events.ndjson")
    rng = random.Random(f"{case.name} {cut}")
    rng.shuffle(events)
    at = {"nothing": 0, "some": rng.randrange(len(events)), "most": len(events) * 9 // 10, "all": len(events)}[cut]
    with Pipeline(settings, customers=[(number, name) for name, number in numbers.items()],
                  bindir=former_programs(tmp_path)) as pipeline:
        if at:
            assert pipeline.post(events[:at])["rejected"] == []
        change_programs(pipeline)
        if at < len(events):
            assert pipeline.post(events[at:])["rejected"] == []
        pipeline.until("every voucher", lambda: sum(len(d["references"]) for d in pipeline.books().values()) >= len(wanted))
        vouchers = {voucher["reference"]: voucher for voucher in pipeline.vouchers()}
        assert len(pipeline.vouchers()) == len(vouchers) and set(vouchers) == set(wanted)
        for reference, (venue, day, entry) in wanted.items():
            check_voucher(vouchers[reference], venue, day, entry, settings)
        check_status(pipeline, expected)
        check_orders(pipeline, settings, expected, numbers)
        assert pipeline.command("fsck", check=False).returncode == 0


# Goal: what was sent, held back and decided by the former programs is so for today's: nothing is sent twice, what was
# accepted stays accepted, what was red goes when it is mended, and what comes late is a part of its own.
def test_what_was_decided_stands(tmp_path):
    with Pipeline({"oslo-grill": venue()}, bindir=former_programs(tmp_path)) as pipeline:
        def former(*args):
            return subprocess.run([f"{FORMER}/bilag", args[0], "--config", pipeline.config, *args[1:]], check=True,
                                  capture_output=True, text=True, timeout=60, env={**os.environ, **pipeline.env})
        sent, gap, red = "2026-11-18", "2026-11-19", DAY
        pipeline.post(day_of(2, day=sent))
        gaps = [receipt(4, day=gap), receipt(6, day=gap)]
        pipeline.post([*gaps, z_report(7, gaps, number=2, day=gap)])
        pipeline.post(day_of(2, first=8, z=3, day=red, paid="vipps"))
        pipeline.until("the first is in the books", lambda: len(pipeline.vouchers()) == 1)

        def red_documents():
            told = json.loads(former_status().stdout)
            return sum(len(d["problems"]) > 0 for row in told["venues"] for d in row["documents"]) == 2

        def former_status():
            return subprocess.run([f"{FORMER}/bilag", "status", "--json", "--config", pipeline.config], check=False,
                                  capture_output=True, text=True, timeout=60, env={**os.environ, **pipeline.env})
        pipeline.until("two are held", red_documents)
        former("accept", f"oslo-grill/{gap}/1", "sequence-gap", "--reason", "the till was replaced")
        pipeline.until("the accepted one is in the books", lambda: len(pipeline.vouchers()) == 2)
        change_programs(pipeline)
        until_state(pipeline, f"oslo-grill/{sent}/1", "sent")
        until_state(pipeline, f"oslo-grill/{gap}/1", "sent")
        until_state(pipeline, f"oslo-grill/{red}/1", "held")
        assert "the till was replaced" in pipeline.command("explain", f"oslo-grill/{gap}/1").stdout
        mended = venue()
        mended["payment_types"] = {**mended["payment_types"], "vipps": {"account": "1909"}}
        pipeline.write_venue(mended)
        pipeline.reload()
        pipeline.post([receipt(30, day=sent)])
        late = f"oslo-grill/{sent}/2"
        until_state(pipeline, late, "held")
        for problem in ("sequence-gap", "z-missing"):
            pipeline.command("accept", late, problem, "--reason", "entered after the day was cashed up")
        pipeline.until("the mended one and the late one", lambda: len(pipeline.vouchers()) == 4)
        sums = {key[1]: sum(amount for amount in entry["lines"].values() if amount > 0)
                for key, entry in pipeline.books().items()}
        assert sums == {sent: 30000, gap: 20000, red: 20000}
        assert pipeline.command("fsck", check=False).returncode == 0
