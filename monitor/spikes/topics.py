"""Risen terms gathered into topics, named, held against the issues. Layer 1: no clock, no store.

Terms belong together when most comments of the rarer one hold the other too. A topic whose
comments mostly belong to one issue is that issue's affair and no new topic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from monitor.spikes.novelty import (
    Document,
    Past,
    Risen,
    accounts_of,
    once,
    risen,
    usual_accounts,
)

WINDOWS: Final = (6, 24)  # hours of "now", the shortest first
TOGETHER: Final = 0.5  # share of the rarer term's comments that hold the other too
UNFIT: Final = "lainnya"
MAJORITY: Final = 0.5
# An issue that the model is sure of in so large a share takes the unsure ones of its name along.
SURE_SHARE: Final = 0.25
MOST_WORDS, FEWEST_WORDS = 4, 2
# A pair of words speaks for its words when so many of their accounts write it.
_AS_PAIR: Final = 0.6
_SAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class Topic:
    """A new topic: its terms, its name in written words, and who wrote where.

    ``usual`` accounts where as many write; ``samples`` are numbers of comments, one an account.
    """

    keys: frozenset[str]
    words: tuple[str, ...]
    hours: int
    accounts: int
    comments: int
    usual: float
    surprise: float
    samples: tuple[int, ...]


def new_topics(
    now: Sequence[Document], before: Sequence[Document], at: datetime, at_least: int
) -> list[Topic]:
    """Topics of the last 6 or 24 hours that fit no issue, most surprising first.

    ``now``: at most 24 hours old at ``at``; ``before``: older. The order of neither matters.
    """
    recent = {document.id for document in now}
    told_once = once([*now, *before])
    present = [document for document in told_once if document.id in recent]
    earlier = [document for document in told_once if document.id not in recent]
    found: list[Topic] = []
    for hours in WINDOWS:
        window = [one for one in present if at - one.at < timedelta(hours=hours)]
        past = Past.of(earlier, at, hours)
        for topic in _of_window(window, past, hours, at_least):
            if all(topic.keys.isdisjoint(other.keys) for other in found):
                found.append(topic)
    return sorted(found, key=lambda topic: (-topic.surprise, topic.words))


def _of_window(window: Sequence[Document], past: Past, hours: int, at_least: int) -> list[Topic]:
    topics = []
    for terms in together(risen(window, past, at_least)):
        numbers = frozenset[int]().union(*(term.documents for term in terms))
        documents = [one for one in window if one.id in numbers]
        if fits_no_issue(documents):
            topics.append(_topic(terms, documents, past, hours, accounts_of(window)))
    return topics


def together(terms: Sequence[Risen]) -> list[list[Risen]]:
    """Terms in groups that share their comments, each group in the order given."""
    group = list(range(len(terms)))
    for i, one in enumerate(terms):
        for j in range(i):
            other = terms[j]
            shared = len(one.documents & other.documents)
            if shared >= TOGETHER * min(len(one.documents), len(other.documents)):
                old, new = sorted((group[i], group[j]), reverse=True)
                group = [new if number == old else number for number in group]
    return [
        [term for term, own in zip(terms, group, strict=True) if own == number]
        for number in dict.fromkeys(group)
    ]


def fits_no_issue(documents: Sequence[Document]) -> bool:
    """Whether no issue holds more than half of the comments."""
    sure = Counter(one.issue for one in documents if one.sure and one.issue != UNFIT)
    named = Counter(one.issue for one in documents if one.issue != UNFIT)
    most = MAJORITY * len(documents)
    return not any(
        count > most or (count >= SURE_SHARE * len(documents) and named[issue] > most)
        for issue, count in sure.items()
    )


def _topic(
    terms: Sequence[Risen], documents: Sequence[Document], past: Past, hours: int, writers: int
) -> Topic:
    keys = frozenset(term.key for term in terms)
    return Topic(
        keys=keys,
        words=_name(terms, documents),
        hours=hours,
        accounts=accounts_of(documents),
        comments=len(documents),
        usual=usual_accounts(keys, past, writers),
        surprise=terms[0].surprise,
        samples=_samples(keys, documents),
    )


def _name(terms: Sequence[Risen], documents: Sequence[Document]) -> tuple[str, ...]:
    """The terms that most accounts use, as most of them write it; no word twice."""
    users: dict[str, set[str]] = {}
    written: dict[str, Counter[str]] = {}
    for document in documents:
        for key, words in document.terms:
            users.setdefault(key, set()).add(document.account)
            written.setdefault(key, Counter())[words] += 1
    count = {key: len(accounts) for key, accounts in users.items()}
    chosen = _chosen([term.key for term in terms], count)
    if len(chosen) < FEWEST_WORDS:
        fill = [key for key in count if " " not in key and count[key] >= FEWEST_WORDS]
        chosen = _chosen(fill, count, chosen)[:FEWEST_WORDS]
    return tuple(
        min(written[key].items(), key=lambda item: (-item[1], item[0]))[0] for key in chosen
    )


def _chosen(keys: Sequence[str], count: dict[str, int], chosen: Sequence[str] = ()) -> list[str]:
    pairs = [key for key in keys if " " in key]
    names = list(chosen)
    taken = {word for key in names for word in key.split()}
    for key in sorted(keys, key=lambda one: (-count[one], " " not in one, one)):
        spoken = any(key in pair.split() and count[pair] >= _AS_PAIR * count[key] for pair in pairs)
        if len(names) < MOST_WORDS and not spoken and taken.isdisjoint(key.split()):
            names.append(key)
            taken |= set(key.split())
    return names


def _samples(keys: frozenset[str], documents: Sequence[Document]) -> tuple[int, ...]:
    """Comments that hold most of the terms, the earliest of equals, one of each account."""
    best: dict[str, Document] = {}

    def rank(document: Document) -> tuple[int, datetime, int]:
        held = sum(key in keys for key, _ in document.terms)
        return -held, document.at, document.id

    for document in sorted(documents, key=rank):
        best.setdefault(document.account, document)
    return tuple(document.id for document in list(best.values())[:_SAMPLES])
