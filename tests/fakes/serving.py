"""Runs an ASGI application on a free loopback port in a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_START_S = 10.0
# what a server logs is no word of the product, and some addresses hold a token
logging.getLogger("uvicorn.access").setLevel(logging.WARNING)


class Served:
    """A server for a ``with`` statement; subclasses answer in :meth:`application`."""

    def __init__(self) -> None:
        # With the protocol named asyncio turns Nagle's algorithm off, which costs 40 ms a call.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        self._listener = listener
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"

    def application(self) -> ASGIApp:
        """What answers."""
        raise NotImplementedError

    def drop(self, scope: Scope) -> None:
        """Close the connection of a request at once, with no answer on it."""
        for connection in list(self._server.server_state.connections):
            if isinstance(connection, H11Protocol) and connection.client == tuple(scope["client"]):
                connection.transport.abort()

    def __enter__(self) -> Self:
        config = uvicorn.Config(
            self.application(),
            http="h11",
            interface="asgi3",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        if not ready.wait(_START_S):
            raise RuntimeError("the fake server did not start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.should_exit = True
        self._thread.join(_START_S)
        self._listener.close()

    def _run(self, ready: threading.Event) -> None:
        async def serve() -> None:
            serving = asyncio.ensure_future(self._server.serve(sockets=[self._listener]))
            while not self._server.started and not serving.done():
                await asyncio.sleep(0.002)
            ready.set()
            await serving

        asyncio.run(serve())


class _Host(Served):
    """A server that goes on running while those who answer come and go."""

    guest: ASGIApp | None = None

    def application(self) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            assert self.guest is not None
            await self.guest(scope, receive, send)

        return answer


_IDLE: list[_Host] = []


class Hosted:
    """Like :class:`Served` on a server that runs already: starting one costs a fifth of a second.

    It is given back at the end of the ``with`` statement, for the next one.
    """

    def __init__(self) -> None:
        self._host = _IDLE.pop() if _IDLE else _Host().__enter__()
        self.url = self._host.url

    def application(self) -> ASGIApp:
        """What answers."""
        raise NotImplementedError

    def drop(self, scope: Scope) -> None:
        """Close the connection of a request at once, with no answer on it."""
        self._host.drop(scope)

    def __enter__(self) -> Self:
        self._host.guest = self.application()
        return self

    def __exit__(self, *_: object) -> None:
        _IDLE.append(self._host)


async def send_raw(send: Send, status: int, headers: dict[str, str], body: bytes) -> None:
    """Answer with exactly these headers, even wrong ones."""
    pairs = [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


async def read_body(receive: Receive) -> bytes:
    """The whole body of a request."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)
