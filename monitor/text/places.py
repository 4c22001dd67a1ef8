"""Kabupaten, kota and kecamatan named in a comment, from informal text.

A gazetteer: longest match of token sequences at word boundaries, before any stemming. Names come
from the tables; what people do to any name (written in one word, with "di" or "-nya" attached, one
slip of the finger) is compiled from them here. Another province needs other files under
``data/places/``, no other code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from monitor.text.lexicon import PlaceName, PlaceNeed, PlaceTables

_WORD = re.compile(r"[^\W_]+")
# "sampiiit": three of a letter in no spelling.
_DRAWN = re.compile(r"([^\W\d_])\1\1+", re.IGNORECASE)
_KECAMATAN, _WEAK = "kecamatan", "weak"
_FREE = PlaceNeed()
# "disampit", "kotimku": written onto a name, if the touched word is long enough to be no other.
_PREPOSITIONS = ("di", "ke", "dr", "dari", "se", "d")
_ENDINGS = ("nya", "ku", "mu", "lah", "kah", "pun", "q")
_SHORTEST_ATTACHED = 5
_SHORTEST_JOINED = 6
# A slip of the finger leaves a name of this length recognisable, in a word of that length.
_SHORTEST_SLIPPED, _SHORTEST_SLIPPED_WORD = 7, 5
_ALIKE = {"a": "e", "e": "ai", "i": "ey", "y": "i", "u": "o", "o": "u"}
_LONGEST_NUMBER = 2


@dataclass(frozen=True, slots=True)
class Place:
    """A region named at ``text[start:end]``. No kecamatan: the whole kabupaten is meant."""

    kabupaten: str
    kecamatan: str | None
    matched: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Entry:
    region: PlaceName
    as_kecamatan: PlaceName
    need: PlaceNeed
    before: int = 0
    behind: int = 0


class Gazetteer:
    """Compiled place tables."""

    __slots__ = ("_cues", "_entries", "_lengths", "tokens")

    def __init__(self, tables: PlaceTables) -> None:
        names = _names(tables)
        self._entries = _compiled(names, tables.ordinary)
        self._lengths = _lengths(self._entries)
        self._cues = tables.cues
        self.tokens = frozenset(word for spelled in names for word in spelled.split())
        """Every word of every name: these are never stemmed."""

    def places(self, text: str) -> tuple[Place, ...]:
        """Places in reading order, not overlapping; the same place may come twice."""
        words = [word.lower() for word in _WORD.findall(text)]
        if _DRAWN.search(text):
            words = [_DRAWN.sub(r"\1", word) for word in words]
        if self._lengths.keys().isdisjoint(words):
            return ()
        found = list(self._found(words))
        spans = [m.span() for m in _WORD.finditer(text)] if found else []
        return tuple(
            self._place(text, (spans[first][0], spans[after - 1][1]), words, first, entry)
            for first, after, entry in found
        )

    def _found(self, words: list[str]) -> Iterator[tuple[int, int, _Entry]]:
        """First word, word after the last, and meaning of every name."""
        taken = 0
        for first, word in enumerate(words):
            counts = self._lengths.get(word) if first >= taken else None
            hit = self._entry_at(words, first, counts) if counts else None
            if hit is not None:
                taken, entry = hit
                yield first, taken, entry

    def _entry_at(
        self, words: list[str], first: int, counts: tuple[int, ...]
    ) -> tuple[int, _Entry] | None:
        """The longest name that begins here, and where it ends."""
        for count in counts:
            after = first + count
            entry = self._entries.get(" ".join(words[first:after]) if count > 1 else words[first])
            # Near the end of the text a shorter piece may be found than was asked for.
            if entry is not None and after <= len(words) and self._fits(words, first, after, entry):
                return after, entry
        return None

    def _fits(self, words: list[str], first: int, after: int, entry: _Entry) -> bool:
        need = entry.need
        if need is _FREE:
            return True
        if need.not_before.intersection(words[after : after + 1]):
            return False
        if need.not_after.intersection(words[max(first - 1, 0) : first]):
            return False
        return need.not_with.isdisjoint(words) and self._cued(words, first, after, need.cue)

    def _cued(self, words: list[str], first: int, after: int, need: str) -> bool:
        cue = self._cue(words, first)
        if need != "any":
            return not need or cue not in ("", _WEAK)
        # "mura itu kabupaten terkaya": said after the name, it is as clear.
        follow = words[after : after + 2]
        return bool(cue) or any(self._cues.get(word, _WEAK) != _WEAK for word in follow)

    def _cue(self, words: list[str], first: int) -> str:
        """Kind of the cue word before a name; a short number may stand between ("SDN 2 Selat")."""
        if first > 1 and words[first - 1].isdigit():
            first -= len(words[first - 1]) <= _LONGEST_NUMBER
        return self._cues.get(words[first - 1], "") if first else ""

    def _place(
        self, text: str, span: tuple[int, int], words: list[str], first: int, entry: _Entry
    ) -> Place:
        is_kecamatan = self._cue(words, first) == _KECAMATAN
        region = entry.as_kecamatan if is_kecamatan else entry.region
        start, end = span[0] + entry.before, span[1] - entry.behind
        return Place(region.kabupaten, region.kecamatan, text[start:end], start, end)


def _names(tables: PlaceTables) -> dict[str, _Entry]:
    """Every name as the tables spell it. A kecamatan may bear the name of its kabupaten; the wider
    one is meant unless a cue says otherwise."""
    regions: dict[str, list[PlaceName]] = {}
    for name in tables.names:
        regions.setdefault(" ".join(_WORD.findall(name.name)), []).append(name)
    names: dict[str, _Entry] = {}
    for spelled, meant in regions.items():
        wide = sorted(meant, key=lambda name: name.kecamatan is not None)
        names[spelled] = _Entry(wide[0], wide[-1], tables.needs.get(spelled, _FREE))
    return names


def _compiled(names: dict[str, _Entry], ordinary: frozenset[str]) -> dict[str, _Entry]:
    """All spellings of all names; what is nearer to the tables goes first."""
    entries = dict(names)
    for spelled, entry in names.items():
        for joined in _joined(spelled):
            entries.setdefault(joined, entry)
    often = [
        (spelled, entry)
        for spelled, entry in entries.items()
        if entry.region.often and not entry.need.cue
    ]
    bent = [bend for spelled, entry in often for bend in _attached(spelled, entry)]
    bent += [(slip, entry) for spelled, entry in often for slip in _slips(spelled)]
    for spelled, entry in bent:
        if spelled not in ordinary:
            entries.setdefault(spelled, entry)
    return entries


def _lengths(entries: dict[str, _Entry]) -> dict[str, tuple[int, ...]]:
    """Numbers of words of the names that begin with a word, longest first."""
    lengths: dict[str, set[int]] = {}
    for spelled in entries:
        words = spelled.split()
        lengths.setdefault(words[0], set()).add(len(words))
    return {first: tuple(sorted(counts, reverse=True)) for first, counts in lengths.items()}


def _joined(spelled: str) -> Iterator[str]:
    """The name with some or all of its words written as one."""
    words = spelled.split()
    if len(spelled.replace(" ", "")) < _SHORTEST_JOINED:
        return
    for gaps in product(("", " "), repeat=len(words) - 1):
        yield "".join(word + gap for word, gap in zip(words, (*gaps, ""), strict=True))


def _attached(spelled: str, entry: _Entry) -> Iterator[tuple[str, _Entry]]:
    """The name with a preposition or an ending written onto it."""
    words = spelled.split()
    if len(words[0]) >= _SHORTEST_ATTACHED:
        for word in _PREPOSITIONS:
            yield word + spelled, replace(entry, before=len(word))
    if len(words[-1]) >= _SHORTEST_ATTACHED:
        for word in (*_ENDINGS, spelled[-1]):
            yield spelled + word, replace(entry, behind=len(word))


def _slips(spelled: str) -> Iterator[str]:
    """The name with one letter dropped, doubled, swapped with the next or heard as another."""
    if len(spelled.replace(" ", "")) < _SHORTEST_SLIPPED:
        return
    words = spelled.split()
    for place, word in enumerate(words):
        if len(word) >= _SHORTEST_SLIPPED_WORD:
            head, tail = words[:place], words[place + 1 :]
            yield from (" ".join([*head, slip, *tail]) for slip in _word_slips(word))


def _word_slips(word: str) -> Iterator[str]:
    """One slip anywhere but on the first letter, which people get right."""
    for i in range(1, len(word)):
        yield word[:i] + word[i + 1 :]
        yield word[: i + 1] + word[i:]
        yield word[:i] + word[i + 1 : i + 2] + word[i] + word[i + 2 :]
        yield from (word[:i] + other + word[i + 1 :] for other in _ALIKE.get(word[i], ""))
