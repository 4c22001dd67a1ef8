"""Calls to one platform: booked before they are made, logged in, parked when the site asks for it.

Layer 2. Every call of a platform file goes through here, whatever it is for, so a budget is never
overdrawn and nobody calls a site that asked us to wait: not the collector, not a reply, not a
read-back, not after a restart. It never sleeps; it asks a second time only after a renewed token.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

import httpx

from monitor.errors import PlatformError, Reason
from monitor.platforms.answer import Answer
from monitor.platforms.http import Http, Params, Refusal
from monitor.platforms.oauth import Fixed, Login
from monitor.platforms.offer import Setup, Use

Json = dict[str, Any]
_T = TypeVar("_T")

_REST = timedelta(minutes=1)  # after "too often" without a time
_WAITS = (Reason.RATE, Reason.QUOTA)


class Api:
    """Calls below the base URL of a source.

    Args:
        setup: the source.
        login: who asks; None asks without.
        refusal: what an answer's own error code says; None leaves it to the status. With
            ``always`` it sees every answer, for sites that refuse with status 200.
        rest: how long to leave the site alone after an answer (usage headers); None: not at all.
        base_url: another address than the source's.
        max_bytes: the largest answer taken.
    """

    def __init__(
        self,
        setup: Setup,
        login: Login | None = None,
        *,
        refusal: Refusal | None = None,
        always: bool = False,
        rest: Callable[[Answer], timedelta | None] | None = None,
        base_url: str = "",
        max_bytes: int = 8_000_000,
    ) -> None:
        self._setup = setup
        self._login = login or Fixed("")
        self._refusal = refusal
        self._always = always
        self._rest = rest
        self.http = Http(
            base_url or setup.base_url,
            None,
            setup.timeout,
            max_bytes,
            setup.transport,
            refusal=refusal,
        )

    def get(
        self,
        path: str,
        params: Params | None = None,
        *,
        use: Use = Use.NEW,
        cost: float = 1.0,
        name: str | None = None,
    ) -> Json:
        """Ask; the answer's JSON object.

        Raises:
            PlatformError: parked or out of budget (nothing was asked), or what the site said.
        """
        shown = _shown(path, name)
        return self._json(
            lambda headers: self.http.get(path, params, headers, name=shown), use, cost
        )

    def get_list(
        self,
        path: str,
        params: Params | None = None,
        *,
        use: Use = Use.NEW,
        cost: float = 1.0,
        name: str | None = None,
    ) -> tuple[list[Json], httpx.Headers]:
        """Ask where the answer is a bare list; its objects and the headers (with paging links).

        Raises:
            PlatformError: like :meth:`get`.
        """
        shown = _shown(path, name)
        answer = self._called(
            lambda headers: self.http.get(path, params, headers, name=shown), use, cost
        )
        body = answer.json()
        if not isinstance(body, list):
            raise answer.error("no list in the answer")
        return [item for item in body if isinstance(item, dict)], answer.headers

    def post(
        self,
        path: str,
        body: Mapping[str, object] | None = None,
        params: Params | None = None,
        *,
        form: Params | None = None,
        headers: Mapping[str, str] | None = None,
        method: str = "POST",
        use: Use = Use.REPLY,
        cost: float = 1.0,
        name: str | None = None,
    ) -> Json:
        """Send once; the answer's JSON object, {} for an empty answer.

        Raises:
            PlatformError: as :meth:`Http.post`; parked or out of budget: surely not sent.
        """
        shown, more = _shown(path, name), headers or {}
        return self._json(
            lambda own: self.http.post(
                path, body, params, form=form, headers={**own, **more}, method=method, name=shown
            ),
            use,
            cost,
        )

    def close(self) -> None:
        """Close kept connections."""
        self.http.close()

    def _json(self, call: Callable[[Mapping[str, str]], Answer], use: Use, cost: float) -> Json:
        answer = self._called(call, use, cost)
        if not answer.body.strip():
            return {}
        body = answer.json()
        if not isinstance(body, dict):
            raise answer.error("no object in the answer")
        return body

    def _called(self, call: Callable[[Mapping[str, str]], Answer], use: Use, cost: float) -> Answer:
        headers = self._booked(use, cost)
        try:
            return self._once(call, headers)
        except PlatformError as error:
            # A refusal of the token is clear: nothing was done, so even a reply may go again.
            if error.reason is not Reason.AUTH or not self._parking(self._login.renew):
                raise
        return self._once(call, self._booked(use, cost))

    def _booked(self, use: Use, cost: float) -> Mapping[str, str]:
        """The headers of a call that is booked: while parked not even a token is renewed."""
        self._setup.meter.spend(cost, use)
        return self._parking(self._login.headers)

    def _once(
        self, call: Callable[[Mapping[str, str]], Answer], headers: Mapping[str, str]
    ) -> Answer:
        answer = self._parking(lambda: self._taken(call(headers)))
        rest = self._rest(answer) if self._rest else None
        if rest:
            self._park(rest)
        return answer

    def _taken(self, answer: Answer) -> Answer:
        refusal = self._refusal(answer) if self._always and self._refusal is not None else None
        if refusal is not None:
            raise refusal
        return answer

    def _parking(self, act: Callable[[], _T]) -> _T:
        """Whatever asks for a wait, the site or its token endpoint, is left alone."""
        try:
            return act()
        except PlatformError as error:
            if error.reason in _WAITS:
                self._park(error.retry_after or _REST)
            raise

    def _park(self, rest: timedelta) -> None:
        self._setup.meter.park(self._setup.clock() + rest)


def _shown(path: str, name: str | None) -> str:
    return path if name is None else name
