"""Before step 7: hide what people want hidden, and show again what they want shown.

Asking a platform twice for the same is harmless, so whatever did not clearly fail is asked again;
what failed for good is told to the person who wanted it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zlib import crc32

from sqlite_utils import Database

from monitor.errors import PlatformError, Reason
from monitor.messages import hiding as words
from monitor.records import NoticeKind, StoredComment
from monitor.steps.hiding import moderator_of, wanted
from monitor.steps.tools import Tools, log
from monitor.store import comments, drafts, moderation, notices, people
from monitor.store.moderation import Wish

_LATER = (Reason.RATE, Reason.QUOTA, Reason.UNREACHABLE, Reason.UNSURE, Reason.BAD_ANSWER)
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(hours=1)
# A person who asked yesterday should decide anew.
_PATIENCE = timedelta(days=1)


def moderate(db: Database, tools: Tools, now: datetime) -> int:
    """Ask the platforms for what is wanted; how many comments look as people want them now."""
    return sum(_guarded(db, tools, wish, now) for wish in moderation.due(db, now))


def _guarded(db: Database, tools: Tools, wish: Wish, now: datetime) -> bool:
    """A bug around one comment must not keep the others waiting, nor be met at every tick."""
    stored = comments.get(db, wish.comment_id)
    assert stored is not None  # comments are never deleted
    try:
        return _ask(db, tools, wish, stored, now)
    except Exception:
        log.exception("comment %s: unexpected", wish.comment_id)
        _give_up(db, wish, stored, words.FAULT, now)
        return False


def _ask(db: Database, tools: Tools, wish: Wish, stored: StoredComment, now: datetime) -> bool:
    moderator = moderator_of(tools, stored.comment.source_id)
    if moderator is None:
        _give_up(db, wish, stored, words.UNSUPPORTED, now)
        return False
    tools.boundary("moderate:before-call")
    try:
        moderator.hide(wish.reply_ref, hidden=wish.hidden)
    except PlatformError as error:
        _not_done(db, wish, stored, error, now)
        return False
    tools.boundary("moderate:after-call")
    done = moderation.finish(db, wish, now)
    tools.boundary("moderate:after-write")
    return done


def _not_done(
    db: Database, wish: Wish, stored: StoredComment, error: PlatformError, now: datetime
) -> None:
    log.warning("comment %s: %s", wish.comment_id, error)
    hopeful = error.reason in _LATER and not error.permanent and now - wish.at < _PATIENCE
    if not hopeful:
        _give_up(db, wish, stored, error.reason.value, now)
        return
    pause = min(_SHORTEST * 2 ** min(wish.attempts, 6), _LONGEST)
    later = now + max(error.retry_after or pause, pause)
    moderation.postpone(db, wish, error.reason.value, later)


def _give_up(db: Database, wish: Wish, stored: StoredComment, why: str, now: datetime) -> None:
    with db.atomic():
        if moderation.fail(db, wish, why, now):
            _tell(db, wish, stored, now)


def _tell(db: Database, wish: Wish, stored: StoredComment, now: datetime) -> None:
    """A message of its own, where the comment's draft stands or else where news are told."""
    failed = moderation.get(db, wish.comment_id)
    assert failed is not None  # changed just above
    text = words.failed(wanted(failed), stored.comment.source_id, int(stored.id))
    draft = drafts.of_comment(db, stored.id)
    chats = notices.shown_in(db, NoticeKind.DRAFT, int(draft.id)) if draft else []
    subject = crc32(f"moderation:{wish.comment_id}:{wish.at}:{text}".encode())
    notices.wish(db, chats or people.chats(db), NoticeKind.OPERATOR, subject, now, text)
