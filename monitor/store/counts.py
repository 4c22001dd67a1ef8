"""Counts of negatives per topic: the hours a baseline learns from, the minutes a tick judges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.records import SourceId
from monitor.store.connection import one, placeholders, rows, to_epoch
from monitor.store.schema import BIN_SECONDS


@dataclass(frozen=True, slots=True)
class HourlyRow:
    """Counts of one topic in one clock hour (``hour``: its first second) from one source."""

    hour: int
    topic: str
    source_id: SourceId
    negatives: int
    comments: int


def hourly(db: Database, since: datetime, until: datetime) -> list[HourlyRow]:
    """Hours with at least one comment in [since, until), in order of time."""
    return [
        HourlyRow(
            row["hour"],
            row["topic"],
            SourceId(row["source_id"]),
            row["negatives"],
            row["comments"],
        )
        for row in rows(
            db,
            "SELECT hour, topic, source_id, negatives, comments FROM hourly "
            "WHERE hour >= ? AND hour < ? AND comments > 0 ORDER BY hour, topic, source_id",
            [to_epoch(since), to_epoch(until)],
        )
    ]


def first_hour(db: Database) -> int | None:
    """First second of the first hour that holds a comment."""
    row = one(db, "SELECT min(hour) AS hour FROM hourly WHERE comments > 0", [])
    return row["hour"] if row else None


@dataclass(frozen=True, slots=True)
class WindowCount:
    """Live comments of a topic in a window: negatives and all."""

    negatives: int
    comments: int


def window(db: Database, since: datetime, until: datetime) -> Mapping[str, WindowCount]:
    """Live counts per topic in whole five-minute bins that begin in [since, until)."""
    found: dict[str, WindowCount] = {}
    for row in rows(
        db,
        "SELECT topic, sum(negatives) AS n, sum(comments) AS c FROM bins "
        "WHERE bin >= ? AND bin < ? GROUP BY topic",
        [to_epoch(since), to_epoch(until)],
    ):
        found[row["topic"]] = WindowCount(row["n"], row["c"])
    return found


def timeline(db: Database, topic: str, since: datetime, until: datetime) -> dict[int, int]:
    """Negatives of a topic per clock hour (key: the hour's first second)."""
    found: dict[int, int] = defaultdict(int)
    for row in rows(
        db,
        "SELECT hour, sum(negatives) AS n FROM hourly WHERE topic = ? AND hour >= ? AND hour < ? "
        "GROUP BY hour",
        [topic, to_epoch(since), to_epoch(until)],
    ):
        found[row["hour"]] = row["n"]
    return dict(found)


def bins(db: Database, topics: Sequence[str], since: datetime) -> list[tuple[int, str, int]]:
    """Live five-minute bins with a negative since an instant: first second, topic, negatives."""
    marks = placeholders(topics)
    found = rows(
        db,
        f"SELECT bin, topic, sum(negatives) AS n FROM bins WHERE topic IN ({marks}) AND bin >= ? "
        "GROUP BY bin, topic HAVING n > 0 ORDER BY bin, topic",
        [*topics, to_epoch(since)],
    )
    return [(row["bin"], row["topic"], row["n"]) for row in found]


def bin_floor(at: datetime) -> int:
    """First second of the five-minute bin that holds an instant."""
    seconds = to_epoch(at)
    return seconds - seconds % BIN_SECONDS


def tallied(
    db: Database, topics: Sequence[str], since: datetime, until: datetime
) -> Iterator[tuple[int, str, int, int]]:
    """Five-minute bins of all comments, backfilled ones too: second, topic, negatives, comments."""
    marks = placeholders(topics)
    for row in db.query(
        f"SELECT at - at % {BIN_SECONDS} AS bin, topic, sum(negative) AS n, count(*) AS c "
        f"FROM tally WHERE topic IN ({marks}) AND at >= ? AND at < ? GROUP BY bin, topic",
        [*topics, to_epoch(since), to_epoch(until)],
    ):
        yield row["bin"], row["topic"], row["n"], row["c"]
