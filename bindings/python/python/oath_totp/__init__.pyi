"""One-time codes (RFC 4226 HOTP, RFC 6238 TOTP) with replay protection, seed files, and a directory of tokens.

>>> from oath_totp import Secret, Totp, TotpState
>>> totp = Totp(Secret.from_bytes(b"12345678901234567890"), digits=8)
>>> totp.generate(at=59)
'94287082'
>>> accepted = totp.verify("94287082", TotpState.new(), at=59)
>>> accepted.state
TotpState(last_step=1, drift=0)
>>> totp.verify("94287082", accepted.state, at=59)
Traceback (most recent call last):
    ...
oath_totp.Replayed: the code is not valid

A moment (`at`) is Unix seconds as an int or a float, an aware datetime, or None for now. A naive datetime is refused: it
names another moment in each time zone, and two in the night that summer time ends.
"""

import os
from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any, NoReturn, TypeAlias, TypedDict, final

from oath_totp import seeds as seeds
from oath_totp._aio import AsyncDirectory as AsyncDirectory

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

__version__: str

_Time: TypeAlias = int | float | datetime | None
_Bytes: TypeAlias = bytes | bytearray | memoryview
_Source: TypeAlias = str | os.PathLike[str] | _Bytes | IO[bytes] | IO[str]

@final
class Secret:
    """The shared secret K. Wiped when the last reference is gone; `repr` shows its length only; cannot be pickled.

    What the `expose_…` methods return is an ordinary Python object, which nobody wipes.
    """

    def __new__(cls, *_args: NoReturn, **_kwargs: NoReturn) -> Secret:
        """It is made by one of these:"""
    @staticmethod
    def generate() -> Secret:
        """160 bits from the operating system (RFC 4226 §4 recommends that many)."""
    @staticmethod
    def from_base32(text: str) -> Secret:
        """Base32 in any case, with or without padding, spaces and dashes. Raises SecretError with the place of the first
        character that is none, never the character's neighbours."""
    @staticmethod
    def from_hex(text: str) -> Secret:
        """Hex in any case, with or without spaces, dashes and colons."""
    @staticmethod
    def from_bytes(data: _Bytes) -> Secret:
        """A copy of these bytes. A bytearray you can overwrite afterwards.

        >>> from oath_totp import Secret
        >>> raw = bytearray(b"12345678901234567890")
        >>> secret = Secret.from_bytes(raw)
        >>> raw[:] = bytes(len(raw))
        >>> secret
        Secret([20 bytes, elided])

        """
    def expose_base32(self) -> str:
        """Base32 in capitals, without padding."""
    def expose_hex(self) -> str: ...
    def expose_bytes(self) -> bytes: ...
    def __len__(self) -> int:
        """Bytes."""
    def __eq__(self, other: object, /) -> bool:
        """In constant time."""
    def __ne__(self, other: object, /) -> bool: ...

class _State(TypedDict):
    last_step: int | None
    drift: int

@final
class TotpState:
    """What a server stores for a TOTP token: two integers.

    `last_step` is the highest step ever accepted, None before the first; it must never go down, or codes can be used again.
    `drift` is how many steps the token's clock was ahead of the server's when it was last seen, negative where it was
    behind. The state of a new token is `TotpState.new()`: a state that was lost must not pass for a new one.

    >>> from oath_totp import TotpState
    >>> TotpState.new()
    TotpState(last_step=None, drift=0)
    >>> TotpState.from_dict({"last_step": 7, "drift": -1}) > TotpState(6)
    True

    """

    __match_args__: tuple[str, str]
    def __new__(cls, last_step: int | None, drift: int = 0) -> TotpState: ...
    @staticmethod
    def new() -> TotpState:
        """The state of a token that never signed in."""
    @property
    def last_step(self) -> int | None: ...
    @property
    def drift(self) -> int: ...
    def to_dict(self) -> _State: ...
    @staticmethod
    def from_dict(data: _State | dict[str, Any]) -> TotpState:
        """Reads what `to_dict` returned. Both keys are needed; other keys are a ValueError."""
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __lt__(self, other: TotpState, /) -> bool: ...
    def __le__(self, other: TotpState, /) -> bool: ...
    def __gt__(self, other: TotpState, /) -> bool: ...
    def __ge__(self, other: TotpState, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[type[TotpState], tuple[int | None, int]]: ...

@final
class Accepted:
    """A right code. Store `state` before you let anyone in: until then the code can be used again."""

    @property
    def state(self) -> TotpState: ...
    @property
    def step(self) -> int:
        """The step that the code belongs to."""

@final
class Totp:
    """A token whose codes change with the time: `digits` 6 to 8, `step` in seconds, `t0` in seconds since 1970.

    Secrets of 80 to 127 bits, which some services still hand out, are taken with `legacy=True`.
    """

    def __new__(
        cls,
        secret: Secret,
        *,
        digits: int = 6,
        step: int = 30,
        algorithm: str = "SHA1",
        t0: int = 0,
        legacy: bool = False,
    ) -> Totp: ...
    def generate(self, at: _Time = None) -> str:
        """The code that the token shows, with its leading zeros."""
    def verify(
        self,
        code: str,
        state: TotpState,
        at: _Time = None,
        window: int | tuple[int, int] = 1,
        *,
        max_drift: int = 2880,
        recorded_only: bool = False,
    ) -> Accepted:
        """Accepts a code that is right now and unused. Every step of the window is computed, always.

        `code` is what a user typed: spaces, dashes and full-width digits are allowed. `state` is what was stored for the
        token; the state of a new token is `TotpState.new()`. `window` is steps before and after, or a pair (back, ahead),
        each 0 to 255. The window lies around the recorded drift and around the server's own step; with `recorded_only` it
        lies around the recorded drift alone. `max_drift`, 0 to 65535 steps, bounds the drift that is used and recorded.

        Raises Mismatch, Replayed, or MalformedCode.
        """
    def resync(self, codes: Sequence[str], state: TotpState, at: _Time = None, radius: int = 2880) -> Accepted:
        """Finds a token whose clock is off, by two or three consecutive codes within `radius` steps (0 to 65535).

        Raises Ambiguous where the codes match more than one place: ask for the next code as well. Python's other threads
        run meanwhile.
        """
    def activate(self, code: str, state: TotpState, at: _Time = None, radius: int = 2880) -> Accepted:
        """Finds a token whose clock is off, by one code within `radius` steps (0 to 65535): for its activation.

        Odds: a blind guess at six digits matches one of the 5761 steps of radius 2880 with a probability of 0.58 %; at
        radius 60 it is 0.012 %. Limit the attempts for each token, and use `resync` wherever the user can give the next
        code as well. Raises Ambiguous, Mismatch, Replayed, or MalformedCode.
        """
    def find(self, codes: str | Sequence[str], at: _Time = None, radius: int = 2880) -> list[int]:
        """Every step where these codes end: to test a token, without replay protection."""
    def step_at(self, at: _Time = None) -> int: ...
    def remaining(self, at: _Time = None) -> int:
        """Seconds until the code changes."""
    @property
    def secret(self) -> Secret: ...
    @property
    def algorithm(self) -> str: ...
    @property
    def digits(self) -> int: ...
    @property
    def step(self) -> int: ...
    @property
    def t0(self) -> int: ...

def verify(
    secret: str,
    code: str,
    state: TotpState,
    at: _Time = None,
    window: int | tuple[int, int] = 1,
    *,
    digits: int = 6,
    step: int = 30,
    algorithm: str = "SHA1",
    legacy: bool = False,
) -> Accepted:
    """Verifies a code by the Base32 text of its secret, in one call: what a request does with a row of a database.

    The same as `Totp(Secret.from_base32(secret), …).verify(code, state, at, window)`. Nothing of the secret is kept.

    >>> from oath_totp import TotpState, verify
    >>> verify("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "287 082", TotpState.new(), at=59).state
    TotpState(last_step=1, drift=0)

    Raises Mismatch, Replayed, MalformedCode, or SecretError for a text that is not Base32 or a secret that is too short.
    """

@final
class AcceptedCounter:
    """A right code of a counter token. Store `next_counter` before you let anyone in."""

    @property
    def counter(self) -> int: ...
    @property
    def next_counter(self) -> int: ...

@final
class Hotp:
    """A token whose codes change when its button is pressed.

    >>> from oath_totp import Hotp, Secret
    >>> hotp = Hotp(Secret.from_bytes(b"12345678901234567890"))
    >>> hotp.verify("359152", 0).next_counter
    3

    """

    def __new__(
        cls, secret: Secret, *, digits: int = 6, algorithm: str = "SHA1", legacy: bool = False
    ) -> Hotp: ...
    def generate(self, counter: int) -> str: ...
    def verify(self, code: str, counter: int, look_ahead: int = 10) -> AcceptedCounter:
        """Accepts the code of `counter`, the next one expected, or of one of the `look_ahead` (0 to 255) after it."""
    def resync(self, codes: Sequence[str], counter: int, look_ahead: int = 1000) -> AcceptedCounter:
        """Finds a token whose button was pressed many times, by two or three consecutive codes.

        The first of them lies within `look_ahead` (0 to 65535) counters of `counter`.
        """
    def activate(self, code: str, counter: int, look_ahead: int = 1000) -> AcceptedCounter:
        """Finds a token whose button was pressed many times, by one code: for its activation.

        Odds: a blind guess at six digits matches with a probability of (look_ahead + 1) / 1,000,000: 0.1 % at 1000. Limit
        the attempts for each token, and use `resync` wherever the user can give the next code as well.
        """
    @property
    def secret(self) -> Secret: ...
    @property
    def algorithm(self) -> str: ...
    @property
    def digits(self) -> int: ...

@final
class KeyUri:
    """otpauth://, what QR codes carry. `str(uri)` is the URI, secret included.

    >>> from oath_totp import KeyUri, Secret, Totp
    >>> uri = KeyUri(Totp(Secret.from_bytes(b"12345678901234567890")), account="alice@example.com", issuer="Example")
    >>> KeyUri.parse(str(uri)).issuer
    'Example'

    """

    def __new__(cls, token: Totp | Hotp, *, account: str, issuer: str | None = None, counter: int = 0) -> KeyUri: ...
    @staticmethod
    def parse(text: str) -> KeyUri:
        """Raises UriError, which names the part that is wrong."""
    def qr_svg(self) -> str:
        """A drawing for a page."""
    def qr_text(self) -> str:
        """A drawing for a terminal with light letters on a dark ground."""
    def to_totp(self, *, legacy: bool = False) -> Totp:
        """Returns the token. Secrets of 80 to 127 bits are accepted with `legacy=True`. A URI with a counter is a ValueError."""
    def to_hotp(self, *, legacy: bool = False) -> Hotp:
        """Returns the token; `uri.counter` is its counter. A URI with a period is a ValueError."""
    @property
    def secret(self) -> Secret: ...
    @property
    def account(self) -> str: ...
    @property
    def issuer(self) -> str | None:
        """The parameter `issuer`, else the prefix of the label."""
    @property
    def prefix(self) -> str | None:
        """The part of the label before the account: the issuer as a rule, the organisation in Microsoft's URIs."""
    @property
    def algorithm(self) -> str: ...
    @property
    def digits(self) -> int: ...
    @property
    def period(self) -> int | None: ...
    @property
    def counter(self) -> int | None: ...

@final
class SignedIn:
    """Who verified: the token, and by how many steps its clock is ahead."""

    @property
    def serial(self) -> str: ...
    @property
    def drift(self) -> int: ...

@final
class Synchronized:
    """A token whose clock was found by its codes."""

    @property
    def serial(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def drift(self) -> int: ...

@final
class Directory:
    """Who holds which token, in one SQLite file. Errors are DirectoryError; wrong codes are Mismatch and Locked.

    A code is accepted once, on any number of threads and processes.
    """

    def __new__(cls, *_args: NoReturn, **_kwargs: NoReturn) -> Directory:
        """It is opened or made by one of these:"""
    @staticmethod
    def open(url: str, keys: str | os.PathLike[str] | None = None, *, legacy: bool = False) -> Directory:
        """`sqlite:FILE`, and the file of the key ring (`oath.keys` beside the database where none is named)."""
    @staticmethod
    def create(url: str, keys: str | os.PathLike[str] | None = None, *, legacy: bool = False) -> Directory:
        """Makes both files; nothing is overwritten."""
    def add_user(
        self, upn: str, *, kind: str = "member", display_name: str | None = None, at: _Time = None
    ) -> dict[str, Any]:
        """`kind` is 'member' or 'guest'; guests hold no hardware token."""
    def import_users(self, source: _Source, *, at: _Time = None) -> dict[str, Any]:
        """Adds the users of a CSV file with the column userPrincipalName and, optional, userType and displayName."""
    def users(self) -> list[dict[str, Any]]: ...
    def tokens(self, *, status: str | None = None, upn: str | None = None) -> list[dict[str, Any]]:
        """All tokens, those of a status ('available', 'assigned', 'activated', …), or those of a user."""
    def token(self, serial: str) -> dict[str, Any]: ...
    def upload(
        self,
        source: _Source,
        *,
        format: str | None = None,
        upn: str = "required",
        repairs: str = "offer",
        at: _Time = None,
    ) -> dict[str, Any]:
        """Takes a seed file in. Rows that fail are counted; `failures(upload)` says why.

        Rows without a user fail, as in Entra ID's upload, unless `upn` is 'optional': then they go into the inventory.
        With `repairs="apply"` what can be repaired safely is.
        """
    def uploads(self, *, at: _Time = None) -> list[dict[str, Any]]: ...
    def upload_status(self, upload: int, *, at: _Time = None) -> dict[str, Any]: ...
    def delete_upload(self, upload: int, *, at: _Time = None) -> None:
        """Deletes the status and the failures; the tokens stay."""
    def failures(self, upload: int, *, at: _Time = None) -> list[dict[str, Any]]:
        """The rows that failed: which line, why, and what to do."""
    def assign(self, serial: str, upn: str, *, at: _Time = None) -> None: ...
    def unassign(self, serial: str, *, at: _Time = None) -> None:
        """Takes the token back into the inventory."""
    def activate(self, serial: str, code: str, next_code: str | None = None, *, at: _Time = None) -> Synchronized:
        """With the code on the token's display; where it raises Ambiguous, with the next one as well."""
    def resync(self, serial: str, code: str, next_code: str, *, at: _Time = None) -> Synchronized:
        """Finds a token again whose clock has drifted away, by two consecutive codes."""
    def deactivate(self, serial: str, *, at: _Time = None) -> None:
        """It no longer signs in, but keeps its holder."""
    def delete(self, serial: str, *, at: _Time = None) -> None: ...
    def verify(self, upn: str, code: str, *, at: _Time = None) -> SignedIn:
        """Signs a user in. Raises Mismatch for a wrong code, a used one and an unknown user alike; Locked after too many."""
    def enroll(self, upn: str, *, at: _Time = None) -> tuple[str, KeyUri]:
        """Makes a software token: its serial number, and its URI for the user's app, shown once."""
    def confirm(self, upn: str, code: str, next_code: str | None = None, *, at: _Time = None) -> Synchronized:
        """Activates the software token with the first code that the app shows."""
    def events(self, *, after: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
        """The audit log from the event behind number `after` on."""
    def verify_audit(self) -> tuple[int, str]:
        """How many events, and the hash of the last one. Raises DirectoryError where the log was tampered with."""
    def close(self) -> None:
        """Ends its threads and lets go of its files, once the calls that other threads are in have ended.

        What is called afterwards raises DirectoryError with the code 'directory-closed'. To close it twice does no harm, and
        a Directory that is no longer referred to closes itself.
        """
    def __enter__(self) -> Directory:
        """`with Directory.open(url) as directory:` closes it at the end of the block."""
    def __exit__(self, *_raised: object) -> None: ...

class OathError(Exception):
    """Whatever this package refuses. `code` is a stable name, `action` says what to do."""

    code: str
    action: str

class Rejected(OathError):
    """A code that is not accepted. The state to keep is the old one."""

class Mismatch(Rejected):
    """No step of the window has this code."""

class Replayed(Rejected):
    """The code was used, or has been overtaken. Reads like a Mismatch on purpose: do not tell users."""

class Ambiguous(Rejected):
    """The codes fit more than one moment."""

class Locked(Rejected):
    """Too many wrong codes: the next one is read in `retry_after` seconds."""

    retry_after: int
    def __init__(self, retry_after: int) -> None: ...

class MalformedCode(Rejected, ValueError):
    """The text is not six to eight digits. `except Rejected` catches it: a user who mistypes is a user who is refused."""

class SecretError(OathError, ValueError):
    """Not Base32 or hex, or too short. Never shows the secret."""

class UriError(OathError, ValueError):
    """Not an otpauth URI."""

class SeedFileError(OathError, ValueError):
    """No seed file that can be read, or records that a format cannot carry."""

    line: int | None
    def __init__(self, message: str, code: str, action: str, line: int | None = None) -> None: ...

class DirectoryError(OathError):
    """The directory's rules forbid it, or its database or key ring failed."""

    line: int | None
    def __init__(self, message: str, code: str, action: str, line: int | None = None) -> None: ...

class DirectoryValueError(DirectoryError, ValueError):
    """No user name, no name of a database, no file of users."""
