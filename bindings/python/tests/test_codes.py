import json
import pickle
from datetime import datetime, timedelta, timezone
from pathlib import Path

import oath_totp
import pytest
from oath_totp import Hotp, KeyUri, Secret, Totp, TotpState

TESTKIT = Path(__file__).parents[3] / "testkit"
NEW = TotpState.new()
RFC = Secret.from_bytes(b"12345678901234567890")
NOW = 1_700_000_015


def vectors(name):
    found = json.loads((TESTKIT / name).read_text())
    assert found
    return found


@pytest.mark.parametrize("name", ["rfc.json", "cross_checked.json"])
def test_every_known_code(name):
    for known in vectors(name):
        secret = Secret.from_hex(known["secret_hex"])
        options = {"digits": known["digits"], "algorithm": known["algorithm"], "legacy": True}
        if "counter" in known:
            assert Hotp(secret, **options).generate(known["counter"]) == known["code"]
        else:
            totp = Totp(secret, step=known["step_seconds"], t0=known["t0"], **options)
            assert totp.generate(known["time"]) == known["code"]
            assert totp.verify(known["code"], NEW, at=known["time"], window=0).step == totp.step_at(known["time"])


def test_secrets_as_people_type_them():
    for known in vectors("base32.json"):
        if known.get("hex") is not None:
            assert Secret.from_base32(known["text"]).expose_hex() == known["hex"], known
        else:
            with pytest.raises(oath_totp.SecretError):
                Secret.from_base32(known["text"])


def test_a_code_that_fits_two_steps_is_spent_at_both():
    for known in vectors("collisions.json"):
        totp = Totp(Secret.from_hex(known["secret_hex"]), digits=known["digits"], algorithm=known["algorithm"])
        first, last = known["steps"]
        accepted = totp.verify(known["code"], NEW, at=first * 30, window=(0, last - first))
        assert accepted.step == last
        with pytest.raises(oath_totp.Replayed):
            totp.verify(known["code"], accepted.state, at=last * 30)


def test_a_code_is_good_once_and_reads_like_a_wrong_one_then():
    totp = Totp(RFC)
    accepted = totp.verify(totp.generate(NOW), NEW, at=NOW)
    with pytest.raises(oath_totp.Replayed) as used:
        totp.verify(totp.generate(NOW), accepted.state, at=NOW)
    with pytest.raises(oath_totp.Mismatch) as wrong:
        totp.verify("000000", NEW, at=NOW)
    assert str(used.value) == str(wrong.value) == "the code is not valid"
    assert (used.value.code, wrong.value.code) == ("replayed", "mismatch")


@pytest.mark.parametrize("typed", ["287082", "287 082", " 287-082\n", "２８７０８２"])
def test_what_people_type_is_taken(typed):
    assert Totp(RFC).verify(typed, NEW, at=59).step == 1


@pytest.mark.parametrize("typed", ["", "28708", "287o82", "2870820000"])
def test_a_text_that_is_not_a_code_is_a_value_error(typed):
    with pytest.raises(oath_totp.MalformedCode) as error:
        Totp(RFC).verify(typed, NEW, at=59)
    assert isinstance(error.value, ValueError) and isinstance(error.value, oath_totp.Rejected) and "287" not in str(error.value)


@pytest.mark.parametrize("number", [287082, True, 287082.0, None, b"287082"])
def test_codes_that_are_no_text_are_refused_with_a_hint(number):
    with pytest.raises(TypeError, match="leading zeros"):
        Totp(RFC).verify(number, NEW, at=59)


def test_an_error_of_a_first_try_names_the_right_call():
    for mistake, hint in [
        (lambda: Secret("GEZDGNBVGY3TQOJQ"), "from_base32"),
        (lambda: Totp("GEZDGNBVGY3TQOJQ"), "Secret.from_base32"),
        (lambda: oath_totp.Directory("sqlite:oath.db"), "Directory.open"),
        (lambda: Totp(RFC).verify("287082", 59), "TotpState.new"),
        (lambda: Totp(RFC).verify("287082", at=59), r"state of a new token is TotpState\.new\(\)"),
        (lambda: Totp(RFC).verify("287082", None, at=59), r"TotpState\.new\(\)"),
        (lambda: Totp(RFC).resync(["287082", "359152"], at=59), r"TotpState\.new\(\)"),
        (lambda: Totp(RFC).activate("287082", at=59), r"TotpState\.new\(\)"),
        (lambda: TotpState(), "last_step"),
        (lambda: Totp(RFC).resync("287082", NEW, at=59), "activate takes one"),
        (lambda: Totp(RFC).verify("287082", {"last_step": 1, "drift": 0}), "from_dict"),
    ]:
        with pytest.raises(TypeError, match=hint):
            mistake()


def test_moments_in_every_form():
    totp = Totp(RFC)
    moment = datetime(2023, 11, 14, 22, 13, 35, tzinfo=timezone.utc)
    assert moment.timestamp() == NOW
    east = moment.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert len({totp.generate(at) for at in (NOW, float(NOW) + 0.9, moment, east)}) == 1
    assert totp.generate() in (totp.generate(datetime.now(timezone.utc)), totp.generate(datetime.now(timezone.utc)))
    with pytest.raises(ValueError, match="naive"):
        totp.generate(moment.replace(tzinfo=None))
    for refused in (-1, -0.5, float("nan"), float("inf"), 1 << 64):
        with pytest.raises(ValueError):
            totp.generate(refused)
    numpy = pytest.importorskip("numpy")
    assert totp.generate(numpy.int64(NOW)) == totp.generate(numpy.float64(NOW)) == totp.generate(NOW)
    for refused in ("now", True, [], b"1"):
        with pytest.raises(TypeError):
            totp.generate(refused)


def test_a_lost_token_is_found_by_two_or_three_codes():
    totp = Totp(RFC)
    codes = [totp.generate(NOW + 3000), totp.generate(NOW + 3030), totp.generate(NOW + 3060)]
    assert totp.resync(codes[:2], NEW, at=NOW).state.drift == 101
    assert totp.resync(codes, NEW, at=NOW).state.drift == 102
    assert totp.step_at(NOW + 3000) in totp.find(codes[0], at=NOW)
    with pytest.raises(oath_totp.Mismatch):
        totp.resync(codes[1::-1], NEW, at=NOW)
    with pytest.raises(oath_totp.Replayed):
        totp.resync(codes[:2], TotpState(totp.step_at(NOW + 3030), 0), at=NOW)
    for wrong in ([], codes[:1], codes * 2, iter(codes * 100)):
        with pytest.raises(ValueError, match="two or three"):
            totp.resync(wrong, NEW, at=NOW)


def test_one_code_activates_a_token():
    totp, hotp = Totp(RFC), Hotp(RFC)
    assert totp.activate(totp.generate(NOW + 600), NEW, at=NOW, radius=60).state.drift == 20
    with pytest.raises(oath_totp.Mismatch):
        totp.activate(totp.generate(NOW + 600), NEW, at=NOW, radius=19)
    assert hotp.activate(hotp.generate(300), 0).next_counter == 301
    assert hotp.resync([hotp.generate(300), hotp.generate(301)], 0).next_counter == 302
    with pytest.raises(oath_totp.Mismatch):
        hotp.activate(hotp.generate(300), 0, look_ahead=299)


def test_the_look_ahead_of_a_sign_in_is_small():
    hotp = Hotp(RFC)
    assert hotp.verify(hotp.generate(255), 0, look_ahead=255).next_counter == 256
    for refused in (256, -1):
        with pytest.raises((ValueError, OverflowError)):
            hotp.verify(hotp.generate(0), 0, look_ahead=refused)


def test_the_drift_is_bounded():
    totp = Totp(RFC)
    far = TotpState(totp.step_at(NOW) - 10, 100)
    code = totp.generate(NOW + 100 * 30)
    assert totp.verify(code, far, at=NOW).state.drift == 100
    assert totp.verify(code, far, at=NOW, max_drift=100).state.drift == 100
    with pytest.raises(oath_totp.Mismatch):
        totp.verify(code, far, at=NOW, max_drift=50)
    # The server's own step counts as well, unless the recorded drift alone is asked for.
    assert totp.verify(totp.generate(NOW), far, at=NOW).step == totp.step_at(NOW)
    with pytest.raises(oath_totp.Mismatch):
        totp.verify(totp.generate(NOW), far, at=NOW, recorded_only=True)
    # While the time stands still, no more steps are accepted than the window has.
    state, accepted = NEW, 0
    for step in range(-300, 300):
        try:
            state = totp.verify(totp.generate(NOW + 30 * step), state, at=NOW).state
            accepted += 1
        except oath_totp.Rejected:
            pass
    assert 1 <= accepted <= 3 and abs(state.drift) <= 1


def test_states_are_plain_data():
    state = TotpState(7, -1)
    assert TotpState.from_dict(state.to_dict()) == state == pickle.loads(pickle.dumps(state))
    assert state.to_dict() == {"last_step": 7, "drift": -1}
    assert TotpState.new() == TotpState(None) < TotpState(0) < TotpState(0, 1) < TotpState(1, 0)
    assert len({state, TotpState(7, -1), TotpState(8, -1)}) == 2
    for refused in ({}, {"drift": 0}, {"last_step": 1}, {"last_step": 1, "more": 0}, {"last_step": 1, "drift": 0, "more": 1}):
        with pytest.raises(ValueError):
            TotpState.from_dict(refused)


def test_secrets_are_not_shown_and_not_pickled():
    shown = repr([RFC, Totp(RFC), Hotp(RFC), KeyUri(Totp(RFC), account="a")])
    assert "12345678901234567890" not in shown and "GEZDGNBV" not in shown
    for secret in (RFC, Totp(RFC)):
        with pytest.raises(TypeError):
            pickle.dumps(secret)
    assert Secret.from_base32(RFC.expose_base32()) == RFC != Secret.generate()
    assert len(Secret.generate()) == 20
    with pytest.raises(oath_totp.SecretError) as error:
        Totp(Secret.from_bytes(b"0123456789"))
    assert "0123456789" not in str(error.value)
    assert Totp(Secret.from_bytes(b"0123456789"), legacy=True).generate(0)


def test_bytes_that_can_be_overwritten_are_taken_and_left_alone():
    raw = bytearray(b"12345678901234567890")
    for data in (raw, memoryview(raw), memoryview(raw)[::1], memoryview(raw).cast("I")):
        assert Secret.from_bytes(data) == RFC
    assert raw == b"12345678901234567890"
    assert Secret.from_bytes(memoryview(raw)[::-1]) == Secret.from_bytes(raw[::-1])
    with pytest.raises(oath_totp.SecretError):
        Secret.from_bytes(bytearray())


def test_errors_survive_being_sent_to_another_process():
    errors = [
        oath_totp.Mismatch(), oath_totp.NextCodeNeeded(), oath_totp.Replayed(), oath_totp.Ambiguous(), oath_totp.Locked(30),
        oath_totp.MalformedCode("x"), oath_totp.SecretError("x"), oath_totp.UriError("x"),
        oath_totp.SeedFileError("what", "code", "action", 7), oath_totp.DirectoryError("what", "code", "action"),
        oath_totp.DirectoryValueError("what", "code", "action"),
    ]  # fmt: skip
    for error in errors:
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again), again.code, again.action) == (type(error), str(error), error.code, error.action)
        assert isinstance(error, oath_totp.OathError)
    values = {type(error).__name__ for error in errors if isinstance(error, ValueError)}
    assert values == {"MalformedCode", "SecretError", "UriError", "SeedFileError", "DirectoryValueError"}
    assert oath_totp.Locked(30).retry_after == 30 and "30 s" in str(oath_totp.Locked(30))
    assert str(errors[8]) == "line 7: what (to do: action)"


def test_uris_are_written_and_read():
    totp = Totp(RFC, digits=8, step=60, algorithm="SHA256")
    uri = KeyUri.parse(str(KeyUri(totp, account="alice@example.com", issuer="Größe: 1")))
    assert (uri.account, uri.issuer, uri.algorithm, uri.digits, uri.period) == (
        "alice@example.com",
        "Größe: 1",
        "SHA256",
        8,
        60,
    )
    assert uri.to_totp().generate(NOW) == totp.generate(NOW)
    assert uri.qr_svg().startswith("<svg") and "█" in uri.qr_text()
    hotp = KeyUri.parse(str(KeyUri(Hotp(RFC), account="a", counter=5)))
    assert hotp.counter == 5 and hotp.to_hotp().generate(0) == "755224"
    short = KeyUri.parse("otpauth://totp/a?secret=GEZDGNBVGY3TQOJQ")
    with pytest.raises(oath_totp.SecretError):
        short.to_totp()
    assert short.to_totp(legacy=True).generate(59)
    with pytest.raises(ValueError):
        short.to_hotp(legacy=True)
    for text in ("", "https://example.com", "otpauth://totp/a", "otpauth://totp/a?secret=GEZD&digits=9"):
        with pytest.raises(oath_totp.UriError):
            KeyUri.parse(text)


def test_one_call_from_the_stored_text_to_the_verdict():
    text = RFC.expose_base32()
    accepted = oath_totp.verify(text, "287 082", NEW, at=59)
    assert accepted.state == Totp(RFC).verify("287082", NEW, at=59).state
    with pytest.raises(oath_totp.Replayed):
        oath_totp.verify(text, "287082", accepted.state, at=59)
    with pytest.raises(oath_totp.Mismatch):
        oath_totp.verify(text, "287082", NEW, at=59 + 60)
    assert oath_totp.verify(text, "287082", NEW, at=59 + 60, window=(2, 0)).step == 1
    for wrong in (None, {"last_step": None, "drift": 0}):
        with pytest.raises(TypeError, match=r"TotpState\.new\(\)"):
            oath_totp.verify(text, "287082", wrong, at=59)
    with pytest.raises(TypeError, match=r"TotpState\.new\(\)"):
        oath_totp.verify(text, "287082", at=59)
    with pytest.raises(TypeError, match="Base32"):
        oath_totp.verify(RFC, "287082", NEW)
    with pytest.raises(oath_totp.SecretError):
        oath_totp.verify(text[:16], "287082", NEW)
    short = Totp(Secret.from_base32(text[:16]), legacy=True, digits=8, step=60, algorithm="SHA512")
    options = {"digits": 8, "step": 60, "algorithm": "SHA512"}
    assert oath_totp.verify(text[:16], short.generate(59), NEW, 59, legacy=True, **options).step == 0
