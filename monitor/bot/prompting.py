"""Puts a question to one person; it is a row, so its answer survives a restart."""

from __future__ import annotations

from monitor.bot import talk
from monitor.bot.desk import Desk
from monitor.bot.press import Press, Reply
from monitor.messages import Message, answers
from monitor.steps.answer import Answer
from monitor.store import people
from monitor.store.people import Prompt


async def put(
    desk: Desk, at: Press | Reply, kind: str, subject_id: int, question: Message, hint: str
) -> Answer:
    """Ask below what was pressed or answered; ``kind`` decides in ``asked`` who takes the reply."""
    person, spot = at.person, at.spot
    addressed = answers.addressed(person.name, person.telegram_id or 0, question)
    asked_in = await talk.say(at.bot, spot, addressed, hint=hint)
    prompt = Prompt(kind, subject_id, person.name)
    people.ask(desk.db, spot.chat_id, asked_in, prompt, desk.clock())
    return Answer(answers.ANSWER_BELOW, done=True)
