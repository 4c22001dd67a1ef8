"""Isu baru?: a theme becomes an issue, goes into one, or is ignored; see ``decide_new_issue``."""

from __future__ import annotations

from monitor.bot import prompting, talk
from monitor.bot.desk import Desk
from monitor.bot.press import Press, Reply
from monitor.messages import answers
from monitor.messages import new_issue as words
from monitor.records.new_issue import NewIssueId
from monitor.steps import decide_new_issue as decide
from monitor.steps.answer import Answer
from monitor.steps.new_issues import view

NAME = "issuename"


async def ask_name(desk: Desk, press: Press) -> Answer:
    """Jadikan isu: ask what it shall be called."""
    found = decide.waiting(desk.db, press.person, NewIssueId(press.number))
    if isinstance(found, Answer):
        return found
    question = words.name_question(view(desk.db, desk.tools, found))
    return await prompting.put(desk, press, NAME, press.number, question, words.HINT)


async def take_name(desk: Desk, reply: Reply) -> Answer:
    """Its name: ask whose business it is."""
    number = NewIssueId(reply.prompt.subject_id)
    called = decide.call_it(desk.db, desk.tools, reply.person, number, reply.text, desk.clock())
    if isinstance(called, Answer):
        return called
    await talk.say(reply.bot, reply.spot, words.opd_menu(called, decide.opds(desk.tools)))
    return Answer("", done=True)


async def choose_opd(desk: Desk, press: Press) -> Answer:
    """An agency: with that it is decided."""
    number, opd = NewIssueId(press.number), press.choices[0]
    answer = desk.after(decide.make(desk.db, desk.tools, press.person, number, opd, desk.clock()))
    return await _end(press, answer)


async def offer_issues(desk: Desk, press: Press) -> Answer:
    """Masuk ke isu: all issues, in a message below."""
    found = decide.waiting(desk.db, press.person, NewIssueId(press.number))
    if isinstance(found, Answer):
        return found
    theme = view(desk.db, desk.tools, found)
    await talk.say(press.bot, press.spot, words.issue_menu(theme, desk.tools.knowledge.taxonomy))
    return Answer(answers.CHOOSE, done=True)


async def choose_issue(desk: Desk, press: Press) -> Answer:
    """An issue of the menu."""
    number, issue = NewIssueId(press.number), press.choices[0]
    answer = desk.after(
        decide.merge(desk.db, desk.tools, press.person, number, issue, desk.clock())
    )
    return await _end(press, answer)


async def ignore(desk: Desk, press: Press) -> Answer:
    """Abaikan."""
    number = NewIssueId(press.number)
    return desk.after(decide.ignore(desk.db, press.person, number, desk.clock()))


async def _end(press: Press, answer: Answer) -> Answer:
    if answer.done:
        await talk.end_menu(press.bot, press.spot, answer.text)
    return answer
