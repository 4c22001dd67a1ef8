"""What can go wrong: who must act, and what the pipeline decides by."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.errors import (
    ConfigError,
    DeliveryError,
    ModelError,
    MonitorError,
    PlatformError,
    Reason,
    Refused,
    StorageError,
)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (Refused, 1),
        (ConfigError, 2),
        (ModelError, 2),
        (StorageError, 3),
        (PlatformError, 3),
        (DeliveryError, 3),
    ],
)
def test_each_error_has_its_exit_code(kind: type[MonitorError], code: int) -> None:
    assert issubclass(kind, MonitorError)
    assert kind.exit_code == code


def test_a_refusal_knows_who_was_first() -> None:
    assert Refused("x", holder="Sari").holder == "Sari"
    assert Refused("x").holder is None


def test_an_error_from_outside_is_transient_unless_it_says_otherwise() -> None:
    plain = PlatformError("situs: 503", reason=Reason.UNREACHABLE)
    assert (plain.permanent, plain.retry_after, str(plain)) == (False, None, "situs: 503")
    wait = timedelta(seconds=30)
    told = PlatformError("situs: 429", reason=Reason.RATE, permanent=True, retry_after=wait)
    assert (told.reason, told.permanent, told.retry_after) == (Reason.RATE, True, wait)


def test_a_delivery_knows_where_the_group_went() -> None:
    moved = DeliveryError("grup pindah", reason=Reason.MIGRATED, migrated_to=-1001)
    assert (moved.migrated_to, moved.permanent) == (-1001, False)
    assert DeliveryError("x", reason=Reason.RATE).migrated_to is None
