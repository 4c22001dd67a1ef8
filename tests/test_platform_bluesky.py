"""What is special to Bluesky; the rest is in the conformance suite."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import PlatformError, Reason
from monitor.platforms.bluesky import PLATFORM, graphemes
from monitor.records import Kind
from tests.conforming import Desk
from tests.fakes.bluesky import PASSWORD, FakeBluesky
from tests.fakes.platform import Reply
from tests.platform_kits import KITS


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    fake = FakeBluesky()
    with fake:
        yield Desk(KITS["bluesky"], fake, tmp_path)
    assert fake.violations == []


def test_a_mention_has_its_place_in_the_thread(desk: Desk) -> None:
    first = desk.fake.say("Min, jalan rusak")
    below = desk.fake.say("Di tempat saya juga", parent=first)
    desk.poll()
    rows = {row["external_id"]: row for row in desk.rows()}
    assert (rows[first]["kind"], rows[below]["kind"]) == (Kind.MENTION, Kind.REPLY)
    assert (rows[below]["parent_id"], rows[below]["thread_id"]) == (first, first)
    assert rows[first]["thread_id"] == first
    whose, _, post = first.removeprefix("at://").partition("/app.bsky.feed.post/")
    assert rows[first]["permalink"] == f"https://bsky.app/profile/{whose}/post/{post}"


def test_an_answer_names_the_root_and_the_post_that_it_answers(desk: Desk) -> None:
    first = desk.fake.say("Min, jalan rusak")
    below = desk.fake.say("Di tempat saya juga", parent=first)
    desk.poll()
    assert desk.connected.replier is not None
    desk.connected.replier.reply(desk.ref_of(below), "Kami teruskan, terima kasih.")
    sent = json.loads(desk.fake.calls[-1].body)["record"]
    assert (sent["reply"]["root"]["uri"], sent["reply"]["parent"]["uri"]) == (first, below)
    assert sent["createdAt"].endswith("Z")


def test_words_are_searched_beside_what_speaks_to_the_account(desk: Desk) -> None:
    desk.given = {**desk.given, "queries": ("banjir",)}
    desk.connected = desk.connect()
    found = desk.fake.say("banjir lagi di kota", author="orang")
    desk.poll()
    assert found in desk.visible()
    assert any(call.path.endswith("searchPosts") for call in desk.fake.calls)
    assert "words: banjir" in desk.connected.source.check().detail


def test_closed_posts_are_read_but_not_answered(desk: Desk) -> None:
    number = desk.fake.say("Jangan balas")
    shown = desk.fake._view  # type: ignore[attr-defined]
    desk.fake._view = lambda one: {**shown(one), "viewer": {"replyDisabled": True}}  # type: ignore[attr-defined]
    desk.poll()
    (row,) = desk.rows()
    assert (row["external_id"], row["reply_ref"], row["reply_block"]) == (number, None, "closed")


def test_a_dead_session_is_opened_anew_with_the_password(desk: Desk) -> None:
    desk.poll()
    desk.fake.expire_access()
    desk.fake.refresh = "rahasia-segar-lain"  # the server has forgotten the session
    desk.poll()
    paths = [call.path.rpartition(".")[2] for call in desk.fake.calls]
    assert paths.count("createSession") == 2 and "refreshSession" in paths


def test_a_wrong_password_needs_a_person(desk: Desk) -> None:
    desk.fake.revoked = True
    error = desk.refused(desk.connected.source.check, Reason.AUTH)
    assert error.permanent and "AuthenticationRequired" in str(error)
    assert PASSWORD not in str(error)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("AccountTakedown", Reason.AUTH),
        ("NotFound", Reason.GONE),
        ("SomethingElse", Reason.BAD_ANSWER),
    ],
)
def test_errors_are_told_by_their_name(desk: Desk, name: str, reason: Reason) -> None:
    desk.poll()
    desk.fake.handle = lambda call: Reply({"error": name}, 400)  # type: ignore[method-assign]
    desk.refused(desk.connected.source.check, reason)


def test_odd_answers_of_a_session_are_no_session(desk: Desk) -> None:
    desk.fake.handle = lambda call: Reply({"accessJwt": 5})  # type: ignore[method-assign]
    assert "no session" in str(desk.refused(desk.connected.source.check))
    desk.fake.handle = lambda call: Reply([1])  # type: ignore[method-assign]
    desk.refused(desk.connected.source.check)


def test_too_often_tells_when_to_come_again(desk: Desk) -> None:
    desk.fake.fault("throttle")
    with pytest.raises(PlatformError) as caught:
        desk.poll()
    assert caught.value.retry_after == timedelta(minutes=5)


@pytest.mark.parametrize(("text", "count"), [("Halo", 4), ("e\u0301", 1), ("👍🏽", 2), ("❤️", 1)])
def test_letters_are_counted_from_above(text: str, count: int) -> None:
    assert graphemes(text) == count == PLATFORM.measure(text)
