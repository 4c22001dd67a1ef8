"""What every handler of the bot has at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlite_utils import Database
from telegram.ext import ContextTypes

from monitor.records import Person
from monitor.steps import knowing
from monitor.steps.answer import Answer
from monitor.steps.tools import Tools
from monitor.store import people

Context = ContextTypes.DEFAULT_TYPE


@dataclass
class Desk:
    """Tools, clock, and a database that is opened in the thread that handles the updates.

    ``wake`` lets the pipeline look at its rows at once; it is called from the bot's thread.
    """

    tools: Tools
    open_db: Callable[[], Database]
    wake: Callable[[], None]
    clock: Callable[[], datetime]
    _db: Database | None = field(default=None, init=False)

    @property
    def db(self) -> Database:
        """This thread's database."""
        if self._db is None:
            self._db = self.open_db()
        return self._db

    def person(self, telegram_id: int) -> Person | None:
        """The registered person with this Telegram id, asked anew each time: admins change."""
        knowing.take_over(self.db, self.tools)  # so does what the office knows
        return people.by_telegram(self.db, telegram_id)

    def after(self, answer: Answer) -> Answer:
        """The same answer; the pipeline is woken when it changed something."""
        if answer.done:
            self.wake()
        return answer

    def close(self) -> None:
        """Close the database; in the thread that used it."""
        if self._db is not None:
            self._db.conn.close()
            self._db = None
