"""/kepekaan: anybody registered may look, admins may choose how many alerts a day there may be."""

from __future__ import annotations

from typing import cast

from telegram import Message, Update, User

from monitor.bot import talk
from monitor.bot.desk import Context, Desk
from monitor.bot.press import Press
from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.messages import Message as Words
from monitor.messages import answers
from monitor.messages.sensitivity import CHOICES, CHOSEN, sensitivity
from monitor.steps.answer import Answer
from monitor.steps.budget import MOST, alerts_lately, keep_budget, most_a_day, told_lessons
from monitor.store import choices


async def on_sensitivity(desk: Desk, update: Update, context: Context) -> None:
    """/kepekaan."""
    user, message = cast(User, update.effective_user), cast(Message, update.effective_message)
    known = desk.person(user.id) is not None
    words = _now(desk) if known else answers.said(answers.NOT_REGISTERED)
    await talk.say(context.bot, talk.spot_of(message), words)


async def choose(desk: Desk, press: Press) -> Answer:
    """A number of alerts a day."""
    if not allowed(press.person.roles, Action.TUNE):
        return Answer(answers.not_allowed(roles_for(Action.TUNE)))
    if press.number not in CHOICES:
        return Answer(answers.STALE_BUTTON)
    choices.choose(desk.db, MOST, str(press.number), press.person.name, desk.clock())
    await talk.say(press.bot, press.spot, _now(desk))
    desk.wake()
    return Answer(CHOSEN, done=True)


def _now(desk: Desk) -> Words:
    kept = keep_budget(desk.db, desk.tools, desk.clock())
    most = most_a_day(desk.db, desk.tools)
    told = told_lessons(desk.db, desk.tools, desk.clock())
    if kept is None:
        came = alerts_lately(desk.db, desk.tools, desk.clock())
        return sensitivity(most, 1.0, None, came, told)
    return sensitivity(most, kept.times, kept.alerts, kept.plain, told)
