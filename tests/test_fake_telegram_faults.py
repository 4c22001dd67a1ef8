"""The loopback Bot API server fails on order, limits rates, and notes what no client may send."""

import asyncio
import datetime as dt
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from telegram import (
    Bot,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaVideo,
    ReplyParameters,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.bench import Bench
from tests.fakes.telegram.checks import Refusal
from tests.fakes.telegram.faults import Limits

PERSON, GROUP = 11, -1001


@pytest.fixture(scope="module")
def shared() -> Iterator[Bench]:
    with Bench() as bench:
        yield bench


@pytest.fixture
def bench(shared: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    shared.fake.reset()
    shared.fake.chat(PERSON)
    shared.fake.chat(GROUP, type="supergroup", title="Humas")
    yield shared
    shared.fake.reset()


def send(bench: Bench, text: str = "Kartu", chat_id: int = PERSON, **more: Any) -> Any:
    return bench.run(bench.bot.send_message(chat_id, text, **more))


def texts(bench: Bench) -> list[str]:
    return [message["text"] for message in bench.fake.messages()]


# A fault, the error it becomes in the library, and whether the message was sent nevertheless.
FAULTS: list[tuple[dict[str, Any], type[TelegramError], bool]] = [
    ({"code": 400, "description": "Bad Request: chat not found"}, BadRequest, False),
    ({"code": 401}, InvalidToken, False),
    ({"code": 403}, Forbidden, False),
    ({"code": 409}, Conflict, False),
    ({"code": 500}, NetworkError, False),
    ({"retry_after": 3}, RetryAfter, False),
    ({"migrate_to_chat_id": -1005}, ChatMigrated, False),
    ({"mode": "html"}, NetworkError, False),
    ({"mode": "drop"}, NetworkError, False),
    ({"mode": "empty"}, TelegramError, False),
    ({"mode": "after"}, NetworkError, True),
    ({"mode": "none", "delay": 0.5}, TimedOut, True),
    ({"code": 500, "delay": 0.5}, TimedOut, False),
]


@pytest.mark.parametrize(("fault", "error", "was_sent"), FAULTS)
def test_ordered_fault_reaches_the_client(
    bench: Bench, fault: dict[str, Any], error: type[TelegramError], was_sent: bool
) -> None:
    bench.fake.fault("sendMessage", **fault)
    with pytest.raises(error):
        send(bench, read_timeout=0.2)
    assert texts(bench) == (["Kartu"] if was_sent else [])
    send(bench, "Lagi")
    assert texts(bench)[-1] == "Lagi"
    (first, second) = bench.fake.calls("sendMessage")
    assert (first["fault"], second["fault"]) == (fault.get("mode", "error"), None)
    assert bench.fake.violations() == []


def test_fault_tells_its_numbers(bench: Bench) -> None:
    bench.fake.fault("sendMessage", retry_after=7)
    with pytest.raises(RetryAfter) as limited:
        send(bench)
    assert limited.value.retry_after == dt.timedelta(seconds=7)
    bench.fake.fault("sendMessage", migrate_to_chat_id=-1005)
    with pytest.raises(ChatMigrated) as moved:
        send(bench)
    assert moved.value.new_chat_id == -1005


def test_fault_waits_for_its_call_and_counts(bench: Bench) -> None:
    bench.fake.fault("*", code=500, when={"chat_id": GROUP}, contains="darurat", skip=1, times=2)
    send(bench, "darurat")
    send(bench, "biasa", GROUP)
    send(bench, "darurat 1", GROUP)
    for _ in range(2):
        with pytest.raises(NetworkError):
            send(bench, "darurat 2", GROUP)
    assert send(bench, "darurat 3", GROUP).text == "darurat 3"


def test_fault_without_end_lasts_until_cleared(bench: Bench) -> None:
    bench.fake.fault("sendMessage", code=500, times=0)
    for _ in range(3):
        with pytest.raises(NetworkError):
            send(bench)
    bench.fake.faults_clear()
    assert send(bench).text == "Kartu"


def test_fault_for_every_method_spares_polling(bench: Bench) -> None:
    bench.fake.fault("*", code=500)
    assert bench.run(bench.bot.get_updates()) == ()
    with pytest.raises(NetworkError):
        bench.run(bench.bot.get_me())


def test_unknown_fault_mode_is_a_mistake_of_the_test(bench: Bench) -> None:
    with pytest.raises(ValueError, match="unknown mode"):
        bench.fake.fault("sendMessage", mode="meledak")


def test_limits_answer_with_the_seconds_to_wait(bench: Bench) -> None:
    bench.fake.limits(per_chat_s=1)
    send(bench, "satu")
    with pytest.raises(RetryAfter) as caught:
        send(bench, "dua")
    assert caught.value.retry_after == dt.timedelta(seconds=1)
    send(bench, "tiga", GROUP)
    bench.fake.limits()
    send(bench, "empat")
    assert texts(bench) == ["satu", "empat", "tiga"]


def test_group_and_total_limits_count_edits_and_albums(bench: Bench) -> None:
    bench.fake.limits(per_group_min=3)
    card = send(bench, "satu", GROUP)
    files = [InputMediaDocument(b"isi", filename=name) for name in ("a.txt", "b.txt")]
    bench.run(bench.bot.send_media_group(GROUP, files))
    with pytest.raises(RetryAfter) as caught:
        bench.run(bench.bot.edit_message_text("dua", GROUP, card.message_id))
    assert dt.timedelta(seconds=55) < caught.value.retry_after <= dt.timedelta(seconds=60)
    for number in range(4):
        send(bench, f"pribadi {number}")
    bench.fake.limits(total_s=2)
    send(bench, "a")
    send(bench, "b", GROUP)
    with pytest.raises(RetryAfter):
        send(bench, "c")


@pytest.mark.parametrize(
    ("limits", "sent_at", "asked_at", "waited"),
    [
        ({"per_chat_s": 1}, [0.0], 0.5, 1),
        ({"per_chat_s": 1}, [0.0], 1.0, None),
        ({"per_chat_s": 0.25}, [0.0], 1.5, 3),
        ({"per_group_min": 2}, [0.0, 30.0], 40.0, 20),
        ({"per_group_min": 2}, [0.0, 30.0], 60.0, None),
        ({"per_group_min": 2, "minute_s": 2.0}, [0.0, 1.0], 1.5, 1),
        ({"total_s": 30}, [0.0] * 29, 0.9, None),
    ],
)
def test_windows_roll(
    limits: dict[str, Any], sent_at: list[float], asked_at: float, waited: int | None
) -> None:
    clock = iter([*sent_at, asked_at])
    limiter = Limits(**limits, clock=lambda: next(clock))
    for _ in sent_at:
        limiter.admit(GROUP, group=True)
    if waited is None:
        limiter.admit(GROUP, group=True)
        return
    with pytest.raises(Refusal) as caught:
        limiter.admit(GROUP, group=True)
    assert (caught.value.code, caught.value.parameters) == (429, {"retry_after": waited})


# Requests that a careful client never makes, and what is noted about them.
VIOLATIONS: list[tuple[str, dict[str, Any], int, str]] = [
    ("sendMessage", {"chat_id": PERSON, "text": "x", "teks": "y"}, 200, "unknown parameter: teks"),
    ("sendMessage", {"chat_id": PERSON}, 400, "missing parameter: text"),
    ("sendMessage", {"text": "x"}, 400, "missing parameter: chat_id"),
    ("sendPhoto", {"chat_id": PERSON}, 400, "missing parameter: photo"),
    ("sendMessage", {"chat_id": "lima", "text": "x"}, 400, "ill-typed parameter: chat_id"),
    ("sendMessage", {"chat_id": PERSON, "text": 5}, 400, "ill-typed parameter: text"),
    ("deleteMessage", {"chat_id": PERSON, "message_id": "x"}, 400, "message_id"),
    ("deleteMessage", {"chat_id": PERSON, "message_id": True}, 400, "message_id"),
    ("getUpdates", {"allowed_updates": "message"}, 400, "not JSON"),
    ("getUpdates", {"allowed_updates": ["pesan"]}, 200, "unknown update type"),
    ("getUpdates", {"allowed_updates": {}}, 400, "not a list"),
    ("sendMessage", {"chat_id": PERSON, "text": "x", "protect_content": "y"}, 400, "not a bool"),
    ("sendMessage", {"chat_id": PERSON, "text": "x", "reply_markup": []}, 400, "not an object"),
    ("sendMessage", {"chat_id": PERSON, "text": "x", "reply_markup": {}}, 400, "no known"),
    (
        "sendMessage",
        {"chat_id": PERSON, "text": "x", "reply_markup": {"inline_keyboard": [[{"data": "a"}]]}},
        400,
        "unknown field: reply_markup.inline_keyboard[0][0].data",
    ),
    (
        "sendMessage",
        {"chat_id": PERSON, "text": "x", "reply_markup": {"inline_keyboard": ["[]"]}},
        400,
        "text where",
    ),
    (
        "sendMessage",
        {"chat_id": PERSON, "text": "x", "entities": [{"type": 5}]},
        400,
        "entities[0].type: not text",
    ),
    ("kirimPesan", {}, 404, "unknown method"),
    ("forwardMessage", {}, 501, "not modelled"),
]


@pytest.mark.parametrize(("method", "parameters", "code", "note"), VIOLATIONS)
def test_irregular_request_is_noted(
    bench: Bench, method: str, parameters: dict[str, Any], code: int, note: str
) -> None:
    answer = httpx.post(f"{bench.fake.base_url}{bench.fake.token}/{method}", json=parameters)
    assert answer.status_code == code
    assert answer.json()["ok"] is (code == 200)
    assert any(note in violation for violation in bench.fake.violations())


def test_method_unknown_to_the_library_is_still_checked(bench: Bench) -> None:
    with pytest.raises(TelegramError):
        bench.run(bench.bot.send_poll(PERSON, "Banjir?", ["ya", "tidak"]))
    assert bench.fake.violations() == ["sendPoll: not modelled method"]


@pytest.mark.parametrize(
    "work",
    [
        lambda bot: bot.send_message(PERSON, "x", parse_mode="MarkdownV2"),
        lambda bot: bot.send_message(PERSON, "x", reply_parameters=ReplyParameters(1, GROUP)),
        lambda bot: bot.send_media_group(PERSON, [InputMediaVideo(b"a"), InputMediaVideo(b"b")]),
        lambda bot: bot.send_media_group(PERSON, [InputMediaAudio(b"a"), InputMediaAudio(b"b")]),
    ],
)
def test_part_that_is_not_modelled_is_loud(bench: Bench, work: Callable[[Bot], Any]) -> None:
    with pytest.raises(TelegramError, match="not modelled"):
        bench.run(work(bench.bot))
    assert "not modelled" in bench.fake.violations()[0]


def test_upload_that_nothing_mentions_is_noted(bench: Bench) -> None:
    address = f"{bench.fake.base_url}{bench.fake.token}/sendMessage"
    form = {"chat_id": str(PERSON), "text": "x"}
    assert httpx.post(address, data=form, files={"berkas": b"isi"}).status_code == 200
    assert bench.fake.violations() == ["sendMessage: upload not used: berkas"]
    media = {"chat_id": PERSON, "photo": "attach://tidak_ada"}
    assert "not found" in httpx.post(address[:-7] + "Photo", json=media).json()["description"]


@pytest.mark.parametrize("body", [b"{", b"[]"])
def test_unreadable_body_is_refused(bench: Bench, body: bytes) -> None:
    kind = {"content-type": "application/json"}
    address = f"{bench.fake.base_url}{bench.fake.token}/getMe"
    assert httpx.post(address, content=body, headers=kind).status_code == 400


def test_plain_query_and_any_case_of_the_method_are_understood(bench: Bench) -> None:
    address = f"{bench.fake.base_url}{bench.fake.token}/GETUPDATES"
    answer = httpx.get(address, params={"offset": 5, "limit": 1, "allowed_updates": '["message"]'})
    assert answer.json() == {"ok": True, "result": []}
    assert bench.fake.violations() == []


def test_foreign_token_is_refused(bench: Bench) -> None:
    address = f"{bench.fake.base_url}1:salah/getMe"
    assert httpx.post(address).json()["error_code"] == 401
    assert httpx.get(f"{bench.fake.base_file_url}1:salah/photos/x.png").status_code == 401
    assert httpx.get(f"{bench.fake.base_file_url}{bench.fake.token}/x.png").status_code == 404


def test_calls_are_kept_in_order_without_the_polling(bench: Bench) -> None:
    send(bench, "satu")
    bench.run(bench.bot.get_updates())
    (first,) = bench.fake.calls()
    send(bench, "dua")
    (second,) = bench.fake.calls(since=first["seq"])
    assert (second["params"]["text"], second["result"]["text"]) == ("dua", "dua")
    assert len(bench.fake.calls("getUpdates")) == 1
    assert bench.fake.token not in str(bench.fake.calls())


def test_second_poller_ends_the_first(bench: Bench) -> None:
    async def both() -> list[Any]:
        first = asyncio.create_task(bench.bot.get_updates(timeout=5))
        await asyncio.to_thread(bench.fake.wait, lambda: bench.fake.calls("getUpdates"))
        async with Bot(bench.fake.token, bench.fake.base_url) as other:
            second = asyncio.create_task(other.get_updates(timeout=5))
            ended = await asyncio.gather(first, return_exceptions=True)
            bench.fake.message(PERSON, PERSON, "halo")
            return [*ended, await second]

    conflict, updates = bench.run(both())
    assert isinstance(conflict, Conflict)
    assert [update.message.text for update in updates] == ["halo"]


def test_server_starts_and_stops_fast_even_with_a_poller_held() -> None:
    begun_at = time.monotonic()
    with FakeTelegram() as fake:
        assert time.monotonic() - begun_at < 0.5
        thread_free = httpx.Timeout(5)

        async def poll_and_leave() -> None:
            async with httpx.AsyncClient(timeout=thread_free) as client:
                address = f"{fake.base_url}{fake.token}/getUpdates?timeout=30"
                poll = asyncio.create_task(client.get(address))
                await asyncio.to_thread(fake.wait, lambda: fake.calls("getUpdates"))
                await asyncio.to_thread(fake.stop)
                assert (await poll).json() == {"ok": True, "result": []}

        asyncio.run(poll_and_leave())
        fake.message(PERSON, PERSON, "terlambat")
    assert time.monotonic() - begun_at < 2
