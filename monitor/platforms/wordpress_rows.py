"""WordPress JSON -> :class:`~monitor.records.Comment`: checked once, here, at the edge.

Layer 2, pure: no request leaves from this module. E-mail and IP addresses, which an editor is
shown, are never read. HTML stays in the text: cleaning it is the business of ``monitor.text``.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from monitor.platforms.wordpress_cursor import from_zulu
from monitor.records import Comment, Kind, SourceId, Visibility

PLATFORM = "wordpress"
Json = Mapping[str, object]

# the query says "approve", the answer "approved"; "post-trashed" when the article went to the bin
_VISIBILITY = {
    "approved": Visibility.PUBLIC,
    "hold": Visibility.HELD,
    "spam": Visibility.SPAM,
    "trash": Visibility.TRASHED,
    "post-trashed": Visibility.TRASHED,
}
_TAG = re.compile(r"<[^>]*>")
_LOOKALIKES = str.maketrans(
    {
        0x201C: '"',
        0x201D: '"',
        0x2018: "'",
        0x2019: "'",
        0x2013: "-",
        0x2014: "-",
        0x2026: "...",
        0xD7: "x",
    }
)


@dataclass(frozen=True, slots=True)
class Article:
    """What is needed of a post or page: its headline, address, and whether it takes comments."""

    title: str
    url: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Office:
    """Who we are on the site: own user ids, own names, and whether we may answer at all."""

    ids: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()
    may_reply: bool = False

    def wrote(self, user_id: int, name: str) -> bool:
        """Whether the office wrote it. A guest (user 0) may call himself anything."""
        return user_id != 0 and (user_id in self.ids or name.casefold() in self.names)


@dataclass(frozen=True, slots=True)
class Row:
    """One comment as the site gave it, checked.

    Raises ValueError in :func:`row_from_json`, never later.
    """

    id: int
    post: int
    parent: int
    author: int
    author_name: str
    created_at: datetime
    text: str
    link: str
    status: str


def row_from_json(item: object) -> Row:
    """Check one element of ``GET /wp/v2/comments``.

    ``content.raw`` (edit context) is what the citizen typed; ``rendered`` is all others get.

    Raises:
        ValueError: a field is missing or of the wrong type.
    """
    if not isinstance(item, dict):
        raise ValueError("a comment is no object")
    fields = cast(Json, item)
    content = fields.get("content")
    text = None
    if isinstance(content, dict):
        text = content.get("raw", content.get("rendered"))
    if not isinstance(text, str):
        raise ValueError("a comment has no content")
    # an imported comment may lack the UTC date; the site's time is wrong by hours, not by years
    written = fields.get("date_gmt") or fields.get("date")
    if not isinstance(written, str):
        raise ValueError("a comment has no date")
    return Row(
        id=_number(fields, "id"),
        post=_number(fields, "post"),
        parent=_number(fields, "parent"),
        author=_number(fields, "author"),
        author_name=html.unescape(str(fields.get("author_name") or "")),
        created_at=from_zulu(written),
        text=text,
        link=str(fields.get("link") or ""),
        status=str(fields.get("status") or ""),
    )


def article_from_json(item: object) -> tuple[int, Article]:
    """Check one element of ``GET /wp/v2/posts`` or ``/pages``.

    Raises:
        ValueError: it has no id or title.
    """
    if not isinstance(item, dict):
        raise ValueError("a post is no object")
    fields = cast(Json, item)
    title = fields.get("title")
    rendered = title.get("rendered") if isinstance(title, dict) else None
    if not isinstance(rendered, str):
        raise ValueError("a post has no title")
    return _number(fields, "id"), Article(
        title=html.unescape(_TAG.sub("", rendered)).strip(),
        url=str(fields.get("link") or ""),
        closed=fields.get("comment_status") == "closed",
    )


def comment_from_row(
    row: Row, source_id: SourceId, article: Article | None, office: Office, thread_id: int
) -> Comment:
    """The record that the store keeps; ``thread_id`` is the top-level comment's id."""
    own = office.wrote(row.author, row.author_name)
    visibility = visibility_of(row)
    block = _block(visibility, article, office, own=own)
    return Comment(
        source_id=source_id,
        platform=PLATFORM,
        external_id=str(row.id),
        text=row.text,
        created_at=row.created_at,
        kind=Kind.REPLY if row.parent else Kind.COMMENT,
        parent_id=str(row.parent) if row.parent else None,
        thread_id=str(thread_id),
        post_id=str(row.post) if row.post else None,
        post_title=article.title if article else None,
        post_url=article.url if article else None,
        author_id=str(row.author) if row.author else None,
        author_name=row.author_name or None,
        author_is_owner=own,
        permalink=row.link or None,
        visibility=visibility,
        reply_ref=None if block else reply_ref(row.post, row.id),
        reply_block=block,
        raw=_raw(row),
    )


def visibility_of(row: Row) -> Visibility:
    """Who sees it; a status that a plugin invented is UNKNOWN."""
    return _VISIBILITY.get(row.status, Visibility.UNKNOWN)


def _block(
    visibility: Visibility, article: Article | None, office: Office, *, own: bool
) -> str | None:
    if not office.may_reply:
        return "no_password"
    if own:
        return "own"
    if visibility is not Visibility.PUBLIC:
        return visibility.value
    return "closed" if article is not None and article.closed else None


def reply_ref(post: int, comment: int) -> str:
    """The opaque address of a comment that can be answered."""
    return json.dumps({"post": post, "comment": comment})


def parse_reply_ref(ref: str) -> tuple[int, int]:
    """``(post, comment)`` of :func:`reply_ref`.

    Raises:
        ValueError: it is not of this platform.
    """
    fields = json.loads(ref)
    if not isinstance(fields, dict):
        raise ValueError("no reply address of WordPress")
    return _number(fields, "post"), _number(fields, "comment")


def escape_reply(text: str) -> str:
    """Plain text as HTML: an editor's ``<script>`` would be stored as it is."""
    return html.escape(text.strip(), quote=False)


def same_words(shown: str) -> str:
    """A form in which our text and the site's rendering of it (quotes, paragraphs) meet.

    The text that was sent is compared after :func:`escape_reply`, never as plain text.
    """
    plain = html.unescape(_TAG.sub(" ", shown))
    return " ".join(unicodedata.normalize("NFKC", plain.translate(_LOOKALIKES)).split())


def _raw(row: Row) -> str:
    kept = {
        "id": row.id,
        "post": row.post,
        "parent": row.parent,
        "author": row.author,
        "status": row.status,
    }
    return json.dumps(kept)


def _number(fields: Json, key: str) -> int:
    value = fields.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{key} is no number")
    return value
