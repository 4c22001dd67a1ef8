"""Sundanese, rarer in the province but frequent under national accounts."""

from __future__ import annotations

from monitor.text.languages.base import Language

SUNDANESE = Language(
    code="su",
    name="Sunda",
    own_negators=frozenset({"teu", "henteu", "moal", "sanes", "ulah", "acan"}),
)
