"""What staff read of hand-overs and of incidents that belong together: short, polite, escaped."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from monitor.messages import handing, kin, why
from monitor.messages.base import TOAST_LIMIT, visible_length
from monitor.records import IncidentState, Level, Person, PersonId, Role
from tests.making import NOW, make_incident, make_reading

ZONE = ZoneInfo("Asia/Jakarta")
LONG = "<b>&" * 90


def test_names_are_escaped_and_cut() -> None:
    incident = make_incident(holder=LONG, state=IncidentState.ACKNOWLEDGED)
    said = (
        kin.neglected(LONG, incident, LONG),
        kin.reopened(LONG, incident, LONG),
        kin.unmuted(LONG, incident, LONG),
        handing.note_to_taker(incident, LONG, LONG, ZONE, NOW),
        handing.note_to_giver(incident, LONG, LONG),
    )
    for text in said:
        assert "<b>&<" not in text
        assert visible_length(text) < 400
    for toast in (handing.given(LONG), handing.still_runs(LONG)):
        assert len(toast) <= TOAST_LIMIT


def test_nobody_known_is_a_dash() -> None:
    incident = make_incident(holder=None)
    assert "Terakhir ditangani -." in kin.neglected("Banjir", incident, "Lama.")
    assert handing.still_runs(None) == "Isu ini masih berjalan."


def test_an_earlier_one_is_named_with_how_and_when_it_ended() -> None:
    before = make_incident(state=IncidentState.DISMISSED, closed_at=NOW)
    assert kin.goes_on_with(before, ZONE, NOW) == "Lanjutan #7 (bukan krisis 12.00 WIB)"
    unknown = make_incident(state=IncidentState.RESOLVED, closed_at=None)
    assert kin.goes_on_with(unknown, ZONE, NOW) == "Lanjutan #7 (selesai)"


def test_a_large_office_still_fits_a_menu() -> None:
    office = [
        Person(PersonId(10**17 + i), f"Petugas {i} {LONG}", frozenset({Role.HUMAS}))
        for i in range(90)
    ]
    menu = handing.handing_menu(make_incident(holder=None), "Banjir", office)
    buttons = [button for row in menu.buttons for button in row]
    assert len(buttons) == 40
    assert all(len(button.data.encode()) <= 64 for button in buttons)
    assert menu.text.endswith("Kepada siapa?")


@pytest.mark.parametrize(
    ("score", "said"),
    [
        (1.09, "Siaga bila lonjakan sedikit lebih kuat"),
        (1.0, "Siaga bila lonjakan 1,1 kali lebih kuat"),
    ],
)
def test_hardly_more_is_said_so(score: float, said: str) -> None:
    assert why.why_not_higher((Level.SIAGA, 1.1, 8), make_reading(score=score)) == said


def test_reasons_of_muting_and_of_neglect_are_plain() -> None:
    assert why.neglected(4.0) == "Sudah 4 jam tanpa perkembangan."
    assert why.unmuted(12, ended=True) == "#12 sudah selesai."
    assert why.unmuted(12, ended=False) == "Sudah lebih besar dari #12."
