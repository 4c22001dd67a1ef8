"""/latih: one comment at a time, two taps each; the same message becomes the next one.

In private chats only, as everybody has their own item before them. A trainer decides here, too,
what people labelled differently.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from telegram import Message, Update, User
from telegram.constants import ChatType

from monitor.bot import talk
from monitor.bot.desk import Context, Desk
from monitor.bot.press import Press
from monitor.incidents import Action
from monitor.messages import Message as Words
from monitor.messages import answers
from monitor.messages import learning as words
from monitor.messages.learning import TONES, ConflictView
from monitor.records import CommentId, Person, Sentiment
from monitor.steps import labelling
from monitor.steps.answer import Answer

_VIA = "telegram"
_READ = Answer("", done=True)


async def on_learn(desk: Desk, update: Update, context: Context) -> None:
    """/latih."""
    person = desk.person(cast(User, update.effective_user).id)
    message = cast(Message, update.effective_message)
    if person is None:
        shown = answers.said(answers.NOT_REGISTERED)
    elif refused := labelling.refusal(person):
        shown = answers.said(refused.text)
    elif message.chat.type != ChatType.PRIVATE:
        shown = answers.said(words.PRIVATE_ONLY)
    else:
        shown = _next(desk, person)
    await talk.say(context.bot, talk.spot_of(message), shown)


async def choose_tone(desk: Desk, press: Press) -> Answer:
    """First tap: the tone; the issues follow in the same message."""
    refused = labelling.refusal(press.person)
    if refused:
        return refused
    view = labelling.mine(desk.db, desk.tools, press.person, _item(press), desk.clock())
    if view is None:
        return await _passed(desk, press)
    issues, zone = desk.tools.knowledge.taxonomy, desk.tools.zone
    await talk.turn(press.bot, press.spot, words.issue_step(view, _tone(press), issues, zone))
    return _READ


async def turn_issues(desk: Desk, press: Press) -> Answer:
    """Semua isu…: a page of them."""
    refused = labelling.refusal(press.person)
    if refused:
        return refused
    view = labelling.mine(desk.db, desk.tools, press.person, _item(press), desk.clock())
    if view is None:
        return await _passed(desk, press)
    issues, zone = desk.tools.knowledge.taxonomy, desk.tools.zone
    page = int(press.choices[1])
    shown = words.issue_page(view, _tone(press), page, issues, zone)
    await talk.turn(press.bot, press.spot, shown)
    return _READ


async def back_to_tone(desk: Desk, press: Press) -> Answer:
    """Ganti nada: the first tap again."""
    refused = labelling.refusal(press.person)
    if refused:
        return refused
    view = labelling.mine(desk.db, desk.tools, press.person, _item(press), desk.clock())
    if view is None:
        return await _passed(desk, press)
    shown = words.item(view, desk.tools.knowledge.taxonomy, desk.tools.zone)
    await talk.turn(press.bot, press.spot, shown)
    return _READ


async def choose_issue(desk: Desk, press: Press) -> Answer:
    """Second tap: the answer is kept, and the message becomes the next item."""
    choice = (_tone(press).value, press.choices[1])
    now = desk.clock()
    told = labelling.answer(desk.db, desk.tools, press.person, _item(press), choice, _VIA, now)
    return await _after(desk, press, desk.after(told))


async def skip(desk: Desk, press: Press) -> Answer:
    """Lewati."""
    told = labelling.skip(desk.db, press.person, _item(press), _VIA, desk.clock())
    return await _after(desk, press, told)


async def undo(desk: Desk, press: Press) -> Answer:
    """Urungkan: the last answer."""
    told = desk.after(labelling.undo(desk.db, press.person, desk.clock()))
    return await _after(desk, press, told) if told.done else told


async def stop(desk: Desk, press: Press) -> Answer:
    """Berhenti."""
    refused = labelling.refusal(press.person)
    if refused:
        return refused
    labelling.stop(desk.db, press.person)
    done = labelling.done_today(desk.db, desk.tools, press.person, desk.clock())
    goal = desk.tools.settings.training.a_day
    await talk.turn(press.bot, press.spot, words.stopped(done, goal))
    return _READ


async def show_conflict(desk: Desk, press: Press) -> Answer:
    """Putuskan label berbeda, and the way back from another answer."""
    number = _item(press) if press.number else None
    return await _conflict(desk, press, number, words.conflict)


async def take_answer(desk: Desk, press: Press) -> Answer:
    """One of the answers that people gave."""
    refused = labelling.refusal(press.person, Action.TRAIN)
    if refused:
        return refused
    view = labelling.conflict(desk.db, _item(press))
    at = int(press.choices[0])
    if view is None or at >= len(view.answers):
        return await _settled(desk, press, Answer(words.DECIDED_ALREADY))
    tone, issue = view.answers[at]
    return await _settle(desk, press, (tone.value, issue))


async def offer_other(desk: Desk, press: Press) -> Answer:
    """Jawaban lain…: its tone."""
    return await _conflict(desk, press, _item(press), words.conflict_tones)


async def offer_issues(desk: Desk, press: Press) -> Answer:
    """Jawaban lain…: its issue, a page of them."""
    tone, page = _tone(press), int(press.choices[1])
    return await _conflict(
        desk,
        press,
        _item(press),
        lambda view, issues, zone: words.conflict_issues(view, tone, page, issues, zone),
    )


async def take_other(desk: Desk, press: Press) -> Answer:
    """Jawaban lain…: decided."""
    return await _settle(desk, press, (_tone(press).value, press.choices[1]))


async def _settle(desk: Desk, press: Press, choice: tuple[str, str]) -> Answer:
    now = desk.clock()
    told = labelling.settle(desk.db, desk.tools, press.person, _item(press), choice, now)
    if told.text not in (words.DECIDED, words.DECIDED_ALREADY, words.EDITED):
        return told
    return await _settled(desk, press, desk.after(told))


async def _settled(desk: Desk, press: Press, told: Answer) -> Answer:
    """The next conflict; after the last one, what is to be labelled."""
    view = labelling.conflict(desk.db)
    shown = (
        _next(desk, press.person)
        if view is None
        else _disputed(desk, press.person, view, words.conflict)
    )
    await talk.turn(press.bot, press.spot, shown)
    return told


_Render = Callable[..., Words]


async def _conflict(desk: Desk, press: Press, number: CommentId | None, render: _Render) -> Answer:
    refused = labelling.refusal(press.person, Action.TRAIN)
    if refused:
        return refused
    view: ConflictView | None = labelling.conflict(desk.db, number)
    if view is None:
        gone = words.NO_CONFLICTS if number is None else words.DECIDED_ALREADY
        return await _settled(desk, press, Answer(gone))
    await talk.turn(press.bot, press.spot, _disputed(desk, press.person, view, render))
    return _READ


def _disputed(desk: Desk, person: Person, view: ConflictView, render: _Render) -> Words:
    """A conflict in words, which this trainer may decide from now on."""
    labelling.shown(desk.db, person, [view])
    return render(view, desk.tools.knowledge.taxonomy, desk.tools.zone)


def _next(desk: Desk, person: Person) -> Words:
    now, tools = desk.clock(), desk.tools
    view = labelling.next_item(desk.db, tools, person, now)
    if view is not None:
        return words.item(view, tools.knowledge.taxonomy, tools.zone)
    done = labelling.done_today(desk.db, tools, person, now)
    waiting = labelling.open_conflicts(desk.db, person)
    return words.nothing(done, tools.settings.training.a_day, waiting)


async def _passed(desk: Desk, press: Press) -> Answer:
    """An item that is not this person's any more: why, and the next one."""
    told = labelling.why_not(desk.db, press.person, _item(press), desk.clock())
    return await _after(desk, press, Answer(told))


async def _after(desk: Desk, press: Press, told: Answer) -> Answer:
    """The next item in the place of this one, unless the press was refused for the role."""
    if labelling.refusal(press.person) is None and told.text != answers.STALE_BUTTON:
        await talk.turn(press.bot, press.spot, _next(desk, press.person))
    return told


def _item(press: Press) -> CommentId:
    return CommentId(press.number)


def _tone(press: Press) -> Sentiment:
    return TONES[int(press.choices[0])]
