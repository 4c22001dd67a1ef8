"""The staff bot in a thread of its own during an exercise, with one command more."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from typing import cast

from telegram import Message, Update, User
from telegram.error import TelegramError
from telegram.ext import ApplicationHandlerStop, CommandHandler, filters

from monitor.bot import Listener, build_application, talk
from monitor.bot.application import App
from monitor.bot.desk import Context
from monitor.errors import ConfigError
from monitor.messages import answers
from monitor.messages import drill as words
from monitor.records import Role
from monitor.running import Service
from monitor.steps.tools import log
from monitor.store import people
from monitor.telegram.marking import marked_request

_STOP_S = 15.0


class BotThread:
    """Listens until it is stopped; ``over`` is called when an admin ends the exercise."""

    def __init__(self, service: Service, over: Callable[[], None]) -> None:
        settings = service.tools.settings
        assert settings.telegram.token is not None
        self._service, self._over = service, over
        self.error: ConfigError | None = None
        application = build_application(
            service.tools,
            service.open_db,
            settings.telegram.token.get_secret_value(),
            settings.telegram.base_url,
            service.wake,
            service.clock,
            marked_request,
        )
        name = words.END_COMMAND[0]
        application.add_handler(
            CommandHandler(name, self._on_end, filters.UpdateType.MESSAGE), group=-2
        )
        application.post_init = self._announce
        self._listener = Listener(application)
        self._thread = threading.Thread(target=self._run, name="drill-bot", daemon=True)

    def start(self) -> None:
        """Listen from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening, also while the server cannot be reached."""
        self._listener.stop()
        self._thread.join(_STOP_S)

    def _run(self) -> None:
        try:
            self._listener.run()
        except ConfigError:
            self.error = ConfigError("drill: token: refused by the server; set SIAGA_DRILL__TOKEN")
        finally:
            # Without the bot nobody can press: an exercise does not go on alone.
            self._over()

    async def _announce(self, application: App) -> None:
        try:
            await application.bot.set_my_commands([*answers.COMMANDS, words.END_COMMAND])
        except TelegramError as error:
            log.warning("commands: not announced: %s", error)

    async def _on_end(self, update: Update, context: Context) -> None:
        message = cast(Message, update.effective_message)
        with closing(self._service.open_db()) as db:
            person = people.by_telegram(db, cast(User, update.effective_user).id)
        said = answers.NOT_REGISTERED if person is None else words.ONLY_ADMIN
        ends = person is not None and Role.ADMIN in person.roles
        said = words.ENDING if ends else said
        try:
            await talk.say(context.bot, talk.spot_of(message), answers.said(said))
        finally:
            if ends:
                self._over()
        raise ApplicationHandlerStop  # else it would be called a command that nobody knows
