"""The customers of credit orders, through the real processes: what is red, why, and how it goes on."""
import os
import pathlib
import pty
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from orders_rig import documents, in_powers_books, sale, start, until_held, until_sent, venue    # noqa: E402

CUSTOMERS = [
    {"no": 10001, "name": "Hansen & Sønner AS", "org_no": "987 654 321"},
    {"no": 10002, "name": "Bygg og Anlegg AS", "org_no": "912345675", "archived": True},
    {"no": 10003, "name": "Ås Kommune", "org_no": "NO964948798MVA"},
    {"no": 10004, "name": "Dobbelt AS"},
    {"no": 10005, "name": "DOBBELT AS"},
]


def until_customers_read(pipeline):
    pipeline.until("the customers are read", lambda: "Customers in PowerOffice" in
                   pipeline.command("customers", "--venue", "oslo", "list").stdout)


# Goal: connecting a customer sends what waited for it, at once and once; the connection counts for every venue of
# the company; who connected whom stays written down.
def test_connect():
    with start([venue("oslo", department="20"), venue("bergen", department="10")], CUSTOMERS) as pipeline:
        pipeline.post([sale("oslo", 1, "kunde-77"), sale("oslo", 2, "kunde-78"), sale("bergen", 1, "kunde-77")])
        text = until_held(pipeline, "oslo/order/K1/1", "customer-unconnected")
        assert "kunde-77" in text
        until_held(pipeline, "bergen/order/K1/1", "customer-unconnected")
        until_customers_read(pipeline)
        listed = pipeline.command("customers", "--venue", "oslo", "list").stdout
        assert "not connected  kunde-77" in listed and "2 orders, 2 waiting" in listed
        assert "10002  Bygg og Anlegg AS" in listed and "archived" in listed
        done = pipeline.command("customers", "--venue", "bergen", "connect", "kunde-77", "10001", "--reason", "same firm")
        until_sent(pipeline, 2, time.monotonic())
        assert "connected  kunde-77  10001 Hansen & Sønner AS" in done.stdout
        assert {order["customer_no"] for order in pipeline.orders()} == {10001} and "has been seen" not in done.stdout
        done = pipeline.command("customers", "--venue", "oslo", "connect", "Kunde 78", "10001")
        assert "No order of Kunde 78 has been seen yet" in done.stdout
        assert "Did you mean one that has been seen: kunde-78?" in done.stdout
        listed = pipeline.command("customers", "--venue", "oslo", "list", "--search", "kunde-77").stdout
        assert "connected      kunde-77" in listed and "kunde-78" not in listed
        again = pipeline.command("customers", "--venue", "oslo", "connect", "kunde-77", "10001")
        assert "(already)" in again.stdout
        audit = pipeline.command("audit", "912345678/kunde-77").stdout
        assert audit.count("connect 912345678/kunde-77 customer 10001: same firm") == 1
        assert documents(pipeline)["oslo/order/K1/2"][0] == "held" and len(pipeline.orders()) == 2


# Goal: an order says the receipt's reference, else the one kept with the connection, else its own number, and check names
# the companies that have none; sending that is off in PowerOffice is seen before anything is sent, and its mend as well; an
# invoice says its date and the customer's address, and that it lies in another month than the sale.
def test_references_and_invoices():
    known = [{"no": 10001, "name": "Hansen & Sønner AS", "org_no": "987 654 321", "email": "faktura@hansen.example"},
             {"no": 10003, "name": "Ås Kommune", "org_no": "NO964948798MVA"}]
    with start([venue("oslo", department="20", send_invoice="true")], known) as pipeline:
        for who, number, *more in (("kunde-77", 10001, "--reference", "PO 9"), ("kunde-78", 10003)):
            pipeline.command("customers", "--venue", "oslo", "connect", who, number, *more)
        in_powers_books(pipeline, allow_send_invoice=False)
        checked = pipeline.command("check", "--online", check=False).stdout
        assert "[sending-off]" in checked and "1 fault," in checked, checked
        assert "kunde-78" in checked and "[customer-reference]" in checked and "kunde-77" not in checked
        pipeline.post([sale("oslo", 1, "kunde-77"), {**sale("oslo", 2, "kunde-77"), "customer_reference": "Kari Ås"},
                       sale("oslo", 3, "kunde-78")])
        assert "send_invoice: false" in until_held(pipeline, "oslo/order/K1/1", "sending-off")
        assert not pipeline.orders()
        in_powers_books(pipeline, allow_send_invoice=True)
        pipeline.command("check", "--online", check=False)
        pipeline.until("three invoices", lambda: len([o for o in pipeline.orders() if o["sent"]]) == 3, deadline_s=30)
        said = {o["reference"]: o for o in pipeline.orders()}
        assert sorted(o["customer_reference"] for o in said.values()) == ["K1-3", "Kari Ås", "PO 9"]
        assert {o["send_email"] for o in said.values()} == {"faktura@hansen.example", None}
        assert len({o["invoice_date"] for o in said.values()}) == 1
        pipeline.until("the date is said", lambda: "the invoice is dated" in
                       pipeline.command("orders", "--venue", "oslo", check=False).stdout or
                       next(iter(said.values()))["invoice_date"][:7] == "2026-11")
        assert "reference PO 9" in pipeline.command("customers", "--venue", "oslo", "list").stdout


# Goal: a number that PowerOffice lacks or has archived is refused with its mend; a customer that was made after the
# list was read is found; disconnecting holds what is not sent.
def test_numbers():
    with start([venue("oslo")], CUSTOMERS) as pipeline:
        pipeline.post([sale("oslo", 1, "kunde-77")])
        until_held(pipeline, "oslo/order/K1/1", "customer-unconnected")
        until_customers_read(pipeline)
        for number, words in (("10009", "PowerOffice has no customer 10009"), ("10002", "archived in PowerOffice")):
            refused = pipeline.command("customers", "--venue", "oslo", "connect", "kunde-77", number, check=False)
            assert refused.returncode == 1 and words in refused.stderr, refused.stderr
        usage = pipeline.command("customers", "--venue", "oslo", "connect", "kunde-77", "ten", check=False)
        assert usage.returncode == 2
        in_powers_books(pipeline, customers=[{"no": 10009, "name": "Ny AS"}])
        pipeline.command("customers", "--venue", "oslo", "connect", "kunde-77", "10009")
        until_sent(pipeline, 1, time.monotonic())
        pipeline.command("customers", "--venue", "oslo", "disconnect", "kunde-77")
        pipeline.post([sale("oslo", 2, "kunde-77", day="2026-11-20")])
        until_held(pipeline, "oslo/order/K1/2", "customer-unconnected")
        missing = pipeline.command("customers", "--venue", "oslo", "disconnect", "kunde-77", check=False)
        assert missing.returncode == 1 and "not connected" in missing.stderr
        assert len(pipeline.orders()) == 1


# Goal: a customer archived after it was connected is its own red, and goes on once it is taken out of the archive.
def test_archived():
    with start([venue("oslo")], CUSTOMERS) as pipeline:
        pipeline.command("customers", "--venue", "oslo", "connect", "kunde-77", "10003")
        in_powers_books(pipeline, customers=[{"no": 10003, "archived": True}])
        pipeline.command("check", "--venue", "oslo", "--online", check=False)
        pipeline.post([sale("oslo", 1, "kunde-77")])
        text = until_held(pipeline, "oslo/order/K1/1", "customer-unknown")
        assert "10003" in text and "archive" in text
        assert "archived" in pipeline.command("customers", "--venue", "oslo", "list", "--search", "kunde-77").stdout
        in_powers_books(pipeline, customers=[{"no": 10003, "archived": False}])
        until_sent(pipeline, 1, time.monotonic())


# Goal: organisation number before name, no guess among several, nothing for archived ones.
def test_suggest():
    with start([venue("oslo")], CUSTOMERS) as pipeline:
        names = ["987654321", "ås kommune", "Dobbelt AS", "Bygg og Anlegg AS", "Ukjent"]
        pipeline.post([sale("oslo", i + 1, name) for i, name in enumerate(names)])
        until_held(pipeline, "oslo/order/K1/5", "customer-unconnected")
        until_customers_read(pipeline)
        lines = {line.split("  ")[1]: line for line in
                 pipeline.command("customers", "--venue", "oslo", "suggest").stdout.splitlines() if line.startswith("  ")}
        assert "10001" in lines["987654321"] and "same organisation number" in lines["987654321"]
        assert "10003" in lines["ås kommune"] and "same name" in lines["ås kommune"]
        assert "several alike" in lines["Dobbelt AS"]
        assert "nobody alike" in lines["Bygg og Anlegg AS"] and "nobody alike" in lines["Ukjent"]


# Goal: a file is connected whole or not at all; each wrong line is named.
def test_import():
    with start([venue("oslo")], CUSTOMERS) as pipeline:
        pipeline.post([sale("oslo", 1, "kunde-77"), sale("oslo", 2, "Ola; Kari")])
        until_held(pipeline, "oslo/order/K1/2", "customer-unconnected")
        until_customers_read(pipeline)
        wrong = pipeline.folder / "wrong.csv"
        wrong.write_text("Kunde;Nummer;Navn\nkunde-77;10001;Hansen\n\"Ola; Kari\";10002\nx;10777\n", encoding="utf-8")
        refused = pipeline.command("customers", "--venue", "oslo", "import", wrong, check=False)
        assert refused.returncode == 1 and "line 3:" in refused.stderr and "archived" in refused.stderr
        assert "line 4:" in refused.stderr and "nothing was connected" in refused.stderr
        assert pipeline.orders() == []
        right = pipeline.folder / "right.csv"
        right.write_text("\ufeffKunde;Nummer\r\nkunde-77;10001\r\n\"Ola; Kari\";10003\r\n", encoding="utf-8")
        pipeline.command("customers", "--venue", "oslo", "import", right)
        until_sent(pipeline, 2, time.monotonic())
        assert sorted(order["customer_no"] for order in pipeline.orders()) == [10001, 10003]


# Goal: connected ones are green at a terminal, and what a till calls its customer cannot steer it.
def test_terminal():
    with start([venue("oslo")], CUSTOMERS) as pipeline:
        pipeline.post([sale("oslo", 1, "kunde-77"), sale("oslo", 2, "evil\u001b[2J")])
        until_held(pipeline, "oslo/order/K1/2", "customer-unconnected")
        pipeline.command("customers", "--venue", "oslo", "connect", "kunde-77", "10001")
        ours, theirs = pty.openpty()
        subprocess.run([str(pipeline.bin / "bilag"), "customers", "--config", str(pipeline.config), "--venue", "oslo",
                        "list"], env={**os.environ, **pipeline.env, "TERM": "xterm"}, stdout=theirs, stderr=theirs, check=True, timeout=60)
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 65536):
                shown += piece
        except OSError:
            pass
        os.close(ours)
        assert b"\033[32mconnected" in shown and b"\033[31mnot connected" in shown
        assert b"\033[2J" not in shown
