"""Goal: `bilag check --online` is green only where the first day passes: each way in which a client in PowerOffice can be wrong
is named by its code, once, and none is green; what is named is what would hold the day."""
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from orders_rig import venue    # noqa: E402
from pipeline import Pipeline, client_key, clients_of    # noqa: E402

RIGHTS = ["GeneralLedgerAccount", "CommonServices", "Department", "CashVoucher_Full", "AccountTransaction", "SalesOrders_Full",
          "OutgoingInvoice", "Customer", "Product", "ReverseVoucher_Full", "Project", "Location",
          "VoucherDocumentation_Full", "SalesOrders"]
CODES = [{"code": c, "name": c, "rate": r, "valid_from": "2005-01-01", "active": True} for c, r in (("0", 0), ("3", 25), ("31", 15))]


def without(right):
    return {"privileges": [r for r in RIGHTS if r != right and not (right == "SalesOrders_Full" and r == "SalesOrders")]}


def code(changed, **more):
    return {"vat_codes": [{**c, **more} if c["code"] == changed else c for c in CODES]}


# name: (what is wrong with the client, or with the venue, the code that names it)
FAULTS = {
    "well": ({}, {}, None),
    "inactive": ({"accounts_changed": [{"no": 3000, "active": False}]}, {}, "account-inactive"),
    "gone": ({}, {"payment_types": {"card": {"account": "1999"}, "credit": {"transfer": "false"}}}, "account-unknown"),
    "project": ({"accounts_changed": [{"no": 1570, "project_required": True}]}, {}, "project-required"),
    "project-of-venue": ({"accounts_changed": [{"no": 1570, "project_required": True}], "projects": [{"code": "P1"}]},
                         {"project": "P1"}, None),
    "project-of-payment": ({"accounts_changed": [{"no": 1570, "project_required": True}], "projects": [{"code": "P1"}]},
                           {"payment_types": {"card": {"account": "1570", "project": "P1"}, "credit": {"transfer": "false"}}}, None),
    "project-but-there": ({"accounts_changed": [{"no": 1570, "project_required": True}], "projects": [{"code": "P1"}]},
                          {"payment_types": {"card": {"account": "1570", "project": ""}, "credit": {"transfer": "false"}},
                           "project": "P1"}, "project-required"),
    "no-project": ({"projects": [{"code": "P1"}]}, {"project": "P2"}, "project-unknown"),
    "off-project": ({"projects": [{"code": "P1", "active": False}]}, {"project": "P1"}, "project-unknown"),
    "location": ({"locations": [{"code": "OSLO"}]}, {"location": "OSLO"}, None),
    "no-location": ({}, {"location": "OSLO"}, "location-unknown"),
    "off-location": ({"locations": [{"code": "OSLO", "active": False}]},
                     {"payment_types": {"card": {"account": "1570", "location": "OSLO"}, "credit": {"transfer": "false"}}},
                     "location-unknown"),
    "department": ({"accounts_changed": [{"no": 3000, "department_required": True}]}, {}, "department-required"),
    "no-department": ({}, {"department": "77"}, "department-unknown"),
    "off-department": ({"departments": [{"code": "10", "name": "Bar", "active": False}]}, {"department": "10"},
                       "department-unknown"),
    "locked": ({"accounts_changed": [{"no": 3000, "vat_code": "5", "vat_locked": True}]}, {}, "account-vat-locked"),
    "expired": (code("3", valid_to="2026-01-31"), {}, "vat-code-unknown"),
    "off-code": (code("31", active=False), {}, "vat-code-unknown"),
    "rate": (code("3", rate=24), {}, "vat-rate-differs"),
    "closed": ({"lock_date": "2099-12-31"}, {}, "period-locked"),
    "product": ({"products": [{"code": "MAT", "name": "Mat", "account": 3000, "archived": True}]}, {}, "product-unknown"),
    "other-account": ({"products": [{"code": "MAT", "name": "Mat", "account": 3001}]}, {}, "product-account"),
    "sending": ({"allow_send_invoice": False}, {"send_invoice": "true"}, "sending-off"),
    "module": ({"subscriptions": ["Sales"]}, {}, "privilege-missing"),
    "revoked": ({"revoked": True}, {}, "login"),
    "bank": ({}, {"payment_types": {"card": {"account": "1920"}, "credit": {"transfer": "false"}}}, "bank-account"),
    "right-nobody-needs": ({"privileges": [right for right in RIGHTS if right not in ("Project", "Location")]}, {}, None),
    **{f"right-{right}": ({**without(right), "projects": [{"code": "P1"}], "locations": [{"code": "OSLO"}]},
                          {"department": "10", "project": "P1", "location": "OSLO"}, "privilege-missing")
       for right in RIGHTS if right != "SalesOrders"},
}


def faults_of(said):
    return [line.rsplit("[", 1)[1].rstrip("]") for line in said.splitlines() if "FAULT" in line or line.rstrip().endswith("]")
            if "[" in line and "note" not in line]


@pytest.fixture(scope="module")
def pipeline():
    venues = {name: {**venue(name, company=str(912345000 + i)), "client_key": {"file": f"keys/{name}"}, **changes}
              for i, (name, (_, changes, _)) in enumerate(FAULTS.items())}
    clients = clients_of(venues, customers=[(10001, "Kunde AS")])
    for client in clients:
        client["vat_codes"] = CODES
        client["accounts_changed"] = [a for a in client["accounts_changed"] if a["no"] != 1999] + [{"no": 3001}]
        client["departments"] = [{"code": "10", "name": "Bar"}]
        client["privileges"] = RIGHTS
        name = next(n for n in FAULTS if client_key(n) == client["client_key"])
        for member, value in FAULTS[name][0].items():
            client[member] = client[member] + value if member == "accounts_changed" else value
    with Pipeline(venues, clients=clients, stages={s: 0 for s in ("ingest", "mapper", "validator", "uploader", "invoicer")}) as it:
        yield it


@pytest.mark.parametrize("name", FAULTS)
def test_faulty_client_is_named(pipeline, name):
    said = pipeline.command("check", "--online", "--venue", name, check=False)
    wanted = FAULTS[name][2]
    codes = faults_of(said.stdout)
    if wanted is None:
        assert said.returncode == 0 and not codes, said.stdout
        return
    assert said.returncode == 1 and set(codes) - {"transfer-refused"} == {wanted}, said.stdout
    if name.startswith("right-"):
        assert name.split("-", 1)[1] in said.stdout
    assert wanted != "bank-account" or codes.count(wanted) == 1, said.stdout


# Another company's key, and keys of the one environment at the addresses of the other.
def test_wrong_client_and_wrong_environment(pipeline):
    assert pipeline.command("check", "--online", "--venue", "well").returncode == 0
    pipeline.sandbox("clients", {"client_key": client_key("well"), "client_id": "7654321"})
    said = pipeline.command("check", "--online", "--venue", "well", check=False)
    assert said.returncode == 1 and faults_of(said.stdout) == ["other-client"], said.stdout
    file = pipeline.config / "bilag.yaml"
    text = file.read_text()
    file.write_text(text.replace("/OAuth/Token", "/Demo/OAuth/Token"))
    said = pipeline.command("check", "--online", "--venue", "well", check=False)
    assert said.returncode not in (0, 1) and "demo" in said.stderr and "never mix" in said.stderr
    file.write_text(text)
