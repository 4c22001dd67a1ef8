"""Answers to what the bot asked: a reply to its question goes to whoever put that kind of question.

The question is a row, so its answer survives a restart. Any other reply is people's own talk. An
answer that cannot be stored may be given again, to the question or to the message that says so.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final, cast

from telegram import Message, Update, User
from telegram.constants import ChatType

from monitor.bot import drafts, handoffs, narrative, new_issues, opd, register, talk
from monitor.bot.desk import Context, Desk
from monitor.bot.press import Reply
from monitor.messages import answers
from monitor.records import ChatId
from monitor.steps.answer import Answer
from monitor.store import people

Handler = Callable[[Desk, Reply], Awaitable[Answer]]

_OPEN_FOR = timedelta(days=1)
# The kind of a prompt, up to a colon, and who takes its answer; what follows the colon is what was
# chosen before. An Answer without text was said by the handler.
_KINDS: Final[Mapping[str, Handler]] = {
    drafts.EDIT: drafts.rewrite,
    opd.ANSWER: opd.take_answer,
    handoffs.TICKET: handoffs.take_ticket,
    register.INVITE: register.take_name,
    register.HAND_OVER: register.take_successor,
    narrative.TOPIC: narrative.take_topic,
    narrative.FACTS: narrative.take_facts,
    narrative.LINK: narrative.take_link,
    new_issues.NAME: new_issues.take_name,
}


async def on_reply(desk: Desk, update: Update, context: Context) -> None:
    """An answer to an open question; the question is closed once the answer was good."""
    message = cast(Message, update.effective_message)
    question = cast(Message, message.reply_to_message).message_id
    chat_id = ChatId(message.chat_id)
    prompt = people.question(desk.db, chat_id, question, desk.clock(), _OPEN_FOR)
    handler = _KINDS.get(prompt.kind.partition(":")[0]) if prompt else None
    if prompt is None or handler is None:
        await on_words(desk, update, context)
        return
    person = desk.person(cast(User, update.effective_user).id)
    spot = talk.spot_of(message)
    if person is None:
        answer = Answer(answers.NOT_REGISTERED)
    elif person.name != prompt.asked:
        answer = Answer(answers.only(prompt.asked))
    else:
        answer = await handler(desk, Reply(person, prompt, message.text or "", spot, context.bot))
    if answer.done:
        people.close_question(desk.db, chat_id, question)
    if answer.again:
        said = answers.said(answers.again(answer.text))
        told_in = await talk.say(context.bot, spot, said, hint=answers.AGAIN_HINT)
        people.ask(desk.db, chat_id, told_in, prompt, desk.clock(), again=question)
    elif answer.text:
        await talk.say(context.bot, spot, answers.said(answer.text))


async def on_words(desk: Desk, update: Update, context: Context) -> None:
    """Words and commands that mean nothing here: people's own talk, unless they are alone."""
    message = cast(Message, update.effective_message)
    if message.chat.type == ChatType.PRIVATE:
        await talk.say(context.bot, talk.spot_of(message), answers.said(answers.NOT_UNDERSTOOD))
