"""YouTube: threads and their replies, what is held, rereading, answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import Reason
from monitor.platforms.base import ReplyState, Seen
from monitor.platforms.offer import Use
from monitor.platforms.youtube_rows import Office, Row, parse_reply_ref, reply_ref, thread_of
from monitor.records import Comment, Kind, SourceId, Visibility
from tests.desks import filled
from tests.youtube_desk import YouTubeDesk, asked, with_key, youtube

OFFICE = Office(SourceId("kanal"), "UCkantor", frozenset({"MMC Contoh"}))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[YouTubeDesk]:
    with youtube(tmp_path) as one:
        yield one


def row_of(desk: YouTubeDesk, number: str) -> dict[str, Any]:
    return next(row for row in desk.rows() if row["external_id"] == number)


def comment(json: dict[str, Any], **about: Any) -> Comment:
    (made,) = OFFICE.comments([Row(json, **about)], {"v1": "Judul"})
    return made


def row(**snippet: Any) -> dict[str, Any]:
    return {"id": "Ugx1", "snippet": {"publishedAt": "2026-11-20T01:02:03Z", **snippet}}


# ---- rows ---------------------------------------------------------------------------------------


def test_a_comment_has_its_video_its_writer_and_its_address() -> None:
    made = comment(
        row(
            videoId="v1",
            channelId="UCkantor",
            authorChannelId={"value": "UCwarga"},
            authorDisplayName="@warga",
            textDisplay="Jalan rusak",
            likeCount=3,
        ),
        thread_id="Ugx1",
        replies=4,
    )
    assert (made.kind, made.parent_id, made.thread_id) == (Kind.COMMENT, None, "Ugx1")
    assert (made.post_id, made.post_title) == ("v1", "Judul")
    assert made.permalink == "https://www.youtube.com/watch?v=v1&lc=Ugx1"
    assert made.post_url == "https://www.youtube.com/watch?v=v1"
    assert (made.author_id, made.author_name) == ("UCwarga", "@warga")
    assert (made.like_count, made.reply_count, made.text) == (3, 4, "Jalan rusak")
    assert made.created_at == datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC)
    assert made.edited_at is None and not made.author_is_owner
    assert made.reply_ref is not None and parse_reply_ref(made.reply_ref) == ("Ugx1", "Ugx1")


@pytest.mark.parametrize(
    ("snippet", "about", "kind"),
    [
        ({"channelId": "UCkantor"}, {}, Kind.COMMENT),
        ({}, {}, Kind.COMMENT),
        ({"parentId": "Ugx0"}, {}, Kind.REPLY),
        ({}, {"thread_id": "Ugx0"}, Kind.REPLY),
        ({"channelId": "UCmedia"}, {}, Kind.MENTION),
        ({"parentId": "Ugx0"}, {"channel_id": "UCmedia"}, Kind.MENTION),
    ],
)
def test_what_stands_below_a_video_of_others_is_a_mention(
    snippet: dict[str, Any], about: dict[str, Any], kind: Kind
) -> None:
    assert comment(row(**snippet), **about).kind is kind


@pytest.mark.parametrize(
    ("snippet", "about", "shown", "block"),
    [
        ({}, {}, Visibility.PUBLIC, None),
        ({}, {"can_reply": False}, Visibility.PUBLIC, "closed"),
        ({"moderationStatus": "heldForReview"}, {}, Visibility.HELD, "held"),
        ({"moderationStatus": "likelySpam"}, {}, Visibility.SPAM, "spam"),
        ({"moderationStatus": "rejected"}, {}, Visibility.HIDDEN, "hidden"),
        ({"moderationStatus": "published"}, {"shown": Visibility.HELD}, Visibility.PUBLIC, None),
        ({"moderationStatus": "new word"}, {"shown": Visibility.HELD}, Visibility.HELD, "held"),
        ({"authorChannelId": {"value": "UCkantor"}}, {}, Visibility.PUBLIC, "own"),
        ({"authorDisplayName": "MMC Contoh"}, {}, Visibility.PUBLIC, "own"),
    ],
)
def test_who_sees_a_comment_and_whether_it_can_be_answered(
    snippet: dict[str, Any], about: dict[str, Any], shown: Visibility, block: str | None
) -> None:
    made = comment(row(**snippet), **about)
    assert (made.visibility, made.reply_block) == (shown, block)
    assert (made.reply_ref is None) is (block is not None)
    assert made.author_is_owner is (block == "own")


def test_an_edit_has_a_later_time_and_a_picture_leaves_no_address() -> None:
    edited = comment(row(updatedAt="2026-11-20T02:00:00Z", imageUrl="https://yt3.example/x?e=1"))
    assert edited.edited_at == datetime(2026, 11, 20, 2, tzinfo=UTC)
    assert json.loads(edited.raw) == {"picture": True}
    assert comment(row(updatedAt="2026-11-20T01:02:03Z")).edited_at is None
    assert comment(row(textOriginal="asli")).text == "asli"
    assert comment(row()).permalink is None, "a channel's own wall has no video"


def test_odd_rows_cost_only_themselves() -> None:
    odd: list[dict[str, Any]] = [
        {},
        {"id": "Ugx2"},
        {"id": "Ugx3", "snippet": None},
        {"id": "Ugx4", "snippet": {"publishedAt": "yesterday"}},
        {"id": None, "snippet": {"publishedAt": "2026-11-20T01:02:03Z"}},
    ]
    made = OFFICE.comments([*map(Row, odd), Row(row(likeCount="x", authorChannelId=7))], {})
    assert [one.external_id for one in made] == ["Ugx1"]
    assert (made[0].like_count, made[0].author_id) == (None, None)


@pytest.mark.parametrize(
    "odd", [{}, {"snippet": 3, "replies": []}, {"id": "x", "replies": {"comments": [1, None]}}]
)
def test_an_odd_thread_is_a_thread_without_comments(odd: dict[str, Any]) -> None:
    thread = thread_of(odd)
    assert OFFICE.comments([thread.top, *thread.replies], {}) == () and thread.total == 0


def test_a_thread_that_the_public_does_not_see_is_held() -> None:
    hidden, shown = {"snippet": {"isPublic": False}}, {"snippet": {"isPublic": True}}
    assert thread_of(hidden).top.shown is Visibility.HELD
    assert thread_of(hidden, Visibility.SPAM).top.shown is Visibility.SPAM
    assert thread_of(shown, Visibility.HELD).top.shown is Visibility.PUBLIC, "a reply is held"


@pytest.mark.parametrize("ref", ["[]", "{}", "x", '{"comment": "a"}', '{"thread": "a"}'])
def test_an_address_of_another_platform_is_refused(ref: str) -> None:
    with pytest.raises(ValueError):
        parse_reply_ref(ref)


# ---- collecting ---------------------------------------------------------------------------------


def test_pages_of_twenty_although_a_hundred_were_asked_for(desk: YouTubeDesk) -> None:
    desk.fake.page_size = 20
    filled(desk.fake, 50)
    desk.poll()
    assert desk.visible() == desk.fake.visible() and len(desk.visible()) == 50
    calls = asked(desk.fake, "/commentThreads", maxResults="100", order="time")
    assert len([call for call in calls if "moderationStatus" not in call.params]) == 3


def test_all_replies_of_a_thread_are_read_once_until_their_number_moves(desk: YouTubeDesk) -> None:
    top = desk.fake.say("induk", at=desk.clock.now - timedelta(minutes=30))
    for n in range(13):
        desk.fake.say(f"balasan {n}", parent=top, at=desk.clock.now - timedelta(minutes=20 - n))
    desk.poll()
    assert desk.visible() == desk.fake.visible()
    calls = len(asked(desk.fake, "/comments", parentId=top))
    desk.clock.move(minutes=3)
    desk.restart()
    desk.poll()
    assert len(asked(desk.fake, "/comments", parentId=top)) == calls > 1
    desk.fake.say("satu lagi", parent=top, at=desk.clock.now)
    desk.poll()
    assert desk.visible() == desk.fake.visible()


def test_a_thread_that_dies_between_two_calls_costs_nothing(desk: YouTubeDesk) -> None:
    top = desk.fake.say("induk", at=desk.clock.now - timedelta(minutes=30))
    kept = desk.fake.say("tetap ada", at=desk.clock.now - timedelta(minutes=29))
    for n in range(4):
        desk.fake.say(f"balasan {n}", parent=top, at=desk.clock.now)
    desk.fake.refuses["comments"] = "commentNotFound"
    desk.poll()
    assert {top, kept} <= desk.visible().keys()


def test_what_is_held_is_read_and_is_not_public(desk: YouTubeDesk) -> None:
    held = desk.fake.say("ditahan", state="held")
    spam = desk.fake.say("situs judi", state="spam")
    top = desk.fake.say("terbuka")
    below = desk.fake.say("balasan ditahan", parent=top, state="held")
    desk.poll()
    looks = {row["external_id"]: row["visibility"] for row in desk.rows()}
    assert looks == {held: "held", spam: "spam", top: "public", below: "held"}
    desk.fake.hide(held, hidden=False)  # the owner publishes it: it keeps its old time
    desk.clock.move(hours=3)
    desk.poll()
    desk.recheck()
    assert desk.visible() == desk.fake.visible()


def test_who_may_not_read_what_is_held_still_reads_the_rest(desk: YouTubeDesk) -> None:
    filled(desk.fake)
    desk.fake.say("ditahan", state="held")
    desk.fake.consent_of = "UCorangLain"
    desk.poll()
    assert desk.visible() == desk.fake.visible() and len(desk.rows()) == 12
    assert not desk.connected.source.check().ok


def test_titles_are_asked_for_once_and_are_not_needed(desk: YouTubeDesk) -> None:
    desk.fake.refuses["videos"] = "forbidden"
    first = desk.fake.say("sebelum")
    desk.poll()
    assert row_of(desk, first)["post_title"] is None
    desk.fake.refuses.clear()
    for _ in range(3):
        desk.clock.move(minutes=3)
        last = desk.fake.say("sesudah", at=desk.clock.now)
        desk.poll()
    assert row_of(desk, last)["post_title"] == "Kabar dinas"
    assert len(asked(desk.fake, "/videos")) == 2


def test_a_dead_page_address_begins_the_reading_anew(desk: YouTubeDesk) -> None:
    filled(desk.fake, 24)
    desk.interrupted_poll(2)
    desk.fake.marks.clear()
    desk.poll()
    assert desk.visible() == desk.fake.visible()


def test_a_nearly_empty_budget_leaves_long_threads_for_later(desk: YouTubeDesk) -> None:
    top = desk.fake.say("induk", at=desk.clock.now - timedelta(minutes=5))
    for n in range(6):
        desk.fake.say(f"balasan {n}", parent=top, at=desk.clock.now)
    desk.poll()
    calls = len(asked(desk.fake, "/comments", parentId=top))
    desk.fake.say("ketujuh", parent=top, at=desk.clock.now)
    desk.meter().spend(9_000 - desk.fake.spent - 1, Use.REPLY)  # new words may use 9,000 a day
    desk.refused(desk.poll, Reason.QUOTA)
    assert len(asked(desk.fake, "/comments", parentId=top)) == calls


# ---- reading again ------------------------------------------------------------------------------


def test_new_replies_to_old_threads_are_found_by_reading_them_again(desk: YouTubeDesk) -> None:
    old = desk.fake.say("lama", at=desk.clock.now - timedelta(days=9))
    for hours in range(30):
        desk.fake.say(f"sejak itu {hours}", at=desk.clock.now - timedelta(hours=hours))
    desk.poll()
    desk.clock.move(hours=2)
    below = [desk.fake.say(f"baru {n}", parent=old, at=desk.clock.now) for n in range(5)]
    desk.poll()
    assert not set(below) & desk.visible().keys(), "its thread lies pages down"
    desk.recheck()
    assert desk.visible() == desk.fake.visible()
    assert row_of(desk, below[0])["kind"] == "reply"


def test_fifty_ids_go_in_one_call_and_each_is_named(desk: YouTubeDesk) -> None:
    tops = filled(desk.fake, 60)
    below = [desk.fake.say("b", parent=tops[0], at=desk.clock.now) for _ in range(3)]
    desk.poll()
    gone = [*tops[10:13], below[1]]
    for number in gone:
        desk.fake.remove(number)
    before = len(desk.fake.calls)
    refetcher = desk.connected.refetcher
    assert refetcher is not None
    pages = list(refetcher.refetch(desk.seen(), desk.clock.now))
    told = {c.external_id for page in pages for c in page.comments}
    lost = {number: look for page in pages for number, look in page.gone}
    assert told | lost.keys() == {*tops, *below} and not told & lost.keys()
    assert lost == dict.fromkeys(gone, Visibility.DELETED)
    by_id = [call for call in desk.fake.calls[before:] if "id" in call.params]
    assert [len(c.params["id"].split(",")) for c in by_id if c.path != "/videos"] == [50, 10, 1]


def test_a_reply_read_alone_keeps_its_video_and_its_title(desk: YouTubeDesk) -> None:
    top = desk.fake.say("induk", at=desk.clock.now - timedelta(minutes=5))
    below = desk.fake.say("balasan", parent=top, at=desk.clock.now)
    desk.poll()
    desk.fake.bare_replies = True
    refetcher = desk.connected.refetcher
    assert refetcher is not None
    video = desk.fake.said[top].post_id
    seen = Seen(below, video, top, top, desk.clock.now)
    ((again,),) = [page.comments for page in refetcher.refetch([seen], desk.clock.now)]
    assert (again.post_id, again.post_title, again.parent_id) == (video, "Kabar dinas", top)


def test_what_is_rejected_is_hidden_and_comes_back(desk: YouTubeDesk) -> None:
    numbers = filled(desk.fake, 12)
    desk.poll()
    desk.fake.hide(numbers[2])
    desk.recheck()
    assert row_of(desk, numbers[2])["visibility"] == "hidden"
    desk.fake.lists_rejected = False  # uncertain whether the site shows that list
    desk.recheck()
    assert row_of(desk, numbers[2])["visibility"] == "deleted"


def test_a_hidden_thread_takes_its_replies_with_it_and_brings_them_back(desk: YouTubeDesk) -> None:
    top = desk.fake.say("induk", at=desk.clock.now - timedelta(minutes=5))
    below = desk.fake.say("balasan", parent=top, at=desk.clock.now)
    desk.poll()
    desk.fake.hide(top)
    desk.recheck()
    assert desk.visible() == {} == desk.fake.visible()
    desk.fake.hide(top, hidden=False)
    desk.recheck()
    assert desk.visible() == desk.fake.visible() and below in desk.visible()


def test_with_a_key_what_is_gone_is_gone(tmp_path: Path) -> None:
    with with_key(tmp_path) as desk:
        number = desk.fake.say("akan dihapus")
        desk.poll()
        desk.fake.hide(number)
        desk.recheck()
        assert row_of(desk, number)["visibility"] == "deleted"
        assert not asked(desk.fake, "/commentThreads", moderationStatus="rejected")


def test_nothing_wanted_is_nothing_asked(desk: YouTubeDesk) -> None:
    refetcher = desk.connected.refetcher
    assert refetcher is not None
    assert list(refetcher.refetch([], desk.clock.now)) == [] and desk.fake.calls == []


# ---- answering ----------------------------------------------------------------------------------


def test_an_answer_to_a_reply_goes_below_the_top_level_comment(desk: YouTubeDesk) -> None:
    top = desk.fake.say("pertanyaan", at=desk.clock.now - timedelta(minutes=5))
    below = desk.fake.say("saya juga", parent=top, at=desk.clock.now)
    desk.poll()
    replier, ref = desk.connected.replier, desk.ref_of(below)
    assert replier is not None
    target = replier.target(ref)
    assert target is not None and target.external_id == below and target.text == "saya juga"
    posted = replier.reply(ref, "Terima kasih, kami cek.")
    assert posted.state is ReplyState.PUBLISHED
    assert desk.fake.said[posted.external_id].parent_id == top
    assert posted.permalink == (
        f"https://www.youtube.com/watch?v={desk.fake.said[top].post_id}&lc={posted.external_id}"
    )
    assert replier.find_own_reply(ref, "Terima  kasih, kami cek.") == posted
    assert replier.find_own_reply(ref, "Lain sekali") is None
    desk.fake.remove(below)
    assert replier.target(ref) is None


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        ("processingFailure", Reason.UNSURE),
        ("forbidden", Reason.PERMISSION),
        ("commentsDisabled", Reason.NOT_ALLOWED),
        ("parentCommentNotFound", Reason.GONE),
        ("commentTextRequired", Reason.NOT_ALLOWED),
    ],
)
def test_a_refused_answer_says_whether_it_may_stand(
    desk: YouTubeDesk, refusal: str, reason: Reason
) -> None:
    replier = desk.connected.replier
    assert replier is not None
    desk.fake.refuses["comments"] = refusal
    ref = reply_ref("Ugx1", "Ugx1")
    desk.refused(lambda: replier.reply(ref, "Terima kasih."), reason)
    assert len(desk.fake.calls) <= 2 and desk.fake.our_replies == []


def test_an_answer_that_youtube_holds_is_held(desk: YouTubeDesk) -> None:
    top = desk.fake.say("pertanyaan")
    desk.poll()
    say = desk.fake.say
    desk.fake.say = lambda *a, **k: say(*a, **{**k, "state": "held"})  # type: ignore[method-assign]
    replier = desk.connected.replier
    assert replier is not None
    assert replier.reply(desk.ref_of(top), "Terima kasih.").state is ReplyState.HELD


def test_a_thread_without_answers_cannot_be_answered(desk: YouTubeDesk) -> None:
    top = desk.fake.say("tertutup")
    desk.fake.writes_only.add(top)
    desk.poll()
    assert (row_of(desk, top)["reply_ref"], row_of(desk, top)["reply_block"]) == (None, "closed")
