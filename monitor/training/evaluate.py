"""A classifier judged on a labelled CSV: the table that ``siaga evaluate`` prints.

Layer 3. Only texts that the model has not learned from say something.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.classify.predict import Classifier, Verdict
from monitor.records import Intent, Sentiment
from monitor.training.compare import Scores, score
from monitor.training.dataset import LANGUAGES, Example, read_csv
from monitor.training.measure import LENGTHS, span_name
from monitor.training.pictures import confusion_png

_BATCH = 1000
_URGENT = ("tidak", "ya")

Pair = tuple[Example, Verdict]


@dataclass(frozen=True, slots=True)
class Judged:
    """Scores of one column, on all rows that fill it or on those of one language."""

    column: str
    cut: str
    scores: Scores


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """How a model did on a file; ``asked`` is how many rows it would hand to a person."""

    version: str
    name: str
    rows: int
    asked: int
    judged: tuple[Judged, ...]

    def of(self, column: str, cut: str = "all") -> Scores:
        """The scores of one column. Raise KeyError when the file had none."""
        found = {(one.column, one.cut): one.scores for one in self.judged}
        return found[column, cut]

    def pictures(self) -> dict[str, bytes]:
        """Confusion matrices as PNG by file name, one per column that the file fills."""
        return {
            f"confusion-{one.column}.png": confusion_png(f"{one.column}, {self.name}", one.scores)
            for one in self.judged
            if one.cut == "all"
        }

    def as_text(self) -> str:
        """The figures as a table of fixed width, then what was confused in sentiment and issue."""
        lines = [
            f"model {self.version}: {self.rows} rows, {self.asked} to ask a person about",
            "",
            f"{'column':<11}{'rows of':<19}{'n':>7}{'macro-F1':>10}{'accuracy':>10}{'ECE':>8}",
        ]
        for one in self.judged:
            scores = one.scores
            ece = f"{scores.ece:8.3f}" if one.column in ("sentiment", "issue") else f"{'-':>8}"
            lines.append(
                f"{one.column:<11}{one.cut:<19}{scores.rows:>7}{scores.macro_f1:>10.3f}"
                f"{scores.accuracy:>10.3f}{ece}"
            )
        for one in self.judged:
            if one.cut == "all" and one.column in ("sentiment", "issue"):
                lines += ["", *_per_class(one)]
        return "\n".join(lines)


def _per_class(one: Judged) -> list[str]:
    lines = [f"{one.column:<24}{'n':>6}{'F1':>7}  most often taken for"]
    for at, name in enumerate(one.scores.classes):
        row = one.scores.confusion[at]
        wrong = [(count, one.scores.classes[j]) for j, count in enumerate(row) if j != at and count]
        taken = ", ".join(f"{other} {count}" for count, other in sorted(wrong, reverse=True)[:3])
        lines.append(f"{name:<24}{sum(row):>6}{one.scores.f1[at]:>7.2f}  {taken or '-'}")
    return lines


def evaluate(classifier: Classifier, csv_path: Path) -> EvaluationReport:
    """Judge a classifier on ``text,sentiment[,issue,intent,urgent,language,platform]``.

    Raises:
        ConfigError: the file cannot be read or holds a value that is not accepted, an issue that
            the model does not know among them; names the line.
    """
    examples = read_csv(csv_path, classifier.issues)
    texts = [example.text for example in examples]
    verdicts: list[Verdict] = []
    for start in range(0, len(texts), _BATCH):
        verdicts += classifier.predict(texts[start : start + _BATCH])
    return EvaluationReport(
        version=classifier.version,
        name=csv_path.name,
        rows=len(examples),
        asked=sum(verdict.ask_human for verdict in verdicts),
        judged=_judged(examples, verdicts, classifier.issues),
    )


def _judged(
    examples: Sequence[Example], verdicts: Sequence[Verdict], issues: Sequence[str]
) -> tuple[Judged, ...]:
    classes = {
        "sentiment": tuple(map(str, Sentiment)),
        "issue": tuple(issues),
        "intent": tuple(map(str, Intent)),
        "urgent": _URGENT,
        "language": LANGUAGES,
    }
    pairs = list(zip(examples, verdicts, strict=True))
    found = []
    for column, names in classes.items():
        known = [pair for pair in pairs if getattr(pair[0], column) is not None]
        if known:
            found.append(Judged(column, "all", _scores(column, names, known)))
    for cut, chosen in _cuts(pairs):
        found.append(Judged("sentiment", cut, _scores("sentiment", classes["sentiment"], chosen)))
    return tuple(found)


def _cuts(pairs: Sequence[Pair]) -> Iterator[tuple[str, list[Pair]]]:
    """Rows by language, by platform and by length, where the file tells and any are there."""
    platforms = sorted({one.platform for one, _ in pairs if one.platform})
    for name, belongs in (
        *((code, lambda one, c=code: one.language == c) for code in LANGUAGES),
        *((name, lambda one, n=name: one.platform == n) for name in platforms),
        *(
            (span_name(*span), lambda one, s=span: s[0] <= len(one.text.split()) <= s[1])
            for span in LENGTHS
        ),
    ):
        chosen = [pair for pair in pairs if belongs(pair[0])]  # type: ignore[no-untyped-call]
        if chosen:
            yield name, chosen


def _scores(column: str, names: Sequence[str], pairs: Sequence[Pair]) -> Scores:
    true = [_named(getattr(example, column)) for example, _ in pairs]
    said = [_named(getattr(verdict, column)) for _, verdict in pairs]
    sure: list[float] = []
    if column == "sentiment":
        sure = [max(verdict.sentiment_p) for _, verdict in pairs]
    if column == "issue":
        sure = [verdict.issue_p for _, verdict in pairs]
    return score(names, true, said, sure)


def _named(value: object) -> str:
    return _URGENT[value] if isinstance(value, bool) else str(value)
