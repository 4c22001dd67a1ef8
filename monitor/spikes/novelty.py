"""Terms that so many different accounts use as never before. Layer 1: no clock, no store.

What counts is accounts, never comments: one person who writes ten times is one. The past is cut
into stretches as long as the window; each term's accounts there, against all accounts that wrote
in the same hours, give a Gamma-Poisson rate, whose negative-binomial tail says how surprising the
count of now is. Which terms make a topic together is ``topics``' question.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from monitor.spikes.baseline import variance_of
from monitor.spikes.state import Floats
from monitor.spikes.tail import at_least as tail

# Terms tried times the tail may be this at the most: by chance about one look in a thousand.
CHANCE: Final = 0.001
# The prior: half an account where one wrote. It takes a past to make anything new.
PRIOR_ACCOUNTS: Final = 0.5
PRIOR_EXPOSURE: Final = 1.0
DISPERSION_PRIOR: Final = 10.0  # expected accounts that a term needs before its own spread counts
# So many words in the same order are a copy; fewer are honestly the same.
COPY_WORDS: Final = 4


@dataclass(frozen=True, slots=True)
class Document:
    """A comment as its terms: ``(key, written words)``, pairs of words with a space in the key.

    ``issue`` is what the model or a person says, ``sure`` whether that holds.
    """

    id: int
    at: datetime
    account: str
    issue: str
    sure: bool
    terms: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Risen:
    """A term that rose: its accounts now, how many are usual, and -log10 of the corrected tail."""

    key: str
    accounts: int
    usual: float
    surprise: float
    documents: frozenset[int]


@dataclass(frozen=True, slots=True)
class Past:
    """Documents before now in stretches of a window's length, and the accounts of each."""

    stretches: tuple[tuple[Document, ...], ...]
    exposure: Floats

    @classmethod
    def of(cls, before: Iterable[Document], at: datetime, hours: int) -> Past:
        """Cut ``before`` backwards from ``at``; a stretch in which nobody wrote tells nothing."""
        cut: dict[int, list[Document]] = {}
        for document in before:
            cut.setdefault((at - document.at) // timedelta(hours=hours), []).append(document)
        stretches = tuple(tuple(cut[number]) for number in sorted(cut))
        return cls(stretches, np.array([accounts_of(one) for one in stretches], dtype=np.float64))

    def accounts(self, keys: Iterable[str]) -> Floats:
        """Different accounts with each of these terms, (terms, stretches)."""
        row = {key: i for i, key in enumerate(keys)}
        seen = {
            (row[key], column, document.account)
            for column, stretch in enumerate(self.stretches)
            for document in stretch
            for key, _ in document.terms
            if key in row
        }
        counted = np.zeros((len(row), len(self.stretches)))
        for i, column, _ in seen:
            counted[i, column] += 1
        return counted


def once(documents: Iterable[Document]) -> list[Document]:
    """In order of time, without what repeats an earlier one word for word."""
    kept, said = [], set()
    for document in sorted(documents, key=lambda one: (one.at, one.id)):
        words = tuple(key for key, _ in document.terms if " " not in key)
        if len(words) >= COPY_WORDS:
            if words in said:
                continue
            said.add(words)
        kept.append(document)
    return kept


def accounts_of(documents: Iterable[Document]) -> int:
    """Different accounts behind documents."""
    return len({document.account for document in documents})


def risen(now: Sequence[Document], past: Past, at_least: int) -> list[Risen]:
    """Terms of ``now`` with more accounts than chance explains, most surprising first.

    ``at_least`` accounts make a term worth a test; the correction is for all terms of now.
    """
    users: dict[str, set[str]] = {}
    holders: dict[str, set[int]] = {}
    for document in now:
        for key, _ in document.terms:
            users.setdefault(key, set()).add(document.account)
            holders.setdefault(key, set()).add(document.id)
    keys = sorted(key for key, accounts in users.items() if len(accounts) >= at_least)
    if not keys:
        return []
    counts = np.array([len(users[key]) for key in keys], dtype=np.float64)
    usual, variance = _expected(past.accounts(keys), past.exposure, accounts_of(now))
    chance = tail(counts, usual, variance) * len(users)
    found = [
        Risen(key, int(counts[i]), float(usual[i]), _decades(chance[i]), frozenset(holders[key]))
        for i, key in enumerate(keys)
        if chance[i] <= CHANCE
    ]
    return sorted(found, key=lambda one: (-one.surprise, one.key))


def usual_accounts(keys: Iterable[str], past: Past, exposure: int) -> float:
    """Accounts with any of these terms that are usual where so many accounts write."""
    wanted = frozenset(keys)
    used = sum(
        accounts_of(one for one in stretch if any(key in wanted for key, _ in one.terms))
        for stretch in past.stretches
    )
    return exposure * used / max(float(past.exposure.sum()), 1.0)


def _expected(before: Floats, exposure: Floats, now: int) -> tuple[Floats, Floats]:
    """Mean and variance of each term's accounts now, (terms,), from (terms, stretches)."""
    shape = PRIOR_ACCOUNTS + before.sum(axis=1)
    rate = shape / (PRIOR_EXPOSURE + exposure.sum())
    fitted = rate[:, None] * exposure
    squares = ((before - fitted) ** 2).sum(axis=1)
    # Words come in bursts under one post; a term that burst before may well burst again.
    spread = (DISPERSION_PRIOR + squares) / (DISPERSION_PRIOR + fitted.sum(axis=1))
    mean = rate * now
    return mean, variance_of(mean, np.maximum(spread, 1.0), 1 / shape)


def _decades(chance: float) -> float:
    return float(-np.log10(max(chance, 1e-300)))
