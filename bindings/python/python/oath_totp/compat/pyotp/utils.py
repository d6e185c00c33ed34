"""Compares codes and writes otpauth URIs."""

import unicodedata
from hmac import compare_digest
from urllib.parse import quote, urlparse

# A longer text is not a code, and normalizing it takes too long.
_LONGEST = 1024


def strings_equal(s1: str, s2: str) -> bool:
    """Returns whether two codes are the same, in a time that does not depend on where they differ."""
    if len(s1) > _LONGEST or len(s2) > _LONGEST:
        return False
    return compare_digest(*(unicodedata.normalize("NFKC", text).encode() for text in (s1, s2)))


def build_uri(
    secret: str | bytes,
    name: str,
    initial_count: int | None = None,
    issuer: str | None = None,
    algorithm: str | None = None,
    digits: int | None = None,
    period: float | None = None,
    **kwargs: str,
) -> str:
    """Returns an otpauth URI with these parameters. Values that are an app's defaults are left out."""
    parameters: dict[str, str | float] = {"secret": secret.decode("ascii") if isinstance(secret, bytes) else secret}
    if issuer is not None:
        parameters["issuer"] = issuer
    if initial_count is not None:
        parameters["counter"] = initial_count
    if algorithm is not None and algorithm != "sha1":
        parameters["algorithm"] = algorithm.upper()
    if digits is not None and digits != 6:
        parameters["digits"] = digits
    if period is not None and period != 30:
        parameters["period"] = period
    for key, value in kwargs.items():
        if not isinstance(value, str):
            raise TypeError(f"the parameter {key} of an otpauth URI is a str")
        if key == "image":
            image = urlparse(value)
            if image.scheme != "https" or not image.netloc or not image.path:
                raise ValueError("an image is an https URL with a path")
        parameters[key] = value
    label = quote(name) if issuer is None else f"{quote(issuer)}:{quote(name)}"
    query = "&".join(f"{quote(key, safe='')}={quote(str(value), safe='')}" for key, value in parameters.items())
    return f"otpauth://{'totp' if initial_count is None else 'hotp'}/{label}?{query}"
