"""The request wrapper: what each failure becomes, and that nothing secret is ever told."""

from __future__ import annotations

import gzip
import logging
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest

from monitor.errors import ConfigError, PlatformError, Reason
from monitor.platforms.http import Http
from tests.fakes.wordpress import PASSWORD, FakeWordPress

BASE = "https://petugas:kata-sandi@situs.example/blog/?token=rahasia"
SECRETS = ("kata-sandi", "petugas", "rahasia")
Handler = Callable[[httpx.Request], httpx.Response]


def client(answer: httpx.Response | Handler, **settings: object) -> Http:
    handler = answer if callable(answer) else lambda request: answer
    return Http(BASE, transport=httpx.MockTransport(handler), **settings)  # type: ignore[arg-type]


def failure(act: Callable[[], object]) -> PlatformError:
    with pytest.raises(PlatformError) as caught:
        act()
    error: BaseException | None = caught.value
    while error is not None:
        assert not any(secret in str(error) for secret in SECRETS)
        error = error.__cause__
    return caught.value


def raising(error: Exception) -> Handler:
    def handler(request: httpx.Request) -> httpx.Response:
        raise error

    return handler


class Slow(httpx.SyncByteStream):
    """A body that comes in pieces and may break off."""

    def __init__(self, pieces: list[bytes], end: Exception | None = None) -> None:
        self.pieces, self.end = pieces, end

    def __iter__(self) -> Iterator[bytes]:
        yield from self.pieces
        if self.end is not None:
            raise self.end


def test_an_answer_is_parsed_and_the_credentials_are_sent() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"a": 1})

    http = client(handler)
    assert http.get("api/x", {"q": "a+b"}).json() == {"a": 1}
    assert seen[0].url.path == "/blog/api/x"
    assert seen[0].url.query == b"q=a%2Bb"
    assert seen[0].headers["authorization"].startswith("Basic ")
    assert http.host == "situs.example"
    assert http.address == "https://situs.example/blog/"
    http.close()
    http.close()


def test_an_empty_path_keeps_the_query_of_the_base() -> None:
    answer = client(lambda request: httpx.Response(200, text=str(request.url))).get()
    assert answer.body.decode() == "https://situs.example/blog/?token=rahasia"


def test_a_byte_order_mark_before_json_is_ignored() -> None:
    assert client(httpx.Response(200, content=b"\xef\xbb\xbf[1]")).get().json() == [1]


@pytest.mark.parametrize(
    ("status", "reason", "permanent"),
    [
        (400, Reason.BAD_ANSWER, False),
        (401, Reason.AUTH, True),
        (403, Reason.PERMISSION, True),
        (404, Reason.GONE, False),
        (408, Reason.UNREACHABLE, False),
        (409, Reason.DUPLICATE, False),
        (410, Reason.GONE, True),
        (429, Reason.RATE, False),
        (500, Reason.UNREACHABLE, False),
        (503, Reason.UNREACHABLE, False),
        (520, Reason.UNREACHABLE, False),
    ],
)
def test_each_status_of_a_question_has_its_reason(
    status: int, reason: Reason, permanent: bool
) -> None:
    error = failure(lambda: client(httpx.Response(status, json={})).get("x"))
    assert (error.reason, error.permanent) == (reason, permanent)
    assert str(status) in str(error)
    assert "situs.example: GET x" in str(error)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (301, Reason.NOT_ALLOWED),
        (302, Reason.UNSURE),
        (303, Reason.UNSURE),
        (308, Reason.NOT_ALLOWED),
        (400, Reason.NOT_ALLOWED),
        (401, Reason.AUTH),
        (403, Reason.PERMISSION),
        (404, Reason.GONE),
        (408, Reason.UNSURE),
        (409, Reason.DUPLICATE),
        (413, Reason.NOT_ALLOWED),
        (429, Reason.RATE),
        (500, Reason.UNSURE),
        (502, Reason.UNSURE),
        (503, Reason.UNSURE),
    ],
)
def test_each_status_of_a_post_says_whether_it_may_stand(status: int, reason: Reason) -> None:
    answer = httpx.Response(status, json={}, headers={"location": "https://lain.example/"})
    assert failure(lambda: client(answer).post("x", {})).reason is reason


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "7"}, timedelta(seconds=7)),
        ({"retry-after": "99999999999999"}, timedelta(days=1)),
        (
            {
                "retry-after": "Sun, 22 Nov 2026 03:02:00 GMT",
                "date": "Sun, 22 Nov 2026 03:00:00 GMT",
            },
            timedelta(minutes=2),
        ),
        (
            {"retry-after": "Sun, 22 Nov 2026 03:02:00", "date": "Sun, 22 Nov 2026 03:00:00"},
            timedelta(minutes=2),
        ),
        ({"retry-after": "Sun, 22 Nov 1998 03:00:00 GMT"}, timedelta(0)),
        ({"retry-after": "Sun, 22 Nov 2099 03:00:00 GMT"}, timedelta(days=1)),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(
    headers: dict[str, str], wait: timedelta | None
) -> None:
    error = failure(lambda: client(httpx.Response(429, headers=headers)).get("x"))
    assert error.retry_after == wait


def test_a_busy_server_with_retry_after_is_a_rate_limit() -> None:
    error = failure(lambda: client(httpx.Response(503, headers={"retry-after": "60"})).get("x"))
    assert (error.reason, error.retry_after) == (Reason.RATE, timedelta(minutes=1))


@pytest.mark.parametrize("status", [401, 403])
def test_a_firewall_page_is_not_taken_for_our_account(status: int) -> None:
    answer = httpx.Response(status, html="<!DOCTYPE html><html>Checking your browser</html>")
    error = failure(lambda: client(answer).get("x"))
    assert (error.reason, error.permanent) == (Reason.BAD_ANSWER, False)
    error = failure(lambda: client(answer).post("x", {}))
    assert (error.reason, error.permanent) == (Reason.PERMISSION, False)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, html="<html>masuk dulu</html>"),
        httpx.Response(200, content=b"\xef\xbb\xbf <!DOCTYPE HTML>"),
        httpx.Response(200, html="<p>pemeliharaan</p>"),
        httpx.Response(200, content=b'[{"id":1,"na'),
        httpx.Response(200, content=b""),
        httpx.Response(204),
        httpx.Response(200, content=b"[" * 100_000),
        httpx.Response(200, content=b'{"a": "\xff"}'),
    ],
)
def test_what_is_no_json_is_a_bad_answer_and_unsure_after_a_post(answer: httpx.Response) -> None:
    assert failure(lambda: client(answer).get("x").json()).reason is Reason.BAD_ANSWER
    error = failure(lambda: client(answer).post("x", {}).json())
    assert (error.reason, error.permanent) == (Reason.UNSURE, False)


def test_json_labelled_as_html_is_still_json() -> None:
    answer = httpx.Response(200, content=b"[1]", headers={"content-type": "text/html"})
    assert client(answer).get("x").json() == [1]


@pytest.mark.parametrize(
    ("error", "of_get", "of_post"),
    [
        (httpx.ConnectError("x"), Reason.UNREACHABLE, Reason.UNREACHABLE),
        (httpx.ConnectTimeout("x"), Reason.UNREACHABLE, Reason.UNREACHABLE),
        (httpx.PoolTimeout("x"), Reason.UNREACHABLE, Reason.UNREACHABLE),
        (httpx.ProxyError("x"), Reason.UNREACHABLE, Reason.UNREACHABLE),
        (httpx.ReadTimeout("x"), Reason.UNREACHABLE, Reason.UNSURE),
        (httpx.WriteTimeout("x"), Reason.UNREACHABLE, Reason.UNSURE),
        (httpx.ReadError("x"), Reason.UNREACHABLE, Reason.UNSURE),
        (httpx.WriteError("x"), Reason.UNREACHABLE, Reason.UNSURE),
        (httpx.RemoteProtocolError("x"), Reason.BAD_ANSWER, Reason.UNSURE),
        (httpx.DecodingError("x"), Reason.BAD_ANSWER, Reason.UNSURE),
    ],
)
def test_a_broken_line_is_unsure_only_once_a_post_may_have_left(
    error: Exception, of_get: Reason, of_post: Reason
) -> None:
    http = client(raising(error))
    assert failure(lambda: http.get("x")).reason is of_get
    assert failure(lambda: http.post("x", {})).reason is of_post


def test_nobody_listening_is_unreachable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        http = Http(f"http://127.0.0.1:{free.getsockname()[1]}/", timeout=2.0)
        assert failure(lambda: http.post("x", {})).reason is Reason.UNREACHABLE
        assert failure(http.head_of).reason is Reason.UNREACHABLE


@pytest.mark.parametrize(
    ("mode", "delay"), [("drop", 0.0), ("after", 0.0), ("cut", 0.0), ("delay", 0.6)]
)
def test_over_a_real_line_a_lost_answer_is_unsure(mode: str, delay: float) -> None:
    with FakeWordPress() as site:
        http = Http(site.url, ("moderator", PASSWORD), timeout=0.2)
        site.fault("/comments", mode=mode, delay=delay)
        body = {"post": 1, "content": "x"}
        error = failure(lambda: http.post("wp-json/wp/v2/comments", body).json())
        assert error.reason is Reason.UNSURE


def test_an_answer_that_is_too_large_is_refused_before_it_is_read() -> None:
    pulled: list[int] = []

    def body() -> Iterator[bytes]:
        for number in range(1_000):
            pulled.append(number)
            yield b"x" * 1_000

    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=body())

    error = failure(lambda: client(handler, max_bytes=5_000).get("x"))
    assert (error.reason, error.permanent) == (Reason.BAD_ANSWER, True)
    assert "larger than 5000 bytes" in str(error)
    assert len(pulled) < 10
    error = failure(lambda: client(handler, max_bytes=5_000).post("x", {}))
    assert (error.reason, error.permanent) == (Reason.UNSURE, False)


def test_a_packed_bomb_is_measured_unpacked() -> None:
    bomb = gzip.compress(b"0" * 3_000_000)
    answer = httpx.Response(200, stream=Slow([bomb]), headers={"content-encoding": "gzip"})
    assert "larger than" in str(failure(lambda: client(answer, max_bytes=100_000).get("x")))


def test_a_dripping_answer_ends_at_the_deadline() -> None:
    answer = httpx.Response(200, stream=Slow([b"x"] * 3))
    assert failure(lambda: client(answer, timeout=0.0).get("x")).reason is Reason.UNREACHABLE


def test_a_refusal_counts_even_if_its_body_breaks_off() -> None:
    broken = httpx.Response(409, stream=Slow([b'{"co'], httpx.ReadError("cut")))
    assert failure(lambda: client(broken).post("x", {})).reason is Reason.DUPLICATE


def test_a_body_that_breaks_off_fails_a_good_answer() -> None:
    broken = httpx.Response(200, stream=Slow([b"[1"], httpx.ReadError("cut")))
    assert failure(lambda: client(broken).get("x")).reason is Reason.UNREACHABLE


def test_the_body_of_a_refusal_is_read_only_so_far() -> None:
    long = httpx.Response(404, stream=Slow([b"x" * 40_000] * 100))
    assert failure(lambda: client(long).get("x")).reason is Reason.GONE


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("https://www.situs.example/a?token=rahasia", "https://www.situs.example:"),
        ("/lain", "itself"),
    ],
)
def test_a_redirect_names_the_right_address_and_is_not_followed(location: str, told: str) -> None:
    answer = httpx.Response(301, headers={"location": location})
    error = failure(lambda: client(answer).get("x"))
    assert (error.reason, error.permanent) == (Reason.BAD_ANSWER, True)
    assert f"redirects to {told}" in str(error).replace("itself:", "itself")


def test_a_redirect_to_nowhere_is_a_bad_answer() -> None:
    answer = httpx.Response(301, headers={"location": "http://lain.example:pintu/"})
    assert failure(lambda: client(answer).get("x")).reason is Reason.BAD_ANSWER


def test_a_question_follows_redirects_when_told_but_not_with_the_password() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if request.url.host == "situs.example":
            return httpx.Response(302, headers={"location": "https://lain.example/"})
        return httpx.Response(200, json=[])

    assert client(handler, follow=True).get("x").json() == []
    assert "authorization" not in seen[1].headers


def test_not_modified_is_an_answer_to_a_question_only() -> None:
    http = client(httpx.Response(304))
    assert http.get("x", headers={"If-None-Match": '"a"'}).status == 304
    assert failure(lambda: http.post("x", {})).reason is Reason.NOT_ALLOWED


def test_the_headers_of_a_page_are_read_without_credentials_whatever_its_status() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        assert "authorization" not in request.headers
        return httpx.Response(500, headers={"link": "<x>"}, content=b"x" * 10)

    assert client(handler).head_of()["link"] == "<x>"


def test_a_platform_may_know_better_what_a_refusal_means() -> None:
    better = PlatformError("closed", reason=Reason.NOT_ALLOWED)
    http = client(httpx.Response(403, json={}), refusal=lambda answer: better)
    assert failure(lambda: http.post("x", {})) is better
    http = client(httpx.Response(403, json={}), refusal=lambda answer: None)
    assert failure(lambda: http.post("x", {})).reason is Reason.PERMISSION


def test_half_a_letter_can_be_posted() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=request.content)

    assert client(handler).post("x", {"t": "\ud83d"}).body == b'{"t": "\\ud83d"}'


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("https://situs.example/blog/wp-json/", "wp-json"),
        ("https://situs.example/blog/", ""),
        ("https://situs.example/wp-json/", None),
        ("https://lain.example/blog/wp-json/", None),
        ("https://situs.example/blog/?rest_route=/", None),
        ("http://situs.example:pintu/", None),
    ],
)
def test_only_addresses_below_the_base_have_a_path(address: str, path: str | None) -> None:
    assert client(httpx.Response(200)).path_below(address) == path


@pytest.mark.parametrize(
    "address", ["", "situs.example", "ftp://situs.example/", "http://a.example:pintu/", "/x"]
)
def test_a_base_that_is_no_web_address_is_a_configuration_error(address: str) -> None:
    with pytest.raises(ConfigError, match="base_url"):
        Http(address)


def test_libraries_that_were_loud_before_write_no_address(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    client(httpx.Response(200, json={"ok": True})).get("bot1:rahasia/getMe")
    assert caplog.text == ""
