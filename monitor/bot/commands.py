"""Commands: what anybody may ask, and what registered people may."""

from __future__ import annotations

import logging
from typing import cast

from telegram import Bot, Message, Update, User
from telegram.error import TelegramError

from monitor.bot import talk
from monitor.bot.desk import Context, Desk
from monitor.messages import Message as Words
from monitor.messages import answers
from monitor.messages.help import help_for
from monitor.messages.status import status
from monitor.steps.standing import standing

log = logging.getLogger(__name__)


async def on_help(desk: Desk, update: Update, context: Context) -> None:
    """/bantuan, and /start without an invitation: what this person can do."""
    person = desk.person(cast(User, update.effective_user).id)
    words = answers.said(answers.WELCOME) if person is None else help_for(person.roles)
    await _say(update, context, words)


async def on_status(desk: Desk, update: Update, context: Context) -> None:
    """/status: what goes on, what waits, what is silent, who is on duty; for registered people."""
    user = cast(User, update.effective_user)
    if desk.person(user.id) is None:
        await _say(update, context, answers.said(answers.NOT_REGISTERED))
        return
    await _say(update, context, status(standing(desk.db, desk.tools, desk.clock())))


async def on_me(desk: Desk, update: Update, context: Context) -> None:
    """/saya: the number and roles that an admin needs to know."""
    user = cast(User, update.effective_user)
    person = desk.person(user.id)
    name, roles = (person.name, sorted(person.roles)) if person else (None, [])
    await _say(update, context, answers.who(user.id, name, roles))


async def announce(bot: Bot) -> None:
    """Show the commands in Telegram's menu; without them the bot works all the same."""
    try:
        await bot.set_my_commands(answers.COMMANDS)
    except TelegramError as error:
        log.warning("commands: not announced: %s", error)


async def _say(update: Update, context: Context, words: Words) -> None:
    message = cast(Message, update.effective_message)
    await talk.say(context.bot, talk.spot_of(message), words)
