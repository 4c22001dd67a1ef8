"""Only an approval leads to the platform."""

from __future__ import annotations

import pytest

from monitor.errors import Refused
from monitor.records import DraftState
from monitor.replies import DECISIONS, next_state
from tests.making import make_draft

S = DraftState
# What the machine does with a draft by itself (see monitor.store.drafts).
MACHINE = {
    S.APPROVED: {S.POSTING, S.UNSURE, S.FAILED, S.STALE, S.TO_COPY},
    S.POSTING: {S.POSTED, S.APPROVED, S.UNSURE, S.FAILED, S.STALE, S.TO_COPY},
}


def reachable(*closed: DraftState) -> set[DraftState]:
    """Every state that a new draft can come to when some are closed."""
    found, edge = {S.PROPOSED}, [S.PROPOSED]
    while edge:
        state = edge.pop()
        onward = {*DECISIONS.get(state, ()), *MACHINE.get(state, ())} - found - set(closed)
        found |= onward
        edge += sorted(onward)
    return found


def test_no_path_to_posted_avoids_approved() -> None:
    assert reachable() == set(S)
    # "To copy" is an approval too: the words are approved, and a person sends them by hand.
    assert reachable(S.APPROVED, S.TO_COPY) == {S.PROPOSED, S.REJECTED}


def test_the_machine_sends_only_what_was_approved_for_it() -> None:
    assert S.POSTING not in reachable(S.APPROVED)
    assert S.UNSURE not in reachable(S.APPROVED)
    assert all(S.POSTING not in wanted for wanted in DECISIONS.values())


def test_nothing_leads_out_of_an_end() -> None:
    ends = {S.POSTED, S.REJECTED, S.FAILED, S.STALE}
    assert not ends & (set(DECISIONS) | set(MACHINE))


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("wanted", S)
def test_a_decision_is_taken_only_where_it_is_waited_for(
    state: DraftState, wanted: DraftState
) -> None:
    draft = make_draft(state=state, decided_by="Rina")
    if wanted in DECISIONS.get(state, ()):
        assert next_state(draft, wanted) is wanted
    else:
        with pytest.raises(Refused, match=f"draft: 3: {state}, so it cannot") as refused:
            next_state(draft, wanted)
        assert refused.value.holder == "Rina"


def test_approving_twice_is_refused() -> None:
    with pytest.raises(Refused):
        next_state(make_draft(state=S.APPROVED), S.APPROVED)
