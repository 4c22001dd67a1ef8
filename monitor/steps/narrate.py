"""One approved statement for all channels: made, approved by another admin, spread, ended.

Bot, page and command line share it. Each function checks roles and makes one transaction, in which
it also wants the messages that follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta

from sqlite_utils import Database

from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.messages import Message, answers
from monitor.messages import narrative as words
from monitor.records import (
    Chat,
    DraftState,
    Incident,
    Issue,
    Narrative,
    NarrativeId,
    NarrativePart,
    NarrativeState,
    NarrativeUse,
    Notice,
    Person,
    Role,
)
from monitor.replies.links import has_official_link
from monitor.steps import guarding
from monitor.steps.answer import Answer
from monitor.steps.tools import Tools
from monitor.store import drafts, incidents, narratives, notices, people
from monitor.text.questions import near_name

_BULLET = re.compile(r"^\s*(?:[-*•·–]|\d{1,2}[.)])\s+")
_LINK = re.compile(r"https?://[^\s<>\"]{4,300}")
_TOPIC = re.compile(r"[\w][\w '’/-]{1,39}")
_END = time(23, 59)
_FOR = frozenset({Role.ADMIN, Role.HUMAS})


def title_of(tools: Tools, topic: str) -> str:
    """What a topic is called: the issue's name, or its own words."""
    if topic in tools.knowledge.taxonomy:
        return tools.issue(topic).name
    return topic[:1].upper() + topic[1:]


def free_topic(tools: Tools, text: str) -> str | None:
    """The topic that somebody wrote, an issue's key where it is one; None when it is none."""
    said = " ".join(text.split()).lower()
    named = [key for key in tools.knowledge.taxonomy if said in _names(tools, key)]
    return named[0] if named else said if _TOPIC.fullmatch(said) else None


def near_issue(tools: Tools, topic: str) -> Issue | None:
    """The issue that a free topic nearly names, so that it was probably meant; None: no issue.

    A statement on a free topic does not reach the issue's card and replies.
    """
    if topic in tools.knowledge.taxonomy:
        return None
    names = {issue.key: issue.name for issue in tools.knowledge.taxonomy.values()}
    near = near_name(topic, names)
    return tools.issue(near) if near else None


def _names(tools: Tools, key: str) -> tuple[str, str]:
    return key, tools.issue(key).name.lower()


def propose(
    db: Database, tools: Tools, person: Person, topic: str, text: str, now: datetime
) -> NarrativeId | Answer:
    """Store the facts of a new statement, one a line; link and end follow."""
    if not allowed(person.roles, Action.STATE):
        return Answer(answers.not_allowed(roles_for(Action.STATE)))
    facts = _facts(text)
    wrong = _wrong_facts(db, tools, facts)
    if wrong:
        return Answer(wrong, again=True)
    with db.atomic():
        return narratives.propose(db, topic, title_of(tools, topic), facts, person.name, now)


def _facts(text: str) -> list[str]:
    lines = [" ".join(_BULLET.sub("", line).split()) for line in text.splitlines()]
    return [line if line[-1] in ".!?" else f"{line}." for line in lines if line]


def _wrong_facts(db: Database, tools: Tools, facts: Sequence[str]) -> str:
    """What keeps facts from being stated; what no reply may say no statement may say."""
    if not facts:
        return words.NO_FACTS
    longest = max(map(len, facts))
    if len(facts) > words.MOST_FACTS or longest > words.MOST_FACT:
        return words.too_long(len(facts), longest)
    stops = guarding.stopping(guarding.findings(db, tools, "\n".join(facts), None, None))
    return "\n".join(guarding.sentences(stops))


def put_link(
    db: Database, tools: Tools, person: Person, number: NarrativeId, text: str, now: datetime
) -> Answer:
    """The official link of a draft."""
    if not allowed(person.roles, Action.STATE):
        return Answer(answers.not_allowed(roles_for(Action.STATE)))
    link = text.strip()
    wrong = wrong_link(tools, link)
    if wrong:
        return Answer(wrong, again=True)
    with db.atomic():
        stored = narratives.put_link(db, number, link, now)
    return Answer("", done=True) if stored else _decided(db, number)


def wrong_link(tools: Tools, link: str) -> str:
    """Why a link is none that a statement may lead to; empty when it may."""
    domains = tools.settings.office.domains
    if not _LINK.fullmatch(link):
        return words.BAD_LINK
    return "" if has_official_link(link, domains) else words.not_official(domains)


def put_until(
    db: Database,
    tools: Tools,
    person: Person,
    number: NarrativeId,
    days: int,
    here: Chat | None,
    now: datetime,
) -> Answer:
    """Until when a draft holds; its preview goes here and to every other admin."""
    if not allowed(person.roles, Action.STATE):
        return Answer(answers.not_allowed(roles_for(Action.STATE)))
    with db.atomic():
        if not narratives.put_until(db, number, end_of(tools, days, now), now):
            return _decided(db, number)
        draft = narratives.get(db, number)
        assert draft is not None  # written just above
        if not draft.complete:
            return Answer(words.NO_LINK)
        private = _private(db, (one for one in people.admins(db) if one.id != person.id))
        places = [*([here] if here else []), *private]
        narratives.show(db, number, NarrativePart.PREVIEW, places, now)
    return Answer(words.READY, done=True)


def end_of(tools: Tools, days: int, now: datetime) -> datetime:
    """The end of the office's day so many days from today."""
    day = now.astimezone(tools.zone).date() + timedelta(days=days)
    return datetime.combine(day, _END, tools.zone)


def _decided(db: Database, number: NarrativeId) -> Answer:
    known = narratives.get(db, number) is not None
    return Answer(words.DECIDED if known else answers.GONE)


def approve(
    db: Database,
    person: Person,
    number: NarrativeId,
    now: datetime,
    seen: str | None = None,
) -> Answer:
    """Setujui & sebarkan: the statement holds from now on, in the place of the one before.

    Not by who made it, where the office has another admin. ``seen`` is :attr:`Narrative.seen` of
    what the person read.
    """
    if not allowed(person.roles, Action.STATE):
        return Answer(answers.not_allowed(roles_for(Action.STATE)))
    with db.atomic():
        draft = narratives.get(db, number) if narratives.hold(db, number) else None
        if draft is None:
            return _decided(db, number)
        if seen not in (None, draft.seen):
            return Answer(words.CHANGED)
        own = person.name == draft.made_by
        if own and len(people.admins(db)) > 1:
            return Answer(words.OTHER_ADMIN)
        before = _valid_of(db, draft.topic)
        if not narratives.approve(db, number, person.name, words.ALONE if own else "", now):
            return Answer(words.PAST)
        _spread(db, number, now)
        _touch(db, draft.topic, before, now)
    return Answer(words.APPROVED, done=True)


def _spread(db: Database, number: NarrativeId, now: datetime) -> None:
    everybody = (one for one in people.every(db) if one.roles & _FOR)
    places = [*people.chats(db), *_private(db, everybody)]
    narratives.show(db, number, NarrativePart.STATEMENT, places, now)


def _private(db: Database, found: Iterable[Person]) -> list[Chat]:
    """The private chats of those who can be reached."""
    chats = [people.reach(db, one) for one in found if one.active and not one.unreachable]
    return [Chat(chat_id, "") for chat_id in chats if chat_id is not None]


def _valid_of(db: Database, topic: str) -> Narrative | None:
    return next((one for one in narratives.holding(db) if one.topic == topic), None)


def _touch(db: Database, topic: str, before: Narrative | None, now: datetime) -> None:
    """What shows the statement of a topic shows it anew: cards, drafts, the one before."""
    if before is not None:
        narratives.refresh(db, before.id, now)
    for incident in _live(db, topic):
        notices.touch_cards(db, incident.id, now)
        for draft in drafts.of_incident(db, incident.id):
            if draft.state is DraftState.PROPOSED:
                notices.touch_drafts(db, int(draft.id), now)


def _live(db: Database, topic: str) -> list[Incident]:
    return [one for one in incidents.live(db) if one.topic == topic]


def withdraw(db: Database, person: Person, number: NarrativeId, now: datetime) -> Answer:
    """Cabut, Buang: the statement holds no longer, and whoever has it is told."""
    if not allowed(person.roles, Action.STATE):
        return Answer(answers.not_allowed(roles_for(Action.STATE)))
    with db.atomic():
        if not narratives.withdraw(db, number, person.name, now):
            known = narratives.get(db, number) is not None
            return Answer(words.NOT_VALID if known else answers.GONE)
        found = narratives.get(db, number)
        assert found is not None  # it was changed just above
        if not found.version:
            return Answer(words.DROPPED, done=True)
        _tell_end(db, found, now)
    return Answer(words.WITHDRAWN, done=True)


def expire_narratives(db: Database, tools: Tools, now: datetime) -> int:
    """End the statements whose time is over and tell so once; how many. Dying: done again."""
    ended = 0
    for one in narratives.lapsed(db, now):
        tools.boundary("narrate:before-write")
        with db.atomic():
            if narratives.expire(db, one.id, now):
                _tell_end(db, one, now)
                ended += 1
        tools.boundary("narrate:after-write")
    return ended


def _tell_end(db: Database, narrative: Narrative, now: datetime) -> None:
    """A message of its own, once, wherever the statement stands; cards and drafts follow."""
    places = narratives.seats(db, narrative.id, NarrativePart.STATEMENT)
    narratives.show(db, narrative.id, NarrativePart.ENDED, places, now)
    _touch(db, narrative.topic, None, now)


def read(db: Database, person: Person, number: NarrativeId, now: datetime) -> Answer:
    """Sudah dibaca."""
    found = narratives.get(db, number)
    if found is None:
        return Answer(answers.GONE)
    if found.state is not NarrativeState.VALID:
        return Answer(words.NOT_VALID)
    with db.atomic():
        fresh = narratives.mark(db, number, person.name, NarrativeUse.SEEN, now)
    return Answer(words.SEEN, done=True) if fresh else Answer(words.SEEN_ALREADY)


def listing(db: Database, tools: Tools, person: Person, now: datetime) -> Message:
    """/narasi: everything that holds now, and for admins what waits."""
    admin = allowed(person.roles, Action.STATE)
    return words.listing(listed(db, now), narratives.drafts(db), tools.zone, admin=admin)


def listed(db: Database, now: datetime) -> list[words.Listed]:
    """The statements that hold now, with how many have read them."""
    return [words.Listed(one, *_seen(db, one)) for one in narratives.valid(db, now)]


def _seen(db: Database, narrative: Narrative) -> tuple[int, int]:
    """How many of the active admins and humas have read it."""
    wanted = {one.name for one in people.every(db) if one.active and one.roles & _FOR}
    return len(wanted & set(narratives.who(db, narrative.id, NarrativeUse.SEEN))), len(wanted)


def opened(db: Database, tools: Tools, person: Person, number: NarrativeId) -> Message | Answer:
    """Buka: one statement, or for admins the preview of a draft, as a message of its own."""
    found = narratives.get(db, number)
    if found is None:
        return Answer(answers.GONE)
    if found.state is not NarrativeState.DRAFT:
        return words.statement(found, tools.zone, _seen(db, found))
    if not allowed(person.roles, Action.STATE):
        return Answer(answers.not_allowed(roles_for(Action.STATE)))
    return _preview(db, tools, found)


def _preview(db: Database, tools: Tools, draft: Narrative) -> Message:
    alone = len(people.admins(db)) == 1
    replaces = _valid_of(db, draft.topic)
    return words.preview(draft, replaces, tools.zone, alone=alone)


def render(db: Database, tools: Tools, notice: Notice, now: datetime) -> Message:
    """A message of a statement as people should see it now."""
    number, part = narratives.of_subject(notice.subject_id)
    found = narratives.get(db, number)
    assert found is not None  # statements are never deleted
    if part is NarrativePart.PREVIEW:
        return _preview(db, tools, found)
    if part is NarrativePart.ENDED:
        return Message(words.ended(found, tools.zone))
    if notice.chat_id < 0:
        return words.statement(found, tools.zone, _seen(db, found))
    reader = people.by_telegram(db, notice.chat_id)
    seen = narratives.who(db, number, NarrativeUse.SEEN)
    mine = reader is not None and reader.name in seen
    return words.statement(found, tools.zone, mine=mine)
