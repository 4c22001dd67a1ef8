"""The words of the local page: short names, headings, and sentences put together of numbers.

The templates hold no sentence of their own; they take ``WORDS`` and the functions here. Unlike
Telegram's messages nothing is escaped here: the templates escape whatever they are given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.messages import (
    candidate,
    difference,
    draft,
    hiding,
    new_issue,
    new_topic,
    signing,
    wave,
)
from monitor.messages.answers import SENTIMENT_NAMES, SILENCE_REASONS, SILENCES
from monitor.messages.base import LEVEL_NAMES, STATE_NAMES, clock, percent
from monitor.messages.card import CardView, rare  # noqa: F401 - the templates call rare
from monitor.messages.why import counted, shares
from monitor.records import (
    EventKind,
    Incident,
    IncidentState,
    Level,
    Prediction,
    Sentiment,
    SourceStatus,
    wave_first,
)

state_words = draft.state_words
HIDING_REASONS = hiding.REASON_PAIRS
runs = difference.runs
topic_name, topic_counted = new_topic.topic_name, new_topic.topic_counted
theme_name, theme_counted = new_issue.theme_name, new_issue.theme_counted
theme_topic, theme_decided = new_issue.theme_topic, new_issue.theme_decided

WORDS: Mapping[str, str] = {
    "product": "Siaga",
    "exercise": "LATIHAN",
    "skip": "Langsung ke isi",
    "acting": "Bertindak sebagai",
    "home": "Halaman utama",
    "knowledge": "Pengetahuan",
    "back_home": "Kembali ke halaman utama",
    "incidents": "Isu yang sedang naik",
    "no_incidents": "Tidak ada isu di atas biasanya.",
    "drafts": "Saran balasan",
    "no_drafts": "Tidak ada saran balasan yang menunggu.",
    "decided": "Sudah diputuskan",
    "comments": "Komentar terbaru",
    "no_comments": "Belum ada komentar.",
    "sources": "Sumber",
    "no_sources": "Belum ada sumber yang dipantau.",
    "waves": "Gelombang salinan",
    "waves_hint": "Teks yang (hampir) sama dari banyak akun dalam 72 jam. Dihitung sekali saja.",
    "no_waves": "Tidak ada teks yang diulang-ulang.",
    "narratives": "Narasi yang berlaku",
    "no_narratives": "Belum ada narasi yang berlaku. Admin membuatnya di bot: /narasi.",
    "official_page": "laman resmi",
    "topics": "Topik baru",
    "topics_hint": "Kata yang tiba-tiba dipakai banyak akun dan belum termasuk isu mana pun.",
    "no_topics": "Tidak ada topik baru dalam tiga hari terakhir.",
    "models": "Model",
    "models_hint": candidate.HINT,
    "no_models": candidate.NONE_YET,
    "models_details": "Rincian",
    "models_picture": "Grafik beda model baru dengan yang sedang dipakai",
    "models_use": candidate.USE,
    "models_reject": candidate.REJECT,
    "themes": "Isu baru?",
    "themes_hint": "Tema yang berulang berminggu-minggu dan tidak cocok dengan isu mana pun. "
    "Topik baru hanya kabar sesaat; isu tetap berlaku dan dilatih ke mesin.",
    "no_themes": "Tidak ada tema yang menunggu keputusan.",
    "make_issue": new_issue.MAKE,
    "merge_issue": new_issue.MERGE,
    "ignore_issue": new_issue.IGNORE,
    "issue_name": "Nama isu",
    "issue_key": "Kunci (boleh kosong)",
    "drift": "Cara warga menulis",
    "drift_hint": "7 hari terakhir; dalam kurung: 28 hari sebelumnya. Bila berubah, labeli "
    "beberapa komentar lalu latih ulang mesin.",
    "no_drift": "Belum ada hari yang dihitung.",
    "drift_parts": "Per sumber dan bahasa",
    "drift_calm": "Tidak ada perubahan yang berarti.",
    "drift_chart": "Grafik empat angka selama 13 minggu",
    "ended": "Isu yang sudah selesai",
    "no_ended": "Belum ada isu yang selesai.",
    "timeline": "Perjalanan isu",
    "machine": "mesin",
    "take": "Tangani",
    "silence": "Senyapkan",
    "silence_length": "Selama",
    "silence_reason": "Alasan",
    "suggest": "Saran balasan",
    "resolve": "Selesai",
    "dismiss": "Bukan krisis",
    "hand_over": "Serahkan",
    "hand_over_to": "Kepada",
    "reopen": "Buka lagi",
    "details": "Rincian & perjalanan",
    "wrong_label": "Salah label",
    "fix_label": "Perbaiki label",
    "right_sentiment": "Sentimen yang benar",
    "right_issue": "Isu yang benar",
    "save_issue": "Simpan isu",
    "examples": "Contoh komentar",
    "places": "Tempat",
    "companions": "Ikut ramai",
    "from_sources": "Sumber",
    "agency": "OPD",
    "since": "Sejak",
    "updated": "Diperbarui",
    "young": "Isu ini baru dipantau, patokan belum mantap.",
    "unseen": "Tidak terpantau",
    "comment": "Komentar",
    "reply": "Balasan",
    "before_edit": "Perubahan dari saran semula",
    "versions": "Semua kalimat",
    "edited": "sudah diubah",
    "approve": "Setujui",
    "edit": "Ubah",
    "edit_label": "Kalimat balasan",
    "save": "Simpan perubahan",
    "reject": "Tolak",
    "was_posted": "Sudah terkirim",
    "sent_by_hand": "Sudah saya kirim",
    "was_not_posted": "Tidak terkirim",
    "see_comment": "Lihat ↗",
    "hide": hiding.HIDE,
    "hide_reason": "Alasan",
    "hide_kindly": f"{hiding.ANSWER_RATHER} {hiding.UNDOABLE}",
    "hide_sure": hiding.YES_STILL,
    "hide_now": "Sembunyikan",
    "show_again": hiding.SHOW,
    "see_reply": "Lihat balasan ↗",
    "open_target": "Buka komentar untuk menempel balasan ↗",
    "wave_unit": "1 teks",
    "held_back": "Pembaruan bagian ini menunggu sampai formulir ditutup.",
    "offline": "Tidak tersambung ke Siaga. Angka di halaman ini mungkin sudah lama.",
    "no_script": "Tanpa JavaScript halaman ini tidak bergerak sendiri: muat ulang untuk melihat "
    "keadaan terbaru.",
    "chart": "Grafik komentar negatif per jam selama 48 jam",
    "none": "-",
    "learn": "Latih mesin",
    "learn_tone": "1. Bagaimana nadanya?",
    "learn_issue": "2. Tentang apa?",
    "learn_why": "Dipilih karena",
    "learn_machine": "Kata mesin",
    "learn_skip": "Lewati",
    "learn_undo": "Urungkan jawaban terakhir",
    "learn_likeliest": "Perkiraan mesin",
    "learn_all": "Semua isu",
    "learn_keys": "Papan ketik: 1, 2, 3 untuk nada, lalu huruf isunya (atau 4, 5, 6 untuk "
    "perkiraan mesin); S melewati, U membatalkan jawaban terakhir.",
    "learn_conflicts": "Label berbeda",
    "learn_answer": "Jawaban",
    "learn_other": "Jawaban lain",
    "learn_decide": "Putuskan",
    "learn_agreement": "Seberapa sepakat",
    "learn_agreement_hint": "Kappa membandingkan jawaban dua orang untuk komentar yang sama: "
    "0 sama dengan menebak, 1 selalu sama.",
    "learn_no_agreement": "Belum ada komentar yang dilabeli dua orang.",
    "learn_standing": "Antrean",
}

EVENTS: Mapping[EventKind, str] = {
    EventKind.OPENED: "Isu naik",
    EventKind.RAISED: "Level naik",
    EventKind.ACKNOWLEDGED: "Ditangani",
    EventKind.SILENCED: "Disenyapkan",
    EventKind.WOKEN: "Masa senyap berakhir",
    EventKind.RESOLVED: "Selesai",
    EventKind.DISMISSED: "Bukan krisis",
    EventKind.CALMED: "Mereda sendiri",
    EventKind.FORGOTTEN: "Belum ada yang menangani",
    EventKind.NEGLECTED: "Tanpa perkembangan",
    EventKind.MERGED: "Digabung",
    EventKind.MUTED: "Bagian dari isu lain",
    EventKind.UNMUTED: "Tidak lagi bagian isu lain",
    EventKind.HANDED_OVER: "Diserahkan",
    EventKind.ESCALATED: "Atasan dipanggil",
    EventKind.REOPENED: "Dibuka lagi",
    EventKind.ROUTED: "OPD diganti",
    EventKind.ASKED: "OPD ditanya",
    EventKind.ANSWERED: "OPD menjawab",
    EventKind.OVERDUE: "Jawaban OPD terlambat",
    EventKind.WITHDRAWN: "Pertanyaan dibatalkan",
    EventKind.HANDED_OFF: "Disiapkan untuk diteruskan",
    EventKind.TICKETED: "Diteruskan, nomor dicatat",
}
LANGUAGES: Mapping[str, str] = {
    "id": "Indonesia",
    "bjn": "Banjar",
    "nij": "Ngaju",
    "jv": "Jawa",
    "su": "Sunda",
    "en": "Inggris",
    "mixed": "Campuran",
}
FLAGS: Mapping[str, str] = {
    "abuse": "Kasar",
    "threat": "Ancaman",
    "sara": "SARA",
    "self_harm": "Bahaya diri",
    "sarcasm": "Mungkin sindiran",
    "urgent_words": "Kata darurat",
}
SPAM: Mapping[str, str] = {"judi": "judi", "pinjaman": "pinjaman", "promosi": "promosi"}

PROBLEMS: Mapping[int, tuple[str, str]] = {
    400: ("Isian tidak terbaca", "Muat ulang halaman, lalu coba sekali lagi."),
    403: (
        "Halaman ini sudah kedaluwarsa",
        "Muat ulang halaman, lalu tekan tombolnya sekali lagi. Tidak ada yang diubah.",
    ),
    404: ("Tidak ditemukan", "Data atau halaman ini tidak ada."),
    405: ("Cara ini tidak didukung", "Gunakan tombol di halaman utama."),
    413: ("Isian terlalu panjang", "Pendekkan kalimatnya, lalu coba sekali lagi."),
    415: ("Isian tidak terbaca", "Gunakan tombol di halaman utama."),
    421: (
        "Alamat ini tidak dilayani",
        "Buka halaman ini lewat alamat setempat yang ditampilkan Siaga saat dijalankan.",
    ),
    500: ("Terjadi gangguan", "Siaga tetap berjalan. Coba muat ulang halaman ini."),
    503: ("Basis data sedang sibuk", "Coba muat ulang halaman ini sebentar lagi."),
}

# What the page needs to fill its menus: (value, name) pairs, in the order that people read.
SILENCE_LENGTHS: Sequence[tuple[str, str]] = tuple(
    (str(i), name) for i, (name, _) in enumerate(SILENCES)
)
REASONS: Sequence[tuple[str, str]] = tuple(SILENCE_REASONS.items())
SENTIMENTS: Sequence[tuple[str, str]] = tuple(
    (tone.value, name) for tone, name in SENTIMENT_NAMES.items()
)
Chip = tuple[str, str]


def problem(status: int) -> tuple[str, str]:
    """Heading and advice for an HTTP status; any unknown one reads as a fault of ours."""
    return PROBLEMS.get(status, PROBLEMS[500])


def level_name(level: Level) -> str:
    """A live incident that fell back to normal is calming down."""
    return "Mereda" if level is Level.NORMAL else LEVEL_NAMES[level]


def peak(incident: Incident) -> str:
    """``puncak Awas`` where the level was higher once, else nothing."""
    lower = incident.level.rank < incident.peak.rank
    return f"puncak {LEVEL_NAMES[incident.peak]}" if lower else ""


def why_now(incident: Incident) -> str:
    """The sentence of a card: negatives against the usual, and the share where it is known."""
    if wave_first(incident.topic) is not None:
        return incident.reading.reason
    parts = [counted(incident.reading), shares(incident.reading)]
    return "; ".join(part for part in parts if part) + "."


def crowd(view: CardView) -> str:
    """``40 komentar · 31 akun · 6 teks berbeda``."""
    return f"{view.comments} komentar · {view.people} akun · {view.texts} teks berbeda"


def wave_facts(view: CardView) -> list[str]:
    """What the card of a copy-paste wave tells besides; nothing for an issue."""
    if view.wave is None:
        return []
    last = wave.last_copy(view.wave, view.zone, view.now)
    posts = f"Kiriman: {ranked(view.wave.posts)}" if view.wave.posts else ""
    found = [wave.about(view.wave), last, posts, wave.signs(view.wave)]
    return [f"{part[0].upper()}{part[1:]}" for part in found if part]


def urgent(view: CardView) -> str:
    """How many mention danger, or nothing."""
    return f"{view.urgent} menyebut bahaya bagi orang" if view.urgent else ""


def ranked(pairs: Iterable[tuple[str, int]]) -> str:
    """``Sampit (12), Kapuas (3)``."""
    return ", ".join(f"{name.split(' / ')[-1]} ({count})" for name, count in pairs)


def unseen(blind: Iterable[tuple[str, datetime | None]], zone: ZoneInfo, now: datetime) -> str:
    """Blind sources with the instant since which nothing is known of them."""
    return ", ".join(
        f"{name} sejak {clock(since, zone, now)}" if since else f"{name} (belum pernah terbaca)"
        for name, since in blind
    )


def status(incident: Incident, zone: ZoneInfo, now: datetime) -> str:
    """Who holds an incident, until when and why."""
    name = STATE_NAMES[incident.state]
    if incident.state is IncidentState.OPEN:
        return name
    by = f" oleh {incident.holder}" if incident.holder else ""
    until = ""
    if incident.state is IncidentState.SILENCED and incident.silenced_until:
        until = f" s.d. {clock(incident.silenced_until, zone, now)}"
    reason = f" ({incident.state_reason})" if incident.state_reason else ""
    return f"{name}{by}{until}{reason}"


def wave_size(comments: int, people: int) -> str:
    """``40 komentar, 31 akun, 1 teks``."""
    return f"{comments} komentar, {people} akun, {WORDS['wave_unit']}"


def chips(said: Prediction, sentiment: Sentiment, issue_name: str, *, labelled: bool) -> list[Chip]:
    """What is known of a comment, as (look, words) pairs; the surest and gravest first."""
    share = percent(max(said.sentiment_p))
    tone = SENTIMENT_NAMES[sentiment]
    found: list[Chip] = [
        (sentiment.value, tone if labelled else f"{tone} {share}"),
        ("issue", issue_name),
    ]
    if said.urgent:
        found.append(("danger", "Mendesak"))
    if said.spam:
        found.append(("spam", f"Iklan: {SPAM.get(said.spam, said.spam)}"))
    found += [("flag", FLAGS.get(flag, flag)) for flag in said.flags]
    if said.place:
        found.append(("place", said.place.split(" / ")[-1]))
    found.append(("language", LANGUAGES.get(said.language, said.language)))
    if said.copy_of is not None:
        found.append(("spam", "Salinan"))
    if labelled:
        found.append(("human", "Dilabeli orang"))
    elif said.ask_human:
        found.append(("ask", "Perlu dicek"))
    return found


def source_chip(source: SourceStatus, *, blind: bool) -> Chip:
    """How a source is doing, as a (look, words) pair."""
    if source.paused:
        return ("paused", "Berhenti")
    if source.last_success_at is None:
        return ("ask", "Belum pernah terbaca")
    if blind:
        return ("danger", "Tidak terpantau")
    return ("ask", "Ada gangguan") if source.error else ("positif", "Terpantau")


def last_seen(source: SourceStatus, zone: ZoneInfo, now: datetime) -> str:
    """When a source was last read whole."""
    if source.last_success_at is None:
        return ""
    return f"terbaca {clock(source.last_success_at, zone, now)}"


def signatures(view: draft.DraftView) -> str:
    """Who signed a draft that waits and how many more must; empty where one press is enough."""
    return signing.signatures(view.signers, view.needed)


def summary(live: Sequence[Incident], waiting: int, blind: int) -> list[tuple[str, str, str]]:
    """The head of the page: (look, words, the part that it leads to)."""
    worst = max((i.level for i in live), key=lambda level: level.rank, default=Level.NORMAL)
    waves = sum(wave_first(incident.topic) is not None for incident in live)
    counted_live = [(len(live) - waves, "isu naik"), (waves, "gelombang salinan")]
    issues = " · ".join(f"{n} {name}" for n, name in counted_live if n) or "Keadaan normal"
    drafts = f"{waiting} saran menunggu" if waiting else "Tidak ada saran menunggu"
    sources = f"{blind} sumber tidak terpantau" if blind else "Semua sumber terpantau"
    return [
        (f"level-{worst.value}", issues, "incidents"),
        ("waiting" if waiting else "quiet", drafts, "drafts"),
        ("danger" if blind else "quiet", sources, "sources"),
    ]
