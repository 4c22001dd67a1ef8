"""Runs the page in a thread of its own, beside the pipeline and the bot."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from monitor.errors import ConfigError

_START_SECONDS = 10.0
_STOP_SECONDS = 5.0


class Server:
    """A web server on one loopback address; :meth:`start` once, :meth:`stop` at the end."""

    def __init__(self, app: ASGIApp, host: str, port: int, table: str = "web") -> None:
        """Port 0 takes a free one; ``table`` of the configuration names another.

        Raises:
            ConfigError: the address cannot be had, for example because another program has it.
        """
        self._listener = _listen(host, port, table)
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self._listener.getsockname()[1]}"
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                http="h11",
                interface="asgi3",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=3,
            )
        )
        # access_log=False takes its handlers away; whoever adds one must not read addresses, where
        # a platform's handshake names what was agreed on in secret.
        logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
        self._failure: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)

    def start(self) -> None:
        """Serve from now on; returns once requests are answered.

        Raises:
            ConfigError: the server ended before it answered.
        """
        self._thread.start()
        end = time.monotonic() + _START_SECONDS
        while not self._server.started and self._thread.is_alive() and time.monotonic() < end:
            time.sleep(0.01)
        if not self._server.started:
            self.stop()
            raise ConfigError(f"web: {self.url}: did not start: {self._failure}")

    def stop(self) -> None:
        """Finish the requests under way and end the thread."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)
        self._listener.close()

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._listener])
        except OSError as error:
            self._failure = error


def serve(
    app: ASGIApp,
    host: str,
    port: int,
    on_ready: Callable[[str], None] = lambda url: None,
    table: str = "web",
) -> Server:
    """Start a server and tell ``on_ready`` its address; the caller stops it.

    Raises:
        ConfigError: the address cannot be had.
    """
    server = Server(app, host, port, table)
    server.start()
    on_ready(server.url)
    return server


def _listen(host: str, port: int, table: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named asyncio turns Nagle's algorithm off, which costs 40 ms a request.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"{table}: {host}:{port}: {error.strerror or error}; choose another [{table}] port"
        ) from error
    return listener
