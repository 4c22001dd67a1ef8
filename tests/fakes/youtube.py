"""A loopback YouTube: threads, replies, moderation, search, quota; Google's token address too.

Every call and every answer is checked against Google's own description of the API. A page is a
slice of all threads of a list, so what only the owner sees makes it short. Page addresses die when
the same list is begun anew, or after an hour.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.discovery import answer_problems, call_problems

from .platform import Call, FakePlatform, Fault, Json, Posted, Reply, Said
from .youtube_json import STATES, STATUS, error, instant, listing

ZONE = ZoneInfo("America/Los_Angeles")
_TOKEN_LIFE = timedelta(hours=1)


@dataclass(frozen=True)
class Mark:
    """Where a page address leads: an offset of a list, until it dies."""

    key: str
    offset: int
    made_at: datetime


class FakeYouTube(FakePlatform):
    name = "youtube"
    our_id = "UCkantorContoh0000000000"
    our_name = "@DiskominfoContoh"
    client = "klien-contoh.apps.example"
    secret = "rahasia-klien-youtube"
    inline = 2  # how many replies a thread brings along
    cap = 10_000.0

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.marks: dict[str, Mark] = {}
        self.ledger: Counter[str] = Counter()  # our units by day
        self.searches: Counter[str] = Counter()
        self.spent_by_others = 0.0  # of the same project; no caller can know
        self.search_cap = 100
        self.elsewhere: dict[str, str] = {}  # video -> channel that is not ours
        self.silenced: set[str] = set()  # videos without comments
        self.refuses: dict[str, str] = {}  # part of a path -> reason
        self.consent_of = self.our_id  # whose channel the login belongs to
        self.refresh_life: int | None = None
        self.lists_rejected = True
        self.writes_only: set[str] = set()  # comments that nobody may answer
        self.bare_replies = False  # single replies come without their video
        self.checks = 0

    # ---- what tests do ------------------------------------------------------------------------

    def new_post_id(self) -> str:
        self._next += 1
        return f"vid{self._next:08d}"

    def new_id(self, post: str | None, parent: str | None) -> str:
        self._next += 1
        return f"{parent}.r{self._next:09d}" if parent else f"Ugx{self._next:020d}AaABAg"

    def video_elsewhere(self, title: str, at: datetime | None = None) -> str:
        """A video of another channel."""
        number = self.new_post_id()
        self.elsewhere[number] = "UCmediaContoh00000000000"
        self.posts[number] = Posted(number, title, at or self.clock.now)
        return number

    def visible(self) -> dict[str, str]:
        """A thread that is not public hides its replies."""
        return {one.id: one.text for one in self.said.values() if self._open(one)}

    def _open(self, one: Said) -> bool:
        above = one.parent_id is None or self.said[one.parent_id].state == "public"
        return above and one.state == "public"

    @property
    def spent(self) -> float:
        """What was spent today."""
        return self.ledger[self._day()]

    # ---- quota and tokens ---------------------------------------------------------------------

    def needs_access(self, call: Call) -> bool:
        return call.path != "/token"

    def token_of(self, call: Call) -> str:
        return call.headers.get("x-goog-api-key") or call.bearer

    def unauthorised(self) -> Reply:
        return error("authError", "Invalid Credentials")

    def throttled(self) -> Reply:
        self.blocked_until = self.blocked_until or self.clock.now + timedelta(seconds=45)
        return error("rateLimitExceeded")

    def still_blocked(self) -> Reply:
        return error("quotaExceeded")

    def _decided(self, call: Call, fault: Fault | None) -> Reply:
        blocked = self.blocked_until is not None and self.clock.now < self.blocked_until
        if call.path != "/token":
            return (None if blocked else self._booked(call)) or super()._decided(call, fault)
        if fault is not None and fault.mode == "throttle" and not blocked:
            self.throttled()
            return Reply({"error": "rate_limit_exceeded"}, 429, {"Retry-After": "50"})
        return super()._decided(call, fault)

    def _booked(self, call: Call) -> Reply | None:
        """Refused calls cost as well."""
        path, day = call.path.strip("/"), self._day()
        if path == "search":
            self.searches[day] += 1
            return error("quotaExceeded") if self.searches[day] > self.search_cap else None
        self.ledger[day] += 50 if call.method == "POST" else 1
        if self.ledger[day] > self.cap:
            self.violations.append(f"{self.ledger[day]} units spent on {day}")
        if self.ledger[day] + self.spent_by_others <= self.cap:
            return None
        today = self.clock.now.astimezone(ZONE).date()
        self.blocked_until = datetime.combine(today + timedelta(days=1), time(), ZONE)
        return error("quotaExceeded")

    def _day(self) -> str:
        return self.clock.now.astimezone(ZONE).date().isoformat()

    def _given(self, call: Call) -> Reply:
        form = call.form
        if (form.get("client_id"), form.get("client_secret")) != (self.client, self.secret):
            return Reply({"error": "invalid_client"}, 401)
        if form.get("grant_type") != "refresh_token":
            return Reply({"error": "unsupported_grant_type"}, 400)
        if not self.grant(form.get("refresh_token", "")):
            said = "Token has been expired or revoked."
            return Reply({"error": "invalid_grant", "error_description": said}, 400)
        given: Json = {"access_token": self.access, "token_type": "Bearer", "scope": "x"}
        given["expires_in"] = int(self.access_life.total_seconds()) - 1
        if self.refresh_life is not None:
            given["refresh_token_expires_in"] = self.refresh_life
        return Reply(given)

    # ---- routes -------------------------------------------------------------------------------

    def handle(self, call: Call) -> Reply:
        path = call.path.strip("/")
        if path == "token":
            return self._given(call)
        body = call.json if call.body.strip() not in (b"", b"{}") else None
        self.violations += call_problems(call.method, path, call.lists, body)
        try:
            reply = self._routed(call, path)
        except _BadPage:
            reply = error("invalidPageToken")
        if reply.status < 300:
            self.checks += 1
            self.violations += answer_problems(call.method, path, reply.body or None)
        return reply

    def _routed(self, call: Call, path: str) -> Reply:
        refused = next((why for part, why in self.refuses.items() if part in path), None)
        if refused is not None:
            return error(refused)
        if call.method == "POST" and "x-goog-api-key" in call.headers:
            return error("authError", "API keys are not supported by this API.")
        if path == "comments/setModerationStatus":
            return self._moderated(call)
        if path == "comments":
            return self._inserted(call) if call.method == "POST" else self._comments(call)
        if path == "commentThreads":
            return self._threads(call)
        if path == "search":
            return self._found(call)
        return self._videos(call) if path == "videos" else self._channels(call)

    def _threads(self, call: Call) -> Reply:
        params = call.params
        filters = {"id", "videoId", "allThreadsRelatedToChannelId"} & params.keys()
        if len(filters) != 1:
            return self._misused("commentThreads: exactly one filter")
        if "id" in params:
            return self._threads_by_id(params)
        state = STATES[params.get("moderationStatus", "published")]
        foreign = "x-goog-api-key" in call.headers or self.consent_of != self.our_id
        if state != "public" and foreign:
            return error("forbidden")
        if state == "hidden" and not self.lists_rejected:
            return error("invalidFilters")
        if "videoId" in params:
            video = params["videoId"]
            if video not in self.posts or self.posts[video].deleted:
                return error("videoNotFound")
            if video in self.silenced:
                return error("commentsDisabled")
            tops = [one for one in self._tops() if one.post_id == video]
        elif params["allThreadsRelatedToChannelId"] != self.our_id:
            return error("channelNotFound")
        else:
            tops = [one for one in self._tops() if one.post_id not in self.elsewhere]
        if state != "public":  # a list of its own; the public one has holes
            tops = [one for one in tops if self._shows(one, state)]
        page, more = self._page(call, tops)
        rows = [self._thread(one, state) for one in page if self._shows(one, state)]
        return Reply(listing("commentThread", rows, more))

    def _threads_by_id(self, params: dict[str, str]) -> Reply:
        ids = params["id"].split(",")
        if {"moderationStatus", "pageToken", "maxResults", "order"} & params.keys():
            return self._misused("commentThreads: that does not go with id")
        if len(ids) > 50:
            return self._misused("commentThreads: more than 50 ids")
        there = [self.said[one] for one in ids if one in self.said]
        rows = [self._thread(o, "public") for o in there if o.state == "public" and not o.parent_id]
        return Reply(listing("commentThread", rows, None))

    def _comments(self, call: Call) -> Reply:
        params = call.params
        if len({"id", "parentId"} & params.keys()) != 1:
            return self._misused("comments: exactly one filter")
        if "id" in params:
            ids = params["id"].split(",")
            if len(ids) > 50 or {"maxResults", "pageToken"} & params.keys():
                return self._misused("comments: too many ids, or a page of them")
            there = [self.said[one] for one in ids if one in self.said]
            rows = [self._comment(o, bare=self.bare_replies) for o in there if self._open(o)]
            return Reply(listing("comment", rows, None))
        parent = self.said.get(params["parentId"])
        if parent is None or parent.state != "public":
            return error("commentNotFound")
        page, more = self._page(call, self._below(parent.id, "public"))
        return Reply(listing("comment", [self._comment(o) for o in page], more))

    def _inserted(self, call: Call) -> Reply:
        snippet = call.json["snippet"]
        if not snippet.get("textOriginal", "").strip():
            return error("commentTextRequired")
        parent = self.said.get(snippet["parentId"])
        if parent is None or parent.state != "public":
            return error("parentCommentNotFound")
        if parent.parent_id is not None:
            return self._misused("comments.insert: the parent is no top-level comment")
        number = self.say(snippet["textOriginal"], parent=parent.id, ours=True)
        return Reply(self._comment(self.said[number]))

    def _moderated(self, call: Call) -> Reply:
        there = [self.said[one] for one in call.params["id"].split(",") if one in self.said]
        if not there or any(one.state == "deleted" for one in there):
            return error("commentNotFound")
        if self.consent_of != self.our_id or any(o.post_id in self.elsewhere for o in there):
            return error("forbidden")
        for one in there:
            one.state = STATES[call.params["moderationStatus"]]
        return Reply(b"", 204)

    def _found(self, call: Call) -> Reply:
        since = call.params.get("publishedAfter", "")
        words = call.params["q"].casefold()
        hits = [
            post
            for post in sorted(self.posts.values(), key=lambda post: post.at, reverse=True)
            if words in post.title.casefold() and instant(post.at) >= since and not post.deleted
        ]
        rows = [
            {
                "kind": "youtube#searchResult",
                "etag": "e",
                "id": {"kind": "youtube#video", "videoId": post.id},
                "snippet": {
                    "publishedAt": instant(post.at),
                    "channelId": self.elsewhere.get(post.id, self.our_id),
                    "title": post.title.replace("&", "&amp;"),
                    "liveBroadcastContent": "none",
                },
            }
            for post in hits[: int(call.params.get("maxResults", "5"))]
        ]
        return Reply({**listing("search", rows, None), "regionCode": "ID"})

    def _videos(self, call: Call) -> Reply:
        ids = call.params["id"].split(",")
        if len(ids) > 50:
            return self._misused("videos: more than 50 ids")
        there = [self.posts[one] for one in ids if one in self.posts]
        rows = [
            {
                "kind": "youtube#video",
                "id": post.id,
                "snippet": {"title": post.title, "publishedAt": instant(post.at)},
            }
            for post in there
            if not post.deleted
        ]
        return Reply(listing("video", rows, None))

    def _channels(self, call: Call) -> Reply:
        wanted = {"@diskominfocontoh": self.our_id, self.our_id.casefold(): self.our_id}
        asked = call.params.get("id") or call.params.get("forHandle") or ""
        mine = self.consent_of if call.params.get("mine") == "true" else ""
        found = mine or wanted.get(asked.casefold())
        row = {"kind": "youtube#channel", "id": found}
        if "snippet" in call.params["part"]:
            row["snippet"] = {"title": "Diskominfo Contoh", "customUrl": "@diskominfocontoh"}
        return Reply(listing("channel", [row] if found else [], None))

    def _misused(self, why: str) -> Reply:
        self.violations.append(why)
        return error("invalidFilters")

    # ---- what a comment looks like --------------------------------------------------------------

    def _tops(self) -> list[Said]:
        """Every thread that ever was, newest first: deleted ones leave holes in the pages."""
        tops = [one for one in self.said.values() if one.parent_id is None]
        return sorted(tops, key=lambda one: one.at, reverse=True)

    def _below(self, number: str, state: str) -> list[Said]:
        """Replies in an order of YouTube's own: the oldest first here."""
        below = [one for one in self.answers_to(number) if one.state == state]
        return sorted(below, key=lambda one: one.at)

    def _shows(self, one: Said, state: str) -> bool:
        if one.state == state:
            return True
        return one.state == "public" and bool(self._below(one.id, state))

    def _page(self, call: Call, rows: list[Said]) -> tuple[list[Said], str | None]:
        """One page and the address of the next."""
        asked = {k: v for k, v in call.params.items() if k != "pageToken"}
        key, token = f"{call.path} {sorted(asked.items())}", call.params.get("pageToken")
        if token is None:
            self.marks = {name: mark for name, mark in self.marks.items() if mark.key != key}
        mark = self.marks.get(token) if token else Mark(key, 0, self.clock.now)
        if mark is None or mark.key != key or self.clock.now - mark.made_at > _TOKEN_LIFE:
            raise _BadPage
        size = 0 if self.take_empty() else min(self.page_size, int(call.params["maxResults"]))
        end = mark.offset + size
        if end >= len(rows):
            return rows[mark.offset :], None
        self._next += 1
        following = f"CAo{self._next:08x}"
        self.marks[following] = Mark(key, end, mark.made_at)
        return rows[mark.offset : end], following

    def _thread(self, one: Said, state: str) -> Json:
        below = self._below(one.id, "public")
        shown = below[-self.inline :] if self.inline else []
        if state != "public":
            shown = self._below(one.id, state)
        thread: Json = {
            "kind": "youtube#commentThread",
            "etag": "e",
            "id": one.id,
            "snippet": {
                "channelId": self.elsewhere.get(one.post_id or "", self.our_id),
                "topLevelComment": self._comment(one),
                "canReply": one.id not in self.writes_only,
                "totalReplyCount": len(below),
                "isPublic": one.state == "public",
            },
        }
        if one.post_id:
            thread["snippet"]["videoId"] = one.post_id
        if shown:
            thread["replies"] = {"comments": [self._comment(reply) for reply in shown]}
        return thread

    def _comment(self, one: Said, *, bare: bool = False) -> Json:
        snippet: Json = {
            "channelId": self.elsewhere.get(one.post_id or "", self.our_id),
            "textDisplay": one.text,
            "textOriginal": one.text,
            "authorDisplayName": one.author_name or "",
            "likeCount": one.likes,
            "viewerRating": "none",
            "canRate": True,
            "publishedAt": instant(one.at),
            "updatedAt": instant(one.edited_at or one.at),
        }
        if one.post_id and not bare:
            snippet["videoId"] = one.post_id
        if one.author_id:
            snippet["authorChannelId"] = {"value": one.author_id}
        if one.parent_id:
            snippet["parentId"] = one.parent_id
        if one.state != "public":
            snippet["moderationStatus"] = STATUS[one.state]
        if one.extra.get("image"):
            snippet["imageUrl"] = "https://yt3.example/once.png?expire=1"
        return {"kind": "youtube#comment", "etag": "e", "id": one.id, "snippet": snippet}


class _BadPage(Exception):  # noqa: N818 - an answer, not a fault
    """The page address has died."""
