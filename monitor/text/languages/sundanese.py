"""Sundanese, rarer in the province but frequent under national accounts."""

from __future__ import annotations

from monitor.text.languages.base import Language

SUNDANESE = Language(
    code="su",
    name="Sunda",
    negators=frozenset({"teu", "henteu", "hanteu", "hente", "moal", "euweuh", "encan", "tacan"}),
    own_negators=frozenset({"sanes", "lain", "ulah", "acan", "can", "tong", "tara"}),
)
