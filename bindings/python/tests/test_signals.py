"""Ctrl-C ends what takes long, and the exception says whether something was done."""

import os
import signal
import subprocess
import sys
import threading
import time

import oath_totp
import pytest
from oath_totp import Directory, seeds

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows ends the process"),
    pytest.mark.thread_unsafe(reason="signals are handled in the main thread"),
    pytest.mark.parallel_threads(1),
    pytest.mark.iterations(1),
]

ROW = b"alice@example.com,0950380269,HA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRX,30,Example,One\r\n"
HEADER = b"upn,serial number,secret key,time interval,manufacturer,model\r\n"

# Holds the lock of the database until its standard input ends.
HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


class Raised(Exception):
    pass


@pytest.fixture(autouse=True)
def ctrl_c_raises():
    """Python's own handler, which is missing where the tests were started in the background: a shell ignores SIGINT there."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupt(number=signal.SIGINT):
    timer = threading.Timer(0.3, os.kill, (os.getpid(), number))
    timer.start()
    return timer


@pytest.fixture
def endless(tmp_path):
    """A file that is still being written long after the signal: for ten seconds at least, and 160 MB at most."""
    path = tmp_path / "endless.csv"
    os.mkfifo(path)

    def write():
        try:
            with path.open("wb", buffering=0) as file:
                file.write(HEADER)
                for _ in range(20_000):
                    file.write(ROW * 100)
                    time.sleep(0.0005)
        except BrokenPipeError:
            pass

    writer = threading.Thread(target=write)
    writer.start()
    yield path
    writer.join()


@pytest.mark.parametrize("call", ["read", "upload", "import_users"])
def test_a_file_that_is_read(tmp_path, endless, call):
    directory = Directory.create(f"sqlite:{tmp_path}/oath.db")
    reads = seeds.read if call == "read" else getattr(directory, call)
    timer = interrupt()
    with pytest.raises(KeyboardInterrupt, match="nothing was done"):
        reads(endless)
    timer.join()
    assert directory.uploads() == directory.users() == []
    directory.close()


@pytest.fixture
def busy(tmp_path):
    """A directory whose database another process holds."""
    directory = Directory.create(f"sqlite:{tmp_path}/oath.db")
    directory.add_user("alice@example.com")
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "oath.db")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        yield directory, lambda: holder.communicate()
    directory.close()


@pytest.mark.parametrize(
    "call",
    [
        lambda directory: directory.add_user("bob@example.com"),
        lambda directory: directory.upload(HEADER + ROW),
        lambda directory: directory.import_users(b"userPrincipalName\nbob@example.com\n"),
    ],
    ids=["add_user", "upload", "import_users"],
)
def test_a_wait_for_a_busy_database(busy, call):
    directory, release = busy
    timer = interrupt()
    # Without the interrupt the call waits for ten seconds and raises a DirectoryError.
    with pytest.raises(KeyboardInterrupt, match="nothing was done"):
        call(directory)
    timer.join()
    release()
    directory.add_user("carol@example.com")
    assert [user["upn"] for user in directory.users()] == ["alice@example.com", "carol@example.com"]
    assert directory.uploads() == []


def test_a_call_that_ends_at_once_is_told_to_be_done(tmp_path, busy):
    directory, release = busy

    def handler(*_):
        release()
        raise Raised

    before = signal.signal(signal.SIGUSR1, handler)
    try:
        timer = interrupt(signal.SIGUSR1)
        with pytest.raises(Raised) as raised:
            directory.add_user("bob@example.com")
        timer.join()
    finally:
        signal.signal(signal.SIGUSR1, before)
    notes = " ".join(getattr(raised.value, "__notes__", []))
    done = "bob@example.com" in [user["upn"] for user in directory.users()]
    assert done == ("it is done" in notes) or sys.version_info < (3, 11)


def test_a_handler_that_raises_nothing_ends_nothing(busy):
    directory, release = busy
    before = signal.signal(signal.SIGUSR1, lambda *_: release())
    try:
        timer = interrupt(signal.SIGUSR1)
        assert directory.add_user("bob@example.com")["upn"] == "bob@example.com"
        timer.join()
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_fork_in_a_signal_handler_in_the_middle_of_a_call(busy):
    directory, release = busy
    seen = []

    def handler(*_):
        child = os.fork()
        if child == 0:
            try:
                directory.users()
                os._exit(1)
            except oath_totp.DirectoryError as error:
                os._exit(0 if error.code == "directory-forked" else 2)
        seen.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        release()

    before = signal.signal(signal.SIGUSR1, handler)
    try:
        timer = interrupt(signal.SIGUSR1)
        directory.add_user("bob@example.com")
        timer.join()
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert seen == [0] and len(directory.users()) == 2
