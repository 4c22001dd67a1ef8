"""Whether a reply leads to an official page. Layer 1: pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ADDRESS = re.compile(
    r"(?:https?://)?(?:[^\s@/]+@)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?::\d+)?(?=[/?#\s.,;:!)\]\"']|$)",
    re.IGNORECASE,
)


def hosts(text: str) -> tuple[str, ...]:
    """Hosts of the links in a text, in reading order, with or without ``https://``."""
    return tuple(match.group(1).lower() for match in _ADDRESS.finditer(text))


def has_official_link(text: str, domains: Sequence[str]) -> bool:
    """Whether a link leads to one of the domains or to a part of it."""
    return any(
        host == domain or host.endswith(f".{domain}") for host in hosts(text) for domain in domains
    )
