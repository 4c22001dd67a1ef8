"""Step 7: post approved replies, at most once.

The target is read again first: a comment that was edited or deleted stops the reply. ``posting`` is
written before the call, and only over words that carry enough signatures for the level of now. When
no clear answer comes the draft is ``unsure``: Siaga looks whether its reply stands there, and
otherwise a person decides. Nothing is ever sent a second time by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.errors import PlatformError, Reason
from monitor.messages import answers
from monitor.platforms.base import PostedReply, Replier, ReplyState, words_hash
from monitor.records import Draft, DraftState
from monitor.steps import guarding
from monitor.steps.signing import rule
from monitor.steps.tools import Tools, log
from monitor.store import comments, drafts, signatures

# Surely not sent by that call, and later it may work.
_LATER = (Reason.RATE, Reason.QUOTA, Reason.UNREACHABLE)
# A firewall's page or half an answer while the target was only read: nothing was sent at all.
_LATER_UNCLAIMED = (*_LATER, Reason.BAD_ANSWER)
# What a process may stop: a draft that nobody claimed, or one that it claimed itself (which a
# process that starts meanwhile holds for left behind, and so for unsure).
_UNCLAIMED = (DraftState.APPROVED,)
_CLAIMED = (DraftState.POSTING, DraftState.UNSURE)


def post(db: Database, tools: Tools, now: datetime) -> int:
    """Post what people approved; how many replies now stand."""
    return sum(_guarded(db, tools, draft, now) for draft in drafts.approved(db, now))


def recover(db: Database, tools: Tools, now: datetime) -> None:
    """After a start: what was being posted when the process died is looked up, never sent again."""
    drafts.recover(db, answers.POST_KILLED, now)
    for draft in drafts.in_state(db, [DraftState.UNSURE]):
        _look_up(db, tools, draft, now)


def _guarded(db: Database, tools: Tools, draft: Draft, now: datetime) -> bool:
    """A bug around one reply: nobody knows whether it was sent, so a person decides."""
    of: Sequence[DraftState] = _UNCLAIMED
    try:
        claimed = _claim(db, tools, draft, now)
        of = _CLAIMED
        return claimed is not None and _send(db, tools, draft, *claimed, now)
    except Exception:
        log.exception("draft %s: unexpected", draft.id)
        drafts.stop_post(db, draft.id, DraftState.UNSURE, answers.POST_UNSURE, now, of=of)
        return False


def _claim(db: Database, tools: Tools, draft: Draft, now: datetime) -> tuple[Replier, str] | None:
    """Where to post, once the draft is ours alone; None when it must not or need not go out."""
    found = _target(db, tools, draft)
    if found is None:
        drafts.stop_post(db, draft.id, DraftState.TO_COPY, "", now, of=_UNCLAIMED)
        return None
    replier, reply_ref = found
    wrong = guarding.of_draft(db, tools, draft)
    stops = guarding.stopping(wrong)
    if stops:
        why = " ".join(guarding.sentences(stops))
        drafts.stop_post(db, draft.id, DraftState.FAILED, why, now, of=_UNCLAIMED)
        return None
    if not _target_unchanged(db, tools, draft, replier, reply_ref, now):
        return None
    level = signatures.level_of(db, draft.id)
    if not drafts.begin_post(db, draft, now, rule(tools, wrong).needed(level), level):
        return None
    return found


def _send(
    db: Database, tools: Tools, draft: Draft, replier: Replier, reply_ref: str, now: datetime
) -> bool:
    tools.boundary("post:before-call")
    try:
        reply = replier.reply(reply_ref, draft.text)
    except PlatformError as error:
        _not_posted(db, tools, draft, error, now, _CLAIMED)
        return False
    tools.boundary("post:after-call")
    drafts.finish_post(db, draft.id, reply, now, why=_news(reply))
    tools.boundary("post:after-write")
    return True


def _target(db: Database, tools: Tools, draft: Draft) -> tuple[Replier, str] | None:
    stored = comments.get(db, draft.comment_id)
    assert stored is not None  # comments are never deleted
    replier = tools.repliers.get(stored.comment.source_id)
    reply_ref = stored.comment.reply_ref
    return (replier, reply_ref) if replier is not None and reply_ref is not None else None


def _target_unchanged(
    db: Database, tools: Tools, draft: Draft, replier: Replier, reply_ref: str, now: datetime
) -> bool:
    try:
        target = replier.target(reply_ref)
    except PlatformError as error:
        _not_posted(db, tools, draft, error, now, _UNCLAIMED)
        return False
    if target is None:
        drafts.stop_post(db, draft.id, DraftState.STALE, answers.POST_GONE, now, of=_UNCLAIMED)
        return False
    if words_hash(target.text) != draft.target_hash:
        drafts.stop_post(db, draft.id, DraftState.STALE, answers.POST_STALE, now, of=_UNCLAIMED)
        return False
    return True


def _not_posted(
    db: Database,
    tools: Tools,
    draft: Draft,
    error: PlatformError,
    now: datetime,
    of: Sequence[DraftState],
) -> None:
    log.warning("draft %s: %s", draft.id, error)
    if error.reason in (Reason.UNSURE, Reason.DUPLICATE):
        if drafts.stop_post(db, draft.id, DraftState.UNSURE, answers.POST_UNSURE, now, of=of):
            _look_up(db, tools, draft, now)
    elif error.reason in (_LATER if of is _CLAIMED else _LATER_UNCLAIMED) and not error.permanent:
        pause = timedelta(minutes=tools.settings.replies.retry_minutes)
        later = now + max(error.retry_after or pause, pause)
        # What another process holds for unsure stays so: people look at it.
        drafts.postpone(db, draft.id, answers.post_failed(str(error)), later, of[:1])
    elif error.reason is Reason.GONE:
        drafts.stop_post(db, draft.id, DraftState.STALE, answers.POST_GONE, now, of=of)
    else:
        why = answers.post_failed(str(error))
        drafts.stop_post(db, draft.id, DraftState.FAILED, why, now, of=of)


def _look_up(db: Database, tools: Tools, draft: Draft, now: datetime) -> None:
    """Reading is harmless: a reply of ours that stands there ends the doubt."""
    found = _target(db, tools, draft)
    if found is None:
        return
    replier, reply_ref = found
    standing: PostedReply | None = None
    try:
        standing = replier.find_own_reply(reply_ref, draft.text)
    except PlatformError as error:
        log.warning("draft %s: read-back: %s", draft.id, error)
    if standing is not None and _stands_for(db, draft, standing):
        drafts.finish_post(db, draft.id, standing, now, why=_news(standing))


def _stands_for(db: Database, draft: Draft, standing: PostedReply) -> bool:
    """Not another draft's reply: the same words may answer somebody else in the same thread."""
    stored = comments.get(db, draft.comment_id)
    assert stored is not None  # comments are never deleted
    answered = comments.reply_of(db, stored.comment.source_id, standing.external_id)
    return answered in (None, int(draft.id))


def _news(reply: PostedReply) -> str | None:
    """What people should know of a reply that the platform took."""
    return answers.POST_HELD if reply.state is ReplyState.HELD else None
