"""What TOTP and HOTP share."""

import base64
import hashlib
import hmac
from typing import Any

from oath_totp._native import Hotp, Secret

# The hashes that the library computes, in constant time.
_ALGORITHMS = {"sha1": "SHA1", "sha256": "SHA256", "sha512": "SHA512"}
_REFUSED = ("md5", "shake_128")


def _name(digest: Any) -> str:
    """Returns `sha1` for `hashlib.sha1` and for `"sha1"`, and an empty name for another digest that hmac takes."""
    if isinstance(digest, str):
        return digest.lower()
    known: str = getattr(digest, "__name__", "").removeprefix("openssl_")
    return known if known in _ALGORITHMS or known in _REFUSED else ""


class OTP:
    """A secret in Base32, and the format of its codes: the base class of TOTP and HOTP.

    `min_secret_length_bits` is the shortest secret that is accepted. A subclass may change it.
    """

    min_secret_length_bits = 112

    def __init__(
        self, s: str, *, digits: int = 6, digest: Any = hashlib.sha1, name: str | None = None, issuer: str | None = None
    ) -> None:
        if not 6 <= digits <= 10:
            raise ValueError("digits must be between 6 and 10")
        if _name(digest) in _REFUSED:
            raise ValueError("the digest of this hash is shorter than the 18 bytes that a code is taken from")
        self.digits = digits
        self.digest = digest
        self.secret = s
        self.name = name or "Secret"
        self.issuer = issuer
        self._made: tuple[object, Hotp | None] | None = None
        self.byte_secret()

    def byte_secret(self) -> bytes:
        """Returns the secret as bytes. Raises ValueError where it is not Base32 or too short."""
        # It is decoded at each call, because the attribute `secret` may have been changed.
        if isinstance(self.secret, str) and not self.secret.isascii():
            # base64 raises this too, but its exception carries the secret as its context.
            raise ValueError("a secret in Base32 has only ASCII characters")
        secret = self.secret + ("=" if isinstance(self.secret, str) else b"=") * (-len(self.secret) % 8)
        decoded = base64.b32decode(secret, casefold=True)
        if len(decoded) * 8 < self.min_secret_length_bits:
            raise ValueError(f"a secret has at least {self.min_secret_length_bits} bits after decoding, not {len(decoded) * 8}")
        return decoded

    def _hotp(self) -> Hotp | None:
        """Returns the token that the library computes, or None where only hmac can. It is made again after an attribute changed."""
        now = (self.secret, self.digest, self.digits, self.min_secret_length_bits)
        if self._made is None or self._made[0] != now:
            raw = self.byte_secret()
            algorithm = _ALGORITHMS.get(_name(self.digest))
            token = None
            if algorithm and 6 <= self.digits <= 8 and len(raw) >= 10:
                token = Hotp(Secret.from_bytes(raw), digits=self.digits, algorithm=algorithm, legacy=True)
            self._made = (now, token)
        return self._made[1]

    def __getstate__(self) -> dict[str, Any]:
        # A copy makes its own token, because a Hotp cannot be pickled.
        return {**self.__dict__, "_made": None}

    def generate_otp(self, input: int) -> str:
        """Returns the code of this counter or time step."""
        if input < 0:
            raise ValueError("a counter is 0 or more")
        token = self._hotp()
        if token is not None and input < 1 << 64:
            return token.generate(input)
        # Other hashes and lengths are computed by Python.
        code = hmac.new(self.byte_secret(), self.int_to_bytestring(input), self.digest).digest()
        if len(code) < 18:
            raise ValueError("the digest of this hash is shorter than the 18 bytes that a code is taken from")
        offset = code[-1] & 15
        number = int.from_bytes(code[offset : offset + 4], "big") & 0x7FFF_FFFF
        return str(number % 10**self.digits).zfill(self.digits)

    @staticmethod
    def int_to_bytestring(i: int, *, padding: int = 8) -> bytes:
        """Returns the integer as bytes, the highest first."""
        return i.to_bytes(max(padding, (i.bit_length() + 7) // 8), "big")
