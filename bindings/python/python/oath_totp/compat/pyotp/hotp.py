import hashlib

from oath_totp.compat.pyotp import utils
from oath_totp.compat.pyotp.otp import OTP


class HOTP(OTP):
    """Codes by a counter."""

    def __init__(self, s, *, digits=6, digest=None, name=None, issuer=None, initial_count=0):
        super().__init__(s, digits=digits, digest=digest or hashlib.sha1, name=name, issuer=issuer)
        self.initial_count = initial_count

    def at(self, count):
        return self.generate_otp(self.initial_count + count)

    def verify(self, otp, counter):
        return utils.strings_equal(str(otp), self.at(counter))

    def provisioning_uri(self, *, name=None, initial_count=None, issuer_name=None, **kwargs):
        return utils.build_uri(
            self.secret,
            name or self.name,
            initial_count=self.initial_count if initial_count is None else initial_count,
            issuer=issuer_name or self.issuer,
            algorithm=self.digest().name,
            digits=self.digits,
            **kwargs,
        )
