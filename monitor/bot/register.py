"""/undang, /serahterima, /orang, and the links that make somebody a person of the register.

Private chats only: a link in a group would be everybody's, and the register is nobody else's
business.
"""

from __future__ import annotations

from typing import cast

from telegram import Message, Update, User
from telegram.constants import ChatType
from telegram.helpers import create_deep_linked_url

from monitor.bot import commands, prompting, talk
from monitor.bot.desk import Context, Desk
from monitor.bot.press import Press, Reply
from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.messages import Message as Words
from monitor.messages import answers
from monitor.messages import register as words
from monitor.records import PersonId, Role
from monitor.steps import register
from monitor.steps.answer import Answer
from monitor.steps.register import Made
from monitor.store import incidents, people

INVITE = "invite"
HAND_OVER = "handover"


async def on_start(desk: Desk, update: Update, context: Context) -> None:
    """/start, and /start CODE of an invitation."""
    if not context.args:
        await commands.on_help(desk, update, context)
        return
    message, user = cast(Message, update.effective_message), cast(User, update.effective_user)
    if not _private(message):
        said = answers.said(words.LINK_IN_PRIVATE)
    else:
        joined = register.join(desk.db, desk.tools, context.args[0], user.id, desk.clock())
        if isinstance(joined, Answer):
            said = answers.said(joined.text)
        else:
            people.reachable(desk.db, user.id, desk.clock(), private=True)
            desk.wake()
            said = words.welcome(joined)
    await talk.say(context.bot, talk.spot_of(message), said)


async def on_invite(desk: Desk, update: Update, context: Context) -> None:
    """/undang: who shall be invited as what."""
    refusal = _refusal(desk, update, Action.INVITE)
    message = cast(Message, update.effective_message)
    said = answers.said(refusal) if refusal else words.role_menu()
    await talk.say(context.bot, talk.spot_of(message), said)


async def on_people(desk: Desk, update: Update, context: Context) -> None:
    """/orang: who is registered."""
    refusal = _refusal(desk, update, Action.INVITE)
    message = cast(Message, update.effective_message)
    said = answers.said(refusal) if refusal else words.register(people.every(desk.db), 0)
    await talk.say(context.bot, talk.spot_of(message), said)


async def on_hand_over(desk: Desk, update: Update, context: Context) -> None:
    """/serahterima: one's own task, or, for admins, anybody's."""
    refusal = _refusal(desk, update, Action.READ)
    message, user = cast(Message, update.effective_message), cast(User, update.effective_user)
    spot = talk.spot_of(message)
    person = desk.person(user.id)
    if refusal or person is None:
        await talk.say(context.bot, spot, answers.said(refusal or answers.NOT_REGISTERED))
    elif allowed(person.roles, Action.INVITE):
        menu = words.successor_menu(person, people.every(desk.db), 0)
        await talk.say(context.bot, spot, menu)
    else:
        press = Press(person, int(person.id), (), spot, context.bot)
        await ask_successor(desk, press)


def _refusal(desk: Desk, update: Update, action: Action) -> str | None:
    person = desk.person(cast(User, update.effective_user).id)
    if person is None:
        return answers.NOT_REGISTERED
    if not _private(cast(Message, update.effective_message)):
        return words.PRIVATE_ONLY
    # Handing over is everybody's own business, whatever the role.
    free = action is Action.READ or allowed(person.roles, action)
    return None if free else answers.not_allowed(roles_for(action))


def _private(message: Message) -> bool:
    return message.chat.type == ChatType.PRIVATE


async def choose_role(desk: Desk, press: Press) -> Answer:
    """Undang, first tap: the role."""
    refusal = _not_admin(press)
    if refusal:
        return refusal
    role = words.role_of(press.number)
    if role is None:
        return Answer(answers.STALE_BUTTON)
    if role is not Role.OPD:
        return await _ask_name(desk, press, role, None)
    known = [desk.tools.knowledge.routes.opd(n) for n in register.opd_names(desk.tools.knowledge)]
    await talk.say(press.bot, press.spot, words.opd_menu([(o.key, o.short) for o in known]))
    return Answer(answers.CHOOSE, done=True)


async def choose_opd(desk: Desk, press: Press) -> Answer:
    """Undang, second tap for a contact: the agency."""
    refusal = _not_admin(press)
    if refusal:
        return refusal
    opd = desk.tools.knowledge.routes.by_key(press.choices[0])
    if opd is None:
        return Answer(answers.STALE_BUTTON)
    return await _ask_name(desk, press, Role.OPD, opd.short)


async def _ask_name(desk: Desk, press: Press, role: Role, opd: str | None) -> Answer:
    # The kind of the question carries what was chosen: nothing is remembered elsewhere.
    kind = ":".join(filter(None, (INVITE, role.value, opd)))
    return await _ask(desk, press, kind, words.name_question(role, opd))


async def take_name(desk: Desk, reply: Reply) -> Answer:
    """Undang, last step: the name; the link comes back."""
    _, role, *opd = reply.prompt.kind.split(":", 2)
    made = register.invite(
        desk.db, reply.person, reply.text, Role(role), opd[0] if opd else None, desk.clock()
    )
    return await _give_link(desk, reply, made)


async def turn_successors(desk: Desk, press: Press) -> Answer:
    """Serah terima: another page of people."""
    menu = words.successor_menu(press.person, people.every(desk.db), press.number)
    return _not_admin(press) or await _turn(press, menu)


async def ask_successor(desk: Desk, press: Press) -> Answer:
    """Serah terima: ask who takes over from this person."""
    old = people.get(desk.db, PersonId(press.number))
    if old is None:
        return Answer(answers.GONE)
    own = old.id == press.person.id
    refusal = _forged(press) if own else _not_admin(press)
    if refusal or not old.active:
        return refusal or Answer(words.NO_SUCCESSOR_OF)
    question = words.successor_question(old, own=own)
    return await _ask(desk, press, HAND_OVER, question)


async def take_successor(desk: Desk, reply: Reply) -> Answer:
    """Serah terima, last step: the name; the link comes back."""
    old = people.get(desk.db, PersonId(reply.prompt.subject_id))
    assert old is not None  # people are never deleted
    made = register.hand_over(desk.db, reply.person, old, reply.text, desk.clock())
    return await _give_link(desk, reply, made)


async def turn_page(desk: Desk, press: Press) -> Answer:
    """Orang: another page, or back from a menu."""
    listed = words.register(people.every(desk.db), press.number)
    return _not_admin(press) or await _turn(press, listed)


async def offer_removal(desk: Desk, press: Press) -> Answer:
    """Nonaktifkan: whom."""
    menu = words.removal_menu(people.every(desk.db), press.number)
    return _not_admin(press) or await _turn(press, menu)


async def confirm_removal(desk: Desk, press: Press) -> Answer:
    """Nonaktifkan: really."""
    refusal = _not_admin(press)
    if refusal:
        return refusal
    person = people.get(desk.db, PersonId(press.number))
    if person is None:
        return Answer(answers.GONE)
    if not person.active:
        return Answer(words.REMOVED_ALREADY)
    held = sum(one.holder == person.name for one in incidents.live(desk.db))
    return await _turn(press, words.removal_question(person, held))


async def remove(desk: Desk, press: Press) -> Answer:
    """Nonaktifkan, last tap."""
    if _forged(press):
        return Answer(answers.STALE_BUTTON)
    answer = desk.after(
        register.remove(desk.db, press.person, PersonId(press.number), desk.clock())
    )
    if answer.done:
        await talk.end_menu(press.bot, press.spot, answer.text)
    return answer


def _not_admin(press: Press) -> Answer | None:
    if not allowed(press.person.roles, Action.INVITE):
        return Answer(answers.not_allowed(roles_for(Action.INVITE)))
    return _forged(press)


def _forged(press: Press) -> Answer | None:
    """These buttons stand in private chats only, whose numbers are above zero."""
    return None if press.spot.chat_id > 0 else Answer(answers.STALE_BUTTON)


async def _turn(press: Press, menu: Words) -> Answer:
    await talk.turn(press.bot, press.spot, menu)
    return Answer(answers.CHOOSE, done=True)


async def _ask(desk: Desk, press: Press, kind: str, question: Words) -> Answer:
    return await prompting.put(desk, press, kind, press.number, question, words.NAME_HINT)


async def _give_link(desk: Desk, reply: Reply, made: Made | Answer) -> Answer:
    if isinstance(made, Answer):
        return made
    link = create_deep_linked_url(reply.bot.username, made.code)
    told = words.invitation(made.invite, link, desk.tools.zone, desk.clock(), again=made.again)
    await talk.say(reply.bot, reply.spot, told)
    return Answer("", done=True)
