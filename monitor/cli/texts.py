"""``siaga classify`` and ``siaga spikes``: the product's judgement on files, without a store."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import typer

from monitor.cli.base import of

if TYPE_CHECKING:
    from monitor.classify.embed import Mode


def add_to(app: typer.Typer) -> None:
    """Add the commands that judge files."""
    app.command("classify")(classify)
    app.command("spikes")(spikes)


def classify(
    context: typer.Context,
    file: Path = typer.Argument(None, help="One text a line, or JSONL with text; default: stdin."),
    embeddings: str = typer.Option(None, "--embeddings", help="auto, off or on."),
    explain: bool = typer.Option(False, "--explain", help="Add the weight of each word: why."),
) -> None:
    """Read texts and say sentiment, issue, intent, urgency, place and more as JSONL, in order."""
    from monitor.errors import ConfigError
    from monitor.texts import classify_lines

    settings = of(context).settings()
    wanted = embeddings or settings.classify.embeddings
    if wanted not in ("auto", "off", "on"):
        raise ConfigError(f"--embeddings: {wanted}: accepted: auto, off, on")
    for line in classify_lines(settings, cast("Mode", wanted), _lines(file), explain=explain):
        sys.stdout.write(line + "\n")


def spikes(
    context: typer.Context,
    file: Path = typer.Argument(help="CSV with series,at,count[,observed]."),
    profile: str = typer.Option("issue", "--profile", help="issue or mentions."),
    picture: Path = typer.Option(None, "--picture", help="Write a PNG of the series here."),
) -> None:
    """Judge series of counts online: CSV out with expected, upper, score, level and reason."""
    from monitor.texts import spike_rows

    settings = of(context).settings()
    for line in spike_rows(settings, file, profile, picture):
        sys.stdout.write(line)


def _lines(file: Path | None) -> Iterator[str]:
    """Lines as text; broken bytes become replacement marks, so that no line is lost."""
    from monitor.errors import ConfigError

    if file is None:
        stream = sys.stdin.buffer
    else:
        try:
            stream = file.open("rb")
        except OSError as error:
            raise ConfigError(f"file: {file}: {error.strerror}") from error
    with stream:
        for raw in stream:
            yield raw.decode("utf-8", "replace").rstrip("\r\n")
