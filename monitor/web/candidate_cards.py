"""Gathers what the page shows of new models. Reads only; beside ``board``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from monitor.messages import candidate as words
from monitor.records.candidate import CandidateId, CandidateState
from monitor.steps import candidates as steps
from monitor.steps.tools import Tools
from monitor.store import candidates

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class CandidateCard:
    """A candidate as the page shows it: its lines, what may be pressed, whether it has a picture.

    ``open``: whether its details stand open; those that are decided are folded.
    """

    id: CandidateId
    state: str
    heading: str
    lines: list[str]
    use: bool
    reject: bool
    open: bool


def candidate_cards(db: Database, tools: Tools, now: datetime) -> list[CandidateCard]:
    """The newest candidates that are trained."""
    cards = []
    for known in candidates.newest(db, _SHOWN):
        if known.report is None:
            continue
        way = steps.way(db, known)
        heading, *lines = words.lines_of(known, way, tools.knowledge.taxonomy, tools.zone, now)
        pressed = {button.label for row in words.buttons(known) for button in row}
        waits = known.state in (CandidateState.OFFERED, CandidateState.WANTED)
        use, reject = words.USE in pressed, words.REJECT in pressed
        state = words.STATES[known.state]
        cards.append(CandidateCard(known.id, state, heading, lines, use, reject, waits))
    return cards
