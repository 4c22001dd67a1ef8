"""What is special to Mastodon: who may read what, names, limits, old instances."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.errors import PlatformError, Reason
from monitor.platforms import mastodon_errors, mastodon_rows
from monitor.platforms.answer import Answer
from monitor.platforms.mastodon import Mastodon
from monitor.platforms.offer import Budget, Use
from monitor.records import SourceId
from tests.conforming import Desk
from tests.desks import opened
from tests.fakes.clock import START
from tests.fakes.mastodon import FakeMastodon

SOURCE = SourceId("kanal")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened("mastodon", tmp_path) as one:
        yield one


@pytest.fixture
def fake(desk: Desk) -> FakeMastodon:
    assert isinstance(desk.fake, FakeMastodon)
    return desk.fake


def status(**more: Any) -> dict[str, Any]:
    return {
        "id": "113000000000000001",
        "created_at": "2026-11-20T02:00:00.000Z",
        "visibility": "public",
        "content": "<p>jalan rusak</p>",
        "account": {"id": "7", "acct": "warga@contoh.example", "display_name": "Warga Contoh"},
        **more,
    }


def comment(**more: Any) -> Any:
    return mastodon_rows.comment_of(status(**more), SOURCE, "99")


def answer(code: int, *, posted: bool = False, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(code, httpx.Headers(named), b"{}", "contoh: GET x", posted)


@pytest.mark.parametrize("visibility", ["private", "direct", "local", "", None, 7])
def test_what_was_meant_for_few_is_no_comment(visibility: object) -> None:
    assert comment(visibility=visibility) is None


def test_a_direct_message_to_the_office_is_never_stored(desk: Desk, fake: FakeMastodon) -> None:
    secret = fake.say("nomor saya 0812-0000-0000")
    fake.said[secret].extra["visibility"] = "direct"
    shown = fake.say("jalan rusak")
    desk.poll()
    assert desk.visible() == {shown: "jalan rusak"} and len(desk.rows()) == 1


def test_a_post_that_is_public_no_more_is_gone(desk: Desk, fake: FakeMastodon) -> None:
    number = fake.say("jalan rusak")
    desk.poll()
    ref = desk.ref_of(number)
    fake.said[number].extra["visibility"] = "private"
    desk.recheck()
    assert desk.visible() == {}
    assert desk.connected.replier is not None and desk.connected.replier.target(ref) is None


def test_a_boost_is_no_comment() -> None:
    assert comment(reblog=status(id="5")) is None


@pytest.mark.parametrize("missing", ["id", "created_at"])
def test_a_status_without_id_or_time_is_an_error_of_one_row(missing: str) -> None:
    with pytest.raises(ValueError):
        comment(**{missing: None})


def test_a_content_warning_is_part_of_the_words() -> None:
    assert comment(spoiler_text="banjir").text == "banjir\njalan rusak"


def test_names_counts_and_edits_are_told() -> None:
    found = comment(
        edited_at="2026-11-20T02:30:00.000Z",
        favourites_count=3,
        replies_count="2",
        url="https://contoh.example/@warga/1",
    )
    assert (found.author_id, found.author_name) == ("7", "Warga Contoh")
    assert (found.like_count, found.reply_count) == (3, 2)
    assert found.edited_at == datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
    assert found.permalink == "https://contoh.example/@warga/1"
    assert comment(account={"id": "8", "acct": "tanpa_nama"}).author_name == "tanpa_nama"
    assert comment(account={"id": "99", "acct": "kami"}).reply_ref is None


def test_an_answer_names_its_reader_and_is_as_public_as_the_question(
    desk: Desk, fake: FakeMastodon
) -> None:
    number = fake.say("jalan rusak", author="warga1")
    fake.said[number].extra["visibility"] = "unlisted"
    desk.poll()
    assert desk.connected.replier is not None
    desk.connected.replier.reply(desk.ref_of(number), "Sedang kami periksa.")
    sent = fake.calls[-1]
    assert sent.json == {
        "status": "@warga1 Sedang kami periksa.",
        "in_reply_to_id": number,
        "visibility": "unlisted",
    }
    assert len(sent.headers["idempotency-key"]) == 64


def test_the_key_of_an_answer_is_the_same_for_the_same_words(
    desk: Desk, fake: FakeMastodon
) -> None:
    number = fake.say("jalan rusak")
    desk.poll()
    assert desk.connected.replier is not None
    first = desk.connected.replier.reply(desk.ref_of(number), "Baik.")
    desk.restart()
    again = desk.connected.replier.reply(desk.ref_of(number), "Baik.")
    assert first == again and len(fake.our_replies) == 1


def test_an_account_without_a_name_can_be_answered(desk: Desk, fake: FakeMastodon) -> None:
    number = fake.say("tanpa nama", author=None)
    desk.poll()
    assert desk.connected.replier is not None
    ref = desk.ref_of(number)
    posted = desk.connected.replier.reply(ref, "Baik, kami catat.")
    assert desk.connected.replier.find_own_reply(ref, "Baik, kami catat.") == posted


@pytest.mark.parametrize(
    ("shown", "sent", "same"),
    [
        ("@warga Baik.", "Baik.", True),
        ("Baik.", "Baik.", True),
        ("@warga Terima kasih. Baik.", "Baik.", False),
        ("@warga Baik", "Baik.", False),
    ],
)
def test_our_words_are_known_behind_the_name(shown: str, sent: str, same: bool) -> None:
    assert mastodon_rows.says(shown, sent) is same


def test_a_longer_answer_than_the_instance_takes_is_refused(desk: Desk, fake: FakeMastodon) -> None:
    fake.most_characters = 40
    number = fake.say("jalan rusak")
    desk.poll()
    assert desk.connected.replier is not None
    replier, ref = desk.connected.replier, desk.ref_of(number)
    desk.refused(lambda: replier.reply(ref, "kata " * 20), Reason.NOT_ALLOWED)
    assert fake.our_replies == []


def test_a_link_counts_as_23_signs_and_a_name_has_its_room() -> None:
    assert mastodon_rows.units("") == 32
    assert mastodon_rows.units("Lihat https://contoh.example/" + "x" * 90) == 32 + 6 + 23
    assert mastodon_rows.LIMIT == 500


def test_the_check_tells_tags_and_the_instances_limit(desk: Desk, fake: FakeMastodon) -> None:
    desk.given["queries"] = ("#kalteng", " palangkaraya ")
    desk.restart()
    fake.most_characters = 1500
    health = desk.connected.source.check()
    assert health.detail == "mentions, tags: #kalteng, #palangkaraya; answers up to 1500 characters"
    fake.fault("status", "api/v2/instance", status=404)
    assert "up to 500 characters" in desk.connected.source.check().detail
    fake.fault("status", "api/v2/instance", status=503)
    desk.refused(desk.connected.source.check, Reason.UNREACHABLE)


def test_an_instance_that_does_not_say_who_we_are_is_an_error(
    desk: Desk, fake: FakeMastodon
) -> None:
    fake.our_id = ""
    desk.refused(desk.connected.source.check, Reason.BAD_ANSWER)


def test_tags_that_spent_their_share_stop_no_mentions(desk: Desk, fake: FakeMastodon) -> None:
    desk.given["queries"], desk.budget = ("#banjir",), Budget(50)
    desk.restart()
    desk.poll()
    desk.meter().spend(30, Use.REPLY)
    number = fake.say("jalan rusak", at=desk.clock.now)
    desk.poll()
    assert number in desk.visible()


def test_tags_are_read_beside_mentions_and_once(desk: Desk, fake: FakeMastodon) -> None:
    desk.given["queries"] = ("#banjir",)
    desk.restart()
    number = fake.say("tolong #banjir di sini")
    desk.poll()
    assert list(desk.visible()) == [number]
    assert any(call.path.endswith("/timelines/tag/banjir") for call in fake.calls)


def test_an_old_instance_is_asked_for_each_post(desk: Desk, fake: FakeMastodon) -> None:
    fake.reads_many = False
    gone, stays = fake.say("akan hilang"), fake.say("tetap ada")
    desk.poll()
    fake.remove(gone)
    desk.recheck()
    assert list(desk.visible()) == [stays]
    fake.fault("status", "/statuses", times=2)
    desk.refused(desk.recheck, Reason.UNREACHABLE)


def test_another_trouble_than_gone_is_told_of_the_target(desk: Desk, fake: FakeMastodon) -> None:
    number = fake.say("jalan rusak")
    desk.poll()
    fake.fault("status", "/statuses/")
    assert desk.connected.replier is not None
    replier, ref = desk.connected.replier, desk.ref_of(number)
    error = desk.refused(lambda: replier.target(ref), Reason.UNREACHABLE)
    assert number not in str(error)


def test_a_mention_is_placed_by_when_it_came() -> None:
    old = status(created_at="2026-10-01T00:00:00Z")
    came = datetime(2026, 11, 20, 2, tzinfo=UTC)
    note = {"created_at": "2026-11-20T02:00:00Z", "status": old}
    assert mastodon_rows.noticed_at(note) == came
    assert mastodon_rows.noticed_at({"status": status()}) == came
    assert mastodon_rows.noticed_at({"status": None}) is None


@pytest.mark.parametrize(
    ("code", "posted", "reason"),
    [
        (404, True, Reason.GONE),
        (422, True, Reason.NOT_ALLOWED),
        (404, False, None),
        (422, False, None),
        (500, True, None),
    ],
)
def test_refusals_of_a_post_are_clear(code: int, posted: bool, reason: Reason | None) -> None:
    found = mastodon_errors.refusal(lambda: START, answer(code, posted=posted))
    assert (found and found.reason) == reason


@pytest.mark.parametrize(
    ("reset", "after", "wait"),
    [
        ("2026-11-20T03:04:00.000Z", "", timedelta(minutes=4)),
        ("2026-11-20T02:59:00.000Z", "", timedelta(seconds=1)),
        ("2027-11-20T03:04:00.000Z", "", timedelta(hours=1)),
        ("kapan-kapan", "30", timedelta(seconds=30)),
        ("", "", None),
    ],
)
def test_a_wait_is_read_from_the_reset(reset: str, after: str, wait: timedelta | None) -> None:
    told = answer(429, x_ratelimit_reset=reset, retry_after=after)
    found = mastodon_errors.refusal(lambda: START, told)
    assert isinstance(found, PlatformError) and found.reason is Reason.RATE
    assert found.retry_after == wait


@pytest.mark.parametrize(
    ("left", "reset", "wait"),
    [
        ("0", "2026-11-20T03:02:00Z", timedelta(minutes=2)),
        ("1", "2026-11-20T03:02:00Z", None),
        ("0", "", None),
        ("", "2026-11-20T03:02:00Z", None),
    ],
)
def test_the_last_call_is_followed_by_a_rest(left: str, reset: str, wait: timedelta | None) -> None:
    told = answer(200, x_ratelimit_remaining=left, x_ratelimit_reset=reset)
    assert mastodon_errors.rest(lambda: START, told) == wait


def test_a_closed_account_opens_again(desk: Desk) -> None:
    account = desk.connected.source
    assert isinstance(account, Mastodon) and account.check().ok
    account.close()
    assert account.check().ok
