"""What people want a platform to hide or to show again, and what became of it.

One row a comment: the newest wish counts. Asking a platform twice for the same is harmless, so a
wish is simply ``wanted`` until it is ``done`` or ``failed``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from monitor.platforms.base import content_hash
from monitor.records import CommentId, StoredComment, Visibility
from monitor.store import audit, comments, notices
from monitor.store.connection import Row, changed, from_epoch, one, rows, to_epoch

WANTED, DONE, FAILED = "wanted", "done", "failed"
# What is wanted and what was done, as the audit trail names them.
_HIDE, _SHOW = ("hide", "hidden"), ("show", "shown")


@dataclass(frozen=True, slots=True)
class Wish:
    """That a comment be hidden (or shown again): who wants it, why, since when, how it stands.

    ``state`` is ``wanted``, ``done`` or ``failed``; ``error`` is what the platform said last.
    """

    comment_id: CommentId
    hidden: bool
    reply_ref: str
    state: str
    person: str
    reason: str
    at: datetime
    attempts: int = 0
    error: str | None = None


def want(
    db: Database,
    stored: StoredComment,
    *,
    hidden: bool,
    reply_ref: str,
    person: str,
    reason: str,
    now: datetime,
) -> bool:
    """Note a person's wish; False where the same is wanted or done already."""
    with db.atomic():
        fresh = changed(
            db,
            "INSERT INTO moderation (comment_id, hidden, reply_ref, state, person, reason, at, "
            "next_try_at) VALUES (?, ?, ?, 'wanted', ?, ?, ?, ?) "
            "ON CONFLICT (comment_id) DO UPDATE SET hidden = excluded.hidden, "
            "reply_ref = excluded.reply_ref, state = 'wanted', person = excluded.person, "
            "reason = excluded.reason, at = excluded.at, next_try_at = excluded.next_try_at, "
            "attempts = 0, error = NULL "
            "WHERE moderation.hidden <> excluded.hidden OR moderation.state = 'failed' "
            "OR (moderation.state = 'done' AND excluded.hidden = 1)",
            (
                int(stored.id),
                int(hidden),
                reply_ref,
                person,
                reason,
                to_epoch(now),
                to_epoch(now),
            ),
        )
        if fresh:
            _told(db, stored.id, f"{_verbs(hidden=hidden)[0]}-wanted", person, reason, now)
    return bool(fresh)


def get(db: Database, comment_id: CommentId) -> Wish | None:
    """The newest wish for a comment, or None."""
    row = one(db, "SELECT * FROM moderation WHERE comment_id = ?", [int(comment_id)])
    return None if row is None else _wish(row)


def due(db: Database, now: datetime) -> list[Wish]:
    """Wishes whose turn has come, oldest first."""
    found = rows(
        db,
        "SELECT * FROM moderation WHERE state = 'wanted' AND next_try_at <= ? "
        "ORDER BY at, comment_id",
        [to_epoch(now)],
    )
    return [_wish(row) for row in found]


def hold_back(db: Database, error: str, now: datetime) -> int:
    """In a restored store: give up what is wanted, as it may have been done or undone since."""
    with db.atomic():
        wishes = [_wish(row) for row in rows(db, "SELECT * FROM moderation WHERE state = 'wanted'")]
        return sum(fail(db, wish, error, now) for wish in wishes)


def finish(db: Database, wish: Wish, now: datetime) -> bool:
    """The platform did it: the comment looks so from now on; False when the wish has changed."""
    with db.atomic():
        if not _leave(db, wish, DONE, None):
            return False
        stored = comments.get(db, wish.comment_id)
        assert stored is not None  # comments are never deleted
        _look(db, stored, now, hidden=wish.hidden)
        _told(db, wish.comment_id, _verbs(hidden=wish.hidden)[1], wish.person, wish.reason, now)
    return True


def fail(db: Database, wish: Wish, error: str, now: datetime) -> bool:
    """The platform will not do it; False when the wish has changed. Inside ``db.atomic()``."""
    if not _leave(db, wish, FAILED, error):
        return False
    _told(db, wish.comment_id, f"{_verbs(hidden=wish.hidden)[0]}-failed", "siaga", wish.reason, now)
    return True


def postpone(db: Database, wish: Wish, error: str, next_try_at: datetime) -> None:
    """Not done yet: try again later, unless the wish has changed."""
    with db.atomic():
        changed(
            db,
            "UPDATE moderation SET attempts = attempts + 1, error = ?, next_try_at = ? "
            "WHERE comment_id = ? AND state = 'wanted' AND hidden = ? AND at = ?",
            (error, to_epoch(next_try_at), *_key(wish)),
        )


def _leave(db: Database, wish: Wish, state: str, error: str | None) -> int:
    return changed(
        db,
        "UPDATE moderation SET state = ?, error = ?, attempts = attempts + 1 "
        "WHERE comment_id = ? AND state = 'wanted' AND hidden = ? AND at = ?",
        (state, error, *_key(wish)),
    )


def _key(wish: Wish) -> tuple[int, int, int]:
    return int(wish.comment_id), int(wish.hidden), to_epoch(wish.at)


def _look(db: Database, stored: StoredComment, now: datetime, *, hidden: bool) -> None:
    """What is hidden stops counting; what is shown again is understood anew and counts.

    It may have been taken for deleted meanwhile, which nobody reads again: so it is read now.
    """
    comment = stored.comment
    if hidden:
        comments.mark_gone(db, comment.source_id, [(comment.external_id, Visibility.HIDDEN)])
    visibility = Visibility.HIDDEN if hidden else Visibility.PUBLIC
    # The hash of how it looks now: a poll that sees the same is no edit.
    changed(
        db,
        "UPDATE comment SET visibility = ?, content_hash = ?, "
        "predicted_by = CASE WHEN ? THEN predicted_by END, "
        "recheck_at = CASE WHEN ? OR fetched_at IS NULL THEN recheck_at ELSE ? END WHERE id = ?",
        (
            visibility.value,
            content_hash(replace(comment, visibility=visibility)),
            int(hidden),
            int(hidden),
            to_epoch(now),
            int(stored.id),
        ),
    )


def _told(
    db: Database, comment_id: CommentId, action: str, actor: str, reason: str, now: datetime
) -> None:
    audit.write(db, now, actor, f"comment-{action}", f"comment:{comment_id}", reason)
    for row in rows(db, "SELECT id FROM draft WHERE comment_id = ?", [int(comment_id)]):
        notices.touch_drafts(db, row["id"], now)


def _verbs(*, hidden: bool) -> tuple[str, str]:
    return _HIDE if hidden else _SHOW


def _wish(row: Row) -> Wish:
    return Wish(
        comment_id=CommentId(row["comment_id"]),
        hidden=bool(row["hidden"]),
        reply_ref=row["reply_ref"],
        state=row["state"],
        person=row["person"],
        reason=row["reason"],
        at=from_epoch(row["at"]),
        attempts=row["attempts"],
        error=row["error"],
    )
