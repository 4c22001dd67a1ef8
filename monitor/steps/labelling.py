"""What labellers do, in Telegram as on the page: read an item, answer, pass, take back, decide.

Each function checks the role, makes one guarded write and gives back what the person reads. An
item is before one person at a time; state is rows, so a restart loses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database

from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.messages import answers
from monitor.messages import learning as words
from monitor.messages.learning import AgreementView, ConflictView, ItemView
from monitor.records import CommentId, Person, Sentiment
from monitor.steps.agreement import agreements
from monitor.steps.answer import Answer
from monitor.steps.label_queue import GUESSES, midnight
from monitor.steps.tools import Tools
from monitor.store import comments, label_pool, label_queue, predictions, said_labels
from monitor.store.label_queue import LabelState
from monitor.store.predictions import Understood

# An answer can be taken back for so long.
UNDO: Final = timedelta(hours=1)
# So many of the items that two people labelled tell how far they agree.
COMPARED: Final = 200
PAST: Final = timedelta(days=30)
MOST_CONFLICTS: Final = 20


def refusal(person: Person, action: Action = Action.LABEL) -> Answer | None:
    """What somebody is told who may not; None for who may."""
    may = allowed(person.roles, action)
    return None if may else Answer(answers.not_allowed(roles_for(action)))


def next_item(db: Database, tools: Tools, person: Person, now: datetime) -> ItemView | None:
    """The item that this person has before them from now on; None when nothing waits."""
    number = label_queue.hand(db, person.name, now)
    return None if number is None else item_view(db, tools, person, number, now)


def mine(
    db: Database, tools: Tools, person: Person, comment_id: CommentId, now: datetime
) -> ItemView | None:
    """An item that this person may answer as they saw it; None when they may no more."""
    seen = label_queue.seen_by(db, comment_id, person.name)
    if seen is None or not label_queue.free_for(db, comment_id, person.name, now):
        return None
    stored = comments.get(db, comment_id)
    same = stored is not None and stored.content_hash == seen
    return item_view(db, tools, person, comment_id, now) if same else None


def item_view(
    db: Database, tools: Tools, person: Person, comment_id: CommentId, now: datetime
) -> ItemView | None:
    """An item as people read it: masked, nobody named."""
    known, queued = predictions.get(db, comment_id), label_queue.get(db, comment_id)
    if known is None or queued is None:
        return None
    said = known.prediction
    tones = sorted(zip(Sentiment, said.sentiment_p, strict=True), key=lambda pair: -pair[1])
    part = tools.settings.training
    return ItemView(
        comment_id=int(comment_id),
        text=said.masked,
        source=known.stored.comment.source_id,
        place=said.place.split(" / ")[-1] if said.place else None,
        at=known.stored.comment.created_at,
        reason=queued.reason,
        tones=tones,
        issue=said.issue,
        issue_p=said.issue_p,
        best=_best(tools, known, queued.guesses),
        done=done_today(db, tools, person, now),
        goal=part.a_day,
        conflicts=open_conflicts(db, person),
    )


def done_today(db: Database, tools: Tools, person: Person, now: datetime) -> int:
    """How many items this person has answered since midnight."""
    return label_pool.answered(db, person.name, midnight(tools, now))


def open_conflicts(db: Database, person: Person) -> int:
    """How many conflicts wait for this person, who must be a trainer to see any."""
    if not allowed(person.roles, Action.TRAIN):
        return 0
    return len(said_labels.conflicts(db, MOST_CONFLICTS))


def answer(
    db: Database,
    tools: Tools,
    person: Person,
    comment_id: CommentId,
    choice: tuple[str, str],
    via: str,
    now: datetime,
) -> Answer:
    """Keep tone and issue; they become labels as soon as everybody who is asked agrees."""
    refused = refusal(person)
    if refused:
        return refused
    tone, issue = choice
    if tone not in set(Sentiment) or issue not in tools.knowledge.taxonomy:
        return Answer(answers.STALE_BUTTON)
    chosen = Sentiment(tone)
    seen = label_queue.seen_by(db, comment_id, person.name)
    if seen is None:
        return Answer(why_not(db, person, comment_id, now))
    state = said_labels.say(db, comment_id, (chosen, issue), person.name, via, seen, now)
    if state is None:
        return Answer(why_not(db, person, comment_id, now))
    told = {LabelState.WAITING: words.SECOND_ASKED, LabelState.CONFLICT: words.CONFLICTING}
    return Answer(told.get(state) or words.kept(chosen, tools.issue(issue).name), done=True)


def skip(db: Database, person: Person, comment_id: CommentId, via: str, now: datetime) -> Answer:
    """Lewati: somebody else may know."""
    refused = refusal(person)
    if refused:
        return refused
    seen = label_queue.seen_by(db, comment_id, person.name)
    if seen is None or not said_labels.skip(db, comment_id, person.name, via, seen, now):
        return Answer(why_not(db, person, comment_id, now))
    return Answer(words.SKIPPED, done=True)


def undo(db: Database, person: Person, now: datetime) -> Answer:
    """Urungkan: the last answer is taken back, and its item is before the person again."""
    refused = refusal(person)
    if refused:
        return refused
    if said_labels.undo(db, person.name, now - UNDO, now) is None:
        return Answer(words.NOTHING_TO_UNDO)
    return Answer(words.UNDONE, done=True)


def stop(db: Database, person: Person) -> None:
    """Berhenti: what was before this person is for others again."""
    label_queue.release(db, person.name)


def conflict(
    db: Database, comment_id: CommentId | None = None, *, after: int = 0
) -> ConflictView | None:
    """A conflict, the oldest unless one is named; None when there is none (any more)."""
    waiting = said_labels.conflicts(db, MOST_CONFLICTS)
    if comment_id is not None and comment_id not in waiting:
        return None
    for number in waiting if comment_id is None else [comment_id]:
        known = predictions.get(db, number)
        if known is None or int(number) <= after:
            continue
        return ConflictView(
            comment_id=int(number),
            text=known.prediction.masked,
            source=known.stored.comment.source_id,
            at=known.stored.comment.created_at,
            answers=_different(db, number),
            left=len(waiting),
            seen=known.stored.content_hash,
        )
    return None


def conflicts(db: Database) -> list[ConflictView]:
    """Every conflict, the oldest first."""
    found = (conflict(db, number) for number in said_labels.conflicts(db, MOST_CONFLICTS))
    return [one for one in found if one is not None]


def shown(db: Database, person: Person, views: Sequence[ConflictView]) -> None:
    """Note that a trainer reads these conflicts: only what was read can be decided."""
    label_queue.show(db, [(CommentId(one.comment_id), one.seen) for one in views], person.name)


def settle(
    db: Database,
    tools: Tools,
    person: Person,
    comment_id: CommentId,
    choice: tuple[str, str],
    now: datetime,
) -> Answer:
    """A trainer decides what people said differently of the words that the trainer read."""
    refused = refusal(person, Action.TRAIN)
    if refused:
        return refused
    tone, issue = choice
    if tone not in set(Sentiment) or issue not in tools.knowledge.taxonomy:
        return Answer(answers.STALE_BUTTON)
    given, seen = (Sentiment(tone), issue), label_queue.seen_by(db, comment_id, person.name)
    if not said_labels.settle(db, comment_id, given, person.name, seen or "", now):
        queued = label_queue.get(db, comment_id)
        open_still = queued is not None and queued.state is LabelState.CONFLICT
        return Answer(words.EDITED if open_still else words.DECIDED_ALREADY)
    return Answer(words.DECIDED, done=True)


def agreement(db: Database) -> list[AgreementView]:
    """How far each pair of people agrees on each field."""
    return [
        AgreementView(one.field.value, one.people, one.items, one.alike, one.kappa)
        for one in agreements(label_pool.doubles(db, COMPARED))
    ]


def why_not(db: Database, person: Person, comment_id: CommentId, now: datetime) -> str:
    """Why an item is not (or no more) this person's to answer."""
    queued = label_queue.get(db, comment_id)
    if queued is None:
        return answers.GONE
    if said_labels.has_said(db, comment_id, person.name):
        return words.SAID_ALREADY
    if label_queue.free_for(db, comment_id, person.name, now):
        shown = label_queue.seen_by(db, comment_id, person.name) is not None
        return words.EDITED if shown else words.OLD
    return words.TAKEN if queued.state is not LabelState.DROPPED else words.OLD


def _best(tools: Tools, known: Understood, guesses: tuple[str, ...]) -> list[str]:
    """The machine's likeliest issues, filled up with the first of the file."""
    ranked = dict.fromkeys((*(guesses or (known.prediction.issue,)), *tools.knowledge.taxonomy))
    return [key for key in ranked if key in tools.knowledge.taxonomy][:GUESSES]


def _different(db: Database, comment_id: CommentId) -> list[tuple[Sentiment, str]]:
    said = said_labels.answers_of(db, comment_id)
    return list(dict.fromkeys((one.sentiment, one.issue) for one in said))
