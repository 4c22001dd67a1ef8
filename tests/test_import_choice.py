"""Which profile a file is of, told by its header, and what other tools call our platforms."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from monitor.errors import ConfigError
from monitor.platforms.file_mapping import load_mapping
from monitor.platforms.file_platforms import NAMES, platform_of
from monitor.platforms.file_profiles import DEFAULT as DEFAULT_NAME
from monitor.platforms.file_profiles import Choice, choose
from monitor.platforms.files import read_file
from monitor.platforms.known import KNOWN
from monitor.records import Comment, SourceId
from monitor.steps.tools import Tools
from monitor.store import comments
from monitor.store.connection import rows
from tests.fakes.sheets import DEFAULT
from tests.import_shapes import (
    MENTIONS,
    PROFILES,
    SHAPES,
    YOUTUBE,
    Table,
    objects,
    take,
    written,
)
from tests.world import NOW, make_tools, open_world


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return make_tools(tmp_path)


@pytest.fixture
def db(tools: Tools) -> Iterator[Database]:
    opened = open_world(tools)
    yield opened
    opened.close()


def stored(db: Database) -> list[Comment]:
    return [comments.stored(row).comment for row in rows(db, "SELECT * FROM comment ORDER BY id")]


@pytest.mark.parametrize("form", ["semicolon", "tab", "comma", "xlsx", "json", "jsonl"])
@pytest.mark.parametrize("name", SHAPES)
def test_each_shape_in_each_form_is_known_by_its_header_and_stored_whole(
    tmp_path: Path, db: Database, tools: Tools, name: str, form: str
) -> None:
    file = written(tmp_path, SHAPES[name], form)
    done = take(db, tools, file)
    assert done.choice == Choice(name, (name,))
    assert done.choice.told.startswith(f"read as {name}, by its header")
    assert (done.read, done.stored, done.bad) == (len(objects(SHAPES[name])),) * 2 + (0,)
    assert {one.source_id for one in stored(db)} == {SourceId(f"berkas_{name}")}
    before = rows(db, "SELECT * FROM comment")
    assert take(db, tools, file).stored == 0
    assert rows(db, "SELECT * FROM comment") == before


@pytest.mark.parametrize(
    "table",
    [
        [["id", "isi", "tanggal"], ["1", "Banjir", "1/3/2026"]],
        [["Judul", "Isi", "Tanggal", "Status"], ["Jalan", "Rusak", "1/3/2026", "Baru"]],
        [["Title", "Text", "Date", "Sentiment"], ["", "Mantap", "2026-03-01", "negative"]],
    ],
)
def test_any_other_header_is_read_as_before(
    tmp_path: Path, db: Database, tools: Tools, table: Table
) -> None:
    done = take(db, tools, written(tmp_path, table, "semicolon"))
    assert (done.choice, done.choice.told) == (Choice(DEFAULT_NAME), "")
    assert done.stored == 1


def test_a_header_that_fits_two_profiles_is_read_as_the_default_and_told(tmp_path: Path) -> None:
    head = ["Query Id", "Resource Id", "Page Type", "Snippet", "Date"]
    head += ["Processed Text", "Source Name", "Meta Time"]
    file = written(tmp_path, [head, ["x"] * len(head)], "comma")
    choice = choose(file, PROFILES)
    assert choice == Choice(DEFAULT_NAME, ("brandwatch", "obsei"))
    assert choice.told == "its header fits brandwatch, obsei: read as default; to choose give --map"


def test_a_profile_that_is_named_is_not_chosen_for_anybody(
    tmp_path: Path, db: Database, tools: Tools
) -> None:
    done = take(db, tools, written(tmp_path, MENTIONS, "comma"), "default")
    assert (done.choice, done.choice.told) == (Choice("default"), "")


@pytest.mark.parametrize("name", ["tidak-ada.csv", "catatan.docx"])
def test_what_cannot_be_read_is_left_to_the_reader(
    tmp_path: Path, db: Database, tools: Tools, name: str
) -> None:
    file = tmp_path / name
    if name.endswith("docx"):
        file.write_bytes(b"PK")
    assert choose(file, PROFILES) == Choice(DEFAULT_NAME)
    with pytest.raises(ConfigError, match=name):
        take(db, tools, file)


def test_broken_lines_above_and_between_json_do_not_hide_the_profile(tmp_path: Path) -> None:
    good = json.dumps(objects(YOUTUBE)[0])
    file = tmp_path / "a.jsonl"
    file.write_text(f"{{broken\n[1]\n{good}\n", encoding="utf-8")
    assert choose(file, PROFILES).name == "obsei"


def test_a_wrong_profile_of_the_office_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "kantor.toml"
    columns = '[columns]\ntext = ["isi"]\ncreated_at = ["tgl"]\n'
    for marks, told in [('marks = "isi"', "marks: 'isi'"), ('marks = ["isi"]', "marks: 'isi'")]:
        wrong.write_text(f"{marks}\n{columns}", encoding="utf-8")
        with pytest.raises(ConfigError, match=told):
            choose(tmp_path / "a.csv", [wrong])


@pytest.mark.parametrize(
    ("named", "domain", "platform"),
    [
        ("YouTube", "", "youtube"),
        ("YoutubeScrapper", "", "youtube"),
        ("www.youtube.com", "", "youtube"),
        ("Twitter", "", "x"),
        ("X", "", "x"),
        ("Play Store Reviews", "", "play store reviews"),
        ("Google Play", "", "google_play"),
        ("Facebook Public", "", "facebook"),
        ("video", "youtube.com", "youtube"),
        ("", "https://m.facebook.com/contoh/posts/1", "facebook"),
        ("", "https://vt.tiktok.com/x/", "tiktok"),
        ("Berita", "", "feed"),
        ("Forum Warga", "forum.example", "forum warga"),
        ("", "forum.example", "file"),
        ("", "http://[rusak", "file"),
        ("", "", "file"),
    ],
)
def test_a_platform_is_ours_by_name_or_domain(named: str, domain: str, platform: str) -> None:
    assert platform_of(named, domain, DEFAULT) == platform


def test_every_name_leads_to_a_platform_that_there_is() -> None:
    assert set(NAMES) <= {*KNOWN, "bluesky"}


def test_an_office_may_name_platforms_for_itself(tmp_path: Path) -> None:
    own = tmp_path / "kantor.toml"
    own.write_text(
        'marks = [["kode"]]\n[columns]\ntext = ["isi"]\ncreated_at = ["tgl"]\n'
        'platform = ["kanal"]\n[platforms]\ntiktok = ["Video Pendek"]\n',
        encoding="utf-8",
    )
    file = tmp_path / "a.csv"
    file.write_text("kode;tgl;isi;kanal\n1;1/3/2026;Banjir;video pendek\n", encoding="utf-8")
    assert choose(file, [*PROFILES, own]) == Choice("kantor", ("kantor",))
    (comment,) = read_file(file, load_mapping(own), NOW)
    assert isinstance(comment, Comment)
    assert comment.platform == "tiktok"
