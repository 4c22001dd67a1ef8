"""A simulated day through ``pipeline.tick``: what an office sees, hour by hour."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.messages import answers
from monitor.platforms.base import Gap
from monitor.records import (
    DraftState,
    EventKind,
    IncidentState,
    Level,
    Person,
    PersonId,
    Role,
    SourceId,
    Visibility,
    wave_first,
)
from monitor.steps import decide, decide_drafts
from monitor.store import comments, crowds, drafts, predictions
from tests.day import DAY, HOUR, MINUTE, Day
from tests.world import NOW, SITE

MEDIA = SourceId("media")
ANI = Person(PersonId(1), "Ani", frozenset({Role.HUMAS}))
BUDI = Person(PersonId(2), "Budi", frozenset({Role.ADMIN}))
COPIED = "Banjir di mana-mana dan pejabat kita diam saja"


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    """Monday, 10.00 WIB; the four weeks before were read this minute."""
    with Day(tmp_path) as opened:
        opened.tick()
        yield opened


@pytest.fixture
def flooded(day: Day) -> Day:
    """Ten minutes later twelve people have complained, and the card stands."""
    day.flood(12)
    day.tick(NOW + 10 * MINUTE)
    assert len(day.live()) == 1
    return day


def kinds(day: Day) -> list[EventKind]:
    return [event.kind for event in day.events()]


def news(day: Day, words: str) -> list[float]:
    """When, in minutes after the incident opened, such announcements were made."""
    wanted = {"belum ada": EventKind.FORGOTTEN, "naik ke": EventKind.RAISED}[words]
    times = [event.at for event in day.events() if event.kind is wanted]
    assert len(day.sent(words)) == len(times)
    opened = day.every_incident()[0].opened_at
    return [(at - opened) / MINUTE for at in times]


# Nothing rises from what is old.


def test_the_first_read_of_a_site_in_flames_raises_nothing(tmp_path: Path) -> None:
    with Day(tmp_path) as day:
        day.flood(60, NOW - 30 * MINUTE, every=timedelta(seconds=10))
        day.tick()
        day.run(2 * HOUR, 15 * MINUTE)
        assert day.every_incident() == []
        assert day.channel.sent == []
        assert predictions.of_topic(day.db, "banjir_bencana", NOW - HOUR, 99)


def test_what_arrives_late_after_an_outage_opens_nothing(day: Day) -> None:
    day.sites[SITE].down_until = NOW + 8 * HOUR
    day.flood(30, NOW + HOUR)
    day.run(9 * HOUR, 15 * MINUTE)
    assert len(predictions.of_topic(day.db, "banjir_bencana", NOW, 99)) == 30
    assert day.every_incident() == []


def test_what_still_burns_after_an_outage_does(day: Day) -> None:
    day.sites[SITE].down_until = NOW + 2 * HOUR
    day.flood(30, NOW + HOUR + 30 * MINUTE)
    day.run(2 * HOUR + 30 * MINUTE, 15 * MINUTE)
    (incident,) = day.live()
    assert incident.onset_at == NOW + HOUR + 30 * MINUTE


# One incident, one card.


def test_a_burst_is_one_incident_and_one_living_card(flooded: Day) -> None:
    flooded.flood(3)
    flooded.run(15 * MINUTE, MINUTE)
    assert kinds(flooded) == [EventKind.OPENED]
    assert len(flooded.sent()) == 1
    assert "15 komentar negatif" in flooded.card()
    assert "15 komentar · 15 akun · 15 teks berbeda" in flooded.card()
    assert "Sejak 10.00 WIB" in flooded.card()
    assert flooded.channel.edits >= 1


def test_a_rising_level_is_announced_once(flooded: Day) -> None:
    assert flooded.live()[0].level is Level.SIAGA
    flooded.flood(30, every=timedelta(seconds=5))
    flooded.run(20 * MINUTE, MINUTE)
    assert kinds(flooded) == [EventKind.OPENED, EventKind.RAISED]
    ((place, message),) = flooded.sent("naik ke Awas")
    assert place.reply_to == 1
    assert message.buttons == ()
    assert "🔴 <b>Awas" in flooded.card()


def test_every_chat_has_its_own_card(tmp_path: Path) -> None:
    with Day(tmp_path, chats=(-1, -2)) as day:
        day.tick()
        day.flood(12)
        day.tick(NOW + 10 * MINUTE)
        day.flood(2)
        day.run(5 * MINUTE, MINUTE)
        assert len(day.sent()) == 2
        for chat in (-1, -2):
            assert "14 komentar negatif" in day.card(chat)


# Somebody must take it.


def test_a_forgotten_incident_is_announced_after_30_60_and_120_minutes(flooded: Day) -> None:
    for _ in range(17):  # it goes on meanwhile
        flooded.flood(1)
        flooded.run(10 * MINUTE)
    assert news(flooded, "belum ada") == [30, 60, 120]
    assert "sudah 30 menit belum ada yang menangani" in flooded.sent("belum ada")[0][1].text


def test_who_takes_it_ends_the_reminders(flooded: Day) -> None:
    flooded.run(35 * MINUTE)
    decide.take(flooded.db, ANI, flooded.live()[0].id, flooded.now)
    flooded.run(2 * HOUR)
    assert news(flooded, "belum ada") == [30]
    assert "Ditangani oleh Ani" in flooded.card()


def test_silence_keeps_quiet_until_it_ends(flooded: Day) -> None:
    number = flooded.live()[0].id
    decide.silence(flooded.db, flooded.tools, ANI, number, HOUR, "menunggu OPD", flooded.now)
    flooded.run(55 * MINUTE)
    assert len(flooded.sent()) == 1
    assert "Disenyapkan oleh Ani s.d. 11.10 WIB</b> (menunggu OPD)" in flooded.card()
    flooded.run(10 * MINUTE)
    assert kinds(flooded)[-1] is EventKind.WOKEN
    assert len(flooded.sent("Masa senyap")) == 1
    assert flooded.live()[0].state is IncidentState.OPEN


def test_a_rising_level_breaks_the_silence(flooded: Day) -> None:
    number = flooded.live()[0].id
    decide.silence(flooded.db, flooded.tools, ANI, number, 4 * HOUR, "", flooded.now)
    flooded.flood(30, every=timedelta(seconds=5))
    flooded.run(10 * MINUTE)
    assert kinds(flooded)[-1] is EventKind.RAISED
    assert flooded.live()[0].state is IncidentState.OPEN
    assert len(flooded.sent("naik ke Awas")) == 1


# It ends.


def test_calm_closes_it_after_three_hours_and_the_card_says_so(flooded: Day) -> None:
    decide.take(flooded.db, ANI, flooded.live()[0].id, flooded.now)
    flooded.run(7 * HOUR, 10 * MINUTE)
    (incident,) = flooded.every_incident()
    assert incident.state is IncidentState.RESOLVED
    closed = incident.closed_at
    assert closed is not None and incident.calm_since is not None
    assert closed - incident.calm_since == 3 * HOUR
    # The window of three hours holds the last complaint until then.
    assert timedelta(hours=5, minutes=50) <= closed - NOW <= timedelta(hours=6, minutes=30)
    assert "Selesai · ditangani Ani" in flooded.card()
    assert len(flooded.sent()) == 1


def test_what_was_resolved_does_not_open_again_by_itself(flooded: Day) -> None:
    decide.resolve(flooded.db, ANI, flooded.live()[0].id, flooded.now)
    flooded.flood(2)
    flooded.run(2 * HOUR, 10 * MINUTE)
    assert len(flooded.every_incident()) == 1
    flooded.flood(30, every=timedelta(seconds=5))
    flooded.run(10 * MINUTE)
    assert [one.level for one in flooded.live()] == [Level.AWAS]


def test_the_next_day_is_a_new_incident_with_a_new_card(flooded: Day) -> None:
    flooded.run(7 * HOUR, 30 * MINUTE)
    flooded.now = NOW + DAY - 10 * MINUTE
    flooded.tick()
    flooded.flood(14)
    flooded.run(20 * MINUTE)
    assert len(flooded.every_incident()) == 2
    assert "#2" in flooded.card()


# A broken site is never calm.


def test_a_broken_site_is_named_blind_on_the_card(flooded: Day) -> None:
    flooded.sites[SITE].down_until = flooded.now + 2 * HOUR
    flooded.run(40 * MINUTE)
    assert "⚠️ Tidak terpantau: berita sejak 10.10 WIB" in flooded.card()
    flooded.flood(1, NOW + 2 * HOUR + 5 * MINUTE)
    flooded.run(2 * HOUR + 10 * MINUTE)
    assert "Tidak terpantau" not in flooded.card()


def test_quiet_but_blind_is_not_calm(flooded: Day) -> None:
    decide.take(flooded.db, ANI, flooded.live()[0].id, flooded.now)
    flooded.sites[SITE].down_until = flooded.now + 12 * HOUR
    flooded.run(11 * HOUR, 30 * MINUTE)
    (incident,) = flooded.live()
    assert (incident.reading.observed, incident.calm_since) == (0, None)
    # Seen again, it was quiet all the time: three hours later it is over.
    flooded.run(5 * HOUR, 15 * MINUTE)
    assert kinds(flooded)[-1] is EventKind.CALMED


def test_one_of_two_sites_in_the_dark_is_enough_to_wait(tmp_path: Path) -> None:
    with Day(tmp_path, [SITE, MEDIA]) as day:
        # Both bring alike, so half of the usual comments will be out of sight.
        for ago in range(2, 26):
            for hours, name in ((1, SITE), (3, MEDIA)):
                day.flood(1, NOW - ago * DAY + hours * HOUR, name=name)
        day.tick()
        day.flood(14)
        day.tick(NOW + 10 * MINUTE)
        decide.take(day.db, ANI, day.live()[0].id, day.now)
        day.sites[MEDIA].down_until = day.now + 10 * HOUR
        day.run(9 * HOUR, 30 * MINUTE)
        (incident,) = day.live()
        assert incident.reading.observed == 0
        assert incident.reading.coverage == pytest.approx(0.5, abs=0.05)


# What counts.


def test_spam_and_copies_are_not_people(day: Day) -> None:
    day.say([COPIED] * 40, every=timedelta(seconds=10))
    day.say([f"Slot gacor banjir bonus nomor {i}" for i in range(40)], every=10 * MINUTE / 60)
    day.run(30 * MINUTE)
    assert day.negatives() == 1
    (only,) = day.every_incident()  # a card of its own, none of its issue
    assert wave_first(only.topic) is not None
    (wave,) = crowds.waves(day.db, NOW, 5)
    assert (wave.comments, wave.people) == (40, 40)


def test_an_edited_comment_counts_as_it_is_now(day: Day) -> None:
    first, second = day.flood(2)
    day.tick(NOW + 3 * MINUTE)
    assert day.negatives() == 2
    day.edit(first, text="Terima kasih, petugas cepat datang")
    day.edit(second, text="Banjir makin parah")
    day.tick(NOW + 6 * MINUTE)
    assert day.negatives() == 1
    day.edit(first, text="Ternyata datang lagi, kecewa, banjir")
    day.tick(NOW + 9 * MINUTE)
    assert day.negatives() == 2


def test_a_deleted_comment_stops_counting(day: Day) -> None:
    first, second, third = day.flood(3)
    day.tick(NOW + 3 * MINUTE)
    day.sites[SITE].gone = [
        (first.external_id, Visibility.DELETED),
        (second.external_id, Visibility.TRASHED),
        (third.external_id, Visibility.HELD),
    ]
    day.tick(NOW + 6 * MINUTE)
    assert day.negatives() == 1
    day.edit(first)  # restored
    day.tick(NOW + 9 * MINUTE)
    assert day.negatives() == 2


def test_the_offices_own_replies_never_count(flooded: Day) -> None:
    before = flooded.negatives()
    draft = drafts.of_incident(flooded.db, flooded.live()[0].id)[0]
    decide_drafts.approve(flooded.db, flooded.tools, BUDI, draft.id, flooded.now)
    flooded.tick()
    ((_, text),) = flooded.replier.replies
    flooded.say([text, "Banjir parah, kami kecewa juga"], author_is_owner=True)
    flooded.run(10 * MINUTE)
    assert flooded.negatives() == before
    assert f"{before} komentar negatif" in flooded.card()


def test_who_answers_on_the_site_itself_is_not_made_to_say_it_twice(flooded: Day) -> None:
    incident = flooded.live()[0]
    draft = drafts.of_incident(flooded.db, incident.id)[0]
    answered = comments.get(flooded.db, draft.comment_id)
    assert answered is not None
    decide_drafts.approve(flooded.db, flooded.tools, BUDI, draft.id, flooded.now)
    said = ["Petugas sudah di lokasi, Kak."]
    flooded.say(said, author_is_owner=True, parent_id=answered.comment.external_id)
    flooded.run(10 * MINUTE)
    assert flooded.replier.replies == []
    (ended,) = [one for one in drafts.of_incident(flooded.db, incident.id) if one.id == draft.id]
    assert (ended.state, ended.why) == (DraftState.STALE, answers.POST_ANSWERED)


def test_a_label_on_the_card_changes_the_count_within_the_next_tick(flooded: Day) -> None:
    number = predictions.of_topic(flooded.db, "banjir_bencana", NOW, 1)[0].stored.id
    field = decide.LabelField.SENTIMENT
    assert decide.label(flooded.db, flooded.tools, BUDI, number, field, "netral", flooded.now).done
    flooded.run(5 * MINUTE, MINUTE)
    assert "11 komentar negatif" in flooded.card()


def test_lost_comments_are_told_to_the_chats(day: Day) -> None:
    site = day.sites[SITE]
    collect = site.collect
    lost = Gap(NOW, NOW + HOUR, "the site shows the last 100 only")

    def with_gap(cursor, now):  # type: ignore[no-untyped-def]
        for page in collect(cursor, now):
            yield replace(page, gap=lost)

    site.collect = with_gap  # type: ignore[method-assign]
    day.tick(NOW + 2 * HOUR)
    assert len(day.sent("ada komentar yang tidak terbaca")) == 1
