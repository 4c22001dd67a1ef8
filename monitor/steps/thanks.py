"""Step 5, if switched on: gather replies to simple thanks, to be approved with one press.

Simple: praise that nobody need look at twice, about nothing that is rising, where it can be
answered. The words of a batch differ from each other. Answering thanks is optional, so
``[replies] thanks_a_day`` is 0 unless somebody wants it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.messages.batch import MOST_ITEMS, REPLY_ROOM, waits
from monitor.records import (
    Chat,
    Draft,
    Intent,
    Level,
    NoticeKind,
    Sentiment,
    Visibility,
)
from monitor.steps import guarding
from monitor.steps.suggest import propose_for
from monitor.steps.tools import Tools
from monitor.store import batches, comments, drafts, incidents, notices, people, predictions

_YOUNG = timedelta(hours=24)
_FEWEST = 3  # fewer make no batch, until the oldest has waited for so long
_PATIENCE = timedelta(hours=6)
_LOOK_AT = 50


class _Unfit(Exception):  # noqa: N818 - no error: it takes back what was tried
    """Nothing of what was tried is kept."""


def propose_thanks(db: Database, tools: Tools, now: datetime) -> int:
    """Make a batch when there are enough thanks; how many drafts. Dying means doing it again."""
    replies = tools.settings.replies
    if not replies.enabled or not replies.thanks_a_day:
        return 0
    midnight = now.astimezone(tools.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    room = min(replies.thanks_a_day - batches.count_since(db, midnight), MOST_ITEMS)
    found = _simple_ones(db, tools, now) if room > 0 else []
    if not found or not _enough(found, now):
        return 0
    try:
        return _make(db, tools, found, room, now)
    except _Unfit:
        return 0


def still_simple(db: Database, tools: Tools, draft: Draft) -> bool:
    """Whether a draft of a batch may be approved with the others: nothing about it changed."""
    understood = predictions.get(db, draft.comment_id)
    return understood is not None and waits(draft) and _is_simple(db, tools, understood)


def _simple_ones(db: Database, tools: Tools, now: datetime) -> list[predictions.Understood]:
    found = predictions.undrafted(db, Intent.APRESIASI, now - _YOUNG, _LOOK_AT)
    return [one for one in found if _is_simple(db, tools, one)]


def _is_simple(db: Database, tools: Tools, one: predictions.Understood) -> bool:
    comment, said = one.stored.comment, one.prediction
    return (
        one.sentiment is Sentiment.POSITIF
        and said.intent is Intent.APRESIASI
        and not (said.flags or said.urgent or said.ask_human or said.spam or said.copy_of)
        and comment.visibility is Visibility.PUBLIC
        and not comment.author_is_owner
        and comment.reply_ref is not None
        and comment.source_id in tools.repliers
        and all(live.topic != one.issue for live in incidents.live(db))
        and not comments.answered_there(db, one.stored.id)
    )


def _enough(found: Sequence[predictions.Understood], now: datetime) -> bool:
    oldest = min(one.stored.stored_at for one in found)
    return len(found) >= _FEWEST or now - oldest >= _PATIENCE


def _make(
    db: Database,
    tools: Tools,
    found: Sequence[predictions.Understood],
    room: int,
    now: datetime,
) -> int:
    with db.atomic():
        batch_id = batches.begin(db, now)
        made: list[Draft] = []
        for one in found:
            if len(made) == room:
                break
            draft = _propose(db, tools, one, [draft.text for draft in reversed(made)], now)
            if draft is not None:
                batches.put(db, batch_id, draft.id)
                made.append(draft)
        if not made:
            raise _Unfit
        notices.wish(db, _chats(db), NoticeKind.BATCH, int(batch_id), now)
    return len(made)


def _propose(
    db: Database,
    tools: Tools,
    one: predictions.Understood,
    taken: Sequence[str],
    now: datetime,
) -> Draft | None:
    """A draft whose words may stand in this batch; else nothing is kept of it."""
    try:
        with db.atomic():
            propose_for(db, tools, one, None, now, taken)
            draft = drafts.of_comment(db, one.stored.id)
            if draft is None or draft.text in taken or not _harmless(db, tools, draft):
                raise _Unfit
            return draft
    except _Unfit:
        return None


def _harmless(db: Database, tools: Tools, draft: Draft) -> bool:
    return len(draft.text) <= REPLY_ROOM and not guarding.of_draft(db, tools, draft)


def _chats(db: Database) -> list[Chat]:
    """Chats that hear of everyday things."""
    return [c for c in people.chats(db) if c.min_level.rank <= Level.WASPADA.rank]
