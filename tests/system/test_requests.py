"""Goal: for every document it can be shown, word by word and without a key, what was sent to PowerOffice and what it answered;
requests say whose they are; lists are read to their end however they are cut, and with patience of their own.
"""
import datetime
import json
import re
import signal
import subprocess

import pytest

from sandbox_api import APP, SUBSCRIPTION, wait_for
from sender_rig import BIN, DAY_ZERO, doc_of, rigs, voucher_draft


@pytest.fixture
def rig(tmp_path):
    with rigs(tmp_path, 1, "settlement_pdf: false\n", start=False, proxied=True) as make:
        yield make


def bilag(rig, *args):
    return subprocess.run([BIN / "bilag", args[0], "--config", rig.config, *args[1:]], capture_output=True, text=True,
                          timeout=60, check=False)


def shown(rig, doc):
    """[(method, url, status or 0, {sent, answered, words})]"""
    done = bilag(rig, "explain", doc, "--requests")
    assert done.returncode == 0, done.stderr
    rows = []
    for line in done.stdout.splitlines():
        head = re.fullmatch(r"(\S+)  ClientId (\S+)  (\w+) (\S+)  (?:status|no answer) (\d+)  (\d+) ms", line)
        if head:
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", head.group(1))
            rows.append((head.group(3), head.group(4), int(head.group(5)), {}, head.group(2)))
        else:
            name, text = line.split(None, 1)
            rows[-1][3][name] = text
    return rows


def test_everything_is_shown_and_no_key(rig):
    rig = rig(2)
    rig.start()
    lost, fine = rig.venues
    rig.proxy.spoil("POST", "/Vouchers/CashJournals", "lost after")
    rig.offer([voucher_draft(lost, DAY_ZERO)])
    rig.settled(sent=1)
    rig.offer([voucher_draft(fine, DAY_ZERO)])
    rig.settled(sent=2)
    rows = shown(rig, doc_of(lost))
    assert rows[0][0] == "POST" and rows[0][2] == 0 and rows[0][3]["words"]
    assert json.loads(rows[0][3]["sent"])["VoucherLines"] and "answered" not in rows[0][3]
    found = [r for r in rows if r[0] == "GET" and "/AccountTransactions?fromDate=" in r[1]]
    assert found and found[-1][2] == 200 and json.loads(found[-1][3]["answered"])
    assert all(url.startswith(f"http://127.0.0.1:{rig.proxy.port}/v2/") for _, url, *_ in rows)
    assert all(client not in ("unknown", "") for *_, client in rows)
    post = [r for r in shown(rig, doc_of(fine)) if r[0] == "POST"]
    assert len(post) == 1 and post[0][2] == 201
    assert json.loads(post[0][3]["answered"])["Id"] == next(v["id"] for v in rig.vouchers() if v["client_key"] == fine.key)
    kept = "".join(p.read_text() for p in (rig.state / "requests").iterdir())
    for secret in (SUBSCRIPTION, APP, lost.key, fine.key, "Bearer"):
        assert secret not in kept
    assert all(p.stat().st_mode & 0o077 == 0 for p in (rig.state / "requests").iterdir())


def test_kept_ninety_days(rig):
    rig = rig()
    folder = rig.state / "requests"
    folder.mkdir(parents=True)
    line = json.dumps({"time": "2026-01-01T00:00:00.000Z", "doc": doc_of(rig.venues[0]), "client": "x", "method": "GET",
                       "url": "http://old", "status": 200, "ms": 1})
    (folder / "2020-01-01-uploader-0.ndjson").write_text(line + "\n")
    torn = folder / "2099-01-01-uploader-7.ndjson"           # another day, written by one that died in the middle
    torn.write_text(line + "\n" + line[:40])
    rig.start()
    rig.offer([voucher_draft(rig.venues[0], DAY_ZERO)])
    rig.settled(sent=1)
    assert not (folder / "2020-01-01-uploader-0.ndjson").exists() and torn.exists()
    rows = shown(rig, doc_of(rig.venues[0]))
    assert rows[0][1] == "http://old" and [r[0] for r in rows[1:]] == ["POST"]


# Goal: requests_days says how long, from the next request after a reload on.
def test_kept_as_long_as_is_set(rig):
    rig = rig(2)
    folder, day = rig.state / "requests", datetime.date.today() - datetime.timedelta(days=20)
    folder.mkdir(parents=True)
    old = folder / f"{day}-uploader-0.ndjson"
    old.write_text("{}\n")
    rig.start()
    rig.offer([voucher_draft(rig.venues[0], DAY_ZERO)])
    rig.settled(sent=1)
    assert old.exists()
    config = rig.config / "bilag.yaml"
    config.write_text("requests_days: 10\n" + config.read_text())
    rig.processes[0].send_signal(signal.SIGHUP)
    rig.offer([voucher_draft(rig.venues[1], DAY_ZERO)])
    rig.settled(sent=2)
    wait_for(lambda: not old.exists(), 20)


def test_a_pdf_is_told_by_its_length(rig):
    rig = rig(more="")
    rig.start()
    rig.offer([voucher_draft(rig.venues[0], DAY_ZERO)])
    wait_for(lambda: any(v["pdf_bytes"] for v in rig.vouchers()), 30)
    wait_for(lambda: [r for r in shown(rig, doc_of(rig.venues[0])) if r[0] == "PUT" and r[2] == 204], 20)
    put = next(r for r in shown(rig, doc_of(rig.venues[0])) if r[0] == "PUT" and r[2] == 204)
    assert "bytes, not kept" in put[3]["sent"]


def test_whose_requests_they_are(rig):
    rig = rig()
    text = (rig.config / "bilag.yaml").read_text()
    assert "contact-missing" in bilag(rig, "check").stdout
    for wrong in ("nobody", "a@b (c)", "æ@b.no"):
        (rig.config / "bilag.yaml").write_text(text.replace("poweroffice:\n", f"poweroffice:\n  contact: '{wrong}'\n"))
        done = bilag(rig, "check")
        assert done.returncode == 100 and "contact" in done.stderr + done.stdout, done
    (rig.config / "bilag.yaml").write_text(text.replace("poweroffice:\n", "poweroffice:\n  contact: drift@example.no\n"))
    assert "contact-missing" not in bilag(rig, "check").stdout
    rig.start()
    rig.offer([voucher_draft(rig.venues[0], DAY_ZERO)])
    rig.settled(sent=1)
    version = subprocess.run([BIN / "bilag", "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    assert rig.proxy.agents == {f"Bilag/{version} (drift@example.no)"}


@pytest.mark.parametrize("cut", [3, 7])
def test_lists_are_followed_to_their_end(rig, cut):
    """Pages are shorter than asked for, and the header names the next: the chart is read whole, and a voucher whose answer
    was lost is found on the last page."""
    rig = rig(1)
    rig.box.set(page_cut=cut)
    rig.start()
    venue = rig.venues[0]
    rig.proxy.spoil("POST", "/Vouchers/CashJournals", "lost after", count=2)
    rig.offer([voucher_draft(venue, DAY_ZERO, part=part) for part in (1, 2)])
    rig.settled(sent=2)
    assert len(rig.vouchers()) == 2 and rig.proxy.count("POST", "/Vouchers/CashJournals") == 2
    assert rig.proxy.count("GET", f"PageSize={cut}") > 2


def test_a_list_has_patience_of_its_own(rig):
    rig = rig(1, settings="")
    text = (rig.config / "bilag.yaml").read_text()
    (rig.config / "bilag.yaml").write_text(text.replace("answer_wait_ms: 3000", "answer_wait_ms: 400, list_wait_ms: 20000"))
    rig.proxy.spoil("GET", "/GeneralLedgerAccounts", "late", seconds=2)
    rig.start()
    rig.offer([voucher_draft(rig.venues[0], DAY_ZERO)])
    rig.settled(sent=1)
    assert rig.proxy.count("GET", "/GeneralLedgerAccounts") == 1
