"""``siaga chats`` and ``siaga audit``: where cards go, and what was done."""

from __future__ import annotations

import typer

from monitor.cli.base import JSON, of, show

chats_app = typer.Typer(help="The chats that receive cards.", no_args_is_help=True)
audit_app = typer.Typer(help="The append-only audit trail.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands of the registers."""
    app.add_typer(chats_app, name="chats")
    app.add_typer(audit_app, name="audit")


@chats_app.command("list")
def list_chats(context: typer.Context, as_json: bool = JSON) -> None:
    """Show each chat and forum topic: from which level it gets cards, and why it does not."""
    from monitor.store import people

    _, db = of(context).store()
    for chat in people.chats(db, blocked=True):
        value = {
            "id": chat.id,
            "title": chat.title,
            "min_level": chat.min_level.value,
            "thread_id": chat.thread_id,
            "blocked": chat.blocked,
        }
        topic = f" topic {chat.thread_id}" if chat.thread_id else ""
        trouble = f"; not written to: {chat.blocked}" if chat.blocked else ""
        line = f"{chat.id}{topic} ({chat.title}): from {chat.min_level}{trouble}"
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
