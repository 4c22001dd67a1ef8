"""A theme that may become an issue, as trainers see it: the message, its menus, short answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from monitor.messages.base import MONTHS, Button, Message, clip, escape
from monitor.records import Issue, Opd
from monitor.records.new_issue import NewIssue, NewIssueState

MAKE, MERGE, IGNORE = "Jadikan isu", "Masuk ke isu …", "Abaikan"
HINT: Final = "Nama isu baru"
CHOOSE_OPD: Final = "Silakan pilih OPD di pesan di bawah."
IGNORED: Final = "Diabaikan. Tema ini tidak ditawarkan lagi."
BAD_NAME: Final = (
    "Tulis nama isu dalam 3 sampai 60 huruf, misalnya: Hewan liar. Boleh dengan kunci di depan: "
    "hewan_liar: Hewan liar."
)
WHY: Final = "isu baru dari kumpulan komentar"
_TERMS: Final = 8
_KEYWORDS: Final = 10


@dataclass(frozen=True, slots=True)
class NewIssueView:
    """A theme with the masked words of those examples that still stand.

    ``became``: the issue it went to. ``topic_at``: when the same words were a new topic.
    """

    found: NewIssue
    examples: Sequence[str]
    became: str | None = None
    topic_at: datetime | None = None


def theme_name(view: NewIssueView) -> str:
    """``anjing liar · rabies``."""
    return " · ".join(clip(word, 40) for word in view.found.name)


def theme_counted(view: NewIssueView, zone: ZoneInfo) -> str:
    """``64 komentar dari 51 akun sejak 3 Mar, belum masuk isu mana pun.``"""
    first = view.found.first_at.astimezone(zone)
    return (
        f"{len(view.found.comments)} komentar dari {view.found.accounts} akun sejak "
        f"{first.day} {MONTHS[first.month - 1]}, tidak cocok dengan isu mana pun."
    )


def theme_topic(view: NewIssueView, zone: ZoneInfo) -> str:
    """That its words were once a sudden topic, or nothing."""
    if view.topic_at is None:
        return ""
    at = view.topic_at.astimezone(zone)
    return f"Pernah muncul sebagai topik baru pada {at.day} {MONTHS[at.month - 1]}."


def theme_decided(view: NewIssueView) -> str:
    """What was decided and by whom; nothing while it waits."""
    by = f" oleh {clip(view.found.decided_by or '', 60)}"
    name = view.became or view.found.issue_name or ""
    said = {
        NewIssueState.OFFERED: "",
        NewIssueState.MAKING: f"Sedang dijadikan isu “{name}”{by}.",
        NewIssueState.MADE: f"Dijadikan isu “{name}”{by}. {untaught()}",
        NewIssueState.MERGED: f"Dimasukkan ke isu “{name}”{by}. {untaught()}",
        NewIssueState.IGNORED: f"Diabaikan{by}.",
    }
    return said[view.found.state]


def untaught() -> str:
    """That the serving model does not know it yet."""
    return "Mesin baru mengenalinya setelah dilatih ulang (siaga train)."


def new_issue(view: NewIssueView, zone: ZoneInfo) -> Message:
    """The message to the trainers, with buttons while it waits for a decision."""
    terms = ", ".join(words for _, words in view.found.terms[:_TERMS])
    examples = [
        f"{i}. <i>{escape(clip(words, 140))}</i>" for i, words in enumerate(view.examples, 1)
    ]
    lines = [
        f"🗂 <b>Isu baru? {escape(theme_name(view))}</b>",
        theme_counted(view, zone),
        f"Kata: {escape(terms)}",
        theme_topic(view, zone),
        *(["Contoh:", *examples] if examples else []),
        escape(theme_decided(view)),
    ]
    waits = view.found.state is NewIssueState.OFFERED
    if waits:
        lines.append("Isu tetap berlaku lama dan dilatih ke mesin; topik hanya kabar sesaat.")
    return Message("\n".join(filter(None, lines)), _buttons(view.found) if waits else ())


def _buttons(found: NewIssue) -> tuple[tuple[Button, ...], ...]:
    return (
        (Button(MAKE, f"bj:{found.id}"), Button(MERGE, f"bm:{found.id}")),
        (Button(IGNORE, f"bg:{found.id}"),),
    )


def name_question(view: NewIssueView) -> Message:
    """What the issue shall be called."""
    return Message(
        f"Apa nama isu untuk <b>{escape(theme_name(view))}</b>? Balas dengan namanya, misalnya: "
        "Hewan liar."
    )


def opd_menu(found: NewIssue, opds: Iterable[Opd]) -> Message:
    """Whose business it is."""
    buttons = [Button(clip(one.short, 40), f"bo:{found.id}:{one.key}") for one in opds]
    rows = tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))
    head = f"<b>{escape(found.issue_name or '')}</b> (kunci: {escape(found.issue or '')})"
    return Message(f"{head}\nOPD mana yang berwenang?", rows)


def issue_menu(view: NewIssueView, issues: Mapping[str, Issue]) -> Message:
    """Into which issue its comments go."""
    buttons = [
        Button(clip(one.name, 40), f"bi:{view.found.id}:{one.key}") for one in issues.values()
    ]
    rows = tuple(tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2))
    count = len(view.found.comments)
    return Message(
        f"<b>{escape(theme_name(view))}</b>\n{count} komentar diberi label isu yang Anda pilih:",
        rows,
    )


def key_taken(key: str) -> str:
    """The key is that of another issue."""
    return f"Kunci {clip(key, 40)} sudah dipakai isu lain. Pilih nama atau kunci lain."


def made(name: str, labelled: int) -> str:
    """The answer to a decision that holds."""
    return f"Isu “{clip(name, 60)}”: {labelled} komentar dilabeli. {untaught()}"


def content_of(found: NewIssue) -> str:
    """What the issue holds, for the file of issues."""
    return ", ".join(words for _, words in found.terms[:_TERMS])


def keywords_of(found: NewIssue) -> Mapping[str, float]:
    """Stems for the file of keywords with weights: pairs say more than single words."""
    return {key: 0.7 if " " in key else 0.5 for key, _ in found.terms[:_KEYWORDS]}
