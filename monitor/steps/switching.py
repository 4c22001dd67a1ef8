"""Step 8: before another model serves, it reads the stored history; then all counts change at once.

Between the wish and the switch the old model serves, alone. The rows say which model serves; the
pointer on the disk follows them, also after a crash between the two. The switch itself opens and
ends no incident (:func:`without_switch`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlite_utils import Database

from monitor.errors import ModelError, Refused
from monitor.incidents import Step
from monitor.records import EventKind, Incident, IncidentState, Reading
from monitor.spikes import WINDOWS, Rules
from monitor.steps.tools import Tools, log
from monitor.steps.understand import prediction
from monitor.store import serving
from monitor.store.knowledge_changes import label, model_of, revision
from monitor.store.serving import Switch

# What is older teaches no normal (see steps.learn).
REMEMBERED = timedelta(days=370)
# Until the windows hold only what was said after the switch.
HELD_FOR = timedelta(hours=int(max(WINDOWS)))
MOST_BATCHES = 5


def recover(db: Database, tools: Tools, now: datetime) -> None:
    """After a start: bring pointer and rows together. Call before anything is predicted."""
    models, known = tools.models, serving.now_serving(db)
    if models is None:
        return
    if known is None:
        serving.begin(db, tools.classifier.version, now)
        return
    found = tools.classifier.version
    if known.version == found:
        return
    try:
        if found == model_of(known.version):  # the pointer names no words
            models.serve(known.version, point=False)
            return
        if found == model_of(known.previous or ""):
            models.serve(known.version)  # died between the switch and the pointer
            return
        models.serve(known.version, point=False)
    except ModelError as error:
        log.error("%s; %s serves at once, the history is read behind it", error, found)
    _want_if_free(db, label(found, revision(db)), now)


def _want_if_free(db: Database, version: str, now: datetime) -> None:
    try:
        serving.want(db, version, "siaga", now - REMEMBERED, now)
    except Refused as error:
        log.info("%s", error)


def read_history(db: Database, tools: Tools, now: datetime) -> int:
    """Let the wanted model read some more; how many comments it read.

    Dying in between means going on with the next comment.
    """
    switch = serving.reading(db)
    if switch is None or tools.models is None:
        return 0
    try:
        classifier = tools.models.read(switch.version)
    except ModelError as error:
        log.error("%s", error)
        serving.stop(db, switch.id, "siaga", str(error), now)
        return 0
    read, since = 0, now - REMEMBERED
    for _ in range(MOST_BATCHES):
        batch = serving.unread(db, switch, since, tools.settings.classify.batch)
        if not batch:
            _switch_over(db, tools, switch, since, now)
            break
        verdicts = classifier.predict([stored.comment.text for stored in batch])
        pairs = [
            (stored, prediction(stored, verdict, switch.version))
            for stored, verdict in zip(batch, verdicts, strict=True)
        ]
        tools.boundary("switch:before-keep")
        if not serving.keep_read(db, switch, pairs):
            break
        tools.boundary("switch:after-keep")
        read += len(batch)
        following = serving.reading(db)
        if following is None:
            break
        switch = following
    return read


def _switch_over(
    db: Database, tools: Tools, switch: Switch, since: datetime, now: datetime
) -> None:
    assert tools.models is not None
    tools.boundary("switch:before-counts")
    count = serving.switch_over(db, switch, since, now)
    if count is None:
        return
    tools.boundary("switch:after-counts")
    tools.models.serve(switch.version)
    tools.boundary("switch:after-pointer")
    log.info("model %s serves; %s comments count otherwise", switch.version, count)


def without_switch(
    db: Database,
    incident: Incident | None,
    step: Step | None,
    reading: Reading,
    rules: Rules,
    switched_at: datetime | None,
) -> Step | None:
    """The step that people's words ask for, where part of it comes from the change of the model.

    For as long as the windows reach back behind the switch an incident opens or rises only with
    enough complaints written since, and none calms down.
    """
    if step is None or switched_at is None or reading.at - switched_at >= HELD_FOR:
        return step
    if step.kind is EventKind.CALMED:
        return replace(step, kind=None, state=_state(incident))
    if step.kind not in (EventKind.OPENED, EventKind.RAISED):
        return step
    if serving.negatives_since(db, reading.topic, switched_at) >= rules.at_least:
        return step
    return None if incident is None else replace(step, kind=None, state=incident.state)


def _state(incident: Incident | None) -> IncidentState:
    assert incident is not None  # only a live one calms down
    return incident.state
