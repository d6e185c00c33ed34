"""oath-totp beside totp-rs, pyotp, passlib, cryptography and the standard library, in turns within one process.

Each line is the median of a call, then the ratio to the first line: the median of the rounds, the least and the greatest.
`cargo xtask bench-python` sets it up; `--short` only shows that it runs.
"""

import base64
import csv
import hmac
import io
import statistics
import struct
import subprocess
import sys
import threading
import time
import timeit

import pyotp
import totp_rs
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP as Cryptography
from oath_totp import Mismatch, Secret, Totp, TotpState, seeds, verify
from passlib.exc import InvalidTokenError
from passlib.totp import TOTP as Passlib

SHORT = "--short" in sys.argv
ROUNDS, SLICE = (3, 0.001) if SHORT else (41, 0.02)
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RAW = base64.b32decode(SECRET)
NOW = 1_700_000_015

NEW = TotpState.new()
ours = Totp(Secret.from_base32(SECRET))
theirs = pyotp.TOTP(SECRET)
passlib = Passlib(key=SECRET, format="base32")
cryptography = Cryptography(RAW, 6, SHA1(), 30, enforce_key_length=False)
CODE, CODE_BYTES = ours.generate(NOW), ours.generate(NOW).encode()
LAST = ours.generate(NOW + 30)
MISS = next(code for code in map("{:06}".format, range(1000)) if not ours.find(code, NOW, 65535))


def one_liner():
    digest = hmac.digest(RAW, struct.pack(">Q", NOW // 30), "sha1")
    return f"{(struct.unpack_from('>I', digest, digest[-1] & 15)[0] & 0x7FFFFFFF) % 10**6:06}"


def around(code):
    """± 1 step, which cryptography leaves to the caller."""
    for moment in (NOW, NOW - 30, NOW + 30):
        try:
            return cryptography.verify(code, moment)
        except InvalidToken:
            pass
    raise InvalidToken


def compare(title, *rows, unit=1e9, name="ns", rounds=ROUNDS):
    """Rows are a name and a statement; the first one is ours."""
    timers = [timeit.Timer(statement, globals=globals()) for _, statement in rows]
    counts = [max(1, int(SLICE / max(min(timer.repeat(3, 1)), 1e-7))) for timer in timers]
    times = [[] for _ in rows]
    for _ in range(rounds):
        for timer, count, found in zip(timers, counts, times):
            found.append(timer.timeit(count) / count)
    print(f"\n{title}")
    for (who, _), found in zip(rows, times):
        ratios = [a / b for a, b in zip(found, times[0])]
        print(
            f"  {who:<24}{statistics.median(found) * unit:>12,.1f} {name}"
            f"{statistics.median(ratios):>10.1f} ({min(ratios):.1f} to {max(ratios):.1f})"
        )


def refused(statement, error):
    return f"try: {statement}\nexcept {error}: pass\nelse: raise AssertionError"


def codes():
    assert CODE == theirs.at(NOW) == one_liner() == passlib.generate(NOW).token == cryptography.generate(NOW).decode()
    compare(
        "One code",
        ("oath-totp", "ours.generate(NOW)"),
        ("totp-rs", "totp_rs.totp_generate(SECRET, time=NOW)"),
        ("hmac.digest in one line", "one_liner()"),
        ("pyotp", "theirs.at(NOW)"),
        ("passlib", "passlib.generate(NOW).token"),
        ("cryptography", "cryptography.generate(NOW)"),
    )
    compare(
        "Verification, ± 1 step, a hit in the middle",
        ("oath-totp", "ours.verify(CODE, NEW, NOW)"),
        ("totp-rs", "assert totp_rs.totp_verify(SECRET, CODE, time=NOW)"),
        ("pyotp", "assert theirs.verify(CODE, for_time=NOW, valid_window=1)"),
        ("passlib", "passlib.match(CODE, time=NOW)"),
        ("cryptography, in a loop", "around(CODE_BYTES)"),
    )
    compare(
        "Verification, ± 1 step, a miss",
        ("oath-totp", refused("ours.verify(MISS, NEW, NOW)", "Mismatch")),
        ("totp-rs", "assert not totp_rs.totp_verify(SECRET, MISS, time=NOW)"),
        ("pyotp", "assert not theirs.verify(MISS, for_time=NOW, valid_window=1)"),
        ("passlib", refused("passlib.match(MISS, time=NOW)", "InvalidTokenError")),
        ("cryptography, in a loop", refused("around(MISS.encode())", "InvalidToken")),
    )
    compare(
        "Verification, ± 255 steps, a miss",
        ("oath-totp", refused("ours.verify(MISS, NEW, NOW, 255)", "Mismatch")),
        ("totp-rs", "assert not totp_rs.totp_verify(SECRET, MISS, time=NOW, window=255)"),
        ("pyotp", "assert not theirs.verify(MISS, for_time=NOW, valid_window=255)"),
        unit=1e6,
        name="µs",
    )
    compare(
        "From the stored Base32 text to the verdict in one call, ± 1 step, a hit at the end of the window",
        ("oath-totp", "verify(SECRET, LAST, NEW, NOW)"),
        ("totp-rs", "assert totp_rs.totp_verify(SECRET, LAST, time=NOW)"),
        ("pyotp", "assert pyotp.TOTP(SECRET).verify(LAST, for_time=NOW, valid_window=1)"),
    )
    compare(
        "Activation, ± 2880 steps, a miss",
        ("oath-totp", refused("ours.activate(MISS, NEW, NOW)", "Mismatch")),
        ("pyotp", "assert not theirs.verify(MISS, for_time=NOW, valid_window=2880)"),
        unit=1e6,
        name="µs",
        rounds=min(ROUNDS, 21),
    )


def by_hand(file):
    return [(row, base64.b32decode(row[2])) for row in list(csv.reader(io.StringIO(file.decode())))[1:]]


def files():
    rows = 1000 if SHORT else 100_000
    head = "upn,serial number,secret key,time interval,manufacturer,model\r\n"
    secrets = (base64.b32encode(RAW[:-4] + i.to_bytes(4, "big")).decode() for i in range(rows))
    file = head + "".join(f"user{i}@example.com,{i:08},{one},30,Example,One\r\n" for i, one in enumerate(secrets))
    globals()["file"] = file.encode()
    assert len(seeds.read(file.encode()).records) == len(by_hand(file.encode())) == rows
    title = f"A seed file of {rows:,} rows"
    compare(title, ("seeds.read", "seeds.read(file)"), ("csv and b32decode", "by_hand(file)"), unit=1e3, name="ms")


def threads():
    def search():
        ours.find(MISS, NOW, 65535)

    def in_threads():
        searching = [threading.Thread(target=search) for _ in range(8)]
        for thread in searching:
            thread.start()
        for thread in searching:
            thread.join()

    alone, together, busy = [], [], []
    for _ in range(ROUNDS):
        alone.append(timeit.timeit(search, number=8))
        start, cpu = time.perf_counter(), time.process_time()
        in_threads()
        together.append(time.perf_counter() - start)
        busy.append((time.process_time() - cpu) / together[-1])
    ratios = [a / b for a, b in zip(alone, together)]
    print(
        f"\nEight searches of 131,071 steps: {statistics.median(alone) * 1e3:.1f} ms one after the other,"
        f" {statistics.median(together) * 1e3:.1f} ms in eight threads,"
        f" {statistics.median(ratios):.2f} times as fast ({min(ratios):.2f} to {max(ratios):.2f});"
        f" cores busy: {statistics.median(busy):.2f} (up to {max(busy):.2f})"
    )


def imports():
    def started(statement):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", statement], check=True)
        return time.perf_counter() - start

    found = {name: [] for name in ("pass", "import oath_totp", "import pyotp", "import passlib.totp")}
    for _ in range(ROUNDS):
        for statement, times in found.items():
            times.append(started(statement))
    print()
    for statement, times in list(found.items())[1:]:
        over = [(a - b) * 1e3 for a, b in zip(times, found["pass"])]
        median = (statistics.median(times) - statistics.median(found["pass"])) * 1e3
        print(f"{statement}: {median:.1f} ms over bare Python (round by round: {statistics.median(over):.1f})")


if __name__ == "__main__":
    codes()
    files()
    threads()
    imports()
