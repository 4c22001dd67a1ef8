"""YouTube: who asks, what a day allows, what its refusals mean, mentions elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.errors import PlatformError, Reason
from monitor.platforms.answer import Answer
from monitor.platforms.offer import Budget, Use
from monitor.platforms.youtube import PLATFORM
from monitor.platforms.youtube_errors import ZONE, refusal_by, until_reset
from monitor.platforms.youtube_login import BASE, CONSENT, token_url
from monitor.platforms.youtube_mentions import A_DAY
from tests.conforming import Desk
from tests.desks import filled
from tests.fakes.youtube import FakeYouTube
from tests.fakes.youtube_json import error
from tests.youtube_desk import YouTubeDesk, asked, with_key, youtube

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)  # 19.00 the day before in California
QUERY = "Pemprov Contoh"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[YouTubeDesk]:
    with youtube(tmp_path) as one:
        yield one


@pytest.fixture
def searching(tmp_path: Path) -> Iterator[YouTubeDesk]:
    with youtube(tmp_path, queries=(QUERY,)) as one:
        yield one


# ---- who asks -----------------------------------------------------------------------------------


def test_a_key_reads_what_is_public_and_never_stands_in_an_address(tmp_path: Path) -> None:
    with with_key(tmp_path) as desk:
        filled(desk.fake, 12)
        desk.fake.say("ditahan", state="held")
        desk.poll()
        desk.recheck()
        connected = desk.connected
        assert connected.replier is connected.moderator is None and connected.refetcher is not None
        health = connected.source.check()
        assert health.ok and "can neither answer nor hide" in health.detail
        assert desk.visible() == desk.fake.visible() and len(desk.rows()) == 12
        assert not any(desk.fake.access in str(call.params) for call in desk.fake.calls)
        assert not asked(desk.fake, "/commentThreads", moderationStatus="heldForReview")


def test_a_dead_key_is_told_as_such(tmp_path: Path) -> None:
    with with_key(tmp_path) as desk:
        desk.fake.access = "another"
        desk.given["secrets"] = {"token": "rahasia-kunci-mati"}
        desk.restart()
        refused = desk.refused(desk.poll, Reason.AUTH)
        assert refused.permanent and "rahasia-kunci-mati" not in str(refused)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, r"an API key \(token\) is missing"),
        ({"client_id": "klien"}, "client_id and secret belong together"),
        ({"secrets": {"refresh_token": "r"}}, "client_id and secret belong together"),
    ],
)
def test_a_missing_login_is_told_before_anybody_is_asked(
    tmp_path: Path, given: dict[str, Any], said: str
) -> None:
    with with_key(tmp_path, **{"secrets": {}, **given}) as desk:
        desk.given = {"account": FakeYouTube.our_id, **given}
        desk.restart()
        refused = desk.refused(desk.connected.source.check, Reason.AUTH)
        assert refused.permanent
        with pytest.raises(type(refused), match=said):
            desk.poll()
        assert desk.fake.calls == []


def test_the_end_of_an_app_in_testing_is_seen_coming(desk: YouTubeDesk) -> None:
    desk.fake.refresh_life = 604_799
    health = desk.connected.source.check()
    assert health.expires_at == desk.clock.now + timedelta(seconds=604_799)
    dies_at = health.expires_at
    desk.fake.refresh_life = None  # a renewal need not tell it again
    desk.clock.move(hours=2)
    assert desk.connected.source.check().expires_at == dies_at


def test_a_renewal_that_is_refused_names_the_seven_days(desk: YouTubeDesk) -> None:
    desk.fake.revoke()
    refused = desk.refused(desk.connected.source.check, Reason.AUTH)
    assert refused.permanent and "Testing" in str(refused) and "7 days" in str(refused)


def test_no_refresh_token_is_no_matter_of_testing(desk: YouTubeDesk) -> None:
    desk.given["secrets"] = {"secret": FakeYouTube.secret}
    desk.restart()
    refused = desk.refused(desk.connected.source.check, Reason.AUTH)
    assert refused.permanent and "no refresh token" in str(refused)
    assert "Testing" not in str(refused) and desk.fake.calls == []


@pytest.mark.parametrize(
    ("account", "said"),
    [
        ("UCtidakAda", "no such channel"),
        ("@diskominfocontoh", f'write account = "{FakeYouTube.our_id}"'),
    ],
)
def test_an_account_that_is_no_channel_id_is_told(tmp_path: Path, account: str, said: str) -> None:
    with youtube(tmp_path, account=account) as desk:
        health = desk.connected.source.check()
        assert not health.ok and said in health.detail
        refused = desk.refused(desk.poll, Reason.GONE)
        assert refused.permanent and "begins with UC" in str(refused)


def test_the_login_of_another_channel_is_told(desk: YouTubeDesk) -> None:
    desk.fake.consent_of = "UCorangLain"
    health = desk.connected.source.check()
    assert not health.ok and "another channel" in health.detail


def test_consent_is_asked_so_that_a_refresh_token_comes(desk: YouTubeDesk) -> None:
    assert PLATFORM.consent is CONSENT and CONSENT.extra["access_type"] == "offline"
    assert CONSENT.extra["prompt"] == "consent"
    setup = desk.connected.source._setup  # type: ignore[attr-defined]
    assert token_url(setup) == f"{desk.fake.url}/token"
    assert token_url(replace(setup, base_url=BASE)) == CONSENT.token_url


# ---- what a day allows --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        (NOW, 5),
        (datetime(2026, 11, 20, 7, 30, tzinfo=UTC), 0.5),
        (datetime(2026, 11, 20, 8, 0, 1, tzinfo=UTC), 0.5),  # their count may still be yesterday's
        (datetime(2026, 11, 1, 8, tzinfo=UTC), 24),  # the day on which their clocks go back
        (datetime(2026, 7, 1, 12, tzinfo=UTC), 19),
    ],
)
def test_a_spent_quota_waits_for_midnight_in_california(now: datetime, hours: float) -> None:
    assert until_reset(now) == timedelta(hours=hours)
    assert PLATFORM.budget == Budget(10_000, zone=ZONE, shared=True)


def test_when_others_spent_the_quota_nobody_calls_until_midnight(desk: YouTubeDesk) -> None:
    filled(desk.fake)
    desk.poll()
    desk.fake.spent_by_others = 10_000
    desk.clock.move(minutes=3)
    refused = desk.refused(desk.poll, Reason.QUOTA)
    assert refused.retry_after == until_reset(desk.clock.now)
    before = len(desk.fake.calls)
    desk.restart()
    for act in (desk.poll, desk.connected.source.check):
        desk.refused(act, Reason.RATE)
    assert len(desk.fake.calls) == before
    desk.fake.spent_by_others = 0
    desk.clock.now += refused.retry_after
    desk.fake.say("hari baru", at=desk.clock.now)
    desk.poll()
    assert desk.visible() == desk.fake.visible()


def test_a_small_budget_is_never_overdrawn(tmp_path: Path) -> None:
    with youtube(tmp_path, Budget(60, zone=ZONE)) as desk:
        desk.fake.cap, desk.fake.page_size = 60, 20
        for _ in range(25):
            filled(desk.fake, 6)
            try:
                desk.poll()
                desk.recheck()
            except PlatformError as error:
                assert error.reason is Reason.QUOTA
            desk.clock.move(minutes=3)
        assert 40 < desk.fake.spent <= 54, "a tenth is kept for replies"
        desk.clock.now += until_reset(desk.clock.now)
        desk.poll()
        assert desk.visible() == desk.fake.visible()


def test_a_first_reading_that_spends_its_share_ends_there_and_is_not_called_whole(
    tmp_path: Path,
) -> None:
    with youtube(tmp_path, Budget(30, zone=ZONE)) as desk:
        oldest = desk.clock.now - timedelta(days=20)
        for n in range(200):
            desk.fake.say(f"keluhan {n}", at=oldest + timedelta(hours=2 * n))
        pages = desk.poll()
        (known_from,) = [page.covered_from for page in pages if page.covered_from]
        shown = [row["created_at"] for row in desk.rows()]
        assert 0 < len(shown) < 200 and known_from.timestamp() == min(shown)
        desk.clock.move(minutes=10)
        late = desk.fake.say("baru saja", at=desk.clock.now)
        desk.poll()
        assert late in desk.visible()


def test_a_quiet_day_costs_a_seventh_of_the_quota(desk: YouTubeDesk) -> None:
    desk.fake.page_size = 20
    filled(desk.fake, 10)
    desk.poll()
    before = desk.fake.spent
    for _ in range(2):
        desk.clock.move(seconds=180)
        desk.poll()
    polls = timedelta(days=1) / timedelta(seconds=PLATFORM.every_seconds or 0)
    assert (desk.fake.spent - before) / 2 * polls == 1_440


# ---- what refusals mean -------------------------------------------------------------------------


def answered(body: object, status: int = 403, *, posted: bool = False) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, httpx.Headers(), raw, "host: GET x", posted)


@pytest.mark.parametrize(
    ("reason", "expected", "permanent"),
    [
        ("quotaExceeded", Reason.QUOTA, False),
        ("rateLimitExceeded", Reason.RATE, False),
        ("authError", Reason.AUTH, True),
        ("forbidden", Reason.PERMISSION, True),
        ("commentsDisabled", Reason.GONE, False),
        ("processingFailure", Reason.UNREACHABLE, False),
        ("invalidPageToken", Reason.GONE, False),
        ("videoNotFound", Reason.GONE, False),
        ("channelNotFound", Reason.GONE, True),
        ("invalidFilters", Reason.NOT_ALLOWED, True),
    ],
)
def test_what_a_refused_question_means(reason: str, expected: Reason, permanent: bool) -> None:
    reply = error(reason, "tokenmu rahasia")
    found = refusal_by(lambda: NOW)(answered(reply.body, reply.status))
    assert found is not None and (found.reason, found.permanent) == (expected, permanent)
    assert "rahasia" not in str(found) and reason in str(found)
    assert (found.retry_after is not None) is (expected in (Reason.QUOTA, Reason.RATE))


@pytest.mark.parametrize(
    ("code", "reason", "said"),
    [
        ("API_KEY_INVALID", Reason.AUTH, "the API key is not valid"),
        ("SERVICE_DISABLED", Reason.PERMISSION, "switch on YouTube Data API v3"),
    ],
)
def test_the_exact_reason_of_newer_answers_wins(code: str, reason: Reason, said: str) -> None:
    reply = error("invalidFilters", details=[{"reason": code}])
    found = refusal_by(lambda: NOW)(answered(reply.body, 400))
    assert found is not None and found.reason is reason and said in str(found)


@pytest.mark.parametrize(
    ("body", "status", "posted"),
    [
        (b"<html>", 403, False),
        ([], 403, False),
        ({"error": "invalid_grant"}, 400, False),
        ({"error": {"errors": [{"reason": "somethingNew"}, {"reason": "<b>"}, 3]}}, 403, False),
        (error("forbidden").body, 503, True),
    ],
)
def test_what_is_unknown_is_left_to_the_status(body: object, status: int, posted: bool) -> None:
    assert refusal_by(lambda: NOW)(answered(body, status, posted=posted)) is None


# ---- mentions elsewhere -------------------------------------------------------------------------


def test_comments_below_videos_of_others_are_mentions(searching: YouTubeDesk) -> None:
    desk = searching
    video = desk.fake.video_elsewhere(f"Kritik untuk {QUERY}", desk.clock.now - timedelta(days=1))
    desk.fake.post(f"{QUERY} menjawab")
    other = desk.fake.video_elsewhere("Resep sambal")
    top = desk.fake.say("kapan diperbaiki", post=video)
    below = desk.fake.say("setuju", post=video, parent=top)
    desk.fake.say("enak", post=other)
    own = desk.fake.say("di kanal sendiri")
    desk.poll()
    kinds = {row["external_id"]: row["kind"] for row in desk.rows()}
    assert kinds == {top: "mention", below: "mention", own: "comment"}
    assert {r["post_title"] for r in desk.rows() if r["kind"] == "mention"} == {
        f"Kritik untuk {QUERY}"
    }
    desk.recheck()
    assert {row["external_id"]: row["kind"] for row in desk.rows()} == kinds
    (search,) = asked(desk.fake, "/search")
    assert (search.params["type"], search.params["regionCode"]) == ("video", "ID")


def test_searches_are_paced_over_the_day(tmp_path: Path) -> None:
    with youtube(tmp_path, queries=("satu", "dua", "tiga", "empat", "lima")) as desk:
        cursor: str | None = None
        for hour in range(24):
            desk.clock.now = NOW + timedelta(hours=5 + hour)  # a day of California
            for page in desk.connected.source.collect(cursor, desk.clock.now):
                cursor = page.cursor
        assert desk.fake.searches.total() == 5 * 12, "every 90 minutes; 80 a day are allowed"
        assert A_DAY == 80


def test_the_end_of_the_searches_stops_nothing_else(searching: YouTubeDesk) -> None:
    desk = searching
    desk.fake.search_cap = 1
    video = desk.fake.video_elsewhere(f"Tentang {QUERY}")
    first = desk.fake.say("satu", post=video)
    desk.poll()
    for _ in range(4):
        desk.clock.move(minutes=30)
        last = desk.fake.say("dua", at=desk.clock.now)
        desk.poll()
        assert {first, last} <= desk.visible().keys()
    assert desk.fake.searches.total() == 2, "asked once in vain, then not again today"
    desk.fake.search_cap = 100
    desk.clock.now += until_reset(desk.clock.now)
    desk.poll()
    assert desk.fake.searches.total() == 3


def test_a_video_without_comments_is_passed_over(searching: YouTubeDesk) -> None:
    desk = searching
    silent = desk.fake.video_elsewhere(f"Sunyi {QUERY}")
    desk.fake.silenced.add(silent)
    video = desk.fake.video_elsewhere(f"Ramai {QUERY}", desk.clock.now - timedelta(hours=1))
    found = desk.fake.say("di sini boleh", post=video)
    desk.poll()
    assert found in desk.visible()


def test_a_video_is_let_go_after_two_weeks(searching: YouTubeDesk) -> None:
    desk = searching
    video = desk.fake.video_elsewhere(f"Lama {QUERY}")
    desk.fake.say("cepat", post=video)
    desk.poll()
    desk.clock.move(days=15)
    pages = desk.poll()
    assert not any(name.startswith("video:") for name in json.loads(pages[-1].cursor)["windows"])
    late = desk.fake.say("terlalu lama", post=video, at=desk.clock.now)
    desk.clock.move(hours=1)
    desk.poll()
    assert late not in desk.visible()


@pytest.mark.parametrize(("left", "searches"), [(0, 0), (5, 1)])
def test_mentions_wait_when_their_share_is_spent(
    searching: YouTubeDesk, left: int, searches: int
) -> None:
    desk = searching
    desk.poll()
    desk.clock.move(hours=1)
    for n in range(4):
        desk.fake.say("x", post=desk.fake.video_elsewhere(f"{QUERY} {n}"), at=desk.clock.now)
    own = desk.fake.say("milik sendiri", at=desk.clock.now)
    before = desk.fake.searches.total()
    spent = _spent(desk)
    desk.meter().spend(6_000 - spent - 3 - left, Use.REPLY)  # a poll of its own costs 3
    desk.poll()
    assert desk.fake.searches.total() - before == searches and own in desk.visible()
    assert _spent(desk) <= 6_000 + 3


def _spent(desk: Desk) -> float:
    day = desk.db.execute("SELECT sum(units) FROM spent").fetchone()
    return float(day[0])
