"""Tokens that change while Siaga runs: a small database of its own beside the big one.

It lies apart, readable by its owner only, so that whoever copies the comments gets no access to the
office's accounts. SQLite's write lock lets one process at a time renew; a token is on the disk
(synchronous = FULL) before anybody uses it. A service that still runs with what an admin has
replaced keeps its tokens beside the new ones, never over them.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from monitor.errors import StorageError
from monitor.platforms.offer import Tokens
from monitor.records import SourceId

_WAIT_SECONDS = 120.0  # another process may be in the middle of a renewal, time-outs and all
_TABLE = (
    "CREATE TABLE IF NOT EXISTS kept (source_id TEXT NOT NULL, seed TEXT NOT NULL, "
    "body TEXT NOT NULL, PRIMARY KEY (source_id, seed)) WITHOUT ROWID"
)
_TIMES = ("obtained_at", "expires_at", "refresh_expires_at")


def token_file(database: Path) -> Path:
    """Where the tokens of a database's sources lie."""
    return database.with_suffix(".tokens.db")


class StoredVault:
    """A :class:`~monitor.platforms.offer.Vault` of one source, for any thread and process."""

    def __init__(self, database: Path, source_id: SourceId) -> None:
        self._file = token_file(database)
        self._source = source_id

    def read(self, seed: str) -> Tokens | None:
        """The kept tokens; see the protocol.

        Raises:
            StorageError: the file cannot be read.
        """
        if not self._file.exists():
            return None
        with self._opened() as conn:
            return self._read(conn, seed)

    def renew(
        self, seed: str, stale: Tokens | None, ask: Callable[[Tokens | None], Tokens]
    ) -> Tokens:
        """Replace stale tokens; see the protocol.

        Raises:
            StorageError: the file cannot be written; new tokens would be lost, so none are asked.
        """
        with self._opened() as conn:
            self._begin(conn)  # whatever is raised below, closing takes it back
            kept = self._read(conn, seed)
            if kept is not None and (stale is None or kept.access != stale.access):
                return kept
            fresh = ask(kept)
            self._write(conn, seed, fresh)
            return fresh

    def put(self, seed: str, tokens: Tokens) -> None:
        """Keep tokens that an admin has just got, in the place of all others.

        Raises:
            StorageError: the file cannot be written.
        """
        with self._opened() as conn:
            self._begin(conn)
            conn.execute("DELETE FROM kept WHERE source_id = ?", (self._source,))
            self._write(conn, seed, tokens)

    def _write(self, conn: sqlite3.Connection, seed: str, tokens: Tokens) -> None:
        conn.execute(
            "INSERT OR REPLACE INTO kept (source_id, seed, body) VALUES (?, ?, ?)",
            (self._source, _mark(seed), _to_json(tokens)),
        )
        conn.execute("COMMIT")

    def _read(self, conn: sqlite3.Connection, seed: str) -> Tokens | None:
        row = conn.execute(
            "SELECT body FROM kept WHERE source_id = ? AND seed = ?", (self._source, _mark(seed))
        ).fetchone()
        return None if row is None else _from_json(row[0])

    def _begin(self, conn: sqlite3.Connection) -> None:
        try:
            conn.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise StorageError(f"tokens: {self._file}: {error}") from error

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            # made before SQLite opens it, so that nobody else can ever read it
            os.close(os.open(self._file, os.O_CREAT | os.O_RDWR, 0o600))
            conn = sqlite3.connect(self._file, timeout=_WAIT_SECONDS, isolation_level=None)
        except (sqlite3.Error, OSError) as error:
            raise StorageError(f"tokens: {self._file}: {error}") from error
        with closing(conn):
            try:
                conn.execute("PRAGMA synchronous = FULL")
                conn.execute(_TABLE)
            except sqlite3.Error as error:
                raise StorageError(f"tokens: {self._file}: {error}") from error
            yield conn


def _mark(seed: str) -> str:
    """What tells whether an admin gave something new, without keeping it."""
    return hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()


def _to_json(tokens: Tokens) -> str:
    fields = asdict(tokens)
    for name in _TIMES:
        at = fields[name]
        fields[name] = None if at is None else at.astimezone(UTC).isoformat()
    return json.dumps(fields)


def _from_json(body: str) -> Tokens:
    fields = json.loads(body)
    for name in _TIMES:
        fields[name] = None if fields[name] is None else datetime.fromisoformat(fields[name])
    return Tokens(**fields)
