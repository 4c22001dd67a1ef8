"""The table of sentence vectors for a classifier that any thread may use."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from monitor.store.connection import open_store
from monitor.store.embeddings import EmbeddingTable


class StoredVectors:
    """A ``VectorCache`` that opens a connection of its own in each thread that asks."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._local = threading.local()

    def get_many(self, hashes: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """The vectors that are known, by text hash."""
        return self._table().get_many(hashes)

    def put_many(self, vectors: Mapping[bytes, bytes]) -> None:
        """Keep vectors."""
        self._table().put_many(vectors)

    def _table(self) -> EmbeddingTable:
        table: EmbeddingTable | None = getattr(self._local, "table", None)
        if table is None:
            table = self._local.table = EmbeddingTable(open_store(self._database))
        return table
