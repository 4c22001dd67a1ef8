"""Meta's Graph API: what its refusals mean, its usage headers, its cursors, its signatures."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import PlatformError, Reason
from monitor.platforms.answer import Answer
from monitor.platforms.boards import Post
from monitor.platforms.graph import next_of
from monitor.platforms.graph_errors import USAGE_HEADERS, GraphError, refusal, rest_of
from monitor.platforms.graph_rows import Ref, Titles, answerable, ref_from, title_of
from tests.fakes.clock import START

MINUTE = timedelta(minutes=1)


def answer(
    code: object = None,
    subcode: int = 0,
    *,
    status: int = 400,
    posted: bool = False,
    headers: dict[str, str] | None = None,
    body: bytes = b"",
) -> Answer:
    error = {"message": "rahasia-token di sini", "code": code, "error_subcode": subcode}
    content = body or json.dumps({"error": error}).encode()
    return Answer(status, httpx.Headers(headers or {}), content, "contoh: GET me", posted)


def usage(percent: int, minutes: int = 0) -> dict[str, str]:
    told = {"call_count": percent, "estimated_time_to_regain_access": minutes}
    return {"x-business-use-case-usage": json.dumps({"1": [{"call_count": 3}], "2": [told]})}


@pytest.mark.parametrize(
    ("code", "subcode", "reason", "permanent"),
    [
        (190, 463, Reason.AUTH, True),
        (102, 0, Reason.AUTH, True),
        (3, 0, Reason.PERMISSION, True),
        (10, 0, Reason.PERMISSION, True),
        (200, 0, Reason.PERMISSION, True),
        (299, 0, Reason.PERMISSION, True),
        (100, 33, Reason.GONE, False),
        (803, 0, Reason.GONE, False),
        (100, 0, Reason.BAD_ANSWER, False),
        (4, 0, Reason.RATE, False),
        (17, 0, Reason.RATE, False),
        (32, 0, Reason.RATE, False),
        (613, 0, Reason.RATE, False),
        (80001, 0, Reason.RATE, False),
        (80002, 0, Reason.RATE, False),
        (368, 0, Reason.NOT_ALLOWED, False),
        (506, 0, Reason.DUPLICATE, False),
        (1, 0, Reason.UNREACHABLE, False),
        (2, 0, Reason.UNREACHABLE, False),
        (999_999, 0, Reason.BAD_ANSWER, False),
    ],
)
def test_the_code_says_what_a_refusal_means(
    code: int, subcode: int, reason: Reason, permanent: bool
) -> None:
    error = refusal(answer(code, subcode))
    assert isinstance(error, GraphError)
    assert (error.reason, error.permanent, error.code) == (reason, permanent, code)
    assert f"code {code}" in str(error) and "rahasia" not in str(error)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (1, Reason.UNSURE),
        (2, Reason.UNSURE),
        (368, Reason.NOT_ALLOWED),
        (100, Reason.NOT_ALLOWED),
        (190, Reason.AUTH),
        (4242, Reason.NOT_ALLOWED),
    ],
)
def test_a_refused_post_is_surely_not_done_unless_meta_was_in_trouble(
    code: int, reason: Reason
) -> None:
    error = refusal(answer(code, posted=True))
    assert error is not None and error.reason is reason


@pytest.mark.parametrize(
    ("subcode", "words"),
    [
        (458, "app was removed"),
        (459, "log in at facebook.com"),
        (460, "changed the password"),
        (463, "expired"),
        (467, "withdrawn"),
        (0, "not valid"),
    ],
)
def test_a_dead_token_says_why_and_what_to_do(subcode: int, words: str) -> None:
    told = str(refusal(answer(190, subcode)))
    assert words in told and "make a new token" in told


def test_the_status_decides_where_the_code_says_nothing() -> None:
    assert refusal(answer(4242, status=503, posted=True)) is None
    for code in (None, "190x", -1, True):
        assert refusal(answer(code)) is None
    for body in (b"<html>", b'{"error": ', b'{"error": []}', b'{"data": "error"}', b"[1]"):
        assert refusal(answer(body=body)) is None


def test_a_refusal_with_status_200_is_one() -> None:
    error = refusal(answer(190, status=200))
    assert error is not None and error.reason is Reason.AUTH


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        (usage(100, 7), 7 * MINUTE),
        (usage(100), 60 * MINUTE),
        ({}, 60 * MINUTE),
        (usage(100, 10**9), timedelta(days=1)),
    ],
)
def test_whoever_is_throttled_waits_as_long_as_the_header_says(
    headers: dict[str, str], wait: timedelta
) -> None:
    error = refusal(answer(80001, headers=headers))
    assert error is not None and error.retry_after == wait


@pytest.mark.parametrize(
    ("headers", "rest"),
    [
        ({}, None),
        (usage(94), None),
        (usage(95), 15 * MINUTE),
        (usage(20, 3), 3 * MINUTE),
        ({"x-app-usage": '{"call_count": 1, "total_time": 97}'}, 15 * MINUTE),
        ({"x-app-usage": '{"call_count": 1, "total_cputime": "96"}'}, 15 * MINUTE),
        ({"x-app-usage": '{"call_count": null}'}, None),
        ({"x-app-usage": "[1, 2]", "x-business-use-case-usage": "broken"}, None),
    ],
)
def test_an_allowance_that_is_nearly_used_up_is_left_alone(
    headers: dict[str, str], rest: timedelta | None
) -> None:
    assert rest_of(answer(headers=headers, body=b"{}", status=200)) == rest


@given(st.text(st.characters(max_codepoint=126, min_codepoint=32)))
def test_odd_headers_never_break_an_answer(told: str) -> None:
    headers = dict.fromkeys(USAGE_HEADERS, told)
    odd = answer(headers=headers, body=b"{}", status=200)
    assert rest_of(odd) is None or json.loads(told)


@pytest.mark.parametrize(
    ("paging", "after"),
    [
        (None, None),
        ({"cursors": {"after": "abc"}}, None),
        ({"cursors": {"after": "abc"}, "next": "https://contoh.id/x?after=zzz"}, "abc"),
        ({"next": "https://contoh.id/x?access_token=rahasia&after=zzz"}, "zzz"),
        ({"next": "https://contoh.id/x"}, None),
        ({"cursors": [], "next": 3}, None),
    ],
)
def test_a_list_has_ended_when_it_names_no_next_page(paging: object, after: str | None) -> None:
    assert next_of({"data": [], "paging": paging}) == after


def test_a_reply_address_survives_the_store() -> None:
    ref = Ref("1_2", "1_1", "hidden")
    assert ref_from(ref.to_json()) == ref
    for odd in ("", "7", "[]", '{"id": 1}'):
        with pytest.raises(PlatformError) as refused:
            ref_from(odd)
        assert refused.value.reason is Reason.NOT_ALLOWED
    with pytest.raises(PlatformError, match="cannot be answered: hidden"):
        answerable(ref)


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("", None),
        ("\n  \n", None),
        ("\nJalan ditutup\nLihat peta", "Jalan ditutup"),
        ("kata " * 40, "kata " * 18 + "kata…"),
    ],
)
def test_a_posts_title_is_its_first_line(words: str, title: str | None) -> None:
    found = title_of(words)
    assert (found, len(found or "") <= 100) == (title, True)


def test_titles_are_known_of_posts_that_were_listed() -> None:
    titles, post = Titles(), Post("1", START, title="Kabar")
    titles.learn((post,))
    assert (titles.of("1"), titles.of("2"), titles.of(None)) == (post, None, None)
