"""Looks for themes among what fits no issue. Runs beside the ticks, in a process of its own.

Reads the store and the word lists, writes nothing; what it finds are rows of the step that asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from monitor.classify.embed import SIZE, text_hash
from monitor.spikes.novelty import Document
from monitor.spikes.themes import Points, Theme, themes
from monitor.store import new_issues, open_store
from monitor.store.embeddings import EmbeddingTable
from monitor.store.new_issues import UNFIT, Unfitting
from monitor.text.clean import clean
from monitor.text.reader import TextReader
from monitor.words import LexiconWords

PAST: Final = timedelta(days=28)
UNSURE: Final = 0.5
"""An issue less likely than this does not fit surely."""
MOST_READ: Final = 20_000
_FEWEST_TERMS: Final = 2  # a greeting, a laugh, a tagged friend
_EMBEDDED: Final = 0.9  # of the comments must have a vector, else terms are compared


def search(
    database: Path, data: Path, province: str, names: Sequence[str], now: datetime
) -> list[Theme]:
    """The themes of four weeks. ``names``: of the office and its accounts, which are no terms.

    Raises:
        StorageError: the store cannot be opened.
        ConfigError: a word list is wrong.
    """
    db = open_store(database)
    try:
        said = new_issues.unfitting(db, now - PAST, now, UNSURE, MOST_READ)
        authors = new_issues.author_names(db, now - PAST)
        table = EmbeddingTable(db)
        read = _documents(said, _words(data, province), [*authors, *names])
        texts = {int(one.id): one.text for one in said}
        return themes(*_with_vectors(read, texts, table))
    finally:
        db.conn.close()


@lru_cache(maxsize=1)
def _words(data: Path, province: str) -> LexiconWords:
    return LexiconWords.load(TextReader.load(data, province), data)


def _documents(
    said: Sequence[Unfitting], words: LexiconWords, names: Sequence[str]
) -> list[Document]:
    known = words.names(names)
    read = [
        Document(int(one.id), one.at, one.account, UNFIT, False, words.terms(one.text, known))
        for one in said
    ]
    return [one for one in read if len(one.terms) >= _FEWEST_TERMS]


def _with_vectors(
    read: Sequence[Document], texts: dict[int, str], table: EmbeddingTable
) -> tuple[Sequence[Document], Points | None]:
    """Comments with their sentence vectors where nearly all have one, else without."""
    hashes = [text_hash(clean(texts[one.id])) for one in read]
    kept = table.get_many(list(dict.fromkeys(hashes)))
    both = [
        (one, kept[key])
        for one, key in zip(read, hashes, strict=True)
        if len(kept.get(key, b"")) == 2 * SIZE
    ]
    if not both or len(both) < _EMBEDDED * len(read):
        return read, None
    rows = b"".join(vector for _, vector in both)
    points = np.frombuffer(rows, dtype="<f2").reshape(len(both), SIZE).astype(np.float32)
    return [one for one, _ in both], points
