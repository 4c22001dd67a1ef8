"""A loopback TikTok API for Business: Accounts API v1.3, always status 200 with a ``code``.

Ids are 19-digit texts, numbers in webhooks; the list of videos walks back in time by milliseconds
and its counts are a day old; the list of comments pages by an offset. After 40100 every call within
five minutes is held against the caller. ``by_likes_from``: from that place on the list is ordered
by likes and repeats its first comment. ``ignores_filter``: ``comment_ids`` has no effect;
``filter_knows_replies`` False: it finds top-level comments only. ``odd``: rows without sense, in
every list.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

from .platform import Call, FakePlatform, Posted, Reply, Said

_ACTIONS = {"add": "insert", "edit": "set_to_public", "remove": "delete"}
_INLINE = 3


class FakeTiktok(FakePlatform):
    name = "tiktok"
    our_id = "open-id-kantor"
    our_name = "Diskominfo Contoh"
    rotates = True
    access_life = timedelta(days=1)
    client = "7000000000000000001"
    secret = "rahasia-aplikasi-tiktok"
    reply_limit = 150

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.by_likes_from: int | None = None
        self.ignores_filter = False
        self.filter_knows_replies = True
        self.refuses_lists = False
        self.odd: list[dict[str, Any]] = []

    # ---- ids, tokens, refusals ------------------------------------------------------------------

    def new_post_id(self) -> str:
        self._next += 1
        return str(7_300_000_000_000_000_000 + self._next)

    def new_id(self, post: str | None, parent: str | None) -> str:
        self._next += 1
        return str(7_400_000_000_000_000_000 + self._next * 4_096)

    def token_of(self, call: Call) -> str:
        return call.headers.get("access-token", "")

    def needs_access(self, call: Call) -> bool:
        return not call.path.startswith("/tt_user/")

    def throttled(self) -> Reply:
        self.blocked_until = self.blocked_until or self.clock.now + timedelta(minutes=5)
        return _refused(40100, "Requests made too frequently")

    def unauthorised(self) -> Reply:
        return _refused(40105, "Access token is incorrect or has been revoked")

    # ---- answers --------------------------------------------------------------------------------

    def handle(self, call: Call) -> Reply:
        if call.path == "/tt_user/oauth2/refresh_token/":
            return self._refreshed(call)
        given = call.params if call.method == "GET" else call.json
        if given.get("business_id") != self.our_id:
            return _refused(40001, "No permission to operate this account")
        answers = {
            "/business/get/": self._account,
            "/business/video/list/": self._videos,
            "/business/comment/list/": self._comments,
            "/business/comment/reply/list/": self._thread,
            "/business/comment/reply/create/": self._reply,
            "/business/comment/hide/": self._hide,
        }
        answer = answers.get(call.path)
        return _refused(40006, "No such address") if answer is None else answer(call)

    def _refreshed(self, call: Call) -> Reply:
        given = call.json
        if given["client_id"] != self.client or given["client_secret"] != self.secret:
            return _refused(40113, "Invalid app id or secret")
        if not self.grant(str(given["refresh_token"])):
            return _refused(40105, "The refresh token is invalid or expired")
        return _good(
            {
                "access_token": self.access,
                "token_type": "Bearer",
                "expires_in": int(self.access_life.total_seconds()),
                "refresh_token": self.refresh,
                "refresh_token_expires_in": 365 * 86_400,
                "open_id": self.our_id,
                "scope": "user.info.basic,video.list,comment.list,comment.list.manage",
            }
        )

    def _account(self, call: Call) -> Reply:
        del call
        return _good({"username": "diskominfo.contoh", "display_name": self.our_name})

    def _videos(self, call: Call) -> Reply:
        made = {
            post.id: int(post.at.timestamp() * 1000) + place
            for place, post in enumerate(self.posts.values())
            if not post.deleted
        }
        before = int(call.params.get("cursor", 10**15))
        order = sorted((n for n in made if made[n] < before), key=lambda n: -made[n])
        size = 0 if self.take_empty() else self.page_size
        shown = order[:size]
        cursor = made[shown[-1]] if shown else before
        if not shown and order:
            cursor = made[order[0]] + 1 + self.empty_pages
        videos = [*self.odd, *(self._video(self.posts[number]) for number in shown)]
        return _good({"videos": videos, "cursor": cursor, "has_more": len(order) > size})

    def _video(self, post: Posted) -> dict[str, Any]:
        old = self.clock.now - timedelta(days=1)
        below = [one for one in self._live(post.id) if one.at < old]
        return {
            "item_id": post.id,
            "create_time": str(int(post.at.timestamp())),
            "caption": post.title,
            "share_url": f"https://www.tiktok.com/@diskominfo.contoh/video/{post.id}?utm_source=1",
            "comments": len(below),
        }

    def _comments(self, call: Call) -> Reply:
        video = call.params["video_id"]
        if video not in self.posts or self.posts[video].deleted:
            return _refused(40007, "The video does not exist")
        live = self._live(video)
        if "comment_ids" in call.params and not self.ignores_filter:
            asked = json.loads(call.params["comment_ids"])
            if len(asked) > 30:
                return _refused(40002, "comment_ids: too many")
            known = [one for one in live if self.filter_knows_replies or not one.parent_id]
            rows = [self._row(one) for one in known if one.id in asked]
            return _good({"comments": rows, "cursor": len(rows), "has_more": False})
        tops = self._ordered(call, [one for one in live if one.parent_id is None])
        return self._page(call, tops)

    def _ordered(self, call: Call, rows: list[Said]) -> list[Said]:
        if call.params.get("sort_order") != "desc" and "comment_ids" not in call.params:
            self.violations.append("a list without an order: TikTok would choose its own")
        rows = sorted(rows, key=lambda one: (one.at, one.id), reverse=True)
        cut = self.by_likes_from
        if cut is not None and len(rows) > cut:
            rest = sorted(rows[cut:], key=lambda one: -one.likes)
            rows = [*rows[:cut], *rest, rows[0]]
        return rows

    def _thread(self, call: Call) -> Reply:
        parent = self.said.get(call.params["comment_id"])
        if parent is None or parent.state == "deleted":
            return _refused(40007, "The comment does not exist")
        below = [one for one in self._live(parent.post_id) if one.parent_id == parent.id]
        return self._page(call, self._ordered(call, below))

    def _page(self, call: Call, rows: list[Said]) -> Reply:
        start = call.params.get("cursor", "0")
        if not start.isdigit() or self.refuses_lists:
            return _refused(40002, "cursor: invalid")
        size = 0 if self.take_empty() else self.page_size
        shown = rows[int(start) : int(start) + size]
        after = int(start) + len(shown)
        cursor = after if size else start  # an empty page leads to where it would have begun
        if not size:
            cursor = f"0{start}"  # another address of the same place
        return _good(
            {
                "comments": [*self.odd, *(self._row(one) for one in shown)],
                "cursor": cursor,
                "has_more": after < len(rows),
            }
        )

    def _row(self, one: Said) -> dict[str, Any]:
        below = [reply for reply in self._live(one.post_id) if reply.parent_id == one.id]
        row: dict[str, Any] = {
            "comment_id": one.id,
            "video_id": one.post_id,
            "unique_identifier": one.author_id,
            "username": one.author_name,
            "display_name": one.author_name,
            "text": one.text,
            "create_time": str(int(one.at.timestamp())),
            "likes": one.likes,
            "replies": len(below),
            "owner": one.ours,
            "liked": False,
            "pinned": False,
            "status": "HIDDEN" if one.state == "hidden" else "PUBLIC",
        }
        if one.parent_id is not None:
            row["parent_comment_id"] = one.parent_id
        elif below:
            row["reply_list"] = [self._row(reply) for reply in below[:_INLINE]]
        return row

    def _live(self, video: str | None) -> list[Said]:
        return [
            one
            for one in self.said.values()
            if one.post_id == video and one.state in ("public", "hidden")
        ]

    def _reply(self, call: Call) -> Reply:
        given = call.json
        parent = self.said.get(given["comment_id"])
        if parent is None or parent.state == "deleted" or parent.post_id != given["video_id"]:
            return _refused(40007, "The comment does not exist")
        if len(given["text"]) > self.reply_limit or parent.parent_id is not None:
            return _refused(40002, "text: too long, or not below a comment")
        return _good({"comment_id": self.say(given["text"], parent=parent.id, ours=True)})

    def _hide(self, call: Call) -> Reply:
        given = call.json
        if self.said[given["comment_id"]].state == "deleted":
            return _refused(40007, "The comment does not exist")
        self.hide(given["comment_id"], hidden=given["action"] == "HIDE")
        return _good({})

    # ---- its own calls --------------------------------------------------------------------------

    def delivery(self, number: str, verb: str = "add") -> tuple[dict[str, str], bytes]:
        one = self.said[number]
        content = {
            "comment_id": int(one.id),
            "video_id": int(one.post_id or 0),
            "parent_comment_id": int(one.parent_id or 0),
            "comment_type": "reply" if one.parent_id else "comment",
            "comment_action": _ACTIONS.get(verb, verb),
            "timestamp": int(one.at.timestamp()),
            "unique_identifier": one.author_id,
            "text": one.text,
        }
        event = {
            "client_key": self.client,
            "event": "comment.update",
            "create_time": int(self.clock.now.timestamp()),
            "user_openid": self.our_id,
            "content": json.dumps(content, ensure_ascii=False),
        }
        return self.signed(json.dumps(event, ensure_ascii=False).encode())

    def signed(self, raw: bytes) -> tuple[dict[str, str], bytes]:
        """A body with the header that TikTok would send now."""
        stamp = str(int(self.clock.now.timestamp()))
        mark = hmac.new(self.secret.encode(), f"{stamp}.".encode() + raw, hashlib.sha256)
        return {"tiktok-signature": f"t={stamp},s={mark.hexdigest()}"}, raw


def _good(data: dict[str, Any]) -> Reply:
    return Reply({"code": 0, "message": "OK", "request_id": "2026112000000001", "data": data})


def _refused(code: int, message: str) -> Reply:
    return Reply({"code": code, "message": message, "request_id": "2026112000000002", "data": {}})
