"""A day of comments as drift is counted from it. Reads only.

Layer 2. The office's own words, copies of others and what was taken down are left out; spam is
counted apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.records import CommentId
from monitor.store.connection import Row, from_epoch, one, rows, to_epoch
from monitor.store.copies import IN_COUNTED

Stretch = tuple[datetime, datetime]

_OF_DAY = (
    "FROM comment c JOIN prediction p ON p.comment_id = c.id AND p.model = c.predicted_by "
    "WHERE c.created_at >= ? AND c.created_at < ? AND c.own = 0 AND p.copy_of IS NULL "
    f"AND c.visibility {IN_COUNTED}"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the machine says of a comment."""

    id: CommentId
    source: str
    language: str
    at: datetime
    asked: bool
    spam: bool
    placed: bool
    sentiment: str
    issue: str


@dataclass(frozen=True, slots=True)
class Written:
    """The words of a comment and who wrote them."""

    id: CommentId
    source: str
    language: str
    account: str
    author_name: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """A comment that people labelled: where, and whether they said otherwise than the machine."""

    source: str
    language: str
    otherwise: bool


def first_comment(db: Database) -> datetime | None:
    """When the oldest comment was written."""
    row = one(db, "SELECT min(created_at) AS at FROM comment")
    return from_epoch(row["at"]) if row and row["at"] is not None else None


def seen(db: Database, stretch: Stretch) -> list[Seen]:
    """The understood comments written within a stretch of time, in order."""
    found = rows(
        db,
        "SELECT c.id, c.source_id, p.language, c.created_at, p.ask_human, p.spam, p.place, "
        f"p.sentiment, p.issue {_OF_DAY} ORDER BY c.id",
        _window(stretch),
    )
    return [_seen(row) for row in found]


def written(db: Database, stretch: Stretch, most: int) -> list[Written]:
    """Words of comments within a stretch, no spam; of more than ``most`` every second, third ..."""
    total = one(db, f"SELECT count(*) AS n {_OF_DAY} AND p.spam IS NULL", _window(stretch))
    assert total is not None  # an aggregate always has a row
    every = max(1, -(-total["n"] // most))
    found = rows(
        db,
        f"SELECT c.id, c.source_id, p.language, c.author_id, c.author_name, c.text {_OF_DAY} "
        "AND p.spam IS NULL AND c.erased_at IS NULL AND c.id % ? = 0 ORDER BY c.id",
        [*_window(stretch), every],
    )
    return [_written(row) for row in found]


def judged(db: Database, stretch: Stretch) -> list[Said]:
    """Answers of the label queue given within a stretch."""
    return _said(
        db,
        "SELECT c.source_id, p.language, "
        "s.sentiment <> p.sentiment OR s.issue <> p.issue AS otherwise "
        "FROM said_label s JOIN comment c ON c.id = s.comment_id JOIN prediction p "
        "ON p.comment_id = c.id AND p.model = c.predicted_by "
        "WHERE s.at >= ? AND s.at < ? AND s.skipped = 0",
        stretch,
    )


def labelled(db: Database, stretch: Stretch) -> list[Said]:
    """Comments that somebody labelled within a stretch, in whatever way, once each."""
    return _said(
        db,
        "SELECT c.source_id, p.language, "
        "max(l.value <> CASE l.field WHEN 'issue' THEN p.issue ELSE p.sentiment END) AS otherwise "
        "FROM label l JOIN comment c ON c.id = l.comment_id JOIN prediction p "
        "ON p.comment_id = c.id AND p.model = c.predicted_by "
        "WHERE l.at >= ? AND l.at < ? GROUP BY l.comment_id",
        stretch,
    )


def incidents(db: Database, stretch: Stretch) -> list[Stretch]:
    """When incidents went on that nobody called none, as far as they touch a stretch."""
    since, until = map(to_epoch, stretch)
    found = rows(
        db,
        "SELECT onset_at, coalesce(closed_at, ?2) AS over FROM incident "
        "WHERE state <> 'dismissed' AND onset_at < ?2 AND (closed_at IS NULL OR closed_at > ?1)",
        [since, until],
    )
    return [(from_epoch(row["onset_at"]), from_epoch(row["over"])) for row in found]


def within(at: datetime, stretches: Iterable[Stretch]) -> bool:
    """Whether an instant lies in one of the stretches."""
    return any(begin <= at <= end for begin, end in stretches)


def _window(stretch: Stretch) -> list[int]:
    return [to_epoch(at) for at in stretch]


def _said(db: Database, sql: str, stretch: Stretch) -> list[Said]:
    found = rows(db, sql, _window(stretch))
    return [Said(row["source_id"], row["language"], bool(row["otherwise"])) for row in found]


def _seen(row: Row) -> Seen:
    return Seen(
        id=CommentId(row["id"]),
        source=row["source_id"],
        language=row["language"],
        at=from_epoch(row["created_at"]),
        asked=bool(row["ask_human"]),
        spam=row["spam"] is not None,
        placed=row["place"] is not None,
        sentiment=row["sentiment"],
        issue=row["issue"],
    )


def _written(row: Row) -> Written:
    who = row["author_id"] or row["author_name"] or f"#{row['id']}"
    return Written(
        id=CommentId(row["id"]),
        source=row["source_id"],
        language=row["language"],
        account=f"{row['source_id']}/{who}",
        author_name=row["author_name"],
        text=row["text"],
    )
