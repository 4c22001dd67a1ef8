"""A connector to the fake WordPress, polled as the pipeline does, for the WordPress tests."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.errors import PlatformError
from monitor.platforms import wordpress_rows
from monitor.platforms.base import Page
from monitor.platforms.wordpress import WordPress, WordPressSettings
from monitor.records import Comment, SourceId, Visibility
from tests.fakes.wordpress import PASSWORD, START, FakeWordPress

NOW = START + timedelta(days=1)


def connect(site: FakeWordPress, user: str = "moderator", **settings: Any) -> WordPress:
    """A connector; ``user=""`` is the public."""
    password = settings.pop("password", PASSWORD) if user else None
    made = {"timeout": 2.0, "reconcile_every": 3, "user": user, "app_password": password}
    return WordPress(
        WordPressSettings(id=SourceId("mmc"), base_url=site.url, **{**made, **settings})
    )


class Reader:
    """Polls like the pipeline: keeps the cursor and the newest form of every comment."""

    def __init__(self, source: WordPress, now: datetime = NOW) -> None:
        self.source, self.now = source, now
        self.cursor: str | None = None
        self.kept: dict[str, Comment] = {}
        self.gone: dict[str, Visibility] = {}

    def poll(self) -> list[Page]:
        pages = []
        for page in self.source.collect(self.cursor, self.now):
            self.cursor = page.cursor
            self.kept.update({c.external_id: c for c in page.comments})
            self.gone.update(page.gone)
            pages.append(page)
        return pages

    @property
    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self.cursor or "{}")
        return state


def refused(act: Callable[[], object]) -> PlatformError:
    with pytest.raises(PlatformError) as caught:
        act()
    assert PASSWORD not in str(caught.value)
    assert "rahasia" not in str(caught.value)
    return caught.value


def ref_of(site: FakeWordPress, number: int) -> str:
    return wordpress_rows.reply_ref(site.comments[number].post, number)
