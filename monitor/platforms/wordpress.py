"""WordPress: comments below articles, read as the office's editor or as anybody, and answered.

Layer 2. How nothing is lost:

* every poll reads again from two hours before the newest comment seen, because ``after`` is
  exclusive, in whole seconds and compared in site time (an hour repeats when clocks go back);
* pages overlap, so that comments which are removed while we page cost nothing (wordpress_scan);
* every ``reconcile_every`` polls the last ``reconcile_days`` days are read again: late approvals
  keep their old date, edits leave no mark, and what is missing then was hidden or deleted.

It never writes to the store, never sleeps, never retries, and drops e-mail and IP addresses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import httpx

from monitor.errors import PlatformError, Reason
from monitor.platforms import wordpress_rows as rows_of
from monitor.platforms.base import Health, Page, PostedReply, ReplyState
from monitor.platforms.http import Http
from monitor.platforms.offer import Can, Connected, Platform, Setup
from monitor.platforms.wordpress_cursor import Cursor, from_json
from monitor.platforms.wordpress_errors import refusal
from monitor.platforms.wordpress_rows import Article, Office, Row
from monitor.platforms.wordpress_scan import scan, vanished
from monitor.platforms.wordpress_site import LARGEST_PAGE, MAX_BYTES, Account, Site
from monitor.records import Comment, SourceId, Visibility

OVERLAP = timedelta(hours=2)
_MOST_ANSWER_PAGES = 10
_MOST_ARTICLES = 5_000


@dataclass(frozen=True, slots=True)
class WordPressSettings:
    """One watched site. Without ``app_password``: public comments only, and no replies.

    ``own_names`` are display names of the office's registered users; a guest of that name is not
    the office. ``page_size`` (2 to 100) may be lowered for a weak server.
    """

    id: SourceId
    base_url: str
    user: str = ""
    app_password: str | None = field(default=None, repr=False)
    backfill_days: int = 7
    own_names: frozenset[str] = frozenset()
    reconcile_every: int = 24
    reconcile_days: int = 7
    page_size: int = LARGEST_PAGE
    timeout: float = 20.0


class WordPress:
    """A WordPress site as :class:`~monitor.platforms.base.Source` and ``Replier``."""

    platform = rows_of.PLATFORM

    def __init__(
        self, settings: WordPressSettings, transport: httpx.BaseTransport | None = None
    ) -> None:
        auth = (settings.user, settings.app_password) if settings.app_password else None
        http = Http(
            settings.base_url, auth, settings.timeout, MAX_BYTES, transport, refusal=refusal
        )
        self._settings = settings
        self._size = min(max(settings.page_size, 2), LARGEST_PAGE)
        self._site = Site(http, has_password=auth is not None)
        self._who: tuple[Account, Office] | None = None
        self._articles: dict[int, Article | None] = {}

    @property
    def id(self) -> SourceId:
        """The source's name in the configuration."""
        return self._settings.id

    def close(self) -> None:
        """Close kept connections."""
        self._site.http.close()

    def check(self) -> Health:
        """Who we are there, and whether we may moderate; see the protocol."""
        title, _ = self._site.index()
        account = self._site.account()
        if account.id == 0:
            return Health(True, title, "no application password: public comments only, no replies")
        identity = f"{account.name} at {title}"
        if not account.moderates:
            return Health(False, identity, "may not moderate comments: give the user role Editor")
        return Health(True, identity, "reads held comments and may reply")

    def collect(self, cursor: str | None, now: datetime) -> Iterator[Page]:
        """Read what is new; see the protocol. The last page carries no comments, only knowledge."""
        state = self._first(now) if cursor is None else from_json(cursor, self.id)
        reconciling = state.polls >= self._settings.reconcile_every
        if reconciling:
            self._who, self._articles = None, {}  # staff and headlines change too
        start = min(state.watermark, state.window_from) if reconciling else state.watermark
        before = state.known
        seen: dict[int, datetime] = {}
        threads: dict[int, int] = {}
        account, _ = self._identity()
        for rows in scan(self._site, start - OVERLAP, self._size, moderates=account.moderates):
            seen.update((row.id, row.created_at) for row in rows)
            state = _advanced(state, rows, now)
            yield Page(self._comments(rows, threads), state.to_json())
        gone: tuple[tuple[str, Visibility], ...] = ()
        if reconciling:
            gone = vanished(self._site, before - seen.keys(), moderates=account.moderates)
            state = self._reconciled(state, seen, {int(number) for number, _ in gone}, now)
        done = replace(state, polls=0 if reconciling else state.polls + 1, backfill_from=None)
        yield Page((), done.to_json(), gone=gone, covered_from=state.backfill_from)

    def target(self, reply_ref: str) -> Comment | None:
        """Read the comment again; see the protocol."""
        row = self._read_one(_address(reply_ref)[1])
        return None if row is None else self._comments([row], {})[0]

    def reply(self, reply_ref: str, text: str) -> PostedReply:
        """Post once; see the protocol. The site itself would take a parent that is held or gone."""
        post, parent = _address(reply_ref)
        content = rows_of.escape_reply(text)
        self._check_target(post, parent, content)
        try:
            new, link, status = self._site.post_comment(post, parent, content)
        except PlatformError as e:
            standing = self._standing(reply_ref, text) if e.reason is Reason.DUPLICATE else None
            if standing is None:
                raise
            return standing
        return _posted(new, link, status)

    def find_own_reply(self, reply_ref: str, text: str) -> PostedReply | None:
        """Look for our words below the comment; see the protocol. What was trashed counts not."""
        _, parent = _address(reply_ref)
        account, office = self._identity()
        words = rows_of.same_words(rows_of.escape_reply(text))
        for page in range(1, _MOST_ANSWER_PAGES + 1):
            rows = self._site.answers_to(parent, page, moderates=account.moderates)
            for row in rows:
                ours = office.wrote(row.author, row.author_name) and row.status != "trash"
                if ours and rows_of.same_words(row.text) == words:
                    return _posted(row.id, row.link, row.status)
            if len(rows) < LARGEST_PAGE:
                break
        return None

    def _first(self, now: datetime) -> Cursor:
        start = now - timedelta(days=self._settings.backfill_days)
        window = max(start, now - timedelta(days=self._settings.reconcile_days))
        return Cursor(watermark=start, window_from=window, backfill_from=start)

    def _identity(self) -> tuple[Account, Office]:
        if self._who is None:
            account = self._site.account()
            staff = self._site.staff() if "list_users" in account.abilities else frozenset[int]()
            own = staff | ({account.id} if account.id else set())
            names = frozenset(name.casefold() for name in self._settings.own_names)
            self._who = account, Office(own, names, may_reply=account.id != 0)
        return self._who

    def _comments(self, rows: Iterable[Row], threads: dict[int, int]) -> tuple[Comment, ...]:
        rows = list(rows)
        _, office = self._identity()
        self._learn_articles({row.post for row in rows if row.post})
        made = []
        for row in rows:
            # oldest first, so a parent of this scan is known; else the parent stands for the thread
            thread = threads.get(row.parent, row.parent) if row.parent else row.id
            threads[row.id] = thread
            article = self._articles.get(row.post)
            made.append(rows_of.comment_from_row(row, self.id, article, office, thread))
        return tuple(made)

    def _learn_articles(self, posts: set[int]) -> None:
        if len(self._articles) > _MOST_ARTICLES:
            self._articles = {}
        missing = posts - self._articles.keys()
        if missing:
            found = self._site.articles(missing)
            self._articles.update({number: found.get(number) for number in missing})

    def _reconciled(
        self, state: Cursor, seen: dict[int, datetime], gone: set[int], now: datetime
    ) -> Cursor:
        window = now - timedelta(days=self._settings.reconcile_days)
        aged = {number for number, at in seen.items() if at < window}
        return replace(state, known=state.known - gone - aged, window_from=window)

    def _read_one(self, comment: int) -> Row | None:
        account, _ = self._identity()
        try:
            return self._site.comment(comment, moderates=account.moderates)
        except PlatformError as e:
            hidden = e.reason in (Reason.AUTH, Reason.PERMISSION) and not account.moderates
            if e.reason is Reason.GONE or hidden:
                return None
            raise

    def _check_target(self, post: int, parent: int, content: str) -> None:
        if not self._site.has_password:
            raise self._no(Reason.PERMISSION, "no application password is configured")
        if not content:
            raise self._no(Reason.NOT_ALLOWED, "the reply is empty")
        row = self._read_one(parent)
        if row is None or row.status == "trash":
            raise self._no(Reason.GONE, f"comment {parent} is gone")
        if row.post != post or rows_of.visibility_of(row) is not Visibility.PUBLIC:
            raise self._no(Reason.NOT_ALLOWED, f"comment {parent} is not public or has moved")

    def _standing(self, reply_ref: str, text: str) -> PostedReply | None:
        try:
            return self.find_own_reply(reply_ref, text)
        except PlatformError:
            return None  # the duplicate is the clear answer; the read-back was only a courtesy

    def _no(self, reason: Reason, cause: str) -> PlatformError:
        message = f"{self._site.http.host}: reply: {cause}"
        return PlatformError(message, reason=reason, permanent=True)


def _advanced(state: Cursor, rows: Iterable[Row], now: datetime) -> Cursor:
    """The cursor after a page. A comment dated in the future must not hide those that follow."""
    newest = max(row.created_at for row in rows)
    known = {row.id for row in rows if row.created_at >= state.window_from}
    watermark = max(state.watermark, min(newest, now))
    return replace(state, watermark=watermark, known=state.known | known)


def _address(reply_ref: str) -> tuple[int, int]:
    try:
        return rows_of.parse_reply_ref(reply_ref)
    except ValueError as e:
        raise PlatformError(
            "reply address: not of WordPress", reason=Reason.NOT_ALLOWED, permanent=True
        ) from e


def _posted(new: int, link: str, status: str) -> PostedReply:
    state = ReplyState.PUBLISHED if status == "approved" else ReplyState.HELD
    return PostedReply(str(new), link or None, state)


def connect(setup: Setup) -> Connected:
    """The site of a configured source; without a password it cannot be answered."""
    password = setup.secret("password") or None
    site = WordPress(
        WordPressSettings(
            id=setup.id,
            base_url=setup.base_url,
            user=setup.user,
            app_password=password,
            backfill_days=setup.backfill_days,
            own_names=setup.own_names,
            timeout=setup.timeout,
        ),
        setup.transport,
    )
    return Connected(site, site if password else None)


PLATFORM = Platform(
    name=rows_of.PLATFORM, connect=connect, takes=("user", "password"), can=Can.REPLY
)
