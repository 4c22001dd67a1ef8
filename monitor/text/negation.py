"""The reach of "not", marked in a normalised text, for models that see words without order.

A feature only: the marked text is never shown, hashed or stored.
"""

from __future__ import annotations

from monitor.text.languages import LANGUAGES

_ALWAYS = frozenset().union(*(language.negators for language in LANGUAGES))
_OWN = {language.code: _ALWAYS | language.own_negators for language in LANGUAGES}
_SCOPE = 2
NEGATED = "tidak_"
"""Stands before a word that a negator reaches."""

# Words that carry no content: the scope of a negator reaches over them.
_LIGHT = frozenset({
    "yang", "di", "ke", "dari", "dan", "itu", "ini", "juga", "lagi", "ada", "saja", "akan", "sudah",
    "untuk", "pernah", "pak", "bu", "bapak", "ibu", "ya", "sih", "kok", "dong", "lho", "banget",
    "sekali", "sangat", "terlalu", "begitu", "bisa", "mau", "lah", "kah", "pun", "nang", "jua",
    "banar", "haja", "iki", "kuwi", "kea", "tuh", "ih", "satu", "seorang", "orang", "warga",
    "urang", "saikung", "uluh", "wong", "masyarakat", "rakyat", "kami", "kita", "saya", "aku",
    "sampai", "perlu", "harus", "lama",
})  # fmt: skip
# After a content word a new statement begins here ("tidak murni ada pelicin"): commas are gone.
_RESUMES = frozenset({
    "ada", "masih", "tetap", "terus", "selalu", "semua", "semuanya", "langsung", "cuma", "hanya",
    "sudah", "belum", "jadi", "bahkan",
})  # fmt: skip
# A clause ends here, and with it the scope.
_ENDS = frozenset({
    "!", "?", "<url>", "tapi", "tetapi", "namun", "melainkan", "karena", "malah", "padahal",
})  # fmt: skip


def mark_negation(normalised: str, language: str = "id") -> str:
    """Prefix ``tidak_`` to up to two content words after a negator ("tidak tidak_bagus").

    The ``negators`` of every language count in every text, those that mean something else in
    Indonesian (Ngaju ``dia``, Banjar ``lain``) only when ``language`` says so.
    """
    negators = _OWN.get(language, _ALWAYS)
    left = 0
    marked: list[str] = []
    for token in normalised.split():
        if token in negators:
            left = _SCOPE
        elif token in _ENDS or (0 < left < _SCOPE and token in _RESUMES):
            left = 0
        elif left and token[0].isalpha() and token not in _LIGHT:
            left -= 1
            token = f"{NEGATED}{token}"  # noqa: PLW2901 - the loop's own output
        marked.append(token)
    return " ".join(marked)
