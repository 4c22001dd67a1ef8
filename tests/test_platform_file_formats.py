"""File import: spreadsheets and JSON, and every way in which they are broken."""

from __future__ import annotations

import base64
import json
import zlib
from datetime import datetime
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from tests.fakes.sheets import TEN_WIB, XLS, ods, read, table, xlsx

# ---- spreadsheets


def test_an_xlsx_file_is_read_with_its_dates_and_numbers(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Rekap komentar"],
        [],
        ["ID", "Tanggal", "Komentar", "Suka"],
        [7.0, datetime(2026, 5, 4, 10), "Jalan rusak", 12.0],
        ["1784149573920186432", 46146.416666666664, "Lampu padam", 12.5],
        [1.784149573920186e18, datetime(2026, 5, 4), "bulat"],
        ["8", "besok", "x"],
    ]
    good, bad = read(xlsx(tmp_path / "a.xlsx", [["kosong"]], rows))
    assert [(c.external_id, c.created_at, c.like_count) for c in good] == [
        ("7", TEN_WIB, 12),
        ("1784149573920186432", TEN_WIB, None),
    ]
    assert [row.line for row in bad] == [6, 7]
    assert "rounded" in bad[0].reason


def test_an_ods_file_is_read(tmp_path: Path) -> None:
    rows = [["Tanggal", "Komentar"], ["4/5/2026 10:00", "Jalan rusak"]]
    ((comment,), _) = read(ods(tmp_path / "a.ods", rows))
    assert (comment.text, comment.created_at) == ("Jalan rusak", TEN_WIB)


def test_an_old_xls_file_is_read(tmp_path: Path) -> None:
    path = table(tmp_path, zlib.decompress(base64.b85decode("".join(XLS))), "a.xls")
    ((comment,), _) = read(path)
    assert (comment.external_id, comment.text) == ("7", "Jalan rusak")
    assert comment.created_at == TEN_WIB


def test_a_spreadsheet_without_the_columns_names_those_it_has(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="columns found: 'Nomor', 'Alamat'"):
        read(xlsx(tmp_path / "a.xlsx", [], [["Nomor", "Alamat"]]))


def test_what_is_no_spreadsheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"a\.xlsx: not a readable spreadsheet"):
        read(table(tmp_path, "halo", "a.xlsx"))


def test_a_spreadsheet_that_unpacks_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.platforms.file_tables._MOST_UNPACKED", 100)
    with pytest.raises(ConfigError, match="unpacks to more than 100 bytes"):
        read(xlsx(tmp_path / "a.xlsx", [["x"]]))


# ---- JSON

ITEM = {"id": 1784149573920186432, "created_at": "2026-05-04T03:00:00Z", "text": "Parah 😡"}


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson"])
def test_json_lines_are_read(tmp_path: Path, name: str) -> None:
    text = "\ufeff" + json.dumps(ITEM) + "\n\n" + json.dumps(ITEM | {"id": "x"}, ensure_ascii=False)
    good, bad = read(table(tmp_path, text, name))
    assert [c.external_id for c in good] == ["1784149573920186432", "x"]
    assert (good[0].text, bad) == ("Parah 😡", [])


def test_broken_json_lines_are_bad_and_reading_goes_on(tmp_path: Path) -> None:
    lines = [
        json.dumps(ITEM).encode(),
        b'{"text": "terpo',
        b"[1, 2]",
        b'{"text": "\xff"}',
        json.dumps({"text": "tanpa tanggal"}).encode(),
        b"[" * 100_000,
        json.dumps(ITEM | {"text": "setengah \ud83d"}).encode(),
        json.dumps(ITEM | {"id": 1.784e18}).encode(),
        json.dumps(ITEM | {"text": {"aneh": {"a": {"b": {"c": {}}}}}}).encode(),
        json.dumps(ITEM | {"text": None, "created_at": True}).encode(),
        json.dumps(ITEM).encode(),
    ]
    good, bad = read(table(tmp_path, b"\n".join(lines), "a.jsonl"))
    assert len(good) == 2
    assert [(row.line, row.reason) for row in bad] == [
        (2, "broken JSON"),
        (3, "not an object"),
        (4, "not UTF-8"),
        (5, "no text or no date"),
        (6, "broken JSON"),
        (7, "text: broken characters (not UTF-8)"),
        (8, "id 1.784e+18: a spreadsheet has rounded it: export ids as text"),
        (9, "no text or no date"),
        (10, "the text is empty"),
    ]


@pytest.mark.parametrize("end", ["\n", ""])
def test_a_json_line_without_end_is_one_bad_row(tmp_path: Path, end: str) -> None:
    long = json.dumps(ITEM | {"text": "x" * 5_000_000})
    rest = json.dumps(ITEM) if end else ""
    good, bad = read(table(tmp_path, json.dumps(ITEM) + "\n" + long + end + rest, "a.jsonl"))
    assert len(good) == (2 if end else 1)
    assert [(row.line, row.reason) for row in bad] == [(2, "line longer than 2000000 bytes")]


def test_a_json_array_is_read_across_pieces(tmp_path: Path) -> None:
    items = [ITEM | {"id": n, "text": f"{n} " + "é" * (n * 200 % 90_000)} for n in range(1, 60)]
    text = "\ufeff \n" + json.dumps(items, indent=1, ensure_ascii=False)
    good, bad = read(table(tmp_path, text, "a.json"))
    assert ([c.external_id for c in good], bad) == ([str(n) for n in range(1, 60)], [])


def test_a_broken_json_array_gives_what_came_before(tmp_path: Path) -> None:
    good, bad = read(table(tmp_path, json.dumps([ITEM, 5, ITEM])[:-40], "a.json"))
    assert len(good) == 1
    assert [(row.line, row.reason) for row in bad] == [
        (2, "not an object"),
        (3, "broken JSON: the rest is not read"),
    ]


@pytest.mark.parametrize("text", ['[{"text": "\\ud83d', "[" * 100_000, "[12"])
def test_a_json_array_that_never_ends_is_a_bad_row(tmp_path: Path, text: str) -> None:
    good, (bad,) = read(table(tmp_path, text, "a.json"))
    assert (good, bad.line) == ([], 1)


def test_broken_bytes_in_a_json_array_spoil_one_item(tmp_path: Path) -> None:
    text = json.dumps([ITEM, ITEM | {"text": "RUSAK"}, ITEM]).encode().replace(b"RUSAK", b"\xff")
    good, (bad,) = read(table(tmp_path, text, "a.json"))
    assert (len(good), bad.line) == (2, 2)


def test_json_that_is_no_array_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not a JSON array"):
        read(table(tmp_path, json.dumps({"data": []}), "a.json"))
    assert read(table(tmp_path, "[]", "b.json")) == ([], [])


def test_json_without_the_columns_names_those_it_has(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"columns found: 'judul', 'a\.b'"):
        read(table(tmp_path, json.dumps([{"judul": 1, "a": {"b": 2}}]), "a.json"))


def test_nested_json_of_other_tools_is_understood(tmp_path: Path) -> None:
    item = {
        "id": 5,
        "date_gmt": "2026-05-04T03:00:00+00:00",
        "content": {"rendered": "<p>Gelap</p>"},
        "from": {"name": "Ani"},
    }
    ((comment,), _) = read(table(tmp_path, json.dumps([item]), "a.json"))
    assert (comment.text, comment.author_name) == ("<p>Gelap</p>", "Ani")


def test_many_shapes_of_objects_do_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.platforms.file_json._MOST_SHAPES", 2)
    items = [ITEM | {f"k{n}": n} for n in range(9)]
    good, _ = read(table(tmp_path, json.dumps(items), "a.json"))
    assert len(good) == 9
