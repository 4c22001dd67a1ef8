"""What the server remembers: users, chats, messages, files, updates, callbacks and calls.

Holds records and builds their JSON; decides nothing about a method's parameters. Every access
happens under `State.lock`, because tests call from their own thread.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .catalogue import ADMIN_RIGHTS, words
from .checks import Json, Upload, bad_request
from .faults import Faults, Limits
from .photos import checked_dimensions, fitted_sizes
from .updates import Updates

BOT_ID = 7_000_000_001
_GIVEN_RIGHTS = words(
    "can_manage_chat can_delete_messages can_pin_messages can_manage_topics can_invite_users"
)


@dataclass(slots=True)
class Topic:
    """A forum topic; its id is that of the service message which opened it."""

    name: str
    icon_color: int = 0x6FB9F0
    closed: bool = False


@dataclass(slots=True)
class Entry:
    """A message as it stands now, with what a chat window would not show."""

    body: Json
    by_bot: bool
    deleted: bool = False
    pinned: bool = False
    revisions: list[Json] = field(default_factory=list)
    shown_data: set[str] = field(default_factory=set)
    keyboard: Json | None = None
    reaction: list[Json] = field(default_factory=list)

    def remember_buttons(self) -> None:
        """Keep every callback_data ever shown: a phone may still show an older keyboard."""
        for row in self.body.get("reply_markup", {}).get("inline_keyboard", []):
            self.shown_data.update(b["callback_data"] for b in row if "callback_data" in b)


@dataclass(slots=True)
class Chat:
    """A chat; `bot` is the bot's own standing in it."""

    id: int
    type: str
    title: str = ""
    username: str | None = None
    description: str | None = None
    is_forum: bool = False
    bot: str = "member"
    rights: dict[str, bool] = field(default_factory=dict)
    members: dict[int, str] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Entry] = field(default_factory=dict)
    migrated_to: int | None = None
    last_message_id: int = 0

    @property
    def is_group(self) -> bool:
        return self.type in ("group", "supergroup")

    def next_message_id(self) -> int:
        self.last_message_id += 1
        return self.last_message_id

    def may(self, right: str) -> bool:
        """Whether the bot holds an administrator's right here."""
        if self.bot == "creator":
            return True
        default = right in _GIVEN_RIGHTS
        return self.bot == "administrator" and self.rights.get(right, default)

    def all_rights(self) -> Json:
        return {right: self.may(right) for right in ADMIN_RIGHTS}


@dataclass(slots=True)
class Callback:
    """One press of a button and the answer that it got."""

    id: str
    expires_at: float | None
    answer: Json | None = None


@dataclass(slots=True)
class StoredFile:
    """An upload under the id that its message carries."""

    path: str
    unique_id: str
    upload: Upload
    width: int = 0
    height: int = 0


class State:
    """Everything, behind one lock."""

    def __init__(self, token: str, bot: Json, clock: Callable[[], float] = time.time) -> None:
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.token = token
        self.clock = clock
        self.updates = Updates()
        self._bot = bot
        self._numbers: dict[str, int] = {}
        self.clear()

    def clear(self) -> None:
        """Back to a bot that has met nobody; update ids go on growing, as they do in service."""
        with self.lock:
            self.bot: Json = dict(self._bot)
            self.users: dict[int, Json] = {}
            self.chats: dict[int, Chat] = {}
            self.files: dict[str, StoredFile] = {}
            self.callbacks: dict[str, Callback] = {}
            self.commands: dict[str, list[Json]] = {}
            self.calls: list[Json] = []
            self.violations: list[str] = []
            self.actions: list[Json] = []
            self.faults = Faults()
            self.limits = Limits()
            self.updates.clear()

    def number(self, kind: str) -> int:
        """The next number of its kind, from 1."""
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        return self._numbers[kind]

    def now(self) -> int:
        return int(self.clock())

    def user(self, user_id: int, **fields: Any) -> Json:
        """The user with that id, made up at first sight; given fields replace older ones."""
        if user_id == self.bot["id"]:
            return self.bot_user()
        known = self.users.setdefault(
            user_id,
            {"id": user_id, "is_bot": False, "first_name": f"User {user_id}"},
        )
        known.update({name: value for name, value in fields.items() if value is not None})
        return known

    def bot_user(self) -> Json:
        """The bot as the author of messages, without what only getMe tells."""
        return {name: self.bot[name] for name in ("id", "is_bot", "first_name", "username")}

    def open_chat(self, chat_id: int, kind: str | None = None) -> Chat:
        """The chat with that id, made up at first sight by the sign and size of the id."""
        chat = self.chats.get(chat_id)
        if chat is None:
            guess = "private" if chat_id > 0 else "group"
            guess = "supergroup" if chat_id < -1_000_000_000_000 else guess
            chat = Chat(chat_id, kind or guess)
            if chat.type != "private":
                chat.title = f"Chat {abs(chat_id)}"
            self.chats[chat_id] = chat
        return chat

    def chat_json(self, chat: Chat) -> Json:
        """A Chat object; a private one carries the person's names."""
        if chat.type == "private":
            names = ("first_name", "last_name", "username")
            person = {n: v for n, v in self.user(chat.id).items() if n in names}
            return {"id": chat.id, "type": "private", **person}
        body: Json = {"id": chat.id, "type": chat.type, "title": chat.title}
        if chat.username:
            body["username"] = chat.username
        if chat.is_forum:
            body["is_forum"] = True
        return body

    def add_message(self, chat: Chat, sender: Json | None, body: Json) -> Entry:
        """Store a message under the chat's next id; `sender` None speaks for the channel."""
        message_id = chat.next_message_id()
        head: Json = {"message_id": message_id, "date": self.now(), "chat": self.chat_json(chat)}
        if sender is None:
            head["sender_chat"] = self.chat_json(chat)
        else:
            head["from"] = dict(sender)
        by_bot = sender is None or sender["id"] == self.bot["id"]
        entry = Entry({**head, **body}, by_bot)
        entry.remember_buttons()
        chat.messages[message_id] = entry
        return entry

    def threading_of(self, chat: Chat, thread_id: int | None, reply_to: Entry | None) -> Json:
        """message_thread_id, is_topic_message and reply_to_message as the service sets them."""
        body: Json = {}
        quoted = reply_to.body if reply_to else None
        if chat.is_forum and thread_id:
            body = {"message_thread_id": thread_id, "is_topic_message": True}
            # A message in a topic that answers nothing is shown as an answer to the topic's own.
            root = chat.messages.get(thread_id)
            quoted = quoted or (root.body if root else None)
        elif quoted and chat.type == "supergroup" and not chat.is_forum:
            body["message_thread_id"] = quoted.get("message_thread_id", quoted["message_id"])
        if quoted:
            body["reply_to_message"] = {
                name: value for name, value in quoted.items() if name != "reply_to_message"
            }
        return body

    def add_topic(self, chat: Chat, topic: Topic, thread_id: int | None = None) -> int:
        """Open a topic with its service message; a given id must lie ahead of the last one."""
        if thread_id is not None:
            chat.last_message_id = max(chat.last_message_id, thread_id - 1)
            if thread_id in chat.messages:
                raise ValueError(f"topic: id already used by a message: {thread_id}")
        created = {"name": topic.name, "icon_color": topic.icon_color}
        entry = self.add_message(chat, self.bot_user(), {"forum_topic_created": created})
        number = int(entry.body["message_id"])
        if thread_id not in (None, number):
            # An id given behind the last message: move the service message there.
            del chat.messages[number]
            number = int(thread_id or number)
            entry.body["message_id"] = number
            chat.messages[number] = entry
        entry.body.update({"message_thread_id": number, "is_topic_message": True})
        chat.topics[number] = topic
        return number

    def keep_photo(self, upload: Upload) -> list[Json]:
        """Store a picture; the PhotoSize list of its message. Raises a 400 Refusal."""
        width, height = checked_dimensions(upload.data)
        number = self.number("file")
        suffix = "png" if upload.data.startswith(b"\x89PNG") else "jpg"
        sizes = []
        for letter, w, h in fitted_sizes(width, height):
            file_id = f"photo-{number}-{letter}"
            path = f"photos/file_{number}_{letter}.{suffix}"
            self.files[file_id] = StoredFile(path, f"p{number}{letter}", upload, w, h)
            sizes.append(self.photo_size(file_id))
        return sizes

    def photo_size(self, file_id: str) -> Json:
        file = self.files[file_id]
        return {
            "file_id": file_id,
            "file_unique_id": file.unique_id,
            "width": file.width,
            "height": file.height,
            "file_size": len(file.upload.data),
        }

    def known_photo(self, file_id: str) -> list[Json]:
        """The PhotoSize list of a picture that was sent before."""
        stem = file_id.rpartition("-")[0]
        if file_id not in self.files or not stem.startswith("photo-"):
            raise bad_request("wrong file identifier/HTTP URL specified")
        return [self.photo_size(name) for name in self.files if name.startswith(f"{stem}-")]

    def keep_document(self, upload: Upload) -> Json:
        """Store a file; the Document of its message."""
        if not upload.data:
            raise bad_request("file must be non-empty")
        number = self.number("file")
        file_id = f"document-{number}"
        path = f"documents/file_{number}_{upload.filename}"
        self.files[file_id] = StoredFile(path, f"d{number}", upload)
        return self.document(file_id)

    def document(self, file_id: str) -> Json:
        if file_id not in self.files or not file_id.startswith("document-"):
            raise bad_request("wrong file identifier/HTTP URL specified")
        file = self.files[file_id]
        return {
            "file_id": file_id,
            "file_unique_id": file.unique_id,
            "file_name": file.upload.filename,
            "mime_type": file.upload.content_type,
            "file_size": len(file.upload.data),
        }
