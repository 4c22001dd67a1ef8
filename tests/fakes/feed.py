"""A loopback feed server with the ETag semantics of WordPress.

The ETag is a hash of Last-Modified, which has a resolution of one second and follows the newest
item: a second item of the same second, a late approval or an edit stays behind a 304.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from starlette.types import ASGIApp, Receive, Scope, Send

from .serving import Served, read_body, send_raw


@dataclass
class Item:
    """One item of the feed; ``date`` overrides how its date is written."""

    key: str
    title: str
    at: datetime
    text: str = ""
    date: str = ""


class FakeFeed(Served):
    """An RSS feed of the newest ``window`` items; ``body`` replaces the whole document.

    ``asked`` are the conditional headers of every request: (If-None-Match, If-Modified-Since).
    """

    def __init__(self, window: int = 10) -> None:
        super().__init__()
        self.window = window
        self.items: list[Item] = []
        self.body: bytes | None = None
        self.content_type = "application/rss+xml; charset=UTF-8"
        self.status = 200
        self.headers: dict[str, str] = {}
        self.delay = 0.0
        self.asked: list[tuple[str, str]] = []

    @property
    def feed_url(self) -> str:
        """Where the feed is; the query stands for a secret address."""
        return f"{self.url}/alerts/feeds/rahasia/1?token=rahasia"

    def add(self, key: str, at: datetime, title: str = "", text: str = "", date: str = "") -> None:
        """Publish an item."""
        self.items.append(Item(key, title or f"Berita {key}", at, text, date))

    def application(self) -> ASGIApp:
        return self._answer

    def _newest(self) -> list[Item]:
        return sorted(self.items, key=lambda item: item.at, reverse=True)[: self.window]

    def document(self) -> bytes:
        """The feed as it is now."""
        if self.body is not None:
            return self.body
        items = "".join(_written(item) for item in self._newest())
        head = '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
        return f"{head}<title>Kabar Contoh</title>{items}</channel></rss>".encode()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        await read_body(receive)
        sent = {k.decode().lower(): v.decode() for k, v in scope["headers"]}
        etag, since = sent.get("if-none-match", ""), sent.get("if-modified-since", "")
        self.asked.append((etag, since))
        await asyncio.sleep(self.delay)
        headers = {"Content-Type": self.content_type, **self._validators(), **self.headers}
        known = headers.get("ETag"), headers.get("Last-Modified")
        # both must match where both are sent
        if self.status == 200 and (etag or since) and (etag, since) == known:
            await send_raw(
                send, 304, {k: v for k, v in headers.items() if k != "Content-Type"}, b""
            )
            return
        await send_raw(send, self.status, headers, self.document())

    def _validators(self) -> dict[str, str]:
        newest = self._newest()
        if not newest or self.body is not None:
            return {}
        changed = format_datetime(newest[0].at.replace(microsecond=0), usegmt=True)
        etag = hashlib.blake2b(changed.encode(), digest_size=16).hexdigest()
        return {"ETag": f'"{etag}"', "Last-Modified": changed}


def _written(item: Item) -> str:
    date = item.date or format_datetime(item.at, usegmt=True)
    return (
        f"<item><title>{escape(item.title)}</title>"
        f'<guid isPermaLink="false">{escape(item.key)}</guid>'
        f"<link>https://kabar.example/{escape(item.key)}</link><pubDate>{date}</pubDate>"
        f"<description>{escape(item.text)}</description></item>"
    )
