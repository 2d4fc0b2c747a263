"""The second implementation of the rules against the worked cases, and the real fold against both."""
import json
import pathlib
import random
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "oracle")]

import foldrun                                   # noqa: E402
import oracle                                    # noqa: E402
import property as seeds                         # noqa: E402
from pipeline import load_events, load_venues    # noqa: E402

CASES = sorted(path.parent for path in (HERE.parent / "data" / "cases").glob("*/expected.json"))


# Goal: the oracle, written from the rules alone, gives every worked case exactly.
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_oracle_gives_the_case(case):
    books = oracle.Oracle(load_venues(case / "venues")).feed(load_events(case / "events.ndjson"))
    assert oracle.as_case(books) == json.loads((case / "expected.json").read_text())


# Goal: so does the real fold, whatever the order and however often events come; no problem is left over.
@pytest.mark.parametrize("how", ["as they came", "shuffled", "three times"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_fold_gives_the_case(case, how, tmp_path):
    venues, events = load_venues(case / "venues"), load_events(case / "events.ndjson")
    lines = [json.dumps(event) for event in events] * (3 if how == "three times" else 1)
    if how != "as they came":
        random.Random(7).shuffle(lines)
    run = foldrun.FoldRun(foldrun.write_config(tmp_path, venues))
    drafts = run.run(lines)
    run.close()
    seeds.check_all(drafts, oracle.Oracle(venues).feed(events))
    assert [draft["problems"] for draft in drafts.values() if draft["problems"]] == []
    for venue, days in json.loads((case / "expected.json").read_text()).items():
        for day, expected in days.items():
            draft = drafts[f"{venue}/{day}/1"]
            assert [{key: line[key] for key in ("account", "vat_code", "department", "amount")}
                    for line in draft["lines"]] == expected["lines"]
            assert draft["reference"] == expected["reference"] and draft["manual_total"] == expected["manual"]


# Goal: shares are cut toward zero, and the missing øre go to the largest remainders, the first line first.
def test_share_by_hand():
    assert oracle.share([1, 1, 1], 2) == [1, 1, 0]
    assert oracle.share([-1, -1, -1], -2) == [-1, -1, 0]
    assert oracle.share([10000, 10000, 10000], 10000) == [3334, 3333, 3333]
    assert oracle.share([33300, -5000, 1700], 7700) == [8547, -1283, 436]
    assert oracle.share([5, -5], 3) is None and oracle.share([5, -5], 0) == [0, 0]
