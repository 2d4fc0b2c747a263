"""What is the same receipt, and what is another one under its number: through the real processes (docs/rules.md section 8)."""
import json

from pipeline import Pipeline

FIRST, SECOND = "2026-11-20", "2026-11-21"


def venue(name, company):
    return {"venue": name, "name": f"The {name}", "timezone": "Europe/Oslo", "company": company, "auto_transfer": "true",
            "auto_invoice": "true", "close": "clock", "quiet_seconds": 1,
            "vat": {"normal": {"rate": 25, "code": "3"}, "reduced": {"rate": 15, "code": "31"}, "none": {"rate": 0, "code": "0"}},
            "product_types": {"food": {"account": 3000, "reduced_account": 3001, "product": "MAT", "reduced_product": "MATR"},
                              "beer": {"account": 3010, "product": "OL"}},
            "payment_types": {"cash": {"account": 1900}, "card": {"account": 1570}}}


def sale(place, seq, day, gross, kind="food", paid="card", **more):
    return {"v": 1, "venue": place, "register": "K1", "seq": seq, "kind": "receipt", "time": f"{day}T12:00:0{seq}+01:00",
            "lines": [{"product_type": kind, "vat": 25, "gross": gross, "qty": 1}],
            "payments": [{"type": paid, "amount": gross}], **more}


def documents(pipeline, place):
    status = json.loads(pipeline.command("status", "--json", check=False).stdout)
    return {d["id"]: d for entry in status["venues"] if entry["venue"] == place for d in entry["documents"]}


def until(pipeline, name, condition):
    return pipeline.until(name, lambda: next((d for d in [documents(pipeline, name.split("/", maxsplit=1)[0]).get(name)]
                                              if d and condition(d)), None))


def ledger(pipeline, place, day):
    return {account: amount for (account, _, _), amount in pipeline.books()[place, day]["lines"].items() if amount}


# Goal: a till that was reset overnight makes its second day red; said to count anew, every sale stands in one voucher.
# Where only one of two happened, the other is listed with its amount, and no voucher has it.
def test_a_number_that_comes_again(tmp_path):
    with Pipeline({"reset": venue("reset", "912345678"), "twice": venue("twice", "987654321")}, parent=tmp_path) as pipeline:
        for place in ("reset", "twice"):
            pipeline.post([sale(place, seq, FIRST, 10000 * seq) for seq in (1, 2, 3)])
            until(pipeline, f"{place}/{FIRST}/1", lambda d: d["state"] == "sent")
        pipeline.post([sale("reset", 1, FIRST, 10000, retry=1)])             # the same receipt in other words
        pipeline.post([sale("reset", seq, SECOND, 7000 * seq, "beer", "cash") for seq in (1, 2, 3, 4)])
        pipeline.post([sale("twice", 3, SECOND, 500, "beer", "cash"), sale("twice", 4, SECOND, 200)])
        for place in ("reset", "twice"):
            red = until(pipeline, f"{place}/{SECOND}/1", lambda d: d["state"] == "held")
            assert [p["code"] for p in red["problems"]][0] == "receipt-conflict"
            assert f"{place}/{FIRST}/2" not in documents(pipeline, place)
        told = pipeline.command("status", check=False).stdout
        assert "bilag restarted reset/K1/1" in told and "bilag choose twice/K1/3" in told
        told = pipeline.command("explain", "reset/K1/1").stdout
        assert "100,00" in told and "70,00" in told and FIRST in told and SECOND in told

        told = pipeline.command("restarted", "reset/K1/1", "--yes", "--reason", "the till was reset").stdout
        assert "K1/1 -> K1~2/1" in told and "K1/4 -> K1~2/4" in told and "700,00 kr together" in told
        until(pipeline, f"reset/{SECOND}/1", lambda d: d["state"] == "sent")
        assert ledger(pipeline, "reset", FIRST) == {1570: 60000, 3000: -60000}
        assert ledger(pipeline, "reset", SECOND) == {1900: 70000, 3010: -70000}
        assert "K1~2/4" in pipeline.command("explain", "reset/K1~2/4").stdout

        done = pipeline.command("choose", "twice/K1/3", "second", "--yes", "--reason", "x", check=False)
        assert done.returncode == 1 and f"twice/{FIRST}/1" in done.stderr and "bilag reverse" in done.stderr
        told = pipeline.command("choose", "twice/K1/3", "first", "--yes", "--reason", "a trial of the till").stdout
        assert "300,00" in told and "5,00" in told
        until(pipeline, f"twice/{SECOND}/1", lambda d: d["state"] == "sent")
        assert ledger(pipeline, "twice", SECOND) == {1570: 200, 3000: -200}
        told = pipeline.command("manual", "--venue", "twice", "--from", SECOND, "--to", SECOND).stdout
        assert "not booked" in told and "K1/3" in told and "5,00" in told
        assert pipeline.command("fsck").returncode == 0


def number(done):
    return done.stdout.rsplit("decision ", 1)[1].split(":")[0]


# Goal: what was chosen, and that a till counts anew, is taken back by the decision's number until something is sent with it.
def test_decisions_taken_back(tmp_path):
    manual = {**venue("held", "912345678"), "auto_transfer": "false"}
    with Pipeline({"held": manual}, parent=tmp_path) as pipeline:
        pipeline.post([sale("held", seq, FIRST, 10000 * seq) for seq in (1, 2)])
        pipeline.post([sale("held", seq, SECOND, 500 * seq, "beer", "cash") for seq in (1, 2, 3)])
        until(pipeline, f"held/{SECOND}/1", lambda d: d["state"] == "held")
        chosen = pipeline.command("choose", "held/K1/1", "second", "--yes", "--reason", "the first was a trial")
        until(pipeline, f"held/{FIRST}/1", lambda d: d["lines_total"] == 20000)
        pipeline.command("undo", number(chosen), "--reason", "it was none")
        until(pipeline, f"held/{FIRST}/1", lambda d: d["lines_total"] == 30000)
        done = pipeline.command("undo", number(chosen), "--reason", "again", check=False)
        assert done.returncode == 1 and "was taken back by" in done.stderr
        anew = pipeline.command("restarted", "held/K1/1", "--yes", "--reason", "the till was reset")
        until(pipeline, f"held/{SECOND}/1", lambda d: d["state"] == "waiting" and d["lines_total"] == 3000)
        pipeline.command("undo", number(anew), "--reason", "it was not")
        until(pipeline, f"held/{SECOND}/1", lambda d: d["state"] == "held" and d["lines_total"] == 1500)
        anew = pipeline.command("restarted", "held/K1/1", "--yes", "--reason", "it was")
        until(pipeline, f"held/{SECOND}/1", lambda d: d["state"] == "waiting" and d["lines_total"] == 3000)
        sent = pipeline.command("export", "--venue", "held", "--from", SECOND, "--to", SECOND, "--transfer")
        until(pipeline, f"held/{SECOND}/1", lambda d: d["state"] == "sent")
        done = pipeline.command("undo", number(anew), "--reason", "too late", check=False)
        assert done.returncode == 1 and "bilag reverse" in done.stderr
        transfer = [line.split()[0] for line in pipeline.command("audit").stdout.splitlines() if " transfer " in line][0]
        done = pipeline.command("undo", transfer, "--reason", "no", check=False)
        assert done.returncode == 1 and "bilag reverse" in done.stderr, sent.stdout
        assert pipeline.command("fsck").returncode == 0
