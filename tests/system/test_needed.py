"""The log keeps retention_days, and longer what the mapper still needs (docs/ingest.md)."""
import signal

from pipeline import Pipeline, clients_of
from test_cli import day_of, venue
from test_parked import set_up

AGO_S = -40 * 86400                              # of the clock, when the sales come


def rounds(pipeline):
    return pipeline.log("ingest-0").count("configuration taken")


def trimmed_are(pipeline, count):
    """Each reload makes the log look at what is old."""
    before = rounds(pipeline)
    pipeline.of("ingest").process.send_signal(signal.SIGHUP)
    pipeline.until("it looks", lambda: rounds(pipeline) > before)
    return pipeline.counter("ingest", "events_trimmed") >= count


# Goal: what is parked because its venue is not set up stays in the log longer than retention_days, and so does all that
# came behind it; once it is booked, both go.
def test_the_log_keeps_what_is_parked(tmp_path):
    later = venue("later", company="987654321")
    settings = {"partitions": 1, "retention_days": 30}
    with Pipeline({"oslo-grill": venue()}, parent=tmp_path, settings=settings,
                  clients=clients_of({"oslo-grill": venue(), "later": later})) as pipeline:
        pipeline.set_clock(AGO_S)
        pipeline.post(day_of(3, day="2026-10-10"))
        pipeline.post([{**event, "venue": "later"} for event in day_of(3, day="2026-10-10")])
        pipeline.post(day_of(3, first=5, z=2, day="2026-10-11"))
        pipeline.until("sent and parked", lambda: len(pipeline.vouchers()) == 2 and pipeline.counter("mapper", "parked") == 4)
        pipeline.set_clock(0)
        pipeline.reload()                        # the mapper asks anew what it needs
        pipeline.until("what came before it goes", lambda: trimmed_are(pipeline, 4))
        for _ in range(20):
            assert not trimmed_are(pipeline, 5)
        assert pipeline.counter("ingest", "events_trimmed") == 4
        set_up(pipeline, {"later": later})
        pipeline.until("booked", lambda: len(pipeline.vouchers()) == 3)
        pipeline.reload()
        pipeline.until("the rest goes", lambda: trimmed_are(pipeline, 12))
        assert pipeline.command("fsck").returncode == 0
