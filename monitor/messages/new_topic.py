"""The message about a new topic, and its sentence for the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.messages.base import clip, escape, number

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class TopicView:
    """A new topic as people see it; ``examples`` are masked words, ``seen_at`` its newest look."""

    words: Sequence[str]
    accounts: int
    comments: int
    hours: int
    usual: float
    examples: Sequence[str]
    found_at: datetime
    seen_at: datetime


def topic_name(view: TopicView) -> str:
    """``antraks · sapi mati``."""
    return " · ".join(clip(word, 40) for word in view.words)


def topic_counted(view: TopicView) -> str:
    """``9 akun (11 komentar) dalam 6 jam, biasanya 0``."""
    return (
        f"{view.accounts} akun ({view.comments} komentar) dalam {view.hours} jam, "
        f"biasanya {number(round(view.usual, 1))}"
    )


def new_topic(view: TopicView) -> str:
    """News for the chats: many speak of something that fits no issue."""
    examples = [
        f"{i}. <i>{escape(clip(words, 140))}</i>"
        for i, words in enumerate(view.examples[:_EXAMPLES], 1)
    ]
    return "\n".join(
        [
            f"🔎 <b>Topik baru: {escape(topic_name(view))}</b>",
            f"{topic_counted(view)}. Belum termasuk isu mana pun.",
            *(["Contoh:", *examples] if examples else []),
            "Mohon dibaca. Bila termasuk sebuah isu, silakan perbaiki label komentarnya di halaman "
            "Siaga.",
        ]
    )
