"""What a loopback platform holds, is asked, and answers; and what can go wrong with a call."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

Json = dict[str, Any]


@dataclass
class Said:
    """A comment as the platform holds it. ``state``: public, hidden, held or deleted."""

    id: str
    post_id: str | None
    parent_id: str | None
    author_id: str | None
    author_name: str | None
    text: str
    at: datetime
    edited_at: datetime | None = None
    state: str = "public"
    ours: bool = False
    likes: int = 0
    extra: Json = field(default_factory=dict)


@dataclass
class Posted:
    """A post of the office."""

    id: str
    title: str
    at: datetime
    deleted: bool = False


@dataclass
class Call:
    """One request. ``params``: the first value of each; ``lists``: all of them."""

    method: str
    path: str
    params: dict[str, str]
    lists: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        found = json.loads(self.body or b"{}")
        assert isinstance(found, dict)
        return found

    @property
    def form(self) -> dict[str, str]:
        return {k: v[0] for k, v in parse_qs(self.body.decode(), keep_blank_values=True).items()}

    @property
    def bearer(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")


@dataclass
class Reply:
    """An answer; ``body`` a JSON value, or bytes as they are."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Fault:
    """What goes wrong with the next ``times`` calls whose path contains ``match``.

    ``mode``: ``status`` (with ``status``), ``html`` (a firewall's 403), ``drop`` (cut before
    anything is done), ``after`` (done, then cut), ``cut`` (done, half an answer), ``throttle``,
    ``expired`` (the access token), ``slow`` (``delay`` seconds, then answered).
    """

    mode: str
    match: str = ""
    method: str = ""
    times: int = 1
    status: int = 500
    delay: float = 0.0
