"""A connector to the fake feed and the common way of reading it, for the feed tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from monitor.errors import PlatformError
from monitor.platforms.base import Page
from monitor.platforms.feeds import Feed, FeedSettings
from monitor.records import Comment, SourceId
from tests.fakes.feed import FakeFeed

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
WIB = timezone(timedelta(hours=7))


def connect(site: FakeFeed, **settings: Any) -> Feed:
    return Feed(FeedSettings(id=SourceId("kabar"), url=site.feed_url, timeout=2.0, **settings))


def read(site: FakeFeed, cursor: str | None = None, **settings: Any) -> Page:
    (page,) = connect(site, **settings).collect(cursor, NOW)
    return page


def refused(act: Callable[[], object]) -> PlatformError:
    with pytest.raises(PlatformError) as caught:
        act()
    assert "rahasia" not in str(caught.value)
    return caught.value


def one(site: FakeFeed, body: str, **settings: Any) -> Comment:
    site.body = body.encode()
    (comment,) = read(site, **settings).comments
    return comment


def rss(item: str, head: str = "") -> str:
    return f'<rss version="2.0"><channel><title>Kabar</title>{head}{item}</channel></rss>'


ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0">'
    "<title>Komentar</title>{}</feed>"
)
