"""A language model behind an OpenAI-compatible address, over real HTTP on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from tests.fakes.serving import Served, read_body, send_raw

WORDS = (
    "Kak, makasih kabarnya. Soal ini sudah kami teruskan ke BPBD; "
    "info resmi di https://ppid.kalteng.go.id."
)


@dataclass
class Turn:
    """What the model does with one request."""

    status: int = 200
    words: object = WORDS
    finish: str = "stop"
    wait: float = 0.0
    body: bytes | None = None
    drop: bool = False


@dataclass
class Heard:
    """One request as it came over the wire."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    raw: str


@dataclass
class FakeModel(Served):
    """Answers in turn, the last one for ever."""

    turns: list[Turn] = field(default_factory=lambda: [Turn()])
    heard: list[Heard] = field(default_factory=list)
    say: Callable[[Heard], str] | None = None

    def __post_init__(self) -> None:
        super().__init__()

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"

    def application(self) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            raw = (await read_body(receive)).decode()
            headers = {key.decode(): value.decode() for key, value in scope["headers"]}
            heard = Heard(scope["path"], headers, json.loads(raw), raw)
            self.heard.append(heard)
            turn = self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]
            await asyncio.sleep(turn.wait)
            if turn.drop:
                self.drop(scope)
                return
            words = self.say(heard) if self.say else turn.words
            body = turn.body if turn.body is not None else _completion(words, turn.finish)
            await send_raw(send, turn.status, {"content-type": "application/json"}, body)

        return answer


def _completion(words: object, finish: str) -> bytes:
    message = {"role": "assistant", "content": words}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return json.dumps({"object": "chat.completion", "choices": [choice]}).encode()
