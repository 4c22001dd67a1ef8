"""Kabupaten, kota and kecamatan named in a comment, from informal text.

A gazetteer: longest match of token sequences at word boundaries, before any stemming. Another
province needs other files under ``data/places/``, no other code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.text.lexicon import PlaceName, PlaceNeed, PlaceTables

_WORD = re.compile(r"[^\W_]+")
_KECAMATAN, _WEAK = "kecamatan", "weak"
_FREE = PlaceNeed("", frozenset())
# "disampit", "kekapuas": the preposition is often written onto the name; shorter names are words.
_ATTACHED = ("di", "ke")
_SHORTEST_ATTACHED = 5


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
    rest: tuple[str, ...]
    region: PlaceName
    as_kecamatan: PlaceName
    need: PlaceNeed
    attached: int = 0


@dataclass(frozen=True, slots=True)
class _Token:
    low: str
    start: int
    end: int


class Gazetteer:
    """Compiled place tables."""

    __slots__ = ("_by_first", "_cues", "tokens")

    def __init__(self, tables: PlaceTables) -> None:
        regions: dict[str, list[PlaceName]] = {}
        for name in tables.names:
            regions.setdefault(" ".join(_WORD.findall(name.name)), []).append(name)
        by_first: dict[str, list[_Entry]] = {}
        for spelled, meant in regions.items():
            for first, entry in _entries(spelled, meant, tables.needs.get(spelled, _FREE)):
                by_first.setdefault(first, []).append(entry)
        for entries in by_first.values():
            entries.sort(key=lambda entry: -len(entry.rest))
        self._by_first = by_first
        self._cues = tables.cues
        self.tokens = frozenset(word for spelled in regions for word in spelled.split())
        """Every word of every name: these are never stemmed."""

    def places(self, text: str) -> tuple[Place, ...]:
        """Places in reading order, not overlapping; the same place may come twice."""
        if self._by_first.keys().isdisjoint(_WORD.findall(text.lower())):
            return ()
        tokens = [_Token(m[0].lower(), m.start(), m.end()) for m in _WORD.finditer(text)]
        found: list[Place] = []
        index = 0
        while index < len(tokens):
            entry = self._entry_at(tokens, index)
            if entry is None:
                index += 1
                continue
            found.append(self._place(text, tokens, index, entry))
            index += 1 + len(entry.rest)
        return tuple(found)

    def _entry_at(self, tokens: list[_Token], index: int) -> _Entry | None:
        for entry in self._by_first.get(tokens[index].low, ()):
            after = index + 1 + len(entry.rest)
            if tuple(token.low for token in tokens[index + 1 : after]) != entry.rest:
                continue
            follower = tokens[after].low if after < len(tokens) else ""
            if follower not in entry.need.not_before and self._cued(tokens, index, entry):
                return entry
        return None

    def _cue(self, tokens: list[_Token], index: int) -> str:
        return self._cues.get(tokens[index - 1].low, "") if index else ""

    def _cued(self, tokens: list[_Token], index: int, entry: _Entry) -> bool:
        if not entry.need.cue or entry.attached:
            return True
        cue = self._cue(tokens, index)
        return bool(cue) and (entry.need.cue == "any" or cue != _WEAK)

    def _place(self, text: str, tokens: list[_Token], index: int, entry: _Entry) -> Place:
        is_kecamatan = self._cue(tokens, index) == _KECAMATAN
        region = entry.as_kecamatan if is_kecamatan else entry.region
        start = tokens[index].start + entry.attached
        end = tokens[index + len(entry.rest)].end
        return Place(region.kabupaten, region.kecamatan, text[start:end], start, end)


def _entries(spelled: str, meant: list[PlaceName], need: PlaceNeed) -> list[tuple[str, _Entry]]:
    """Index entries of one spelling: itself, and with a preposition written onto it."""
    first, *rest = spelled.split()
    # A kecamatan may bear its kabupaten's name; the wider one is meant unless a cue says otherwise.
    wide = sorted(meant, key=lambda name: name.kecamatan is not None)
    entry = _Entry(tuple(rest), wide[0], wide[-1], need)
    entries = [(first, entry)]
    if len(first) >= _SHORTEST_ATTACHED and need is _FREE:
        entries += [
            (word + first, _Entry(entry.rest, wide[0], wide[-1], need, len(word)))
            for word in _ATTACHED
        ]
    return entries
