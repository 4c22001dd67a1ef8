"""Labels that a second look is wanted for: which comments they are of, and the way to the queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from monitor.records import CommentId
from monitor.store.connection import changed, rows, to_epoch

DOUBTED = "doubted"


def labelled_ids(db: Database) -> list[tuple[CommentId, str]]:
    """Every labelled comment with its text."""
    found = rows(
        db,
        "SELECT id, text FROM comment WHERE id IN (SELECT comment_id FROM label) "
        "AND erased_at IS NULL ORDER BY id",
    )
    return [(CommentId(row["id"]), row["text"]) for row in found]


def queue_again(db: Database, doubts: Sequence[tuple[CommentId, float]], now: datetime) -> int:
    """Let one person look at these labels again; how many were queued.

    ``doubts``: comments with how much each is doubted, 0 to 1. What waits already is left as it is.
    """
    with db.atomic():
        return sum(
            changed(
                db,
                "INSERT INTO to_label (comment_id, reason, worth, wanted, state, queued_at) "
                "VALUES (?, ?, ?, 1, 'waiting', ?) ON CONFLICT (comment_id) DO UPDATE SET "
                "reason = excluded.reason, worth = excluded.worth, wanted = 1, state = 'waiting', "
                "queued_at = excluded.queued_at, settled_at = NULL "
                "WHERE state <> 'waiting' OR reason <> excluded.reason",
                (int(number), DOUBTED, worth, to_epoch(now)),
            )
            for number, worth in doubts
        )
