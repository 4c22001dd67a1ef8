"""What WordPress 6.1 does with comments: rights, lists, dates, refusals. No network.

Seen on a real WordPress 6.1.9 and reproduced: ``after`` is exclusive, in whole seconds, and site
time when it names no zone; ``status`` and ``context=edit`` need rights; ``per_page`` over 100 is a
400; a page past the end is ``[]``; a reply below a held, unknown or foreign comment is taken; 409,
400 flood, 403 closed, 410 already trashed.
"""

from __future__ import annotations

import html
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

START = datetime(2026, 11, 20, 1, 0, 0, tzinfo=UTC)
PASSWORD = "abcd EFGH ijkl MNOP qrst UVWX"
_SIGNS = {'"': "&#8220;", "'": "&#8217;", "...": "&#8230;"}
_EDITOR = {"moderate_comments": True, "edit_posts": True, "unfiltered_html": True, "read": True}
_LISTED: dict[str, tuple[str, ...]] = {
    "approve": ("approved",),
    "hold": ("hold",),
    "spam": ("spam",),
    "trash": ("trash",),
}
_LISTED |= {"all": ("approved", "hold"), "any": ("approved", "hold", "spam", "trash")}


@dataclass
class User:
    """Somebody with an account."""

    id: int
    name: str
    role: str
    able: dict[str, bool]


@dataclass
class Written:
    """A comment in the fake's database."""

    id: int
    post: int
    parent: int
    user: int
    name: str
    at: datetime
    raw: str
    status: str


class RefusalError(Exception):
    """A WordPress error."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


@dataclass
class Asked:
    """One request as the fake saw it."""

    method: str
    route: str
    params: dict[str, str]
    user: User | None
    agent: str


class Rest:
    """A site with posts 1 and 5 (open) and 6 (closed), page 9, and four users.

    ``on_list(n)`` runs after the n-th answered comment list.
    """

    url = ""

    def __init__(self, *, https: bool = True, zone: str = "Asia/Jakarta") -> None:
        self.https, self.zone = https, ZoneInfo(zone)
        self.users = {
            "admin": User(1, "Admin", "administrator", _EDITOR | {"list_users": True}),
            "moderator": User(2, "Moderator", "editor", dict(_EDITOR)),
            "writer": User(3, "Writer", "author", {"edit_posts": True, "read": True}),
            "reader": User(4, "Reader", "subscriber", {"read": True}),
        }
        self.posts = {1: "Jalan &#8220;provinsi&#8221; <em>diperbaiki</em>", 5: "Berita kedua"}
        self.posts[6] = "Berita ditutup"
        self.pages = {9: "Kontak"}
        self.closed = {6}
        self.private: set[int] = set()
        self.hide_total = False
        self.flood = False
        self.clock = START + timedelta(days=2)
        self.comments: dict[int, Written] = {}
        self.on_list: Callable[[int], None] = lambda n: None
        self._lists = 0
        self._last = 0
        self._lock = threading.RLock()

    # ---- what a test does to the site

    def add_comment(
        self,
        raw: str = "Lampu jalan padam",
        *,
        at: datetime | None = None,
        post: int = 1,
        parent: int = 0,
        user: int = 0,
        name: str = "Warga",
        status: str = "approved",
        id: int = 0,
    ) -> int:
        """Write a comment and return its id."""
        with self._lock:
            self._last = max(self._last + 1, id)
            number = id or self._last
            at = at or START + timedelta(minutes=self._last)
            self.comments[number] = Written(number, post, parent, user, name, at, raw, status)
            return number

    def edit(self, number: int, raw: str) -> None:
        """Change the words; WordPress keeps no mark of it."""
        self.comments[number].raw = raw

    def set_status(self, number: int, status: str) -> None:
        """Approve, hold, spam or trash; the date stays."""
        self.comments[number].status = status

    def approve(self, number: int) -> None:
        """Make public."""
        self.set_status(number, "approved")

    def trash(self, number: int) -> None:
        """Move to the bin."""
        self.set_status(number, "trash")

    def delete(self, number: int) -> None:
        """Remove for good."""
        with self._lock:
            del self.comments[number]

    def replies(self, parent: int) -> list[Written]:
        """What stands below a comment, oldest first."""
        return [c for c in self.comments.values() if c.parent == parent]

    # ---- what the site answers

    def handle(self, asked: Asked, body: bytes) -> tuple[int, dict[str, str], bytes]:
        headers: dict[str, str] = {}
        try:
            with self._lock:
                status, answer = self._route(asked, body, headers)
        except RefusalError as e:
            status = e.status
            data = {"status": e.status}
            answer = {"code": e.code, "message": "Maaf, tidak diizinkan.", "data": data}
        return status, headers, json.dumps(answer).encode()

    def _route(self, asked: Asked, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        route = asked.route.rstrip("/") or "/"
        if route == "/wp/v2/comments" and asked.method == "POST":
            return 201, self._create(asked, json.loads(body))
        if route.startswith("/wp/v2/comments/"):
            return 200, self._one(asked, route.rpartition("/")[2])
        answers: dict[str, Callable[[], Any]] = {
            "/": self._index,
            "/wp/v2/users/me": lambda: self._me(asked),
            "/wp/v2/users": lambda: self._staff(asked),
            "/wp/v2/posts": lambda: self._articles(asked, self.posts),
            "/wp/v2/pages": lambda: self._articles(asked, self.pages),
            "/wp/v2/comments": lambda: self._list(asked, headers),
        }
        if route not in answers:
            raise RefusalError(404, "rest_no_route")
        return 200, answers[route]()

    def _index(self) -> Any:
        passwords = {"application-passwords": {"endpoints": {}}} if self.https else []
        return {"name": "Situs Contoh", "namespaces": ["wp/v2"], "authentication": passwords}

    def _me(self, asked: Asked) -> Any:
        user = asked.user
        if user is None:
            raise RefusalError(401, "rest_not_logged_in")
        return {"id": user.id, "name": user.name, "roles": [user.role], "capabilities": user.able}

    def _staff(self, asked: Asked) -> Any:
        if asked.user is None or "list_users" not in asked.user.able:
            raise RefusalError(403, "rest_user_cannot_view")
        roles = asked.params["roles"].split(",")
        found = sorted(u.id for u in self.users.values() if u.role in roles)
        return _page([{"id": number} for number in found], asked.params)

    def _articles(self, asked: Asked, kept: dict[int, str]) -> Any:
        wanted = [int(number) for number in asked.params["include"].split(",")]
        return [
            {
                "id": number,
                "title": {"rendered": kept[number]},
                "link": f"{self.url}/berita-{number}/",
                "comment_status": "closed" if number in self.closed else "open",
            }
            for number in wanted
            if number in kept
        ]

    def _list(self, asked: Asked, headers: dict[str, str]) -> Any:
        params = asked.params
        self._check_list(asked)
        found = [c for c in self.comments.values() if self._fits(c, params)]
        key = (lambda c: c.id) if params.get("orderby") == "id" else (lambda c: (c.at, c.id))
        found.sort(key=key, reverse=params.get("order", "desc") == "desc")
        if not self.hide_total:
            size = int(params.get("per_page", "10"))
            headers["X-WP-Total"] = str(len(found))
            headers["X-WP-TotalPages"] = str(-(-len(found) // size))
        page = _page(found, params)
        # comments that the reader may not see leave a short page, not another page
        answer = [self._shown(c, asked) for c in page if c.post not in self.private]
        self._lists += 1
        self.on_list(self._lists)
        return answer

    def _check_list(self, asked: Asked) -> None:
        params, able = asked.params, asked.user.able if asked.user else {}
        code = 403 if asked.user else 401
        if params.get("status", "approve") != "approve" and "edit_posts" not in able:
            raise RefusalError(code, "rest_forbidden_param")
        if params.get("context") == "edit" and "moderate_comments" not in able:
            raise RefusalError(code, "rest_forbidden_context")
        if not 1 <= int(params.get("per_page", "10")) <= 100:
            raise RefusalError(400, "rest_invalid_param")
        if params.get("orderby", "date_gmt") not in ("date", "date_gmt", "id"):
            raise RefusalError(400, "rest_invalid_param")
        if "after" in params and "T" not in params["after"]:
            raise RefusalError(400, "rest_invalid_param")

    def _fits(self, comment: Written, params: dict[str, str]) -> bool:
        if comment.status not in _LISTED[params.get("status", "approve")]:
            return False
        if "include" in params and str(comment.id) not in params["include"].split(","):
            return False
        if "parent" in params and comment.parent != int(params["parent"]):
            return False
        return "after" not in params or self._site_time(comment.at) > self._after(params["after"])

    def _after(self, text: str) -> datetime:
        """Site-local and naive, as WordPress compares it."""
        at = datetime.fromisoformat(text)
        return at if at.tzinfo is None else self._site_time(at)

    def _site_time(self, at: datetime) -> datetime:
        return at.astimezone(self.zone).replace(tzinfo=None, microsecond=0)

    def _one(self, asked: Asked, number: str) -> Any:
        comment = self.comments.get(int(number)) if number.isdigit() else None
        able = asked.user.able if asked.user else {}
        code = 403 if asked.user else 401
        if comment is None:
            raise RefusalError(404, "rest_comment_invalid_id")
        if asked.params.get("context") == "edit" and "moderate_comments" not in able:
            raise RefusalError(code, "rest_forbidden_context")
        if comment.status != "approved" and "moderate_comments" not in able:
            raise RefusalError(code, "rest_cannot_read")
        if asked.method == "DELETE" and comment.status == "trash":
            raise RefusalError(410, "rest_already_trashed")
        return self._shown(comment, asked)

    def _create(self, asked: Asked, body: dict[str, Any]) -> Any:
        user = asked.user
        if user is None:
            raise RefusalError(401, "rest_comment_login_required")
        post, parent, raw = int(body["post"]), int(body.get("parent", 0)), str(body["content"])
        if post not in self.posts and post not in self.pages:
            raise RefusalError(403, "rest_comment_invalid_post_id")
        if post in self.closed:
            raise RefusalError(403, "rest_comment_closed")
        if not raw.strip():
            raise RefusalError(400, "rest_comment_content_invalid")
        if len(raw.encode()) > 65_525:
            raise RefusalError(400, "comment_content_column_length")
        same = (user.id, parent, raw)
        others = [c for c in self.comments.values() if c.status != "trash" and c.post == post]
        if any((c.user, c.parent, c.raw) == same for c in others):
            raise RefusalError(409, "comment_duplicate")
        if self.flood:
            raise RefusalError(400, "comment_flood")
        status = "approved" if "moderate_comments" in user.able else "hold"
        number = self.add_comment(
            raw,
            at=self.clock,
            post=post,
            parent=parent,
            user=user.id,
            name=user.name,
            status=status,
        )
        return self._shown(self.comments[number], asked)

    def _shown(self, comment: Written, asked: Asked) -> dict[str, Any]:
        edit = asked.params.get("context") == "edit"
        content = {"rendered": _rendered(comment.raw)}
        shown: dict[str, Any] = {
            "id": comment.id,
            "post": comment.post,
            "parent": comment.parent,
            "author": comment.user,
            "author_name": html.escape(comment.name),
            "author_url": "",
            "date": self._site_time(comment.at).isoformat(timespec="seconds"),
            "date_gmt": comment.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
            "content": content | ({"raw": comment.raw} if edit else {}),
            "link": f"{self.url}/berita-{comment.post}/#comment-{comment.id}",
            "status": comment.status,
            "type": "comment",
        }
        if edit:
            shown |= {"author_email": "warga@example.test", "author_ip": "192.0.2.7"}
        fields = asked.params.get("_fields")
        if fields is None:
            return shown
        # a dotted name drops the whole field, as seen
        return {name: shown[name] for name in fields.split(",") if name in shown}


def _page(items: list[Any], params: dict[str, str]) -> list[Any]:
    size = int(params.get("per_page", "10"))
    start = int(params.get("offset", (int(params.get("page", "1")) - 1) * size))
    return items[start : start + size]


def _rendered(raw: str) -> str:
    for plain, sign in _SIGNS.items():
        raw = raw.replace(plain, sign)
    return "".join(f"<p>{part}</p>\n" for part in raw.split("\n\n"))
