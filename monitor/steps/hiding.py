"""What people decide about a comment's visibility, the same from Telegram and from the page.

Only notes the wish; ``steps.moderate`` asks the platform. Nothing is hidden without an admin's
press, and a complaint about a live issue takes one press more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.messages import Message, answers
from monitor.messages import hiding as words
from monitor.messages.hiding import Hiding, Wanted
from monitor.platforms.base import Moderator
from monitor.records import (
    CommentId,
    Incident,
    Intent,
    Person,
    SourceId,
    StoredComment,
    Visibility,
    wave_first,
)
from monitor.steps.answer import Answer
from monitor.steps.routing import issue_of
from monitor.steps.tools import Tools
from monitor.store import comments, drafts, incidents, moderation, predictions
from monitor.store.moderation import DONE, WANTED, Wish

_ABUSE = frozenset({"abuse", "threat", "sara"})


@dataclass(frozen=True, slots=True)
class Asked:
    """Not yet: a question that must be answered first."""

    question: str


def moderator_of(tools: Tools, source_id: SourceId) -> Moderator | None:
    """Who can hide comments of a source; None where its platform does not allow it."""
    account = tools.accounts.get(source_id)
    return account.connected.moderator if account else None


def shown(db: Database, tools: Tools, stored: StoredComment, now: datetime) -> Hiding | None:
    """What a draft's message or the page shows about a comment's visibility; None: nothing."""
    wish = moderation.get(db, stored.id)
    offer = _offer(tools, stored, wish)
    if wish is None and not offer:
        return None
    line = words.line(wanted(wish), tools.zone, now) if wish else ""
    second = _second(db, tools, stored) if offer == "hide" else ""
    return Hiding(int(stored.id), offer, line, second)


def wanted(wish: Wish) -> Wanted:
    """A wish as the messages take it."""
    return Wanted(wish.hidden, wish.state, wish.person, wish.reason, wish.at, wish.error)


def menu(db: Database, tools: Tools, person: Person, comment_id: CommentId) -> Message | Answer:
    """Sembunyikan komentar: the reasons to choose from."""
    found = _askable(db, tools, person, comment_id)
    if isinstance(found, Answer):
        return found
    return words.reasons_menu(int(comment_id), _masked(db, tools, found))


def confirmation(
    db: Database, tools: Tools, person: Person, comment_id: CommentId, code: str
) -> Message | Answer:
    """A reason was chosen: surely?"""
    found = _askable(db, tools, person, comment_id)
    if isinstance(found, Answer):
        return found
    if code not in words.REASONS:
        return Answer(answers.STALE_BUTTON)
    return words.confirmation(int(comment_id), _masked(db, tools, found), code)


def hide(
    db: Database,
    tools: Tools,
    person: Person,
    comment_id: CommentId,
    code: str,
    now: datetime,
    *,
    sure: bool,
) -> Answer | Asked:
    """Note that a comment is to be hidden; ``sure``: the second question was answered too."""
    found = _hideable(db, tools, person, comment_id)
    if isinstance(found, Answer):
        return found
    if code not in words.REASONS:
        return Answer(answers.STALE_BUTTON)
    question = _second(db, tools, found)
    if question and not sure:
        return Asked(question)
    reply_ref = found.comment.reply_ref
    assert reply_ref is not None  # _hideable looked
    reason = words.REASONS[code]
    noted = moderation.want(
        db,
        found,
        hidden=True,
        reply_ref=reply_ref,
        person=person.name,
        reason=reason,
        now=now,
    )
    return Answer(words.WILL_HIDE, done=True) if noted else _wanted_already(db, comment_id)


def show(
    db: Database, tools: Tools, person: Person, comment_id: CommentId, now: datetime
) -> Answer:
    """Tampilkan lagi: note that a hidden comment is to be seen again."""
    found = _gate(db, person, comment_id)
    if isinstance(found, Answer):
        return found
    wish = moderation.get(db, comment_id)
    if not _hidden(found, wish):
        return Answer(words.SEEN_ALREADY)
    reply_ref = _reference(found, wish)
    if reply_ref is None or moderator_of(tools, found.comment.source_id) is None:
        return Answer(words.CANNOT)
    noted = moderation.want(
        db, found, hidden=False, reply_ref=reply_ref, person=person.name, reason="", now=now
    )
    return Answer(words.WILL_SHOW, done=True) if noted else _wanted_already(db, comment_id)


def cancel(person: Person) -> Answer:
    """Batal: the menu ends."""
    if not allowed(person.roles, Action.HIDE):
        return Answer(answers.not_allowed(roles_for(Action.HIDE)))
    return Answer(words.NOT_HIDDEN, done=True)


def _gate(db: Database, person: Person, comment_id: CommentId) -> StoredComment | Answer:
    if not allowed(person.roles, Action.HIDE):
        return Answer(answers.not_allowed(roles_for(Action.HIDE)))
    return comments.get(db, comment_id) or Answer(answers.GONE)


def _hideable(
    db: Database, tools: Tools, person: Person, comment_id: CommentId
) -> StoredComment | Answer:
    found = _gate(db, person, comment_id)
    if isinstance(found, Answer):
        return found
    if not comments.counts(found.comment.visibility):
        return Answer(words.UNSEEN_ALREADY)
    return found if _offer(tools, found, None) else Answer(words.CANNOT)


def _askable(
    db: Database, tools: Tools, person: Person, comment_id: CommentId
) -> StoredComment | Answer:
    """The same, and nobody has asked for it yet."""
    found = _hideable(db, tools, person, comment_id)
    wish = moderation.get(db, comment_id)
    if isinstance(found, Answer) or wish is None or not wish.hidden or wish.state != WANTED:
        return found
    return Answer(words.already_wanted(wish.person))


def _offer(tools: Tools, stored: StoredComment, wish: Wish | None) -> str:
    comment = stored.comment
    waits = wish is not None and wish.state == WANTED
    if waits or comment.author_is_owner or moderator_of(tools, comment.source_id) is None:
        return ""
    if _hidden(stored, wish):
        return "show" if _reference(stored, wish) else ""
    seen = comments.counts(comment.visibility)
    return "hide" if seen and comment.reply_ref is not None else ""


def _hidden(stored: StoredComment, wish: Wish | None) -> bool:
    """Whether a comment is hidden; one that we hid may look deleted when it is read again."""
    visibility = stored.comment.visibility
    ours = wish is not None and wish.hidden and wish.state == DONE
    return visibility is Visibility.HIDDEN or (ours and not comments.counts(visibility))


def _reference(stored: StoredComment, wish: Wish | None) -> str | None:
    """Where a comment stands; of a hidden one the platform may no longer tell."""
    return stored.comment.reply_ref or (wish.reply_ref if wish else None)


def _wanted_already(db: Database, comment_id: CommentId) -> Answer:
    first = moderation.get(db, comment_id)
    assert first is not None  # it kept this one from being noted
    return Answer(words.already_wanted(first.person))


def _masked(db: Database, tools: Tools, stored: StoredComment) -> str:
    understood = predictions.get(db, stored.id)
    return understood.prediction.masked if understood else tools.words.mask(stored.comment.text)


def _second(db: Database, tools: Tools, stored: StoredComment) -> str:
    """The question to be answered first, for an honest complaint about a live issue."""
    incident = _complained_of(db, stored)
    if incident is None:
        return ""
    return words.second_question(tools.issue(issue_of(db, incident)).name, int(incident.id))


def _complained_of(db: Database, stored: StoredComment) -> Incident | None:
    """The live incident that a comment complains about, if it is neither spam nor abuse."""
    understood = predictions.get(db, stored.id)
    if understood is None:
        return None
    said = understood.prediction
    if said.intent is not Intent.KELUHAN or said.spam or not _ABUSE.isdisjoint(said.flags):
        return None
    draft = drafts.of_comment(db, stored.id)
    own = {stored.id, said.copy_of}
    for incident in incidents.live(db):
        young = stored.comment.created_at >= incident.counted_since
        if (
            (incident.topic == understood.issue and young)
            or wave_first(incident.topic) in own - {None}
            or (draft is not None and draft.incident_id == incident.id)
        ):
            return incident
    return None
