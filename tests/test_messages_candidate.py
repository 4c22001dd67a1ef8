"""What trainers read of a candidate: the figures, why, what would have been, how it went on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.knowledge import read_taxonomy
from monitor.messages import candidate as words
from monitor.messages.base import CAPTION_LIMIT, visible_length
from monitor.messages.candidate import Way, buttons, cut_name, doubt_line, full, picture, short
from monitor.records import CommentId, Level
from monitor.records.candidate import (
    BackTest,
    Candidate,
    CandidateId,
    CandidateState,
    Doubt,
    OneAlert,
    Outcome,
    Report,
)
from tests.candidate_world import CUTS, report
from tests.world import NOW, PROJECT

ISSUES = read_taxonomy(PROJECT / "data" / "taxonomy.toml")
WIB = ZoneInfo("Asia/Jakarta")
STATE = CandidateState
ALERT = OneAlert("Kesehatan", NOW, Level.WASPADA, 6, None)
DISMISSED = replace(ALERT, issue="Banjir & bencana", judged="dismissed")


def candidate(state: STATE = STATE.OFFERED, told: Report | None = None) -> Candidate:
    why = "salah" if state is STATE.STOPPED else None
    return Candidate(
        CandidateId(7), "2026-12-01-a", state, told or report(), NOW, "Dewi", NOW, "Budi", why
    )


def said(state: STATE = STATE.OFFERED, told: Report | None = None, way: Way | None = None) -> str:
    return full(candidate(state, told), way, ISSUES, WIB, NOW).plain


def test_an_offer_tells_figures_reasons_and_the_rule() -> None:
    text = said()
    for told in (
        "Model baru 2026-12-01-a",
        "Belajar dari 1.840 label kantor dan 17.791 teks lain;",
        "204 label kantor, 208 teks contoh, 200 kalimat ujian",
        "Lebih baik, dan tidak ada bagian yang lebih buruk.",
        "Sentimen 0,701 → 0,744 · Isu 0,688 → 0,693 · Keluhan ditemukan 81 % → 86 %",
        "selisih keyakinan (ECE) 0,041 → 0,032",
        "Pasti naik: Sentimen · Banjar +9,0, Sentimen +4,3 poin.",
        "4 peringatan dengan model lama, 4 dengan yang baru (4 sama).",
        "214 dari 8.120 komentar akan dihitung lain.",
        "Label meragukan: 1",
        "minimal 30 teks",
    ):
        assert told in text, told
    assert [button.data for row in buttons(candidate()) for button in row] == ["cu:7", "cx:7"]


@pytest.mark.parametrize(
    ("state", "outcome", "told"),
    [
        (STATE.REFUSED, Outcome.WORSE, "Pasti turun: Isu · Air bersih −5,0 poin."),
        (STATE.UNPROVEN, Outcome.UNPROVEN, "Perlu kira-kira 700 label lagi"),
    ],
)
def test_what_did_not_pass_tells_why_and_has_no_button(
    state: STATE, outcome: Outcome, told: str
) -> None:
    assert told in said(state, report(outcome, back_test=None))
    assert buttons(candidate(state)) == ()


def test_an_offer_tells_how_many_comments_without_a_label_it_learned_from() -> None:
    told = report()
    told = replace(told, taught={**told.taught, "stored": 4812})
    assert (
        "Belajar dari 1.840 label kantor, 4.812 komentar tanpa label dan 17.791 teks lain;"
        in said(told=told)
    )


def test_a_gain_too_small_to_prove_says_so() -> None:
    unproven = report(Outcome.UNPROVEN, back_test=None, doubts=(), ece={}, judged={}, cuts=())
    unproven = replace(unproven, ruling=replace(unproven.ruling, labels_needed=90_000))
    text = said(STATE.UNPROVEN, unproven)
    assert "lebih dari 20.000 label" in text
    assert "Belum ada label kantor untuk menguji." in text
    assert "pada tidak ada teks" in text


def test_models_that_answer_alike_are_not_told_to_wait_for_labels() -> None:
    alike = report(Outcome.UNPROVEN, back_test=None)
    alike = replace(alike, ruling=replace(alike.ruling, labels_needed=None))
    text = said(STATE.UNPROVEN, alike)
    assert "Kedua model menjawab sama pada teks ujian." in text
    assert "label lagi" not in text
    assert words.SAME not in said()


def test_an_overall_fall_is_named() -> None:
    fell = report(Outcome.WORSE, back_test=None)
    cut = replace(CUTS[0], new=0.68)
    more = replace(fell.ruling, worse=(), fell=(cut, cut, cut))
    assert "Turun keseluruhan: Sentimen −2,1, Sentimen −2,1 poin, dan 1 lagi." in said(
        STATE.REFUSED, replace(fell, ruling=more)
    )


def test_the_back_test_names_what_only_one_model_would_have_told() -> None:
    tried = BackTest(28, 2, (DISMISSED,), (ALERT, ALERT, ALERT), 100, 9)
    text = said(told=report(back_test=tried))
    assert "3 peringatan dengan model lama, 5 dengan yang baru (2 sama)" in text
    assert "hanya lama: Banjir & bencana 2 Mar Waspada (bukan krisis);" in text
    assert "hanya baru: Kesehatan 2 Mar Waspada, Kesehatan 2 Mar Waspada, dan 1 lagi." in text


READING = Way(4000, 8120, 0, None)


@pytest.mark.parametrize(
    ("state", "way", "told"),
    [
        (STATE.WANTED, READING, "Dipilih Budi. Membaca riwayat: 4.000 dari 8.120 komentar (49 %)"),
        (STATE.WANTED, Way(0, 0, 0, None), "0 dari 0 komentar (100 %)"),
        (STATE.SERVED, Way(1, 1, 214, NOW), "Dipakai sejak 10.00 WIB, dipilih Budi. 214 komentar"),
        (STATE.STOPPED, READING, "Dihentikan sebelum dipakai: salah."),
        (STATE.REPLACED, Way(1, 1, 2, NOW), "Sudah diganti model lain."),
        (STATE.REJECTED, None, "Ditolak Budi."),
    ],
)
def test_what_became_of_it_stands_on_top(state: STATE, way: Way | None, told: str) -> None:
    text = said(state, way=way)
    assert told in text.splitlines()[2]
    assert "Aturan" not in text


def test_a_wish_that_has_not_begun_says_nothing_of_progress() -> None:
    assert "Membaca" not in said(STATE.WANTED)


def test_what_was_stopped_may_be_wanted_again() -> None:
    assert [b.data for row in buttons(candidate(STATE.STOPPED)) for b in row] == ["cu:7"]


def test_an_outdated_offer_says_so_and_can_only_be_rejected() -> None:
    known = replace(candidate(), why=words.OUTDATED)
    message = full(known, None, ISSUES, WIB, NOW)
    assert message.plain.splitlines()[2] == words.OUTDATED
    assert [b.data for row in message.buttons for b in row] == ["cx:7"]
    assert "dibandingkan dengan model yang sudah diganti" in short(known, NOW).text


def test_the_longest_message_fits_under_a_picture() -> None:
    long = OneAlert(
        "Nama isu yang sangat panjang sekali & lama", NOW, Level.WASPADA, 99, "dismissed"
    )
    tried = BackTest(28, 99, (long,) * 9, (long,) * 9, 9_999_999, 9_999_999)
    many = report(back_test=tried, taught={"label": 99_999, "own": 99_999})
    named = replace(CUTS[5], name="kependudukan")
    many = replace(many, ruling=replace(many.ruling, better=(named,) * 9), serving="m" * 24)
    known = replace(candidate(told=many), version="m" * 24, decided_by="B" * 60)
    way = Way(9_999_999, 9_999_999, 9_999_999, NOW - timedelta(days=99))
    for state in (STATE.OFFERED, STATE.WANTED, STATE.SERVED):
        text = full(replace(known, state=state), way, ISSUES, WIB, NOW).text
        assert visible_length(text) <= CAPTION_LIMIT, state
        assert "peringatan dengan model lama" in text


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (STATE.OFFERED, "pelatih atau admin memutuskan"),
        (STATE.SERVED, "dipakai, dipilih Budi"),
        (STATE.REJECTED, "ditolak Budi"),
        (STATE.WANTED, "membaca riwayat"),
    ],
)
def test_the_group_reads_one_line(state: STATE, told: str) -> None:
    message = short(candidate(state), NOW)
    assert told in message.text
    assert "\n" not in message.text
    assert (message.buttons, message.photo) == ((), None)


def test_a_doubted_label_is_one_line() -> None:
    doubt = Doubt(CommentId(12), "issue", "kesehatan", "lainnya", 0.02)
    assert doubt_line(doubt, "air\nkeruh") == (
        "#12 isu: kesehatan, mesin: lainnya (peluang labelnya 2 %) · air keruh"
    )


def test_an_issue_that_has_left_keeps_its_key() -> None:
    assert cut_name(replace(CUTS[5], name="lama"), ISSUES) == "Isu · lama"
    assert cut_name(replace(CUTS[3], name="xx"), ISSUES) == "Sentimen · xx"


def test_the_picture_shows_the_decisive_cuts_where_there_are_many() -> None:
    many = report(cuts=CUTS + tuple(replace(CUTS[4], name=f"p{i}") for i in range(40)))
    worse = replace(CUTS[4], name="$turun$", low=-0.2, high=-0.1)
    shown = words._shown(replace(many, cuts=(*many.cuts, worse)))
    assert len(shown) == 22
    assert worse in shown and CUTS[3] in shown
    body = picture(replace(many, cuts=(*many.cuts, worse)), "2026-12-01-a", ISSUES)
    assert body.startswith(b"\x89PNG")
    assert picture(report(cuts=()), "a", ISSUES).startswith(b"\x89PNG")
