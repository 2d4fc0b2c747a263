"""Starts bilag-sandbox and talks to it as a client of PowerOffice Go would; standard library only."""
import base64
import concurrent.futures
import http.client
import json
import os
import pathlib
import signal
import subprocess
import time

BIN = pathlib.Path(os.environ.get("BILAG_BIN", "./bin"))
APP = "4f6e4b5b-42b3-4fad-a56f-2599ea8fbd44"
OTHER_APP = "da8860a2-dfe0-444d-905d-85762bcbc4db"
KEY = "11111111-1111-4111-8111-111111111111"
OTHER_KEY = "22222222-2222-4222-8222-222222222222"
SUBSCRIPTION = "sub-test"
DAY = "2026-11-20"

COMPANIES = {
    "subscription_keys": [SUBSCRIPTION, "sub-second"],
    "application_keys": [APP, OTHER_APP],
    "clients": [
        {
            "client_key": KEY, "name": "Oslo Grill AS", "org_no": "912345678",
            "accounts_changed": [
                {"no": 3005, "vat_code": "3", "vat_locked": True},
                {"no": 3006, "active": False},
                {"no": 3007, "department_required": True},
                {"no": 3008, "project_required": True},
            ],
            "departments": [{"code": "10", "name": "Bar"}, {"code": "99", "name": "Stengt", "active": False}],
            "locations": [{"code": "L1", "name": "Oslo"}],
            "customers": [
                {"no": 10001, "name": "Plain AS", "invoice_fee": False},
                {"no": 10002, "name": "Discount AS", "allowance": 10, "invoice_fee": True},
                {"no": 10003, "name": "Vat Free AS", "vat_free": True, "invoice_fee": False},
                {"no": 10004, "name": "Gone AS", "archived": True},
                {"no": 10005, "name": "Bar AS", "department": "10", "invoice_fee": False},
            ],
            "products": [
                {"code": "MAT", "name": "Mat", "account": 3000, "optional_account": 3001, "price": 40},
                {"code": "MAT-TA", "name": "Mat, ta med", "account": 3001},
                {"code": "OLD", "name": "Utgått", "account": 3000, "archived": True},
            ],
        },
        {"client_key": OTHER_KEY, "name": "Bergen Grill AS", "org_no": "987654321"},
    ],
}


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body) if self.body else None

    def __repr__(self):
        return f"{self.status} {self.body[:600]!r}"


class Sandbox:
    """One running sandbox. settings are given on the command line."""

    def __init__(self, folder, companies=None, ledger=None, seed=1, **settings):
        self.folder = pathlib.Path(folder)
        self.companies = companies or COMPANIES
        self.ledger, self.seed, self.settings = ledger, seed, settings
        self.process = None
        self.start()

    def start(self):
        file, port_file = self.folder / "companies.json", self.folder / "port"
        file.write_text(json.dumps(self.companies))
        port_file.unlink(missing_ok=True)
        command = [str(BIN / "bilag-sandbox"), "--listen", "127.0.0.1:0", "--port-file", str(port_file),
                   "--companies", str(file), "--seed", str(self.seed)]
        if self.ledger:
            command += ["--ledger", str(self.ledger)]
        for name, value in self.settings.items():
            command += ["--set", f"{name}={value}"]
        self.log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(command, stderr=self.log)
        deadline = time.monotonic() + 10
        while not port_file.exists():
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline, "not ready within 10 s"
            time.sleep(0.005)
        self.port = int(port_file.read_text())

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(5)
        self.log.close()
        return code

    def call(self, method, path, body=None, headers=None, timeout=20):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            if body is not None and not isinstance(body, (bytes, str)):
                body = json.dumps(body)
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def inspect(self, what):
        answer = self.call("GET", f"/_sandbox/{what}")
        assert answer.status == 200, answer
        return answer.json

    def set(self, **settings):
        answer = self.call("POST", "/_sandbox/settings", settings)
        assert answer.status == 200, answer

    def client(self, **members):
        answer = self.call("POST", "/_sandbox/clients", {"client_key": KEY, **members})
        assert answer.status == 204, answer

    def token(self, app=APP, key=KEY, subscription=SUBSCRIPTION, body="grant_type=client_credentials",
              authorization=None, path="/OAuth/Token"):
        pair = base64.b64encode(f"{app}:{key}".encode()).decode()
        headers = {"Authorization": authorization or f"Basic {pair}",
                   "Content-Type": "application/x-www-form-urlencoded"}
        if subscription:
            headers["Ocp-Apim-Subscription-Key"] = subscription
        return self.call("POST", path, body, headers)

    def api(self, **who):
        return Api(self, **who)


class Api:
    """A logged-in client."""

    def __init__(self, sandbox, app=APP, key=KEY, subscription=SUBSCRIPTION):
        self.sandbox = sandbox
        answer = sandbox.token(app, key, subscription)
        assert answer.status == 200, answer
        self.headers = {"Authorization": f"Bearer {answer.json['access_token']}",
                        "Ocp-Apim-Subscription-Key": subscription, "Accept": "application/json"}

    def get(self, path, **extra):
        return self.sandbox.call("GET", f"/v2{path}", headers=self.headers, **extra)

    def post(self, path, body=None, content_type="application/json", **extra):
        return self.sandbox.call("POST", f"/v2{path}", body,
                                 {**self.headers, "Content-Type": content_type}, **extra)

    def list(self, path):
        answer = self.get(path)
        assert answer.status in (200, 204), answer
        return answer.json or []

    def account(self, no):
        return self.list(f"/GeneralLedgerAccounts?accountNos={no}")[0]["Id"]

    def vat(self, code, expired=False):
        rows = self.list(f"/VatCodes?includeExpired={str(expired).lower()}")
        return [row["Id"] for row in rows if row["Code"] == code][0]

    def department(self, code):
        return self.list(f"/Departments?codes={code}")[0]["Id"]

    def line(self, no, amount, code="0", day=DAY, **extra):
        return {"AccountId": self.account(no), "VatId": self.vat(code), "PostingDate": day,
                "CurrencyAmount": amount, **extra}

    def voucher(self, reference="ref-1", lines=None, **extra):
        return {"VoucherDate": DAY, "CurrencyCode": "NOK", "ExternalImportReference": reference,
                "Description": "Oslo Grill 2026-11-20", "SaftBatchId": "b", "SaftSourceId": "QuickOrder",
                "VoucherLines": lines or [self.line(1570, 125.00), self.line(3000, -125.00, "3")], **extra}

    def post_voucher(self, reference="ref-1", lines=None, **extra):
        return self.post("/Vouchers/CashJournals", self.voucher(reference, lines, **extra))

    def order(self, reference="order-1", customer=10001, lines=None, **extra):
        return {"CustomerNo": customer, "ExternalImportReference": reference, "CurrencyCode": "NOK",
                "SalesOrderDate": DAY, "SalesOrderLines": lines or [
                    {"ProductCode": "MAT", "Quantity": 1, "ProductUnitPrice": 80, "Allowance": 0,
                     "UseStandardSalesAccount": True}], **extra}

    def post_order(self, reference="order-1", customer=10001, lines=None, **extra):
        return self.post("/SalesOrders/Complete", self.order(reference, customer, lines, **extra))


def wait_for(condition, seconds=30):
    """The first true value of condition(), polled with a deadline."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.01)


def at_once(count, work):
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


def put_pdf(api, voucher, content=b"%PDF-1.4 x", name="file"):
    body = (f'--mark\r\nContent-Disposition: form-data; name="{name}"; filename="z.pdf"\r\n'
            "Content-Type: application/pdf\r\n\r\n").encode() + content + b"\r\n--mark--\r\n"
    return api.sandbox.call("PUT", f"/v2/VoucherDocumentation?id={voucher}", body,
                            {**api.headers, "Content-Type": "multipart/form-data; boundary=mark"})


def send(api, order, **body):
    return api.post(f"/SalesOrders/{order}/createAndSendInvoice", body)
