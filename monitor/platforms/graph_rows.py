"""What Facebook's and Instagram's comments have in common: their address, their post, their owner.

Layer 2, pure.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from monitor.errors import PlatformError, Reason
from monitor.platforms.boards import Post

_TITLE = 100
HIDDEN = "hidden"
ELSEWHERE = "below somebody else's post: answer in the app"


@dataclass(frozen=True, slots=True)
class Ref:
    """Where a comment is answered and hidden. ``thread``: its top-level comment, or itself.

    ``block``: why the platform would refuse an answer ("": it would not); hiding goes all the same.
    """

    id: str
    thread: str
    block: str = ""

    def to_json(self) -> str:
        """The text that the store keeps."""
        return json.dumps({"id": self.id, "thread": self.thread, "block": self.block})


def ref_from(reply_ref: str) -> Ref:
    """The address as it was stored.

    Raises:
        PlatformError: NOT_ALLOWED: it is none of Meta's.
    """
    try:
        found = json.loads(reply_ref)
        return Ref(str(found["id"]), str(found["thread"]), str(found["block"]))
    except (ValueError, KeyError, TypeError) as e:
        raise PlatformError(
            "reply address: not of Meta", reason=Reason.NOT_ALLOWED, permanent=True
        ) from e


def answerable(ref: Ref) -> str:
    """The thread to answer in.

    Raises:
        PlatformError: NOT_ALLOWED: this comment cannot be answered as it stands.
    """
    if ref.block:
        raise PlatformError(
            f"comment {ref.id}: cannot be answered: {ref.block}",
            reason=Reason.NOT_ALLOWED,
            permanent=True,
        )
    return ref.thread


def title_of(words: str) -> str | None:
    """The first line of a post, short; None for a post without words."""
    line = next((line.strip() for line in words.splitlines() if line.strip()), "")
    if len(line) <= _TITLE:
        return line or None
    return line[: _TITLE - 1].rsplit(" ", 1)[0] + "…"


class Titles:
    """Posts by their id, as listings showed them: a comment read alone does not tell its post's."""

    def __init__(self) -> None:
        self._posts: dict[str, Post] = {}

    def learn(self, posts: tuple[Post, ...]) -> None:
        """Remember posts."""
        self._posts.update({post.id: post for post in posts})

    def of(self, post_id: str | None) -> Post | None:
        """A post that was listed since the program started."""
        return self._posts.get(post_id) if post_id else None
