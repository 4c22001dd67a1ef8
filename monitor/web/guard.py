"""What keeps strangers out: the Host check, the headers of every answer, and the form token.

The page has no login and answers on loopback only. A web site that citizens' links lead to could
still make this browser send requests here, so: another name that resolves to this machine (DNS
rebinding) is refused by its Host header, a form of another site lacks the token, and no site may
frame this one. No script runs that is not one of our own files.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 64 * 1024
_MOST_FIELDS = 12
_NAMES = ("127.0.0.1", "localhost", "[::1]")
_HTTP_PORT = 80
_FORM = "application/x-www-form-urlencoded"

SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


class Guard:
    """ASGI middleware: answers only to this machine's own names, and sets the headers."""

    def __init__(self, app: ASGIApp, refused: ASGIApp) -> None:
        """``refused`` answers requests under a foreign name."""
        self._app = app
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                secure(MutableHeaders(scope=message), scope["path"])
            await send(message)

        app = self._app if _own_name(scope) else self._refused
        await app(scope, receive, send_secured)


def secure(headers: MutableHeaders, path: str) -> None:
    """Set the security headers; our own files may be kept if the browser asks whether they hold."""
    headers.update(SECURITY_HEADERS)
    if path.startswith("/static/"):
        headers["Cache-Control"] = "no-cache"


def _own_name(scope: Scope) -> bool:
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if len(hosts) != 1 or not scope.get("server"):
        return False
    port = scope["server"][1]
    own = {f"{name}:{port}" for name in _NAMES}
    if port == _HTTP_PORT:
        own.update(_NAMES)
    return hosts[0].decode("latin-1").lower() in own


async def read_form(request: Request, token: str, most: int = MOST_BYTES) -> Mapping[str, str]:
    """The fields of a form of our own page, of at most so many bytes.

    Raises:
        HTTPException: 415 no plain form, 413 longer than any form of ours, 400 unreadable, 403
            without the page's token.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise HTTPException(415)
    try:
        pairs = parse_qsl(
            (await _body(request, most)).decode("ascii", "replace"),
            keep_blank_values=True,
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError as error:
        raise HTTPException(400) from error
    fields = dict(pairs)
    given = fields.pop("token", "")
    if not hmac.compare_digest(given.encode("utf-8", "replace"), token.encode()):
        raise HTTPException(403)
    return fields


async def _body(request: Request, most: int) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise HTTPException(413)
    return body
