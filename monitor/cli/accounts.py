"""``siaga sources`` and ``siaga import``: where comments come from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from monitor.cli.base import JSON, of, show
from monitor.progress import progress

if TYPE_CHECKING:
    from sqlite_utils import Database

sources_app = typer.Typer(help="Watched accounts.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands of the accounts."""
    app.add_typer(sources_app, name="sources")
    app.command("import")(import_file)


@sources_app.command("list")
def list_sources(context: typer.Context, as_json: bool = JSON) -> None:
    """Show each source: last success, next poll, trouble."""
    from monitor.store import sources

    _, db = of(context).store()
    for status in sources.every(db):
        last = status.last_success_at.isoformat() if status.last_success_at else "never"
        well = "ok" if status.last_success_at else "not read yet"
        trouble = f"paused: {status.paused}" if status.paused else (status.error or well)
        value = {
            "name": status.id,
            "platform": status.platform,
            "last_success_at": last,
            "paused": status.paused,
            "error": status.error,
        }
        line = f"{status.id} ({status.platform}): last read {last}; {trouble}"
        show(value, line, as_json=as_json)


@sources_app.command("pause")
def pause(context: typer.Context, name: str) -> None:
    """Stop polling a source until it is resumed."""
    from monitor.errors import Refused
    from monitor.records import SourceId
    from monitor.store import sources

    _, db = of(context).store()
    if not sources.pause(db, SourceId(name), "paused on the command line"):
        raise Refused(f"source: {name}: {_why_not(db, name, 'already paused')}")
    typer.echo(f"{name}: paused")


@sources_app.command("resume")
def resume(context: typer.Context, name: str) -> None:
    """Poll a paused source again at once."""
    from monitor.app import utc_now
    from monitor.errors import Refused
    from monitor.records import SourceId
    from monitor.store import sources

    _, db = of(context).store()
    if not sources.resume(db, SourceId(name), utc_now()):
        raise Refused(f"source: {name}: {_why_not(db, name, 'not paused')}")
    typer.echo(f"{name}: polled again from now on")


def _why_not(db: Database, name: str, already: str) -> str:
    """Why a source was neither paused nor resumed."""
    from monitor.store import sources

    known = [status.id for status in sources.every(db)]
    return already if name in known else f"unknown: known: {', '.join(known) or 'none'}"


def import_file(
    context: typer.Context,
    file: Path = typer.Argument(help="CSV, XLSX, XLS, ODS, JSON or JSONL."),
    mapping: str = typer.Option(
        "default", "--map", help="Column mapping: data/mappings/NAME.toml."
    ),
    report: Path = typer.Option(
        None, "--report", help="Where bad rows go (default: FILE.bad.csv)."
    ),
) -> None:
    """Import comments from any other tool; rows that fail go to a report with line and reason."""
    from monitor.app import utc_now
    from monitor.imports import import_comments

    settings, db = of(context).store()
    target = report or file.with_name(f"{file.name}.bad.csv")
    with progress(f"import {file.name}") as advance:
        done = import_comments(db, settings, file, mapping, target, utc_now(), advance)
    typer.echo(f"{file.name}: {done.stored} new or changed of {done.read} rows")
    if done.bad:
        typer.echo(f"{done.bad} bad rows: {target}", err=True)
        raise typer.Exit(1)
