"""Random venues and tills through the real fold, against the oracle (tests/oracle/property.py says what is checked).

BILAG_SEEDS is the number of seeds (preset 1,500: about a minute on two cores; 10,000 before a release); a failure prints its
seed and the command that repeats it.
"""
import os
import pathlib
import subprocess
import sys

PROPERTY = pathlib.Path(__file__).resolve().parents[1] / "oracle" / "property.py"


# Goal: for every day lines total = voucher + orders + manual, every voucher balances, no line is zero, the oracle
# agrees, and nothing depends on order, repetition, batches, partitions, restarts or when a set-up was changed.
def test_books_are_right():
    seeds = int(os.environ.get("BILAG_SEEDS", "1500"))
    done = subprocess.run([sys.executable, PROPERTY, "--seeds", str(seeds)], capture_output=True, text=True,
                          timeout=7200, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert f"{seeds} seeds, 0 failed" in done.stdout
    print(done.stdout)
