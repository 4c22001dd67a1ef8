"""Rows out of tables: CSV as a stream, spreadsheets through calamine.

Layer 2. Knows encodings, delimiters, quotes and broken bytes; nothing of comments. A row that
cannot be read becomes a :class:`BadRow` and reading goes on after it.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

import python_calamine as calamine

from monitor.errors import ConfigError
from monitor.platforms.file_mapping import FileMapping, Places, picked

DELIMITERS = ",;\t|"
SHEETS = (".xlsx", ".xlsm", ".xls", ".ods")
HEADER_WITHIN = 20  # exports put a title and a date above the header
LONGEST_CELL = 100_000
LONGEST_LINE = 2_000_000
LONGEST_RAW = 1_000
_MOST_UNPACKED = 500_000_000  # of a spreadsheet, which is a zip file
CHUNK = 65_536

Row = tuple[int, list[object]]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was not taken: its line (or item, or sheet row), why, and its beginning."""

    line: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Record:
    """A row by our names for its columns."""

    line: int
    cells: dict[str, object]


def delimited(path: Path, mapping: FileMapping) -> Iterator[Record | BadRow]:
    """The rows of a CSV file.

    Raises:
        ConfigError: no row near the top has the required columns.
    """
    encoding = encoding_of(path)
    delimiter = _delimiter(path, encoding, mapping)
    with path.open(encoding=encoding, errors=_errors(encoding), newline="") as file:
        rows = _csv_rows(_Lines(_bounded(file)), delimiter)
        yield from _below_header(rows, mapping)


def sheets(path: Path, mapping: FileMapping) -> Iterator[Record | BadRow]:
    """The rows of the first sheet that has the required columns.

    Raises:
        ConfigError: it is no spreadsheet, is protected, or no sheet has the columns.
    """
    top: list[object] = []
    for rows in _tables(path):
        head = rows[:HEADER_WITHIN]
        if any(mapping.places(cells) for _, cells in head):
            yield from _below_header(rows, mapping)
            return
        top = top or next((cells for _, cells in head), [])
    raise mapping.missing(top)


def encoding_of(path: Path) -> str:
    """``utf-8-sig``, ``utf-16`` (by its mark), or ``cp1252`` when it is clearly not UTF-8.

    The whole file is looked at, in pieces. A UTF-8 file with a few broken bytes stays UTF-8: read
    as cp1252, every emoji of it would turn to rubbish.
    """
    good = bad = 0
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    with path.open("rb") as file:
        first = file.read(CHUNK)
        if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        chunk = first
        while chunk:
            text = decoder.decode(chunk)
            broken = text.count("\ufffd")
            bad += broken
            good += sum(not c.isascii() for c in text) - broken if not text.isascii() else 0
            chunk = file.read(CHUNK)
    bad += len(decoder.decode(b"", final=True))
    return "cp1252" if bad > good else "utf-8-sig"


def _errors(encoding: str) -> str:
    """Broken UTF-8 stays visible as surrogates, so that its row can be refused."""
    return "surrogateescape" if encoding == "utf-8-sig" else "replace"


def _delimiter(path: Path, encoding: str, mapping: FileMapping) -> str:
    widest: list[object] = []
    best, most = "", 0
    for delimiter, cells in _tops(path, encoding):
        places = mapping.places(cells)
        widest = cells if len(cells) > len(widest) else widest
        if places and len(places) > most:
            best, most = delimiter, len(places)
    if not best:
        raise mapping.missing(widest)
    return best


def delimited_tops(path: Path) -> Iterator[list[object]]:
    """The first rows of a CSV file, cut at each delimiter in turn: its header is among them."""
    return (cells for _, cells in _tops(path, encoding_of(path)))


def sheet_tops(path: Path) -> Iterator[list[object]]:
    """The first rows of each sheet.

    Raises:
        ConfigError: it is no spreadsheet, or is protected.
    """
    for rows in _tables(path, HEADER_WITHIN):
        yield from (cells for _, cells in rows)


def _tops(path: Path, encoding: str) -> Iterator[tuple[str, list[object]]]:
    with path.open(encoding=encoding, errors=_errors(encoding), newline="") as file:
        head = file.read(CHUNK)
    for delimiter in DELIMITERS:
        rows = (
            row
            for row in _csv_rows(_Lines(io.StringIO(head, newline="")), delimiter)
            if isinstance(row, tuple)
        )
        for _, cells in islice(rows, HEADER_WITHIN):
            yield delimiter, cells


def _bounded(file: IO[str]) -> Iterator[str]:
    """Lines, but never a gigabyte of them at once: a file without line breaks comes in pieces."""
    return iter(lambda: file.readline(LONGEST_LINE), "")


class _Lines:
    """Lines with their number, which can be taken back: after a stray quote only one is bad."""

    def __init__(self, source: Iterable[str]) -> None:
        self._source = iter(source)
        self._again: list[str] = []
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._source)
        self.taken.append(line)
        self.number += 1
        return line

    def take_back(self) -> None:
        """Give all lines but the first of this row once more."""
        extra = self.taken[1:]
        self._again.extend(reversed(extra))
        self.number -= len(extra)


def _csv_rows(lines: _Lines, delimiter: str) -> Iterator[Row | BadRow]:
    # one cell may hold no more than a line; the limit is global in the csv module
    csv.field_size_limit(LONGEST_LINE)
    while True:
        lines.taken = []
        try:
            # strict: an unclosed quote is an error, not a cell that swallows the rows below it
            row = next(csv.reader(lines, delimiter=delimiter, strict=True))
        except StopIteration:
            return
        except csv.Error as e:
            lines.take_back()
            yield BadRow(lines.number, f"broken quotes: {e}", lines.taken[0][:LONGEST_RAW])
            continue
        if any(cell.strip() for cell in row):
            yield lines.number, list[object](row)


def _tables(path: Path, most: int | None = None) -> Iterator[list[Row]]:
    """The rows of each sheet that are not empty, with their numbers as the program shows them.

    ``most``: only so many of the first rows.
    """
    _check_size(path)
    try:
        with calamine.CalamineWorkbook.from_path(path) as book:
            for name in book.sheet_names:
                sheet = book.get_sheet_by_name(name)
                rows = sheet.to_python(skip_empty_area=False, nrows=most)
                numbered = enumerate(rows, 1)
                yield [(n, list[object](row)) for n, row in numbered if any(c != "" for c in row)]
    except (calamine.CalamineError, OSError, ValueError) as e:
        raise ConfigError(f"{path.name}: not a readable spreadsheet: {type(e).__name__}") from e


def _check_size(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as packed:
        if sum(part.file_size for part in packed.infolist()) > _MOST_UNPACKED:
            raise ConfigError(f"{path.name}: unpacks to more than {_MOST_UNPACKED} bytes")


def _below_header(rows: Iterable[Row | BadRow], mapping: FileMapping) -> Iterator[Record | BadRow]:
    places: Places = {}
    width = 0
    for row in rows:
        if isinstance(row, BadRow):
            yield row
            continue
        line, cells = row
        if not places:
            places, width = mapping.places(cells) or {}, len(cells)
        elif any(str(cell).strip() for cell in cells[width:]):
            yield BadRow(line, f"{len(cells)} cells under {width} columns", raw_of(cells))
        else:
            yield Record(line, picked(places, cells))


def raw_of(value: object) -> str:
    """The beginning of a row for the report."""
    return json.dumps(value, ensure_ascii=False, default=str)[:LONGEST_RAW]
