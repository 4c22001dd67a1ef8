"""A copy-paste wave has one card of its own, follows its numbers, and never alarms its issue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config.parts import Copies
from monitor.records import (
    CommentId,
    EventKind,
    Incident,
    IncidentState,
    Level,
    Role,
    SourceId,
    Visibility,
    wave_first,
)
from monitor.steps import decide, views
from monitor.steps.waves import watch_waves
from monitor.store import incidents, people
from monitor.web import board
from tests.day import HOUR, MINUTE, Day
from tests.world import FLOOD, NOW, SITE

WORDS = "Banjir lagi di kampung kami, pejabat ke mana saja selama musim hujan begini"
VARIANTS = (WORDS, WORDS.replace("kampung", "kampumg"), f"{WORDS} pak", WORDS.upper())


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    with Day(tmp_path, copies=Copies(siaga=20, awas=40)) as opened:
        opened.tick()
        yield opened


def flood_of_copies(day: Day, count: int, every: timedelta = MINUTE, **more: object) -> None:
    day.say([VARIANTS[i % 4] for i in range(count)], day.now, every, **more)


def wave(day: Day) -> Incident:
    (found,) = day.every_incident()
    return found


def kinds(day: Day) -> list[EventKind]:
    return [event.kind for event in incidents.events(day.db, wave(day).id)]


def test_many_accounts_with_nearly_one_text_open_one_card(day: Day) -> None:
    flood_of_copies(day, 12)
    day.run(20 * MINUTE)
    assert day.negatives() == 1
    found = wave(day)
    assert wave_first(found.topic) is not None
    assert (found.level, found.reading.observed, found.reading.score) == (Level.WASPADA, 12, 12.0)
    assert (found.onset_at, len(day.sent("Gelombang salinan"))) == (NOW, 1)
    card = day.card()
    assert "12 komentar dari 12 akun dengan teks yang hampir sama" in card
    assert "Bukan hitungan warga" in card
    assert "100 % akun baru pertama terlihat, 100 % hanya menulis teks ini" in card
    assert "Isu: Banjir" in card
    assert f"Sumber: {SITE} (12)" in card
    assert "Kiriman: p1 (12)" in card


def test_too_few_accounts_or_too_slow_a_text_is_no_wave(day: Day) -> None:
    flood_of_copies(day, 30, author_id="satu")
    flood_of_copies(day, 8)
    day.run(30 * MINUTE)
    assert day.every_incident() == []
    day.run(2 * HOUR, 30 * MINUTE)
    flood_of_copies(day, 30, every=8 * MINUTE)
    day.run(5 * HOUR)
    assert day.every_incident() == []


def test_spam_and_first_reads_are_no_wave(day: Day, tmp_path: Path) -> None:
    day.say(["Slot gacor banjir bonus setiap hari di sini"] * 30, every=MINUTE)
    day.run(30 * MINUTE)
    assert day.every_incident() == []
    with Day(tmp_path / "lain") as other:
        other.say([WORDS] * 30, NOW - 10 * MINUTE, timedelta(seconds=10))
        other.tick()
        assert other.every_incident() == []


def test_the_card_follows_and_the_level_rises_by_accounts(day: Day) -> None:
    flood_of_copies(day, 15)
    day.run(15 * MINUTE)
    assert wave(day).level is Level.WASPADA
    flood_of_copies(day, 10)
    day.run(10 * MINUTE)
    flood_of_copies(day, 20)
    day.run(20 * MINUTE)
    assert (wave(day).level, wave(day).reading.observed) == (Level.AWAS, 45)
    assert kinds(day) == [EventKind.OPENED, EventKind.RAISED, EventKind.RAISED]
    assert [message.text for _, message in day.sent("naik ke")] == [
        f"🟠 <b>Gelombang salinan naik ke Siaga</b>. #{wave(day).id}",
        f"🔴 <b>Gelombang salinan naik ke Awas</b>. #{wave(day).id}",
    ]
    assert "45 komentar dari 45 akun" in day.card()


def test_it_ends_three_hours_after_the_last_copy_and_may_come_again(day: Day) -> None:
    flood_of_copies(day, 12)
    day.run(3 * HOUR)
    assert wave(day).state is IncidentState.OPEN
    day.run(15 * MINUTE)
    assert wave(day).state is IncidentState.RESOLVED
    (last,) = [e for e in incidents.events(day.db, wave(day).id) if e.kind is EventKind.CALMED]
    assert last.reason == "Tidak ada salinan baru; ditutup otomatis."
    day.run(4 * HOUR, 30 * MINUTE)
    begin = day.now
    flood_of_copies(day, 12)
    day.run(20 * MINUTE)
    again = day.live()[0]
    assert (again.onset_at, again.reading.observed) == (begin, 12)


def test_people_press_the_same_buttons(day: Day) -> None:
    ani = people.add(day.db, "Ani", (Role.HUMAS,), 101, "siaga", NOW)
    flood_of_copies(day, 12)
    day.run(12 * MINUTE)
    assert decide.take(day.db, ani, wave(day).id, day.now).done
    length = timedelta(hours=1)
    assert decide.silence(day.db, day.tools, ani, wave(day).id, length, "cek", day.now).done
    flood_of_copies(day, 13)
    day.run(20 * MINUTE)
    assert wave(day).state is IncidentState.OPEN  # a higher level ends a silence
    assert decide.silence(day.db, day.tools, ani, wave(day).id, length, "cek", day.now).done
    day.run(80 * MINUTE)
    assert EventKind.WOKEN in kinds(day)
    assert decide.resolve(day.db, ani, wave(day).id, day.now).done
    day.run(30 * MINUTE)
    assert day.live() == []


def test_what_nobody_takes_is_announced_again(day: Day) -> None:
    flood_of_copies(day, 12)
    day.run(60 * MINUTE)
    assert kinds(day) == [EventKind.OPENED, EventKind.FORGOTTEN]


def test_a_wave_that_people_ended_stays_closed_while_it_goes_on(day: Day) -> None:
    budi = people.add(day.db, "Budi", (Role.ADMIN,), 102, "siaga", NOW)
    flood_of_copies(day, 18)
    day.run(12 * MINUTE)
    assert decide.dismiss(day.db, budi, wave(day).id, day.now).done
    day.run(30 * MINUTE)
    assert wave(day).state is IncidentState.DISMISSED


def test_a_deleted_first_text_hands_its_wave_on(day: Day) -> None:
    first = day.say(VARIANTS * 4, day.now, MINUTE / 2)[0]
    day.run(10 * MINUTE)
    before = wave_first(wave(day).topic)
    day.sites[SITE].gone = [(first.external_id, Visibility.TRASHED)]
    day.run(10 * MINUTE)
    found = wave(day)
    assert before is not None
    assert wave_first(found.topic) == before + 1
    assert (found.reading.observed, day.negatives(), len(day.live())) == (15, 1, 1)


def test_a_wave_that_was_deleted_keeps_its_last_numbers_until_it_is_over(day: Day) -> None:
    said = day.say(VARIANTS * 3, day.now, MINUTE / 2)
    day.run(10 * MINUTE)
    day.sites[SITE].gone = [(one.external_id, Visibility.DELETED) for one in said]
    day.run(10 * MINUTE)
    assert (day.negatives(), wave(day).reading.observed) == (0, 12)
    view = views.card_view(day.db, day.tools, wave(day), day.now)
    assert (view.comments, view.people, view.texts) == (12, 12, 1)
    assert "salinan terakhir" not in views.card_message(day.db, day.tools, wave(day), day.now).text
    day.run(3 * HOUR)
    assert wave(day).state is IncidentState.RESOLVED


def test_a_first_text_that_is_being_read_anew_leaves_a_card(day: Day) -> None:
    flood_of_copies(day, 12)
    day.run(15 * MINUTE)
    first = wave_first(wave(day).topic)
    with day.db.atomic():
        day.db.conn.execute("UPDATE comment SET predicted_by = NULL WHERE id = ?", [first])
    card = views.card_message(day.db, day.tools, wave(day), day.now)
    assert "(teks ini sedang dibaca ulang, atau sudah tidak ada)" in card.text
    assert not any(b.data.startswith("lb:") for row in card.buttons for b in row)


def test_the_silence_of_a_blind_source_ends_no_wave(day: Day) -> None:
    flood_of_copies(day, 12)
    day.run(20 * MINUTE)
    day.sites[SITE].down_until = day.now + 8 * HOUR
    day.run(6 * HOUR, 15 * MINUTE)
    assert wave(day).state is IncidentState.OPEN
    assert (
        "Tidak terpantau: berita" in views.card_message(day.db, day.tools, wave(day), day.now).text
    )


def test_a_wave_does_not_raise_the_incident_of_its_issue(day: Day) -> None:
    day.flood(14)
    day.run(15 * MINUTE)
    (issue,) = day.live()
    assert issue.topic == FLOOD
    flood_of_copies(day, 60, every=timedelta(seconds=5))
    day.run(20 * MINUTE)
    by_topic = {one.topic: one for one in day.live()}
    assert by_topic[FLOOD].reading.observed <= 15
    assert (len(by_topic), by_topic[FLOOD].peak) == (2, issue.peak)


def test_signs_tell_old_accounts_from_new_ones(day: Day) -> None:
    for i in range(5):
        day.say([f"Kabar lama nomor {i} dari warga kota ini"], NOW - HOUR, author_id=f"lama{i}")
    for i in range(12):
        who = f"lama{i}" if i < 5 else f"baru{i}"
        day.say([WORDS], NOW + i * MINUTE, author_id=who)
    day.say(["Kata lain dari akun yang baru saja muncul"], NOW + 12 * MINUTE, author_id="baru7")
    day.run(20 * MINUTE)
    view = views.card_view(day.db, day.tools, day.live()[0], day.now)
    assert view.wave is not None
    assert (view.wave.known, view.wave.newcomers, view.wave.only_this) == (12, 7, 6)


def test_the_page_shows_the_wave_as_a_card(day: Day) -> None:
    flood_of_copies(day, 12)
    day.run(20 * MINUTE)
    (card,) = board.live_incidents(day.db, day.tools, day.now)
    assert (card.chart, card.view.issue_name) == (None, "Gelombang salinan")
    assert [(one.comments, one.people) for one in board.wave_cards(day.db, day.tools, day.now)] == [
        (12, 12)
    ]


def test_a_wave_of_another_process_is_left_alone(day: Day) -> None:
    """The unique index decides: who comes second opens nothing."""
    flood_of_copies(day, 12)
    day.run(20 * MINUTE)
    assert watch_waves(day.db, day.tools, day.now) == 0


def test_topics_name_their_first_comment() -> None:
    assert wave_first("salinan:17") == CommentId(17)
    assert wave_first(SourceId("banjir_bencana")) is None
