"""What an export reads of the office's work: incidents, replies, and the counts behind both.

Layer 2, beside ``exporting``, by the same rules: reads only, row after row. Names of staff and what
they wrote beside a decision are never read, and a reply to a comment that is gone stays out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.records import Reading
from monitor.store.connection import Row, from_epoch, maybe_from_epoch
from monitor.store.exporting import MAY_LEAVE, Span, stream
from monitor.store.incidents import load_reading
from monitor.store.predictions import NEWEST_LABEL


@dataclass(frozen=True, slots=True)
class OutIncident:
    """An incident on its way out: without its holder and what people wrote about it."""

    id: int
    topic: str
    level: str
    peak: str
    state: str
    opened_at: datetime
    onset_at: datetime
    acknowledged_at: datetime | None
    closed_at: datetime | None
    reading: Reading
    peak_score: float | None
    escalated: int
    parent: int | None
    opd: str | None
    drafts: int


@dataclass(frozen=True, slots=True)
class OutReply:
    """A draft and what became of it. ``versions``: wordings that people gave it."""

    id: int
    comment: int
    incident: int | None
    source: str
    platform: str
    issue: str | None
    origin: str
    state: str
    proposed_at: datetime
    decided_at: datetime | None
    versions: int
    edited: bool
    posted_at: datetime | None
    outcome: str | None
    text: str


@dataclass(frozen=True, slots=True)
class OutHour:
    """What detection judges: counts of one topic, hour and source."""

    hour: datetime
    topic: str
    source: str
    negatives: int
    comments: int


def incidents(db: Database, span: Span) -> Iterator[OutIncident]:
    """Incidents that opened in a span, oldest first."""
    sql = (
        "SELECT i.*, (SELECT count(*) FROM draft d WHERE d.incident_id = i.id) AS drafts, "
        "(SELECT min(e.at) FROM event e WHERE e.incident_id = i.id AND e.kind = 'acknowledged') "
        "AS acknowledged_at "
        "FROM incident i WHERE i.opened_at >= ? AND i.opened_at < ? ORDER BY i.opened_at, i.id"
    )
    return map(_incident, stream(db, sql, span))


def replies(db: Database, span: Span) -> Iterator[OutReply]:
    """Drafts that were suggested in a span, oldest first."""
    sql = (
        "SELECT d.id, d.comment_id, d.incident_id, c.source_id, c.platform, "
        f"coalesce({NEWEST_LABEL.format('issue')}, p.issue) AS issue, d.origin, d.state, "
        "d.proposed_at, d.decided_at, d.text, d.text <> d.suggested AS edited, "
        "(SELECT count(*) FROM draft_version v WHERE v.draft_id = d.id) AS versions, "
        "o.finished_at, o.outcome FROM draft d JOIN comment c ON c.id = d.comment_id "
        "LEFT JOIN prediction p ON p.comment_id = c.id AND p.model = c.predicted_by "
        "LEFT JOIN post o ON o.draft_id = d.id "
        f"WHERE d.proposed_at >= ? AND d.proposed_at < ? AND {MAY_LEAVE} "
        "ORDER BY d.proposed_at, d.id"
    )
    return map(_reply, stream(db, sql, span))


def hours(db: Database, span: Span) -> Iterator[OutHour]:
    """Counts that begin in a span, in order of time, topic and source."""
    sql = (
        "SELECT hour, topic, source_id, negatives, comments FROM hourly "
        "WHERE hour >= ? AND hour < ? AND comments > 0 ORDER BY hour, topic, source_id"
    )
    for row in stream(db, sql, span):
        yield OutHour(
            from_epoch(row["hour"]),
            row["topic"],
            row["source_id"],
            row["negatives"],
            row["comments"],
        )


def _incident(row: Row) -> OutIncident:
    return OutIncident(
        id=row["id"],
        topic=row["topic"],
        level=row["level"],
        peak=row["peak"],
        state=row["state"],
        opened_at=from_epoch(row["opened_at"]),
        onset_at=from_epoch(row["onset_at"]),
        acknowledged_at=maybe_from_epoch(row["acknowledged_at"]),
        closed_at=maybe_from_epoch(row["closed_at"]),
        reading=load_reading(row["reading"]),
        peak_score=row["peak_score"],
        escalated=row["escalated"],
        parent=row["parent_id"],
        opd=row["opd"],
        drafts=row["drafts"],
    )


def _reply(row: Row) -> OutReply:
    return OutReply(
        id=row["id"],
        comment=row["comment_id"],
        incident=row["incident_id"],
        source=row["source_id"],
        platform=row["platform"],
        issue=row["issue"],
        origin=row["origin"],
        state=row["state"],
        proposed_at=from_epoch(row["proposed_at"]),
        decided_at=maybe_from_epoch(row["decided_at"]),
        versions=row["versions"],
        edited=bool(row["edited"]),
        posted_at=maybe_from_epoch(row["finished_at"]),
        outcome=row["outcome"],
        text=row["text"],
    )
