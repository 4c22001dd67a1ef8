"""What followed replies that stand on a platform, counted anew from the comments each time.

Layer 2. ``outcome_look`` only says which looks were already shown, so that each is shown once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.records import CommentId, DraftId, IncidentId, SourceId
from monitor.records.outcomes import Outcome, Tone
from monitor.replies.outcome import AFTER, BEFORE, LOOKS, stage, tone_change
from monitor.store import notices
from monitor.store.connection import Row, changed, from_epoch, one, placeholders, rows, to_epoch
from monitor.store.copies import IN_COUNTED

# A look that could not be taken for so long (the service was off) is not missed any more.
_CATCH_UP = timedelta(days=7)
# A reply that waits for a moderator is seen by nobody, until it is collected as a public comment.
_POSTED = f"""
SELECT d.id, d.incident_id, p.finished_at, p.external_id AS reply, c.id AS comment_id,
  c.source_id, c.post_id, c.thread_id, c.external_id,
  coalesce(c.author_id, c.author_name) AS author, coalesce(l.stage, 0) AS looked
FROM draft d JOIN post p ON p.draft_id = d.id JOIN comment c ON c.id = d.comment_id
LEFT JOIN outcome_look l ON l.draft_id = d.id
WHERE +d.state = 'posted' AND p.finished_at IS NOT NULL AND (p.outcome IS NOT 'held' OR EXISTS (
  SELECT 1 FROM comment o WHERE o.source_id = c.source_id AND o.external_id = p.external_id
  AND o.visibility {IN_COUNTED}))
"""
# Citizens' own words that people can see, in the time after the reply.
_AFTER = f"""
FROM comment c WHERE c.created_at > :from AND c.created_at <= :to AND c.source_id = :source
AND c.own = 0 AND c.visibility {IN_COUNTED}
"""
_ASKER = f"SELECT count(*) AS n {_AFTER} AND coalesce(c.author_id, c.author_name) = :author " + (
    "AND (c.post_id = :post OR c.thread_id = :thread)"
)
_OTHERS = (
    f"SELECT count(*) AS n {_AFTER} AND coalesce(c.author_id, c.author_name, '') IS NOT :author "
    "AND (c.thread_id = :thread OR c.parent_id IN (:target, :reply))"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A reply that people can see, and where it stands."""

    draft_id: DraftId
    incident_id: IncidentId | None
    comment_id: CommentId
    posted_at: datetime
    reply: str | None
    source_id: SourceId
    post_id: str | None
    thread_id: str | None
    target: str
    author: str | None
    looked: int


def standing(db: Database, draft_id: DraftId) -> Standing | None:
    """The reply of a draft, or None while nobody can see one."""
    row = one(db, f"{_POSTED} AND d.id = ?", [int(draft_id)])
    return None if row is None else _standing(row)


def since(db: Database, at: datetime) -> list[Standing]:
    """Replies posted since an instant, oldest first."""
    found = rows(
        db, f"{_POSTED} AND p.finished_at >= ? ORDER BY p.finished_at, d.id", [to_epoch(at)]
    )
    return [_standing(row) for row in found]


def of_incident(db: Database, incident_id: IncidentId) -> list[Standing]:
    """Replies to comments of an incident, oldest first."""
    found = rows(
        db, f"{_POSTED} AND d.incident_id = ? ORDER BY p.finished_at, d.id", [int(incident_id)]
    )
    return [_standing(row) for row in found]


def unsettled(db: Database, now: datetime) -> list[Standing]:
    """Replies that were not yet looked at for the last time.

    What was posted long ago is left alone, so that a tick does not go through every reply ever.
    """
    found = rows(
        db,
        f"{_POSTED} AND p.finished_at >= ? AND coalesce(l.stage, 0) < ? ORDER BY +d.id",
        [to_epoch(now - LOOKS[-1] - _CATCH_UP), len(LOOKS)],
    )
    return [_standing(row) for row in found]


def mark_look(db: Database, reply: Standing, reached: int, now: datetime) -> bool:
    """Note a look and let the reply's message and card follow; False when another was first."""
    with db.atomic():
        won = changed(
            db,
            "INSERT INTO outcome_look (draft_id, stage, at) VALUES (?1, ?2, ?3) "
            "ON CONFLICT (draft_id) DO UPDATE SET stage = ?2, at = ?3 WHERE stage < ?2",
            (int(reply.draft_id), reached, to_epoch(now)),
        )
        if won:
            notices.touch_drafts(db, int(reply.draft_id), now)
            if reply.incident_id is not None:
                notices.touch_cards(db, reply.incident_id, now)
    return bool(won)


def outcome(db: Database, reply: Standing, now: datetime) -> Outcome:
    """What followed a reply until now, for 48 hours at the most."""
    until = min(now, reply.posted_at + AFTER)
    args: dict[str, object] = {
        "from": to_epoch(reply.posted_at),
        "to": to_epoch(until),
        "source": reply.source_id,
        "author": reply.author,
        "post": reply.post_id,
        "thread": reply.thread_id,
        "target": reply.target,
        "reply": reply.reply or "",
    }
    before, after = tones(db, [reply], now)
    return Outcome(
        draft_id=reply.draft_id,
        posted_at=reply.posted_at,
        until_at=until,
        stage=stage(reply.posted_at, now),
        asker=_count(db, _ASKER, args),
        others=_count(db, _OTHERS, args),
        before=before,
        after=after,
        change=tone_change(before, after),
    )


def tones(db: Database, replies: Sequence[Standing], now: datetime) -> tuple[Tone, Tone]:
    """The tone under the posts of some replies, before and after the first under each.

    The comments that were answered are left out: they were chosen because they were bad.
    """
    answered = [int(reply.comment_id) for reply in replies]
    before = after = Tone()
    for reply in _first_of_posts(replies):
        at = reply.posted_at
        before += _tone(db, reply, answered, at - BEFORE, at)
        after += _tone(db, reply, answered, at, min(now, at + AFTER))
    return before, after


def _first_of_posts(replies: Iterable[Standing]) -> list[Standing]:
    found: dict[tuple[str, str], Standing] = {}
    for reply in sorted(replies, key=lambda one_reply: one_reply.posted_at):
        if reply.post_id is not None:
            found.setdefault((reply.source_id, reply.post_id), reply)
    return list(found.values())


def _tone(
    db: Database,
    reply: Standing,
    answered: Sequence[int],
    from_at: datetime,
    to_at: datetime,
) -> Tone:
    marks = placeholders(answered)
    row = one(
        db,
        "SELECT count(*) AS n, coalesce(sum(t.negative), 0) AS bad FROM comment c "
        "JOIN tally t ON t.comment_id = c.id WHERE c.created_at > ? AND c.created_at <= ? "
        f"AND c.source_id = ? AND c.post_id = ? AND c.id NOT IN ({marks})",
        [to_epoch(from_at), to_epoch(to_at), reply.source_id, reply.post_id, *answered],
    )
    assert row is not None  # an aggregate always has a row
    return Tone(row["bad"], row["n"])


def _count(db: Database, sql: str, args: dict[str, object]) -> int:
    row = one(db, sql, args)
    assert row is not None  # an aggregate always has a row
    return int(row["n"])


def _standing(row: Row) -> Standing:
    return Standing(
        draft_id=DraftId(row["id"]),
        incident_id=None if row["incident_id"] is None else IncidentId(row["incident_id"]),
        comment_id=CommentId(row["comment_id"]),
        posted_at=from_epoch(row["finished_at"]),
        reply=row["reply"],
        source_id=SourceId(row["source_id"]),
        post_id=row["post_id"],
        thread_id=row["thread_id"],
        target=row["external_id"],
        author=row["author"],
        looked=row["looked"],
    )
