"""``siaga calendar``: shows the holidays of a year, and adds missing ones without touching any."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.calendar import read_calendar
from monitor.cli import run_command
from monitor.cli.calendar import add_missing, national_holidays, with_days
from monitor.errors import ConfigError
from tests.world import PROJECT

FILE = """# Libur kantor; boleh diubah.

[libur]
2027-01-01 = "Tahun Baru"   # sesuai SKB
# Nyepi belum pasti
"2027-03-07" = 'Nyepi menurut kantor'
2027-12-25 = "Natal"

[[ramadan]]
mulai = 2027-02-08
selesai = 2027-03-09
"""
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder of its own with what a calendar needs beside it."""
    folder = tmp_path / "data"
    (folder / "calendar").mkdir(parents=True)
    for name in ("taxonomy.toml", "templates"):
        (folder / name).symlink_to(PROJECT / "data" / name)
    (folder / "calendar" / "libur.toml").write_text(FILE, encoding="utf-8")
    (tmp_path / "config.toml").write_text('[paths]\ndata = "data"\n', encoding="utf-8")
    return folder


@pytest.fixture
def run(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*words: str) -> tuple[int, str]:
        code = run_command(["--config", str(tmp_path / "config.toml"), "calendar", *words])
        said = capsys.readouterr()
        return code, said.out + said.err

    return command


def test_the_holidays_of_a_year_are_shown(run: Run) -> None:
    assert run("show", "2027") == (
        0,
        "2027-01-01  Tahun Baru\n2027-03-07  Nyepi menurut kantor\n2027-12-25  Natal\n",
    )
    code, out = run("show", "2027", "--json")
    assert code == 0
    assert json.loads(out.splitlines()[0]) == {"day": "2027-01-01", "name": "Tahun Baru"}


def test_a_year_without_holidays_says_how_to_fill_it(run: Run) -> None:
    assert run("show", "2031") == (0, "2031: no holiday is known; siaga calendar fill 2031\n")
    assert run("show", "2031", "--json") == (0, "")
    assert run("show")[0] == 0


def test_missing_holidays_are_added_and_nothing_else_changes(run: Run, data: Path) -> None:
    file = data / "calendar" / "libur.toml"
    code, out = run("fill", "2027")
    assert code == 0
    text = file.read_text(encoding="utf-8")
    calendar = read_calendar(text, "libur.toml")
    wanted = national_holidays(2027)
    assert set(calendar.holidays) == {*wanted, date(2027, 3, 7)}
    assert calendar.holidays[date(2027, 1, 1)] == "Tahun Baru"
    added = len(set(wanted) - {date(2027, 1, 1), date(2027, 12, 25)})
    assert f"2027: {added} days added to libur.toml" in out
    assert "against the joint decree (SKB) of the year" in out
    assert [line for line in text.splitlines() if line in FILE.splitlines()] == FILE.splitlines()
    days = [line[:10] for line in text.splitlines() if line.startswith("2027")]
    assert days == sorted(days)
    again = run("fill", "2027")
    assert "2027: 0 days added" in again[1]
    assert file.read_text(encoding="utf-8") == text


def test_collective_leave_comes_with_the_years_that_have_a_decree() -> None:
    names = national_holidays(2026).values()
    assert any(name.startswith("Cuti Bersama") for name in names)
    assert "Hari Kemerdekaan Republik Indonesia" in names


def test_the_shipped_calendar_lacks_nothing_national_of_this_year() -> None:
    text = (PROJECT / "data" / "calendar" / "libur.toml").read_text(encoding="utf-8")
    assert set(national_holidays(2026)) <= set(read_calendar(text, "libur.toml").holidays)


@pytest.mark.parametrize("words", [("fill",), ("fill", "abc"), ("fill", "12"), ("show", "9999")])
def test_a_wrong_year_is_refused(run: Run, words: tuple[str, ...]) -> None:
    assert run(*words)[0] == 2


def test_a_broken_file_stays_as_it_is(run: Run, data: Path) -> None:
    file = data / "calendar" / "libur.toml"
    file.write_text('[libur]\nbesok = "x"\n', encoding="utf-8")
    code, out = run("fill", "2027")
    assert code == 2
    assert "libur.toml" in out
    assert file.read_text(encoding="utf-8") == '[libur]\nbesok = "x"\n'


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    file = tmp_path / "libur.toml"
    (tmp_path / ".libur.toml.new").mkdir()
    with pytest.raises(ConfigError, match=r"calendar: .*libur\.toml"):
        add_missing(file, {date(2027, 1, 1): "Tahun Baru"})


DAY = date(2027, 5, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", '[libur]\n2027-05-01 = "Hari \\"Buruh\\""\n'),
        ("# catatan", '# catatan\n\n[libur]\n2027-05-01 = "Hari \\"Buruh\\""\n'),
        (
            "[libur]\n\n[[ramadan]]\nmulai = 2027-02-08\n",
            '[libur]\n2027-05-01 = "Hari \\"Buruh\\""\n\n[[ramadan]]\nmulai = 2027-02-08\n',
        ),
        (
            "[libur]\n2027-06-01 = 'b'\n2027-01-01 = 'a'\n",
            "[libur]\n2027-06-01 = 'b'\n2027-01-01 = 'a'\n2027-05-01 = \"Hari \\\"Buruh\\\"\"\n",
        ),
    ],
)
def test_a_day_goes_where_it_belongs(text: str, expected: str) -> None:
    assert with_days(text, {DAY: 'Hari "Buruh"'}) == expected


def test_a_calendar_is_made_where_there_is_none(tmp_path: Path) -> None:
    file = tmp_path / "calendar" / "libur.toml"
    assert add_missing(file, {DAY: "Hari Buruh"}) == {DAY: "Hari Buruh"}
    assert file.read_text(encoding="utf-8") == '[libur]\n2027-05-01 = "Hari Buruh"\n'


days = st.dictionaries(
    st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.text(max_size=9), max_size=9
)


@settings(max_examples=40)
@given(days, days)
def test_what_is_there_is_never_lost_or_overwritten(
    known: dict[date, str], fresh: dict[date, str]
) -> None:
    printable = {day: name for day, name in known.items() if name.isprintable()}
    wanted = {d: n for d, n in fresh.items() if n.isprintable() and d not in printable}
    before = with_days("", printable)
    after = with_days(before, wanted)
    assert read_calendar(after, "x").holidays == {**printable, **wanted}
    assert [line for line in after.splitlines() if line in before.splitlines()] == (
        before.splitlines()
    )
