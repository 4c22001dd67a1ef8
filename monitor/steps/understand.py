"""Step 2: let the serving model and the text rules read comments that wait, in batches."""

from __future__ import annotations

from sqlite_utils import Database

from monitor.records import Prediction, StoredComment
from monitor.steps.tools import Tools, Verdict
from monitor.store import comments, intake, predictions

# So many batches a tick at the most: with sentence vectors a thousand comments take half a minute,
# and a backfill must not keep an alert waiting.
MOST_BATCHES = 5


def understand(db: Database, tools: Tools) -> int:
    """Predict waiting comments; how many were read. Dying in between means reading them again."""
    read = 0
    for _ in range(MOST_BATCHES):
        waiting = comments.waiting(db, tools.settings.classify.batch)
        if not waiting:
            break
        read += len(waiting)
        _understand_batch(db, tools, waiting)
    return read


def _understand_batch(db: Database, tools: Tools, waiting: list[StoredComment]) -> None:
    own = [stored for stored in waiting if stored.comment.author_is_owner]
    citizens = [stored for stored in waiting if not stored.comment.author_is_owner]
    verdicts = tools.classifier.predict([stored.comment.text for stored in citizens])
    version = tools.classifier.version
    read = [
        (stored, prediction(stored, verdict, version))
        for stored, verdict in zip(citizens, verdicts, strict=True)
    ]
    tools.boundary("understand:before-write")
    predictions.skip(db, own, version)
    predictions.write(db, read, version)
    given = [(stored.comment.source_id, int(stored.id)) for stored in citizens]
    intake.understood(db, given, waiting[-1].stored_at)
    tools.boundary("understand:after-write")


def prediction(stored: StoredComment, verdict: Verdict, version: str) -> Prediction:
    """A verdict on a stored comment as the row to keep."""
    return Prediction(
        comment_id=stored.id,
        model=version,
        sentiment=verdict.sentiment,
        sentiment_p=verdict.sentiment_p,
        issue=verdict.issue,
        issue_p=verdict.issue_p,
        intent=verdict.intent,
        urgent=verdict.urgent,
        language=verdict.language,
        place=verdict.place,
        spam=verdict.spam,
        flags=verdict.flags,
        masked=verdict.masked,
        ask_human=verdict.ask_human,
        copy_key=verdict.copy_key,
        copy_words=verdict.copy_words,
    )
