"""Notices on a terminal: the embedded default when no Telegram token is given."""

from __future__ import annotations

import itertools
import sys
from typing import TextIO

from monitor.messages import Message
from monitor.records import ChatId
from monitor.telegram.base import Place

CONSOLE_CHAT = ChatId(0)


class Console:
    """Prints each new message; an edit prints its first line only."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out
        self._ids = itertools.count(1)

    def room(self, chat_id: ChatId) -> bool:
        """A terminal has no limit."""
        return True

    def send(self, place: Place, message: Message) -> int:
        """Print a whole message."""
        self._print(f"\n{message.plain}\n")
        return next(self._ids)

    def edit(self, place: Place, message_id: int, message: Message, *, picture: bool) -> None:
        """Print what an edited message now begins with."""
        first, _, rest = message.plain.partition("\n")
        self._print(f"↻ {first} · {rest.partition(chr(10))[0]}")

    def close(self) -> None:
        """A terminal stays."""

    def _print(self, text: str) -> None:
        print(text, file=self._out or sys.stdout, flush=True)
