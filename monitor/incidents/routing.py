"""Which agency answers for an issue in a place. Layer 1: pure.

What people taught with "Bukan urusan kami" outranks the file, and an exact place outranks a whole
region. The file is read by ``monitor.incidents.routing_file``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import Final

from monitor.records import AnswerClock as Clock
from monitor.records import Opd
from monitor.records import RouteRule as Rule

UNKNOWN: Final = "-"
"""The agency of an issue that nobody answers for."""

_WITHIN = " / "
# A place decides only if it is named by more than half of those that name one ...
_HALF = 0.5
# ... and by at least this share of all comments, and this many.
_LEAST_SHARE = 0.25
_LEAST = 2


CLOCKS: Final = (
    Clock("tanggap", "Tanggapan awal", 2),
    Clock("informasi", "Permintaan informasi", 5),
    Clock("pelayanan", "Keluhan pelayanan", 14),
    Clock("pengawasan", "Perlu pengawasan", 60),
    Clock("ppid", "Permohonan PPID", 10, 7),
)


@dataclass(frozen=True, slots=True)
class Routes:
    """Agencies by short name, the rules of the file, the clocks and the hours of the office."""

    opds: Mapping[str, Opd] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    clocks: tuple[Clock, ...] = CLOCKS
    opens: time = time(8)
    closes: time = time(16)

    def opd(self, short: str) -> Opd:
        """An agency by short name; one that the file does not know has no chat."""
        return self.opds.get(short) or Opd("", short, short)

    @property
    def contacts(self) -> tuple[str, ...]:
        """The public contacts of every agency: what a reply may name."""
        return tuple(contact for one in self.opds.values() for contact in one.contacts)

    def by_key(self, key: str) -> Opd | None:
        """An agency by the key of its buttons."""
        return next((one for one in self.opds.values() if one.key == key), None)

    def named(self, words: str | None) -> str | None:
        """The short name of the agency that the register means by key, short or full name."""
        wanted = (words or "").strip().casefold()
        for one in self.opds.values():
            if wanted in (one.key, one.short.casefold(), one.name.casefold()):
                return one.short
        return (words or "").strip() or None

    def clock(self, key: str) -> Clock | None:
        """A clock by key."""
        return next((one for one in self.clocks if one.key == key), None)


def route(issue: str, place: str | None, rules: Sequence[Rule], learned: Sequence[Rule]) -> str:
    """The short name of the agency in charge.

    The most exact wins: learned issue and place, rule for issue and place, learned issue, rule for
    the issue; of two places the narrower one. ``learned`` has the newest first; ``rules`` end with
    those of the taxonomy. ``place`` is ``Kabupaten`` or ``Kabupaten / Kecamatan``.
    """
    for where in _widening(place):
        for known in (learned, rules):
            for rule in known:
                if rule.issue == issue and rule.place == where:
                    return rule.opd
    return UNKNOWN


def _widening(place: str | None) -> list[str | None]:
    """The place itself, its region, anywhere."""
    if place is None:
        return [None]
    region = place.partition(_WITHIN)[0]
    return list(dict.fromkeys([place, region, None]))


def main_place(places: Sequence[tuple[str, int]], comments: int) -> str | None:
    """The place that an issue is about, or None where people speak of several or of none.

    ``places`` with their counts, ``comments`` in all. A kecamatan decides where it has the
    majority, else its kabupaten.
    """
    named = sum(count for _, count in places)
    regions: dict[str, int] = {}
    for place, count in places:
        region = place.partition(_WITHIN)[0]
        regions[region] = regions.get(region, 0) + count
    for counts in (dict(places), regions):
        for place, count in counts.items():
            if count > _HALF * named and count >= max(_LEAST, _LEAST_SHARE * comments):
                return place
    return None
