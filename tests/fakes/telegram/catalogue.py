"""What the Bot API accepts: method names, parameters and nested shapes, as data.

Read by `checks`. A kind is a primitive (`int`, `str`, `bool`, `chat`, `file`, `object`), a list
(`[str]`), or the name of a shape; a trailing `!` marks what must be given. Written from the Bot
API 10 reference, not derived from any client library, so that it can disagree with one.
"""

Shape = dict[str, str]


def words(text: str) -> frozenset[str]:
    """The words of `text`, so that long lists of names stay readable."""
    return frozenset(text.split())


_SENDING: Shape = {
    "business_connection_id": "str",
    "chat_id": "chat!",
    "message_thread_id": "int",
    "direct_messages_topic_id": "int",
    "disable_notification": "bool",
    "protect_content": "bool",
    "allow_paid_broadcast": "bool",
    "message_effect_id": "str",
    "suggested_post_parameters": "object",
    "reply_parameters": "ReplyParameters",
    "reply_markup": "Markup",
}
_CAPTION: Shape = {"caption": "str", "parse_mode": "str", "caption_entities": "[MessageEntity]"}
_EDITING: Shape = {
    "business_connection_id": "str",
    "chat_id": "chat",
    "message_id": "int",
    "inline_message_id": "str",
    "reply_markup": "InlineKeyboardMarkup",
}
_TEXT: Shape = {
    "text": "str!",
    "parse_mode": "str",
    "entities": "[MessageEntity]",
    "link_preview_options": "LinkPreviewOptions",
}
_COMMANDS: Shape = {"scope": "BotCommandScope", "language_code": "str"}
_PINNING: Shape = {"business_connection_id": "str", "chat_id": "chat!"}
_NOT_IN_ALBUM = ("reply_markup", "suggested_post_parameters")

METHODS: dict[str, Shape] = {
    "getMe": {},
    "logOut": {},
    "close": {},
    "getWebhookInfo": {},
    "deleteWebhook": {"drop_pending_updates": "bool"},
    "getUpdates": {"offset": "int", "limit": "int", "timeout": "int", "allowed_updates": "[str]"},
    "setMyCommands": {"commands": "[BotCommand]!", **_COMMANDS},
    "getMyCommands": _COMMANDS,
    "deleteMyCommands": _COMMANDS,
    "sendMessage": {**_SENDING, **_TEXT},
    "sendPhoto": {
        **_SENDING,
        **_CAPTION,
        "photo": "file!",
        "show_caption_above_media": "bool",
        "has_spoiler": "bool",
    },
    "sendDocument": {
        **_SENDING,
        **_CAPTION,
        "document": "file!",
        "thumbnail": "file",
        "disable_content_type_detection": "bool",
    },
    "sendMediaGroup": {
        **{name: kind for name, kind in _SENDING.items() if name not in _NOT_IN_ALBUM},
        "media": "[InputMedia]!",
    },
    "sendChatAction": {
        "business_connection_id": "str",
        "chat_id": "chat!",
        "message_thread_id": "int",
        "action": "str!",
    },
    "editMessageText": {**_EDITING, **_TEXT},
    "editMessageCaption": {**_EDITING, **_CAPTION, "show_caption_above_media": "bool"},
    "editMessageReplyMarkup": _EDITING,
    "editMessageMedia": {**_EDITING, "media": "InputMedia!"},
    "deleteMessage": {"chat_id": "chat!", "message_id": "int!"},
    "pinChatMessage": {**_PINNING, "message_id": "int!", "disable_notification": "bool"},
    "unpinChatMessage": {**_PINNING, "message_id": "int"},
    "answerCallbackQuery": {
        "callback_query_id": "str!",
        "text": "str",
        "show_alert": "bool",
        "url": "str",
        "cache_time": "int",
    },
    "getFile": {"file_id": "str!"},
    "getChat": {"chat_id": "chat!"},
    "getChatMember": {"chat_id": "chat!", "user_id": "int!"},
    "getChatAdministrators": {"chat_id": "chat!", "return_bots": "bool"},
    "getChatMemberCount": {"chat_id": "chat!"},
    "createForumTopic": {
        "chat_id": "chat!",
        "name": "str!",
        "icon_color": "int",
        "icon_custom_emoji_id": "str",
    },
    "leaveChat": {"chat_id": "chat!"},
    "setMessageReaction": {
        "chat_id": "chat!",
        "message_id": "int!",
        "reaction": "[ReactionType]",
        "is_big": "bool",
    },
}

_MEDIA: Shape = {**_CAPTION, "type": "str!", "media": "file!"}
_PICTURE: Shape = {**_MEDIA, "show_caption_above_media": "bool", "has_spoiler": "bool"}

SHAPES: dict[str, Shape] = {
    "InlineKeyboardMarkup": {"inline_keyboard": "[[InlineKeyboardButton]]!"},
    "InlineKeyboardButton": {
        "text": "str!",
        "icon_custom_emoji_id": "str",
        "style": "str",
        "url": "str",
        "callback_data": "str",
        "web_app": "object",
        "login_url": "object",
        "switch_inline_query": "str",
        "switch_inline_query_current_chat": "str",
        "switch_inline_query_chosen_chat": "object",
        "copy_text": "object",
        "callback_game": "object",
        "pay": "bool",
    },
    "ReplyKeyboardMarkup": {
        "keyboard": "[[KeyboardButton]]!",
        "is_persistent": "bool",
        "resize_keyboard": "bool",
        "one_time_keyboard": "bool",
        "input_field_placeholder": "str",
        "selective": "bool",
    },
    "KeyboardButton": {
        "text": "str!",
        "icon_custom_emoji_id": "str",
        "style": "str",
        "request_users": "object",
        "request_chat": "object",
        "request_contact": "bool",
        "request_location": "bool",
        "request_poll": "object",
        "web_app": "object",
    },
    "ReplyKeyboardRemove": {"remove_keyboard": "bool!", "selective": "bool"},
    "ForceReply": {
        "force_reply": "bool!",
        "input_field_placeholder": "str",
        "selective": "bool",
    },
    "ReplyParameters": {
        "message_id": "int!",
        "chat_id": "chat",
        "allow_sending_without_reply": "bool",
        "quote": "str",
        "quote_parse_mode": "str",
        "quote_entities": "[MessageEntity]",
        "quote_position": "int",
        "checklist_task_id": "int",
        "poll_option_id": "str",
    },
    "LinkPreviewOptions": {
        "is_disabled": "bool",
        "url": "str",
        "prefer_small_media": "bool",
        "prefer_large_media": "bool",
        "show_above_text": "bool",
    },
    "MessageEntity": {
        "type": "str!",
        "offset": "int!",
        "length": "int!",
        "url": "str",
        "user": "object",
        "language": "str",
        "custom_emoji_id": "str",
        "unix_time": "int",
        "date_time_format": "str",
    },
    "BotCommand": {"command": "str!", "description": "str!"},
    "BotCommandScope": {"type": "str!", "chat_id": "chat", "user_id": "int"},
    "ReactionType": {"type": "str!", "emoji": "str", "custom_emoji_id": "str"},
    "InputMediaPhoto": _PICTURE,
    "InputMediaVideo": {
        **_PICTURE,
        "thumbnail": "file",
        "cover": "file",
        "start_timestamp": "int",
        "width": "int",
        "height": "int",
        "duration": "int",
        "supports_streaming": "bool",
    },
    "InputMediaDocument": {
        **_MEDIA,
        "thumbnail": "file",
        "disable_content_type_detection": "bool",
    },
}

# A reply_markup is told apart by the one key that each form must have.
MARKUPS: dict[str, str] = {
    "inline_keyboard": "InlineKeyboardMarkup",
    "keyboard": "ReplyKeyboardMarkup",
    "remove_keyboard": "ReplyKeyboardRemove",
    "force_reply": "ForceReply",
}

UPDATE_TYPES = words(
    """message edited_message channel_post edited_channel_post business_connection
    business_message edited_business_message deleted_business_messages guest_message managed_bot
    message_reaction message_reaction_count inline_query chosen_inline_result callback_query
    shipping_query pre_checkout_query purchased_paid_media poll poll_answer my_chat_member
    chat_member chat_join_request chat_boost removed_chat_boost"""
)
# These three come only to a bot that names them.
UPDATES_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})

CHAT_ACTIONS = words(
    """typing upload_photo record_video upload_video record_voice upload_voice upload_document
    choose_sticker find_location record_video_note upload_video_note"""
)
SCOPES = words(
    """default all_private_chats all_group_chats all_chat_administrators chat
    chat_administrators chat_member"""
)
TOPIC_COLOURS = frozenset({0x6FB9F0, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0xFF93B2, 0xFB6F5F})
REACTIONS = words("👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 😢 🎉 🤩 🙏 👌 🕊 😍 💯 ⚡ 🏆 💔 😐 👀 🤝 ✍ 🫡 🆒")
ADMIN_RIGHTS = words(
    """is_anonymous can_manage_chat can_delete_messages can_manage_video_chats
    can_restrict_members can_promote_members can_change_info can_invite_users can_post_stories
    can_edit_stories can_delete_stories can_pin_messages can_manage_topics"""
)

# Methods that exist but are not modelled are answered 501, so that nobody mistakes a typo (404)
# for a gap in this server.
UNMODELLED = words(
    """addStickerToSet answerInlineQuery answerPreCheckoutQuery answerShippingQuery
    answerWebAppQuery approveChatJoinRequest approveSuggestedPost banChatMember
    banChatSenderChat closeForumTopic closeGeneralForumTopic copyMessage copyMessages
    createChatInviteLink createChatSubscriptionInviteLink createInvoiceLink
    createNewStickerSet declineChatJoinRequest declineSuggestedPost deleteBusinessMessages
    deleteChatPhoto deleteChatStickerSet deleteForumTopic deleteMessages deleteStickerFromSet
    deleteStickerSet deleteStory editChatInviteLink editForumTopic editGeneralForumTopic
    editMessageChecklist editMessageLiveLocation editStory exportChatInviteLink forwardMessage
    forwardMessages getAvailableGifts getBusinessConnection getChatGifts getChatMenuButton
    getCustomEmojiStickers getForumTopicIconStickers getGameHighScores
    getMyDefaultAdministratorRights getMyDescription getMyName getMyShortDescription
    getMyStarBalance getStarTransactions getStickerSet getUserChatBoosts getUserGifts
    getUserProfilePhotos hideGeneralForumTopic postStory promoteChatMember readBusinessMessage
    refundStarPayment reopenForumTopic reopenGeneralForumTopic restrictChatMember
    revokeChatInviteLink savePreparedInlineMessage sendAnimation sendAudio sendChecklist
    sendContact sendDice sendGame sendGift sendInvoice sendLocation sendMessageDraft
    sendPaidMedia sendPoll sendSticker sendVenue sendVideo sendVideoNote sendVoice
    setChatAdministratorCustomTitle setChatDescription setChatMenuButton setChatPermissions
    setChatPhoto setChatStickerSet setChatTitle setGameScore setMyDefaultAdministratorRights
    setMyDescription setMyName setMyShortDescription setPassportDataErrors setWebhook
    stopMessageLiveLocation stopPoll unbanChatMember unbanChatSenderChat
    unhideGeneralForumTopic unpinAllChatMessages unpinAllForumTopicMessages
    unpinAllGeneralForumTopicMessages uploadStickerFile verifyChat verifyUser"""
)
