"""One spelling for machines: tokens joined by single spaces, lower case, slang made standard.

Second step on the way of a text (after ``clean``); what the classifier, copy hash, spam rules and
flags read. It must not correct spelling by likeness, and must not touch Banjar or Ngaju words or
place names: the slang table is exact.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from monitor.errors import ConfigError
from monitor.text.clean import EMOJI
from monitor.text.negation import mark_negation

__all__ = ["EMAIL", "LONG_NUMBER", "URL", "Normaliser", "mark_negation"]

_CACHE = 100_000

URL: Final = "<url>"
EMAIL: Final = "<email>"
LONG_NUMBER: Final = "<nomor>"
"""Ten digits and more in one run: a phone or identity number, never worth learning."""

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_URL = re.compile(
    r"(?:https?://|www\.)\S+"
    r"|\b[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,4}\.(?:(?:com|id|net|org|info|xyz|ly|io|gg)\b(?:/\S*)?|[a-z]{2,8}/\S+)"
)
_UNITS = "rb|jt|ribu|juta|kg|km|thn|tahun|bln|bulan|hari|jam"
_TOKEN = re.compile(
    r"<(?:url|email|nomor)>"
    rf"|\d++(?:[.,:/]\d++)*(?:(?![^\W_])%?|(?=(?:{_UNITS})(?![^\W_])))"
    r"|[^\W_]++(?:['-][^\W_]++)*+"
    r"|@[\w.]*\w"
    r"|!+|\?+"
    r"|<3|:-?\)+|:'\(+|:-?\(+"
    r"|[\U0001f1e6-\U0001f1ff]{2}"
    rf"|[{EMOJI}](?:[\ufe0f\U0001f3fb-\U0001f3ff]|\u200d[{EMOJI}])*"
)
# First two characters and the last one of a face made of punctuation -> its emoji.
_FACES = {
    "<33": "\u2764",
    ":))": "\U0001f642",
    ":-)": "\U0001f642",
    ":((": "\U0001f641",
    ":-(": "\U0001f641",
    ":'(": "\U0001f622",
}
# Not at the start of a word, where it is an abbreviation ("pppk").
_REPEATED = re.compile(r"(?<=[^\W\d_])([^\W\d_])\1{2,}")
# A doubled i at the end is a Banjar suffix ("mangganii").
_DOUBLED_END = re.compile(r"([^\W\d_i])\1+$")
_VOWEL = re.compile("[aiueo]")
_REDUPLICATED = re.compile(r"([a-z]{3,})2(nya|an|ku|mu|kan|lah)?")
# "sma2" is a school, not several; the others count floors, blocks and stages.
_NUMBERED = frozenset(
    {"sma", "sman", "pos", "lantai", "tahap", "blok", "pasal", "ayat", "gang", "seri", "kelas"}
)  # fmt: skip
_LAUGHTER = (
    (re.compile("a?(?:wk){2,}w?a?"), "wkwk"),
    (re.compile("(?:ha){2,}h?"), "haha"),
    (re.compile("(?:he){2,}h?"), "hehe"),
    (re.compile("(?:hi){2,}h?"), "hihi"),
)
# Letters of other alphabets that advertisers use to hide a word, and typographic apostrophes.
_LOOK_ALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0455\u0458\u04bb\u0501\u051b\u051d"
    "\u1d00\u0299\u1d04\u1d05\u1d07\ua730\u0262\u029c\u026a\u1d0a\u1d0b\u029f\u1d0d\u0274"
    "\u1d0f\u1d18\u0280\ua731\u1d1b\u1d1c\u1d20\u1d21\u028f\u1d22\u2018\u2019\u02bc`",
    "aeopcyxisjhdqwabcdefghijklmnoprstuvwyz''''",
)
# Letters in black circles and squares have no compatibility form of their own.
_BADGES = {
    start + offset: chr(ord("a") + offset) for start in (0x1F150, 0x1F170) for offset in range(26)
}
_FEWEST_SPACED = 3


class Normaliser:
    """Compiled slang table. ``doubles`` are words that really hold doubled letters."""

    __slots__ = ("_doubles", "_slang", "_token")

    def __init__(self, slang: Mapping[str, str], doubles: frozenset[str]) -> None:
        """Raise ConfigError when a standard word would itself be changed."""
        self._slang = dict(slang)
        self._doubles = doubles
        self._token: Callable[[str], str] = lru_cache(maxsize=_CACHE)(self._form)
        for informal, standard in slang.items():
            if any(self._form(word) != word for word in standard.split()):
                raise ConfigError(
                    f"slang table: {informal}: its standard {standard!r} is not standard itself"
                )

    def normalise(self, text: str) -> str:
        """Tokens joined by single spaces; normalising again changes nothing."""
        low = text.lower() if text.isascii() else _plain_letters(text)
        if "@" in low:
            low = _EMAIL.sub(f" {EMAIL} ", low)
        if "." in low or "://" in low:
            low = _URL.sub(f" {URL} ", low)
        return " ".join(map(self._token, _unspaced(_TOKEN.findall(low))))

    def _form(self, token: str) -> str:
        """Normal form of one raw token."""
        first = token[0]
        if first.isalpha():
            return self._word(token)
        if first.isdigit():
            return LONG_NUMBER if len(token) > 9 and token.isdigit() else self._word(token)
        if first == "@":
            return "@user"
        if first in "!?":
            return first
        if first in ":<":
            return _FACES.get(token[:2] + token[-1], token)
        return token if "\U0001f1e6" <= token[1:] <= "\U0001f1ff" else first

    def _word(self, word: str) -> str:
        standard = self._slang.get(word)
        if standard is not None:
            return standard
        twice = _REDUPLICATED.fullmatch(word)
        if (
            twice
            and twice[1] not in _NUMBERED
            and _VOWEL.search(word + self._slang.get(twice[1], ""))
        ):
            base = self._settled(twice[1])
            return f"{base}-{self._settled(base + (twice[2] or ''))}"
        if "-" in word:
            return "-".join(map(self._settled, word.split("-")))
        return self._slang.get(squeezed := self._squeezed(word), squeezed)

    def _settled(self, part: str) -> str:
        """A part of a hyphened word, changed until nothing more changes; never several words."""
        while True:
            standard = self._slang.get(part, part)
            after = self._squeezed(part if " " in standard or "-" in standard else standard)
            if after == part:
                return part
            part = after

    def _squeezed(self, word: str) -> str:
        """Without letters repeated for force: gilaaaa -> gila, baguss -> bagus, maaaf -> maaf."""
        if word in self._doubles or len(word) < _FEWEST_SPACED + 1:
            return word
        for laughter, form in _LAUGHTER:
            if laughter.fullmatch(word):
                return form
        if _REPEATED.search(word):
            doubled = _REPEATED.sub(r"\1\1", word)
            if doubled in self._doubles:
                return doubled
            word = _REPEATED.sub(r"\1", word)
        if len(word) > _FEWEST_SPACED + 1 and _VOWEL.search(word) and word not in self._doubles:
            word = _DOUBLED_END.sub(r"\1", word)
        return word


def _plain_letters(text: str) -> str:
    low = unicodedata.normalize("NFKC", text).lower()
    return unicodedata.normalize("NFKC", low.translate(_BADGES).translate(_LOOK_ALIKES)).lower()


def _unspaced(tokens: list[str]) -> list[str]:
    """Words written letter by letter ("s l o t", "g.4.c.0.r") made whole."""
    if list(map(len, tokens)).count(1) < _FEWEST_SPACED:
        return tokens
    whole: list[str] = []
    run: list[str] = []
    for token in [*tokens, ""]:
        if len(token) == 1 and (token.isalpha() or (run and token.isdigit())):
            run.append(token)
            continue
        letters = sum(map(str.isalpha, run))
        whole += ["".join(run)] if len(run) >= _FEWEST_SPACED and letters > 1 else run
        run = []
        whole += [token] if token else []
    return whole
