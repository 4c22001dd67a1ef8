"""Outside sets of labelled texts, mended: leaks, copies and contradictions taken out.

Layer 3. The sets are other people's texts: they are read from a folder that the trainer names,
nothing of them is stored but the weights learned (attribution: ``card``). Each is optional.

    smsa/{train,valid}_preprocess.tsv      SmSA (Purwarianti & Crisdayanti 2019): text, label
    nusax/<language>/{train,valid}.csv     NusaX-Senti (Winata et al. 2022): id, text, label
    dkk_semarang/train.csv                 comments on a city health office: id, text, label
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from monitor.errors import ConfigError
from monitor.records import Sentiment
from monitor.training.dataset import Example

Read = TypeVar("Read")

DKK, NUSAX, SMSA = "dkk_semarang", "nusax", "smsa"

_SENTIMENTS = {
    "negative": Sentiment.NEGATIF,
    "neutral": Sentiment.NETRAL,
    "positive": Sentiment.POSITIF,
    "negatif": Sentiment.NEGATIF,
    "netral": Sentiment.NETRAL,
    "positif": Sentiment.POSITIF,
}
# The languages of NusaX that Siaga names; the other six teach sentiment only.
_CODES = {
    "indonesian": "id",
    "banjarese": "bjn",
    "ngaju": "nij",
    "javanese": "jv",
    "sundanese": "su",
    "english": "en",
}
_SPLITS = ("train", "valid")
_LETTERS = re.compile(r"[^\W\d_]+")
# NusaX was translated from SmSA: a text that shares this part of its word pairs is its twin.
_TWIN_SHARE = 0.5


def external(folder: Path) -> tuple[Example, ...]:
    """All sets found in ``folder``, in a fixed order.

    Raises:
        ConfigError: no such folder, no set in it, or a row that cannot be read.
    """
    if not folder.is_dir():
        raise ConfigError(f"outside texts: {folder}: no such folder")
    nusax = tuple(_nusax(folder / "nusax"))
    twins = [example.text for example in nusax if example.language == "id"]
    smsa = _without_twins(_consistent(_smsa(folder / "smsa")), twins)
    found = (*_consistent(_dkk(folder / "dkk_semarang")), *nusax, *smsa)
    if not found:
        raise ConfigError(f"outside texts: {folder}: none of smsa, nusax, dkk_semarang is here")
    return found


def _dkk(folder: Path) -> Iterator[Example]:
    path = folder / "train.csv"
    for where, row in _csv_rows(path) if path.is_file() else ():
        yield Example(row[1], DKK, _sentiment(row[2], where), group=f"{DKK} {_key(row[1])}")


def _nusax(folder: Path) -> Iterator[Example]:
    # Beside the languages stands a folder of word lists, which holds neither file.
    for split in _SPLITS:
        for path in sorted(folder.glob(f"*/{split}.csv")):
            code = _CODES.get(path.parent.name)
            for where, row in _csv_rows(path):
                tone = _sentiment(row[2], where)
                yield Example(row[1], NUSAX, tone, language=code, group=f"{NUSAX} {row[0]}")


def _smsa(folder: Path) -> Iterator[Example]:
    for path in (folder / f"{split}_preprocess.tsv" for split in _SPLITS):
        if not path.is_file():
            continue
        lines = _reading(path, lambda path: path.read_text(encoding="utf-8").splitlines())
        for number, line in enumerate(lines, start=1):
            text, _, label = line.rpartition("\t")
            tone = _sentiment(label, f"{path} line {number}")
            yield Example(text, SMSA, tone, group=f"{SMSA} {_key(text)}")


def _csv_rows(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Rows of three columns under a heading, each with where it stands."""

    def read(path: Path) -> list[tuple[int, list[str]]]:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            return [(reader.line_num, row) for row in reader][1:]

    for number, row in _reading(path, read):
        if len(row) != 3:
            raise ConfigError(f"outside texts: {path} line {number}: 3 columns are needed")
        yield f"{path} line {number}", row


def _reading(path: Path, read: Callable[[Path], Read]) -> Read:
    try:
        return read(path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"outside texts: {path}: {error}") from error


def _sentiment(label: str, where: str) -> Sentiment:
    if label not in _SENTIMENTS:
        raise ConfigError(
            f"outside texts: {where}: label: found {label!r}; accepted: {', '.join(_SENTIMENTS)}"
        )
    return _SENTIMENTS[label]


def _key(text: str) -> str:
    return " ".join(_LETTERS.findall(text.lower()))


def _consistent(examples: Iterable[Example]) -> list[Example]:
    """One of each text; none of a text that was labelled in two ways, or that has no letters.

    A lone emoji is labelled at random in these sets.
    """
    by_group: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        if _LETTERS.search(example.text):
            by_group[example.group].append(example)
    agreed = (group for group in by_group.values() if len({e.sentiment for e in group}) == 1)
    return [group[0] for group in agreed]


def _without_twins(examples: Iterable[Example], others: Iterable[str]) -> list[Example]:
    """Examples that share less than half of their word pairs with every one of the others."""
    holders: dict[tuple[str, str], set[int]] = defaultdict(set)
    for number, text in enumerate(others):
        for pair in _pairs(text):
            holders[pair].add(number)
    return [example for example in examples if not _has_twin(_pairs(example.text), holders)]


def _has_twin(pairs: set[tuple[str, str]], holders: dict[tuple[str, str], set[int]]) -> bool:
    shared: dict[int, int] = defaultdict(int)
    for pair in pairs:
        for number in holders.get(pair, ()):
            shared[number] += 1
    return bool(shared) and max(shared.values()) >= _TWIN_SHARE * len(pairs)


def _pairs(text: str) -> set[tuple[str, str]]:
    return set(pairwise(_key(text).split()))
