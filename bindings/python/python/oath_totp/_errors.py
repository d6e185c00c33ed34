# Empty slots halve the time to make an exception. Attributes can be set all the same, as on every exception.
class OathError(Exception):
    """The base class of the exceptions of this package. `code` is a stable name; `action` says what to do."""

    __slots__ = ()
    code = "error"
    action = ""


class Rejected(OathError):
    """A code that is not accepted. The stored state stays as it is."""

    __slots__ = ()
    code = "rejected"


class Mismatch(Rejected):
    """No step of the window has this code."""

    __slots__ = ()
    code = "mismatch"
    action = "wait for the next code and type it"

    def __str__(self) -> str:
        return "the code is not valid"


class NextCodeNeeded(Mismatch):
    """One code does not activate a token, unless its clock is near the expected one. Give the next code as well."""

    __slots__ = ()
    code = "next-code-needed"
    action = "check the serial number, and give two codes: the one on the display and the next one after it"

    def __str__(self) -> str:
        return "the code is not one that the token shows near the expected time; the next code is needed as well"


class Replayed(Rejected):
    """The code was used, or a later one was. It reads like a Mismatch, so that a stranger does not learn that it was right."""

    __slots__ = ()
    code = "replayed"
    action = Mismatch.action

    # The text of a mismatch: a stranger who types a used code must not learn that it was right.
    __str__ = Mismatch.__str__


class Ambiguous(Rejected):
    """The codes match more than one place."""

    __slots__ = ()
    code = "ambiguous"
    action = "give the next code of the token as well, after this one"

    def __str__(self) -> str:
        return "the code matches more than one place; the next code is needed as well"


class Locked(Rejected):
    """Too many wrong codes. The next code is read in `retry_after` seconds."""

    __slots__ = ()
    code = "locked"
    action = "wait, then try again"

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"too many wrong codes; the next code is read in {self.retry_after} s"


class MalformedCode(Rejected, ValueError):
    """The text is not six to eight digits. `except Rejected` catches it too: a user who mistypes is refused."""

    __slots__ = ()
    code = "malformed-code"
    action = "type the code as the token shows it"


class SecretError(OathError, ValueError):
    """The text is not Base32 or hex, or the secret is too short. The error never shows the secret."""

    __slots__ = ()
    code = "secret"
    action = "compare it with its source"


class UriError(OathError, ValueError):
    """The text is not an otpauth URI that can be read, or the URI is too long for a QR code."""

    __slots__ = ()
    code = "uri"
    action = "scan it again, or compare it with its source"


class _Told(OathError):
    """The base class of the exceptions that carry their own code and action."""

    def __init__(self, message: str, code: str, action: str, line: int | None = None) -> None:
        super().__init__(message, code, action, line)
        self.code = code
        self.action = action
        self.line = line

    def __str__(self) -> str:
        place = "" if self.line is None else f"line {self.line}: "
        return f"{place}{self.args[0]} (to do: {self.action})" if self.action else f"{place}{self.args[0]}"


class SeedFileError(_Told, ValueError):
    """The file is not a seed file that can be read, or a format cannot hold a record."""



class DirectoryError(_Told):
    """The rules of the directory forbid it, or its database or key ring failed."""



class DirectoryValueError(DirectoryError, ValueError):
    """The text is not a user name, the URL of a database, or a file of users."""



for _error in list(globals().values()):
    if isinstance(_error, type):
        _error.__module__ = "oath_totp"
