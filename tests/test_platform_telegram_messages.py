"""Which words of a Telegram group are comments, whose they are, and what refusals mean."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from monitor.errors import Reason
from monitor.platforms import telegram_group_errors, telegram_group_rows
from monitor.platforms.answer import Answer
from monitor.platforms.telegram_group_rows import Known, Watch, read_updates
from monitor.records import Comment, Kind, SourceId
from tests.fakes.telegram_group import CHANNEL, GROUP, OLD_GROUP

WATCH = Watch(SourceId("kanal"))
HIDDEN_ADMIN = {"id": 1087968824, "is_bot": True, "first_name": "Group"}


def message(**more: Any) -> dict[str, Any]:
    return {
        "message_id": 7,
        "date": 1_795_000_000,
        "chat": {"id": GROUP, "type": "supergroup", "title": "Diskusi"},
        "from": {"id": 9, "is_bot": False, "first_name": "Warga", "last_name": "Contoh"},
        "text": "air mati",
        **more,
    }


def comments(*messages: dict[str, Any], known: Known | None = None, **watch: Any) -> list[Comment]:
    updates = [{"update_id": n, "message": one} for n, one in enumerate(messages, 1)]
    return list(read_updates(updates, known or Known(), replace(WATCH, **watch))[0])


def known_after(*updates: dict[str, Any]) -> Known:
    return read_updates(list(updates), Known(), WATCH)[1]


def one(**more: Any) -> Comment:
    (found,) = comments(message(**more))
    return found


# ---- what a message is ------------------------------------------------------------------------


def test_a_message_outside_of_threads_is_a_message() -> None:
    found = one()
    assert (found.kind, found.post_id, found.parent_id) == (Kind.MESSAGE, None, None)
    assert found.external_id == found.thread_id == f"{GROUP}:7"
    assert (found.author_id, found.author_name) == ("9", "Warga Contoh")
    assert found.created_at == datetime.fromtimestamp(1_795_000_000, UTC)
    assert found.permalink == f"https://t.me/c/{str(GROUP)[4:]}/7"


def test_a_small_group_has_no_addresses() -> None:
    assert one(chat={"id": OLD_GROUP, "type": "group"}).permalink is None


def test_a_topic_is_no_answer_to_the_message_that_opened_it() -> None:
    opened_by = message(message_id=3, forum_topic_created={"name": "Air"})
    found = one(message_thread_id=3, is_topic_message=True, reply_to_message=opened_by)
    assert (found.parent_id, found.post_id, found.kind) == (None, None, Kind.MESSAGE)


@pytest.mark.parametrize(
    "left_out",
    [
        {"text": None},
        {"text": None, "photo": [{"file_id": "x"}]},
        {"text": None, "new_chat_members": [{"id": 3}]},
        {"from": {"id": 4, "is_bot": True, "first_name": "Bot"}},
        {"chat": {"id": 9, "type": "private"}},
        {"chat": {"id": CHANNEL, "type": "channel"}},
        {"message_id": None},
        {"chat": {"type": "group"}},
    ],
)
def test_what_is_no_word_of_a_citizen_is_left_out(left_out: dict[str, Any]) -> None:
    assert comments(message(**left_out), message(message_id=8))[0].external_id == f"{GROUP}:8"


def test_an_album_is_one_comment_by_its_caption() -> None:
    first = message(text=None, caption="banjir di sini", media_group_id="5")
    found = comments(first, message(message_id=8, text=None, media_group_id="5"))
    assert [(c.external_id, c.text) for c in found] == [(f"{GROUP}:7", "banjir di sini")]


def test_the_pictures_of_a_posts_album_share_its_title() -> None:
    post = message(
        is_automatic_forward=True, sender_chat={"id": CHANNEL}, caption="Judul album", text=None
    )
    second = {**post, "message_id": 8, "message_thread_id": 7, "caption": None}
    known = known_after({"update_id": 1, "message": post}, {"update_id": 2, "message": second})
    assert known.posts == {f"{GROUP}:7": ("Judul album", "")}
    (found,) = comments(message(message_id=9, message_thread_id=7), known=known)
    assert (found.post_id, found.post_title, found.kind) == (
        f"{GROUP}:7",
        "Judul album",
        Kind.COMMENT,
    )


def test_only_the_newest_posts_are_remembered_and_long_titles_cut() -> None:
    posts = [
        {
            "update_id": n,
            "message": message(message_id=n, is_automatic_forward=True, text="k" * 300),
        }
        for n in range(1, 90)
    ]
    known = known_after(*posts)
    assert len(known.posts) == 60 and f"{GROUP}:89" in known.posts
    assert {len(title) for title, _ in known.posts.values()} == {120}


# ---- who speaks -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sender", "own"),
    [
        ({"id": GROUP, "title": "Diskusi"}, True),
        ({"id": CHANNEL, "title": "Kanal Contoh"}, True),
        ({"id": -100555, "title": "Kanal warga"}, False),
        ({"id": -100555, "title": "Humas Contoh"}, True),
    ],
)
def test_hidden_admins_and_the_channel_are_the_office(sender: dict[str, Any], own: bool) -> None:
    known = Known(channels={str(GROUP): str(CHANNEL)})
    spoken = message(sender_chat=sender, **{"from": HIDDEN_ADMIN})
    (found,) = comments(spoken, known=known, own=frozenset({"humas contoh"}))
    assert found.author_is_owner is own and (found.reply_ref is None) is own
    assert found.author_id == str(sender["id"]) and found.author_name == sender["title"]


@pytest.mark.parametrize("own", ["warga contoh", "warga_c", "9"])
def test_the_offices_people_are_known_by_name_handle_or_number(own: str) -> None:
    person = {"id": 9, "first_name": "Warga", "last_name": "Contoh", "username": "Warga_C"}
    (found,) = comments(message(**{"from": person}), own=frozenset({own}))
    assert found.author_is_owner


def test_a_writer_without_any_name_is_nobody() -> None:
    found = one(**{"from": {}})
    assert (found.author_id, found.author_name, found.author_is_owner) == (None, None, False)


def test_only_named_groups_are_read_also_after_an_upgrade() -> None:
    watch = frozenset({str(OLD_GROUP)})
    other = message(chat={"id": -5, "type": "group"})
    old = message(chat={"id": OLD_GROUP, "type": "group"})
    moved = message(chat=old["chat"], migrate_to_chat_id=GROUP, text=None)
    came = message(migrate_from_chat_id=OLD_GROUP, text=None)
    assert comments(other, message(), chats=watch) == []
    for service in (moved, came):
        found = comments(old, service, message(message_id=1), chats=watch)
        assert [c.external_id for c in found] == [f"{OLD_GROUP}:7", f"{GROUP}:1"]


@pytest.mark.parametrize(
    ("code", "body", "reason", "permanent"),
    [
        (401, {"description": "Unauthorized"}, Reason.AUTH, True),
        (404, {"description": "Not Found"}, Reason.AUTH, True),
        (404, None, None, False),
        (403, {"description": "Forbidden: bot was kicked"}, Reason.PERMISSION, True),
        (403, None, None, False),
        (409, {"description": "Conflict: terminated by other"}, Reason.UNREACHABLE, False),
        (400, {"description": "Bad Request: not enough rights"}, Reason.PERMISSION, True),
        (400, {"description": "Bad Request: MESSAGE_ID_INVALID"}, Reason.GONE, False),
        (400, {"description": "Bad Request: something new"}, None, False),
        (400, {"description": None, "parameters": []}, None, False),
        (500, {"description": "Internal"}, None, False),
        (429, {"parameters": {"retry_after": 37}}, Reason.RATE, False),
        (429, [], Reason.RATE, False),
    ],
)
def test_refusals_are_read(code: int, body: object, reason: Reason | None, permanent: bool) -> None:
    raw = b"<html>" if body is None else json.dumps(body).encode()
    answer = Answer(code, httpx.Headers({"retry-after": "5"}), raw, "contoh: GET x")
    error = telegram_group_errors.refusal(answer)
    assert (error and error.reason) == reason
    if error is not None:
        assert error.permanent is permanent and "contoh: GET x: HTTP" in str(error)
    if code == 429 and error is not None:
        assert error.retry_after == timedelta(seconds=37 if isinstance(body, dict) else 5)


def test_links_of_messages() -> None:
    assert telegram_group_rows.link("-100123", "4", "") == "https://t.me/c/123/4"
    assert telegram_group_rows.link("-100123", "4", "nama") == "https://t.me/nama/4"
    assert telegram_group_rows.link("-5", "4", "") is None
