"""Indonesian, formal and colloquial: the language of most comments, and the answer when unsure."""

from __future__ import annotations

from monitor.text.languages.base import Language

INDONESIAN = Language(
    code="id",
    name="Indonesia",
    negators=frozenset(
        {"tidak", "belum", "bukan", "jangan", "kurang", "tanpa", "bukannya", "tiada", "takkan"}
        | {"tidaklah", "belumlah", "bukanlah", "janganlah"}
    ),
)
