"""TikTok: what is special about it; what holds for every platform is in the conformance suite."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.errors import PlatformError, Reason
from monitor.platforms.answer import Answer
from monitor.platforms.base import Seen
from monitor.platforms.tiktok import REPLY_LIMIT
from monitor.platforms.tiktok_errors import refusal
from monitor.platforms.tiktok_rows import comment_from, newest_first, next_of, post_from, ref_from
from monitor.records import SourceId, Visibility
from tests.conforming import Desk
from tests.desks import opened
from tests.fakes.platform import Reply
from tests.fakes.tiktok import FakeTiktok

WEEK = timedelta(days=7)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened("tiktok", tmp_path) as one:
        yield one


def fake_of(desk: Desk) -> FakeTiktok:
    assert isinstance(desk.fake, FakeTiktok)
    return desk.fake


def answer(body: object, status: int = 200, *, posted: bool = False) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, httpx.Headers(), raw, "tiktok.contoh: GET x", posted)


def called(desk: Desk, part: str) -> list[dict[str, str]]:
    return [call.params for call in desk.fake.calls if part in call.path]


# ---- codes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "posted", "reason", "permanent"),
    [
        (40001, False, Reason.PERMISSION, True),
        (40002, False, Reason.NOT_ALLOWED, False),
        (40002, True, Reason.NOT_ALLOWED, False),
        (40007, False, Reason.GONE, False),
        (40100, False, Reason.RATE, False),
        (40105, False, Reason.AUTH, True),
        (40113, True, Reason.AUTH, True),
        (49999, False, Reason.BAD_ANSWER, False),
        (49999, True, Reason.NOT_ALLOWED, False),
        (50002, False, Reason.UNREACHABLE, False),
        (50002, True, Reason.UNSURE, False),
    ],
)
def test_a_code_behind_status_200_is_a_refusal(
    code: int, posted: bool, reason: Reason, permanent: bool
) -> None:
    error = refusal(answer({"code": code, "message": "kata warga"}, posted=posted))
    assert error is not None
    assert (error.reason, error.permanent) == (reason, permanent)
    assert str(code) in str(error) and "kata warga" not in str(error)
    assert error.retry_after == (timedelta(minutes=5) if code == 40100 else None)


@pytest.mark.parametrize(
    ("body", "status", "posted"),
    [
        ({"code": 0, "data": {}}, 200, False),
        (b"", 200, False),
        (b"<html>", 403, False),
        (b"[]", 200, False),
        ({"message": "x"}, 500, False),
        ({"code": 50002}, 502, True),
    ],
)
def test_what_the_code_does_not_tell_is_left_to_the_status(
    body: object, status: int, posted: bool
) -> None:
    assert refusal(answer(body, status, posted=posted)) is None


def test_an_answer_without_a_code_is_no_empty_list() -> None:
    told = refusal(answer({"data": {"comments": []}}))
    sent = refusal(answer({"code": True}, posted=True))
    assert told is not None and told.reason is Reason.BAD_ANSWER
    assert sent is not None and sent.reason is Reason.UNSURE


# ---- rows ----------------------------------------------------------------------------------------

ROW: dict[str, Any] = {"comment_id": 7401234567890123457, "create_time": 1_790_000_000}


@pytest.mark.parametrize("wrong", [{"comment_id": None}, {"create_time": "kemarin"}])
def test_a_row_without_id_or_time_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        comment_from({**ROW, **wrong}, SourceId("k"), "v", None, frozenset())


@pytest.mark.parametrize(
    ("status", "visibility", "block"),
    [
        ("PUBLIC", Visibility.PUBLIC, None),
        (None, Visibility.PUBLIC, None),
        ("HIDDEN", Visibility.HIDDEN, "hidden"),
        ("BARU", Visibility.UNKNOWN, "unknown"),
    ],
)
def test_only_what_the_public_sees_can_be_answered(
    status: object, visibility: Visibility, block: str | None
) -> None:
    made = comment_from({**ROW, "status": status}, SourceId("k"), "v", None, frozenset())
    assert (made.visibility, made.reply_block) == (visibility, block)
    assert (made.reply_ref is None) is (block is not None)
    assert made.external_id == "7401234567890123457"


def test_a_videos_address_is_told_without_its_tracking() -> None:
    row = {"item_id": 7300000000000000001, "create_time": "1790000000", "caption": None}
    post = post_from({**row, "share_url": "https://www.tiktok.com/@x/video/7?utm_source=1"})
    assert (post.id, post.url, post.title) == (
        "7300000000000000001",
        "https://www.tiktok.com/@x/video/7",
        None,
    )
    assert post_from(row).url is None


@pytest.mark.parametrize(
    ("data", "asked", "following"),
    [
        ({"has_more": True, "cursor": 30}, "0", "30"),
        ({"has_more": True, "cursor": "30"}, None, "30"),
        ({"has_more": False, "cursor": 30}, "0", None),
        ({"has_more": True, "cursor": 30}, "30", None),
        ({"has_more": True, "cursor": True}, None, None),
        ({"has_more": True, "cursor": None}, None, None),
        ({"has_more": "yes", "cursor": 5}, None, None),
        ({}, None, None),
    ],
)
def test_paging_ends_where_it_leads_nowhere_new(
    data: dict[str, object], asked: str | None, following: str | None
) -> None:
    assert next_of(data, asked) == following


def test_a_foreign_reply_address_is_refused() -> None:
    for odd in ("", "[]", "{}", '["a","b","c","d"]', "7"):
        with pytest.raises(PlatformError, match="no reply address"):
            ref_from(odd)


def test_an_order_by_likes_is_noticed(desk: Desk) -> None:
    now = desk.clock.now
    assert newest_first((now, now - WEEK), timedelta(hours=1))
    assert not newest_first((now - WEEK, now), timedelta(hours=1))


# ---- reading -------------------------------------------------------------------------------------


def test_counts_that_lag_a_day_hide_no_comment(desk: Desk) -> None:
    """The list of videos still says 0 when the first complaint stands there."""
    desk.poll()
    desk.clock.move(minutes=10)
    number = desk.fake.say("baru saja", at=desk.clock.now)
    desk.poll()
    assert number in desk.visible()


def test_a_late_reply_to_a_comment_of_the_week_is_found(desk: Desk) -> None:
    top = desk.fake.say("keluhan awal", at=desk.clock.now - timedelta(days=6))
    desk.poll()
    desk.clock.move(minutes=10)
    late = desk.fake.say("masih belum juga", parent=top, at=desk.clock.now)
    desk.poll()
    assert late in desk.visible()


def test_more_replies_than_come_along_are_read_from_their_own_list(desk: Desk) -> None:
    top = desk.fake.say("ramai", at=desk.clock.now - timedelta(hours=40))
    start = desk.clock.now - timedelta(hours=30)
    for n in range(14):
        desk.fake.say(f"balasan {n}", parent=top, at=start + timedelta(minutes=n))
    desk.poll()
    assert desk.visible() == desk.fake.visible()
    before = len(called(desk, "reply/list"))
    assert before == 3, "fourteen replies are three pages of five"
    desk.clock.move(days=2)
    desk.fake.say("balasan terakhir", parent=top, at=desk.clock.now)
    desk.poll()
    assert desk.visible() == desk.fake.visible()
    assert len(called(desk, "reply/list")) == before + 2, "until a page is older than known"


def test_an_endless_thread_is_cut_and_told(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.fake.page_size = 1
    top = desk.fake.say("ramai sekali", at=desk.clock.now - timedelta(hours=2))
    for n in range(23):
        desk.fake.say(f"b {n}", parent=top, at=desk.clock.now - timedelta(minutes=23 - n))
    desk.poll()
    assert "more new replies than are read" in caplog.text
    assert len(desk.visible()) == 21


def test_beyond_the_order_by_time_repeats_do_no_harm(desk: Desk) -> None:
    fake = fake_of(desk)
    fake.by_likes_from = 6
    for n in range(16):
        number = fake.say(f"lama {n}", at=desk.clock.now - timedelta(hours=40 - 2 * n))
        fake.said[number].likes = n * 7 % 5
    desk.poll()
    assert desk.visible() == fake.visible()


def test_a_dead_page_address_begins_the_video_anew(desk: Desk) -> None:
    for n in range(12):
        desk.fake.say(f"k {n}", at=desk.clock.now - timedelta(minutes=n))
    desk.interrupted_poll(1)
    row = desk.db.conn.execute("SELECT cursor FROM source").fetchone()
    state = json.loads(row[0])
    state["reading"][1] = "mati"
    with desk.db.conn:
        desk.db.conn.execute("UPDATE source SET cursor = ?", (json.dumps(state),))
    desk.poll()
    assert desk.visible() == desk.fake.visible()


def test_other_refusals_of_a_page_are_told(desk: Desk) -> None:
    desk.fake.posts[next(iter(desk.fake.posts))].deleted = True
    page = list(desk.connected.source.collect(None, desk.clock.now))
    assert all(not one.comments for one in page)
    fake_of(desk).our_id = "akun-lain"
    assert desk.refused(desk.poll, Reason.PERMISSION).permanent


def test_rows_without_sense_cost_the_others_nothing(desk: Desk) -> None:
    fake_of(desk).odd = [{"caption": "tanpa nomor"}, {"comment_id": "1", "replies": 0}]
    numbers = [desk.fake.say(f"k {n}") for n in range(2)]
    desk.poll()
    assert sorted(desk.visible()) == numbers


def test_the_check_tells_when_the_grant_dies(desk: Desk) -> None:
    health = desk.connected.source.check()
    assert health.identity == "@diskominfo.contoh (open-id-kantor)"
    assert health.expires_at == desk.clock.now + timedelta(days=365)


def test_a_list_that_is_refused_from_its_first_page_is_told(desk: Desk) -> None:
    desk.poll()
    fake_of(desk).refuses_lists = True
    desk.clock.move(hours=1)
    desk.refused(desk.poll, Reason.NOT_ALLOWED)


# ---- reading again -------------------------------------------------------------------------------


def test_thirty_ids_are_one_call(desk: Desk) -> None:
    for n in range(31):
        desk.fake.say(f"k {n}", at=desk.clock.now - timedelta(minutes=n))
    desk.poll()
    before = len(called(desk, "comment/list"))
    desk.recheck()
    asked = [json.loads(one["comment_ids"]) for one in called(desk, "comment/list")[before:]]
    assert [len(ids) for ids in asked] == [30, 1]


def test_a_filter_that_is_left_aside_makes_nothing_gone(desk: Desk) -> None:
    fake = fake_of(desk)
    numbers = [fake.say(f"k {n}", at=desk.clock.now - timedelta(minutes=n)) for n in range(12)]
    desk.poll()
    fake.ignores_filter = True
    fake.remove(numbers[2])
    pages = list(_refetched(desk, [numbers[2], numbers[11]]))
    assert [one for page in pages for one in page.gone] == [(numbers[2], Visibility.DELETED)]
    assert numbers[11] in {one.external_id for page in pages for one in page.comments}


def test_all_below_a_deleted_video_is_gone(desk: Desk) -> None:
    numbers = [desk.fake.say(f"k {n}") for n in range(2)]
    desk.poll()
    desk.fake.posts[next(iter(desk.fake.posts))].deleted = True
    (page,) = _refetched(desk, numbers)
    assert page.gone == tuple((number, Visibility.DELETED) for number in numbers)


def test_a_reply_is_looked_for_in_its_thread_before_it_is_gone(desk: Desk) -> None:
    top = desk.fake.say("induk")
    stands, gone = (desk.fake.say(text, parent=top) for text in ("ada", "hilang"))
    desk.poll()
    desk.fake.remove(gone)
    fake_of(desk).filter_knows_replies = False
    (page,) = _refetched(desk, [stands, gone], thread=top)
    assert page.gone == ((gone, Visibility.DELETED),)
    assert [one.external_id for one in page.comments] == [stands]


def test_replies_of_a_deleted_comment_are_gone_with_it(desk: Desk) -> None:
    top = desk.fake.say("induk")
    below = desk.fake.say("anak", parent=top)
    desk.poll()
    desk.fake.remove(top)
    (page,) = _refetched(desk, [below], thread=top)
    assert page.gone == ((below, Visibility.DELETED),)


def test_trouble_while_reading_again_is_told(desk: Desk) -> None:
    top = desk.fake.say("induk")
    below = desk.fake.say("anak", parent=top)
    desk.poll()
    for part in ("comment/list", "reply/list"):
        desk.fake.remove(below)
        desk.fake.fault("status", part)
        desk.refused(lambda: list(_refetched(desk, [below], thread=top)), Reason.UNREACHABLE)


def test_what_lies_below_no_video_is_left_alone(desk: Desk) -> None:
    refetcher = desk.connected.refetcher
    assert refetcher is not None
    seen = Seen("1", None, None, None, desk.clock.now)
    assert list(refetcher.refetch([seen], desk.clock.now)) == []


def _refetched(desk: Desk, numbers: list[str], thread: str | None = None) -> list[Any]:
    refetcher = desk.connected.refetcher
    assert refetcher is not None
    video = next(iter(desk.fake.posts))
    wanted = [Seen(one, video, thread, thread or one, desk.clock.now) for one in numbers]
    return list(refetcher.refetch(wanted, desk.clock.now))


# ---- answers -------------------------------------------------------------------------------------


def test_a_reply_to_a_reply_stands_in_its_thread(desk: Desk) -> None:
    top = desk.fake.say("induk", at=desk.clock.now - timedelta(minutes=5))
    below = desk.fake.say("bagaimana ini", parent=top, at=desk.clock.now)
    desk.poll()
    replier = desk.connected.replier
    assert replier is not None
    posted = replier.reply(desk.ref_of(below), "Kami periksa.")
    (said,) = desk.fake.our_replies
    assert said.parent_id == top and posted.permalink is not None
    assert replier.find_own_reply(desk.ref_of(below), "Kami periksa.") == posted


def test_an_older_reply_with_the_same_words_is_another(desk: Desk) -> None:
    top = desk.fake.say("induk", at=desk.clock.now - timedelta(minutes=50))
    desk.fake.say("Terima kasih.", parent=top, ours=True, at=desk.clock.now - timedelta(minutes=40))
    later = desk.fake.say("lalu kapan", parent=top, at=desk.clock.now)
    desk.poll()
    replier = desk.connected.replier
    assert replier is not None
    assert replier.find_own_reply(desk.ref_of(later), "Terima kasih.") is None


def test_a_reply_too_long_is_surely_not_posted(desk: Desk) -> None:
    number = desk.fake.say("keluhan")
    desk.poll()
    replier = desk.connected.replier
    assert replier is not None
    text = "a" * (REPLY_LIMIT + 1)
    desk.refused(lambda: replier.reply(desk.ref_of(number), text), Reason.NOT_ALLOWED)
    assert desk.platform.reply_limit == REPLY_LIMIT and desk.fake.our_replies == []


def test_an_answer_that_names_no_reply_is_unsure(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = desk.fake.say("keluhan")
    desk.poll()
    monkeypatch.setattr(fake_of(desk), "_reply", lambda call: Reply({"code": 0, "data": {}}))
    replier = desk.connected.replier
    assert replier is not None
    desk.refused(lambda: replier.reply(desk.ref_of(number), "Baik."), Reason.UNSURE)
