"""``siaga train``, ``evaluate`` and ``models``: the trainer's work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from monitor.cli.base import JSON, of, show

if TYPE_CHECKING:
    from sqlite_utils import Database

    from monitor.config import Settings
    from monitor.store.serving import Switch
    from monitor.training import Version

models_app = typer.Typer(help="Model versions.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands of the trainer."""
    app.command("train")(train)
    app.command("evaluate")(evaluate)
    app.add_typer(models_app, name="models")


def train(
    context: typer.Context,
    version: str = typer.Argument("", help="Name of the new version; default: date and letter."),
    outside: Path = typer.Option(None, "--with", help="Folder with smsa/, nusax/, dkk_semarang/."),
    promote: bool = typer.Option(False, "--promote", help="Let it serve if it passes the gate."),
    trials: bool = typer.Option(False, "--trials", help="Measure on sets left out too (an hour)."),
    guard: bool = typer.Option(False, "--guard", help="Teach the guard's second look instead."),
    night: bool = typer.Option(False, "--night", hidden=True, help="Started by the service."),
) -> None:
    """Train a candidate from data/training, people's labels and outside sets, and judge it."""
    if guard:
        _train_guard(of(context).settings().data)
        return
    from monitor.cli.training import Wanted, run_training
    from monitor.night import stay_behind

    if night:
        stay_behind()
    settings, db = of(context).store()
    wanted = Wanted(version, outside, trials, "siaga" if night else settings.web.acting)
    made = run_training(settings, db, wanted)
    if promote:
        _promote(settings, db, made, whatever=False)


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
    """Show the versions, what became of each candidate, and how far a reading is."""
    from monitor import training
    from monitor.store import candidates, serving
    from monitor.store.knowledge_changes import model_of

    settings, db = of(context).store()
    serves, reading = serving.now_serving(db), serving.reading(db)
    states = {one.version: one.state.value for one in candidates.newest(db, 1000)}
    for version in training.versions(settings.models):
        now = model_of(serves.version) == version.name if serves else version.serving
        read = reading if reading and model_of(reading.version) == version.name else None
        _show_version(version, now, states.get(version.name), read, as_json)


def _show_version(
    version: Version, serves: bool, state: str | None, reading: Switch | None, as_json: bool
) -> None:
    value: dict[str, Any] = {
        "version": version.name,
        "serving": serves,
        "trouble": version.trouble,
        "candidate": state,
        "reading": [reading.done, reading.total] if reading else None,
    }
    told = ["serves"] if serves else []
    told += [f"candidate: {state}"] if state else []
    told += [f"reads the history: {reading.done} of {reading.total}"] if reading else []
    line = version.name + (f" ({'; '.join(told)})" if told else "")
    show(value, line + (f": {version.trouble}" if version.trouble else ""), as_json=as_json)


@models_app.command("promote")
def promote(
    context: typer.Context,
    version: str,
    force: bool = typer.Option(False, "--force", help="Even one that did not pass the gate."),
) -> None:
    """Let a version serve, after it has read the stored history."""
    settings, db = of(context).store()
    _promote(settings, db, version, whatever=force)


@models_app.command("rollback")
def rollback(context: typer.Context) -> None:
    """Let the model before serve again."""
    from monitor.promoting import before

    settings, db = of(context).store()
    _promote(settings, db, before(settings, db), whatever=True)


@models_app.command("stop")
def stop(context: typer.Context) -> None:
    """End the reading of a version that was to serve."""
    from monitor.app import utc_now
    from monitor.promoting import stop

    settings, db = of(context).store()
    stopped = stop(db, settings.web.acting, utc_now())
    typer.echo(f"{stopped}: stopped; what served before goes on")


def _promote(settings: Settings, db: Database, version: str, *, whatever: bool) -> None:
    from monitor.app import utc_now
    from monitor.progress import progress
    from monitor.promoting import Wish, promote
    from monitor.store.serving import SERVES

    wish = Wish(version, settings.web.acting, whatever)
    with progress("history") as advance:
        switch = promote(settings, db, wish, utc_now, advance)
    if switch is None:
        typer.echo(f"{version}: serves from the next start")
    elif switch.state == SERVES:
        typer.echo(f"{version}: serves; {switch.changed} comments count otherwise")
    else:
        typer.echo(f"{version}: wanted; the service reads {switch.total} comments first")
