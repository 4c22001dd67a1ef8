"""What a platform file says of itself, and what it is given to work with.

Layer 1: words only. A platform file ends with ``PLATFORM = Platform(...)``; ``known.py`` names the
file; ``connecting.py`` reads the configuration, hands over a :class:`Setup` and gets a
:class:`Connected`. The store keeps the promises of :class:`Meter` and :class:`Vault`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Flag, StrEnum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from monitor.platforms.base import Hook, Moderator, Refetcher, Replier, Source
from monitor.records import SourceId

if TYPE_CHECKING:
    import httpx  # a light start does without

Clock = Callable[[], datetime]


class Use(StrEnum):
    """What a call is for, the most important first: the order in which a budget runs dry.

    REPLY: a reply, its target and its read-back. NEW: what was said since the last poll.
    RECHECK: edits, deletions, retention. SEARCH: looking for mentions elsewhere.
    HISTORY: the first read.
    """

    REPLY = "reply"
    NEW = "new"
    RECHECK = "recheck"
    SEARCH = "search"
    HISTORY = "history"


class Meter(Protocol):
    """The ledger of one budget: what was spent today, and until when nobody may call."""

    def spend(self, cost: float, use: Use) -> None:
        """Book a call before it is made; after a crash between the two too much is booked.

        Raises:
            PlatformError: RATE while parked, QUOTA when this use's share of the day is spent; both
                with ``retry_after``. The call must not be made.
        """
        ...

    def may(self, cost: float, use: Use) -> bool:
        """Whether the day's budget has room for such a call; books nothing.

        A site that asked for rest is another matter: that passes, a spent budget does not.
        """
        ...

    def park(self, until: datetime) -> None:
        """Let nobody call before an instant; an earlier instant never shortens a longer wait."""
        ...


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an authorisation server gave. ``expires_at`` None: it does not say, or never.

    ``refresh`` is the newest refresh token: many servers change it at every use.
    """

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    obtained_at: datetime | None = None
    expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None


class Vault(Protocol):
    """Keeps tokens that change while Siaga runs, apart from the database that people copy."""

    def read(self, seed: str) -> Tokens | None:
        """The kept tokens; None without any, or when ``seed`` (what an admin gave) has changed."""
        ...

    def renew(
        self, seed: str, stale: Tokens | None, ask: Callable[[Tokens | None], Tokens]
    ) -> Tokens:
        """Replace ``stale`` by what ``ask`` gets, unless somebody else has done it already.

        One process at a time: whoever waited finds the tokens that the other saved, and ``ask`` is
        not called. New tokens are on the disk before this returns.

        Raises:
            PlatformError: as ``ask`` does; the kept tokens stay as they are.
        """
        ...


class Can(Flag):
    """What a platform lets us do and see."""

    NOTHING = 0
    REPLY = auto()
    HIDE = auto()
    REFETCH = auto()  # read single comments again: sees edits and deletions
    HOOK = auto()  # tells us of news by itself


@dataclass(frozen=True, slots=True)
class Budget:
    """A day's budget in ``units`` (calls, quota units, US dollars), reset at midnight in ``zone``.

    ``shared``: one budget for all sources of the platform (they use one app), unless their
    ``budget`` names differ.
    """

    units: float
    zone: str = "UTC"
    shared: bool = False
    name: str = "units"


@dataclass(frozen=True, slots=True)
class Consent:
    """Where an admin gives an app access in the browser (OAuth 2.0 code flow with PKCE).

    ``extra`` are parameters of the authorisation address (also instead of those that it has
    anyway: ``scope``, ``redirect_uri``). ``token_url`` takes the code. ``basic``: the app proves
    itself there by HTTP Basic, not by form fields.
    """

    authorize_url: str
    token_url: str
    scopes: tuple[str, ...]
    extra: Mapping[str, str] = field(default_factory=dict)
    basic: bool = False


@dataclass(frozen=True, slots=True)
class Setup:
    """A configured account as a platform file gets it; ``secrets`` by their key."""

    id: SourceId
    base_url: str
    meter: Meter
    vault: Vault
    clock: Clock
    account: str = ""
    user: str = ""
    client_id: str = ""
    queries: tuple[str, ...] = ()
    own_names: frozenset[str] = frozenset()
    backfill_days: int = 28
    timeout: float = 20.0
    key_file: Path | None = None
    permitted: bool = False
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    transport: httpx.BaseTransport | None = None

    def secret(self, key: str) -> str:
        """A secret, "" if it is not set."""
        return self.secrets.get(key, "")


@dataclass(frozen=True, slots=True)
class Connected:
    """A connected account: what it can be used as. One object may be several of these."""

    source: Source
    replier: Replier | None = None
    refetcher: Refetcher | None = None
    moderator: Moderator | None = None
    hook: Hook | None = None


@dataclass(frozen=True, slots=True)
class Platform:
    """One site's file. ``needs`` and ``takes``: keys of [sources.NAME] that not every source has.

    ``base_url`` "" means that the admin gives it. ``every_seconds``: its pace where the
    configuration names none. ``keeps_days``: what was not read again for so long must be erased.
    ``reply_limit``: the longest reply as the site counts it (``measure``, by default code points).
    ``one_reader``: what its token's owner is told goes to one reader only, so no two sources may
    share a token, nor a source that of the staff bot.
    """

    name: str
    connect: Callable[[Setup], Connected]
    base_url: str = ""
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    can: Can = Can.NOTHING
    every_seconds: int | None = None
    budget: Budget | None = None
    keeps_days: int | None = None
    reply_limit: int | None = None
    measure: Callable[[str], int] = len
    consent: Consent | None = None
    one_reader: bool = False
