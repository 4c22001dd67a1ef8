"""Numbers in a sentence with what they count: posts, hours, days, money, shares.

Layer 1, pure. "lima posko" and "5 posko" are the same; "RT 5" and a telephone number are none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from monitor.replies.opposites import Opposites, roots

COUNT, MONEY, SHARE, TIME, DATE, WEEKDAY = "count", "money", "share", "time", "date", "weekday"
_PIECE = re.compile(
    r"(?P<link>https?://\S+|www\.\S+|\b(?:[\w-]+\.)+(?:go\.id|id|com|org|net)\b(?:/\S*)?)"
    r"|(?P<end>[.!?…;\n]+(?=\s|$))"
    r"|(?P<rp>rp\.?(?=\s?\d))"
    r"|(?P<number>\d+(?:[.,:/]\d+)*)"
    r"|(?P<word>[^\W\d_]+(?:[-’'][^\W\d_]+)*)"
    r"|(?P<percent>%)"
    r"|(?P<dash>[-–—])"
    r"|(?P<pause>[,:()])",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_CLOCK = re.compile(r"([01]?\d|2[0-4])[.:]([0-5]\d)")
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})(?:/\d{2,4})?")
_BIG: Final = {
    "puluh": 10, "belas": 10, "ratus": 100, "ribu": 1_000, "rb": 1_000,
    "juta": 1_000_000, "jt": 1_000_000, "miliar": 10**9, "milyar": 10**9, "triliun": 10**12,
}  # fmt: skip
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        ("januari jan", "februari feb pebruari", "maret mar", "april apr", "mei", "juni jun",
         "juli jul", "agustus agu", "september sep", "oktober okt", "november nov nopember",
         "desember des"), 1)
    for name in names.split()
}  # fmt: skip
_WEEKDAYS: Final = {
    name: number
    for number, names in enumerate(
        ("senin", "selasa", "rabu", "kamis", "jumat jum'at", "sabtu", "minggu ahad")
    )
    for name in names.split()
}
_NAMING = ("pukul", "jam", "tanggal", "tgl")
_ZONES = ("wib", "wita", "wit")
_PARTS = ("pagi", "siang", "sore", "malam")
_LONG_NUMBER = 7
_NOON, _HOUR = 12, 60
_LAST_MORNING = 4
_ABOUT = 0.25
_LOOK_BACK = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, number or sign of a sentence, in small letters, and where it stands."""

    word: str
    start: int
    end: int
    shape: str


@dataclass(frozen=True, slots=True)
class Amount:
    """Between ``low`` and ``high`` of something.

    ``noun``: roots of what is counted, with ``modifier`` behind it; ``generic`` if it is only a
    unit. ``role`` of times and dates: ``from``, ``to`` or nothing.
    """

    kind: str
    low: float
    high: float
    start: int
    end: int
    noun: frozenset[str] = frozenset()
    modifier: frozenset[str] = frozenset()
    generic: bool = True
    role: str = ""
    first: int = 0
    last: int = 0

    def agrees(self, other: Amount) -> bool:
        """Whether both can be true of one thing."""
        return self.low <= other.high and other.low <= self.high


def sentences(text: str) -> list[tuple[Piece, ...]]:
    """The sentences of a text, each without its end; questions are left out."""
    found: list[tuple[Piece, ...]] = []
    run: list[Piece] = []
    for match in _PIECE.finditer(text):
        piece = Piece(match.group().lower(), match.start(), match.end(), str(match.lastgroup))
        if piece.shape != "end":
            run.append(piece)
            continue
        found += [tuple(run)] if run and "?" not in piece.word else []
        run = []
    return [*found, tuple(run)] if run else found


def amounts(sentence: Sequence[Piece], known: Opposites) -> list[Amount]:
    """Every amount of a sentence in reading order."""
    return list(_Reader(sentence, known).read())


class _Reader:
    """One sentence, looked at around each number."""

    def __init__(self, sentence: Sequence[Piece], known: Opposites) -> None:
        self.pieces = sentence
        self.known = known

    def read(self) -> Iterator[Amount]:
        """Amounts from left to right."""
        at, before = 0, None
        while at < len(self.pieces):
            found = self._amount(at)
            if found is None:
                at += 1
                continue
            amount = self._paired(before, found)
            before, at = amount, max(found.last, at + 1)
            yield amount

    def _word(self, at: int) -> str:
        return self.pieces[at].word if 0 <= at < len(self.pieces) else ""

    def _is(self, at: int, name: str) -> bool:
        return self.known.listed(name, self._word(at))

    def _amount(self, at: int) -> Amount | None:
        word = self._word(at)
        if word in _WEEKDAYS and self._word(at - 1) not in ("per", "se"):
            named = word != "minggu" or self._word(at - 1) == "hari"
            value = float(_WEEKDAYS[word])
            return self._made(WEEKDAY, value, at, at + 1) if named else None
        if self._is(at, "ada"):
            return self._existing(at)
        if self._is(at, "nihil") and self._word(at - 1) and not self._word(at + 1):
            return self._noun(0.0, 0.0, at, at + 1)
        return self._number(at)

    def _number(self, at: int) -> Amount | None:
        dated = self._date(at) or self._clock(at)
        if dated is not None:
            return dated
        read = self._numeral(at)
        if read is None or self._is_name(at):
            return None
        value, after = read
        if self._word(at - 1).startswith("rp") or self._word(after) == "rupiah":
            after += self._word(after) == "rupiah"
            return self._spread(self._made(MONEY, value, at, after), at)
        if self._word(after) in ("%", "persen"):
            return self._spread(self._made(SHARE, value, at, after + 1), at)
        return self._spread(self._noun(value, value, at, after), at)

    def _is_name(self, at: int) -> bool:
        """RT 5, Pasal 3, covid-19, salah satu: no amount."""
        before = self._word(at - 1)
        hung = before == "-" and at > 1 and self.pieces[at - 2].shape == "word"
        if self._is(at - 1, "nomor") or hung:
            return True
        return self._word(at) == "satu" and (before == "salah" or self._word(at + 1) == "per")

    def _numeral(self, at: int) -> tuple[float, int] | None:
        """The number that begins here, in digits or in words, and what follows it."""
        piece = self.pieces[at]
        if piece.shape == "number":
            value = _value(piece.word)
            after = at + 1
        else:
            value, after = self._spelt(at)
        if value is None:
            return None
        while self._word(after) in _BIG and self._word(after) not in ("puluh", "belas"):
            value, after = value * _BIG[self._word(after)], after + 1
        return value, after

    def _spelt(self, at: int) -> tuple[float | None, int]:
        """Words: dua puluh lima, seratus dua belas."""
        total: float | None = None
        while self._word(at) in self.known.numbers:
            value = float(self.known.numbers[self._word(at)])
            size = self._word(at + 1)
            if size == "belas":
                value, at = value + 10, at + 1
            elif size in ("puluh", "ratus"):
                value, at = value * _BIG[size], at + 1
            total, at = (total or 0.0) + value, at + 1
        return total, at

    def _date(self, at: int) -> Amount | None:
        piece = self.pieces[at]
        written = _DATE.fullmatch(piece.word)
        if written:
            day, month = int(written.group(1)), int(written.group(2))
            return self._made(DATE, float(month * 100 + day), at, at + 1)
        if piece.shape != "number" or not piece.word.isdigit():
            return None
        later = at + 1
        while self._word(later) in ("-", "–", "dan", "sampai", "hingga") and later < at + 4:
            later += 2
        month = _MONTHS.get(self._word(later), 0)
        if not month and self._word(at - 1) not in _NAMING[2:]:
            return None
        after = at + 2 if later == at + 1 and month else at + 1
        return self._made(DATE, float(month * 100 + int(piece.word)), at, after)

    def _clock(self, at: int) -> Amount | None:
        piece = self.pieces[at]
        if piece.shape != "number":
            read = self._numeral(at) if self._word(at - 1) in _NAMING[:2] else None
            minutes = read[0] * _HOUR if read else -1.0
            after = read[1] if read else at + 1
        else:
            minutes, after = self._minutes(at), at + 1
        if minutes < 0:
            return None
        part = self._word(after)
        if part in ("siang", "sore", "malam") and minutes < _NOON * _HOUR:
            noon = part != "siang" or minutes <= _LAST_MORNING * _HOUR
            minutes += _NOON * _HOUR if noon else 0
        after += part in (*_PARTS, *_ZONES)
        return self._made(TIME, float(minutes), at, after)

    def _minutes(self, at: int) -> float:
        """Minutes since midnight; below zero when it is no time of the day."""
        word, before, after = self._word(at), self._word(at - 1), self._word(at + 1)
        clock = _CLOCK.fullmatch(word)
        if clock and not self._word(at - 1).startswith("rp"):
            return int(clock.group(1)) * _HOUR + int(clock.group(2))
        told = before in _NAMING[:2] or after in (*_ZONES, *_PARTS)
        hour = word.isdigit() and int(word) <= 2 * _NOON
        return int(word) * _HOUR if told and hour else -1.0

    def _existing(self, at: int) -> Amount | None:
        """``ada posko`` is at least one, ``tidak ada posko`` none."""
        after = self._word(at + 1)
        if not after or self._numeral(at + 1) is not None or self.known.side(after) is not None:
            return None
        denied = self._is(at - 1, "penyangkal")
        found = self._noun(0.0 if denied else 1.0, 0.0 if denied else math.inf, at, at + 1)
        first = self.pieces[at - 1 if denied else at]
        return found and replace(found, start=first.start)

    def _noun(self, low: float, high: float, at: int, after: int) -> Amount:
        made = self._made(COUNT, low, at, after)
        here = after
        while self._is(here, "penggolong") and self._content(here + 1):
            here += 1
        if self._content(here):
            behind = self._content(here + 1)
            modifier = roots(self._word(here + 1)) if behind else frozenset[str]()
            return replace(
                made,
                high=high,
                noun=roots(self._word(here)),
                modifier=modifier,
                generic=self._is(here, "satuan"),
                end=self.pieces[here].end,
                last=here + 1,
            )
        return replace(self._before(made, at), high=high)

    def _before(self, made: Amount, at: int) -> Amount:
        """What is counted stands in front: ``posko ada 5``, ``korban 2 orang``."""
        for here in range(at - 1, max(-1, at - 1 - _LOOK_BACK), -1):
            if self._content(here):
                start = self.pieces[here].start
                generic = self._is(here, "satuan")
                return replace(made, noun=roots(self._word(here)), generic=generic, start=start)
        return made

    def _content(self, at: int) -> bool:
        word = self._word(at)
        if not word or self.pieces[at].shape != "word" or self._is(at, "umum"):
            return False
        small = any(self._is(at, name) for name in ("penyangkal", "ada", "sekitar"))
        return not small and self.known.side(word) is None and word not in self.known.numbers

    def _made(self, kind: str, value: float, at: int, after: int) -> Amount:
        last = min(after, len(self.pieces)) - 1
        role = ""
        if kind in (TIME, DATE, WEEKDAY):
            role = self._role(at)
        named = self._word(at - 1).startswith("rp") or self._word(at - 1) in _NAMING
        start, end = self.pieces[at - named].start, self.pieces[max(last, at)].end
        return Amount(kind, value, value, start, end, role=role, first=at, last=after)

    def _role(self, at: int) -> str:
        for here in range(at - 1, max(-1, at - 1 - _LOOK_BACK), -1):
            if self._is(here, "akhir"):
                return "to"
            if self._is(here, "mulai"):
                return "from"
        return ""

    def _spread(self, amount: Amount, at: int) -> Amount:
        """Wider where the sentence says "more than", "at most" or "about"."""
        near = range(max(0, at - 2), at)
        if any(self._is(here, "lebih") for here in near):
            return replace(amount, high=math.inf)
        if any(self._is(here, "sekitar") for here in near):
            return replace(amount, low=amount.low * (1 - _ABOUT), high=amount.high * (1 + _ABOUT))
        return replace(amount, low=0.0) if self._is(at - 1, "kurang") else amount

    def _paired(self, before: Amount | None, found: Amount) -> Amount:
        """``07.00 - 12.00``: the second is an end."""
        if before is None or before.kind != found.kind or found.role:
            return found
        between = {piece.word for piece in self.pieces[before.last : found.first]}
        return replace(found, role="to") if between & {"-", "–", "sampai", "hingga"} else found


def _value(word: str) -> float | None:
    """The value of digits as Indonesians write them; None for a telephone or house number."""
    if _THOUSANDS.fullmatch(word):
        return float(word.replace(".", "").replace(",", "."))
    plain = word.replace(",", ".")
    if plain.count(".") > 1 or not plain.replace(".", "").isdigit():
        return None
    named = "." not in plain and (len(plain) >= _LONG_NUMBER or plain.startswith("0"))
    return None if named and plain != "0" else float(plain)
