"""What labellers read: short, whole, and with buttons that carry no more than Telegram takes."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from monitor.classify.teaching import Reason
from monitor.knowledge import load_knowledge
from monitor.messages import Message
from monitor.messages import learning as words
from monitor.messages.base import DATA_LIMIT, TEXT_LIMIT, visible_length
from monitor.messages.learning import AgreementView, ConflictView, ItemView
from monitor.records import Issue, Sentiment
from monitor.steps.label_queue import LeastSure
from monitor.store.doubted import DOUBTED
from monitor.store.label_queue import IMPORTED
from tests.world import NOW, PROJECT

ISSUES = load_knowledge(PROJECT / "data").taxonomy
WIB = ZoneInfo("Asia/Jakarta")
NEG, NET, POS = Sentiment.NEGATIF, Sentiment.NETRAL, Sentiment.POSITIF
VIEW = ItemView(
    comment_id=7,
    text="Banjir <parah> di Sampit, hubungi [nomor]",
    source="berita",
    place="Sampit",
    at=NOW,
    reason="unsure",
    tones=[(NEG, 0.55), (NET, 0.4), (POS, 0.05)],
    issue="banjir_bencana",
    issue_p=0.48,
    best=["banjir_bencana", "kesehatan", "lainnya"],
    done=7,
    goal=20,
)
DISPUTE = ConflictView(
    7, "Banjir lagi", "berita", NOW, [(NEG, "banjir_bencana"), (NET, "kesehatan")], 2
)
LARGEST = 10**18 - 1


def data(message: Message) -> list[str]:
    return [button.data for row in message.buttons for button in row]


def labels(message: Message) -> list[list[str]]:
    return [[button.label for button in row] for row in message.buttons]


def test_an_item_tells_words_place_reason_and_what_the_machine_thinks() -> None:
    shown = words.item(VIEW, ISSUES, WIB)
    assert shown.plain == (
        "Latih mesin · 7 dari 20 hari ini\n\n"
        "Banjir <parah> di Sampit, hubungi [nomor]\n"
        "berita · Sampit · 02-03-2026, 10.00 WIB\n\n"
        "Dipilih karena: mesin ragu.\n"
        "Kata mesin: Negatif 55 %, Netral 40 % · Banjir & bencana 48 %.\n\n"
        "1. Bagaimana nadanya?"
    )
    assert "&lt;parah&gt;" in shown.text
    assert labels(shown) == [
        ["Negatif", "Netral", "Positif"],
        ["Lewati", "Urungkan", "Berhenti"],
    ]
    assert data(shown) == ["la:7:0", "la:7:1", "la:7:2", "lk:7", "lu:7", "lz:7"]


def test_a_trainer_sees_how_many_conflicts_wait() -> None:
    shown = words.item(replace(VIEW, conflicts=2, place=None), ISSUES, WIB)
    assert labels(shown)[-1] == ["Putuskan label berbeda (2)"]
    assert "berita · 02-03-2026" in shown.plain


def test_every_reason_that_is_kept_has_words() -> None:
    kept = {*map(str, Reason), LeastSure(0, 0.0).reason, IMPORTED, DOUBTED}
    assert kept == set(words.REASONS)
    assert words.why(DOUBTED) == "label sebelumnya diragukan mesin"
    assert words.why("lain") == "lain"


def test_the_second_tap_offers_the_likeliest_first_and_ways_back() -> None:
    shown = words.issue_step(VIEW, NET, ISSUES, WIB)
    assert "1. Nada: Netral\n2. Tentang apa?" in shown.plain
    assert labels(shown)[0] == ["Banjir & bencana"]
    assert data(shown) == [
        "lp:7:1:banjir_bencana",
        "lp:7:1:kesehatan",
        "lp:7:1:lainnya",
        "lg:7:1:0",
        "ln:7",
        "lk:7",
    ]


def test_the_pages_hold_every_issue_once() -> None:
    picked = []
    for page in range(3):
        shown = words.issue_page(VIEW, POS, page, ISSUES, WIB)
        picked += [one for one in data(shown) if one.startswith("lp:")]
    assert picked == [f"lp:7:2:{key}" for key in ISSUES]
    first, last = (words.issue_page(VIEW, POS, page, ISSUES, WIB) for page in (0, 99))
    assert labels(first)[-2] == ["▶"]
    assert labels(last)[-2] == ["◀"]
    assert data(last)[-4].endswith(list(ISSUES)[-1])
    assert labels(words.issue_page(VIEW, POS, 1, ISSUES, WIB))[-2] == ["◀", "▶"]


def test_few_issues_need_no_turning() -> None:
    few = {"a": Issue("a", "A", "", "-")}
    assert labels(words.issue_page(VIEW, POS, 0, few, WIB)) == [["A"], ["Kembali", "Lewati"]]
    assert labels(words.issue_page(VIEW, POS, 0, {}, WIB)) == [["Kembali", "Lewati"]]


def test_a_conflict_shows_both_answers_and_no_name() -> None:
    shown = words.conflict(DISPUTE, ISSUES, WIB)
    assert shown.plain == (
        "Label berbeda · 2 menunggu keputusan\n\nBanjir lagi\nberita · 02-03-2026\n\n"
        "Jawaban 1: Negatif · Banjir & bencana\nJawaban 2: Netral · Kesehatan"
    )
    assert data(shown) == ["lj:7:0", "lj:7:1", "lo:7", "lz:7"]
    tones = words.conflict_tones(DISPUTE, ISSUES, WIB)
    assert data(tones) == ["lr:7:0:0", "lr:7:1:0", "lr:7:2:0", "lc:7"]
    issues = words.conflict_issues(DISPUTE, POS, 0, ISSUES, WIB)
    assert data(issues)[0] == "lx:7:2:" + next(iter(ISSUES))
    assert "1. Nada: Positif" in issues.plain


def test_the_longest_text_and_number_fit_into_a_message() -> None:
    view = replace(VIEW, comment_id=LARGEST, text="kata " * 5000, best=list(ISSUES)[:3])
    dispute = replace(DISPUTE, comment_id=LARGEST, text="kata " * 5000)
    for shown in (
        words.item(view, ISSUES, WIB),
        words.issue_step(view, NEG, ISSUES, WIB),
        *(words.issue_page(view, NEG, page, ISSUES, WIB) for page in range(3)),
        words.conflict(dispute, ISSUES, WIB),
        words.conflict_tones(dispute, ISSUES, WIB),
        *(words.conflict_issues(dispute, NEG, page, ISSUES, WIB) for page in range(3)),
    ):
        assert visible_length(shown.text) <= TEXT_LIMIT
        assert all(len(one.encode()) <= DATA_LIMIT for one in data(shown))
        assert all(len(row) <= 3 for row in shown.buttons)


@pytest.mark.parametrize(
    ("done", "goal", "told"),
    [(0, 20, "0 dari 20 hari ini"), (20, 20, "20 dari 20 hari ini"), (21, 20, "21 hari ini")],
)
def test_progress_counts_to_the_goal_and_beyond(done: int, goal: int, told: str) -> None:
    assert words.progress(done, goal) == told


def test_the_ends_are_kind() -> None:
    assert words.nothing(3, 20, 0).plain.startswith("3 dari 20 hari ini\nTidak ada komentar")
    assert labels(words.nothing(3, 20, 1)) == [["Putuskan label berbeda (1)"]]
    assert "Kirim /latih untuk melanjutkan" in words.stopped(3, 20).plain
    assert words.kept(POS, "Kesehatan") == "Tersimpan: Positif · Kesehatan. Terima kasih."


def test_every_reason_has_words_and_an_unknown_one_shows_as_it_is() -> None:
    for reason in ("unsure", "disagree", "rare", "language", "spread", "random", "imported"):
        assert words.why(reason) != reason
    assert words.why("lainnya saja") == "lainnya saja"
    assert words.name_of("isu_lama", ISSUES) == "isu_lama"


@pytest.mark.parametrize(
    ("kappa", "items", "told"),
    [
        (1.0, 50, "kappa 1,00: sangat kuat"),
        (0.805, 50, "kappa 0,81: sangat kuat"),
        (0.72, 50, "kappa 0,72: kuat"),
        (0.5, 50, "kappa 0,50: sedang"),
        (0.3, 50, "kappa 0,30: lemah"),
        (0.1, 50, "kappa 0,10: sangat lemah"),
        (-0.2, 50, "kappa -0,20: lebih buruk dari acak"),
        (0.72, 5, "kappa 0,72: kuat (baru 5, belum mantap)"),
        (None, 50, "kappa belum dapat dihitung: jawabannya selalu sama"),
        (None, 1, "kappa belum dapat dihitung: jawabannya selalu sama (baru 1, belum mantap)"),
    ],
)
def test_how_good_an_agreement_is_stands_in_words(
    kappa: float | None, items: int, told: str
) -> None:
    assert words.goodness(AgreementView("issue", ("Ani", "Dewi"), items, 0.9, kappa)) == told


def test_a_line_names_the_pair_the_field_and_the_count() -> None:
    view = AgreementView("sentiment", ("Ani", "Dewi"), 34, 0.91, 0.72)
    assert words.agreement_line(view) == (
        "Ani & Dewi, nada: 34 komentar, 91 % sama, kappa 0,72: kuat"
    )
    assert words.states(3, 1, 5, 2) == "3 menunggu, 1 berbeda pendapat, 5 selesai, 2 dilepas"
    assert words.answers_line({"Ani": 12, "Dewi": 3}).endswith("Ani 12, Dewi 3")
    assert words.answers_line({}).endswith("belum ada")
