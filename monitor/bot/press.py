"""A button that a registered person pressed, or an answer that they wrote, taken apart."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import Bot

from monitor.bot.talk import Spot
from monitor.records import Person
from monitor.store.people import Prompt


@dataclass(frozen=True, slots=True)
class Press:
    """Who pressed, which number the button carries, what follows it, and where it stands."""

    person: Person
    number: int
    choices: tuple[str, ...]
    spot: Spot
    bot: Bot


@dataclass(frozen=True, slots=True)
class Reply:
    """Who answered which question with what, and where the answer stands."""

    person: Person
    prompt: Prompt
    text: str
    spot: Spot
    bot: Bot
