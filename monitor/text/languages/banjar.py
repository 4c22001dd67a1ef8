"""Banjar, the trade language of southern and central Kalimantan."""

from __future__ import annotations

from monitor.text.languages.base import Language

# "lain" denies in Banjar ("lain kaitu") and means "other" in Indonesian.
BANJAR = Language(
    code="bjn",
    name="Banjar",
    negators=frozenset(
        {"kada", "kadada", "kadida", "kadak", "kadalah", "kededa", "kadakawa", "kadausah"}
        | {"balum", "baluman", "balumlah", "balumai"}
    ),
    own_negators=frozenset({"lain", "kd", "kdd", "kdda", "keda"}),
)
