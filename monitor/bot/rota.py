"""/jaga: who is on duty; one tap moves the duty when somebody cannot, another takes it back.

Also Panggil atasan, which calls the next of the chain.
"""

from __future__ import annotations

from typing import cast

from telegram import Message, Update, User
from telegram.constants import ChatType

from monitor.bot import talk
from monitor.bot.desk import Context, Desk
from monitor.bot.press import Press
from monitor.messages import Message as Words
from monitor.messages import answers
from monitor.messages import duty as words
from monitor.records import AbsenceId, IncidentId, Person, PersonId, Role
from monitor.steps import duty
from monitor.steps.answer import Answer
from monitor.steps.escalate import escalate_now
from monitor.store import people


async def on_rota(desk: Desk, update: Update, context: Context) -> None:
    """/jaga."""
    user, message = cast(User, update.effective_user), cast(Message, update.effective_message)
    person = desk.person(user.id)
    alone = message.chat.type == ChatType.PRIVATE
    shown = answers.said(answers.NOT_REGISTERED)
    if person is not None:
        shown = _rota(desk, person if alone else None)
    await talk.say(context.bot, talk.spot_of(message), shown)


def _rota(desk: Desk, asker: Person | None) -> Words:
    view = duty.rota_view(desk.db, desk.tools, desk.clock())
    return answers.said(words.NO_ROTA) if view is None else words.rota(view, asker)


async def be_away(desk: Desk, press: Press) -> Answer:
    """Saya berhalangan hari ini / sampai pergantian: one tap."""
    if press.number > 1:
        return Answer(answers.STALE_BUTTON)
    return desk.after(
        duty.away(desk.db, desk.tools, press.person, desk.clock(), whole_turn=press.number == 1)
    )


async def offer_colleagues(desk: Desk, press: Press) -> Answer:
    """Catat untuk rekan, first tap: who it is."""
    if Role.ADMIN not in press.person.roles:
        return Answer(answers.not_allowed((Role.ADMIN,)))
    found = duty.on_duty_people(desk.db, desk.tools, desk.clock())
    if not found:
        return Answer(words.NO_ROTA_SHORT)
    await talk.say(press.bot, press.spot, words.colleague_menu(found))
    return Answer(words.CHOSEN_PERSON, done=True)


async def colleague_away(desk: Desk, press: Press) -> Answer:
    """Catat untuk rekan, second tap."""
    person = people.get(desk.db, PersonId(press.number))
    if person is None:
        return Answer(answers.GONE)
    answer = desk.after(
        duty.away(
            desk.db,
            desk.tools,
            press.person,
            desk.clock(),
            whole_turn=press.choices[0] == "1",
            who=person.name,
        )
    )
    if answer.done:
        await talk.end_menu(press.bot, press.spot, answer.text)
    return answer


async def come_back(desk: Desk, press: Press) -> Answer:
    """Batalkan."""
    number = AbsenceId(press.number)
    return desk.after(duty.back(desk.db, desk.tools, press.person, number, desk.clock()))


async def call_next(desk: Desk, press: Press) -> Answer:
    """Panggil atasan."""
    number = IncidentId(press.number)
    return desk.after(escalate_now(desk.db, desk.tools, press.person, number, desk.clock()))
