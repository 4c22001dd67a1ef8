"""What must not go out in the office's name, whatever people approved."""

from __future__ import annotations

import re
from collections.abc import Callable

MOST_CHARACTERS = 2000
_BRACES = re.compile(r"[{}]")
_MARKUP = re.compile(r"<[a-zA-Z/!]")
_LETTERS = re.compile(r"\w")

# An office's own landline and address are what a good answer names; they are nobody's secret.
_OFFICE = (
    r"kantor|gedung|posko|loket|puskesmas|rsud|rumah sakit|balai|dinas|kelurahan|kecamatan"
    r"|mal pelayanan|sekolah|perpustakaan|layanan|pos"
)
_PUBLIC = re.compile(
    rf"\(0\d{{2,3}}\)[ -]?\d[\d -]{{4,10}}\d"
    rf"|\b(?:{_OFFICE})\b[^.!?\n]{{0,60}}?\b(?:jalan|jl\.?)\s[^,.!?\n]*?(?:nomor|no\.?)\s*\d+[a-z]?\b",
    re.IGNORECASE,
)

EMPTY = "empty"
TOO_LONG = "too_long"
PLACEHOLDER = "placeholder"
MARKUP = "markup"
PERSONAL = "personal"


def mask_private(text: str, mask: Callable[[str], str]) -> str:
    """The text with personal data masked by ``mask``, but for an office's landline and address."""
    parts = _PUBLIC.split(text)
    if all(mask(part) == part for part in parts):
        return text
    return mask(text)


def blunders(text: str, masked: str) -> tuple[str, ...]:
    """Rules that a reply breaks, by name; empty when it may go out.

    ``masked`` is the same text with personal data masked: a difference means it holds some.
    """
    found = {
        EMPTY: not _LETTERS.search(text),
        TOO_LONG: len(text) > MOST_CHARACTERS,
        PLACEHOLDER: bool(_BRACES.search(text)),
        MARKUP: bool(_MARKUP.search(text)),
        PERSONAL: masked != text,
    }
    return tuple(rule for rule, broken in found.items() if broken)
