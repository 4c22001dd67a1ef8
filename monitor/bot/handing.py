"""Serahkan ke rekan, from the menu of a live card; Buka lagi, on an ended one."""

from __future__ import annotations

from monitor.bot import talk
from monitor.bot.desk import Desk
from monitor.bot.press import Press
from monitor.messages import answers
from monitor.messages.handing import handing_menu
from monitor.records import IncidentId, PersonId
from monitor.steps import handing
from monitor.steps.answer import Answer


async def offer(desk: Desk, press: Press) -> Answer:
    """First tap: who may take it, in a message below the card."""
    offered = handing.offer(desk.db, press.person, IncidentId(press.number))
    if isinstance(offered, Answer):
        return offered
    incident, colleagues = offered
    name = desk.tools.issue(incident.topic).name
    await talk.say(press.bot, press.spot, handing_menu(incident, name, colleagues))
    return Answer(answers.CHOOSE, done=True)


async def hand_over(desk: Desk, press: Press) -> Answer:
    """Second tap: to this colleague."""
    number, taker = IncidentId(press.number), PersonId(int(press.choices[0]))
    answer = desk.after(
        handing.hand_over(desk.db, desk.tools, press.person, number, taker, desk.clock())
    )
    if answer.done:
        await talk.end_menu(press.bot, press.spot, answer.text)
    return answer


async def reopen(desk: Desk, press: Press) -> Answer:
    """Buka lagi."""
    return desk.after(handing.reopen(desk.db, press.person, IncidentId(press.number), desk.clock()))
