"""bilag forget: a person's name is in no file any more, what a till sends again is known all the same, the books stay as they are,
and what the law wants kept is refused with the date."""
import json
import os
import pathlib
import shutil
import subprocess

import pytest

from orders_rig import documents, sale, start, venue
from test_store import CUSTOMERS, fsck, start_all, stop_all
from watch_rig import PASSWORD, mail_server, settings

DAY = "2026-11-20"
STAFF, CUSTOMER = "Kari Nordmann-Kelner", "Ola Nordmann-Gjest"
COMMAND = pathlib.Path(os.environ.get("BILAG_BIN", "bin")) / "bilag"
KILLS = COMMAND.exists() and b"BILAG_KILLPOINT" in COMMAND.read_bytes()
POINTS = ["forget.begun", "forget.renamed-one", "compact.before-rename", "compact.after-rename", "forget.compacted-one",
          "forget.before-end"]


def cash(seq, staff=STAFF, customer=CUSTOMER, text="Burger", name="oslo", day=DAY):
    return {"v": 1, "venue": name, "register": "K1", "seq": seq, "kind": "receipt", "time": f"{day}T18:{seq % 60:02}:00+01:00",
            "staff": staff, "customer": customer,
            "lines": [{"product_type": "food", "vat": 25, "gross": 10000 + seq, "text": text}],
            "payments": [{"type": "card", "amount": 10000 + seq}]}


def found_in_engine(conninfo, name):
    """The tables that have the name in a record: what they have written over is PostgreSQL's to clear away."""
    def ask(sql):
        return subprocess.run(["psql", "-Atq", "-d", conninfo, "-c", sql], capture_output=True, text=True, check=True).stdout.split()
    tables = ask("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname LIKE 'bilag%' AND schemaname<>'bilag_fleet' AND tablename NOT LIKE '\\_%'")
    return [table for table in tables
            if ask(f"SELECT 1 FROM {table} WHERE position('\\x{name.encode().hex()}'::bytea IN v) > 0 LIMIT 1")]


def found_in(pipeline, name):
    """The files below the state folder that have the name anywhere in their bytes."""
    if "state" in pipeline.settings:
        return found_in_engine(pipeline.settings["state"]["postgresql"], name)
    return [str(path.relative_to(pipeline.state)) for path in sorted(pipeline.state.rglob("*"))
            if path.is_file() and name.encode() in path.read_bytes()]


def all_sent(pipeline, count):
    def sent():
        found = [state for kind in ("order", "voucher") for state, _ in documents(pipeline, kind).values()]
        return len(found) == count and set(found) == {"sent"}
    pipeline.until(f"{count} documents are sent", sent)


def forget(pipeline, kind, name, check=True, at="oslo", **more):
    return pipeline.command("forget", "--venue", at, f"--{kind}", name, "--reason", "the person asked for it", "--yes", check=check, **more)


def status(pipeline):
    told = json.loads(pipeline.command("status", "--json", check=False).stdout)
    return [{key: value for key, value in document.items() if key != "state_since"} for v in told["venues"] for document in v["documents"]]


def refused(pipeline, kind, name, *words, at="oslo"):
    done = forget(pipeline, kind, name, check=False, at=at)
    assert done.returncode == 1 and all(word in done.stderr for word in words), done.stdout + done.stderr
    return done.stderr


# Goal: the name is in no file, not even in pages that were written over; the receipt sent again, with the name, is a duplicate and no
# conflict; everything else is as it was.
def test_a_name_is_gone():
    events = [cash(seq) for seq in range(1, 41)] + [cash(seq, staff="Per", customer="Pål") for seq in range(41, 61)]
    with start([venue("oslo", department="12"), venue("moss", department="11")], CUSTOMERS) as pipeline:
        pipeline.command("customers", "--venue", "oslo", "connect", CUSTOMER, "10001")
        for i in range(0, len(events), 9):
            pipeline.post(events[i:i + 9])
        pipeline.post([cash(1, name="moss")])
        all_sent(pipeline, 2)
        before, books = status(pipeline), pipeline.books()
        running = forget(pipeline, "staff", STAFF, check=False)
        assert running.returncode == 1 and "stop all stages first" in running.stderr
        stop_all(pipeline)
        said = forget(pipeline, "staff", STAFF).stdout
        assert "forgotten-" in said and "40 events" in said, said
        assert found_in(pipeline, STAFF)               # another venue's: another person
        pseudonym = next(word for word in said.replace("/", " ").split() if word.startswith("forgotten-"))
        said = forget(pipeline, "customer", CUSTOMER).stdout
        assert "41 events" in said and "connection" in said, said
        assert found_in(pipeline, CUSTOMER) == []
        forget(pipeline, "staff", STAFF, at="moss")
        assert found_in(pipeline, STAFF) == []
        assert {name for name in ("Per", "Pål") if found_in(pipeline, name)} == {"Per", "Pål"}
        assert "nothing that is kept names" in refused(pipeline, "staff", STAFF)
        fsck(pipeline)
        assert pseudonym in pipeline.command("audit").stdout
        start_all(pipeline)
        assert status(pipeline) == before
        duplicates = pipeline.counter("ingest", "duplicates")
        answer = pipeline.post(events)
        pipeline.until("all are known", lambda: pipeline.counter("ingest", "duplicates") == duplicates + len(events))
        assert pipeline.counter("ingest", "conflicts") == 0, answer
        again = cash(3, text="Burger, sent again")           # the same for the books: its text is taken over, and not the name
        pipeline.post([again])
        pipeline.until("it is folded", lambda: pipeline.counter("mapper", "duplicates") == 1)
        assert pipeline.counter("mapper", "conflicts") == 0
        pipeline.post([cash(61)])                              # a new sale is new, and says what the till says
        pipeline.until("it is booked", lambda: len(pipeline.vouchers()) == 3)
        stop_all(pipeline)
        assert "1 events" in forget(pipeline, "staff", STAFF).stdout
        assert "1 events" in forget(pipeline, "customer", CUSTOMER).stdout
        assert found_in(pipeline, STAFF) == [] and found_in(pipeline, CUSTOMER) == []
        fsck(pipeline)
        assert {key: value for key, value in pipeline.books().items() if key in books} != {}


# Goal: a sale on credit is kept for as long as the law wants it; an older one is forgotten in its documents, too.
def test_credit_is_kept_for_five_years():
    with start([venue("oslo")], CUSTOMERS) as pipeline:
        for name in (CUSTOMER, "Gammel Kunde-AS"):
            pipeline.command("customers", "--venue", "oslo", "connect", name, "10001")
        pipeline.post([sale("oslo", 1, "Gammel Kunde-AS", day="2019-11-19"), sale("oslo", 2, CUSTOMER)])
        pipeline.until("the orders are there", lambda: len(pipeline.orders()) == 2)
        pipeline.until("and sent", lambda: [state for state, _ in documents(pipeline).values()] == ["sent", "sent"])
        before = status(pipeline)
        stop_all(pipeline)
        why = refused(pipeline, "customer", CUSTOMER, "oslo/order/K1/2", "2031-12-31", "2032-01-01", "bokføringsloven")
        assert CUSTOMER not in why
        assert found_in(pipeline, CUSTOMER)
        said = forget(pipeline, "customer", "Gammel Kunde-AS").stdout
        pseudonym = next(word for word in said.replace("/", " ").split() if word.startswith("forgotten-"))
        assert found_in(pipeline, "Gammel Kunde-AS") == []
        fsck(pipeline)
        assert f"customer {pseudonym}" in pipeline.command("explain", "oslo/order/K1/1").stdout
        start_all(pipeline)
        assert status(pipeline) == json.loads(json.dumps(before).replace("Gammel Kunde-AS", pseudonym))
        pipeline.post([sale("oslo", 1, "Gammel Kunde-AS", day="2019-11-19")])
        pipeline.until("it is known", lambda: pipeline.counter("ingest", "duplicates") == 1)
        assert len(pipeline.orders()) == 2


# Goal: what is under way is not taken apart.
def test_what_is_not_done_is_refused():
    with start([venue("oslo", auto_transfer="false")], CUSTOMERS) as pipeline:
        pipeline.post([cash(1)])
        pipeline.until("the day waits", lambda: {s for s, _ in documents(pipeline, "voucher").values()} == {"waiting"})
        pipeline.post_bytes(json.dumps({**cash(9), "staff": "Åvist Person", "kind": "nothing"}).encode())        # \u00c5vist
        stop_all(pipeline)
        refused(pipeline, "staff", STAFF, "not yet", "oslo/2026-11-20/1 (waiting)", "not sent")
        refused(pipeline, "staff", "Åvist Person", "not yet", "http:1", "refused line")
        assert found_in(pipeline, STAFF)
        assert "nothing that is kept names" in refused(pipeline, "staff", "Nobody")
        refused(pipeline, "staff", "forgotten-0123456789abcdef0123", "is a pseudonym already")
        (pipeline.config / "venues" / "moss.yaml").write_text("name: [\n")
        refused(pipeline, "customer", CUSTOMER, "moss.yaml is wrong", "bilag check")
        refused(pipeline, "staff", STAFF, "oslo/2026-11-20/1 (waiting)")


# Goal: a reason that has the name is refused, however it is written, and one that only has its letters is not.
def test_the_reason_is_without_the_name():
    with start([venue("oslo")], CUSTOMERS) as pipeline:
        stop_all(pipeline)
        for name, reason, names in [(STAFF, f"for {STAFF.upper()}: a letter", True), ("Åse Ås", "åse ås, who left", True), ("14", "14", True),
                                    ("14", "a letter of 2014-11-20", False), ("Kari", "Karin asked", False), ("Kari", "asked kari!", True)]:
            done = pipeline.command("forget", "--venue", "oslo", "--staff", name, "--reason", reason, "--yes", check=False)
            assert done.returncode == (2 if names else 1), (name, reason, done.stderr)
            assert ("names the person" if names else "nothing that is kept") in done.stderr, done.stderr


# Goal: what root would make, the stages could not open.
@pytest.mark.skipif(os.geteuid() != 0, reason="not root")
def test_root_does_not_do_it():
    with start([venue("oslo")], CUSTOMERS) as pipeline:
        stop_all(pipeline)
        os.chown(pipeline.state, 65534, -1)
        assert "not as root" in refused(pipeline, "staff", STAFF)
        assert not (pipeline.state / "pseudonyms").exists()
        os.chown(pipeline.state, 0, -1)


# Goal: what was broken off is told by ingest and by the status, for whom, until the same command has ended it.
def test_broken_off():
    with start([venue("oslo")], CUSTOMERS) as pipeline:
        if "state" in pipeline.settings:
            pytest.skip("PostgreSQL's files are not written anew")
        pipeline.post([cash(1)])
        all_sent(pipeline, 1)
        stop_all(pipeline)
        in_the_way = pipeline.state / "audit" / "compact" / "in-the-way"
        in_the_way.mkdir(parents=True)
        assert "give the same command again" in refused(pipeline, "staff", STAFF)
        start_all(pipeline)
        told = pipeline.command("status", check=False)
        assert told.returncode == 1 and "bilag forget at oslo (forgotten-" in told.stdout, told.stdout
        [begun] = json.loads(pipeline.command("status", "--json", check=False).stdout)["forget_broken_off"]
        assert begun["at"] == "oslo" and begun["pseudonym"] in told.stdout
        assert f"bilag forget was broken off\" at=oslo pseudonym={begun['pseudonym']}" in pipeline.log("ingest-0")
        page = pipeline.folder / "page.html"
        pipeline.command("status", "--html", page, check=False)
        assert "was broken off" in page.read_text()
        stop_all(pipeline)
        in_the_way.rmdir()
        forget(pipeline, "staff", STAFF)
        assert found_in(pipeline, STAFF) == []
        assert "broken off" not in pipeline.command("status", check=False).stdout


# Goal: what bilag-watch has not brought out yet is brought out without the name, and no file of its store has it.
def test_what_waits_to_be_told():
    old = "Gammel Kunde-AS"
    with mail_server(up=False) as mail, start([venue("oslo")], CUSTOMERS) as pipeline:
        pipeline.settings["watch"] = settings({"drift": {"mail": "drift@example.no"}}, mail.url)
        pipeline.write_key("smtp", PASSWORD)
        pipeline.write_config()
        pipeline.post([sale("oslo", 1, old, day="2019-11-19")])
        pipeline.until("it is held", lambda: [state for state, _ in documents(pipeline).values()] == ["held"])
        pipeline.add("watch", 0)
        pipeline.until("it cannot be told", lambda: "drift" in pipeline.command("status", check=False).stdout)
        pipeline.command("customers", "--venue", "oslo", "connect", old, "10001")
        pipeline.until("it is sent", lambda: [state for state, _ in documents(pipeline).values()] == ["sent"])
        stop_all(pipeline)
        pipeline.stop("watch")
        assert [where for where in found_in(pipeline, old) if "watch" in where]
        said = forget(pipeline, "customer", old).stdout
        assert "notices of bilag-watch" in said, said
        assert found_in(pipeline, old) == []
        mail.up()
        start_all(pipeline)
        pipeline.restart("watch")
        pipeline.until("it is told", lambda: "forgotten-" in mail.inbox.text())
        assert old not in mail.inbox.text()


def killed(pipeline, point):
    """Whether the command was ended there."""
    pipeline.env["BILAG_KILLPOINT"] = point
    done = forget(pipeline, "customer", CUSTOMER, check=False)
    del pipeline.env["BILAG_KILLPOINT"]
    assert done.returncode in (0, -9), done.stdout + done.stderr
    return done.returncode == -9


def ends_well(pipeline, before):
    """The same command once more: the name is gone, decided about once, and all else is as it was."""
    forget(pipeline, "customer", CUSTOMER)
    assert found_in(pipeline, CUSTOMER) == []
    assert not list(pipeline.state.rglob("compact"))
    fsck(pipeline)
    trail = [line for line in pipeline.command("audit").stdout.splitlines() if "forget " in line]
    assert len(trail) == 1, trail
    assert "nothing that is kept names" in refused(pipeline, "customer", CUSTOMER)
    assert status(pipeline) == before


# Goal: killed anywhere and given again, it has one effect; and stages that are started in between book nothing a second time.
@pytest.mark.skipif(not KILLS, reason="not a build with KILLPOINTS=1")
def test_killed_anywhere():
    with start([venue("oslo")], CUSTOMERS) as pipeline:
        pipeline.command("customers", "--venue", "oslo", "connect", CUSTOMER, "10001")
        pipeline.post([cash(seq) for seq in range(1, 20)])
        all_sent(pipeline, 1)
        stop_all(pipeline)
        kept, kills, before = pipeline.folder / "kept", 0, status(pipeline)
        shutil.copytree(pipeline.state, kept)
        for point in POINTS:
            for number in range(1, 20):
                if not killed(pipeline, f"{point}:{number}"):
                    break
                kills += 1
                if point == "forget.renamed-one":
                    start_all(pipeline)
                    pipeline.post([cash(seq) for seq in range(1, 20)])
                    pipeline.until("all are known", lambda: pipeline.counter("ingest", "duplicates") == 19)
                    assert "bilag forget was broken off\" at=" in pipeline.log("ingest-0")
                    stop_all(pipeline)
                    assert len(pipeline.vouchers()) == 1
                ends_well(pipeline, before)
                shutil.rmtree(pipeline.state)
                shutil.copytree(kept, pipeline.state)
            shutil.rmtree(pipeline.state)
            shutil.copytree(kept, pipeline.state)
        assert kills >= 20, kills
