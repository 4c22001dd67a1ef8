"""Watched accounts: cursor, next poll, coverage, silence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlite_utils import Database

from monitor.platforms.base import Health, Page
from monitor.records import SourceId, SourceStatus
from monitor.store import comments
from monitor.store.connection import (
    Row,
    changed,
    from_epoch,
    maybe_epoch,
    maybe_from_epoch,
    one,
    placeholders,
    rows,
    to_epoch,
)
from monitor.store.rechecks import plan


@dataclass(frozen=True, slots=True)
class Rechecks:
    """That a source's comments are read again; see :mod:`monitor.store.rechecks`."""

    keeps_days: int | None = None


_NEVER = to_epoch(datetime(9999, 12, 31, tzinfo=UTC))


def register(db: Database, wanted: Iterable[tuple[SourceId, str]]) -> None:
    """Make a row for each configured source that has none."""
    with db.atomic():
        for source_id, platform in wanted:
            changed(
                db,
                "INSERT INTO source (id, platform) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
                (source_id, platform),
            )


def due(db: Database, now: datetime) -> list[SourceStatus]:
    """Sources whose next poll has come and that nobody paused."""
    return [
        _status(row)
        for row in rows(
            db,
            "SELECT * FROM source WHERE poll_after <= ? AND paused IS NULL ORDER BY poll_after, id",
            [to_epoch(now)],
        )
    ]


def every(db: Database) -> list[SourceStatus]:
    """All sources, by name."""
    return [_status(row) for row in rows(db, "SELECT * FROM source ORDER BY id")]


def get(db: Database, source_id: SourceId) -> SourceStatus | None:
    """One source, or None."""
    row = one(db, "SELECT * FROM source WHERE id = ?", [source_id])
    return None if row is None else _status(row)


def store_page(
    db: Database,
    source_id: SourceId,
    page: Page,
    now: datetime,
    *,
    backfilled: bool,
    rechecks: Rechecks | None = None,
    known_to: datetime | None = None,
) -> int:
    """Store a page's comments together with its cursor; how many rows are new or changed.

    ``known_to``: when the poll began (None: ``now``); what was said since it need not have seen.
    One transaction: dying before it means fetching the page again, which is harmless.
    """
    with db.atomic():
        changed(db, "UPDATE source SET cursor = ? WHERE id = ?", (page.cursor, source_id))
        count = _store(db, source_id, page, now, backfilled=backfilled, rechecks=rechecks)
        if page.gap is not None:
            _begin_coverage(db, source_id, page.gap.to_at)
            changed(
                db,
                "UPDATE source SET gap_at = ? WHERE id = ?",
                (to_epoch(page.gap.to_at), source_id),
            )
        if page.covered_from is not None:
            cover(db, source_id, page.covered_from, known_to or now)
    return count


def store_refetched(
    db: Database, source_id: SourceId, page: Page, now: datetime, rechecks: Rechecks | None = None
) -> int:
    """Store what a recheck or a hook told, without moving the cursor; how many rows changed."""
    with db.atomic():
        return _store(db, source_id, page, now, backfilled=False, rechecks=rechecks)


def _store(
    db: Database,
    source_id: SourceId,
    page: Page,
    now: datetime,
    *,
    backfilled: bool,
    rechecks: Rechecks | None,
) -> int:
    count = comments.upsert(db, page.comments, now, backfilled=backfilled)
    comments.mark_own(db, source_id, page.comments)
    comments.mark_gone(db, source_id, page.gone)
    if rechecks is not None:
        plan(db, source_id, page, now, rechecks.keeps_days)
    return count


def finish_poll(
    db: Database,
    source_id: SourceId,
    now: datetime,
    poll_after: datetime,
    was: datetime | None = None,
    known_to: datetime | None = None,
) -> None:
    """Record a whole successful poll: the source is known up to when it began (``known_to``).

    ``was``: when it was due as it began. Where that changed meanwhile, a hook has news that this
    poll may have missed, and its wish for another one stands.
    """
    with db.atomic():
        changed(
            db,
            "UPDATE source SET attempts = 0, error = NULL, reason = NULL, poll_after = "
            "CASE WHEN poll_after <> ? THEN min(poll_after, ?) ELSE ? END, "
            "last_success_at = ?, backfilled_at = coalesce(backfilled_at, ?) WHERE id = ?",
            (
                maybe_epoch(was),
                to_epoch(poll_after),
                to_epoch(poll_after),
                to_epoch(now),
                to_epoch(now),
                source_id,
            ),
        )
        known_to = known_to or now
        cover(db, source_id, known_to, known_to)


def finish_import(db: Database, source_id: SourceId, now: datetime) -> None:
    """Record that a file was taken in; a file source is never due."""
    with db.atomic():
        changed(
            db,
            "UPDATE source SET last_success_at = ?, poll_after = ?, "
            "backfilled_at = coalesce(backfilled_at, ?) WHERE id = ?",
            (to_epoch(now), _NEVER, to_epoch(now), source_id),
        )


def fail_poll(
    db: Database,
    source_id: SourceId,
    error: str,
    poll_after: datetime,
    *,
    reason: str | None = None,
    paused: str | None = None,
) -> None:
    """Record a failed poll and when to try again; ``paused`` stops it until a person resumes."""
    with db.atomic():
        changed(
            db,
            "UPDATE source SET poll_after = ?, attempts = attempts + 1, error = ?, reason = ?, "
            "paused = coalesce(?, paused) WHERE id = ?",
            (to_epoch(poll_after), error, reason, paused, source_id),
        )


def checked(db: Database, source_id: SourceId, health: Health, now: datetime) -> None:
    """Record what a check found: whose account it is, and when its token dies.

    A death more than a day later than the one people were told of was renewed: they will be told
    anew. (Some sites tell the seconds that are left, so the instant wavers.)
    """
    expires_at = maybe_epoch(health.expires_at)
    with db.atomic():
        changed(
            db,
            "UPDATE source SET expiry_told = CASE WHEN ? > expires_at + 86400 OR ? IS NULL "
            "THEN NULL ELSE expiry_told END, identity = ?, trouble = ?, checked_at = ?, "
            "expires_at = ? WHERE id = ?",
            (
                expires_at,
                expires_at,
                health.identity,
                None if health.ok else health.detail,
                to_epoch(now),
                expires_at,
                source_id,
            ),
        )


def pause(db: Database, source_id: SourceId, why: str) -> bool:
    """Stop polling a source; whether it was running."""
    with db.atomic():
        return bool(
            changed(
                db,
                "UPDATE source SET paused = ? WHERE id = ? AND paused IS NULL",
                (why, source_id),
            )
        )


def resume(db: Database, source_id: SourceId, now: datetime) -> bool:
    """Poll a paused source again at once; whether it was paused."""
    with db.atomic():
        return bool(
            changed(
                db,
                "UPDATE source SET paused = NULL, attempts = 0, poll_after = ?, "
                "stopped_told_at = NULL "
                "WHERE id = ? AND paused IS NOT NULL",
                (to_epoch(now), source_id),
            )
        )


def cover(db: Database, source_id: SourceId, from_at: datetime, to_at: datetime) -> None:
    """Extend the newest known stretch of a source (a cursor catches up after an outage)."""
    extended = changed(
        db,
        "UPDATE coverage SET to_at = max(to_at, ?) WHERE source_id = ? AND from_at = "
        "(SELECT max(from_at) FROM coverage WHERE source_id = ?)",
        (to_epoch(to_at), source_id, source_id),
    )
    if not extended:
        changed(
            db,
            "INSERT INTO coverage (source_id, from_at, to_at) VALUES (?, ?, ?)",
            (source_id, to_epoch(from_at), to_epoch(to_at)),
        )


def _begin_coverage(db: Database, source_id: SourceId, at: datetime) -> None:
    changed(
        db,
        "INSERT INTO coverage (source_id, from_at, to_at) VALUES (?, ?, ?) "
        "ON CONFLICT (source_id, from_at) DO NOTHING",
        (source_id, to_epoch(at), to_epoch(at)),
    )


def coverage(db: Database, since: datetime) -> dict[SourceId, Sequence[tuple[datetime, datetime]]]:
    """Known stretches that reach past ``since``, per source; a source never read has none."""
    found: dict[SourceId, list[tuple[datetime, datetime]]] = {
        SourceId(row["id"]): [] for row in rows(db, "SELECT id FROM source")
    }
    for row in rows(
        db, "SELECT * FROM coverage WHERE to_at > ? ORDER BY from_at", [to_epoch(since)]
    ):
        found[SourceId(row["source_id"])].append(
            (from_epoch(row["from_at"]), from_epoch(row["to_at"]))
        )
    return {source_id: tuple(stretches) for source_id, stretches in found.items()}


def first_covered(db: Database, names: Sequence[SourceId]) -> int | None:
    """First second of the first known stretch of these sources."""
    marks = placeholders(names)
    row = one(
        db, f"SELECT min(from_at) AS first FROM coverage WHERE source_id IN ({marks})", list(names)
    )
    return row["first"] if row else None


def _status(row: Row) -> SourceStatus:
    return SourceStatus(
        id=SourceId(row["id"]),
        platform=row["platform"],
        poll_after=from_epoch(row["poll_after"]),
        attempts=row["attempts"],
        last_success_at=maybe_from_epoch(row["last_success_at"]),
        backfilled_at=maybe_from_epoch(row["backfilled_at"]),
        error=row["error"],
        paused=row["paused"],
        cursor=row["cursor"],
        reason=row["reason"],
        identity=row["identity"],
        trouble=row["trouble"],
        checked_at=maybe_from_epoch(row["checked_at"]),
        expires_at=maybe_from_epoch(row["expires_at"]),
        expiry_told=row["expiry_told"],
        silent_told_at=maybe_from_epoch(row["silent_told_at"]),
        still_told_at=maybe_from_epoch(row["still_told_at"]),
        looked_at=maybe_from_epoch(row["looked_at"]),
        stopped_told_at=maybe_from_epoch(row["stopped_told_at"]),
        parked_told_at=maybe_from_epoch(row["parked_told_at"]),
        trouble_told_at=maybe_from_epoch(row["trouble_told_at"]),
        gap_at=maybe_from_epoch(row["gap_at"]),
    )
