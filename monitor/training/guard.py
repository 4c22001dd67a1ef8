"""Teaches the guard's second look, and measures what the whole guard is worth.

Layer 3. Deterministic: the same texts and rules give the same bytes. Every figure and the threshold
come from texts that the judging model had not seen; those under one comment are never parted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from monitor.classify.features import Floats, Ids
from monitor.classify.guard import GuardModel, SecondLook, digest, save_guard
from monitor.classify.guard_features import (
    GuardSpace,
    Reading,
    learn_guard_vocabulary,
    read_reply,
)
from monitor.errors import ModelError
from monitor.knowledge import load_knowledge
from monitor.replies import blunders
from monitor.replies.guard import mask_private
from monitor.replies.guard_rules import Effect, Guard
from monitor.text.personal import mask
from monitor.training.guard_texts import GuardText, guard_texts

PARTS = 5
RECALL, PRECISION = 0.95, 0.91
"""What the whole guard should reach on texts that the judge had not seen; precision goes first."""

# A rule that was right less often than this, and fired often enough to tell, is not believed alone.
_DOUBTED_BELOW, _FEWEST_FIRED = 0.93, 3
_STRENGTH = 8.0
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measured:
    """Flagged of those that must stop, and how many of the flagged had to."""

    recall: float
    precision: float

    def as_text(self) -> str:
        """Both figures."""
        return f"recall {self.recall:.3f}, precision {self.precision:.3f}"


@dataclass(frozen=True, slots=True)
class GuardReport:
    """What came of training: rules alone, five parts, and each file judged by the others."""

    texts: int
    rules: Measured
    crossed: Measured
    writers: Mapping[str, Measured]
    all_writers: Measured
    least: float
    doubted: tuple[str, ...]

    def card(self) -> dict[str, Any]:
        """The figures as they are kept beside the model."""
        told = {
            "rules alone": self.rules,
            "five parts": self.crossed,
            "other writers": self.all_writers,
            **self.writers,
        }
        return {
            "texts": self.texts,
            "figures": {
                name: {"recall": round(one.recall, 3), "precision": round(one.precision, 3)}
                for name, one in told.items()
            },
        }

    def as_text(self) -> str:
        """The figures, one a line."""
        lines = [
            f"{self.texts} texts",
            f"rules alone: {self.rules.as_text()}",
            f"five parts: {self.crossed.as_text()}",
            f"each file judged by the others: {self.all_writers.as_text()}",
            *(f"  {name}: {one.as_text()}" for name, one in self.writers.items()),
            f"flagged from {self.least:.3f}; doubted: {', '.join(self.doubted) or 'none'}",
        ]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """The texts as the second look reads them."""

    guard: Guard
    texts: tuple[GuardText, ...]
    readings: tuple[Reading, ...]
    stop: Bools

    def part(self, chosen: Bools) -> Course:
        """Some of them."""
        places = np.flatnonzero(chosen)
        return replace(
            self,
            texts=tuple(self.texts[at] for at in places),
            readings=tuple(self.readings[at] for at in places),
            stop=self.stop[chosen],
        )


def train_guard(data: Path, folder: Path | None = None) -> GuardReport:
    """Teach from ``data/guard/contoh_*.toml`` and write the model to ``folder`` (data/guard).

    Raises:
        ConfigError: a text or rule is wrong. ModelError: too few texts, or not writable.
    """
    course = course_of(guard_texts(data / "guard"), load_knowledge(data).guard)
    with threadpool_limits(1):
        model, report = fit_guard(course)
    save_guard(model, folder or data / "guard", report.card())
    return report


def course_of(texts: Sequence[GuardText], guard: Guard) -> Course:
    """Read every text, with the rules that it breaks."""
    readings = tuple(
        read_reply(guard, one.text, one.comment, fired(guard, one.text, one.comment))
        for one in texts
    )
    return Course(guard, tuple(texts), readings, np.array([one.stop for one in texts]))


def fired(guard: Guard, text: str, comment: str) -> tuple[str, ...]:
    """The rules that a reply breaks, the fixed ones too."""
    fixed = blunders(text, mask_private(text, lambda one: mask(one, everything=True)))
    return (*fixed, *(one.rule for one in guard.findings(text, comment)))


def fit_guard(course: Course) -> tuple[GuardModel, GuardReport]:
    """The model of all texts, its threshold and figures from texts that a judge had not seen.

    Raises:
        ModelError: fewer than two verdicts in some part.
    """
    crossed, flagged = _crossed(course)
    least = _least(crossed, flagged, course.stop)
    writers = sorted({one.origin for one in course.texts})
    by_writer = _by_writer(course, writers)
    model = replace(fit(course), least=least)
    report = GuardReport(
        texts=len(course.texts),
        rules=measured(np.array([bool(one.rules) for one in course.readings]), course.stop),
        crossed=measured(flagged | (crossed >= least), course.stop),
        writers={
            name: measured(by_writer[chosen], course.stop[chosen])
            for name in writers
            if (chosen := _of(course, name)).any()
        },
        all_writers=measured(by_writer, course.stop),
        least=least,
        doubted=tuple(sorted(model.doubted)),
    )
    return model, report


def fit(course: Course) -> GuardModel:
    """Teach every weight; the threshold is chosen by :func:`fit_guard`.

    Raises:
        ModelError: all texts have the same verdict.
    """
    if len(set(course.stop.tolist())) < 2:
        raise ModelError("guard: texts: needs some that must stop and some that may pass")
    vocabulary = learn_guard_vocabulary(course.readings)
    space = GuardSpace(vocabulary)
    whole = _rows([space.whole(one) for one in course.readings], len(vocabulary))
    kinds = tuple(sorted({one.kind for one in course.texts if one.stop}))
    named = np.array([one.kind if one.stop else "" for one in course.texts])
    answers = [course.stop, *(named == kind for kind in kinds)]
    heads = [_head(whole, answer) for answer in answers]
    sentence, sentence_bias = _sentence_head(course, space)
    return GuardModel(
        vocabulary,
        kinds,
        weights=np.stack([weights for weights, _ in heads], axis=1),
        bias=np.array([bias for _, bias in heads], dtype=np.float32),
        sentence=sentence,
        sentence_bias=sentence_bias,
        least=0.0,
        doubted={rule.id: digest(rule) for rule in course.guard.rules if rule.id in doubts(course)},
    )


def _sentence_head(course: Course, space: GuardSpace) -> tuple[Floats, float]:
    """A head on sentences: of a reply that must stop only the worst is known to be bad."""
    columns = space.vocabulary.of_reply
    own = [space.sentence(one.words) for one in course.readings]
    weights, bias = _head(_rows(own, columns), course.stop)
    of = [(at, part.words) for at, one in enumerate(course.readings) for part in one.sentences]
    owner = np.array([at for at, _ in of])
    rows = _rows([space.sentence(words) for _, words in of], columns)
    for _ in range(2):
        chosen, bad = _taught(rows @ weights, owner, course.stop)
        weights, bias = _head(rows[chosen], bad[chosen])
    return weights, bias


def _taught(scores: Floats, owner: Ids, stop: Bools) -> tuple[Bools, Bools]:
    """Which sentences teach, and which of them are bad."""
    bad = np.zeros(len(owner), dtype=bool)
    for at in np.unique(owner[stop[owner]]):
        mine = np.flatnonzero(owner == at)
        bad[mine[scores[mine].argmax()]] = True
    return bad | ~stop[owner], bad


def _head(rows: csr_matrix, answer: Bools) -> tuple[Floats, float]:
    head = LogisticRegression(
        C=_STRENGTH,
        class_weight="balanced",
        solver="liblinear",
        dual=True,  # thirty times quicker with so many more columns than rows
        tol=1e-3,
        max_iter=5_000,
        random_state=0,
    )
    head.fit(rows, answer)
    return head.coef_[0].astype(np.float32), float(head.intercept_[0])


def _rows(parts: Sequence[tuple[Ids, Floats]], columns: int) -> csr_matrix:
    sizes = [len(one) for one, _ in parts]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    where = np.concatenate([one for one, _ in parts])
    values = np.concatenate([one for _, one in parts])
    return csr_matrix((values, where, starts), (len(parts), columns))


def doubts(course: Course) -> frozenset[str]:
    """Rules of the file that were wrong too often on these texts to be believed alone."""
    right, wrong = Counter[str](), Counter[str]()
    for reading, stop in zip(course.readings, course.stop, strict=True):
        (right if stop else wrong).update(reading.rules)
    return frozenset(
        rule.id
        for rule in course.guard.rules
        if (often := right[rule.id] + wrong[rule.id]) >= _FEWEST_FIRED
        and right[rule.id] < _DOUBTED_BELOW * often
    )


def _strong(course: Course, doubted: frozenset[str]) -> Bools:
    """Replies that stay flagged without the second look: a doubted stop still asks for two."""
    silent = {
        rule.id
        for rule in course.guard.rules
        if rule.id in doubted and rule.effect is not Effect.STOP
    }
    return np.array([bool(set(one.rules) - silent) for one in course.readings])


def scores(model: GuardModel, course: Course) -> Floats:
    """The second look's score of each text."""
    look = SecondLook(model, course.guard)
    return np.array([look.score(one) for one in course.readings])


def _parts(course: Course) -> Ids:
    """The part of each text; those under one comment are in the same."""
    hashes = [
        blake2b(" ".join(one.comment.lower().split()).encode(), digest_size=4).digest()
        for one in course.texts
    ]
    return np.array([int.from_bytes(one, "big") % PARTS for one in hashes])


def _crossed(course: Course) -> tuple[Floats, Bools]:
    """Each text's score, and whether it stays flagged anyhow, told by those of other parts."""
    parts = _parts(course)
    found: Floats = np.zeros(len(parts), dtype=np.float32)
    flagged = np.zeros(len(parts), dtype=bool)
    for part in range(PARTS):
        judged = parts == part
        if judged.any():
            rest, mine = course.part(~judged), course.part(judged)
            found[judged] = scores(fit(rest), mine)
            flagged[judged] = _strong(mine, doubts(rest))
    return found, flagged


def _least(crossed: Floats, flagged: Bools, stop: Bools) -> float:
    """The highest score with enough recall, if precision is enough there too.

    Else the lowest that keeps the precision; above all scores, when none does.
    """
    tried = [
        (float(least), measured(flagged | (crossed >= least), stop)) for least in np.unique(crossed)
    ]
    precise = [least for least, seen in tried if seen.precision >= PRECISION]
    found = [least for least, seen in tried if seen.recall >= RECALL and least in precise]
    return round(max(found) if found else min(precise, default=float(crossed.max()) + 1.0), 4)


def _of(course: Course, writer: str) -> Bools:
    return np.array([one.origin == writer for one in course.texts])


def _by_writer(course: Course, writers: Sequence[str]) -> Bools:
    """Flagged by a guard that learned, threshold and doubts too, from the other files only."""
    found = np.zeros(len(course.texts), dtype=bool)
    for writer in writers:
        mine = _of(course, writer)
        if mine.all():
            continue
        rest, judged = course.part(~mine), course.part(mine)
        least = _least(*_crossed(rest), rest.stop)
        found[mine] = _strong(judged, doubts(rest)) | (scores(fit(rest), judged) >= least)
    return found


def measured(flagged: Bools, stop: Bools) -> Measured:
    """Recall and precision; 1 where nothing was asked or said."""
    right = int((flagged & stop).sum())
    return Measured(right / max(1, int(stop.sum())), right / max(1, int(flagged.sum())))
