"""Javanese, spoken in the transmigration areas."""

from __future__ import annotations

from monitor.text.languages.base import Language

JAVANESE = Language(
    code="jv",
    name="Jawa",
    negators=frozenset({"ora", "durung", "dudu"}),
    own_negators=frozenset({"ojo", "udu"}),
)
