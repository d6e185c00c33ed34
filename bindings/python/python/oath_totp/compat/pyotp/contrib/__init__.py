"""Tokens that are not those of RFC 4226 and RFC 6238."""

from oath_totp.compat.pyotp.contrib.steam import Steam

__all__ = ["Steam"]
