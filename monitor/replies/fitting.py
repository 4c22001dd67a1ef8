"""Whether a reply fits where it is to stand, and how it is shortened: whole sentences only. Pure.

What makes it the office's is kept: the greeting, its name or link, and whatever else must stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_END = re.compile(r"(?<=[.!?])\s+")
# A full stop after one of these ends no sentence.
_SHORT_FORM = re.compile(
    r"(?:^|[\s(])(?:jl|jln|no|dr|drs|dra|ir|hj?|kab|kec|kel|tgl|rt|rw|bpk|sdr|telp|hal|pkl|s\.d)\.$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Room:
    """The longest reply that a site takes, as it counts; ``most`` None: any length.

    Sentences that hold one of ``keep`` are never left out.
    """

    most: int | None = None
    measure: Callable[[str], int] = len
    keep: tuple[str, ...] = ()

    def holds(self, text: str) -> bool:
        """Whether the site takes these words."""
        return self.most is None or self.measure(text) <= self.most

    def shortened(self, text: str) -> str | None:
        """The words without as many sentences as it takes, the last first; None: it cannot be.

        The first sentence greets and stays.
        """
        parts = sentences(text)
        loose = [
            at
            for at, part in enumerate(parts)
            if at and not any(one in part for one in self.keep if one)
        ]
        left = dict(enumerate(parts))
        while not self.holds(" ".join(left.values())):
            if not loose:
                return None
            del left[loose.pop()]
        return " ".join(left.values())


def sentences(text: str) -> list[str]:
    """The sentences of a text; "Jl. Contoh No. 5" stays in one."""
    found: list[str] = []
    for part in _END.split(text.strip()):
        if found and _SHORT_FORM.search(found[-1]):
            found[-1] = f"{found[-1]} {part}"
        else:
            found.append(part)
    return found
