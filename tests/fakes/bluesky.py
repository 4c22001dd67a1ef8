"""A loopback Bluesky: sessions, notifications, search, posts, threads, new records.

A dead token is 400 ``ExpiredToken``; both tokens of a session change at every refresh.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from .platform import Call, FakePlatform, Reply, Said

PASSWORD = "rahasia-sandi-bluesky"
_POST = "app.bsky.feed.post"


class FakeBluesky(FakePlatform):
    name = "bluesky"
    our_id = "did:plc:diskominfo"
    login = "diskominfo.contoh"
    rotates = True
    access_life = timedelta(hours=2)

    def new_id(self, post: str | None, parent: str | None) -> str:
        self._next += 1
        return f"at://did:plc:warga/{_POST}/3k{self._next:011d}"

    def big_id(self, post: str | None) -> str:
        return f"at://did:plc:warga/{_POST}/9007199254740993123"

    def throttled(self) -> Reply:
        self.blocked_until = self.blocked_until or self.clock.now + timedelta(minutes=5)
        reset = str(int(self.blocked_until.timestamp()))
        headers = {"ratelimit-limit": "3000", "ratelimit-remaining": "0", "ratelimit-reset": reset}
        return Reply({"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}, 429, headers)

    def unauthorised(self) -> Reply:
        return Reply({"error": "ExpiredToken", "message": "Token has expired"}, 400)

    def needs_access(self, call: Call) -> bool:
        return not call.path.endswith(("createSession", "refreshSession"))

    def handle(self, call: Call) -> Reply:
        route = call.path.removeprefix("/xrpc/")
        if route == "com.atproto.server.createSession":
            return self._opened(call)
        if route == "com.atproto.server.refreshSession":
            good = self.grant(call.bearer)
            return self._session() if good else self.unauthorised()
        if route == "com.atproto.server.getSession":
            return Reply({"did": self.our_id, "handle": self.login, "active": True})
        if route == "app.bsky.notification.listNotifications":
            wanted = call.lists["reasons"]
            rows = [one for one in self._live() if not one.ours and _reason(one) in wanted]
            return self._page(call, rows, "notifications")
        if route == "app.bsky.feed.searchPosts":
            found = [one for one in self._live() if call.params["q"] in one.text]
            return self._page(call, found, "posts")
        if route == "app.bsky.feed.getPosts":
            assert len(call.lists["uris"]) <= 25
            asked = set(call.lists["uris"])
            return Reply({"posts": [self._view(one) for one in self._live() if one.id in asked]})
        if route == "app.bsky.feed.getPostThread":
            return self._thread(call.params["uri"])
        assert route == "com.atproto.repo.createRecord", route
        return self._created(call)

    def _live(self) -> list[Said]:
        return [one for one in self.said.values() if one.state == "public"]

    def _opened(self, call: Call) -> Reply:
        right = call.json == {"identifier": self.login, "password": PASSWORD}
        if not right or self.revoked:
            wrong = {"error": "AuthenticationRequired", "message": "Invalid identifier or password"}
            return Reply(wrong, 401)
        self._give()
        self.refresh = f"rahasia-segar-{self.name}-{self.grants}"
        return self._session()

    def _session(self) -> Reply:
        names = {"did": self.our_id, "handle": self.login}
        return Reply({"accessJwt": self.access, "refreshJwt": self.refresh, **names})

    def _page(self, call: Call, rows: list[Said], key: str) -> Reply:
        rows = sorted(rows, key=lambda one: (one.at, one.id), reverse=True)
        if cursor := call.params.get("cursor"):
            rows = [one for one in rows if f"{one.at.isoformat()}::{one.id}" < cursor]
        if self.take_empty():
            above = call.params.get("cursor", "9999")
            return Reply({key: [], "cursor": above})
        shown, rest = rows[: self.page_size], rows[self.page_size :]
        body: dict[str, Any] = {key: [self._shown(one, key) for one in shown]}
        if rest:
            body["cursor"] = f"{shown[-1].at.isoformat()}::{shown[-1].id}"
        return Reply(body)

    def _shown(self, one: Said, key: str) -> dict[str, Any]:
        view = self._view(one)
        if key == "notifications":
            view |= {"reason": _reason(one), "reasonSubject": one.parent_id, "isRead": False}
        return view

    def _view(self, one: Said) -> dict[str, Any]:
        at = one.at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        record: dict[str, Any] = {"$type": _POST, "text": one.text, "createdAt": at}
        if one.parent_id:
            root = self.said[one.parent_id].parent_id or one.parent_id
            record["reply"] = {"root": _strong(root), "parent": _strong(one.parent_id)}
        author = None
        if one.author_id is not None:
            author = {"did": one.author_id, "handle": f"{one.author_name}.contoh"}
        return {
            **_strong(one.id),
            "author": author,
            "record": record,
            "replyCount": 0,
            "likeCount": one.likes,
            "indexedAt": at,
        }

    def _thread(self, uri: str) -> Reply:
        there = self.said.get(uri)
        if there is None or there.state == "deleted":
            return Reply({"error": "NotFound", "message": "Post not found"}, 400)
        below = [{"post": self._view(one)} for one in self._live() if one.parent_id == uri]
        return Reply({"thread": {"post": self._view(there), "replies": below}})

    def _created(self, call: Call) -> Reply:
        sent = call.json
        assert (sent["repo"], sent["collection"]) == (self.our_id, _POST)
        record = sent["record"]
        parent = record["reply"]["parent"]
        assert parent == _strong(parent["uri"]) and len(record["text"]) <= 3000
        return Reply(_strong(self.say(record["text"], parent=parent["uri"], ours=True)))


def _reason(one: Said) -> str:
    return "reply" if one.parent_id else "mention"


def _strong(uri: str) -> dict[str, str]:
    return {"uri": uri, "cid": f"bafyrei{uri[-13:].lower()}"}
