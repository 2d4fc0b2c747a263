#!/usr/bin/env python3
"""Good inputs to begin with, for each fuzz target, out of the tests' data:  seeds.py FOLDER TOOL_SEEDS"""
import copy
import json
import pathlib
import random
import re
import shutil
import struct
import subprocess
import sys

import msgpack

DATA = pathlib.Path(__file__).resolve().parents[1] / "data"
sys.path.insert(0, str(DATA.parent / "system"))

from foldrun import FoldRun, write_config    # noqa: E402
from pipeline import load_venues             # noqa: E402

ODD = {"a": [1, -7, 2.5, True, None, "x", {"b": -1, "c": []}], "f": 1e3, "n": 1 << 62, "u": (1 << 64) - 1, "e": {}, "é": "ø\u2028\"\\"}
ID, REFERENCE = "0b9fa9d6-91a5-5e8f-8a11-3f1b8f0c7a21", "b4a9a7de-6d2e-5b3c-9c1e-0f5d3c1a2b3c"
ANSWERS = [
    {"Id": ID, "VoucherNo": 70012, "VoucherLines": [{"CurrencyAmount": 12.5}, {"CurrencyAmount": -12.5}], "IsReversed": False},
    {"Id": ID, "VoucherNo": 0, "VoucherLines": [{"CurrencyAmount": 90071992547409.91}, {"CurrencyAmount": 90071992547409.91}]},
    {"Id": ID, "VoucherNo": 3, "VoucherLines": [], "IsReversed": True},
    {"Id": ID, "SalesOrderNo": 7, "TotalAmount": 625.00, "NetAmount": 500, "SalesOrderLines": [{"Quantity": 1, "TotalAmount": 625, "ProductCode": "MAT"}]},
    {"Id": ID, "SalesOrderNo": 7, "TotalAmount": 625.00, "SalesOrderLines": [{"Quantity": 2}, {"Quantity": 3}]}, {"statusCode": 404}, {"a": 1}, [],
    *([{"ExternalImportReference": REFERENCE, "VoucherId": ID, "VoucherNo": 3, "Id": ID, "TotalAmount": 625, "ExternalNumber": "A-1",
        "SalesOrderNo": 4, "OrderNo": 4, "IsReversed": back, "VoucherType": "OutgoingInvoice", "InvoiceNo": 7}] * many
      for back in (False, True) for many in (1, 2, 100)),
    [{"ExternalImportReference": "other", "Id": ID}, {"ExternalImportReference": REFERENCE}, 7, None, {"ExternalImportReference": REFERENCE, "Id": "x"}],
    *([{"InvoiceNo": number, "SentDateTimeOffset": sent, "LastErrorMessage": words, "IsInvoiceBeingProcessed": busy}]
      for number, sent, words, busy in ((5, "2026-11-21T05:15:00+01:00", "", False), (0, "", "no address", False), (0, None, None, True),
                                        (0, "", "", False))),
]
PAGES = [
    [{"AccountNo": 3000, "Id": 7, "IsActive": True, "VatCode": "3", "IsVatCodeLocked": True, "Name": "Salg"}, {"AccountNo": "x"}, {"AccountNo": 1}],
    {"value": [{"Code": 3, "Id": 3, "Rate": 25.0, "IsActive": True, "ValidFrom": "2020-01-01", "ValidTo": None}, {"Code": "4", "Id": 1 << 40},
               {"Code": "5", "Id": 1, "Rate": -3}, {"Code": "6", "Id": 1, "Rate": 15, "ValidFrom": "soon"}]},
    [{"Code": "10", "Id": 7, "IsActive": "perhaps"}, {"Code": "", "Id": 7}, {"Code": "11", "IsActive": False}, 7],
    [{"Code": "MAT", "Id": 7, "StandardSalesAccount": 3000, "IsArchived": False, "Name": "Mat"}, {"Code": "OL", "IsArchived": True}],
    [{"Number": 10001, "Id": 7, "Name": "Nes AS", "OrganizationNumber": "912345678", "IsArchived": False, "EmailAddress": "a@b.no",
      "InvoiceEmailAddress": "a@b.no", "FirstName": "A", "LastName": "B"}, {"Number": 0}, {"Number": 1, "Id": 2, "FirstName": "A", "LastName": "B", "IsPerson": True}],
    {"ClientName": "Bar AS", "ClientId": ID, "ValidPrivileges": ["Voucher_Full", 7], "ActiveClientSubscriptions": ["Accounting"], "AllowSendInvoice": True},
    {"ClientName": "", "ClientId": ID, "ValidPrivileges": [], "ActiveClientSubscriptions": ["Other"], "AllowSendInvoice": False}, {"ClientName": "x"},
    {"LockDate": "2026-10-31T00:00:00"}, {"LockDate": "2026-10-31"}, {"LockDate": None}, {"ConversionDate": "2020-01-01"}, {}, [], {"value": 7}, 7,
]
ERRANDS = [
    *(b"\x00" + json.dumps(errand).encode() for errand in (
        {"errand": "hello", "number": 0}, {"errand": "get", "number": 7, "venue": "bar", "client": "0123456789abcdef", "path": "/VatCodes?x=1"},
        {"errand": "drop", "number": -1, "name": "0" * 32}, {"errand": "read", "number": 1 << 62, "venue": "bar", "client": "x"},
        {"errand": "read", "number": 1, "venue": "bar"}, {"errand": "dance", "number": 1}, {"errand": "get", "number": 1, "venue": "x" * 80},
        {"errand": "pages", "number": 2, "company": "912345678", "extension": 2, "state": "-_" * 21 + "a"},
        {"errand": "pages", "number": 2, "company": "912345678", "extension": 2, "state": "x"}, {"errand": "drop", "number": 1}, {"number": 1}, [], {"errand": "hello", "number": "1"}, {"errand": "get", "number": 1, "venue": "\n\u00e6\""})),
    *(b"\x01" + json.dumps({"number": number, "taken": taken, "set_up": "0" * 32, "outcome": outcome, "status": 403, "last_page": True,
                            "next": True, "next_number": 2, "next_size": 5000, "closed": True, "subscription_refused": True,
                            "title": "T\u00e6", "detail": words, "took_ms": 12}).encode()
      for number, taken, outcome, words in ((1, "taken", "done", ""), (2, "busy", "passing", "x" * 700), (3, "other-books", "login", "\u2028\""),
                                            (4, "no-read", "refused", "\t"), (5, "perhaps", "done", ""), (6, "taken", "well", ""))),
    b"\x01{}", b"\x01nothing", b"\x00{", b"\x00", *(b"\x02" + path for path in (
        b"/VatCodes", b"/Customers?PageNumber=1", b"/Products/../Vouchers", b"/VatCodes?a b", b"/VatCodes#x", b"", b"?", b"//VatCodes")),
]
NUMBERS = ["0", "-0", "1.50", "-1.5e2", "1E-2", "12345678901234567890", "0.001", "1e400", "9007199254740991.99", "00", "1.", "+1", "-"]
TEXTS = ['"\\u00e6\\ud83d\\ude00\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\ud800"', '"\\u12"', '"\\x"', '"\t"', '"' + "x" * 70 + '"', '"\\u0000"', '"\\udc00\\u0041"',
         '"\\u07ff\\uffff"', "tru", "nul", "[1,]", "[1", '{"a"', '{"a":1,}', '{1:2}', "{}x", "[[1],{}]", "\"\\u00C6\""]
WORDS = ["K1", "bar/K1~99/17", "bar/K1/Z12", "bar/K1/M3", "bar/K1/", "/K1/1", "bar/K1~/1", "bar/K1/99999999999999999999", "bar", "a/b/c/d", "bar/K 1/1",
         "2026-11-20T23:41:07Z", "2026-11-20T23:41:07-23:59", "2026-11-20T23:41:07+99:00", "2026-13-20T23:41:07Z", "2026-11-20 23:41:07Z",
         "voucher bar 2026-11-20", "order bar K1 17", "bar/2026-11-20/0", "bar/2026-11-20/x", "bar/2026-02-30/1", "25", "100.00", "100.01", "11.111", "x.1", "1.x",
         '{"Message":"m","ExceptionMessage":"e"}', '{"title":"T","detail":"\\u001b[31mred\\n","errors":{"a":["b","c"],"d":"e"}}', '{"errors":["a",7,{}]}',
         '{"error":{"code":"c","message":"m"}}', '{"statusCode":429,"message":"Rate limit is exceeded. Try again in 12 seconds."}',
         '{"message":"Access denied due to invalid subscription key."}', '{"Detail":"' + "x" * 700 + '"}', "<html><title>502</title></html>", '"text"', "[7]",
         '{"Title":"Bad","Detail":"Period is locked","Errors":{"VoucherDate":["too early"]}}', '{"statusCode":429,"message":"Try in 3 seconds"}',
         '{"error":"invalid_client","error_description":"no"}', "voucher bar 2026-11-20 2", "bar/2026-11-20/2", "bar/K1/17", "bar/K1~2/17",
         "2026-11-20T23:41:07.123+01:00", "11.11"]


def odd_events(event):
    """A good event with what is kept of fields that nobody asked for; and one that is refused for each kind of reason."""
    for value in ODD.values():
        yield {**event, "more": value}
    yield {**event, "more": ODD, "lines": [{**line, "more": ODD, "staff": "14"} for line in event.get("lines", [])]}
    for key in ("venue", "register", "seq", "kind", "time", "lines", "payments", "z", "voids", "amount", "reason", "customer", "staff",
                "order", "v"):
        for value in (None, 1.5, 7.0, -1, 1 << 63, "", "x" * 300, [], {}, True, "2026-11-20T23:41:07Z", "2026-13-40T25:61:61+99:00"):
            yield {**event, key: value}
        yield {name: value for name, value in event.items() if name != key}
    for place in ("lines", "payments"):
        for at, row in enumerate(event.get(place, [])[:1]):
            for key in (*row, "vat_amount", "serving", "qty", "alcohol", "text"):
                for value in (None, 1.5, 25.0, 11.11, 1e300, -1, 1 << 63, "x", "x" * 300, [], {"a": 1}):
                    odd = copy.deepcopy(event)
                    odd[place][at][key] = value
                    yield odd


def packed_oddly(event):
    """Wider numbers, floats of both widths, byte strings, extensions, and types that JSON lacks."""
    good = msgpack.packb(event)
    yield from (good[:-1], good + b"\xc0", msgpack.packb([event]), b"\xc1", b"\xdf\xff\xff\xff\xff", b"\x81\xa1v" * 60)
    for value in (b"\xcd\x00\x07", b"\xce\x00\x00\x00\x07", b"\xcf" + bytes(7) + b"\x07", b"\xd0\x07", b"\xd1\x00\x07", b"\xd2\x00\x00\x00\x07",
                  b"\xd3" + bytes(7) + b"\x07", b"\xca" + struct.pack(">f", 7.0), b"\xcb" + struct.pack(">d", 7.0),
                  b"\xcb" + struct.pack(">d", 7.25), b"\xcb" + struct.pack(">d", float("nan")), b"\xcb" + struct.pack(">d", float("inf")),
                  b"\xcb" + struct.pack(">d", 1e300), b"\xc4\x01x", b"\xd4\x01x", b"\xc7\x02\x01xy", b"\xd9\x01x", b"\xda\x00\x01x",
                  b"\xdb\x00\x00\x00\x01x", b"\xdc\x00\x01\x07", b"\xdd\x00\x00\x00\x01\x07", b"\xde\x00\x01\xa1a\x07", b"\xc0", b"\xc3", b"\xff"):
        for key in ("seq", "more", "v", "text"):
            rest = {name: item for name, item in event.items() if name != key}
            head = msgpack.packb({**rest, "~": 0})
            yield head[:-3] + msgpack.packb(key) + value
        if event.get("payments"):
            yield msgpack.packb(event).replace(msgpack.packb("amount"), msgpack.packb("amount") + value, 1)
        line = {name: item for name, item in (event.get("lines") or [{}])[0].items() if name != "gross"}
        yield (msgpack.packb({name: item for name, item in {**event, "~": 0}.items() if name != "lines"})[:-3] + msgpack.packb("lines") +
               b"\x91" + msgpack.packb({**line, "~": 0})[:-3] + msgpack.packb("gross") + value)


CODES = [str(code).encode() for first, last in ((11001, 11018), (12001, 12013), (13001, 13030), (4001, 4009)) for code in range(first, last)]


def odd_tills(till):
    """A SAF-T file of which an element is missing, twice there, or says something else: each name of elements once."""
    for name in sorted(set(re.findall(rb"<([A-Za-z:]+)[ >]", till))):
        element = re.compile(rb"<" + name + rb"( [^>]*)?>.*?</" + name + rb">", re.S)
        leaf = re.compile(rb"(<" + name + rb"(?: [^>]*)?>)([^<]*)(</" + name + rb">)")
        yield element.sub(b"", till)
        yield element.sub(b"", till, count=1)
        yield element.sub(lambda found: found.group(0) * 2, till, count=1)
        if leaf.search(till) and re.search(rb"(?i)type|code|id$", name):
            for code in CODES:
                yield leaf.sub(lambda found, code=code: found.group(1) + code + found.group(3), till, count=1)
        if leaf.search(till):
            for text in (b"", b"x", b"-5.00", b"0", b"99999999999999999999", b"1.234", b"2026-11-20", b"23:41:07+01:00", b"25.00", b"C", b"true", b"A" * 300):
                yield leaf.sub(lambda found, text=text: found.group(1) + text + found.group(3), till)
    yield from (till.rstrip() + end for end in (b"", b" ", b"\t", b"\n"))
    yield from (b"<!DOCTYPE a>" + till, till[: len(till) // 2], b"PK\x03\x04", b"\x1f\x8b", b"<a/>", b"<a>" * 60)


VALUES = ["x", "7", "0", "3000", "-1", "true", "false", "''", "'2026-11-20'", "05:00", "25:00", "NOK", "nok", "Europe/Oslo", "'912345678'", "25", "11.11", "z_report",
          "clock", "[]", "{}", "[x]", "[monday, '2026-12-24', 2026-12-24..2026-12-26, 2026-12-26..2026-12-24, x]", "{file: keys/a}", "{x: y}",
          "[{from: '2026-01-01', value: x}, {from: '2025-01-01', value: y}]", "[{from: '2026-01-01', name: x}]", "{food: {account: 3000}}", "{a: [1, {b: c}]}",
          "{normal: {rate: 25, code: '3'}, reduced: {rate: 25, code: '31'}}", "{card: {account: 1570, transfer: [{from: '2026-01-01', value: false}]}}",
          "{article_groups: {a: food, b: 7}, payment_codes: {a: cash}, sequence: false, system_id: X}", "&a [*a]", '"\\x"', "|", "- x", "x" * 300]


def odd_venues():
    """A good venue's file with each setting that there is (by its rows), said in every way."""
    source = (DATA.parent.parent / "common/domain/venue_file.c").read_text(encoding="utf-8") + (
        DATA.parent.parent / "common/domain/form_rows.c").read_text(encoding="utf-8")
    good = {"venue": "bar", "name": "Bar", "company": "'912345678'", "client_key": "{file: keys/a}",
            "vat": "{normal: {rate: 25, code: '3'}, reduced: {rate: 15, code: '31'}, none: {rate: 0, code: '0'}}",
            "product_types": "{food: {account: 3000, reduced_account: 3001}}", "payment_types": "{card: {account: 1570}}"}

    def text(rows):
        return "".join(f"{key}: {value}\n" for key, value in rows.items()).encode()
    yield from (text(good), b"", b"- a\n", b"{", b"a: [b\n", b"venue: bar\nvenue: bar\n", b"%YAML 1.2\n---\nvenue: bar\n...\n--- x\n")
    names = sorted({name for name in re.findall(r'"([a-z][a-z_]+)"', source) if len(name) > 3})
    for name in names:
        for value in VALUES:
            yield text({**good, name: value})
        yield text({key: value for key, value in good.items() if key != name} | {name[:-1] + "q": "x"})
        for value in VALUES[:19]:
            yield text({**good, "product_types": f"{{food: {{account: 3000, reduced_account: 3001, {name}: {value}}}}}"})
            yield text({**good, "payment_types": f"{{card: {{account: 1570, {name}: {value}}}}}"})
            yield text({**good, "saft": f"{{{name}: {value}}}"})


def odd_settings():
    """bilag.yaml with each setting that there is, said in every way."""
    source = "".join((DATA.parent.parent / "common/domain" / name).read_text(encoding="utf-8") for name in ("config.c", "config_rows.h"))
    names = sorted(set(re.findall(r'\{ "([a-z][a-z_]+)"', source)) | set(re.findall(r"\bX\(([a-z_]+),", source)))
    good = "state_dir: state\nrun_dir: run\n"
    yield from (good.encode(), b"", b"- a\n", b"{", b"poweroffice: {application_keys: {}}\n", b"\xff\xfe", good.encode("utf-16"))
    for name in names:
        for value in (*VALUES, "127.0.0.1:7420", "'[::1]:7420'", "127.0.0.1:99999", "https://example.no/a", "http://example.no", "post@example.no",
                      "postgresql", "host=a dbname=bilag", "[a.example, b.example]", "quota", "1000", "99999999999999999999"):
            yield f"{good}{name}: {value}\n".encode()
            for place in ("poweroffice", "ingest", "console", "run_as", "state", "mapper", "sender", "watch", "validator", "uploader"):
                yield f"{good}{place}: {{{name}: {value}}}\n".encode()


FORMS = [b"a=b&c=d", b"a=%41+b&&=%", b"name=%c3%a6&name=", b"a", b"a=%zz", b"=", b"a=%00", b""]
CONNECTIONS = [b"Nes AS;10001\n", b"\xef\xbb\xbfKunde,Nummer\r\n\"Nes, \"\"AS\"\"\",10001\r\n", b"a\t7\tmore\nb;0\nb;x\n;7\na;8\na;7\n", b"\"open;7\n",
               b"x;99999999999999999999\n", b"x\n\n \ny; 7 ;\n", b"\xff;7\n", b"a" * 300 + b";7\n", b'"a"b;7\n', b"a;\"7\"\na;7\n"]
HOSTS = [b"localhost", b"LOCALHOST:80", b"bilag.example", b"bilag.example:7420", b"evil.example", b"127.0.0.1:7420", b"[::1]:7420", b"[::1", b"1.2.3.4.5", b":", b"::"]
FILES = ["", "{}\n", "name: Bar # here\n", "name: |\n  a\n  b\n# next\nvenue: bar\n", "? name\n: x\n", "name: &a x\nvenue: *a\n", "name: *a\n", "- x\n", "{name: x, venue: bar}\n",
         "product_types:\n  food:\n    account: 3000  # food\n  drink: {account: 3010}\npayment_types:\n  card: {account: 1570}\n  # cash\n  cash:\n    account: 1900\n",
         "payment_types: {card: {account: 1570}, cash: {account: 1900}}\nproduct_types: {}\n", "payment_types: {}\nauto_transfer: false\n", "payment_types:\n",
         "saft:\n  locations: {a: b}\n", "saft: {}\n", "saft: x\n", "product_types: &a {food: {account: 3000}}\n", "payment_types: {card: 7}\n", "name:\n  - a\n  - b\n",
         "<<: {name: x}\n", "payment_types: {? card : {account: 1}}\n", "payment_types:\n  card:\n    account: 1570\n", "payment_types: {card: {account: 1570}}\n", "æ: ø\nname: å\n",
         "product_types:\n  food: &f\n    account: 3000\n  drink: *f\n", "product_types:\n  food: !t {account: 3000}\n", "---\nname: x\n...\n",
         "payment_types:\n  cash:\n    a\r\rname: x\n", "saft: {}\r\nname: x\r\n", "payment_types:\n  card: {account: 157 \n0}#  cash\n  cash: {}\n"]


def odd_forms():
    yield from (b"\x00" + text for text in FORMS)
    yield from (b"\x01" + text for text in CONNECTIONS)
    yield from (b"\x02" + text for text in HOSTS)
    for which in range(6):
        for value in ("x", "'y: z'", "{account: 1580}", "[", ""):
            yield from (bytes([3 + which]) + f"{value}\n{text}".encode() for text in FILES)
            yield from (bytes([3 + which]) + f"{value}\n".encode() + path.read_bytes() for path in sorted(DATA.rglob("venues/*.yaml"))[:12])


BODIES = ['{"text":"a \\u00e6\\n","number":7,"on":true,"ore":-1205}', '{"list":["a","b"],"words":["1","2"]}', '{"words":["1,2"]}', '{"on":false,"words":[]}',
          '{"places":[{"section":"vat","entry":"a/b","key":"code","value":"3"}],"connections":[{"till_customer":"H;n","number":10001}]}',
          '{"places":[{"section":"a/b","entry":"","key":"","value":""}]}', '{"places":[{"section":"","x":1}]}', '{"places":[{"section":""}]}', '{"places":[1]}',
          '{"connections":[{"till_customer":"H","number":"1"}]}', '{"connections":[{"number":1,"number":2}]}', '{"number":1.5}', '{"number":-1}', '{"ore":1e30}', '{"ore":"1"}',
          '{"on":1}', '{"list":"a"}', '{"list":[1]}', '{"words":[1]}', '{"text":7}', '{"text":"a","text":"b"}', '{"other":1}', "{}", "[]", "", "{", '{"text":"\x01"}',
          '{"text":"' + "a" * 70000 + '"}', '{"list":[' + ",".join(['""'] * 4001) + "]}"]


def mapper_stores(folder, events):
    """Stores as the mapper leaves them after each case's sales, for rows of all tables. Their folders, and what holds them."""
    runs = []
    for case in sorted((DATA / "cases").iterdir()):
        if not (case / "venues").is_dir():
            continue
        run = FoldRun(write_config(folder / "configs" / case.name, load_venues(case / "venues")))
        sales = (case / "events.ndjson").read_text(encoding="utf-8").splitlines()
        others = [json.dumps({**json.loads(line), "time": "2026-11-19T12:00:00+01:00"}) for line in sales[:9]]
        run.send(["#new 1", *sales, "#batch", *others, *events, "#look"])
        run.drafts()
        runs.append(run)
    return runs


def main():
    folder, tool = pathlib.Path(sys.argv[1]), sys.argv[2]
    events = [line for path in sorted(DATA.rglob("events.ndjson")) for line in path.read_bytes().splitlines() if len(line) < 4000]
    events = random.Random(1).sample(events, min(200, len(events)))
    kinds = {event["kind"]: event for event in map(json.loads, events) if event.get("lines") or event["kind"] != "receipt"}
    odd = [event for kind in kinds.values() for event in odd_events(kind)]
    tills = [path.read_bytes() for path in sorted(DATA.rglob("*.xml")) if path.stat().st_size < 60000]
    seeds = {
        "event_json": [*events, *(json.dumps(event).encode() for event in odd)],
        "event_msgpack": [*(msgpack.packb(json.loads(event), unicode_errors="surrogatepass") for event in events[:100]),
                          *(bytes(event) for kind in kinds.values() for event in packed_oddly(kind))],
        "saft": [*tills, *(text for till in sorted(tills, key=len)[2:14:6] for text in odd_tills(till))],
        "venue": [*(path.read_bytes() for path in sorted(DATA.rglob("*.yaml")) if path.stat().st_size < 20000), *odd_venues()],
        "settings": [*odd_settings()],
        "forms": [*odd_forms()],
        "body": [*(body.encode() for body in BODIES), b'{"text":"\xff"}', b'{"text":"a"}\x00'],
        "answer": [bytes([choice]) + b"\x1e".join(json.dumps(answer).encode() for answer in answers) for choice in range(4) for answers in
                   [*([answer] for answer in ANSWERS), *([one, other] for one in ANSWERS if isinstance(one, list) for other in ANSWERS),
                    *([[], one, other] for one in ANSWERS[-8:] for other in ANSWERS[:5])]],
        "reference": [bytes([choice]) + json.dumps(page).encode() for choice in range(10) for page in PAGES],
        "json": [*(json.dumps(answer).encode() for answer in ANSWERS + PAGES), *(text.encode() for text in NUMBERS + TEXTS),
                 *(f'{{"Id":{text},"value":[{text}]}}'.encode() for text in NUMBERS + TEXTS), b"[" * 70, b"\xef\xbb\xbf{}", b'"\xff"', b" \r\n\t7 "],
        "frames": [b"\x03" + msgpack.packb([kind]) for kind in kinds.values()] + [
            b"\x03\x91" + event for kind in kinds.values() for event in packed_oddly(kind)],
        "words": [word.encode() for word in WORDS],
        "errand": ERRANDS,
        "lines": [b" \t\r\n\n \n", b"a" * 300 + b"\r\nb\rc\n", b"a\nbb\r\n\n" + b"x" * 150 + b"\nlast"],
    }
    for target in ("event_stored", "document", "record", "rows", "shared", "frames"):
        (folder / target).mkdir(parents=True, exist_ok=True)
    for target, texts in seeds.items():
        (folder / target).mkdir(parents=True, exist_ok=True)
        for number, text in enumerate(texts):
            (folder / target / f"s{number}").write_bytes(text)
    unknown = json.dumps({**json.loads(events[0]), "venue": "nowhere"})
    runs = mapper_stores(folder, [unknown])
    kept = b"\n".join([*events[:150], *(json.dumps(event).encode() for event in odd if "more" in event)])
    for run in runs:
        run.process.kill()                   # at its own end it takes its store away
        run.process.wait(60)
    subprocess.run([tool, folder, *(run.folder / "store" for run in runs)], input=kept, check=True)
    for run in runs:
        shutil.rmtree(run.folder, ignore_errors=True)
    for target in ("rows", "shared", "record", "document", "event_stored"):
        damage(folder / target)


def damage(folder):
    """Of each good input some that are cut off, followed by something, or changed in the middle; of rows, in the key as well."""
    for path in sorted(folder.iterdir())[:120]:
        good = path.read_bytes()
        odd = [good[:-1], good[: len(good) // 2], good[: len(good) // 4], good + b"\xc0", good[:-2] + b"\xc1\xc1"]
        odd += [good[:at] + byte + good[at + 1:] for at in (len(good) // 3, len(good) // 2, len(good) - 4) for byte in (b"\xc0", b"\xff", b"\x91", b"\x00")]
        if folder.name in ("rows", "shared") and len(good) > 12:
            key, value = good[1], good[2] << 8 | good[3]
            odd += [good[:1] + bytes([key - less]) + good[2:4] + good[4:4 + key - less] + good[4 + key:] for less in (1, 4, 9) if key > less]
            odd += [good[:2] + bytes([value - less >> 8, value - less & 255]) + good[4:4 + key + value - less] for less in (1, 3, 8) if value > less]
            odd += [good[:2] + b"\x00\x00" + good[4:4 + key]]
        for number, text in enumerate(odd):
            (folder / f"{path.name}-{number}").write_bytes(text)


if __name__ == "__main__":
    main()
