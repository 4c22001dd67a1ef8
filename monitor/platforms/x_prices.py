"""What X asks for each thing that it gives, and what a call may cost at most.

Layer 2. Pay-per-use prices in US dollars (docs.x.com, pricing, and the changelog of 20 April 2026).
Money is booked before a call at the worst case, its page full; X bills what it really gave, so the
bill is never higher than the ledger. A post is billed once a day (UTC) however often it is read,
"in the vast majority of cases" in X's words.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from datetime import date
from typing import Final

from monitor.platforms.offer import Budget, Clock

AS_OF: Final = date(2026, 4, 20)
MENTION: Final = 0.001  # a post that names us, from our own mentions
POST: Final = 0.005  # any other post
USER: Final = 0.010
REPLY: Final = 0.015  # 0.010 when its writer called us; the dearer one is booked
REPLY_WITH_LINK: Final = 0.200
HIDE: Final = 0.015  # uncertain: "content: manage" is 0.005, "interaction" 0.015

A_DAY: Final = Budget(2.0, "UTC", shared=True, name="USD")

# The smallest pages that X gives: an empty answer was booked as a full one.
MENTIONS_A_PAGE: Final = 5
HITS_A_PAGE: Final = 10
OWN_A_PAGE: Final = 10  # our own newest posts, to find a reply again
BY_ID: Final = 20  # X takes 100
MENTIONS_COST: Final = MENTIONS_A_PAGE * MENTION
SEARCH_COST: Final = HITS_A_PAGE * POST
OWN_COST: Final = OWN_A_PAGE * POST


class Bill:
    """Which posts X has billed today; a process that starts knows of none and books too much."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._day: date | None = None
        self._billed: set[str] = set()

    def cost(self, ids: Collection[str]) -> float:
        """What reading posts by their ids costs now."""
        with self._lock:
            self._turn()
            return round(len(set(ids) - self._billed) * POST, 6)

    def billed(self, ids: Collection[str]) -> None:
        """These were read."""
        with self._lock:
            self._turn()
            self._billed |= set(ids)

    def _turn(self) -> None:
        today = self._clock().date()
        if today != self._day:
            self._day, self._billed = today, set()
