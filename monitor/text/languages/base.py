"""What the text layer knows of a language besides its marker words in ``data/lexicon/``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the comments.

    ``negators`` mean "not" in every text. ``own_negators`` mean it only when the text is known to
    be in this language: Ngaju ``dia`` ("not") is Indonesian "he, she".
    """

    code: str
    name: str
    negators: frozenset[str] = frozenset()
    own_negators: frozenset[str] = frozenset()
