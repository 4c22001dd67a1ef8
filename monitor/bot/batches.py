"""Admins: approve the replies to thanks that one message gathers, or take one out."""

from __future__ import annotations

from monitor.bot.desk import Desk
from monitor.bot.press import Press
from monitor.records import BatchId, DraftId
from monitor.steps import decide_batch
from monitor.steps.answer import Answer


async def approve_all(desk: Desk, press: Press) -> Answer:
    """Setujui semua."""
    number = BatchId(press.number)
    return desk.after(
        decide_batch.approve_all(desk.db, desk.tools, press.person, number, desk.clock())
    )


async def take_out(desk: Desk, press: Press) -> Answer:
    """✗: one reply leaves the batch."""
    number = DraftId(press.number)
    return desk.after(decide_batch.take_out(desk.db, press.person, number, desk.clock()))
