"""Which reading of a seed gives the codes on a display, and which token of a file shows a code."""

import itertools
from datetime import datetime, timezone

import oath_totp
import pytest
from oath_totp import Hotp, Secret, Totp, seeds

NOW = 1_700_000_000
K = Secret.from_bytes(b"abcdefghijklmnopqrst")
OTHER = [Secret.from_bytes(bytes([n]) * 20) for n in range(50)]


def test_the_reading_that_gives_the_codes_is_found():
    token = Totp(K, algorithm="SHA256", digits=8, step=60)
    codes = [(token.generate(NOW + 120), NOW), (token.generate(NOW + 240), datetime.fromtimestamp(NOW + 120, timezone.utc))]
    texts = {"Base32": K.expose_base32(), "hex": K.expose_hex(), "text": "abcdefghijklmnopqrst", "Base64": "YWJjZGVmZ2hpamtsbW5vcHFyc3Q="}
    for text, seed in texts.items():
        found = seeds.probe(seed, codes, radius=10)
        assert [(one.text, one.stripped, one.offset) for one in found.readings] == [(text, False, 2)]
        record = found.readings[0].record
        assert (record.algorithm, record.digits, record.step, record.serial) == ("SHA256", 8, 60, None)
        assert record.secret == K and found.tried % 9 == 0 and found.window == 21 and 0 < found.chance < 1e-9
        shown = repr(found) + repr(found.readings)
        assert seed not in shown and K.expose_base32() not in shown and repr(found).startswith("Probe([1 readings], chance=")
    spaced = seeds.probe(K.expose_hex().replace("6", " 6"), codes, radius=10).readings[0]
    assert (spaced.text, spaced.stripped) == ("hex", True)


def test_one_code_and_the_time_of_the_call():
    hotp = Hotp(K)
    found = seeds.probe(K.expose_hex(), [hotp.generate(5), hotp.generate(6)], at=NOW, radius=10)
    assert [(one.record.counter, one.record.step, one.offset) for one in found.readings] == [(7, None, 0)]
    token = Totp(K)
    for codes in (token.generate(NOW), [token.generate(NOW)], ((token.generate(NOW), None),)):
        assert seeds.probe(K.expose_hex(), codes, at=NOW, radius=1).readings[0].record.step == 30
    assert seeds.probe(K.expose_hex(), Totp(K).generate()).readings[0].offset in (0, -1)
    assert seeds.probe(K.expose_hex(), token.generate(NOW + 3000), at=NOW, radius=99).readings == ()


@pytest.mark.parametrize(
    ("seed", "codes", "kind", "text"),
    [
        (b"3132", "287082", TypeError, "a seed is a str"),
        ("3132\ud800", "287082", ValueError, "surrogate"),
        ("31" * 2000, "287082", ValueError, "2048"),
        ("3132", [], ValueError, "1 to 16 codes; found 0"),
        ("3132", itertools.repeat("287082"), ValueError, "1 to 16 codes; found 17"),
        ("3132", ["287082", "94287082"], ValueError, "digits"),
        ("3132", "28708", oath_totp.MalformedCode, "6"),
        ("3132", 287082, TypeError, "codes are"),
        ("3132", [("287082",)], TypeError, "pair"),
        ("3132", [("287082", "today")], TypeError, "a time is"),
        ("3132", [287082], TypeError, "pair"),
    ],
)
def test_what_cannot_be_probed(seed, codes, kind, text):
    with pytest.raises(kind, match=text) as error:
        seeds.probe(seed, codes, at=NOW)
    assert "3132" not in str(error.value)


def records():
    made = [seeds.Record(secret, serial=str(number)) for number, secret in enumerate(OTHER)]
    made.append(seeds.Record(K, serial="counter", counter=3))
    return seeds.read(seeds.write(made, "pskc")).records


def test_the_token_that_shows_a_code_is_found():
    all_of_them = records()
    token = Totp(OTHER[42])
    for ahead in (-10, 0, 3, 10):
        codes = [token.generate(NOW + 30 * ahead), token.generate(NOW + 30 * (ahead + 1))]
        found = all_of_them.find(codes, NOW + 30)
        assert [(one.record.serial, one.offset) for one in found.shown] == [("42", ahead)]
        assert (found.searched, found.window) == (51, 21) and 0 < found.chance < 1e-8
    assert found.shown[0].record.place == "KeyPackage 43" and found.shown[0].record.secret == OTHER[42]
    assert "KeyPackage" not in repr(found) and repr(found.shown[0]) == 'Shown(record=Record(serial="42", upn="", [secret elided]), offset=10)'
    hotp = Hotp(K)
    assert [(one.record.serial, one.offset) for one in all_of_them.find([hotp.generate(5), hotp.generate(6)], NOW).shown] == [("counter", 2)]
    late = [token.generate(NOW + 30 * 30), token.generate(NOW + 30 * 31)]
    assert all_of_them.find(late, NOW + 30).shown == () and len(all_of_them.find(late, NOW + 30, radius=30).shown) == 1
    assert 42 in [int(one.record.serial) for one in all_of_them.find(token.generate(), radius=1).shown]


def test_what_cannot_be_found():
    for codes, kind in (([], ValueError), (["287082"] * 4, ValueError), (287082, TypeError), ("28708", oath_totp.MalformedCode)):
        with pytest.raises(kind):
            records().find(codes, NOW)
    with pytest.raises(ValueError, match="radius is steps"):
        records().find("287082", NOW, radius=70000)
