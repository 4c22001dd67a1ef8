"""From Telegram's updates to comments, and what earlier updates told that later ones need.

Layer 2, pure. Facts: Bot API 10.3 (Update, Message, ChatMemberUpdated). What is marked "uncertain"
was not found in the documentation. A message of the group's own channel is the office's post; who
answers it comments. Service messages, bots and messages without words are left out.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from monitor.platforms import fields as read
from monitor.records import Comment, Kind, SourceId
from monitor.text.clean import clean

log = logging.getLogger("monitor")

NAME = "telegram"
_GROUPS = ("group", "supergroup")
_OUT = ("left", "kicked")
_MOST_POSTS = 60  # newest posts whose titles are known; a direct answer brings its post along
_TITLE_CHARS = 120
_SUPERGROUP = "-100"  # uncertain: how the id of a supergroup becomes the number in its links


@dataclass(frozen=True, slots=True)
class Known:
    """What updates told of the groups, by chat id as text; JSON values only.

    ``posts``: "chat:thread" -> title and address of the office's post. ``channels``: the channel
    that a group belongs to. ``moved``: the new id of an upgraded group -> the old one. ``lost``:
    groups that the bot was put out of, with their titles.
    """

    posts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    lost: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Watch:
    """Whose groups these are: ``chats`` the ids to read (none: all), ``own`` the office's names."""

    source_id: SourceId
    chats: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()

    def reads(self, chat_id: str, known: Known) -> bool:
        """Whether a group is to be read, also after its upgrade gave it another id."""
        return not self.chats or chat_id in self.chats or known.moved.get(chat_id) in self.chats


def read_updates(
    updates: Sequence[dict[str, Any]], known: Known, watch: Watch
) -> tuple[tuple[Comment, ...], Known]:
    """The comments of updates, in their order, and what is known after them."""
    comments, odd = [], 0
    for update in updates:
        try:
            comment, known = _read(update, known, watch)
        except ValueError:
            odd += 1
            continue
        if comment is not None:
            comments.append(comment)
    if odd:
        log.warning("source %s: %s updates without id or time left out", watch.source_id, odd)
    return tuple(comments), known


def _read(update: dict[str, Any], known: Known, watch: Watch) -> tuple[Comment | None, Known]:
    member = read.inner(update, "my_chat_member")
    if member:
        return None, _member(member, known)
    message = read.inner(update, "message") or read.inner(update, "edited_message")
    chat = read.inner(message, "chat")
    if read.text(chat, "type") not in _GROUPS:
        return None, known
    chat_id = read.name_of(chat, "id")
    known = _moved(message, chat_id, known)
    if not watch.reads(chat_id, known):
        return None, known
    if message.get("is_automatic_forward") is True:
        return None, _with_post(message, chat_id, known)
    return _comment(message, chat, known, watch), known


def _member(member: dict[str, Any], known: Known) -> Known:
    """The bot was put out of a group, or taken in again."""
    chat = read.inner(member, "chat")
    chat_id = read.name_of(chat, "id")
    lost = {one: title for one, title in known.lost.items() if one != chat_id}
    if read.text(read.inner(member, "new_chat_member"), "status") in _OUT:
        lost[chat_id] = read.text(chat, "title")[:_TITLE_CHARS]
    return replace(known, lost=lost)


def _moved(message: dict[str, Any], chat_id: str, known: Known) -> Known:
    """A group that became a supergroup has another id; both messages of it say so."""
    to, origin = (
        read.maybe_name(message, "migrate_to_chat_id"),
        read.maybe_name(message, "migrate_from_chat_id"),
    )
    if to is None and origin is None:
        return known
    new, old = (to, chat_id) if to is not None else (chat_id, origin or "")
    return replace(known, moved={**known.moved, new: known.moved.get(old, old)})


def _with_post(message: dict[str, Any], chat_id: str, known: Known) -> Known:
    key = f"{chat_id}:{_thread(message)}"
    title, url = _title(message), _post_url(message)
    if not title and key in known.posts:
        title = known.posts[key][0]  # a further picture of an album has no words
    posts = {**known.posts, key: (title, url)}
    channel = read.maybe_name(read.inner(message, "sender_chat"), "id")
    channels = known.channels if channel is None else {**known.channels, chat_id: channel}
    return replace(known, posts=dict(list(posts.items())[-_MOST_POSTS:]), channels=channels)


def _thread(message: dict[str, Any]) -> str:
    """All pictures of an album share the thread of the first."""
    return read.maybe_name(message, "message_thread_id") or read.name_of(message, "message_id")


def _comment(
    message: dict[str, Any], chat: dict[str, Any], known: Known, watch: Watch
) -> Comment | None:
    words, user = _words(message), read.inner(message, "from")
    sender = read.inner(message, "sender_chat")
    if not words or (user.get("is_bot") is True and not sender):
        return None
    chat_id, number = read.name_of(chat, "id"), read.name_of(message, "message_id")
    created_at = read.instant(message, "date")
    parent, post_id, title, post_url = _place(message, chat_id, known)
    author_id, name, own = _author(user, sender, chat_id, known, watch)
    key = f"{chat_id}:{number}"
    return Comment(
        source_id=watch.source_id,
        platform=NAME,
        external_id=key,
        text=words,
        created_at=created_at,
        kind=Kind.REPLY if parent else Kind.COMMENT if post_id else Kind.MESSAGE,
        parent_id=parent,
        thread_id=parent or key,
        post_id=post_id,
        post_title=title or None,
        post_url=post_url or None,
        author_id=author_id,
        author_name=name,
        author_is_owner=own,
        edited_at=read.maybe_instant(message, "edit_date"),
        permalink=link(chat_id, number, read.text(chat, "username")),
        reply_ref=None if own else _ref(chat, number, words, int(created_at.timestamp())),
    )


def _author(
    user: dict[str, Any], sender: dict[str, Any], chat_id: str, known: Known, watch: Watch
) -> tuple[str | None, str | None, bool]:
    """Id, name, and whether it is the office: its group (a hidden admin), channel or own names."""
    if sender:
        number = read.name_of(sender, "id")
        names = {read.text(sender, "title"), read.text(sender, "username"), number}
        own = number in (chat_id, known.channels.get(chat_id))
        return number, read.maybe(sender, "title"), own or _named(names, watch)
    whole = f"{read.text(user, 'first_name')} {read.text(user, 'last_name')}".strip()
    handle, maybe_number = read.text(user, "username"), read.maybe_name(user, "id")
    own = _named({whole, handle, maybe_number or ""}, watch)
    return maybe_number, whole or handle or None, own


def _named(names: set[str], watch: Watch) -> bool:
    return any(name and name.casefold() in watch.own for name in names)


def _place(
    message: dict[str, Any], chat_id: str, known: Known
) -> tuple[str | None, str | None, str, str]:
    """What it answers: the comment's key, and the post's key, title and address."""
    answered = read.inner(message, "reply_to_message")
    number = read.maybe_name(answered, "message_id")
    if number is not None and answered.get("is_automatic_forward") is True:
        title, url = known.posts.get(f"{chat_id}:{number}", ("", ""))
        return (
            None,
            f"{chat_id}:{number}",
            title or _title(answered),
            url or _post_url(answered),
        )
    thread = f"{chat_id}:{read.maybe_name(message, 'message_thread_id')}"
    title, url = known.posts.get(thread, ("", ""))
    begins_topic = bool(read.inner(answered, "forum_topic_created"))
    parent = f"{chat_id}:{number}" if number is not None and not begins_topic else None
    return parent, thread if thread in known.posts else None, title, url


def _words(message: dict[str, Any]) -> str:
    return clean(read.text(message, "text") or read.text(message, "caption"))


def _title(message: dict[str, Any]) -> str:
    first = next(iter(_words(message).splitlines()), "")
    return first if len(first) <= _TITLE_CHARS else first[: _TITLE_CHARS - 1] + "…"


def _post_url(message: dict[str, Any]) -> str:
    """Where a public channel shows the post itself."""
    origin = read.inner(message, "forward_origin")
    name = read.text(read.inner(origin, "chat"), "username")
    number = read.maybe_name(origin, "message_id")
    return f"https://t.me/{name}/{number}" if name and number else ""


def link(chat_id: str, number: str, username: str) -> str | None:
    """The address of a message; a small private group has none."""
    if username:
        return f"https://t.me/{username}/{number}"
    if chat_id.startswith(_SUPERGROUP):
        return f"https://t.me/c/{chat_id.removeprefix(_SUPERGROUP)}/{number}"
    return None


def _ref(chat: dict[str, Any], number: str, words: str, at: int) -> str:
    """All that is needed to answer, words included: no single message can be read again."""
    return json.dumps(
        {
            "chat": read.name_of(chat, "id"),
            "name": read.text(chat, "username"),
            "message": number,
            "words": words,
            "at": at,
        },
        ensure_ascii=False,
    )


def newest_words(updates: Sequence[dict[str, Any]], chat_id: str, number: str) -> str | None:
    """The words that the last of these updates gave a message; None: none changed it."""
    found = None
    for update in updates:
        message = read.inner(update, "edited_message")
        named = read.maybe_name(read.inner(message, "chat"), "id")
        if (named, read.maybe_name(message, "message_id")) == (chat_id, number):
            found = _words(message)
    return found
