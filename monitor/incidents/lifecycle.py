"""What people may do to an incident, and where it leads."""

from __future__ import annotations

from collections.abc import Set
from enum import StrEnum

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
    LABEL = "label"
    TRAIN = "train"
    TUNE = "tune"


_ROLES: dict[Action, frozenset[Role]] = {
    Action.ACKNOWLEDGE: frozenset({Role.HUMAS, Role.ADMIN}),
    Action.SILENCE: frozenset({Role.HUMAS, Role.ADMIN}),
    Action.RESOLVE: frozenset({Role.HUMAS, Role.ADMIN}),
    Action.DISMISS: frozenset({Role.ADMIN}),
    Action.SUGGEST: frozenset({Role.HUMAS, Role.ADMIN}),
    Action.DECIDE: frozenset({Role.ADMIN}),
    Action.LABEL: frozenset({Role.HUMAS, Role.ADMIN, Role.TRAINER}),
    Action.TRAIN: frozenset({Role.TRAINER}),
    Action.TUNE: frozenset({Role.ADMIN}),
}

_NEXT: dict[Action, tuple[IncidentState, EventKind]] = {
    Action.ACKNOWLEDGE: (IncidentState.ACKNOWLEDGED, EventKind.ACKNOWLEDGED),
    Action.SILENCE: (IncidentState.SILENCED, EventKind.SILENCED),
    Action.RESOLVE: (IncidentState.RESOLVED, EventKind.RESOLVED),
    Action.DISMISS: (IncidentState.DISMISSED, EventKind.DISMISSED),
}


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
    if state is incident.state and state is IncidentState.ACKNOWLEDGED:
        raise Refused(f"incident: {incident.id}: already acknowledged", holder=incident.holder)
    return state, kind
