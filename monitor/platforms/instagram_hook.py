"""What Instagram tells by itself: comments below the account's media, and mentions elsewhere.

Layer 2. A comment's call holds its words, but no time: that of the call is taken. A mention's call
holds ids only, and nothing but this call ever tells of it: the words are read at once. When that
fails for the moment the call fails, and Meta calls again. Facts: instagram-platform/webhooks.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms.api import Json
from monitor.platforms.base import Delivery
from monitor.platforms.graph import Graph
from monitor.platforms.graph_errors import GraphError
from monitor.platforms.graph_hook import Change
from monitor.platforms.graph_rows import Titles
from monitor.platforms.instagram_rows import (
    MENTION_FIELDS,
    TAG_FIELDS,
    Office,
    comment_from,
    mention_from,
)
from monitor.platforms.offer import Use
from monitor.records import Comment

log = logging.getLogger("monitor")

# Meta's own word that we shall not see it; anything else may pass.
_FOR_GOOD = (Reason.GONE, Reason.PERMISSION, Reason.BAD_ANSWER, Reason.NOT_ALLOWED)


@dataclass(frozen=True, slots=True)
class Mentions:
    """Reads what a mention's call names."""

    graph: Graph
    office: Office

    def read(self, value: Json) -> Comment | None:
        """The comment or the caption that names the account; None when we may not see it.

        Raises:
            PlatformError: it cannot be read for the moment.
        """
        media, comment = read.maybe_name(value, "media_id"), read.maybe_name(value, "comment_id")
        if not (comment or media or "").isdigit():
            return None
        if comment:
            key, fields = "mentioned_comment", f".comment_id({comment}){{{MENTION_FIELDS}}}"
        else:
            key, fields = "mentioned_media", f".media_id({media}){{{TAG_FIELDS}}}"
        try:
            params = {"fields": key + fields}
            body = self.graph.get(self.office.account, params, use=Use.NEW)
            row = read.inner(body, key)
            return mention_from(row, self.office, read.inner(row, "media") or row)
        except PlatformError as error:
            if not isinstance(error, GraphError) or error.reason not in _FOR_GOOD:
                raise
            log.warning("source %s: mention: not readable: %s", self.office.source, error)
        except ValueError:
            log.warning("source %s: mention: no id or no time in it", self.office.source)
        return None


def delivered(mentions: Mentions, titles: Titles, changes: Sequence[Change], key: str) -> Delivery:
    """The news of a call whose signature was right.

    Raises:
        PlatformError: as :meth:`Mentions.read` does.
    """
    found: list[Comment] = []
    poll = False
    for change in changes:
        if change.field == "mentions":
            mention = mentions.read(change.value)
            found += [mention] if mention else []
        elif change.field == "comments":
            comment = _said(change, mentions.office, titles)
            found += [comment] if comment else []
            poll = poll or comment is None
    return Delivery(key, tuple(found), (), poll)


def _said(change: Change, office: Office, titles: Titles) -> Comment | None:
    """The comment as a poll would make it; None when the call holds no id or no words."""
    value = change.value
    if not read.maybe_name(value, "id") or not read.text(value, "text"):
        return None
    media = read.maybe_name(read.inner(value, "media"), "id")
    row: Json = {**value, "timestamp": int(change.at.timestamp())}
    return comment_from(row, office, titles.of(media), media)
