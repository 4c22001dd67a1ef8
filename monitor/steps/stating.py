"""Which approved statement a reply is about, whether it contradicts it, and that it was used.

Reads, but for :func:`note_use`. ``narrate`` makes the statements.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from monitor.messages import narrative as words
from monitor.records import (
    Draft,
    Incident,
    Narrative,
    NarrativeState,
    NarrativeUse,
    StoredComment,
    wave_first,
)
from monitor.replies.contradiction import clashes, repeated
from monitor.replies.guard_rules import Effect, Finding
from monitor.steps.tools import Tools
from monitor.store import comments, incidents, narratives, predictions

CONTRADICTS = "bertentangan_narasi"
_MOST_CLASHES = 2
_FACT_ROOM = 240


def findings(
    db: Database,
    tools: Tools,
    text: str,
    incident: Incident | None,
    comment: StoredComment | None,
) -> list[Finding]:
    """Where a reply says something else than the statement that holds, or what held once."""
    about = _about(db, tools, text, incident, comment)
    opposites = tools.knowledge.opposites
    valid = [one for one in about if one.state is NarrativeState.VALID]
    reasons = [
        words.differs(one, clash.fact, clash.said)
        for one in valid
        for clash in clashes(text, one.facts, opposites)[:_MOST_CLASHES]
    ]
    holds = "\n".join(fact for one in valid for fact in one.facts)
    for old in _newest_ended(about):
        still = repeated(holds, old.facts, opposites)
        again = [fact for fact in repeated(text, old.facts, opposites) if fact not in still]
        reasons += [words.outdated(old, fact) for fact in again[:1]]
    return [Finding(CONTRADICTS, Effect.SECOND, reason) for reason in reasons]


def _newest_ended(about: Iterable[Narrative]) -> list[Narrative]:
    """Of each topic what ended last; what ended long before that nobody quotes by mistake."""
    newest = {one.topic: one for one in about if one.state is not NarrativeState.VALID}
    return list(newest.values())


def contradicts(found: Iterable[Finding]) -> bool:
    """Whether one of the findings is about a statement."""
    return any(one.rule == CONTRADICTS for one in found)


def of_comment(db: Database, tools: Tools, issue: str, comment: str) -> Narrative | None:
    """The statement that answers a comment: the one about its own words before its issue's."""
    valid = narratives.holding(db)
    named = [one for one in valid if _is_free(tools, one) and _named(tools, one, comment)]
    return next(iter([*named, *(one for one in valid if one.topic == issue)]), None)


def of_topic(db: Database, topic: str, now: datetime) -> Narrative | None:
    """The statement of a topic that holds now, or None."""
    return next((one for one in narratives.valid(db, now) if one.topic == topic), None)


def values(tools: Tools, narrative: Narrative | None, comment: str) -> dict[str, str]:
    """What a template's ``{fakta}`` and ``{tautan}`` become."""
    if narrative is None:
        return {}
    return {"fakta": _facts_for(tools, narrative, comment), "tautan": narrative.link}


def _facts_for(tools: Tools, narrative: Narrative, comment: str) -> str:
    """One or two facts, those that share most with the comment, in the order of the statement."""
    asked = tools.words.stems(comment)
    near = sorted(
        range(len(narrative.facts)),
        key=lambda at: (-len(asked & tools.words.stems(narrative.facts[at])), at),
    )
    chosen = [narrative.facts[at] for at in sorted(near[:2])]
    text = " ".join(chosen)
    return text if len(text) <= _FACT_ROOM else narrative.facts[near[0]]


def used_in(db: Database, tools: Tools, draft: Draft) -> Narrative | None:
    """The statement that a draft's words say, by its facts or its link; the one that holds first.

    One that was approved after the decision on the draft cannot be meant.
    """
    about = [
        one
        for one in _about_draft(db, tools, draft)
        if draft.decided_at is None
        or (one.approved_at is not None and one.approved_at <= draft.decided_at)
    ]
    found = [one for one in about if says(tools, draft.text, one)]
    found.sort(key=lambda one: (one.state is NarrativeState.VALID, one.version), reverse=True)
    return next(iter(found), None)


def says(tools: Tools, text: str, narrative: Narrative) -> bool:
    """Whether words lead to a statement's own page or repeat one of its facts."""
    # The office's own page stands in every reply and tells nothing.
    own = narrative.link.rstrip("/") == tools.settings.office.link.rstrip("/")
    if not own and narrative.link in text:
        return True
    return bool(repeated(text, narrative.facts, tools.knowledge.opposites))


def says_fact(tools: Tools, text: str, narrative: Narrative) -> bool:
    """Whether words repeat one of a statement's facts: its link alone tells nobody anything."""
    verbatim = any(fact.rstrip(".") in text for fact in narrative.facts)
    return verbatim or bool(repeated(text, narrative.facts, tools.knowledge.opposites))


def note_use(db: Database, tools: Tools, draft: Draft, person: str, now: datetime) -> None:
    """A person approved a reply: note the statement that it says; inside ``db.atomic()``."""
    narrative = used_in(db, tools, draft)
    if narrative is not None and narrative.state is NarrativeState.VALID:
        narratives.mark(db, narrative.id, person, NarrativeUse.USED, now, draft.id)


def _about_draft(db: Database, tools: Tools, draft: Draft) -> list[Narrative]:
    incident = None if draft.incident_id is None else incidents.get(db, draft.incident_id)
    return _about(db, tools, draft.text, incident, comments.get(db, draft.comment_id))


def _about(
    db: Database,
    tools: Tools,
    text: str,
    incident: Incident | None,
    comment: StoredComment | None,
) -> list[Narrative]:
    """Every statement on what a reply is about, oldest approval first."""
    published = narratives.published(db)
    if not published:
        return []
    topics = _topics(db, incident, comment)
    said = f"{comment.comment.text if comment else ''} {text}"
    return [
        one
        for one in published
        if one.topic in topics or (_is_free(tools, one) and _named(tools, one, said))
    ]


def _topics(
    db: Database, incident: Incident | None, comment: StoredComment | None
) -> frozenset[str]:
    """The issues that a reply is about: that of its incident and that of its comment."""
    topics = set[str]()
    if incident is not None and wave_first(incident.topic) is None:
        topics.add(incident.topic)
    understood = None if comment is None else predictions.get(db, comment.id)
    if understood is not None:
        topics.add(understood.issue)
    return frozenset(topics)


def _is_free(tools: Tools, narrative: Narrative) -> bool:
    return narrative.topic not in tools.knowledge.taxonomy


def _named(tools: Tools, narrative: Narrative, text: str) -> bool:
    """Whether a text names a free topic: all of its words, in any form."""
    stems = tools.words.stems(narrative.topic)
    if not stems:
        return narrative.topic.casefold() in text.casefold()
    return stems <= tools.words.stems(text)
