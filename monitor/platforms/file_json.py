"""Rows out of JSON arrays and JSON lines, read as streams.

Layer 2. A line that cannot be read becomes a bad row and reading goes on after it; in an array the
items after a broken one cannot be found, so the rest is reported as one bad row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO

from monitor.errors import ConfigError
from monitor.platforms.file_mapping import FileMapping, Places, picked
from monitor.platforms.file_tables import (
    CHUNK,
    HEADER_WITHIN,
    LONGEST_LINE,
    LONGEST_RAW,
    BadRow,
    Record,
    raw_of,
)

_LONGEST_ITEM = 8_000_000
_MOST_SHAPES = 1_000


def json_lines(path: Path, mapping: FileMapping) -> Iterator[Record | BadRow]:
    """The objects of a JSONL file.

    Raises:
        ConfigError: the first object lacks the required columns.
    """
    with path.open("rb") as file:
        yield from _named(_json_lines(file), mapping)


def json_array(path: Path, mapping: FileMapping) -> Iterator[Record | BadRow]:
    """The objects of a JSON array, read as a stream; ``line`` counts items.

    Raises:
        ConfigError: it is no array, or the first object lacks the required columns.
    """
    with path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
        yield from _named(_json_items(file, path.name), mapping)


def json_tops(path: Path) -> Iterator[list[object]]:
    """The keys of the first objects of a JSON array or of JSON lines.

    Raises:
        ConfigError: a .json file that is no array.
    """
    if path.suffix.lower() == ".json":
        with path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
            yield from _keys(_json_items(file, path.name))
    else:
        with path.open("rb") as lines:
            yield from _keys(_json_lines(lines))


def _keys(items: Iterable[tuple[int, object] | BadRow]) -> Iterator[list[object]]:
    for item in islice(items, HEADER_WITHIN):
        if not isinstance(item, BadRow) and isinstance(item[1], dict):
            yield list(_flat(item[1]))


def _json_lines(file: IO[bytes]) -> Iterator[tuple[int, object] | BadRow]:
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        shown = line[:LONGEST_RAW].decode("utf-8", "replace")
        if len(line) >= LONGEST_LINE and not line.endswith(b"\n"):
            while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            yield BadRow(number, f"line longer than {LONGEST_LINE} bytes", shown)
            continue
        try:
            text = line.decode("utf-8-sig").strip()
            if text:
                yield number, json.loads(text)
        except UnicodeDecodeError:
            yield BadRow(number, "not UTF-8", shown)
        except (ValueError, RecursionError):
            yield BadRow(number, "broken JSON", shown)


def _json_items(file: IO[str], name: str) -> Iterator[tuple[int, object] | BadRow]:
    """Items one by one; after a broken one the rest cannot be found and is reported as one."""
    decoder = json.JSONDecoder()
    text = file.read(CHUNK).lstrip()
    if not text.startswith("["):
        raise ConfigError(f"{name}: not a JSON array of objects: accepted are [..] and .jsonl")
    text, number = text[1:], 1
    while not (text := text.lstrip(" \t\r\n,")).startswith("]"):
        found = _first_item(decoder, text)
        if found is not None:
            item, end = found
            yield number, item
            text, number = text[end:], number + 1
            continue
        # reading as much again as there is keeps long items linear
        more = "" if len(text) > _LONGEST_ITEM else file.read(max(CHUNK, len(text)))
        if not more:
            yield BadRow(number, "broken JSON: the rest is not read", text[:LONGEST_RAW])
            return
        text += more


def _first_item(decoder: json.JSONDecoder, text: str) -> tuple[object, int] | None:
    """The first item and where it ends; None if it is not complete, or never will be."""
    try:
        item, end = decoder.raw_decode(text)
    except (ValueError, RecursionError):
        return None
    # a number or a word may go on in the next piece
    return (item, end) if end < len(text) else None


def _named(
    items: Iterable[tuple[int, object] | BadRow], mapping: FileMapping
) -> Iterator[Record | BadRow]:
    shapes: dict[tuple[str, ...], Places | None] = {}
    known = False
    for item in items:
        if isinstance(item, BadRow):
            yield item
            continue
        line, value = item
        if not isinstance(value, dict):
            yield BadRow(line, "not an object", raw_of(value))
            continue
        flat = _flat(value)
        shape = tuple(flat)
        if shape not in shapes:
            shapes = shapes if len(shapes) < _MOST_SHAPES else {}
            shapes[shape] = mapping.places(shape)
        places = shapes[shape]
        if places is None and not known:
            raise mapping.missing(shape)
        known = True
        yield _record(line, places, list(flat.values()))


def _record(line: int, places: Places | None, values: list[object]) -> Record | BadRow:
    if places is None:
        return BadRow(line, "no text or no date", raw_of(values))
    return Record(line, picked(places, values))


def _flat(value: dict[str, object], prefix: str = "", depth: int = 3) -> dict[str, object]:
    """``{"content": {"raw": 1}}`` -> ``{"content.raw": 1}``."""
    flat: dict[str, object] = {}
    for key, inner in value.items():
        if isinstance(inner, dict) and depth:
            flat.update(_flat(inner, f"{prefix}{key}.", depth - 1))
        else:
            flat[f"{prefix}{key}"] = inner
    return flat
