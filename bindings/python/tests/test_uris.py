"""The otpauth URIs of the test kit, which Rust and JavaScript read too: the reading is the same in every language."""

import json
from collections import defaultdict
from pathlib import Path

import pytest
from oath_totp import KeyUri, UriError

CASES = json.loads((Path(__file__).parents[3] / "testkit" / "uris.json").read_text(encoding="utf-8"))
READ = [case for case in CASES if "error" not in case]
REFUSED = [case for case in CASES if "error" in case]
assert READ
assert REFUSED


def reading(uri):
    found = {
        "type": "totp" if uri.counter is None else "hotp",
        "secret_hex": uri.secret.expose_hex(),
        "issuer": uri.issuer,
        "prefix": uri.prefix,
        "account": uri.account,
        "algorithm": uri.algorithm,
        "digits": uri.digits,
    }
    if uri.counter is None:
        return found | {"period": uri.period}
    assert uri.period is None
    return found | {"counter": str(uri.counter)}


@pytest.mark.parametrize("case", READ, ids=lambda case: case["name"])
def test_a_uri_of_the_field_is_read_as_in_every_language(case):
    expected = {name: value for name, value in case.items() if name not in ("name", "uri")}
    uri = KeyUri.parse(case["uri"])
    assert reading(uri) == expected
    assert reading(KeyUri.parse(str(uri))) == expected, "what is written reads the same"


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["name"])
def test_a_uri_that_would_give_wrong_codes_is_refused(case):
    with pytest.raises(UriError) as refused:
        KeyUri.parse(case["uri"])
    assert "GEZDGNBV" not in str(refused.value)


def test_each_text_of_a_refusal_has_one_cause():
    causes = defaultdict(set)
    for case in REFUSED:
        with pytest.raises(UriError) as refused:
            KeyUri.parse(case["uri"])
        causes[str(refused.value)].add(case["error"])
    assert all(len(names) == 1 for names in causes.values()), causes
    assert {name for names in causes.values() for name in names} == {case["error"] for case in REFUSED}
