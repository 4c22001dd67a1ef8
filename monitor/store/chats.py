"""Chats that receive notices: one row a chat, in a forum one a topic.

What happens to the chat (thrown out, let in, moved) happens to all of its topics.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlite_utils import Database

from monitor.records import Chat, ChatId, IncidentId, Level
from monitor.store.connection import Row, changed, rows

_MOVED = "moved to "
_UNCONFIGURED = "not configured"
# Why a private message is not kept up: its person has left.
LEFT = "the person left"


def register_chats(db: Database, wanted: Collection[Chat]) -> None:
    """Make or update a row for each configured chat and topic, and write to no other.

    A configured chat that moved away stays marked so; the chat that it became is written to.
    """
    with db.atomic():
        for chat in wanted:
            changed(db, _REGISTER, {**_values(chat), "away": _UNCONFIGURED})
        for chat in _unwanted(chats(db, blocked=True), wanted):
            changed(
                db,
                "UPDATE chat SET blocked = ? WHERE id = ? AND coalesce(thread_id, 0) = ? "
                "AND blocked IS NULL",
                (_UNCONFIGURED, *_key(chat)),
            )


# What closed the chat closes its new topics too.
_REGISTER = """
INSERT INTO chat (id, title, min_level, thread_id, blocked)
VALUES (:id, :title, :min_level, :thread_id,
  (SELECT blocked FROM chat WHERE id = :id AND blocked <> :away LIMIT 1))
ON CONFLICT (id, coalesce(thread_id, 0)) DO UPDATE SET title = excluded.title,
  min_level = excluded.min_level,
  blocked = CASE blocked WHEN :away THEN excluded.blocked ELSE blocked END
"""


def _values(chat: Chat) -> dict[str, object]:
    return {
        "id": chat.id,
        "title": chat.title,
        "min_level": chat.min_level.value,
        "thread_id": chat.thread_id,
    }


def _key(chat: Chat) -> tuple[ChatId, int]:
    return chat.id, chat.thread_id or 0


def _unwanted(known: Iterable[Chat], wanted: Iterable[Chat]) -> list[Chat]:
    listed, keys = list(known), {_key(chat) for chat in wanted}
    became = {(chat.blocked, _key(chat)[1]) for chat in listed if _key(chat) in keys}
    return [
        chat
        for chat in listed
        if _key(chat) not in keys and (f"{_MOVED}{chat.id}", _key(chat)[1]) not in became
    ]


def chats(db: Database, *, blocked: bool = False) -> list[Chat]:
    """Chats and topics that can be written to (or, asked so, all of them)."""
    where = "" if blocked else "WHERE blocked IS NULL"
    found = rows(db, f"SELECT * FROM chat {where} ORDER BY id, coalesce(thread_id, 0)")
    return [_chat(row) for row in found]


def block_chat(db: Database, chat_id: ChatId, why: str) -> bool:
    """Stop writing to a chat that threw the bot out, all topics; whether it was open until now."""
    with db.atomic():
        return bool(
            changed(
                db,
                "UPDATE chat SET blocked = ? WHERE id = ? AND blocked IS NULL",
                (why, chat_id),
            )
        )


def unblock_chat(db: Database, chat_id: ChatId) -> bool:
    """Write to a chat again, with all topics that are configured; whether it was blocked."""
    with db.atomic():
        freed = changed(
            db,
            "UPDATE chat SET blocked = NULL WHERE id = ? AND blocked IS NOT NULL AND blocked <> ?",
            (chat_id, _UNCONFIGURED),
        )
        # Private messages wait for their person: see people.reachable.
        if freed or chat_id < 0:
            changed(
                db,
                "UPDATE notice SET state = 'due', attempts = 0, due_at = 0 "
                "WHERE chat_id = ? AND state = 'failed' AND error IS NOT ?",
                (chat_id, LEFT),
            )
        return bool(freed)


def migrate_chat(db: Database, old: ChatId, new: ChatId) -> None:
    """A group became a supergroup: everything of the old id moves, the old id stays marked."""
    with db.atomic():
        changed(
            db,
            "INSERT INTO chat (id, title, min_level, thread_id) "
            "SELECT ?, title, min_level, thread_id FROM chat WHERE id = ? AND blocked IS NOT ? "
            "ON CONFLICT (id, coalesce(thread_id, 0)) DO UPDATE SET blocked = NULL",
            (new, old, _UNCONFIGURED),
        )
        changed(db, "UPDATE chat SET blocked = ? WHERE id = ?", (f"{_MOVED}{new}", old))
        # Message ids do not survive the move, so living messages are sent anew.
        changed(
            db,
            "UPDATE OR IGNORE notice SET chat_id = ?, message_id = NULL, shown = NULL, "
            f"state = CASE WHEN state = 'failed' THEN 'failed' WHEN {_OVER} THEN 'sent' "
            "ELSE 'due' END WHERE chat_id = ?",
            (new, old),
        )


# What was read and will not change is not sent once more into the chat that a group became.
_OVER = (
    "state = 'sent' AND (kind IN ('event', 'operator', 'digest', 'duty', 'call') OR (kind = 'card' "
    "AND EXISTS (SELECT 1 FROM incident i WHERE i.id = subject_id AND i.closed_at IS NOT NULL)))"
)


def thrown_out(db: Database) -> list[Chat]:
    """Configured chats that cannot be written to for now; they may let the bot in again."""
    closed = [chat for chat in chats(db, blocked=True) if chat.blocked is not None]
    return [
        chat
        for chat in closed
        if chat.blocked != _UNCONFIGURED and not str(chat.blocked).startswith(_MOVED)
    ]


def uncarded(db: Database) -> list[tuple[IncidentId, Chat]]:
    """Live incidents without a card in an open chat that should have one."""
    found = rows(
        db,
        "SELECT c.*, i.id AS incident_id, i.peak FROM incident i CROSS JOIN chat c "
        "WHERE i.closed_at IS NULL AND c.blocked IS NULL AND NOT EXISTS ("
        "SELECT 1 FROM notice n WHERE n.chat_id = c.id AND n.kind = 'card' "
        "AND coalesce(n.thread_id, 0) = coalesce(c.thread_id, 0) AND n.subject_id = i.id) "
        # The sign keeps SQLite from reading every incident in the order of its number.
        "ORDER BY +i.id",
    )
    return [
        (IncidentId(row["incident_id"]), chat)
        for row in found
        if (chat := _chat(row)).min_level.rank <= Level(row["peak"]).rank
    ]


def _chat(row: Row) -> Chat:
    return Chat(
        id=ChatId(row["id"]),
        title=row["title"],
        min_level=Level(row["min_level"]),
        thread_id=row["thread_id"],
        blocked=row["blocked"],
    )
