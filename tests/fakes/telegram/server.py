"""The HTTP side: reads a call, lets faults and limits act, answers, records.

One Starlette application with three doors: `/bot<token>/<method>`, `/file/bot<token>/<path>`
and `/_ctl/<order>`. Nothing here knows what a method does.
"""

import asyncio
import base64
import contextlib
import copy
import json
import math
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .catalogue import METHODS, UNMODELLED, UPDATE_TYPES, words
from .checks import Json, Refusal, Refused501, Request, Upload, read_request
from .control import Control
from .faults import Fault
from .methods import ANSWERS
from .places import known_chat
from .state import State

_BY_LOWER_NAME = {name.lower(): name for name in (*METHODS, *UNMODELLED)}
# What the service counts against its limits: whatever puts or changes words on a screen.
_LIMITED = words(
    """sendMessage sendPhoto sendDocument sendMediaGroup editMessageText editMessageCaption
    editMessageMedia editMessageReplyMarkup"""
)
_ORDERS = words(
    """bot chat message edit delete press update fault faults_clear limits calls messages
    callback violations state reset"""
)
_HTML_502 = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
_LOOK_AGAIN_S = 0.25


class Api:
    """The application; `drop` closes the connection of a client address without a word."""

    def __init__(self, state: State, control: Control) -> None:
        self._state = state
        self._control = control
        self.drop: Callable[[Any], None] = lambda client: None
        self.closing = asyncio.Event()
        both = ["GET", "POST"]
        self.application = Starlette(
            routes=[
                Route("/bot{token}/{method}", self._call, methods=both),
                Route("/file/bot{token}/{path:path}", self._download),
                Route("/_ctl/file", self._file),
                Route("/_ctl/{order}", self._order, methods=both),
            ]
        )

    async def _call(self, http: HttpRequest) -> Response:
        if http.path_params["token"] != self._state.token:
            return _refused(Refusal(401, "Unauthorized"))
        asked = http.path_params["method"]
        method = _BY_LOWER_NAME.get(asked.lower())
        if method not in METHODS:
            return self._unmodelled(asked, method)
        try:
            raw, uploads = await _body(http)
        except (ValueError, AssertionError):
            return _refused(Refusal(400, "Bad Request: can't parse the request body"))
        request = read_request(method, raw, uploads)
        call, fault = self._arrived(request, raw)
        try:
            response = await self._answered(http, request, call, fault)
        finally:
            self._left(call)
        if fault is not None:
            await self._pause(fault.delay)
            return await self._spoiled(http, fault, response)
        return response

    def _unmodelled(self, asked: str, method: str | None) -> Response:
        with self._state.lock:
            kind = "unknown" if method is None else "not modelled"
            self._state.violations.append(f"{asked}: {kind} method")
        return _refused(Refusal(404, "Not Found") if method is None else Refused501(method))

    def _arrived(self, request: Request, raw: Json) -> tuple[Json, Fault | None]:
        state = self._state
        with state.lock:
            values = {**raw, **_told(request.values), **_told_uploads(request)}
            call: Json = {
                "seq": state.number("call"),
                "at": state.clock(),
                "method": request.method,
                "params": values,
                "ok": None,
                "code": None,
                "description": None,
                "result": None,
            }
            fault = state.faults.take(request.method, values)
            call["fault"] = fault.mode if fault else None
            state.calls.append(call)
            state.violations.extend(request.violations)
            return call, fault

    def _left(self, call: Json) -> None:
        with self._state.changed:
            if call["code"] is None:
                self._state.violations.append(f"{call['method']}: the server failed")
            self._state.changed.notify_all()

    async def _answered(
        self, http: HttpRequest, request: Request, call: Json, fault: Fault | None
    ) -> Response:
        """Do the work unless a fault forbids it; the answer as it should be."""
        try:
            if fault is not None and fault.mode not in ("after", "none"):
                raise fault.refusal()
            if request.refusal is not None:
                raise request.refusal
            if request.method == "getUpdates":
                text = await self._poll(http, request)
            else:
                text = self._performed(request)
        except Refusal as e:
            if isinstance(e, Refused501):
                with self._state.lock:
                    self._state.violations.append(f"{request.method}: {e.description}")
            call |= {"ok": False, "code": e.code, "description": e.description}
            return _refused(e)
        call |= {"ok": True, "code": 200, "result": json.loads(text)["result"]}
        return Response(text, media_type="application/json")

    def _performed(self, request: Request) -> str:
        with self._state.lock:
            if request.method in _LIMITED and "chat_id" in request.values:
                chat = known_chat(self._state, request.values["chat_id"])
                album = request.method == "sendMediaGroup"
                count = len(request.values["media"]) if album else 1
                self._state.limits.admit(chat.id, group=chat.is_group, count=count)
            result = ANSWERS[request.method](self._state, request)
            return json.dumps({"ok": True, "result": result}, ensure_ascii=False)

    async def _poll(self, http: HttpRequest, request: Request) -> str:
        """Wait for updates; a second poll ends this one with 409."""
        updates = self._state.updates
        loop, news = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            loop.call_soon_threadsafe(news.set)

        values = request.values
        limit = min(100, max(1, values.get("limit", 100)))
        with self._state.lock:
            self._remember_allowed(values.get("allowed_updates"))
            updates.confirm(values.get("offset", 0))
            mine = updates.begin(wake)
        ends_at = loop.time() + min(50, max(0, values.get("timeout", 0)))
        try:
            while True:
                news.clear()
                batch = self._batch(mine, limit)
                left = ends_at - loop.time()
                if batch or left <= 0 or updates.closing or await http.is_disconnected():
                    return json.dumps({"ok": True, "result": batch}, ensure_ascii=False)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), min(left, _LOOK_AGAIN_S))
        finally:
            with self._state.lock:
                updates.end(mine)

    def _batch(self, mine: int, limit: int) -> list[Json]:
        """The updates that wait; raises 409 when poll number `mine` is no longer the last."""
        with self._state.lock:
            if self._state.updates.generation != mine:
                cause = "terminated by other getUpdates request; make sure that only one "
                raise Refusal(409, f"Conflict: {cause}bot instance is running")
            return copy.deepcopy(self._state.updates.waiting[:limit])

    def _remember_allowed(self, allowed: list[str] | None) -> None:
        if allowed is None:
            return
        self._state.updates.allowed = allowed
        self._state.violations.extend(
            f"getUpdates: unknown update type: {name}"
            for name in allowed
            if name not in UPDATE_TYPES
        )

    async def _pause(self, seconds: float) -> None:
        """Wait, but not beyond the server's own end."""
        if seconds > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.closing.wait(), seconds)

    async def _spoiled(self, http: HttpRequest, fault: Fault, response: Response) -> Response:
        if fault.mode in ("drop", "after"):
            self.drop(http.client)
            await asyncio.sleep(0.01)
        if fault.mode == "html":
            return Response(_HTML_502, status_code=fault.code or 502, media_type="text/html")
        if fault.mode == "empty":
            return Response(b"", media_type="application/json")
        return response

    async def _download(self, http: HttpRequest) -> Response:
        if http.path_params["token"] != self._state.token:
            return _refused(Refusal(401, "Unauthorized"))
        with self._state.lock:
            for file in self._state.files.values():
                if file.path == http.path_params["path"]:
                    return Response(file.upload.data, media_type=file.upload.content_type)
        return _refused(Refusal(404, "Not Found"))

    async def _file(self, http: HttpRequest) -> Response:
        try:
            return Response(self._control.file_bytes(http.query_params["file_id"]))
        except KeyError:
            return _refused(Refusal(404, "Not Found"))

    async def _order(self, http: HttpRequest) -> Response:
        """One control order; a wrong one is answered 400 with its cause."""
        order = http.path_params["order"]
        if order not in _ORDERS:
            return _refused(Refusal(404, f"no such order: {order}"))
        try:
            arguments = _arguments(dict(http.query_params), await http.body())
            if order == "update":
                arguments = {"raw": arguments}
            result = getattr(self._control, order)(**arguments)
        except (ValueError, TypeError, Refusal) as e:
            return _refused(Refusal(400, f"{order}: {e}"))
        return JSONResponse({"ok": True, "result": result})


def _arguments(query: dict[str, str], body: bytes) -> Json:
    """Keyword arguments of an order; bytes travel as base64, numbers of a query as text."""
    numbers = ("chat_id", "since")
    arguments: Json = {k: int(v) if k in numbers else v for k, v in query.items()}
    arguments |= json.loads(body) if body else {}
    arguments.pop("token", None)
    for name in ("photo", "document"):
        if isinstance(arguments.get(name), str):
            arguments[name] = base64.b64decode(arguments[name])
    return arguments


async def _body(http: HttpRequest) -> tuple[Json, dict[str, Upload]]:
    """Parameters of query, form or JSON, and the files."""
    raw: Json = dict(http.query_params)
    uploads: dict[str, Upload] = {}
    if http.headers.get("content-type", "").startswith("application/json"):
        content = json.loads(await http.body() or b"{}")
        if not isinstance(content, dict):
            raise ValueError("not an object")
        return {**raw, **content}, uploads
    async with http.form() as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                kind = value.content_type or "application/octet-stream"
                uploads[name] = Upload(value.filename or name, kind, await value.read())
            else:
                raw[name] = value
    return raw, uploads


def _told(values: Json) -> Json:
    """Parameters as they are recorded: an upload by its name, kind and size."""
    return {name: _about(v) if isinstance(v, Upload) else v for name, v in values.items()}


def _about(upload: Upload) -> Json:
    return {
        "filename": upload.filename,
        "content_type": upload.content_type,
        "size": len(upload.data),
    }


def _told_uploads(request: Request) -> Json:
    about = {name: _about(upload) for name, upload in request.uploads.items()}
    return {"uploads": about} if about else {}


def _refused(refusal: Refusal) -> Response:
    body: Json = {
        "ok": False,
        "error_code": refusal.code,
        "description": refusal.description,
    }
    if refusal.parameters:
        body["parameters"] = refusal.parameters
    headers = {}
    if "retry_after" in refusal.parameters:
        headers["Retry-After"] = str(math.ceil(refusal.parameters["retry_after"]))
    return JSONResponse(body, status_code=refusal.code, headers=headers)
