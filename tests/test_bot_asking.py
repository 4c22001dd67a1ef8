"""/isu, /tanya, /status and /bantuan: figures for everybody registered, honest where none fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.messages import answers
from monitor.messages.asking import NOT_UNDERSTOOD, NOTHING_ASKED
from monitor.platforms.base import PostedReply, ReplyState, words_hash
from monitor.records import DraftState
from monitor.steps import asking
from monitor.store import drafts, people, sources
from monitor.store.connection import to_epoch
from monitor.text.reader import TextReader
from monitor.words import LexiconWords
from tests.bot_stage import FORUM, GROUP, TOPIC, Stage, set_stage
from tests.fakes.telegram import FakeTelegram
from tests.world import (
    FLOOD,
    NOW,
    PEOPLE,
    PROJECT,
    SITE,
    STRANGER,
    MemorySource,
    make_tools,
    open_world,
    seed_comments,
    seed_incident,
)

DAY = timedelta(days=1)


@pytest.fixture
def stage(server: FakeTelegram, tmp_path: Path) -> Iterator[Stage]:
    with set_stage(server, tmp_path) as stage:
        yield stage.start()


def asked(stage: Stage, text: str, who: str | int = "Ani", **more: Any) -> dict[str, Any]:
    chat_id = more.pop("chat_id", GROUP)
    return stage.answer_to(stage.write(who, text, chat_id, **more), chat_id)


def say(stage: Stage, bad: int, good: int = 0, days: float = 0, word: str = "Banjir") -> None:
    """So many comments about floods, in words of their own, so many days ago."""
    texts = [f"{word} parah nomor {days}-{i} di Sampit" for i in range(bad)]
    texts += [f"Genangan sudah bagus nomor {days}-{i}" for i in range(good)]
    seed_comments(stage.db, stage.tools, texts, NOW - days * DAY - timedelta(minutes=5))


def state(stage: Stage, facts: str = "5 posko buka\nPompa jalan", hours: int = 6) -> None:
    """An approved statement about floods."""
    stage.db.conn.execute(
        "INSERT INTO narrative (topic, version, title, facts, link, state, made_by, made_at, "
        "until_at) VALUES (?, 2, 'Banjir', ?, 'https://contoh.example', 'valid', 'Budi', 0, ?)",
        [FLOOD, facts, to_epoch(NOW + timedelta(hours=hours))],
    )
    stage.db.conn.commit()


def answered(stage: Stage, comment: str, text: str) -> None:
    """An answer that was approved and posted."""
    (number,) = seed_comments(stage.db, stage.tools, [comment], NOW - 9 * DAY)
    made = drafts.propose(
        stage.db, drafts.Proposal(None, number, text, "uji", words_hash(comment)), NOW
    )
    assert made is not None
    drafts.decide(stage.db, made, DraftState.APPROVED, "Budi", NOW)
    assert drafts.begin_post(stage.db, stage.draft(made), NOW)
    posted = PostedReply("r", None, ReplyState.PUBLISHED)
    drafts.finish_post(stage.db, made, posted, NOW)


# Who may ask


@pytest.mark.parametrize("text", ["/isu", "/isu banjir", "/tanya banjir", "/status"])
def test_strangers_learn_nothing_and_everybody_registered_may_ask(stage: Stage, text: str) -> None:
    assert asked(stage, text, STRANGER)["text"] == answers.NOT_REGISTERED
    for who in PEOPLE:
        told = asked(stage, text, who)
        assert "Maaf" not in told.get("text", told.get("caption", ""))


def test_somebody_without_a_role_is_refused(stage: Stage) -> None:
    people.add(stage.db, "Ika", [], 120, "siaga", NOW)
    assert "Maaf, hanya" in asked(stage, "/isu", 120)["text"]


def test_answers_come_in_private_and_in_topics_too(stage: Stage) -> None:
    number = PEOPLE["Fitri"][0]
    assert "Isu 24 jam" in asked(stage, "/isu", "Fitri", chat_id=number)["text"]
    told = asked(stage, "/isu banjir", "Ani", chat_id=FORUM, thread_id=TOPIC)
    assert told["message_thread_id"] == TOPIC
    assert told["photo"]


# /isu


def test_issues_are_ranked_with_their_change(stage: Stage) -> None:
    say(stage, 3, days=1)
    say(stage, 12, 3)
    say(stage, 2, word="Jalan rusak")
    seed_incident(stage.db, FLOOD)
    seed_incident(stage.db, "kesehatan")
    assert asked(stage, "/isu")["text"].splitlines() == [
        "Isu 24 jam terakhir",
        "1. 🟠 Banjir & bencana: 12 negatif dari 15 (80 %), naik dari 3",
        "2. Jalan & fasilitas umum: 2 negatif dari 2, naik dari 0",
        "3. 🟠 Kesehatan: 0 negatif dari 0, tetap",
        "Dibandingkan 24 jam sebelumnya. Rincian: /isu banjir",
    ]


def test_without_negatives_that_is_said(stage: Stage) -> None:
    assert asked(stage, "/isu")["text"].splitlines()[1:] == [
        "Belum ada komentar negatif yang terbaca."
    ]


def test_one_issue_has_its_figures_places_examples_and_picture(stage: Stage) -> None:
    say(stage, 5, days=9)
    say(stage, 12, 8)
    incident = seed_incident(stage.db, FLOOD)
    state(stage)
    told = asked(stage, "/isu banjir")
    lines = told["caption"].splitlines()
    assert lines[0] == "Banjir & bencana"
    assert lines[1] == "24 jam: 12 negatif dari 20 (60 %), naik dari 0"
    assert lines[2] == "7 hari: 12 negatif dari 20 (60 %), naik dari 5"
    assert lines[3] == "Tempat: Sampit (12)"
    assert lines[4].startswith("1. Banjir parah nomor")
    assert f"🟠 Siaga, belum ada yang menangani · #{incident.id}" in lines
    assert (
        "📌 Narasi v2 (s.d. 16.00 WIB): 5 posko buka; Pompa jalan https://contoh.example" in lines
    )
    assert told["photo"]


def test_an_issue_that_opens_no_incident_has_no_picture(stage: Stage) -> None:
    view = stage.tools.settings
    spikes = view.spikes.model_copy(update={"ignore": ("lainnya", FLOOD)})
    quiet = replace(stage.tools, settings=view.model_copy(update={"spikes": spikes}))
    assert asking.issue_now(stage.db, quiet, "banjir", NOW).photo is None


def test_a_word_that_fits_nothing_is_answered_with_what_there_is(stage: Stage) -> None:
    told = asked(stage, "/isu konser")["text"]
    assert told.startswith("Maaf, isu itu belum saya kenali.")
    assert "Kesehatan" in told


def test_long_examples_and_facts_still_fit_a_caption(stage: Stage) -> None:
    kinds = "abcdefghijk"
    texts = [f"Banjir parah {' '.join(w * 9 for w in kinds[i:])} " + "é" * 900 for i in range(4)]
    seed_comments(stage.db, stage.tools, texts, NOW)
    state(stage, "\n".join(["Posko dibuka di kantor kecamatan " * 9] * 9))
    caption = asked(stage, "/isu banjir")["caption"]
    assert len(caption.encode("utf-16-le")) // 2 <= 1024
    assert "📌 Narasi v2" in caption


# /tanya


def test_what_was_understood_is_said_first(stage: Stage) -> None:
    say(stage, 12, 8)
    say(stage, 5, days=8)
    lines = asked(stage, "/tanya bagaimana banjir di sampit minggu ini?")["text"].splitlines()
    assert lines == [
        "Isu: Banjir & bencana · Tempat: Sampit · 7 hari",
        "12 negatif dari 12 (100 %), naik dari 5.",
        "Belum ada narasi atau balasan yang disetujui untuk ini.",
    ]


def test_an_issue_alone_names_places_incident_statement_and_answer(stage: Stage) -> None:
    say(stage, 4)
    answered(stage, "Banjir di gang kami kapan surut", "Pompa dikirim sore ini.")
    answered(stage, "Puskesmas lambat", "Dokter ada tiap hari.")
    seed_incident(stage.db, FLOOD)
    state(stage)
    told = asked(stage, "/tanya banjir kapan surut?", "Eko")["text"].splitlines()
    assert told[0] == "Isu: Banjir & bencana · Tempat: semua · 7 hari"
    assert "Tempat: Sampit (4)" in told
    assert told[-2].startswith("📌 Narasi v2")
    assert told[-1] == "💬 Balasan yang pernah disetujui: Pompa dikirim sore ini."


def test_a_statement_that_ran_out_is_not_shown(stage: Stage) -> None:
    state(stage, hours=0)
    assert "📌" not in asked(stage, "/tanya banjir kemarin")["text"]


def test_without_an_issue_the_largest_ones_are_told(stage: Stage) -> None:
    say(stage, 3)
    say(stage, 1, word="Jalan rusak")
    lines = asked(stage, "/tanya ada apa di Sampit hari ini")["text"].splitlines()
    assert lines == [
        "Isu: semua · Tempat: Sampit · hari ini",
        "4 negatif dari 4, naik dari 0.",
        "1. Banjir & bencana: 3 negatif",
        "2. Jalan & fasilitas umum: 1 negatif",
    ]


def test_what_fits_nothing_is_said_honestly(stage: Stage) -> None:
    assert asked(stage, "/tanya apa kabar")["text"] == _plain(NOT_UNDERSTOOD)
    assert asked(stage, "/tanya")["text"] == _plain(NOTHING_ASKED)
    told = asked(stage, "/tanya banjir kemarin")["text"].splitlines()
    assert told[:2] == [
        "Isu: Banjir & bencana · Tempat: semua · kemarin",
        "Tidak ada komentar yang cocok dengan itu.",
    ]


def _plain(text: str) -> str:
    return text.replace("<code>", "").replace("</code>", "")


def test_silent_sources_are_named_in_every_answer(stage: Stage) -> None:
    blind = make_tools(stage.tools.settings.folder, watched=[MemorySource()])
    sources.register(stage.db, [(SITE, "wordpress")])
    for said in (
        asking.issues_now(stage.db, blind, NOW),
        asking.issue_now(stage.db, blind, "banjir", NOW),
        asking.answer_to(stage.db, blind, "banjir", NOW),
    ):
        assert "Belum lengkap, tidak terpantau: berita (belum pernah terbaca)" in said.text


def test_markup_in_a_question_is_harmless(stage: Stage) -> None:
    told = asked(stage, "/tanya <b>banjir & 'sampah'")["text"]
    assert told.startswith("Isu: ")


# With the project's own word lists


@pytest.fixture(scope="module")
def words() -> LexiconWords:
    return LexiconWords.load(TextReader.load(PROJECT / "data"), PROJECT / "data")


KOTIM = "(Kotawaringin Timur)"


@pytest.mark.parametrize(
    ("text", "issue", "place", "time"),
    [
        ("obat di puskesmas sampit minggu ini", "Kesehatan", f"Sampit {KOTIM}", "7 hari"),
        ("jalan rusak di kotim 3 hari", "Jalan & fasilitas umum", f"Kotim {KOTIM}", "3 hari"),
        ("asap di Palangka Raya kemarin", "Karhutla & kabut asap", "Palangka Raya", "kemarin"),
        ("air pdam mati", "Air bersih", "semua", "7 hari"),
    ],
)
def test_real_word_lists_find_issue_and_place(
    tmp_path: Path, words: LexiconWords, text: str, issue: str, place: str, time: str
) -> None:
    tools = replace(make_tools(tmp_path), words=words)
    said = asking.answer_to(open_world(tools), tools, text, NOW.astimezone(UTC))
    assert said.plain.splitlines()[0] == f"Isu: {issue} · Tempat: {place} · {time}"


def test_a_question_of_stop_words_finds_no_answer(tmp_path: Path, words: LexiconWords) -> None:
    tools = replace(make_tools(tmp_path), words=words)
    assert asking.answer_to(open_world(tools), tools, "apa itu?", NOW).text == NOT_UNDERSTOOD


# /bantuan


def test_help_is_for_the_one_who_asks(stage: Stage) -> None:
    admin, leader = (
        asked(stage, "/bantuan", "Budi")["text"],
        asked(stage, "/start", "Fitri")["text"],
    )
    assert "/undang" in admin and "/undang" not in leader
    assert "Peran Anda: Pimpinan." in leader
    assert asked(stage, "/bantuan", STRANGER)["text"] == answers.WELCOME


def test_many_issues_are_counted_not_listed(stage: Stage) -> None:
    for at in range(10):
        stage.new_incident(at)
    assert "dan 2 isu lainnya" in asked(stage, "/isu")["text"]


def test_of_two_fitting_answers_the_newer_is_shown_and_none_that_does_not_fit(
    stage: Stage,
) -> None:
    answered(stage, "Banjir di gang kami kapan surut", "Jawaban lama.")
    answered(stage, "Banjir di jalan kapan surut", "Jawaban baru.")
    assert "Jawaban baru." in asked(stage, "/tanya banjir kapan surut")["text"]
    assert "pernah disetujui" not in asked(stage, "/tanya banjir pengungsi sekolah posko")["text"]
    assert "Belum ada narasi atau balasan" in asked(stage, "/tanya bbm")["text"]
