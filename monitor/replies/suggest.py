"""Which reply to suggest for a comment: an approved answer to a similar one, or a template."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from monitor.records import Intent
from monitor.replies.fitting import Room
from monitor.replies.templates import OPTIONAL, Template, fill, has_values

# Below this share of common words two comments are about different things.
SIMILAR_ENOUGH = 0.45
_LEAST_WORDS = 4
# Two wordings that share so much of their letters read as one.
_SAME_WORDING = 90.0
_SHORT = 40
_ANY_LENGTH = Room()
_Filled = tuple[Template, str]


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
    accept: Callable[[str], bool] = lambda _: True,
    room: Room = _ANY_LENGTH,
) -> Suggestion | None:
    """The best reply whose wording was not just used; None when nothing fits.

    ``recent`` are the last wordings under the same post, newest first: a form letter twice in a
    row is worse than none, so the newest is never repeated, not even nearly, and older ones are
    avoided. ``accept`` tells whether words may be suggested at all; it is asked last.
    Nothing is suggested that ``room`` does not hold: words that fit go before words that must lose
    a sentence, and a template that states something is never cut.
    """
    fitting = [t for t in templates if _fits(t, asked) and has_values(t.text, values)]
    found = _from_answers(
        asked, [a for a in answers if room.holds(a.text) and accept(a.text)], recent[:1]
    )
    # What the office states now goes before what somebody answered once.
    if found is not None and not any(_states(t) for t in fitting):
        return found
    filled = [(t, fill(t.text, values)) for t in fitting]
    whole = [(t, text) for t, text in filled if room.holds(text)]
    for template, text in (*_ranked(whole, recent), *_ranked(_cut(filled, room), recent)):
        if accept(text):
            return Suggestion(text, f"template:{template.id}")
    return found


def _ranked(filled: Sequence[_Filled], recent: Sequence[str]) -> list[_Filled]:
    """Those that were not just said, the best first."""
    unused = [(t, text) for t, text in filled if not said_in(text, recent[:1])]
    return sorted(unused, key=lambda pair: _rank(pair[0], pair[1], recent))


def _cut(filled: Sequence[_Filled], room: Room) -> list[_Filled]:
    """Those that are too long, without as many sentences as it takes."""
    long = [
        (t, room.shortened(text)) for t, text in filled if not room.holds(text) and not _says(t)
    ]
    return [(t, text) for t, text in long if text is not None]


def _says(template: Template) -> bool:
    """Whether a template holds an answer, a ticket or a fact, of which nothing may be lost."""
    return any(f"{{{one}}}" in template.text for one in OPTIONAL)


def said_in(text: str, recent: Sequence[str]) -> bool:
    """Whether one of these wordings is the same, or reads the same."""
    return _age(text, recent) is not None


def _age(text: str, recent: Sequence[str]) -> int | None:
    """How many other wordings came after the last time these words were used."""
    same = (i for i, one in enumerate(recent) if _alike(text, one))
    return next(same, None)


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of common words (Jaccard); 0 when either says too little to be compared."""
    if min(len(one), len(other)) < _LEAST_WORDS:
        return 0.0
    return len(one & other) / len(one | other)


def _alike(one: str, other: str) -> bool:
    # In a few words one letter is a large share, so short ones must be equal.
    if max(len(one), len(other)) < _SHORT:
        return one == other
    return fuzz.ratio(one, other) >= _SAME_WORDING


def _from_answers(
    asked: Asked, answers: Sequence[Answer], avoid: Sequence[str]
) -> Suggestion | None:
    near = [
        (likeness(asked.words, answer.words), answer)
        for answer in answers
        if not said_in(answer.text, avoid)
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


def _states(template: Template) -> bool:
    return "{fakta}" in template.text


def _rank(
    template: Template, text: str, recent: Sequence[str]
) -> tuple[bool, int, bool, bool, int]:
    """Lower is better: states facts, long unused, for this issue, for this register, few intents.

    A template with facts fits only where there are some; saying them comes before variety.
    """
    age = _age(text, recent)
    used = 0 if age is None else len(recent) - age
    by_register = template.register == "semua"
    return (not _states(template), used, not template.issues, by_register, len(template.intents))
