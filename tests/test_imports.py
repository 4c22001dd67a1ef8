"""``siaga import``: good rows are stored, bad ones are told, and nothing raises an alert."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.errors import ConfigError
from monitor.imports import Imported, import_comments
from monitor.records import SourceId
from monitor.steps.judge import judge
from monitor.steps.tools import Tools
from monitor.steps.understand import understand
from monitor.store import comments, counts, incidents, predictions, sources
from monitor.store.connection import rows
from tests.world import FLOOD, NOW, make_tools, open_world

HEAD = "id,text,created_at\n"
WHERE = SourceId("berkas_default")


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return make_tools(tmp_path)


@pytest.fixture
def db(tools: Tools) -> Iterator[Database]:
    opened = open_world(tools)
    yield opened
    opened.close()


class Watch:
    """What a progress bar was told."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def __call__(self, done: int, total: int | None) -> None:
        self.seen.append(done)


def take(
    db: Database,
    tools: Tools,
    file: Path,
    mapping: str | None = "default",
    watch: Watch | None = None,
) -> Imported:
    report = file.with_name("bad.csv")
    return import_comments(db, tools.settings, file, mapping, report, NOW, watch or Watch())


def table(folder: Path, *lines: str, name: str = "komentar.csv") -> Path:
    file = folder / name
    file.write_text(HEAD + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file


def reported(folder: Path) -> list[list[str]]:
    with (folder / "bad.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


def test_good_rows_are_stored_under_the_mappings_own_source(
    tmp_path: Path, db: Database, tools: Tools
) -> None:
    file = table(tmp_path, "1,Banjir di pasar,2026-03-01 08:00", "2,Mantap,2026-03-01 09:00")
    assert take(db, tools, file) == Imported(read=2, stored=2, bad=0)
    assert not (tmp_path / "bad.csv").exists()
    found = comments.get(db, comments.waiting(db, 1)[0].id)
    assert found is not None
    assert (found.comment.source_id, found.comment.text) == (WHERE, "Banjir di pasar")
    assert found.backfilled
    status = sources.get(db, WHERE)
    assert status is not None
    assert (status.platform, status.last_success_at, status.backfilled_at) == ("file", NOW, NOW)


def test_good_rows_are_kept_whatever_the_bad_ones_are(
    tmp_path: Path, db: Database, tools: Tools
) -> None:
    bad = [
        "2,,2026-03-01",
        "3,Tanpa tanggal,",
        "4,Tanggal aneh,kemarin lusa",
        "5,Masa depan,2099-01-01",
        "6,Terlalu tua,1900-01-01",
    ]
    good = ["1,Banjir satu,2026-03-01", "7,Banjir tujuh,2026-03-01"]
    done = take(db, tools, table(tmp_path, good[0], *bad, good[1]))
    assert done == Imported(read=7, stored=2, bad=5)
    assert [line for line, _, _ in reported(tmp_path)] == ["3", "4", "5", "6", "7"]
    assert all(reason for _, reason, _ in reported(tmp_path))
    assert [one.comment.text for one in comments.waiting(db, 9)] == ["Banjir satu", "Banjir tujuh"]


def test_the_same_file_twice_changes_nothing(tmp_path: Path, db: Database, tools: Tools) -> None:
    file = table(tmp_path, "1,Banjir di pasar,2026-03-01", "2,,2026-03-01")
    take(db, tools, file)
    before = rows(db, "SELECT * FROM comment")
    assert take(db, tools, file) == Imported(read=2, stored=0, bad=1)
    assert rows(db, "SELECT * FROM comment") == before


def test_a_changed_row_is_stored_anew(tmp_path: Path, db: Database, tools: Tools) -> None:
    take(db, tools, table(tmp_path, "1,Banjir di pasar,2026-03-01"))
    done = take(db, tools, table(tmp_path, "1,Banjir sudah surut,2026-03-01"))
    assert done.stored == 1
    assert [one.comment.text for one in comments.waiting(db, 9)] == ["Banjir sudah surut"]


def test_an_import_teaches_what_is_usual_and_raises_nothing(
    tmp_path: Path, db: Database, tools: Tools
) -> None:
    lines = [f"{i},Banjir di gang {i},2026-03-02 09:{i:02}" for i in range(40)]
    take(db, tools, table(tmp_path, *lines))
    assert understand(db, tools) == 40
    assert judge(db, tools, NOW) == 0
    assert incidents.live(db) == []
    hours = counts.hourly(db, NOW - timedelta(days=1), NOW + timedelta(days=1))
    assert sum(row.negatives for row in hours) == 40
    assert len(predictions.of_topic(db, FLOOD, NOW - timedelta(days=1), 99)) == 40


def test_a_large_file_is_stored_in_batches_and_watched(
    tmp_path: Path, db: Database, tools: Tools
) -> None:
    watch = Watch()
    file = table(tmp_path, *(f"{i},Kabar nomor {i},2026-03-01" for i in range(1203)))
    assert take(db, tools, file, watch=watch) == Imported(1203, 1203, 0)
    assert watch.seen == [500, 1000, 1203]


def test_a_file_of_bad_rows_only_stores_nothing(tmp_path: Path, db: Database, tools: Tools) -> None:
    done = take(db, tools, table(tmp_path, "1,,", "2,,"))
    assert done == Imported(read=2, stored=0, bad=2)


def test_a_file_with_a_head_only_is_no_error(tmp_path: Path, db: Database, tools: Tools) -> None:
    assert take(db, tools, table(tmp_path)) == Imported(0, 0, 0)


def test_json_lines_are_read_too(tmp_path: Path, db: Database, tools: Tools) -> None:
    file = tmp_path / "komentar.jsonl"
    good = {"id": 1, "text": "Banjir 🌊 di pasar", "created_at": "2026-03-01T08:00:00Z"}
    file.write_text(json.dumps(good) + "\n{broken\n", encoding="utf-8")
    assert take(db, tools, file) == Imported(read=2, stored=1, bad=1)
    assert comments.waiting(db, 1)[0].comment.text == "Banjir 🌊 di pasar"


@pytest.mark.parametrize("name", ["lain", "../config", ""])
def test_an_unknown_mapping_names_the_accepted_ones(
    tmp_path: Path, db: Database, tools: Tools, name: str
) -> None:
    with pytest.raises(ConfigError, match="accepted: brandwatch, default, lapor"):
        take(db, tools, table(tmp_path, "1,Banjir,2026-03-01"), name)
    assert sources.every(db) == []


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("tidak-ada.csv", None, "tidak-ada.csv: not a file"),
        ("catatan.docx", b"PK", r"catatan.docx: not a format that is read: accepted: .csv"),
        ("kolom.csv", b"a,b\n1,2\n", "columns found: 'a', 'b': accepted for text: text, comment"),
        ("rusak.xlsx", b"not a spreadsheet", "rusak.xlsx"),
    ],
)
def test_a_file_that_cannot_be_read_leaves_no_source_behind(
    tmp_path: Path, db: Database, tools: Tools, name: str, content: bytes | None, told: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match=told):
        take(db, tools, file)
    assert sources.every(db) == []
    assert not (tmp_path / "bad.csv").exists()


@pytest.mark.parametrize("report", ["tidak-ada/bad.csv", "folder", "komentar.csv"])
def test_a_report_that_cannot_be_written_is_refused_by_name(
    tmp_path: Path, db: Database, tools: Tools, report: str
) -> None:
    file = table(tmp_path, "1,Banjir,2026-03-01", "2,,")
    before = file.read_text(encoding="utf-8")
    (tmp_path / "folder").mkdir()
    target = tmp_path / report
    with pytest.raises(ConfigError, match=target.name):
        import_comments(db, tools.settings, file, "default", target, NOW, Watch())
    assert file.read_text(encoding="utf-8") == before
