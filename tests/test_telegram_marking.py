"""The mark of an exercise: in front of all words, and nothing leaves without it."""

from __future__ import annotations

import pytest
from telegram.error import TelegramError

from monitor.messages import Message
from monitor.messages import drill as words
from monitor.records import ChatId
from monitor.telegram.base import Place
from monitor.telegram.marking import MarkedChannel, marked
from tests.world import MemoryChannel

GROUP = ChatId(-1009)


@pytest.mark.parametrize(
    ("name", "given", "key", "begins"),
    [
        ("sendMessage", {"text": "Halo", "parse_mode": "HTML"}, "text", words.MARK_LINE + "\n"),
        ("sendMessage", {"text": "Halo"}, "text", words.MARK_LINE_PLAIN + "\nHalo"),
        ("editMessageText", {"text": "x" * 5000}, "text", words.MARK_LINE_PLAIN),
        ("sendPhoto", {"photo": "p"}, "caption", words.MARK_LINE_PLAIN),
        ("editMessageCaption", {"caption": "k" * 2000}, "caption", words.MARK_LINE_PLAIN),
        ("answerCallbackQuery", {}, "text", words.MARK),
        ("answerCallbackQuery", {"text": "Ya"}, "text", "LATIHAN: Ya"),
    ],
)
def test_every_kind_of_words_is_marked_and_still_fits(
    name: str, given: dict[str, object], key: str, begins: str
) -> None:
    found = str(marked(name, given)[key])
    assert found.startswith(begins)
    assert len(found) <= {"text": 4096, "caption": 1024}[key]


def test_albums_are_marked_picture_by_picture() -> None:
    given = {"media": [{"type": "photo", "caption": "Satu"}, {"type": "photo"}]}
    found = marked("sendMediaGroup", given)["media"]
    assert [one["caption"].split("\n")[0] for one in found] == [words.MARK_LINE_PLAIN] * 2  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "given"),
    [("sendPoll", {"question": "?"}), ("sendMessage", {"text": "x", "entities": []})],
)
def test_what_cannot_be_marked_is_not_sent(name: str, given: dict[str, object]) -> None:
    with pytest.raises(TelegramError, match=f"drill: {name}"):
        marked(name, given)


def test_a_channel_that_is_not_telegram_is_marked_too() -> None:
    inner = MemoryChannel()
    channel, place = MarkedChannel(inner), Place(GROUP)
    number = channel.send(place, Message("Satu"))
    channel.edit(place, number, Message("Dua"), picture=False)
    assert channel.room(place.chat_id)
    assert inner.shown[GROUP][number].text == f"{words.MARK_LINE}\nDua"
    assert inner.sent[0][1].text == f"{words.MARK_LINE}\nSatu"
    channel.close()
