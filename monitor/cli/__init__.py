"""The command line: typer, one file per noun, each command a few lines.

Exit codes: 0 good, 1 not found or refused, 2 configuration, 3 a fault from outside. Heavy imports
happen inside the commands, so ``siaga --help`` is quick.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

from monitor.cli import (
    accounts,
    backtest,
    backups,
    calendar,
    drift,
    drill,
    export,
    knowledge,
    labels,
    models,
    narrative,
    opd,
    people,
    register,
    service,
    texts,
)
from monitor.cli.base import Globals
from monitor.errors import MonitorError

app = typer.Typer(
    name="siaga",
    help="Siaga watches what citizens say to a government, and wakes the right people.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
service.add_to(app)
drill.add_to(app)
texts.add_to(app)
backtest.add_to(app)
models.add_to(app)
drift.add_to(app)
labels.add_to(app)
accounts.add_to(app)
export.add_to(app)
backups.add_to(app)
people.add_to(app)
register.add_to(app)
opd.add_to(app)
narrative.add_to(app)
calendar.add_to(app)
knowledge.add_to(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        from monitor import __version__

        typer.echo(f"siaga {__version__}")
        raise typer.Exit


@app.callback()
def _globals(
    context: typer.Context,
    config: str = typer.Option(None, "--config", help="Configuration file (default: config.toml)."),
    verbose: bool = typer.Option(False, "--verbose", "-v", help="Tell more on stderr."),
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Show the version and exit."
    ),
) -> None:
    context.obj = Globals(config, verbose)


def run_command(arguments: Sequence[str]) -> int:
    """Run one command line; its exit code."""
    try:
        outcome = app(args=list(arguments), standalone_mode=False, prog_name="siaga")
        sys.stdout.flush()
    except MonitorError as error:
        typer.echo(f"siaga: {error}", err=True)
        return error.exit_code
    except typer.Exit as ended:
        return ended.exit_code
    except typer.Abort:
        return 130
    except (BrokenPipeError, SystemExit):
        # The reader (head, say) has what it wanted (typer ends so); do not complain at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _usage(error)
    return outcome if isinstance(outcome, int) else 0


def _usage(error: Exception) -> int:
    """Wrong words on the command line, told by typer's own click; anything else is a bug."""
    show = getattr(error, "show", None)
    if show is None:
        raise error
    show()
    return 2
