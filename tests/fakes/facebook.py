"""A loopback Facebook Page: posts, visitors' posts, tags, comments, and answers one level deep.

A comment's id is "{post}_{number}". ``walls``: posts of others, by the list that shows them.
``withholds``: comments have no ids, as without the task MODERATE.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from .graph import FakeGraph, refused, stamp
from .platform import Call, Json, Reply, Said

WALLS = ("visitor_posts", "tagged")


class FakeFacebook(FakeGraph):
    name = "facebook"
    our_id = FakeGraph.page_id
    usage_type = "pages"
    throttle_code = 80001

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.walls: dict[str, dict[str, Said]] = {wall: {} for wall in WALLS}
        self.withholds = False
        self.scopes = [
            "pages_read_engagement",
            "pages_read_user_content",
            "pages_manage_engagement",
        ]

    def new_post_id(self) -> str:
        self._next += 1
        return f"{self.page_id}_{7_000_000_000_000_000 + self._next}"

    def new_id(self, post: str | None, parent: str | None) -> str:
        self._next += 1
        number = (post or "_1").partition("_")[2]
        return f"{number}_{8_000_000_000_000_000 + self._next * 17}"

    def visit(self, text: str, *, wall: str = "visitor_posts", at: datetime | None = None) -> str:
        """Somebody's own post: on the Page, or elsewhere with the Page tagged."""
        here = wall == "visitor_posts"
        number = self.new_post_id() if here else f"666777888_{len(self.said) + 1}"
        at = at or self.clock.now
        self.walls[wall][number] = Said(number, number, None, "id-tamu", "Tamu", text, at)
        return number

    # ---- answers --------------------------------------------------------------------------------

    def account(self, call: Call, number: str) -> Json | None:
        if number not in (self.page_id, "diskominfo.contoh"):
            return None
        own = self.access if self.opens_page(call) else None
        return {
            "id": self.page_id,
            "name": self.page_name,
            "access_token": own,
            "instagram_business_account": None,
        }

    def listed(self, call: Call, number: str, edge: str) -> Reply:
        if edge == "published_posts":
            posts = [self._as_said(post.id) for post in self.posts.values() if not post.deleted]
            return self.paged(call, posts, self._post)
        if edge in WALLS:
            shown = [one for one in self.walls[edge].values() if one.state == "public"]
            return self.paged(call, shown, self._wall_post)
        whole = call.params.get("filter") == "stream"
        if edge != "comments" or (
            call.params.get("order") != "reverse_chronological" and "limit" not in call.params
        ):
            return refused(100)
        if number in self.posts and self.posts[number].deleted:
            return refused(100, 33)
        if number not in self.posts and self.row_of(number) is None:
            return refused(100, 33)
        below = [
            one
            for one in self._live(self.said[number].post_id if number in self.said else number)
            if (one.post_id == number and (whole or one.parent_id is None))
            or self._top(one) == number
        ]
        return self.paged(call, below, self._comment)

    def row_of(self, number: str) -> Json | None:
        one = self.said.get(number)
        if one is not None:
            return None if one.state == "deleted" else self._comment(one)
        for wall in self.walls.values():
            if number in wall and wall[number].state != "deleted":
                return self._wall_post(wall[number])
        return None

    def changed(self, call: Call, number: str, edge: str) -> Reply:
        if self.row_of(number) is None:
            return refused(100, 33)
        if not edge and "is_hidden" in call.form:
            self.hide(number, hidden=call.form["is_hidden"] == "true")
            return Reply({"success": True})
        words = call.form.get("message", "")
        if edge != "comments" or not words:
            return refused(100)
        if number not in self.said:
            return Reply({"id": self.say(words, post=number, ours=True)})
        top = self._top(self.said[number]) or number
        return Reply({"id": self.say(words, parent=top, ours=True)})

    def _live(self, post: str | None) -> list[Said]:
        return [one for one in self.said_below(post) if one.state != "deleted"]

    def _top(self, one: Said) -> str | None:
        """Answers to answers stand below the top-level comment."""
        parent = one.parent_id
        while parent is not None and self.said[parent].parent_id is not None:
            parent = self.said[parent].parent_id
        return parent

    def _as_said(self, number: str) -> Said:
        post = self.posts[number]
        return Said(number, None, None, self.our_id, self.our_name, post.title, post.at)

    def _post(self, one: Said) -> Json:
        below = self._live(one.id)
        summary = {"order": "ranked", "total_count": len(below), "can_comment": True}
        return {
            "id": one.id,
            "message": one.text,
            "story": None,
            "created_time": stamp(one.at),
            "permalink_url": f"https://www.facebook.com/{one.id.replace('_', '/posts/')}",
            "comments": {"data": [], "summary": summary},
        }

    def _wall_post(self, one: Said) -> Json:
        return {**self._post(one), "from": self._from(one)}

    def _from(self, one: Said) -> Json | None:
        return None if one.author_id is None else {"id": one.author_id, "name": one.author_name}

    def _comment(self, one: Said) -> Json:
        top = self._top(one)
        return {
            "id": None if self.withholds else one.id,
            "message": one.text,
            "created_time": stamp(one.at),
            "from": self._from(one),
            "parent": {"id": top} if top else None,
            "like_count": one.likes,
            "comment_count": len([o for o in self._live(one.post_id) if self._top(o) == one.id]),
            "permalink_url": f"https://www.facebook.com/c/{one.id}",
            "is_hidden": one.state == "hidden",
            "can_comment": True,
        }

    # ---- its own calls --------------------------------------------------------------------------

    def delivery(self, number: str, verb: str = "add") -> tuple[dict[str, str], bytes]:
        one = self.said[number]
        value: Json = {
            "item": "comment",
            "verb": {"edit": "edited"}.get(verb, verb),
            "comment_id": one.id,
            "post_id": one.post_id,
            "parent_id": self._top(one) or one.post_id,
            "from": self._from(one),
            "message": one.text,
            "created_time": int(one.at.timestamp()),
        }
        return self.signed(self.told(value))

    def told(self, value: Json, field: str = "feed", page: str | None = None) -> Json:
        """The body of a call."""
        at = int((self.clock.now + timedelta(seconds=1)).timestamp())
        entry = {"id": page or self.page_id, "time": at}
        return {
            "object": "page",
            "entry": [{**entry, "changes": [{"field": field, "value": value}]}],
        }
