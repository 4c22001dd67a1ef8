"""Javanese, spoken in the transmigration areas."""

from __future__ import annotations

from monitor.text.languages.base import Language

JAVANESE = Language(
    code="jv",
    name="Jawa",
    negators=frozenset(
        {"ora", "oraka", "durung", "dhurung", "dereng", "dudu", "mboten", "boten"}
        | {"ojo", "ojok", "tanpo", "orasah", "rausah"}
    ),
    own_negators=frozenset({"ra", "rak", "rung", "gurung", "udu", "uduk", "sanes", "rasah"}),
)
