"""TikTok's calls and tokens: signatures, actions, ids as numbers, and a renewal that is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import PlatformError, Reason
from monitor.platforms.base import Delivery, Page
from monitor.records import Visibility
from monitor.store import sources
from tests.conforming import SOURCE, Desk
from tests.desks import opened
from tests.fakes.platform import Reply
from tests.fakes.tiktok import FakeTiktok


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened("tiktok", tmp_path) as one:
        yield one


def fake_of(desk: Desk) -> FakeTiktok:
    assert isinstance(desk.fake, FakeTiktok)
    return desk.fake


def told(desk: Desk, given: tuple[dict[str, str], bytes]) -> Delivery:
    assert desk.connected.hook is not None
    return desk.connected.hook.received(*given, desk.clock.now)


def event(desk: Desk, content: object, **more: Any) -> Delivery:
    """A signed call with any content."""
    body = {
        "event": "comment.update",
        "create_time": int(desk.clock.now.timestamp()),
        "user_openid": desk.fake.our_id,
        "content": content,
        **more,
    }
    return told(desk, fake_of(desk).signed(json.dumps(body).encode()))


@pytest.mark.parametrize(
    ("verb", "visibility"),
    [
        ("remove", Visibility.DELETED),
        ("set_to_hidden", Visibility.HIDDEN),
        ("set_to_friends_only", Visibility.HIDDEN),
    ],
)
def test_what_the_public_sees_no_more_is_gone(
    desk: Desk, verb: str, visibility: Visibility
) -> None:
    number = desk.fake.say("keluhan")
    assert told(desk, desk.fake.delivery(number, verb)).gone == ((number, visibility),)


@pytest.mark.parametrize("verb", ["add", "set_to_public"])
def test_what_stands_comes_whole_with_its_thread(desk: Desk, verb: str) -> None:
    desk.poll()
    top = desk.fake.say("induk", at=desk.clock.now)
    below = desk.fake.say("anak", parent=top, at=desk.clock.now)
    (first,) = told(desk, desk.fake.delivery(top, verb)).comments
    (second,) = told(desk, desk.fake.delivery(below, verb)).comments
    assert (first.external_id, first.parent_id, first.thread_id) == (top, None, top)
    assert (second.external_id, second.parent_id, second.thread_id) == (below, top, top)
    assert first.post_title == "Kabar dinas" and first.created_at == desk.clock.now
    assert first.reply_ref is not None and first.author_id == "id-warga"


def test_the_office_is_known_by_what_it_wrote_before(desk: Desk) -> None:
    top = desk.fake.say("induk", at=desk.clock.now)
    desk.fake.say("jawaban pertama", parent=top, ours=True, at=desk.clock.now)
    desk.poll()
    again = desk.fake.say("jawaban kedua", parent=top, ours=True, at=desk.clock.now)
    (comment,) = told(desk, desk.fake.delivery(again)).comments
    assert comment.author_is_owner and comment.reply_ref is None


def test_the_office_is_recognised_by_the_next_poll_at_the_latest(desk: Desk) -> None:
    """A call does not say that the words are the office's own; the list does."""
    top = desk.fake.say("induk", at=desk.clock.now)
    own = desk.fake.say("jawaban", parent=top, ours=True, at=desk.clock.now)
    given = told(desk, desk.fake.delivery(own))
    assert not given.comments[0].author_is_owner
    sources.store_refetched(desk.db, SOURCE, Page(given.comments, ""), desk.clock.now)
    desk.poll()
    assert [row["external_id"] for row in desk.rows() if row["own"]] == [own]


def test_ids_are_numbers_and_lose_no_digit(desk: Desk) -> None:
    content = (
        '{"comment_id": 7412345678901234567, "video_id": 7312345678901234567, '
        '"comment_action": "insert", "text": "angka panjang", "parent_comment_id": 0}'
    )
    (comment,) = event(desk, content).comments
    assert (comment.external_id, comment.post_id) == ("7412345678901234567", "7312345678901234567")
    assert comment.created_at == desk.clock.now and comment.parent_id is None


def test_milliseconds_are_understood(desk: Desk) -> None:
    at = int(desk.clock.now.timestamp() * 1000)
    content = {"comment_id": 1, "video_id": 2, "comment_action": "insert", "text": "a"}
    (comment,) = event(desk, {**content, "timestamp": at}).comments
    assert comment.created_at == desk.clock.now


@pytest.mark.parametrize(
    "content",
    [
        {"comment_id": 1, "comment_action": "insert", "text": "tanpa video"},
        {"comment_id": 1, "video_id": 2, "comment_action": "insert"},
        {"comment_id": 1, "video_id": 2, "comment_action": "pinned", "text": "x"},
        {"video_id": 2, "comment_action": "insert", "text": "x"},
        None,
    ],
)
def test_what_is_told_in_part_makes_us_look(desk: Desk, content: object) -> None:
    found = event(desk, content)
    assert found.poll and found.key and not found.comments and not found.gone


def test_without_any_time_we_look(desk: Desk) -> None:
    content = {"comment_id": 1, "video_id": 2, "comment_action": "insert", "text": "x"}
    assert event(desk, {**content, "timestamp": 10**17}, create_time=None).poll


def test_other_events_and_other_accounts_concern_us_not(desk: Desk) -> None:
    content = {"comment_id": 1, "video_id": 2, "comment_action": "insert", "text": "x"}
    for more in ({"event": "video.publish"}, {"user_openid": "akun-lain"}):
        found = event(desk, content, **more)
        assert not (found.comments or found.gone or found.poll) and found.key


@pytest.mark.parametrize("raw", [b"", b"[]", b'{"event": "comment.update", "content": "{"}'])
def test_a_signed_call_of_no_known_form_is_a_bad_answer(desk: Desk, raw: bytes) -> None:
    with pytest.raises(PlatformError) as refused:
        told(desk, fake_of(desk).signed(raw))
    assert refused.value.reason is Reason.BAD_ANSWER


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_call_is_refused_however_well_signed(desk: Desk, minutes: int) -> None:
    given = desk.fake.delivery(desk.fake.say("lama"))
    desk.clock.now += timedelta(minutes=minutes)
    with pytest.raises(PlatformError, match="too old") as refused:
        told(desk, given)
    assert refused.value.reason is Reason.PERMISSION


def test_a_time_that_is_none_is_refused(desk: Desk) -> None:
    headers, raw = desk.fake.delivery(desk.fake.say("a"))
    headers["tiktok-signature"] = headers["tiktok-signature"].replace("t=", "t=besok")
    with pytest.raises(PlatformError, match="no valid signature"):
        told(desk, (headers, raw))


@pytest.mark.parametrize("code", [40002, 40007, 40105, 40113])
def test_a_refused_renewal_asks_for_a_person(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(fake_of(desk), "_refreshed", lambda call: Reply({"code": code}))
    error = desk.refused(desk.connected.source.check, Reason.AUTH)
    assert error.permanent and "siaga sources renew" in str(error)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"code": 50002}, Reason.UNREACHABLE),
        ({"code": 40100}, Reason.RATE),
        ({"code": 0, "data": None}, Reason.UNREACHABLE),
        ([], Reason.UNREACHABLE),
    ],
)
def test_a_renewal_that_fails_today_may_work_tomorrow(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, body: object, reason: Reason
) -> None:
    monkeypatch.setattr(fake_of(desk), "_refreshed", lambda call: Reply(body))
    assert not desk.refused(desk.connected.source.check, reason).permanent


def test_an_answer_without_a_new_refresh_token_keeps_the_old_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = {"access_token": desk.fake.access, "expires_in": 86_400}
    good = Reply({"code": 0, "data": data})
    monkeypatch.setattr(fake_of(desk), "_refreshed", lambda call: good)
    health = desk.connected.source.check()
    assert health.ok and health.expires_at is None
    desk.fake.expire_access()
    desk.refused(desk.connected.source.check, Reason.AUTH)
    sent = [call.json for call in desk.fake.calls if call.path.startswith("/tt_user/")]
    assert {one["refresh_token"] for one in sent} == {desk.fake.refresh}
