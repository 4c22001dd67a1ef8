"""``siaga drill``."""

from __future__ import annotations

import typer

from monitor.cli.base import of


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("drill")(drill)


def drill(
    context: typer.Context,
    name: str = typer.Argument(None, help="Scenario, see --list."),
    minutes: float = typer.Option(
        None, "--minutes", min=5, max=240, help="Length; the scenario is stretched to it."
    ),
    speed: float = typer.Option(
        1.0, "--speed", min=0.1, max=600, help="How many times faster than the wall the clock runs."
    ),
    solo: bool = typer.Option(False, "--solo", help="Page only, without the registered people."),
    port: int = typer.Option(8090, "--port", help="Port of the page; 0 takes a free one."),
    listed: bool = typer.Option(False, "--list", help="List the scenarios and end."),
) -> None:
    """Practise a crisis in a training group: marked LATIHAN, timed, with a one-page result."""
    from monitor import app, running
    from monitor.drill import Plan, names, read_scenario, run
    from monitor.errors import ConfigError
    from monitor.messages import drill as words

    settings = of(context).settings()
    known = names(settings.data / "drill")
    if listed:
        for one in known:
            typer.echo(words.listed(read_scenario(settings.data / "drill", one)))
        return
    if name is None:
        raise ConfigError(f"drill: which: accepted: {', '.join(known)}")
    plan = Plan(name, minutes, speed, solo, port)
    running.stop_on_signals(plan.over.set)
    _, files = run(settings, plan, typer.echo, app.utc_now())
    typer.echo(words.written(files))
