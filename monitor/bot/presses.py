"""Buttons: which press is whose business. The data is what ``monitor.messages`` wrote into them.

Anybody can forge a press, and old messages keep their buttons for ever, so data that does not fit
one of the patterns wholly is answered as an old button.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import cast

from telegram import Bot, CallbackQuery, Message, Update

from monitor.bot import (
    batches,
    candidates,
    drafts,
    duty,
    handing,
    handoffs,
    hiding,
    intake,
    labels,
    learning,
    more,
    narrative,
    new_issues,
    opd,
    register,
    rota,
    sensitivity,
    talk,
)
from monitor.bot.desk import Context, Desk
from monitor.bot.press import Press
from monitor.bot.talk import Spot
from monitor.messages import answers
from monitor.records import ChatId
from monitor.steps.answer import Answer
from monitor.store import notices, people

Handler = Callable[[Desk, Press], Awaitable[Answer]]

# At most 18 digits: the store's numbers have 64 bits.
_ID = "([0-9]{1,18})"
# An agency in data/opd.toml.
_KEY = "[a-z0-9_]{1,24}"
_ACTIONS: tuple[tuple[re.Pattern[str], Handler], ...] = tuple(
    (re.compile(pattern), handler)
    for pattern, handler in (
        (f"ak:{_ID}", duty.take),
        (f"re:{_ID}", duty.resolve),
        (f"di:{_ID}", duty.dismiss),
        (f"si:{_ID}", duty.offer_silence),
        (f"si:{_ID}:([0-9]):([a-z])", duty.silence),
        (f"dr:{_ID}", duty.show_drafts),
        (f"mo:{_ID}", more.offer),
        (f"ho:{_ID}", handing.offer),
        (f"ho:{_ID}:{_ID}", handing.hand_over),
        (f"ro:{_ID}", handing.reopen),
        (f"ok:{_ID}", drafts.approve),
        (f"ok:{_ID}:([0-9a-f]{{8}})", drafts.approve),
        (f"no:{_ID}", drafts.reject),
        (f"ba:{_ID}", batches.approve_all),
        (f"bx:{_ID}", batches.take_out),
        (f"ed:{_ID}", drafts.ask_words),
        (f"us:{_ID}:([yn])", drafts.settle),
        (f"mh:{_ID}", hiding.offer),
        (f"mr:{_ID}:([a-z])", hiding.choose_reason),
        (f"my:{_ID}:([a-z])", hiding.hide),
        (f"mz:{_ID}:([a-z])", hiding.hide_still),
        (f"mx:{_ID}", hiding.cancel),
        (f"ms:{_ID}", hiding.show),
        (f"tb:{_ID}", intake.cancel),
        (f"lb:{_ID}", labels.offer),
        (f"ls:{_ID}:([a-z_]{{1,40}})", labels.sentiment),
        (f"li:{_ID}:([A-Za-z0-9_-]{{1,40}})", labels.issue),
        (f"la:{_ID}:([0-2])", learning.choose_tone),
        (f"lg:{_ID}:([0-2]):([0-9]{{1,2}})", learning.turn_issues),
        (f"lp:{_ID}:([0-2]):([A-Za-z0-9_-]{{1,40}})", learning.choose_issue),
        (f"ln:{_ID}", learning.back_to_tone),
        (f"lk:{_ID}", learning.skip),
        (f"lu:{_ID}", learning.undo),
        (f"lz:{_ID}", learning.stop),
        (f"lc:{_ID}", learning.show_conflict),
        (f"lj:{_ID}:([0-9])", learning.take_answer),
        (f"lo:{_ID}", learning.offer_other),
        (f"lr:{_ID}:([0-2]):([0-9]{{1,2}})", learning.offer_issues),
        (f"lx:{_ID}:([0-2]):([A-Za-z0-9_-]{{1,40}})", learning.take_other),
        (f"kp:{_ID}", sensitivity.choose),
        (f"qo:{_ID}", opd.offer),
        (f"qp:{_ID}:({_KEY})", opd.offer_other),
        (f"qc:{_ID}", opd.choose),
        (f"qc:{_ID}:([0-9]{{1,2}})", opd.choose),
        (f"qs:{_ID}:([a-z]{{1,12}}):({_KEY})", opd.ask),
        (f"qj:{_ID}", opd.ask_answer),
        (f"qk:{_ID}", opd.offer_move),
        (f"qk:{_ID}:([0-9]{{1,2}})", opd.offer_move),
        (f"qm:{_ID}:({_KEY})", opd.move),
        (f"qb:{_ID}", opd.withdraw),
        (f"hf:{_ID}", handoffs.offer),
        (f"hs:{_ID}:([a-z]{{1,12}})", handoffs.make),
        (f"hs:{_ID}:([a-z]{{1,12}}):{_ID}", handoffs.make),
        (f"ht:{_ID}", handoffs.ask_ticket),
        (f"hd:{_ID}", handoffs.wait),
        (f"nb:{_ID}", narrative.offer_topics),
        (f"nt:{_ID}:([A-Za-z0-9_-]{{1,40}})", narrative.choose_issue),
        (f"nl:{_ID}", narrative.ask_topic),
        (f"nc:{_ID}", narrative.go_on),
        (f"nu:{_ID}:([0-9]{{1,2}})", narrative.choose_until),
        (f"na:{_ID}:([0-9a-f]{{8}})", narrative.approve),
        (f"nw:{_ID}", narrative.confirm_withdrawal),
        (f"nx:{_ID}", narrative.withdraw),
        (f"ns:{_ID}", narrative.read),
        (f"nd:{_ID}", narrative.open_one),
        (f"np:{_ID}", narrative.put_into_replies),
        (f"cu:{_ID}", candidates.use),
        (f"cx:{_ID}", candidates.reject),
        (f"bj:{_ID}", new_issues.ask_name),
        (f"bo:{_ID}:({_KEY})", new_issues.choose_opd),
        (f"bm:{_ID}", new_issues.offer_issues),
        (f"bi:{_ID}:([A-Za-z0-9_-]{{1,40}})", new_issues.choose_issue),
        (f"bg:{_ID}", new_issues.ignore),
        (f"es:{_ID}", rota.call_next),
        (f"jg:{_ID}", rota.be_away),
        (f"jr:{_ID}", rota.offer_colleagues),
        (f"ja:{_ID}:([01])", rota.colleague_away),
        (f"jb:{_ID}", rota.come_back),
        (f"ud:{_ID}", register.choose_role),
        (f"uo:{_ID}:([a-z0-9_]{{1,24}})", register.choose_opd),
        (f"st:{_ID}", register.ask_successor),
        (f"sp:{_ID}", register.turn_successors),
        (f"op:{_ID}", register.turn_page),
        (f"od:{_ID}", register.offer_removal),
        (f"of:{_ID}", register.confirm_removal),
        (f"oy:{_ID}", register.remove),
    )
)


async def on_press(desk: Desk, update: Update, context: Context) -> None:
    """Do what a button asks for and answer the press, whatever happens."""
    query = cast(CallbackQuery, update.callback_query)
    answer = Answer(answers.BROKEN)
    try:
        answer = await _react(desk, query, context.bot)
    finally:
        await talk.answer(query, answer)


async def _react(desk: Desk, query: CallbackQuery, bot: Bot) -> Answer:
    person = desk.person(query.from_user.id)
    if person is None:
        return Answer(answers.NOT_REGISTERED)
    spot = _spot(desk, query)
    found = _parse(query.data or "")
    if spot is None or found is None:
        return Answer(answers.STALE_BUTTON)
    handler, args = found
    return await handler(desk, Press(person, int(args[0]), args[1:], spot, bot))


def _parse(data: str) -> tuple[Handler, tuple[str, ...]] | None:
    for pattern, handler in _ACTIONS:
        found = pattern.fullmatch(data)
        if found:
            return handler, found.groups()
    return None


def _spot(desk: Desk, query: CallbackQuery) -> Spot | None:
    message = query.message
    if message is None:
        return None
    # python-telegram-bot 22 makes a Message of a hidden one too, dated 1970.
    if isinstance(message, Message) and message.is_accessible:
        return talk.spot_of(message)
    # A message too old to be shown does not tell its topic; the notice does, or the register.
    chat_id, number = ChatId(message.chat.id), message.message_id
    known = {chat.thread_id for chat in people.chats(desk.db) if chat.id == chat_id}
    only = known.pop() if len(known) == 1 else None
    return Spot(chat_id, number, notices.thread_of(desk.db, chat_id, number) or only)
