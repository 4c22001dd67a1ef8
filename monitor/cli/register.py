"""``siaga people`` and ``siaga audit``: who may do what, and what was done."""

from __future__ import annotations

import typer

from monitor.cli.base import JSON, of, show

people_app = typer.Typer(help="The register of people.", no_args_is_help=True)
audit_app = typer.Typer(help="The append-only audit trail.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands of the registers."""
    app.add_typer(people_app, name="people")
    app.add_typer(audit_app, name="audit")


@people_app.command("add")
def add(
    context: typer.Context,
    name: str = typer.Argument(help="Name as colleagues read it on cards."),
    role: list[str] = typer.Option(..., "--role", help="humas, admin, trainer, opd or pimpinan."),
    telegram: int = typer.Option(None, "--telegram", help="Telegram id; the bot tells it: /saya."),
) -> None:
    """Register a person, or change roles and Telegram id of one with that name."""
    from monitor.app import utc_now
    from monitor.store import people

    _, db = of(context).store()
    person = people.add(db, name, _roles(role), telegram, "command line", utc_now())
    typer.echo(f"{person.name}: {', '.join(sorted(person.roles))}")


@people_app.command("role")
def role(context: typer.Context, name: str, role: list[str]) -> None:
    """Replace the roles of a registered person; the role "none" takes all rights away."""
    from monitor.app import utc_now
    from monitor.errors import Refused
    from monitor.store import people

    _, db = of(context).store()
    if people.by_name(db, name) is None:
        raise Refused(f"person: {name}: not registered")
    if role == ["none"]:
        people.deactivate(db, name, "command line", utc_now())
        typer.echo(f"{name}: no rights any more")
        return
    person = people.add(db, name, _roles(role), None, "command line", utc_now())
    typer.echo(f"{person.name}: {', '.join(sorted(person.roles))}")


@people_app.command("list")
def list_people(context: typer.Context, as_json: bool = JSON) -> None:
    """Show everybody with roles and Telegram id."""
    from monitor.store import people

    _, db = of(context).store()
    for person in people.every(db):
        roles = sorted(person.roles)
        value = {
            "name": person.name,
            "roles": roles,
            "telegram_id": person.telegram_id,
            "active": person.active,
        }
        state = "" if person.active else " (left)"
        telegram = person.telegram_id or "no Telegram id"
        line = f"{person.name}{state}: {', '.join(roles)}; {telegram}"
        show(value, line, as_json=as_json)


@audit_app.command("verify")
def verify(context: typer.Context) -> None:
    """Check that no row of the audit trail was changed or removed."""
    from monitor.errors import Refused
    from monitor.store import audit

    _, db = of(context).store()
    broken = audit.broken_at(db)
    if broken is not None:
        raise Refused(f"audit: broken at row {broken}")
    typer.echo("audit: whole")


@audit_app.command("list")
def list_audit(
    context: typer.Context,
    most: int = typer.Option(20, "--most", min=1, help="How many rows."),
    as_json: bool = JSON,
) -> None:
    """Show the newest rows of the audit trail."""
    from monitor.store import audit
    from monitor.store.connection import from_epoch

    _, db = of(context).store()
    for row in audit.newest(db, most):
        at = from_epoch(row["at"]).isoformat()
        line = f"{at} {row['actor']}: {row['action']} {row['subject']} {row['detail']}"
        show({**row, "at": at}, line, as_json=as_json)


def _roles(named: list[str]) -> list:  # type: ignore[type-arg]
    from monitor.errors import ConfigError
    from monitor.records import Role

    unknown = sorted(set(named) - set(Role))
    if unknown:
        raise ConfigError(f"role: {unknown[0]}: accepted: {', '.join(Role)}")
    return [Role(one) for one in named]
