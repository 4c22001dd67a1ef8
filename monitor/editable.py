"""The files under data/ that staff may change, and their entries: list, put, take out. Layer 1.

Pure: texts in, texts out. An entry keeps the lines around it, comments among them; whether a text
is right is decided by the readers of these files alone, and ``line_of`` finds the line they mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final


class Kind(StrEnum):
    """How a file is written."""

    PAIRS = "pairs"  # word TAB meaning
    KEYWORDS = "keywords"  # [issue] and under it "phrase" = weight
    BLOCKS = "blocks"  # [name] or [[name]] and what stands below it


@dataclass(frozen=True, slots=True)
class EditableFile:
    """One file: its path under data/, the name that addresses use, how it is written.

    ``reads``: what it says decides how comments are understood, so a change lets the history be
    read anew before it counts. ``header``: how a new block begins.
    """

    path: str
    slug: str
    kind: Kind
    reads: bool = False
    header: str = ""


FILES: Final[Mapping[str, EditableFile]] = {
    file.path: file
    for file in (
        EditableFile("lexicon/slang.tsv", "gaul", Kind.PAIRS, reads=True),
        EditableFile("lexicon/issue_keywords.toml", "kata-isu", Kind.KEYWORDS, reads=True),
        EditableFile("lexicon/tone.tsv", "nada", Kind.PAIRS, reads=True),
        EditableFile("templates/balasan.toml", "balasan", Kind.BLOCKS, header="[[template]]"),
        EditableFile(
            "templates/terima_kasih.toml", "terima-kasih", Kind.BLOCKS, header="[[template]]"
        ),
        EditableFile("templates/sapaan.toml", "sapaan", Kind.BLOCKS),
        EditableFile("guard/aturan.toml", "penjaga", Kind.BLOCKS, header="[[rule]]"),
        EditableFile("opd.toml", "opd", Kind.BLOCKS),
        EditableFile("taxonomy.toml", "isu", Kind.BLOCKS),
        EditableFile("jaga.toml", "jaga", Kind.BLOCKS),
    )
}
READS: Final = tuple(path for path, file in FILES.items() if file.reads)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a file and the line that it begins on, counted from 1.

    ``group`` is the issue of a keyword, else empty. The value of a block is all of its lines.
    """

    key: str
    value: str
    line: int
    group: str = ""
    last: int = 0


_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.\"'-]+)\s*\]\]?\s*(?:#.*)?")
_KEYWORD = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[A-Za-z0-9_-]+)\s*=\s*([^#]*?)\s*(?:#.*)?')
_NAMED = re.compile(r'(?m)^\s*(id|isu|tempat|level|petugas)\s*=\s*"([^"]*)"')


def by_slug(slug: str) -> EditableFile | None:
    """The file that an address names."""
    return next((file for file in FILES.values() if file.slug == slug), None)


def named(name: str) -> EditableFile | None:
    """The file that a person means: by its address, its path, or the path's end."""
    fitting = [
        file
        for file in FILES.values()
        if name in (file.slug, file.path, file.path.rpartition("/")[2])
    ]
    return fitting[0] if len(fitting) == 1 else None


def entries(file: EditableFile, text: str) -> list[Entry]:
    """Every entry of a text in its order."""
    lines = text.splitlines()
    if file.kind is Kind.PAIRS:
        return list(_pairs(lines))
    if file.kind is Kind.KEYWORDS:
        return list(_keywords(lines))
    return list(_blocks(lines))


def put(file: EditableFile, text: str, key: str, value: str, group: str = "") -> str:
    """The text with an entry changed, or added where it has none of this key."""
    lines, known = text.splitlines(), entries(file, text)
    old = next((one for one in known if (one.key, one.group) == (key, group)), None)
    new = _written(file, key, value)
    if old is not None:
        lines[old.line - 1 : old.last] = new
        return _joined(lines)
    at = _place(file, lines, known, key, group)
    if file.kind is Kind.BLOCKS and at and lines[at - 1].strip():
        new = ["", *new]
    if file.kind is Kind.KEYWORDS and not any(one.group == group for one in known):
        new = ["", f"[{group}]", *new]
    lines[at:at] = new
    return _joined(lines)


def without(file: EditableFile, text: str, key: str, group: str = "") -> str | None:
    """The text without an entry; None when it holds none of this key."""
    lines = text.splitlines()
    for one in entries(file, text):
        if (one.key, one.group) == (key, group):
            del lines[one.line - 1 : one.last]
            return _joined(lines)
    return None


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).rstrip("\n") + "\n"


def _written(file: EditableFile, key: str, value: str) -> list[str]:
    if file.kind is Kind.PAIRS:
        return [f"{key.strip()}\t{value.strip()}"]
    if file.kind is Kind.KEYWORDS:
        return [f"{json.dumps(key.strip(), ensure_ascii=False)} = {value.strip()}"]
    return value.strip("\n").splitlines()


def _place(file: EditableFile, lines: list[str], known: list[Entry], key: str, group: str) -> int:
    """Behind which line a new entry stands: slang by the alphabet, the rest behind its like."""
    if file.slug == "gaul":
        after = next((one for one in known if one.key > key.strip()), None)
        return after.line - 1 if after else len(lines)
    if file.kind is Kind.KEYWORDS:
        return max((one.last for one in known if one.group == group), default=len(lines))
    return len(lines)


def _pairs(lines: list[str]) -> Iterator[Entry]:
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            key, _, value = line.partition("\t")
            yield Entry(key.strip(), value.strip(), number, last=number)


def _keywords(lines: list[str]) -> Iterator[Entry]:
    group = ""
    for number, line in enumerate(lines, 1):
        header = _HEADER.fullmatch(line)
        if header:
            group = header.group(2).strip("\"'")
            continue
        found = _KEYWORD.fullmatch(line)
        if found:
            name = found.group(1)
            key = str(json.loads(name)) if name.startswith('"') else name
            yield Entry(key, found.group(2), number, group, number)


def _blocks(lines: list[str]) -> Iterator[Entry]:
    starts = [at for at, line in enumerate(lines) if _HEADER.fullmatch(line)]
    seen: dict[str, int] = {}
    for at, end in pairwise([*starts, len(lines)]):
        last = end
        while lines[last - 1].lstrip().startswith("#") or not lines[last - 1].strip():
            last -= 1  # what stands above the next block belongs to it
        value = "\n".join(lines[at:last])
        key = _block_key(value)
        seen[key] = seen.get(key, 0) + 1
        yield Entry(key if seen[key] == 1 else f"{key} ({seen[key]})", value, at + 1, last=last)


def _block_key(value: str) -> str:
    header = _HEADER.fullmatch(value.splitlines()[0])
    assert header is not None  # a block begins with its header
    if header.group(1) == "[":
        return header.group(2)
    named_by = [found for _, found in _NAMED.findall(value)]
    return " / ".join(named_by) if named_by else header.group(2)


_SAID_LINE = re.compile(r"\bline (\d+)")
_COUNTED = (
    (re.compile(r"\btemplate (\d+) "), "template"),
    (re.compile(r"\brule (\d+) "), "rule"),
    (re.compile(r"\[\[(\w+)\]\] (\d+)"), ""),
)
_SAID_TABLE = re.compile(r"\[([a-z_]+(?:\.\w+)?)\]")
_SAID_TWICE = re.compile(r"the id ([\w-]+)")
_SAID_WORD = re.compile(r"slang table: (\S+): ")
_SAID_KEYWORD = re.compile(r": (\w+)\.'([^']*)'")


def line_of(file: EditableFile, text: str, problem: str) -> int | None:
    """The line, from 1, that a reader's complaint is about; None where it names none."""
    said = _SAID_LINE.search(problem)
    if said:
        return int(said.group(1))
    known = entries(file, text)
    for pattern, name in _COUNTED:
        counted = pattern.search(problem)
        if counted:
            *named_so, number = counted.groups()
            return _nth(known, name or named_so[0], int(number))
    twice = _SAID_TWICE.search(problem)
    if twice:
        return next((e.line for e in known if e.key.startswith(f"{twice.group(1)} (")), None)
    return _by_name(known, problem)


def _nth(known: list[Entry], name: str, number: int) -> int | None:
    like = [entry.line for entry in known if entry.value.startswith(f"[[{name}]]")]
    return like[number - 1] if number <= len(like) else None


def _by_name(known: list[Entry], problem: str) -> int | None:
    word, keyword = _SAID_WORD.search(problem), _SAID_KEYWORD.search(problem)
    table = _SAID_TABLE.search(problem)
    wanted = {("", found.group(1)) for found in (word, table) if found}
    if keyword:
        wanted.add((keyword.group(1), keyword.group(2)))
    return next((entry.line for entry in known if (entry.group, entry.key) in wanted), None)
