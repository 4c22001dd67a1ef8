"""A button that a registered person pressed, taken apart."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import Bot

from monitor.bot.talk import Spot
from monitor.records import Person


@dataclass(frozen=True, slots=True)
class Press:
    """Who pressed, which number the button carries, what follows it, and where it stands."""

    person: Person
    number: int
    choices: tuple[str, ...]
    spot: Spot
    bot: Bot
