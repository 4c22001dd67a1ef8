"""An exercise that is stepped by hand against the loopback Telegram, and people who press."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from monitor import pipeline
from monitor.drill.bot import BotThread
from monitor.drill.running import Drill
from monitor.steps.collect import Collector
from tests.drill_world import MINUTE
from tests.fakes.telegram import FakeTelegram
from tests.world import PEOPLE

GROUP, TOPIC = -1009000000009, 7


@dataclass
class Course:
    """An exercise that is stepped by hand, and the people who press."""

    fake: FakeTelegram
    drill: Drill
    collector: Collector
    bot: BotThread
    minute: float = 0.0

    @property
    def db(self) -> Database:
        return self.drill.db

    def step(self, minutes: float = 1.0) -> None:
        """The pipeline's turn, that much later."""
        self.minute += minutes
        now = self.drill.started_at + self.minute * MINUTE
        self.drill.clock.at = now
        pipeline.tick(self.db, self.drill.tools, self.collector, now, patience=None)

    def until(self, condition: Callable[[], Any]) -> Any:
        while not (found := condition()):
            assert self.minute < 45
            self.step()
        return found

    def shown(self, words: str, chat_id: int = GROUP) -> dict[str, Any]:
        """The newest message of the bot that holds these words."""
        found = [m for m in self.fake.messages(chat_id) if m["by_bot"] and words in said_in(m)]
        return found[-1]

    def press(self, who: str, message: dict[str, Any], data: str, chat_id: int = GROUP) -> str:
        pressed = self.fake.press(
            chat_id, message["message_id"], data, user_id=PEOPLE[who][0], forged=True
        )
        self.fake.wait(lambda: self.fake.callback(pressed)["answered"])
        return str(self.fake.callback(pressed)["text"])

    def write(self, who: int, text: str, chat_id: int = GROUP, **more: Any) -> dict[str, Any]:
        """Write to the bot and wait for its answer."""
        if chat_id == GROUP:
            more.setdefault("thread_id", TOPIC)
        number = self.fake.message(chat_id, who, text, **more)["message_id"]
        found: list[dict[str, Any]] = self.fake.wait(
            lambda: [
                m
                for m in self.fake.messages(chat_id)
                if m["by_bot"] and m.get("reply_to_message", {}).get("message_id") == number
            ]
        )
        return found[0]


def said_in(message: dict[str, Any]) -> str:
    return str(message.get("text") or message.get("caption") or "")
