"""What an admin does about a source, step by step: a new key, a missing right.

Where each key is found stands in ``sources_keys``, which ``siaga sources renew`` shows too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.messages.base import clip, escape
from monitor.messages.sources_keys import key_help, platform_title

_RIGHTS: Final[Mapping[str, str]] = {
    "wordpress": "Periksa apakah pengguna Siaga di WordPress masih berperan Editor.",
    "youtube": "Periksa apakah akun Google yang dipakai masih mengelola kanalnya.",
    "facebook": (
        "Periksa apakah pembuat token masih punya peran di Halaman, dan aplikasinya masih punya "
        "izin pages_read_engagement dan pages_read_user_content."
    ),
    "instagram": (
        "Periksa apakah akun Instagram masih akun profesional yang terhubung dengan Halaman, dan "
        "aplikasinya masih punya izin instagram_basic dan instagram_manage_comments."
    ),
    "tiktok": "Periksa apakah akses aplikasi kantor ke komentar (comment.list) masih disetujui.",
    "x": "Periksa paket, saldo, dan izin aplikasi kantor di developer.x.com.",
    "telegram": "Periksa apakah bot pembaca masih menjadi anggota grup itu.",
    "google_play": "Periksa di Play Console apakah akun layanan masih boleh melihat ulasan.",
}
_ANY_RIGHT = "Periksa apakah akun yang dipakai Siaga masih boleh membaca komentar di sana."


@dataclass(frozen=True, slots=True)
class About:
    """A source as people know it; ``identity`` is whose account it is.

    ``key``: the secret that it needs, ``key_file`` for a file, "" for none. ``consent``: access is
    given in the browser.
    """

    name: str
    platform: str
    identity: str = ""
    key: str = ""
    consent: bool = False

    @property
    def title(self) -> str:
        """Its name, safe inside HTML."""
        return escape(clip(self.name, 40))

    @property
    def site(self) -> str:
        """The platform as people call it, safe inside HTML."""
        return escape(clip(platform_title(self.platform), 40))


def renewal(about: About) -> list[str]:
    """What to do for a new key, until Siaga works with it."""
    return [*_new_key(about), "Mulai ulang Siaga."]


def _new_key(about: About) -> list[str]:
    where = " ".join(key_help(about.platform, about.key).split())
    command = f"<code>siaga sources renew {about.title}</code>"
    if about.consent:
        owner = f"Siapkan akun pemilik di {about.site}: izinnya diberikan lewat peramban."
        return [owner, f"Di server Siaga, jalankan {command} dan ikuti langkahnya."]
    if about.key == "key_file":
        return [f"Buat berkas kunci baru: {escape(where)}", "Ganti berkas lama di server Siaga."]
    if about.key:
        name = escape(clip(f"SIAGA_SOURCES__{about.name}__{about.key}".upper(), 120))
        return [
            f"Buat kunci baru: {escape(where)}",
            f"Di server Siaga, jalankan {command} dan tempel kuncinya "
            f"(atau isi <code>{name}</code>).",
        ]
    return ["Periksa alamat dan setelan sumber ini di config.toml."]


def rights(about: About) -> list[str]:
    """What to look at when a right is missing."""
    return [
        _RIGHTS.get(about.platform, _ANY_RIGHT),
        "Di server Siaga, jalankan <code>siaga check</code> untuk melihat apa yang masih kurang.",
    ]


def resume(about: About) -> str:
    """How a source is read again."""
    return f"Bila masih berhenti: <code>siaga sources resume {about.title}</code>."


def steps(lines: Sequence[str]) -> list[str]:
    """Numbered lines below their heading."""
    return ["Yang perlu dilakukan admin:", *(f"{i}. {line}" for i, line in enumerate(lines, 1))]
