"""``siaga backup`` and ``siaga restore``."""

from __future__ import annotations

from pathlib import Path

import typer

from monitor.cli.base import JSON, of, show
from monitor.progress import progress


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    context: typer.Context,
    out: Path = typer.Option(..., "--out", help="The folder that holds the archives."),
    keep: int = typer.Option(
        None, "--keep", min=1, help="So many may lie there, the oldest go (default: all stay)."
    ),
    as_json: bool = JSON,
) -> None:
    """Copy database, data, models and config.toml into one archive, while the service runs."""
    from contextlib import closing

    from monitor import backups
    from monitor.app import utc_now

    settings, db = of(context).store()
    config = of(context).path()
    with closing(db), progress("backup") as advance:
        made = backups.backup(db, settings, config, out, keep, utc_now(), advance)
    removed = f"; {len(made.removed)} older removed" if made.removed else ""
    line = (
        f"{made.path}: {made.manifest.comments:,} comments, {made.size / 1e6:.1f} MB{removed}; "
        "tokens and siaga.env are not in it: keep them elsewhere"
    )
    told = {
        "archive": str(made.path),
        "bytes": made.size,
        "comments": made.manifest.comments,
        "removed": [str(path) for path in made.removed],
    }
    show(told, line, as_json=as_json)


def restore(
    context: typer.Context,
    archive: Path = typer.Argument(help="An archive of siaga backup."),
    into: Path = typer.Option(..., "--into", help="A folder that is not there yet."),
    as_json: bool = JSON,
) -> None:
    """Make a folder of an archive again; no reply goes out from it before people looked it up."""
    from monitor import backups
    from monitor.app import utc_now

    with progress("restore") as advance:
        done = backups.restore(archive, into, utc_now(), advance)
    told = {
        "folder": str(into),
        "made_at": done.manifest.made_at,
        "comments": done.manifest.comments,
        "unsure": done.unsure,
        "ended": done.ended,
        "hidings": done.hidings,
        "audit_broken_at": done.broken_at,
    }
    lines = [f"{into}: {done.manifest.comments:,} comments, as of {done.manifest.made_at}"]
    if done.unsure or done.ended or done.hidings:
        lines.append(
            f"{done.unsure} replies may have been sent since: people look them up; ended: "
            f"{done.ended} suggestions, {done.hidings} wishes to hide or show a comment"
        )
    if done.broken_at is not None:
        lines.append(f"its audit trail is broken at row {done.broken_at}")
    lines += [
        "stop the service that ran before: two of them would answer the same people",
        f"put siaga.env there, then: siaga --config {into / 'config.toml'} check",
    ]
    show(told, "\n".join(lines), as_json=as_json)
