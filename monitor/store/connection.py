"""Opening the database, and the few conversions that every noun's file needs."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence, Sized
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from monitor.errors import StorageError
from monitor.store import schema_people, schema_sources, schema_training, schema_twice
from monitor.store.schema import KNOWN as _FIRST
from monitor.store.schema import migrations

Row = dict[str, Any]

KNOWN = (
    _FIRST | schema_people.KNOWN | schema_sources.KNOWN | schema_training.KNOWN | schema_twice.KNOWN
)
BUSY_TIMEOUT_MS = 10_000
# How long a new file may take until all that open it at once use its write-ahead log.
_SWITCH_SECONDS = 30.0
_LOOK_AGAIN_SECONDS = 0.02


def open_store(path: Path) -> Database:
    """Open (and create or upgrade) the database file for the calling thread.

    Raises:
        StorageError: the folder or file cannot be opened, is no SQLite database, or was written
            by a newer Siaga.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        db = Database(sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000))
        _write_ahead(db.conn)
        db.conn.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        # WAL with NORMAL loses nothing on a killed process; only a power cut may drop the newest
        # transactions, and those are fetched again because the cursor went with them.
        db.conn.execute("PRAGMA synchronous = NORMAL")
        db.conn.execute("PRAGMA foreign_keys = ON")
        if migrations.pending(db):
            _upgrade(db)
        unknown = _applied(db) - KNOWN
    except (sqlite3.Error, OSError) as error:
        raise StorageError(f"database: {path}: {error}") from error
    if unknown:
        raise StorageError(
            f"database: {path}: written by a newer siaga (unknown migrations: "
            f"{', '.join(sorted(unknown))}); install that version or restore a backup"
        )
    return db


def _write_ahead(conn: sqlite3.Connection) -> None:
    """Switch to the write-ahead log, which the file then keeps.

    Where several processes switch a new file at once, SQLite tells all but one that it is locked
    and does not wait, so this waits.
    """
    until = time.monotonic() + _SWITCH_SECONDS
    while True:
        try:
            conn.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() >= until:
                raise
            time.sleep(_LOOK_AGAIN_SECONDS)


def _upgrade(db: Database) -> None:
    # Two processes may start at once: the second waits here and then finds nothing pending.
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        migrations.apply(db)
        db.conn.execute("COMMIT")
    except sqlite3.Error:
        db.rollback()
        raise


def _applied(db: Database) -> set[str]:
    return {str(row["name"]) for row in db.query("SELECT name FROM _sqlite_migrations")}


def changed(db: Database, sql: str, args: Sequence[object] | dict[str, object] = ()) -> int:
    """Run one writing statement inside an open transaction; how many rows it changed."""
    return db.conn.execute(sql, args).rowcount


def one(db: Database, sql: str, args: Sequence[object] | dict[str, object] = ()) -> Row | None:
    """The first row of a query, or None."""
    return next(iter(rows(db, sql, args)), None)


def rows(db: Database, sql: str, args: Sequence[object] | dict[str, object] = ()) -> list[Row]:
    """All rows of a query as dicts."""
    return list(db.query(sql, args if isinstance(args, dict) else list(args)))


def placeholders(values: Sized) -> str:
    """The marks of ``IN (...)`` for so many values: ``?, ?, ?``."""
    return ", ".join("?" * len(values))


def to_epoch(at: datetime) -> int:
    """Whole seconds since 1970 UTC of an aware instant."""
    return int(at.timestamp())


def from_epoch(seconds: int) -> datetime:
    """The aware UTC instant of whole seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def maybe_epoch(at: datetime | None) -> int | None:
    """Like :func:`to_epoch`, keeping None."""
    return None if at is None else to_epoch(at)


def maybe_from_epoch(seconds: int | None) -> datetime | None:
    """Like :func:`from_epoch`, keeping None."""
    return None if seconds is None else from_epoch(seconds)


def storable(text: str) -> str:
    """``text`` as SQLite can keep it: no NUL, lone surrogates replaced."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
