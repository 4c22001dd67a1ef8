"""One sentence that says why an incident opened, and what would have made it one level higher."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.messages.base import LEVEL_NAMES, number, percent
from monitor.records import Level, Reading

_ONE = 0.95
_HARDLY = 1.05
_OFTEN = 1.5  # months
_YEAR = 12
_YEARS = 3


def counted(reading: Reading) -> str:
    """``42 komentar negatif dalam 3 jam, biasanya 9 (4-17)``."""
    usual = f"{usually(reading.expected)} ({reading.low}–{reading.upper})"
    if not reading.upper:
        usual = "biasanya tidak ada"
    return f"{reading.observed} komentar negatif dalam {reading.hours} jam, {usual}"


def usually(expected: float) -> str:
    """``biasanya 9``; below one in words, since nobody writes half a comment."""
    return "biasanya kurang dari 1" if expected < _ONE else f"biasanya {number(round(expected))}"


def shares(reading: Reading) -> str | None:
    """``porsi negatif 61 %, biasanya 24 %``, or None where nothing was counted."""
    if reading.share is None or reading.usual_share is None:
        return None
    return f"porsi negatif {percent(reading.share)}, biasanya {percent(reading.usual_share)}"


def why(reading: Reading, issue_name: str, sources: Sequence[str] = ()) -> str:
    """The sentence of an event: issue, count against normal, share, where."""
    parts = [f"Isu {issue_name}: {counted(reading)}", shares(reading)]
    if sources:
        parts.append(f"terutama di {sources[0]}")
    if reading.young:
        parts.append("baru dipantau, patokan belum mantap")
    return "; ".join(part for part in parts if part) + "."


def rarity(months: float) -> str:
    """``wajarnya sekali dalam 4 bulan``: how often chance alone does that."""
    if months < _ONE:
        return "wajarnya beberapa kali sebulan"
    if months < _OFTEN:
        return "wajarnya sekitar sebulan sekali"
    if months >= _YEARS * 12:
        return f"wajarnya kurang dari sekali dalam {_YEARS} tahun"
    if months >= _YEAR:
        return f"wajarnya sekali dalam {number(round(months / 12, 1))} tahun"
    return f"wajarnya sekali dalam {number(round(months))} bulan"


def why_not_higher(step: tuple[Level, float, int] | None, reading: Reading) -> str | None:
    """What the next level still needs, in words; None at the highest."""
    if step is None:
        return None
    level, score, negatives = step
    name = LEVEL_NAMES[level]
    if reading.score >= score:
        return f"{name} bila mencapai {negatives} komentar negatif"
    times = score / max(reading.score, 0.01)
    stronger = "sedikit" if times < _HARDLY else f"{number(times)} kali"
    return f"{name} bila lonjakan {stronger} lebih kuat"


CALMED = "Kembali di bawah ambang; ditutup otomatis."
FORGOTTEN = "Belum ada yang menangani."
WOKEN = "Masa senyap berakhir."


def neglected(hours: float) -> str:
    """Why an incident that somebody took is open again."""
    return f"Sudah {number(hours)} jam tanpa perkembangan."


def muted(parent: str, number: int) -> str:
    """Why an incident makes no noise of its own: it is part of a larger one."""
    return f"Bagian dari #{number} {parent}: ramai di kiriman yang sama."


def unmuted(number: int, *, ended: bool) -> str:
    """Why it does again."""
    return f"#{number} sudah selesai." if ended else f"Sudah lebih besar dari #{number}."


def lesson(times: float, dismissed: int) -> str:
    """Why an issue is told later than its thresholds say: people's own verdicts."""
    return f"ambang isu ini dinaikkan {percent(times - 1)}: {dismissed} kali dinilai bukan krisis"


def merged(parent: str, number: int) -> str:
    """Why a card ended although people still write: it is part of another one."""
    return f"Digabung ke #{number} {parent}: ramai di kiriman yang sama."


def raised(reading: Reading, issue_name: str) -> str:
    """The sentence of a rising level."""
    return f"Naik ke {LEVEL_NAMES[reading.level]}. {why(reading, issue_name)}"


def series_reason(count: float, hours: float, expected: float, *, observed: bool) -> str:
    """Why a row of a plain series has its score."""
    if not observed:
        return "tidak terpantau"
    length = f"{number(hours)} jam" if hours >= 1 else f"{round(hours * 60)} menit"
    return f"{number(count)} dalam {length}, {usually(expected)}"
