"""A loopback X (API v2): mentions, recent search, look-up by id, own posts, answers, hiding.

Ids grow with time, as X's do, whatever time a post claims. An edit makes a new id in the same
chain. ``dialect``: "old" takes ``tweet.fields`` only, "new" ``post.fields`` only, any other word
neither. ``literal``: the
look-up of an old id brings the words of before the edit. A post that a
moderator hides looks like one of a locked account: the look-up says that it may not be shown.
``unsummoned``: posts that a search finds and that do not name us.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

from .platform import Call, FakePlatform, Reply, Said

_PROBLEMS = "https://api.x.com/2/problems/"
_EPOCH = 1_990_000_000_000_000_000
_SEARCH_DAYS = 7


class FakeX(FakePlatform):
    name = "x"
    our_id = "2244000000000000001"
    our_name = "diskominfo_contoh"
    rotates = True
    access_life = timedelta(hours=2)
    client = "klien-contoh"
    secret = "rahasia-aplikasi-x"
    seal = "rahasia-konsumen-x"

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.dialect = "old"
        self.literal = False
        self.billed = 0.0
        self.unsummoned: set[str] = set()
        self._day: tuple[str, set[str]] = ("", set())

    # ---- ids, tokens, refusals ------------------------------------------------------------------

    def new_post_id(self) -> str:
        return self.new_id(None, None)

    def new_id(self, post: str | None, parent: str | None) -> str:
        self._next += 1
        return str(_EPOCH + self._next * 4_097)

    def big_id(self, post: str | None) -> str:
        return self.new_id(post, None)

    def edit(self, number: str, text: str) -> None:
        with self.lock:
            one = self.said[number]
            one.extra.setdefault("words", []).append(one.text)
            super().edit(number, text)
            one.extra.setdefault("chain", [number]).append(self.new_id(None, None))

    def needs_access(self, call: Call) -> bool:
        return call.path != "/2/oauth2/token"

    def throttled(self) -> Reply:
        self.blocked_until = self.blocked_until or self.clock.now + timedelta(minutes=11)
        body = {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}
        reset = str(int(self.blocked_until.timestamp()))
        return Reply(body, 429, {"x-rate-limit-remaining": "0", "x-rate-limit-reset": reset})

    def unauthorised(self) -> Reply:
        return Reply({"title": "Unauthorized", "type": "about:blank", "status": 401}, 401)

    def warning_headers(self) -> dict[str, str]:
        reset = str(int((self.clock.now + timedelta(minutes=9)).timestamp()))
        return {"x-rate-limit-remaining": "0", "x-rate-limit-reset": reset}

    # ---- answers --------------------------------------------------------------------------------

    def handle(self, call: Call) -> Reply:
        path = call.path.removeprefix("/2/")
        if path == "oauth2/token":
            return self._refreshed(call)
        if path == "users/me":
            self._bill("user", 0.010)
            return Reply({"data": {"id": self.our_id, "username": self.our_name, "name": "Kantor"}})
        if path == "tweets" and call.method == "POST":
            return self._post(call)
        if path.endswith("/hidden"):
            return self._hide(call, path.split("/")[1])
        right = {"old": "tweet.fields", "new": "post.fields"}.get(self.dialect, "")
        if right not in call.params:
            return invalid("The query parameter [x.fields] is not one of the allowed ones")
        if path == "tweets":
            return self._by_ids(call)
        if path == "tweets/search/recent":
            return self._found(call)
        if path == f"users/{self.our_id}/mentions":
            return self._page(call, self._mentions(), "pagination_token", 0.001)
        if path == f"users/{self.our_id}/tweets":
            own = [one for one in self.said.values() if one.ours and one.state != "deleted"]
            return self._page(call, own, "pagination_token", 0.005)
        return problem("resource-not-found", 404)

    def _refreshed(self, call: Call) -> Reply:
        given = call.form
        basic = base64.b64encode(f"{self.client}:{self.secret}".encode()).decode()
        if call.headers.get("authorization") != f"Basic {basic}":
            return Reply({"error": "unauthorized_client"}, 401)
        if given["client_id"] != self.client or not self.grant(given["refresh_token"]):
            told = "Value passed for the token was invalid."
            return Reply({"error": "invalid_request", "error_description": told}, 400)
        return Reply(
            {
                "token_type": "bearer",
                "expires_in": int(self.access_life.total_seconds()),
                "access_token": self.access,
                "refresh_token": self.refresh,
                "scope": "tweet.read tweet.write users.read offline.access",
            }
        )

    def _mentions(self) -> list[Said]:
        return [
            one
            for one in self.said.values()
            if one.state == "public" and not one.ours and one.id not in self.unsummoned
        ]

    def _found(self, call: Call) -> Reply:
        word = call.params["query"]
        oldest = self.clock.now - timedelta(days=_SEARCH_DAYS)
        start = call.params.get("start_time")
        if start and datetime.fromisoformat(start) < oldest:
            return invalid("start_time must be less than 7 days ago")
        since = call.params.get("since_id")
        if since and since in self.said and self.said[since].at < oldest:
            return invalid("since_id must be newer")
        rows = [
            one
            for one in self.said.values()
            if one.state == "public" and word in one.text and one.at >= oldest
        ]
        return self._page(call, rows, "next_token", 0.005)

    def _page(self, call: Call, rows: list[Said], where: str, price: float) -> Reply:
        """Newest id first, what is newer than ``since_id`` or ``start_time``."""
        given = call.params
        if "since_id" in given:
            rows = [one for one in rows if _newest(one) > given["since_id"]]
        elif "start_time" in given:
            start = datetime.fromisoformat(given["start_time"])
            rows = [one for one in rows if one.at >= start]
        before = given.get(where)
        if before is not None:
            if not before.isdigit():
                return invalid(f"The `{where}` query parameter value is not a valid token.")
            rows = [one for one in rows if _newest(one) < before]
        rows = sorted(rows, key=_newest, reverse=True)
        size = 0 if self.take_empty() else min(self.page_size, int(given["max_results"]))
        shown, rest = rows[:size], rows[size:]
        for one in shown:
            self._bill(_newest(one), price)
        meta: dict[str, Any] = {"result_count": len(shown)}
        if shown:
            meta |= {"newest_id": _newest(shown[0]), "oldest_id": _newest(shown[-1])}
        if rest:
            meta["next_token"] = (
                _newest(shown[-1]) if shown else str(int(_newest(rest[0])) + 1 + self.empty_pages)
            )
        body: dict[str, Any] = {"meta": meta}
        if shown:
            body["data"] = [self.row(one) for one in shown]
        return Reply(body)

    def _by_ids(self, call: Call) -> Reply:
        asked = call.params["ids"].split(",")
        if len(asked) > 100:
            return invalid("ids: too many")
        data, errors = [], []
        for number in asked:
            one = self._known(number)
            if one is not None and one.state == "public":
                self._bill(number, 0.005)
                data.append(self._version(one, number) if self.literal else self.row(one))
                continue
            locked = one is not None and one.state == "hidden"
            kind = "not-authorized-for-resource" if locked else "resource-not-found"
            errors.append(
                {
                    "value": number,
                    "resource_id": number,
                    "resource_type": "tweet",
                    "parameter": "ids",
                    "title": "Not Found Error",
                    "type": _PROBLEMS + kind,
                }
            )
        return Reply({k: v for k, v in {"data": data, "errors": errors}.items() if v})

    def _post(self, call: Call) -> Reply:
        target, text = call.json["reply"]["in_reply_to_tweet_id"], call.json["text"]
        one = self._known(target)
        if one is None or one.state != "public":
            told = "You attempted to reply to a Tweet that is deleted or not visible to you."
            return problem("about:blank", 403, told)
        if one.id in self.unsummoned:
            told = (
                "Reply to this conversation is not allowed because you have not been mentioned or "
                "otherwise engaged by the author of the post you are replying to."
            )
            return problem("about:blank", 403, told)
        if any(own.text == text and own.parent_id == one.id for own in self.our_replies):
            return problem(
                "about:blank", 403, "You are not allowed to create a Tweet with duplicate content."
            )
        self._bill("create", 0.200 if "http" in text else 0.015)
        number = self.say(text, parent=one.id, ours=True)
        self.said[number].extra["answers"] = target
        return Reply({"data": {"id": number, "text": text}}, 201)

    def _hide(self, call: Call, number: str) -> Reply:
        one = self._known(number)
        if one is None or one.state == "deleted":
            return problem("resource-not-found", 404)
        if one.post_id is None:
            return problem("about:blank", 403, "You are not allowed to hide this post.")
        self.hide(one.id, hidden=call.json["hidden"])
        return Reply({"data": {"hidden": call.json["hidden"]}})

    def _known(self, number: str) -> Said | None:
        return next((one for one in self.said.values() if number in _chain(one)), None)

    def row(self, one: Said) -> dict[str, Any]:
        """A post as the API shows it, in the words of its dialect."""
        chain = _chain(one)
        root = None if one.id in self.unsummoned else one.post_id
        answered = one.extra.get("answers") or one.parent_id or root
        parent = self.said.get(one.parent_id or "")
        to = parent.author_id if parent else self.our_id if root else None
        row: dict[str, Any] = {
            "id": chain[-1],
            "text": one.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
            "author_id": one.author_id,
            "created_at": (one.edited_at or one.at).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "conversation_id": root or one.parent_id or one.id,
            "in_reply_to_user_id": to,
            "edit_history_tweet_ids": chain,
            "public_metrics": {self._named("retweet_count"): 0, "reply_count": 0, "like_count": 2},
        }
        if answered:
            row[self._named("referenced_tweets")] = [{"type": "replied_to", "id": answered}]
        if one.id not in self.unsummoned:
            row["entities"] = {"mentions": [{"username": self.our_name, "id": self.our_id}]}
        return row

    def _version(self, one: Said, number: str) -> dict[str, Any]:
        """The post as it was under one of its ids."""
        texts = [*one.extra.get("words", []), one.text]
        return {**self.row(one), "id": number, "text": texts[_chain(one).index(number)]}

    def _named(self, old: str) -> str:
        new = {"retweet_count": "repost_count", "referenced_tweets": "referenced_posts"}
        return old if self.dialect == "old" else new[old]

    def _bill(self, thing: str, price: float) -> None:
        """What X bills: each thing once a day, writing every time."""
        day = self.clock.now.date().isoformat()
        if self._day[0] != day:
            self._day = (day, set())
        if thing == "create" or thing not in self._day[1]:
            self.billed += price
        self._day[1].add(thing)

    # ---- its own calls --------------------------------------------------------------------------

    def delivery(self, number: str, verb: str = "add") -> tuple[dict[str, str], bytes]:
        one = self.said[number]
        event: dict[str, Any] = {"for_user_id": self.our_id}
        if verb == "remove":
            event["tweet_delete_events"] = [
                {"status": {"id": one.id, "user_id": one.author_id}, "timestamp_ms": "1790000000"}
            ]
        else:
            event["tweet_create_events"] = [self.old_row(one)]
        return self.signed(json.dumps(event).encode())

    def signed(self, raw: bytes) -> tuple[dict[str, str], bytes]:
        """A body with X's signature."""
        mark = hmac.new(self.seal.encode(), raw, hashlib.sha256).digest()
        return {"x-twitter-webhooks-signature": f"sha256={base64.b64encode(mark).decode()}"}, raw

    def old_row(self, one: Said) -> dict[str, Any]:
        """A post in the form of the old API."""
        chain = _chain(one)
        return {
            "created_at": one.at.strftime("%a %b %d %H:%M:%S +0000 %Y"),
            "id": int(chain[-1]),
            "id_str": chain[-1],
            "text": one.text,
            "in_reply_to_status_id_str": one.parent_id or one.post_id,
            "in_reply_to_user_id_str": self.our_id if one.post_id else None,
            "user": {"id_str": one.author_id, "screen_name": one.author_name, "name": "Warga"},
            "entities": {"user_mentions": [{"id_str": self.our_id}], "urls": []},
            "edit_history": {"initial_tweet_id": chain[0], "edit_tweet_ids": chain},
            "timestamp_ms": str(int(one.at.timestamp() * 1000)),
        }


def problem(kind: str, status: int, detail: str = "") -> Reply:
    """A problem+json answer."""
    place = kind if ":" in kind else _PROBLEMS + kind
    body = {"title": "Problem", "type": place, "status": status, "detail": detail}
    return Reply(body, status, {"Content-Type": "application/problem+json"})


def invalid(message: str) -> Reply:
    """What X answers to a parameter that it does not like."""
    told = "One or more parameters to your request was invalid."
    return Reply(
        {
            "errors": [{"parameters": {}, "message": message}],
            "title": "Invalid Request",
            "detail": told,
            "type": _PROBLEMS + "invalid-request",
        },
        400,
    )


def _chain(one: Said) -> list[str]:
    return list(one.extra.get("chain", [one.id]))


def _newest(one: Said) -> str:
    return _chain(one)[-1]
