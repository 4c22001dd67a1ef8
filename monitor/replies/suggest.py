"""Which reply to suggest for a comment: an approved answer to a similar one, or a template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.records import Intent
from monitor.replies.templates import Template, fill

# Below this share of common words two comments are about different things.
SIMILAR_ENOUGH = 0.45
_LEAST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """The comment to answer: what it is about and how it is written.

    ``words`` are its stems without stop words; ``casual`` tells the register.
    """

    issue: str
    intent: Intent
    urgent: bool
    casual: bool
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Answer:
    """An approved answer to an earlier comment with these words."""

    id: int
    words: frozenset[str]
    text: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Suggested words, and where they come from (``template:ID`` or ``answer:ID``)."""

    text: str
    origin: str


def suggest(
    asked: Asked,
    templates: Sequence[Template],
    answers: Sequence[Answer],
    recent: Sequence[str],
    values: Mapping[str, str],
) -> Suggestion | None:
    """The best reply whose wording was not just used; None when nothing fits.

    ``recent`` are the last wordings under the same post, newest first: a form letter twice in a
    row is worse than none, so the newest is never repeated and older ones are avoided.
    """
    found = _from_answers(asked, answers, recent[:1])
    if found is not None:
        return found
    fitting = [t for t in templates if _fits(t, asked)]
    filled = [(t, fill(t.text, values)) for t in fitting]
    unused = [(t, text) for t, text in filled if text not in recent[:1]]
    if not unused:
        return None
    template, text = min(unused, key=lambda pair: _rank(pair[0], pair[1], asked, recent))
    return Suggestion(text, f"template:{template.id}")


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of common words (Jaccard); 0 when either says too little to be compared."""
    if min(len(one), len(other)) < _LEAST_WORDS:
        return 0.0
    return len(one & other) / len(one | other)


def _from_answers(
    asked: Asked, answers: Sequence[Answer], avoid: Sequence[str]
) -> Suggestion | None:
    near = [
        (likeness(asked.words, answer.words), answer)
        for answer in answers
        if answer.text not in avoid
    ]
    best = max(near, key=lambda pair: (pair[0], pair[1].id), default=None)
    if best is None or best[0] < SIMILAR_ENOUGH:
        return None
    return Suggestion(best[1].text, f"answer:{best[1].id}")


def _fits(template: Template, asked: Asked) -> bool:
    return (
        asked.intent in template.intents
        and (not template.issues or asked.issue in template.issues)
        and template.urgent == asked.urgent
        and template.register in ("semua", "santai" if asked.casual else "resmi")
    )


def _rank(
    template: Template, text: str, asked: Asked, recent: Sequence[str]
) -> tuple[int, bool, bool, int]:
    """Lower is better: long unused, made for this issue, made for this register, few intents."""
    used = len(recent) - list(recent).index(text) if text in recent else 0
    return (used, not template.issues, template.register == "semua", len(template.intents))
