"""bilag venues: a venue's file made like another's; a client key put in its place and tested at once."""
import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from orders_rig import in_powers_books, start, venue    # noqa: E402
from orders_rig import documents, sale    # noqa: E402
from pipeline import BIN, ROOT, Pipeline, client_key    # noqa: E402

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
@pytest.mark.parametrize("invoice, pdf, missing", [
    ("true", "true", "SalesOrders_Full"), ("false", "true", None), ("false", "true", "VoucherDocumentation_Full"),
    ("false", "false", None)])
def test_rights(invoice, pdf, missing):
    with start([venue("oslo", auto_invoice=invoice, settlement_pdf=pdf)]) as pipeline:
        rights = ["CashVoucher_Full", "GeneralLedgerAccount", "CommonServices", "AccountTransaction", "Customer", "Product",
                  "OutgoingInvoice", "VoucherDocumentation_Full"]
        in_powers_books(pipeline, privileges=[r for r in rights if r != missing and (pdf == "true" or r != rights[-1])])
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


def trail(pipeline):
    return [line.split()[3] for line in pipeline.command("audit").stdout.splitlines()]


# Goal: "connected" is said, and QuickOrder is written to, only where something is connected: not without PowerOffice, not with a key
# that it refuses, not where the key cannot be put in its place. Each key that was given is in the audit trail, never the key itself.
def test_only_what_is_connected_is_told_to_be():
    own = {"poweroffice": {"application_keys": {name: {"file": "keys/quickorder"} for name in ("quickorder", "add-on-2")}}}
    with start([venue("oslo", extension="add-on-2")], settings=own) as pipeline:
        pipeline.secrets.remove(pipeline.application_key)    # an add-on's is no secret: people type it
        file = pipeline.config / "keys" / "shared"
        pipeline.stop_sandbox()
        away = connect(pipeline, KEY, check=False)
        pipeline.start_sandbox()
        refused = connect(pipeline, client_key("somebody-else"), check=False)
        file.unlink()
        file.mkdir()
        nowhere = connect(pipeline, KEY, check=False)
        file.rmdir()
        file.write_text(KEY + "\n")
        file.chmod(0o600)
        for done in (away, refused, nowhere):
            assert done.returncode == 1, done
            assert "QuickOrder, and run" not in done.stdout and "connected  oslo" not in done.stdout and "begins" not in done.stdout, done
        assert "not tested" in away.stderr and "venues confirm" in pipeline.command("status", check=False).stdout
        done = connect(pipeline, KEY, check=False)
        assert "connected  oslo" in done.stdout and "Send this to QuickOrder" in done.stdout
        assert "begins: 2026-12-01" in done.stdout and "venues/oslo.yaml" in done.stdout
        told = pipeline.command("audit").stdout
        assert trail(pipeline) == ["venue-key", "add-on-asked"] + 2 * ["venue-key", "venue-key-refused"] + ["venue-key"], told
        assert KEY not in told and client_key("somebody-else") not in told


# Goal: a venue on an add-on waits before its key is in place: whoever connects it may die at any moment after. A key that is not
# in use after all leaves it as it was.
def test_a_venue_on_an_add_on_waits_before_its_key_is_there():
    own = {"poweroffice": {"application_keys": {name: {"file": "keys/quickorder"} for name in ("quickorder", "add-on-2")}}}
    with start([venue("oslo", extension="add-on-2", settlement_pdf="false")], settings=own) as pipeline:
        pipeline.secrets.remove(pipeline.application_key)
        file = pipeline.config / "keys" / "shared"
        refused = connect(pipeline, client_key("somebody-else"), check=False)
        assert refused.returncode == 1 and file.read_text() == KEY + "\n"
        assert trail(pipeline) == ["venue-key", "add-on-asked", "venue-key-refused", "add-on-dropped"]
        assert pipeline.command("venues", "confirm", "oslo", check=False).returncode == 1
        file.unlink()
        pipeline.sandbox_set(latency_ms=30000)
        dying = subprocess.Popen([pipeline.bin / "bilag", "venues", "connect", "--config", pipeline.config, "oslo"],
                                 stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
        dying.stdin.write(KEY + "\n")
        dying.stdin.close()
        pipeline.until("the key is in place", file.exists)
        dying.kill()
        dying.wait()
        pipeline.sandbox_set(latency_ms=0)
        pipeline.reload()
        pipeline.post([{"v": 1, "venue": "oslo", "register": "K1", "seq": 1, "kind": "receipt", "time": "2026-11-20T18:00:00+01:00",
                        "payments": [{"type": "card", "amount": 100}], "lines": [{"product_type": "food", "vat": 25, "gross": 100}]}])
        pipeline.until("its day is held", lambda: "add-on-awaited" in pipeline.command("status", "--json", check=False).stdout)
        assert not pipeline.vouchers()
        pipeline.command("venues", "confirm", "oslo")
        pipeline.until("then it is sent", pipeline.vouchers)


# ---- setup ----

def write_key(config, name):
    (config / "keys" / name).write_text(client_key(name) + "\n")
    (config / "keys" / name).chmod(0o600)


@pytest.fixture
def config(tmp_path):
    """The example that is installed, with keys."""
    config = tmp_path / "config"
    shutil.copytree(ROOT / "deploy" / "config-example", config)
    for name in ("subscription", "quickorder", "oslo-grill"):
        write_key(config, name)
    return config


def set_up(config, name, *words, like="oslo-grill"):
    return subprocess.run([BIN / "bilag", "venues", "setup", name, "--like", like, *words, "--config", config],
                          text=True, capture_output=True, timeout=60)


def file_of(config, name):
    return config / "venues" / f"{name}.yaml"


def changed(config, name, like="oslo-grill"):
    """The lines that differ from the other venue's, comments and all; the number of lines is the same."""
    fresh, former = (file_of(config, venue).read_text().splitlines() for venue in (name, like))
    assert len(fresh) == len(former)
    return [line.split("#")[0].strip() for line, other in zip(fresh, former) if line != other]


# Goal: the new venue has the other's accounts and types with every comment, and what is its own; it is named with the
# step that comes next, which names the application key of the add-on that was chosen.
def test_setup(config):
    example = file_of(config, "oslo-grill")
    example.write_text(example.read_text().replace("auto_transfer: false", "auto_transfer: true "))
    done = set_up(config, "moss", "--name", 'Moss "Fjord" Øl', "--department", "20")
    assert done.returncode == 0, done.stderr
    assert "Next: bilag venues connect moss" in done.stdout and "department 20, extension add-on-1" in done.stdout
    assert changed(config, "moss") == ['venue: "moss"', 'name: "Moss \\"Fjord\\" Øl"', "extension: add-on-1",
                                       "client_key: {file: keys/moss}", 'department: "20"', "auto_transfer: false"]
    assert file_of(config, "moss").stat().st_mode & 0o7777 == 0o644
    step = subprocess.run([BIN / "bilag", "venues", "connect", "moss", "--config", config], text=True, input="none\n",
                          capture_output=True, timeout=60)
    assert "4f6e4b5b-42b3-4fad-a56f-2599ea8fbd44 (add-on-1)" in step.stdout
    write_key(config, "moss")
    checked = subprocess.run([BIN / "bilag", "check", "--config", config], text=True, capture_output=True, timeout=60)
    assert checked.returncode == 0 and "0 faults" in checked.stdout, checked.stdout


# Goal: what one venue has for itself is not taken over, and that is said.
def test_setup_leaves(config):
    example = file_of(config, "oslo-grill")
    example.write_text(example.read_text().replace("# registers: [K1, K2]  ", "registers: [K1, K2]").replace("# begins:", "begins:") +
                       "saft:\n  locations:\n    - Aker Brygge\n    - Tjuvholmen\n  sequence: false\n")
    done = set_up(config, "moss", "--company", "923456789")
    assert done.returncode == 0, done.stderr
    text = "\n".join(line.split("#")[0].rstrip() for line in file_of(config, "moss").read_text().splitlines())
    assert "registers: []\n" in text and "saft:\n  locations: []\n  sequence: false" in text
    assert "K1" not in text and "Aker Brygge" not in text
    assert 'company: "923456789"' in text and "extension: quickorder" in text and 'begins: ""' in text
    assert "Not taken over: registers" in done.stdout and "Not taken over: saft.locations" in done.stdout


# Goal: nothing is written over, nothing that could not be loaded is written, and each refusal says what to do.
def test_setup_refuses(config):
    rows = [
        (["oslo-grill", "--department", "20"], 1, "is there already"),
        (["moss"], 2, "say --department CODE"),
        (["moss", "--department", "10"], 2, "department 10 is that of oslo-grill"),
        (["quickorder", "--department", "20"], 1, "keys/quickorder is there already"),
        (["moss", "--company", "12"], 1, "nothing is written: venues/moss.yaml:"),
        (["moss", "--company", "923456789", "--share-key"], 2, "belongs to one company"),
        (["moss", "--name", "x" * 101, "--department", "20"], 1, "is too long"),
        (["moss", "--department", "2" * 65], 1, "is too long"),
        (["../moss", "--department", "20"], 2, "no venue's name"),
    ]
    before = file_of(config, "oslo-grill").read_bytes()
    for words, code, says in rows:
        done = set_up(config, *words)
        assert done.returncode == code and says in done.stderr, (words, done.returncode, done.stdout, done.stderr)
    done = set_up(config, "moss", "--department", "20", like="nowhere")
    assert done.returncode == 2 and "no venue nowhere" in done.stderr
    assert os.listdir(config / "venues") == ["oslo-grill.yaml"] and file_of(config, "oslo-grill").read_bytes() == before


# Goal: no venue that is there is stopped, and what it uses is never given twice because its file cannot be read.
def test_setup_looks_at_the_others(config):
    example = file_of(config, "oslo-grill")
    text = example.read_text()
    example.write_text(text.replace('department: "10"', "# none yet   "))
    done = set_up(config, "moss", "--department", "20")
    assert done.returncode == 1 and "oslo-grill has no department" in done.stderr and not file_of(config, "moss").exists()
    example.write_text(text)
    file_of(config, "bergen").write_text("venue: bergen\ncompagny: 1\n")
    done = set_up(config, "moss", "--department", "20")
    assert done.returncode == 1 and "compagny" in done.stderr and not file_of(config, "moss").exists()


# Goal: a company has the main extension and nine add-ons, counted with venues that have no key yet; the eleventh can share.
def test_setup_all_extensions(config):
    for number in range(1, 10):
        done = set_up(config, f"v{number}", "--department", f"{number}0{number}")
        assert done.returncode == 0 and f"extension add-on-{number}." in done.stdout, done.stderr
    full = set_up(config, "v10", "--department", "1010")
    assert full.returncode == 1 and "--share-key" in full.stderr and not file_of(config, "v10").exists()
    done = set_up(config, "v10", "--department", "1010", "--share-key", like="v3")
    assert done.returncode == 0 and "the client key of v3" in done.stdout
    twice = set_up(config, "v11", "--department", "1010", "--share-key", like="v3")
    assert twice.returncode == 2 and "department 1010 is that of v10" in twice.stderr
    assert changed(config, "v10", like="v3") == ['venue: "v10"', 'name: "v10"', 'department: "1010"']


# Goal: a venue that was made so sells as soon as the stages have read it, and nothing of it goes by itself.
def test_setup_sells():
    with start([venue("oslo", department="10")]) as pipeline:
        in_powers_books(pipeline, departments=[{"code": code, "name": code} for code in ("10", "20")])
        done = pipeline.command("venues", "setup", "moss", "--like", "oslo", "--department", "20", "--share-key")
        assert "bilag check --venue moss" in done.stdout
        pipeline.reload()
        events = [{**sale(name, 1, "kunde"), "payments": [{"type": "card", "amount": 12500}]} for name in ("oslo", "moss")]
        pipeline.post(events)
        pipeline.until("the day of moss waits", lambda: "waiting" in documents(pipeline, "voucher").get("moss/2026-11-19/1", ()))
        pipeline.until("the day of oslo is sent", lambda: len(pipeline.vouchers()) == 1)


# ---- the first venue ----

def first(pipeline, name, key, *words):
    return subprocess.run([BIN / "bilag", "venues", "setup", name, *words, "--config", pipeline.config], text=True, capture_output=True,
                          timeout=60, input=key + "\n", env={**os.environ, **pipeline.env}, check=False)


# Goal: the first venue's file comes from PowerOffice's own chart: accounts by name and VAT code, each with its name, nothing guessed;
# it loads, has no blank account, sends nothing by itself, and a day of the types it names goes out as it stands once that is asked for.
def test_first_venue():
    bar = {"venue": "bar", "name": "Bar", "company": "912345678"}
    clients = [{"client_key": client_key("bar"), "name": "Bar AS", "org_no": "912345678", "departments": [{"code": "10", "name": "Bar"}],
                "accounts_changed": [{"no": 1571, "name": "Vipps-oppgjør"}, {"no": 3010, "vat_code": "3", "name": "Salg øl"},
                                     {"no": 3000, "vat_code": "3", "name": "Servering"}, {"no": 3001, "vat_code": "31", "name": "Mat, ta med"},
                                     {"no": 1900, "name": "Kontanter\n  evil: {account: 1}"}]}]
    with Pipeline({}, clients=clients) as pipeline:
        path, key = pipeline.config / "venues" / "bar.yaml", pipeline.config / "keys" / "bar"
        done = first(pipeline, "bar", client_key("bar"))
        assert done.returncode == 2 and "--company NUMBER" in done.stderr
        done = first(pipeline, "bar", client_key("somebody-else"), "--company", "912345678")
        assert done.returncode == 1 and "refuses the key" in done.stderr and "nothing is written" in done.stderr
        assert not path.exists() and not key.exists()
        done = first(pipeline, "bar", client_key("bar"), "--company", "912345678", "--name", "Bår", "--department", "10")
        assert done.returncode == 0 and "suggested from PowerOffice's chart" in done.stdout, done.stdout + done.stderr
        assert client_key("bar") not in done.stdout + done.stderr and key.stat().st_mode & 0o777 == 0o600
        text = path.read_text(encoding="utf-8")
        for line in ('normal:     {rate: 25, code: "3"}', "food:       {account: 3000, reduced_account: 3001}  # 3000 Servering; 3001 Mat, ta med",
                     "beer:       {account: 3010, alcohol: true}  # 3010 Salg øl", "vipps:      {account: 1571}  # 1571 Vipps-oppgjør",
                     "tip:        {account: 2910}  # 2910 Tips til ansatte", "# wine: {account: }", "credit:     {transfer: false}"):
            assert line in text, text
        assert "\n  evil" not in text and first(pipeline, "bar", client_key("bar"), "--company", "912345678").returncode == 1
        checked = pipeline.command("check", "--venue", "bar", "--online", check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr
        pipeline.reload()
        pipeline.venues["bar"] = bar
        pipeline.post([{"v": 1, "venue": "bar", "register": "K1", "seq": 1, "kind": "receipt", "time": "2026-11-20T18:00:00+01:00",
                        "lines": [{"product_type": "food", "vat": 25, "gross": 10000}, {"product_type": "food", "vat": 15, "gross": 5000},
                                  {"product_type": "beer", "vat": 25, "gross": 9000}, {"product_type": "tip", "vat": 0, "gross": 500}],
                        "payments": [{"type": "vipps", "amount": 14500}, {"type": "cash", "amount": 10000}]}])
        asked = ("export", "--venue", "bar", "--from", "2026-11-20", "--to", "2026-11-20")
        pipeline.until("it is held for its Z report alone", lambda: [["z-missing"]] == [
            [p["code"] for p in d["problems"]] for d in json.loads(pipeline.command(*asked, "--json", check=False).stdout)])
        pipeline.command("accept", "bar/2026-11-20/1", "z-missing", "--reason", "test")
        pipeline.until("it waits", lambda: '"state":"waiting"' in pipeline.command(*asked, "--json", check=False).stdout)
        pipeline.command(*asked, "--transfer")
        pipeline.until("it is posted", lambda: len(pipeline.vouchers()) == 1)
        assert sorted(line["account"] for line in pipeline.vouchers()[0]["lines"]) == [1571, 1900, 2910, 3000, 3001, 3010]
