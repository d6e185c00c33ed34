"""A directory that is open while the process forks: nothing hangs, and a code is still accepted once."""

import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

import oath_totp
import pytest
from oath_totp import Directory, Totp

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork"),
    # Python warns of the threads of the test runner.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.thread_unsafe(reason="a fork is one of the whole process"),
    pytest.mark.parallel_threads(1),
    pytest.mark.iterations(1),
]

NOW = 1_700_000_000
ALICE = "alice@example.com"


def in_child(work, fork=os.fork):
    """Runs the work in a child process and returns its exit status; a child that hangs is killed and fails."""
    child = fork()
    if child == 0:
        status = 99
        try:
            status = work()
        finally:
            os._exit(status)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise AssertionError("the child hangs")


@pytest.fixture
def directory(tmp_path, url):
    directory = Directory.create(url(tmp_path), tmp_path / "oath.keys")
    directory.add_user(ALICE, at=NOW)
    yield directory
    directory.close()


@pytest.fixture
def app(directory):
    _, uri = directory.enroll(ALICE, at=NOW)
    app = uri.to_totp()
    directory.confirm(ALICE, app.generate(NOW), app.generate(NOW + 30), at=NOW)
    return app


def accepted(directory, app, at):
    try:
        directory.verify(ALICE, app.generate(at), at=at)
    except oath_totp.Rejected:
        return 0
    return 1


def test_parent_and_children_go_on_with_it_and_a_code_is_accepted_once(directory, app):
    for n in range(1, 6):
        at = NOW + 300 * n
        children = sum(in_child(lambda at=at: accepted(directory, app, at)) for _ in range(2))
        assert children + accepted(directory, app, at) == 1
    assert directory.verify_audit()["events"] == sum(len(directory.events(chain=chain)) for chain in directory.chains())


def test_a_fork_while_other_threads_are_in_calls(directory):
    ended, failed = threading.Event(), []

    def ask():
        while not ended.is_set():
            try:
                assert ALICE in [user["upn"] for user in directory.users()]
            except BaseException as error:
                failed.append(error)
                return

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for n in range(20):
            assert in_child(lambda n=n: len(directory.users()) + bool(directory.add_user(f"u{n}@example.com"))) == n + 2
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert not failed and len(directory.users()) == 21


def test_two_threads_fork_at_once(directory):
    found = []
    threads = [threading.Thread(target=lambda: found.append(in_child(lambda: len(directory.users())))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1] * 4


def test_grandchildren_and_closing_in_a_child(directory):
    def child():
        grandchild = in_child(lambda: len(directory.users()))
        directory.close()
        with pytest.raises(oath_totp.DirectoryError, match="closed"):
            directory.users()
        return grandchild

    assert in_child(child) == 1
    assert len(directory.users()) == 1
    assert in_child(lambda: directory.close() or 7) == 7


def test_the_files_are_found_again_from_another_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    directory = Directory.create("sqlite:relative.db", "relative.keys")

    def child():
        os.chdir("/")
        return len(directory.users())

    assert in_child(child) == 0


def test_a_fork_that_python_does_not_see_is_an_error_in_the_child(tmp_path, directory, url):
    fork = ctypes.PyDLL(None).fork

    def child():
        errors = 0
        for call in (directory.users, lambda: Directory.open(url(tmp_path), tmp_path / "oath.keys")):
            try:
                call()
            except oath_totp.DirectoryError as error:
                errors += error.code == "directory-forked" and "after the fork" in error.action
        directory.close()
        return errors

    assert in_child(child, fork) == 2
    assert len(directory.users()) == 1


def test_a_directory_in_memory_is_copied():
    directory = Directory.create("sqlite::memory:")
    directory.add_user(ALICE)
    assert in_child(lambda: bool(directory.add_user("bob@example.com")) + len(directory.users())) == 3
    assert len(directory.users()) == 1


def users_in(url, keys, found):
    with Directory.open(url, keys) as directory:
        found.put(len(directory.users()))


def users_of(directory, found):
    found.put(len(directory.users()))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing(tmp_path, directory, url, method):
    context = multiprocessing.get_context(method)
    found = context.SimpleQueue()
    calls = [(users_in, (url(tmp_path), tmp_path / "oath.keys", found))]
    # A directory is not pickled: a process that is spawned opens it.
    calls += [(users_of, (directory, found))] if method == "fork" else []
    for target, arguments in calls:
        process = context.Process(target=target, args=arguments)
        process.start()
        process.join(60)
        if process.exitcode is None:
            process.kill()
        assert process.exitcode == 0 and found.get() == 1
    assert len(directory.users()) == 1


APPLICATION = """
from oath_totp import Directory
directory = Directory.open({url!r}, {keys!r})
def app(environ, start_response):
    found = str(len(directory.users())).encode()
    start_response("200 OK", [("Content-Length", str(len(found)))])
    return [found]
"""

# gunicorn calls this in each worker that is ready: before that, a worker does not see the signal to end.
SETTINGS = """
def post_worker_init(worker):
    from preloaded import directory
    with open(f"ready-{worker.age}", "w") as file:
        file.write(str(len(directory.users())))
"""


def test_gunicorn_with_preload(tmp_path, directory, url):
    pytest.importorskip("gunicorn")
    import http.client
    import socket

    (tmp_path / "preloaded.py").write_text(APPLICATION.format(url=url(tmp_path), keys=f"{tmp_path}/oath.keys"))
    (tmp_path / "gunicorn.conf.py").write_text(SETTINGS)
    address = tmp_path / "http"
    command = [sys.executable, "-m", "gunicorn", "--preload", "--workers=2", f"--bind=unix:{address}", "preloaded:app"]
    server = subprocess.Popen(
        [*command, "--no-control-socket"] if "--no-control-socket" in gunicorn_help() else command,
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        ready = [tmp_path / "ready-1", tmp_path / "ready-2"]
        while not all(file.exists() and file.read_text() for file in ready):
            assert server.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        assert [file.read_text() for file in ready] == ["1", "1"]
        for _ in range(8):
            connection = http.client.HTTPConnection("localhost", timeout=20)
            connection.sock = socket.socket(socket.AF_UNIX)
            connection.sock.settimeout(20)
            connection.sock.connect(str(address))
            connection.request("GET", "/")
            response = connection.getresponse()
            assert (response.status, response.read()) == (200, b"1")
            connection.close()
    finally:
        server.terminate()
        server.wait(30)


def gunicorn_help():
    return subprocess.run([sys.executable, "-m", "gunicorn", "--help"], capture_output=True, text=True).stdout
