"""File import: what becomes of rows, dates and ids, and the report of bad rows."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ConfigError
from monitor.platforms.file_tables import encoding_of
from monitor.platforms.files import BadRow, harmless, read_file, write_report
from monitor.records import Comment, Kind
from tests.fakes.sheets import DEFAULT, NOW, TEN_WIB, read, table

# ---- CSV


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_delimiter_and_encoding_is_recognised(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    rows = [
        ["ID", "Tanggal", "Komentar", "Nama"],
        ["7", "04/05/2026 10:00", "Parah 😡, gelap; ya", "Ani"],
    ]
    path = tmp_path / "a.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    ((comment,), bad) = read(path)
    assert bad == []
    assert (comment.external_id, comment.text) == ("7", "Parah 😡, gelap; ya")
    assert (comment.created_at, comment.author_name) == (TEN_WIB, "Ani")
    assert (comment.source_id, comment.platform) == ("file-default", "file")
    assert (comment.kind, comment.reply_block) == (Kind.COMMENT, "file")


def test_an_old_excel_file_is_read_as_cp1252(tmp_path: Path) -> None:
    path = table(
        tmp_path, "tanggal;komentar\r\n4/5/2026;Caf\u00e9 \u201ctutup\u201d\r\n".encode("cp1252")
    )
    ((comment,), _) = read(path)
    assert comment.text == "Caf\u00e9 \u201ctutup\u201d"


def test_a_few_broken_bytes_do_not_turn_the_rest_to_rubbish(tmp_path: Path) -> None:
    text = "tanggal,komentar\n4/5/2026,Parah 😡 sekali é\n4/5/2026,rusak \x00\xff\n"
    path = table(tmp_path, text.encode().replace("\xff".encode(), b"\xff"))
    good, bad = read(path)
    assert [c.text for c in good] == ["Parah 😡 sekali é"]
    assert [(row.line, row.reason) for row in bad] == [(3, "text: broken characters (not UTF-8)")]


def test_an_encoding_is_found_across_pieces(tmp_path: Path) -> None:
    assert encoding_of(table(tmp_path, ("x" * 65_535 + "é" * 10).encode())) == "utf-8-sig"
    assert encoding_of(table(tmp_path, b"x" * 200_000)) == "utf-8-sig"
    assert encoding_of(table(tmp_path, b"abc\xe9")) == "cp1252"
    assert encoding_of(table(tmp_path, b"")) == "utf-8-sig"


def test_text_keeps_html_right_to_left_and_line_breaks(tmp_path: Path) -> None:
    text = 'tanggal,komentar\n4/5/2026,"<b>مرحبا</b>\nbaris dua\u202e"\n'
    ((comment,), _) = read(table(tmp_path, text))
    assert comment.text == "<b>مرحبا</b>\nbaris dua\u202e"


def test_nul_bytes_are_dropped(tmp_path: Path) -> None:
    ((comment,), _) = read(table(tmp_path, "tanggal,komentar\n4/5/2026,a\0b\n"))
    assert comment.text == "ab"


def test_titles_and_hints_above_the_header_are_skipped(tmp_path: Path) -> None:
    text = "sep=;\nLaporan Mei 2026\n\nTanggal;Komentar\n4/5/2026;rusak\n\n;\n"
    good, bad = read(table(tmp_path, text))
    assert ([c.text for c in good], bad) == (["rusak"], [])


def test_missing_columns_are_named_with_what_is_accepted(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(table(tmp_path, "Nomor;Alamat;Catatan\n1;2;3\n"))
    told = str(caught.value)
    assert "columns found: 'Nomor', 'Alamat', 'Catatan'" in told
    assert "text: text, comment" in told
    assert "created_at: created at" in told


@pytest.mark.parametrize("content", ["", "\n\n", '"'])
def test_an_empty_file_has_no_columns(tmp_path: Path, content: str) -> None:
    with pytest.raises(ConfigError, match="columns found: none"):
        read(table(tmp_path, content))


def test_an_unclosed_quote_spoils_one_row_only(tmp_path: Path) -> None:
    text = 'tanggal,komentar\n4/5/2026,satu\n4/5/2026,"dua\n4/5/2026,tiga\n4/5/2026,empat\n'
    good, bad = read(table(tmp_path, text))
    assert [c.text for c in good] == ["satu", "tiga", "empat"]
    assert [(row.line, row.raw) for row in bad] == [(3, '4/5/2026,"dua\n')]
    assert bad[0].reason.startswith("broken quotes")


def test_words_after_a_closing_quote_are_a_bad_row(tmp_path: Path) -> None:
    text = 'tanggal,komentar\n4/5/2026,"a"b\n4/5/2026,"c ""d"" e"\n'
    good, bad = read(table(tmp_path, text))
    assert ([c.text for c in good], [row.line for row in bad]) == (['c "d" e'], [2])


def test_a_cell_of_a_megabyte_is_a_bad_row(tmp_path: Path) -> None:
    text = "tanggal,komentar\n4/5/2026," + "x" * 1_000_000 + "\n4/5/2026,ada\n"
    good, bad = read(table(tmp_path, text))
    assert [c.text for c in good] == ["ada"]
    assert bad[0].reason == "text: longer than 100000 characters"
    assert len(bad[0].raw) <= 1_000


def test_a_line_beyond_every_limit_is_a_bad_row(tmp_path: Path) -> None:
    text = 'tanggal,komentar\n4/5/2026,"' + "x" * 5_000_000 + '"\n4/5/2026,ada\n'
    good, bad = read(table(tmp_path, text))
    assert [c.text for c in good] == ["ada"]
    assert bad


def test_a_row_with_too_many_cells_is_bad_and_a_short_one_is_not(tmp_path: Path) -> None:
    text = "tanggal,komentar,nama\n4/5/2026,a,b,c\n4/5/2026,a,b,,\n4/5/2026,a\n4/5/2026\n"
    good, bad = read(table(tmp_path, text))
    assert len(good) == 2
    assert [(row.line, row.reason) for row in bad] == [
        (2, "4 cells under 3 columns"),
        (5, "the text is empty"),
    ]


def test_a_row_without_a_date_cell_is_bad(tmp_path: Path) -> None:
    _, (bad,) = read(table(tmp_path, "komentar,nama,tanggal\nrusak\n"))
    assert bad.reason == "date not understood: ''"


def test_a_long_file_is_read_as_a_stream(tmp_path: Path) -> None:
    path = table(tmp_path, "tanggal,komentar\n" + "4/5/2026,rusak\n" * 50_000)
    rows = read_file(path, DEFAULT, NOW)
    first = next(rows)
    assert isinstance(first, Comment)
    assert sum(1 for _ in rows) == 49_999


# ---- dates and ids


@pytest.mark.parametrize(
    ("date", "at"),
    [
        ("04/05/2026 10:00", TEN_WIB),
        ("4-5-2026 10.00", TEN_WIB),
        ("Senin, 04 Mei 2026 10:00 WIB", TEN_WIB),
        ("2026-05-04T03:00:00Z", TEN_WIB),
        ("2026-05-04 10:00:00", TEN_WIB),
        ("2026-05-04T12:00:00+09:00", TEN_WIB),
        ("1777863600", TEN_WIB),
        ("1777863600000", TEN_WIB),
        ("46146.416666666664", TEN_WIB),
    ],
)
def test_dates_of_many_tools_are_understood(tmp_path: Path, date: str, at: datetime) -> None:
    ((comment,), _) = read(table(tmp_path, f"tanggal;komentar\n{date};rusak\n"))
    assert comment.created_at == at


@pytest.mark.parametrize(
    ("date", "reason"),
    [
        ("24/11/2026", "date in the future"),
        ("0001-01-01T00:00:00+14:00", "date not understood"),
        ("9999999999999999", "date not understood"),
        ("nan", "date not understood"),
        ("31/12/1999", "date before 2000"),
        ("12", "date not understood"),
        ("31/31/2026", "date not understood"),
        ("kemarin", "date not understood: 'kemarin'"),
        ("", "date not understood"),
    ],
)
def test_impossible_dates_are_bad_rows(tmp_path: Path, date: str, reason: str) -> None:
    _, (bad,) = read(table(tmp_path, f"tanggal;komentar\n{date};rusak\n"))
    assert bad.reason.startswith(reason)
    assert bad.line == 2


def test_a_date_of_tomorrow_is_a_clock_that_is_off(tmp_path: Path) -> None:
    good, _ = read(table(tmp_path, "tanggal;komentar\n2026-11-23T02:00:00Z;rusak\n"))
    assert len(good) == 1


def test_without_a_given_now_the_clock_judges(tmp_path: Path) -> None:
    path = table(tmp_path, "tanggal;komentar\n2999-01-01;rusak\n")
    (bad,) = read_file(path, DEFAULT)
    assert isinstance(bad, BadRow)


@pytest.mark.parametrize("ident", ["1.23E+18", "1,23E+18", "1e18", "1.7841E18"])
def test_ids_that_a_spreadsheet_has_rounded_are_refused(tmp_path: Path, ident: str) -> None:
    _, (bad,) = read(table(tmp_path, f"id;tanggal;komentar\n{ident};4/5/2026;rusak\n"))
    assert "a spreadsheet has rounded it" in bad.reason


def test_long_ids_stay_text(tmp_path: Path) -> None:
    text = (
        "id;tanggal;komentar\n1784149573920186432;4/5/2026;a\n'0042;4/5/2026;b\nABC-1;4/5/2026;c\n"
    )
    good, _ = read(table(tmp_path, text))
    assert [c.external_id for c in good] == ["1784149573920186432", "0042", "ABC-1"]


def test_rows_without_an_id_get_the_same_one_again(tmp_path: Path) -> None:
    first, _ = read(table(tmp_path, "tanggal;komentar\n4/5/2026 10:00:10;rusak\n"))
    again, _ = read(table(tmp_path, "komentar,tanggal\nrusak,2026-05-04T10:00:59\n", "b.csv"))
    other, _ = read(table(tmp_path, "komentar,tanggal\nrusak,2026-05-04T10:01:00\n", "c.csv"))
    assert first[0].external_id == again[0].external_id != other[0].external_id
    assert first[0].external_id.startswith("h-")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_no_text_breaks_the_reading(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("x") / "a.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["tanggal", "komentar"], ["4/5/2026", text]])
    good, bad = read(path)
    assert [c.text for c in good] == (
        [stripped] if (stripped := text.replace("\0", "").strip()) else []
    )
    assert len(good) + len(bad) == 1


def test_numbers_of_likes_replies_and_stars_are_read(tmp_path: Path) -> None:
    text = (
        "tanggal;komentar;likes;replies;rating;platform\n"
        "4/5/2026;a;1.234;x;4,5;Instagram\n4/5/2026;a;;;999;\n"
    )
    good, _ = read(table(tmp_path, text))
    assert [(c.like_count, c.reply_count, c.rating, c.platform) for c in good] == [
        (1234, None, 4.5, "instagram"),
        (None, None, None, "file"),
    ]


# ---- which files


def test_other_files_are_refused_with_what_is_accepted(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"a\.pdf: not a format that is read: accepted: \.csv"):
        read(table(tmp_path, "x", "a.pdf"))
    with pytest.raises(ConfigError, match=r"hilang\.csv: not a file"):
        read(tmp_path / "hilang.csv")


# ---- the report


def test_the_report_holds_line_reason_and_row_and_runs_no_formula(tmp_path: Path) -> None:
    rows = [
        BadRow(2, "the text is empty", "=HYPERLINK(1)"),
        BadRow(3, "-x", "aman, \ud83d"),
    ]
    path = tmp_path / "laporan.csv"
    assert write_report(path, iter(rows)) == 2
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [
            ["line", "reason", "raw"],
            ["2", "the text is empty", "'=HYPERLINK(1)"],
            ["3", "'-x", "aman, ?"],
        ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " ="])
def test_no_cell_is_taken_for_a_formula(start: str) -> None:
    assert harmless(f"{start}1") == f"'{start}1"
    assert harmless("aman=1") == "aman=1"
