"""The loopback Bot API server answers python-telegram-bot as the service would: methods, refusals.

Edits are in test_fake_telegram_edits, faults in test_fake_telegram_faults, what people do in
test_fake_telegram_people.
"""

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image
from telegram import (
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from tests.fakes.telegram.bench import Bench, png

PERSON, GROUP, OLD_GROUP = 11, -1001, -44
FORUM, OWN_FORUM = -1000000000002, -1000000000003
TOPIC, CLOSED = 50, 60
KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("Ambil", callback_data="ack:7")]])


@pytest.fixture(scope="module")
def shared() -> Iterator[Bench]:
    with Bench() as bench:
        yield bench


@pytest.fixture
def bench(shared: Bench) -> Iterator[Bench]:
    """A bot that knows a person, a group and a forum; nothing irregular may have been sent."""
    fake = shared.fake
    fake.reset()
    fake.message(PERSON, PERSON, "halo", first_name="Ani")
    fake.chat(GROUP, type="supergroup", title="Humas", bot="administrator")
    fake.chat(FORUM, title="Dinas", is_forum=True)
    fake.chat(FORUM, topics={TOPIC: "Kesehatan", CLOSED: {"name": "Arsip", "closed": True}})
    fake.chat(OWN_FORUM, is_forum=True, username="forum_uji", bot="creator", description="Uji")
    yield shared
    assert fake.violations() == []


Work = Callable[[Bench], Any]


def refused(bench: Bench, work: Work, error: type[TelegramError], words: str) -> None:
    with pytest.raises(error) as caught:
        bench.run(work(bench))
    assert words.lower() in str(caught.value).lower()


def sent(bench: Bench, chat_id: int = PERSON, text: str = "Kartu", **more: Any) -> Any:
    return bench.run(bench.bot.send_message(chat_id, text, **more))


# The simple methods: a call and what must be true of its result.
SIMPLE: dict[str, tuple[Work, Callable[[Any], bool]]] = {
    "getMe": (lambda b: b.bot.get_me(), lambda me: me.is_bot and me.username.endswith("bot")),
    "deleteWebhook": (lambda b: b.bot.delete_webhook(), lambda done: done is True),
    "getWebhookInfo": (
        lambda b: b.bot.get_webhook_info(),
        lambda info: info.url == "" and info.pending_update_count == 1,
    ),
    "setMyCommands": (
        lambda b: b.bot.set_my_commands([BotCommand("status", "Keadaan")]),
        lambda done: done is True,
    ),
    "getMyCommands": (lambda b: b.bot.get_my_commands(), lambda commands: commands == ()),
    "deleteMyCommands": (lambda b: b.bot.delete_my_commands(), lambda done: done is True),
    "sendChatAction": (
        lambda b: b.bot.send_chat_action(PERSON, "upload_photo"),
        lambda done: done is True,
    ),
    "getChat": (
        lambda b: b.bot.get_chat(FORUM),
        lambda chat: (chat.type, chat.title, chat.is_forum) == ("supergroup", "Dinas", True),
    ),
    "getChatMember": (
        lambda b: b.bot.get_chat_member(GROUP, b.bot.id),
        lambda member: member.status == "administrator" and member.can_pin_messages,
    ),
    "getChatMemberLeft": (
        lambda b: b.bot.get_chat_member(GROUP, PERSON),
        lambda member: member.status == "left",
    ),
    "getChatAdministrators": (
        lambda b: b.bot.get_chat_administrators(GROUP),
        lambda members: len(members) == 1,
    ),
    "getChatMemberCount": (lambda b: b.bot.get_chat_member_count(GROUP), lambda n: n == 1),
    "getChatMemberCountOfOne": (lambda b: b.bot.get_chat_member_count(PERSON), lambda n: n == 2),
    "getChatByName": (
        lambda b: b.bot.get_chat("@forum_uji"),
        lambda chat: (chat.id, chat.description) == (OWN_FORUM, "Uji"),
    ),
    "getChatMemberCreator": (
        lambda b: b.bot.get_chat_member(OWN_FORUM, b.bot.id),
        lambda member: member.status == "creator",
    ),
    "createForumTopic": (
        lambda b: b.bot.create_forum_topic(OWN_FORUM, "Banjir"),
        lambda topic: topic.name == "Banjir",
    ),
    "sendPhotoAboveItsCaption": (
        lambda b: b.bot.send_photo(
            PERSON, png(9, 9), "x", show_caption_above_media=True, protect_content=True
        ),
        lambda message: message.show_caption_above_media and message.has_protected_content,
    ),
    "leaveChat": (lambda b: b.bot.leave_chat(GROUP), lambda done: done is True),
    "logOut": (lambda b: b.bot.log_out(), lambda done: done is True),
    "close": (lambda b: b.bot.close(), lambda done: done is True),
}


@pytest.mark.parametrize("name", SIMPLE)
def test_simple_method_is_answered(bench: Bench, name: str) -> None:
    work, is_right = SIMPLE[name]
    assert is_right(bench.run(work(bench)))


def test_commands_are_kept_by_scope_and_language(bench: Bench) -> None:
    scope = BotCommandScopeChat(GROUP)
    bench.run(bench.bot.set_my_commands([BotCommand("a", "satu")], scope=scope))
    bench.run(bench.bot.set_my_commands([BotCommand("b", "dua")], language_code="id"))
    assert [c.command for c in bench.run(bench.bot.get_my_commands(scope=scope))] == ["a"]
    assert [c.command for c in bench.run(bench.bot.get_my_commands(language_code="id"))] == ["b"]
    bench.run(bench.bot.delete_my_commands(scope=scope))
    assert bench.run(bench.bot.get_my_commands(scope=scope)) == ()


def test_message_carries_chat_thread_reply_and_buttons(bench: Bench) -> None:
    first = sent(bench, FORUM, message_thread_id=TOPIC)
    reply = ReplyParameters(first.message_id, quote="Kar")
    second = sent(
        bench,
        FORUM,
        "Lanjut",
        message_thread_id=TOPIC,
        reply_parameters=reply,
        reply_markup=KEYS,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    assert second.message_id == first.message_id + 1
    assert (second.message_thread_id, second.is_topic_message) == (TOPIC, True)
    assert (second.chat.title, second.chat.is_forum) == ("Dinas", True)
    assert second.reply_to_message.message_id == first.message_id
    assert (second.quote.text, second.quote.position) == ("Kar", 0)
    assert second.reply_markup == KEYS
    assert second.from_user.id == bench.bot.id
    assert first.reply_to_message.forum_topic_created.name == "Kesehatan"


HTML = [
    ("<b>Tebal</b> biasa", "Tebal biasa", [("bold", 0, 5)]),
    ("😀 <i>miring</i>", "😀 miring", [("italic", 3, 6)]),
    ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
    ("1 &lt; 2 &amp;&#33; &nbsp;", "1 < 2 &! &nbsp;", []),
    ("  <u>x</u>\n", "x", [("underline", 0, 1)]),
    ('<a href="https://contoh.test/a?b=1&amp;c=2">ini</a>', "ini", [("text_link", 0, 3)]),
    ('<a href="localhost">ini</a>', "ini", []),
    ("<pre><code class='language-py'>x=1</code></pre>", "x=1", [("pre", 0, 3)]),
    ("<code>/a <b>b</b></code>", "/a b", [("code", 0, 4)]),
    ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", 0, 1)]),
    (
        '<span class="tg-spoiler">s</span><s>t</s>',
        "st",
        [("spoiler", 0, 1), ("strikethrough", 1, 1)],
    ),
    ('<tg-emoji emoji-id="5">😀</tg-emoji>', "😀", [("custom_emoji", 0, 2)]),
    (
        "/status@x_bot @ani_humas #banjir https://contoh.test/x.",
        "/status@x_bot @ani_humas #banjir https://contoh.test/x.",
        [("bot_command", 0, 13), ("mention", 14, 10), ("hashtag", 25, 7), ("url", 33, 21)],
    ),
]


@pytest.mark.parametrize(("source", "text", "entities"), HTML)
def test_html_becomes_text_and_entities_in_utf16_units(
    bench: Bench, source: str, text: str, entities: list[tuple[str, int, int]]
) -> None:
    message = sent(bench, PERSON, source, parse_mode="HTML")
    assert message.text == text
    assert [(e.type, e.offset, e.length) for e in message.entities] == entities


@pytest.mark.parametrize(
    "source",
    ["a < b", "<b>a", "a</b>", "<b>a</i>", "<p>a</p>", "<b", "</b", "<span>a</span>",
     "<a href>x</a>", "<b =1>x</b>", "<a ", "<b>x</b"],
)  # fmt: skip
def test_broken_html_is_refused(bench: Bench, source: str) -> None:
    refused(bench, lambda b: b.bot.send_message(PERSON, source, parse_mode="HTML"), BadRequest,
            "parse entities")  # fmt: skip


def keys(count: int = 1, text: str = "Tombol", **action: Any) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(text, **action)]] * count)


def say(chat_id: int | str, text: str = "Halo", **more: Any) -> Work:
    return lambda b: b.bot.send_message(chat_id, text, **more)


def album(kinds: list[str]) -> Work:
    made = {
        "photo": lambda: InputMediaPhoto(png(20, 20)),
        "document": lambda: InputMediaDocument(b"isi", filename="a.txt"),
    }
    return lambda b: b.bot.send_media_group(PERSON, [made[kind]() for kind in kinds])


REFUSALS: list[tuple[Work, type[TelegramError], str]] = [
    (say(PERSON, "   "), BadRequest, "text is empty"),
    (say(PERSON, "<b></b>", parse_mode="HTML"), BadRequest, "text is empty"),
    (say(PERSON, "x" * 4097), BadRequest, "too long"),
    (say(PERSON, "x", parse_mode="Rumit"), BadRequest, "parse_mode"),
    (lambda b: b.bot.send_photo(PERSON, png(9, 9), caption="x" * 1025), BadRequest, "too long"),
    (say(PERSON, reply_markup=keys(callback_data="é" * 33)), BadRequest, "button_data_invalid"),
    (say(PERSON, reply_markup=keys(callback_data="")), BadRequest, "button_data_invalid"),
    (say(PERSON, reply_markup=keys()), BadRequest, "inline keyboard"),
    (say(PERSON, reply_markup=keys(url="a", pay=True)), BadRequest, "inline keyboard"),
    (say(PERSON, reply_markup=keys(url="http://localhost:80/x")), BadRequest, "url"),
    (say(-999), BadRequest, "chat not found"),
    (say("@tidak_ada"), BadRequest, "chat not found"),
    (say(FORUM, message_thread_id=9999), BadRequest, "thread not found"),
    (say(PERSON, message_thread_id=3), BadRequest, "thread not found"),
    (say(FORUM, message_thread_id=CLOSED), BadRequest, "topic_closed"),
    (say(PERSON, reply_parameters=ReplyParameters(777)), BadRequest, "replied not found"),
    (say(PERSON, reply_parameters=ReplyParameters(1, quote="xyz")), BadRequest, "quote"),
    (say(PERSON, reply_markup=keys(callback_data="a", text=" ")), BadRequest, "text is empty"),
    (say(PERSON, reply_markup=keys(101, callback_data="a")), BadRequest, "too long"),
    (lambda b: b.bot.send_document(PERSON, b""), BadRequest, "non-empty"),
    (lambda b: b.bot.create_forum_topic(OWN_FORUM, " "), BadRequest, "topic name is empty"),
    (lambda b: b.bot.create_forum_topic(OWN_FORUM, "x" * 129), BadRequest, "title_invalid"),
    (lambda b: b.bot.create_forum_topic(OWN_FORUM, "x", 5), BadRequest, "icon color"),
    (lambda b: b.bot.edit_message_text("x", PERSON, 777), BadRequest, "edit not found"),
    (lambda b: b.bot.edit_message_text("x", PERSON, 1), BadRequest, "can't be edited"),
    (lambda b: b.bot.edit_message_text("x", inline_message_id="1"), BadRequest, "identifier"),
    (lambda b: b.bot.delete_message(PERSON, 777), BadRequest, "delete not found"),
    (lambda b: b.bot.pin_chat_message(FORUM, TOPIC), BadRequest, "not enough rights"),
    (lambda b: b.bot.pin_chat_message(PERSON, 777), BadRequest, "pin not found"),
    (lambda b: b.bot.unpin_chat_message(PERSON), BadRequest, "unpin not found"),
    (lambda b: b.bot.unpin_chat_message(PERSON, 1), BadRequest, "unpin not found"),
    (lambda b: b.bot.answer_callback_query("tidak-ada"), BadRequest, "query is too old"),
    (lambda b: b.bot.send_photo(PERSON, b"bukan gambar"), BadRequest, "image_process_failed"),
    (lambda b: b.bot.send_photo(PERSON, png(90, 9)[:-20]), BadRequest, "image_process_failed"),
    (lambda b: b.bot.send_photo(PERSON, b"\xff\xd8\xff\xe0"), BadRequest, "image_process_failed"),
    (lambda b: b.bot.send_photo(PERSON, png(9001, 1000)), BadRequest, "photo_invalid_dimensions"),
    (lambda b: b.bot.send_photo(PERSON, png(210, 10)), BadRequest, "photo_invalid_dimensions"),
    (lambda b: b.bot.send_photo(PERSON, b"x" * 10_485_761), BadRequest, "too big"),
    (lambda b: b.bot.send_photo(PERSON, "tidak-ada"), BadRequest, "wrong file identifier"),
    (lambda b: b.bot.send_document(PERSON, "tidak-ada"), BadRequest, "wrong file identifier"),
    (album(["photo"]), BadRequest, "too few"),
    (album(["photo"] * 11), BadRequest, "too many"),
    (album(["photo", "document"]), BadRequest, "mixed"),
    (lambda b: b.bot.send_chat_action(PERSON, "menari"), BadRequest, "action"),
    (lambda b: b.bot.get_file("tidak-ada"), BadRequest, "file_id"),
    (lambda b: b.bot.get_chat_member(GROUP, 987), BadRequest, "participant_id_invalid"),
    (lambda b: b.bot.get_chat_administrators(PERSON), BadRequest, "private chat"),
    (lambda b: b.bot.leave_chat(PERSON), BadRequest, "private"),
    (lambda b: b.bot.create_forum_topic(GROUP, "Baru"), BadRequest, "not a forum"),
    (lambda b: b.bot.create_forum_topic(FORUM, "Baru"), BadRequest, "not enough rights"),
    (lambda b: b.bot.set_my_commands([("Besar", "x")]), BadRequest, "command_invalid"),
    (lambda b: b.bot.set_my_commands([("a", "")]), BadRequest, "description_invalid"),
    (lambda b: b.bot.set_my_commands([("a", "x")] * 101), BadRequest, "too_much"),
    (lambda b: b.bot.set_message_reaction(PERSON, 1, "🧱"), BadRequest, "reaction_invalid"),
    (lambda b: b.bot.set_message_reaction(PERSON, 1, ["👍", "👎"]), BadRequest, "too_many"),
    (lambda b: b.bot.set_message_reaction(PERSON, 99, "👍"), BadRequest, "not found"),
]


@pytest.mark.parametrize(("work", "error", "words"), REFUSALS, ids=[r[2] for r in REFUSALS])
def test_refused_as_the_service_does(
    bench: Bench, work: Work, error: type[TelegramError], words: str
) -> None:
    before = len(bench.fake.messages())
    refused(bench, work, error, words)
    assert len(bench.fake.messages()) == before


STANDINGS = [
    (PERSON, "blocked", Forbidden, "blocked"),
    (PERSON, "deactivated", Forbidden, "deactivated"),
    (PERSON, "never", Forbidden, "initiate"),
    (GROUP, "kicked", Forbidden, "kicked"),
    (GROUP, "left", Forbidden, "not a member"),
    (GROUP, "restricted", BadRequest, "rights"),
]


@pytest.mark.parametrize(("chat_id", "standing", "error", "words"), STANDINGS)
def test_chat_that_shut_the_bot_out_refuses(
    bench: Bench, chat_id: int, standing: str, error: type[TelegramError], words: str
) -> None:
    bench.fake.chat(chat_id, bot=standing)
    refused(bench, say(chat_id), error, words)


def test_migrated_group_names_its_new_chat(bench: Bench) -> None:
    bench.fake.chat(OLD_GROUP, type="group", title="Lama", migrate_to=-1000000000044)
    with pytest.raises(ChatMigrated) as caught:
        sent(bench, OLD_GROUP)
    assert caught.value.new_chat_id == -1000000000044
    assert sent(bench, caught.value.new_chat_id).chat.title == "Lama"


def test_longest_text_and_caption_pass(bench: Bench) -> None:
    assert len(sent(bench, PERSON, "<b>" + "x" * 4096 + "</b>", parse_mode="HTML").text) == 4096
    photo = bench.run(bench.bot.send_photo(PERSON, png(9, 9), caption="x" * 1024))
    assert len(photo.caption) == 1024


@pytest.mark.parametrize(("kind", "suffix"), [("PNG", ".png"), ("JPEG", ".jpg")])
def test_photo_sizes_come_from_the_bytes(bench: Bench, kind: str, suffix: str) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (1000, 500)).save(picture, kind)
    message = bench.run(bench.bot.send_photo(PERSON, picture.getvalue()))
    sizes = [(size.width, size.height) for size in message.photo]
    assert sizes == [(90, 45), (320, 160), (800, 400), (1000, 500)]
    assert bench.fake.photo_bytes(bench.fake.messages(PERSON)[-1]) == picture.getvalue()
    file = bench.run(bench.bot.get_file(message.photo[-1].file_id))
    assert file.file_path.endswith(suffix)
    assert bytes(bench.run(file.download_as_bytearray())) == picture.getvalue()
    again = bench.run(bench.bot.send_photo(PERSON, message.photo[-1].file_id))
    assert again.photo == message.photo


def test_document_keeps_name_kind_and_size(bench: Bench) -> None:
    message = bench.run(bench.bot.send_document(PERSON, b"%PDF-1.7", filename="laporan.pdf"))
    document = message.document
    assert (document.file_name, document.file_size) == ("laporan.pdf", 8)
    assert document.mime_type == "application/pdf"
    file = bench.run(bench.bot.get_file(document.file_id))
    assert bytes(bench.run(file.download_as_bytearray())) == b"%PDF-1.7"


def test_album_shares_one_group_id(bench: Bench) -> None:
    messages = bench.run(album(["photo", "photo"])(bench))
    assert len({message.media_group_id for message in messages}) == 1
    documents = bench.run(album(["document", "document"])(bench))
    assert documents[0].media_group_id != messages[0].media_group_id


def test_topic_is_opened_and_written_in(bench: Bench) -> None:
    bench.fake.chat(FORUM, bot="administrator")
    topic = bench.run(bench.bot.create_forum_topic(FORUM, "Banjir", icon_color=0x6FB9F0))
    message = sent(bench, FORUM, message_thread_id=topic.message_thread_id)
    assert (topic.name, message.message_thread_id) == ("Banjir", topic.message_thread_id)
    assert sent(bench, FORUM, message_thread_id=CLOSED).message_thread_id == CLOSED
