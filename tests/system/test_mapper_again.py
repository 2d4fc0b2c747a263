"""The mapper's store may be lost, and its venues left out for a while: what was sent is sent once, what is late still
goes, and nothing waits for ever."""
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

import orders_rig                # noqa: E402
from pipeline import STAGES, Pipeline    # noqa: E402


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


def state(pipeline, name):
    """What status says of a document."""
    seen = json.loads(pipeline.command("status", "--json", check=False).stdout)
    return next((doc for v in seen["venues"] for doc in v["documents"] if doc["id"] == name), {"state": None})


def until_sent(pipeline, name):
    pipeline.until(f"{name} is sent", lambda: state(pipeline, name)["state"] == "sent")


def test_a_decision_that_waits_for_one_venue_holds_no_other():
    """Its invoicer is down: its days stay open, and status says why; the other venue's go on, with its own decisions, also
    after a restart. When it is there again all is judged, in order."""
    venues = {"grill": {**orders_rig.venue("grill"), "extension": "quickorder", "client_key": {"file": "keys/grill"}},
              "later": venue("later")}
    why = ("--yes", "--reason", "a trial")
    with Pipeline(venues, settings={"partitions": 1}, customers=[(10001, "Firma")]) as pipeline:
        pipeline.stop("invoicer")
        pipeline.post([orders_rig.sale("grill", 1, "kunde", day="2026-11-02")] +
                      [{**sale("grill", seq, "2026-11-02", 100), "order": str(seq)} for seq in (3, 4)])
        pipeline.until("its order waits", lambda: state(pipeline, "grill/order/K1/1")["state"] == "open")
        pipeline.until("it is held", lambda: state(pipeline, "grill/2026-11-02/1")["state"] == "held")
        pipeline.command("leave-out", "grill/K1/3", *why[1:])
        pipeline.command("leave-out", "grill/K1/4", *why[1:])
        pipeline.until("it waits", lambda: pipeline.counter("mapper", "decisions_waiting") == 1)
        pipeline.post([sale("later", seq, "2026-11-02", 10) for seq in (1, 2)])
        until_sent(pipeline, "later/2026-11-02/1")
        pipeline.command("leave-out", "later/K1/2", *why[1:])
        until_sent(pipeline, "later/2026-11-02/2")
        told = pipeline.command("status", "--venue", "grill", check=False).stdout
        assert "a decision waits until uploader and invoicer have answered" in told, told
        assert state(pipeline, "grill/order/K1/1")["decision_waits"]
        pipeline.kill("mapper")
        pipeline.until("it waits again", lambda: pipeline.counter("mapper", "decisions_waiting") == 1)
        pipeline.post([sale("later", 3, "2026-11-03", 30)])
        until_sent(pipeline, "later/2026-11-03/1")
        assert pipeline.counter("mapper", "decisions_waiting") == 1
        pipeline.restart("invoicer")
        pipeline.until("nothing waits", lambda: pipeline.counter("mapper", "decisions_waiting") == 0)
        pipeline.until("both are left out", lambda: [name in pipeline.command("manual", "--venue", "grill", check=False).stdout
                                                     for name in ("K1/3", "K1/4")] == [True, True])
        assert takings(pipeline) == [10, 20, 30]


def test_what_is_decided_while_a_venue_is_left_out_waits_for_it():
    """Its file is mistyped as the decision comes to a mapper that has just been started: it is not lost."""
    venues = {"grill": venue("grill"), "later": venue("later")}
    again = {**sale("later", 1, "2026-11-02", 55), "time": "2026-11-03T12:00:00+01:00"}
    with Pipeline(venues, settings={"partitions": 1}) as pipeline:
        pipeline.post([sale("later", 1, "2026-11-02", 100)])
        until_takings(pipeline, [100])
        pipeline.post([again])
        pipeline.until("the other content is red", lambda: state(pipeline, "later/2026-11-03/1")["state"] == "held")
        pipeline.stop("mapper")
        pipeline.command("restarted", "later/K1/1", "--yes", "--reason", "the till was reset")
        path = pipeline.config / "venues" / "later.yaml"
        path.write_text("venue: later\nnonsense")
        pipeline.restart("mapper")
        pipeline.post([sale("grill", 1, "2026-11-02", 7), sale("grill", 2, "2026-11-02", 3)])
        until_takings(pipeline, [100, 10])
        pipeline.command("leave-out", "grill/K1/2", "--reason", "a trial")
        until_takings(pipeline, [100, 10, 3])
        pipeline.write_venue(venues["later"])
        pipeline.reload()
        until_takings(pipeline, [100, 10, 3, 55])


def test_a_mapper_that_lost_its_store_puts_receipts_on_the_days_that_they_had():
    """business_day_start was changed since, with no date: what came before stays where it was, and is not booked twice."""
    def night(seq, day, amount):
        return {**sale("grill", seq, day, amount), "time": f"{day}T05:30:00+01:00"}

    with Pipeline({"grill": venue("grill")}) as pipeline:
        pipeline.post([sale("grill", 1, "2026-11-01", 100), night(2, "2026-11-02", 10), sale("grill", 3, "2026-11-02", 200)])
        until_takings(pipeline, [100, 210])
        pipeline.write_venue({**venue("grill"), "business_day_start": "06:00"})
        pipeline.reload()
        pipeline.post([night(4, "2026-11-03", 7)])               # by the new rule of the day before
        until_takings(pipeline, [100, 210, 7])
        assert " business-days grill 3 Europe/Oslo;18000;" in pipeline.command("audit").stdout
        pipeline.stop("mapper")
        shutil.rmtree(pipeline.state / "mapper")
        pipeline.restart("mapper")
        pipeline.post([sale("grill", 5, "2026-11-02", 5)])
        until_takings(pipeline, [100, 210, 7, 5])
        pipeline.until("nothing is due", lambda: pipeline.counter("mapper", "days_due") == 0)
        assert takings(pipeline) == [5, 7, 100, 210]
        assert pipeline.command("fsck").returncode == 0


def damage(pipeline, name, day):
    tool = pathlib.Path(os.environ.get("BILAG_TOOLS") or HERE.parents[1] / "build/gcc/tests/chaos") / "tool_stores"
    pipeline.stop("mapper")
    subprocess.run([tool, pipeline.state], input=f"damage\t{name}\t{day}\n", text=True, check=True)
    pipeline.restart("mapper")


def test_one_damaged_day_is_named_and_holds_no_other():
    """Its record cannot be read: it is red with its name, what is decided about its venue waits, and all else goes on."""
    venues = {"grill": venue("grill"), "later": venue("later")}
    with Pipeline(venues, settings={"partitions": 1}) as pipeline:
        pipeline.post([sale("grill", 1, "2026-11-02", 50, "beer")])              # held: beer has no account
        pipeline.until("it is held", lambda: state(pipeline, "grill/2026-11-02/1")["state"] == "held")
        damage(pipeline, "grill", "2026-11-02")
        pipeline.until("it is known", lambda: (pipeline.status("mapper") or {}).get("damaged_days") == 1)
        pid = pipeline.status("mapper")["pid"]
        pipeline.command("leave-out", "grill/K1/1", "--reason", "a trial", check=False)
        pipeline.command("by-hand", "grill/2026-11-02/1", "--reason", "entered", check=False)
        pipeline.post([sale("later", 1, "2026-11-02", 10), sale("later", 2, "2026-11-02", 20)])
        until_takings(pipeline, [30])
        pipeline.command("leave-out", "later/K1/2", "--reason", "a trial")
        until_takings(pipeline, [30, 20])
        told = pipeline.command("status", check=False)
        assert told.returncode == 1 and "cannot read 1 of its days, grill/2026-11-02 among them" in " ".join(told.stdout.split())
        assert pipeline.status("mapper")["pid"] == pid and pipeline.status("mapper")["damaged_days"] == 1


def void(name, seq, day, target):
    return {"v": 1, "venue": name, "register": "K1", "seq": seq, "kind": "void", "time": f"{day}T13:00:00+01:00",
            "voids": {"register": "K1", "seq": target}}


def test_what_comes_for_a_damaged_day_is_kept_and_the_advice_of_fsck_is_right():
    """The day was sent, and nothing was due of it: its damage is met by what comes for it. That waits, red, with its money;
    the mapper goes on with the venue's other days and with all other venues; what fsck says brings everything into the books."""
    with Pipeline({"grill": venue("grill"), "later": venue("later")}, settings={"partitions": 1}) as pipeline:
        pipeline.post([sale("grill", 1, "2026-11-02", 100), sale("later", 1, "2026-11-02", 10)])
        until_takings(pipeline, [100, 10])
        damage(pipeline, "grill", "2026-11-02")
        pid = pipeline.until("it is up", lambda: pipeline.status("mapper"))["pid"]
        pipeline.post([sale("grill", 2, "2026-11-03", 30), sale("grill", 3, "2026-11-02", 7), void("grill", 4, "2026-11-02", 2),
                       sale("later", 2, "2026-11-03", 40)])
        until_takings(pipeline, [100, 10, 30, 40])                               # all but what the damaged day needs
        told = pipeline.until("the day is named", lambda: (shown := pipeline.command("status", check=False)) and
                              "grill/2026-11-02 among them" in " ".join(shown.stdout.split()) and shown)
        assert told.returncode == 1 and "grill: 1 sale, 0,07" in told.stdout and "bilag fsck says which" in told.stdout
        told = json.loads(pipeline.command("status", "--json", check=False).stdout)
        assert [(row["venue"], row["set_up"], row["events"], row["amount"]) for row in told["parked"]] == [("grill", True, 2, 7)]
        refused = pipeline.command("refused", "dismiss", "parked", "--venue", "grill", "--reason", "x", check=False)
        assert refused.returncode == 2 and "is set up" in refused.stderr
        assert pipeline.status("mapper")["pid"] == pid and "events wait: a record that they need is damaged" in pipeline.log("mapper-0")
        pipeline.restart("mapper")                                               # nothing of it is lost, nothing of it is booked
        pipeline.until("it is looked at again", lambda: (pipeline.status("mapper") or {}).get("damaged_days") == 1)
        assert len(json.loads(pipeline.command("status", "--json", check=False).stdout)["parked"]) == 1
        advice = " ".join(pipeline.command("fsck", check=False).stdout.split())
        assert "Stop all stages and move this folder away: the mapper builds it again from the event log" in advice
        for stage in STAGES:
            pipeline.stop(stage)
        (pipeline.state / "mapper").rename(pipeline.state / "mapper-damaged")
        for stage in STAGES:
            pipeline.restart(stage)
        until_takings(pipeline, [100, 10, 30, 40, 23])                           # part 2: the sale of 7 less the void of 30
        pipeline.until("nothing is red", lambda: pipeline.command("status", check=False).returncode == 0)
        assert pipeline.command("fsck").returncode == 0


def open_days(pipeline):
    """The documents that status says are open too long, and its exit code."""
    done = pipeline.command("status", "--json", check=False)
    return [doc["id"] for row in json.loads(done.stdout)["venues"] for doc in row["documents"]
            if "day-open" in [problem["code"] for problem in doc["problems"]]], done.returncode


# Goal: a day that should be closed, and is not because its process is away, is red an hour later, in status and in fsck, with what is
# missing; it ends by itself. Before that hour nothing is said.
def test_a_day_that_nobody_closes():
    with Pipeline({"grill": venue("grill")}, settings={"language": "nb"}) as pipeline:
        end = int(datetime.datetime.fromisoformat("2026-11-03T05:00:00+01:00").timestamp())
        pipeline.set_clock(end - 6 * 3600 - int(time.time()))
        pipeline.post([sale("grill", 1, "2026-11-02", 100)])
        pipeline.until("it is open", lambda: pipeline.status("uploader")["documents"].get("open") == 1)
        pipeline.stop("mapper")
        pipeline.post([sale("grill", 2, "2026-11-02", 70)])
        pipeline.set_clock(end + 600 - int(time.time()))
        assert open_days(pipeline)[0] == []
        assert pipeline.command("fsck", check=False).returncode == 0
        pipeline.set_clock(end + 2 * 3600 - int(time.time()))
        assert open_days(pipeline) == (["grill/2026-11-02/1"], 1)
        done = pipeline.command("fsck", check=False)
        assert done.returncode == 1 and "1 hendelser igjen å lese" in done.stdout and "rødt  grill/2026-11-02/1" in done.stdout, done.stdout
        pipeline.restart("mapper")
        until_takings(pipeline, [170])
        pipeline.until("nothing is said of it", lambda: open_days(pipeline) == ([], 0))
        assert pipeline.command("fsck").returncode == 0
