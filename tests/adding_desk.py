"""An office at whose terminal somebody types: lines in, what was told out."""

from __future__ import annotations

import io
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.bare import bare_process
from tests.test_cli import Done, Office


class Answering(io.TextIOBase):
    """A stdin whose lines may be made when they are asked for, from what was told so far."""

    def __init__(self, lines: tuple[str | Callable[[], str], ...]) -> None:
        super().__init__()
        self._lines = list(lines)

    def readline(self, size: int | None = -1) -> str:  # type: ignore[override]
        del size
        if not self._lines:
            return ""
        line = self._lines.pop(0)
        return (line() if callable(line) else line) + "\n"

    def left(self) -> int:
        return len(self._lines)


class Desk(Office):
    """The command line with a pipe instead of a keyboard."""

    def __init__(
        self, folder: Path, capture: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch
    ) -> None:
        super().__init__(folder, capture)
        self._patch = patch
        self.told = ""
        self.before = self.config.read_bytes()

    def typed(self, words: str, *lines: str | Callable[[], str]) -> Done:
        """Run words of the command line while these lines are typed; all of them must be asked."""
        given = Answering(lines)
        self._patch.setattr(sys, "stdin", given)
        done = self(*words.split())
        assert given.left() == 0, f"never asked: {given.left()} lines\n{done.out}{done.err}"
        return done

    def now_told(self) -> str:
        """What was told since the command began; for lines that depend on it."""
        self.told += self._capture.readouterr().out
        return self.told

    @property
    def env(self) -> Path:
        return self.folder / "siaga.env"

    def nothing_written(self) -> bool:
        return self.config.read_bytes() == self.before and not self.env.exists()

    def added(self) -> str:
        """What stands behind the old configuration, which must be untouched."""
        now = self.config.read_bytes()
        assert now.startswith(self.before)
        return now[len(self.before) :].decode()

    def secrets(self) -> str:
        """siaga.env, which nobody else may read."""
        assert stat.S_IMODE(self.env.stat().st_mode) == 0o600
        return self.env.read_text(encoding="utf-8")


@contextmanager
def at_desk(
    folder: Path, capture: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """A desk without settings in the environment; the log is as before afterwards."""
    with bare_process(patch):
        yield Desk(folder, capture, patch)
