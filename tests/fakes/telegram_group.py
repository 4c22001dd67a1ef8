"""A loopback Bot API for a bot that listens in a discussion group.

One queue of updates: an offset destroys what lies before it, and nothing is kept longer than a day.
Messages have one number a chat; the office's posts come as automatic forwards of its channel. The
token stands in the path. An update that is destroyed before anybody saw it is a violation.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from .platform import Call, FakePlatform, Json, Reply

GROUP, CHANNEL, OLD_GROUP = -1001002003004, -1005006007008, -77
DAY = timedelta(hours=24)
HOOK_TOKEN = "rahasia-kait-telegram"


class FakeTelegramGroup(FakePlatform):
    name = "telegram"
    our_id = "555000555"

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.access = "555000555:rahasia-akses-telegram-1"
        self.hears_all = True
        self.member = "member"
        self.webhook: Json = {"url": "", "pending_update_count": 0}
        self.username: str | None = "diskusi_contoh"
        self.migrated_to: int | None = None
        self.queue: list[tuple[datetime, Json]] = []
        self.next_update = 700_000_001
        self.shown: set[int] = set()
        self.told: dict[tuple[str, str], int] = {}

    # ---- what tests do ------------------------------------------------------------------------

    def new_post_id(self) -> str:
        self._next += 1
        return f"{GROUP}:{self._next}"

    def new_id(self, post: str | None, parent: str | None) -> str:
        return self.new_post_id()

    def big_id(self, post: str | None) -> str:
        return f"{GROUP}:9007199254740993"

    def post(self, title: str = "Kabar dinas", at: datetime | None = None) -> str:
        number = super().post(title, at)
        self.tell({"message": self.forward(number)})
        return number

    def say(self, text: str, **settings: Any) -> str:
        number = super().say(text, **settings)
        if not self.said[number].ours:
            self.tell({"message": self.message(number)})
        return number

    def edit(self, number: str, text: str) -> None:
        super().edit(number, text)
        self.tell({"edited_message": self.message(number)})

    def tell(self, update: Json, *, number: int | None = None) -> int:
        """Put an update into the queue; its number."""
        if number is None:
            number = self.next_update
            self.next_update += 1
        self.queue.append((self.clock.now, {"update_id": number, **update}))
        return number

    def delivery(self, number: str, verb: str = "add") -> tuple[dict[str, str], bytes]:
        kind = "message" if verb == "add" else "edited_message"
        update_id = self.told.setdefault((number, kind), 800_000_001 + len(self.told))
        update = {"update_id": update_id, kind: self.message(number)}
        headers = {"x-telegram-bot-api-secret-token": HOOK_TOKEN}
        return headers, json.dumps(update, ensure_ascii=False).encode()

    # ---- shapes -------------------------------------------------------------------------------

    def chat(self) -> Json:
        chat = {"id": GROUP, "title": "Diskusi Contoh", "type": "supergroup"}
        return chat | ({"username": self.username} if self.username else {})

    def forward(self, number: str) -> Json:
        """The channel's post as it comes into the group."""
        post = self.posts[number]
        channel = {"id": CHANNEL, "title": "Kanal Contoh", "type": "channel"}
        at = int(post.at.timestamp())
        return {
            "message_id": message_id(number),
            "from": {"id": 777000, "is_bot": False, "first_name": "Telegram"},
            "sender_chat": channel,
            "chat": self.chat(),
            "date": at,
            "is_automatic_forward": True,
            "forward_origin": {
                "type": "channel",
                "chat": {**channel, "username": "kanal_contoh"},
                "message_id": 42,
                "date": at,
            },
            "text": f"{post.title}\nSelengkapnya di situs.",
        }

    def message(self, number: str) -> Json:
        one = self.said[number]
        found: Json = {
            "message_id": message_id(number),
            "chat": self.chat(),
            "date": int(one.at.timestamp()),
            "text": one.text,
        }
        if one.author_id is not None:
            found["from"] = {"id": _person(one.author_id), "is_bot": False, "language_code": "id"}
            found["from"]["first_name"] = one.author_name or ""
        if one.edited_at is not None:
            found["edit_date"] = int(one.edited_at.timestamp())
        if one.post_id in self.posts:
            found["message_thread_id"] = message_id(one.post_id or "")
            found["reply_to_message"] = self.forward(one.post_id or "")
        if one.parent_id is not None and one.parent_id in self.said:
            found["reply_to_message"] = self.message(one.parent_id)
        return found

    # ---- serving ------------------------------------------------------------------------------

    def token_of(self, call: Call) -> str:
        return call.path.removeprefix("/bot").partition("/")[0]

    def unauthorised(self) -> Reply:
        return _no(401, "Unauthorized")

    def throttled(self) -> Reply:
        self.blocked_until = self.blocked_until or self.clock.now + timedelta(seconds=37)
        left = int((self.blocked_until - self.clock.now).total_seconds())
        return _no(429, f"Too Many Requests: retry after {left}", {"retry_after": left})

    def handle(self, call: Call) -> Reply:
        method = call.path.rpartition("/")[2]
        if method == "getMe":
            me = {"id": int(self.our_id), "is_bot": True, "username": "dengar_contoh_bot"}
            return _yes({**me, "can_read_all_group_messages": self.hears_all})
        if method == "getWebhookInfo":
            return _yes(self.webhook)
        if method == "getChatMember":
            return self._member(call)
        if method == "getUpdates":
            return self._updates(call)
        return self._sent(call) if method == "sendMessage" else _no(404, "Not Found")

    def _member(self, call: Call) -> Reply:
        if call.params["user_id"] != self.our_id:
            return _no(400, "Bad Request: user not found")
        if int(call.params["chat_id"]) != GROUP:
            return _no(400, "Bad Request: chat not found")
        if self.member == "kicked":
            return _no(403, "Forbidden: bot was kicked from the supergroup chat")
        return _yes({"status": self.member, "user": {"id": int(self.our_id), "is_bot": True}})

    def _updates(self, call: Call) -> Reply:
        if self.webhook["url"]:
            why = "Conflict: can't use getUpdates method while webhook is active"
            return _no(409, f"{why}; use deleteWebhook to delete the webhook first")
        if call.params.get("timeout") != "0" or "message" not in call.params["allowed_updates"]:
            self.violations.append("getUpdates must not wait, and must name what it wants")
        offset = int(call.params.get("offset", "0"))
        self.queue = [(at, one) for at, one in self.queue if self.clock.now - at <= DAY]
        for _, one in self.queue:
            if one["update_id"] < offset and one["update_id"] not in self.shown:
                self.violations.append(f"update {one['update_id']} destroyed before it was seen")
        self.queue = [(at, one) for at, one in self.queue if one["update_id"] >= offset]
        batch = [one for _, one in self.queue[: int(call.params.get("limit", "100"))]]
        self.shown |= {one["update_id"] for one in batch}
        return _yes(batch)

    def _sent(self, call: Call) -> Reply:
        body = call.json
        ask = body["reply_parameters"]
        if self.migrated_to is not None:
            why = "Bad Request: group chat was upgraded to a supergroup chat"
            return _no(400, why, {"migrate_to_chat_id": self.migrated_to})
        if self.member == "kicked":
            return _no(403, "Forbidden: bot was kicked from the supergroup chat")
        if not 0 < len(body["text"].encode("utf-16-le")) // 2 <= 4096:
            return _no(400, "Bad Request: message is too long")
        target = self.said.get(f"{body['chat_id']}:{ask['message_id']}")
        if target is None or target.state == "deleted":
            if ask.get("allow_sending_without_reply") is not False:
                self.violations.append("a reply must not stand alone")
            return _no(400, "Bad Request: message to be replied not found")
        number = self.say(body["text"], parent=target.id, ours=True)
        return _yes({"message_id": message_id(number), "chat": self.chat(), "text": body["text"]})


def message_id(number: str) -> int:
    return int(number.rpartition(":")[2])


def _person(author: str) -> int:
    return 900_000_000 + sum(ord(letter) * 31**at for at, letter in enumerate(author)) % 10_000_000


def _yes(result: Any) -> Reply:
    return Reply({"ok": True, "result": result})


def _no(code: int, why: str, parameters: Json | None = None) -> Reply:
    body: Json = {"ok": False, "error_code": code, "description": why}
    return Reply(body | ({"parameters": parameters} if parameters else {}), code)
