"""``siaga label``: the label queue as files for Label Studio, and how far people agree."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from monitor.cli.base import JSON, of, show

labels_app = typer.Typer(help="What people label.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands of the label queue."""
    app.add_typer(labels_app, name="label")


@labels_app.command("export")
def export(
    context: typer.Context,
    out: Path = typer.Option(..., "--out", help="File: .json for tasks with predictions, or CSV."),
    most: int = typer.Option(500, "--most", min=1, max=100_000, help="So many at the most."),
) -> None:
    """Write what waits for labels as Label Studio's tasks; its labelling interface beside it."""
    from monitor.errors import ConfigError
    from monitor.knowledge import load_knowledge
    from monitor.steps import label_studio

    kind = out.suffix.lower()
    if kind not in (".csv", ".json"):  # of these, .xml is the interface beside them
        raise ConfigError(f"--out: {out}: not a format that is written: accepted: .csv .json")
    settings, db = of(context).store()
    found = label_studio.tasks(db, most)
    as_json = kind == ".json"
    body = (
        json.dumps(found, ensure_ascii=False, indent=1) if as_json else label_studio.as_csv(found)
    )
    beside = out.with_suffix(".xml")
    try:
        out.write_text(body, encoding="utf-8")
        beside.write_text(label_studio.interface(load_knowledge(settings.data).taxonomy), "utf-8")
    except OSError as error:
        raise ConfigError(f"--out: {out}: {error.strerror}") from error
    typer.echo(f"{out}: {len(found)} comments; labelling interface: {beside}")
    if not found:
        typer.echo("Nothing waits for labels now: the queue is filled in office hours.")


@labels_app.command("import")
def import_labels(
    context: typer.Context,
    file: Path = typer.Argument(..., help="Label Studio's CSV or JSON-MIN export."),
    as_json: bool = JSON,
) -> None:
    """Take what was labelled in Label Studio; rows that cannot be taken are listed with why."""
    from monitor import app
    from monitor.errors import ConfigError
    from monitor.knowledge import load_knowledge
    from monitor.steps import label_studio

    settings, db = of(context).store()
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"label import: {file}: {error}") from error
    found = label_studio.read(text, file.name)
    issues = load_knowledge(settings.data).taxonomy
    taken = label_studio.take(db, settings.training, issues, found, app.utc_now())
    for at, reason in taken.refused:
        typer.echo(f"{file.name}: {at}: {reason}", err=True)
    value = {"kept": taken.kept, "known": taken.known, "refused": len(taken.refused)}
    line = f"{taken.kept} kept, {taken.known} known already, {len(taken.refused)} refused"
    show(value, line, as_json=as_json)
    if taken.refused:
        raise typer.Exit(1)


@labels_app.command("stats")
def stats(context: typer.Context, as_json: bool = JSON) -> None:
    """Show how the queue stands, who labelled how many, and how far people agree (kappa)."""
    from dataclasses import asdict

    from monitor import app
    from monitor.messages import learning as words
    from monitor.steps import labelling
    from monitor.store import label_pool

    _, db = of(context).store()
    counts = label_pool.figures(db, app.utc_now() - labelling.PAST)
    agreement = labelling.agreement(db)
    if as_json:
        told = [{**asdict(one), "words": words.goodness(one)} for one in agreement]
        value = {**asdict(counts), "agreement": told}
        typer.echo(json.dumps(value, ensure_ascii=False))
        return
    typer.echo(words.states(counts.waiting, counts.conflicts, counts.settled, counts.dropped))
    typer.echo(words.answers_line(counts.answers))
    for one in agreement:
        typer.echo(words.agreement_line(one))
