"""What pyotp's own tests do not look at, with pyotp beside the replacement."""

import copy
import hashlib
import pickle
import random

import pyotp as theirs
import pytest
from oath_totp.compat import pyotp as ours

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize("kind", ["TOTP", "HOTP"])
def test_a_secret_of_bytes_is_enrolled_as_its_text(kind):
    ours_uri, theirs_uri = [getattr(one, kind)(SECRET.encode()).provisioning_uri(name="a", issuer_name="b") for one in (ours, theirs)]
    assert ours_uri == theirs_uri
    assert f"secret={SECRET}" in ours_uri


@pytest.mark.parametrize("copied", [copy.deepcopy, copy.copy, lambda made: pickle.loads(pickle.dumps(made))])
@pytest.mark.parametrize("made", [ours.TOTP(SECRET), ours.HOTP(SECRET), ours.contrib.Steam(SECRET)], ids=["totp", "hotp", "steam"])
def test_objects_are_copied_and_pickled_after_use(made, copied):
    code = made.at(59)
    again = copied(made)
    assert again.at(59) == code == made.at(59) and vars(again).keys() == vars(made).keys()


def test_no_window_is_a_window_of_none():
    for one in (ours, theirs):
        totp = one.TOTP(SECRET)
        assert totp.verify(totp.at(59), for_time=59, valid_window=None)
        assert not totp.verify(totp.at(59), for_time=89, valid_window=None)
        assert not totp.verify(totp.at(59), for_time=59, valid_window=-1)


@pytest.mark.parametrize("interval", [0.5, 1, 7.25, 29.97, 30, 60, 119.9])
def test_fractional_intervals(interval):
    chance = random.Random(7)
    for time in [0, 1, 59, 1_700_000_015, *(chance.uniform(0, 4e9) for _ in range(50))]:
        a, b = (one.TOTP(SECRET, interval=interval) for one in (ours, theirs))
        assert a.at(time) == b.at(time) and a.timecode(time) == b.timecode(time)
    assert a.provisioning_uri(name="a") == b.provisioning_uri(name="a")


def test_what_the_guide_says_of_the_versions():
    for one in (ours, theirs):
        for positional in (lambda one=one: one.TOTP(SECRET, 6), lambda one=one: one.TOTP(SECRET).verify("123456", 59)):
            with pytest.raises(TypeError):
                positional()
        with pytest.raises(ValueError):
            one.TOTP("GEZDGNBVGY3TQOJQ")
        short = type("Short", (one.TOTP,), {"min_secret_length_bits": 80})("GEZDGNBVGY3TQOJQ")
        assert short.at(59) == type("Short", (theirs.TOTP,), {"min_secret_length_bits": 80})("GEZDGNBVGY3TQOJQ").at(59)
        hotp = one.HOTP(SECRET)
        assert hotp.verify(hotp.at(5), 5) and not hotp.verify(hotp.at(6), 5)
        with pytest.raises(ValueError, match="equal"):
            one.parse_uri(f"otpauth://totp/A:a?secret={SECRET}&issuer=B")
        with pytest.raises(ValueError, match="Duplicate"):
            one.parse_uri(f"otpauth://totp/a?secret={SECRET}&digits=6&digits=6")
        assert one.parse_uri(f"otpauth://totp/a%3Ab?secret={SECRET}").name == "a:b"
        for refused in (lambda one=one: one.TOTP("0189"), lambda one=one: one.TOTP(SECRET, digest=hashlib.md5)):
            with pytest.raises(ValueError):
                refused()
        with pytest.raises(TypeError):
            one.TOTP(SECRET).provisioning_uri(image=None)
        assert "counter=0" in one.HOTP(SECRET, initial_count=7).provisioning_uri(initial_count=0)
        with pytest.raises(ValueError):
            one.TOTP(SECRET).at(-1)
