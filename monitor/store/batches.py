"""Suggested replies to simple thanks, gathered so that one press can decide them all."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from monitor.records import Batch, BatchId, DraftId
from monitor.store import audit
from monitor.store.connection import (
    changed,
    from_epoch,
    maybe_from_epoch,
    one,
    to_epoch,
)


def begin(db: Database, now: datetime) -> BatchId:
    """An empty batch; inside ``db.atomic()``, as its first write."""
    changed(db, "INSERT INTO batch (made_at) VALUES (?)", (to_epoch(now),))
    row = one(db, "SELECT last_insert_rowid() AS id")
    assert row is not None  # always one row
    return BatchId(row["id"])


def put(db: Database, batch_id: BatchId, draft_id: DraftId) -> None:
    """Put a draft into a batch; inside ``db.atomic()``."""
    changed(db, "UPDATE draft SET batch_id = ? WHERE id = ?", (int(batch_id), int(draft_id)))


def get(db: Database, batch_id: BatchId) -> Batch | None:
    """One batch, or None."""
    row = one(db, "SELECT * FROM batch WHERE id = ?", [int(batch_id)])
    if row is None:
        return None
    return Batch(
        BatchId(row["id"]),
        from_epoch(row["made_at"]),
        row["decided_by"],
        maybe_from_epoch(row["decided_at"]),
    )


def count_since(db: Database, at: datetime) -> int:
    """How many drafts went into batches since an instant."""
    row = one(
        db,
        "SELECT count(*) AS n FROM draft d JOIN batch b ON b.id = d.batch_id WHERE b.made_at >= ?",
        [to_epoch(at)],
    )
    assert row is not None  # always one row
    return int(row["n"])


def decide(db: Database, batch_id: BatchId, person: str, detail: str, now: datetime) -> bool:
    """Note who pressed for all of a batch first; False when somebody did before."""
    with db.atomic():
        won = changed(
            db,
            "UPDATE batch SET decided_by = ?, decided_at = ? WHERE id = ? AND decided_by IS NULL",
            (person, to_epoch(now), int(batch_id)),
        )
        if won:
            audit.write(db, now, person, "batch-approved", f"batch:{batch_id}", detail)
    return bool(won)
