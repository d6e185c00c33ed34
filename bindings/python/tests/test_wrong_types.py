"""A wrong argument raises an exception: never a panic, never an abort, and never the secret."""

import inspect
import io

import oath_totp
import pytest
from oath_totp import Directory, Hotp, KeyUri, Secret, Totp, TotpState, seeds
from oath_totp.seeds import Records

NOW = 1_700_000_015
SECRET = "HA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRX"
TOKENS = f"upn,serial number,secret key,time interval,manufacturer,model\r\na@b.c,1,{SECRET},30,,\r\n".encode()


class Treacherous:
    """An object whose every method raises."""

    def _fail(self, *_):
        raise RuntimeError("on purpose")

    __index__ = __int__ = __float__ = __iter__ = __len__ = __getitem__ = __fspath__ = __hash__ = __eq__ = __str__ = _fail
    read = utcoffset = timestamp = _fail

    def __repr__(self):
        return "Treacherous()"


class Text(str):
    pass


ODD = [
    None, True, False, 0, -1, 1 << 63, 1 << 64, 1 << 200, 1.5, float("nan"), -float("inf"), 1j, "", "x" * 5000, "\ud800",
    "\0", "１２３４５６", Text("123456"), b"", b"\xff" * 9, bytearray(b"123456"), memoryview(b"123456"), [], [1], ["1"] * 9,
    {}, {"last_step": -1}, {"last_step": "1", "drift": 1.5}, set(), (), (1,), (-1, 300), (None, None), range(3), iter([1]),
    object(), Treacherous(), Totp, Secret.from_base32(SECRET), Totp(Secret.from_base32(SECRET)), TotpState.new(), NotImplemented,
    lambda: 1, io.BytesIO(b"x"), io.StringIO("\ud800"), slice(None, None, 0), slice(-9, 1 << 70, -1), open, NOW,
]  # fmt: skip

# The other arguments while one is wrong.
RIGHT = {
    "secret": Secret.from_base32(SECRET), "token": Totp(Secret.from_base32(SECRET)), "text": SECRET, "data": b"1" * 20,
    "code": "123456", "state": TotpState.new(), "last_step": 1, "codes": ["123456", "123456"], "at": NOW, "counter": 1, "serial": "1", "upn": "a@b.c", "source": TOKENS,
    "account": "a", "upload": 1, "records": [], "format": "entra-csv", "name": "entra-csv",
}  # fmt: skip


def calls(function):
    """Every parameter in turn with every odd value, the others right or left out; then too few and too many."""
    parameters = [one for one in inspect.signature(function).parameters.values() if one.name != "self"]
    for wrong in parameters:
        for odd in ODD:
            positional, named = [], {}
            for one in parameters:
                if one is not wrong and one.default is not one.empty:
                    continue
                value = odd if one is wrong else RIGHT.get(one.name, "1")
                if one.kind is one.KEYWORD_ONLY or (one is wrong and one.default is not one.empty):
                    named[one.name] = value
                else:
                    positional.append(value)
            yield positional, named
    for odd in ODD:
        yield [odd] * len(parameters), {}
        yield [odd] * (len(parameters) + 1), {}
        yield [], {"no_such_parameter": odd}
    yield [], {}


def survives(function):
    for positional, named in calls(function):
        # A panic of Rust is a BaseException, which is not caught here.
        try:
            function(*positional, **named)
        except Exception as error:
            assert SECRET not in f"{error} {error!r}", function


def methods(thing):
    return [getattr(thing, name) for name in dir(thing) if not name.startswith("_") and callable(getattr(thing, name))]


@pytest.mark.parametrize("made", [Secret, Totp, Hotp, KeyUri, TotpState, seeds.read, seeds.write, seeds.formats, oath_totp.verify], ids=repr)
def test_constructors_and_functions(made):
    survives(made)
    if isinstance(made, type):
        for method in methods(made):
            if not isinstance(inspect.getattr_static(made, method.__name__), type(Totp.verify)):
                survives(method)


def test_methods():
    secret = Secret.from_base32(SECRET)
    file = seeds.read(TOKENS)
    things = [secret, Totp(secret), Hotp(secret), TotpState.new(), KeyUri(Totp(secret), account="a"), file, file.records]
    for thing in [*things, file.records[0]]:
        for method in methods(thing):
            survives(method)


def test_operators():
    file = seeds.read(TOKENS)
    for odd in ODD:
        for thing in (Secret.from_base32(SECRET), TotpState.new(), Totp(Secret.from_base32(SECRET)), file.records):
            for operation in ("__eq__", "__ne__", "__lt__", "__ge__", "__getitem__", "__hash__", "__setattr__"):
                try:
                    getattr(thing, operation)(*([odd] if operation != "__hash__" else []))
                except Exception:
                    pass
    for kind in (Totp, Secret, Directory, Records):
        with pytest.raises(TypeError):
            type("Derived", (kind,), {})
        with pytest.raises((TypeError, AttributeError)):
            kind.__new__(kind).anything = 1
    with pytest.raises(AttributeError):
        TotpState.new().last_step = 1


def test_the_directory(tmp_path, monkeypatch):
    # A backup is written to what happens to be a path.
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:{tmp_path}/oath.db"
    directory = Directory.create(url)
    directory.add_user("a@b.c", at=NOW)
    directory.upload(TOKENS, at=NOW)
    for method in methods(directory):
        if method.__name__ not in ("open", "create", "close"):
            survives(method)
    for odd in ODD:
        for call in (Directory.open, Directory.create, lambda keys: Directory.open(url, keys)):
            try:
                call(odd)
            except Exception:
                pass
    assert directory.verify_audit()["events"] == len(directory.events(limit=100_000))
    with pytest.raises(oath_totp.OathError):
        directory.token("no such token")
    survives(directory.close)
