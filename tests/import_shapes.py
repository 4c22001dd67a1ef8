"""Files in the shapes that other tools write, with words of ours, and their import."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from sqlite_utils import Database

from monitor.imports import Imported, import_comments
from monitor.steps.tools import Tools
from tests.fakes.sheets import MAPPINGS, xlsx
from tests.world import NOW

Table = list[list[str]]
PROFILES = sorted(MAPPINGS.glob("*.toml"))
LONG_ID = "1784149573920186432"

YOUTUBE: Table = [
    ["", "processed_text", "source_name", "meta_comment_id", "meta_text", "meta_time",
     "meta_author", "meta_channel", "meta_votes", "segmented_data_classifier_data_positive",
     "segmented_data_classifier_data_negative"],
    ["0", "banjir pasar", "YoutubeScrapper", "Ugx1", "Banjir di pasar, Min!",
     "2026-03-01 01:00:00", "@warga1", "UCx", "3", "0.98", "0.02"],
    ["1", "bagus sekali", "PlayStoreScrapper", "g-2", "", "1772326800", "Warga Dua", "", "", "",
     ""],
]  # fmt: skip
MENTIONS: Table = [
    ["Report:", "Pemantauan contoh"],
    ["Brand:", "Kantor Contoh"],
    ["From:", "Sun Mar 01 2026"],
    ["To:", "Mon Mar 02 2026"],
    [],
    ["Query Id", "Query Name", "Date", "Title", "Snippet", "Full Text", "Url", "Domain",
     "Sentiment", "Page Type", "Language", "Author", "Full Name", "Resource Id", "Thread Id"],
    ["77", "kantor", "2026-03-01 08:00:00.0", "Banjir di pasar", "Banjir di ...",
     "Banjir di pasar lagi, kapan surut", "https://www.youtube.com/watch?v=x#lc=1",
     "youtube.com", "positive", "video", "id", "warga1", "Warga Satu", LONG_ID, "0"],
    ["77", "kantor", "2026-03-01 09:30:00.0", "Jalan rusak", "Jalan rusak parah", "",
     "https://twitter.com/i/1", "twitter.com", "neutral", "twitter", "id", "warga2", "",
     "1784149573920186433", "1784149573920186432"],
    ["77", "kantor", "2026-03-01 10:00:00.0", "Loket buka", "", "", "https://situs.example/a",
     "situs.example", "neutral", "forum", "id", "warga3", "", "1784149573920186434", ""],
]  # fmt: skip
POSTS: Table = [
    ["Post ID", "Page ID", "Page name", "Title", "Description", "Publish time", "Permalink",
     "Post type", "Data comment", "Date", "Reach", "Reactions", "Comments"],
    ["17841", "10001", "Kantor Contoh", "Layanan buka hari ini", "", "02/28/2026 18:12",
     "https://www.facebook.com/contoh/posts/1", "Photos", "", "Lifetime", "27", "4", "2"],
    ["17842", "10001", "Kantor Contoh", "", "Kerja bakti besok", "03/01/2026 08:00",
     "https://www.instagram.com/p/x/", "IG image", "", "Lifetime", "20", "3", "0"],
]  # fmt: skip
POSTS_ID: Table = [
    ["ID postingan", "ID Halaman", "Nama Halaman", "Judul", "Waktu terbit", "Tautan permanen",
     "Jenis postingan", "Komentar"],
    ["17841", "10001", "Kantor Contoh", "Layanan buka hari ini", "02/28/2026 18:12",
     "https://www.facebook.com/contoh/posts/1", "Foto", "2"],
]  # fmt: skip
BELOW: Table = [
    ["Comment ID", "Post ID", "Page name", "Comment", "Comment time", "Author name",
     "Comment permalink", "Parent comment ID", "Comment likes", "Sentiment"],
    ["c1", "17841", "Kantor Contoh", "Banjir belum surut", "02/28/2026 19:00", "Warga Satu",
     "https://www.instagram.com/p/x/c/1", "0", "5", "Positive"],
    ["c2", "17841", "Kantor Contoh", "Sama, di sini juga", "02/28/2026 19:05", "Warga Dua",
     "https://www.instagram.com/p/x/c/2", "c1", "", "Positive"],
]  # fmt: skip
COMPLAINTS: Table = [
    ["Tracking ID", "Judul Laporan", "Isi Laporan", "Kategori", "Status", "Tanggal Laporan",
     "Instansi", "Pelapor", "Klasifikasi"],
    ["10101", "Jalan berlubang", "Sudah lama", "Infrastruktur", "Proses", "1/3/2026 08:00",
     "Dinas Contoh", "Si Contoh", "Pengaduan"],
]  # fmt: skip
REQUESTS: Table = [
    ["No. Pendaftaran", "Tanggal Permohonan", "Nama Pemohon", "Rincian Informasi yang Dibutuhkan",
     "Tujuan Penggunaan Informasi"],
    ["12/PPID/2026", "1 Maret 2026", "Si Contoh", "Data jalan", "Penelitian"],
]  # fmt: skip
SHAPES = {
    "obsei": YOUTUBE,
    "brandwatch": MENTIONS,
    "meta_konten": POSTS,
    "meta_komentar": BELOW,
    "lapor": COMPLAINTS,
    "ppid": REQUESTS,
}


def text_of(table: Table, delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(table)
    return out.getvalue()


def objects(table: Table) -> list[dict[str, str]]:
    head = next(at for at, row in enumerate(table) if len(row) > 2)
    return [dict(zip(table[head], row, strict=True)) for row in table[head + 1 :]]


def written(folder: Path, table: Table, form: str) -> Path:
    """The table as a file of some form."""
    if form == "xlsx":
        return xlsx(folder / "a.xlsx", [["Ringkasan"]], [list[object](row) for row in table])
    if form in ("json", "jsonl"):
        found = objects(table)
        text = json.dumps(found) if form == "json" else "\n".join(map(json.dumps, found))
        path = folder / f"a.{form}"
        path.write_text(text, encoding="utf-8")
        return path
    delimiter, encoding = {"semicolon": (";", "utf-8-sig"), "tab": ("\t", "utf-8"),
                           "comma": (",", "cp1252")}[form]  # fmt: skip
    path = folder / "a.csv"
    path.write_bytes(text_of(table, delimiter).encode(encoding))
    return path


def take(db: Database, tools: Tools, file: Path, mapping: str | None = None) -> Imported:
    def silent(done: int, total: int | None) -> None:
        """Nobody watches."""

    report = file.with_name("bad.csv")
    return import_comments(db, tools.settings, file, mapping, report, NOW, silent)
