"""A plugin of pytest: a test fails when a planted secret shows in anything that it put out.

Looked through after each test: its captured output and log, what it read of them itself, what the
programs that it started said, and every file below its folder. (A warning is an error here.)
"""

from __future__ import annotations

import subprocess
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import planted

_told: list[str] = []  # what was found since the last test ended
_looked_at: set[Path] = set()


def told(text: object, where: str) -> None:
    """Look through something that a test got from the product."""
    if text:
        shown = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        _told.extend(planted.in_text(shown, where))


def pytest_configure() -> None:
    """What a test takes out of the captured output itself is looked through as well."""
    read, said = pytest.CaptureFixture.readouterr, subprocess.Popen.communicate

    def readouterr(self: Any) -> Any:
        captured = read(self)
        told(captured.out, "stdout")
        told(captured.err, "stderr")
        return captured

    def communicate(self: Any, *args: Any, **settings: Any) -> Any:
        answered = said(self, *args, **settings)
        for text in answered:
            told(text, "a program's output")
        return answered

    pytest.CaptureFixture.readouterr = readouterr  # type: ignore[method-assign]
    subprocess.Popen.communicate = communicate  # type: ignore[method-assign]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """After its teardown a test is looked through."""
    report = yield
    if call.when == "teardown":
        for name, text in report.sections:
            told(text, name)
        folder = getattr(item, "funcargs", {}).get("tmp_path")
        if isinstance(folder, Path):
            _looked_at.add(folder)
            _told.extend(f"file {name}" for name in planted.in_folder(folder))
        if _told and report.outcome == "passed":
            report.outcome = "failed"
            report.longrepr = "a planted secret shows in " + "; ".join(_told)
        _told.clear()
    return report


@pytest.fixture(scope="session", autouse=True)
def nothing_planted_is_left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Folders that belong to no single test are looked through at the end."""
    yield
    base = tmp_path_factory.getbasetemp()
    folders = [path for path in base.iterdir() if path.is_dir() and not path.is_symlink()]
    rest = [path for path in folders if path not in _looked_at]
    found = [f"{path.name}/{name}" for path in rest for name in planted.in_folder(path)]
    assert found == [], "a planted secret was left in a file"
