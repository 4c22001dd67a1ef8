"""Who may press what, and where a press leads."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations

import pytest

from monitor.errors import Refused
from monitor.incidents import Action, allowed, next_state
from monitor.incidents.lifecycle import REOPEN_WITHIN, may_reopen, roles_for
from monitor.records import EventKind, IncidentState, Role
from tests.making import NOW, make_incident

OFFICE = {Role.HUMAS, Role.ADMIN}
MAY = {
    Action.ACKNOWLEDGE: OFFICE,
    Action.SILENCE: OFFICE,
    Action.RESOLVE: OFFICE,
    Action.DISMISS: {Role.ADMIN},
    Action.SUGGEST: OFFICE,
    Action.DECIDE: {Role.ADMIN},
    Action.HIDE: {Role.ADMIN},
    Action.LABEL: {*OFFICE, Role.TRAINER},
    Action.TRAIN: {Role.TRAINER},
    Action.PROMOTE: {Role.ADMIN, Role.TRAINER},
    Action.TUNE: {Role.ADMIN},
    Action.TEACH: {Role.ADMIN, Role.TRAINER},
    Action.HAND_OVER: OFFICE,
    Action.REOPEN: OFFICE,
    Action.ESCALATE: OFFICE,
    Action.ASK_OPD: OFFICE,
    Action.ANSWER: {Role.ADMIN, Role.OPD},
    Action.HAND_OFF: OFFICE,
    Action.STATE: {Role.ADMIN},
    Action.READ: set(Role),
    Action.ROTA: OFFICE,
    Action.INVITE: {Role.ADMIN},
    Action.INTAKE: OFFICE,
    Action.ASK: set(Role),
}
MOVES = {
    Action.ACKNOWLEDGE: (IncidentState.ACKNOWLEDGED, EventKind.ACKNOWLEDGED),
    Action.SILENCE: (IncidentState.SILENCED, EventKind.SILENCED),
    Action.RESOLVE: (IncidentState.RESOLVED, EventKind.RESOLVED),
    Action.DISMISS: (IncidentState.DISMISSED, EventKind.DISMISSED),
    Action.HAND_OVER: (IncidentState.ACKNOWLEDGED, EventKind.HANDED_OVER),
}
LIVE = [state for state in IncidentState if not state.ended]
ENDED = [state for state in IncidentState if state.ended]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("action", Action)
def test_each_role_may_do_what_the_table_says(role: Role, action: Action) -> None:
    assert allowed({role}, action) is (role in MAY[action])


@pytest.mark.parametrize("action", Action)
def test_one_fitting_role_of_several_is_enough(action: Action) -> None:
    for pair in combinations(Role, 2):
        assert allowed(set(pair), action) is not MAY[action].isdisjoint(pair)


@pytest.mark.parametrize("action", Action)
def test_nobody_may_do_anything_without_a_role(action: Action) -> None:
    assert not allowed(frozenset(), action)


@pytest.mark.parametrize("action", Action)
def test_the_roles_of_an_action_are_named_in_order(action: Action) -> None:
    assert roles_for(action) == tuple(sorted(MAY[action]))


@pytest.mark.parametrize("action", MOVES)
@pytest.mark.parametrize("state", LIVE)
def test_a_press_leads_where_its_name_says(state: IncidentState, action: Action) -> None:
    incident = make_incident(state=state, holder="Sari")
    if (state, action) == (IncidentState.ACKNOWLEDGED, Action.ACKNOWLEDGE):
        with pytest.raises(Refused, match="already acknowledged") as refused:
            next_state(incident, action)
        assert refused.value.holder == "Sari"
    else:
        assert next_state(incident, action) == MOVES[action]


@pytest.mark.parametrize("action", MOVES)
@pytest.mark.parametrize("state", ENDED)
def test_what_is_over_stays_over(state: IncidentState, action: Action) -> None:
    with pytest.raises(Refused, match=f"incident: 7: already {state}") as refused:
        next_state(make_incident(state=state, holder="Budi"), action)
    assert refused.value.holder == "Budi"


def test_a_silence_can_be_given_again_with_another_end() -> None:
    incident = make_incident(state=IncidentState.SILENCED)
    assert next_state(incident, Action.SILENCE)[0] is IncidentState.SILENCED


@pytest.mark.parametrize("state", LIVE)
def test_what_still_runs_is_not_opened_again(state: IncidentState) -> None:
    with pytest.raises(Refused, match=f"still {state}") as refused:
        may_reopen(make_incident(state=state, holder="Ani"), NOW)
    assert refused.value.holder == "Ani"


@pytest.mark.parametrize("state", ENDED)
def test_a_week_is_the_longest_to_open_it_again(state: IncidentState) -> None:
    incident = make_incident(state=state, closed_at=NOW)
    assert may_reopen(incident, NOW + REOPEN_WITHIN)
    assert not may_reopen(incident, NOW + REOPEN_WITHIN + timedelta(seconds=1))
