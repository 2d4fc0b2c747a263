"""Goal: whatever is killed, stopped, turned or broken, PowerOffice ends with every settlement and every order once.

A few seeds of tests/chaos; `make chaos SEEDS=n` runs as many as wanted. Below them, what the chaos has found, each
as the shortest way that shows it.
"""
import datetime
import itertools
import json
import pathlib
import random
import signal
import subprocess
import sys
import threading
import time

import pytest

import pipeline

CHAOS = pathlib.Path(__file__).resolve().parents[1] / "chaos"
sys.path.insert(0, str(CHAOS))
import chaos                                                                                   # noqa: E402
from judge import Judge                                                                        # noqa: E402
from world import CUSTOMERS, World, turn_credit, venue_settings                                # noqa: E402

DAY = "2026-11-16"


@pytest.mark.slow
def test_seeds():
    done = subprocess.run([sys.executable, CHAOS / "chaos.py", "--seeds", "3", "--jobs", "2"], capture_output=True,
                          text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    print(done.stdout)


def test_judge_of_reversals():
    """What was taken back must be so once, whole, and because a person decided so."""
    judge = Judge(World(1))
    doc = f"{next(iter(judge.world.venues))}/{DAY}/1"
    judge.decided_to_reverse(doc)
    reference = next(iter(judge.may_reverse))

    def voucher(number, amount, **more):
        return {"id": number, "reference": reference, "reversed": False, "reverses": None,
                "lines": [{"account": 3000, "vat_code": "3", "department": "", "amount": amount}], **more}
    first, back, anew = voucher("1", 5, reversed=True), voucher("2", -5, reverses="1"), voucher("3", 6)
    rows = [("taken back and sent anew", [first, back, anew], ""),
            ("said to be, but is not", [first, anew], "reversed 0 times"),
            ("twice", [first, back, {**back, "id": "4"}, anew], "reversed 2 times"),
            ("not all of it", [first, {**back, "lines": anew["lines"]}, anew], "leave"),
            ("not said", [voucher("1", 5), back, anew], "reversed 1 times"),
            ("of nothing", [{**back, "reverses": "9"}, anew], "of nothing"),
            ("more often than decided", [first, back, {**first, "id": "5"}, {**back, "id": "6", "reverses": "5"}, anew],
             "decided 1 times"),
            ("another than decided", [{**first, "reference": "other"}, back, anew], "decided 0 times")]
    for why, vouchers, says in rows:
        found = judge.reversals(vouchers)
        assert says in "".join(found) and bool(found) == bool(says), (why, found)


# -- what it found --

def credit_venue():
    settings, _ = venue_settings("v", "912345678", "k", "10", random.Random(1))
    settings.update(close="z_report", quiet_seconds="0")
    turn_credit(settings, "orders")
    return settings


def receipt(seq, kind="credit", gross=12500):
    return {"v": 1, "venue": "v", "register": "K1", "seq": seq, "kind": "receipt", "time": f"{DAY}T12:00:00+01:00",
            "customer": "kunde-1", "lines": [{"product_type": "food", "vat": 25, "gross": gross, "qty": 1, "text": "x"}],
            "payments": [{"type": kind, "amount": gross}]}


def void(seq, of):
    return {"v": 1, "venue": "v", "register": "K1", "seq": seq, "kind": "void", "time": f"{DAY}T12:10:00+01:00",
            "voids": {"register": "K1", "seq": of}}


def z_report(seq, **paid):
    return {"v": 1, "venue": "v", "register": "K1", "seq": seq, "kind": "z_report", "time": f"{DAY}T23:00:00+01:00",
            "z": {"number": 1, "business_day": DAY, "first_seq": 1, "last_seq": seq - 1, "payments": paid,
                  "sales_by_vat": {"25": sum(paid.values())}}}


def at_three_in_the_afternoon(venues):
    """A pipeline whose clock stands in the middle of the day, so that it closes by its Z report alone."""
    pipe = pipeline.Pipeline(venues, settings=chaos.SETTINGS, customers=CUSTOMERS)
    pipe.set_clock(int(datetime.datetime.fromisoformat(f"{DAY}T15:00:00+01:00").timestamp() - time.time()))
    return pipe


def started(pipe):
    tool = chaos.Tool(pipe.state)
    tool.send("connect", "912345678", "kunde-1", CUSTOMERS[0][0])
    return tool


def order_seen(pipe):
    return (pipe.status("invoicer") or {}).get("documents", {}).get("open") or \
        (pipe.status("invoicer") or {}).get("documents", {}).get("held")


def at_rest(pipe):
    """Nothing due, nothing behind."""
    return pipe.until("nothing is due", lambda: (pipe.status("mapper") or {}).get("counters", {}).get("days_due") == 0)


def test_order_that_is_voided_before_it_was_sent_leaves_nothing_due():
    with at_three_in_the_afternoon({"v": credit_venue()}) as pipe:
        tool = started(pipe)
        pipe.post([receipt(1), receipt(2, "card", 5000)])
        pipe.until("the invoicer knows the order", lambda: order_seen(pipe))
        pipe.post([void(3, of=1), z_report(4, card=5000)])
        pipe.until("the voucher is sent", pipe.vouchers)
        at_rest(pipe)
        assert pipe.orders() == []
        assert {row[1] for row in tool.docs("invoicer")} <= {"open"}
        tool.close()


def test_order_that_was_withdrawn_and_is_one_again_is_sent():
    with at_three_in_the_afternoon({"v": credit_venue()}) as pipe:
        tool = started(pipe)
        pipe.post([receipt(1), receipt(2, "card", 5000)])
        pipe.until("the invoicer knows the order", lambda: order_seen(pipe))
        for fate in ("voucher", "orders"):
            seals = pipe.counter("mapper", "seals")
            turn_credit(pipe.venues["v"], fate)
            pipe.write_venue(pipe.venues["v"])
            pipe.reload()
            if fate == "voucher":
                pipe.until("the withdrawal is answered", lambda seals=seals: pipe.counter("mapper", "seals") > seals)
        pipe.post([z_report(3, card=5000, credit=12500)])
        orders = pipe.until("the order is sent", pipe.orders)
        at_rest(pipe)
        assert [order["total"] for order in orders] == [12500]
        assert json.dumps(pipe.vouchers()).count('"account": 1571') == 0
        tool.close()


def test_ingest_ends_well_whatever_is_being_sent_to_it():
    """A request that came complete in the very last turn could not be answered, and ended the process with SIGABRT."""
    with pipeline.Pipeline({"v": credit_venue()}, stages={"mapper": 0, "validator": 0, "uploader": 0, "invoicer": 0},
                           settings=chaos.SETTINGS, run_sandbox=False) as pipe:
        numbers, over = itertools.count(1), threading.Event()

        def till():
            while not over.is_set():
                pipe.post([receipt(next(numbers))], patience_s=30)
        tills = [threading.Thread(target=till, daemon=True) for _ in range(12)]
        for one in tills:
            one.start()
        entry = pipe.of("ingest")
        for _ in range(40):
            starts = entry.starts
            pipe.kill("ingest", sig=signal.SIGTERM)
            pipe.until("it is started again", lambda starts=starts: entry.starts > starts and entry.ready())
        over.set()
        for one in tills:
            one.join(30)
        assert set(entry.exits) == {0}, entry.exits
