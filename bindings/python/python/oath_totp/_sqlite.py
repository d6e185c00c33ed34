"""Keeps Python's own SQLite away from the file of an open directory.

POSIX drops all of a process's locks on a file when any descriptor of it is closed, so two copies of SQLite in one process
release each other's locks. Python raises an audit event before `sqlite3.connect` opens a file, and an exception ends it.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

from oath_totp._errors import DirectoryError


def watch(holds: Callable[[str], bool]) -> None:
    """Refuses `sqlite3.connect` for a file that `holds` knows to be open here."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event != "sqlite3.connect":
            return
        try:
            path = os.fspath(arguments[0])
        except (IndexError, TypeError):
            return
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        if path.startswith("file:"):
            from urllib.parse import unquote, urlsplit

            path = unquote(urlsplit(path).path)
        if holds(path):
            raise DirectoryError(
                "a Directory of this process has the file open, and a second SQLite in the process would damage it",
                "database-in-use",
                "use Directory.backup, users, tokens or events, close the directory, or read the file in another process",
            )

    sys.addaudithook(hook)
