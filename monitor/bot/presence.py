"""Who can be reached in private: noticed from whatever a person does, before anything else is."""

from __future__ import annotations

from telegram import Update
from telegram.constants import ChatType

from monitor.bot.desk import Context, Desk
from monitor.store import people


async def on_anything(desk: Desk, update: Update, context: Context) -> None:
    """A message or a press: messages that could not arrive are tried again."""
    user, chat = update.effective_user, update.effective_chat
    if user is None or not (update.message or update.callback_query):
        return
    private = chat is not None and chat.type == ChatType.PRIVATE
    if people.reachable(desk.db, user.id, desk.clock(), private=private):
        desk.wake()
