"""``siaga sources`` and ``siaga import``: where comments come from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from monitor.cli import sources_add
from monitor.cli.base import JSON, of, show
from monitor.progress import progress

if TYPE_CHECKING:
    from sqlite_utils import Database

BY_HAND = "paused on the command line"
sources_app = typer.Typer(help="Watched accounts.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands of the accounts."""
    app.add_typer(sources_app, name="sources")
    sources_add.add_to(sources_app)
    app.command("import")(import_file)


@sources_app.command("list")
def list_sources(context: typer.Context, as_json: bool = JSON) -> None:
    """Show each source: state, last success, budget, token, lost comments; asks no platform."""
    from monitor.app import utc_now
    from monitor.cli.sources_show import line_of, value_of
    from monitor.watching import every

    settings, db = of(context).store()
    now = utc_now()
    for one in every(db, settings, now):
        show(value_of(one, now), line_of(one, now), as_json=as_json)


@sources_app.command("platforms")
def list_platforms(as_json: bool = JSON) -> None:
    """Show every platform: what it needs, what can be done there, its pace and its limits."""
    from monitor.cli.sources_show import line_of_platform, value_of_platform
    from monitor.connecting import platforms

    for offer in platforms():
        show(value_of_platform(offer), line_of_platform(offer), as_json=as_json)


@sources_app.command("pause")
def pause(context: typer.Context, name: str) -> None:
    """Stop polling a source until it is resumed."""
    from monitor.errors import Refused
    from monitor.records import SourceId
    from monitor.store import sources

    _, db = of(context).store()
    if not sources.pause(db, SourceId(name), BY_HAND):
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
        None, "--map", help="Column mapping: data/mappings/NAME.toml (default: by the header)."
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
    if told := done.choice.told:
        typer.echo(f"{file.name}: {told}")
    typer.echo(f"{file.name}: {done.stored} new or changed of {done.read} rows")
    if done.bad:
        typer.echo(f"{done.bad} bad rows: {target}", err=True)
        raise typer.Exit(1)
