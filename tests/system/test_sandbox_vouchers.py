"""bilag-sandbox and vouchers: each strict rule refuses, each switch has its effect."""
import json
import uuid

import pytest

from sandbox_api import APP, DAY, KEY, OTHER_APP, OTHER_KEY, SUBSCRIPTION, put_pdf, wait_for
from sandbox_start import start    # noqa: F401


def test_voucher_posted_and_found_again(start):
    sandbox = start()
    api = sandbox.api()
    lines = [api.line(1570, 1250.5, DepartmentId=api.department("10")),
             api.line(3000, -1000.25, "3", Description="Mat æøå"), api.line(3001, -250.25, "31")]
    answer = api.post_voucher("day-1", lines, ImportedVoucherNo=7)
    assert answer.status == 201
    posted = answer.json
    assert posted["VoucherNo"] == 1 and posted["VoucherDate"] == DAY and not posted["IsReversed"]
    assert len({line["Id"] for line in posted["VoucherLines"]}) == 3
    again = api.get(f"/Vouchers/CashJournals/{posted['Id']}")
    assert again.status == 200 and again.json == posted
    assert api.get(f"/Vouchers/ManualJournals/{posted['Id']}").status == 404
    [seen] = sandbox.inspect("vouchers?org_no=912345678")
    assert sandbox.inspect("vouchers?org_no=1") == []
    assert [seen["id"], seen["voucher_no"], seen["reference"], seen["kind"], seen["reversed"]] == \
        [posted["Id"], 1, "day-1", "CashJournal", False]
    assert [(l["account"], l["vat_code"], l["department"], l["amount"], l["posting_date"])
            for l in seen["lines"]] == [(1570, "0", "10", 125050, DAY), (3000, "3", None, -100025, DAY),
                                        (3001, "31", None, -25025, DAY)]
    assert seen["lines"][1]["description"] == "Mat æøå" and seen["company"] == "912345678"


def test_transactions(start):
    sandbox = start()
    api = sandbox.api()
    posted = api.post_voucher("day-1", [api.line(1570, 125), api.line(3000, -125, "3")]).json
    path = f"/AccountTransactions?fromDate={DAY}&toDate={DAY}"
    rows = api.list(path)
    assert [(r["AccountNo"], r["Amount"]) for r in rows] == [(1570, 125), (3000, -100), (2700, -25)]
    assert sum(r["Amount"] for r in rows) == 0 and rows[1]["VatAmount"] == -25
    assert {r["VoucherId"] for r in rows} == {posted["Id"]} and rows[0]["VoucherType"] == "CashJournal"
    found = api.list(path + "&voucherTypes=CashJournal&accountNos=1570"
                     "&Fields=VoucherId,VoucherNo,ExternalImportReference,IsReversed")
    assert found == [{"VoucherId": posted["Id"], "VoucherNo": 1, "ExternalImportReference": "day-1",
                      "IsReversed": False}]
    for query in ("&voucherTypes=ManualJournal", "&accountNos=1571", "&voucherNos=2-", "&vatCodes=31",
                  "&createdDateTimeOffsetGreaterThan=2099-01-01T00:00:00Z", "&departmentCodes=10"):
        assert api.get(path + query).status == 204, query
    assert api.get("/AccountTransactions?fromDate=2026-11-21&toDate=2026-11-22").status == 204
    sandbox.set(transactions_amount="gross")
    assert [(r["AccountNo"], r["Amount"]) for r in api.list(path)] == [(1570, 125), (3000, -125)]


def amount(index, value):
    return lambda v: v["VoucherLines"][index].__setitem__("CurrencyAmount", value)


def line(index, **members):
    return lambda v: v["VoucherLines"][index].update(members)


@pytest.mark.parametrize("why, change, word", [
    ("unbalanced by one øre", amount(0, 125.01), "balance"),
    ("zero amount", lambda v: v["VoucherLines"].append({**v["VoucherLines"][0], "CurrencyAmount": 0}), "0"),
    ("no amount", lambda v: v["VoucherLines"][0].pop("CurrencyAmount"), "0"),
    ("three decimals", lambda v: (amount(0, 125.001)(v), amount(1, -125.001)(v)), "decimals"),
    ("VatId missing", lambda v: v["VoucherLines"][0].pop("VatId"), "VatId"),
    ("VatId null", line(0, VatId=None), "VatId"),
    ("AccountId missing", lambda v: v["VoucherLines"][0].pop("AccountId"), "AccountId"),
    ("PostingDate missing", lambda v: v["VoucherLines"][0].pop("PostingDate"), "PostingDate"),
    ("account number instead of id", line(0, AccountId=1570), "account"),
    ("unknown VAT id", line(0, VatId=3), "VAT"),
    ("unknown department", line(0, DepartmentId=10), "DepartmentId"),
    ("unknown location", line(0, LocationId=10), "LocationId"),
    ("unknown project", line(0, ProjectId=10), "ProjectId"),
    ("unknown product", line(0, ProductId=10), "product"),
    ("no lines", lambda v: v.update(VoucherLines=[]), "lines"),
    ("lines null", lambda v: v.update(VoucherLines=None), "lines"),
    ("no date", lambda v: v.pop("VoucherDate"), "VoucherDate"),
    ("no such date", lambda v: v.update(VoucherDate="2026-02-30"), "VoucherDate"),
    ("no currency", lambda v: v.pop("CurrencyCode"), "CurrencyCode"),
    ("currency too long", lambda v: v.update(CurrencyCode="NOKK"), "CurrencyCode"),
    ("foreign currency", lambda v: v.update(CurrencyCode="SEK"), "SEK"),
    ("reference too long", lambda v: v.update(ExternalImportReference="x" * 51), "ExternalImportReference"),
    ("batch id too long", lambda v: v.update(SaftBatchId="x" * 36), "SaftBatchId"),
    ("source id too long", lambda v: v.update(SaftSourceId="x" * 36), "SaftSourceId"),
    ("amount as text", amount(0, "125.00"), "CurrencyAmount"),
    ("amount out of range", amount(0, 1e40), "range"),
    ("id as text", line(0, AccountId="7"), "AccountId"),
    ("not a word of the enumeration", line(0, VatReturnSpecification="Nothing"), "VatReturnSpecification"),
    ("enumeration as number", line(0, VatReturnSpecification=1), "VatReturnSpecification"),
    ("before the conversion date", line(0, PostingDate="1999-12-31"), "conversion"),
    ("line no object", lambda v: v["VoucherLines"].append(5), "object"),
])
def test_voucher_refused(start, why, change, word):
    sandbox = start()
    api = sandbox.api()
    voucher = api.voucher()
    change(voucher)
    answer = api.post("/Vouchers/CashJournals", voucher)
    assert answer.status == 400, why
    assert word.lower() in answer.body.decode().lower(), (why, answer)
    assert sandbox.inspect("vouchers") == []


@pytest.mark.parametrize("why, no, code, word", [
    ("control account", 1500, "0", "control account"), ("locked VAT code", 3005, "31", "locked"),
    ("inactive account", 3006, "3", "not active"), ("department missing", 3007, "3", "department"),
    ("project missing", 3008, "3", "project"), ("unknown account", 2700, "0", "account"),
])
def test_account_rules(start, why, no, code, word):
    sandbox = start()
    api = sandbox.api()
    base = api.account(3000) - 3000
    sale = {**api.line(3000, -10, code), "AccountId": base + no}
    answer = api.post_voucher("r", [api.line(1570, 10), sale])
    assert answer.status == 400 and word in answer.json["detail"], (why, answer)


def test_account_rules_fulfilled(start):
    api = start().api()
    lines = [api.line(1570, 20), api.line(3005, -10, "3"),
             api.line(3007, -10, "3", DepartmentId=api.department("10"))]
    assert api.post_voucher("r", lines).status == 201
    assert api.post_voucher("s", [api.line(1570, 20, DepartmentId=api.department("99")),
                                  api.line(3000, -20, "3")]).status == 400


def test_all_faults_are_named_at_once(start):
    api = start().api()
    voucher = api.voucher()
    voucher["VoucherLines"][0].update(AccountId=1, VatId=1)
    answer = api.post("/Vouchers/CashJournals", voucher).json
    assert answer["title"].startswith("Aggregated") and set(answer["errors"]) == {"AccountId", "VatId"}


def test_vat_code_valid_on_the_posting_date(start):
    api = start().api()
    expired = api.vat("33", expired=True)
    sale = lambda day: {**api.line(3000, -10, "3", day=day), "VatId": expired}
    assert api.post_voucher("r", [api.line(1570, 10), sale(DAY)]).status == 400
    assert api.post_voucher("r", [api.line(1570, 10, day="2017-06-01"), sale("2017-06-01")]).status == 201


def test_lock_date(start):
    sandbox = start()
    api = sandbox.api()
    sandbox.client(lock_date=DAY)
    answer = api.post_voucher()
    assert answer.status == 400 and "locked" in answer.json["detail"]
    sandbox.set(lock_status="409")
    assert api.post_voucher().status == 409
    sandbox.client(lock_date="2026-11-19")
    assert api.post_voucher().status == 201
    sandbox.client(lock_date=None)
    assert api.get("/LockDateSettings").json["LockDate"] is None


def test_statuses_of_refusals(start):
    sandbox = start(rule_status="422", unknown_id_status="404")
    api = sandbox.api()
    assert api.post_voucher("r", [api.line(1570, 1)]).status == 422
    assert api.post_voucher("r", [{**api.line(1570, 1), "VatId": None}]).status == 422
    unknown = api.post_voucher("r", [{**api.line(1570, 1), "AccountId": 1}, api.line(3000, -1, "3")])
    assert unknown.status == 404 and unknown.json["title"] == "Object(s) not found"


def test_decimals_and_balance_switches(start):
    sandbox = start()
    api = sandbox.api()
    pair = lambda a, b, day=DAY: [api.line(1570, a, day=day), api.line(3000, b, "3")]
    assert api.post_voucher("a", pair(10.000, -10)).status == 201              # zeros are no decimals
    sandbox.set(decimals_over="round")
    assert api.post_voucher("b", pair(10.004, -10)).status == 201
    assert api.post_voucher("c", pair(10.005, -10)).status == 400
    sandbox.set(balance_tolerance_ore=1)
    assert api.post_voucher("c", pair(10.005, -10)).status == 201
    assert api.post_voucher("d", pair(10, -10, day="2026-11-19")).status == 201
    sandbox.set(balance_per_date="on")
    assert api.post_voucher("e", pair(10, -10, day="2026-11-19")).status == 400
    assert api.post_voucher("f", pair(0.1, -0.1)).status == 201                # exact, not binary


def test_body_switches_and_media_types(start):
    sandbox = start()
    api = sandbox.api()
    voucher = {**api.voucher(), "Stray": 1}
    camel = {k[0].lower() + k[1:]: v for k, v in api.voucher("camel").items()}
    assert api.post("/Vouchers/CashJournals", voucher).status == 201
    assert api.post("/Vouchers/CashJournals", camel).status == 400
    sandbox.set(unknown_body="refuse", body_names="any")
    assert api.post("/Vouchers/CashJournals", {**voucher, "ExternalImportReference": "x"}).status == 400
    assert api.post("/Vouchers/CashJournals", camel).status == 201
    for number, media in enumerate(("text/json", "application/json; charset=utf-8",
                                    "application/json-patch+json", "application/vnd.x+json")):
        posted = api.post("/Vouchers/CashJournals", api.voucher(f"m{number}"), content_type=media)
        assert posted.status == 201, media
    assert api.post("/Vouchers/CashJournals", voucher, content_type="text/plain").status == 415
    for text in ("", "{", "[]", "{} x", '{"VoucherDate":01}', '{"a":"\\u12"}'):
        assert api.post("/Vouchers/CashJournals", text).status == 400, text
    sandbox.set(max_body_bytes=1024)
    assert api.post("/Vouchers/CashJournals", api.voucher("big", Description="x" * 2000)).status == 413


def test_reference_is_unique_per_company(start):
    sandbox = start()
    api = sandbox.api()
    first = api.post_voucher("same").json["Id"]
    answer = api.post_voucher("same")
    assert answer.status == 400 and "same" in answer.json["detail"] and first not in answer.json["detail"]
    assert sandbox.api(key=OTHER_KEY).post_voucher("same").status == 201
    assert api.post_voucher(None).status == api.post_voucher(None).status == 201
    sandbox.set(duplicate_reference="409", duplicate_names_id="on")
    answer = api.post_voucher("same")
    assert answer.status == 409 and first in answer.json["detail"]
    sandbox.set(duplicate_reference="accept")
    assert api.post_voucher("same").status == 201
    assert len(sandbox.inspect(f"vouchers?client_key={KEY}")) == 4


def test_reference_scope_and_replica(start):
    sandbox = start()
    api = sandbox.api()
    assert api.post_voucher("both").status == api.post_order("both").status == 201
    sandbox.set(reference_scope="shared")
    api.post_voucher("v")
    assert api.post_order("v").status == 400
    sandbox.set(duplicate_check="replica", read_lag_ms=60000)
    assert api.post_voucher("v").status == 201


def test_two_keys_one_set_of_books(start):
    companies = {"subscription_keys": [SUBSCRIPTION], "application_keys": [APP, OTHER_APP], "clients": [
        {"client_key": KEY, "application_key": APP, "books": "shared", "org_no": "1"},
        {"client_key": OTHER_KEY, "application_key": OTHER_APP, "books": "shared", "org_no": "1"}]}
    sandbox = start(companies=companies)
    api, other = sandbox.api(), sandbox.api(app=OTHER_APP, key=OTHER_KEY)
    posted = api.post_voucher("same").json["Id"]
    assert other.post_voucher("same").status == 400
    assert other.get(f"/Vouchers/CashJournals/{posted}").status == 404       # not this integration's
    assert other.post(f"/Vouchers/Reverse/{posted}").status == 404
    assert other.list(f"/AccountTransactions?fromDate={DAY}&toDate={DAY}")


def test_read_lag(start):
    sandbox = start(read_lag_ms=60000)
    api = sandbox.api()
    voucher, order = api.post_voucher().json["Id"], api.post_order().json["Id"]
    paths = [f"/Vouchers/CashJournals/{voucher}", f"/SalesOrders/{order}/Complete"]
    transactions = f"/AccountTransactions?fromDate={DAY}&toDate={DAY}"
    assert [api.get(path).status for path in paths] == [404, 404]
    assert api.get(transactions).status == api.get("/SalesOrders").status == 204
    assert put_pdf(api, voucher).status == 404
    assert len(sandbox.inspect("vouchers")) == len(sandbox.inspect("orders")) == 1
    assert api.post_voucher().status == 400                            # uniqueness does not lag
    sandbox.set(read_lag_ms=0)
    assert [api.get(path).status for path in paths] == [200, 200]
    assert api.get(transactions).status == api.get("/SalesOrders").status == 200
    sandbox.set(read_lag_ms=300)
    second = api.post_voucher("second").json["Id"]
    assert api.get(f"/Vouchers/CashJournals/{second}").status == 404
    wait_for(lambda: api.get(f"/Vouchers/CashJournals/{second}").status == 200)


def test_voucher_no_in_the_answer(start):
    sandbox = start(voucher_no_in_201="zero")
    api = sandbox.api()
    posted = api.post_voucher().json
    assert posted["VoucherNo"] == 0
    assert api.get(f"/Vouchers/CashJournals/{posted['Id']}").json["VoucherNo"] == 1


def test_manual_journal(start):
    api = start().api()
    posted = api.post("/Vouchers/ManualJournals", api.voucher()).json
    assert api.get(f"/Vouchers/ManualJournals/{posted['Id']}").status == 200
    rows = api.list(f"/AccountTransactions?fromDate={DAY}&toDate={DAY}&voucherTypes=ManualJournal")
    assert rows[0]["VoucherId"] == posted["Id"]


def test_posting_to_a_customer(start):
    sandbox = start()
    api = sandbox.api()
    customer = api.list("/Customers?customerNos=10001")[0]
    line = {**api.line(1570, -50), "AccountId": customer["SubledgerAccountId"]}
    assert api.post_voucher("paid", [api.line(1570, 50), line]).status == 201
    assert sandbox.inspect("vouchers")[0]["lines"][1]["account"] == 10001


def test_reversal(start):
    sandbox = start()
    api = sandbox.api()
    posted = api.post_voucher("same").json["Id"]
    answer = api.post(f"/Vouchers/Reverse/{posted}")
    assert answer.status == 202
    again = api.post(f"/Vouchers/Reverse/{posted}")
    assert again.status == 400 and "already reversed" in again.json["detail"]
    assert api.post(f"/Vouchers/Reverse/{uuid.uuid4()}").status == 404
    assert api.get(f"/Vouchers/CashJournals/{posted}").json["IsReversed"]
    first, second = sandbox.inspect("vouchers")
    assert first["reversed"] and second["kind"] == "ReversalVoucher" and second["reverses"] == posted
    assert [l["amount"] for l in second["lines"]] == [-l["amount"] for l in first["lines"]]
    rows = api.list(f"/AccountTransactions?fromDate={DAY}&toDate={DAY}&accountNos=1570")
    assert [(r["VoucherType"], r["IsReversed"], r["ReversedVoucherId"], r["ExternalImportReference"])
            for r in rows] == [("CashJournal", True, None, "same"), ("ReversalVoucher", False, posted, None)]
    assert api.post_voucher("same").status == 201                      # the reference is free again
    assert api.post(f"/Vouchers/Reverse/{second['id']}").status == 404


def test_reversal_switches(start):
    sandbox = start(reverse_status="200", reversal_date="today", reversal_reference="on")
    api = sandbox.api()
    posted = api.post_voucher("same").json["Id"]
    sandbox.client(lock_date=DAY)
    assert api.post(f"/Vouchers/Reverse/{posted}").status == 200       # today is open
    original, reversal = sandbox.inspect("vouchers")
    assert reversal["reference"] == "same" and reversal["lines"][0]["posting_date"] != DAY
    sandbox.client(lock_date=None)
    sandbox.set(reversal_date="original", reversal_privilege="YearEndVoucher_Full")
    posted = api.post_voucher("same").json["Id"]
    sandbox.client(lock_date=DAY, privileges=["CashVoucher_Full", "ReverseVoucher_Full"])
    assert sandbox.api().post(f"/Vouchers/Reverse/{posted}").status == 403
    sandbox.set(reversal_privilege="either")
    assert sandbox.api().post(f"/Vouchers/Reverse/{posted}").status == 400


def test_voucher_documentation(start):
    sandbox = start()
    api = sandbox.api()
    posted = api.post_voucher().json["Id"]
    assert put_pdf(api, posted).status == 204
    assert sandbox.inspect("vouchers")[0]["pdf_bytes"] > 8
    assert put_pdf(api, posted, b"GIF89a").status == 400
    assert put_pdf(api, posted, name="other").status == 400
    assert put_pdf(api, uuid.uuid4()).status == 404
    sandbox.set(pdf_status="202")
    assert put_pdf(api, posted).status == 202
