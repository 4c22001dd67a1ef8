"""The back-test raises what the live service raised, and a budget makes it raise less."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config.parts import Levels, Spikes
from monitor.errors import ConfigError
from monitor.records import EventKind, IncidentState, Level
from monitor.steps.backtest import alerts, replay_stored, with_people
from monitor.steps.budget import (
    MOST,
    back_test,
    budget,
    keep_budget,
    most_a_day,
    rules_now,
    rules_of,
)
from monitor.store import choices, incidents
from tests.day import DAY, HOUR, MINUTE, Day
from tests.world import FLOOD, NOW, make_settings

CALM = timedelta(hours=3)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """Only to be looked at: what :func:`live_through` leaves."""
    with Day(tmp_path_factory.mktemp("lived")) as opened:
        live_through(opened)
        yield opened


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    """The same, to be changed."""
    with Day(tmp_path) as opened:
        live_through(opened)
        yield opened


def live_through(day: Day) -> None:
    """Ordinary weeks, then a flood at noon, a dismissed one the next day, and a quiet night."""
    day.tick()
    day.flood(20)
    day.run(3 * HOUR, 10 * MINUTE)
    day.run(21 * HOUR, HOUR)
    day.flood(14)
    day.run(30 * MINUTE, 10 * MINUTE)
    (live,) = day.live()
    dismissed = IncidentState.DISMISSED
    incidents.change(day.db, live, EventKind.DISMISSED, dismissed, day.now, "", actor="Dewi")
    day.run(8 * HOUR, HOUR)


def floods(day: Day, **own: float) -> list[Level]:
    found = back_test(day.db, day.tools, NOW - DAY, day.now, own)
    return [told.peak for told in found.told if told.topic == FLOOD]


def test_it_raises_what_was_raised_live(lived: Day) -> None:
    found = back_test(lived.db, lived.tools, NOW - 10 * DAY, lived.now, {})
    told = [one for one in found.told if one.topic == FLOOD]
    lived = incidents.since(lived.db, NOW - DAY)
    assert len(told) == len(lived) == 2
    for one, incident in zip(told, lived, strict=True):
        assert one.incident == incident
        assert abs(one.opened_at - incident.opened_at) <= 10 * MINUTE
        assert one.peak is incident.peak
    assert (found.most, found.times) == (0, 1.0)


def test_it_tells_what_people_said_then(lived: Day) -> None:
    found = back_test(lived.db, lived.tools, NOW - DAY, lived.now, {}).told
    states = [one.incident.state if one.incident else None for one in found]
    assert IncidentState.DISMISSED in states


def test_before_the_first_comment_nobody_said_anything(day: Day) -> None:
    replayed = replay_stored(day.db, day.tools, NOW - DAY, day.now)
    found = alerts(replayed, rules_of(day.tools), CALM)
    with day.db.atomic():
        day.db.conn.execute("UPDATE incident SET onset_at = 0, closed_at = 1")
    assert {one.incident for one in with_people(day.db, found, NOW)} == {None}


def test_only_what_lies_in_the_stretch_is_told(lived: Day) -> None:
    late = back_test(lived.db, lived.tools, NOW + 12 * HOUR, lived.now, {})
    assert all(one.opened_at > NOW + 12 * HOUR for one in late.told)
    assert len(late.told) < len(back_test(lived.db, lived.tools, NOW - DAY, lived.now, {}).told)


def test_higher_thresholds_raise_less(lived: Day) -> None:
    assert len(floods(lived, waspada=9.0, siaga=9.5, awas=10.0)) == 0
    assert len(floods(lived)) == 2


def test_thresholds_that_do_not_rise_are_refused(lived: Day) -> None:
    with pytest.raises(ConfigError, match=r"accepted: below siaga 1\.1"):
        floods(lived, waspada=2.0)


def test_an_empty_store_raises_nothing(tmp_path: Path) -> None:
    with Day(tmp_path) as opened:
        found = back_test(opened.db, opened.tools, NOW - DAY, NOW, {})
        assert list(found.told) == []


def test_a_budget_rises_the_thresholds_until_it_is_kept(day: Day) -> None:
    day.flood(6)
    day.say([f"Jalan berlubang di gang {i} bikin celaka" for i in range(6)])
    plain = back_test(day.db, day.tools, NOW - DAY, day.now, {}, 0)
    tight = back_test(day.db, day.tools, NOW - DAY, day.now, {}, 1)
    assert tight.times >= plain.times == 1.0
    assert len(tight.told) <= len(plain.told)


def test_a_budget_that_cannot_be_kept_leaves_the_worst_and_the_strictest_thresholds(
    tmp_path: Path,
) -> None:
    with Day(tmp_path) as opened:
        opened.tick()
        opened.flood(40)
        opened.say([f"Jalan berlubang dan rusak di gang {i} bikin celaka" for i in range(40)])
        opened.run(2 * HOUR, 10 * MINUTE)
        found = back_test(opened.db, opened.tools, NOW - DAY, opened.now, {}, 1)
    assert (found.most, found.times) == (1, 1.4)
    assert [told.peak for told in found.told] == [Level.AWAS, Level.AWAS]


def test_without_a_budget_the_rules_are_those_of_the_file(lived: Day) -> None:
    assert keep_budget(lived.db, lived.tools, lived.now) is None
    assert rules_now(lived.db, lived.tools, lived.now) == rules_of(lived.tools)


def test_a_budget_is_reckoned_once_a_day_and_when_it_changes(day: Day) -> None:
    choices.choose(day.db, MOST, "3", "Dewi", day.now)
    assert most_a_day(day.db, day.tools) == 3
    first = keep_budget(day.db, day.tools, day.now)
    assert first is not None and first == budget(day.db)
    choices.reckon(
        day.db, "budget", (choices.get(day.db, "budget") or "").replace("1.0", "1.3"), NOW
    )
    # The same day nothing is reckoned again, so the changed row stands ...
    assert keep_budget(day.db, day.tools, day.now) == replace(first, times=1.3)
    stricter = rules_now(day.db, day.tools, day.now)[FLOOD]
    written = rules_of(day.tools)[FLOOD]
    assert stricter.waspada == pytest.approx(written.waspada * 1.3)
    assert stricter.awas == written.awas
    # ... the next day, or with another number, it is.
    assert keep_budget(day.db, day.tools, day.now + DAY) == replace(
        first, day=(day.now + DAY).astimezone(day.tools.zone).date().isoformat()
    )
    choices.choose(day.db, MOST, "0", "Dewi", day.now)
    assert rules_now(day.db, day.tools, day.now) == rules_of(day.tools)


def test_the_file_sets_the_budget_until_somebody_chooses(tmp_path: Path) -> None:
    with Day(tmp_path) as opened:
        settings = make_settings(tmp_path, spikes=Spikes(most_a_day=2))
        tools = replace(opened.tools, settings=settings)
        assert most_a_day(opened.db, tools) == 2
        choices.choose(opened.db, MOST, "5", "Dewi", NOW)
        assert most_a_day(opened.db, tools) == 5


def test_an_issue_and_an_opd_may_have_rules_of_their_own(lived: Day) -> None:
    opd = lived.tools.issue(FLOOD).opd
    spikes = Spikes(issue={FLOOD: Levels(waspada=0.5)}, opd={opd: Levels(waspada=0.6, at_least=5)})
    settings = make_settings(lived.tools.settings.folder, spikes=spikes)
    rules = rules_of(replace(lived.tools, settings=settings))
    assert (rules[FLOOD].waspada, rules[FLOOD].at_least) == (0.5, 5)
    same_opd = [key for key in rules if key != FLOOD and lived.tools.issue(key).opd == opd]
    assert all(rules[key].waspada == 0.6 for key in same_opd)
    assert rules["kesehatan"].waspada == 0.92
