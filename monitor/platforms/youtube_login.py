"""Who asks YouTube: an app with the channel's consent, or an API key that only reads.

Layer 2. The app's access token lives an hour and is renewed at Google's token address with a
refresh token that does not change. While the app's consent screen is in "Testing", Google ends that
refresh token after seven days; an error says so, because it happens to everybody once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from monitor.errors import PlatformError, Reason
from monitor.platforms.http import Http
from monitor.platforms.oauth import Fixed, Login, Renewed, refresher
from monitor.platforms.offer import Consent, Setup, Tokens

BASE: Final = "https://www.googleapis.com/youtube/v3"
_TOKEN_URL: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
_TESTING: Final = (
    "if the consent screen is in Testing, Google ends the access every 7 days: publish the app"
)

CONSENT: Final = Consent(
    authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
    token_url=_TOKEN_URL,
    scopes=("https://www.googleapis.com/auth/youtube.force-ssl",),
    extra={"access_type": "offline", "prompt": "consent"},  # else Google gives no refresh token
)


@dataclass(frozen=True, slots=True)
class Nobody:
    """No login is configured; every call says what is missing."""

    missing: str

    def headers(self) -> Mapping[str, str]:
        """There are none.

        Raises:
            PlatformError: always.
        """
        raise PlatformError(self.missing, reason=Reason.AUTH, permanent=True)

    def renew(self) -> bool:
        """There is no other."""
        return False


def login_of(setup: Setup) -> Login:
    """The app's consent if it is configured, else the API key; see :class:`Nobody`."""
    if setup.client_id and setup.secret("secret"):
        return Renewed(setup.vault, setup.clock, setup.secret("refresh_token"), _asking(setup))
    if setup.secret("token"):
        # in a header, because addresses end up in logs
        return Fixed(setup.secret("token"), "X-Goog-Api-Key", "")
    half = setup.client_id or setup.secret("secret") or setup.secret("refresh_token")
    return Nobody(
        f"{setup.id}: no login: "
        + ("client_id and secret belong together" if half else "an API key (token) is missing")
        + ": run siaga sources renew"
    )


def token_url(setup: Setup) -> str:
    """Google's address, or one below the base URL of a stand-in."""
    return _TOKEN_URL if setup.base_url == BASE else f"{setup.base_url.rstrip('/')}/token"


def _asking(setup: Setup) -> Callable[[Tokens | None], Tokens]:
    http = Http(token_url(setup), timeout=setup.timeout, transport=setup.transport)
    client = {"client_id": setup.client_id, "client_secret": setup.secret("secret")}
    plain = refresher(setup, http, "", client)

    def ask(held: Tokens | None) -> Tokens:
        try:
            new = plain(held)
        except PlatformError as error:
            if not error.permanent or error.__cause__ is None:
                raise
            raise PlatformError(
                f"{error}; {_TESTING}", reason=Reason.AUTH, permanent=True
            ) from error
        if new.refresh_expires_at is None and held is not None and held.refresh == new.refresh:
            return replace(new, refresh_expires_at=held.refresh_expires_at)
        return new

    return ask
