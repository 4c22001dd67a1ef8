"""Consent in the browser: what is asked, what is taken back, and which errors a server makes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import PlatformError, Reason
from monitor.platforms.consent import REDIRECT, Asked, asked, code_in, exchanged
from monitor.platforms.offer import Consent
from tests.fakes.newcomer import CLIENT, CLIENT_SECRET, FakeNewcomer

CONSENT = Consent(
    "https://izin.example/masuk?tema=gelap",
    "https://izin.example/token",
    ("baca", "balas"),
    {"access_type": "offline"},
)
QUESTION = Asked("https://izin.example/", REDIRECT, "keadaan-1", "pembukti-1")


def params(question: Asked) -> dict[str, str]:
    return {key: value[0] for key, value in parse_qs(urlsplit(question.address).query).items()}


def test_the_address_names_all_that_the_server_wants() -> None:
    question = asked(CONSENT, "aplikasi & 1")
    found = params(question)
    assert found.pop("state") == question.state
    assert len(found.pop("code_challenge")) == 43
    assert found == {
        "tema": "gelap",
        "response_type": "code",
        "client_id": "aplikasi & 1",
        "redirect_uri": REDIRECT,
        "scope": "baca balas",
        "code_challenge_method": "S256",
        "access_type": "offline",
    }
    assert question.verifier not in question.address
    assert question.verifier not in repr(question) and question.state not in repr(question)


def test_every_question_is_another() -> None:
    first, second = asked(CONSENT, "a"), asked(CONSENT, "a")
    assert first.state != second.state
    assert first.verifier != second.verifier


def test_a_platform_may_name_its_own_scope_and_address_and_a_person_another() -> None:
    own = Consent("https://izin.example/", "https://izin.example/t", ("a",), {"scope": "a,b"})
    assert params(asked(own, "x"))["scope"] == "a,b"
    fixed = Consent("https://izin.example/", "https://izin.example/t", (), {"redirect_uri": "s://"})
    assert asked(fixed, "x").redirect == "s://"
    assert params(asked(fixed, "x", "https://kantor.example/"))["redirect_uri"] == (
        "https://kantor.example/"
    )


@pytest.mark.parametrize(
    "pasted",
    [
        f"{REDIRECT}?code=4%2Fkode-1&state=keadaan-1",
        f"  '{REDIRECT}?state=keadaan-1&code=4%2Fkode-1&scope=a%20b'  ",
        f"{REDIRECT}#code=4%2Fkode-1&state=keadaan-1",
        "/?code=4%2Fkode-1&state=keadaan-1",
        "4%2Fkode-1",
        "4/kode-1",
    ],
)
def test_the_code_is_found_in_whatever_a_person_copies(pasted: str) -> None:
    assert code_in(pasted, QUESTION) == "4/kode-1"


@pytest.mark.parametrize(
    ("pasted", "reason"),
    [
        (f"{REDIRECT}?code=k&state=lain", Reason.AUTH),
        (f"{REDIRECT}?code=k", Reason.AUTH),
        (f"{REDIRECT}?code=k&state=é", Reason.AUTH),
        (f"{REDIRECT}?error=access_denied", Reason.AUTH),
        (f"{REDIRECT}?error=access_denied&state=keadaan-1", Reason.PERMISSION),
        (f"{REDIRECT}?state=keadaan-1", Reason.BAD_ANSWER),
        (f"{REDIRECT}?code=&state=keadaan-1", Reason.BAD_ANSWER),
        ("", Reason.BAD_ANSWER),
        ("sudah saya setujui", Reason.BAD_ANSWER),
        ("http://[?code=k&state=keadaan-1", Reason.AUTH),
    ],
)
def test_an_answer_without_our_state_or_a_code_is_refused(pasted: str, reason: Reason) -> None:
    with pytest.raises(PlatformError) as caught:
        code_in(pasted, QUESTION)
    assert caught.value.reason is reason


@given(st.text(max_size=60))
def test_whatever_is_pasted_is_a_code_or_a_refusal(pasted: str) -> None:
    try:
        assert code_in(pasted, QUESTION)
    except PlatformError as error:
        assert error.reason in (Reason.AUTH, Reason.BAD_ANSWER, Reason.PERMISSION)


# The server.


@pytest.fixture
def site() -> Iterator[FakeNewcomer]:
    with FakeNewcomer() as fake:
        yield fake


def given_by(site: FakeNewcomer, now: datetime, secret: str = CLIENT_SECRET) -> object:
    consent = Consent(f"{site.url}/authorize", f"{site.url}/token", ("baca", "balas"))
    question = asked(consent, CLIENT)
    code = code_in(site.approve(question.address), question)
    return exchanged(consent, question, code, (CLIENT, secret), now, 2.0)


def test_tokens_come_with_their_lives(site: FakeNewcomer, now: datetime) -> None:
    site.scope = "balas, baca"
    tokens = given_by(site, now)
    assert vars_of(tokens) == (
        site.access,
        site.refresh,
        now + timedelta(hours=1),
        now + timedelta(days=60),
    )


def vars_of(tokens: object) -> tuple[object, ...]:
    names = ("access", "refresh", "expires_at", "refresh_expires_at")
    return tuple(getattr(tokens, name) for name in names)


@pytest.mark.parametrize(
    ("mode", "status", "reason"),
    [
        ("status", 503, Reason.UNREACHABLE),
        ("status", 400, Reason.AUTH),
        ("html", 403, Reason.PERMISSION),
        ("after", 0, Reason.UNREACHABLE),
        ("drop", 0, Reason.UNREACHABLE),
        ("cut", 0, Reason.UNREACHABLE),
    ],
)
def test_a_fault_of_the_server_has_its_reason_and_tells_no_secret(
    site: FakeNewcomer, now: datetime, mode: str, status: int, reason: Reason
) -> None:
    site.fault(mode, "/token", status=status)
    with pytest.raises(PlatformError) as caught:
        given_by(site, now)
    assert caught.value.reason is reason
    for secret in (site.access, site.refresh, CLIENT_SECRET, "kode"):
        assert secret not in str(caught.value)


def test_only_known_words_of_a_refusal_are_repeated(site: FakeNewcomer, now: datetime) -> None:
    with pytest.raises(PlatformError, match="HTTP 401: invalid_client") as caught:
        given_by(site, now, "salah")
    assert "rahasia-dalam" not in str(caught.value)


def test_a_refusal_that_is_no_json_is_told_by_its_status(site: FakeNewcomer, now: datetime) -> None:
    site.fault("cut", "/token", status=0)
    site.revoke()
    with pytest.raises(PlatformError, match="HTTP 401"):
        given_by(site, now, "salah-sekali")


def test_an_answer_that_names_fewer_scopes_is_refused(site: FakeNewcomer, now: datetime) -> None:
    site.scope = "baca"
    with pytest.raises(PlatformError, match="not allowed: balas") as caught:
        given_by(site, now)
    assert caught.value.reason is Reason.PERMISSION
