"""How the columns of somebody's file become comments: ``data/mappings/<name>.toml``.

Layer 2. A mapping is data that an office may write itself; every key is checked, unknown ones are
refused, and an error names what was found and what is accepted.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor.errors import ConfigError
from monitor.records import Kind, SourceId, Visibility

FIELDS = (
    "id", "text", "created_at", "author", "author_id", "title", "url", "post_id", "parent_id",
    "platform", "domain", "rating", "like_count", "reply_count",
)  # fmt: skip
REQUIRED = ("text", "created_at")
_KEYS = {
    "source", "platform", "kind", "visibility", "zone", "day_first", "date_formats", "join_title",
    "columns", "extra", "own", "marks", "platforms",
}  # fmt: skip
_NOT_WORDS = re.compile(r"[\W_]+")

Aliases = Mapping[str, tuple[str, ...]]
# Our name -> the columns that it is read from: the first of a row that is not empty.
Places = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class FileMapping:
    """One profile. ``columns`` and ``extra``: our name -> accepted headers, already simplified.

    ``extra`` columns are kept in the comment's ``raw``; every other column is dropped unread.
    ``join_title`` puts the title before the text, for forms that ask for both. ``own``: the office
    wrote the rows, so they are never counted. ``platforms``: how this tool names our platforms.
    ``marks``: a file is read so by itself if its header has one of each of these lists.
    """

    name: str
    source: SourceId
    platform: str
    kind: Kind
    visibility: Visibility
    zone: ZoneInfo
    day_first: bool
    date_formats: tuple[str, ...]
    join_title: bool
    columns: Aliases
    extra: Aliases
    own: bool = False
    marks: tuple[tuple[str, ...], ...] = ()
    platforms: Aliases = field(default_factory=dict)

    def places(self, header: Sequence[object]) -> dict[str, tuple[int, ...]] | None:
        """Our name -> positions in a header row; None if a required column is missing."""
        names = [simple(str(cell)) for cell in header]
        found: dict[str, tuple[int, ...]] = {}
        for name, aliases in {**self.extra, **self.columns}.items():
            at = tuple(names.index(alias) for alias in aliases if alias in names)
            if at:
                found[name] = at
        return found if all(name in found for name in REQUIRED) else None

    def fits(self, header: Sequence[object]) -> bool:
        """Whether a header row is surely of the tool that this profile is made for."""
        names = {simple(str(cell)) for cell in header}
        marked = bool(self.marks) and all(not names.isdisjoint(mark) for mark in self.marks)
        return marked and self.places(header) is not None

    def missing(self, header: Sequence[object]) -> ConfigError:
        """The error that shows the columns found and the headers accepted."""
        shown = ", ".join(repr(str(cell)[:40]) for cell in header[:30] if str(cell).strip())
        accepted = "; ".join(f"{field}: {', '.join(self.columns[field])}" for field in REQUIRED)
        return ConfigError(
            f"mapping {self.name}: columns found: {shown or 'none'}: accepted for {accepted}"
        )


def load_mapping(path: Path) -> FileMapping:
    """Read a mapping file; its name is the file's.

    Raises:
        ConfigError: it is missing, no TOML, or a key or value is not accepted.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as e:
        known = ", ".join(sorted(p.stem for p in path.parent.glob("*.toml"))) or "none"
        raise ConfigError(f"mapping {path.stem}: not readable: mappings here: {known}") from e
    unknown = sorted(table.keys() - _KEYS)
    if unknown:
        accepted = ", ".join(sorted(_KEYS))
        raise ConfigError(f"mapping {path.stem}: unknown key {unknown[0]!r}: accepted: {accepted}")
    return _checked(path.stem, table)


def picked(places: Places, cells: Sequence[object]) -> dict[str, object]:
    """A row's cells by our names; of several columns the first that is not empty."""
    found: dict[str, object] = {}
    for name, positions in places.items():
        there = [cells[at] for at in positions if at < len(cells)]
        if there:
            found[name] = next((cell for cell in there if str(cell or "").strip()), there[0])
    return found


def simple(name: str) -> str:
    """A header as it is compared: "Created_At " -> "created at"."""
    return _NOT_WORDS.sub(" ", name.casefold()).strip()


def _checked(name: str, table: dict[str, object]) -> FileMapping:
    columns = _aliases(name, table, "columns")
    wrong = sorted(columns.keys() - set(FIELDS))
    if wrong:
        raise ConfigError(
            f"mapping {name}: columns.{wrong[0]}: unknown: accepted: {', '.join(FIELDS)}"
        )
    lacking = [field for field in REQUIRED if field not in columns]
    if lacking:
        raise ConfigError(f"mapping {name}: columns.{lacking[0]}: missing: a list of headers")
    try:
        return FileMapping(
            name=name,
            source=SourceId(str(table.get("source", f"file-{name}"))),
            platform=str(table.get("platform", "file")),
            kind=Kind(str(table.get("kind", "comment"))),
            visibility=Visibility(str(table.get("visibility", "public"))),
            zone=ZoneInfo(str(table.get("zone", "Asia/Jakarta"))),
            day_first=_flag(name, table, "day_first", default=True),
            date_formats=_names(name, "date_formats", table.get("date_formats", [])),
            join_title=_flag(name, table, "join_title", default=False),
            columns=columns,
            extra=_aliases(name, table, "extra"),
            own=_flag(name, table, "own", default=False),
            marks=_marks(name, table.get("marks", [])),
            platforms=_aliases(name, table, "platforms"),
        )
    except (ValueError, ZoneInfoNotFoundError) as e:
        raise ConfigError(f"mapping {name}: kind, visibility or zone: {e}") from e


def _aliases(name: str, table: dict[str, object], key: str) -> dict[str, tuple[str, ...]]:
    found = table.get(key, {})
    if not isinstance(found, dict):
        raise ConfigError(f"mapping {name}: {key}: not a table of lists")
    return {
        field: tuple(simple(alias) for alias in _names(name, f"{key}.{field}", aliases))
        for field, aliases in found.items()
    }


def _marks(name: str, value: object) -> tuple[tuple[str, ...], ...]:
    if not isinstance(value, list):
        raise ConfigError(f"mapping {name}: marks: {value!r}: accepted is a list of lists of texts")
    return tuple(
        tuple(simple(header) for header in _names(name, "marks", headers)) for headers in value
    )


def _names(name: str, key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"mapping {name}: {key}: {value!r}: accepted is a list of texts")
    return tuple(cast(list[str], value))


def _flag(name: str, table: dict[str, object], key: str, *, default: bool) -> bool:
    value = table.get(key, default)
    if not isinstance(value, bool):
        raise ConfigError(f"mapping {name}: {key}: {value!r}: accepted is true or false")
    return value
