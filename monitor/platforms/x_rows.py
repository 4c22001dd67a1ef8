"""X's JSON -> :class:`~monitor.records.Comment`, in the words of before and after 7 August 2026.

Layer 2, pure. An edit is a new post with a new id; the first id of its chain is the comment's name,
so that an edit stays an edit, and the newest is where an answer goes.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from monitor.platforms import fields as read
from monitor.records import Comment, Kind, SourceId
from monitor.text.clean import clean

NAME: Final = "x"
Row = Mapping[str, Any]

_SHARED = (
    "author_id,conversation_id,created_at,in_reply_to_user_id,public_metrics,entities,"
    "edit_history_tweet_ids,note_tweet"
)
# Uncertain: X's prose keeps the old names, its OpenAPI since 2.167 has the new ones. When one set
# is refused as an invalid request, the other is tried.
FIELDS: Final = (
    {"tweet.fields": f"{_SHARED},referenced_tweets"},
    {"post.fields": f"{_SHARED},referenced_posts"},
)
_SHARES = ("retweeted", "reposted")


@dataclass(frozen=True, slots=True)
class Office:
    """Who we are there. ``names``: what X calls users by their ids."""

    source_id: SourceId
    id: str
    names: Mapping[str, str]


def names_of(body: Row) -> dict[str, str]:
    """Users that came along, id -> name on X."""
    users = read.objects(read.inner(body, "includes"), "users")
    return {read.text(user, "id"): read.text(user, "username") for user in users}


def chain_of(row: Row) -> list[str]:
    """All ids of a post, the first one first.

    Raises:
        ValueError: it has no id.
    """
    own = read.name_of(row, "id")
    given = row.get("edit_history_tweet_ids") or row.get("edit_history_post_ids")
    ids = [one for one in given if isinstance(one, str)] if isinstance(given, list) else []
    return sorted({*ids, own}, key=age)


def newer_than(row: Row) -> str | None:
    """The id of a post's newest words, where a row holds older ones."""
    own = read.maybe_name(row, "id")
    newest = None if own is None else chain_of(row)[-1]
    return newest if newest != own else None


def age(number: str) -> tuple[int, str]:
    """Order of ids by time: numbers of growing length."""
    return (len(number), number)


def comment_from(row: Row, office: Office, *, summoned: bool) -> Comment | None:
    """A post; None for a bare repost, whose words are another's.

    ``summoned``: it is known to name us (it came from our mentions).

    Raises:
        ValueError: it has no id or no time.
    """
    chain = chain_of(row)
    first, newest = chain[0], chain[-1]
    referenced = _referenced(row)
    if any(kind in referenced for kind in _SHARES):
        return None
    at = read.instant(row, "created_at")
    author = read.maybe_name(row, "author_id")
    own = author == office.id
    called = summoned or _calls(row, office.id)
    block = "own" if own else None if called else "not_summoned"
    parent, root = _above(row, referenced, office.id)
    metrics = read.inner(row, "public_metrics")
    name = office.names.get(author or "") or author
    return Comment(
        source_id=office.source_id,
        platform=NAME,
        external_id=first,
        text=words_of(row),
        created_at=at,
        kind=Kind.REPLY if parent else Kind.MENTION if called else Kind.POST,
        parent_id=parent,
        thread_id=parent or first,
        post_id=None if root in chain else root,
        post_url=None if root is None or root in chain else address(root),
        author_id=author,
        author_name=name,
        author_is_owner=own,
        edited_at=at if len(chain) > 1 else None,
        like_count=read.count(metrics, "like_count"),
        reply_count=read.count(metrics, "reply_count"),
        permalink=address(newest, office.names.get(author or "")),
        reply_ref=None if block else newest,
        reply_block=block,
    )


def words_of(row: Row) -> str:
    """The whole text, with the addresses that people wrote instead of X's short ones.

    A long post has its words elsewhere. ``<``, ``>`` and ``&`` come escaped.
    """
    long = read.inner(row, "note_tweet") or read.inner(row, "note_post")
    words = html.unescape(read.text(long, "text") or read.text(row, "text"))
    for link in read.objects(read.inner(long or row, "entities"), "urls"):
        short, whole = read.text(link, "url"), read.text(link, "expanded_url")
        if short and whole:
            words = words.replace(short, whole)
    return clean(words)


def address(number: str, name: str | None = None) -> str:
    """Where people see a post; X finds it without its writer's name too."""
    return f"https://x.com/{name or 'i'}/status/{number}"


def replied_to(row: Row) -> str | None:
    """The id of the post that a post answers."""
    return _referenced(row).get("replied_to")


def _referenced(row: Row) -> dict[str, str]:
    both = [*read.objects(row, "referenced_tweets"), *read.objects(row, "referenced_posts")]
    return {read.text(one, "type"): read.text(one, "id") for one in both}


def _calls(row: Row, our_id: str) -> bool:
    """Whether a post names us or answers us, which X takes for a call to answer."""
    named = read.objects(read.inner(row, "entities"), "mentions")
    return read.maybe_name(row, "in_reply_to_user_id") == our_id or _among(named, our_id)


def _among(users: Iterable[Row], our_id: str) -> bool:
    return any(read.maybe_name(user, "id") == our_id for user in users)


def _above(row: Row, referenced: Mapping[str, str], our_id: str) -> tuple[str | None, str | None]:
    """What a post answers (None: nothing, or a post of ours), and the conversation's first post."""
    root = read.maybe_name(row, "conversation_id")
    answered = referenced.get("replied_to")
    ours = read.maybe_name(row, "in_reply_to_user_id") == our_id and answered == root
    return (None if ours else answered), root
