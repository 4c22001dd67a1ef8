"""Twice a day: one message that says what was, what goes on and what waits.

The row of a digest and the wishes for its messages are one transaction, so each goes out once. A
digest whose hour passed long ago is not sent late: the next one tells everything since the last.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from sqlite_utils import Database

from monitor.messages.digest import DigestView, Kind
from monitor.messages.digest import digest as digest_text
from monitor.messages.outcome import together
from monitor.records import Chat, Role
from monitor.records.outcomes import Tone
from monitor.steps.outcome import outcomes
from monitor.steps.standing import running, standing
from monitor.steps.tools import Tools
from monitor.store import digests, figures, incidents, people

_LATE = timedelta(hours=2)
_FIRST = timedelta(hours=24)
_LONGEST = timedelta(days=7)
_WEEK = timedelta(days=7)
_USUAL = timedelta(days=28)
_TOP = 3
_ENDED = 50


def digest(db: Database, tools: Tools, now: datetime) -> int:
    """Make the digest whose hour has come; how many were made. Dying before makes it again."""
    due = due_digest(tools, now)
    if due is None or digests.known(db, due[0]):
        return 0
    subject, kind = due
    since = max(digests.last(db) or now - _FIRST, now - _LONGEST)
    text = digest_text(digest_view(db, tools, kind, since, now))
    return int(digests.make(db, subject, since, now, recipients(db), text))


def due_digest(tools: Tools, now: datetime) -> tuple[int, Kind] | None:
    """Subject (``yyyymmdd`` and the kind's number) and kind of the digest of this hour, if any."""
    local = now.astimezone(tools.zone)
    wanted = tools.settings.digest
    hours = {Kind.MORNING: wanted.morning, Kind.EVENING: wanted.evening}
    found = [
        (at, kind)
        for kind, hour in hours.items()
        if hour
        for at in (datetime.combine(local.date(), time.fromisoformat(hour), tools.zone),)
        if at <= local < at + _LATE
    ]
    if not found:
        return None
    _, kind = max(found)
    return int(f"{local:%Y%m%d}") * 10 + kind, kind


def recipients(db: Database) -> list[Chat]:
    """The office's chats, and the private chat of every leader who can be reached."""
    leaders = [
        chat_id
        for person in people.every(db)
        if Role.PIMPINAN in person.roles and not person.unreachable
        for chat_id in (people.reach(db, person),)
        if chat_id is not None
    ]
    return [*people.chats(db), *(Chat(chat_id, "") for chat_id in leaders)]


def digest_view(
    db: Database, tools: Tools, kind: Kind, since: datetime, now: datetime
) -> DigestView:
    """What a digest tells."""
    tones = figures.by_topic(db, since, now)
    ended = [
        one
        for one in incidents.ended(db, _ENDED)
        if one.closed_at is not None and one.closed_at >= since and one.parent_id is None
    ]
    return DigestView(
        kind=kind,
        since=since,
        standing=standing(db, tools, now),
        read=figures.read_since(db, since, now),
        tone=sum(tones.values(), Tone()),
        usual=figures.usual(db, since - _USUAL, since),
        ended=running(db, tools, ended),
        replied=together([one.change for one in outcomes(db, since, now)]),
        top=_top(db, tools, now),
    )


def _top(db: Database, tools: Tools, now: datetime) -> list[tuple[str, int, int]]:
    week = figures.by_topic(db, now - _WEEK, now)
    before = figures.by_topic(db, now - 2 * _WEEK, now - _WEEK)
    return [
        (tools.issue(topic).name, week[topic].negatives, _negatives(before, topic))
        for topic in sorted(tools.topics, key=lambda one: (-_negatives(week, one), one))[:_TOP]
        if _negatives(week, topic)
    ]


def _negatives(tones: Mapping[str, Tone], topic: str) -> int:
    return tones.get(topic, Tone()).negatives
