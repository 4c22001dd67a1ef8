"""What a site answered, and which error a refusal is.

Layer 2, pure: no request leaves from this module. An answer to a POST that cannot be read is
``Reason.UNSURE``, because the word may stand in public.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from monitor.errors import PlatformError, Reason

FIRST_REFUSAL = 300
NOT_MODIFIED = 304
_CLIENT_ERROR, SERVER_ERROR = 400, 500
_LONGEST_WAIT = timedelta(days=1)  # a server that asks for a year must not silence a source

# status -> (reason, permanent); what is not here is decided by its hundred
_BY_STATUS: dict[int, tuple[Reason, bool]] = {
    401: (Reason.AUTH, True),
    403: (Reason.PERMISSION, True),
    404: (Reason.GONE, False),
    408: (Reason.UNREACHABLE, False),
    409: (Reason.DUPLICATE, False),
    410: (Reason.GONE, True),
    429: (Reason.RATE, False),
}
_MAYBE_DONE = (302, 303, 408)  # after a POST these do not say that nothing happened


@dataclass(frozen=True, slots=True)
class Answer:
    """What a site answered; ``where`` names the request for error messages."""

    status: int
    headers: httpx.Headers
    body: bytes
    where: str
    posted: bool = False

    def json(self) -> object:
        """Parse the body.

        Raises:
            PlatformError: HTML, truncated or otherwise no JSON (UNSURE when this was a POST).
        """
        if self.looks_like_html:
            raise self.error("an HTML page instead of JSON (a firewall, a login or maintenance?)")
        try:
            parsed: object = json.loads(self.body.decode("utf-8-sig"))
        except (ValueError, RecursionError) as e:
            raise self.error("broken JSON") from e
        return parsed

    @property
    def looks_like_html(self) -> bool:
        """Whether this is a web page, whatever its content type says."""
        start = self.body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        return start.startswith((b"<!doctype html", b"<html")) or (
            "html" in self.headers.get("content-type", "").lower() and start.startswith(b"<")
        )

    def error(
        self, cause: str, reason: Reason = Reason.BAD_ANSWER, *, permanent: bool = False
    ) -> PlatformError:
        """An error about this answer; an unreadable answer to a POST is UNSURE."""
        unsure = self.posted and reason is Reason.BAD_ANSWER
        return PlatformError(
            f"{self.where}: {cause}",
            reason=Reason.UNSURE if unsure else reason,
            permanent=permanent and not unsure,
        )

    @property
    def retry_after(self) -> timedelta | None:
        """``Retry-After`` in seconds or as a date, from 0 to a day; None without or unreadable."""
        value = self.headers.get("retry-after", "").strip()
        if value.isascii() and value.isdigit():
            return min(timedelta(seconds=min(int(value[:9]), 86_400)), _LONGEST_WAIT)
        until = _http_date(value)
        if until is None:
            return None
        asked = _http_date(self.headers.get("date", "")) or datetime.now(UTC)
        return min(max(until - asked, timedelta(0)), _LONGEST_WAIT)


def refused(answer: Answer) -> PlatformError:
    """The error for an answer of 300 or more, by its status alone."""
    status = answer.status
    if answer.posted and (status >= SERVER_ERROR or status in _MAYBE_DONE):
        return answer.error(f"HTTP {status}: it may have been posted", Reason.UNSURE)
    if status < _CLIENT_ERROR:
        return _redirected(answer)
    reason, permanent = _BY_STATUS.get(status, _by_hundred(answer))
    cause = f"HTTP {status}"
    if answer.looks_like_html and status in (401, 403):
        # a firewall's page says nothing about our account, and it usually passes
        reason = Reason.PERMISSION if answer.posted else Reason.BAD_ANSWER
        permanent, cause = False, f"HTTP {status} with an HTML page (a firewall?)"
    wait = answer.retry_after
    return PlatformError(
        f"{answer.where}: {cause}", reason=reason, permanent=permanent, retry_after=wait
    )


def _by_hundred(answer: Answer) -> tuple[Reason, bool]:
    if answer.status >= SERVER_ERROR:
        return (Reason.RATE if answer.retry_after is not None else Reason.UNREACHABLE, False)
    return (Reason.NOT_ALLOWED if answer.posted else Reason.BAD_ANSWER, False)


def _redirected(answer: Answer) -> PlatformError:
    # an unreadable location never gets here: httpx calls it a broken protocol
    target = httpx.URL(answer.headers.get("location", ""))
    site = f"{target.scheme}://{target.netloc.decode('ascii')}" if target.host else "itself"
    reason = Reason.NOT_ALLOWED if answer.posted else Reason.BAD_ANSWER
    return answer.error(
        f"HTTP {answer.status}: the site redirects to {site}: set the source's base_url to it",
        reason,
        permanent=True,
    )


def _http_date(value: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(value)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
