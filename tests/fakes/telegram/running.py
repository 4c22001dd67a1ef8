"""Runs the server in a thread of its own, on a free port of the loopback interface."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .control import Control
from .server import Api
from .state import BOT_ID, State

TOKEN = f"{BOT_ID}:AAloopback-token-for-tests-only-00000"
_START_S = 5.0


class FakeTelegram(Control):
    """A Bot API server on loopback, to be used in a `with` statement.

    `url` is http://127.0.0.1:P, `base_url` and `base_file_url` are what python-telegram-bot
    wants, `token` is the only token that is let in.
    """

    def __init__(
        self, token: str = TOKEN, port: int = 0, clock: Callable[[], float] = time.time
    ) -> None:
        bot_id = token.partition(":")[0]
        bot = {
            "id": int(bot_id) if bot_id.isdigit() else BOT_ID,
            "is_bot": True,
            "first_name": "Siaga",
            "username": "siaga_loopback_bot",
            "can_join_groups": True,
            "can_read_all_group_messages": True,
            "supports_inline_queries": False,
        }
        super().__init__(State(token, bot, clock))
        self.token = token
        self._asked_port = port

    def start(self) -> Self:
        """Listen; returns when the first request can be made."""
        # With the protocol named asyncio turns Nagle's algorithm off, which costs 40 ms a call.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._asked_port))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.base_url = f"{self.url}/bot"
        self.base_file_url = f"{self.url}/file/bot"
        self._ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(listener)), name="fake-telegram", daemon=True
        )
        self._thread.start()
        if not self._ready.wait(_START_S):
            raise RuntimeError("fake telegram: did not start")
        return self

    async def _serve(self, listener: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._api = Api(self._state, self)
        config = uvicorn.Config(
            self._api.application,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._api.drop = self._drop
        serving = asyncio.ensure_future(self._server.serve(sockets=[listener]))
        while not self._server.started and not serving.done():
            await asyncio.sleep(0.002)
        self._ready.set()
        await serving

    def _drop(self, client: Any) -> None:
        """Close the connection of one client at once, with no answer on it."""
        for connection in list(self._server.server_state.connections):
            if isinstance(connection, H11Protocol) and connection.client == tuple(client):
                connection.transport.abort()

    def stop(self) -> None:
        """End held polls and pauses, then the thread; doing it twice does no harm."""
        if not self._thread.is_alive():
            return
        with self._state.lock:
            self._state.updates.closing = True
            self._state.updates.wake()
        self._loop.call_soon_threadsafe(self._api.closing.set)
        self._server.should_exit = True
        self._thread.join(_START_S)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
