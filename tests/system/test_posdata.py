"""The converter of the public receipts: its events must say what the file's own lines say."""
import collections
import csv
import datetime
import gzip
import json
import subprocess
import sys

from ingest_rig import ROOT

SOURCE = ROOT / "tests" / "data" / "pos-data" / "combined-lines.csv.gz"


# Goal: numbers without gaps, every day closed by a Z that agrees, sums equal to the file's to the øre.
def test_events_say_what_the_file_says(tmp_path):
    subprocess.run([sys.executable, ROOT / "bench" / "posdata.py", "--out", tmp_path], check=True,
                   stdout=subprocess.DEVNULL)
    expected = json.loads((tmp_path / "expected.json").read_text())
    open_receipts, last_seq = collections.defaultdict(list), collections.Counter()
    for line in open(tmp_path / "events.ndjson", encoding="utf-8"):
        event = json.loads(line)
        register = event["venue"], event["register"]
        assert event["seq"] == last_seq[register] + 1
        last_seq[register] = event["seq"]
        if event["kind"] == "receipt":
            assert sum(x["gross"] for x in event["lines"]) == sum(p["amount"] for p in event["payments"])
            open_receipts[register].append(event)
            continue
        z, day = event["z"], expected[event["venue"]].pop(event["z"]["business_day"])
        receipts = open_receipts.pop(register)
        assert [r["seq"] for r in receipts] == list(range(z["first_seq"], z["last_seq"] + 1))
        assert len(receipts) == day["receipts"]
        sold, paid = collections.Counter(), collections.Counter()
        for receipt in receipts:
            for x in receipt["lines"]:
                sold[f"{x['product_type']}/{x['vat']}"] += x["gross"]
            paid[receipt["payments"][0]["type"]] += receipt["payments"][0]["amount"]
        assert dict(sold) == day["sold"] and dict(paid) == day["paid"] == z["payments"]
        assert datetime.datetime.fromisoformat(event["time"]) > datetime.datetime.fromisoformat(
            receipts[-1]["time"])
    assert not open_receipts and not any(expected.values())
    with gzip.open(SOURCE, "rt") as file:
        rows = list(csv.DictReader(file))
    assert sum(last_seq.values()) == 68593 + sum(1 for _ in {
        (r["venue"], r["register"], (datetime.datetime.fromisoformat(r["timestamp"])
                                     - datetime.timedelta(hours=5)).date()) for r in rows})
