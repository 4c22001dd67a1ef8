"""Issues that rise under the same posts are one card; elsewhere each is its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.records import EventKind, Level
from monitor.store import crowds
from tests.day import HOUR, MINUTE, Day
from tests.world import FLOOD, NOW

ROAD = "jalan_infrastruktur"
ROAD_WORDS = "Jalan di gang {} rusak parah juga, sudah lama"


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with Day(tmp_path) as opened:
        opened.tick()
        yield opened


def road(day: Day, count: int, post: str | None) -> None:
    texts = [ROAD_WORDS.format(f"{post} {i}") for i in range(count)]
    day.say(texts, NOW + MINUTE, post_id=post)


def topics(day: Day) -> list[str]:
    return sorted(incident.topic for incident in day.live())


def test_a_weaker_issue_under_the_same_post_joins_the_card(day: Day) -> None:
    day.flood(16, NOW + MINUTE, post_id="hot")
    road(day, 7, "hot")
    day.tick(NOW + 20 * MINUTE)
    assert topics(day) == [FLOOD]
    assert "Ikut ramai di kiriman yang sama: Jalan &amp; fasilitas umum (7)" in day.card()


def test_the_same_issue_under_another_post_is_its_own_incident(day: Day) -> None:
    day.flood(16, NOW + MINUTE, post_id="hot")
    road(day, 7, "other")
    day.tick(NOW + 20 * MINUTE)
    assert topics(day) == [FLOOD, ROAD]
    assert "Ikut ramai" not in day.card()


def test_comments_that_stand_under_no_post_never_join(day: Day) -> None:
    day.flood(16, NOW + MINUTE, post_id=None)
    road(day, 7, None)
    day.tick(NOW + 20 * MINUTE)
    assert topics(day) == [FLOOD, ROAD]


def test_an_issue_that_outgrows_the_incident_gets_its_own_card_and_takes_it_in(day: Day) -> None:
    day.flood(5, NOW + MINUTE, post_id="hot")
    day.tick(NOW + 10 * MINUTE)
    assert [(i.topic, i.level) for i in day.live()] == [(FLOOD, Level.WASPADA)]
    road(day, 20, "hot")
    day.tick(NOW + 30 * MINUTE)
    assert topics(day) == [ROAD]
    assert EventKind.MERGED in {event.kind for event in day.events()}


def test_posts_and_companions_are_counted_since_an_instant(day: Day) -> None:
    day.flood(6, NOW + MINUTE, post_id="hot")
    road(day, 4, "hot")
    day.tick(NOW + 20 * MINUTE)
    since = NOW
    assert crowds.posts(day.db, FLOOD, since) == {"berita/hot": 6}
    assert crowds.companions(day.db, FLOOD, since, 3) == ((ROAD, 4),)
    assert crowds.companions(day.db, FLOOD, since, 5) == ()
    assert crowds.companions(day.db, FLOOD, since + timedelta(hours=2), 1) == ()
    assert crowds.posts(day.db, FLOOD, NOW + 2 * HOUR) == {}
