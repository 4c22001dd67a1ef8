"""The key file of a Google service account, and the access tokens that it signs for.

Layer 2. Facts: "Using OAuth 2.0 for server to server applications" (developers.google.com): a JWT
signed with RS256 is exchanged for an access token of an hour (RFC 7523). The key stays in memory
and never gets into an error; PyJWT signs, over the cryptography package.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from monitor.errors import ConfigError, PlatformError, Reason
from monitor.platforms.google_play_errors import refusal
from monitor.platforms.http import Http
from monitor.platforms.oauth import tokens_of
from monitor.platforms.offer import Setup, Tokens

SCOPE: Final = "https://www.googleapis.com/auth/androidpublisher"
_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_LIFE: Final = timedelta(minutes=60)  # the longest that Google takes
_FIELDS = ("client_email", "private_key", "private_key_id", "token_uri")


@dataclass(frozen=True, slots=True)
class ServiceKey:
    """What a key file holds of use."""

    client_email: str
    private_key: str = field(repr=False)
    private_key_id: str = field(repr=False)
    token_uri: str = ""

    @property
    def seed(self) -> str:
        """Another key, other tokens."""
        return f"{self.private_key_id}:{self.private_key}"


def key_from(path: Path, source: str) -> ServiceKey:
    """Read a key file.

    Raises:
        ConfigError: it cannot be read, or is no key file of a service account.
    """
    from jwt.exceptions import PyJWTError

    where = f"sources.{source}: key_file: {path.name}"
    try:
        body: object = json.loads(path.read_text(encoding="utf-8"))
    except OSError as e:
        raise ConfigError(f"{where}: cannot be read: {type(e).__name__}") from e
    except ValueError as e:
        raise ConfigError(f"{where}: no JSON") from e
    fields: dict[str, Any] = body if isinstance(body, dict) else {}
    given = {name: fields.get(name) for name in _FIELDS}
    if fields.get("type") != "service_account" or not all(
        isinstance(value, str) and value for value in given.values()
    ):
        raise ConfigError(f"{where}: not the key file of a service account")
    key = ServiceKey(**{name: str(value) for name, value in given.items()})
    try:
        _signed(key, {})
    except (PyJWTError, ValueError, TypeError) as e:
        raise ConfigError(f"{where}: private_key: not an RSA key in PEM form") from e
    return key


class Grant:
    """``ask`` of :class:`~monitor.platforms.oauth.Renewed` for a service account."""

    def __init__(self, setup: Setup, key: ServiceKey) -> None:
        self._setup = setup
        self._key = key
        self._http = Http(
            key.token_uri, None, setup.timeout, 1_000_000, setup.transport, refusal=refusal
        )

    def __call__(self, held: Tokens | None) -> Tokens:
        """A new access token.

        Raises:
            PlatformError: AUTH, permanent, when Google takes the key no more.
        """
        del held  # the key is all that is needed
        now = self._setup.clock()
        claims = {
            "iss": self._key.client_email,
            "scope": SCOPE,
            "aud": self._key.token_uri,
            "iat": int(now.timestamp()),
            "exp": int((now + _LIFE).timestamp()),
        }
        form = {"grant_type": _GRANT, "assertion": _signed(self._key, claims)}
        try:
            answer = self._http.post("", form=form, name="token")
        except PlatformError as error:
            raise _for_good(self._setup, error) from error
        return tokens_of(answer, now)

    def close(self) -> None:
        """Close kept connections."""
        self._http.close()


def _signed(key: ServiceKey, claims: dict[str, Any]) -> str:
    import jwt  # a tenth of a second, for this platform only

    headers = {"kid": key.private_key_id}
    return jwt.encode(claims, key.private_key, algorithm="RS256", headers=headers)


def _for_good(setup: Setup, error: PlatformError) -> PlatformError:
    """``invalid_grant``: a person must act."""
    if error.reason is Reason.PERMISSION and not error.permanent:
        # a firewall's page, which says nothing about our account
        return PlatformError(str(error), reason=Reason.UNREACHABLE)
    if error.reason in (Reason.AUTH, Reason.NOT_ALLOWED, Reason.PERMISSION):
        return PlatformError(
            f"{setup.id}: Google takes the key file no more (deleted or switched off), or this "
            "machine's clock is wrong",
            reason=Reason.AUTH,
            permanent=True,
        )
    return error
