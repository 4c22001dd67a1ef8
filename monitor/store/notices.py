"""Notices: one living message per chat (or forum topic), kind and subject, sent at least once.

``sending`` is written before the call and the result after it. Whatever is still ``sending`` when
a process starts may or may not have arrived, so it becomes due again. Every wish raises
``version``: a message that went stale while it was under way is due again at once, and the newest
state always wins over older ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from monitor.records import (
    Chat,
    ChatId,
    EventId,
    EventKind,
    IncidentId,
    Notice,
    NoticeId,
    NoticeKind,
    NoticeState,
)
from monitor.store.connection import Row, changed, one, rows, to_epoch

# A wish may bring a waiting edit forward, but never shorten a pause that a failed call asked for.
_DUE = (
    "due_at = CASE WHEN state <> 'due' THEN {0} WHEN attempts > 0 THEN due_at "
    "ELSE min(due_at, {0}) END"
)
_WISH = (
    "INSERT INTO notice (chat_id, thread_id, kind, subject_id, state, due_at, text) "
    "VALUES (?, ?, ?, ?, 'due', ?, ?) "
    "ON CONFLICT (chat_id, coalesce(thread_id, 0), kind, subject_id) DO UPDATE SET "
    "version = version + 1, text = excluded.text, "
    f"{_DUE.format('excluded.due_at')}, "
    "state = CASE WHEN state = 'sending' THEN 'sending' ELSE 'due' END"
)
# What closes a place: its own row, or that no row of its chat is open.
_CLOSED = (
    "SELECT 1 FROM chat c WHERE c.id = n.chat_id AND c.blocked IS NOT NULL "
    "AND (coalesce(c.thread_id, 0) = coalesce(n.thread_id, 0) "
    "OR NOT EXISTS (SELECT 1 FROM chat o WHERE o.id = c.id AND o.blocked IS NULL))"
)


_LAPSE = (
    "DELETE FROM notice WHERE kind = 'event' AND state <> 'sending' AND message_id IS NULL "
    "AND subject_id IN (SELECT e.id FROM event e JOIN event new ON new.incident_id = e.incident_id "
    "WHERE e.kind = ? AND e.id < ? AND new.id = ?)"
)
# Whose turn it is, in seconds: the earliest instant first. Each level is as good as a quarter of
# an hour of waiting, a message that is not there yet as good as an hour, so that every new message
# of any level goes before every edit; and what has waited long enough goes before all of them.
_TURN = (
    """
WITH waiting AS (
  SELECT n.*, max(n.due_at, ?1 - 14400)
    - CASE WHEN n.message_id IS NULL THEN 3600 ELSE 0 END
    - 900 * CASE WHEN i.id IS NULL THEN
        CASE WHEN n.kind IN ('personal', 'call') THEN 3 WHEN n.kind = 'digest' THEN 0 ELSE 1 END
      WHEN i.closed_at IS NOT NULL THEN 0
      ELSE CASE i.level WHEN 'awas' THEN 3 WHEN 'siaga' THEN 2 WHEN 'waspada' THEN 1 ELSE 0 END
      END AS turn
  FROM notice n
  LEFT JOIN event e ON n.kind = 'event' AND e.id = n.subject_id
  LEFT JOIN draft d ON n.kind = 'draft' AND d.id = n.subject_id
  LEFT JOIN question q ON n.kind = 'question' AND q.id = n.subject_id
  LEFT JOIN incident i ON i.id = CASE n.kind WHEN 'card' THEN n.subject_id
    WHEN 'event' THEN e.incident_id WHEN 'draft' THEN d.incident_id
    WHEN 'question' THEN q.incident_id END
  WHERE n.state = 'due' AND n.due_at <= ?1 AND NOT EXISTS ("""
    + _CLOSED
    + """)
), placed AS (
  SELECT *, row_number() OVER (PARTITION BY chat_id ORDER BY turn, id) AS place FROM waiting
)
SELECT * FROM placed WHERE place <= ?2 ORDER BY turn, id LIMIT ?3
"""
)
# No group takes more in a minute, so one that is full does not hide what waits for the others.
_OF_ONE_CHAT = 20


def wish(
    db: Database,
    chats: Iterable[Chat],
    kind: NoticeKind,
    subject_id: int,
    now: datetime,
    text: str | None = None,
) -> None:
    """Want this message to stand, up to date, in each of the chats; inside ``db.atomic()``."""
    for chat in chats:
        changed(
            db,
            _WISH,
            (chat.id, chat.thread_id, kind.value, subject_id, to_epoch(now), text),
        )


def process_event(
    db: Database,
    event_id: EventId,
    wishes: Iterable[tuple[NoticeKind, int, Chat]],
    now: datetime,
    lapsed: Iterable[EventKind] = (),
) -> bool:
    """Make the notices of an event and mark it processed; False when it already was.

    Messages of older events of its incident that are of the ``lapsed`` kinds and were not sent yet
    are no longer wanted.
    """
    with db.atomic():
        fresh = changed(
            db,
            "UPDATE event SET processed_at = ? WHERE id = ? AND processed_at IS NULL",
            (to_epoch(now), int(event_id)),
        )
        if fresh:
            for over in lapsed:
                changed(db, _LAPSE, (over.value, int(event_id), int(event_id)))
            for kind, subject_id, chat in wishes:
                wish(db, [chat], kind, subject_id, now)
    return bool(fresh)


def touch_cards(db: Database, incident_id: IncidentId, due_at: datetime) -> None:
    """Let the cards of an incident that already stand be edited; inside ``db.atomic()``."""
    _touch(db, NoticeKind.CARD, int(incident_id), due_at)


def touch_duty(db: Database, note: int, now: datetime) -> None:
    """Let the messages of a note about the duty be edited; inside ``db.atomic()``."""
    _touch(db, NoticeKind.DUTY, note, now)


def touch_drafts(db: Database, draft_id: int, now: datetime) -> None:
    """Let the messages of a draft that already stand be edited; inside ``db.atomic()``."""
    _touch(db, NoticeKind.DRAFT, draft_id, now)
    row = one(db, "SELECT batch_id FROM draft WHERE id = ?", [draft_id])
    if row is not None and row["batch_id"] is not None:
        _touch(db, NoticeKind.BATCH, row["batch_id"], now)


def touch_intakes(db: Database, numbers: Iterable[int], now: datetime) -> None:
    """Let the messages of comments that people handed in be edited; inside ``db.atomic()``."""
    for number in numbers:
        _touch(db, NoticeKind.INTAKE, number, now)


def touch_narrative(db: Database, subjects: Iterable[int], now: datetime) -> None:
    """Let the messages of a statement be edited; inside ``db.atomic()``."""
    for subject_id in subjects:
        _touch(db, NoticeKind.NARRATIVE, subject_id, now)


def _touch(db: Database, kind: NoticeKind, subject_id: int, now: datetime) -> None:
    changed(
        db,
        "UPDATE notice SET version = version + 1, "
        f"{_DUE.format('?1')}, "
        "state = CASE WHEN state = 'sending' THEN 'sending' ELSE 'due' END "
        "WHERE kind = ?2 AND subject_id = ?3 AND state <> 'failed'",
        (to_epoch(now), kind.value, subject_id),
    )


def recover(db: Database) -> int:
    """After a start: what was under way when the process died is due again; how many."""
    with db.atomic():
        return changed(db, "UPDATE notice SET state = 'due' WHERE state = 'sending'")


def due(db: Database, now: datetime, limit: int) -> list[Notice]:
    """Messages to send or edit now: new before edits, high levels first, and nothing starves."""
    return [_notice(row) for row in rows(db, _TURN, [to_epoch(now), _OF_ONE_CHAT, limit])]


def begin(db: Database, notice: Notice) -> bool:
    """Claim a due message before the call; False when another worker has it."""
    with db.atomic():
        return bool(
            changed(
                db,
                "UPDATE notice SET state = 'sending', attempts = attempts + 1 "
                "WHERE id = ? AND state = 'due'",
                (int(notice.id),),
            )
        )


def finish(db: Database, notice: Notice, message_id: int, shown: str) -> None:
    """Record that the chat shows it; due again if it went stale while it was under way."""
    with db.atomic():
        changed(
            db,
            "UPDATE notice SET state = CASE WHEN version = ? THEN 'sent' ELSE 'due' END, "
            "message_id = ?, shown = ?, attempts = 0, error = NULL WHERE id = ?",
            (notice.version, message_id, shown, int(notice.id)),
        )


def fail(
    db: Database, notice: Notice, error: str, due_at: datetime, *, permanent: bool = False
) -> None:
    """Record a failed call: due again at ``due_at``, or given up when it can never work."""
    with db.atomic():
        changed(
            db,
            "UPDATE notice SET state = ?, error = ?, due_at = ? WHERE id = ?",
            (
                (NoticeState.FAILED if permanent else NoticeState.DUE).value,
                error,
                to_epoch(due_at),
                int(notice.id),
            ),
        )


def lose_message(db: Database, notice: Notice, now: datetime) -> None:
    """The message was deleted in the chat: forget its id and send it anew."""
    with db.atomic():
        changed(
            db,
            "UPDATE notice SET state = 'due', message_id = NULL, shown = NULL, due_at = ? "
            "WHERE id = ?",
            (to_epoch(now), int(notice.id)),
        )


def find(
    db: Database,
    chat_id: ChatId,
    kind: NoticeKind,
    subject_id: int,
    thread_id: int | None = None,
) -> Notice | None:
    """The message of a subject in a chat, in this forum topic if it stands there, or None."""
    row = one(
        db,
        "SELECT * FROM notice WHERE chat_id = ? AND kind = ? AND subject_id = ? "
        "ORDER BY coalesce(thread_id, 0) <> coalesce(?, 0), id LIMIT 1",
        [chat_id, kind.value, subject_id, thread_id],
    )
    return None if row is None else _notice(row)


def thread_of(db: Database, chat_id: ChatId, message_id: int) -> int | None:
    """The forum topic that a message of ours was sent into, or None."""
    row = one(
        db,
        "SELECT thread_id FROM notice WHERE chat_id = ? AND message_id = ?",
        [chat_id, message_id],
    )
    return row["thread_id"] if row else None


def shown_in(db: Database, kind: NoticeKind, subject_id: int) -> list[Chat]:
    """The chats (or topics) in which a message of a subject stands."""
    return [
        Chat(ChatId(row["chat_id"]), "", thread_id=row["thread_id"])
        for row in rows(
            db,
            "SELECT chat_id, thread_id FROM notice WHERE kind = ? AND subject_id = ? "
            "AND state <> 'failed' ORDER BY id",
            [kind.value, subject_id],
        )
    ]


def every(db: Database) -> list[Notice]:
    """All notices, oldest first."""
    return [_notice(row) for row in rows(db, "SELECT * FROM notice ORDER BY id")]


def _notice(row: Row) -> Notice:
    return Notice(
        id=NoticeId(row["id"]),
        chat_id=ChatId(row["chat_id"]),
        thread_id=row["thread_id"],
        kind=NoticeKind(row["kind"]),
        subject_id=row["subject_id"],
        state=NoticeState(row["state"]),
        version=row["version"],
        message_id=row["message_id"],
        shown=row["shown"],
        attempts=row["attempts"],
        text=row["text"],
    )
