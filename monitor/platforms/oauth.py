"""Access tokens: fixed ones, and those that are renewed before they die.

Layer 2. A renewed token is on the disk before it is used, because many servers change the refresh
token at every use and take the old one no more. Renewal happens at 80 % of a token's life, or when
the site refuses it; one process at a time (see :class:`~monitor.platforms.offer.Vault`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from monitor.errors import PlatformError, Reason
from monitor.platforms.answer import Answer
from monitor.platforms.http import Http
from monitor.platforms.offer import Clock, Setup, Tokens, Vault

_RENEW_AT = 0.8  # of a token's life
_SHORTEST = timedelta(seconds=30)  # a token about to die is not sent on a slow request


class Login(Protocol):
    """How a request says who asks."""

    def headers(self) -> Mapping[str, str]:
        """The headers of a request.

        Raises:
            PlatformError: AUTH when there is no valid token and none can be had.
        """
        ...

    def renew(self) -> bool:
        """After a refusal: get another token; False when there is none to get.

        Raises:
            PlatformError: AUTH, permanent, when the server refuses for good; UNREACHABLE.
        """
        ...


@dataclass(frozen=True, slots=True)
class Fixed:
    """A token that never changes, in a header of this name."""

    token: str = field(repr=False)
    header: str = "Authorization"
    scheme: str = "Bearer "

    def headers(self) -> Mapping[str, str]:
        """The one header, none without a token."""
        return {self.header: f"{self.scheme}{self.token}"} if self.token else {}

    def renew(self) -> bool:
        """There is no other."""
        return False


class Renewed:
    """Tokens that ``ask`` replaces by newer ones.

    Args:
        vault: where they are kept.
        clock: now.
        seed: what an admin gave: the first refresh token, or a password. When it changes, kept
            tokens are forgotten.
        ask: gets new tokens from the newest ones (None: only the seed is known). Raises
            PlatformError AUTH, permanent, when the server refuses for good.
        header: name of the request's header, and what stands before the token.
    """

    def __init__(
        self,
        vault: Vault,
        clock: Clock,
        seed: str,
        ask: Callable[[Tokens | None], Tokens],
        header: tuple[str, str] = ("Authorization", "Bearer "),
    ) -> None:
        self._vault = vault
        self._clock = clock
        self._seed = seed
        self._ask = ask
        self._header = header
        self._tokens: Tokens | None = None

    def headers(self) -> Mapping[str, str]:
        """The header with a token that still lives; see the protocol."""
        name, scheme = self._header
        return {name: f"{scheme}{self.tokens().access}"}

    def tokens(self) -> Tokens:
        """Tokens that still live.

        Raises:
            PlatformError: there are none, and none can be had.
        """
        held = self._tokens or self._vault.read(self._seed)
        now = self._clock()
        if held is None or _ages(held, now):
            # another process may have renewed them already
            held = self._vault.read(self._seed)
        if held is None or _ages(held, now):
            held = self._renewed(held, now)
        self._tokens = held
        return held

    def renew(self) -> bool:
        """See the protocol."""
        self._tokens = self._vault.renew(self._seed, self._tokens, self._asked)
        return True

    def _renewed(self, held: Tokens | None, now: datetime) -> Tokens:
        try:
            return self._vault.renew(self._seed, held, self._asked)
        except PlatformError as error:
            lives = held is not None and (held.expires_at is None or held.expires_at > now)
            asked_to_wait = error.reason in (Reason.RATE, Reason.QUOTA)
            if error.permanent or asked_to_wait or not lives or held is None:
                raise
            return held  # it may be renewed later; until then it serves

    def _asked(self, held: Tokens | None) -> Tokens:
        try:
            return self._ask(held)
        except PlatformError as error:
            if error.reason is not Reason.UNSURE:
                raise
            # a lost answer to this is no doubt about a public word
            raise PlatformError(str(error), reason=Reason.UNREACHABLE) from error


def _ages(held: Tokens, now: datetime) -> bool:
    if held.expires_at is None:
        return False
    left = held.expires_at - now
    life = held.expires_at - (held.obtained_at or now)
    return left < max(life * (1 - _RENEW_AT), _SHORTEST)


def refresher(
    setup: Setup,
    http: Http,
    path: str,
    client: Mapping[str, str],
) -> Callable[[Tokens | None], Tokens]:
    """``ask`` of :class:`Renewed` for a server that speaks plain OAuth 2.0 (RFC 6749, section 6).

    ``client`` are the form fields that name the app. The first refresh token is the source's secret
    ``refresh_token``. An app that proves itself by HTTP Basic gives that to ``http``.
    """

    def ask(held: Tokens | None) -> Tokens:
        newest = held.refresh if held and held.refresh else setup.secret("refresh_token")
        if not newest:
            raise PlatformError(
                f"{setup.id}: no refresh token: run siaga sources renew",
                reason=Reason.AUTH,
                permanent=True,
            )
        form = {"grant_type": "refresh_token", "refresh_token": newest, **client}
        try:
            answer = http.post(path, form=form, name="token")
        except PlatformError as error:
            raise _for_good(setup, error) from error
        return replace(tokens_of(answer, setup.clock()), refresh=_newest(answer, newest))

    return ask


def tokens_of(answer: Answer, now: datetime) -> Tokens:
    """The tokens of an OAuth 2.0 answer (RFC 6749, section 5.1).

    Raises:
        PlatformError: it holds none.
    """
    body = answer.json()
    fields = body if isinstance(body, dict) else {}
    access, life = fields.get("access_token"), fields.get("expires_in")
    if not isinstance(access, str) or not access:
        raise answer.error("no access token in the answer")
    expires_at = now + timedelta(seconds=int(life)) if isinstance(life, int | float) else None
    later = fields.get("refresh_expires_in") or fields.get("refresh_token_expires_in")
    dies_at = now + timedelta(seconds=int(later)) if isinstance(later, int | float) else None
    refresh = fields.get("refresh_token")
    return Tokens(access, refresh if isinstance(refresh, str) else "", now, expires_at, dies_at)


def _newest(answer: Answer, used: str) -> str:
    body = answer.json()
    given = body.get("refresh_token") if isinstance(body, dict) else None
    return given if isinstance(given, str) and given else used


def _for_good(setup: Setup, error: PlatformError) -> PlatformError:
    """400 and 401 of a token endpoint mean that a person must give access again."""
    if error.reason is Reason.PERMISSION and not error.permanent:
        # a firewall's page, which says nothing about our account
        return PlatformError(str(error), reason=Reason.UNREACHABLE)
    if error.reason in (Reason.AUTH, Reason.NOT_ALLOWED, Reason.PERMISSION):
        return PlatformError(
            f"{setup.id}: the server renews the access no more: run siaga sources renew",
            reason=Reason.AUTH,
            permanent=True,
        )
    return error
