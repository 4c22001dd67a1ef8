"""WordPress: nothing is lost, whatever happens between two polls or two pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import Reason, StorageError
from monitor.platforms import wordpress_cursor
from monitor.platforms.base import content_hash
from monitor.records import Visibility
from tests.fakes.polling import NOW, Reader, connect, refused
from tests.fakes.wordpress import START, FakeWordPress


@pytest.fixture
def site() -> Iterator[FakeWordPress]:
    with FakeWordPress() as fake:
        yield fake


# ---- the first read


def test_the_first_read_is_bounded_and_says_from_when_it_knows(site: FakeWordPress) -> None:
    site.add_comment("lama", at=NOW - timedelta(days=9))
    new = site.add_comment("baru", at=NOW - timedelta(days=6))
    reader = Reader(connect(site))
    pages = reader.poll()
    assert reader.kept.keys() == {str(new)}
    assert [page.covered_from for page in pages] == [None, NOW - timedelta(days=7)]
    assert [page.covered_from for page in reader.poll()] == [None, None]


def test_an_empty_site_is_read_and_then_watched(site: FakeWordPress) -> None:
    reader = Reader(connect(site))
    (page,) = reader.poll()
    assert (page.comments, page.covered_from) == ((), NOW - timedelta(days=7))
    number = site.add_comment(at=NOW + timedelta(minutes=1))
    reader.now = NOW + timedelta(minutes=5)
    reader.poll()
    assert reader.kept.keys() == {str(number)}


def test_a_broken_first_read_goes_on_where_it_was(site: FakeWordPress) -> None:
    for minute in range(30):
        site.add_comment(f"k{minute}", at=NOW - timedelta(days=5) + timedelta(hours=3 * minute))
    reader = Reader(connect(site, page_size=10))
    site.on_list = lambda n: site.fault("/wp/v2/comments") if n == 1 else None
    refused(reader.poll)
    assert len(reader.kept) == 10
    pages = reader.poll()
    assert len(reader.kept) == 30
    assert pages[-1].covered_from == NOW - timedelta(days=7)
    assert site.asked[-1].params["after"] > wordpress_cursor.zulu(NOW - timedelta(days=4.2))


# ---- nothing is lost


def test_comments_of_one_second_are_all_read(site: FakeWordPress) -> None:
    first = site.add_comment("satu", at=START)
    reader = Reader(connect(site))
    reader.poll()
    second = site.add_comment("dua", at=START)
    reader.poll()
    assert reader.kept.keys() == {str(first), str(second)}


def test_a_comment_that_arrives_out_of_order_is_read(site: FakeWordPress) -> None:
    site.add_comment(at=START + timedelta(hours=1, minutes=30))
    reader = Reader(connect(site))
    reader.poll()
    late = site.add_comment("terlambat", at=START)
    reader.poll()
    assert str(late) in reader.kept


def test_the_hour_that_clocks_repeat_is_not_lost() -> None:
    """New York, 1 November 2026: 05:45Z is 01:45, and 06:30Z is 01:30 once more."""
    with FakeWordPress(zone="America/New_York") as site:
        site.add_comment("pertama", at=datetime(2026, 11, 1, 5, 45, tzinfo=UTC))
        reader = Reader(connect(site), datetime(2026, 11, 1, 7, tzinfo=UTC))
        reader.poll()
        again = site.add_comment("jam berulang", at=datetime(2026, 11, 1, 6, 30, tzinfo=UTC))
        reader.poll()
        assert str(again) in reader.kept


def test_the_site_is_always_asked_in_utc(site: FakeWordPress) -> None:
    site.add_comment()
    Reader(connect(site)).poll()
    asked = [a.params for a in site.asked if a.route == "/wp/v2/comments"]
    assert all(p["after"].endswith("Z") for p in asked)
    assert {(p["orderby"], p["order"], p["status"], p["context"]) for p in asked} == {
        ("date_gmt", "asc", "all", "edit")
    }


def test_a_comment_from_the_future_hides_nothing(site: FakeWordPress) -> None:
    site.add_comment("dari masa depan", at=NOW + timedelta(days=900))
    reader = Reader(connect(site))
    reader.poll()
    assert reader.state["watermark"] == wordpress_cursor.zulu(NOW)
    today = site.add_comment("hari ini", at=NOW - timedelta(minutes=1))
    reader.poll()
    assert str(today) in reader.kept


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 19, 20, 21, 55, 100])
def test_every_length_of_list_is_read_whole(site: FakeWordPress, count: int) -> None:
    for number in range(count):
        site.add_comment(f"k{number}")
    reader = Reader(connect(site, page_size=10))
    reader.poll()
    assert len(reader.kept) == count
    assert len([a for a in site.asked if a.route == "/wp/v2/comments"]) <= 1 + count // 9


@pytest.mark.parametrize("removed", [1, 5, 9, 10, 15, 20])
def test_removals_between_two_pages_skip_nothing(site: FakeWordPress, removed: int) -> None:
    numbers = [site.add_comment(f"k{n}") for n in range(60)]

    def remove(n: int) -> None:
        if n == 2:
            for number in numbers[:removed]:
                site.delete(number)

    site.on_list = remove
    reader = Reader(connect(site, page_size=10))
    reader.poll()
    assert {str(n) for n in numbers[removed:]} <= reader.kept.keys()


def test_removals_that_empty_the_next_page_skip_nothing(site: FakeWordPress) -> None:
    numbers = [site.add_comment(f"k{n}") for n in range(15)]

    def remove(n: int) -> None:
        if n == 1:
            for number in numbers[:10]:
                site.delete(number)

    site.on_list = remove
    reader = Reader(connect(site, page_size=10))
    reader.poll()
    assert {str(n) for n in numbers[10:]} <= reader.kept.keys()


def test_inserts_between_two_pages_skip_nothing(site: FakeWordPress) -> None:
    numbers = [site.add_comment(f"k{n}") for n in range(40)]

    def insert(n: int) -> None:
        if n <= 3:
            site.add_comment(f"disisipkan {n}", at=START + timedelta(seconds=n))
            numbers.append(site.add_comment(f"baru {n}", at=START + timedelta(hours=5 + n)))

    site.on_list = insert
    reader = Reader(connect(site, page_size=10))
    reader.poll()
    assert {str(n) for n in numbers} <= reader.kept.keys()


def test_unreadable_comments_do_not_end_the_list(site: FakeWordPress) -> None:
    for n in range(12):
        site.add_comment(f"tertutup {n}", post=5)
    last = site.add_comment("terbuka")
    site.private = {5}
    reader = Reader(connect(site, page_size=10))
    reader.poll()
    assert reader.kept.keys() == {str(last)}


def test_pages_that_never_meet_end_after_some_steps_back(site: FakeWordPress) -> None:
    for n in range(25):
        site.add_comment(f"k{n}", post=1 if n < 5 else 5)
    site.private = {5}
    reader = Reader(connect(site, page_size=10))
    reader.poll()
    assert len(reader.kept) == 5
    assert len([a for a in site.asked if a.route == "/wp/v2/comments"]) < 15


def test_a_site_that_hides_its_counts_is_read_whole(site: FakeWordPress) -> None:
    site.hide_total = True
    for n in range(33):
        site.add_comment(f"k{n}")
    reader = Reader(connect(site, page_size=10))
    reader.poll()
    assert len(reader.kept) == 33


def test_a_failing_page_leaves_the_earlier_ones_true(site: FakeWordPress) -> None:
    for n in range(25):
        site.add_comment(f"k{n}")
    reader = Reader(connect(site, page_size=10))
    site.on_list = lambda n: site.fault("/comments", status=502, body="html") if n == 2 else None
    assert refused(reader.poll).reason is Reason.UNREACHABLE
    assert len(reader.kept) == 19
    reader.poll()
    assert len(reader.kept) == 25


# ---- reconcile


def reconciled(site: FakeWordPress, user: str = "moderator", **settings: Any) -> Reader:
    """A reader whose next poll is a reconcile."""
    reader = Reader(connect(site, user, **settings))
    for _ in range(3):
        reader.poll()
    site.asked.clear()
    return reader


def test_late_approvals_and_old_edits_are_found(site: FakeWordPress) -> None:
    early = START - timedelta(days=2)
    held = site.add_comment("ditahan", at=early, status="hold")
    old = site.add_comment("sebelum", at=early)
    site.add_comment("terbaru")
    reader = reconciled(site)
    site.approve(held)
    site.edit(old, "sesudah")
    before = reader.kept[str(old)]
    reader.poll()
    assert reader.kept[str(held)].visibility is Visibility.PUBLIC
    assert reader.kept[str(old)].text == "sesudah"
    assert content_hash(before) != content_hash(reader.kept[str(old)])


def test_a_late_approval_is_found_by_the_public_too(site: FakeWordPress) -> None:
    held = site.add_comment("ditahan", at=START - timedelta(days=2), status="hold")
    site.add_comment("terbaru")
    reader = reconciled(site, "")
    site.approve(held)
    reader.poll()
    assert str(held) in reader.kept


def test_what_vanished_is_reported_with_how_it_looks_now(site: FakeWordPress) -> None:
    early = START - timedelta(days=2)
    spam, trash, deleted, held, kept = (site.add_comment(f"k{n}", at=early) for n in range(5))
    reader = reconciled(site)
    site.set_status(spam, "spam")
    site.trash(trash)
    site.delete(deleted)
    site.set_status(held, "hold")
    reader.poll()
    assert reader.gone == {
        str(spam): Visibility.SPAM,
        str(trash): Visibility.TRASHED,
        str(deleted): Visibility.DELETED,
    }
    assert reader.kept[str(held)].visibility is Visibility.HELD
    assert str(kept) not in reader.gone
    reader.gone.clear()
    for _ in range(4):
        reader.poll()
    assert reader.gone == {}


def test_to_the_public_a_hidden_comment_is_not_a_deleted_one(site: FakeWordPress) -> None:
    hidden, deleted = site.add_comment("a"), site.add_comment("b")
    reader = reconciled(site, "")
    site.set_status(hidden, "hold")
    site.delete(deleted)
    reader.poll()
    assert reader.gone == {str(hidden): Visibility.HIDDEN, str(deleted): Visibility.DELETED}


def test_the_public_looks_only_so_many_up(
    site: FakeWordPress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.platforms.wordpress_scan._MOST_SINGLE_READS", 1)
    first, second = site.add_comment("a"), site.add_comment("b")
    reader = reconciled(site, "")
    site.delete(first)
    site.delete(second)
    reader.poll()
    assert reader.gone == {str(first): Visibility.DELETED, str(second): Visibility.UNKNOWN}


def test_a_failing_look_up_fails_the_reconcile_and_it_comes_again(site: FakeWordPress) -> None:
    number = site.add_comment()
    reader = reconciled(site, "")
    site.delete(number)
    site.fault(f"/comments/{number}", status=500)
    assert refused(reader.poll).reason is Reason.UNREACHABLE
    reader.poll()
    assert reader.gone == {str(number): Visibility.DELETED}


@pytest.mark.parametrize("user", ["moderator", ""])
def test_a_comment_that_only_slipped_out_of_the_list_is_not_gone(
    site: FakeWordPress, user: str
) -> None:
    number = site.add_comment()
    reader = reconciled(site, user)
    state = reader.state
    site.comments[number].at = NOW - timedelta(days=30)
    reader.poll()
    assert state["known"] == str(number)
    assert reader.gone == {}


def test_ids_that_grew_old_are_forgotten_and_not_reported(site: FakeWordPress) -> None:
    for n in range(4):
        site.add_comment(f"k{n}", at=NOW - timedelta(days=6, hours=n))
    recent = site.add_comment("baru", at=NOW)
    reader = reconciled(site)
    reader.now = NOW + timedelta(days=3)
    reader.poll()
    assert reader.gone == {}
    assert reader.state["known"] == str(recent)
    assert reader.state["window_from"] == wordpress_cursor.zulu(reader.now - timedelta(days=7))


def test_a_reconcile_comes_every_so_many_polls(site: FakeWordPress) -> None:
    site.add_comment("lama", at=START - timedelta(days=3))
    site.add_comment("baru")
    reader = Reader(connect(site, reconcile_every=2))
    starts = []
    for _ in range(6):
        site.asked.clear()
        reader.poll()
        starts.append(next(a.params["after"] for a in site.asked if "after" in a.params))
    usual = wordpress_cursor.zulu(START + timedelta(minutes=2) - timedelta(hours=2))
    assert starts[1] == starts[4] == usual
    assert starts[2] == starts[5] < usual


# ---- cursors


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"version": 2}', "null", '{"version": 1, "watermark": "x"}'],
)
def test_a_damaged_or_newer_cursor_is_refused(site: FakeWordPress, text: str) -> None:
    with pytest.raises(StorageError, match="cursor of mmc"):
        list(connect(site).collect(text, NOW))


def test_a_cursor_with_too_many_ids_is_refused(site: FakeWordPress) -> None:
    reader = Reader(connect(site))
    reader.poll()
    state = json.dumps(reader.state | {"known": "1-99999999"})
    with pytest.raises(StorageError, match="damaged"):
        list(connect(site).collect(state, NOW))


@given(st.sets(st.integers(min_value=0, max_value=10_000), max_size=200))
def test_ranges_keep_every_id(ids: set[int]) -> None:
    assert set(wordpress_cursor.from_ranges(wordpress_cursor.to_ranges(ids))) == ids


def test_a_large_cursor_keeps_the_newest_ids() -> None:
    ids = frozenset(range(0, 60_000, 2))
    cursor = wordpress_cursor.Cursor(NOW, NOW, ids)
    kept = wordpress_cursor.from_json(cursor.to_json(), "mmc").known
    assert kept == frozenset(sorted(ids)[-wordpress_cursor.MOST_KNOWN :])
