"""Admins: approve, reject or rewrite a suggested reply, and end the doubt about an unsure one."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from telegram import Message, Update, User

from monitor.bot import talk
from monitor.bot.desk import Context, Desk
from monitor.bot.press import Press
from monitor.errors import Refused
from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.messages import answers
from monitor.messages.draft import edit_question
from monitor.records import ChatId, DraftId, DraftState
from monitor.replies import next_state
from monitor.steps import decide
from monitor.steps.decide import Answer
from monitor.store import drafts, people
from monitor.store.people import Prompt

_EDIT = "edit"
_OPEN_FOR = timedelta(days=1)


async def approve(desk: Desk, press: Press) -> Answer:
    """Setujui."""
    number = DraftId(press.number)
    return desk.after(decide.approve(desk.db, desk.tools, press.person, number, desk.clock()))


async def reject(desk: Desk, press: Press) -> Answer:
    """Tolak."""
    return desk.after(decide.reject(desk.db, press.person, DraftId(press.number), desk.clock()))


async def settle(desk: Desk, press: Press) -> Answer:
    """Sudah terkirim / Tidak terkirim."""
    posted = press.choices[0] == "y"
    number = DraftId(press.number)
    return desk.after(decide.settle(desk.db, press.person, number, posted=posted, now=desk.clock()))


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
    name, telegram_id = press.person.name, press.person.telegram_id or 0
    question = answers.addressed(name, telegram_id, edit_question(draft))
    asked_in = await talk.say(press.bot, press.spot, question, hint=answers.EDIT_HINT)
    prompt = Prompt(_EDIT, press.number, name)
    people.ask(desk.db, press.spot.chat_id, asked_in, prompt, desk.clock())
    return Answer(answers.ANSWER_BELOW, done=True)


async def on_reply(desk: Desk, update: Update, context: Context) -> None:
    """An answer to an open question; any other reply is people's own talk."""
    message = cast(Message, update.effective_message)
    question = cast(Message, message.reply_to_message).message_id
    chat_id = ChatId(message.chat_id)
    prompt = people.question(desk.db, chat_id, question, desk.clock(), _OPEN_FOR)
    if prompt is None:
        return
    answer = _rewrite(desk, cast(User, update.effective_user), prompt, message.text or "")
    if answer.done:
        people.close_question(desk.db, chat_id, question)
    await talk.say(context.bot, talk.spot_of(message), answers.said(answer.text))


def _rewrite(desk: Desk, user: User, prompt: Prompt, text: str) -> Answer:
    person = desk.person(user.id)
    if person is None:
        return Answer(answers.NOT_REGISTERED)
    if person.name != prompt.asked:
        return Answer(answers.only(prompt.asked))
    number = DraftId(prompt.subject_id)
    return desk.after(decide.rewrite(desk.db, desk.tools, person, number, text, desk.clock()))
