"""One service a database: small files beside it, locked for as long as a process lives.

The lock is SQLite's own, so it works on every system and ends with its process, however that ends.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from monitor.errors import Refused, StorageError


@contextmanager
def held(database: Path, parts: Iterable[str]) -> Iterator[None]:
    """Be the only one that runs these parts of the service on this database.

    Raises:
        Refused: another process runs one of them.
        StorageError: the folder cannot be written.
    """
    with ExitStack() as stack:
        for part in parts:
            stack.enter_context(closing(_lock(database, part)))
        yield


def _lock(database: Path, part: str) -> sqlite3.Connection:
    file = database.with_suffix(f".{part}.lock")
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        lock = sqlite3.connect(file, timeout=0, isolation_level=None, check_same_thread=False)
    except (sqlite3.Error, OSError) as error:
        raise StorageError(f"lock: {file}: {error}") from error
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        lock.close()
        if "locked" in str(error):
            raise Refused(
                f"siaga: {database}: {part} runs already in another process; stop that one first"
            ) from None
        raise StorageError(f"lock: {file}: {error}") from error
    return lock
