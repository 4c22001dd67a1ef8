"""Step 3: what is usual is learned from the hours, and only what is beyond it opens an incident."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.config.parts import Levels, Spikes
from monitor.records import EventKind, IncidentState, LabelField, Level, Sentiment, SourceId
from monitor.steps.judge import judge
from monitor.store import incidents, predictions, sources
from tests.day import HOUR, MINUTE, Day
from tests.world import (
    FLOOD,
    NOW,
    SITE,
    MemorySource,
    make_tools,
    open_world,
    seed_incident,
)

MEDIA = SourceId("media")


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    """An office whose ordinary weeks were read this minute."""
    with Day(tmp_path) as opened:
        opened.tick()
        yield opened


def test_ordinary_words_open_nothing(day: Day) -> None:
    day.say([f"Selamat pagi dari gang {i}" for i in range(40)])
    day.flood(3)
    day.read(NOW + HOUR)
    assert judge(day.db, day.tools, day.now) == 0
    assert day.every_incident() == []


def test_a_burst_opens_one_incident_that_began_with_its_first_comment(day: Day) -> None:
    day.flood(14, NOW + 21 * MINUTE)
    day.read(NOW + 40 * MINUTE)
    assert judge(day.db, day.tools, day.now) == 1
    assert judge(day.db, day.tools, day.now) == 0
    (incident,) = day.live()
    assert (incident.topic, incident.state, incident.holder) == (FLOOD, IncidentState.OPEN, None)
    assert incident.onset_at == NOW + 20 * MINUTE  # the five minutes that hold it
    assert incident.opened_at == day.now
    assert (incident.reading.observed, incident.reading.level) == (14, Level.SIAGA)


def test_the_event_says_why_in_words(day: Day) -> None:
    day.flood(14)
    day.read(NOW + 20 * MINUTE)
    judge(day.db, day.tools, day.now)
    (event,) = day.events()
    assert event.kind is EventKind.OPENED
    assert event.reason.startswith("Isu Banjir & bencana: 14 komentar negatif dalam")
    assert "biasanya tidak ada" in event.reason
    assert "terutama di berita" in event.reason


def test_more_of_the_same_moves_the_numbers_and_raises_the_level_once(day: Day) -> None:
    day.flood(14)
    day.read(NOW + 10 * MINUTE)
    judge(day.db, day.tools, day.now)
    day.flood(2)
    day.read(NOW + 12 * MINUTE)
    assert judge(day.db, day.tools, day.now) == 0
    assert day.live()[0].reading.observed == 16
    day.flood(30)
    day.read(NOW + 34 * MINUTE)
    assert [judge(day.db, day.tools, day.now) for _ in range(3)] == [1, 0, 0]
    kinds = [(event.kind, event.level) for event in day.events()]
    assert kinds == [(EventKind.OPENED, Level.SIAGA), (EventKind.RAISED, Level.AWAS)]
    assert day.events()[1].reason.startswith("Naik ke Awas. Isu Banjir")


@pytest.mark.parametrize(
    ("state", "kind", "reason"),
    [
        (IncidentState.OPEN, EventKind.FORGOTTEN, "Belum ada yang menangani."),
        (IncidentState.SILENCED, EventKind.WOKEN, "Masa senyap berakhir."),
    ],
)
def test_time_alone_brings_events_with_fixed_words(
    day: Day, state: IncidentState, kind: EventKind, reason: str
) -> None:
    day.flood(14)
    day.read(NOW + 10 * MINUTE)
    judge(day.db, day.tools, day.now)
    if state is IncidentState.SILENCED:
        until = NOW + 30 * MINUTE
        before = day.live()[0]
        event = EventKind.SILENCED
        incidents.change(day.db, before, event, state, day.now, "", silenced_until=until)
    assert judge(day.db, day.tools, day.now + 31 * MINUTE) == 1
    last = day.events()[-1]
    assert (last.kind, last.reason, last.actor) == (kind, reason, None)


def test_three_calm_hours_end_it_in_the_machines_name(day: Day) -> None:
    day.flood(14)
    day.run(6 * HOUR + 30 * MINUTE, 15 * MINUTE)
    (incident,) = day.every_incident()
    assert incident.state is IncidentState.RESOLVED
    last = day.events()[-1]
    assert (last.kind, last.actor) == (EventKind.CALMED, None)
    assert last.reason == "Kembali di bawah ambang; ditutup otomatis."


def test_an_issue_calms_down_by_its_own_thresholds(tmp_path: Path) -> None:
    deaf = Spikes(issue={FLOOD: Levels(waspada=6.0, siaga=97.0, awas=98.0)})
    with Day(tmp_path, spikes=deaf) as day:
        day.tick()
        day.flood(40)
        day.run(30 * MINUTE, 10 * MINUTE)
        assert day.live()[0].calm_since is None
        day.flood(4, NOW + 3 * HOUR)
        day.tick(NOW + 3 * HOUR + 20 * MINUTE)
        (live,) = day.live()
        # Calm for this issue, though the office would call it a rise.
        assert day.tools.settings.spikes.waspada < live.reading.score < 3.0
        assert (live.reading.level, live.calm_since) == (Level.NORMAL, day.now)


def in_between(day: Day, act: Callable[[], Any]) -> int:
    """Judge while somebody else acts just before the row is written."""

    def boundary(name: str) -> None:
        if name == "judge:before-write":
            act()

    return judge(day.db, replace(day.tools, boundary=boundary), day.now)


def test_another_worker_that_opens_it_first_is_not_repeated(day: Day) -> None:
    day.flood(14)
    day.read(NOW + 10 * MINUTE)
    other = open_world(day.tools)
    assert in_between(day, lambda: seed_incident(other, at=NOW)) == 0
    assert len(day.every_incident()) == 1
    other.close()


def test_an_incident_whose_comments_were_relabelled_meanwhile_begins_with_its_window(
    day: Day,
) -> None:
    day.flood(8)
    day.read(NOW + 10 * MINUTE)
    found = [one.stored.id for one in predictions.of_topic(day.db, FLOOD, NOW, 99)]

    def relabel() -> None:
        other = open_world(day.tools)
        for number in found:
            value = Sentiment.NETRAL.value
            predictions.add_label(other, number, LabelField.SENTIMENT, value, "Dewi", NOW)
        other.close()

    assert in_between(day, relabel) == 1
    (incident,) = day.live()
    assert incident.onset_at == day.now - incident.reading.hours * HOUR


def test_before_anything_was_read_nothing_is_judged(tmp_path: Path) -> None:
    tools = make_tools(tmp_path, watched=[MemorySource(SITE)])
    db = open_world(tools)
    sources.register(db, [(SITE, "wordpress")])
    assert judge(db, tools, NOW) == 0
    db.close()
