"""What a platform file offers: :class:`Source` to collect, :class:`Replier` to answer.

Layer 2. A platform file turns one site's answers into :class:`~monitor.records.Comment` rows and
owns its cursor (JSON text that only it reads). It never writes to the store, never sleeps, never
retries: the pipeline stores a page and its cursor in one transaction and decides when to ask again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from monitor.records import Comment, SourceId, Visibility


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time of which comments were lost for good; an operator must hear of it."""

    from_at: datetime
    to_at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Page:
    """One batch of comments with the cursor that is true once they are stored.

    A page that came by another way than the cursor's (``refetch``, a hook) has the cursor "".

    ``gone`` are external ids that the platform no longer shows, with how they look now.
    ``covered_from``: the earliest instant from which this source is now completely known, if this
    page proves it (a backfill's far end); None leaves coverage to the caller.
    """

    comments: tuple[Comment, ...]
    cursor: str
    gone: tuple[tuple[str, Visibility], ...] = ()
    gap: Gap | None = None
    covered_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """What a check found: ``ok``, whose account it is, and what an admin should know.

    ``expires_at``: when the token, or the refresh token behind it, dies without a person's help.
    """

    ok: bool
    identity: str
    detail: str
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A stored comment that is to be read again; the ids are those of its platform."""

    external_id: str
    post_id: str | None
    parent_id: str | None
    thread_id: str | None
    created_at: datetime
    reply_ref: str | None = None


class Source(Protocol):
    """A watched account that can be polled."""

    @property
    def id(self) -> SourceId:
        """The source's name in the configuration."""
        ...

    @property
    def platform(self) -> str:
        """The platform's name, such as ``wordpress``."""
        ...

    def check(self) -> Health:
        """Ask the platform who we are and what we may do.

        Raises:
            PlatformError: the site does not answer, or refuses.
        """
        ...

    def collect(self, cursor: str | None, now: datetime) -> Iterator[Page]:
        """Yield pages, oldest knowledge first, so that stopping after any page loses nothing.

        ``cursor`` is the last stored one, None on the first read (a bounded backfill).
        A page may repeat comments that are stored already; the store knows them by key and sees
        an edit by its content hash.

        Raises:
            PlatformError: nothing of the failed page may be stored; earlier pages stand.
        """
        ...


class Refetcher(Protocol):
    """A watched account whose single comments can be read again."""

    def refetch(self, wanted: Sequence[Seen], now: datetime) -> Iterator[Page]:
        """Read stored comments again, in pages whose comments and ``gone`` together name each id.

        An id that no page names was not looked at (a budget ended, the site does not tell) and is
        asked for again later. A page may hold comments that nobody asked for: new answers.

        Raises:
            PlatformError: earlier pages stand.
        """
        ...


class ReplyState(StrEnum):
    """What became of a reply."""

    PUBLISHED = "published"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class PostedReply:
    """A reply that the platform took: its id, where it stands, and whether the public sees it."""

    external_id: str
    permalink: str | None
    state: ReplyState


class Replier(Protocol):
    """A watched account that can be answered."""

    def target(self, reply_ref: str) -> Comment | None:
        """Read the comment that is about to be answered once more; None when it is gone.

        Raises:
            PlatformError: the site does not answer.
        """
        ...

    def reply(self, reply_ref: str, text: str) -> PostedReply:
        """Post ``text`` (plain text; escaping is the platform file's duty) under the comment, once.

        Raises:
            PlatformError: reason NOT_ALLOWED, GONE, DUPLICATE, AUTH, PERMISSION, RATE: surely not
                posted by this call. Reason UNSURE: the request left and no clear answer came; the
                caller must never send it again without a person.
        """
        ...

    def find_own_reply(self, reply_ref: str, text: str) -> PostedReply | None:
        """Look whether our reply with this text already stands under the comment (read-back).

        Raises:
            PlatformError: the site does not answer.
        """
        ...


class Moderator(Protocol):
    """A watched account whose comments the office may hide."""

    def hide(self, reply_ref: str, *, hidden: bool) -> None:
        """Hide a comment from the public, or show it again; asking twice changes nothing.

        Raises:
            PlatformError: NOT_ALLOWED, GONE, AUTH, PERMISSION, RATE: surely not done. UNSURE and
                UNREACHABLE: ask again, it is harmless.
        """
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a platform told us by itself. ``key`` is the same when it tells the same again.

    ``poll``: something happened that only a poll can tell in full.
    """

    key: str
    comments: tuple[Comment, ...] = ()
    gone: tuple[tuple[str, Visibility], ...] = ()
    poll: bool = False


class Hook(Protocol):
    """A watched account whose platform calls us (a webhook)."""

    def handshake(self, params: Mapping[str, str]) -> str | None:
        """The answer that proves to the platform that the address is ours; None refuses."""
        ...

    def received(self, headers: Mapping[str, str], raw: bytes, now: datetime) -> Delivery:
        """Check the signature over the raw bytes, in constant time, then read them.

        ``headers`` have lower-case names. The store refuses a key that it has seen.

        Raises:
            PlatformError: PERMISSION: not signed by the platform, or too old. BAD_ANSWER: signed,
                but of no known form.
        """
        ...


def content_hash(comment: Comment) -> str:
    """Changes when a comment is another one now: its words, who can see them, or its stars."""
    stars = "" if comment.rating is None else f"\x1f{comment.rating}"
    return words_hash(f"{comment.text}\x1f{comment.visibility}{stars}")


def words_hash(text: str) -> str:
    """32 hex digits of blake2b; a draft remembers by it which words it answers."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
