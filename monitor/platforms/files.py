"""File import: any other tool's CSV, spreadsheet or JSON becomes comments.

Layer 2. Streams: a row is a :class:`~monitor.records.Comment` or a
:class:`~monitor.platforms.file_tables.BadRow`, never a crash. It writes nothing but the report of
bad rows. HTML stays in the text: cleaning it is the business of ``monitor.text``.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from monitor.errors import ConfigError
from monitor.platforms.dates import numeric_date, written_date
from monitor.platforms.file_json import json_array, json_lines
from monitor.platforms.file_mapping import FileMapping
from monitor.platforms.file_platforms import platform_of
from monitor.platforms.file_tables import (
    LONGEST_CELL,
    SHEETS,
    BadRow,
    Record,
    delimited,
    raw_of,
    sheets,
)
from monitor.records import Comment

__all__ = ["BadRow", "read_file", "write_report"]

LINES, TABLES = (".jsonl", ".ndjson"), (".csv", ".tsv", ".txt")
_OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_EXACT = 2**53  # a spreadsheet's number above this has lost digits
_POWER = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE]\+?\d+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_EXCEL_DAY_ZERO = datetime(1899, 12, 30)
_EXCEL_DAYS = (20_000.0, 80_000.0)
_SECONDS = (1e9, 1e10)
_MILLISECONDS = (1e12, 1e13)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def read_file(
    path: Path, mapping: FileMapping, now: datetime | None = None
) -> Iterator[Comment | BadRow]:
    """Read a file row by row, in its order.

    ``now`` judges dates that lie in the future; by default it is the clock's.

    Raises:
        ConfigError: not a file, not a format that is read, or without the required columns.
    """
    for row in _records(path, mapping):
        yield row if isinstance(row, BadRow) else _row(row, mapping, now or datetime.now(UTC))


def write_report(path: Path, bad_rows: Iterable[BadRow]) -> int:
    """Write bad rows as CSV (line, reason, raw) and return how many there were.

    A cell that a spreadsheet would run as a formula is written as text.
    """
    count = 0
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "reason", "raw"])
        for row in bad_rows:
            writer.writerow([row.line, harmless(row.reason), harmless(row.raw)])
            count += 1
    return count


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def _records(path: Path, mapping: FileMapping) -> Iterator[Record | BadRow]:
    if not path.is_file():
        raise ConfigError(f"{path.name}: not a file")
    ending = path.suffix.lower()
    if ending in SHEETS:
        return sheets(path, mapping)
    if ending in LINES:
        return json_lines(path, mapping)
    if ending == ".json":
        return json_array(path, mapping)
    if ending in TABLES:
        return delimited(path, mapping)
    raise ConfigError(
        f"{path.name}: not a format that is read: accepted: .csv .tsv .txt .json .jsonl .ndjson "
        + " ".join(SHEETS)
    )


def _row(record: Record, mapping: FileMapping, now: datetime) -> Comment | BadRow:
    try:
        return _comment(record, mapping, now)
    except ValueError as e:
        return BadRow(record.line, str(e), raw_of(list(record.cells.values())))


def _comment(record: Record, mapping: FileMapping, now: datetime) -> Comment:
    cells = record.cells
    words, title = _text(cells, "text"), _text(cells, "title")
    if not words:
        raise ValueError("the text is empty")
    created_at = _created(cells.get("created_at"), mapping, now)
    named = _text(cells, "platform")
    platform = platform_of(named, _text(cells, "domain"), mapping)
    author = _text(cells, "author")
    text = f"{title}\n{words}" if mapping.join_title and title else words
    # As the file says it: a name that we learn to read must not make another comment of a row.
    hashed = _hash(named.lower() or mapping.platform, author, text, created_at)
    kept = {name: _text(cells, name) for name in mapping.extra if _text(cells, name)}
    return Comment(
        source_id=mapping.source,
        platform=platform,
        external_id=_id(cells.get("id")) or hashed,
        text=text,
        created_at=created_at,
        kind=mapping.kind,
        parent_id=_other_id(cells.get("parent_id")),
        post_id=_other_id(cells.get("post_id")),
        post_title=title or None,
        author_id=_id(cells.get("author_id")) or None,
        author_name=author or None,
        author_is_owner=mapping.own,
        like_count=_count(cells.get("like_count")),
        reply_count=_count(cells.get("reply_count")),
        rating=_rating(cells.get("rating")),
        permalink=_text(cells, "url") or None,
        visibility=mapping.visibility,
        reply_block="file",
        raw=json.dumps(kept, ensure_ascii=False),
    )


def _text(cells: dict[str, object], field: str) -> str:
    """A cell as text, checked: a row that the store could not keep is refused here."""
    value = cells.get(field)
    text = _shown(value).replace("\0", "").strip()
    if len(text) > LONGEST_CELL:
        raise ValueError(f"{field}: longer than {LONGEST_CELL} characters")
    if _SURROGATE.search(text):
        raise ValueError(f"{field}: broken characters (not UTF-8)")
    return text


def _shown(value: object) -> str:
    if value is None or isinstance(value, bool | dict | list):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    return str(value)


def _id(value: object) -> str:
    """An id as text.

    Raises:
        ValueError: a spreadsheet has rounded it: it names another comment, or none.
    """
    text = _text({"id": value}, "id").removeprefix("'")
    if _POWER.fullmatch(text) or (isinstance(value, float) and abs(value) >= _EXACT):
        raise ValueError(f"id {text[:40]}: a spreadsheet has rounded it: export ids as text")
    return text


def _other_id(value: object) -> str | None:
    """The id of what a row belongs to; 0 says that it belongs to nothing."""
    text = _id(value)
    return None if text in ("", "0") else text


def _created(value: object, mapping: FileMapping, now: datetime) -> datetime:
    at = _instant(value, mapping)
    if at is None:
        raise ValueError(f"date not understood: {_shown(value)[:40]!r}")
    if at > now + _DAY:
        raise ValueError(f"date in the future: {at.isoformat()}")
    if at < _OLDEST:
        raise ValueError(f"date before 2000: {at.isoformat()}")
    return at


def _instant(value: object, mapping: FileMapping) -> datetime | None:
    if isinstance(value, datetime):
        return _utc(value, mapping)
    if isinstance(value, date):
        return _utc(datetime.combine(value, time()), mapping)
    text = _text({"created_at": value}, "created_at")
    try:
        return _utc(datetime.fromisoformat(text), mapping)
    except (ValueError, OverflowError):
        pass
    return (
        _by_formats(text, mapping)
        or numeric_date(text, mapping.zone, day_first=mapping.day_first)
        or written_date(text, mapping.zone)
        or _counted(text, mapping)
    )


def _by_formats(text: str, mapping: FileMapping) -> datetime | None:
    for form in mapping.date_formats:
        try:
            return _utc(datetime.strptime(text, form), mapping)
        except (ValueError, OverflowError):
            continue
    return None


def _counted(text: str, mapping: FileMapping) -> datetime | None:
    """Days since 1899 (a spreadsheet's date cell), or seconds or milliseconds since 1970."""
    try:
        number = float(text)
    except ValueError:
        return None
    if _EXCEL_DAYS[0] <= number < _EXCEL_DAYS[1]:
        return _utc(_EXCEL_DAY_ZERO + timedelta(seconds=round(number * 86_400)), mapping)
    if _SECONDS[0] <= number < _SECONDS[1]:
        return datetime.fromtimestamp(number, UTC)
    if _MILLISECONDS[0] <= number < _MILLISECONDS[1]:
        return datetime.fromtimestamp(number / 1_000, UTC)
    return None


def _utc(at: datetime, mapping: FileMapping) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=mapping.zone)).astimezone(UTC)


def _count(value: object) -> int | None:
    if isinstance(value, float) and not value.is_integer():
        return None
    digits = re.sub(r"[.,\s]", "", _shown(value))
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None


def _rating(value: object) -> float | None:
    try:
        rating = float(_shown(value).replace(",", "."))
    except ValueError:
        return None
    return rating if 0 <= rating <= 100 else None


def _hash(platform: str, author: str, text: str, at: datetime) -> str:
    """The same row of two exports gets the same id; the minute, because exports drop seconds."""
    whole = "\x1f".join((platform, author, text, at.strftime("%Y-%m-%dT%H:%M")))
    return "h-" + hashlib.blake2b(whole.encode(), digest_size=12).hexdigest()
