"""Methods that add messages: text, photo, document, album, and the "is typing" sign."""

from typing import Any

from .catalogue import CHAT_ACTIONS
from .checks import Json, Refused501, Request, Upload, bad_request
from .places import answered, caption_parts, keyboard, text_parts, writable_chat
from .state import Chat, Entry, State

_ALBUM = range(2, 11)
_DOCUMENT_LIMIT = 50 * 1024 * 1024


def send_message(state: State, request: Request) -> Json:
    chat = writable_chat(state, request.values)
    body = text_parts(request.values)
    preview = request.values.get("link_preview_options")
    if preview:
        body["link_preview_options"] = preview
    return _send(state, chat, request, body).body


def send_photo(state: State, request: Request) -> Json:
    chat = writable_chat(state, request.values)
    body = caption_parts(request.values)
    body["photo"] = photo_sizes(state, request, request.values["photo"])
    return _send(state, chat, request, body).body


def send_document(state: State, request: Request) -> Json:
    chat = writable_chat(state, request.values)
    body = caption_parts(request.values)
    body["document"] = document(state, request, request.values["document"])
    return _send(state, chat, request, body).body


def send_media_group(state: State, request: Request) -> list[Json]:
    chat = writable_chat(state, request.values)
    media = request.values["media"]
    if len(media) < _ALBUM.start:
        raise bad_request("too few messages to send as an album: at least 2 items")
    if len(media) >= _ALBUM.stop:
        raise bad_request("too many messages to send as an album: at most 10 items")
    if len({item["type"] == "document" for item in media}) > 1:
        raise bad_request("document can't be mixed with other media types in an album")
    # All items are read before the first is sent: an album comes whole or not at all.
    bodies = [media_parts(state, request, item) for item in media]
    group = {"media_group_id": str(10_000_000_000_000_000 + state.number("album"))}
    return [_send(state, chat, request, {**body, **group}).body for body in bodies]


def send_chat_action(state: State, request: Request) -> bool:
    chat = writable_chat(state, request.values)
    action = request.values["action"]
    if action not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    state.actions.append({"chat_id": chat.id, "action": action})
    return True


def media_parts(state: State, request: Request, item: Json) -> Json:
    """The message parts of one InputMedia: the picture or file and its caption."""
    body = caption_parts(item)
    if item["type"] == "photo":
        return {**body, "photo": photo_sizes(state, request, item["media"])}
    if item["type"] == "document":
        return {**body, "document": document(state, request, item["media"])}
    raise Refused501(f"media of type {item['type']}")


def photo_sizes(state: State, request: Request, value: Any) -> list[Json]:
    """PhotoSize list of an upload or of a photo sent before."""
    source = request.file(value)
    return state.keep_photo(source) if isinstance(source, Upload) else state.known_photo(source)


def document(state: State, request: Request, value: Any) -> Json:
    """Document of an upload or of a file sent before."""
    source = request.file(value)
    if not isinstance(source, Upload):
        return state.document(source)
    if len(source.data) > _DOCUMENT_LIMIT:
        raise bad_request("file is too big: a document has at most 50 MB")
    return state.keep_document(source)


def _send(state: State, chat: Chat, request: Request, body: Json) -> Entry:
    values = request.values
    entry, quote = answered(chat, values)
    markup = keyboard(request)
    thread = state.threading_of(chat, values.get("message_thread_id"), entry)
    if values.get("protect_content"):
        body["has_protected_content"] = True
    sender = None if chat.type == "channel" else state.bot_user()
    sent = state.add_message(chat, sender, {**thread, **quote, **body, **markup})
    if not markup:
        sent.keyboard = values.get("reply_markup")
    return sent
