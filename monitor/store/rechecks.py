"""Which stored comments are to be read again at their platform, and which must be forgotten.

Edits and deletions leave no news, so comments are read again: every two hours in their first two
days, daily for two weeks, weekly for a month. A platform that lets nobody keep what was not
refreshed (``keeps_days``) is asked for ever, in time; what could not be read by then is erased.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.platforms.base import Page, Seen
from monitor.records import CommentId, SourceId, Visibility
from monitor.store import copies
from monitor.store.connection import (
    changed,
    from_epoch,
    maybe_epoch,
    one,
    placeholders,
    rows,
    to_epoch,
)

# younger than -> read again after
_TIERS = (
    (timedelta(days=2), timedelta(hours=2)),
    (timedelta(days=14), timedelta(days=1)),
    (timedelta(days=30), timedelta(days=7)),
)
_IN_TIME = 25 / 30  # of the days that a comment may be kept without being read again
_PURGED = ("raw", "author")
_PUT_OFF = timedelta(hours=1)  # at the most: what is asked for again and again must go as well


def next_at(created_at: datetime, now: datetime, keeps: timedelta | None) -> datetime | None:
    """When a comment read now is to be read again; None: never."""
    age = now - created_at
    due = next((now + pause for young, pause in _TIERS if age < young), None)
    if keeps is None:
        return due
    latest = now + keeps * _IN_TIME
    return latest if due is None else min(due, latest)


def plan(
    db: Database, source_id: SourceId, page: Page, now: datetime, keeps_days: int | None
) -> None:
    """Note that a page's comments were read now; call inside the transaction that stores it.

    A comment that is gone is not asked for again; where nothing may be kept for ever, what is left
    of it is erased when its time is over.
    """
    keeps = None if keeps_days is None else timedelta(days=keeps_days)
    db.conn.executemany(
        "UPDATE comment SET fetched_at = ?, recheck_at = ?, missed_at = NULL "
        "WHERE source_id = ? AND external_id = ?",
        [
            (
                to_epoch(now),
                maybe_epoch(next_at(comment.created_at, now, keeps)),
                source_id,
                comment.external_id,
            )
            for comment in page.comments
        ],
    )
    db.conn.executemany(
        "UPDATE comment SET recheck_at = CASE WHEN ? IS NULL THEN NULL ELSE fetched_at + ? END "
        "WHERE source_id = ? AND external_id = ?",
        [
            (keeps_days, _seconds(keeps), source_id, external_id)
            for external_id, visibility in page.gone
            if visibility is Visibility.DELETED
        ],
    )
    for external_id, visibility in page.gone:
        if visibility is not Visibility.DELETED:
            _plan_hidden(db, source_id, external_id, now, keeps)


def _plan_hidden(
    db: Database, source_id: SourceId, external_id: str, now: datetime, keeps: timedelta | None
) -> None:
    """What is hidden may come back. Its words were not read: the time to erase them draws near."""
    at = next_at(_created_at(db, source_id, external_id, now), now, keeps)
    changed(
        db,
        "UPDATE comment SET recheck_at = CASE WHEN ? THEN min(?, coalesce(fetched_at, 0) + ?) "
        "ELSE ? END WHERE source_id = ? AND external_id = ?",
        (
            keeps is not None,
            maybe_epoch(at),
            _seconds(keeps),
            maybe_epoch(at),
            source_id,
            external_id,
        ),
    )


def _created_at(db: Database, source_id: SourceId, external_id: str, now: datetime) -> datetime:
    row = one(
        db,
        "SELECT created_at FROM comment WHERE source_id = ? AND external_id = ?",
        [source_id, external_id],
    )
    return from_epoch(row["created_at"]) if row else now


def due(db: Database, source_id: SourceId, now: datetime, limit: int) -> list[Seen]:
    """Comments of a source whose time has come, the longest overdue first."""
    return [
        Seen(
            row["external_id"],
            row["post_id"],
            row["parent_id"],
            row["thread_id"],
            from_epoch(row["created_at"]),
            row["reply_ref"],
        )
        for row in rows(
            db,
            "SELECT external_id, post_id, parent_id, thread_id, created_at, reply_ref FROM comment "
            "WHERE source_id = ? AND recheck_at <= ? AND visibility <> 'deleted' "
            "ORDER BY recheck_at LIMIT ?",
            [source_id, to_epoch(now), limit],
        )
    ]


def put_off(db: Database, source_id: SourceId, ids: Iterable[str], until: datetime) -> None:
    """Ask for these later: the site told nothing of them."""
    with db.atomic():
        db.conn.executemany(
            "UPDATE comment SET recheck_at = ? WHERE source_id = ? AND external_id = ? "
            "AND recheck_at < ?",
            [(to_epoch(until), source_id, one, to_epoch(until)) for one in ids],
        )


def missed(
    db: Database, source_id: SourceId, ids: Sequence[str], now: datetime, wait: timedelta
) -> set[str]:
    """Note that a site knows none of these; which of them it has not known for so long yet."""
    with db.atomic():
        db.conn.executemany(
            "UPDATE comment SET missed_at = coalesce(missed_at, ?) "
            "WHERE source_id = ? AND external_id = ?",
            [(to_epoch(now), source_id, one) for one in ids],
        )
    marks = placeholders(ids)
    found = rows(
        db,
        f"SELECT external_id FROM comment WHERE source_id = ? AND missed_at > ? "
        f"AND external_id IN ({marks})",
        [source_id, to_epoch(now - wait), *ids],
    )
    return {row["external_id"] for row in found}


def erase_unread(
    db: Database, source_id: SourceId, now: datetime, keeps_days: int, limit: int = 500
) -> int:
    """Erase words and author of comments that were not read again in time; how many."""
    cutoff = to_epoch(now - timedelta(days=keeps_days))
    found = rows(
        db,
        "SELECT id FROM comment WHERE source_id = ? AND recheck_at <= ? AND fetched_at <= ? "
        "ORDER BY recheck_at LIMIT ?",
        [source_id, to_epoch(now + _PUT_OFF), cutoff, limit],
    )
    if found:
        with db.atomic():
            erase(db, [row["id"] for row in found], now)
    return len(found)


def erase(db: Database, ids: Sequence[int], now: datetime) -> None:
    """Erase the words of comments and who wrote them; that they were there still counts."""
    numbers = [(number,) for number in ids]
    db.conn.executemany(
        "UPDATE comment SET text = '', author_id = NULL, author_name = NULL, permalink = NULL, "
        "raw = '{}', reply_ref = NULL, reply_block = 'erased', content_hash = '', "
        "recheck_at = NULL, erased_at = ? WHERE id = ?",
        [(to_epoch(now), number) for number in ids],
    )
    db.conn.executemany("UPDATE prediction SET masked = '' WHERE comment_id = ?", numbers)
    for number in ids:
        copies.forget_words(db, CommentId(number))


def purge(
    db: Database, now: datetime, *, raw_days: int, author_days: int, limit: int = 2_000
) -> int:
    """Drop what the platforms sent beside the comment, and later who wrote it; how many rows.

    Rows are gone through once, oldest first: ``purged`` remembers how far. Without anything old
    enough it reads one row.
    """
    done = 0
    for what, days in zip(_PURGED, (raw_days, author_days), strict=True):
        done += _purge(db, what, to_epoch(now - timedelta(days=days)), limit)
    return done


_FORGET = {
    "raw": "UPDATE comment SET raw = '{}' WHERE id = ? AND raw <> '{}'",
    "author": "UPDATE comment SET author_id = NULL, author_name = NULL WHERE id = ? AND own = 0 "
    "AND (author_id IS NOT NULL OR author_name IS NOT NULL)",
}


def _purge(db: Database, what: str, cutoff: int, limit: int) -> int:
    next_rows = (
        "SELECT id, stored_at FROM comment "
        "WHERE id > coalesce((SELECT upto FROM purged WHERE what = ?), 0) ORDER BY id LIMIT ?"
    )
    first = one(db, next_rows, [what, 1])
    if first is None or first["stored_at"] >= cutoff:
        return 0
    # ids rise with the time of storing
    found = rows(db, next_rows, [what, limit])
    old = [row["id"] for row in found if row["stored_at"] < cutoff]
    with db.atomic():
        count = db.conn.executemany(_FORGET[what], [(number,) for number in old]).rowcount
        changed(
            db,
            "INSERT INTO purged (what, upto) VALUES (?, ?) "
            "ON CONFLICT (what) DO UPDATE SET upto = excluded.upto",
            (what, max(old)),
        )
    return count


def _seconds(length: timedelta | None) -> int:
    return 0 if length is None else int(length.total_seconds())
