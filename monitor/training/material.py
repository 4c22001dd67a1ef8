"""Examples as heads learn them: read, counted into features, embedded and dealt into parts.

Layer 3, between the examples of a run and :mod:`monitor.training.fit`. Reading tells its progress
and does nothing else; it never chooses what an example is taught for, and learns no head.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from monitor.classify.embed import SIZE, Embedder
from monitor.classify.features import (
    Document,
    FeatureSpace,
    Floats,
    Vocabulary,
    document,
    learn_vocabulary,
)
from monitor.text.reader import ReadText, TextReader
from monitor.training.dataset import Example
from monitor.training.external import DKK
from monitor.training.folds import folds
from monitor.training.questions import LABEL, OWN, STORED

Progress = Callable[[str, int, int], None]
"""What is being done, how much of it is done, and of how much."""

VECTORS: Mapping[str, int] = {OWN: 1, LABEL: 1, STORED: 1, DKK: 1}
"""Of each origin, every how manyeth example gets a sentence vector; the others get none."""


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What every head is taught from; ``parts`` as :func:`folds` deals them.

    ``vectors`` has NaN rows for examples without one.
    """

    examples: Sequence[Example]
    vocabulary: Vocabulary
    features: csr_matrix
    vectors: Floats | None
    parts: NDArray[np.int64]
    progress: Progress


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Examples that were read: what courses are made of. ``vectors`` as in :class:`Course`."""

    examples: Sequence[Example]
    documents: Sequence[Document]
    vectors: Floats | None
    progress: Progress

    def course(self) -> Course:
        """All examples dealt out by :func:`folds`, words counted over all of them."""
        parts = folds(self.examples, [one.normalised for one in self.documents])
        return self.dealt(parts, self.documents)

    def without(self, judged: NDArray[np.bool_]) -> Course:
        """The ``judged`` rows as part 0, whose words are not counted; all others only teach."""
        rows = zip(self.documents, judged, strict=True)
        counted = [one for one, held_out in rows if not held_out]
        return self.dealt(np.where(judged, 0, -1), counted)

    def dealt(self, parts: NDArray[np.int64], counted: Sequence[Document]) -> Course:
        """A course on given parts, with the words of ``counted``."""
        vocabulary = learn_vocabulary(counted)
        features = FeatureSpace(vocabulary).matrix(self.documents)
        return Course(self.examples, vocabulary, features, self.vectors, parts, self.progress)


def read_examples(
    examples: Sequence[Example],
    reader: TextReader,
    embedder: Embedder | None,
    progress: Progress,
    every: Mapping[str, int] = VECTORS,
) -> Material:
    """Read the examples, and embed of each origin ``every`` so manyeth."""
    reads = list(_read(examples, reader, progress))
    documents = [document(read, reader) for read in reads]
    vectors = _vectors(examples, reads, embedder, every, progress)
    return Material(examples, documents, vectors, progress)


def _read(
    examples: Sequence[Example], reader: TextReader, progress: Progress
) -> Iterator[ReadText]:
    for at, example in enumerate(examples):
        if at % 500 == 0:
            progress("read", at, len(examples))
        yield reader.read(example.text)
    progress("read", len(examples), len(examples))


def _vectors(
    examples: Sequence[Example],
    reads: Sequence[ReadText],
    embedder: Embedder | None,
    every: Mapping[str, int],
    progress: Progress,
) -> Floats | None:
    if embedder is None:
        return None
    wanted: list[int] = []
    for origin, step in every.items():
        wanted += [at for at, example in enumerate(examples) if example.origin == origin][::step]
    vectors = np.full((len(examples), SIZE), np.nan, dtype=np.float32)
    for start in range(0, len(wanted), 100):
        progress("vectors", start, len(wanted))
        here = wanted[start : start + 100]
        vectors[here] = embedder.vectors([reads[at].text for at in here])
    progress("vectors", len(wanted), len(wanted))
    return vectors
