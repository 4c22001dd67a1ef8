"""Words of citizens that colleagues hand in: forwarded in private, or with /titip."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from monitor.messages import answers
from monitor.messages import intake as words
from monitor.messages.drawing import png
from monitor.records import (
    ChatId,
    Comment,
    CommentId,
    Kind,
    LabelField,
    NoticeKind,
    SourceId,
    Visibility,
)
from monitor.steps.coverage import blind
from monitor.steps.learn import watched
from monitor.steps.understand import understand
from monitor.steps.views import blind_sources
from monitor.store import comments, intake, notices, predictions, sources
from monitor.store.connection import rows, to_epoch
from tests.bot_stage import FORUM, GROUP, TOPIC, Stage, set_stage
from tests.fakes.telegram import FakeTelegram
from tests.world import NOW, PEOPLE, STRANGER

ANI, BUDI, CITRA = (PEOPLE[name][0] for name in ("Ani", "Budi", "Citra"))
FLOOD = "Banjir parah di Sampit sejak kemarin, tolong perahu"
_WHO = {"id": 555001, "is_bot": False, "first_name": "Wargi", "last_name": "Rahasia"}


PICTURE = png(Figure(figsize=(1, 1)))


@pytest.fixture
def stage(server: FakeTelegram, tmp_path: Path) -> Iterator[Stage]:
    with set_stage(server, tmp_path) as stage:
        yield stage.start()


def by_user(at: datetime = NOW, **user: Any) -> dict[str, Any]:
    return {"type": "user", "date": to_epoch(at), "sender_user": {**_WHO, **user}}


def hidden(at: datetime = NOW, name: str = "Hamba Rahasia") -> dict[str, Any]:
    return {"type": "hidden_user", "date": to_epoch(at), "sender_user_name": name}


def by_channel(number: int = 77, username: str | None = "kabar_contoh") -> dict[str, Any]:
    chat = {"id": -1009, "type": "channel", "title": "Kabar Contoh"}
    more = {"username": username} if username else {}
    return {
        "type": "channel",
        "date": to_epoch(NOW),
        "message_id": number,
        "chat": {**chat, **more},
    }


def by_group() -> dict[str, Any]:
    chat = {"id": -1008, "type": "supergroup", "title": "RT 9 Rahasia"}
    return {"type": "chat", "date": to_epoch(NOW), "sender_chat": chat}


def forward(
    stage: Stage, text: str | None, origin: dict[str, Any], who: int = ANI, **more: Any
) -> int:
    """Somebody forwards a message to the bot in private; everything that waits is handled."""
    number = stage.write(who, text, who, forward_origin=origin, **more)  # type: ignore[arg-type]
    stage.settled()
    return number


def held(stage: Stage) -> list[Comment]:
    found = rows(stage.db, "SELECT * FROM comment WHERE source_id = 'titipan' ORDER BY id")
    return [comments.stored(row).comment for row in found]


def tick(stage: Stage) -> None:
    """What the pipeline does with it."""
    stage.now += timedelta(seconds=30)
    understand(stage.db, stage.tools)
    stage.notify()


def told(stage: Stage, chat_id: int = ANI) -> list[dict[str, Any]]:
    return [
        m for m in stage.fake.messages(chat_id) if m["by_bot"] and "Titipan #" in m.get("text", "")
    ]


def counted(stage: Stage) -> int:
    return int(rows(stage.db, "SELECT count(*) AS n FROM tally WHERE negative = 1")[0]["n"])


def live(stage: Stage) -> int:
    return int(rows(stage.db, "SELECT coalesce(sum(negatives), 0) AS n FROM bins")[0]["n"])


def test_a_forwarded_message_counts_and_is_shown_as_it_was_understood(stage: Stage) -> None:
    forward(stage, FLOOD, by_user(NOW - timedelta(hours=2)))
    (comment,) = held(stage)
    assert (comment.source_id, comment.platform) == ("titipan", "forward")
    assert comment.kind is Kind.MESSAGE
    assert (comment.text, comment.created_at) == (FLOOD, NOW - timedelta(hours=2))
    assert stage.woken
    tick(stage)
    (message,) = told(stage)
    assert message["text"] == (
        f"Titipan #1\n{FLOOD}\n"
        "Sentimen: Negatif (yakin 90 %) · Isu: Banjir & bencana · Tempat: Sampit\nIkut dihitung."
    )
    assert re.findall(r"'(\w\w:1)'", str(message["rows"])) == ["lb:1", "tb:1"]
    assert (counted(stage), live(stage)) == (1, 1)


def test_nobody_private_can_be_told_from_what_is_stored(stage: Stage) -> None:
    forward(stage, FLOOD, by_user(username="wargi_asli"))
    forward(stage, "Sampah menumpuk", hidden())
    forward(stage, "Jalan rusak", by_group())
    tick(stage)
    kept = str(rows(stage.db, "SELECT * FROM comment")) + str(told(stage))
    for secret in ("Wargi", "Rahasia", "555001", "wargi_asli", "1008", "RT 9"):
        assert secret not in kept
    authors = [comment.author_id for comment in held(stage)]
    assert len(set(authors)) == 3 and all(authors)
    assert [comment.author_name for comment in held(stage)] == [None] * 3


def test_the_same_person_is_one_account(stage: Stage) -> None:
    forward(stage, FLOOD, by_user())
    forward(stage, "Jalan rusak parah", by_user(NOW - timedelta(hours=1)))
    assert len({comment.author_id for comment in held(stage)}) == 1


def test_a_public_channel_is_named_and_linked(stage: Stage) -> None:
    forward(stage, FLOOD, by_channel())
    (comment,) = held(stage)
    assert comment.permalink == "https://t.me/kabar_contoh/77"
    assert (comment.author_name, comment.author_id) == ("Kabar Contoh", "kanal:-1009")
    forward(stage, "Jalan rusak", by_channel(78, None))
    assert held(stage)[1].permalink is None


def test_the_same_forwarded_by_two_is_one_comment_and_both_are_told(stage: Stage) -> None:
    forward(stage, FLOOD, by_channel())
    number = forward(stage, FLOOD, by_channel(), ANI)
    assert stage.answer_to(number, ANI)["text"] == words.known_before(1)
    forward(stage, FLOOD, by_channel(), BUDI)
    tick(stage)
    assert (len(held(stage)), len(told(stage)), len(told(stage, BUDI))) == (1, 1, 1)
    assert (counted(stage), intake.givers(stage.db, CommentId(1))) == (1, ["Ani", "Budi"])


def test_what_is_older_than_three_days_raises_nothing(stage: Stage) -> None:
    forward(stage, FLOOD, by_user(NOW - timedelta(hours=73)))
    forward(stage, "Banjir parah kemarin", by_user(NOW + timedelta(hours=5)))  # a clock ahead
    tick(stage)
    old, new = told(stage)
    assert old["text"].endswith("Sudah lebih dari 72 jam: dicatat, tetapi tidak memicu peringatan.")
    assert new["text"].endswith("Ikut dihitung.")
    assert (counted(stage), live(stage)) == (2, 1)
    assert held(stage)[1].created_at == NOW


@pytest.mark.parametrize("who", ["Dewi", "Eko", "Fitri", STRANGER])
def test_others_are_refused_politely(stage: Stage, who: str | int) -> None:
    number = PEOPLE[who][0] if isinstance(who, str) else who
    asked = stage.write(who, FLOOD, number, forward_origin=by_user())
    refused = stage.answer_to(asked, number)["text"]
    wanted = answers.NOT_REGISTERED if who == STRANGER else "hanya admin atau humas"
    assert wanted in refused
    assert "Maaf" in stage.answer_to(stage.write(who, f"/titip {FLOOD}"))["text"]
    assert held(stage) == []


def test_a_picture_counts_by_its_caption_and_one_without_words_is_asked_for_them(
    stage: Stage,
) -> None:
    forward(stage, None, by_user(), caption=FLOOD, photo=PICTURE)
    assert held(stage)[0].text == FLOOD
    empty = forward(stage, None, by_user(), photo=PICTURE)
    assert stage.answer_to(empty, ANI)["text"] == words.NO_TEXT
    assert len(held(stage)) == 1


def test_an_album_is_one_comment_and_answered_once(stage: Stage) -> None:
    captions = ["Banjir parah di gang satu", None, "Gang dua juga parah", "Gang dua juga parah"]
    for i, caption in enumerate(captions):
        more = {"caption": caption} if caption else {}
        forward(stage, None, by_channel(80 + i), photo=PICTURE, media_group_id="a1", **more)
    tick(stage)
    (comment,) = held(stage)
    assert comment.text == "Banjir parah di gang satu\nGang dua juga parah"
    assert len(told(stage)) == 1
    assert [m for m in stage.fake.messages(ANI) if m["by_bot"]] == told(stage)
    # The same album once more, by somebody else.
    for i, caption in enumerate(captions):
        more = {"caption": caption} if caption else {}
        forward(stage, None, by_channel(80 + i), BUDI, photo=PICTURE, media_group_id="b1", **more)
    assert [one.text for one in held(stage)] == [comment.text]


def test_an_album_without_a_word_is_answered_once(stage: Stage) -> None:
    sent = [forward(stage, None, by_user(), photo=PICTURE, media_group_id="a2") for _ in range(3)]
    said = [m["text"] for number in sent for m in stage.answers_to(number, ANI)]
    assert said == [words.NO_TEXT]
    assert held(stage) == []


def test_long_texts_and_odd_letters_are_kept_within_limits(stage: Stage) -> None:
    forward(stage, "Banjir parah 🌊 " * 250, by_user())
    forward(stage, "<b>Banjir</b> & parah", hidden(name="😀 <x>"))
    tick(stage)
    assert len(held(stage)[0].text.encode("utf-16-le")) // 2 <= 4096
    assert "<b>Banjir</b> & parah" in told(stage)[1]["text"]


def test_a_forwarded_command_is_words_and_no_command(stage: Stage) -> None:
    number = forward(stage, "/status banjir parah", by_user())
    assert stage.answers_to(number, ANI) == []
    assert held(stage)[0].text == "/status banjir parah"


def test_siagas_own_words_are_not_taken(stage: Stage) -> None:
    bot = stage.fake.bot()
    origin = {"type": "user", "date": to_epoch(NOW), "sender_user": bot}
    number = forward(stage, "Kartu", origin)
    assert stage.answer_to(number, ANI)["text"] == words.OWN_WORDS
    assert held(stage) == []


def test_a_forward_in_a_group_is_peoples_own_talk(stage: Stage) -> None:
    stage.write("Ani", FLOOD, GROUP, forward_origin=by_user())
    stage.settled()
    assert held(stage) == []


# /titip


def test_titip_takes_words_and_links(stage: Stage) -> None:
    stage.write("Ani", f"/titip {FLOOD}")
    stage.write("Ani", "/titip https://situs.example/berita/9?x=1.")
    stage.write("Ani", "/titip lihat t.me/kanal_contoh/5, parah", FORUM, thread_id=TOPIC)
    stage.settled()
    plain, link, third = held(stage)
    assert (plain.text, plain.permalink, plain.author_id) == (FLOOD, None, None)
    assert link.permalink == "https://situs.example/berita/9?x=1"
    assert third.permalink == "https://t.me/kanal_contoh/5"
    tick(stage)
    assert len(told(stage, GROUP)) == 2
    (there,) = told(stage, FORUM)
    assert there["message_thread_id"] == TOPIC


def test_the_same_words_twice_are_one(stage: Stage) -> None:
    stage.write("Ani", f"/titip {FLOOD}")
    again = stage.write("Budi", f"/titip {FLOOD.upper()}")
    assert stage.answer_to(again)["text"] == words.known_before(1)
    assert len(held(stage)) == 1


def test_titip_as_an_answer_takes_the_message_that_is_answered(stage: Stage) -> None:
    citizen = stage.write(STRANGER, FLOOD)
    stage.write("Ani", "/titip", reply_to=citizen)
    forwarded = stage.write("Citra", "Jalan rusak parah", forward_origin=by_channel())
    stage.write("Ani", "/titip", reply_to=forwarded)
    anonymous = stage.write("Citra", "Sampah menumpuk di pasar", sender_chat=GROUP)
    stage.write("Ani", "/titip", reply_to=anonymous)
    stage.settled()
    texts = [one.text for one in held(stage)]
    assert texts == [FLOOD, "Jalan rusak parah", "Sampah menumpuk di pasar"]
    assert held(stage)[1].permalink == "https://t.me/kabar_contoh/77"
    assert held(stage)[0].author_id not in (None, str(STRANGER))


def test_titip_alone_explains_itself_and_a_card_is_not_taken(stage: Stage) -> None:
    assert stage.answer_to(stage.write("Ani", "/titip"))["text"] == words.TITIP_HELP
    topic = stage.write("Ani", "/titip", FORUM, thread_id=TOPIC)
    assert stage.answer_to(topic, FORUM)["text"] == words.TITIP_HELP
    card = stage.base()
    number = stage.write("Ani", "/titip", reply_to=card)
    assert stage.answer_to(number)["text"] == words.OWN_WORDS
    assert held(stage) == []


def test_a_link_behind_a_word_is_kept(stage: Stage) -> None:
    entity = {"type": "text_link", "offset": 0, "length": 6, "url": "https://situs.example/a"}
    forward(stage, "Banjir parah", by_user(), entities=[entity])
    assert held(stage)[0].permalink == "https://situs.example/a"


# What follows


def test_a_wrong_label_is_corrected_where_it_is_read(stage: Stage) -> None:
    forward(stage, FLOOD, by_user())
    tick(stage)
    stage.press("Ani", "ls:1:positif", chat_id=ANI)
    tick(stage)
    (message,) = told(stage)
    assert "Sentimen: Positif · Isu" in message["text"]
    assert counted(stage) == 0
    (label,) = predictions.labels(stage.db)
    assert (label.field, label.person) == (LabelField.SENTIMENT, "Ani")


def test_cancelled_words_count_no_more_until_they_are_handed_in_again(stage: Stage) -> None:
    forward(stage, FLOOD, by_user())
    tick(stage)
    assert stage.press("Ani", "tb:1", chat_id=ANI)["text"] == words.CANCELLED
    assert stage.press("Budi", "tb:1", chat_id=ANI)["text"] == "Sudah diputuskan oleh Ani."
    assert (counted(stage), held(stage)[0].visibility) == (0, Visibility.DELETED)
    tick(stage)
    (message,) = told(stage)
    assert message["text"] == f"Titipan #1\n{FLOOD}\nDibatalkan oleh Ani."
    assert not message["rows"]
    forward(stage, FLOOD, by_user())
    tick(stage)
    assert (counted(stage), held(stage)[0].visibility) == (1, Visibility.PUBLIC)
    assert told(stage)[0]["text"].endswith("Ikut dihitung.")


def test_only_the_giver_or_an_admin_takes_it_back(stage: Stage) -> None:
    forward(stage, FLOOD, by_user(), CITRA)
    assert stage.press("Ani", "tb:1")["text"] == words.NOT_YOURS
    assert "hanya admin atau humas" in stage.press("Eko", "tb:1")["text"]
    assert stage.press("Ani", "tb:99")["text"] == answers.GONE
    assert stage.press("Budi", "tb:1")["text"] == words.CANCELLED


def test_what_was_cancelled_before_it_was_read_is_never_counted(stage: Stage) -> None:
    forward(stage, FLOOD, by_user())
    stage.notify()
    assert told(stage)[0]["text"].endswith("Diterima, sedang dibaca.")
    stage.press("Ani", "tb:1", chat_id=ANI)
    stage.now += timedelta(seconds=30)
    stage.notify()
    assert told(stage)[0]["text"].endswith("Dibatalkan oleh Ani.")
    tick(stage)
    assert counted(stage) == 0


def test_a_message_sent_before_it_was_read_follows(stage: Stage) -> None:
    forward(stage, FLOOD, by_user())
    stage.notify()
    tick(stage)
    assert told(stage)[0]["text"].endswith("Ikut dihitung.")


def test_advertisements_and_copies_say_why_they_do_not_count(stage: Stage) -> None:
    forward(stage, "Slot gacor malam ini", by_user())
    forward(stage, FLOOD, by_user())
    forward(stage, FLOOD, hidden())
    tick(stage)
    spam, first, copy = (m["text"].splitlines()[-1] for m in told(stage))
    assert spam == "Terbaca sebagai iklan, jadi tidak dihitung."
    assert first == "Ikut dihitung."
    assert copy == "Sama dengan komentar yang sudah ada, jadi tidak dihitung dua kali."


def test_the_source_is_neither_polled_nor_silent_nor_part_of_what_is_usual(stage: Stage) -> None:
    forward(stage, FLOOD, by_user())
    late = NOW + timedelta(days=3)
    assert sources.due(stage.db, late) == []
    assert blind_sources(stage.db, stage.tools, late) == []
    assert blind(sources.coverage(stage.db, NOW), {}, late) == []
    assert watched(stage.db, stage.tools) == ()
    sources.register(stage.db, [(SourceId("berkas_lama"), "file")])
    assert watched(stage.db, stage.tools) == ("berkas_lama",)


def test_a_restart_between_the_steps_loses_nothing(stage: Stage) -> None:
    forward(stage, FLOOD, by_user())
    stage.stop()
    notices.recover(stage.db)
    tick(stage)
    assert told(stage)[0]["text"].endswith("Ikut dihitung.")
    waiting = notices.find(stage.db, ChatId(ANI), NoticeKind.INTAKE, 1)
    assert waiting is not None and waiting.message_id is not None
