"""Step 6: what people decide with a button, the same from Telegram and from the local page.

Each function checks the person's roles, asks the pure lifecycle, makes one guarded write and gives
back the short answer that the person reads. A second press changes nothing and is told who decided.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.errors import Refused
from monitor.incidents import Action, allowed, next_state
from monitor.incidents.lifecycle import roles_for
from monitor.messages import answers
from monitor.messages.guard import blunder_names
from monitor.platforms.base import PostedReply, ReplyState
from monitor.records import (
    Chat,
    CommentId,
    Draft,
    DraftId,
    DraftState,
    IncidentId,
    IncidentState,
    LabelField,
    NoticeKind,
    Person,
    Sentiment,
)
from monitor.replies import blunders
from monitor.replies import next_state as next_draft_state
from monitor.steps.suggest import suggest_for_incident
from monitor.steps.tools import Tools
from monitor.store import comments, drafts, incidents, notices, predictions


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person is told; ``done`` is whether the press changed anything."""

    text: str
    done: bool = False


def take(db: Database, person: Person, incident_id: IncidentId, now: datetime) -> Answer:
    """Tangani: the person holds the incident from now on."""
    return _move(db, person, incident_id, Action.ACKNOWLEDGE, now, answers.TAKEN)


def resolve(db: Database, person: Person, incident_id: IncidentId, now: datetime) -> Answer:
    """Selesai: the incident is over."""
    return _move(db, person, incident_id, Action.RESOLVE, now, answers.RESOLVED)


def dismiss(db: Database, person: Person, incident_id: IncidentId, now: datetime) -> Answer:
    """Bukan krisis: over, and a verdict for the thresholds."""
    return _move(db, person, incident_id, Action.DISMISS, now, answers.DISMISSED)


def silence(
    db: Database,
    tools: Tools,
    person: Person,
    incident_id: IncidentId,
    length: timedelta,
    reason: str,
    now: datetime,
) -> Answer:
    """Senyapkan: no new messages until then, unless the level rises."""
    until = now + length
    said = answers.silenced(until, tools.zone, now)
    return _move(
        db, person, incident_id, Action.SILENCE, now, said, reason=reason, silenced_until=until
    )


_REASONS = {
    Action.ACKNOWLEDGE: answers.TAKE_REASON,
    Action.RESOLVE: answers.RESOLVE_REASON,
    Action.DISMISS: answers.DISMISS_REASON,
}


def _move(
    db: Database,
    person: Person,
    incident_id: IncidentId,
    action: Action,
    now: datetime,
    said: str,
    *,
    reason: str | None = None,
    silenced_until: datetime | None = None,
) -> Answer:
    if not allowed(person.roles, action):
        return Answer(answers.not_allowed(roles_for(action)))
    incident = incidents.get(db, incident_id)
    if incident is None:
        return Answer(answers.GONE)
    try:
        state, kind = next_state(incident, action)
    except Refused as refused:
        return _too_late(incident.state, refused.holder)
    moved = incidents.change(
        db,
        incident,
        kind,
        state,
        now,
        _REASONS.get(action, "") if reason is None else reason,
        actor=person.name,
        silenced_until=silenced_until,
    )
    if moved:
        return Answer(said, done=True)
    first = incidents.get(db, incident_id)
    assert first is not None  # it was there a moment ago and incidents are never deleted
    return _too_late(first.state, first.holder)


def _too_late(state: IncidentState, holder: str | None) -> Answer:
    held = state is IncidentState.ACKNOWLEDGED
    return Answer(answers.already_held(holder) if held else answers.already(holder))


def show_drafts(
    db: Database,
    tools: Tools,
    person: Person,
    incident_id: IncidentId,
    chats: Iterable[Chat],
    now: datetime,
) -> Answer:
    """Saran balasan: want the incident's drafts as messages in these chats."""
    if not allowed(person.roles, Action.SUGGEST):
        return Answer(answers.not_allowed(roles_for(Action.SUGGEST)))
    incident = incidents.get(db, incident_id)
    if incident is None:
        return Answer(answers.GONE)
    suggest_for_incident(db, tools, incident, now)
    found = drafts.of_incident(db, incident_id)
    if not found:
        return Answer(answers.NO_DRAFTS)
    with db.atomic():
        for draft in found:
            notices.wish(db, chats, NoticeKind.DRAFT, int(draft.id), now)
    return Answer(answers.DRAFTS_SENT, done=True)


def approve(db: Database, tools: Tools, person: Person, draft_id: DraftId, now: datetime) -> Answer:
    """Setujui: the reply may go out. A draft that breaks a rule is refused with the reason."""
    draft = drafts.get(db, draft_id)
    refused = _refusal(person, draft, DraftState.APPROVED)
    if refused is not None or draft is None:
        return refused or Answer(answers.GONE)
    broken = blunders(draft.text, tools.words.mask(draft.text))
    if broken:
        return Answer(" ".join(blunder_names(broken)))
    stored = comments.get(db, draft.comment_id)
    assert stored is not None  # comments are never deleted
    answerable = stored.comment.reply_ref is not None and stored.comment.source_id in tools.repliers
    state = DraftState.APPROVED if answerable else DraftState.TO_COPY
    said = answers.APPROVED if answerable else answers.APPROVED_TO_COPY
    return _decide(db, draft, state, person, now, said)


def reject(db: Database, person: Person, draft_id: DraftId, now: datetime) -> Answer:
    """Tolak: the suggestion is dropped."""
    draft = drafts.get(db, draft_id)
    refused = _refusal(person, draft, DraftState.REJECTED)
    if refused is not None or draft is None:
        return refused or Answer(answers.GONE)
    return _decide(db, draft, DraftState.REJECTED, person, now, answers.REJECTED)


def rewrite(
    db: Database, tools: Tools, person: Person, draft_id: DraftId, text: str, now: datetime
) -> Answer:
    """Ubah: other words; approving them is a press of its own."""
    draft = drafts.get(db, draft_id)
    refused = _refusal(person, draft, DraftState.APPROVED)
    if refused is not None or draft is None:
        return refused or Answer(answers.GONE)
    wanted = text.strip()
    broken = blunders(wanted, tools.words.mask(wanted))
    if broken:
        return Answer(" ".join(blunder_names(broken)))
    if not drafts.rewrite(db, draft_id, wanted, person.name, now):
        return _decided_by_other(db, draft_id)
    return Answer(answers.EDITED, done=True)


def settle(
    db: Database, person: Person, draft_id: DraftId, *, posted: bool, now: datetime
) -> Answer:
    """Sudah terkirim / Tidak terkirim: a person ends the doubt about an unsure send."""
    draft = drafts.get(db, draft_id)
    wanted = DraftState.POSTED if posted else DraftState.FAILED
    refused = _refusal(person, draft, wanted)
    if refused is not None or draft is None:
        return refused or Answer(answers.GONE)
    if posted:
        seen = PostedReply(external_id="", permalink=None, state=ReplyState.PUBLISHED)
        moved = drafts.finish_post(db, draft_id, seen, now, person.name)
        return _settled(db, draft_id, answers.MARKED_POSTED, moved=moved)
    moved = drafts.stop_post(db, draft_id, DraftState.FAILED, "", now, person.name)
    return _settled(db, draft_id, answers.MARKED_UNSENT, moved=moved)


def label(
    db: Database,
    tools: Tools,
    person: Person,
    comment_id: CommentId,
    field: LabelField,
    value: str,
    now: datetime,
) -> Answer:
    """Salah label: keep a correction for training and let it count at once."""
    if not allowed(person.roles, Action.LABEL):
        return Answer(answers.not_allowed(roles_for(Action.LABEL)))
    known = set(Sentiment) if field is LabelField.SENTIMENT else set(tools.knowledge.taxonomy)
    if value not in known:
        return Answer(answers.STALE_BUTTON)
    try:
        predictions.add_label(db, comment_id, field, value, person.name, now)
    except Refused:
        return Answer(answers.GONE)
    if field is LabelField.SENTIMENT:
        name = answers.SENTIMENT_NAMES[Sentiment(value)]
    else:
        name = tools.issue(value).name
    return Answer(answers.labelled(name, person.name), done=True)


def _refusal(person: Person, draft: Draft | None, wanted: DraftState) -> Answer | None:
    if not allowed(person.roles, Action.DECIDE):
        return Answer(answers.not_allowed(roles_for(Action.DECIDE)))
    if draft is None:
        return Answer(answers.GONE)
    try:
        next_draft_state(draft, wanted)
    except Refused as refused:
        return Answer(answers.already(refused.holder))
    return None


def _decide(
    db: Database, draft: Draft, state: DraftState, person: Person, now: datetime, said: str
) -> Answer:
    if drafts.decide(db, draft.id, state, person.name, now):
        return Answer(said, done=True)
    return _decided_by_other(db, draft.id)


def _settled(db: Database, draft_id: DraftId, said: str, *, moved: bool) -> Answer:
    return Answer(said, done=True) if moved else _decided_by_other(db, draft_id)


def _decided_by_other(db: Database, draft_id: DraftId) -> Answer:
    now_there = drafts.get(db, draft_id)
    return Answer(answers.already(now_there.decided_by if now_there else None))
