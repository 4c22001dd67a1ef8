"""Checks calls and answers of the YouTube API against Google's own description of it.

The description lies in google-api-python-client as a file; nothing of that package is imported.
A problem is one sentence; none means that Google's own client would take it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

Json = Mapping[str, Any]

_INTEGERS = {"int32": (-(2**31), 2**31 - 1), "uint32": (0, 2**32 - 1)}
_DIGITS = re.compile(r"-?\d{1,20}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
_TYPES = {"string": str, "boolean": bool, "integer": int, "number": (int, float)}


@cache
def document() -> dict[str, Any]:
    """The description of youtube v3."""
    found = find_spec("googleapiclient")
    assert found is not None and found.submodule_search_locations
    folder = Path(next(iter(found.submodule_search_locations)))
    text = (folder / "discovery_cache" / "documents" / "youtube.v3.json").read_text("utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


@cache
def _methods() -> dict[tuple[str, str], dict[str, Any]]:
    """Every method by its verb and its path below the base URL."""
    prefix = "youtube/v3/"
    return {
        (method["httpMethod"], method["path"].removeprefix(prefix)): method
        for resource in document()["resources"].values()
        for method in resource.get("methods", {}).values()
    }


def call_problems(
    verb: str, path: str, lists: Mapping[str, Sequence[str]], body: object
) -> Iterator[str]:
    """What is wrong with a request: its path, its parameters, its body."""
    method = _methods().get((verb, path))
    if method is None:
        yield f"{verb} {path}: no such method"
        return
    known = {**document()["parameters"], **method["parameters"]}
    for name in lists.keys() - known.keys():
        yield f"{path}: {name}: no such parameter"
    for name, about in known.items():
        if about.get("required") and name not in lists:
            yield f"{path}: {name}: missing"
        for value in lists.get(name, ()):
            yield from _param_problems(f"{path}: {name}", about, value)
        if not about.get("repeated") and len(lists.get(name, ())) > 1:
            yield f"{path}: {name}: given twice"
    wanted = method.get("request")
    if wanted is not None:
        yield from _problems(path, wanted, body)
    elif body:
        yield f"{path}: takes no body"


def answer_problems(verb: str, path: str, body: object) -> Iterator[str]:
    """What is wrong with an answer of status 200 (or 204)."""
    given = _methods()[verb, path].get("response")
    if given is not None:
        yield from _problems(f"answer of {path}", given, body)
    elif body:
        yield f"answer of {path}: has no body"


def _param_problems(where: str, about: Json, value: str) -> Iterator[str]:
    parts = value.split(",") if about.get("repeated") else [value]
    for part in parts:
        if not part:
            yield f"{where}: empty"
        if "enum" in about and part not in about["enum"]:
            yield f"{where}: {part}: not one of its values"
        if about["type"] == "boolean" and part not in ("true", "false"):
            yield f"{where}: {part}: no boolean"
        if about["type"] == "integer":
            yield from _number_problems(where, about, part)
        if about.get("format") == "google-datetime" and not _INSTANT.fullmatch(part):
            yield f"{where}: {part}: no instant"


def _number_problems(where: str, about: Json, part: str) -> Iterator[str]:
    if not _DIGITS.fullmatch(part):
        yield f"{where}: {part}: no integer"
    elif not int(about.get("minimum", part)) <= int(part) <= int(about.get("maximum", part)):
        yield f"{where}: {part}: out of range"


def _problems(where: str, about: Json, value: object) -> Iterator[str]:
    if "$ref" in about:
        about = document()["schemas"][about["$ref"]]
    kind = about["type"]
    if kind == "object":
        yield from _object_problems(where, about, value)
    elif kind == "array":
        if not isinstance(value, list):
            yield f"{where}: no list"
            return
        for item in value:
            yield from _problems(f"{where}[]", about["items"], item)
    else:
        yield from _scalar_problems(where, about, value)


def _object_problems(where: str, about: Json, value: object) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where}: no object"
        return
    properties = about.get("properties", {})
    for name, inner in value.items():
        shape = properties.get(name, about.get("additionalProperties"))
        if shape is None:
            yield f"{where}.{name}: no such property"
        else:
            yield from _problems(f"{where}.{name}", shape, inner)


def _scalar_problems(where: str, about: Json, value: object) -> Iterator[str]:
    kind, form = about["type"], about.get("format", "")
    odd_bool = isinstance(value, bool) and kind != "boolean"
    if odd_bool or not isinstance(value, _TYPES[kind]):
        yield f"{where}: {type(value).__name__} where a {kind} stands"
        return
    if "enum" in about and value not in about["enum"]:
        yield f"{where}: {value}: not one of its values"
    if form in _INTEGERS and isinstance(value, int):
        low, high = _INTEGERS[form]
        if not low <= value <= high:
            yield f"{where}: {value}: no {form}"
    if form in ("int64", "uint64") and not _DIGITS.fullmatch(str(value)):
        yield f"{where}: {value}: no {form}"
    if form in ("date-time", "google-datetime") and not _INSTANT.fullmatch(str(value)):
        yield f"{where}: {value}: no instant"
