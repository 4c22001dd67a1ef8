"""Invented comments: who says what when, and the quiet days that a crisis breaks into."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from monitor.errors import ConfigError
from monitor.records import Comment, SourceId
from monitor.stage.region import NEWS, SOCIAL

_A_DAY = 17
# How awake people are at each hour of the day; the mean does not matter.
_AWAKE = (1, 1, 1, 1, 1, 2, 4, 6, 7, 7, 6, 6, 7, 6, 5, 5, 6, 7, 8, 9, 9, 7, 4, 2)


@dataclass(frozen=True, slots=True)
class Said:
    """One comment: ``post`` counts the headlines from 0, ``author`` is the number of an account."""

    at: datetime
    text: str
    post: int
    author: int
    source: SourceId


def lines(file: Path) -> list[str]:
    """The lines of a file of comments, the empty ones left out.

    Raises:
        ConfigError: the file is missing or not text.
    """
    try:
        found = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        told = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise ConfigError(f"{file.parent.name}: {file}: {told}") from error
    return [line for line in found if line]


def quiet(
    texts: Sequence[str], begin: datetime, end: datetime, rng: random.Random
) -> Iterator[Said]:
    """Ordinary days from ``begin`` (midnight of the region) to ``end``, on the first headlines."""
    order = list(texts)
    rng.shuffle(order)
    days = (end - begin) // timedelta(days=1) + 1
    for n in range(days * _A_DAY):
        day, hour = n // _A_DAY, rng.choices(range(24), _AWAKE)[0]
        at = begin + timedelta(days=day, hours=hour, seconds=rng.randrange(3600))
        if at < end:
            source = NEWS if rng.random() < 0.55 else SOCIAL
            yield Said(at, order[n % len(order)], rng.randrange(3), rng.randrange(400), source)


def by_site(
    said: Sequence[Said], posts: Sequence[str], platform: str
) -> dict[SourceId, list[Comment]]:
    """Everything that is said, as the comments of the two sites, in order of time."""
    sites: dict[SourceId, list[Comment]] = {NEWS: [], SOCIAL: []}
    for number, one in enumerate(sorted(said, key=lambda s: s.at), 1):
        sites[one.source].append(_comment(number, one, posts, platform))
    return sites


def _comment(number: int, said: Said, posts: Sequence[str], platform: str) -> Comment:
    base = f"https://{said.source.replace('_', '-')}.example/{said.post + 1}"
    return Comment(
        source_id=said.source,
        platform=platform,
        external_id=str(number),
        text=said.text,
        created_at=said.at,
        post_id=str(said.post + 1),
        post_title=posts[said.post % len(posts)],
        post_url=base,
        author_id=f"warga-{said.author:03}",
        like_count=(number * 7919) % 23,
        permalink=f"{base}#komentar-{number}",
        reply_ref=str(number),
    )
