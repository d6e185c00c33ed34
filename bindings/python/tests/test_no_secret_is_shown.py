"""No exception shows what may be a secret: not in its text, not in its attributes, not in what it was raised from."""

import os
import traceback

import pytest
from oath_totp import Directory, KeyUri, Secret, Totp, TotpState, seeds
from oath_totp.compat import pyotp

SECRET = "HA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRX"
FILE = f"upn,serial number,secret key,time interval,manufacturer,model\r\nalice@example.com,1,{SECRET},30,,\r\n"
URI = f"otpauth://totp/a?secret={SECRET}"
SURROGATE = f"{SECRET}\ud800"


class PathLike:
    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return self.path


def shown(error):
    seen = []
    while error is not None:
        seen += [str(error), repr(error), *map(repr, error.args), repr(vars(error))]
        seen += [repr(getattr(error, name, None)) for name in ("filename", "filename2", "object", "__notes__")]
        seen += traceback.format_exception_only(type(error), error)
        error = error.__cause__ or error.__context__
    return "".join(seen)


def takes_a_path(directory):
    return [
        seeds.read,
        directory.upload,
        directory.import_users,
        Directory.open,
        Directory.create,
        lambda path: Directory.open("sqlite:oath.db", path),
        lambda path: Directory.create("sqlite:oath.db", path),
    ]


@pytest.mark.parametrize("text", [FILE, FILE * 100, FILE.replace("\r\n", "\r"), URI, SURROGATE, f"{SECRET}\0", SECRET * 200])
def test_the_text_of_a_file_in_the_place_of_its_path(tmp_path, text):
    with Directory.create(f"sqlite:{tmp_path}/oath.db") as directory:
        for call in takes_a_path(directory):
            for given in (text, PathLike(text), f"sqlite:{text}"):
                with pytest.raises(Exception) as error:
                    call(given)
                assert SECRET not in shown(error.value), call
                assert isinstance(error.value, ValueError), error.value
    assert os.listdir(tmp_path)


def test_passwords_and_keys_that_are_no_valid_unicode():
    record = seeds.Record(Secret.from_base32(SECRET))
    for name in ("password", "key", "openpgp_key"):
        for call in (
            lambda given: seeds.read(FILE.encode(), **given),
            lambda given: seeds.convert(FILE.encode(), "pskc", **given),
            lambda given: seeds.write([record], "pskc", **given),
            lambda given: seeds.convert(FILE.encode(), "pskc", **{f"output_{key}": value for key, value in given.items()}),
        ):
            with pytest.raises((ValueError, TypeError)) as error:
                call({name: SURROGATE})
            assert SECRET not in shown(error.value), (name, call)


def test_texts_that_are_no_valid_unicode():
    totp = Totp(Secret.from_base32(SECRET))
    for call in (
        Secret.from_base32,
        Secret.from_hex,
        KeyUri.parse,
        pyotp.parse_uri,
        pyotp.TOTP,
        lambda text: totp.verify(text, TotpState.new()),
    ):
        with pytest.raises(ValueError) as error:
            call(f"otpauth://totp/a?secret={SURROGATE}" if "parse" in call.__name__ else SURROGATE)
        assert SECRET not in shown(error.value), call
