"""Storing comments beside a bare sqlite3 upsert of the same rows."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.report import Figure
from benchmarks.texts import comments
from monitor.platforms.base import Page
from monitor.records import Comment, SourceId
from monitor.store import open_store, sources

_COUNT, _PAGE, _ROUNDS = 20_000, 100, 3
_NOW = datetime(2026, 11, 20, tzinfo=UTC)
_FIELDS = 26


def measure() -> Iterator[Figure]:
    """Best of three rounds each, alternating, pages of 100 with their cursor."""
    made = [_comment(i, text) for i, text in enumerate(comments(_COUNT))]
    ours, bare = [], []
    for _ in range(_ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            ours.append(_ours(Path(folder) / "ours.db", made))
            bare.append(_bare(Path(folder) / "bare.db", made))
    yield Figure("comments stored a second, with cursor and hash", _COUNT / min(ours), "/s")
    yield Figure("bare sqlite3 upsert of the same rows", _COUNT / min(bare), "/s")
    yield Figure("ours over bare", min(bare) / min(ours), "x", 0.5)


def _comment(i: int, text: str) -> Comment:
    return Comment(
        source_id=SourceId("situs"),
        platform="wordpress",
        external_id=str(i),
        text=text,
        created_at=_NOW - timedelta(seconds=i),
        post_id="1",
        author_id=f"a{i % 900}",
        author_name=f"Warga {i % 900}",
        permalink=f"https://berita.example/?p=1#comment-{i}",
        reply_ref=f'{{"id": {i}}}',
    )


def _ours(path: Path, made: Sequence[Comment]) -> float:
    db = open_store(path)
    sources.register(db, [(SourceId("situs"), "wordpress")])
    begin = time.process_time()
    for start in range(0, len(made), _PAGE):
        page = Page(tuple(made[start : start + _PAGE]), str(start))
        sources.store_page(db, SourceId("situs"), page, _NOW, backfilled=False)
    spent = time.process_time() - begin
    db.close()
    return spent


def _bare(path: Path, made: Sequence[Comment]) -> float:
    """The same table and statement, rows made beforehand, the same transactions."""
    open_store(path).close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("INSERT INTO source (id, platform) VALUES ('situs', 'wordpress')")
    db.commit()
    columns = [row[1] for row in db.execute("PRAGMA table_info(comment)")][1 : _FIELDS + 1]
    sql = (
        f"INSERT INTO comment ({', '.join(columns)}) VALUES ({', '.join('?' * _FIELDS)}) "
        "ON CONFLICT (source_id, external_id) DO UPDATE SET text = excluded.text"
    )
    rows = [_row(comment) for comment in made]
    begin = time.process_time()
    for start in range(0, len(rows), _PAGE):
        db.executemany(sql, rows[start : start + _PAGE])
        db.execute("UPDATE source SET cursor = ? WHERE id = 'situs'", (str(start),))
        db.commit()
    spent = time.process_time() - begin
    db.close()
    return spent


def _row(c: Comment) -> tuple[object, ...]:
    at = int(c.created_at.timestamp())
    shown = (c.permalink, "public", c.reply_ref, None, "{}", "0" * 32, 0, at)
    return (
        *(c.source_id, c.external_id, c.platform, "comment", None, None, c.post_id, None, None),
        *(c.author_id, c.author_name, 0, c.text, at, None, None, None, None),
        *shown,
    )
