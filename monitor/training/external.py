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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
# NusaX was translated from SmSA: texts that share this part of the shorter's word pairs are twins.
_TWIN_SHARE = 0.5


def external(folder: Path) -> tuple[Example, ...]:
    """All sets found in ``folder``, in a fixed order.

    Raises:
        ConfigError: no such folder, no set in it, or a row that cannot be read.
    """
    if not folder.is_dir():
        raise ConfigError(f"outside texts: {folder}: no such folder")
    nusax = [example for _, examples in nusax_languages(folder) for example in examples]
    smsa = without_twins(_consistent(smsa_split(folder, *_SPLITS)), nusax)
    found = (*_consistent(_dkk(folder / "dkk_semarang")), *nusax, *smsa)
    if not found:
        raise ConfigError(f"outside texts: {folder}: none of smsa, nusax, dkk_semarang is here")
    return found


def _dkk(folder: Path) -> Iterator[Example]:
    path = folder / "train.csv"
    for where, row in _csv_rows(path) if path.is_file() else ():
        tone, group = _sentiment(row[2], where), f"{DKK} {_key(row[1])}"
        yield Example(row[1], DKK, tone, group=group, platform="instagram")


def nusax_languages(folder: Path) -> list[tuple[str, list[Example]]]:
    """The sentences of NusaX by the name of their language; those of one id are one group."""
    # Beside the languages stands a folder of word lists, which holds neither file.
    names = sorted({path.parent.name for path in (folder / "nusax").glob("*/train.csv")})
    return [
        (name, [one for split in _SPLITS for one in _nusax(folder / "nusax" / name, split)])
        for name in names
    ]


def _nusax(folder: Path, split: str) -> Iterator[Example]:
    path = folder / f"{split}.csv"
    for where, row in _csv_rows(path) if path.is_file() else ():
        tone = _sentiment(row[2], where)
        code = _CODES.get(folder.name)
        yield Example(row[1], NUSAX, tone, language=code, group=f"{NUSAX} {row[0]}")


def smsa_split(folder: Path, *splits: str) -> Iterator[Example]:
    """Reviews of the named splits (train, valid); one group for the same letters."""
    for path in (folder / "smsa" / f"{split}_preprocess.tsv" for split in splits):
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


def without_twins(examples: Iterable[Example], others: Iterable[Example]) -> list[Example]:
    """Examples that share less than half of the word pairs of the shorter with each Indonesian one.

    Indonesian, since that is what NusaX was translated from.
    """
    originals = [_pairs(other.text) for other in others if other.language == "id"]
    holders: dict[tuple[str, str], set[int]] = defaultdict(set)
    for number, pairs in enumerate(originals):
        for pair in pairs:
            holders[pair].add(number)
    return [one for one in examples if not _has_twin(_pairs(one.text), originals, holders)]


def _has_twin(
    pairs: set[tuple[str, str]],
    originals: Sequence[set[tuple[str, str]]],
    holders: Mapping[tuple[str, str], set[int]],
) -> bool:
    shared: dict[int, int] = defaultdict(int)
    for pair in pairs:
        for number in holders.get(pair, ()):
            shared[number] += 1
    return any(
        count >= _TWIN_SHARE * min(len(pairs), len(originals[number]))
        for number, count in shared.items()
        if count > 1 or len(pairs) == 1
    )


def _pairs(text: str) -> set[tuple[str, str]]:
    return set(pairwise(_key(text).split()))
