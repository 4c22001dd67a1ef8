"""Corrections where the label is read: a menu, and the tap that corrects."""

from __future__ import annotations

from monitor.bot import talk
from monitor.bot.desk import Desk
from monitor.bot.press import Press
from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.messages import answers
from monitor.records import CommentId, LabelField
from monitor.steps import decide
from monitor.steps.answer import Answer
from monitor.store import predictions


async def offer(desk: Desk, press: Press) -> Answer:
    """Salah label, first tap: all sentiments and issues, in a message below."""
    if not allowed(press.person.roles, Action.LABEL):
        return Answer(answers.not_allowed(roles_for(Action.LABEL)))
    known = predictions.get(desk.db, CommentId(press.number))
    if known is None:
        return Answer(answers.GONE)
    issues = desk.tools.knowledge.taxonomy
    words = known.prediction.masked
    menu = answers.label_menu(press.number, words, known.sentiment, known.issue, issues)
    await talk.say(press.bot, press.spot, menu)
    return Answer(answers.CHOOSE, done=True)


async def sentiment(desk: Desk, press: Press) -> Answer:
    """Second tap: the sentiment that is right."""
    return await _correct(desk, press, LabelField.SENTIMENT)


async def issue(desk: Desk, press: Press) -> Answer:
    """Second tap: the issue that is right."""
    return await _correct(desk, press, LabelField.ISSUE)


async def _correct(desk: Desk, press: Press, field: LabelField) -> Answer:
    number, value = CommentId(press.number), press.choices[0]
    answer = desk.after(
        decide.label(desk.db, desk.tools, press.person, number, field, value, desk.clock())
    )
    if answer.done:
        await talk.end_menu(press.bot, press.spot, answer.text)
    return answer
