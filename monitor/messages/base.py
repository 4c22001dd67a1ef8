"""What a message is, and the small rules that every sentence follows."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from monitor.records import IncidentState, Level, Role

TEXT_LIMIT = 4096  # Telegram: characters of a message after entities
CAPTION_LIMIT = 1024  # the same for the caption of a picture
TOAST_LIMIT = 200  # the answer to a press
DATA_LIMIT = 64  # bytes that a button carries

_ZONES = {7: "WIB", 8: "WITA", 9: "WIT"}
_TAG = re.compile(r"<[^>]+>")

LEVEL_NAMES = {
    Level.NORMAL: "Normal",
    Level.WASPADA: "Waspada",
    Level.SIAGA: "Siaga",
    Level.AWAS: "Awas",
}
LEVEL_MARKS = {Level.NORMAL: "🟢", Level.WASPADA: "🟡", Level.SIAGA: "🟠", Level.AWAS: "🔴"}
ROLE_NAMES: Final[Mapping[Role, str]] = {
    Role.ADMIN: "Admin",
    Role.HUMAS: "Humas",
    Role.PIMPINAN: "Pimpinan",
    Role.OPD: "Kontak OPD",
    Role.TRAINER: "Pelatih",
}
STATE_NAMES = {
    IncidentState.OPEN: "Belum ada yang menangani",
    IncidentState.ACKNOWLEDGED: "Ditangani",
    IncidentState.SILENCED: "Disenyapkan",
    IncidentState.RESOLVED: "Selesai",
    IncidentState.DISMISSED: "Bukan krisis",
}


@dataclass(frozen=True, slots=True)
class Button:
    """A button: what people read and the action it carries (at most 64 bytes)."""

    label: str
    data: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message in Telegram's HTML, with rows of buttons and perhaps a picture (PNG)."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    photo: bytes | None = None

    @property
    def fingerprint(self) -> str:
        """Changes whenever people would see something else."""
        seen = repr((self.text, self.buttons)).encode() + (self.photo or b"")
        return hashlib.blake2b(seen, digest_size=12).hexdigest()

    @property
    def plain(self) -> str:
        """The words without markup, for a console."""
        return html.unescape(_TAG.sub("", self.text))


def escape(text: str) -> str:
    """Make any words safe inside Telegram's HTML."""
    return html.escape(text, quote=False)


def visible_length(text: str) -> int:
    """Length as Telegram counts it: UTF-16 units after entities are parsed."""
    return len(html.unescape(_TAG.sub("", text)).encode("utf-16-le")) // 2


def clip(text: str, most: int) -> str:
    """One line of at most ``most`` UTF-16 units, cut at a word with an ellipsis."""
    line = " ".join(text.split())
    if visible_units(line) <= most:
        return line
    while line and visible_units(line) > most - 1:
        line = line[: min(len(line) - 1, most - 1)]
    whole, _, _ = line.rpartition(" ")
    return (whole if len(whole) > most // 2 else line).rstrip(" ,.;:") + "…"


def head(text: str, most: int) -> str:
    """The first ``most`` UTF-16 units of plain words, line breaks and all; no letter is halved."""
    return text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore")


def visible_units(text: str) -> int:
    """UTF-16 units of plain words."""
    return len(text.encode("utf-16-le")) // 2


def listed(names: Iterable[tuple[str, int]], most: int = 3) -> str:
    """``Sampit (12), Kapuas (3)``: the first few of a ranked list."""
    return ", ".join(f"{escape(clip(name, 30))} ({count})" for name, count in list(names)[:most])


def clock(at: datetime, zone: ZoneInfo, now: datetime | None = None) -> str:
    """``13.20 WIB``, with the day in front when it is not today's."""
    local = at.astimezone(zone)
    offset = local.utcoffset()
    hours = round(offset.total_seconds() / 3600) if offset else 0
    text = f"{local:%H.%M} {_ZONES.get(hours, f'UTC{hours:+d}')}"
    today = now is None or now.astimezone(zone).date() == local.date()
    return text if today else f"{local.day} {MONTHS[local.month - 1]} {text}"


def roles_named(roles: Set[Role]) -> str:
    """``Admin, Humas``, in the order of the register; empty without any."""
    return ", ".join(name for role, name in ROLE_NAMES.items() if role in roles)


MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")


def number(value: float) -> str:
    """``1.234`` or ``3,5``: thousands with a point, one decimal with a comma below ten."""
    if value >= 10 or float(value).is_integer():
        return f"{value:,.0f}".replace(",", ".")
    return f"{value:.1f}".replace(".", ",")


def percent(share: float) -> str:
    """``61 %``."""
    return f"{share * 100:.0f} %"
