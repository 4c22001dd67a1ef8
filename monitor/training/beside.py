"""A candidate beside the serving model: both answer the same held-out rows, cut by cut.

Layer 3. Which rows: held-out labels of the office always (no model was taught them); held-out own
texts only where both models were kept from them (``holdout``); the suites of ``data/unseen``
always. It compares and decides nothing (``gate``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from monitor.records import Sentiment
from monitor.records.candidate import LEAST_ROWS, Cut, Measure, Part
from monitor.steps.tools import Classifier, Verdict
from monitor.training.bootstrap import (
    DRAWS,
    Flags,
    Floats,
    Places,
    class_f1s,
    interval,
    macro_f1s,
    shares,
    spread,
)
from monitor.training.compare import calibration_error, reliability
from monitor.training.dataset import Example
from monitor.training.gate import CUT_LEVEL, OVERALL_LEVEL
from monitor.training.questions import OWN
from monitor.training.suites import Hits, chat_left_alone, pairs_ordered

_TONES = tuple(map(str, Sentiment))
_BAD = _TONES.index(Sentiment.NEGATIF)
_BATCH = 1000

Figures = Callable[[Floats, "Answers", Flags], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What one model says of the rows: numbers of classes, and how sure it is."""

    sentiment: Places
    issue: Places
    sentiment_p: Floats
    issue_p: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """The rows by set, all cuts, and the calibration error of both, old and new, by measure."""

    judged: Mapping[str, int]
    cuts: tuple[Cut, ...]
    ece: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True, eq=False)
class _Exam:
    """The rows: true classes (-1: not told), their cuts, and what both say."""

    sentiment: Places
    issue: Places
    issues: tuple[str, ...]
    old: Answers
    new: Answers
    draws: int

    def cut(
        self, measure: Measure, part: Part, name: str, rows: Flags, which: int = _BAD
    ) -> Cut | None:
        """One measure on some rows; None where nothing is told of them."""
        target = self.sentiment if measure in (Measure.SENTIMENT, Measure.COMPLAINTS) else (
            self.issue
        )  # fmt: skip
        at = np.flatnonzero(rows & (target >= 0))
        if measure is Measure.COMPLAINTS:
            at = at[target[at] == _BAD]
        if not len(at):
            return None
        true = target[at]
        pair = [self._said(measure, one)[at] for one in (self.old, self.new)]

        def figure(weights: Floats, said: Places) -> Floats:
            if measure is Measure.COMPLAINTS:
                return shares(weights, said == _BAD, np.ones(len(at), np.bool_))
            if measure is Measure.ONE_ISSUE:
                return class_f1s(weights, true, said, which)
            return macro_f1s(weights, true, said, self._classes(measure))

        told = int((true == which).sum()) if measure is Measure.ONE_ISSUE else len(at)
        return measured(measure, part, name, told, len(at), pair, figure, self.draws)

    def _said(self, measure: Measure, answers: Answers) -> Places:
        tone = measure in (Measure.SENTIMENT, Measure.COMPLAINTS)
        return answers.sentiment if tone else answers.issue

    def _classes(self, measure: Measure) -> int:
        return len(_TONES) if measure is Measure.SENTIMENT else len(self.issues)


def measured(
    measure: Measure,
    part: Part,
    name: str,
    told: int,
    rows: int,
    pair: Sequence[Places],
    figure: Callable[[Floats, Places], Floats],
    draws: int = DRAWS,
) -> Cut:
    """A cut with its figures and interval; ``told`` rows decide, ``rows`` are drawn from."""
    old, new = (float(figure(np.ones((1, rows)), said)[0]) for said in pair)
    found = spread(rows, lambda w: (figure(w, pair[0]), figure(w, pair[1])), draws)
    low, high = interval(found, OVERALL_LEVEL if part is Part.ALL else CUT_LEVEL)
    return Cut(measure, part, name, told, old, new, low, high)


def beside(
    old: Classifier,
    new: Classifier,
    examples: Sequence[Example],
    unseen: Path,
    draws: int = DRAWS,
) -> Beside:
    """Compare two models on these rows and on the suites.

    ``examples`` judge: none of them was taught to either model. Their language is the one told,
    else what the serving model takes them for.

    Raises:
        ConfigError: a suite cannot be read.
    """
    verdicts = [_verdicts(model, examples) for model in (old, new)]
    said = {verdict.issue for some in verdicts for verdict in some}
    issues = tuple(sorted(said | {one.issue for one in examples if one.issue}))
    exam = _Exam(
        _targets([one.sentiment for one in examples], _TONES),
        _targets([one.issue for one in examples], issues),
        issues,
        answers(verdicts[0], issues),
        answers(verdicts[1], issues),
        draws,
    )
    rows = Counter("own" if one.origin == OWN else "label" for one in examples)
    suites = list(_suites(old, new, unseen, draws))
    return Beside(
        judged={**rows, **{cut.name: cut.rows for cut in suites}},
        cuts=(*_cuts(exam, examples, verdicts[0]), *suites),
        ece=_ece(exam),
    )


def answers(verdicts: Sequence[Verdict], issues: Sequence[str]) -> Answers:
    """Verdicts as numbers."""
    place = {name: at for at, name in enumerate(issues)}
    return Answers(
        np.array([_TONES.index(one.sentiment) for one in verdicts], np.int64),
        np.array([place[one.issue] for one in verdicts], np.int64),
        np.array([max(one.sentiment_p) for one in verdicts], np.float64),
        np.array([one.issue_p for one in verdicts], np.float64),
    )


def _verdicts(model: Classifier, examples: Sequence[Example]) -> list[Verdict]:
    found: list[Verdict] = []
    for begin in range(0, len(examples), _BATCH):
        found += model.predict([one.text for one in examples[begin : begin + _BATCH]])
    return found


def _targets(told: Sequence[str | None], names: Sequence[str]) -> Places:
    place = {name: at for at, name in enumerate(names)}
    return np.array([-1 if one is None else place.get(str(one), -1) for one in told], np.int64)


def _cuts(exam: _Exam, examples: Sequence[Example], seen: Sequence[Verdict]) -> Iterator[Cut]:
    """All rows, then languages, platforms and issues that hold enough of them."""
    every = np.ones(len(examples), np.bool_)
    tone = (Measure.SENTIMENT, Measure.ISSUE, Measure.COMPLAINTS)
    wanted = [(measure, Part.ALL, "all", every, 0) for measure in tone]
    languages = [one.language or said.language for one, said in zip(examples, seen, strict=True)]
    for part, names in (
        (Part.LANGUAGE, languages),
        (Part.PLATFORM, [one.platform or "" for one in examples]),
    ):
        for name in sorted(set(names) - {""}):
            rows = np.array([one == name for one in names], np.bool_)
            wanted += [(measure, part, name, rows, 0) for measure in tone]
    for which, name in enumerate(exam.issues):
        rows = exam.issue == which
        wanted += [
            (Measure.ONE_ISSUE, Part.ISSUE, name, every, which),
            (Measure.SENTIMENT, Part.ISSUE, name, rows, 0),
            (Measure.COMPLAINTS, Part.ISSUE, name, rows, 0),
        ]
    for measure, part, name, rows, which in wanted:
        cut = exam.cut(measure, part, name, rows, which)
        if cut is not None and (part is Part.ALL or cut.rows >= LEAST_ROWS):
            yield cut


def _suites(old: Classifier, new: Classifier, folder: Path, draws: int) -> Iterator[Cut]:
    kinds: tuple[tuple[Measure, str, Callable[[Classifier, Path], Hits]], ...] = (
        (Measure.PAIRS, "pairs", pairs_ordered),
        (Measure.CHAT, "chat", chat_left_alone),
    )
    for measure, name, hits in kinds:
        pair = [np.array(hits(model, folder), np.int64) for model in (old, new)]
        rows = len(pair[0])
        if rows:
            every = np.ones(rows, np.bool_)
            yield measured(
                measure, Part.SUITE, name, rows, rows, pair,
                lambda weights, hit, every=every: shares(weights, hit == 1, every),  # type: ignore[misc]
                draws,
            )  # fmt: skip


def _ece(exam: _Exam) -> dict[str, tuple[float, float]]:
    found = {}
    for measure, target in ((Measure.SENTIMENT, exam.sentiment), (Measure.ISSUE, exam.issue)):
        at = np.flatnonzero(target >= 0)
        if len(at):
            old, new = (_one_ece(measure, one, target, at) for one in (exam.old, exam.new))
            found[measure.value] = (old, new)
    return found


def _one_ece(measure: Measure, one: Answers, target: Places, at: Places) -> float:
    tone = measure is Measure.SENTIMENT
    said, sure = (one.sentiment, one.sentiment_p) if tone else (one.issue, one.issue_p)
    return round(calibration_error(reliability(sure[at], said[at] == target[at])), 4)
