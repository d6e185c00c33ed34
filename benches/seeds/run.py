"""`oath seeds check` and `convert` beside their peers on the same files, in turns.

    python3 run.py OATH CSV_ALONE [ROWS]

Prints medians with minimum and maximum over the rounds: seconds by the clock and of the processors, the ratios of both round
by round, and peak memory. Where other work shares the processors, the clock counts that too. The peers only read: Python's csv module with base64.b32decode, the crate `csv` alone, and python-pskc where OATH_PSKC_PYTHON names a Python
that has it.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = int(os.environ.get("OATH_BENCH_ROUNDS", "5"))

READ_WITH_PYTHON = """
import base64, csv, sys
with open(sys.argv[1], newline="") as file:
    rows = csv.reader(file)
    next(rows)
    print(sum(len(base64.b32decode(row[2])) > 0 for row in rows))
"""

READ_WITH_PYTHON_PSKC = """
import sys
from pskc import PSKC
print(sum(len(key.secret) > 0 for key in PSKC(sys.argv[1]).keys))
"""


def write_file(path, rows):
    """An upload file with random secrets of 32 characters, and no mistake in it."""
    random.seed(1)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    with open(path, "w", newline="") as file:
        file.write("upn,serial number,secret key,time interval,manufacturer,model\r\n")
        for number in range(rows):
            secret = "".join(random.choices(alphabet, k=32))
            file.write(f"user{number}@contoso.com,{2300000 + number},{secret},30,Contoso,HardwareKey\r\n")


def run(command):
    """How many seconds a command takes, by the clock and of the processors, and its peak memory in MiB."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} ended with status {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def spread(figures, places=1):
    middle, least, most = (f"{figure:,.{places}f}" for figure in (statistics.median(figures), min(figures), max(figures)))
    return f"{middle} ({least} to {most})"


def compare(title, ours, peers):
    """Runs our command and its peers in turns; a peer is as many times as slow as its ratio says."""
    taken, memory, others = [], [], {name: [] for name in peers}
    for _ in range(ROUNDS):
        *seconds, peak = run(ours())
        taken.append(seconds)
        memory.append(peak)
        for name, command in peers.items():
            others[name].append(run(command())[:2])

    def said(rounds):
        clock, processors = zip(*rounds)
        return f"{spread(clock, 2)} s, of the processors {spread(processors, 2)} s"

    def ratios(rounds):
        clock, processors = zip(*[[theirs / ours for theirs, ours in zip(*one)] for one in zip(rounds, taken)])
        return f"ratio {spread(clock, 2)}, of the processors {spread(processors, 2)}"

    print(f"{title}: {said(taken)}, peak memory {spread(memory)} MiB")
    for name, rounds in others.items():
        print(f"  {name}: {said(rounds)}; {ratios(rounds)}")


def main():
    oath, csv_alone = sys.argv[1:3]
    rows = int(sys.argv[3]) if len(sys.argv) > 3 else 1_000_000
    print(f"{ROUNDS} rounds; median (minimum to maximum); ratio: the peer's time over ours")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "tokens.csv")
        write_file(path, rows)

        def check(file=path):
            return [oath, "seeds", "check", file]

        def convert(to, output="out", file=path, *more):
            output = os.path.join(folder, output)
            if os.path.exists(output):
                os.remove(output)
            return [oath, "seeds", "convert", file, "--to", to, "-o", output, "--accept-loss", *more]

        compare(f"seeds check of {rows:,} rows", check, {
            "Python's csv and b32decode": lambda: [sys.executable, "-c", READ_WITH_PYTHON, path],
            "the crate csv alone": lambda: [csv_alone, path],
            "seeds convert to privacyidea-csv": lambda: convert("privacyidea-csv"),
            "seeds convert to otpauth-lines": lambda: convert("otpauth-lines"),
        })
        python = os.environ.get("OATH_PSKC_PYTHON")
        if python is None:
            print("python-pskc: left out, since OATH_PSKC_PYTHON names no Python that has it")
            return
        keys = rows // 10
        some, pskc = os.path.join(folder, "some.csv"), os.path.join(folder, "tokens.pskc")
        write_file(some, keys)
        run(convert("pskc", "tokens.pskc", some))
        print(f"the PSKC file has {os.path.getsize(pskc) / 2**20:,.1f} MiB")
        compare(f"seeds check of {keys:,} keys of PSKC", lambda: check(pskc), {
            "python-pskc": lambda: [python, "-c", READ_WITH_PYTHON_PSKC, pskc],
        })


main()
