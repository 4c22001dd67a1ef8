"""What is special to Telegram groups: one queue, deaf bots, answers nobody reads back, hooks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor.errors import ConfigError, PlatformError, Reason
from monitor.platforms.offer import Setup
from monitor.platforms.telegram_group import PLATFORM, TelegramGroup, connect
from monitor.platforms.telegram_group_cursor import cursor_from
from monitor.records import SourceId
from tests.conforming import Desk
from tests.desks import opened
from tests.fakes.telegram_group import GROUP, OLD_GROUP, FakeTelegramGroup


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened("telegram", tmp_path) as one:
        yield one


@pytest.fixture
def fake(desk: Desk) -> FakeTelegramGroup:
    assert isinstance(desk.fake, FakeTelegramGroup)
    return desk.fake


# ---- the queue --------------------------------------------------------------------------------


def test_only_the_stored_cursor_destroys_updates(desk: Desk, fake: FakeTelegramGroup) -> None:
    desk.poll()
    fake.say("belum tersimpan")
    for page in desk.connected.source.collect(None, desk.clock.now):
        assert page.comments  # fetched, and the process dies before the store has it
    desk.restart()
    desk.poll()
    assert desk.visible() == fake.visible()


def test_a_poll_fetches_one_batch_and_the_next_goes_on(desk: Desk, fake: FakeTelegramGroup) -> None:
    desk.poll()
    for n in range(230):
        fake.say(f"keluhan {n}")
    seen = []
    for _ in range(3):
        before = len(fake.calls)
        desk.poll()
        seen.append(len(desk.rows()))
        assert len(fake.calls) == before + 1
    assert seen == [100, 200, 230]


def test_new_numbers_after_a_quiet_week_are_not_destroyed(
    desk: Desk, fake: FakeTelegramGroup
) -> None:
    fake.say("lama")
    desk.poll()
    for _ in range(8):
        desk.clock.move(hours=23)
        desk.poll()
    fake.next_update = 12
    number = fake.say("nomor baru yang kecil", at=desk.clock.now)
    assert [page.gap for page in desk.poll()] == [None]
    assert number in desk.visible()
    fake.say("sesudahnya", at=desk.clock.now)
    desk.poll()
    assert desk.visible() == fake.visible()
    assert fake.calls[-1].params["offset"] == "13"


def test_a_silence_of_more_than_a_day_is_a_gap(desk: Desk, fake: FakeTelegramGroup) -> None:
    desk.poll()
    stopped = desk.clock.now
    desk.clock.move(hours=1)
    fake.say("hilang", at=desk.clock.now)
    desk.clock.move(hours=30)
    (page,) = desk.poll()
    assert page.gap is not None and page.comments == ()
    assert (page.gap.from_at, page.gap.to_at) == (stopped, desk.clock.now - timedelta(hours=24))
    desk.clock.move(minutes=1)
    assert [later.gap for later in desk.poll()] == [None]


@pytest.mark.parametrize(
    "known",
    [{"posts": {"a": 1}}, {"posts": []}, {"channels": {}}, None],
)
def test_a_damaged_memory_is_refused(desk: Desk, known: object) -> None:
    state = {"version": 1, "last": 1, "news_at": None, "polled_at": None, "known": known}
    with pytest.raises(Exception, match="cursor of kanal: not readable: damaged"):
        cursor_from(json.dumps(state), "kanal")


def test_an_update_of_no_known_kind_only_moves_the_cursor(
    desk: Desk, fake: FakeTelegramGroup
) -> None:
    desk.poll()
    last = fake.tell({"message_reaction": {"chat": {"id": GROUP}}})
    odd = fake.tell({"message": {"message_id": 7, "chat": fake.chat(), "text": "x"}})
    desk.poll()
    assert desk.rows() == [] and odd == last + 1
    desk.poll()
    assert fake.calls[-1].params["offset"] == str(odd + 1) and fake.queue == []


# ---- groups -----------------------------------------------------------------------------------


def test_a_comment_below_a_post_knows_its_title_and_address(
    desk: Desk, fake: FakeTelegramGroup
) -> None:
    direct = fake.say("langsung di bawah kabar")
    below = fake.say("menjawab warga", parent=direct)
    fake.edit(direct, "langsung, diubah")
    desk.poll()
    found = {row["external_id"]: row for row in desk.rows()}
    for number in (direct, below):
        row = found[number]
        assert row["post_id"] == next(iter(fake.posts)) and row["post_title"] == "Kabar dinas"
        assert row["post_url"] == "https://t.me/kanal_contoh/42"
    assert (found[direct]["kind"], found[below]["kind"]) == ("comment", "reply")
    assert found[below]["parent_id"] == direct
    assert found[direct]["text"] == "langsung, diubah" and found[direct]["edited_at"]
    assert found[direct]["permalink"] == f"https://t.me/diskusi_contoh/{direct.partition(':')[2]}"


def test_a_group_that_put_the_bot_out_is_told_by_the_check(
    desk: Desk, fake: FakeTelegramGroup
) -> None:
    member = {"chat": fake.chat(), "new_chat_member": {"status": "kicked"}}
    fake.tell({"my_chat_member": member})
    desk.poll()
    health = desk.connected.source.check()
    assert not health.ok and health.detail == "put out of Diskusi Contoh"
    fake.tell({"my_chat_member": {**member, "new_chat_member": {"status": "member"}}})
    desk.poll()
    assert desk.connected.source.check().ok


@pytest.mark.parametrize(
    ("member", "hears_all", "account", "told"),
    [
        ("member", True, str(GROUP), "hears everything"),
        ("administrator", False, str(GROUP), "hears what an administrator hears"),
        ("member", False, str(GROUP), "privacy mode is on"),
        ("left", True, str(GROUP), "the bot is not in it"),
        ("kicked", True, str(GROUP), "not to be seen"),
        ("member", True, f"{GROUP}, {OLD_GROUP}", f"group {OLD_GROUP}: not to be seen"),
    ],
)
def test_the_check_tells_where_the_bot_is_deaf(
    desk: Desk, fake: FakeTelegramGroup, member: str, hears_all: bool, account: str, told: str
) -> None:
    fake.member, fake.hears_all = member, hears_all
    desk.given["account"] = account
    desk.restart()
    health = desk.connected.source.check()
    assert health.identity == "@dengar_contoh_bot" and told in health.detail
    assert health.ok is told.startswith("hears")


def test_a_check_that_meets_trouble_says_so(desk: Desk, fake: FakeTelegramGroup) -> None:
    desk.given["account"] = str(GROUP)
    desk.restart()
    fake.fault("status", "getChatMember", status=502)
    desk.refused(desk.connected.source.check, Reason.UNREACHABLE)


# ---- answers ----------------------------------------------------------------------------------


def test_an_edit_that_waits_is_seen_before_the_answer(desk: Desk, fake: FakeTelegramGroup) -> None:
    number, other = fake.say("air mati"), fake.say("lain")
    desk.poll()
    replier, ref = desk.connected.replier, desk.ref_of(number)
    assert replier is not None
    fake.edit(other, "lain lagi")
    target = replier.target(ref)
    assert target is not None and (target.external_id, target.text) == (number, "air mati")
    fake.edit(number, "air sudah hidup")
    target = replier.target(ref)
    assert target is not None and target.text == "air sudah hidup"
    desk.poll()
    target = replier.target(desk.ref_of(number))
    assert target is not None and target.text == "air sudah hidup", "an edit renews the reference"
    assert desk.visible() == fake.visible(), "looking ahead destroys nothing"


def test_an_answer_never_stands_alone(desk: Desk, fake: FakeTelegramGroup) -> None:
    number = fake.say("air mati")
    desk.poll()
    assert desk.connected.replier is not None
    posted = desk.connected.replier.reply(desk.ref_of(number), "Sedang diperbaiki.")
    sent = fake.calls[-1].json
    assert sent["chat_id"] == GROUP
    assert sent["reply_parameters"]["allow_sending_without_reply"] is False
    assert posted.permalink == f"https://t.me/diskusi_contoh/{posted.external_id.split(':')[1]}"
    assert desk.connected.replier.find_own_reply(desk.ref_of(number), "Sedang diperbaiki.") is None


def test_an_answer_whose_fate_is_unclear_is_unsure_for_good(
    desk: Desk, fake: FakeTelegramGroup
) -> None:
    number = fake.say("air mati")
    desk.poll()
    replier, ref = desk.connected.replier, desk.ref_of(number)
    assert replier is not None
    fake.fault("after", "sendMessage")
    desk.refused(lambda: replier.reply(ref, "Sedang diperbaiki."), Reason.UNSURE)
    assert replier.find_own_reply(ref, "Sedang diperbaiki.") is None, "a person has to look"
    assert len(fake.our_replies) == 1


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [("member", "kicked", Reason.PERMISSION), ("migrated_to", -1009, Reason.GONE)],
)
def test_a_group_that_is_closed_to_us_refuses_the_answer(
    desk: Desk, fake: FakeTelegramGroup, field: str, value: object, reason: Reason
) -> None:
    number = fake.say("air mati")
    desk.poll()
    setattr(fake, field, value)
    replier, ref = desk.connected.replier, desk.ref_of(number)
    assert replier is not None
    desk.refused(lambda: replier.reply(ref, "Baik."), reason)


def test_a_success_that_names_no_message_is_unsure() -> None:
    answer = httpx.MockTransport(lambda request: httpx.Response(200, json={"ok": True}))
    replier = connect(_setup(transport=answer)).replier
    assert replier is not None
    ref = json.dumps({"chat": str(GROUP), "name": "", "message": "7", "words": "a", "at": 0})
    with pytest.raises(PlatformError) as error:
        replier.reply(ref, "Baik.")
    assert error.value.reason is Reason.UNSURE


def test_lengths_are_counted_in_utf16() -> None:
    assert PLATFORM.measure("a😭") == 3 and PLATFORM.reply_limit == 4096


# ---- hook and conflicts -----------------------------------------------------------------------


def test_a_hook_without_a_number_or_json_is_no_update(desk: Desk) -> None:
    hook = desk.connected.hook
    assert hook is not None
    headers = {"x-telegram-bot-api-secret-token": desk.given["secrets"]["hook_token"]}
    for raw in (b"", b"[]", b"{}", b'{"update_id": null}', b"[" * 100_000):
        with pytest.raises(PlatformError) as error:
            hook.received(headers, raw, desk.clock.now)
        assert error.value.reason is Reason.BAD_ANSWER


def test_where_a_hook_takes_the_messages_a_poll_only_looks_whether_they_come(
    desk: Desk, fake: FakeTelegramGroup
) -> None:
    desk.poll()
    fake.webhook = {"url": "https://siaga.example/hook", "pending_update_count": 0}
    hook = desk.connected.hook
    assert hook is not None
    hook.received(*_delivered(fake, {"message": fake.forward(fake.post("Kabar kait"))}))
    (page,) = desk.poll()
    assert page.comments == () and page.gap is None and "Kabar kait" in page.cursor
    number = fake.say("lewat kait")
    told = hook.received(*fake.delivery(number), desk.clock.now)
    assert [one.post_title for one in told.comments] == ["Kabar dinas"]
    target = desk.connected.replier and desk.connected.replier.target(
        told.comments[0].reply_ref or ""
    )
    assert target is not None and target.text == "lewat kait"
    assert desk.connected.source.check().ok


def test_a_hook_that_cannot_be_reached_is_told_and_later_a_gap(
    desk: Desk, fake: FakeTelegramGroup
) -> None:
    desk.poll()
    now = int(desk.clock.now.timestamp())
    fake.webhook = {"url": "https://x.example", "pending_update_count": 3, "last_error_date": now}
    desk.refused(desk.poll, Reason.UNREACHABLE)
    desk.clock.move(hours=26)
    assert desk.poll()[0].gap is not None


def test_a_webhook_that_nobody_told_us_of_is_told_plainly(
    desk: Desk, fake: FakeTelegramGroup
) -> None:
    del desk.given["secrets"]["hook_token"]
    desk.restart()
    assert desk.connected.hook is None
    fake.webhook["url"] = "https://lain.example"
    error = desk.refused(desk.poll, Reason.NOT_ALLOWED)
    assert error.permanent and "a webhook takes this bot's messages" in str(error)
    health = desk.connected.source.check()
    assert not health.ok and "a webhook takes the messages" in health.detail


def _delivered(
    fake: FakeTelegramGroup, update: dict[str, Any]
) -> tuple[dict[str, str], bytes, datetime]:
    headers, _ = fake.delivery(fake.say("kepala saja"))
    return headers, json.dumps({"update_id": 5, **update}).encode(), fake.clock.now


@pytest.mark.parametrize("account", ["diskusi", "123", "-100,abc", "@diskusi"])
def test_a_group_is_named_by_its_number(account: str) -> None:
    with pytest.raises(ConfigError, match=r"sources\.kanal: account: .*no group's id"):
        connect(_setup(account=account))


def test_a_token_that_cannot_be_one_is_refused_unshown() -> None:
    with pytest.raises(ConfigError) as error:
        connect(_setup(secrets={"token": "123:rahasia/../x"}))
    assert "rahasia" not in str(error.value)


def _setup(**more: Any) -> Setup:
    class _Free:
        def spend(self, cost: float, use: object) -> None: ...

        def may(self, cost: float, use: object) -> bool:
            return True

        def park(self, until: datetime) -> None: ...

    given: dict[str, Any] = {
        "id": SourceId("kanal"),
        "base_url": "http://127.0.0.1:9",
        "meter": _Free(),
        "vault": None,
        "clock": lambda: datetime(2026, 11, 20, tzinfo=UTC),
        "secrets": {"token": "1:a"},
    }
    return Setup(**{**given, **more})


def test_a_closed_account_opens_again(desk: Desk) -> None:
    account = desk.connected.source
    assert isinstance(account, TelegramGroup) and account.check().ok
    account.close()
    assert account.check().ok
