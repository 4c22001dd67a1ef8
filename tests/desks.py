"""Desks for the conformance suite: which platforms a test is for, and a desk on each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from tests.conforming import Desk, Kit
from tests.fakes.platform import FakePlatform
from tests.platform_kits import KITS


def kits(**wanted: bool) -> pytest.MarkDecorator:
    """Run a test on every platform whose kit says so; all of them without a wish."""
    names = [name for name, kit in sorted(KITS.items()) if _is(kit, wanted)]
    assert names, f"no platform is such: {wanted}"
    return pytest.mark.parametrize("desk", names, indirect=True)


def _is(kit: Kit, wanted: dict[str, bool]) -> bool:
    return all(bool(getattr(kit, name)) is value for name, value in wanted.items())


@contextmanager
def opened(name: str, folder: Path) -> Iterator[Desk]:
    """A desk on a fake that lives as long; the fake must have nothing to complain of."""
    kit = KITS[name]
    with kit.fake() as fake:
        if kit.needs_post:
            fake.post()
        yield Desk(kit, fake, folder)
    assert fake.violations == []


def filled(fake: FakePlatform, many: int = 12) -> list[str]:
    """Comments of the last minutes, a minute after each other."""
    start = fake.clock.now - timedelta(minutes=many)
    return [
        fake.say(f"keluhan nomor {n}", at=start + timedelta(minutes=n), author=f"warga{n % 5}")
        for n in range(many)
    ]
