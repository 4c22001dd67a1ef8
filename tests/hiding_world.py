"""A site that can hide comments, for the tests of hiding: it keeps what it was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from monitor.errors import PlatformError, Reason
from monitor.platforms.base import Moderator, Source
from monitor.platforms.offer import Can, Connected, Platform, Setup
from monitor.records import SourceId
from monitor.steps.tools import Account, Tools
from tests.world import SITE, MemorySource


class MemoryModerator:
    """Hides in a dict; ``failures`` are raised first, in order."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []
        self.failures: list[Exception] = []

    def hide(self, reply_ref: str, *, hidden: bool) -> None:
        self.asked.append((reply_ref, hidden))
        if self.failures:
            raise self.failures.pop(0)


def no_account(setup: Setup) -> Connected:
    raise AssertionError(f"{setup.id}: nobody connects in these tests")


def with_account(
    tools: Tools,
    moderator: Moderator | None = None,
    source_id: SourceId = SITE,
    *,
    name: str = "tiktok",
    reply_limit: int | None = None,
    measure: Callable[[str], int] = len,
    source: Source | None = None,
) -> Tools:
    """Tools whose source is an account of such a platform."""
    platform = Platform(name, no_account, can=Can.HIDE, reply_limit=reply_limit, measure=measure)
    connected = Connected(source or MemorySource(source_id), moderator=moderator)
    account = Account(platform, connected, str(source_id))
    return replace(tools, accounts={**tools.accounts, source_id: account})


def trouble(reason: Reason, *, permanent: bool = False) -> PlatformError:
    """A refusal of the platform."""
    return PlatformError(f"situs.example: hide: {reason}", reason=reason, permanent=permanent)
