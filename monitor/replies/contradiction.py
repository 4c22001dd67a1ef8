"""Whether a reply says something else than the office's approved statement.

Layer 1, pure: words in, differences out. It knows three kinds: another number of the same thing,
the opposite of what is said of a thing, and something done that is not done yet. It is made to ask
a second person, so it may be wrong; it never stops a reply.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from monitor.replies.amounts import COUNT, Amount, Piece, amounts, sentences
from monitor.replies.opposites import Opposites, roots

_CONDITIONS: Final = frozenset(
    ("kalau", "jika", "bila", "apabila", "jikalau", "seandainya", "andai", "apakah", "kapan")
)
_PLACED: Final = frozenset(("di", "ke", "dari", "dekat"))
_UNTRUE: Final = "hoaks"
_REACH = 3
_QUOTED = 60
_SAME_FACT = 0.8


@dataclass(frozen=True, slots=True)
class Clash:
    """What the statement says, and what the reply says instead; both in their own words."""

    fact: str
    said: str


@dataclass(frozen=True, slots=True)
class _Claim:
    """One thing said of something.

    ``subject`` are roots by word; ``about`` those before the predicate. ``state``: on which side
    of a pair it is, or how far a deed is.
    """

    key: tuple[str, ...]
    state: str
    subject: tuple[frozenset[str], ...]
    about: tuple[frozenset[str], ...]
    places: frozenset[str]
    quote: str


@dataclass(frozen=True, slots=True)
class _Counted:
    amount: Amount
    subject: tuple[frozenset[str], ...]
    places: frozenset[str]
    quote: str


# Which states of one deed exclude each other.
_AGAINST: Final = frozenset(
    frozenset(pair)
    for pair in (
        ("done", "not yet"),
        ("done", "planned"),
        ("done", "not"),
        ("plain", "not yet"),
        ("plain", "not"),
        ("+", "-"),
    )
)


def clashes(text: str, facts: Sequence[str], known: Opposites) -> tuple[Clash, ...]:
    """Where a reply differs from the facts of a statement, in reading order."""
    said_amounts, said_claims = _read(text, known)
    true_amounts, true_claims = _read("\n".join(facts), known)
    found = [_other_amount(one, true_amounts) for one in said_amounts]
    found += [_other_claim(one, true_claims) for one in said_claims]
    unique = {clash.said: clash for clash in found if clash is not None}
    return tuple(unique.values())


def repeated(text: str, facts: Sequence[str], known: Opposites) -> tuple[str, ...]:
    """The facts that a reply says again, in nearly the same words and with the same numbers."""
    said = [_content(sentence, known) for sentence in sentences(text)]
    return tuple(fact for fact in facts if any(_same(_own(fact, known), one) for one in said))


def _own(fact: str, known: Opposites) -> list[str]:
    return [word for sentence in sentences(fact) for word in _content(sentence, known)]


def _same(fact: Sequence[str], said: Sequence[str]) -> bool:
    if not fact:
        return False
    other = [roots(word) for word in said]
    shared = [word for word in fact if any(roots(word) & one for one in other)]
    numbers = {word for word in fact if word[0].isdigit()}
    return numbers <= set(said) and len(shared) >= _SAME_FACT * len(fact)


def _content(sentence: Sequence[Piece], known: Opposites) -> list[str]:
    """Words that carry meaning, numbers too."""
    kept = [one for one in sentence if one.shape in ("word", "number")]
    return [one.word for one in kept if not known.listed("umum", one.word)]


def _read(text: str, known: Opposites) -> tuple[list[_Counted], list[_Claim]]:
    counted: list[_Counted] = []
    claims: list[_Claim] = []
    for sentence in sentences(text):
        for clause in _clauses(sentence, known):
            counted += _counted(clause, text, known)
            claims += _claims(clause, text, known)
    return counted, claims


def _clauses(sentence: Sequence[Piece], known: Opposites) -> list[list[Piece]]:
    """Parts of a sentence that say something of their own; what stands under an "if" does not."""
    parts: list[list[Piece]] = [[]]
    supposed = False
    for piece in sentence:
        if piece.word == "," or known.listed("pemisah", piece.word):
            parts.append([])
            supposed = False
        elif not supposed:
            supposed = piece.word in _CONDITIONS
            parts[-1] += [] if supposed else [piece]
    return [part for part in parts if part]


def _counted(clause: Sequence[Piece], text: str, known: Opposites) -> list[_Counted]:
    places = _places(clause)
    found = []
    for amount in amounts(clause, known):
        rest = [piece for piece in clause if not amount.start <= piece.start < amount.end]
        subject = _subject(rest, known)
        found.append(_Counted(amount, subject, places, text[amount.start : amount.end]))
    return found


def _subject(clause: Sequence[Piece], known: Opposites) -> tuple[frozenset[str], ...]:
    """The things that a clause speaks of, each as its possible roots."""
    return tuple(
        roots(piece.word)
        for piece in clause
        if piece.shape == "word" and _is_content(piece.word, known)
    )


def _is_content(word: str, known: Opposites) -> bool:
    small = ("umum", "penyangkal", "sudah", "belum", "ada", "satuan", "penggolong")
    return not any(known.listed(name, word) for name in small) and word not in known.numbers


def _places(clause: Sequence[Piece]) -> frozenset[str]:
    """The word after ``di`` and the like."""
    pairs = pairwise(clause)
    return frozenset(
        after.word for before, after in pairs if before.word in _PLACED and after.shape == "word"
    )


def _other_amount(said: _Counted, facts: Sequence[_Counted]) -> Clash | None:
    alike = [one for one in facts if _same_thing(said, one)]
    if not alike or any(said.amount.agrees(one.amount) for one in alike):
        return None
    total = sum(one.amount.low for one in alike)
    if said.amount.kind == COUNT and said.amount.low <= total <= said.amount.high:
        return None
    return Clash(alike[0].quote, said.quote)


def _same_thing(one: _Counted, other: _Counted) -> bool:
    mine, its = one.amount, other.amount
    if mine.kind != its.kind or _elsewhere(one.places, other.places):
        return False
    if mine.role and its.role and mine.role != its.role:
        return False
    if mine.kind != COUNT:
        return _share(one.subject, other.subject)
    if not mine.noun & its.noun:
        return False
    if mine.modifier and its.modifier and not mine.modifier & its.modifier:
        return False
    return not (mine.generic or its.generic) or _share(one.subject, other.subject)


def _elsewhere(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one and other) and not one & other


def _share(one: Sequence[frozenset[str]], other: Sequence[frozenset[str]]) -> bool:
    return any(mine & its for mine in one for its in other)


def _claims(clause: Sequence[Piece], text: str, known: Opposites) -> list[_Claim]:
    words = [piece for piece in clause if piece.shape == "word"]
    found = []
    for at, piece in enumerate(words):
        state = _state(words, at, known)
        if state is None:
            continue
        side = known.side(piece.word)
        rest = [*words[:at], *words[at + 1 :]]
        found.append(
            _Claim(
                (str(side[0]),) if side else tuple(sorted(roots(piece.word))),
                state,
                tuple(r for r in _subject(rest, known) if not _sided(r, known)),
                tuple(r for r in _subject(words[:at], known) if not _sided(r, known)),
                _places(clause),
                _quote(clause, text),
            )
        )
    # "Kabar bahwa vaksin habis adalah hoaks" does not say that it ran out.
    truth = known.side(_UNTRUE)
    told = [one for one in found if truth is not None and one.key == (str(truth[0]),)]
    return told or found


def _sided(word: frozenset[str], known: Opposites) -> bool:
    return any(known.side(one) is not None for one in word)


def _state(words: Sequence[Piece], at: int, known: Opposites) -> str | None:
    """How a word stands: on a side of its pair, or how far a deed is; None for small words."""
    before = _modifiers(words, at, known)
    denied = any(known.listed("penyangkal", one) for one in before)
    side = known.side(words[at].word)
    if side is not None:
        return "+" if side[1] is not denied else "-"
    if not _is_content(words[at].word, known):
        return None
    if denied:
        return "not yet" if "belum" in before else "not"
    if any(known.listed("sudah", one) for one in before):
        return "done"
    return "planned" if any(known.listed("belum", one) for one in before) else "plain"


def _modifiers(words: Sequence[Piece], at: int, known: Opposites) -> list[str]:
    """The small words just before a word; another word of its pair does not part them."""
    side = known.side(words[at].word)
    found: list[str] = []
    for piece in reversed(words[max(0, at - _REACH) : at]):
        other = known.side(piece.word)
        of_pair = side is not None and other is not None and side[0] == other[0]
        if _is_content(piece.word, known) and not of_pair:
            break
        found.append(piece.word)
    return found


def _quote(clause: Sequence[Piece], text: str) -> str:
    whole = text[clause[0].start : clause[-1].end]
    return whole if len(whole) <= _QUOTED else whole[: _QUOTED - 1].rstrip() + "…"


def _other_claim(said: _Claim, facts: Sequence[_Claim]) -> Clash | None:
    alike = [one for one in facts if _same_deed(said, one)]
    if any(one.state == said.state for one in alike):
        return None
    against = [one for one in alike if frozenset((one.state, said.state)) in _AGAINST]
    return Clash(against[0].quote, said.quote) if against else None


def _same_deed(one: _Claim, other: _Claim) -> bool:
    if not set(one.key) & set(other.key) or _elsewhere(one.places, other.places):
        return False
    if one.about and other.about:
        return _share(one.about, other.about)
    return _share(one.subject, other.subject)
