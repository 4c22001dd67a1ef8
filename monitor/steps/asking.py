"""Answers questions of people from what is stored: no language model, only words and counts.

Reads only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.messages import Message
from monitor.messages.asking import (
    NOT_UNDERSTOOD,
    AnswerView,
    IssueLine,
    IssueView,
    Stated,
    answer,
    issue_detail,
    issue_list,
    place_named,
    stretch_named,
    unknown_issue,
)
from monitor.records import Incident
from monitor.records.outcomes import Tone
from monitor.steps.tools import Tools
from monitor.steps.views import Drawn, blind_sources, topic_examples, topic_picture
from monitor.store import figures, incidents, wordings
from monitor.text.questions import Named, Period, days, issue_of, period

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_PAST = 200  # answers that are looked through
_FITTING = 0.5  # share of a question's words that an approved answer must be about
_TOP = 3


def issues_now(db: Database, tools: Tools, now: datetime) -> Message:
    """/isu: issues of the last 24 hours by negatives."""
    today = figures.by_topic(db, now - _DAY, now)
    before = figures.by_topic(db, now - 2 * _DAY, now - _DAY)
    live = {incident.topic: incident.level for incident in incidents.live(db)}
    found = [
        IssueLine(issue.name, tone, before.get(key, Tone()), live.get(key))
        for key, issue in tools.knowledge.taxonomy.items()
        if (tone := today.get(key, Tone())).negatives or key in live
    ]
    found.sort(key=lambda one: (-one.now.negatives, one.name))
    return issue_list(found, blind_sources(db, tools, now), tools.zone, now)


def issue_now(db: Database, tools: Tools, text: str, now: datetime) -> Message:
    """/isu with a word: one issue with its picture."""
    key = _issue(tools, text)
    if key is None:
        return unknown_issue([issue.name for issue in tools.knowledge.taxonomy.values()])
    view = IssueView(
        name=tools.issue(key).name,
        day=_tones(db, key, None, now - _DAY, now),
        week=_tones(db, key, None, now - _WEEK, now),
        places=figures.places(db, key, now - _WEEK, now),
        examples=[one.text for one in topic_examples(db, tools, key, now - _DAY)],
        incident=_live(db, key),
        stated=_stated(db, key, now),
        silent=blind_sources(db, tools, now),
        zone=tools.zone,
        now=now,
    )
    if key not in tools.topics:  # what opens no incident has no usual range to be drawn against
        return issue_detail(view)
    return issue_detail(replace(view, chart=topic_picture(db, tools, _drawn(key, view), now)))


def answer_to(db: Database, tools: Tools, text: str, now: datetime) -> Message:
    """/tanya: figures, and what was approved, for the issue, place and time of some words."""
    key = _issue(tools, text)
    place = next(iter(tools.words.places(text)), None)
    named = period(text, now, tools.zone)
    if key is None and place is None and named is None:
        return Message(NOT_UNDERSTOOD)
    return answer(_answer(db, tools, text, (key, place, named or days(7, now)), now))


def _answer(
    db: Database,
    tools: Tools,
    text: str,
    asked: tuple[str | None, Named | None, Period],
    now: datetime,
) -> AnswerView:
    key, place, when = asked
    region = place.region if place else None
    tones = figures.by_topic(db, when.since, when.until, region)
    return AnswerView(
        issue=tools.issue(key).name if key else None,
        place=place_named(place.written, place.region) if place else None,
        stretch=stretch_named(when.stretch, when.number),
        tones=_tones(db, key, region, when.since, when.until),
        places=figures.places(db, key, when.since, when.until) if key and not place else (),
        top=_top(tools, tones),
        incident=_live(db, key) if key else None,
        stated=_stated(db, key, now) if key else None,
        answered=_approved(db, tools, key, text) if key else None,
        silent=blind_sources(db, tools, now),
        zone=tools.zone,
        now=now,
    )


def _issue(tools: Tools, text: str) -> str | None:
    names = {key: issue.name for key, issue in tools.knowledge.taxonomy.items() if key != "lainnya"}
    return issue_of(text, tools.words.issues(text), names)


def _tones(
    db: Database, key: str | None, region: str | None, since: datetime, until: datetime
) -> tuple[Tone, Tone]:
    """The tone of an issue (of all without one) in a stretch, and in the one before it."""
    now = figures.by_topic(db, since, until, region)
    before = figures.by_topic(db, since - (until - since), since, region)
    return _of(now, key), _of(before, key)


def _of(tones: Mapping[str, Tone], key: str | None) -> Tone:
    return sum(tones.values(), Tone()) if key is None else tones.get(key, Tone())


def _top(tools: Tools, tones: Mapping[str, Tone]) -> list[tuple[str, int]]:
    ranked = sorted(tones.items(), key=lambda item: (-item[1].negatives, item[0]))
    return [
        (tools.issue(key).name, tone.negatives) for key, tone in ranked[:_TOP] if tone.negatives
    ]


def _live(db: Database, key: str) -> Incident | None:
    return next((one for one in incidents.live(db) if one.topic == key), None)


def _drawn(key: str, view: IssueView) -> Drawn:
    if view.incident is None:
        return Drawn(key)
    return Drawn(key, view.incident.level, view.incident.onset_at)


def _stated(db: Database, key: str, now: datetime) -> Stated | None:
    found = figures.statement(db, key, now)
    if found is None:
        return None
    return Stated(found.version, found.facts.splitlines(), found.link, found.until_at)


def _approved(db: Database, tools: Tools, key: str, text: str) -> str | None:
    """The approved answer that is about most of the question's words; the newest of equals."""
    asked = tools.words.stems(text)
    if not asked:
        return None
    best, most = None, 0.0
    for past in wordings.past_answers(db, key, _PAST):
        about = tools.words.stems(f"{past.comment_text} {past.text}")
        share = len(asked & about) / len(asked)
        if share > most:
            best, most = past.text, share
    return best if most >= _FITTING else None
