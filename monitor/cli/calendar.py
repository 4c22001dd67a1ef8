"""``siaga calendar``: the office's holidays, and the missing ones of a year from a library."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import typer

from monitor.cli.base import JSON, of, show

calendar_app = typer.Typer(help="Holidays and Ramadan of the office.", no_args_is_help=True)

_COUNTRY, _LANGUAGE = "ID", "id"
_TABLE = re.compile(r"\s*\[")
_HOLIDAYS = re.compile(r"\s*\[\s*libur\s*\]")
_DAY = re.compile(r"\s*[\"']?(\d{4}-\d{2}-\d{2})[\"']?\s*=")
_YEAR = typer.Argument(None, min=1990, max=2100, help="Which year; this one, if none is named.")


def add_to(app: typer.Typer) -> None:
    """Add the commands of the calendar."""
    app.add_typer(calendar_app, name="calendar")


@calendar_app.command("show")
def show_year(context: typer.Context, year: int = _YEAR, as_json: bool = JSON) -> None:
    """Show the holidays of a year as the file has them."""
    from monitor.app import utc_now
    from monitor.knowledge import load_knowledge

    settings = of(context).settings()
    wanted = year or utc_now().astimezone(settings.office.zone).year
    calendar = load_knowledge(settings.data).calendar
    days = [day for day in sorted(calendar.holidays) if day.year == wanted]
    for day in days:
        value = {"day": day.isoformat(), "name": calendar.holidays[day]}
        show(value, f"{day}  {calendar.holidays[day]}", as_json=as_json)
    if not days and not as_json:
        typer.echo(f"{wanted}: no holiday is known; siaga calendar fill {wanted}")


@calendar_app.command("fill")
def fill(
    context: typer.Context,
    year: int = typer.Argument(min=1990, max=2100, help="Which year."),
) -> None:
    """Add the national holidays of a year that the file lacks; what is there stays as it is."""
    file = of(context).settings().data / "calendar" / "libur.toml"
    added = add_missing(file, national_holidays(year))
    for day, name in sorted(added.items()):
        typer.echo(f"+ {day}  {name}")
    typer.echo(f"{year}: {len(added)} days added to {file.name}")
    typer.echo(
        "These dates come from a library, not from the government: check them and the cuti "
        "bersama against the joint decree (SKB) of the year."
    )


def national_holidays(year: int) -> Mapping[date, str]:
    """National holidays and, where they are known, collective leave (cuti bersama) of a year.

    Dates of the Islamic calendar in years without a decree are estimates of the ``holidays``
    package, whose names say so.
    """
    import holidays

    found = holidays.country_holidays(
        _COUNTRY, years=year, language=_LANGUAGE, categories=("public", "government")
    )
    # Two holidays of one day come as one name with a semicolon.
    return {day: name.replace(";", ",") for day, name in found.items()}


def add_missing(file: Path, days: Mapping[date, str]) -> Mapping[date, str]:
    """Write the days that the file lacks into it; which ones they were.

    Raises:
        ConfigError: the file cannot be read, is no calendar, or cannot be written.
    """
    from monitor.calendar import read_calendar
    from monitor.errors import ConfigError

    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        known = read_calendar(text, str(file)).holidays
        missing = {day: name for day, name in days.items() if day not in known}
        fresh = with_days(text, missing)
        # Nothing is written that could not be read again.
        read_calendar(fresh, str(file))
        if missing:
            _replace(file, fresh)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"calendar: {file}: {error}") from error
    return missing


def with_days(text: str, days: Mapping[date, str]) -> str:
    """The text with a line for each day in its [libur], after the last earlier day there."""
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    if not any(_HOLIDAYS.match(line) for line in lines):
        lines += ["\n"] * bool(lines) + ["[libur]\n"]
    for day, name in sorted(days.items()):
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        lines.insert(_place(lines, day), f'{day.isoformat()} = "{quoted}"\n')
    return "".join(lines)


def _place(lines: list[str], day: date) -> int:
    """Before which line a day goes: after the last earlier one, else right below the head."""
    head = next(i for i, line in enumerate(lines) if _HOLIDAYS.match(line))
    place = head + 1
    for i, line in enumerate(lines[head + 1 :], head + 1):
        if _TABLE.match(line):
            break
        found = _DAY.match(line)
        if found and found[1] < day.isoformat():
            place = i + 1
    return place


def _replace(file: Path, text: str) -> None:
    """A new file in the place of the old one, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_text(text, encoding="utf-8")
    if file.exists():
        fresh.chmod(file.stat().st_mode)
    fresh.replace(file)
