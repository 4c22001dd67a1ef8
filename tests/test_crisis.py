"""The whole of one crisis, from the first comment to the end, over Telegram's loopback server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.records import DraftState, IncidentState, Level
from monitor.store import audit, signatures
from tests import crisis
from tests.crisis import AGENCY, ANSWER, OFFICE, Crisis, buttons, plain
from tests.fakes.telegram import FakeTelegram
from tests.world import PEOPLE


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crisis]:
    """The crisis is over; what it left lies in the chats and in the store."""
    folder: Path = tmp_path_factory.mktemp("krisis")
    with FakeTelegram() as server, crisis.office(server, folder) as played:
        crisis.happen(played)
        yield played


def scene(lived: Crisis, name: str) -> str:
    return next(plain(message) for found, _, message in lived.scenes if found == name)


def test_every_change_of_the_incident_is_an_event_in_order(lived: Crisis) -> None:
    assert lived.kinds() == [
        "opened", "raised", "escalated", "escalated", "acknowledged",
        "asked", "answered", "resolved",
    ]  # fmt: skip
    ended = lived.incident()
    assert (ended.state, ended.peak, ended.holder) == (
        IncidentState.RESOLVED,
        Level.AWAS,
        "Ani",
    )


def test_one_card_stood_in_the_group_and_followed(lived: Crisis) -> None:
    cards = [one for one in lived.messages(OFFICE) if "Diperbarui" in plain(one)]
    assert len(cards) == 1
    assert cards[0]["photo"]
    assert "Siaga · Banjir & bencana" in scene(lived, "kartu")
    assert "Belum ada yang menangani" in scene(lived, "kartu")
    assert "naik ke Awas" in scene(lived, "naik")
    assert "Ditangani oleh Ani" in scene(lived, "ditangani")
    assert "Selesai · ditangani Ani" in scene(lived, "selesai")
    assert [one["text"] for one in buttons(cards[0])[0]] == ["Buka lagi"]


def test_who_is_on_duty_was_called_and_then_the_stand_in(lived: Crisis) -> None:
    assert "6 menit belum ada yang menangani" in scene(lived, "panggilan")
    assert "12 menit belum ada yang menangani" in scene(lived, "panggilan-cadangan")
    assert "Dipanggil: Ani 10.31, Budi 10.37" in scene(lived, "ditangani")
    for name in ("Ani", "Budi"):
        call = plain(lived.newest(PEOPLE[name][0], "Anda dipanggil"))
        assert "Selesai oleh Ani" in call
    assert "12 menit" in plain(lived.newest(PEOPLE["Budi"][0], "Anda dipanggil"))
    assert not [one for one in lived.messages(PEOPLE["Fitri"][0]) if "dipanggil" in plain(one)]


def test_the_agency_answered_and_its_words_became_the_reply(lived: Crisis) -> None:
    assert "Pertanyaan untuk BPBD" in scene(lived, "pertanyaan")
    assert "Paling lambat Rabu 4 Mar 2026 pukul 16.00 WIB (Tanggapan awal, 2 hari kerja)" in scene(
        lived, "pertanyaan"
    )
    (sent,) = lived.drafts(DraftState.POSTED)
    assert ANSWER in sent.text
    assert "https://ppid.kalteng.go.id" in sent.text
    assert lived.day.replier.replies[-1][1] == sent.text
    assert "menjawab pertanyaan #1 dari Ani" in plain(lived.newest(OFFICE, "menjawab"))
    assert "jawaban diteruskan" in plain(lived.newest(AGENCY, "Terima kasih"))


def test_two_different_people_signed_it_and_nothing_else_went_out(lived: Crisis) -> None:
    (sent,) = lived.drafts(DraftState.POSTED)
    assert "1 dari 2 tanda tangan: Budi; perlu satu lagi" in scene(lived, "satu-tanda-tangan")
    assert "Terkirim · Budi, Citra" in scene(lived, "terkirim")
    assert len(signatures.signers(lived.day.db, sent)) == 2
    assert len(lived.day.replier.replies) == 1


def test_what_came_of_the_reply_stands_on_the_card(lived: Crisis) -> None:
    assert "1 balasan; sesudahnya negatif 93 % → 0 % (6 komentar): membaik" in scene(lived, "hasil")


def test_the_office_was_written_to_sparingly(lived: Crisis) -> None:
    """Card, rise, two calls, the menu, the question and its copy, the draft, the answer's news."""
    assert len(lived.messages(OFFICE)) <= 10


def test_the_audit_trail_tells_every_decision_and_is_whole(lived: Crisis) -> None:
    assert audit.broken_at(lived.day.db) is None
    told = {(row["actor"], row["action"]) for row in audit.newest(lived.day.db, 99)}
    assert {("Ani", "acknowledged"), ("Ani", "resolved"), ("siaga", "draft-posted")} <= told
    signed = {actor for actor, action in told if "sign" in action or "approved" in action}
    assert {"Budi", "Citra"} <= signed


def test_it_took_minutes_and_not_hours(lived: Crisis) -> None:
    ended = lived.incident()
    assert ended.opened_at - ended.onset_at <= timedelta(minutes=20)
    assert ended.closed_at is not None
    assert ended.closed_at - ended.onset_at < timedelta(hours=3)
