"""``siaga narasi``: the office's approved statements on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from monitor.cli.base import JSON, of, show

if TYPE_CHECKING:
    from sqlite_utils import Database

    from monitor.records import Narrative, Person
    from monitor.steps.answer import Answer

narrative_app = typer.Typer(
    help="Approved statements: what every channel says alike.", no_args_is_help=True
)

_BY = typer.Option(..., "--by", help="Name of the registered admin who does it.")
_MOST_DAYS = 365


def add_to(app: typer.Typer) -> None:
    """Add the commands about statements."""
    app.add_typer(narrative_app, name="narasi")


@narrative_app.command("list")
def list_narratives(
    context: typer.Context,
    every: bool = typer.Option(False, "--all", help="Drafts and ended ones too."),
    as_json: bool = JSON,
) -> None:
    """Show the statements that hold, with who read and who used them."""
    from monitor.app import utc_now
    from monitor.records import NarrativeUse
    from monitor.store import narratives

    _, db = of(context).store()
    for one in narratives.every(db) if every else narratives.valid(db, utc_now()):
        seen = narratives.who(db, one.id, NarrativeUse.SEEN)
        used = narratives.who(db, one.id, NarrativeUse.USED)
        value = {**_value(one), "seen": list(seen), "used": list(used)}
        line = f"{_told(one)}; seen by {len(seen)}, used by {len(used)}"
        show(value, line, as_json=as_json)


@narrative_app.command("add")
def add(
    context: typer.Context,
    topic: str = typer.Argument(..., help="An issue's key, or free words."),
    fact: list[str] = typer.Option(..., "--fact", help="One short sentence; repeat it."),
    link: str = typer.Option(..., "--link", help="The official page."),
    days: int = typer.Option(7, "--days", min=0, max=_MOST_DAYS, help="Days it holds; 0: today."),
    free: bool = typer.Option(False, "--bebas", help="A free topic, although an issue is near."),
    by: str = _BY,
) -> None:
    """Make a draft; another admin approves it."""
    from monitor.app import build_tools, utc_now
    from monitor.errors import Refused
    from monitor.steps import narrate
    from monitor.steps.answer import Answer
    from monitor.store import narratives

    settings, db = of(context).store()
    tools, person, now = build_tools(settings), _person(db, by), utc_now()
    named = narrate.free_topic(tools, topic)
    if named is None:
        raise Refused(f"topic: {topic}: accepted: an issue's key, or a few words")
    near = None if free else narrate.near_issue(tools, named)
    if near is not None:
        raise Refused(f"topic: {topic}: near the issue {near.key} ({near.name}); --bebas: not it")
    wrong = narrate.wrong_link(tools, link.strip())
    if wrong:
        raise Refused(f"narasi: {wrong}")
    made = narrate.propose(db, tools, person, named, "\n".join(fact), now)
    if isinstance(made, Answer):
        raise Refused(f"narasi: {made.text}")
    narrate.put_link(db, tools, person, made, link, now)
    narrate.put_until(db, tools, person, made, days, None, now)
    draft = narratives.get(db, made)
    assert draft is not None  # written just above
    typer.echo(_told(draft))


@narrative_app.command("approve")
def approve(context: typer.Context, number: int, by: str = _BY) -> None:
    """Approve a draft: it holds from now on, and the running service spreads it."""
    from monitor.app import utc_now
    from monitor.records import NarrativeId
    from monitor.steps import narrate

    _, db = of(context).store()
    _ended(number, narrate.approve(db, _person(db, by), NarrativeId(number), utc_now()))
    typer.echo(f"approved: {number}")


@narrative_app.command("withdraw")
def withdraw(context: typer.Context, number: int, by: str = _BY) -> None:
    """Take a statement or a draft back; whoever has it is told."""
    from monitor.app import utc_now
    from monitor.records import NarrativeId
    from monitor.steps import narrate

    _, db = of(context).store()
    _ended(number, narrate.withdraw(db, _person(db, by), NarrativeId(number), utc_now()))
    typer.echo(f"withdrawn: {number}")


def _person(db: Database, name: str) -> Person:
    from monitor.errors import Refused
    from monitor.store import people

    person = people.by_name(db, name)
    if person is None or not person.active:
        raise Refused(f"person: {name}: not registered")
    return person


def _ended(number: int, answer: Answer) -> None:
    from monitor.errors import Refused

    if not answer.done:
        raise Refused(f"narasi: {number}: {answer.text}")


def _value(one: Narrative) -> dict[str, object]:
    return {
        "id": int(one.id),
        "topic": one.topic,
        "version": one.version,
        "title": one.title,
        "facts": list(one.facts),
        "link": one.link,
        "state": one.state.value,
        "made_by": one.made_by,
        "approved_by": one.approved_by,
        "until_at": one.until_at and one.until_at.isoformat(),
    }


def _told(one: Narrative) -> str:
    version = f" v{one.version}" if one.version else ""
    until = f" until {one.until_at.isoformat()}" if one.until_at else ""
    return f"{one.id}: {one.title}{version}: {one.state.value}{until}: {one.facts[0]}"
