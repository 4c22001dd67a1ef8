"""A loopback Google Play: the token endpoint of a service account, reviews of one app, answers.

The list begins with the review changed last, holds a week, and pages by a token that names the last
review shown. The office's answer is part of its review; a second one replaces it, which is a
violation here. 200 questions an hour, as the real one allows, then 429.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .platform import Call, FakePlatform, Json, Reply, Said

PACKAGE = "id.go.contoh.layanan"
EMAIL = "siaga@proyek-contoh.iam.gserviceaccount.com"
SCOPE = "https://www.googleapis.com/auth/androidpublisher"
REVIEWS = f"/androidpublisher/v3/applications/{PACKAGE}/reviews"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
WEEK = timedelta(days=7)
ANSWER = ":developer"


@cache
def a_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem() -> str:
    return (
        a_key()
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


class FakeGooglePlay(FakePlatform):
    name = "google_play"
    allowed_an_hour = 200

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.asked: list[datetime] = []
        self.folder = Path(mkdtemp(prefix="siaga-kunci-"))

    @property
    def key_file(self) -> Path:
        """The key file that an admin gets from the Cloud Console."""
        path = self.folder / "kunci.json"
        path.write_text(json.dumps(self.key()), encoding="utf-8")
        return path

    def key(self) -> Json:
        return {
            "type": "service_account",
            "project_id": "proyek-contoh",
            "private_key_id": self.refresh,
            "private_key": pem(),
            "client_email": EMAIL,
            "client_id": "100000000000000000001",
            "token_uri": f"{self.url}/token",
        }

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        for path in self.folder.iterdir():
            path.unlink()
        self.folder.rmdir()

    def new_id(self, post: str | None, parent: str | None) -> str:
        if parent is not None:
            return parent + ANSWER
        self._next += 1
        return f"gp:AOqpTOFcontoh{self._next}"

    # ---- serving ------------------------------------------------------------------------------

    def needs_access(self, call: Call) -> bool:
        return call.path != "/token"

    def throttled(self) -> Reply:
        self.blocked_until = self.blocked_until or self.clock.now + timedelta(minutes=8)
        return _no(429, "RESOURCE_EXHAUSTED", "rateLimitExceeded")

    def unauthorised(self) -> Reply:
        return _no(401, "UNAUTHENTICATED", "authError")

    def handle(self, call: Call) -> Reply:
        if call.path == "/token":
            return self._token(call)
        if not call.path.startswith(REVIEWS):
            return _no(404, "NOT_FOUND", "applicationNotFound")
        if call.method == "POST":
            return self._answered(call)
        if self._too_often():
            return _no(429, "RESOURCE_EXHAUSTED", "rateLimitExceeded")
        if call.path == REVIEWS:
            return self._list(call)
        one = self._live(call.path.removeprefix(REVIEWS + "/"))
        return _no(404, "NOT_FOUND", "notFound") if one is None else Reply(self._review(one))

    def _too_often(self) -> bool:
        since = self.clock.now - timedelta(hours=1)
        self.asked = [*(at for at in self.asked if at > since), self.clock.now]
        return len(self.asked) > self.allowed_an_hour

    def _token(self, call: Call) -> Reply:
        assertion = call.form["assertion"]
        claims = jwt.decode(
            assertion,
            a_key().public_key(),
            algorithms=["RS256"],
            audience=f"{self.url}/token",
            options={"verify_exp": False, "verify_iat": False},
        )
        now = int(self.clock.now.timestamp())
        sound = claims["iat"] <= now < claims["exp"] <= claims["iat"] + 3600
        if not sound or claims["scope"] != SCOPE or claims["iss"] != EMAIL:
            self.violations.append("an assertion that Google would not take")
        if call.form["grant_type"] != GRANT:
            self.violations.append("another grant than that of a service account")
        if not self.grant(jwt.get_unverified_header(assertion)["kid"]):
            return Reply({"error": "invalid_grant", "error_description": "Invalid signature"}, 400)
        return Reply({"access_token": self.access, "expires_in": 3600, "token_type": "Bearer"})

    def _live(self, number: str) -> Said | None:
        one = self.said.get(number)
        return one if one is not None and one.state == "public" and not one.ours else None

    def _list(self, call: Call) -> Reply:
        found = [one for one in map(self._live, self.said) if one is not None]
        found = [one for one in found if self.clock.now - _changed(one) <= WEEK]
        found.sort(key=lambda one: (_changed(one), one.id), reverse=True)
        token = call.params.get("token")
        if token is not None:
            at, _, last = token.partition("|")
            if not last:
                return _no(400, "INVALID_ARGUMENT", "badRequest")
            found = [one for one in found if (_changed(one).isoformat(), one.id) < (at, last)]
        size = 0 if self.take_empty() else min(self.page_size, int(call.params["maxResults"]))
        shown, rest = found[:size], found[size:]
        body: Json = {"reviews": [self._review(one) for one in shown]} if shown else {}
        if rest:
            following = f"{_changed(shown[-1]).isoformat()}|{shown[-1].id}" if shown else "9999|~"
            body["tokenPagination"] = {"nextPageToken": following if shown else token or following}
        return Reply(body)

    def _review(self, one: Said) -> Json:
        user: Json = {
            "text": one.text,
            "lastModified": _stamp(_changed(one)),
            "starRating": 2,
            "reviewerLanguage": "id",
            "device": "contoh",
            "thumbsUpCount": one.likes,
            "appVersionName": "3.1.0",
            **one.extra,
        }
        comments: list[Json] = [{"userComment": user}]
        answer = self.said.get(one.id + ANSWER)
        if answer is not None and answer.state == "public":
            said = {"text": answer.text, "lastModified": _stamp(answer.at)}
            comments.append({"developerComment": said})
        review: Json = {"reviewId": one.id, "comments": comments}
        return review | ({"authorName": one.author_name} if one.author_name else {})

    def _answered(self, call: Call) -> Reply:
        number = call.path.removeprefix(REVIEWS + "/").removesuffix(":reply")
        if self._live(number) is None:
            return _no(404, "NOT_FOUND", "notFound")
        text = call.json["replyText"]
        if not 0 < len(text) <= 350:
            return _no(400, "INVALID_ARGUMENT", "replyTextTooLong")
        if number + ANSWER in self.said:
            self.violations.append("an answer was replaced by another")
        self.say(text, parent=number, ours=True)
        edited = {"seconds": _stamp(self.clock.now)["seconds"]}
        return Reply({"result": {"replyText": text, "lastEdited": edited}})


def _changed(one: Said) -> datetime:
    return one.edited_at or one.at


def _stamp(at: datetime) -> Json:
    """As Google writes 64-bit numbers: as text."""
    return {"seconds": str(int(at.timestamp())), "nanos": at.microsecond * 1000}


def _no(code: int, status: str, reason: str) -> Reply:
    errors = [{"message": "contoh", "domain": "androidpublisher", "reason": reason}]
    error = {"code": code, "message": "contoh", "status": status, "errors": errors}
    return Reply({"error": error}, code)
