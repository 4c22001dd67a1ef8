"""``siaga sources add`` and ``siaga sources renew``: what can be typed; the rest: sources_flow."""

from __future__ import annotations

import typer

from monitor.cli.base import of

_REDIRECT = typer.Option("", "--redirect", help="Redirect address that the office's app names.")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("add")(add)
    app.command("renew")(renew)


def add(
    context: typer.Context,
    platform: str = typer.Argument(None, help="See siaga sources platforms; left out: asked."),
    name: str = typer.Option(None, "--name", help="Its name here: a-z, 0-9 and _."),
    given: list[str] = typer.Option(
        [], "--set", metavar="KEY=VALUE", help="A key of config.toml, no secret; may be repeated."
    ),
    no_ask: bool = typer.Option(False, "--no-ask", help="Ask nothing; refuse if a key is missing."),
    redirect: str = _REDIRECT,
    dry_run: bool = typer.Option(
        False, "--dry-run", help="Show what would be written; ask no platform, write nothing."
    ),
) -> None:
    """Add a source: asks for what its platform needs, checks it there, then writes it."""
    from monitor.cli import sources_flow

    work = sources_flow.begun(of(context), platform, name, given, redirect, no_ask=no_ask)
    if dry_run:
        sources_flow.show(work)
    else:
        sources_flow.finish(of(context), work)


def renew(
    context: typer.Context,
    name: str = typer.Argument(help="A configured source."),
    redirect: str = _REDIRECT,
) -> None:
    """Give a source new secrets: asks for them, checks them at its platform, then writes them."""
    from monitor.cli import sources_flow

    sources_flow.finish(of(context), sources_flow.begun_again(of(context), name, redirect))
