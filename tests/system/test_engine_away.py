"""Goal: the stages with their stores in PostgreSQL live through its absence: tills are told to send again, nobody ends but to be started
again, nothing is booked twice; and they end within five seconds when they are told to, whether it is gone or answers nothing."""
import os
import pathlib
import signal
import sys
import threading
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import engine as servers    # noqa: E402
from orders_rig import start    # noqa: E402
from test_move import BUILT    # noqa: E402
from test_store import CUSTOMERS, DAYS, expect_books, receipts, venues    # noqa: E402

pytestmark = pytest.mark.skipif(not servers.programs() or BUILT.returncode != 0 or bool(os.environ.get("BILAG_UNITS_ENGINE")),
                                reason="no PostgreSQL here, or its stores are there already")


@pytest.fixture
def engine():
    engine = servers.Engine().primary()
    yield engine
    engine.end()


def running(engine):
    return start(venues(), CUSTOMERS, settings={"state": {"postgresql": engine.conninfo(), "replicas": 1}})


def test_restarted_under_them(engine):
    events = [e for v in venues() for e in receipts(v["venue"], DAYS[:1])]
    with running(engine) as pipeline:
        pipeline.command("customers", "--venue", "oslo", "connect", "kunde-77", "10001")
        pipeline.post(events[:64])
        engine.stop("one")
        feeding = threading.Thread(target=lambda: pipeline.post(events[64:]))
        feeding.start()
        servers.until("a till is told to send again", lambda: "nothing can be kept now" in pipeline.log("ingest-0"))
        engine.start("one")
        feeding.join()
        expect_books(pipeline, events)
        assert not list(pipeline.state.rglob("data.mdb"))


@pytest.mark.parametrize("how", ["gone", "silent"])
def test_told_to_stop_meanwhile(engine, how):
    with running(engine) as pipeline:
        pipeline.post(receipts("oslo", DAYS[:1])[:20])
        pids = [engine.servers["one"].pid, *engine.children("one")]
        if how == "gone":
            engine.crash("one")
        else:
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            pipeline.stop_all()
            assert time.monotonic() - began < 6
            # One that was reading ends as one that is to be started again: then it ends, too.
            assert all(failure.endswith("ended with 111 after SIGTERM") for failure in pipeline.failures)
            pipeline.failures.clear()
            pipeline.processes.clear()           # they are judged
        finally:
            if how == "silent":
                for pid in pids:
                    os.kill(pid, signal.SIGCONT)
