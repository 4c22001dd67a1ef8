"""Makes a draft of an agency's answer or of a ticket number, for the comment that fits best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.messages.words import issue_words, place_words
from monitor.platforms.base import words_hash
from monitor.records import (
    Chat,
    CommentId,
    DraftId,
    DraftState,
    Incident,
    NoticeKind,
    wave_first,
)
from monitor.replies import fill
from monitor.replies.follow_ups import word
from monitor.steps.fitting import room_of
from monitor.steps.routing import issue_of
from monitor.steps.tools import Tools
from monitor.store import drafts, notices, people, predictions, signatures, wordings

_LOOK_AT = 40
_RECENT = 10


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a reply follows from: its wordings, the values of its own, where it comes from.

    ``why`` is what a machine's draft that it replaces is told.
    """

    wordings: Sequence[str]
    values: Mapping[str, str]
    opd: str
    origin: str
    why: str


def propose(
    db: Database,
    tools: Tools,
    incident: Incident,
    comment_id: CommentId | None,
    follow_up: FollowUp,
    places: Sequence[Chat],
    now: datetime,
) -> DraftId | None:
    """Propose a reply to this comment, or to the one that stands for the incident best.

    A draft that the machine proposed and nobody touched gives way. None when every comment was
    answered. The admins see the draft in ``places`` and in the office's chats. Inside
    ``db.atomic()``, after its first write.
    """
    for understood in _candidates(db, incident, comment_id):
        if not _make_way(db, understood.stored.id, follow_up.why, now):
            continue
        text = _text(db, tools, incident, understood, follow_up)
        proposal = drafts.Proposal(
            incident.id,
            understood.stored.id,
            text,
            follow_up.origin,
            words_hash(understood.stored.comment.text),
        )
        draft_id = drafts.propose(db, proposal, now)
        assert draft_id is not None  # the way was made in the same transaction
        shown = {(chat.id, chat.thread_id): chat for chat in (*people.chats(db), *places)}
        notices.wish(db, shown.values(), NoticeKind.DRAFT, int(draft_id), now)
        return draft_id
    return None


def _candidates(
    db: Database, incident: Incident, comment_id: CommentId | None
) -> list[predictions.Understood]:
    """The comments to answer: danger first, then those that more people liked."""
    one = comment_id or wave_first(incident.topic)
    if one is not None:
        understood = predictions.get(db, one)
        return [understood] if understood else []
    found = predictions.of_topic(db, incident.topic, incident.counted_since, _LOOK_AT)
    return sorted(
        found,
        key=lambda one: (
            not one.prediction.urgent,
            bool(one.prediction.flags),
            -(one.stored.comment.like_count or 0),
            one.stored.id,
        ),
    )


def _make_way(db: Database, comment_id: CommentId, why: str, now: datetime) -> bool:
    """Whether a comment may get a new draft; an untouched proposal of the machine is dropped."""
    draft = drafts.of_comment(db, comment_id)
    if draft is None or draft.state in (DraftState.REJECTED, DraftState.STALE, DraftState.FAILED):
        return True
    touched = draft.text != draft.suggested or bool(signatures.signers(db, draft))
    if draft.state is not DraftState.PROPOSED or not draft.by_machine or touched:
        return False
    return drafts.decide(db, draft.id, DraftState.REJECTED, "siaga", now, why)


def _text(
    db: Database,
    tools: Tools,
    incident: Incident,
    understood: predictions.Understood,
    follow_up: FollowUp,
) -> str:
    comment, office = understood.stored.comment, tools.settings.office
    said, casual = understood.prediction, tools.words.casual(comment.text)
    values = {
        "sapaan": tools.knowledge.greetings.of(said.language, casual=casual),
        "isu": issue_words(tools.issue(issue_of(db, incident))),
        "tempat": place_words(said.place),
        "opd": follow_up.opd,
        "kantor": office.name,
        "tautan": office.link,
        **follow_up.values,
    }
    # An answer is never cut: where no wording fits, the guard tells whoever is to approve it.
    room = room_of(tools, comment.source_id)
    fitting = [one for one in follow_up.wordings if room.holds(fill(one, values))]
    recent = wordings.recent_texts(db, comment.post_id, _RECENT)
    return word(fitting or follow_up.wordings, values, recent)
