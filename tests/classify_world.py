"""A small trained world for the tests of classify/ and training/: some own texts of five issues."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from monitor.classify.predict import Classifier
from monitor.text.reader import TextReader

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
MODELS = ROOT / "models"
HEADING = ["text", "sentiment", "issue", "intent", "urgent", "language"]


def silent(what: str, done: int, of: int) -> None:
    """Progress that nobody watches; it must still make sense."""
    assert what
    assert 0 <= done <= of


@lru_cache(maxsize=1)
def shipped() -> Classifier:
    """The shipped model by words alone."""
    return Classifier.load(MODELS, DATA, embeddings="off")


@lru_cache(maxsize=1)
def reader() -> TextReader:
    """The text rules."""
    return TextReader.load(DATA)


def small_data(folder: Path, every: int = 10) -> Path:
    """A data folder with every tenth of the project's own texts."""
    data = folder / "data"
    for part in ("lexicon", "places"):
        shutil.copytree(DATA / part, data / part)
    shutil.copy(DATA / "taxonomy.toml", data / "taxonomy.toml")
    (data / "training").mkdir()
    for path in sorted((DATA / "training").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        write_rows(data / "training" / path.name, rows[1::every])
    return data


def write_rows(path: Path, rows: Sequence[Sequence[str]], heading: Sequence[str] = HEADING) -> Path:
    """A CSV under a heading."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heading, *rows])
    return path


class FakeEngine:
    """Stands in for the sentence-vector engine: a vector from letters, no meaning."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str], is_query: bool) -> object:
        """Unit rows made of letter counts."""
        import numpy as np

        assert is_query
        self.asked += texts
        rows = np.zeros((len(texts), 384), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for at, letter in enumerate(text):
                row[(ord(letter) * 7 + at % 3) % 384] += 1.0
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)


class MemoryCache:
    """A vector cache in a dict."""

    def __init__(self) -> None:
        self.kept: dict[bytes, bytes] = {}

    def get_many(self, hashes: Sequence[bytes]) -> dict[bytes, bytes]:
        """The vectors that are known."""
        return {key: self.kept[key] for key in hashes if key in self.kept}

    def put_many(self, vectors: dict[bytes, bytes]) -> None:
        """Keep vectors."""
        self.kept.update(vectors)
