#!/usr/bin/python3
"""Instructions a receipt, counted by callgrind, compared with the last accepted ones (bench/accepted.json).

usage: bench/check.py COST_PROGRAM [--accept] [--json] [--profile FUNCTIONS]

Counts are the same from run to run, whatever else the machine does: COST_PROGRAM (bench/cost.c) makes ingest's and mapper's
calls without sockets and clocks. Two shapes: `full`, commits of 1,024 receipts, and `small`, commits of 64. More than 10 %
above what was accepted, in any row, ends with 1. --accept writes the figures of this run as accepted: say why in the commit.
--profile prints the dearest functions of the full shape, by instructions of their own.
"""
import argparse
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

import shapes

ACCEPTED = pathlib.Path(__file__).with_name("accepted.json")
RECEIPTS, VENUES, SEED, BATCH, WORSE = 4096, 300, 15, 64, 1.10
SHAPES = {"full": 16, "small": 1}                # batches to a commit
ROWS = {"take msgpack": "cost_msgpack", "take NDJSON": "cost_json", "log commit": "cost_commit", "serve": "cost_serve",
        "fold": "cost_fold", "preview": "cost_preview"}
INGEST_AND_MAPPER = ("take msgpack", "log commit", "serve", "fold", "preview")


def prepare(folder):
    events = list(shapes.receipts(RECEIPTS, VENUES, SEED))
    shapes.write_setup(folder / "config", VENUES, {})
    (folder / "batches").write_bytes(b"".join(struct.pack("=I", len(b)) + b for b in shapes.batches(events, BATCH)))
    (folder / "lines").write_bytes(b"".join(map(shapes.ndjson, events)))


def annotate(out, *args):
    return subprocess.run(["callgrind_annotate", "--auto=no", "--threshold=100", *args, str(out)],
                          stdout=subprocess.PIPE, check=True, text=True).stdout


def inclusive(out):
    """{function: instructions in and below it}"""
    costs = {}
    for line in annotate(out, "--inclusive=yes").splitlines():
        found = re.match(r"\s*([\d,]+) \([^)]*\)\s+\S+:(cost_\w+)", line)
        if found:
            costs[found[2]] = costs.get(found[2], 0) + int(found[1].replace(",", ""))
    return costs


def count(program, group, profile):
    """{row: instructions a receipt} of one shape, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="bl-cost-") as name:
        folder = pathlib.Path(name)
        prepare(folder)
        out = folder / "callgrind.out"
        done = subprocess.run(["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={out}", str(program), name,
                               str(group)], stdout=subprocess.PIPE, env={"PATH": "/usr/bin:/bin"}, check=True, text=True)
        events, costs = json.loads(done.stdout)["events"], inclusive(out)
        if events != RECEIPTS or set(ROWS.values()) - set(costs):
            sys.exit(f"bench-check: {done.stdout}: not every stage was found in {sorted(costs)}")
        if profile:
            lines = [line for line in annotate(out).splitlines() if re.match(r"\s*[\d,]+ \(", line)]
            print("\n".join(lines[:profile]))
    figures = {row: round(costs[function] / events) for row, function in ROWS.items()}
    figures["ingest and mapper"] = sum(figures[row] for row in INGEST_AND_MAPPER)
    return figures


def tell(now, accepted):
    bad = False
    print(f"{'instructions a receipt':34}{'accepted':>10}{'now':>10}")
    for shape, rows in now.items():
        for row, figure in rows.items():
            was = accepted.get(shape, {}).get(row)
            worse = was is None or figure > was * WORSE
            bad |= worse
            print(f"{shape + ': ' + row:34}{was if was is not None else '-':>10}{figure:>10}"
                  f"{'' if not was else f'{100 * figure / was - 100:+7.1f} %'}{'  TOO MUCH' if worse else ''}")
    return bad


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--accept", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--profile", type=int, default=0)
    args = parser.parse_args()
    accepted = json.loads(ACCEPTED.read_text()) if ACCEPTED.exists() else {}
    now = {shape: count(args.program, group, args.profile if shape == "full" else 0) for shape, group in SHAPES.items()}
    if args.accept:
        ACCEPTED.write_text(json.dumps(now, indent=1) + "\n")
        accepted = now
    if args.json:
        print(json.dumps(now, indent=1))
        sys.exit(any(figure > accepted.get(shape, {}).get(row, 0) * WORSE for shape, rows in now.items()
                     for row, figure in rows.items()))
    sys.exit(tell(now, accepted))


if __name__ == "__main__":
    main()
