"""What Facebook's posts and comments become. Layer 2, pure.

A comment's id is "{post}_{number}"; answers are one level deep. Facebook tells no time of an edit,
and no author without enough access.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.platforms import fields as read
from monitor.platforms.api import Json
from monitor.platforms.boards import Post
from monitor.platforms.graph_rows import ELSEWHERE, Ref, title_of
from monitor.records import Comment, Kind, SourceId, Visibility
from monitor.text.clean import clean

NAME = "facebook"
COUNT = "comments.filter(stream).limit(0).summary(true)"  # answers are counted too
POST_FIELDS = f"id,message,story,created_time,permalink_url,{COUNT}"
WALL_FIELDS = f"id,message,created_time,from{{id,name}},permalink_url,{COUNT}"
COMMENT_FIELDS = (
    "id,message,created_time,from{id,name},parent{id},like_count,comment_count,permalink_url,"
    "is_hidden,can_comment"
)


@dataclass(frozen=True, slots=True)
class Office:
    """Whose comments these are: the source, and the Page's id."""

    source: SourceId
    page: str


def post_from(row: Json) -> Post:
    """A post of a listing.

    Raises:
        ValueError: it has no id or no time.
    """
    return Post(
        read.name_of(row, "id"),
        read.instant(row, "created_time"),
        read.count(read.inner(row, "comments", "summary"), "total_count"),
        title_of(clean(read.text(row, "message") or read.text(row, "story"))),
        read.maybe(row, "permalink_url"),
    )


def posts_from(rows: list[Json]) -> tuple[Post, ...]:
    """The posts of a listing; a row without id or time is left out."""
    found = []
    for row in rows:
        try:
            found.append(post_from(row))
        except ValueError:
            continue
    return tuple(found)


def comment_from(row: Json, office: Office, post: Post | None, post_id: str | None) -> Comment:
    """A comment below a post.

    Raises:
        ValueError: it has no id or no time.
    """
    number = read.name_of(row, "id")
    author = read.inner(row, "from")
    own = read.maybe_name(author, "id") == office.page
    parent = read.maybe_name(read.inner(row, "parent"), "id")
    closed = row.get("can_comment") is False
    return Comment(
        source_id=office.source,
        platform=NAME,
        external_id=number,
        text=clean(read.text(row, "message")),
        created_at=read.instant(row, "created_time"),
        kind=Kind.REPLY if parent else Kind.COMMENT,
        parent_id=parent,
        thread_id=parent or number,
        post_id=post_id,
        post_title=post.title if post else None,
        post_url=post.url if post else None,
        author_id=read.maybe_name(author, "id"),
        author_name=read.maybe(author, "name"),
        author_is_owner=own,
        like_count=read.count(row, "like_count"),
        reply_count=read.count(row, "comment_count"),
        permalink=read.maybe(row, "permalink_url"),
        visibility=Visibility.HIDDEN if row.get("is_hidden") is True else Visibility.PUBLIC,
        reply_ref=None if own else Ref(number, parent or number).to_json(),
        reply_block="closed" if closed and not own else None,
    )


def wall_post_from(row: Json, office: Office) -> Comment:
    """A post of a visitor on the Page, or elsewhere one that names the Page.

    Raises:
        ValueError: it has no id or no time.
    """
    number = read.name_of(row, "id")
    author = read.inner(row, "from")
    own = read.maybe_name(author, "id") == office.page
    here = on_our_page(number, office)
    return Comment(
        source_id=office.source,
        platform=NAME,
        external_id=number,
        text=clean(read.text(row, "message")),
        created_at=read.instant(row, "created_time"),
        kind=Kind.POST if here else Kind.MENTION,
        thread_id=number,
        post_id=number,
        post_url=read.maybe(row, "permalink_url"),
        author_id=read.maybe_name(author, "id"),
        author_name=read.maybe(author, "name"),
        author_is_owner=own,
        reply_count=read.count(read.inner(row, "comments", "summary"), "total_count"),
        permalink=read.maybe(row, "permalink_url"),
        reply_ref=Ref(number, number).to_json() if here and not own else None,
        reply_block=None if here or own else ELSEWHERE,
    )


def on_our_page(number: str, office: Office) -> bool:
    """Whether a post stands on the Page itself: its id begins with the Page's."""
    return number.startswith(f"{office.page}_")
