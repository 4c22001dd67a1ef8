"""Meta's Graph API as Facebook and Instagram use it: one token, lists with cursors, single objects.

Layer 2. The token travels in the ``Authorization`` header only. ``paging.next`` is an address with
the token in it and is never followed: the next page is asked for by ``cursors.after``, and a list
has ended when there is no ``paging.next`` (a page may be empty and still have one).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms.api import Api, Json
from monitor.platforms.base import PostedReply, ReplyState
from monitor.platforms.graph_errors import INVALID, GraphError, refusal, rest_of
from monitor.platforms.offer import Setup, Use
from monitor.records import Comment, Visibility

VERSION = "v26.0"  # since 29 July 2026; a version lives for about two years
BASE_URL = f"https://graph.facebook.com/{VERSION}"
# Uncertain: whether one unknown id makes Meta refuse all of them, and how many it takes. Whoever is
# missing in the answer is therefore asked for alone, and so is everybody after a refusal.
_MOST_IDS = 50


@dataclass
class _Bearer:
    """The token that is sent: the one an admin gave, or the Page's own that it opens."""

    token: str = field(repr=False)

    def headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def renew(self) -> bool:
        return False


class Graph:
    """Calls of one source.

    The app's secret, where it is given, proves each call (``appsecret_proof``): a stolen token is
    then worth nothing without it.
    """

    def __init__(self, setup: Setup) -> None:
        self._given = setup.secret("token")
        self._secret = setup.secret("secret")
        self._login = _Bearer(self._given)
        self._api = Api(setup, self._login, refusal=refusal, always=True, rest=rest_of)
        self.must_introduce = True  # who we are is not known (any more)

    @property
    def host(self) -> str:
        """Host and port, for messages."""
        return self._api.http.host

    def close(self) -> None:
        """Close kept connections."""
        self._api.close()

    def act_with(self, token: str) -> None:
        """Use a Page's own token from now on, until Meta refuses it."""
        self._login.token = token

    def get(self, path: str, params: Mapping[str, str], *, use: Use) -> Json:
        """Ask for an object or a list.

        Raises:
            PlatformError: see ``graph_errors``.
        """
        try:
            return self._api.get(path, {**params, **self._proof()}, use=use)
        except GraphError as error:
            self._note(error)
            raise

    def post(self, path: str, form: Mapping[str, str]) -> Json:
        """Change something, once.

        Raises:
            PlatformError: see ``graph_errors``; UNSURE when it may have been done.
        """
        try:
            return self._api.post(path, form={**form, **self._proof()}, use=Use.REPLY)
        except GraphError as error:
            self._note(error)
            raise

    def rows(
        self, path: str, params: Mapping[str, str], after: str | None, *, use: Use
    ) -> tuple[list[Json], str | None]:
        """One page of a list and where the next one begins; None at the end.

        Raises:
            PlatformError: GONE also when ``after`` is valid no more.
        """
        try:
            body = self.get(path, {**params, **({"after": after} if after else {})}, use=use)
        except GraphError as error:
            if after and error.code == INVALID:
                message = f"{error}: at a later page"
                raise GraphError(message, error.code, reason=Reason.GONE) from error
            raise
        return read.objects(body, "data"), next_of(body)

    def one(self, number: str, fields: str, *, use: Use) -> Json | None:
        """An object by its id; None when it is gone.

        Raises:
            PlatformError: anything else. Code 100 alone proves no deletion, since a field that a
                new version lost answers the same: then the bare id and our own account are asked.
        """
        try:
            return self.get(number, {"fields": fields}, use=use)
        except GraphError as error:
            if error.reason is Reason.GONE:
                return None
            if error.code != INVALID or self._exists(number, use):
                raise
            return None

    def many(
        self, numbers: Sequence[str], fields: str, *, use: Use
    ) -> tuple[list[Json], list[str]]:
        """Objects by their ids, and the ids of those that are gone.

        Raises:
            PlatformError: as :meth:`one` does.
        """
        found: dict[str, Json] = {}
        gone = []
        for start in range(0, len(numbers), _MOST_IDS):
            found.update(self._together(numbers[start : start + _MOST_IDS], fields, use))
        for number in numbers:
            if number not in found:
                row = self.one(number, fields, use=use)
                if row is None:
                    gone.append(number)
                else:
                    found[number] = row
        return [found[number] for number in numbers if number in found], gone

    def _together(self, numbers: Sequence[str], fields: str, use: Use) -> dict[str, Json]:
        if len(numbers) == 1:
            return {}
        try:
            body = self.get("", {"ids": ",".join(numbers), "fields": fields}, use=use)
        except GraphError as error:
            if error.reason in (Reason.GONE, Reason.BAD_ANSWER):
                return {}
            raise
        return {number: row for number in numbers if (row := read.inner(body, number))}

    def _exists(self, number: str, use: Use) -> bool:
        try:
            self.get(number, {"fields": "id"}, use=use)
        except GraphError as error:
            if error.code != INVALID:
                raise
        else:
            return True
        self.get("me", {"fields": "id"}, use=use)  # a wrong app secret is code 100 as well
        return False

    def _proof(self) -> dict[str, str]:
        if not self._secret:
            return {}
        return {"appsecret_proof": signed(self._secret, self._login.token.encode())}

    def _note(self, error: GraphError) -> None:
        if error.reason is Reason.AUTH:
            self._login.token = self._given  # the Page's own may be had anew
            self.must_introduce = True


def signed(secret: str, content: bytes) -> str:
    """Meta's signature: HMAC with SHA-256, in hex."""
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def next_of(body: read.Row) -> str | None:
    """Where the page after this one begins; None at the end."""
    paging = read.inner(body, "paging")
    address = read.text(paging, "next")
    if not address:
        return None
    after = read.text(read.inner(paging, "cursors"), "after")
    if after:
        return after
    # an empty page may come without cursors; the address is read, never followed
    found = parse_qs(urlsplit(address).query).get("after")
    return found[0] if found else None


def taken(graph: Graph, path: str, text: str) -> str:
    """Post ``text`` as a comment, once; its id.

    Raises:
        PlatformError: UNSURE also when Meta took it and told no id.
    """
    row = graph.post(path, {"message": text})
    number = read.maybe_name(row, "id")
    if number is None:
        raise PlatformError(
            f"{graph.host}: POST {path}: an answer without id: it may have been posted",
            reason=Reason.UNSURE,
        )
    return number


def shown(graph: Graph, number: str, link: str, hidden: str) -> PostedReply:
    """How our reply stands there. That it was taken is sure, whatever becomes of this question."""
    fields = ",".join(name for name in ("id", link, hidden) if name)
    try:
        row = graph.one(number, fields, use=Use.REPLY) or {}
    except PlatformError:
        row = {}
    state = ReplyState.HELD if row.get(hidden) is True else ReplyState.PUBLISHED
    return PostedReply(number, read.maybe(row, link), state)


def standing(comment: Comment) -> PostedReply:
    """Our own comment as a reply that stands."""
    hidden = comment.visibility is not Visibility.PUBLIC
    state = ReplyState.HELD if hidden else ReplyState.PUBLISHED
    return PostedReply(comment.external_id, comment.permalink, state)


def switch(graph: Graph, number: str, name: str, *, on: bool) -> None:
    """Switch a flag of a comment.

    Raises:
        PlatformError: it was not done, or (UNSURE) may have been.
    """
    answer = graph.post(number, {name: "true" if on else "false"})
    if answer.get("success") is False:
        raise PlatformError(f"{graph.host}: POST {number}: refused", reason=Reason.NOT_ALLOWED)
