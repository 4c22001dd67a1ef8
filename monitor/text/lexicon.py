"""The one reader of word lists: ``data/lexicon/`` and ``data/places/`` into frozen tables.

Nothing here interprets a text; the other modules compile small objects from these tables, so that
no module reads a file when it is imported.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from monitor.errors import ConfigError
from monitor.text.languages import LANGUAGES

_NEVER = r"(?!)"
CUE_KINDS: Final = frozenset({"kecamatan", "kabupaten", "desa", "weak"})
_TONE_VALUES: Final = ("-2", "-1", "1", "2")
NEEDS: Final = frozenset({"none", "any", "strong"})


@dataclass(frozen=True, slots=True)
class SpamRule:
    """What makes one kind of advertisement; see ``spam.toml`` for how the score is made."""

    limit: int
    strong: frozenset[str]
    weak: frozenset[str]
    phrases: tuple[str, ...]
    pardon: frozenset[str]
    shape: str


@dataclass(frozen=True, slots=True)
class FlagRules:
    """Phrases per flag, and the words of the praise-beside-trouble rule."""

    phrases: Mapping[str, tuple[str, ...]]
    praise: tuple[str, ...]
    trouble: frozenset[str]
    relief: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All tables of ``data/lexicon/``."""

    slang: Mapping[str, str]
    doubles: frozenset[str]
    markers: Mapping[str, frozenset[str]]
    stems: Mapping[str, str]
    issue_keywords: Mapping[str, Mapping[str, float]]
    tones: Mapping[str, int]
    spam: Mapping[str, SpamRule]
    flags: FlagRules

    @classmethod
    def load(cls, folder: Path) -> Lexicon:
        """Read every table. Raise ConfigError naming the file and the line."""
        markers = {lang.code: _words(folder / f"{lang.code}.txt") for lang in LANGUAGES}
        return cls(
            slang=_pairs(folder / "slang.tsv"),
            doubles=_words(folder / "doubles.txt"),
            markers=markers,
            stems=_pairs(folder / "stems.tsv", may_stay=True),
            issue_keywords=_issue_keywords(folder / "issue_keywords.toml"),
            tones=_tones(folder / "tone.tsv"),
            spam=_spam_rules(folder / "spam.toml"),
            flags=_flag_rules(folder / "flags.toml", folder / "urgent.toml"),
        )


@dataclass(frozen=True, slots=True)
class PlaceName:
    """A written name and the region that it means; ``kecamatan`` None: the whole kabupaten.

    ``often``: written so often, and so unlike other words, that it is known with a slip in it too.
    """

    name: str
    kabupaten: str
    kecamatan: str | None
    often: bool = False


@dataclass(frozen=True, slots=True)
class PlaceNeed:
    """What a name needs that is also an ordinary word or a place elsewhere.

    ``cue`` "any" or "strong" must stand before it (empty: none is needed); the words that must not
    follow it, not precede it, and not be anywhere in the text.
    """

    cue: str = ""
    not_before: frozenset[str] = frozenset()
    not_after: frozenset[str] = frozenset()
    not_with: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PlaceTables:
    """All tables of ``data/places/`` for one province."""

    names: tuple[PlaceName, ...]
    cues: Mapping[str, str]
    needs: Mapping[str, PlaceNeed]
    ordinary: frozenset[str] = frozenset()
    """Words that look like a slip in a name and are none."""

    @classmethod
    def load(cls, folder: Path, province: str = "kalteng") -> PlaceTables:
        """Read ``<province>.tsv`` and the lists beside it. Raise ConfigError naming file, line."""
        often = (f"{province}.tsv", "towns.tsv")
        names = tuple(
            PlaceName(name.lower(), kabupaten, kecamatan or None, file in often)
            for file in (*often, "aliases.tsv", "villages.tsv")
            for _, (kabupaten, kecamatan, name) in _rows(folder / file, 3)
        )
        needs = _needs(folder / "needs_cue.tsv")
        return cls(names, _cues(folder / "cues.tsv"), needs, _words(folder / "ordinary.txt"))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as e:
        raise ConfigError(f"word list: {path}: cannot be read: {e}") from e


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(_text(path).splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            yield number, line


def _rows(path: Path, columns: int) -> Iterator[tuple[int, list[str]]]:
    for number, line in _lines(path):
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) != columns or not cells[0] or (columns == 3 and not cells[1] + cells[2]):
            raise ConfigError(
                f"word list: {path} line {number}: {columns} columns parted by tabs are needed"
            )
        yield number, cells


def _words(path: Path) -> frozenset[str]:
    return frozenset(word for _, line in _lines(path) for word in line.split())


def slang_table(folder: Path) -> dict[str, str]:
    """Only the slang of ``data/lexicon/``. Raise ConfigError naming the file and the line."""
    return _pairs(folder / "slang.tsv")


def _pairs(path: Path, may_stay: bool = False) -> dict[str, str]:
    """Two columns; ``may_stay`` lets a word mean itself (a root that looks affixed)."""
    pairs: dict[str, str] = {}
    for number, (word, meaning) in _rows(path, 2):
        useless = word == meaning and not may_stay
        if word in pairs or useless or " " in word or not meaning:
            raise ConfigError(
                f"word list: {path} line {number}: {word!r}: stands twice, is several words, "
                "or means nothing new"
            )
        pairs[word] = meaning
    return pairs


def _tones(path: Path) -> dict[str, int]:
    tones: dict[str, int] = {}
    for number, (phrase, value) in _rows(path, 2):
        if phrase in tones or value not in _TONE_VALUES:
            raise ConfigError(
                f"word list: {path} line {number}: {phrase!r}: stands twice, or its value is none "
                f"of {', '.join(_TONE_VALUES)}"
            )
        tones[phrase] = int(value)
    return tones


def _cues(path: Path) -> dict[str, str]:
    cues: dict[str, str] = {}
    for number, (word, kind) in _rows(path, 2):
        if kind not in CUE_KINDS:
            raise ConfigError(f"word list: {path} line {number}: {kind!r}: not {sorted(CUE_KINDS)}")
        cues[word] = kind
    return cues


def _needs(path: Path) -> dict[str, PlaceNeed]:
    needs: dict[str, PlaceNeed] = {}
    for number, (name, cue, *refused) in _rows(path, 5):
        if cue not in NEEDS:
            raise ConfigError(f"word list: {path} line {number}: {cue!r}: not {sorted(NEEDS)}")
        needed = "" if cue == "none" else cue
        needs[name] = PlaceNeed(needed, *(frozenset(cell.split()) for cell in refused))
    return needs


def _tables(path: Path) -> dict[str, dict[str, Any]]:
    try:
        tables = tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as e:
        raise ConfigError(f"word list: {path}: {e}") from e
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise ConfigError(f"word list: {path}: {name}: must be a table")
    return tables


def _phrases(path: Path, name: str, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    words = table.get(key, [])
    if not isinstance(words, list) or not all(isinstance(w, str) and w.split() for w in words):
        raise ConfigError(f"word list: {path}: {name}.{key}: must be a list of words")
    return tuple(words)


def _issue_keywords(path: Path) -> dict[str, dict[str, float]]:
    tables = _tables(path)
    for issue, weights in tables.items():
        for phrase, weight in weights.items():
            if not isinstance(weight, int | float) or weight <= 0 or not phrase.split():
                raise ConfigError(f"word list: {path}: {issue}.{phrase!r}: weight must be above 0")
    return tables


def _spam_rules(path: Path) -> dict[str, SpamRule]:
    rules: dict[str, SpamRule] = {}
    for reason, table in _tables(path).items():
        limit, shape = table.get("limit"), table.get("shape", _NEVER)
        if not isinstance(limit, int) or not isinstance(shape, str):
            raise ConfigError(f"word list: {path}: {reason}: limit must be a number, shape a text")
        try:
            re.compile(shape)
        except re.error as e:
            raise ConfigError(f"word list: {path}: {reason}.shape: {e}") from e
        strong, weak, pardon = (
            frozenset(_phrases(path, reason, table, key)) for key in ("strong", "weak", "pardon")
        )
        phrases = _phrases(path, reason, table, "phrases")
        rules[reason] = SpamRule(limit, strong, weak, phrases, pardon, shape)
    return rules


def _flag_rules(*paths: Path) -> FlagRules:
    flags: dict[str, tuple[str, ...]] = {}
    irony: dict[str, tuple[str, ...]] = {"praise": (), "trouble": (), "relief": ()}
    for path in paths:
        for flag, table in _tables(path).items():
            flags[flag] = _phrases(path, flag, table, "any")
            irony |= {key: _phrases(path, flag, table, key) for key in irony if key in table}
    return FlagRules(
        flags, irony["praise"], frozenset(irony["trouble"]), frozenset(irony["relief"])
    )
