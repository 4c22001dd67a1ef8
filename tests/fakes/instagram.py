"""A loopback Instagram account: media, comments with expanded replies, tags, mentions.

Lists of comments hold at most 50 top-level ones, newest first; ``pages`` False: there is no second
page, as Meta documents. Who answers an answer is put below the top-level comment.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from .graph import FakeGraph, cursor, place, refused, stamp
from .platform import Call, Json, Reply, Said

_MENTIONED = re.compile(r"mentioned_(comment|media)\.\w+_id\((\d+)\)")


class FakeInstagram(FakeGraph):
    name = "instagram"
    our_id = "17841400000000001"
    our_name = "diskominfo.contoh"
    usage_type = "instagram"
    throttle_code = 80002
    most = 50

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.pages = True
        self.linked = True
        self.tags: dict[str, Said] = {}
        self.mentions: dict[str, Said] = {}
        self.scopes = ["instagram_basic", "instagram_manage_comments"]

    def new_post_id(self) -> str:
        self._next += 1
        return str(17_900_000_000_000_000 + self._next)

    def new_id(self, post: str | None, parent: str | None) -> str:
        self._next += 1
        return str(17_800_000_000_000_000 + self._next * 31)

    def say(self, text: str, *, parent: str | None = None, **settings: Any) -> str:
        """Also an answer to an answer stands below the top-level comment."""
        if parent is not None:
            parent = self.said[parent].parent_id or parent
        return super().say(text, parent=parent, **settings)

    def tag(self, caption: str, at: datetime | None = None) -> str:
        """Somebody's own picture that tags the account."""
        number = self.new_post_id()
        when = at or self.clock.now
        self.tags[number] = Said(number, number, None, "id-tamu", "tamu.contoh", caption, when)
        return number

    def mention(self, text: str, *, media: str = "18000000000000001") -> str:
        """Somebody names the account in a comment below somebody's picture."""
        number = self.new_id(None, None)
        self.mentions[number] = Said(
            number, media, None, "id-tamu", "tamu.contoh", text, self.clock.now
        )
        return number

    # ---- answers --------------------------------------------------------------------------------

    def account(self, call: Call, number: str) -> Json | None:
        if number == self.page_id:
            linked = {"id": self.our_id, "username": self.our_name} if self.linked else None
            page = {"id": self.page_id, "name": self.page_name, "username": "diskominfo.laman"}
            return {**page, "instagram_business_account": linked}
        if number != self.our_id:
            return None
        row: Json = {"id": self.our_id, "username": self.our_name, "media_count": 3}
        asked = _MENTIONED.search(call.params.get("fields", ""))
        if asked:
            kind, wanted = asked.groups()
            one = (self.mentions if kind == "comment" else self.tags).get(wanted)
            if one is None:
                return None
            row[f"mentioned_{kind}"] = self._mentioned(one, kind)
        return row

    def listed(self, call: Call, number: str, edge: str) -> Reply:
        if (number, edge) == ("me", "accounts"):
            page = self.account(call, self.page_id) or {}
            return Reply({"data": [{"id": self.page_id, **page}]})
        if edge == "media":
            media = [self._as_said(post.id) for post in self.posts.values() if not post.deleted]
            return self.paged(call, media, self._medium)
        if edge == "tags":
            return self.paged(call, list(self.tags.values()), self._tagged)
        if edge == "comments" and number in self.posts and not self.posts[number].deleted:
            tops = [o for o in self.said_below(number) if not (o.parent_id or o.state == "deleted")]
            return self.paged(call, tops, self._thread, more=self.pages)
        if edge == "replies" and self.row_of(number) is not None:
            return self.paged(call, self._below(number), self._comment)
        return refused(100, 33)

    def row_of(self, number: str) -> Json | None:
        one = self.said.get(number)
        if one is None or one.state == "deleted":
            return None
        return self._comment(one) if one.parent_id else self._thread(one)

    def changed(self, call: Call, number: str, edge: str) -> Reply:
        one = self.said.get(number)
        if one is None or one.state == "deleted":
            return refused(100, 33)
        if not edge and "hide" in call.form:
            self.hide(number, hidden=call.form["hide"] == "true")
            return Reply({"success": True})
        words = call.form.get("message", "")
        if edge != "replies" or not words:
            return refused(100)
        if one.state == "hidden":
            self.violations.append("answered a hidden comment")
            return refused(100, 2_207_000)
        return Reply({"id": self.say(words, parent=number, ours=True)})

    def _below(self, number: str) -> list[Said]:
        return [one for one in self.answers_to(number) if one.state != "deleted"]

    def _as_said(self, number: str) -> Said:
        post = self.posts[number]
        return Said(number, None, None, self.our_id, self.our_name, post.title, post.at)

    def _medium(self, one: Said) -> Json:
        return {
            "id": one.id,
            "caption": one.text,
            "timestamp": stamp(one.at),
            "permalink": f"https://www.instagram.com/p/{one.id}/",
            "media_product_type": "FEED",
            "comments_count": len([o for o in self.said_below(one.id) if o.state != "deleted"]),
        }

    def _tagged(self, one: Said) -> Json:
        return {**self._medium(one), "username": one.author_name}

    def _comment(self, one: Said) -> Json:
        author = {"id": one.author_id, "username": one.author_name}
        return {
            "id": one.id,
            "text": one.text,
            "timestamp": stamp(one.at),
            "username": one.author_name,
            "from": author if one.author_id else None,
            "like_count": one.likes,
            "hidden": one.state == "hidden",
            "parent_id": one.parent_id,
            "media": {"id": one.post_id},
        }

    def _thread(self, one: Said) -> Json:
        order = sorted(self._below(one.id), key=place, reverse=True)
        shown = order[: self.page_size]
        answers: Json = {"data": [self._comment(each) for each in shown]}
        if len(order) > len(shown):
            after = cursor(place(shown[-1]))
            address = f"{self.url}/{one.id}/replies?access_token={self.access}&after={after}"
            answers["paging"] = {"cursors": {"after": after}, "next": address}
        return {**self._comment(one), "replies": answers if shown else None}

    def _mentioned(self, one: Said, kind: str) -> Json:
        if kind == "media":
            return self._tagged(one)
        media = {"id": one.post_id, "permalink": f"https://www.instagram.com/p/{one.post_id}/"}
        return {**self._comment(one), "media": media}

    # ---- its own calls --------------------------------------------------------------------------

    def delivery(self, number: str, verb: str = "add") -> tuple[dict[str, str], bytes]:
        del verb  # Instagram tells of new comments only
        one = self.said[number]
        value: Json = {
            "id": one.id,
            "text": one.text,
            "from": {"id": one.author_id, "username": one.author_name},
            "media": {"id": one.post_id, "media_product_type": "FEED"},
        }
        if one.parent_id:
            value["parent_id"] = one.parent_id
        return self.signed(self.told(value))

    def told(self, value: Json, field: str = "comments") -> Json:
        """The body of a call."""
        entry = {"id": self.our_id, "time": int(self.clock.now.timestamp())}
        change = {"field": field, "value": value}
        return {"object": "instagram", "entry": [{**entry, "changes": [change]}]}
