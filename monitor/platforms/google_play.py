"""Reviews of the office's Android app on Google Play, and answers to them.

Layer 2. Facts: "Reply to reviews" (developers.google.com/android-publisher) and androidpublisher
v3. The list begins with the review changed last and reaches back a week; only reviews with words
are in it. A review has one answer, and a second would silently replace it, so there is none.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from monitor.errors import ConfigError, PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms import google_play_rows as rows
from monitor.platforms.answer import Answer
from monitor.platforms.api import Api
from monitor.platforms.base import Gap, Health, Page, PostedReply, ReplyState, Seen
from monitor.platforms.google_play_errors import refusal
from monitor.platforms.google_play_key import Grant, key_from
from monitor.platforms.oauth import Renewed
from monitor.platforms.offer import Budget, Can, Clock, Connected, Platform, Setup, Use
from monitor.platforms.windows import Batch, Streams, read_streams, streams_from
from monitor.records import Comment, SourceId, Visibility

SHOWN: Final = timedelta(days=7)
"""How far back the list reaches (uncertain: "the last week" in the documentation)."""
_OVERLAP = timedelta(days=3)  # a review that Google hid for a look comes back with its old time
_PAGE = "100"  # uncertain: the most that one call gives
_AN_HOUR = 200  # calls that Google allows an app
_RECHECKS_AN_HOUR = 120  # of these; the rest is for news and answers
_READ_AT = "read_at"


class GooglePlay:
    """An app as source, replier and refetcher."""

    platform = rows.NAME

    def __init__(self, setup: Setup) -> None:
        assert setup.key_file is not None  # needs
        self._setup = setup
        self._key = key_from(setup.key_file, setup.id)
        self._grant = Grant(setup, self._key)
        self._app = rows.App(setup.id, setup.account)
        self._hour = _Hour(setup.clock)
        login = Renewed(setup.vault, setup.clock, self._key.seed, self._grant)
        self._api = Api(setup, login, refusal=refusal, rest=self._hour.counted)
        package = quote(setup.account, safe="")
        self._path = f"androidpublisher/v3/applications/{package}/reviews"

    @property
    def id(self) -> SourceId:
        """The source's name in the configuration."""
        return self._setup.id

    def close(self) -> None:
        """Close kept connections."""
        self._api.close()
        self._grant.close()

    def check(self) -> Health:
        """Whether the key may read the app's reviews; see the protocol."""
        self._list({"maxResults": "1"}, Use.REPLY, resumed=False)
        who = f"{self._app.package} as {self._key.client_email}"
        return Health(True, who, "reviews of the last week")

    def collect(self, cursor: str | None, now: datetime) -> Iterator[Page]:
        """What was written or changed; see the protocol. More than a week of silence is a gap."""
        reach = min(timedelta(days=self._setup.backfill_days), SHOWN)
        state = streams_from(cursor, self.id, now, reach)
        use = Use.HISTORY if state.first_from is not None else Use.NEW
        gap = _gap(state, now)
        if gap is not None:
            state = state.noted(**{_READ_AT: gap.to_at.isoformat()})
            yield Page((), state.to_json(), gap=gap)
        last = state.to_json()
        for page in read_streams(
            state,
            {"reviews": lambda token: self._batch(token, use)},
            now,
            overlap=_OVERLAP,
            reach=reach,
            go_on=lambda: self._setup.meter.may(1, Use.HISTORY),
        ):
            last = page.cursor
            yield page
        done = streams_from(last, self.id, now, reach).noted(**{_READ_AT: now.isoformat()})
        yield Page((), done.to_json())

    def refetch(self, wanted: Sequence[Seen], now: datetime) -> Iterator[Page]:
        """Read reviews one by one, as many as the hour allows; see the protocol.

        Uncertain: whether Google finds one by its id that its list shows no more. So the absence of
        an older one says nothing.
        """
        shown = {seen.external_id for seen in wanted if now - seen.created_at < SHOWN}
        ids = dict.fromkeys(seen.external_id.removesuffix(rows.ANSWER) for seen in wanted)
        asked = {seen.external_id for seen in wanted}
        for number in ids:
            if not self._hour.allows(_RECHECKS_AN_HOUR):
                return  # the others are asked for again later
            row = self._review(number, Use.RECHECK)
            if row is None and not shown & {number, number + rows.ANSWER}:
                continue
            found = () if row is None else rows.both([row], self._app)
            there = {comment.external_id for comment in found}
            of_it = {number, number + rows.ANSWER} & asked
            gone = tuple((one, Visibility.DELETED) for one in sorted(of_it - there))
            yield Page(found, "", gone=gone)

    def target(self, reply_ref: str) -> Comment | None:
        """Read the review again; see the protocol."""
        row = self._review(reply_ref, Use.REPLY)
        return None if row is None else rows.review_of(row, self._app)

    def reply(self, reply_ref: str, text: str) -> PostedReply:
        """Answer once, and never over another answer; see the protocol."""
        row = self._review(reply_ref, Use.REPLY)
        if row is None:
            raise PlatformError(f"{self.id}: the review is gone", reason=Reason.GONE)
        standing = rows.answer_of(row, self._app)
        if standing is not None:
            same = read.same_words(standing.text, text)
            raise PlatformError(
                f"{self.id}: the review has an answer already, which a second would replace",
                reason=Reason.DUPLICATE if same else Reason.NOT_ALLOWED,
            )
        path = f"{self._path}/{quote(reply_ref, safe='')}:reply"
        self._api.post(path, {"replyText": text}, name="reviews.reply")
        return _posted(reply_ref, self._app)

    def find_own_reply(self, reply_ref: str, text: str) -> PostedReply | None:
        """Whether the answer that stands is ours; see the protocol."""
        row = self._review(reply_ref, Use.REPLY)
        standing = None if row is None else rows.answer_of(row, self._app)
        if standing is None or not read.same_words(standing.text, text):
            return None
        return _posted(reply_ref, self._app)

    def _batch(self, token: str | None, use: Use) -> Batch:
        params = {"maxResults": _PAGE} | ({"token": token} if token else {})
        body = self._list(params, use, resumed=token is not None)
        found = read.objects(body, "reviews")
        following = read.maybe(read.inner(body, "tokenPagination"), "nextPageToken")
        at = tuple(rows.changed_at(found))
        return Batch(rows.both(found, self._app), following, at=at)

    def _list(self, params: dict[str, str], use: Use, *, resumed: bool) -> dict[str, Any]:
        try:
            return self._api.get(self._path, params, use=use, name="reviews")
        except PlatformError as error:
            if resumed and error.reason is Reason.NOT_ALLOWED:
                # the page's token died; were it more, the reading from the top would tell
                raise PlatformError(str(error), reason=Reason.GONE) from error
            if error.reason is Reason.GONE:
                told = f"{self.id}: there is no such app for this key: {self._app.package}"
                raise PlatformError(told, reason=Reason.PERMISSION, permanent=True) from error
            raise

    def _review(self, number: str, use: Use) -> dict[str, Any] | None:
        path = f"{self._path}/{quote(number, safe='')}"
        try:
            return self._api.get(path, use=use, name="review")
        except PlatformError as error:
            if error.reason is Reason.GONE:
                return None
            raise


class _Hour:
    """How many calls were made within an hour, so that rechecks leave room for what matters more.

    A process that starts forgets; then Google's own refusal parks the source.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made: deque[datetime] = deque(maxlen=_AN_HOUR)

    def counted(self, answer: Answer) -> timedelta | None:
        """Count a call; how long to rest when the hour's last one was made."""
        del answer
        now = self._clock()
        self._made.append(now)
        full = len(self._made) == _AN_HOUR and now - self._made[0] < timedelta(hours=1)
        return timedelta(hours=1) - (now - self._made[0]) if full else None

    def allows(self, most: int) -> bool:
        """Whether fewer calls than ``most`` were made within the hour."""
        since = self._clock() - timedelta(hours=1)
        return sum(at > since for at in self._made) < most


def _gap(state: Streams, now: datetime) -> Gap | None:
    """What a silence longer than the list's reach has cost."""
    read_at = read.maybe_instant(state.notes, _READ_AT)
    if read_at is None or now - read_at <= SHOWN:
        return None
    return Gap(read_at, now - SHOWN, "Google Play shows the reviews of the last week")


def _posted(number: str, app: rows.App) -> PostedReply:
    return PostedReply(number + rows.ANSWER, rows.link(app, number), ReplyState.PUBLISHED)


def connect(setup: Setup) -> Connected:
    """The app of a configured source.

    Raises:
        ConfigError: the key file is none, or the package's name cannot be one.
    """
    if not all(part.isidentifier() for part in setup.account.split(".")):
        raise ConfigError(
            f"sources.{setup.id}: account: {setup.account}: no package name; "
            "accepted: one such as id.go.kalteng.contoh, as in the app's address in the store"
        )
    account = GooglePlay(setup)
    return Connected(account, account, account)


PLATFORM = Platform(
    name=rows.NAME,
    connect=connect,
    base_url="https://androidpublisher.googleapis.com",
    needs=("account", "key_file"),
    can=Can.REPLY | Can.REFETCH,
    every_seconds=1800,
    budget=Budget(2400, name="calls"),  # half of what the hours allow; see _Hour for bursts
    reply_limit=350,
)
