"""Records for tests; every default means nothing, so that a test says only what matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlite_utils import Database

from monitor.records import (
    Comment,
    CommentId,
    Draft,
    DraftId,
    DraftState,
    Incident,
    IncidentId,
    IncidentState,
    Intent,
    Level,
    Prediction,
    Reading,
    Sentiment,
    SourceId,
    StoredComment,
)
from monitor.store import comments, predictions, sources

NOW = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
SOURCE = SourceId("berita")
MODEL = "m1"

_P = {
    Sentiment.NEGATIF: (0.8, 0.1, 0.1),
    Sentiment.NETRAL: (0.1, 0.8, 0.1),
    Sentiment.POSITIF: (0.1, 0.1, 0.8),
}


def make_comment(external_id: str, **values: Any) -> Comment:
    """A public comment of the source ``berita``, written now."""
    plain = Comment(
        source_id=SOURCE,
        platform="wordpress",
        external_id=external_id,
        text=f"komentar contoh {external_id}",
        created_at=NOW,
    )
    return replace(plain, **values)


def make_prediction(
    comment_id: CommentId, sentiment: Sentiment = Sentiment.NEGATIF, **values: Any
) -> Prediction:
    """What a model might say: a complaint about floods."""
    plain = Prediction(
        comment_id=comment_id,
        model=MODEL,
        sentiment=sentiment,
        sentiment_p=_P[sentiment],
        issue="banjir_bencana",
        issue_p=0.9,
        intent=Intent.KELUHAN,
        urgent=False,
        language="id",
        place=None,
        spam=None,
        flags=(),
        masked="komentar contoh",
        ask_human=False,
        copy_key=None,
    )
    return replace(plain, **values)


def make_reading(**values: Any) -> Reading:
    """Twelve negatives in an hour where two are usual."""
    plain = Reading(
        topic="banjir_bencana",
        at=NOW,
        hours=1,
        observed=12,
        expected=2.1,
        low=0,
        upper=5,
        score=1.2,
        level=Level.SIAGA,
        reason="",
    )
    return replace(plain, **values)


def make_incident(**values: Any) -> Incident:
    """An open incident that began now."""
    plain = Incident(
        id=IncidentId(7),
        topic="banjir_bencana",
        level=Level.WASPADA,
        peak=Level.WASPADA,
        state=IncidentState.OPEN,
        opened_at=NOW,
        onset_at=NOW,
        reading=make_reading(),
    )
    return replace(plain, **values)


def make_draft(**values: Any) -> Draft:
    """A draft that waits for a decision."""
    plain = Draft(
        id=DraftId(3),
        incident_id=IncidentId(7),
        comment_id=CommentId(1),
        text="Terima kasih, kami teruskan.",
        suggested="Terima kasih, kami teruskan.",
        origin="template:x",
        state=DraftState.PROPOSED,
        target_hash="0" * 32,
        proposed_at=NOW,
    )
    return replace(plain, **values)


def store_comments(
    db: Database, *batch: Comment, now: datetime = NOW, backfilled: bool = False
) -> list[StoredComment]:
    """Register the comments' sources and store them; every waiting row."""
    sources.register(db, {(one.source_id, one.platform) for one in batch})
    with db.atomic():
        comments.upsert(db, batch, now, backfilled=backfilled)
    return comments.waiting(db, 10_000)


def understand(
    db: Database, waiting: Sequence[StoredComment], model: str = MODEL, **values: Any
) -> None:
    """Predict the same for each of the rows."""
    predictions.write(
        db, [(row, make_prediction(row.id, model=model, **values)) for row in waiting], model
    )
