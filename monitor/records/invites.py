"""An invitation to the register: who it is for, and what it gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.records.people import Role


@dataclass(frozen=True, slots=True)
class Invite:
    """A link that works once, until ``until_at``; the code itself is never kept.

    ``replaces``: whose roles it carries and who leaves when it is used; the own name when
    somebody only changes the Telegram account.
    """

    name: str
    roles: frozenset[Role]
    opd: str | None
    replaces: str | None
    made_by: str
    made_at: datetime
    until_at: datetime
    used_at: datetime | None = None


class InviteTrouble(StrEnum):
    """Why an invitation cannot be made or used."""

    UNKNOWN = "unknown"
    USED = "used"
    EXPIRED = "expired"
    OTHER_NAME = "other_name"
    NAME_TAKEN = "name_taken"
    BAD_NAME = "bad_name"
    LAST_ADMIN = "last_admin"
    ALIKE = "like_one_registered"
    NOBODY_LEAVES = "replaced_not_active"
