"""Before step 7: an approval ends when what it was given for changes.

A comment that was edited or deleted, or that the office answered on the site itself, makes its
drafts stale. An approved draft that was not sent yet waits for people again when its incident needs
more signatures than it has, when the incident was dismissed since, or when it could not be sent for
too long. A reply that is already being posted is never touched. Where a person was to say whether
a reply stands (unsure, or left to be copied) and its very words are read there, it is posted; other
words of the office make its message say so.
Signatures that still count (a risen level, the same words) are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from sqlite_utils import Database

from monitor.messages import answers, signing
from monitor.platforms.base import PostedReply, ReplyState, words_hash
from monitor.records import Draft, DraftId, DraftState, IncidentState, NoticeKind, Visibility
from monitor.steps import guarding
from monitor.steps.signing import needed_now
from monitor.steps.tools import Tools
from monitor.store import comments, drafts, incidents, notices, signatures

# Nobody knows whether these stand on the site until it is read there or a person says so.
_DOUBTED = (DraftState.UNSURE, DraftState.TO_COPY)


def expire(db: Database, tools: Tools, now: datetime) -> int:
    """End what no longer holds; how many drafts moved. Dying in between means doing it again."""
    return _end_stale(db, now) + _reopen(db, tools, now)


def _end_stale(db: Database, now: datetime) -> int:
    return sum(_look(db, draft_id, now) for draft_id in drafts.to_look_at(db))


def _look(db: Database, draft_id: DraftId, now: datetime) -> bool:
    """Whether this draft moved; that it was looked at and what is told go with it."""
    with db.atomic():
        draft = drafts.look_at(db, draft_id)
        if draft is None:
            return False
        if draft.state in _DOUBTED:
            return _settle(db, draft, now)
        why = _changed(db, draft)
        if why is None or not drafts.end(db, draft, why, now):
            return False
        if draft.state is DraftState.APPROVED:
            _tell(db, draft, signing.ended(draft.id, why), now)
    return True


def _settle(db: Database, draft: Draft, now: datetime) -> bool:
    """Whether the reply was read where it should stand, which ends the doubt, or another one."""
    said = comments.said_there(db, draft.comment_id, draft.text)
    if said is None:
        other = comments.answered_there(db, draft.comment_id)
        return other and drafts.warn(db, draft, answers.COPY_ANSWERED, now)
    held = said.visibility is Visibility.HELD
    state = ReplyState.HELD if held else ReplyState.PUBLISHED
    standing = PostedReply(said.external_id, said.permalink, state)
    why = answers.POST_HELD if held else None
    return drafts.finish_post(db, draft.id, standing, now, why=why)


def _changed(db: Database, draft: Draft) -> str | None:
    stored = comments.get(db, draft.comment_id)
    assert stored is not None  # comments are never deleted
    if stored.comment.visibility is Visibility.HIDDEN:
        return answers.POST_HIDDEN
    if not comments.counts(stored.comment.visibility):
        return answers.POST_GONE
    if words_hash(stored.comment.text) != draft.target_hash:
        return answers.POST_STALE
    # What an agency answered may follow words of before, but not what the office said since.
    since = None if draft.by_machine else draft.proposed_at
    return answers.POST_ANSWERED if comments.answered_there(db, stored.id, since) else None


@dataclass(frozen=True, slots=True)
class _Ended:
    """Why an approval ended, and whether the signatures under it still count."""

    why: str
    keep: bool = False


def _reopen(db: Database, tools: Tools, now: datetime) -> int:
    reopened = 0
    for draft in drafts.in_state(db, [DraftState.APPROVED]):
        ended = _ended(db, tools, draft, now)
        if ended is None:
            continue
        with db.atomic():
            if signatures.reopen(db, draft, ended.why, now, keep=ended.keep):
                reopened += 1
                _tell(db, draft, signing.reopened(draft.id, ended.why), now)
    return reopened


def _ended(db: Database, tools: Tools, draft: Draft, now: datetime) -> _Ended | None:
    assert draft.decided_at is not None  # set together with the state
    if _dismissed_since(db, draft, draft.decided_at):
        return _Ended(signing.DISMISSED_SINCE)
    hours = tools.settings.replies.approval_hours
    if now - draft.decided_at >= timedelta(hours=hours):
        return _Ended(signing.too_old(hours))
    needed = needed_now(db, tools, draft, guarding.of_draft(db, tools, draft))
    if len(signatures.signers(db, draft)) >= needed:
        return None
    level = signatures.level_of(db, draft.id)
    rose = level.rank > signatures.signed_level(db, draft.id).rank
    return _Ended(signing.needs_more(level if rose else None, needed), keep=True)


def _dismissed_since(db: Database, draft: Draft, decided_at: datetime) -> bool:
    incident = None if draft.incident_id is None else incidents.get(db, draft.incident_id)
    if incident is None or incident.state is not IncidentState.DISMISSED:
        return False
    return incident.closed_at is not None and incident.closed_at >= decided_at


def _tell(db: Database, draft: Draft, text: str, now: datetime) -> None:
    """A message of its own where the draft stands: an edited one rings nobody's telephone.

    Inside ``db.atomic()`` with what it tells of, so that none is lost.
    """
    subject = crc32(f"draft:{draft.id}:{draft.decided_at}:{text}".encode())
    shown = notices.shown_in(db, NoticeKind.DRAFT, int(draft.id))
    notices.wish(db, shown, NoticeKind.OPERATOR, subject, now, text)
