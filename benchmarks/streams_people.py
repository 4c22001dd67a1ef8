"""Structure ``people``: a finite crowd that comes online, writes, answers each other, and leaves.

Nothing has a rate of its own: each person has hours, days, stretches of absence, some issues and
a tone that changes over weeks; activity is heavy-tailed, so a few people make much of an issue.
Replies spread within an issue's crowd. Harmless bursts are threads that the crowd is called to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from benchmarks.streams_world import (
    BINS_A_DAY,
    BINS_AN_HOUR,
    Bools,
    Comments,
    Floats,
    Index,
    Ints,
    World,
    draw_sources,
    drift,
    joined,
    within,
)

_PEOPLE_AN_ISSUE = 40
_REPLIES, _GENERATIONS = 0.35, 6
_IN_SESSION = 2.0  # comments of one visit in the mean
_THREADS_A_WEEK = 0.7
_TONE = -1.33  # logit; with the spreads below about a quarter of all comments are negative


@dataclass(frozen=True, slots=True)
class _Crowd:
    """People (people,): hour of day and in Ramadan, sharpness; presence and tone by day.

    ``presence`` and ``tone`` are (days, people); presence has mean 1, tone is a logit.
    """

    hour: Floats
    fasting_hour: Floats
    sharpness: Floats
    presence: Floats
    tone: Floats


@dataclass(frozen=True, slots=True)
class _Members:
    """Who follows what, one row a pair, grouped by issue: pairs of an issue lie together."""

    person: Ints
    issue: Ints
    weight: Floats  # within the issue they sum to 1
    first: Ints  # (issues + 1,): the pairs of issue i are first[i] : first[i + 1]


@dataclass(frozen=True, slots=True)
class _Said:
    """Comments with their writers; ``at`` in hours since the start."""

    at: Floats
    person: Ints
    issue: Ints
    source: Ints
    negative: Bools


def comments(world: World, rng: Generator) -> Comments:
    """Every comment of the stream without incidents."""
    crowd, members = _crowd(world, rng), _members(world, rng)
    said = _visits(world, rng, crowd, members)
    parts = [said, _threads(world, rng, members)]
    for _ in range(_GENERATIONS):
        said = _answers(world, rng, crowd, members, said)
        parts.append(said)
    return within(world, joined([_as_comments(part) for part in parts]))


def _as_comments(said: _Said) -> Comments:
    at = np.floor(said.at * BINS_AN_HOUR).astype(np.int32)
    return Comments(at, said.issue, said.source, said.negative)


def _crowd(world: World, rng: Generator) -> _Crowd:
    n = _PEOPLE_AN_ISSUE * world.issues
    hour = rng.normal(rng.choice([7.0, 12.3, 16.0, 20.3, 22.5], n, p=[0.13, 0.2, 0.17, 0.35, 0.15]))
    moved = np.where(rng.random(n) < 0.25, rng.normal(4.2, 0.5, n), rng.normal(21.0, 1.2, n))
    own = rng.normal(_TONE, 0.8, n)
    return _Crowd(
        hour=hour,
        fasting_hour=np.where(rng.random(n) < 0.5, moved, hour),
        sharpness=rng.uniform(1.0, 6.0, n),
        presence=_presence(world, rng, n),
        tone=own + drift(rng, world.days, n, 0.95, 0.5),
    )


def _presence(world: World, rng: Generator, people: int) -> Floats:
    """Stretches of being there and away (mean 7 and 3 days), own week days and holidays."""
    there = np.empty((world.days, people))
    now = rng.random(people) < 0.7
    for day in range(world.days):
        change = rng.random(people) < np.where(now, 1 / 7, 1 / 3)
        now = now ^ change
        there[day] = now / 0.7
    weekend, holiday = rng.uniform(0.2, 1.8, people), rng.uniform(0.3, 1.7, people)
    there *= np.where((world.weekday >= 5)[:, None], weekend, 1.0)
    there *= np.where(world.holiday[:, None], holiday, 1.0)
    return there


def _members(world: World, rng: Generator) -> _Members:
    """The crowd of each issue; busy issues have more people; activity is Pareto with a cap."""
    people = _PEOPLE_AN_ISSUE * world.issues
    size = np.minimum(12 + 30 * np.sqrt(world.comment_rate), people).astype(int)
    activity = np.minimum(1 + rng.pareto(1.2, people), 60.0)
    person = [rng.choice(people, n, replace=False) for n in size]
    weight = [activity[who] * rng.gamma(2, 0.5, len(who)) for who in person]
    return _Members(
        person=np.concatenate(person).astype(np.int32),
        issue=np.repeat(np.arange(world.issues), size).astype(np.int32),
        weight=np.concatenate([each / each.sum() for each in weight]),
        first=np.concatenate([[0], np.cumsum(size)]).astype(np.int32),
    )


def _visits(world: World, rng: Generator, crowd: _Crowd, members: _Members) -> _Said:
    """What people write unasked: visits by person and day, some comments in each."""
    started = 24 * world.comment_rate / _IN_SESSION * (1 - _REPLIES)
    lam = crowd.presence[:, members.person] * (started[members.issue] * members.weight)
    # Interest in an issue comes and goes over weeks.
    interest = drift(rng, world.days, len(members.person), 0.95, 0.5)
    count = rng.poisson(lam * np.exp(interest - 0.125))
    day, pair = np.nonzero(count)
    times = count[day, pair]
    day, pair = np.repeat(day, times), np.repeat(pair, times)
    person = members.person[pair]
    wander = rng.vonmises(0, crowd.sharpness[person]) * 12 / np.pi
    at = 24.0 * day + (_hour(world, crowd, person, day) + wander) % 24
    visit = np.repeat(np.arange(len(at)), rng.geometric(1 / _IN_SESSION, len(at)))
    at = at[visit] + rng.exponential(0.25, len(visit))
    person, issue = person[visit], members.issue[pair][visit]
    source = draw_sources(rng, world.mix, members.issue[pair])[visit]
    negative = _negative(rng, crowd, person, day[visit], np.zeros(len(visit)))
    return _Said(at, person, issue, source, negative)


def _hour(world: World, crowd: _Crowd, person: Ints, day: Index) -> Floats:
    """The person's usual hour of that day."""
    return np.where(world.ramadan[day], crowd.fasting_hour[person], crowd.hour[person])


def _negative(rng: Generator, crowd: _Crowd, person: Ints, day: Index, shift: Floats) -> Bools:
    chance = 1 / (1 + np.exp(-(crowd.tone[day, person] + shift)))
    return rng.random(len(person)) < chance


def _writers(rng: Generator, members: _Members, issue: Ints) -> Ints:
    """One of the issue's crowd for each row, by weight."""
    edges = np.cumsum(members.weight)
    begin = np.concatenate([[0.0], edges])[members.first[:-1]]
    pair = np.searchsorted(edges, begin[issue] + rng.random(len(issue)) * (1 - 1e-9))
    return members.person[np.clip(pair, members.first[issue], members.first[issue + 1] - 1)]


def _answers(
    world: World, rng: Generator, crowd: _Crowd, members: _Members, parents: _Said
) -> _Said:
    """One generation of replies; who is not online answers at his own next hour."""
    times = rng.poisson(_REPLIES, len(parents.at))
    to = np.repeat(np.arange(len(times)), times)
    issue = parents.issue[to]
    person = _writers(rng, members, issue)
    at = parents.at[to] + np.minimum(rng.lognormal(np.log(0.2), 1.2, len(to)), 24.0)
    day = np.clip(at // 24, 0, world.days - 1).astype(np.int32)
    away = at % 24 - _hour(world, crowd, person, day)
    online = np.exp(crowd.sharpness[person] / 2 * (np.cos(away * np.pi / 12) - 1))
    later = (-away) % 24 + rng.normal(0, 0.7, len(to))
    # A talk goes on for some who would be gone; hence the floor.
    at = at + np.where(rng.random(len(to)) < np.maximum(online, 0.2), 0.0, np.maximum(later, 0.2))
    day = np.clip(at // 24, 0, world.days - 1).astype(np.int32)
    shift = np.where(parents.negative[to], 0.5, -0.15)
    negative = _negative(rng, crowd, person, day, shift)
    return _Said(at, person, issue, parents.source[to], negative)


def _threads(world: World, rng: Generator, members: _Members) -> _Said:
    """Harmless bursts: thanks, a quiz, a roll call; most of it within an hour or two."""
    weeks = world.bins / (7 * BINS_A_DAY)
    issue = np.repeat(np.arange(world.issues), rng.poisson(_THREADS_A_WEEK * weeks, world.issues))
    n = len(issue)
    begin = 24.0 * rng.integers(world.days, size=n) + rng.uniform(8, 22, n)
    size = (5 + world.comment_rate[issue]) * np.exp(rng.uniform(np.log(1), np.log(8), n))
    thread = np.repeat(np.arange(n), rng.poisson(size))
    of = issue[thread].astype(np.int32)
    at = begin[thread] + rng.exponential(rng.uniform(0.2, 1.2, n)[thread])
    source = draw_sources(rng, world.mix, issue.astype(np.int32))[thread]
    return _Said(at, _writers(rng, members, of), of, source, rng.random(len(of)) < 0.1)
