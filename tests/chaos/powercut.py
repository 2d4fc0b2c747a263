#!/usr/bin/python3
"""A power cut, played afterwards: every acknowledged receipt is in the log, whatever moment the power goes at.

    tests/chaos/powercut.py [--cuts 500] [--seed 1] [--bin DIR]

Two ingest processes write down what they write to the log's file (recording.c) while tills send through HTTP, ZeroMQ and
spool files; each acknowledgement is kept with its moment. Then the power goes at random moments: what was written
before the last flush is on the disk; of what came after it, each 4 KB page is there or not, by chance. The log is
opened as it then is, and must have all that was acknowledged before that moment, be read to its end, and nothing twice.
The same for the senders' intents: a voucher that PowerOffice has stands in the uploader's store as sealed. The mapper's
store is whole, whatever its last fold has lost (`bilag fsck`).
"""
import argparse
import bisect
import json
import os
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "system")]
if "--bin" in sys.argv:
    os.environ["BILAG_BIN"] = sys.argv[sys.argv.index("--bin") + 1]

import pipeline                                                                                # noqa: E402
import chaos                                                                                   # noqa: E402
from world import CUSTOMERS, World                                                             # noqa: E402

ROW = struct.Struct("QQQQ")
WRITE, DURABLE_WRITE, SYNC, SIZE = 1, 2, 3, 4
PAGE = 4096
RECORDED = ("ingest", "mapper", "uploader", "invoicer")


def built(name):
    if os.environ.get("BILAG_TOOLS"):
        return str(pathlib.Path(os.environ["BILAG_TOOLS"]).resolve() / name)
    found = sorted(pipeline.ROOT.glob(f"build/*/tests/chaos/{name}"), key=lambda path: path.stat().st_mtime)
    assert found, f"build it first: make build/gcc/tests/chaos/{name}"
    return str(found[-1])


class Record:
    """What was written to one file: rows (what, moment in ns, offset, bytes), in order."""

    def __init__(self, path):
        data, at, self.rows = path.read_bytes(), 0, []
        while at + ROW.size <= len(data):
            what, moment, offset, size = ROW.unpack_from(data, at)
            at += ROW.size
            body = b""
            if what in (WRITE, DURABLE_WRITE):
                body, at = data[at:at + size], at + size
            self.rows.append((what, moment, offset, body))
        self.moments = [row[1] for row in self.rows]

    def image(self, moment, rng):
        """The file as the disk has it when the power goes at `moment`."""
        rows = self.rows[:bisect.bisect_right(self.moments, moment)]
        flushed = max((i for i, row in enumerate(rows) if row[0] == SYNC), default=-1)
        disk = bytearray()
        for i, (what, _, offset, body) in enumerate(rows):
            if what == SIZE:
                del disk[offset:]
                disk.extend(bytes(max(0, offset - len(disk))))
            elif what in (WRITE, DURABLE_WRITE):
                certain = what == DURABLE_WRITE or i < flushed
                for start in range(0, len(body), PAGE):
                    if certain or rng.random() < 0.5:
                        self.put(disk, offset + start, body[start:start + PAGE])
        return bytes(disk)

    @staticmethod
    def put(disk, offset, part):
        disk.extend(bytes(max(0, offset + len(part) - len(disk))))
        disk[offset:offset + len(part)] = part


class Recorded(pipeline.Pipeline):
    """Processes of some stages write down what they write to their stage's file."""

    def add(self, stage, instance, env=None):
        record = stage if stage in RECORDED else None
        env = {"LD_PRELOAD": built("recording.so"), "BILAG_RECORD": str(self.folder / f"{stage}.record"),
               "BILAG_RECORD_OF": f"{record}/data.mdb"} if record else None
        return super().add(stage, instance, env)


class Tills(chaos.Run):
    """A world's tills, with the moment of every acknowledgement."""

    PLAIN = True                                 # three ways in

    def __init__(self, seed, size):
        super().__init__(seed, size)
        self.acknowledged, self.lock = [], threading.Lock()

    def note(self, events):
        moment = time.time_ns()
        with self.lock:
            self.acknowledged.append((moment, {f"{e['venue']} {e['register']} {e['seq']}" for e in events}))

    def by_http(self, delivery, number):
        super().by_http(delivery, number)
        self.note(delivery.events)

    def by_zmq(self, delivery, number):
        super().by_zmq(delivery, number)
        self.note(delivery.events)


def play(seed):
    """Runs the world once; (record of the log, acknowledgements, records of senders, what PowerOffice has)."""
    run = Tills(seed, {"venues": 12, "days": 2, "receipts": 8})
    pipe = Recorded(run.world.venues, stages={"ingest": 2}, settings=chaos.SETTINGS, customers=CUSTOMERS,
                    sandbox=chaos.CALM)
    with pipe:
        run.pipeline, run.tool = pipe, chaos.Tool(pipe.state)
        for company in run.world.companies():
            for number, (no, _) in enumerate(CUSTOMERS):
                run.tool.send("connect", company, f"kunde-{number + 1}", no)
        run.begin, run.length_s = time.monotonic(), 2.0
        threads = [threading.Thread(target=run.feed, args=(source,)) for source in ("http", "spool", "zmq")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not run.feeding_errors, run.feeding_errors
        run.settle()
        run.tool.close()
        posted = {"uploader": [(v["created_ms"], v["reference"]) for v in pipe.sandbox("vouchers")],
                  "invoicer": [(o["created_ms"], o["reference"]) for o in pipe.orders()]}
        records = {name: Record(pipe.folder / f"{name}.record") for name in RECORDED}
    return run, records, posted


def check_log(record, run, moment, rng, folder):
    (folder / "ingest").mkdir(parents=True)
    (folder / "ingest" / "data.mdb").write_bytes(record.image(moment, rng))
    acknowledged = set().union(*(events for when, events in run.acknowledged if when <= moment))
    done = subprocess.run([built("tool_log"), folder], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode != 0 and not acknowledged:
        return []                                # the power went before there was a log
    if done.returncode != 0:
        return [f"the log cannot be read: {done.stderr.strip()}"]
    there = done.stdout.splitlines()
    found = [f"acknowledged and lost: {sorted(acknowledged - set(there))[:5]}"] if acknowledged - set(there) else []
    return found + (["an event stands twice"] if len(there) != len(set(there)) else [])


def check_sender(stage, record, posted, moment, rng, folder):
    """What left has its intent on the disk."""
    (folder / stage).mkdir(parents=True)
    (folder / stage / "data.mdb").write_bytes(record.image(moment, rng))
    left = [reference for when, reference in posted if (when + 1) * 1_000_000 <= moment]
    if not left:
        return []
    try:
        tool = chaos.Tool(folder)
        rows = tool.docs(stage)
        tool.close()
    except (AssertionError, BrokenPipeError) as error:
        return [f"{stage}: the store cannot be read: {error}"]
    sealed = sum(row[3] == "sealed" for row in rows)
    return [f"{stage}: {len(left)} documents left, only {sealed} are sealed"] if sealed < len(left) else []


def check_mapper(record, moment, rng, folder):
    """Whole, at whatever commit."""
    image = record.image(moment, rng)
    if not image:
        return []
    (folder / "mapper").mkdir(parents=True)
    (folder / "mapper" / "data.mdb").write_bytes(image)
    (folder / "config").mkdir()
    (folder / "config" / "bilag.yaml").write_text(json.dumps({"state_dir": str(folder), "run_dir": str(folder / "r")}))
    done = subprocess.run([pipeline.BIN / "bilag", "fsck", folder, "--config", folder / "config"], capture_output=True, text=True,
                          timeout=60, check=False)
    return [f"mapper: {done.stdout}{done.stderr}"] if done.returncode else []


def main():
    parser = argparse.ArgumentParser(description="Power cuts, played afterwards.")
    parser.add_argument("--cuts", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--bin")
    args = parser.parse_args()
    failed, counts = cuts(args.cuts, args.seed)
    print(f"{args.cuts} power cuts, {failed} wrong; {counts}")
    return 1 if failed else 0


def cuts(count, seed):
    """(how many were wrong, a line of figures)."""
    run, records, posted = play(seed)
    rng, failed = random.Random(seed), 0
    # half of the moments lie right behind an acknowledgement or a request, where it matters most
    edges = [when for when, _ in run.acknowledged] + \
        [(when + 1) * 1_000_000 for rows in posted.values() for when, _ in rows]
    for number in range(count):
        rows = records["ingest"].moments + records["mapper"].moments + records["uploader"].moments
        moment = rng.choice(edges) if number % 2 else rng.choice(rows) + rng.randint(-50_000, 50_000)
        folder = pathlib.Path(tempfile.mkdtemp(prefix="bl-", dir=pipeline.fast_folder()))
        try:
            found = check_log(records["ingest"], run, moment, rng, folder)
            for stage in ("uploader", "invoicer"):
                found += check_sender(stage, records[stage], posted[stage], moment, rng, folder)
            found += check_mapper(records["mapper"], moment, rng, folder)
        finally:
            shutil.rmtree(folder)
        if found:
            failed += 1
            print(f"cut {number} at {moment}: {'; '.join(found)}\n  again: tests/chaos/powercut.py --seed {seed} "
                  f"--cuts {number + 1}", flush=True)
    writes = {name: sum(row[0] in (WRITE, DURABLE_WRITE) for row in record.rows) for name, record in records.items()}
    return failed, f"{len(run.acknowledged)} acknowledgements, writes {json.dumps(writes)}"


if __name__ == "__main__":
    sys.exit(main())
