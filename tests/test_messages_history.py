"""The back-test in words and as a picture."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor.messages.history import Told, history_picture, summary, told_line, verdict
from monitor.records import IncidentState, Level
from tests.making import NOW, make_incident

WIB = ZoneInfo("Asia/Jakarta")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOLD = Told(
    topic="banjir_bencana",
    issue="Banjir & bencana",
    opened_at=NOW,
    closed_at=NOW + 6 * HOUR,
    peak=Level.SIAGA,
    score=1.2,
    observed=14,
    expected=0.4,
    hours=3.0,
    months=5.2,
    incident=make_incident(state=IncidentState.RESOLVED, holder="Sari"),
)
DISMISSED = replace(TOLD, incident=make_incident(state=IncidentState.DISMISSED, holder="Budi"))
QUIET = replace(TOLD, incident=None)


def test_a_line_says_when_what_how_rare_and_what_people_said() -> None:
    assert told_line(TOLD, WIB) == (
        "10 Mar 12.00 – 10 Mar 18.00 · Siaga · Banjir & bencana: 14 negatif dalam 3 jam, "
        "biasanya kurang dari 1; wajarnya sekali dalam 5 bulan · kartu #7: selesai oleh Sari"
    )


def test_what_still_runs_has_no_end() -> None:
    line = told_line(replace(TOLD, closed_at=None, peak=Level.AWAS), ZoneInfo("Asia/Jayapura"))
    assert line.startswith("10 Mar 14.00 – masih berjalan · Awas · ")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"state": IncidentState.OPEN}, "kartu #7: belum ada yang menangani"),
        ({"state": IncidentState.ACKNOWLEDGED, "holder": "Sari"}, "kartu #7: ditangani oleh Sari"),
        ({"state": IncidentState.DISMISSED, "holder": "Budi"}, "kartu #7: bukan krisis oleh Budi"),
        (
            {"state": IncidentState.RESOLVED},
            "kartu #7: reda sendiri, tidak ada yang menangani",
        ),
    ],
)
def test_the_verdict_is_that_of_people(values: dict[str, Any], told: str) -> None:
    assert verdict(make_incident(**values)) == told


def test_without_a_card_nobody_said_anything() -> None:
    assert verdict(None) == "waktu itu tidak ada kartu"


@pytest.mark.parametrize(
    ("found", "days", "most", "told"),
    [
        (
            [],
            28.0,
            0,
            "0 peringatan dalam 28 hari (0 sehari), 0 di antaranya dinilai bukan krisis",
        ),
        (
            [TOLD, DISMISSED, QUIET] * 14,
            28.0,
            3,
            "42 peringatan dalam 28 hari (1,5 sehari; batas 3 sehari), "
            "14 di antaranya dinilai bukan krisis",
        ),
        (
            [DISMISSED],
            0.2,
            0,
            "1 peringatan dalam 0 hari (1 sehari), 1 di antaranya dinilai bukan krisis",
        ),
    ],
)
def test_the_summary_counts(found: list[Told], days: float, most: int, told: str) -> None:
    assert summary(found, days, most) == told


def picture(*found: Told, since: timedelta = 28 * DAY, zone: ZoneInfo = WIB) -> bytes:
    drawn = history_picture(found, NOW + DAY - since, NOW + DAY, zone)
    assert drawn.startswith(b"\x89PNG\r\n\x1a\n")
    return drawn


def size(png: bytes) -> tuple[int, int]:
    return struct.unpack(">II", png[16:24])


def test_each_issue_has_a_row_of_the_picture() -> None:
    others = [replace(TOLD, issue=f"Isu {i}") for i in range(3)]
    one, four = picture(TOLD), picture(TOLD, *others)
    assert size(one)[0] == size(four)[0] == 800
    assert size(four)[1] - size(one)[1] == 3 * 42


def test_more_issues_than_fit_are_left_out() -> None:
    many = [replace(TOLD, issue=f"Isu {i:02}") for i in range(40)]
    assert size(picture(*many)) == size(picture(*many[:30]))


def test_what_differs_looks_different() -> None:
    drawn = {
        picture(TOLD),
        picture(DISMISSED),
        picture(QUIET),
        picture(replace(TOLD, closed_at=None)),
        picture(replace(TOLD, peak=Level.AWAS)),
        picture(TOLD, zone=ZoneInfo("Asia/Jayapura")),
        picture(TOLD, since=14 * DAY),
        picture(TOLD, since=3 * DAY),
    }
    assert len(drawn) == 8
    assert picture(TOLD) == picture(replace(TOLD))


def test_a_picture_of_nothing_can_be_drawn() -> None:
    assert picture().startswith(b"\x89PNG")
    assert picture(since=timedelta(hours=5)).startswith(b"\x89PNG")


def test_an_empty_store_has_a_picture_of_no_time_at_all() -> None:
    assert history_picture([], NOW, NOW, WIB).startswith(b"\x89PNG")


def test_the_name_of_an_issue_is_never_read_as_a_formula() -> None:
    assert picture(replace(TOLD, issue="Harga $x_{$ naik")) != picture(TOLD)
