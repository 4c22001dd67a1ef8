"""What people shall label, and who has what before them.

Layer 2. Whoever asks for an item gets one that nobody else has, in one transaction, so two people
at once never do the same. Knows no chooser, no Telegram and no role: ``steps.label_queue`` fills
it, ``steps.labelling`` asks it; what people say is in ``said_labels``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlite_utils import Database

from monitor.records import CommentId
from monitor.store.connection import Row, changed, one, rows, to_epoch
from monitor.store.copies import IN_COUNTED
from monitor.store.doubted import DOUBTED

# So long an item stays with the person it was shown to.
LEASE: Final = timedelta(minutes=15)
# What came labelled in a file; like doubted labels, nobody chose it for its own sake.
IMPORTED: Final = "imported"

_DAY = timedelta(days=1)
# A citizen's comment whose words can be read.
STANDS = f"c.erased_at IS NULL AND c.own = 0 AND c.visibility {IN_COUNTED}"
# An item that may still be answered: understood as it stands, and nobody labelled it elsewhere
# since it was queued (a doubted label was given before).
OPEN = (
    f"q.state = 'waiting' AND {STANDS} AND c.predicted_by IS NOT NULL "
    "AND NOT EXISTS (SELECT 1 FROM label l WHERE l.comment_id = c.id AND l.at >= q.queued_at)"
)
# How many other people have it, or said it of the very words.
_OTHERS = (
    "((SELECT count(*) FROM handed_label h WHERE h.comment_id = q.comment_id "
    "AND h.person <> :person AND h.at > :lease AND h.seen = c.content_hash) + "
    "(SELECT count(*) FROM said_label o WHERE o.comment_id = q.comment_id "
    "AND o.person <> :person AND o.skipped = 0 AND o.at >= q.queued_at "
    "AND o.seen = c.content_hash))"
)
_NOT_SAID = (
    "NOT EXISTS (SELECT 1 FROM said_label m WHERE m.comment_id = q.comment_id "
    "AND m.person = :person AND m.seen = c.content_hash)"
)
# Somebody said something of the words as they stand since the item was queued.
ANSWERED = (
    "EXISTS (SELECT 1 FROM said_label a WHERE a.comment_id = q.comment_id AND a.skipped = 0 "
    "AND a.at >= q.queued_at AND a.seen = c.content_hash)"
)
# Chosen for what it teaches, and nobody has answered it or passed it over yet.
UNTOUCHED = (
    f"{OPEN} AND q.reason NOT IN ('{DOUBTED}', '{IMPORTED}') "
    "AND NOT EXISTS (SELECT 1 FROM said_label u WHERE u.comment_id = q.comment_id "
    "AND u.at >= q.queued_at AND u.seen = c.content_hash)"
)
FREE = f"{OPEN} AND {_NOT_SAID} AND {_OTHERS} < q.wanted"
# Enough people said something of the words as they stand that there can be a conflict.
DISPUTED = (
    "(SELECT count(*) FROM said_label d WHERE d.comment_id = q.comment_id AND d.skipped = 0 "
    "AND d.seen = c.content_hash) > 1"
)
ITEMS = "to_label q JOIN comment c ON c.id = q.comment_id"
# Which words of a conflict a trainer read is kept until it is decided.
_NO_CONFLICT = "comment_id NOT IN (SELECT comment_id FROM to_label WHERE state = 'conflict')"


class LabelState(StrEnum):
    """Where an item of the queue stands."""

    WAITING = "waiting"
    CONFLICT = "conflict"
    SETTLED = "settled"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class ToLabel:
    """A comment that shall be labelled: why, and by how many people.

    ``worth`` (0 to 1): how early it is asked.
    """

    comment_id: CommentId
    reason: str
    worth: float
    wanted: int = 1
    guesses: tuple[str, ...] = ()
    state: LabelState = LabelState.WAITING


def put(db: Database, chosen: Iterable[ToLabel], now: datetime) -> int:
    """Let comments wait for labels; how many are new here."""
    with db.atomic():
        return sum(
            changed(
                db,
                "INSERT OR IGNORE INTO to_label "
                "(comment_id, reason, worth, wanted, guesses, state, queued_at) "
                "VALUES (?, ?, ?, ?, ?, 'waiting', ?)",
                (
                    int(item.comment_id),
                    item.reason,
                    item.worth,
                    item.wanted,
                    ",".join(item.guesses),
                    to_epoch(now),
                ),
            )
            for item in chosen
        )


def reopen(db: Database, item: ToLabel, now: datetime) -> bool:
    """Let an item that was let go wait again, as this one; False when it was not let go.

    Inside ``db.atomic()``.
    """
    return bool(
        changed(
            db,
            "UPDATE to_label SET state = 'waiting', settled_at = NULL, reason = ?, worth = ?, "
            "wanted = ?, queued_at = ? WHERE comment_id = ? AND state = 'dropped'",
            (item.reason, item.worth, item.wanted, to_epoch(now), int(item.comment_id)),
        )
    )


def widen(db: Database, comment_id: CommentId, wanted: int) -> None:
    """Let more people say it than were asked for; inside ``db.atomic()``."""
    changed(
        db,
        "UPDATE to_label SET wanted = ?1 WHERE comment_id = ?2 AND wanted < ?1 "
        "AND state = 'waiting'",
        (wanted, int(comment_id)),
    )


def get(db: Database, comment_id: CommentId) -> ToLabel | None:
    """One item, or None."""
    row = one(db, "SELECT * FROM to_label WHERE comment_id = ?", [int(comment_id)])
    return None if row is None else _item(row)


def waiting(db: Database, limit: int) -> list[ToLabel]:
    """Items that may be answered, those that teach most first."""
    found = rows(
        db,
        f"SELECT q.* FROM {ITEMS} WHERE {OPEN} ORDER BY q.worth DESC, q.comment_id LIMIT ?",
        [limit],
    )
    return [_item(row) for row in found]


def tidy(db: Database, since: datetime, now: datetime) -> int:
    """Let go of what cannot be answered any more, or of which nobody spoke since ``since``.

    A conflict about words that were edited since waits again. What somebody said of other words,
    or before the item was queued, keeps nothing here. How many were let go.
    """
    gone = f"comment_id IN (SELECT q.comment_id FROM {ITEMS} WHERE NOT ({STANDS}))"
    with db.atomic():
        dropped = changed(
            db,
            "UPDATE to_label SET state = 'dropped', settled_at = ? "
            f"WHERE (state IN ('waiting', 'conflict') AND {gone}) OR (state = 'waiting' AND "
            "(EXISTS (SELECT 1 FROM label l WHERE l.comment_id = to_label.comment_id "
            "AND l.at >= to_label.queued_at) "
            "OR (queued_at < ? AND comment_id NOT IN "
            f"(SELECT q.comment_id FROM {ITEMS} WHERE {ANSWERED}))))",
            (to_epoch(now), to_epoch(since)),
        )
        changed(
            db,
            "UPDATE to_label SET state = 'waiting', settled_at = NULL WHERE state = 'conflict' "
            f"AND comment_id NOT IN (SELECT q.comment_id FROM {ITEMS} WHERE {DISPUTED})",
        )
        changed(
            db,
            f"DELETE FROM handed_label WHERE at < ? AND {_NO_CONFLICT}",
            (to_epoch(now - _DAY),),
        )
    return dropped


def hand(db: Database, person: str, now: datetime) -> CommentId | None:
    """The item that this person shall answer next, theirs for :data:`LEASE`; None without any.

    What they have before them stays. Whose second opinion is asked for comes first.
    """
    args = _who(person, now)
    with db.atomic():
        # a write first: two people who ask at once wait for each other here
        changed(
            db,
            f"DELETE FROM handed_label WHERE person = :person AND {_NO_CONFLICT} "
            f"AND comment_id NOT IN (SELECT q.comment_id FROM {ITEMS} WHERE {FREE})",
            args,
        )
        found = one(
            db,
            f"SELECT q.comment_id AS id FROM {ITEMS} WHERE {FREE} ORDER BY "
            "EXISTS (SELECT 1 FROM handed_label h WHERE h.comment_id = q.comment_id "
            "AND h.person = :person) DESC, EXISTS (SELECT 1 FROM said_label s "
            "WHERE s.comment_id = q.comment_id AND s.skipped = 0 "
            "AND s.seen = c.content_hash) DESC, q.worth DESC, q.comment_id LIMIT 1",
            args,
        )
        if found is not None:
            give(db, found["id"], person, now)
    return None if found is None else CommentId(found["id"])


def seen_by(db: Database, comment_id: CommentId, person: str) -> str | None:
    """The content hash of the words that this person was shown, or None."""
    row = one(
        db,
        "SELECT seen FROM handed_label WHERE comment_id = ? AND person = ?",
        [int(comment_id), person],
    )
    return row["seen"] if row else None


def free_for(db: Database, comment_id: CommentId, person: str, now: datetime) -> bool:
    """Whether this person may (still) answer an item."""
    args = {**_who(person, now), "id": int(comment_id)}
    sql = f"SELECT 1 AS free FROM {ITEMS} WHERE q.comment_id = :id AND {FREE}"
    return one(db, sql, args) is not None


def release(db: Database, person: str) -> None:
    """Give back what this person has before them."""
    with db.atomic():
        changed(db, f"DELETE FROM handed_label WHERE person = ? AND {_NO_CONFLICT}", (person,))


def _who(person: str, now: datetime) -> dict[str, object]:
    """The parameters of :data:`FREE`."""
    return {"person": person, "lease": to_epoch(now - LEASE)}


def give(db: Database, comment_id: int, person: str, now: datetime) -> None:
    """Note that these words are before a person now; inside ``db.atomic()``."""
    changed(
        db,
        "INSERT OR REPLACE INTO handed_label (comment_id, person, seen, at) "
        "SELECT id, ?, content_hash, ? FROM comment WHERE id = ?",
        (person, to_epoch(now), int(comment_id)),
    )


def show(db: Database, items: Iterable[tuple[CommentId, str]], person: str) -> None:
    """Note which words (their content hashes) of conflicts a person reads.

    Noted as of long ago: a conflict is before every trainer at once, so that keeps nobody out.
    """
    with db.atomic():
        for number, seen in items:
            changed(
                db,
                "INSERT OR REPLACE INTO handed_label (comment_id, person, seen, at) "
                "VALUES (?, ?, ?, 0)",
                (int(number), person, seen),
            )


def _item(row: Row) -> ToLabel:
    return ToLabel(
        comment_id=CommentId(row["comment_id"]),
        reason=row["reason"],
        worth=row["worth"],
        wanted=row["wanted"],
        guesses=tuple(filter(None, row["guesses"].split(","))),
        state=LabelState(row["state"]),
    )
