"""What an export reads of the store: one row after the other, so that any size fits into memory.

Layer 2. Reads only, and only what may leave: comments whose words were erased, or that their
writers deleted, stay out with their labels. What is masked in a row is the exporter's business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from monitor.store.connection import Row, from_epoch, one, to_epoch
from monitor.store.predictions import NEWEST_LABEL

MAY_LEAVE = "c.erased_at IS NULL AND c.visibility <> 'deleted'"
_SAID = (
    "p.model, p.sentiment, p.p_negatif, p.p_netral, p.p_positif, p.issue, p.issue_p, p.intent, "
    "p.urgent, p.language, p.place, p.spam, p.flags, p.ask_human, p.copy_of"
)


@dataclass(frozen=True, slots=True)
class Span:
    """From an instant (included) to another (excluded); None: without an end on that side."""

    since: datetime | None = None
    until: datetime | None = None

    def bounds(self) -> list[int]:
        """Both ends in whole seconds since 1970, as wide as can be where there is none."""
        first = 0 if self.since is None else to_epoch(self.since)
        return [first, 1 << 62 if self.until is None else to_epoch(self.until)]


@dataclass(frozen=True, slots=True)
class Said:
    """What the machine says of a comment, as it stands now."""

    model: str
    sentiment: str
    sentiment_p: tuple[float, float, float]
    issue: str
    issue_p: float
    intent: str
    urgent: bool
    language: str
    place: str | None
    spam: str | None
    flags: str
    ask_human: bool
    copy_of: int | None


@dataclass(frozen=True, slots=True)
class OutComment:
    """A comment on its way out. ``author`` tells one writer of a platform from another.

    ``sentiment`` and ``issue`` are what people labelled last; ``said`` is None where no machine
    read it (the office's own words, or not yet).
    """

    id: int
    source: str
    platform: str
    kind: str
    own: bool
    visibility: str
    created_at: datetime
    post: str | None
    post_title: str | None
    author: str | None
    text: str
    said: Said | None
    sentiment: str | None
    issue: str | None


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many comments an export holds, and how many stay out because they are gone."""

    comments: int
    labelled: int
    erased: int
    deleted: int


def sizes(db: Database, span: Span) -> Sizes:
    """What there is to export in a span."""
    found = one(
        db,
        f"SELECT coalesce(sum({MAY_LEAVE}), 0) AS comments, "
        f"coalesce(sum({MAY_LEAVE} AND c.id IN (SELECT comment_id FROM label)), 0) AS labelled, "
        "coalesce(sum(c.erased_at IS NOT NULL), 0) AS erased, "
        "coalesce(sum(c.erased_at IS NULL AND c.visibility = 'deleted'), 0) AS deleted "
        "FROM comment c WHERE c.created_at >= ? AND c.created_at < ?",
        span.bounds(),
    )
    return Sizes(**found or {})


def comments(db: Database, span: Span, *, labelled_only: bool = False) -> Iterator[OutComment]:
    """Comments written in a span, oldest first."""
    only = "AND c.id IN (SELECT comment_id FROM label)" if labelled_only else ""
    sql = (
        "SELECT c.id, c.source_id, c.platform, c.kind, c.own, c.visibility, c.created_at, "
        "c.post_id, c.post_title, c.text, "
        "c.platform || ' ' || coalesce(c.author_id, c.author_name) AS author, "
        f"{_SAID}, {NEWEST_LABEL.format('sentiment')} AS label_sentiment, "
        f"{NEWEST_LABEL.format('issue')} AS label_issue FROM comment c LEFT JOIN prediction p "
        "ON p.comment_id = c.id AND p.model = c.predicted_by "
        f"WHERE c.created_at >= ? AND c.created_at < ? AND {MAY_LEAVE} {only} "
        "ORDER BY c.created_at, c.id"
    )
    return map(_comment, stream(db, sql, span))


def stream(db: Database, sql: str, span: Span) -> Iterator[Row]:
    """Rows as SQLite finds them, never all of them at once."""
    return db.query(sql, span.bounds())


def _comment(row: Row) -> OutComment:
    return OutComment(
        id=row["id"],
        source=row["source_id"],
        platform=row["platform"],
        kind=row["kind"],
        own=bool(row["own"]),
        visibility=row["visibility"],
        created_at=from_epoch(row["created_at"]),
        post=row["post_id"],
        post_title=row["post_title"],
        author=row["author"],
        text=row["text"],
        said=None if row["model"] is None else _said(row),
        sentiment=row["label_sentiment"],
        issue=row["label_issue"],
    )


def _said(row: Mapping[str, Any]) -> Said:
    return Said(
        model=row["model"],
        sentiment=row["sentiment"],
        sentiment_p=(row["p_negatif"], row["p_netral"], row["p_positif"]),
        issue=row["issue"],
        issue_p=row["issue_p"],
        intent=row["intent"],
        urgent=bool(row["urgent"]),
        language=row["language"],
        place=row["place"],
        spam=row["spam"],
        flags=row["flags"],
        ask_human=bool(row["ask_human"]),
        copy_of=row["copy_of"],
    )
