"""The search for planted secrets finds a leak, wherever it is."""

from __future__ import annotations

import io
import logging
import sqlite3
import subprocess
import sys
import traceback
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from monitor import logs
from monitor.platforms.oauth import Fixed
from monitor.platforms.offer import Tokens
from tests.planted import PLANTED, in_folder, in_text
from tests.world import PROJECT

# Put together here, so that this file's own tests may show it nowhere else than they mean to.
SECRET = PLANTED + "uji-1"

LEAKY = """
import logging, sys, subprocess
import pytest
SECRET = "rahasia" + "-uji-1"

def test_printed():
    print("token", SECRET)

def test_written_to_stderr():
    print(SECRET, file=sys.stderr)

def test_logged():
    logging.getLogger("monitor").warning("key %s", SECRET)

def test_read_by_itself(capsys):
    print(SECRET)
    capsys.readouterr()

def test_said_by_a_program():
    subprocess.run([sys.executable, "-c", "print('rahasia' + '-uji-1')"], capture_output=True)

def test_left_in_a_file(tmp_path):
    (tmp_path / "ekspor.csv").write_text("id;" + SECRET)

def test_kept_where_it_belongs(tmp_path):
    (tmp_path / "siaga.tokens.db").write_text(SECRET)

def test_clean(capsys, tmp_path):
    print("rahasia umum")
    (tmp_path / "ekspor.csv").write_text("rahasia")
"""


def test_a_leak_of_any_kind_fails_its_test(tmp_path: Path) -> None:
    # beside this test's own folder, where a leak may lie
    (tmp_path / "test_bocor.py").write_text(LEAKY, encoding="utf-8")
    options = f"-q --tb=no -rA -p tests.leaks -p no:cacheprovider --rootdir {tmp_path}"
    options += f" --basetemp {tmp_path / 'kerja'}"
    with (tmp_path / "laporan.txt").open("w") as written:
        ran = subprocess.run(
            [
                sys.executable,
                "-B",
                "-m",
                "pytest",
                *options.split(),
                str(tmp_path / "test_bocor.py"),
            ],
            cwd=PROJECT,
            stdout=written,
            check=False,
        )
    report = (tmp_path / "laporan.txt").read_text(encoding="utf-8")
    failed = {line.split("::")[1].split(" ")[0] for line in report.splitlines() if "ERROR " in line}
    assert ran.returncode == 1
    assert failed == {
        "test_printed",
        "test_written_to_stderr",
        "test_logged",
        "test_read_by_itself",
        "test_said_by_a_program",
        "test_left_in_a_file",
    }, report
    for left in ("kerja", "laporan.txt"):
        _remove(tmp_path / left)


def _remove(path: Path) -> None:
    for one in sorted(path.rglob("*"), reverse=True):
        one.rmdir() if one.is_dir() and not one.is_symlink() else one.unlink()
    path.rmdir() if path.is_dir() else path.unlink()


def test_every_place_in_a_text_is_told_without_the_secret() -> None:
    found = in_text(f"satu {SECRET}, dua\n{SECRET}", "log")
    assert found == ["log: after 'satu '", f"log: after {f'satu {SECRET}, dua '!r}"]
    assert in_text("rahasia umum", "log") == []


def test_databases_packed_files_and_logs_are_looked_into(tmp_path: Path) -> None:
    folder = tmp_path / "kunci.env"  # its own leaks are meant
    (folder / "dalam").mkdir(parents=True)
    conn = sqlite3.connect(folder / "siaga.db")
    conn.execute("CREATE TABLE audit (text TEXT)")
    conn.execute("INSERT INTO audit VALUES (?)", [SECRET])
    conn.commit()
    conn.close()
    with zipfile.ZipFile(folder / "form.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("sheet.xml", SECRET * 50)
    (folder / "dalam" / "siaga.log").write_text(SECRET)
    (folder / "dalam" / "bersih.log").write_text("tidak ada")
    (folder / "siaga.tokens.db").write_text(SECRET)
    assert in_folder(folder) == ["dalam/siaga.log", "form.xlsx", "siaga.db"]
    _remove(folder)


@contextmanager
def logged(as_json: bool) -> Iterator[io.StringIO]:
    """The product's log, as the command line sets it up at DEBUG; pytest captures nothing of it."""
    root, written = logging.getLogger(), io.StringIO()
    quiet = [logging.getLogger(name) for name in ("httpx", "httpcore")]
    before = root.handlers[:], root.level, [one.level for one in quiet]
    root.handlers = []
    logs.configure("debug", [SECRET], written, json=as_json)
    for one in quiet:
        one.setLevel(logging.DEBUG)  # whatever somebody sets
    yield written
    root.handlers, root.level = before[:2]
    for one, level in zip(quiet, before[2], strict=True):
        one.setLevel(level)


@pytest.mark.parametrize("as_json", [False, True])
def test_httpx_at_debug_shows_no_token_in_an_address_or_a_header(as_json: bool) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"ok": True}))
    with logged(as_json) as written, httpx.Client(transport=transport) as client:
        client.get(f"https://x.example/bot{SECRET}/getMe", params={"access_token": SECRET})
        client.get("https://x.example/", headers=dict(Fixed(SECRET).headers()))
    assert "HTTP Request" in written.getvalue() and PLANTED not in written.getvalue()


@pytest.mark.parametrize("stack", [False, True])
@pytest.mark.parametrize("as_json", [False, True])
def test_an_exception_in_the_log_shows_no_token(as_json: bool, stack: bool) -> None:
    with logged(as_json) as written:
        try:
            raise ValueError(f"Bearer {SECRET}") from KeyError(SECRET)
        except ValueError as error:
            logging.getLogger("monitor").exception("failed: %r", error, stack_info=stack)
    assert "ValueError" in written.getvalue() and PLANTED not in written.getvalue()


def test_even_a_traceback_with_locals_shows_no_token_of_an_object() -> None:
    tokens, login = Tokens(SECRET, SECRET), Fixed(SECRET)
    assert tokens.access and login.headers()
    try:
        raise ValueError("failed")
    except ValueError as error:
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
    shown = "".join(told.format())
    assert "Tokens(" in shown and "Fixed(" in shown and PLANTED not in shown
    assert PLANTED not in f"{tokens!r}{login!r}{[tokens]}{(login,)!s}"
