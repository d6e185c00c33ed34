"""Reads otpauth URIs."""

import hashlib
from typing import Any
from urllib.parse import parse_qsl, unquote, urlparse

from oath_totp.compat.pyotp.contrib import Steam
from oath_totp.compat.pyotp.hotp import HOTP
from oath_totp.compat.pyotp.otp import OTP
from oath_totp.compat.pyotp.totp import TOTP

_DIGESTS: dict[str, Any] = {"SHA1": hashlib.sha1, "SHA256": hashlib.sha256, "SHA512": hashlib.sha512}
_KNOWN = {"secret", "issuer", "algorithm", "encoder", "digits", "period", "counter"}


def _parameters(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    seen: set[str] = set()
    for key, value in parse_qsl(query, keep_blank_values=True):
        if key in seen:
            raise ValueError(f"Duplicate {key} parameter")
        if key in _KNOWN:
            seen.add(key)
        # An empty value counts as a missing one.
        if key in _KNOWN and value:
            found[key] = value
    return found


def parse_uri(uri: str) -> OTP:
    """Reads an otpauth URI, and returns a TOTP, a HOTP or a Steam. Raises ValueError where it cannot be read."""
    parsed = urlparse(uri)
    if parsed.scheme != "otpauth":
        raise ValueError("Not an otpauth URI")
    # The label is split before it is decoded: a colon that is written as %3A belongs to the name.
    issuer, colon, name = parsed.path[1:].partition(":")
    options: dict[str, Any] = {"issuer": unquote(issuer), "name": unquote(name)} if colon else {"name": unquote(issuer)}

    given = _parameters(parsed.query)
    if "issuer" in given:
        if options.setdefault("issuer", given["issuer"]) != given["issuer"]:
            raise ValueError("If issuer is specified in both label and parameters, it should be equal.")
    if "algorithm" in given:
        if given["algorithm"] not in _DIGESTS:
            raise ValueError("Invalid value for algorithm, must be SHA1, SHA256 or SHA512")
        options["digest"] = _DIGESTS[given["algorithm"]]
    for parameter, option in (("digits", "digits"), ("period", "interval"), ("counter", "initial_count")):
        if parameter in given:
            options[option] = int(given[parameter])
    steam = given.get("encoder") == "steam"
    if not steam and options.get("digits", 6) not in (6, 7, 8):
        raise ValueError("Digits may only be 6, 7, or 8")
    if "secret" not in given:
        raise ValueError("No secret found in URI")
    kinds: dict[str, type[OTP]] = {"totp": TOTP, "hotp": HOTP}
    kind = Steam if steam else kinds.get(parsed.netloc)
    if kind is None:
        raise ValueError("Not a supported OTP type")
    return kind(given["secret"], **options)
