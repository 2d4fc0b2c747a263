"""Goal: whatever moment the power goes at, what was acknowledged is in the log, and what left is sealed in its store.

`make powercut CUTS=n` plays as many as wanted.
"""
import os
import pathlib
import random
import sys

import pytest

CHAOS = pathlib.Path(__file__).resolve().parents[1] / "chaos"
sys.path.insert(0, str(CHAOS))
import pipeline                                                                                # noqa: E402
import powercut                                                                                # noqa: E402


@pytest.mark.slow
@pytest.mark.skipif(pipeline.SANITIZED, reason="a preloaded library would come before the sanitizer's")
def test_power_cuts():
    seed = int(os.environ.get("BILAG_SEED", "0")) or random.randrange(1 << 30)
    print(f"BILAG_SEED={seed}")
    failed, figures = powercut.cuts(150, seed)
    assert not failed, figures
