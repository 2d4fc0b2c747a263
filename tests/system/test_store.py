"""Backup, restore and fsck, through the real processes."""
import collections
import json
import os
import pathlib
import re
import shutil
import signal
import struct
import sys
import threading

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from console_rig import add_user    # noqa: E402
from orders_rig import documents, start, venue    # noqa: E402
from pipeline import STAGES    # noqa: E402

STORES = ("ingest", "mapper", "uploader", "invoicer", "poweroffice", "audit", "doors", "users", "pseudonyms")
CUSTOMERS = [{"no": 10001, "name": "Hansen AS"}]
DAYS = ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19"]
PER_DAY = 60


def receipts(name, days=DAYS, first=1):
    """Card sales, and every tenth on credit."""
    events, seq = [], first
    for day in days:
        for i in range(PER_DAY):
            credit = i % 10 == 0
            events.append({"v": 1, "venue": name, "register": "K1", "seq": seq, "kind": "receipt",
                           "time": f"{day}T{10 + i % 12}:{i % 60:02d}:00+01:00", "customer": "kunde-77", "staff": "Per",
                           "lines": [{"product_type": "food", "vat": 25, "gross": 12500 + seq}],
                           "payments": [{"type": "credit" if credit else "card", "amount": 12500 + seq}]})
            seq += 1
    return events


def sold(events, kind):
    """{(venue, day): øre}"""
    sums = collections.Counter()
    for event in events:
        for payment in event["payments"]:
            if payment["type"] == kind:
                sums[event["venue"], event["time"][:10]] += payment["amount"]
    return dict(sums)


def posted(pipeline):
    """What stands in the books, by venue and day: every settlement's parts together."""
    return {key: sum(amount for amount in book["lines"].values() if amount > 0) for key, book in pipeline.books().items()}


def expect_books(pipeline, events):
    card, credit = sold(events, "card"), sold(events, "credit")
    pipeline.until("every voucher and order", lambda: posted(pipeline) == card and
                   sum(o["total"] for o in pipeline.orders()) == sum(credit.values()))
    for there in (pipeline.vouchers(), pipeline.orders()):
        assert len({entry["reference"] for entry in there}) == len(there)
    assert len(pipeline.orders()) == sum(1 for e in events if e["payments"][0]["type"] == "credit")


def expect_sent(pipeline, count):
    """Every document is known, and known to be sent."""
    def all_sent():
        found = [state for kind in ("order", "voucher") for state, _ in documents(pipeline, kind).values()]
        return len(found) == count and set(found) == {"sent"}
    pipeline.until(f"{count} documents are said to be sent", all_sent)


def stop_all(pipeline):
    for stage in STAGES:
        pipeline.stop(stage)


def start_all(pipeline):
    for stage in STAGES:
        pipeline.restart(stage)


def counts_of(text):
    return dict(re.findall(r"^(\w+) +(\d+) records", text, re.M))


def fsck(pipeline, *words, fine=True):
    done = pipeline.command("fsck", *words, check=False)
    assert (done.returncode == 0) == fine, done.stdout + done.stderr
    return done.stdout


def forget_somebody(pipeline):
    """Nothing runs, and all is sent. It makes the store of pseudonyms."""
    pipeline.command("forget", "--venue", "oslo", "--staff", "Per", "--reason", "asked for it", "--yes")


def venues():
    return [venue("oslo", department="12"), venue("bergen", department="10"), venue("moss", department="11")]


# Goal: a copy taken while everything works, put back after more was posted, goes on without posting anything twice;
# what came since is delivered again and is booked once.
@pytest.mark.parametrize("after", [0.05, 0.6, 1.5])
def test_backup_under_load(after):
    first = [e for v in venues() for e in receipts(v["venue"], DAYS[:2])]
    rest = [e for v in venues() for e in receipts(v["venue"], DAYS[2:], first=2 * PER_DAY + 1)]
    with start(venues(), CUSTOMERS) as pipeline:
        pipeline.command("customers", "--venue", "oslo", "connect", "kunde-77", "10001")
        add_user(pipeline, "kari", "--all-companies", "--title", "Kari Nordmann")
        backup = pipeline.folder / "backup"
        waited = threading.Event()
        feeding = threading.Thread(target=lambda: [pipeline.post(first[i:i + 7]) for i in range(0, len(first), 7)])
        feeding.start()
        waited.wait(after)                        # somewhere in the middle of it
        done = pipeline.command("backup", backup)
        feeding.join()
        assert "as of one moment" in done.stdout and (backup / "manifest").exists()
        pipeline.post(rest[:len(rest) // 2])
        expect_books(pipeline, first + rest[:len(rest) // 2])
        judged = fsck(pipeline, backup)
        assert counts_of(done.stdout) and counts_of(done.stdout) == counts_of(judged)
        fsck(pipeline)
        refused = pipeline.command("restore", backup, check=False)
        assert refused.returncode == 1 and "runs: stop all stages first" in refused.stderr, refused.stderr
        stop_all(pipeline)
        pipeline.command("restore", backup)
        start_all(pipeline)
        pipeline.post(first + rest)               # what the tills' files still have
        expect_books(pipeline, first + rest)
        expect_sent(pipeline, len(first + rest) // 10 + 12)
        fsck(pipeline)


# Goal: what fsck advises for each store: built again from what is left, and nothing is posted twice.
@pytest.mark.parametrize("lost", [("mapper",), ("uploader", "mapper"), ("invoicer", "mapper"), ("poweroffice",)])
def test_lost_store(lost):
    events = [e for v in venues() for e in receipts(v["venue"])]
    with start(venues(), CUSTOMERS) as pipeline:
        pipeline.command("customers", "--venue", "oslo", "connect", "kunde-77", "10001")
        add_user(pipeline, "kari", "--all-companies", "--title", "Kari Nordmann")
        pipeline.post(events)
        expect_books(pipeline, events)
        stop_all(pipeline)
        for name in lost:
            (pipeline.state / name).rename(pipeline.state / f"{name}.lost")
        start_all(pipeline)
        if "poweroffice" in lost:
            pipeline.command("customers", "--venue", "oslo", "connect", "kunde-77", "10001")
        late = [e for v in venues() for e in receipts(v["venue"], ["2026-11-20"], first=len(DAYS) * PER_DAY + 1)]
        pipeline.post(late)
        expect_books(pipeline, events + late)
        expect_sent(pipeline, len(events + late) // 10 + 15)
        expect_books(pipeline, events + late)


def records_of(path, needle):
    data = path.read_bytes()
    places, at = [], data.find(needle)
    while at >= 0:
        places.append(at)
        at = data.find(needle, at + 1)
    return places


# Goal: damage in any store is found and named with what to do; a stage that starts on a store whose file is cut off or
# is none says so and ends, and nothing is posted from it.
@pytest.mark.parametrize("store", STORES)
def test_damage(store):
    events = [e for v in venues() for e in receipts(v["venue"], DAYS[:1])]
    with start(venues(), CUSTOMERS) as pipeline:
        pipeline.command("customers", "--venue", "oslo", "connect", "kunde-77", "10001")
        add_user(pipeline, "kari", "--all-companies", "--title", "Kari Nordmann")
        pipeline.post(events)
        expect_books(pipeline, events)
        expect_sent(pipeline, len(events) // 10 + 3)
        stop_all(pipeline)
        forget_somebody(pipeline)
        assert "damaged" not in fsck(pipeline)
        file = pipeline.state / store / "data.mdb"
        whole = file.read_bytes()
        needle = {"ingest": b"kunde-77", "mapper": b"kunde-77", "uploader": b"Venue oslo", "invoicer": b"kunde-77",
                  "poweroffice": b"Hansen AS", "audit": b"connect",
                  "doors": b"tests' tills", "users": b"Kari Nordmann", "pseudonyms": b"key"}[store]
        hurt = bytearray(whole)
        for place in records_of(file, needle):    # pages that are not used any more hold old copies
            hurt[place + (4 if needle == b"key" else 2)] ^= 1          # still a text, still msgpack; of the key, its value
        file.write_bytes(hurt)
        text = fsck(pipeline, fine=False)
        assert f"{store}" in text and "damaged" in text and "what to do:" in text
        for cut in (whole[:8192], b"\0" * len(whole), b"no store at all" * 1000):
            file.write_bytes(cut)
            text = fsck(pipeline, fine=False)
            assert "what to do:" in text, text
        file.write_bytes(whole)
        assert "damaged" not in fsck(pipeline)


def other_version(file):
    """The store as another version's program leaves it: only its layout number differs."""
    data, at = bytearray(file.read_bytes()), 0
    while (at := data.find(b"layout", at)) >= 0:
        if data[at - 1:at] != b"_":               # not the name of the table that it stands in
            data[at + 6:at + 10] = (99).to_bytes(4, "little")
        at += 6
    file.write_bytes(data)


# Goal: a store of another version is named as that, in the stages' own words, not called damaged and thrown away; it is
# neither copied nor restored.
def expect_other_version(pipeline, backup):
    for store in STORES:
        file = pipeline.state / store / "data.mdb"
        whole = file.read_bytes()
        other_version(file)
        sentence = f"the store in {file.parent} has layout 99, this program has"
        done = pipeline.command("fsck", check=False)
        assert done.returncode == 100 and sentence in done.stdout, (store, done.stdout, done.stderr)
        assert "damaged" not in done.stdout and "what to do:" not in done.stdout, done.stdout
        done = pipeline.command("backup", pipeline.folder / "other", check=False)
        assert done.returncode == 100 and sentence in done.stderr, (store, done.stdout, done.stderr)
        assert not (pipeline.folder / "other").exists()
        file.write_bytes(whole)
    other_version(backup / "mapper" / "data.mdb")
    done = pipeline.command("restore", backup, check=False)
    assert done.returncode == 100 and "of another version; nothing was changed" in done.stderr, done.stderr


def needs_all_of_it(entry):
    """A stage that is up may live on what is left of its store until something asks for the rest; its days are built again."""
    with entry.pipeline.lock:
        if entry.ready():
            entry.process.send_signal(signal.SIGHUP)


def newest_root(whole):
    """Where the root page of LMDB's table of tables lies, by the newer of its two first pages. What is cut off behind pages
    that are in use does no harm, and nobody could notice: so this one is cut off."""
    def meta(page):
        root, _, transaction = struct.unpack_from("<3Q", whole, page * 4096 + 128)
        return transaction, root
    return max(meta(0), meta(1))[1] * 4096


# Goal: a store that is none, is cut off or holds noise ends the stage that needs it with a sentence that names it, and
# not with a signal.
@pytest.mark.parametrize("stage", ["ingest", "mapper", "uploader", "invoicer"])
def test_start_on_damage(stage):
    events = receipts("oslo")
    with start([venue("oslo")], CUSTOMERS) as pipeline:
        pipeline.command("customers", "--venue", "oslo", "connect", "kunde-77", "10001")
        add_user(pipeline, "kari", "--all-companies", "--title", "Kari Nordmann")
        pipeline.post(events)
        expect_books(pipeline, events)
        pipeline.stop(stage)
        file = pipeline.state / stage / "data.mdb"
        whole = file.read_bytes()
        for damage in (b"\0" * len(whole), whole[:4096], whole[:newest_root(whole)],
                       whole[:8192] + bytes(byte ^ 0x5a for byte in whole[8192:])):
            file.write_bytes(damage)
            before = len(pipeline.log(f"{stage}-0"))
            entry = pipeline.of(stage)
            with pipeline.lock:
                entry.exits.clear()
                entry.wanted, entry.not_before = True, 0
            pipeline.until(f"{stage} ends", lambda: entry.exits or needs_all_of_it(entry))
            with pipeline.lock:
                entry.wanted = False
            pipeline.until(f"{stage} is down", lambda: entry.process is None)
            assert set(entry.exits) <= {100, 111}, entry.exits
            pipeline.failures.clear()             # that it ended is what was wanted
            text = pipeline.log(f"{stage}-0")[before:]
            assert str(pipeline.state / stage) in text and "level=error" in text, text
        file.write_bytes(whole)
        pipeline.restart(stage)
        pipeline.failures.clear()
        late = receipts("oslo", ["2026-11-20"], first=len(events) + 1)
        pipeline.post(late)
        expect_books(pipeline, events + late)


# Goal: a backup never mixes with what is there, a broken-off one is none, a damaged one is not restored.
def test_backup_folders():
    with start([venue("oslo")], CUSTOMERS) as pipeline:
        events = receipts("oslo", DAYS[:1])
        pipeline.command("customers", "--venue", "oslo", "connect", "kunde-77", "10001")
        add_user(pipeline, "kari", "--all-companies", "--title", "Kari Nordmann")
        pipeline.post(events)
        expect_books(pipeline, events)
        full = pipeline.folder / "full"
        full.mkdir()
        (full / "x").write_text("x")
        assert "not empty" in pipeline.command("backup", full, check=False).stderr
        expect_sent(pipeline, len(events) // 10 + 1)
        stop_all(pipeline)
        forget_somebody(pipeline)
        backup = pipeline.folder / "backup"
        pipeline.command("backup", backup)
        broken = pipeline.folder / "broken"
        shutil.copytree(backup, broken)
        (broken / "manifest").unlink()
        assert "no manifest" in pipeline.command("restore", broken, check=False).stderr
        shutil.copytree(backup, pipeline.folder / "damaged")
        file = pipeline.folder / "damaged" / "uploader" / "data.mdb"
        file.write_bytes(file.read_bytes()[:8192])
        assert "nothing was changed" in pipeline.command("restore", pipeline.folder / "damaged", check=False).stderr
        shutil.copytree(backup, pipeline.folder / "another")
        expect_other_version(pipeline, pipeline.folder / "another")
        before = {name: (pipeline.state / name / "data.mdb").read_bytes() for name in STORES}
        pipeline.command("restore", backup)
        aside = pipeline.state / "before-restore-1"
        assert {name: (aside / name / "data.mdb").read_bytes() for name in STORES} == before
        start_all(pipeline)
        expect_books(pipeline, events)
        assert json.loads(pipeline.command("status", "--json", check=False).stdout)["venues"]
        assert os.stat(pipeline.state / "uploader" / "data.mdb").st_mode & 0o777 == 0o600
