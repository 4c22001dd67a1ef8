"""Pakai di balasan: suggestions that wait are put into words that say an approved statement.

Bot, page and command line share it; ``narrate`` makes the statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlite_utils import Database

from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.messages import Message, answers
from monitor.messages import narrative as words
from monitor.records import (
    Chat,
    Draft,
    DraftState,
    Incident,
    Narrative,
    NarrativeId,
    NarrativeState,
    NarrativeUse,
    NoticeKind,
    Person,
)
from monitor.steps import guarding, stating
from monitor.steps.answer import Answer
from monitor.steps.suggest import anew, suggest_for_incident
from monitor.steps.tools import Tools
from monitor.store import drafts, incidents, narratives, notices, signatures


def put_into_replies(
    db: Database,
    tools: Tools,
    person: Person,
    number: NarrativeId,
    here: Chat,
    now: datetime,
) -> Answer | Message:
    """Pakai di balasan: suggestions of the live incident say it; without one, words to copy.

    A suggestion that somebody edited or signed is left alone, and told as such.
    """
    if not allowed(person.roles, Action.SUGGEST):
        return Answer(answers.not_allowed(roles_for(Action.SUGGEST)))
    found = narratives.get(db, number)
    if found is None or found.state is not NarrativeState.VALID:
        return Answer(words.NOT_VALID if found else answers.GONE)
    waiting = _waiting(db, tools, found.topic, now)
    written: list[str] = []
    there = 0
    for incident, draft in waiting:
        if _stated(db, tools, draft, found):
            there += 1
            continue
        text = _saying(db, tools, draft, incident, found, written[::-1])
        if text and _reword(db, draft, text, found, person, now):
            written.append(text)
    if not waiting:
        return words.to_copy(found)
    with db.atomic():
        for _, draft in waiting:
            notices.wish(db, [here], NoticeKind.DRAFT, int(draft.id), now)
    left = len(waiting) - len(written) - there
    return Answer(words.put_into(len(written), there, left), done=True)


def _waiting(db: Database, tools: Tools, topic: str, now: datetime) -> list[tuple[Incident, Draft]]:
    """The suggestions of a topic's live incident that wait, made first where there are too few."""
    waiting = []
    for incident in incidents.live(db):
        if incident.topic != topic:
            continue
        suggest_for_incident(db, tools, incident, now)
        found = drafts.of_incident(db, incident.id)
        waiting += [(incident, one) for one in found if one.state is DraftState.PROPOSED]
    return waiting


def _stated(db: Database, tools: Tools, draft: Draft, statement: Narrative) -> bool:
    """Whether a suggestion says a fact of the statement already, and nothing against it."""
    agrees = not stating.contradicts(guarding.of_draft(db, tools, draft))
    return agrees and stating.says_fact(tools, draft.text, statement)


def _reword(
    db: Database, draft: Draft, text: str, statement: Narrative, person: Person, now: datetime
) -> bool:
    """Put the words in, if nobody touched the draft meanwhile, and note the use."""
    with db.atomic():
        won = drafts.rewrite(db, draft.id, text, person.name, now, draft.text)
        if won:
            narratives.mark(db, statement.id, person.name, NarrativeUse.USED, now, draft.id)
    return won


def _saying(
    db: Database,
    tools: Tools,
    draft: Draft,
    incident: Incident,
    statement: Narrative,
    avoid: Sequence[str],
) -> str | None:
    """Other words for a suggestion, which say the statement; None where it shall stay."""
    if draft.text != draft.suggested or signatures.signers(db, draft):
        return None
    text = anew(db, tools, draft, incident, avoid)
    return text if text is not None and stating.says_fact(tools, text, statement) else None
