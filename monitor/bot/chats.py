"""What becomes of a chat: the bot is thrown out or let in, a group becomes a supergroup."""

from __future__ import annotations

from typing import cast

from telegram import ChatMember, ChatMemberRestricted, ChatMemberUpdated, Message, Update
from telegram.constants import ChatType

from monitor.bot.desk import Context, Desk
from monitor.records import ChatId
from monitor.store import people

_GONE = (ChatMember.LEFT, ChatMember.BANNED)


async def on_standing(desk: Desk, update: Update, context: Context) -> None:
    """The bot's own standing in a chat changed: stop writing there, or write again."""
    change = cast(ChatMemberUpdated, update.my_chat_member)
    chat_id, standing = ChatId(change.chat.id), change.new_chat_member
    muted = isinstance(standing, ChatMemberRestricted) and not standing.can_send_messages
    closed, private = standing.status in _GONE or muted, change.chat.type == ChatType.PRIVATE
    if closed:
        why = f"telegram: the bot is {standing.status} there"
        people.block_chat(desk.db, chat_id, why)
        if private:
            people.mark_unreachable(desk.db, chat_id, why)
        return
    waiting = private and people.reachable(desk.db, chat_id, desk.clock(), private=True)
    if people.unblock_chat(desk.db, chat_id) or waiting:
        desk.wake()


async def on_move(desk: Desk, update: Update, context: Context) -> None:
    """A group became a supergroup; both chats tell so, and once is enough."""
    message = cast(Message, update.effective_message)
    old = message.migrate_from_chat_id or message.chat_id
    new = message.migrate_to_chat_id or message.chat_id
    people.migrate_chat(desk.db, ChatId(old), ChatId(new))
    desk.wake()
