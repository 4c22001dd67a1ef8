"""Puts the handlers together; nothing is decided here."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime
from functools import partial
from typing import Any

from sqlite_utils import Database
from telegram import Update
from telegram.error import InvalidToken
from telegram.ext import (
    Application,
    ApplicationBuilder,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ExtBot,
    MessageHandler,
    TypeHandler,
    filters,
)
from telegram.request import HTTPXRequest

from monitor.bot import (
    asked,
    asking,
    chats,
    commands,
    faults,
    intake,
    learning,
    narrative,
    presence,
    presses,
    register,
    rota,
    sensitivity,
)
from monitor.bot.desk import Context, Desk
from monitor.errors import ConfigError
from monitor.steps.tools import Tools
from monitor.telegram.calls import web_request

App = Application[Any, Any, Any, Any, Any, Any]
_Handler = Callable[[Desk, Update, Context], Coroutine[Any, Any, None]]


class _Bot(ExtBot[None]):
    """A bot whose refusal does not quote its token."""

    async def initialize(self) -> None:
        """Ask the server who we are.

        Raises:
            ConfigError: the token is refused.
        """
        try:
            await super().initialize()
        except InvalidToken:
            raise ConfigError(
                "telegram: token: refused by the server; set SIAGA_TELEGRAM__TOKEN"
            ) from None


def build_application(
    tools: Tools,
    open_db: Callable[[], Database],
    token: str,
    base_url: str,
    wake: Callable[[], None],
    clock: Callable[[], datetime],
    request: Callable[[float], HTTPXRequest] = web_request,
) -> App:
    """The bot, for a ``Listener`` to run.

    ``open_db`` is called in the thread that handles updates, ``wake`` after any change.
    ``base_url`` is the server's address without ``/bot``. Polling with a token that the server
    refuses ends with a ConfigError. ``request`` makes the connections that everything goes through.
    """
    desk = Desk(tools, open_db, wake, clock)
    timeout = tools.settings.telegram.timeout_seconds
    bot = _Bot(
        token,
        base_url=f"{base_url}/bot",
        base_file_url=f"{base_url}/file/bot",
        request=request(timeout),
        get_updates_request=request(timeout),
    )
    application = (
        ApplicationBuilder()
        .bot(bot)
        .job_queue(None)
        .concurrent_updates(False)
        .post_init(_announce)
        .post_shutdown(partial(_close, desk))
        .build()
    )
    _add_handlers(application, desk)
    return application


def _add_handlers(application: App, desk: Desk) -> None:
    def bound(handler: _Handler) -> Callable[[Update, Context], Coroutine[Any, Any, None]]:
        return partial(handler, desk)

    new = filters.UpdateType.MESSAGE
    forwarded = new & filters.FORWARDED & filters.ChatType.PRIVATE
    reply = new & filters.TEXT & filters.REPLY & ~filters.COMMAND
    application.add_handlers(
        [
            CallbackQueryHandler(bound(presses.on_press)),
            # First: a forwarded text may begin like a command.
            MessageHandler(forwarded, bound(intake.on_forward)),
            CommandHandler("isu", bound(asking.on_issue), new),
            CommandHandler("tanya", bound(asking.on_question), new),
            CommandHandler("titip", bound(intake.on_titip), new),
            CommandHandler("start", bound(register.on_start), new),
            CommandHandler("undang", bound(register.on_invite), new),
            CommandHandler("serahterima", bound(register.on_hand_over), new),
            CommandHandler("orang", bound(register.on_people), new),
            CommandHandler("bantuan", bound(commands.on_help), new),
            CommandHandler("status", bound(commands.on_status), new),
            CommandHandler("saya", bound(commands.on_me), new),
            CommandHandler("kepekaan", bound(sensitivity.on_sensitivity), new),
            CommandHandler("jaga", bound(rota.on_rota), new),
            CommandHandler("latih", bound(learning.on_learn), new),
            CommandHandler("narasi", bound(narrative.on_narrative), new),
            MessageHandler(filters.StatusUpdate.MIGRATE, bound(chats.on_move)),
            MessageHandler(reply, bound(asked.on_reply)),
            MessageHandler(new & filters.TEXT & filters.ChatType.PRIVATE, bound(asked.on_words)),
            ChatMemberHandler(bound(chats.on_standing), ChatMemberHandler.MY_CHAT_MEMBER),
        ]
    )
    # In a group of its own: it is nobody's answer, and runs before whoever answers.
    application.add_handler(TypeHandler(Update, bound(presence.on_anything)), group=-1)
    application.add_error_handler(faults.on_error)


async def _announce(application: App) -> None:
    await commands.announce(application.bot)


async def _close(desk: Desk, application: App) -> None:
    desk.close()
