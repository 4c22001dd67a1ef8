"""Whether one rise is part of another: people under one hot post speak of many things.

That is one card that names several issues, not several alarms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from monitor.records import Level

# So large a share of a topic's negatives under another incident's posts makes it part of that one.
SAME_POSTS: Final = 0.6
# So much larger than its parent a part must be to stand for itself again.
_OUTGROWN: Final = 1.25


def part_of(own: Mapping[str, int], other: Mapping[str, int]) -> bool:
    """Whether a rise with ``own`` negatives by post stands mostly under the posts of ``other``.

    The other must have at least as many there, so of two rises under the same posts the larger is
    the parent.
    """
    together = sum(count for post, count in own.items() if post in other)
    stronger = sum(other[post] for post in own if post in other)
    return together >= SAME_POSTS * sum(own.values()) and stronger >= together > 0


def outgrown(
    own: Mapping[str, int], peak: Level, other: Mapping[str, int], other_peak: Level
) -> bool:
    """Whether a part, with its negatives by post and its peak, is more than what mutes it."""
    larger = sum(own.values()) > _OUTGROWN * sum(other.values())
    return larger or peak.rank > other_peak.rank
