"""A live incident that is part of a larger one under the same posts goes into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.incidents import part_of
from monitor.records import EventKind, Incident, IncidentState, Level
from monitor.steps.merge import merge
from monitor.steps.notify import notify
from monitor.store import incidents
from tests.day import CHAT, MINUTE, Day
from tests.world import FLOOD

ROADS = "jalan_infrastruktur"
SECOND = timedelta(seconds=1)
ROAD_WORDS = "Jalan berlubang parah di gang {} nomor {}, bikin celaka"


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    """Floods and roads rose under posts of their own, so each has a card."""
    with Day(tmp_path) as opened:
        opened.tick()
        opened.flood(9, post_id="banjir")
        opened.say([ROAD_WORDS.format(i, i + 40) for i in range(6)], post_id="jalan")
        opened.run(12 * MINUTE, 4 * MINUTE)
        assert {one.topic for one in opened.live()} == {FLOOD, ROADS}
        yield opened


def go_on(day: Day) -> None:
    """Half an hour; the group takes messages at its end, as drawing takes time."""
    day.channel.full = {CHAT}
    day.run(20 * MINUTE, 5 * MINUTE)
    day.channel.full = set()
    day.tick(day.now + 5 * MINUTE)


def roads_under_the_flood(day: Day, count: int = 14) -> None:
    """People under the flood's post turn to the roads."""
    day.flood(30, post_id="banjir")
    day.say([ROAD_WORDS.format(i, i + 90) for i in range(count)], post_id="banjir")
    go_on(day)


def test_the_smaller_one_ends_and_says_where_it_went(day: Day) -> None:
    roads_under_the_flood(day)
    (left,) = day.live()
    assert left.topic == FLOOD
    merged = [event for event in day.events() if event.kind is EventKind.MERGED]
    assert [event.reason for event in merged] == [
        f"Digabung ke #{left.id} Banjir & bencana: ramai di kiriman yang sama."
    ]
    (child,) = (one for one in day.every_incident() if one.topic == ROADS)
    assert (child.state, child.holder) == (IncidentState.RESOLVED, None)
    day.run(20 * MINUTE, 5 * MINUTE)
    assert [one.topic for one in day.live()] == [FLOOD]
    assert "Ikut ramai di kiriman yang sama" in day.card()


def test_what_somebody_holds_is_never_merged_away(day: Day) -> None:
    (roads,) = (one for one in day.live() if one.topic == ROADS)
    taken = IncidentState.ACKNOWLEDGED
    incidents.change(day.db, roads, EventKind.ACKNOWLEDGED, taken, day.now, "", actor="Dewi")
    roads_under_the_flood(day)
    assert {one.topic for one in day.live()} == {FLOOD, ROADS}


def test_posts_of_their_own_keep_them_apart(day: Day) -> None:
    assert merge(day.db, day.tools, day.now) == 0
    take_roads(day)
    assert merge(day.db, day.tools, day.now) == 0
    assert len(day.live()) == 2


POSTS = st.dictionaries(st.sampled_from("abcd"), st.integers(1, 9), max_size=4)


@given(own=POSTS, other=POSTS)
def test_of_two_unequal_rises_only_one_is_part_of_the_other(
    own: dict[str, int], other: dict[str, int]
) -> None:
    if part_of(own, other) and part_of(other, own):
        shared = set(own) & set(other)
        assert sum(own[post] for post in shared) == sum(other[post] for post in shared)


def test_six_in_ten_under_the_same_posts_make_it_a_part() -> None:
    assert part_of({"a": 6, "b": 4}, {"a": 6})
    assert not part_of({"a": 5, "b": 5}, {"a": 9})
    assert not part_of({"a": 6}, {"a": 5})
    assert not part_of({}, {"a": 5})


# What somebody holds is muted, not merged.


def take_roads(day: Day, kind: EventKind = EventKind.ACKNOWLEDGED, **more: object) -> Incident:
    (roads,) = (one for one in day.live() if one.topic == ROADS)
    state = IncidentState.SILENCED if kind is EventKind.SILENCED else IncidentState.ACKNOWLEDGED
    incidents.change(day.db, roads, kind, state, day.now, "", actor="Dewi", **more)  # type: ignore[arg-type]
    return roads


def named(day: Day, topic: str) -> Incident:
    found = [one for one in day.every_incident() if one.topic == topic]
    return found[0]


def kinds(day: Day, topic: str = ROADS) -> list[EventKind]:
    return [event.kind for event in incidents.events(day.db, named(day, topic).id)]


def test_what_somebody_holds_is_muted_and_its_card_names_the_larger_one(day: Day) -> None:
    take_roads(day)
    roads_under_the_flood(day)
    flood, roads = named(day, FLOOD), named(day, ROADS)
    assert (roads.state, roads.holder) == (IncidentState.ACKNOWLEDGED, "Dewi")
    assert roads.parent_id == flood.id
    (muted,) = (e for e in day.events() if e.kind is EventKind.MUTED)
    assert muted.reason == (
        f"Bagian dari #{flood.id} Banjir & bencana: ramai di kiriman yang sama."
    )
    shown = [m.text for m in day.channel.shown[CHAT].values() if f"#{roads.id}" in m.text]
    assert any(f"Bagian dari #{flood.id} Banjir &amp; bencana" in text for text in shown)
    assert merge(day.db, day.tools, day.now) == 0


def test_a_muted_one_makes_no_noise_until_its_parent_ends(day: Day) -> None:
    take_roads(day)
    roads_under_the_flood(day)
    take_roads(day, EventKind.SILENCED, silenced_until=day.now + 20 * MINUTE)
    day.run(24 * MINUTE, 12 * MINUTE)
    assert EventKind.WOKEN in kinds(day)
    assert day.sent("Masa senyap") == []
    flood = named(day, FLOOD)
    incidents.change(
        day.db, flood, EventKind.RESOLVED, IncidentState.RESOLVED, day.now, "", actor="Dewi"
    )
    day.run(10 * MINUTE, 5 * MINUTE)
    roads = named(day, ROADS)
    assert (roads.parent_id, kinds(day)[-1]) == (None, EventKind.UNMUTED)
    ((_, told),) = day.sent("kini berdiri sendiri")
    assert f"#{flood.id} sudah selesai. #{roads.id}" in told.text


def test_one_that_is_worse_than_its_parent_stands_for_itself_and_is_told_once(day: Day) -> None:
    take_roads(day)
    day.flood(15, post_id="banjir")
    day.say([ROAD_WORDS.format(i, i + 90) for i in range(10)], post_id="banjir")
    go_on(day)
    flood, roads = named(day, FLOOD), named(day, ROADS)
    assert (roads.parent_id, flood.peak) == (flood.id, Level.SIAGA)
    before = len(day.channel.sent)
    worst = replace(roads.reading, level=Level.AWAS, score=3.0, at=day.now)
    incidents.observe(day.db, roads, worst, None)
    state = IncidentState.ACKNOWLEDGED
    incidents.change(
        day.db, named(day, ROADS), EventKind.RAISED, state, day.now, "Naik", level=Level.AWAS
    )
    assert merge(day.db, day.tools, day.now) == 1
    notify(day.db, day.tools, day.now)
    assert kinds(day)[-1] is EventKind.UNMUTED
    (told,) = [message.text for _, message in day.channel.sent[before:]]
    assert told.startswith("🔴 <b>Jalan")
    assert f"Sudah lebih besar dari #{flood.id}." in told


def test_when_the_parent_goes_into_a_larger_one_the_child_goes_along(day: Day) -> None:
    take_roads(day)
    roads_under_the_flood(day)
    flood, roads = named(day, FLOOD), named(day, ROADS)
    incidents.change(
        day.db, flood, EventKind.CALMED, IncidentState.RESOLVED, day.now, "", level=Level.SIAGA
    )
    health = replace(flood.reading, topic="kesehatan", level=Level.AWAS)
    assert incidents.open_new(day.db, health, flood.onset_at, "")
    words = [f"Puskesmas parah dan lambat di gang {i} rumah {i + 50}" for i in range(60)]
    day.say(words, day.now - 20 * MINUTE, 10 * SECOND, post_id="banjir")
    day.read(day.now + 5 * MINUTE)
    assert merge(day.db, day.tools, day.now) == 1
    (larger,) = (one for one in day.live() if one.topic == "kesehatan")
    assert named(day, ROADS).parent_id == larger.id
    assert kinds(day).count(EventKind.MUTED) == 2
    assert roads.parent_id == flood.id


def test_what_somebody_takes_at_that_moment_is_not_merged_away(day: Day) -> None:
    """The press comes between the look and the write."""
    day.channel.full = {CHAT}
    roads = named(day, ROADS)
    day.flood(30, post_id="banjir")
    day.say([ROAD_WORDS.format(i, i + 90) for i in range(14)], post_id="banjir")
    day.read(day.now + 25 * MINUTE)
    look = incidents.change

    def taken_first(*given: object, **more: object) -> bool:
        incidents.change = look
        take_roads(day)
        return look(*given, **more)  # type: ignore[arg-type]

    incidents.change = taken_first
    try:
        merge(day.db, day.tools, day.now)
    finally:
        incidents.change = look
    assert named(day, ROADS).id == roads.id
    assert named(day, ROADS).state is IncidentState.ACKNOWLEDGED


def test_what_has_a_larger_one_still_but_outgrew_its_own_goes_there(day: Day) -> None:
    (roads, flood) = (named(day, ROADS), named(day, FLOOD))
    take_roads(day)
    assert incidents.mute(day.db, named(day, ROADS), flood.id, day.now, "")
    day.say([ROAD_WORDS.format(i, i + 90) for i in range(9)], post_id="jalan")
    day.read(day.now + 5 * MINUTE)
    assert merge(day.db, day.tools, day.now) == 1
    assert named(day, ROADS).parent_id is None
    assert kinds(day)[-1] is EventKind.UNMUTED
    assert roads.parent_id is None
