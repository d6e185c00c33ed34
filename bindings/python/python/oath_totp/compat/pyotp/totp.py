"""Codes by the time."""

import datetime
import hashlib
import time
from typing import Any, TypeAlias

from oath_totp.compat.pyotp import utils
from oath_totp.compat.pyotp.exceptions import OTPVerificationError
from oath_totp.compat.pyotp.otp import OTP

_Time: TypeAlias = int | float | datetime.datetime

# 10000-01-01T00:00:00Z: the calendar of datetime ends before it.
_END = 253_402_300_800


class TOTP(OTP):
    """A token whose codes change with the time. The arguments after the secret are given by name.

    A time is Unix seconds or a datetime; a naive one is local time, as in pyotp.
    """

    def __init__(
        self,
        s: str,
        *,
        digits: int = 6,
        digest: Any = None,
        name: str | None = None,
        issuer: str | None = None,
        interval: float = 30,
    ) -> None:
        if not 0 < interval <= 120:
            raise ValueError("interval must be positive and at most 120 seconds")
        self.interval = interval
        super().__init__(s, digits=digits, digest=digest or hashlib.sha1, name=name, issuer=issuer)

    def at(self, for_time: _Time, *, counter_offset: int = 0) -> str:
        """Returns the code of this time, or of the step that is `counter_offset` steps later."""
        return self.generate_otp(self.timecode(for_time) + counter_offset)

    def now(self) -> str:
        """Returns the code of the present time."""
        return self.generate_otp(self.timecode(time.time()))

    def verify(self, otp: str, *, for_time: _Time | None = None, valid_window: int | None = 0) -> bool:
        """Returns whether this is the code of the present time, or of `for_time`, or of `valid_window` steps around it.

        A code can be used again while its step is in the window: `oath_totp.verify` refuses a used code.
        """
        return self._find(otp, for_time, valid_window or 0) is not None

    def verify_and_get_timecode(self, otp: str, *, for_time: _Time | None = None, valid_window: int = 0) -> int:
        """Returns the step of the code, which the application stores to refuse the code the next time.

        Raises OTPVerificationError where no step of the window has this code.
        """
        if valid_window < 0:
            raise ValueError("valid_window cannot be negative")
        found = self._find(otp, for_time, valid_window)
        if found is None:
            raise OTPVerificationError("no step of the window has this code")
        return found

    def _find(self, otp: str, for_time: _Time | None, window: int) -> int | None:
        """Returns the first step of the window that has this code. Every step is computed and compared, always."""
        timecode = self.timecode(time.time() if for_time is None else for_time)
        found = None
        for step in range(timecode + window, timecode - window - 1, -1):
            if utils.strings_equal(str(otp), self.generate_otp(step)):
                found = step
        return found

    def provisioning_uri(self, *, name: str | None = None, issuer_name: str | None = None, **kwargs: Any) -> str:
        """Returns the otpauth URI for an app, secret included. Other arguments become parameters of the URI."""
        return utils.build_uri(
            self.secret,
            name or self.name,
            issuer=issuer_name or self.issuer,
            algorithm=self.digest().name,
            digits=self.digits,
            period=self.interval,
            **kwargs,
        )

    def timecode(self, for_time: _Time) -> int:
        """Returns the number of the time step at this time."""
        refused = "for_time must be in 1970 or later, and before the year 10000 (UTC)"
        if isinstance(for_time, datetime.datetime):
            try:
                # A naive datetime is local time. Its fraction of a second is dropped, because the conversion of local time is
                # not exact with it.
                seconds = for_time.replace(microsecond=0).timestamp()
            except (OverflowError, OSError, ValueError) as error:
                raise ValueError(refused) from error
        else:
            seconds = for_time
        if not 0 <= seconds < _END:
            raise ValueError(refused)
        # A fractional interval is allowed.
        return int(int(seconds) / self.interval)
