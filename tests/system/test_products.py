"""The products of credit orders, through the real processes: what is red, why, and how it goes on."""
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from orders_rig import documents, in_powers_books, sale, start, until_held, until_sent, venue    # noqa: E402

CUSTOMERS = [{"no": 10001, "name": "Hansen AS"}]
TYPES = {"food": {"account": "3000", "reduced_account": "3001", "product": "MAT", "reduced_product": "MAT-TA"},
         "wine": {"account": "3010", "product": "VIN"}, "tip": {"account": "2910"}}


def shop(**more):
    return venue("oslo", product_types=TYPES, **more)


def connected(pipeline):
    pipeline.command("customers", "--venue", "oslo", "connect", "kunde-77", "10001")
    return pipeline


# Goal: a missing product is red with its own text; `create` shows what it will make, asks, makes it once, and the
# orders go on by themselves.
def test_create():
    with start([shop()], CUSTOMERS, products=[{"code": "VIN", "name": "Vin", "account": 3010}]) as pipeline:
        connected(pipeline).post([sale("oslo", 1, "kunde-77")])
        text = until_held(pipeline, "oslo/order/K1/1", "product-unknown")
        assert "MAT" in text
        shown = pipeline.command("products", "--venue", "oslo", "check", check=False)
        assert shown.returncode == 1
        lines = {line.split()[1]: line for line in shown.stdout.splitlines() if line.startswith("  ")}
        assert lines["MAT"].split()[0] == "missing" and lines["MAT-TA"].split()[0] == "missing"
        assert lines["VIN"].split()[0] == "fine"
        assert "tip" in shown.stdout and "without a product code" in shown.stdout
        asked = pipeline.command("products", "--venue", "oslo", "create", check=False)
        assert asked.returncode == 1 and "To be made" in asked.stdout and "MAT-TA" in asked.stdout
        assert documents(pipeline)["oslo/order/K1/1"][0] == "held"
        made = pipeline.command("products", "--venue", "oslo", "create", "--yes")
        until_sent(pipeline, 1, time.monotonic())
        assert "2 of 2 made" in made.stdout and "standard sales account 3001" in made.stdout
        again = pipeline.command("products", "--venue", "oslo", "create", "--yes")
        assert "Nothing is missing" in again.stdout
        audit = pipeline.command("audit", "oslo").stdout
        assert audit.count("create-products oslo MAT, MAT-TA") == 1


# Goal: a product on another account, on none of its own, or archived: each red with its own text, and on its way as
# soon as it is mended in PowerOffice: no command.
def test_wrong_products():
    products = [{"code": "MAT", "name": "Mat", "account": 3005}, {"code": "MAT-TA", "name": "Mat", "account": 3001},
                {"code": "VIN", "name": "Vin"}]
    with start([shop()], CUSTOMERS, products=products) as pipeline:
        wine = sale("oslo", 2, "kunde-77")
        wine["lines"][0]["product_type"] = "wine"
        connected(pipeline).post([sale("oslo", 1, "kunde-77"), wine])
        text = until_held(pipeline, "oslo/order/K1/1", "product-account")
        assert "3005" in text and "3000" in text
        until_held(pipeline, "oslo/order/K1/2", "product-account")
        shown = pipeline.command("products", "--venue", "oslo", "check", check=False).stdout
        assert "PowerOffice has it on 3005" in shown and "no account of its own" in shown
        in_powers_books(pipeline, products=[{"code": "MAT", "account": 3000}])
        until_sent(pipeline, 1, time.monotonic())
        assert pipeline.command("products", "--venue", "oslo", "check", check=False).returncode == 1
        in_powers_books(pipeline, products=[{"code": "VIN", "account": 3010, "archived": True}])
        until_held(pipeline, "oslo/order/K1/2", "product-unknown")
        in_powers_books(pipeline, products=[{"code": "VIN", "archived": False}])
        until_sent(pipeline, 2, time.monotonic())
        assert pipeline.command("products", "--venue", "oslo", "check").returncode == 0


# Goal: without the right to make products that is said, and nothing else is touched; lost answers and passing faults
# make no product twice.
def test_create_against_faults():
    with start([shop()], CUSTOMERS, products=[]) as pipeline:
        in_powers_books(pipeline, privileges=["Product", "Customer", "SalesOrders_Full", "GeneralLedgerAccount",
                                              "CommonServices", "Department", "OutgoingInvoice", "CashVoucher_Full",
                                              "AccountTransaction"])
        refused = pipeline.command("products", "--venue", "oslo", "create", "--yes", check=False)
        assert refused.returncode == 1 and "Product_Full" in refused.stderr, refused.stderr
    with start([shop()], CUSTOMERS, products=[]) as pipeline:
        pipeline.command("products", "--venue", "oslo", "check", check=False)
        pipeline.sandbox_set(fault_drop_after=400, fault_5xx_before=200, fault_count=12)
        for _ in range(12):                       # what was lost is looked up: made already, or made now
            done = pipeline.command("products", "--venue", "oslo", "create", "--yes", check=False)
            if done.returncode == 0:
                break
        assert pipeline.command("products", "--venue", "oslo", "check").stdout.count("fine") == 3
