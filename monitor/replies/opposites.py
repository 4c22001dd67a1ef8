"""Words that contradict each other, and words that count: the data behind ``contradiction``.

Layer 1, pure: a data file's text in, tables out. Staff edit the file; nothing here decides.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from monitor.errors import ConfigError

# The lists under [kata]; every one must be there.
LISTS: Final = (
    "penyangkal",
    "sudah",
    "belum",
    "ada",
    "nihil",
    "lebih",
    "kurang",
    "sekitar",
    "nomor",
    "penggolong",
    "satuan",
    "umum",
    "pemisah",
    "mulai",
    "akhir",
)
_CLITICS = ("nya", "lah", "kah", "pun")
_SUFFIXES = ("kan", "an", "i")
_PREFIXES = ("memper", "diper", "ber", "ter", "per", "pe", "di", "me", "ke", "se", "be", "te")
# A prefix that melts the first letter, and what may have stood there.
_NASALS = (
    ("meny", "s"),
    ("peny", "s"),
    ("meng", "k"),
    ("peng", "k"),
    ("meng", ""),
    ("peng", ""),
    ("mem", "p"),
    ("pem", "p"),
    ("mem", ""),
    ("pem", ""),
    ("men", "t"),
    ("pen", "t"),
    ("men", ""),
    ("pen", ""),
)
_SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Opposites:
    """Antonyms as word -> (pair, which side), lists of small words, and words for numbers."""

    pairs: Mapping[str, tuple[int, bool]] = field(default_factory=dict)
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)

    def listed(self, name: str, word: str) -> bool:
        """Whether a word is in one of the lists of the file."""
        return word in self.words.get(name, ())

    def side(self, word: str) -> tuple[int, bool] | None:
        """The pair that some form of this word belongs to, and its side of it."""
        if word in self.pairs:
            return self.pairs[word]
        return next((self.pairs[one] for one in sorted(roots(word)) if one in self.pairs), None)


@lru_cache(maxsize=20_000)
def roots(word: str) -> frozenset[str]:
    """Everything that may be the root of a word; two forms of one root share at least one."""
    bare = {word}
    for clitic in _CLITICS:
        bare |= {one.removesuffix(clitic) for one in bare}
    for suffix in _SUFFIXES:
        bare |= {one.removesuffix(suffix) for one in bare}
    found = set(bare)
    for one in bare:
        found |= {one.removeprefix(prefix) for prefix in _PREFIXES}
        found |= {letter + one[len(p) :] for p, letter in _NASALS if one.startswith(p)}
    return frozenset(one for one in found if len(one) >= _SHORTEST) | {word}


def read_opposites(toml: str, name: str) -> Opposites:
    """Parse a file of antonyms.

    Raises:
        ConfigError: names the file, what was found and what is accepted.
    """
    where = f"antonyms: {name}"
    try:
        tables = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: {error}") from error
    words, numbers = tables.get("kata", {}), tables.get("angka", {})
    _check(set(tables) <= {"lawan", "kata", "angka"}, where, "accepted: lawan, kata, angka")
    _check(set(words) == set(LISTS), where, f"[kata] needs exactly {', '.join(LISTS)}")
    _check(all(map(_is_count, numbers.values())), where, "[angka]: accepted: whole numbers")
    return Opposites(
        _pairs(tables.get("lawan", []), where),
        {key: frozenset(_words(value, f"{where}: {key}")) for key, value in words.items()},
        numbers,
    )


def _pairs(listed: list[Mapping[str, object]], where: str) -> dict[str, tuple[int, bool]]:
    pairs: dict[str, tuple[int, bool]] = {}
    for number, entry in enumerate(listed, 1):
        here = f"{where}: lawan {number}"
        _check(set(entry) == {"ini", "itu"}, here, "needs exactly ini, itu")
        for side, key in ((True, "ini"), (False, "itu")):
            for word in _words(entry[key], here):
                _check(word not in pairs, here, f"{word} stands twice")
                pairs[word] = (number, side)
    return pairs


def _words(value: object, where: str) -> list[str]:
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return [one.lower() for one in value]
    raise ConfigError(f"{where}: must be a list of words")


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _check(good: bool, where: str, accepted: str) -> None:
    if not good:
        raise ConfigError(f"{where}: {accepted}")
