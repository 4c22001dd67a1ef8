"""The invented weeks: which comment is written when, by whom, on which site."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.errors import ConfigError
from monitor.records import Comment, SourceId

ZONE = ZoneInfo("Asia/Jakarta")
# A fixed week, so that every replay is the same: Monday 9 to Sunday 15 November 2026.
BEGIN = datetime(2026, 11, 9, tzinfo=ZONE).astimezone(UTC)
END = datetime(2026, 11, 15, 14, 30, tzinfo=ZONE).astimezone(UTC)
HISTORY = timedelta(days=14)
FLOOD_AT = BEGIN + timedelta(days=3, hours=5, minutes=40)
WAVE_AT = BEGIN + timedelta(days=5, hours=19)
HOSPITAL_AT = BEGIN + timedelta(days=6, hours=9)
OUTAGE = (BEGIN + timedelta(days=3, hours=8), BEGIN + timedelta(days=3, hours=10))

NEWS = SourceId("situs_berita")
SOCIAL = SourceId("instagram_pemkab")

_A_DAY = 17
# How awake people are at each hour of the day; the mean does not matter.
_AWAKE = (1, 1, 1, 1, 1, 2, 4, 6, 7, 7, 6, 6, 7, 6, 5, 5, 6, 7, 8, 9, 9, 7, 4, 2)
_WAVE_COPIES = 40
_WAVE_ACCOUNTS = 31


@dataclass(frozen=True, slots=True)
class _Said:
    at: datetime
    text: str
    post: int
    author: int
    source: SourceId


def load(folder: Path) -> dict[SourceId, list[Comment]]:
    """All comments of both sites, in order of time.

    Raises:
        ConfigError: a file of the scenario is missing.
    """
    rng = random.Random(20261115)  # noqa: S311 - a replay, not a secret
    posts = _lines(folder / "posts.txt")
    said = [
        *_quiet(_lines(folder / "quiet.txt"), rng),
        *_rising(_lines(folder / "flood.txt"), FLOOD_AT, timedelta(hours=6), (3, 6), rng),
        *_wave(_lines(folder / "wave.txt"), rng),
        *_rising(_lines(folder / "hospital.txt"), HOSPITAL_AT, timedelta(hours=5.4), (6, 8), rng),
    ]
    sites: dict[SourceId, list[Comment]] = {NEWS: [], SOCIAL: []}
    for number, one in enumerate(sorted(said, key=lambda s: s.at), 1):
        sites[one.source].append(_comment(number, one, posts))
    return sites


def _lines(file: Path) -> list[str]:
    try:
        found = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
    except OSError as error:
        raise ConfigError(f"demo: {file}: {error.strerror}") from error
    return [line for line in found if line]


def _quiet(lines: Sequence[str], rng: random.Random) -> Iterator[_Said]:
    order = list(lines)
    rng.shuffle(order)
    days = (END - BEGIN + HISTORY) // timedelta(days=1) + 1
    for n in range(days * _A_DAY):
        day, hour = n // _A_DAY, rng.choices(range(24), _AWAKE)[0]
        at = BEGIN - HISTORY + timedelta(days=day, hours=hour, seconds=rng.randrange(3600))
        if at < END:
            source = NEWS if rng.random() < 0.55 else SOCIAL
            yield _Said(at, order[n % len(order)], rng.randrange(3), rng.randrange(400), source)


def _rising(
    lines: Sequence[str],
    begin: datetime,
    length: timedelta,
    posts: tuple[int, int],
    rng: random.Random,
) -> Iterator[_Said]:
    """Comments in their order, slowly at first, then close together."""
    for i, text in enumerate(lines):
        share = ((i + 0.3 * rng.random()) / len(lines)) ** 0.7
        source = NEWS if rng.random() < 0.6 else SOCIAL
        author = 400 + rng.randrange(3 * len(lines))
        yield _Said(begin + length * share, text, rng.randrange(*posts), author, source)


def _wave(lines: Sequence[str], rng: random.Random) -> Iterator[_Said]:
    copied, answers = lines[0], lines[1:]
    for i in range(_WAVE_COPIES):
        at = WAVE_AT + timedelta(seconds=25 * i + rng.randrange(20))
        yield _Said(at, copied, 9, 900 + i % _WAVE_ACCOUNTS, SOCIAL)
    for i, text in enumerate(answers):
        at = WAVE_AT + timedelta(minutes=35 * i + 7)
        yield _Said(at, text, 9, rng.randrange(400), SOCIAL)


def _comment(number: int, said: _Said, posts: Sequence[str]) -> Comment:
    base = f"https://{said.source.replace('_', '-')}.example/{said.post + 1}"
    return Comment(
        source_id=said.source,
        platform="demo",
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
