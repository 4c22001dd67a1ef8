"""Where platforms call us: ``/hook/NAME`` and nothing else, on an address of its own.

Layer 3. An optional accelerator: a delivery goes through the same upsert as a poll, and polling
goes on whether it comes or not. Everybody may call here, so a delivery is read only after its
signature has been checked by the platform file; neither a body nor a secret goes to the log.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.errors import MonitorError, PlatformError, Reason
from monitor.platforms.base import Delivery, Hook
from monitor.records import SourceId
from monitor.steps.tools import Tools, log
from monitor.store import deliveries
from monitor.store.sources import Rechecks
from monitor.web.guard import SECURITY_HEADERS

MOST_BYTES: Final = 1_000_000
_TELL_EVERY: Final = timedelta(minutes=10)
_JSON, _TEXT = "application/json", "text/plain"
# What the platform is told by the reason of a refusal; it repeats what was answered with 503.
_STATUS: Final[Mapping[Reason, int]] = {
    Reason.PERMISSION: 403,
    Reason.AUTH: 403,
    Reason.BAD_ANSWER: 400,
}


class Refusals:
    """What was refused, told to the log now and then: anybody can call here, as often as he likes.

    Safe between threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: dict[SourceId, datetime] = {}
        self._since: dict[SourceId, int] = {}

    def count(self, source_id: SourceId, why: str, now: datetime) -> None:
        """Count one; the first is told at once, the others together every ten minutes."""
        with self._lock:
            self._since[source_id] = self._since.get(source_id, 0) + 1
            told = self._told.get(source_id)
            if told is not None and now - told < _TELL_EVERY:
                return
            self._told[source_id] = now
            count = self._since.pop(source_id)
        log.warning("webhook %s: %d refused: %s", source_id, count, why)


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another source of the same platform, known by the account that a delivery names."""

    id: SourceId
    account: str


@dataclass(frozen=True)
class Reception:
    """What every call works with: the hooks by their source, the store, the service to wake."""

    hooks: Mapping[SourceId, Hook]
    siblings: Mapping[SourceId, Sequence[Sibling]]
    rechecks: Mapping[SourceId, Rechecks]
    open_db: Callable[[], Database]
    wake: Callable[[], None]
    clock: Callable[[], datetime]
    refusals: Refusals = field(default_factory=Refusals)

    def shake(self, source_id: SourceId, params: Mapping[str, str]) -> Response:
        """The answer to a platform that asks whether this address is ours."""
        return self._guarded(source_id, lambda now: self._shaken(source_id, params, now))

    def take(self, source_id: SourceId, headers: Mapping[str, str], raw: bytes) -> Response:
        """The answer to a delivery, once it is stored; 503 makes the platform repeat it."""
        return self._guarded(source_id, lambda now: self._taken(source_id, headers, raw, now))

    def _guarded(self, source_id: SourceId, act: Callable[[datetime], Response]) -> Response:
        now = self.clock()
        try:
            return act(now)
        except PlatformError as error:
            status = _STATUS.get(error.reason, 503)
            self.refusals.count(source_id, f"{error.reason}, answered {status}", now)
            return _answer(status)
        except (MonitorError, sqlite3.Error) as error:
            log.error("webhook %s: %s", source_id, error)
        except Exception as error:  # its own words may hold what a citizen wrote: only where it was
            where = "".join(traceback.format_tb(error.__traceback__))
            log.error("webhook %s: unexpected %s\n%s", source_id, type(error).__name__, where)
        return _answer(503)

    def _shaken(self, source_id: SourceId, params: Mapping[str, str], now: datetime) -> Response:
        told = self.hooks[source_id].handshake(params)
        if told is None:
            self.refusals.count(source_id, "not the handshake that was agreed on", now)
            return _answer(403)
        return _answer(200, told, _JSON if told.startswith("{") else _TEXT)

    def _taken(
        self, source_id: SourceId, headers: Mapping[str, str], raw: bytes, now: datetime
    ) -> Response:
        told = [(source_id, self.hooks[source_id].received(headers, raw, now))]
        told += self._of_others(source_id, headers, raw, now)
        with closing(self.open_db()) as db:
            for name, delivery in told:
                self._store(db, name, delivery, raw, now)
        return _answer(200)

    def _of_others(
        self, source_id: SourceId, headers: Mapping[str, str], raw: bytes, now: datetime
    ) -> Iterator[tuple[SourceId, Delivery]]:
        """What it tells of other accounts: an app has one address for all that it looks after."""
        for other in self.siblings.get(source_id, ()):
            if f'"{other.account}"'.encode() not in raw:
                continue
            try:
                yield other.id, self.hooks[other.id].received(headers, raw, now)
            except PlatformError as error:
                if error.reason not in _STATUS:  # those say that it is not of this one's app
                    raise

    def _store(
        self, db: Database, source_id: SourceId, delivery: Delivery, raw: bytes, now: datetime
    ) -> None:
        if not delivery.key:
            delivery = replace(delivery, key=hashlib.sha256(raw).hexdigest())
        count = deliveries.take(db, source_id, delivery, now, self.rechecks.get(source_id))
        if count is not None and (count or delivery.gone or delivery.poll):
            self.wake()


def _siblings(tools: Tools, hooks: Mapping[SourceId, Hook]) -> dict[SourceId, list[Sibling]]:
    """For each source with a hook the others of its platform that are known by an account."""
    found: dict[SourceId, list[Sibling]] = {}
    for name in hooks:
        site = tools.accounts[name].platform.name
        found[name] = [
            Sibling(other, part.account)
            for other in hooks
            for part in (tools.settings.sources.get(other),)
            if other != name and tools.accounts[other].platform.name == site
            if part is not None and part.account
        ]
    return found


def build_hooks(
    tools: Tools,
    open_db: Callable[[], Database],
    wake: Callable[[], None],
    clock: Callable[[], datetime],
) -> Starlette:
    """The receiver as an ASGI application.

    ``open_db`` opens a connection for the calling thread; each delivery uses and closes its own.
    ``wake`` is called after every delivery that brought something.
    """
    accounts = tools.accounts.items()
    app = Starlette(
        routes=[
            Route("/hook/{source}", _handshake, methods=["GET"]),
            Route("/hook/{source}", _delivery, methods=["POST"]),
        ],
        exception_handlers={HTTPException: _refused, ClientDisconnect: _left},
    )
    hooks = {n: one.connected.hook for n, one in accounts if one.connected.hook is not None}
    app.state.reception = Reception(
        hooks,
        _siblings(tools, hooks),
        {
            name: Rechecks(one.platform.keeps_days)
            for name, one in accounts
            if one.connected.refetcher is not None
        },
        open_db,
        wake,
        clock,
    )
    return app


async def _handshake(request: Request) -> Response:
    reception, source_id = _asked(request)
    return await run_in_threadpool(reception.shake, source_id, dict(request.query_params))


async def _delivery(request: Request) -> Response:
    reception, source_id = _asked(request)
    raw = await _body(request)
    return await run_in_threadpool(reception.take, source_id, dict(request.headers), raw)


def _asked(request: Request) -> tuple[Reception, SourceId]:
    reception: Reception = request.app.state.reception
    source_id = SourceId(request.path_params["source"])
    if source_id not in reception.hooks:
        raise HTTPException(404)
    return reception, source_id


async def _body(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise HTTPException(413)
    return body


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    response = _answer(error.status_code)
    response.headers.update(error.headers or {})
    return response


def _left(request: Request, error: Exception) -> Response:
    """A platform that hung up in the middle hears nothing of it."""
    return _answer(400)


def _answer(status: int, text: str = "", kind: str = _TEXT) -> Response:
    return Response(text, status, dict(SECURITY_HEADERS), kind)
