"""Step 1: pages and cursors are stored together, and no source's trouble is another's."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.config.parts import SourcePart
from monitor.errors import ConfigError, MonitorError, PlatformError, Reason
from monitor.platforms.base import Gap, Page, Source
from monitor.records import NoticeKind, SourceId, SourceStatus
from monitor.steps.collect import Collector
from monitor.steps.tools import Tools
from monitor.store import comments, notices, sources
from monitor.store.connection import rows
from tests.world import (
    NOW,
    SITE,
    MemorySource,
    make_comment,
    make_settings,
    make_tools,
    open_world,
    seed_chat,
)

OTHER = SourceId("media")
DOWN = PlatformError("source: berita: no answer", reason=Reason.UNREACHABLE)
DEAD = PlatformError("source: berita: password refused", reason=Reason.AUTH, permanent=True)


class PagedSource(MemorySource):
    """Gives its comments one a page; raises ``trouble`` in place of the page ``fails_at``."""

    fails_at: int | None = None
    trouble: Exception = DOWN
    gap: Gap | None = None

    def collect(self, cursor: str | None, now: datetime) -> Iterator[Page]:
        for number in range(int(cursor or 0), len(self.shown)):
            if number == self.fails_at:
                self.fails_at = None
                raise self.trouble
            yield Page((self.shown[number],), str(number + 1), gap=self.gap)


class EndlessSource(MemorySource):
    """Always has one more page."""

    def collect(self, cursor: str | None, now: datetime) -> Iterator[Page]:
        for number in itertools.count(int(cursor or 0) + 1):
            yield Page((make_comment(number, f"Kabar ke-{number}"),), str(number))


class SlowSource(MemorySource):
    """Answers only when ``answer`` is set; ``asked`` counts how often it was asked."""

    def __init__(self, source_id: SourceId, shown: Sequence[object]) -> None:
        super().__init__(source_id, shown)  # type: ignore[arg-type]
        self.answer = threading.Event()
        self.asked = 0

    def collect(self, cursor: str | None, now: datetime) -> Iterator[Page]:
        self.asked += 1
        self.answer.wait(20)
        yield from super().collect(cursor, now)


class World:
    """Sources, their store and a collector that is closed at the end."""

    def __init__(self, folder: Path, *watched: Source, every: int = 120) -> None:
        part = SourcePart(platform="feed", base_url="http://127.0.0.1", every_seconds=every)
        settings = make_settings(folder, sources={SITE: part})
        self.tools: Tools = make_tools(folder, settings=settings, watched=watched)
        self.db: Database = open_world(self.tools)
        sources.register(self.db, [(one.id, one.platform) for one in watched])
        self.collector = Collector(2)

    def collect(self, now: datetime = NOW, patience: float | None = None) -> int:
        return self.collector.collect(self.db, self.tools, now, patience)

    def status(self, source_id: SourceId = SITE) -> SourceStatus:
        found = sources.get(self.db, source_id)
        assert found is not None
        return found

    def stored(self) -> list[str]:
        return [row["external_id"] for row in rows(self.db, "SELECT * FROM comment ORDER BY id")]

    def news(self) -> list[tuple[int, str]]:
        return [
            (notice.chat_id, notice.text or "")
            for notice in notices.every(self.db)
            if notice.kind is NoticeKind.SOURCE
        ]

    def close(self) -> None:
        self.collector.close()
        self.db.close()


@pytest.fixture
def worlds() -> Iterator[list[World]]:
    made: list[World] = []
    yield made
    for world in made:
        world.close()


def make(worlds: list[World], folder: Path, *watched: Source, every: int = 120) -> World:
    worlds.append(World(folder, *watched, every=every))
    return worlds[-1]


def shown(count: int, source_id: SourceId = SITE) -> list[object]:
    return [
        make_comment(i, f"Kabar ke-{i} dari warga", source_id=source_id)
        for i in range(1, count + 1)
    ]


def test_comments_their_cursor_and_the_next_poll_are_stored(
    tmp_path: Path, worlds: list[World]
) -> None:
    world = make(worlds, tmp_path, MemorySource(SITE, shown(3)))  # type: ignore[arg-type]
    assert world.collect() == 3
    status = world.status()
    assert (status.cursor, status.attempts, status.error) == ("3", 0, None)
    assert status.last_success_at == status.backfilled_at == NOW
    assert status.poll_after == NOW + timedelta(seconds=120)
    assert world.collect(NOW + timedelta(seconds=119)) == 0
    assert sources.coverage(world.db, NOW - timedelta(days=60))[SITE] == (
        (NOW - timedelta(days=28), NOW),
    )


def test_only_the_first_read_is_a_backfill(tmp_path: Path, worlds: list[World]) -> None:
    source = MemorySource(SITE, shown(2))  # type: ignore[arg-type]
    world = make(worlds, tmp_path, source)
    world.collect()
    source.shown.append(make_comment(9, "baru saja ditulis"))
    assert world.collect(NOW + timedelta(minutes=2)) == 1
    # Live ones are read first.
    assert [one.backfilled for one in comments.waiting(world.db, 9)] == [False, True, True]


def test_a_failing_second_page_keeps_the_first_and_its_cursor(
    tmp_path: Path, worlds: list[World]
) -> None:
    source = PagedSource(SITE, shown(3))  # type: ignore[arg-type]
    source.fails_at = 1
    world = make(worlds, tmp_path, source)
    assert world.collect() == 1
    status = world.status()
    assert (status.cursor, status.attempts, status.error) == ("1", 1, str(DOWN))
    assert (status.last_success_at, status.paused) == (None, None)
    assert world.collect(NOW + timedelta(seconds=120)) == 2
    assert world.stored() == ["c1", "c2", "c3"]
    assert world.status().error is None
    # What was left of the broken first read is still history.
    assert all(one.backfilled for one in comments.waiting(world.db, 9))


def test_a_page_that_cannot_be_stored_is_fetched_again_and_not_skipped(
    tmp_path: Path, worlds: list[World]
) -> None:
    world = make(worlds, tmp_path, PagedSource(SITE, shown(3)))  # type: ignore[arg-type]
    db = world.db
    db.conn.execute(
        "CREATE TEMP TRIGGER full BEFORE INSERT ON main.comment WHEN NEW.external_id = 'c2' "
        "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
    )
    with pytest.raises(Exception, match="disk is full"):
        world.collect()
    world.collect()
    status = world.status()
    assert (world.stored(), status.cursor) == (["c1"], "1")
    assert "could not be stored" in (status.error or "")
    db.conn.execute("DROP TRIGGER full")
    assert world.collect(NOW + timedelta(seconds=120)) == 2
    assert (world.stored(), world.status().error) == (["c1", "c2", "c3"], None)


def test_one_slow_source_delays_no_other(tmp_path: Path, worlds: list[World]) -> None:
    slow = SlowSource(SITE, shown(2))
    world = make(worlds, tmp_path, slow, MemorySource(OTHER, shown(4, OTHER)))  # type: ignore[arg-type]
    begin = time.monotonic()
    assert world.collect(patience=0.4) == 4
    assert time.monotonic() - begin < 5
    assert (world.status().cursor, world.status(OTHER).cursor) == (None, "4")
    # While it is being fetched it is not asked a second time.
    assert world.collect(NOW + timedelta(minutes=1), patience=0.05) == 0
    assert slow.asked == 1
    slow.answer.set()
    assert world.collect(NOW + timedelta(minutes=1)) == 2
    assert world.status().cursor == "2"


def test_what_was_said_while_a_slow_source_was_read_is_not_called_known(
    tmp_path: Path, worlds: list[World]
) -> None:
    slow = SlowSource(SITE, shown(2))
    world = make(worlds, tmp_path, slow)
    world.collect(patience=0.05)
    slow.answer.set()
    world.collect(NOW + timedelta(minutes=9))
    ((_, to_at),) = sources.coverage(world.db, NOW - timedelta(days=1))[SITE]
    assert to_at == NOW and world.status().last_success_at == NOW + timedelta(minutes=9)


def test_without_a_limit_every_source_is_waited_for(tmp_path: Path, worlds: list[World]) -> None:
    slow = SlowSource(SITE, shown(2))
    world = make(worlds, tmp_path, slow)
    timer = threading.Timer(0.8, slow.answer.set)
    timer.start()
    assert world.collect(patience=None) == 2
    timer.join()


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        (ZeroDivisionError("a bug"), "source: berita: unexpected ZeroDivisionError"),
        (KeyError("author"), "source: berita: unexpected KeyError"),
        (ConfigError("feed: berita: no such file"), "feed: berita: no such file"),
    ],
)
def test_a_platform_file_that_raises_anything_stops_only_its_source(
    tmp_path: Path, worlds: list[World], trouble: Exception, told: str
) -> None:
    broken = PagedSource(SITE, shown(2))  # type: ignore[arg-type]
    broken.fails_at, broken.trouble = 0, trouble
    world = make(worlds, tmp_path, broken, MemorySource(OTHER, shown(3, OTHER)))  # type: ignore[arg-type]
    assert world.collect() == 3
    status = world.status()
    assert (status.error, status.paused, status.attempts) == (told, None, 1)
    assert world.status(OTHER).error is None
    assert world.collect(NOW + timedelta(minutes=5)) == 2


def test_a_permanent_failure_pauses_the_source_until_it_is_resumed(
    tmp_path: Path, worlds: list[World]
) -> None:
    source = MemorySource(SITE, shown(1))  # type: ignore[arg-type]
    source.failures = [DEAD]
    world = make(worlds, tmp_path, source)
    world.collect()
    assert (world.status().paused, world.status().reason) == (str(DEAD), "auth")
    for minutes in (5, 60, 600):
        assert world.collect(NOW + timedelta(minutes=minutes)) == 0
    sources.resume(world.db, SITE, NOW + timedelta(hours=11))
    assert world.collect(NOW + timedelta(hours=11)) == 1


def waits(trouble: MonitorError, attempts: int, every: int, folder: Path) -> timedelta:
    """How long a source is left alone after so many failures before this one."""
    source = MemorySource(SITE)
    source.failures = [trouble] * (attempts + 1)  # type: ignore[list-item]
    world = World(folder, source, every=every)
    now = NOW
    for _ in range(attempts + 1):
        world.collect(now)
        before, now = now, world.status().poll_after
    world.close()
    return now - before


@pytest.mark.parametrize(
    ("attempts", "every", "minutes"),
    [(0, 120, 2), (1, 120, 4), (3, 120, 16), (4, 120, 30), (12, 120, 30), (2, 7200, 120)],
)
def test_each_failure_doubles_the_pause_up_to_half_an_hour_or_its_own_pace(
    tmp_path: Path, attempts: int, every: int, minutes: int
) -> None:
    assert waits(DOWN, attempts, every, tmp_path) == timedelta(minutes=minutes)


@pytest.mark.parametrize(("asked", "waited"), [(45, 45), (1, 2)])
def test_a_site_that_asks_for_patience_gets_it(tmp_path: Path, asked: int, waited: int) -> None:
    limit = PlatformError("site: 429", reason=Reason.RATE, retry_after=timedelta(minutes=asked))
    assert waits(limit, 0, 120, tmp_path) == timedelta(minutes=waited)


def test_lost_comments_are_told_and_the_time_before_counts_as_unseen(
    tmp_path: Path, worlds: list[World]
) -> None:
    source = PagedSource(SITE, shown(1))  # type: ignore[arg-type]
    source.gap = Gap(NOW - timedelta(hours=9), NOW - timedelta(hours=2), "page limit")
    world = make(worlds, tmp_path, source)
    seed_chat(world.db, -100)
    world.collect()
    assert [chat for chat, _ in world.news()] == [-100]
    assert "antara 01.00 WIB dan 08.00 WIB" in world.news()[0][1]
    assert sources.coverage(world.db, NOW - timedelta(days=2))[SITE] == (
        (NOW - timedelta(hours=2), NOW),
    )


def test_a_registered_source_without_a_platform_is_left_alone(
    tmp_path: Path, worlds: list[World]
) -> None:
    world = make(worlds, tmp_path, MemorySource(OTHER, shown(1, OTHER)))  # type: ignore[arg-type]
    sources.register(world.db, [(SITE, "wordpress")])
    assert world.collect() == 1
    assert world.status().last_success_at is None


def test_more_pages_than_the_queue_holds_all_arrive_in_order(
    tmp_path: Path, worlds: list[World]
) -> None:
    world = make(worlds, tmp_path, PagedSource(SITE, shown(60)))  # type: ignore[arg-type]
    assert world.collect() == 60
    assert world.stored() == [f"c{i}" for i in range(1, 61)]


def test_a_source_whose_pages_never_end_keeps_no_tick_longer_than_its_patience(
    tmp_path: Path, worlds: list[World]
) -> None:
    world = make(worlds, tmp_path, EndlessSource(SITE))
    begin = time.monotonic()
    assert world.collect(patience=0.3) > 0
    assert time.monotonic() - begin < 5
    read = len(world.stored())
    world.collect(NOW + timedelta(seconds=10), patience=0.2)
    assert len(world.stored()) > read


def test_a_fetch_that_nobody_waits_for_ends_when_the_collector_closes(
    tmp_path: Path, worlds: list[World]
) -> None:
    world = make(worlds, tmp_path, EndlessSource(SITE))
    world.collect(patience=0.1)
    time.sleep(0.8)  # longer than one wait for room in the full queue
    world.collector.close()
    end = time.monotonic() + 10
    while any(t.name.startswith("collect") for t in threading.enumerate()):
        assert time.monotonic() < end, "the worker did not end"
        time.sleep(0.05)
    assert world.status().cursor == str(len(world.stored()))


def test_the_boundaries_of_a_page_are_passed_in_order(tmp_path: Path, worlds: list[World]) -> None:
    world = make(worlds, tmp_path, MemorySource(SITE, shown(1)))  # type: ignore[arg-type]
    passed: list[str] = []
    world.tools = replace(world.tools, boundary=passed.append)
    world.collect()
    assert passed == ["collect:before-page", "collect:after-page", "collect:after-poll"]
