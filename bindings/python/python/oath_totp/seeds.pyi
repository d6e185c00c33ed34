r"""Seed files: read, checked, repaired, converted.

>>> from oath_totp import seeds
>>> file = seeds.read(b"upn,serial number,secret key,time interval,manufacturer,model\r\n"
...                   b"alice@example.com,0950380269,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,30,Example,One\r\n")
>>> [record.serial for record in file.records]
['0950380269']
>>> file.records[0].to_dict()["secret"]
'********'

"""

import os
from collections.abc import Iterable, Iterator
from typing import IO, Any, final, overload

from oath_totp import Secret

__all__ = ["Finding", "Record", "Records", "SeedFile", "formats", "read", "write"]

@final
class Record:
    """One token. `step` and `t0` are None where it counts events, `counter` where it counts time."""

    @property
    def line(self) -> int: ...
    @property
    def upn(self) -> str | None: ...
    @property
    def serial(self) -> str: ...
    @property
    def secret(self) -> Secret: ...
    @property
    def algorithm(self) -> str: ...
    @property
    def digits(self) -> int: ...
    @property
    def step(self) -> int | None: ...
    @property
    def t0(self) -> int | None: ...
    @property
    def counter(self) -> int | None: ...
    @property
    def manufacturer(self) -> str: ...
    @property
    def model(self) -> str: ...
    def to_dict(self, *, expose_secret: bool = False) -> dict[str, Any]: ...

@final
class Records:
    """The records of a file, in its order, made one by one when they are asked for."""

    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: int, /) -> Record: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[Record]: ...
    def __iter__(self) -> Iterator[Record]: ...
    def to_dicts(self, *, expose_secrets: bool = False) -> list[dict[str, Any]]: ...
    def to_dataframe(self, *, expose_secrets: bool = False) -> Any:
        """A pandas.DataFrame, where pandas is installed."""

@final
class Finding:
    """Something about a file that a person should know: where, what was found (never the secret), what to do."""

    @property
    def code(self) -> str: ...
    @property
    def severity(self) -> str:
        """'error', 'warning' or 'note'."""
    @property
    def line(self) -> int | None: ...
    @property
    def column(self) -> int | None: ...
    @property
    def field(self) -> str | None: ...
    @property
    def message(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def repair(self) -> str | None:
        """What `repairs="apply"` would do."""
    @property
    def repaired(self) -> bool: ...
    def to_dict(self) -> dict[str, Any]: ...

@final
class SeedFile:
    @property
    def format(self) -> str: ...
    @property
    def encoding(self) -> str: ...
    @property
    def records(self) -> Records: ...
    @property
    def findings(self) -> list[Finding]: ...

def formats() -> list[str]:
    """The names of the formats that are read and written."""

def read(
    source: str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes] | IO[str],
    format: str | None = None,
    *,
    password: str | bytes | None = None,
    key: str | bytes | None = None,
    upn: str = "required",
    repairs: str = "offer",
) -> SeedFile:
    """Reads a path, bytes or an open file. The format is recognised where none is named.

    A row that is no record is an error among the findings; a file that is no seed file raises SeedFileError.
    """

def write(records: Records | Iterable[Record], format: str) -> bytes:
    """All records, or, where the format cannot carry one of them, SeedFileError and nothing."""
