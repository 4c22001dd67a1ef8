"""How long a reply may be where its comment stands. Reads the accounts, writes nothing."""

from __future__ import annotations

from sqlite_utils import Database

from monitor.messages import guard as words
from monitor.records import Draft, SourceId, StoredComment
from monitor.replies.fitting import Room
from monitor.replies.guard import MOST_CHARACTERS
from monitor.replies.guard_rules import Effect, Finding
from monitor.steps.tools import Tools
from monitor.store import comments

TOO_LONG = "batas_situs"


def room_of(tools: Tools, source_id: SourceId, keep: tuple[str, ...] = ()) -> Room:
    """The room for a reply to a comment of a source; without end where its site sets no limit."""
    account = tools.accounts.get(source_id)
    if account is None:
        return Room()
    return Room(account.platform.reply_limit, account.platform.measure, keep)


def too_long(tools: Tools, text: str, comment: StoredComment | None) -> list[Finding]:
    """What stops words that the site would not take."""
    if comment is None:
        return []
    source_id = comment.comment.source_id
    room = room_of(tools, source_id)
    if room.most is None or room.holds(text):
        return []
    site = tools.accounts[source_id].platform.name
    reason = words.too_long_for(site, room.measure(text), room.most)
    return [Finding(TOO_LONG, Effect.STOP, reason)]


def limit_of(db: Database, tools: Tools, draft: Draft) -> str:
    """How much room a draft has, for whoever writes; "" where no reply may be so long anyway."""
    stored = comments.get(db, draft.comment_id)
    assert stored is not None  # comments are never deleted
    source_id = stored.comment.source_id
    most = room_of(tools, source_id).most
    if most is None or most >= MOST_CHARACTERS:
        return ""
    return words.room(tools.accounts[source_id].platform.name, most)
