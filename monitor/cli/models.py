"""``siaga train``, ``evaluate`` and ``models``: the trainer's work."""

from __future__ import annotations

from pathlib import Path

import typer

from monitor.cli.base import JSON, of, show
from monitor.progress import progress

models_app = typer.Typer(help="Model versions.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands of the trainer."""
    app.command("train")(train)
    app.command("evaluate")(evaluate)
    app.add_typer(models_app, name="models")


def train(
    context: typer.Context,
    version: str = typer.Argument("", help="Name of the new version: the folder under models/."),
    outside: Path = typer.Option(None, "--with", help="Folder with smsa/, nusax/, dkk_semarang/."),
    promote: bool = typer.Option(False, "--promote", help="Let it serve at once."),
    trials: bool = typer.Option(False, "--trials", help="Measure on sets left out too (an hour)."),
    guard: bool = typer.Option(False, "--guard", help="Teach the guard's second look instead."),
) -> None:
    """Train a model from data/training, people's labels and, where given, outside sets."""
    if guard:
        _train_guard(of(context).settings().data)
        return
    if not version:
        raise typer.BadParameter("needed without --guard", param_hint="VERSION")
    from monitor import training
    from monitor.store import predictions
    from monitor.store.vectors import StoredVectors

    settings, db = of(context).store()
    labelled = predictions.labelled_texts(db)
    with progress("train") as advance:
        report = training.train(
            settings.data,
            settings.models,
            version,
            outside,
            labelled,
            lambda _, done, total: advance(done, total),
            embeddings=settings.classify.embeddings,
            cache=StoredVectors(settings.database),
            with_trials=trials,
        )
    typer.echo(report.as_text())
    if promote:
        training.promote(settings.models, version)
        typer.echo(f"{version}: serves from the next start")


def _train_guard(data: Path) -> None:
    from monitor.training.guard import train_guard

    typer.echo(f"{train_guard(data).as_text()}\n{data / 'guard'}: serves from the next start")


def evaluate(
    context: typer.Context,
    data: Path = typer.Option(..., "--data", help="CSV: text,sentiment[,issue,intent,urgent]."),
    pictures: Path = typer.Option(None, "--pictures", help="Folder; default: beside the file."),
) -> None:
    """Measure the serving model on a labelled file; draw what it confused."""
    from monitor import training
    from monitor.classify import Classifier
    from monitor.errors import ConfigError

    settings = of(context).settings()
    classifier = Classifier.load(
        settings.models,
        settings.data,
        embeddings=settings.classify.embeddings,
        precision=settings.classify.precision,
        province=settings.office.province,
    )
    report = training.evaluate(classifier, data)
    typer.echo(report.as_text())
    folder = pictures or data.with_name(f"{data.stem}-{report.version}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in report.pictures().items():
            (folder / name).write_bytes(body)
    except OSError as error:
        raise ConfigError(f"--pictures: {folder}: {error.strerror}") from error
    typer.echo(f"\npictures: {folder}")


@models_app.command("list")
def list_models(context: typer.Context, as_json: bool = JSON) -> None:
    """Show the versions; the serving one is marked."""
    from monitor import training

    for version in training.versions(of(context).settings().models):
        state = " (serves)" if version.serving else ""
        trouble = f": {version.trouble}" if version.trouble else ""
        value = {"version": version.name, "serving": version.serving, "trouble": version.trouble}
        show(value, f"{version.name}{state}{trouble}", as_json=as_json)


@models_app.command("promote")
def promote(context: typer.Context, version: str) -> None:
    """Let a version serve from the next start."""
    from monitor import training

    training.promote(of(context).settings().models, version)
    typer.echo(f"{version}: serves from the next start")


@models_app.command("rollback")
def rollback(context: typer.Context) -> None:
    """Let the version before serve again."""
    from monitor import training

    typer.echo(f"{training.rollback(of(context).settings().models)}: serves from the next start")
