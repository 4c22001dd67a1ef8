"""/isu and /tanya: figures for everybody who is registered, in groups and in private."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from telegram import Message, Update, User

from monitor.bot import talk
from monitor.bot.desk import Context, Desk
from monitor.incidents import Action, allowed
from monitor.incidents.lifecycle import roles_for
from monitor.messages import Message as Words
from monitor.messages import answers
from monitor.messages.asking import NOTHING_ASKED
from monitor.steps import asking

_MOST_WORDS = 300  # characters of a question that are looked at


async def on_issue(desk: Desk, update: Update, context: Context) -> None:
    """/isu, and /isu with a word."""
    text = _text(update)
    await _answer(
        desk,
        update,
        context,
        lambda: (
            asking.issue_now(desk.db, desk.tools, text, desk.clock())
            if text
            else asking.issues_now(desk.db, desk.tools, desk.clock())
        ),
    )


async def on_question(desk: Desk, update: Update, context: Context) -> None:
    """/tanya with free words."""
    text = _text(update)
    await _answer(
        desk,
        update,
        context,
        lambda: (
            asking.answer_to(desk.db, desk.tools, text, desk.clock())
            if text
            else Words(NOTHING_ASKED)
        ),
    )


async def _answer(
    desk: Desk, update: Update, context: Context, answer: Callable[[], Words]
) -> None:
    person = desk.person(cast(User, update.effective_user).id)
    if person is None:
        said = answers.said(answers.NOT_REGISTERED)
    elif not allowed(person.roles, Action.ASK):
        said = answers.said(answers.not_allowed(roles_for(Action.ASK)))
    else:
        said = answer()
    message = cast(Message, update.effective_message)
    await talk.say(context.bot, talk.spot_of(message), said)


def _text(update: Update) -> str:
    message = cast(Message, update.effective_message)
    words = (message.text or "").split(maxsplit=1)
    return words[1].strip()[:_MOST_WORDS] if len(words) > 1 else ""
