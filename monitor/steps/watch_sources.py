"""Step 1: tell people what they must know about the watched sources, each thing once.

What they know is noted in the source's own row together with the message, so a process that dies
tells it again only if nobody was told. A source's news make no sound at night, unless nothing at
all is read any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Final
from zlib import crc32

from sqlite_utils import Database

from monitor.errors import Reason
from monitor.messages import sources as words
from monitor.platforms.offer import Use
from monitor.records import Chat, Level, NoticeKind, SourceId
from monitor.steps import coverage
from monitor.steps.source_states import NEVER, Watched, watched_sources
from monitor.steps.tools import Tools
from monitor.store import people, source_news, sources
from monitor.store.meters import SHARES, state_of
from monitor.store.source_news import Mark, Told

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_EXPIRY_DAYS: Final = (1, 7, 14)
_AGAIN = timedelta(hours=20)  # a budget that is spent every day is told of every day
_MEMORY = timedelta(weeks=8)
_STILL_AT_LEAST = 3 * _DAY
_STILL_TIMES = 3
_STILL_HOURS, _STILL_SPAN = 10, 2 * timedelta(weeks=1)  # of fewer nobody knows what is usual
_STILL_SEEN = 0.9


@dataclass(frozen=True, slots=True)
class _Round:
    """One look at all sources."""

    db: Database
    tools: Tools
    watched: Sequence[Watched]
    now: datetime

    @property
    def all_down(self) -> bool:
        """Whether nothing at all is read, although somebody wants it to be."""
        wanted = [one for one in self.watched if not one.by_hand]
        return bool(wanted) and all(one.down for one in wanted)

    def tell(self, marks: Sequence[Mark], about: str, text: str, *, loud: bool = False) -> int:
        """One message in every chat that it concerns; 1 if it is new."""
        chats = people.chats(self.db)
        kind = NoticeKind.OPERATOR if loud else NoticeKind.SOURCE
        subject = crc32(about.encode())
        concerned = chats if loud else of_sources(chats)
        return source_news.tell(self.db, marks, concerned, kind, subject, self.now, text)


def watch_sources(db: Database, tools: Tools, now: datetime) -> int:
    """Tell what is new; how many messages. Dying in between tells the rest with the next tick."""
    found = _Round(db, tools, watched_sources(db, tools, now), now)
    _clear(found)
    return sum(part(found) for part in _PARTS)


def of_sources(chats: Iterable[Chat]) -> list[Chat]:
    """The chats that hear of a source: those that want more than Awas, if there are any."""
    every = list(chats)
    return [chat for chat in every if chat.min_level is not Level.AWAS] or every


def _clear(found: _Round) -> None:
    """What is over is forgotten, so that it is told when it comes again.

    That a source stopped is forgotten where a person resumes it.
    """
    over = []
    for one in found.watched:
        status = one.status
        if status.trouble_told_at is not None and status.trouble is None:
            over.append(Mark(one.id, Told.TROUBLE, None))
        if status.expiry_told is not None and _threshold(one) is None:
            over.append(Mark(one.id, Told.EXPIRY, None))
    if over:
        source_news.clear(found.db, over)


def _back(found: _Round) -> int:
    back = [
        (one, since)
        for one in found.watched
        for since in (one.status.silent_told_at,)
        if since is not None and one.fine and (one.end or NEVER) > since
    ]
    if not back:
        return 0
    told = [(_since(one, since), _lost(one, since)) for one, since in back]
    text = words.back(told, found.tools.zone, found.now)
    about = ":".join(f"{one.id}:{since.timestamp():.0f}" for one, since in back)
    return found.tell([Mark(one.id, Told.SILENT, None) for one, _ in back], f"back:{about}", text)


def _since(one: Watched, since: datetime) -> words.Down:
    return words.Down(one.about, None if since == NEVER else since, None)


def _lost(one: Watched, since: datetime) -> bool:
    return one.status.gap_at is not None and one.status.gap_at > since


def _stopped(found: _Round) -> int:
    told = 0
    for one in found.watched:
        if one.stopped and one.status.stopped_told_at is None:
            marks = [Mark(one.id, Told.STOPPED, found.now), _not_read(one)]
            text = words.stopped(one.as_down(), found.tools.zone, found.now)
            # Resumed in vain on the same day, it stays one message.
            about = f"stopped:{one.id}:{found.now.astimezone(found.tools.zone):%Y-%m-%d}"
            told += found.tell(marks, about, text, loud=found.all_down)
    return told


def _not_read(one: Watched) -> Mark:
    return Mark(one.id, Told.SILENT, one.status.silent_told_at or one.end or NEVER)


def _silent(found: _Round) -> int:
    fresh = [one for one in found.watched if one.silent and one.status.silent_told_at is None]
    if not fresh:
        return 0
    all_down = found.all_down
    shown = [one for one in found.watched if one.down and not one.stopped] if all_down else fresh
    downs = [one.as_down() for one in shown]
    text = words.silent(downs, found.tools.zone, found.now, all_down=all_down)
    about = ":".join(f"{one.id}:{(one.end or NEVER).timestamp():.0f}" for one in fresh)
    return found.tell([_not_read(one) for one in fresh], f"silent:{about}", text, loud=all_down)


def _parked(found: _Round) -> int:
    told = 0
    by_budget = sorted(found.watched, key=lambda one: one.budget_name)
    for name, group in groupby(by_budget, key=lambda one: one.budget_name):
        members = list(group)
        parked = [one for one in members if one.parked]
        if parked and _may_be_told(members, found.now):
            marks = [Mark(one.id, Told.PARKED, found.now) for one in parked]
            text = words.parked(_view(found, parked), found.tools.zone, found.now)
            about = f"parked:{name}:{found.now.timestamp():.0f}"
            told += found.tell(marks, about, text, loud=found.all_down)
    return told


def _may_be_told(members: Sequence[Watched], now: datetime) -> bool:
    """Once a day; a rest that began yesterday and lasts is not told anew before a whole day."""
    last = max((one.status.parked_told_at or NEVER for one in members), default=NEVER)
    read_since = any(one.end is not None and one.end > last for one in members)
    return now - last >= (_AGAIN if read_since else _DAY)


def _view(found: _Round, parked: Sequence[Watched]) -> words.Parked:
    first = parked[0]
    state = state_of(found.db, first.budget_name, first.budget, found.now)
    left = state.units is None or state.spent < state.units * SHARES[Use.REPLY]
    return words.Parked(
        abouts=[one.about for one in parked],
        reason=Reason.QUOTA if all(_spent(one) for one in parked) else Reason.RATE,
        until=max(one.status.poll_after for one in parked),
        replies=left and state.parked_until is None,
        units=state.units,
        counted=first.budget.name if first.budget else "",
    )


def _spent(one: Watched) -> bool:
    return one.status.reason == Reason.QUOTA


def _threshold(one: Watched) -> int | None:
    """The smallest number of days that the token has at most; None: more than people hear of."""
    expires_at = one.status.expires_at
    if expires_at is None:
        return None
    return next((days for days in _EXPIRY_DAYS if expires_at - one.now <= days * _DAY), None)


def _expiring(found: _Round) -> int:
    told = 0
    for one in found.watched:
        days, expires_at = _threshold(one), one.status.expires_at
        if days is None or expires_at is None or one.status.paused is not None:
            continue
        if days != one.status.expiry_told:
            text = words.expiring(one.about, expires_at, found.tools.zone, found.now)
            about = f"expiring:{one.id}:{days}:{expires_at:%Y-%m-%d}"
            told += found.tell([Mark(one.id, Told.EXPIRY, days)], about, text)
    return told


def _doubtful(found: _Round) -> int:
    told = 0
    for one in found.watched:
        status = one.status
        if status.trouble and status.trouble_told_at is None and status.paused is None:
            mark = Mark(one.id, Told.TROUBLE, found.now)
            text = words.doubtful(one.about, status.trouble)
            told += found.tell([mark], f"trouble:{one.id}:{found.now:%Y-%m-%d}", text)
    return told


def _still(found: _Round) -> int:
    if not any(_look_due(one) for one in found.watched):
        return 0
    source_news.begin_look(found.db, [one.id for one in found.watched], found.now)
    hours = source_news.busy_hours(found.db, found.now - _MEMORY)
    return sum(_look(found, one, hours.get(one.id, [])) for one in found.watched)


def _look_due(one: Watched) -> bool:
    return one.status.looked_at is None or one.now - one.status.looked_at >= _HOUR


def _look(found: _Round, one: Watched, hours: Sequence[datetime]) -> int:
    told = one.status.still_told_at
    if not hours:
        return 0
    since = hours[-1] + _HOUR
    if told is not None:
        if since > told:
            source_news.clear(found.db, [Mark(one.id, Told.STILL, None)])
        return 0
    longest = max((after - before for before, after in pairwise(hours)), default=_MEMORY)
    usual = len(hours) >= _STILL_HOURS and hours[-1] - hours[0] >= _STILL_SPAN
    too_long = found.now - since > max(_STILL_AT_LEAST, _STILL_TIMES * longest)
    if not (usual and too_long and one.fine and _saw_nothing(found.db, one.id, since, found.now)):
        return 0
    text = words.still(one.about, since, longest, found.tools.zone, found.now)
    about = f"still:{one.id}:{since.timestamp():.0f}"
    return found.tell([Mark(one.id, Told.STILL, since)], about, text)


def _saw_nothing(db: Database, source_id: SourceId, since: datetime, now: datetime) -> bool:
    seen = coverage.seen(sources.coverage(db, since), [source_id], since, now)[0]
    return bool(seen >= _STILL_SEEN) and not source_news.shows_since(db, source_id, since)


_PARTS: Final[tuple[Callable[[_Round], int], ...]] = (
    _back,
    _stopped,
    _parked,
    _silent,
    _expiring,
    _doubtful,
    _still,
)
