"""`oath seeds check` beside Python's csv module with base64.b32decode, on one file, in turns.

    python3 run.py OATH [ROWS]

Prints rows per second as medians with minimum and maximum, the ratio round by round, and the peak memory of `oath`.
The Python side only reads the rows and decodes the secrets; it checks nothing else.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

READ_WITH_PYTHON = """
import base64, csv, sys
with open(sys.argv[1], newline="") as file:
    rows = csv.reader(file)
    next(rows)
    print(sum(len(base64.b32decode(row[2])) > 0 for row in rows))
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
    """How many seconds a command takes, and its peak memory in MiB."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} ended with status {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def spread(figures):
    return f"{statistics.median(figures):,.1f} ({min(figures):,.1f} to {max(figures):,.1f})"


def main():
    oath, rows = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "tokens.csv")
        write_file(path, rows)
        ours, theirs, memory = [], [], []
        for _ in range(5):
            seconds, peak = run([oath, "seeds", "check", path])
            ours.append(rows / seconds / 1000)
            memory.append(peak)
            theirs.append(rows / run([sys.executable, "-c", READ_WITH_PYTHON, path])[0] / 1000)
    print(f"{rows:,} rows, five rounds; median (minimum to maximum)")
    print(f"oath seeds check     {spread(ours)} thousand rows/s, peak memory {spread(memory)} MiB")
    print(f"csv and b32decode    {spread(theirs)} thousand rows/s")
    print(f"ratio                {spread([a / b for a, b in zip(ours, theirs)])}")


main()
