"""Teruskan ke LAPOR!/PPID: forms, ticket numbers, and systems that are down."""

from __future__ import annotations

from monitor.bot import prompting, talk
from monitor.bot.desk import Desk
from monitor.bot.press import Press, Reply
from monitor.messages import answers
from monitor.messages import handoff as words
from monitor.records import Chat, CommentId, HandoffId, IncidentId
from monitor.steps import handoff
from monitor.steps.answer import Answer

TICKET = "ticket"


async def offer(desk: Desk, press: Press) -> Answer:
    """Teruskan: which system gets what."""
    shown = handoff.offer(desk.db, desk.tools, press.person, IncidentId(press.number))
    if isinstance(shown, Answer):
        return shown
    await talk.say(press.bot, press.spot, shown)
    return Answer(answers.CHOOSE, done=True)


async def make(desk: Desk, press: Press) -> Answer:
    """The form about the whole incident, or about one comment."""
    here = Chat(press.spot.chat_id, "", thread_id=press.spot.thread_id)
    key, *rest = press.choices
    comment = CommentId(int(rest[0])) if rest else None
    number = IncidentId(press.number)
    answer = desk.after(
        handoff.make(desk.db, desk.tools, press.person, number, key, comment, here, desk.clock())
    )
    if answer.done:
        await talk.end_menu(press.bot, press.spot, answer.text)
    return answer


async def ask_ticket(desk: Desk, press: Press) -> Answer:
    """Nomor tiket: ask for it; the question is a row, so its answer survives a restart."""
    found = handoff.pending(desk.db, desk.tools, press.person, HandoffId(press.number))
    if isinstance(found, Answer):
        return found
    question = words.ticket_question(*found)
    return await prompting.put(desk, press, TICKET, press.number, question, words.HINT)


async def take_ticket(desk: Desk, reply: Reply) -> Answer:
    """The number, in a reply to the question of :func:`ask_ticket`."""
    number = HandoffId(reply.prompt.subject_id)
    return desk.after(
        handoff.ticket(desk.db, desk.tools, reply.person, number, reply.text, desk.clock())
    )


async def wait(desk: Desk, press: Press) -> Answer:
    """Sistem sedang turun."""
    number = HandoffId(press.number)
    return desk.after(handoff.wait(desk.db, desk.tools, press.person, number, desk.clock()))
