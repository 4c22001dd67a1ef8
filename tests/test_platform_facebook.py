"""Facebook Pages: whose token it is, posts of visitors, odd rows, reading again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import Reason
from monitor.platforms.base import ReplyState
from monitor.platforms.facebook import PLATFORM, Facebook
from monitor.platforms.facebook_rows import Office, comment_from, posts_from
from monitor.platforms.graph import BASE_URL
from monitor.records import Kind, SourceId, Visibility
from tests.conforming import Desk
from tests.desks import filled
from tests.fakes.facebook import FakeFacebook
from tests.fakes.graph import refused
from tests.graph_desk import error_of, on

OFFICE = Office(SourceId("laman"), "1")
ROW = {"id": "9_1", "message": "Halo", "created_time": "2026-11-22T01:02:03+0000"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with on(FakeFacebook(), tmp_path) as one:
        yield one


def page(desk: Desk) -> FakeFacebook:
    assert isinstance(desk.fake, FakeFacebook)
    return desk.fake


# ---- whose token it is


def test_the_platform_asks_for_a_page_and_a_token() -> None:
    assert PLATFORM.needs == ("account", "token")
    assert PLATFORM.base_url == BASE_URL == "https://graph.facebook.com/v26.0"


def test_a_check_names_the_page_and_how_long_the_token_lives(desk: Desk) -> None:
    dies = desk.clock.now + timedelta(days=60)
    page(desk).expires_at = int((dies + timedelta(days=5)).timestamp())
    page(desk).data_expires_at = int(dies.timestamp())
    health = desk.connected.source.check()
    assert (health.ok, health.identity) == (True, "Diskominfo Contoh (100200300400500)")
    assert health.expires_at == dies
    assert health.detail == "reads comments, visitor_posts, tagged"


def test_a_token_without_end_has_none(desk: Desk) -> None:
    assert desk.connected.source.check().expires_at is None


@pytest.mark.parametrize("kept", [{}, {"secret": FakeFacebook.secret}])
def test_without_the_apps_id_and_secret_nobody_asks_how_long(
    tmp_path: Path, kept: dict[str, str]
) -> None:
    fake = FakeFacebook()
    fake.expires_at = 2_000_000_000
    with on(fake, tmp_path, kept, client_id="") as desk:
        health = desk.connected.source.check()
        assert health.ok and health.expires_at is None
        assert desk.connected.hook is None
        assert not [call for call in fake.calls if "debug_token" in call.path]


def test_a_check_outlives_a_refused_question_about_the_token(desk: Desk) -> None:
    desk.fake.fault("status", "debug_token", status=500)
    health = desk.connected.source.check()
    assert health.ok and health.expires_at is None


def test_missing_permissions_are_named(desk: Desk) -> None:
    page(desk).scopes = ["pages_read_engagement"]
    health = desk.connected.source.check()
    assert not health.ok
    assert "permission missing: pages_read_user_content" in health.detail


def test_a_persons_token_is_told_plainly_and_never_reads_silence(tmp_path: Path) -> None:
    fake = FakeFacebook()
    with on(fake, tmp_path, token=fake.person) as desk:
        filled(fake)
        for act in (desk.connected.source.check, desk.poll):
            error = error_of(act)
            assert (error.reason, error.permanent) == (Reason.PERMISSION, True)
            assert "speaks for Petugas Contoh (555000111222333), not for the Page" in str(error)
            assert "no comments and no error" in str(error)


def test_a_system_users_token_opens_the_pages_own(tmp_path: Path) -> None:
    fake = FakeFacebook()
    with on(fake, tmp_path, token=fake.system) as desk:
        filled(fake)
        assert desk.connected.source.check().ok
        desk.poll()
        assert desk.visible() == fake.visible()
        lists = [call for call in fake.calls if call.path.endswith("comments")]
        assert {call.bearer for call in lists} == {fake.access}


def test_a_pages_own_token_that_died_is_opened_anew(tmp_path: Path) -> None:
    fake = FakeFacebook()
    with on(fake, tmp_path, token=fake.system) as desk:
        desk.poll()
        fake.fault("expired")
        assert error_of(desk.poll).reason is Reason.AUTH
        fake.access = "rahasia-akses-facebook-2"
        fake.say("sesudah token baru")
        desk.clock.move(minutes=5)
        desk.poll()
        assert desk.visible() == fake.visible()


def test_a_page_may_be_named_by_its_user_name(tmp_path: Path) -> None:
    with on(FakeFacebook(), tmp_path, account="diskominfo.contoh") as desk:
        number = desk.fake.say("halo")
        desk.fake.say("jawaban", parent=number, ours=True)
        desk.poll()
        assert [bool(row["own"]) for row in desk.rows()] == [False, True]


def test_a_wrong_account_is_told(tmp_path: Path) -> None:
    with on(FakeFacebook(), tmp_path, account="123") as desk:
        error = error_of(desk.connected.source.check)
        assert error.permanent and "account 123" in str(error) and "the Page's id" in str(error)


def test_another_failure_of_the_account_stays_what_it_is(tmp_path: Path) -> None:
    fake = FakeFacebook()
    with on(fake, tmp_path, account="123") as desk:
        fake.refusals["123"] = refused(2)
        assert error_of(desk.connected.source.check).reason is Reason.UNREACHABLE
        fake.refusals["me"] = refused(1)
        assert error_of(desk.connected.source.check).reason is Reason.UNREACHABLE


def test_a_wrong_app_secret_is_told(tmp_path: Path) -> None:
    with on(FakeFacebook(), tmp_path, {"secret": "rahasia-lain"}) as desk:
        error = error_of(desk.poll)
        assert error.reason is Reason.AUTH and "is the secret that of the app" in str(error)


def test_every_call_is_proved_with_the_apps_secret(desk: Desk) -> None:
    page(desk).needs_secret = True
    number = desk.fake.say("halo")
    desk.poll()
    assert desk.connected.replier is not None
    desk.connected.replier.reply(desk.ref_of(number), "Terima kasih.")
    assert len(desk.fake.our_replies) == 1


def test_comments_without_ids_are_told(desk: Desk) -> None:
    desk.fake.say("halo")
    page(desk).withholds = True
    health = desk.connected.source.check()
    assert not health.ok and "MODERATE" in health.detail


def test_comments_that_are_counted_but_not_handed_over_are_told(desk: Desk) -> None:
    number = desk.fake.said[desk.fake.say("halo")].post_id
    page(desk).by_hand[f"{number}/comments"] = {"data": []}
    health = desk.connected.source.check()
    assert not health.ok and "hands none over" in health.detail


def test_a_closed_page_opens_again_when_asked(desk: Desk) -> None:
    account = desk.connected.source
    assert isinstance(account, Facebook)
    account.check()
    account.close()
    assert account.check().ok


# ---- walls


def test_visitors_posts_and_mentions_are_read_with_the_comments_below(desk: Desk) -> None:
    visit = page(desk).visit("Lampu jalan mati di Jl. Contoh\nsejak kemarin")
    tagged = page(desk).visit("Terima kasih @Diskominfo", wall="tagged")
    below = desk.fake.say("saya juga", post=visit)
    desk.poll()
    kinds = {row["external_id"]: (row["kind"], row["post_id"]) for row in desk.rows()}
    assert kinds == {
        visit: (Kind.POST, visit),
        tagged: (Kind.MENTION, tagged),
        below: (Kind.COMMENT, visit),
    }
    blocks = {row["external_id"]: row["reply_block"] for row in desk.rows()}
    assert blocks[visit] is None and "answer in the app" in blocks[tagged]
    titles = {row["external_id"]: row["post_title"] for row in desk.rows()}
    assert titles[below] == "Lampu jalan mati di Jl. Contoh"


def test_a_visitors_post_that_also_tags_the_page_is_one(desk: Desk) -> None:
    visit = page(desk).visit("Lampu mati @Diskominfo")
    page(desk).walls["tagged"][visit] = page(desk).walls["visitor_posts"][visit]
    desk.poll()
    assert [row["kind"] for row in desk.rows()] == [Kind.POST]


def test_ranked_lists_are_read_two_days_back(desk: Desk) -> None:
    desk.fake.page_size = 1
    for hours in range(4):
        page(desk).visit(f"kiriman {hours}", at=desk.clock.now - timedelta(hours=hours))
    desk.poll()
    page(desk).visit("muncul terlambat", at=desk.clock.now - timedelta(hours=30))
    desk.clock.move(minutes=5)
    desk.poll()
    assert len(desk.rows()) == 5


def test_a_list_that_we_may_not_read_costs_no_comment(desk: Desk) -> None:
    page(desk).refusals = {
        f"{FakeFacebook.page_id}/{wall}": refused(10) for wall in ("visitor_posts", "tagged")
    }
    number = desk.fake.say("tetap terbaca")
    desk.poll()
    assert list(desk.visible()) == [number]
    assert desk.connected.source.check().detail == "reads comments"


@pytest.mark.parametrize("wall", ["visitor_posts", "tagged"])
def test_another_failure_of_a_list_fails_the_poll(desk: Desk, wall: str) -> None:
    page(desk).refusals = {f"{FakeFacebook.page_id}/{wall}": refused(2)}
    assert error_of(desk.poll).reason is Reason.UNREACHABLE
    assert error_of(desk.connected.source.check).reason is Reason.UNREACHABLE


def test_a_visitors_post_is_answered_hidden_edited_and_deleted(desk: Desk) -> None:
    visit = page(desk).visit("Lampu mati")
    tagged = page(desk).visit("Halo @Diskominfo", wall="tagged")
    desk.poll()
    replier, ref = desk.connected.replier, desk.ref_of(visit)
    assert replier is not None
    target = replier.target(ref)
    assert target is not None and target.text == "Lampu mati"
    posted = replier.reply(ref, "Sudah kami teruskan.")
    found = replier.find_own_reply(ref, "Sudah kami teruskan.")
    assert found == posted and posted.state is ReplyState.PUBLISHED and posted.permalink
    walls = page(desk).walls
    walls["visitor_posts"][visit].text = "Lampu mati lagi"
    desk.recheck()
    assert desk.visible()[visit] == "Lampu mati lagi"
    walls["visitor_posts"][visit].state = walls["tagged"][tagged].state = "deleted"
    desk.recheck()
    assert visit not in desk.visible()
    assert tagged in desk.visible(), "what stands elsewhere cannot be asked for"


# ---- rows


def test_a_comment_is_told_whole() -> None:
    row = {
        **ROW,
        "from": {"id": "77", "name": "Warga"},
        "parent": {"id": "9_0"},
        "like_count": 3,
        "comment_count": 2,
        "is_hidden": True,
        "can_comment": False,
    }
    comment = comment_from(row, OFFICE, None, "1_9")
    assert comment.created_at == datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
    assert (comment.kind, comment.parent_id, comment.thread_id) == (Kind.REPLY, "9_0", "9_0")
    assert (comment.author_id, comment.author_name) == ("77", "Warga")
    assert (comment.like_count, comment.reply_count) == (3, 2)
    assert comment.visibility is Visibility.HIDDEN and comment.reply_block == "closed"
    assert json.loads(comment.reply_ref or "") == {"id": "9_1", "thread": "9_0", "block": ""}


@pytest.mark.parametrize("author", [None, {}, [], {"name": "Tanpa Nomor"}, {"id": ""}])
def test_a_missing_author_is_nobody(author: Any) -> None:
    comment = comment_from({**ROW, "from": author}, OFFICE, None, None)
    assert comment.author_id is None and not comment.author_is_owner
    assert comment.reply_ref is not None


def test_posts_without_id_or_time_are_left_out() -> None:
    rows: list[dict[str, Any]] = [
        ROW,
        {"id": "9_2"},
        {"created_time": ROW["created_time"]},
        {"id": 5, "created_time": 1_700_000_000, "story": "Diskominfo memperbarui foto"},
    ]
    posts = posts_from(rows)
    assert [(post.id, post.title, post.count) for post in posts] == [
        ("9_1", "Halo", None),
        ("5", "Diskominfo memperbarui foto", None),
    ]


# ---- reading again


def test_ids_are_asked_for_together_and_alone_when_that_is_refused(desk: Desk) -> None:
    numbers = filled(desk.fake, 4)
    desk.poll()
    before = len(desk.fake.calls)
    desk.recheck()
    assert len(desk.fake.calls) == before + 1
    page(desk).takes_ids = False
    desk.fake.edit(numbers[2], "diubah")
    desk.recheck()
    assert desk.visible()[numbers[2]] == "diubah"
    assert len(desk.visible()) == 4


def test_who_is_missing_among_many_is_asked_for_alone(desk: Desk) -> None:
    numbers = filled(desk.fake, 3)
    desk.poll()
    page(desk).by_hand[""] = {numbers[0]: {**ROW, "id": numbers[0]}}
    desk.fake.remove(numbers[1])
    desk.recheck()
    assert set(desk.visible()) == {numbers[0], numbers[2]}


def test_a_failure_of_many_is_no_deletion(desk: Desk) -> None:
    numbers = filled(desk.fake, 3)
    desk.poll()
    page(desk).refusals[""] = refused(2)
    assert error_of(desk.recheck).reason is Reason.UNREACHABLE
    page(desk).refusals = {number: refused(2) for number in numbers}
    page(desk).takes_ids = False
    assert error_of(desk.recheck).reason is Reason.UNREACHABLE
    assert len(desk.visible()) == 3


def test_code_100_alone_is_a_deletion_only_if_all_else_is_well(desk: Desk) -> None:
    number = desk.fake.say("halo")
    desk.poll()
    page(desk).refusals[number] = refused(100)
    desk.recheck()
    assert desk.visible() == {}


def test_a_field_that_meta_dropped_deletes_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.fake.say("halo")
    desk.poll()
    monkeypatch.setattr("monitor.platforms.facebook_rows.COMMENT_FIELDS", "id,dropped")
    assert error_of(desk.recheck).reason is Reason.BAD_ANSWER
    assert len(desk.visible()) == 1


def test_a_secret_that_was_changed_deletes_nothing(desk: Desk) -> None:
    number = desk.fake.say("halo")
    desk.poll()
    page(desk).refusals = {number: refused(100), "me": refused(100)}
    assert error_of(desk.recheck).reason is Reason.BAD_ANSWER
    page(desk).refusals = {number: refused(100), "me": refused(1)}
    assert error_of(desk.recheck).reason is Reason.UNREACHABLE
    assert len(desk.visible()) == 1


def test_a_later_page_whose_address_died_begins_anew(desk: Desk) -> None:
    filled(desk.fake, 24)
    desk.interrupted_poll(4)
    status = desk.db.execute("SELECT cursor FROM source").fetchone()[0]
    state = json.loads(status)
    assert state["reading"] is not None
    state["reading"][1] = "bm90IGEgY3Vyc29y"
    desk.db.execute("UPDATE source SET cursor = ?", [json.dumps(state)])
    desk.db.conn.commit()
    desk.poll()
    assert desk.visible() == desk.fake.visible()


# ---- waits


def test_a_block_ends_when_the_header_says_and_nobody_calls_before(desk: Desk) -> None:
    filled(desk.fake)
    desk.fake.fault("throttle", "comments")
    error = error_of(desk.poll)
    assert error.retry_after == timedelta(minutes=7)
    desk.clock.move(minutes=6, seconds=59)
    assert error_of(desk.poll).reason is Reason.RATE
    desk.clock.move(seconds=2)
    desk.poll()
    assert desk.visible() == desk.fake.visible()
