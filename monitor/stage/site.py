"""A scripted site: gives its comments when their time has come, and takes replies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.errors import PlatformError, Reason
from monitor.platforms.base import Health, Page, PostedReply, ReplyState
from monitor.records import Comment, Kind, SourceId

_PAGE = 100


class ScriptedSite:
    """Meets ``Source`` and ``Replier`` without leaving the process."""

    platform = "demo"

    def __init__(
        self,
        source_id: SourceId,
        comments: Sequence[Comment],
        clock: Callable[[], datetime],
        outage: tuple[datetime, datetime] | None = None,
    ) -> None:
        """``comments`` in order of time; in the ``outage`` the site does not answer."""
        self._id = source_id
        self._comments = list(comments)
        self._clock = clock
        self._outage = outage
        self.replies: list[Comment] = []

    @property
    def id(self) -> SourceId:
        """The site's name."""
        return self._id

    def check(self) -> Health:
        """Always well."""
        return Health(ok=True, identity=self._id, detail="scripted")

    def collect(self, cursor: str | None, now: datetime) -> Iterator[Page]:
        """Comments written since the cursor (how many were read already)."""
        if self._outage and self._outage[0] <= now < self._outage[1]:
            raise PlatformError(
                f"source: {self._id}: no answer (scripted outage)", reason=Reason.UNREACHABLE
            )
        read = int(cursor or 0)
        written = [comment for comment in self._comments[read:] if comment.created_at <= now]
        earliest = self._comments[0].created_at - timedelta(hours=1) if cursor is None else None
        for start in range(0, len(written), _PAGE):
            batch = tuple(written[start : start + _PAGE])
            yield Page(batch, str(read + start + len(batch)), covered_from=earliest)

    def target(self, reply_ref: str) -> Comment | None:
        """The comment with this number."""
        return next((c for c in self._comments if c.external_id == reply_ref), None)

    def reply(self, reply_ref: str, text: str) -> PostedReply:
        """Put the reply under its comment; the next poll reads it back as the office's own."""
        target = self.target(reply_ref)
        if target is None:
            raise PlatformError(f"comment: {reply_ref}: gone", reason=Reason.GONE)
        now, external_id = self._clock(), f"r{reply_ref}"
        permalink = f"{target.permalink}-balasan"
        own = replace(
            target,
            external_id=external_id,
            text=text,
            created_at=now,
            kind=Kind.REPLY,
            parent_id=reply_ref,
            author_id="kantor",
            author_is_owner=True,
            permalink=permalink,
            reply_ref=None,
        )
        self.replies.append(own)
        at = next((i for i, c in enumerate(self._comments) if c.created_at > now), None)
        self._comments.insert(len(self._comments) if at is None else at, own)
        return PostedReply(external_id, permalink, ReplyState.PUBLISHED)

    def find_own_reply(self, reply_ref: str, text: str) -> PostedReply | None:
        """The reply with this text, if it stands."""
        found = next((c for c in self.replies if c.parent_id == reply_ref and c.text == text), None)
        if found is None:
            return None
        return PostedReply(found.external_id, found.permalink, ReplyState.PUBLISHED)
