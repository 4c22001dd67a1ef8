"""Gathers from the store what a card, a draft message or the page shows. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlite_utils import Database

from monitor.incidents.routing import main_place
from monitor.messages import CardView, ChartData, Example, Message, card, chart, narrative, why
from monitor.messages.chart import chart_hours
from monitor.messages.draft import DraftView, draft_message
from monitor.messages.wave_card import wave_card
from monitor.records import Draft, DraftState, Incident, Level, wave_first
from monitor.replies.suggest import likeness
from monitor.spikes import DETECTORS
from monitor.spikes.rarity import months_between
from monitor.spikes.scoring import spread
from monitor.spikes.tail import usual_range
from monitor.steps import coverage, fitting, guarding, hiding, stating
from monitor.steps.card_lines import kin_line, thresholds
from monitor.steps.judge import reach
from monitor.steps.learn import HOUR, slot, usual
from monitor.steps.outcome import outcome_of, outcome_of_incident
from monitor.steps.routing import in_charge
from monitor.steps.signing import needed_now
from monitor.steps.tools import Tools
from monitor.steps.waiting import lines as waiting_lines
from monitor.steps.wave_views import wave_card_view
from monitor.store import (
    calls,
    comments,
    counts,
    crowds,
    drafts,
    incidents,
    predictions,
    signatures,
    sources,
)

_EXAMPLES = 3
_ALIKE = 0.5
_COMPANY = 3  # so many negatives make another issue worth a word on the card
_CHART_HOURS = 48
_AFTERMATH = 3 * HOUR  # the picture of an ended incident stops so long after its end


@dataclass(frozen=True, slots=True)
class Drawn:
    """A topic to be drawn, with its incident's level, onset and judged window if it has one."""

    topic: str
    level: Level = Level.NORMAL
    onset_at: datetime | None = None
    window: tuple[datetime, datetime] | None = None


def crowd_since(incident: Incident) -> datetime:
    """From when the people behind an incident are counted: never later than the headline."""
    return incident.counted_since


def card_message(db: Database, tools: Tools, incident: Incident, now: datetime) -> Message:
    """The card of an incident, with its picture, as it should look now."""
    # An issue that was set to be ignored since then has no usual range to be drawn against.
    known = incident.topic in tools.topics
    picture = chart_picture(db, tools, incident, now) if known else None
    view = replace(card_view(db, tools, incident, now), chart=picture)
    return card(view) if view.wave is None else wave_card(view, view.wave)


def card_view(db: Database, tools: Tools, incident: Incident, now: datetime) -> CardView:
    """What the card of an incident shows now, without the picture."""
    first = wave_first(incident.topic)
    if first is not None:
        blind = blind_sources(db, tools, now)
        view = wave_card_view(db, tools, incident, first, blind, now)
        called = calls.of_incident(db, incident.id)
        waiting_for = waiting_lines(db, tools, incident, now)
        kin = kin_line(db, tools, incident)
        return replace(view, kin=kin, called=called, waiting=waiting_for)
    crowd = crowds.crowd(db, incident.topic, crowd_since(incident))
    issue = tools.issue(incident.topic)
    waiting = [d for d in drafts.of_incident(db, incident.id) if d.state is DraftState.PROPOSED]
    not_higher, lesson = thresholds(db, tools, incident, now)
    return CardView(
        incident=incident,
        issue_name=issue.name,
        opd=in_charge(db, tools, incident, main_place(crowd.places, crowd.comments)),
        waiting=waiting_lines(db, tools, incident, now),
        comments=crowd.comments,
        people=crowd.people,
        texts=crowd.texts,
        urgent=crowd.urgent,
        places=crowd.places,
        sources=crowd.sources,
        blind=blind_sources(db, tools, now),
        examples=examples(db, tools, incident),
        companions=_companions(db, tools, incident),
        drafts=len(waiting),
        zone=tools.zone,
        now=now,
        likes=crowd.likes,
        replies=crowd.replies,
        rarity=_rarity(incident),
        not_higher=not_higher,
        lesson=lesson,
        kin=kin_line(db, tools, incident),
        called=calls.of_incident(db, incident.id),
        note=tools.knowledge.calendar.note(now.astimezone(tools.zone).date()) or "",
        outcome=outcome_of_incident(db, incident.id, now),
        statement=_statement_line(db, tools, incident, now),
    )


def _statement_line(db: Database, tools: Tools, incident: Incident, now: datetime) -> str:
    """The statement that holds for the issue, while the incident runs."""
    statement = None if incident.state.ended else stating.of_topic(db, incident.topic, now)
    return narrative.card_line(statement, tools.zone) if statement else ""


def _rarity(incident: Incident) -> str:
    if incident.reading.level is Level.NORMAL:
        return ""
    return why.rarity(months_between(incident.reading.score))


def examples(db: Database, tools: Tools, incident: Incident) -> list[Example]:
    """The comments that tell an incident best: danger first, then the surest and fullest."""
    return topic_examples(db, tools, incident.topic, crowd_since(incident))


def topic_examples(db: Database, tools: Tools, topic: str, since: datetime) -> list[Example]:
    """The same of a topic since an instant."""
    found = predictions.of_topic(db, topic, since, 50)
    ranked = sorted(
        found,
        key=lambda one: (
            not one.prediction.urgent,
            one.prediction.ask_human,
            -len(one.prediction.masked.split()) // 8,
        ),
    )
    return [
        Example(one.stored.id, one.prediction.masked, one.stored.comment.source_id)
        for one in _different(tools, ranked)
    ]


def _companions(db: Database, tools: Tools, incident: Incident) -> list[tuple[str, int]]:
    """Issues that people raise under the same posts, by name."""
    found = crowds.companions(db, incident.topic, crowd_since(incident), _COMPANY)
    return [(tools.issue(topic).name, count) for topic, count in found if topic in tools.topics]


def _different(
    tools: Tools, ranked: Sequence[predictions.Understood]
) -> list[predictions.Understood]:
    """The first few that do not say nearly the same as one before them."""
    chosen: list[tuple[frozenset[str], predictions.Understood]] = []
    for one in ranked:
        words = tools.words.stems(one.prediction.masked)
        if all(likeness(words, before) < _ALIKE for before, _ in chosen):
            chosen.append((words, one))
        if len(chosen) == _EXAMPLES:
            break
    return [one for _, one in chosen]


def blind_sources(db: Database, tools: Tools, now: datetime) -> list[tuple[str, datetime | None]]:
    """Sources that are polled and have been silent for too long."""
    every = {source_id: tools.every(source_id) for source_id in tools.sources}
    known = sources.coverage(db, now - timedelta(days=3650))
    return [(str(name), since) for name, since in coverage.blind(known, every, now)]


def chart_picture(db: Database, tools: Tools, incident: Incident, now: datetime) -> bytes:
    """The card's picture: 48 hours of negatives against the usual range."""
    if incident.closed_at is not None:
        now = min(now, incident.closed_at + _AFTERMATH)
    window = (incident.reading.at - incident.reading.hours * HOUR, incident.reading.at)
    about = Drawn(incident.topic, incident.level, incident.onset_at, window)
    return topic_picture(db, tools, about, now)


def topic_picture(db: Database, tools: Tools, drawn: Drawn, now: datetime) -> bytes:
    """48 hours of a topic's negatives against the usual range; one that may open an incident."""
    baseline = usual(db, tools, now)
    hours = chart_hours(now.astimezone(UTC), _CHART_HOURS)
    counted = counts.timeline(db, drawn.topic, hours[0], now + HOUR)
    at = baseline.topics.index(drawn.topic)
    # The band is that of a whole hour; an hour seen in part is shaded, not drawn lower.
    means = np.array([baseline.rate(slot(hour, tools))[at] for hour in hours])
    variances = spread(baseline, means, DETECTORS["issue"], np.full(len(means), at))
    stretches = reach(db, tools, baseline, hours[0], now)
    days = {hour.astimezone(tools.zone).date() for hour in hours}
    notes = {day: note for day in sorted(days) if (note := tools.knowledge.calendar.note(day))}
    return chart(
        ChartData(
            title=tools.issue(drawn.topic).name,
            level=drawn.level,
            hours=hours,
            counts=[counted.get(int(hour.timestamp()), 0) for hour in hours],
            expected=means.tolist(),
            upper=usual_range(means, variances)[1].tolist(),
            coverage=[
                float(
                    baseline.coverage(
                        coverage.seen(stretches, baseline.sources, hour, min(hour + HOUR, now))
                    )[at]
                )
                for hour in hours
            ],
            onset_at=drawn.onset_at,
            window=drawn.window,
            notes=notes,
            zone=tools.zone,
        )
    )


def draft_card(db: Database, tools: Tools, draft: Draft, now: datetime) -> DraftView:
    """A draft with its comment, masked, as people should see it now."""
    stored = comments.get(db, draft.comment_id)
    assert stored is not None  # comments are never deleted
    understood = predictions.get(db, draft.comment_id)
    # A comment that was edited a moment ago waits to be understood anew.
    words = understood.prediction.masked if understood else tools.words.mask(stored.comment.text)
    used = stating.used_in(db, tools, draft)
    found = guarding.of_draft(db, tools, draft)
    return DraftView(
        draft=draft,
        comment=words,
        source=stored.comment.source_id,
        permalink=stored.comment.permalink,
        blunders=guarding.warnings(draft, found),
        zone=tools.zone,
        now=now,
        signers=signatures.signers(db, draft),
        needed=needed_now(db, tools, draft, found),
        outcome=outcome_of(db, draft.id, now),
        statement=narrative.draft_line(used) if used else "",
        hiding=hiding.shown(db, tools, stored, now),
        room=fitting.limit_of(db, tools, draft),
    )


def draft_view(db: Database, tools: Tools, draft: Draft, now: datetime) -> Message:
    """The message of a draft as people should see it now."""
    return draft_message(draft_card(db, tools, draft, now))


def live_named(db: Database, tools: Tools) -> list[tuple[Incident, str]]:
    """Live incidents with the names of their issues."""
    return [(incident, tools.issue(incident.topic).name) for incident in incidents.live(db)]
