"""Goal: `bilag probe` settles what it asks as the simulator's switches say, whatever they say; it asks nobody who keeps books, leaves
nothing standing, and what a probe that was killed left is taken back by the next one."""
import json
import pathlib
import re
import signal
import subprocess
import sys
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]

from orders_rig import venue    # noqa: E402
from pipeline import Pipeline, clients_of    # noqa: E402

NONE = {stage: 0 for stage in ("ingest", "mapper", "validator", "uploader", "invoicer")}
QUICK = {"read_lag_ms": 0, "rate_limit": 35}
EXACT = """token_lifetime_s gateway_status_code body_403 allow_send_said timestamps dates empty_list unknown_query pagination
order_dates_required rule_status words problem_names problem_errors unknown_id_status lock_status decimals_over unknown_body
body_names balance_per_date voucher_no_in_201 duplicate_reference duplicate_check duplicate_names_id pdf_status transactions_amount
reverse_status reversal_date reversal_reference reversal_changes max_url_bytes reference_chars_max saft_chars_max
balance_tolerance_ore retry_after""".split()
# Each switch away from its preset, in worlds of several that do not hide each other.
WORLDS = {
    "as-preset": {},
    "statuses": {"rule_status": 422, "lock_status": 409, "unknown_id_status": 404, "reverse_status": 200, "pdf_status": 202,
                 "empty_list": 200, "duplicate_reference": 409, "duplicate_names_id": "on", "voucher_no_in_201": "zero"},
    "forms": {"dates": "datetime", "timestamps": "offset", "problem_names": "pascal", "problem_errors": "off",
              "gateway_status_code": "text", "pagination": "next", "body_403": "problem", "retry_after": "off",
              "token_lifetime_s": 600, "allow_send_said": "no"},
    "bounds": {"max_url_bytes": 1500, "reference_chars_max": 40, "saft_chars_max": 60, "balance_tolerance_ore": 3},
    "lenient": {"unknown_query": "ignore", "body_names": "any", "decimals_over": "round", "duplicate_reference": "accept",
                "transactions_amount": "gross", "pagination": "absent", "words": "none", "timestamps": "bare"},
    "strict": {"unknown_body": "refuse", "balance_per_date": "on", "order_dates_required": "on", "words": "norwegian",
               "reversal_date": "today", "reversal_reference": "on", "reversal_changes": "off"},
    "replica": {"duplicate_check": "replica", "read_lag_ms": 600, "words": "other"},
    "later": {"reversal_ms": 800, "reversal_frees": "done", "token_lifetime_s": 300},
    "freed": {"reversal_ms": 800, "reversal_frees": "at_once"},
}


def start(switches=None):
    venues = {"oslo": venue("oslo")}
    clients = clients_of(venues)
    clients[0]["privileges"] = ["GeneralLedgerAccount", "CommonServices", "Department", "CashVoucher_Full", "AccountTransaction",
                                "SalesOrders_Full", "OutgoingInvoice", "Customer", "Product", "ReverseVoucher_Full",
                                "VoucherDocumentation_Full", "Location"]
    clients[0]["lock_date"] = "2026-01-31"
    return Pipeline(venues, clients=clients, stages=NONE, sandbox={**QUICK, **(switches or {})})


def probe(pipeline, *more, check=True):
    return pipeline.command("probe", "--venue", "oslo", "--rate", "30", "--out", str(pipeline.folder / "evidence"), *more,
                            check=check, timeout=120)


def settled(said):
    return dict(re.findall(r"--set (\w+)=(\S*)", said))


def posted(pipeline):
    return [v for v in pipeline.sandbox("vouchers") if not v["reverses"]]


def standing(pipeline):
    return pipeline.vouchers()


def preset(pipeline, name):
    return next(str(s["value"]) for s in pipeline.sandbox("settings") if s["name"] == name)


@pytest.mark.parametrize("world", WORLDS)
def test_settles_as_the_switches_say(world):
    with start(WORLDS[world]) as pipeline:
        done = probe(pipeline)
        found = settled(done.stdout)
        for name in {*EXACT, *WORLDS[world]} - {"read_lag_ms", "reversal_ms"}:
            if name in ("duplicate_check", "duplicate_names_id") and WORLDS[world].get("duplicate_reference") == "accept":
                continue                                     # nothing is checked
            if name in ("problem_names", "problem_errors") and "words" in WORLDS[world]:
                continue                                     # other words leave them out
            assert found.get(name) == preset(pipeline, name), (name, done.stdout)
        for name in ("read_lag_ms", "reversal_ms"):
            if name in WORLDS[world]:
                assert WORLDS[world][name] <= int(found[name]) < WORLDS[world][name] + 500, (name, found[name])
        assert not standing(pipeline), done.stdout
        assert posted(pipeline) and not (pipeline.state / "probe-left").exists()
        assert all(abs(line["amount"]) < 1000 for v in posted(pipeline) for line in v["lines"])
        lines = [json.loads(line) for line in (pipeline.folder / "evidence").read_text().splitlines()]
        assert len(lines) > 50 and any(line["status"] == 429 for line in lines)
        text = (pipeline.folder / "evidence").read_text()
        assert not any(secret in text for secret in pipeline.secrets) and "access_token" not in text


@pytest.mark.parametrize("address", ["https://goapi.poweroffice.net/v2", "https://goapi.poweroffice.net.example/Demo/v2",
                                     "http://127.0.0.1:1@books.example/v2"])
def test_asks_nobody_who_keeps_books(address):
    with start() as pipeline:
        file = pipeline.config / "bilag.yaml"
        main = json.loads(file.read_text())
        main["poweroffice"]["api_url"] = address
        file.write_text(json.dumps(main))
        done = probe(pipeline, check=False)
        assert done.returncode not in (0, 1) and not pipeline.vouchers(), done.stderr
        assert pipeline.stats()["requests"]["total"] == 0


def test_what_a_killed_probe_left_is_taken_back():
    with start({"read_lag_ms": 200}) as pipeline:
        left = 0
        for n in range(8):
            process = subprocess.Popen([str(pipeline.bin / "bilag"), "probe", "--config", str(pipeline.config), "--venue", "oslo",
                                        "--rate", "30", "--out", str(pipeline.folder / "evidence")], stdout=subprocess.DEVNULL,
                                       stderr=open(pipeline.folder / "stderr", "w"))
            known = len(posted(pipeline))
            pipeline.until("it has posted", lambda known=known, n=n: len(posted(pipeline)) > known + n % 4)
            process.send_signal(signal.SIGKILL)
            process.wait()
            left += len(standing(pipeline))
        assert left and standing(pipeline)
        done = probe(pipeline)
        assert "of a probe that did not end" in done.stdout and not standing(pipeline), done.stdout


def test_what_cannot_be_taken_back_is_named():
    with start() as pipeline:
        pipeline.sandbox_set(fault_paths="Reverse", fault_5xx_before=1000)
        done = probe(pipeline, check=False)
        assert done.returncode == 1
        ids = {v["id"] for v in standing(pipeline)}
        assert ids and all(id_ in done.stdout for id_ in ids), done.stdout
        pipeline.sandbox_set(fault_paths="", fault_5xx_before=0)
        assert probe(pipeline).returncode == 0 and not standing(pipeline)
