"""How many different people must sign a reply before it may go out. Pure: no store, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.records import Level


@dataclass(frozen=True, slots=True)
class Rule:
    """Signatures that a draft needs: by its live incident's level, and never fewer than so many."""

    by_level: Mapping[Level, int] = field(default_factory=dict)
    at_least: int = 1

    def needed(self, level: Level) -> int:
        """So many signatures of different people at this level."""
        return max(self.by_level.get(level, 1), self.at_least)


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature led to: who has signed these words, how many it takes, whether it is done.

    ``fresh`` is False when this person had signed the same words before.
    """

    names: tuple[str, ...]
    needed: int
    fresh: bool
    done: bool
