"""``siaga backtest``: which alerts the rules would have raised on what is stored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from monitor.cli.base import JSON, of, show

if TYPE_CHECKING:
    from monitor.messages.history import Told


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("backtest")(backtest)


def backtest(
    context: typer.Context,
    days: int = typer.Option(28, "--days", min=1, max=3650, help="How far back."),
    waspada: float = typer.Option(None, "--waspada", min=0.01, help="Try this for all issues."),
    siaga: float = typer.Option(None, "--siaga", min=0.01, help="Try this for all issues."),
    awas: float = typer.Option(None, "--awas", min=0.01, help="Try this for all issues."),
    most_a_day: int = typer.Option(None, "--most-a-day", min=0, max=100, help="Try this budget."),
    picture: Path = typer.Option(None, "--picture", help="Write a PNG of the alerts here."),
    as_json: bool = JSON,
) -> None:
    """List each alert that the rules would have raised, and what people said of it then."""
    from contextlib import closing
    from datetime import timedelta

    from monitor import app
    from monitor.messages import history
    from monitor.messages.sensitivity import taught
    from monitor.steps.budget import back_test
    from monitor.texts import write_picture

    settings, db = of(context).store()
    with closing(db):
        tools = app.build_tools(settings)
        own = {"waspada": waspada, "siaga": siaga, "awas": awas}
        now = app.utc_now()
        tried = back_test(
            db,
            tools,
            now - timedelta(days=days),
            now,
            {name: value for name, value in own.items() if value is not None},
            most_a_day,
        )
    for told in tried.told:
        show(_value(told), history.told_line(told, tools.zone), as_json=as_json)
    length = (tried.until - tried.since) / timedelta(days=1)
    end: dict[str, Any] = {"alerts": len(tried.told), "days": round(length, 2)}
    end["times"] = tried.times
    line = history.summary(tried.told, length, tried.most)
    if tried.times > 1:
        line += history.thresholds_raised(tried.times)
    if tried.lessons:
        raised = {name: times for name, times, _ in tried.lessons}
        show({"lessons": raised}, taught(tried.lessons), as_json=as_json)
    show(end, line, as_json=as_json)
    if picture is not None:
        write_picture(
            picture, history.history_picture(tried.told, tried.since, tried.until, tools.zone)
        )


def _value(told: Told) -> dict[str, Any]:
    incident = told.incident
    return {
        "issue": told.topic,
        "opened_at": told.opened_at.isoformat(),
        "closed_at": told.closed_at.isoformat() if told.closed_at else None,
        "level": told.peak.value,
        "score": told.score,
        "observed": told.observed,
        "expected": round(told.expected, 2),
        "hours": told.hours,
        "incident": int(incident.id) if incident else None,
        "state": incident.state.value if incident else None,
        "holder": incident.holder if incident else None,
    }
