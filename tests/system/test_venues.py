"""bilag venues: a client key put in its place and tested at once."""
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from orders_rig import in_powers_books, start, venue    # noqa: E402
from pipeline import client_key    # noqa: E402

KEY = client_key("shared")


def connect(pipeline, key, check=True, name="oslo"):
    return pipeline.command("venues", "connect", name, check=check, input=key + "\n")


# Goal: the key is stored for its owner only and tested, the books it opens are named, and a running system takes it up
# when it reloads; the key is shown nowhere.
def test_connect():
    with start([venue("oslo")]) as pipeline:
        file = pipeline.config / "keys" / "shared"
        file.unlink()
        listed = pipeline.command("venues", "list", check=False)
        assert listed.returncode == 1 and "left out" in listed.stdout
        done = connect(pipeline, KEY)
        assert "Extensions, Add extension, QuickOrder" in done.stdout
        assert "connected  oslo, to the books of Venue oslo" in done.stdout
        assert KEY not in done.stdout + done.stderr
        assert file.read_text() == KEY + "\n" and file.stat().st_mode & 0o7777 == 0o600
        listed = pipeline.command("venues", "list").stdout
        assert "connected" in listed and "transfer on, invoicing on" in listed
        assert connect(pipeline, KEY).returncode == 0


# Goal: a key that PowerOffice refuses never takes the place of one that works; anything that is no key is refused
# before anything is touched.
def test_wrong_keys():
    with start([venue("oslo")]) as pipeline:
        file = pipeline.config / "keys" / "shared"
        refused = connect(pipeline, client_key("somebody-else"), check=False)
        assert refused.returncode == 1 and "PowerOffice refuses the key" in refused.stderr
        assert "the former key stays" in refused.stderr
        assert file.read_text() == KEY + "\n"
        for key in ("", "short", "two words of it all", KEY + "\x07"):
            done = connect(pipeline, key, check=False)
            assert done.returncode == 2 and file.read_text() == KEY + "\n", done.stderr
            assert not key.strip() or key not in done.stderr
        unknown = connect(pipeline, KEY, check=False, name="nowhere")
        assert unknown.returncode != 0 and "nowhere" in unknown.stderr
        unsaid = venue("oslo", client_key=None)
        del unsaid["client_key"]
        (pipeline.config / "venues" / "moss.yaml").write_text(str({**unsaid, "venue": "moss"}))
        done = connect(pipeline, KEY, check=False, name="moss")
        assert done.returncode == 1 and "client_key: {file: keys/moss}" in done.stderr


# Goal: rights that the venue needs and the key lacks are named, those it does not need are not.
@pytest.mark.parametrize("invoice, missing", [("true", "SalesOrders_Full"), ("false", None)])
def test_rights(invoice, missing):
    with start([venue("oslo", auto_invoice=invoice)]) as pipeline:
        in_powers_books(pipeline, privileges=["CashVoucher_Full", "GeneralLedgerAccount", "CommonServices",
                                              "AccountTransaction", "Customer", "Product", "OutgoingInvoice"])
        done = connect(pipeline, KEY, check=False)
        assert "connected  oslo" in done.stdout
        assert (done.returncode == 1) == bool(missing)
        assert ("rights missing" in done.stdout) == bool(missing) and (not missing or missing in done.stdout)


# Goal: an add-on's step names the application key that is to be typed in; without PowerOffice the key is stored, and
# said to be untested.
def test_steps():
    with start([venue("oslo", extension="add-on-2")]) as pipeline:
        done = connect(pipeline, KEY, check=False)
        assert "Custom" in done.stdout and "da8860a2-dfe0-444d-905d-85762bcbc4db" in done.stdout


def test_unreachable():
    with start([venue("oslo")]) as pipeline:
        pipeline.stop_sandbox()
        (pipeline.config / "keys" / "shared").unlink()
        try:
            done = subprocess.run([pipeline.bin / "bilag", "venues", "connect", "--config", pipeline.config, "oslo"],
                                  input=KEY, text=True, capture_output=True, timeout=180)
        finally:
            pipeline.start_sandbox()
        assert done.returncode == 1 and "could not be asked" in done.stderr
        assert (pipeline.config / "keys" / "shared").read_text() == KEY + "\n"
