"""TikTok: comments below the office's own videos (TikTok API for Business, Accounts API v1.3).

Layer 2. Every address may be called 40 times a minute; there is no day's budget, and after 40100
everything rests for five minutes. The number of comments in the list of videos is one to two days
old, and a new reply does not lift its comment: so videos are read by their age, and the threads of
the last week are read again with them. Mentions elsewhere are top-1000 sets only and not read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms import tiktok_hook as hook
from monitor.platforms import tiktok_rows as rows
from monitor.platforms.base import Delivery, Health, Page, PostedReply, ReplyState, Seen
from monitor.platforms.boards import Site, board_from, read_board
from monitor.platforms.offer import Can, Connected, Platform, Setup, Use
from monitor.platforms.tiktok_calls import BY_ID, SLACK, Calls
from monitor.platforms.tiktok_login import login_of
from monitor.records import Comment, SourceId, Visibility

# Uncertain: two clients count 150 characters (code points); TikTok's own page was not seen.
REPLY_LIMIT = 150
_THREADS = timedelta(days=7)  # replies to younger comments are found whenever a video is read


class Tiktok:
    """An account as source, replier, refetcher, moderator and hook."""

    platform = rows.NAME

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._login = login_of(setup)
        self._calls = Calls(setup, self._login)

    @property
    def id(self) -> SourceId:
        """The source's name in the configuration."""
        return self._setup.id

    def close(self) -> None:
        """Close kept connections."""
        self._calls.close()

    def check(self) -> Health:
        """Whose account the token opens; see the protocol."""
        fields = json.dumps(["username", "display_name"])
        data = self._calls.ask("get", {"fields": fields}, Use.REPLY)
        name = read.text(data, "username") or read.text(data, "display_name")
        expires_at = self._login.tokens().refresh_expires_at
        return Health(True, f"@{name} ({self._setup.account})", "comments", expires_at)

    def collect(self, cursor: str | None, now: datetime) -> Iterator[Page]:
        """Videos that are due, and what stands below them; see the protocol."""
        board = board_from(cursor, self.id, now, timedelta(days=self._setup.backfill_days))
        read_at = {video: known.read_at for video, known in board.posts.items() if known.mark}
        site = Site(
            self._calls.videos,
            lambda post, token, use: self._calls.below(post, token, use, read_at.get(post.id)),
            overlap=_THREADS,
            late_counts=True,
        )
        yield from read_board(board, site, now)

    def refetch(self, wanted: Sequence[Seen], now: datetime) -> Iterator[Page]:
        """Read comments again, video by video; see the protocol."""
        del now
        by_video: dict[str, dict[str, str]] = {}
        for seen in wanted:
            if seen.post_id is not None:
                threads = by_video.setdefault(seen.post_id, {})
                threads[seen.external_id] = seen.thread_id or seen.external_id
        for video, threads in by_video.items():
            names = list(threads)
            for start in range(0, len(names), BY_ID):
                asked = {name: threads[name] for name in names[start : start + BY_ID]}
                found = self._calls.again(video, asked, Use.RECHECK)
                gone = tuple((name, Visibility.DELETED) for name in asked if name not in found)
                yield Page(tuple(found.values()), "", gone=gone)

    def target(self, reply_ref: str) -> Comment | None:
        """Read the comment again; see the protocol."""
        ref = rows.ref_from(reply_ref)
        asked = {ref.comment: ref.thread}
        return self._calls.again(ref.video, asked, Use.REPLY).get(ref.comment)

    def reply(self, reply_ref: str, text: str) -> PostedReply:
        """Post below the top-level comment, once; see the protocol."""
        ref = rows.ref_from(reply_ref)
        # uncertain whether a reply may be answered itself: the thread always may
        where = {"video_id": ref.video, "comment_id": ref.thread}
        data = self._calls.send("comment/reply/create", {**where, "text": text})
        number = read.maybe_name(data, "comment_id")
        if number is None:
            raise PlatformError(f"{self.id}: TikTok names no reply", reason=Reason.UNSURE)
        return self._posted(number, ref.video)

    def find_own_reply(self, reply_ref: str, text: str) -> PostedReply | None:
        """Look for our words below the comment, no older than it; see the protocol."""
        ref = rows.ref_from(reply_ref)
        for comment in self._calls.replies(ref.video, ref.thread, Use.REPLY, ref.at - SLACK):
            ours = comment.author_is_owner and comment.created_at >= ref.at
            if ours and read.same_words(comment.text, text):
                return self._posted(comment.external_id, ref.video)
        return None

    def hide(self, reply_ref: str, *, hidden: bool) -> None:
        """Hide or show; TikTok may keep hidden what it finds unfit. See the protocol."""
        ref = rows.ref_from(reply_ref)
        where = {"video_id": ref.video, "comment_id": ref.comment}
        self._calls.send("comment/hide", {**where, "action": "HIDE" if hidden else "UNHIDE"})

    def handshake(self, params: Mapping[str, str]) -> str | None:
        """TikTok asks for none."""
        del params
        return None

    def received(self, headers: Mapping[str, str], raw: bytes, now: datetime) -> Delivery:
        """See the protocol."""
        hook.checked(self._setup.secret("secret"), headers, raw, now)
        return hook.read_call(raw, self._setup.account, self._told)

    def _told(self, row: dict[str, Any]) -> Comment | None:
        made = self._calls.comments([row], read.text(row, "video_id"))
        return made[0] if made else None

    def _posted(self, number: str, video: str) -> PostedReply:
        return PostedReply(number, self._calls.address(video), ReplyState.PUBLISHED)


def connect(setup: Setup) -> Connected:
    """The account of a configured source."""
    account = Tiktok(setup)
    return Connected(account, account, account, account, account)


PLATFORM = Platform(
    name=rows.NAME,
    connect=connect,
    base_url="https://business-api.tiktok.com/open_api/v1.3",
    needs=("account", "client_id", "secret", "refresh_token"),
    can=Can.REPLY | Can.HIDE | Can.REFETCH | Can.HOOK,
    every_seconds=600,
    reply_limit=REPLY_LIMIT,
)
