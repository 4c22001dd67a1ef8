"""``siaga run``, ``once``, ``check`` and ``demo``."""

from __future__ import annotations

import typer

from monitor.cli.base import JSON, of, show


def add_to(app: typer.Typer) -> None:
    """Add the commands of the service."""
    app.command("run")(run)
    app.command("once")(once)
    app.command("check")(check)
    app.command("demo")(demo)


def run(
    context: typer.Context,
    only: str = typer.Option(None, "--only", help="collect, bot or web, each as its own process."),
) -> None:
    """Run the service: poll, judge, alert, answer, until it is told to stop."""
    from monitor import running
    from monitor.errors import ConfigError

    if only not in (None, "collect", "bot", "web"):
        raise ConfigError(f"--only: {only}: accepted: collect, bot, web")
    settings = of(context).settings()
    config = of(context).path()
    running.run(settings, only, lambda url: typer.echo(f"page: {url}", err=True), config)


def once(context: typer.Context, as_json: bool = JSON) -> None:
    """Do one tick that waits for every source (for cron)."""
    from contextlib import closing
    from dataclasses import asdict

    from monitor import app, running

    settings = of(context).settings()
    tools = app.build_tools(settings)
    with closing(tools.channel):
        done = asdict(running.once(settings, tools, app.utc_now()))
    show(done, " · ".join(f"{name} {count}" for name, count in done.items()), as_json=as_json)


def check(context: typer.Context, as_json: bool = JSON) -> None:
    """Check configuration, database, model, Telegram and every source, one line each."""
    from monitor.checks import check_all

    good = True
    for found in check_all(of(context).settings()):
        good = good and found.ok
        mark = "ok  " if found.ok else "FAIL"
        value = {"name": found.name, "ok": found.ok, "detail": found.detail}
        show(value, f"{mark} {found.name}: {found.detail}", as_json=as_json)
    if not good:
        raise typer.Exit(3)


def demo(
    fast: bool = typer.Option(False, "--fast", help="Do not keep the page open at the end."),
    port: int = typer.Option(8080, "--port", help="Port of the page; 0 takes a free one."),
) -> None:
    """Replay a crisis in an invented kabupaten, offline: from first comment to posted reply."""
    from monitor.demo import play

    play(stay=not fast, port=port)
