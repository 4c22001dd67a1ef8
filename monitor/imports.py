"""Storing the comments of a file: what ``siaga import`` does. Layer 4."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from monitor.config import Settings
from monitor.errors import ConfigError
from monitor.platforms.base import Page
from monitor.platforms.file_mapping import load_mapping
from monitor.platforms.files import BadRow, read_file, write_report
from monitor.records import Comment, SourceId
from monitor.store import sources

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows were read, stored as new or changed, and refused."""

    read: int
    stored: int
    bad: int


def import_comments(
    db: Database,
    settings: Settings,
    file: Path,
    mapping_name: str,
    report: Path,
    now: datetime,
    advance: Callable[[int, int | None], None],
) -> Imported:
    """Store a file's comments under the source ``berkas_<mapping>``; they can raise no alert.

    Importing the same file twice changes nothing. Good rows are stored whatever the bad ones are.

    Raises:
        ConfigError: no such file or mapping, or a column that the mapping needs is missing.
    """
    mapping = load_mapping(_mapping_file(settings, mapping_name))
    source_id = SourceId(f"berkas_{mapping_name}")
    sources.register(db, [(source_id, "file")])
    read, stored, bad = 0, 0, list[BadRow]()
    for batch in _batches(read_file(file, mapping)):
        read += len(batch)
        bad += [row for row in batch if isinstance(row, BadRow)]
        comments = tuple(
            replace(row, source_id=source_id) for row in batch if isinstance(row, Comment)
        )
        page = Page(comments, cursor="", covered_from=_earliest(comments))
        stored += sources.store_page(db, source_id, page, now, backfilled=True)
        advance(read, None)
    sources.finish_import(db, source_id, now)
    if bad:
        write_report(report, bad)
    return Imported(read, stored, len(bad))


def _mapping_file(settings: Settings, name: str) -> Path:
    folder = settings.data / "mappings"
    known = sorted(file.stem for file in folder.glob("*.toml"))
    if name not in known:
        raise ConfigError(f"--map: {name}: accepted: {', '.join(known)} (files in {folder})")
    return folder / f"{name}.toml"


def _earliest(comments: tuple[Comment, ...]) -> datetime | None:
    return min((comment.created_at for comment in comments), default=None)


def _batches(rows: Iterator[Comment | BadRow]) -> Iterator[list[Comment | BadRow]]:
    while batch := list(itertools.islice(rows, _BATCH)):
        yield batch
