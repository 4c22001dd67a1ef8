"""Meta's webhooks: the handshake, the signature over the raw body, and what an entry holds.

Layer 2, pure but for what a platform's file asks to read. One address serves one source; entries
of the app's other accounts are passed over. Facts: developers.facebook.com/docs/graph-api/webhooks.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms.graph import signed
from monitor.platforms.offer import Setup

SIGNATURE = "x-hub-signature-256"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened: to which account, of what field, and when Meta told it."""

    account: str
    field: str
    value: dict[str, Any]
    at: datetime


def handshake(setup: Setup, params: Mapping[str, str]) -> str | None:
    """The challenge, for whoever names the source's ``hook_token``; None for anybody else."""
    known = setup.secret("hook_token")
    named = params.get("hub.verify_token", "")
    fits = hmac.compare_digest(named.encode(), known.encode())
    if not known or not fits or params.get("hub.mode") != "subscribe":
        return None
    return params.get("hub.challenge", "")


def changes(
    setup: Setup,
    kind: str,
    headers: Mapping[str, str],
    raw: bytes,
    now: datetime,
    account: str = "",
) -> tuple[Change, ...]:
    """What a call tells of an account's id (by default the source's); ``kind``: Meta's ``object``.

    Raises:
        PlatformError: PERMISSION: not signed with the app's secret. BAD_ANSWER: of another form.
    """
    secret = setup.secret("secret")
    expected = f"sha256={signed(secret, raw)}"
    if not secret or not hmac.compare_digest(
        headers.get(SIGNATURE, "").encode(), expected.encode()
    ):
        raise PlatformError(f"{setup.id}: webhook: not signed by Meta", reason=Reason.PERMISSION)
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as e:
        raise _odd(setup) from e
    if not isinstance(body, dict) or body.get("object") != kind:
        raise _odd(setup)
    return tuple(_changes(account or setup.account, body, now))


def key_of(raw: bytes) -> str:
    """The same for the same call told again."""
    return hashlib.sha256(raw).hexdigest()


def _changes(account: str, body: dict[str, Any], now: datetime) -> Iterator[Change]:
    for entry in read.objects(body, "entry"):
        if read.maybe_name(entry, "id") != account:
            continue
        at = min(read.maybe_instant(entry, "time") or now, now)
        # with Instagram's own login the change lies in the entry itself
        for change in read.objects(entry, "changes") or [entry]:
            yield Change(account, read.text(change, "field"), read.inner(change, "value"), at)


def _odd(setup: Setup) -> PlatformError:
    return PlatformError(f"{setup.id}: webhook: of no known form", reason=Reason.BAD_ANSWER)
