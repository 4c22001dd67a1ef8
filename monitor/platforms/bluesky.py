"""Bluesky: mentions, answers and quotes of the office's account, posts with its words, and answers.

Layer 2. Facts: lexicons app.bsky.* and com.atproto.* in atproto 0.0.73 (2026). Lists begin with the
newest. A post cannot be edited; a deleted one is missing among those asked for. An app password
opens a session whose two tokens change together; when they are dead the password opens a new one.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from monitor.errors import PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms.answer import Answer
from monitor.platforms.api import Api
from monitor.platforms.base import Health, Page, PostedReply, ReplyState, Seen
from monitor.platforms.http import Http
from monitor.platforms.oauth import Renewed
from monitor.platforms.offer import Can, Connected, Platform, Setup, Tokens, Use
from monitor.platforms.windows import Ask, Batch, read_streams, streams_from
from monitor.records import Comment, Kind, SourceId, Visibility
from monitor.text.clean import clean

NAME = "bluesky"
_SESSION = "xrpc/com.atproto.server."
_APP = "xrpc/app.bsky."
_POST = "app.bsky.feed.post"
_REASONS = ("mention", "reply", "quote")
_OVERLAP = timedelta(hours=1)
_BY_ID = 25
# What the server writes of itself is not in the lexicons: an access token is said to live two hours
# at least (uncertain); one that died earlier is renewed when it is refused.
_ACCESS_LIFE = timedelta(hours=2)
_DEAD = ("ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired")
_LOST = ("AccountTakedown", "AccountDeactivated", "AccountSuspended")


class Bluesky:
    """An account as source, replier and refetcher."""

    platform = NAME

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        refusal = partial(_refusal, setup.clock)
        http = Http(setup.base_url, None, setup.timeout, transport=setup.transport, refusal=refusal)
        seed = f"{setup.account}\n{setup.secret('password')}"
        login = Renewed(setup.vault, setup.clock, seed, partial(_session, setup, http))
        self._api = Api(setup, login, refusal=refusal)
        self._own = ""

    @property
    def id(self) -> SourceId:
        """The source's name in the configuration."""
        return self._setup.id

    def close(self) -> None:
        """Close kept connections."""
        self._api.close()

    def check(self) -> Health:
        """Whose app password it is; see the protocol."""
        words = ", ".join(self._setup.queries)
        told = f"mentions, answers, quotes{f'; words: {words}' if words else ''}"
        return Health(True, f"@{self._whoami()} at {self._api.http.host}", told)

    def collect(self, cursor: str | None, now: datetime) -> Iterator[Page]:
        """What speaks to the account, then each word; see the protocol."""
        reach = timedelta(days=self._setup.backfill_days)
        state = streams_from(cursor, self.id, now, reach)
        use = Use.HISTORY if state.first_from is not None else Use.NEW
        self._me()
        lists: dict[str, Ask] = {"notifications": partial(self._notified, use)}
        lists |= {f"search:{words}": partial(self._found, words) for words in self._setup.queries}
        yield from read_streams(
            state,
            lists,
            now,
            overlap=_OVERLAP,
            reach=reach,
            go_on=lambda: self._setup.meter.may(1, Use.HISTORY),
            spare=[name for name in lists if name.startswith("search:")],
        )

    def refetch(self, wanted: Sequence[Seen], now: datetime) -> Iterator[Page]:
        """Read posts again, some at a time; see the protocol."""
        del now
        self._me()
        for start in range(0, len(wanted), _BY_ID):
            ids = [seen.external_id for seen in wanted[start : start + _BY_ID]]
            found = self._comments(self._posts(ids, Use.RECHECK))
            there = {comment.external_id for comment in found}
            gone = tuple((one, Visibility.DELETED) for one in ids if one not in there)
            yield Page(found, "", gone=gone)

    def target(self, reply_ref: str) -> Comment | None:
        """Read the post again; see the protocol."""
        self._me()
        found = self._comments(self._posts([_ref(reply_ref)["parent"]["uri"]], Use.REPLY))
        return found[0] if found else None

    def reply(self, reply_ref: str, text: str) -> PostedReply:
        """Answer once; see the protocol. The server would take one to a post that is gone."""
        if self.target(reply_ref) is None:
            gone = f"{self._api.http.host}: reply: the post is gone"
            raise PlatformError(gone, reason=Reason.GONE, permanent=True)
        record = {
            "$type": _POST,
            "text": text,
            "createdAt": _zulu(self._setup.clock()),
            "reply": _ref(reply_ref),
        }
        answer = self._api.post(
            "xrpc/com.atproto.repo.createRecord",
            {"repo": self._own, "collection": _POST, "record": record},
        )
        return _posted(read.name_of(answer, "uri"))

    def find_own_reply(self, reply_ref: str, text: str) -> PostedReply | None:
        """Look for our words directly below the post; see the protocol."""
        self._me()
        params = {"uri": _ref(reply_ref)["parent"]["uri"], "depth": "1", "parentHeight": "0"}
        thread = self._api.get(f"{_APP}feed.getPostThread", params, use=Use.REPLY)
        below = read.objects(read.inner(thread, "thread"), "replies")
        for comment in self._comments([read.inner(one, "post") for one in below]):
            if comment.author_is_owner and read.same_words(comment.text, text):
                return _posted(comment.external_id)
        return None

    def _me(self) -> None:
        if not self._own:
            self._whoami()

    def _whoami(self) -> str:
        session = self._api.get(f"{_SESSION}getSession", use=Use.REPLY)
        self._own = read.name_of(session, "did")
        return read.text(session, "handle")

    def _notified(self, use: Use, token: str | None) -> Batch:
        params = [("reasons", reason) for reason in _REASONS]
        params += [("limit", "100"), *_from(token)]
        answer = self._api.get(f"{_APP}notification.listNotifications", params, use=use)
        return self._batch(answer, "notifications")

    def _found(self, words: str, token: str | None) -> Batch:
        params = [("q", words), ("sort", "latest"), ("limit", "100"), *_from(token)]
        answer = self._api.get(f"{_APP}feed.searchPosts", params, use=Use.SEARCH)
        return self._batch(answer, "posts")

    def _batch(self, answer: dict[str, Any], key: str) -> Batch:
        rows = read.objects(answer, key)
        # the lists are ordered by when the server saw a post; its writer may claim another time
        at = tuple(seen for row in rows if (seen := read.maybe_instant(row, "indexedAt")))
        return Batch(self._comments(rows), read.maybe(answer, "cursor"), at or None)

    def _posts(self, uris: Sequence[str], use: Use) -> list[dict[str, Any]]:
        answer = self._api.get(f"{_APP}feed.getPosts", [("uris", uri) for uri in uris], use=use)
        return read.objects(answer, "posts")

    def _comments(self, rows: Sequence[dict[str, Any]]) -> tuple[Comment, ...]:
        return read.each(rows, self._comment, f"source {self.id}")

    def _comment(self, row: dict[str, Any]) -> Comment:
        """A post, as a list of posts and a notification both show it."""
        uri, author, record = read.name_of(row, "uri"), read.inner(row, "author"), _record(row)
        own = read.text(author, "did") == self._own
        answered = read.inner(record, "reply")
        root = read.inner(answered, "root") or {"uri": uri, "cid": read.text(row, "cid")}
        block = "own" if own else "closed" if _closed(row) else None
        parent = {"uri": uri, "cid": read.text(row, "cid")}
        return Comment(
            source_id=self.id,
            platform=NAME,
            external_id=uri,
            text=clean(read.text(record, "text")),
            created_at=read.maybe_instant(record, "createdAt") or read.instant(row, "indexedAt"),
            kind=Kind.REPLY if answered else Kind.MENTION,
            parent_id=read.maybe(read.inner(answered, "parent"), "uri"),
            thread_id=read.maybe(root, "uri"),
            author_id=read.maybe(author, "did"),
            author_name=read.maybe(author, "displayName") or read.maybe(author, "handle"),
            author_is_owner=own,
            like_count=read.count(row, "likeCount"),
            reply_count=read.count(row, "replyCount"),
            permalink=_permalink(uri),
            reply_ref=None if block else json.dumps({"root": root, "parent": parent}),
            reply_block=block,
        )


def _record(row: Mapping[str, Any]) -> dict[str, Any]:
    return read.inner(row, "record")


def _closed(row: Mapping[str, Any]) -> bool:
    return read.inner(row, "viewer").get("replyDisabled") is True


def _from(token: str | None) -> list[tuple[str, str]]:
    return [("cursor", token)] if token else []


def _ref(reply_ref: str) -> dict[str, dict[str, str]]:
    found = json.loads(reply_ref)
    assert isinstance(found, dict)
    return found


def _posted(uri: str) -> PostedReply:
    return PostedReply(uri, _permalink(uri), ReplyState.PUBLISHED)


def _permalink(uri: str) -> str | None:
    """``at://did:plc:x/app.bsky.feed.post/3k`` as the address that people open."""
    whose, _, post = uri.removeprefix("at://").partition(f"/{_POST}/")
    return f"https://bsky.app/profile/{whose}/post/{post}" if post else None


def _zulu(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _session(setup: Setup, http: Http, held: Tokens | None) -> Tokens:
    """Go on with the session, or open a new one with the app password."""
    if held is not None and held.refresh:
        try:
            again = {"Authorization": f"Bearer {held.refresh}"}
            return _tokens(http.post(f"{_SESSION}refreshSession", headers=again), setup.clock)
        except PlatformError as error:
            if error.reason is not Reason.AUTH:
                raise
    login = {"identifier": setup.account, "password": setup.secret("password")}
    return _tokens(http.post(f"{_SESSION}createSession", login), setup.clock)


def _tokens(answer: Answer, clock: Callable[[], datetime]) -> Tokens:
    body = answer.json()
    fields = body if isinstance(body, dict) else {}
    access, refresh = read.text(fields, "accessJwt"), read.text(fields, "refreshJwt")
    if not access or not refresh:
        raise answer.error("no session in the answer")
    return Tokens(access, refresh, clock(), clock() + _ACCESS_LIFE)


def _refusal(clock: Callable[[], datetime], answer: Answer) -> PlatformError | None:
    """What the error's name says better than the status does (com.atproto lexicons)."""
    name = _error_name(answer)
    where = f"{answer.where}: HTTP {answer.status}"
    if answer.status == 429:
        until = read.maybe_instant(dict(answer.headers), "ratelimit-reset")
        wait = max(until - clock(), timedelta(seconds=1)) if until else answer.retry_after
        return PlatformError(where, reason=Reason.RATE, retry_after=wait)
    if name in _DEAD or name in _LOST:
        return PlatformError(f"{where}: {name}", reason=Reason.AUTH, permanent=True)
    if name in ("NotFound", "RecordNotFound", "BlockedByAuthor"):
        return PlatformError(f"{where}: {name}", reason=Reason.GONE, permanent=True)
    return None


def _error_name(answer: Answer) -> str:
    try:
        fields = json.loads(answer.body)
    except (ValueError, RecursionError):
        return ""
    return read.text(fields, "error") if isinstance(fields, dict) else ""


def graphemes(text: str) -> int:
    """What people see as letters, counted from above: joined emoji may count as several."""
    return sum(not unicodedata.combining(c) and c not in "\u200d\ufe0e\ufe0f" for c in text)


def connect(setup: Setup) -> Connected:
    """The account of a configured source."""
    account = Bluesky(setup)
    return Connected(account, account, account)


PLATFORM = Platform(
    name=NAME,
    connect=connect,
    base_url="https://bsky.social",
    needs=("account", "password"),
    takes=("queries",),
    can=Can.REPLY | Can.REFETCH,
    reply_limit=300,
    measure=graphemes,
)
