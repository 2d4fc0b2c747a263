"""Goal: whatever happens to keys, what a venue sold lands in the books of its own company and in no others; what cannot go
is red with its reason, and goes when that is followed."""
import json
import pathlib
import signal
import subprocess
import sys
import uuid

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from orders_rig import documents    # noqa: E402
from pipeline import Pipeline, client_key, clients_of    # noqa: E402
from sandbox_api import BIN, wait_for    # noqa: E402
from sender_rig import DAY_ZERO, Rig, Venue, client_id, doc_id, voucher_draft    # noqa: E402
from test_mend import venue    # noqa: E402

GRILL, GRILLS_OTHER, BAR = (client_key(name) for name in ("grill", "grill-add-on", "bar"))

ADD_ON = "4f6e4b5b-42b3-4fad-a56f-2599ea8fbd44"


def sold(name, day):
    return {"v": 1, "venue": name, "register": "K1", "seq": day, "kind": "receipt", "time": f"2026-11-{day:02d}T18:00:00+01:00",
            "payments": [{"type": "card", "amount": 12500}], "lines": [{"product_type": "food", "vat": 25, "gross": 12500}]}


def in_books(pipeline):
    """{client key: [the venue of each voucher]}"""
    names = {d["reference"]: d["id"].split("/")[0] for v in json.loads(pipeline.command("status", "--json", check=False).stdout)
             ["venues"] for d in v["documents"]}
    said = {}
    for voucher in pipeline.vouchers():
        said.setdefault(voucher["client_key"], []).append(names[voucher["reference"]])
    return said


def put_key(pipeline, name, key):
    path = pipeline.config / "keys" / name
    path.write_text(key + "\n")
    path.chmod(0o600)
    pipeline.reload()


def held_for(pipeline, doc):
    """The sentence, once the document is held because its key leads elsewhere."""
    def text():
        state, problems = documents(pipeline, "voucher").get(doc, (None, {}))
        return problems.get("other-client") if state == "held" else None
    return pipeline.until(f"{doc} is held", text)


def connect(pipeline, name, key, *more, check=True):
    done = pipeline.command("venues", "connect", name, *more, check=check, input=key + "\n")
    pipeline.reload()
    return done


# A key file is swapped for another of a company's (the very same one is seen without PowerOffice: bilag check): nothing of the bar lands in the grill's books, the grill goes on, every
# place where people look says so, and the right key mends it.
def test_key_of_another_company():
    venues = {"grill": venue("grill", 1), "bar": venue("bar", 2)}
    clients = clients_of(venues)
    clients.append({**clients[0], "client_key": GRILLS_OTHER, "books": GRILL})
    with Pipeline(venues, clients=clients, stages={"invoicer": 0}) as pipeline:
        pipeline.post([sold("grill", 10), sold("bar", 10)])
        pipeline.until("both are posted", lambda: len(pipeline.vouchers()) == 2)
        put_key(pipeline, "bar", GRILLS_OTHER)
        pipeline.post([sold("grill", 11), sold("bar", 11)])
        pipeline.until("the grill goes on", lambda: len(in_books(pipeline)[GRILL]) == 2)
        text = held_for(pipeline, "bar/2026-11-11/1")
        assert "company 912345601" in text and "company 912345602" in text and "bilag venues connect" in text
        assert in_books(pipeline) == {GRILL: ["grill"] * 2, BAR: ["bar"]}
        checked = pipeline.command("check", "--online", check=False)
        assert checked.returncode == 1 and checked.stdout.count("[other-client]") == 1
        assert "other client" in pipeline.command("venues", "list", check=False).stdout
        assert pipeline.command("status", check=False).returncode == 1
        refused = connect(pipeline, "bar", GRILLS_OTHER, check=False)
        assert refused.returncode == 1 and "912345601" in refused.stderr and GRILLS_OTHER not in refused.stderr + refused.stdout
        connect(pipeline, "bar", BAR)
        pipeline.until("the bar goes on", lambda: len(in_books(pipeline)[BAR]) == 2)
        assert in_books(pipeline) == {GRILL: ["grill"] * 2, BAR: ["bar"] * 2}
        refused = connect(pipeline, "bar", GRILLS_OTHER, check=False)           # now there is a key that works
        assert refused.returncode == 1 and "the former key stays" in refused.stderr
        assert pipeline.command("check", "--online").returncode == 0


# A company moves to a new client in PowerOffice: said on purpose it goes on there, and its other venue waits for its own key.
def test_company_moves_on_purpose():
    venues = {"grill": venue("grill", 1), "bar": {**venue("bar", 1), "department": "11", "extension": "add-on-1"}}
    clients = clients_of(venues)
    clients[1]["books"] = GRILL
    for client in clients:
        client["departments"] = [{"code": code, "name": code} for code in ("10", "11")]
    new = {**clients[0], "client_key": client_key("new"), "client_id": "7654321", "name": "New AS"}
    add_on = {**new, "client_key": client_key("new-add-on"), "books": client_key("new")}
    with Pipeline(venues, clients=[*clients, new, add_on], stages={"invoicer": 0}) as pipeline:
        pipeline.sandbox("clients", {"subscription_keys": [], "application_keys": [ADD_ON]})
        pipeline.post([sold("grill", 10), sold("bar", 10)])
        pipeline.until("both are posted", lambda: len(pipeline.vouchers()) == 2)
        connect(pipeline, "grill", client_key("new"), check=False)
        put_key(pipeline, "grill", client_key("new"))
        pipeline.post([sold("grill", 11)])
        text = held_for(pipeline, "grill/2026-11-11/1")
        assert "New AS (7654321)" in text and "--new-client" in text
        unsaid = pipeline.command("venues", "connect", "grill", "--new-client", check=False, input=client_key("new") + "\n")
        assert unsaid.returncode == 2 and "--reason" in unsaid.stderr
        connect(pipeline, "grill", client_key("new"), "--new-client", "--reason", "new books from November")
        pipeline.until("the grill goes on", lambda: client_key("new") in in_books(pipeline))
        assert "new-client grill" in pipeline.command("audit").stdout
        pipeline.post([sold("bar", 11)])
        assert "7654321" in held_for(pipeline, "bar/2026-11-11/1")
        connect(pipeline, "bar", client_key("new-add-on"))
        pipeline.command("venues", "confirm", "bar")         # it is on an add-on: it waits until QuickOrder has it
        pipeline.until("so does the bar", lambda: in_books(pipeline).get(client_key("new-add-on")) == ["bar"])
        assert len(pipeline.vouchers()) == 4


@pytest.fixture
def rig(tmp_path):
    """Two venues of one company; the second one's key opens another client."""
    venues = [Venue(0), Venue(1)]
    made = Rig(tmp_path, venues, companies=None)
    made.box.client(client_key=venues[1].key, client_id="7654321")
    yield made
    made.close()


def keys_of(rig):
    return {v["client_key"] for v in rig.vouchers()}


# Whoever says that a document is ready: the sender looks for itself before it seals, and has it judged again.
def test_ready_is_not_enough(rig):
    asked = []
    rig.judge = lambda draft: asked.append(doc_id(draft)) or [["other-client", "", 1, "X", "912345678", "", "Y"]]
    rig.start()
    first, second = (voucher_draft(v, DAY_ZERO) for v in rig.venues)
    rig.offer([first])
    rig.settled(sent=1)
    rig.verdict(second)
    rig.settled(sent=1, held=1)
    assert doc_id(second) in asked and keys_of(rig) == {rig.venues[0].key}


# Sealed, and then the key is swapped: it is neither looked up nor posted with the other key; with the right one it goes once.
@pytest.mark.parametrize("lost", ["down", "after_commit"])
def test_key_is_swapped_after_sealing(rig, lost):
    venue, other = rig.venues
    rig.start()
    rig.offer([voucher_draft(venue, DAY_ZERO)])
    rig.settled(sent=1)
    rig.box.set(down="close") if lost == "down" else rig.box.set(fault_drop_after=1000)
    draft = voucher_draft(venue, DAY_ZERO + 1)
    rig.verdict(draft)
    wait_for(lambda: rig.log().count("what=sealed") == 2, 20)

    def key(text):
        rig.secret(venue.id, text)
        taken = rig.log().count("configuration taken")
        rig.processes[0].send_signal(signal.SIGHUP)
        wait_for(lambda: rig.log().count("configuration taken") > taken, 20)

    key(other.key)
    before = rig.box.inspect("stats")["requests"]["total"]
    rig.box.set(down="off") if lost == "down" else rig.box.set(fault_drop_after=0)
    wait_for(lambda: "cannot be worked on" in rig.log(), 20)
    wait_for(lambda: rig.shown()[doc_id(draft)]["state"] == "held", 20)
    shown = rig.shown()[doc_id(draft)]
    assert [p["code"] for p in shown["problems"]] == ["other-client"]
    assert f"client={client_id(other.key)} api=POST" not in rig.log() and keys_of(rig) == {venue.key}
    assert rig.box.inspect("stats")["requests"]["total"] - before <= 30
    key(venue.key)
    rig.settled(sent=2)
    assert len(rig.vouchers()) == 2 and keys_of(rig) == {venue.key}
    subprocess.run([BIN / "bilag", "fsck", "--config", rig.config], check=True, capture_output=True)


# Sealed for the company's former books when a person says that they are others: the venue goes on there, what is owed to the
# former ones is told, red, with a way on, and the way on ends it.
def test_what_is_owed_to_former_books_holds_nobody_up(rig):
    venue = rig.venues[0]
    rig.start()
    rig.offer([voucher_draft(venue, DAY_ZERO)])
    rig.settled(sent=1)
    rig.box.set(fault_paths="CashJournals,AccountTransactions", fault_drop_before=1000)
    owed = voucher_draft(venue, DAY_ZERO + 1)
    rig.verdict(owed)
    wait_for(lambda: rig.log().count("what=sealed") == 2, 20)
    new = str(uuid.UUID(int=0x2000, version=4))
    rig.box.client(client_key=new, client_id="99", name="New AS", org_no=venue.company)
    done = subprocess.run([BIN / "bilag", "venues", "connect", venue.id, "--new-client", "--reason", "new books", "--config",
                           rig.config], input=new + "\n", capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    taken = rig.log().count("configuration taken")
    rig.processes[0].send_signal(signal.SIGHUP)
    wait_for(lambda: rig.log().count("configuration taken") > taken, 20)
    rig.box.set(fault_drop_before=0)
    later = voucher_draft(venue, DAY_ZERO + 2)
    later[5] = client_id(new)
    rig.verdict(later)
    wait_for(lambda: new in keys_of(rig), 30)
    shown = rig.shown()[doc_id(owed)]
    assert shown["state"] == "held" and [p["code"] for p in shown["problems"]] == ["other-client"]
    assert any("by-hand" in way["command"] for way in shown["ways"]), shown["ways"]
    rig.decide("by-hand", doc_id(owed), "1")
    rig.settled(sent=2, by_hand=1)
    assert [v["client_key"] for v in rig.vouchers()] == [venue.key, new]
