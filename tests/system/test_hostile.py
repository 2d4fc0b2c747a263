"""Hostile texts through every field that somebody else writes, and every command's output read: nothing steers the terminal,
ends a line, forges a log line, runs as a formula or leaves its place on the page."""
import csv
import html.parser
import io
import json
import re
import unicodedata

import pytest

from pipeline import Pipeline

DAY = "2026-11-20"
# A screen wiped, a title set, C1 in two bytes, writing turned, lines of two kinds, a forged line, quotes, markup.
HOSTILE = "\x1b[2J\x1b]0;x\x07\x9b31m\u202e\u2066\r\nFORGED doc=bar/2026-11-20/1 outcome=done\u2028\u2029\x7f\x00"[:-1] + '"<script>x</script>&'
FORMULAS = ["=1+1", "+1", "-1+2", "@x", " =cmd|x", "\t=1"]

VENUE = {"venue": "bar", "name": "Bar", "timezone": "Europe/Oslo", "company": "912345678", "auto_transfer": "true",
         "auto_invoice": "false", "close": "clock", "quiet_seconds": "1",
         "vat": {"normal": {"rate": "25", "code": "3"}, "reduced": {"rate": "15", "code": "31"}, "none": {"rate": "0", "code": "0"}},
         "product_types": {"food": {"account": "3000", "reduced_account": "3001"}, "tip": {"account": "2910"}},
         "payment_types": {"cash": {"account": "1900"}, "card": {"account": "1570"}, "credit": {"transfer": "false"}}}


def event(seq, text, **more):
    return {"v": 1, "venue": "bar", "register": "K1", "seq": seq, "time": f"{DAY}T18:00:{seq:02}+01:00", "staff": text, "order": text,
            "customer": text, **more}


def receipt(seq, text, paid="card", **more):
    return event(seq, text, kind="receipt", lines=[{"product_type": "food", "vat": 25, "gross": 10000, "text": text, "serving": text},
                                                   {"product_type": "tip", "vat": 0, "gross": 500}],
                 payments=[{"type": paid, "amount": 10500}], **more)


def events():
    texts = [HOSTILE, *FORMULAS]
    made = [receipt(n + 1, text, "credit" if n % 2 else "card", customer_reference=text) for n, text in enumerate(texts)]
    made += [event(20, HOSTILE, kind="cash_movement", amount=-5, reason=HOSTILE),
             event(21, HOSTILE, kind="void", voids={"register": "K1", "seq": 99}),
             receipt(1, HOSTILE + "other", paid="cash"), {**receipt(30, HOSTILE), HOSTILE: HOSTILE}]
    return made


def steers(text):
    """What of a text a terminal or a reader's eye would follow instead of show."""
    return sorted({c for c in text if c != "\n" and (unicodedata.category(c) in ("Cc", "Zl", "Zp") or
                                                     unicodedata.bidirectional(c) in ("RLO", "LRO", "RLE", "LRE", "PDF", "RLI", "LRI", "FSI", "PDI"))})


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs)


COMMANDS = [
    ("status",), ("status", "--red"), ("status", "--brief"), ("status", "--prometheus"), ("check",), ("explain", f"bar/{DAY}/1"),
    ("explain", "bar/K1/1"), ("explain", "bar/K1/30"), ("explain", "bar/K1/21"), ("explain", "bar/order/K1/2"),
    ("manual", "--venue", "bar"), ("manual", "--venue", "bar", "--csv"), ("manual", "--venue", "bar", "--json"),
    ("tips", "--venue", "bar", "--from", DAY, "--to", DAY), ("tips", "--venue", "bar", "--from", DAY, "--to", DAY, "--csv"),
    ("tips", "--venue", "bar", "--from", DAY, "--to", DAY, "--json"),
    ("export", "--venue", "bar", "--from", DAY, "--to", DAY), ("export", "--venue", "bar", "--from", DAY, "--to", DAY, "--csv"),
    ("export", "--venue", "bar", "--from", DAY, "--to", DAY, "--json"), ("status", "--json"),
    ("export", "--venue", "bar", "--from", DAY, "--to", DAY, "--compare"),
    ("orders", "--venue", "bar"), ("customers", "--venue", "bar", "list"), ("customers", "--venue", "bar", "suggest"),
    ("products", "--venue", "bar", "list"), ("venues", "list"), ("refused",), ("refused", "list"), ("audit",), ("audit", "--json"),
    ("tokens", "list"), ("leave-out", f"bar/K1/{HOSTILE}", "--reason", "x"), ("accept", HOSTILE, "--reason", "x"),
    ("status", "--venue", HOSTILE), ("explain", HOSTILE), (HOSTILE,), ("status", f"--{HOSTILE}"), ("import", f"/nowhere/{HOSTILE}"),
    ("customers", "--venue", "bar", "connect", HOSTILE, "10001"), ("export", "--venue", "bar", "--from", HOSTILE, "--to", DAY),
]


def shown(pipeline, *args):
    done = pipeline.command(*args, check=False)
    return done.stdout.removeprefix("\ufeff"), done.stderr


@pytest.fixture(scope="module", name="pipeline")
def the_pipeline():
    with Pipeline({"bar": {**VENUE, "auto_invoice": "true"}}, customers=[(10001, HOSTILE), (10002, "=1+1")]) as pipeline:
        pipeline.post(events())
        odd = json.dumps({"v": 1, "venue": "bar", HOSTILE: HOSTILE, "kind": HOSTILE}, ensure_ascii=False)
        path = pipeline.folder / ("FORGED outcome=done \x1b[31m\u202e.ndjson")
        path.write_text(odd + "\n\x1b[31m no JSON \u202e\n" + json.dumps(receipt(40, HOSTILE)).replace("bar", "elsewhere") + "\n", encoding="utf-8")
        pipeline.import_file(path, "--format", "ndjson", "--keep-going", check=False)
        pipeline.command("tokens", "add", "--venue", "bar", "--about", HOSTILE, check=False)
        pipeline.spool_bytes("FORGED outcome=done \x1b[31m\u202e.ndjson", b"\x1b[31m\n")
        pipeline.until("all is folded", lambda: pipeline.counter("mapper", "events") >= len(events()))
        pipeline.until("it is held", lambda: "void-unknown" in pipeline.command("status", "--json", check=False).stdout)
        pipeline.command("leave-out", "bar/K1/21", "--reason", HOSTILE, "--yes", check=False)
        pipeline.until("the decision is seen", lambda: "leave-out" in pipeline.command("audit", check=False).stdout)
        yield pipeline


@pytest.mark.parametrize("args", COMMANDS, ids=lambda args: " ".join(args[:2])[:40].encode("ascii", "replace").decode())
def test_every_command(pipeline, args):
    for text in shown(pipeline, *[arg.replace("\x00", "") for arg in args]):
        assert steers(text) == [], (args, text)
        assert not [line for line in text.splitlines() if line.startswith("FORGED")], text
    out, _ = shown(pipeline, *args)
    if "--json" in args and out:
        json.loads(out)
    if "--csv" in args:
        rows = list(csv.reader(io.StringIO(out), delimiter=";"))
        assert len({len(row) for row in rows}) == 1 and len(rows) > 1
        for cell in (cell for row in rows for cell in row):
            assert not cell.strip() or cell.strip()[0] not in "=+@" or re.fullmatch(r"[+-]?[\d ,]+", cell), cell
            assert not cell.strip().startswith("-") or re.fullmatch(r"-[\d,]+", cell.strip()), cell


# JSON keeps all of it, escaped: what a program reads is what was written.
def test_json_loses_nothing(pipeline):
    items = json.loads(shown(pipeline, "manual", "--venue", "bar", "--json")[0])["items"]
    assert HOSTILE in [item.get("reason") for item in items]


def test_page(pipeline):
    path = pipeline.folder / "page.html"
    pipeline.command("status", "--html", path, check=False)
    text, page = path.read_text(encoding="utf-8"), Page()
    page.feed(text)
    assert text.count("<script") == 1 and text.index("<script>") < text.index("<style>")      # the stamp's own
    assert steers(text.replace("\n", "")) == []
    folder = pipeline.folder / "pages"
    folder.mkdir(exist_ok=True)
    pipeline.command("status", "--html", folder, check=False)
    venue = (folder / "venue-bar.html").read_text(encoding="utf-8")
    assert "<script" not in venue and steers(venue.replace("\n", "")) == []


def test_logs(pipeline):
    for name in pipeline.log_names():
        if name == "bilag":
            continue                             # what the commands printed, which the others judge
        for line in pipeline.log(name).splitlines():
            assert steers(line) == [], (name, line)
            assert line.startswith(("doc=bar/", "stage=")), (name, line)
            assert line.count('"') % 2 == 0, (name, line)
            assert not re.search(r" outcome=done", line.split(" at=")[0]) or "FORGED" not in line or '"' in line, (name, line)
