"""File import: the profiles that come with it, and those that an office writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.platforms.file_mapping import load_mapping
from monitor.records import Kind, Visibility
from tests.fakes.sheets import MAPPINGS, TEN_WIB, read, table

# ---- mappings


def test_a_complaint_joins_title_and_text_and_keeps_no_name(tmp_path: Path) -> None:
    text = (
        "Tracking ID;Tanggal Laporan;Judul Laporan;Isi Laporan;Kategori;Status;Instansi;Pelapor\n"
        "10101;4/5/2026 10:00;Jalan berlubang;Sudah lama;Infrastruktur;Proses;Dinas PU;Si Contoh\n"
    )
    ((comment,), _) = read(table(tmp_path, text), load_mapping(MAPPINGS / "lapor.toml"))
    assert comment.text == "Jalan berlubang\nSudah lama"
    assert (comment.kind, comment.platform, comment.source_id) == (Kind.COMPLAINT, "lapor", "lapor")
    assert (comment.external_id, comment.post_title) == ("10101", "Jalan berlubang")
    assert json.loads(comment.raw) == {
        "category": "Infrastruktur",
        "status": "Proses",
        "unit": "Dinas PU",
    }
    assert "Si Contoh" not in repr(comment)


def test_an_information_request_is_not_public(tmp_path: Path) -> None:
    text = (
        "No. Pendaftaran,Tanggal Permohonan,Rincian Informasi yang Dibutuhkan,NIK\n"
        "12/PPID,4 Mei 2026,Data jalan,0000000000000000\n"
    )
    ((comment,), _) = read(table(tmp_path, text), load_mapping(MAPPINGS / "ppid.toml"))
    assert (comment.kind, comment.visibility) == (Kind.MESSAGE, Visibility.HIDDEN)
    assert "0000000000000000" not in repr(comment)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "kantor.toml"
    columns = '[columns]\ntext = ["isi"]\ncreated_at = ["tgl"]\n'
    path.write_text(text + columns if "[columns]" not in text else text, "utf-8")
    return path


def test_an_own_mapping_sets_zone_order_and_formats(tmp_path: Path) -> None:
    settings = 'zone = "Asia/Makassar"\nday_first = false\ndate_formats = ["%Hh%M %d%b%y", "x"]\n'
    mapping = load_mapping(written(tmp_path, settings))
    good, _ = read(table(tmp_path, "tgl;isi\n05/04/2026 11:00;a\n11h00 04May26;b\n"), mapping)
    assert [c.created_at for c in good] == [TEN_WIB, TEN_WIB]
    assert mapping.name == "kantor"
    assert good[0].source_id == "file-kantor"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("warna = 1\n", "unknown key 'warna': accepted: columns, date_formats"),
        ('kind = "keluhan"\n', "kind, visibility or zone: 'keluhan'"),
        ('zone = "Asia/Palangkaraya"\n', "kind, visibility or zone"),
        ('day_first = "ya"\n', "day_first: 'ya': accepted is true or false"),
        ("date_formats = [1]\n", "date_formats: [1]: accepted is a list of texts"),
        ("extra = 3\n", "extra: not a table of lists"),
        ('[columns]\ntext = ["isi"]\n', "columns.created_at: missing"),
        ('[columns]\nisi = ["isi"]\n', "columns.isi: unknown: accepted: id, text"),
        ('[columns]\ntext = "isi"\n', "columns.text: 'isi': accepted is a list of texts"),
        ("rusak", "not readable: mappings here: kantor"),
    ],
)
def test_a_wrong_mapping_names_the_key_and_what_is_accepted(
    tmp_path: Path, text: str, told: str
) -> None:
    path = written(tmp_path, text)
    if text == "rusak":
        path.write_text("= =")
    with pytest.raises(ConfigError) as caught:
        load_mapping(path)
    assert told in str(caught.value)
    assert str(caught.value).startswith("mapping kantor: ")


def test_a_missing_mapping_names_those_there_are() -> None:
    with pytest.raises(ConfigError, match="mappings here: brandwatch, default, lapor"):
        load_mapping(MAPPINGS / "tidak-ada.toml")
