"""Log lines without secrets: one filter through which every handler's records go.

Layer 2. Known secrets and whatever looks like a bot token, a login or an ``Authorization`` value
are replaced in message, arguments and exception text. Decides nothing else about logging.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TextIO
from urllib.parse import quote

HIDDEN = "***"

# httpx writes whole addresses at INFO, and a bot's address holds its token. python-telegram-bot
# writes whole updates, so citizens' words, at DEBUG.
_QUIET = {"httpx": logging.WARNING, "httpcore": logging.WARNING, "telegram": logging.INFO}
_PATTERNS = (
    (re.compile(r"\bbot\d+(?::|%3A)[\w-]+", re.IGNORECASE), f"bot{HIDDEN}"),
    (re.compile(r"\b\d{6,}(?::|%3A)[\w-]{20,}", re.IGNORECASE), HIDDEN),
    (
        re.compile(
            r"(authorization['\"]?\s*(?:[:=,]|=>)\s*(?:b?['\"])?)(?:(?:basic|bearer)\s+)?[^\s'\",;)]+",
            re.IGNORECASE,
        ),
        rf"\g<1>{HIDDEN}",
    ),
    (re.compile(r"\b(Basic|Bearer)\s+[\w.+/=~-]+"), rf"\g<1> {HIDDEN}"),
    (re.compile(r"://[^/\s@]+@"), f"://{HIDDEN}@"),
    (
        re.compile(r"([?&](?:access_token|api_key|token|key|password)=)[^&\s'\"]+", re.IGNORECASE),
        rf"\g<1>{HIDDEN}",
    ),
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` with the known secrets and everything that looks like one replaced."""
    for known in _forms(secrets):
        text = text.replace(known, HIDDEN)
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def _forms(secrets: Iterable[str]) -> list[str]:
    """Each secret as it may appear, longest first so that no piece of one is left standing."""
    given = {secret for secret in secrets if secret.strip()}
    # WordPress shows application passwords in groups and takes them without the spaces too.
    joined = {secret.replace(" ", "") for secret in given}
    quoted = {quote(secret, safe="") for secret in given | joined}
    return sorted(given | joined | quoted, key=lambda secret: (-len(secret), secret))


class RedactingFilter(logging.Filter):
    """Lets every record through, without its secrets."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._secrets = tuple(_forms(secrets))

    def filter(self, record: logging.LogRecord) -> bool:
        """Replace what the record says; handlers after this one see it so too."""
        record.msg = redact(_said(record), self._secrets)
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        # Without the exception itself no formatter can write it out once more.
        record.exc_info = None
        if record.exc_text:
            record.exc_text = redact(record.exc_text, self._secrets)
        if record.stack_info:
            record.stack_info = redact(record.stack_info, self._secrets)
        return True


def _said(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        # Words and arguments that do not fit together must not silence the line.
        return f"{record.msg} {record.args}"


class JsonFormatter(logging.Formatter):
    """One JSON object a line: at, level, logger, message and, where there is one, exception."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            line["exception"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)


class _Handler(logging.StreamHandler[TextIO]):
    """Ours, so that configuring twice replaces it and leaves those of others alone."""


def configure(
    level: int | str, secrets: Iterable[str], stream: TextIO, json: bool = False
) -> logging.Handler:
    """Send the log to a stream, redacted; calling it again replaces the former stream.

    ``level``: a number or name of ``logging``. Raises ValueError for an unknown name.
    """
    root = logging.getLogger()
    for handler in [known for known in root.handlers if isinstance(known, _Handler)]:
        root.removeHandler(handler)
    ours = _Handler(stream)
    ours.addFilter(RedactingFilter(secrets))
    ours.setFormatter(
        JsonFormatter() if json else logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    )
    root.addHandler(ours)
    root.setLevel(level.upper() if isinstance(level, str) else level)
    quieten()
    return ours


def quieten() -> None:
    """Keep libraries from writing addresses and updates; also of use without :func:`configure`."""
    for name, lowest in _QUIET.items():
        logger = logging.getLogger(name)
        logger.setLevel(max(lowest, logger.level))
