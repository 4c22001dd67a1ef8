"""An issue that crosses its threshold up and down all day is one card and few messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.records import EventKind, Incident, IncidentState, Person
from monitor.steps import decide
from monitor.steps.tools import Tools
from monitor.store import incidents
from tests.day import CHAT, HOUR, MINUTE, Day
from tests.world import seed_people

STEP = 20 * MINUTE


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with Day(tmp_path) as opened:
        opened.tick()
        yield opened


@pytest.fixture
def ani(day: Day) -> Person:
    return seed_people(day.db)["Ani"]


def with_threshold(tools: Tools, waspada: float, siaga: float) -> Tools:
    """The same tools with other thresholds: the score stays, its level comes and goes."""
    spikes = tools.settings.spikes.model_copy(
        update={"waspada": waspada, "siaga": siaga, "awas": 99.0, "neglected_hours": 24.0}
    )
    return replace(tools, settings=tools.settings.model_copy(update={"spikes": spikes}))


def kinds(day: Day) -> list[EventKind]:
    return [event.kind for event in day.events()]


def test_up_and_down_every_twenty_minutes_is_one_card(day: Day, ani: Person) -> None:
    low, high = with_threshold(day.tools, 0.9, 50.0), with_threshold(day.tools, 30.0, 50.0)
    worse = with_threshold(day.tools, 0.9, 0.95)
    for i in range(36):
        if i % 3 == 0:
            day.flood(9)
        up = i % 2 == 0
        day.tools = (worse if i >= 18 else low) if up else high
        # Drawing takes time; the group takes messages only now and then.
        day.channel.full = set() if i in (0, 20, 35) else {CHAT}
        day.tick(day.now + STEP)
        if i == 0:
            (incident,) = day.live()
            decide.take(day.db, ani, incident.id, day.now)
    (only,) = day.every_incident()
    told = [kind for kind in kinds(day) if kind is not EventKind.ACKNOWLEDGED]
    assert told == [EventKind.OPENED, EventKind.RAISED]
    assert only.state is IncidentState.ACKNOWLEDGED
    # One card, and one message for the one level that it rose.
    assert len(day.sent("Banjir")) == 2
    assert len(day.sent("naik ke Siaga")) == 1


def ended(day: Day, ani: Person) -> Incident:
    """A rise that somebody took and resolved while people still write."""
    day.flood(12)
    day.run(20 * MINUTE)
    (incident,) = day.live()
    decide.take(day.db, ani, incident.id, day.now)
    decide.resolve(day.db, ani, incident.id, day.now)
    return incident


def test_what_a_person_resolved_stays_ended_while_no_worse(day: Day, ani: Person) -> None:
    ended(day, ani)
    for _ in range(8):
        day.flood(2)
        day.tick(day.now + STEP)
    assert day.live() == []
    assert kinds(day).count(EventKind.OPENED) == 1


def test_what_rises_later_links_to_the_earlier_card(day: Day, ani: Person) -> None:
    first = ended(day, ani)
    day.tick(day.now + 5 * HOUR)
    day.flood(14)
    day.run(20 * MINUTE)
    (again,) = day.live()
    assert again.id != first.id
    assert f"Lanjutan #{first.id} (selesai 10.20 WIB)" in day.card()


def test_after_a_week_it_is_another_story(day: Day, ani: Person) -> None:
    incident = ended(day, ani)
    (over,) = day.every_incident()
    reading = replace(over.reading, at=day.now + timedelta(days=8))
    incidents.open_new(day.db, reading, reading.at, "")
    (again,) = day.live()
    assert incidents.continued(day.db, again, timedelta(days=7)) is None
    assert incidents.continued(day.db, again, timedelta(days=9)) == replace(over, id=incident.id)


def test_who_takes_it_and_lets_it_lie_is_named_once(day: Day, ani: Person) -> None:
    day.flood(12)
    day.run(20 * MINUTE)
    (incident,) = day.live()
    decide.take(day.db, ani, incident.id, day.now)
    for _ in range(5):
        day.flood(8)
        day.tick(day.now + HOUR)
    assert kinds(day).count(EventKind.NEGLECTED) == 1
    (left,) = day.live()
    assert (left.state, left.holder) == (IncidentState.OPEN, "Ani")
    ((_, told),) = day.sent("tanpa perkembangan")
    assert "Sudah 4 jam tanpa perkembangan. Terakhir ditangani Ani." in told.text


def test_who_does_something_in_time_is_left_alone(day: Day, ani: Person) -> None:
    day.flood(12)
    day.run(20 * MINUTE)
    (incident,) = day.live()
    decide.take(day.db, ani, incident.id, day.now)
    for i in range(5):
        day.flood(8)
        day.tick(day.now + HOUR)
        if i == 2:
            decide.silence(day.db, day.tools, ani, incident.id, MINUTE, "sebentar", day.now)
            decide.take(day.db, ani, incident.id, day.now)
    assert EventKind.NEGLECTED not in kinds(day)
