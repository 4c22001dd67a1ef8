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

    def new_id(self, post: str | None, parent: str | None) -> str:
        self._next += 1
        return str(113_000_000_000_000_000 + self._next * 65_536)

    def throttled(self) -> Reply:
        self.blocked_until = self.blocked_until or self.clock.now + timedelta(minutes=4)
        reset = self.blocked_until.strftime("%Y-%m-%dT%H:%M:%S.000000Z")
        return Reply({"error": "Too many requests"}, 429, {"X-RateLimit-Reset": reset})

    def unauthorised(self) -> Reply:
        return Reply({"error": "The access token is invalid"}, 401)

    def handle(self, call: Call) -> Reply:
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
        shown, rest = rows[: self.page_size], rows[self.page_size :]
        headers = {}
        if rest:
            address = f"{self.url}{call.path}?max_id={shown[-1].id}"
            headers["Link"] = f'<{address}>; rel="next", <{address}>; rel="prev"'
        statuses: list[Any] = [self._status(one) for one in shown]
        if wrap:
            statuses = [{"id": s["id"], "type": "mention", "status": s} for s in statuses]
        return Reply(statuses, headers=headers)

    def _posted(self, call: Call) -> Reply:
        key = call.headers.get("idempotency-key", "")
        if key in self.by_key:
            return Reply(self._status(self.said[self.by_key[key]]))
        fields = call.json
        parent = fields["in_reply_to_id"]
        if self.said[parent].state == "deleted":
            return Reply({"error": "Validation failed: parent is gone"}, 404)
        number = self.say(fields["status"], parent=parent, ours=True)
        self.by_key[key] = number
        return Reply(self._status(self.said[number]))

    def _status(self, one: Said) -> dict[str, Any]:
        name = one.author_name
        return {
            "id": one.id,
            "created_at": one.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "edited_at": one.edited_at and one.edited_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "in_reply_to_id": one.parent_id,
            "visibility": "public",
            "content": "<p>" + one.text.replace("&", "&amp;").replace("<", "&lt;") + "</p>",
            "url": f"{self.url}/@{name}/{one.id}",
            "favourites_count": one.likes,
            "replies_count": 0,
            "account": None
            if one.author_id is None
            else {"id": one.author_id, "acct": name, "display_name": name},
        }
