"""A fake server, a real python-telegram-bot Bot that talks to it, and a loop to run it in.

For tests that are not themselves asynchronous: `bench.run(bench.bot.send_message(...))`.
"""

import asyncio
import logging
import struct
import zlib
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

from telegram import Bot

from .running import FakeTelegram

T = TypeVar("T")


class Bench:
    """One server and one bot for many tests; call `fake.reset()` between them."""

    def __enter__(self) -> Self:
        # At INFO httpx writes addresses, and so the token, to the log.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self.fake = FakeTelegram().start()
        self._runner = asyncio.Runner()
        self.bot = Bot(self.fake.token, self.fake.base_url, self.fake.base_file_url)
        self.run(self.bot.initialize())
        return self

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of one coroutine."""
        return self._runner.run(work)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.run(self.bot.shutdown())
        self._runner.close()
        self.fake.stop()


def png(width: int, height: int) -> bytes:
    """A whole grey PNG of that size in pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    picture = chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + picture
