"""What each platform gives, and where an admin finds each key: for ``siaga sources add``.

A platform or a key without words of its own gets those that fit any; a new platform needs none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# platform -> its name, and what is read there
_PLATFORMS: Final[Mapping[str, tuple[str, str]]] = {
    "wordpress": ("Situs WordPress", "komentar di situs"),
    "feed": ("Umpan RSS/Atom", "berita dan komentar yang terbit di umpan"),
    "youtube": ("YouTube", "komentar di kanal kantor, dan video yang menyebut kata tertentu"),
    "facebook": ("Halaman Facebook", "komentar di bawah kiriman Halaman kantor"),
    "instagram": ("Instagram profesional", "komentar di bawah kiriman akun kantor"),
    "tiktok": ("TikTok Bisnis", "komentar di bawah video akun kantor"),
    "x": ("X (Twitter)", "sebutan akun kantor; perlu paket Enterprise atau izin tertulis dari X"),
    "telegram": ("Grup Telegram warga", "pesan di grup yang dimasuki bot"),
    "google_play": ("Ulasan Google Play", "ulasan aplikasi kantor, sepekan terakhir"),
    "mastodon": ("Mastodon", "sebutan akun kantor dan kiriman dengan tagar tertentu"),
    "bluesky": ("Bluesky", "sebutan, balasan, dan kutipan kepada akun kantor"),
}
_READS = "kiriman warga kepada akun kantor"

# key -> what it is called, and where it is found
_KEYS: Final[Mapping[str, tuple[str, str]]] = {
    "base_url": ("Alamat situs", "Alamat lengkap, diawali https://"),
    "account": (
        "Nomor akun kantor",
        "Nomor atau ID yang dipakai platform untuk akun, halaman, atau kanal kantor.",
    ),
    "user": ("Nama pengguna", "Nama untuk masuk, bukan nama yang tampil."),
    "password": (
        "Kata sandi aplikasi",
        "Buat kata sandi khusus aplikasi di setelan akun; jangan pakai kata sandi utama.",
    ),
    "client_id": (
        "ID aplikasi (client id)",
        "Ada di halaman aplikasi kantor, di situs pengembang platform ini.",
    ),
    "secret": (
        "Rahasia aplikasi (client secret)",
        "Ada di halaman yang sama dengan ID aplikasi.",
    ),
    "token": (
        "Token akses",
        "Dibuat di situs pengembang platform ini, atau di setelan akun kantor.",
    ),
    "refresh_token": (
        "Token penyegar (refresh token)",
        "Didapat dari persetujuan di peramban; boleh juga ditempel bila sudah punya.",
    ),
    "hook_token": (
        "Kata uji webhook",
        "Karang sendiri, lalu ketik kata yang sama di setelan webhook platform.\n"
        "Lewati bila Siaga tidak dapat dijangkau dari internet.",
    ),
    "queries": ("Kata atau tagar yang dicari", "Pisahkan dengan koma."),
    "key_file": ("Berkas kunci", "Letak berkas JSON akun layanan di komputer ini."),
    "i_have_enterprise_or_written_permission": (
        "Punya paket Enterprise atau izin tertulis dari X?",
        "X melarang alatnya dipakai instansi pemerintah tanpa itu; lihat docs/sumber.md.\n"
        "Jawab ya hanya bila surat atau kontraknya ada.",
    ),
}

# Where that of one platform is found.
_OWN: Final[Mapping[tuple[str, str], str]] = {
    ("wordpress", "base_url"): "Alamat beranda situs, misalnya https://berita.contoh.go.id",
    ("wordpress", "user"): (
        "Pengguna berperan Editor, khusus untuk Siaga.\n"
        "Tanpa itu Siaga hanya membaca komentar yang tampil dan tidak dapat membalas."
    ),
    ("wordpress", "password"): (
        "Di wp-admin: Pengguna, Profil, Kata Sandi Aplikasi (situs harus https)."
    ),
    ("feed", "base_url"): "Alamat umpan, misalnya https://media.contoh/feed/",
    ("youtube", "account"): (
        "ID kanal, diawali UC: studio.youtube.com, Setelan, Channel, Setelan lanjutan."
    ),
    ("youtube", "token"): (
        "Kunci API: console.cloud.google.com, aktifkan YouTube Data API v3,\n"
        "lalu APIs & Services, Credentials, Create credentials, API key."
    ),
    ("youtube", "client_id"): (
        "Untuk membalas: Create credentials, OAuth client ID, jenis Desktop app.\n"
        "Layar persetujuan harus In production; bila Testing, izin mati setelah 7 hari."
    ),
    ("youtube", "queries"): "Kata yang dicari di video kanal lain; pisahkan dengan koma.",
    ("facebook", "account"): "ID Halaman: buka Halaman, Tentang, Transparansi Halaman.",
    ("facebook", "token"): (
        "Token Halaman. Paling awet: business.facebook.com, Setelan, Pengguna sistem, Buat token\n"
        "(pages_show_list, pages_read_engagement, pages_read_user_content,"
        " pages_manage_engagement)."
    ),
    ("facebook", "secret"): "developers.facebook.com, aplikasi kantor, Setelan, Dasar.",
    ("instagram", "account"): (
        "Nomor akun Instagram (bukan @nama): business.facebook.com, Setelan, Akun Instagram."
    ),
    ("instagram", "token"): (
        "Token Halaman Facebook yang terhubung dengan akun ini, dengan izin tambahan\n"
        "instagram_basic dan instagram_manage_comments."
    ),
    ("instagram", "secret"): "developers.facebook.com, aplikasi kantor, Setelan, Dasar.",
    ("tiktok", "account"): "ID akun bisnis yang tampil setelah izin diberikan (open_id).",
    ("tiktok", "client_id"): (
        "business-api.tiktok.com, My Apps; minta dulu izin TikTok Accounts lewat formulirnya."
    ),
    ("tiktok", "secret"): "business-api.tiktok.com, My Apps, aplikasi kantor, Secret.",
    ("tiktok", "refresh_token"): (
        "Diberikan sekali saat izin diberikan; caranya di docs/sumber.md. Berlaku setahun."
    ),
    ("x", "account"): "Nomor akun kantor di X (angka, bukan @nama).",
    ("x", "client_id"): "developer.x.com, aplikasi kantor, Keys and tokens, OAuth 2.0 Client ID.",
    ("x", "secret"): "Di halaman yang sama: OAuth 2.0 Client Secret; lewati bila tidak ada.",
    ("x", "hook_token"): (
        "Untuk webhook: API Key Secret (consumer secret) aplikasi, bukan Client Secret.\n"
        "Lewati bila Siaga tidak dapat dijangkau dari internet."
    ),
    ("x", "queries"): (
        "Kata yang dicari di X (7 hari terakhir); pisahkan dengan koma. Tiap hasil berbayar."
    ),
    ("telegram", "account"): (
        "Nomor grup, misalnya -1001234567890: salin tautan pesan di grup (t.me/c/1234567890/5)\n"
        "dan tulis -100 di depan angkanya."
    ),
    ("telegram", "token"): (
        "Buat bot baru lewat @BotFather (/newbot), BUKAN bot petugas. Matikan /setprivacy,\n"
        "lalu masukkan bot ke grup."
    ),
    ("google_play", "account"): "Nama paket aplikasi, misalnya id.go.contoh.layanan",
    ("google_play", "key_file"): (
        "console.cloud.google.com, IAM, Service accounts, Keys, JSON; lalu undang alamat akun itu\n"
        "di Play Console dengan izin membalas ulasan."
    ),
    ("mastodon", "base_url"): "Alamat server akun kantor, misalnya https://mastodon.contoh",
    ("mastodon", "token"): (
        "Di server itu: Preferensi, Pengembangan, Aplikasi baru (izin read dan write:statuses),\n"
        "lalu salin Token akses Anda."
    ),
    ("mastodon", "queries"): "Tagar tanpa #, pisahkan dengan koma.",
    ("bluesky", "user"): "Nama akun, misalnya dinas.contoh.go.id",
    ("bluesky", "password"): "Di Bluesky: Setelan, Privasi dan keamanan, Kata sandi aplikasi.",
}


def platform_title(name: str) -> str:
    """What people call a platform."""
    return _PLATFORMS[name][0] if name in _PLATFORMS else name.replace("_", " ").capitalize()


def platform_reads(name: str) -> str:
    """What is read there."""
    return _PLATFORMS[name][1] if name in _PLATFORMS else _READS


def key_title(key: str) -> str:
    """What people call a key."""
    return _KEYS[key][0] if key in _KEYS else key


def key_help(platform: str, key: str) -> str:
    """Where it is found, in one or two lines."""
    return _OWN.get((platform, key)) or (_KEYS[key][1] if key in _KEYS else "")
