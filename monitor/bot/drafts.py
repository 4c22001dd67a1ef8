"""Admins: approve, reject or rewrite a suggested reply, and end the doubt about an unsure one."""

from __future__ import annotations

from monitor.bot import prompting
from monitor.bot.desk import Desk
from monitor.bot.press import Press, Reply
from monitor.errors import Refused
from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.messages import answers
from monitor.messages.draft import edit_question
from monitor.records import DraftId, DraftState
from monitor.replies import next_state
from monitor.steps import decide_drafts, fitting
from monitor.steps.answer import Answer
from monitor.store import drafts

EDIT = "edit"


async def approve(desk: Desk, press: Press) -> Answer:
    """Setujui."""
    number = DraftId(press.number)
    # Old messages carry no key of the words.
    seen = press.choices[0] if press.choices else decide_drafts.UNKNOWN
    return desk.after(
        decide_drafts.approve(desk.db, desk.tools, press.person, number, desk.clock(), seen)
    )


async def reject(desk: Desk, press: Press) -> Answer:
    """Tolak."""
    return desk.after(
        decide_drafts.reject(desk.db, press.person, DraftId(press.number), desk.clock())
    )


async def settle(desk: Desk, press: Press) -> Answer:
    """Sudah terkirim / Tidak terkirim."""
    posted = press.choices[0] == "y"
    number = DraftId(press.number)
    return desk.after(
        decide_drafts.settle(desk.db, press.person, number, posted=posted, now=desk.clock())
    )


async def ask_words(desk: Desk, press: Press) -> Answer:
    """Ubah: ask for other words; the question is a row, so its answer survives a restart."""
    if not allowed(press.person.roles, Action.DECIDE):
        return Answer(answers.not_allowed(roles_for(Action.DECIDE)))
    draft = drafts.get(desk.db, DraftId(press.number))
    if draft is None:
        return Answer(answers.GONE)
    try:
        next_state(draft, DraftState.APPROVED)
    except Refused as refused:
        return Answer(answers.already(refused.holder))
    question = edit_question(draft, fitting.limit_of(desk.db, desk.tools, draft))
    return await prompting.put(desk, press, EDIT, press.number, question, answers.EDIT_HINT)


async def rewrite(desk: Desk, reply: Reply) -> Answer:
    """Other words for a draft, in a reply to the question of :func:`ask_words`."""
    number = DraftId(reply.prompt.subject_id)
    return desk.after(
        decide_drafts.rewrite(desk.db, desk.tools, reply.person, number, reply.text, desk.clock())
    )
