"""Reads the files of testkit/seeds. NAME.expected.json beside each file has the options and the result."""

import json
from pathlib import Path

import oath_totp
import pytest
from oath_totp import seeds

KIT = Path(__file__).parents[3] / "testkit" / "seeds"
FILES = sorted(path for path in KIT.glob("*/*") if not path.name.endswith(".expected.json"))


def expected_of(path):
    expected = json.loads(path.with_name(f"{path.stem}.expected.json").read_text(encoding="utf-8"))
    return expected.pop("options", {}), expected


def arguments(options):
    """The options of the test kit as keyword arguments of `read`."""
    names = {"openpgp": "openpgp_key", "type": "token_type"}
    given = {names.get(name, name): value for name, value in options.items()}
    if "openpgp_key" in given:
        given["openpgp_key"] = (KIT / given["openpgp_key"]).read_bytes()
    return given


def present(members):
    return {name: value for name, value in members.items() if value not in (None, "")}


def record_of(record):
    fields = record.to_dict(expose_secret=True)
    assert fields["line"] == record.line
    attributes = {name: getattr(record, name) for name in fields}
    assert {**attributes, "secret": record.secret.expose_base32()} == fields
    assert fields["secret"] not in repr(record) + str(record.to_dict())
    del fields["line"]
    names = {"key_id": "keyId", "last_used": "lastUsed", "step": "interval"}
    return present({names.get(name, name): value for name, value in {**fields, "t0": fields["t0"] or None}.items()})


def place_of(found):
    return found.place or "the file"


def finding_of(finding):
    return present({"code": finding.code, "severity": finding.severity, "place": place_of(finding), "field": finding.field})


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_file_is_read_as_expected(path):
    options, expected = expected_of(path)
    if "refused" in expected:
        with pytest.raises(oath_totp.SeedFileError) as refused:
            seeds.read(path, **arguments(options))
        error = refused.value
        place = "the file" if error.line is None else f"line {error.line}"
        assert (error.code, place) == (expected["refused"]["code"], expected["refused"]["place"]) and error.action
        return
    file = seeds.read(path, **arguments(options))
    assert file.format == expected["format"]
    assert [record_of(record) for record in file.records] == expected["records"]
    assert [{"place": place_of(row), "serial": row.serial} for row in file.failed] == expected["failed"]
    assert [finding_of(finding) for finding in file.findings] == expected["findings"]


def test_every_format_has_a_file():
    assert len(FILES) > 140
    assert set(seeds.formats()) <= {expected_of(path)[1].get("format") for path in FILES}
