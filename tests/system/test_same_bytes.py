"""Promise 6: the same log and mappings always build the same requests, byte for byte, on another machine too."""
import json
import pathlib
import random
import sys
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from pipeline import Pipeline, load_events, load_venues    # noqa: E402

CASE = HERE.parent / "data" / "cases" / "three-venues"
CUSTOMERS = [(10001 + n, f"kunde-{n}") for n in range(6)]


def built(batches, stages, links):
    """Everything posted, by reference, as the bytes that PowerOffice got."""
    settings = {name: {**venue, "quiet_seconds": "1"} for name, venue in load_venues(CASE / "venues").items()}
    expected = json.loads((CASE / "expected.json").read_text())
    orders = sum(len(day["orders"]) for days in expected.values() for day in days.values())
    vouchers = sum(1 for days in expected.values() for day in days.values() if day["lines"])
    with Pipeline(settings, stages=stages, customers=CUSTOMERS) as pipeline:
        for batch in batches:
            pipeline.post(batch)
        if links:
            pipeline.until("customers are read and connected", lambda: links(pipeline, settings))
        pipeline.until("all is posted", lambda: len(pipeline.vouchers()) >= vouchers
                       and len(pipeline.orders()) >= (orders if links else 0))
        with urllib.request.urlopen(f"http://127.0.0.1:{pipeline.sandbox_port}/_sandbox/bodies") as answer:
            bodies = json.load(answer)
        found = {body["reference"]: body["body"] for body in bodies}
        assert len(found) == len(bodies)
        return found


def connect(pipeline, settings):
    """True once every customer of every venue is connected."""
    for venue in settings:
        for number, name in CUSTOMERS:
            done = pipeline.command("customers", "--venue", venue, "connect", name, number, check=False)
            if done.returncode != 0:
                return False
    return True


# Goal: order of arrival, cutting into batches and the number of processes leave no trace in what is posted.
def test_request_bodies_are_identical():
    events = load_events(CASE / "events.ndjson")
    shuffled = events * 2
    random.Random(7).shuffle(shuffled)
    two = {"ingest": 2, "mapper": 2, "validator": 2, "uploader": 2, "invoicer": 2}
    one = built([events], None, connect)
    other = built([shuffled[i:i + 37] for i in range(0, len(shuffled), 37)], two, connect)
    assert one.keys() == other.keys()
    for reference, body in one.items():
        assert body == other[reference]
