"""Step 6: what people decide about a suggested reply, the same from Telegram and from the page.

Each function checks the person's roles, asks the pure lifecycle, makes one guarded write and gives
back the short answer that the person reads. A second press changes nothing and is told who decided.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlite_utils import Database

from monitor.errors import Refused
from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.messages import answers, signing
from monitor.platforms.base import PostedReply, ReplyState
from monitor.records import Chat, Draft, DraftId, DraftState, IncidentId, NoticeKind, Person
from monitor.replies import next_state
from monitor.replies.signing import Signed
from monitor.steps import guarding, stating
from monitor.steps.answer import Answer
from monitor.steps.gate import incident_for
from monitor.steps.signing import rule
from monitor.steps.suggest import suggest_for_incident, too_narrow
from monitor.steps.tools import Tools
from monitor.store import comments, draft_versions, drafts, notices, signatures

UNKNOWN = ""
_OPEN = (
    DraftState.PROPOSED,
    DraftState.APPROVED,
    DraftState.POSTING,
    DraftState.UNSURE,
    DraftState.TO_COPY,
)


def show_drafts(
    db: Database,
    tools: Tools,
    person: Person,
    incident_id: IncidentId,
    chats: Iterable[Chat],
    now: datetime,
) -> Answer:
    """Saran balasan: want the incident's drafts as messages in these chats."""
    incident = incident_for(db, person, incident_id, Action.SUGGEST)
    if isinstance(incident, Answer):
        return incident
    suggest_for_incident(db, tools, incident, now)
    found = _open(db, incident_id)
    if not found and not incident.state.ended:
        # Everything suggested before was decided or is out of date.
        suggest_for_incident(db, tools, incident, now, more=True)
        found = _open(db, incident_id)
    if not found:
        narrow = "" if incident.state.ended else too_narrow(db, tools, incident)
        return Answer(narrow or answers.NO_DRAFTS)
    with db.atomic():
        for draft in found:
            notices.wish(db, chats, NoticeKind.DRAFT, int(draft.id), now)
    return Answer(answers.DRAFTS_SENT, done=True)


def _open(db: Database, incident_id: IncidentId) -> list[Draft]:
    """The incident's drafts that wait for a decision, or are on their way."""
    return [one for one in drafts.of_incident(db, incident_id) if one.state in _OPEN]


def approve(
    db: Database,
    tools: Tools,
    person: Person,
    draft_id: DraftId,
    now: datetime,
    seen: str | None = None,
) -> Answer:
    """Setujui: sign the words; the last signature needed lets the reply go out.

    ``seen`` is :attr:`Draft.seen` of the words that the person read; other words are not signed,
    and where it is ``UNKNOWN`` none that were ever changed. A draft that breaks a rule is refused
    with the reason.
    """
    draft = drafts.get(db, draft_id)
    refused = _refusal(person, draft, DraftState.APPROVED)
    if refused is not None or draft is None:
        return refused or Answer(answers.GONE)
    # Buttons of older versions do not say which words they stand under.
    unknown = seen == UNKNOWN and not draft_versions.of_draft(db, draft.id)
    if not unknown and seen not in (None, draft.seen):
        return Answer(signing.WORDS_CHANGED)
    found = guarding.of_draft(db, tools, draft)
    stops = guarding.stopping(found)
    if stops:
        return Answer("\n".join(guarding.sentences(stops)))
    stored = comments.get(db, draft.comment_id)
    assert stored is not None  # comments are never deleted
    answerable = stored.comment.reply_ref is not None and stored.comment.source_id in tools.repliers
    state = DraftState.APPROVED if answerable else DraftState.TO_COPY
    said = answers.APPROVED if answerable else answers.APPROVED_TO_COPY
    with db.atomic():
        signed = signatures.sign(db, draft, person.name, rule(tools, found), state, now)
        if signed is not None and signed.done:
            stating.note_use(db, tools, draft, person.name, now)
    return _signed(db, draft, signed, said)


def _signed(db: Database, draft: Draft, signed: Signed | None, said: str) -> Answer:
    if signed is None:
        return _not_signed(db, draft)
    if signed.done:
        return Answer(said, done=True)
    so_far = len(signed.names)
    if signed.fresh:
        return Answer(signing.signed(so_far, signed.needed), done=True)
    return Answer(signing.already_signed(so_far, signed.needed))


def _not_signed(db: Database, draft: Draft) -> Answer:
    now_there = drafts.get(db, draft.id)
    waits = now_there is not None and now_there.state is DraftState.PROPOSED
    return Answer(signing.WORDS_CHANGED) if waits else _decided_by_other(db, draft.id)


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
    stops = guarding.stopping(guarding.of_draft(db, tools, draft, wanted))
    if stops:
        return Answer("\n".join(guarding.sentences(stops)), again=True)
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
    unsure = (DraftState.UNSURE,)
    moved = drafts.stop_post(db, draft_id, DraftState.FAILED, "", now, person.name, unsure)
    return _settled(db, draft_id, answers.MARKED_UNSENT, moved=moved)


def _refusal(person: Person, draft: Draft | None, wanted: DraftState) -> Answer | None:
    if not allowed(person.roles, Action.DECIDE):
        return Answer(answers.not_allowed(roles_for(Action.DECIDE)))
    if draft is None:
        return Answer(answers.GONE)
    try:
        next_state(draft, wanted)
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
