"""Keeps Python's own SQLite, and `open`, away from the file of an open directory.

POSIX drops all of a process's locks on a file when any descriptor of it is closed. So two copies of SQLite in one process
release each other's locks, and so does a copy by `shutil`. Python raises an audit event before `sqlite3.connect` or `open`
opens a file, and an exception ends it.
"""

import os
import sys
from collections.abc import Callable
from typing import Any


def watch(refuse_held: Callable[[str], None]) -> None:
    """Calls `refuse_held` before `sqlite3.connect` or `open` opens a file. It raises for the file of an open directory."""
    # Names of this function outlive those of the module, and files are opened while Python ends.
    fspath, fsdecode = os.fspath, os.fsdecode

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in ("sqlite3.connect", "open"):
            return
        try:
            path = fspath(arguments[0])
        except (IndexError, TypeError):
            return
        if isinstance(path, bytes):
            path = fsdecode(path)
        if event == "sqlite3.connect" and path.startswith("file:"):
            from urllib.parse import unquote, urlsplit

            path = unquote(urlsplit(path).path)
        refuse_held(path)

    sys.addaudithook(hook)
