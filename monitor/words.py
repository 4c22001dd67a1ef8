"""The text knowledge that replies need, on top of the word lists. Layer 2."""

from __future__ import annotations

from pathlib import Path

from monitor.errors import ConfigError
from monitor.text.clean import clean
from monitor.text.personal import mask
from monitor.text.reader import TextReader

_MARK = "@<"
_CASUAL_SHARE = 0.1


class LexiconWords:
    """Meets ``monitor.steps.tools.Words`` with the project's word lists."""

    def __init__(self, reader: TextReader, stopwords: frozenset[str]) -> None:
        self._reader = reader
        self._stopwords = stopwords

    @classmethod
    def load(cls, reader: TextReader, data: Path) -> LexiconWords:
        """Read ``data/lexicon/stopwords.txt``.

        Raises:
            ConfigError: the file cannot be read.
        """
        file = data / "lexicon" / "stopwords.txt"
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"word list: {file}: {error}") from error
        words = (word for line in lines if not line.startswith("#") for word in line.split())
        return cls(reader, frozenset(words))

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
