"""Questions on a terminal, or on a pipe where nobody sits: one line an answer.

Layer 8. A secret is never shown while it is typed, and never stands on the command line.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer


class Dialogue:
    """Asks and tells. ``mute``: a script drives; its callers ask nothing, and nothing is told."""

    def __init__(self, *, mute: bool = False) -> None:
        self.mute = mute

    def say(self, text: str) -> None:
        """Tell, unless a script drives."""
        if not self.mute:
            typer.echo(text)

    def line(self, prompt: str, default: str = "") -> str:
        """One line, trimmed; ``default`` for an empty one.

        Raises:
            typer.Abort: the input ended, or Ctrl+C.
        """
        answer: str = typer.prompt(prompt, default=default, show_default=bool(default))
        return answer.strip()

    def secret(self, prompt: str) -> str:
        """One line that is not shown; like :meth:`line`."""
        if sys.stdin.isatty():
            answer: str = typer.prompt(prompt, default="", show_default=False, hide_input=True)
            return answer.strip()
        # getpass would look for a terminal and pass the pipe by
        typer.echo(f"{prompt}: ")
        line = sys.stdin.readline()
        if not line:
            raise typer.Abort
        return line.strip()

    def yes(self, question: str, *, default: bool) -> bool:
        """Yes or no; Enter means ``default``."""
        hint = "Y/t" if default else "y/T"
        answer = self.line(f"{question} [{hint}]").lower()
        return answer.startswith("y") if answer else default

    def until(self, ask: Callable[[], str], good: Callable[[str], str | None]) -> str:
        """Ask until ``good`` has nothing to say against the answer."""
        while True:
            answer = ask()
            against = good(answer)
            if against is None:
                return answer
            self.say(against)
