"""``siaga export``."""

from __future__ import annotations

from pathlib import Path

import typer

from monitor.cli.base import JSON, of, show
from monitor.progress import progress

_ACTOR = "command line"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(export)


def export(
    context: typer.Context,
    out: Path = typer.Option(..., "--out", help="A folder that is not there yet."),
    since: str = typer.Option(None, "--since", help="First day, such as 2026-03-01."),
    until: str = typer.Option(None, "--until", help="Last day, included."),
    labels_only: bool = typer.Option(False, "--labels-only", help="What people labelled, no more."),
    with_text: str = typer.Option("masked", "--with-text", help="masked, or raw: as written."),
    authors: str = typer.Option("pseudonym", "--authors", help="pseudonym or none."),
    as_json: bool = JSON,
) -> None:
    """Write the office's own comments, labels, incidents, replies and counts as a folder of CSV."""
    from contextlib import closing

    from monitor import exports
    from monitor.app import utc_now
    from monitor.errors import ConfigError

    for name, value, accepted in (
        ("--with-text", with_text, ("masked", "raw")),
        ("--authors", authors, ("pseudonym", "none")),
    ):
        if value not in accepted:
            raise ConfigError(f"{name}: {value}: accepted: {', '.join(accepted)}")
    wish = exports.Wish(
        out,
        exports.day("--since", since),
        exports.day("--until", until),
        labels_only,
        with_text == "raw",
        authors == "pseudonym",
    )
    settings, db = of(context).store()
    with closing(db), progress("export") as advance:
        done = exports.export(db, settings, wish, _ACTOR, utc_now(), advance)
    if wish.raw:
        typer.echo(f"{out}: holds citizens' personal data as written: do not pass it on", err=True)
    told = ", ".join(f"{name} {rows}" for name, rows in done.rows.items())
    show({"folder": str(out), "rows": done.rows}, f"{out}: {told}", as_json=as_json)
