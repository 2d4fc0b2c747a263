#!/usr/bin/python3
"""How much of the quota several senders use, and the most the sandbox saw in any second.

usage: bench/quota.py BILAG-SANDBOX QUOTA_SENDER [--seconds N] [--senders N] [--rates 10,100] [--latencies 20,300,2000]
Prints one row per rate and latency; exits 1 if a second was over the limit or less than 99 % was used.
"""
import argparse
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

COMPANIES = {"subscription_keys": ["bench-subscription"], "application_keys": ["bench-app"],
             "clients": [{"client_key": "bench-client", "name": "Bench AS", "org_no": "912345678"}]}


def ask(address, path, post=False):
    request = urllib.request.Request(address + path, data=b"" if post else None, method="POST" if post else "GET")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read() or b"null")


def wait_for(condition, seconds, what):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise SystemExit(f"waited {seconds} s for {what}")


def measure(args, rate, latency, folder):
    (folder / "companies.json").write_text(json.dumps(COMPANIES))
    port_file = folder / "port"
    sandbox = subprocess.Popen([args.sandbox, "--listen", "127.0.0.1:0", "--port-file", port_file, "--companies",
                                folder / "companies.json", "--set", f"rate_limit={rate}", "--set",
                                f"latency_ms={latency}"], stderr=subprocess.DEVNULL)
    senders = []
    try:
        port = wait_for(lambda: port_file.exists() and port_file.read_text().strip(), 10, "the sandbox")
        address = f"http://127.0.0.1:{port}"
        warm = 2 + 2 * latency // 1000
        at_once = max(20, rate * (latency + 500) // 1000)
        for _ in range(args.senders):
            senders.append(subprocess.Popen([args.sender, folder / "state", address, str(rate),
                                             str(args.seconds + warm + 2), str(at_once)], stderr=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, text=True))
        time.sleep(warm)                                     # until the first answers are back and all is steady
        ask(address, "/_sandbox/reset-stats", post=True)
        begin = time.monotonic()
        time.sleep(args.seconds)                             # the span that is measured
        stats = ask(address, "/_sandbox/stats")
        span = time.monotonic() - begin
        for sender in senders:
            if sender.wait(timeout=60) != 0:
                raise SystemExit("a sender failed: " + sender.stdout.read())
    finally:
        for process in senders + [sandbox]:
            process.kill()
            process.wait()
    return stats, stats["requests"]["total"] / (rate * span)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sandbox")
    parser.add_argument("sender")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--senders", type=int, default=2)
    parser.add_argument("--rates", default="10,100")
    parser.add_argument("--latencies", default="20,300,2000")
    args = parser.parse_args()
    fine = True
    for rate in map(int, args.rates.split(",")):
        for latency in map(int, args.latencies.split(",")):
            with tempfile.TemporaryDirectory(prefix="bilag-quota-") as folder:
                (Path(folder) / "state").mkdir()
                stats, used = measure(args, rate, latency, Path(folder))
            good = used >= 0.99 and stats["max_in_a_second"] <= rate
            fine = fine and good
            print(f"rate={rate} latency_ms={latency} senders={args.senders} used={used:.2%} "
                  f"max_in_a_second={stats['max_in_a_second']} throttled={stats.get('throttled')} "
                  f"{'ok' if good else 'NOT OK'}", flush=True)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
