"""Tanya OPD: the office asks an agency, which answers or says whose business it is."""

from __future__ import annotations

from monitor.bot import prompting, talk
from monitor.bot.desk import Desk
from monitor.bot.press import Press, Reply
from monitor.messages import Message, answers
from monitor.messages import question as words
from monitor.records import Chat, IncidentId, QuestionId
from monitor.steps import questions
from monitor.steps.answer import Answer

ANSWER = "opd_answer"


async def offer(desk: Desk, press: Press) -> Answer:
    """Tanya OPD: the question as the agency in charge would get it."""
    return await _preview(desk, press, "")


async def offer_other(desk: Desk, press: Press) -> Answer:
    """The same for the agency that was chosen from the menu."""
    return await _preview(desk, press, press.choices[0])


async def _preview(desk: Desk, press: Press, key: str) -> Answer:
    number = IncidentId(press.number)
    shown = questions.preview(desk.db, desk.tools, press.person, number, key, desk.clock())
    return await _shown(press, shown)


async def choose(desk: Desk, press: Press) -> Answer:
    """OPD lain: the agencies, a page at a time."""
    number, page = IncidentId(press.number), _page(press)
    return await _shown(press, questions.choose(desk.db, desk.tools, press.person, number, page))


async def ask(desk: Desk, press: Press) -> Answer:
    """One tap on a kind sends the question."""
    here = Chat(press.spot.chat_id, "", thread_id=press.spot.thread_id)
    kind, key = press.choices
    number = IncidentId(press.number)
    answer = desk.after(
        questions.ask(desk.db, desk.tools, press.person, number, kind, key, here, desk.clock())
    )
    return await _ended(press, answer)


async def ask_answer(desk: Desk, press: Press) -> Answer:
    """Jawab: ask for the words; the question is a row, so its answer survives a restart."""
    number = QuestionId(press.number)
    found = questions.answerable(desk.db, desk.tools, press.person, number)
    if isinstance(found, Answer):
        return found
    issue = questions.issue_name(desk.db, desk.tools, found)
    asked = words.answer_question(found, issue)
    return await prompting.put(desk, press, ANSWER, press.number, asked, words.HINT)


async def take_answer(desk: Desk, reply: Reply) -> Answer:
    """The agency's words, in a reply to the question of :func:`ask_answer`."""
    number = QuestionId(reply.prompt.subject_id)
    return desk.after(
        questions.answer(desk.db, desk.tools, reply.person, number, reply.text, desk.clock())
    )


async def offer_move(desk: Desk, press: Press) -> Answer:
    """Bukan urusan kami: the agencies, a page at a time."""
    number, page = QuestionId(press.number), _page(press)
    return await _shown(press, questions.move_menu(desk.db, desk.tools, press.person, number, page))


async def move(desk: Desk, press: Press) -> Answer:
    """Bukan urusan kami, ke ..."""
    number = QuestionId(press.number)
    answer = desk.after(
        questions.move(desk.db, desk.tools, press.person, number, press.choices[0], desk.clock())
    )
    return await _ended(press, answer)


async def withdraw(desk: Desk, press: Press) -> Answer:
    """Batalkan."""
    number = QuestionId(press.number)
    return desk.after(questions.withdraw(desk.db, press.person, number, desk.clock()))


def _page(press: Press) -> int:
    return int(press.choices[0]) if press.choices else 0


async def _shown(press: Press, shown: Message | Answer) -> Answer:
    """Put a menu below the message that was pressed."""
    if isinstance(shown, Answer):
        return shown
    await talk.say(press.bot, press.spot, shown)
    return Answer(answers.CHOOSE, done=True)


async def _ended(press: Press, answer: Answer) -> Answer:
    """What was decided takes the place of its menu."""
    if answer.done:
        await talk.end_menu(press.bot, press.spot, answer.text)
    return answer
