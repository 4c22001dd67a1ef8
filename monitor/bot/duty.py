"""Humas on duty: take an incident, silence it, end it, ask for suggested replies."""

from __future__ import annotations

from monitor.bot import talk
from monitor.bot.desk import Desk
from monitor.bot.press import Press
from monitor.errors import Refused
from monitor.incidents import Action, next_state
from monitor.messages import answers
from monitor.records import Chat, IncidentId
from monitor.steps import decide, decide_drafts
from monitor.steps.answer import Answer
from monitor.steps.gate import incident_for


async def take(desk: Desk, press: Press) -> Answer:
    """Tangani."""
    return desk.after(decide.take(desk.db, press.person, IncidentId(press.number), desk.clock()))


async def resolve(desk: Desk, press: Press) -> Answer:
    """Selesai."""
    return desk.after(decide.resolve(desk.db, press.person, IncidentId(press.number), desk.clock()))


async def dismiss(desk: Desk, press: Press) -> Answer:
    """Bukan krisis."""
    return desk.after(decide.dismiss(desk.db, press.person, IncidentId(press.number), desk.clock()))


async def offer_silence(desk: Desk, press: Press) -> Answer:
    """Senyapkan, first tap: lengths and reasons, in a message below the card."""
    incident = incident_for(desk.db, press.person, IncidentId(press.number), Action.SILENCE)
    if isinstance(incident, Answer):
        return incident
    try:
        next_state(incident, Action.SILENCE)
    except Refused as refused:
        return Answer(answers.already(refused.holder))
    menu = answers.silence_menu(incident, desk.tools.issue(incident.topic).name)
    await talk.say(press.bot, press.spot, menu)
    return Answer(answers.CHOOSE, done=True)


async def silence(desk: Desk, press: Press) -> Answer:
    """Senyapkan, second tap: this long, for this reason."""
    at, code = int(press.choices[0]), press.choices[1]
    if at >= len(answers.SILENCES) or code not in answers.SILENCE_REASONS:
        return Answer(answers.STALE_BUTTON)
    length, reason = answers.SILENCES[at][1], answers.SILENCE_REASONS[code]
    number = IncidentId(press.number)
    answer = desk.after(
        decide.silence(desk.db, desk.tools, press.person, number, length, reason, desk.clock())
    )
    if answer.done:
        await talk.end_menu(press.bot, press.spot, answer.text)
    return answer


async def show_drafts(desk: Desk, press: Press) -> Answer:
    """Saran balasan: into the chat and topic where the button was pressed."""
    here = Chat(press.spot.chat_id, "", thread_id=press.spot.thread_id)
    number = IncidentId(press.number)
    return desk.after(
        decide_drafts.show_drafts(desk.db, desk.tools, press.person, number, [here], desk.clock())
    )
