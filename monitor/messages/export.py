"""What an export says of itself: its columns, and the page that lies beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

COMMENTS: Final = "comments.csv"
LABELS: Final = "labels.csv"
INCIDENTS: Final = "incidents.csv"
REPLIES: Final = "replies.csv"
HOURLY: Final = "hourly.csv"
README: Final = "README.txt"
ABOUT: Final = "about.json"

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    COMMENTS: {
        "id": 'nomor komentar di Siaga, diawali "k"',
        "source": "akun yang dipantau",
        "platform": "situs asalnya",
        "kind": "jenis: comment, reply, mention, post, review, message, article, complaint",
        "own": "ya bila tulisan kantor sendiri; tidak dinilai mesin",
        "created_at": "kapan ditulis",
        "post": "nama samaran kiriman tempat komentar itu berada",
        "post_title": "judul kiriman itu",
        "author": "nama samaran penulis; sama hanya di dalam ekspor ini",
        "visibility": "public, held (menunggu moderasi), hidden, spam, trashed, atau unknown",
        "text": "isi komentar",
        "sentiment": "jawaban mesin: negatif, netral, positif",
        "p_negatif": "peluang negatif, 0 sampai 1",
        "p_netral": "peluang netral",
        "p_positif": "peluang positif",
        "issue": "jawaban mesin: kunci isu di data/taxonomy.toml",
        "issue_p": "peluang isu itu",
        "intent": "jawaban mesin: maksud penulis",
        "urgent": "ya bila menyangkut bahaya bagi orang",
        "language": "bahasa: id, bjn, nij, jv, su, en, mixed",
        "place": "tempat yang disebut",
        "spam": "kosong, atau jenis iklannya",
        "flags": "kata kasar, ancaman, SARA, dan sejenisnya",
        "ask_human": "ya bila mesin kurang yakin dan minta dicek",
        "copy_of": "komentar pertama yang isinya (hampir) sama",
        "model": "versi model yang menjawab",
        "label_sentiment": "sentimen menurut orang, bila pernah diberi label",
        "label_issue": "isu menurut orang, bila pernah diberi label",
    },
    LABELS: {
        "text": "isi komentar",
        "sentiment": "sentimen menurut orang",
        "issue": "isu menurut orang; kosong bila tidak diberi label",
        "language": "bahasa menurut mesin",
        "platform": "situs asalnya",
    },
    INCIDENTS: {
        "id": 'nomor insiden, diawali "i"',
        "topic": "kunci isu, atau salinan:nomor bagi gelombang salinan",
        "level": "tingkat terakhir: normal, waspada, siaga, awas",
        "peak": "tingkat tertinggi",
        "state": "keadaan terakhir",
        "onset_at": "kapan kenaikannya bermula",
        "opened_at": "kapan peringatan dibuka",
        "acknowledged_at": "kapan pertama kali ditangani orang",
        "minutes_to_acknowledge": "menit dari dibuka sampai ditangani",
        "closed_at": "kapan ditutup; kosong bila masih terbuka",
        "observed": "komentar negatif pada jendela yang dinilai",
        "expected": "yang biasa pada jendela itu",
        "hours": "panjang jendela itu, dalam jam",
        "score": "seberapa tidak biasa, 0 ke atas",
        "peak_score": "skor tertinggi",
        "escalated": "berapa kali dinaikkan di rantai panggilan",
        "parent": "insiden lebih besar yang mencakupnya",
        "opd": "OPD yang dituju; kosong berarti menurut peta isu",
        "drafts": "berapa saran balasan yang dibuat",
    },
    REPLIES: {
        "id": 'nomor saran balasan, diawali "d"',
        "comment": "komentar yang dibalas",
        "incident": "insidennya, bila ada",
        "source": "akun tempat komentar itu",
        "platform": "situs asalnya",
        "issue": "kunci isu komentar itu",
        "origin": "asal saran: templat, jawaban lama, dan sebagainya",
        "state": "proposed, approved, rejected, posting, posted, unsure, failed, stale, to_copy",
        "proposed_at": "kapan disarankan",
        "decided_at": "kapan diputuskan",
        "minutes_to_decide": "menit dari disarankan sampai diputuskan",
        "versions": "berapa kali susunan katanya diganti orang",
        "edited": "ya bila teks akhirnya lain dari sarannya",
        "posted_at": "kapan terkirim",
        "outcome": "keadaan balasan di situsnya",
        "text": "teks terakhirnya",
    },
    HOURLY: {
        "hour": "awal jamnya",
        "topic": "kunci isu",
        "source": "akun yang dipantau",
        "negatives": "komentar negatif yang dihitung",
        "comments": "semua komentar yang dihitung",
    },
}

_ABOUT_FILES: Final = {
    COMMENTS: "semua komentar, jawaban mesin, dan label orang",
    LABELS: "hanya yang sentimennya diberi label orang; siap dibaca siaga evaluate --data",
    INCIDENTS: "insiden yang dibuka",
    REPLIES: "saran balasan dan nasibnya",
    HOURLY: "hitungan per jam: inilah yang dinilai saat mencari lonjakan",
}
_MASKED = """\
Nomor identitas, telepon, alamat, nama, dan data pribadi lain yang dikenali mesin diganti tanda
seperti [telepon] atau [nama]; akun menjadi @user, tautan menjadi http://tautan. Mesin tidak selalu
mengenali semuanya, misalnya nama yang ditulis tanpa "Pak" atau "Bu", dan kadang menyamarkan kata
biasa. Periksa sebelum dibagikan ke luar kantor."""
_RAW = """\
PERHATIAN: ISI KOMENTAR TIDAK DISAMARKAN. Ekspor ini memuat data pribadi warga (nomor, nama,
alamat) seperti ditulis aslinya. Jangan dibagikan; hapus setelah dipakai (UU 27/2022)."""
_PSEUDONYM = """\
Penulis diberi nama samaran acak. Nama yang sama berarti penulis yang sama di dalam ekspor ini;
ekspor berikutnya memakai nama lain, jadi dua ekspor tidak dapat disambungkan."""
_NONE = "Penulis tidak dicantumkan."
_REST = """\
Yang tidak ikut: komentar yang sudah dihapus penulisnya atau sudah dihapus karena terlalu lama,
nama akun dan tautan komentar, nama pegawai, dan kunci rahasia.

Membukanya di Excel: pilih Data, lalu From Text/CSV, lalu File origin UTF-8 dan Delimiter Comma.
Angka pecahan memakai titik. Teks yang diawali = + - @ diberi tanda petik tunggal (') di depannya,
supaya Excel tidak menjalankannya sebagai rumus. Kosong berarti tidak ada atau tidak diketahui.
Waktu ditulis lengkap dengan selisihnya dari UTC, misalnya 2026-03-10T12:00:00+07:00."""


def page(files: Mapping[str, int], about: str, *, raw: bool, authors: bool) -> str:
    """The page beside the files; ``files`` with their rows, ``about`` their period."""
    parts = [
        f"EKSPOR SIAGA\n{about}",
        _RAW if raw else _MASKED,
        _PSEUDONYM if authors else _NONE,
        _REST,
        *(_file(name, rows) for name, rows in files.items()),
        f"{ABOUT}\n  versi Siaga, model, masa, dan jumlah baris, untuk program lain",
    ]
    return "\n\n".join(parts) + "\n"


def period(since: str | None, until: str | None) -> str:
    """The days that an export covers, in words."""
    match since, until:
        case None, None:
            return "Seluruh masa yang tersimpan."
        case None, _:
            return f"Sampai dan termasuk {until}."
        case _, None:
            return f"Sejak {since}."
    return f"Sejak {since} sampai dan termasuk {until}."


def _file(name: str, rows: int) -> str:
    width = max(map(len, COLUMNS[name]))
    lines = [f"  {column:<{width}}  {meaning}" for column, meaning in COLUMNS[name].items()]
    return "\n".join([f"{name}: {_ABOUT_FILES[name]} ({rows} baris)", *lines])
