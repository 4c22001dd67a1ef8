"""The chooser of the label queue: the serving model's two readings, and the pure choice.

Layer 3. Imported where the tools are put together only, as it needs scipy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from monitor.classify.predict import Views
from monitor.classify.teaching import Choice, Known, Pool, choose
from monitor.records import Sentiment
from monitor.store.label_pool import Labelled, Teachable

_GUESSES = 3


class Reads(Protocol):
    """A model that tells its two readings of texts."""

    @property
    def issues(self) -> tuple[str, ...]:
        """The issues that it knows, in the order of the columns."""
        ...

    def views(self, texts: Sequence[str]) -> Views:
        """What words alone, and words with sentence vectors, say."""
        ...


class Teaching:
    """A ``tools.Chooser`` over the model that serves."""

    def __init__(self, model: Reads) -> None:
        self._model = model

    def choose(
        self,
        pool: Sequence[Teachable],
        k: int,
        taken: Sequence[Teachable],
        labelled: Labelled,
    ) -> list[Choice]:
        """The comments that teach most, in the order of asking."""
        every = [*pool, *taken]
        if not pool:
            return []
        views = self._model.views([one.text for one in every])
        table = Pool(
            keys=[one.text.encode("utf-8", "replace") for one in every],
            by_words=views.by_words,
            with_vectors=views.with_vectors,
            rows=views.rows,
            issues=[one.issue for one in every],
            languages=[one.language for one in every],
            taken=np.arange(len(every)) >= len(pool),
        )
        tones = [labelled.tones.get(str(tone), 0) for tone in Sentiment]
        known = Known(labelled.issues, labelled.languages, {"sentiment": tones})
        return choose(table, k, known)

    def likeliest(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """The issues that the model finds likeliest of each text, best first."""
        if not texts:
            return []
        views = self._model.views(texts)
        shares = views.with_vectors.get("issue", views.by_words["issue"])
        names = self._model.issues
        ranked = np.argsort(-shares, axis=1, kind="stable")[:, :_GUESSES]
        return [tuple(names[at] for at in row) for row in ranked.tolist()]
