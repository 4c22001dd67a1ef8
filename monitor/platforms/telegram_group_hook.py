"""Telegram calls us: one update a call, with a secret that only Telegram and the office know.

Layer 2. The secret is that of ``setWebhook`` (``secret_token``), the source's ``hook_token``.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms.base import Delivery
from monitor.records import Comment, SourceId

HEADER = "x-telegram-bot-api-secret-token"
Take = Callable[[dict[str, Any]], tuple[Comment, ...]]


class TelegramHook:
    """The hook of one bot. ``take`` reads one update."""

    def __init__(self, source_id: SourceId, secret: str, take: Take) -> None:
        self._id = source_id
        self._secret = secret.encode()
        self._take = take

    def handshake(self, params: Mapping[str, str]) -> str | None:
        """Telegram asks for none; see the protocol."""
        del params
        return None

    def received(self, headers: Mapping[str, str], raw: bytes, now: datetime) -> Delivery:
        """One update; see the protocol. Its number is the key of the delivery."""
        del now
        given = headers.get(HEADER, "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, self._secret):
            raise PlatformError(f"{self._id}: hook: not from Telegram", reason=Reason.PERMISSION)
        update = _object(raw)
        number = None if update is None else read.maybe_name(update, "update_id")
        if update is None or number is None:
            raise PlatformError(f"{self._id}: hook: no update", reason=Reason.BAD_ANSWER)
        return Delivery(number, self._take(update))


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
