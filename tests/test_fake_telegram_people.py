"""What people do in the loopback Telegram reaches a running python-telegram-bot application."""

import asyncio
import base64
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MaybeInaccessibleMessage, Update
from telegram.error import BadRequest
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from tests.fakes.telegram.bench import Bench, png

PERSON, OTHER, GROUP, FORUM, TOPIC = 11, 12, -1001, -1000000000002, 50
KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("Ambil", callback_data="ack:7")]])


@pytest.fixture(scope="module")
def shared() -> Iterator[Bench]:
    with Bench() as bench:
        yield bench


@pytest.fixture
def bench(shared: Bench) -> Iterator[Bench]:
    """A bot in a group and a forum; nothing irregular may have been sent."""
    shared.fake.reset()
    shared.fake.chat(GROUP, type="supergroup", title="Humas", username="humas_uji")
    shared.fake.chat(FORUM, title="Dinas", is_forum=True, topics={TOPIC: "Kesehatan"})
    yield shared
    assert shared.fake.violations() == []


def updates(bench: Bench, **more: Any) -> list[Update]:
    return list(bench.run(bench.bot.get_updates(**more)))


def card(bench: Bench, chat_id: int = GROUP, **more: Any) -> Any:
    return bench.run(bench.bot.send_message(chat_id, "Kartu", reply_markup=KEYS, **more))


def test_updates_are_redelivered_until_confirmed(bench: Bench) -> None:
    for text in ("satu", "dua", "tiga"):
        bench.fake.message(PERSON, PERSON, text)
    first = updates(bench)
    assert [u.update_id - first[0].update_id for u in first] == [0, 1, 2]
    assert updates(bench) == first
    assert updates(bench, limit=1) == first[:1]
    assert updates(bench, offset=first[1].update_id) == first[1:]
    assert updates(bench, offset=-1) == first[2:]
    assert updates(bench) == first[2:]
    assert updates(bench, offset=first[2].update_id + 1) == []
    bench.fake.message(PERSON, PERSON, "empat")
    assert updates(bench)[0].update_id == first[2].update_id + 1
    bench.run(bench.bot.delete_webhook(drop_pending_updates=True))
    assert updates(bench) == []


def test_held_poll_ends_when_something_happens(bench: Bench) -> None:
    async def held() -> Any:
        polls = len(bench.fake.calls("getUpdates"))
        poll = asyncio.create_task(bench.bot.get_updates(timeout=4))
        await asyncio.to_thread(
            bench.fake.wait, lambda: len(bench.fake.calls("getUpdates")) > polls
        )
        bench.fake.message(PERSON, PERSON, "halo")
        return await asyncio.wait_for(poll, 2)

    assert [update.message.text for update in bench.run(held())] == ["halo"]


def test_only_the_kinds_asked_for_come_and_the_choice_is_remembered(bench: Bench) -> None:
    assert updates(bench, allowed_updates=["edited_message"]) == []
    number = bench.fake.message(GROUP, PERSON, "awal")["message_id"]
    bench.fake.edit(GROUP, number, "akhir")
    (update,) = updates(bench)
    assert (update.edited_message.text, update.message) == ("akhir", None)
    assert update.edited_message.edit_date is not None
    assert bench.fake.state()["allowed_updates"] == ["edited_message"]
    info = bench.run(bench.bot.get_webhook_info())
    assert (info.allowed_updates, info.pending_update_count) == (("edited_message",), 1)


def test_message_tells_who_where_and_what(bench: Bench) -> None:
    names = {"first_name": "Ani", "last_name": "Uji", "username": "ani_uji", "language_code": "id"}
    made = bench.fake.message(FORUM, PERSON, "/status@x_bot banjir", thread_id=TOPIC, **names)
    message = updates(bench)[0].message
    assert message.message_id == made["message_id"]
    assert (message.from_user.full_name, message.from_user.language_code) == ("Ani Uji", "id")
    assert (message.chat.is_forum, message.message_thread_id) == (True, TOPIC)
    assert message.entities[0].type == "bot_command"
    assert message.reply_to_message.forum_topic_created.name == "Kesehatan"
    assert bench.run(bench.bot.get_chat_member(FORUM, PERSON)).status == "member"


def test_answer_in_a_plain_supergroup_carries_its_thread(bench: Bench) -> None:
    shown = card(bench)
    bench.fake.message(GROUP, PERSON, "siap", reply_to=shown.message_id)
    message = updates(bench)[0].message
    assert message.reply_to_message.message_id == shown.message_id
    assert (message.message_thread_id, message.is_topic_message) == (shown.message_id, None)
    answered = bench.run(bench.bot.send_message(GROUP, "ya", message_thread_id=shown.message_id))
    assert answered.text == "ya"


def test_picture_document_and_forward_come_from_people(bench: Bench) -> None:
    origin = {"type": "hidden_user", "date": 1_700_000_000, "sender_user_name": "Warga"}
    bench.fake.message(PERSON, PERSON, photo=png(50, 40), caption="layar", forward_origin=origin)
    bench.fake.message(PERSON, PERSON, document=b"a,b", filename="data.csv", mime="text/csv")
    photo, document = (update.message for update in updates(bench))
    assert (photo.caption, photo.photo[-1].width) == ("layar", 50)
    assert photo.forward_origin.sender_user_name == "Warga"
    file = bench.run(document.document.get_file())
    assert bytes(bench.run(file.download_as_bytearray())) == b"a,b"


def test_channel_posts_and_linked_posts_are_told_apart(bench: Bench) -> None:
    bench.fake.chat(-1009, type="channel", title="Kanal", bot="administrator")
    bench.fake.message(-1009, PERSON, "Pengumuman")
    bench.fake.message(GROUP, 777000, "Pengumuman", sender_chat=-1009, is_automatic_forward=True)
    post, linked = updates(bench)
    assert (post.channel_post.sender_chat.title, post.message) == ("Kanal", None)
    assert linked.message.is_automatic_forward
    own = bench.run(bench.bot.send_message(-1009, "Isi"))
    assert (own.sender_chat.id, own.from_user) == (-1009, None)
    bench.fake.chat(-1009, bot="member")
    with pytest.raises(BadRequest, match="administrator"):
        bench.run(bench.bot.send_message(-1009, "Isi"))


@pytest.mark.parametrize(
    ("text", "standing", "is_shown"),
    [
        ("banjir lagi", "member", False),
        ("banjir lagi", "administrator", True),
        ("/status", "member", True),
        ("/status@bot_lain", "member", False),
        ("tolong @siaga_loopback_bot", "member", True),
    ],
)
def test_privacy_mode_shows_only_what_is_meant_for_the_bot(
    bench: Bench, text: str, standing: str, is_shown: bool
) -> None:
    bench.fake.bot(can_read_all_group_messages=False)
    bench.fake.chat(GROUP, bot=standing, silent=True)
    bench.fake.message(GROUP, PERSON, text)
    assert bool(updates(bench)) is is_shown


def test_nothing_comes_from_a_group_that_the_bot_left(bench: Bench) -> None:
    bench.run(bench.bot.leave_chat(GROUP))
    bench.fake.message(GROUP, PERSON, "halo")
    assert updates(bench) == []


def test_being_blocked_and_moved_is_told(bench: Bench) -> None:
    bench.fake.chat(PERSON)
    bench.fake.chat(PERSON, bot="blocked")
    bench.fake.chat(-44, type="group", title="Lama", migrate_to=-1000000000044)
    blocked, left, came = updates(bench)
    assert blocked.my_chat_member.new_chat_member.status == "kicked"
    assert left.message.migrate_to_chat_id == -1000000000044
    assert came.message.migrate_from_chat_id == -44


@pytest.mark.parametrize("status", ["creator", "administrator", "member", "restricted", "kicked"])
def test_member_of_every_standing_is_described(bench: Bench, status: str) -> None:
    bench.fake.chat(GROUP, members={OTHER: status})
    assert bench.run(bench.bot.get_chat_member(GROUP, OTHER)).status == status
    admins = bench.run(bench.bot.get_chat_administrators(GROUP))
    assert len(admins) == (status in ("creator", "administrator"))


@pytest.mark.parametrize("press", [{"label": "Ambil"}, {"data": "ack:7"}])
def test_press_is_answered_once(bench: Bench, press: dict[str, str]) -> None:
    shown = card(bench)
    pressed = bench.fake.press(GROUP, shown.message_id, user_id=PERSON, **press)
    query = updates(bench)[0].callback_query
    assert (query.id, query.data, query.from_user.id) == (pressed, "ack:7", PERSON)
    assert query.message.text == "Kartu"
    assert not bench.fake.callback(pressed)["answered"]
    bench.run(bench.bot.answer_callback_query(pressed, "Tercatat", show_alert=True))
    answer = bench.fake.callback(pressed)
    assert (answer["answered"], answer["text"], answer["alert"]) == (True, "Tercatat", True)
    with pytest.raises(BadRequest, match="too old"):
        bench.run(bench.bot.answer_callback_query(pressed))


def test_expired_and_overlong_answers_are_refused(bench: Bench) -> None:
    number = card(bench).message_id
    expired = bench.fake.press(GROUP, number, "ack:7", user_id=PERSON, ttl=-1)
    with pytest.raises(BadRequest, match="too old"):
        bench.run(bench.bot.answer_callback_query(expired))
    pressed = bench.fake.press(GROUP, number, "ack:7", user_id=PERSON, ttl=60)
    with pytest.raises(BadRequest, match=r"(?i)too_long"):
        bench.run(bench.bot.answer_callback_query(pressed, "x" * 201))


def test_press_on_an_older_keyboard_or_a_hidden_message_comes_through(bench: Bench) -> None:
    number = card(bench).message_id
    bench.run(bench.bot.edit_message_reply_markup(GROUP, number))
    bench.fake.press(GROUP, number, data="ack:7", user_id=PERSON)
    bench.fake.press(GROUP, number, data="palsu:1", user_id=PERSON, forged=True)
    bench.fake.delete(GROUP, number)
    bench.fake.press(GROUP, number, data="ack:7", user_id=PERSON, inaccessible=True)
    old, forged, hidden = (update.callback_query for update in updates(bench))
    assert (old.data, forged.data) == ("ack:7", "palsu:1")
    assert isinstance(hidden.message, MaybeInaccessibleMessage)
    assert not hidden.message.is_accessible


def test_orders_that_make_no_sense_are_mistakes_of_the_test(bench: Bench) -> None:
    number = card(bench).message_id
    wrong = [
        lambda: bench.fake.press(GROUP, number, label="Tidak ada", user_id=PERSON),
        lambda: bench.fake.press(GROUP, number, data="tidak:1", user_id=PERSON),
        lambda: bench.fake.press(GROUP, number, data="ack:7"),
        lambda: bench.fake.press(GROUP, 999, data="ack:7", user_id=PERSON),
        lambda: bench.fake.edit(GROUP, number, "x"),
        lambda: bench.fake.callback("tidak-ada"),
        lambda: bench.fake.message(GROUP, bench.bot.id, "x"),
        lambda: bench.fake.chat(GROUP, bot="bingung"),
        lambda: bench.fake.chat(GROUP, topics={number: "Terpakai"}),
    ]
    for order in wrong:
        with pytest.raises(ValueError, match=": "):
            order()
    with pytest.raises(AssertionError, match="not within"):
        bench.fake.wait(lambda: False, timeout=0.05)


def test_topics_are_added_closed_and_deleted(bench: Bench) -> None:
    bench.fake.chat(FORUM, topics={20: "Jalan"})
    assert card(bench, FORUM, message_thread_id=20).message_thread_id == 20
    bench.fake.chat(FORUM, topics={20: {"closed": True}})
    with pytest.raises(BadRequest, match=r"(?i)topic_closed"):
        card(bench, FORUM, message_thread_id=20)
    bench.fake.chat(FORUM, topics={20: None})
    with pytest.raises(BadRequest, match="thread not found"):
        card(bench, FORUM, message_thread_id=20)


def test_reply_keyboard_is_taken_but_not_echoed(bench: Bench) -> None:
    keyboard = {"keyboard": [[{"text": "Ya"}]], "one_time_keyboard": True}
    for markup in (keyboard, {"force_reply": True}, {"remove_keyboard": True}):
        address = f"{bench.fake.base_url}{bench.fake.token}/sendMessage"
        form = {"chat_id": GROUP, "text": "Pilih", "reply_markup": markup}
        assert "reply_markup" not in httpx.post(address, json=form).json()["result"]
        assert bench.fake.messages(GROUP)[-1]["keyboard"] == markup


async def _start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    await update.effective_message.reply_html("<b>Siap</b>", reply_markup=KEYS, do_quote=True)


async def _press(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    await update.callback_query.answer("Tercatat")
    await update.callback_query.edit_message_text("Diambil")


async def _echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    await update.effective_message.reply_text(update.effective_message.text.upper())


def test_running_application_takes_commands_presses_and_words(bench: Bench) -> None:
    fake = bench.fake
    builder = Application.builder().token(fake.token).base_url(fake.base_url)
    application = builder.base_file_url(fake.base_file_url).build()
    application.add_handler(CommandHandler("mulai", _start))
    application.add_handler(CallbackQueryHandler(_press))
    application.add_handler(MessageHandler(filters.TEXT, _echo))

    def people() -> str:
        fake.message(FORUM, PERSON, "/mulai", thread_id=TOPIC)
        shown = fake.wait(lambda: [m for m in fake.messages(FORUM) if m["rows"]])[0]
        pressed = fake.press(FORUM, shown["message_id"], label="Ambil", user_id=PERSON)
        fake.wait(lambda: fake.calls("editMessageText"))
        fake.message(GROUP, OTHER, "terima kasih")
        fake.wait(lambda: [m for m in fake.messages(GROUP) if m.get("text") == "TERIMA KASIH"])
        return pressed

    async def whole() -> str:
        async with application:
            await application.start()
            await application.updater.start_polling(timeout=2, allowed_updates=Update.ALL_TYPES)
            pressed = await asyncio.to_thread(people)
            await application.updater.stop()
            await application.stop()
        return pressed

    answer = fake.callback(bench.run(whole()))
    assert answer["text"] == "Tercatat"
    shown = next(m for m in fake.messages(FORUM) if m["edits"])
    assert (shown["text"], shown["message_thread_id"]) == ("Diambil", TOPIC)
    assert fake.state()["waiting"] == []


def order(bench: Bench, name: str, **arguments: Any) -> Any:
    answer = httpx.post(f"{bench.fake.url}/_ctl/{name}", json={"token": "x", **arguments})
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def ask(bench: Bench, name: str, **arguments: Any) -> Any:
    return httpx.get(f"{bench.fake.url}/_ctl/{name}", params=arguments).json()["result"]


def test_every_order_goes_over_http_too(bench: Bench) -> None:
    assert order(bench, "chat", chat_id=GROUP, title="Baru", members={"12": "creator"})["title"]
    picture = base64.b64encode(png(9, 9)).decode()
    made = order(bench, "message", chat_id=PERSON, user_id=PERSON, photo=picture)
    order(bench, "edit", chat_id=PERSON, message_id=made["message_id"], caption="x")
    number = card(bench).message_id
    pressed = order(bench, "press", chat_id=GROUP, message_id=number, label="Ambil", user_id=1)
    raw = order(bench, "update", message={**made, "message_id": 900})
    assert [u.update_id for u in updates(bench)][-1] == raw
    order(bench, "fault", method="getMe", code=500)
    order(bench, "faults_clear")
    order(bench, "limits", per_chat_s=50, per_group_min=20, total_s=30)
    order(bench, "delete", chat_id=GROUP, message_id=number)
    order(bench, "bot", first_name="Lain")
    assert ask(bench, "calls", method="sendMessage", since=0)[0]["ok"]
    assert ask(bench, "messages", chat_id=GROUP)[0]["deleted"]
    assert ask(bench, "callback", id=pressed)["answered"] is False
    assert ask(bench, "state")["faults"] == 0
    assert ask(bench, "violations") == []
    file_id = made["photo"][0]["file_id"]
    address = f"{bench.fake.url}/_ctl/file"
    assert httpx.get(address, params={"file_id": file_id}).content == png(9, 9)
    assert httpx.get(address, params={"file_id": "x"}).status_code == 404
    order(bench, "reset")
    assert ask(bench, "messages") == []


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("terbang", {}, 404),
        ("fault", {"method": "getMe", "mode": "x"}, 400),
        ("press", {"chat_id": GROUP, "message_id": 99}, 400),
        ("message", {"salah": 1}, 400),
    ],
)
def test_wrong_order_over_http_is_refused(
    bench: Bench, name: str, body: dict[str, Any], code: int
) -> None:
    answer = httpx.post(f"{bench.fake.url}/_ctl/{name}", json=body)
    assert (answer.status_code, answer.json()["ok"]) == (code, False)


def test_server_runs_on_its_own(bench: Bench) -> None:
    command = [sys.executable, "-m", "tests.fakes.telegram", "--token", "5:sendiri"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    with process as server:
        assert server.stdout is not None
        url = server.stdout.readline().rpartition(" ")[2].strip()
        assert httpx.get(f"{url}/bot5:sendiri/getMe").json()["result"]["id"] == 5
        server.send_signal(signal.SIGTERM)
        assert server.wait(5) == 0
