"""Runs the bot until it is stopped, and ends it in order at whatever moment that is.

``Application.run_polling`` ends by a signal that is thrown into its event loop: what it was doing
is torn apart, and a second signal tears its ending apart as well. This is the sequence that
python-telegram-bot documents for applications that bring their own loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress

from telegram import Update
from telegram.error import RetryAfter, TelegramError

from monitor.bot.application import App
from monitor.steps.tools import log
from monitor.telegram.refusals import pause_of

# What to ask Telegram for; membership changes come only when they are asked for.
UPDATES = (Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER)

_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 30.0


class Listener:
    """Listens in the thread that calls ``run``, until any thread calls ``stop``."""

    def __init__(self, application: App) -> None:
        self._application = application
        self._loop = asyncio.new_event_loop()
        self._stopped = asyncio.Event()

    def run(self) -> None:
        """Listen, waiting for the server as long as it cannot be reached; once only.

        Raises:
            ConfigError: the server refuses the token.
        """
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._listen())

    def stop(self) -> None:
        """Let ``run`` return when all that came in is answered; as often as one likes."""
        with suppress(RuntimeError):  # the loop is closed: it has ended
            self._loop.call_soon_threadsafe(self._stopped.set)

    async def _listen(self) -> None:
        try:
            await self._unless_stopped(self._begin())
            await self._stopped.wait()
        finally:
            await self._end()

    async def _unless_stopped(self, work: Coroutine[None, None, None]) -> None:
        working = asyncio.ensure_future(work)
        stopping = asyncio.ensure_future(self._stopped.wait())
        await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if working.done():
            working.result()
        else:
            working.cancel()
            await asyncio.wait((working,))

    async def _begin(self) -> None:
        application = self._application
        await self._initialize()
        if application.post_init is not None:
            await application.post_init(application)
        assert application.updater is not None
        # An alert service must outlive an outage of Telegram at its own start.
        await application.updater.start_polling(
            allowed_updates=UPDATES, bootstrap_retries=-1, error_callback=self._on_trouble
        )
        await application.start()

    async def _initialize(self) -> None:
        wait = _FIRST_WAIT_S
        while True:
            try:
                return await self._application.initialize()
            except TelegramError as error:
                log.warning("telegram: no answer yet: %s", type(error).__name__)
                asked = pause_of(error).total_seconds() if isinstance(error, RetryAfter) else 0.0
            await asyncio.sleep(max(wait, asked))
            wait = min(2 * wait, _LONGEST_WAIT_S)

    def _on_trouble(self, error: TelegramError) -> None:
        application = self._application
        application.create_task(application.process_error(update=None, error=error))

    async def _end(self) -> None:
        application = self._application
        assert application.updater is not None
        if application.updater.running:
            await application.updater.stop()
        if application.running:
            await application.stop()
        await application.shutdown()
        # Of an application that has not begun the line above leaves the bot's connections open.
        await application.bot.shutdown()
        if application.post_shutdown is not None:
            await application.post_shutdown(application)
