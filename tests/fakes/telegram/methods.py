"""Which function answers which method; getUpdates is answered by the server, which can wait."""

from collections.abc import Callable
from typing import Any

from . import chats, editing, sending
from .checks import Request
from .state import State

Answer = Callable[[State, Request], Any]

ANSWERS: dict[str, Answer] = {
    "getMe": chats.get_me,
    "logOut": chats.goodbye,
    "close": chats.goodbye,
    "getWebhookInfo": chats.get_webhook_info,
    "deleteWebhook": chats.delete_webhook,
    "setMyCommands": chats.set_my_commands,
    "getMyCommands": chats.get_my_commands,
    "deleteMyCommands": chats.delete_my_commands,
    "answerCallbackQuery": chats.answer_callback_query,
    "getFile": chats.get_file,
    "getChat": chats.get_chat,
    "getChatMember": chats.get_chat_member,
    "getChatAdministrators": chats.get_chat_administrators,
    "getChatMemberCount": chats.get_chat_member_count,
    "createForumTopic": chats.create_forum_topic,
    "leaveChat": chats.leave_chat,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "sendMediaGroup": sending.send_media_group,
    "sendChatAction": sending.send_chat_action,
    "editMessageText": editing.edit_message_text,
    "editMessageCaption": editing.edit_message_caption,
    "editMessageMedia": editing.edit_message_media,
    "editMessageReplyMarkup": editing.edit_message_reply_markup,
    "deleteMessage": editing.delete_message,
    "pinChatMessage": editing.pin_chat_message,
    "unpinChatMessage": editing.unpin_chat_message,
    "setMessageReaction": editing.set_message_reaction,
}
