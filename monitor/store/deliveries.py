"""What platforms told us by themselves (webhooks): stored once, however often they tell it.

A delivery is stored like a page of a poll, without a cursor: the poll that follows reads the same
comments again and finds nothing new in them.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.platforms.base import Delivery, Page
from monitor.records import SourceId, Visibility
from monitor.store.connection import changed, maybe_from_epoch, one, to_epoch
from monitor.store.sources import Rechecks, store_refetched

# Platforms give up repeating after hours; what is older their own time-stamps refuse.
_KEPT = timedelta(days=7)
# News that come in a storm must not make a poll of every one of them.
_REST = timedelta(seconds=30)


def take(
    db: Database,
    source_id: SourceId,
    delivery: Delivery,
    now: datetime,
    rechecks: Rechecks | None = None,
) -> int | None:
    """Store a delivery; how many comments are new or changed, None if it was told before.

    One transaction: dying before its end leaves nothing, and the platform tells it again.
    """
    with db.atomic():
        fresh = changed(
            db,
            "INSERT INTO delivery (source_id, key, at) VALUES (?, ?, ?) "
            "ON CONFLICT (source_id, key) DO NOTHING",
            (source_id, _short(delivery.key), to_epoch(now)),
        )
        if not fresh:
            return None
        changed(db, "DELETE FROM delivery WHERE at < ?", (to_epoch(now - _KEPT),))
        told = [c for c in delivery.comments if not _deleted(db, source_id, c.external_id)]
        page = Page(tuple(told), "", gone=delivery.gone)
        count = store_refetched(db, source_id, page, now, rechecks)
        if delivery.poll:
            _poll_soon(db, source_id, now)
    return count


def newest(db: Database, source_id: SourceId) -> datetime | None:
    """When a platform told something new last; None: not in the days that are kept."""
    row = one(db, "SELECT max(at) AS at FROM delivery WHERE source_id = ?", [source_id])
    return maybe_from_epoch(row["at"]) if row else None


def _deleted(db: Database, source_id: SourceId, external_id: str) -> bool:
    """Whether a comment is gone: news that come hours late must not bring it back."""
    row = one(
        db,
        "SELECT visibility FROM comment WHERE source_id = ? AND external_id = ?",
        [source_id, external_id],
    )
    return row is not None and row["visibility"] == Visibility.DELETED


def _poll_soon(db: Database, source_id: SourceId, now: datetime) -> None:
    """A source that fails keeps its pause: its platform may have asked for it."""
    changed(
        db,
        "UPDATE source SET poll_after = min(poll_after, max(?, coalesce(last_success_at, 0) + ?)) "
        "WHERE id = ? AND attempts = 0",
        (to_epoch(now), int(_REST.total_seconds()), source_id),
    )


def _short(key: str) -> str:
    """Keys are as long as platforms like them to be, and may hold what nobody should keep."""
    return hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=16).hexdigest()
