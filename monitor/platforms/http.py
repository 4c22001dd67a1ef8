"""One request, one answer: the only way in which a platform file touches the network.

Layer 2. Bounds time and size, and turns everything that can go wrong into
:class:`~monitor.errors.PlatformError`. It never retries, never sleeps, and never puts a credential,
a query or a body into a message: an error names the host, the method and the route, nothing else.

A question (GET) that fails is simply asked again later. A POST is a public word: unless the request
surely never left, or the site clearly refused it, the reason is ``Reason.UNSURE``.
"""

from __future__ import annotations

import contextlib
import json
import ssl
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from urllib.parse import urlencode

import httpx

from monitor import logs
from monitor.errors import ConfigError, PlatformError, Reason
from monitor.platforms.answer import FIRST_REFUSAL, NOT_MODIFIED, Answer, refused

Params = Mapping[str, str] | Sequence[tuple[str, str]]
Refusal = Callable[[Answer], PlatformError | None]

_NEVER_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_ERROR_BODY_BYTES = 65_536
_WHOLE_ANSWER = 4  # a slow drip may last this many time-outs, not for ever


class Http:
    """Requests below one base URL.

    Args:
        base_url: absolute http(s) URL; ``user:password@`` in it is taken as ``auth`` and hidden.
        auth: user and password for HTTP Basic.
        timeout: seconds for each step; a whole answer may take four times as long.
        max_bytes: an answer larger than this (unpacked) is refused.
        transport: a transport of httpx, for tests.
        refusal: turns an answer of 400 or more into a better error than its status alone gives.
        follow: follow redirects of a GET (never with the password to another host).

    Raises:
        ConfigError: ``base_url`` is no http(s) URL.
    """

    def __init__(
        self,
        base_url: str,
        auth: tuple[str, str] | None = None,
        timeout: float = 20.0,
        max_bytes: int = 5_000_000,
        transport: httpx.BaseTransport | None = None,
        *,
        refusal: Refusal | None = None,
        follow: bool = False,
    ) -> None:
        url = _checked(base_url)
        self._auth = auth or ((url.username, url.password) if url.username else None)
        self._base = url.copy_with(username=None, password=None)
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._transport = transport
        self._refusal = refusal
        self._follow = follow

    @property
    def host(self) -> str:
        """Host and port, for messages."""
        return self._base.netloc.decode("ascii")

    @property
    def address(self) -> str:
        """The base URL without credentials and query."""
        return str(self._base.copy_with(query=None, fragment=None))

    def path_below(self, address: str) -> str | None:
        """The path of ``address`` below the base URL; None if it is elsewhere or has a query."""
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL:
            return None
        base = self._base.path.rstrip("/") + "/"
        if url.netloc != self._base.netloc or url.query or not url.path.startswith(base):
            return None
        return url.path[len(base) :].strip("/")

    def get(
        self,
        path: str = "",
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        name: str | None = None,
    ) -> Answer:
        """Ask; the answer is 2xx, or 304 when ``headers`` made the question conditional.

        ``name`` replaces ``path`` in messages. A failing answer has no side effect: ask later.

        Raises:
            PlatformError: the site is unreachable, refuses, or its answer is too large.
        """
        where = f"{self.host}: GET {path if name is None else name}".rstrip()
        request = self._client.build_request(
            "GET", self._url(path), params=_query(params), headers=headers
        )
        return self._ask(self._client, request, where, posted=False)

    def head_of(self, path: str = "") -> httpx.Headers:
        """The headers of a page whose body nobody needs, after redirects, without credentials.

        Raises:
            PlatformError: the site is unreachable. A refusal is no error here: it has headers too.
        """
        try:
            with (
                self._make_client(keep=True, auth=False) as client,
                client.stream("GET", self._url(path), follow_redirects=True) as response,
            ):
                return response.headers
        except httpx.HTTPError as e:
            raise _transport_error(e, f"{self.host}: GET {path}".rstrip(), posted=False) from e

    def post(
        self,
        path: str,
        body: Mapping[str, object] | None = None,
        params: Params | None = None,
        *,
        form: Params | None = None,
        headers: Mapping[str, str] | None = None,
        method: str = "POST",
        name: str | None = None,
    ) -> Answer:
        """Send JSON (or a form) once; the answer is 2xx. ``method``: POST, PUT or DELETE.

        Raises:
            PlatformError: UNREACHABLE when it surely never left; UNSURE when it may have been done;
                any other reason when the site clearly refused it.
        """
        where = f"{self.host}: {method} {path if name is None else name}".rstrip()
        if form is not None:
            kind, content = "application/x-www-form-urlencoded", _form_bytes(form)
        else:
            # ASCII escapes, because a lone surrogate of a broken text cannot be written as UTF-8
            kind, content = "application/json", json.dumps(body or {}).encode("ascii")
        request = self._poster.build_request(
            method,
            self._url(path),
            params=_query(params),
            content=content,
            headers={"Content-Type": kind, **(headers or {})},
        )
        return self._ask(self._poster, request, where, posted=True)

    def close(self) -> None:
        """Close the connections that are kept; the next request opens new ones."""
        for name in ("_client", "_poster"):
            client = self.__dict__.pop(name, None)
            if client is not None:
                client.close()

    @cached_property
    def _client(self) -> httpx.Client:
        return self._make_client(keep=True)

    @cached_property
    def _poster(self) -> httpx.Client:
        # no kept connection: one that the site closed meanwhile would make a POST needlessly UNSURE
        return self._make_client(keep=False)

    def _make_client(self, *, keep: bool, auth: bool = True) -> httpx.Client:
        # httpx writes whole addresses at INFO, and some sites want their token in the address
        logs.quieten()
        client = httpx.Client(
            auth=self._auth if auth else None,
            verify=trusted(),
            timeout=self._timeout,
            transport=self._transport,
            follow_redirects=keep and self._follow,
            limits=httpx.Limits(max_keepalive_connections=5 if keep else 0),
            headers={"User-Agent": "siaga"},
        )
        weakref.finalize(self, client.close)  # nobody has to remember close()
        return client

    def _url(self, path: str) -> httpx.URL:
        if not path:
            return self._base
        return self._base.copy_with(path=self._base.path.rstrip("/") + "/" + path.lstrip("/"))

    def _ask(
        self, client: httpx.Client, request: httpx.Request, where: str, *, posted: bool
    ) -> Answer:
        deadline = time.monotonic() + self._timeout * _WHOLE_ANSWER
        try:
            response = client.send(request, stream=True)
            with contextlib.closing(response):
                answer = self._read(response, where, deadline, posted=posted)
        except httpx.HTTPError as e:
            raise _transport_error(e, where, posted=posted) from e
        if answer.status < FIRST_REFUSAL or (answer.status == NOT_MODIFIED and not posted):
            return answer
        better = self._refusal(answer) if self._refusal else None
        raise better or refused(answer)

    def _read(
        self, response: httpx.Response, where: str, deadline: float, *, posted: bool
    ) -> Answer:
        clear = (
            response.status_code >= FIRST_REFUSAL
        )  # the status says it all, the body is decoration
        limit = _ERROR_BODY_BYTES if clear else self._max_bytes
        body = bytearray()
        answer = Answer(response.status_code, response.headers, b"", where, posted)
        try:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > limit and not clear:
                    raise answer.error(f"the answer is larger than {limit} bytes", permanent=True)
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout("the whole answer took too long")
                if len(body) > limit:
                    break
        except httpx.HTTPError:
            if not clear:
                raise
        return Answer(response.status_code, response.headers, bytes(body), where, posted)


@lru_cache(maxsize=1)
def trusted() -> ssl.SSLContext:
    """The authorities that are trusted, read once: that takes a tenth of a second."""
    return httpx.create_ssl_context()


def _form_bytes(form: Params) -> bytes:
    return urlencode(form, errors="replace").encode("ascii")


def _query(
    params: Params | None,
) -> dict[str, str] | list[tuple[str, str | int | float | None]] | None:
    """httpx takes a mapping or a list of pairs, whose values it types more widely than we do."""
    if params is None or isinstance(params, Mapping):
        return None if params is None else dict(params)
    return [(name, value) for name, value in params]


def _transport_error(error: httpx.HTTPError, where: str, *, posted: bool) -> PlatformError:
    kind = type(error).__name__
    if isinstance(error, _NEVER_LEFT):
        return PlatformError(f"{where}: cannot connect: {kind}", reason=Reason.UNREACHABLE)
    if posted:
        return PlatformError(f"{where}: no clear answer: {kind}", reason=Reason.UNSURE)
    unreachable = isinstance(error, httpx.TimeoutException | httpx.NetworkError)
    reason = Reason.UNREACHABLE if unreachable else Reason.BAD_ANSWER
    return PlatformError(f"{where}: no whole answer: {kind}", reason=reason)


def _checked(base_url: str) -> httpx.URL:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as e:
        raise ConfigError("base_url: not a URL: accepted is https://host/ or http://host/") from e
    if url.scheme not in ("http", "https") or not url.host:
        raise ConfigError("base_url: no http(s) address: accepted is https://host/ or http://host/")
    return url
