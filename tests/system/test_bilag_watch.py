"""bilag-watch: each recipient is told once when something begins and once when it ends, whatever crashes, whatever is down."""
import re

from pipeline import Pipeline
from test_cli import receipt, venue
from watch_rig import PASSWORD, SECRET, mail_server, set_time, settings

DAY = "2026-11-20"


def two_venues():
    """Of two companies: anna's, and bo's. Bo is closed on Sundays."""
    return {"grill": {**venue("grill", company="911111111", begins=DAY, close="clock"), "name": "Grill Æ"},
            "bar": {**venue("bar", company="922222222", begins=DAY, close="clock", closed=["sunday"]), "name": "Bar"}}


RECIPIENTS = {"anna": {"mail": "anna@example.no", "language": "nb", "companies": ["911111111"]},
              "bo": {"mail": "bo@example.no", "companies": ["922222222"]},
              "drift": {"mail": "drift@example.no"}}


def watched(watch, **more):
    """The pipeline with the watch beside it, at eleven o'clock of the day after DAY."""
    pipeline = Pipeline(two_venues(), settings={"watch": watch}, **more)
    set_time(pipeline, "2026-11-21T09:00:00+01:00")
    pipeline.write_key("smtp", PASSWORD)
    pipeline.write_key("hook", SECRET)
    return pipeline


def begin(pipeline, env=None):
    pipeline.add("watch", 0, env)
    pipeline.until("the watch is ready", pipeline.of("watch", 0).ready)


def looks(pipeline, count=2):
    """Waits until it has looked so often from the beginning."""
    so_far = pipeline.counter("watch", "looks")
    pipeline.until("it has looked", lambda: pipeline.counter("watch", "looks") >= so_far + count)


def sold(pipeline, name, day=DAY, seq=1, kind="food"):
    pipeline.post([receipt(seq, name=name, day=day, kind=kind)])


# Goal: a missing day and a red document are told once to whom they concern, in their language, and once when they are over; nobody
# is told of another company. Closed days are not missed.
def test_a_day_is_missing_and_a_document_is_red():
    with mail_server() as mail, watched(settings(RECIPIENTS, mail.url)) as pipeline:
        inbox = mail.inbox
        sold(pipeline, "bar")
        pipeline.until("bar's day is sent", lambda: [v for v in pipeline.vouchers()])
        begin(pipeline)
        looks(pipeline)
        assert not inbox.letters                                             # nine o'clock
        set_time(pipeline, "2026-11-21T10:01:00+01:00")
        pipeline.until("all have mail", lambda: len(inbox.letters) == 2)
        assert "Manglende dag: Grill Æ, 2026-11-20" in inbox.text("anna") and "Missing day: Grill Æ" in inbox.text("drift")
        assert not inbox.text("bo")
        letter = next(one for one in inbox.letters if "anna" in one.envelope[1][0])
        assert letter["Subject"] == "[Bilag] Manglende dag: grill 2026-11-20" and letter["To"] == "anna@example.no"
        assert letter.envelope == ("bilag@example.no", ["anna@example.no"]) and letter["Date"].datetime.year == 2026
        sold(pipeline, "grill", kind="unknown")                              # nobody has mapped it
        pipeline.until("it is over, and red", lambda: "Rødt dokument: Grill Æ" in inbox.text("anna"))
        pipeline.until("over", lambda: re.search(r"OVER\s+\* Manglende dag", inbox.text("anna")))
        text = pipeline.venues["grill"]
        pipeline.write_venue({**text, "product_types": {**text["product_types"], "unknown": text["product_types"]["food"]}})
        pipeline.reload()
        pipeline.until("mended", lambda: re.search(r"OVER\s+\* Rødt dokument", inbox.text("anna")))
        looks(pipeline)
        for who in ("anna", "drift"):
            assert len(re.findall(r"\* (?:Rødt dokument|Red document)", inbox.text(who))) == 2, inbox.text(who)
        assert not inbox.text("bo")
        set_time(pipeline, "2026-11-22T10:01:00+01:00")                      # Saturday is missing for both
        pipeline.until("bo is told", lambda: "Missing day: Bar, 2026-11-21" in inbox.text("bo"))
        set_time(pipeline, "2026-11-23T10:01:00+01:00")                      # bar is closed on Sundays
        pipeline.until("anna is told of Sunday", lambda: "Manglende dag: Grill Æ, 2026-11-22" in inbox.text("anna"))
        looks(pipeline)
        assert "2026-11-22" not in inbox.text("bo").split("(2026", 1)[0]
        assert len([m for m in inbox.letters if m["Message-ID"]]) == len({m["Message-ID"] for m in inbox.letters})
