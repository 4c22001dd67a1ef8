"""Votes of keyword rules for the 21 issues: a feature and a fallback, never the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.text.phrases import Phrases


class IssueVoter:
    """Compiled keyword rules: issue -> word or phrase (of stems) -> weight."""

    __slots__ = ("_phrases",)

    def __init__(self, keywords: Mapping[str, Mapping[str, float]]) -> None:
        self._phrases = Phrases(
            (phrase, (issue, phrase, weight))
            for issue, weights in keywords.items()
            for phrase, weight in weights.items()
        )

    def issue_votes(self, stems: Sequence[str]) -> dict[str, float]:
        """Sum of weights per issue that has any, heaviest first; a phrase counts once per text."""
        votes: dict[str, float] = {}
        for issue, _, weight in dict.fromkeys(self._phrases.found(stems)):
            votes[issue] = votes.get(issue, 0.0) + weight
        return dict(sorted(votes.items(), key=lambda item: -item[1]))
