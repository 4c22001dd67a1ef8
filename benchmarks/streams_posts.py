"""Structure ``posts``: comments come in clusters beneath posts, never from a rate of the hour.

The office publishes in office hours and citizens in the evening (two inhomogeneous Poisson
processes); each post draws first comments with a decay of its own, power law or exponential, and
comments draw replies (Neyman-Scott parents, Hawkes children). A third of the posts touch a second
issue. Popular posts are the harmless bursts: large, with few negatives.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from benchmarks.streams_world import (
    BINS_A_DAY,
    BINS_AN_HOUR,
    SHARE,
    Bools,
    Comments,
    Floats,
    Index,
    Ints,
    World,
    awake,
    draw_sources,
    drift,
    joined,
    within,
)

_WARM_UP = 3  # days of posts before the first bin, so that the stream does not begin empty
_REPLIES, _GENERATIONS = 0.25, 3
_POPULAR, _POPULAR_TIMES = 0.015, (5.0, 20.0)
_POPULAR_SHARE = 0.11
_LARGEST = 3000.0
_SPREAD = 1.0  # of the logarithm of a post's popularity


@dataclass(frozen=True, slots=True)
class _Posts:
    """One row for each post; ``at`` in hours since the start, ``size`` comments expected."""

    at: Floats
    issue: Ints
    second: Ints
    size: Floats
    share: Floats
    pace: Floats
    heavy: Bools
    source: Ints


def comments(world: World, rng: Generator) -> Comments:
    """Every comment of the stream without incidents."""
    posts = _published(world, rng)
    generation = _drawn(world, rng, posts)
    parts = [generation]
    for _ in range(_GENERATIONS):
        generation = _replies(rng, generation)
        parts.append(generation)
    return within(world, joined(parts))


def _published(world: World, rng: Generator) -> _Posts:
    """The posts of office and citizens, with what each will draw."""
    a_day = 24 * world.comment_rate
    number = 0.28 * a_day**0.65
    levels = np.exp(drift(rng, world.days + _WARM_UP, world.issues, 0.93, 0.3) - 0.045)
    at, issue = [], []
    for office in (True, False):
        lam = number * levels * _busy_days(world, office=office)[:, None]
        count = rng.poisson(lam)
        day, which = np.nonzero(count)
        times = count[day, which]
        day = np.repeat(day, times)
        at.append(24.0 * (day - _WARM_UP) + _hour_of_post(world, rng, day, office=office))
        issue.append(np.repeat(which, times).astype(np.int32))
    return _fates(world, rng, np.concatenate(at), np.concatenate(issue), a_day / number)


def _busy_days(world: World, *, office: bool) -> Floats:
    """Posts of a day relative to all posts of a mean day, (days + warm-up,)."""
    weekend = world.weekday >= 5
    if office:
        busy = np.where(weekend, 0.15, 0.57) * np.where(world.holiday, 0.25, 1.0)
    else:
        busy = np.where(weekend, 0.72, 0.55) * np.where(world.holiday, 1.25, 1.0)
    return np.concatenate([busy[:_WARM_UP], busy])


def _hour_of_post(world: World, rng: Generator, day: Index, *, office: bool) -> Floats:
    """Local hour of day at which each post goes out."""
    fasting = world.ramadan[np.maximum(day - _WARM_UP, 0)]
    first = rng.random(len(day)) < (0.6 if office else 0.3)
    if office:
        hour = np.where(first, 9.5, 14.0) - np.where(fasting, 0.7, 0.0)
        return np.clip(rng.normal(hour, 1.3), 6, 23.9)
    hour = np.where(first, np.where(fasting, 4.3, 12.0), np.where(fasting, 21.3, 19.8))
    return rng.normal(hour, np.where(fasting, 1.4, 2.6)) % 24


def _fates(world: World, rng: Generator, at: Floats, issue: Ints, mean: Floats) -> _Posts:
    """Popularity, tone, pace and companion issue of each post; ``mean`` comments, (issues,)."""
    n = len(at)
    popular = rng.random(n) < _POPULAR
    factor = np.exp(rng.normal(-(_SPREAD**2) / 2, _SPREAD, n))
    factor *= np.where(popular, rng.uniform(*_POPULAR_TIMES, n), 1.0)
    usual = 1 + _POPULAR * (sum(_POPULAR_TIMES) / 2 - 1)
    answered = sum(_REPLIES**i for i in range(_GENERATIONS + 1))
    heavy = rng.random(n) < 0.5
    return _Posts(
        at=at,
        issue=issue,
        second=_companions(world, rng, issue),
        size=np.minimum(mean[issue] * factor / usual / answered, _LARGEST),
        # Popular posts take a sixth of all comments at a low share; the others make up for it.
        share=np.where(popular, rng.beta(2, 2 / _POPULAR_SHARE - 2, n), rng.beta(4.0, 10.8, n)),
        pace=np.where(heavy, rng.uniform(0.4, 2.5, n), rng.uniform(1, 8, n)),
        heavy=heavy,
        source=draw_sources(rng, world.mix, issue),
    )


def _companions(world: World, rng: Generator, issue: Ints) -> Ints:
    """The second issue of a third of the posts: one of like size, so that means stay."""
    order = np.argsort(world.rate)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    step = rng.integers(1, 4, len(issue)) * rng.choice([-1, 1], len(issue))
    other = order[np.clip(rank[issue] + step, 0, len(order) - 1)]
    shared = rng.random(len(issue)) < 1 / 3
    return np.where(shared, other, issue).astype(np.int32)


def _drawn(world: World, rng: Generator, posts: _Posts) -> Comments:
    """The first comments beneath each post."""
    post = np.repeat(np.arange(len(posts.at)), rng.poisson(posts.size))
    n = len(post)
    chance = 1 - rng.random(n)
    pace = posts.pace[post]
    # Omori decay, density falling as (1 + t / pace) ** -2.4, or exponential; hours.
    wait = np.where(posts.heavy[post], pace * (chance ** (-1 / 1.4) - 1), -pace * np.log(chance))
    at = posts.at[post] + np.minimum(wait, 72.0)
    day = np.clip(at // 24, 0, world.days - 1).astype(np.int32)
    asleep = rng.random(n) > awake(at % 24, world.ramadan[day])
    # Who sleeps through a post finds it later.
    at = at + np.where(asleep, rng.uniform(2, 9, n), 0.0)
    # A companion hears of a post only where it is followed.
    source, other = posts.source[post], posts.second[post]
    second = (rng.random(n) < 0.3) & (world.mix[other, source] > 0)
    return Comments(
        np.floor(at * BINS_AN_HOUR).astype(np.int32),
        np.where(second, other, posts.issue[post]).astype(np.int32),
        source,
        rng.random(n) < posts.share[post],
    )


def _replies(rng: Generator, parents: Comments) -> Comments:
    """One generation of replies: minutes later, same issue and source, often the same tone."""
    kept = parents.chosen(rng.random(len(parents)) < _REPLIES)
    wait = np.floor(rng.exponential(BINS_AN_HOUR / 3, len(kept))).astype(np.int32)
    alike = rng.random(len(kept)) < 0.6
    negative = np.where(alike, kept.negative, rng.random(len(kept)) < SHARE)
    return Comments(
        kept.bin + np.minimum(wait, BINS_A_DAY).astype(np.int32), kept.issue, kept.source, negative
    )
