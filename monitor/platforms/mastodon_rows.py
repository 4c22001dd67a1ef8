"""From Mastodon's statuses to comments, and how an answer is written there.

Layer 2, pure. Facts: docs.joinmastodon.org (entities Status, Account, Notification; July 2026).
What is not public or unlisted was meant for few: it is never stored. Only who is named in an answer
hears of it, on other instances too, so an answer begins with the name of whom it answers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from monitor.platforms import fields as read
from monitor.platforms.base import PostedReply, ReplyState
from monitor.records import Comment, Kind, SourceId
from monitor.text.clean import clean

NAME: Final = "mastodon"
PUBLIC: Final = ("public", "unlisted")
LIMIT: Final = 500  # of most instances; the check tells this one's
_NAME_RESERVED: Final = 32  # "@", the longest local name, a space: an instance is not counted
_URL: Final = re.compile(r"https?://\S+")
_URL_UNITS: Final = 23  # whatever its length


@dataclass(frozen=True, slots=True)
class Target:
    """What is answered: its id, whose it is, and who can see it."""

    id: str
    acct: str
    visibility: str

    def to_ref(self) -> str:
        """The text that the store keeps."""
        return json.dumps([self.id, self.acct, self.visibility], ensure_ascii=False)

    def addressed(self, text: str) -> str:
        """An answer with the name of whom it answers."""
        return f"@{self.acct} {text}" if self.acct else text


def target_of(reply_ref: str) -> Target:
    """What a stored reference answers."""
    return Target(*json.loads(reply_ref))


def comment_of(row: Mapping[str, Any], source_id: SourceId, own_id: str) -> Comment | None:
    """A status as a comment; None for what is not public, and for a mere boost.

    Raises:
        ValueError: it has no id or no time.
    """
    number, visibility = read.name_of(row, "id"), read.text(row, "visibility")
    if visibility not in PUBLIC or read.inner(row, "reblog"):
        return None
    account = read.inner(row, "account")
    own = read.text(account, "id") == own_id
    parent, acct = read.maybe(row, "in_reply_to_id"), read.text(account, "acct")
    return Comment(
        source_id=source_id,
        platform=NAME,
        external_id=number,
        text=_words(row),
        created_at=read.instant(row, "created_at"),
        kind=Kind.MENTION,
        parent_id=parent,
        thread_id=parent or number,
        author_id=read.maybe(account, "id"),
        author_name=read.maybe(account, "display_name") or acct or None,
        author_is_owner=own,
        edited_at=read.maybe_instant(row, "edited_at"),
        like_count=read.count(row, "favourites_count"),
        reply_count=read.count(row, "replies_count"),
        permalink=read.maybe(row, "url"),
        reply_ref=None if own else Target(number, acct, visibility).to_ref(),
    )


def _words(row: Mapping[str, Any]) -> str:
    """A content warning is part of what was said."""
    warning, content = read.text(row, "spoiler_text"), read.text(row, "content")
    return clean(f"{warning}\n{content}" if warning else content)


def noticed_at(notification: Mapping[str, Any]) -> datetime | None:
    """When a mention came, by which the list is ordered: a status may be older."""
    status = read.inner(notification, "status")
    return read.maybe_instant(notification, "created_at") or read.maybe_instant(
        status, "created_at"
    )


def says(shown: str, text: str) -> bool:
    """Whether an answer that the instance shows has these words, behind the name it begins with."""
    named, _, rest = shown.partition(" ")
    return read.same_words(rest if named.startswith("@") else shown, text)


def posted(row: Mapping[str, Any]) -> PostedReply:
    """Our answer as the instance shows it."""
    return PostedReply(read.text(row, "id"), read.maybe(row, "url"), ReplyState.PUBLISHED)


def units(text: str) -> int:
    """The length of an answer as an instance counts it, the name before it included."""
    return _NAME_RESERVED + len(_URL.sub("x" * _URL_UNITS, text))
