"""Reading the JSON of a site that may change its mind: absent, null and odd values stay harmless.

Layer 2, pure. Only what a comment cannot be without (its id, its time) raises ValueError, and
:func:`each` then leaves that one row out: one odd row never costs the others.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from monitor.records import Comment

log = logging.getLogger("monitor")

Row = Mapping[str, Any]
_T = TypeVar("_T")
_LINK = re.compile(r"<([^<>]*)>\s*;([^,<]*)")
_SPACES = re.compile(r"\s+")


def text(row: Row, key: str) -> str:
    """A text, "" for anything else."""
    value = row.get(key)
    return value if isinstance(value, str) else ""


def name_of(row: Row, key: str) -> str:
    """An id as text: sites write them as text or, up to 19 digits long, as numbers.

    Raises:
        ValueError: there is none.
    """
    value = row.get(key)
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise ValueError(f"{key}: no id")


def maybe_name(row: Row, key: str) -> str | None:
    """Like :func:`name_of`, None for none."""
    try:
        return name_of(row, key)
    except ValueError:
        return None


def maybe(row: Row, key: str) -> str | None:
    """A text, None when it is absent, empty or something else."""
    return text(row, key) or None


def count(row: Row, key: str) -> int | None:
    """A number of things, written as a number or as digits; None for anything else."""
    value = row.get(key)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value[:18])
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def inner(row: Row, *path: str) -> dict[str, Any]:
    """The object at the end of a path, {} when a step is missing."""
    value: object = row
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return dict(value) if isinstance(value, Mapping) else {}


def objects(row: Row, key: str) -> list[dict[str, Any]]:
    """The objects of a list; what is no object is left out."""
    value = row.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def iso(value: str) -> datetime | None:
    """The instant (UTC) of an ISO 8601 text, also of ``+0000``; None if it is none."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def instant(row: Row, key: str) -> datetime:
    """An instant, written as ISO 8601 or as seconds since 1970.

    Raises:
        ValueError: it is none.
    """
    value = row.get(key)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=value)
        except OverflowError as e:
            raise ValueError(f"{key}: no instant") from e
    at = iso(value) if isinstance(value, str) else None
    if at is None:
        raise ValueError(f"{key}: no instant")
    return at


def maybe_instant(row: Row, key: str) -> datetime | None:
    """Like :func:`instant`, None for none."""
    try:
        return instant(row, key)
    except ValueError:
        return None


def each(
    rows: Iterable[dict[str, Any]], make: Callable[[dict[str, Any]], Comment | None], where: str
) -> tuple[Comment, ...]:
    """A comment of each row; rows that have no id or no time are left out and counted in the log.

    ``make`` may return None for a row that is none of ours.
    """
    made, odd = [], 0
    for row in rows:
        try:
            comment = make(row)
        except ValueError:
            odd += 1
            continue
        if comment is not None:
            made.append(comment)
    if odd:
        log.warning("%s: %s rows without id or time left out", where, odd)
    return tuple(made)


def same_words(shown: str, sent: str) -> bool:
    """Whether a site shows what we sent: spaces, look-alike forms and trimming aside."""
    return _plain(shown) == _plain(sent)


def ends_with_words(shown: str, sent: str) -> bool:
    """Like :func:`same_words`, where a site puts a name before an answer ("@ani ...")."""
    return _plain(shown).endswith(_plain(sent)) and bool(sent.strip())


def _plain(words: str) -> str:
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", words)).strip()


def link_param(header: str, rel: str, param: str) -> str | None:
    """A query value of one address of a ``Link`` header; the address itself is never followed."""
    for address, about in _LINK.findall(header):
        if f'rel="{rel}"' in about or f"rel={rel}" in about:
            found = parse_qs(urlsplit(address).query).get(param)
            return found[0] if found else None
    return None
