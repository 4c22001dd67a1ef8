"""How many alerts a day people want: what stands now, in plain words, and the buttons."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.messages.base import Button, Message, clip, escape, number, percent

CHOICES: tuple[int, ...] = (1, 2, 3, 5, 0)
_MOST_TOLD = 8
CHOSEN = "Dicatat. Berlaku mulai sekarang."


def sensitivity(
    most: int,
    times: float,
    alerts: int | None,
    plain: int | None,
    lessons: Sequence[tuple[str, float, int]] = (),
) -> Message:
    """What stands now.

    ``most`` alerts a day (0: any), thresholds ``times`` as high as written, ``alerts`` of the last
    28 days with them and ``plain`` without; None where nothing was reckoned yet. Without a budget
    ``plain`` is what came in 28 days. ``lessons``: the
    issues whose thresholds people's verdicts raised, so many times, after so many dismissals.
    """
    lines = [_now(most)]
    if most and times > 1:
        lines.append(
            f"Agar terjaga, ambang Waspada dan Siaga dinaikkan {percent(times - 1)}, paling jauh "
            "sampai ambang Awas. Awas tidak diubah: yang terberat selalu diberitahukan."
        )
    if most and alerts is not None and plain is not None:
        lines.append(
            f"28 hari terakhir: {number(alerts)} peringatan dengan setelan ini, "
            f"{number(plain)} tanpa batas."
        )
    if not most and plain is not None:
        lines.append(
            f"28 hari terakhir: {number(plain)} peringatan isu muncul. Begitu sebuah batas "
            "dipilih, jumlahnya dengan dan tanpa batas itu dihitung dan ditampilkan di sini."
        )
    if lessons:
        lines.append(escape(taught(lessons)))
    lines.append("Makin sedikit peringatan, makin banyak isu yang terlambat diketahui.")
    return Message("\n".join(lines), (tuple(_button(one, most) for one in CHOICES),))


def taught(lessons: Sequence[tuple[str, float, int]]) -> str:
    """Which issues are told later since people said "bukan krisis"; plain words."""
    told = "; ".join(
        f"{clip(name, 40)} {percent(times - 1)} ({dismissed} kali)"
        for name, times, dismissed in lessons[:_MOST_TOLD]
    )
    rest = len(lessons) - _MOST_TOLD
    more = f"; dan {rest} isu lain" if rest > 0 else ""
    return f"Ambang Waspada dan Siaga naik karena dinilai bukan krisis: {told}{more}."


def _now(most: int) -> str:
    if not most:
        return "<b>Peringatan baru: tanpa batas.</b>"
    return f"<b>Peringatan baru: paling banyak {most} sehari.</b>"


def _button(one: int, most: int) -> Button:
    name = f"{one} sehari" if one else "Tanpa batas"
    return Button(f"✓ {name}" if one == most else name, f"kp:{one}")
