"""TikTok's tokens: an access token lives a day, the refresh token a year and changes at every use.

Layer 2. The token endpoint speaks JSON in TikTok's own envelope, not plain OAuth.
"""

from __future__ import annotations

import json
from dataclasses import replace

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms.http import Http
from monitor.platforms.oauth import Renewed, tokens_of
from monitor.platforms.offer import Setup, Tokens
from monitor.platforms.tiktok_errors import refusal

# A person must give access again; everything else ends by itself.
_FOR_GOOD = (Reason.AUTH, Reason.PERMISSION, Reason.NOT_ALLOWED, Reason.GONE)


def login_of(setup: Setup) -> Renewed:
    """Who asks, with a token that lives."""
    http = Http(setup.base_url, None, setup.timeout, transport=setup.transport, refusal=refusal)

    def ask(held: Tokens | None) -> Tokens:
        newest = held.refresh if held and held.refresh else setup.secret("refresh_token")
        return _renewed(setup, http, newest)

    seed = setup.secret("refresh_token")
    return Renewed(setup.vault, setup.clock, seed, ask, ("Access-Token", ""))


def _renewed(setup: Setup, http: Http, newest: str) -> Tokens:
    body = {
        "client_id": setup.client_id,
        "client_secret": setup.secret("secret"),
        "grant_type": "refresh_token",
        "refresh_token": newest,
    }
    try:
        answer = http.post("tt_user/oauth2/refresh_token/", body, name="token")
        refused = refusal(answer)
        if refused is not None:
            raise refused
    except PlatformError as error:
        if error.reason is Reason.PERMISSION and not error.permanent:
            # a firewall's page, which says nothing about our account
            raise PlatformError(str(error), reason=Reason.UNREACHABLE) from error
        if error.reason not in _FOR_GOOD:
            raise
        raise PlatformError(
            f"{setup.id}: TikTok renews the access no more: run siaga sources renew",
            reason=Reason.AUTH,
            permanent=True,
        ) from error
    envelope = answer.json()
    data = read.inner(envelope, "data") if isinstance(envelope, dict) else {}
    tokens = tokens_of(replace(answer, body=json.dumps(data).encode()), setup.clock())
    return replace(tokens, refresh=tokens.refresh or newest)
