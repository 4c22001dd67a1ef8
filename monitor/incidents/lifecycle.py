"""What people may do to an incident, and where it leads."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from monitor.errors import Refused
from monitor.records import EventKind, Incident, IncidentState, Role


class Action(StrEnum):
    """What a person asks for with a button."""

    ACKNOWLEDGE = "acknowledge"
    SILENCE = "silence"
    RESOLVE = "resolve"
    DISMISS = "dismiss"
    SUGGEST = "suggest"
    DECIDE = "decide"
    HIDE = "hide"
    LABEL = "label"
    TRAIN = "train"
    PROMOTE = "promote"
    TUNE = "tune"
    TEACH = "teach"
    HAND_OVER = "hand_over"
    REOPEN = "reopen"
    ESCALATE = "escalate"
    ASK_OPD = "ask_opd"
    ANSWER = "answer"
    HAND_OFF = "hand_off"
    STATE = "state"
    READ = "read"
    ROTA = "rota"
    INVITE = "invite"
    INTAKE = "intake"
    ASK = "ask"


_ROLES: dict[Action, frozenset[Role]] = {
    Action.ACKNOWLEDGE: frozenset({Role.HUMAS, Role.ADMIN}),
    Action.SILENCE: frozenset({Role.HUMAS, Role.ADMIN}),
    Action.RESOLVE: frozenset({Role.HUMAS, Role.ADMIN}),
    Action.DISMISS: frozenset({Role.ADMIN}),
    Action.SUGGEST: frozenset({Role.HUMAS, Role.ADMIN}),
    Action.DECIDE: frozenset({Role.ADMIN}),
    Action.HIDE: frozenset({Role.ADMIN}),
    Action.LABEL: frozenset({Role.HUMAS, Role.ADMIN, Role.TRAINER}),
    Action.TRAIN: frozenset({Role.TRAINER}),
    Action.PROMOTE: frozenset({Role.ADMIN, Role.TRAINER}),
    Action.TUNE: frozenset({Role.ADMIN}),
    Action.TEACH: frozenset({Role.ADMIN, Role.TRAINER}),
    Action.HAND_OVER: frozenset({Role.HUMAS, Role.ADMIN}),
    Action.REOPEN: frozenset({Role.HUMAS, Role.ADMIN}),
    Action.ESCALATE: frozenset({Role.HUMAS, Role.ADMIN}),
    Action.ASK_OPD: frozenset({Role.HUMAS, Role.ADMIN}),
    Action.ANSWER: frozenset({Role.OPD, Role.ADMIN}),
    Action.HAND_OFF: frozenset({Role.HUMAS, Role.ADMIN}),
    Action.STATE: frozenset({Role.ADMIN}),
    Action.READ: frozenset(Role),
    Action.ROTA: frozenset({Role.HUMAS, Role.ADMIN}),
    Action.INVITE: frozenset({Role.ADMIN}),
    Action.INTAKE: frozenset({Role.HUMAS, Role.ADMIN}),
    Action.ASK: frozenset(Role),
}

_NEXT: dict[Action, tuple[IncidentState, EventKind]] = {
    Action.ACKNOWLEDGE: (IncidentState.ACKNOWLEDGED, EventKind.ACKNOWLEDGED),
    Action.SILENCE: (IncidentState.SILENCED, EventKind.SILENCED),
    Action.RESOLVE: (IncidentState.RESOLVED, EventKind.RESOLVED),
    Action.DISMISS: (IncidentState.DISMISSED, EventKind.DISMISSED),
    Action.HAND_OVER: (IncidentState.ACKNOWLEDGED, EventKind.HANDED_OVER),
}
# An old card may be opened again for so long.
REOPEN_WITHIN: Final = timedelta(days=7)


def allowed(roles: Set[Role], action: Action) -> bool:
    """Whether one of the roles may do this."""
    return not _ROLES[action].isdisjoint(roles)


def roles_for(action: Action) -> tuple[Role, ...]:
    """The roles that may do this, in order of their names."""
    return tuple(sorted(_ROLES[action]))


def next_state(incident: Incident, action: Action) -> tuple[IncidentState, EventKind]:
    """The state an action leads to, with its event.

    Raises:
        Refused: the incident is over, or it is already so; ``holder`` says by whom.
    """
    if incident.state.ended:
        raise Refused(f"incident: {incident.id}: already {incident.state}", holder=incident.holder)
    state, kind = _NEXT[action]
    if action is Action.ACKNOWLEDGE and state is incident.state:
        raise Refused(f"incident: {incident.id}: already acknowledged", holder=incident.holder)
    return state, kind


def may_reopen(incident: Incident, now: datetime) -> bool:
    """Whether an incident is over, and not for too long.

    Raises:
        Refused: it is not over; ``holder`` says who has it.
    """
    if incident.closed_at is None:
        raise Refused(f"incident: {incident.id}: still {incident.state}", holder=incident.holder)
    return now - incident.closed_at <= REOPEN_WITHIN
