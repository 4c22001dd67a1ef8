"""Admins: hide a comment from the public, with a reason, and show it again."""

from __future__ import annotations

from monitor.bot import talk
from monitor.bot.desk import Desk
from monitor.bot.press import Press
from monitor.messages import answers
from monitor.messages.hiding import second_confirmation
from monitor.records import CommentId
from monitor.steps import hiding
from monitor.steps.answer import Answer
from monitor.steps.hiding import Asked


async def offer(desk: Desk, press: Press) -> Answer:
    """Sembunyikan komentar: why, in a message below the draft."""
    found = hiding.menu(desk.db, desk.tools, press.person, CommentId(press.number))
    if isinstance(found, Answer):
        return found
    await talk.say(press.bot, press.spot, found)
    return Answer(answers.CHOOSE, done=True)


async def choose_reason(desk: Desk, press: Press) -> Answer:
    """A reason: surely?"""
    number, (code,) = CommentId(press.number), press.choices
    found = hiding.confirmation(desk.db, desk.tools, press.person, number, code)
    if isinstance(found, Answer):
        return found
    await talk.turn(press.bot, press.spot, found)
    return Answer(answers.CHOOSE, done=True)


async def hide(desk: Desk, press: Press) -> Answer:
    """Ya, sembunyikan."""
    return await _hide(desk, press, sure=False)


async def hide_still(desk: Desk, press: Press) -> Answer:
    """Ya, tetap sembunyikan: a complaint about a live issue."""
    return await _hide(desk, press, sure=True)


async def _hide(desk: Desk, press: Press, *, sure: bool) -> Answer:
    number, (code,) = CommentId(press.number), press.choices
    found = hiding.hide(desk.db, desk.tools, press.person, number, code, desk.clock(), sure=sure)
    if isinstance(found, Asked):
        question = second_confirmation(press.number, code, found.question)
        await talk.turn(press.bot, press.spot, question)
        return Answer(answers.CHOOSE, done=True)
    if desk.after(found).done:
        await talk.end_menu(press.bot, press.spot, found.text)
    return found


async def cancel(desk: Desk, press: Press) -> Answer:
    """Batal."""
    answer = hiding.cancel(press.person)
    if answer.done:
        await talk.end_menu(press.bot, press.spot, answer.text)
    return answer


async def show(desk: Desk, press: Press) -> Answer:
    """Tampilkan lagi."""
    number = CommentId(press.number)
    return desk.after(hiding.show(desk.db, desk.tools, press.person, number, desk.clock()))
