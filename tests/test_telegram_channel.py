"""Sending to Telegram keeps its limits, survives its refusals, and says plainly what happened."""

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from monitor.errors import DeliveryError, Reason
from monitor.messages import Button, Message, escape
from monitor.messages.base import visible_units
from monitor.records import ChatId
from monitor.telegram.base import Place
from monitor.telegram.channel import TelegramChannel
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.bench import png

PERSON, GROUP, MOVED, FORUM = ChatId(11), ChatId(-1001), ChatId(-44), ChatId(-1000000000002)
NEW_GROUP = -1000000000044
TOPIC, CLOSED = 50, 60
PICTURE, OTHER = png(80, 42), png(84, 42)
BROKEN = PICTURE[:40]
KEYS = ((Button("Tangani", "ak:7"), Button("Senyapkan", "si:7")), (Button("Selesai", "re:7"),))


@dataclass
class Clock:
    """Seconds that stand still until a test moves them."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Line:
    """A channel with the server that it talks to."""

    channel: TelegramChannel
    fake: FakeTelegram
    clock: Clock

    def send(self, message: Message | str, place: Place | None = None) -> int:
        words = Message(message) if isinstance(message, str) else message
        return self.channel.send(place or Place(PERSON), words)

    def edit(self, number: int, message: Message | str, *, picture: bool = False) -> None:
        words = Message(message) if isinstance(message, str) else message
        self.channel.edit(Place(PERSON), number, words, picture=picture)

    def seen(self, number: int, chat_id: int = PERSON) -> dict[str, Any]:
        return next(m for m in self.fake.messages(chat_id) if m["message_id"] == number)

    def refused(self, reason: Reason, place: Place, message: Message | str = "Kartu") -> Any:
        with pytest.raises(DeliveryError) as caught:
            self.send(message, place)
        assert caught.value.reason is reason
        assert self.fake.token not in str(caught.value)
        assert self.fake.url not in str(caught.value)
        return caught.value

    def edit_refused(self, reason: Reason, number: int) -> Any:
        with pytest.raises(DeliveryError) as caught:
            self.edit(number, "Kartu baru")
        assert caught.value.reason is reason
        return caught.value


@pytest.fixture
def line(server: FakeTelegram) -> Iterator[Line]:
    server.reset()
    server.message(PERSON, PERSON, "halo", first_name="Ani")
    server.chat(GROUP, type="supergroup", title="Humas", bot="administrator")
    server.chat(MOVED, type="group", title="Lama", bot="member")
    server.chat(FORUM, title="Dinas", is_forum=True)
    server.chat(FORUM, topics={TOPIC: "Kesehatan", CLOSED: {"name": "Arsip", "closed": True}})
    clock = Clock()
    channel = TelegramChannel(server.token, server.url, 18, 2.0, clock)
    yield Line(channel, server, clock)
    channel.close()
    assert server.violations() == []


# Sending


def test_words_arrive_as_html_with_buttons_and_without_link_preview(line: Line) -> None:
    number = line.send(Message("<b>Siaga</b> https://example.org", KEYS))
    seen = line.seen(number)
    assert seen["text"] == "Siaga https://example.org"
    assert seen["entities"][0]["type"] == "bold"
    assert seen["link_preview_options"] == {"is_disabled": True}
    assert [[b["callback_data"] for b in row] for row in seen["rows"]] == [
        ["ak:7", "si:7"],
        ["re:7"],
    ]


def test_a_picture_carries_the_words_as_its_caption(line: Line) -> None:
    seen = line.seen(line.send(Message("<b>Siaga</b>", KEYS, PICTURE)))
    assert (seen["caption"], len(seen["rows"])) == ("Siaga", 2)
    assert line.fake.photo_bytes(seen) == PICTURE


@pytest.mark.parametrize("words", ["<b>", "</a", "a < b & c > d", '<a href="x">', "&lt;", "🙂 & <"])
def test_what_citizens_wrote_arrives_as_they_wrote_it(line: Line, words: str) -> None:
    assert line.seen(line.send(escape(words)))["text"] == words


def test_an_answer_stands_below_its_message(line: Line) -> None:
    card = line.send("Kartu")
    number = line.send("Naik", Place(PERSON, reply_to=card))
    assert line.seen(number)["reply_to_message"]["message_id"] == card


def test_an_answer_to_a_deleted_message_is_sent_all_the_same(line: Line) -> None:
    card = line.send("Kartu")
    line.fake.delete(PERSON, card)
    assert "reply_to_message" not in line.seen(line.send("Naik", Place(PERSON, reply_to=card)))


def test_a_topic_receives_its_messages(line: Line) -> None:
    number = line.send("Kartu", Place(FORUM, TOPIC))
    assert line.seen(number, FORUM)["message_thread_id"] == TOPIC


@pytest.mark.parametrize("thread_id", [CLOSED, 4711])
def test_a_closed_or_missing_topic_is_left_out(line: Line, thread_id: int) -> None:
    number = line.send(Message("Kartu", photo=PICTURE), Place(FORUM, thread_id))
    assert "message_thread_id" not in line.seen(number, FORUM)


def test_a_chat_whose_every_topic_is_closed_is_a_matter_of_permission(line: Line) -> None:
    line.fake.fault("sendMessage", code=400, description="Bad Request: TOPIC_CLOSED", times=0)
    line.refused(Reason.PERMISSION, Place(FORUM, CLOSED))
    assert len(line.fake.calls("sendMessage")) == 2
    line.fake.faults_clear()


@pytest.mark.parametrize("photo", [BROKEN, b"GIF89a", png(2100, 100)])
def test_a_refused_picture_leaves_the_words(line: Line, photo: bytes) -> None:
    seen = line.seen(line.send(Message("<i>Kartu</i>", KEYS, photo)))
    assert (seen["text"], len(seen["rows"])) == ("Kartu", 2)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (413, "Request Entity Too Large"),
        (400, "Bad Request: not enough rights to send photos to the chat"),
        (400, "Bad Request: message caption is too long"),
    ],
)
def test_a_picture_that_may_not_be_sent_leaves_the_words(line: Line, code: int, words: str) -> None:
    line.fake.fault("sendPhoto", code=code, description=words)
    assert line.seen(line.send(Message("Kartu", photo=PICTURE)))["text"] == "Kartu"


def test_a_caption_of_1024_units_stays_with_the_picture(line: Line) -> None:
    assert line.seen(line.send(Message("🙂" * 512, photo=PICTURE)))["caption"] == "🙂" * 512


def test_a_longer_caption_is_sent_as_words(line: Line) -> None:
    seen = line.seen(line.send(Message("🙂" * 513, photo=PICTURE)))
    assert seen["text"] == "🙂" * 513
    assert not line.fake.calls("sendPhoto")


def test_4096_units_arrive_whole(line: Line) -> None:
    assert line.seen(line.send("&amp;" * 4096))["text"] == "&" * 4096


def test_longer_text_is_cut_at_a_line_with_its_tags_closed(line: Line) -> None:
    text = "\n".join(f"<b>baris {i} 🙂 &lt;</b>" for i in range(500))
    seen = line.seen(line.send(text))["text"]
    assert visible_units(seen) <= 4096
    assert seen.endswith(" 🙂 <…")


@pytest.mark.parametrize("text", ["<b>Kartu", "Kartu</b>", "<u><i>Kartu</u></i>"])
def test_words_that_telegram_cannot_parse_are_sent_plainly(line: Line, text: str) -> None:
    seen = line.seen(line.send(Message(text, KEYS)))
    assert (seen["text"], len(seen["rows"]), "entities" in seen) == ("Kartu", 2, False)


def test_unparsable_words_in_a_closed_topic_with_a_broken_picture_arrive(line: Line) -> None:
    number = line.send(Message("<b>Kartu", KEYS, BROKEN), Place(FORUM, CLOSED))
    assert line.seen(number, FORUM)["text"] == "Kartu"


def test_a_button_with_too_much_data_is_left_out(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    rows = ((Button("Muat", "x" * 64), Button("Tidak", "é" * 33)), (Button("Kosong", ""),))
    seen = line.seen(line.send(Message("Kartu", rows)))
    assert [[b["text"] for b in row] for row in seen["rows"]] == [["Muat"]]
    assert "66 bytes" in caplog.text


# Editing


def test_words_are_replaced(line: Line) -> None:
    number = line.send(Message("Kartu", KEYS))
    line.edit(number, Message("<b>Kartu</b> baru", KEYS[:1]))
    seen = line.seen(number)
    assert (seen["text"], len(seen["rows"])) == ("Kartu baru", 1)


def test_a_new_picture_replaces_the_old_one_with_its_words(line: Line) -> None:
    number = line.send(Message("Kartu", KEYS, PICTURE))
    line.edit(number, Message("<b>Naik</b>", KEYS, OTHER), picture=True)
    seen = line.seen(number)
    assert (seen["caption"], line.fake.photo_bytes(seen)) == ("Naik", OTHER)
    assert seen["caption_entities"][0]["type"] == "bold"


def test_an_unchanged_picture_is_not_sent_again(line: Line) -> None:
    number = line.send(Message("Kartu", KEYS, PICTURE))
    line.edit(number, Message("Naik", KEYS, PICTURE))
    assert line.seen(number)["caption"] == "Naik"
    assert not line.fake.calls("editMessageMedia")


@pytest.mark.parametrize("photo", [None, PICTURE])
def test_showing_the_same_already_is_success(line: Line, photo: bytes | None) -> None:
    number = line.send(Message("Kartu", KEYS, photo))
    line.edit(number, Message("Kartu", KEYS, photo))
    assert line.fake.calls()[-1]["description"].startswith("Bad Request: message is not modified")


def test_a_refused_new_picture_still_changes_the_words(line: Line) -> None:
    number = line.send(Message("Kartu", photo=PICTURE))
    line.edit(number, Message("Naik", photo=BROKEN), picture=True)
    seen = line.seen(number)
    assert (seen["caption"], line.fake.photo_bytes(seen)) == ("Naik", PICTURE)


def test_a_message_that_lost_its_picture_when_sent_is_edited_as_text(line: Line) -> None:
    number = line.send(Message("Kartu", photo=BROKEN))
    line.edit(number, Message("Naik", photo=BROKEN))
    assert line.seen(number)["text"] == "Naik"


def test_a_message_with_a_picture_is_edited_when_there_is_none_any_more(line: Line) -> None:
    number = line.send(Message("Kartu", photo=PICTURE))
    line.edit(number, Message("Naik"))
    assert line.seen(number)["caption"] == "Naik"


def test_a_caption_that_grew_too_long_is_cut(line: Line) -> None:
    number = line.send(Message("Kartu", photo=PICTURE))
    line.edit(number, Message("kata\n" * 300, photo=PICTURE))
    assert 1000 < visible_units(line.seen(number)["caption"]) <= 1024


def test_an_edit_that_cannot_be_parsed_is_plain(line: Line) -> None:
    number = line.send("Kartu")
    line.edit(number, "<b>Naik")
    assert line.seen(number)["text"] == "Naik"


def test_a_server_that_names_no_part_to_edit_ends_the_trying(line: Line) -> None:
    number = line.send("Kartu")
    for part in ("text", "caption"):
        words = f"Bad Request: there is no {part} in the message to edit"
        method = f"editMessage{part.title()}"
        line.fake.fault(method, code=400, description=words, times=0)
    line.edit_refused(Reason.BAD_ANSWER, number)
    line.fake.faults_clear()


def test_a_deleted_message_is_gone(line: Line) -> None:
    number = line.send("Kartu")
    line.fake.delete(PERSON, number)
    line.edit_refused(Reason.GONE, number)


def test_a_message_of_somebody_else_is_gone(line: Line) -> None:
    number = line.fake.message(PERSON, PERSON, "halo")["message_id"]
    line.edit_refused(Reason.GONE, number)


# What Telegram says, in our words


def test_a_full_chat_asks_to_wait_and_is_parked(line: Line) -> None:
    line.fake.fault("sendMessage", retry_after=7, when={"chat_id": GROUP})
    error = line.refused(Reason.RATE, Place(GROUP))
    assert (error.retry_after, error.permanent) == (timedelta(seconds=7), False)
    assert (line.channel.room(GROUP), line.channel.room(PERSON)) == (False, True)
    line.clock.now += 7.1
    assert line.channel.room(GROUP)


def test_two_full_chats_park_all(line: Line) -> None:
    line.fake.fault("sendMessage", retry_after=7, times=2)
    line.refused(Reason.RATE, Place(GROUP))
    line.refused(Reason.RATE, Place(FORUM))
    assert not line.channel.room(PERSON)


def test_genuine_limits_give_the_genuine_pause(line: Line) -> None:
    line.fake.limits(per_group_min=2)
    line.send("1", Place(GROUP))
    line.send("2", Place(GROUP))
    error = line.refused(Reason.RATE, Place(GROUP))
    assert timedelta(seconds=1) <= error.retry_after <= timedelta(seconds=60)


def test_a_429_without_a_pause_is_still_a_matter_of_rate(line: Line) -> None:
    line.fake.fault("sendMessage", code=429, description="Too Many Requests")
    assert line.refused(Reason.RATE, Place(GROUP)).retry_after is None
    assert line.channel.room(GROUP)


def test_a_group_that_became_a_supergroup_tells_its_new_id(line: Line) -> None:
    line.fake.chat(MOVED, migrate_to=NEW_GROUP)
    error = line.refused(Reason.MIGRATED, Place(MOVED))
    assert (error.migrated_to, error.permanent) == (NEW_GROUP, False)


@pytest.mark.parametrize("standing", ["blocked", "deactivated"])
def test_a_person_who_blocked_the_bot_closes_the_chat(line: Line, standing: str) -> None:
    line.fake.chat(PERSON, bot=standing)
    assert line.refused(Reason.PERMISSION, Place(PERSON)).permanent is False


@pytest.mark.parametrize("standing", ["kicked", "left", "restricted"])
def test_a_group_that_shut_the_bot_out_is_closed(line: Line, standing: str) -> None:
    line.fake.chat(GROUP, bot=standing)
    line.refused(Reason.PERMISSION, Place(GROUP))


def test_an_unknown_chat_is_a_matter_of_permission(line: Line) -> None:
    line.refused(Reason.PERMISSION, Place(ChatId(4711)))


@pytest.mark.parametrize("code", [401, 404])
def test_a_wrong_token_is_permanent(line: Line, code: int) -> None:
    line.fake.fault("sendMessage", code=code)
    assert line.refused(Reason.AUTH, Place(PERSON)).permanent is True


def test_a_message_that_can_never_be_sent_is_permanent(line: Line) -> None:
    assert line.refused(Reason.BAD_ANSWER, Place(PERSON), Message(" ")).permanent is True


@pytest.mark.parametrize("mode", ["html", "drop", "after", "empty"])
def test_a_send_without_a_clear_answer_is_unsure(line: Line, mode: str) -> None:
    line.fake.fault("sendMessage", mode=mode)
    line.refused(Reason.UNSURE, Place(PERSON))
    stands = [m for m in line.fake.messages(PERSON) if m["by_bot"]]
    assert len(stands) == (1 if mode == "after" else 0)
    assert len(line.fake.calls("sendMessage")) == 1


def test_a_send_that_takes_too_long_is_unsure(line: Line) -> None:
    slow = TelegramChannel(line.fake.token, line.fake.url, 18, 0.1, line.clock)
    line.fake.fault("sendMessage", mode="none", delay=0.4)
    with pytest.raises(DeliveryError) as caught:
        slow.send(Place(PERSON), Message("Kartu"))
    slow.close()
    assert caught.value.reason is Reason.UNSURE


@pytest.mark.parametrize("mode", ["html", "drop", "after", "empty"])
def test_an_edit_without_a_clear_answer_is_tried_later(line: Line, mode: str) -> None:
    number = line.send("Kartu")
    line.fake.fault("editMessageText", mode=mode)
    assert line.edit_refused(Reason.UNREACHABLE, number).permanent is False


def test_neither_token_nor_address_is_logged(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.NOTSET)
    channel = TelegramChannel(line.fake.token, line.fake.url, 18, 2.0)
    channel.send(Place(PERSON), Message("Kartu"))
    line.fake.fault("sendMessage", code=502)
    with pytest.raises(DeliveryError):
        channel.send(Place(PERSON), Message("Kartu"))
    channel.close()
    assert line.fake.token not in caplog.text
    assert line.fake.url not in caplog.text


def test_any_thread_may_own_the_channel(line: Line) -> None:
    numbers: list[int] = []

    def work() -> None:
        channel = TelegramChannel(line.fake.token, line.fake.url, 18, 2.0)
        numbers.append(channel.send(Place(PERSON), Message("Dari utas lain")))
        channel.close()

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert line.seen(numbers[0])["text"] == "Dari utas lain"


def test_the_bot_asks_nothing_before_its_first_message(line: Line) -> None:
    line.send("Kartu")
    assert [call["method"] for call in line.fake.calls()] == ["sendMessage"]


# Looking who we are


def test_a_check_tells_the_bots_name(line: Line) -> None:
    assert line.channel.check() == "@siaga_loopback_bot"


def test_a_check_with_a_refused_token_does_not_quote_it(server: FakeTelegram) -> None:
    channel = TelegramChannel("123456:wrong-token-planted-here", server.url, 18, 2.0)
    with pytest.raises(DeliveryError) as caught:
        channel.check()
    channel.close()
    assert caught.value.reason is Reason.AUTH
    assert "planted" not in str(caught.value)
