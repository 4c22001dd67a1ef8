"""What every command shares: the configuration, the log and JSON."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from sqlite_utils import Database

    from monitor.config import Settings

JSON = typer.Option(False, "--json", help="One JSON value a line, for machines.")


@dataclass(frozen=True, slots=True)
class Globals:
    """The options that stand before the command."""

    config: str | None
    verbose: bool

    def path(self) -> Path:
        """The configuration file.

        Raises:
            ConfigError: there is none.
        """
        from monitor.config import find_config

        return find_config(Path(self.config) if self.config else None)

    def settings(self, *, without: str = "") -> Settings:
        """The configuration, with the log set up so that no secret can reach it.

        ``without``: a source whose lines of siaga.env, left by an attempt, are passed over.

        Raises:
            ConfigError: no configuration, or a wrong one.
        """
        from monitor.config import load_settings

        settings = load_settings(self.path(), without)
        self.log(settings)
        return settings

    def log(self, settings: Settings) -> None:
        """Set up the log so that no secret of these settings can reach it."""
        from monitor import app, logs

        logs.configure("DEBUG" if self.verbose else "INFO", app.secrets(settings), sys.stderr)

    def store(self) -> tuple[Settings, Database]:
        """The configuration and the database with its sources and chats registered."""
        from monitor.app import prepare
        from monitor.store import open_store

        settings = self.settings()
        db = open_store(settings.database)
        prepare(db, settings)
        return settings, db


def of(context: typer.Context) -> Globals:
    """The global options of a command's context."""
    found = context.obj
    assert isinstance(found, Globals)
    return found


def show(value: dict[str, Any], line: str, *, as_json: bool) -> None:
    """Print one thing for a machine or for a person."""
    typer.echo(json.dumps(value, ensure_ascii=False) if as_json else line)
