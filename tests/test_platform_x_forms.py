"""X: what its refusals mean, odd rows, the length of a post, signed calls."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import PlatformError, Reason, StorageError
from monitor.platforms.answer import Answer
from monitor.platforms.base import Delivery
from monitor.platforms.x_cursor import lines_from
from monitor.platforms.x_errors import refusal, rest
from monitor.platforms.x_rows import Office, chain_of, comment_from
from monitor.platforms.x_text import has_link, measure, without_links
from monitor.records import Comment, Kind, SourceId, Visibility
from tests.conforming import Desk
from tests.desks import opened
from tests.fakes.clock import START, Clock
from tests.fakes.x import FakeX

PROBLEMS = "https://api.twitter.com/2/problems/"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened("x", tmp_path) as one:
        yield one


def answer(status: int, body: object = None, *, posted: bool = False, **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()})
    return Answer(status, named, raw, "api.contoh: GET 2/x", posted)


def judged(one: Answer) -> PlatformError | None:
    return refusal(Clock())(one)


# ---- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "posted", "reason", "permanent"),
    [
        (401, {"title": "Unauthorized"}, False, Reason.AUTH, True),
        (402, {"title": "Payment Required"}, False, Reason.QUOTA, False),
        (429, {"type": f"{PROBLEMS}usage-capped"}, False, Reason.QUOTA, False),
        (429, {"errors": [{"code": 88}]}, False, Reason.RATE, False),
        (403, {"type": f"{PROBLEMS}client-forbidden"}, False, Reason.PERMISSION, True),
        (403, {"type": f"{PROBLEMS}client-forbidden"}, True, Reason.PERMISSION, True),
        (403, {"type": "about:blank", "detail": "x"}, True, Reason.NOT_ALLOWED, False),
        (403, {"detail": "… you have not been mentioned …"}, True, Reason.NOT_ALLOWED, False),
        (403, {"detail": "… with duplicate content."}, True, Reason.DUPLICATE, False),
        (403, {"errors": [{"message": "deleted or not visible"}]}, True, Reason.GONE, False),
        (404, {"type": f"{PROBLEMS}resource-not-found"}, False, Reason.GONE, False),
        (400, {"type": f"{PROBLEMS}invalid-request"}, False, Reason.NOT_ALLOWED, False),
    ],
)
def test_a_problem_is_told_by_its_kind(
    status: int, body: object, posted: bool, reason: Reason, permanent: bool
) -> None:
    error = judged(answer(status, body, posted=posted))
    assert error is not None
    assert (error.reason, error.permanent) == (reason, permanent)
    assert "mentioned …" not in str(error)


@pytest.mark.parametrize(
    ("status", "body", "posted"),
    [
        (403, b"<html></html>", False),
        (503, {"type": f"{PROBLEMS}usage-capped"}, True),
        (500, {"title": "x"}, False),
        (403, {"type": "about:blank", "detail": "not been mentioned"}, False),
        (400, {"error": "invalid_request"}, True),
        (404, b"", False),
        (400, b"[]", False),
    ],
)
def test_what_the_body_does_not_tell_is_left_to_the_status(
    status: int, body: object, posted: bool
) -> None:
    assert judged(answer(status, body, posted=posted)) is None


def test_a_wait_lasts_until_the_window_begins_anew() -> None:
    soon, tomorrow = (str(int((START + wait).timestamp())) for wait in (7 * MINUTE, 600 * MINUTE))
    waits = [
        judged(answer(429, {}, x_rate_limit_reset=soon)),
        judged(
            answer(
                429,
                {},
                x_rate_limit_reset=soon,
                x_user_limit_24hour_remaining="0",
                x_user_limit_24hour_reset=tomorrow,
            )
        ),
        judged(answer(429, {}, x_rate_limit_reset="1")),
        judged(answer(429, {}, retry_after="30")),
        judged(answer(429, {}, x_rate_limit_reset="nanti")),
    ]
    assert [error and error.retry_after for error in waits] == [
        7 * MINUTE,
        600 * MINUTE,
        timedelta(seconds=1),
        timedelta(seconds=30),
        15 * MINUTE,
    ]


def test_the_last_call_of_a_window_is_followed_by_a_rest() -> None:
    reset = str(int((START + 4 * MINUTE).timestamp()))
    empty = {"x_rate_limit_remaining": "0", "x_rate_limit_reset": reset}
    assert rest(Clock(), answer(200, {}, **empty)) == 4 * MINUTE
    assert rest(Clock(), answer(200, {}, **{**empty, "x_rate_limit_remaining": "3"})) is None
    assert rest(Clock(), answer(200, {}, x_rate_limit_remaining="0")) is None


# ---- rows ---------------------------------------------------------------------------------------

OFFICE = Office(SourceId("x"), "1", {"5": "warga"})
ROW: dict[str, Any] = {"id": "1990000000000000001", "created_at": "2026-11-20T03:00:00.000Z"}


def made(**fields: Any) -> Comment | None:
    return comment_from({**ROW, **fields}, OFFICE, summoned=False)


@pytest.mark.parametrize("wrong", [{"id": None}, {"created_at": None}])
def test_a_row_without_id_or_time_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        made(**wrong)


@pytest.mark.parametrize("kind", ["retweeted", "reposted"])
@pytest.mark.parametrize("name", ["referenced_tweets", "referenced_posts"])
def test_a_bare_repost_is_nobodys_complaint(name: str, kind: str) -> None:
    assert made(**{name: [{"type": kind, "id": "7"}]}) is None


def test_what_is_missing_costs_nothing() -> None:
    bare = made()
    assert bare is not None
    assert (bare.text, bare.author_id, bare.author_name) == ("", None, None)
    assert (bare.kind, bare.reply_block) == (Kind.POST, "not_summoned")
    assert bare.permalink == "https://x.com/i/status/1990000000000000001"
    named = made(author_id="5", in_reply_to_user_id="1", edit_history_tweet_ids="odd")
    assert named is not None and named.kind is Kind.MENTION
    assert (named.author_name, named.reply_ref) == ("warga", ROW["id"])
    assert named.permalink == "https://x.com/warga/status/1990000000000000001"


def test_our_own_words_are_known_by_the_account() -> None:
    own = made(author_id="1")
    assert own is not None and own.author_is_owner and own.reply_block == "own"


def test_a_chain_is_ordered_by_age_not_by_its_letters() -> None:
    assert chain_of({"id": "1000", "edit_history_tweet_ids": ["999", "1000", 5]}) == ["999", "1000"]


def test_long_posts_and_short_addresses_are_read_whole() -> None:
    links = [{"url": "https://t.co/abc", "expanded_url": "https://contoh.go.id/a"}, {"url": ""}]
    short = made(text="lihat https://t.co/abc &amp; balas", entities={"urls": links})
    long = made(text="awal…", note_tweet={"text": "awal dan akhir"})
    assert short is not None and short.text == "lihat https://contoh.go.id/a & balas"
    assert long is not None and long.text == "awal dan akhir"


@pytest.mark.parametrize(
    "damaged",
    [
        '{"version": 1}',
        '{"version": 1, "lines": [], "first_from": null}',
        '{"version": 1, "lines": {"mentions": {}}, "first_from": null}',
        '{"version": 1, "lines": {"m": {"since_id": null, "done_at": null, "reading": {"x": 1}}}}',
    ],
)
def test_a_damaged_cursor_is_refused(damaged: str) -> None:
    with pytest.raises(StorageError, match="cursor of x: not readable"):
        lines_from(damaged, "x", START)


# ---- length -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", 0),
        ("Terima kasih.", 13),
        ("a" * 280, 280),
        ("é", 1),
        ("e\u0301", 1),
        ("“kutip” – …", 12),
        ("日本", 4),
        ("€", 2),
        ("🙏", 2),
        ("🙏🏽", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("🇮🇩", 2),
        ("1️⃣", 2),
        ("❤️", 2),
        ("https://contoh.go.id/panjang/sekali?dan=lagi&x=1", 23),
        ("lihat https://contoh.go.id.", 6 + 23 + 1),
        ("contoh.go.id", 23),
        ("Buka kalteng.go.id/jalan, ya", 5 + 23 + 4),
        ("surat@contoh.go.id", 18),
        ("selesai.Kami cek", 16),
        ("pukul 10.00", 11),
    ],
)
def test_a_post_is_measured_as_x_does(text: str, weight: int) -> None:
    assert measure(text) == weight


def test_links_are_seen_and_left_out() -> None:
    assert has_link("ke contoh.go.id ya") and not has_link("jam 10.00, kata Bu Ani.")
    assert without_links("ke https://contoh.go.id/a, ya contoh.com.") == "ke , ya ."


@given(st.text(max_size=60))
def test_a_post_weighs_at_most_two_a_sign_and_links(text: str) -> None:
    assert 0 <= measure(text) <= 2 * len(text) * 3 + 23 * text.count(".")


# ---- calls --------------------------------------------------------------------------------------


def fake_of(desk: Desk) -> FakeX:
    assert isinstance(desk.fake, FakeX)
    return desk.fake


def told(desk: Desk, given: tuple[dict[str, str], bytes]) -> Delivery:
    assert desk.connected.hook is not None
    return desk.connected.hook.received(*given, desk.clock.now)


def event(desk: Desk, **body: Any) -> Delivery:
    return told(desk, fake_of(desk).signed(json.dumps(body).encode()))


def test_the_challenge_is_answered_with_the_apps_secret(desk: Desk) -> None:
    hook = desk.connected.hook
    assert hook is not None
    answered = hook.handshake({"crc_token": "tantangan", "nonce": "x"})
    headers, _ = fake_of(desk).signed(b"tantangan")
    assert json.loads(answered or "") == {"response_token": headers["x-twitter-webhooks-signature"]}
    desk.given["secrets"] = {"refresh_token": desk.fake.refresh}
    desk.restart()
    assert desk.connected.hook is not None
    assert desk.connected.hook.handshake({"crc_token": "tantangan"}) is None


def test_a_body_that_somebody_made_up_is_no_challenge(desk: Desk) -> None:
    """Challenge and body are sealed with one key: whoever asks must not get a body sealed."""
    hook = desk.connected.hook
    assert hook is not None
    forged = json.dumps({"for_user_id": desk.fake.our_id, "tweet_delete_events": []})
    assert hook.handshake({"crc_token": forged}) is None
    assert hook.handshake({"crc_token": "NGYxZmQ1YTMtN2Y5OC00ZmY2+/=="}) is not None


def test_a_deletion_is_told(desk: Desk) -> None:
    number = desk.fake.say("keluhan")
    assert told(desk, desk.fake.delivery(number, "remove")).gone == ((number, Visibility.DELETED),)


def test_an_old_shape_becomes_todays_comment(desk: Desk) -> None:
    top = desk.fake.say("pertanyaan <3", at=desk.clock.now)
    below = desk.fake.say("ikut", parent=top, at=desk.clock.now, author="warga2")
    (first,) = told(desk, desk.fake.delivery(top)).comments
    (second,) = told(desk, desk.fake.delivery(below)).comments
    assert (first.external_id, first.author_name, first.reply_ref) == (top, "warga", top)
    assert (
        first.created_at == desk.clock.now
        and first.permalink == f"https://x.com/warga/status/{top}"
    )
    assert (second.parent_id, second.thread_id) == (top, top)


def test_an_edit_is_told_under_its_first_id(desk: Desk) -> None:
    number = desk.fake.say("jalan rsak")
    desk.fake.edit(number, "jalan rusak")
    (comment,) = told(desk, desk.fake.delivery(number)).comments
    assert (comment.external_id, comment.text) == (number, "jalan rusak")
    assert comment.reply_ref == desk.fake.said[number].extra["chain"][-1]


def test_long_old_posts_reposts_and_our_own_are_told_apart(desk: Desk) -> None:
    long = fake_of(desk).old_row(desk.fake.said[desk.fake.say("pendek")])
    long |= {"extended_tweet": {"full_text": "panjang sekali"}, "timestamp_ms": None}
    own = fake_of(desk).old_row(desk.fake.said[desk.fake.say("kami", ours=True)])
    shared = {**long, "id_str": "9", "edit_history": None, "retweeted_status": {"id_str": "8"}}
    given = event(desk, for_user_id=FakeX.our_id, tweet_create_events=[long, own, shared])
    assert [comment.text for comment in given.comments] == ["panjang sekali"]
    assert given.comments[0].created_at == desk.clock.now
    assert given.poll, "one of two was none of ours: a poll knows best"


def test_a_post_without_a_time_makes_us_look(desk: Desk) -> None:
    odd = {"id_str": "7", "text": "x", "created_at": "kemarin", "user": {"id_str": "5"}}
    given = event(desk, for_user_id=FakeX.our_id, tweet_create_events=[odd])
    assert given.poll and not given.comments


@pytest.mark.parametrize(
    ("body", "poll"),
    [
        ({"for_user_id": FakeX.our_id, "favorite_events": [{}]}, False),
        ({"for_user_id": "999", "tweet_create_events": [{"id_str": "7"}]}, False),
        ({"data": {"event_type": "post.mention.create", "payload": {}}}, True),
    ],
)
def test_other_events_are_left_alone_and_new_shapes_make_us_look(
    desk: Desk, body: dict[str, Any], poll: bool
) -> None:
    found = event(desk, **body)
    assert found.poll is poll and found.key and not found.comments and not found.gone


@pytest.mark.parametrize("raw", [b"", b"[]"])
def test_a_signed_call_of_no_known_form_is_a_bad_answer(desk: Desk, raw: bytes) -> None:
    with pytest.raises(PlatformError) as refused:
        told(desk, fake_of(desk).signed(raw))
    assert refused.value.reason is Reason.BAD_ANSWER


def test_instants_are_utc() -> None:
    comment = made()
    assert comment is not None and comment.created_at == datetime(2026, 11, 20, 3, tzinfo=UTC)
