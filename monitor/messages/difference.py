"""What was changed between two wordings, word by word, as runs to be struck out or made bold.

Layer 1, pure. ``runs`` is for the page, whose templates escape; ``marked`` is Telegram's HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

from monitor.messages.base import escape, head, visible_units

_WORD: Final = re.compile(r"\S+\s*|\s+")
_MOST_WORDS = 800  # beyond that, comparing takes longer than reading both
_ISLAND = 1  # so few equal words between two changes only make the reading harder
_KEPT = 6  # words of an unchanged run that stay on either side where room is short
_CUT = "… "


class Change(StrEnum):
    """What became of a run of words."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Run:
    """Words that share one fate, with the spaces behind them."""

    change: Change
    text: str


def runs(before: str, after: str) -> tuple[Run, ...]:
    """The way from one wording to the other.

    Leaving out what was added gives ``before``, leaving out what was removed gives ``after``, but
    for spaces between words.
    """
    # A wording's last word has no space behind it, but words of the other may follow.
    old, new = _WORD.findall(f"{before.rstrip()} "), _WORD.findall(f"{after.rstrip()} ")
    *found, last = [Run(Change.SAME, ""), *_merged(_changes(old, new))]
    ended = Run(last.change, last.text.rstrip())
    return tuple(run for run in (*found, ended) if run.text)


def changed_lines(before: str, after: str) -> Iterator[tuple[list[str], list[str]]]:
    """The lines that two texts do not share, in their order: those gone, those in their place."""
    old, new = before.splitlines(), after.splitlines()
    # What both begin and end with is most of a long file, and need not be compared in earnest.
    first = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), None)
    if first is None:
        first = min(len(old), len(new))
    rest = min(len(old), len(new)) - first
    last = next((i for i in range(rest) if old[-1 - i] != new[-1 - i]), rest)
    old, new = old[first : len(old) - last], new[first : len(new) - last]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield old[i1:i2], new[j1:j2]


def marked(before: str, after: str, room: int) -> str:
    """The difference in Telegram's HTML, at most ``room`` UTF-16 units to be seen.

    Long unchanged stretches give way first; then the end is cut. Every tag is closed.
    """
    found: Sequence[Run] = runs(before, after)
    if sum(visible_units(run.text) for run in found) > room:
        found = [_shortened(run, i, len(found)) for i, run in enumerate(found)]
    return "".join(_tagged(run) for run in _fitted(found, room)).strip()


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[list[str], ...]]:
    """Equal, removed and added words of each step."""
    if max(len(old), len(new)) > _MOST_WORDS:
        yield [], list(old), list(new)
        return
    plain_old, plain_new = [w.strip() for w in old], [w.strip() for w in new]
    matcher = SequenceMatcher(None, plain_old, plain_new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield list(new[j1:j2]), [], []
        else:
            yield [], list(old[i1:i2]), list(new[j1:j2])


def _merged(steps: Iterable[tuple[list[str], ...]]) -> Iterator[Run]:
    """Join changes that only an island of equal words divides."""
    listed = list(steps)
    removed: list[str] = []
    added: list[str] = []
    for at, (same, gone, come) in enumerate(listed):
        between = 0 < at < len(listed) - 1
        if same and between and len(same) <= _ISLAND:
            removed, added = removed + same, added + same
        elif same:
            yield from _changed(removed, added)
            removed, added = [], []
            yield Run(Change.SAME, "".join(same))
        else:
            removed, added = removed + gone, added + come
    yield from _changed(removed, added)


def _changed(removed: Sequence[str], added: Sequence[str]) -> Iterator[Run]:
    if removed:
        yield Run(Change.REMOVED, "".join(removed))
    if added:
        yield Run(Change.ADDED, "".join(added))


def _shortened(run: Run, at: int, count: int) -> Run:
    words = _WORD.findall(run.text)
    if run.change is not Change.SAME or len(words) <= 2 * _KEPT + 1:
        return run
    first = [] if at == 0 else words[:_KEPT]
    last = [] if at == count - 1 else words[-_KEPT:]
    return Run(run.change, "".join([*first, _CUT, *last]))


def _fitted(found: Iterable[Run], room: int) -> Iterator[Run]:
    left = room - 1  # for the sign that something is missing
    for run in found:
        units = visible_units(run.text)
        if units > left:
            yield Run(run.change, f"{head(run.text, left).rstrip()}…")
            return
        left -= units
        yield run


_TAGS: Final = {Change.REMOVED: "s", Change.ADDED: "b"}


def _tagged(run: Run) -> str:
    tag = _TAGS.get(run.change)
    if tag is None:
        return escape(run.text)
    words = run.text.rstrip()
    space = run.text[len(words) :]
    return f"<{tag}>{escape(words)}</{tag}>{space}" if words else space
