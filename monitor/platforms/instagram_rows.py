"""What Instagram's media and comments become. Layer 2, pure.

Instagram tells no time of an edit and no address of a comment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.platforms import fields as read
from monitor.platforms.api import Json
from monitor.platforms.boards import Post
from monitor.platforms.graph_rows import ELSEWHERE, HIDDEN, Ref, title_of
from monitor.records import Comment, Kind, SourceId, Visibility
from monitor.text.clean import clean

NAME = "instagram"
MOST_COMMENTS = 50  # in one answer, and Meta documents no second one
MEDIA_FIELDS = "id,caption,timestamp,permalink,comments_count"
TAG_FIELDS = "id,caption,timestamp,permalink,username,comments_count"
REPLY_FIELDS = "id,text,timestamp,username,from{id,username},like_count,hidden,parent_id"
THREAD_FIELDS = f"{REPLY_FIELDS},replies.limit({MOST_COMMENTS}){{{REPLY_FIELDS}}}"
MENTION_FIELDS = "id,text,timestamp,username,like_count,media{id,permalink}"


@dataclass(frozen=True, slots=True)
class Office:
    """Whose comments these are: the source, and the account's id and name."""

    source: SourceId
    account: str
    username: str

    def wrote(self, author_id: str | None, name: str) -> bool:
        """Whether the office wrote something."""
        return author_id == self.account or (
            bool(name) and name.casefold() == self.username.casefold()
        )


def posts_from(rows: list[Json]) -> tuple[Post, ...]:
    """The media of a listing; a row without id or time is left out."""
    found = []
    for row in rows:
        try:
            found.append(
                Post(
                    read.name_of(row, "id"),
                    read.instant(row, "timestamp"),
                    read.count(row, "comments_count"),
                    title_of(clean(read.text(row, "caption"))),
                    read.maybe(row, "permalink"),
                )
            )
        except ValueError:
            continue
    return tuple(found)


def comment_from(row: Json, office: Office, post: Post | None, post_id: str | None) -> Comment:
    """A comment below a medium, or an answer to one (``parent_id``).

    Raises:
        ValueError: it has no id or no time.
    """
    number = read.name_of(row, "id")
    author = read.inner(row, "from")
    author_id = read.maybe_name(author, "id")
    name = read.text(row, "username") or read.text(author, "username")
    own = office.wrote(author_id, name)
    parent = read.maybe_name(row, "parent_id")
    hidden = row.get("hidden") is True
    block = HIDDEN if hidden else ""
    return Comment(
        source_id=office.source,
        platform=NAME,
        external_id=number,
        text=clean(read.text(row, "text")),
        created_at=read.instant(row, "timestamp"),
        kind=Kind.REPLY if parent else Kind.COMMENT,
        parent_id=parent,
        thread_id=parent or number,
        post_id=post_id,
        post_title=post.title if post else None,
        post_url=post.url if post else None,
        author_id=author_id,
        author_name=name or None,
        author_is_owner=own,
        like_count=read.count(row, "like_count"),
        permalink=post.url if post else None,
        visibility=Visibility.HIDDEN if hidden else Visibility.PUBLIC,
        reply_ref=None if own else Ref(number, parent or number, block).to_json(),
        reply_block=block or None,
    )


def with_answers(rows: list[Json]) -> Iterator[Json]:
    """Comments, each followed by its answers, which then name it as their parent."""
    for row in rows:
        yield row
        for answer in read.objects(read.inner(row, "replies"), "data"):
            yield {**answer, "parent_id": answer.get("parent_id") or row.get("id")}


def mention_from(row: Json, office: Office, media: Json) -> Comment:
    """A comment elsewhere that names the account, or a medium that does: text and ``media``.

    It has no ``thread_id``: threads are those that we can read.

    Raises:
        ValueError: it has no id or no time.
    """
    number = read.name_of(row, "id")
    name = read.text(row, "username")
    return Comment(
        source_id=office.source,
        platform=NAME,
        external_id=number,
        text=clean(read.text(row, "text") or read.text(row, "caption")),
        created_at=read.instant(row, "timestamp"),
        kind=Kind.MENTION,
        post_id=read.maybe_name(media, "id") or number,
        post_url=read.maybe(media, "permalink"),
        author_name=name or None,
        author_is_owner=office.wrote(None, name),
        like_count=read.count(row, "like_count"),
        reply_count=read.count(row, "comments_count"),
        permalink=read.maybe(media, "permalink"),
        reply_block=ELSEWHERE,
    )
