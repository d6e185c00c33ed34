"""One-time codes (RFC 4226 HOTP, RFC 6238 TOTP) with replay protection, seed files, and a directory of tokens.

Documented in the stubs beside this file, which editors show.
"""

from oath_totp._errors import (
    Ambiguous,
    DirectoryError,
    DirectoryValueError,
    Locked,
    MalformedCode,
    Mismatch,
    OathError,
    Rejected,
    Replayed,
    SecretError,
    SeedFileError,
    UriError,
)
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
    "OathError",
    "Rejected",
    "Replayed",
    "Secret",
    "SecretError",
    "SeedFileError",
    "SignedIn",
    "Synchronized",
    "Totp",
    "TotpState",
    "UriError",
    "__version__",
    "seeds",
    "verify",
]


def __getattr__(name):
    # What not every program needs is imported when it is asked for: asyncio alone would take longer than all the rest.
    if name == "AsyncDirectory":
        from oath_totp._aio import AsyncDirectory as found
    elif name == "seeds":
        import oath_totp.seeds as found
    else:
        raise AttributeError(f"module 'oath_totp' has no attribute {name!r}")
    globals()[name] = found
    return found
