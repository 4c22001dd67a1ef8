"""A desk on a loopback Facebook or Instagram, with what an admin gave changed as a test needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from monitor.errors import PlatformError
from tests.conforming import Desk
from tests.fakes.graph import FakeGraph
from tests.platform_kits import KITS


@contextmanager
def on(
    fake: FakeGraph, folder: Path, secrets: dict[str, str] | None = None, **given: Any
) -> Iterator[Desk]:
    """A desk; ``given`` replaces keys of [sources.NAME], ``secrets`` the secrets but the token."""
    kit = KITS[fake.name]

    def settings(_: object) -> dict[str, Any]:
        usual = {"secret": fake.secret, "hook_token": fake.hook_token}
        token = {"token": given.pop("token", fake.access)}
        known = {"account": fake.our_id, "client_id": fake.client}
        kept = usual if secrets is None else secrets
        return {**known, **given, "secrets": {**token, **kept}}

    with fake:
        if not fake.posts:
            fake.post()
        yield Desk(replace(kit, given=settings), fake, folder)
    assert fake.violations == []


def error_of(act: Callable[[], object]) -> PlatformError:
    """The error of an act."""
    try:
        act()
    except PlatformError as error:
        return error
    raise AssertionError("was not refused")
