"""Methods about the bot itself, its commands, chats, members, topics, files and callbacks."""

import json
import re

from .catalogue import SCOPES, TOPIC_COLOURS
from .checks import Json, Refusal, Request, bad_request
from .places import known_chat, reachable_chat
from .state import Chat, State, Topic

_ADMINS = ("creator", "administrator")
_PRESENT = ("creator", "administrator", "member", "restricted")
_COMMANDS_LIMIT = 100
_ANSWER_LIMIT = 200
_DOWNLOAD_LIMIT = 20 * 1024 * 1024


def get_me(state: State, request: Request) -> Json:
    return dict(state.bot)


def goodbye(state: State, request: Request) -> bool:
    """logOut and close: accepted, nothing changes."""
    return True


def get_webhook_info(state: State, request: Request) -> Json:
    info: Json = {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": len(state.updates.waiting),
    }
    if state.updates.allowed:
        info["allowed_updates"] = state.updates.allowed
    return info


def delete_webhook(state: State, request: Request) -> bool:
    if request.values.get("drop_pending_updates"):
        state.updates.waiting.clear()
    return True


def set_my_commands(state: State, request: Request) -> bool:
    commands = request.values["commands"]
    if len(commands) > _COMMANDS_LIMIT:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(command["description"]) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    state.commands[_commands_key(state, request)] = commands
    return True


def get_my_commands(state: State, request: Request) -> list[Json]:
    return state.commands.get(_commands_key(state, request), [])


def delete_my_commands(state: State, request: Request) -> bool:
    state.commands.pop(_commands_key(state, request), None)
    return True


def _commands_key(state: State, request: Request) -> str:
    scope = request.values.get("scope", {"type": "default"})
    if scope["type"] not in SCOPES:
        raise bad_request("can't parse BotCommandScope: unsupported type specified")
    if "chat_id" in scope:
        known_chat(state, scope["chat_id"])
    return json.dumps([scope, request.values.get("language_code", "")], sort_keys=True)


def answer_callback_query(state: State, request: Request) -> bool:
    callback = state.callbacks.get(request.values["callback_query_id"])
    expired = callback and callback.expires_at is not None and state.clock() > callback.expires_at
    if callback is None or callback.answer is not None or expired:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    if len(request.values.get("text", "")) > _ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    callback.answer = {
        "text": request.values.get("text", ""),
        "alert": request.values.get("show_alert", False),
        "url": request.values.get("url"),
        "cache_time": request.values.get("cache_time", 0),
    }
    return True


def get_file(state: State, request: Request) -> Json:
    file_id = request.values["file_id"]
    file = state.files.get(file_id)
    if file is None:
        raise bad_request("invalid file_id")
    if len(file.upload.data) > _DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return {
        "file_id": file_id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.upload.data),
        "file_path": file.path,
    }


def _visible_chat(state: State, chat_id: int | str) -> Chat:
    """A chat that the bot may look at: one that it is in, or a public one that it left."""
    chat = known_chat(state, chat_id)
    public = chat.username is not None and chat.bot == "left"
    return chat if public else reachable_chat(state, chat_id)


def get_chat(state: State, request: Request) -> Json:
    chat = known_chat(state, request.values["chat_id"])
    if chat.type != "private":
        _visible_chat(state, chat.id)
    gifts = "unlimited_gifts limited_gifts unique_gifts premium_subscription gifts_from_channels"
    body: Json = {
        **state.chat_json(chat),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts.split(), False),
    }
    if chat.description:
        body["description"] = chat.description
    pinned = [entry.body for entry in chat.messages.values() if entry.pinned]
    if pinned:
        body["pinned_message"] = pinned[-1]
    return body


def member_json(state: State, chat: Chat, user_id: int, status: str | None = None) -> Json:
    """A ChatMember object with all fields that its status must have."""
    if user_id == state.bot["id"]:
        standing = status or chat.bot
        moved = {"blocked": "kicked", "deactivated": "kicked", "never": "left"}
        user, status, rights = state.bot_user(), moved.get(standing, standing), chat.all_rights()
    else:
        user, status = state.user(user_id), status or chat.members.get(user_id, "left")
        rights = {**dict.fromkeys(chat.all_rights(), False), "can_manage_chat": True}
    body: Json = {"status": status, "user": user}
    if status == "creator":
        body["is_anonymous"] = False
    elif status == "administrator":
        body |= {"can_be_edited": False, **rights}
    elif status == "kicked":
        body["until_date"] = 0
    elif status == "restricted":
        body |= {"is_member": True, "until_date": 0, **_restrictions()}
    return body


def _restrictions() -> Json:
    names = """can_send_messages can_send_audios can_send_documents can_send_photos
    can_send_videos can_send_video_notes can_send_voice_notes can_send_polls
    can_send_other_messages can_add_web_page_previews can_react_to_messages can_edit_tag
    can_change_info can_invite_users can_pin_messages can_manage_topics"""
    return dict.fromkeys(names.split(), False)


def get_chat_member(state: State, request: Request) -> Json:
    chat = _visible_chat(state, request.values["chat_id"])
    user_id = request.values["user_id"]
    if user_id != state.bot["id"] and user_id not in state.users:
        raise bad_request("PARTICIPANT_ID_INVALID")
    return member_json(state, chat, user_id)


def get_chat_administrators(state: State, request: Request) -> list[Json]:
    chat = reachable_chat(state, request.values["chat_id"])
    if chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    numbers = [number for number, status in chat.members.items() if status in _ADMINS]
    if chat.bot in _ADMINS:
        numbers.append(state.bot["id"])
    return [member_json(state, chat, number) for number in numbers]


def get_chat_member_count(state: State, request: Request) -> int:
    chat = reachable_chat(state, request.values["chat_id"])
    if chat.type == "private":
        return 2
    return 1 + sum(status in _PRESENT for status in chat.members.values())


def create_forum_topic(state: State, request: Request) -> Json:
    chat = reachable_chat(state, request.values["chat_id"])
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    if not chat.may("can_manage_topics"):
        raise bad_request("not enough rights to create a topic")
    name = request.values["name"].strip()
    if not 1 <= len(name) <= 128:
        raise bad_request("TOPIC_TITLE_INVALID" if name else "topic name is empty")
    colour = request.values.get("icon_color", 0x6FB9F0)
    if colour not in TOPIC_COLOURS:
        raise bad_request("invalid topic icon color specified")
    number = state.add_topic(chat, Topic(name, colour))
    return {"message_thread_id": number, "name": name, "icon_color": colour}


def leave_chat(state: State, request: Request) -> bool:
    chat = reachable_chat(state, request.values["chat_id"])
    if chat.type == "private":
        raise Refusal(400, "Bad Request: chat member status can't be changed in private chats")
    chat.bot = "left"
    return True
