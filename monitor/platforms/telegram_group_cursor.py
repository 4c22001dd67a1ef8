"""Where the reading of a Telegram bot's updates stands.

Layer 2, pure. Asking with an offset destroys every older update, so the offset is that of the
stored cursor and of nothing else: what was fetched but not stored comes again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from monitor.errors import StorageError
from monitor.platforms import fields as read
from monitor.platforms.base import Gap
from monitor.platforms.telegram_group_rows import Known
from monitor.platforms.windows import with_version

_VERSION = 1
KEPT = timedelta(hours=24)
"""How long Telegram keeps an update that nobody fetched (uncertain: the documentation says "24
hours" of a queue, not of each update)."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """``last``: the newest update stored, ``news_at`` when it came, ``polled_at`` the last poll."""

    last: int | None = None
    news_at: datetime | None = None
    polled_at: datetime | None = None
    known: Known = field(default_factory=Known)

    def offset(self, now: datetime) -> int | None:
        """The first update wanted.

        After a week without any Telegram numbers updates anew from a random number, and an offset
        above it would destroy them. After a day nothing old can be left, so none is needed.
        """
        if self.last is None or self.news_at is None or now - self.news_at > KEPT:
            return None
        return self.last + 1

    def gap(self, now: datetime) -> Gap | None:
        """What a silence longer than Telegram's patience has cost."""
        if self.polled_at is None or now - self.polled_at <= KEPT:
            return None
        return Gap(self.polled_at, now - KEPT, "Telegram keeps messages for a day")

    def after(self, updates: Sequence[dict[str, Any]], known: Known, now: datetime) -> Cursor:
        """With these updates read."""
        numbers = [one for one in (read.count(row, "update_id") for row in updates) if one]
        if not numbers:
            return replace(self, polled_at=now, known=known)
        return Cursor(max(numbers), now, now, known)

    def to_json(self) -> str:
        """The text that the store keeps."""
        return json.dumps(
            {
                "version": _VERSION,
                "last": self.last,
                "news_at": self.news_at and self.news_at.isoformat(),
                "polled_at": self.polled_at and self.polled_at.isoformat(),
                "known": asdict(self.known),
            },
            ensure_ascii=False,
        )


def cursor_from(text: str | None, source: str) -> Cursor:
    """The cursor as it was stored.

    Raises:
        StorageError: it is damaged, or of another version of this program.
    """
    if text is None:
        return Cursor()
    state = with_version(text, source, _VERSION)
    try:
        known = state["known"]
        posts = {key: (title, url) for key, (title, url) in known["posts"].items()}
        return Cursor(
            state["last"],
            _instant(state["news_at"]),
            _instant(state["polled_at"]),
            Known(posts, dict(known["channels"]), dict(known["moved"]), dict(known["lost"])),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as e:
        raise StorageError(f"cursor of {source}: not readable: damaged") from e


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
