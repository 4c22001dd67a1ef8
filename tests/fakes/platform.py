"""What every loopback platform has in common: posts and comments, faults, tokens, a call ledger.

A subclass gives ids of its platform's shape and answers calls in its platform's JSON. Whatever it
sees that a real platform would punish (a call while blocked, a dead refresh token used, more than
the quota) goes to ``violations``, which every test wants empty.
"""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

from .clock import Clock
from .serving import Hosted, read_body, send_raw
from .spoken import Call, Fault, Json, Posted, Reply, Said

__all__ = ["Call", "FakePlatform", "Fault", "Json", "Posted", "Reply", "Said"]

HTML_403 = b"<!DOCTYPE html><html><head><title>Attention Required</title></head></html>"


class FakePlatform(Hosted):
    """Subclasses set ``name`` and write the methods that raise here. Tokens are planted."""

    name = ""
    our_id = "office-1"
    our_name = "Diskominfo Contoh"
    page_size = 5  # small, so that few comments make many pages
    rotates = False  # its refresh token changes at every use
    access_life = timedelta(hours=1)

    def __init__(self, clock: Clock | None = None, seed: int = 1) -> None:
        super().__init__()
        self.clock = clock or Clock()
        self.random = random.Random(seed)
        self.lock = threading.RLock()
        self.posts: dict[str, Posted] = {}
        self.said: dict[str, Said] = {}
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.violations: list[str] = []
        self.blocked_until: datetime | None = None
        self.access = f"rahasia-akses-{self.name}-1"
        self.refresh = f"rahasia-segar-{self.name}-1"
        self.dead_refresh: set[str] = set()
        self._used_up: set[str] = set()
        self._answers: dict[str | None, list[str]] = {}
        self._below_post: dict[str | None, list[str]] = {}
        self.access_dies_at: datetime | None = None
        self.between_calls: Callable[[Call], None] | None = None
        self.failing: float = 0.0
        self.empty_pages = 0  # so many of the next pages are empty though others follow
        self.warning = False  # answers say that the limit is nearly used up
        self.revoked = False  # the grant was taken back: no refresh token is good any more
        self.grants = 1  # how many access tokens were given out
        self._next = 0

    # ---- what tests do ------------------------------------------------------------------------

    def post(self, title: str = "Kabar dinas", at: datetime | None = None) -> str:
        """A post of the office."""
        with self.lock:
            number = self.new_post_id()
            self.posts[number] = Posted(number, title, at or self.clock.now - timedelta(hours=1))
            return number

    def say(
        self,
        text: str,
        *,
        post: str | None = None,
        parent: str | None = None,
        at: datetime | None = None,
        author: str | None = "warga",
        id: str | None = None,
        state: str = "public",
        ours: bool = False,
    ) -> str:
        """A citizen's comment (or the office's own); below the only post unless one is named."""
        with self.lock:
            if parent is not None:
                post = self.said[parent].post_id
            post = post or next(iter(self.posts), None)
            number = id or self.new_id(post, parent)
            if number not in self.said:
                self._answers.setdefault(parent, []).append(number)
                self._below_post.setdefault(post, []).append(number)
            who = self.our_id if ours else f"id-{author}" if author else None
            self.said[number] = Said(
                number,
                post,
                parent,
                who,
                self.our_name if ours else author,
                text,
                at or self.clock.now,
                state=state,
                ours=ours,
            )
            return number

    def edit(self, number: str, text: str) -> None:
        with self.lock:
            self.said[number] = replace(self.said[number], text=text, edited_at=self.clock.now)

    def remove(self, number: str) -> None:
        """Delete a comment, with the answers below it."""
        with self.lock:
            for one in self.said.values():
                if number in (one.id, one.parent_id):
                    one.state = "deleted"

    def hide(self, number: str, *, hidden: bool = True) -> None:
        """Hide a comment from the public, as the site's own moderators do."""
        with self.lock:
            self.said[number].state = "hidden" if hidden else "public"

    def fault(self, mode: str, match: str = "", **settings: Any) -> None:
        """Make the next fitting calls go wrong."""
        self.faults.append(Fault(mode, match, **settings))

    def expire_access(self) -> None:
        """The access token dies now."""
        self.access_dies_at = self.clock.now

    def revoke(self) -> None:
        """The office took the grant back: ``invalid_grant`` from now on."""
        self.revoked = True
        self.expire_access()

    def visible(self) -> dict[str, str]:
        """What a complete collector knows to stand there: id -> text."""
        return {one.id: one.text for one in self.said.values() if one.state == "public"}

    @property
    def our_replies(self) -> list[Said]:
        return [one for one in self.said.values() if one.ours]

    def authorise(self) -> tuple[str, str]:
        """A person gave access in the browser once more: new tokens, access and refresh."""
        with self.lock:
            self.revoked = False
            self._give()
            self.refresh = f"rahasia-segar-{self.name}-{self.grants}"
            return self.access, self.refresh

    # ---- what a subclass calls ----------------------------------------------------------------

    def answers_to(self, number: str) -> list[Said]:
        """What was ever said directly below a comment, without a look at all the others."""
        return [self.said[one] for one in self._answers.get(number, [])]

    def said_below(self, post: str | None) -> list[Said]:
        """What was ever said below a post, without a look at all the others."""
        return [self.said[one] for one in self._below_post.get(post, [])]

    def take_empty(self) -> bool:
        """Ask before each page of a list: True means "answer no items, but say that more follow".

        The address of the following page then leads to where this one would have begun.
        """
        with self.lock:
            if self.empty_pages <= 0:
                return False
            self.empty_pages -= 1
            return True

    def grant(self, given: str) -> bool:
        """A token endpoint's answer to a refresh token: False is ``invalid_grant``.

        After True the new tokens are ``access`` and ``refresh``. Who has used the new access token
        has the new refresh token, and must never come with the old one again.
        """
        with self.lock:
            if given in self.dead_refresh:
                self.violations.append("a refresh token came that was used before")
                return False
            if self.revoked or given != self.refresh:
                return False
            self._give()
            if self.rotates:
                self._used_up.add(given)
                self.refresh = f"rahasia-segar-{self.name}-{self.grants}"
            return True

    def _give(self) -> None:
        self.grants += 1
        self.access = f"rahasia-akses-{self.name}-{self.grants}"
        self.access_dies_at = self.clock.now + self.access_life

    # ---- what a subclass writes ---------------------------------------------------------------

    def new_post_id(self) -> str:
        self._next += 1
        return f"p{self._next}"

    def new_id(self, post: str | None, parent: str | None) -> str:
        del post, parent
        self._next += 1
        return f"c{self._next}"

    def big_id(self, post: str | None) -> str:
        """An id of the platform's form that a float cannot hold."""
        del post
        return "9007199254740993123"

    def delivery(self, number: str, verb: str = "add") -> tuple[dict[str, str], bytes]:
        """The signed call by which the platform tells its hook of a comment.

        ``verb``: add, edit or remove. Headers (lower-case names) and the raw body.
        """
        raise NotImplementedError

    def warning_headers(self) -> dict[str, str]:
        """Headers that say "nearly used up" (95 % of a usage, 0 calls left); see ``warning``."""
        return {}

    def handle(self, call: Call) -> Reply:
        """Answer a call that nothing went wrong with."""
        raise NotImplementedError

    def throttled(self) -> Reply:
        """Ask the caller to wait, as the platform does; sets ``blocked_until``."""
        raise NotImplementedError

    def still_blocked(self) -> Reply:
        """The answer to whoever calls all the same."""
        return self.throttled()

    def unauthorised(self) -> Reply:
        """The answer to a dead access token."""
        return Reply({"error": "unauthorized"}, 401)

    def needs_access(self, call: Call) -> bool:
        """Whether a call must carry the access token (a token endpoint must not)."""
        del call
        return True

    def token_of(self, call: Call) -> str:
        """The access token that a call carries."""
        return call.bearer

    # ---- serving ------------------------------------------------------------------------------

    def application(self) -> ASGIApp:
        return self._answer

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive)
        lists = parse_qs(scope["query_string"].decode(), keep_blank_values=True)
        call = Call(
            scope["method"],
            scope["path"],
            {k: v[0] for k, v in lists.items()},
            lists,
            {k.decode().lower(): v.decode() for k, v in scope["headers"]},
            body,
        )
        if len(body) < int(call.headers.get("content-length", 0)):
            return  # who sent it died on the way: a server does nothing with half a request
        with self.lock:
            self.calls.append(call)
            fault = self._fault_for(call)
        if fault is not None and fault.delay:
            await asyncio.sleep(fault.delay)
        if fault is not None and fault.mode == "drop":
            await self._dropped(scope)
            return
        with self.lock:
            try:
                answer = self._decided(call, fault)
            except Exception as error:
                self.violations.append(f"the fake broke: {call.method} {call.path}: {error!r}")
                raise
            if self.between_calls is not None:
                self.between_calls(call)
        if fault is not None and fault.mode == "after":
            await self._dropped(scope)
            return
        content = (
            answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        )
        if fault is not None and fault.mode == "cut":
            content = content[: len(content) // 2]
        headers = {"Content-Type": "application/json; charset=UTF-8", **answer.headers}
        if self.warning:
            headers |= self.warning_headers()
        await send_raw(send, answer.status, headers, content)

    async def _dropped(self, scope: Scope) -> None:
        self.drop(scope)
        await asyncio.sleep(0)  # the server learns of it, and misses no answer

    def _decided(self, call: Call, fault: Fault | None) -> Reply:
        if self.blocked_until is not None and self.clock.now >= self.blocked_until:
            self.blocked_until = None
        if self.blocked_until is not None:
            self.violations.append(f"called while blocked: {call.method} {call.path}")
            return self.still_blocked()
        injected = None if fault is None else self._injected(fault)
        if injected is None and self.needs_access(call):
            dead = self.access_dies_at is not None and self.clock.now >= self.access_dies_at
            if dead or self.token_of(call) != self.access:
                injected = self.unauthorised()
            else:
                self.dead_refresh |= self._used_up
        return injected or self.handle(call)

    def _injected(self, fault: Fault) -> Reply | None:
        if fault.mode == "html":
            return Reply(HTML_403, 403, {"Content-Type": "text/html"})
        if fault.mode == "status":
            return Reply({"message": "injected"}, fault.status)
        if fault.mode == "throttle":
            return self.throttled()
        return self.unauthorised() if fault.mode == "expired" else None

    def _fault_for(self, call: Call) -> Fault | None:
        for fault in self.faults:
            fits = fault.match in call.path and fault.method in ("", call.method)
            fits = fits and (fault.mode != "expired" or self.needs_access(call))
            if fits and fault.times > 0:
                fault.times -= 1
                return fault
        if self.failing and self.random.random() < self.failing:
            modes = ["status", "html", "drop", "after", "cut", "throttle"]
            modes += ["expired"] * self.needs_access(call)
            return Fault(self.random.choice(modes), status=self.random.choice((500, 502, 503)))
        return None
