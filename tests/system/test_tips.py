"""bilag tips: by employee and day, to the øre what stands on the tip account in PowerOffice; a second sum made here from
the receipts alone says whose they are."""
import collections
import csv
import io
import json
import random

from pipeline import Pipeline

VENUE = {"venue": "bar", "name": "Bar", "timezone": "Europe/Oslo", "company": "912345678", "auto_transfer": "true",
         "auto_invoice": "true", "close": "clock", "quiet_seconds": "1",
         "vat": {"normal": {"rate": "25", "code": "3"}, "none": {"rate": "0", "code": "0"}},
         "product_types": {"food": {"account": "3000", "product": "MAT"}, "tip": {"account": "2910", "product": "TIPS"},
                           "gift_card": {"account": "2901", "product": "GAVE"}},
         "payment_types": {"cash": {"account": "1900"}, "card": {"account": "1570"}, "gift_card": {"transfer": "false"},
                           "credit": {"transfer": "false"}}}
STAFF = ["Kari", "=1+1", "Ola\x1b[31m", "", "\u202eæøå"]
DAYS = ["2026-11-18", "2026-11-19", "2026-11-20"]


def receipt(seq, day, staff, food, tip, paid):
    lines = [{"product_type": "food", "vat": 25, "gross": food}]
    lines += [{"product_type": "tip", "vat": 0, "gross": tip}] if tip else []
    event = {"v": 1, "venue": "bar", "register": "K1", "seq": seq, "kind": "receipt", "time": f"{day}T18:{seq // 60:02}:{seq % 60:02}+01:00",
             "lines": lines, "payments": [{"type": kind, "amount": amount} for kind, amount in paid], "staff": staff}
    return {**event, "customer": "kunde"} if any(kind == "credit" for kind, _ in paid) else event


def sales(dice):
    """Receipts of three days: tips, some in part on a gift card or on credit, and voids that take tips back."""
    events, owed = [], collections.Counter()
    for seq in range(1, 121):
        day, staff = DAYS[(seq - 1) // 40], dice.choice(STAFF)
        if seq % 17 == 0:
            back = dice.choice([e for e in events if e["kind"] == "receipt" and e["seq"] > seq - 12 and e["time"][:10] == day])
            if not any(e["kind"] == "void" and e["voids"]["seq"] == back["seq"] for e in events):
                events.append({"v": 1, "venue": "bar", "register": "K1", "seq": seq, "kind": "void", "staff": "Sjefen",
                               "time": f"{day}T18:{seq // 60:02}:{seq % 60:02}+01:00", "voids": {"register": "K1", "seq": back["seq"]}})
                owed[day, back["staff"]] -= sum(line["gross"] for line in back["lines"] if line["product_type"] == "tip")
                continue
        food, tip = dice.randrange(100, 90000), dice.choice([0, 0, dice.randrange(1, 9999), 3333])
        total = food + tip
        part = dice.randrange(1, total)
        paid = dice.choice([[("card", total)], [("card", total)], [("cash", total)], [("gift_card", part), ("card", total - part)],
                            [("credit", part), ("card", total - part)], [("credit", total)]])
        events.append(receipt(seq, day, staff, food, tip, paid))
        owed[day, staff] += tip
    return events, owed


def told(pipeline):
    done = pipeline.command("tips", "--venue", "bar", "--from", DAYS[0], "--to", DAYS[-1], "--json", check=False)
    return json.loads(done.stdout), done.returncode


def ledger(pipeline):
    """The tip account in the sandbox's books, by day."""
    return {day: -sum(amount for (account, _, _), amount in entry["lines"].items() if account == 2910)
            for (venue, day), entry in pipeline.books().items()}


# Goal: each employee's tips of each day are what the receipts say, and those of the vouchers are the tip account to the øre.
def test_tips_are_the_account():
    events, owed = sales(random.Random(20261120))
    with Pipeline({"bar": {**VENUE, "auto_transfer": "false"}}) as pipeline:
        pipeline.post(events)
        pipeline.until("the days wait", lambda: {r["state"] for r in told(pipeline)[0]["rows"]} == {"waiting"} and
                       len({r["business_day"] for r in told(pipeline)[0]["rows"]}) == len(DAYS) and
                       pipeline.counter("mapper", "events") == len(events))
        assert told(pipeline)[0]["sent"] == 0
        pipeline.command("export", "--venue", "bar", "--from", DAYS[0], "--to", DAYS[-1], "--transfer", check=False)
        pipeline.until("the days are posted", lambda: len(pipeline.vouchers()) == len(DAYS))
        pipeline.until("and known to be", lambda: all(row["state"] == "sent" for row in told(pipeline)[0]["rows"]))
        report, code = told(pipeline)
        assert code == 0
        booked, both = collections.Counter(), collections.Counter()
        for row in report["rows"]:
            booked[row["business_day"]] += row["booked"]
            both[row["business_day"], row["employee"]] += row["booked"] + row["beside"]
            assert row["account"] == 2910 and row["voucher_no"] > 0
        assert dict(booked) == ledger(pipeline) and sum(booked.values()) == report["sent"] > 0
        assert {key: n for key, n in both.items() if n} == {key: n for key, n in owed.items() if n}
        assert report["beside"] != 0 and report["not_sent"] == 0
        assert sum(e["sent"] + e["beside"] for e in report["employees"]) == sum(owed.values())
        text = pipeline.command("tips", "--venue", "bar", "--from", DAYS[0], "--to", DAYS[-1]).stdout
        assert "Kari" in text and "\x1b" not in text and "\u202e" not in text and "not said by the till" in text
        table = pipeline.command("tips", "--venue", "bar", "--from", DAYS[0], "--to", DAYS[-1], "--csv").stdout.removeprefix("\ufeff")
        rows = list(csv.DictReader(io.StringIO(table), delimiter=";"))
        assert [int(row["booked"].replace(",", "")) for row in rows] == [row["booked"] for row in report["rows"]]
        assert "'=1+1" in {row["employee"] for row in rows}


# Goal: what is in no voucher is told beside it, and what has not been sent is not said to be in PowerOffice.
def test_tips_that_are_not_sent():
    with Pipeline({"bar": {**VENUE, "auto_transfer": "false"}}) as pipeline:
        pipeline.post([receipt(1, DAYS[0], "Kari", 10000, 500, [("card", 10500)]),
                       receipt(2, DAYS[0], "Ola", 10000, 700, [("card", 10700)])])
        pipeline.until("the day waits", lambda: [r["state"] for r in told(pipeline)[0]["rows"]] == ["waiting"] * 2)
        report, code = told(pipeline)
        assert code == 0 and [(e["employee"], e["sent"], e["not_sent"]) for e in report["employees"]] == [("Kari", 0, 500), ("Ola", 0, 700)]
        pipeline.command("leave-out", "bar/K1/2", "--reason", "entered twice", "--yes")
        pipeline.until("it has left", lambda: [(r["employee"], r["booked"], r["beside"]) for r in told(pipeline)[0]["rows"]]
                       == [("Kari", 500, 0), ("Ola", 0, 700)])
        assert pipeline.command("tips", "--venue", "bar", check=False).returncode == 2
        assert "no tips" in pipeline.command("tips", "--venue", "bar", "--from", "2026-01-01", "--to", "2026-01-31").stdout


def rows_of(pipeline):
    return sorted((row["employee"], row["booked"], row["beside"]) for row in told(pipeline)[0]["rows"])


# Goal: a refund or a void that is left out has its tip told with the sign it has: together nothing is owed that was given back.
def test_tips_of_what_is_left_out_with_the_other_sign():
    refund = receipt(3, DAYS[0], "Ola", -10000, -700, [("card", -10700)])
    back = {"v": 1, "venue": "bar", "register": "K1", "seq": 4, "kind": "void", "staff": "Sjefen",
            "time": f"{DAYS[0]}T19:00:00+01:00", "voids": {"register": "K1", "seq": 1}}
    with Pipeline({"bar": {**VENUE, "auto_transfer": "false"}}) as pipeline:
        pipeline.post([receipt(1, DAYS[0], "Kari", 10000, 300, [("card", 10300)]),
                       receipt(2, DAYS[0], "Ola", 10000, 700, [("card", 10700)]), refund, back])
        pipeline.until("all are told", lambda: pipeline.counter("mapper", "events") == 4 and
                       rows_of(pipeline) == [("Kari", 0, 0), ("Ola", 0, 0)])
        pipeline.command("leave-out", "bar/K1/3", "--reason", "entered by hand", "--yes")
        pipeline.until("the refund has left", lambda: ("Ola", 700, -700) in rows_of(pipeline))
        pipeline.command("leave-out", "bar/K1/4", "--reason", "entered by hand", "--yes")
        pipeline.until("the void has left", lambda: rows_of(pipeline) == [("Kari", 300, -300), ("Ola", 700, -700)])


# Goal: a voucher that a person has entered by hand waits for nothing.
def test_tips_of_a_voucher_entered_by_hand():
    with Pipeline({"bar": {**VENUE, "auto_transfer": "false"}}) as pipeline:
        pipeline.post([receipt(1, DAYS[0], "Kari", 10000, 500, [("card", 10500)])])
        pipeline.until("the day waits", lambda: [r["state"] for r in told(pipeline)[0]["rows"]] == ["waiting"])
        pipeline.command("by-hand", f"bar/{DAYS[0]}/1", "--reason", "entered")
        pipeline.until("it is by hand", lambda: [r["state"] for r in told(pipeline)[0]["rows"]] == ["by_hand"])
        report = told(pipeline)[0]
        assert (report["sent"], report["not_sent"], report["beside"]) == (0, 0, 500)
        [kari] = [row.split() for row in pipeline.command("tips", "--venue", "bar", "--from", DAYS[0], "--to", DAYS[0]).stdout.splitlines()
                  if row.startswith(DAYS[0])]
        assert kari[-4:] == ["0,00", "0,00", "5,00", "5,00"]
