"""What followed a reply, in words that claim no more than was counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from monitor.messages.base import percent
from monitor.records.outcomes import Outcome, Tone, ToneChange

_HOUR = timedelta(hours=1)
_CHANGES: Mapping[ToneChange, str] = {
    ToneChange.IMPROVED: "membaik",
    ToneChange.SAME: "belum jelas berubah",
    ToneChange.WORSE: "memburuk",
}
FEW = "komentar belum cukup untuk menilai nadanya"


def draft_line(outcome: Outcome) -> str:
    """``Sesudah 24 jam: penulis menjawab lagi. Negatif 61 % → 38 % (18 → 13 komentar): membaik.``

    Plain words, to be escaped by nobody: they hold numbers only.
    """
    hours = int((outcome.until_at - outcome.posted_at) / _HOUR)
    words = _tone(outcome)
    return f"Sesudah {hours} jam: {_exchange(outcome)}. {words[0].upper()}{words[1:]}."


def _exchange(outcome: Outcome) -> str:
    asker = "penulis menjawab lagi" if outcome.asker else "penulis belum menjawab lagi"
    return f"{asker}, {outcome.others} tanggapan warga lain" if outcome.others else asker


def _tone(outcome: Outcome) -> str:
    before, after = outcome.before, outcome.after
    if outcome.change is ToneChange.FEW:
        return f"{FEW} ({before.comments} → {after.comments})"
    counts = f"({before.comments} → {after.comments} komentar)"
    return f"negatif {_shares(before, after)} {counts}: {_CHANGES[outcome.change]}"


def incident_line(replies: int, before: Tone, after: Tone, change: ToneChange) -> str:
    """``3 balasan; sesudahnya negatif 61 % → 38 % (12 komentar): membaik``."""
    if change is ToneChange.FEW:
        return f"{replies} balasan; {FEW}"
    shares = _shares(before, after)
    return (
        f"{replies} balasan; sesudahnya negatif {shares} ({after.comments} komentar): "
        f"{_CHANGES[change]}"
    )


def together(changes: Sequence[ToneChange]) -> str:
    """``3 balasan terkirim: 1 membaik, 2 belum dapat dinilai``; empty without any."""
    if not changes:
        return ""
    names = {**_CHANGES, ToneChange.FEW: "belum dapat dinilai"}
    counts = Counter(changes)
    parts = ", ".join(f"{counts[one]} {name}" for one, name in names.items() if counts[one])
    return f"{len(changes)} balasan terkirim: {parts}"


def _shares(before: Tone, after: Tone) -> str:
    return f"{percent(before.share)} → {percent(after.share)}"
