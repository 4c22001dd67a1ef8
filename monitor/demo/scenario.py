"""The invented weeks: which comment is written when, by whom, on which site."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.records import Comment, SourceId
from monitor.stage.region import NEWS, SOCIAL
from monitor.stage.telling import Said, by_site, lines, quiet

ZONE = ZoneInfo("Asia/Jakarta")
# A fixed week, so that every replay is the same: Monday 9 to Sunday 15 November 2026.
BEGIN = datetime(2026, 11, 9, tzinfo=ZONE).astimezone(UTC)
END = datetime(2026, 11, 15, 14, 30, tzinfo=ZONE).astimezone(UTC)
HISTORY = timedelta(days=14)
FLOOD_AT = BEGIN + timedelta(days=3, hours=5, minutes=40)
WAVE_AT = BEGIN + timedelta(days=5, hours=19)
HOSPITAL_AT = BEGIN + timedelta(days=6, hours=9)
OUTAGE = (BEGIN + timedelta(days=3, hours=8), BEGIN + timedelta(days=3, hours=10))

_WAVE_COPIES = 40
_WAVE_ACCOUNTS = 31


def load(folder: Path) -> dict[SourceId, list[Comment]]:
    """All comments of both sites, in order of time.

    Raises:
        ConfigError: a file of the scenario is missing.
    """
    rng = random.Random(20261115)  # noqa: S311 - a replay, not a secret
    posts = lines(folder / "posts.txt")
    said = [
        *quiet(lines(folder / "quiet.txt"), BEGIN - HISTORY, END, rng),
        *_rising(lines(folder / "flood.txt"), FLOOD_AT, timedelta(hours=6), (3, 6), rng),
        *_wave(lines(folder / "wave.txt"), rng),
        *_rising(lines(folder / "hospital.txt"), HOSPITAL_AT, timedelta(hours=5.4), (6, 8), rng),
    ]
    return by_site(said, posts, "demo")


def _rising(
    texts: Sequence[str],
    begin: datetime,
    length: timedelta,
    posts: tuple[int, int],
    rng: random.Random,
) -> Iterator[Said]:
    """Comments in their order, slowly at first, then close together."""
    for i, text in enumerate(texts):
        share = ((i + 0.3 * rng.random()) / len(texts)) ** 0.7
        source = NEWS if rng.random() < 0.6 else SOCIAL
        author = 400 + rng.randrange(3 * len(texts))
        yield Said(begin + length * share, text, rng.randrange(*posts), author, source)


def _wave(texts: Sequence[str], rng: random.Random) -> Iterator[Said]:
    copied, answers = texts[0], texts[1:]
    for i in range(_WAVE_COPIES):
        at = WAVE_AT + timedelta(seconds=25 * i + rng.randrange(20))
        yield Said(at, copied, 9, 900 + i % _WAVE_ACCOUNTS, SOCIAL)
    for i, text in enumerate(answers):
        at = WAVE_AT + timedelta(minutes=35 * i + 7)
        yield Said(at, text, 9, rng.randrange(400), SOCIAL)
