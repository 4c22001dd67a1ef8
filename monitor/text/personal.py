"""Personal data in a text: where it stands, and the text without it.

Inside the agency only what is certain is masked (identity numbers, phones, e-mail, plates,
accounts). Before a text leaves (language model, export, report) everything that looks personal
goes. Health and religion are never masked: "DBD di RT kami" is the topic. lokal-id does the
finding, our own expressions stand beside it; cheap tests come first because it takes about 1 ms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lokal import PII_TYPES, PiiType, detect_pii

MASKS: Final = {
    "NIK": "[NIK]",
    "KK": "[KK]",
    "PHONE": "[telepon]",
    "EMAIL": "[email]",
    "PLATE": "[plat]",
    "BANK_ACCOUNT": "[rekening]",
    "NPWP": "[NPWP]",
    "NAME": "[nama]",
    "ADDRESS": "[alamat]",
}
OTHER_MASK: Final = "[data pribadi]"

_INSIDE: tuple[PiiType, ...] = (
    "NIK", "KK", "PHONE", "EMAIL", "PLATE", "BANK_ACCOUNT", "NPWP", "BPJS", "CARD", "NIP",
    "SIM", "PASSPORT", "NISN",
)  # fmt: skip
_TOPICS: frozenset[PiiType] = frozenset({"HEALTH", "RELIGION"})
_ALL_BUT_TOPICS: tuple[PiiType, ...] = tuple(kind for kind in PII_TYPES if kind not in _TOPICS)

_PLATE_CODE = (
    r"(?:[ABDEFGHKLMNPRSTWZ]|A[ABDEG]|B[ABDEGHKLMNPR]|D[ABCDEGHKLMNRT]|E[ABD]|K[BHTU]|P[AB])"
)
_PLATE = re.compile(
    rf"\b{_PLATE_CODE}[ -]?\d{{3,4}}[ -]?[A-Z]{{2,3}}\b"
    r"|\b(?:kh|da|kb|kt)[ -]?\d{3,4}[ -]?[a-z]{2}\b"
    r"|(?i:(?<=plat )|(?<=nopol )|(?<=platnya ))(?i:[a-z]{1,2}[ -]?\d{1,4}[ -]?[a-z]{1,3})\b"
)
_EMAIL = re.compile(
    r"[\w.+-]{1,64}(?:@|\s?[\[({]\s?at\s?[\])}]\s?)[a-z\d-]+(?:(?:\.|\s?[\[({]\s?dot\s?[\])}]\s?)[a-z\d-]+)*"
    r"(?:\.|\s?[\[({]\s?dot\s?[\])}]\s?)[a-z]{2,}\b",
    re.IGNORECASE,
)
_MOBILE = re.compile(r"(?<![\d\w])(?:\+?62|0)[ .-]?8\d{1,2}(?:[ .-]?\d{3,4}){2,3}(?!\d)")
_SIXTEEN = re.compile(r"(?<![\d\w])\d(?:[ .-]?\d){15}(?!\d)")
_KK_CUE = re.compile(r"(?:\bkk|kartu keluarga)\b[^\d]*$", re.IGNORECASE)
_ACCOUNT = re.compile(
    r"\b(?:no\.? ?rek(?:ening)?|norek|rekening|rek|transfer|tf"
    r"|bca|bri|bni|bsi|mandiri|btn|bank kalteng)\b"
    r"\D{0,24}?(\d(?:[ -]?\d){7,15})(?!\d)",
    re.IGNORECASE,
)
_MANY_DIGITS = re.compile(r"\d(?:[ .()-]{0,2}\d){7}")
_AT_SIGN = re.compile(r"\w@\w|%40|[\[({]\s?at\s?[\])}]", re.IGNORECASE)
_CUE_WINDOW = 25


@dataclass(frozen=True, slots=True)
class Found:
    """One piece of personal data; ``kind`` is a type of lokal-id (NIK, PHONE ...)."""

    kind: str
    start: int
    end: int


def personal_data(text: str, everything: bool = False) -> tuple[Found, ...]:
    """Personal data in reading order, not overlapping; ``text`` has been through ``clean``."""
    if everything:
        seen = detect_pii(text, types=_ALL_BUT_TOPICS)
    elif _worth_a_look(text):
        seen = detect_pii(text, types=_INSIDE, min_confidence="high")
    else:
        return ()
    theirs = [Found(match.type, match.start, match.end) for match in seen]
    return _without_overlaps([*theirs, *own_findings(text)])


def mask(text: str, everything: bool = False) -> str:
    """The text with personal data replaced by "[NIK]", "[telepon]" and the like."""
    return mask_found(text, personal_data(text, everything))


def mask_found(text: str, found: Iterable[Found]) -> str:
    """``mask`` for findings that are known already; they come in reading order."""
    parts: list[str] = []
    done = 0
    for item in found:
        parts += [text[done : item.start], MASKS.get(item.kind, OTHER_MASK)]
        done = item.end
    return "".join([*parts, text[done:]])


def own_findings(text: str) -> list[Found]:
    """What our own expressions find: the fall-back, and a check on lokal-id."""
    found = [Found("EMAIL", *m.span()) for m in _EMAIL.finditer(text)]
    found += [Found("PHONE", *m.span()) for m in _MOBILE.finditer(text)]
    for m in _SIXTEEN.finditer(text):
        before = text[max(0, m.start() - _CUE_WINDOW) : m.start()]
        found.append(Found("KK" if _KK_CUE.search(before) else "NIK", *m.span()))
    found += [Found("BANK_ACCOUNT", *m.span(1)) for m in _ACCOUNT.finditer(text)]
    found += [Found("PLATE", *m.span()) for m in _PLATE.finditer(text)]
    return list(_without_overlaps(found))


def _worth_a_look(text: str) -> bool:
    """Whether the slow look can find anything: many digits, an address sign or a plate."""
    has_digit = any(map(text.__contains__, "0123456789"))
    if not has_digit and "@" not in text and "at" not in text and "AT" not in text:
        return False
    return bool(
        (has_digit and (_MANY_DIGITS.search(text) or _PLATE.search(text))) or _AT_SIGN.search(text)
    )


def _without_overlaps(found: Iterable[Found]) -> tuple[Found, ...]:
    """Of findings that overlap, the one that starts first; of those, the one given first."""
    kept: list[Found] = []
    for item in sorted(found, key=lambda item: item.start):
        if not kept or item.start >= kept[-1].end:
            kept.append(item)
    return tuple(kept)
