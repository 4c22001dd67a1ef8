"""Gathers from the store what the card of a copy-paste wave shows. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from monitor.messages import CardView, Example
from monitor.messages.answers import SENTIMENT_NAMES
from monitor.messages.wave import GONE, WaveView
from monitor.records import CommentId, Incident
from monitor.steps.tools import Tools
from monitor.store import predictions, waves


def wave_card_view(
    db: Database,
    tools: Tools,
    incident: Incident,
    first: CommentId,
    blind: Sequence[tuple[str, datetime | None]],
    now: datetime,
) -> CardView:
    """What the card of a wave shows now; numbers of a wave that is gone are its last ones."""
    since = incident.onset_at
    swell = waves.swell(db, first, since)
    text = predictions.get(db, first)
    name = tools.issue(incident.topic).name
    issue = tools.issue(text.issue) if text else None
    examples = (
        [Example(first, text.prediction.masked, text.stored.comment.source_id)] if text else []
    )
    return CardView(
        incident=incident,
        issue_name=name,
        opd=issue.opd if issue else "-",
        comments=swell.comments if swell else incident.reading.observed,
        people=swell.people if swell else round(incident.reading.score),
        texts=swell.texts if swell else 1,
        urgent=0,
        places=(),
        sources=waves.sources(db, first, since),
        blind=blind,
        examples=examples,
        drafts=0,
        zone=tools.zone,
        now=now,
        wave=_wave_view(db, first, since, text, issue.name if issue else "-", swell),
    )


def _wave_view(
    db: Database,
    first: CommentId,
    since: datetime,
    text: predictions.Understood | None,
    issue_name: str,
    swell: waves.Swell | None,
) -> WaveView:
    seen = waves.signs(db, first, since)
    return WaveView(
        text=text.prediction.masked if text else GONE,
        tone=SENTIMENT_NAMES[text.sentiment] if text else "-",
        issue_name=issue_name,
        last_at=swell.last_at if swell else None,
        posts=waves.posts(db, first, since),
        known=seen.known,
        newcomers=seen.newcomers,
        only_this=seen.only_this,
    )
