"""A candidate: trained, judged beside the serving model, tried on the stored weeks, offered.

Layer 3, step 8 of the way. Nothing serves because of it: a person decides, and then the pipeline's
``switch`` step does the rest. It runs as a process of its own, so a service is never kept waiting.
Its row stands from the beginning; dying anywhere leaves that row, and the next run clears away
what belongs to it, so there is never half a folder or half a report.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from monitor.classify.model_files import part_folder, require_new, told_training
from monitor.errors import ModelError, StorageError
from monitor.messages.candidate import picture
from monitor.messages.history import Told
from monitor.records import CommentId
from monitor.records.candidate import (
    BackTest,
    CandidateId,
    CandidateState,
    Doubt,
    OneAlert,
    Outcome,
    Report,
)
from monitor.steps.backtest import WARM_UP
from monitor.steps.budget import back_test
from monitor.steps.candidates import recipients
from monitor.steps.tools import Classifier, Tools
from monitor.steps.understand import prediction
from monitor.store import candidates, open_store, serving
from monitor.store.doubted import labelled_ids, queue_again
from monitor.store.knowledge_changes import label, model_of, revision
from monitor.store.trial_counts import count_as, otherwise
from monitor.training.beside import Beside, beside
from monitor.training.dataset import Example
from monitor.training.gate import ruling
from monitor.training.holdout import follows_rule
from monitor.training.material import Progress
from monitor.training.questions import LABEL
from monitor.training.train import TrainReport

STRETCH: Final = timedelta(days=28)
_STATES: Final = {
    Outcome.BETTER: CandidateState.OFFERED,
    Outcome.WORSE: CandidateState.REFUSED,
    Outcome.UNPROVEN: CandidateState.UNPROVEN,
}

Train = Callable[[str], TrainReport]
"""Trains a version and writes its folder."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run works with: the open store, its tools, what the time is, who hears of progress."""

    db: Database
    tools: Tools
    clock: Callable[[], datetime]
    progress: Progress

    @property
    def models(self) -> Path:
        """The folder of models."""
        return self.tools.settings.models


def new_version(models: Path, db: Database, day: datetime) -> str:
    """A free name for today's model: the date and a letter.

    Raises:
        ModelError: all letters are taken.
    """
    for letter in "abcdefghijklmnopqrstuvwxyz":
        name = f"{day:%Y-%m-%d}-{letter}"
        if not (models / name).exists() and candidates.by_version(db, name) is None:
            return name
    raise ModelError(f"model: {day:%Y-%m-%d}: 26 versions today; name one yourself")


def make(run: Run, version: str, person: str, train: Train) -> tuple[CandidateId, TrainReport]:
    """Train a version and make a candidate of it. Only one at a time (``locking.held``).

    Raises:
        ModelError: the version exists, or a model cannot be read, written or taught.
        ConfigError: a training text, word list or suite is wrong.
        Refused: a candidate of this name is known.
    """
    sweep(run.db, run.models)
    require_new(run.models / version, version)
    candidates.begin(run.db, version, person, run.clock())
    run.tools.boundary("train:after-row")
    try:
        trained = train(version)
        run.tools.boundary("train:after-folder")
        report = judge(run, version, trained)
        number = _tell(run, version, report)
    except BaseException:
        _clear_away(run.db, run.models, version)
        raise
    run.tools.boundary("train:after-offer")
    return number, trained


def sweep(db: Database, models: Path) -> None:
    """Clear away what runs left that died. Call while no other can run (``locking.held``)."""
    for known in candidates.unfinished(db):
        _clear_away(db, models, known.version)


def _clear_away(db: Database, models: Path, version: str) -> None:
    try:
        for folder in (part_folder(models / version), models / version):
            if folder.is_dir():
                shutil.rmtree(folder)
    except OSError as error:
        raise StorageError(f"model: {models / version}: cannot be removed: {error}") from error
    candidates.clear(db, version)


def judge(run: Run, version: str, trained: TrainReport) -> Report:
    """How a trained version does beside the serving one."""
    db, tools = run.db, run.tools
    assert tools.models is not None  # only a store without models has none
    words = revision(db)
    serves = serving_model(db, tools)
    run.progress("judge", 0, 1)
    old = tools.models.read(label(serves, words))
    new = tools.models.read(label(version, words))
    rows = judging_rows(run.models, serves, version, trained.judging)
    found = beside(old, new, rows, tools.settings.data / "unseen")
    run.progress("judge", 1, 1)
    said = ruling(found.cuts)
    tried = None
    if said.outcome is Outcome.BETTER:
        tried = try_on_history(run, label(version, words), new)
    return _report(serves, trained, found, _doubts(db, trained), tried)


def serving_model(db: Database, tools: Tools) -> str:
    """The name of the model that serves, by the rows; by the pointer before the first start."""
    known = serving.now_serving(db)
    return model_of(known.version if known else tools.classifier.version)


def judging_rows(
    models: Path, serves: str, version: str, judging: Sequence[Example]
) -> list[Example]:
    """The rows that neither model was taught; our own only where both follow the rule.

    Raises:
        ModelError: one of the models cannot be read.
    """
    both = all(follows_rule(told_training(models / name)) for name in (serves, version))
    return [one for one in judging if both or one.origin == LABEL]


def _report(
    serves: str,
    trained: TrainReport,
    found: Beside,
    doubts: Sequence[Doubt],
    tried: BackTest | None,
) -> Report:
    return Report(
        serving=serves,
        taught=trained.rows,
        judged=found.judged,
        cuts=found.cuts,
        ece=found.ece,
        ruling=ruling(found.cuts),
        doubts=tuple(doubts),
        back_test=tried,
    )


def _doubts(db: Database, trained: TrainReport) -> list[Doubt]:
    """The doubted labels by their comments; one text may stand under several."""
    by_text: dict[str, list[CommentId]] = defaultdict(list)
    for number, text in labelled_ids(db):
        by_text[text].append(number)
    return [
        Doubt(number, one.field, one.given, one.likely, one.p_given)
        for one in trained.doubted
        for number in by_text.get(one.example.text, [])
    ]


def try_on_history(run: Run, version: str, model: Classifier) -> BackTest:
    """The last four weeks by the counts of either model; the two months before teach what is usual.

    What the candidate reads here is kept under its name and counts nowhere; its switch, if it
    comes to that, goes on from there.
    """
    now = run.clock()
    since = now - STRETCH
    _read_ahead(run, version, model, since - WARM_UP)
    old = back_test(run.db, run.tools, since, now, {}).told
    with closing(open_store(run.tools.settings.database)) as trial:
        count_as(trial, version, since - WARM_UP)
        new = back_test(trial, run.tools, since, now, {}).told
        counted = otherwise(trial, since)
    both, only_old, only_new = side_by_side(old, new)
    return BackTest(STRETCH.days, both, only_old, only_new, counted.comments, counted.otherwise)


def _read_ahead(run: Run, version: str, model: Classifier, since: datetime) -> None:
    db, size = run.db, run.tools.settings.classify.batch
    total = candidates.count_unread(db, version, since)
    after = done = 0
    while batch := candidates.unread(db, version, since, after, size):
        run.progress("read", min(done, total), total)
        verdicts = model.predict([stored.comment.text for stored in batch])
        pairs = [
            (stored, prediction(stored, verdict, version))
            for stored, verdict in zip(batch, verdicts, strict=True)
        ]
        candidates.keep_ahead(db, model_of(version), pairs)
        run.tools.boundary("train:after-reading")
        after, done = int(batch[-1].id), done + len(batch)


def side_by_side(
    old: Sequence[Told], new: Sequence[Told]
) -> tuple[int, tuple[OneAlert, ...], tuple[OneAlert, ...]]:
    """How many alerts are in both (one issue, at the same time), and those of one alone."""
    rest = list(new)
    alone = []
    for one in old:
        same = next((other for other in rest if _same(one, other)), None)
        if same is None:
            alone.append(_one(one))
        else:
            rest.remove(same)
    return len(old) - len(alone), tuple(alone), tuple(map(_one, rest))


def _same(one: Told, other: Told) -> bool:
    def before(a: Told, b: Told) -> bool:
        return a.closed_at is not None and a.closed_at < b.opened_at

    return one.topic == other.topic and not before(one, other) and not before(other, one)


def _one(told: Told) -> OneAlert:
    judged = told.incident.state.value if told.incident else None
    return OneAlert(told.issue, told.opened_at, told.peak, told.observed, judged)


def _tell(run: Run, version: str, report: Report) -> CandidateId:
    drawn = picture(report, version, run.tools.knowledge.taxonomy)
    state = _STATES[report.ruling.outcome]
    run.tools.boundary("train:before-offer")
    places = recipients(run.db, state)
    with run.db.atomic():
        number = candidates.finish(run.db, version, state, report, drawn, places, run.clock())
        queue_again(run.db, _worth(report.doubts), run.clock())
    return number


def _worth(doubts: Sequence[Doubt]) -> list[tuple[CommentId, float]]:
    """How much a second look at each doubted label is worth."""
    return [(one.comment_id, 1 - one.p_given) for one in doubts]
