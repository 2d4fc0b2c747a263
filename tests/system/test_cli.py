"""The operator's and bookkeeper's command, against the real processes: what it says, what it refuses, what it exits with."""
import csv
import io
import json
import os
import pathlib
import pty
import re
import subprocess

import pytest

from pipeline import BIN, ROOT, Pipeline

DAY = "2026-11-20"
SAFT = ROOT / "tests" / "data" / "saft"
COMMANDS = [
    "status",
    "check",
    "import",
    "export",
    "manual",
    "tips",
    "explain",
    "settlement",
    "accept",
    "leave-out",
    "by-hand",
    "undo",
    "resend",
    "leave-reversed",
    "reverse",
    "orders",
    "customers",
    "products",
    "invoicing",
    "venues",
    "refused",
    "choose",
    "restarted",
    "tokens",
    "probe",
    "users",
    "audit",
    "backup",
    "restore",
    "fsck",
    "move",
    "forget",
]


def venue(name="oslo-grill", **more):
    return {"venue": name, "name": f"The {name}", "timezone": "Europe/Oslo", "company": "912345678",
            "client_key": {"file": f"keys/{name}"}, "department": "10", "auto_transfer": "true", "quiet_seconds": "1",
            "vat": {"normal": {"rate": "25", "code": "3"}, "reduced": {"rate": "15", "code": "31"},
                    "none": {"rate": "0", "code": "0"}},
            "product_types": {"food": {"account": "3000", "reduced_account": "3001"},
                              "tobacco": {"account": "3020"}, "beer": {"account": "3010"},
                              "rounding": {"account": "7740"}},
            "payment_types": {"cash": {"account": "1900"}, "card": {"account": "1570"}}, **more}


def receipt(seq, gross=10000, name="oslo-grill", day=DAY, kind="food", paid="card", **more):
    return {"v": 1, "venue": name, "register": "K1", "seq": seq, "kind": "receipt", "time": f"{day}T18:00:{seq % 60:02}+01:00",
            "lines": [{"product_type": kind, "vat": 25, "gross": gross}], "payments": [{"type": paid, "amount": gross}],
            **more}


def z_report(seq, receipts, number=1, name="oslo-grill", day=DAY):
    by_vat, paid = {}, {}
    for event in receipts:
        for line in event["lines"]:
            by_vat[str(line["vat"])] = by_vat.get(str(line["vat"]), 0) + line["gross"]
        for payment in event["payments"]:
            paid[payment["type"]] = paid.get(payment["type"], 0) + payment["amount"]
    return {"v": 1, "venue": name, "register": "K1", "seq": seq, "kind": "z_report", "time": f"{day}T23:00:00+01:00",
            "z": {"number": number, "business_day": day, "first_seq": receipts[0]["seq"], "last_seq": receipts[-1]["seq"],
                  "sales_by_vat": by_vat, "payments": paid}}


def day_of(count, first=1, z=1, **more):
    receipts = [receipt(first + i, **more) for i in range(count)]
    return receipts + [z_report(first + count, receipts, number=z, **{k: v for k, v in more.items() if k in ("name", "day")})]


def status(pipeline):
    return json.loads(pipeline.command("status", "--json", check=False).stdout)


def document(pipeline, name):
    for row in status(pipeline)["venues"]:
        for doc in row["documents"]:
            if doc["id"] == name:
                return doc
    return {"state": None, "problems": []}


def until_state(pipeline, name, state):
    return pipeline.until(f"{name} is {state}",
                          lambda: (doc := document(pipeline, name))["state"] == state and doc)


@pytest.fixture(name="bilag")
def bilag_alone(tmp_path):
    """Without any process running."""
    def run(*args, config=tmp_path / "config", text=None):
        return subprocess.run([BIN / "bilag", args[0], "--config", config, *args[1:]], capture_output=True, text=True,
                              input=text, timeout=60, check=False)
    return run


# -- without stages --

@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(bilag, name):
    done = bilag(name, "--help")
    assert done.returncode == 0 and "usage: bilag " + name in done.stdout and "--config" in done.stdout
    assert name in subprocess.run([BIN / "bilag", "--help"], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("args, code, words", [
    (("nonsense",), 2, "no command nonsense"),
    (("status", "--nonsense"), 2, "no option --nonsense"),
    (("status", "--venue"), 2, "--venue wants a value"),
    (("status",), 100, "bilag.yaml"),
])
def test_wrong_usage_and_no_configuration(bilag, args, code, words):
    done = bilag(*args)
    assert done.returncode == code and words in done.stderr and not done.stdout


# Goal: what would be written down, or sent on, as bytes that are no text is refused before anything is done; a file may have any name.
@pytest.mark.parametrize("args, wrong", [
    (("status", "--venue", b"caf\xe9"), "caf?"), (("status", b"--venue=caf\xe9"), "caf?"),
    (("accept", "grill/2026-11-20/1", "--reason", b"\xffx"), "?x"),
    (("customers", "--venue", "grill", "connect", b"S\xf8ren", "10001"), "S?ren"),
    (("status", "--html", b"/nowhere/caf\xe9"), None), (("import", "--venue", "grill", b"caf\xe9.ndjson"), None),
])
def test_what_is_no_text_is_refused(tmp_path, args, wrong):
    here = bytes(tmp_path)
    open(here + b"/caf\xe9.ndjson", "w").close()
    done = subprocess.run([BIN / "bilag", *args, "--config", here + b"/no\xe5"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == (2 if wrong else 100) and not done.stdout, done
    assert (f'"{wrong}" is no text in UTF-8' in done.stderr) if wrong else "UTF-8" not in done.stderr, done.stderr


def test_settings_are_described(bilag):
    done = subprocess.run([BIN / "bilag", "help", "settings"], capture_output=True, text=True, check=True)
    for setting in ("requests_per_second", "retention_days", "quiet_seconds", "line_bytes_max"):
        assert setting in done.stdout


def test_status_and_check_before_anything_ran(tmp_path, bilag):
    with Pipeline({"oslo-grill": venue()}, parent=tmp_path) as pipeline:
        config = pipeline.config
        pipeline.stop_all()
        done = bilag("status", config=config)
        assert done.returncode == 1 and "ingest 0 down" in done.stdout and "no sales yet" in done.stdout
        assert bilag("check", config=config).returncode == 0
        text = (config / "venues" / "oslo-grill.yaml").read_text()
        (config / "venues" / "oslo-grill.yaml").write_text(text.replace('"timezone"', '"timezome"'))
        done = bilag("check", config=config)
        assert done.returncode == 1 and "timezome" in done.stdout and "file-wrong" in done.stdout
        done = bilag("status", config=config)
        assert done.returncode == 1 and "left out" in done.stdout and "timezome" in done.stdout
        (config / "venues" / "oslo-grill.yaml").unlink()
        done = bilag("check", config=config)
        assert done.returncode == 1 and "no-venues" in done.stdout and "1 fault" in done.stdout


# -- import --

def test_import_says_what_it_took_and_what_not(tmp_path):
    with Pipeline({"oslo-grill": venue()}, parent=tmp_path) as pipeline:
        good, wrong = day_of(2), {**receipt(9), "kind": "gift"}
        lines = [json.dumps(good[0]), "", "{not json", json.dumps(wrong), json.dumps(good[1]),
                 json.dumps({**receipt(1), "venue": "nowhere"}), json.dumps(good[2])]
        path = tmp_path / "evening.ndjson"
        path.write_text("\n".join(lines))                    # no end of line after the last
        done = pipeline.import_file(path, check=False)
        assert done.returncode == 1
        assert "4 accepted, 0 duplicates, 2 refused" in done.stdout and "1 of these are parked" in done.stdout
        for number, word in ((3, "line 3 refused"), (4, "kind")):
            assert f"line {number} refused" in done.stderr and word in done.stderr
        done = pipeline.import_file("-", check=False, input="\n".join(json.dumps(e) for e in good))
        assert done.returncode == 0 and "stdin: 0 accepted, 3 duplicates, 0 refused" in done.stdout
        until_state(pipeline, f"oslo-grill/{DAY}/1", "sent")
        done = pipeline.until("parked", lambda: shown if "nowhere" in (shown := pipeline.command("refused", check=False)).stdout
                              else None)
        assert done.returncode == 1 and "parked  nowhere: 1 events, of them 1 receipts of" in done.stdout
        for line in ("line 3", "line 4  oslo-grill: kind"):                          # kept, not only shown
            assert f"import/evening.ndjson {line}" in done.stdout, done.stdout
        assert "{not json" in done.stdout


def test_import_stops_at_what_is_no_file_of_events(tmp_path):
    with Pipeline({"oslo-grill": venue()}, parent=tmp_path) as pipeline:
        path = tmp_path / "book.txt"
        path.write_text("\n".join(json.dumps(receipt(n)) if n % 100 == 0 else "Chapter" for n in range(400)) +
                        "\nChapter" * 5000)
        done = pipeline.import_file(path, check=False)
        assert done.returncode == 1 and "nothing after line 401 was read" in done.stderr, done.stderr
        assert len(pipeline.command("refused", check=False).stdout.splitlines()) == 2 * 397
        done = pipeline.import_file(path, "--keep-going", check=False)
        assert done.returncode == 1 and "0 accepted, 4 duplicates, 5396 refused" in done.stdout


def test_import_of_saft(tmp_path):
    with Pipeline({"bakery": venue("bakery", company="999999999")}, parent=tmp_path) as pipeline:
        done = pipeline.import_file(SAFT / "examples" / "2021.xml", "--venue", "bakery")
        assert "4 receipts" in done.stdout and "5 accepted" in done.stdout
        until_state(pipeline, "bakery/2020-01-01/1", "sent")
        for name, word in (("31-truncated.xml", "31-truncated.xml"), ("34-doctype-external-entity.xml", "DOCTYPE")):
            done = pipeline.import_file(SAFT / "cases" / name, "--venue", "bakery", check=False)
            assert done.returncode == 1 and word.lower() in done.stderr.lower()
        assert pipeline.import_file(SAFT / "examples" / "2021.xml", check=False).returncode == 2
        again = pipeline.import_file(SAFT / "examples" / "2021.xml", "--venue", "bakery")
        assert "0 accepted, 5 duplicates" in again.stdout


def test_import_without_ingest_stores_nothing_and_says_so(tmp_path):
    with Pipeline({"oslo-grill": venue()}, parent=tmp_path) as pipeline:
        pipeline.stop("ingest")
        path = tmp_path / "evening.ndjson"
        path.write_text(json.dumps(receipt(1)) + "\n")
        done = pipeline.import_file(path, "--wait", "1", check=False)
        assert done.returncode == 1 and "ingest" in done.stderr and "accepted" not in done.stdout
        for wrong in ("", "soon", "1s", "-1"):
            done = pipeline.import_file(path, "--wait", wrong, check=False)
            assert done.returncode == 2 and "number of seconds" in done.stderr


# -- looking --

def test_status_has_the_promised_fields_in_every_form(tmp_path):
    with Pipeline({"oslo-grill": venue(), "kiosk": venue("kiosk", client_key={"file": "keys/oslo-grill"}, department="11")},
                  parent=tmp_path) as pipeline:
        pipeline.post(day_of(3) + day_of(1, name="kiosk", kind="ice cream"[:3]) +
                      [{"v": 1, "venue": "oslo-grill", "register": "K1", "seq": 5, "kind": "cash_movement",
                        "time": f"{DAY}T23:10:00+01:00", "amount": -200000, "reason": "bank <deposit> & \"more\""}])
        until_state(pipeline, f"oslo-grill/{DAY}/1", "sent")
        until_state(pipeline, f"kiosk/{DAY}/1", "held")
        done = pipeline.command("status", "--json", check=False)
        assert done.returncode == 1                          # something is held
        told = json.loads(done.stdout)
        assert {"generated", "venues", "stages"} <= told.keys()
        grill = next(row for row in told["venues"] if row["venue"] == "oslo-grill")
        assert grill["company"] == "912345678" and grill["connected"] is True
        doc = next(d for d in grill["documents"] if d["kind"] == "voucher")
        assert {"id", "kind", "business_day", "part", "state", "reference", "total", "lines", "problems", "voucher_no",
                "sent_at"} <= doc.keys()
        assert doc["total"] == 30000 and [(x["account"], x["vat_code"], x["department"], x["amount"])
                                          for x in doc["lines"]] == [(1570, "0", "10", 30000), (3000, "3", "10", -30000)]
        assert [(m["amount"], m["reason"]) for m in grill["manual"]] == [(-200000, "bank <deposit> & \"more\"")]
        assert grill["days"][0]["difference"] == 0 and grill["days"][0]["z_total"] == grill["days"][0]["lines_total"]
        held = next(row for row in told["venues"] if row["venue"] == "kiosk")["documents"][0]
        assert held["problems"][0]["code"] == "product-type-unmapped" and held["problems"][0]["first"] == "K1/1"
        assert all(stage["up"] and stage["pid"] and "counters" in stage for stage in told["stages"])
        text = pipeline.command("status", check=False).stdout
        assert text.index("HELD".lower()) < text.index("stages") and "Product type" in text and "\033" not in text
        figures = pipeline.command("status", "--prometheus", check=False).stdout
        assert 'bilag_documents{venue="kiosk",kind="voucher",state="held"} 1' in figures
        assert all(re.fullmatch(r"#.*|[a-z_]+(\{[^}]*\})? -?\d+(\.\d+)?", row) for row in figures.splitlines())
        page = tmp_path / "status.html"
        pipeline.command("status", "--html", page, check=False)
        assert "Product type" in page.read_text() and "<deposit>" not in page.read_text()
        assert not page.with_suffix(".html.new").exists()
        assert page.stat().st_mode & 0o777 == 0o600          # it names customers and amounts
        html = page.read_text()
        policy = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', html)[1].replace("&#39;", "'")
        assert re.fullmatch(r"default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'",
                            policy), policy
        assert html.index("Content-Security-Policy") < html.index("<script>") < html.index("<style>")  # it holds for what is behind it
        for words in ("To be done by hand: 1 item", "bilag manual --venue oslo-grill", "<th class=\"n\">Z reports", "has no account"):
            assert words in html, words


def test_explain_goes_both_ways(tmp_path):
    with Pipeline({"oslo-grill": venue()}, parent=tmp_path) as pipeline:
        receipts = [receipt(1), receipt(2, gross=2500, paid="cash"), receipt(3, gross=700, kind="beer")]
        pipeline.post([receipts[2], receipts[0], receipts[1], z_report(4, receipts)])
        until_state(pipeline, f"oslo-grill/{DAY}/1", "sent")
        told = pipeline.command("explain", f"oslo-grill/{DAY}/1").stdout
        assert re.findall(r"^  (K1/\d+) ", told, re.M) == ["K1/1", "K1/2", "K1/3"]    # in order of number, not as they came
        for words in ("3 receipts, together 132,00", "sold beer", "account 3010", "sealed", "sent"):
            assert words in told
        line = next(i for i, row in enumerate(document(pipeline, f"oslo-grill/{DAY}/1")["lines"], 1)
                    if row["account"] == 3000)
        told = pipeline.command("explain", f"oslo-grill/{DAY}/1:{line}").stdout
        assert "K1/1" in told and "K1/2" in told and "K1/3" not in told and "2 receipts, together -125,00" in told
        assert "trail" in told and "sealed" in told and not re.search(r"\dT\d", told)
        assert f"K1/1             {DAY} 18:00 +01:00" in told
        for subject, words in (("oslo-grill/K1/99", "not known"), ("oslo-grill/K1/3", "nothing to decide")):
            done = pipeline.command("choose", subject, "first", "--reason", "x", check=False)
            assert done.returncode == 1 and words in done.stderr
        assert pipeline.command("dismiss", "oslo-grill/K1/3", "--reason", " ", check=False).returncode == 2
        assert "dismiss" not in pipeline.command("audit").stdout
        told = pipeline.command("explain", "oslo-grill/K1/3").stdout
        assert re.search(r"came 20\d\d-.* by http, token 1 \(the tests' tills\)", told)
        assert f"oslo-grill/{DAY}/1" in told and "account 3010" in told and "account 3000" not in told
        assert pipeline.command("explain", "oslo-grill/K1/99", check=False).returncode == 1
        assert pipeline.command("explain", "what", check=False).returncode == 2


def test_check_online_names_what_poweroffice_lacks(tmp_path):
    wrong = venue(product_types={"food": {"account": "3999", "reduced_account": "3001"}})
    client = {"client_key": None, "name": "Grill AS", "privileges": ["CashVoucher"]}
    with Pipeline({"oslo-grill": wrong}, parent=tmp_path) as pipeline:
        pipeline.sandbox("clients", {"client_key": (pipeline.config / "keys" / "oslo-grill").read_text().strip(),
                                     "accounts_changed": [{"no": 3999, "active": False}]})
        done = pipeline.command("check", "--online", check=False)
        assert done.returncode == 1 and "account-inactive" in done.stdout and "3999" in done.stdout
        assert client["client_key"] is None and "stage=" not in done.stderr
        assert pipeline.command("check").returncode == 0


# -- deciding --

def test_export_shows_and_transfers(tmp_path):
    with Pipeline({"oslo-grill": venue(auto_transfer="false")}, parent=tmp_path) as pipeline:
        pipeline.post(day_of(2) + day_of(1, first=4, z=2, day="2026-11-21", kind="wine"))
        until_state(pipeline, f"oslo-grill/{DAY}/1", "waiting")
        until_state(pipeline, "oslo-grill/2026-11-21/1", "held")
        period = ("export", "--venue", "oslo-grill", "--from", DAY, "--to", "2026-11-21")
        done = pipeline.command(*period, check=False)
        assert done.returncode == 1 and "BLANK" in done.stdout and "counter account" in done.stdout
        table = pipeline.command(*period, "--csv", check=False).stdout
        rows = list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff")), delimiter=";"))
        assert table.startswith("\ufeff") and rows[0]["voucher_no"] == "none yet" and rows[1]["vat"] == "-40,00"
        assert [(r["account"], r["counter_account"], r["debit"], r["credit"]) for r in rows[:2]] == \
            [("1570", "3000", "200,00", "0,00"), ("3000", "1570", "0,00", "200,00")]
        assert "BLANK" in {r["account"] for r in rows}
        told = json.loads(pipeline.command(*period, "--json", check=False).stdout)
        assert [d["complete"] for d in told] == [True, True] and told[1]["lines"][-1]["blank"] is True
        assert told[0]["day"] == {"z_total": 20000, "lines_total": 20000, "voucher_total": 20000, "orders_total": 0,
                                  "manual_total": 0} and told[0]["manual"] == []
        assert "the day: Z reports 200,00 = sales 200,00 = vouchers 200,00" in done.stdout
        assert re.search(r"^ +sum +200,00 +200,00$", done.stdout, re.M) and re.search(r"^ +in all +300,00 +300,00$", done.stdout, re.M)
        proof = [r for r in rows if r["state"] == "proof"]
        assert [(r["business_day"], r["z_total"], r["lines_total"], r["voucher_total"], r["difference"]) for r in proof] == \
            [(DAY, "200,00", "200,00", "200,00", "0,00"), ("2026-11-21", "100,00", "100,00", "100,00", "0,00")]
        assert told[1]["problems"][0]["code"] == "product-type-unmapped" and "wine" in told[1]["problems"][0]["text"]
        done = pipeline.command("accept", f"oslo-grill/{DAY}/1", "--post-on", "2026-11-25", "--reason", "x", check=False)
        assert done.returncode == 1 and "period-locked" in done.stderr
        assert not pipeline.vouchers()
        done = pipeline.command(*period, "--transfer", check=False)
        assert done.returncode == 1 and "1 to be transferred, 1 not ready" in done.stderr
        until_state(pipeline, f"oslo-grill/{DAY}/1", "sent")
        assert len(pipeline.vouchers()) == 1
        assert "transfer" in pipeline.command("audit").stdout


def test_manual_has_all_that_an_invoice_needs(tmp_path):
    payments = {**venue()["payment_types"], "credit": {"transfer": "false"}, "coupon": {"transfer": "false"}}
    with Pipeline({"oslo-grill": venue(payment_types=payments)}, parent=tmp_path, customers=[(10001, "Ola")]) as pipeline:
        receipts = [receipt(1, paid="credit", customer="ola", order="A-7", lines=[
            {"product_type": "food", "vat": 25, "gross": 8000, "qty": 2, "text": "Burger; =1"},
            {"product_type": "beer", "vat": 25, "gross": 2000, "text": "Beer"}],
            payments=[{"type": "card", "amount": 5000}, {"type": "credit", "amount": 5000}]),
                    receipt(2, paid="coupon"), receipt(3, gross=700, paid="coupon"), receipt(4)]
        pipeline.post([*receipts, {"v": 1, "venue": "oslo-grill", "register": "K1", "seq": 5, "kind": "cash_movement",
                                   "time": f"{DAY}T22:00:00+01:00", "amount": -200000, "reason": "bank"},
                       z_report(6, receipts)])
        until_state(pipeline, f"oslo-grill/{DAY}/1", "sent")
        pipeline.command("customers", "--venue", "oslo-grill", "connect", "ola", "10001")
        asked = ("manual", "--venue", "oslo-grill", "--from", DAY, "--to", DAY)
        text = pipeline.command(*asked).stdout
        for words in ("customer ola (10001 in PowerOffice)", "order A-7", "receipt K1/1", "40,00 of 80,00", "107,00  coupon",
                      "cash movement", "to invoice, VAT 25 %: 50,00 = net 40,00 + VAT 10,00"):
            assert words in text, words
        told = json.loads(pipeline.command(*asked, "--json").stdout)
        sale, coupons, movement = told["items"]
        assert (sale["customer"], sale["customer_no"], sale["order"], sale["receipt"]) == ("ola", 10001, "A-7", "K1/1")
        assert [(x["text"], x["qty"], x["vat"], x["gross"], x["amount"]) for x in sale["lines"]] == \
            [("Burger; =1", 2, 25, 8000, 4000), ("Beer", 1, 25, 2000, 1000)]
        assert (coupons["amount"], movement["amount"], movement["reason"]) == (10700, -200000, "bank")
        assert [(x["kind"], x.get("paid_with"), x["in_sales"]) for x in told["items"]] == \
            [("invoice", "credit", True), ("not_transferred", "coupon", True), ("cash_movement", None, False)]
        kinds = [x["kind"] for x in json.loads(pipeline.command("export", *asked[1:], "--json").stdout)[0]["manual"]]
        assert sorted(kinds) == sorted(x["kind"] for x in status(pipeline)["venues"][0]["manual"]) and \
            set(kinds) == {"invoice", "not_transferred", "cash_movement"}
        assert "in all    157,00 of the day's sales" in text and "beside    -2" in text
        assert sum(row["gross"] for row in told["sums"]) == 15700 and told["not_listed"] == []
        table = pipeline.command(*asked, "--csv").stdout
        rows = list(csv.DictReader(io.StringIO(table.removeprefix("\ufeff")), delimiter=";"))
        assert table.startswith("\ufeff") and (rows[0]["text"], rows[0]["amount"], rows[0]["vat"]) == ("Burger; =1", "40,00", "8,00")
        assert "nothing is to be" in pipeline.command("manual", "--venue", "oslo-grill", "--to", "2026-11-19").stdout
        in_norwegian(pipeline)


def test_manual_tells_gift_cards_sold_from_used_and_what_paid(tmp_path):
    payments = {**venue()["payment_types"], "gift_card": {"transfer": "false"}}
    with Pipeline({"oslo-grill": venue(payment_types=payments)}, parent=tmp_path) as pipeline:
        def card(seq, gross, **paid):
            return receipt(seq, lines=[{"product_type": "gift_card", "vat": 0, "gross": gross}],
                           payments=[{"type": t, "amount": a} for t, a in paid.items()])
        receipts = [card(1, 30000, card=30000), card(2, 20000, cash=20000), card(3, 5000, card=5000), card(4, 7000, card=3000, cash=4000),
                    receipt(5, gross=12000, paid="gift_card"), receipt(6)]
        pipeline.post([*receipts, z_report(7, receipts)])
        until_state(pipeline, f"oslo-grill/{DAY}/1", "sent")
        told = json.loads(pipeline.command("manual", "--venue", "oslo-grill", "--json").stdout)
        assert [(x["kind"], x["paid_with"], x["amount"]) for x in told["items"]] == \
            [("gift_card_sold", "card", 35000), ("gift_card_sold", "cash", 20000), ("gift_card_sold", "card+cash", 7000),
             ("gift_card_used", "gift_card", 12000)]
        assert "gift card sold" in (text := pipeline.command("manual", "--venue", "oslo-grill").stdout) and "paid with card+cash" in text
        table = pipeline.command("manual", "--venue", "oslo-grill", "--csv").stdout.removeprefix("\ufeff")
        assert [(r["kind"], r["paid_with"], r["amount"], r["in_sales"]) for r in csv.DictReader(io.StringIO(table), delimiter=";")] == \
            [("gift_card_sold", "card", "350,00", "yes"), ("gift_card_sold", "cash", "200,00", "yes"),
             ("gift_card_sold", "card+cash", "70,00", "yes"), ("gift_card_used", "gift_card", "120,00", "yes")]


def test_status_finds_the_red(tmp_path):
    """Red venues first, only the red, a line a venue; many days with one problem are one group; no colours for a dumb terminal."""
    names = ["a-green", "b-red", "c-green"]
    venues = {name: venue(name, client_key={"file": "keys/a-green"}, department=str(10 + i)) for i, name in enumerate(names)}
    days = ["2026-11-17", "2026-11-18", "2026-11-19"]
    with Pipeline(venues, parent=tmp_path) as pipeline:
        pipeline.post([event for name in names for i, day in enumerate(days)
                       for event in day_of(1, first=1 + 2 * i, z=1 + i, name=name, day=day, kind="wine" if name == "b-red" else "food")])
        for name in names:
            for day in days:
                until_state(pipeline, f"{name}/{day}/1", "held" if name == "b-red" else "sent")
        text = pipeline.command("status", check=False).stdout
        assert text.index("b-red") < text.index("a-green") < text.index("c-green")
        assert "3 documents for the same reason, [product-type-unmapped]" in text and text.count("[product-type-unmapped]") == 2
        assert all(f"b-red/{day}/1" in text for day in days) and " 3 red" in text
        red = pipeline.command("status", "--red", check=False).stdout
        assert "b-red" in red and "green" not in red and " 3 red" in red
        brief = pipeline.command("status", "--brief", check=False).stdout
        assert re.search(r"^b-red +3 held; 3 red\na-green +3 sent\nc-green +3 sent$", brief, re.M), brief
        assert pipeline.command("status", "--red", "--json", check=False).returncode == 2
        for env, coloured in (({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({"TERM": "xterm", "NO_COLOR": "1"}, False),
                              ({"TERM": ""}, False), ({"TERM": "xterm", "NO_COLOR": ""}, True)):
            assert ("\033[" in at_terminal(pipeline, {"NO_COLOR": "", **env}, "status", "--brief")) == coloured, env


def at_terminal(pipeline, env, *args):
    reading, writing = pty.openpty()
    subprocess.run([BIN / "bilag", args[0], "--config", pipeline.config, *args[1:]], stdout=writing, env={**os.environ, **env}, check=False)
    os.close(writing)
    try:
        return os.read(reading, 65536).decode()
    finally:
        os.close(reading)


def test_the_nearest_name_is_offered(bilag):
    for args, words in ((("statuss",), "there is no command statuss; did you mean status?"), (("xyzzy",), "there is no command xyzzy; bilag"),
                        (("status", "--vnue", "x"), "no option --vnue; did you mean --venue?"), (("status", "--q"), "no option --q; see")):
        done = bilag(*args) if len(args) > 1 else subprocess.run([BIN / "bilag", *args], capture_output=True, text=True, check=False)
        assert done.returncode == 2 and words in done.stderr, done.stderr


def in_norwegian(pipeline):
    """The same in the bookkeeper's language; states, commands and settings keep their names."""
    pipeline.settings["language"] = "nb"
    pipeline.write_config()
    period = ("--venue", "oslo-grill", "--from", DAY, "--to", DAY)
    wanted = {
        "manual": ["kunde ola (10001 i PowerOffice)", "ordre A-7", "bong K1/1", "40,00 av 80,00", "ikke overført",
                   "kassebevegelse", "å fakturere, mva. 25 %: 50,00 = netto 40,00 + mva. 10,00"],
        "export": ["konto", "motkonto", "debet", "kredit", "beskrivelse", "manuelt", "dagen: Z-rapporter", "sent"],
        "orders": ["ingen ordre", "auto_invoice er av"],
        "status": ["tilkoblet", "avstemt", "prosesser", "i alt", "kunde ola"],
    }
    english = re.compile(r"(?<![-\w])(the|to|of|with|receipt|customer|order|sales|voucher|account|debit|together|lines|none|stages|proof"
                         r"|not|no)\b")
    for command, words in wanted.items():
        text = pipeline.command(command, *(period if command != "status" else ())).stdout
        for word in words:
            assert word in text, (command, word, text)
        assert not english.search(text), (command, english.search(text), text)


def test_accept_lifts_what_can_be_lifted(tmp_path):
    with Pipeline({"oslo-grill": venue()}, parent=tmp_path) as pipeline:
        receipts = [receipt(1), receipt(3)]
        pipeline.post([*receipts, receipt(1, gross=9900), z_report(4, receipts)])
        name = f"oslo-grill/{DAY}/1"
        doc = pipeline.until("the gap is seen", lambda: next(
            (d for d in [document(pipeline, name)] if "sequence-gap" in [p["code"] for p in d["problems"]]), None))
        assert "bilag accept" in pipeline.command("status", check=False).stdout or doc["state"] == "open"
        done = pipeline.command("accept", name, "sequence-gap", check=False)
        assert done.returncode == 2 and "--reason" in done.stderr
        done = pipeline.command("accept", name, "account-unknown", "--reason", "x", check=False)
        assert done.returncode == 1 and "cannot be accepted" in done.stderr
        done = pipeline.command("accept", name, "z-missing", "--reason", "x", check=False)
        assert done.returncode == 1 and "no problem z-missing" in done.stderr
        pipeline.command("choose", "oslo-grill/K1/1", "first", "--yes", "--reason", "the first one is right")
        pipeline.until("chosen, and the gap is seen anew", lambda: [p["code"] for p in document(pipeline, name)["problems"]] == ["sequence-gap"])
        pipeline.command("accept", name, "sequence-gap", "--reason", "the till was replaced")
        until_state(pipeline, name, "sent")
        told = pipeline.command("explain", name).stdout
        assert "accept receipts are missing" in told and "the till was replaced" in told


def test_reverse_and_send_again(tmp_path):
    with Pipeline({"oslo-grill": venue()}, parent=tmp_path) as pipeline:
        pipeline.post(day_of(2))
        name = f"oslo-grill/{DAY}/1"
        first = until_state(pipeline, name, "sent")
        assert pipeline.command("resend", name, "--reason", "x", check=False).returncode == 1
        changed = venue(product_types={**venue()["product_types"], "food": {"account": "3005", "reduced_account": "3001"}})
        pipeline.write_venue(changed)
        pipeline.reload()
        pipeline.command("reverse", name, "--reason", "wrong account")
        pipeline.until("sent anew", lambda: [v for v in pipeline.vouchers()
                                             if any(line["account"] == 3005 for line in v["lines"])])
        second = until_state(pipeline, name, "sent")
        assert second["reference"] == first["reference"] and second["voucher_no"] != first["voucher_no"]
        assert len(pipeline.vouchers()) == 1
        told = pipeline.command("explain", name).stdout
        assert "wrong account" in told and "reversed" in told


def test_resend_after_a_refusal(tmp_path):
    """What the books do not explain stays red until a person acts."""
    with Pipeline({"oslo-grill": venue()}, parent=tmp_path) as pipeline:
        key = (pipeline.config / "keys" / "oslo-grill").read_text().strip()
        pipeline.post(day_of(1))
        until_state(pipeline, f"oslo-grill/{DAY}/1", "sent")
        name = "oslo-grill/2026-11-21/1"
        pipeline.sandbox("settings", {"saft_chars_max": 5, "words": "norwegian"})
        pipeline.post(day_of(2, first=3, z=2, day="2026-11-21", kind="tobacco"))
        until_state(pipeline, name, "failed")
        done = pipeline.command("status", check=False)
        words = re.search(r"PowerOffice refused it: (.*?)\. Mend", done.stdout).group(1)
        assert done.returncode == 1 and "bilag resend" in done.stdout and done.stdout.count(words) == 1     # said once
        pipeline.sandbox("settings", {"saft_chars_max": 35})
        assert pipeline.command("reverse", name, "--reason", "x", check=False).returncode == 1
        pipeline.command("resend", name, "--reason", "it takes long texts again")
        until_state(pipeline, name, "sent")
        assert len(pipeline.vouchers()) == 2


def test_refusal_that_the_books_explain_is_held_for_its_reason(tmp_path):
    """The books are read again after a refusal, in whatever words: a locked period and a closed account are held with
    their own problem; the advice that each gives is followed, and works."""
    with Pipeline({"oslo-grill": venue()}, parent=tmp_path) as pipeline:
        key = (pipeline.config / "keys" / "oslo-grill").read_text().strip()
        pipeline.sandbox("settings", {"words": "other"})
        pipeline.post(day_of(1))
        until_state(pipeline, f"oslo-grill/{DAY}/1", "sent")
        pipeline.sandbox("clients", {"client_key": key, "lock_date": "2026-11-21",
                                     "accounts_changed": [{"no": 3020, "active": False}]})
        name, other = "oslo-grill/2026-11-21/1", "oslo-grill/2026-11-22/1"
        pipeline.post(day_of(2, first=3, z=2, day="2026-11-21"))
        held = until_state(pipeline, name, "held")
        assert [p["code"] for p in held["problems"]] == ["period-locked"] and "--post-on" in held["problems"][0]["text"]
        pipeline.post(day_of(2, first=6, z=3, day="2026-11-22", kind="tobacco"))
        held = until_state(pipeline, other, "held")
        assert [p["code"] for p in held["problems"]] == ["account-inactive"]
        pipeline.command("accept", name, "--post-on", "2026-11-22", "--reason", "the period is closed")
        until_state(pipeline, name, "sent")
        pipeline.sandbox("clients", {"client_key": key, "accounts_changed": [{"no": 3020, "active": True}]})
        pipeline.command("check", "--online", check=False)   # by itself within the hour, at once when somebody looks
        until_state(pipeline, other, "sent")
        assert len(pipeline.vouchers()) == 3
        told = pipeline.command("explain", name).stdout
        assert "explained" in told and "refused" in told


def test_invoicing_wants_the_switch_first(tmp_path):
    with Pipeline({"oslo-grill": venue()}, parent=tmp_path) as pipeline:
        done = pipeline.command("invoicing", "--venue", "oslo-grill", "--from", DAY, check=False)
        assert done.returncode == 1 and "auto_invoice is off" in done.stderr
        assert "dismiss" not in pipeline.command("audit").stdout


def test_manual_pages_name_every_command():
    text = pathlib.Path(ROOT / "man" / "bilag.1").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert re.search(rf"^\.It Cm {name}\b", text, re.M), name
