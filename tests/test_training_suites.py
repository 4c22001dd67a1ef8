"""Suites: pairs, chat and places counted as they are, a missing file left, a wrong one named."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.training.suites import (
    Count,
    Found,
    Suites,
    false_issues,
    pairs,
    places,
    run_suites,
)
from tests.classify_world import DATA, reader, tiny, write_rows

PAIRS = ["better", "worse", "kind", "language"]
CHAT = ["text", "kind"]
PLACES = ["text", "kabupaten", "kecamatan", "kind"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Small suites about the tiny world, one row of each wrong on purpose."""
    write_rows(
        tmp_path / "pairs.csv",
        [
            ["jalan bagus", "jalan tidak bagus", "negation", "id"],
            ["air di kampung lancar", "air di kampung kotor", "word", "id"],
            ["listrik kada mantap", "listrik mantap", "negation", "bjn"],
        ],
        PAIRS,
    )
    write_rows(
        tmp_path / "offtopic.csv",
        [
            ["siapa juara kampung", "chat"],
            ["air di kampung kotor", "joke"],
            ["slot gacor maxwin link di bio depo 10rb pasti wd air", "joke"],
        ],
        CHAT,
    )
    write_rows(
        tmp_path / "places.csv",
        [
            ["banjir di Kasongan", "Katingan", "", "plain"],
            ["antri di Palangka Raya dan Sampit", "Palangkaraya; Kotawaringin Timur", "", "two"],
            ["selat tipu daya", "Seruyan", "", "wrong"],
            ["jalan di Kapuas rusak", "", "", "wrong"],
        ],
        PLACES,
    )
    return tmp_path


def test_pairs_are_counted_in_all_by_kind_and_by_language(folder: Path) -> None:
    assert pairs(tiny(), folder) == (
        Count("all", 2, 3),
        Count("negation", 1, 2),
        Count("word", 1, 1),
        Count("bjn", 0, 1),
        Count("id", 2, 2),
    )


def test_chat_with_an_issue_counts_unless_it_is_spam(folder: Path) -> None:
    assert false_issues(tiny(), folder) == (
        Count("all", 1, 3),
        Count("chat", 0, 1),
        Count("joke", 1, 2),
    )


def test_places_are_found_missed_or_made_up(folder: Path) -> None:
    kabupaten, kecamatan = places(reader(), folder)
    assert kabupaten == Found("kabupaten", right=3, wrong=1, missed=1)
    assert kabupaten.precision == kabupaten.recall == 0.75
    assert (kecamatan.right, kecamatan.missed) == (0, 0)


def test_a_kecamatan_is_found_with_its_kabupaten(tmp_path: Path) -> None:
    row = ["warga kecamatan Mentaya Hulu antri", "Kotawaringin Timur", "Mentaya Hulu", "plain"]
    write_rows(tmp_path / "places.csv", [row], PLACES)
    assert places(reader(), tmp_path) == (
        Found("kabupaten", 1, 0, 0),
        Found("kecamatan", 1, 0, 0),
    )


def test_all_suites_run_with_vectors_where_they_are(folder: Path) -> None:
    words = run_suites(tiny(), None, reader(), folder)
    assert (words.pairs_with_vectors, words.false_issues_with_vectors) == ((), ())
    both = run_suites(tiny(), tiny(vectors=True), reader(), folder)
    assert [one.name for one in both.pairs_with_vectors] == [one.name for one in both.pairs]
    assert (both.pairs, both.places) == (words.pairs, words.places)
    lines = both.as_lines()
    assert lines[0].startswith("pairs in the right order: 0.667 of 3, with vectors ")
    assert lines[1].startswith("chat given an issue: 0.333 of 3, with vectors ")
    assert lines[2] == "kabupaten: precision 0.750, recall 0.750"
    assert words.as_lines()[0] == "pairs in the right order: 0.667 of 3"


def test_a_missing_suite_is_left_out(tmp_path: Path) -> None:
    found = run_suites(tiny(), tiny(vectors=True), reader(), tmp_path)
    assert found.pairs == (Count("all", 0, 0),)
    assert found.pairs[0].share == 0.0
    assert found.as_lines() == [
        "kabupaten: precision 0.000, recall 0.000",
        "kecamatan: precision 0.000, recall 0.000",
    ]
    assert Suites((), (), (), (), ()).as_lines() == []


@pytest.mark.parametrize(
    ("name", "heading", "missing"),
    [
        ("pairs.csv", ["better", "worse", "kind"], "language"),
        ("offtopic.csv", ["text"], "kind"),
        ("places.csv", ["text", "kind"], "kabupaten, kecamatan"),
    ],
)
def test_a_column_that_lacks_is_named(
    tmp_path: Path, name: str, heading: list[str], missing: str
) -> None:
    write_rows(tmp_path / name, [["x"] * len(heading)], heading)
    with pytest.raises(ConfigError, match=rf"suite: .*{name}: column missing: {missing}"):
        run_suites(tiny(), None, reader(), tmp_path)


def test_a_suite_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_bytes(b"better,worse,kind,language\n\xff,b,c,d\n")
    with pytest.raises(ConfigError, match=r"pairs\.csv"):
        run_suites(tiny(), None, reader(), tmp_path)
    (tmp_path / "pairs.csv").unlink()
    (tmp_path / "pairs.csv").mkdir()
    with pytest.raises(ConfigError, match=r"pairs\.csv"):
        run_suites(tiny(), None, reader(), tmp_path)


def test_a_row_that_is_cut_short_has_empty_cells(tmp_path: Path) -> None:
    (tmp_path / "offtopic.csv").write_text("text,kind\nsiapa juara kampung\n", encoding="utf-8")
    assert false_issues(tiny(), tmp_path) == (Count("all", 0, 1), Count("", 0, 1))


def test_the_delivered_suites_can_be_read() -> None:
    found = run_suites(tiny(), None, reader(), DATA / "unseen")
    assert min(found.pairs[0].rows, found.false_issues[0].rows) >= 100
    assert found.places[0].recall > 0.9
    assert found.places[0].precision > 0.9
