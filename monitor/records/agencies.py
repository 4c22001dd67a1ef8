"""Agencies that answer for issues, the clocks of their answers, and the national systems."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Opd:
    """An agency. ``key`` goes into buttons, ``short`` is its name everywhere else.

    ``chat`` and ``topic``: where it is asked, None: it has no chat; ``head``: a name of the
    register; ``copies``: short names of those that read its questions too; ``contacts``: its public
    phone numbers and e-mail addresses, which replies may name.
    """

    key: str
    name: str
    short: str
    chat: int | None = None
    topic: int | None = None
    head: str | None = None
    copies: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RouteRule:
    """An issue (in a place, None: anywhere) and the agency in charge, by its short name."""

    issue: str
    place: str | None
    opd: str


@dataclass(frozen=True, slots=True)
class AnswerClock:
    """How long an answer may take: ``days`` working days, and ``extra`` ones once extended."""

    key: str
    name: str
    days: int
    extra: int = 0


@dataclass(frozen=True, slots=True)
class System:
    """A national system: name, site, tracking link, what a ticket looks like, its clock's key.

    ``tracking`` holds ``{tiket}`` or is empty; ``ticket`` is a regular expression of the whole
    number; ``clock`` is empty where none runs; ``mapping`` is a file of data/mappings.
    """

    key: str
    name: str
    site: str
    tracking: str
    ticket: str
    example: str
    mapping: str
    clock: str
