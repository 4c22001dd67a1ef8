"""What ``siaga train`` does and prints; the work itself is ``training.candidate``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from monitor.progress import progress

if TYPE_CHECKING:
    from sqlite_utils import Database

    from monitor.config import Settings
    from monitor.records.candidate import CandidateId
    from monitor.steps.tools import Tools
    from monitor.training import TrainReport
    from monitor.training.material import Progress


# Of the newest comments that nobody labelled; more cost time and taught no more.
_MOST_STORED = 6000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for; ``version`` may be empty."""

    version: str
    outside: Path | None
    trials: bool
    person: str


def run_training(settings: Settings, db: Database, wanted: Wanted) -> str:
    """Train one candidate, alone on this store, and print how it did; its version.

    Raises:
        MonitorError: as ``training.candidate.make``; Refused when another training runs.
    """
    from monitor import app
    from monitor.store.locking import held
    from monitor.training.candidate import Run, make, new_version

    with held(settings.database, ["train"]), progress("train") as advance:
        day = app.utc_now().astimezone(settings.office.zone)
        version = wanted.version or new_version(settings.models, db, day)

        def tell(part: str, done: int, total: int) -> None:
            advance(done, total, part)

        tools = _tools(settings)
        if tools is None:
            typer.echo(_train(settings, db, wanted, version, tell).as_text())
            typer.echo(f"\nno model serves yet: siaga models promote {version}")
            return version
        run = Run(db, tools, app.utc_now, tell)
        number, trained = make(
            run, version, wanted.person, lambda name: _train(settings, db, wanted, name, tell)
        )
    typer.echo("\n".join([trained.as_text(), "", *_told(db, tools, number)]))
    return version


def _tools(settings: Settings) -> Tools | None:
    """What judging needs; None where no model serves yet that it could be compared with."""
    from monitor import app
    from monitor.classify.model_files import served

    return app.build_tools(settings) if served(settings.models) else None


def _train(
    settings: Settings, db: Database, wanted: Wanted, version: str, tell: Progress
) -> TrainReport:
    from monitor import training
    from monitor.store import label_pool, predictions
    from monitor.store.vectors import StoredVectors

    return training.train(
        settings.data,
        settings.models,
        version,
        wanted.outside,
        predictions.labelled_texts(db),
        tell,
        embeddings=settings.classify.embeddings,
        cache=StoredVectors(settings.database),
        with_trials=wanted.trials,
        stored=label_pool.unlabelled_texts(db, _MOST_STORED),
    )


def _told(db: Database, tools: Tools, number: CandidateId) -> Sequence[str]:
    """The doubted labels, and the message that trainers get."""
    from monitor.app import utc_now
    from monitor.messages import candidate as words
    from monitor.store import candidates, predictions

    known = candidates.get(db, number)
    assert known is not None  # made just now
    assert known.report is not None
    lines = []
    for doubt in known.report.doubts:
        said = predictions.get(db, doubt.comment_id)
        lines.append(words.doubt_line(doubt, said.prediction.masked if said else ""))
    issues = tools.knowledge.taxonomy
    told = words.lines_of(known, None, issues, tools.zone, utc_now())
    return [*([words.DOUBTED, *lines, ""] if lines else []), *told]
