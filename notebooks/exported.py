"""The office's own export as the notebooks read it: comments, and what people say of them.

For the notebooks only, beside ``showing``; nothing in ``monitor`` knows it, and it only reads. What
was exported raw is masked here, so no notebook shows a citizen's data.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from showing import note, number, sampled

from monitor.exports.cells import safe
from monitor.messages.export import ABOUT, COMMENTS, LABELS
from monitor.records import Intent, Sentiment
from monitor.text.outward import HANDLE, LINK, outward
from monitor.text.personal import MASKS, OTHER_MASK
from monitor.training.dataset import LANGUAGES, Example, Labelled, labelled, read_csv

VARIABLE = "SIAGA_EKSPOR"
FEW = 30
"""Figures of fewer texts than this say nothing yet."""

MOST = 5000
_YES = "ya"
_MARKS = (HANDLE, LINK, OTHER_MASK, *MASKS.values())


@dataclass(frozen=True)
class Comment:
    """A citizen's comment: its number, where it was written, what is known of it, how sure.

    ``one`` holds what people say where they said something, else what the machine says.
    """

    id: str
    source: str
    one: Example
    answered: tuple[str, str]
    sure: tuple[float, float]
    second: str
    asked: bool
    by_people: bool


@dataclass(frozen=True)
class Office:
    """An export: ``comments`` without the office's own and without spam, and ``labels``."""

    about: Mapping[str, Any]
    comments: Sequence[Comment]
    labels: Sequence[Example]
    total: int

    def examples(self) -> list[Example]:
        """Every comment with a sentiment; the labels where the export holds nothing else."""
        return [one.one for one in self.comments] or [one for one in self.labels if one.sentiment]

    def places(self) -> dict[str, str]:
        """Where each text stands: its number in Siaga."""
        return {comment.one.text: comment.id for comment in self.comments}

    def labelled(self) -> list[Labelled]:
        """The labels as the store gives them."""
        return [
            (one.text, one.sentiment and one.sentiment.value, one.issue, one.platform or "-")
            for one in self.labels
        ]

    def doubtful(self, question: str, most: int) -> list[tuple[Example, str, float]]:
        """What the machine is least sure of and nobody labelled; its second answer where known."""
        at = ("sentiment", "issue").index(question)
        open_ones = [one for one in self.comments if not one.by_people]
        told = sorted(open_ones, key=lambda one: one.sure[at])[:most]
        return [(one.one, "-" if at else one.second, one.sure[at]) for one in told]


def read(wanted: str | Path | None, issues: Collection[str], most: int = MOST) -> Office | None:
    """The export that the trainer names, or SIAGA_EKSPOR; None when neither names one.

    At most about ``most`` comments, evenly from the whole time; always all labels.
    """
    name = wanted or os.environ.get(VARIABLE)
    if not name:
        return None
    folder = Path(name).expanduser()
    if not (folder / LABELS).is_file():
        note(
            f"**Tidak ada ekspor di `{folder}`.** Buatlah dengan `siaga export --out MAP`, lalu "
            "tulis map itu di **Pengaturan**. Sekarang dipakai teks latihan proyek."
        )
        return None
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    raw = about["text"] == "raw"
    issue_only: list[Labelled] = []
    comments = [
        one for one in _comments(folder / COMMENTS, issues, issue_only) if one.one.sentiment
    ]
    labels = [*read_csv(folder / LABELS, issues, "label"), *labelled(issue_only, issues)]
    office = Office(
        about,
        [replace(one, one=_hidden(one.one, raw)) for one in sampled(comments, most)],
        [_hidden(one, raw) for one in labels],
        len(comments),
    )
    _tell(office)
    return office


def as_written(text: str) -> bool:
    """Whether nothing in an exported text stands for something else."""
    return not any(mark in text for mark in _MARKS)


def few(texts: int, what: str) -> bool:
    """Whether so many texts say nothing yet; tells so, kindly."""
    if texts >= FEW:
        return False
    note(
        f"**Baru {number(texts)} {what}**, jadi angka di bawah ini belum berarti apa-apa; satu "
        f"teks saja sudah mengubahnya. Mulai {FEW} angkanya dapat dibaca, mulai 300 dapat "
        "dipercaya. Cara menambah label: `/latih` atau **Salah label** di bot."
    )
    return True


def _tell(office: Office) -> None:
    period = f"{office.about['since'] or 'awal'} sampai {office.about['until'] or 'sekarang'}"
    note(
        f"**Ekspor kantor** ({period}): {number(office.total)} komentar warga tanpa iklan"
        + (f", {number(len(office.comments))} di antaranya dibaca" * (office.total > MOST))
        + f"; {number(len(office.labels))} berlabel dari orang. "
        "Isinya tulisan warga: jangan diteruskan ke luar kantor."
    )


def _comments(path: Path, issues: Collection[str], issue_only: list[Labelled]) -> Iterator[Comment]:
    if not path.is_file():
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["label_issue"] and not row["label_sentiment"]:
                issue_only.append((row["text"], None, row["label_issue"], row["platform"]))
            if row["own"] != _YES and row["sentiment"] and not row["spam"]:
                yield _comment(row, issues)


def _comment(row: Mapping[str, str], issues: Collection[str]) -> Comment:
    shares = {tone.value: float(row[f"p_{tone.value}"]) for tone in Sentiment}
    order = sorted(shares, key=shares.__getitem__, reverse=True)
    issue = row["label_issue"] or row["issue"]
    example = Example(
        row["text"],
        "ekspor",
        Sentiment(row["label_sentiment"] or row["sentiment"]),
        issue if issue in issues else None,
        Intent(row["intent"]),
        row["urgent"] == _YES,
        row["language"] if row["language"] in LANGUAGES else None,
        platform=row["platform"],
    )
    return Comment(
        row["id"],
        row["source"],
        example,
        (row["sentiment"], row["issue"]),
        (shares[order[0]], float(row["issue_p"])),
        order[1],
        row["ask_human"] == _YES,
        bool(row["label_sentiment"] or row["label_issue"]),
    )


def _hidden(one: Example, raw: bool) -> Example:
    """Without the mark that guards a spreadsheet, and masked where it was exported as written."""
    text = one.text
    if text.startswith("'") and safe(text[1:]) == text:
        text = text[1:]
    return replace(one, text=outward(text) if raw else text)
