"""Sentence vectors by text hash, so that no text is embedded twice.

A ``monitor.classify.VectorCache``. Holds no text: a hash cannot be turned back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlite_utils import Database

from monitor.store.connection import placeholders, rows

# SQLite accepts a limited number of values in one statement.
_AT_ONCE = 500


class EmbeddingTable:
    """The table ``embedding`` of one thread's database."""

    __slots__ = ("_db",)

    def __init__(self, db: Database) -> None:
        self._db = db

    def get_many(self, hashes: Sequence[bytes]) -> dict[bytes, bytes]:
        """The vectors that are known, by text hash."""
        found: dict[bytes, bytes] = {}
        for start in range(0, len(hashes), _AT_ONCE):
            part = hashes[start : start + _AT_ONCE]
            marks = placeholders(part)
            sql = f"SELECT text_hash, vector FROM embedding WHERE text_hash IN ({marks})"
            found |= {row["text_hash"]: row["vector"] for row in rows(self._db, sql, part)}
        return found

    def put_many(self, vectors: Mapping[bytes, bytes]) -> None:
        """Keep vectors; one that is known already is written over with the same."""
        with self._db.atomic():
            self._db.conn.executemany(
                "INSERT OR REPLACE INTO embedding (text_hash, vector) VALUES (?, ?)",
                list(vectors.items()),
            )
