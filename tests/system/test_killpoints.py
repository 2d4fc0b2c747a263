"""Goal: a process that dies at any point between two durable steps leaves nothing that is not made good.

Every kill point, then some pairs, with the programs of a KILLPOINTS=1 build (BILAG_BIN_KILL names its folder);
`make killpoints PAIRS=all` walks through all pairs.
"""
import os
import pathlib
import random
import sys

import pytest

CHAOS = pathlib.Path(__file__).resolve().parents[1] / "chaos"
sys.path.insert(0, str(CHAOS))
import killpoints                                                                              # noqa: E402

pytestmark = [pytest.mark.slow,
              pytest.mark.skipif(not os.environ.get("BILAG_BIN_KILL"), reason="needs a build with KILLPOINTS=1")]
PAIRS = 12


def test_every_point():
    points = killpoints.names()
    assert len(points) >= 39
    failures, unused = killpoints.run([(point,) for point in points])
    assert not failures
    assert not unused, "a kill point that the scenario does not pass proves nothing"


def test_some_pairs():
    seed = int(os.environ.get("BILAG_SEED", "0")) or random.randrange(1 << 30)
    print(f"BILAG_SEED={seed}")
    pairs = killpoints.pairs_of(killpoints.names())
    failures, _ = killpoints.run(random.Random(seed).sample(pairs, PAIRS))
    assert not failures
