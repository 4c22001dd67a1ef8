"""What must not go out in the office's name, whatever people approved."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

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
MASKED = "masked"

# Whatever the masker of monitor.text.personal writes, and what staff write in its place.
_MASKS = re.compile(
    r"\[(?:telepon|nomor|nik|kk|e-?mail|surel|plat|rekening|npwp|nama|alamat|data pribadi)\]",
    re.IGNORECASE,
)
_BETWEEN = r"[ .()/-]{0,2}"


def mask_private(text: str, mask: Callable[[str], str], contacts: Sequence[str] = ()) -> str:
    """The text with personal data masked by ``mask``, but for an office's landline and address.

    ``contacts`` are an office's public numbers and addresses, which stay however they are spaced.
    """
    if not contacts:
        return _masked(text, mask)
    parts = _known(tuple(contacts)).split(text)
    return "".join(part if at % 2 else _masked(part, mask) for at, part in enumerate(parts))


def masks_in(text: str) -> tuple[str, ...]:
    """The masks that stand in a text ("[telepon]"), each once: what was hidden, never a contact."""
    return tuple(dict.fromkeys(_MASKS.findall(text)))


@lru_cache(maxsize=8)
def _known(contacts: tuple[str, ...]) -> re.Pattern[str]:
    """One group that is one of the contacts, whole: never a part of a longer number."""
    return re.compile(f"({'|'.join(map(_spelling, contacts))})", re.IGNORECASE)


def _spelling(contact: str) -> str:
    if "@" in contact:
        return rf"(?<![\w.+-]){re.escape(contact)}(?![\w-]|\.\w)"
    digits = re.sub(r"\D", "", contact)
    home = digits.removeprefix("62" if contact.startswith("+62") else "0")
    code = "" if home == digits else rf"(?:\+?62{_BETWEEN}|0{_BETWEEN})"
    return rf"(?<![\d+])(?<!\d[ .-]){code}{_BETWEEN.join(home)}(?![ .-]?\d)"


def _masked(text: str, mask: Callable[[str], str]) -> str:
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
        MASKED: bool(_MASKS.search(text)),
    }
    return tuple(rule for rule, broken in found.items() if broken)
