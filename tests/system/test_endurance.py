"""Goal: PowerOffice may be gone for days, a neighbour may be poisoned, and every process may be told to end at any time:
nobody notices more than a little delay.

Small runs of tests/chaos/outage.py, poison.py and rolling.py; docs/reliability.md has the figures of large ones.
"""
import pathlib
import sys

import pytest

CHAOS = pathlib.Path(__file__).resolve().parents[1] / "chaos"
sys.path.insert(0, str(CHAOS))
import outage                                                                                  # noqa: E402
import poison                                                                                  # noqa: E402
import rolling                                                                                 # noqa: E402

pytestmark = pytest.mark.slow


def test_outage_of_three_days():
    figures = outage.Outage(40, 60).run()
    before, last = figures["memory_kb"][1][1], figures["memory_kb"][-2][1]
    for stage, kb in last.items():
        assert kb < before[stage] * 1.5 + 4096, figures["memory_kb"]


def test_poisoned_neighbours_delay_nobody():
    poison.Poison(5, 50).run()


def test_rolling_restarts_lose_and_repeat_nothing():
    rolling.Rolling(1, 10).run()
