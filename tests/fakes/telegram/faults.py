"""Faults that a test orders, and genuine rate limits with the wait that they ask for.

Only decides; the server acts. Modes: `error` answers a refusal and does nothing, `html` a 502
page, `drop` closes the connection with nothing done, `after` does the work and then closes the
connection, `empty` answers 200 without a body and does nothing, `none` only delays.
"""

import json
import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from .checks import Json, Refusal

MODES = ("error", "html", "drop", "after", "empty", "none")
_DESCRIPTIONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request",
    413: "Request Entity Too Large",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
}


@dataclass(slots=True)
class Fault:
    """One order; `times` 0 means until cleared, `skip` lets that many matching calls pass."""

    method: str
    code: int | None = None
    description: str | None = None
    retry_after: int | None = None
    migrate_to_chat_id: int | None = None
    times: int = 1
    skip: int = 0
    when: Json = field(default_factory=dict)
    contains: str = ""
    delay: float = 0.0
    mode: str = "error"
    taken: int = 0

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ValueError(f"fault: unknown mode: {self.mode}: one of {', '.join(MODES)}")

    def matches(self, method: str, values: Json) -> bool:
        """Whether this order speaks of the call; `*` is every method but getUpdates."""
        if self.method == "*" and method == "getUpdates":
            return False
        if self.method not in ("*", method):
            return False
        if any(str(values.get(name)) != str(wanted) for name, wanted in self.when.items()):
            return False
        return self.contains in json.dumps(values, ensure_ascii=False, default=str)

    def refusal(self) -> Refusal:
        """The answer of mode `error`, with the parameters that make clients react."""
        if self.migrate_to_chat_id is not None:
            cause = "Bad Request: group chat was upgraded to a supergroup chat"
            parameters = {"migrate_to_chat_id": self.migrate_to_chat_id}
            return Refusal(self.code or 400, self.description or cause, **parameters)
        if self.retry_after is not None:
            cause = f"Too Many Requests: retry after {self.retry_after}"
            parameters = {"retry_after": self.retry_after}
            return Refusal(self.code or 429, self.description or cause, **parameters)
        code = self.code or 500
        return Refusal(code, self.description or _DESCRIPTIONS.get(code, "Error"))


class Faults:
    """The orders in force, oldest first; the first that matches is the one that acts."""

    def __init__(self) -> None:
        self.orders: list[Fault] = []

    def take(self, method: str, values: Json) -> Fault | None:
        """The order that acts on this call, counted down; None when there is none."""
        for order in self.orders:
            if not order.matches(method, values):
                continue
            if order.skip > 0:
                order.skip -= 1
                continue
            order.taken += 1
            if order.times and order.taken >= order.times:
                self.orders.remove(order)
            return order
        return None


@dataclass(slots=True)
class Limits:
    """Messages allowed in rolling windows; None is no limit.

    `per_chat_s`: messages a second in one chat; `per_group_min`: messages a minute in one group;
    `total_s`: messages a second over all chats. `minute_s` shortens the minute for tests.
    """

    per_chat_s: float | None = None
    per_group_min: int | None = None
    total_s: float | None = None
    minute_s: float = 60.0
    clock: Callable[[], float] = time.monotonic
    _sent: dict[tuple[str, int], deque[float]] = field(default_factory=dict)

    def admit(self, chat_id: int, *, group: bool, count: int = 1) -> None:
        """Count `count` messages; raises the 429 Refusal with retry_after in whole seconds."""
        windows = [
            (("chat", chat_id), self.per_chat_s, 1.0),
            (("total", 0), self.total_s, 1.0),
            (("group", chat_id), self.per_group_min if group else None, self.minute_s),
        ]
        now = self.clock()
        waits = [self._wait(key, limit, span, now, count) for key, limit, span in windows]
        if max(waits) > 0:
            seconds = max(1, math.ceil(max(waits)))
            raise Refusal(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        for key, limit, _ in windows:
            if limit is not None:
                self._sent.setdefault(key, deque()).extend([now] * count)

    def _wait(
        self, key: tuple[str, int], limit: float | None, span: float, now: float, count: int
    ) -> float:
        """Seconds until `count` more fit; a rate below one a second stretches its window."""
        if limit is None:
            return 0.0
        if limit < 1:
            span, limit = span / limit, 1
        sent = self._sent.setdefault(key, deque())
        while sent and sent[0] <= now - span:
            sent.popleft()
        # An album larger than the window is let through when the window is empty.
        surplus = min(len(sent), len(sent) + count - int(limit))
        return 0.0 if surplus <= 0 else sent[surplus - 1] + span - now
