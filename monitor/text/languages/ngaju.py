"""Dayak Ngaju, the widest spoken Dayak language of Kalimantan Tengah."""

from __future__ import annotations

from monitor.text.languages.base import Language

NGAJU = Language(
    code="nij",
    name="Dayak Ngaju",
    negators=frozenset({"jida", "jaton", "jatun", "jatuun"}),
    own_negators=frozenset({"dia", "diak", "hindai", "jatu", "ela", "elalah"}),
)
