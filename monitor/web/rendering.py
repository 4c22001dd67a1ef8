"""The templates: Jinja2 with autoescape always on, and the words that they take."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from monitor.messages import page
from monitor.messages.base import clock

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"


def render(template: str, frame: Mapping[str, object], **values: object) -> Markup:
    """One of our own templates filled in; citizens' words only ever come in as values."""
    html = _templates().get_template(template).render({**frame, **values})
    return Markup(html)  # noqa: S704 (autoescaped just above)


@cache
def _templates() -> Environment:
    """Compiled once a process."""
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["web_link"] = web_link
    templates.globals.update(words=page.WORDS, say=page, clock=clock)
    return templates


def fingerprint(text: str) -> str:
    """Changes whenever people would see something else."""
    return hashlib.blake2b(text.encode(), digest_size=9).hexdigest()


def web_link(address: str | None) -> str | None:
    """The address if a browser may follow it; a platform could hand us ``javascript:``."""
    if address is None:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and parts.netloc else None
