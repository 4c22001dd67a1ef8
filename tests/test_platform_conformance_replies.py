"""Replies, hiding and hooks: what every platform file must keep to, whatever its site does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.errors import PlatformError, Reason
from monitor.platforms.base import Hook, Moderator, Replier, ReplyState
from monitor.store import deliveries
from tests.conforming import SOURCE, Desk
from tests.desks import kits, opened
from tests.fakes.platform import Call, Said

WORDS = "Terima kasih, sudah kami teruskan & diperiksa hari ini 🙏"
REFUSED = (Reason.GONE, Reason.NOT_ALLOWED)


@pytest.fixture
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    with opened(request.param, tmp_path) as one:
        yield one


@kits(answers=True)
def test_a_reply_stands_once_and_says_what_was_written(desk: Desk) -> None:
    replier, number, ref = _asked(desk)
    posted = replier.reply(ref, WORDS)
    said = _only_reply(desk)
    assert said.text == WORDS and said.parent_id == number
    assert posted.external_id == said.id
    assert posted.state in (ReplyState.PUBLISHED, ReplyState.HELD)
    assert _posts(desk) == 1


@kits(answers=True)
def test_a_reply_is_never_counted_as_a_complaint(desk: Desk) -> None:
    replier, number, ref = _asked(desk)
    posted = replier.reply(ref, WORDS)
    desk.clock.move(hours=2)
    desk.poll()
    if desk.connected.refetcher is not None:
        desk.recheck()
    others = [row["external_id"] for row in desk.rows() if not row["own"]]
    assert others == [number]
    own = [row for row in desk.rows() if row["own"]]
    assert [row["external_id"] for row in own] == [posted.external_id] * desk.kit.tells_own
    assert all(row["reply_ref"] is None for row in own), "nobody answers himself"


@kits(answers=True, reads_back=True)
@pytest.mark.parametrize("mode", ["after", "cut"])
def test_a_reply_whose_answer_was_lost_is_found_and_not_sent_again(desk: Desk, mode: str) -> None:
    replier, _, ref = _asked(desk)
    assert replier.find_own_reply(ref, WORDS) is None
    desk.fake.fault(mode, desk.kit.reply_path, method="POST")
    error = desk.refused(lambda: replier.reply(ref, WORDS), Reason.UNSURE)
    assert not error.permanent
    desk.restart()
    found = _replier(desk).find_own_reply(ref, WORDS)
    assert found is not None and found.external_id == _only_reply(desk).id
    assert _posts(desk) == 1


@kits(answers=True)
@pytest.mark.parametrize("mode", ["drop", "status"])
def test_a_reply_that_got_no_clear_answer_is_not_sent_again(desk: Desk, mode: str) -> None:
    replier, _, ref = _asked(desk)
    desk.fake.fault(mode, desk.kit.reply_path, method="POST")
    desk.refused(lambda: replier.reply(ref, WORDS), Reason.UNSURE)
    assert replier.find_own_reply(ref, WORDS) is None
    assert desk.fake.our_replies == [] and _posts(desk) == 1


@kits(answers=True)
def test_other_words_of_ours_are_not_taken_for_a_reply(desk: Desk) -> None:
    replier, _, ref = _asked(desk)
    replier.reply(ref, WORDS)
    assert replier.find_own_reply(ref, "Kata yang lain sama sekali.") is None


@kits(answers=True)
def test_the_same_words_of_a_citizen_are_not_taken_for_a_reply(desk: Desk) -> None:
    replier, number, ref = _asked(desk)
    if desk.kit.nests:
        desk.fake.say(WORDS, parent=number, author="peniru")
    assert replier.find_own_reply(ref, WORDS) is None


@kits(answers=True)
def test_a_firewall_before_a_reply_lets_nothing_through(desk: Desk) -> None:
    replier, _, ref = _asked(desk)
    desk.fake.fault("html", desk.kit.reply_path, method="POST")
    error = desk.refused(lambda: replier.reply(ref, WORDS))
    assert not error.permanent and error.reason is not Reason.AUTH
    assert desk.fake.our_replies == [] and _posts(desk) == 1


@kits(answers=True)
def test_a_throttled_reply_is_surely_not_sent_and_waits(desk: Desk) -> None:
    replier, _, ref = _asked(desk)
    desk.fake.fault("throttle", desk.kit.reply_path, method="POST")
    error = desk.refused(lambda: replier.reply(ref, WORDS), Reason.RATE, Reason.QUOTA)
    calls = len(desk.fake.calls)
    desk.restart()
    desk.refused(lambda: _replier(desk).reply(ref, WORDS), Reason.RATE, Reason.QUOTA)
    assert len(desk.fake.calls) == calls and desk.fake.our_replies == []
    assert error.retry_after is not None
    desk.clock.now += error.retry_after
    desk.clock.move(seconds=1)
    _replier(desk).reply(ref, WORDS)
    assert _only_reply(desk).text == WORDS


@kits(answers=True, renews=True)
def test_a_reply_outlives_its_access_token(desk: Desk) -> None:
    replier, _, ref = _asked(desk)
    desk.fake.expire_access()
    replier.reply(ref, WORDS)
    assert _only_reply(desk).text == WORDS


@kits(answers=True, renews=True)
def test_a_reply_that_is_refused_for_its_token_goes_again_once(desk: Desk) -> None:
    replier, _, ref = _asked(desk)
    desk.fake.fault("expired", desk.kit.reply_path, method="POST")
    replier.reply(ref, WORDS)
    assert _only_reply(desk).text == WORDS and _posts(desk) == 2


@kits(answers=True)
def test_a_reply_to_a_comment_that_is_gone_is_refused(desk: Desk) -> None:
    replier, number, ref = _asked(desk)
    desk.fake.remove(number)
    if desk.kit.reads_target:
        assert replier.target(ref) is None
    desk.refused(lambda: replier.reply(ref, WORDS), *REFUSED)
    assert desk.fake.our_replies == []


@kits(answers=True, reads_target=True)
def test_the_target_is_read_again_as_it_now_is(desk: Desk) -> None:
    replier, number, ref = _asked(desk)
    target = replier.target(ref)
    assert target is not None and (target.external_id, target.text) == (number, "mohon dibantu")
    desk.clock.move(minutes=3)
    desk.fake.edit(number, "sudah tidak perlu")
    target = replier.target(ref)
    assert target is not None and target.text == "sudah tidak perlu"


@kits(answers=True)
def test_our_own_words_cannot_be_answered(desk: Desk) -> None:
    number = desk.fake.say("keluhan")
    desk.fake.say("jawaban rekan", parent=number, ours=True)
    desk.poll()
    assert all(row["reply_ref"] is None for row in desk.rows() if row["own"])


@kits(hides=True)
def test_a_comment_is_hidden_and_shown_again_however_often_asked(desk: Desk) -> None:
    _, number, ref = _asked(desk)
    moderator = _moderator(desk)
    for hidden, state in ((True, "hidden"), (True, "hidden"), (False, "public")):
        moderator.hide(ref, hidden=hidden)
        assert desk.fake.said[number].state == state


@kits(hides=True)
def test_hiding_what_is_gone_is_refused(desk: Desk) -> None:
    _, number, ref = _asked(desk)
    desk.fake.remove(number)
    desk.refused(lambda: _moderator(desk).hide(ref, hidden=True), *REFUSED)


@kits(hides=True)
def test_hiding_may_be_asked_again_after_a_lost_answer(desk: Desk) -> None:
    _, number, ref = _asked(desk)
    desk.fake.fault("after")
    desk.refused(lambda: _moderator(desk).hide(ref, hidden=True), Reason.UNSURE, Reason.UNREACHABLE)
    _moderator(desk).hide(ref, hidden=True)
    assert desk.fake.said[number].state == "hidden"


@kits(hooks=True)
def test_a_hook_tells_of_a_comment_or_sends_us_to_look(desk: Desk) -> None:
    desk.poll()
    number = desk.fake.say("lewat panggilan", at=desk.clock.now)
    headers, raw = desk.fake.delivery(number)
    told = _hook(desk).received(headers, raw, desk.clock.now)
    assert told.key
    if told.comments:
        assert [(one.external_id, one.text) for one in told.comments] == [
            (number, "lewat panggilan")
        ]
    else:
        assert told.poll


@kits(hooks=True)
def test_a_hook_knows_what_was_told_before(desk: Desk) -> None:
    number = desk.fake.say("sekali saja", at=desk.clock.now)
    other = desk.fake.say("yang lain", at=desk.clock.now)
    first, again, next_one = (
        _hook(desk).received(*desk.fake.delivery(one), desk.clock.now).key
        for one in (number, number, other)
    )
    assert first == again != next_one


@kits(hooks=True)
def test_a_replayed_call_changes_nothing(desk: Desk) -> None:
    desk.poll()
    headers, raw = desk.fake.delivery(desk.fake.say("sekali saja", at=desk.clock.now))
    for answer in (True, False, False):
        told = _hook(desk).received(headers, raw, desk.clock.now)
        taken = deliveries.take(desk.db, SOURCE, told, desk.clock.now)
        assert (taken is not None) is answer
    desk.clock.move(minutes=5)
    desk.poll()
    assert desk.visible() == desk.fake.visible()


@kits(hooks=True)
def test_a_hook_refuses_a_caller_without_the_secret(desk: Desk) -> None:
    headers, raw = desk.fake.delivery(desk.fake.say("palsu", at=desk.clock.now))
    wrong = {
        name: value[:-1] + ("0" if value[-1] != "0" else "1") for name, value in headers.items()
    }
    for given in ({}, wrong, dict.fromkeys(headers, ""), dict.fromkeys(headers, "é")):
        _refuses(desk, given, raw)


@kits(hooks=True, hook_signs=True)
def test_a_hook_refuses_a_changed_or_rewritten_body(desk: Desk) -> None:
    headers, raw = desk.fake.delivery(desk.fake.say("asli", at=desk.clock.now))
    rewritten = json.dumps(json.loads(raw), indent=1).encode()
    for body in (raw.replace(b"asli", b"ubah"), raw + b" ", rewritten, b""):
        if body != raw:
            _refuses(desk, headers, body)


@kits(hooks=True)
def test_a_hooks_handshake_answers_no_stranger(desk: Desk) -> None:
    assert _hook(desk).handshake({}) is None
    stranger = {"hub.mode": "subscribe", "hub.challenge": "1", "hub.verify_token": "tebakan"}
    assert _hook(desk).handshake(stranger) is None


@kits(hooks=False)
def test_where_nobody_calls_us_there_is_no_hook(desk: Desk) -> None:
    assert desk.connected.hook is None


def _asked(desk: Desk) -> tuple[Replier, str, str]:
    """A stored complaint: who answers, its id, and where to answer."""
    number = desk.fake.say("mohon dibantu", at=desk.clock.now)
    desk.poll()
    return _replier(desk), number, desk.ref_of(number)


def _replier(desk: Desk) -> Replier:
    assert desk.connected.replier is not None
    return desk.connected.replier


def _moderator(desk: Desk) -> Moderator:
    assert desk.connected.moderator is not None
    return desk.connected.moderator


def _hook(desk: Desk) -> Hook:
    assert desk.connected.hook is not None
    return desk.connected.hook


def _refuses(desk: Desk, headers: dict[str, str], raw: bytes) -> None:
    with pytest.raises(PlatformError) as refused:
        _hook(desk).received(headers, raw, desk.clock.now)
    assert refused.value.reason is Reason.PERMISSION


def _only_reply(desk: Desk) -> Said:
    (reply,) = desk.fake.our_replies
    return reply


def _posts(desk: Desk) -> int:
    """How many calls that post a reply arrived."""
    return len([call for call in desk.fake.calls if _is_post(desk, call)])


def _is_post(desk: Desk, call: Call) -> bool:
    posts = call.method == "POST" and desk.fake.needs_access(call)
    return posts and desk.kit.reply_path in call.path
