"""Drift: counted once a day, told calmly to trainers, never because of an outage or a switch."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from monitor import pipeline
from monitor.messages.drift import cut_name, drift_table
from monitor.records import CommentId, LabelField, NoticeKind, SourceId
from monitor.records.drift import Cut, Figures
from monitor.steps import drift, drift_views
from monitor.steps.drift import found, watch_drift
from monitor.steps.tools import Tools
from monitor.steps.understand import understand
from monitor.store import drift as store
from monitor.store import drift_day, notices, open_store, people, predictions, serving
from monitor.store.connection import changed
from tests.day import DAY, HOUR, Day
from tests.world import FLOOD, NOW, SITE, RuleClassifier, make_settings, seed_incident, seed_people

PROCESSES = multiprocessing.get_context("forkserver")
OTHER = SourceId("forum")
KNOWN = ["warga", "menunggu", "kabar", "pelayanan", "kantor", "hari", "ini", "tanggal", "nomor"]


class Reader(RuleClassifier):
    """Knows a handful of words."""

    def unknown_words(self, text: str) -> tuple[tuple[str, ...], int]:
        words = [word for word in text.lower().split() if word.isalpha()]
        return tuple(word for word in words if word not in KNOWN), len(words)


class Office(Day):
    """Two sites that are written to every day, read by somebody who knows few words."""

    def __init__(self, folder: Path, **parts: object) -> None:
        super().__init__(folder, (SITE, OTHER), **parts)
        seed_people(self.db)
        self.tools = replace(self.tools, classifier=Reader())
        self._told = 0

    def tell_history(self, name: SourceId) -> None:
        """Nothing: the tests write what they need."""

    def write(self, day: int, texts: Sequence[str], name: SourceId = SITE) -> None:
        begin = NOW + day * DAY
        self.say(texts, begin, timedelta(minutes=2), name)

    def calm(self, days: range, many: int = 40) -> None:
        for day in days:
            for name in (SITE, OTHER):
                self.write(day, [self._plain(day, i, name) for i in range(many)], name)

    def slang(self, days: range, name: SourceId = SITE, many: int = 40) -> None:
        for day in days:
            words = "gaskeun mabar santuy"
            texts = [f"{words} {self._plain(day, i, name)} bagus" for i in range(many)]
            self.write(day, texts, name)

    def nights(self, days: range) -> int:
        """Read what was written, then let each night count its day; how many changes are told."""
        self.read(NOW + days[-1] * DAY + 5 * HOUR)
        return sum(watch_drift(self.db, self.tools, NOW + (day + 1) * DAY) for day in days)

    def news(self) -> list[str]:
        every = notices.every(self.db)
        return [one.text or "" for one in every if one.kind is NoticeKind.DRIFT]

    def read(self, at: datetime) -> None:
        super().read(at)
        while understand(self.db, self.tools):
            pass

    @staticmethod
    def _plain(day: int, i: int, name: SourceId = SITE) -> str:
        # a few strange words always, a good part unsure: as everywhere
        strange = " entah" if i % 5 == day % 5 else ""
        good = " bagus" if i % 4 else ""
        if name == SITE:
            return f"warga menunggu kabar pelayanan nomor {day} tanggal {i}{strange}{good}"
        return f"hari ini {i} kantor {day} pelayanan{strange}{good} warga"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Office(tmp_path) as office:
        yield office


def test_new_words_on_one_source_are_told_once_to_trainers_with_examples(office: Office) -> None:
    office.calm(range(30))
    assert office.nights(range(30)) == 0
    office.calm(range(30, 40), 5)
    office.slang(range(30, 40))
    assert office.nights(range(30, 40)) > 0
    (text,) = office.news()
    assert "Kata yang belum dikenal mesin: sumber berita" in text
    assert "gaskeun" in text
    assert "warga" not in text.split("Contoh kata baru")[1].split("\n")[0]
    assert "/latih" in text
    (notice,) = [one for one in notices.every(office.db) if one.kind is NoticeKind.DRIFT]
    assert notice.chat_id == 104, "Dewi is the trainer"
    since = (NOW + 30 * DAY).astimezone(office.tools.zone)
    assert f"sejak {since.day} Apr" in text, text


def test_what_stays_the_same_is_never_told(office: Office) -> None:
    office.calm(range(70), 25)
    assert office.nights(range(70)) == 0
    assert office.news() == []


def test_a_source_that_falls_silent_is_no_drift(office: Office) -> None:
    office.slang(range(45))  # as this site always wrote
    for day in range(30):
        office.write(day, [office._plain(day, i, OTHER) for i in range(40)], OTHER)
    assert office.nights(range(45)) == 0


def test_a_new_source_in_other_words_is_told_as_new(office: Office) -> None:
    for day in range(45):
        office.write(day, [office._plain(day, i) for i in range(40)], SITE)
    office.slang(range(35, 45), OTHER)
    assert office.nights(range(45)) > 0
    (text,) = office.news()
    assert "sumber baru forum" in text
    assert "sumber lain" in text


def test_another_model_begins_the_comparison_anew_and_other_words_of_it_do_not(
    office: Office,
) -> None:
    office.calm(range(31))
    office.slang(range(31, 40))
    office.nights(range(31))
    assert office.news() == []
    with office.db.atomic():
        changed(
            office.db,
            "INSERT INTO serving (version, previous, state, wanted_by, wanted_at, switched_at) "
            "VALUES ('rules-1~2', 'rules-1', 'replaced', 'Dewi', 0, ?)",
            (int((NOW + 30 * DAY).timestamp()),),
        )
    assert drift._since(office.db, office.tools) == date.min
    with office.db.atomic():
        changed(
            office.db,
            "INSERT INTO serving (version, previous, state, wanted_by, wanted_at, switched_at) "
            "VALUES ('rules-1', 'rules-0', 'serves', 'Dewi', 0, ?)",
            (int((NOW + 31 * DAY).timestamp()),),
        )
    assert serving.now_serving(office.db) is not None
    assert office.nights(range(31, 40)) == 0
    assert office.news() == []


def test_a_day_is_counted_once_and_only_when_it_is_over(office: Office) -> None:
    assert watch_drift(office.db, office.tools, NOW) == 0
    assert store.last_day(office.db) is None
    assert drift_views.lines(office.db) == []
    assert drift_views.notes(office.db, office.tools) == []
    assert drift_views.picture(office.db) is None
    office.calm(range(2))
    office.read(NOW + DAY + 5 * HOUR)
    watch_drift(office.db, office.tools, NOW + 3 * HOUR)
    assert store.last_day(office.db) is None
    watch_drift(office.db, office.tools, NOW + DAY)
    today = NOW.astimezone(office.tools.zone).date()
    assert store.last_day(office.db) == today
    before = store.since(office.db, today)
    watch_drift(office.db, office.tools, NOW + DAY + HOUR)
    assert store.since(office.db, today) == before
    with office.db.atomic():
        assert not store.keep(office.db, today, "x", {("a", "id"): Figures(1)})


def test_the_figures_of_a_day_are_what_was_written_and_said(office: Office) -> None:
    texts = ["banjir parah di Sampit gaskeun", "main gacor", "kabar nomor", "kabar nomor 2"]
    office.write(0, texts)
    office.read(NOW + 5 * HOUR)
    predictions.add_label(office.db, CommentId(3), LabelField.ISSUE, FLOOD, "Dewi", NOW + 6 * HOUR)
    with office.db.atomic():
        office.db["to_label"].insert(
            {"comment_id": 4, "reason": "x", "worth": 1, "state": "settled", "queued_at": 0}
        )
        for number, issue in ((1, FLOOD), (4, "kesehatan")):
            office.db["said_label"].insert(
                {
                    "comment_id": number,
                    "person": "Dewi",
                    "sentiment": "negatif",
                    "issue": issue,
                    "via": "x",
                    "seen": "x",
                    "at": int((NOW + HOUR).timestamp()),
                }
            )
    seed_incident(office.db, at=NOW - 9 * DAY)
    office.db.conn.execute("UPDATE incident SET closed_at = ?", [int(NOW.timestamp())])
    office.db.conn.commit()
    day = NOW.astimezone(office.tools.zone).date()
    figures = drift.count(office.db, office.tools, day)[(SITE, "id")]
    assert (figures.comments, figures.spam, figures.placed, figures.asked) == (3, 1, 1, 2)
    assert (figures.words, figures.unknown) == (9, 5)
    assert (figures.judged, figures.wrong, figures.corrected) == (2, 1, 1)
    # the first was written at the last instant of an incident
    assert figures.issues == {"lainnya": 2}
    assert figures.sentiments == {"netral": 2}
    assert found(office.db, office.tools, day) == []


def test_what_a_classifier_cannot_tell_is_not_counted(office: Office) -> None:
    office.tools = replace(office.tools, classifier=RuleClassifier())
    office.calm(range(40), 20)
    for day in range(33, 40):
        office.write(day, [f"entah {day} {i}" for i in range(40)])
    assert office.nights(range(40)) > 0
    (text,) = office.news()
    assert "Komentar yang perlu dicek orang" in text
    assert "Contoh" not in text


def test_people_see_the_rates_and_the_picture(office: Office) -> None:
    office.calm(range(30))
    office.slang(range(30, 36))
    office.nights(range(36))
    lines = drift_views.lines(office.db)
    assert [cut_name(line.cut) for line in lines] == [
        "semua",
        "sumber berita",
        "sumber forum",
        "bahasa Indonesia",
    ]
    table = drift_table(lines, store.last_day(office.db))
    assert "sumber berita" in table
    assert drift_views.notes(office.db, office.tools)
    store_day = store.last_day(office.db)
    assert store_day is not None
    with office.db.atomic():
        store.keep(office.db, store_day + timedelta(days=1), "rules-2", {})
    picture = drift_views.picture(office.db)
    assert picture is not None
    assert picture.startswith(b"\x89PNG")
    assert drift_table([], None) == "Belum ada hari yang dihitung."


def test_words_of_many_are_not_read_whole(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drift, "_MOST_TEXTS", 10)
    office.calm(range(1), 30)
    office.read(NOW + 5 * HOUR)
    day = NOW.astimezone(office.tools.zone).date()
    figures = drift.count(office.db, office.tools, day)
    assert sum(one.comments for one in figures.values()) == 60
    assert 0 < sum(one.words for one in figures.values()) < 200


def test_trainers_without_telegram_and_former_ones_get_nothing(office: Office) -> None:
    assert [int(chat.id) for chat in drift.trainers(office.db)] == [104]
    people.deactivate(office.db, "Dewi", "siaga", NOW)
    assert drift.trainers(office.db) == []


def test_somebody_else_counted_the_day_meanwhile(office: Office) -> None:
    office.calm(range(1))
    office.read(NOW + 5 * HOUR)
    day = NOW.astimezone(office.tools.zone).date()

    def meanwhile(_: str) -> None:
        with office.db.atomic():
            store.keep(office.db, day, "x", {})

    tools = replace(office.tools, boundary=meanwhile)
    assert watch_drift(office.db, tools, NOW + DAY) == 0
    assert store.since(office.db, day) == []


def test_the_pipeline_counts_by_itself(office: Office) -> None:
    office.calm(range(1))
    office.tick(NOW + 5 * HOUR)
    office.tick(NOW + DAY)
    assert store.last_day(office.db) == NOW.astimezone(office.tools.zone).date()


def test_within_tells_stretches_apart() -> None:
    assert not drift_day.within(NOW, [(NOW + HOUR, NOW + DAY)])


def _die(folder: Path, place: str) -> None:
    with Office(folder) as office:

        def boundary(name: str) -> None:
            if name == place:
                os.kill(os.getpid(), signal.SIGKILL)

        _prepare(office)
        watch_drift(office.db, replace(office.tools, boundary=boundary), NOW + 38 * DAY)


def _prepare(office: Office) -> None:
    office.calm(range(30))
    office.slang(range(30, 38))
    office.read(NOW + 37 * DAY + 5 * HOUR)
    for day in range(36):
        watch_drift(office.db, office.tools, NOW + (day + 1) * DAY)
    office.db.conn.execute("DELETE FROM drift_told")
    office.db.conn.execute("DELETE FROM notice")
    office.db.conn.commit()


@pytest.mark.parametrize("place", ["drift:before-write", "drift:after-write"])
def test_killed_it_tells_all_the_same_and_once(place: str, tmp_path: Path) -> None:
    child = PROCESSES.Process(target=_die, args=(tmp_path, place))
    child.start()
    child.join(120)
    assert child.exitcode == -signal.SIGKILL
    tools: Tools
    with Day(tmp_path, (SITE, OTHER)) as day:
        tools = replace(day.tools, classifier=Reader())
        db = open_store(tools.settings.database)
        pipeline.start(db, tools, NOW + 38 * DAY)
        for _ in range(3):
            watch_drift(db, tools, NOW + 38 * DAY)
        told = [one for one in notices.every(db) if one.kind is NoticeKind.DRIFT]
        assert len(told) == 1
        assert len({row.day for row in store.since(db, date.min)}) == 38
        db.conn.close()


def test_cuts_have_names() -> None:
    assert cut_name(Cut()) == "semua"
    assert cut_name(Cut(language="bjn")) == "bahasa Banjar"


def test_the_command_prints_a_table_json_and_a_picture(
    office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from monitor.cli import run_command

    folder = tmp_path / "cli"
    folder.mkdir()
    (folder / "config.toml").write_text("", encoding="utf-8")
    settings = make_settings(folder)
    db = open_store(settings.database)
    config, picture = str(folder / "config.toml"), folder / "gambar.png"
    assert run_command(["--config", config, "drift", "--picture", str(picture)]) == 2
    assert "no day was counted" in capsys.readouterr().err
    with db.atomic():
        store.keep(db, date(2026, 3, 2), "m", {("berita", "id"): Figures(10, 2, 90, 9)})
    db.conn.close()
    assert run_command(["--config", config, "drift", "--picture", str(picture)]) == 0
    assert "sumber berita" in capsys.readouterr().out
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert run_command(["--config", config, "drift", "--json"]) == 0
    assert '"unknown_words": 0.1' in capsys.readouterr().out
    wrong = str(tmp_path / "tidak" / "ada.png")
    assert run_command(["--config", config, "drift", "--picture", wrong]) == 2
