"""The progress bar: seen by people, silent for machines."""

from __future__ import annotations

import io
import sys

import pytest

from monitor.progress import progress


class Terminal(io.StringIO):
    """A stderr that somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_nobody_is_shown_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("memuat") as advance:
        advance(3, 10)
        advance(4, None, "bagian")
    assert capsys.readouterr() == ("", "")


def test_where_nobody_watches_each_part_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="monitor.progress")
    with progress("train") as advance:
        advance(0, None)
        for part in ("read", "sentiment"):
            for done in range(3):
                advance(done, 3, part)
    assert caplog.messages == ["train: read", "train: sentiment"]


def test_a_person_sees_title_and_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with progress("memuat") as advance:
        advance(0, None)
        advance(7, 10)
    assert "memuat" in screen.getvalue()
    assert "7/10" in screen.getvalue()


def test_a_person_sees_which_part_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with progress("memuat") as advance:
        advance(2, 5, "tetapan")
    assert "memuat tetapan" in screen.getvalue()
    assert "2/5" in screen.getvalue()
