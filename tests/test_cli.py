"""The command line: each command's good path, what it refuses, and with which exit code."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from monitor import __version__, app
from monitor.classify.model_files import FORMAT, point_to
from monitor.cli import run_command
from monitor.demo import replaying, scenario
from monitor.store import audit, open_store, sources
from tests.classify_world import serve, small_data, tiny_model, write_rows
from tests.fakes.telegram import FakeTelegram
from tests.fakes.wordpress import PASSWORD, FakeWordPress
from tests.world import PROJECT

LINE = "Banjir di Sampit, jalan tergenang, parah sekali"
GOOD, REFUSED, WRONG, OUTSIDE = 0, 1, 2, 3


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


class Office:
    """A configuration in a folder of its own, and the command line."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.config = folder / "config.toml"
        self._capture = capture
        self.configure()

    def configure(self, more: str = "", models: Path = PROJECT / "models") -> None:
        self.config.write_text(
            f'[paths]\ndatabase = "siaga.db"\ndata = "{PROJECT / "data"}"\nmodels = "{models}"\n'
            f'[classify]\nembeddings = "off"\n[web]\nport = 0\n'
            # A digest is due by the clock on the wall, which is the one these commands look at.
            f'[digest]\nmorning = ""\nevening = ""\n{more}',
            encoding="utf-8",
        )

    def __call__(self, *words: str | Path) -> Done:
        self._capture.readouterr()
        code = run_command(["--config", str(self.config), *map(str, words)])
        said = self._capture.readouterr()
        return Done(code, said.out, said.err)

    @property
    def store(self) -> Any:
        return open_store(self.folder / "siaga.db")

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


@pytest.fixture
def siaga(tmp_path: Path, capsys: pytest.CaptureFixture[str], bare: None) -> Office:
    return Office(tmp_path, capsys)


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Let a command read these bytes."""

    def give(content: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    return give


# Words that every command shares.


def test_the_version_and_help_need_no_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["--version"]) == GOOD
    assert capsys.readouterr().out == f"siaga {__version__}\n"
    assert run_command(["--help"]) == GOOD
    assert "classify" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ["terbang"],
        ["check", "--cepat"],
        ["import"],
        ["models", "promote"],
        ["people", "add", "Rina"],
        ["people", "add", "Rina", "--role", "humas", "--telegram", "nol"],
        ["audit", "list", "--most", "0"],
        ["evaluate"],
        ["sources"],
    ],
)
def test_wrong_words_are_told_and_end_with_two(siaga: Office, words: list[str]) -> None:
    done = siaga(*words)
    assert done.code == WRONG
    assert done.err + done.out
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("[poll]\ntik_seconds = 3\n", "poll.tik_seconds: unknown key; did you mean tick_seconds?"),
        ("[poll]\ntick_seconds = 'cepat'\n", "poll.tick_seconds"),
        ("[telegram]\ntoken = '1:rahasia'\n", "SIAGA_TELEGRAM__TOKEN"),
        ("[office]\n[office]\n", "configuration:"),
        ('[sources.x]\nplatform = "orkut"\nbase_url = "http://127.0.0.1"\n', "sources.x.platform"),
    ],
)
def test_a_wrong_configuration_is_named(siaga: Office, more: str, told: str) -> None:
    siaga.configure(more)
    done = siaga("sources", "list")
    assert (done.code, done.out) == (WRONG, "")
    assert told in done.err
    assert "1:rahasia" not in done.err
    assert not (siaga.folder / "siaga.db").exists()


def test_a_configuration_that_is_not_there_is_named(
    siaga: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["--config", str(siaga.folder / "lain.toml"), "check"]) == WRONG
    assert "lain.toml: no such file" in capsys.readouterr().err


def test_a_database_that_is_none_is_a_fault_from_outside(siaga: Office) -> None:
    siaga.file("siaga.db", "ini bukan basis data\n" * 99)
    done = siaga("sources", "list")
    assert done.code == OUTSIDE
    assert "siaga.db" in done.err


def test_a_bug_is_not_hidden(siaga: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(sources, "every", broken)
    with pytest.raises(ZeroDivisionError):
        siaga("sources", "list")


def test_an_interrupt_is_no_bug(siaga: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sources, "every", interrupted)
    assert siaga("sources", "list").code == 130


def test_a_reader_that_has_enough_is_no_fault(siaga: Office, stdin: Any) -> None:
    stdin(b"Banjir\n" * 20_000)
    inner, outer = os.pipe()
    os.close(inner)
    kept = os.dup(1)
    try:
        os.dup2(outer, 1)
        with os.fdopen(1, "w", closefd=False) as out:
            old, sys.stdout = sys.stdout, out
            try:
                code = run_command(["--config", str(siaga.config), "classify"])
                out.flush()
            finally:
                sys.stdout = old
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(outer)
    assert code == GOOD


def test_the_module_runs_as_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    from monitor.__main__ import main

    monkeypatch.setattr(sys, "argv", ["siaga", "--version"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == GOOD


# Service.


@pytest.fixture
def _signals() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def test_run_shows_where_its_page_is_and_ends_well_on_a_signal(
    siaga: Office, _signals: None
) -> None:
    def end() -> None:
        until = time.monotonic() + 60
        while signal.getsignal(signal.SIGTERM) is signal.SIG_DFL and time.monotonic() < until:
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=end)
    thread.start()
    done = siaga("-v", "run", "--only", "web")
    thread.join()
    assert done.code == GOOD
    assert "page: http://127.0.0.1:" in done.err


def test_run_refuses_an_unknown_part_and_a_bot_without_token(siaga: Office) -> None:
    done = siaga("run", "--only", "dapur")
    assert (done.code, "accepted: collect, bot, web" in done.err) == (WRONG, True)
    done = siaga("run", "--only", "bot")
    assert (done.code, "SIAGA_TELEGRAM__TOKEN" in done.err) == (WRONG, True)


@pytest.fixture
def site() -> Iterator[FakeWordPress]:
    with FakeWordPress() as fake:
        fake.clock = app.utc_now()
        fake.add_comment(LINE, at=fake.clock - timedelta(hours=2))
        yield fake


@pytest.fixture
def watched(siaga: Office, site: FakeWordPress, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The office with a WordPress site."""
    siaga.configure(
        f'[sources.berita]\nplatform = "wordpress"\nbase_url = "{site.url}"\nuser = "moderator"\n'
    )
    monkeypatch.setenv("SIAGA_SOURCES__BERITA__PASSWORD", PASSWORD)
    return siaga


def test_once_tells_what_it_did(watched: Office) -> None:
    done = watched("once")
    assert done.code == GOOD
    assert done.out.startswith(
        "collected 1 · understood 1 · changed 0 · shown 0 · suggested 0 · posted 0 · topics 0"
    )
    again = watched("once", "--json").lines
    steps = ["collected", "understood", "changed", "shown", "suggested", "posted", "topics"]
    assert set(steps) <= set(again[0])
    assert set(again[0].values()) == {0}


def test_check_is_good_when_everything_answers(watched: Office) -> None:
    for name, telegram_id in (("Budi", "9"), ("Citra", "10")):
        watched("people", "add", name, "--role", "admin", "--telegram", telegram_id)
    done = watched("check")
    assert done.code == GOOD
    names = [line.split(":")[0] for line in done.out.splitlines()]
    assert names == [
        "ok   database",
        "ok   backup",
        "ok   knowledge",
        "ok   rules",
        "ok   routes",
        "ok   duty",
        "ok   people",
        "ok   signatures",
        "ok   model",
        "ok   guard",
        "ok   telegram",
        "ok   source berita",
    ]
    assert "never read" in done.out
    watched("once")
    assert "last read 0 min ago" in watched("check").out


def test_check_finds_each_fault_by_itself(
    watched: Office, site: FakeWordPress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIAGA_SOURCES__BERITA__PASSWORD", "salah salah salah")
    watched.configure(
        f"""
[sources.berita]
platform = "wordpress"
base_url = "{site.url}"
user = "moderator"
[sources.lama]
platform = "feed"
base_url = "http://127.0.0.1:9/"
enabled = false
[sources.mati]
platform = "feed"
base_url = "http://127.0.0.1:9/"
""",
        models=watched.folder,
    )
    watched.file("siaga.db", "ini bukan basis data\n" * 99)
    done = watched("check", "--json")
    assert done.code == OUTSIDE
    assert {one["name"]: one["ok"] for one in done.lines} == {
        "database": False,
        "backup": False,
        "knowledge": True,
        "rules": True,
        "routes": True,
        "duty": True,
        "people": False,
        "signatures": False,
        "model": False,
        "guard": True,
        "telegram": True,
        "source berita": False,
        "source lama": True,
        "source mati": False,
    }
    assert "salah salah" not in done.out + done.err


def test_check_looks_at_the_bot_and_misses_chats_and_sources(
    siaga: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeTelegram() as telegram:
        monkeypatch.setenv("SIAGA_TELEGRAM__TOKEN", telegram.token)
        siaga.configure(f'[telegram]\nbase_url = "{telegram.url}"\n')
        done = siaga("check")
        assert done.code == OUTSIDE
        assert "FAIL telegram: " in done.out and "no [[telegram.chats]]" in done.out
        assert "FAIL sources: none configured" in done.out
        telegram.chat(-1001, "supergroup", "Humas")
        siaga.configure(
            f'[telegram]\nbase_url = "{telegram.url}"\n[[telegram.chats]]\nid = -1001\n'
        )
        assert "ok   telegram: " in siaga("check").out
        assert telegram.token not in done.out + done.err


def test_check_finds_a_changed_audit_trail_and_a_paused_source(watched: Office) -> None:
    watched("once")
    watched("people", "add", "Rina", "--role", "humas")
    watched("sources", "pause", "berita")
    assert "; paused: paused on the command line" in watched("check").out
    db = watched.store
    db.conn.execute("DROP TRIGGER audit_no_update")
    db.conn.execute("UPDATE audit SET actor = 'orang lain'")
    db.conn.commit()
    done = watched("check")
    assert (done.code, "FAIL database: audit trail broken at row 1" in done.out) == (OUTSIDE, True)


def test_the_demo_plays_and_ends_by_itself(siaga: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    two_hours = partial(replaying.replay, until=scenario.BEGIN + timedelta(hours=2))
    monkeypatch.setattr(replaying, "replay", two_hours)
    done = siaga("demo", "--fast", "--port", "0")
    assert done.code == GOOD
    assert "Siaga: peragaan." in done.out
    assert "Halaman: http://127.0.0.1:" in done.out
    assert "Ringkasan pekan ini" in done.out


# Files.


def test_import_tells_what_it_stored(siaga: Office) -> None:
    file = siaga.file("komentar.csv", f'text,created_at\n"{LINE}",2026-03-01\n')
    done = siaga("import", file)
    assert (done.code, done.out) == (GOOD, "komentar.csv: 1 new or changed of 1 rows\n")
    assert siaga("import", file).out == "komentar.csv: 0 new or changed of 1 rows\n"
    assert not (siaga.folder / "komentar.csv.bad.csv").exists()


def test_import_with_bad_rows_keeps_the_good_ones_and_ends_with_one(siaga: Office) -> None:
    file = siaga.file("komentar.csv", f'text,created_at\n"{LINE}",2026-03-01\nKosong,entah\n')
    report = siaga.folder / "salah.csv"
    done = siaga("import", file, "--report", report)
    assert done.code == REFUSED
    assert "1 new or changed of 2 rows" in done.out
    assert f"1 bad rows: {report}" in done.err
    with report.open(encoding="utf-8-sig", newline="") as stream:
        assert [row[0] for row in csv.reader(stream)] == ["line", "3"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["tidak-ada.csv"], "not a file"),
        (["komentar.csv", "--map", "lain"], "accepted: brandwatch, default, lapor"),
        (["komentar.csv", "--report", "tidak/ada.csv"], "ada.csv"),
        (["config.toml"], "not a format that is read"),
    ],
)
def test_import_refuses_what_it_cannot_read(
    siaga: Office, monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    monkeypatch.chdir(siaga.folder)
    siaga.file("komentar.csv", f'text,created_at\n"{LINE}",2026-03-01\n')
    done = siaga("import", *words)
    assert (done.code, told in done.err) == (WRONG, True)


def test_classify_reads_a_file_line_by_line(siaga: Office) -> None:
    file = siaga.file("teks.txt", f"{LINE}\r\n\n" + '{"text": "Mantap, terima kasih"}\nterakhir')
    done = siaga("classify", file)
    assert done.code == GOOD
    assert [one["text"] for one in done.lines] == [LINE, "", "Mantap, terima kasih", "terakhir"]
    assert [one["sentiment"] for one in done.lines[:3:2]] == ["negatif", "positif"]


STRANGE = [
    pytest.param("x" * 1_000_000, "x" * 1_000_000, id="1 MB"),
    pytest.param("banjir " * 150_000, "banjir " * 150_000, id="1 MB of words"),
    pytest.param("air\x00mati", "air\x00mati", id="NUL"),
    pytest.param("😡😡 banjir 👨‍👩‍👧‍👦 🇮🇩", "😡😡 banjir 👨‍👩‍👧‍👦 🇮🇩", id="emoji"),
    pytest.param("مرحبا بكم في فيضان", "مرحبا بكم في فيضان", id="right to left"),
    pytest.param(
        "\u202ebanjir\u202c \u200fdi pasar", "\u202ebanjir\u202c \u200fdi pasar", id="bidi"
    ),
    pytest.param(
        "<script>alert(1)</script><b>banjir</b>&amp;",
        "<script>alert(1)</script><b>banjir</b>&amp;",
        id="HTML",
    ),
    pytest.param("{" * 5000, "{" * 5000, id="braces"),
    pytest.param('{"text": "\\ud83d setengah"}', "\ud83d setengah", id="half an emoji"),
]


@pytest.mark.parametrize(("line", "text"), STRANGE)
def test_no_line_is_too_strange(siaga: Office, stdin: Any, line: str, text: str) -> None:
    stdin(f"{line}\n{LINE}\n".encode())
    done = siaga("classify")
    assert done.code == GOOD, done.err
    strange, plain = done.lines
    assert strange["text"] == text
    assert plain["sentiment"] == "negatif"


def test_broken_bytes_become_marks_and_lose_no_line(siaga: Office, stdin: Any) -> None:
    stdin(b"banjir \xff\xfe parah\n\xc3\n" + LINE.encode() + b"\n")
    done = siaga("classify")
    assert done.code == GOOD
    assert [one["text"] for one in done.lines] == ["banjir \ufffd\ufffd parah", "\ufffd", LINE]


def test_nothing_to_classify_is_nothing_said(siaga: Office, stdin: Any) -> None:
    stdin(b"")
    assert siaga("classify") == Done(GOOD, "", "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--embeddings", "mungkin"], "--embeddings: mungkin: accepted: auto, off, on"),
        (["tidak-ada.txt"], "tidak-ada.txt"),
        (["."], "."),
    ],
)
def test_classify_refuses_what_it_cannot_do(
    siaga: Office, monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    monkeypatch.chdir(siaga.folder)
    done = siaga("classify", *words)
    assert (done.code, done.out, told in done.err) == (WRONG, "", True)


def test_without_a_model_nothing_is_classified(siaga: Office, stdin: Any) -> None:
    siaga.configure(models=siaga.folder / "kosong")
    stdin(b"banjir\n")
    done = siaga("classify")
    assert (done.code, done.out) == (WRONG, "")
    assert "kosong" in done.err


def test_spikes_judges_a_file(siaga: Office) -> None:
    file = siaga.file("deret.csv", "series,at,count\nair,2026-03-01,3\nair,2026-03-02,4\n")
    done = siaga("spikes", file, "--profile", "mentions")
    assert done.code == GOOD
    head, *found = csv.reader(done.out.splitlines())
    assert head[:3] == ["series", "at", "count"]
    assert [row[:3] for row in found] == [["air", "2026-03-01", "3"], ["air", "2026-03-02", "4"]]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("series,at,count\nair,2026-03-01,3\nair,2026-03-02,empat\n", "line 3: count: 'empat'"),
        ("a;b\n1;2\n", "no column series"),
        (b"series,at,count\n\xff,2026-03-01,3\n", "line 2: series: accepted: UTF-8"),
        (b"series,at,count\nair,2026-03-01,\x003\n", "line 2: count"),
        ("series,at,count\nair,2026-03-01," + "9" * 100_000 + "\n", "line 2: count"),
    ],
)
def test_spikes_names_a_bad_line(siaga: Office, content: str | bytes, told: str) -> None:
    done = siaga("spikes", siaga.file("deret.csv", content))
    assert (done.code, done.out, told in done.err) == (WRONG, "", True)


def test_spikes_refuses_an_unknown_profile_and_a_missing_file(siaga: Office) -> None:
    file = siaga.file("deret.csv", "series,at,count\n")
    assert "accepted: issue, mentions" in siaga("spikes", file, "--profile", "x").err
    missing = siaga("spikes", siaga.folder / "tidak-ada.csv")
    assert (missing.code, "tidak-ada.csv" in missing.err) == (WRONG, True)


# Registers.


def test_the_audit_trail_is_listed_newest_first_and_verified(siaga: Office) -> None:
    for name in ("Ani", "Budi", "Citra"):
        siaga("people", "add", name, "--role", "humas")
    done = siaga("audit", "list", "--most", "2")
    assert [line.split(" ", 1)[1] for line in done.out.splitlines()] == [
        "command line: person person:Citra humas",
        "command line: person person:Budi humas",
    ]
    assert [row["subject"] for row in siaga("audit", "list", "--json").lines][2] == "person:Ani"
    assert siaga("audit", "verify").out == "audit: whole\n"


def test_a_changed_audit_trail_is_found(siaga: Office) -> None:
    siaga("people", "add", "Ani", "--role", "humas")
    siaga("people", "add", "Budi", "--role", "humas")
    db = siaga.store
    db.conn.execute("DROP TRIGGER audit_no_delete")
    db.conn.execute("DELETE FROM audit WHERE seq = 1")
    db.conn.commit()
    assert audit.broken_at(db) == 2
    done = siaga("audit", "verify")
    assert (done.code, done.err) == (REFUSED, "siaga: audit: broken at row 2\n")


def test_sources_are_listed_paused_and_resumed(watched: Office, site: FakeWordPress) -> None:
    assert watched("sources", "list").out == "berita (wordpress): new; never read\n"
    watched("once")
    (line,) = watched("sources", "list", "--json").lines
    assert (line["name"], line["platform"], line["paused"]) == ("berita", "wordpress", None)
    assert (line["state"], line["last_success_at"] is None) == ("ok", False)
    assert watched("sources", "pause", "berita").out == "berita: paused\n"
    assert "paused: paused on the command line" in watched("sources", "list").out
    assert watched("sources", "pause", "berita").code == REFUSED
    assert watched("sources", "resume", "berita").code == GOOD
    assert watched("sources", "resume", "berita").code == REFUSED
    assert watched("sources", "pause", "lain").code == REFUSED


# The trainer's work.


@pytest.fixture
def trainer(siaga: Office) -> Office:
    """The office with a copy of the project's models, so that pointers may move."""
    shutil.copytree(PROJECT / "models", siaga.folder / "models")
    siaga.configure(models=siaga.folder / "models")
    return siaga


@pytest.fixture
def small(siaga: Office) -> Office:
    """The office with a tiny model of its own."""
    serve(tiny_model(), siaga.folder / "models")
    siaga.configure(models=siaga.folder / "models")
    return siaga


def test_each_word_of_an_answer_is_weighed_when_asked_for(small: Office) -> None:
    file = small.file("teks.txt", "Air di kampung gk bagus\n\n")
    done = small("classify", "--explain", file)
    assert done.code == GOOD, done.err
    first, empty = done.lines
    assert [token for token, _ in first["why"]["sentiment"]["tokens"]] == [
        *("air", "di", "kampung", "tidak", "bagus"),
    ]
    assert first["why"]["sentiment"]["answer"] == first["sentiment"] == "negatif"
    assert empty["why"]["sentiment"]["tokens"] == []
    assert "why" not in small("classify", file).lines[0]


def test_what_was_confused_is_drawn_beside_the_file_or_where_it_is_told(small: Office) -> None:
    told = [["air di kampung kotor", "negatif"], ["air di kampung lancar", "positif"]]
    file = write_rows(small.folder / "uji.csv", told, ["text", "sentiment"])
    done = small("evaluate", "--data", file)
    beside = small.folder / "uji-tiny"
    assert (done.code, f"pictures: {beside}" in done.out) == (GOOD, True)
    assert [path.name for path in beside.iterdir()] == ["confusion-sentiment.png"]
    told_folder = small.folder / "gambar" / "baru"
    assert small("evaluate", "--data", file, "--pictures", told_folder).code == GOOD
    drawn = (told_folder / "confusion-sentiment.png").read_bytes()
    assert drawn == (beside / "confusion-sentiment.png").read_bytes()
    assert drawn.startswith(b"\x89PNG")
    done = small("evaluate", "--data", file, "--pictures", file)
    assert (done.code, f"--pictures: {file}: " in done.err) == (WRONG, True)


def _damage(folder: Path) -> None:
    (folder / "issue.npz").write_bytes(b"bukan numpy")


def _renumber(folder: Path, number: int) -> None:
    about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    (folder / "model.json").write_text(json.dumps(about | {"format": number}), encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_damage, "issue.npz: damaged: its checksum is not that of model.json"),
        (lambda folder: (folder / "features.npz").unlink(), "features.npz: missing"),
        (lambda folder: (folder / "model.json").unlink(), "model.json: missing"),
        (lambda folder: (folder / "model.json").write_text("{"), "model.json: damaged"),
        (shutil.rmtree, "tiny: no such folder"),
        (
            lambda folder: _renumber(folder, FORMAT + 1),
            f"format {FORMAT + 1} is newer than this siaga reads ({FORMAT})",
        ),
        (
            lambda folder: _renumber(folder, 1),
            f"format 1 is older than this siaga reads ({FORMAT}); train it anew",
        ),
    ],
)
def test_a_model_that_cannot_be_read_is_named_and_nothing_said(
    small: Office, spoil: Callable[[Path], None], told: str
) -> None:
    spoil(small.folder / "models" / "tiny")
    done = small("classify", small.file("teks.txt", "banjir\n"))
    assert (done.code, done.out) == (WRONG, "")
    assert told in done.err
    listed = small("models", "list", "--json")
    assert listed.code == GOOD
    assert [told in one["trouble"] for one in listed.lines] in ([True], [])


def test_the_model_before_goes_on_serving_for_one_that_cannot_be_read(small: Office) -> None:
    models = small.folder / "models"
    shutil.copytree(models / "tiny", models / "baru")
    _damage(models / "baru")
    point_to(models, ("baru", "tiny"))
    done = small("classify", small.file("teks.txt", "air di kampung kotor\n"))
    assert (done.code, done.lines[0]["sentiment"]) == (GOOD, "negatif")
    checked = small("check", "--json")
    model = next(one for one in checked.lines if one["name"] == "model")
    assert not model["ok"]
    assert "baru/issue.npz: damaged" in str(model)
    assert "tiny serves in its place" in str(model)


def test_sets_left_out_are_tried_when_asked_for(small: Office) -> None:
    data = small_data(small.folder, every=300)
    shutil.copytree(PROJECT / "data" / "templates", data / "templates")
    text = small.config.read_text(encoding="utf-8")
    small.config.write_text(text.replace(str(PROJECT / "data"), str(data)), encoding="utf-8")
    rows = [
        [str(at), f"warung {word} kata {who}", tone]
        for at, (who, word, tone) in enumerate(
            (who, word, tone)
            for who in ("budi", "sari", "tono", "wati")
            for word, tone in (("enak", "positif"), ("basi", "negatif"), ("biasa", "netral"))
        )
    ]
    outside = small.folder / "luar"
    write_rows(outside / "dkk_semarang" / "train.csv", rows, ["id", "text", "label"])
    done = small("train", "uji-1", "--with", outside, "--trials")
    assert done.code == GOOD, done.err
    assert "dkk_semarang, never taught" in done.out
    card = (small.folder / "models" / "uji-1" / "card.md").read_text(encoding="utf-8")
    assert "| sentiment | dkk_semarang, never taught | 12 |" in card


def test_the_serving_model_is_measured_on_a_file(siaga: Office) -> None:
    told = [[LINE, "negatif"], ["Terima kasih, pelayanan mantap", "positif"]] * 3
    file = write_rows(siaga.folder / "uji.csv", told, ["text", "sentiment"])
    done = siaga("evaluate", "--data", file)
    assert done.code == GOOD, done.err
    assert "sentiment" in done.out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["models", "promote", "tidak-ada"], WRONG),
        (["evaluate", "--data", "tidak-ada.csv"], WRONG),
        (["train", "uji", "--with", "tidak-ada"], WRONG),
        (["train", "../keluar"], WRONG),
    ],
)
def test_the_trainers_mistakes_are_named(
    trainer: Office, monkeypatch: pytest.MonkeyPatch, words: list[str], code: int
) -> None:
    monkeypatch.chdir(trainer.folder)
    done = trainer(*words)
    assert done.code == code, done
    assert done.err.startswith("siaga: ")


def test_the_first_version_has_none_before_it(trainer: Office) -> None:
    first = (trainer.folder / "models" / "CURRENT").read_text(encoding="utf-8").split()[0]
    (trainer.folder / "models" / "CURRENT").write_text(f"{first}\n", encoding="utf-8")
    done = trainer("models", "rollback")
    assert (done.code, "no version served before" in done.err) == (REFUSED, True)
