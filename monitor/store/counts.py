"""Counts of negatives per topic: the hours a baseline learns from, the minutes a tick judges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.records import SourceId
from monitor.store.connection import changed, one, rows, to_epoch
from monitor.store.schema import BIN_SECONDS


@dataclass(frozen=True, slots=True)
class HourlyRow:
    """Counts of one topic in one clock hour (``hour``: its first second), all sources together."""

    hour: int
    topic: str
    negatives: int
    comments: int


def hourly(db: Database, since: datetime, until: datetime) -> list[HourlyRow]:
    """Hours with at least one comment in [since, until), in order of time."""
    return [
        HourlyRow(row["hour"], row["topic"], row["negatives"], row["comments"])
        for row in rows(
            db,
            "SELECT hour, topic, sum(negatives) AS negatives, sum(comments) AS comments "
            "FROM hourly WHERE hour >= ? AND hour < ? GROUP BY hour, topic ORDER BY hour, topic",
            [to_epoch(since), to_epoch(until)],
        )
    ]


def source_weights(db: Database, since: datetime) -> dict[SourceId, float]:
    """Each source's share of all comments since an instant; equal shares before the first."""
    found = rows(
        db,
        "SELECT s.id AS id, coalesce(sum(h.comments), 0) AS n FROM source s "
        "LEFT JOIN hourly h ON h.source_id = s.id AND h.hour >= ? "
        "WHERE s.backfilled_at IS NOT NULL OR s.attempts > 0 GROUP BY s.id",
        [to_epoch(since)],
    )
    whole = sum(row["n"] for row in found)
    return {SourceId(row["id"]): (row["n"] / whole if whole else 1 / len(found)) for row in found}


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


def first_negative_bin(db: Database, topic: str, since: datetime) -> int | None:
    """First second of the first live bin with a negative of the topic since an instant."""
    row = one(
        db,
        "SELECT min(bin) AS bin FROM bins WHERE topic = ? AND bin >= ? AND negatives > 0",
        [topic, to_epoch(since)],
    )
    return row["bin"] if row else None


def baseline(db: Database, hour: int) -> str | None:
    """The stored baseline of a clock hour, or None when the hour has turned."""
    row = one(db, "SELECT body FROM baseline WHERE hour = ?", [hour])
    return row["body"] if row else None


def keep_baseline(db: Database, hour: int, body: str) -> None:
    """Store the baseline of a clock hour in place of the one before."""
    with db.atomic():
        changed(db, "DELETE FROM baseline WHERE hour <> ?", (hour,))
        changed(db, "INSERT OR REPLACE INTO baseline (hour, body) VALUES (?, ?)", (hour, body))


def bin_floor(at: datetime) -> int:
    """First second of the five-minute bin that holds an instant."""
    seconds = to_epoch(at)
    return seconds - seconds % BIN_SECONDS
