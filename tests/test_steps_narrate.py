"""A statement from its draft to its end, and what it does to replies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from monitor import pipeline
from monitor.messages import Message
from monitor.messages import narrative as words
from monitor.records import (
    NarrativeId,
    NarrativeState,
    Person,
)
from monitor.steps import narrate
from monitor.steps.answer import Answer
from monitor.steps.collect import Collector
from monitor.store import audit, narratives, people
from tests.stated_world import DAY, FACTS, LINK, DiedError, Office
from tests.world import (
    FLOOD,
    NOW,
    PEOPLE,
    open_world,
    seed_incident,
)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


# Making and approving


def test_facts_are_cleaned_and_the_end_is_the_end_of_a_day(office: Office) -> None:
    made = office.get(office.draft(days=0))
    assert made.facts == (
        "Ada 5 posko pengungsian di Sampit.",
        "Bantuan sudah disalurkan ke 12 desa.",
    )
    assert made.until_at is not None
    assert made.until_at.astimezone(office.tools.zone).strftime("%d %H.%M") == "02 23.59"
    assert (made.title, made.link, made.version) == ("Banjir & bencana", LINK, 0)


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (" \n ", words.NO_FACTS),
        ("a\n" * 9, "Ada 9 baris"),
        ("a" * 250, "Ada fakta 251 huruf"),
        ("Hubungi 0812-0000-0000", "data pribadi"),
    ],
)
def test_facts_that_nobody_may_say_are_refused(office: Office, facts: str, told: str) -> None:
    made = narrate.propose(office.db, office.tools, office.who("Budi"), FLOOD, facts, NOW)
    assert isinstance(made, Answer)
    assert told in made.text
    assert narratives.every(office.db) == []


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ("ppid", words.BAD_LINK),
        ("https://contoh.example/x", "bukan laman resmi"),
        (f"{LINK} dan ini", words.BAD_LINK),
    ],
)
def test_only_an_official_link_is_taken(office: Office, link: str, told: str) -> None:
    number = office.draft()
    answer = narrate.put_link(office.db, office.tools, office.who("Budi"), number, link, NOW)
    assert told in answer.text
    assert not answer.done


Step = Callable[[Office, Person, NarrativeId], Answer | NarrativeId | Message]
STEPS: dict[str, Step] = {
    "propose": lambda o, p, n: narrate.propose(o.db, o.tools, p, FLOOD, FACTS, NOW),
    "link": lambda o, p, n: narrate.put_link(o.db, o.tools, p, n, LINK, NOW),
    "until": lambda o, p, n: narrate.put_until(o.db, o.tools, p, n, 3, None, NOW),
    "approve": lambda o, p, n: narrate.approve(o.db, p, n, NOW),
    "withdraw": lambda o, p, n: narrate.withdraw(o.db, p, n, NOW),
    "open": lambda o, p, n: narrate.opened(o.db, o.tools, p, n),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("name", ["Ani", "Dewi", "Eko", "Fitri"])
def test_only_admins_make_statements(office: Office, step: str, name: str) -> None:
    number = office.draft()
    answer = STEPS[step](office, office.who(name), number)
    assert isinstance(answer, Answer)
    assert "hanya admin" in answer.text
    assert office.get(number).state is NarrativeState.DRAFT


@pytest.mark.parametrize("step", ["link", "until", "approve", "withdraw", "open"])
def test_what_is_not_there_is_told(office: Office, step: str) -> None:
    answer = STEPS[step](office, office.who("Citra"), NarrativeId(9))
    assert isinstance(answer, Answer)
    assert "tidak ditemukan" in answer.text


@pytest.mark.parametrize("step", ["link", "until", "approve"])
def test_what_is_decided_stays(office: Office, step: str) -> None:
    number = office.state()
    assert STEPS[step](office, office.who("Citra"), number) == Answer(words.DECIDED)


def test_the_maker_does_not_approve_where_another_admin_could(office: Office) -> None:
    number = office.draft()
    answer = narrate.approve(office.db, office.who("Budi"), number, NOW)
    assert answer == Answer(words.OTHER_ADMIN)
    people.deactivate(office.db, "Citra", "siaga", NOW)
    assert narrate.approve(office.db, office.who("Budi"), number, NOW).done
    assert words.ALONE in office.shown()[-1]
    noted = [one["detail"] for one in audit.newest(office.db, 5)]
    assert words.ALONE in noted


def test_a_press_approves_only_the_words_that_were_read(office: Office) -> None:
    number = office.draft()
    seen = office.get(number).seen
    narrate.put_until(office.db, office.tools, office.who("Budi"), number, 7, None, NOW)
    citra = office.who("Citra")
    assert narrate.approve(office.db, citra, number, NOW, seen) == Answer(words.CHANGED)
    now_seen = office.get(number).seen
    assert narrate.approve(office.db, citra, number, NOW, now_seen).done


def test_what_would_be_over_already_is_not_approved(office: Office) -> None:
    number = office.draft(days=0)
    late = narrate.approve(office.db, office.who("Citra"), number, NOW + DAY)
    assert late == Answer(words.PAST)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        (" Vaksin  Rabies ", "vaksin rabies"),
        ("banjir & Bencana", FLOOD),
        (FLOOD, FLOOD),
        ("x", None),
        ("https://contoh.example", None),
        ("a" * 41, None),
    ],
)
def test_a_topic_is_an_issue_or_a_few_words(office: Office, text: str, topic: str | None) -> None:
    assert narrate.free_topic(office.tools, text) == topic


def test_a_draft_without_a_link_has_no_preview(office: Office) -> None:
    budi = office.who("Budi")
    made = narrate.propose(office.db, office.tools, budi, FLOOD, FACTS, NOW)
    assert not isinstance(made, Answer)
    early = narrate.put_until(office.db, office.tools, budi, made, 3, None, NOW)
    assert early == Answer(words.NO_LINK)
    assert office.shown(PEOPLE["Citra"][0]) == []


# Spreading, reading, ending


def test_the_preview_goes_to_the_other_admins_and_the_statement_to_everybody(
    office: Office,
) -> None:
    people.mark_unreachable(office.db, PEOPLE["Ani"][0], "blocked")
    number = office.draft()
    assert "Pratinjau" in office.shown()[0]
    assert "Pratinjau" in office.shown(PEOPLE["Citra"][0])[0]
    assert office.shown(PEOPLE["Budi"][0]) == []
    narrate.approve(office.db, office.who("Citra"), number, NOW)
    preview, statement = office.shown()
    assert "Disetujui Citra" in preview
    assert "Narasi v1: Banjir & bencana" in statement
    assert "Dibaca 0 dari 3 orang" in statement
    assert [len(office.shown(PEOPLE[name][0])) for name in PEOPLE] == [0, 1, 2, 0, 0, 0]


def test_reading_is_noted_once_and_shown(office: Office) -> None:
    number = office.state()
    office.shown()
    citra = office.who("Citra")
    assert narrate.read(office.db, citra, number, NOW) == Answer(words.SEEN, done=True)
    assert narrate.read(office.db, citra, number, NOW) == Answer(words.SEEN_ALREADY)
    assert narrate.read(office.db, office.who("Fitri"), number, NOW).done
    assert "Dibaca 1 dari 3 orang" in office.shown()[-1]
    assert "Anda sudah membacanya" in office.shown(PEOPLE["Citra"][0])[-1]
    assert "Anda sudah" not in office.shown(PEOPLE["Budi"][0])[-1]
    listed = narrate.listing(office.db, office.tools, citra, NOW)
    assert "Dibaca 1 dari 3 orang" in listed.plain
    assert narrate.read(office.db, citra, NarrativeId(9), NOW).text
    narrate.withdraw(office.db, citra, number, NOW)
    assert narrate.read(office.db, citra, number, NOW) == Answer(words.NOT_VALID)


def test_a_private_chat_of_nobody_known_still_shows_the_statement(office: Office) -> None:
    office.state()
    office.shown()
    people.deactivate(office.db, "Ani", "siaga", NOW)
    assert "Narasi v1" in office.shown(PEOPLE["Ani"][0])[-1]


def test_a_new_version_takes_the_place_of_the_one_before(office: Office) -> None:
    first = office.state()
    office.shown()
    second = office.draft(facts="Ada 6 posko.")
    assert "menggantikan narasi v1" in office.shown()[-1]
    narrate.approve(office.db, office.who("Citra"), second, NOW)
    texts = office.shown()
    assert any("sudah diganti dengan versi baru" in text for text in texts)
    assert "Narasi v2" in texts[-1]
    assert office.get(first).state is NarrativeState.REPLACED


def test_the_tick_ends_it_and_tells_so_once(office: Office) -> None:
    number = office.state()
    office.shown()
    seed_incident(office.db)
    office.now = NOW + 4 * DAY
    assert narrate.expire_narratives(office.db, office.tools, office.now) == 1
    assert narrate.expire_narratives(office.db, office.tools, office.now) == 0
    for _ in range(2):
        texts = office.shown()
    assert sum("habis masa berlakunya" in text for text in texts) == 1
    assert any("Tidak berlaku: masa berlakunya habis" in text for text in texts)
    assert office.get(number).state is NarrativeState.EXPIRED


def test_the_pipeline_ends_statements(office: Office) -> None:
    office.state()
    collector = Collector(1)
    ticked = pipeline.tick(office.db, office.tools, collector, NOW + 4 * DAY, patience=None)
    collector.close()
    assert ticked.narratives == 1


@pytest.mark.parametrize("boundary", ["narrate:before-write", "narrate:after-write"])
def test_dying_at_its_end_neither_loses_nor_repeats_the_news(office: Office, boundary: str) -> None:
    office.state()
    office.now = NOW + 4 * DAY

    def die(name: str) -> None:
        if name == boundary:
            raise DiedError

    with pytest.raises(DiedError):
        narrate.expire_narratives(office.db, replace(office.tools, boundary=die), office.now)
    narrate.expire_narratives(office.db, office.tools, office.now)
    assert sum("habis masa berlakunya" in text for text in office.shown()) == 1


def test_two_processes_end_it_once(office: Office) -> None:
    office.state()
    late, other = NOW + 4 * DAY, open_world(office.tools)

    def meanwhile(name: str) -> None:
        if name == "narrate:before-write":
            assert narrate.expire_narratives(other, office.tools, late) == 1

    assert (
        narrate.expire_narratives(office.db, replace(office.tools, boundary=meanwhile), late) == 0
    )


def test_a_withdrawal_is_told_and_a_dropped_draft_is_not(office: Office) -> None:
    draft, number, citra = office.draft(), office.state(), office.who("Citra")
    assert narrate.withdraw(office.db, citra, draft, NOW) == Answer(words.DROPPED, done=True)
    office.shown()
    assert narrate.withdraw(office.db, citra, number, NOW) == Answer(words.WITHDRAWN, done=True)
    assert narrate.withdraw(office.db, citra, number, NOW) == Answer(words.NOT_VALID)
    texts = office.shown()
    assert sum("dicabut. Mohon faktanya jangan dipakai" in text for text in texts) == 1
    assert any("Draf ini dibuang" in text for text in texts)


def test_one_is_opened_from_the_list(office: Office) -> None:
    number, citra = office.state(), office.who("Citra")
    draft = office.draft()
    for one, told in ((number, "Narasi v1"), (draft, "Pratinjau")):
        shown = narrate.opened(office.db, office.tools, citra, one)
        assert isinstance(shown, Message)
        assert told in shown.text
    listed = narrate.listing(office.db, office.tools, citra, NOW)
    assert "menunggu persetujuan" in listed.plain
    assert "menunggu" not in narrate.listing(office.db, office.tools, office.who("Ani"), NOW).plain
