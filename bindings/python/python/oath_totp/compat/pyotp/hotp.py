"""Codes by a counter."""

import hashlib
from typing import Any

from oath_totp.compat.pyotp import utils
from oath_totp.compat.pyotp.otp import OTP


class HOTP(OTP):
    """A token whose codes change with a counter. The arguments after the secret are given by name."""

    def __init__(
        self,
        s: str,
        *,
        digits: int = 6,
        digest: Any = None,
        name: str | None = None,
        issuer: str | None = None,
        initial_count: int = 0,
    ) -> None:
        super().__init__(s, digits=digits, digest=digest or hashlib.sha1, name=name, issuer=issuer)
        self.initial_count = initial_count

    def at(self, count: int) -> str:
        """Returns the code of the counter `initial_count + count`."""
        return self.generate_otp(self.initial_count + count)

    def verify(self, otp: str, counter: int) -> bool:
        """Returns whether this is the code of exactly this counter. There is no look-ahead; `oath_totp.Hotp.verify` has one."""
        return utils.strings_equal(str(otp), self.at(counter))

    def provisioning_uri(
        self, *, name: str | None = None, initial_count: int | None = None, issuer_name: str | None = None, **kwargs: Any
    ) -> str:
        """Returns the otpauth URI for an app, secret included. Other arguments become parameters of the URI."""
        return utils.build_uri(
            self.secret,
            name or self.name,
            initial_count=self.initial_count if initial_count is None else initial_count,
            issuer=issuer_name or self.issuer,
            algorithm=self.digest().name,
            digits=self.digits,
            **kwargs,
        )
