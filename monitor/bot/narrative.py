"""/narasi: the statements that hold; admins make new ones step by step.

Each step is a row before the next question is put: the draft with what is known of it, or a
question whose kind carries the topic. What was begun goes on after a restart, from /narasi too.
"""

from __future__ import annotations

from typing import cast

from telegram import Message, Update, User

from monitor.bot import prompting, talk
from monitor.bot.desk import Context, Desk
from monitor.bot.press import Press, Reply
from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.messages import Message as Words
from monitor.messages import answers
from monitor.messages import narrative as words
from monitor.records import Chat, NarrativeId, NarrativeState
from monitor.steps import narrate, restating
from monitor.steps.answer import Answer
from monitor.store import narratives

TOPIC, FACTS, LINK = "ntopic", "nfacts", "nlink"
_HINTS = {TOPIC: words.TOPIC_HINT, FACTS: words.FACTS_HINT, LINK: words.LINK_HINT}


async def on_narrative(desk: Desk, update: Update, context: Context) -> None:
    """/narasi."""
    person = desk.person(cast(User, update.effective_user).id)
    message = cast(Message, update.effective_message)
    if person is None:
        shown = answers.said(answers.NOT_REGISTERED)
    else:
        shown = narrate.listing(desk.db, desk.tools, person, desk.clock())
    await talk.say(context.bot, talk.spot_of(message), shown)


async def offer_topics(desk: Desk, press: Press) -> Answer:
    """Buat baru: about which issue."""
    if not allowed(press.person.roles, Action.STATE):
        return _not_admin()
    await talk.say(press.bot, press.spot, words.topic_menu(desk.tools.knowledge.taxonomy))
    return Answer(answers.CHOOSE, done=True)


async def choose_issue(desk: Desk, press: Press) -> Answer:
    """An issue of the menu: ask for the facts."""
    if not allowed(press.person.roles, Action.STATE):
        return _not_admin()
    topic = press.choices[0]
    if topic not in desk.tools.knowledge.taxonomy:
        return Answer(answers.STALE_BUTTON)
    return await _ask_facts(desk, press, topic)


async def ask_topic(desk: Desk, press: Press) -> Answer:
    """Topik lain: ask for its words."""
    if not allowed(press.person.roles, Action.STATE):
        return _not_admin()
    return await _ask(desk, press, TOPIC, 0, words.TOPIC_QUESTION)


async def take_topic(desk: Desk, reply: Reply) -> Answer:
    """The words of a free topic: ask for the facts."""
    if not allowed(reply.person.roles, Action.STATE):
        return _not_admin()
    topic = narrate.free_topic(desk.tools, reply.text)
    if topic is None:
        return Answer(words.BAD_TOPIC, again=True)
    await _ask_facts(desk, reply, topic)
    return Answer("", done=True)


async def take_facts(desk: Desk, reply: Reply) -> Answer:
    """The facts, one a line: keep the draft and ask for the link."""
    topic = reply.prompt.kind.partition(":")[2]
    made = narrate.propose(desk.db, desk.tools, reply.person, topic, reply.text, desk.clock())
    if isinstance(made, Answer):
        return made
    await _go_on(desk, reply, made)
    return Answer("", done=True)


async def take_link(desk: Desk, reply: Reply) -> Answer:
    """The official link: ask until when it holds."""
    number = NarrativeId(reply.prompt.subject_id)
    stored = narrate.put_link(desk.db, desk.tools, reply.person, number, reply.text, desk.clock())
    if stored.done:
        await _go_on(desk, reply, number)
    return stored


async def go_on(desk: Desk, press: Press) -> Answer:
    """Lanjutkan, Ganti masa berlaku: the next question of a draft."""
    if not allowed(press.person.roles, Action.STATE):
        return _not_admin()
    draft = narratives.get(desk.db, NarrativeId(press.number))
    if draft is None or draft.state is not NarrativeState.DRAFT:
        return Answer(answers.GONE if draft is None else words.DECIDED)
    await _go_on(desk, press, draft.id)
    return Answer(answers.ANSWER_BELOW, done=True)


async def choose_until(desk: Desk, press: Press) -> Answer:
    """Hari ini, 3 hari ...: the draft is whole, and its preview goes to the admins."""
    days = int(press.choices[0])
    if days not in words.LENGTHS:
        return Answer(answers.STALE_BUTTON)
    number = NarrativeId(press.number)
    answer = desk.after(
        narrate.put_until(
            desk.db, desk.tools, press.person, number, days, _here(press), desk.clock()
        )
    )
    if answer.done:
        await talk.end_menu(press.bot, press.spot, words.READY)
    return answer


async def approve(desk: Desk, press: Press) -> Answer:
    """Setujui & sebarkan."""
    number, seen = NarrativeId(press.number), press.choices[0]
    return desk.after(narrate.approve(desk.db, press.person, number, desk.clock(), seen))


async def confirm_withdrawal(desk: Desk, press: Press) -> Answer:
    """Cabut, first tap."""
    if not allowed(press.person.roles, Action.STATE):
        return _not_admin()
    found = narratives.get(desk.db, NarrativeId(press.number))
    if found is None or found.state is not NarrativeState.VALID:
        return Answer(answers.GONE if found is None else words.NOT_VALID)
    await talk.say(press.bot, press.spot, words.withdraw_question(found))
    return Answer(answers.CHOOSE, done=True)


async def withdraw(desk: Desk, press: Press) -> Answer:
    """Cabut, second tap; Buang."""
    number = NarrativeId(press.number)
    return desk.after(narrate.withdraw(desk.db, press.person, number, desk.clock()))


async def read(desk: Desk, press: Press) -> Answer:
    """Sudah dibaca."""
    number = NarrativeId(press.number)
    return desk.after(narrate.read(desk.db, press.person, number, desk.clock()))


async def open_one(desk: Desk, press: Press) -> Answer:
    """Buka: one statement with its buttons, below the list."""
    shown = narrate.opened(desk.db, desk.tools, press.person, NarrativeId(press.number))
    if isinstance(shown, Answer):
        return shown
    await talk.say(press.bot, press.spot, shown)
    return Answer(words.BELOW, done=True)


async def put_into_replies(desk: Desk, press: Press) -> Answer:
    """Pakai di balasan."""
    number = NarrativeId(press.number)
    made = restating.put_into_replies(
        desk.db, desk.tools, press.person, number, _here(press), desk.clock()
    )
    if isinstance(made, Answer):
        return desk.after(made)
    await talk.say(press.bot, press.spot, made)
    return Answer(words.NO_USE, done=True)


def _here(press: Press) -> Chat:
    return Chat(press.spot.chat_id, "", thread_id=press.spot.thread_id)


def _not_admin() -> Answer:
    return Answer(answers.not_allowed(roles_for(Action.STATE)))


async def _go_on(desk: Desk, at: Press | Reply, number: NarrativeId) -> None:
    """Ask what a draft still needs: its link, or until when it holds."""
    draft = narratives.get(desk.db, number)
    assert draft is not None  # statements are never deleted
    if draft.link:
        await talk.say(at.bot, at.spot, words.until_menu(draft))
        return
    await _ask(desk, at, LINK, int(number), words.link_question(draft.title))


async def _ask_facts(desk: Desk, at: Press | Reply, topic: str) -> Answer:
    # The kind of the question carries the topic: nothing is remembered elsewhere.
    question = words.facts_question(narrate.title_of(desk.tools, topic))
    return await _ask(desk, at, f"{FACTS}:{topic}", 0, question)


async def _ask(
    desk: Desk, at: Press | Reply, kind: str, subject_id: int, question: Words
) -> Answer:
    hint = _HINTS[kind.partition(":")[0]]
    return await prompting.put(desk, at, kind, subject_id, question, hint)
