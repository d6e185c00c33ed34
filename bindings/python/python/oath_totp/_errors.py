# Without slots of their own they are made and thrown away in half the time; attributes can be set all the same.
class OathError(Exception):
    __slots__ = ()
    code = "error"
    action = ""


class Rejected(OathError):
    __slots__ = ()
    code = "rejected"


class Mismatch(Rejected):
    __slots__ = ()
    code = "mismatch"
    action = "wait for the next code and type that"

    def __str__(self) -> str:
        return "the code is not valid"


class Replayed(Rejected):
    __slots__ = ()
    code = "replayed"
    action = Mismatch.action

    # The same as a mismatch's: whoever types a used code must not learn that it was right.
    __str__ = Mismatch.__str__


class Ambiguous(Rejected):
    __slots__ = ()
    code = "ambiguous"
    action = "give the next code of the token as well, behind this one"

    def __str__(self) -> str:
        return "the code fits more than one moment; the next code is needed as well"


class Locked(Rejected):
    __slots__ = ()
    code = "locked"
    action = "wait, then try again"

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"too many wrong codes; the next one is read in {self.retry_after} s"


class MalformedCode(Rejected, ValueError):
    __slots__ = ()
    code = "malformed-code"
    action = "type the code as the token shows it"


class SecretError(OathError, ValueError):
    __slots__ = ()
    code = "secret"
    action = "compare it with where it came from"


class UriError(OathError, ValueError):
    __slots__ = ()
    code = "uri"
    action = "scan it again, or compare it with where it came from"


class _Told(OathError):
    """With what to do, and a stable name of what happened."""

    def __init__(self, message: str, code: str, action: str, line: int | None = None) -> None:
        super().__init__(message, code, action, line)
        self.code = code
        self.action = action
        self.line = line

    def __str__(self) -> str:
        place = "" if self.line is None else f"line {self.line}: "
        return f"{place}{self.args[0]} (to do: {self.action})" if self.action else f"{place}{self.args[0]}"


class SeedFileError(_Told, ValueError):
    pass


class DirectoryError(_Told):
    pass


class DirectoryValueError(DirectoryError, ValueError):
    pass


for _error in list(globals().values()):
    if isinstance(_error, type):
        _error.__module__ = "oath_totp"
