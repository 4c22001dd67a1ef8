"""A reply as tokens that the guard's patterns read: one spelling, sentences, quotations.

Layer 1, pure. People dodge or simply mistype, so letters are folded hard: capitals, look-alikes
(``l4por``), stretched (``laporrr``) and spaced letters (``l a p o r``). Nothing here decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

END: Final = "¶"
"""The end of a sentence, as a token."""
LINK: Final = "<tautan>"
"""A link, whatever its address."""
COMMA: Final = ","
"""A pause inside a sentence, as a token."""

_PIECE = re.compile(
    r"(?P<link>https?://\S+|www\.\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:go\.id|id|com|org|net)\b(?:/\S*)?)"
    r"|(?P<number>\d+(?:[.,:/-]\d+)*(?![\w@$]))"
    r"|(?P<word>(?=[\d@$]*[^\W\d_])[\w@$]+(?:['’-][\w@$]+)*)"
    r"|(?P<end>[.!?…\n]+)"
    r"|(?P<quote>[\"“”«»])"
    r"|(?P<pause>[,;:()\-–—/])"
    r"|(?P<sign>[^\s\ufe0f\u200d\U0001f3fb-\U0001f3ff])"
)
_LEET = str.maketrans("0134578@$", "oieastbas")
_LEET_INSIDE = re.compile(r"(?<=[^\W\d_])[01345@$]+(?=[^\W\d_])|^[01345@$]+(?=[^\W\d_]{2})")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_DOUBLED = re.compile(r"([^\W\d_])\1+")
_LAUGHTER = re.compile(r"(?:w?k){3,}w?|(?:w?[kw]){4,}|(?:ha){2,}h?|(?:hi){2,}h?")
_PREFIX_APART = re.compile(r"^(di|ke|me|se|ter|ber|nge)-")
_FEWEST_SPACED = 3
_LONGEST_SHORT = 3
_QUOTING_REACH = 5


@dataclass(frozen=True, slots=True)
class Token:
    """A folded word and where it stands in the text; ``quoted`` when it repeats another's words."""

    word: str
    start: int
    end: int
    quoted: bool = False
    shape: str = "word"


def folded(word: str) -> str:
    """One spelling of a word: small letters, no look-alike digits, no doubled letter.

    Abbreviations ("KK", "PPP") keep theirs.
    """
    low = plain(word)
    return _DOUBLED.sub(r"\1", low) if len(low) > _LONGEST_SHORT else low


@lru_cache(maxsize=20_000)
def plain(word: str) -> str:
    """``folded`` but for doubled letters, which a spelling table needs."""
    low = unicodedata.normalize("NFKC", word).lower().replace("’", "'")
    low = _LEET_INSIDE.sub(lambda match: match.group().translate(_LEET), low)
    low = _PREFIX_APART.sub(r"\1", low)
    low = _STRETCHED.sub(r"\1", low) if len(low) > _LONGEST_SHORT else low
    return "wkwk" if _LAUGHTER.fullmatch(low) else low


def read_tokens(
    text: str, spelling: Mapping[str, str], quoting: frozenset[str] = frozenset()
) -> tuple[Token, ...]:
    """The tokens of a reply in reading order.

    ``spelling`` makes informal words standard (one word may become several); ``quoting`` are the
    words that introduce somebody else's ("kata", "istilah").
    """
    shaped = _unspaced(_pieces(text), text)
    return tuple(_marked(_spelt(shaped, spelling), quoting))


def _pieces(text: str) -> list[Token]:
    return [
        Token(match.group(), match.start(), match.end(), shape=str(match.lastgroup))
        for match in _PIECE.finditer(text)
    ]


def _unspaced(pieces: Sequence[Token], text: str) -> list[Token]:
    """Words written letter by letter made whole; two spaces part two words."""
    whole: list[Token] = []
    run: list[Token] = []
    for index, piece in enumerate(pieces):
        if _continues(run, piece, text):
            run.append(piece)
            continue
        between = piece.shape in ("end", "pause") and piece.end - piece.start == 1
        after = pieces[index + 1] if index + 1 < len(pieces) else None
        if run and between and after is not None and _continues(run, after, text):
            run.append(piece)
            continue
        whole += _joined(run)
        run = [piece] if _is_letter(piece) else []
        whole += [] if run else [piece]
    return whole + _joined(run)


def _is_letter(piece: Token) -> bool:
    return piece.shape == "word" and piece.end - piece.start == 1


def _continues(run: Sequence[Token], piece: Token, text: str) -> bool:
    return bool(run) and _is_letter(piece) and "  " not in text[run[-1].end : piece.start]


def _joined(run: Sequence[Token]) -> list[Token]:
    letters = [one.word for one in run if _is_letter(one)]
    if len(letters) < _FEWEST_SPACED:
        return list(run)
    return [Token("".join(letters), run[0].start, run[-1].end)]


def _spelt(pieces: Iterable[Token], spelling: Mapping[str, str]) -> list[Token]:
    spelt: list[Token] = []
    for piece in pieces:
        if piece.shape == "word":
            word = plain(piece.word)
            standard = spelling.get(word, word)
            spelt += [replace(piece, word=folded(part)) for part in standard.split()]
        elif piece.shape == "end":
            spelt.append(replace(piece, word=END))
        elif piece.shape == "pause":
            spelt.append(replace(piece, word=COMMA))
        elif piece.shape == "link":
            spelt.append(replace(piece, word=LINK))
        else:
            spelt.append(piece)
    return spelt


def _marked(tokens: Sequence[Token], quoting: frozenset[str]) -> list[Token]:
    """Without quotation marks; what stands between two of them after a quoting word is marked."""
    kept: list[Token] = []
    open_, quoted = False, False
    for token in tokens:
        if token.shape == "quote":
            open_ = not open_
            before = kept[-_QUOTING_REACH:]
            quoted = open_ and any(one.word in quoting for one in before)
            continue
        kept.append(replace(token, quoted=quoted))
    return kept
