"""Methods that change a message in place: text, caption, picture, keyboard, pin, reaction, end."""

from .catalogue import REACTIONS
from .checks import Json, Request, bad_request
from .places import caption_parts, keyboard, own_message, reachable_chat, text_parts
from .sending import media_parts
from .state import Chat, Entry, State

_MEDIA = ("photo", "document")
_TEXT = ("text", "entities", "link_preview_options")
_CAPTION = ("caption", "caption_entities", "show_caption_above_media")
_DELETABLE_S = 48 * 3600


def edit_message_text(state: State, request: Request) -> Json:
    _, entry = own_message(state, request.values)
    if "text" not in entry.body:
        raise bad_request("there is no text in the message to edit")
    parts = text_parts(request.values)
    preview = request.values.get("link_preview_options")
    if preview:
        parts["link_preview_options"] = preview
    return _replace(state, entry, _TEXT, parts, request)


def edit_message_caption(state: State, request: Request) -> Json:
    _, entry = own_message(state, request.values)
    if not any(kind in entry.body for kind in _MEDIA):
        raise bad_request("there is no caption in the message to edit")
    return _replace(state, entry, _CAPTION, caption_parts(request.values), request)


def edit_message_media(state: State, request: Request) -> Json:
    """Replace picture or file and caption; a text message may be given one."""
    _, entry = own_message(state, request.values)
    item = request.values["media"]
    if "media_group_id" in entry.body and item["type"] not in entry.body:
        raise bad_request("message can't be edited to a media of this type in an album")
    parts = media_parts(state, request, item)
    return _replace(state, entry, (*_TEXT, *_CAPTION, *_MEDIA), parts, request)


def edit_message_reply_markup(state: State, request: Request) -> Json:
    _, entry = own_message(state, request.values)
    return _replace(state, entry, (), {}, request)


def _replace(
    state: State, entry: Entry, names: tuple[str, ...], parts: Json, request: Request
) -> Json:
    """Put `parts` in the place of `names`; an edit without a keyboard takes it away."""
    kept = {n: v for n, v in entry.body.items() if n not in (*names, "reply_markup", "edit_date")}
    changed = {**kept, **parts, **keyboard(request)}
    if changed == {n: v for n, v in entry.body.items() if n != "edit_date"}:
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly "
            "the same as a current content and reply markup of the message"
        )
    entry.revisions.append(entry.body)
    entry.body = {**changed, "edit_date": state.now()}
    entry.remember_buttons()
    return entry.body


def delete_message(state: State, request: Request) -> bool:
    chat = reachable_chat(state, request.values["chat_id"])
    entry = _entry(chat, request.values["message_id"], "message to delete not found")
    admin = chat.may("can_delete_messages")
    if not (entry.by_bot or admin or chat.type == "private"):
        raise bad_request("message can't be deleted")
    if state.now() - entry.body["date"] > _DELETABLE_S and not admin:
        raise bad_request("message can't be deleted for everyone")
    entry.deleted = True
    return True


def pin_chat_message(state: State, request: Request) -> bool:
    chat = _pinning_chat(state, request)
    _entry(chat, request.values["message_id"], "message to pin not found").pinned = True
    return True


def unpin_chat_message(state: State, request: Request) -> bool:
    """Unpin one message, or the newest pinned one when none is named."""
    chat = _pinning_chat(state, request)
    pinned = [number for number, entry in chat.messages.items() if entry.pinned]
    number = request.values.get("message_id", max(pinned, default=0))
    entry = _entry(chat, number, "message to unpin not found")
    if not entry.pinned:
        raise bad_request("message to unpin not found")
    entry.pinned = False
    return True


def _pinning_chat(state: State, request: Request) -> Chat:
    chat = reachable_chat(state, request.values["chat_id"])
    if chat.type != "private" and not chat.may("can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    return chat


def set_message_reaction(state: State, request: Request) -> bool:
    chat = reachable_chat(state, request.values["chat_id"])
    entry = _entry(chat, request.values["message_id"], "message to react not found")
    reaction = request.values.get("reaction", [])
    if len(reaction) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if any(r["type"] != "emoji" or r.get("emoji") not in REACTIONS for r in reaction):
        raise bad_request("REACTION_INVALID")
    entry.reaction = reaction
    return True


def _entry(chat: Chat, message_id: int, cause: str) -> Entry:
    entry = chat.messages.get(message_id)
    if entry is None or entry.deleted:
        raise bad_request(cause)
    return entry
