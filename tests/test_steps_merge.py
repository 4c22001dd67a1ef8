"""A live incident that is part of a larger one under the same posts goes into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.incidents import part_of
from monitor.records import EventKind, IncidentState
from monitor.steps.merge import merge
from monitor.store import incidents
from tests.day import MINUTE, Day
from tests.world import FLOOD

ROADS = "jalan_infrastruktur"
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


def roads_under_the_flood(day: Day, count: int = 14) -> None:
    """People under the flood's post turn to the roads."""
    day.flood(30, post_id="banjir")
    day.say([ROAD_WORDS.format(i, i + 90) for i in range(count)], post_id="banjir")
    day.run(25 * MINUTE, 5 * MINUTE)


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
