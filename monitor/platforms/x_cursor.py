"""Where the reading of X's lists stands: ``since_id``, and the page of a reading under way.

Layer 2, pure. A list is asked for what is newer than ``since_id``; the newest id of its first page
becomes the next ``since_id``, but only when all pages are in. Ids are texts of 19 digits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from monitor.errors import StorageError
from monitor.platforms.windows import with_version

VERSION = 1


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading under way: the next page, the newest id seen, how many posts, when it began."""

    token: str
    high: str | None
    count: int
    began_at: int


@dataclass(frozen=True, slots=True)
class Line:
    """One list. ``done_at``: when it was last read to its end (unix seconds)."""

    since_id: str | None = None
    done_at: int | None = None
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """The cursor: one line a list. ``first_from``: the first reading's reach, while it lasts."""

    lines: Mapping[str, Line] = field(default_factory=dict)
    first_from: int | None = None

    def line(self, name: str) -> Line:
        """Where a list stands."""
        return self.lines.get(name, Line())

    def moved(self, name: str, line: Line) -> Lines:
        """With one list further on."""
        return replace(self, lines={**self.lines, name: line})

    def to_json(self) -> str:
        """The text that the store keeps."""
        return json.dumps({"version": VERSION, **asdict(self)}, ensure_ascii=False)


def lines_from(cursor: str | None, source: str, first_from: datetime) -> Lines:
    """The cursor as it was stored; at the first reading one that reaches back to ``first_from``.

    Raises:
        StorageError: it is damaged, or of another version of this program.
    """
    if cursor is None:
        return Lines(first_from=int(first_from.timestamp()))
    state = with_version(cursor, source, VERSION)
    try:
        lines = {name: _line(fields) for name, fields in state["lines"].items()}
        return Lines(lines, state["first_from"])
    except (KeyError, TypeError, AttributeError) as e:
        raise StorageError(f"cursor of {source}: not readable: damaged") from e


def at(seconds: int) -> datetime:
    """The instant of unix seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def _line(fields: dict[str, Any]) -> Line:
    reading = fields["reading"]
    return Line(
        fields["since_id"], fields["done_at"], None if reading is None else Reading(**reading)
    )
