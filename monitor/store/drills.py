"""What happened in an exercise, from the rows that the product itself wrote."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from monitor.records import IncidentId
from monitor.store.connection import Row, one, rows, to_epoch

_ANSWERED = "('posting', 'posted', 'to_copy', 'unsure')"


def first_posted(db: Database, incident_id: IncidentId) -> int | None:
    """When the first reply of an incident stood, in seconds; None: none does."""
    row = one(
        db,
        "SELECT min(p.finished_at) AS at FROM post p JOIN draft d ON d.id = p.draft_id "
        "WHERE d.incident_id = ? AND d.state = 'posted'",
        [int(incident_id)],
    )
    assert row is not None  # an aggregate has a row
    return None if row["at"] is None else int(row["at"])


def posted(db: Database) -> list[Row]:
    """Replies that stand, oldest first: ``at`` in seconds, ``incident_id``, ``decided_by``."""
    return rows(
        db,
        "SELECT p.finished_at AS at, d.incident_id, d.decided_by FROM post p "
        "JOIN draft d ON d.id = p.draft_id WHERE d.state = 'posted' ORDER BY p.finished_at",
    )


def urgent(db: Database) -> tuple[int, int]:
    """Urgent live comments of citizens, and how many of them have no answer."""
    row = one(
        db,
        "SELECT count(*) AS n, coalesce(sum(NOT EXISTS (SELECT 1 FROM draft d "
        f"WHERE d.comment_id = c.id AND d.state IN {_ANSWERED})), 0) AS open "
        "FROM comment c JOIN prediction p ON p.comment_id = c.id AND p.model = c.predicted_by "
        "WHERE p.urgent = 1 AND c.backfilled = 0 AND c.own = 0",
    )
    assert row is not None  # an aggregate has a row
    return int(row["n"]), int(row["open"])


def counted(db: Database, since: datetime, until: datetime, seconds: int) -> list[tuple[int, int]]:
    """Citizens' live comments and the negative ones among them, in stretches of so many seconds.

    Copies are counted as comments here; they are no people, so none of them is a negative one.
    """
    begin = to_epoch(since)
    stretches = -(-(to_epoch(until) - begin) // seconds)
    found = [[0, 0] for _ in range(max(1, stretches))]
    for row in rows(
        db,
        "SELECT (c.created_at - ?1) / ?3 AS n, count(*) AS said, "
        "sum(coalesce(t.negative, 0)) AS bad "
        "FROM comment c LEFT JOIN tally t ON t.comment_id = c.id "
        "WHERE c.backfilled = 0 AND c.own = 0 AND c.created_at >= ?1 AND c.created_at < ?2 "
        "GROUP BY n",
        [begin, to_epoch(until), seconds],
    ):
        found[row["n"]] = [int(row["said"]), int(row["bad"])]
    return [(said, bad) for said, bad in found]


def deeds(db: Database) -> list[Row]:
    """Every row of the audit trail, oldest first."""
    return rows(db, "SELECT at, actor, action, subject FROM audit ORDER BY seq")
