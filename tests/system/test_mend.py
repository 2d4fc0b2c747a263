"""Goal: what PowerOffice's own data forbids is held before anything is sent, with its code; and when it is mended in
PowerOffice the voucher goes, at once when a person looks, within the hour by itself. And reading it costs few requests."""
import collections
import datetime
import hashlib
import json
import pathlib
import re
import signal
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from orders_rig import in_powers_books, patience_s, sale, start    # noqa: E402
from orders_rig import venue as credit_venue    # noqa: E402
from pipeline import Pipeline, client_key    # noqa: E402

DAY = "2026-11-20"
FEW = ["CommonServices", "GeneralLedgerAccount", "Department", "AccountTransaction"]

# name: (what is wrong in PowerOffice, the problem, what mends it)
FAULTS = {
    "inactive": ({"accounts_changed": [{"no": 3000, "active": False}]}, "account-inactive",
                 {"accounts_changed": [{"no": 3000, "active": True}]}),
    "locked": ({"accounts_changed": [{"no": 3000, "vat_code": "5", "vat_locked": True}]}, "account-vat-locked",
               {"accounts_changed": [{"no": 3000, "vat_code": "3", "vat_locked": True}]}),
    "department": ({"departments": [{"code": "10", "active": False}]}, "department-unknown",
                   {"departments": [{"code": "10", "active": True}]}),
    "period": ({"lock_date": "2026-11-20"}, "period-locked", {"lock_date": "2026-11-19"}),
    "moved": ({"lock_date": "2026-11-20"}, "period-locked", {}),         # stays locked: posted on another day
    # a list that the key may not read, and need not, keeps no other from being read again
    "narrow": ({"privileges": ["CommonServices", "GeneralLedgerAccount", "AccountTransaction", "CashVoucher_Full"],
                "accounts_changed": [{"no": 3000, "active": False}]}, "account-inactive",
               {"accounts_changed": [{"no": 3000, "active": True}]}),
    "right": ({"privileges": FEW}, "privilege-missing", {"privileges": FEW + ["CashVoucher_Full"]}),
    "well": ({}, None, {}),
}


def venue(name, number):
    return {
        "venue": name, "name": name, "company": str(912345600 + number), "extension": "quickorder",
        "client_key": {"file": f"keys/{name}"}, "department": "10", "auto_transfer": "true", "close": "clock",
        "quiet_seconds": "1", "vat": {"normal": {"rate": "25", "code": "3"}, "reduced": {"rate": "15", "code": "31"},
                                      "none": {"rate": "0", "code": "0"}},
        "product_types": {"food": {"account": "3000", "reduced_account": "3001"}}, "payment_types": {"card": {"account": "1570"}},
    }


def held(pipeline, name):
    status = json.loads(pipeline.command("status", "--venue", name, "--json", check=False).stdout)
    codes = {p["code"] for v in status["venues"] for d in v["documents"] for p in d["problems"]
             if d["state"] == "held"}
    return codes - {"reference-data"}


def post_on_another_day(pipeline, name):
    accept = ("accept", name, "--reason", "the period is closed", "--post-on")
    for day, words in (("2026-11-20", "locked as well"), ("2099-01-01", "still to come")):
        done = pipeline.command(*accept, day, check=False)
        assert done.returncode == 1 and words in done.stderr
    pipeline.command(*accept, "2026-11-21")
    pipeline.until("the posting date is shown", lambda: "posted on 2026-11-21" in pipeline.command(
        "status", "--venue", "moved", check=False).stdout)


def test_mended_in_poweroffice_goes_when_somebody_looks():
    venues = {name: venue(name, i) for i, name in enumerate(FAULTS)}
    del venues["narrow"]["department"]
    clients = [{"client_key": client_key(name), "name": name, "org_no": venues[name]["company"],
                "departments": [{"code": "10", "name": "Bar"}], **fault} for name, (fault, _, _) in FAULTS.items()]
    with Pipeline(venues, clients=clients, stages={"invoicer": 0}) as pipeline:
        pipeline.post([{"v": 1, "venue": name, "register": "K1", "seq": 1, "kind": "receipt",
                        "time": f"{DAY}T18:00:00+01:00", "payments": [{"type": "card", "amount": 12500}],
                        "lines": [{"product_type": "food", "vat": 25, "gross": 12500}]} for name in FAULTS])
        pipeline.until("the one that is well is posted", lambda: len(pipeline.vouchers()) == 1)
        for name, (_, problem, _) in FAULTS.items():
            if problem:
                pipeline.until(f"{name} is held", lambda name=name, problem=problem: held(pipeline, name) == {problem})
        assert len(pipeline.vouchers()) == 1
        for number, (name, (_, problem, mend)) in enumerate(FAULTS.items()):
            if not problem:
                continue
            pipeline.sandbox("clients", {"client_key": client_key(name), **mend})
            mended = time.monotonic()
            if name == "moved":
                post_on_another_day(pipeline, f"moved/{DAY}/1")
            else:
                pipeline.command("check", "--online", "--venue", name, check=False)
            pipeline.until(f"{name} is posted", lambda number=number: len(pipeline.vouchers()) == number + 2, 20)
            took = time.monotonic() - mended
            print(f"{name}: {took:.2f} s after the mend")
            assert took < patience_s(), f"{name} was on its way only after {took:.2f} s"
        # Nothing was sent to be refused; a token from before the right was given is answered 403 and renewed.
        assert set(pipeline.stats()["requests"]["by_status"]) <= {"200", "201", "204", "403"}


# Goal: a key that was refused and is accepted again serves every process as soon as one of them has found that out.
def test_key_that_is_accepted_again_is_tried_by_all():
    with start([credit_venue("oslo")], [{"no": 10001, "name": "Hansen AS"}]) as pipeline:
        pipeline.command("customers", "--venue", "oslo", "connect", "kunde-77", "10001")
        in_powers_books(pipeline, revoked=True)
        card = {**sale("oslo", 2, ""), "payments": [{"type": "card", "amount": 12500}]}
        pipeline.post([sale("oslo", 1, "kunde-77"), card])
        for stage in ("uploader-0", "invoicer-0"):
            pipeline.until(f"{stage} is refused", lambda stage=stage: "outcome=refused" in pipeline.log(stage))
        in_powers_books(pipeline, revoked=False)
        pipeline.kill("uploader", sig=signal.SIGHUP)         # the invoicer is told nothing
        pipeline.until("the voucher is posted", pipeline.vouchers, 20)
        pipeline.until("the order is sent", pipeline.orders, 20)


def test_reading_is_once_and_then_one_request_a_voucher():
    venues = {"grill": {**venue("grill", 1), "settlement_pdf": "false"}}     # which is one more, in its own time
    with Pipeline(venues, stages={"invoicer": 0}) as pipeline:
        def day(number):
            pipeline.post([{"v": 1, "venue": "grill", "register": "K1", "seq": number, "kind": "receipt",
                            "time": f"2026-10-{number:02d}T18:00:00+01:00",
                            "payments": [{"type": "card", "amount": 100 * number}],
                            "lines": [{"product_type": "food", "vat": 25, "gross": 100 * number}]}])
        day(1)
        pipeline.until("the first is posted", lambda: len(pipeline.vouchers()) == 1)
        cold = pipeline.stats()["requests"]
        assert cold["total"] == 8, cold                      # a token, six lists, the voucher
        for number in range(2, 22):
            day(number)
        pipeline.until("all are posted", lambda: len(pipeline.vouchers()) == 21)
        warm = pipeline.stats()["requests"]["total"] - cold["total"]
        assert warm <= 1.05 * 20, pipeline.stats()["requests"]


def next_look(pipeline):
    """When PowerOffice is looked at again, as the uploader says: seconds since 1970, or None."""
    counters = (pipeline.status("uploader", 0) or {}).get("counters", {})
    return counters.get("next_look_at") or None


LOGGED = re.compile(r"stage=uploader\.0 (?:\S+ )*?client=(\S+) api=(?:GET|POST|PUT) path=(\S+) .* at=(\S+)$")
TOKEN_S = 1140                                               # of the 1200 that a token lives


def asked_for(pipeline, name, began, ended):
    """(requests, tokens, paths) of a client between two moments of the simulated clock, as the uploader's log has them. No
    time passes for tokens in this test, so they are counted as they would have been fetched."""
    moments, paths = [], collections.Counter()
    key = hashlib.blake2b(client_key(name).encode(), digest_size=32).hexdigest()[:16]
    for line in pipeline.log("uploader-0").splitlines():
        found = LOGGED.search(line)
        if found and found[1] == key:
            at = datetime.datetime.fromisoformat(found[3].replace("Z", "+00:00")).timestamp()
            if began <= at < ended:
                moments.append(at)
                paths[found[2].split("?")[0]] += 1
    tokens, until = 0, 0
    for at in sorted(moments):
        if at >= until:
            tokens, until = tokens + 1, at + TOKEN_S
    return len(moments), tokens, paths


# Goal: one held voucher costs at most 80 requests in 24 hours, tokens included; people are told when the next look is; a mend
# in PowerOffice is seen at that look, and within the hour; a client at rest costs 20 at most.
def test_a_day_of_waiting_costs_few_requests():
    venues = {"inactive": venue("inactive", 1), "rest": venue("rest", 2)}
    clients = [{"client_key": client_key(name), "name": name, "org_no": venues[name]["company"],
                "departments": [{"code": "10", "name": "Bar"}], "accounts_changed": [{"no": 3000, "active": name == "rest"}]}
               for name in venues]
    with Pipeline(venues, clients=clients, stages={"invoicer": 0}) as pipeline:
        pipeline.post([{"v": 1, "venue": name, "register": "K1", "seq": 1, "kind": "receipt",
                        "time": f"{DAY}T18:00:00+01:00", "payments": [{"type": "card", "amount": 12500}],
                        "lines": [{"product_type": "food", "vat": 25, "gross": 12500}]} for name in venues])
        pipeline.until("the one that is well is posted", lambda: len(pipeline.vouchers()) == 1)
        pipeline.until("the other is held", lambda: held(pipeline, "inactive") == {"account-inactive"})
        pipeline.until("the settlement is attached", lambda: "what=pdf-attached" in pipeline.log("uploader-0") or
                       "VoucherDocumentation" in pipeline.log("uploader-0"))
        began, looks = time.time() - 60, 0
        due = pipeline.until("the next look is known", lambda: next_look(pipeline))
        assert "is looked at again" in pipeline.command("status", check=False).stdout
        while due < began + 48 * 3600:                       # of the second day are the look of the day and the full reading
            assert due > began
            pipeline.set_clock(int(due - time.time()) + 1)
            due = pipeline.until("the look is done", lambda due=due: (next_look(pipeline) or 0) > due and next_look(pipeline))
            looks += 1
        for day in (0, 1):
            for name, most in (("inactive", 80), ("rest", 20)):
                requests, tokens, paths = asked_for(pipeline, name, began + day * 86400, began + (day + 1) * 86400)
                print(f"day {day + 1}, {name}: {requests} requests and {tokens} tokens: {dict(paths)}")
                assert 0 < requests and requests + tokens <= most, paths
                assert day == 0 or name == "inactive" or paths["/AccountTransactions"] == 1, paths
        assert 20 <= looks <= 34
        pipeline.sandbox("clients", {"client_key": client_key("inactive"), "accounts_changed": [{"no": 3000, "active": True}]})
        pipeline.set_clock(int(due - time.time()) + 1)
        pipeline.until("the mended one is posted by itself", lambda: len(pipeline.vouchers()) == 2)
        assert next_look(pipeline) is None or pipeline.until("nothing is waited for", lambda: not next_look(pipeline))


def posted_on(pipeline, name):
    """The posting dates of the venue's vouchers in PowerOffice, in their order."""
    return [voucher["lines"][0]["posting_date"] for voucher in pipeline.vouchers() if voucher["description"].startswith(name)]


# Goal: a period that PowerOffice does not tell of before it refuses is no dead end: the refused voucher goes on another day,
# also if the mapper hears the uploader before the decision (of both orders: tests/mapper/test_settle.c), and if the new day is
# refused as well; never twice.
def test_refused_for_a_period_that_is_not_told_goes_on_another_day():
    names = ("both", "uploader", "again")
    venues = {name: {**venue(name, i), "settlement_pdf": "false"} for i, name in enumerate(names)}
    clients = [{"client_key": client_key(name), "name": name, "org_no": venues[name]["company"],
                "departments": [{"code": "10", "name": "Bar"}], "closed_until": DAY} for name in names]
    clients[2]["closed_until"] = "2026-11-21"
    with Pipeline(venues, clients=clients, stages={"invoicer": 0}) as pipeline:
        def states():
            status = json.loads(pipeline.command("status", "--json", check=False).stdout)
            return {v["venue"]: [(d["state"], [p["code"] for p in d["problems"]]) for d in v["documents"]] for v in status["venues"]}

        pipeline.post([{"v": 1, "venue": name, "register": "K1", "seq": 1, "kind": "receipt", "time": f"{DAY}T18:00:00+01:00",
                        "payments": [{"type": "card", "amount": 12500}],
                        "lines": [{"product_type": "food", "vat": 25, "gross": 12500}]} for name in names])
        pipeline.until("all are refused", lambda: all(s == [("failed", ["refused"])] for s in states().values()))
        accept = ("accept", f"both/{DAY}/1", "--reason", "the term is reported", "--post-on")
        for day, words in ((DAY, "that very day"), ("2026-11-19", "before its business day"), ("2099-01-01", "still to come")):
            done = pipeline.command(*accept, day, check=False)
            assert done.returncode == 1 and words in done.stderr, done.stderr
        for name in names:
            if name == "uploader":
                pipeline.kill("mapper", sig=signal.SIGSTOP)
            pipeline.command("accept", f"{name}/{DAY}/1", "--reason", "the term is reported", "--post-on", "2026-11-21")
            if name == "uploader":
                pipeline.until("the uploader has heard it", lambda: f"doc=uploader/{DAY}/1 stage=uploader.0 what=resend-on"
                               in pipeline.log("uploader-0"))
                pipeline.kill("mapper", sig=signal.SIGCONT)
            if name != "again":
                pipeline.until(f"{name} is posted", lambda name=name: posted_on(pipeline, name) == ["2026-11-21"], 20)
        pipeline.until("the other day is refused as well", lambda: "posted on 2026-11-21" in pipeline.command(
            "status", "--venue", "again", check=False).stdout and states()["again"] == [("failed", ["refused"])], 20)
        pipeline.command("accept", f"again/{DAY}/1", "--reason", "that day too", "--post-on", "2026-11-22")
        pipeline.until("it is posted", lambda: posted_on(pipeline, "again") == ["2026-11-22"], 20)
        assert all(s == [("sent", [])] for s in states().values()), states()
        assert len(pipeline.vouchers()) == len(names)
        assert "resend-on" in pipeline.command("audit", check=False).stdout
