"""Goal: two machines (two state folders, no link between them) with their stores in one PostgreSQL work as one installation: each
takes sales in, a partition is folded by one of them, a document is sent by one of them; and when one machine is lost, or stands
still and wakes up, the other goes on within half a minute and everything is in the books once."""
import contextlib
import json
import os
import pathlib
import re
import signal
import sys
import threading
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import engine as servers    # noqa: E402
from orders_rig import documents, start    # noqa: E402
from pipeline import STAGES, Pipeline    # noqa: E402
from test_cli import receipt    # noqa: E402
from test_cli import venue as till_venue    # noqa: E402
from test_move import BUILT    # noqa: E402
from test_store import CUSTOMERS, DAYS, PER_DAY, expect_books, receipts, venues    # noqa: E402
from watch_rig import PASSWORD, mail_server, set_time    # noqa: E402
from watch_rig import settings as watch_settings    # noqa: E402

pytestmark = pytest.mark.skipif(not servers.programs() or BUILT.returncode != 0 or bool(os.environ.get("BILAG_UNITS_ENGINE")),
                                reason="no PostgreSQL here, or its stores are there already")
LOST_S = 30
PARTITIONS = 16


@pytest.fixture
def engine():
    engine = servers.Engine().primary()
    yield engine
    engine.end()


@contextlib.contextmanager
def machines(engine, replicas=1, per_second=None, conninfo=None):
    """Two of them, and one PowerOffice, of which they ask so much a second."""
    settings = {"state": {"postgresql": conninfo or engine.conninfo(), "replicas": replicas}}
    if per_second:
        settings["poweroffice"] = {"requests_per_second": per_second}
    sandbox = {"rate_limit": per_second + 1} if per_second else None       # one of room for this machine's own unevenness
    with start(venues(), CUSTOMERS, settings=settings, name="one", sandbox=sandbox) as one:
        two = start(venues(), CUSTOMERS, settings=settings, name="two", run_sandbox=False)
        two.sandbox_port = one.sandbox_port
        with two:
            one.command("customers", "--venue", "oslo", "connect", "kunde-77", "10001")
            yield one, two


def lose(machine):
    """All of its processes at once, and nobody starts them again."""
    with machine.lock:
        for process in machine.processes.values():
            process.wanted = False
            if process.process:
                process.process.kill()


def stand_still(machine, sig):
    with machine.lock:
        for process in machine.processes.values():
            if process.process:
                process.process.send_signal(sig)


def feed(machine, events, step=20):
    """A till that sends again what was not acknowledged, at whichever machine there is."""
    for at in range(0, len(events), step):
        machine.post(events[at:at + step])


def partitions(machine):
    return machine.counter("mapper", "partitions")


def posted_since(machine, known):
    return {v["reference"] for v in machine.vouchers()} - known


def test_one_folds_and_both_take_in(engine):
    first, second = ([e for v in venues() for e in receipts(v["venue"], days, first=number)]
                     for days, number in ((DAYS[:1], 1), (DAYS[1:2], PER_DAY + 1)))
    with machines(engine) as (one, two):
        tills = [threading.Thread(target=feed, args=(machine, events)) for machine, events in ((one, first), (two, second))]
        for till in tills:
            till.start()
        for till in tills:
            till.join()
        expect_books(one, first + second)
        assert sorted((partitions(one), partitions(two)))[0] == 0
        assert partitions(one) + partitions(two) == PARTITIONS


@pytest.mark.parametrize("which", ["folds", "waits"])
def test_a_machine_is_lost(engine, which):
    before, after = ([e for v in venues() for e in receipts(v["venue"], days, first=number)]
                     for days, number in ((DAYS[:2], 1), (DAYS[2:], 2 * PER_DAY + 1)))
    with machines(engine) as machine:
        folds = 0 if partitions(machine[0]) else 1
        lost, kept = machine[folds if which == "folds" else 1 - folds], machine[1 - folds if which == "folds" else folds]
        feed(lost, before[:len(before) // 2])
        till = threading.Thread(target=feed, args=(kept, before[len(before) // 2:]))
        till.start()
        machine[0].until("a voucher", machine[0].vouchers)
        known = posted_since(machine[0], set())
        lose(lost)
        since = time.monotonic()
        till.join()
        feed(kept, after)
        kept.until("the next voucher", lambda: posted_since(machine[0], known), LOST_S)
        took = time.monotonic() - since
        print(f"the machine that {which} is lost: the next voucher was sent {took:.1f} s later")
        assert took <= LOST_S
        machine[0].processes, lost_processes = {}, machine[0].processes
        try:
            expect_books(machine[0], before + after)
        finally:
            machine[0].processes = lost_processes


def test_a_machine_stands_still_and_wakes(engine):
    """Longer than its leases last, in the middle of its work: awake, it writes nothing and sends nothing until it has begun anew."""
    events = [e for v in venues() for e in receipts(v["venue"])]
    with machines(engine) as machine:
        folds = 0 if partitions(machine[0]) else 1
        sleeper, awake = machine[folds], machine[1 - folds]
        till = threading.Thread(target=feed, args=(awake, events, 10))
        till.start()
        machine[0].until("a voucher", machine[0].vouchers)
        stand_still(sleeper, signal.SIGSTOP)
        try:
            till.join()
            awake.until("the partitions are taken over", lambda: partitions(awake) == PARTITIONS)
            expect_books(machine[0], events)
        finally:
            stand_still(sleeper, signal.SIGCONT)
        sleeper.until("its mapper has begun anew", lambda: sleeper.of("mapper").starts > 1 and sleeper.of("mapper").ready())
        assert "lease is over" in sleeper.log("mapper-0")
        expect_books(machine[0], events)
        assert partitions(awake) == PARTITIONS


def test_a_sender_stands_still_with_a_request_under_way(engine):
    """Its answer is there when it wakes, and another has looked it up meanwhile."""
    events = [e for v in venues() for e in receipts(v["venue"], DAYS[:2])]
    with machines(engine) as (one, two):
        two.stop("uploader")
        one.sandbox_set(latency_ms=3000)
        feed(one, events)
        one.until("a request is under way", lambda: one.counter("uploader", "in_flight"))
        one.kill("uploader", sig=signal.SIGSTOP)
        one.sandbox_set(latency_ms=0)
        two.restart("uploader")
        try:
            expect_books(one, events)
            assert two.counter("uploader", "taken_over") >= 1
        finally:
            one.kill("uploader", sig=signal.SIGCONT)
        one.until("it has begun anew", lambda: one.of("uploader").starts > 1 and one.of("uploader").ready())
        assert "lease is over" in one.log("uploader-0")
        expect_books(one, events)


def requests(machine):
    return sum(machine.counter(stage, "requests") for stage in ("uploader", "invoicer"))


def test_the_quota_is_shared(engine):
    """By all that send, on both machines: never more in any second than PowerOffice takes from the subscription, and nearly all of it."""
    events = [e for v in venues() for e in receipts(v["venue"])]
    with machines(engine, per_second=10) as (one, two):
        feed(one, events)
        one.until("both send", lambda: requests(one) > 5 and requests(two) > 5)
        before, since = one.stats()["requests"]["total"], time.monotonic()
        one.until("a while", lambda: one.stats()["requests"]["total"] >= before + 50, 30)
        rate = (one.stats()["requests"]["total"] - before) / (time.monotonic() - since)
        expect_books(one, events)
        stats = one.stats()
        print(f"{requests(one)} and {requests(two)} requests, {rate:.2f} a second, at most {stats['max_in_a_second']} in any, "
              f"{stats['throttled']} refused")
        assert stats["over_limit"] == 0 and rate > 8


def test_what_is_asked_is_asked_once(engine):
    """A token that one machine was given serves the other, and the books are read by one of them for both."""
    events = [e for v in venues() for e in receipts(v["venue"])]
    keys = {json.dumps(v["client_key"]) for v in venues()}
    with machines(engine) as (one, two):
        feed(one, events)
        one.until("both send", lambda: requests(one) > 5 and requests(two) > 5)
        expect_books(one, events)
        asked = one.stats()["requests"]["by_endpoint"]
        assert asked["POST /OAuth/Token"] == len(keys)
        assert {count for what, count in asked.items() if what.startswith("GET")} == {len(keys)}


def told(machine, *words):
    """What status says, and whether it is red."""
    done = machine.command("status", *words, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout, done.returncode


def test_status_tells_of_engine_and_machines(engine):
    engine.standby("two")
    engine.set(synchronous_standby_names="two")
    engine.in_step("two")
    with machines(engine, replicas=2) as (one, two):
        status = json.loads(told(two, "--json")[0])
        assert status["engine"]["kind"] == "postgresql" and status["engine"]["primary"] and not status["engine"]["waits"]
        assert [(s["name"], s["sync"]) for s in status["engine"]["standbys"]] == [("two", "sync")]
        assert sorted(m["here"] for m in status["machines"]) == [False, True]
        for there in status["machines"]:
            assert sorted(i["stage"] for i in there["instances"]) == ["ingest", "invoicer", "mapper", "uploader", "validator"]
            assert all(i["kept"] for i in there["instances"])
        assert sum(i["partitions"] for m in status["machines"] for i in m["instances"]) == PARTITIONS
        text, red = told(one)
        assert "standby two is waited for, " in text and f"({PARTITIONS} partitions)" in text and " (this one)" in text and red == 0
        (one.folder / "pages").mkdir()
        one.command("status", "--html", one.folder / "pages", check=False)
        page = (one.folder / "pages" / "index.html").read_text(encoding="utf-8")
        assert "Standby two: sync" in page and "(this one)" in page
        lose(two)
        one.until("the loss is red", lambda: told(one)[1] == 1)
        assert "away for" in told(one)[0]
        engine.stop("two")
        servers.until("it is red that nothing can be acknowledged", lambda: "no standby is in step" in told(one)[0])
        engine.start("two")
        engine.in_step("two")


def test_another_configuration_is_red(engine):
    """A file was changed on one machine alone."""
    with machines(engine) as (one, two):
        two.until("nothing differs", lambda: "another configuration" not in told(two)[0] and told(two)[1] == 0)
        moss = {**two.venues["moss"], "name": "Moss, by the harbour"}
        one.write_venue(moss)
        one.reload()
        two.until("it is red", lambda: told(two)[1] == 1)
        text, instances = told(two)[0], [i for m in json.loads(told(two, "--json")[0])["machines"] for i in m["instances"]]
        assert "runs with another configuration or version" in text, text
        assert {i["differs"] for i in instances} == {False, True} and len({i["configuration"] for i in instances}) == 2
        two.write_venue(moss)
        two.reload()
        two.until("it is over", lambda: told(two)[1] == 0)


def test_a_machine_that_lacks_a_stage(engine):
    """Its mapper has nobody to send drafts to: another machine's has."""
    events = [e for v in venues() for e in receipts(v["venue"], DAYS[:1])]
    with machines(engine) as machine:
        folds = 0 if partitions(machine[0]) else 1
        lacking, whole = machine[folds], machine[1 - folds]
        with lacking.lock:
            for stage in ("uploader", "invoicer"):
                lacking.of(stage).wanted = False
                lacking.of(stage).process.kill()
        feed(lacking, events)
        since = time.monotonic()
        whole.until("the next voucher", machine[0].vouchers, LOST_S)
        print(f"a machine that lacks its senders: the next voucher was sent {time.monotonic() - since:.1f} s later")
        expect_books(machine[0], events)
        assert partitions(lacking) == 0 and "a stage is lacking on this machine" in lacking.log("mapper-0")


@pytest.mark.parametrize("ahead_s", [0, 5])
def test_taken_back_by_the_other_machine(engine, ahead_s):
    """Its senders tell the mappers of their own machine alone that a day is to be mapped anew; whoever holds it hears in turn, also if
    the clock of the machine that tells first is ahead."""
    events = [e for v in venues() for e in receipts(v["venue"], DAYS[:2])]
    with machines(engine) as (one, two):
        feed(one, events)
        expect_books(one, events)
        known = {v["id"] for v in one.vouchers()}
        two.set_clock(ahead_s)
        two.command("reverse", *documents(two, "voucher"), "--reason", "a wrong account", "--yes")
        since = time.monotonic()
        one.until("all are sent anew", lambda: len({v["id"] for v in one.vouchers()} - known) == len(known), 30)
        print(f"taken back and sent anew in {time.monotonic() - since:.1f} s")
        expect_books(one, events)


def test_one_machine_tells(engine):
    """Each runs the watch: people are told once, and by the other when the one that told is lost."""
    grill = {"grill": {**till_venue("grill", begins="2026-11-20", close="clock"), "name": "Grill"}}
    with mail_server() as mail:
        settings = {"state": {"postgresql": engine.conninfo(), "replicas": 1},
                    "watch": {**watch_settings({"drift": {"mail": "drift@example.no"}}, mail.url), "patience_s": 2}}
        one = Pipeline(grill, settings=settings, name="one")
        two = Pipeline(grill, settings=settings, name="two", run_sandbox=False)
        for machine in (one, two):
            set_time(machine, "2026-11-21T10:01:00+01:00")
            machine.write_key("smtp", PASSWORD)
        with one:
            two.sandbox_port = one.sandbox_port
            with two:
                for machine in (one, two):
                    machine.add("watch", 0)
                    machine.until("the watch is ready", machine.of("watch").ready)
                one.until("a day is missing", lambda: "Missing day: Grill" in mail.inbox.text())
                tells, stands_by = (one, two) if one.counter("watch", "looks") else (two, one)
                looks = tells.counter("watch", "looks")
                tells.until("it has looked again", lambda: tells.counter("watch", "looks") > looks + 1)
                assert len(mail.inbox.letters) == 1 and not stands_by.counter("watch", "looks")
                tells.stop("watch")
                stands_by.until("the other looks", lambda: stands_by.counter("watch", "looks") > 1)
                assert len(mail.inbox.letters) == 1
                stands_by.post([receipt(1, name="grill", day="2026-11-20", kind="food")])
                stands_by.until("it is over", lambda: "OVER" in mail.inbox.text())
                assert len(re.findall(r"OVER", mail.inbox.text())) == 1
                lose(tells)
                stands_by.until("the lost machine is told", lambda: "Machine away" in mail.inbox.text(), LOST_S)
                assert "bilag-uploader 0" in mail.inbox.text()


def test_commands_that_want_all_stopped(engine):
    with machines(engine) as (one, two):
        for stage in STAGES:
            one.stop(stage)
        refused = one.command("forget", "--venue", "oslo", "--staff", "Per", "--reason", "asked for it", "--yes", check=False)
        assert refused.returncode != 0 and "runs on the machine" in refused.stderr, refused.stderr
        for stage in STAGES:
            two.stop(stage)
        alone = one.command("forget", "--venue", "oslo", "--staff", "Per", "--reason", "asked for it", "--yes", check=False)
        assert "runs on the machine" not in alone.stderr, alone.stderr


def test_machine_and_primary_are_lost_at_once(engine):
    """The standby takes over, and the other machine does when it has kept its own leases there for as long as they last."""
    before, after = ([e for v in venues() for e in receipts(v["venue"], days, first=number)]
                     for days, number in ((DAYS[:1], 1), (DAYS[1:], PER_DAY + 1)))
    engine.standby("two")
    engine.set(synchronous_standby_names="two")
    engine.in_step("two")
    where = engine.conninfo("one", "two") + " target_session_attrs=primary"
    with machines(engine, replicas=2, conninfo=where) as machine:
        folds = 0 if partitions(machine[0]) else 1
        lost, kept = machine[folds], machine[1 - folds]
        feed(lost, before[20:])
        feed(kept, before[:20])
        expect_books(machine[0], before)
        known = posted_since(machine[0], set())
        till = threading.Thread(target=feed, args=(kept, after))
        till.start()
        lose(lost)
        engine.crash("one")
        since = time.monotonic()
        engine.promote("two", "three")
        engine.standby("three", of="two")
        engine.in_step("three", of="two")
        promoted = time.monotonic() - since
        kept.until("the next voucher", lambda: posted_since(machine[0], known), LOST_S)
        print(f"machine and primary are lost: a standby had taken over, with one of its own, {promoted:.1f} s later; the next voucher was sent "
              f"{time.monotonic() - since:.1f} s later")
        till.join()
        machine[0].processes, lost_processes = {}, machine[0].processes
        try:
            expect_books(machine[0], before + after)
        finally:
            machine[0].processes = lost_processes


def test_given_back_when_told_to_stop(engine):
    with machines(engine) as machine:
        folds = 0 if partitions(machine[0]) else 1
        machine[folds].stop("mapper")
        since = time.monotonic()
        machine[1 - folds].until("the partitions are taken over", lambda: partitions(machine[1 - folds]) == PARTITIONS)
        took = time.monotonic() - since
        print(f"given back and taken over in {took:.2f} s")
        assert took < 5
