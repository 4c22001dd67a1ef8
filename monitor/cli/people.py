"""``siaga people``: who may do what, one-time invitations, and handing a role over."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import typer

from monitor.cli.base import JSON, of, show

if TYPE_CHECKING:
    from datetime import datetime

    from monitor.config import Settings
    from monitor.records import Invite, Person, Role

people_app = typer.Typer(help="The register of people.", no_args_is_help=True)

_ACTOR = "command line"
_FORCE = typer.Option(False, "--force", help="Take the rights of the last admin too.")
_OPD = typer.Option(None, "--opd", help="Agency of a contact: short or full name.")
_ROLE = typer.Option(..., "--role", help="humas, admin, trainer, opd or pimpinan.")
_DAYS = typer.Option(3, "--days", min=1, max=30, help="How long the link works.")


def add_to(app: typer.Typer) -> None:
    """Add the commands of the register of people."""
    app.add_typer(people_app, name="people")


@people_app.command("add")
def add(
    context: typer.Context,
    name: str = typer.Argument(help="Name as colleagues read it on cards."),
    role: list[str] = _ROLE,
    telegram: int = typer.Option(None, "--telegram", help="Telegram id; the bot tells it: /saya."),
    opd: str = _OPD,
    force: bool = _FORCE,
) -> None:
    """Register a person, or change roles, agency and Telegram id of one with that name."""
    _register(context, name, role, telegram, opd, force)


@people_app.command("role")
def role(
    context: typer.Context, name: str, role: list[str], opd: str = _OPD, force: bool = _FORCE
) -> None:
    """Replace the roles of a registered person; the role "none" takes all rights away."""
    from monitor.app import utc_now
    from monitor.errors import Refused
    from monitor.store import people

    _, db = of(context).store()
    if people.by_name(db, name) is None:
        raise Refused(f"person: {name}: not registered")
    if role == ["none"]:
        people.deactivate(db, name, _ACTOR, utc_now(), force=force)
        typer.echo(f"{name}: no rights any more")
        return
    _register(context, name, role, None, opd, force)


def _register(
    context: typer.Context,
    name: str,
    named: list[str],
    telegram: int | None,
    opd: str | None,
    force: bool,
) -> None:
    from monitor.app import utc_now
    from monitor.store import people

    settings, db = of(context).store()
    name, roles = " ".join(name.split()), _roles(named)
    agency = _agency(settings, roles, opd, people.by_name(db, name))
    person = people.add(db, name, roles, telegram, _ACTOR, utc_now(), opd=agency, force=force)
    typer.echo(f"{person.name}: {_rights(person)}")


@people_app.command("list")
def list_people(context: typer.Context, as_json: bool = JSON) -> None:
    """Show everybody with roles, agency, Telegram id, and the open links of invitations."""
    from monitor.app import utc_now
    from monitor.store import invites, people

    settings, db = of(context).store()
    for person in people.every(db):
        value = {
            "name": person.name,
            "roles": sorted(person.roles),
            "opd": person.opd,
            "telegram_id": person.telegram_id,
            "private_chat": _private(person),
            "active": person.active,
        }
        state = "" if person.active else " (left)"
        telegram = person.telegram_id or "no Telegram id"
        reached = f" ({_private(person)})" if person.telegram_id else ""
        line = f"{person.name}{state}: {_rights(person)}; {telegram}{reached}"
        show(value, line, as_json=as_json)
    for link in invites.open_links(db, utc_now()):
        show(_link(link), _link_line(link, settings), as_json=as_json)


def _link(link: Invite) -> dict[str, Any]:
    return {
        "link": link.name,
        "roles": sorted(link.roles),
        "opd": link.opd,
        "replaces": link.replaces,
        "made_by": link.made_by,
        "until_at": link.until_at.isoformat(),
    }


def _link_line(link: Invite, settings: Settings) -> str:
    ends = _ends(settings, link.until_at)
    instead = f", replaces {link.replaces}" if link.replaces else ""
    return f"open link for {link.name}: {_rights(link)}{instead}; until {ends}; by {link.made_by}"


@people_app.command("revoke")
def revoke(context: typer.Context, name: str) -> None:
    """Void the open links for a name."""
    from monitor.app import utc_now
    from monitor.errors import Refused
    from monitor.store import invites

    _, db = of(context).store()
    now = utc_now()
    if not invites.revoke(db, name, _ACTOR, now):
        there = sorted({link.name for link in invites.open_links(db, now)})
        raise Refused(f"invite: {name}: no open link; open: {', '.join(there) or 'none'}")
    typer.echo(f"{name}: the link works no more")


@people_app.command("invite")
def invite(
    context: typer.Context,
    name: str = typer.Argument(help="Name as colleagues will read it on cards."),
    role: list[str] = _ROLE,
    opd: str = _OPD,
    days: int = _DAYS,
) -> None:
    """Make a link that registers somebody once, with their own Telegram account."""
    from monitor.app import utc_now
    from monitor.store import invites, people

    settings, db = of(context).store()
    roles, now = _roles(role), utc_now()
    agency = _agency(settings, roles, opd, people.by_name(db, name))
    until = now + timedelta(days=days)
    old = [link for link in invites.waiting(db, name, now) if link.replaces is None]
    code = invites.make(db, name, roles, agency, None, _ACTOR, now, until)
    _tell_void(old)
    _print_link(settings, name, code, until)


@people_app.command("handover")
def handover(
    context: typer.Context,
    old: str = typer.Argument(help="Who leaves, or changes the Telegram account."),
    new: str = typer.Argument(help="Who takes over: roles, duties and incidents."),
    days: int = _DAYS,
) -> None:
    """Make a link by which somebody takes over from another, who loses all rights by it."""
    from monitor.app import utc_now
    from monitor.errors import Refused
    from monitor.store import invites, people

    settings, db = of(context).store()
    person, now = people.by_name(db, old), utc_now()
    if person is None:
        raise Refused(f"person: {old}: not registered")
    until = now + timedelta(days=days)
    old_links = [link for link in invites.waiting(db, new, now) if link.replaces == person.name]
    code = invites.make(db, new, person.roles, person.opd, person.name, _ACTOR, now, until)
    _tell_void(old_links)
    _print_link(settings, new, code, until)


def _tell_void(links: list[Invite]) -> None:
    for link in links:
        typer.echo(f"the link before it, made by {link.made_by}, works no more", err=True)


def _print_link(settings: Settings, name: str, code: str, until: datetime) -> None:
    """To stdout the link or, where the bot's name is not known, the code; the rest to stderr."""
    bot = _bot_name(settings)
    ends = _ends(settings, until)
    if bot is None:
        typer.echo(code)
        typer.echo(f"{name} sends the bot, in a private chat: /start {code}", err=True)
    else:
        typer.echo(f"https://t.me/{bot}?start={code}")
    typer.echo(f"works once, until {ends}; for {name} only", err=True)


def _ends(settings: Settings, until: datetime) -> str:
    local = until.astimezone(settings.office.zone)
    return f"{local:%Y-%m-%d %H:%M} ({settings.office.timezone})"


def _bot_name(settings: Settings) -> str | None:
    """The bot's name as the server tells it; None without a token or an answer."""
    from contextlib import closing

    from monitor.app import build_telegram
    from monitor.errors import DeliveryError

    if settings.telegram.token is None:
        return None
    with closing(build_telegram(settings, settings.telegram.token)) as channel:
        try:
            return channel.check().removeprefix("@")
        except DeliveryError as error:
            typer.echo(f"the bot's name is not known: {error}", err=True)
            return None


def _roles(named: list[str]) -> list[Role]:
    from monitor.errors import ConfigError
    from monitor.records import Role

    unknown = sorted(set(named) - set(Role))
    if unknown:
        raise ConfigError(f"role: {unknown[0]}: accepted: {', '.join(Role)}")
    return [Role(one) for one in named]


def _agency(
    settings: Settings, roles: list[Role], wanted: str | None, known: Person | None
) -> str | None:
    """The agency by its short name; a contact needs one that the office knows."""
    from monitor.errors import ConfigError
    from monitor.knowledge import load_knowledge
    from monitor.records import Role
    from monitor.steps.register import opd_named, opd_names

    if wanted is None and (Role.OPD not in roles or (known is not None and known.opd)):
        return None
    knowledge = load_knowledge(settings.data)
    found = opd_named(knowledge, wanted)
    if found is None:
        what = f"opd: {wanted}" if wanted else "opd: a contact needs one: --opd"
        raise ConfigError(f"{what}: accepted: {', '.join(opd_names(knowledge))}")
    return found


def _rights(person: Person | Invite) -> str:
    roles = ", ".join(sorted(person.roles))
    return f"{roles} ({person.opd})" if person.opd else roles


def _private(person: Person) -> str:
    """Whether a private message arrives, as far as is known."""
    if person.telegram_id is None:
        return "none"
    if person.unreachable is not None:
        return f"unreachable: {person.unreachable}"
    return "open" if person.met else "never opened"
