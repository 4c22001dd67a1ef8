"""Step 6: one press that decides many replies to thanks, each in its own guarded way."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.messages import Message, answers
from monitor.messages import batch as words
from monitor.records import BatchId, Draft, DraftId, DraftState, Notice, Person
from monitor.steps import decide_drafts
from monitor.steps.answer import Answer
from monitor.steps.thanks import still_simple
from monitor.steps.tools import Tools
from monitor.steps.views import draft_card
from monitor.store import batches, drafts, signatures


def approve_all(
    db: Database, tools: Tools, person: Person, batch_id: BatchId, now: datetime
) -> Answer:
    """Setujui semua: sign each reply that stands as the batch showed it; name those left out."""
    if not allowed(person.roles, Action.DECIDE):
        return Answer(answers.not_allowed(roles_for(Action.DECIDE)))
    batch = batches.get(db, batch_id)
    if batch is None:
        return Answer(answers.GONE)
    items = drafts.of_batch(db, batch_id)
    if not any(words.waits(draft) for draft in items):
        return Answer(answers.already(batch.decided_by))
    waiting = [(n, d) for n, d in enumerate(items, 1) if d.state is DraftState.PROPOSED]
    told = [(n, d, _sign(db, tools, person, d, now)) for n, d in waiting]
    skipped = [n for n, d, _ in told if person.name not in signatures.signers(db, d)]
    open_still = {d.id for d in drafts.of_batch(db, batch_id) if d.state is DraftState.PROPOSED}
    unsigned = sum(n not in skipped and d.id in open_still for n, d, _ in told)
    count = len(told) - len(skipped) - unsigned
    said = words.approved(count, unsigned, skipped)
    if count:
        batches.decide(db, batch_id, person.name, said, now)
    return Answer(said, done=any(done for _, _, done in told))


def _sign(db: Database, tools: Tools, person: Person, draft: Draft, now: datetime) -> bool:
    if not still_simple(db, tools, draft):
        return False
    return decide_drafts.approve(db, tools, person, draft.id, now, draft.seen).done


def take_out(db: Database, person: Person, draft_id: DraftId, now: datetime) -> Answer:
    """✗: this reply is not sent; the others wait on."""
    answer = decide_drafts.reject(db, person, draft_id, now)
    return Answer(words.TAKEN_OUT, done=True) if answer.done else answer


def batch_view(db: Database, tools: Tools, notice: Notice, now: datetime) -> Message:
    """The message of a batch as people should see it now."""
    batch = batches.get(db, BatchId(notice.subject_id))
    assert batch is not None  # batches are never deleted
    items = [
        words.Item(draft_card(db, tools, draft, now).comment, draft)
        for draft in drafts.of_batch(db, batch.id)
    ]
    return words.batch_message(batch, items)
