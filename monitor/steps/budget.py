"""At most so many new alerts a day: the thresholds that keep it, reckoned from the last weeks.

Once a day (or when somebody chooses another number) the stored comments of four weeks are replayed,
and Waspada and Siaga rise just so far that no more than one day in twenty would have had more.
Awas never rises: the worst is told whatever the budget. What people's verdicts taught of an issue
(``lessons``) counts beside it, live, in the budget and in the back-test alike.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database

from monitor.errors import ConfigError
from monitor.incidents import Episode
from monitor.messages.history import Told
from monitor.spikes import Rules
from monitor.spikes.rarity import months_between
from monitor.steps.backtest import Alert, Replayed, alerts, replay_stored, with_people
from monitor.steps.lessons import Lessons, lessons, taught
from monitor.steps.tools import Tools
from monitor.store import choices, incidents

MOST: Final = "most_a_day"
_KEPT: Final = "budget"
_STRETCH: Final = timedelta(days=28)
_TIMES: Final = (1.0, 1.05, 1.1, 1.15, 1.2, 1.25, 1.3, 1.4)
_DAYS_OVER: Final = 0.05


@dataclass(frozen=True, slots=True)
class Budget:
    """What was reckoned: for which day and number, times the thresholds, and alerts in 28 days.

    ``alerts`` with these thresholds, ``plain`` without a budget.
    """

    day: str
    most: int
    times: float
    alerts: int
    plain: int


def most_a_day(db: Database, tools: Tools) -> int:
    """As many new alerts a day at the most; 0: any. What people chose goes before the file."""
    chosen = choices.get(db, MOST)
    return tools.settings.spikes.most_a_day if chosen is None else int(chosen)


def rules_of(tools: Tools) -> Mapping[str, Rules]:
    """The rules of every topic as written: its own, else its OPD's, else those of the office."""
    spikes = tools.settings.spikes
    return {topic: spikes.rules_for(topic, tools.issue(topic).opd) for topic in tools.topics}


def rules_now(db: Database, tools: Tools, now: datetime) -> Mapping[str, Rules]:
    """The rules that judge now: as written, stricter where a budget or people's verdicts ask."""
    written = rules_of(tools)
    return taught(written, lessons(db, tools, written, now), times_now(db, tools))


def times_now(db: Database, tools: Tools) -> float:
    """Times the thresholds by the budget that stands."""
    kept = budget(db)
    return 1.0 if kept is None or kept.most != most_a_day(db, tools) else kept.times


def told_lessons(db: Database, tools: Tools, now: datetime) -> list[tuple[str, float, int]]:
    """What people's verdicts made of thresholds: name, times and dismissals, the most first."""
    found = lessons(db, tools, rules_of(tools), now)
    return named(tools, found)


def named(tools: Tools, learnt: Lessons) -> list[tuple[str, float, int]]:
    """Lessons by the names of their issues, the most first."""
    told = [(tools.issue(topic).name, one.times, one.dismissed) for topic, one in learnt.items()]
    return sorted(told, key=lambda one: (-one[1], one[0]))


def budget(db: Database) -> Budget | None:
    """What was reckoned last."""
    found = choices.get(db, _KEPT)
    return None if found is None else Budget(**json.loads(found))


def alerts_lately(db: Database, tools: Tools, now: datetime) -> int:
    """Alerts of issues that really came in 28 days; waves and new topics have no threshold."""
    opened = incidents.opened_since(db, now - _STRETCH)
    return sum(one.topic in tools.knowledge.taxonomy for one in opened)


def keep_budget(db: Database, tools: Tools, now: datetime) -> Budget | None:
    """Reckon the budget anew where the day or the number has changed; None without one."""
    most = most_a_day(db, tools)
    if not most:
        return None
    kept, day = budget(db), now.astimezone(tools.zone).date().isoformat()
    if kept is not None and (kept.day, kept.most) == (day, most):
        return kept
    replayed = replay_stored(db, tools, now - _STRETCH, now)
    fresh = reckoned(replayed, tools, most, day, lessons(db, tools, rules_of(tools), now))
    choices.reckon(db, _KEPT, json.dumps(asdict(fresh)), now)
    return fresh


def reckoned(replayed: Replayed, tools: Tools, most: int, day: str, learnt: Lessons) -> Budget:
    """The budget of a day from what was replayed, beside what people's verdicts taught."""
    rules = _Rules(rules_of(tools), learnt)
    times = _times(replayed, tools, rules, most)
    found = _alerts(replayed, tools, rules, times)
    plain = _alerts(replayed, tools, rules, 1.0)
    return Budget(day, most, times, len(found), len(plain))


@dataclass(frozen=True, slots=True)
class Tried:
    """A back-test between two instants: its alerts, the budget and what it made of thresholds.

    ``lessons``: what people's verdicts made of thresholds, as :func:`named` tells it.
    """

    since: datetime
    until: datetime
    told: Sequence[Told]
    most: int
    times: float
    lessons: Sequence[tuple[str, float, int]]


@dataclass(frozen=True, slots=True)
class _Rules:
    """Rules as written, and what people's verdicts taught of them."""

    written: Mapping[str, Rules]
    learnt: Lessons

    def at(self, times: float) -> Mapping[str, Rules]:
        return taught(self.written, self.learnt, times)


def _not_rising(rules: Rules, own: Mapping[str, float]) -> str:
    """Which threshold is not below the next; ``--name``: one that was to be tried."""
    lower, upper = ("waspada", "siaga") if rules.waspada >= rules.siaga else ("siaga", "awas")
    names = [f"--{name}" if name in own else name for name in (lower, upper)]
    low, high = getattr(rules, lower), getattr(rules, upper)
    return f"{names[0]} {low:g}: accepted: below {names[1]} {high:g} (waspada < siaga < awas)"


def back_test(
    db: Database,
    tools: Tools,
    since: datetime,
    now: datetime,
    own: Mapping[str, float],
    most: int | None = None,
) -> Tried:
    """Replay the stored comments with the office's rules, ``own`` thresholds in their place.

    People's verdicts of the two months before ``now`` count, as they do live.
    ``most``: alerts a day at the most (0: any); None: as it stands.

    Raises:
        ConfigError: the thresholds do not rise from Waspada to Awas.
    """
    written = {topic: one.with_own(own) for topic, one in rules_of(tools).items()}
    for topic, one in written.items():
        if not one.waspada < one.siaga < one.awas:
            raise ConfigError(f"thresholds: {topic}: {_not_rising(one, own)}")
    rules = _Rules(written, lessons(db, tools, written, now))
    replayed = replay_stored(db, tools, since, now)
    limit = most_a_day(db, tools) if most is None else most
    times = _times(replayed, tools, rules, limit) if limit else 1.0
    found = _alerts(replayed, tools, rules, times)
    told = [_told(one, tools) for one in with_people(db, found, since)]
    return Tried(replayed.since, replayed.until, told, limit, times, named(tools, rules.learnt))


def _told(alert: Alert, tools: Tools) -> Told:
    one = alert.episode
    return Told(
        topic=one.topic,
        issue=tools.issue(one.topic).name,
        opened_at=one.opened_at,
        closed_at=one.closed_at,
        peak=one.peak,
        score=one.worst.score,
        observed=one.first.observed,
        expected=one.first.expected,
        hours=one.first.hours,
        months=months_between(one.worst.score),
        incident=alert.incident,
    )


def _times(replayed: Replayed, tools: Tools, rules: _Rules, most: int) -> float:
    """The mildest thresholds that keep the budget; the strictest tried, if none does."""
    for times in _TIMES:
        if _kept(_alerts(replayed, tools, rules, times), replayed, tools, most):
            return times
    return _TIMES[-1]


def _alerts(replayed: Replayed, tools: Tools, rules: _Rules, times: float) -> list[Episode]:
    calm_for = timedelta(hours=tools.settings.spikes.calm_hours)
    return alerts(replayed, rules.at(times), calm_for)


def _kept(found: Sequence[Episode], replayed: Replayed, tools: Tools, most: int) -> bool:
    """Whether no more than one day in twenty has more."""
    by_day = Counter(one.opened_at.astimezone(tools.zone).date() for one in found)
    days = max(1.0, (replayed.until - replayed.since) / timedelta(days=1))
    over = sum(count > most for count in by_day.values())
    return over <= _DAYS_OVER * days
