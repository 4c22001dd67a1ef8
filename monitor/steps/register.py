"""The register as people change it: invite, join, hand over, remove. Bot and command line share it.

Each function checks roles, makes one transaction, and wants the private messages in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.errors import Refused
from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.knowledge import Knowledge
from monitor.messages import answers
from monitor.messages import register as words
from monitor.records import (
    ChatId,
    EventKind,
    Incident,
    Invite,
    InviteTrouble,
    Person,
    PersonId,
    Role,
)
from monitor.steps.answer import Answer
from monitor.steps.tools import Tools
from monitor.store import absences, incidents, invites, people
from monitor.store.invites import InviteRefused


@dataclass(frozen=True, slots=True)
class Made:
    """An invitation and its code, which exists nowhere else; ``again``: one before it is void."""

    code: str
    invite: Invite
    again: bool = False


def opd_named(knowledge: Knowledge, wanted: str | None) -> str | None:
    """The agency that the office knows under these words (key, short or full name), or None."""
    named = knowledge.routes.named(wanted)
    return named if named in opd_names(knowledge) else None


def opd_names(knowledge: Knowledge) -> list[str]:
    """Short names of the agencies that the office knows."""
    issues = {issue.opd for issue in knowledge.taxonomy.values()}
    return sorted({*knowledge.routes.opds, *issues} - {"-"})


def invite(
    db: Database,
    by: Person,
    name: str,
    role: Role,
    opd: str | None,
    now: datetime,
) -> Made | Answer:
    """Invite somebody; admins only."""
    if not allowed(by.roles, Action.INVITE):
        return Answer(answers.not_allowed(roles_for(Action.INVITE)))
    return _made(db, name, frozenset({role}), opd, None, by, now)


def hand_over(db: Database, by: Person, old: Person, name: str, now: datetime) -> Made | Answer:
    """Invite the successor of oneself or, for admins, of anybody active."""
    if old.id != by.id and not allowed(by.roles, Action.INVITE):
        return Answer(answers.not_allowed(roles_for(Action.INVITE)))
    if not old.active:
        return Answer(words.NO_SUCCESSOR_OF)
    return _made(db, name, old.roles, old.opd, old.name, by, now)


def _made(
    db: Database,
    name: str,
    roles: frozenset[Role],
    opd: str | None,
    replaces: str | None,
    by: Person,
    now: datetime,
) -> Made | Answer:
    again = any(link.replaces == replaces for link in invites.waiting(db, name, now))
    try:
        code = invites.make(db, name, roles, opd, replaces, by.name, now)
    except InviteRefused as refused:
        # Another name would do, unless it is the place that is empty.
        again = refused.trouble is not InviteTrouble.NOBODY_LEAVES
        return Answer(words.trouble(refused.trouble, refused.holder), again=again)
    made = invites.find(db, code)
    assert made is not None  # written just above
    return Made(code, made, again)


def join(db: Database, tools: Tools, code: str, telegram_id: int, now: datetime) -> Person | Answer:
    """Use an invitation: register, hand over what the one before held, and tell, all at once."""
    try:
        with db.atomic():
            person = invites.use(db, code, telegram_id, now)
            used = invites.find(db, code)
            assert used is not None  # it was used just above
            held = _move_incidents(db, used, now)
            _tell(db, tools, person, used, held, now)
    except InviteRefused as refused:
        known = people.by_telegram(db, telegram_id)
        if refused.trouble is InviteTrouble.USED and known is not None:
            return Answer(words.known_already(known))
        return Answer(words.trouble(refused.trouble, refused.holder))
    return person


def _move_incidents(db: Database, used: Invite, now: datetime) -> tuple[Incident, ...]:
    if used.replaces is None or used.replaces == used.name:
        return ()
    absences.hand_over(db, used.replaces, used.name, now)
    reason = words.handover_reason(used.replaces, used.name)
    held = tuple(one for one in incidents.live(db) if one.holder == used.replaces)
    for one in held:
        incidents.change(
            db,
            one,
            EventKind.HANDED_OVER,
            one.state,
            now,
            reason,
            actor=used.name,
            silenced_until=one.silenced_until,
        )
    return held


def _tell(
    db: Database,
    tools: Tools,
    person: Person,
    used: Invite,
    held: tuple[Incident, ...],
    now: datetime,
) -> None:
    news = words.joined(person, used.made_by)
    if used.replaces == person.name:
        news = words.moved_account(person)
    elif used.replaces is not None:
        news = words.handed_over(used.replaces, person)
        _tell_both(db, tools, person, used.replaces, held, now)
    for admin in people.admins(db):
        chat_id = people.reach(db, admin)
        if chat_id is not None and admin.name != person.name:
            people.tell(db, chat_id, news, now)


def _tell_both(
    db: Database,
    tools: Tools,
    person: Person,
    replaced: str,
    held: tuple[Incident, ...],
    now: datetime,
) -> None:
    named = [(int(one.id), tools.issue(one.topic).name) for one in held]
    old = people.by_name(db, replaced)
    chats = {
        person.telegram_id: words.took_over(replaced, named),
        # Nobody is left to be told where both use the one telephone of the office.
        old.telegram_id if old else None: words.farewell(person.name),
    }
    for telegram_id, text in chats.items():
        if telegram_id is not None:
            people.tell(db, ChatId(telegram_id), text, now)


def remove(db: Database, by: Person, person_id: PersonId, now: datetime) -> Answer:
    """Take all rights from somebody; admins only, and never from the last one."""
    if not allowed(by.roles, Action.INVITE):
        return Answer(answers.not_allowed(roles_for(Action.INVITE)))
    person = people.get(db, person_id)
    if person is None:
        return Answer(answers.GONE)
    try:
        gone = people.deactivate(db, person.name, by.name, now)
    except Refused:
        return Answer(words.trouble(InviteTrouble.LAST_ADMIN, person.name))
    return Answer(words.removed(person.name), done=True) if gone else Answer(words.REMOVED_ALREADY)
