"""A desk on a loopback YouTube, with the channel's consent or with an API key alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from monitor.platforms.offer import Budget
from tests.conforming import Desk
from tests.fakes.platform import Call
from tests.fakes.youtube import FakeYouTube
from tests.platform_kits import KITS


class YouTubeDesk(Desk):
    """A desk whose fake is known to be YouTube's."""

    fake: FakeYouTube


@contextmanager
def youtube(folder: Path, budget: Budget | None = None, **given: Any) -> Iterator[YouTubeDesk]:
    """A channel with one video; ``given`` replaces what an admin gave."""
    kit = KITS["youtube"]
    whole = replace(kit, given=lambda fake: {**kit.given(fake), **given})
    with FakeYouTube() as fake:
        fake.post("Kabar dinas")
        yield YouTubeDesk(whole, fake, folder, budget)
    assert fake.violations == []


@contextmanager
def with_key(folder: Path, **given: Any) -> Iterator[YouTubeDesk]:
    """The same for an office that has an API key only."""
    kit = KITS["youtube"]
    alone = {"account": FakeYouTube.our_id, **given}
    with FakeYouTube() as fake:
        fake.post("Kabar dinas")
        keyed = replace(kit, given=lambda f: {"secrets": {"token": f.access}, **alone})
        yield YouTubeDesk(keyed, fake, folder)
    assert fake.violations == []


def asked(fake: FakeYouTube, path: str, **params: str) -> list[Call]:
    """The calls of a path that had these parameters."""
    return [
        call
        for call in fake.calls
        if call.path == path and all(call.params.get(k) == v for k, v in params.items())
    ]
