"""The classifier that serves, exchanged while the process runs.

Layer 2. Whoever holds it always asks the newest; which version that is, is decided by rows
(:mod:`monitor.store.serving`), and the pointer on the disk follows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from monitor.classify.predict import Classifier, Verdict, Views


class Served:
    """A classifier by name.

    Args:
        first: what serves now.
        load: reads a version; raises ModelError when it cannot.
        point: writes the pointer for the next start; raises ModelError when it cannot.
    """

    def __init__(
        self, first: Classifier, load: Callable[[str], Classifier], point: Callable[[str], None]
    ) -> None:
        self._now = first
        self._load = load
        self._point = point
        self._next: tuple[str, Classifier] | None = None

    @property
    def version(self) -> str:
        """The version that serves."""
        return self._now.version

    def predict(self, texts: Sequence[str]) -> list[Verdict]:
        """One verdict a text, in order."""
        return self._now.predict(texts)

    @property
    def issues(self) -> tuple[str, ...]:
        """The issues that the serving version knows."""
        return self._now.issues

    def views(self, texts: Sequence[str]) -> Views:
        """What the serving version's two ways of reading say of texts."""
        return self._now.views(texts)

    def unknown_words(self, text: str) -> tuple[tuple[str, ...], int]:
        """Words of a text that the serving version never learned, and of how many."""
        return self._now.unknown_words(text)

    def read(self, version: str) -> Classifier:
        """A version that reads beside the serving one; loaded once.

        Raises:
            ModelError: it cannot be loaded.
        """
        if self._next is None or self._next[0] != version:
            self._next = (version, self._load(version))
        return self._next[1]

    def serve(self, version: str, *, point: bool = True) -> None:
        """Let a version serve from now on, also after a restart (``point``).

        Raises:
            ModelError: it cannot be loaded, or the pointer cannot be written.
        """
        self._now = self.read(version)
        self._next = None
        if point:
            self._point(version)
