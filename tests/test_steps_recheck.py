"""Reading comments again beside each poll, the daily look at an account, forgetting in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import PlatformError, Reason
from monitor.platforms.base import Health, Page, Seen
from monitor.platforms.offer import Connected, Platform
from monitor.records import Comment, SourceId, SourceStatus, Visibility
from monitor.steps.collect import Collector
from monitor.steps.retention import forget
from monitor.steps.tools import Account
from monitor.store import sources
from monitor.store.connection import rows
from tests.world import NOW, SITE, MemorySource, make_comment, make_tools, open_world

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BUSY = PlatformError("source: berita: wait", reason=Reason.RATE, retry_after=HOUR)
DEAD = PlatformError("source: berita: token dead", reason=Reason.AUTH, permanent=True)


class Living(MemorySource):
    """A site whose comments change; knows what it was asked for again."""

    def __init__(self, *shown: Comment) -> None:
        super().__init__(SITE, shown)
        self.health = Health(True, "@dinas", "", NOW + 10 * DAY)
        self.check_fails: PlatformError | None = None
        self.refetch_fails: PlatformError | None = None
        self.checks = 0
        self.asked: list[list[str]] = []
        self.now_there = {comment.external_id: comment for comment in shown}
        self.silent_about: set[str] = set()

    def check(self) -> Health:
        self.checks += 1
        if self.check_fails is not None:
            raise self.check_fails
        return self.health

    def refetch(self, wanted: Sequence[Seen], now: datetime) -> Iterator[Page]:
        self.asked.append([seen.external_id for seen in wanted])
        if self.refetch_fails is not None:
            raise self.refetch_fails
        told = [seen.external_id for seen in wanted if seen.external_id not in self.silent_about]
        there = tuple(self.now_there[one] for one in told if one in self.now_there)
        gone = tuple((one, Visibility.DELETED) for one in told if one not in self.now_there)
        yield Page(there, "", gone=gone)


class World:
    def __init__(self, folder: Path, source: Living, keeps_days: int | None = None) -> None:
        platform = Platform(
            "wordpress", lambda setup: self.account.connected, keeps_days=keeps_days
        )
        self.account = Account(platform, Connected(source, refetcher=source), str(SITE))
        self.source = source
        tools = make_tools(folder, watched=[source])
        self.tools = replace(tools, accounts={SITE: self.account})
        self.db = open_world(self.tools)
        sources.register(self.db, [(SITE, "wordpress")])
        self.collector = Collector(2)

    def poll(self, at: datetime) -> int:
        return self.collector.collect(self.db, self.tools, at, None)

    def status(self) -> SourceStatus:
        found = sources.get(self.db, SITE)
        assert found is not None
        return found

    def row(self, external_id: str) -> dict[str, object]:
        found = rows(self.db, "SELECT * FROM comment WHERE external_id = ?", [external_id])
        return dict(found[0])


@pytest.fixture
def source() -> Living:
    return Living(*(make_comment(n, f"Jalan rusak {n}", NOW - HOUR) for n in (1, 2, 3)))


@pytest.fixture
def world(tmp_path: Path, source: Living) -> Iterator[World]:
    world = World(tmp_path, source)
    yield world
    world.collector.close()
    world.db.close()


def test_comments_are_read_again_when_their_time_has_come(world: World, source: Living) -> None:
    world.poll(NOW)
    world.poll(NOW + HOUR)
    assert source.asked == []
    source.now_there["c1"] = replace(source.now_there["c1"], text="Jalan sudah baik")
    del source.now_there["c2"]
    assert world.poll(NOW + 3 * HOUR) == 1
    assert source.asked == [["c1", "c2", "c3"]]
    assert world.row("c1")["text"] == "Jalan sudah baik"
    assert world.row("c2")["visibility"] == "deleted"
    world.poll(NOW + 6 * HOUR)
    assert source.asked[1] == ["c1", "c3"]


def test_what_the_site_is_silent_about_is_not_asked_at_every_poll(
    world: World, source: Living
) -> None:
    world.poll(NOW)
    source.silent_about = {"c3"}
    world.poll(NOW + 3 * HOUR)
    world.poll(NOW + 3 * HOUR + timedelta(minutes=5))
    assert len(source.asked) == 1
    world.poll(NOW + 3 * HOUR + timedelta(minutes=15))
    assert source.asked[1] == ["c3"]


def test_a_recheck_that_must_wait_is_no_failed_poll(world: World, source: Living) -> None:
    world.poll(NOW)
    source.refetch_fails = BUSY
    world.poll(NOW + 3 * HOUR)
    assert world.status().error is None and world.status().last_success_at == NOW + 3 * HOUR
    source.refetch_fails = None
    world.poll(NOW + 4 * HOUR)
    assert source.asked == [["c1", "c2", "c3"]] * 2


def test_a_site_that_knows_nothing_any_more_has_to_say_it_twice(tmp_path: Path) -> None:
    source = Living(*(make_comment(n, f"Jalan rusak {n}", NOW - HOUR) for n in range(1, 7)))
    world = World(tmp_path, source)
    world.poll(NOW)
    stood, source.now_there = source.now_there, {}
    for minutes in (0, 15, 30):
        world.poll(NOW + 3 * HOUR + timedelta(minutes=minutes))
    assert {row["visibility"] for row in rows(world.db, "SELECT * FROM comment")} == {"public"}
    source.now_there = stood
    world.poll(NOW + 4 * HOUR)
    source.now_there = {}
    world.poll(NOW + 7 * HOUR)
    assert world.row("c1")["visibility"] == "public"  # said once more, hours after the bad one
    world.collector.close()
    world.collector = Collector(2)  # another process, as when cron starts each
    world.poll(NOW + 8 * HOUR)
    assert {row["visibility"] for row in rows(world.db, "SELECT * FROM comment")} == {"deleted"}
    world.collector.close()


def test_a_recheck_that_the_site_does_not_take_stops_nothing(world: World, source: Living) -> None:
    world.poll(NOW)
    source.refetch_fails = PlatformError("no", reason=Reason.NOT_ALLOWED, permanent=True)
    world.poll(NOW + 3 * HOUR)
    assert world.status().paused is None and world.status().error is None


def test_a_recheck_that_needs_a_person_stops_the_source(world: World, source: Living) -> None:
    world.poll(NOW)
    source.refetch_fails = DEAD
    world.poll(NOW + 3 * HOUR)
    assert world.status().paused == str(DEAD) and world.status().reason == "auth"


def test_the_account_is_looked_at_once_a_day(world: World, source: Living) -> None:
    world.poll(NOW)
    found = world.status()
    assert (found.identity, found.trouble, found.checked_at) == ("@dinas", None, NOW)
    assert found.expires_at == NOW + 10 * DAY
    world.poll(NOW + 23 * HOUR)
    assert source.checks == 1
    source.health = Health(False, "@dinas", "sees nothing: a user token?")
    world.poll(NOW + DAY)
    found = world.status()
    assert (found.trouble, found.expires_at) == ("sees nothing: a user token?", None)


def test_a_renewed_token_is_told_of_anew(world: World, source: Living) -> None:
    world.poll(NOW)
    with world.db.atomic():
        world.db.conn.execute("UPDATE source SET expiry_told = 14")
    world.poll(NOW + DAY)
    assert world.status().expiry_told == 14
    source.health = Health(True, "@dinas", "", NOW + 60 * DAY)
    world.poll(NOW + 2 * DAY)
    assert world.status().expiry_told is None


def test_a_check_that_the_site_cannot_answer_now_is_asked_later(
    world: World, source: Living
) -> None:
    source.check_fails = BUSY
    world.poll(NOW)
    assert world.status().error is None and world.status().checked_at is None
    source.check_fails = None
    world.poll(NOW + HOUR)
    assert world.status().checked_at == NOW + HOUR


def test_an_account_that_is_lost_stops_the_source(world: World, source: Living) -> None:
    source.check_fails = DEAD
    world.poll(NOW)
    assert world.status().paused == str(DEAD)
    assert world.row("c1")["text"] == "Jalan rusak 1", "what was read stands"


def test_the_boundaries_of_a_recheck_are_passed_in_order(world: World, source: Living) -> None:
    world.poll(NOW)
    passed: list[str] = []
    world.tools = replace(world.tools, boundary=passed.append)
    world.poll(NOW + 3 * HOUR)
    assert passed[-3:] == [
        "recheck:before-write",
        "recheck:after-write",
        "collect:after-poll",
    ]


def test_what_may_not_be_kept_is_forgotten_in_time(tmp_path: Path, source: Living) -> None:
    world = World(tmp_path, source, keeps_days=30)
    other = replace(world.account, platform=Platform("feed", world.account.platform.connect))
    world.tools = replace(world.tools, accounts={SITE: world.account, SourceId("b"): other})
    world.poll(NOW)
    source.refetch_fails = BUSY
    world.poll(NOW + 26 * DAY)
    assert forget(world.db, world.tools, NOW + 29 * DAY) == 0
    assert forget(world.db, world.tools, NOW + 31 * DAY) == 3
    assert world.row("c1")["text"] == ""
    world.collector.close()
    world.db.close()
