"""Finds the chat, thread, message and keyboard that a call speaks of, or refuses.

Shared by `sending` and `editing`, so that every method refuses an unreachable chat in the same
words.
"""

from .catalogue import words
from .checks import Json, Refusal, Refused501, Request, bad_request
from .markup import CAPTION_LIMIT, TEXT_LIMIT, formatted, utf16_length, valid_link
from .state import Chat, Entry, State

_DATA_LIMIT = 64
_BUTTONS_LIMIT = 100
_ACTIONS = words(
    "url callback_data web_app login_url switch_inline_query switch_inline_query_current_chat "
    "switch_inline_query_chosen_chat copy_text callback_game pay"
)


def known_chat(state: State, chat_id: int | str) -> Chat:
    """The chat, moved groups refused; raises 400 for one that the bot has never met."""
    if isinstance(chat_id, str):
        name = chat_id.removeprefix("@").lower()
        named = (c for c in state.chats.values() if (c.username or "").lower() == name)
        chat = next(named, None)
    else:
        chat = state.chats.get(chat_id)
    if chat is None:
        raise bad_request("chat not found")
    if chat.migrated_to is not None:
        raise Refusal(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            migrate_to_chat_id=chat.migrated_to,
        )
    return chat


def reachable_chat(state: State, chat_id: int | str) -> Chat:
    """The chat, when the bot is (still) in it; raises 403 otherwise."""
    chat = known_chat(state, chat_id)
    causes = {
        "blocked": "bot was blocked by the user",
        "deactivated": "user is deactivated",
        "never": "bot can't initiate conversation with a user",
        "kicked": f"bot was kicked from the {chat.type} chat",
        "left": f"bot is not a member of the {chat.type} chat",
    }
    if chat.bot in causes:
        raise Refusal(403, f"Forbidden: {causes[chat.bot]}")
    return chat


def writable_chat(state: State, values: Json) -> Chat:
    """The chat and thread, when the bot may send there."""
    chat = reachable_chat(state, values["chat_id"])
    if chat.bot == "restricted":
        raise bad_request("not enough rights to send text messages to the chat")
    if chat.type == "channel" and chat.bot not in ("administrator", "creator"):
        raise bad_request("need administrator rights in the channel chat")
    check_thread(chat, values.get("message_thread_id"))
    return chat


def check_thread(chat: Chat, thread_id: int | None) -> None:
    """Refuse a thread that is not there or is closed to the bot."""
    if not thread_id:
        return
    if not chat.is_forum:
        # In a plain supergroup the thread of a message is the answers to it.
        if chat.type == "supergroup" and thread_id in chat.messages:
            return
        raise bad_request("message thread not found")
    if thread_id not in chat.topics:
        raise bad_request("message thread not found")
    if chat.topics[thread_id].closed and not chat.may("can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")


def answered(chat: Chat, values: Json) -> tuple[Entry | None, Json]:
    """The message that reply_parameters name and the `quote` of it."""
    reply = values.get("reply_parameters")
    if reply is None:
        return None, {}
    if reply.get("chat_id") not in (None, chat.id, f"@{chat.username}"):
        raise Refused501("an answer to another chat")
    entry = chat.messages.get(reply["message_id"])
    if entry is None or entry.deleted:
        if reply.get("allow_sending_without_reply"):
            return None, {}
        raise bad_request("message to be replied not found")
    if "quote" not in reply:
        return entry, {}
    text = entry.body.get("text") or entry.body.get("caption") or ""
    if reply["quote"] not in text:
        raise bad_request("QUOTE_TEXT_INVALID")
    position = utf16_length(text[: text.index(reply["quote"])])
    return entry, {"quote": {"text": reply["quote"], "position": position, "is_manual": True}}


def own_message(state: State, values: Json) -> tuple[Chat, Entry]:
    """The message to be edited; raises 400 when it is gone or another's."""
    if values.get("chat_id") is None or values.get("message_id") is None:
        raise bad_request("message identifier is not specified")
    chat = reachable_chat(state, values["chat_id"])
    entry = chat.messages.get(values["message_id"])
    if entry is None or entry.deleted:
        raise bad_request("message to edit not found")
    if not entry.by_bot or "forum_topic_created" in entry.body:
        raise bad_request("message can't be edited")
    return chat, entry


def text_parts(source: Json) -> Json:
    """`text` and `entities` of a message; refuses an empty or a too long one."""
    text, entities = formatted(source["text"], source.get("parse_mode"), source.get("entities"))
    if not text:
        raise bad_request("message text is empty")
    if utf16_length(text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return {"text": text, **({"entities": entities} if entities else {})}


def caption_parts(source: Json) -> Json:
    """`caption` and `caption_entities`, both absent when there is no caption."""
    mode, given = source.get("parse_mode"), source.get("caption_entities")
    text, entities = formatted(source.get("caption") or "", mode, given)
    if utf16_length(text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    body: Json = {"caption": text} if text else {}
    if text and entities:
        body["caption_entities"] = entities
    if source.get("show_caption_above_media"):
        body["show_caption_above_media"] = True
    return body


def keyboard(request: Request) -> Json:
    """`reply_markup` as a message shows it: inline keyboards only, and none when empty."""
    markup = request.values.get("reply_markup") or {}
    rows = [row for row in markup.get("inline_keyboard", []) if row]
    buttons = [button for row in rows for button in row]
    for button in buttons:
        _check_button(button)
    if len(buttons) > _BUTTONS_LIMIT:
        raise bad_request("reply markup is too long")
    return {"reply_markup": {"inline_keyboard": rows}} if rows else {}


def _check_button(button: Json) -> None:
    place = "can't parse inline keyboard button"
    if not button["text"].strip():
        raise bad_request(f"{place}: text is empty")
    if len([name for name in _ACTIONS if name in button]) != 1:
        raise bad_request(f"{place}: text buttons are unallowed in the inline keyboard")
    data = button.get("callback_data")
    if data is not None and not 1 <= len(data.encode()) <= _DATA_LIMIT:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in button and not valid_link(button["url"]):
        raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid")
