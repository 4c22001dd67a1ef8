"""Telegram groups of the office, such as the discussion group of its channel, and answers in them.

Layer 2. Facts: Bot API 10.3 (getUpdates, sendMessage, getChatMember). A bot of its own reads: one
bot's messages go to one reader. There is no history: what is not fetched within a day is lost, no
message can be read again, no deletion is told. Each poll fetches at most one batch, because asking
for the next one destroys it, and only the store knows when it is safe.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.errors import ConfigError, PlatformError, Reason
from monitor.platforms import fields as read
from monitor.platforms.api import Api
from monitor.platforms.base import Health, Page, PostedReply, ReplyState
from monitor.platforms.offer import Can, Connected, Platform, Setup, Use
from monitor.platforms.telegram_group_cursor import cursor_from
from monitor.platforms.telegram_group_errors import refusal
from monitor.platforms.telegram_group_hook import TelegramHook
from monitor.platforms.telegram_group_rows import (
    NAME,
    Known,
    Watch,
    link,
    newest_words,
    read_updates,
)
from monitor.records import Comment, SourceId

_BATCH = 100  # the most that one call gives
_WANTED = json.dumps(["message", "edited_message", "my_chat_member"])
_STANDS = ("creator", "administrator", "member", "restricted")
_HOOK_FAILS = timedelta(minutes=10)
_TOKEN = re.compile(r"[\w:-]+")


class TelegramGroup:
    """A bot in groups as source and replier."""

    platform = NAME

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._api = Api(setup, refusal=refusal)
        self._prefix = f"bot{setup.secret('token')}/"
        self._watch = Watch(
            setup.id,
            frozenset(_listed(setup.account)),
            frozenset(name.removeprefix("@").casefold() for name in setup.own_names),
        )
        self._known = Known()
        # two askers at once end one another
        self._asking = threading.Lock()

    @property
    def id(self) -> SourceId:
        """The source's name in the configuration."""
        return self._setup.id

    def close(self) -> None:
        """Close kept connections."""
        self._api.close()

    def check(self) -> Health:
        """Which bot it is, and whether it can hear the groups; see the protocol."""
        me = self._get("getMe", {}, Use.REPLY)
        hears_all = me.get("can_read_all_group_messages") is True
        wrong = [*self._hook_trouble(), *self._deaf_in(read.maybe_name(me, "id") or "", hears_all)]
        wrong += [f"put out of {title or chat}" for chat, title in self._known.lost.items()]
        detail = "; ".join(wrong)
        if not wrong:
            detail = "hears everything" if hears_all else "hears what an administrator hears"
        return Health(not wrong, f"@{read.text(me, 'username')}", detail)

    def collect(self, cursor: str | None, now: datetime) -> Iterator[Page]:
        """One batch of what was said; see the protocol."""
        state = cursor_from(cursor, self.id)
        updates = self._updates(state.offset(now), Use.NEW)
        if updates is not None or self._known == Known():
            self._known = state.known  # else the hook has learnt more since
        comments, self._known = read_updates(updates or (), self._known, self._watch)
        after = state.after(updates or (), self._known, now)
        yield Page(comments, after.to_json(), gap=state.gap(now))

    def target(self, reply_ref: str) -> Comment | None:
        """The words as we know them, with edits that wait to be fetched; see the protocol.

        Telegram lets nobody read a message again. A deleted one shows only when it is answered.
        """
        ref = json.loads(reply_ref)
        words = newest_words(self._updates(None, Use.REPLY) or (), ref["chat"], ref["message"])
        return Comment(
            source_id=self.id,
            platform=NAME,
            external_id=f"{ref['chat']}:{ref['message']}",
            text=ref["words"] if words is None else words,
            created_at=datetime.fromtimestamp(ref["at"], UTC),
            reply_ref=reply_ref,
        )

    def reply(self, reply_ref: str, text: str) -> PostedReply:
        """Answer once, only if the message still stands; see the protocol."""
        ref = json.loads(reply_ref)
        body = {
            "chat_id": int(ref["chat"]),
            "text": text,
            "reply_parameters": {
                "message_id": int(ref["message"]),
                "allow_sending_without_reply": False,
            },
        }
        answer = self._api.post(f"{self._prefix}sendMessage", body, name="sendMessage")
        number = read.maybe_name(read.inner(answer, "result"), "message_id")
        if number is None:
            raise PlatformError(f"{self.id}: sendMessage: no message", reason=Reason.UNSURE)
        where = link(ref["chat"], number, ref["name"])
        return PostedReply(f"{ref['chat']}:{number}", where, ReplyState.PUBLISHED)

    def find_own_reply(self, reply_ref: str, text: str) -> PostedReply | None:
        """Never found: a bot cannot read what was said before, so a person looks; see protocol."""
        del reply_ref, text
        return None

    def take(self, update: dict[str, Any]) -> tuple[Comment, ...]:
        """The comments of an update that Telegram brought."""
        comments, self._known = read_updates([update], self._known, self._watch)
        return comments

    def _updates(self, offset: int | None, use: Use) -> list[dict[str, Any]] | None:
        """What waits, oldest first; None when Telegram brings it to the hook instead."""
        params = {"timeout": "0", "limit": str(_BATCH), "allowed_updates": _WANTED}
        if offset is not None:
            params["offset"] = str(offset)
        try:
            with self._asking:
                answer = self._ask("getUpdates", params, use)
        except PlatformError as error:
            if error.reason is not Reason.NOT_ALLOWED or not self._setup.secret("hook_token"):
                raise
            self._hook_works(use)
            return None
        return read.objects(answer, "result")

    def _hook_works(self, use: Use) -> None:
        """That Telegram can bring us news now: else they pile up there, and die after a day."""
        info = self._get("getWebhookInfo", {}, use)
        failed_at = read.maybe_instant(info, "last_error_date")
        waiting = read.count(info, "pending_update_count")
        if waiting and failed_at and self._setup.clock() - failed_at < _HOOK_FAILS:
            told = f"{self.id}: Telegram cannot bring messages to the webhook's address"
            raise PlatformError(told, reason=Reason.UNREACHABLE)

    def _hook_trouble(self) -> list[str]:
        info = self._get("getWebhookInfo", {}, Use.REPLY)
        if read.text(info, "url") and not self._setup.secret("hook_token"):
            return ["a webhook takes the messages: remove it, or give the source its hook_token"]
        return []

    def _deaf_in(self, me: str, hears_all: bool) -> list[str]:
        """The named groups in which the bot hears nothing, and why."""
        wrong = []
        for chat in sorted(self._watch.chats):
            try:
                member = self._get("getChatMember", {"chat_id": chat, "user_id": me}, Use.REPLY)
            except PlatformError as error:
                if error.reason not in (Reason.PERMISSION, Reason.GONE, Reason.BAD_ANSWER):
                    raise
                wrong.append(f"group {chat}: not to be seen; is the id right, since an upgrade?")
                continue
            status = read.text(member, "status")
            if status not in _STANDS:
                wrong.append(f"group {chat}: the bot is not in it")
            elif not hears_all and status not in _STANDS[:2]:
                wrong.append(f"group {chat}: privacy mode is on, and the bot no administrator")
        return wrong

    def _get(self, method: str, params: dict[str, str], use: Use) -> dict[str, Any]:
        return read.inner(self._ask(method, params, use), "result")

    def _ask(self, method: str, params: dict[str, str], use: Use) -> dict[str, Any]:
        return self._api.get(self._prefix + method, params, use=use, name=method)


def _listed(account: str) -> list[str]:
    return [one.strip() for one in account.split(",") if one.strip()]


def units(text: str) -> int:
    """The length of a message as Telegram counts it: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def connect(setup: Setup) -> Connected:
    """The bot of a configured source.

    Raises:
        ConfigError: a group's id is no number, or the token cannot be one.
    """
    for chat in _listed(setup.account):
        if not re.fullmatch(r"-\d{1,20}", chat):
            raise ConfigError(
                f"sources.{setup.id}: account: {chat}: no group's id; accepted: -1001234567890, "
                "several with commas between, or none for every group that the bot is in"
            )
    if not _TOKEN.fullmatch(setup.secret("token")):
        raise ConfigError(f"sources.{setup.id}: token: not the form of a bot's token")
    account = TelegramGroup(setup)
    secret = setup.secret("hook_token")
    hook = TelegramHook(setup.id, secret, account.take) if secret else None
    return Connected(account, account, hook=hook)


PLATFORM = Platform(
    name=NAME,
    connect=connect,
    base_url="https://api.telegram.org",
    needs=("token",),
    takes=("account", "hook_token"),
    can=Can.REPLY | Can.HOOK,
    every_seconds=10,
    reply_limit=4096,
    measure=units,
    one_reader=True,
)
