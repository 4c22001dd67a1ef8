"""YouTube's lists of comments: one page of threads, all replies of a thread, comments by id.

Layer 2. A thread brings at most a few of its replies along; the others cost a call of their own,
which is made only when their number moved. A page may hold far fewer threads than asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms.api import Api, Json
from monitor.platforms.offer import Meter, Use
from monitor.platforms.windows import Batch
from monitor.platforms.youtube_rows import VISIBILITY, Office, Row, Thread, thread_of
from monitor.records import Comment, Visibility

PLAIN: Final = {"textFormat": "plainText"}
_FULL: Final = {**PLAIN, "maxResults": "100"}
BY_ID: Final = 50  # ids a call: documented for videos, uncertain for comments
_MOST_TITLES: Final = 5_000
# "rejected" stands in the discovery document, not in the prose: a refusal counts as an empty list.
UNDER_REVIEW: Final = ("heldForReview", "likelySpam", "rejected")
_REVIEW_PAGES: Final = 5

Counts = dict[str, int]


class Lists:
    """The reading calls of one account; keeps nothing but titles of videos."""

    def __init__(self, api: Api, meter: Meter, office: Office) -> None:
        self._api = api
        self._meter = meter
        self._office = office
        self._titles: dict[str, str] = {}

    def page(
        self,
        narrowed: Mapping[str, str],
        token: str | None,
        use: Use,
        counts: Counts,
        asked: Visibility = Visibility.PUBLIC,
    ) -> Batch:
        """One page of threads, newest first, with all replies of each.

        ``narrowed`` is the list's one filter. ``counts``: how many replies each thread had when
        they were last read whole; brought up to date here.

        Raises:
            PlatformError: as :meth:`Api.get`; GONE: the page address has died.
        """
        older = {"pageToken": token} if token else {}
        answer = self._api.get(
            "commentThreads",
            {"part": "snippet,replies", "order": "time", **_FULL, **narrowed, **older},
            use=use,
        )
        threads = [thread_of(row, asked) for row in read.objects(answer, "items")]
        public = asked is Visibility.PUBLIC  # elsewhere only what came along is under review
        rows = [
            row
            for thread in threads
            for row in (self._whole(thread, use, counts) if public else thread.came)
        ]
        tops = {thread.top.thread_id for thread in threads}
        comments = self._comments(rows, use)
        at = tuple(c.created_at for c in comments if c.external_id in tops)
        return Batch(comments, read.maybe(answer, "nextPageToken"), at)

    def threads(self, ids: Sequence[str], use: Use) -> tuple[Comment, ...]:
        """Threads by the ids of their top-level comments, at most :data:`BY_ID`, whole."""
        answer = self._api.get(
            "commentThreads",
            {"part": "snippet,replies", "id": ",".join(ids), **PLAIN},
            use=use,
        )
        threads = (thread_of(row) for row in read.objects(answer, "items"))
        return self._comments(
            [row for thread in threads for row in self._whole(thread, use, {})], use
        )

    def by_id(self, ids: Sequence[str], videos: Mapping[str, str], use: Use) -> tuple[Comment, ...]:
        """Single comments, at most :data:`BY_ID`; ``videos``: where they stand, as far as known."""
        answer = self._api.get(
            "comments", {"part": "snippet", "id": ",".join(ids), **PLAIN}, use=use
        )
        rows = read.objects(answer, "items")
        return self._comments(
            [Row(row, video_id=videos.get(read.text(row, "id"), "")) for row in rows], use
        )

    def replies(self, thread_id: str, use: Use) -> Iterator[Json]:
        """All replies of a thread, in whatever order YouTube lists them."""
        token: str | None = None
        while True:
            older = {"pageToken": token} if token else {}
            answer = self._api.get(
                "comments",
                {"part": "snippet", "parentId": thread_id, **_FULL, **older},
                use=use,
            )
            yield from read.objects(answer, "items")
            token = read.maybe(answer, "nextPageToken")
            if token is None:
                return

    def under_review(self, channel_id: str, since: datetime, use: Use) -> dict[str, Comment]:
        """What waits for the channel's owner or was rejected, back to an instant, by id."""
        found: dict[str, Comment] = {}
        for status in UNDER_REVIEW:
            narrowed = review_of(channel_id, status)
            token: str | None = None
            for _ in range(_REVIEW_PAGES):
                batch = self.held(narrowed, use, token)
                found |= {c.external_id: c for c in batch.comments if c.visibility not in _SEEN}
                token = batch.next
                if token is None or (batch.instants and max(batch.instants) < since):
                    break
        return found

    def held(self, narrowed: Mapping[str, str], use: Use, token: str | None) -> Batch:
        """Like :meth:`page`, of what only the channel's owner sees; empty if he may not either."""
        asked = VISIBILITY[narrowed["moderationStatus"]]
        try:
            return self.page(narrowed, token, use, {}, asked)
        except PlatformError as error:
            if error.reason in (Reason.PERMISSION, Reason.NOT_ALLOWED):
                return Batch(())
            raise

    def _whole(self, thread: Thread, use: Use, counts: Counts) -> list[Row]:
        """The comment and its replies; those that came along if the others cannot be had now."""
        came = thread.came
        if thread.total <= len(thread.replies) or counts.get(thread.id) == thread.total:
            return came
        if not thread.id or not self._meter.may(1, use):
            return came
        try:
            others = [thread.reply(row) for row in self.replies(thread.id, use)]
        except PlatformError as error:
            if error.reason is not Reason.GONE:
                raise
            return came  # deleted between two calls
        counts.pop(thread.id, None)  # the newest stand last
        counts[thread.id] = thread.total
        return [thread.top, *others]

    def _comments(self, rows: Iterable[Row], use: Use) -> tuple[Comment, ...]:
        rows = list(rows)
        videos = {
            row.video_id or read.text(read.inner(row.json, "snippet"), "videoId") for row in rows
        }
        return self._office.comments(rows, self._titled(videos - {""}, use))

    def _titled(self, videos: set[str], use: Use) -> Mapping[str, str]:
        """Titles, as far as they can be had: a comment is worth storing without."""
        if len(self._titles) > _MOST_TITLES:
            self._titles.clear()
        unknown = sorted(videos - self._titles.keys())
        for start in range(0, len(unknown), BY_ID):
            ids = unknown[start : start + BY_ID]
            try:
                answer = self._api.get("videos", {"part": "snippet", "id": ",".join(ids)}, use=use)
            except PlatformError:
                break
            self._titles |= dict.fromkeys(ids, "")
            for row in read.objects(answer, "items"):
                self._titles[read.text(row, "id")] = read.text(read.inner(row, "snippet"), "title")
        return self._titles


_SEEN: Final = (Visibility.PUBLIC, Visibility.UNKNOWN)


def review_of(channel_id: str, status: str) -> dict[str, str]:
    """The filter of a list that only the channel's owner may read."""
    return {"allThreadsRelatedToChannelId": channel_id, "moderationStatus": status}
