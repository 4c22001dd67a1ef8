"""A platform that nobody has heard of, with consent in the browser (OAuth 2.0 code flow, PKCE).

Its browser is :meth:`FakeNewcomer.approve`: it reads the address that Siaga prints and answers with
the address that a person would copy.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from .platform import Call, FakePlatform, Reply

CLIENT, CLIENT_SECRET = "aplikasi-1", "rahasia-aplikasi-1"


class FakeNewcomer(FakePlatform):
    name = "warung"

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.asked: dict[str, dict[str, str]] = {}  # code -> what the browser asked
        self.gives_refresh = True
        self.scope: str | None = None  # None: the answer names no scope
        self.wants_basic = False
        self.healthy = True

    def approve(self, address: str) -> str:
        """The person said yes: where the browser goes."""
        asked = {key: value[0] for key, value in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        assert asked["client_id"] == CLIENT and asked["scope"] == "baca balas"
        code = f"4/kode+{len(self.asked) + 1}"
        self.asked[code] = asked
        return asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"]})

    def code_of(self, redirected: str) -> str:
        """The code alone, as it stands in the address."""
        return quote(parse_qs(urlsplit(redirected).query)["code"][0], safe="")

    def needs_access(self, call: Call) -> bool:
        return call.path != "/token"

    def handle(self, call: Call) -> Reply:
        if call.path == "/token":
            return self._token(call)
        return Reply({"name": self.our_name if self.healthy else ""})

    def _token(self, call: Call) -> Reply:
        form = call.form
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{CLIENT_SECRET}".encode()).decode()
        proof = call.headers.get("authorization") if self.wants_basic else form.get("client_secret")
        if proof != (basic if self.wants_basic else CLIENT_SECRET):
            return Reply({"error": "invalid_client", "error_description": "rahasia-dalam"}, 401)
        if form["grant_type"] == "refresh_token":
            good = self.grant(form["refresh_token"])
            return self._tokens() if good else Reply({"error": "invalid_grant"}, 400)
        asked = self.asked.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or asked["code_challenge"] != challenge:
            return Reply({"error": "invalid_grant"}, 400)
        if asked["redirect_uri"] != form["redirect_uri"]:
            return Reply({"error": "redirect_uri_mismatch"}, 400)
        return self._tokens()

    def _tokens(self) -> Reply:
        body = {"access_token": self.access, "expires_in": 3600, "token_type": "bearer"}
        if self.gives_refresh:
            body["refresh_token"] = self.refresh
            body["refresh_expires_in"] = timedelta(days=60).total_seconds()
        return Reply(body | ({} if self.scope is None else {"scope": self.scope}))
