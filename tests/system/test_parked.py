"""Sales of venues that are not set up: kept whatever else comes, red with count and money, booked when the venue is there."""
import json
import os

from pipeline import Pipeline, clients_of
from test_cli import DAY, day_of, venue

PARKED = int(os.environ.get("BILAG_PARKED_VENUES", "50"))
GARBAGE = int(os.environ.get("BILAG_PARKED_GARBAGE", "100000"))
TYPO = venue("typo", company="987654321")
GROSS = sum(line["gross"] for event in day_of(3) for line in event.get("lines", ()))


def name(number):
    return f"parked-{number:02}"


def flood(lines):
    """No two alike, and some that look like events of a parked venue."""
    return "".join('{"v":1,"venue":"%s","seq":%d\n' % (name(n % PARKED), n) if n % 3 else f"garbage {n}\n" for n in range(lines))


def set_up(pipeline, venues):
    pipeline.venues.update(venues)
    pipeline.write_config()
    pipeline.reload()


def series(figures, metric):
    return {line.split('"')[1]: int(line.split()[-1]) for line in figures.splitlines() if line.startswith(metric + "{")}


# Goal: garbage between the sales of venues that are not set up pushes out none of them; they are red, with count and
# money, in every form; once set up, each venue's day is booked, to the øre, by itself, and nothing is red of them.
def test_garbage_between_the_sales_of_parked_venues(tmp_path):
    later = {name(n): venue(name(n), company=f"91{n:07}") for n in range(PARKED)}
    with Pipeline({"oslo-grill": venue()}, parent=tmp_path, clients=clients_of({"oslo-grill": venue(), **later})) as pipeline:
        for n in range(PARKED):
            answer = pipeline.post([{**event, "venue": name(n)} for event in day_of(3)])
            assert answer["parked"] == answer["accepted"] == 4
            pipeline.post_bytes(flood(GARBAGE // PARKED).encode())
        pipeline.post(day_of(3))
        pipeline.until("all are parked", lambda: pipeline.counter("mapper", "parked") == 4 * PARKED)
        assert sum("what=refused" in line for line in pipeline.log("ingest-0").splitlines()) < 60
        red = pipeline.command("status", "--json", check=False)
        status = json.loads(red.stdout)
        assert red.returncode == 1 and status["red"] >= PARKED + 1 and 1 <= status["refused"] <= 11000
        assert {row["venue"]: (row["events"], row["receipts"], row["amount"], row["set_up"]) for row in status["parked"]} == \
            {name(n): (4, 3, GROSS, False) for n in range(PARKED)}
        figures = pipeline.command("status", "--prometheus", check=False).stdout
        assert series(figures, "bilag_parked_ore") == {name(n): GROSS for n in range(PARKED)}
        text = pipeline.command("status", check=False).stdout
        assert f"parked  {name(7)}: 3 sales" in text and f"venues/{name(7)}.yaml" in text

        set_up(pipeline, later)
        pipeline.until("every day is booked", lambda: len(pipeline.vouchers()) == PARKED + 1)
        done = pipeline.command("refused", "dismiss", "all", "--reason", "a flood that a test sent")
        green = pipeline.command("status", "--json")
        assert json.loads(green.stdout)["parked"] == [] and json.loads(green.stdout)["red"] == 0, done.stdout


# Goal: sales of a venue that nobody will ever set up are seen to by a person, with a reason: kept, listed, no longer red;
# what comes later is red again, and all of it is booked should the venue be set up after all.
def test_parked_is_dismissed(tmp_path):
    with Pipeline({"oslo-grill": venue()}, parent=tmp_path, clients=clients_of({"oslo-grill": venue(), "typo": TYPO})) \
            as pipeline:
        first, *rest = ({**event, "venue": "typo"} for event in day_of(3))
        pipeline.post([first])
        pipeline.until("parked", lambda: pipeline.counter("mapper", "parked") == 1)
        for wrong in (("--venue", "typo"), ("--reason", "x"), ("--venue", "oslo-grill", "--reason", "x")):
            assert pipeline.command("refused", "dismiss", "parked", *wrong, check=False).returncode == 2
        assert "1 dismissed" in pipeline.command("refused", "dismiss", "parked", "--venue", "typo", "--reason", "a test").stdout
        assert "dismissed; kept" in pipeline.command("refused").stdout and pipeline.command("status").returncode == 0
        assert "a test" in pipeline.command("audit").stdout
        pipeline.post(rest)
        pipeline.until("parked", lambda: pipeline.counter("mapper", "parked") == 4)
        assert pipeline.command("status", check=False).returncode == 1
        set_up(pipeline, {"typo": TYPO})
        pipeline.until("booked", pipeline.vouchers)
        assert pipeline.command("status").returncode == 0 and DAY in json.dumps(pipeline.vouchers())
