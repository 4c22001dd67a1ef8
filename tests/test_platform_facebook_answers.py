"""Facebook Pages: replies, hiding, and what Meta's calls tell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import Reason
from monitor.platforms.base import Delivery, ReplyState
from monitor.platforms.graph import signed
from monitor.records import Visibility
from tests.conforming import Desk
from tests.fakes.facebook import FakeFacebook
from tests.fakes.graph import refused
from tests.fakes.platform import Call
from tests.graph_desk import error_of, on


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with on(FakeFacebook(), tmp_path) as one:
        yield one


def page(desk: Desk) -> FakeFacebook:
    assert isinstance(desk.fake, FakeFacebook)
    return desk.fake


# ---- replies


def test_an_answer_to_an_answer_stands_in_the_thread(desk: Desk) -> None:
    top = desk.fake.say("keluhan")
    below = desk.fake.say("saya juga", parent=top)
    desk.poll()
    assert desk.connected.replier is not None
    desk.connected.replier.reply(desk.ref_of(below), "Terima kasih.")
    (reply,) = desk.fake.our_replies
    assert reply.parent_id == top


def test_a_reply_that_meta_hides_is_held(desk: Desk) -> None:
    ref = _ref(desk)

    def hide(call: Call) -> None:
        for one in desk.fake.our_replies:
            desk.fake.hide(one.id)

    desk.fake.between_calls = hide
    assert desk.connected.replier is not None
    assert desk.connected.replier.reply(ref, "Terima kasih.").state is ReplyState.HELD
    found = desk.connected.replier.find_own_reply(ref, "Terima kasih.")
    assert found is not None and found.state is ReplyState.HELD


def test_a_reply_stands_although_it_cannot_be_read_back(desk: Desk) -> None:
    ref = _ref(desk)

    def fail(call: Call) -> None:
        if call.method == "POST":
            desk.fake.fault("status", method="GET")

    desk.fake.between_calls = fail
    assert desk.connected.replier is not None
    posted = desk.connected.replier.reply(ref, "Terima kasih.")
    assert posted.external_id == desk.fake.our_replies[0].id
    assert posted.state is ReplyState.PUBLISHED


def test_an_answer_without_an_id_leaves_a_reply_unsure(desk: Desk) -> None:
    ref = _ref(desk)
    thread = json.loads(ref)["thread"]
    page(desk).by_hand[f"{thread}/comments"] = {"success": True}
    assert desk.connected.replier is not None
    replier = desk.connected.replier
    assert error_of(lambda: replier.reply(ref, "Halo.")).reason is Reason.UNSURE


@pytest.mark.parametrize(
    ("code", "reason"),
    [(506, Reason.DUPLICATE), (368, Reason.NOT_ALLOWED), (2, Reason.UNSURE)],
)
def test_a_refused_reply_says_why(desk: Desk, code: int, reason: Reason) -> None:
    ref = _ref(desk)
    page(desk).refusals[f"{json.loads(ref)['thread']}/comments"] = refused(code)
    assert desk.connected.replier is not None
    replier = desk.connected.replier
    assert error_of(lambda: replier.reply(ref, "Halo.")).reason is reason


def test_hiding_that_did_not_succeed_is_refused(desk: Desk) -> None:
    ref = _ref(desk)
    page(desk).by_hand[json.loads(ref)["id"]] = {"success": False}
    moderator = desk.connected.moderator
    assert moderator is not None
    assert error_of(lambda: moderator.hide(ref, hidden=True)).reason is Reason.NOT_ALLOWED


# ---- hooks


def told(desk: Desk, value: dict[str, Any], field: str = "feed", **given: Any) -> Delivery:
    headers, raw = page(desk).signed(page(desk).told(value, field, **given))
    assert desk.connected.hook is not None
    return desk.connected.hook.received(headers, raw, desk.clock.now)


def comment_value(desk: Desk, **changed: Any) -> dict[str, Any]:
    number = desk.fake.say("lewat panggilan")
    _, raw = desk.fake.delivery(number)
    value: dict[str, Any] = json.loads(raw)["entry"][0]["changes"][0]["value"]
    return {**value, **changed}


@pytest.mark.parametrize("verb", ["add", "edited", "edit", "unhide"])
def test_a_hook_makes_the_same_comment_as_a_poll(desk: Desk, verb: str) -> None:
    desk.poll()
    delivery = told(desk, comment_value(desk, verb=verb))
    desk.clock.move(minutes=5)
    polled = [comment for one in desk.poll() for comment in one.comments]
    (heard,) = delivery.comments
    (read,) = polled
    for name in ("external_id", "text", "created_at", "kind", "post_id", "thread_id", "reply_ref"):
        assert getattr(heard, name) == getattr(read, name), name


def test_a_hook_tells_of_answers_and_of_our_own_words(desk: Desk) -> None:
    top = desk.fake.say("keluhan")
    number = desk.fake.say("jawaban", parent=top, ours=True)
    assert desk.connected.hook is not None
    delivery = desk.connected.hook.received(*desk.fake.delivery(number), desk.clock.now)
    (comment,) = delivery.comments
    assert comment.author_is_owner and comment.reply_ref is None
    assert (comment.parent_id, comment.thread_id) == (top, top)


@pytest.mark.parametrize(
    ("verb", "seen"), [("remove", Visibility.DELETED), ("hide", Visibility.HIDDEN)]
)
def test_a_hook_tells_what_is_gone(desk: Desk, verb: str, seen: Visibility) -> None:
    value = comment_value(desk, verb=verb)
    delivery = told(desk, value)
    assert delivery.gone == ((value["comment_id"], seen),) and not delivery.comments


@pytest.mark.parametrize(
    ("value", "field", "poll"),
    [
        ({"item": "post", "verb": "add", "post_id": "1_2"}, "feed", True),
        ({"item": "status", "verb": "add"}, "feed", True),
        ({"item": "reaction", "verb": "add"}, "feed", False),
        ({"item": "comment", "verb": "add"}, "feed", False),
        ({"item": "comment", "verb": "add", "comment_id": "1_3"}, "feed", True),
        ({"item": "comment", "verb": "adored", "comment_id": "1_3"}, "feed", False),
        ({"item": "post", "verb": "add"}, "mention", True),
        ({}, "ratings", False),
    ],
)
def test_what_a_hook_tells_too_little_of_is_looked_up(
    desk: Desk, value: dict[str, Any], field: str, poll: bool
) -> None:
    delivery = told(desk, value, field)
    assert (delivery.comments, delivery.gone, delivery.poll) == ((), (), poll)


def test_a_hook_without_a_time_takes_that_of_the_call(desk: Desk) -> None:
    (comment,) = told(desk, comment_value(desk, created_time=None)).comments
    assert comment.created_at == desk.clock.now


def test_other_pages_of_the_app_are_passed_over(desk: Desk) -> None:
    delivery = told(desk, comment_value(desk), page="999")
    assert not delivery.comments and not delivery.poll


def test_a_page_known_by_its_name_takes_no_other_pages_comments(desk: Desk) -> None:
    """An app has one address for all of its Pages."""
    number = desk.fake.say("keluhan")
    value = comment_value(desk)
    desk.given["account"] = "diskominfo.contoh"
    desk.restart()
    early = told(desk, value)
    assert early.poll and not early.comments
    desk.poll()
    assert number in desk.visible()
    assert told(desk, value).comments
    foreign = told(desk, value, page="999")
    assert not foreign.comments and not foreign.poll


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"object": "instagram"}', b"\xff"])
def test_a_signed_call_of_another_form_is_odd(desk: Desk, body: bytes) -> None:
    headers = {"x-hub-signature-256": f"sha256={signed(FakeFacebook.secret, body)}"}
    hook = desk.connected.hook
    assert hook is not None
    assert error_of(lambda: hook.received(headers, body, desk.clock.now)).reason is (
        Reason.BAD_ANSWER
    )


def test_the_handshake_repeats_the_challenge(desk: Desk) -> None:
    assert desk.connected.hook is not None
    params = {
        "hub.mode": "subscribe",
        "hub.challenge": "1158201444",
        "hub.verify_token": FakeFacebook.hook_token,
    }
    assert desk.connected.hook.handshake(params) == "1158201444"
    assert desk.connected.hook.handshake({**params, "hub.mode": "unsubscribe"}) is None
    assert desk.connected.hook.handshake({**params, "hub.verify_token": "é"}) is None


def _ref(desk: Desk) -> str:
    number = desk.fake.say("keluhan")
    desk.poll()
    return desk.ref_of(number)
