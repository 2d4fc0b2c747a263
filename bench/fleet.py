#!/usr/bin/python3
"""10,000 venues with ten sent days each: what looking at all of them, starting and reading the set-up again cost.

usage: bench/fleet.py [--venues 10000] [--days 10] [--keep FOLDER] [--use FOLDER] [--json] [--bin DIR]

Every venue sells for ten days through the real stages into bilag-sandbox; then it is measured: `bilag status` in each of its
forms (seconds and the most memory), the start of every stage until it is ready, SIGHUP until the configuration is taken, and
what share of a core each stage at rest uses. --keep leaves the folder, so that --use measures it again without making it.
A venue in twenty has a sibling in the same books; the others have books of their own.
"""
import argparse
import datetime
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests" / "system")]
if "--bin" in sys.argv:
    os.environ["BILAG_BIN"] = sys.argv[sys.argv.index("--bin") + 1]

import pipeline                                                                                # noqa: E402

FIRST = datetime.date(2026, 3, 2)
REST_S = 10
FORMS = {"status": [], "status --json": ["--json"], "status --html": ["--html", "page.html"]}


def venue(number):
    books = number - 1 if number % 20 == 1 else number
    return {"venue": f"v{number:05d}", "name": f"Venue {number}", "timezone": "Europe/Oslo", "company": f"9{books:08d}",
            "client_key": {"file": f"keys/k{books}"}, "auto_transfer": "true", "close": "z_report", "quiet_seconds": "0",
            "department": str(number % 20), "settlement_pdf": "false",
            "vat": {"normal": {"rate": "25", "code": "3"}, "reduced": {"rate": "15", "code": "31"},
                    "none": {"rate": "0", "code": "0"}},
            "product_types": {"food": {"account": "3000"}, "beer": {"account": "3010", "alcohol": "true"}},
            "payment_types": {"card": {"account": "1570"}, "cash": {"account": "1900"}}}


def day_events(name, number):
    """Two receipts and the Z report of a day."""
    date, seq = FIRST + datetime.timedelta(days=number), number * 3
    base, gross = {"v": 1, "venue": name, "register": "K1"}, 1000 + number
    sale = {"kind": "receipt", "lines": [{"product_type": "food", "vat": 25, "gross": gross, "qty": 1, "text": "dish"}]}
    return [{**base, **sale, "seq": seq + 1, "time": f"{date}T12:00:00+01:00", "payments": [{"type": "card", "amount": gross}]},
            {**base, **sale, "seq": seq + 2, "time": f"{date}T13:00:00+01:00", "payments": [{"type": "cash", "amount": gross}]},
            {**base, "seq": seq + 3, "kind": "z_report", "time": f"{date}T22:00:00+01:00",
             "z": {"number": number + 1, "business_day": date.isoformat(), "first_seq": seq + 1, "last_seq": seq + 2,
                   "sales_by_vat": {"25": 2 * gross}, "payments": {"card": gross, "cash": gross}}}]


def make(pipe, days):
    """All days of all venues, sent."""
    names = list(pipe.venues)
    with pipe:
        for number in range(days):
            for at in range(0, len(names), 500):
                pipe.batch([event for name in names[at:at + 500] for event in day_events(name, number)])
        wanted = days * len(names)
        pipe.until("all days are sent", lambda: pipe.counter("uploader", "sent") >= wanted, 60 + wanted / 50)
        pipe.keep = True
        pipe.secrets = []                # not looked for in 10,000 keys here


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def own_kb(pid, field="VmRSS"):
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(text.split(field + ":")[1].split()[0])


def timed(command, cwd):
    """What one run took, and the most that was resident of it."""
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, code, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(code)
    return {"s": round(time.monotonic() - began, 2), "cpu_s": round(usage.ru_utime + usage.ru_stime, 2),
            "mb": round(usage.ru_maxrss / 1024, 1), "exit": process.returncode}


class Running:
    """The stages on what is there; nothing listens where PowerOffice was."""

    def __init__(self, bindir, folder):
        self.bin, self.folder, self.processes = bindir, folder, {}

    def log(self, stage):
        return (self.folder / f"fleet-{stage}.log").read_text(encoding="utf-8", errors="replace")

    def until(self, stage, text, deadline_s=300):
        end = time.monotonic() + deadline_s
        while text not in self.log(stage):
            if time.monotonic() > end or self.processes[stage].poll() is not None:
                sys.exit(f"{stage}: no {text!r}; see {self.folder}/fleet-{stage}.log")
            time.sleep(0.005)

    def start(self, stage):
        began = time.monotonic()
        with open(self.folder / f"fleet-{stage}.log", "wb") as log:
            self.processes[stage] = subprocess.Popen(
                [str(self.bin / f"bilag-{stage}"), "--config", str(self.folder / "config")], stdout=log, stderr=log)
        self.until(stage, "what=ready")
        return round(time.monotonic() - began, 2)

    def hup(self, stage):
        began = time.monotonic()
        self.processes[stage].send_signal(signal.SIGHUP)
        self.until(stage, "configuration taken")
        return round(time.monotonic() - began, 2)

    def stop(self):
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            process.wait()


def measure(bindir, folder):
    running, figures = Running(bindir, folder), {}
    figures["start_s"] = {stage: running.start(stage) for stage in pipeline.STAGES}
    time.sleep(5)
    before = {stage: cpu_s(p.pid) for stage, p in running.processes.items()}
    time.sleep(REST_S)
    figures["at_rest_percent"] = {stage: round(100 * (cpu_s(p.pid) - before[stage]) / REST_S, 1)
                                  for stage, p in running.processes.items()}
    figures["forms"] = {name: timed([str(bindir / "bilag"), "status", "--config", str(folder / "config"), *args], folder)
                        for name, args in FORMS.items()}
    figures["sighup_s"] = {stage: running.hup(stage) for stage in pipeline.STAGES}
    figures["resident_mb"] = {stage: round(own_kb(p.pid) / 1024, 1) for stage, p in running.processes.items()}
    running.stop()
    return figures


def tell(figures):
    print(f"{'':18}{'s':>8}{'CPU s':>8}{'MB':>8}")
    for name, row in figures["forms"].items():
        print(f"{name:18}{row['s']:8.2f}{row['cpu_s']:8.2f}{row['mb']:8.1f}")
    print(f"\n{'':18}{'start s':>8}{'SIGHUP s':>9}{'rest %':>8}{'MB':>8}")
    for stage in pipeline.STAGES:
        print(f"{stage:18}{figures['start_s'][stage]:8.2f}{figures['sighup_s'][stage]:9.2f}"
              f"{figures['at_rest_percent'][stage]:8.1f}{figures['resident_mb'][stage]:8.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venues", type=int, default=10000)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--use", type=pathlib.Path, help="measure this folder, which --keep left")
    parser.add_argument("--keep", action="store_true", help="leave the folder and print its name")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--bin", type=pathlib.Path, default=pipeline.BIN)
    args = parser.parse_args()
    folder, made = args.use, None
    if not folder:
        pipe = pipeline.Pipeline({entry["venue"]: entry for entry in map(venue, range(args.venues))},
                                 stages={"invoicer": 0}, bindir=args.bin, name="fleet",
                                 settings={"mapper": {"preview_ms": 2000, "resend_ms": 10000}})
        began = time.monotonic()
        make(pipe, args.days)
        folder, made = pipe.folder, time.monotonic() - began
        print(f"made in {made:.0f} s: {folder}", file=sys.stderr)
    figures = measure(args.bin.resolve(), folder)
    if made and not args.keep:
        pipeline.shutil.rmtree(folder, ignore_errors=True)
    if args.json:
        print(json.dumps(figures, indent=1))
    else:
        tell(figures)


if __name__ == "__main__":
    main()
