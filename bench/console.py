#!/usr/bin/python3
"""10,000 venues with 30 days of documents each: what every page of the console costs, and what its process holds.

usage: bench/console.py [--venues 10000] [--days 30] [--runs 5] [--keep] [--use FOLDER] [--only WORD] [--json] [--bin DIR]
                        [--copies PROGRAM]

Twenty venues sell through the real stages into bilag-sandbox until their days stand as they shall: of twenty, fourteen are sent
whole, two wait for a person's transfer, one has credit orders, one has orders whose customer nobody knows, one has held days,
and one has cash that is entered by hand. bench/copies.c makes their stores those of all venues. Then the stages and the real
console are started on them (PowerOffice away), somebody signs in, and each page is asked for: milliseconds, median and worst, and
after all of them the console's own memory and all that is resident of it. The first row is the first page after the start.
--keep leaves the folder, so that --use measures it again without making it.
"""
import argparse
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "system")]
if "--bin" in sys.argv:
    os.environ["BILAG_BIN"] = sys.argv[sys.argv.index("--bin") + 1]

import pipeline                                                                                # noqa: E402
from console_rig import PASSWORD, Person, settings                                             # noqa: E402
from fleet import Running, own_kb                                                              # noqa: E402

ORIGINALS, DECISIONS, REFUSED, SETTLE_S = 20, 20000, 2000, 5
YELLOW, CREDIT, UNKNOWN, HELD, CASH = (14, 15), 16, 17, 18, 19


def venue(number):
    kind = number % ORIGINALS
    entry = {"venue": f"v{number:05d}", "name": f"Venue {number}", "timezone": "Europe/Oslo", "company": f"9{number:08d}",
             "client_key": {"file": f"keys/k{number:05d}"}, "auto_transfer": "false" if kind in YELLOW else "true",
             "auto_invoice": "true", "close": "z_report", "quiet_seconds": "0", "department": str(kind), "settlement_pdf": "false",
             "vat": {"normal": {"rate": "25", "code": "3"}, "reduced": {"rate": "15", "code": "31"},
                     "none": {"rate": "0", "code": "0"}},
             "product_types": {"food": {"account": "3000", "product": "MAT"}, "beer": {"account": "3010", "alcohol": "true"}},
             "payment_types": {"card": {"account": "1570"}, "cash": {"account": "1900"}, "credit": {"transfer": "false"}}}
    return entry


def day_events(number, first, at):
    """Two receipts, an order or a movement where the venue has some, and the Z report."""
    ways = ["card", "cash"] + (["credit"] if number in (CREDIT, UNKNOWN) else [])
    date, base = first + datetime.timedelta(days=at), {"v": 1, "venue": f"v{number:05d}", "register": "K1"}
    events, sales, gross = [], {}, 10000 + at
    seq = at * (len(ways) + (number == CASH) + 1)
    for i, way in enumerate(ways):
        product = "not-mapped" if number == HELD and at % 5 == 0 and i == 0 else "food"
        events.append({**base, "kind": "receipt", "seq": seq + i + 1, "time": f"{date}T1{i + 2}:00:00+01:00",
                       "lines": [{"product_type": product, "vat": 25, "gross": gross, "qty": 1, "text": "dish"}],
                       "payments": [{"type": way, "amount": gross}],
                       **({"customer": f"guest-{at % 5}"} if way == "credit" else {})})
        sales[way] = gross
    last = seq + len(ways)
    if number == CASH:
        last += 1
        events.append({**base, "kind": "cash_movement", "seq": last, "amount": -200000, "time": f"{date}T20:00:00+01:00",
                       "reason": "bank"})
    events.append({**base, "seq": last + 1, "kind": "z_report", "time": f"{date}T22:00:00+01:00",
                   "z": {"number": at + 1, "business_day": date.isoformat(), "first_seq": seq + 1, "last_seq": last,
                         "sales_by_vat": {"25": sum(sales.values())}, "payments": sales}})
    return events


def make(args):
    """The originals' days as they shall stand, then the copies; the folder."""
    first = datetime.date.today() - datetime.timedelta(days=args.days)
    port, more = settings()
    pipe = pipeline.Pipeline({entry["venue"]: entry for entry in map(venue, range(ORIGINALS))}, bindir=args.bin, name="console",
                             settings={**more, "mapper": {"preview_ms": 2000, "resend_ms": 10000}}, parent=args.folder,
                             customers=[(10001 + n, f"Guest {n}") for n in range(50)])
    with pipe:
        pipe.command("users", "add", "drift", "--all-companies", "--role", "decides,sets-up,operates", "--language", "en",
                     input=PASSWORD + "\n")
        for guest in range(5):
            pipe.command("customers", "--venue", f"v{CREDIT:05d}", "connect", f"guest-{guest}", str(10001 + guest), check=False)
        for at in range(args.days):
            pipe.post([event for number in range(ORIGINALS) for event in day_events(number, first, at)])
        sent = args.days * (ORIGINALS - len(YELLOW)) - len(range(0, args.days, 5))
        pipe.until("all that can go has gone", lambda: pipe.counter("uploader", "sent") >= sent, 60)
        pipe.until("orders have gone", lambda: pipe.counter("invoicer", "sent") >= args.days, 60)
        for at in range(0, REFUSED, 500):
            pipe.post([{"v": 1, "venue": f"v{n % ORIGINALS:05d}", "register": "K9", "seq": n, "kind": "no such"}
                       for n in range(at, at + 500)])
        pipe.keep, pipe.secrets = True, []
    for number in range(ORIGINALS, args.venues):
        pipe.secrets = []
        pipe.write_venue(venue(number))
    began = time.monotonic()
    subprocess.run([str(args.copies), str(pipe.config), str(ORIGINALS), str(DECISIONS)], check=True, stdout=subprocess.DEVNULL)
    print(f"copied in {time.monotonic() - began:.0f} s: {pipe.folder}", file=sys.stderr)
    return pipe.folder


def pages(args):
    """(what it is called, path)"""
    last = datetime.date.today() - datetime.timedelta(days=1)
    first = last - datetime.timedelta(days=args.days - 1)
    held = first + datetime.timedelta(days=5 * ((args.days - 1) // 5))
    at = args.venues // 2 - args.venues // 2 % ORIGINALS
    green, orders, red, cash = (f"/venues/v{at + kind:05d}" for kind in (3, CREDIT, HELD, CASH))
    unknown, span = f"/venues/v{at + UNKNOWN:05d}", f"from={first}&to={last}"
    return [
        ("overview", "/"), ("overview, page 2", "/?page=2&q="), ("overview, last page", "/?page=999999&q="),
        ("overview, search by name", "/?q=venue+77"), ("overview, by company", f"/?q=9{at:08d}"), ("overview, red", "/?red=1"),
        ("overview, found by nobody", "/?q=no+such+venue"),
        ("venue", green), ("venue, red", red), ("day", f"{green}/days/{last}"), ("day, held", f"{red}/days/{held}"),
        ("line", f"{green}/days/{last}/1/lines/1"), ("receipt", f"{green}/receipt?name=K1%2F1"),
        ("period", f"{green}/period?{span}"), ("vouchers.csv", f"{green}/vouchers.csv?{span}"),
        ("settlement.pdf", f"{green}/days/{last}/1/settlement.pdf"), ("orders", f"{orders}/orders"),
        ("orders, red", f"{unknown}/orders?red=1"), ("customers", f"{orders}/customers"),
        ("customers, not connected", f"{unknown}/customers"), ("by hand", f"{cash}/manual?{span}"),
        ("requests", f"{green}/requests?document=v{at + 3:05d}/{last}/1"), ("set-up", f"{green}/setup"),
        ("connect", f"{green}/connect"), ("new venue", "/new-venue"), ("refused", "/refused"), ("audit", "/audit"),
        ("audit, earlier ones", f"/audit?before={DECISIONS // 2}"), ("operate", "/operate"), ("users", "/users"),
        ("tokens", "/tokens"), ("me", "/me"),
    ]


def cpu_ms(pid):
    tasks = pathlib.Path(f"/proc/{pid}/task")
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1e6


def timed(person, path, pid):
    """Milliseconds of clock, and of the console's processor time meanwhile, and the answer."""
    began, used = time.monotonic(), cpu_ms(pid)
    answer = person.get(path)
    return (time.monotonic() - began) * 1000, cpu_ms(pid) - used, answer


def measure(args, folder):
    port = int(json.loads((folder / "config" / "bilag.yaml").read_text())["console"]["http"].rsplit(":", 1)[1])
    running, figures, person = Running(args.bin, folder), {}, Person(port)
    try:
        for stage in (*pipeline.STAGES, "console"):
            running.start(stage)
        time.sleep(SETTLE_S)             # what a start does is no page's
        pid = running.processes["console"].pid
        assert person.sign_in("drift").status == 303
        figures["pages"] = {"overview, the first": [timed(person, "/", pid)[:2]]}
        for name, path in pages(args):
            if args.only not in name:
                continue
            took = [timed(person, path, pid) for _ in range(args.runs)]
            bad = [row[-1].status for row in took if row[-1].status != 200]
            if bad:
                sys.exit(f"{name} {path}: {bad}: {took[0][-1].words[:300]}")
            figures["pages"][name] = [row[:2] for row in took]
        figures["own_mb"], figures["resident_mb"] = (round(own_kb(pid, field) / 1024, 1) for field in ("RssAnon", "VmRSS"))
    finally:
        running.stop()
    return figures


def tell(figures):
    print(f"{'page':30}{'median ms':>10}{'worst':>8}{'CPU ms':>8}")
    for name, took in figures["pages"].items():
        clock, used = zip(*took)
        print(f"{name:30}{statistics.median(clock):10.0f}{max(clock):8.0f}{statistics.median(used):8.0f}")
    print(f"\nafter them: its own memory {figures['own_mb']} MB, resident {figures['resident_mb']} MB; the load of the machine "
          f"was {os.getloadavg()[0]:.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venues", type=int, default=10000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--use", type=pathlib.Path, help="measure this folder, which --keep left")
    parser.add_argument("--keep", action="store_true", help="leave the folder and print its name")
    parser.add_argument("--folder", default=None, help="where it is made")
    parser.add_argument("--only", default="", help="pages whose name has this")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--bin", type=pathlib.Path, default=pipeline.BIN)
    parser.add_argument("--copies", type=pathlib.Path, default=ROOT / "build" / "gcc" / "bench" / "copies")
    args = parser.parse_args()
    args.bin = args.bin.resolve()
    folder = args.use or make(args)
    figures = measure(args, folder)
    if not args.use and not args.keep:
        pipeline.shutil.rmtree(folder, ignore_errors=True)
    if args.json:
        print(json.dumps(figures, indent=1))
    else:
        tell(figures)


if __name__ == "__main__":
    main()
