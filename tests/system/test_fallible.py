"""Goal: a call that may fail (memory, disk, network, descriptors) ends in a clean error or a clean exit, in stores that
are whole, and, when the next tries go well, in right books.

`make fallible RUNS=n` runs as many as wanted. Here: what such runs have found, and one more of each process.
"""
import pathlib
import sys

import pytest

CHAOS = pathlib.Path(__file__).resolve().parents[1] / "chaos"
sys.path.insert(0, str(CHAOS))
import pipeline                                                                                # noqa: E402
import fallible                                                                                # noqa: E402

pytestmark = [pytest.mark.slow,
              pytest.mark.skipif(pipeline.SANITIZED, reason="a preloaded library would come before the sanitizer's")]
FOUND = [
    ("mapper", "memory", 550, "memory that lacked while venues were read ended the process for good, with 100"),
    ("mapper", "memory", 886, "a day that could not be built for a moment waited for a minute"),
    ("mapper", "open", 1, "a key file that could not be opened for a moment ended the process for good, with 100"),
    ("uploader", "open", 7, "the same in a venue's file left the venue out until a person reloaded"),
    ("ingest", "memory", 297, "libyaml does not always say that memory was out"),
    ("ingest", "memory", 1291, "the same in a venue's file: its receipts were refused"),
    ("uploader", "disk", 21, "LMDB does not go on after some disk errors: every try failed, for ever"),
    ("invoicer", "memory", 222, "books that could not be read for a moment were read again after a minute"),
]


def run(stage, class_, offset):
    calls, _, _ = fallible.Scenario(stage, class_, offset, False).run()
    assert calls > 0 or (stage, class_) == ("validator", "disk")


@pytest.mark.parametrize("stage,class_,offset,why", FOUND)
def test_what_was_found(stage, class_, offset, why):
    run(stage, class_, offset)


@pytest.mark.parametrize("class_", sorted(fallible.EVERY))
@pytest.mark.parametrize("stage", pipeline.STAGES)
def test_each_process(stage, class_):
    run(stage, class_, fallible.EVERY[class_] // 3)
