"""What each person said of an item of the label queue, and what came of it.

Layer 2. An answer and the labels that follow from it are one transaction: a process that dies
leaves both or neither. Where two people say it, it counts when they agree; else a trainer decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlite_utils import Database

from monitor.records import CommentId, LabelField, Sentiment
from monitor.store import audit, predictions
from monitor.store.connection import (
    Row,
    changed,
    from_epoch,
    maybe_epoch,
    one,
    rows,
    to_epoch,
)
from monitor.store.label_queue import (
    ANSWERED,
    DISPUTED,
    FREE,
    ITEMS,
    LEASE,
    OPEN,
    STANDS,
    LabelState,
    get,
    give,
    release,
)

# So many people who pass an item over say that nobody can tell.
SKIPS: Final = 2

Answered = tuple[Sentiment, str]


@dataclass(frozen=True, slots=True)
class Said:
    """What one person said of one comment."""

    comment_id: CommentId
    person: str
    sentiment: Sentiment
    issue: str
    at: datetime


def say(
    db: Database,
    comment_id: CommentId,
    answer: Answered,
    person: str,
    via: str,
    seen: str,
    now: datetime,
    *,
    whoever_has_it: bool = False,
) -> LabelState | None:
    """Keep an answer, and what follows from it; where the item stands then.

    None, and nothing is changed, when it is not (or no more) this person's to answer, or its words
    are others than those with the content hash ``seen``. ``whoever_has_it``: also while it is
    before somebody else. When everybody who shall say it agrees,
    the answer becomes labels in the same transaction; else the item is a conflict.
    """
    with db.atomic():
        since = now if whoever_has_it else now - LEASE
        if not _keep(db, comment_id, answer, person, via, seen, now, since):
            return None
        answers = answers_of(db, comment_id)
        item = get(db, comment_id)
        assert item is not None  # an answer was kept for it just above
        if len(answers) < item.wanted:
            return LabelState.WAITING
        if len({(other.sentiment, other.issue) for other in answers}) > 1:
            _move(db, comment_id, LabelState.CONFLICT, now)
            audit.write(db, now, person, "label_conflict", f"comment:{comment_id}")
            return LabelState.CONFLICT
        _move(db, comment_id, LabelState.SETTLED, now)
        _label(db, comment_id, answer, person, now)
    return LabelState.SETTLED


def skip(
    db: Database, comment_id: CommentId, person: str, via: str, seen: str, now: datetime
) -> bool:
    """Note that this person cannot tell; :data:`SKIPS` of them end the item."""
    with db.atomic():
        if not _keep(db, comment_id, None, person, via, seen, now, now - LEASE):
            return False
        changed(
            db,
            "UPDATE to_label SET state = 'dropped', settled_at = ? WHERE comment_id = ? "
            "AND (SELECT count(*) FROM said_label s WHERE s.comment_id = to_label.comment_id "
            "AND s.skipped = 1) >= ? AND NOT EXISTS (SELECT 1 FROM said_label s "
            "WHERE s.comment_id = to_label.comment_id AND s.skipped = 0)",
            (to_epoch(now), int(comment_id), SKIPS),
        )
    return True


def undo(db: Database, person: str, since: datetime, now: datetime) -> CommentId | None:
    """Take back the last answer of this person, given since an instant; which item it was.

    It is before them again, and labels that came of it are taken back. None, and nothing is
    changed, without one, or when others have built on it: a second answer, a correction.
    """
    with db.atomic():
        # a write first, as in hand()
        found = changed(
            db,
            "UPDATE said_label SET at = at WHERE at >= ? AND id = "
            "(SELECT max(id) FROM said_label WHERE person = ?)",
            (to_epoch(since), person),
        )
        last = one(
            db, "SELECT * FROM said_label WHERE person = ? ORDER BY id DESC LIMIT 1", [person]
        )
        if not found or last is None or _built_on(db, last):
            return None
        number = CommentId(last["comment_id"])
        changed(db, "DELETE FROM said_label WHERE id = ?", (last["id"],))
        predictions.take_back(db, number, person, from_epoch(last["at"]), now)
        _move(db, number, LabelState.WAITING, None)
        release(db, person)
        give(db, number, person, now)
    return number


def conflicts(db: Database, limit: int) -> list[CommentId]:
    """Items of which people said different things, the oldest first."""
    found = rows(
        db,
        f"SELECT q.comment_id FROM {ITEMS} WHERE q.state = 'conflict' AND {STANDS} "
        f"AND {DISPUTED} "
        "ORDER BY q.settled_at, q.comment_id LIMIT ?",
        [limit],
    )
    return [CommentId(row["comment_id"]) for row in found]


def settle(
    db: Database,
    comment_id: CommentId,
    answer: Answered,
    person: str,
    seen: str,
    now: datetime,
) -> bool:
    """Decide a conflict about the words with the content hash ``seen``.

    False, and nothing is changed, when it is none any more, or its words are others by now or wait
    to be understood.
    """
    with db.atomic():
        won = changed(
            db,
            "UPDATE to_label SET state = 'settled', settled_at = ? WHERE comment_id IN "
            f"(SELECT q.comment_id FROM {ITEMS} JOIN prediction p ON p.comment_id = c.id "
            "AND p.model = c.predicted_by WHERE q.comment_id = ? AND q.state = 'conflict' "
            f"AND c.content_hash = ? AND {STANDS})",
            (to_epoch(now), int(comment_id), seen),
        )
        if won:
            _label(db, comment_id, answer, person, now)
    return bool(won)


def settle_alone(db: Database, since: datetime, now: datetime) -> int:
    """Let the one answer count where no second one came since ``since``; how many.

    Else a comment that is asked of two would wait for ever where only one person labels.
    """
    with db.atomic():
        # a write first, as in hand()
        found = rows(
            db,
            "UPDATE to_label SET state = 'settled', settled_at = ? WHERE queued_at < ? AND "
            f"comment_id IN (SELECT q.comment_id FROM {ITEMS} WHERE {OPEN} AND {ANSWERED} "
            f"AND NOT {DISPUTED}) RETURNING comment_id",
            [to_epoch(now), to_epoch(since)],
        )
        for row in found:
            (said,) = answers_of(db, CommentId(row["comment_id"]))
            _label(db, said.comment_id, (said.sentiment, said.issue), said.person, now)
    return len(found)


def answers_of(db: Database, comment_id: CommentId) -> list[Said]:
    """What people said of the words as they stand, in the order in which they said it."""
    found = rows(
        db,
        "SELECT s.* FROM said_label s JOIN comment c ON c.id = s.comment_id "
        "WHERE s.comment_id = ? AND s.skipped = 0 AND s.seen = c.content_hash ORDER BY s.id",
        [int(comment_id)],
    )
    return [_said(row) for row in found]


def has_said(db: Database, comment_id: CommentId, person: str) -> bool:
    """Whether this person has answered an item or passed it over."""
    sql = "SELECT 1 AS said FROM said_label WHERE comment_id = ? AND person = ?"
    return one(db, sql, [int(comment_id), person]) is not None


def said_of(db: Database, comment_id: CommentId, seen: str) -> tuple[Said, ...]:
    """What people said of the words with this content hash."""
    sql = "SELECT * FROM said_label WHERE comment_id = ? AND seen = ? AND skipped = 0 ORDER BY id"
    return tuple(_said(row) for row in rows(db, sql, [int(comment_id), seen]))


def _keep(
    db: Database,
    comment_id: CommentId,
    answer: Answered | None,
    person: str,
    via: str,
    seen: str,
    now: datetime,
    handed_since: datetime,
) -> bool:
    sentiment, issue = answer or (None, None)
    kept = changed(
        db,
        "INSERT OR REPLACE INTO said_label "
        "(comment_id, person, sentiment, issue, skipped, via, seen, at) "
        "SELECT q.comment_id, :person, :sentiment, :issue, :skipped, :via, c.content_hash, :now "
        f"FROM {ITEMS} WHERE q.comment_id = :id AND c.content_hash = :seen AND {FREE}",
        {
            "person": person,
            "lease": to_epoch(handed_since),
            "sentiment": sentiment,
            "issue": issue,
            "skipped": int(answer is None),
            "via": via,
            "now": to_epoch(now),
            "id": int(comment_id),
            "seen": seen,
        },
    )
    if kept:
        changed(
            db,
            "DELETE FROM handed_label WHERE comment_id = ? AND person = ?",
            (int(comment_id), person),
        )
    return bool(kept)


def _built_on(db: Database, last: Row) -> bool:
    """Whether others have answered, decided or corrected since an answer.

    A label from before it, as a doubted one is, was not built on it.
    """
    args = [last["comment_id"], last["id"], last["person"], last["at"]]
    sql = (
        "SELECT 1 AS built WHERE EXISTS (SELECT 1 FROM said_label WHERE comment_id = ?1 "
        "AND id > ?2) OR EXISTS (SELECT 1 FROM label WHERE comment_id = ?1 "
        "AND at >= ?4 AND (person <> ?3 OR at <> ?4))"
    )
    return one(db, sql, args) is not None


def _move(db: Database, comment_id: CommentId, state: LabelState, at: datetime | None) -> None:
    changed(
        db,
        "UPDATE to_label SET state = ?, settled_at = ? WHERE comment_id = ?",
        (state.value, maybe_epoch(at), int(comment_id)),
    )


def _label(
    db: Database, comment_id: CommentId, answer: Answered, person: str, now: datetime
) -> None:
    sentiment, issue = answer
    predictions.add_label(db, comment_id, LabelField.SENTIMENT, sentiment.value, person, now)
    predictions.add_label(db, comment_id, LabelField.ISSUE, issue, person, now)


def _said(row: Row) -> Said:
    return Said(
        comment_id=CommentId(row["comment_id"]),
        person=row["person"],
        sentiment=Sentiment(row["sentiment"]),
        issue=row["issue"],
        at=from_epoch(row["at"]),
    )
