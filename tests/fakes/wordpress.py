"""A loopback WordPress: serves :class:`~tests.fakes.wordpress_rest.Rest` with faults.

A wrong application password is silently nobody; without https none is accepted; plain permalinks
are asked with ``?rest_route=``.
"""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Receive, Scope, Send

from .serving import Served, read_body, send_raw
from .wordpress_rest import PASSWORD, START, Asked, Rest, User

__all__ = ["PASSWORD", "START", "FakeWordPress"]


@dataclass
class Fault:
    """What goes wrong: on routes containing ``match`` (ending with it, if it ends in ``$``).

    ``mode``: ``status`` answers ``status`` with ``body`` (json, html, truncated, empty);
    ``drop`` cuts the line before anything is done; ``after`` does the work and cuts the line;
    ``cut`` does the work and sends half of the answer; ``delay`` only waits.
    """

    match: str
    mode: str = "status"
    method: str = ""
    status: int = 500
    body: str = "json"
    code: str = "injected"
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    times: int = 1


class FakeWordPress(Served, Rest):
    """The site on a loopback port; ``asked`` lists every REST request.

    ``link_header``: "" for the right one, None for none, else what is sent instead.
    """

    def __init__(
        self, *, plain: bool = False, https: bool = True, zone: str = "Asia/Jakarta"
    ) -> None:
        Rest.__init__(self, https=https, zone=zone)
        Served.__init__(self)
        self.plain = plain
        self.link_header: str | None = ""
        self.faults: list[Fault] = []
        self.asked: list[Asked] = []

    def fault(self, match: str, **settings: Any) -> None:
        """Make the next fitting request go wrong."""
        self.faults.append(Fault(match, **settings))

    def application(self) -> ASGIApp:
        return self._answer

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive)
        asked = self._parse(scope)
        if asked is None:
            await send_raw(send, 200, self._home_headers(), b"<html><body>Beranda</body></html>")
            return
        self.asked.append(asked)
        fault = self._fault_for(asked)
        if fault is not None:
            await asyncio.sleep(fault.delay)
        if fault is not None and fault.mode == "drop":
            self.drop(scope)
            return
        if fault is not None and fault.mode == "status":
            await send_raw(send, fault.status, *_broken(fault))
            return
        status, headers, answer = self.handle(asked, body)
        if fault is not None and fault.mode == "after":
            self.drop(scope)
            return
        headers = {"Content-Type": "application/json; charset=UTF-8", **headers}
        if fault is not None and fault.mode == "cut":
            answer = answer[: len(answer) // 2]
        await send_raw(send, status, headers, answer)

    def _home_headers(self) -> dict[str, str]:
        root = f"{self.url}/?rest_route=/" if self.plain else f"{self.url}/wp-json/"
        link = f'<{root}>; rel="https://api.w.org/", <{self.url}/?p=1>; rel=shortlink'
        link = link if self.link_header == "" else self.link_header or ""
        return {"Content-Type": "text/html; charset=UTF-8", **({"Link": link} if link else {})}

    def _parse(self, scope: Scope) -> Asked | None:
        params = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        headers = {k.decode().lower(): v.decode() for k, v in scope["headers"]}
        route = params.pop("rest_route", None)
        path = scope["path"]
        if route is None and path.startswith("/wp-json") and not self.plain:
            route = path.removeprefix("/wp-json") or "/"
        if route is None and path == "/":
            return None
        user = self._user(headers.get("authorization", ""))
        return Asked(
            scope["method"], route or "(lost)", params, user, headers.get("user-agent", "")
        )

    def _user(self, header: str) -> User | None:
        if not header.startswith("Basic ") or not self.https:
            return None
        name, _, password = base64.b64decode(header[6:]).decode().partition(":")
        right = password.replace(" ", "") == PASSWORD.replace(" ", "")
        return self.users.get(name) if right else None

    def _fault_for(self, asked: Asked) -> Fault | None:
        for fault in self.faults:
            there = fault.match.rstrip("$") in asked.route
            if fault.match.endswith("$"):
                there = asked.route.endswith(fault.match[:-1])
            fits = there and fault.method in ("", asked.method)
            if fits and fault.times > 0:
                fault.times -= 1
                return fault
        return None


def _broken(fault: Fault) -> tuple[dict[str, str], bytes]:
    headers = {"Content-Type": "application/json; charset=UTF-8", **fault.headers}
    if fault.body == "html":
        page = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>"
        return headers | {"Content-Type": "text/html; charset=UTF-8"}, page
    if fault.body == "truncated":
        return headers, b'[{"id":1,"post":1,"author_name":"trunc'
    if fault.body == "empty":
        return headers, b""
    if fault.body != "json":
        return headers, fault.body.encode()
    data = {"code": fault.code, "message": "rahasia dari situs", "data": {"status": fault.status}}
    return headers, json.dumps(data).encode()
