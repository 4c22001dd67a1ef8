"""Hand-off to SP4N-LAPOR! and PPID: a filled form, one number, reminders while it waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.incidents.systems import Systems
from monitor.messages import Message, answers
from monitor.messages import handoff as words
from monitor.platforms.file_mapping import load_mapping
from monitor.platforms.file_sheet import write_sheet
from monitor.platforms.files import read_file
from monitor.records import (
    Chat,
    Comment,
    CommentId,
    EventKind,
    Handoff,
    HandoffId,
    HandoffState,
    IncidentId,
    NoticeKind,
    Role,
)
from monitor.steps import handoff
from monitor.steps.answer import Answer
from monitor.steps.office_clock import extended, system_of
from monitor.steps.views import card_view
from monitor.store import audit, drafts, handoffs, incidents, notices
from tests.opd_world import OFFICE, Asked, shown
from tests.racing import race
from tests.world import NOW, PEOPLE, PROJECT

DAY = timedelta(days=1)
HERE = Chat(OFFICE, "")


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    world = Asked(tmp_path)
    yield world
    world.db.close()


def make(asked: Asked, key: str = "lapor", comment: int | None = None, who: str = "Ani") -> Answer:
    about = None if comment is None else CommentId(comment)
    return handoff.make(
        asked.db, asked.tools, asked.who(who), asked.incident.id, key, about, HERE, asked.now
    )


def ticket(asked: Asked, text: str, who: str = "Ani", number: int = 1) -> Answer:
    return handoff.ticket(asked.db, asked.tools, asked.who(who), HandoffId(number), text, asked.now)


def made(asked: Asked, number: int = 1) -> Handoff:
    found = handoffs.get(asked.db, HandoffId(number))
    assert found is not None
    return found


@pytest.mark.parametrize("name", PEOPLE)
def test_only_the_office_hands_off(asked: Asked, name: str) -> None:
    may = name in ("Ani", "Budi", "Citra")
    offered = handoff.offer(asked.db, asked.tools, asked.who(name), asked.incident.id)
    assert isinstance(offered, Message) is may
    assert make(asked, who=name).done is may
    make(asked)
    waited = handoff.wait(asked.db, asked.tools, asked.who(name), HandoffId(1), NOW)
    assert waited.done is may
    given = ticket(asked, "8123456", name)
    assert given.done is may
    if not may:
        assert given.text == answers.not_allowed((Role.ADMIN, Role.HUMAS))


def test_the_menu_offers_the_issue_and_each_comment_of_its_card(asked: Asked) -> None:
    menu = handoff.offer(asked.db, asked.tools, asked.who("Ani"), asked.incident.id)
    assert isinstance(menu, Message)
    data = [[button.data for button in row] for row in menu.buttons]
    assert data[0] == ["hs:1:lapor", "hs:1:ppid"]
    assert data[1] == ["hs:1:lapor:1", "hs:1:ppid:1"] and len(data) == 4


def test_what_is_not_there_is_not_handed_off(asked: Asked) -> None:
    who = asked.who("Ani")
    assert handoff.offer(asked.db, asked.tools, who, IncidentId(9)) == Answer(answers.GONE)
    assert make(asked, "lain") == Answer(answers.STALE_BUTTON)
    assert make(asked, comment=99) == Answer(answers.GONE)
    assert ticket(asked, "8123456") == Answer(answers.GONE)
    knowledge = replace(asked.tools.knowledge, systems=Systems())
    tools = replace(asked.tools, knowledge=knowledge)
    none = handoff.offer(asked.db, tools, who, asked.incident.id)
    assert none == Answer(words.NO_SYSTEM)


def test_the_form_is_filled_masked_and_ready_to_paste(asked: Asked) -> None:
    assert make(asked) == Answer(words.MADE, done=True)
    form = made(asked).form
    assert form.category == "Lingkungan Hidup dan Kehutanan > Penanggulangan Bencana > Banjir"
    assert form.agency.startswith("Badan Penanggulangan Bencana")
    assert len(form.links) == 3 and "Warga 1" not in form.content
    shown(asked)
    (text,) = [one for one in asked.texts(OFFICE) if "Teruskan ke SP4N-LAPOR!" in one]
    assert "0812" not in text and "[nomor]" in text
    for label in ("Judul: ", "Isi: ", "Tanggal: Senin 2 Mar 2026", "Kategori: ", "Tautan: https"):
        assert label in text
    kinds = [event.kind for event in incidents.events(asked.db, asked.incident.id)]
    assert kinds == [EventKind.OPENED, EventKind.HANDED_OFF]
    assert audit.broken_at(asked.db) is None


def test_one_comment_is_handed_off_with_its_own_words_and_place(asked: Asked) -> None:
    assert make(asked, "ppid", 1).done
    form = made(asked).form
    assert form.content.startswith("banjir parah di Sampit sejak pagi, tolong min\nDihimpun")
    assert (form.place, form.title) == ("Sampit", "Banjir & bencana di Sampit")
    assert form.links == ("https://berita.example/?p=1#comment-1",)


def test_an_open_form_is_shown_again_and_not_made_twice(asked: Asked) -> None:
    make(asked)
    shown(asked)
    assert make(asked, who="Budi") == Answer(words.THERE_ALREADY, done=True)
    shown(asked)
    assert len(handoffs.of_incident(asked.db, asked.incident.id)) == 1
    assert sum("Teruskan ke" in message.text for _, message in asked.channel.sent) == 2


@pytest.mark.parametrize("text", ["", "abc", "12", "8123456 dan lainnya", "1" * 13, "0812000000"])
def test_what_is_no_number_of_the_system_is_asked_again(asked: Asked, text: str) -> None:
    make(asked)
    given = ticket(asked, text)
    assert given.text == "Itu belum seperti nomor tiket SP4N-LAPOR!, misalnya 8123456."
    assert made(asked).ticket is None


def test_the_number_goes_into_a_public_reply_with_its_link(asked: Asked) -> None:
    make(asked, comment=1)
    given = ticket(asked, " #8123456 ")
    assert given == Answer("Nomor tiket dicatat. Saran balasan #1 disiapkan.", done=True)
    (draft,) = drafts.of_incident(asked.db, asked.incident.id)
    assert (draft.origin, draft.comment_id) == ("handoff:1", 1)
    assert "8123456" in draft.text
    assert "https://www.lapor.go.id/pengaduan/8123456." in draft.text
    shown(asked)
    (form,) = [one for one in asked.texts(OFFICE) if "Teruskan ke" in one]
    assert "✅ Nomor 8123456 · Ani" in form
    assert card_view(asked.db, asked.tools, asked.incident, NOW).waiting == []
    kinds = [event.kind for event in incidents.events(asked.db, asked.incident.id)]
    assert kinds[-1] is EventKind.TICKETED


def test_of_two_numbers_one_counts(asked: Asked) -> None:
    make(asked)
    ani, budi = asked.who("Ani"), asked.who("Budi")
    said = race(
        asked.tools,
        lambda db: handoff.ticket(db, asked.tools, ani, HandoffId(1), "11111", NOW),
        lambda db: handoff.ticket(db, asked.tools, budi, HandoffId(1), "22222", NOW),
    )
    assert sorted(one.done for one in said) == [False, True]
    kept = made(asked)
    late = ticket(asked, "33333")
    assert late == Answer(f"Sudah dicatat: {kept.ticket} oleh {kept.ticket_by}.")
    assert len(drafts.of_incident(asked.db, asked.incident.id)) == 1


def test_who_was_a_moment_too_late_is_told_the_number(asked: Asked) -> None:
    make(asked)

    def first(_: str) -> None:
        ticket(asked, "8123456", "Budi")

    tools = replace(asked.tools, boundary=first)
    given = handoff.ticket(asked.db, tools, asked.who("Ani"), HandoffId(1), "9999", NOW)
    assert given == Answer("Sudah dicatat: 8123456 oleh Budi.")


def test_a_number_that_looks_personal_is_refused(asked: Asked) -> None:
    make(asked, "ppid")
    assert not ticket(asked, "6200000000000000").done
    (message,) = [words.ticket_question(made(asked), system_of(asked.tools, made(asked)))]
    assert "015/PPID/2026" in message.plain


def test_where_every_comment_is_answered_the_number_is_kept_alone(asked: Asked) -> None:
    make(asked, comment=1)
    ticket(asked, "8123456")
    make(asked, "ppid", 1)
    assert ticket(asked, "015/PPID/2026", number=2) == Answer(words.NUMBERED, done=True)


def test_the_clock_of_ppid_runs_from_the_number_and_shows_on_the_card(asked: Asked) -> None:
    make(asked, "ppid")
    assert ticket(asked, "015/PPID/2026").done
    due = made(asked).due_at
    assert due is not None
    local = due.astimezone(asked.tools.zone)
    assert (local.month, local.day, local.hour) == (3, 16, 16)
    (line,) = card_view(asked.db, asked.tools, asked.incident, NOW).waiting
    assert line.startswith(
        "📨 PPID 015/PPID/2026: jawaban paling lambat Sen 16 Mar (bila diperpanjang "
    )
    shown(asked)
    (form,) = [one for one in asked.texts(OFFICE) if "Teruskan ke" in one]
    assert "Jawaban paling lambat Senin 16 Mar 2026, bila diperpanjang " in form
    until = extended(asked.tools, made(asked))
    assert until is not None
    assert card_view(asked.db, asked.tools, asked.incident, until + DAY).waiting == []


def test_a_system_that_the_file_lost_still_takes_its_number(asked: Asked) -> None:
    make(asked)
    tools = replace(asked.tools, knowledge=replace(asked.tools.knowledge, systems=Systems()))
    assert system_of(tools, made(asked)).name == "LAPOR"
    given = handoff.ticket(asked.db, tools, asked.who("Ani"), HandoffId(1), "X-1", NOW)
    assert given.done and made(asked).ticket == "X-1"


# A system that is down


def test_what_waits_is_reminded_every_morning_of_a_working_day(asked: Asked) -> None:
    make(asked)
    who = asked.who("Ani")
    assert handoff.wait(asked.db, asked.tools, who, HandoffId(1), NOW).done
    again = handoff.wait(asked.db, asked.tools, who, HandoffId(1), NOW)
    assert again == Answer(words.WAITS_ALREADY)
    days = []
    for hours in range(0, 24 * 8, 2):
        at = NOW + timedelta(hours=hours)
        if handoff.remind(asked.db, asked.tools, at):
            days.append(at.astimezone(asked.tools.zone).strftime("%a %H"))
        shown(asked, at)
    assert days == ["Tue 08", "Wed 08", "Thu 08", "Fri 08", "Mon 08", "Tue 08"]
    told = [one for one in asked.texts(OFFICE) if "masih menunggu" in one]
    assert len(told) == 6
    assert ticket(asked, "8123456").done
    assert handoff.remind(asked.db, asked.tools, NOW + 9 * DAY) == 0


def test_a_waiting_form_has_only_the_number_left_to_press(asked: Asked) -> None:
    make(asked)
    handoff.wait(asked.db, asked.tools, asked.who("Ani"), HandoffId(1), NOW)
    shown(asked)
    (form,) = [m for m in asked.channel.shown[OFFICE].values() if "Teruskan ke" in m.text]
    assert [button.label for row in form.buttons for button in row] == ["Nomor tiket"]
    assert made(asked).state is HandoffState.WAITING


def test_a_second_worker_does_not_remind_again(asked: Asked) -> None:
    make(asked)
    handoff.wait(asked.db, asked.tools, asked.who("Ani"), HandoffId(1), NOW)
    morning = NOW + DAY
    assert handoff.remind(asked.db, asked.tools, morning) == 1
    assert handoff.remind(asked.db, asked.tools, morning + timedelta(hours=1)) == 0
    news = [n for n in notices.every(asked.db) if n.kind is NoticeKind.HANDOFF_NEWS]
    assert len(news) == 1


# The spreadsheet


@pytest.mark.parametrize(("key", "number"), [("lapor", "8123456"), ("ppid", "015/PPID/2026")])
def test_what_is_written_our_own_import_reads_back(
    asked: Asked, tmp_path: Path, key: str, number: str
) -> None:
    make(asked, key)
    ticket(asked, number)
    one, out = made(asked), tmp_path / "form.xlsx"
    handoff.export(asked.tools.settings, key, one, out)
    mapping = load_mapping(PROJECT / "data" / "mappings" / f"{key}.toml")
    (read,) = list(read_file(out, mapping, NOW))
    assert isinstance(read, Comment)
    joined = f"{one.form.title}\n{one.form.content}" if key == "lapor" else one.form.content
    assert (read.external_id, read.text) == (number, joined)
    assert (read.post_title, read.created_at) == (one.form.title, one.form.at)
    assert read.permalink == one.form.links[0]
    assert one.form.agency in read.raw


def test_a_form_without_number_and_links_is_written_too(asked: Asked, tmp_path: Path) -> None:
    make(asked)
    bare = replace(made(asked), form=replace(made(asked).form, links=()))
    handoff.export(asked.tools.settings, "lapor", bare, tmp_path / "form.xlsx")
    mapping = load_mapping(PROJECT / "data" / "mappings" / "lapor.toml")
    (read,) = list(read_file(tmp_path / "form.xlsx", mapping, NOW))
    assert isinstance(read, Comment)
    assert (read.external_id, read.permalink) == ("siaga-1", None)


def test_a_formula_stays_text_in_the_spreadsheet(tmp_path: Path) -> None:
    mapping = load_mapping(PROJECT / "data" / "mappings" / "lapor.toml")
    row = {"text": "=1+1", "created_at": "02/03/2026 10:00", "title": "@SUM(A1)"}
    write_sheet(tmp_path / "f.xlsx", mapping, [row])
    (read,) = list(read_file(tmp_path / "f.xlsx", mapping, NOW))
    assert isinstance(read, Comment) and read.text == "@SUM(A1)\n=1+1"


@pytest.mark.parametrize("name", ["form.csv", "none/form.xlsx"])
def test_a_file_that_cannot_be_written_is_told(tmp_path: Path, name: str) -> None:
    mapping = load_mapping(PROJECT / "data" / "mappings" / "lapor.toml")
    with pytest.raises(ConfigError, match=r"form\."):
        write_sheet(tmp_path / name, mapping, [])


@pytest.mark.parametrize(
    ("place", "field"), [("Kotim / Baamang", "Kotim, Baamang"), (None, "beberapa tempat: Baamang")]
)
def test_a_form_names_places_with_their_counts_and_never_beside_the_total(
    asked: Asked, place: str | None, field: str
) -> None:
    about = words.About(
        incident=asked.incident,
        issue_name="Banjir",
        agency="BPBD",
        office="Kantor",
        place=place,
        category="",
        counted="48 komentar negatif",
        examples=[],
        links=[],
        at=NOW,
        places=[("Kotim / Baamang", 11), ("Kapuas", 9)],
    )
    form = words.form_of(about, single=False)
    lead = form.content.splitlines()[0]
    counted = "48 komentar negatif; tempat yang disebut: Baamang (11), Kapuas (9)."
    assert lead == f"Warga mengeluhkan Banjir di media sosial: {counted}"
    assert form.title == "Banjir" and form.place.startswith(field)
    assert words.form_of(replace(about, place=None, places=()), single=False).place == ""
