"""Suites that no model may learn from: pairs that differ by a word, chat without an issue, places.

Layer 3. ``data/unseen/`` holds texts written for testing by authors who had not seen the training
texts or the word lists; every new model is measured on them. A file that is missing is left out.

    pairs.csv      better,worse,kind,language      the first is the more positive one
    offtopic.csv   text,kind                       raises no public issue
    places.csv     text,kabupaten,kecamatan,kind   what it names ("; " between several)
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import ConfigError
from monitor.records import Sentiment
from monitor.steps.tools import Classifier
from monitor.text.reader import TextReader

NO_ISSUE = "lainnya"
_TONES = tuple(Sentiment)
_GOOD, _BAD = _TONES.index(Sentiment.POSITIF), _TONES.index(Sentiment.NEGATIF)

Row = Mapping[str, str]
Hits = list[bool]


@dataclass(frozen=True, slots=True)
class Count:
    """``hits`` out of ``rows``."""

    name: str
    hits: int
    rows: int

    @property
    def share(self) -> float:
        """The part that hit, 0 to 1; 0 of nothing is 0."""
        return self.hits / self.rows if self.rows else 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """Names found: ``right`` of those said, ``missed`` of those there."""

    name: str
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """The part of what was said that is there."""
        return self.right / max(self.right + self.wrong, 1)

    @property
    def recall(self) -> float:
        """The part of what is there that was said."""
        return self.right / max(self.right + self.missed, 1)


@dataclass(frozen=True, slots=True)
class Suites:
    """All suites of one model: by words, and with sentence vectors (empty without them)."""

    pairs: tuple[Count, ...]
    pairs_with_vectors: tuple[Count, ...]
    false_issues: tuple[Count, ...]
    false_issues_with_vectors: tuple[Count, ...]
    places: tuple[Found, ...]

    def as_lines(self) -> list[str]:
        """One line per suite, and one per kind of place."""
        lines = []
        for name, words, vectors in (
            ("pairs in the right order", self.pairs, self.pairs_with_vectors),
            ("chat given an issue", self.false_issues, self.false_issues_with_vectors),
        ):
            if words and words[0].rows:
                more = f", with vectors {vectors[0].share:.3f}" if vectors else ""
                lines.append(f"{name}: {words[0].share:.3f} of {words[0].rows}{more}")
        for one in self.places:
            lines.append(f"{one.name}: precision {one.precision:.3f}, recall {one.recall:.3f}")
        return lines


def run_suites(
    by_words: Classifier, with_vectors: Classifier | None, reader: TextReader, folder: Path
) -> Suites:
    """Measure a model on every suite in ``folder``.

    Raises:
        ConfigError: a file cannot be read, or lacks a column.
    """
    return Suites(
        pairs=pairs(by_words, folder),
        pairs_with_vectors=pairs(with_vectors, folder) if with_vectors else (),
        false_issues=false_issues(by_words, folder),
        false_issues_with_vectors=false_issues(with_vectors, folder) if with_vectors else (),
        places=places(reader, folder),
    )


def pairs(classifier: Classifier, folder: Path) -> tuple[Count, ...]:
    """Pairs put in the right order: all, then by kind, then by language."""
    rows = _pairs(folder)
    return _counts(rows, _ordered(classifier, rows), "kind", "language")


def pairs_ordered(classifier: Classifier, folder: Path) -> Hits:
    """Which pairs are put in the right order, in order of the file."""
    return _ordered(classifier, _pairs(folder))


def _pairs(folder: Path) -> list[Row]:
    return _rows(folder / "pairs.csv", ("better", "worse", "kind", "language"))


def _ordered(classifier: Classifier, rows: Sequence[Row]) -> Hits:
    better, worse = (
        _tones(classifier, [row[name] for row in rows]) for name in ("better", "worse")
    )
    return [good > bad for good, bad in zip(better, worse, strict=True)]


def _tones(classifier: Classifier, texts: Sequence[str]) -> list[float]:
    """How positive each text is: -1 to 1."""
    shares = (verdict.sentiment_p for verdict in classifier.predict(texts))
    return [share[_GOOD] - share[_BAD] for share in shares]


def false_issues(classifier: Classifier, folder: Path) -> tuple[Count, ...]:
    """Chat that was given an issue and not set aside as spam: all, then by kind."""
    rows = _chat(folder)
    return _counts(rows, _given_an_issue(classifier, rows), "kind")


def chat_left_alone(classifier: Classifier, folder: Path) -> Hits:
    """Which chat was rightly given no issue, or set aside as spam, in order of the file."""
    return [not wrong for wrong in _given_an_issue(classifier, _chat(folder))]


def _chat(folder: Path) -> list[Row]:
    return _rows(folder / "offtopic.csv", ("text", "kind"))


def _given_an_issue(classifier: Classifier, rows: Sequence[Row]) -> Hits:
    verdicts = classifier.predict([row["text"] for row in rows])
    return [verdict.issue != NO_ISSUE and not verdict.spam for verdict in verdicts]


def places(reader: TextReader, folder: Path) -> tuple[Found, ...]:
    """Kabupaten and kecamatan found in informal mentions and in texts that name none."""
    rows = _rows(folder / "places.csv", ("text", "kabupaten", "kecamatan"))
    named = [reader.read(row["text"]).places for row in rows]
    return (
        _found("kabupaten", rows, [{place.kabupaten for place in some} for some in named]),
        _found("kecamatan", rows, [{place.kecamatan or "" for place in some} for some in named]),
    )


def _found(name: str, rows: Sequence[Row], said: Iterable[Collection[str]]) -> Found:
    right = wrong = missed = 0
    for row, names in zip(rows, said, strict=True):
        there = {_plain(one) for one in row[name].split(";")} - {""}
        told = set(map(_plain, names)) - {""}
        right += len(there & told)
        wrong += len(told - there)
        missed += len(there - told)
    return Found(name, right, wrong, missed)


def _plain(name: str) -> str:
    """A name without the spaces that people and registers set differently."""
    return "".join(name.lower().split())


def _counts(rows: Sequence[Row], hits: Sequence[bool], *columns: str) -> tuple[Count, ...]:
    def count(name: str, belongs: Callable[[Row], bool]) -> Count:
        chosen = [hit for row, hit in zip(rows, hits, strict=True) if belongs(row)]
        return Count(name, sum(chosen), len(chosen))

    found = [count("all", lambda _: True)]
    for column in columns:
        for value in sorted({row[column] for row in rows}):
            found.append(count(value, lambda row, c=column, v=value: row[c] == v))  # type: ignore[misc]
    return tuple(found)


def _rows(path: Path, needed: Sequence[str]) -> list[Row]:
    """Rows of a suite; none when the file is missing.

    Raises:
        ConfigError: it cannot be read, or lacks a column.
    """
    if not path.exists():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"suite: {path}: {error}") from error
    missing = [name for name in needed if rows and name not in rows[0]]
    if missing:
        raise ConfigError(f"suite: {path}: column missing: {', '.join(missing)}")
    return [{name: row[name] or "" for name in needed} for row in rows]
