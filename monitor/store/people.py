"""The register of people and chats, and the questions that the bot put to people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.errors import Refused
from monitor.records import Chat, ChatId, NoticeKind, Person, PersonId, Role
from monitor.store import audit, notices
from monitor.store.chats import (
    LEFT,
    block_chat,
    chats,
    migrate_chat,
    register_chats,
    unblock_chat,
)
from monitor.store.connection import Row, changed, one, rows, to_epoch

__all__ = [
    "Prompt",
    "add",
    "admins",
    "alike",
    "ask",
    "block_chat",
    "by_name",
    "by_telegram",
    "chats",
    "close_question",
    "deactivate",
    "every",
    "get",
    "mark_unreachable",
    "migrate_chat",
    "name_key",
    "question",
    "reach",
    "reachable",
    "register_chats",
    "successor",
    "successors",
    "tell",
    "unblock_chat",
    "void_invites",
]

# How old a private message may be that still arrives once its person can be reached.
_MISSED = timedelta(days=3)


def add(
    db: Database,
    name: str,
    roles: Iterable[Role],
    telegram_id: int | None,
    actor: str,
    now: datetime,
    *,
    opd: str | None = None,
    force: bool = False,
) -> Person:
    """Register a person, or change the roles, Telegram id and agency of one with that name.

    ``force``: take the role from the last admin too.

    Raises:
        Refused: another active person has this Telegram id, somebody has nearly this name, or
            nobody would be admin any more.
    """
    wanted = ",".join(sorted(set(roles)))
    with db.atomic():
        # Who left gives the Telegram id back; as a write, this also takes the lock.
        changed(
            db,
            "UPDATE person SET telegram_id = NULL "
            "WHERE telegram_id = ? AND active = 0 AND name <> ?",
            (telegram_id, name),
        )
        _refuse_second(db, name, telegram_id)
        _refuse_alike(db, name)
        before = by_name(db, name)
        changed(
            db,
            "INSERT INTO person (name, telegram_id, roles, active, opd) VALUES (?, ?, ?, 1, ?) "
            "ON CONFLICT (name) DO UPDATE SET roles = excluded.roles, active = 1, "
            "telegram_id = coalesce(excluded.telegram_id, telegram_id), "
            "opd = coalesce(excluded.opd, opd)",
            (name, telegram_id, wanted, opd),
        )
        found = by_name(db, name)
        assert found is not None  # written just above
        if before is not None:
            _take_away(db, before, found, now)
            _keep_an_admin(db, before, force=force)
        audit.write(db, now, actor, "person", f"person:{name}", wanted)
    return found


def _refuse_second(db: Database, name: str, telegram_id: int | None) -> None:
    holder = by_telegram(db, telegram_id) if telegram_id is not None else None
    if holder is not None and holder.name != name:
        raise Refused(
            f"person: {name}: telegram id {telegram_id} belongs to {holder.name}",
            holder=holder.name,
        )


def _refuse_alike(db: Database, name: str) -> None:
    other = alike(db, name)
    if other is not None:
        raise Refused(f"person: {name}: {other} is registered; write the name like that")


def _take_away(db: Database, before: Person, after: Person, now: datetime) -> None:
    """What somebody loses with the old Telegram account or with a role."""
    if before.telegram_id not in (None, after.telegram_id):
        _close_private(db, before.telegram_id)
        changed(
            db, "UPDATE person SET met_at = NULL, unreachable = NULL WHERE name = ?", (after.name,)
        )
    if before.roles - after.roles:
        void_invites(db, before.name, now)


def _keep_an_admin(db: Database, before: Person, *, force: bool) -> None:
    """Raise Refused, and with that take all back, where the last admin is no admin any more."""
    if before.active and Role.ADMIN in before.roles and not admins(db) and not force:
        raise Refused(f"person: {before.name}: the last admin; make somebody else admin first")


def _close_private(db: Database, telegram_id: int | None) -> None:
    """Messages that stand in the private chat of somebody who left are not kept up any more."""
    changed(
        db,
        "UPDATE notice SET state = 'failed', error = ? "
        "WHERE chat_id = ? AND chat_id NOT IN (SELECT id FROM chat)",
        (LEFT, telegram_id),
    )


def void_invites(db: Database, name: str, now: datetime) -> None:
    """End the open invitations by somebody, for them, and to their place; in ``db.atomic()``."""
    changed(
        db,
        "UPDATE invite SET until_at = ?1 - 1 "
        "WHERE ?2 IN (made_by, name, replaces) AND used_at IS NULL AND until_at >= ?1",
        (to_epoch(now), name),
    )


def deactivate(db: Database, name: str, actor: str, now: datetime, *, force: bool = False) -> bool:
    """Take all rights from a person who left; whether there was an active one.

    Open invitations by them and for them are void, and nothing reaches their private chat any more.

    Raises:
        Refused: it is the last admin, and not ``force``.
    """
    with db.atomic():
        gone = changed(db, "UPDATE person SET active = 0 WHERE name = ? AND active = 1", (name,))
        if gone:
            left = by_name(db, name)
            assert left is not None  # it was changed just above
            _keep_an_admin(db, replace(left, active=True), force=force)
            _close_private(db, left.telegram_id)
            void_invites(db, name, now)
            audit.write(db, now, actor, "person-removed", f"person:{name}")
    return bool(gone)


def admins(db: Database) -> list[Person]:
    """The active admins, by name."""
    return [person for person in every(db) if person.active and Role.ADMIN in person.roles]


def get(db: Database, person_id: PersonId) -> Person | None:
    """The active or former person of this number, or None."""
    row = one(db, "SELECT * FROM person WHERE id = ?", [int(person_id)])
    return None if row is None else _person(row)


def by_name(db: Database, name: str) -> Person | None:
    """The active or former person of this name, or None."""
    row = one(db, "SELECT * FROM person WHERE name = ?", [name])
    return None if row is None else _person(row)


def name_key(name: str) -> str:
    """What two names that differ by letter case and spaces alone have in common."""
    return "".join(name.split()).casefold()


def alike(db: Database, name: str) -> str | None:
    """The registered name that this one misses by case or spaces alone; None: there is none."""
    names = [person.name for person in every(db)]
    if name in names:
        return None
    return next((one for one in names if name_key(one) == name_key(name)), None)


def by_telegram(db: Database, telegram_id: int) -> Person | None:
    """The active person with this Telegram id, or None."""
    row = one(db, "SELECT * FROM person WHERE telegram_id = ? AND active = 1", [telegram_id])
    return None if row is None else _person(row)


def every(db: Database) -> list[Person]:
    """All people, by name."""
    return [_person(row) for row in rows(db, "SELECT * FROM person ORDER BY name")]


def successor(db: Database, name: str) -> str:
    """The active person who took over from this one, step by step; else the name itself."""
    seen, at = set[str](), name
    while at not in seen:
        seen.add(at)
        person = by_name(db, at)
        if person is not None and person.active:
            return at
        row = one(
            db,
            "SELECT name FROM invite WHERE replaces = ? AND name <> replaces "
            "AND used_at IS NOT NULL ORDER BY used_at DESC LIMIT 1",
            [at],
        )
        at = row["name"] if row else at
    return name


def successors(db: Database, names: Iterable[str]) -> dict[str, str]:
    """:func:`successor` of each of these names, for those that do not stand for themselves."""
    active = {person.name for person in every(db) if person.active}
    found = {name: successor(db, name) for name in set(names) - active}
    return {name: new for name, new in found.items() if new != name}


def reach(db: Database, person: Person) -> ChatId | None:
    """The private chat of a person as the register knows them now; None: left, or no Telegram."""
    known = by_name(db, person.name)
    if known is None or not known.active or known.telegram_id is None:
        return None
    return ChatId(known.telegram_id)


def tell(db: Database, chat_id: ChatId, text: str, now: datetime) -> None:
    """Want a private message with these words, once; inside ``db.atomic()``."""
    # Below zero, so that it never meets a private message about a row.
    row = one(
        db,
        "SELECT min(0, coalesce(min(subject_id), 0)) - 1 AS fresh FROM notice WHERE kind = ?",
        [NoticeKind.PERSONAL.value],
    )
    assert row is not None  # an aggregate has a row
    notices.wish(db, [Chat(chat_id, "")], NoticeKind.PERSONAL, row["fresh"], now, text)


def mark_unreachable(db: Database, telegram_id: int, why: str) -> bool:
    """A private message could not arrive, for good; whether somebody has this Telegram id."""
    with db.atomic():
        return bool(
            changed(
                db,
                "UPDATE person SET unreachable = ? WHERE telegram_id = ? AND active = 1",
                (why, telegram_id),
            )
        )


def reachable(db: Database, telegram_id: int, now: datetime, *, private: bool) -> bool:
    """A person showed up (``private``: in the private chat); whether messages wait for them.

    What could not arrive in the last days is wanted again; what is older nobody misses.
    """
    known = by_telegram(db, telegram_id)
    if known is None or (known.unreachable is None and (known.met or not private)):
        return False
    with db.atomic():
        changed(
            db,
            "UPDATE person SET unreachable = NULL, "
            "met_at = CASE WHEN ? THEN coalesce(met_at, ?) ELSE met_at END WHERE id = ?",
            (private, to_epoch(now), int(known.id)),
        )
        return bool(
            changed(
                db,
                "UPDATE notice SET state = 'due', attempts = 0, due_at = ? "
                "WHERE chat_id = ? AND state = 'failed' AND due_at >= ? AND error <> ?",
                (to_epoch(now), telegram_id, to_epoch(now - _MISSED), LEFT),
            )
        )


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question that the bot put to a person; the answer is a reply to its message."""

    kind: str
    subject_id: int
    asked: str


def ask(
    db: Database,
    chat_id: ChatId,
    message_id: int,
    prompt: Prompt,
    now: datetime,
    *,
    again: int | None = None,
) -> None:
    """Remember an open question by the message that puts it.

    ``again``: the message that put the same question before; both are open until one is answered.
    """
    kind, about, asked = prompt.kind, prompt.subject_id, prompt.asked
    with db.atomic():
        changed(
            db,
            "INSERT OR REPLACE INTO prompt "
            "(chat_id, message_id, kind, subject_id, asked, at, first_id) "
            "VALUES (?1, ?2, ?3, ?4, ?5, ?6, (SELECT coalesce(first_id, message_id) "
            "FROM prompt WHERE chat_id = ?1 AND message_id = ?7))",
            (chat_id, message_id, kind, about, asked, to_epoch(now), again),
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
    """Mark a question as answered, in all messages that put it; whether this call did it."""
    with db.atomic():
        return bool(
            changed(
                db,
                "UPDATE prompt SET answered = 1 WHERE chat_id = ?1 AND answered = 0 "
                "AND coalesce(first_id, message_id) = (SELECT coalesce(first_id, message_id) "
                "FROM prompt WHERE chat_id = ?1 AND message_id = ?2)",
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
        met=row["met_at"] is not None,
        unreachable=row["unreachable"],
    )
