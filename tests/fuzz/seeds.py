#!/usr/bin/env python3
"""Good inputs to begin with, for each fuzz target, out of the tests' data:  seeds.py FOLDER TOOL_SEEDS"""
import json
import pathlib
import random
import subprocess
import sys

import msgpack

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"
ANSWERS = [
    {"Id": "0b9fa9d6-91a5-5e8f-8a11-3f1b8f0c7a21", "VoucherNo": 70012, "VoucherLines": [{"CurrencyAmount": 12.5}, {"CurrencyAmount": -12.5}],
     "IsReversed": False},
    {"Id": "0b9f", "SalesOrderNo": 7, "TotalAmount": 625.00, "SalesOrderLines": [{"Quantity": 1, "TotalAmount": 625, "ProductCode": "MAT"}]},
    [{"ExternalImportReference": "b4a9a7de-6d2e-5b3c-9c1e-0f5d3c1a2b3c", "VoucherId": "0b9f", "VoucherNo": 3, "Id": "0b9f",
      "SalesOrderNo": 4, "OrderNo": 4, "IsReversed": True}],
    [{"InvoiceNo": 5, "SentDateTimeOffset": "2026-11-21T05:15:00+01:00", "LastErrorMessage": "", "IsInvoiceBeingProcessed": False}],
]
PAGES = [
    [{"AccountNo": 3000, "Id": 7, "IsActive": True, "VatCode": "3", "IsVatCodeLocked": True, "Name": "Salg"}],
    [{"Code": "3", "Id": 3, "Rate": 25.0, "IsActive": True, "ValidFrom": "2020-01-01", "ValidTo": None}],
    [{"Code": "10", "Id": 7, "IsActive": True}], [{"Code": "MAT", "Id": 7, "SalesAccountNo": 3000, "IsArchived": False}],
    [{"CustomerNo": 10001, "Id": 7, "Name": "Nes AS", "OrganizationNumber": "912345678", "IsArchived": False}],
    {"ClientName": "Bar AS", "ClientId": "0b9f", "UserClaims": ["Voucher_Full"], "AllowSendInvoice": True},
    {"PeriodLockDate": "2026-10-31T00:00:00"}, {"ConversionDate": "2020-01-01"},
]
WORDS = ['{"Title":"Bad","Detail":"Period is locked","Errors":{"VoucherDate":["too early"]}}', '{"statusCode":429,"message":"Try in 3 seconds"}',
         '{"error":"invalid_client","error_description":"no"}', "voucher bar 2026-11-20 2", "bar/2026-11-20/2", "bar/K1/17", "bar/K1~2/17",
         "2026-11-20T23:41:07.123+01:00", "11.11"]


def main():
    folder, tool = pathlib.Path(sys.argv[1]), sys.argv[2]
    events = [line for path in sorted(DATA.rglob("events.ndjson")) for line in path.read_bytes().splitlines() if len(line) < 4000]
    events = random.Random(1).sample(events, min(200, len(events)))
    seeds = {
        "event_json": events,
        "event_msgpack": [msgpack.packb(json.loads(event), unicode_errors="surrogatepass") for event in events[:100]],
        "saft": [path.read_bytes() for path in sorted((DATA / "saft").rglob("*.xml")) if path.stat().st_size < 60000],
        "venue": [path.read_bytes() for path in sorted(DATA.rglob("*.yaml")) if path.stat().st_size < 20000],
        "answer": [bytes([n % 4]) + json.dumps(answer).encode() for n, answer in enumerate(ANSWERS * 4)],
        "reference": [bytes([n]) + json.dumps(page).encode() for n, page in enumerate(PAGES)],
        "json": [json.dumps(answer).encode() for answer in ANSWERS + PAGES],
        "words": [word.encode() for word in WORDS],
        "lines": [b"a\nbb\r\n\n" + b"x" * 150 + b"\nlast"],
    }
    for target in ("event_stored", "document", "record"):
        (folder / target).mkdir(parents=True, exist_ok=True)
    for target, texts in seeds.items():
        (folder / target).mkdir(parents=True, exist_ok=True)
        for number, text in enumerate(texts):
            (folder / target / f"s{number}").write_bytes(text)
    subprocess.run([tool, folder], input=b"\n".join(events), check=True)


if __name__ == "__main__":
    main()
