#!/usr/bin/python3
"""How long 1,000 held venues take to be mapped again when the mapping is mended (DESIGN section 4: no replay).

Real bilag-ingest and bilag-mapper; this script stands where the validators are and takes the drafts. Every venue
has a day of receipts with a product type that has no account, so every draft carries that problem. Then all venue
files are mended and the mapper gets SIGHUP: the time from the signal to the last mended draft is printed.

    bench/remap.py [--venues 1000] [--receipts 100] [--bin bin]
"""
import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import msgpack
import zmq

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "system")]
import stage_keys                                                                              # noqa: E402

VENUE = """venue: {id}
name: {id}
company: "9{n:08d}"
extension: quickorder
client_key: {{file: keys/{id}}}
department: "10"
auto_transfer: true
close: clock
quiet_seconds: 1
vat:
  normal: {{rate: 25, code: "3"}}
  reduced: {{rate: 15, code: "31"}}
  none: {{rate: 0, code: "0"}}
product_types:
  food: {{account: 3000, reduced_account: 3001}}
{more}payment_types:
  card: {{account: 1570}}
  cash: {{account: 1900}}
"""
MAIN = """state_dir: {top}/state
run_dir: {top}/run
poweroffice:
  token_url: http://127.0.0.1:9/OAuth/Token
  api_url: http://127.0.0.1:9/v2
  subscription_key: {{file: keys/subscription}}
  application_keys:
    quickorder: {{file: keys/quickorder}}
"""


def secret(path, text):
    path.write_text(text)
    path.chmod(0o600)


def write_venues(config, ids, more):
    for n, name in enumerate(ids):
        (config / "venues" / f"{name}.yaml").write_text(VENUE.format(id=name, n=n, more=more))


def events(ids, receipts):
    for seq in range(1, receipts + 1):
        for name in ids:
            kind = "food" if seq % 2 else "dessert"
            yield {"v": 1, "venue": name, "register": "K1", "seq": seq, "kind": "receipt",
                   "time": f"2026-03-02T{8 + seq % 12:02d}:{seq % 60:02d}:00+01:00",
                   "lines": [{"product_type": kind, "vat": 25, "gross": 10000 + seq}],
                   "payments": [{"type": "card" if seq % 3 else "cash", "amount": 10000 + seq}]}


def feed(context, top, source):
    dealer = context.socket(zmq.DEALER)
    dealer.connect(f"ipc://{top}/run/ingest-0.ipc")
    batch, number = [], 0
    for event in source:
        batch.append(event)
        if len(batch) == 1000:
            number = send(dealer, batch, number)
            batch = []
    if batch:
        send(dealer, batch, number)


def send(dealer, batch, number):
    dealer.send_multipart([str(number).encode(), b"map", msgpack.packb(batch)])
    if not dealer.poll(30000):
        sys.exit("bilag-ingest does not answer")
    answer = dealer.recv_multipart()
    if b"rejected" not in answer[-1]:
        sys.exit(f"bilag-ingest: {answer}")
    return number + 1


def drafts_until(pull, wanted, fits, deadline_s):
    """Seconds until `wanted` different documents came with a draft that fits."""
    done, began = set(), time.monotonic()
    while len(done) < wanted and time.monotonic() < began + deadline_s:
        if pull.poll(1000):
            draft = msgpack.unpackb(pull.recv(), raw=False)
            if fits(draft):
                done.add(tuple(draft[1]))
    if len(done) < wanted:
        sys.exit(f"only {len(done)} of {wanted} drafts within {deadline_s} s")
    return time.monotonic() - began


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--venues", type=int, default=1000)
    args.add_argument("--receipts", type=int, default=100)
    args.add_argument("--bin", default="bin")
    args = args.parse_args()
    ids = [f"v{n:05d}" for n in range(args.venues)]
    with tempfile.TemporaryDirectory(prefix="bl-") as folder:
        top = pathlib.Path(folder)
        for name in ("config/venues", "config/keys", "run"):
            (top / name).mkdir(parents=True)
        for name in ["subscription", "quickorder"] + ids:
            secret(top / "config/keys" / name, "11111111-1111-1111-1111-111111111111" if name == "quickorder" else f"key-{name}")
        (top / "config/bilag.yaml").write_text(MAIN.format(top=top))
        write_venues(top / "config", ids, "")
        context = zmq.Context()
        pull = context.socket(zmq.PULL)
        pull.setsockopt(zmq.RCVHWM, 0)
        stage_keys.make(top / "state")
        stage_keys.listen(pull, top / "run", top / "state", "validator-0")
        stages = [subprocess.Popen([f"{args.bin}/bilag-{name}", "--config", str(top / "config")],
                                   stderr=open(top / f"{name}.log", "w")) for name in ("ingest", "mapper")]
        try:
            feed(context, top, events(ids, args.receipts))
            held = drafts_until(pull, len(ids), lambda d: d[2] == 1 and d[24] == args.receipts and d[33], 120)
            write_venues(top / "config", ids, "  dessert: {account: 3010, reduced_account: 3011}\n")
            os.kill(stages[1].pid, signal.SIGHUP)
            mended = drafts_until(pull, len(ids), lambda d: d[2] == 1 and not d[33], 60)
        finally:
            for stage in stages:
                stage.terminate()
            for stage in stages:
                stage.wait(10)
    print(json.dumps({"venues": len(ids), "receipts_each": args.receipts, "held_after_s": round(held, 2),
                      "mapped_again_s": round(mended, 3)}))


if __name__ == "__main__":
    main()
