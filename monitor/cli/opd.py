"""``siaga opd`` and ``siaga handoff``: who is asked, and forms for the national systems."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from monitor.cli.base import JSON, of, show

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from monitor.incidents.routing import Routes
    from monitor.records import Handoff, Opd

opd_app = typer.Typer(help="Agencies, and which of them answers for what.", no_args_is_help=True)

_ACTOR = "command line"
_MOST = 20
_NUMBER = typer.Argument(None, help="Number of the hand-off; left out: the newest ones.")
_OUT = typer.Option(None, "--out", help="Write its form as a spreadsheet (.xlsx).")


def add_to(app: typer.Typer) -> None:
    """Add the commands about agencies and hand-offs."""
    app.add_typer(opd_app, name="opd")
    app.command("handoff")(handoff)


@opd_app.command("list")
def list_opds(context: typer.Context, as_json: bool = JSON) -> None:
    """Show every agency with its chat, head and issues, and what people taught."""
    from monitor.knowledge import load_knowledge
    from monitor.store import people, routes

    settings, db = of(context).store()
    known = load_knowledge(settings.data).routes
    registered = {person.name for person in people.every(db) if person.active}
    for opd in known.opds.values():
        issues = _issues(known, opd)
        value = {
            "key": opd.key,
            "name": opd.name,
            "short": opd.short,
            "chat": opd.chat,
            "topic": opd.topic,
            "head": opd.head,
            "head_registered": opd.head in registered if opd.head else None,
            "copies": list(opd.copies),
            "contacts": list(opd.contacts),
            "issues": issues,
        }
        show(value, f"{opd.short}: {_line(opd, registered)}; {_few(issues)}", as_json=as_json)
    for one in routes.every(db):
        value = {
            "route": one.id,
            "issue": one.rule.issue,
            "place": one.rule.place,
            "opd": one.rule.opd,
            "made_by": one.made_by,
            "made_at": one.made_at.isoformat(),
        }
        where = f"{one.rule.issue} in {one.rule.place or 'any place'}"
        line = f"learned {one.id}: {where} -> {one.rule.opd} (by {one.made_by})"
        show(value, line, as_json=as_json)


@opd_app.command("forget")
def forget(context: typer.Context, route: int) -> None:
    """Drop a route that people taught; `siaga opd list` shows its number."""
    from monitor.app import utc_now
    from monitor.errors import Refused
    from monitor.store import routes

    _, db = of(context).store()
    if not routes.forget(db, route, _ACTOR, utc_now()):
        raise Refused(f"route: {route}: not known")
    typer.echo(f"forgotten: {route}")


def handoff(
    context: typer.Context,
    number: int | None = typer.Argument(
        None, help="Number of the hand-off; left out: the newest ones."
    ),
    out: Path | None = typer.Option(None, "--out", help="Write its form as a spreadsheet (.xlsx)."),
    as_json: bool = JSON,
) -> None:
    """Show hand-offs to SP4N-LAPOR! and PPID, or write one as a filled form."""
    from monitor.errors import Refused
    from monitor.knowledge import load_knowledge
    from monitor.records import HandoffId
    from monitor.steps.handoff import export
    from monitor.store import handoffs

    settings, db = of(context).store()
    if number is None:
        for one in handoffs.newest(db, _MOST):
            show(_value(one), _told(one), as_json=as_json)
        return
    found = handoffs.get(db, HandoffId(number))
    if found is None:
        raise Refused(f"hand-off: {number}: not known")
    if out is None:
        show(_filled(found), "\n".join(_form(found, settings.office.zone)), as_json=as_json)
        return
    system = load_knowledge(settings.data).systems.known.get(found.system)
    export(settings, system.mapping if system else found.system, found, out)
    typer.echo(f"{out}: written")


def _filled(one: Handoff) -> dict[str, object]:
    form = one.form
    return {
        **_value(one),
        "content": form.content,
        "category": form.category,
        "agency": form.agency,
        "place": form.place,
        "at": form.at.isoformat(),
        "links": list(form.links),
    }


def _form(one: Handoff, zone: ZoneInfo) -> list[str]:
    """Every field of a form, as people copy it into the national system."""
    form = one.form
    fields = (
        ("Judul", form.title),
        ("Isi", form.content),
        ("Kategori", form.category),
        ("Instansi", form.agency),
        ("Tempat", form.place),
        ("Tanggal", f"{form.at.astimezone(zone):%d-%m-%Y %H:%M}"),
        ("Tautan", "\n".join(form.links)),
    )
    return [_told(one), *(f"{label}: {text or '-'}" for label, text in fields)]


def _issues(known: Routes, opd: Opd) -> list[str]:
    rules = [rule for rule in known.rules if rule.opd == opd.short]
    return [f"{rule.issue} ({rule.place})" if rule.place else rule.issue for rule in rules]


def _few(issues: list[str]) -> str:
    return ", ".join(issues) or "no issue"


def _line(opd: Opd, registered: set[str]) -> str:
    topic = f", topic {opd.topic}" if opd.topic else ""
    chat = f"chat {opd.chat}{topic}" if opd.chat else "no chat"
    if opd.head is None:
        return chat
    return f"{chat}; head {opd.head}{'' if opd.head in registered else ' (not registered)'}"


def _value(one: Handoff) -> dict[str, object]:
    return {
        "id": int(one.id),
        "incident": int(one.incident_id),
        "comment": one.comment_id and int(one.comment_id),
        "system": one.system,
        "state": one.state.value,
        "title": one.form.title,
        "ticket": one.ticket,
        "made_by": one.made_by,
        "made_at": one.made_at.isoformat(),
    }


def _told(one: Handoff) -> str:
    ticket = f" {one.ticket}" if one.ticket else ""
    return f"{one.id}: {one.system} {one.state.value}{ticket}: {one.form.title}"
