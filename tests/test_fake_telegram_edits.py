"""The loopback Bot API server changes messages in place, and refuses what the service refuses."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    ReactionTypeEmoji,
)
from telegram.error import BadRequest

from tests.fakes.telegram.bench import Bench, png

PERSON, GROUP = 11, -1001
KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("Ambil", callback_data="ack:7")]])
OTHER_KEYS = InlineKeyboardMarkup([[InlineKeyboardButton("Selesai", callback_data="done:7")]])
Work = Callable[[Bench], Any]


@pytest.fixture(scope="module")
def shared() -> Iterator[Bench]:
    with Bench() as bench:
        yield bench


@pytest.fixture
def bench(shared: Bench) -> Iterator[Bench]:
    """A bot that knows a person and a group; nothing irregular may have been sent."""
    shared.fake.reset()
    shared.fake.message(PERSON, PERSON, "halo", first_name="Ani")
    shared.fake.chat(GROUP, type="supergroup", title="Humas", members={PERSON: "member"})
    yield shared
    assert shared.fake.violations() == []


def refused(bench: Bench, work: Work, words: str) -> None:
    with pytest.raises(BadRequest) as caught:
        bench.run(work(bench))
    assert words.lower() in str(caught.value).lower()


def sent(bench: Bench, **more: Any) -> Any:
    return bench.run(bench.bot.send_message(PERSON, "Kartu", **more))


def photo_sent(bench: Bench, **more: Any) -> Any:
    return bench.run(bench.bot.send_photo(PERSON, png(400, 200), caption="Grafik", **more))


EDITS: list[tuple[Callable[..., Any], Work, str, str]] = [
    (sent, lambda b: b.bot.edit_message_text("Baru", PERSON, 2), "text", "Baru"),
    (
        photo_sent,
        lambda b: b.bot.edit_message_caption(PERSON, 2, caption="Baru"),
        "caption",
        "Baru",
    ),
    (
        photo_sent,
        lambda b: b.bot.edit_message_media(InputMediaPhoto(png(8, 9), caption="Baru"), PERSON, 2),
        "caption",
        "Baru",
    ),
    (
        sent,
        lambda b: b.bot.edit_message_media(InputMediaPhoto(png(8, 9), caption="Baru"), PERSON, 2),
        "caption",
        "Baru",
    ),
]


@pytest.mark.parametrize(("make", "edit", "field", "value"), EDITS)
def test_edit_changes_the_message_in_place(
    bench: Bench, make: Callable[..., Any], edit: Work, field: str, value: str
) -> None:
    original = make(bench, reply_markup=KEYS)
    assert original.message_id == 2
    edited = bench.run(edit(bench))
    (_, now) = bench.fake.messages(PERSON)
    assert (now[field], now["edits"], now["rows"]) == (value, 1, [])
    assert now["edit_date"] >= now["date"]
    assert edited.edit_date is not None
    assert edited.message_id == original.message_id


def test_picture_is_replaced_and_keyboard_kept_when_given(bench: Bench) -> None:
    photo_sent(bench, reply_markup=KEYS)
    media = InputMediaPhoto(png(30, 40), caption="<b>Baru</b>", parse_mode="HTML")
    edited = bench.run(bench.bot.edit_message_media(media, PERSON, 2, reply_markup=KEYS))
    assert [(s.width, s.height) for s in edited.photo] == [(30, 40)]
    assert (edited.caption_entities[0].type, edited.reply_markup) == ("bold", KEYS)
    assert bench.fake.photo_bytes(bench.fake.messages(PERSON)[-1]) == png(30, 40)


EDIT_REFUSALS: list[tuple[Callable[..., Any], Work, str]] = [
    (
        sent,
        lambda b: b.bot.edit_message_text(
            "<b></b>Kartu", PERSON, 2, parse_mode="HTML", reply_markup=KEYS
        ),
        "not modified",
    ),
    (sent, lambda b: b.bot.edit_message_reply_markup(PERSON, 2, reply_markup=KEYS), "not modified"),
    (
        photo_sent,
        lambda b: b.bot.edit_message_caption(PERSON, 2, caption="Grafik", reply_markup=KEYS),
        "not modified",
    ),
    (sent, lambda b: b.bot.edit_message_caption(PERSON, 2, caption="x"), "no caption"),
    (photo_sent, lambda b: b.bot.edit_message_text("x", PERSON, 2), "no text"),
    (sent, lambda b: b.bot.edit_message_text("x" * 4097, PERSON, 2), "too long"),
    (
        photo_sent,
        lambda b: b.bot.edit_message_media(InputMediaPhoto(b"rusak"), PERSON, 2),
        "image_process_failed",
    ),
    (
        photo_sent,
        lambda b: b.bot.edit_message_media(InputMediaPhoto(png(300, 10)), PERSON, 2),
        "photo_invalid_dimensions",
    ),
    (
        photo_sent,
        lambda b: b.bot.edit_message_media(
            InputMediaPhoto(png(9, 9), caption="x" * 1025), PERSON, 2
        ),
        "too long",
    ),
]


@pytest.mark.parametrize(("make", "edit", "words"), EDIT_REFUSALS)
def test_edit_is_refused(bench: Bench, make: Callable[..., Any], edit: Work, words: str) -> None:
    make(bench, reply_markup=KEYS)
    refused(bench, edit, words)
    assert bench.fake.messages(PERSON)[-1]["edits"] == 0


def test_keyboard_is_replaced_and_removed(bench: Bench) -> None:
    sent(bench, reply_markup=KEYS)
    edited = bench.run(bench.bot.edit_message_reply_markup(PERSON, 2, reply_markup=OTHER_KEYS))
    assert edited.reply_markup == OTHER_KEYS
    assert bench.run(bench.bot.edit_message_reply_markup(PERSON, 2)).reply_markup is None


def test_same_photo_by_id_is_not_modified(bench: Bench) -> None:
    message = photo_sent(bench)
    media = InputMediaPhoto(message.photo[-1].file_id, caption="Grafik")
    refused(bench, lambda b: b.bot.edit_message_media(media, PERSON, 2), "not modified")


def test_album_item_stays_of_its_kind(bench: Bench) -> None:
    files = [InputMediaDocument(b"isi", filename=name) for name in ("a.txt", "b.txt")]
    first = bench.run(bench.bot.send_media_group(PERSON, files))[0]
    media = InputMediaPhoto(png(9, 9))
    refused(
        bench,
        lambda b: b.bot.edit_message_media(media, PERSON, first.message_id),
        "album",
    )


def test_deleted_message_is_gone_for_every_method(bench: Bench) -> None:
    sent(bench)
    assert bench.run(bench.bot.delete_message(PERSON, 2))
    assert bench.fake.messages(PERSON)[-1]["deleted"]
    refused(bench, lambda b: b.bot.edit_message_text("x", PERSON, 2), "edit not found")
    refused(bench, lambda b: b.bot.delete_message(PERSON, 2), "delete not found")


def test_message_that_a_person_deleted_cannot_be_edited(bench: Bench) -> None:
    sent(bench)
    bench.fake.delete(PERSON, 2)
    refused(bench, lambda b: b.bot.edit_message_text("x", PERSON, 2), "edit not found")


def test_deleting_others_messages_in_a_group_needs_the_right(bench: Bench) -> None:
    number = bench.fake.message(GROUP, PERSON, "Spam")["message_id"]
    refused(bench, lambda b: b.bot.delete_message(GROUP, number), "can't be deleted")
    bench.fake.chat(GROUP, bot="administrator", rights={"can_delete_messages": True})
    assert bench.run(bench.bot.delete_message(GROUP, number))


def test_message_older_than_two_days_is_not_deleted(bench: Bench) -> None:
    old = bench.fake.message(PERSON, PERSON, "lama", date=1_700_000_000)["message_id"]
    refused(bench, lambda b: b.bot.delete_message(PERSON, old), "for everyone")


def test_card_is_pinned_and_unpinned(bench: Bench) -> None:
    bench.fake.chat(GROUP, bot="administrator")
    card = bench.run(bench.bot.send_message(GROUP, "Kartu"))
    assert bench.run(bench.bot.pin_chat_message(GROUP, card.message_id))
    assert bench.fake.messages(GROUP)[-1]["pinned"]
    pinned = bench.run(bench.bot.get_chat(GROUP)).pinned_message
    assert pinned.message_id == card.message_id
    assert bench.run(bench.bot.unpin_chat_message(GROUP))
    assert not bench.fake.messages(GROUP)[-1]["pinned"]


def test_reaction_is_set_and_taken_back(bench: Bench) -> None:
    assert bench.run(bench.bot.set_message_reaction(PERSON, 1, ReactionTypeEmoji("👍")))
    assert bench.fake.messages(PERSON)[0]["reaction"] == [{"type": "emoji", "emoji": "👍"}]
    assert bench.run(bench.bot.set_message_reaction(PERSON, 1, []))
    assert bench.fake.messages(PERSON)[0]["reaction"] == []
