"""Lists that begin with the newest: read to the end, taken up again, and never skipping."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import PlatformError, Reason, StorageError
from monitor.platforms.base import Page
from monitor.platforms.windows import Batch, Scan, Streams, Window, read_streams, streams_from
from monitor.records import Comment, SourceId
from tests.fakes.clock import START

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DOWN = PlatformError("down", reason=Reason.UNREACHABLE)
DIED = PlatformError("that page is no more", reason=Reason.GONE)


def said(number: int, at: datetime) -> Comment:
    return Comment(SourceId("s"), "x", str(number), f"kata {number}", at)


class List:
    """A site's list, newest first, in pages of ``size``; a token names the first item."""

    def __init__(self, items: list[Comment], size: int = 3) -> None:
        self.items, self.size = items, size
        self.asked: list[str | None] = []
        self.fails: dict[int, PlatformError] = {}

    def ask(self, token: str | None) -> Batch:
        self.asked.append(token)
        error = self.fails.pop(len(self.asked), None)
        if error is not None:
            raise error
        items = sorted(self.items, key=lambda c: c.created_at, reverse=True)
        names = [c.external_id for c in items]
        start = names.index(token) if token in names else 0
        shown = items[start : start + self.size]
        following = items[start + self.size : start + self.size + 1]
        return Batch(tuple(shown), following[0].external_id if following else None)


class Reader:
    def __init__(self, site: List) -> None:
        self.site = site
        self.cursor: str | None = None
        self.found: set[str] = set()
        self.covered: list[datetime | None] = []

    def read(self, now: datetime, most: int | None = None, **more: object) -> list[Page]:
        state = streams_from(self.cursor, "s", now, 7 * DAY)
        pages: Iterator[Page] = read_streams(
            state, {"all": self.site.ask}, now, overlap=HOUR, reach=7 * DAY, **more
        )  # type: ignore[arg-type]
        read = []
        for page in pages:
            self.cursor = page.cursor
            self.found |= {c.external_id for c in page.comments}
            self.covered.append(page.covered_from)
            read.append(page)
            if most is not None and len(read) == most:
                break
        return read


def hourly(many: int, until: datetime = START) -> list[Comment]:
    return [said(n, until - n * HOUR) for n in range(many)]


def test_a_first_reading_goes_back_as_far_as_it_should() -> None:
    reader = Reader(List([*hourly(20), said(99, START - 30 * DAY), said(98, START - 40 * DAY)]))
    reader.read(START)
    assert {str(n) for n in range(20)} <= reader.found
    assert [at for at in reader.covered if at] == [START - 7 * DAY]


def test_the_next_reading_stops_where_a_whole_page_is_known() -> None:
    site = List(hourly(40))
    reader = Reader(site)
    reader.read(START)
    site.asked.clear()
    site.items.append(said(100, START + HOUR))
    reader.read(START + HOUR)
    assert "100" in reader.found and len(site.asked) == 2


def test_a_reading_that_dies_is_taken_up_where_it_was() -> None:
    site = List(hourly(12))
    reader = Reader(site)
    site.fails[3] = DOWN
    with pytest.raises(PlatformError):
        reader.read(START)
    assert len(reader.found) == 6
    reader.read(START + timedelta(minutes=1))
    assert len(reader.found) == 12
    assert site.asked == [None, "3", "6", "6", "9"]


def test_what_came_while_it_was_taken_up_is_found_by_the_next() -> None:
    site = List(hourly(12))
    reader = Reader(site)
    reader.read(START, most=2)
    site.items.append(said(50, START + HOUR))
    reader.read(START + HOUR)
    reader.read(START + 2 * HOUR)
    assert len(reader.found) == 13 and "50" in reader.found


def test_a_page_address_that_died_begins_the_reading_anew() -> None:
    site = List(hourly(9))
    reader = Reader(site)
    reader.read(START, most=1)
    site.fails[2] = DIED
    reader.read(START)
    assert len(reader.found) == 9
    assert site.asked == [None, "3", None, "3", "6"]


def test_an_old_page_address_is_not_tried() -> None:
    site = List(hourly(9))
    reader = Reader(site)
    reader.read(START, most=1)
    reader.read(START + 7 * HOUR)
    assert site.asked[1] is None


def test_gone_without_a_reading_under_way_is_an_error() -> None:
    site = List(hourly(3))
    site.fails[1] = DIED
    with pytest.raises(PlatformError):
        Reader(site).read(START)


def test_a_budget_ends_a_first_reading_early_but_no_later_one() -> None:
    site = List(hourly(30))
    reader = Reader(site)
    reader.read(START, go_on=lambda: False)
    assert len(reader.found) == 3
    site.items += [said(100 + n, START + n * timedelta(minutes=10)) for n in range(1, 12)]
    reader.read(START + 2 * HOUR, go_on=lambda: False)
    assert {str(100 + n) for n in range(1, 12)} <= reader.found


def test_a_first_reading_that_a_budget_ends_is_known_no_further_back() -> None:
    reader = Reader(List(hourly(30)))
    reader.read(START, go_on=lambda: False)
    assert [at for at in reader.covered if at] == [START - 2 * HOUR]


def test_where_a_first_reading_was_cut_outlives_the_process() -> None:
    both = [List(hourly(30)), List(hourly(30))]
    lists = {"a": both[0].ask, "b": both[1].ask}
    both[1].fails[1] = DOWN
    state = streams_from(None, "s", START, 7 * DAY)
    cut = read_streams(
        state, lists, START, overlap=HOUR, reach=7 * DAY, go_on=lambda: not both[0].asked
    )
    kept = next(iter(cut)).cursor
    state = streams_from(kept, "s", START, 7 * DAY)
    later = read_streams(state, {"b": List([]).ask}, START + HOUR, overlap=HOUR, reach=7 * DAY)
    assert [page.covered_from for page in later][-1] == START - 2 * HOUR


def test_a_spare_list_waits_for_another_day_when_its_budget_is_spent() -> None:
    def spent(token: str | None) -> Batch:
        raise PlatformError("spent", reason=Reason.QUOTA)

    lists = {"tag": spent, "mentions": lambda token: Batch((said(1, START),))}
    found = read_streams(Streams(), lists, START, overlap=HOUR, reach=DAY, spare=["tag"])
    assert [len(page.comments) for page in found] == [1]
    with pytest.raises(PlatformError):
        list(read_streams(Streams(), lists, START, overlap=HOUR, reach=DAY))


def test_an_empty_page_with_a_next_one_is_no_end() -> None:
    pages = [Batch((), "a"), Batch((), "b"), Batch((said(1, START),), None)]
    state = Streams()
    found = [
        page.comments
        for page in read_streams(
            state, {"all": lambda token: pages.pop(0)}, START, overlap=HOUR, reach=DAY
        )
    ]
    assert [len(comments) for comments in found] == [0, 0, 1]


def test_an_instant_in_the_future_hides_nothing() -> None:
    site = List([said(1, START + 30 * DAY), said(2, START)])
    reader = Reader(site)
    reader.read(START)
    site.items.append(said(3, START + HOUR))
    reader.read(START + HOUR)
    assert reader.found == {"1", "2", "3"}


def test_an_empty_list_is_known_up_to_now() -> None:
    reader = Reader(List([]))
    reader.read(START)
    assert json.loads(reader.cursor or "")["windows"]["all"]["mark"] == START.isoformat()


def test_the_order_may_follow_other_instants_than_the_comments() -> None:
    """An answer to an old thread is newer than its place in the list."""
    thread = Batch((said(1, START),), "next", at=(START - 30 * DAY,))
    pages = list(
        read_streams(Streams(), {"a": lambda token: thread}, START, overlap=HOUR, reach=DAY)
    )
    assert len(pages) == 1


@pytest.mark.parametrize("cursor", ["", "[]", "{}", '{"version": 1}', '{"version":1,"windows":[]}'])
def test_a_damaged_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(StorageError, match="cursor of s: not readable"):
        streams_from(cursor, "s", START, DAY)


def test_a_cursor_of_another_version_is_refused() -> None:
    with pytest.raises(StorageError, match="version 9: this program reads 1"):
        streams_from('{"version": 9}', "s", START, DAY)


def test_a_cursor_survives_its_text() -> None:
    state = Streams(first_from=START).moved("a", Window(START, Scan("t", None, START)))
    state = state.moved("b", Window()).noted(threads={"x": 1})
    assert streams_from(state.to_json(), "s", START, DAY) == state
    assert state.window("c") == Window()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.booleans(), st.integers(0, 50)), min_size=1, max_size=12
    ),
    st.integers(1, 4),
)
def test_whatever_fails_everything_is_found_in_the_end(
    steps: list[tuple[int, bool, int]], size: int
) -> None:
    """Items come in (up to 50 minutes late), polls die: after one whole poll nothing is missing."""
    site, now, number = List([], size), START, 0
    reader = Reader(site)
    for many, dies, late in steps:
        now += timedelta(minutes=10)
        for _ in range(many):
            number += 1
            site.items.append(said(number, now - timedelta(minutes=late)))
        if dies:
            site.fails[len(site.asked) + 2] = DOWN
        try:
            reader.read(now)
        except PlatformError:
            site.fails.clear()
    site.fails.clear()
    reader.read(now)
    reader.read(now)
    assert reader.found == {str(n) for n in range(1, number + 1)}
