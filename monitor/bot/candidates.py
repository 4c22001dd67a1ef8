"""Pakai and Tolak under a new model: trainers and admins decide whether it is to serve."""

from __future__ import annotations

from monitor.bot.desk import Desk
from monitor.bot.press import Press
from monitor.records.candidate import CandidateId
from monitor.steps import candidates
from monitor.steps.answer import Answer


async def use(desk: Desk, press: Press) -> Answer:
    """Pakai: it reads the history, and serves then."""
    number = CandidateId(press.number)
    return desk.after(candidates.use(desk.db, press.person, number, desk.clock()))


async def reject(desk: Desk, press: Press) -> Answer:
    """Tolak: the one that serves goes on serving."""
    number = CandidateId(press.number)
    return desk.after(candidates.reject(desk.db, press.person, number, desk.clock()))
