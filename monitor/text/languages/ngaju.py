"""Dayak Ngaju, the widest spoken Dayak language of Kalimantan Tengah."""

from __future__ import annotations

from monitor.text.languages.base import Language

NGAJU = Language(
    code="nij",
    name="Dayak Ngaju",
    own_negators=frozenset({"dia", "diak", "jida", "hindai", "jatun", "jaton", "ela"}),
)
