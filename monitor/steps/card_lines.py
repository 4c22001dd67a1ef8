"""Lines of a card that tell of its thresholds and of its kin. Reads only."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from monitor.incidents.lessons import NO_LESSON
from monitor.incidents.lifecycle import REOPEN_WITHIN
from monitor.messages import kin, why
from monitor.records import Incident, Level
from monitor.spikes import needed_for_more
from monitor.steps.budget import rules_of, times_now
from monitor.steps.lessons import lessons, spoke, taught
from monitor.steps.tools import Tools
from monitor.store import incidents


def thresholds(db: Database, tools: Tools, incident: Incident, now: datetime) -> tuple[str, str]:
    """What the next level would take, and what people's verdicts did to this one; or nothing."""
    topic, reading = incident.topic, incident.reading
    if topic not in tools.topics:
        return "", ""
    written, times = rules_of(tools), times_now(db, tools)
    learnt = lessons(db, tools, written, now)
    lesson = learnt.get(topic, NO_LESSON)
    told = ""
    if spoke(lesson, written[topic], times, reading):
        told = why.lesson(lesson.times, lesson.dismissed)
    if reading.level is Level.NORMAL:
        return "", told
    needed = needed_for_more(reading.level, taught(written, learnt, times)[topic])
    return why.why_not_higher(needed, reading) or "", told


def kin_line(db: Database, tools: Tools, incident: Incident) -> str:
    """Of which larger incident this is a part, or which earlier one it goes on with."""
    if incident.parent_id is not None:
        parent = incidents.known(db, incident.parent_id)
        return kin.part_of(int(parent.id), tools.issue(parent.topic).name)
    before = incidents.continued(db, incident, REOPEN_WITHIN)
    return kin.goes_on_with(before, tools.zone, incident.opened_at) if before else ""
