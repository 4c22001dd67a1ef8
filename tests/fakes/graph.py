"""What the loopback Facebook and Instagram share: Graph API v26.0 with tokens, fields, cursors.

Refusals have status 400 and a code. After 80001 or 80002 every call within seven minutes is held
against the caller, and so is a token in an address. ``person``: a person's token gets empty lists
and no error, and opens the Page's own token only where ``has_role``; ``system`` always opens it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from .platform import Call, FakePlatform, Json, Reply, Said

_BLOCKED = timedelta(minutes=7)
_TOP_FIELD = re.compile(r"[a-z_]+(?:\.\w+\([^)]*\))*(?:\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})?")


class FakeGraph(FakePlatform):
    usage_type = ""
    throttle_code = 0
    page_id = "100200300400500"
    page_name = "Diskominfo Contoh"
    client = "900000000000001"
    secret = "rahasia-aplikasi-meta"
    hook_token = "rahasia-jabat-tangan"
    most = 100  # rows that a list hands over at once

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.person = f"rahasia-orang-{self.name}"
        self.system = f"rahasia-sistem-{self.name}"
        self.has_role = False
        self.needs_secret = False
        self.takes_ids = True
        self.by_hand: dict[str, Json] = {}  # path -> the body of every answer there
        self.refusals: dict[str, Reply] = {}  # path -> refusal
        self.scopes = ["pages_show_list"]
        self.expires_at = self.data_expires_at = 0

    # ---- tokens, refusals, usage ----------------------------------------------------------------

    def token_of(self, call: Call) -> str:
        """Any token of ours passes; what it may see is decided later."""
        others = (self.person, self.system, f"{self.client}|{self.secret}")
        return self.access if call.bearer in others else call.bearer

    def throttled(self) -> Reply:
        self.blocked_until = self.blocked_until or self.clock.now + _BLOCKED
        minutes = int((self.blocked_until - self.clock.now).total_seconds() // 60)
        return refused(self.throttle_code, headers=self.usage(100, minutes))

    def unauthorised(self) -> Reply:
        return refused(190, 463)

    def warning_headers(self) -> dict[str, str]:
        return self.usage(95)

    def usage(self, percent: int, minutes: int = 0) -> dict[str, str]:
        """The header that tells how much of the allowance is used."""
        told = {
            "type": self.usage_type,
            "call_count": percent,
            "total_cputime": 25,
            "total_time": 25,
            "estimated_time_to_regain_access": minutes,
        }
        return {"X-Business-Use-Case-Usage": json.dumps({"900000000000009": [told]})}

    # ---- answers --------------------------------------------------------------------------------

    def handle(self, call: Call) -> Reply:
        self._watch(call)
        path = call.path.strip("/").removeprefix("v26.0").strip("/")
        if path == "debug_token":
            return self._debugged(call)
        if not self._proved(call):
            return refused(100)
        if path in self.refusals:
            return self.refusals[path]
        if path in self.by_hand:
            return Reply(self.by_hand[path])
        if path == "me":
            return Reply(self._me(call))
        if "ids" in call.params:
            return self._together(call)
        number, _, edge = path.partition("/")
        if call.method == "POST":
            return self.changed(call, number, edge)
        return self.listed(call, number, edge) if edge else self._single(call, number)

    def changed(self, call: Call, number: str, edge: str) -> Reply:
        """The answer to a POST."""
        raise NotImplementedError

    def listed(self, call: Call, number: str, edge: str) -> Reply:
        """A list below an object."""
        raise NotImplementedError

    def row_of(self, number: str) -> Json | None:
        """A comment or post with every field it has; None when it is gone."""
        raise NotImplementedError

    def account(self, call: Call, number: str) -> Json | None:
        """An account of ours, None for any other id."""
        raise NotImplementedError

    def _watch(self, call: Call) -> None:
        carried = {**call.params, **({} if call.method == "GET" else call.form)}
        for name in ("access_token", "input_token"):
            if name in call.params:
                self.violations.append(f"a token in an address: {call.path}")
        if int(carried.get("limit", "1")) > self.most:
            self.violations.append(f"asked for more than {self.most} rows")

    def _proved(self, call: Call) -> bool:
        given = (call.params if call.method == "GET" else call.form).get("appsecret_proof")
        mark = hmac.new(self.secret.encode(), call.bearer.encode(), hashlib.sha256).hexdigest()
        return given == mark or (given is None and not self.needs_secret)

    def _debugged(self, call: Call) -> Reply:
        if call.bearer != f"{self.client}|{self.secret}" or call.form.get("method") != "get":
            return refused(100)
        if call.form["input_token"] not in (self.access, self.person, self.system):
            return refused(190)
        return Reply(
            {
                "data": {
                    "app_id": self.client,
                    "type": "PAGE",
                    "is_valid": True,
                    "expires_at": self.expires_at,
                    "data_access_expires_at": self.data_expires_at,
                    "scopes": self.scopes,
                }
            }
        )

    def _me(self, call: Call) -> Json:
        if call.bearer in (self.person, self.system):
            return {"id": "555000111222333", "name": "Petugas Contoh"}
        return {"id": self.page_id, "name": self.page_name}

    def opens_page(self, call: Call) -> bool:
        """Whether the caller's token is told the Page's own."""
        return call.bearer == self.system or (call.bearer == self.person and self.has_role)

    def _single(self, call: Call, number: str) -> Reply:
        row = self.account(call, number) or self.row_of(number)
        if row is None:
            return refused(100, 33)
        return _chosen(call.params.get("fields", "id"), row)

    def _together(self, call: Call) -> Reply:
        """All of them or, when one is gone, nobody."""
        numbers = call.params["ids"].split(",")
        rows = {number: self.row_of(number) for number in numbers}
        if not self.takes_ids or None in rows.values():
            return refused(100, 33)
        chosen = {n: _chosen(call.params["fields"], row or {}) for n, row in rows.items()}
        wrong = next((one for one in chosen.values() if one.status != 200), None)
        return wrong or Reply({number: one.body for number, one in chosen.items()})

    def paged(
        self, call: Call, rows: Sequence[Said], make: Callable[[Said], Json], *, more: bool = True
    ) -> Reply:
        """A page of a list, newest first; ``more``: others can be asked for."""
        order = sorted(rows, key=place, reverse=True)
        after = call.params.get("after")
        if call.bearer == self.person:
            return Reply({"data": []})
        if after:
            start = _place(after)
            if start is None:
                return refused(100)
            order = [one for one in order if place(one) < start]
        empty = self.take_empty()
        size = 0 if empty else min(self.page_size, int(call.params.get("limit", "25")))
        shown = order[:size]
        made = [_chosen(call.params.get("fields", "id"), make(one)) for one in shown]
        wrong = next((one for one in made if one.status != 200), None)
        if wrong is not None:
            return wrong
        paging: Json = {}
        last = cursor(place(shown[-1])) if shown else after or cursor(("9", "9"))
        if shown:
            paging["cursors"] = {"before": cursor(place(shown[0])), "after": last}
        if more and len(order) > size:
            # the real one holds the caller's token as well; nobody may follow it
            query = urlencode({"access_token": call.bearer, "after": last})
            paging["next"] = f"{self.url}{call.path}?{query}"
        return Reply({"data": [one.body for one in made], "paging": paging})

    # ---- its own calls --------------------------------------------------------------------------

    def signed(self, body: Json) -> tuple[dict[str, str], bytes]:
        """A call with Meta's signature; Meta escapes what is not ASCII."""
        raw = json.dumps(body).encode()
        mark = hmac.new(self.secret.encode(), raw, hashlib.sha256).hexdigest()
        return {"x-hub-signature-256": f"sha256={mark}"}, raw


def refused(code: int, subcode: int = 0, headers: dict[str, str] | None = None) -> Reply:
    """A refusal; its message holds what must never be shown."""
    error: Json = {
        "message": "(#0) kata-kata warga yang tidak boleh tampil",
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "AbCdEfGhIjK",
    }
    if subcode:
        error["error_subcode"] = subcode
    return Reply({"error": error}, 400, headers or {})


def place(one: Said) -> tuple[str, str]:
    """What a list is ordered by."""
    return stamp(one.at), one.id


def cursor(at: tuple[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(at).encode()).decode()


def stamp(at: datetime) -> str:
    """A time as Meta writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S+0000")


def names_of(fields: str) -> list[str]:
    """The names of a ``fields`` parameter, without what is below them."""
    return [re.split(r"[.{]", one)[0] for one in _TOP_FIELD.findall(fields)]


def _place(after: str) -> tuple[str, str] | None:
    try:
        at, number = json.loads(base64.urlsafe_b64decode(after))
    except ValueError:
        return None
    return at, number


def _chosen(fields: str, row: Json) -> Reply:
    """The fields that were asked for; a name that the object does not have is refused."""
    names = names_of(fields)
    if any(name not in row for name in names):
        return refused(100)
    return Reply({name: row[name] for name in ("id", *names) if row[name] is not None})
