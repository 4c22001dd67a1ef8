"""What the learner knows after an hour: sums per topic, per source and per slot, and its bytes.

Pure data: how hours change it stands in ``learner``, what follows from it in ``baseline``. The
bytes restore it to the last bit, so a restart continues as if nothing had happened.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SLOTS: Final = 168
DAY_HOURS: Final = 24
WEEK_DAYS: Final = 7
_NAMED: Final = ("topics", "sources")
_MORE: Final = ("plain_squares", "negatives", "comments", "hot", "seen")
# What numpy and zipfile raise, depending on where the bytes are damaged.
_UNREADABLE: Final = (
    EOFError,
    KeyError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(slots=True, eq=False)
class State:
    """Forgetting sums after ``hours`` learned hours.

    Of shape (topics,): ``counts`` negatives and ``exposure`` hours they were seen in (level);
    ``squares`` and ``means`` (dispersion); ``plain_hours``, ``plain_sums`` and
    ``plain_squares``: hours as they came, bursts and all;
    ``negatives`` and ``comments`` (share); ``hot`` hours in a row; ``seen`` comments in all.
    ``slot_counts`` and ``slot_means`` (168,): the office's hour of the week. ``hour_counts``,
    ``hour_means`` (24, topics) and ``day_counts``, ``day_means`` (7, topics): a topic's own.
    ``mass`` (sources, topics): comments by source.
    """

    topics: tuple[str, ...]
    sources: tuple[str, ...]
    counts: Floats
    exposure: Floats
    squares: Floats
    means: Floats
    plain_hours: Floats
    plain_sums: Floats
    plain_squares: Floats
    negatives: Floats
    comments: Floats
    hot: Floats
    seen: Floats
    slot_counts: Floats
    slot_means: Floats
    hour_counts: Floats
    hour_means: Floats
    day_counts: Floats
    day_means: Floats
    mass: Floats
    hours: int = 0

    @classmethod
    def empty(cls, topics: Sequence[str], sources: Sequence[str] = ()) -> State:
        """Nothing learned yet."""
        many = len(topics)
        flat = {
            name: np.zeros(many)
            for name in ("counts", "exposure", "squares", "means", "plain_hours", "plain_sums")
        }
        flat |= {name: np.zeros(many) for name in _MORE}
        flat |= {name: np.zeros(SLOTS) for name in ("slot_counts", "slot_means")}
        flat |= {name: np.zeros((DAY_HOURS, many)) for name in ("hour_counts", "hour_means")}
        flat |= {name: np.zeros((WEEK_DAYS, many)) for name in ("day_counts", "day_means")}
        mass = np.zeros((len(sources), many))
        named = {"topics": tuple(topics), "sources": tuple(sources)}
        return cls(**named, mass=mass, **flat)  # type: ignore[arg-type]

    def to_bytes(self) -> bytes:
        """All of it, the same bytes for the same state."""
        buffer = io.BytesIO()
        values = {field.name: np.asarray(getattr(self, field.name)) for field in fields(self)}
        np.savez(buffer, allow_pickle=False, **values)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, body: bytes) -> State:
        """The state that :meth:`to_bytes` wrote.

        Raises:
            ValueError: other bytes, or damaged ones.
        """
        try:
            with np.load(io.BytesIO(body), allow_pickle=False) as stored:
                values = {field.name: stored[field.name] for field in fields(cls)}
        except _UNREADABLE as e:
            raise ValueError(f"state: not readable: {e}") from e
        named = {name: tuple(str(one) for one in values.pop(name)) for name in _NAMED}
        hours = int(values.pop("hours"))
        return cls(**named, **values, hours=hours)  # type: ignore[arg-type]
