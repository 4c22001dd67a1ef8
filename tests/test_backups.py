"""``siaga backup`` and ``siaga restore``: what comes back, and what never goes out."""

from __future__ import annotations

import json
import multiprocessing
import os
import stat
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from monitor.backups import Made, backup, restore
from monitor.backups.archive import MANIFEST, layout, read_manifest, with_paths
from monitor.config.parts import Paths
from monitor.errors import ConfigError, Refused, StorageError
from monitor.messages.base import clock
from monitor.messages.draft import state_words
from monitor.records import CommentId, Draft, DraftState
from monitor.steps.expire import expire
from monitor.steps.post import post
from monitor.steps.tools import Tools
from monitor.store import audit, comments, drafts, moderation, open_store
from monitor.store.copying import copy_whole, last_copied
from monitor.store.drafts import Proposal
from monitor.store.locking import held
from monitor.store.tokens import token_file
from tests.world import (
    NOW,
    SITE,
    MemoryReplier,
    make_comment,
    make_settings,
    make_tools,
    open_world,
    seed_comments,
)

PROCESSES = multiprocessing.get_context("forkserver")
SECRET = "rahasia-token-123"
S = DraftState
TEXTS = ["Banjir di gang 1", "Banjir di gang 2", "Banjir di gang 3", "Banjir di gang 4"]
LATER = NOW + timedelta(days=1)


def quiet(done: int, total: int | None) -> None:
    """Nobody watches."""


class Desk:
    """An office in a folder of its own, with knowledge, a model and secrets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "kantor"
        self.out = folder / "cadangan"
        self.config = self.folder / "config.toml"
        if not self.folder.exists():
            self._furnish()
        self.settings = make_settings(self.folder)
        self.tools: Tools = make_tools(self.folder, repliers={SITE: MemoryReplier()})
        self.paths = make_settings(self.folder, paths=Paths())
        self.db: Database = open_world(self.tools)

    def _furnish(self) -> None:
        for name, content in {
            "config.toml": '[office]\nname = "Kantor Uji"  # kami\n',
            "siaga.env": f"SIAGA_TELEGRAM__TOKEN={SECRET}\n",
            "data/taxonomy.toml": "# isu\n",
            "data/lexicon/slang.tsv": "gpp\ttidak apa-apa\n",
            "data/.slang.tsv.part": "setengah",
            "models/m1/weights.npz": "x" * 5000,
            "models/.m2/weights.npz": "half",
            "models/CURRENT": "m1\n",
            "var/siaga.tokens.db": SECRET,
        }.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        assert token_file(self.folder / "var/siaga.db").exists()

    def backup(self, minutes: int = 0, **wish: Any) -> Made:
        wanted = {"keep": None, "advance": quiet, **wish}
        return backup(
            self.db, self.paths, self.config, self.out, now=NOW + timedelta(minutes=minutes),
            **wanted,
        )  # fmt: skip

    def restored(self, made: Made, name: str = "pulih") -> Path:
        restore(made.path, self.out.parent / name, LATER, quiet)
        return self.out.parent / name


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = Desk(tmp_path)
    seed_comments(opened.db, opened.tools, TEXTS)
    yield opened
    opened.db.close()


def dump(path: Path) -> list[str]:
    db = open_store(path)
    lines = [line for line in db.conn.iterdump() if "audit" not in line]
    db.close()
    return sorted(lines)


def propose(db: Database, number: int, state: DraftState) -> Draft:
    proposal = Proposal(None, CommentId(number), f"Kami tangani nomor {number}.", "template:x", "")
    made = drafts.propose(db, proposal, NOW)
    assert made is not None
    with db.atomic():
        db.conn.execute("UPDATE draft SET state = ? WHERE id = ?", (state.value, int(made)))
    found = drafts.get(db, made)
    assert found is not None
    return found


def repack(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The same archive with other bytes in it."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    changed = path.with_name("lain.zip")
    with zipfile.ZipFile(changed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return changed


def test_an_office_comes_back_as_it_was_without_its_secrets(desk: Desk) -> None:
    made = desk.backup()
    assert made.path.name == "siaga-20260302-100000.zip"
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert made.manifest.comments == len(TEXTS)
    back = desk.restored(made)
    assert stat.S_IMODE(back.stat().st_mode) == 0o700
    found = {path.relative_to(back).as_posix() for path in back.rglob("*") if path.is_file()}
    assert found == {
        "config.toml",
        "data/lexicon/slang.tsv",
        "data/taxonomy.toml",
        "models/CURRENT",
        "models/m1/weights.npz",
        "var/siaga.db",
    }
    for name in found - {"var/siaga.db"}:
        assert (back / name).read_bytes() == (desk.folder / name).read_bytes()
    assert dump(back / "var/siaga.db") == dump(desk.folder / "var/siaga.db")
    with zipfile.ZipFile(made.path) as archive:
        assert all(SECRET.encode() not in archive.read(name) for name in archive.namelist())


def test_secrets_stay_out_even_of_a_folder_that_holds_everything(desk: Desk) -> None:
    desk.paths = make_settings(desk.folder, paths=Paths(models=Path("var"), data=desk.folder))
    with zipfile.ZipFile(desk.backup().path) as archive:
        assert all(SECRET.encode() not in archive.read(name) for name in archive.namelist())


def test_both_trails_tell_of_it_and_stay_whole(desk: Desk) -> None:
    assert last_copied(desk.db) is None
    made = desk.backup()
    assert last_copied(desk.db) == NOW
    back = open_store(desk.restored(made) / "var/siaga.db")
    (told, *_) = audit.newest(back, 5)
    assert (told["action"], told["subject"]) == ("restore", made.path.name)
    assert audit.broken_at(back) is None and audit.broken_at(desk.db) is None


def test_a_writer_need_not_wait_and_half_a_change_is_not_copied(desk: Desk) -> None:
    other = open_store(desk.paths.database)
    other.conn.execute("BEGIN IMMEDIATE")
    other.conn.execute("UPDATE comment SET text = 'setengah' WHERE id = 1")
    copy_whole(desk.db, desk.folder / "salinan.db")
    other.conn.execute("COMMIT")
    other.close()
    assert TEXTS[0] in str(open_store(desk.folder / "salinan.db")["comment"].get(1))
    assert "setengah" in str(desk.db["comment"].get(1))


def test_no_reply_goes_out_of_a_restored_store_by_itself(desk: Desk) -> None:
    """Approved ones may have been sent since, and suggested ones may have been decided."""
    for number, state in enumerate((S.APPROVED, S.POSTING, S.PROPOSED, S.REJECTED), 1):
        propose(desk.db, number, state)
    stored = comments.get(desk.db, CommentId(4))
    assert stored is not None
    moderation.want(desk.db, stored, hidden=True, reply_ref="r", person="Budi", reason="", now=NOW)
    made = desk.backup()
    done = restore(made.path, desk.out.parent / "pulih", LATER, quiet)
    assert (done.unsure, done.ended, done.hidings, done.broken_at) == (2, 1, 1, None)
    db = open_store(desk.out.parent / "pulih/var/siaga.db")
    first, second, third, fourth = drafts.in_state(db, list(S))
    assert [one.state for one in (first, second, third, fourth)] == [
        S.UNSURE, S.UNSURE, S.STALE, S.REJECTED,
    ]  # fmt: skip
    at = clock(NOW, desk.settings.office.zone, LATER)
    assert first.why and second.why and f"cadangan {at}" in first.why
    assert third.why and f"cadangan {at}" in third.why and state_words(third) == "Batal"
    site = MemoryReplier()
    tools = make_tools(desk.out.parent / "pulih", repliers={SITE: site})
    assert post(db, tools, LATER) == 0
    assert site.replies == []
    assert moderation.due(db, LATER) == []
    # What was sent after the backup was made is read again from the site, and the doubt ends.
    said = make_comment(90, first.text, LATER, parent_id="c1", author_is_owner=True)
    with db.atomic():
        comments.upsert(db, [said], LATER, backfilled=False)
    assert expire(db, tools, LATER) == 1
    assert drafts.in_state(db, [S.POSTED])[0].id == first.id


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda m: m.update({"data/taxonomy.toml": b"lain"}), "damaged: data/taxonomy.toml is not"),
        (lambda m: m.pop("models/CURRENT"), "damaged: There is no item named 'models/CURRENT'"),
        (lambda m: m.pop(MANIFEST), "no archive of siaga backup"),
        (lambda m: m.update({MANIFEST: b"{}"}), "no archive of siaga backup"),
        (lambda m: m.update({MANIFEST: b"[]"}), "no archive of siaga backup"),
        (lambda m: m.update({MANIFEST: b"\xff"}), "no archive of siaga backup"),
        (lambda m: told_otherwise(m, made_at="kemarin"), "no archive of siaga backup"),
        (lambda m: told_otherwise(m, zone="Asia/Antah"), "no archive of siaga backup"),
        (lambda m: told_otherwise(m, format=2), "written by a newer siaga"),
        (lambda m: told_otherwise(m, database="../siaga.db"), "leads out of the folder"),
        (lambda m: told_otherwise(m, models="/etc"), "leads out of the folder"),
        (lambda m: told_otherwise(m, files={"../x": {"size": 1, "sha256": ""}}), "leads out"),
        (lambda m: told_otherwise(m, files={"c:x": {"size": 1, "sha256": ""}}), "leads out"),
    ],
)
def test_a_damaged_or_wicked_archive_leaves_nothing(
    desk: Desk, change: Callable[[dict[str, bytes]], None], told: str
) -> None:
    changed = repack(desk.backup().path, change)
    with pytest.raises(ConfigError, match=told):
        restore(changed, desk.out.parent / "pulih", LATER, quiet)
    assert sorted(path.name for path in desk.out.parent.iterdir()) == ["cadangan", "kantor"]


def told_otherwise(members: dict[str, bytes], **values: Any) -> None:
    members[MANIFEST] = json.dumps({**json.loads(members[MANIFEST]), **values}).encode()


@pytest.mark.parametrize("cut", [10, 3000, -10])
def test_half_an_archive_is_refused(desk: Desk, cut: int) -> None:
    made = desk.backup()
    half = made.path.with_name("setengah.zip")
    half.write_bytes(made.path.read_bytes()[:cut])
    with pytest.raises(ConfigError, match="no archive of siaga backup, or not whole"):
        restore(half, desk.out.parent / "pulih", LATER, quiet)


def test_bytes_that_the_disk_turned_are_found(desk: Desk) -> None:
    made = desk.backup()
    content = bytearray(made.path.read_bytes())
    content[content.index(b"xxxxxxxxxx") + 3] ^= 1
    made.path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"damaged: Bad CRC-32 for file 'models/m1/weights\.npz'"):
        desk.restored(made)
    made.path.unlink()  # whatever looks the test's folder through could not read it either


def test_a_store_of_a_newer_siaga_is_refused(desk: Desk) -> None:
    with desk.db.atomic():
        desk.db.conn.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "VALUES ('siaga', 'm999_future', '')"
        )
    with pytest.raises(StorageError, match="m999_future"):
        desk.restored(desk.backup())


def test_a_folder_that_cannot_be_made_is_refused_by_name(desk: Desk) -> None:
    made = desk.backup()
    (desk.out.parent / "berkas").write_text("berkas")
    with pytest.raises(ConfigError, match=r"--into: .*pulih: (File exists|Not a directory)"):
        restore(made.path, desk.out.parent / "berkas" / "pulih", LATER, quiet)


@pytest.mark.parametrize("content", ["ada", None])
def test_what_is_there_is_never_written_over(desk: Desk, content: str | None) -> None:
    made, target = desk.backup(), desk.out.parent / "pulih"
    if content is None:
        target.write_text("berkas")
    else:
        target.mkdir()
        (target / "catatan.txt").write_text(content)
    with pytest.raises(ConfigError, match="is there already; name a new folder"):
        desk.restored(made)


def test_an_empty_folder_may_be_filled(desk: Desk) -> None:
    (desk.out.parent / "pulih").mkdir()
    assert (desk.restored(desk.backup()) / "config.toml").exists()


def test_a_damaged_store_is_not_copied_and_older_archives_stay(desk: Desk) -> None:
    made = desk.backup()
    desk.db.close()
    content = bytearray(desk.paths.database.read_bytes())
    for page in range(4, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    desk.paths.database.write_bytes(content)
    desk.db = Database(desk.paths.database)
    with pytest.raises(StorageError, match="database"):
        desk.backup(1, keep=1)
    assert [path.name for path in desk.out.iterdir()] == [made.path.name]


def test_the_oldest_of_this_store_go_and_nothing_else(desk: Desk, tmp_path: Path) -> None:
    first, second = desk.backup(), desk.backup(1)
    strangers = [desk.out / "siaga-20200101-000000.zip", desk.out / "laporan.zip"]
    for path in strangers:
        path.write_text("bukan cadangan")
    other = Desk(tmp_path / "lain")
    other.out = desk.out
    foreign = other.backup(-5)
    other.db.close()
    third = desk.backup(2, keep=2)
    assert third.removed == (first.path,)
    assert set(desk.out.iterdir()) == {*strangers, foreign.path, second.path, third.path}


def test_two_at_once_or_in_one_second_are_refused(desk: Desk) -> None:
    desk.backup()
    with pytest.raises(ConfigError, match="is there already"):
        desk.backup()
    with held(desk.paths.database, ["backup"]), pytest.raises(Refused, match="backup runs already"):
        desk.backup(1)


def test_a_folder_that_cannot_be_written_is_refused_by_name(desk: Desk) -> None:
    desk.out.write_text("berkas")
    with pytest.raises(ConfigError, match=r"--out: .*cadangan: File exists"):
        desk.backup()


def killed_while_packing(folder: str) -> None:
    def die(done: int, total: int | None) -> None:
        if done == 3:
            os._exit(9)

    Desk(Path(folder)).backup(1, advance=die)


def test_killed_on_the_way_it_leaves_the_older_ones_and_no_half_one(desk: Desk) -> None:
    first = desk.backup()
    child = PROCESSES.Process(target=killed_while_packing, args=(str(desk.out.parent),))
    child.start()
    child.join(60)
    assert child.exitcode == 9
    left = {path.name for path in desk.out.iterdir()} - {first.path.name}
    assert len(left) == 1 and left.pop().startswith(".siaga-backup-")
    second = desk.backup(2)
    assert set(desk.out.iterdir()) == {first.path, second.path}
    assert last_copied(desk.db) == NOW + timedelta(minutes=2)


@pytest.mark.parametrize(
    ("config", "given", "table"),
    [
        ("[office]\n", {}, None),
        ('[paths]\ndatabase = "var/siaga.db" # di sini\n', {}, {"database": "var/siaga.db"}),
        ('[paths]\ndatabase = "isi/s.db"\n', {"database": "isi/s.db"}, {"database": "isi/s.db"}),
        ('[paths]\ndata = "/srv/d"\n[web]\nport = 1\n', {"data": "/srv/d"}, {}),
        ('[web]\nport = 1\n[paths]\nmodels = "../m"\n', {"models": "../m"}, {}),
        ("[web]\nport = 1\n", {"database": "/srv/dari-lingkungan.db"}, None),
        ('[paths]\ndata = "/srv/d"\n[[telegram.chats]]\nid = 1\n', {"data": "/srv/d"}, {}),
        ('[paths]\ndata = "/srv/d"\n[x."Dinas X"] # a\nb = 1\n', {"data": "/srv/d"}, {}),
    ],
)
def test_a_restored_configuration_finds_what_lies_beside_it(
    config: str, given: dict[str, str], table: dict[str, str] | None
) -> None:
    places = layout(Paths.model_validate(given))
    told = tomllib.loads(with_paths(config, places))
    usual = {"database": "var/siaga.db", "data": "data", "models": "models"}
    assert told.get("paths", {}) == (usual if table == {} else table or {})
    assert {**usual, **told.get("paths", {})} == places
    rest = {key: value for key, value in tomllib.loads(config).items() if key != "paths"}
    assert {key: value for key, value in told.items() if key != "paths"} == rest


def test_paths_written_in_another_way_are_refused_before_anything_is_made(desk: Desk) -> None:
    desk.config.write_text('paths = { data = "/srv/d" }\n')
    with pytest.raises(ConfigError, match="under \\[paths\\]"):
        desk.backup()
    assert list(desk.out.iterdir()) == []


def test_an_archive_tells_of_itself(desk: Desk) -> None:
    made = desk.backup()
    told = read_manifest(made.path)
    assert told == made.manifest
    assert told.made_at == "2026-03-02T10:00:00+07:00"
    assert told.store == str(desk.paths.database.resolve())
