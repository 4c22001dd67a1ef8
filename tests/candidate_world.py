"""Candidates in an invented office: models of a few rules, folders that only tell of themselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from sqlite_utils import Database

from monitor.classify.model_files import FORMAT, part_folder
from monitor.records import CommentId, NoticeKind, Sentiment
from monitor.records.candidate import (
    BackTest,
    Candidate,
    CandidateState,
    Cut,
    Doubt,
    Measure,
    Outcome,
    Part,
    Report,
    Ruling,
)
from monitor.store import candidates, people
from monitor.store.connection import rows
from monitor.training import TrainReport
from monitor.training.candidate import Run
from monitor.training.dataset import Example
from monitor.training.suites import Suites
from tests import switching_world
from tests.classify_world import silent
from tests.switching_world import Gloomy, Sunny
from tests.test_steps_switching import Office
from tests.world import NOW, RuleClassifier, RuleVerdict, seed_people

__all__ = ["Gloomy", "Sunny"]

CLOGGED = "Drainase mampet di blok {} dekat warung"


class Sharp(RuleClassifier):
    """Knows a complaint more than the serving rules."""

    version = "jeli-4"

    def predict(self, texts: Sequence[str]) -> list[RuleVerdict]:
        return [
            replace(verdict, sentiment=Sentiment.NEGATIF, sentiment_p=(0.9, 0.05, 0.05))
            if "mampet" in text
            else verdict
            for text, verdict in zip(texts, super().predict(texts), strict=True)
        ]


class Twin(RuleClassifier):
    """Says what the serving rules say."""

    version = "kembar-5"


switching_world.MODELS.update({model.version: model for model in (Sharp, Twin)})

JUDGING = tuple(
    Example(text.format(i), "label", tone, issue, platform="wordpress")
    for i in range(40)
    for text, tone, issue in (
        (CLOGGED, Sentiment.NEGATIF, "lainnya"),
        ("Jalan rusak parah di gang {} sejak lama", Sentiment.NEGATIF, "jalan_infrastruktur"),
        ("Kabar petang bagian {} dari warga", Sentiment.NETRAL, "lainnya"),
    )
)


class Lab(Office):
    """An office that trains: its folder of models holds what serves."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        if not people.every(self.db):
            seed_people(self.db)
        if not (folder / "models" / RuleClassifier.version).exists():
            write_model(folder / "models" / RuleClassifier.version)

    def run_of(self) -> Run:
        return Run(self.db, self.tools, lambda: self.now, silent)

    def trained(self, version: str, judging: Sequence[Example] = JUDGING) -> TrainReport:
        """What a training leaves and tells."""
        folder = self.tools.settings.models / version
        write_model(folder)
        return told(version, folder, judging)

    def candidate(self, version: str) -> Candidate:
        found = candidates.by_version(self.db, version)
        assert found is not None
        return found

    def wanted_messages(self) -> list[tuple[int, int]]:
        """Chat and subject of every message about a candidate."""
        found = rows(
            self.db,
            "SELECT chat_id, subject_id FROM notice WHERE kind = ? ORDER BY id",
            [NoticeKind.CANDIDATE.value],
        )
        return [(row["chat_id"], row["subject_id"]) for row in found]


def told(version: str, folder: Path, judging: Sequence[Example]) -> TrainReport:
    rows = {"label": 300, "own": 90}
    return TrainReport(version, folder, rows, (), (), Suites((), (), (), (), ()), tuple(judging))


def write_model(folder: Path, half: Callable[[], None] = lambda: None) -> None:
    """A folder that tells of itself and holds nothing; ``half`` is called half way."""
    growing = part_folder(folder)
    growing.mkdir(parents=True)
    (growing / "card.md").write_text("# kartu\n")
    half()
    about = {"format": FORMAT, "training": {}}
    (growing / "model.json").write_text(json.dumps(about))
    growing.rename(folder)


CUTS = (
    Cut(Measure.SENTIMENT, Part.ALL, "all", 412, 0.701, 0.744, 0.012, 0.071),
    Cut(Measure.ISSUE, Part.ALL, "all", 398, 0.688, 0.693, -0.011, 0.022),
    Cut(Measure.COMPLAINTS, Part.ALL, "all", 190, 0.81, 0.86, 0.004, 0.098),
    Cut(Measure.SENTIMENT, Part.LANGUAGE, "bjn", 64, 0.61, 0.70, 0.01, 0.18),
    Cut(Measure.SENTIMENT, Part.PLATFORM, "instagram", 120, 0.72, 0.73, -0.03, 0.05),
    Cut(Measure.ONE_ISSUE, Part.ISSUE, "air_bersih", 41, 0.66, 0.61, -0.14, 0.02),
    Cut(Measure.PAIRS, Part.SUITE, "pairs", 200, 0.79, 0.81, -0.01, 0.05),
)


def report(outcome: Outcome = Outcome.BETTER, **more: object) -> Report:
    """A report with a bit of everything."""
    better = (CUTS[0], CUTS[3]) if outcome is Outcome.BETTER else ()
    worse = (CUTS[5],) if outcome is Outcome.WORSE else ()
    needed = 700 if outcome is Outcome.UNPROVEN else None
    given = Report(
        serving="rules-1",
        taught={"label": 1_840, "own": 17_791},
        judged={"label": 204, "own": 208, "pairs": 200},
        cuts=CUTS,
        ece={"sentiment": (0.041, 0.032)},
        ruling=Ruling(outcome, better, worse, (), needed),
        doubts=(Doubt(CommentId(1), "sentiment", "positif", "negatif", 0.02),),
        back_test=BackTest(28, 4, (), (), 8_120, 214),
    )
    return replace(given, **more)  # type: ignore[arg-type]


def seed_candidate(
    db: Database, version: str = Sharp.version, state: CandidateState = CandidateState.OFFERED
) -> Candidate:
    """A candidate whose training is over, without messages."""
    outcomes = {CandidateState.REFUSED: Outcome.WORSE, CandidateState.UNPROVEN: Outcome.UNPROVEN}
    made = report(outcomes.get(state, Outcome.BETTER))
    candidates.begin(db, version, "Dewi", NOW)
    number = candidates.finish(db, version, state, made, b"gambar", [], NOW)
    found = candidates.get(db, number)
    assert found is not None
    return found
