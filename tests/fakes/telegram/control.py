"""The other side of the wire: what people do in Telegram, ordered by a test, and what it can ask.

Each public method is also an HTTP path under `/_ctl/` with the same argument names. Raises
ValueError for an order that makes no sense (a button that was never shown), because that is a
mistake in the test.
"""

import copy
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from .chats import member_json
from .checks import Json, Upload
from .faults import Fault, Limits
from .markup import formatted
from .state import Callback, Chat, Entry, State, Topic

T = TypeVar("T")
_AWAY = ("kicked", "left", "blocked", "deactivated", "never")
_STANDINGS = ("member", "administrator", "creator", "restricted", *_AWAY)


class Control:
    """Orders and questions; safe to call from any thread."""

    def __init__(self, state: State) -> None:
        self._state = state

    def bot(self, **fields: Any) -> Json:
        """Change what getMe tells, e.g. can_read_all_group_messages=False (privacy mode)."""
        with self._state.lock:
            self._state.bot.update(fields)
            return dict(self._state.bot)

    def chat(
        self,
        chat_id: int,
        type: str | None = None,
        title: str | None = None,
        username: str | None = None,
        description: str | None = None,
        is_forum: bool | None = None,
        bot: str | None = None,
        rights: Mapping[str, bool] | None = None,
        members: Mapping[int, str] | None = None,
        topics: Mapping[int, Any] | None = None,
        migrate_to: int | None = None,
        silent: bool = False,
    ) -> Json:
        """Make or change a chat; what is not given stays.

        `bot` is its standing (member, administrator, creator, restricted, kicked, left; in a
        private chat also blocked, deactivated, never). `topics` maps thread ids to a name, to
        {"name", "closed"} or to None (deleted). Changes of a chat that exists reach the bot as
        the service tells them (my_chat_member, migration notes) unless `silent`.
        """
        with self._state.lock:
            existed = chat_id in self._state.chats
            chat = self._state.open_chat(chat_id, type)
            given = {"type": type, "title": title, "username": username, "is_forum": is_forum}
            for name, value in {**given, "description": description}.items():
                if value is not None:
                    setattr(chat, name, value)
            chat.rights.update(rights or {})
            for user_id, status in (members or {}).items():
                chat.members[int(user_id)] = status
                self._state.user(int(user_id))
            for thread_id, topic in (topics or {}).items():
                self._set_topic(chat, int(thread_id), topic)
            if bot is not None:
                self._set_standing(chat, bot, silent or not existed)
            if migrate_to is not None:
                self._migrate(chat, migrate_to, silent)
            return self._state.chat_json(chat)

    def _set_topic(self, chat: Chat, thread_id: int, given: Any) -> None:
        if given is None:
            chat.topics.pop(thread_id, None)
            return
        fields = {"name": given} if isinstance(given, str) else dict(given)
        if thread_id not in chat.topics:
            self._state.add_topic(chat, Topic(fields.get("name", "Topic")), thread_id)
        topic = chat.topics[thread_id]
        topic.name = fields.get("name", topic.name)
        topic.closed = bool(fields.get("closed", topic.closed))

    def _set_standing(self, chat: Chat, standing: str, silent: bool) -> None:
        if standing not in _STANDINGS:
            raise ValueError(f"chat: unknown standing: {standing}: one of {_STANDINGS}")
        state = self._state
        before = member_json(state, chat, state.bot["id"])
        chat.bot = standing
        after = member_json(state, chat, state.bot["id"])
        if silent or before == after:
            return
        actor = chat.id if chat.type == "private" else next(iter(chat.members), 1)
        update = {
            "chat": state.chat_json(chat),
            "from": state.user(actor),
            "date": state.now(),
            "old_chat_member": before,
            "new_chat_member": after,
        }
        state.updates.add("my_chat_member", update)

    def _migrate(self, chat: Chat, new_id: int, silent: bool) -> None:
        state = self._state
        moved = state.open_chat(new_id, "supergroup")
        moved.title, moved.members, moved.bot = chat.title, dict(chat.members), chat.bot
        actor = state.user(next(iter(chat.members), 1))
        leaving = state.add_message(chat, actor, {"migrate_to_chat_id": new_id})
        coming = state.add_message(moved, actor, {"migrate_from_chat_id": chat.id})
        chat.migrated_to = new_id
        for entry in (leaving, coming):
            if not silent:
                state.updates.add("message", entry.body)

    def message(
        self,
        chat_id: int,
        user_id: int,
        text: str | None = None,
        reply_to: int | None = None,
        thread_id: int | None = None,
        *,
        caption: str | None = None,
        photo: bytes | None = None,
        document: bytes | None = None,
        filename: str = "document.bin",
        mime: str = "application/octet-stream",
        first_name: str | None = None,
        last_name: str | None = None,
        username: str | None = None,
        language_code: str | None = None,
        sender_chat: int | None = None,
        **fields: Any,
    ) -> Json:
        """A person writes; the message as stored. `fields` go in as they are (forward_origin)."""
        with self._state.lock:
            state = self._state
            if user_id == state.bot["id"]:
                raise ValueError(f"message: the bot's own id: {user_id}")
            names = {"first_name": first_name, "last_name": last_name, "username": username}
            user = state.user(user_id, **names, language_code=language_code)
            chat = state.open_chat(chat_id)
            if chat.type != "private":
                chat.members.setdefault(user_id, "member")
            target = self._entry(chat_id, reply_to) if reply_to is not None else None
            body = state.threading_of(chat, thread_id, target)
            body |= self._words("text", "entities", text)
            body |= self._words("caption", "caption_entities", caption)
            if photo is not None:
                body["photo"] = state.keep_photo(Upload("photo", "image/*", photo))
            if document is not None:
                body["document"] = state.keep_document(Upload(filename, mime, document))
            if sender_chat is not None:
                body["sender_chat"] = state.chat_json(state.open_chat(sender_chat))
            channel = chat.type == "channel"
            entry = state.add_message(chat, None if channel else user, {**body, **fields})
            entry.by_bot = False
            self._deliver("channel_post" if channel else "message", chat, entry)
            return copy.deepcopy(entry.body)

    def _words(self, name: str, entities_name: str, text: str | None) -> Json:
        if text is None:
            return {}
        words, entities = formatted(text, None, None)
        return {name: words, **({entities_name: entities} if entities else {})}

    def _deliver(self, kind: str, chat: Chat, entry: Entry) -> None:
        if chat.bot not in _AWAY and self._is_shown(chat, entry):
            self._state.updates.add(kind, copy.deepcopy(entry.body))

    def _is_shown(self, chat: Chat, entry: Entry) -> bool:
        """Privacy mode: in a group only what is plainly meant for the bot."""
        bot = self._state.bot
        if not chat.is_group or bot["can_read_all_group_messages"]:
            return True
        if chat.bot in ("administrator", "creator"):
            return True
        text = entry.body.get("text") or entry.body.get("caption") or ""
        answered = entry.body.get("reply_to_message", {}).get("from", {}).get("id")
        address = f"@{bot['username']}".lower()
        command = text.startswith("/") and "@" not in text.split()[0]
        return command or address in text.lower() or answered == bot["id"]

    def edit(
        self, chat_id: int, message_id: int, text: str | None = None, caption: str | None = None
    ) -> Json:
        """A person edits an own message."""
        with self._state.lock:
            entry = self._entry(chat_id, message_id)
            if entry.by_bot:
                raise ValueError(f"edit: not a person's message: {message_id}")
            entry.revisions.append(dict(entry.body))
            entry.body |= self._words("text", "entities", text)
            entry.body |= self._words("caption", "caption_entities", caption)
            entry.body["edit_date"] = self._state.now()
            self._deliver("edited_message", self._state.chats[chat_id], entry)
            return copy.deepcopy(entry.body)

    def delete(self, chat_id: int, message_id: int) -> None:
        """A person deletes a message; the bot is never told."""
        with self._state.lock:
            self._entry(chat_id, message_id).deleted = True

    def press(
        self,
        chat_id: int,
        message_id: int,
        data: str | None = None,
        label: str | None = None,
        user_id: int | None = None,
        *,
        inaccessible: bool = False,
        ttl: float | None = None,
        forged: bool = False,
        first_name: str | None = None,
        username: str | None = None,
    ) -> str:
        """A person presses a button; the callback's id.

        `data` may be that of a button shown earlier (a phone that was not refreshed) or, with
        `forged`, anything. `inaccessible` sends the message too old to be shown; `ttl` is how
        many seconds the query can be answered.
        """
        with self._state.lock:
            state = self._state
            entry = self._entry(chat_id, message_id, deleted=inaccessible)
            data = self._pressed(entry, data, label, forged)
            chat = state.chats[chat_id]
            presser = user_id if user_id is not None else chat_id
            if presser < 0:
                raise ValueError("press: user_id is needed in a group")
            user = state.user(presser, first_name=first_name, username=username)
            message: Json = {"chat": state.chat_json(chat), "message_id": message_id, "date": 0}
            expires_at = None if ttl is None else state.clock() + ttl
            callback = Callback(f"callback-{state.number('callback')}", expires_at)
            state.callbacks[callback.id] = callback
            update = {
                "id": callback.id,
                "from": user,
                "message": message if inaccessible else copy.deepcopy(entry.body),
                "chat_instance": str(chat_id),
                "data": data,
            }
            state.updates.add("callback_query", update)
            return callback.id

    def _pressed(self, entry: Entry, data: str | None, label: str | None, forged: bool) -> str:
        rows = entry.body.get("reply_markup", {}).get("inline_keyboard", [])
        shown = {b["text"]: b.get("callback_data") for row in rows for b in row}
        if data is None:
            if shown.get(label or "") is None:
                raise ValueError(f"press: no such button: {label}: shown are {list(shown)}")
            return str(shown[label or ""])
        if not forged and data not in entry.shown_data:
            raise ValueError(f"press: never shown: {data}: shown were {sorted(entry.shown_data)}")
        return data

    def _entry(self, chat_id: int, message_id: int, deleted: bool = False) -> Entry:
        chat = self._state.chats.get(chat_id)
        entry = chat.messages.get(message_id) if chat else None
        if entry is None or (entry.deleted and not deleted):
            raise ValueError(f"message: not found: {message_id} in chat {chat_id}")
        return entry

    def update(self, raw: Json) -> int:
        """Queue a whole update as given; its id."""
        with self._state.lock:
            return self._state.updates.add_raw(raw)

    def fault(self, method: str, **fields: Any) -> None:
        """Order a fault, see `faults.Fault`; `method` may be `*` (all but getUpdates)."""
        with self._state.lock:
            self._state.faults.orders.append(Fault(method, **fields))

    def faults_clear(self) -> None:
        with self._state.lock:
            self._state.faults.orders.clear()

    def limits(
        self,
        per_chat_s: float | None = None,
        per_group_min: int | None = None,
        total_s: float | None = None,
        minute_s: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Set the rate limits, see `faults.Limits`; without arguments there are none.

        `clock` gives the seconds that they go by; a test may let it run faster than time does.
        """
        with self._state.lock:
            self._state.limits = Limits(per_chat_s, per_group_min, total_s, minute_s, clock)

    def calls(self, method: str | None = None, since: int = 0) -> list[Json]:
        """Calls after number `since`, oldest first; getUpdates only when asked for by name.

        Each has seq, at, method, params, ok, code, description, result, fault.
        """
        with self._state.lock:
            return [
                copy.deepcopy(call)
                for call in self._state.calls
                if call["seq"] > since
                and (call["method"] == method if method else call["method"] != "getUpdates")
            ]

    def messages(self, chat_id: int | None = None) -> list[Json]:
        """Every message of a chat (or of all) as it stands now, oldest first, deleted ones too.

        Beside the message itself: rows (of buttons), deleted, pinned, by_bot, edits (how many),
        reaction, keyboard (one that is not inline).
        """
        with self._state.lock:
            chats = [c for c in self._state.chats.values() if chat_id in (None, c.id)]
            return [_shown(e) for c in chats for _, e in sorted(c.messages.items())]

    def callback(self, id: str) -> Json:
        """What became of a press: answered, text, alert, url, cache_time."""
        with self._state.lock:
            if id not in self._state.callbacks:
                raise ValueError(f"callback: not found: {id}")
            answer = self._state.callbacks[id].answer
            nothing: Json = {"text": "", "alert": False, "url": None, "cache_time": 0}
            return {"answered": answer is not None, **(answer or nothing)}

    def file_bytes(self, file_id: str) -> bytes:
        """The uploaded bytes behind a file id."""
        with self._state.lock:
            return self._state.files[file_id].upload.data

    def photo_bytes(self, message: Json) -> bytes:
        """The uploaded bytes of a message's picture."""
        return self.file_bytes(message["photo"][-1]["file_id"])

    def violations(self) -> list[str]:
        """What requests had that the Bot API does not know; a test ends with none."""
        with self._state.lock:
            return list(self._state.violations)

    def state(self) -> Json:
        """An overview: bot, chats, waiting updates, allowed_updates, commands, actions, faults."""
        with self._state.lock:
            state = self._state
            return {
                "bot": dict(state.bot),
                "chats": [{**state.chat_json(c), "bot": c.bot} for c in state.chats.values()],
                "waiting": copy.deepcopy(state.updates.waiting),
                "allowed_updates": state.updates.allowed,
                "commands": copy.deepcopy(state.commands),
                "actions": list(state.actions),
                "faults": len(state.faults.orders),
                "polls": state.updates.generation,
            }

    def reset(self) -> None:
        """Forget everything but the token; ids of updates, files and callbacks go on."""
        with self._state.lock:
            self._state.clear()

    def wait(self, condition: Callable[[], T], timeout: float = 20.0) -> T:
        """The first true value of `condition`, looked at after each call; AssertionError if none.

        For example `fake.wait(lambda: fake.calls("sendMessage"))`.
        """
        ends_at = time.monotonic() + timeout
        with self._state.changed:
            while not (value := condition()):
                left = ends_at - time.monotonic()
                if left <= 0:
                    made = [call["method"] for call in self._state.calls][-20:]
                    raise AssertionError(f"wait: not within {timeout} s: last calls were {made}")
                self._state.changed.wait(min(left, 0.1))
            return value


def _shown(entry: Entry) -> Json:
    body = copy.deepcopy(entry.body)
    return {
        **body,
        "rows": body.get("reply_markup", {}).get("inline_keyboard", []),
        "deleted": entry.deleted,
        "pinned": entry.pinned,
        "by_bot": entry.by_bot,
        "edits": len(entry.revisions),
        "reaction": copy.deepcopy(entry.reaction),
        "keyboard": copy.deepcopy(entry.keyboard),
    }
