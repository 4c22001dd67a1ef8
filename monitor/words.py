"""The text knowledge that replies and new topics need, on top of the word lists. Layer 2."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from monitor.errors import ConfigError
from monitor.text.clean import clean
from monitor.text.personal import mask
from monitor.text.questions import Named
from monitor.text.reader import TextReader
from monitor.text.terms import TermReader, Terms

_MARK = "@<"
_CASUAL_SHARE = 0.1


class LexiconWords:
    """Meets ``monitor.steps.tools.Words`` with the project's word lists."""

    def __init__(
        self,
        reader: TextReader,
        stopwords: frozenset[str],
        small_talk: frozenset[str] = frozenset(),
    ) -> None:
        self._reader = reader
        self._stopwords = stopwords
        self._terms = TermReader(reader, stopwords | small_talk)

    @classmethod
    def load(cls, reader: TextReader, data: Path) -> LexiconWords:
        """Read ``stopwords.txt`` and ``small_talk.txt`` of ``data/lexicon/``.

        Raises:
            ConfigError: a file cannot be read.
        """
        folder = data / "lexicon"
        return cls(reader, _words(folder / "stopwords.txt"), _words(folder / "small_talk.txt"))

    def stems(self, text: str) -> frozenset[str]:
        """Stems of the content words of any text."""
        normalised = self._reader.normaliser.normalise(clean(text))
        stems = self._reader.stemmer.stems(normalised)
        return frozenset(
            stem
            for stem in stems
            if len(stem) > 1 and stem[0] not in _MARK and stem not in self._stopwords
        )

    def casual(self, text: str) -> bool:
        """Whether one word in ten or more is slang or spelt informally."""
        cleaned = clean(text).lower()
        plain = cleaned.split()
        standard = self._reader.normaliser.normalise(cleaned).split()
        changed = sum(word.strip(".,!?") not in standard for word in plain)
        return bool(plain) and changed / len(plain) >= _CASUAL_SHARE

    def mask(self, text: str) -> str:
        """The text with every kind of personal data masked, sure or not."""
        return mask(text, everything=True)

    def names(self, accounts: Iterable[str]) -> frozenset[str]:
        """Names of accounts as :meth:`terms` takes them."""
        return self._terms.names(accounts)

    def terms(self, text: str, names: frozenset[str]) -> Terms:
        """What of a comment may name a topic: key and written words of each term."""
        return self._terms.terms(text, names)

    def issues(self, text: str) -> Mapping[str, float]:
        """How strongly keywords of a text point to each issue."""
        normalised = self._reader.normaliser.normalise(clean(text))
        return self._reader.issue_voter.issue_votes(self._reader.stemmer.stems(normalised))

    def places(self, text: str) -> tuple[Named, ...]:
        """Places that a text names, in reading order, as predictions name them."""
        return tuple(
            Named(
                place.matched,
                f"{place.kabupaten} / {place.kecamatan}" if place.kecamatan else place.kabupaten,
            )
            for place in self._reader.gazetteer.places(clean(text))
        )


def _words(file: Path) -> frozenset[str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"word list: {file}: {error}") from error
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
