"""English, for words mixed into comments and the occasional visitor."""

from __future__ import annotations

from monitor.text.languages.base import Language

ENGLISH = Language(
    code="en",
    name="Inggris",
    own_negators=frozenset({"not", "no", "never", "don't", "doesn't", "isn't", "won't", "can't"}),
)
