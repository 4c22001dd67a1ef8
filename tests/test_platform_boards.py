"""Comments below posts: which posts are looked at, and when."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.errors import PlatformError, Reason, StorageError
from monitor.platforms.base import Page
from monitor.platforms.boards import (
    Board,
    Listing,
    Post,
    Scan,
    Site,
    Watched,
    board_from,
    read_board,
)
from monitor.platforms.offer import Use
from monitor.platforms.windows import Batch
from monitor.records import Comment, SourceId
from tests.fakes.clock import START

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DOWN = PlatformError("down", reason=Reason.UNREACHABLE)


class Wall:
    """A site of posts with comments below them; pages of ``size``."""

    def __init__(self, size: int = 3, whole: int = 0) -> None:
        self.posts: dict[str, datetime] = {}
        self.said: dict[str, list[Comment]] = {}
        self.counts = True
        self.size = size
        self.listings, self.readings = 0, []  # type: ignore[var-annotated]
        self.fails: list[PlatformError | None] = []
        self.uses: set[Use] = set()
        self.site = Site(self.list, self.read, whole=whole)
        self.number = 0

    def post(self, name: str, at: datetime) -> None:
        self.posts[name] = at
        self.said[name] = []

    def say(self, post: str, at: datetime, many: int = 1) -> None:
        for n in range(many):
            self.number += 1
            comment = Comment(SourceId("s"), "x", f"c{self.number}", "kata", at - n * MINUTE)
            self.said[post].append(comment)

    def list(self, token: str | None, use: Use) -> Listing:
        self.listings += 1
        self.uses.add(use)
        newest = sorted(self.posts, key=lambda name: self.posts[name], reverse=True)
        start = int(token or 0)
        shown = newest[start : start + self.size]
        more = start + self.size < len(newest)
        return Listing(
            tuple(
                Post(n, self.posts[n], len(self.said[n]) if self.counts else None) for n in shown
            ),
            str(start + self.size) if more else None,
        )

    def read(self, post: Post, token: str | None, use: Use) -> Batch:
        self.readings.append(post.id)
        self.uses.add(use)
        error = self.fails.pop(0) if self.fails else None
        if error is not None:
            raise error
        found = sorted(self.said[post.id], key=lambda c: c.created_at, reverse=True)
        start = int(token or 0)
        following = str(start + self.size) if start + self.size < len(found) else None
        if self.site.whole:
            return Batch(tuple(found[: self.site.whole]))
        return Batch(tuple(found[start : start + self.size]), following)


class Reader:
    def __init__(self, wall: Wall) -> None:
        self.wall = wall
        self.cursor: str | None = None
        self.found: set[str] = set()
        self.pages: list[Page] = []

    def read(self, now: datetime, may: object = None) -> None:
        board = board_from(self.cursor, "s", now, 28 * DAY)
        self.wall.listings, self.wall.readings, self.pages = 0, [], []
        self.wall.uses = set()
        more = {} if may is None else {"may": may}
        for page in read_board(board, self.wall.site, now, **more):  # type: ignore[arg-type]
            self.cursor = page.cursor
            self.found |= {c.external_id for c in page.comments}
            self.pages.append(page)


@pytest.fixture
def wall() -> Wall:
    wall = Wall()
    for name, age in (("hot", HOUR), ("warm", 5 * DAY), ("cold", 100 * DAY)):
        wall.post(name, START - age)
        wall.say(name, START - age / 2, 2)
    return wall


def started(wall: Wall) -> Reader:
    reader = Reader(wall)
    reader.read(START)
    return reader


def test_a_first_reading_reads_every_post_as_far_back_as_it_should(wall: Wall) -> None:
    wall.say("warm", START - MINUTE, 7)
    wall.say("cold", START - 60 * DAY)
    reader = started(wall)
    assert set(wall.readings) == {"hot", "warm", "cold"}
    assert len([n for n in wall.readings if n == "warm"]) == 3
    assert [p.covered_from for p in reader.pages if p.covered_from] == [START - 28 * DAY]
    assert wall.uses == {Use.HISTORY}


def test_nothing_new_costs_one_listing(wall: Wall) -> None:
    reader = started(wall)
    reader.read(START + MINUTE)
    assert (wall.listings, wall.readings) == (1, []) and wall.uses == {Use.NEW}


def test_a_moved_number_is_read_at_once_where_it_is_listed(wall: Wall) -> None:
    reader = started(wall)
    wall.say("hot", START + MINUTE)
    wall.say("cold", START + MINUTE)
    reader.read(START + 2 * MINUTE)
    assert wall.readings[0] == "hot"
    assert len(reader.found) == 8


def test_old_posts_are_listed_within_the_day() -> None:
    """A listing ends with the first page that is too old as a whole."""
    wall = Wall(size=1)
    ages = {
        "hot": HOUR,
        "warm 1": 5 * DAY,
        "warm 2": 6 * DAY,
        "cold 1": 90 * DAY,
        "cold 2": 91 * DAY,
    }
    for name, age in ages.items():
        wall.post(name, START - age)
    reader = started(wall)
    for name in wall.posts:
        wall.say(name, START + MINUTE)
    reader.read(START + 2 * MINUTE)
    assert wall.readings == ["hot", "warm 1"]
    reader.read(START + 31 * MINUTE)
    assert wall.readings == ["warm 2", "cold 1"]
    reader.read(START + DAY)
    assert "cold 2" in wall.readings and len(reader.found) == 5


def test_posts_are_read_again_although_their_number_stands(wall: Wall) -> None:
    """A deletion and a new comment leave the number as it was."""
    reader = started(wall)
    reader.read(START + HOUR)
    assert wall.readings == ["hot"]
    reader.read(START + 26 * HOUR)
    assert sorted(wall.readings) == ["hot", "warm"]


def test_a_site_that_tells_no_numbers_is_read_by_the_clock(wall: Wall) -> None:
    wall.counts = False
    reader = started(wall)
    reader.read(START + MINUTE)
    assert wall.readings == []
    reader.read(START + 25 * HOUR)
    assert sorted(wall.readings) == ["cold", "hot", "warm"]


def test_a_new_post_is_read_whole(wall: Wall) -> None:
    reader = started(wall)
    wall.post("new", START + MINUTE)
    wall.say("new", START + 5 * MINUTE, 3)
    reader.read(START + 6 * MINUTE)
    assert len(reader.found) == 9


def test_a_post_half_read_goes_first_and_on(wall: Wall) -> None:
    wall.say("warm", START - MINUTE, 9)
    reader = Reader(wall)
    wall.fails = [None, None, None, DOWN]
    with pytest.raises(PlatformError):
        reader.read(START)
    assert wall.readings == ["hot", "warm", "warm", "warm"]
    reader.read(START + MINUTE)
    assert wall.readings[0] == "warm" and wall.readings.count("hot") == 0
    assert len(reader.found) == 15


def test_a_post_that_was_deleted_meanwhile_stops_nothing(wall: Wall) -> None:
    reader = Reader(wall)
    wall.fails = [PlatformError("gone", reason=Reason.GONE)]
    reader.read(START)
    assert len(reader.found) == 4


def test_a_budget_ends_the_history_but_not_what_follows(wall: Wall) -> None:
    reader = Reader(wall)
    reader.read(START, may=lambda use: False)
    assert wall.readings == ["hot"]
    assert [p.covered_from for p in reader.pages if p.covered_from] == [START - 5 * DAY]
    reader.read(START + MINUTE)
    assert wall.readings == [], "the rest is not made up for: today's budget is for what is new"
    wall.say("warm", START + 40 * MINUTE)
    reader.read(START + HOUR)
    assert "warm" in wall.readings and len(reader.found) == 5


def test_more_comments_than_the_site_shows_are_a_gap() -> None:
    wall = Wall(whole=5)
    wall.post("p", START - HOUR)
    wall.say("p", START - 30 * MINUTE)
    reader = started(wall)
    assert not any(page.gap for page in reader.pages)
    wall.say("p", START + 20 * MINUTE, 4)
    reader.read(START + 21 * MINUTE)
    assert not any(page.gap for page in reader.pages)
    wall.say("p", START + 50 * MINUTE, 6)
    reader.read(START + 51 * MINUTE)
    (gap,) = [page.gap for page in reader.pages if page.gap]
    assert (gap.from_at, gap.to_at) == (START + 20 * MINUTE, START + 46 * MINUTE)


def test_a_cursor_survives_its_text() -> None:
    board = Board(
        posts={"a": Watched(START, 3, START, START), "b": Watched(START)},
        listed={"hot": START},
        reading=("a", Scan("t", None, START)),
        first_from=START,
        notes={"tags": {"x": 1}},
    )
    assert board_from(board.to_json(), "s", START, DAY) == board
    plain = replace(board, reading=None, first_from=None)
    assert board_from(plain.to_json(), "s", START, DAY) == plain


def test_a_cursor_forgets_the_oldest_posts() -> None:
    posts = {str(n): Watched(START + n * MINUTE) for n in range(2_100)}
    kept = json.loads(Board(posts=posts).to_json())["posts"]
    assert len(kept) == 2_000 and "99" not in kept and "100" in kept


def test_a_damaged_cursor_is_refused() -> None:
    with pytest.raises(StorageError, match="not readable"):
        board_from('{"version": 1}', "s", START, DAY)


def test_a_listing_without_end_is_cut() -> None:
    wall = Wall(size=300)
    for n in range(2_500):
        wall.post(f"p{n}", START - n * MINUTE)
    started(wall)
    assert wall.listings == 7
