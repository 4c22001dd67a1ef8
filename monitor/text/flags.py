"""Warning signs in a text: abuse, threat, SARA, self-harm, sarcasm, words of urgency.

A flag asks people to look; it must not decide sentiment, urgency or what happens to a comment.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.text.lexicon import FlagRules
from monitor.text.phrases import Phrases

SARCASM = "sarcasm"


@dataclass(frozen=True, slots=True)
class _Irony:
    praise: Phrases[str]
    trouble: frozenset[str]
    relief: frozenset[str]

    def suspected(self, tokens: list[str]) -> bool:
        """Praise beside trouble, and no word of relief ("mantap, sudah diperbaiki")."""
        return (
            not self.trouble.isdisjoint(tokens)
            and self.relief.isdisjoint(tokens)
            and bool(self.praise.found(tokens))
        )


class FlagFinder:
    """Compiled flag phrases."""

    __slots__ = ("_irony", "_order", "_phrases")

    def __init__(self, rules: FlagRules) -> None:
        self._order = tuple(rules.phrases)
        self._phrases = Phrases(
            (phrase, flag) for flag, phrases in rules.phrases.items() for phrase in phrases
        )
        self._irony = _Irony(
            Phrases((word, SARCASM) for word in rules.praise), rules.trouble, rules.relief
        )

    def flags(self, normalised: str) -> tuple[str, ...]:
        """Names of the flags raised, in the order of the rule files."""
        tokens = normalised.split()
        raised = set(self._phrases.found(tokens))
        if self._irony.suspected(tokens):
            raised.add(SARCASM)
        return tuple(flag for flag in self._order if flag in raised) if raised else ()
