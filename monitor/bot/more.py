"""Lainnya: the menu of what a card has no room for."""

from __future__ import annotations

from monitor.bot import talk
from monitor.bot.desk import Desk
from monitor.bot.press import Press
from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.messages import answers
from monitor.messages.more import more_menu
from monitor.records import IncidentId
from monitor.steps.answer import Answer
from monitor.store import incidents


async def offer(desk: Desk, press: Press) -> Answer:
    """Put the menu below the card; each entry checks its own roles again."""
    if not allowed(press.person.roles, Action.HAND_OVER):
        return Answer(answers.not_allowed(roles_for(Action.HAND_OVER)))
    incident = incidents.get(desk.db, IncidentId(press.number))
    if incident is None:
        return Answer(answers.GONE)
    if incident.state.ended:
        return Answer(answers.already(incident.holder))
    name = desk.tools.issue(incident.topic).name
    await talk.say(press.bot, press.spot, more_menu(incident, name))
    return Answer(answers.CHOOSE, done=True)
