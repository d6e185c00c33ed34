"""One-time codes (RFC 4226 HOTP, RFC 6238 TOTP) with replay protection, seed files, and a directory of tokens.

>>> from oath_totp import Secret, Totp, TotpState
>>> totp = Totp(Secret.from_bytes(b"12345678901234567890"))
>>> totp.verify("287 082", TotpState.new(), at=59).state
TotpState(last_step=1, drift=0)
"""

from oath_totp._errors import (
    Ambiguous,
    DirectoryError,
    DirectoryValueError,
    Locked,
    MalformedCode,
    Mismatch,
    NextCodeNeeded,
    OathError,
    Rejected,
    Replayed,
    SecretError,
    SeedFileError,
    UriError,
)
from oath_totp._html import Svg
from oath_totp._native import (
    Accepted,
    AcceptedCounter,
    Directory,
    Hotp,
    KeyUri,
    Secret,
    SignedIn,
    Synchronized,
    Totp,
    TotpState,
    __version__,
    verify,
)

__all__ = [
    "Accepted",
    "AcceptedCounter",
    "Ambiguous",
    "AsyncDirectory",
    "Directory",
    "DirectoryError",
    "DirectoryValueError",
    "Hotp",
    "KeyUri",
    "Locked",
    "MalformedCode",
    "Mismatch",
    "NextCodeNeeded",
    "OathError",
    "Rejected",
    "Replayed",
    "Secret",
    "SecretError",
    "SeedFileError",
    "SignedIn",
    "Svg",
    "Synchronized",
    "Totp",
    "TotpState",
    "UriError",
    "__version__",
    "seeds",
    "verify",
]


def __getattr__(name):
    # These are imported at their first use: asyncio alone takes longer than all the rest.
    if name == "AsyncDirectory":
        from oath_totp._aio import AsyncDirectory as found
    elif name == "seeds":
        import oath_totp.seeds as found
    else:
        raise AttributeError(f"module 'oath_totp' has no attribute {name!r}")
    globals()[name] = found
    return found
