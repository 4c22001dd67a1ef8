"""Advertisements, first of all online gambling, told apart from people who complain about them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from monitor.text.lexicon import SpamRule
from monitor.text.phrases import Phrases

_HEAVY = 2
# Look-alike digits inside words: g4c0r, sl0t, m4xw1n.
_LOOK_ALIKES = str.maketrans("013457", "oieast")
_DISGUISED = re.compile(r"(?<!\S)(?=\S*[a-z])(?=\S*\d)[a-z0-9]{3,}(?!\S)")


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: SpamRule
    phrases: Phrases[str]
    shape: re.Pattern[str]

    def score(self, tokens: list[str], words: set[str], disguised: list[str]) -> int:
        """0 unless a strong word, a phrase or a telling shape is there; weak words only add."""
        rule = self.rule
        shapes = sum(1 for word in disguised if self.shape.fullmatch(word))
        core = len(rule.strong & words) + len(set(self.phrases.found(tokens))) + shapes
        if not core:
            return 0
        return _HEAVY * (core - len(rule.pardon & words)) + len(rule.weak & words)


class SpamJudge:
    """Compiled spam rules, asked in the order of the rule file."""

    __slots__ = ("_rules",)

    def __init__(self, rules: Mapping[str, SpamRule]) -> None:
        self._rules = {
            reason: _Compiled(
                rule, Phrases((phrase, phrase) for phrase in rule.phrases), re.compile(rule.shape)
            )
            for reason, rule in rules.items()
        }

    def spam_reason(self, normalised: str) -> str | None:
        """The first reason whose score reaches its limit, or None for an honest text."""
        tokens = normalised.split()
        words = set(tokens)
        disguised = _DISGUISED.findall(normalised)
        words.update(word.translate(_LOOK_ALIKES) for word in disguised)
        for reason, compiled in self._rules.items():
            if compiled.score(tokens, words, disguised) >= compiled.rule.limit:
                return reason
        return None
