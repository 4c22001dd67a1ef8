"""Step 3: what is usual is learned from the hours, and only what is beyond it opens an incident."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.config import Spikes
from monitor.platforms.base import Page
from monitor.records import EventKind, IncidentState, LabelField, Level, Sentiment, SourceId
from monitor.steps.judge import judge, learn_normal, learned_normal, slot
from monitor.steps.understand import understand
from monitor.store import counts, incidents, predictions, sources
from tests.day import DAY, HOUR, MINUTE, Day
from tests.world import (
    FLOOD,
    NOW,
    SITE,
    MemorySource,
    make_comment,
    make_settings,
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


def read(day: Day, at: datetime) -> None:
    """Collect and understand what was said until then, without judging it."""
    day.collector.collect(day.db, day.tools, at, None)
    understand(day.db, day.tools)
    day.now = at


def test_ordinary_words_open_nothing(day: Day) -> None:
    day.say([f"Selamat pagi dari gang {i}" for i in range(40)])
    day.flood(3)
    read(day, NOW + HOUR)
    assert judge(day.db, day.tools, day.now) == 0
    assert day.every_incident() == []


def test_a_burst_opens_one_incident_that_began_with_its_first_comment(day: Day) -> None:
    day.flood(14, NOW + 21 * MINUTE)
    read(day, NOW + 40 * MINUTE)
    assert judge(day.db, day.tools, day.now) == 1
    assert judge(day.db, day.tools, day.now) == 0
    (incident,) = day.live()
    assert (incident.topic, incident.state, incident.holder) == (FLOOD, IncidentState.OPEN, None)
    assert incident.onset_at == NOW + 20 * MINUTE  # the five minutes that hold it
    assert incident.opened_at == day.now
    assert (incident.reading.observed, incident.reading.level) == (14, Level.SIAGA)


def test_the_event_says_why_in_words(day: Day) -> None:
    day.flood(14)
    read(day, NOW + 20 * MINUTE)
    judge(day.db, day.tools, day.now)
    (event,) = day.events()
    assert event.kind is EventKind.OPENED
    assert event.reason.startswith("Isu Banjir & bencana: 14 komentar negatif dalam")
    assert "biasanya tidak ada" in event.reason
    assert "terutama di berita" in event.reason


def test_more_of_the_same_moves_the_numbers_and_raises_the_level_once(day: Day) -> None:
    day.flood(14)
    read(day, NOW + 10 * MINUTE)
    judge(day.db, day.tools, day.now)
    day.flood(2)
    read(day, NOW + 12 * MINUTE)
    assert judge(day.db, day.tools, day.now) == 0
    assert day.live()[0].reading.observed == 16
    day.flood(30)
    read(day, NOW + 34 * MINUTE)
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
    read(day, NOW + 10 * MINUTE)
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


def in_between(day: Day, act: Callable[[], Any]) -> int:
    """Judge while somebody else acts just before the row is written."""

    def boundary(name: str) -> None:
        if name == "judge:before-write":
            act()

    return judge(day.db, replace(day.tools, boundary=boundary), day.now)


def test_another_worker_that_opens_it_first_is_not_repeated(day: Day) -> None:
    day.flood(14)
    read(day, NOW + 10 * MINUTE)
    other = open_world(day.tools)
    assert in_between(day, lambda: seed_incident(other, at=NOW)) == 0
    assert len(day.every_incident()) == 1
    other.close()


def test_an_incident_whose_comments_were_relabelled_meanwhile_begins_with_its_window(
    day: Day,
) -> None:
    day.flood(8)
    read(day, NOW + 10 * MINUTE)
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


# What is usual.


def test_the_hour_is_learned_once_and_anew_when_it_turns(day: Day) -> None:
    first = learned_normal(day.db, day.tools, NOW)
    day.flood(30, NOW - 7 * DAY)
    read(day, NOW + 30 * MINUTE)
    assert learned_normal(day.db, day.tools, NOW + 59 * MINUTE) == first
    hour = int((NOW + HOUR).timestamp())
    assert counts.baseline(day.db, hour) is None
    later = learned_normal(day.db, day.tools, NOW + HOUR)
    assert counts.baseline(day.db, hour) is not None
    assert later != first


def test_a_changed_configuration_is_learned_at_once(day: Day) -> None:
    assert FLOOD in learned_normal(day.db, day.tools, NOW).baseline.topics
    settings = make_settings(day.tools.settings.folder, spikes=Spikes(ignore=(FLOOD,)))
    changed = replace(day.tools, settings=settings)
    assert FLOOD not in learned_normal(day.db, changed, NOW).baseline.topics
    more = replace(day.tools, sources={**day.tools.sources, MEDIA: MemorySource(MEDIA)})
    before = counts.baseline(day.db, int(NOW.timestamp()))
    learned_normal(day.db, more, NOW)
    assert counts.baseline(day.db, int(NOW.timestamp())) != before


def test_the_same_rows_teach_the_same_whatever_was_said_in_the_last_six_hours(day: Day) -> None:
    before = learn_normal(day.db, day.tools, NOW + HOUR)
    assert learn_normal(day.db, day.tools, NOW + HOUR) == before
    day.flood(60, NOW - 4 * HOUR)
    read(day, NOW + HOUR)
    assert learn_normal(day.db, day.tools, NOW + HOUR).baseline == before.baseline
    day.flood(60, NOW - 12 * HOUR)
    read(day, NOW + HOUR + 5 * MINUTE)
    assert learn_normal(day.db, day.tools, NOW + HOUR).baseline != before.baseline


def test_a_stored_baseline_is_the_learned_one(day: Day) -> None:
    learned = learn_normal(day.db, day.tools, NOW)
    assert learned_normal(day.db, day.tools, NOW) == learned
    body = counts.baseline(day.db, int(NOW.timestamp()))
    assert json.loads(body or "")["weights"] == {SITE: 1.0}


def test_a_site_that_is_no_longer_watched_weighs_nothing(tmp_path: Path) -> None:
    with Day(tmp_path, [SITE, MEDIA]) as day:
        day.tick()
        weights = learn_normal(day.db, day.tools, NOW).weights
        assert set(weights) == {SITE, MEDIA}
        assert sum(weights.values()) == pytest.approx(1)
        fewer = replace(day.tools, sources={SITE: day.sites[SITE]})
        assert set(learn_normal(day.db, fewer, NOW).weights) == {SITE}


def test_imports_alone_weigh_as_they_are(day: Day) -> None:
    alone = replace(day.tools, sources={})
    assert learn_normal(day.db, alone, NOW).weights == {SITE: 1.0}


def test_watched_sites_without_a_comment_weigh_the_same(tmp_path: Path) -> None:
    tools = make_tools(tmp_path, watched=[MemorySource(SITE), MemorySource(MEDIA)])
    db = open_world(tools)
    old = SourceId("berkas_default")
    sources.register(db, [(SITE, "wordpress"), (MEDIA, "feed"), (old, "file")])
    for name in (SITE, MEDIA, old):
        sources.finish_poll(db, name, NOW, NOW)
    kept = make_comment(1, "Banjir", NOW - 2 * DAY, source_id=old)
    sources.store_page(db, old, Page((kept,), ""), NOW, backfilled=True)
    understand(db, tools)
    assert learn_normal(db, tools, NOW).weights == {SITE: 0.5, MEDIA: 0.5}
    db.close()


def test_before_anything_was_read_nothing_is_judged(tmp_path: Path) -> None:
    tools = make_tools(tmp_path, watched=[MemorySource(SITE)])
    db = open_world(tools)
    sources.register(db, [(SITE, "wordpress")])
    assert judge(db, tools, NOW) == 0
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
