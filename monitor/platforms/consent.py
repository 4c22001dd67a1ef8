"""Consent in the browser: the address to open, the code that comes back, the tokens it gives.

Layer 2. OAuth 2.0 code flow (RFC 6749, section 4.1) with PKCE (RFC 7636) and a state that must come
back. No server waits for the browser: the person copies the address that it was sent to.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs, unquote, urlsplit

import httpx

from monitor.errors import PlatformError, Reason
from monitor.platforms.answer import Answer
from monitor.platforms.http import Http
from monitor.platforms.oauth import tokens_of
from monitor.platforms.offer import Consent, Tokens

# Nobody listens there: the browser shows an error, and its address line holds the code.
REDIRECT = "http://127.0.0.1:8739/"
# RFC 6749, section 5.2; the last is Google's
_CODES = (
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "redirect_uri_mismatch",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in the browser: the address to open, and what proves that an answer is ours."""

    address: str = field(repr=False)
    redirect: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


def asked(consent: Consent, client_id: str, redirect: str = "") -> Asked:
    """A new question; ``redirect`` "" is the platform's own or :data:`REDIRECT`."""
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    params = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": REDIRECT,
        "scope": " ".join(consent.scopes),
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii"),
        "code_challenge_method": "S256",
        **consent.extra,
    }
    if redirect:
        params["redirect_uri"] = redirect
    address = httpx.URL(consent.authorize_url).copy_merge_params(params)
    return Asked(str(address), params["redirect_uri"], state, verifier)


def code_in(pasted: str, question: Asked) -> str:
    """The code in what a person pasted: the whole address, or only the code.

    Raises:
        PlatformError: PERMISSION: access was not given. AUTH: the address answers another question.
            BAD_ANSWER: no code in it.
    """
    pasted = pasted.strip().strip("'\"")
    if not re.search(r"://|[?&](?:code|error)=", pasted):
        if not pasted or re.search(r"\s", pasted):
            raise PlatformError("consent: no code in it", reason=Reason.BAD_ANSWER)
        return unquote(pasted)
    given = _params(pasted)
    # the state first: what a stranger sent must not even be able to say no
    if not hmac.compare_digest(given.get("state", "").encode(), question.state.encode()):
        raise PlatformError("consent: another state than ours", reason=Reason.AUTH)
    if "error" in given:
        raise PlatformError("consent: access was not given", reason=Reason.PERMISSION)
    if not given.get("code"):
        raise PlatformError("consent: no code in it", reason=Reason.BAD_ANSWER)
    return given["code"]


def _params(address: str) -> dict[str, str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        return {}
    return {key: values[0] for key, values in parse_qs(parts.query or parts.fragment).items()}


def exchanged(
    consent: Consent,
    question: Asked,
    code: str,
    client: tuple[str, str],
    now: datetime,
    timeout: float = 20.0,
) -> Tokens:
    """The tokens that a code gives; ``client`` are id and secret ("" without) of the app.

    Raises:
        PlatformError: AUTH: the server refuses code, app or address. PERMISSION: less was allowed
            than is needed. UNREACHABLE, BAD_ANSWER: no answer that could be read.
    """
    client_id, secret = client
    basic = consent.basic and bool(secret)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": question.redirect,
        "code_verifier": question.verifier,
        "client_id": client_id,
    }
    if secret and not basic:
        form["client_secret"] = secret
    auth = (client_id, secret) if basic else None
    http = Http(consent.token_url, auth, timeout, refusal=_refusal)
    try:
        answer = http.post("", form=form, name="token")
        tokens = tokens_of(answer, now)
    except PlatformError as error:
        if error.reason is not Reason.UNSURE:
            raise
        # no public word hangs on it
        raise PlatformError(str(error), reason=Reason.UNREACHABLE) from error
    finally:
        http.close()
    _refuse_less(consent, answer)
    return tokens


def _refuse_less(consent: Consent, answer: Answer) -> None:
    """A person may untick scopes; a server that names none gave all (RFC 6749, section 5.1)."""
    body = answer.json()
    named = body.get("scope") if isinstance(body, dict) else None
    if not isinstance(named, str) or not named.strip():
        return
    missing = sorted(set(consent.scopes) - set(re.split(r"[\s,]+", named)))
    if missing:
        raise PlatformError(
            f"{answer.where}: not allowed: {', '.join(missing)}", reason=Reason.PERMISSION
        )


def _refusal(answer: Answer) -> PlatformError | None:
    if answer.status >= 500 or answer.looks_like_html:
        return None
    try:
        body = answer.json()
    except PlatformError:
        return None
    code = body.get("error") if isinstance(body, dict) else None
    told = f": {code}" if code in _CODES else ""
    return PlatformError(
        f"{answer.where}: HTTP {answer.status}{told}", reason=Reason.AUTH, permanent=True
    )
