"""The model card: what was learned from, under which licence, how well, and where it fails.

Layer 3, pure: markdown from figures. It names sets and shows no text of anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.classify.heads import sure_from
from monitor.classify.model_files import Model
from monitor.training.card_words import (
    FAILURES,
    FIGURES,
    HOW,
    SECOND_READING,
    SOURCES,
    SUITES,
    TRIALS,
    TRIED,
)
from monitor.training.measure import Figure
from monitor.training.suites import Count, Suites


@dataclass(frozen=True, slots=True)
class Learned:
    """What a model is: its version, the rows of each set it learned from, and itself."""

    version: str
    rows: Mapping[str, int]
    model: Model


@dataclass(frozen=True, slots=True)
class Measured:
    """What it is worth: on unseen texts of its sets, on sets left out, and on the suites."""

    figures: Sequence[Figure]
    tried: tuple[Figure, ...]
    suites: Suites


def card(learned: Learned, measured: Measured) -> str:
    """The card of a model in markdown."""
    own = "own" in learned.rows
    return "\n".join(
        [
            f"# Siaga model {learned.version}",
            "",
            "Sentiment, issue, intent, urgency and language of comments to a regional government "
            "in Indonesian, informal Indonesian, Banjar, Ngaju and Javanese.",
            "",
            "## How",
            HOW,
            "## Learned from",
            *_table(("set", "texts", "what it is"), _sources(learned.rows)),
            "",
            "Changes to the sets: labels mapped to negatif, netral, positif; rows taken out as "
            "said above. The weights that come from NusaX are offered under CC BY-SA 4.0 too.",
            "",
            *([SECOND_READING] if own else []),
            "## Figures on unseen texts",
            FIGURES,
            *_table(_HEAD, [_row(figure) for figure in measured.figures]),
            "",
            "![reliability](reliability.png)",
            "",
            *_trials(measured.tried),
            *_suites(measured.suites),
            "## When a person is asked",
            *_asked(learned.model),
            "",
            "## Per class, own texts",
            *_table(("question", "class", "F1", "with vectors"), _classes(measured.figures)),
            "",
            "What was taken for what: `confusion-sentiment.png`, `confusion-issue.png`, "
            "`confusion-intent.png`, `confusion-urgent.png`.",
            "",
            "## What was tried",
            TRIED,
            "## Known failures",
            FAILURES,
        ]
    )


_HEAD = ("question", "texts of", "n", "macro-F1", "accuracy", "ECE", "with vectors")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def _sources(rows: Mapping[str, int]) -> list[tuple[str, str, str]]:
    return [(name, str(count), SOURCES[name]) for name, count in rows.items()]


def _row(figure: Figure) -> tuple[str, ...]:
    words, vectors = figure.words, figure.vectors
    more = f"{vectors.macro_f1:.3f} (n {vectors.rows}, ECE {vectors.ece:.3f})" if vectors else "-"
    plain = (f"{value:.3f}" for value in (words.macro_f1, words.accuracy, words.ece))
    return (figure.question, figure.cut, str(words.rows), *plain, more)


def _trials(tried: Sequence[Figure]) -> list[str]:
    if not tried:
        return []
    return ["## Sets left out", TRIALS, *_table(_HEAD, [_row(figure) for figure in tried]), ""]


def _suites(suites: Suites) -> list[str]:
    rows = [
        *_counted("pairs in the right order", suites.pairs, suites.pairs_with_vectors),
        *_counted("chat given an issue", suites.false_issues, suites.false_issues_with_vectors),
    ]
    places = [
        (one.name, str(one.right + one.missed), f"{one.precision:.3f}", f"{one.recall:.3f}")
        for one in suites.places
    ]
    return [
        "## Suites that no model learns from",
        SUITES,
        *_table(("suite", "of", "n", "by words", "with vectors"), rows),
        "",
        *_table(("places", "named", "precision", "recall"), places),
        "",
    ]


def _counted(suite: str, words: Sequence[Count], vectors: Sequence[Count]) -> list[tuple[str, ...]]:
    more = [f"{one.share:.3f}" for one in vectors] or ["-"] * len(words)
    return [
        (suite, one.name, str(one.rows), f"{one.share:.3f}", with_vectors)
        for one, with_vectors in zip(words, more, strict=True)
        if one.rows
    ]


def _asked(model: Model) -> list[str]:
    """From which probability an answer is believed, for some precisions."""
    rows = []
    for precision in (0.70, 0.80, 0.85, 0.90, 0.95):
        row = [f"{precision:.2f}"]
        for heads in (model.heads, model.vectors):
            for name in ("sentiment", "issue"):
                row.append(f"{sure_from(heads[name], precision):.2f}" if name in heads else "-")
        rows.append(row)
    by_words, with_vectors = model.urgent_from
    return [
        "Under these probabilities an answer is shown to a person first, for the precision that "
        "`[classify] precision` asks of all others; learned on unseen texts, each set weighing "
        "the same.",
        "",
        *_table(("precision", "sentiment", "issue", "sentiment, vectors", "issue, vectors"), rows),
        "",
        f"Urgent is answered from a share of {by_words:.2f} by words and {with_vectors:.2f} with "
        "vectors, or four tenths of that beside an urgency phrase.",
    ]


def _classes(figures: Sequence[Figure]) -> list[tuple[str, ...]]:
    return [
        (
            figure.question,
            name,
            f"{figure.words.f1_of(name):.2f}",
            f"{figure.vectors.f1_of(name):.2f}" if figure.vectors else "-",
        )
        for figure in figures
        if figure.cut == "own" and figure.question != "language"
        for name in figure.words.classes
    ]
