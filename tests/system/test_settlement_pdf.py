"""Goal: every sent voucher gets its settlement as a PDF, which says what the voucher says; that step holds nobody up, comes
to the same end whatever becomes of requests, answers and processes, and can be done without.
"""
import re
import subprocess

import pytest

from answer_proxy import Proxy
from pipeline import BIN, Pipeline
from sandbox_api import wait_for
from sender_rig import DAY_ZERO, iso, rigs, voucher_draft
from test_cli import DAY, day_of, receipt, venue, z_report

PUT = "/VoucherDocumentation"


def pdf_of(put):
    """The file in a multipart body."""
    _, kind, body = put
    boundary = re.fullmatch(r"multipart/form-data; boundary=(\S+)", kind).group(1).encode()
    before, part, after = body.split(b"--" + boundary)
    head, pdf = part.split(b"\r\n\r\n", 1)
    assert before == b"" and after == b"--\r\n" and b'name="file"' in head and b"application/pdf" in head
    return pdf[:-2]


def text_of(pdf, folder):
    path = folder / "read.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True)
    assert done.stderr == "", done.stderr                    # nothing in it that a reader stumbles over
    return done.stdout


def kroner(ore):
    whole, rest = divmod(abs(ore), 100)
    return f"{'-' if ore < 0 else ''}{whole:,}".replace(",", " ") + f",{rest:02d}"


def ore(number):
    return round(float(number) * 100)


@pytest.mark.parametrize("language", ["nb", "en"])
def test_page_says_what_the_voucher_says(tmp_path, language):
    """Real tills' events through all stages; the PDF that PowerOffice got, read by poppler, against its ledger."""
    name = "smør-og-øl" if language == "nb" else "the-grill"
    place = venue("oslo-grill", auto_invoice="true", product_types={
        "food": {"account": "3000", "reduced_account": "3001", "product": "MAT", "reduced_product": "MAT-TA"},
        "beer": {"account": "3010", "alcohol": "true"}, "gift_card": {"account": "2901"}}, payment_types={
        "cash": {"account": "1900"}, "card": {"account": "1570"}, "gift_card": {"account": "2901", "transfer": "false"},
        "credit": {"transfer": "false"}})
    place["name"], place["saft"] = f"Åpen {name}", {"system_id": "QO-7781"}
    proxy = Proxy(0)
    with Pipeline({"oslo-grill": place}, parent=tmp_path, settings={
            "language": language, "poweroffice": {"api_url": f"http://127.0.0.1:{proxy.port}/v2"}}) as pipeline:
        proxy.port_behind = pipeline.sandbox_port
        sold = [receipt(1, 123450, kind="food"), receipt(2, 9900, kind="beer", paid="cash"), receipt(3, 50000, paid="gift_card"),
                {**receipt(4, 8000), "lines": [{"product_type": "food", "vat": 15, "gross": 8000}]}, receipt(5, 1100),
                {**receipt(6, 250000, paid="credit"), "customer": "kunde-77", "order": "A-5512"}, receipt(7, -1100)]
        moved = {**receipt(8), "kind": "cash_movement", "amount": -200000, "reason": "bankinnskudd på fredag"}
        del moved["lines"], moved["payments"]
        pipeline.post(sold + [moved, z_report(9, sold, number=412)])
        wait_for(lambda: proxy.put, 60)
        wait_for(lambda: "pdf-attached" in pipeline.command("explain", f"oslo-grill/{DAY}/1").stdout, 20)
        voucher = next(v for v in pipeline.vouchers() if not v["reverses"])
        text = text_of(pdf_of(proxy.put[0]), tmp_path)
        own = tmp_path / "own.pdf"
        done = pipeline.command("settlement", f"oslo-grill/{DAY}/1", "--pdf", str(own))
        assert done.returncode == 0, done.stderr
        assert own.read_bytes() == pdf_of(proxy.put[0]) and len(proxy.put) == 1
        assert own.stat().st_mode & 0o777 == 0o600             # it names customers and amounts
        proxy.stop()
    assert voucher["pdf_bytes"] == len(own.read_bytes()) + 4  # the sandbox counts what ends the part
    by_account = {}
    for line in voucher["lines"]:
        by_account[line["account"]] = by_account.get(line["account"], 0) + line["amount"]
    rows = {}
    for line in text.splitlines():
        found = re.match(r"(\w+)\s+(\d{4})\s.*\s{2}(-?\d{1,3}(?: \d{3})*,\d\d)$", line)
        if found:
            rows.setdefault(int(found.group(2)), []).append(found.group(3))
    for account, amount in by_account.items():
        shown = kroner(amount if account < 2900 else -amount)
        assert rows[account] == [shown], (account, amount, rows, text)
    assert voucher["saft_source_id"] == "QO-7781"
    assert voucher["reference"] in text and f"oslo-grill:{DAY.replace('-', '')}:1" in text
    assert f"Åpen {name} {DAY}" in text
    for word in ("Z 412", "1–9", "1–7", "A-5512", "kunde-77", "2 500,00", "gift_card", "500,00", "bankinnskudd på fredag",
                 "-2 000,00", "Dagsoppgjør" if language == "nb" else "Daily settlement"):
        assert word in text, (word, text)


@pytest.fixture
def rig(tmp_path):
    with rigs(tmp_path, 1, proxied=True) as make:
        yield make


def bilag(rig, *args):
    return subprocess.run([BIN / "bilag", args[0], "--config", rig.config, *args[1:]], capture_output=True, text=True,
                          timeout=60, check=False)


def attached(rig):
    return [v for v in rig.vouchers() if v["pdf_bytes"]]


CASES = [("lost before", {}), ("lost after", {}), ("other", {"status": 500}), ("other", {"status": 404}),
         ("other", {"status": 400}), ("other", {"status": 429})]


def test_whatever_becomes_of_the_answer(rig):
    """Each is tried again, with the same bytes, and no voucher waits for it."""
    rig = rig(len(CASES))
    for _ in range(3):
        for how, more in CASES:
            rig.proxy.spoil("PUT", PUT, how, **more)
    rig.offer([voucher_draft(v, DAY_ZERO) for v in rig.venues])
    rig.settled(sent=len(CASES))
    wait_for(lambda: len(attached(rig)) == len(CASES), 60)
    by_voucher = {}
    for path, _, body in rig.proxy.put:
        by_voucher.setdefault(path, set()).add(body)
    assert len(by_voucher) == len(CASES) and all(len(bodies) == 1 for bodies in by_voucher.values())
    assert len([v for v in rig.vouchers()]) == len(CASES)    # nothing was posted twice for it


def test_a_process_that_dies_meanwhile(rig):
    """The request was there, its sender is not any more: the next one sends the same bytes, and that is all."""
    rig = rig(1)
    rig.proxy.spoil("PUT", PUT, "late", seconds=2)
    rig.offer([voucher_draft(rig.venues[0], DAY_ZERO)])
    wait_for(lambda: rig.proxy.put, 30)
    rig.kill()
    rig.start()
    wait_for(lambda: len(rig.proxy.put) == 2, 40)
    wait_for(lambda: "attached to it" in bilag(rig, "explain", f"{rig.venues[0].id}/{iso(DAY_ZERO)}/1").stdout, 20)
    assert rig.proxy.put[0] == rig.proxy.put[1] and len(rig.vouchers()) == 1


def test_an_outage_ends_when_nothing_is_left_to_send(rig):
    """So many PUTs without an answer are an outage. What tries again, when no voucher waits, is the PDF itself."""
    rig = rig(1)
    rig.proxy.spoil("PUT", PUT, "lost before", count=7)
    rig.offer([voucher_draft(rig.venues[0], DAY_ZERO)])
    rig.settled(sent=1)
    wait_for(lambda: attached(rig), 20)


def test_refused_for_good_is_said_and_tried_again_when_asked(rig):
    rig = rig(1)
    rig.proxy.spoil("PUT", PUT, "other", count=1000, status=400)
    rig.offer([voucher_draft(rig.venues[0], DAY_ZERO)])
    rig.settled(sent=1)
    doc = f"{rig.venues[0].id}/{iso(DAY_ZERO)}/1"
    wait_for(lambda: "pdf-refused" in bilag(rig, "explain", doc).stdout, 60)
    shown = bilag(rig, "explain", doc).stdout
    assert "bilag resend" in shown and rig.shown()[doc]["state"] == "sent"
    rig.proxy.rules.clear()
    assert bilag(rig, "resend", doc, "--reason", "again", "--yes").returncode == 0
    wait_for(lambda: attached(rig), 20)
    wait_for(lambda: "attached to it" in bilag(rig, "explain", doc).stdout, 20)


def test_a_right_that_lacks_is_not_asked_for(rig):
    """Not a request for it, vouchers as ever; granted and asked for again, it is done."""
    rig = rig(1)
    venue_ = rig.venues[0]
    rights = ["CashVoucher_Full", "AccountTransaction", "GeneralLedgerAccount", "CommonServices", "Department"]
    rig.box.client(client_key=venue_.key, privileges=rights)
    rig.box.set(expire_tokens="now")
    rig.offer([voucher_draft(venue_, DAY_ZERO)])
    rig.settled(sent=1)
    doc = f"{venue_.id}/{iso(DAY_ZERO)}/1"
    wait_for(lambda: "VoucherDocumentation_Full" in bilag(rig, "explain", doc).stdout, 30)
    asked = rig.proxy.count("PUT", PUT)
    assert asked <= 1                                        # at most before the rights were read
    rig.box.client(client_key=venue_.key, privileges=rights + ["VoucherDocumentation_Full"])
    rig.box.set(expire_tokens="now")
    assert bilag(rig, "check", "--online").returncode in (0, 1)
    assert bilag(rig, "resend", doc, "--reason", "granted", "--yes").returncode == 0
    wait_for(lambda: attached(rig), 40)


def test_switched_off_no_request(rig):
    rig = rig(1, more="settlement_pdf: false\n")
    rig.offer([voucher_draft(rig.venues[0], DAY_ZERO + day) for day in range(3)])
    rig.settled(sent=3)
    assert rig.proxy.count("PUT", PUT) == 0 and not attached(rig)


@pytest.mark.parametrize("reversal", ["reverse"])
def test_reversed_before_it_was_attached(rig, reversal):
    """A reversal goes first, and what is built anew gets its own."""
    rig = rig(1)
    venue_ = rig.venues[0]
    rig.proxy.spoil("PUT", PUT, "lost before", count=1000)
    rig.offer([voucher_draft(venue_, DAY_ZERO)])
    rig.settled(sent=1)
    doc = f"{venue_.id}/{iso(DAY_ZERO)}/1"
    rig.decide(reversal, doc)
    wait_for(lambda: (doc, 1, True, 1) in rig.seals, 30)
    rig.proxy.rules.clear()
    rig.verdict(voucher_draft(venue_, DAY_ZERO, gross=7700, revision=2))
    wait_for(lambda: attached(rig), 30)
    standing = [v for v in rig.vouchers() if not v["reversed"] and not v["reverses"]]
    assert [v["id"] for v in attached(rig)] == [v["id"] for v in standing]
