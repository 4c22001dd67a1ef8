"""``siaga restore``: a folder made of an archive again, that says nothing twice in public."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.backups.archive import Manifest, read_manifest, take_out
from monitor.config.writing import new_folder
from monitor.errors import ConfigError
from monitor.messages import answers
from monitor.messages.base import clock
from monitor.messages.hiding import RESTORED
from monitor.progress import Advance
from monitor.store import audit, drafts, moderation, open_store
from monitor.store.copying import check_whole


@dataclass(frozen=True, slots=True)
class Restored:
    """What was unpacked. ``unsure``: replies that people must look up on their sites; ``ended``:
    suggestions that are given up; ``hidings``: wishes to hide or show a comment that are given up;
    ``broken_at``: the row at which the audit trail breaks."""

    manifest: Manifest
    unsure: int
    ended: int
    hidings: int
    broken_at: int | None


def restore(path: Path, folder: Path, now: datetime, advance: Advance) -> Restored:
    """Unpack an archive into a folder that is not there yet, or empty.

    Each file is compared with its hash, the database is looked through, upgraded and told that it
    was restored. Dying on the way leaves nothing under the folder's name.

    Raises:
        ConfigError: no archive, a damaged one, or the folder is there or cannot be written.
        StorageError: the database in it is damaged or of a newer Siaga.
    """
    manifest = read_manifest(path)
    try:
        with new_folder("--into", folder) as under_way:
            _unpack(path, manifest, under_way, advance)
            return _settled(manifest, under_way / manifest.database, path.name, now)
    except OSError as error:
        raise ConfigError(f"--into: {folder}: {error.strerror or error}") from error


def _unpack(path: Path, manifest: Manifest, folder: Path, advance: Advance) -> None:
    def target(name: str) -> Path:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        return file

    for done in take_out(path, manifest, target):
        advance(done, len(manifest.files))


def _settled(manifest: Manifest, database: Path, name: str, now: datetime) -> Restored:
    check_whole(database)
    at = clock(datetime.fromisoformat(manifest.made_at), ZoneInfo(manifest.zone), now)
    with closing(open_store(database)) as db:
        broken_at = audit.broken_at(db)
        unsure, ended = drafts.hold_back(
            db, answers.restored_unsure(at), answers.restored_stale(at), now
        )
        hidings = moderation.hold_back(db, RESTORED, now)
        with db.atomic():
            audit.write(db, now, "command line", "restore", name, f"made {manifest.made_at}")
        db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Restored(manifest, unsure, ended, hidings, broken_at)
