"""What is usual is a copy of the stored hours: it survives a restart and follows every change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from monitor.calendar import Calendar
from monitor.config.parts import Spikes
from monitor.records import EventKind, IncidentState, LabelField, Sentiment, SourceId
from monitor.spikes import State
from monitor.steps.judge import judge
from monitor.steps.learn import hour_floor, learned_state, slot, usual, watched
from monitor.store import incidents, predictions
from monitor.store.connection import changed, rows
from tests.day import DAY, HOUR, MINUTE, Day
from tests.world import FLOOD, NOW, SITE, MemorySource, make_settings, make_tools, open_world

MEDIA = SourceId("media")


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    """An office whose ordinary weeks were read this minute."""
    with Day(tmp_path) as opened:
        opened.tick()
        yield opened


def same(one: State, other: State) -> bool:
    """Equal to the last bit."""
    return all(
        np.array_equal(np.asarray(getattr(one, field.name)), np.asarray(getattr(other, field.name)))
        for field in fields(one)
    )


def forget(day: Day) -> None:
    with day.db.atomic():
        changed(day.db, "DELETE FROM learned")


def kept(day: Day) -> list[int]:
    return [row["hour"] for row in rows(day.db, "SELECT hour FROM learned ORDER BY hour")]


def test_learning_on_is_learning_everything_anew(day: Day) -> None:
    for hours in (0, 1, 2, 30, 31):
        now = NOW + hours * HOUR
        day.read(now)
        went_on = learned_state(day.db, day.tools, now)
        forget(day)
        assert same(went_on, learned_state(day.db, day.tools, now)), hours
        learned_state(day.db, day.tools, now)


def test_a_restart_between_two_hours_changes_nothing(day: Day) -> None:
    learned_state(day.db, day.tools, NOW)
    again = open_world(day.tools)
    went_on = learned_state(again, day.tools, NOW + 8 * HOUR)
    again.close()
    forget(day)
    assert same(went_on, learned_state(day.db, day.tools, NOW + 8 * HOUR))


def test_within_the_hour_nothing_is_learned_again(day: Day) -> None:
    first = learned_state(day.db, day.tools, NOW)
    before = kept(day)
    assert same(first, learned_state(day.db, day.tools, NOW + 59 * MINUTE))
    assert kept(day) == before


def test_the_last_six_hours_are_not_learned_yet(day: Day) -> None:
    before = learned_state(day.db, day.tools, NOW + HOUR)
    day.flood(60, NOW - 4 * HOUR)
    day.read(NOW + HOUR)
    assert same(before, learned_state(day.db, day.tools, NOW + HOUR))


@pytest.mark.parametrize("ago", [7 * HOUR, 3 * DAY, 20 * DAY])
def test_a_late_comment_is_learned_where_it_belongs(day: Day, ago: timedelta) -> None:
    before = learned_state(day.db, day.tools, NOW)
    day.flood(30, NOW - ago)
    day.read(NOW + 30 * MINUTE)
    after = learned_state(day.db, day.tools, day.now)
    assert not same(before, after)
    forget(day)
    assert same(after, learned_state(day.db, day.tools, day.now))


def test_a_corrected_label_unlearns_its_hour(day: Day) -> None:
    before = learned_state(day.db, day.tools, NOW)
    (wrong, *_) = predictions.of_topic(day.db, FLOOD, NOW - 20 * DAY, 5)
    value = Sentiment.POSITIF.value
    predictions.add_label(day.db, wrong.stored.id, LabelField.SENTIMENT, value, "Dewi", NOW)
    after = learned_state(day.db, day.tools, NOW)
    assert not same(before, after)
    forget(day)
    assert same(after, learned_state(day.db, day.tools, NOW))


def test_a_damaged_state_is_learned_anew(day: Day) -> None:
    whole = learned_state(day.db, day.tools, NOW)
    with day.db.atomic():
        changed(day.db, "UPDATE learned SET body = x'0011'")
    assert same(whole, learned_state(day.db, day.tools, NOW))


def test_a_year_is_remembered_and_no_more(day: Day) -> None:
    day.flood(3, NOW - 500 * DAY)
    day.read(NOW + 30 * MINUTE)
    learned_state(day.db, day.tools, day.now)
    (about,) = {row["about"] for row in rows(day.db, "SELECT about FROM learned")}
    began = datetime.fromtimestamp(json.loads(about)[2], UTC)
    assert (began.day, began.hour) == (1, 0)
    assert 370 * DAY <= day.now - began <= 402 * DAY


def test_states_of_days_long_past_are_let_go(day: Day) -> None:
    learned_state(day.db, day.tools, NOW)
    hours = kept(day)
    assert hours[-1] == int((hour_floor(NOW) - 6 * HOUR).timestamp())
    assert all(hour % 86400 == 0 for hour in hours[:-1])
    assert 9 <= len(hours) <= 11


def incident_of(day: Day, taken: bool, kind: EventKind, state: IncidentState) -> None:
    """An incident of six hours that people took, or not, and that ended."""
    day.flood(30)
    day.read(NOW + 30 * MINUTE)
    judge(day.db, day.tools, day.now)
    (live,) = day.live()
    if taken:
        acknowledged = IncidentState.ACKNOWLEDGED
        incidents.change(
            day.db, live, EventKind.ACKNOWLEDGED, acknowledged, day.now, "", actor="Dewi"
        )
        live = day.live()[0]
    actor = "Dewi" if taken else None
    incidents.change(day.db, live, kind, state, day.now + 5 * HOUR, "", actor=actor)
    day.read(NOW + 14 * HOUR)


def as_it_came(day: Day) -> float:
    """Negatives an hour with bursts in full: hot hours never enter the level anyway."""
    baseline = usual(day.db, day.tools, day.now)
    return float(baseline.plain_mean[baseline.topics.index(FLOOD)])


def test_hours_of_a_confirmed_incident_teach_no_normal(tmp_path: Path) -> None:
    levels = {}
    for name, taken, kind, state in (
        ("confirmed", True, EventKind.RESOLVED, IncidentState.RESOLVED),
        ("dismissed", True, EventKind.DISMISSED, IncidentState.DISMISSED),
        ("untouched", False, EventKind.CALMED, IncidentState.RESOLVED),
    ):
        with Day(tmp_path / name) as day:
            day.tick()
            incident_of(day, taken, kind, state)
            levels[name] = as_it_came(day)
    assert levels["confirmed"] < levels["dismissed"]
    assert levels["untouched"] == levels["dismissed"]


def test_a_dismissal_long_after_brings_the_hours_back(day: Day) -> None:
    incident_of(day, True, EventKind.RESOLVED, IncidentState.RESOLVED)
    before = as_it_came(day)
    with day.db.atomic():
        changed(day.db, "UPDATE incident SET state = 'dismissed'")
    assert as_it_came(day) > before


def test_an_incident_of_an_issue_that_is_ignored_since_is_passed_over(day: Day) -> None:
    incident_of(day, True, EventKind.RESOLVED, IncidentState.RESOLVED)
    settings = make_settings(day.tools.settings.folder, spikes=Spikes(ignore=(FLOOD,)))
    state = learned_state(day.db, replace(day.tools, settings=settings), day.now)
    assert FLOOD not in state.topics


def test_other_issues_and_sources_are_learned_from_the_beginning(day: Day) -> None:
    learned_state(day.db, day.tools, NOW)
    more = replace(day.tools, sources={**day.tools.sources, MEDIA: MemorySource(MEDIA)})
    state = learned_state(day.db, more, NOW)
    assert state.sources == (SITE, MEDIA) if SITE < MEDIA else (MEDIA, SITE)
    forget(day)
    assert same(state, learned_state(day.db, more, NOW))


def test_with_other_holidays_all_is_learned_anew(day: Day) -> None:
    before = learned_state(day.db, day.tools, NOW)
    days = {(NOW - ago * DAY).date(): "Libur" for ago in (6, 13, 20)}
    knowledge = replace(day.tools.knowledge, calendar=Calendar(days))
    other = replace(day.tools, knowledge=knowledge)
    state = learned_state(day.db, other, NOW)
    assert not same(before, state)
    forget(day)
    assert same(state, learned_state(day.db, other, NOW))


def test_without_a_polled_source_all_there_are_count(day: Day) -> None:
    alone = replace(day.tools, sources={})
    assert watched(day.db, alone) == (SITE,)
    assert usual(day.db, alone, NOW).hours > 0


def test_comments_of_a_site_that_is_no_longer_watched_still_count(tmp_path: Path) -> None:
    with Day(tmp_path, [SITE, MEDIA]) as day:
        for ago in range(2, 20):
            day.flood(1, NOW - ago * DAY, name=MEDIA)
        day.tick()
        fewer = replace(day.tools, sources={SITE: day.sites[SITE]})
        baseline = usual(day.db, fewer, NOW)
        both = usual(day.db, day.tools, NOW)
        assert baseline.sources == (SITE,)
        assert baseline.seen.sum() == pytest.approx(both.seen.sum())
        assert baseline.seen[baseline.topics.index(FLOOD)] >= 18
        assert baseline.mix.tolist() == [[1.0] * len(baseline.topics)]


def test_a_silent_source_blinds_a_topic_as_far_as_it_usually_brings_it(tmp_path: Path) -> None:
    with Day(tmp_path, [SITE, MEDIA]) as day:
        for ago in range(2, 20):
            day.flood(3, NOW - ago * DAY, name=SITE)
        day.tick()
        baseline = usual(day.db, day.tools, NOW)
        at = baseline.topics.index(FLOOD)
        seen = np.array([1.0 if name == SITE else 0.0 for name in baseline.sources])
        other = baseline.topics.index("kesehatan")
        assert baseline.coverage(seen)[at] > baseline.coverage(seen)[other] > 0


def test_nothing_stored_is_nothing_learned(tmp_path: Path) -> None:
    tools = make_tools(tmp_path, watched=[MemorySource(SITE)])
    db = open_world(tools)
    assert learned_state(db, tools, NOW).hours == 0
    assert rows(db, "SELECT * FROM learned") == []
    db.close()


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 3, 1, 17, 0, tzinfo=UTC), 0),  # Monday, midnight in WIB
        (datetime(2026, 3, 1, 16, 59, tzinfo=UTC), 167),
        (NOW, 10),
        (NOW + timedelta(days=1, minutes=30), 34),
    ],
)
def test_the_hour_of_the_offices_week(tmp_path: Path, at: datetime, expected: int) -> None:
    assert slot(at, make_tools(tmp_path)) == expected


def test_a_holiday_is_a_sunday(tmp_path: Path) -> None:
    tools = make_tools(tmp_path)
    local = NOW.astimezone(tools.zone)
    knowledge = replace(tools.knowledge, calendar=Calendar({local.date(): "Libur"}))
    assert slot(NOW, replace(tools, knowledge=knowledge)) == 6 * 24 + local.hour
