"""Uses every part of the package, with types: `mypy --strict` checks it, and test_sample.py runs it."""

import pickle
from datetime import datetime, timezone
from pathlib import Path

from oath_totp import Directory, Hotp, KeyUri, Locked, Mismatch, OathError, Rejected, Replayed, Secret, Totp, TotpState, seeds

NOW = 1_700_000_015


def codes() -> None:
    secret = Secret.generate()
    totp = Totp(secret, digits=6, step=30, algorithm="SHA1", t0=0)
    code: str = totp.generate(at=NOW)
    accepted = totp.verify(code, state=TotpState.new(), at=NOW, window=1)
    state: TotpState = accepted.state
    assert state == TotpState(last_step=accepted.step, drift=0)
    assert TotpState.from_dict(state.to_dict()) == state == pickle.loads(pickle.dumps(state))
    try:
        totp.verify(code, state=state, at=datetime.fromtimestamp(NOW, timezone.utc), window=(2, 0))
    except Replayed as refused:
        assert isinstance(refused, Rejected) and isinstance(refused, OathError)
    else:
        raise AssertionError("a code was accepted twice")
    next_code = totp.generate(NOW + 3030)
    assert totp.resync([totp.generate(NOW + 3000), next_code], state=state, at=NOW, radius=2880).state.drift == 101
    hotp = Hotp(secret)
    assert hotp.verify(hotp.generate(7), 5, look_ahead=10).next_counter == 8


def uris() -> None:
    uri = KeyUri(Totp(Secret.generate()), account="alice@example.com", issuer="Example")
    assert KeyUri.parse(str(uri)).secret == uri.secret
    assert uri.qr_svg().startswith("<svg") and uri.qr_text().endswith("\n")


def files(folder: Path, tokens: bytes) -> None:
    path = folder / "tokens.csv"
    path.write_bytes(tokens)
    file = seeds.read(path, format=None, password=None, key=None)
    assert file.format == "entra-csv" and not [one for one in file.findings if one.severity == "error"]
    assert seeds.write(file.records, "entra-csv") == tokens
    record = seeds.Record(Secret.generate(), serial="1", upn=None, digits=8, counter=7, start=NOW).replace(upn="alice@example.com")
    pskc = seeds.write([record], "pskc", accept_loss=True, key=bytes(16))
    assert seeds.read(seeds.convert(pskc, "pskc", key=bytes(16)), lenient=True).records[0].counter == 7
    assert [(row.line, row.serial) for row in file.failed] == [] and file.target == "entra"
    token, digits = Totp(record.secret, digits=8), Totp(file.records[0].secret)
    probed = seeds.probe(record.secret.expose_hex(), [token.generate(NOW), (token.generate(NOW + 30), NOW + 30)], at=NOW, radius=5)
    assert [reading.text for reading in probed.readings] == ["hex"] and probed.chance < 1e-9
    assert file.records.find([digits.generate(NOW), digits.generate(NOW + 30)], at=NOW).shown[0].record.serial
    masked = [record.to_dict()["secret"] for record in file.records]
    assert masked == ["********"] * len(file.records)


def directory(folder: Path, tokens: bytes) -> None:
    url, keys = f"sqlite:{folder}/oath.db", folder / "oath.keys"
    Directory.create(url, keys=keys)
    d = Directory.open(url, keys=keys)
    d.add_user("alice@example.com", at=NOW)
    d.upload(folder / "tokens.csv", at=NOW)
    record = seeds.read(tokens).records[0]
    token = Totp(record.secret)
    assert record.serial is not None
    assert d.activate(record.serial, token.generate(NOW), at=NOW).status == "activated"
    assert d.verify("alice@example.com", token.generate(NOW + 30), at=NOW + 30).serial == record.serial
    try:
        d.verify("alice@example.com", "000000", at=NOW + 30)
    except Locked as locked:
        print(locked.retry_after)
    except Mismatch as wrong:
        print(wrong.code, wrong.action)
    else:
        raise AssertionError("a wrong code was accepted")
