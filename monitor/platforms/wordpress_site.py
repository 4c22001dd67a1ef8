"""The WordPress REST API: finding its root, asking, posting, and what its error codes mean.

Layer 2. Knows routes and parameters, nothing of cursors or polls. Credentials go to the configured
host only, whatever a ``Link`` header says.

Facts that look odd here were seen on WordPress 6.1: a wrong application password on a public list
answers 200 as if nobody had logged in (so ``users/me`` is asked first); ``after`` without a zone is
site-local time; a page past the end is ``[]``; unreadable comments make a page short.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from monitor.errors import PlatformError, Reason
from monitor.platforms.answer import Answer
from monitor.platforms.http import Http
from monitor.platforms.wordpress_cursor import zulu
from monitor.platforms.wordpress_rows import Article, Row, article_from_json, row_from_json

LARGEST_PAGE = 100  # WordPress answers 400 above
_FIELDS = "id,post,parent,author,author_name,date,date_gmt,content,link,status,type"
_ARTICLE_FIELDS = "id,title,link,comment_status"
_STAFF_ROLES = "administrator,editor,author"
MAX_BYTES = 32_000_000  # a hundred comments of 65 525 bytes, raw and rendered, with room
_LINK = re.compile(r'<([^>]+)>\s*;[^,]*\brel\s*=\s*"?https://api\.w\.org/"?', re.IGNORECASE)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Account:
    """Whose application password we hold; ``id`` 0 is nobody: public comments only."""

    id: int = 0
    name: str = ""
    abilities: frozenset[str] = frozenset()

    @property
    def moderates(self) -> bool:
        """May see held comments and what was really typed."""
        return "moderate_comments" in self.abilities


@dataclass(frozen=True, slots=True)
class Batch:
    """One answer of a comment list; ``total`` counts the whole list, None if the site hides it."""

    rows: tuple[Row, ...]
    total: int | None


@dataclass(slots=True)
class Site:
    """Calls below one site; ``_root`` is found once and forgotten when it stops answering.

    Every method raises PlatformError when the site does not answer as it should.
    """

    http: Http
    has_password: bool
    _root: tuple[str, bool] | None = field(default=None, init=False)

    def index(self) -> tuple[str, bool]:
        """``(title of the site, whether application passwords work here)``."""
        fields = _object(self._get(""))
        return str(fields.get("name") or self.http.host), bool(fields.get("authentication"))

    def account(self) -> Account:
        """Whose password this is; nobody without one.

        Raises:
            PlatformError: AUTH with the cause that the site's index betrays.
        """
        if not self.has_password:
            return Account()
        wanted = {"context": "edit", "_fields": "id,name,capabilities"}
        try:
            answer = self._get("wp/v2/users/me", wanted)
        except PlatformError as e:
            if e.reason is not Reason.AUTH:
                raise
            raise self._login_error() from e
        fields = _object(answer)
        able = fields.get("capabilities")
        user_id = fields.get("id")
        if not isinstance(user_id, int) or not isinstance(able, dict):
            raise answer.error("users/me has no id or capabilities")
        abilities = frozenset(str(name) for name, granted in able.items() if granted)
        return Account(user_id, str(fields.get("name") or ""), abilities)

    def staff(self) -> frozenset[int]:
        """Ids of everybody who may publish; only an administrator may ask."""
        ids: set[int] = set()
        for page in range(1, 11):
            wanted = {"roles": _STAFF_ROLES, "context": "edit", "_fields": "id", "page": str(page)}
            answer = self._get("wp/v2/users", {**wanted, "per_page": str(LARGEST_PAGE)})
            found = [u["id"] for u in _list(answer) if isinstance(u, dict) and "id" in u]
            ids.update(number for number in found if isinstance(number, int))
            if len(found) < LARGEST_PAGE:
                break
        return frozenset(ids)

    def comments_after(self, after: datetime, offset: int, size: int, *, moderates: bool) -> Batch:
        """``size`` comments written after an instant, oldest first, from a position in that list.

        ``after`` is exclusive, in whole seconds, and compared in site time: overlap generously.
        """
        wanted = {
            "after": zulu(after),
            "orderby": "date_gmt",
            "order": "asc",
            "per_page": str(size),
            "offset": str(offset),
        }
        return self._comments(wanted, "all", moderates=moderates)

    def comments_with(self, ids: Sequence[int]) -> tuple[Row, ...]:
        """Those of up to 100 ids that still exist, in any state; for moderators only."""
        wanted = {"include": ",".join(map(str, ids)), "per_page": str(LARGEST_PAGE)}
        return self._comments(wanted, "any", moderates=True).rows

    def answers_to(self, comment: int, page: int, *, moderates: bool) -> tuple[Row, ...]:
        """The comments directly below one, newest first, 100 a page."""
        wanted = {
            "parent": str(comment),
            "order": "desc",
            "per_page": str(LARGEST_PAGE),
            "page": str(page),
        }
        return self._comments(wanted, "any", moderates=moderates).rows

    def comment(self, comment: int, *, moderates: bool) -> Row:
        """One comment.

        Raises:
            PlatformError: GONE when it does not exist; AUTH or PERMISSION when it is not shown.
        """
        wanted = {"_fields": _FIELDS, **({"context": "edit"} if moderates else {})}
        answer = self._get(f"wp/v2/comments/{comment}", wanted)
        return _checked(row_from_json, [_parsed(answer)], answer)[0]

    def articles(self, ids: Iterable[int]) -> dict[int, Article]:
        """Headlines by id; what is neither a public post nor a public page is left out."""
        found: dict[int, Article] = {}
        for chunk in chunks(sorted(ids)):
            missing = chunk
            for route in ("wp/v2/posts", "wp/v2/pages"):
                found.update(self._articles(route, missing))
                missing = [number for number in chunk if number not in found]
                if not missing:
                    break
        return found

    def post_comment(self, post: int, parent: int, content: str) -> tuple[int, str, str]:
        """Post once: ``(id, link, status)``. ``content`` is HTML: escape plain text first.

        The site takes a parent that is held, deleted or of another post: check it before.
        """
        path, params = self._address("wp/v2/comments")
        body = {"post": post, "parent": parent, "content": content}
        answer = self.http.post(path, body, params, name="comments")
        fields = _object(answer)
        new = fields.get("id")
        if not isinstance(new, int):
            raise answer.error("the new comment has no id")
        return new, str(fields.get("link") or ""), str(fields.get("status") or "")

    def _comments(self, wanted: Mapping[str, str], status: str, *, moderates: bool) -> Batch:
        view = {"status": status, "context": "edit"} if moderates else {}
        answer = self._get("wp/v2/comments", {**wanted, **view, "_fields": _FIELDS})
        total = answer.headers.get("x-wp-total", "")
        rows = _checked(row_from_json, _list(answer), answer)
        return Batch(tuple(rows), int(total) if total.isascii() and total.isdigit() else None)

    def _articles(self, route: str, ids: Sequence[int]) -> dict[int, Article]:
        wanted = {"include": ",".join(map(str, ids)), "per_page": str(LARGEST_PAGE)}
        answer = self._get(route, {**wanted, "_fields": _ARTICLE_FIELDS})
        return dict(_checked(article_from_json, _list(answer), answer))

    def _get(self, route: str, wanted: Mapping[str, str] | None = None) -> Answer:
        path, params = self._address(route)
        try:
            return self.http.get(path, {**params, **(wanted or {})}, name=route or "index")
        except PlatformError as e:
            if e.reason in (Reason.GONE, Reason.BAD_ANSWER):
                self._root = None  # the permalinks may have changed: look for the root again
            raise

    def _address(self, route: str) -> tuple[str, dict[str, str]]:
        if self._root is None:
            link = self.http.head_of().get("link", "")
            found = _LINK.search(link)
            below = self.http.path_below(found[1]) if found else None
            # every WordPress answers the plain form, whatever its permalinks
            self._root = ("", True) if below is None else (below, False)
        path, plain = self._root
        return (path, {"rest_route": f"/{route}"}) if plain else (f"{path}/{route}", {})

    def _login_error(self) -> PlatformError:
        cause = "the application password is wrong or was revoked (the account's own never works)"
        if not self.index()[1]:
            cause = "the site has application passwords switched off: they need https"
        message = f"{self.http.host}: log in: {cause}"
        return PlatformError(message, reason=Reason.AUTH, permanent=True)


def chunks(ids: Sequence[int], size: int = LARGEST_PAGE) -> Iterator[Sequence[int]]:
    """Cut into pieces that one request can name."""
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _parsed(answer: Answer) -> object:
    return answer.json()


def _list(answer: Answer) -> list[object]:
    parsed = answer.json()
    if not isinstance(parsed, list):
        raise answer.error("not a list")
    return parsed


def _object(answer: Answer) -> dict[str, object]:
    parsed = answer.json()
    if not isinstance(parsed, dict):
        raise answer.error("not an object")
    return parsed


def _checked(read: Callable[[object], _T], items: Iterable[object], answer: Answer) -> list[_T]:
    try:
        return [read(item) for item in items]
    except ValueError as e:
        raise answer.error(f"not as WordPress answers: {e}") from e
