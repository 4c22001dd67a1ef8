"""Reads the parameters of one request by the catalogue and notes everything that is not right.

A client may send a form, a query string or JSON, so that a number can come as text. What is
merely unknown is noted and ignored, as the real service does; what is missing or ill-typed is
noted and refused. Knows nothing of chats or messages.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .catalogue import MARKUPS, METHODS, SHAPES, Shape

Json = dict[str, Any]
_ABSENT = object()


class Refusal(Exception):  # noqa: N818 - an answer of the service, named as monitor.errors does
    """An answer other than success: HTTP code, description and response parameters."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(cause: str) -> Refusal:
    """The 400 answer with the service's prefix."""
    return Refusal(400, f"Bad Request: {cause}")


class Refused501(Refusal):
    """Something that the real service knows and this server does not model."""

    def __init__(self, what: str) -> None:
        super().__init__(501, f"Not Implemented: {what} is not modelled by this server")


@dataclass(frozen=True, slots=True)
class Upload:
    """One file part of a multipart request."""

    filename: str
    content_type: str
    data: bytes


@dataclass(slots=True)
class Request:
    """The parameters of one call, read, with what was wrong about them."""

    method: str
    values: Json = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    refusal: Refusal | None = None

    def file(self, value: object) -> Upload | str:
        """The upload that a `file` value points to, or the text (a file id or address) itself."""
        if isinstance(value, Upload):
            return value
        text = str(value)
        if not text.startswith("attach://"):
            return text
        name = text.removeprefix("attach://")
        if name not in self.uploads:
            raise bad_request(f'attached file "{name}" not found')
        return self.uploads[name]


class _Bad(Exception):  # noqa: N818 - never leaves this file
    """A value that is not of its kind."""


def read_request(method: str, raw: Mapping[str, Any], uploads: Mapping[str, Upload]) -> Request:
    """Check `raw` and `uploads` against the catalogue; never raises."""
    request = Request(method, uploads=dict(uploads))
    shape = METHODS[method]
    for name in raw:
        if name not in shape:
            request.violations.append(f"{method}: unknown parameter: {name}")
    for name, kind in shape.items():
        _read_parameter(request, name, kind, raw.get(name, _ABSENT))
    if request.refusal is None:
        _check_uploads(request, shape)
    return request


def _read_parameter(request: Request, name: str, kind: str, value: object) -> None:
    bare = kind.rstrip("!")
    if bare == "file" and name in request.uploads:
        request.values[name] = request.uploads[name]
        return
    if value is _ABSENT or value is None:
        if kind.endswith("!"):
            _refuse(request, f"missing parameter: {name}", _missing(name))
        return
    try:
        request.values[name] = _read(bare, value, name, request)
    except _Bad as e:
        _refuse(request, f"ill-typed parameter: {e}", bad_request(f"invalid value of {e}"))
    except Refused501 as e:
        request.refusal = request.refusal or e


def _refuse(request: Request, note: str, refusal: Refusal) -> None:
    request.violations.append(f"{request.method}: {note}")
    request.refusal = request.refusal or refusal


def _missing(name: str) -> Refusal:
    wording = {
        "text": "message text is empty",
        "message_id": "message identifier is not specified",
        "photo": "there is no photo in the request",
        "document": "there is no document in the request",
    }
    return bad_request(wording.get(name, f"{name} is empty"))


def _check_uploads(request: Request, shape: Shape) -> None:
    mentioned = set(re.findall(r"attach://([^'\"\s]+)", str(request.values)))
    for name in request.uploads:
        if shape.get(name, "").rstrip("!") != "file" and name not in mentioned:
            request.violations.append(f"{request.method}: upload not used: {name}")


def _read(kind: str, value: object, where: str, request: Request) -> Any:
    """`value` as its kind; raises _Bad naming the place."""
    if kind in ("int", "bool", "chat", "str", "file"):
        return _read_primitive(kind, value, where)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as e:
            raise _Bad(f"{where}: not JSON") from e
    if kind.startswith("["):
        if not isinstance(value, list):
            raise _Bad(f"{where}: not a list")
        inner = kind[1:-1]
        return [_inner(inner, item, f"{where}[{i}]", request) for i, item in enumerate(value)]
    if not isinstance(value, dict):
        raise _Bad(f"{where}: not an object")
    if kind == "object":
        return value
    return _read_object(kind, value, where, request)


def _inner(kind: str, value: object, where: str, request: Request) -> Any:
    """A value inside JSON, where text that holds JSON is no longer accepted."""
    if isinstance(value, str) and kind not in ("str", "chat", "file"):
        raise _Bad(f"{where}: text where {kind} belongs")
    if kind == "str" and not isinstance(value, str):
        raise _Bad(f"{where}: not text")
    return _read(kind, value, where, request)


def _read_primitive(kind: str, value: object, where: str) -> Any:
    if kind == "bool":
        if isinstance(value, bool):
            return value
        if str(value).lower() in ("true", "false", "1", "0"):
            return str(value).lower() in ("true", "1")
        raise _Bad(f"{where}: not a bool")
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise _Bad(f"{where}: not of kind {kind}")
    if kind in ("str", "file"):
        if not isinstance(value, str):
            raise _Bad(f"{where}: not text")
        return value
    if re.fullmatch(r"-?\d{1,19}", str(value)):
        return int(value)
    if kind == "chat" and re.fullmatch(r"@\w+", str(value)):
        return value
    raise _Bad(f"{where}: not of kind {kind}")


def _read_object(kind: str, value: Json, where: str, request: Request) -> Json:
    shape = SHAPES.get(_form(kind, value, where))
    if shape is None:
        raise Refused501(f"{kind} of this form")
    for name in value:
        if name not in shape:
            request.violations.append(f"{request.method}: unknown field: {where}.{name}")
    read: Json = {}
    for name, wanted in shape.items():
        if value.get(name) is not None:
            read[name] = _inner(wanted.rstrip("!"), value[name], f"{where}.{name}", request)
        elif wanted.endswith("!"):
            raise _Bad(f"{where}.{name}: missing")
    return read


def _form(kind: str, value: Json, where: str) -> str:
    if kind == "Markup":
        for key, form in MARKUPS.items():
            if key in value:
                return form
        raise _Bad(f"{where}: no known keyboard")
    if kind == "InputMedia":
        return f"InputMedia{str(value.get('type')).capitalize()}"
    return kind
