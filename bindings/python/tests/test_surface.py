"""What editors, `help()` and Sphinx see, and what a test of an application can fake."""

import ast
import asyncio
import inspect
import pickle
import subprocess
import sys
import time
import zlib
from datetime import datetime, timezone
from pathlib import Path

import oath_totp
import pytest
from oath_totp import Accepted, AcceptedCounter, AsyncDirectory, Directory, Hotp, KeyUri, Secret, SignedIn, Synchronized
from oath_totp import Totp, TotpState, seeds
from oath_totp.compat import pyotp

RFC = Secret.from_bytes(b"12345678901234567890")
NEW = TotpState.new()
ALICE = "alice@example.com"


def stub(module):
    path = Path(oath_totp.__file__).with_name(module)
    return ast.parse(path.read_text(encoding="utf-8"))


def documented(tree):
    """The name of each public object of a stub, with its docstring."""
    for node in tree.body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and not node.name.startswith("_"):
            yield (node.name,), ast.get_docstring(node)
            for part in node.body if isinstance(node, ast.ClassDef) else []:
                if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)) and not part.name.startswith("_"):
                    yield (node.name, part.name), ast.get_docstring(part)


@pytest.mark.thread_unsafe(reason="ast.parse of Python 3.11 is not safe in threads")
@pytest.mark.parametrize(("module", "file"), [(oath_totp, "__init__.pyi"), (seeds, "seeds.pyi")], ids=["oath_totp", "seeds"])
def test_every_public_object_has_the_docstring_of_its_stub(module, file):
    seen = 0
    for name, expected in documented(stub(file)):
        found = module
        for part in name:
            found = inspect.getattr_static(found, part) if inspect.isclass(found) else getattr(found, part)
        found = getattr(found, "__func__", found)
        assert expected and inspect.getdoc(found) == inspect.cleandoc(expected), ".".join(name)
        seen += 1
    assert seen > (30 if module is seeds else 90)


def test_the_asynchronous_methods_have_the_docstrings_of_the_others():
    names = [name for name in vars(Directory) if not name.startswith("_")]
    for name in names:
        assert inspect.getdoc(getattr(AsyncDirectory, name)) == inspect.getdoc(getattr(Directory, name)), name
    assert len(names) > 20 and inspect.getdoc(AsyncDirectory)


def test_the_replacement_for_pyotp_is_documented():
    seen = 0
    for module in [pyotp, pyotp.contrib, pyotp.hotp, pyotp.otp, pyotp.totp, pyotp.utils]:
        assert module.__doc__, module
        for name, made in vars(module).items():
            if name.startswith("_") or not getattr(made, "__module__", "").startswith("oath_totp.compat"):
                continue
            parts = vars(made).items() if inspect.isclass(made) else []
            public = [part for name, part in parts if inspect.isroutine(part) and not name.startswith("_")]
            for one in [made, *public]:
                # Without a docstring of its own, inspect.getdoc would return that of a base class.
                assert getattr(one, "__doc__", None), f"{module.__name__}.{name}: {one}"
                seen += 1
    assert seen > 40


RANGES = [
    (lambda: Totp(RFC, step=-1), ValueError, "step is the seconds.* 1 to 4294967295"),
    (lambda: Totp(RFC, step=0), ValueError, "1"),
    (lambda: Totp(RFC, step="30"), TypeError, "step is the seconds"),
    (lambda: Totp(RFC, digits=9), ValueError, "digits is 6, 7 or 8"),
    (lambda: Totp(RFC, digits=-6), ValueError, "digits is 6, 7 or 8"),
    (lambda: Totp(RFC, digits=6.0), TypeError, "digits is 6, 7 or 8"),
    (lambda: Totp(RFC, t0=-1), ValueError, "t0 is Unix seconds, 0 to"),
    (lambda: Totp(RFC).find("287082", 59, 70000), ValueError, "radius is steps, 0 to 65535"),
    (lambda: Totp(RFC).activate("287082", NEW, 59, radius=70000), ValueError, "radius is steps, 0 to 65535"),
    (lambda: Totp(RFC).resync(["287082"] * 2, NEW, 59, radius=-1), ValueError, "radius is steps, 0 to 65535"),
    (lambda: Totp(RFC).resync(["287082"] * 2, NEW, 59, radius="1"), TypeError, "radius is steps, 0 to 65535"),
    (lambda: Totp(RFC).verify("287082", NEW, 59, 256), ValueError, "0 to 255"),
    (lambda: Totp(RFC).verify("287082", NEW, 59, max_drift=70000), ValueError, "max_drift is steps, 0 to 65535"),
    (lambda: Hotp(RFC).generate(-1), ValueError, "a counter is 0 to"),
    (lambda: Hotp(RFC).generate(True), TypeError, "a counter is 0 to"),
    (lambda: Hotp(RFC).verify("287082", 0, 256), ValueError, "look_ahead of verify is 0 to 255"),
    (lambda: Hotp(RFC).activate("287082", 0, 65536), ValueError, "look_ahead is 0 to 65535"),
    (lambda: TotpState(-1), ValueError, "last_step is None or 0 to"),
    (lambda: TotpState("1"), TypeError, "last_step is None or 0 to"),
    (lambda: TotpState(1, 1 << 63), ValueError, "drift is steps"),
    (lambda: TotpState.from_dict({"last_step": 1, "drift": "1"}), TypeError, "drift is steps"),
    (lambda: KeyUri(Hotp(RFC), account="a", counter=-1), ValueError, "a counter is 0 to"),
    (lambda: KeyUri(Totp(RFC), account="a").qr_png(0), ValueError, "1 to 64"),
]


@pytest.mark.parametrize(("wrong", "kind", "text"), RANGES)
def test_an_error_names_the_argument_and_its_range(wrong, kind, text):
    with pytest.raises(kind, match=text):
        wrong()


def test_results_can_be_made_compared_and_matched():
    made = [
        (Accepted(TotpState(7, -1), 7), Accepted(state=TotpState(7, -1), step=7), Accepted(TotpState(7), 7)),
        (AcceptedCounter(1, 2), AcceptedCounter(counter=1, next_counter=2), AcceptedCounter(1, 3)),
        (SignedIn("1", 0), SignedIn(serial="1", drift=0), SignedIn("2", 0)),
        (Synchronized("1", "activated", 0), Synchronized("1", status="activated", drift=0), Synchronized("1", "assigned", 0)),
    ]
    for one, same, other in made:
        assert one == same != other and hash(one) == hash(same) and repr(one) == repr(same) != repr(other)
        assert all(getattr(one, name) == getattr(same, name) for name in type(one).__match_args__)
    assert Totp(RFC).verify("287082", NEW, at=59) == Accepted(TotpState(1, 0), 1)
    match Accepted(TotpState(7), 7):
        case Accepted(TotpState(last_step, _), step):
            assert last_step == step == 7
        case _:
            raise AssertionError("not matched")
    assert pickle.loads(pickle.dumps(TotpState(7))) == TotpState(7)
    with pytest.raises(ValueError, match="activated"):
        Synchronized("1", "lost", 0)


def test_a_path_names_a_database_and_memory_is_one(tmp_path):
    path = tmp_path / "oath.db"
    with Directory.create(path, tmp_path / "elsewhere.keys") as directory:
        directory.add_user(ALICE)
    with Directory.open(path, keys=tmp_path / "elsewhere.keys") as directory:
        assert [user["upn"] for user in directory.users()] == [ALICE]
        assert repr(directory) == f'Directory("sqlite:{path}")'
    for make in (Directory.create, Directory.open):
        with make("sqlite::memory:") as directory:
            assert directory.users() == []
            serial, uri = directory.enroll(directory.add_user(ALICE)["upn"], issuer="Contoso")
            assert uri.issuer == "Contoso" and serial
            assert directory.verify_audit()["events"] == len(directory.events()) == 3
            with pytest.raises(ValueError, match="memory"):
                directory.backup(tmp_path / "copy.db")
    with pytest.raises(ValueError, match="key ring"):
        Directory.create("sqlite::memory:", tmp_path / "oath.keys")
    assert not Path(":memory:").exists()


def test_a_server_is_named_without_user_and_password_and_has_its_own_backups(tmp_path, server_url):
    with Directory.create(server_url(tmp_path), tmp_path / "oath.keys") as directory:
        assert repr(directory).startswith('Directory("postgres://') and "@" not in repr(directory)
        with pytest.raises(ValueError, match="pg_dump"):
            directory.backup(tmp_path / "copy.db")
    other = server_url(tmp_path / "other")
    with pytest.raises(oath_totp.DirectoryError, match="no directory of the tenant") as error:
        Directory.open(other, tmp_path / "oath.keys")
    assert error.value.code == "database-missing" and "Directory.create" in error.value.action
    for wrong in ("postgres://me:hunter2@x?tenant=hunter2", "postgres://me:hunter2@[::1", "mysql://me:hunter2@x"):
        with pytest.raises(ValueError, match="postgres://user@host") as error:
            Directory.open(wrong)
        assert error.value.code == "url-malformed" and "hunter2" not in str(error.value)


def test_a_block_opens_and_closes_an_asynchronous_directory(tmp_path):
    async def run():
        url = f"sqlite:{tmp_path}/oath.db"
        async with AsyncDirectory.create(url) as directory:
            await directory.add_user(ALICE)
        with pytest.raises(oath_totp.DirectoryError, match="closed"):
            await directory.users()
        async with AsyncDirectory.open(url) as directory:
            _, uri = await directory.enroll(ALICE, issuer="Contoso")
            await directory.backup(tmp_path / "copy.db")
            return uri.issuer, len(await directory.users())

    assert asyncio.run(run()) == ("Contoso", 1)


@pytest.mark.thread_unsafe(reason="the clock is one of the whole process")
@pytest.mark.parallel_threads(1)
@pytest.mark.iterations(1)
def test_clocks_that_are_faked_do_not_count_and_a_given_time_does():
    freezegun, time_machine = pytest.importorskip("freezegun"), pytest.importorskip("time_machine")
    totp = Totp(RFC)
    moment = datetime(1980, 1, 1, tzinfo=timezone.utc)
    for freeze in (freezegun.freeze_time("1980-01-01"), time_machine.travel(moment, tick=False)):
        with freeze:
            assert totp.step_at() > totp.step_at(time.time()) == totp.step_at(moment)


def unpacked(png):
    """The pixels of a PNG file of one bit and no interlacing, row by row: whether they are dark."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    place, data = 8, b""
    while place < len(png):
        length, kind = int.from_bytes(png[place : place + 4], "big"), png[place + 4 : place + 8]
        content = png[place + 8 : place + 8 + length]
        assert int.from_bytes(png[place + 8 + length : place + 12 + length], "big") == zlib.crc32(kind + content)
        if kind == b"IHDR":
            width, height, form = int.from_bytes(content[:4], "big"), int.from_bytes(content[4:8], "big"), content[8:]
            assert form == b"\x01\x00\x00\x00\x00"
        data += content if kind == b"IDAT" else b""
        place += 12 + length
    data, line, rows = zlib.decompress(data), -(-width // 8), []
    before = bytes(line)
    for row in range(height):
        kind, raw = data[row * (line + 1)], data[row * (line + 1) + 1 : (row + 1) * (line + 1)]
        found = bytearray()
        for at, byte in enumerate(raw):
            left, up, corner = (found[at - 1] if at else 0), before[at], (before[at - 1] if at else 0)
            paeth = min((left, up, corner), key=lambda one, p=left + up - corner: abs(p - one))
            found.append((byte + [0, left, up, (left + up) // 2, paeth][kind]) & 255)
        before = bytes(found)
        rows.append([not before[x // 8] >> (7 - x % 8) & 1 for x in range(width)])
    return rows


def test_a_qr_code_as_svg_png_and_address():
    import base64

    uri = KeyUri(Totp(RFC), account=ALICE, issuer="Example")
    svg = uri.qr_svg()
    assert isinstance(svg, str) and svg.__html__() == svg and svg.startswith("<svg")
    text = uri.qr_text().splitlines()
    rows = unpacked(uri.qr_png(scale=1))
    drawn = ["".join("█▀▄ "[2 * up + down] for up, down in zip(rows[n], (rows + [[True] * len(rows)])[n + 1])) for n in range(0, len(rows), 2)]
    assert len(rows) == len(text[0])
    for mine, theirs in zip(drawn[:-1], text[:-1]):
        assert mine == theirs
    large = unpacked(uri.qr_png(scale=3))
    assert [row[1::3] for row in large[1::3]] == rows and len(large) == 3 * len(rows)
    address = uri.qr_data_uri(scale=3)
    assert base64.b64decode(address.removeprefix("data:image/png;base64,")) == uri.qr_png(scale=3)


SECOND_SQLITE = """
import os, shutil, sqlite3, sys
from oath_totp import Directory, DirectoryError, seeds
path = sys.argv[1]
refused = 0
before = sqlite3.connect(path + ".other")
with Directory.create("sqlite:" + path) as directory:
    for name in (path, path.encode(), "file:" + path + "?mode=ro"):
        try:
            sqlite3.connect(name, uri=not isinstance(name, bytes) and name.startswith("file:"))
        except DirectoryError as error:
            refused += error.code == "database-in-use" and "Directory.backup" in error.action
    for read in (lambda: open(path, "rb"), lambda: os.open(path, os.O_RDONLY), lambda: shutil.copy(path, path + ".copied"),
                 lambda: seeds.read(path), lambda: directory.upload(path), lambda: directory.import_users(path)):
        try:
            read()
        except DirectoryError as error:
            refused += error.code == "database-in-use"
    directory.add_user("alice@example.com")
    directory.backup(path + ".copy")
    copy = sqlite3.connect(path + ".copy")
    refused += copy.execute("SELECT count(*) FROM users").fetchone()[0]
connection = sqlite3.connect(path)
assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
if sys.platform == "linux":
    try:
        Directory.open("sqlite:" + path)
    except DirectoryError as error:
        refused += error.code == "database-in-use"
connection.close()
with Directory.open("sqlite:" + path) as directory, Directory.open("sqlite:" + path) as again:
    refused += len(directory.users()) == len(again.users())
print(refused)
"""


def test_to_open_the_file_again_is_refused_and_a_backup_is_not(tmp_path):
    command = [sys.executable, "-c", SECOND_SQLITE, str(tmp_path / "oath.db")]
    shown = subprocess.run(command, capture_output=True, text=True)
    assert (shown.stdout, shown.stderr) == ("12\n" if sys.platform == "linux" else "11\n", "")


def test_a_backup_is_for_its_owner_and_overwrites_nothing(tmp_path):
    with Directory.create(tmp_path / "oath.db", tmp_path / "oath.keys") as directory:
        directory.add_user(ALICE)
        copy = tmp_path / "copy.db"
        directory.backup(copy)
        assert copy.stat().st_mode & 0o077 == 0
        with pytest.raises(oath_totp.DirectoryError, match="copy.db"):
            directory.backup(copy)
        with pytest.raises(oath_totp.DirectoryError, match="backup"):
            directory.backup(tmp_path / "no" / "folder.db")
        directory.add_user("bob@example.com")
    with Directory.open(copy, tmp_path / "oath.keys") as restored:
        assert [user["upn"] for user in restored.users()] == [ALICE] and restored.verify_audit()["events"] == 2
