"""An own language model behind an OpenAI-compatible address that proposes words of a reply.

Layer 2: HTTP out, one text back, never an error up: whatever goes wrong, templates remain. It gets
masked words only, its text is a draft like any other, and the key never reaches a log.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from http import HTTPStatus

import httpx

log = logging.getLogger("monitor")

MOST_CHARACTERS = 700
_MOST_TOKENS = 300
_MOST_BYTES = 200_000
_TRIES = 2
_REST_SECONDS = 60.0


class ModelWriter:
    """Asks the model once, again after a time-out or an error of the server, then rests a while.

    Args:
        base_url: the address up to and with ``/v1``.
        name: what the server calls the model.
        token: the key, or "" where the server wants none.
        timeout: seconds for each step of a request, and for the whole answer.
        clock: seconds that only ever rise.
    """

    def __init__(
        self,
        base_url: str,
        name: str,
        token: str,
        timeout: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._url = f"{base_url}/chat/completions"
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._timeout = timeout
        self._clock = clock
        self._rests_until = 0.0

    def write(self, prompt: str, comment: str) -> str | None:
        """Words for a comment, in one line; None when the model gave nothing that can be used."""
        if self._clock() < self._rests_until:
            return None
        answered = self._ask(prompt, comment)
        if answered is None:
            self._rests_until = self._clock() + _REST_SECONDS
            return None
        return _text(answered)

    def _ask(self, prompt: str, comment: str) -> bytes | None:
        body = {
            "model": self.name,
            "messages": [
                {"role": "system", "content": prompt},
                {"role": "user", "content": comment},
            ],
            "max_tokens": _MOST_TOKENS,
            "temperature": 0.7,
        }
        why = ""
        with httpx.Client(timeout=self._timeout, headers=self._headers, trust_env=False) as client:
            for _ in range(_TRIES):
                try:
                    with client.stream("POST", self._url, json=body) as response:
                        if response.status_code == HTTPStatus.OK:
                            return _read(response, self._clock() + self._timeout, self._clock)
                        why = f"HTTP {response.status_code}"
                        if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
                            break
                except httpx.TimeoutException:
                    why = "no answer in time"
                except httpx.HTTPError as error:
                    why = type(error).__name__
                    break
        log.warning("model %s: %s; templates are used", self.name, why)
        return None


def _read(response: httpx.Response, until: float, clock: Callable[[], float]) -> bytes:
    """The body, up to a limit; one that drips longer than the time-out is late as well."""
    body = bytearray()
    for part in response.iter_bytes():
        body += part
        if clock() > until:
            raise httpx.ReadTimeout("the answer dripped")
        if len(body) > _MOST_BYTES:
            raise httpx.DecodingError("the answer is too long")
    return bytes(body)


def _text(body: bytes) -> str | None:
    """The proposed words; None when they are missing, empty or cut short by the length."""
    try:
        choice = json.loads(body)["choices"][0]
        said = choice["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError):
        log.warning("model: an answer without words; templates are used")
        return None
    if not isinstance(said, str) or choice.get("finish_reason") == "length":
        return None
    text = " ".join(said.split()).strip('"“” ')
    return text if 0 < len(text) <= MOST_CHARACTERS else None
