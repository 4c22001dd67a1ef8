"""Copy-paste waves: texts that many accounts repeat now, and what stands behind one of them.

A wave is the first comment of a text with all of its copies. What is told of its accounts are
signs; whether somebody steers them is for people to judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.records import CommentId
from monitor.store.connection import from_epoch, one, rows, to_epoch
from monitor.store.copies import COPY_WINDOW, IN_COUNTED

_SEEN = (
    "FROM comment c JOIN prediction p ON p.comment_id = c.id AND p.model = c.predicted_by "
    f"WHERE c.visibility {IN_COUNTED} "
)
_IN_WAVE = f"{_SEEN} AND (p.copy_of = ?1 OR c.id = ?1) AND c.created_at >= ?2"
_ACCOUNT = "coalesce(c.author_id, c.author_name)"
_PEOPLE = f"count(DISTINCT c.source_id || coalesce({_ACCOUNT}, '#' || c.id))"


@dataclass(frozen=True, slots=True)
class Signs:
    """Of the ``known`` accounts (those with a name): so many were never seen before the wave, and
    so many wrote nothing but its text.
    """

    known: int
    newcomers: int
    only_this: int


@dataclass(frozen=True, slots=True)
class Swell:
    """A wave in numbers; ``texts`` are its different spellings."""

    comments: int
    people: int
    texts: int
    last_at: datetime


def surging(db: Database, since: datetime, until: datetime, at_least: int) -> list[CommentId]:
    """First comments of texts that so many accounts wrote in this time; no spam, no backfill."""
    found = rows(
        db,
        f"SELECT coalesce(p.copy_of, c.id) AS first {_SEEN} AND c.created_at BETWEEN ? AND ? "
        "AND c.backfilled = 0 AND p.spam IS NULL AND p.copy_key IS NOT NULL "
        f"GROUP BY first HAVING {_PEOPLE} >= ? ORDER BY first",
        [to_epoch(since), to_epoch(until), at_least],
    )
    return [CommentId(row["first"]) for row in found]


def instants(db: Database, first: CommentId, until: datetime) -> list[datetime]:
    """When a wave's comments of the last 72 hours were written, newest first."""
    since = to_epoch(until - COPY_WINDOW)
    found = rows(
        db,
        f"SELECT c.created_at AS at {_IN_WAVE} ORDER BY c.created_at DESC",
        [int(first), since],
    )
    return [from_epoch(row["at"]) for row in found]


def swell(db: Database, first: CommentId, since: datetime) -> Swell | None:
    """The numbers of a wave since an instant, or None where nothing of it can be seen."""
    row = one(
        db,
        f"SELECT count(*) AS comments, {_PEOPLE} AS people, "
        f"count(DISTINCT p.copy_key) AS texts, max(c.created_at) AS last_at {_IN_WAVE}",
        [int(first), to_epoch(since)],
    )
    if row is None or not row["comments"]:
        return None
    return Swell(row["comments"], row["people"], row["texts"], from_epoch(row["last_at"]))


def sources(db: Database, first: CommentId, since: datetime) -> tuple[tuple[str, int], ...]:
    """On which sources a wave's comments stand, most of them first."""
    return _ranked(db, "c.source_id", first, since)


def posts(db: Database, first: CommentId, since: datetime) -> tuple[tuple[str, int], ...]:
    """Under which posts a wave's comments stand, by title where there is one."""
    return _ranked(db, "coalesce(c.post_title, c.post_id)", first, since)


def signs(db: Database, first: CommentId, since: datetime) -> Signs:
    """What is seen of a wave's accounts; those without a name are left out."""
    other = (
        "(SELECT 1 FROM comment o LEFT JOIN prediction q ON q.comment_id = o.id "
        "AND q.model = o.predicted_by WHERE o.source_id = a.source_id "
        "AND coalesce(o.author_id, o.author_name) = a.account AND {0})"
    )
    earlier = other.format("o.created_at < ?2")
    else_said = other.format("o.id <> ?1 AND coalesce(q.copy_of, 0) <> ?1")
    row = one(
        db,
        f"WITH a AS (SELECT DISTINCT c.source_id, {_ACCOUNT} AS account {_IN_WAVE}) "
        f"SELECT count(*) AS known, coalesce(sum(NOT EXISTS {earlier}), 0) AS newcomers, "
        f"coalesce(sum(NOT EXISTS {else_said}), 0) AS only_this FROM a WHERE account IS NOT NULL",
        [int(first), to_epoch(since)],
    )
    assert row is not None  # an aggregate always has a row
    return Signs(row["known"], row["newcomers"], row["only_this"])


def _ranked(
    db: Database, name: str, first: CommentId, since: datetime
) -> tuple[tuple[str, int], ...]:
    args: Sequence[object] = [int(first), to_epoch(since)]
    found = rows(
        db,
        f"SELECT {name} AS name, count(*) AS n {_IN_WAVE} AND {name} IS NOT NULL "
        "GROUP BY name ORDER BY n DESC, name LIMIT 5",
        args,
    )
    return tuple((row["name"], row["n"]) for row in found)
