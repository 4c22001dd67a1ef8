"""Gathers from the store what the page shows. Reads only; knows nothing of HTTP or HTML.

Only masked words and pseudonyms leave this module: no author's name, no raw text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.messages import CardView, page
from monitor.messages import narrative as statements
from monitor.messages.draft import DraftView
from monitor.messages.drift import COLUMNS, cut_name, drift_cells
from monitor.messages.hiding import Hiding
from monitor.messages.new_issue import NewIssueView
from monitor.messages.new_topic import TopicView
from monitor.records import (
    Comment,
    CommentId,
    Draft,
    DraftState,
    Event,
    Incident,
    IncidentId,
    Narrative,
    Opd,
    Person,
    SourceStatus,
)
from monitor.records.new_issue import NewIssueState
from monitor.steps import (
    decide_new_issue,
    drift_views,
    handing,
    hiding,
    narrate,
    new_issues,
    views,
)
from monitor.steps.new_topics import topic_view
from monitor.steps.tools import Tools
from monitor.store import (
    crowds,
    draft_versions,
    drafts,
    incidents,
    new_topics,
    predictions,
    sources,
)
from monitor.store import drift as store_drift
from monitor.store import new_issues as store_new_issues
from monitor.store.draft_versions import Version

WAVE_WINDOW = timedelta(hours=72)
WAVE_AT_LEAST = 5
_COMMENTS = 15
_ENDED = 8
_DECIDED = 10
_WAITING = (DraftState.PROPOSED, DraftState.UNSURE, DraftState.APPROVED, DraftState.POSTING)
_DECIDED_STATES = tuple(state for state in DraftState if state not in _WAITING)


@dataclass(frozen=True, slots=True)
class IncidentCard:
    """A card; ``chart`` names the picture's version, None where no picture can be drawn.

    ``colleagues``: to whom it may be handed over.
    """

    view: CardView
    chart: str | None
    colleagues: Sequence[Person] = ()


@dataclass(frozen=True, slots=True)
class DraftCard:
    """A draft with the pseudonym of whom it answers, its issue, and what people wrote for it."""

    view: DraftView
    writer: str
    issue_name: str
    versions: Sequence[Version] = ()


@dataclass(frozen=True, slots=True)
class CommentCard:
    """An understood comment as the page shows it; ``issue`` and ``sentiment`` count now."""

    id: CommentId
    text: str
    writer: str
    source: str
    at: datetime
    permalink: str | None
    sentiment: str
    issue: str
    chips: list[page.Chip]
    hiding: Hiding | None = None


@dataclass(frozen=True, slots=True)
class SourceCard:
    """A watched account and since when it is blind, if it is."""

    status: SourceStatus
    blind: bool


@dataclass(frozen=True, slots=True)
class WaveCard:
    """A text that many accounts repeated."""

    text: str
    comments: int
    people: int
    issue_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StatementCard:
    """A statement that holds, until when, and who has read it."""

    narrative: Narrative
    holds: str
    read: str


@dataclass(frozen=True, slots=True)
class ThemeCards:
    """Themes that wait, and the agencies that a new issue may belong to."""

    cards: Sequence[NewIssueView]
    opds: Sequence[Opd]


@dataclass(frozen=True, slots=True)
class DriftCard:
    """Rates by cut, sentences of what changed, and the last day (empty: none was counted)."""

    rows: Sequence[tuple[str, int, Sequence[str]]]
    notes: Sequence[str]
    last: str
    columns: Sequence[str] = COLUMNS


@dataclass(frozen=True, slots=True)
class EndedCard:
    """An incident that is over."""

    incident: Incident
    issue_name: str


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """One incident with all of its drafts and everything that happened to it."""

    card: IncidentCard
    drafts: list[DraftCard]
    events: list[Event]


def pseudonym(comment: Comment) -> str:
    """``Warga 3F2A``: stable for one account of one source, and no way back to the account."""
    who = comment.author_id or comment.author_name
    if not who:
        return "Warga"
    digest = hashlib.blake2b(f"{comment.source_id}\x1f{who}".encode("utf-8", "surrogatepass"))
    return f"Warga {digest.hexdigest()[:4].upper()}"


def live_incidents(db: Database, tools: Tools, now: datetime) -> list[IncidentCard]:
    """Cards of everything that is rising, most serious first."""
    return [incident_card(db, tools, incident, now) for incident in incidents.live(db)]


def incident_card(db: Database, tools: Tools, incident: Incident, now: datetime) -> IncidentCard:
    """The card of one incident as it should look now."""
    view = views.card_view(db, tools, incident, now)
    others = [] if incident.state.ended else handing.colleagues(db, incident)
    return IncidentCard(view, _chart_version(tools, incident, now), others)


def _chart_version(tools: Tools, incident: Incident, now: datetime) -> str | None:
    if incident.topic not in tools.topics:
        return None
    minute = int(now.timestamp()) // 60
    return f"{incident.level.value}-{incident.reading.observed}-{minute}"


def incident_page(
    db: Database, tools: Tools, incident_id: IncidentId, now: datetime
) -> IncidentPage | None:
    """Everything about one incident, or None when there is no such incident."""
    incident = incidents.get(db, incident_id)
    if incident is None:
        return None
    return IncidentPage(
        incident_card(db, tools, incident, now),
        _draft_cards(db, tools, drafts.of_incident(db, incident_id), now),
        incidents.events(db, incident_id),
    )


def waiting_drafts(db: Database, tools: Tools, now: datetime) -> list[DraftCard]:
    """Drafts on which something is still to happen, oldest first."""
    return _draft_cards(db, tools, drafts.in_state(db, _WAITING), now)


def decided_drafts(db: Database, tools: Tools, now: datetime) -> list[DraftCard]:
    """Drafts that are done with, newest decision first."""
    return _draft_cards(db, tools, drafts.newest(db, _DECIDED_STATES, _DECIDED), now)


def _draft_cards(
    db: Database, tools: Tools, found: Iterable[Draft], now: datetime
) -> list[DraftCard]:
    return [card for draft in found if (card := _draft_card(db, tools, draft, now)) is not None]


def _draft_card(db: Database, tools: Tools, draft: Draft, now: datetime) -> DraftCard | None:
    understood = predictions.get(db, draft.comment_id)
    if understood is None:  # edited a moment ago: back as soon as it is understood anew
        return None
    view = views.draft_card(db, tools, draft, now)
    name = tools.issue(understood.issue).name
    versions = draft_versions.of_draft(db, draft.id)
    return DraftCard(view, pseudonym(understood.stored.comment), name, versions)


def newest_comments(db: Database, tools: Tools, now: datetime) -> list[CommentCard]:
    """What citizens wrote last, with what is known of it."""
    return [_comment_card(db, tools, one, now) for one in predictions.recent(db, _COMMENTS)]


def _comment_card(
    db: Database, tools: Tools, one: predictions.Understood, now: datetime
) -> CommentCard:
    comment = one.stored.comment
    name = tools.issue(one.issue).name
    return CommentCard(
        id=one.stored.id,
        text=one.prediction.masked,
        writer=pseudonym(comment),
        source=comment.source_id,
        at=comment.created_at,
        permalink=comment.permalink,
        sentiment=one.sentiment.value,
        issue=one.issue,
        chips=page.chips(one.prediction, one.sentiment, name, labelled=one.labelled),
        hiding=hiding.shown(db, tools, one.stored, now),
    )


def source_cards(db: Database, tools: Tools, now: datetime) -> list[SourceCard]:
    """Every source that is or was watched, with its health."""
    silent = {name for name, _ in views.blind_sources(db, tools, now)}
    return [SourceCard(status, status.id in silent) for status in sources.every(db)]


def wave_cards(db: Database, tools: Tools, now: datetime) -> list[WaveCard]:
    """Copy-paste waves of the last three days, largest first."""
    return [
        WaveCard(
            text=wave.first.prediction.masked,
            comments=wave.comments,
            people=wave.people,
            issue_name=tools.issue(wave.first.issue).name,
            at=wave.first.stored.comment.created_at,
        )
        for wave in crowds.waves(db, now - WAVE_WINDOW, WAVE_AT_LEAST)
    ]


def topic_cards(db: Database, now: datetime) -> list[TopicView]:
    """New topics of the last three days, whether the chats were told of them or not."""
    found = new_topics.seen_since(db, now - WAVE_WINDOW)
    return [topic_view(db, topic) for topic in found]


def theme_cards(db: Database, tools: Tools) -> ThemeCards:
    """Themes that wait for a decision, with what they may become."""
    found = store_new_issues.in_state(db, NewIssueState.OFFERED)
    cards = [new_issues.view(db, tools, one) for one in found]
    return ThemeCards(cards, decide_new_issue.opds(tools))


def drift_card(db: Database, tools: Tools) -> DriftCard:
    """How comments were read this week beside the weeks before, and what changed."""
    rows = [
        (cut_name(line.cut), line.comments, drift_cells(line)) for line in drift_views.lines(db)
    ]
    last = store_drift.last_day(db)
    return DriftCard(rows, drift_views.notes(db, tools), last.isoformat() if last else "")


def narrative_cards(db: Database, tools: Tools, now: datetime) -> list[StatementCard]:
    """The statements that hold now."""
    return [
        StatementCard(
            one.narrative,
            statements.holds(one.narrative, tools.zone),
            statements.read_line(one.seen, one.people),
        )
        for one in narrate.listed(db, now)
    ]


def ended_incidents(db: Database, tools: Tools) -> list[EndedCard]:
    """The incidents that ended last."""
    return [
        EndedCard(incident, tools.issue(incident.topic).name)
        for incident in incidents.ended(db, _ENDED)
    ]


def summary(db: Database, tools: Tools, now: datetime) -> list[tuple[str, str, str]]:
    """The three facts at the head of the page."""
    waiting = drafts.in_state(db, (DraftState.PROPOSED, DraftState.UNSURE))
    return page.summary(incidents.live(db), len(waiting), len(views.blind_sources(db, tools, now)))
