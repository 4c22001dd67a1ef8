"""``siaga drift``: whether people write otherwise than what the model learned."""

from __future__ import annotations

from pathlib import Path

import typer

from monitor.cli.base import JSON, of, show


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("drift")(drift)


def drift(
    context: typer.Context,
    as_json: bool = JSON,
    picture: Path = typer.Option(None, "--picture", help="Draw the last 13 weeks into this file."),
) -> None:
    """Show how comments were read this week, beside the four weeks before."""
    from monitor.messages.drift import JSON_NAMES, drift_table
    from monitor.steps import drift_views
    from monitor.store import drift as store

    _, db = of(context).store()
    last, lines = store.last_day(db), drift_views.lines(db)
    if picture is not None:
        _write(picture, drift_views.picture(db))
    if not as_json:
        typer.echo(drift_table(lines, last))
        return
    for line in lines:
        value = {
            "day": str(last),
            "source": line.cut.source,
            "language": line.cut.language,
            "comments": line.comments,
            "now": dict(zip(JSON_NAMES, line.now, strict=True)),
            "before": dict(zip(JSON_NAMES, line.before, strict=True)),
        }
        show(value, "", as_json=True)


def _write(file: Path, body: bytes | None) -> None:
    from monitor.errors import ConfigError

    if body is None:
        raise ConfigError("drift: no day was counted yet; nothing to draw")
    try:
        file.write_bytes(body)
    except OSError as error:
        raise ConfigError(f"--picture: {file}: {error.strerror}") from error
