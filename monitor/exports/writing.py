"""A folder that appears whole or not at all, with everything that an export tells.

Reads the store row after row, so any size fits into memory. It decides nothing about what may be
read (``store.exporting`` does), and no sentence stands here (``messages.export`` has them).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from monitor import __version__
from monitor.config import Settings
from monitor.config.writing import new_folder
from monitor.errors import ConfigError
from monitor.exports import rows
from monitor.exports.cells import Cells, write_csv
from monitor.knowledge import read_taxonomy
from monitor.messages import export as words
from monitor.progress import Advance
from monitor.records import Sentiment
from monitor.store import audit, exporting, exporting_work, serving
from monitor.store.exporting import OutComment, Sizes, Span
from monitor.training.dataset import LANGUAGES

_TELL_EVERY = 500
_TONES = frozenset(map(str, Sentiment))


@dataclass(frozen=True, slots=True)
class Wish:
    """What shall be exported: ``since`` and ``until`` are days of the office, both included."""

    folder: Path
    since: date | None = None
    until: date | None = None
    labels_only: bool = False
    raw: bool = False
    authors: bool = True

    def span(self, zone: ZoneInfo) -> Span:
        """The instants between which an export lies."""
        first = None if self.since is None else _midnight(self.since, zone)
        last = None if self.until is None else _midnight(self.until + timedelta(days=1), zone)
        return Span(first, last)

    def told(self) -> str:
        """The wish in one line, for the audit trail."""
        what = "labels" if self.labels_only else "everything"
        text = "raw text" if self.raw else "masked text"
        authors = "pseudonyms" if self.authors else "no authors"
        return f"{what}, {text}, {authors}, {self.since or 'beginning'} to {self.until or 'now'}"


@dataclass(frozen=True, slots=True)
class Exported:
    """Rows by file; ``issue_only``: comments of which people labelled nothing but the issue."""

    rows: dict[str, int]
    issue_only: int


def day(option: str, value: str | None) -> date | None:
    """A day as people type it; None for none.

    Raises:
        ConfigError: not written YYYY-MM-DD.
    """
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError as error:
        raise ConfigError(f"{option}: {value}: accepted: a day such as 2026-03-10") from error


def export(
    db: Database, settings: Settings, wish: Wish, actor: str, now: datetime, advance: Advance
) -> Exported:
    """Write the folder. Dying on the way leaves nothing under its name.

    Raises:
        ConfigError: the folder is there and not empty, cannot be written, or the days are turned
            around.
    """
    if wish.since and wish.until and wish.until < wish.since:
        raise ConfigError(f"--until: {wish.until}: is before {wish.since}")
    try:
        with new_folder("--out", wish.folder) as folder:
            # One transaction, which only reads: all files tell of the same moment.
            with db.atomic():
                done = _Export(db, settings, wish, folder).write(now, advance)
            # Told before anybody can open it.
            with db.atomic():
                audit.write(db, now, actor, "export", wish.folder.name, wish.told())
    except OSError as error:
        raise ConfigError(f"--out: {wish.folder}: {error.strerror or error}") from error
    return done


class _Export:
    """One export: what every file needs, and the files one after the other."""

    def __init__(self, db: Database, settings: Settings, wish: Wish, folder: Path) -> None:
        self._db, self._wish, self._folder = db, wish, folder
        self._settings = settings
        self._zone = settings.office.zone
        self._span = wish.span(self._zone)
        self._issues = tuple(read_taxonomy(settings.data / "taxonomy.toml"))
        self._hiding = rows.Hiding(raw=wish.raw, authors=wish.authors)
        self._labels: list[Cells] = []
        self._issue_only = 0

    def write(self, now: datetime, advance: Advance) -> Exported:
        """All files; ``advance`` tells of comments."""
        sizes = exporting.sizes(self._db, self._span)
        write = self._labelled if self._wish.labels_only else self._everything
        done = write(sizes, advance)
        self._about(now, sizes, done)
        return Exported(done, self._issue_only)

    def _labelled(self, sizes: Sizes, advance: Advance) -> dict[str, int]:
        found = exporting.comments(self._db, self._span, labelled_only=True)
        for one in _counted(found, sizes.labelled, advance):
            self._keep_label(one)
        return {words.LABELS: self._file(words.LABELS, self._labels)}

    def _everything(self, sizes: Sizes, advance: Advance) -> dict[str, int]:
        found = _counted(exporting.comments(self._db, self._span), sizes.comments, advance)
        hiding = self._hiding
        work = {
            words.INCIDENTS: map(rows.incident, exporting_work.incidents(self._db, self._span)),
            words.REPLIES: map(
                partial(rows.reply, hiding=hiding), exporting_work.replies(self._db, self._span)
            ),
            words.HOURLY: map(rows.hour, exporting_work.hours(self._db, self._span)),
        }
        return {
            words.COMMENTS: self._file(words.COMMENTS, map(self._comment, found)),
            # In one pass with the comments, which fill it.
            words.LABELS: self._file(words.LABELS, self._labels),
            **{name: self._file(name, told) for name, told in work.items()},
        }

    def _comment(self, one: OutComment) -> Cells:
        self._keep_label(one)
        return rows.comment(one, self._hiding)

    def _keep_label(self, one: OutComment) -> None:
        if one.sentiment in _TONES and self._hiding.text(one.text).strip():
            self._labels.append(rows.label(one, self._hiding, self._issues, LANGUAGES))
        elif one.issue is not None:
            self._issue_only += 1

    def _file(self, name: str, told: Iterable[Cells]) -> int:
        return write_csv(self._folder / name, words.COLUMNS[name], told, self._zone)

    def _about(self, now: datetime, sizes: Sizes, done: dict[str, int]) -> None:
        """What the folder is, for people and for programs."""
        wish = self._wish
        since, until = (None if one is None else str(one) for one in (wish.since, wish.until))
        period = words.period(since, until)
        page = words.page(done, period, raw=wish.raw, authors=wish.authors)
        (self._folder / words.README).write_text(page, encoding="utf-8")
        about = {
            "siaga": __version__,
            "office": self._settings.office.name,
            "made_at": now.astimezone(self._zone).isoformat(timespec="seconds"),
            "since": since,
            "until": until,
            "timezone": str(self._zone),
            "text": "raw" if wish.raw else "masked",
            "authors": "pseudonym" if wish.authors else "none",
            **self._counts(sizes, done),
        }
        body = json.dumps(about, ensure_ascii=False, indent=2) + "\n"
        (self._folder / words.ABOUT).write_text(body, encoding="utf-8")

    def _counts(self, sizes: Sizes, done: dict[str, int]) -> dict[str, Any]:
        serves = serving.now_serving(self._db)
        return {
            "model": serves.version if serves else None,
            "rows": done,
            "labelled_issue_only": self._issue_only,
            "left_out": {"erased": sizes.erased, "deleted": sizes.deleted},
        }


def _counted(found: Iterable[OutComment], total: int, advance: Advance) -> Iterator[OutComment]:
    for done, one in enumerate(found, start=1):
        if done % _TELL_EVERY == 0 or done == total:
            advance(done, total)
        yield one


def _midnight(on: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(on, time(), tzinfo=zone)
