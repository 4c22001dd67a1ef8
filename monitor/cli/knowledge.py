"""``siaga knowledge``: slang, keywords, templates, guard rules and agencies, with their history."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from monitor.cli.base import JSON, of, show

if TYPE_CHECKING:
    from datetime import datetime

    from sqlite_utils import Database

    from monitor.editable import EditableFile
    from monitor.records import Person
    from monitor.steps.answer import Answer
    from monitor.steps.knowing import Proposal
    from monitor.steps.tools import Tools
    from monitor.store.knowledge_changes import Change

knowledge_app = typer.Typer(
    help="Editable knowledge: words, templates, guard rules, agencies.", no_args_is_help=True
)

_FILE = typer.Argument(..., help="A name of `siaga knowledge list`, or the file's path.")
_BY = typer.Option(..., "--by", help="Name of the registered admin or trainer who does it.")
_WHY = typer.Option(..., "--why", help="Why; it stands in the history.")
_TRY = typer.Option(False, "--try", help="Only show what would change.")


def add_to(app: typer.Typer) -> None:
    """Add the commands about knowledge."""
    app.add_typer(knowledge_app, name="knowledge")


@knowledge_app.command("list")
def list_files(context: typer.Context, as_json: bool = JSON) -> None:
    """Show the files that can be changed, with their last change."""
    from monitor.editable import FILES, entries

    tools, db, _ = _office(context)
    from monitor.store import knowledge_changes

    assert tools.library is not None  # the office has one
    disk = tools.library.on_disk()
    for path, text in knowledge_changes.texts(db).items():
        file = FILES[path]
        last = next(iter(knowledge_changes.every(db, 1, path)))
        count, same = len(entries(file, text)), disk.get(path) == text
        value = {
            "name": file.slug,
            "file": path,
            "entries": count,
            "change": last.id,
            "holds": same,
        }
        note = "" if same else " (the file says something else, which is wrong)"
        line = f"{file.slug}: {path}: {count} entries, last change {last.id}{note}"
        show(value, line, as_json=as_json)


@knowledge_app.command("show")
def show_file(context: typer.Context, name: str = _FILE) -> None:
    """Print what a file says."""
    from monitor.store import knowledge_changes

    _, db, _ = _office(context)
    typer.echo(knowledge_changes.texts(db)[_file(db, name).path], nl=False)


@knowledge_app.command("history")
def history(
    context: typer.Context,
    name: str = typer.Argument("", help="Only this file."),
    limit: int = typer.Option(20, "--limit", min=1, help="So many at the most."),
    as_json: bool = JSON,
) -> None:
    """Show the last changes, newest first, with what they changed."""
    from monitor.messages.knowledge import lines
    from monitor.store import knowledge_changes

    _, db, _ = _office(context)
    path = _file(db, name).path if name else None
    for one in knowledge_changes.every(db, limit + 100, path):
        if one.before is None or limit <= 0:
            continue
        limit -= 1
        show(_value(one), _told(one), as_json=as_json)
        if not as_json:
            for line in lines(one.before, one.after, 8):
                typer.echo(f"    {line.mark} {''.join(run.text for run in line.runs)}")


@knowledge_app.command("set")
def set_file(
    context: typer.Context,
    name: str = _FILE,
    source: Path = typer.Option(..., "--from", help="A file with the whole new text."),
    why: str = _WHY,
    by: str = _BY,
    only_try: bool = _TRY,
) -> None:
    """Check a new text, show what it would change on stored comments, and let it hold."""
    from monitor.errors import ConfigError
    from monitor.steps import knowing

    tools, db, now = _office(context)
    try:
        text = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"--from: {source}: {error}") from error
    person = _person(db, by)
    made = knowing.propose(db, tools, person, _file(db, name), text, now)
    _let_hold(db, tools, person, made, why, now, only_try=only_try)


@knowledge_app.command("undo")
def undo(
    context: typer.Context,
    number: int,
    why: str = typer.Option("dibatalkan", "--why", help="Why; it stands in the history."),
    by: str = _BY,
    only_try: bool = _TRY,
) -> None:
    """Take a change back, where no later one touches the same file."""
    from monitor.steps import knowing

    tools, db, now = _office(context)
    person = _person(db, by)
    made = knowing.undoing(db, tools, person, number, now)
    _let_hold(db, tools, person, made, why, now, only_try=only_try)


def _let_hold(
    db: Database,
    tools: Tools,
    person: Person,
    made: Proposal | Answer,
    why: str,
    now: datetime,
    *,
    only_try: bool,
) -> None:
    from monitor.errors import Refused
    from monitor.messages import knowledge as words
    from monitor.steps import knowing, trying
    from monitor.steps.knowing import Proposal

    if not isinstance(made, Proposal):
        raise Refused(f"knowledge: {made.text}")
    seen = trying.preview(db, tools, made, now)
    typer.echo(words.summary(seen))
    for shift in seen.shifts:
        typer.echo(f"  {words.shift_line(shift, seen.unit)}")
        for one in shift.examples:
            typer.echo(f"    {one.before} -> {one.after}: {one.text}")
    for tally in seen.issues:
        typer.echo(f"  {words.tally_line(tally)}")
    if only_try:
        return
    answer = knowing.apply(db, tools, person, made, why, now)
    if not answer.done:
        raise Refused(f"knowledge: {answer.text}")
    typer.echo(answer.text)


def _office(context: typer.Context) -> tuple[Tools, Database, datetime]:
    """The office's tools and database, with whatever was written by hand noted."""
    from monitor.app import build_tools, utc_now
    from monitor.steps import knowing

    settings, db = of(context).store()
    tools, now = build_tools(settings), utc_now()
    assert tools.library is not None  # the office has one
    knowing.fulfil(db, tools, now)
    knowing.notice(db, tools.library, now)
    return tools, db, now


def _file(db: Database, name: str) -> EditableFile:
    from monitor.editable import FILES, named
    from monitor.errors import Refused
    from monitor.store import knowledge_changes

    found, known = named(name), knowledge_changes.texts(db)
    if found is None or found.path not in known:
        names = ", ".join(FILES[path].slug for path in known)
        raise Refused(f"knowledge: {name}: accepted: {names}")
    return found


def _person(db: Database, name: str) -> Person:
    from monitor.errors import Refused
    from monitor.store import people

    person = people.by_name(db, name)
    if person is None or not person.active:
        raise Refused(f"person: {name}: not registered")
    return person


def _value(one: Change) -> dict[str, object]:
    return {
        "id": one.id,
        "file": one.file,
        "person": one.person,
        "why": one.why,
        "at": one.at.isoformat(),
        "state": one.state,
        "undoes": one.undoes,
    }


def _told(one: Change) -> str:
    undoes = f" (undoes {one.undoes})" if one.undoes else ""
    state = "" if one.state == "done" else f" [{one.state}]"
    return f"{one.id}: {one.at.isoformat()}: {one.file}: {one.person}: {one.why}{undoes}{state}"
