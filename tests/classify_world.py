"""A small trained world for the tests of classify/ and training/: some own texts of five issues."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

from monitor.classify.embed import Embedder
from monitor.classify.model_files import Model, point_to, save
from monitor.classify.predict import Classifier
from monitor.records import Intent, Sentiment
from monitor.text.reader import TextReader
from monitor.training.dataset import Example
from monitor.training.fit import fit
from monitor.training.material import read_examples

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


def small_data(folder: Path, every: int = 25) -> Path:
    """A data folder with every so manyeth of the project's own texts."""
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


_SUBJECTS = (
    ("jalan", "jalan_infrastruktur"), ("air", "air_bersih"), ("listrik", "listrik_internet"),
)  # fmt: skip
_GOOD, _BAD = ("bagus", "lancar", "mantap"), ("parah", "kotor", "mengecewakan")
_GROUPS = count()


def told(text: str, tone: Sentiment, intent: Intent, issue: str, **more: Any) -> Example:
    """One invented text that is no twin of another."""
    return Example(
        text, "own", tone, issue, intent, more.pop("urgent", False), more.pop("language", "id"),
        group=f"tiny {next(_GROUPS)}",
    )  # fmt: skip


def tiny_examples() -> list[Example]:
    """Some tens of invented texts about three issues, in two languages."""
    rows = [told("siapa juara kampung", Sentiment.NETRAL, Intent.LAINNYA, "lainnya")] * 3
    for subject, issue in _SUBJECTS:
        for good, bad in zip(_GOOD, _BAD, strict=True):
            said = f"{subject} di kampung"
            rows += [
                told(f"{said} {good}", Sentiment.POSITIF, Intent.APRESIASI, issue),
                told(f"{said} tidak {good}", Sentiment.NEGATIF, Intent.KELUHAN, issue),
                told(f"{said} {bad}", Sentiment.NEGATIF, Intent.KELUHAN, issue),
                told(f"kapan {said} dibuka", Sentiment.NETRAL, Intent.PERTANYAAN, issue),
                told(f"tolong {said} {bad}", Sentiment.NEGATIF, Intent.KELUHAN, issue, urgent=True),
                told(f"{subject} kada {good}", Sentiment.NEGATIF, Intent.KELUHAN, issue,
                     language="bjn"),
            ]  # fmt: skip
    return rows


@lru_cache(maxsize=2)
def tiny_model(vectors: bool = False) -> Model:
    """A model of :func:`tiny_examples`, with heads on (meaningless) sentence vectors or without."""
    embedder = Embedder(FakeEngine()) if vectors else None
    course = read_examples(tiny_examples(), reader(), embedder, silent).course()
    issues = ("lainnya", *(issue for _, issue in _SUBJECTS))
    return fit(course, issues, "tiny").model


def tiny(vectors: bool = False) -> Classifier:
    """A classifier of :func:`tiny_model`."""
    embedder = Embedder(FakeEngine()) if vectors else None
    return Classifier(tiny_model(vectors), reader(), embedder=embedder)


def serve(model: Model, models: Path) -> Path:
    """Write a model and let it serve; its folder."""
    save(model, models / model.version, {"card.md": b"# card\n"})
    point_to(models, (model.version,))
    return models / model.version


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
