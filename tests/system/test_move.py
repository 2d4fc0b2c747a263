"""Goal: an installation goes from folders into PostgreSQL and back, through the real processes, with bilag move killed again and again on
each way: nothing is lost, nothing is booked twice, and where bilag.yaml names the wrong place nobody begins an empty store beside the
full one."""
import os
import pathlib
import random
import signal
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import engine as servers    # noqa: E402
from orders_rig import start    # noqa: E402
from test_store import CUSTOMERS, DAYS, counts_of, expect_books, expect_sent, fsck, receipts, start_all, stop_all, venues    # noqa: E402

BUILT = subprocess.run([os.environ.get("BILAG_BIN", "bin") + "/bilag", "move", "--help"], capture_output=True, check=False)
pytestmark = pytest.mark.skipif(not servers.programs() or BUILT.returncode != 0 or bool(os.environ.get("BILAG_UNITS_ENGINE")),
                                reason="no PostgreSQL here, or its stores are there already")


@pytest.fixture(scope="module")
def engine():
    """A primary that may acknowledge alone: what is shown here is the move."""
    engine = servers.Engine().primary()
    yield engine
    engine.end()


def moved(pipeline, to, seed):
    """Killed after ever longer times until it ends by itself; how often it was killed."""
    rng, kills, patience = random.Random(seed), 0, 0.01
    while True:
        process = subprocess.Popen([str(pipeline.bin / "bilag"), "move", "--config", str(pipeline.config), "--to", to],
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            said = process.communicate(timeout=patience)[0]
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            kills += 1
            patience += rng.uniform(0.002, 0.01)
            continue
        assert process.returncode == 0, said
        return kills


def place(pipeline, state):
    pipeline.settings.pop("state", None)
    if state:
        pipeline.settings["state"] = state
    pipeline.write_config()


def refuses_to_start(pipeline, says):
    """A stage that was configured otherwise than the records lie."""
    done = subprocess.run([str(pipeline.bin / "bilag-ingest"), "--config", str(pipeline.config)], capture_output=True, text=True,
                          check=False, timeout=20)
    assert done.returncode == 100 and says in done.stderr, done.stderr


def test_there_and_back(engine):
    events = [[e for v in venues() for e in receipts(v["venue"], [day], first=1 + 60 * i)] for i, day in enumerate(DAYS[:3])]
    assert engine.sql("CREATE DATABASE moved") is not None
    state = {"postgresql": engine.conninfo().replace("dbname=postgres", "dbname=moved"), "replicas": 1}
    with start(venues(), CUSTOMERS) as pipeline:
        pipeline.command("customers", "--venue", "oslo", "connect", "kunde-77", "10001")

        def trade(count):
            for i in range(0, len(events[count - 1]), 64):
                pipeline.post(events[count - 1][i:i + 64])
            so_far = sum(events[:count], [])
            expect_books(pipeline, so_far)
            stop_all(pipeline)
        trade(1)
        before = counts_of(fsck(pipeline))
        running = pipeline.command("move", "--to", "postgresql:" + state["postgresql"].replace("dbname=moved", "dbname=none"), check=False)
        assert running.returncode == 1 and "nothing is lost" in running.stderr
        place(pipeline, state)
        refuses_to_start(pipeline, "bilag move --to postgresql")
        assert moved(pipeline, "postgresql:" + state["postgresql"], 1) >= 3
        assert counts_of(fsck(pipeline)) == before
        assert not list(pipeline.state.rglob("data.mdb"))
        place(pipeline, None)
        refuses_to_start(pipeline, "lie in PostgreSQL")
        place(pipeline, state)
        start_all(pipeline)
        trade(2)
        before = counts_of(fsck(pipeline))
        assert moved(pipeline, "folder", 2) >= 3
        refuses_to_start(pipeline, "bilag move --to postgresql")
        place(pipeline, None)
        assert counts_of(fsck(pipeline)) == before
        start_all(pipeline)
        trade(3)
        place(pipeline, state)
        assert moved(pipeline, "postgresql:" + state["postgresql"], 3) >= 3
        start_all(pipeline)
        expect_books(pipeline, sum(events, []))
        expect_sent(pipeline, len(pipeline.vouchers()) + len(pipeline.orders()))
