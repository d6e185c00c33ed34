"""A replacement for pyotp: `from oath_totp.compat import pyotp`.

It has the names, arguments and results of pyotp 2.10 to 2.12: the arguments after the secret, and after the code, are keyword
arguments, and a secret has 112 bits or more (`min_secret_length_bits` of a subclass). In pyotp 2.9 these arguments can be
positional, and shorter secrets are accepted. Codes are computed in constant time. All differences are listed in
docs/python-migration.md of the project.
"""

from collections.abc import Sequence

from oath_totp.compat.pyotp import contrib, hotp, otp, totp, utils
from oath_totp.compat.pyotp.exceptions import OTPVerificationError, PyOTPError
from oath_totp.compat.pyotp.hotp import HOTP
from oath_totp.compat.pyotp.otp import OTP
from oath_totp.compat.pyotp.totp import TOTP
from oath_totp.compat.pyotp.uri import parse_uri

__all__ = [
    "HOTP",
    "OTP",
    "TOTP",
    "OTPVerificationError",
    "PyOTPError",
    "contrib",
    "hotp",
    "otp",
    "parse_uri",
    "random_base32",
    "random_hex",
    "totp",
    "utils",
]


def _random(length: int, chars: Sequence[str], least: int) -> str:
    from secrets import choice

    if length < least:
        raise ValueError("a secret has 160 bits at least: 32 characters of Base32, 40 of hex")
    return "".join(choice(chars) for _ in range(length))


def random_base32(length: int = 32, chars: Sequence[str] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") -> str:
    """Returns a random secret in Base32. It has 32 characters or more."""
    return _random(length, chars, 32)


def random_hex(length: int = 40, chars: Sequence[str] = "ABCDEF0123456789") -> str:
    """Returns a random secret in hex. It has 40 digits or more."""
    return _random(length, chars, 40)
