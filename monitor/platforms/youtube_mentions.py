"""Videos of others that speak of the office, and what people say below them.

Layer 2. A search counts against a small bucket of its own (100 a day since June 2026), so searches
are paced over the day and counted in the cursor before they are made. When that bucket or the share
of the general one is empty, mentions wait; the office's own comments never do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms.answer import Answer
from monitor.platforms.api import Api, Json
from monitor.platforms.base import Page
from monitor.platforms.http import Refusal
from monitor.platforms.oauth import Login
from monitor.platforms.offer import Setup, Use
from monitor.platforms.windows import Batch, Streams, read_window
from monitor.platforms.youtube_errors import ZONE, refusal_by
from monitor.platforms.youtube_lists import Lists

A_DAY: Final = 80  # searches, of the 100 that Google gives a project; another source may want some
_SOONEST: Final = timedelta(minutes=15)
_WATCHED: Final = timedelta(days=14)  # comments below a video seldom come later
_MOST_VIDEOS: Final = 20
_OVERLAP: Final = timedelta(hours=1)
_REGION: Final = "ID"
_EMPTY: Final = (Reason.QUOTA, Reason.NOT_ALLOWED)  # our ledger says so, or Google


class Mentions:
    """The searches of one account.

    The cursor's notes: ``searches`` (day, how many), ``searched_at``, ``videos`` (id -> when it was
    published, seconds).
    """

    def __init__(self, setup: Setup, login: Login, lists: Lists) -> None:
        self._setup = setup
        self._lists = lists
        self._api = Api(setup, login, refusal=_own_bucket(setup))

    def close(self) -> None:
        """Close kept connections."""
        self._api.close()

    def pages(self, state: Streams, now: datetime) -> Iterator[Page]:
        """Search if it is time, then read below the videos found; see ``Source.collect``.

        Raises:
            PlatformError: as a call does, but not because a budget is empty.
        """
        queries = self._setup.queries[:A_DAY]
        booked = _booked(state.notes, now) + len(queries)
        if not queries or not self._due(state.notes, now, len(queries)) or booked > A_DAY:
            return
        if not self._may(len(queries)):
            return
        state = state.noted(searches=[_day(now), booked], searched_at=now.isoformat())
        yield Page((), state.to_json())  # booked before it is made
        try:
            for query in queries:
                state = _watching(state, self._search(query, now), now)
                yield Page((), state.to_json())
        except PlatformError as error:
            if error.reason not in _EMPTY:
                raise
            state = state.noted(searches=[_day(now), A_DAY])
            yield Page((), state.to_json())
        yield from self._below(state, now)

    def _search(self, query: str, now: datetime) -> list[Json]:
        answer = self._api.get(
            "search",
            {
                "part": "snippet",
                "type": "video",
                "order": "date",
                "maxResults": "50",
                "q": query,
                "regionCode": _REGION,
                "publishedAfter": (now - _WATCHED).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
            use=Use.SEARCH,
        )
        rows = read.objects(answer, "items")
        own = self._setup.account
        return [row for row in rows if read.text(read.inner(row, "snippet"), "channelId") != own]

    def _below(self, state: Streams, now: datetime) -> Iterator[Page]:
        counts = dict(state.notes.get("replies") or {})
        for video in list(state.notes.get("videos") or {}):
            if not self._may(1):
                return
            name = _stream(video)
            ask = partial(self._threads, video, counts)
            try:
                for batch, window in read_window(
                    state.window(name),
                    ask,
                    now,
                    overlap=_OVERLAP,
                    reach=_WATCHED,
                    go_on=lambda: self._may(1),
                ):
                    state = state.moved(name, window).noted(replies=newest(counts))
                    yield Page(batch.comments, state.to_json())
            except PlatformError as error:
                if error.reason is Reason.QUOTA:
                    return
                if error.reason is not Reason.GONE:  # comments switched off, video deleted
                    raise

    def _threads(self, video: str, counts: dict[str, int], token: str | None) -> Batch:
        return self._lists.page({"videoId": video}, token, Use.SEARCH, counts)

    def _due(self, notes: Mapping[str, object], now: datetime, queries: int) -> bool:
        last = read.maybe_instant(notes, "searched_at")
        pause = max(_SOONEST, timedelta(days=1) * queries / A_DAY)
        return last is None or now - last >= pause

    def _may(self, calls: int) -> bool:
        return self._setup.meter.may(calls, Use.SEARCH)


def newest(counts: Mapping[str, int]) -> dict[str, int]:
    """The numbers of replies that are worth keeping in a cursor."""
    return dict(list(counts.items())[-300:])


def _stream(video: str) -> str:
    return f"video:{video}"


def _watching(state: Streams, rows: list[Json], now: datetime) -> Streams:
    """With the videos of a search; old ones and those beyond the limit are let go."""
    videos: dict[str, int] = dict(state.notes.get("videos") or {})
    for row in rows:
        video = read.text(read.inner(row, "id"), "videoId")
        at = read.maybe_instant(read.inner(row, "snippet"), "publishedAt")
        if video and at is not None:
            videos[video] = int(at.timestamp())
    since = (now - _WATCHED).timestamp()
    ranked = sorted(((at, video) for video, at in videos.items() if at >= since), reverse=True)
    kept = {video: at for at, video in ranked[:_MOST_VIDEOS]}
    streams = {_stream(video) for video in kept}
    windows = {
        name: window
        for name, window in state.windows.items()
        if not name.startswith("video:") or name in streams
    }
    return replace(state, windows=windows).noted(videos=kept)


def _day(now: datetime) -> str:
    return now.astimezone(ZoneInfo(ZONE)).date().isoformat()


def _booked(notes: Mapping[str, object], now: datetime) -> int:
    found = notes.get("searches")
    if not isinstance(found, list) or found[:1] != [_day(now)]:
        return 0
    return int(found[1])


def _own_bucket(setup: Setup) -> Refusal:
    """A search's quota is not the general one: its end must not park the other calls."""
    plain = refusal_by(setup.clock)

    def refusal(answer: Answer) -> PlatformError | None:
        error = plain(answer)
        if error is None or error.reason is not Reason.QUOTA:
            return error
        return PlatformError(f"{error}: no more searches today", reason=Reason.NOT_ALLOWED)

    return refusal
