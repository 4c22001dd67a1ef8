"""One line a platform: how the conformance suite brings it up."""

from __future__ import annotations

from collections.abc import Mapping

from tests.conforming import Kit
from tests.fakes.mastodon import FakeMastodon

KITS: Mapping[str, Kit] = {
    "mastodon": Kit(FakeMastodon, lambda fake: {"secrets": {"token": fake.access}}),
}
