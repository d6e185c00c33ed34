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

A time (`at`) is Unix seconds as an int or a float, an aware datetime, or None for now. A naive datetime is refused: it means
another time in each time zone, and two times in the night that summer time ends. None reads the clock of the system, which
freezegun and time-machine do not change: pass `at=time.time()` in code that is tested with them.
"""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Literal, NoReturn, TypeAlias, final

from oath_totp import seeds as seeds
from oath_totp._aio import AsyncDirectory as AsyncDirectory
from oath_totp.types import (
    AuditDict,
    BulkDict,
    EventDict,
    FailureDict,
    MigratedDict,
    MigrationPreviewDict,
    PreviewDict,
    RemovedDict,
    ReportDict,
    RestorePreviewDict,
    SealReportDict,
    SealingKeyDict,
    StateDict,
    TokenDict,
    UploadDict,
    UserDetailsDict,
    UserDict,
    UserImportDict,
    UserStatusDict,
    UserSyncDict,
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

__version__: str

_Algorithm: TypeAlias = Literal["SHA1", "SHA256", "SHA512"]
_Status: TypeAlias = Literal["available", "assigned", "activated", "failedActivation", "deactivated"]
_UserKind: TypeAlias = Literal["member", "guest"]
_Time: TypeAlias = int | float | datetime | None
_Bytes: TypeAlias = bytes | bytearray | memoryview
_Source: TypeAlias = str | os.PathLike[str] | _Bytes | IO[bytes] | IO[str]

@final
class Secret:
    """The shared secret K. It is wiped when the last reference is gone; `repr` shows its length only; it cannot be pickled.

    It is made by `Secret.generate()`, `from_base32(text)`, `from_hex(text)` or `from_bytes(data)`. The results of the
    `expose_…` methods are ordinary Python objects, which are not wiped.
    """

    def __new__(cls, *_args: NoReturn, **_kwargs: NoReturn) -> Secret: ...
    @staticmethod
    def generate() -> Secret:
        """Returns 160 random bits of the operating system. RFC 4226 §4 recommends this length."""
    @staticmethod
    def from_base32(text: str) -> Secret:
        """Reads Base32 in any case, with or without padding, spaces and dashes.

        Raises SecretError with the place of the first illegal character. The error does not show the text.
        """
    @staticmethod
    def from_hex(text: str) -> Secret:
        """Reads hex in any case, with or without spaces, dashes and colons."""
    @staticmethod
    def from_bytes(data: _Bytes) -> Secret:
        """Copies these bytes. A bytearray can be overwritten afterwards.

        >>> from oath_totp import Secret
        >>> raw = bytearray(b"12345678901234567890")
        >>> secret = Secret.from_bytes(raw)
        >>> raw[:] = bytes(len(raw))
        >>> secret
        Secret([20 bytes, elided])

        """
    def expose_base32(self) -> str:
        """Returns the secret as Base32 in capitals, without padding."""
    def expose_hex(self) -> str:
        """Returns the secret as hex in small letters."""
    def expose_bytes(self) -> bytes:
        """Returns the secret as bytes."""
    def __len__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

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

    __match_args__: tuple[Literal["last_step"], Literal["drift"]]
    def __new__(cls, last_step: int | None, drift: int = 0) -> TotpState: ...
    @staticmethod
    def new() -> TotpState:
        """Returns the state of a token that never signed in."""
    @property
    def last_step(self) -> int | None:
        """The highest step ever accepted, or None."""
    @property
    def drift(self) -> int:
        """The steps that the token's clock was ahead."""
    def to_dict(self) -> StateDict:
        """Returns the two integers by their names."""
    @staticmethod
    def from_dict(data: StateDict | dict[str, Any]) -> TotpState:
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
    """A right code. Store `state` before the user is let in: until then the code can be used again."""

    __match_args__: tuple[Literal["state"], Literal["step"]]
    def __new__(cls, state: TotpState, step: int) -> Accepted: ...
    @property
    def state(self) -> TotpState:
        """The state to store."""
    @property
    def step(self) -> int:
        """The step that the code belongs to."""
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Totp:
    """A token whose codes change with the time: `digits` 6 to 8, `step` in seconds, `t0` in Unix seconds.

    `algorithm` is SHA1, SHA256 or SHA512. Secrets of 80 to 127 bits, which some services still issue, are accepted with
    `legacy=True`.
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
        """Returns the code that the token shows at this time, with its leading zeros."""
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
        """Returns every step where these one to three codes end: to test a token, without replay protection."""
    def step_at(self, at: _Time = None) -> int:
        """Returns the number of the time step at this time."""
    def remaining(self, at: _Time = None) -> int:
        """Returns the seconds until the code changes."""
    @property
    def secret(self) -> Secret:
        """The secret."""
    @property
    def algorithm(self) -> _Algorithm:
        """The hash: SHA1, SHA256 or SHA512."""
    @property
    def digits(self) -> int:
        """The number of digits of a code."""
    @property
    def step(self) -> int:
        """The seconds of a time step."""
    @property
    def t0(self) -> int:
        """The Unix time at which the steps begin to count."""

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
    """A right code of a counter-based token. Store `next_counter` before the user is let in."""

    __match_args__: tuple[Literal["counter"], Literal["next_counter"]]
    def __new__(cls, counter: int, next_counter: int) -> AcceptedCounter: ...
    @property
    def counter(self) -> int:
        """The counter that the code belongs to."""
    @property
    def next_counter(self) -> int:
        """The counter to store."""
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

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
    def generate(self, counter: int) -> str:
        """Returns the code of this counter, with its leading zeros."""
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
    def secret(self) -> Secret:
        """The secret."""
    @property
    def algorithm(self) -> _Algorithm:
        """The hash: SHA1, SHA256 or SHA512."""
    @property
    def digits(self) -> int:
        """The number of digits of a code."""

@final
class KeyUri:
    """An otpauth:// URI, the content of QR codes for apps. `str(uri)` is the URI, secret included.

    >>> from oath_totp import KeyUri, Secret, Totp
    >>> uri = KeyUri(Totp(Secret.from_bytes(b"12345678901234567890")), account="alice@example.com", issuer="Example")
    >>> KeyUri.parse(str(uri)).issuer
    'Example'

    """

    def __new__(cls, token: Totp | Hotp, *, account: str, issuer: str | None = None, counter: int = 0) -> KeyUri: ...
    @staticmethod
    def parse(text: str) -> KeyUri:
        """Reads a URI. Raises UriError, which names the part that is wrong."""
    def qr_svg(self) -> Svg:
        """Draws the QR code as SVG. Templates of Jinja and Django insert the result as it is."""
    def qr_png(self, scale: int = 8) -> bytes:
        """Draws the QR code as a PNG file. A module of the code has `scale` (1 to 64) pixels each way."""
    def qr_data_uri(self, scale: int = 8) -> str:
        """Draws the QR code as the address of an image: `<img src="…">` with the PNG inside."""
    def qr_text(self) -> str:
        """Draws the QR code for a terminal with light letters on a dark ground."""
    def to_totp(self, *, legacy: bool = False) -> Totp:
        """Returns the token. Secrets of 80 to 127 bits are accepted with `legacy=True`. A URI with a counter is a ValueError."""
    def to_hotp(self, *, legacy: bool = False) -> Hotp:
        """Returns the token; `uri.counter` is its counter. A URI with a period is a ValueError."""
    @property
    def secret(self) -> Secret:
        """The secret."""
    @property
    def account(self) -> str:
        """The account's name."""
    @property
    def issuer(self) -> str | None:
        """The parameter `issuer`, else the prefix of the label."""
    @property
    def prefix(self) -> str | None:
        """The part of the label before the account: the issuer as a rule, the organisation in Microsoft's URIs."""
    @property
    def algorithm(self) -> _Algorithm:
        """The hash: SHA1, SHA256 or SHA512."""
    @property
    def digits(self) -> int:
        """The number of digits of a code."""
    @property
    def period(self) -> int | None:
        """The seconds of a time step; None for a counter-based token."""
    @property
    def counter(self) -> int | None:
        """The counter; None for a time-based token."""

class Svg(str):
    """A drawing as SVG. A template engine that asks for `__html__` inserts it without escapes."""

    __slots__ = ()
    def __html__(self) -> str:
        """Returns the drawing itself."""

@final
class SignedIn:
    """A sign-in that was accepted."""

    __match_args__: tuple[Literal["serial"], Literal["drift"]]
    def __new__(cls, serial: str, drift: int) -> SignedIn: ...
    @property
    def serial(self) -> str:
        """The serial number of the token."""
    @property
    def drift(self) -> int:
        """The steps that the token's clock is ahead."""
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Synchronized:
    """A token whose clock was found by its codes."""

    __match_args__: tuple[Literal["serial"], Literal["status"], Literal["drift"]]
    def __new__(cls, serial: str, status: str, drift: int) -> Synchronized: ...
    @property
    def serial(self) -> str:
        """The serial number of the token."""
    @property
    def status(self) -> _Status:
        """The status of the token: activated."""
    @property
    def drift(self) -> int:
        """The steps that the token's clock is ahead."""
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Directory:
    """Users and their tokens in one SQLite file or on a PostgreSQL server, made by `Directory.create` and opened by
    `Directory.open`.

    Errors are DirectoryError; wrong codes are Mismatch and Locked. A code is accepted once, on any number of threads and
    processes. Ctrl-C ends every call within a second; the exception says whether something was done.

    A process that has a SQLite directory open must not open its file in another way, neither with Python's own `sqlite3` nor to
    copy it: to close the file again releases the locks of the directory, and without them the database can be damaged.
    `sqlite3.connect` and `open` raise a DirectoryError for the file of an open directory, and so does `Directory.open` for a
    file that the process has open (on Linux, which shows it). For copies there is `backup`, for reports `users`, `tokens` and
    `events`. Another process may use any SQLite.

    A directory survives `os.fork` (gunicorn --preload, multiprocessing): it is closed for the moment of the fork, and each
    process opens it again at its next call. A fork that bypasses Python's hooks is a DirectoryError in the child.
    """

    def __new__(cls, *_args: NoReturn, **_kwargs: NoReturn) -> Directory: ...
    @staticmethod
    def open(
        url: str | os.PathLike[str], keys: str | os.PathLike[str] | None = None, *, legacy: bool = False
    ) -> Directory:
        """Opens a directory that exists.

        `url` is `sqlite:FILE` or the path of the file, `postgres://user:password@host/database?tenant=…` for a directory on a
        PostgreSQL server, or `sqlite::memory:` for an empty directory in memory. A password that is not in the URL is that of
        PGPASSWORD or of the file that PGPASSFILE names. `keys` is the file of the key ring, by default `oath.keys` beside the
        file of the database, or in the working folder.
        """
    @staticmethod
    def create(
        url: str | os.PathLike[str], keys: str | os.PathLike[str] | None = None, *, legacy: bool = False
    ) -> Directory:
        """Makes the database, or the tables on a server, and the key ring, and opens the directory. A file or a directory that
        exists is never overwritten.
        """
    def add_user(
        self, upn: str, *, kind: _UserKind | None = None, display_name: str | None = None, at: _Time = None
    ) -> UserDict:
        """Adds a user. `kind` is 'member' or 'guest'; guests hold no hardware token. Without it the name says: a guest's holds
        `#EXT#`.
        """
    def import_users(self, source: _Source, *, dry_run: bool = False, at: _Time = None) -> UserImportDict:
        """Adds the users of a CSV file, or makes them like its rows: the column userPrincipalName and, optional, userType,
        displayName, accountEnabled and id. `dry_run=True` reports and changes nothing.
        """
    def sync_users(
        self,
        source: _Source,
        *,
        leavers: Literal["keep", "disable", "remove"] = "disable",
        many_leavers: bool = False,
        dry_run: bool = False,
        at: _Time = None,
    ) -> UserSyncDict:
        """Makes the users like a CSV file that lists all of them: as `import_users`, and users who are not in it are disabled,
        removed or kept.

        More than a quarter of the users, and at least 5, leave only with `many_leavers=True`. `dry_run=True` reports and changes nothing.
        """
    def user(self, upn: str, *, at: _Time = None) -> UserDetailsDict:
        """Returns a user by name, with the user's tokens and the wait after wrong codes in seconds."""
    def rename_user(self, upn: str, new: str, *, at: _Time = None) -> UserDict:
        """Gives a user another user name. The tokens stay."""
    def enable_user(self, upn: str, enabled: bool = True, *, at: _Time = None) -> UserDict:
        """Lets a user sign in, or with `enabled=False` no longer. The tokens stay."""
    def remove_user(self, upn: str, *, dry_run: bool = False, at: _Time = None) -> RemovedDict:
        """Takes a user out of the directory. Hardware tokens are available again, software tokens are deleted.

        Returns the serial numbers of both. `dry_run=True` says what would become of them, and changes nothing.
        """
    def similar_users(self, upn: str, *, at: _Time = None) -> list[str]:
        """Returns the names of users that may be meant by this one, which no user has: at most three."""
    def users(
        self, *, after: str | None = None, limit: int | None = None, locked: bool = False, at: _Time = None
    ) -> list[UserStatusDict]:
        """Returns all users, in the order of their names.

        `limit` and `after`, the last user name of the page before, read them page by page. `locked=True` returns those who have
        to wait after wrong codes.
        """
    def tokens(
        self,
        *,
        status: _Status | None = None,
        upn: str | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> list[TokenDict]:
        """Returns all tokens, those of a status, or those of a user, in the order of their serial numbers.

        `limit` and `after`, the last serial number of the page before, read them page by page.
        """
    def similar_serials(self, serial: str) -> list[str]:
        """Returns serial numbers of tokens that may be meant by this one, which no token has: at most three."""
    def token(self, serial: str) -> TokenDict:
        """Returns a token by its serial number."""
    def upload(
        self,
        source: _Source,
        *,
        format: str | None = None,
        target: str | None = None,
        repairs: Literal["offer", "apply"] = "offer",
        assign: bool = False,
        resume: int | None = None,
        at: _Time = None,
    ) -> UploadDict:
        """Imports a seed file: a path, bytes, or an open file. Rows that fail are counted; `failures(upload)` says why.

        A file for Entra ID is checked by Entra ID's rules: rows without a user fail, unless `target` is 'inventory'.
        `repairs="apply"` makes the repairs that are safe. `assign=True` gives a token that is in the directory already, and that
        no user holds, to the user of its row; without it the row fails.

        A file that cannot be read to its end changes nothing. A path is read twice, in bounded memory. `resume` is the number of
        an upload of the same file that was broken off.
        """
    def preview_upload(
        self,
        source: _Source,
        *,
        format: str | None = None,
        target: str | None = None,
        repairs: Literal["offer", "apply"] = "offer",
        assign: bool = False,
        at: _Time = None,
    ) -> PreviewDict:
        """Returns what `upload` would come to, and writes nothing."""
    def uploads(self, *, at: _Time = None) -> list[UploadDict]:
        """Returns the uploads whose status is still kept."""
    def upload_status(self, upload: int, *, at: _Time = None) -> UploadDict:
        """Returns an upload by its number."""
    def undo_upload(self, upload: int, *, dry_run: bool = False, at: _Time = None) -> tuple[int, list[str]]:
        """Takes back the tokens that an upload brought and that nothing has changed since. Returns how many, and the serial numbers
        of those that stay, as they were assigned or activated since. `dry_run=True` changes nothing."""
    def delete_upload(self, upload: int, *, at: _Time = None) -> None:
        """Deletes the status and the failures of an upload. The tokens stay."""
    def failures(
        self, upload: int, *, skip: int = 0, limit: int | None = None, at: _Time = None
    ) -> list[FailureDict]:
        """Returns the rows of an upload that failed: which line, why, and what to do.

        `limit` and `skip`, how many were on the pages before, read them page by page.
        """
    def assign(self, serial: str, upn: str, *, at: _Time = None) -> None:
        """Assigns an available token to a user."""
    def unassign(self, serial: str, *, at: _Time = None) -> None:
        """Takes a token from its user, back into the inventory."""
    def activate(self, serial: str, code: str, next_code: str | None = None, *, at: _Time = None) -> Synchronized:
        """Activates a token by the code on its display.

        One code is enough within 30 minutes of the expected time. After NextCodeNeeded or Ambiguous, give the next code as
        well: two codes find a clock that is off by up to a day.
        """
    def resync(self, serial: str, code: str, next_code: str, *, at: _Time = None) -> Synchronized:
        """Finds an activated token again whose clock has drifted away, by two consecutive codes."""
    def deactivate(self, serial: str, *, at: _Time = None) -> None:
        """Ends the sign-ins of a token. Its user keeps it."""
    def delete(self, serial: str, *, at: _Time = None) -> None:
        """Deletes a token. Its used codes stay used."""
    def bulk(
        self,
        operation: Literal["assign", "activate", "unassign", "delete"],
        source: _Source,
        *,
        dry_run: bool = False,
        at: _Time = None,
    ) -> BulkDict:
        """Does one operation for each row of a CSV file: 'assign', 'activate', 'unassign' or 'delete'.

        Its first line names the columns: serial number and, as the operation needs them, upn, code and next code. A row that fails
        does not stop the others. Give the same file again to go on: rows that are done already are 'unchanged'. `dry_run=True`
        returns what would become of each row and changes nothing.
        """
    def verify(self, upn: str, code: str, *, source: str | None = None, at: _Time = None) -> SignedIn:
        """Signs a user in.

        Raises Mismatch for a wrong code, a used code and an unknown user alike, Locked after too many wrong codes, and
        MalformedCode. `except Rejected` catches all of them.

        `source` names where the sign-in comes from, as an identifier of the device that a stranger cannot know: a source that the
        user has signed in from has attempts of its own, so that guesses of strangers do not lock it.
        """
    def acting_as(self, upn: str) -> Directory:
        """Returns the same directory for a user of it, who may do what the user's roles allow: what they do not raises
        DirectoryError with the code 'denied', and the audit log has an event of it.

        Who it is, the caller knows, by a sign-in for example. To close either of the two closes both.
        """
    def change_roles(
        self, upn: str, *, add: Sequence[str] = ..., remove: Sequence[str] = ..., at: _Time = None
    ) -> UserDict:
        """Gives a user roles and takes others away; a role in both is taken away. Returns the user.

        The roles are helpdesk-administrator, auditor, authentication-administrator, privileged-authentication-administrator,
        authentication-policy-administrator and global-administrator.
        """
    def issue_recovery(self, upn: str, *, at: _Time = None) -> tuple[str, ...]:
        """Gives a user ten new recovery codes, each good for one sign-in, in the place of all former ones. They cannot be read
        again.
        """
    def recovery_left(self, upn: str) -> int:
        """Returns how many recovery codes a user has left."""
    def reset_recovery(self, upn: str, *, at: _Time = None) -> int:
        """Takes all recovery codes from a user. Returns how many there were."""
    def verify_recovery(self, upn: str, code: str, *, source: str | None = None, at: _Time = None) -> int:
        """Signs a user in by a recovery code, which is used up with it. Returns how many are left.

        Raises what `verify` raises; both share their attempts.
        """
    def report(self, *, at: _Time = None) -> ReportDict:
        """Returns the fleet in numbers: stock by model, clocks, tokens without a code for 90 days, users and tokens near a lock."""
    def enroll(self, upn: str, *, issuer: str | None = None, at: _Time = None) -> tuple[str, KeyUri]:
        """Makes a software token. Returns its serial number and its URI for the user's app, which cannot be read again.

        `issuer` is the name that the app shows.
        """
    def reenroll(
        self, upn: str, serial: str | None = None, *, issuer: str | None = None, at: _Time = None
    ) -> tuple[str, KeyUri]:
        """Makes a new software token that takes the place of one of the user's when it is confirmed; until then the old one signs in.

        `serial` names the one to replace; without it the user must have just one that signs in. Returns what `enroll` returns.
        """
    def cancel_enrolment(self, upn: str, *, at: _Time = None) -> str:
        """Gives up the software token that waits for its first code, and returns its serial number."""
    def confirm(self, upn: str, code: str, next_code: str | None = None, *, at: _Time = None) -> Synchronized:
        """Activates the software token by the first code that the app shows. The one that it replaces is deleted."""
    def unlock_user(self, upn: str, *, at: _Time = None) -> None:
        """Ends the wait of a user after wrong codes."""
    def unlock_token(self, serial: str, *, at: _Time = None) -> None:
        """Ends the wait of a token after wrong codes at activation and resynchronization."""
    def reset_token(self, serial: str, *, at: _Time = None) -> None:
        """Accepts codes of now again from a token that a clock set ahead has used up. No code that was used up to now is good again."""
    def chains(self) -> list[int]:
        """Returns the chains of the audit log: on a server one or more for all machines, in a SQLite file the one chain 0."""
    def events(
        self,
        *,
        upn: str | None = None,
        serial: str | None = None,
        action: str | None = None,
        since: _Time = None,
        until: _Time = None,
        after: int = 0,
        limit: int = 1000,
        chain: int | None = None,
    ) -> list[EventDict]:
        """Returns the events of a chain of the audit log after the one with the number `after`; by default of the first chain.

        `upn`, `serial`, `action` (such as 'signed-in'), `since` and `until` return those about a user, about a token, of a kind,
        and of a time; both limits of time belong to it. `limit` is how many are returned.
        """
    def verify_audit(self, *, contains: Sequence[str] | None = None) -> AuditDict:
        """Returns the number of events, the hash of the last one, and the ends of the chains, as 'NUMBER:HASH' or
        'CHAIN/NUMBER:HASH'. Raises DirectoryError where the log was changed.

        `contains` holds ends that were noted down before: it raises where the log does not have them any more. `pruned` is, of
        each chain that was pruned, the last event that the database does not hold.
        """
    def checkpoint(self, *, at: _Time = None) -> list[str]:
        """Writes the ends of all chains down in the audit log, so that `verify_audit` misses a chain that is cut off or removed later.

        To be called from time to time where several machines write. Returns the ends, as 'NUMBER:HASH' or 'CHAIN/NUMBER:HASH'.
        """
    def export_audit(self, path: str | os.PathLike[str], until: int | float | datetime) -> int:
        """Writes the beginning of the audit log, up to a time, into a new file: JSON lines that anyone can read and that the key
        ring verifies. Returns the number of events; where there are none, no file is made."""
    def verify_export(self, path: str | os.PathLike[str]) -> int:
        """Checks an exported file against the key ring, and that it and the database hold all events between them. Returns the
        number of events in the file."""
    def prune_audit(self, path: str | os.PathLike[str], *, dry_run: bool = False, at: _Time = None) -> int:
        """Deletes the events from the database that an exported file verifiably holds. Returns how many. `dry_run=True` deletes
        nothing."""
    def backup(self, path: str | os.PathLike[str]) -> None:
        """Writes a copy of the database into a new file, while others use the directory.

        The copy needs the key ring, which belongs into another place than the copy.
        """
    @staticmethod
    def restore(
        url: str | os.PathLike[str],
        backup: str | os.PathLike[str],
        keys: str | os.PathLike[str] | None = None,
        *,
        replace: bool = False,
        clock_checked: bool = False,
        at: _Time = None,
    ) -> Path | None:
        """Puts a backup in the place of the database, and refuses every code up to now.

        The database of `url` must not be open, here or in another process. With `replace=True` one that is there is kept under
        another name, which is returned. `keys` is the key ring of the backup. Open the directory with `Directory.open` then.

        A backup with an event that is later than now is refused (`clock-behind`): set the clock right, or say `clock_checked=True`
        where it is right and the event was written by a clock that was ahead.
        """
    @staticmethod
    def preview_restore(
        url: str | os.PathLike[str],
        backup: str | os.PathLike[str],
        keys: str | os.PathLike[str] | None = None,
        *,
        replace: bool = False,
        clock_checked: bool = False,
        at: _Time = None,
    ) -> RestorePreviewDict:
        """Says what `Directory.restore` would put in the place of what. Checks the backup and the key ring, and changes nothing."""
    @staticmethod
    def migrate(
        url: str | os.PathLike[str],
        keys: str | os.PathLike[str] | None = None,
        *,
        accept_unbound: bool = False,
        at: _Time = None,
    ) -> MigratedDict:
        """Brings a directory of an older version forward: a SQLite file, which is kept under another name, or the tables on a server.

        No process may have a file open. Codes up to now are refused afterwards, and the policy is the default one. A file of format
        1 is bound to no key ring; `accept_unbound=True` takes over what stands in it.
        """
    @staticmethod
    def preview_migration(
        url: str | os.PathLike[str],
        keys: str | os.PathLike[str] | None = None,
        *,
        at: _Time = None,
    ) -> MigrationPreviewDict:
        """Says what `Directory.migrate` would come to, by a migration of a copy that is deleted afterwards."""
    def restored(self, *, clock_checked: bool = False, at: _Time = None) -> int:
        """Refuses every code up to now, after the database was restored by other means than `Directory.restore`.

        Returns up to when codes are refused (Unix seconds): now, or later where an earlier restore left a later time.
        `clock_checked` as for `Directory.restore`."""
    def lower_floor(self, *, clock_checked: bool = False, at: _Time = None) -> int | None:
        """Accepts codes again where the clock was ahead at a restore: from now on only the codes up to now are refused.

        Returns up to when codes were refused before (Unix seconds). None, and changes nothing, where that is not in the future.
        `clock_checked` as for `Directory.restore`."""
    def refused_until(self) -> int:
        """Returns up to when all codes are refused (Unix seconds); 0 where the database was never restored."""
    def last_event(self) -> int | None:
        """Returns when the newest event of the audit log was written (Unix seconds)."""
    def keys(self) -> list[SealingKeyDict]:
        """Returns the sealing keys of the key ring. The one that `seals` seals new secrets."""
    def add_key(self, *, at: _Time = None) -> str:
        """Adds a new key to the file of the key ring, and returns its name.

        It does not seal yet: give the file to all processes that use the directory first, and open it there again.
        """
    def activate_key(self, name: str, *, at: _Time = None) -> None:
        """Seals new secrets under this key from now on."""
    def remove_key(self, name: str, *, at: _Time = None) -> int:
        """Takes a key out of the file of the key ring. Refused while a token is sealed under it.

        Returns how many secrets of deleted tokens it recognises. Where there are any, it is retired: it opens nothing any more,
        and their used codes stay used.
        """
    def rotate_keys(self, *, dry_run: bool = False, at: _Time = None) -> tuple[int, list[str]]:
        """Seals all secrets again under the key that seals, while sign-ins go on.

        Returns how many, and the serial numbers of tokens whose secret does not open. A rotation that was interrupted goes on
        when it is called again. `dry_run=True` counts, and changes nothing.
        """
    def check_keys(self) -> SealReportDict:
        """Opens the secrets of all tokens, and counts the tokens of each key."""
    def policy(self) -> dict[str, str]:
        """Returns the rules of the directory: the value of each by its name, as `oath policy show` prints it."""
    def set_policy(self, changes: dict[str, str], *, dry_run: bool = False, at: _Time = None) -> dict[str, str]:
        """Changes rules: a value for each name, as `oath policy set` takes it. All of them or none.

        The next decision of every process goes by them. Returns the rules as they are then; with `dry_run=True` nothing is
        changed. `DirectoryError` with the code 'policy-changed' where another caller changed them at the same moment.
        """
    def close(self) -> None:
        """Closes the files, once the calls of other threads have ended.

        A later call raises DirectoryError with the code 'directory-closed'. To close twice does no harm, and a Directory
        without references closes itself.
        """
    def __enter__(self) -> Directory: ...
    def __exit__(self, *_raised: object) -> None: ...

class OathError(Exception):
    """The base class of the exceptions of this package. `code` is a stable name; `action` says what to do."""

    code: str
    action: str

class Rejected(OathError):
    """A code that is not accepted. The stored state stays as it is."""

class Mismatch(Rejected):
    """No step of the window has this code."""

class NextCodeNeeded(Mismatch):
    """One code does not activate a token, unless its clock is near the expected one. Give the next code as well."""

class Replayed(Rejected):
    """The code was used, or a later one was. It reads like a Mismatch, so that a stranger does not learn that it was right."""

class Ambiguous(Rejected):
    """The codes match more than one place."""

class Locked(Rejected):
    """Too many wrong codes. The next code is read in `retry_after` seconds."""

    retry_after: int
    def __init__(self, retry_after: int) -> None: ...

class MalformedCode(Rejected, ValueError):
    """The text is not six to eight digits. `except Rejected` catches it too: a user who mistypes is refused."""

class SecretError(OathError, ValueError):
    """The text is not Base32 or hex, or the secret is too short. The error never shows the secret."""

class UriError(OathError, ValueError):
    """The text is not an otpauth URI that can be read, or the URI is too long for a QR code."""

class SeedFileError(OathError, ValueError):
    """The file is not a seed file that can be read, or a format cannot hold a record."""

    line: int | None
    def __init__(self, message: str, code: str, action: str, line: int | None = None) -> None: ...

class DirectoryError(OathError):
    """The rules of the directory forbid it, or its database or key ring failed."""

    line: int | None
    def __init__(self, message: str, code: str, action: str, line: int | None = None) -> None: ...

class DirectoryValueError(DirectoryError, ValueError):
    """The text is not a user name, the URL of a database, or a file of users."""
