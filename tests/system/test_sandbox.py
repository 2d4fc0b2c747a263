"""bilag-sandbox itself: login, gateway, lists and onboarding as the contract says, and what can be looked at.
What other tests conclude rests on this and on test_sandbox_*.py."""
import http.client
import json
import pathlib
import socket
import subprocess
import uuid

import pytest

from sandbox_api import APP, BIN, DAY, KEY, OTHER_APP, OTHER_KEY, SUBSCRIPTION, wait_for
from sandbox_start import start    # noqa: F401


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
    ("POST", "/Vouchers/Reverse/6f1c6d0e-8f0a-4c7b-9d3e-2b7a5c4d1e90", "ReverseVoucher_Full"),
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
