"""Where the reading of a WordPress site stands, as JSON text that only the connector reads.

Layer 2, pure. ``watermark`` is the newest comment time seen, never in the future. ``known`` are the
ids seen since ``window_from``: the next reconcile compares them with what the site still shows.
``backfill_from`` is set until the first read has reached its end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.errors import StorageError

VERSION = 1
MOST_KNOWN = 20_000  # about 100 kB of cursor; older ids would only miss being seen to vanish


@dataclass(frozen=True, slots=True)
class Cursor:
    """The state between two polls; ``polls`` counts those since the last reconcile."""

    watermark: datetime
    window_from: datetime
    known: frozenset[int] = frozenset()
    polls: int = 0
    backfill_from: datetime | None = None

    def to_json(self) -> str:
        """The text that the store keeps."""
        backfill = self.backfill_from
        return json.dumps(
            {
                "version": VERSION,
                "watermark": zulu(self.watermark),
                "window_from": zulu(self.window_from),
                "known": to_ranges(sorted(self.known)[-MOST_KNOWN:]),
                "polls": self.polls,
                "backfill_from": None if backfill is None else zulu(backfill),
            }
        )


def from_json(text: str, source: str) -> Cursor:
    """Read a cursor back.

    Raises:
        StorageError: it is damaged, or of a newer version of this program. Starting afresh instead
            would silently skip whatever is older than a backfill.
    """
    try:
        state = json.loads(text)
        if state["version"] != VERSION:
            raise StorageError(
                f"cursor of {source}: version {state['version']!r}: this program reads {VERSION}"
            )
        backfill = state["backfill_from"]
        return Cursor(
            watermark=from_zulu(state["watermark"]),
            window_from=from_zulu(state["window_from"]),
            known=frozenset(from_ranges(state["known"])),
            polls=int(state["polls"]),
            backfill_from=None if backfill is None else from_zulu(backfill),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as e:
        raise StorageError(f"cursor of {source}: not readable: damaged") from e


def zulu(at: datetime) -> str:
    """``2026-11-22T03:04:05Z``: whole seconds, the only form that WordPress never misreads."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_zulu(text: str) -> datetime:
    """The instant of :func:`zulu`, or of ``date_gmt``, which has no zone suffix.

    Raises:
        ValueError: it is no date.
    """
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def to_ranges(ids: Iterable[int]) -> str:
    """``[1, 2, 3, 7]`` as ``1-3,7``; ids of one site mostly follow one another."""
    runs: list[list[int]] = []
    for number in sorted(set(ids)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def from_ranges(text: str) -> Iterable[int]:
    """The ids of :func:`to_ranges`.

    Raises:
        ValueError: damaged, or more ids than a cursor ever holds.
    """
    left = MOST_KNOWN
    for run in filter(None, text.split(",")):
        first, _, last = run.partition("-")
        ids = range(int(first), int(last or first) + 1)
        left -= len(ids)
        if left < 0:
            raise ValueError("too many ids")
        yield from ids
