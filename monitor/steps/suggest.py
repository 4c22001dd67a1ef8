"""Step 5: suggest replies to the comments of live incidents."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from monitor.messages.words import greeting, issue_words, place_words
from monitor.platforms.base import words_hash
from monitor.records import Incident
from monitor.replies import Answer, Asked, suggest
from monitor.steps.tools import Tools
from monitor.steps.views import crowd_since
from monitor.store import drafts, incidents, predictions

_LOOK_AT = 40
_ANSWERS = 100
_RECENT = 10


def suggest_replies(db: Database, tools: Tools, now: datetime) -> int:
    """Propose drafts where there are too few; how many. Dying in between means doing it again."""
    if not tools.settings.replies.enabled:
        return 0
    return sum(suggest_for_incident(db, tools, incident, now) for incident in incidents.live(db))


def suggest_for_incident(db: Database, tools: Tools, incident: Incident, now: datetime) -> int:
    """Propose drafts for one incident up to the configured number; how many are new."""
    wanted = tools.settings.replies.per_incident - len(drafts.of_incident(db, incident.id))
    if wanted <= 0:
        return 0
    proposed = 0
    for understood in _worth_answering(db, incident):
        if proposed >= wanted:
            break
        proposed += propose_for(db, tools, understood, incident, now)
    return proposed


def _worth_answering(db: Database, incident: Incident) -> list[predictions.Understood]:
    """Comments without a draft: danger first, then those that more people liked."""
    found = predictions.of_topic(db, incident.topic, crowd_since(incident), _LOOK_AT)
    open_ones = [one for one in found if drafts.of_comment(db, one.stored.id) is None]
    return sorted(
        open_ones,
        key=lambda one: (
            not one.prediction.urgent,
            bool(one.prediction.flags),
            -(one.stored.comment.like_count or 0),
            one.stored.id,
        ),
    )


def propose_for(
    db: Database,
    tools: Tools,
    understood: predictions.Understood,
    incident: Incident | None,
    now: datetime,
) -> bool:
    """Propose a draft for one comment; False when nothing fits or it already has one."""
    comment, said = understood.stored.comment, understood.prediction
    casual = tools.words.casual(comment.text)
    asked = Asked(
        understood.issue, said.intent, said.urgent, casual, tools.words.stems(comment.text)
    )
    issue = tools.issue(understood.issue)
    suggestion = suggest(
        asked,
        tools.knowledge.templates,
        _answers(db, tools, understood.issue),
        drafts.recent_texts(db, comment.post_id, _RECENT),
        {
            "sapaan": greeting(casual=casual),
            "isu": issue_words(issue),
            "tempat": place_words(said.place),
            "opd": issue.opd,
            "kantor": tools.settings.office.name,
            "tautan": tools.settings.office.link,
        },
    )
    if suggestion is None:
        return False
    tools.boundary("suggest:before-write")
    proposal = drafts.Proposal(
        incident.id if incident else None,
        understood.stored.id,
        suggestion.text,
        suggestion.origin,
        words_hash(comment.text),
    )
    made = drafts.propose(db, proposal, now) is not None
    tools.boundary("suggest:after-write")
    return made


def _answers(db: Database, tools: Tools, issue: str) -> list[Answer]:
    return [
        Answer(int(past.draft_id), tools.words.stems(past.comment_text), past.text)
        for past in drafts.past_answers(db, issue, _ANSWERS)
    ]
