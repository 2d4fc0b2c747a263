"""bilag-sandbox under stress: the books survive kill -9, faults come as told."""
import http.client
import json
import signal
import time

import pytest

from sandbox_api import at_once, put_pdf, send
from sandbox_start import start    # noqa: F401


# --- durability -------------------------------------------------------------------------------

def test_books_survive_kill_9(start, tmp_path):
    sandbox = start(ledger=tmp_path / "ledger", send_ms=0)
    api = sandbox.api()
    first = api.post_voucher("one").json
    second = api.post_voucher("two").json
    assert api.post(f"/Vouchers/Reverse/{second['Id']}").status == 202
    assert put_pdf(api, first["Id"]).status == 204
    order, sent = api.post_order("o").json, api.post_order("s").json
    assert send(api, sent["Id"]).status == 202
    customer = api.post("/Customers", {"Name": "Ny AS", "ExternalImportReference": "k"}).json
    product = api.post("/Products", {"Name": "Ny", "Code": "NY", "StandardSalesAccount": 3010}).json
    sandbox.client(lock_date="2026-01-31")
    before = sandbox.inspect("vouchers"), sandbox.inspect("orders")
    assert sandbox.stop(signal.SIGKILL) != 0
    sandbox.start()
    api = sandbox.api()
    assert (sandbox.inspect("vouchers"), sandbox.inspect("orders")) == before
    assert api.get(f"/Vouchers/CashJournals/{first['Id']}").json == first
    assert api.get(f"/SalesOrders/{order['Id']}/Complete").json == order
    assert api.list("/Customers?externalImportReference=k")[0]["Id"] == customer["Id"]
    assert api.list("/Products?codes=NY")[0] == product
    assert api.list("/OutgoingInvoices")[0]["Id"] == sent["Id"]
    assert api.get("/LockDateSettings").json["LockDate"] == "2026-01-31"
    assert api.post_voucher("one").status == api.post_order("o").status == 400
    new = api.post_voucher("two")
    assert new.status == 201 and new.json["VoucherNo"] > second["VoucherNo"] + 1


def test_answered_means_on_disk(start, tmp_path):
    """Killed in the middle of many posts: what was answered is there, and nothing twice."""
    sandbox = start(ledger=tmp_path / "ledger")
    api = sandbox.api()
    template = api.voucher("x")

    def post(number):
        try:
            answer = api.post("/Vouchers/CashJournals", {**template, "ExternalImportReference": f"r{number}"})
            return f"r{number}" if answer.status == 201 else None
        except (OSError, http.client.HTTPException):
            return None

    answered = set()

    def post_or_kill(number):
        reference = post(number)
        if reference:
            answered.add(reference)
            if len(answered) == 40:              # others are under way
                sandbox.process.send_signal(signal.SIGKILL)

    at_once(8, lambda n: [post_or_kill(n * 20 + i) for i in range(20)])
    sandbox.stop()
    sandbox.start()
    kept = [voucher["reference"] for voucher in sandbox.inspect("vouchers")]
    assert 40 <= len(answered) < 160 and answered <= set(kept) and len(kept) == len(set(kept))


def test_reset(start, tmp_path):
    sandbox = start(ledger=tmp_path / "ledger")
    api = sandbox.api()
    api.post_voucher("one")
    assert sandbox.call("POST", "/_sandbox/reset").status == 204
    assert sandbox.inspect("vouchers") == [] and api.post_voucher("one").status == 201
    assert sandbox.call("POST", "/_sandbox/reset-stats").status == 204
    assert sandbox.inspect("stats")["requests"]["total"] == 0
    sandbox.stop(signal.SIGKILL)
    sandbox.start()
    assert len(sandbox.inspect("vouchers")) == 1


# --- faults -----------------------------------------------------------------------------------

@pytest.mark.parametrize("fault, status, posted", [
    ("fault_429", 429, False), ("fault_5xx_before", 500, False), ("fault_5xx_after", 500, True),
    ("fault_drop_before", None, False), ("fault_drop_after", None, True), ("fault_reset", None, None),
])
def test_faults(start, fault, status, posted):
    sandbox = start()
    api = sandbox.api()
    voucher = api.voucher("one")
    sandbox.set(**{fault: 1000, "fault_count": 1})
    try:
        answer = api.post("/Vouchers/CashJournals", voucher)
        assert answer.status // 100 == status // 100 and (status != 429 or answer.status == 429)
    except (http.client.RemoteDisconnected, ConnectionResetError) as lost:
        assert status is None
        assert isinstance(lost, ConnectionResetError)
        assert (type(lost) is ConnectionResetError) == (fault == "fault_reset")
    if posted is not None:
        assert len(sandbox.inspect("vouchers")) == posted
    assert api.get("/VatCodes").status == 200                          # fault_count is used up
    assert sandbox.inspect("stats")["throttled"] == (status == 429)


def test_reset_is_processed_or_not(start):
    sandbox = start(fault_reset=1000)
    sandbox.set(fault_paths="/Vouchers")
    api = sandbox.api()
    for number in range(20):
        with pytest.raises(ConnectionResetError):
            api.post_voucher(f"r{number}")
    posted = len(sandbox.inspect("vouchers"))
    assert 0 < posted < 20


def test_fault_paths_and_token(start):
    sandbox = start(fault_5xx_before=1000)
    api = sandbox.api()                                                # the token is spared
    assert api.get("/VatCodes").status >= 500
    sandbox.set(fault_paths="/departments,/Token")
    assert api.get("/VatCodes").status == 200
    assert api.get("/Departments").status >= 500 and sandbox.token().status >= 500


def test_same_seed_same_faults(start):
    def run(seed):
        sandbox = start(seed=seed)
        api = sandbox.api()
        sandbox.set(fault_5xx_before=300, fault_429=100)
        return [api.get("/LockDateSettings").status for _ in range(100)]

    first = run(5)
    assert first == run(5) and first != run(6)
    assert 15 < sum(status >= 500 for status in first) < 45


def test_latency_holds_up_nobody(start):
    sandbox = start()
    api = sandbox.api()
    voucher = api.voucher("x")
    sandbox.set(latency_ms=2000)
    begun = time.monotonic()
    answers = at_once(40, lambda n: api.post("/Vouchers/CashJournals",
                                             {**voucher, "ExternalImportReference": f"r{n}"}))
    took = time.monotonic() - begun
    assert [answer.status for answer in answers] == [201] * 40
    assert 2.0 <= took < 3.5, took
    sandbox.set(latency_ms=0)
    assert len(sandbox.inspect("vouchers")) == 40


def test_slow_answers_are_processed_at_once(start):
    sandbox = start(fault_slow_ms=60000)
    api = sandbox.api()
    voucher = api.voucher()
    sandbox.set(fault_slow_permille=1000)
    with pytest.raises(TimeoutError):
        api.post("/Vouchers/CashJournals", voucher, timeout=0.3)
    assert len(sandbox.inspect("vouchers")) == 1
    begun = time.monotonic()
    assert sandbox.stop() == 0 and time.monotonic() - begun < 2        # waiting answers do not hold it
