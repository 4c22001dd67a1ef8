"""What is special to Google Play: the key file, one week, stars, one answer, an hour's calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from monitor.errors import ConfigError, PlatformError, Reason
from monitor.platforms import google_play_rows as rows
from monitor.platforms.answer import Answer
from monitor.platforms.google_play import PLATFORM, GooglePlay
from monitor.platforms.google_play_errors import refusal
from monitor.platforms.google_play_key import key_from
from monitor.records import Kind, SourceId
from tests.conforming import Desk
from tests.desks import filled, opened
from tests.fakes.google_play import ANSWER, EMAIL, PACKAGE, FakeGooglePlay

APP = rows.App(SourceId("kanal"), PACKAGE)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened("google_play", tmp_path) as one:
        yield one


@pytest.fixture
def fake(desk: Desk) -> FakeGooglePlay:
    assert isinstance(desk.fake, FakeGooglePlay)
    return desk.fake


def review(**user: Any) -> dict[str, Any]:
    said = {"text": "tidak bisa masuk", "lastModified": {"seconds": "1795000000"}, "starRating": 1}
    return {"reviewId": "gp:1", "authorName": "Warga", "comments": [{"userComment": said | user}]}


# ---- reviews ------------------------------------------------------------------------------------


def test_a_review_is_told_with_its_stars_and_app() -> None:
    found = rows.review_of(
        review(thumbsUpCount=4, reviewerLanguage="id", appVersionName="3.1", device="x"), APP
    )
    assert found is not None
    assert (found.kind, found.rating, found.like_count) == (Kind.REVIEW, 1.0, 4)
    assert (found.author_id, found.author_name) == ("gp:1", "Warga")
    assert found.post_id == PACKAGE and found.post_url is not None
    assert found.permalink == f"{found.post_url}&reviewId=gp%3A1"
    assert json.loads(found.raw) == {"language": "id", "app_version": "3.1"}
    assert found.created_at == datetime.fromtimestamp(1_795_000_000, UTC)


def test_a_title_before_a_tab_is_a_line_of_its_own() -> None:
    found = rows.review_of(review(text="Lambat\tSering gagal masuk"), APP)
    assert found is not None and found.text == "Lambat\nSering gagal masuk"


@pytest.mark.parametrize("stars", [0, 6, None, "lima", -1])
def test_odd_stars_are_no_stars(stars: object) -> None:
    found = rows.review_of(review(starRating=stars), APP)
    assert found is not None and found.rating is None


@pytest.mark.parametrize(
    "odd",
    [
        {"comments": [{"userComment": {"text": "tanpa waktu"}}], "reviewId": "gp:2"},
        {"comments": [{"userComment": {"text": "x", "lastModified": {"seconds": "1"}}}]},
        {"comments": None, "reviewId": "gp:2"},
        {"comments": [{"userComment": None}, "x"], "reviewId": "gp:2"},
        {"comments": [{"developerComment": {"text": "tanpa waktu"}}], "reviewId": "gp:2"},
    ],
)
def test_an_odd_review_costs_no_other(odd: dict[str, Any]) -> None:
    found = rows.both([odd, review()], APP)
    assert [one.external_id for one in found] == ["gp:1"]
    assert len(list(rows.changed_at([{"comments": None}, review()]))) == 1


def test_an_answered_review_brings_our_answer_and_takes_no_other() -> None:
    row = review()
    row["comments"].append(
        {"developerComment": {"text": "Mohon perbarui.", "lastModified": {"seconds": 1795000600}}}
    )
    asked, answered = rows.both([row], APP)
    assert (asked.reply_ref, asked.reply_block, asked.reply_count) == (None, "answered", 1)
    assert answered.external_id == "gp:1:developer" and answered.author_is_owner
    assert (answered.parent_id, answered.thread_id, answered.kind) == ("gp:1", "gp:1", Kind.REPLY)


def test_other_stars_for_the_same_words_are_an_edit(desk: Desk, fake: FakeGooglePlay) -> None:
    number = fake.say("aplikasi lambat")
    desk.poll()
    assert desk.rows()[0]["rating"] == 2.0
    fake.edit(number, "aplikasi lambat")
    fake.said[number].extra["starRating"] = 5
    desk.poll()
    (row,) = desk.rows()
    assert row["rating"] == 5.0 and row["edited_at"] is not None


# ---- a week -------------------------------------------------------------------------------------


def test_the_first_reading_knows_a_week_and_no_more(desk: Desk, fake: FakeGooglePlay) -> None:
    fake.say("lama sekali", at=desk.clock.now - timedelta(days=12))
    seen = fake.say("minggu ini", at=desk.clock.now - timedelta(days=6))
    pages = desk.poll()
    assert list(desk.visible()) == [seen]
    covered = [page.covered_from for page in pages if page.covered_from is not None]
    assert covered == [desk.clock.now - timedelta(days=7)]
    assert all(page.gap is None for page in pages), "nothing was lost before anybody looked"


def test_a_silence_of_more_than_a_week_is_a_gap_told_once(desk: Desk, fake: FakeGooglePlay) -> None:
    filled(fake)
    desk.poll()
    stopped = desk.clock.now
    desk.clock.move(days=9)
    fake.say("sesudah bangun", at=desk.clock.now)
    fake.fault("status", PACKAGE, times=1)
    desk.refused(desk.poll, Reason.UNREACHABLE)
    pages = desk.poll()
    assert [page.gap for page in pages if page.gap] == []
    assert "sesudah bangun" in desk.visible().values()
    gap = desk.db.query("SELECT gap_at FROM source")
    assert next(iter(gap))["gap_at"] == int((stopped + timedelta(days=2)).timestamp())


def test_a_quiet_app_that_was_read_all_the_time_has_no_gap(desk: Desk) -> None:
    for _ in range(4):
        assert all(page.gap is None for page in desk.poll())
        desk.clock.move(days=6)


def test_a_page_token_that_died_begins_the_reading_anew(desk: Desk, fake: FakeGooglePlay) -> None:
    filled(fake, 14)
    desk.interrupted_poll(1)
    _with_token(desk, "kedaluwarsa")
    desk.poll()
    assert desk.visible() == fake.visible()


def test_an_app_that_the_key_does_not_know_is_told_plainly(desk: Desk) -> None:
    desk.given["account"] = "id.go.lain"
    desk.restart()
    error = desk.refused(desk.poll, Reason.PERMISSION)
    assert error.permanent and "no such app for this key: id.go.lain" in str(error)


def _with_token(desk: Desk, token: str) -> None:
    (row,) = desk.db.query("SELECT cursor FROM source")
    state = json.loads(row["cursor"])
    state["windows"]["reviews"]["scan"]["token"] = token
    desk.db["source"].update("kanal", {"cursor": json.dumps(state)})  # type: ignore[union-attr]


# ---- answers ------------------------------------------------------------------------------------


def test_an_answer_never_replaces_another(desk: Desk, fake: FakeGooglePlay) -> None:
    number = fake.say("tidak bisa masuk")
    desk.poll()
    replier, ref = desk.connected.replier, desk.ref_of(number)
    assert replier is not None
    replier.reply(ref, "Mohon perbarui aplikasi.")
    desk.refused(lambda: replier.reply(ref, "Kata lain."), Reason.NOT_ALLOWED)
    desk.refused(lambda: replier.reply(ref, "Mohon perbarui  aplikasi."), Reason.DUPLICATE)
    assert [one.text for one in fake.our_replies] == ["Mohon perbarui aplikasi."]


def test_an_answer_longer_than_google_takes_is_refused(desk: Desk, fake: FakeGooglePlay) -> None:
    number = fake.say("tidak bisa masuk")
    desk.poll()
    replier, ref = desk.connected.replier, desk.ref_of(number)
    assert replier is not None and PLATFORM.reply_limit == 350
    desk.refused(lambda: replier.reply(ref, "k" * 351), Reason.NOT_ALLOWED)


def test_no_answer_of_ours_is_found_below_a_review_that_is_gone(
    desk: Desk, fake: FakeGooglePlay
) -> None:
    number = fake.say("tidak bisa masuk")
    desk.poll()
    replier, ref = desk.connected.replier, desk.ref_of(number)
    assert replier is not None
    replier.reply(ref, "Baik.")
    fake.said[number].state = "deleted"
    assert replier.find_own_reply(ref, "Baik.") is None


def test_a_recheck_sees_an_answer_that_was_taken_back(desk: Desk, fake: FakeGooglePlay) -> None:
    number = fake.say("tidak bisa masuk")
    fake.say("Mohon perbarui.", parent=number, ours=True)
    desk.poll()
    fake.said[number + ANSWER].state = "deleted"
    desk.recheck()
    assert list(desk.visible()) == [number]


def test_an_old_review_that_is_not_found_is_not_called_deleted(
    desk: Desk, fake: FakeGooglePlay
) -> None:
    old = fake.say("lama")
    desk.poll()
    desk.clock.move(days=5)
    young = fake.say("baru", at=desk.clock.now)
    desk.poll()
    desk.clock.move(days=2)
    fake.said[old].state = fake.said[young].state = "deleted"
    desk.recheck()
    assert list(desk.visible()) == [old]


# ---- calls --------------------------------------------------------------------------------------


def test_rechecks_leave_room_in_the_hour(
    desk: Desk, fake: FakeGooglePlay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.platforms.google_play._RECHECKS_AN_HOUR", 9)
    filled(fake, 12)
    desk.poll()
    asked = len(fake.asked)
    assert 3 <= asked < 9
    desk.recheck()
    assert len(fake.asked) == 9, "three reviews are asked for again later"
    new = fake.say("masih terbaca", at=desk.clock.now)
    desk.poll()
    assert new in desk.visible()
    desk.clock.move(minutes=61)
    desk.recheck()
    assert len(fake.asked) == 9


def test_the_last_call_of_an_hour_is_followed_by_a_rest(
    desk: Desk, fake: FakeGooglePlay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.platforms.google_play._AN_HOUR", 3)
    fake.allowed_an_hour = 3
    desk.restart()
    for _ in range(3):
        desk.connected.source.check()
        desk.clock.move(minutes=1)
    error = desk.refused(desk.connected.source.check, Reason.RATE)
    assert error.retry_after == timedelta(minutes=57)
    desk.clock.now += error.retry_after
    desk.clock.move(seconds=1)
    assert desk.connected.source.check().identity == f"{PACKAGE} as {EMAIL}"


def test_a_closed_account_opens_again(desk: Desk) -> None:
    account = desk.connected.source
    assert isinstance(account, GooglePlay) and account.check().ok
    account.close()
    assert account.check().ok


@pytest.mark.parametrize(
    ("code", "error", "reason", "permanent"),
    [
        (429, {"status": "RESOURCE_EXHAUSTED"}, Reason.RATE, False),
        (403, {"errors": [{"reason": "rateLimitExceeded"}]}, Reason.RATE, False),
        (403, {"errors": [{"reason": "accessNotConfigured"}]}, Reason.PERMISSION, True),
        (403, {"details": [{"reason": "SERVICE_DISABLED"}]}, Reason.PERMISSION, True),
        (403, {"status": "PERMISSION_DENIED"}, Reason.PERMISSION, True),
        (403, None, None, False),
        (400, {"status": "INVALID_ARGUMENT"}, Reason.NOT_ALLOWED, False),
        (400, "aneh", None, False),
        (404, {"status": "NOT_FOUND"}, None, False),
    ],
)
def test_refusals_are_read(
    code: int, error: object, reason: Reason | None, permanent: bool
) -> None:
    raw = b"<html>" if error is None else json.dumps({"error": error}).encode()
    found = refusal(Answer(code, httpx.Headers(), raw, "contoh: GET reviews"))
    assert (found and found.reason) == reason
    if found is not None:
        assert found.permanent is permanent
        assert (found.retry_after is not None) is (reason is Reason.RATE)


# ---- the key ------------------------------------------------------------------------------------


def test_the_key_is_no_part_of_any_error_or_object(desk: Desk, fake: FakeGooglePlay) -> None:
    key = key_from(fake.key_file, "kanal")
    assert "PRIVATE" not in repr(key) and EMAIL in repr(key)
    fake.revoke()
    error = desk.refused(desk.connected.source.check, Reason.AUTH)
    assert error.permanent and "PRIVATE" not in str(error)


def test_a_token_endpoint_in_trouble_is_no_dead_key(desk: Desk, fake: FakeGooglePlay) -> None:
    fake.fault("status", "/token", status=503)
    assert not desk.refused(desk.connected.source.check, Reason.UNREACHABLE).permanent
    desk.connected.source.check()


def _another(fake: FakeGooglePlay, **changed: object) -> str:
    return json.dumps(fake.key() | changed)


def _elliptic() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(
        serialization.Encoding.PEM, form, serialization.NoEncryption()
    ).decode()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (lambda fake: "", "no JSON"),
        (lambda fake: "[]", "not the key file of a service account"),
        (lambda fake: _another(fake, type="authorized_user"), "not the key file"),
        (lambda fake: _another(fake, token_uri=""), "not the key file"),
        (lambda fake: _another(fake, client_email=7), "not the key file"),
        (lambda fake: _another(fake, private_key="rusak"), "private_key: not an RSA key"),
        (lambda fake: _another(fake, private_key=_elliptic()), "private_key: not an RSA key"),
        (lambda fake: _another(fake, token_uri="token"), "base_url: no http"),
    ],
)
def test_a_key_file_that_is_none_is_refused_unshown(
    desk: Desk, fake: FakeGooglePlay, text: Callable[[FakeGooglePlay], str], told: str
) -> None:
    path = desk.folder / "kunci.json"
    path.write_text(text(fake), encoding="utf-8")
    desk.given["key_file"] = path
    with pytest.raises(ConfigError, match=told) as error:
        desk.restart()
    assert "PRIVATE" not in str(error.value) and fake.refresh not in str(error.value)


def test_a_key_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"key_file: hilang\.json: cannot be read"):
        key_from(tmp_path / "hilang.json", "kanal")


@pytest.mark.parametrize("package", ["https://play.google.com/x", "id..go", "id go", "1.2"])
def test_a_package_name_is_checked(desk: Desk, package: str) -> None:
    desk.given["account"] = package
    with pytest.raises(ConfigError, match="no package name"):
        desk.restart()


def test_an_answer_below_a_review_that_vanished_meanwhile_is_gone(
    desk: Desk, fake: FakeGooglePlay
) -> None:
    fake.fault("status", ":reply", status=404, method="POST")
    number = fake.say("tidak bisa masuk")
    desk.poll()
    assert desk.connected.replier is not None
    with pytest.raises(PlatformError) as error:
        desk.connected.replier.reply(desk.ref_of(number), "Baik.")
    assert error.value.reason is Reason.GONE
