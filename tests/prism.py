#!/usr/bin/python3
"""Is every request of ours valid by PowerOffice's own description? All flows run through Prism, another's validator, against the
sandbox: vouchers with their PDF, answers that are lost, reversals, orders with invoices, products, the books, onboarding.

For development, not for CI: Prism is an npm package (npm install @stoplight/prism-cli), and the description is not ours to keep.
usage: tests/prism.py SPEC.yaml [--prism PROGRAM] [--responses]     --responses: the sandbox's answers are judged, too
"""
import argparse
import collections
import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
os.environ.setdefault("BILAG_BIN", str(ROOT / "bin"))
sys.path.insert(0, str(ROOT / "tests" / "system"))

from answer_proxy import Proxy                               # noqa: E402
from pipeline import Pipeline, client_key, free_port                     # noqa: E402
from test_cli import DAY, receipt, venue, z_report           # noqa: E402
from test_onboarding import Connecting, get, location        # noqa: E402


APPLICATION = "5c3f7fd1-75a1-4f1e-9e62-00000000abcd"


def start_prism(program, spec, port, behind, log):
    process = subprocess.Popen([program, "proxy", spec, f"http://127.0.0.1:{behind}/v2", "--port", str(port)],
                               stdout=log, stderr=subprocess.STDOUT, env={**os.environ, "NO_COLOR": "1"})
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process
        assert process.poll() is None, "Prism ended"
        time.sleep(0.1)
    raise AssertionError("Prism did not start")


def place():
    return venue(auto_invoice="true", send_invoice="true", project="P1", location="AKER", product_types={
        "food": {"account": "3000", "reduced_account": "3001", "product": "MAT", "reduced_product": "MAT-TA"},
        "beer": {"account": "3010", "alcohol": "true", "product": "OL", "project": ""}},
        payment_types={"cash": {"account": "1900", "location": ""}, "card": {"account": "1570"}, "credit": {"transfer": "false"}})


def day(number, first, z, extra=()):
    sold = [receipt(first, 12500, day=number), receipt(first + 1, 9900, kind="beer", paid="cash", day=number), *extra]
    return sold + [z_report(first + len(sold), sold, number=z, day=number)]


def flows(pipeline, proxy):
    def document(name):
        return next((d for v in json.loads(pipeline.command("status", "--json", check=False).stdout)["venues"] for d in v["documents"] if d["id"] == name),
                    {"state": None})

    def until(name, state):
        pipeline.until(f"{name} {state}", lambda: document(name)["state"] == state, 60)

    connecting = Connecting(pipeline)
    assert get(location(connecting.address)) == 200 and connecting.end()[0] == 0
    pipeline.reload()
    pipeline.command("check", "--online", check=False)
    pipeline.command("products", "--venue", "oslo-grill", "list", check=False)
    pipeline.command("products", "--venue", "oslo-grill", "create", check=False)
    pipeline.command("customers", "--venue", "oslo-grill", "list", check=False)
    pipeline.command("customers", "--venue", "oslo-grill", "connect", "kunde-77", "10001", check=False)
    credit = {**receipt(3, 25000, paid="credit"), "customer": "kunde-77", "order": "A-1"}
    pipeline.post(day(DAY, 1, 1, [credit]))
    until(f"oslo-grill/{DAY}/1", "sent")
    until("oslo-grill/order/K1/3", "sent")
    pipeline.until("the PDF", lambda: proxy.put, 60)
    for at, (part, kind) in enumerate([("/Vouchers/CashJournals", "lost after"), ("/SalesOrders/Complete", "lost after")]):
        proxy.spoil("POST", part, kind)
        name, first = f"2026-11-{21 + at}", 5 + 4 * at
        later = {**receipt(first + 2, 5000, paid="credit", day=name), "customer": "kunde-77", "order": f"A-{first}"}
        pipeline.post(day(name, first, 2 + at, [later]))
        until(f"oslo-grill/{name}/1", "sent")
        until(f"oslo-grill/order/K1/{first + 2}", "sent")
    pipeline.command("reverse", f"oslo-grill/{DAY}/1", "--reason", "wrong", "--yes")
    pipeline.until("reversed", lambda: proxy.count("POST", "/Vouchers/Reverse"), 60)
    until(f"oslo-grill/{DAY}/1", "sent")
    pipeline.until("invoices", lambda: proxy.count("POST", "createAndSendInvoice") >= 3, 60)
    pipeline.until("they are sent", lambda: proxy.count("GET", "/SalesOrders/sentState"), 60)
    pipeline.until("PDFs", lambda: len(proxy.put) >= 4, 60)


def operation(method, path):
    path = path.split("?")[0].removeprefix("/v2")
    return f"{method} {re.sub(r'[0-9a-f]{8}-[0-9a-f-]{27}', '{id}', path)}"


# The description says `style: form` of the PDF's part. OpenAPI 3.0 has that ignored in multipart bodies; Prism applies it, and
# finds the bytes of any PDF to be reserved characters.
NOT_SO = {"request.body.file Reserved characters used in request body"}


def judge(log, responses):
    """What Prism found, each once with how often."""
    found = collections.Counter()
    for line in log.read_text(errors="replace").splitlines():
        match = re.search(r"Violation: (request|response)(.*)", line)
        if match and (responses or match.group(1) == "request"):
            found[(match.group(1) + match.group(2)).strip()] += 1
    return found


def finds_what_is_wrong(port, log):
    """A validator that finds nothing proves nothing: one request that is wrong, after all others."""
    before = judge(log, False)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/Vouchers/CashJournals", b'{"VoucherDate":7,"CurrencyCode":"NOK"}',
                       {"Content-Type": "application/json", "Authorization": "Bearer x"})
    connection.getresponse().read()
    connection.close()
    return before, sum(judge(log, False).values()) > sum(before.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("spec")
    parser.add_argument("--prism", default="prism")
    parser.add_argument("--responses", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "prism.log"
        proxy, port = Proxy(0), free_port()
        with open(log, "wb") as out:
            prism = start_prism(args.prism, args.spec, port, proxy.port, out)
        try:
            with Pipeline({"oslo-grill": place()}, customers=[(10001, "Kunde AS")], application_key=APPLICATION, settings={
                    "poweroffice": {"api_url": f"http://127.0.0.1:{port}", "contact": "drift@example.no"}},
                    run_sandbox=True) as pipeline:
                proxy.port_behind = pipeline.sandbox_port
                pipeline.sandbox("clients", {"client_key": client_key("oslo-grill"), "projects": [{"code": "P1"}],
                                             "locations": [{"code": "AKER"}]})
                pipeline.reload()
                flows(pipeline, proxy)
                found, sharp = finds_what_is_wrong(port, log)
        finally:
            prism.terminate()
            prism.wait(10)
            proxy.stop()
        if args.responses:
            found = judge(log, True)
        text = log.read_text(errors="replace")
    seen = collections.Counter(operation(method, path) for method, path, _ in proxy.seen)
    for name, count in sorted(seen.items()):
        print(f"{count:5}  {name}")
    for words, count in sorted(found.items()):
        print(f"{'not so' if words in NOT_SO else 'WRONG'} {count:4}  {words}")
    found = {words: count for words, count in found.items() if words not in NOT_SO}
    judged = text.count("Request received")
    print(f"{sum(seen.values())} requests of {len(seen)} operations passed on, {judged} judged, {sum(found.values())} violations")
    if not sharp:
        print("Prism did not find a request that is wrong on purpose: nothing is proved")
    return 1 if found or not judged or not sharp else 0


sys.exit(main())
