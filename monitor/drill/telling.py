"""A scenario as comments: what citizens write on the two sites, and when."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.calendar import Calendar
from monitor.records import Comment, SourceId
from monitor.records.drill import Act, Inject, Scenario
from monitor.stage.region import NEWS, SOCIAL
from monitor.stage.telling import Said, by_site, lines, quiet

_BEGINS = time(9)
_QUIET_DAYS = 21
# Numbers of accounts: the quiet days use those below, each inject has a stretch of its own.
_CITIZENS, _SPECIAL, _EACH = 400, 2000, 600


def begins_at(now: datetime, calendar: Calendar, zone: ZoneInfo) -> datetime:
    """Nine in the morning of today, or of the next working day."""
    day = now.astimezone(zone).date()
    while not calendar.working(day):
        day += timedelta(days=1)
    return datetime.combine(day, _BEGINS, zone)


def tell(
    scenario: Scenario, folder: Path, start: datetime, zone: ZoneInfo
) -> dict[SourceId, list[Comment]]:
    """Three quiet weeks and then the crisis, the same every time; ``folder`` is data/demo.

    Raises:
        ConfigError: a file of the quiet days is missing.
    """
    rng = random.Random(scenario.name)  # noqa: S311 - a replay, not a secret
    midnight = datetime.combine(start.astimezone(zone).date(), time(), zone)
    end = start + timedelta(minutes=scenario.minutes)
    headlines = lines(folder / "posts.txt")[:3]
    quiet_days = quiet(
        lines(folder / "quiet.txt"), midnight - timedelta(days=_QUIET_DAYS), end, rng
    )
    said = [*quiet_days, *_crisis(scenario, start, len(headlines), rng)]
    return by_site(said, [*headlines, *scenario.posts], "demo")


def _crisis(scenario: Scenario, start: datetime, before: int, rng: random.Random) -> Iterator[Said]:
    texts = iter(scenario.comments)
    for act in scenario.acts:
        for i in range(act.comments):
            yield _citizen(act, i, next(texts), start, before, rng)
    for number, inject in enumerate(scenario.injects):
        yield from _special(inject, _SPECIAL + number * _EACH, start, before, rng)


def _citizen(act: Act, i: int, text: str, start: datetime, before: int, rng: random.Random) -> Said:
    share = (i + 0.6 * rng.random()) / act.comments
    at = start + timedelta(minutes=act.at + act.length * share)
    author = _CITIZENS + rng.randrange(900)
    return Said(at, text, before + act.post, author, NEWS if rng.random() < 0.55 else SOCIAL)


def _special(
    inject: Inject, author: int, start: datetime, before: int, rng: random.Random
) -> Iterator[Said]:
    texts = inject.texts * max(1, inject.copies)
    for i, text in enumerate(texts):
        share = (i + 0.5 * rng.random()) / len(texts)
        at = start + timedelta(minutes=inject.at + inject.length * share)
        yield Said(at, text, before, author + i, SOCIAL)
