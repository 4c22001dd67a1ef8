"""Words about hiding: short, polite, safe, and they fit wherever they stand."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.errors import Reason
from monitor.messages import hiding as words
from monitor.messages.base import DATA_LIMIT, TEXT_LIMIT, TOAST_LIMIT, Message
from monitor.messages.hiding import Hiding, Wanted
from tests.making import NOW
from tests.telegram_html import check
from tests.test_messages_card import NASTY

WIB = ZoneInfo("Asia/Jakarta")
LARGE = 10**15


def wanted(state: str, error: str | None = None, *, hidden: bool = True) -> Wanted:
    return Wanted(hidden, state, "Budi", "spam judi" if hidden else "", NOW, error)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_every_message_fits_whatever_stands_in_it(text: str) -> None:
    question = words.second_question(text, LARGE)
    asked = [
        words.reasons_menu(LARGE, text),
        words.confirmation(LARGE, text, "u"),
        words.second_confirmation(LARGE, "u", question),
        Message(words.failed(Wanted(True, "failed", text, text, NOW, text), text, LARGE)),
    ]
    for message in asked:
        check(message, TEXT_LIMIT)
        data = [button.data for row in message.buttons for button in row]
        assert all(len(one.encode()) <= DATA_LIMIT for one in data)
    assert len(words.already_wanted(text)) <= TOAST_LIMIT


def test_every_toast_fits() -> None:
    said = [words.WILL_HIDE, words.WILL_SHOW, words.NOT_HIDDEN, words.CANNOT]
    assert all(len(one) <= TOAST_LIMIT for one in [*said, words.UNSEEN_ALREADY])


def test_the_menu_offers_four_reasons_and_a_way_out() -> None:
    menu = words.reasons_menu(7, "teks")
    assert [[(one.label, one.data) for one in row] for row in menu.buttons] == [
        [("Spam judi", "mr:7:j"), ("Data pribadi", "mr:7:p")],
        [("Ujaran kebencian", "mr:7:u"), ("Lainnya", "mr:7:l")],
        [("Batal", "mx:7")],
    ]


def test_the_question_says_that_criticism_is_rather_answered() -> None:
    asked = words.confirmation(7, "teks", "p")
    assert asked.text.endswith(
        "Alasan: data pribadi.\nKritik warga sebaiknya dijawab, bukan disembunyikan. "
        "Anda dapat menampilkannya lagi kapan saja."
    )
    assert [one.data for one in asked.buttons[0]] == ["my:7:p", "mx:7"]


@pytest.mark.parametrize(
    ("wish", "line"),
    [
        (wanted("wanted"), "Disembunyikan sebentar lagi (spam judi) · Budi, 17.20 WIB."),
        (
            wanted("wanted", "rate"),
            "Disembunyikan sebentar lagi (spam judi) · Budi, 17.20 WIB. "
            "Belum berhasil: sumber meminta Siaga menunggu; dicoba lagi.",
        ),
        (wanted("done"), "Komentar disembunyikan (spam judi) · Budi, 17.20 WIB"),
        (
            wanted("failed", "permission"),
            "Komentar tidak dapat disembunyikan: akun kantor tidak berhak melakukannya "
            "di sumber ini.",
        ),
        (wanted("wanted", hidden=False), "Ditampilkan lagi sebentar lagi · Budi, 17.20 WIB."),
        (wanted("done", hidden=False), "Komentar ditampilkan lagi · Budi, 17.20 WIB"),
    ],
)
def test_a_line_tells_what_became_of_it(wish: Wanted, line: str) -> None:
    clocked = words.clock(NOW, WIB, NOW + timedelta(minutes=1))
    told = words.line(wish, WIB, NOW + timedelta(minutes=1))
    assert told == line.replace("17.20 WIB", clocked)


def test_every_reason_reads_as_words() -> None:
    told = {words.why_not(reason.value) for reason in Reason}
    assert len(told) > 5
    assert all("_" not in one for one in told)
    assert words.why_not(None) == words.why_not("unreachable")


@pytest.mark.parametrize(("offer", "data"), [("hide", ["mh:7"]), ("show", ["ms:7"]), ("", [])])
def test_a_draft_carries_the_button_that_makes_sense(offer: str, data: list[str]) -> None:
    rows = words.button(Hiding(7, offer))
    assert [one.data for row in rows for one in row] == data
