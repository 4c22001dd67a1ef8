"""Short answers to presses and commands, menus, and news for the operator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.messages.base import (
    LEVEL_MARKS,
    LEVEL_NAMES,
    ROLE_NAMES,
    Button,
    Message,
    clip,
    clock,
    escape,
    roles_named,
)
from monitor.records import Incident, Issue, Role, Sentiment

SILENCES: tuple[tuple[str, timedelta], ...] = (
    ("1 jam", timedelta(hours=1)),
    ("4 jam", timedelta(hours=4)),
    ("12 jam", timedelta(hours=12)),
)
SILENCE_REASONS: Mapping[str, str] = {
    "t": "sedang ditangani",
    "o": "menunggu OPD",
    "b": "bukan kewenangan kami",
}
SENTIMENT_NAMES = {
    Sentiment.NEGATIF: "Negatif",
    Sentiment.NETRAL: "Netral",
    Sentiment.POSITIF: "Positif",
}

NOT_REGISTERED = "Maaf, Anda belum terdaftar. Hubungi admin Siaga."
STALE_BUTTON = "Tombol ini sudah tidak berlaku."
GONE = "Data ini tidak ditemukan lagi."
TAKEN = "Anda menangani isu ini."
RESOLVED = "Isu ditandai selesai."
DISMISSED = "Dicatat: bukan krisis."
APPROVED = "Disetujui. Balasan segera dikirim."
APPROVED_TO_COPY = "Disetujui. Silakan salin balasannya dan kirim sendiri."
REJECTED = "Saran ditolak."
EDITED = "Kalimat diganti, belum dikirim. Silakan setujui bila sudah tepat."
CHOOSE = "Silakan pilih di pesan di bawah."
ANSWER_BELOW = "Silakan balas pesan di bawah."
EDIT_HINT = "Kalimat pengganti"
AGAIN_HINT = "Balasan baru"
NOT_UNDERSTOOD = (
    "Maaf, saya tidak mengerti. Untuk menjawab pertanyaan saya, balas langsung pesannya. "
    "/bantuan berisi semua perintah."
)
BROKEN = "Maaf, ada gangguan. Silakan coba lagi."
NO_DRAFTS = "Belum ada komentar yang bisa dibalas untuk isu ini."
DRAFTS_SENT = "Saran balasan dikirim di bawah."
MARKED_POSTED = "Dicatat sebagai terkirim."
MARKED_UNSENT = "Dicatat sebagai tidak terkirim."
WELCOME = (
    "Siaga memantau komentar warga untuk kantor humas.\n"
    "Anda belum terdaftar. Kirim /saya, lalu berikan nomornya kepada admin Siaga."
)

COMMANDS: tuple[tuple[str, str], ...] = (
    ("status", "Keadaan sekarang"),
    ("isu", "Isu 24 jam terakhir, atau satu isu"),
    ("tanya", "Tanya bebas: isu, tempat, waktu"),
    ("jaga", "Siapa yang bertugas jaga"),
    ("narasi", "Narasi resmi yang berlaku"),
    ("titip", "Titipkan pesan warga"),
    ("latih", "Latih mesin: beri label komentar"),
    ("kepekaan", "Berapa peringatan sehari"),
    ("saya", "Nomor Telegram dan peran Anda"),
    ("serahterima", "Serahkan tugas kepada pengganti"),
    ("undang", "Undang rekan (admin)"),
    ("orang", "Siapa yang terdaftar (admin)"),
    ("bantuan", "Cara memakai Siaga"),
)


def said(text: str) -> Message:
    """A short answer as a message of its own."""
    return Message(escape(text))


def again(why: str) -> str:
    """The answer to words that could not be stored; this message may be answered as well."""
    return f"{why}\nTidak disimpan; silakan balas lagi."


def only(name: str) -> str:
    """The answer to somebody who answers a question that was put to another."""
    return f"Maaf, hanya {clip(name, 60)} yang dapat menjawab pertanyaan ini."


def addressed(name: str, telegram_id: int, question: Message) -> Message:
    """A question with the person it is for on top, so that only this phone opens its keyboard."""
    mention = f'<a href="tg://user?id={telegram_id}">{escape(clip(name, 60))}</a>'
    return Message(f"{mention}\n{question.text}", question.buttons)


def not_allowed(roles: Sequence[Role]) -> str:
    """The answer to a press by somebody without the role."""
    *names, last = (_inside(ROLE_NAMES[role]) for role in roles)
    comma = "," if len(names) > 1 else ""
    either = f"{', '.join(names)}{comma} atau " if names else ""
    return f"Maaf, hanya {either}{last} yang dapat melakukan ini."


def _inside(name: str) -> str:
    """A name inside a sentence."""
    return name[0].lower() + name[1:]


def already(holder: str | None) -> str:
    """The answer to the second of two presses."""
    return f"Sudah diputuskan oleh {clip(holder, 60)}." if holder else "Sudah diputuskan."


def already_held(holder: str | None) -> str:
    """The answer to taking what somebody took."""
    return f"Sudah ditangani oleh {clip(holder, 60)}." if holder else "Sudah ditangani."


def silenced(until: datetime, zone: ZoneInfo, now: datetime) -> str:
    """The answer to a silence."""
    return f"Senyap s.d. {clock(until, zone, now)}, kecuali levelnya naik."


def silence_menu(incident: Incident, issue_name: str) -> Message:
    """Reasons in rows, lengths in columns."""
    rows = tuple(
        tuple(
            Button(f"{length} · {reason}" if i == 0 else length, f"si:{incident.id}:{i}:{code}")
            for i, (length, _) in enumerate(SILENCES)
        )
        for code, reason in SILENCE_REASONS.items()
    )
    head = f"<b>Senyapkan {escape(issue_name)}</b>\nPilih lama dan alasannya:"
    legend = "\n".join(f"Baris {i}: {r}" for i, r in enumerate(SILENCE_REASONS.values(), 1))
    return Message(f"{head}\n{legend}", rows)


def label_menu(
    comment_id: int, comment: str, sentiment: Sentiment, issue: str, issues: Mapping[str, Issue]
) -> Message:
    """All sentiments and issues for one comment; the present ones are marked."""
    tones = tuple(
        Button(("✓ " if tone is sentiment else "") + name, f"ls:{comment_id}:{tone.value}")
        for tone, name in SENTIMENT_NAMES.items()
    )
    names = [
        Button(("✓ " if key == issue else "") + one.name, f"li:{comment_id}:{key}")
        for key, one in issues.items()
    ]
    pairs = tuple(tuple(names[i : i + 2]) for i in range(0, len(names), 2))
    text = (
        f"<b>Label komentar #{comment_id}</b>\n<i>{escape(clip(comment, 600))}</i>\n"
        "Pilih sentimen atau isu yang benar:"
    )
    return Message(text, (tones, *pairs))


def labelled(value_name: str, person: str) -> str:
    """The answer to a correction."""
    return clip(f"Label diperbaiki: {value_name} (oleh {person}). Terima kasih.", 190)


def who(telegram_id: int, name: str | None, roles: Sequence[Role]) -> Message:
    """The answer to /saya: what an admin needs to register somebody."""
    if name is None:
        text = f"Nomor Telegram Anda <code>{telegram_id}</code>. {NOT_REGISTERED}"
        return Message(text)
    listed = roles_named(set(roles)) or "belum ada"
    return Message(f"{escape(name)} · peran: {listed} · <code>{telegram_id}</code>")


def forgotten(issue_name: str, minutes: int, incident: Incident) -> str:
    """A new message for an incident that nobody takes."""
    return (
        f"⏰ {LEVEL_MARKS[incident.level]} <b>{escape(issue_name)}</b> sudah {minutes} menit "
        f"belum ada yang menangani. #{incident.id}"
    )


def woken(issue_name: str, incident: Incident) -> str:
    """A new message for a silence that ended while the issue is still high."""
    return (
        f"{LEVEL_MARKS[incident.level]} Masa senyap <b>{escape(issue_name)}</b> berakhir, "
        f"isu ini masih {LEVEL_NAMES[incident.level]}. #{incident.id}"
    )


def raised(issue_name: str, incident: Incident) -> str:
    """A new message for a level that rose."""
    return (
        f"{LEVEL_MARKS[incident.level]} <b>{escape(issue_name)} naik ke "
        f"{LEVEL_NAMES[incident.level]}</b>. #{incident.id}"
    )


POST_UNSURE = "Belum jelas apakah balasan sampai. Periksa di sumbernya, lalu pilih di bawah."
POST_STALE = "Komentar diubah atau dihapus sejak saran dibuat."
POST_GONE = "Komentar sudah tidak ada."
POST_HIDDEN = "Komentar disembunyikan dari publik."
POST_ANSWERED = "Kantor sudah membalas komentar ini langsung di situsnya."
COPY_ANSWERED = f"⚠️ {POST_ANSWERED} Periksa dahulu sebelum menempel."
POST_KILLED = "Siaga berhenti saat mengirim. Periksa di sumbernya, lalu pilih di bawah."
POST_HELD = "Terkirim, menunggu persetujuan moderator sumbernya."


def restored_unsure(at: str) -> str:
    """Of a reply that was approved when a backup was made at this time."""
    return (
        f"Dipulihkan dari cadangan {at}, jadi mungkin sudah terkirim. Periksa di sumbernya, lalu "
        "pilih di bawah."
    )


def restored_stale(at: str) -> str:
    """Of a suggestion that waited when a backup was made at this time."""
    return f"Dipulihkan dari cadangan {at}, jadi mungkin sudah diputuskan sesudah itu."


def post_failed(error: str) -> str:
    """Why a reply was not sent."""
    return f"Sumber menolak: {clip(error, 200)}"
