"""``siaga export``: what leaves the office, in which form, and what stays."""

from __future__ import annotations

import csv
import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from monitor import exports
from monitor.cli import run_command
from monitor.config import Settings
from monitor.errors import ConfigError
from monitor.exports import Wish, cells
from monitor.imports import import_comments
from monitor.knowledge import read_taxonomy
from monitor.messages import export as words
from monitor.records import (
    CommentId,
    DraftState,
    EventKind,
    IncidentState,
    LabelField,
    Sentiment,
    SourceId,
    Visibility,
)
from monitor.store import (
    audit,
    drafts,
    incidents,
    open_store,
    predictions,
    rechecks,
    serving,
    sources,
)
from monitor.store.drafts import Proposal
from monitor.training.dataset import Example, read_csv
from tests.making import MODEL, NOW, make_comment, make_prediction, make_reading, store_comments
from tests.world import PROJECT, make_settings

TEXTS = (
    "@fulan.warga air keruh, hubungi 0812-0000-0000",
    "=HYPERLINK(1) air mati sejak\nsubuh",
    "- listrik padam lagi",
    "tolong dihapus",
    "sudah dihapus penulisnya",
    "dari kantor: terima kasih",
    "belum dibaca mesin",
)
FULAN = "Fulan Bin Fulan"


@dataclass
class Desk:
    """An office with a few comments, and its exports."""

    db: Database
    settings: Settings
    folder: Path

    def export(self, name: str = "keluar", **wish: Any) -> Path:
        """An export under a name of its own."""
        wanted = Wish(self.folder / name, **wish)
        exports.export(self.db, self.settings, wanted, "Sari", NOW, lambda *_: None)
        return wanted.folder


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def label(db: Database, number: int, **said: str) -> None:
    for field, value in said.items():
        predictions.add_label(db, CommentId(number), LabelField(field), value, "Sari", NOW)


def fill(db: Database) -> None:
    """Seven comments: labelled ones, an erased, a deleted, an own and an unread one."""
    said = [
        make_comment(str(at), text=text, author_id="77" if at < 3 else None, author_name=FULAN,
                     author_is_owner=at == 6, post_id="9", post_title="Kabar dari 0812-0000-0000",
                     permalink=f"https://contoh.id/{FULAN}", created_at=NOW + timedelta(days=at))
        for at, text in enumerate(TEXTS, start=1)
    ]  # fmt: skip
    waiting = store_comments(db, *said)
    read = [make_prediction(row.id, language="su" if row.id == 1 else "xx") for row in waiting[:5]]
    predictions.write(db, list(zip(waiting[:5], read, strict=True)), MODEL)
    serving.begin(db, MODEL, NOW)
    label(db, 1, sentiment="netral", issue="kesehatan")
    label(db, 1, sentiment="negatif", issue="air_bersih")
    label(db, 2, sentiment="positif", issue="isu_lama")
    label(db, 3, issue="listrik_internet")
    label(db, 4, sentiment="netral")
    label(db, 5, sentiment="netral")
    with db.atomic():
        rechecks.erase(db, [4], NOW)
        db.conn.execute("UPDATE comment SET visibility = 'deleted' WHERE id = 5")


def work(db: Database) -> None:
    """One incident that Sari holds, with a reply that she rewrote and approved."""
    incidents.open_new(db, make_reading(), NOW - timedelta(hours=1), "banyak")
    (incident,) = incidents.live(db)
    incidents.change(db, incident, EventKind.ACKNOWLEDGED, IncidentState.ACKNOWLEDGED,
                     NOW + timedelta(minutes=7), "", actor="Sari")  # fmt: skip
    for number, text in ((1, "Terima kasih, @fulan."), (4, "Kami hapus.")):
        proposal = Proposal(incident.id, CommentId(number), text, "template:x", "0")
        draft = drafts.propose(db, proposal, NOW)
        assert draft is not None
        drafts.rewrite(db, draft, f"{text} Salam.", "Sari", NOW)
        later = NOW + timedelta(minutes=12, seconds=20)
        drafts.decide(db, draft, DraftState.APPROVED, "Sari", later)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    settings = make_settings(tmp_path)
    db = open_store(settings.database)
    fill(db)
    work(db)
    yield Desk(db, settings, tmp_path)
    db.close()


def test_every_column_is_told_and_filled_in_order(desk: Desk) -> None:
    folder = desk.export()
    page = (folder / words.README).read_text(encoding="utf-8")
    for name, columns in words.COLUMNS.items():
        found = rows(folder, name)
        assert found, name
        assert list(found[0]) == list(columns)
        assert None not in found[0]
        assert None not in found[0].values()
        for column, meaning in columns.items():
            assert f"  {column} " in page
            assert meaning in page


def test_a_comment_leaves_with_what_machine_and_people_say(desk: Desk) -> None:
    first = rows(desk.export(), words.COMMENTS)[0]
    told = {
        "id": "k1",
        "source": "berita",
        "platform": "wordpress",
        "own": "tidak",
        "created_at": "2026-03-11T12:00:00+07:00",
        "text": "'@user air keruh, hubungi [telepon]",
        "sentiment": "negatif",
        "p_negatif": "0.8000",
        "issue": "banjir_bencana",
        "issue_p": "0.9000",
        "ask_human": "tidak",
        "model": MODEL,
        "label_sentiment": "negatif",
        "label_issue": "air_bersih",
    }
    assert {name: first[name] for name in told} == told


def test_an_own_export_is_not_imported_by_mistake(desk: Desk) -> None:
    """Its ids are the store's own numbers: each comment would count twice."""
    file = desk.export() / words.COMMENTS

    def take(mapping: str | None) -> int:
        report, later = desk.folder / "bad.csv", NOW + timedelta(days=30)
        done = import_comments(
            desk.db, desk.settings, file, mapping, report, later, lambda *_: None
        )
        return done.stored

    before = desk.db["comment"].count
    with pytest.raises(
        ConfigError, match=r"written by siaga export: .*; accepted: .*--map default"
    ):
        take(None)
    assert desk.db["comment"].count == before
    assert not [one for one in sources.every(desk.db) if one.id.startswith("berkas_")]
    assert take("default") == len(rows(file.parent, words.COMMENTS))


def test_what_was_erased_or_deleted_stays_out_of_every_file(desk: Desk) -> None:
    folder = desk.export(raw=True)
    assert [row["id"] for row in rows(folder, words.COMMENTS)] == ["k1", "k2", "k3", "k6", "k7"]
    assert [row["comment"] for row in rows(folder, words.REPLIES)] == ["k1"]
    assert len(rows(folder, words.LABELS)) == 2
    about = json.loads((folder / words.ABOUT).read_text(encoding="utf-8"))
    assert about["left_out"] == {"erased": 1, "deleted": 1}


def test_own_words_and_unread_ones_have_no_answers(desk: Desk) -> None:
    own, unread = rows(desk.export(), words.COMMENTS)[3:]
    assert (own["own"], unread["own"]) == ("ya", "tidak")
    for row in (own, unread):
        assert row["sentiment"] == row["p_negatif"] == row["model"] == row["label_issue"] == ""
        assert row["text"]


def test_nobody_can_be_found_by_an_export(desk: Desk) -> None:
    folder = desk.export()
    everything = "".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
    for private in ("0812", "fulan", FULAN, "contoh.id", "Sari", '"77"', ",77,"):
        assert private not in everything, private


def test_a_writer_keeps_one_pseudonym_in_one_export_and_loses_it_in_the_next(desk: Desk) -> None:
    first, again = (
        rows(desk.export("satu"), "comments.csv"),
        rows(desk.export("dua"), "comments.csv"),
    )
    names = [row["author"] for row in first]
    assert names[0] == names[1] != names[2]
    assert all(name.startswith("a") and len(name) == 13 for name in names)
    assert set(names).isdisjoint(row["author"] for row in again)
    assert {row["post"] for row in first}.isdisjoint(row["post"] for row in again)


def test_without_authors_nobody_has_a_name(desk: Desk) -> None:
    folder = desk.export(authors=False)
    assert {row["author"] for row in rows(folder, words.COMMENTS)} == {""}
    assert "tidak dicantumkan" in (folder / words.README).read_text(encoding="utf-8")


def test_raw_text_leaves_only_when_asked_and_says_so(desk: Desk) -> None:
    folder = desk.export(raw=True)
    assert "0812-0000-0000" in rows(folder, words.COMMENTS)[0]["text"]
    assert "TIDAK DISAMARKAN" in (folder / words.README).read_text(encoding="utf-8")
    assert json.loads((folder / words.ABOUT).read_text(encoding="utf-8"))["text"] == "raw"
    assert audit.newest(desk.db, 1)[0]["detail"].startswith("everything, raw text")


def test_training_reads_the_labels_as_they_are(desk: Desk) -> None:
    issues = read_taxonomy(PROJECT / "data" / "taxonomy.toml")
    found = read_csv(desk.export() / words.LABELS, issues, "label")
    assert found == (
        Example("'@user air keruh, hubungi [telepon]", "label", Sentiment.NEGATIF, "air_bersih",
                language="su", platform="wordpress"),
        Example("'=HYPERLINK(1) air mati sejak\nsubuh", "label", Sentiment.POSITIF,
                platform="wordpress"),
    )  # fmt: skip


def test_labels_alone_are_the_same_labels_and_nothing_else(desk: Desk) -> None:
    whole, alone = desk.export("semua"), desk.export("label", labels_only=True)
    assert {path.name for path in alone.iterdir()} == {words.LABELS, words.README, words.ABOUT}
    assert (alone / words.LABELS).read_bytes() == (whole / words.LABELS).read_bytes()
    about = json.loads((alone / words.ABOUT).read_text(encoding="utf-8"))
    assert about["rows"] == {words.LABELS: 2}
    assert about["labelled_issue_only"] == 1


def test_incidents_and_replies_tell_minutes_and_no_staff(desk: Desk) -> None:
    folder = desk.export()
    (incident,) = rows(folder, words.INCIDENTS)
    assert (incident["id"], incident["topic"], incident["state"]) == (
        "i1", "banjir_bencana", "acknowledged",
    )  # fmt: skip
    assert (incident["minutes_to_acknowledge"], incident["closed_at"]) == ("7", "")
    assert (incident["observed"], incident["expected"], incident["drafts"]) == ("12", "2.1000", "2")
    (reply,) = rows(folder, words.REPLIES)
    assert (reply["state"], reply["minutes_to_decide"]) == ("approved", "12")
    assert (reply["versions"], reply["edited"]) == ("1", "ya")
    assert reply["text"] == "Terima kasih, @user. Salam."


def test_hours_are_what_detection_judges(desk: Desk) -> None:
    found = rows(desk.export(), words.HOURLY)
    assert {"hour": "2026-03-11T12:00:00+07:00", "topic": "air_bersih", "source": "berita",
            "negatives": "1", "comments": "1"} in found  # fmt: skip
    counted = desk.db.execute("SELECT sum(comments) FROM hourly").fetchone()[0]
    assert sum(int(row["comments"]) for row in found) == counted


def test_days_are_days_of_the_office_and_both_included(desk: Desk) -> None:
    folder = desk.export(since=date(2026, 3, 12), until=date(2026, 3, 13))
    assert [row["id"] for row in rows(folder, words.COMMENTS)] == ["k2", "k3"]
    assert rows(folder, words.INCIDENTS) == []
    about = json.loads((folder / words.ABOUT).read_text(encoding="utf-8"))
    assert (about["since"], about["until"]) == ("2026-03-12", "2026-03-13")


@pytest.mark.parametrize(
    ("since", "until", "told"),
    [
        (None, None, "Seluruh masa"),
        (date(2026, 1, 1), None, "Sejak 2026-01-01."),
        (None, date(2030, 1, 1), "Sampai dan termasuk 2030-01-01."),
        (date(2026, 1, 1), date(2030, 1, 1), "Sejak 2026-01-01 sampai dan termasuk 2030-01-01."),
    ],
)
def test_the_page_tells_the_period(
    desk: Desk, since: date | None, until: date | None, told: str
) -> None:
    page = desk.export(since=since, until=until) / words.README
    assert told in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["=1+1", "+62", "-1", "@a", "\t=1", " =1", "\uff1d1", "\r=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert cells.safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "air", "1-1", "a=b", "'=1"])
def test_a_harmless_cell_stays_as_it_is(text: str) -> None:
    assert cells.safe(text) == text


def test_a_folder_that_holds_something_is_never_written_to(desk: Desk) -> None:
    folder = desk.export()
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ConfigError, match="is there already"):
        desk.export()
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_an_empty_folder_is_filled_for_its_owner_alone(desk: Desk) -> None:
    (desk.folder / "keluar").mkdir()
    folder = desk.export()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / words.COMMENTS).is_file()


def test_a_failure_on_the_way_leaves_nothing_behind(desk: Desk) -> None:
    there = set(desk.folder.iterdir())

    def fail(done: int, total: int | None) -> None:
        raise OSError(28, "No space left on device")

    wish = Wish(desk.folder / "keluar")
    with pytest.raises(ConfigError, match="No space left"):
        exports.export(desk.db, desk.settings, wish, "Sari", NOW, fail)
    assert set(desk.folder.iterdir()) == there
    assert not any(row["action"] == "export" for row in audit.newest(desk.db, 100))
    assert desk.export().is_dir()


def test_days_that_are_turned_around_are_refused(desk: Desk) -> None:
    with pytest.raises(ConfigError, match="is before"):
        desk.export(since=date(2026, 3, 2), until=date(2026, 3, 1))


def test_an_empty_office_exports_empty_files(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    db = open_store(settings.database)
    folder = Desk(db, settings, tmp_path).export()
    assert {name: rows(folder, name) for name in words.COLUMNS} == {
        name: [] for name in words.COLUMNS
    }
    assert json.loads((folder / words.ABOUT).read_text(encoding="utf-8"))["model"] is None
    db.close()


def test_progress_tells_every_comment(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    db = open_store(settings.database)
    store_comments(db, *(make_comment(str(at), source_id=SourceId("b")) for at in range(501)))
    told: list[tuple[int, int | None]] = []

    def advance(done: int, total: int | None) -> None:
        told.append((done, total))

    exports.export(db, settings, Wish(tmp_path / "a"), "Sari", NOW, advance)
    assert told == [(500, 501), (501, 501)]
    db.close()


def test_held_and_hidden_comments_leave_and_say_so(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    db = open_store(settings.database)
    some = (Visibility.HELD, Visibility.HIDDEN, Visibility.SPAM)
    store_comments(db, *(make_comment(one.value, visibility=one) for one in some))
    found = rows(Desk(db, settings, tmp_path).export(), words.COMMENTS)
    assert [row["visibility"] for row in found] == ["held", "hidden", "spam"]
    db.close()


class TestCommand:
    """The command line around it."""

    @pytest.fixture
    def config(self, desk: Desk, tmp_path: Path) -> Path:
        path = tmp_path / "config.toml"
        data = PROJECT / "data"
        path.write_text(f'[paths]\ndatabase = "{desk.settings.database}"\ndata = "{data}"\n')
        return path

    def test_it_tells_the_rows_and_who_did_it(
        self, config: Path, desk: Desk, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = desk.folder / "keluar"
        assert run_command(["--config", str(config), "export", "--out", str(out), "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told["rows"]["comments.csv"] == len(rows(out, "comments.csv")) == 5
        last = audit.newest(desk.db, 1)[0]
        assert (last["actor"], last["action"], last["subject"]) == (
            "command line", "export", "keluar",
        )  # fmt: skip

    def test_raw_text_is_warned_of(
        self, config: Path, desk: Desk, capsys: pytest.CaptureFixture[str]
    ) -> None:
        line = ["--config", str(config), "export", "--out", str(desk.folder / "a")]
        assert run_command([*line, "--with-text", "raw", "--authors", "none"]) == 0
        assert "personal data as written" in capsys.readouterr().err

    @pytest.mark.parametrize(
        "words",
        [("--with-text", "semua"), ("--authors", "names"), ("--since", "kemarin"),
         ("--until", "2026-02-30")],
    )  # fmt: skip
    def test_a_wrong_word_is_refused_by_name(
        self, config: Path, desk: Desk, capsys: pytest.CaptureFixture[str], words: tuple[str, str]
    ) -> None:
        out = str(desk.folder / "a")
        assert run_command(["--config", str(config), "export", "--out", out, *words]) == 2
        assert f"{words[0]}: {words[1]}: accepted" in capsys.readouterr().err
        assert not Path(out).exists()
