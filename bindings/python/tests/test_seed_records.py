"""Records that are made and changed, and files that are encrypted and converted."""

import copy
from datetime import datetime, timezone

import oath_totp
import pytest
from oath_totp import Secret, seeds

SECRET = "HA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRX"
K = Secret.from_base32(SECRET)
KEY = "00112233445566778899aabbccddeeff"
PASSWORD = "correct horse battery staple"
NEW = {
    "serial": None, "upn": None, "algorithm": "SHA1", "digits": 6, "step": 30, "t0": 0, "counter": None, "manufacturer": "",
    "model": "", "issuer": None, "account": None, "key_id": None, "start": None, "expiry": None, "drift": None, "last_used": None,
}  # fmt: skip
OTHER = {
    "serial": "0950380269", "upn": "alice@example.com", "algorithm": "SHA256", "digits": 8, "step": 60, "t0": 7,
    "manufacturer": "Example", "model": "One", "issuer": "Contoso", "account": "alice", "key_id": "k1", "start": 1_700_000_000,
    "expiry": 1_800_000_000, "drift": -3, "last_used": 1_750_000_000,
}  # fmt: skip
HEADER = "upn,serial number,secret key,time interval,manufacturer,model\r\n"
FILE = f"{HEADER}alice@example.com,0950380269,{SECRET},30,Example,One\r\n".encode()


def fields(record):
    """All that can be given, without the secret."""
    return {name: value for name, value in record.to_dict().items() if name in NEW}


def test_a_record_is_made_with_every_field():
    made = seeds.Record(K)
    assert fields(made) == NEW and made.secret == K and (made.place, made.line) == (None, None)
    assert set(made.to_dict()) == {*NEW, "secret", "place", "line"}
    assert fields(seeds.Record(secret=K, **OTHER)) == {**NEW, **OTHER}
    assert fields(seeds.Record(K, counter=9)) == {**NEW, "step": None, "t0": None, "counter": 9}
    assert fields(seeds.Record(K, **NEW)) == NEW


def test_each_field_is_changed_alone_and_the_record_stays_as_it_is():
    for given in ({}, OTHER):
        record = seeds.Record(K, **given)
        before = fields(record)
        for name, value in OTHER.items():
            changed = record.replace(**{name: value})
            assert fields(changed) == {**before, name: value}, name
            assert changed.secret == K and fields(record) == before
        other = Secret.generate()
        assert record.replace(secret=other).secret == other != record.secret
        assert fields(record.replace()) == before and fields(record.__replace__(upn="b@example.com"))["upn"] == "b@example.com"
        for name in ("serial", "upn", "issuer", "account", "key_id", "start", "expiry", "drift", "last_used"):
            assert getattr(record.replace(**{name: None}), name) is None, name
        with pytest.raises(AttributeError):
            record.upn = "bob@example.com"


@pytest.mark.skipif(not hasattr(copy, "replace"), reason="new in Python 3.13")
def test_the_copy_module_changes_a_record():
    assert copy.replace(seeds.Record(K), serial="1").serial == "1"


def test_a_counter_takes_the_place_of_the_time_and_the_time_that_of_a_counter():
    moving = lambda record: (record.step, record.t0, record.counter)  # noqa: E731
    by_time, by_counter = seeds.Record(K, step=60, t0=7), seeds.Record(K, counter=9)
    assert moving(by_time.replace(counter=0)) == (None, None, 0)
    assert moving(by_time.replace(counter=1, step=None)) == (None, None, 1)
    assert moving(by_time.replace(step=None)) == (30, 7, None) and moving(by_time.replace(t0=None)) == (60, 0, None)
    assert moving(by_time.replace(counter=None)) == (60, 7, None)
    assert moving(by_counter.replace(step=60)) == (60, 0, None) and moving(by_counter.replace(t0=7)) == (30, 7, None)
    assert moving(by_counter.replace(counter=None)) == (30, 0, None)
    assert moving(by_counter.replace(step=None)) == (None, None, 9) == moving(by_counter.replace(serial="1"))
    for record in (by_time, by_counter):
        with pytest.raises(ValueError, match="not both"):
            record.replace(step=30, counter=1)


def test_a_record_of_a_file_keeps_its_place_and_its_file_stays_as_it_is():
    record = seeds.read(FILE).records[0]
    changed = record.replace(upn="bob@example.com")
    assert (changed.place, changed.line, changed.upn, record.upn) == ("line 2", 2, "bob@example.com", "alice@example.com")
    assert changed.to_dict(expose_secret=True) == {**record.to_dict(expose_secret=True), "upn": "bob@example.com"}
    assert seeds.write([changed, record], "entra-csv").decode().count(SECRET) == 2


def test_times_are_seconds_or_datetimes_as_everywhere():
    moment = datetime(2030, 1, 1, tzinfo=timezone.utc)
    assert seeds.Record(K, start=moment).start == seeds.Record(K, start=moment.timestamp()).start == 1_893_456_000
    with pytest.raises(ValueError, match="time zone"):
        seeds.Record(K, start=datetime(2030, 1, 1))


@pytest.mark.parametrize(
    ("wrong", "kind", "text"),
    [
        ({"serial": 950380269}, TypeError, "serial is a str"),
        ({"serial": "\ud800"}, ValueError, "surrogate"),
        ({"upn": b"alice"}, TypeError, "upn"),
        ({"algorithm": "MD5"}, ValueError, "MD5|SHA256"),
        ({"algorithm": None}, TypeError, "algorithm is"),
        ({"digits": 9}, ValueError, "digits is 6, 7 or 8"),
        ({"step": 0}, ValueError, "1|interval|seconds"),
        ({"step": "30"}, TypeError, "step is the seconds"),
        ({"t0": -1}, ValueError, "t0 is Unix seconds"),
        ({"counter": -1}, ValueError, "a counter is 0 to"),
        ({"manufacturer": None}, TypeError, "manufacturer is a str"),
        ({"model": 1}, TypeError, "model is a str"),
        ({"issuer": 1}, TypeError, "issuer"),
        ({"account": 1}, TypeError, "account"),
        ({"key_id": 1}, TypeError, "key_id"),
        ({"start": "2030"}, TypeError, "a time is"),
        ({"expiry": -1}, ValueError, "a time is"),
        ({"drift": 1.5}, TypeError, "drift is steps"),
        ({"last_used": True}, TypeError, "a time is"),
        ({"sereal": "1"}, TypeError, "no field \"sereal\""),
        ({"place": "line 2"}, TypeError, "no field \"place\""),
        ({"secret": SECRET}, TypeError, "secret"),
        ({"secret": None}, TypeError, "secret"),
    ],
)  # fmt: skip
def test_an_error_names_the_field_and_never_the_secret(wrong, kind, text):
    makes = [lambda: seeds.Record(K).replace(**wrong), lambda: seeds.Record(**{"secret": K, **wrong})]
    for make in makes:
        with pytest.raises(kind, match=text) as error:
            make()
        assert SECRET not in str(error.value)


def test_a_record_never_shows_its_secret():
    record = seeds.Record(K, **OTHER)
    shown = repr(record) + str(record) + repr([record]) + repr(record.to_dict())
    for secret in (SECRET, K.expose_hex(), repr(K.expose_bytes())):
        assert secret not in shown
    assert repr(record) == 'Record(serial="0950380269", upn="alice@example.com", [secret elided])'
    with pytest.raises(TypeError):
        seeds.Record()


def test_records_that_were_made_are_written_and_read_back():
    records = [
        seeds.Record(K, **{**OTHER, "account": None, "last_used": None}),
        seeds.Record(Secret.generate(), serial="1", counter=2**40, algorithm="SHA512"),
    ]
    back = seeds.read(seeds.write(records, "pskc")).records
    for made, read in zip(records, back, strict=True):
        expected = fields(made)
        assert {**fields(read), "key_id": expected["key_id"]} == expected and read.secret == made.secret
    with pytest.raises(oath_totp.SeedFileError, match="token number 3: it has no serial number") as error:
        seeds.write([*records, seeds.Record(K)], "pskc")
    assert error.value.code == "cannot-carry" and "accept_loss" not in error.value.action
    for wrong in ({"serial": ""}, {"serial": "1\n2"}, {"model": "\0"}, {"upn": "alice"}):
        with pytest.raises(oath_totp.SeedFileError, match="would not be read back as it is"):
            seeds.write([seeds.Record(K, **{"serial": "1", "upn": "alice@example.com", **wrong})], "entra-csv")


@pytest.mark.parametrize("key", [KEY, bytes.fromhex(KEY), bytearray(24), memoryview(bytes(32))], ids=["hex", "16", "24", "32"])
def test_a_pskc_file_is_encrypted_with_a_key(key):
    record = seeds.Record(K, serial="0950380269")
    for written in (seeds.write([record], "pskc", key=key), seeds.convert(FILE, "pskc", output_key=key)):
        assert b"<EncryptedValue>" in written and b"<Secret><PlainValue>" not in written
        read = seeds.read(written, key=key)
        assert read.records[0].secret == K and not read.findings
        with pytest.raises(oath_totp.SeedFileError) as error:
            seeds.read(written)
        assert error.value.code == "key-missing"


@pytest.mark.parallel_threads(1)
@pytest.mark.iterations(1)
def test_a_pskc_file_is_encrypted_with_a_password():
    written = seeds.write([seeds.Record(K, serial="0950380269")], "pskc", password=PASSWORD)
    assert b"<EncryptedValue>" in written and PASSWORD.encode() not in written
    assert b",0950380269," in seeds.convert(written, "entra-csv", password=PASSWORD.encode(), target="inventory")
    written = seeds.convert(FILE, "pskc", output_password=PASSWORD)
    assert seeds.read(written, password=PASSWORD).records[0].secret == K
    with pytest.raises(oath_totp.SeedFileError) as error:
        seeds.read(written)
    assert error.value.code == "password-missing" and "portal" in error.value.action


def test_what_cannot_be_encrypted_is_refused():
    record = seeds.Record(K, serial="0950380269")
    with pytest.raises(ValueError, match="linotp-csv cannot be encrypted"):
        seeds.write([record], "linotp-csv", key=KEY)
    with pytest.raises(ValueError, match="not with both"):
        seeds.write([record], "pskc", key=KEY, password=PASSWORD)
    with pytest.raises(ValueError, match="15 bytes: expected 16"):
        seeds.write([record], "pskc", key=b"x" * 15)
    with pytest.raises(TypeError, match="key"):
        seeds.write([record], "pskc", key=7)
    with pytest.raises(ValueError, match="hex"):
        seeds.write([record], "pskc", key="not hex at all, but long enough")


def test_a_file_is_converted_whole_or_not_at_all():
    assert seeds.convert(FILE, "entra-csv") == FILE
    with pytest.raises(oath_totp.SeedFileError, match="upn") as error:
        seeds.convert(FILE, "linotp-csv")
    assert error.value.code == "cannot-carry" and "accept_loss=True" in error.value.action
    converted = seeds.read(seeds.convert(FILE, "linotp-csv", accept_loss=True))
    assert (converted.format, converted.records[0].serial, converted.records[0].secret) == ("linotp-csv", "0950380269", K)
    # A row without a user is no matter of the source.
    assert b"<SerialNo>0950380269<" in seeds.convert(FILE.replace(b"alice@example.com", b""), "pskc")
    wrong = FILE + f"bob@example.com,0950380270,{SECRET[:-1]}1,30,Example,One\r\ncarol@example.com,3,,30,,\r\n".encode()
    assert len(seeds.read(wrong).failed) == 2
    with pytest.raises(oath_totp.SeedFileError, match="1 more error\\)") as error:
        seeds.convert(wrong, "pskc")
    assert error.value.line == 3 and error.value.code != "cannot-carry" and SECRET[:-1] not in str(error.value)
    with pytest.raises(ValueError, match="safeword"):
        seeds.convert(FILE, "safeword")


def test_the_arguments_of_read_are_those_of_convert():
    duo = b"0950380269," + K.expose_hex().encode()
    with pytest.raises(oath_totp.SeedFileError):
        seeds.convert(duo, "pskc")
    assumed = {"format": "duo-csv", "token_type": "totp", "algorithm": "SHA256", "digits": 8, "interval": 60}
    record = seeds.read(seeds.convert(duo, "pskc", **assumed)).records[0]
    assert (record.algorithm, record.digits, record.step) == ("SHA256", 8, 60)
    encrypted = seeds.write([record], "pskc", key=KEY)
    assert seeds.read(seeds.convert(encrypted, "pskc", key=KEY)).records[0].secret == K
    hex_secret = FILE.replace(SECRET.encode(), K.expose_hex().encode())
    with pytest.raises(oath_totp.SeedFileError):
        seeds.convert(hex_secret, "entra-csv")
    assert seeds.convert(hex_secret, "entra-csv", repairs="apply") == FILE
    with pytest.raises(oath_totp.SeedFileError):
        seeds.convert(FILE.replace(b"alice@example.com", b""), "entra-csv")
    assert b",0950380269," in seeds.convert(FILE.replace(b"alice@example.com", b""), "entra-csv", target="inventory")


def test_weak_secrets_are_warned_of_or_refused_as_an_upload_refuses_them():
    row = f",1001,{SECRET[:16]},30,Contoso,HardwareKey\r\n"
    file = ("upn,serial number,secret key,time interval,manufacturer,model\r\n" + row).encode()

    def found(**options):
        read = seeds.read(file, target="inventory", **options)
        return len(read.records), [(finding.severity, finding.code) for finding in read.findings]

    assert found() == (1, [("warning", "secret-weak")])
    assert found(refuse_weak=True) == (0, [("error", "secret-weak")])
    directory = oath_totp.Directory.create("sqlite::memory:")
    assert directory.preview_upload(file, target="inventory")["failures"][0]["code"] == "secret-weak"
    with pytest.raises(TypeError):
        found(refuse_weak=1)
