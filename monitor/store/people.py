"""The register of people and chats, and the questions that the bot put to people."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.errors import Refused
from monitor.records import Chat, ChatId, Level, Person, PersonId, Role
from monitor.store import audit
from monitor.store.connection import Row, changed, one, rows, to_epoch

_MOVED = "moved to "
_UNCONFIGURED = "not configured"


def add(
    db: Database,
    name: str,
    roles: Iterable[Role],
    telegram_id: int | None,
    actor: str,
    now: datetime,
) -> Person:
    """Register a person, or change the roles and Telegram id of one with that name.

    Raises:
        Refused: another person already has this Telegram id.
    """
    wanted = ",".join(sorted(set(roles)))
    holder = one(
        db, "SELECT name FROM person WHERE telegram_id = ? AND name <> ?", [telegram_id, name]
    )
    if telegram_id is not None and holder:
        raise Refused(
            f"person: {name}: telegram id {telegram_id} belongs to {holder['name']}",
            holder=holder["name"],
        )
    with db.atomic():
        changed(
            db,
            "INSERT INTO person (name, telegram_id, roles, active) VALUES (?, ?, ?, 1) "
            "ON CONFLICT (name) DO UPDATE SET roles = excluded.roles, active = 1, "
            "telegram_id = coalesce(excluded.telegram_id, telegram_id)",
            (name, telegram_id, wanted),
        )
        audit.write(db, now, actor, "person", f"person:{name}", wanted)
    found = by_name(db, name)
    assert found is not None  # written just above
    return found


def deactivate(db: Database, name: str, actor: str, now: datetime) -> bool:
    """Take all rights from a person who left; whether there was an active one."""
    with db.atomic():
        gone = changed(db, "UPDATE person SET active = 0 WHERE name = ? AND active = 1", (name,))
        if gone:
            audit.write(db, now, actor, "person-removed", f"person:{name}")
    return bool(gone)


def by_name(db: Database, name: str) -> Person | None:
    """The active or former person of this name, or None."""
    row = one(db, "SELECT * FROM person WHERE name = ?", [name])
    return None if row is None else _person(row)


def by_telegram(db: Database, telegram_id: int) -> Person | None:
    """The active person with this Telegram id, or None."""
    row = one(db, "SELECT * FROM person WHERE telegram_id = ? AND active = 1", [telegram_id])
    return None if row is None else _person(row)


def every(db: Database) -> list[Person]:
    """All people, by name."""
    return [_person(row) for row in rows(db, "SELECT * FROM person ORDER BY name")]


def register_chats(db: Database, wanted: Collection[Chat]) -> None:
    """Make or update a row for each configured chat, and write to no other.

    A configured chat that moved away stays marked so; the chat that it became is written to.
    """
    with db.atomic():
        for chat in wanted:
            changed(
                db,
                "INSERT INTO chat (id, title, min_level, thread_id) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET title = excluded.title, "
                "min_level = excluded.min_level, thread_id = excluded.thread_id, "
                "blocked = CASE blocked WHEN ? THEN NULL ELSE blocked END",
                (chat.id, chat.title, chat.min_level.value, chat.thread_id, _UNCONFIGURED),
            )
        for chat in _unwanted(chats(db, blocked=True), {chat.id for chat in wanted}):
            changed(
                db,
                "UPDATE chat SET blocked = ? WHERE id = ? AND blocked IS NULL",
                (_UNCONFIGURED, chat.id),
            )


def _unwanted(known: Iterable[Chat], wanted: Collection[ChatId]) -> list[Chat]:
    listed = list(known)
    became = {chat.blocked for chat in listed if chat.id in wanted}
    return [c for c in listed if c.id not in wanted and f"{_MOVED}{c.id}" not in became]


def chats(db: Database, *, blocked: bool = False) -> list[Chat]:
    """Chats that can be written to (or, asked so, all of them)."""
    where = "" if blocked else "WHERE blocked IS NULL"
    return [_chat(row) for row in rows(db, f"SELECT * FROM chat {where} ORDER BY id")]


def block_chat(db: Database, chat_id: ChatId, why: str) -> bool:
    """Stop writing to a chat that threw the bot out; whether it was open until now."""
    with db.atomic():
        return bool(
            changed(
                db,
                "UPDATE chat SET blocked = ? WHERE id = ? AND blocked IS NULL",
                (why, chat_id),
            )
        )


def unblock_chat(db: Database, chat_id: ChatId) -> bool:
    """Write to a chat again; whether it was blocked."""
    with db.atomic():
        freed = changed(
            db, "UPDATE chat SET blocked = NULL WHERE id = ? AND blocked IS NOT NULL", (chat_id,)
        )
        changed(
            db,
            "UPDATE notice SET state = 'due', attempts = 0, due_at = 0 "
            "WHERE chat_id = ? AND state = 'failed'",
            (chat_id,),
        )
        return bool(freed)


def migrate_chat(db: Database, old: ChatId, new: ChatId) -> None:
    """A group became a supergroup: everything of the old id moves, the old id stays marked."""
    with db.atomic():
        changed(
            db,
            "INSERT INTO chat (id, title, min_level, thread_id) "
            "SELECT ?, title, min_level, thread_id FROM chat WHERE id = ? "
            "ON CONFLICT (id) DO UPDATE SET blocked = NULL",
            (new, old),
        )
        changed(db, "UPDATE chat SET blocked = ? WHERE id = ?", (f"{_MOVED}{new}", old))
        # Message ids do not survive the move, so living messages are sent anew.
        changed(
            db,
            "UPDATE OR IGNORE notice SET chat_id = ?, state = CASE state WHEN 'failed' "
            "THEN 'failed' ELSE 'due' END, message_id = NULL, shown = NULL WHERE chat_id = ?",
            (new, old),
        )


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question that the bot put to a person; the answer is a reply to its message."""

    kind: str
    subject_id: int
    asked: str


def ask(db: Database, chat_id: ChatId, message_id: int, prompt: Prompt, now: datetime) -> None:
    """Remember an open question by the message that puts it."""
    with db.atomic():
        changed(
            db,
            "INSERT OR REPLACE INTO prompt (chat_id, message_id, kind, subject_id, asked, at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (chat_id, message_id, prompt.kind, prompt.subject_id, prompt.asked, to_epoch(now)),
        )


def question(
    db: Database, chat_id: ChatId, message_id: int, now: datetime, max_age: timedelta
) -> Prompt | None:
    """The open question that a reply answers, or None."""
    row = one(
        db,
        "SELECT * FROM prompt WHERE chat_id = ? AND message_id = ? AND answered = 0 AND at >= ?",
        [chat_id, message_id, to_epoch(now - max_age)],
    )
    return None if row is None else Prompt(row["kind"], row["subject_id"], row["asked"])


def close_question(db: Database, chat_id: ChatId, message_id: int) -> bool:
    """Mark a question as answered; whether this call did it."""
    with db.atomic():
        return bool(
            changed(
                db,
                "UPDATE prompt SET answered = 1 "
                "WHERE chat_id = ? AND message_id = ? AND answered = 0",
                (chat_id, message_id),
            )
        )


def _person(row: Row) -> Person:
    return Person(
        id=PersonId(row["id"]),
        name=row["name"],
        roles=frozenset(Role(role) for role in filter(None, row["roles"].split(","))),
        telegram_id=row["telegram_id"],
        active=bool(row["active"]),
        opd=row["opd"],
    )


def _chat(row: Row) -> Chat:
    return Chat(
        id=ChatId(row["id"]),
        title=row["title"],
        min_level=Level(row["min_level"]),
        thread_id=row["thread_id"],
        blocked=row["blocked"],
    )
