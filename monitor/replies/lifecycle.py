"""States of a draft: only a person's approval leads to the platform."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.errors import Refused
from monitor.records import Draft, DraftState

# What a person may decide, by the state in which the draft waits.
DECISIONS: Mapping[DraftState, frozenset[DraftState]] = {
    DraftState.PROPOSED: frozenset({DraftState.APPROVED, DraftState.REJECTED, DraftState.TO_COPY}),
    DraftState.TO_COPY: frozenset({DraftState.POSTED}),
    DraftState.UNSURE: frozenset({DraftState.POSTED, DraftState.FAILED}),
}


def next_state(draft: Draft, wanted: DraftState) -> DraftState:
    """The state that a decision leads to.

    Raises:
        Refused: the draft does not wait for this decision; ``holder`` tells who decided.
    """
    if wanted not in DECISIONS.get(draft.state, frozenset()):
        raise Refused(
            f"draft: {draft.id}: {draft.state}, so it cannot become {wanted}",
            holder=draft.decided_by,
        )
    return wanted
