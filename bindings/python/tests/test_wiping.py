"""The copies of a secret that the wheel makes are wiped: the memory of a process is searched for them afterwards."""

import subprocess
import sys

import pytest

# The secret is assembled in a bytearray that is overwritten at the end, so that Python itself keeps no copy. The needle to search
# for is stored inverted.
SCENE = r"""
import sys, re
inverted = bytes(range(60, 80))

def search():
    needle = bytearray(255 - byte for byte in inverted)
    found = 0
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps.read().splitlines():
            if " rw" not in line or "[v" in line:
                continue
            start, end = (int(place, 16) for place in line.split()[0].split("-"))
            for place in range(start, end, 1 << 20):
                memory.seek(place)
                try:
                    piece = bytearray(memory.read(min(1 << 20, end - place)))
                except OSError:
                    continue
                found += piece.count(needle)
                piece[:] = bytes(len(piece))
    needle[:] = bytes(len(needle))
    return found

from oath_totp import Secret, Totp, seeds
raw = bytearray(255 - byte for byte in inverted)
if sys.argv[1] in ("bytearray", "record"):
    secret = Secret.from_bytes(raw)
elif sys.argv[1] == "memoryview":
    secret = Secret.from_bytes(memoryview(raw))
elif sys.argv[1] == "reversed":
    raw.reverse()
    secret = Secret.from_bytes(memoryview(raw)[::-1])
code = Totp(secret).generate(59)
if sys.argv[1] == "record":
    # The secret is that of the changed record alone.
    secret = seeds.Record(secret, serial="1").replace(upn="alice@example.com")
    encrypted = seeds.write([secret], "pskc", key=bytes(16))
    assert seeds.read(encrypted, key=bytes(16)).records[0].replace(digits=8).digits == 8
raw[:] = bytes(len(raw))
held = search()
del secret
print(held, search())
"""


@pytest.mark.thread_unsafe(reason="the process is slow")
@pytest.mark.skipif(sys.platform != "linux", reason="the memory is read through /proc")
@pytest.mark.parametrize("given", ["bytearray", "memoryview", "reversed", "record"])
def test_the_copies_of_a_bytearray_are_wiped(given):
    shown = subprocess.run([sys.executable, "-c", SCENE, given], capture_output=True, text=True)
    assert shown.stderr == ""
    held, left = map(int, shown.stdout.split())
    # The search finds the secret while it is held: else it would prove nothing. Its own needle counts as well.
    assert held == left + 1 and left <= 1
