"""All public receipts (tests/data/pos-data) through the real processes: the books are what the file adds up to."""
import collections
import itertools
import json
import pathlib
import random
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE)]

from pipeline import DEADLINE_S, SANITIZED, Pipeline, load_venues, rows    # noqa: E402

# Under the sanitizers, a part of the file: the time is better spent on other tests.
ONLY = ["--days", "6"] if SANITIZED else []
FEED = 2000                                      # events to one request


class Public:
    def __init__(self, folder):
        self.folder = folder
        subprocess.run([sys.executable, ROOT / "bench" / "posdata.py", "--out", folder, *ONLY], check=True,
                       stdout=subprocess.DEVNULL)
        self.venues = {name: {**venue, "quiet_seconds": "1", "settlement_pdf": "false"}    # thousands of days
                       for name, venue in load_venues(folder / "venues").items()}
        self.lines = (folder / "events.ndjson").read_bytes().splitlines(keepends=True)
        days = {(venue, day): self.posted(venue, sums)
                for venue, days in json.loads((folder / "expected.json").read_text()).items()
                for day, sums in days.items()}
        self.expected = {key: lines for key, lines in days.items() if lines}     # a day with no lines has no voucher

    def posted(self, venue, sums):
        """Sums of the file's own lines as sums by account and VAT code."""
        settings, lines = self.venues[venue], collections.Counter()
        vat = {entry["rate"]: (name, entry["code"]) for name, entry in settings["vat"].items()}
        for key, amount in sums["sold"].items():
            kind, rate = key.split("/")
            name, code = vat[rate]
            row = rows(settings["product_types"][kind])[0]
            lines[int(row["reduced_account" if name == "reduced" else "account"]), code] -= amount
        for kind, amount in sums["paid"].items():
            lines[int(rows(settings["payment_types"][kind])[0]["account"]), "0"] += amount
        return {key: amount for key, amount in lines.items() if amount}


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    return Public(tmp_path_factory.mktemp("public"))


def feed(pipeline, lines):
    for at in range(0, len(lines), FEED):
        body = b"".join(lines[at:at + FEED])
        answer = pipeline.until("ingest answers", lambda body=body: pipeline.post_bytes(body))
        assert answer["rejected"] == [] and answer["accepted"] + answer["duplicates"] == len(lines[at:at + FEED])
        yield at


def posted(pipeline):
    found = {}
    for key, entry in pipeline.books().items():
        assert sorted(entry["parts"]) == list(range(1, len(entry["parts"]) + 1)), (key, entry["parts"])
        lines = collections.Counter()
        for (account, code, _), amount in entry["lines"].items():
            lines[account, code] += amount
        found[key] = {line: amount for line, amount in lines.items() if amount}
    return found


def check_books(pipeline, public, one_part=True):
    """Every venue and day, to the øre, and nothing else; and it stays so."""
    pipeline.until("as many vouchers as days", lambda: pipeline.stats()["vouchers"] >= len(public.expected),
                   8 * DEADLINE_S)
    pipeline.until("nothing under way", lambda: not pipeline.counter("mapper", "days_due") and not any(
        pipeline.counter("mapper", "days_due", n) for n in range(1, pipeline.stages["mapper"])), 4 * DEADLINE_S)
    found = posted(pipeline)
    wrong = [(key, found.get(key), expected) for key, expected in public.expected.items() if found.get(key) != expected]
    extra = set(found) - set(public.expected)
    assert not wrong and not extra, (len(wrong), len(extra), wrong[:3], sorted(extra)[:3])
    if one_part:
        assert all(entry["parts"] == [1] for entry in pipeline.books().values())
    references = [reference for entry in pipeline.books().values() for reference in entry["references"]]
    assert len(references) == len(set(references))


# Goal: 68,593 receipts come out as one voucher a venue and day, to the øre.
def test_every_receipt(public):
    with Pipeline(public.venues) as pipeline:
        for _ in feed(pipeline, public.lines):
            pass
        check_books(pipeline, public)


# Goal: the same books when every process is killed (-9) in the middle, one after another, and again at random.
def test_killed_in_the_middle(public):
    rng = random.Random(4711)
    with Pipeline(public.venues) as pipeline:
        victims = itertools.cycle(sorted(pipeline.stages))
        for at in feed(pipeline, public.lines):
            if at % (2 * FEED) == 0:
                pipeline.kill(next(victims))
            if rng.random() < 0.1:
                pipeline.kill(rng.choice(sorted(pipeline.stages)))
        for tenth in range(1, 10):               # and while it sends, one after another
            pipeline.until("more is sent", lambda tenth=tenth: pipeline.stats()["vouchers"] * 10 >=
                           tenth * len(public.expected), 4 * DEADLINE_S)
            pipeline.kill(next(victims))
        check_books(pipeline, public, one_part=False)
        assert all(process.starts >= 2 for process in pipeline.processes.values())


# Goal: the same books with two of every stage.
def test_two_of_each(public):
    with Pipeline(public.venues, stages={stage: 2 for stage in
                                         ("ingest", "mapper", "validator", "uploader", "invoicer")}) as pipeline:
        for _ in feed(pipeline, public.lines):
            pass
        check_books(pipeline, public)
