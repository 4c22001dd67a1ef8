"""Counts what was sent where, so that Telegram's limits are kept before it has to refuse.

Telegram allows about one message a second in a chat (short bursts pass), 20 a minute in a group
and 30 a second in all (core.telegram.org/bots/faq, "My bot is hitting limits"). Kept in memory
only: after a restart Telegram's own 429 takes over. One thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

_BURST = 3
_BURST_S = 3.0
_TOTAL = 30
_TOTAL_S = 1.0
_MINUTE_S = 60.0


class Ledger:
    """Sliding windows over what was sent; ``clock`` gives seconds that never go back."""

    def __init__(self, per_group_minute: int, clock: Callable[[], float]) -> None:
        self._per_group_minute = per_group_minute
        self._clock = clock
        self._sent: dict[int, deque[float]] = {}
        self._all: deque[float] = deque(maxlen=_TOTAL)
        self._parked: dict[int, float] = {}
        self._all_parked = 0.0

    def room(self, chat_id: int) -> bool:
        """Whether one more call for this chat is within the limits now."""
        now = self._clock()
        if now < max(self._all_parked, self._parked.get(chat_id, 0.0)):
            return False
        if len(self._all) == _TOTAL and self._all[0] > now - _TOTAL_S:
            return False
        sent = self._sent.get(chat_id, deque())
        if sum(at > now - _BURST_S for at in sent) >= _BURST:
            return False
        group = chat_id < 0
        return not group or sum(at > now - _MINUTE_S for at in sent) < self._per_group_minute

    def note(self, chat_id: int) -> None:
        """Count a call for this chat; edits count too."""
        now = self._clock()
        self._all.append(now)
        sent = self._sent.setdefault(chat_id, deque())
        sent.append(now)
        while sent[0] <= now - _MINUTE_S:
            sent.popleft()

    def park(self, chat_id: int, seconds: float) -> None:
        """Telegram asked to wait. Its answer does not say whether it means the chat or the bot:
        when a second chat is told so while the first waits, it means the bot.
        """
        now = self._clock()
        until = now + seconds
        others = [at for chat, at in self._parked.items() if chat != chat_id and at > now]
        if others:
            self._all_parked = max(self._all_parked, until, *others)
        self._parked[chat_id] = max(until, self._parked.get(chat_id, 0.0))
