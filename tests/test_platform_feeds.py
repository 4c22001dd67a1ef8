"""Feeds: what a 304 hides, what a window loses, and what is no feed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from monitor.errors import Reason, StorageError
from monitor.platforms.feed_entries import (
    parse_feed,
)
from monitor.platforms.feeds import MAX_BYTES, Feed, FeedSettings
from monitor.records import SourceId
from tests.fakes.feed import FakeFeed
from tests.fakes.feed_reading import NOW, one, read, refused, rss


@pytest.fixture
def site() -> Iterator[FakeFeed]:
    with FakeFeed() as fake:
        yield fake


# ---- conditional requests


def test_an_unchanged_feed_is_not_sent_again(site: FakeFeed) -> None:
    site.add("a", NOW - timedelta(hours=1))
    first = read(site)
    second = read(site, first.cursor)
    assert second.comments == ()
    assert site.asked[0] == ("", "")
    assert all(site.asked[1])
    assert json.loads(second.cursor)["unchanged"] == 1


def test_what_a_304_hides_is_found_by_the_unconditional_read(site: FakeFeed) -> None:
    at = NOW - timedelta(hours=1)
    site.add("a", at)
    page = read(site, None, full_every=3)
    site.add("b", at, "di detik yang sama")
    found = []
    for _ in range(3):
        page = read(site, page.cursor, full_every=3)
        found.append([c.external_id for c in page.comments])
    assert found == [[], [], ["a", "b"]]
    assert site.asked[-1] == ("", "")


def test_a_feed_without_validators_is_read_every_time(site: FakeFeed) -> None:
    site.body = rss("<item><title>a</title></item>").encode()
    page = read(site)
    assert len(read(site, page.cursor).comments) == 1


def test_a_304_that_nobody_asked_for_is_a_bad_answer(site: FakeFeed) -> None:
    site.status = 304
    assert refused(lambda: read(site)).reason is Reason.BAD_ANSWER


# ---- the window


def publish(site: FakeFeed, first: int, last: int) -> None:
    for number in range(first, last):
        site.add(f"n{number}", NOW - timedelta(hours=50 - number))


def test_a_burst_longer_than_the_window_is_a_gap(site: FakeFeed) -> None:
    publish(site, 0, 10)
    first = read(site)
    assert first.gap is None
    publish(site, 10, 25)
    page = read(site, first.cursor)
    assert page.gap is not None
    assert page.gap.from_at == NOW - timedelta(hours=41)
    assert page.gap.to_at == NOW - timedelta(hours=35)
    assert page.covered_from is None
    assert read(site, page.cursor, full_every=1).gap is None


def test_a_burst_that_the_window_holds_is_no_gap(site: FakeFeed) -> None:
    publish(site, 0, 10)
    first = read(site)
    publish(site, 10, 19)
    assert read(site, first.cursor).gap is None


def test_a_quiet_feed_that_drops_old_items_by_age_is_no_gap(site: FakeFeed) -> None:
    publish(site, 0, 10)
    first = read(site)
    site.items = []
    publish(site, 30, 33)
    assert read(site, first.cursor).gap is None


def test_unknown_but_older_items_are_no_gap(site: FakeFeed) -> None:
    publish(site, 20, 22)
    first = read(site)
    site.items = []
    publish(site, 0, 3)
    assert read(site, first.cursor).gap is None


def test_an_empty_feed_is_fine_and_forgets_nothing(site: FakeFeed) -> None:
    page = read(site)
    assert (page.comments, page.covered_from, page.gap) == ((), None, None)
    publish(site, 0, 2)
    page = read(site, page.cursor)
    assert (len(page.comments), page.gap) == (2, None)
    site.items = []
    page = read(site, page.cursor)
    publish(site, 0, 2)
    assert read(site, page.cursor).gap is None


def test_the_cursor_stays_small(site: FakeFeed) -> None:
    cursor: str | None = None
    site.window = 400
    for start in range(0, 1200, 400):
        site.items = []
        for number in range(start, start + 400):
            site.add(f"n{number}", NOW - timedelta(minutes=2_000 - number))
        cursor = read(site, cursor).cursor
    assert cursor is not None
    assert len(json.loads(cursor)["seen"]) == 500


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 9}', "null", '{"version": 1}'])
def test_a_damaged_or_newer_cursor_is_refused(site: FakeFeed, text: str) -> None:
    with pytest.raises(StorageError, match="cursor of kabar"):
        read(site, text)


# ---- bad feeds


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b"<!doctype html><html><body>Login</body></html>", "a web page?"),
        (b"", "no RSS or Atom feed"),
        (b"{}", "no RSS or Atom feed"),
        (b"/etc/hostname", "no RSS or Atom feed"),
        (b"<?xml version='1.0'?><peta/>", "no RSS or Atom feed"),
        (b"<rss version='2.0'><channel><item><title>terpot", "cut off"),
        (b"<!DOCTYPE rss [<!ENTITY a 'aaaa'>]><rss version='2.0'></rss>", "entities"),
        (b"<!DOCTYPE rss [<!entity % a SYSTEM 'file:///x'>]><rss version='2.0'></rss>", "entities"),
        (
            "<?xml version='1.0' encoding='UTF-16'?><!DOCTYPE rss [<!ENTITY a 'a'>]>"
            "<rss version='2.0'></rss>".encode("utf-16"),
            "entities",
        ),
    ],
)
def test_what_is_no_feed_is_a_bad_answer(site: FakeFeed, body: bytes, cause: str) -> None:
    site.body = body
    error = refused(lambda: read(site))
    assert error.reason is Reason.BAD_ANSWER
    assert cause in str(error)


def test_a_feed_over_the_limit_names_the_limit(site: FakeFeed) -> None:
    site.body = b"<rss>" + b" " * MAX_BYTES
    error = refused(lambda: read(site))
    assert (error.reason, error.permanent) == (Reason.BAD_ANSWER, True)
    assert str(MAX_BYTES) in str(error)


def test_the_old_netscape_doctype_and_loose_xml_are_read(site: FakeFeed) -> None:
    doctype = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://x.example/rss.dtd">'
    item = "<item><title>Air &nbsp; & listrik</title></item>"
    assert "listrik" in one(site, doctype + rss(item)).text


def test_a_feed_labelled_as_html_is_read(site: FakeFeed) -> None:
    site.content_type = "text/html; charset=utf-8"
    site.body = b'<?xml version="1.0"?>' + rss("<item><title>a</title></item>").encode()
    assert [c.text for c in read(site).comments] == ["a"]


def test_a_self_closed_feed_is_empty_not_cut() -> None:
    feed = parse_feed(b'<feed xmlns="http://www.w3.org/2005/Atom"/>', "", "http://a.example/")
    assert feed.entries == ()


@pytest.mark.parametrize(
    ("status", "reason"), [(404, Reason.GONE), (503, Reason.RATE), (403, Reason.PERMISSION)]
)
def test_a_refusal_is_told_without_the_secret_address(
    site: FakeFeed, status: int, reason: Reason
) -> None:
    site.status, site.body, site.headers = status, b"x", {"Retry-After": "30"}
    error = refused(lambda: read(site))
    assert error.reason is reason
    assert error.retry_after == timedelta(seconds=30)
    assert "GET feed" in str(error)


def test_a_slow_feed_is_unreachable(site: FakeFeed) -> None:
    site.delay = 0.5
    source = Feed(FeedSettings(id=SourceId("kabar"), url=site.feed_url, timeout=0.1))
    assert refused(lambda: list(source.collect(None, NOW))).reason is Reason.UNREACHABLE
