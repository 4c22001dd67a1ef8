"""What can be done with an incident besides what its card offers: a menu below it."""

from __future__ import annotations

from monitor.messages.base import Button, Message, escape
from monitor.records import Incident

MORE = "Lainnya…"

_ENTRIES: tuple[tuple[tuple[str, str], ...], ...] = (
    (("Serahkan ke rekan", "ho"), ("Panggil atasan", "es")),
    (("Tanya OPD", "qo"), ("Teruskan ke LAPOR!/PPID", "hf")),
)


def more_menu(incident: Incident, issue_name: str) -> Message:
    """The menu of an incident that is not over."""
    rows = tuple(
        tuple(Button(label, f"{action}:{incident.id}") for label, action in row) for row in _ENTRIES
    )
    return Message(f"<b>{escape(issue_name)}</b> #{incident.id}\nSilakan pilih:", rows)
