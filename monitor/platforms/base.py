"""What a platform file offers: :class:`Source` to collect, :class:`Replier` to answer.

Layer 2. A platform file turns one site's answers into :class:`~monitor.records.Comment` rows and
owns its cursor (JSON text that only it reads). It never writes to the store, never sleeps, never
retries: the pipeline stores a page and its cursor in one transaction and decides when to ask again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
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
    """What a check found: ``ok``, whose account it is, and what an admin should know."""

    ok: bool
    identity: str
    detail: str
    expires_at: datetime | None = None


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


def content_hash(comment: Comment) -> str:
    """Changes when a comment must be understood anew: its words or who can see them."""
    return words_hash(f"{comment.text}\x1f{comment.visibility}")


def words_hash(text: str) -> str:
    """32 hex digits of blake2b; a draft remembers by it which words it answers."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
