"""What every platform file must stand, whatever its site does: one suite for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.conforming import Desk, Kit
from tests.fakes.platform import FakePlatform
from tests.platform_kits import KITS

Open = Callable[..., Desk]
DAY = timedelta(days=1)
ODD = "Banjir 😭 &amp; <b>macet</b> \u202bשלום\u202c di Jl. Contoh\nbaris kedua"


@pytest.fixture(params=sorted(KITS))
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    kit: Kit = KITS[request.param]
    fake = kit.fake()
    with fake:
        if kit.needs_post:
            fake.post()
        yield Desk(kit, fake, tmp_path)
    assert fake.violations == []


def filled(fake: FakePlatform, many: int = 12) -> list[str]:
    """Comments of the last hours, each a minute after the one before."""
    start = fake.clock.now - timedelta(minutes=many)
    return [
        fake.say(f"keluhan nomor {n}", at=start + timedelta(minutes=n), author=f"warga{n % 5}")
        for n in range(many)
    ]


def only(kit: Kit, **wanted: bool) -> None:
    """This line of the list does not concern a platform that has no such thing."""


def test_the_check_names_the_account(desk: Desk) -> None:
    health = desk.connected.source.check()
    assert health.ok and health.identity and health.detail is not None


def test_a_first_reading_and_a_poll_find_everything(desk: Desk) -> None:
    filled(desk.fake)
    desk.poll()
    assert desk.visible() == desk.fake.visible()
    desk.clock.move(minutes=5)
    new = desk.fake.say("yang baru", at=desk.clock.now)
    desk.poll()
    assert desk.visible() == desk.fake.visible() and new in desk.visible()
