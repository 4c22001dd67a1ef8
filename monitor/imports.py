"""Storing the comments of a file: what ``siaga import`` does. Layer 4."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from monitor.config import Settings
from monitor.errors import ConfigError
from monitor.messages.export import COLUMNS, COMMENTS
from monitor.platforms.base import Page
from monitor.platforms.file_mapping import load_mapping
from monitor.platforms.file_profiles import DEFAULT, Choice, choose, headed
from monitor.platforms.files import BadRow, read_file, write_report
from monitor.progress import Advance
from monitor.records import Comment, SourceId
from monitor.store import sources

_BATCH = 500
# Its ids are numbers of that store and its own replies look like comments: nothing in it tells
# what is known here.
_OURS = (
    "import: {file}: written by siaga export: imported, its comments would count a second time and "
    "the office's own words as citizens'; accepted: files of other tools, or --map {default} for "
    "comments that this office does not have"
)


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows were read, stored as new or changed, and refused; and by which profile."""

    read: int
    stored: int
    bad: int
    choice: Choice = field(default=Choice(DEFAULT), compare=False)


def import_comments(
    db: Database,
    settings: Settings,
    file: Path,
    mapping_name: str | None,
    report: Path,
    now: datetime,
    advance: Advance,
) -> Imported:
    """Store a file's comments under the source ``berkas_<mapping>``; they can raise no alert.

    Without the name of a mapping the header tells it. What the file says of the tone is kept, but
    never trusted. Importing the same file twice changes nothing. Good rows are stored whatever the
    bad ones are.

    Raises:
        ConfigError: no such file or mapping, a column that the mapping needs is missing, the file
            is an export of Siaga's own and no mapping is named, or the report cannot be written.
    """
    if report.resolve() == file.resolve():
        raise ConfigError(f"--report: {report}: is the file to read")
    if mapping_name is None and headed(file, COLUMNS[COMMENTS]):
        raise ConfigError(_OURS.format(file=file, default=DEFAULT))
    profiles = sorted((settings.data / "mappings").glob("*.toml"))
    choice = choose(file, profiles) if mapping_name is None else Choice(mapping_name)
    mapping = load_mapping(_mapping_file(settings, choice.name))
    source_id = SourceId(f"berkas_{choice.name}")
    rows = read_file(file, mapping, now)
    first = list(itertools.islice(rows, 1))  # a file that cannot be read stops here
    sources.register(db, [(source_id, "file")])
    tally = _Tally(db, source_id, now, advance)
    try:
        bad = write_report(report, tally.take(itertools.chain(first, rows)))
    except OSError as error:
        raise ConfigError(f"import: {error.filename or report}: {error.strerror}") from error
    if not bad:
        report.unlink()
    sources.finish_import(db, source_id, now)
    return Imported(tally.read, tally.stored, bad, choice)


class _Tally:
    """Stores good rows batch by batch and passes bad ones on, so a file of any size fits."""

    def __init__(self, db: Database, source_id: SourceId, now: datetime, advance: Advance) -> None:
        self.read = self.stored = 0
        self._db, self._source_id, self._now, self._advance = db, source_id, now, advance

    def take(self, rows: Iterable[Comment | BadRow]) -> Iterator[BadRow]:
        """Store what is good; yield what is not."""
        waiting = iter(rows)
        while batch := list(itertools.islice(waiting, _BATCH)):
            self.read += len(batch)
            self._store([row for row in batch if isinstance(row, Comment)])
            self._advance(self.read, None)
            yield from (row for row in batch if isinstance(row, BadRow))

    def _store(self, batch: list[Comment]) -> None:
        comments = tuple(replace(comment, source_id=self._source_id) for comment in batch)
        earliest = min((comment.created_at for comment in comments), default=None)
        page = Page(comments, cursor="", covered_from=earliest)
        self.stored += sources.store_page(
            self._db, self._source_id, page, self._now, backfilled=True
        )


def _mapping_file(settings: Settings, name: str) -> Path:
    folder = settings.data / "mappings"
    known = sorted(file.stem for file in folder.glob("*.toml"))
    if name not in known:
        raise ConfigError(f"--map: {name}: accepted: {', '.join(known)} (files in {folder})")
    return folder / f"{name}.toml"
