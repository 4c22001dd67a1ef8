"""Instagram: the right account, lists of 50, answers, tags, mentions, hidden comments, hooks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import Reason
from monitor.platforms.base import Delivery, ReplyState
from monitor.platforms.graph import BASE_URL
from monitor.platforms.instagram import PLATFORM, Instagram
from monitor.platforms.instagram_rows import Office, comment_from, posts_from
from monitor.records import Kind, SourceId, Visibility
from tests.conforming import Desk
from tests.desks import filled
from tests.fakes.graph import refused
from tests.fakes.instagram import FakeInstagram
from tests.graph_desk import error_of, on

OFFICE = Office(SourceId("ig"), "1", "Diskominfo.Contoh")
ROW = {"id": "9", "text": "Halo", "timestamp": "2026-11-22T01:02:03+0000"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with on(FakeInstagram(), tmp_path) as one:
        yield one


def site(desk: Desk) -> FakeInstagram:
    assert isinstance(desk.fake, FakeInstagram)
    return desk.fake


# ---- the account


def test_a_check_names_the_account(desk: Desk) -> None:
    assert PLATFORM.needs == ("account", "token") and PLATFORM.base_url == BASE_URL
    health = desk.connected.source.check()
    assert (health.ok, health.identity) == (True, "@diskominfo.contoh (17841400000000001)")
    assert "mentions by webhook only" in health.detail and health.expires_at is None


def test_whoever_gives_the_page_is_told_the_right_account(tmp_path: Path) -> None:
    with on(FakeInstagram(), tmp_path, account=FakeInstagram.page_id) as desk:
        for act in (desk.connected.source.check, desk.poll):
            error = error_of(act)
            assert (error.reason, error.permanent) == (Reason.PERMISSION, True)
            assert 'account = "17841400000000001" (@diskominfo.contoh)' in str(error)


def test_a_persons_pages_are_looked_through_for_the_account(tmp_path: Path) -> None:
    with on(FakeInstagram(), tmp_path, account="42", token="rahasia-orang-instagram") as desk:
        site(desk).refusals["555000111222333"] = refused(100)
        assert 'account = "17841400000000001"' in str(error_of(desk.connected.source.check))
        site(desk).refusals["555000111222333"] = refused(2)
        assert error_of(desk.connected.source.check).reason is Reason.UNREACHABLE


def test_a_page_without_an_instagram_account_is_told(tmp_path: Path) -> None:
    fake = FakeInstagram()
    fake.linked = False
    with on(fake, tmp_path, account=fake.page_id) as desk:
        assert "none: link one to the Page first" in str(error_of(desk.connected.source.check))


def test_another_failure_of_the_account_stays_what_it_is(desk: Desk) -> None:
    site(desk).refusals[FakeInstagram.our_id] = refused(190, 460)
    error = error_of(desk.poll)
    assert error.reason is Reason.AUTH and "changed the password" in str(error)


def test_missing_permissions_and_withheld_comments_are_told(desk: Desk) -> None:
    media = desk.fake.said[desk.fake.say("halo")].post_id
    site(desk).scopes = ["instagram_basic"]
    site(desk).by_hand[f"{media}/comments"] = {"data": []}
    health = desk.connected.source.check()
    assert not health.ok
    assert "permission missing: instagram_manage_comments" in health.detail
    assert "hands none over" in health.detail


def test_a_closed_account_opens_again_when_asked(desk: Desk) -> None:
    account = desk.connected.source
    assert isinstance(account, Instagram)
    account.check()
    account.close()
    assert account.check().ok


# ---- lists


def test_fifty_one_comments_between_two_polls_are_a_gap(desk: Desk) -> None:
    site(desk).pages, desk.fake.page_size = False, 50
    desk.fake.say("pertama", at=desk.clock.now - timedelta(hours=1))
    desk.poll()
    last = desk.clock.now - timedelta(hours=1)
    desk.clock.move(hours=1)
    numbers = filled(desk.fake, 51)
    pages = desk.poll()
    (gap,) = [page.gap for page in pages if page.gap]
    assert gap.from_at == last
    assert gap.to_at == desk.fake.said[numbers[1]].at
    assert len(desk.visible()) == 51 and numbers[0] not in desk.visible()


def test_fifty_comments_and_the_one_before_are_no_gap(desk: Desk) -> None:
    site(desk).pages, desk.fake.page_size = False, 50
    desk.fake.say("pertama", at=desk.clock.now - timedelta(minutes=10))
    desk.poll()
    desk.clock.move(hours=1)
    filled(desk.fake, 49)
    assert not [page.gap for page in desk.poll() if page.gap]
    assert desk.visible() == desk.fake.visible()


def test_second_pages_are_read_where_there_are_any(desk: Desk) -> None:
    desk.fake.page_size = 50
    desk.poll()
    desk.clock.move(hours=3)
    filled(desk.fake, 120)
    assert not [page.gap for page in desk.poll() if page.gap]
    assert len(desk.visible()) == 120


def test_all_answers_of_a_long_thread_are_read(desk: Desk) -> None:
    top = desk.fake.say("keluhan", at=desk.clock.now - timedelta(minutes=40))
    for n in range(13):
        desk.fake.say(f"jawab {n}", parent=top, at=desk.clock.now - timedelta(minutes=n))
    desk.poll()
    assert desk.visible() == desk.fake.visible()
    assert {row["thread_id"] for row in desk.rows()} == {top}


def test_a_late_answer_below_an_old_comment_is_found_by_rechecking(desk: Desk) -> None:
    desk.fake.page_size = 2
    filled(desk.fake, 8)
    for n in range(2):
        desk.fake.say(f"cukup lama {n}", at=desk.clock.now - timedelta(days=8))
    old = desk.fake.say("lama", at=desk.clock.now - timedelta(days=9))
    desk.poll()
    desk.clock.move(days=4)
    late = desk.fake.say("jawaban terlambat", parent=old, at=desk.clock.now)
    filled(desk.fake, 4)
    desk.poll()
    assert late not in desk.visible()
    desk.recheck()
    assert late in desk.visible()


def test_tags_are_read_and_cannot_be_answered_or_rechecked(desk: Desk) -> None:
    number = site(desk).tag("Jalan berlubang @diskominfo.contoh")
    desk.poll()
    (row,) = desk.rows()
    assert (row["external_id"], row["kind"]) == (number, Kind.MENTION)
    assert row["reply_ref"] is None and "answer in the app" in row["reply_block"]
    before = len(desk.fake.calls)
    desk.recheck()
    assert len(desk.fake.calls) == before
    desk.clock.move(minutes=5)
    desk.poll()
    assert len(desk.rows()) == 1


def test_tags_that_we_may_not_read_cost_no_comment(desk: Desk) -> None:
    path = f"{FakeInstagram.our_id}/tags"
    site(desk).refusals[path] = refused(10)
    number = desk.fake.say("tetap terbaca")
    desk.poll()
    assert list(desk.visible()) == [number]
    site(desk).refusals[path] = refused(2)
    assert error_of(desk.poll).reason is Reason.UNREACHABLE


# ---- rows


def test_a_comment_is_told_whole() -> None:
    author = {"id": "77", "username": "warga.contoh"}
    row = {**ROW, "from": author, "parent_id": "8", "like_count": 2, "hidden": True}
    comment = comment_from(row, OFFICE, None, "5")
    assert (comment.kind, comment.parent_id, comment.thread_id) == (Kind.REPLY, "8", "8")
    assert (comment.author_id, comment.author_name) == ("77", "warga.contoh")
    assert comment.visibility is Visibility.HIDDEN and comment.reply_block == "hidden"
    assert json.loads(comment.reply_ref or "") == {"id": "9", "thread": "8", "block": "hidden"}


@pytest.mark.parametrize(
    "row",
    [{"from": {"id": "1"}}, {"from": {"id": 1}}, {"username": "diskominfo.contoh"}],
)
def test_our_own_words_are_known_by_id_or_name(row: dict[str, Any]) -> None:
    comment = comment_from({**ROW, **row}, OFFICE, None, None)
    assert comment.author_is_owner and comment.reply_ref is None


def test_a_nameless_office_owns_no_nameless_comment() -> None:
    office = Office(SourceId("ig"), "1", "")
    assert not comment_from({**ROW, "from": None}, office, None, None).author_is_owner


def test_media_without_id_or_time_are_left_out() -> None:
    rows: list[dict[str, Any]] = [{"id": "1"}, {"timestamp": ROW["timestamp"]}, ROW]
    assert [(post.id, post.title, post.count) for post in posts_from(rows)] == [("9", None, None)]


# ---- replies


def test_an_answer_to_an_answer_stands_in_the_thread(desk: Desk) -> None:
    top = desk.fake.say("keluhan")
    below = desk.fake.say("saya juga", parent=top)
    desk.poll()
    assert desk.connected.replier is not None
    posted = desk.connected.replier.reply(desk.ref_of(below), "Terima kasih.")
    (reply,) = desk.fake.our_replies
    assert reply.parent_id == top and posted.state is ReplyState.PUBLISHED


def test_a_hidden_comment_is_shown_again_but_not_answered(desk: Desk) -> None:
    number = desk.fake.say("kasar", state="hidden")
    desk.poll()
    ref, replier = desk.ref_of(number), desk.connected.replier
    assert replier is not None and desk.connected.moderator is not None
    error = error_of(lambda: replier.reply(ref, "Halo."))
    assert error.reason is Reason.NOT_ALLOWED and desk.fake.our_replies == []
    desk.connected.moderator.hide(ref, hidden=False)
    desk.recheck()
    assert number in desk.visible()
    replier.reply(desk.ref_of(number), "Halo.")
    assert len(desk.fake.our_replies) == 1


def test_a_block_ends_when_the_header_says_and_nobody_calls_before(desk: Desk) -> None:
    filled(desk.fake)
    desk.fake.fault("throttle", "media")
    assert error_of(desk.poll).retry_after == timedelta(minutes=7)
    desk.clock.move(minutes=6, seconds=59)
    assert error_of(desk.poll).reason is Reason.RATE
    desk.clock.move(seconds=2)
    desk.poll()
    assert desk.visible() == desk.fake.visible()


# ---- hooks


def told(desk: Desk, value: dict[str, Any], field: str) -> Delivery:
    headers, raw = site(desk).signed(site(desk).told(value, field))
    assert desk.connected.hook is not None
    return desk.connected.hook.received(headers, raw, desk.clock.now)


def test_a_mention_below_a_strangers_picture_is_read_at_once(desk: Desk) -> None:
    number = site(desk).mention("@diskominfo.contoh air mati di Jl. Contoh")
    value = {"media_id": "18000000000000001", "comment_id": number}
    (comment,) = told(desk, value, "mentions").comments
    assert (comment.external_id, comment.kind) == (number, Kind.MENTION)
    assert comment.text == "@diskominfo.contoh air mati di Jl. Contoh"
    assert comment.permalink == "https://www.instagram.com/p/18000000000000001/"
    assert comment.reply_ref is None


def test_a_mention_in_a_caption_is_read_at_once(desk: Desk) -> None:
    number = site(desk).tag("Halo @diskominfo.contoh")
    (comment,) = told(desk, {"media_id": number}, "mentions").comments
    assert (comment.external_id, comment.text) == (number, "Halo @diskominfo.contoh")
    assert comment.post_id == number


def test_a_mention_that_cannot_be_read_now_is_told_again_by_meta(desk: Desk) -> None:
    number = site(desk).mention("@diskominfo.contoh halo")
    value = {"media_id": "18000000000000001", "comment_id": number}
    for mode, reason in (("status", Reason.UNREACHABLE), ("throttle", Reason.RATE)):
        desk.fake.fault(mode)
        assert error_of(lambda: told(desk, value, "mentions")).reason is reason
    desk.clock.move(minutes=8)
    assert len(told(desk, value, "mentions").comments) == 1


@pytest.mark.parametrize(
    "value",
    [
        {"comment_id": "17"},
        {"comment_id": "17){x}", "media_id": "1"},
        {"media_id": "1,username"},
        {},
    ],
)
def test_a_mention_that_we_may_not_see_is_passed_over(desk: Desk, value: dict[str, Any]) -> None:
    delivery = told(desk, value, "mentions")
    assert not delivery.comments and not delivery.poll


def test_a_mention_without_an_id_or_a_time_is_passed_over(desk: Desk) -> None:
    site(desk).by_hand[FakeInstagram.our_id] = {"mentioned_comment": {"text": "halo"}}
    assert not told(desk, {"comment_id": "17"}, "mentions").comments


def test_a_hook_tells_of_an_answer_and_of_our_own_words(desk: Desk) -> None:
    top = desk.fake.say("keluhan")
    number = desk.fake.say("jawaban", parent=top, ours=True)
    assert desk.connected.hook is not None
    (comment,) = desk.connected.hook.received(*desk.fake.delivery(number), desk.clock.now).comments
    assert comment.author_is_owner
    assert (comment.parent_id, comment.thread_id) == (top, top)
    assert comment.post_id == desk.fake.said[top].post_id


@pytest.mark.parametrize(
    ("value", "field", "poll"),
    [
        ({"id": "1"}, "comments", True),
        ({"text": "tanpa nomor"}, "comments", True),
        ({"id": "1", "text": "x"}, "story_insights", False),
    ],
)
def test_what_a_hook_tells_too_little_of_is_looked_up(
    desk: Desk, value: dict[str, Any], field: str, poll: bool
) -> None:
    delivery = told(desk, value, field)
    assert (delivery.comments, delivery.poll) == ((), poll)


def test_the_form_of_instagrams_own_login_is_understood(desk: Desk) -> None:
    entry = {"id": FakeInstagram.our_id, "time": "odd", "field": "comments"}
    value = {"id": "1", "text": "halo"}
    body = {"object": "instagram", "entry": [{**entry, "value": value}]}
    assert desk.connected.hook is not None
    delivery = desk.connected.hook.received(*site(desk).signed(body), desk.clock.now)
    (comment,) = delivery.comments
    assert comment.created_at == desk.clock.now


def test_the_handshake_repeats_the_challenge(desk: Desk) -> None:
    params = {"hub.mode": "subscribe", "hub.challenge": "7"}
    hook = desk.connected.hook
    assert hook is not None
    assert hook.handshake({**params, "hub.verify_token": FakeInstagram.hook_token}) == "7"
    assert hook.handshake(params) is None


def test_without_the_apps_secret_there_is_no_hook(tmp_path: Path) -> None:
    with on(FakeInstagram(), tmp_path, {}, client_id="") as desk:
        assert desk.connected.hook is None
        assert desk.connected.source.check().ok
