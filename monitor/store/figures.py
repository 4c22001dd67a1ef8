"""Figures that a digest or a question is answered from, and the statement that holds. Layer 2.

Reads only. What is a copy, an advertisement, hidden or the office's own does not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.records.outcomes import Tone
from monitor.store.connection import from_epoch, one, rows, to_epoch


@dataclass(frozen=True, slots=True)
class Statement:
    """What the office says of a topic now: facts one a line, and the official link."""

    version: int
    title: str
    facts: str
    link: str
    until_at: datetime


def read_since(db: Database, since: datetime, until: datetime) -> int:
    """Citizens' live comments that were written in [since, until)."""
    row = one(
        db,
        "SELECT count(*) AS n FROM comment WHERE created_at >= ? AND created_at < ? "
        "AND own = 0 AND backfilled = 0",
        [to_epoch(since), to_epoch(until)],
    )
    assert row is not None  # an aggregate always has a row
    return int(row["n"])


def by_topic(
    db: Database, since: datetime, until: datetime, place: str | None = None
) -> dict[str, Tone]:
    """The tone of every topic in [since, until), in the whole province or in one place.

    ``place`` as predictions name it; a kabupaten holds its kecamatan.
    """
    where, args = _within(since, until, place)
    found = rows(
        db,
        f"SELECT t.topic, count(*) AS n, sum(t.negative) AS bad {where} GROUP BY t.topic",
        args,
    )
    return {row["topic"]: Tone(row["bad"], row["n"]) for row in found}


def places(db: Database, topic: str, since: datetime, until: datetime) -> list[tuple[str, int]]:
    """Where the negatives of a topic are, most first."""
    where, args = _within(since, until, None)
    found = rows(
        db,
        f"SELECT p.place AS name, count(*) AS n {where} AND t.topic = ? AND t.negative = 1 "
        "AND p.place <> '' GROUP BY p.place ORDER BY n DESC, name LIMIT 3",
        [*args, topic],
    )
    return [(row["name"], row["n"]) for row in found]


def usual(db: Database, since: datetime, until: datetime) -> Tone:
    """The tone of all topics together, from the hours that the baseline learns from."""
    row = one(
        db,
        "SELECT coalesce(sum(negatives), 0) AS bad, coalesce(sum(comments), 0) AS n FROM hourly "
        "WHERE hour >= ? AND hour < ?",
        [to_epoch(since), to_epoch(until)],
    )
    assert row is not None  # an aggregate always has a row
    return Tone(row["bad"], row["n"])


def questions_waiting(db: Database, now: datetime) -> tuple[int, int]:
    """Questions that agencies have not answered, and how many of them are late."""
    row = one(
        db,
        "SELECT count(*) AS n, coalesce(sum(due_at < ?), 0) AS late FROM question "
        "WHERE state = 'asked'",
        [to_epoch(now)],
    )
    assert row is not None  # an aggregate always has a row
    return int(row["n"]), int(row["late"])


def statement(db: Database, topic: str, now: datetime) -> Statement | None:
    """The approved statement of a topic that has not run out, or None."""
    row = one(
        db,
        "SELECT * FROM narrative WHERE topic = ? AND state = 'valid' AND until_at > ?",
        [topic, to_epoch(now)],
    )
    if row is None:
        return None
    return Statement(
        row["version"], row["title"], row["facts"], row["link"], from_epoch(row["until_at"])
    )


def _within(since: datetime, until: datetime, place: str | None) -> tuple[str, list[object]]:
    # The index on the time a comment was written keeps this to the stretch that is asked for.
    where = (
        "FROM comment c JOIN tally t ON t.comment_id = c.id "
        "JOIN prediction p ON p.comment_id = c.id AND p.model = c.predicted_by "
        "WHERE c.created_at >= ? AND c.created_at < ?"
    )
    args: list[object] = [to_epoch(since), to_epoch(until)]
    if place is not None:
        # substr, not LIKE: a name may hold a percent sign.
        where += " AND (p.place = ? OR substr(p.place, 1, ?) = ?)"
        args += [place, len(place) + 3, f"{place} / "]
    return where, args
