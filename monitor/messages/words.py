"""Small words that a reply is put together from."""

from __future__ import annotations

from monitor.records import Issue


def greeting(*, casual: bool) -> str:
    """How a comment's writer is addressed."""
    return "Kak," if casual else "Bapak/Ibu,"


def style(*, casual: bool) -> str:
    """How the office writes to them, for whoever words the reply."""
    return "santai tetapi sopan" if casual else "baku dan sopan"


def issue_words(issue: Issue) -> str:
    """An issue inside a sentence."""
    return issue.name[:1].lower() + issue.name[1:] if issue.name[1:2].islower() else issue.name


def place_words(place: str | None) -> str:
    """``\\ di Sampit`` with its leading space, or nothing."""
    return f" di {place.split(' / ')[-1]}" if place else ""
