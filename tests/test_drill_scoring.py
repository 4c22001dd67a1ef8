"""What an exercise comes to: from rows, against its goals, in plain words, on one sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from monitor.drill import Plan
from monitor.drill.result import write_result
from monitor.drill.scoring import score
from monitor.errors import StorageError
from monitor.messages import drill as words
from monitor.messages import drill_page
from monitor.messages.base import CAPTION_LIMIT, visible_length
from monitor.platforms.base import PostedReply, ReplyState, words_hash
from monitor.records import (
    CommentId,
    DraftId,
    DraftState,
    EventKind,
    IncidentId,
    Level,
    Person,
    wave_topic,
)
from monitor.records.drill import DrillScore, Goal, Happened
from monitor.steps import decide
from monitor.steps.tools import Tools
from monitor.store import calls, drafts, drills, incidents
from tests.drill_world import BEGAN, MINUTE, scenario, scored, timed
from tests.world import (
    FLOOD,
    make_reading,
    make_tools,
    open_world,
    seed_comments,
    seed_people,
)

ZONE = ZoneInfo("Asia/Jakarta")
PLAN = Plan("banjir")
GOOD = "Kak, BPBD menuju lokasi. Info https://ppid.kalteng.go.id."


@dataclass
class Exercise:
    """Rows of an exercise, made as the product makes them; times in its minutes."""

    tools: Tools
    db: Database
    people: dict[str, Person]

    def at(self, minute: float) -> datetime:
        return BEGAN + minute * MINUTE

    def opened(self, minute: float, onset: float, topic: str = FLOOD) -> IncidentId:
        at = self.at(minute)
        reading = make_reading(topic, at, level=Level.SIAGA)
        incidents.open_new(self.db, reading, self.at(onset), reading.reason)
        return next(one.id for one in incidents.live(self.db) if one.topic == topic)

    def drafted(self, incident: IncidentId, minute: float, text: str = GOOD) -> DraftId:
        (comment,) = seed_comments(
            self.db, self.tools, ["banjir parah di Sampit, tolong kami"], self.at(minute)
        )
        hashed = words_hash("banjir parah di Sampit, tolong kami")
        proposal = drafts.Proposal(incident, CommentId(comment), text, "uji", hashed)
        number = drafts.propose(self.db, proposal, self.at(minute))
        assert number is not None
        return number

    def approved(self, draft: DraftId, minute: float, who: str = "Budi") -> None:
        drafts.decide(self.db, draft, DraftState.APPROVED, who, self.at(minute))

    def posted(self, draft: DraftId, minute: float) -> None:
        found = drafts.get(self.db, draft)
        assert found is not None
        assert drafts.begin_post(self.db, found, self.at(minute))
        reply = PostedReply("r1", None, ReplyState.PUBLISHED)
        drafts.finish_post(self.db, draft, reply, self.at(minute))

    def score(self, minutes: float = 45) -> DrillScore:
        return score(self.db, self.tools, scenario(), (BEGAN, self.at(minutes)), PLAN)


@pytest.fixture
def drill(tmp_path: Path) -> Iterator[Exercise]:
    tools = make_tools(tmp_path)
    db = open_world(tools)
    yield Exercise(tools, db, seed_people(db))
    db.close()


def test_minutes_are_counted_from_rows_and_named(drill: Exercise) -> None:
    flood = drill.opened(5, onset=1)
    first, second = drill.drafted(flood, 6), drill.drafted(flood, 7)
    decide.take(drill.db, drill.people["Ani"], flood, drill.at(12))
    drill.approved(second, 25, "Citra")
    drill.approved(first, 21)
    drill.posted(first, 22)
    decide.resolve(drill.db, drill.people["Ani"], flood, drill.at(40))
    (main,) = drill.score().incidents
    assert main.minutes == {
        Goal.APPEAR: 4,
        Goal.TAKE: 7,
        Goal.SUGGEST: 1,
        Goal.APPROVE: 16,
        Goal.SEND: 17,
        Goal.RESOLVE: 35,
    }
    assert main.by == {Goal.TAKE: "Ani", Goal.APPROVE: "Budi", Goal.RESOLVE: "Ani"}
    assert (main.name, main.peak, main.escalations) == ("Banjir & bencana", Level.SIAGA, 0)


def test_an_incident_taken_twice_counts_from_the_first_hand(drill: Exercise) -> None:
    flood = drill.opened(5, onset=1)
    decide.take(drill.db, drill.people["Ani"], flood, drill.at(12))
    drill.db.conn.execute("UPDATE incident SET state = 'open', holder = NULL")
    drill.db.conn.commit()
    decide.take(drill.db, drill.people["Budi"], flood, drill.at(20))
    (main,) = drill.score().incidents
    assert (main.minutes[Goal.TAKE], main.by[Goal.TAKE]) == (7, "Ani")


def test_what_nobody_did_has_no_minutes(drill: Exercise) -> None:
    flood = drill.opened(5, onset=1)
    drafts.decide(drill.db, drill.drafted(flood, 6), DraftState.REJECTED, "Budi", drill.at(8))
    (main,) = drill.score().incidents
    assert set(main.minutes) == {Goal.APPEAR, Goal.SUGGEST} and not main.by


def test_calls_are_counted(drill: Exercise) -> None:
    flood = drill.opened(5, onset=1)
    found = incidents.get(drill.db, flood)
    assert found is not None
    calls.take_step(drill.db, found, 1, [], drill.at(20), "uji", None)
    (main,) = drill.score().incidents
    assert main.escalations == 1
    assert "Perlu 1 kali memanggil" in "".join(words.to_improve(drill.score()))


def test_urgent_comments_without_an_answer_are_counted(drill: Exercise) -> None:
    flood = drill.opened(5, onset=1)
    answered, _ = drill.drafted(flood, 6), drill.drafted(flood, 7)
    drill.approved(answered, 8)
    drill.posted(answered, 9)
    seed_comments(drill.db, drill.tools, ["jalan rusak parah sekali"], drill.at(10))
    found = drill.score()
    assert (found.urgent, found.urgent_unanswered, found.replies) == (2, 1, 1)
    assert found.comments == 3
    assert drills.urgent(drill.db) == (2, 1)


def test_words_that_the_guard_keeps_back_are_counted(drill: Exercise) -> None:
    flood = drill.opened(5, onset=1)
    drill.drafted(flood, 6)
    assert drill.score().guard_held == 0
    drill.drafted(flood, 7, "Kami tidak peduli.")
    assert drill.score().guard_held == 1


def test_comments_are_counted_in_stretches_up_to_the_end(drill: Exercise) -> None:
    drill.opened(5, onset=1)
    seed_comments(drill.db, drill.tools, ["banjir parah", "selamat pagi"], drill.at(8))
    seed_comments(drill.db, drill.tools, ["banjir lagi"], drill.at(70))
    found = drill.score(44)
    assert len(found.counts) == 15
    assert found.counts[2] == (2, 1) and found.comments == 2
    assert drills.counted(drill.db, BEGAN, BEGAN, 180) == [(0, 0)]


def test_the_timeline_holds_acts_injects_events_and_replies_in_order(drill: Exercise) -> None:
    flood = drill.opened(5, onset=1)
    draft = drill.drafted(flood, 6)
    decide.take(drill.db, drill.people["Ani"], flood, drill.at(12))
    drill.approved(draft, 21)
    drill.posted(draft, 22)
    lines = drill.score(30).timeline
    told = {line.text: line for line in lines}
    assert [line.minute for line in lines] == sorted(line.minute for line in lines)
    assert told["Kartu muncul: Siaga · Banjir & bencana"].minute == 5
    assert told["Diambil · Banjir & bencana"].by == "Ani"
    assert told["Balasan disetujui"].by == "Budi" and told["Balasan terkirim"].minute == 22
    assert told["Wartawan: berapa jumlah pengungsi"].minute == 14
    assert "Mulai surut" not in told


def test_who_did_what_leaves_the_machine_out(drill: Exercise) -> None:
    flood = drill.opened(5, onset=1)
    for minute in (6, 7):
        drill.approved(drill.drafted(flood, minute), 20)
    decide.take(drill.db, drill.people["Ani"], flood, drill.at(12))
    assert dict(drill.score().people) == {"Ani": ("mengambil",), "Budi": ("menyetujui 2 kali",)}


def test_an_incident_under_a_larger_one_is_not_judged(drill: Exercise) -> None:
    flood = drill.opened(5, onset=1)
    drill.db.conn.execute("UPDATE incident SET parent_id = id")
    drill.db.conn.commit()
    found = drill.score()
    assert found.incidents[0].overtaken and words.judged(found) == ()
    assert "Kartu tidak muncul" in words.ended(found)
    assert incidents.get(drill.db, flood) is not None


# In plain words.


@pytest.mark.parametrize(
    ("goal", "value", "told"),
    [
        (Goal.TAKE, 7.2, "Diambil 7 menit sesudah kartu: baik"),
        (Goal.TAKE, 15.4, "Diambil 15 menit sesudah kartu: baik"),
        (Goal.TAKE, 22.0, "Diambil 22 menit sesudah kartu: 7 menit lewat sasaran"),
        (Goal.SUGGEST, 0.2, "Saran pertama ada kurang dari 1 menit sesudah kartu: baik"),
        (Goal.SEND, None, "Tidak ada balasan yang terkirim (sasaran 15 menit)"),
    ],
)
def test_a_goal_is_told_in_plain_words(goal: Goal, value: float | None, told: str) -> None:
    assert words.verdict(goal, value, 15) == told
    assert words.mark(goal, value, 15) == ("✓" if told.endswith("baik") else "✗")


def test_what_went_well_and_what_did_not_follow_from_the_numbers() -> None:
    good = scored()
    assert len(words.went_well(good)) == 8
    assert words.to_improve(good) == (
        "Tidak ada sasaran yang terlewat; coba skenario yang lebih sulit",
    )
    bad = scored(
        timed(minutes={Goal.APPEAR: 25.0, Goal.TAKE: 17.0}, escalations=2),
        scenario=replace(scenario(), wave=True),
        guard_held=1,
        urgent_unanswered=5,
        replies=0,
    )
    assert words.went_well(bad) == ("Tim ikut sampai latihan berakhir",)
    told = "\n".join(words.to_improve(bad))
    for part in ("5 menit lewat", "5 dari 5", "2 kali memanggil", "1 kalimat ditahan", "salinan"):
        assert part in told
    nothing = scored(timed("kesehatan"), urgent=0)
    assert "Kartu tidak muncul" in words.to_improve(nothing)
    only_urgent = scored(guard_held=0, urgent=3, urgent_unanswered=0)
    assert "Semua 3 komentar mendesak dijawab" in words.went_well(only_urgent)
    assert words.levels(nothing) == "" and words.urgent(nothing) == "Tidak ada komentar mendesak."


def test_the_level_is_told_beside_what_was_expected() -> None:
    assert words.levels(scored()) == "Puncak Awas"
    low = scored(scenario=replace(scenario(), levels=(Level.SIAGA,)))
    assert words.levels(low) == "Puncak Awas (diperkirakan Siaga)"


def test_the_summary_fits_below_its_picture() -> None:
    for found in (scored(), scored(timed("kesehatan")), scored(urgent_unanswered=4)):
        assert visible_length(words.ended(found)) < CAPTION_LIMIT - 40
    assert "✓ Diambil 7 menit sesudah kartu: baik" in words.ended(scored())


def test_the_beginning_names_the_command_only_where_it_works() -> None:
    assert "/selesai_latihan" in words.begins(scenario(), alone=False)
    assert "/selesai_latihan" not in words.begins(scenario(), alone=True)
    assert "kali jam dinding" not in words.at_console(scenario(), "http://127.0.0.1:1", 1)
    assert "1,5 kali jam dinding" in words.at_console(scenario(), "http://127.0.0.1:1", 1.5)
    assert words.listed(scenario()).split()[:4] == ["banjir", "45", "menit", "Banjir"]


def test_what_the_machine_only_notes_stays_off_the_timeline(drill: Exercise) -> None:
    flood = drill.opened(5, onset=1)
    drill.db.conn.execute("UPDATE event SET kind = 'muted'")
    drill.db.conn.commit()
    assert incidents.events(drill.db, flood)[0].kind is EventKind.MUTED
    assert not [line for line in drill.score().timeline if "Kartu" in line.text]


def test_events_without_a_word_stay_off_the_timeline() -> None:
    assert words.event_line(EventKind.MUTED, "Banjir", Level.SIAGA) is None
    assert words.did("draft-posted") is None


# The sheet.


def test_the_sheet_is_written_for_print_and_for_a_chat(tmp_path: Path) -> None:
    pdf, png = write_result(scored(), ZONE, tmp_path / "neu")
    assert pdf.read_bytes().startswith(b"%PDF") and pdf.read_bytes().count(b"/Type /Page ") == 1
    assert png.read_bytes()[16:24] == (1240).to_bytes(4, "big") + (1753).to_bytes(4, "big")
    with pytest.raises(StorageError, match="drill: result: "):
        write_result(scored(), ZONE, png / "darunter")


def test_a_sheet_with_far_too_much_still_is_one_page() -> None:
    again = [Happened(m, "Level naik", None if m % 2 else "Nama Panjang") for m in range(30)]
    more = [Happened(m, f"Kejadian {m} yang panjang ceritanya", "Rina") for m in range(31, 60)]
    wave = timed(wave_topic(CommentId(3)), 15)
    full = scored(
        timed(minutes={Goal.APPEAR: 25.0}, escalations=3),
        wave,
        scenario=replace(scenario(), wave=True),
        timeline=(*again, *more),
        guard_held=4,
        urgent_unanswered=5,
        people=tuple((f"Nama {i}", ("mengambil", "menyetujui 3 kali")) for i in range(9)),
        counts=tuple((6, 4) for _ in range(15)),
        speed=1.5,
        alone=True,
    )
    assert len(drill_page._shown(full.timeline)) == 18
    assert drill_page.sheet(full, ZONE).png[1:4] == b"PNG"


def test_an_exercise_in_which_nothing_happened_has_a_sheet_too() -> None:
    empty = scored(timed("kesehatan"), people=(), timeline=(), counts=((0, 0),), replies=0)
    short = replace(empty, ended_at=empty.started_at + timedelta(minutes=1))
    assert drill_page.sheet(short, ZONE).pdf.startswith(b"%PDF")


def test_what_is_done_again_and_again_is_one_line() -> None:
    twice = (Happened(3.1, "Balasan terkirim"), Happened(3.4, "Balasan terkirim"))
    assert drill_page._shown(twice) == [Happened(3, "Balasan terkirim (2 kali)")]
