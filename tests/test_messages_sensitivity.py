"""/kepekaan in words: what stands now, what it costs, and the choice that is ticked."""

from __future__ import annotations

import pytest

from monitor.messages.base import DATA_LIMIT, TEXT_LIMIT, Message
from monitor.messages.sensitivity import CHOICES, sensitivity
from tests.telegram_html import check

LAST = "Makin sedikit peringatan, makin banyak isu yang terlambat diketahui."


def lines(message: Message) -> list[str]:
    return check(message, TEXT_LIMIT).splitlines()


def test_without_a_limit_only_that_is_told() -> None:
    told = lines(sensitivity(0, 1.0, None, None))
    assert told == ["Peringatan baru: tanpa batas.", LAST]
    assert lines(sensitivity(0, 1.3, 7, None)) == told


def test_without_a_limit_what_came_in_28_days_is_told() -> None:
    """The comparison needs a limit to be chosen, and that is said."""
    told = lines(sensitivity(0, 1.0, None, 12))
    assert told[1].startswith("28 hari terakhir: 12 peringatan isu muncul. Begitu sebuah batas")
    assert told[0] == "Peringatan baru: tanpa batas."


def test_a_limit_that_is_kept_anyway_raises_nothing() -> None:
    assert lines(sensitivity(3, 1.0, 21, 21)) == [
        "Peringatan baru: paling banyak 3 sehari.",
        "28 hari terakhir: 21 peringatan dengan setelan ini, 21 tanpa batas.",
        LAST,
    ]


def test_a_limit_says_how_much_the_thresholds_rose_and_what_it_saved() -> None:
    assert lines(sensitivity(1, 1.15, 12, 1234)) == [
        "Peringatan baru: paling banyak 1 sehari.",
        "Agar terjaga, ambang Waspada dan Siaga dinaikkan 15 %, paling jauh "
        "sampai ambang Awas. Awas tidak diubah: yang terberat selalu diberitahukan.",
        "28 hari terakhir: 12 peringatan dengan setelan ini, 1.234 tanpa batas.",
        LAST,
    ]


@pytest.mark.parametrize(("alerts", "plain"), [(None, 3), (3, None)])
def test_what_was_not_reckoned_is_not_told(alerts: int | None, plain: int | None) -> None:
    assert len(lines(sensitivity(3, 1.0, alerts, plain))) == 2


@pytest.mark.parametrize("most", CHOICES)
def test_the_choice_that_stands_is_ticked(most: int) -> None:
    (row,) = sensitivity(most, 1.0, None, None).buttons
    assert [button.data for button in row] == [f"kp:{one}" for one in CHOICES]
    assert [button.data for button in row if button.label.startswith("✓ ")] == [f"kp:{most}"]
    assert {button.label.removeprefix("✓ ") for button in row} == {
        "1 sehari",
        "2 sehari",
        "3 sehari",
        "5 sehari",
        "Tanpa batas",
    }
    assert all(len(button.data.encode()) <= DATA_LIMIT for button in row)


def test_another_number_of_the_file_is_told_and_none_is_ticked() -> None:
    message = sensitivity(7, 1.0, None, None)
    assert "paling banyak 7 sehari" in message.plain
    assert not any("✓" in button.label for button in message.buttons[0])
