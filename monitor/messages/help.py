"""How Siaga is used, for one person: only what their roles may do, on two screens at most."""

from __future__ import annotations

from collections.abc import Sequence, Set

from monitor.messages.base import Message, roles_named
from monitor.records import Role

_EVERYBODY = frozenset(Role)
_DUTY = frozenset({Role.HUMAS, Role.ADMIN})
_ADMIN = frozenset({Role.ADMIN})
_LABEL = frozenset({Role.HUMAS, Role.ADMIN, Role.TRAINER})

# Who may do it, and what it is, in the order that people need it.
_COMMANDS: Sequence[tuple[frozenset[Role], str, str]] = (
    (_EVERYBODY, "/status", "keadaan sekarang: isu yang naik, yang menangani, yang menunggu"),
    (_EVERYBODY, "/isu", "isu 24 jam terakhir; <code>/isu banjir</code> rincian dan grafiknya"),
    (_EVERYBODY, "/tanya", "tanya bebas, misalnya <code>/tanya obat di Sampit minggu ini</code>"),
    (_EVERYBODY, "/jaga", "siapa petugas jaga, dan lapor bila berhalangan"),
    (_EVERYBODY, "/narasi", "narasi resmi yang berlaku"),
    (_DUTY, "/titip", "titipkan pesan warga, atau teruskan saja pesannya ke obrolan pribadi ini"),
    (_LABEL, "/latih", "latih mesin: beri label komentar, dua ketukan saja"),
    (_EVERYBODY, "/kepekaan", "berapa peringatan sehari"),
    (_EVERYBODY, "/serahterima", "serahkan tugas kepada pengganti"),
    (_ADMIN, "/undang", "undang rekan baru"),
    (_ADMIN, "/orang", "siapa yang terdaftar"),
    (_EVERYBODY, "/saya", "nomor Telegram dan peran Anda"),
)
_BUTTONS: Sequence[tuple[frozenset[Role], str]] = (
    (_DUTY, "<b>Tangani</b> di kartu: Anda yang menangani isu itu."),
    (_DUTY, "<b>Senyapkan</b> bila sedang ditangani; kartu berbunyi lagi bila levelnya naik."),
    (_DUTY, "<b>Saran balasan</b> menampilkan usulan balasan; admin yang menyetujui."),
    (
        _DUTY,
        "<b>Lainnya…</b> menyerahkan, memanggil atasan, bertanya ke OPD, meneruskan ke "
        "LAPOR!/PPID.",
    ),
    (_ADMIN, "<b>Setujui</b>, <b>Ubah</b> atau <b>Tolak</b> di setiap saran balasan."),
    (_ADMIN, "<b>Bukan krisis</b> menutup kartu; bila berulang, ambang isu itu naik."),
    (
        frozenset({Role.HUMAS, Role.ADMIN, Role.TRAINER}),
        "<b>Salah label</b> memperbaiki bacaan mesin.",
    ),
    (
        frozenset({Role.OPD}),
        "Pertanyaan untuk OPD Anda datang ke grup OPD: tekan <b>Jawab</b>, lalu balas pesan bot.",
    ),
    (
        frozenset({Role.PIMPINAN}),
        "Ringkasan pagi dan sore datang ke obrolan pribadi; isu berat dikabarkan langsung.",
    ),
)


def help_for(roles: Set[Role]) -> Message:
    """What somebody with these roles can do."""
    buttons = [text for may, text in _BUTTONS if may & roles]
    commands = [f"{name} {text}" for may, name, text in _COMMANDS if may & roles]
    listed = roles_named(roles) or "belum ada"
    lines = [
        "<b>Siaga</b> membaca komentar warga dan memberi tahu bila sebuah isu naik.",
        f"Peran Anda: {listed}.",
        *([""] if buttons else []),
        *(f"• {text}" for text in buttons),
        *([""] if commands else []),
        *commands,
    ]
    return Message("\n".join(lines))
