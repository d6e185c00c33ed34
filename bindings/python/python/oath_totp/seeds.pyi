r"""Seed files: reads, checks, repairs and converts them.

>>> from oath_totp import seeds
>>> file = seeds.read(b"upn,serial number,secret key,time interval,manufacturer,model\r\n"
...                   b"alice@example.com,0950380269,HA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRX,30,Example,One\r\n")
>>> [record.serial for record in file.records]
['0950380269']
>>> file.records[0].to_dict()["secret"]
'********'

"""

from collections.abc import Iterable, Iterator
from typing import Any, Literal, final, overload

from oath_totp import Secret, _Algorithm, _Bytes, _Source, _Time
from oath_totp.types import FindingDict, RecordDict

__all__ = [
    "FailedRow",
    "Finding",
    "Matches",
    "Probe",
    "Reading",
    "Record",
    "Records",
    "SeedFile",
    "Shown",
    "convert",
    "formats",
    "probe",
    "read",
    "write",
]

@final
class Record:
    """One token of a seed file. `step` and `t0` are None for a counter-based token, `counter` for a time-based one.

    A record is read from a file, or made: `step` is 30 and `t0` is 0, unless a `counter` is given. It does not change; `replace`
    returns a changed copy.

    >>> from oath_totp import Secret, seeds
    >>> record = seeds.Record(Secret.from_bytes(b"12345678901234567890"), serial="0950380269", manufacturer="Example")
    >>> record
    Record(serial="0950380269", upn="", [secret elided])
    >>> seeds.write([record.replace(upn="alice@example.com")], "entra-csv").splitlines()[1]
    b'alice@example.com,0950380269,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,30,Example,'

    """

    def __new__(
        cls,
        secret: Secret,
        *,
        serial: str | None = None,
        upn: str | None = None,
        algorithm: _Algorithm = "SHA1",
        digits: int = 6,
        step: int | None = None,
        t0: int | None = None,
        counter: int | None = None,
        manufacturer: str = "",
        model: str = "",
        issuer: str | None = None,
        account: str | None = None,
        key_id: str | None = None,
        start: _Time = None,
        expiry: _Time = None,
        drift: int | None = None,
        last_used: _Time = None,
    ) -> Record: ...
    def replace(
        self,
        *,
        secret: Secret = ...,
        serial: str | None = ...,
        upn: str | None = ...,
        algorithm: _Algorithm = ...,
        digits: int = ...,
        step: int | None = ...,
        t0: int | None = ...,
        counter: int | None = ...,
        manufacturer: str = ...,
        model: str = ...,
        issuer: str | None = ...,
        account: str | None = ...,
        key_id: str | None = ...,
        start: _Time = ...,
        expiry: _Time = ...,
        drift: int | None = ...,
        last_used: _Time = ...,
    ) -> Record:
        """Returns a copy with other values in these fields. None removes a value; without a counter, a step is 30 and `t0` is 0.
        A counter takes the place of `step` and `t0`, and they take the place of a counter.

        >>> from oath_totp import Secret, seeds
        >>> record = seeds.Record(Secret.generate(), serial="0950380269", step=60)
        >>> changed = record.replace(upn="alice@example.com", counter=7)
        >>> changed.serial, changed.upn, changed.step, changed.counter
        ('0950380269', 'alice@example.com', None, 7)
        >>> changed.secret == record.secret
        True

        """
    __replace__ = replace
    @property
    def place(self) -> str | None:
        """Where it stands in its file: `line 3`, `KeyPackage 2`. None where it comes from no file."""
    @property
    def line(self) -> int | None:
        """The line of the file; None where the place is none."""
    @property
    def upn(self) -> str | None:
        """The user, or None."""
    @property
    def serial(self) -> str | None:
        """The serial number; None where the format has none."""
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
    def step(self) -> int | None:
        """The seconds of a time step, or None."""
    @property
    def t0(self) -> int | None:
        """The Unix time at which the steps begin to count, or None."""
    @property
    def counter(self) -> int | None:
        """The counter, or None."""
    @property
    def manufacturer(self) -> str:
        """The manufacturer."""
    @property
    def model(self) -> str:
        """The model."""
    @property
    def issuer(self) -> str | None:
        """Who runs the service, or None."""
    @property
    def account(self) -> str | None:
        """The account at the service, or None."""
    @property
    def key_id(self) -> str | None:
        """The identifier of the key, or None."""
    @property
    def start(self) -> int | None:
        """The Unix time from which the token may be used, or None."""
    @property
    def expiry(self) -> int | None:
        """The Unix time until which the token may be used, or None."""
    @property
    def drift(self) -> int | None:
        """The number of steps by which the token's clock is ahead, or None."""
    @property
    def last_used(self) -> int | None:
        """The Unix time at which a code was last accepted, or None."""
    def to_dict(self, *, expose_secret: bool = False) -> RecordDict:
        """Returns the fields by their names. The secret is masked unless it is asked for."""

@final
class Records:
    """The records of a file, in its order. A Record is made when it is asked for."""

    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: int, /) -> Record: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[Record]: ...
    def __iter__(self) -> Iterator[Record]: ...
    def find(self, codes: str | Iterable[str], at: _Time = None, radius: int = 10) -> Matches:
        """Finds the tokens that show this code, or these two or three consecutive codes: time-based ones within `radius` steps of
        the time, counter-based ones from their counter to twice the radius further. There is no replay protection: do not let
        a user in by it.

        >>> from oath_totp import Totp, seeds
        >>> records = seeds.read("tokens.csv").records
        >>> code = Totp(records[0].secret).generate(1_700_000_060)
        >>> [(shown.record.serial, shown.offset) for shown in records.find(code, at=1_700_000_000).shown]
        [('2300001', 2)]

        """
    def to_dicts(self, *, expose_secrets: bool = False) -> list[RecordDict]:
        """Returns all records as dictionaries. Secrets are masked unless they are asked for."""
    def to_dataframe(self, *, expose_secrets: bool = False) -> Any:
        """Returns a pandas.DataFrame, where pandas is installed. Secrets are masked unless they are asked for."""

@final
class Finding:
    """A finding of a file: where, what was found (never the secret), and what to do."""

    @property
    def code(self) -> str:
        """The stable name of this kind of finding."""
    @property
    def severity(self) -> Literal["error", "warning", "note"]:
        """The severity: error, warning or note."""
    @property
    def place(self) -> str | None:
        """Where in the file: `line 3`, `KeyPackage 2`. None for the file as a whole."""
    @property
    def line(self) -> int | None:
        """The line of the file, or None."""
    @property
    def column(self) -> int | None:
        """The column of the line, or None."""
    @property
    def field(self) -> str | None:
        """The name of the field, or None."""
    @property
    def message(self) -> str:
        """What was found."""
    @property
    def action(self) -> str:
        """What to do."""
    @property
    def repair(self) -> str | None:
        """The repair that `repairs="apply"` makes, or None."""
    @property
    def repaired(self) -> bool:
        """Whether the repair was made."""
    def to_dict(self) -> FindingDict:
        """Returns the fields by their names."""

@final
class FailedRow:
    """A row that could not be read as a record, without its secret. The findings say why."""

    @property
    def place(self) -> str | None:
        """Where in the file: `line 3`, `KeyPackage 2`. None for the file as a whole."""
    @property
    def line(self) -> int | None:
        """The line of the file, or None."""
    @property
    def upn(self) -> str | None:
        """The user, as far as one could be read."""
    @property
    def serial(self) -> str | None:
        """The serial number, as far as it could be read and is certainly no secret."""

@final
class SeedFile:
    """A seed file that was read."""

    @property
    def format(self) -> str:
        """The name of the format."""
    @property
    def target(self) -> str:
        """The system whose rules the records were checked against."""
    @property
    def encoding(self) -> str:
        """The name of the character encoding."""
    @property
    def records(self) -> Records:
        """The records."""
    @property
    def failed(self) -> list[FailedRow]:
        """The rows that could not be read as records."""
    @property
    def findings(self) -> list[Finding]:
        """The findings, in the order of the file."""

@final
class Reading:
    """A reading of a seed that gives the codes."""

    @property
    def text(self) -> Literal["Base32", "hex", "Base64", "text"]:
        """How the characters are read: Base32, hex, Base64 or text."""
    @property
    def stripped(self) -> bool:
        """Whether blanks, dashes and the like were taken out first."""
    @property
    def record(self) -> Record:
        """The token, without names."""
    @property
    def offset(self) -> int:
        """The steps that the token's clock is ahead at the last code; 0 for a counter-based token."""

@final
class Probe:
    """The result of `probe`."""

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The readings that give all codes, the likeliest first."""
    @property
    def tried(self) -> int:
        """How many readings were tried: texts, hashes, intervals and types."""
    @property
    def window(self) -> int:
        """How many steps or counters of each were searched for the first code."""
    @property
    def chance(self) -> float:
        """How many readings are expected to give all codes by chance. Near or above 1, the result says nothing: give the next code
        too.
        """

@final
class Shown:
    """A token that shows the codes."""

    @property
    def record(self) -> Record:
        """The token."""
    @property
    def offset(self) -> int:
        """The steps that its clock is ahead; for a counter-based token, the codes that it is ahead of its counter."""

@final
class Matches:
    """The result of `Records.find`."""

    @property
    def shown(self) -> tuple[Shown, ...]:
        """The tokens that show the codes, those with the smallest offset first."""
    @property
    def searched(self) -> int:
        """How many tokens were searched: those whose codes have as many digits."""
    @property
    def window(self) -> int:
        """How many steps or counters of each were searched."""
    @property
    def chance(self) -> float:
        """How many tokens are expected to show the codes by chance. Near or above 1, the result says nothing: give the next code too."""

def formats() -> list[str]:
    """Returns the names of the formats that are read and written."""

def read(
    source: _Source,
    format: str | None = None,
    *,
    target: str | None = None,
    password: str | _Bytes | None = None,
    key: str | _Bytes | None = None,
    openpgp_key: str | _Bytes | None = None,
    token_type: Literal["totp", "hotp"] | None = None,
    algorithm: _Algorithm | None = None,
    digits: Literal[6, 7, 8] | None = None,
    interval: int | None = None,
    lenient: bool = False,
    refuse_weak: bool = False,
    repairs: Literal["offer", "apply"] = "offer",
) -> SeedFile:
    """Reads a path, bytes or an open file. The format is recognised where none is named.

    `target` is the system that the tokens are for, by whose rules they are checked: 'entra' for a file with the header of
    Entra ID's upload, else 'any'. `password`, `key` (bytes, or hex) and `openpgp_key` open an encrypted file.
    `token_type`, `algorithm`, `digits` and `interval` are what a file means that leaves them out. `lenient` accepts what drafts
    of PSKC did differently, with a warning. `refuse_weak` refuses secrets of 80 to 127 bits for 'entra', 'graph' and 'inventory',
    instead of warning of them: with 'inventory' and it, the verdict is that of `Directory.upload`.

    A row without a record is among `failed`, and an error among the findings says why; a file that is not a seed file raises
    SeedFileError. The content of a file is passed as bytes: a str is a path, and one with a line end is refused. Ctrl-C ends the
    call.

    >>> from oath_totp import seeds
    >>> text = b"0950380269,3930323334353637383930313233343536373839"
    >>> seeds.read(text, "duo-csv", token_type="totp", digits=6, interval=60).records[0].step
    60

    """

def write(
    records: Records | Iterable[Record],
    format: str,
    *,
    target: str | None = None,
    accept_loss: bool = False,
    password: str | _Bytes | None = None,
    key: str | _Bytes | None = None,
) -> bytes:
    """Returns all records in this format. Raises SeedFileError where the format cannot hold one of them, or loses something of
    it and `accept_loss` is not given. `target` is the system that the file is for, where it is not the format's own. With a
    `password` or a `key` (bytes, or hex; 16, 24 or 32 bytes), the secrets of a PSKC file are encrypted.

    >>> from oath_totp import Secret, seeds
    >>> record = seeds.Record(Secret.generate(), serial="0950380269")
    >>> pskc = seeds.write([record], "pskc", key="00112233445566778899aabbccddeeff")
    >>> seeds.read(pskc, key="00112233445566778899aabbccddeeff").records[0].secret == record.secret
    True

    """

def convert(
    source: _Source,
    to: str,
    *,
    target: str | None = None,
    accept_loss: bool = False,
    output_password: str | _Bytes | None = None,
    output_key: str | _Bytes | None = None,
    format: str | None = None,
    password: str | _Bytes | None = None,
    key: str | _Bytes | None = None,
    openpgp_key: str | _Bytes | None = None,
    token_type: Literal["totp", "hotp"] | None = None,
    algorithm: _Algorithm | None = None,
    digits: Literal[6, 7, 8] | None = None,
    interval: int | None = None,
    lenient: bool = False,
    repairs: Literal["offer", "apply"] = "offer",
) -> bytes:
    r"""Reads a file and returns its records in another format: `read` and `write` in one, with their arguments. `target`,
    `accept_loss`, `output_password` and `output_key` are those of the new file. Raises SeedFileError where a row cannot be read:
    nothing is left out silently.

    >>> from oath_totp import seeds
    >>> seeds.convert("tokens.csv", "linotp-csv", accept_loss=True)
    b'2300001,3839303132333435363738393031323334353637,totp,6,30,sha1\r\n'

    """

def probe(
    seed: str, codes: str | Iterable[str | tuple[str, _Time]], *, at: _Time = None, radius: int = 2880
) -> Probe:
    """Finds which reading of a seed gives codes that its token showed: Base32, hex, Base64 or the text itself, with each hash, as
    TOTP of 30 or 60 seconds within `radius` steps of the time, or as HOTP from counter 0 to twice the radius.

    `codes` is a code that is shown at `at`, or up to 16 of them in the order in which they were shown, each a str or a pair
    (code, time).

    >>> from oath_totp import seeds
    >>> found = seeds.probe("3132333435363738393031323334353637383930", ["005924", ("590587", 1_234_567_925)], at=1_234_567_890)
    >>> [(reading.text, reading.record.step, reading.offset) for reading in found.readings]
    [('hex', 30, 0)]

    """
