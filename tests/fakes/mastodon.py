"""A loopback Mastodon instance: notifications, tag timelines, statuses, contexts.

Ids are 18-digit numbers as text; lists begin with the newest and page by ``max_id`` in a ``Link``
header; after 300 calls in five minutes it answers 429 with ``X-RateLimit-Reset`` as an ISO time.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from .platform import Call, FakePlatform, Reply, Said

API = "/api/v1/"


class FakeMastodon(FakePlatform):
    name = "mastodon"

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.by_key: dict[str, str] = {}
        self.most_characters = 500
        self.reads_many = True  # by id, since 4.3

    def new_id(self, post: str | None, parent: str | None) -> str:
        self._next += 1
        return str(113_000_000_000_000_000 + self._next * 65_536)

    def throttled(self) -> Reply:
        self.blocked_until = self.blocked_until or self.clock.now + timedelta(minutes=4)
        reset = self.blocked_until.strftime("%Y-%m-%dT%H:%M:%S.000000Z")
        return Reply({"error": "Too many requests"}, 429, {"X-RateLimit-Reset": reset})

    def unauthorised(self) -> Reply:
        return Reply({"error": "The access token is invalid"}, 401)

    def warning_headers(self) -> dict[str, str]:
        reset = (self.clock.now + timedelta(minutes=4)).strftime("%Y-%m-%dT%H:%M:%S.000000Z")
        if self.blocked_until is None:
            self.blocked_until = self.clock.now + timedelta(minutes=4)
        return {
            "X-RateLimit-Limit": "300",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": reset,
        }

    def handle(self, call: Call) -> Reply:
        if call.path == "/api/v2/instance":
            statuses = {"max_characters": self.most_characters}
            return Reply({"domain": "contoh", "configuration": {"statuses": statuses}})
        path = call.path.removeprefix(API)
        if path == "accounts/verify_credentials":
            return Reply({"id": self.our_id, "acct": "diskominfo", "display_name": self.our_name})
        if path == "notifications":
            return self._page(call, self._mentions(), wrap=True)
        if path.startswith("timelines/tag/"):
            tag = "#" + path.rpartition("/")[2]
            return self._page(call, [one for one in self._live() if tag in one.text], wrap=False)
        if path == "statuses" and call.method == "POST":
            return self._posted(call)
        if path == "statuses" and not self.reads_many:
            return Reply({"error": "Not Found"}, 404)
        if path == "statuses":
            ids = call.lists.get("id[]", [])
            return Reply([self._status(one) for one in self._live() if one.id in ids])
        number, _, rest = path.removeprefix("statuses/").partition("/")
        there = self.said.get(number)
        if there is None or there.state == "deleted":
            return Reply({"error": "Record not found"}, 404)
        if rest == "context":
            below = [self._status(one) for one in self._live() if one.parent_id == number]
            return Reply({"ancestors": [], "descendants": below})
        return Reply(self._status(there))

    def _live(self) -> list[Said]:
        return [one for one in self.said.values() if one.state == "public"]

    def _mentions(self) -> list[Said]:
        return [one for one in self._live() if not one.ours]

    def _page(self, call: Call, rows: list[Said], *, wrap: bool) -> Reply:
        """Newest id first, as the real one does, whatever the time that a status claims."""
        rows = sorted(rows, key=lambda one: int(one.id), reverse=True)
        before = call.params.get("max_id")
        if before:
            rows = [one for one in rows if int(one.id) < int(before)]
        size = 0 if self.take_empty() else self.page_size
        shown, rest = rows[:size], rows[size:]
        headers = {}
        if rest:
            last = shown[-1].id if shown else str(int(rest[0].id) + 1)
            address = f"{self.url}{call.path}?max_id={last}"
            headers["Link"] = f'<{address}>; rel="next", <{address}>; rel="prev"'
        statuses: list[Any] = [self._status(one) for one in shown]
        if wrap:
            statuses = [
                {"id": s["id"], "type": "mention", "created_at": s["created_at"], "status": s}
                for s in statuses
            ]
        return Reply(statuses, headers=headers)

    def _posted(self, call: Call) -> Reply:
        key = call.headers.get("idempotency-key", "")
        if key in self.by_key:
            return Reply(self._status(self.said[self.by_key[key]]))
        fields = call.json
        answered = self.said.get(fields["in_reply_to_id"])
        if answered is None or answered.state == "deleted":
            return Reply({"error": "Record not found"}, 404)
        named, _, words = fields["status"].partition(" ")
        if answered.author_name is None:
            words = fields["status"]
        elif named != f"@{answered.author_name}":
            self.violations.append("an answer whose reader is not named never reaches him")
        if not key or fields["visibility"] != answered.extra.get("visibility", "public"):
            self.violations.append("an answer without a key, or seen by others than the question")
        if len(words) > self.most_characters:
            return Reply({"error": "Validation failed: Text character limit exceeded"}, 422)
        number = self.say(words, parent=answered.id, ours=True)
        self.by_key[key] = number
        return Reply(self._status(self.said[number]))

    def _status(self, one: Said) -> dict[str, Any]:
        name = one.author_name
        words = one.text.replace("&", "&amp;").replace("<", "&lt;")
        asked = self.said.get(one.parent_id or "")
        if one.ours and asked is not None and asked.author_name:
            words = f'<span class="h-card">@<span>{asked.author_name}</span></span> {words}'
        return {
            "id": one.id,
            "created_at": one.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "edited_at": one.edited_at and one.edited_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "in_reply_to_id": one.parent_id,
            "visibility": "public",
            "spoiler_text": "",
            "content": f"<p>{words}</p>",
            "url": f"{self.url}/@{name}/{one.id}",
            "favourites_count": one.likes,
            "replies_count": 0,
            "account": None
            if one.author_id is None
            else {"id": one.author_id, "acct": name, "display_name": name},
            **one.extra,
        }
