"""What people read of a new topic."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from monitor.messages.base import TEXT_LIMIT, visible_length
from monitor.messages.new_topic import TopicView, new_topic, topic_counted, topic_name

NOW = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
VIEW = TopicView(
    words=("antraks", "sapi mati"),
    accounts=9,
    comments=11,
    hours=6,
    usual=0.04,
    examples=["Sapi mati, <b>antraks</b>?", "dua", "tiga", "empat"],
    found_at=NOW,
    seen_at=NOW,
)


def test_the_message_says_what_how_many_and_what_is_usual() -> None:
    assert new_topic(VIEW).splitlines() == [
        "🔎 <b>Topik baru: antraks · sapi mati</b>",
        "9 akun (11 komentar) dalam 6 jam, biasanya 0. Belum termasuk isu mana pun.",
        "Contoh:",
        "1. <i>Sapi mati, &lt;b&gt;antraks&lt;/b&gt;?</i>",
        "2. <i>dua</i>",
        "3. <i>tiga</i>",
        "Mohon dibaca. Bila termasuk sebuah isu, silakan perbaiki label komentarnya di halaman "
        "Siaga.",
    ]


def test_without_examples_there_is_no_heading_for_them() -> None:
    assert "Contoh" not in new_topic(replace(VIEW, examples=[]))


def test_a_usual_number_is_told_with_one_decimal() -> None:
    assert topic_counted(replace(VIEW, usual=1.26)).endswith("biasanya 1,3")


def test_the_longest_message_fits() -> None:
    long = replace(VIEW, words=["kata" * 50] * 4, examples=["x " * 3000] * 5)
    assert visible_length(new_topic(long)) < TEXT_LIMIT
    assert all(len(word) <= 40 for word in topic_name(long).split(" · "))
