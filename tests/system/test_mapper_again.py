"""The mapper's store may be lost, and its venues left out for a while: what was sent is sent once, what is late still
goes, and nothing waits for ever."""
import pathlib
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from pipeline import Pipeline    # noqa: E402


def venue(name, **more):
    return {
        "venue": name, "name": name, "company": "912345678" if name == "grill" else "987654321", "extension": "quickorder",
        "client_key": {"file": f"keys/{name}"}, "auto_transfer": "true", "auto_invoice": "false", "close": "clock",
        "quiet_seconds": "1",
        "vat": {"normal": {"rate": "25", "code": "3"}, "reduced": {"rate": "15", "code": "31"},
                "none": {"rate": "0", "code": "0"}},
        "product_types": {"food": {"account": "3000", "reduced_account": "3001"}, **more},
        "payment_types": {"card": {"account": "1570"}},
    }


def sale(name, seq, day, amount, product="food"):
    return {"v": 1, "venue": name, "register": "K1", "seq": seq, "kind": "receipt", "time": f"{day}T12:00:00+01:00",
            "lines": [{"product_type": product, "vat": 25, "gross": amount}],
            "payments": [{"type": "card", "amount": amount}]}


def takings(pipeline):
    """What stands in the books, voucher by voucher: the larger half of each."""
    return sorted(sum(line["amount"] for line in v["lines"] if line["amount"] > 0) for v in pipeline.vouchers())


def until_takings(pipeline, amounts):
    pipeline.until(f"the books say {amounts}", lambda: takings(pipeline) == sorted(amounts))


def test_a_mapper_that_lost_its_store_sends_nothing_twice():
    with Pipeline({"grill": venue("grill")}) as pipeline:
        pipeline.post([sale("grill", seq, "2026-11-02", 100) for seq in range(1, 11)])
        until_takings(pipeline, [1000])
        pipeline.post([sale("grill", 11, "2026-11-02", 7)])
        until_takings(pipeline, [1000, 7])
        pipeline.post([sale("grill", 12, "2026-11-03", 50, "beer")])             # held: beer has no account
        pipeline.until("the day is held", lambda: pipeline.status("uploader")["documents"].get("held") == 1)
        for seq in 13, 14:                                                       # the revisions rise meanwhile
            drafts = pipeline.counter("mapper", "drafts")
            pipeline.post([sale("grill", seq, "2026-11-03", 38 + seq, "beer")])
            pipeline.until("it is built again", lambda: pipeline.counter("mapper", "drafts") > drafts)
        pipeline.stop("mapper")
        shutil.rmtree(pipeline.state / "mapper")
        pipeline.restart("mapper")
        pipeline.post([sale("grill", 15, "2026-11-02", 3)])
        until_takings(pipeline, [1000, 7, 3])
        pipeline.write_venue(venue("grill", beer={"account": "3000"}))
        pipeline.reload()
        until_takings(pipeline, [1000, 7, 3, 153])
        pipeline.until("nothing is due", lambda: pipeline.counter("mapper", "days_due") == 0)
        assert len({v["reference"] for v in pipeline.vouchers()}) == 4


# What people decided is in the audit trail, which outlives a lost store: nobody decides it again.
def test_a_mapper_that_lost_its_store_knows_what_was_accepted():
    with Pipeline({"grill": venue("grill")}) as pipeline:
        pipeline.post([sale("grill", seq, "2026-11-02", 100) for seq in (1, 2, 4)])      # 3 is missing
        pipeline.until("the day is held", lambda: pipeline.status("uploader")["documents"].get("held") == 1)
        pipeline.command("accept", "grill/2026-11-02/1", "sequence-gap", "--reason", "the till skipped it")
        until_takings(pipeline, [300])
        for stage in ("mapper", "uploader"):
            pipeline.stop(stage)
            shutil.rmtree(pipeline.state / stage)
        for stage in ("mapper", "uploader"):
            pipeline.restart(stage)
        pipeline.until("it stands as sent", lambda: pipeline.status("uploader")["documents"].get("sent") == 1)
        assert takings(pipeline) == [300]


def test_a_venue_that_was_left_out_comes_back_with_what_came_meanwhile():
    venues = {"grill": venue("grill"), "later": venue("later")}
    with Pipeline(venues) as pipeline:
        pipeline.post([sale("later", 1, "2026-11-02", 100)])
        until_takings(pipeline, [100])
        pipeline.stop("mapper")
        path = pipeline.config / "venues" / "later.yaml"
        path.write_text("venue: later\nnonsense")
        pipeline.restart("mapper")
        pipeline.post([sale("later", seq, "2026-11-03", 10) for seq in range(2, 4002)] + [sale("grill", 1, "2026-11-02", 7)])
        until_takings(pipeline, [100, 7])
        pipeline.until("they are put aside", lambda: pipeline.counter("mapper", "parked") == 4000)
        pipeline.write_venue(venues["later"])
        pipeline.reload()
        until_takings(pipeline, [100, 7, 40000])
        pipeline.post([sale("later", 4002, "2026-11-03", 1)])
        until_takings(pipeline, [100, 7, 40000, 1])


def test_an_older_log_is_named_and_closes_no_day():
    with Pipeline({"grill": venue("grill")}) as pipeline:
        pipeline.post([sale("grill", 1, "2026-11-02", 100)])
        until_takings(pipeline, [100])
        pipeline.stop("ingest")
        older = pipeline.folder / "older"
        shutil.copytree(pipeline.state / "ingest", older)
        pipeline.restart("ingest")
        pipeline.post([sale("grill", seq, "2026-11-02", 10) for seq in (2, 3, 4)])
        until_takings(pipeline, [100, 30])
        pipeline.stop("ingest")
        shutil.rmtree(pipeline.state / "ingest")
        shutil.copytree(older, pipeline.state / "ingest")
        pipeline.restart("ingest")
        pipeline.until("the older log is noticed", lambda: pipeline.counter("mapper", "log_older") == 1)
        assert "an older copy was put back" in pipeline.log("mapper-0")
        pipeline.post([sale("grill", 5, "2026-11-03", 10)])      # under a number that was another receipt's
        pipeline.until("it waits", lambda: pipeline.counter("mapper", "log_older") == 1)
        assert takings(pipeline) == [30, 100]
