"""Lainnya: the menu of what a card has no room for."""

from __future__ import annotations

from monitor.bot import talk
from monitor.bot.desk import Desk
from monitor.bot.press import Press
from monitor.incidents import Action
from monitor.messages import answers
from monitor.messages.more import more_menu
from monitor.records import IncidentId
from monitor.steps.answer import Answer
from monitor.steps.gate import live_for


async def offer(desk: Desk, press: Press) -> Answer:
    """Put the menu below the card; each entry checks its own roles again."""
    incident = live_for(desk.db, press.person, IncidentId(press.number), Action.HAND_OVER)
    if isinstance(incident, Answer):
        return incident
    name = desk.tools.issue(incident.topic).name
    await talk.say(press.bot, press.spot, more_menu(incident, name))
    return Answer(answers.CHOOSE, done=True)
