"""A small office at work, and its export as ``siaga export`` writes it."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

from sqlite_utils import Database

from monitor.classify import Classifier
from monitor.cli import run_command
from monitor.knowledge import read_taxonomy
from monitor.records import CommentId, LabelField, Prediction, SourceId
from monitor.store import open_store, predictions, serving
from monitor.training.dataset import Example, own
from tests.classify_world import DATA
from tests.making import NOW, make_comment, store_comments

SOURCES = (("mmc_ig", "instagram"), ("mmc_fb", "facebook"), ("berita", "wordpress"))


def texts(size: int) -> list[Example]:
    """Some of the project's own texts, evenly from all issues."""
    every = own(DATA / "training", tuple(read_taxonomy(DATA / "taxonomy.toml")))
    return list(every[7 :: len(every) // size][:size])


def busy_office(database: Path, classifier: Classifier, size: int, labels: int) -> None:
    """A store of so many comments on three sources, the first of them labelled by people."""
    db = open_store(database)
    some = texts(size)
    said = []
    for at, one in enumerate(some):
        source, platform = SOURCES[at % len(SOURCES)]
        said.append(
            make_comment(
                str(at),
                source_id=SourceId(source),
                platform=platform,
                text=one.text if at else f"@fulan {one.text} hubungi 0812-0000-0000",
                created_at=NOW + timedelta(minutes=at),
                author_id=str(at % 40),
            )
        )
    waiting = sorted(store_comments(db, *said), key=lambda row: row.comment.created_at)
    verdicts = classifier.predict([row.comment.text for row in waiting])
    read = [_prediction(row.id, classifier, v) for row, v in zip(waiting, verdicts, strict=True)]
    predictions.write(db, list(zip(waiting, read, strict=True)), classifier.version)
    serving.begin(db, classifier.version, NOW)
    for row, one in list(zip(waiting, some, strict=True))[:: size // max(labels, 1)][:labels]:
        _label(db, row.id, one)
    db.close()


def _prediction(number: CommentId, classifier: Classifier, verdict: object) -> Prediction:
    names = [
        name for name in Prediction.__slots__ if name not in ("comment_id", "model", "copy_of")
    ]
    told = {name: getattr(verdict, name) for name in names}
    return Prediction(comment_id=number, model=classifier.version, **told)


def _label(db: Database, number: CommentId, one: Example) -> None:
    for field, value in ((LabelField.SENTIMENT, one.sentiment), (LabelField.ISSUE, one.issue)):
        predictions.add_label(db, number, field, str(value), "Sari", NOW)


def export(database: Path, out: Path, *more: str) -> Path:
    """What ``siaga export`` writes of a store."""
    config = database.with_name("export.toml")
    config.write_text(f'[paths]\ndatabase = "{database}"\ndata = "{DATA}"\n', encoding="utf-8")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        assert run_command(["--config", str(config), "export", "--out", str(out), *more]) == 0
    finally:
        root.handlers[:], root.level = handlers, level
    return out
