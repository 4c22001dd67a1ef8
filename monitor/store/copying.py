"""A whole copy of the store while others go on writing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from monitor.errors import StorageError
from monitor.store.connection import from_epoch, one


def copy_whole(db: Database, target: Path) -> None:
    """Copy the store as it is now into a new file; nobody has to wait meanwhile.

    Raises:
        StorageError: the store is damaged, or the disk is full.
    """
    try:
        db.conn.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as error:
        raise StorageError(f"database: cannot be copied: {error}") from error
    check_whole(target)


def check_whole(path: Path) -> None:
    """Look every page of a database file through.

    Raises:
        StorageError: it is damaged, or no database.
    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as conn:
            found = [str(row[0]) for row in conn.execute("PRAGMA quick_check(1)")]
    except sqlite3.Error as error:
        raise StorageError(f"database: {path}: {error}") from error
    if found != ["ok"]:
        raise StorageError(f"database: {path}: damaged: {found[0]}")


def last_copied(db: Database) -> datetime | None:
    """When the newest backup was made; None: never."""
    row = one(db, "SELECT at FROM audit WHERE action = 'backup' ORDER BY seq DESC LIMIT 1")
    return None if row is None else from_epoch(row["at"])
