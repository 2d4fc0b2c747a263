"""bilag-sandbox itself: each strict rule refuses, each switch has its effect, the books survive
kill -9, faults come as told. What other tests conclude rests on this."""
import http.client
import json
import pathlib
import signal
import socket
import subprocess
import time
import uuid

import pytest

from sandbox_api import (APP, BIN, DAY, KEY, OTHER_APP, OTHER_KEY, SUBSCRIPTION, Sandbox, at_once, wait_for)

FREE = {"rate_limit": 100000, "read_lag_ms": 0}


@pytest.fixture
def start(tmp_path):
    """Starts sandboxes that are stopped, and must stop cleanly, at the end of the test."""
    started = []

    def run(ledger=None, companies=None, seed=1, **settings):
        folder = tmp_path / str(len(started))
        folder.mkdir()
        sandbox = Sandbox(folder, companies, ledger, seed, **{**FREE, **settings})
        started.append(sandbox)
        return sandbox

    yield run
    for sandbox in started:
        if sandbox.process.poll() is None:
            assert sandbox.stop() == 0
        log = (sandbox.folder / "log").read_text()
        assert "Sanitizer" not in log and "bug=" not in log, log


# --- login ------------------------------------------------------------------------------------

def test_token_call_shape(start):
    sandbox = start()
    answer = sandbox.token()
    assert answer.status == 200
    assert answer.json["token_type"] == "bearer" and answer.json["expires_in"] == 1200
    assert answer.json["access_token"].count(".") == 2
    assert sandbox.token(path="/Demo/oauth/token").status == 200


@pytest.mark.parametrize("why, change, status, error", [
    ("no subscription key", {"subscription": None}, 401, None),
    ("wrong subscription key", {"subscription": "sub-tesT"}, 401, None),
    ("wrong client key", {"key": str(uuid.uuid4())}, 400, "invalid_client"),
    ("wrong application key", {"app": str(uuid.uuid4())}, 400, "invalid_client"),
    ("keys the wrong way round", {"app": KEY, "key": APP}, 400, "invalid_client"),
    ("not Basic", {"authorization": "Bearer x"}, 400, "invalid_client"),
    ("not base64", {"authorization": "Basic ???"}, 400, "invalid_client"),
    ("wrong grant", {"body": "grant_type=password"}, 400, "unsupported_grant_type"),
    ("no body", {"body": ""}, 400, "unsupported_grant_type"),
])
def test_token_refused(start, why, change, status, error):
    answer = start().token(**change)
    assert answer.status == status, (why, answer)
    assert answer.json.get("error") == error or "message" in answer.json, why


def test_client_key_bound_to_an_application(start):
    sandbox = start()
    sandbox.client(application_key=OTHER_APP)
    assert sandbox.token().json["error"] == "invalid_client"
    assert sandbox.token(app=OTHER_APP).status == 200


def test_bearer_everywhere_and_expiry(start):
    sandbox = start(token_lifetime_s=1)
    assert sandbox.token().json["expires_in"] == 1
    key = {"Ocp-Apim-Subscription-Key": SUBSCRIPTION}
    assert sandbox.call("GET", "/v2/VatCodes", headers=key).status == 401
    api = sandbox.api()
    assert api.get("/VatCodes").status == 200
    without_key = {"Authorization": api.headers["Authorization"]}
    assert sandbox.call("GET", "/v2/VatCodes", headers=without_key).status == 401
    wait_for(lambda: api.get("/VatCodes").status == 401)


def test_expire_tokens_and_revoked_key(start):
    sandbox = start()
    api = sandbox.api()
    sandbox.set(expire_tokens=True)
    assert api.get("/VatCodes").status == 401
    api = sandbox.api()
    sandbox.client(revoked=True)
    assert api.get("/VatCodes").status == 401
    assert sandbox.token().json["error"] == "invalid_client"
    sandbox.set(revoked_tokens="live")
    assert api.get("/VatCodes").status == 200


@pytest.mark.parametrize("method, path, privilege", [
    ("GET", "/GeneralLedgerAccounts", "GeneralLedgerAccount"), ("GET", "/VatCodes", "CommonServices"),
    ("GET", "/LockDateSettings", "CommonServices"), ("GET", "/FinancialSettings", "CommonServices"),
    ("GET", "/Departments", "Department"), ("GET", "/Locations", "Location"),
    ("GET", "/Projects", "Project"), ("GET", "/Customers", "Customer"), ("GET", "/Products", "Product"),
    ("POST", "/Customers", "Customer_Full"), ("POST", "/Products", "Product_Full"),
    ("POST", "/Vouchers/CashJournals", "CashVoucher_Full"),
    ("POST", "/Vouchers/ManualJournals", "ManualVoucher_Full"),
    ("POST", f"/Vouchers/Reverse/{uuid.uuid4()}", "ReverseVoucher_Full"),
    ("GET", f"/AccountTransactions?fromDate={DAY}&toDate={DAY}", "AccountTransaction"),
    ("GET", "/SalesOrders", "SalesOrders"), ("POST", "/SalesOrders/Complete", "SalesOrders_Full"),
    ("GET", "/OutgoingInvoices", "OutgoingInvoice"),
])
def test_privileges(start, method, path, privilege):
    sandbox = start()
    info = sandbox.api().get("/ClientIntegrationInformation").json
    keep = [p for p in info["ValidPrivileges"] if p not in (privilege, privilege + "_Full")]
    old = sandbox.api()
    sandbox.client(privileges=keep)
    for api, status in ((sandbox.api(), 403), (old, None)):     # a token keeps what it was issued with
        answer = api.get(path) if method == "GET" else api.post(path, {})
        assert (answer.status == 403) == (status == 403), (path, answer)
    api = sandbox.api()
    answer = api.get(path) if method == "GET" else api.post(path, {})
    assert answer.body == b""
    sandbox.set(body_403="problem")
    answer = api.get(path) if method == "GET" else api.post(path, {})
    assert answer.json["title"] == "Forbidden"


def test_integration_information(start):
    sandbox = start()
    sandbox.client(invalid_privileges=["Product"], allow_send_invoice=False, subscriptions=["Accounting"])
    info = sandbox.api().get("/ClientIntegrationInformation").json
    assert info["ClientName"] == "Oslo Grill AS" and not info["AllowSendInvoice"]
    assert info["InvalidPrivileges"] == ["Product"] and "Product" not in info["ValidPrivileges"]
    assert info["ActiveClientSubscriptions"] == ["Accounting"]


# --- gateway ----------------------------------------------------------------------------------

def test_rate_limit_sliding_second_shared_by_clients(start):
    sandbox = start(rate_limit=10)
    first, second = sandbox.api(), sandbox.api(key=OTHER_KEY)
    answers = [api.get("/LockDateSettings") for _ in range(7) for api in (first, second)]
    statuses = [answer.status for answer in answers]
    assert statuses.count(200) == 8 and statuses.count(429) == 6       # two of the ten were tokens
    refused = [answer for answer in answers if answer.status == 429][0]
    assert refused.headers["retry-after"] == "1"
    assert refused.json["statusCode"] == 429 and "seconds" in refused.json["message"]
    assert sandbox.api(subscription="sub-second").get("/LockDateSettings").status == 200
    stats = sandbox.inspect("stats")
    assert stats["throttled"] == stats["over_limit"] == 6 and stats["max_in_a_second"] == 16
    wait_for(lambda: first.get("/LockDateSettings").status == 200)


def test_rate_limit_switches(start):
    sandbox = start(rate_limit=1, retry_after="off", gateway_status_code="text")
    sandbox.token()
    answer = sandbox.token()
    assert answer.status == 429 and "retry-after" not in answer.headers
    assert answer.json["statusCode"] == "429"


def test_paths_case_and_gateway_404(start):
    sandbox = start()
    api = sandbox.api()
    assert api.get("/vatcodes").status == 200
    assert sandbox.call("GET", "/Demo/V2/VATCODES", headers=api.headers).status == 200
    for path in ("/v2/Nothing", "/VatCodes", "/v2/_sandbox/stats", "/v3/VatCodes"):
        answer = sandbox.call("GET", path, headers=api.headers)
        assert answer.status == 404 and "title" not in answer.json, path
    assert api.post("/SalesOrders", {}).status == 404                  # only /Complete exists
    assert api.get("/VatCodes?x=" + "y" * 2000).json["message"]
    assert api.get("/GeneralLedgerAccounts?accountNos=" + "1570," * 300 + "1570").status == 200
    assert api.get("/GeneralLedgerAccounts?accountNos=" + "1570," * 400 + "1570").status == 404


def test_unknown_query_members(start):
    sandbox = start()
    api = sandbox.api()
    posted = api.post_voucher().json["Id"]
    assert api.get("/VatCodes?$top=1").status == 400
    assert api.get(f"/Vouchers/CashJournals/{posted}?Fields=Id").status == 400
    sandbox.set(unknown_query="ignore")
    assert api.get("/VatCodes?$top=1").status == 200


def test_down(start):
    sandbox = start()
    api = sandbox.api()
    sandbox.set(down="503")
    assert api.get("/VatCodes").status == 503
    sandbox.set(down=True)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        api.get("/VatCodes")
    sandbox.set(down=False)
    assert api.get("/VatCodes").status == 200


# --- lists ------------------------------------------------------------------------------------

def test_filters(start):
    api = start().api()
    numbers = lambda query: [row["AccountNo"] for row in api.list("/GeneralLedgerAccounts?accountNos=" + query)]
    assert numbers("1570") == [1570]
    assert numbers("1570-1571,%201900,7771-") == [1570, 1571, 1900, 7771]
    assert numbers("1") == []
    assert [d["Code"] for d in api.list("/Departments?codes=99,10")] == ["10", "99"]
    assert [d["Code"] for d in api.list("/Departments?isActive=true")] == ["10"]
    codes = [row["Code"] for row in api.list("/VatCodes")]
    assert codes.count("33") == 1 and {"0", "3", "31", "32", "33", "5", "51", "52", "6", "7"} == set(codes)
    assert [row["Code"] for row in api.list("/VatCodes?includeExpired=true")].count("33") == 4
    assert {row["Code"]: row["Rate"] for row in api.list("/VatCodes")}["32"] == 0.1111
    assert [c["Number"] for c in api.list("/Customers?customerNos=10002-10003")] == [10002, 10003]
    assert [p["Code"] for p in api.list("/Products?codes=MAT-TA")] == ["MAT-TA"]
    assert [p["Code"] for p in api.list("/Products?isArchived=true")] == ["OLD"]
    assert api.list("/GeneralLedgerAccounts?lastChangedDateTimeOffsetGreaterThan=2099-01-01T00:00:00%2B01:00") == []


@pytest.mark.parametrize("path, title", [
    ("/GeneralLedgerAccounts?accountNos=abc", "Unable to cast object(s)"),
    ("/GeneralLedgerAccounts?accountNos=-5", "Unable to cast object(s)"),
    ("/VatCodes?isActive=maybe", "Unable to cast object(s)"),
    ("/Departments?lastChangedDateTimeOffsetGreaterThan=yesterday", "Unable to cast object(s)"),
    ("/AccountTransactions?fromDate=2026-02-30&toDate=2026-03-01", "Unable to cast object(s)"),
    ("/VatCodes?Fields=Id,Nonsense", "Invalid resourceParameter"),
    ("/VatCodes?OrderBy=Id%20sideways", "Invalid resourceParameter"),
    ("/VatCodes?PageSize=20001", "Invalid resourceParameter"),
    ("/VatCodes?PageNumber=0", "Invalid resourceParameter"),
    ("/AccountTransactions?fromDate=2026-01-01", "Validation error(s)"),
])
def test_bad_queries(start, path, title):
    answer = start().api().get(path)
    assert answer.status == 400 and answer.json["title"] == title, answer


def test_paging_fields_order(start):
    sandbox = start()
    api = sandbox.api()
    first = api.get("/VatCodes?PageSize=4&OrderBy=Code%20desc&Fields=Code")
    assert first.json == [{"Code": code} for code in ("7", "6", "52", "51")]
    page = json.loads(first.headers["x-pagination"])
    assert page["totalCount"] == 10 and page["totalPages"] == 3
    seen, link = [], "/VatCodes?PageSize=4&PageNumber=1"
    while link:
        answer = api.get(link)
        seen += [row["Code"] for row in answer.json]
        link = json.loads(answer.headers["x-pagination"])["nextPageLink"]
        link = link and link[len("/v2"):]
    assert len(seen) == len(set(seen)) == 10
    assert api.get("/VatCodes?PageNumber=9").status == 204
    ids = [row["AccountNo"] for row in api.list("/GeneralLedgerAccounts?OrderBy=AccountNo%20desc&PageSize=3")]
    assert ids == [7771, 7770, 7740]
    sandbox.set(pagination="next")
    assert list(json.loads(api.get("/VatCodes").headers["x-pagination"])) == ["nextPageLink"]
    sandbox.set(pagination="absent")
    assert "x-pagination" not in api.get("/VatCodes").headers
    sandbox.set(page_size_preset=2)
    assert len(api.list("/VatCodes")) == 2


def test_empty_list(start):
    sandbox = start()
    api = sandbox.api()
    answer = api.get("/Projects")
    assert answer.status == 204 and answer.body == b""
    sandbox.set(empty_list="200")
    answer = api.get("/Projects")
    assert answer.status == 200 and answer.json == []


def test_forms_of_dates_timestamps_problems(start):
    sandbox = start()
    api = sandbox.api()
    sandbox.client(lock_date="2026-01-31")
    assert api.get("/LockDateSettings").json == {"LockDate": "2026-01-31"}
    stamp = lambda: api.list("/Departments?codes=10")[0]["LastChangedDateTimeOffset"]
    assert stamp().endswith("Z") and len(stamp().split(".")[1]) == 8
    sandbox.set(dates="datetime", timestamps="offset")
    assert api.get("/LockDateSettings").json == {"LockDate": "2026-01-31T00:00:00"}
    assert stamp().endswith("+00:00")
    sandbox.set(timestamps="bare")
    assert stamp()[-1].isdigit()
    bad = lambda: api.get("/VatCodes?Fields=Nonsense").json
    assert set(bad()) == {"title", "status", "detail", "errors"}
    sandbox.set(problem_names="pascal", problem_errors="off")
    assert set(bad()) == {"Title", "Status", "Detail"}


def test_ids_differ_between_companies_and_are_not_numbers(start):
    sandbox = start()
    mine, other = sandbox.api(), sandbox.api(key=OTHER_KEY)
    assert mine.account(3000) != other.account(3000) and mine.account(3000) > 100000
    assert mine.vat("3") != other.vat("3")


# --- vouchers ---------------------------------------------------------------------------------

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


def put_pdf(api, voucher, content=b"%PDF-1.4 x", name="file"):
    body = (f'--mark\r\nContent-Disposition: form-data; name="{name}"; filename="z.pdf"\r\n'
            "Content-Type: application/pdf\r\n\r\n").encode() + content + b"\r\n--mark--\r\n"
    return api.sandbox.call("PUT", f"/v2/VoucherDocumentation?id={voucher}", body,
                            {**api.headers, "Content-Type": "multipart/form-data; boundary=mark"})


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


# --- customers and products -------------------------------------------------------------------

def test_customers(start):
    api = start().api()
    answer = api.post("/Customers", {"Name": "Ny AS", "ExternalImportReference": "kunde-1",
                                     "OrganizationNumber": "999888777", "ExternalNumber": 5})
    assert answer.status == 201
    new = answer.json
    assert new["Number"] == 10006 and new["UseInvoiceFee"] and not new["IsArchived"]
    assert api.list("/Customers?externalImportReference=kunde-1")[0]["Id"] == new["Id"]
    assert api.list("/Customers?externalNos=5")[0]["SubledgerAccountId"] == new["SubledgerAccountId"]


@pytest.mark.parametrize("why, body, status, word", [
    ("no name", {}, 400, "Name"), ("person without last name", {"IsPerson": True, "FirstName": "A"}, 400, "LastName"),
    ("reference in use", {"Name": "x", "ExternalImportReference": "k"}, 400, "in use by id"),
    ("external number in use", {"Name": "x", "ExternalNumber": 9}, 400, "in use by id"),
    ("reference too long", {"Name": "x", "ExternalImportReference": "x" * 51}, 400, "50"),
    ("address without city", {"Name": "x", "MailAddress": {"ZipCode": "0150"}}, 400, "City"),
    ("e-mail missing", {"Name": "x", "InvoiceDeliveryType": "PdfByEmail"}, 400, "PdfByEmail"),
    ("organisation number missing", {"Name": "x", "InvoiceDeliveryType": "EHF"}, 400, "EHF"),
    ("cannot be set", {"Name": "x", "InvoiceDeliveryType": "Factoring"}, 400, "Factoring"),
    ("number outside the series", {"Name": "x", "Number": 5}, 400, "series"),
    ("number in use", {"Name": "x", "Number": 10001}, 400, "in use"),
    ("unknown department", {"Name": "x", "DepartmentCode": "77"}, 404, "department"),
    ("allowance", {"Name": "x", "Allowance": 100.01}, 400, "Allowance"),
])
def test_customer_refused(start, why, body, status, word):
    api = start().api()
    assert api.post("/Customers", {"Name": "K", "ExternalImportReference": "k", "ExternalNumber": 9}).status == 201
    answer = api.post("/Customers", body)
    assert answer.status == status and word in answer.json["detail"], (why, answer)


def test_products(start):
    sandbox = start()
    api = sandbox.api()
    answer = api.post("/Products", {"Name": "Øl", "Code": "OL", "StandardSalesAccountId": api.account(3010)})
    assert answer.status == 201 and answer.json["StandardSalesAccount"] == 3010
    assert "VatCode" not in answer.json
    sandbox.set(product_status="200")
    assert api.post("/Products", {"Name": "Vin", "Code": "VIN", "StandardSalesAccount": 3011}).status == 200
    assert api.post("/Products", {"Code": "X"}).status == 400
    assert api.post("/Products", {"Name": "x" * 401}).status == 400
    assert api.post("/Products", {"Name": "x", "StandardSalesAccount": 9}).status == 400
    assert api.post("/Products", {"Name": "x", "Code": "OL"}).status == 400


# --- sales orders -----------------------------------------------------------------------------

def test_order_posted_and_found_again(start):
    sandbox = start()
    api = sandbox.api()
    lines = [{"ProductCode": "MAT", "Quantity": 2, "ProductUnitPrice": 79.6, "Allowance": 0,
              "UseStandardSalesAccount": True, "Description": "Burger", "SortOrder": 0},
             {"ProductCode": "MAT-TA", "Quantity": 3, "ProductUnitPrice": 33.3333, "Allowance": 0,
              "UseStandardSalesAccount": True, "SortOrder": 1},
             {"LineType": "Text", "Description": "Takk"}]
    answer = api.post_order("o-1", lines=lines, ImportedOrderNo=55, DepartmentCode="10")
    assert answer.status == 201
    order = answer.json
    assert order["NetAmount"] == 259.20 and order["TotalAmount"] == 314.00 and order["LineCount"] == 3
    assert [(l["VatCode"], l["VatRate"], l["NetAmount"], l["VatAmount"], l["TotalAmount"])
            for l in order["SalesOrderLines"][:2]] == [("3", 0.25, 159.2, 39.8, 199), ("31", 0.15, 100, 15, 115)]
    found = api.list("/SalesOrders?onlyCreatedByCurrentIntegration=true&customerNos=10001"
                     "&Fields=Id,SalesOrderNo,ExternalImportReference")
    assert found == [{"Id": order["Id"], "SalesOrderNo": order["SalesOrderNo"], "ExternalImportReference": "o-1"}]
    assert api.get(f"/SalesOrders/{order['Id']}/Complete").json["TotalAmount"] == 314.00
    assert api.get("/SalesOrders?customerNos=10002").status == 204
    [seen] = sandbox.inspect("orders")
    assert (seen["total"], seen["net"], seen["imported_order_no"], seen["customer_no"], seen["department"],
            seen["order_date"], seen["sent"], seen["status"]) == \
        (31400, 25920, 55, 10001, "10", DAY, False, "Draft")
    assert (seen["lines"][1]["product"], seen["lines"][1]["account"], seen["lines"][1]["quantity"],
            seen["lines"][1]["unit_price"]) == ("MAT-TA", 3001, "3", "33.3333")
    assert api.post_order("o-1").status == 400


def test_what_a_client_forgets_to_say_is_inherited(start):
    api = start().api()
    said = {"ProductCode": "MAT", "Quantity": 1, "ProductUnitPrice": 80, "Allowance": 0, "UseStandardSalesAccount": True}
    without = lambda *names: [{k: v for k, v in said.items() if k not in names}]
    total = lambda ref, customer, lines: api.post_order(ref, customer, lines).json["TotalAmount"]
    assert total("a", 10002, [said]) == 100
    assert total("b", 10002, without("Allowance")) == 90               # the customer's discount
    assert total("c", 10003, [said]) == 100
    assert total("d", 10003, without("UseStandardSalesAccount")) == 92  # the optional account, 15 %
    assert total("e", 10001, without("ProductUnitPrice")) == 50        # the product's price
    shown = lambda ref, **more: api.post_order(ref, 10005, [said], **more).json["DepartmentCode"]
    assert shown("f") == "10" and shown("g", DepartmentId=-1) is None


@pytest.mark.parametrize("why, change, line, word", [
    ("no customer", {"CustomerNo": None}, {}, "CustomerId"),
    ("unknown customer", {"CustomerNo": 19999}, {}, "customer"),
    ("archived customer", {"CustomerNo": 10004}, {}, "archived"),
    ("foreign currency", {"CurrencyCode": "EUR"}, {}, "EUR"),
    ("status", {"SalesOrderStatus": "Sent"}, {}, "SalesOrderStatus"),
    ("reference too long", {"ExternalImportReference": "x" * 51}, {}, "ExternalImportReference"),
    ("unknown department", {"DepartmentCode": "77"}, {}, "department"),
    ("no product", {}, {"ProductCode": None}, "ProductId"),
    ("unknown product", {}, {"ProductCode": "NO"}, "product"),
    ("archived product", {}, {"ProductCode": "OLD"}, "archived"),
    ("no quantity", {}, {"Quantity": None}, "Quantity"),
    ("allowance over 100", {}, {"Allowance": 100.5}, "Allowance"),
    ("line type", {}, {"LineType": "Gift"}, "LineType"),
    ("amount no customer could owe", {}, {"ProductUnitPrice": 99999999999, "Quantity": 9999999}, "range"),
])
def test_order_refused(start, why, change, line, word):
    sandbox = start()
    api = sandbox.api()
    order = {**api.order(), **change}
    order["SalesOrderLines"][0].update(line)
    answer = api.post("/SalesOrders/Complete", order)
    assert answer.status == 400 and word in answer.json["detail"], (why, answer)
    assert sandbox.inspect("orders") == []


def test_order_line_references_are_unique_within(start):
    api = start().api()
    one = {"ProductCode": "MAT", "Quantity": 1, "ProductUnitPrice": 8, "ExternalImportReference": "l"}
    assert api.post_order("a", lines=[one, one]).status == 400
    assert api.post_order("a", lines=[one, {**one, "ExternalImportReference": "m"}]).status == 201
    assert api.post_order("b", lines=[one]).status == 201


def test_prices_and_rounding(start):
    sandbox = start()
    api = sandbox.api()
    total = lambda ref, *lines: api.post_order(ref, lines=[
        {"ProductCode": p, "Quantity": q, "ProductUnitPrice": u, "Allowance": 0, "UseStandardSalesAccount": True}
        for p, q, u in lines]).json["TotalAmount"]
    assert total("a", ("MAT", 3, 31.73336)) == 119.00                  # kept as 31.7334: net 95.20, VAT 23.80
    sandbox.set(price_decimals=2)
    assert total("b", ("MAT", 3, 31.73336)) == 118.99                  # kept as 31.73: net 95.19, VAT 23.80
    sandbox.set(price_decimals=6)
    assert total("c", ("MAT", 1000, 0.000105)) == 0.14
    assert total("d", ("MAT", -1, 80)) == -100                         # a credit note
    three = [("MAT", 1, 0.02)] * 3
    assert total("e", *three) == 0.09                                  # VAT 0.005 up to 0.01, three times
    sandbox.set(vat_rounding="order")
    assert total("f", *three) == 0.08
    sandbox.set(quantity_decimals=0)
    assert total("g", ("MAT", 1.5, 80)) == 200


def send(api, order, **body):
    return api.post(f"/SalesOrders/{order}/createAndSendInvoice", body)


def test_sending_an_order(start):
    sandbox = start(send_ms=100)
    api = sandbox.api()
    order = api.post_order("o-1", customer=10002).json
    assert api.get(f"/SalesOrders/sentState?id={order['Id']}").status == 204
    answer = send(api, order["Id"], DeliveryType="Auto", EmailAddress="a@example.com", VoucherDate="2026-11-21")
    assert answer.status == 202 and answer.json["DeliveryType"] == "Auto"
    state = lambda: api.get(answer.headers["location"].removeprefix("/v2")).json[0]
    assert state()["IsInvoiceBeingProcessed"] in (True, False)
    done = wait_for(lambda: state() if state()["SentDateTimeOffset"] else None)
    assert done["InvoiceNo"] > 0 and done["DueDate"] == "2026-12-05" and done["LastErrorMessage"] is None
    assert api.get("/SalesOrders").status == 204
    assert api.get(f"/SalesOrders/{order['Id']}/Complete").status == 404
    [invoice] = api.list("/OutgoingInvoices?customerNos=10002&fromDate=2026-11-21&toDate=2026-11-21")
    assert invoice["Id"] == order["Id"] and invoice["ExternalImportReference"] == "o-1"
    assert invoice["TotalAmount"] == order["TotalAmount"] + 73.75      # the customer's invoice fee
    assert invoice["OrderNo"] == order["SalesOrderNo"] and invoice["VoucherType"] == "OutgoingInvoice"
    assert api.get("/OutgoingInvoices?fromDate=2026-11-22").status == 204
    assert send(api, order["Id"]).status == 202
    assert len(api.list("/OutgoingInvoices")) == 1
    sandbox.set(send_again="refuse", sent_state="object")
    assert send(api, order["Id"]).status == 400
    assert api.get(f"/SalesOrders/sentState?id={order['Id']}").json["InvoiceNo"] == done["InvoiceNo"]
    assert sandbox.inspect("orders")[0]["sent"]
    assert api.post_order("o-1").status == 400                         # sending does not free it


def test_sending_refused(start):
    sandbox = start(send_ms=0, send_result="failed")
    api = sandbox.api()
    order = api.post_order(lines=[{"ProductCode": "MAT", "Quantity": -1, "ProductUnitPrice": 80}]).json["Id"]
    assert send(api, uuid.uuid4()).status == 404
    assert send(api, order, DeliveryType="PdfByEmail").status == 400
    assert send(api, order, DeliveryType="Pigeon").status == 400
    assert send(api, order).status == 202
    assert api.get(f"/SalesOrders/sentState?id={order}").json[0]["LastErrorMessage"]
    assert api.get("/SalesOrders").status == 200                       # a failed one stays an order
    sandbox.set(send_result="sent")
    sandbox.client(allow_send_invoice=False)
    answer = send(api, order)
    assert answer.status == 400 and answer.json["title"] == "Missing privilege"
    sandbox.client(allow_send_invoice=True)
    assert send(api, order).status == 202
    assert wait_for(lambda: api.list("/OutgoingInvoices"))[0]["VoucherType"] == "OutgoingCreditNote"
    assert api.get(f"/SalesOrders/sentState?id={uuid.uuid4()}").status == 404


def test_order_switches(start):
    sandbox = start(order_status="Confirmed", order_dates_required="on")
    api = sandbox.api()
    assert api.post_order().json["SalesOrderStatus"] == "Confirmed"
    assert api.get("/SalesOrders").status == 400
    assert len(api.list(f"/SalesOrders?fromDate={DAY}&toDate={DAY}&orderStatus=Confirmed")) == 1
    assert api.get("/SalesOrders?fromDate=2026-11-21&toDate=2026-11-22").status == 204


# --- onboarding -------------------------------------------------------------------------------

def test_onboarding(start):
    sandbox = start()
    key = {"Ocp-Apim-Subscription-Key": SUBSCRIPTION, "Content-Type": "application/json"}
    post = lambda path, body: sandbox.call("POST", f"/v2/Onboarding/{path}", body, key)
    ask = {"ApplicationKey": APP, "RedirectUri": "http://localhost/back?state=7", "ClientOrganizationNo": "912345678"}

    def browser(answer):
        address = answer.json["TemporaryUrl"].split(str(sandbox.port))[1]
        return sandbox.call("GET", address).headers["location"]

    assert post("Initiate", {**ask, "ApplicationKey": str(uuid.uuid4())}).status == 400
    assert post("Initiate", {"ApplicationKey": "x"}).status == 400
    back = browser(post("Initiate", ask))
    assert back.startswith("http://localhost/back?state=7&token=") and back.endswith("&status=Success")
    token = back.split("token=")[1].split("&")[0]
    [client] = post("Finalize", {"OnboardingToken": token}).json["OnboardedClientsInformation"]
    assert client == {"ClientKey": KEY, "ClientName": "Oslo Grill AS", "ClientOrganizationNumber": "912345678"}
    assert post("Finalize", {"OnboardingToken": token}).status == 400
    assert post("Finalize", {"OnboardingToken": ""}).status == 400
    assert browser(post("Initiate", {**ask, "ClientOrganizationNo": "1"})).endswith("status=ClientNotFound")
    sandbox.set(onboarding_answer="Canceled")
    assert browser(post("Initiate", ask)).endswith("?state=7&status=Canceled")
    sandbox.set(onboarding_answer="Success", onboarding_parameter="onboarding_token")
    assert "&onboarding_token=" in browser(post("Initiate", {**ask, "ClientOrganizationNo": None}))


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


# --- inspection -------------------------------------------------------------------------------

def test_settings(start):
    sandbox = start(rate_limit=77)
    listed = {row["name"]: row for row in sandbox.inspect("settings")}
    assert listed["rate_limit"]["value"] == 77 and listed["rate_limit"]["preset"] == 10
    assert all(row["meaning"] for row in listed.values())
    for body, word in (({"nonsense": 1}, "no such setting"), ({"rate_limit": 0}, "bounds"),
                       ({"rate_limit": "x"}, "bounds"),
                       ({"rate_limit": 1000001}, "bounds"), ({"empty_list": "404"}, "204|200"),
                       ({"empty_list": [1]}, "neither")):
        answer = sandbox.call("POST", "/_sandbox/settings", {"latency_ms": 9, **body})
        assert answer.status == 400 and word in answer.json["detail"], body
    assert {row["name"]: row for row in sandbox.inspect("settings")}["latency_ms"]["value"] == 0


def test_stats_requests_bodies(start):
    sandbox = start()
    api = sandbox.api()
    text = json.dumps(api.voucher("kept"), indent=3, ensure_ascii=False)
    sandbox.call("POST", "/_sandbox/reset-stats")
    api.post("/Vouchers/CashJournals", text.encode())
    api.post("/Vouchers/CashJournals", text.encode())
    [first, second] = sandbox.inspect("bodies")
    assert first["body"] == second["body"] == text and first["reference"] == "kept"
    assert (first["status"], second["status"]) == (201, 400)
    stats = sandbox.inspect("stats")
    assert stats["requests"]["by_endpoint"] == {"POST /Vouchers/CashJournals": 2}
    assert stats["requests"]["by_status"] == {"201": 1, "400": 1} and stats["vouchers"] == 1
    [last] = sandbox.inspect("requests?last=1")
    assert (last["method"], last["path"], last["status"], last["client"]) == \
        ("POST", "/Vouchers/CashJournals", 400, "Oslo Grill AS")
    everything = json.dumps([sandbox.inspect("requests"), stats])
    assert KEY not in everything and SUBSCRIPTION not in everything


def test_clients_at_run_time(start):
    sandbox = start()
    new = str(uuid.uuid4())
    answer = sandbox.call("POST", "/_sandbox/clients", [
        {"client_key": new, "name": "Ny", "accounts": [{"no": 1900, "name": "Kasse", "type": "Asset", "vat_code": "0"}],
         "vat_codes": [{"code": "3", "rate": 25}, {"code": "0", "rate": 0}, {"code": "31", "rate": 0.15}]}])
    assert answer.status == 204
    api = sandbox.api(key=new)
    assert [row["AccountNo"] for row in api.list("/GeneralLedgerAccounts")] == [1900]
    assert {row["Code"]: row["Rate"] for row in api.list("/VatCodes")} == {"3": 0.25, "0": 0, "31": 0.15}
    before = sandbox.api()
    account = before.account(3000)
    sandbox.client(accounts_changed=[{"no": 3000, "active": False}], customers=[{"no": 10001, "archived": True}])
    row = before.list("/GeneralLedgerAccounts?accountNos=3000")[0]
    assert row["Id"] == account and not row["IsActive"] and row["VatCode"] == "3"
    assert before.list("/Customers?customerNos=10001")[0]["IsArchived"]
    extra = str(uuid.uuid4())
    assert sandbox.call("POST", "/_sandbox/clients", {"subscription_keys": ["sub-third"], "application_keys": [extra],
                                                      "clients": []}).status == 204
    assert sandbox.api(app=extra, subscription="sub-third").get("/VatCodes").status == 200
    for bad in ({}, {"client_key": new, "accounts": [{}]}, {"client_key": new, "lock_date": "soon"},
                {"client_key": new, "privileges": ["Everything"]}, {"client_key": new, "vat_codes": [{"code": "3"}]}):
        assert sandbox.call("POST", "/_sandbox/clients", bad).status == 400, bad


def test_broken_http_does_no_harm(start):
    sandbox = start()
    for raw in (b"\x00\xff\r\n\r\n", b"GET\r\n\r\n", b"POST /v2/Customers HTTP/1.1\r\nContent-Length: 9\r\n\r\nab",
                b"GET /" + b"x" * 200000 + b" HTTP/1.1\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", sandbox.port)) as connection:
            try:
                connection.sendall(raw)
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(5)
                connection.recv(100)
            except OSError:
                pass
    assert sandbox.token().status == 200


def test_readme_has_the_table_of_help():
    text = subprocess.run([BIN / "bilag-sandbox", "--help"], capture_output=True, text=True, check=True).stdout
    table = text[text.index("| name"):]
    readme = pathlib.Path(__file__).resolve().parents[2] / "sandbox" / "README.md"
    assert readme.read_text().endswith(table)


@pytest.mark.parametrize("arguments, code", [
    (["--set", "nonsense=1"], 100), (["--set", "rate_limit"], 100), (["--seed", "x"], 100), (["--what"], 100),
    (["--companies", "/nonexistent"], 100), (["--listen", "nowhere"], 111), (["--help"], 0),
])
def test_command_line(arguments, code):
    run = subprocess.run([BIN / "bilag-sandbox", *arguments], capture_output=True, text=True, timeout=10)
    assert run.returncode == code and (code == 0 or "wrong=" in run.stderr), run.stderr
