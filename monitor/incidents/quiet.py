"""Quiet hours: what makes no sound then, and how long somebody was really waited for.

Layer 1: pure. Nothing is held back at night; it only makes no sound.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from monitor.records import Level, NoticeKind

_DAY = timedelta(days=1)
# A person was asked for by name, or the machine itself needs one.
_ALWAYS_HEARD: Final = frozenset({NoticeKind.CALL, NoticeKind.PERSONAL, NoticeKind.OPERATOR})
# These speak of an incident, or of its topic, and are as loud as it is.
_AS_ITS_LEVEL: Final = frozenset(
    {
        NoticeKind.CARD,
        NoticeKind.EVENT,
        NoticeKind.QUESTION,
        NoticeKind.HANDOFF,
        NoticeKind.NARRATIVE,
    }
)


@dataclass(frozen=True, slots=True)
class Quiet:
    """From ``begins`` to ``ends`` on the office's clock, over midnight if need be.

    Levels from ``loud_from`` on sound all the same.
    """

    begins: time
    ends: time
    loud_from: Level = Level.SIAGA


def is_quiet(quiet: Quiet | None, at: datetime, zone: ZoneInfo) -> bool:
    """Whether an instant lies in the quiet hours."""
    if quiet is None:
        return False
    clock = at.astimezone(zone).time()
    if quiet.begins < quiet.ends:
        return quiet.begins <= clock < quiet.ends
    return clock >= quiet.begins or clock < quiet.ends


def silent(
    quiet: Quiet | None, kind: NoticeKind, level: Level | None, at: datetime, zone: ZoneInfo
) -> bool:
    """Whether a message makes no sound; ``level`` is that of the incident it speaks of, if any."""
    if quiet is None or kind in _ALWAYS_HEARD or not is_quiet(quiet, at, zone):
        return False
    if kind in _AS_ITS_LEVEL and level is not None:
        return sleeps(quiet, level)
    return True


def sleeps(quiet: Quiet | None, level: Level) -> bool:
    """Whether quiet hours hold for a level; never for Awas."""
    return quiet is not None and level.rank < quiet.loud_from.rank


def waited(
    quiet: Quiet | None, level: Level, since: datetime, until: datetime, zone: ZoneInfo
) -> timedelta:
    """How long a level has been waiting; quiet hours do not count for those that they hold for."""
    length = until - since
    if quiet is None or not sleeps(quiet, level):
        return length
    day = since.astimezone(zone).date() - _DAY
    last = until.astimezone(zone).date()
    while day <= last:
        begins = datetime.combine(day, quiet.begins, zone)
        over = quiet.begins > quiet.ends
        ends = datetime.combine(day + _DAY if over else day, quiet.ends, zone)
        overlap = min(until, ends.astimezone(UTC)) - max(since, begins.astimezone(UTC))
        length -= max(overlap, timedelta())
        day += _DAY
    return length
