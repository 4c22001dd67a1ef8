"""Invitations: a one-time link makes somebody a person of the register, or somebody's successor.

Only a hash of the code is kept: whoever reads the database or a backup cannot use it.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlite_utils import Database

from monitor.errors import Refused
from monitor.records import Invite, InviteTrouble, Person, Role
from monitor.store import audit, people
from monitor.store.connection import (
    Row,
    changed,
    from_epoch,
    maybe_from_epoch,
    one,
    rows,
    storable,
    to_epoch,
)

VALID: Final = timedelta(days=3)
LONGEST_NAME: Final = 60
# 192 bits; the 32 letters fit a deep link, which takes at most 64 of A-Z, a-z, 0-9, _ and -.
_CODE_BYTES = 24


class InviteRefused(Refused):
    """An invitation that cannot be made or used; ``trouble`` says why."""

    def __init__(self, trouble: InviteTrouble, name: str, *, holder: str | None = None) -> None:
        about = f": {holder}" if holder not in (None, name) else ""
        super().__init__(f"invite: {name}: {trouble.value.replace('_', ' ')}{about}", holder=holder)
        self.trouble = trouble


def make(
    db: Database,
    name: str,
    roles: Iterable[Role],
    opd: str | None,
    replaces: str | None,
    by: str,
    now: datetime,
    until: datetime | None = None,
) -> str:
    """Invite somebody; the code, which exists nowhere else.

    ``replaces``: the person whose place it gives. ``until``: :data:`VALID` from now by default.
    An open link for the same name and place is void from now on.

    Raises:
        InviteRefused: no usable name, somebody active has it (and is not replaced), or somebody
            has nearly this one, or whoever is to be replaced is not active.
    """
    name = clean_name(name)
    _refuse_alike(db, name)
    named = people.by_name(db, name)
    if replaces is None and named is not None and named.active and named.telegram_id is not None:
        raise InviteRefused(InviteTrouble.NAME_TAKEN, name, holder=name)
    _refuse_empty_place(db, name, replaces)
    code = secrets.token_urlsafe(_CODE_BYTES)
    listed = ",".join(sorted(set(roles)))
    with db.atomic():
        for old in waiting(db, name, now):
            if old.replaces == replaces:
                _void(db, old, by, now)
        changed(
            db,
            "INSERT INTO invite (key, name, roles, opd, replaces, made_by, made_at, until_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                _key(code),
                name,
                listed,
                opd,
                replaces,
                by,
                to_epoch(now),
                to_epoch(until or now + VALID),
            ),
        )
        detail = f"{listed}; replaces {replaces}" if replaces else listed
        audit.write(db, now, by, "invited", f"person:{name}", detail)
    return code


def open_links(db: Database, now: datetime) -> list[Invite]:
    """The links that somebody could still use, by name."""
    sql = "SELECT * FROM invite WHERE used_at IS NULL AND until_at >= ? ORDER BY name, made_at"
    return [_invite(row) for row in rows(db, sql, [to_epoch(now)])]


def waiting(db: Database, name: str, now: datetime) -> list[Invite]:
    """The open links for a name, however it is spelt in case and spaces."""
    key = people.name_key(name)
    return [link for link in open_links(db, now) if people.name_key(link.name) == key]


def revoke(db: Database, name: str, by: str, now: datetime) -> int:
    """Void the open links for a name; how many there were."""
    with db.atomic():
        links = waiting(db, name, now)
        for link in links:
            _void(db, link, by, now)
    return len(links)


def _void(db: Database, link: Invite, by: str, now: datetime) -> None:
    changed(
        db,
        "UPDATE invite SET until_at = ?1 - 1 "
        "WHERE name = ?2 AND replaces IS ?3 AND used_at IS NULL AND until_at >= ?1",
        (to_epoch(now), link.name, link.replaces),
    )
    audit.write(db, now, by, "invite-revoked", f"person:{link.name}", link.made_by)


def clean_name(text: str) -> str:
    """A name as it stands on cards: one line of 2 to 60 letters.

    Raises:
        InviteRefused: there is no such name in the text.
    """
    name = " ".join(storable(text).split())
    good = 2 <= len(name) <= LONGEST_NAME and any(letter.isalpha() for letter in name)
    if not good or not name.isprintable():
        raise InviteRefused(InviteTrouble.BAD_NAME, name[:LONGEST_NAME])
    return name


def find(db: Database, code: str) -> Invite | None:
    """The invitation of a code, used or not, or None."""
    row = one(db, "SELECT * FROM invite WHERE key = ?", [_key(code)])
    return None if row is None else _invite(row)


def use(db: Database, code: str, telegram_id: int, now: datetime) -> Person:
    """Make the owner of this Telegram account the invited person, once, in one transaction.

    Whoever is replaced loses all rights. Somebody active keeps the roles they have. All other
    open links for the name, and to the same place, are void.

    Raises:
        InviteRefused: nothing was changed.
    """
    with db.atomic():
        taken = changed(
            db,
            "UPDATE invite SET used_at = ?1 WHERE key = ?2 AND used_at IS NULL AND until_at >= ?1",
            (to_epoch(now), _key(code)),
        )
        invite = find(db, code)
        if invite is None:
            raise InviteRefused(InviteTrouble.UNKNOWN, "?")
        if not taken:
            expired = invite.used_at is None
            trouble = InviteTrouble.EXPIRED if expired else InviteTrouble.USED
            raise InviteRefused(trouble, invite.name)
        _refuse_taken(db, invite, telegram_id)
        _refuse_alike(db, invite.name)
        _void_others(db, invite, now)
        audit.write(db, now, invite.name, "joined", f"person:{invite.name}", invite.made_by)
        return _enter(db, invite, telegram_id, now)


def _refuse_alike(db: Database, name: str) -> None:
    other = people.alike(db, name)
    if other is not None:
        raise InviteRefused(InviteTrouble.ALIKE, name, holder=other)


def _refuse_empty_place(db: Database, name: str, replaces: str | None) -> None:
    """Whoever has lost all rights has none to hand over."""
    leaves = people.by_name(db, replaces) if replaces else None
    if replaces and (leaves is None or not leaves.active):
        raise InviteRefused(InviteTrouble.NOBODY_LEAVES, name, holder=replaces)


def _void_others(db: Database, used: Invite, now: datetime) -> None:
    """End what is open beside the link that was used just now."""
    changed(
        db,
        "UPDATE invite SET until_at = ?1 - 1 "
        "WHERE (name = ?2 OR replaces = ?3) AND used_at IS NULL AND until_at >= ?1",
        (to_epoch(now), used.name, used.replaces),
    )


def _refuse_taken(db: Database, invite: Invite, telegram_id: int) -> None:
    _refuse_empty_place(db, invite.name, invite.replaces)
    holder = people.by_telegram(db, telegram_id)
    if holder is not None and holder.name not in (invite.name, invite.replaces):
        raise InviteRefused(InviteTrouble.OTHER_NAME, invite.name, holder=holder.name)
    named = people.by_name(db, invite.name)
    elsewhere = named is not None and named.active and named.telegram_id not in (None, telegram_id)
    # Who hands over as they like must not give away more than they have: the place of somebody
    # who is registered, but without Telegram yet, with the roles that wait for them there.
    own = invite.replaces == invite.made_by and invite.name != invite.replaces
    if own and named is not None and named.active and named.telegram_id is None:
        elsewhere = bool(named.roles - invite.roles)
    if elsewhere and invite.name != invite.replaces:
        raise InviteRefused(InviteTrouble.NAME_TAKEN, invite.name, holder=invite.name)


def _enter(db: Database, invite: Invite, telegram_id: int, now: datetime) -> Person:
    named = people.by_name(db, invite.name)
    kept = named.roles if named is not None and named.active else frozenset[Role]()
    had_admin = bool(people.admins(db))
    if invite.replaces is not None and invite.replaces != invite.name:
        # Before the new one comes: both may use the one telephone of the office.
        people.deactivate(db, invite.replaces, invite.made_by, now, force=True)
    person = people.add(
        db,
        invite.name,
        kept | invite.roles,
        telegram_id,
        invite.made_by,
        now,
        opd=invite.opd,
        force=True,
    )
    if had_admin and not people.admins(db):
        raise InviteRefused(InviteTrouble.LAST_ADMIN, invite.name, holder=invite.replaces)
    return person


def _key(code: str) -> str:
    return hashlib.blake2b(code.encode("utf-8", "replace"), digest_size=32).hexdigest()


def _invite(row: Row) -> Invite:
    return Invite(
        name=row["name"],
        roles=frozenset(Role(role) for role in filter(None, row["roles"].split(","))),
        opd=row["opd"],
        replaces=row["replaces"],
        made_by=row["made_by"],
        made_at=from_epoch(row["made_at"]),
        until_at=from_epoch(row["until_at"]),
        used_at=maybe_from_epoch(row["used_at"]),
    )
